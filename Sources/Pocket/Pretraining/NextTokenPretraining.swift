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
  private let ends: DocumentEnds
  private let mostTokens: Int
  /// The tokens that begin a verdict, by kind of document.
  private let verdicts: [Set<Int32>]

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
    precondition(shares.count == PocketDocuments.Kind.allCases.count, "\(shares.count) shares")
    (self.model, self.tokenizer, self.settings, self.shares) = (model, tokenizer, settings, shares)
    ends = try DocumentEnds(tokenizer)
    stream = documents
    verdicts = PocketDocuments.Kind.allCases.map { kind in Set(kind.verdicts.compactMap { tokenizer.encode($0).first }) }
    mostTokens = model.configuration.limits.tokens ?? .max
    for parameter in model.parameters { parameter.isTrainable = true }
    optimizer = AdamW(model.parameters, settings.optimization)
  }

  @discardableResult
  func advance() throws -> Double {
    var sequences: [[Int32]] = []
    var parts: [Part] = []
    var start = 0
    for kind in PocketDocuments.Kind.allCases {
      guard let rows = settings.part(kind.rawValue, of: shares)?.rows else { continue }
      var told = Part(kind: kind, isVerdict: false), judged = Part(kind: kind, isVerdict: true)
      for row in 0..<rows {
        let sequence = Array(stream.tokens(kind, index: completedSteps * rows + row, tokenizer, ends).prefix(mostTokens))
        for (place, target) in sequence.dropFirst().enumerated() {
          let position = Int32(start + place)
          if verdicts[kind.rawValue].contains(target) { judged.ask(target, at: position) } else { told.ask(target, at: position) }
        }
        start += sequence.count
        sequences.append(sequence)
      }
      parts += [told, judged].filter { !$0.targets.isEmpty }
    }
    // no dropout: documents never come twice
    let hidden = model.backbone.hiddenStates(TokenBatch(sequences: sequences), pass: .evaluation)
    let told = parts.reduce(0) { $0 + $1.targets.count }
    var terms: [Tensor] = []
    for part in parts {
      let term = model.head(hidden.rows(part.places), pass: .evaluation).crossEntropy(part.targets, divisor: told)
      tally.count(part.kind, isVerdict: part.isVerdict, loss: Double(term.item) * Double(told), tokens: part.targets.count)
      terms.append(part.isVerdict ? term.scaled(by: Float(settings.judgedWeight)) : term)
    }
    let value = try update(by: terms)
    completedSteps += 1
    tokens += start
    return value
  }

  /// The tokens of one kind of document that are told, verdicts and others apart.
  private struct Part {
    var kind: PocketDocuments.Kind
    var isVerdict: Bool
    /// Rows of the hidden states, and the token that each tells.
    var places: [Int32] = []
    var targets: [Int32] = []

    mutating func ask(_ target: Int32, at place: Int32) {
      places.append(place)
      targets.append(target)
    }
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
    let count = tally.counts.count
    tally = DocumentTally(losses: try saved.amounts("losses", count: count), counts: try saved.counts("counts", count: count))
  }
}

/// The tokens that a document begins and ends with.
struct DocumentEnds: Sendable {
  let beginning: Int32
  let end: Int32

  /// - Throws: `PretrainingError.noSpecialToken` when the tokenizer lacks one.
  init(_ tokenizer: any Tokenizer) throws {
    guard let beginning = tokenizer.specialTokens.beginning else {
      throw PretrainingError.noSpecialToken("for the beginning of a document")
    }
    guard let end = tokenizer.specialTokens.separator else {
      throw PretrainingError.noSpecialToken("for the end of a document")
    }
    (self.beginning, self.end) = (beginning, end)
  }
}

extension PocketDocuments {
  /// The tokens of document `index`, each of its parts with a beginning of its own.
  func tokens(_ kind: Kind, index: Int, _ tokenizer: any Tokenizer, _ ends: DocumentEnds) -> [Int32] {
    Array(parts(kind, index: index).map { [ends.beginning] + tokenizer.encode($0) }.joined()) + [ends.end]
  }
}

/// The loss by kind of document since the last report, in the order of the kinds, of its tokens and then of its verdicts.
struct DocumentTally: Sendable, Equatable {
  /// Sums over tokens.
  fileprivate(set) var losses = PocketDocuments.Kind.allCases.flatMap { _ in [0.0, 0.0] }
  /// Tokens told.
  fileprivate(set) var counts = PocketDocuments.Kind.allCases.flatMap { _ in [0, 0] }

  /// The loss of a token; 0 where there is none.
  var meanLoss: Double { losses.reduce(0, +) / Double(max(1, counts.reduce(0, +))) }

  /// One line for each kind of document that there was.
  var lines: [(kind: PocketDocuments.Kind, text: String)] {
    PocketDocuments.Kind.allCases.compactMap { kind in
      let told = [false, true].compactMap { isVerdict -> String? in
        let place = Self.place(kind, isVerdict)
        guard counts[place] > 0 else { return nil }
        let loss = (losses[place] / Double(counts[place]) * 1000).rounded() / 1000
        return isVerdict ? "of verdicts \(loss)" : "loss \(loss)"
      }
      return told.isEmpty ? nil : (kind, told.joined(separator: ", "))
    }
  }

  mutating func count(_ kind: PocketDocuments.Kind, isVerdict: Bool, loss: Double, tokens: Int) {
    let place = Self.place(kind, isVerdict)
    losses[place] += loss
    counts[place] += tokens
  }

  private static func place(_ kind: PocketDocuments.Kind, _ isVerdict: Bool) -> Int { 2 * kind.rawValue + (isVerdict ? 1 : 0) }
}
