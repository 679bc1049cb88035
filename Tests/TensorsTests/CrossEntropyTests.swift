import CKernels
import Foundation
import Testing

@testable import CPUBackend
@testable import Tensors

/// The loss of classes, of a word of a vocabulary among them: rows without a label, parts of a batch, and the bits that it always had.
@Suite struct CrossEntropyTests {
  /// The code before there was a kernel, whose bits records hold.
  private func plain(_ logits: [Float], _ labels: [Int32], classes: Int) -> (loss: Float, gradient: [Float]) {
    var total = 0.0
    var gradient = logits
    for (r, label) in labels.enumerated() {
      let row = Array(logits[r * classes..<(r + 1) * classes])
      var highest = row[0]
      for c in 1..<max(1, classes) { highest = max(highest, row[c]) }
      var sum = 0.0
      for c in 0..<classes { sum += lr_exp(Double(row[c] - highest)) }
      for c in 0..<classes {
        let probability = lr_exp(Double(row[c] - highest)) / sum
        gradient[r * classes + c] = Float((probability - (c == Int(label) ? 1 : 0)) / Double(labels.count))
      }
      total += lr_log(sum) - Double(row[Int(label)] - highest)
    }
    return (Float(total / Double(labels.count)), gradient)
  }

  private func kernel(
    _ logits: [Float], _ labels: [Int32], classes: Int, divisor: Int? = nil, inPlace: Bool = false, threads: Int = 1
  ) throws -> (loss: Float, gradient: [Float]) {
    let backend = try backend(threads: threads)
    let buffer = backend.upload(logits), gradient = inPlace ? buffer : backend.allocate(logits.count)
    let loss = backend.allocate(1)
    backend.crossEntropy(
      buffer, labels: backend.upload(labels), classes: classes, divisor: divisor ?? labels.count, loss: loss, gradient: gradient)
    return (backend.download(loss)[0], backend.download(gradient))
  }

  private func labels(_ rows: Int, classes: Int) -> [Int32] { (0..<rows).map { Int32($0 * 7919 % classes) } }

  @Test(
    arguments: [1, 2, 3, 5, 8, 15, 16, 17, 33, 64, 1000, 4099], [1, 2, 7, 32, 61])
  func bits(classes: Int, rows: Int) throws {
    for (range, seed) in [(Float(1), UInt64(1)), (8, 2), (200, 3), (0, 4)] {
      let logits = Operand.spread([rows * classes], seed: seed, low: -range, high: range).values
      let labels = labels(rows, classes: classes)
      let expected = plain(logits, labels, classes: classes)
      for (inPlace, threads) in [(false, 1), (true, 1), (false, 3)] {
        let found = try kernel(logits, labels, classes: classes, inPlace: inPlace, threads: threads)
        #expect(found.loss.bitPattern == expected.loss.bitPattern)
        #expect(found.gradient.map(\.bitPattern) == expected.gradient.map(\.bitPattern))
      }
    }
  }

  @Test func equalBitsWithAnyNumberOfThreads() throws {
    let (rows, classes) = (301, 700)
    let logits = Operand.spread([rows * classes], seed: 5, low: -9, high: 9).values
    let labels = labels(rows, classes: classes).enumerated().map { $0 % 4 == 1 ? -100 : $1 }
    let one = try kernel(logits, labels, classes: classes)
    for threads in [2, 3, 7] {
      let found = try kernel(logits, labels, classes: classes, threads: threads)
      #expect(found.loss.bitPattern == one.loss.bitPattern && digest(found.gradient) == digest(one.gradient))
    }
  }

  @Test(arguments: [nil, 7] as [Int?])
  func rowsWithoutLabel(divisor: Int?) throws {
    let labels: [Int32] = [-100, 2, 0, -1, 3, -100], classes = 4
    try checkGradients([.spread([6, classes], seed: 1, low: -4, high: 4)]) {
      $0[0].crossEntropy(labels, divisor: divisor)
    } reference: { v in
      let losses = labels.enumerated().filter { $0.element >= 0 }.map { row, label -> Double in
        let logits = v[0][row * classes..<(row + 1) * classes].map(exp)
        return log(logits.reduce(0, +)) - v[0][row * classes + Int(label)]
      }
      return [losses.reduce(0, +) / Double(divisor ?? 3)]
    }
  }

  /// Exactly zero, whatever stands in the row; and a batch without any label has no loss.
  @Test func noLabelNoGradient() throws {
    let logits = Tensor([.nan, .infinity, 1, 2, 3, 4], shape: [3, 2], on: try backend())
    logits.requiresGradient = true
    let loss = logits.crossEntropy([-100, 1, -100])
    #expect(loss.item.isFinite)
    loss.backward()
    let gradient = try #require(logits.gradient).values
    #expect(gradient[2] > 0 && gradient[3] < 0)
    #expect(gradient[..<2] == [0, 0] && gradient[4...] == [0, 0])
    logits.clearGradient()
    let none = logits.crossEntropy([-100, -100, -100])
    none.backward()
    #expect(none.item == 0)
    #expect(try #require(logits.gradient).values == [0, 0, 0, 0, 0, 0])
  }

  /// Parts of a batch, over the labelled rows of all of it, have its gradient, and losses that add up to its loss.
  @Test func partsOfABatch() throws {
    let (rows, classes) = (20, 9)
    let logits = Operand.spread([rows * classes], seed: 6, low: -5, high: 5).values
    let labels = labels(rows, classes: classes).enumerated().map { $0 % 3 == 0 ? -100 : $1 }
    let count = labels.count { $0 >= 0 }
    let whole = try kernel(logits, labels, classes: classes, divisor: count)
    let parts = try [0..<8, 8..<rows].map {
      try kernel(
        Array(logits[$0.lowerBound * classes..<$0.upperBound * classes]), Array(labels[$0]), classes: classes, divisor: count)
    }
    #expect(parts.flatMap(\.gradient) == whole.gradient)
    #expect(abs(parts.reduce(0) { $0 + $1.loss } - whole.loss) < 1e-6)
  }
}
