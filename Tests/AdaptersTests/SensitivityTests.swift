// AFLoRA's sensitivity and its averages, in double precision.
import CPUBackend
import Layers
import Tensors
import Testing

@testable import Adapters

@Suite("Sensitivity")
struct SensitivityTests {
  @Test("averages after Eq. 2 to 4", arguments: Sensitivity.allCases)
  func averages(_ kind: Sensitivity) throws {
    let backend = try CPUBackend(threads: 1), count = 23
    let draw = { (index: UInt32) in
      Tensor.normal(RandomStream(seed: 1, purpose: .sampling, index: index), deviation: 1, shape: [count], on: backend)
    }
    let parameter = Parameter("p", draw(0), group: .adapter, decays: true), weights = parameter.tensor.values
    let averages = SensitivityAverages(of: parameter)
    var (i, u) = ([Double](repeating: 0, count: count), [Double](repeating: 0, count: count))
    for step in 1..<5 {
      let gradient = draw(UInt32(step))
      averages.update(kind, gradient: gradient, weight: parameter.tensor, beta1: 0.85, beta2: 0.95)
      for (e, value) in gradient.values.enumerated() {
        let (g, w) = (Double(abs(value)), Double(abs(weights[e])))
        let now =
          switch kind {
          case .gradient: g
          case .weightGradient: w * g
          case .gradientOverWeight: g / w
          }
        i[e] = Double(Float(0.85)) * i[e] + (1 - Double(Float(0.85))) * now
        u[e] = Double(Float(0.95)) * u[e] + (1 - Double(Float(0.95))) * abs(now - i[e])
      }
    }
    let (mean, spread, products) = (averages.mean.values, averages.spread.values, averages.products.values)
    for e in 0..<count {
      #expect(abs(Double(mean[e]) - i[e]) < 1e-5 * i[e] && abs(Double(spread[e]) - u[e]) < 1e-4 * u[e])
      #expect(products[e] == mean[e] * spread[e])
    }
  }

  @Test("a weight of zero divides by no less than 1e-12")
  func zeros() throws {
    let backend = try CPUBackend(threads: 1), parameter = Parameter("p", .zeros([1], on: backend), group: .adapter, decays: true)
    let averages = SensitivityAverages(of: parameter)
    averages.update(
      .gradientOverWeight, gradient: .filled(1, shape: [1], on: backend), weight: parameter.tensor, beta1: 0, beta2: 0)
    #expect(averages.mean.values == [1 / 1e-12])
  }
}
