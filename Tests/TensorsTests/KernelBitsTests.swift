import CKernels
import Testing

@testable import CPUBackend
@testable import Tensors

/// The vector kernels give the same bits with every instruction set: these digests were recorded once and hold on any processor.
///
/// One that changes on purpose means that old runs cannot be reproduced by new code.
@Suite struct KernelBitsTests {
  private static let x = Operand.spread([4003], seed: 1, low: -6, high: 6).values
  private static let y = Operand.spread([4003], seed: 2, low: -2, high: 2).values
  private static let positive = Operand.spread([4003], seed: 3, low: 0.1, high: 3).values

  @Test(
    arguments: [
      (Activation.gelu, 3_255_431_442_821_274_625), (.tanh, 2_208_722_528_402_453_850), (.relu, 59_853_751_870_416_772),
      (.silu, 6_944_111_209_184_775_501), (.tangentGELU, 4_196_685_369_000_563_458),
      (.quickGELU, 203_936_007_766_475_208),
    ] as [(Activation, UInt64)])
  func activations(_ kind: Activation, expected: UInt64) {
    let count = Self.x.count
    var values = [Float](repeating: 0, count: count), slopes = values
    lr_activate(&values, Self.x, Int64(count), kind.c)
    lr_activate_backward(&slopes, Self.y, Self.x, Int64(count), kind.c)
    #expect(digest(values + slopes) == expected)
  }

  @Test(
    arguments: [
      (5, 12_757_592_520_357_499_566), (16, 11_145_128_657_515_143_516), (53, 14_406_194_161_839_556_384),
      (128, 276_326_902_408_590_381),
    ] as [(Int, UInt64)])
  func softmax(keys: Int, expected: UInt64) {
    let queries = min(9, keys)
    let index = AttentionTests.index(reach: keys - 1, buckets: 20), span = Int(index[2 * keys - 2]) + 1
    let terms = Operand.spread([(queries + keys) * span], seed: 4).values
    var scores = Array(Self.x[..<(queries * keys)]), gradient = Array(Self.y[..<(queries * keys)])
    var relativeC = [Float](repeating: 0, count: queries * span), relativeP = [Float](repeating: 0, count: keys * span)
    index.withUnsafeBufferPointer { index in
      terms.withUnsafeBufferPointer { terms in
        guard let zero = index.baseAddress.map({ $0 + keys - 1 }), let base = terms.baseAddress else { return }
        lr_attention_softmax(&scores, Int64(queries), Int64(keys), base, base + queries * span, Int64(span), zero, 0, 0.3)
        lr_attention_softmax_backward(
          &gradient, scores, Int64(queries), Int64(keys), &relativeC, &relativeP, Int64(span), zero, 0, 0.3)
      }
    }
    #expect(digest(scores + gradient + relativeC + relativeP) == expected)
  }

  @Test(
    arguments: [
      (5, 15_564_551_158_044_589_681), (16, 741_326_149_882_126_507), (53, 17_255_415_974_369_732_524),
      (128, 11_198_202_530_208_406_504),
    ] as [(Int, UInt64)])
  func causalSoftmax(keys: Int, expected: UInt64) {
    let queries = Int64(min(9, keys)), count = Int(queries) * keys, position = Int64(keys / 3)
    var scores = Array(Self.x[..<count]), gradient = Array(Self.y[..<count])
    lr_attention_softmax_causal(&scores, queries, Int64(keys), Int64(keys), position, 0.3)
    lr_attention_softmax_causal_backward(&gradient, scores, queries, Int64(keys), Int64(keys), position, 0.3)
    #expect(digest(scores + gradient) == expected)
  }

  @Test(
    arguments: [(7, 13_417_196_992_136_957_292), (64, 14_260_011_727_179_906_531), (333, 13_329_625_671_633_528_305)]
      as [(Int, UInt64)])
  func layerNorm(columns: Int, expected: UInt64) {
    let rows = 4003 / columns, count = rows * columns
    var (y, normalized, dx) = (
      [Float](repeating: 0, count: count), [Float](repeating: 0, count: count), [Float](repeating: 0, count: count)
    )
    var inverse = [Float](repeating: 0, count: rows)
    lr_layer_norm(&y, &normalized, &inverse, Self.x, Self.y, Self.positive, Self.y, Int64(rows), Int64(columns), 1e-7)
    lr_layer_norm_backward(&dx, Self.y, normalized, inverse, Self.positive, Int64(rows), Int64(columns))
    #expect(digest(y + normalized + inverse + dx) == expected)
  }

  @Test(
    arguments: [(7, 8_625_859_994_980_167_953), (64, 10_343_754_646_023_956_479), (333, 2_541_873_824_015_435_245)]
      as [(Int, UInt64)])
  func rmsNorm(columns: Int, expected: UInt64) {
    let rows = 4003 / columns, count = rows * columns
    var (y, normalized, dx) = (
      [Float](repeating: 0, count: count), [Float](repeating: 0, count: count), [Float](repeating: 0, count: count)
    )
    var inverse = [Float](repeating: 0, count: rows)
    lr_rms_norm(&y, &normalized, &inverse, Self.x, Self.y, Self.positive, Int64(rows), Int64(columns), 1e-5)
    lr_rms_norm_backward(&dx, Self.y, normalized, inverse, Self.positive, Int64(rows), Int64(columns))
    #expect(digest(y + normalized + inverse + dx) == expected)
  }

