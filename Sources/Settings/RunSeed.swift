// Where a run's randomness starts: a seed for what it begins with, and one for what is drawn while it trains.

/// The seed of a run, on two axes that can be varied apart (weight initialisation and data order in
/// Dodge et al. 2020, arXiv 2002.06305).
///
/// - `initialization`: everything that is fixed before the first update. The head's and the adapter's initial values, the random
///   projections that never learn (VeRA, AFLoRA), and the layers that LoRA-drop's `random` variant keeps.
/// - `order`: everything that is drawn while the run trains. The order of the rows in each epoch, the masks of dropout, the rows of a
///   method's sample with their order (LoRA-drop, SparseAdapter), and the entries that PRILoRA's `random` pruning takes. A mask of
///   dropout is drawn for a place in the batch of a step, so it means something with the order of the rows alone, and is on its axis.
///
/// A run's numbers are a function of both, and nothing else in it is random. Most tables vary both at once: seed 3 is initialisation 3
/// and order 3.
package struct RunSeed: Hashable, Sendable {
  /// The seed of what the run starts with; at least 0 where a user gives it.
  package let initialization: Int
  /// The seed of what is drawn while it trains; at least 0 where a user gives it.
  package let order: Int

  /// One seed for both.
  package init(_ seed: Int) { (initialization, order) = (seed, seed) }

  /// A seed for each.
  package init(initialization: Int, order: Int) { (self.initialization, self.order) = (initialization, order) }

  /// Reads `3`, or `0x1` for initialisation 0 and order 1, as `description` writes them; nil where the text is neither.
  package init?(_ text: String) {
    let parts = text.split(separator: "x", omittingEmptySubsequences: false)
    let numbers = parts.compactMap { part -> Int? in
      part.isEmpty || !part.utf8.allSatisfy { (0x30...0x39).contains($0) } ? nil : Int(part)
    }
    guard numbers.count == parts.count, let first = numbers.first, let last = numbers.last, numbers.count <= 2 else { return nil }
    self.init(initialization: first, order: last)
  }

  /// Whether the two differ: such a seed has two numbers in names and records, any other has one.
  package var isApart: Bool { initialization != order }

  /// The key of the random streams of what the run starts with.
  package var initializationKey: UInt64 { UInt64(bitPattern: Int64(initialization)) }

  /// The key of the random streams of what is drawn while it trains.
  package var orderKey: UInt64 { UInt64(bitPattern: Int64(order)) }

  /// The name of a folder: `seed-3`, or `init-0-order-1`.
  package var folderName: String { isApart ? "init-\(initialization)-order-\(order)" : "seed-\(initialization)" }

  /// For people: `seed 3`, or `init 0 order 1`.
  package var phrase: String { isApart ? "init \(initialization) order \(order)" : "seed \(initialization)" }

  /// What stands in a specification: a number, or `{"init": 0, "order": 1}`.
  package var json: JSONValue {
    isApart
      ? .object([Key.initialization.rawValue: .integer(initialization), Key.order.rawValue: .integer(order)]) : .integer(order)
  }

  /// The seed that stands in a specification; nil where it is none as `json` writes it.
  package init?(json: JSONValue) {
    switch json {
    case .integer(let seed): self.init(seed)
    case .object(let members):
      guard members.count == 2, case .integer(let initialization)? = members[Key.initialization.rawValue],
        case .integer(let order)? = members[Key.order.rawValue], initialization != order
      else { return nil }
      self.init(initialization: initialization, order: order)
    default: return nil
    }
  }

  /// The keys of a manifest's, a record's and a report's mapping of both.
  package enum Key: String, CaseIterable {
    case initialization = "init"
    case order
  }
}

extension RunSeed: CustomStringConvertible {
  /// `3`, or `0x1` for initialisation 0 and order 1: what the command line takes and tables for programs have.
  package var description: String { isApart ? "\(initialization)x\(order)" : "\(initialization)" }
}

extension RunSeed: ExpressibleByIntegerLiteral {
  /// One seed for both axes, as code writes it: `3`.
  package init(integerLiteral seed: Int) { self.init(seed) }
}

extension RunSeed: Comparable {
  /// By initialisation, then by order.
  package static func < (one: RunSeed, other: RunSeed) -> Bool {
    (one.initialization, one.order) < (other.initialization, other.order)
  }
}

extension RunSeed: Codable {
  package init(from decoder: any Decoder) throws {
    guard let seed = RunSeed(json: try JSONValue(from: decoder)) else {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(
          codingPath: decoder.codingPath, debugDescription: "a seed is a whole number, or two different ones as 'init' and 'order'")
      )
    }
    self = seed
  }

  package func encode(to encoder: any Encoder) throws { try json.encode(to: encoder) }
}

extension [RunSeed] {
  /// The initialisations, each once, from the least on.
  package var initializations: [Int] { Set(map(\.initialization)).sorted() }

  /// The orders, each once, from the least on.
  package var orders: [Int] { Set(map(\.order)).sorted() }

  /// Whether every initialisation is there with every order, and there are several of both.
  package var areCrossed: Bool {
    initializations.count > 1 && orders.count > 1 && Set(self).count == initializations.count * orders.count
  }

  /// Every initialisation with every order, in the order given: the orders of the first initialisation, those of the second, and so on.
  package static func crossed(initializations: [Int], orders: [Int]) -> [RunSeed] {
    initializations.flatMap { first in orders.map { RunSeed(initialization: first, order: $0) } }
  }

  /// The seeds between commas; where they are crossed, `init 0, 1 × order 0, 1, 2`.
  package var list: String {
    func text(_ numbers: [Int]) -> String { numbers.map(String.init).joined(separator: ", ") }
    return areCrossed
      ? "init \(text(initializations)) × order \(text(orders))" : map(\.description).joined(separator: ", ")
  }
}
