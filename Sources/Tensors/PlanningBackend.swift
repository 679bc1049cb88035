/// A backend without memory or arithmetic: it counts what a step would allocate and compute, so that a plan can state the cost of a run
/// from the very code that will run it. Every number it gives back is zero.
package final class PlanningBackend: Backend {
  private final class Ledger {
    var inUse = 0
    var peak = 0
  }

  private final class PlannedBuffer: Buffer {
    private let ledger: Ledger

    init(count: Int, ledger: Ledger) {
      self.ledger = ledger
      super.init(count: count)
      ledger.inUse += count
      ledger.peak = max(ledger.peak, ledger.inUse)
    }

    deinit { ledger.inUse -= count }
  }

  package var recordsGradients = true
  package private(set) var operations = 0
  package private(set) var allocations = 0
  /// Whether `products` is kept.
  package var recordsProducts = false
  /// How often each shape of product was asked for, attention's left out.
  package var products: [ProductShape: Int] = [:]
  private let ledger = Ledger()

  /// A backend that has counted nothing yet.
  package init() {}

  package var peakBytes: Int { ledger.peak * MemoryLayout<Float>.stride }

  package func allocate(_ count: Int) -> Buffer {
    allocations += 1
    return PlannedBuffer(count: count, ledger: ledger)
  }

  package func upload(_ values: [Float]) -> Buffer { allocate(values.count) }
  package func download(_ buffer: Buffer) -> [Float] { Array(repeating: 0, count: buffer.count) }

  package func matmul(
    _ a: Buffer, _ at: Transposition, _ b: Buffer, _ bt: Transposition, into c: Buffer, m: Int, n: Int, k: Int, factor: Float,
    accumulate: Bool, bias: Buffer?
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

  package func write(_ values: [Float], to buffer: Buffer) {}
  package func fill(_ buffer: Buffer, _ value: Float) {}
  package func copy(_ source: Buffer, from: Int, to target: Buffer, at: Int, count: Int) {}
  package func add(_ a: Buffer, _ b: Buffer, into y: Buffer) {}
  package func subtract(_ a: Buffer, _ b: Buffer, into y: Buffer) {}
  package func multiply(_ a: Buffer, _ b: Buffer, into y: Buffer) {}
  package func scale(_ a: Buffer, _ factor: Float, into y: Buffer) {}
  package func accumulate(_ x: Buffer, _ factor: Float, into y: Buffer) {}
  package func multiplyRows(_ a: Buffer, by row: Buffer, into y: Buffer) {}
  package func multiplyColumns(_ a: Buffer, by column: Buffer, into y: Buffer) {}
  package func addRows(_ a: Buffer, _ row: Buffer, into y: Buffer) {}
  package func absolute(_ a: Buffer, into y: Buffer) {}
  package func sign(_ a: Buffer, into y: Buffer) {}
  package func squareRoot(_ a: Buffer, into y: Buffer) {}
  package func activate(_ x: Buffer, _ kind: Activation, into y: Buffer) {}
  package func activateBackward(_ dy: Buffer, _ x: Buffer, _ kind: Activation, into dx: Buffer) {}
  package func dropout(_ x: Buffer, _ dropout: Dropout, into y: Buffer) {}
  package func sum(_ x: Buffer) -> Double { 0 }
  package func sumOfSquares(_ x: Buffer) -> Double { 0 }
  package func isFinite(_ x: Buffer) -> Bool { true }
  package func sumRows(_ a: Buffer, times b: Buffer?, into y: Buffer, accumulate: Bool) {}
  package func dotRows(_ a: Buffer, _ b: Buffer, into y: Buffer, accumulate: Bool) {}
  package func layerNorm(
    _ x: Buffer, residual: Buffer?, gain: Buffer, bias: Buffer, epsilon: Float, into y: Buffer, normalized: Buffer, inverse: Buffer
  ) {}
  package func layerNormBackward(_ dy: Buffer, normalized: Buffer, inverse: Buffer, gain: Buffer, into dx: Buffer) {}
  package func gatherRows(_ table: Buffer, _ rows: [Int32], columns: Int, into y: Buffer) {}
  package func scatterRows(_ x: Buffer, _ rows: [Int32], columns: Int, into table: Buffer) {}
  package func crossEntropy(_ logits: Buffer, labels: [Int32], classes: Int, divisor: Int, gradient: Buffer) -> Double { 0 }
  package func uniform(_ stream: RandomStream, low: Float, high: Float, into y: Buffer) {}
  package func normal(_ stream: RandomStream, mean: Float, deviation: Float, into y: Buffer) {}
  package func adamW(weights: Buffer, gradient: Buffer, first: Buffer, second: Buffer, _ settings: AdamWSettings) {}
  package func freezingScore(
    mean: Buffer, spread: Buffer, gradient: Buffer, weights: Buffer, beta1: Float, beta2: Float, _ kind: Sensitivity
  ) -> Double { 0 }
}
