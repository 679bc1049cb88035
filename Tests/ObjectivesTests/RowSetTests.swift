import Objectives
import Testing

@Suite("Sets of rows")
struct RowSetTests {
  @Test("batches hold rows of like length, and every row once")
  func batches() {
    let set = RowSet(name: "validation", lengths: [7, 3, 5, 3, 9])
    #expect(set.batches(of: 2) == [[1, 3], [2, 0], [4]])
    #expect(set.batches() == [[1, 3, 2, 0, 4]])
    #expect(RowSet(name: "none", lengths: []).batches() == [])
    #expect(set.count == 5 && set.tokens == 27 && set.tokens(of: [0, 4, 0]) == 23)
  }
}
