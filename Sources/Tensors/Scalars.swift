// Single numbers that decisions are made from: computed where the tensors lie, and read together.

/// Sums and scores, in double precision. Nothing waits for them before they are read.
package struct Scalars {
  private let backend: any Backend
  fileprivate let buffer: Buffer

  /// So many zeros.
  package init(_ count: Int, on backend: any Backend) {
    self.backend = backend
    buffer = backend.upload([Double](repeating: 0, count: count))
  }

  /// Adds what is made of a tensor's numbers to one of them.
  package func add(_ reduction: Reduction, of tensor: Tensor, at place: Int) {
    backend.reduce(tensor.buffer, reduction, into: buffer, at: place, accumulate: true)
  }

  /// The sums of a vector's parts, each in the order of its entries.
  package init(sumsOf vector: Tensor, parts: Offsets) {
    backend = vector.backend
    buffer = backend.allocate(parts.runs, .float64)
    precondition(parts.rows <= vector.count, "parts beyond \(vector.count) entries")
    backend.sumSegments(vector.buffer, parts.buffer(on: backend), into: buffer)
  }

  /// All of them: one read.
  package var values: [Double] { Self.read([self])[0] }

  /// The numbers of several, in one read.
  package static func read(_ scalars: [Scalars]) -> [[Double]] {
    guard let backend = scalars.first?.backend else { return [] }
    return backend.read(scalars.map(\.buffer))
  }
}

extension Tensor {
  /// The values of several tensors, in one read; for single numbers and small vectors.
  package static func read(_ tensors: [Tensor]) -> [[Float]] {
    guard let backend = tensors.first?.backend else { return [] }
    return backend.read(tensors.map(\.buffer)).map { $0.map { Float($0) } }
  }
}
