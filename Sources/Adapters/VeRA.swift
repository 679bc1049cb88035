// VeRA (Kopiczko et al. 2024, arXiv 2310.11454; first called ELoRA): y = W x + b ⊙ B (d ⊙ A dropout(x)). One pair A, B, drawn once at
// the largest shapes and sliced, serves every layer and never learns; the vectors b and d do. As in the peft library.
import Layers
import Settings
import Tensors

/// Vector-based random matrix adaptation; ELoRA in AFLoRA's tables.
package final class VeRA: TuningMethod {
  package static let description = MethodSchema(
    id: "vera", aliases: ["elora"], label: "ELoRA", source: "Kopiczko et al. 2024, VeRA: Vector-based Random Matrix Adaptation",
    options: [
      OptionSchema("rank", .integer(1...16_384), default: .integer(256), "r, the rank of the shared matrices"),
      OptionSchema("d_initial", .number(-10...10), default: .number(0.1), "where the vectors d start"),
      OptionSchema("dropout", .number(0...0.99), default: .number(0), "dropout on the branch's input"),
      Targets.option(default: Targets.queryAndValue),
    ])
  package static let benchmarkOptions: [String: OptionValue] = ["rank": .integer(1024)]

  package var form: AdaptedForm { .sharedMatrices(a: sharedA, b: sharedB) }
  package private(set) var parameters: [Parameter] = []
  /// Shared `A: [rank, largest in]`; it never learns and is a function of the seed.
  package let sharedA: Tensor
  /// Shared `B: [largest out, rank]`.
  package let sharedB: Tensor

  package convenience init(_ options: MethodOptions, on host: MethodHost) throws {
    let rank = try options.integer("rank")
    let projections = try Targets.projections(options, method: Self.description, on: host)
    let input = projections.map(\.linear.inputSize).max() ?? 1
    let output = projections.map(\.linear.outputSize).max() ?? 1
    try self.init(
      options, on: host, sharedA: host.kaimingReLU("vera_A", shape: [rank, input]),
      sharedB: host.kaimingReLU("vera_B", shape: [output, rank]))
  }

  /// With shared matrices that come from elsewhere, such as a saved adapter.
  ///
  /// - Throws: `AdapterError` where the options make no sense on this model.
  package init(_ options: MethodOptions, on host: MethodHost, sharedA: Tensor, sharedB: Tensor) throws {
    self.sharedA = sharedA
    self.sharedB = sharedB
    let rank = try options.integer("rank")
    let projections = try Targets.projections(options, method: Self.description, on: host)
    let largest = (
      input: projections.map(\.linear.inputSize).max() ?? 1, output: projections.map(\.linear.outputSize).max() ?? 1
    )
    for (name, shape, expected) in [
      ("vera_A", sharedA.shape, [rank, largest.input]), ("vera_B", sharedB.shape, [largest.output, rank]),
    ] where shape.count != 2 || shape[0] < expected[0] || shape[1] < expected[1] || shape[name == "vera_A" ? 0 : 1] != rank {
      throw AdapterError.state(name, "is \(shape), expected \(expected)")
    }
    // slices are leaves of their own, one for each size: equal sizes share one
    var slices: [Int: Tensor] = [sharedA.shape[1]: sharedA]
    var heads: [Int: Tensor] = [sharedB.shape[0]: sharedB]
    for projection in projections {
      let (input, output) = (projection.linear.inputSize, projection.linear.outputSize)
      let a = slices[input] ?? sharedA.columns(0..<input)
      let b = heads[output] ?? sharedB.part(from: 0, shape: [output, rank])
      slices[input] = a
      heads[output] = b
      let d = host.vector(
        "\(projection.path).vera_lambda_d", .filled(Float(try options.number("d_initial")), shape: [rank], on: host.backend))
      let outer = host.vector("\(projection.path).vera_lambda_b", .zeros([output], on: host.backend))
      projection.adapter = LowRankAdapter(
        a: a, b: b, inner: d.tensor, outer: outer.tensor, scale: 1, dropoutRate: Float(try options.number("dropout")))
      parameters += [d, outer]
    }
  }
}
