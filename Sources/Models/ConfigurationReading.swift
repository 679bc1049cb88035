// The keys of a `config.json`, in snake case in the file and in camel case here: how they are read and written, whatever they are.
import Foundation
import Tensors

/// A `config.json` that is being read: each part of a configuration asks for its own keys.
struct ConfigurationReading {
  private let json: Data
  private let decoder = JSONDecoder()

  init(_ json: Data) {
    self.json = json
    decoder.keyDecodingStrategy = .convertFromSnakeCase
  }

  /// Some of its keys.
  ///
  /// - Throws: `DecodingError`.
  func fields<Fields: Decodable>(_ type: Fields.Type) throws -> Fields { try decoder.decode(type, from: json) }

  /// Several parts' keys as one object, in order.
  static func json(_ parts: [any Encodable]) throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(Joined(parts: parts)) + Data("\n".utf8)
  }

  private struct Joined: Encodable {
    let parts: [any Encodable]

    func encode(to encoder: any Encoder) throws {
      for part in parts { try part.encode(to: encoder) }
    }
  }

  /// An error in the file's own terms.
  static func problem(_ error: DecodingError) -> String {
    /// The field's name in the file, which the decoder turned into camel case.
    func field(_ path: [any CodingKey]) -> String {
      path.map(\.stringValue).joined(separator: ".").reduce(into: "") { name, letter in
        name += letter.isUppercase ? "_" + letter.lowercased() : String(letter)
      }
    }
    switch error {
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return context.codingPath.isEmpty ? "it is no JSON object" : "\(field(context.codingPath)) has the wrong type"
    case .keyNotFound(let key, let context): return "\(field(context.codingPath + [key])) is missing"
    @unknown default: return "it is no JSON object"
    }
  }
}

/// What a file asks for that this program does not compute.
struct UnsupportedValues {
  private(set) var problems: [String] = []

  /// Asks that a value is the one that is supported.
  mutating func require<Value: Equatable>(_ name: String, _ found: Value, _ supported: Value) {
    if found != supported { problems.append("\(name) is \(found); supported is \(supported)") }
  }

  /// Asks that an activation, where one is named, is known.
  mutating func requireActivation(_ name: String, _ found: String?) {
    if let found, Activation(storedName: found) == nil {
      problems.append("\(name) is \(found); supported are \(Activation.allStoredNames)")
    }
  }

  /// Asks for one of several values.
  mutating func require(_ name: String, _ found: String?, among supported: [String], separator: String) {
    if let found, !supported.contains(found) {
      problems.append("\(name) is \(found); supported are \(supported.joined(separator: separator))")
    }
  }
}

extension Activation {
  /// By the names that `config.json` may have, the first of each the one that is written.
  private static let storedNames: [(names: [String], activation: Activation)] = [
    (["gelu", "gelu_python"], .gelu),
    (["gelu_new", "gelu_pytorch_tanh", "gelu_fast", "gelu_python_tanh", "gelu_accurate"], .tangentGELU),
    (["quick_gelu"], .quickGELU), (["relu"], .relu), (["silu", "swish"], .silu), (["tanh"], .tanh),
  ]

  /// All names, for messages.
  static var allStoredNames: String { storedNames.flatMap(\.names).joined(separator: ", ") }

  init?(storedName: String) {
    guard let found = Self.storedNames.first(where: { $0.names.contains(storedName) }) else { return nil }
    self = found.activation
  }

  var storedName: String { Self.storedNames.first { $0.activation == self }?.names.first ?? rawValue }
}
