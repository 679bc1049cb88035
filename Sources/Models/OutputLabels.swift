// What `config.json` calls the outputs of a head. Two of its members say so, and people write them by hand.

/// The names of a head's outputs.
package enum OutputLabels: Sendable, Equatable {
  /// `LABEL_0`, `LABEL_1` …, which `transformers` writes where nobody named them, or nothing at all.
  case unnamed
  /// A name for each output, in order.
  case named([String])
  /// What was said makes no sense, for this reason.
  case unclear(String)

  /// The names of `count` outputs, as a file has them.
  func names(_ count: Int) -> [String] {
    if case .named(let names) = self, names.count == count { return names }
    return (0..<count).map(Self.standardName)
  }

  /// What stands for an output without a name.
  static func standardName(_ output: Int) -> String { "LABEL_\(output)" }

  /// Joins what `id2label` and `label2id` say of `count` outputs. One that is absent, empty or all `LABEL_n` says nothing.
  init(_ id2label: [String: StoredLabel]?, _ label2id: [String: StoredLabel]?, count: Int) {
    do throws(Unclear) {
      let byID = try Self.list("id2label", (id2label ?? [:]).map { (Self.number(StoredLabel.text($0)), $1.text, "'\($0)'") })
      let byName = try Self.list("label2id", (label2id ?? [:]).map { (Self.number($1), $0, "'\($0)'") })
      guard let names = byID ?? byName else {
        self = .unnamed
        return
      }
      if let byID, let byName, byID != byName {
        throw Unclear("id2label names the outputs \(Self.listed(byID)), but label2id \(Self.listed(byName))")
      }
      guard names.count == count else { throw Unclear("it names \(names.count) outputs, but there are \(count)") }
      self = .named(names)
    } catch { self = .unclear(error.reason) }
  }

  private struct Unclear: Error {
    let reason: String
    init(_ reason: String) { self.reason = reason }
  }

  /// The names of one member in the order of their numbers; nil where it names nothing.
  private static func list(
    _ member: String, _ entries: [(number: Int?, name: String?, key: String)]
  ) throws(Unclear) -> [String]? {
    var names: [Int: String] = [:]
    for entry in entries.sorted(by: { $0.key < $1.key }) {
      guard let number = entry.number else { throw Unclear("\(member) has no whole number for \(entry.key)") }
      guard let name = entry.name else { throw Unclear("\(member) has no name for \(entry.key)") }
      guard (0..<entries.count).contains(number) else {
        throw Unclear("\(member) numbers an output \(number), expected 0 to \(entries.count - 1)")
      }
      guard names.updateValue(name, forKey: number) == nil else { throw Unclear("\(member) has two names for output \(number)") }
    }
    let ordered = (0..<entries.count).compactMap { names[$0] }
    var seen: Set<String> = []
    if let twice = ordered.first(where: { !seen.insert($0).inserted }) { throw Unclear("\(member) calls two outputs '\(twice)'") }
    return ordered == ordered.indices.map(standardName) ? nil : ordered
  }

  private static func number(_ label: StoredLabel) -> Int? {
    switch label {
    case .number(let number): number
    case .text(let text): Int(text)
    case .other: nil
    }
  }

  /// The first few of some names, for messages.
  static func listed(_ names: [String]) -> String {
    let most = 8
    let more = names.count > most ? " and \(names.count - most) more" : ""
    return names.prefix(most).map { "'\($0)'" }.joined(separator: ", ") + more
  }
}

/// A label or its number in `config.json`: texts, but also what Python's dictionaries hold.
enum StoredLabel: Codable, Equatable {
  case text(String)
  case number(Int)
  /// Anything else.
  case other

  /// As a name; nil where it cannot be one.
  var text: String? {
    switch self {
    case .text(let text): text
    case .number(let number): "\(number)"
    case .other: nil
    }
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let text = try? container.decode(String.self) {
      self = .text(text)
    } else if let number = try? container.decode(Int.self) {
      self = .number(number)
    } else {
      self = .other
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .text(let text): try container.encode(text)
    case .number(let number): try container.encode(number)
    case .other: try container.encodeNil()
    }
  }
}
