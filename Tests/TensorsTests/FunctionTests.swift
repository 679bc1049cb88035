// The functions that stand in for the C library's: their stated errors, what is special, and the library's beside them.
import CKernels
import Foundation
import Testing

/// A function of CKernels.
struct LibraryFunction: Sendable, CustomTestStringConvertible {
  /// The name in C, without its `lr_`.
  let name: String
  let ours: @Sendable (Double) -> Double
  /// The C library's.
  let library: @Sendable (Double) -> Double
  /// The greatest error that the header states, in units of the last place.
  let bound: Double
  /// The greatest difference from the library's, in the same units: its own error is in it.
  let between: Double
  /// Arguments, the nearest doubles to the exact values, and how much larger these are in units of the last place (mpmath 1.3.0). The
  /// points of the greatest errors that were found are among them.
  let points: [(x: Double, nearest: Double, rest: Double)]
  /// An argument from a number in 0..<1.
  let sweep: @Sendable (Double) -> Double

  var testDescription: String { name }

  init(
    _ name: String, _ ours: @escaping @Sendable (Double) -> Double, _ library: @escaping @Sendable (Double) -> Double,
    bound: Double, between: Double, points: [(x: Double, nearest: Double, rest: Double)],
    sweep: @escaping @Sendable (Double) -> Double
  ) {
    (self.name, self.ours, self.library, self.bound, self.between) = (name, ours, library, bound, between)
    (self.points, self.sweep) = (points, sweep)
  }

