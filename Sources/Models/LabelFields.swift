// The fields of `config.json` that say what a head's outputs are, in every architecture.

/// How many outputs a head has, what they are called and what it is trained for.
struct LabelFields: Codable {
  private var id2label: [String: StoredLabel]?
  private var label2id: [String: StoredLabel]?
  private var numLabels: Int?
  private var problemType: String?

  init(_ configuration: any ModelConfiguration) {
    let labels = configuration.labels.names(configuration.classes).enumerated()
    id2label = Dictionary(uniqueKeysWithValues: labels.map { ("\($0)", .text($1)) })
    // names from elsewhere may be there twice
    label2id = Dictionary(labels.map { ($1, .number($0)) }) { first, _ in first }
    problemType = configuration.problem?.rawValue
  }

  /// How many outputs there are; nil where nothing says so.
  var count: Int? { id2label?.count ?? numLabels }
  var problem: HeadProblem? { problemType.flatMap(HeadProblem.init) }

  /// What `count` outputs are called.
  func labels(count: Int) -> OutputLabels { OutputLabels(id2label, label2id, count: count) }

  /// What the file asks for that this program's heads do not do.
  var unsupported: [String] {
    var unsupported = UnsupportedValues()
    unsupported.require("problem_type", problemType, among: HeadProblem.allCases.map(\.rawValue), separator: ", ")
    return unsupported.problems
  }
}
