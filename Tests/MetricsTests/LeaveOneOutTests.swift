import Testing

@testable import Metrics

@Suite struct LeaveOneOutTests {
  @Test func eachValueIsLeftOutOnce() {
    #expect(meansWithoutOne([1, 2, 6]) == [4, 3.5, 1.5])
    #expect(meansWithoutOne([1, 3]) == [3, 1])
    #expect(meansWithoutOne([1]) == [] && meansWithoutOne([]) == [] && meansWithoutOne([1, .nan, 2]) == [])
  }
}