  static let all: [LibraryFunction] = [
    LibraryFunction(
      "exp", lr_exp, { Foundation.exp($0) }, bound: 0.78, between: 2,
      points: [
        (1, 0x1.5bf0a8b145769p1, 0.326), (-1, 0x1.78b56362cef38p-2, -0.224), (0x1p-1, 0x1.a61298e1e069cp0, -0.213),
        (0x1.7975c1fa9db1p-2, 0x1.721b4185c9bcbp0, -0.387), (-0x1.62e42fefa39efp-2, 0x1.6a09e667f3bcdp-1, -0.362),
        (0x1.91p6, 0x1.8c39b9134bac4p144, 0.084), (-0x1.91p6, 0x1.4acd31e167ebbp-145, -0.140),
        (0x1.62e3d70a3d70ap9, 0x1.fe9ce5c4c52b4p1023, 0.415), (-0x1.6231eb851eb85p9, 0x1.01a5ff6ed496bp-1022, 0.288),
        (-0x1.625472e52e1afp9, Double(bitPattern: 0xc_4bb4_0f93_1147), 0.237), (0x1.79ca10c924223p-67, 1, 0.000),
        (-0x1.2f3e4aa49929fp8, 0x1.6d272206cae07p-438, -0.331),
      ],
      sweep: { 1460 * $0 - 748 }),
    LibraryFunction(
      "log", lr_log, { Foundation.log($0) }, bound: 0.87, between: 2,
      points: [
        (2, 0x1.62e42fefa39efp-1, 0.209), (3, 0x1.193ea7aad030bp0, -0.409), (10, 0x1.26bb1bbb55516p1, -0.489),
        (0x1.999999999999ap-4, -0x1.26bb1bbb55515p1, -0.386), (0x1.698774f17ae57p-1, -0x1.64556570e3941p-2, -0.139),
        (0x1.66f336daa5531p0, 0x1.5a1e3231d37dbp-2, 0.151), (0x1.0000000000001p0, 0x1.fffffffffffffp-53, 0.000),
        (0x1.fffffffffffffp-1, -0x1p-53, -0.250), (0x1.ff7ced916872bp-1, -0x1.064670d979b73p-10, -0.118),
        (0x1.004189374bc6ap0, 0x1.060354f8c3cc4p-10, -0.313), (0x1.fffffffffffffp1023, 0x1.62e42fefa39efp9, 0.208),
        (0x0.0000000000001p-1022, -0x1.74385446d71c3p9, -0.389), (0x1p-32, -0x1.62e42fefa39efp4, -0.209),
      ],
      sweep: { $0 < 0.5 ? 0.4 + 2 * $0 : pow(2, 4200 * $0 - 3150) }),
    LibraryFunction(
      "log2", lr_log2, { Foundation.log2($0) }, bound: 0.51, between: 2,
      points: [
        (3, 0x1.95c01a39fbd68p0, 0.476), (10, 0x1.a934f0979a371p1, 0.374), (0x1.999999999999ap-4, -0x1.a934f0979a371p1, -0.194),
        (0x1.8p0, 0x1.2b803473f7ad1p-1, -0.047), (0x1.0000000000001p0, 0x1.71547652b82fdp-52, 0.370),
        (0x1.fffffffffffffp-1, -0x1.71547652b82fep-53, -0.452), (0x1.ff7ced916872bp-1, -0x1.7a6210ffb7151p-10, -0.114),
        (0x1.74679f2a6bebap-3, -0x1.3ac96edc601a1p1, 0.350), (0x1.fffffffffffffp1023, 1024, -0.001),
        (0x0.00000000c33p-1022, -0x1.07990ac876dd5p10, 0.385),
      ],
      sweep: { $0 < 0.5 ? 0.4 + 2 * $0 : pow(2, 4200 * $0 - 3150) }),
    LibraryFunction(
      "sin", lr_sin, { Foundation.sin($0) }, bound: 0.80, between: 2,
      points: [
        (0x1p-1, 0x1.eaee8744b05fp-2, -0.092), (0x1.84efdd9d55a76p-1, 0x1.6098581cb3115p-1, -0.257),
        (1, 0x1.aed548f090ceep-1, 0.016), (0x1.921fb54442d18p1, 0x1.1a62633145c07p-53, -0.121), (0x1.921fb54442d18p0, 1, -0.000),
        (100, -0x1.03425b78c4db8p-1, -0.027), (-22, 0x1.220a29f6eb9f4p-7, -0.164),
        (0x1.d411d6906971ep16, -0x1.6b497875987c3p-1, 0.247), (0x1.0f0cf064dd592p73, -0x1.b453ab76bf397p-1, -0.061),
        (0x1.6ac5b262ca1ffp849, 1, -0.000), (0x1.fffffffffffffp1023, 0x1.452fc98b34e97p-8, -0.289),
        (0x1.b7cdfd9d7bdbbp-34, 0x1.b7cdfd9d7bdbbp-34, -0.000), (0x1.6665b33333333p16, 0x1.f6f8d81f8a9b3p-2, -0.002),
      ],
      sweep: { $0 < 0.5 ? 40 * $0 - 10 : pow(2, 2000 * $0 - 990) }),
    LibraryFunction(
      "cos", lr_cos, { Foundation.cos($0) }, bound: 0.80, between: 2,
      points: [
        (0x1p-1, 0x1.c1528065b7d5p-1, -0.384), (0x1.8f954b1ba6cedp-1, 0x1.6bd4ab6f328c5p-1, 0.255),
        (1, 0x1.14a280fb5068cp-1, -0.429), (0x1.921fb54442d18p1, -1, 0.000),
        (0x1.921fb54442d18p0, 0x1.1a62633145c07p-54, -0.121), (100, 0x1.b981dbf665fdfp-1, 0.390),
        (-22, -0x1.fffadd8d4acdap-1, -0.008), (0x1.12c5d1798c5a9p22, 0x1.6f28ad5c5542fp-1, 0.230),
        (0x1.0f0cf064dd592p73, 0x1.0be2cef01c8f4p-1, -0.425), (0x1.6ac5b262ca1ffp849, -0x1.14ae72e6ba22fp-61, 0.045),
        (0x1.fffffffffffffp1023, -0x1.fffe62ecfab75p-1, -0.234), (0x1.b7cdfd9d7bdbbp-34, 1, -0.000),
        (0x1.6665b33333333p16, -0x1.bdfb0ec9fbc3ep-1, -0.065),
      ],
      sweep: { $0 < 0.5 ? 40 * $0 - 10 : pow(2, 2000 * $0 - 990) }),
    LibraryFunction(
      "erfc", lr_erfc, { Foundation.erfc($0) }, bound: 0.82, between: 6,
      points: [
        (0x1.999999999999ap-4, 0x1.c66b42bb60999p-1, 0.492), (-0x1.999999999999ap-4, 0x1.1cca5ea24fb33p0, 0.254),
        (0x1p-1, 0x1.eb02147ce245cp-2, -0.342), (1, 0x1.4226162fbddd5p-3, -0.106),
        (0x1.62e42fefa39efp0, 0x1.991248a9fa1fcp-5, 0.218), (0x1.7fdf3b645a1cbp1, 0x1.74f5d8dce9891p-16, -0.196),
        (3, 0x1.729df6503422ap-16, 0.046), (0x1.95b15f0a42e4bp1, 0x1.ef84042d2a9bbp-18, -0.323),
        (5, 0x1.b0c1a759f7739p-40, -0.424), (-2, 0x1.fecd70a13caf2p0, -0.401), (-0x1.6p2, 0x1.fffffffffffdfp0, -0.137),
        (10, 0x1.7d8a7f2a8a2dp-149, -0.386), (26, 0x1.284bfe1cdea24p-981, -0.318), (0x1.a8p4, 0x1.3df6725a60cf5p-1019, 0.063),
        (0x1.70ef54646d497p-57, 1, -0.051),
      ],
      sweep: { 36 * $0 - 8 }),
    LibraryFunction(
      "log_gamma", lr_log_gamma, { Foundation.lgamma($0) }, bound: 0.51, between: 6,
      points: [
        (0x1.56e1fc2f8f359p-997, 0x1.5963447f87fb5p9, 0.208), (0x1.b7cdfd9d7bdbbp-34, 0x1.7069e2aa26ae4p4, -0.298),
        (0x1p-1, 0x1.250d048e7a1bdp-1, 0.046), (0x1.8p-1, 0x1.a051c372609eep-3, -0.156),
        (0x1.04947ae147ae1p0, -0x1.49d5c2a731ef9p-7, 0.311), (0x1.0000000000001p0, -0x1.2788cfc6fb617p-53, -0.311),
        (0x1.fffffffffep-1, 0x1.2788cfc6fd06bp-41, -0.395), (0x1.8p0, -0x1.eeb95b094c191p-4, -0.301),
        (0x1.0000000000001p1, 0x1.b0ee6072093d1p-53, -0.331), (0x1.0020c49ba5e35p1, 0x1.bba8d96b3fc11p-12, 0.014),
        (0x1.fae147ae147aep0, -0x1.10d4dfa04d9dbp-7, -0.275), (3, 0x1.62e42fefa39efp-1, 0.209),
        (0x1.5p3, 0x1.be199a0f64394p3, 0.118), (16, 0x1.be636a63fd346p4, 0.346), (0x1.34ap10, 0x1.d7e8d07da60e4p12, -0.230),
        (0x1.c6bf52634p49, 0x1.dc9d5b94e12f3p54, 0.227), (0x1.7e43c8800759cp996, 0x1.017f38e7a1ab5p1006, -0.010),
      ],
      sweep: { $0 < 0.5 ? 20 * $0 : pow(2, 4000 * $0 - 3000) }),
  ]
}

