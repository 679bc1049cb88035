// The heads that a checkpoint was pre-trained with. A classifier has no use for them; by them can be told what fine-tuning took away.
import Foundation
import Layers
import Storage
import Tensors

/// What a model was pre-trained to answer.
package enum PretrainedQuestion: String, Sendable, CaseIterable {
  /// Which word is hidden (Devlin et al. 2019).
  case masked
  /// Whether a token stands in another's place (Clark et al. 2020), or what is wrong with it.
  case replaced
  /// Which token is next.
  case next
}

/// The heads of a checkpoint for a model that was built from it, or was fine-tuned since.
///
/// ```swift
/// let heads = try PretrainedHeads(folder: folder, for: model, on: backend)
/// heads.questions  // [.masked]
/// heads.logits(.masked, of: hidden.rows(hiddenWords), firsts: hidden.rows(starts)).shape  // [rows, vocabulary]
/// ```
package final class PretrainedHeads {
  private let words: MaskedWordHead?
  private let judged: ReplacedTokenHead?
  private let next: Linear?

  /// Reads the heads that the checkpoint holds. The table of words is the model's own, as it is now; so is the head of a model that
  /// predicts words.
  ///
  /// - Parameters:
  ///   - folder: the checkpoint that the model was built from.
  /// - Throws: `StorageError`; `ModelError.weights` where a head is there in part, or of another shape.
  package init(folder: URL, for model: Model, on backend: any Backend) throws {
    let configuration = model.configuration, hidden = configuration.hiddenSize
    let source = try StoredHeads(folder, configuration.architecture, on: backend)
    let table = model.backbone.wordEmbeddings
    guard let names = configuration.architecture.maskedWordNames else {
      let isOwn = configuration.headKind == .words
      let output = source.ownTable(vocabulary: configuration.vocabularySize, hidden: hidden) ?? (source.isTied ? table : nil)
      next = isOwn ? model.head.output : output.map { Linear(weight: $0, bias: nil) }
      (words, judged) = (nil, nil)
      try source.finish()
      return
    }
    next = nil
    let activation = configuration.pretrainingActivation
    let dense = source.linear(ReplacedTokenHead.dense, to: hidden, from: hidden)
    let norm = source.norm(ReplacedTokenHead.norm, size: hidden, epsilon: configuration.normEpsilon)
    let classifier = source.linear(ReplacedTokenHead.classifier, to: nil, from: hidden)
    judged = dense.flatMap { dense in
      classifier.map { ReplacedTokenHead(dense: dense, norm: norm, classifier: $0, activation: activation) }
    }
    // a checkpoint of replaced tokens has the other head too, as its generator's twin: it was not trained with this body
    let isTwin = norm != nil
    if !isTwin, let dense = source.linear(names.dense, to: hidden, from: hidden),
      let norm = source.norm(names.norm, size: hidden, epsilon: configuration.normEpsilon),
      let bias = source.vector(names.bias, size: configuration.vocabularySize)
    {
      let own = source.ownTable(vocabulary: configuration.vocabularySize, hidden: hidden)
      words = MaskedWordHead(dense: dense, norm: norm, bias: bias, words: own ?? table, activation: activation)
    } else {
      words = nil
    }
    try source.finish()
  }

  /// What the heads answer, in the order of the cases.
  package var questions: [PretrainedQuestion] {
    PretrainedQuestion.allCases.filter {
      switch $0 {
      case .masked: words != nil
      case .replaced: judged != nil
      case .next: next != nil
      }
    }
  }

  /// Logits of a question that the heads answer: `[rows, hidden]` → `[rows, answers]`; one column where the answer is yes or no.
  ///
  /// - Parameter firsts: the state of each row's first token in its sequence, `[rows, hidden]`.
  package func logits(_ question: PretrainedQuestion, of states: Tensor, firsts: Tensor) -> Tensor {
    switch question {
    case .masked:
      guard let words else { preconditionFailure("no head for hidden words") }
      return words(states)
    case .replaced:
      guard let judged else { preconditionFailure("no head for replaced tokens") }
      return judged(states, firsts: firsts)
    case .next:
      guard let next else { preconditionFailure("no head for next tokens") }
      return next(states)
    }
  }
}

/// DeBERTaV3's head for replaced tokens: a dense layer over the norm of the token's state plus the first token's, the activation, and one
/// logit (`LMMaskPredictionHead` of microsoft/DeBERTa). The pocket models' has no norm, sees the token alone, and says what is wrong.
final class ReplacedTokenHead {
  static let dense = "mask_predictions.dense"
  static let norm = "mask_predictions.LayerNorm"
  static let classifier = "mask_predictions.classifier"

