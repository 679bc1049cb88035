import Objectives
import Testing

@Suite("Logits")
struct LogitsTests {
  @Test("the answer is the largest, and the first of equal ones")
  func answer() {
    let logits = Logits([0.1, 0.3, 0.2, 1, 1, 0, -3, -2, -2], classes: 3)
    #expect((0..<3).map(logits.answer) == [1, 0, 1])
    #expect(Logits([5], classes: 1).answer(0) == 0)
  }
}
