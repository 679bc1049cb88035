// VeRA's shared matrices are the trace's.
import Adapters
import Foundation
import Settings
import Tensors

extension VeRA: TracedMethod {
  static func options(_ trace: AdapterTrace) throws -> [String: OptionValue] {
    try ["rank": trace.integer("r"), "d_initial": .number(trace.number("d_initial")), "targets": trace.targets()]
  }

  static func attach(_ trace: AdapterTrace, to host: MethodHost) throws -> VeRA {
    let expected = trace.expected
    let shared = try ["vera_A", "vera_B"].map { name in
      let values = try expected.floats(name), shape = expected.description(of: name)?.shape ?? []
      guard shape.count == 2, !values.isEmpty else {
        throw ParityError.reference(path: expected.path, problem: "'\(name)' has the shape \(shape), expected a matrix")
      }
      return Tensor(values, shape: shape, on: host.backend)
    }
    return try VeRA(MethodOptions(options(trace), for: description), on: host, sharedA: shared[0], sharedB: shared[1])
  }
}
