// The sizes and rates of an encoder, checked, whichever file they come from.
import Layers
import Tensors

/// An encoder with its classification head, as `config.json` describes it.
package struct EncoderConfiguration: ModelConfiguration, Equatable {
  /// The kind of encoder, from `model_type`.
  package var architecture: Architecture
  /// Rows of the word table.
  package var vocabularySize: Int
  /// The width of the hidden states.
  package var hiddenSize: Int
  /// Blocks of attention and feed-forward layers.
  package var layers: Int
  /// Attention heads of a layer; they share `hiddenSize` evenly.
  package var heads: Int
  /// Width of the feed-forward half of a layer.
  package var intermediateSize: Int
  /// `max_position_embeddings`: rows of the position table, where there is one.
  package var maximumPositions: Int
  /// Rows of the token type table; 0 for none.
  package var segmentTypes: Int
  /// The padding token, whose embedding is never trained.
  package var paddingToken: Int
  /// What every normalisation adds to the variance.
  package var normEpsilon: Double
  /// Dropout rate of embeddings and of both halves of a layer.
  package var hiddenDropout: Double
  /// Dropout rate of the attention probabilities.
  package var attentionDropout: Double
  /// Dropout rate before DeBERTa's pooler.
  var poolerDropout: Double
  /// Dropout rate in the head; `nil` means `hiddenDropout`.
  package var classifierDropout: Double?
  /// Standard deviation of newly initialised matrices.
  package var initializerRange: Double
  /// What the head puts out: an encoder has one for sequences alone.
  package var headKind = HeadKind.sequences
  /// Outputs of the head; 1 is a regression. Another number of them has no names yet.
  package var classes: Int {
    didSet { if classes != oldValue { (labels, problem) = (.unnamed, nil) } }
  }
  /// What the outputs are called.
  package var labels = OutputLabels.unnamed
  /// What the head is trained for; `nil` where nothing says so.
  package var problem: HeadProblem?
  /// What stands between the two linear layers of a block's feed-forward half.
  package var activation = Activation.gelu
  /// The activation of DeBERTa's pooler.
  package var poolerActivation = Activation.gelu
  /// DeBERTa's relative positions; `nil` for the others.
  package var relativePositions: RelativePositions?

  /// A configuration with these sizes and each architecture's published defaults; not checked yet.
  ///
  /// - Precondition: the architecture is an encoder.
  package init(
    architecture: Architecture, vocabularySize: Int, hiddenSize: Int, layers: Int, heads: Int, intermediateSize: Int,
    maximumPositions: Int, segmentTypes: Int? = nil, paddingToken: Int? = nil, normEpsilon: Double? = nil,
    hiddenDropout: Double = 0.1, attentionDropout: Double = 0.1, poolerDropout: Double = 0,
    classifierDropout: Double? = nil, initializerRange: Double = 0.02, classes: Int = 2,
    relativePositions: RelativePositions? = nil
  ) {
    self.architecture = architecture
    self.vocabularySize = vocabularySize
    self.hiddenSize = hiddenSize
    self.layers = layers
    self.heads = heads
    self.intermediateSize = intermediateSize
    self.maximumPositions = maximumPositions
    let (kind, defaults) = (Self.kind(architecture), Self.kind(architecture).defaults)
    self.segmentTypes = segmentTypes ?? defaults.segmentTypes
    self.paddingToken = paddingToken ?? defaults.paddingToken
    self.normEpsilon = normEpsilon ?? defaults.normEpsilon
    self.hiddenDropout = hiddenDropout
    self.attentionDropout = attentionDropout
    self.poolerDropout = poolerDropout
    self.classifierDropout = classifierDropout
    self.initializerRange = initializerRange
    self.classes = classes
    self.relativePositions =
      kind.hasRelativePositions
      ? relativePositions ?? RelativePositions(buckets: 256, maximumDistance: maximumPositions) : nil
  }

  /// What is its architecture's own.
  var kind: any EncoderArchitecture.Type { Self.kind(architecture) }

  private static func kind(_ architecture: Architecture) -> any EncoderArchitecture.Type {
    guard let kind = architecture.encoder else { preconditionFailure("\(architecture) is no encoder") }
    return kind
  }

  package var limits: InputLimits { kind.limits(self) }
  package func positionIDs(of batch: TokenBatch) -> [Int32] { kind.positionIDs(of: batch, after: 0, self) }
  package func backbone(_ builder: ParameterBuilder) throws -> any Backbone { try TransformerEncoder(self, builder) }
  package func head(for backbone: any Backbone, _ builder: ParameterBuilder) throws -> any Head { try kind.head(self, builder) }

  /// What is wrong with the values, by the names of their fields; empty for a model that can be built.
  ///
  /// Values are compared with each other only where each is in its range, so that no arithmetic meets numbers of any size.
  package var problems: [String] {
    let single = rangeProblems
    return single.isEmpty ? relationProblems : single
  }

  /// What is wrong with single values.
  private var rangeProblems: [String] {
    var problems: [String] = []
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>, or alternative: String = "") {
      if !range.contains(value) {
        problems.append("\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)\(alternative)")
      }
    }
    func checkRate(_ name: String, _ value: Double) {
      if !(value >= 0 && value < 1) { problems.append("\(name) is \(value), expected at least 0 and less than 1") }
    }
    let most = (tokens: 1 << 24, positions: 1 << 20, buckets: 1 << 16)
    check("vocab_size", vocabularySize, 1...most.tokens)
    check("hidden_size", hiddenSize, 1...(1 << 16))
    check("num_hidden_layers", layers, 1...1024)
    check("num_attention_heads", heads, 1...1024)
    check("intermediate_size", intermediateSize, 1...(1 << 18))
    check("max_position_embeddings", maximumPositions, 1...most.positions)
    check("type_vocab_size", segmentTypes, kind.segmentTypeRange)
    check("pad_token_id", paddingToken, 0...(most.tokens - 1))
    check("the number of labels", classes, 1...(1 << 16))
    if !(normEpsilon > 0 && normEpsilon < 1) {
      problems.append("layer_norm_eps is \(normEpsilon), expected more than 0 and less than 1")
    }
    if !(initializerRange >= 0 && initializerRange <= 10) {
      problems.append("initializer_range is \(initializerRange), expected 0 to 10")
    }
    checkRate("hidden_dropout_prob", hiddenDropout)
    checkRate("attention_probs_dropout_prob", attentionDropout)
    checkRate("pooler_dropout", poolerDropout)
    if let classifierDropout { checkRate(kind.classifierDropoutKey, classifierDropout) }
    if let relativePositions {
      check("max_relative_positions", relativePositions.maximumDistance, 1...most.positions)
      if relativePositions.buckets != 0 {
        check("position_buckets", relativePositions.buckets, 2...most.buckets, or: ", or -1 for none")
      }
    }
    return problems
  }

  /// What values that are in their ranges make of each other.
  private var relationProblems: [String] {
    var problems: [String] = []
    if headKind == .words {
      problems.append("model_type is \(architecture), an encoder, which writes no text: that takes a decoder, such as llama")
    }
    if hiddenSize % heads != 0 {
      problems.append("hidden_size \(hiddenSize) is no multiple of num_attention_heads \(heads)")
    }
    if paddingToken >= vocabularySize {
      problems.append("pad_token_id is \(paddingToken), expected a token of the vocabulary of \(vocabularySize)")
    }
    problems += kind.problems(self)
    // the logarithm of (distance - 1) / (buckets / 2) divides
    if let positions = relativePositions, positions.buckets > 0, positions.maximumDistance - 1 <= positions.buckets / 2 {
      problems.append(
        "position_buckets is \(positions.buckets), which leaves none for the distances of "
          + "\(positions.maximumDistance) positions beyond \(positions.buckets / 2)")
    }
    return problems
  }
}
