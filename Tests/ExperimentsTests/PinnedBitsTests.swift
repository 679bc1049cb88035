// The bits of this program, pinned for each BLAS core: a change that promises to change none is held by these.
//
// `Tests/Fixtures/bits/<core>.txt` has the numerics' version and a line for each array and file of a run with the start of its SHA-256. A
// change that is meant to change bits raises `Numerics.version` and writes them anew: LOWRANK_PIN_BITS=1 make test (a processor with AVX-512
// has both cores). What one processor could not write for another core warns there until it is written.
import CPUBackend
import Foundation
import Records
import Storage
import Tensors
import TestSupport
import Testing

@testable import Experiments

@Suite("Pinned bits", .serialized)
struct PinnedBitsTests {
  private static let pins = Repository.fixtures.appending(path: "bits")
  private static let isWriting = ProcessInfo.processInfo.environment["LOWRANK_PIN_BITS"] == "1"

  /// Runs the program on one core; fails where it does.
  private func lowrank(_ arguments: [String], on core: BLASCore, status: Int32 = 0) throws -> String {
    let result = try execute(
      try Program.url, arguments + ["--core", core.rawValue.lowercased()],
      environment: Program.environment())
    #expect(result.status == status, "\(result.output)")
    return result.output
  }

  /// A project with the pinned manifests and the shipped models.
  private func project() throws -> URL {
    let root = FileManager.default.temporaryDirectory.appending(path: "lowrank-bits-\(UUID().uuidString)").standardizedFileURL
    let experiments = root.appending(path: "experiments")
    try FileManager.default.createDirectory(at: experiments, withIntermediateDirectories: true)
    for name in ["every-method.yaml", "roberta.yaml", "recipes"] {
      try FileManager.default.copyItem(at: Self.pins.appending(path: name), to: experiments.appending(path: name))
    }
    try FileManager.default.createSymbolicLink(
      at: experiments.appending(path: "pretrain"), withDestinationURL: Repository.root.appending(path: "experiments/pretrain"))
    return root
  }

  /// `<run> <array> <digest>` for everything that the runs of an experiment left, in order.
  private func digests(_ experiment: String, in results: URL) throws -> [String] {
    let folder = results.appending(path: experiment)
    let names = FileManager.default.enumerator(atPath: folder.path)?.allObjects.compactMap { $0 as? String } ?? []
    let runs = names.filter { ($0 as NSString).lastPathComponent.hasPrefix("seed-") && !$0.hasSuffix("/") }.sorted()
    return try runs.flatMap { run -> [String] in
      let files = folder.appending(path: run)
      let arrays = try HDF5File.read(files.appending(path: "tensors.h5")).digests()
      let weights = try ["best", "last"].map { name in
        (name, String(try FileDigest.sha256(of: files.appending(path: "\(name).safetensors")).prefix(16)))
      }
      return (arrays + weights).map { "\(experiment)/\(run) \($0.0) \($0.1)" }
    }
  }

  @Test("every core has them, and one of them those of this program's numerics")
  func complete() throws {
    #expect(Set(BLASCore.choices) == [.haswell, .skylakeX])
    #expect(try BLASCore.choices.contains { try Self.pinned($0).first == Self.version })
  }

  @Test("are what they were on core Haswell", .requires(.avx2))
  func haswell() throws { try check(.haswell) }

  @Test("are what they were on core SkylakeX", .requires(.avx512))
  func skylakeX() throws { try check(.skylakeX) }

  private static let version = "numerics \(Numerics.version)"

  private static func file(_ core: BLASCore) -> URL { pins.appending(path: "\(core.rawValue).txt") }

