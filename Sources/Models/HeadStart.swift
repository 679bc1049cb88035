// Whether the head of a checkpoint is one for the task at hand, and in which order its outputs are the task's.

/// What a head was or is to be trained for, as `problem_type` says it.
package enum HeadProblem: String, Sendable, Equatable, CaseIterable {
  /// A number for each output.
  case score = "regression"
  /// One of the outputs.
  case oneClass = "single_label_classification"
  /// Any of the outputs.
  case manyClasses = "multi_label_classification"
}

/// What the outputs of a model are to stand for.
package enum HeadTarget: Sendable, Equatable {
  /// Classes in order, by name. Where the same classes go by several lists of names, the first is what is written of them.
  case classes([[String]])
  /// One number.
  case score
  /// The next token, of the words of the vocabulary.
  case words
}

/// What the last layer of a loaded model started from.
package enum HeadStart: Sendable, Equatable {
  /// The checkpoint's, as it is: nothing was said of what its outputs are to stand for.
  case stored
  /// New values: the checkpoint has none.
  case absent
  /// The checkpoint's, for each class the row of that name.
  case byName(rows: [Int], stored: [String])
  /// The checkpoint's, whose outputs have no names.
  case byIndex
  /// The checkpoint's one output, a number.
  case score
  /// New values, because the checkpoint's head is another, as the reason says.
  case new(String)
}

/// What `config.json` says of the model that a checkpoint was saved from, and the classifier has no use for.
struct SavedKind: Decodable {
  /// Names of Python classes.
  var architectures: [String]?
  /// Whether a head that predicts words shares the body's table of them.
  var tieWordEmbeddings: Bool?

  enum CodingKeys: String, CodingKey {
    case architectures
    case tieWordEmbeddings = "tie_word_embeddings"
  }
}

/// What is to be done with a head of the fitting size.
enum HeadMatch {
  case start(HeadStart)
  /// What keeps anyone from knowing what its outputs stand for.
  case refused(String)

  /// Compares what a checkpoint's files say of its head with what is asked for.
  ///
  init(_ stored: any ModelConfiguration, _ origin: SavedKind, to target: HeadTarget?) {
    guard let target, target != .words else {
      self = .start(.stored)
      return
    }
    // their last layer has the same name, but sees something else or means something else
    if let kind = origin.architectures?.first(where: { $0.hasSuffix("ForTokenClassification") || $0.hasSuffix("ForMultipleChoice") }
    ) {
      self = .start(.new("the checkpoint's is that of \(kind)"))
      return
    }
    switch target {
    case .score:
      let isScore = stored.problem == nil || stored.problem == .score
      self = .start(isScore ? .score : .new("the checkpoint's was trained for \(stored.problem?.rawValue ?? "another problem")"))
    case .classes(let lists): self = Self.match(stored, lists)
    case .words: self = .start(.stored)
    }
  }

  private static func match(_ stored: any ModelConfiguration, _ lists: [[String]]) -> HeadMatch {
    if stored.problem == .score { return .start(.new("the checkpoint's was trained for \(HeadProblem.score.rawValue)")) }
    switch stored.labels {
    case .unnamed: return .start(.byIndex)
    case .unclear(let reason): return .refused(reason)
    case .named(let names):
      for list in lists {
        if let rows = rows(of: list, among: names) { return .start(.byName(rows: rows, stored: names)) }
      }
      return .start(.new("the checkpoint's has the labels \(OutputLabels.listed(names))"))
    }
  }

  /// The place of each of some names among others; nil where they are not the same set. Case counts only where names differ in nothing
  /// else.
  static func rows(of names: [String], among others: [String]) -> [Int]? {
    for form in [{ $0 }, { $0.lowercased() }] as [(String) -> String] {
      let places = Dictionary(others.enumerated().map { (form($1), $0) }) { first, _ in first }
      let rows = names.compactMap { places[form($0)] }
      if names.count == others.count, rows.count == names.count, Set(rows).count == rows.count { return rows }
    }
    return nil
  }
}