/// Each system's library computes them in its own way; a result must not depend on that.
@Suite("Functions in place of the C library's")
struct FunctionTests {
  /// Numbers where something is special.
  private static let special: [Double] = [
    0, 1, 2, 3, 0.5, 1.5, 28, 710, 746, 0x1p53, 0x1p53 - 1, 0x1p64, 0x1p-70, 1e300, .infinity, .leastNonzeroMagnitude,
    .leastNormalMagnitude, .greatestFiniteMagnitude, .nan,
  ].flatMap { [$0, -$0] }

  private func same(_ a: Double, _ b: Double) -> Bool { a.bitPattern == b.bitPattern || a.isNaN && b.isNaN }

  @Test("the stated error holds where it is known to be greatest", arguments: LibraryFunction.all)
  func stated(_ function: LibraryFunction) {
    for (x, nearest, rest) in function.points {
      let error = abs((function.ours(x) - nearest) / nearest.ulp - rest)
      #expect(error <= function.bound, "\(function.name) of \(x): \(error) units in the last place")
    }
  }

  @Test("the library's are near", arguments: LibraryFunction.all)
  func library(_ function: LibraryFunction) {
    var numbers = Numbers(seed: 3), worst = (units: 0.0, at: 0.0)
    for _ in 0..<20_000 {
      let x = function.sweep(numbers.next()), (found, expected) = (function.ours(x), function.library(x))
      let units = found == expected ? 0 : abs(found - expected) / expected.ulp
      if !(units <= worst.units) { worst = (units, x) }
    }
    #expect(worst.units <= function.between, "\(function.name) of \(worst.at): \(worst.units) units in the last place")
  }

