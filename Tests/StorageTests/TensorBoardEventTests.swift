// Events byte for byte as TensorBoard's own protocol buffers and record writer give them.
import Testing

@testable import Storage

@Suite struct TensorBoardEventTests {
  /// Written by `tensorboard` 2.21.0: `Event(…).SerializeToString()` through `RecordWriter`.
  @Test(arguments: [
    (
      TensorBoardEvent(time: 1_700_000_000.25, step: 0, .version),
      "1800000000000000a37f4b220900001040fc54d9411a0d627261696e2e4576656e743a32338d2fe9"
    ),
    (
      TensorBoardEvent(time: 1_700_000_000.25, step: 0, .start("abc")),
      "1200000000000000241f64250900001040fc54d9413a0708011a036162636ab83c6b"
    ),
    (TensorBoardEvent(time: 0, step: 300, .stop("abc")), "0c00000000000000f4c8fe0a10ac023a0708021a03616263494318e9"),
    (
      TensorBoardEvent(
        time: 1_700_000_001.5, step: 300, .scalars([.init("train/loss", 0.5), .init("train/learning_rate", 0)])),
      "3d000000000000006049f1ec0900006040fc54d94110ac022a2f0a110a0a747261696e2f6c6f7373150000003f0a1a0a13747261696e2f6c6561726e"
        + "696e675f7261746515000000008b5f8b7f"
    ),
    (
      TensorBoardEvent(
        time: 1_700_000_001.5, step: 1, .scalars([.init("a", .nan), .init("b", .infinity), .init("c", -.infinity)])),
      "2b00000000000000861bc34b0900006040fc54d94110012a1e0a080a0161150000c07f0a080a0162150000807f0a080a016315000080ffa78c01e2"
    ),
    (TensorBoardEvent(time: 0, step: -1, .scalars([])), "0d000000000000003c37b83410ffffffffffffffffff012a00118cb34c"),
  ])
  func hasTheBytesOfTheLibrary(event: TensorBoardEvent, bytes: String) {
    let digits = event.record.map { byte in String(byte >> 4, radix: 16) + String(byte & 15, radix: 16) }
    #expect(digits.joined() == bytes)
  }
}
