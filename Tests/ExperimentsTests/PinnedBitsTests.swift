// The bits of this program, pinned for every processor: a change that promises to change none is held by these.
//
// `Tests/Fixtures/bits/pinned.txt` has the numerics' version and a line for each array and file of a run with the start of its SHA-256. A
// change that is meant to change bits raises `Numerics.version` and writes them anew: LOWRANK_PIN_BITS=1 make test.
import Foundation
import Records
import Storage
import TestSupport
import Testing

@Suite("Pinned bits")
struct PinnedBitsTests {
  private static let pins = Repository.fixtures.appending(path: "bits")
  private static let file = pins.appending(path: "pinned.txt")
  private static let isWriting = ProcessInfo.processInfo.environment["LOWRANK_PIN_BITS"] == "1"
  private static let version = "numerics \(Numerics.version)"

  /// Runs the program; fails where it does.
  private func lowrank(_ arguments: [String]) throws -> String {
    let result = try execute(try Program.url, arguments, environment: Program.environment())
    #expect(result.status == 0, "\(result.output)")
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

  /// What is pinned, if it is of this program's numerics.
  private static func pinned() throws -> [String] {
    let name = "Tests/Fixtures/bits/pinned.txt", advice = "LOWRANK_PIN_BITS=1 make test writes it"
    let text = try #require(try? String(contentsOf: file, encoding: .utf8), "\(name) is not there: \(advice)")
    let lines = text.split(separator: "\n").map(String.init)
    try #require(lines.first == version, "\(name) is not of \(version): \(advice)")
    return Array(lines.dropFirst())
  }

  @Test("are what they were, on every processor")
  func unchanged() throws {
    let pinned = try Set(Self.isWriting ? [] : Self.pinned())
    let root = try project()
    defer { try? FileManager.default.removeItem(at: root) }
    let results = root.appending(path: "results")
    var lines: [String] = []
    let common = ["--results", results.path]
    _ = try lowrank(["run", "demo", "--root", Repository.root.path] + common)
    lines += try digests("demo", in: results)
    for experiment in ["every-method", "roberta"] {
      _ = try lowrank(["run", experiment, "--root", root.path] + common)
      lines += try digests(experiment, in: results)
    }
    let output = root.appending(path: "pretrained")
    for pretraining in ["short-pretraining", "short-pretraining-llama"] {
      let folder = output.appending(path: pretraining)
      _ = try lowrank(
        ["pretrain", Self.pins.appending(path: "\(pretraining).yaml").path, "--root", root.path, "--output", folder.path] + common)
      let model = try FileDigest.sha256(of: folder.appending(path: "model.safetensors")).prefix(16)
      lines.append("\(pretraining) model \(model)")
    }
    for folder in ["models/bert", "models/roberta", "models/deberta", "peft"] {
      let report = try lowrank(["parity", Repository.fixtures.appending(path: folder).path])
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
    let killed = try interrupted(try Program.url, one, environment: Program.environment(), by: SIGKILL) {
      let runs = stopped.appending(path: "runs")
      let names = (try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []
      return names.contains { FileManager.default.fileExists(atPath: runs.appending(path: "\($0)/checkpoint.safetensors").path) }
    }
    #expect(killed.status == SIGKILL, "\(killed.output)")
    // the table lacks the other methods
    _ = try lowrank(one)
    #expect(try digests("every-method", in: stopped) == lines.filter { $0.hasPrefix("every-method/pocket/aflora/") })

    if Self.isWriting {
      try Data((([Self.version] + lines).joined(separator: "\n") + "\n").utf8).write(to: Self.file)
      return
    }
    let changed = lines.filter { !pinned.contains($0) }, missing = pinned.subtracting(lines)
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
