// Compares an operation's values and gradients with the same formula written out in double precision: its gradient comes from
// central differences, whose error at this step is far below float32's.
import CPUBackend
import Testing

@testable import Tensors

/// One input of an operation under test.
struct Operand {
  var values: [Float]
  var shape: [Int]
  var isTrainable = true

  /// Numbers spread over `low..<high`, by a generator of the test's own.
  static func spread(_ shape: [Int], seed: UInt64, low: Float = -1, high: Float = 1, trainable: Bool = true) -> Operand {
    var generator = Numbers(seed: seed)
    return Operand(
      values: (0..<shape.reduce(1, *)).map { _ in low + (high - low) * Float(generator.next()) }, shape: shape,
      isTrainable: trainable)
  }

  var frozen: Operand { Operand(values: values, shape: shape, isTrainable: false) }
}

/// SplitMix64, for the tests' inputs.
struct Numbers {
  var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func word() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// In `0..<1`.
  mutating func next() -> Double { Double(word() >> 11) * 0x1p-53 }
}

func backend(threads: Int = 1) throws -> CPUBackend { try CPUBackend(threads: threads) }

/// Runs `operation` and checks its values, and the gradients of a weighted sum of them, against `reference`. Frozen inputs must get
/// no gradient. Errors count relative to the largest magnitude of each quantity.
func checkGradients(
  _ operands: [Operand], tolerance: Double = 2e-6, gradientTolerance: Double = 2e-5, on backend: CPUBackend? = nil,
  operation: ([Tensor]) -> Tensor, reference: ([[Double]]) -> [Double], sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let backend = try backend ?? CPUBackend(threads: 1)
  let tensors = operands.map { operand in
    let tensor = Tensor(operand.values, shape: operand.shape, on: backend)
    tensor.requiresGradient = operand.isTrainable
    return tensor
  }
  var inputs = operands.map { $0.values.map(Double.init) }
  let expected = reference(inputs)
  let output = operation(tensors)
  expectClose(output.values, expected, tolerance, "value", sourceLocation)

  var generator = Numbers(seed: 99)
  let weights = (0..<expected.count).map { _ in Float(2 * generator.next() - 1) }
  output.multiplied(by: Tensor(weights, shape: output.shape, on: backend)).sum().backward()
  func loss(_ inputs: [[Double]]) -> Double {
    zip(reference(inputs), weights).reduce(0) { $0 + $1.0 * Double($1.1) }
  }
  for index in operands.indices {
    guard operands[index].isTrainable else {
      #expect(tensors[index].gradient == nil, "input \(index) is frozen", sourceLocation: sourceLocation)
      continue
    }
    guard let gradient = tensors[index].gradient else {
      Issue.record("no gradient for input \(index)", sourceLocation: sourceLocation)
      continue
    }
    let differences = inputs[index].indices.map { element in
      let value = inputs[index][element], step = 1e-5
      inputs[index][element] = value + step
      let above = loss(inputs)
      inputs[index][element] = value - step
      let below = loss(inputs)
      inputs[index][element] = value
      return (above - below) / (2 * step)
    }
    expectClose(gradient.values, differences, gradientTolerance, "gradient of input \(index)", sourceLocation)
  }
}

/// Every element within `tolerance` of the expected, relative to the largest expected magnitude (at least 1e-3).
func expectClose(
  _ found: [Float], _ expected: [Double], _ tolerance: Double, _ name: String, _ sourceLocation: SourceLocation = #_sourceLocation
) {
  guard found.count == expected.count else {
    Issue.record("\(name): \(found.count) elements, expected \(expected.count)", sourceLocation: sourceLocation)
    return
  }
  let scale = max(1e-3, expected.map(abs).max() ?? 0)
  var worst = (index: 0, error: 0.0)
  for (index, (a, b)) in zip(found, expected).enumerated() {
    let error = abs(Double(a) - b) / scale
    if !(error <= worst.error) { worst = (index, error) }
  }
  #expect(
    worst.error <= tolerance,
    "\(name): element \(worst.index) is \(found.isEmpty ? 0 : found[worst.index]), expected \(expected.isEmpty ? 0 : expected[worst.index])",
    sourceLocation: sourceLocation)
}

/// `[m, k]` by `[k, n]` in double precision.
func product(_ a: [Double], _ b: [Double], m: Int, k: Int, n: Int) -> [Double] {
  var c = [Double](repeating: 0, count: m * n)
  for i in 0..<m {
    for l in 0..<k {
      for j in 0..<n { c[i * n + j] += a[i * k + l] * b[l * n + j] }
    }
  }
  return c
}

func transposed(_ a: [Double], rows: Int, columns: Int) -> [Double] {
  (0..<columns).flatMap { column in (0..<rows).map { a[$0 * columns + column] } }
}

/// The factors that a dropout applies: what it makes of ones.
func mask(_ dropout: Dropout?, count: Int) throws -> [Double] {
  let ones = Tensor.filled(1, shape: [count], on: try backend())
  return ones.dropped(dropout).values.map(Double.init)
}

/// FNV-1a over the raw bits.
func digest(_ values: [Float]) -> UInt64 {
  values.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1.bitPattern)) &* 0x0000_0100_0000_01b3 }
}
