// Rows, labels and places: whole numbers that operations look up.

/// A list of indices where a backend has them: uploaded once, for all operations that need them.
package final class Indices {
  /// How many there are.
  package var count: Int { buffer.count }
  /// Int32, `[count]`.
  let buffer: Buffer
  private let backend: any Backend
  /// The lowest and the highest where they came from the program; what a backend computed is known to fit.
  private let bounds: ClosedRange<Int32>?

  /// Uploads a list.
  package init(_ values: [Int32], on backend: any Backend) {
    self.backend = backend
    buffer = backend.upload(values)
    if let low = values.min(), let high = values.max() { bounds = low...high } else { bounds = nil }
  }

  init(_ buffer: Buffer, on backend: any Backend) {
    (self.buffer, self.backend) = (buffer, backend)
    bounds = nil
  }

  /// The indices, read back.
  package var values: [Int32] { backend.download(buffer) }

  /// Whether each is one of a table of so many rows.
  func isWithin(_ rows: Int) -> Bool { bounds.map { $0.lowerBound >= 0 && Int($0.upperBound) < rows } ?? true }
}
