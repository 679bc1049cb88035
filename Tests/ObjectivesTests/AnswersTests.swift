// Answers of one entry a row, and of several.
import Objectives
import Testing

@Suite("Answers")
struct AnswersTests {
  @Test("one answer to everything is constant")
  func constant() {
    #expect(Answers(.integers([1, 1, 1])).isConstant)
    #expect(!Answers(.integers([1, 0])).isConstant)
    #expect(!Answers(.integers([1])).isConstant)
    #expect(Answers(.numbers([0.5, 0.5])).isConstant)
    #expect(!Answers(.numbers([0.5, 0.25])).isConstant)
    #expect(!Answers(.integers([])).isConstant)
    #expect(Answers(rows: [[1, 2], [1, 2]]).isConstant)
    #expect(!Answers(rows: [[1, 1], [1]]).isConstant, "the entries are the same, the answers are not")
  }

  @Test("rows of several entries, one after the other")
  func rows() {
    let answers = Answers(rows: [[4, 5], [], [6]])
    #expect(answers.values == .integers([4, 5, 6]))
    #expect(answers.offsets == [0, 2, 2, 3])
    #expect(answers.parts.map(\.name) == ["offsets"])
    #expect(answers.rows == [[4, 5], [], [6]])
    #expect(Answers(.integers([4, 5])).rows == [[4], [5]])
    #expect(Answers(.integers([4, 5])).offsets == nil && Answers(.numbers([4])).rows == [])
  }

  @Test("offsets of a file that are none", arguments: [[], [0], [1, 3], [0, 2], [0, 2, 1, 3], [0, 4, 3], [-1, 3]])
  func offsets(_ offsets: [Int64]) {
    func answers(_ values: Answers.Values) -> Answers {
      Answers(.integers([4, 5, 6]), parts: [Answers.Part(name: "offsets", values: values)])
    }
    #expect(!answers(.integers(offsets)).areWhole)
    #expect(!answers(.numbers([0, 3])).areWhole)
    #expect(answers(.integers([0, 0, 3])).areWhole && Answers(.numbers([1])).areWhole)
  }

  @Test("parts are in the order of their names")
  func order() {
    let parts = ["b", "a"].map { Answers.Part(name: $0, values: .integers([1])) }
    #expect(Answers(.integers([1]), parts: parts) == Answers(.integers([1]), parts: parts.reversed()))
  }
}
