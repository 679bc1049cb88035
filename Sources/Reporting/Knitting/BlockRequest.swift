// What the opening mark of a notebook's block asks for: `<!-- lowrank table aflora-table2 select=last -->`.
import Manifests
import Metrics
import Settings

/// What stands in a block.
package enum BlockSubject: Sendable, Equatable {
  /// An experiment's table; nil: as the manifest says.
  case table(epoch: EpochChoice?, aggregate: SeedAggregate?, metric: String?)
  /// One of an experiment's figures, by its id.
  case figure(String)
  /// How the experiment's runs ended.
  case runs
  /// What was written for the first prompts of one of its tasks, by the task's id.
  case texts(String)
  /// A paper's table without scores, by its id, which stands in place of the experiment's.
  case published
  /// Whether the results show a claim on two rows, by an epoch; nil: as the manifest says.
  case claim(RowClaim, epoch: EpochChoice?)
}

/// A block as its opening mark asks for it.
package struct BlockRequest: Sendable, Equatable, CustomStringConvertible {
  /// The id or alias of the experiment, or the id of a paper's table without scores.
  package let experiment: String
  /// The size whose results it shows.
  package let profile: Profile
  /// What is shown of it.
  package let subject: BlockSubject

  /// The request in a message's words, as `table aflora-table2 profile=small`.
  package var description: String {
    let name =
      switch subject {
      case .table: "table \(experiment)"
      case .figure(let id): "figure \(experiment) \(id)"
      case .runs: "runs \(experiment)"
      case .texts(let task): "texts \(experiment) \(task)"
      case .published: "published \(experiment)"
      case .claim(let claim, _):
        "claim \(experiment) \(claim.row) \(claim.relation.rawValue) \(claim.other) \(claim.task ?? RowClaim.average)"
      }
    return name + (profile == .pocket ? "" : " profile=\(profile.rawValue)")
  }
}

/// Reads the words between `lowrank` and the end of an opening mark. Pure text: no experiment is looked up.
struct BlockRequestReader {
  private enum Kind: String, CaseIterable {
    case table, figure, runs, texts, published, claim

    /// The words after the kind.
    var operands: [String] {
      switch self {
      case .table, .runs: ["EXPERIMENT"]
      case .figure: ["EXPERIMENT", "NAME"]
      case .texts: ["EXPERIMENT", "TASK"]
      case .published: ["TABLE"]
      case .claim: ["EXPERIMENT", "ROW", ">", "ROW", "TASK"]
      }
    }

    var options: [String] {
      switch self {
      case .table: ["profile", "select", "aggregate", "metric"]
      case .claim: ["profile", "select", "within", "family"]
      case .figure, .runs, .texts: ["profile"]
      case .published: []
      }
    }

    /// What the operands are, in a message.
    var expectation: String {
      self == .claim
        ? "EXPERIMENT, ROW, one of >, < and =, ROW, and TASK or 'average'" : operands.joined(separator: " and ")
    }

    var usage: String { "<!-- lowrank \(rawValue) \(operands.joined(separator: " ")) -->" }
  }

  /// What is wrong with the words, one sentence each.
  private(set) var problems: [String] = []
  private var values: [(key: String, value: String)] = []

