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
  /// Chromium, under one of its names on `PATH`.
  case chromium
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
    case .gnuplot: Self.program("gnuplot") != nil
    case .chromium: Browser.program != nil
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
    case .chromium: "needs Chromium"
    case .python(let modules): "needs Python with \(modules)"
    case .avx2: "needs AVX2 and FMA"
    case .avx512: "needs AVX-512 (F, BW, DQ and VL)"
    case .published(let path): "needs \(path) of the published files"
    }
  }

  /// The file of a program on `PATH`; nil where there is none.
  static func program(_ name: String) -> String? {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return folders.map { "\($0)/\(name)" }.first { FileManager.default.isExecutableFile(atPath: $0) }
  }
}

extension Trait where Self == ConditionTrait {
  /// Skips the test where the machine lacks something.
  public static func requires(_ requirement: Requirement) -> Self {
    .enabled(if: requirement.isMet, Comment(rawValue: requirement.reason))
  }
}
