// `rank_pattern` and `alpha_pattern`: what single modules have instead of what all have.

/// Values by pattern of modules' paths: the first pattern of the file that matches decides, as the library has it.
struct PatternTable<Value: Sendable & Equatable>: Sendable, Equatable {
  private struct Entry: Sendable, Equatable {
    var key: String
    /// Nil for a key that is a module's whole path and nothing else.
    var pattern: ModulePattern?
    var value: Value
  }

  private var entries: [Entry] = []

  /// An empty table.
  init() {}

  /// The patterns of a file, which name a module from the start or from a dot on to its end.
  ///
  /// - Throws: `ModulePattern.Problem`.
  init(_ values: [String: Value], order: [String], budget: inout ModulePattern.Budget) throws {
    for key in order {
      guard let value = values[key] else { continue }
      do {
        entries.append(Entry(key: key, pattern: try ModulePattern("(.*\\.)?(\(key))$", budget: &budget), value: value))
      } catch let problem as ModulePattern.Problem {
        throw ModulePattern.Problem(text: "the pattern '\(key)': \(problem.text)")
      }
    }
  }

  /// Whether it has no patterns.
  var isEmpty: Bool { entries.isEmpty }
  /// Whether it says the same with its keys in the alphabet's order, in which they are written.
  var isSorted: Bool { entries.allSatisfy { $0.pattern == nil } || keys == keys.sorted() }
  /// The keys in their order.
  var keys: [String] { entries.map(\.key) }
  /// What it says, without its order.
  var dictionary: [String: Value] { Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first } }

  /// Adds a module by its whole path.
  mutating func append(_ value: Value, for path: String) { entries.append(Entry(key: path, value: value)) }

  /// What a module has; nil where no pattern matches.
  func value(for path: String) -> Value? {
    entries.first { $0.pattern?.begins(path) ?? ($0.key == path) }?.value
  }
}
