import Testing

@testable import Generation

@Suite("Forbidden tokens")
struct TextSearchTests {
  private func forbidden(_ prompt: [Int32], _ text: [Int32], length: Int = 0, minimum: Int = 0, ends: [Int32] = []) -> [Int] {
    ForbiddenTokens(
      settings: SearchSettings(minimumTokens: minimum, noRepeatLength: length, endTokens: ends), prompt: prompt)(after: text)
  }

  @Test("what would repeat a run of tokens, the prompt's own included")
  func repetition() {
    #expect(forbidden([1, 2, 3, 1], [2], length: 3) == [3])
    #expect(forbidden([1, 2, 3, 1, 2, 4], [1, 2], length: 3) == [3, 4])
    #expect(forbidden([5, 6], [5], length: 2) == [6])
    #expect(forbidden([5, 5], [], length: 2) == [5])
    #expect(forbidden([5, 6], [7], length: 1) == [5, 6, 7])
    #expect(
      forbidden([5, 6], [7], length: 4).isEmpty && forbidden([5], [], length: 2).isEmpty && forbidden([5], [5], length: 0).isEmpty)
  }

  @Test("what would end a text too early")
  func ends() {
    #expect(forbidden([1], [2], minimum: 2, ends: [7, 3, 7]) == [3, 7])
    #expect(forbidden([1], [2, 2], minimum: 2, ends: [7, 3]).isEmpty)
    #expect(forbidden([1, 1], [], length: 2, minimum: 1, ends: [1, 4]) == [1, 4])
  }
}
