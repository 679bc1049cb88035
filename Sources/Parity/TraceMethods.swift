// How a trace's options are said in a method's own words; one entry for each method.
import Adapters
import Foundation
import Layers
import Settings
import Storage
import Tensors

extension AdapterTrace {
  private func number(_ name: String) throws -> Double {
    guard let value = meta.options[name]?.number else {
      throw ParityError.reference(path: folder.path, problem: "meta.json has no number for the option '\(name)'")
    }
    return value
  }

  private func integer(_ name: String) throws -> OptionValue { .integer(Int(exactly: try number(name)) ?? -1) }

  /// A number of updates.
  private func steps(_ name: String) throws -> Int {
    guard let steps = Int(exactly: try number(name)), (0...1_000_000_000).contains(steps) else {
      throw ParityError.reference(path: folder.path, problem: "meta.json has no number of steps for the option '\(name)'")
    }
    return steps
  }

  private func targets() throws -> OptionValue {
    switch meta.options["targets"]?.text {
    case "query-value": .texts(["query", "value"])
    case "all-linear": .texts(["all-linear"])
    default: throw ParityError.reference(path: folder.path, problem: "its targets are not query-value or all-linear")
    }
  }

  /// Puts the trace's method on a model.
  func attach(to host: MethodHost) throws -> any TuningMethod {
    host.prepare()
    let attached = { (options: [String: OptionValue]) in
      try MethodRegistry.attach(meta.baseMethod, options: options, to: host)
    }
    switch meta.baseMethod {
    case "fft", "bitfit": return try attached([:])
    case "houlsby", "pfeiffer": return try attached(["width": integer("width")])
    case "lora", "rslora", "dora": return try attached(try pair())
    case "lora-plus": return try attached(try pair(["ratio": .number(number("ratio"))]))
    case "sora":
      return try attached(
        try pair([
          "eta": .number(number("eta")), "xi": .number(number("xi")), "dead_zone": .flag(flag("dead_zone")),
        ]))
    case "sparseadapter": return try attached(try pair(["keep": .number(number("keep"))]))
    case "tied-lora": return try attached(["rank": integer("r"), "targets": targets()])
    case "loradrop": return try attached(try pair(["threshold": .number(number("threshold"))]))
    case "prilora":
      return try attached([
        "rank_first": integer("r_first"), "rank_last": integer("r_last"), "alpha": .number(number("alpha")),
        "beta": .number(number("beta")), "prune_ratio": .number(number("fraction")), "interval": integer("interval"),
        "targets": targets(),
      ])
    case "adalora": return try adalora(host)
    case "vera": return try vera(host)
    case "aflora": return try aflora(host)
    default:
      throw ParityError.reference(
        path: folder.path, problem: "its method '\(meta.baseMethod)' is not one that traces can be compared for")
    }
  }

  /// The options of LoRA's kin.
  private func pair(_ more: [String: OptionValue] = [:]) throws -> [String: OptionValue] {
    try ["rank": integer("r"), "alpha": .number(number("alpha")), "targets": targets()].merging(more) { $1 }
  }

  private func flag(_ name: String) throws -> Bool {
    guard case .flag(let value)? = meta.options[name] else {
      throw ParityError.reference(path: folder.path, problem: "meta.json does not say whether the option '\(name)' holds")
    }
    return value
  }

  private func adalora(_ host: MethodHost) throws -> any TuningMethod {
    let options = try MethodOptions(
      [
        "initial_rank": integer("init_r"), "target_rank": integer("target_r"), "alpha": .number(number("alpha")),
        "orthogonality": .number(number("orth_reg_weight")), "beta1": .number(number("beta1")), "beta2": .number(number("beta2")),
        "targets": targets(),
      ], for: AdaLoRA.description)
    return try AdaLoRA(
      options, on: host, initialSteps: steps("tinit"), finalSteps: steps("tfinal"), interval: max(1, steps("deltaT")),
      totalSteps: meta.train.steps)
  }

  /// How many of the trace's batches a preliminary measures on.
  func preliminaryBatches() throws -> Int { max(1, try steps("score_batches")) }

  private func vera(_ host: MethodHost) throws -> any TuningMethod {
    let options = try MethodOptions(
      ["rank": integer("r"), "d_initial": .number(number("d_initial")), "targets": targets()], for: VeRA.description)
    let shared = try ["vera_A", "vera_B"].map { name in
      let values = try expected.floats(name), shape = expected.description(of: name)?.shape ?? []
      guard shape.count == 2, !values.isEmpty else {
        throw ParityError.reference(path: expected.path, problem: "'\(name)' has the shape \(shape), expected a matrix")
      }
      return Tensor(values, shape: shape, on: host.backend)
    }
    return try VeRA(options, on: host, sharedA: shared[0], sharedB: shared[1])
  }

  private func aflora(_ host: MethodHost) throws -> any TuningMethod {
    guard case .texts(let adaptive)? = meta.options["adaptive"], case .flag(let together)? = meta.options["together"],
      let sensitivity = meta.options["score"]?.text.flatMap(Sensitivity.init)
    else { throw ParityError.reference(path: folder.path, problem: "AFLoRA's options are not complete") }
    let options = try MethodOptions(
      [
        "rank": integer("r"), "d_initial": .number(number("d_initial")), "targets": targets(), "adaptive": .texts(adaptive),
        "together": .flag(together), "score": .text(sensitivity.rawValue),
      ], for: AFLoRA.description)
    return try AFLoRA(
      options, on: host,
      freezing: Freezing(
        initialSteps: steps("t_init"), finalSteps: steps("t_final"), totalSteps: steps("total"),
        beta1: Float(number("beta1")), beta2: Float(number("beta2")), sensitivity: sensitivity))
  }

  /// The head's own learning rate, where the trace has one.
  var headLearningRate: Double? { meta.options["head_lr"]?.number }
}
