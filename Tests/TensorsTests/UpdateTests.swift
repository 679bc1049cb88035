import Foundation
import Testing

@testable import CPUBackend
@testable import Tensors

/// What happens to parameters outside the graph.
@Suite struct UpdateTests {
  /// Five steps with a changing gradient, against AdamW in double precision (Loshchilov and Hutter 2019).
  @Test func adamW() throws {
    let backend = try backend(threads: 2)
    let count = 37
    let start = Operand.spread([count], seed: 1).values
    let (weights, first, second) = (
      Tensor(start, shape: [count], on: backend), Tensor.zeros([count], on: backend), Tensor.zeros([count], on: backend)
    )
    var (w, m, v) = (start.map(Double.init), [Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    let settings = AdamWSettings(
      learningRate: 0.02, beta1: 0.9, beta2: 0.98, epsilon: 1e-6, weightDecay: 0.1, step: 1, gradientScale: 0.5)
    for step in 1...5 {
      let gradient = Operand.spread([count], seed: UInt64(10 + step)).values
      var settings = settings
      settings.step = step
      weights.updateAdamW(gradient: Tensor(gradient, shape: [count], on: backend), first: first, second: second, settings)
      let (beta1, beta2) = (Double(settings.beta1), Double(settings.beta2))
      for i in 0..<count {
        let g = Double(gradient[i]) * 0.5
        m[i] = beta1 * m[i] + (1 - beta1) * g
        v[i] = beta2 * v[i] + (1 - beta2) * g * g
        let (mean, spread) = (m[i] / (1 - pow(beta1, Double(step))), v[i] / (1 - pow(beta2, Double(step))))
        w[i] -= 0.02 * 0.1 * w[i]
        w[i] -= 0.02 * mean / (spread.squareRoot() + 1e-6)
      }
    }
    expectClose(weights.values, w, 1e-6, "weights")
    expectClose(first.values, m, 1e-6, "first moment")
    expectClose(second.values, v, 1e-6, "second moment")
  }

  /// At late steps the corrections are powers with large exponents.
  @Test(arguments: [1, 2, 7, 1000, 123_456])
  func biasCorrections(step: Int) {
    let settings = AdamWSettings(
      learningRate: 1, beta1: 0.9, beta2: 0.999, epsilon: 0, weightDecay: 0, step: step, gradientScale: 1
    ).c
    #expect(settings.bias_correction1 == Float(1 - pow(Double(Float(0.9)), Double(step))))
    #expect(settings.bias_correction2_root == Float((1 - pow(Double(Float(0.999)), Double(step))).squareRoot()))
  }
}
