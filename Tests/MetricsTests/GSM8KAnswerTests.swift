import Testing

@testable import Metrics

private struct GSM8KCase: Decodable {
  let text: String
  let strict: String?
  let flexible: String?
}

@Suite struct GSM8KAnswerTests {
  @Test func findsTheAnswersOfTheReference() throws {
    let cases = try fixture("gsm8k", as: GSM8KCase.self)
    #expect(cases.count == 20)
    for item in cases {
      #expect(GSM8KAnswer.strict(item.text) == item.strict, "\(item.text)")
      #expect(GSM8KAnswer.flexible(item.text) == item.flexible, "\(item.text)")
    }
  }

  @Test func strictAnswersAreComparedAsTextAndFlexibleOnesAsNumbers() {
    let references = Array(repeating: ["So 9*2 = <<9*2=18>>18.\n#### 18"], count: 6)
    let predicted = ["#### 18", "#### 18.0", "it is 18.00", "#### 1,8", "19", ""]
    #expect(Metric.gsm8k.value(references: references, predicted: predicted) == 2.0 / 6)
    #expect(Metric.gsm8kFlexible.value(references: references, predicted: predicted) == 4.0 / 6)
  }

  @Test func aReferenceMayBeTheAnswerAlone() {
    #expect(Metric.gsm8k.value(references: [["1,234"], ["7", "8"]], predicted: ["#### 1234", "#### 8"]) == 1)
  }

  @Test func withoutExamplesOrAnswersThereIsNoValue() {
    #expect(GSM8KAnswer.accuracy(references: [], predicted: [], isFlexible: true) == nil)
    #expect(GSM8KAnswer.accuracy(references: [["#### 1"], []], predicted: ["1", "2"], isFlexible: true) == nil)
    #expect(GSM8KAnswer.accuracy(references: [["no number"]], predicted: ["1"], isFlexible: false) == nil)
  }

  @Test func numbersOfOtherScriptsAndStrayMarksHurtNothing() {
    #expect(GSM8KAnswer.flexible("\u{663}") == "\u{663}")
    #expect(GSM8KAnswer.flexible("- $ . ,") == nil)
    #expect(GSM8KAnswer.flexible("a -$5.") == "-5")
    #expect(GSM8KAnswer.strict("#### -") == nil)
    #expect(GSM8KAnswer.strict("##### 7") == "7")
  }
}