  /// The request; nil where there is a problem.
  mutating func request(_ words: [String]) -> BlockRequest? {
    let kinds = Kind.allCases.map(\.rawValue)
    guard let name = words.first else {
      problems.append("this mark names no block." + Suggestion.list("kinds", kinds))
      return nil
    }
    guard let kind = Kind(rawValue: name) else {
      problems.append(unknown(name, "a kind of block", "kinds", kinds))
      return nil
    }
    // the experiment comes first, and its name may say settings, as in `table1+rank=8`
    let rest = words.dropFirst(),
      isOption = { (place: Int) in
        words[place].contains("=") && words[place] != RowClaim.Relation.level.rawValue && (place > 1 || !words[place].contains("+"))
      }
    let operands = rest.indices.filter { !isOption($0) }.map { words[$0] }
    for place in rest.indices where isOption(place) { read(words[place], kind) }
    if operands.count != kind.operands.count {
      problems.append("'\(kind.rawValue)' takes \(kind.expectation), as in \(kind.usage).")
    }
    if kind == .figure, operands.count == 2, let id = operands.last, !Self.isFileName(id) {
      problems.append("'\(shortened(id))' is no figure's name: letters, digits, '-', '_' and '.', starting with a letter or digit.")
    }
    let profile = choice("profile", among: Profile.allCases)
    let epoch = choice("select", among: EpochChoice.allCases), aggregate = choice("aggregate", among: SeedAggregate.allCases)
    let metric = choice("metric", among: Metric.scoring)
    let subject: BlockSubject? =
      switch kind {
      case .table: .table(epoch: epoch, aggregate: aggregate, metric: metric?.rawValue)
      case .figure: operands.last.map { .figure($0) }
      case .runs: .runs
      case .texts: operands.last.map { .texts($0) }
      case .claim: claim(operands).map { .claim($0, epoch: epoch) }
      case .published: .published
      }
    guard problems.isEmpty, let experiment = operands.first, let subject else { return nil }
    return BlockRequest(experiment: experiment, profile: profile ?? .pocket, subject: subject)
  }

  /// The claim of a mark's words: the experiment, a row, the relation, the other row, and what it is about.
  private mutating func claim(_ operands: [String]) -> RowClaim? {
    guard operands.count == Kind.claim.operands.count else { return nil }
    let (row, other, task) = (operands[1], operands[3], operands[4])
    guard let relation = RowClaim.Relation(rawValue: operands[2]) else {
      problems.append(
        unknown(operands[2], "a relation of two rows", "relations", RowClaim.Relation.allCases.map(\.rawValue)))
      return nil
    }
    if row == other { problems.append("a claim compares two rows, but names '\(shortened(row))' twice.") }
    let family = choice("family", among: RowClaim.Family.allCases), bound = bound(of: relation)
    return RowClaim(
      row: row, other: other, relation: relation, task: task == RowClaim.average ? nil : task, bound: bound, family: family ?? .rows
    )
  }

  /// The bound that a mark states for `=`, in points.
  private mutating func bound(of relation: RowClaim.Relation) -> Double? {
    guard let text = values.first(where: { $0.key == "within" })?.value else { return nil }
    guard relation == .level else {
      problems.append("'within' is the bound of '='; leave it out beside '\(relation.rawValue)'.")
      return nil
    }
    let isNumber = text.utf8.allSatisfy { (0x30...0x39).contains($0) || $0 == 0x2E }
    if isNumber, let value = Double(text), value > 0, value <= 100 { return value }
    problems.append("'within' must be a number of points above 0, at most 100, but is '\(shortened(text))'.")
    return nil
  }

  private mutating func read(_ word: String, _ kind: Kind) {
    let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    if !kind.options.contains(parts[0]) {
      problems.append(unknown(parts[0], "an option of '\(kind.rawValue)'", "options", kind.options))
    } else if values.contains(where: { $0.key == parts[0] }) {
      problems.append("'\(parts[0])' is given more than once; keep one.")
    } else {
      values.append((parts[0], parts[1]))
    }
  }

  private mutating func choice<Choice: RawRepresentable<String>>(_ key: String, among choices: [Choice]) -> Choice? {
    guard let text = values.first(where: { $0.key == key })?.value else { return nil }
    if let value = choices.first(where: { $0.rawValue == text }) { return value }
    problems.append(unknown(text, "a value of '\(key)'", "values", choices.map(\.rawValue)))
    return nil
  }

  private func unknown(_ name: String, _ role: String, _ label: String, _ known: [String]) -> String {
    "'\(shortened(name))' is not \(role)." + Suggestion.sentence(for: name, among: known) + Suggestion.list(label, known)
  }

  private func shortened(_ text: String) -> String { text.count > 40 ? text.prefix(40) + "…" : text }

  /// Whether a name can be part of a file's name and of a link: it leads out of no folder.
  private static func isFileName(_ name: String) -> Bool {
    let isPlain = { (byte: UInt8) in
      (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
    }
    guard let first = name.utf8.first, isPlain(first), name.utf8.count <= 120 else { return false }
    return name.utf8.allSatisfy { isPlain($0) || $0 == 0x2D || $0 == 0x5F || $0 == 0x2E }
  }
}
