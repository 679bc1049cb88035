// What the kernels are computed with here. It decides how long products take, and no bit of them.
import CKernels

/// The widest instructions of this processor that the kernels have a form for.
package enum InstructionSet: Sendable {
  /// F, BW, DQ and VL.
  case avx512
  /// Eight numbers at a time, multiplied and added with one rounding.
  case avx2
  /// What every processor of its architecture has.
  case baseline

  /// That of the processor at hand, under its system.
  package static let current: InstructionSet = {
    let features = Int(lr_processor_features())
    if features & LR_AVX512 != 0 { return .avx512 }
    return features & LR_AVX2_FMA != 0 ? .avx2 : .baseline
  }()

  /// As in `AVX2 and FMA`.
  package var name: String {
    switch self {
    case .avx512: "AVX-512"
    case .avx2: "AVX2 and FMA"
    case .baseline: "the architecture's baseline"
    }
  }

  /// Whether products take many times as long as they could: x86-64's baseline has no instruction that multiplies and adds with one
  /// rounding, which each term of a product is.
  package var isSlow: Bool {
    #if arch(x86_64)
      self == .baseline
    #else
      false
    #endif
  }
}
