// What a method says of a recorded trace of it: how it is set up, and what it decides and measures beside losses and values. A method
// without such a file cannot be compared, and says so.
import Adapters
import Settings

/// A method that traces are compared for.
protocol TracedMethod: TuningMethod {
  /// The method's options in its own words.
  ///
  /// - Throws: `ParityError.reference` where the trace lacks one.
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue]
  /// Puts the method on a model, as the trace has it.
  static func attach(_ trace: AdapterTrace, to host: MethodHost) throws -> Self
  /// Compares what the method found before training proper.
  func compareSetUp(_ comparison: inout TraceComparison) throws
  /// Compares what the method decided after update `number`, from 0.
  func compare(after step: AdapterTrace.Step, _ number: Int, _ comparison: inout TraceComparison) throws
  /// Compares what stands at the end.
  func compareOutcome(_ comparison: inout TraceComparison) throws
}

extension TracedMethod {
  static func attach(_ trace: AdapterTrace, to host: MethodHost) throws -> Self {
    try Self(MethodOptions(options(trace), for: description), on: host)
  }
  func compareSetUp(_ comparison: inout TraceComparison) throws {}
  func compare(after step: AdapterTrace.Step, _ number: Int, _ comparison: inout TraceComparison) throws {}
  func compareOutcome(_ comparison: inout TraceComparison) throws {}
}

/// Every method that says how a trace sets it up, in the order of `MethodRegistry`.
enum TracedMethods {
  static var all: [any TracedMethod.Type] {
    [
      FullFineTuning.self, BitFit.self, Houlsby.self, Pfeiffer.self, LoRA.self, RsLoRA.self, DoRA.self, LoRAPlus.self, AdaLoRA.self,
      SoRA.self, SparseAdapter.self, VeRA.self, TiedLoRA.self, AFLoRA.self, LoRADrop.self, PRILoRA.self, IA3.self, LNTuning.self,
      PiSSA.self, LoRAFA.self, PromptTuning.self, PrefixTuning.self,
    ]
  }

  /// The method with this id or alias; nil for one that traces cannot be compared for.
  static func method(_ id: String) -> (any TracedMethod.Type)? {
    all.first { $0.description.id == id || $0.description.aliases.contains(id) }
  }
}

extension AdapterTrace {
  /// Puts the trace's method on a model.
  ///
  /// - Throws: `ParityError.reference` for a method that traces cannot be compared for.
  func attach(to host: MethodHost) throws -> any TracedMethod {
    guard let traced = TracedMethods.method(meta.baseMethod) else {
      throw ParityError.reference(
        path: folder.path, problem: "its method '\(meta.baseMethod)' is not one that traces can be compared for")
    }
    host.prepare()
    return try traced.attach(self, to: host)
  }
}

extension FullFineTuning: TracedMethod {
  static func options(_ trace: AdapterTrace) -> [String: OptionValue] { [:] }
}

extension BitFit: TracedMethod {
  static func options(_ trace: AdapterTrace) -> [String: OptionValue] { [:] }
}

extension Houlsby: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] { try ["width": trace.integer("width")] }
}

extension Pfeiffer: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] { try ["width": trace.integer("width")] }
}

extension LoRA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] { try trace.pair() }
}

extension RsLoRA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] { try trace.pair() }
}

extension DoRA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] { try trace.pair() }
}

extension LoRAPlus: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try trace.pair(["ratio": .number(trace.number("ratio"))])
  }
}

extension TiedLoRA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try ["rank": trace.integer("r"), "targets": trace.targets()]
  }
}

extension IA3: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try ["targets": trace.targets(), "feedforward": trace.roles("feedforward")]
  }
}

extension LNTuning: TracedMethod {
  static func options(_ trace: AdapterTrace) -> [String: OptionValue] { [:] }
}

/// A trace starts from recorded matrices and residuals, so that the signs of no decomposition have a say.
extension PiSSA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] { try trace.pair() }
}

extension LoRAFA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try trace.pair(["projected_gradient": .flag(trace.flag("projected_gradient"))])
  }
}

extension PromptTuning: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try ["virtual_tokens": trace.integer("virtual_tokens")]
  }
}

extension PrefixTuning: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    var options: [String: OptionValue] = try [
      "virtual_tokens": trace.integer("virtual_tokens"), "prefix_projection": .flag(trace.flag("prefix_projection")),
    ]
    if trace.meta.options["encoder_hidden_size"] != nil {
      options["encoder_hidden_size"] = try trace.integer("encoder_hidden_size")
    }
    return options
  }
}
