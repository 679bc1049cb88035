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

/// What is made of all numbers of a buffer, in double precision.
package enum Reduction: Sendable {
  case sum
  /// The sum in the order of the elements, as sums that stand in records were formed.
  case sumInOrder
  case sumOfSquares
  /// The root of the sum of squares.
  case norm
  /// 0 where every number is finite, 1 otherwise.
  case notFinite
}

/// How often, and how much, was brought from where tensors lie to where decisions are made.
package struct Reads: Sendable, Equatable {
  /// Each waits for all that was asked for before it.
  package var count = 0
  /// Bytes of all of them.
  package var bytes = 0

  /// None yet.
  package init() {}

  /// Counts one more.
  package mutating func add(bytes: Int) {
    count += 1
    self.bytes += bytes
  }
}

/// The kernels that stand between operations and a processor. All work on float32 buffers, row-major, where nothing else is said;
/// results do not depend on how many threads run them. `accumulate` adds to what the output holds, otherwise it is overwritten.
///
/// No kernel gives a number back: what is computed stays in buffers until `read` or `download` asks for it, so that a backend may run
/// ahead of the program.
package protocol Backend: AnyObject {
  /// Whether operations record what the backward pass needs.
  var recordsGradients: Bool { get set }
  /// Whether each row of a product has the bits that it would have alone, however many rows stand beside it; see `decoding`.
  var keepsRowsApart: Bool { get set }
  /// Floating-point operations of all matrix products so far, multiplications and additions counted apart; what is computed again is
  /// not counted again.
  var operations: Int { get set }
  /// The most memory ever in use at one time, in bytes.
  var peakBytes: Int { get }
  /// How often memory had to come from the system rather than from the pool.
  var allocations: Int { get }
  /// What was read back so far.
  var reads: Reads { get }

  func allocate(_ count: Int, _ type: Buffer.ElementType) -> Buffer
  /// A buffer whose bytes `fill` writes, without a copy between; where the backend computes nothing it is not called.
  func upload(_ count: Int, _ type: Buffer.ElementType, fill: (UnsafeMutableRawBufferPointer) throws -> Void) rethrows -> Buffer
  func upload(_ values: [Float]) -> Buffer
  func upload(_ values: [Double]) -> Buffer
  func upload(_ values: [Int32]) -> Buffer
  func download(_ buffer: Buffer) -> [Float]
  func download(_ buffer: Buffer) -> [Double]
  func download(_ buffer: Buffer) -> [Int32]
  /// The numbers of several buffers of whichever type, in one read.
  func read(_ buffers: [Buffer]) -> [[Double]]
  func write(_ values: [Float], to buffer: Buffer)
  func fill(_ buffer: Buffer, _ value: Float)
  /// `y[i] = scalar[0]`
  func spread(_ scalar: Buffer, into y: Buffer)
  /// Both buffers are of one type.
  func copy(_ source: Buffer, from: Int, to target: Buffer, at: Int, count: Int)
  /// `y = x`, `x` of bfloat16
  func widen(_ x: Buffer, into y: Buffer)
  /// `y = x` rounded to nearest, of equally near ones to the even one, `y` of bfloat16
  func round(_ x: Buffer, into y: Buffer)

  func add(_ a: Buffer, _ b: Buffer, into y: Buffer)
  func subtract(_ a: Buffer, _ b: Buffer, into y: Buffer)
  func multiply(_ a: Buffer, _ b: Buffer, into y: Buffer)
  /// `y = a / b`
  func divide(_ a: Buffer, _ b: Buffer, into y: Buffer)
  func scale(_ a: Buffer, _ factor: Float, into y: Buffer)
  /// `y[i] = a[i] * scalar[0]`
  func scale(_ a: Buffer, by scalar: Buffer, into y: Buffer)
  /// `y += factor * x`
  func accumulate(_ x: Buffer, _ factor: Float, into y: Buffer)
  /// `y = factor * y + share * x`
  func average(_ x: Buffer, factor: Float, share: Float, into y: Buffer)
  /// `y[r, c] = a[r, c] * row[c]`
  func multiplyRows(_ a: Buffer, by row: Buffer, into y: Buffer)
  /// `y[r, c] = a[r, c] * column[r]`
  func multiplyColumns(_ a: Buffer, by column: Buffer, into y: Buffer)
  /// `y[r, c] = a[r, c] + row[c]`
  func addRows(_ a: Buffer, _ row: Buffer, into y: Buffer)
  func absolute(_ a: Buffer, into y: Buffer)
  func sign(_ a: Buffer, into y: Buffer)
  func squareRoot(_ a: Buffer, into y: Buffer)
  /// `y = a >= least ? a : least`
  func clamp(_ a: Buffer, atLeast least: Float, into y: Buffer)
  /// `y = a > limit ? 1 : 0`, or `a >= limit` where the limit itself counts
  func exceeds(_ a: Buffer, _ limit: Float, orEquals: Bool, into y: Buffer)
  /// `y = mask == 0 ? value : a`
  func select(_ a: Buffer, where mask: Buffer, otherwise value: Float, into y: Buffer)
  func activate(_ x: Buffer, _ kind: Activation, into y: Buffer)
  func activateBackward(_ dy: Buffer, _ x: Buffer, _ kind: Activation, into dx: Buffer)
  /// Draws for element i as for element `first + i` of a larger array.
  func dropout(_ x: Buffer, _ dropout: Dropout, at first: Int, into y: Buffer)

  /// `y[place] (+)= what is made of x`; `y` is float64, or float32, which rounds.
  func reduce(_ x: Buffer, _ reduction: Reduction, into y: Buffer, at place: Int, accumulate: Bool)
  /// `y[s] = sum over x[offsets[s]..<offsets[s + 1]]` in their order, in double precision; `offsets` is int32, `y` float64.
  func sumSegments(_ x: Buffer, _ offsets: Buffer, into y: Buffer)
  /// `y[c] (+)= sum over r of a[r, c]` (times `b[r, c]`), `a: [rows, y.count]`
  func sumRows(_ a: Buffer, times b: Buffer?, into y: Buffer, accumulate: Bool)
  /// `y[r] (+)= sum over c of a[r, c] b[r, c]`, `a, b: [y.count, columns]`
  func dotRows(_ a: Buffer, _ b: Buffer, into y: Buffer, accumulate: Bool)

  /// The number of the largest of each row of `columns` numbers, of equal ones the first: `y` is int32.
  func argmaxRows(_ x: Buffer, columns: Int, into y: Buffer)
  /// `y[r] = log of the sum of e^x[r, c]`, in double precision; NaN where a number of the row is not finite. `y` is float64.
  func logSumExpRows(_ x: Buffer, columns: Int, into y: Buffer)
  /// The largest numbers of each row of `columns`, and their places in it: the largest first, of equal ones the first, `count` of each
  /// row. `places` is int32.
  func highestRows(_ x: Buffer, columns: Int, count: Int, values: Buffer, places: Buffer)
  /// `x[rows[i], places[i]] = value`, in rows of `columns`; both are int32 and checked by the caller.
  func fill(_ x: Buffer, columns: Int, rows: Buffer, places: Buffer, _ value: Float)
  /// The largest number of each row of `columns`.
  func maximumRows(_ x: Buffer, columns: Int, into y: Buffer)
  /// In each row of `columns` numbers, 0 for the `count` lowest, of equal ones the first, and 1 for the others.
  func keepHighest(_ x: Buffer, columns: Int, dropping count: Int, into y: Buffer)
  /// `y[c, r] = x[r, c]`, `x: [rows, columns]`
  func transpose(_ x: Buffer, rows: Int, columns: Int, into y: Buffer)
  /// `y[r, c] = x[r, first + c]`: some columns of rows of `columns` numbers, as many as `y` has in each of its `rows`.
  func sliceColumns(_ x: Buffer, columns: Int, from first: Int, rows: Int, into y: Buffer)
  /// `y[r, first + c] += x[r, c]`: the way back of `sliceColumns`.
  func addColumns(_ x: Buffer, rows: Int, into y: Buffer, columns: Int, at first: Int)

  /// `c (+)= factor * scalar[0] * a b`, `a: [m, k]`, `b: [k, n]` after transposition; `bias: [n]` is added to each row first. Where
  /// a factor is bfloat16 the bits are those of the same numbers as float32. No scalar counts as 1.
  func matmul(
    _ a: Buffer, _ at: Transposition, _ b: Buffer, _ bt: Transposition, into c: Buffer, m: Int, n: Int, k: Int, factor: Float,
    scalar: Buffer?, accumulate: Bool, bias: Buffer?)

  func layerNorm(
    _ x: Buffer, residual: Buffer?, gain: Buffer, bias: Buffer, epsilon: Float, into y: Buffer, normalized: Buffer, inverse: Buffer)
  func layerNormBackward(_ dy: Buffer, normalized: Buffer, inverse: Buffer, gain: Buffer, into dx: Buffer)
  func rmsNorm(
    _ x: Buffer, residual: Buffer?, gain: Buffer, epsilon: Float, into y: Buffer, normalized: Buffer, inverse: Buffer)
  func rmsNormBackward(_ dy: Buffer, normalized: Buffer, inverse: Buffer, gain: Buffer, into dx: Buffer)
  /// Turns the pairs (i, i + headSize / 2) of each head of row r by the angles of position `positions[r]`, or back where it is the
  /// inverse. `table: [positions, headSize]` holds cosines, then sines; `positions` is int32 and checked by the caller.
  func rotate(_ x: Buffer, by table: Buffer, at positions: Buffer, headSize: Int, inverse: Bool, into y: Buffer)

  /// Writes `context: [queries, heads * headSize]` and, when given, the probabilities before dropout, head by head; masked pairs
  /// have probability zero.
  func attention(
    _ shape: AttentionShape, _ operands: AttentionOperands, dropout: Dropout?, context: Buffer, probabilities: Buffer?)
  /// Without the probabilities of the forward pass it computes them again, with the same bits; relative terms need them.
  func attentionBackward(
    _ shape: AttentionShape, _ operands: AttentionOperands, dropout: Dropout?, probabilities: Buffer?, contextGradient: Buffer,
    into gradients: AttentionGradients)

  /// One query of each sequence over the keys and values that are kept of it: writes `context: [sequences, heads * headSize]`, each row a
  /// function of its sequence alone.
  func attention(_ query: Buffer, over cached: CachedAttention, into context: Buffer)

  /// `y[r] = table[rows[r]]`, rows of `columns` numbers; `rows` is int32 and checked by the caller, `table` may be bfloat16.
  func gatherRows(_ table: Buffer, _ rows: Buffer, columns: Int, into y: Buffer)
  /// `table[rows[r]] += x[r]`, in the order of r, but for the row that is skipped.
  func scatterRows(_ x: Buffer, _ rows: Buffer, skipping: Int32?, columns: Int, into table: Buffer)

  /// The cross-entropies of `logits: [labels.count, classes]` summed and divided by `divisor` into `loss`, a single number, and the
  /// gradient of that with respect to the logits, which may take their place. `labels` is int32; a row with a negative one has no
  /// label: its loss and gradient are zero.
  func crossEntropy(_ logits: Buffer, labels: Buffer, classes: Int, divisor: Int, loss: Buffer, gradient: Buffer)

  func uniform(_ stream: RandomStream, low: Float, high: Float, into y: Buffer)
  func normal(_ stream: RandomStream, mean: Float, deviation: Float, into y: Buffer)

  func adamW(weights: Buffer, gradient: Buffer, first: Buffer, second: Buffer, _ settings: AdamWSettings)
}

