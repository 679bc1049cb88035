// The kernel sets of OpenBLAS that results are made on. Equal bits are promised on equal ones.
import CKernels

/// A kernel set of OpenBLAS by its own name for it.
package enum BLASCore: String, Sendable, CaseIterable {
  case haswell = "Haswell"
  /// The kernels of `haswell` in another order of choice: equal bits.
  case zen = "Zen"
  case skylakeX = "SkylakeX"
  case cooperlake = "Cooperlake"
  case sapphireRapids = "SapphireRapids"

  /// The ones that this program takes by itself and that a user may ask for: they are in every build, and one of them runs on every
  /// processor with AVX2.
  package static let choices: [BLASCore] = [.haswell, .skylakeX]

  /// The fastest choice that this processor can run; nil where OpenBLAS is left to choose.
  package static var best: BLASCore? { choices.last { $0.isSupported } }

  /// The core of this name, however it is written; nil for one that this program knows nothing about.
  package init?(named name: String) {
    guard let core = Self.allCases.first(where: { $0.rawValue.lowercased() == name.lowercased() }) else { return nil }
    self = core
  }

  /// What a processor must have, for messages.
  package var needs: String {
    switch self {
    case .haswell, .zen: "AVX2 and FMA"
    case .skylakeX: "AVX-512 (F, BW, DQ and VL)"
    case .cooperlake, .sapphireRapids: "AVX-512 (F, BW, DQ, VL and BF16)"
    }
  }

  private var features: Int {
    switch self {
    case .haswell, .zen: LR_AVX2_FMA
    case .skylakeX: LR_AVX2_FMA | LR_AVX512
    case .cooperlake, .sapphireRapids: LR_AVX2_FMA | LR_AVX512 | LR_AVX512_BF16
    }
  }

  /// Whether this processor, under this system, can run its kernels. Others would end the process with an illegal instruction.
  package var isSupported: Bool { Int(lr_processor_features()) & features == features }

  /// Whether its kernels use vectors at least as wide as those of another.
  func isAsWide(as other: BLASCore) -> Bool { features & LR_AVX512 >= other.features & LR_AVX512 }
}
