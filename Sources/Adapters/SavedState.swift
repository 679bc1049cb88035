import Tensors

/// A method's saved state, looked up by name and checked.
struct SavedState {
  private let entries: [String: Diagnostic]

  init(_ state: [Diagnostic]) throws {
    entries = try Dictionary(state.map { ($0.path, $0) }) { first, _ in throw AdapterError.state(first.path, "is there twice") }
  }

  func contains(_ name: String) -> Bool { entries[name] != nil }

  func numbers(_ name: String, _ count: Int? = nil) throws -> [Double] {
    guard case .numbers(let values)? = entries[name]?.values else { throw AdapterError.state(name, "is missing") }
    try check(name, values.count, count)
    return values
  }

  func integers(_ name: String, _ count: Int? = nil) throws -> [Int64] {
    guard case .integers(let values)? = entries[name]?.values else { throw AdapterError.state(name, "is missing") }
    try check(name, values.count, count)
    return values
  }

  /// The saved values as a tensor.
  func tensor(_ name: String, shape: [Int], on backend: any Backend) throws -> Tensor {
    Tensor(try numbers(name, shape.reduce(1, *)).map { Float($0) }, shape: shape, on: backend)
  }

  private func check(_ name: String, _ found: Int, _ expected: Int?) throws {
    if let expected, found != expected {
      throw AdapterError.state(name, "has \(found) entries where \(expected) are expected")
    }
  }
}

extension Diagnostic {
  /// A tensor's values as a part of a method's state.
  static func values(of tensor: Tensor, at path: String) -> Diagnostic {
    Diagnostic(path, shape: [tensor.count], .numbers(tensor.values.map(Double.init)), dimensions: ["entry"])
  }
}
