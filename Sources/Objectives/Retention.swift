// What fine-tuning takes from a model: the loss that it was pre-trained with, on rows that it has not seen.
import Datasets
import Foundation
import Layers
import Models
import Tensors
import Tokenizers

/// A row that asks what the model was pre-trained to answer.
package struct RetentionRow: Sendable, Equatable {
  /// A place in the row, and the right answer there.
  package struct Asked: Sendable, Equatable {
    let place: Int
    let answer: Int32

    /// The answer that is right at a place of the row.
    package init(at place: Int, _ answer: Int32) { (self.place, self.answer) = (place, answer) }
  }

  /// Token ids, special tokens included.
  let tokens: [Int32]
  /// The text that each token belongs to.
  let segments: [Int32]
  /// What is asked, by question.
  let asked: [PretrainedQuestion: [Asked]]

  /// A row of tokens, with the questions that are asked of it.
  package init(tokens: [Int32], segments: [Int32], asked: [PretrainedQuestion: [Asked]]) {
    precondition(tokens.count == segments.count, "\(tokens.count) tokens with \(segments.count) token types")
    (self.tokens, self.segments, self.asked) = (tokens, segments, asked)
  }

  /// Its first tokens, and what is asked of them.
  func prefix(_ count: Int) -> RetentionRow {
    RetentionRow(
      tokens: Array(tokens.prefix(count)), segments: Array(segments.prefix(count)),
      asked: asked.mapValues { $0.filter { $0.place < count } })
  }
}

/// Rows that ask what models were pre-trained to answer.
package struct Retention: Sendable, Equatable {
  /// In the order in which they are computed.
  package let rows: [RetentionRow]
  /// The tokens that are computed together at most, unless one row has more.
  private static let batchTokens = 1024
  /// The logits that are computed together at most: each token may have one for every word.
  private static let mostLogits = 1 << 24

  /// Takes rows, of which no more than the first `maximumLength` tokens are seen.
  package init(_ rows: [RetentionRow], maximumLength: Int) {
    self.rows = rows.map { $0.prefix(maximumLength) }
  }

  /// The mean loss of each question that the rows ask and the heads answer, in nats. Nothing is dropped, and no gradient recorded.
  ///
  /// - Parameter willCompute: called before each batch; what it throws ends the measurement.
  package func losses(
    of model: Model, _ heads: PretrainedHeads, on backend: any Backend, willCompute: () throws -> Void = {}
  ) rethrows -> [PretrainedQuestion: Double] {
    var sums: [PretrainedQuestion: (loss: Double, count: Int)] = [:]
    let most = max(1, Self.mostLogits / max(1, model.configuration.vocabularySize))
    for rows in batches {
      try willCompute()
      backend.withoutGradients {
        let tokens = TokenBatch(rows.map { ($0.tokens, $0.segments) })
        let states = model.backbone.hiddenStates(tokens, pass: .evaluation)
        for question in heads.questions {
          var places: [Int32] = [], firsts: [Int32] = [], answers: [Int32] = []
          for (row, first) in zip(rows, tokens.firstRows) {
            for asked in row.asked[question] ?? [] {
              places.append(first + Int32(asked.place))
              firsts.append(first)
              answers.append(asked.answer)
            }
          }
          guard !answers.isEmpty else { continue }
          for start in stride(from: 0, to: places.count, by: most) {
            let part = start..<min(start + most, places.count)
            let logits = heads.logits(question, of: states.rows(Array(places[part])), firsts: states.rows(Array(firsts[part])))
            sums[question, default: (0, 0)].loss += Self.loss(logits, Array(answers[part]))
          }
          sums[question, default: (0, 0)].count += answers.count
        }
      }
    }
    return sums.mapValues { $0.loss / Double($0.count) }
  }

  /// The rows as they are computed together.
  private var batches: [[RetentionRow]] {
    var batches: [[RetentionRow]] = [], tokens = 0
    for row in rows {
      tokens += row.tokens.count
      if batches.isEmpty || tokens > Self.batchTokens {
        batches.append([])
        tokens = row.tokens.count
      }
      batches[batches.count - 1].append(row)
    }
    return batches
  }

  /// The sum of the losses of logits `[rows, answers]`; one column is that of yes, beside a no of 0.
  private static func loss(_ logits: Tensor, _ answers: [Int32]) -> Double {
    let isOne = logits.shape[1] == 1
    let logits = isOne ? Tensor(logits.values.flatMap { [0, $0] }, shape: [answers.count, 2], on: logits.backend) : logits
    return Double(logits.crossEntropy(answers).item) * Double(answers.count)
  }
}

// MARK: From a text

extension Retention {
  /// Of a hundred tokens, how many are hidden, or replaced (Devlin et al. 2019; Clark et al. 2020).
  private static let percent = 15

  /// Rows of the first texts: for hidden words 0.15 of the tokens of each stand as the mask token, for replaced tokens as many are drawn
  /// from all the texts' tokens (a checkpoint's generator is not shipped with it), and of next tokens all are asked. Which are chosen
  /// follows from the texts' places alone, the same for every run.
  ///
  /// - Parameters:
  ///   - texts: each becomes a row for each question; of an empty one there is none.
  ///   - questions: `masked` is left out where the tokenizer has no mask token.
  package init(texts: [String], _ questions: [PretrainedQuestion], with tokenizer: any Tokenizer, maximumLength: Int) {
    let special = tokenizer.specialTokens
    let around = Set([special.beginning, special.separator, special.padding, special.mask, special.unknown].compactMap { $0 })
    let encoded = texts.map { tokenizer.encode($0, nil, maximumLength: maximumLength) }
    let pool = encoded.flatMap(\.ids).filter { !around.contains($0) }
    var rows: [RetentionRow] = []
    for (index, text) in encoded.enumerated() {
      let places = text.ids.indices.filter { !around.contains(text.ids[$0]) }
      guard !places.isEmpty else { continue }
      for question in questions {
        var random = CounterRandom(
          seed: 0, purpose: .retention, index: UInt64(index * PretrainedQuestion.allCases.count + question.place))
        var ids = text.ids
        // one at least
        let certain = places[random.below(places.count)]
        let chosen = places.filter { random.below(100) < Self.percent || $0 == certain }
        let asked: [RetentionRow.Asked]
        switch question {
        case .masked:
          guard let mask = special.mask else { continue }
          asked = chosen.map { .init(at: $0, text.ids[$0]) }
          for place in chosen { ids[place] = mask }
        case .replaced:
          for place in chosen { ids[place] = pool[random.below(pool.count)] }
          asked = places.map { .init(at: $0, ids[$0] == text.ids[$0] ? 0 : 1) }
        case .next:
          asked = text.ids.indices.dropLast().map { .init(at: $0, text.ids[$0 + 1]) }
        }
        rows.append(RetentionRow(tokens: ids, segments: text.segments, asked: [question: asked]))
      }
    }
    self.init(rows, maximumLength: maximumLength)
  }
}

extension PretrainedQuestion {
  /// Its place among the questions.
  fileprivate var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }
}
