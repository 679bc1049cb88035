// The sets of a task whose answers are texts, as token ids: prompts, and what is to follow them.
import Datasets
import Tokenizers

/// A prompt, and what may follow it.
package struct Prompt: Sendable, Equatable {
  /// As the task's template has put it together.
  package let text: String
  /// What is right to follow it, one text at least.
  package let references: [String]
  /// Its tokens, with the special ones before it, `[tokens]`.
  package let tokens: [Int32]
  /// The first reference's tokens and the end token.
  let target: [Int32]
}

/// A task's examples, of which each has a prompt and texts that may follow it.
package struct CompletionSets: Sendable {
  /// Prompts, and the completions of which their loss is the mean.
  package struct Validation: Sendable {
    /// By which records and tables name it.
    package let name: String
    /// Whether its rows choose nothing and are only reported.
    let isHeldOut: Bool
    /// In the order of the file, each once.
    package let prompts: [Prompt]
    /// Each prompt with each of its references.
    let completions: [Completed]
  }

  /// The training examples, in the order of the file.
  package let training: [Completed]
  /// The validation sets, in the order of the task.
  package let validation: [Validation]
  /// The token that ends a text.
  package let endToken: Int32
  /// From tokens to text, special ones left out.
  let text: @Sendable ([Int32]) -> String
  /// What is doubtful about the prompts, a sentence each: how many of a set have lost their oldest tokens.
  package let notes: [String]

  /// Tokenizes a task's texts. A prompt that is too long beside its target loses its oldest tokens, never the special ones before it.
  ///
  /// - Parameters:
  ///   - maximumLength: the most tokens of a prompt and its target together.
  ///   - maximumNewTokens: the most tokens that are written after a prompt of a validation set, which leave it so many fewer.
  /// - Throws: `CompletionError` for a tokenizer without an end token, a target that does not fit, and a length without room for prompts.
  package init(
    _ data: TaskData, with tokenizer: any Tokenizer, maximumLength: Int, maximumNewTokens: Int
  ) throws(CompletionError) {
    guard let end = tokenizer.specialTokens.end else { throw .noEndToken(task: data.task.id) }
    let encoder = CompletionEncoder(tokenizer: tokenizer, endToken: end, maximumLength: maximumLength)
    if maximumLength - maximumNewTokens <= encoder.beginning.count {
      throw .noRoom(task: data.task.id, maximumLength: maximumLength, maximumNewTokens: maximumNewTokens)
    }
    var notes: [String] = [], sets: [Validation] = []
    func note(_ shortened: Int, of set: ExampleSet, to room: String) {
      guard shortened > 0 else { return }
      notes.append(
        "\(data.task.id): \(shortened) of the \(set.examples.count) prompts of '\(set.name)' lose their oldest tokens to \(room).")
    }
    let length = "max_length \(maximumLength)"
    let train = try encoder.completions(data.train)
    note(train.shortened, of: data.train, to: length)
    for set in data.validation {
      var prompts: [Prompt] = [], shortened = 0
      for example in set.examples {
        let (tokens, isShort) = encoder.prompt(example.first, room: maximumLength - maximumNewTokens)
        if isShort { shortened += 1 }
        let target = example.references.first.map { encoder.target($0) } ?? [end]
        prompts.append(Prompt(text: example.first, references: example.references, tokens: tokens, target: target))
      }
      note(shortened, of: set, to: "\(length) less max_new_tokens \(maximumNewTokens)")
      sets.append(
        Validation(name: set.name, isHeldOut: set.isHeldOut, prompts: prompts, completions: try encoder.completions(set).rows))
    }
    (training, validation, self.notes) = (train.rows, sets, notes)
    endToken = end
    text = { tokenizer.decode($0) }
  }

  /// Completions that are tokenized already, for training, and for their cost: those of validation sets have no texts.
  package init(training: [Completed], validation: [[Completed]] = []) {
    self.training = training
    self.validation = validation.enumerated().map { set, completions in
      let prompts = completions.map {
        Prompt(text: "", references: [""], tokens: Array($0.tokens[..<$0.promptLength]), target: Array($0.target))
      }
      return Validation(name: "\(set)", isHeldOut: false, prompts: prompts, completions: completions)
    }
    (endToken, notes) = (0, [])
    text = { _ in "" }
  }
}

