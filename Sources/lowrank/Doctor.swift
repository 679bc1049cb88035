// `lowrank doctor`: what this machine has and lacks, one line each.
import ArgumentParser
import CHDF5
import CPUBackend
import Foundation

/// The verb `doctor`: prints a line for each thing a run needs or can use, and fails when a needed one is missing.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Say what this machine has and lacks.",
    discussion:
      "Each line is 'ok', 'missing' (needed: the exit status is 1), 'slow' (works, but takes many times as long as elsewhere: the exit "
      + "status is 1 too) or 'optional' (not found, and only what the line names lacks it)."
  )

  func run() throws {
    let findings = Machine.findings + Libraries.findings + Surroundings.findings
    for finding in findings { say(finding.line) }
    if findings.contains(where: { $0.state == .missing || $0.state == .slow }) { throw ExitCode.failure }
  }
}

/// One line of the report.
private struct Finding {
  enum State: String {
    case ok, missing, slow, optional
  }

  let state: State
  let subject: String
  let detail: String

  init(_ state: State, _ subject: String, _ detail: String) {
    (self.state, self.subject, self.detail) = (state, subject, detail)
  }

  var line: String {
    state.rawValue.padding(toLength: 10, withPad: " ", startingAt: 0) + subject.padding(toLength: 18, withPad: " ", startingAt: 0)
      + detail
  }
}

/// The computer and its system.
private enum Machine {
  static var findings: [Finding] {
    [compiler, system, processor, memory, kernels]
  }

  private static var compiler: Finding {
    // The language knows its own version at compile time only, and only by comparison.
    #if compiler(>=6.4)
      let built = "6.4 or newer"
    #elseif compiler(>=6.3)
      let built = "6.3"
    #elseif compiler(>=6.2)
      let built = "6.2"
    #else
      let built = "6.1"
    #endif
    let installed = firstLine(of: ["swift", "--version"])
    return Finding(.ok, "Swift", "built with \(built); on PATH: \(installed ?? "none (needed to build again)")")
  }

  private static var system: Finding {
    let name = fields(of: "/etc/os-release", separator: "=").first { $0.key == "PRETTY_NAME" }?.value
    let kernel = firstLine(of: ["uname", "-srm"]) ?? "kernel unknown"
    return Finding(.ok, "system", "\(name?.trimmingCharacters(in: ["\""]) ?? "unknown distribution") (\(kernel))")
  }

  private static var processor: Finding {
    let fields = fields(of: "/proc/cpuinfo", separator: ":")
    let model = fields.first { $0.key == "model name" }?.value ?? "model unknown"
    let flags = (fields.first { $0.key == "flags" || $0.key == "Features" }?.value ?? "").split(separator: " ")
    let known: [Substring] = [
      "avx2", "fma", "avx512f", "avx512bw", "avx512dq", "avx512vl", "avx512_bf16", "amx_tile", "asimd", "sve",
    ]
    let sets = known.filter(flags.contains).joined(separator: " ")
    let cores = ProcessInfo.processInfo.activeProcessorCount
    return Finding(.ok, "processor", "\(model), \(cores) cores, \(sets.isEmpty ? "no wide vector instructions" : sets)")
  }

  private static var memory: Finding {
    let available = fields(of: "/proc/meminfo", separator: ":").first { $0.key == "MemAvailable" }?.value
    let free =
      available.flatMap { $0.split(separator: " ").first }.flatMap { UInt64($0) }.map { ", \(gibibytes($0 * 1024)) free" } ?? ""
    return Finding(.ok, "memory", gibibytes(ProcessInfo.processInfo.physicalMemory) + free)
  }

  private static var kernels: Finding {
    InstructionSet.current.isSlow
      ? Finding(
        .slow, "kernels",
        "the processor has neither AVX-512 nor AVX2 and FMA: products have the same bits, but take many times as long")
      : Finding(.ok, "kernels", "products are computed with \(InstructionSet.current.name)")
  }
}

/// The libraries that the program was linked with, as they answer now.
private enum Libraries {
  static var findings: [Finding] {
    [hdf5, sentencePiece]
  }

  private static var hdf5: Finding {
    var (major, minor, release): (UInt32, UInt32, UInt32) = (0, 0, 0)
    var isThreadSafe = false
    guard H5get_libversion(&major, &minor, &release) >= 0, H5is_library_threadsafe(&isThreadSafe) >= 0 else {
      return Finding(.missing, "HDF5", "the library does not answer; install it again (Debian: libhdf5-dev)")
    }
    let safety = isThreadSafe ? "thread-safe build" : "not a thread-safe build (calls are serialised here, so it will do)"
    return Finding(.ok, "HDF5", "\(major).\(minor).\(release), \(safety)")
  }

