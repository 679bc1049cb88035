import Testing

@testable import Metrics

private struct NISTCase: Decodable {
  struct Score: Decodable {
    let score, penalty, referenceLength: Double
  }

  let hypotheses: [String]
  let references: [[String]]
  let byOrder: [Double]
  let hypothesisLength: Int
  let mteval: Score
  let e2e: Score?
}

@Suite struct NISTTests {
  @Test func equalsMTEvalAndTheE2EScorer() throws {
    let cases = try fixture("nist", as: NISTCase.self)
    #expect(cases.count == 9)
    for item in cases {
      for (length, expected) in [(NIST.Length.perSet, item.mteval), (.meanOfExamples, item.e2e)] {
        guard let expected else { continue }
        let nist = try #require(NIST(references: item.references, predicted: item.hypotheses, comparedLength: length))
        #expect(near(nist.score, expected.score) && near(nist.penalty, expected.penalty))
        #expect(near(nist.referenceLength, expected.referenceLength))
        #expect(nist.byOrder.count == item.byOrder.count && zip(nist.byOrder, item.byOrder).allSatisfy { near($0, $1) })
        #expect(nist.length == item.hypothesisLength)
      }
    }
  }

  @Test func withoutExamplesOrReferencesThereIsNoValue() {
    #expect(NIST(references: [], predicted: []) == nil)
    #expect(NIST(references: [["a"], []], predicted: ["a", "b"]) == nil)
    #expect(NIST(references: [["a b"]], predicted: [""])?.score == 0)
    #expect(NIST(references: [[""]], predicted: ["a"])?.penalty == 1)
  }
}
