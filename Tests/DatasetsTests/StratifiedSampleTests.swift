import Foundation
import Settings
import Testing

@testable import Datasets

@Suite struct StratifiedSampleTests {
  @Test func everyClassKeepsItsShareAndAtLeastOneRow() throws {
    let labels: [Label] = (0..<1001).map { $0 == 500 ? .class(2) : .class($0 % 4 == 0 ? 0 : 1) }
    let sample = try StratifiedSample.indices(labels: labels, fraction: 0.1, seed: 11)
    #expect(sample == sample.sorted() && Set(sample).count == sample.count)
    #expect((0..<3).map { number in sample.count { labels[$0] == .class(number) } } == [25, 75, 1])
  }

  /// Golden values, computed by an independent program.
  @Test func goldenSample() throws {
    let labels: [Label] = (0..<41).map { $0 < 10 ? .class(0) : $0 < 40 ? .class(1) : .class(2) }
    #expect(try StratifiedSample.indices(labels: labels, fraction: 0.1, seed: 5) == [5, 17, 18, 31, 40])
    #expect(try StratifiedSample.indices(labels: labels, fraction: 0.1, seed: 6) != [5, 17, 18, 31, 40])
  }

  @Test func scoresAreBinnedByTheirRoundedValue() throws {
    // Bins 0 (with -0.2), 1 (0.5 and 1.49), 5.
    let scores = [0.0, -0.2, 0.5, 1.49, 1, 5, 4.5]
    let sample = try StratifiedSample.indices(labels: scores.map { .score($0) }, fraction: 0.01, seed: 0)
    #expect(sample.count == 3)
    #expect(sample.count { [0, 1].contains($0) } == 1)
    #expect(sample.count { [2, 3, 4].contains($0) } == 1)
    #expect(sample.count { [5, 6].contains($0) } == 1)
  }

  @Test func theWholeIsASample() throws {
    let labels: [Label] = (0..<50).map { .class($0 % 3) }
    #expect(try StratifiedSample.indices(labels: labels, fraction: 1, seed: 0) == Array(0..<50))
    #expect(try StratifiedSample.indices(labels: [], fraction: 0.5, seed: 0) == [])
  }

  @Test(arguments: [0, -0.1, 1.01, .nan, .infinity]) func fractionsOutOfRange(fraction: Double) {
    do {
      _ = try StratifiedSample.indices(labels: [.class(0)], fraction: fraction, seed: 0)
      Issue.record("a sample of the fraction \(fraction) was drawn")
    } catch {
      #expect(
        error.description
          == "a sample of the fraction \(fraction) was asked for; it must be above 0 and at most 1.")
    }
  }

  @Test func subsetsTakeTheFirstRows() {
    let examples = (0..<5).map { Example(first: "\($0)", second: nil, label: .class(0)) }
    let set = ExampleSet(name: "train", file: URL(filePath: "/train.tsv"), examples: examples)
    #expect(set.first(2).examples.map(\.first) == ["0", "1"])
    #expect(set.first(9) == set && set.first(nil) == set)
    let data = TaskData(task: GLUETask.sst2.definition, train: set, validation: [set, set])
    let limited = data.limited(train: 3, validation: 1)
    #expect(limited.train.examples.count == 3 && limited.validation.map(\.examples.count) == [1, 1])
    #expect(data.limited(train: nil, validation: nil) == data)
  }
}