  private static var sentencePiece: Finding {
    // The library carries no version of its own; its package's description does.
    Finding(
      .ok, "SentencePiece",
      firstLine(of: ["pkg-config", "--modversion", "sentencepiece"]) ?? "linked, version unknown (no pkg-config)")
  }
}

/// What lies around the program: models, room for results, and programs that only some uses need.
private enum Surroundings {
  static var findings: [Finding] {
    [experiments] + pocketModels + [miniLM, results, gnuplot] + ["h5py", "peft"].map(pythonPackage)
  }

  private static var experiments: Finding {
    isFile("experiments/table1.yaml")
      ? Finding(.ok, "experiments", "experiments/")
      : Finding(.missing, "experiments", "no experiments/table1.yaml here; call from the repository's root")
  }

  /// The shipped models: every folder beside the pre-training manifests that a model was written to.
  private static var pocketModels: [Finding] {
    let folder = "experiments/pretrain"
    let names = ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    let models = names.filter { isFile("\(folder)/\($0)/config.json") }
    if models.isEmpty {
      return [Finding(.missing, "pocket models", "none in \(folder)/; `git checkout \(folder)` brings them back")]
    }
    return models.map { name in
      isFile("\(folder)/\(name)/model.safetensors")
        ? Finding(.ok, "pocket model", "\(folder)/\(name)")
        : Finding(
          .missing, "pocket model", "\(folder)/\(name) has no model.safetensors; `git checkout -- \(folder)` brings it back")
    }
  }

  private static var miniLM: Finding {
    isFile("models/minilm/model.safetensors")
      ? Finding(.ok, "MiniLM", "models/minilm")
      : Finding(.optional, "MiniLM", "not in models/minilm; `make minilm` fetches it, for PROFILE=small")
  }

  private static var results: Finding {
    let folder = FileManager.default.fileExists(atPath: "results") ? "results" : "."
    guard FileManager.default.isWritableFile(atPath: folder) else {
      return Finding(.missing, "results", "\(folder)/ cannot be written")
    }
    let attributes = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    guard let free = (attributes?[.systemFreeSize] as? NSNumber)?.uint64Value else {
      return Finding(.ok, "results", "\(folder)/ can be written; free room unknown")
    }
    // A table of the pocket profile leaves tens of megabytes.
    let isEnough = free > 200 << 20
    return Finding(isEnough ? .ok : .missing, "results", "\(gibibytes(free)) free at \(folder)/\(isEnough ? "" : ": make room")")
  }

  private static var gnuplot: Finding {
    firstLine(of: ["gnuplot", "--version"]).map { Finding(.ok, "gnuplot", $0) }
      ?? Finding(.optional, "gnuplot", "not found; for figures (Debian: gnuplot-nox)")
  }

  private static func pythonPackage(_ name: String) -> Finding {
    let question = "import importlib.metadata as m; print(m.version('\(name)'))"
    return firstLine(of: ["python3", "-c", question]).map { Finding(.ok, name, "\($0), for python3") }
      ?? Finding(.optional, name, "not found for python3; only checks against that library use it")
  }
}

/// The first line that a program prints; nil where it is missing, fails or prints nothing.
private func firstLine(of command: [String]) -> String? {
  let process = Process()
  let output = Pipe()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = command
  process.standardOutput = output
  process.standardError = FileHandle.nullDevice
  process.standardInput = FileHandle.nullDevice
  guard (try? process.run()) != nil else { return nil }
  let data = output.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else { return nil }
  return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
}

/// The `key separator value` lines of a system file, in its order; none where it cannot be read.
private func fields(of path: String, separator: Character) -> [(key: String, value: String)] {
  guard let data = FileManager.default.contents(atPath: path) else { return [] }
  return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).compactMap { line in
    let parts = line.split(separator: separator, maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
    return parts.count == 2 ? (parts[0], parts[1]) : nil
  }
}

private func isFile(_ path: String) -> Bool {
  var isFolder: ObjCBool = false
  return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) && !isFolder.boolValue
}

private func gibibytes(_ bytes: UInt64) -> String {
  String(format: "%.1f GiB", Double(bytes) / Double(1 << 30))
}
