// Text to be written: what a model reads, what it is to write, and how a column's text is put before either.

extension TaskDefinition {
  /// Whether the answers are texts.
  package var asksForText: Bool { if case .text = target { true } else { false } }

  /// What is read of the rows of a task whose answers are texts. Columns are named as the task's file writes them
  /// (`TaskDefinition.column`).
  package struct Completion: Sendable, Equatable {
    /// What the model reads of a row. What stands between the row's text and the answer is part of it.
    package let prompt: PromptTemplate
    /// The columns of a validation file that hold the right answers. The rows that have one prompt in common are one row, with
    /// the answers of all of them.
    package let references: [String]
    /// The columns of the training file that hold what is to be written, each a row of its own: those of the references, where
    /// nothing else is said.
    package let targets: [String]
    /// The columns whose texts are rewritten as they are read, and how.
    package let rewrites: [String: Rewriting]

    /// Names the columns.
    package init(
      prompt: PromptTemplate, references: [String], targets: [String]? = nil, rewrites: [String: Rewriting] = [:]
    ) {
      self.prompt = prompt
      self.references = references
      self.targets = targets ?? references
      self.rewrites = rewrites
    }
  }

  /// How the text of a column is changed as it is read.
  package enum Rewriting: String, Sendable, CaseIterable {
    /// E2E's meaning representations, `name[Blue Spice], eatType[coffee shop]`, as microsoft/LoRA and prefix-tuning give them to
    /// models: `name : Blue Spice | Type : coffee shop`. `eatType` is called `Type` there, `priceRange` `price`, and `familyFriendly`
    /// `family friendly`; other names and all values are the file's own.
    case slots
    /// GSM8K's answers without the marks of its calculator, `<<48/2=24>>`: a model that writes them without a calculator only
    /// repeats what stands beside them.
    case withoutCalculations = "without-calculations"
  }

  /// The column that a text of the definition means.
  package func column(_ text: String) -> Column { Column(text, format: format, hasHeader: hasHeader) }
}
