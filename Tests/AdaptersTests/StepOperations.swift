// The operations of a training step's matrix products, written down from the shapes of the model alone.
import Layers
import Models
import Tensors

/// A low-rank branch beside a projection.
struct Branch {
  var rank: Int
  /// Whether A and B learn.
  var matrices = true
  /// Whether there are vectors that learn.
  var vectors = false
  /// Products of weights alone: one forward pass's, and one backward pass's.
  var once = 0
}

/// Factors that learn, on what a projection takes in or puts out.
enum Factors {
  case input, output
}

/// A bottleneck after a half of a block.
struct BottleneckShape {
  var width: Int
  var afterAttention: Bool
}

/// Counts one step of a RoBERTa without dropout: 2 m n k for a product of `[m, k]` and `[k, n]`, forward; backward a product for what
/// learns, and one for the input wherever something below it learns.
struct StepOperations {
  let configuration: EncoderConfiguration
  let lengths: [Int]
  /// The branch of a projection, if it has one.
  var branch: (ProjectionRole) -> Branch? = { _ in nil }
  /// Factors beside a projection: they take no product of their own.
  var factors: (ProjectionRole) -> Factors? = { _ in nil }
  var bottleneck: BottleneckShape?
  /// Virtual tokens before each sequence, which learn.
  var virtualTokens = 0
  /// Keys and values before each sequence's own, which learn.
  var keysBefore = 0
  /// Products of weights alone, once a step.
  var once = 0
  /// Whether weights learn, and whether the embeddings' output depends on what learns.
  var weightsLearn = false
  var embeddingsLearn = false
  var everyToken = false
  private(set) var total = 0

  init(_ configuration: EncoderConfiguration, _ batch: TokenBatch) {
    self.configuration = configuration
    lengths = zip(batch.offsets, batch.offsets.dropFirst()).map { $1 - $0 }
  }

  /// `[rows, input]` → `[rows, output]`; `below`: something that the input depends on learns. Returns whether the output does.
  private mutating func linear(_ rows: Int, _ input: Int, _ output: Int, below: Bool, learns: Bool) -> Bool {
    total += 2 * rows * input * output
    if learns { total += 2 * rows * input * output }
    if below { total += 2 * rows * input * output }
    return below || learns
  }

  private mutating func projection(_ role: ProjectionRole, _ rows: Int, below: Bool) -> Bool {
    let hidden = configuration.hiddenSize, inner = configuration.intermediateSize
    let input = role == .output ? inner : hidden, output = role == .intermediate ? inner : hidden
    let factors = factors(role)
    let learns =
      linear(rows, input, output, below: below || factors == .input, learns: weightsLearn) || embeddingsLearn || factors != nil
    guard let branch = branch(role) else { return learns }
    total += 2 * rows * branch.rank * (input + output) + branch.once
    // the gradient of (scaled) B, from which those of the vectors follow
    if branch.matrices || branch.vectors { total += 2 * rows * branch.rank * output }
    // back through B
    if branch.matrices || below { total += 2 * rows * branch.rank * output }
    if branch.matrices { total += 2 * rows * branch.rank * input }
    if below { total += 2 * rows * branch.rank * input }
    return true
  }

  private mutating func serial(_ rows: Int, below: Bool, afterAttention: Bool) -> Bool {
    guard let bottleneck, bottleneck.afterAttention || !afterAttention else { return below }
    _ = linear(rows, configuration.hiddenSize, bottleneck.width, below: below, learns: true)
    return linear(rows, bottleneck.width, configuration.hiddenSize, below: true, learns: true)
  }

  /// The operations of forward and backward pass.
  mutating func count() -> Int {
    total = once
    let hidden = configuration.hiddenSize, lengths = lengths.map { $0 + virtualTokens }, tokens = lengths.reduce(0, +)
    var below = embeddingsLearn
    for layer in 0..<configuration.layers {
      // the last layer computes each sequence's first token, and keys and values of all
      let onlyFirst = layer == configuration.layers - 1 && !everyToken
      let rows = onlyFirst ? lengths.count : tokens
      let scores = lengths.reduce(0) { $0 + (onlyFirst ? 1 : $1) * ($1 + keysBefore) }
      let query = projection(.query, rows, below: below)
      let key = projection(.key, tokens, below: below) || keysBefore > 0
      let value = projection(.value, tokens, below: below) || keysBefore > 0
      // scores and context; backward the probabilities' gradient where scores need it, and one product for each that learns
      total += 2 * 2 * hidden * scores
      let learning = [query, key, value].count { $0 }
      total += 2 * (learning + (query || key ? 1 : 0)) * hidden * scores
      var half = projection(.attentionOutput, rows, below: learning > 0)
      half = serial(rows, below: half, afterAttention: true) || below
      let inner = projection(.intermediate, rows, below: half)
      let end = projection(.output, rows, below: inner)
      below = serial(rows, below: end, afterAttention: false) || half
    }
    // the head learns
    _ = linear(lengths.count, hidden, hidden, below: below, learns: true)
    _ = linear(lengths.count, hidden, configuration.classes, below: true, learns: true)
    return total
  }
}
