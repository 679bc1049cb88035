import Testing

@testable import Metrics

private struct HarnessCase: Decodable {
  struct Answer: Decodable {
    let extracted, normalised: String
    let match: Bool
  }

  let raw, text, gold, goldNormalised: String
  let strict, flexible: Answer
}

@Suite struct HarnessAnswerTests {
  @Test func equalsTheHarness() throws {
    let cases = try fixture("gsm8k-lm-eval", as: HarnessCase.self)
    #expect(cases.count == 67)
    for item in cases {
      #expect(HarnessAnswer.answered(item.raw) == item.text)
      #expect(HarnessAnswer.normalised(item.gold) == item.goldNormalised)
      for (found, expected) in [
        (HarnessAnswer.strict(item.text), item.strict), (HarnessAnswer.flexible(item.text), item.flexible),
      ] {
        #expect(found == expected.extracted, "\(item.text)")
        #expect(HarnessAnswer.normalised(found) == expected.normalised)
        #expect(HarnessAnswer.isRight(found, gold: item.gold) == expected.match)
      }
    }
  }

  @Test func onePointBeforeTheLastLineEndIsRemoved() {
    #expect(HarnessAnswer.normalised("A.\n") == "a\n")
    #expect(HarnessAnswer.normalised("5..") == "5.")
    #expect(HarnessAnswer.normalised("") == "")
    #expect(HarnessAnswer.normalised("x #### y #### Z\n.") == "z\n")
  }
}