  private let dense: Linear
  private let norm: LayerNorm?
  private let classifier: Linear
  private let activation: Activation

  init(dense: Linear, norm: LayerNorm?, classifier: Linear, activation: Activation) {
    (self.dense, self.norm, self.classifier, self.activation) = (dense, norm, classifier, activation)
  }

  /// `[rows, hidden]` of the tokens and of their sequences' first tokens → `[rows, answers]`
  func callAsFunction(_ states: Tensor, firsts: Tensor) -> Tensor {
    let seen = norm.map { $0(states.adding(firsts)) } ?? states
    return classifier(dense(seen).activated(activation))
  }
}

extension ModelConfiguration {
  /// What stands within its pre-training heads: the model's own activation, but for RoBERTa, which has GELU whatever the model has.
  fileprivate var pretrainingActivation: Activation {
    architecture == .roberta ? .gelu : (self as? EncoderConfiguration)?.activation ?? .gelu
  }
}

/// The tensors of a checkpoint that stand beside its body.
private final class StoredHeads {
  private let folder: CheckpointFolder
  private let backend: any Backend
  private let names: TensorNames
  private var stored: [String: TensorDescription] = [:]
  /// Whether a head's last layer is the table of words.
  let isTied: Bool
  private var missing: [String] = []
  private var misshapen: [String] = []
  private var notFinite: [String] = []
  private var failure: (any Error)?

  init(_ url: URL, _ architecture: Architecture, on backend: any Backend) throws {
    folder = try CheckpointFolder(url: url)
    self.backend = backend
    names = architecture.definition.names
    let origin = (try? JSONDecoder().decode(SavedKind.self, from: folder.configuration)) ?? SavedKind()
    isTied = origin.tieWordEmbeddings ?? names.tiesWords
    let known = CheckpointNames(architecture, among: folder.archive.descriptions.map(\.name))
    for description in folder.archive.descriptions {
      guard case .model(let name) = known.part(description.name) else { continue }
      stored[name] = description
    }
  }

  /// A linear layer with its bias; nil where the checkpoint has neither.
  ///
  /// - Parameter outputs: nil for as many as there are.
  func linear(_ path: String, to outputs: Int?, from inputs: Int) -> Linear? {
    guard has(path) else { return nil }
    let count = outputs ?? stored["\(path).weight"]?.shape.first ?? 0
    guard let weight = parameter("\(path).weight", [count, inputs]), let bias = parameter("\(path).bias", [count]) else {
      return nil
    }
    return Linear(weight: weight, bias: bias)
  }

  func norm(_ path: String, size: Int, epsilon: Double) -> LayerNorm? {
    guard has(path), let gain = parameter("\(path).weight", [size]), let bias = parameter("\(path).bias", [size]) else {
      return nil
    }
    return LayerNorm(gain: gain, bias: bias, epsilon: Float(epsilon))
  }

  func vector(_ name: String, size: Int) -> Parameter? { stored[name] == nil ? nil : parameter(name, [size]) }

  /// The matrix `[vocabulary, hidden]` of a head's last layer, where that is not the table of words.
  func ownTable(vocabulary: Int, hidden: Int) -> Parameter? {
    guard !isTied, let name = names.wordHeads.first(where: { stored[$0] != nil }) else { return nil }
    return parameter(name, [vocabulary, hidden])
  }

  private func has(_ path: String) -> Bool { stored["\(path).weight"] != nil || stored["\(path).bias"] != nil }

  private func parameter(_ name: String, _ shape: [Int]) -> Parameter? {
    guard let found = stored[name] else {
      missing.append("'\(name)'")
      return nil
    }
    guard found.shape == shape, !shape.contains(0) else {
      misshapen.append("'\(found.name)' is \(found.shape), expected \(shape)")
      return nil
    }
    do {
      let tensor = Tensor(try folder.archive.floats(found.name), shape: shape, on: backend)
      if !tensor.isFinite { notFinite.append("'\(found.name)'") }
      return Parameter(name, tensor, group: .head, decays: false)
    } catch {
      failure = failure ?? error
      return nil
    }
  }

  /// - Throws: what was wrong with a tensor that was asked for.
  func finish() throws {
    if let failure { throw failure }
    guard missing.isEmpty, misshapen.isEmpty, notFinite.isEmpty else {
      throw ModelError.weights(
        path: folder.archive.path, missing: missing, misshapen: misshapen, notFinite: notFinite, unexpected: [])
    }
  }
}
