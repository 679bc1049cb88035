// The keys of `config.json` that BERT and RoBERTa have and DeBERTa has not.
import Foundation

/// What BERT's and RoBERTa's files say beside what every encoder's does.
struct AbsolutePositionFields: Codable {
  private var classifierDropout: Double?
  private var positionEmbeddingType: String?
  private var isDecoder: Bool?
  private var addCrossAttention: Bool?

  init(_ configuration: EncoderConfiguration) {
    classifierDropout = configuration.classifierDropout
    positionEmbeddingType = "absolute"
  }

  /// Takes the values.
  ///
  /// - Returns: what they ask for that is not computed here.
  static func read(_ file: ConfigurationReading, into configuration: inout EncoderConfiguration) throws -> [String] {
    let fields = try file.fields(Self.self)
    configuration.classifierDropout = fields.classifierDropout
    var unsupported = UnsupportedValues()
    unsupported.require("position_embedding_type", fields.positionEmbeddingType ?? "absolute", "absolute")
    unsupported.require("is_decoder", fields.isDecoder ?? false, false)
    unsupported.require("add_cross_attention", fields.addCrossAttention ?? false, false)
    return unsupported.problems
  }
}