extension Backend {
  /// Room for so many float32 numbers.
  package func allocate(_ count: Int) -> Buffer { allocate(count, .float32) }

  /// A product without a scalar.
  package func matmul(
    _ a: Buffer, _ at: Transposition, _ b: Buffer, _ bt: Transposition, into c: Buffer, m: Int, n: Int, k: Int, factor: Float,
    accumulate: Bool, bias: Buffer?
  ) {
    matmul(a, at, b, bt, into: c, m: m, n: n, k: k, factor: factor, scalar: nil, accumulate: accumulate, bias: bias)
  }

  /// Runs `body` without recording anything for a backward pass.
  package func withoutGradients<Result>(_ body: () throws -> Result) rethrows -> Result {
    try recording(false, body)
  }

  /// Runs `body` with products whose rows are kept apart: what is computed of a row then has the same bits alone, in any batch and in any
  /// order. That is how text is generated; training computes many rows of one batch together.
  package func decoding<Result>(_ body: () throws -> Result) rethrows -> Result {
    let before = keepsRowsApart
    keepsRowsApart = true
    defer { keepsRowsApart = before }
    return try body()
  }

  /// Runs `body` with all recorded that a backward pass needs.
  func recordingGradients<Result>(_ body: () throws -> Result) rethrows -> Result { try recording(true, body) }

  private func recording<Result>(_ records: Bool, _ body: () throws -> Result) rethrows -> Result {
    let before = recordsGradients
    recordsGradients = records
    defer { recordsGradients = before }
    return try body()
  }
}
