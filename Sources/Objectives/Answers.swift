// What a model says of a set's rows, or what would be right, as arrays with names: classes, numbers, or sequences of tokens.

/// The answers to the rows of a set, in the order of the rows.
package struct Answers: Sendable, Equatable {
  /// The entries of one array.
  package enum Values: Sendable, Equatable {
    case integers([Int64])
    case numbers([Double])

    /// How many entries there are.
    package var count: Int {
      switch self {
      case .integers(let values): values.count
      case .numbers(let values): values.count
      }
    }
  }

  /// An array, and what the name of its dataset ends with.
  package struct Part: Sendable, Equatable {
    /// Such as `offsets`.
    package let name: String
    /// Its entries.
    package let values: Values

    /// Names an array.
    package init(name: String, values: Values) {
      self.name = name
      self.values = values
    }
  }

  /// The entries of all rows: one of each, or, where there are `offsets`, several.
  package let values: Values
  /// Further arrays, in the order of their names.
  package let parts: [Part]

  /// One entry for each row, and what else there is to say.
  package init(_ values: Values, parts: [Part] = []) {
    self.values = values
    self.parts = parts.sorted { $0.name < $1.name }
  }

  /// A list of integers for each row.
  package init(rows: [[Int64]]) {
    let offsets = rows.reduce(into: [Int64(0)]) { $0.append(($0.last ?? 0) + Int64($1.count)) }
    self.init(.integers(rows.flatMap { $0 }), parts: [Part(name: Self.offsetsName, values: .integers(offsets))])
  }

  /// One entry for each row, with the mean loss of the right ones, and what the classes were chosen by.
  ///
  /// - Parameter logits: of each row one for each class, one row after the other.
  init(_ values: Values, logits: [Float]? = nil, loss: Double) {
    let logits = logits.map { Part(name: Self.logitsName, values: .numbers($0.map { Double($0) })) }
    self.init(values, parts: [Part(name: Self.lossName, values: .numbers([loss]))] + (logits.map { [$0] } ?? []))
  }

  private static let lossName = "loss"
  private static let logitsName = "logits"

  /// The mean loss of the right answers, where it was measured.
  var loss: Double? {
    guard case .numbers(let values)? = parts.first(where: { $0.name == Self.lossName })?.values else { return nil }
    return values.first
  }

  /// These answers with the mean loss of the right ones.
  func with(loss: Double) -> Answers { Answers(values, parts: parts + [Part(name: Self.lossName, values: .numbers([loss]))]) }

  /// These answers without what classes were chosen by.
  package var withoutLogits: Answers { Answers(values, parts: parts.filter { $0.name != Self.logitsName }) }

  /// How many entries of a part belong to each row, where it has a row of several for each: logits have one for each class.
  package func columns(of part: Part) -> Int? {
    part.name == Self.logitsName && values.count > 0 ? part.values.count / values.count : nil
  }

  /// By which the part is known that says where each row's entries begin, and the end: `[rows + 1]`.
  private static let offsetsName = "offsets"

  /// Where each row's entries begin, and the end, `[rows + 1]`; nil where every row has one.
  package var offsets: [Int]? {
    guard case .integers(let values)? = parts.first(where: { $0.name == Self.offsetsName })?.values else { return nil }
    return values.map { Int($0) }
  }

  /// The integers of each row; empty where the answers are numbers.
  package var rows: [[Int64]] {
    guard case .integers(let values) = values else { return [] }
    guard let offsets else { return values.map { [$0] } }
    return zip(offsets, offsets.dropFirst()).map { Array(values[$0..<$1]) }
  }

  /// Whether the offsets and logits, where there are any, are those of the entries; a file may hold others.
  package var areWhole: Bool {
    for part in parts where part.name == Self.logitsName {
      guard case .numbers(let logits) = part.values, values.count == 0 ? logits.isEmpty : logits.count % values.count == 0 else {
        return false
      }
    }
    guard let part = parts.first(where: { $0.name == Self.offsetsName }) else { return true }
    guard case .integers(let offsets) = part.values else { return false }
    return offsets.first == 0 && offsets.last == Int64(values.count) && zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 }
  }

  /// Whether there are several rows, and all have the same answer.
  package var isConstant: Bool {
    switch values {
    case .integers(let values) where offsets == nil: values.count > 1 && Set(values).count == 1
    case .integers: rows.count > 1 && Set(rows).count == 1
    case .numbers(let values): values.count > 1 && Set(values).count == 1
    }
  }
}
