import Foundation
import Settings
import Testing

@testable import Datasets

@Suite struct StratifiedSampleTests {
  @Test func everyClassKeepsItsShareAndAtLeastOneRow() throws {
    let strata: [Double] = (0..<1001).map { $0 == 500 ? 2 : $0 % 4 == 0 ? 0 : 1 }
    let sample = try StratifiedSample.indices(strata: strata, fraction: 0.1, seed: 11)
    #expect(sample == sample.sorted() && Set(sample).count == sample.count)
    #expect((0..<3).map { number in sample.count { strata[$0] == Double(number) } } == [25, 75, 1])
  }

  /// Golden values, computed by an independent program.
  @Test func goldenSample() throws {
    let strata: [Double] = (0..<41).map { $0 < 10 ? 0 : $0 < 40 ? 1 : 2 }
    #expect(try StratifiedSample.indices(strata: strata, fraction: 0.1, seed: 5) == [5, 17, 18, 31, 40])
    #expect(try StratifiedSample.indices(strata: strata, fraction: 0.1, seed: 6) != [5, 17, 18, 31, 40])
  }

  @Test func theWholeIsASample() throws {
    let strata = (0..<50).map { Double($0 % 3) }
    #expect(try StratifiedSample.indices(strata: strata, fraction: 1, seed: 0) == Array(0..<50))
    #expect(try StratifiedSample.indices(strata: [], fraction: 0.5, seed: 0) == [])
  }

  @Test(arguments: [0, -0.1, 1.01, .nan, .infinity]) func fractionsOutOfRange(fraction: Double) {
    do {
      _ = try StratifiedSample.indices(strata: [0], fraction: fraction, seed: 0)
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
