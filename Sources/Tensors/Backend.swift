/// How one matrix operand is read.
package enum Transposition: Sendable {
  case none
  case transposed
}

/// Nonlinearities between layers.
package enum Activation: String, Sendable, Codable, CaseIterable {
  /// The exact form, `x Φ(x)` by the error function.
  case gelu
  case tanh
  case relu
  case silu
  /// gelu approximated by the hyperbolic tangent, `x (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`.
  case tangentGELU
  /// gelu approximated by the logistic function, `x σ(1.702 x)`.
  case quickGELU
}

/// Settings of one AdamW update (Loshchilov and Hutter 2019).
package struct AdamWSettings: Sendable, Equatable {
  /// The rate of this update.
  package var learningRate: Float
  /// The decay of the first moment.
  package var beta1: Float
  /// The decay of the second moment.
  package var beta2: Float
  /// What is added to the root of the second moment.
  package var epsilon: Float
  /// The decoupled decay: the weight shrinks by the rate times it.
  package var weightDecay: Float
  /// Updates done including this one; the bias corrections are its powers.
  package var step: Int
  /// Factor on the gradient, of clipping.
  package var gradientScale: Float

  /// Settings of the update that is number `step`, from 1.
  package init(
    learningRate: Float, beta1: Float, beta2: Float, epsilon: Float, weightDecay: Float, step: Int, gradientScale: Float
  ) {
    self.learningRate = learningRate
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
    self.weightDecay = weightDecay
    self.step = step
    self.gradientScale = gradientScale
  }
}

/// What AFLoRA's freezing score measures of a weight `p` with gradient `g` (AFLoRA, Eq. 2 and Fig. 4).
package enum Sensitivity: String, Sendable, Codable, CaseIterable {
  case gradient
  case weightGradient = "weight-gradient"
  case gradientOverWeight = "gradient-over-weight"
}

/// The kernels that stand between operations and a processor. All work on float32 buffers, row-major; results do not depend on how
/// many threads run them. `accumulate` adds to what the output holds, otherwise it is overwritten.
package protocol Backend: AnyObject {
  /// Whether operations record what the backward pass needs.
  var recordsGradients: Bool { get set }
  /// Floating-point operations of all matrix products so far, multiplications and additions counted apart.
  var operations: Int { get }
  /// The most memory ever in use at one time, in bytes.
  var peakBytes: Int { get }
  /// How often memory had to come from the system rather than from the pool.
  var allocations: Int { get }

  func allocate(_ count: Int) -> Buffer
  func upload(_ values: [Float]) -> Buffer
  func download(_ buffer: Buffer) -> [Float]
  func write(_ values: [Float], to buffer: Buffer)
  func fill(_ buffer: Buffer, _ value: Float)
  func copy(_ source: Buffer, from: Int, to target: Buffer, at: Int, count: Int)

  func add(_ a: Buffer, _ b: Buffer, into y: Buffer)
  func subtract(_ a: Buffer, _ b: Buffer, into y: Buffer)
  func multiply(_ a: Buffer, _ b: Buffer, into y: Buffer)
  func scale(_ a: Buffer, _ factor: Float, into y: Buffer)
  /// `y += factor * x`
  func accumulate(_ x: Buffer, _ factor: Float, into y: Buffer)
  /// `y[r, c] = a[r, c] * row[c]`
  func multiplyRows(_ a: Buffer, by row: Buffer, into y: Buffer)
  /// `y[r, c] = a[r, c] * column[r]`
  func multiplyColumns(_ a: Buffer, by column: Buffer, into y: Buffer)
  /// `y[r, c] = a[r, c] + row[c]`
  func addRows(_ a: Buffer, _ row: Buffer, into y: Buffer)
  func absolute(_ a: Buffer, into y: Buffer)
  func sign(_ a: Buffer, into y: Buffer)
  func squareRoot(_ a: Buffer, into y: Buffer)
  func activate(_ x: Buffer, _ kind: Activation, into y: Buffer)
  func activateBackward(_ dy: Buffer, _ x: Buffer, _ kind: Activation, into dx: Buffer)
  func dropout(_ x: Buffer, _ dropout: Dropout, into y: Buffer)

  func sum(_ x: Buffer) -> Double
  func sumOfSquares(_ x: Buffer) -> Double
  func isFinite(_ x: Buffer) -> Bool
  /// `y[c] (+)= sum over r of a[r, c]` (times `b[r, c]`), `a: [rows, y.count]`
  func sumRows(_ a: Buffer, times b: Buffer?, into y: Buffer, accumulate: Bool)
  /// `y[r] (+)= sum over c of a[r, c] b[r, c]`, `a, b: [y.count, columns]`
  func dotRows(_ a: Buffer, _ b: Buffer, into y: Buffer, accumulate: Bool)

  /// `c (+)= factor * a b`, `a: [m, k]`, `b: [k, n]` after transposition; `bias: [n]` is added to each row first.
  func matmul(
    _ a: Buffer, _ at: Transposition, _ b: Buffer, _ bt: Transposition, into c: Buffer, m: Int, n: Int, k: Int, factor: Float,
    accumulate: Bool, bias: Buffer?)

  func layerNorm(
    _ x: Buffer, residual: Buffer?, gain: Buffer, bias: Buffer, epsilon: Float, into y: Buffer, normalized: Buffer, inverse: Buffer)
  func layerNormBackward(_ dy: Buffer, normalized: Buffer, inverse: Buffer, gain: Buffer, into dx: Buffer)

  /// Writes `context: [queries, heads * headSize]` and, when given, the probabilities before dropout, head by head; masked pairs
  /// have probability zero.
  func attention(
    _ shape: AttentionShape, _ operands: AttentionOperands, dropout: Dropout?, context: Buffer, probabilities: Buffer?)
  /// Without the probabilities of the forward pass it computes them again, with the same bits; relative terms need them.
  func attentionBackward(
    _ shape: AttentionShape, _ operands: AttentionOperands, dropout: Dropout?, probabilities: Buffer?, contextGradient: Buffer,
    into gradients: AttentionGradients)

  /// `y[r] = table[rows[r]]`, rows of `columns` numbers; the indices are checked by the caller.
  func gatherRows(_ table: Buffer, _ rows: [Int32], columns: Int, into y: Buffer)
  /// `table[rows[r]] += x[r]`, in the order of r.
  func scatterRows(_ x: Buffer, _ rows: [Int32], columns: Int, into table: Buffer)

  /// The cross-entropies of `logits: [labels.count, classes]` summed and divided by `divisor`, and the gradient of that with respect
  /// to the logits, which may take their place. A row with a negative label has none: its loss and gradient are zero.
  func crossEntropy(_ logits: Buffer, labels: [Int32], classes: Int, divisor: Int, gradient: Buffer) -> Double

  func uniform(_ stream: RandomStream, low: Float, high: Float, into y: Buffer)
  func normal(_ stream: RandomStream, mean: Float, deviation: Float, into y: Buffer)

  func adamW(weights: Buffer, gradient: Buffer, first: Buffer, second: Buffer, _ settings: AdamWSettings)
  /// Updates the running mean and spread of the sensitivity and returns the mean of their product (AFLoRA, Eq. 2 to 4).
  func freezingScore(
    mean: Buffer, spread: Buffer, gradient: Buffer, weights: Buffer, beta1: Float, beta2: Float, _ kind: Sensitivity
  ) -> Double
}

extension Backend {
  /// Runs `body` without recording anything for a backward pass.
  package func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = recordsGradients
    recordsGradients = false
    defer { recordsGradients = before }
    return try body()
  }
}
