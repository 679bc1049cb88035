import Testing

@testable import Generation

@Suite("Greedy search")
struct GreedySearchTests {
  private func next(_ token: Int, _ score: Double) -> [NextTokens] { [NextTokens(tokens: [token], scores: [score])] }

  @Test("it takes the likeliest until an end token")
  func end() {
    var search = GreedySearch(SearchSettings(maximumTokens: 9, endTokens: [4, 5]))
    #expect(search.running == [[]] && search.width == 1)
    #expect(search.advance(next(3, -0.5)) == [Continuation(parent: 0, token: 3)] && search.running == [[3]])
    #expect(search.advance(next(5, -0.25)).isEmpty && search.running.isEmpty)
    #expect(search.found == [GeneratedText(tokens: [3, 5], score: -0.75)])
  }

  @Test("it is over at the most tokens, and where nothing is allowed")
  func over() {
    var search = GreedySearch(SearchSettings(maximumTokens: 1))
    #expect(search.advance(next(3, -1)).isEmpty && search.found == [GeneratedText(tokens: [3], score: -1)])
    var stuck = GreedySearch(SearchSettings())
    #expect(stuck.advance(next(0, -.infinity)).isEmpty && stuck.running.isEmpty && stuck.found[0].tokens.isEmpty)
  }
}
