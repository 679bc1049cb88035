// What the program knows of a model's configuration, whatever its architecture.
import Foundation
import Layers
import Tensors

/// A model's `config.json`, read and checked, or sizes to build a model from.
package protocol ModelConfiguration: Sendable {
  /// The kind of model.
  var architecture: Architecture { get }
  /// Rows of the word table.
  var vocabularySize: Int { get set }
  /// The padding token, whose embedding is never trained.
  var paddingToken: Int { get set }
  /// The width of the hidden states.
  var hiddenSize: Int { get }
  /// Blocks of attention and feed-forward layers.
  var layers: Int { get }
  /// Attention heads of a layer.
  var heads: Int { get }
  /// Heads of a layer's keys and values, each of which serves as many of the others.
  var keyHeads: Int { get }
  /// Dropout rate of embeddings and of both halves of a layer.
  var hiddenDropout: Double { get set }
  /// Dropout rate of the attention probabilities.
  var attentionDropout: Double { get set }
  /// Dropout rate in the head; `nil` means `hiddenDropout`.
  var classifierDropout: Double? { get set }
  /// What every normalisation adds to the variance.
  var normEpsilon: Double { get }
  /// Standard deviation of newly initialised matrices.
  var initializerRange: Double { get }
  /// The tokens after which a text is over; none of a model that writes none.
  var endTokens: [Int] { get }
  /// What the head puts out.
  var headKind: HeadKind { get set }
  /// Outputs of a head for sequences; 1 is a regression. Another number of them has no names yet.
  var classes: Int { get set }
  /// What the outputs are called.
  var labels: OutputLabels { get set }
  /// What the head is trained for; `nil` where nothing says so.
  var problem: HeadProblem? { get set }
  /// What inputs may be.
  var limits: InputLimits { get }
  /// How distances are put into buckets; `nil` where positions are not relative.
  var relativePositions: RelativePositions? { get }
  /// What is wrong with the values, by the names of their fields; empty for a model that can be built.
  var problems: [String] { get }

  /// Each token's row of the position table, where there is one: `[tokens]`.
  func positionIDs(of batch: TokenBatch) -> [Int32]
  /// The bytes of a `config.json` that `transformers` reads; equal configurations give equal bytes.
  func json() throws -> Data
  /// The body of such a model, its tensors the builder's.
  func backbone(_ builder: ParameterBuilder) throws -> any Backbone
  /// The architecture's own head of `headKind` for a body, its tensors the builder's or the body's.
  func head(for backbone: any Backbone, _ builder: ParameterBuilder) throws -> any Head
}

extension ModelConfiguration {
  package var endTokens: [Int] { [] }
  package var keyHeads: Int { heads }

  /// Takes what the outputs are to stand for.
  ///
  /// - Parameter start: what decides by which of a task's lists of names its classes go; the first, where nothing does.
  package mutating func adopt(_ target: HeadTarget, start: HeadStart = .absent) {
    headKind = target == .words ? .words : .sequences
    switch target {
    case .words: (labels, problem) = (.unnamed, nil)
    case .score: (classes, labels, problem) = (1, .unnamed, .score)
    case .classes(let lists):
      classes = lists.first?.count ?? 0
      var names = lists.first ?? []
      if case .byName(_, let stored) = start { names = lists.first { HeadMatch.rows(of: $0, among: stored) != nil } ?? names }
      (labels, problem) = (.named(names), .oneClass)
    }
  }

  /// Makes the head as large as one that was saved, whose last layer has so many rows; nil leaves it as it is.
  package mutating func fitHead(rows: Int?) {
    if let rows { classes = rows }
  }
}

/// Reads a `config.json`.
package enum ModelConfigurations {
  /// Reads the bytes of a `config.json`, as the architecture that it names has it.
  ///
  /// - Parameter path: the file's path, for messages.
  /// - Throws: `ModelError.configuration` with everything that is wrong.
  package static func read(json: Data, path: String) throws -> any ModelConfiguration {
    func failure(_ problem: String) -> ModelError { .configuration(path: path, problems: [problem]) }
    let known = Architecture.allCases.map { "'\($0.modelType)'" }.joined(separator: ", ")
    do {
      guard let kind = try ConfigurationReading(json).fields(ModelKind.self).modelType else {
        throw failure("it has no model_type; known are \(known)")
      }
      guard let architecture = Architecture.allCases.first(where: { $0.modelType == kind }) else {
        throw failure("model_type '\(kind)' is not known; known are \(known)")
      }
      return try architecture.definition.configuration(json: json, path: path)
    } catch let error as DecodingError {
      throw failure(ConfigurationReading.problem(error))
    }
  }

  private struct ModelKind: Decodable {
    var modelType: String?
  }
}
