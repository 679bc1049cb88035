// A tensor's place in an open file, and the reading of its elements.

/// Where a tensor lies and how its elements are spaced. Whoever makes one has checked that all lies within the file.
struct TensorRecord: Sendable {
  let description: TensorDescription
  let file: InputFile
  /// The byte at which the first element starts.
  let offset: Int
  /// Elements between neighbours along each axis; nil for row-major order without gaps.
  let strides: [Int]?

  /// Bytes converted at once: large enough for few system calls, small enough to stay in the cache.
  private static let pieceBytes = 1 << 18

  func readFloats(into buffer: UnsafeMutableBufferPointer<Float>) throws {
    let type = description.elementType
    guard type.isFloatingPoint else { throw mismatch("of type \(type.rawValue)", "a floating-point type") }
    try checkCount(buffer.count, noun: "elements", stored: description.count)
    if type == .float32 { return try readBytes(into: UnsafeMutableRawBufferPointer(buffer)) }
    var start = 0
    try forEachPiece { bytes in
      let count = bytes.count / type.size
      let target = UnsafeMutableBufferPointer(rebasing: buffer[start..<start + count])
      switch type {
      case .float16: widenHalf(bytes.bindMemory(to: UInt16.self), into: target)
      case .bfloat16: widenBrain(bytes.bindMemory(to: UInt16.self), into: target)
      default: narrowDouble(bytes.bindMemory(to: Double.self), into: target)
      }
      start += count
    }
  }

  func readBytes(into buffer: UnsafeMutableRawBufferPointer) throws {
    try checkCount(buffer.count, noun: "bytes", stored: description.count * description.elementType.size)
    if strides == nil { return try file.read(at: offset, into: buffer) }
    var start = 0
    try forEachPiece { bytes in
      buffer[start..<start + bytes.count].copyBytes(from: bytes)
      start += bytes.count
    }
  }

  func integers() throws -> [Int64] {
    var values: [Int64] = []
    let type = description.elementType
    guard !type.isFloatingPoint else { throw mismatch("of type \(type.rawValue)", "an integer type") }
    values.reserveCapacity(description.count)
    try forEachPiece { bytes in
      switch type {
      case .int64: values.append(contentsOf: bytes.bindMemory(to: Int64.self))
      case .int32: values.append(contentsOf: bytes.bindMemory(to: Int32.self).lazy.map { Int64($0) })
      case .int16: values.append(contentsOf: bytes.bindMemory(to: Int16.self).lazy.map { Int64($0) })
      case .int8: values.append(contentsOf: bytes.bindMemory(to: Int8.self).lazy.map { Int64($0) })
      case .bool: values.append(contentsOf: bytes.lazy.map { $0 == 0 ? 0 : 1 })
      default: values.append(contentsOf: bytes.lazy.map { Int64($0) })
      }
    }
    return values
  }

  /// Calls `body` with the tensor's stored bytes in row-major order, piece by piece, each aligned for its type.
  private func forEachPiece(_ body: (UnsafeMutableRawBufferPointer) throws -> Void) throws {
    let size = description.elementType.size
    let total = description.count * size
    if total == 0 { return }
    if let strides {
      let gathered = UnsafeMutableRawBufferPointer.allocate(byteCount: total, alignment: 16)
      defer { gathered.deallocate() }
      try gather(strides, into: gathered)
      return try body(gathered)
    }
    let piece = UnsafeMutableRawBufferPointer.allocate(byteCount: min(total, Self.pieceBytes), alignment: 16)
    defer { piece.deallocate() }
    for start in stride(from: 0, to: total, by: Self.pieceBytes) {
      let part = UnsafeMutableRawBufferPointer(rebasing: piece[..<min(Self.pieceBytes, total - start)])
      try file.read(at: offset + start, into: part)
      try body(part)
    }
  }

  /// Reads the stretch of the file that a tensor with gaps or transposed axes covers, and puts its elements in order.
  private func gather(_ strides: [Int], into target: UnsafeMutableRawBufferPointer) throws {
    let size = description.elementType.size
    let shape = description.shape
    let extent = zip(shape, strides).reduce(1) { $0 + ($1.0 - 1) * $1.1 }
    let source = try file.bytes(at: offset, count: extent * size)
    source.withUnsafeBytes { source in
      var index = [Int](repeating: 0, count: shape.count)
      var element = 0
      for position in 0..<description.count {
        for byte in 0..<size { target[position * size + byte] = source[element * size + byte] }
        var axis = shape.count - 1
        while axis >= 0 {
          index[axis] += 1
          element += strides[axis]
          if index[axis] < shape[axis] { break }
          element -= strides[axis] * shape[axis]
          index[axis] = 0
          axis -= 1
        }
      }
    }
  }

  private func checkCount(_ given: Int, noun: String, stored: Int) throws {
    guard given == stored else { throw mismatch("of \(stored) \(noun)", "\(given)") }
  }

  private func mismatch(_ found: String, _ expected: String) -> StorageError {
    .tensorMismatch(path: file.path, name: description.name, found: found, expected: expected)
  }
}

/// Widens IEEE half precision exactly, infinities, subnormals and the payload of NaN included.
private func widenHalf(_ source: UnsafeMutableBufferPointer<UInt16>, into target: UnsafeMutableBufferPointer<Float>) {
  // Exponent and fraction move up; the product corrects the exponent's bias and normalises subnormals. Without a
  // branch, so that the loop becomes vector instructions.
  let rebias = Float(bitPattern: UInt32(127 + 127 - 15) << 23)
  for index in 0..<source.count {
    let half = UInt32(source[index])
    let magnitude = Float(bitPattern: (half & 0x7fff) << 13) * rebias
    let special: UInt32 = half & 0x7c00 == 0x7c00 ? 0x7f80_0000 : 0
    target[index] = Float(bitPattern: magnitude.bitPattern | special | (half & 0x8000) << 16)
  }
}

/// Widens bfloat16, whose bits are the upper half of a float32.
private func widenBrain(_ source: UnsafeMutableBufferPointer<UInt16>, into target: UnsafeMutableBufferPointer<Float>) {
  for index in 0..<source.count { target[index] = Float(bitPattern: UInt32(source[index]) << 16) }
}

private func narrowDouble(_ source: UnsafeMutableBufferPointer<Double>, into target: UnsafeMutableBufferPointer<Float>) {
  for index in 0..<source.count { target[index] = Float(source[index]) }
}
