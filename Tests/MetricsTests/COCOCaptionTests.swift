import Testing

@testable import Metrics

private struct COCOCase: Decodable {
  struct Score: Decodable {
    let score: Double
    let each: [Double]
  }

  let hypotheses: [String]
  let references: [[String]]
  let cider: Score
  let rougeL: Score
}

@Suite struct COCOCaptionTests {
  @Test func equalsCOCOCaption() throws {
    let cases = try fixture("coco", as: COCOCase.self)
    #expect(cases.count == 9)
    for item in cases {
      let cider = try #require(COCOCaption.cider(references: item.references, predicted: item.hypotheses))
      let rouge = try #require(COCOCaption.rougeL(references: item.references, predicted: item.hypotheses))
      for (found, expected) in [(cider, item.cider), (rouge, item.rougeL)] {
        #expect(found.count == expected.each.count && zip(found, expected.each).allSatisfy { near($0, $1, relative: 1e-10) })
        #expect(near(mean(found), expected.score, relative: 1e-10))
      }
    }
  }

  @Test func emptyTextsScoreNothing() {
    #expect(COCOCaption.cider(references: [["a b"], [""]], predicted: ["", "a"]) == [0, 0])
    #expect(COCOCaption.rougeL(references: [["a b"], [""]], predicted: ["", "a"]) == [0, 0])
    #expect(COCOCaption.cider(references: [], predicted: []) == [])
    #expect(COCOCaption.rougeL(references: [[]], predicted: ["a"]) == nil)
  }
}
