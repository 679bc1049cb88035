import CKernels
import Foundation
import Testing

@testable import CPUBackend
@testable import Tensors

/// Philox4x32-10 and the distributions drawn from it.
@Suite struct RandomTests {
  /// Random123's published answers (kat_vectors, philox 4x32 10): zeros, all ones, and the digits of pi.
  @Test(
    arguments: [
      ([0, 0, 0, 0], [0, 0], [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]),
      (
        [0xffff_ffff, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff], [0xffff_ffff, 0xffff_ffff],
        [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
      ),
      (
        [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344], [0xa409_3822, 0x299f_31d0],
        [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
      ),
    ] as [([UInt32], [UInt32], [UInt32])])
  func publishedVectors(counter: [UInt32], key: [UInt32], expected: [UInt32]) {
    var out = [UInt32](repeating: 0, count: 4)
    lr_philox(counter, key, &out)
    #expect(out == expected)
  }

  /// Dropout's wide generator draws the words of the published function: element e of a group of 64 has word e / 16 of block e % 16.
  @Test func dropoutDrawsTheSameWords() throws {
    let stream = RandomStream(seed: 0x0123_4567_89ab_cdef, purpose: .dropout, step: 3, index: 5), rate: Float = 0.3
    let kept = try mask(Dropout(rate: rate, stream: stream), count: 200)
    for element in 0..<200 {
      let counter: [UInt32] = [UInt32(element / 64 * 16 + element % 16), 5, 3, RandomPurpose.dropout.rawValue]
      var words = [UInt32](repeating: 0, count: 4)
      lr_philox(counter, [0x89ab_cdef, 0x0123_4567], &words)
      #expect(
        (kept[element] > 0) == (Double(words[element % 64 / 16]) >= (Double(rate) * 0x1p32).rounded(.down)), "element \(element)")
    }
  }

  /// Which words of which block an element is made of, wherever a range begins, and past the numbers that fit in a word.
  @Test(arguments: [0, 1, 31, 32, 45, 64, 1 << 33 - 77, 1 << 34 - 33, 1 << 38 - 65] as [Int64])
  func elementsHaveTheirWords(begin: Int64) {
    let stream = RandomStream(seed: 0x0123_4567_89ab_cdef, purpose: .sampling, step: 3, index: 5).c
    func words(block: Int64) -> [UInt32] {
      var words = [UInt32](repeating: 0, count: 4)
      lr_philox([UInt32(truncatingIfNeeded: block), 5, 3, 4 ^ UInt32(block >> 32) << 16], [0x89ab_cdef, 0x0123_4567], &words)
      return words
    }
    for count in [1, 15, 64, 200] as [Int64] {
      var (even, normal) = ([Float](repeating: 0, count: Int(count)), [Float](repeating: 0, count: Int(count)))
      lr_random_uniform(&even, begin, begin + count, stream, -2, 1)
      lr_random_normal(&normal, begin, begin + count, stream, 0.5, 2)
      for element in begin..<begin + count {
        let word = words(block: element / 4)[Int(element % 4)], pair = words(block: element / 2).suffix(element % 2 == 0 ? 4 : 2)
        #expect(even[Int(element - begin)] == -2 + 3 * (Float(word >> 8) * 0x1p-24))
        let (u, v) = ((Double(pair[pair.startIndex]) + 1) * 0x1p-32, Double(pair[pair.startIndex + 1]) * 0x1p-32)
        let expected = 0.5 + 2 * (-2 * log(u)).squareRoot() * cos(2 * .pi * v)
        #expect(abs(Double(normal[Int(element - begin)]) - expected) < 3e-7 * max(1, abs(expected)), "element \(element)")
      }
    }
  }

  @Test(arguments: [Float(0.1), 0.15, 0.5, 0.9])
  func dropoutStatistics(rate: Float) throws {
    let count = 400_000
    let factors = try mask(Dropout(rate: rate, stream: RandomStream(seed: 7, purpose: .dropout, index: 1)), count: count)
    #expect(Set(factors) == [0, Double(1 / (1 - rate))])
    let p = Double(rate), deviation = (p * (1 - p) / Double(count)).squareRoot()
    let share = Double(factors.filter { $0 == 0 }.count) / Double(count)
    #expect(abs(share - p) < 4 * deviation)
    // neighbours, and elements whose words come from one block, are independent
    for distance in [1, 16, 64] {
      let both = (0..<count - distance).filter { factors[$0] == 0 && factors[$0 + distance] == 0 }.count
      #expect(abs(Double(both) / Double(count) - p * p) < 5 * (p * p / Double(count)).squareRoot(), "distance \(distance)")
    }
  }

  @Test func streamsDiffer() throws {
    let backend = try backend()
    let base = RandomStream(seed: 1, purpose: .dropout, step: 2, index: 3)
    var others = [RandomStream](repeating: base, count: 5)
    others[0].seed = 2
    others[1].seed = 1 << 32 | 1
    others[2].step = 3
    others[3].index = 2
    others[4].purpose = .sampling
    let draw = { Tensor.uniform($0, low: 0, high: 1, shape: [64], on: backend).values }
    let all = ([base] + others).map(draw)
    #expect(draw(base) == all[0])
    for i in all.indices {
      for j in 0..<i { #expect(zip(all[i], all[j]).allSatisfy { $0 != $1 }) }
    }
  }

  @Test func uniformStatistics() throws {
    let values = Tensor.uniform(
      RandomStream(seed: 5, purpose: .initialization), low: -2, high: 1, shape: [200_000], on: try backend(threads: 2)
    ).values.map(Double.init)
    #expect(values.allSatisfy { $0 >= -2 && $0 < 1 })
    let mean = values.reduce(0, +) / 200_000
    #expect(abs(mean + 0.5) < 0.01)
    #expect(abs(values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 200_000 - 0.75) < 0.01)
  }

  @Test func normalStatistics() throws {
    let values = Tensor.normal(
      RandomStream(seed: 5, purpose: .initialization), mean: 1, deviation: 2, shape: [200_000], on: try backend(threads: 2)
    ).values.map { (Double($0) - 1) / 2 }
    let moment = { (power: Int) in values.reduce(0) { sum, x in sum + (0..<power).reduce(1) { y, _ in y * x } } / 200_000 }
    #expect(abs(moment(1)) < 0.01 && abs(moment(2) - 1) < 0.02 && abs(moment(3)) < 0.03 && abs(moment(4) - 3) < 0.1)
    #expect(values.allSatisfy { $0.isFinite })
  }

  @Test func initializationDependsOnTheName() {
    let a = RandomStream.initialization(seed: 1, name: "layer.0.weight")
    #expect(a == .initialization(seed: 1, name: "layer.0.weight"))
    #expect(a != .initialization(seed: 1, name: "layer.1.weight"))
    #expect(a != .initialization(seed: 2, name: "layer.0.weight"))
  }
}
