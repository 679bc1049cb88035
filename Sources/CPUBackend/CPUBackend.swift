import CKernels
import Tensors

/// Why no backend could be made.
package enum BackendError: Error, CustomStringConvertible, Equatable {
  case threads(asked: Int, limit: Int)

  package var description: String {
    switch self {
    case .threads(let asked, let limit): "\(asked) threads were asked for, but at most \(limit) are started. Ask for fewer"
    }
  }
}

/// The processor: the kernels of `CKernels`, each block of them on one thread.
///
/// Work is cut into blocks whose boundaries are a function of the shape alone, so the same bits come out with any number of threads; only
/// products are cut by that number too, for how a product is cut changes none of its numbers.
/// A backend and all its tensors belong to one task; several backends may run side by side.
package final class CPUBackend: Backend {
  package var recordsGradients = true
  package var keepsRowsApart = false
  package var operations = 0
  /// The most threads that a backend starts.
  package static let mostThreads = 1024
  /// How many threads share the blocks.
  package let threads: Int
  let pool = BufferPool()
  private let workers: OpaquePointer

  /// - Throws: `BackendError` where there are to be more than `mostThreads`.
  package init(threads: Int) throws {
    guard threads <= Self.mostThreads else { throw BackendError.threads(asked: threads, limit: Self.mostThreads) }
    self.threads = max(1, threads)
    workers = lr_workers_create(Int32(clamping: self.threads))
  }

  deinit {
    lr_workers_destroy(workers)
  }

  package var peakBytes: Int { pool.peak * BufferPool.unit }
  package var allocations: Int { pool.allocations }
  package private(set) var reads = Reads()

  /// Runs `body` once for each block, spread over the threads; returns when all are done.
  func parallel(_ blocks: Int, _ body: (Int) -> Void) {
    guard blocks > 1, threads > 1 else {
      for block in 0..<blocks { body(block) }
      return
    }
    withoutActuallyEscaping(body) { body in
      var box = body
      withUnsafeMutablePointer(to: &box) { pointer in
        lr_workers_run(
          workers, Int64(blocks),
          { context, block in
            context?.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(block))
          }, pointer)
      }
    }
  }

  /// Cuts `count` elements into blocks of 16,384 (a multiple of the 64 that dropout draws together).
  func parallelElements(_ count: Int, _ body: (Range<Int>) -> Void) {
    let size = 16_384
    parallel((count + size - 1) / size) { body($0 * size..<min(count, ($0 + 1) * size)) }
  }

  /// Cuts rows into blocks of about 16,384 elements.
  func parallelRows(_ rows: Int, columns: Int, _ body: (Range<Int>) -> Void) {
    let size = max(1, 16_384 / max(1, columns))
    parallel((rows + size - 1) / size) { body($0 * size..<min(rows, ($0 + 1) * size)) }
  }

  package func allocate(_ count: Int, _ type: Buffer.ElementType) -> Buffer {
    Buffer(count: count, type: type, storage: HostMemory(bytes: count * type.size, pool: pool))
  }

  package func upload(_ count: Int, _ type: Buffer.ElementType, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows
    -> Buffer
  {
    let buffer = allocate(count, type)
    try fill(UnsafeMutableRawBufferPointer(start: memory(of: buffer).address, count: count * type.size))
    return buffer
  }

  package func upload(_ values: [Float]) -> Buffer { filled(values, .float32) }
  package func upload(_ values: [Double]) -> Buffer { filled(values, .float64) }
  package func upload(_ values: [Int32]) -> Buffer { filled(values, .int32) }

  private func filled<Element>(_ values: [Element], _ type: Buffer.ElementType) -> Buffer {
    let buffer = allocate(values.count, type)
    write(values, to: address(of: buffer, type, Element.self))
    return buffer
  }

  package func download(_ buffer: Buffer) -> [Float] { values(of: widened(buffer), .float32) }
  package func download(_ buffer: Buffer) -> [Double] { values(of: buffer, .float64) }
  package func download(_ buffer: Buffer) -> [Int32] { values(of: buffer, .int32) }

  private func values<Element>(of buffer: Buffer, _ type: Buffer.ElementType) -> [Element] {
    reads.add(bytes: buffer.count * type.size)
    return Array(UnsafeBufferPointer(start: address(of: buffer, type, Element.self), count: buffer.count))
  }

  package func read(_ buffers: [Buffer]) -> [[Double]] {
    reads.add(bytes: buffers.reduce(0) { $0 + $1.count * $1.type.size })
    return buffers.map { buffer in
      let places = 0..<buffer.count
      return switch buffer.type {
      case .float32: places.map { Double(host(buffer)[$0]) }
      case .float64: places.map { scalars(buffer)[$0] }
      case .int32: places.map { Double(indices(buffer)[$0]) }
      case .bfloat16: places.map { Double(Float(bitPattern: UInt32(halves(buffer)[$0]) << 16)) }
      }
    }
  }

  package func write(_ values: [Float], to buffer: Buffer) {
    precondition(values.count == buffer.count, "\(values.count) values for a buffer of \(buffer.count)")
    write(values, to: host(buffer))
  }

  private func write<Element>(_ values: [Element], to address: UnsafeMutablePointer<Element>) {
    values.withUnsafeBufferPointer { source in
      if let base = source.baseAddress { address.update(from: base, count: values.count) }
    }
  }

  /// The address of a float32 buffer of this backend.
  func host(_ buffer: Buffer) -> UnsafeMutablePointer<Float> { address(of: buffer, .float32, Float.self) }
  /// The address of an int32 buffer of this backend.
  func indices(_ buffer: Buffer) -> UnsafeMutablePointer<Int32> { address(of: buffer, .int32, Int32.self) }
  /// The address of a bfloat16 buffer of this backend.
  func halves(_ buffer: Buffer) -> UnsafeMutablePointer<UInt16> { address(of: buffer, .bfloat16, UInt16.self) }
  /// The address of a float64 buffer of this backend.
  func scalars(_ buffer: Buffer) -> UnsafeMutablePointer<Double> { address(of: buffer, .float64, Double.self) }

  private func address<Element>(of buffer: Buffer, _ type: Buffer.ElementType, _: Element.Type) -> UnsafeMutablePointer<Element> {
    precondition(buffer.type == type, "a buffer of \(buffer.type) where one of \(type) is needed")
    return memory(of: buffer).address.assumingMemoryBound(to: Element.self)
  }

  private func memory(of buffer: Buffer) -> HostMemory {
    guard let memory = buffer.storage as? HostMemory else { preconditionFailure("a buffer of another backend") }
    return memory
  }
}