  @Test func rotation() {
    let (rows, heads, headSize) = (13, 3, 38), count = rows * heads * headSize
    var (turned, back) = ([Float](repeating: 0, count: count), [Float](repeating: 0, count: count))
    let positions = (0..<rows).map { Int32($0 * 5 % 7) }
    lr_rotate(&turned, Self.x, Self.y, positions, Int64(rows), Int64(heads), Int64(headSize), 0)
    lr_rotate(&back, Self.x, Self.y, positions, Int64(rows), Int64(heads), Int64(headSize), 1)
    #expect(digest(turned + back) == 13_421_344_016_953_644_683)
  }

  @Test(
    arguments: [(7, 8_224_720_590_172_157_782), (64, 16_255_464_371_036_932_209), (333, 7_319_504_972_771_083_373)]
      as [(Int, UInt64)])
  func rowProducts(terms: Int, expected: UInt64) {
    let (rows, outputs) = (3, 11), half = Self.y.map { UInt16($0.bitPattern >> 16) }
    var packed = [Float](repeating: 0, count: rows * ((terms + 15) / 16 * 16))
    lr_pack_rows(&packed, Self.x, Int64(rows), Int64(terms), 0, Int64(rows))
    var (y, narrow) = ([Float](repeating: 0, count: rows * outputs), [Float](repeating: 0, count: rows * outputs))
    lr_row_products(&y, packed, Self.y, Self.positive, Int64(rows), Int64(outputs), Int64(terms), 0, Int64(outputs), 0.7, 0)
    lr_row_products_half(&narrow, packed, half, nil, Int64(rows), Int64(outputs), Int64(terms), 0, Int64(outputs), 1, 0)
    #expect(digest(y + narrow) == expected)
  }

  @Test(
    arguments: [
      (1, 8, 2_772_445_473_618_210_341), (5, 24, 3_954_390_556_046_456_412), (16, 64, 15_157_869_041_694_639_751),
      (50, 72, 17_281_902_269_938_272_964),
    ] as [(Int, Int, UInt64)])
  func cachedAttention(keys: Int, headSize: Int, expected: UInt64) {
    var (context, scores) = ([Float](repeating: 0, count: 2 * headSize), [Float](repeating: 0, count: keys))
    Self.y.withUnsafeBufferPointer { y in
      let rows = (0..<keys).map { row in y.baseAddress.map { $0 + row * headSize } }
      lr_attention_cached(&context, &scores, Self.x, rows, rows.reversed(), Int64(keys), 3, 2, Int64(headSize), 0.3)
    }
    #expect(digest(context) == expected)
  }

  @Test func choices() {
    var (best, places) = ([Float](repeating: 0, count: 21), [Int32](repeating: 0, count: 21))
    lr_highest_rows(&best, &places, Self.x, 3, 1333, 7)
    var sums = [0.0, 0, 0]
    lr_log_sum_exp_rows(&sums, Self.x, 3, 1333)
    #expect(digest(best + places.map { Float($0) } + sums.map { Float($0) }) == 1_329_415_190_832_523_840)
  }

  @Test(
    arguments: [(3, 18_313_021_451_982_147_751), (64, 4_626_206_195_831_560_555), (1333, 17_573_852_833_165_310_805)]
      as [(Int, UInt64)])
  func crossEntropy(classes: Int, expected: UInt64) {
    let rows = 4003 / classes, labels = (0..<rows).map { $0 % 5 == 4 ? -1 : Int32($0 * 7 % classes) }
    var (losses, powers) = ([Double](repeating: 0, count: rows), [Double](repeating: 0, count: classes))
    var gradient = [Float](repeating: 0, count: rows * classes)
    lr_cross_entropy(&gradient, &losses, &powers, Self.x, labels, Int64(rows), Int64(classes), Double(rows))
    #expect(digest(gradient + losses.map { Float($0) }) == expected)
  }

  @Test func draws() {
    var (even, normal) = ([Float](repeating: 0, count: 4003), [Float](repeating: 0, count: 4003))
    let stream = RandomStream(seed: 9, purpose: .initialization, step: 0, index: 7)
    lr_random_uniform(&even, 11, 4014, stream.c, -0.3, 0.7)
    lr_random_normal(&normal, 11, 4014, stream.c, 0, 0.02)
    #expect(digest(even) == 14_804_787_622_740_186_619)
    #expect(digest(normal) == 5_435_940_019_936_977_111)
  }

  @Test func dropout() {
    var out = [Float](repeating: 0, count: 4003)
    let stream = RandomStream(seed: 9, purpose: .dropout, step: 5, index: 7)
    lr_dropout(&out, Self.x, 11, 4014, stream.c, 0.15)
    #expect(digest(out) == 16_970_465_450_982_340_047)
  }

  @Test func adamW() {
    var (weights, first, second) = (Self.x, [Float](repeating: 0, count: 4003), [Float](repeating: 0, count: 4003))
    for step in 1...3 {
      let settings = AdamWSettings(
        learningRate: 0.01, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01, step: step, gradientScale: 0.7)
      lr_adamw(&weights, Self.y, &first, &second, 4003, settings.c)
    }
    #expect(digest(weights + first + second) == 8_741_011_731_477_782_296)
  }

  @Test func sums() {
    let count = Int64(Self.x.count)
    var rows = [Float](repeating: 1, count: 100)
    lr_sum_rows(&rows, Self.x, Self.y, 40, 100, 3, 97, 1)
    lr_dot_rows(&rows, Self.x, Self.y, 3, 333, 1)
    let totals = [lr_sum(Self.x, count), lr_sum_squares(Self.x, count)]
    #expect(digest(rows) == 14_007_149_150_906_731_079)
    #expect(totals.map(\.bitPattern) == [13_870_973_459_258_933_248, 4_676_873_936_292_544_512])
    #expect(lr_sum_in_order(Self.x, count) == Self.x.reduce(0) { $0 + Double($1) })
  }
}
