// What some tests need that a machine may lack.
import CPUBackend
import Foundation
import Tensors
import Testing

/// Something that a test needs and that is not part of the repository. A test without it is skipped and counted.
///
/// From the text of each reason `.ci/summarize` decides by itself whether the machine has it: a test that is skipped although it could
/// have run is a failure there.
public enum Requirement: Sendable {
  /// The program, anywhere on `PATH`.
  case gnuplot
  /// The Python of `PythonPeer` with these modules, commas between.
  case python(String)
  /// A processor with AVX2 and FMA.
  case avx2
  /// A processor with AVX-512 F, BW, DQ and VL.
  case avx512
  /// A folder or file of `PublishedFiles`.
  case published(String)

  /// Whether this machine has it.
  public var isMet: Bool {
    switch self {
    case .gnuplot: Self.searchPath.contains { FileManager.default.isExecutableFile(atPath: "\($0)/gnuplot") }
    case .python(let modules): PythonPeer.has(modules)
    case .avx2: InstructionSet.current != .baseline
    case .avx512: InstructionSet.current == .avx512
    case .published(let path): FileManager.default.fileExists(atPath: PublishedFiles.root.appending(path: path).path)
    }
  }

  /// What is said of a test that is skipped.
  public var reason: String {
    switch self {
    case .gnuplot: "needs gnuplot"
    case .python(let modules): "needs Python with \(modules)"
    case .avx2: "needs AVX2 and FMA"
    case .avx512: "needs AVX-512 (F, BW, DQ and VL)"
    case .published(let path): "needs \(path) of the published files"
    }
  }

  private static var searchPath: [Substring] { (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":") }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test where the machine lacks something.
  public static func requires(_ requirement: Requirement) -> Self {
    .enabled(if: requirement.isMet, Comment(rawValue: requirement.reason))
  }
}
