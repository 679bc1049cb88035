// Probes and bags of words on data whose answers are known.
import CPUBackend
import Datasets
import Layers
import Metrics
import Objectives
import Tensors
import Testing

@testable import Pocket

@Suite("Baselines of the pocket profile")
struct PocketBaselinesTests {
  private let backend: CPUBackend

  init() throws { backend = try CPUBackend(threads: 1) }

  /// A number in −1...1, a function of the index.
  private func noise(_ index: Int) -> Float {
    var generator = CounterRandom(seed: 1, purpose: .sample, index: UInt64(index))
    return Float.random(in: -1...1, using: &generator)
  }

  @Test("classes that a line separates are told apart, and those that none does are not")
  func separable() {
    let rows = 200
    let features = FeatureTable(values: (0..<rows * 3).map(noise), columns: 3)
    let value = { (row: Int, column: Int) in features.values[row * 3 + column] }
    func accuracy(_ label: (Int) -> Int32, classes: Int) -> Double {
      let labels = (0..<rows).map(label)
      let model = PocketLinearModel(features, .integers(labels.map(Int64.init)), outputs: classes, strength: 1e-4, on: backend)
      let right = zip(model.logits(features, on: backend).argmax().values, labels).count { $0 == $1 }
      return Double(right) / Double(rows)
    }
    #expect(accuracy({ value($0, 0) > 0.3 * value($0, 1) ? 1 : 0 }, classes: 2) > 0.98)
    let third = { (row: Int) -> Int32 in value(row, 2) < -0.3 ? 0 : value(row, 2) < 0.3 ? 1 : 2 }
    #expect(accuracy(third, classes: 3) > 0.75)
    #expect(accuracy({ value($0, 0) * value($0, 1) > 0 ? 1 : 0 }, classes: 2) < 0.65)
  }

  @Test("least squares find a plane, whatever the features' scales")
  func regression() {
    let rows = 120
    var values: [Float] = [], plane: [Float] = []
    for row in 0..<rows {
      let point: [Float] = [1000 * noise(row), 3 + noise(row + 500), noise(row + 900)]
      values += point
      plane.append(0.002 * point[0] - point[1] + 5)
    }
    let features = FeatureTable(values: values, columns: 3)
    let model = PocketLinearModel(features, .numbers(plane.map(Double.init)), outputs: 1, strength: 1e-6, on: backend)
    let found = model.logits(features, on: backend).values
    #expect((Metrics.pearson(gold: plane.map(Double.init), predicted: found.map(Double.init)) ?? 0) > 0.9999)
  }

  @Test("the penalty shrinks weights as the closed form says")
  func penalty() {
    // one standardised feature and centred targets: w = mean(xy) / (1 + strength)
    let features = FeatureTable(values: [-1, -1, 1, 1], columns: 1)
    let model = PocketLinearModel(features, .numbers([-1, -1, 1, 1]), outputs: 1, strength: 0.5, on: backend)
    let expected: [Double] = [-1 / 1.5, -1 / 1.5, 1 / 1.5, 1 / 1.5]
    for (found, expected) in zip(model.logits(features, on: backend).values, expected) {
      #expect(abs(Double(found) - expected) < 2e-3)
    }
  }

  private func example(_ first: [Int32], _ second: [Int32], _ label: Label) -> EncodedExample {
    EncodedExample(
      tokens: first + second, segments: first.map { _ in 0 } + second.map { _ in 1 }, label: label)
  }

  @Test("counts of each text, and what they share")
  func counts() {
    let table = PocketBaselines.counts(
      TokenBatch([(tokens: [1, 2, 2, 2, 3], segments: [0, 0, 0, 1, 1]), (tokens: [0], segments: [0])]), vocabulary: 4)
    #expect(table.columns == 10)
    #expect(
      table.values == [
        0, 1, 2, 0, 0, 0, 1, 1, 1, 1,
        1, 0, 0, 0, 0, 0, 0, 0, 0, 0,
      ])
  }

  @Test("a bag of words solves what words decide; chance is the most frequent answer")
  func bag() {
    let examples = (0..<90).map { (row: Int) -> EncodedExample in
      // two thirds of class 0
      let answer = row % 3 % 2
      let first: [Int32] = [1, Int32(2 + row % 7)], second: [Int32] = [Int32(9 + answer)]
      return example(first, second, .class(answer))
    }
    let sets = LabelledSets(
      training: Array(examples.prefix(60)), validation: [("validation", Array(examples.suffix(30)))])
    let task = Classification(sets, classes: 2, metrics: [.accuracy])
    let baselines = PocketBaselines(task: task, backend: backend)
    #expect(baselines.bag(vocabulary: 12) == 100)
    #expect(abs(baselines.chance - 200.0 / 3) < 1e-9)
  }
}
