// The one view on stored tensors that all checkpoint formats share.

/// Named tensors in one or several files. Safe to read from several threads at once.
package protocol TensorArchive: AnyObject, Sendable {
  /// The file or folder, for messages.
  var path: String { get }
  /// All tensors, in an order that depends on the files alone.
  var descriptions: [TensorDescription] { get }
  /// The tensor called `name`, or nil.
  func description(of name: String) -> TensorDescription?
  /// Fills `buffer` with the tensor's elements in row-major order, widened to float32 (float64 is rounded to nearest).
  ///
  /// Throws where there is no such tensor, where it holds integers, or where `buffer` has another count.
  func readFloats(_ name: String, into buffer: UnsafeMutableBufferPointer<Float>) throws
  /// Fills `buffer` with the tensor's elements in row-major order, in the type in which they are stored.
  func readBytes(_ name: String, into buffer: UnsafeMutableRawBufferPointer) throws
  /// The elements of an integer or boolean tensor in row-major order.
  func integers(_ name: String) throws -> [Int64]
}

extension TensorArchive {
  /// The tensor's elements in row-major order, widened to float32.
  ///
  /// - Throws: `StorageError` where there is no such tensor, or it holds no floating-point numbers.
  package func floats(_ name: String) throws -> [Float] {
    guard let description = description(of: name) else {
      throw StorageError.unknownTensor(path: path, name: name)
    }
    return try [Float](unsafeUninitializedCapacity: description.count) { buffer, initialized in
      try readFloats(name, into: UnsafeMutableBufferPointer(rebasing: buffer[..<description.count]))
      initialized = description.count
    }
  }
}

/// An archive whose tensors each lie in a known place of an open file.
protocol RecordedArchive: TensorArchive {
  /// The place of the tensor called `name`, or nil.
  func record(of name: String) -> TensorRecord?
}

extension RecordedArchive {
  package func description(of name: String) -> TensorDescription? { record(of: name)?.description }

  package func readFloats(_ name: String, into buffer: UnsafeMutableBufferPointer<Float>) throws {
    try existing(name).readFloats(into: buffer)
  }

  package func readBytes(_ name: String, into buffer: UnsafeMutableRawBufferPointer) throws {
    try existing(name).readBytes(into: buffer)
  }

  package func integers(_ name: String) throws -> [Int64] { try existing(name).integers() }

  private func existing(_ name: String) throws -> TensorRecord {
    guard let record = record(of: name) else { throw StorageError.unknownTensor(path: path, name: name) }
    return record
  }
}