  /// A core's lines, the first of which is the numerics' version that they were written at.
  private static func pinned(_ core: BLASCore) throws -> [String] {
    try String(contentsOf: file(core), encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// What a line is of: an experiment, a pre-training, the references.
  private static func subject(_ line: String) -> String { String(line.prefix { $0 != "/" && $0 != " " }) }

  private func check(_ core: BLASCore) throws {
    let root = try project()
    defer { try? FileManager.default.removeItem(at: root) }
    let results = root.appending(path: "results")
    var lines: [String] = []
    let common = ["--results", results.path]
    _ = try lowrank(["run", "demo", "--root", Repository.root.path] + common, on: core)
    lines += try digests("demo", in: results)
    for experiment in ["every-method", "roberta"] {
      _ = try lowrank(["run", experiment, "--root", root.path] + common, on: core)
      lines += try digests(experiment, in: results)
    }
    let output = root.appending(path: "pretrained")
    for pretraining in ["short-pretraining", "short-pretraining-llama"] {
      let folder = output.appending(path: pretraining)
      _ = try lowrank(
        ["pretrain", Self.pins.appending(path: "\(pretraining).yaml").path, "--root", root.path, "--output", folder.path] + common,
        on: core)
      let model = try FileDigest.sha256(of: folder.appending(path: "model.safetensors")).prefix(16)
      lines.append("\(pretraining) model \(model)")
    }
    for folder in ["models/bert", "models/roberta", "models/deberta", "peft"] {
      let report = try lowrank(["parity", Repository.fixtures.appending(path: folder).path], on: core)
      var reference = ""
      for line in report.replacing(Repository.fixtures.path + "/", with: "").split(separator: "\n") {
        // a reference's lines are indented below its name, or begin with their verdict
        if line.hasSuffix(": passed") { reference = String(line.dropLast(8)) }
        lines.append("parity \(reference) \(line)")
      }
    }
    // a run that was killed goes on to the bits that it had without
    let stopped = root.appending(path: "stopped")
    let one = [
      "run", "every-method", "--root", root.path, "--results", stopped.path, "--methods", "aflora", "--checkpoint-seconds", "0",
    ]
    let killed = try interrupted(
      try Program.url, one + ["--core", core.rawValue.lowercased()], environment: Program.environment(),
      by: SIGKILL
    ) {
      let runs = stopped.appending(path: "runs")
      let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
      return names.contains { FileManager.default.fileExists(atPath: runs.appending(path: "\($0)/checkpoint.safetensors").path) }
    }
    #expect(killed.status == SIGKILL, "\(killed.output)")
    // the table lacks the other methods
    _ = try lowrank(one, on: core, status: 1)
    #expect(try digests("every-method", in: stopped) == lines.filter { $0.hasPrefix("every-method/pocket/aflora/") })

    if Self.isWriting {
      try Data((([Self.version] + lines).joined(separator: "\n") + "\n").utf8).write(to: Self.file(core))
      return
    }
    let all = try Self.pinned(core), pinned = Set(all.dropFirst()), subjects = Set(pinned.map(Self.subject))
    let advice = "LOWRANK_PIN_BITS=1 make test, on such a processor, writes them"
    guard all.first == Self.version else {
      Issue.record(
        "core \(core.rawValue) has the bits of \(all.first ?? "nothing"), not of \(Self.version). \(advice)", severity: .warning)
      return
    }
    // what another core has, and this one not yet
    let others = try Set(BLASCore.choices.flatMap { try Self.pinned($0).dropFirst() }.map(Self.subject))
    let unpinned = Set(lines.map(Self.subject)).subtracting(subjects).intersection(others)
    if !unpinned.isEmpty {
      Issue.record(
        "core \(core.rawValue) has no bits of \(unpinned.sorted().joined(separator: ", ")). \(advice)", severity: .warning)
    }
    let changed = lines.filter { !pinned.contains($0) && !unpinned.contains(Self.subject($0)) }
    let missing = pinned.subtracting(lines)
    #expect(changed.isEmpty, "new or changed: \(changed.prefix(10).joined(separator: "\n"))")
    #expect(missing.isEmpty, "no longer so: \(missing.sorted().prefix(10).joined(separator: "\n"))")
  }
}

extension HDF5Group {
  /// Every dataset's path with the start of the SHA-256 of its bytes.
  fileprivate func digests(_ prefix: String = "") -> [(String, String)] {
    let own = datasets.map { name, dataset -> (String, String) in
      let bytes: [UInt8] =
        switch dataset.values {
        case .float32(let values): values.withUnsafeBytes(Array.init)
        case .float64(let values): values.withUnsafeBytes(Array.init)
        case .int64(let values): values.withUnsafeBytes(Array.init)
        case .int32(let values): values.withUnsafeBytes(Array.init)
        case .uint8(let values): values
        case .strings(let values): Array(values.joined(separator: "\n").utf8)
        }
      return (prefix + name, String(FileDigest.sha256(of: Array("\(dataset.shape)".utf8) + bytes).prefix(16)))
    }
    return own + groups.flatMap { $0.group.digests("\(prefix)\($0.name)/") }
  }
}
