// A third objective, which the program does not have: a tag for each token, from a head over every row. Nothing that trains, evaluates or
// records knows of it.
import Layers
import Metrics
import Models
import Objectives
import Tensors

/// A tag for each token of a row.
package struct TokenTagging: Objective {
  package let metrics: [Metric] = [.accuracy]
  package let training: RowSet
  package let validation: [RowSet]
  private let sets: [Split: [[Int32]]]

  /// How many tags there are.
  package static let tags = 3

  /// Rows of tokens, whose tags follow from the token itself and the one before it.
  package init(training: [[Int32]], validation: [(name: String, rows: [[Int32]])] = []) {
    self.training = RowSet(name: "train", lengths: training.map(\.count))
    self.validation = validation.map { RowSet(name: $0.name, lengths: $0.rows.map(\.count)) }
    var sets: [Split: [[Int32]]] = [.training: training]
    for (set, part) in validation.enumerated() { sets[.validation(set)] = part.rows }
    self.sets = sets
  }

  private func tokens(_ row: Int, _ split: Split) -> [Int32] { sets[split]?[row] ?? [] }

  private func tags(_ row: Int, _ split: Split) -> [Int32] {
    let tokens = tokens(row, split)
    return tokens.indices.map { (tokens[$0] + ($0 > 0 ? tokens[$0 - 1] : 0)) % Int32(Self.tags) }
  }

  /// There are none: a row has no class.
  package var strata: Strata { Strata(training.lengths.map { _ in 0 }, count: 1) }

  package func batch(_ rows: [Int], of split: Split) -> TokenBatch { TokenBatch(sequences: rows.map { tokens($0, split) }) }

  /// `[tokens, tags]`
  package func outputs(of model: Model, _ rows: [Int], of split: Split, pass: Pass, everyToken: Bool) -> Tensor {
    model.logits(batch(rows, of: split), rows: .every, pass: pass, everyToken: everyToken)
  }

  package func terms(of rows: [Int]) -> Int { training.tokens(of: rows) }

  package func loss(of outputs: Tensor, _ rows: [Int], over terms: Int) -> Tensor {
    outputs.crossEntropy(rows.flatMap { tags($0, .training) }, divisor: terms)
  }

  package func gold(of split: Split) -> Answers {
    Answers(rows: (0..<rows(of: split).count).map { tags($0, split).map { Int64($0) } })
  }

  package func answers(of model: Model, set: Int, isLast: Bool, beforeBatch: () throws -> Void) throws -> Answers {
    var answers = [[Int64]](repeating: [], count: validation[set].count)
    for rows in validation[set].batches(of: 4) {
      try beforeBatch()
      let tags = outputs(of: model, rows, of: .validation(set), pass: .evaluation, everyToken: false).argmax().values
      var place = 0
      for row in rows {
        answers[row] = (0..<validation[set].lengths[row]).map { Int64(tags[place + $0]) }
        place += validation[set].lengths[row]
      }
    }
    return Answers(rows: answers)
  }

  package func scores(of answers: Answers, set: Int) -> Scores {
    func flat(_ answers: Answers) -> [Int] { answers.rows.flatMap { $0 }.map { Int($0) } }
    return Scores(metrics: metrics, gold: flat(gold(of: .validation(set))), predicted: flat(answers))
  }
}

/// A linear layer over every token.
package final class TokenHead: Head {
  package let output: Linear
  package let rows = RowSelection.every
  package let outputDropout: Float = 0.1

  /// A head of random weights on hidden states of this width.
  package init(hidden: Int, outputs: Int, seed: UInt64, on backend: any Backend) {
    let name = "classifier.weight"
    let values = Tensor.normal(.initialization(seed: seed, name: name), deviation: 0.3, shape: [outputs, hidden], on: backend)
    output = Linear(
      weight: Parameter(name, values, group: .head, decays: true),
      bias: Parameter("classifier.bias", .zeros([outputs], on: backend), group: .head, decays: false))
  }

  package var parameters: [Parameter] { [output.weight, output.bias].compactMap { $0 } }
  package func pool(_ states: Tensor, pass: Pass) -> Tensor { states }
}

extension Model {
  /// A model of random weights that tags tokens.
  ///
  /// - Throws: `ModelError.configuration`.
  package static func tagging(_ configuration: any ModelConfiguration, seed: UInt64, on backend: any Backend) throws -> Model {
    let backbone = try ModelLoader.randomBackbone(configuration, seed: seed, on: backend)
    return Model(
      backbone, head: TokenHead(hidden: configuration.hiddenSize, outputs: TokenTagging.tags, seed: seed, on: backend))
  }
}