/// Puts prompts and targets into tokens.
private struct CompletionEncoder {
  let tokenizer: any Tokenizer
  let endToken: Int32
  let maximumLength: Int
  /// The special tokens before every prompt.
  let beginning: [Int32]

  init(tokenizer: any Tokenizer, endToken: Int32, maximumLength: Int) {
    (self.tokenizer, self.endToken, self.maximumLength) = (tokenizer, endToken, maximumLength)
    beginning = tokenizer.template.single.before
  }

  /// A prompt's tokens, at most `room` of them, and whether it has lost any.
  func prompt(_ text: String, room: Int) -> (tokens: [Int32], isShort: Bool) {
    let tokens = tokenizer.encode(text), room = max(0, room - beginning.count)
    return (beginning + tokens.suffix(room), tokens.count > room)
  }

  /// A text's tokens and the end token.
  func target(_ text: String) -> [Int32] { tokenizer.encode(text) + [endToken] }

  /// Each example with each of its references, and how many examples' prompts have lost tokens beside any of them.
  func completions(_ set: ExampleSet) throws(CompletionError) -> (rows: [Completed], shortened: Int) {
    var rows: [Completed] = [], shortened = 0
    for (index, example) in set.examples.enumerated() {
      let line = index < set.lines.count ? set.lines[index] : 1
      var isShortened = false
      for reference in example.references {
        let target = target(reference), room = maximumLength - target.count
        guard room > beginning.count else {
          throw .longTarget(path: set.file.path, line: line, tokens: target.count, maximumLength: maximumLength)
        }
        let (prompt, isShort) = prompt(example.first, room: room)
        guard !prompt.isEmpty else { throw .emptyPrompt(path: set.file.path, line: line) }
        rows.append(Completed(tokens: prompt + target, promptLength: prompt.count))
        isShortened = isShortened || isShort
      }
      if isShortened { shortened += 1 }
    }
    return (rows, shortened)
  }
}

/// What keeps a task's texts from being learned or written.
package enum CompletionError: Error, Equatable, CustomStringConvertible {
  /// The model's tokenizer knows no token that ends a text.
  case noEndToken(task: String)
  /// A target alone is as long as a prompt and its target may be.
  case longTarget(path: String, line: Int, tokens: Int, maximumLength: Int)
  /// A prompt has no token at all.
  case emptyPrompt(path: String, line: Int)
  /// Written texts leave no room for prompts.
  case noRoom(task: String, maximumLength: Int, maximumNewTokens: Int)

  package var description: String {
    switch self {
    case .noEndToken(let task):
      "the task \(task) asks for texts, and the model's tokenizer has no token that ends one. Name it as eos_token in "
        + "tokenizer_config.json."
    case .longTarget(let path, let line, let tokens, let limit):
      "\(path):\(line): the target is \(tokens) tokens long, its end token counted, and max_length, the most of prompt and target together, "
        + "is \(limit). Raise max_length, or take the row out."
    case .emptyPrompt(let path, let line):
      "\(path):\(line): the prompt has no token, and the tokenizer puts none before it. Write something into the task's template."
    case .noRoom(let task, let length, let new):
      "the task \(task): max_length \(length) leaves no room for a prompt beside max_new_tokens \(new). Raise the one or lower the other."
    }
  }
}

extension Example {
  /// The texts that may follow the prompt; none where the label is no text.
  var references: [String] {
    if case .texts(let texts) = label { texts } else { [] }
  }
}
