// Rows with a prompt and texts that may follow it.
import Settings

/// Collects the examples of a task whose answers are texts: of a training file a row for each text to be written, in the order of
/// the file; of a validation file a row for each prompt, with the texts of all rows that have it.
struct PromptRows: ExampleCollector {
  let columns: [ReadColumn]
  private(set) var examples: [Example] = []
  private(set) var lines: [Int] = []
  var left = LeftRows()
  private let prompt: PromptTemplate
  /// The names of `columns`.
  private let names: [String]
  private let rewrites: [TaskDefinition.Rewriting?]
  private let isTraining: Bool
  private let path: String
  /// The place of each prompt's example, by its bytes: texts that only look the same are two.
  private var places: [[UInt8]: Int] = [:]

  /// - Parameters:
  ///   - hasTargets: whether right texts stand in the columns of targets, as in training files, not in those of references.
  ///   - column: the column that a name means.
  init(
    _ completion: TaskDefinition.Completion, isTraining: Bool, hasTargets: Bool, column: (String) -> TaskDefinition.Column,
    path: String
  ) {
    prompt = completion.prompt
    names = prompt.columns + (hasTargets ? completion.targets : completion.references)
    columns = names.map { ReadColumn(column($0)) }
    rewrites = names.map { completion.rewrites[$0] }
    self.isTraining = isTraining
    self.path = path
  }

  mutating func take(_ values: [String], line: Int) throws(DatasetError) {
    var texts: [String] = []
    for (place, value) in values.enumerated() {
      guard let rewriting = rewrites[place] else {
        texts.append(value)
        continue
      }
      guard let text = rewriting.text(of: value) else {
        throw .invalidText(path: path, line: line, column: names[place], expected: rewriting.expectation)
      }
      texts.append(text)
    }
    let inputs = texts.prefix(prompt.columns.count), answers = texts.dropFirst(inputs.count)
    if inputs.allSatisfy(\.isBlank) { throw .emptyText(path: path, line: line, columns: prompt.columns) }
    if let place = answers.indices.first(where: { answers[$0].isBlank }) {
      throw .emptyText(path: path, line: line, columns: [names[place]])
    }
    add(prompt.filled(Array(inputs)), Array(answers))
    lines += Array(repeating: line, count: examples.count - lines.count)
  }

  private mutating func add(_ prompt: String, _ answers: [String]) {
    if isTraining {
      examples += answers.map { Example(first: prompt, second: nil, label: .texts([$0])) }
    } else if let place = places[Array(prompt.utf8)], case .texts(let earlier) = examples[place].label {
      examples[place] = Example(first: examples[place].first, second: nil, label: .texts(earlier + answers))
      left.joined += 1
    } else {
      places[Array(prompt.utf8)] = examples.count
      examples.append(Example(first: prompt, second: nil, label: .texts(answers)))
    }
  }
}

extension String {
  /// Whether there is nothing in it but white space.
  fileprivate var isBlank: Bool { unicodeScalars.allSatisfy(\.properties.isWhitespace) }
}
