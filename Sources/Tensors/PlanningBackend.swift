/// A backend without memory or arithmetic: it counts what a step would allocate and compute, so that a plan can state the cost of a run
/// from the very code that will run it. Every number it gives back is zero.
package final class PlanningBackend: Backend {
  private final class Ledger {
    var inUse = 0
    var peak = 0
  }

  /// Memory that is counted and not there.
  private final class PlannedMemory {
    private let bytes: Int
    private let ledger: Ledger

    init(bytes: Int, ledger: Ledger) {
      self.bytes = bytes
      self.ledger = ledger
      ledger.inUse += bytes
      ledger.peak = max(ledger.peak, ledger.inUse)
    }

    deinit { ledger.inUse -= bytes }
  }

  package var recordsGradients = true
  package var keepsRowsApart = false
  package var operations = 0
  package private(set) var allocations = 0
  package private(set) var reads = Reads()
  /// Whether `products` is kept.
  package var recordsProducts = false
  /// How often each shape of product was asked for, attention's left out.
  package var products: [ProductShape: Int] = [:]
  private let ledger = Ledger()

  /// A backend that has counted nothing yet.
  package init() {}

  package var peakBytes: Int { ledger.peak }

  package func allocate(_ count: Int, _ type: Buffer.ElementType) -> Buffer {
    allocations += 1
    return Buffer(count: count, type: type, storage: PlannedMemory(bytes: count * type.size, ledger: ledger))
  }

  package func upload(_ count: Int, _ type: Buffer.ElementType, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows
    -> Buffer
  { allocate(count, type) }

  package func upload(_ values: [Float]) -> Buffer { allocate(values.count, .float32) }
  package func upload(_ values: [Double]) -> Buffer { allocate(values.count, .float64) }
  package func upload(_ values: [Int32]) -> Buffer { allocate(values.count, .int32) }
  package func download(_ buffer: Buffer) -> [Float] { zeros(buffer) }
  package func download(_ buffer: Buffer) -> [Double] { zeros(buffer) }
  package func download(_ buffer: Buffer) -> [Int32] { zeros(buffer) }

  private func zeros<Number: Numeric>(_ buffer: Buffer) -> [Number] {
    reads.add(bytes: buffer.count * buffer.type.size)
    return Array(repeating: 0, count: buffer.count)
  }

  package func read(_ buffers: [Buffer]) -> [[Double]] {
    reads.add(bytes: buffers.reduce(0) { $0 + $1.count * $1.type.size })
    return buffers.map { Array(repeating: 0, count: $0.count) }
  }

  package func matmul(
    _ a: Buffer, _ at: Transposition, _ b: Buffer, _ bt: Transposition, into c: Buffer, m: Int, n: Int, k: Int, factor: Float,
    scalar: Buffer?, accumulate: Bool, bias: Buffer?
  ) {
    operations += 2 * m * n * k
    if recordsProducts { products[ProductShape(m: m, n: n, k: k, left: at, right: bt), default: 0] += 1 }
  }

  package func attention(
    _ shape: AttentionShape, _ operands: AttentionOperands, dropout: Dropout?, context: Buffer, probabilities: Buffer?
  ) {
    operations += shape.forwardOperations
  }

  package func attentionBackward(
    _ shape: AttentionShape, _ operands: AttentionOperands, dropout: Dropout?, probabilities: Buffer?, contextGradient: Buffer,
    into gradients: AttentionGradients
  ) {
    operations += shape.backwardOperations(gradients, kept: probabilities != nil)
  }

  package func attention(_ query: Buffer, over cached: CachedAttention, into context: Buffer) { operations += cached.operations }

  package func write(_ values: [Float], to buffer: Buffer) {}
  package func fill(_ buffer: Buffer, _ value: Float) {}
  package func spread(_ scalar: Buffer, into y: Buffer) {}
  package func copy(_ source: Buffer, from: Int, to target: Buffer, at: Int, count: Int) {}
  package func widen(_ x: Buffer, into y: Buffer) {}
  package func round(_ x: Buffer, into y: Buffer) {}
  package func add(_ a: Buffer, _ b: Buffer, into y: Buffer) {}
  package func subtract(_ a: Buffer, _ b: Buffer, into y: Buffer) {}
  package func multiply(_ a: Buffer, _ b: Buffer, into y: Buffer) {}
  package func divide(_ a: Buffer, _ b: Buffer, into y: Buffer) {}
  package func scale(_ a: Buffer, _ factor: Float, into y: Buffer) {}
  package func scale(_ a: Buffer, by scalar: Buffer, into y: Buffer) {}
  package func accumulate(_ x: Buffer, _ factor: Float, into y: Buffer) {}
  package func average(_ x: Buffer, factor: Float, share: Float, into y: Buffer) {}
  package func multiplyRows(_ a: Buffer, by row: Buffer, into y: Buffer) {}
  package func multiplyColumns(_ a: Buffer, by column: Buffer, into y: Buffer) {}
  package func addRows(_ a: Buffer, _ row: Buffer, into y: Buffer) {}
  package func absolute(_ a: Buffer, into y: Buffer) {}
  package func sign(_ a: Buffer, into y: Buffer) {}
  package func squareRoot(_ a: Buffer, into y: Buffer) {}
  package func clamp(_ a: Buffer, atLeast least: Float, into y: Buffer) {}
  package func exceeds(_ a: Buffer, _ limit: Float, orEquals: Bool, into y: Buffer) {}
  package func select(_ a: Buffer, where mask: Buffer, otherwise value: Float, into y: Buffer) {}
  package func activate(_ x: Buffer, _ kind: Activation, into y: Buffer) {}
  package func activateBackward(_ dy: Buffer, _ x: Buffer, _ kind: Activation, into dx: Buffer) {}
  package func dropout(_ x: Buffer, _ dropout: Dropout, at first: Int, into y: Buffer) {}
  package func reduce(_ x: Buffer, _ reduction: Reduction, into y: Buffer, at place: Int, accumulate: Bool) {}
  package func sumSegments(_ x: Buffer, _ offsets: Buffer, into y: Buffer) {}
  package func argmaxRows(_ x: Buffer, columns: Int, into y: Buffer) {}
  package func logSumExpRows(_ x: Buffer, columns: Int, into y: Buffer) {}
  package func highestRows(_ x: Buffer, columns: Int, count: Int, values: Buffer, places: Buffer) {}
  package func fill(_ x: Buffer, columns: Int, rows: Buffer, places: Buffer, _ value: Float) {}
  package func maximumRows(_ x: Buffer, columns: Int, into y: Buffer) {}
  package func keepHighest(_ x: Buffer, columns: Int, dropping count: Int, into y: Buffer) {}
  package func transpose(_ x: Buffer, rows: Int, columns: Int, into y: Buffer) {}
  package func sliceColumns(_ x: Buffer, columns: Int, from first: Int, rows: Int, into y: Buffer) {}
  package func addColumns(_ x: Buffer, rows: Int, into y: Buffer, columns: Int, at first: Int) {}
  package func sumRows(_ a: Buffer, times b: Buffer?, into y: Buffer, accumulate: Bool) {}
  package func dotRows(_ a: Buffer, _ b: Buffer, into y: Buffer, accumulate: Bool) {}
  package func layerNorm(
    _ x: Buffer, residual: Buffer?, gain: Buffer, bias: Buffer, epsilon: Float, into y: Buffer, normalized: Buffer, inverse: Buffer
  ) {}
  package func layerNormBackward(_ dy: Buffer, normalized: Buffer, inverse: Buffer, gain: Buffer, into dx: Buffer) {}
  package func rmsNorm(
    _ x: Buffer, residual: Buffer?, gain: Buffer, epsilon: Float, into y: Buffer, normalized: Buffer, inverse: Buffer
  ) {}
  package func rmsNormBackward(_ dy: Buffer, normalized: Buffer, inverse: Buffer, gain: Buffer, into dx: Buffer) {}
  package func rotate(_ x: Buffer, by table: Buffer, at positions: Buffer, headSize: Int, inverse: Bool, into y: Buffer) {}
  package func gatherRows(_ table: Buffer, _ rows: Buffer, columns: Int, into y: Buffer) {}
  package func scatterRows(_ x: Buffer, _ rows: Buffer, skipping: Int32?, columns: Int, into table: Buffer) {}
  package func crossEntropy(_ logits: Buffer, labels: Buffer, classes: Int, divisor: Int, loss: Buffer, gradient: Buffer) {}
  package func uniform(_ stream: RandomStream, low: Float, high: Float, into y: Buffer) {}
  package func normal(_ stream: RandomStream, mean: Float, deviation: Float, into y: Buffer) {}
  package func adamW(weights: Buffer, gradient: Buffer, first: Buffer, second: Buffer, _ settings: AdamWSettings) {}
}
