// Pre-training of the pocket decoder: each token of a document is told from those before it.
import Foundation
import Layers
import Models
import Storage
import Tensors
import Tokenizers
import Training

/// The pre-training of a decoder.
final class NextTokenPretraining: PretrainingProcess {
  let model: Model
  let settings: PretrainingSettings
  var completedSteps = 0
  var tokens = 0
  var seconds = 0.0
  private(set) var tally = DocumentTally()
  let optimizer: AdamW
  private let stream: PocketDocuments
  /// The share of each batch by kind of document (`PocketDocuments.Kind.rawValue`); they need not add up to 1.
  private let shares: [Double]
  private let tokenizer: any Tokenizer
  private let beginning: Int32
  private let end: Int32
  private let mostTokens: Int

  /// - Parameters:
  ///   - model: with fresh weights and a head for words; its dropouts do not act.
  ///   - tokenizer: its vocabulary is the model's.
  ///   - shares: one for each kind of document.
  /// - Throws: `PretrainingError` when the tokenizer does not fit.
  init(
    _ model: Model, tokenizer: any Tokenizer, documents: PocketDocuments, shares: [Double], settings: PretrainingSettings
  ) throws {
    guard tokenizer.vocabularySize <= model.configuration.vocabularySize else {
      throw PretrainingError.vocabulary(
        tokenizer: tokenizer.vocabularySize, embedding: model.configuration.vocabularySize)
    }
    guard let beginning = tokenizer.specialTokens.beginning else {
      throw PretrainingError.noSpecialToken("for the beginning of a document")
    }
    guard let end = tokenizer.specialTokens.separator else {
      throw PretrainingError.noSpecialToken("for the end of a document")
    }
    precondition(shares.count == PocketDocuments.Kind.allCases.count, "\(shares.count) shares")
    (self.model, self.tokenizer, self.settings, self.shares) = (model, tokenizer, settings, shares)
    (self.beginning, self.end) = (beginning, end)
    stream = documents
    mostTokens = model.configuration.limits.tokens ?? .max
    for parameter in model.parameters { parameter.isTrainable = true }
    optimizer = AdamW(model.parameters, settings.optimization)
  }

  /// A document's tokens, as many as the model takes.
  private func sequence(_ kind: PocketDocuments.Kind, index: Int) -> [Int32] {
    Array(([beginning] + tokenizer.encode(stream.text(kind, index: index)) + [end]).prefix(mostTokens))
  }

  @discardableResult
  func advance() throws -> Double {
    var sequences: [[Int32]] = []
    var parts: [(kind: PocketDocuments.Kind, places: [Int32], targets: [Int32])] = []
    var start = 0
    for kind in PocketDocuments.Kind.allCases {
      guard let rows = settings.part(kind.rawValue, of: shares)?.rows else { continue }
      var places: [Int32] = [], targets: [Int32] = []
      for row in 0..<rows {
        let sequence = sequence(kind, index: completedSteps * rows + row)
        places += (0..<(sequence.count - 1)).map { Int32(start + $0) }
        targets += sequence.dropFirst()
        start += sequence.count
        sequences.append(sequence)
      }
      parts.append((kind, places, targets))
    }
    // no dropout: documents never come twice
    let hidden = model.backbone.hiddenStates(TokenBatch(sequences: sequences), pass: .evaluation)
    let told = parts.reduce(0) { $0 + $1.targets.count }
    var terms: [Tensor] = []
    for part in parts {
      let term = model.head(hidden.rows(part.places), pass: .evaluation).crossEntropy(part.targets, divisor: told)
      tally.count(part.kind, loss: Double(term.item) * Double(told), tokens: part.targets.count)
      terms.append(term)
    }
    let value = try update(by: terms)
    completedSteps += 1
    tokens += start
    return value
  }

  // MARK: Progress

  var trained: [Parameter] { model.parameters }
  var meanLoss: Double { tally.meanLoss }
  var found: [PretrainingFinding] { tally.lines.map { PretrainingFinding(kind: "\($0.kind)", level: nil, text: $0.text) } }
  var levels: [(kind: String, level: Double)] { [] }

  func clearTally() { tally = DocumentTally() }
  func write(to folder: URL) throws { try ModelWriter.save(model, as: .float16, to: folder) }

  // MARK: Checkpoints

  var counted: [SealedEntry] {
    [
      SealedEntry("progress/losses", .float64(tally.losses)),
      SealedEntry("progress/counts", .int64(tally.counts.map { Int64($0) })),
    ]
  }

  func takeUp(_ saved: CheckpointContents) throws {
    let kinds = PocketDocuments.Kind.allCases.count
    tally = DocumentTally(losses: try saved.amounts("losses", count: kinds), counts: try saved.counts("counts", count: kinds))
  }
}

/// The loss by kind of document since the last report, in the order of the kinds.
struct DocumentTally: Sendable, Equatable {
  /// Sums over tokens.
  fileprivate(set) var losses = PocketDocuments.Kind.allCases.map { _ in 0.0 }
  /// Tokens told.
  fileprivate(set) var counts = PocketDocuments.Kind.allCases.map { _ in 0 }

  /// The loss of a token; 0 where there is none.
  var meanLoss: Double { losses.reduce(0, +) / Double(max(1, counts.reduce(0, +))) }

  /// One line for each kind of document that there was.
  var lines: [(kind: PocketDocuments.Kind, text: String)] {
    PocketDocuments.Kind.allCases.compactMap { kind in
      let count = counts[kind.rawValue]
      guard count > 0 else { return nil }
      return (kind, "loss \((losses[kind.rawValue] / Double(count) * 1000).rounded() / 1000)")
    }
  }

  mutating func count(_ kind: PocketDocuments.Kind, loss: Double, tokens: Int) {
    losses[kind.rawValue] += loss
    counts[kind.rawValue] += tokens
  }
}
