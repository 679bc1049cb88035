// A row of a table set to zero in place, as padding tokens have it.
import CPUBackend
import Tensors
import Testing

@Suite("Rows cleared in place")
struct TensorRowTests {
  @Test("only that row") func clearing() throws {
    let tensor = Tensor([1, 2, 3, 4, 5, 6], shape: [3, 2], on: try CPUBackend(threads: 1))
    tensor.clearRow(1)
    #expect(tensor.values == [1, 2, 0, 0, 5, 6])
    tensor.clearRow(2)
    #expect(tensor.values == [1, 2, 0, 0, 0, 0])
  }
}
