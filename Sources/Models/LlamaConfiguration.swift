// The sizes and rates of a Llama, checked, whichever file they come from.
import Layers
import Tensors

/// A decoder of Llama's kind with its head, as `config.json` describes it.
package struct LlamaConfiguration: ModelConfiguration, Equatable {
  /// Rows of the word table.
  package var vocabularySize: Int
  /// The width of the hidden states.
  package var hiddenSize: Int
  /// Blocks of attention and feed-forward layers.
  package var layers: Int
  /// Heads of the queries.
  package var heads: Int
  /// Heads of the keys and values, a divisor of `heads`.
  package var keyHeads: Int
  /// Columns of one head, an even number; heads need not share `hiddenSize`.
  package var headSize: Int
  /// Width of the feed-forward half of a layer.
  package var intermediateSize: Int
  /// The most tokens of one sequence.
  package var maximumPositions: Int
  /// The padding token, whose embedding is never trained; nil for none, as Llama 2 has it.
  package var padding: Int?
  /// What every normalisation adds to the mean square.
  package var normEpsilon: Double
  /// Dropout rate of embeddings and of both halves of a layer; files have none.
  package var hiddenDropout = 0.0
  /// Dropout rate of the attention probabilities.
  package var attentionDropout = 0.0
  /// Dropout rate in the head; `nil` means `hiddenDropout`.
  package var classifierDropout: Double?
  /// Standard deviation of newly initialised matrices.
  package var initializerRange = 0.02
  /// Whether the attention's four layers have biases.
  package var attentionHasBias = false
  /// Whether the feed-forward half's three layers have biases.
  package var feedForwardHasBias = false
  /// Whether a head that predicts words shares the body's table of them.
  package var tiesWordEmbeddings = false
  /// What the gate goes through before it multiplies.
  package var activation = Activation.silu
  /// The base of the rotary positions.
  package var theta: Double
  /// How the rotary positions are stretched.
  package var scaling: RotaryPositions.Scaling
  /// The token before every text; nil for none.
  package var beginningToken: Int?
  /// The tokens after which a text is over.
  package var endTokens: [Int] = []
  /// What the head puts out.
  package var headKind = HeadKind.sequences
  /// Outputs of a head for sequences; 1 is a regression. Another number of them has no names yet.
  package var classes: Int {
    didSet { if classes != oldValue { (labels, problem) = (.unnamed, nil) } }
  }
  /// What the outputs are called.
  package var labels = OutputLabels.unnamed
  /// What the head is trained for; `nil` where nothing says so.
  package var problem: HeadProblem?

  /// A configuration with these sizes and the library's defaults; not checked yet.
  ///
  /// - Parameters:
  ///   - keyHeads: nil for as many as `heads`.
  ///   - headSize: nil for an equal share of `hiddenSize`.
  package init(
    vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int, keyHeads: Int? = nil, headSize: Int? = nil,
    intermediateSize: Int, maximumPositions: Int, padding: Int? = nil, normEpsilon: Double = 1e-6, theta: Double = 10000,
    scaling: RotaryPositions.Scaling = .none, classes: Int = 2
  ) {
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.heads = heads
    self.keyHeads = keyHeads ?? heads
    self.headSize = headSize ?? (heads > 0 ? hiddenSize / heads : 0)
    self.intermediateSize = intermediateSize
    self.maximumPositions = maximumPositions
    self.padding = padding
    self.normEpsilon = normEpsilon
    self.theta = theta
    self.scaling = scaling
    self.classes = classes
  }

  /// Llama, whatever its release.
  package var architecture: Architecture { .llama }
  /// `padding`, or the first token where there is none.
  package var paddingToken: Int {
    get { padding ?? 0 }
    set { padding = newValue }
  }
  package var limits: InputLimits { InputLimits(vocabulary: vocabularySize, tokens: maximumPositions) }
  package var relativePositions: RelativePositions? { nil }
  /// How queries and keys turn from one position to the next.
  var rotary: RotaryPositions { RotaryPositions(headSize: headSize, theta: theta, scaling: scaling) }

  package func positionIDs(of batch: TokenBatch) -> [Int32] { batch.positions }
  package func backbone(_ builder: ParameterBuilder) throws -> any Backbone { try Llama(self, builder) }
  package func head(for backbone: any Backbone, _ builder: ParameterBuilder) throws -> any Head {
    switch headKind {
    case .sequences:
      LastTokenHead(
        output: try builder.linear(
          LlamaDefinition.names.output, from: hiddenSize, to: classes, hasBias: false, group: .head, isOptional: true,
          isOutput: true),
        outputDropout: classifierDropout ?? hiddenDropout)
    case .words where tiesWordEmbeddings:
      NextTokenHead(output: Linear(weight: backbone.wordEmbeddings, bias: nil), isTied: true)
    case .words:
      // no method trains it but full fine-tuning, as the rest of the body
      NextTokenHead(
        output: try builder.linear(LlamaDefinition.wordHead, from: hiddenSize, to: vocabularySize, hasBias: false), isTied: false)
    }
  }

  /// What is wrong with the values, by the names of their fields; empty for a model that can be built.
  ///
  /// Values are compared with each other only where each is in its range.
  package var problems: [String] {
    let single = sizeProblems + rateProblems + scalingProblems
    return single.isEmpty ? relationProblems : single
  }

  private var sizeProblems: [String] {
    let ranges: [(String, Int, ClosedRange<Int>)] = [
      ("vocab_size", vocabularySize, 1...(1 << 24)), ("hidden_size", hiddenSize, 1...(1 << 16)),
      ("num_hidden_layers", layers, 1...1024), ("num_attention_heads", heads, 1...1024),
      ("num_key_value_heads", keyHeads, 1...1024), ("head_dim", headSize, 1...(1 << 16)),
      ("intermediate_size", intermediateSize, 1...(1 << 18)), ("max_position_embeddings", maximumPositions, 1...(1 << 24)),
      ("pad_token_id", paddingToken, 0...((1 << 24) - 1)), ("the number of labels", classes, 1...(1 << 16)),
    ]
    return ranges.filter { !$0.2.contains($0.1) }.map {
      "\($0.0) is \($0.1), expected \($0.2.lowerBound) to \($0.2.upperBound)"
    }
  }

  private var rateProblems: [String] {
    var problems: [String] = []
    if !(normEpsilon > 0 && normEpsilon < 1) {
      problems.append("rms_norm_eps is \(normEpsilon), expected more than 0 and less than 1")
    }
    if !(initializerRange >= 0 && initializerRange <= 10) {
      problems.append("initializer_range is \(initializerRange), expected 0 to 10")
    }
    let rates: [(String, Double)] = [
      ("hidden_dropout_prob", hiddenDropout), ("attention_dropout", attentionDropout),
      ("classifier_dropout", classifierDropout ?? 0),
    ]
    problems += rates.filter { !($0.1 >= 0 && $0.1 < 1) }.map { "\($0.0) is \($0.1), expected at least 0 and less than 1" }
    if !(theta >= 1 && theta <= 1e15) { problems.append("rope_theta is \(theta), expected 1 to 1e15") }
    return problems
  }

  private var scalingProblems: [String] {
    var problems: [String] = []
    func check(_ name: String, _ value: Double, _ range: ClosedRange<Double>) {
      if !range.contains(value) {
        problems.append("rope_scaling.\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
      }
    }
    switch scaling {
    case .none: break
    case .linear(let factor): check("factor", factor, 1...1e6)
    case .llama3(let factor, let low, let high, let positions):
      check("factor", factor, 1...1e6)
      check("low_freq_factor", low, 1e-3...1e6)
      check("high_freq_factor", high, 1e-3...1e6)
      check("original_max_position_embeddings", Double(positions), 1...Double(1 << 24))
      if problems.isEmpty, low >= high {
        problems.append("rope_scaling.low_freq_factor is \(low), expected less than high_freq_factor, \(high)")
      }
    }
    return problems
  }

  private var relationProblems: [String] {
    var problems: [String] = []
    if heads % keyHeads != 0 {
      problems.append("num_attention_heads \(heads) is no multiple of num_key_value_heads \(keyHeads)")
    }
    if headSize % 2 != 0 { problems.append("head_dim is \(headSize), expected an even number") }
    if paddingToken >= vocabularySize {
      problems.append("pad_token_id is \(paddingToken), expected a token of the vocabulary of \(vocabularySize)")
    }
    return problems
  }
}
