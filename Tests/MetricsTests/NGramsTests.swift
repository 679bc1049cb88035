import Testing

@testable import Metrics

@Suite struct NGramsTests {
  @Test func wordsAreNumberedAsTheyCome() {
    var numbers = WordNumbers()
    #expect(numbers.numbered([[1], [2, 3], [1], []]) == [0, 1, 0, 2])
    #expect(numbers.numbered([[2, 3], [4]]) == [1, 3])
  }

  @Test func sequencesAreCounted() {
    let counts = NGramCounts([1, 2, 1, 2, 1], order: 2)
    #expect(counts.total == 4)
    #expect(counts.counts == [[1, 2]: 2, [2, 1]: 2])
    #expect(counts.ordered.map { Array($0.sequence) } == [[1, 2], [2, 1]])
    #expect(NGramCounts([1], order: 2).total == 0)
    #expect(counts.matches(NGramCounts([1, 2, 9], order: 2)) == 1)
    var most = NGramCounts([1, 2, 9], order: 2)
    most.formMaximum(counts)
    #expect(most.counts == [[1, 2]: 2, [2, 1]: 2, [2, 9]: 1])
  }
}