  @Test("what is infinite, zero or no number is so as in C", arguments: LibraryFunction.all)
  func special(_ function: LibraryFunction) {
    for x in Self.special where function.name != "log_gamma" || !(x < 0) {
      let (found, expected) = (function.ours(x), function.library(x))
      let isOrdinary = expected.isFinite && expected != 0
      #expect(
        isOrdinary ? abs(found - expected) <= function.between * expected.ulp : same(found, expected),
        "\(function.name) of \(x): \(found), expected \(expected)")
    }
    #expect(lr_log_gamma(-2.5).isNaN)
  }

  @Test("exact values")
  func exact() {
    #expect(lr_exp(0) == 1 && lr_log(1) == 0 && lr_cos(0) == 1 && lr_erfc(0) == 1)
    #expect(lr_log_gamma(1) == 0 && lr_log_gamma(2) == 0)
    #expect((-1074...1023).allSatisfy { lr_log2(Double(sign: .plus, exponent: $0, significand: 1)) == Double($0) })
    #expect((-1074...1023).allSatisfy { lr_pow(2, Double($0)) == Double(sign: .plus, exponent: $0, significand: 1) })
    var numbers = Numbers(seed: 4)
    for _ in 0..<2000 {
      let x = Double(numbers.word() % 2001) - 1000, y = (numbers.next() - 0.5) * 1e3
      var product = 1.0
      for n in 0..<6 where abs(product) < 0x1p53 {
        #expect(lr_pow(x, Double(n)) == product)
        product *= x
      }
      #expect(lr_pow(y, 1) == y && lr_pow(y, 0) == 1 && lr_sin(-y) == -lr_sin(y) && lr_cos(-y) == lr_cos(y))
    }
  }

  /// Base, exponent, the nearest double to the power, and how much larger that is in units of the last place.
  private static let powers: [(x: Double, y: Double, nearest: Double, rest: Double)] = [
    (10, 3, 1000, 0.000), (2, 0x1p-1, 0x1.6a09e667f3bcdp0, -0.435), (10000, -0x1.f8p-1, 0x1.e459c57e28a47p-14, -0.262),
    (500000, -0x1.fcp-1, 0x1.296a47063e907p-19, 0.147), (100, 0x1.3333333333333p-2, 0x1.fd93c1f526ddfp1, 0.124),
    (7, -0x1.999999999999ap-1, 0x1.afc4e1418ecfap-3, 0.175), (37, 0x1.b333333333333p0, 0x1.cf62d2753cec3p8, -0.201),
    (0x1.0000000000001p0, 0x1.6345785d8ap56, 0x1.06272889f21c5p32, 0.385),
    (0x1.fffffffffffffp-1, -0x1.4d1120d7b16p61, 0x1.6d9015901d847p480, -0.001),
    (0x1.0624dd2f1a9fcp-10, -100, 0x1.7e43c8800758ep996, -0.352),
    (Double(bitPattern: 0x1268_8b70_e62b), 0x1p-1, 0x1.1297872d9cbaep-515, -0.448), (2, -1074, 0x0.0000000000001p-1022, 0.000),
    (3, 0x1.402p9, 0x1.b53a4c64ad433p1014, 0.392), (-3, 5, -243, 0.000), (-0x1.4p1, -7, -0x1.ad7f29abcaf48p-10, -0.342),
    (0x1.f60d7f485e9a8p18, -0x1.4p-4, 0x1.6e8adb668f0f3p-2, 0.332),
  ]

  @Test("powers")
  func powers() {
    for (x, y, nearest, rest) in Self.powers {
      let error = abs((lr_pow(x, y) - nearest) / nearest.ulp - rest)
      #expect(error <= 0.78, "\(x) to the power of \(y): \(error) units in the last place")
    }
    var numbers = Numbers(seed: 5)
    for _ in 0..<20_000 {
      let x = pow(2, 200 * numbers.next() - 100), y = 12 * numbers.next() - 6
      #expect(abs(lr_pow(x, y) - pow(x, y)) <= 2 * pow(x, y).ulp, "\(x) to the power of \(y)")
    }
    for x in Self.special {
      for y in Self.special {
        let (found, expected) = (lr_pow(x, y), pow(x, y))
        let isOrdinary = expected.isFinite && expected != 0
        #expect(
          isOrdinary ? abs(found - expected) <= 2 * expected.ulp : same(found, expected),
          "\(x) to the power of \(y): \(found), expected \(expected)")
      }
    }
  }
}
