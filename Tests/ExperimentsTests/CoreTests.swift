// Which BLAS core a run is computed on: chosen, asked for, recorded, kept over a stop, and taken again.
import CPUBackend
import Foundation
import Records
import Storage
import Tensors
import TestSupport
import Testing
import Training

@testable import Experiments

extension TinyProgram {
  /// The digest of the tensors and of both weights, by run.
  func outcome(_ results: String = "results") throws -> [String: [String]] {
    let call = try project.call(results: results)
    var outcome: [String: [String]] = [:]
    for (index, run) in call.plan.enumerated() {
      #expect(try call.record(index).outcome == .completed)
      outcome[run.specification.shortName] = try ["tensors.h5", "best.safetensors", "last.safetensors"].map {
        try FileDigest.sha256(of: call.folder(index).appending(path: $0))
      }
    }
    return outcome
  }
}

/// A run long enough to be stopped in its middle.
let longManifest = TinyProject.manifest.replacing(
  "[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]",
  with: "[{lora: {epochs: 300}}, {aflora: {epochs: 300, initial_epochs: 0.5, final_fraction: 0.3}}]")

@Suite("The BLAS core", .requires(.avx2))
struct CoreTests {
  @Test("is the fastest that the processor has, or the one asked for, and records, plan, table and description say which and why")
  func chosen() throws {
    let tiny = try TinyProgram()
    let best = try #require(BLASCore.best).rawValue
    let plan = try tiny.lowrank(["run", "tiny", "--dry-run"])
    #expect(plan.output.contains("products: OpenBLAS "), "\(plan.output)")
    #expect(plan.output.contains(", core \(best) (by processor)\n"), "\(plan.output)")
    let run = try tiny.lowrank(["run", "tiny", "--core", "haswell"])
    #expect(run.output.contains("core Haswell (by option)\n"), "\(run.output)")
    #expect(run.output.contains("core Haswell (by option): 2 runs\n"), "\(run.output)")
    let record = try tiny.project.call().record(0)
    #expect(record.environment.blasCore == "Haswell" && record.environment.blasCoreReason == "option")
    let version = try #require(record.environment.blasVersion)
    #expect(record.environment.blasConfiguration.hasPrefix("OpenBLAS \(version) "))
    #expect(record.environment.blasConfiguration.components(separatedBy: "Haswell").count == 2)
    let show = try tiny.lowrank(
      ["show", "results/tiny/pocket/lora/warmth/seed-0"].map { $0.replacing("results", with: tiny.project.root.path + "/results") })
    #expect(show.output.contains("core Haswell (by option)"), "\(show.output)")
    #expect(try tiny.lowrank(["run", "tiny", "--core", "prescott"]).status == 2)
  }

  @Test("a run that was done on another core counts as done", .requires(.avx512))
  func doneElsewhere() throws {
    let tiny = try TinyProgram()
    #expect(try tiny.lowrank(["run", "tiny", "--core", "haswell"]).status == 0)
    let again = try tiny.lowrank(["run", "tiny"])
    #expect(
      again.output.contains("core SkylakeX (by processor); done before on core Haswell: 2 runs, which count as done\n"),
      "\(again.output)")
  }

  @Test("OPENBLAS_CORETYPE wins, and that is said; a name that OpenBLAS does not know does not")
  func environment() throws {
    let tiny = try TinyProgram()
    let asked = try tiny.lowrank(["run", "tiny", "--dry-run", "--core", "haswell"], core: "Sandybridge")
    #expect(
      asked.output.contains("products are computed on core Sandybridge, as OPENBLAS_CORETYPE says, not Haswell as --core says\n"),
      "\(asked.output)")
    #expect(asked.output.contains("core Sandybridge is slower than "), "\(asked.output)")
    #expect(asked.output.contains("core Sandybridge (by environment)\n"), "\(asked.output)")
    let unknown = try tiny.lowrank(["run", "tiny", "--dry-run"], core: "Nonsense")
    #expect(unknown.output.contains("OPENBLAS_CORETYPE=Nonsense is no core of this OpenBLAS"), "\(unknown.output)")
    #expect(unknown.output.contains("(by processor)\n"), "\(unknown.output)")
  }

  @Test("the doctor says what the library would have taken, and fails where the core in use is slower than the processor allows")
  func doctor() throws {
    let program = try Program.url
    let well = try execute(program, ["doctor"], environment: Program.environment())
    let line = try #require(well.output.split(separator: "\n").first { $0.contains("OpenBLAS") })
    #expect(line.hasPrefix("ok") && line.contains("library"), "\(line)")
    let slow = try execute(program, ["doctor"], environment: Program.environment(core: "Sandybridge"))
    #expect(slow.status == 1)
    #expect(slow.output.contains("\nslow      OpenBLAS"), "\(slow.output)")
    #expect(slow.output.contains("THIS PROCESSOR CAN DO BETTER"), "\(slow.output)")
  }

  @Test("a rerun takes its record's core by itself; on another it compares by tolerance", .requires(.avx512))
  func rerun() throws {
    let tiny = try TinyProgram()
    #expect(try tiny.lowrank(["run", "tiny", "--core", "haswell"]).status == 0)
    let arguments = ["rerun", "--experiment", "tiny", "--method", "lora", "--task", "warmth", "--seed", "0"]
    let same = try tiny.lowrank(arguments)
    #expect(same.status == 0 && same.output.contains("Same bits."), "\(same.output)")
    let other = try tiny.lowrank(arguments + ["--core", "skylakex"])
    #expect(other.output.contains("not as it was: BLAS core SkylakeX, was Haswell\n") || other.output.contains("Same bits."))
    #expect(other.status == 0, "\(other.output)")
    let forced = try tiny.lowrank(arguments, core: "SkylakeX")
    #expect(
      forced.output.contains("the record is of core Haswell, which is not the one in use: its numbers are compared by tolerance\n"),
      "\(forced.output)")
  }

  @Test("a run goes on on its checkpoint's core, and ends with that core's bits", .requires(.avx512))
  func resumed() throws {
    let tiny = try TinyProgram(longManifest)
    for core in BLASCore.choices {
      let straight = try tiny.lowrank(["run", "tiny", "--core", core.rawValue.lowercased()], results: "straight-\(core)")
      #expect(straight.status == 0, "\(straight.output)")
    }
    let haswell = try tiny.outcome("straight-haswell")
    let stopped = try tiny.interrupt(
      ["run", "tiny", "--core", "haswell", "--jobs", "1", "--checkpoint-seconds", "0"], by: SIGTERM, when: { tiny.hasCheckpoint() })
    #expect(stopped.status == 143, "\(stopped.output)")
    let resumed = try tiny.lowrank(["run", "tiny", "--core", "skylakex", "--jobs", "1"])
    #expect(resumed.status == 0, "\(resumed.output)")
    #expect(resumed.output.contains("lora warmth seed 0  goes on on core Haswell, its checkpoint's\n"), "\(resumed.output)")
    let outcome = try tiny.outcome()
    #expect(outcome["lora warmth seed 0"] == haswell["lora warmth seed 0"])
    // the other run had not begun
    #expect(try outcome["aflora warmth seed 0"] == tiny.outcome("straight-skylakeX")["aflora warmth seed 0"])
    let call = try tiny.project.call()
    #expect(try call.record(0).environment.blasCore == "Haswell" && call.record(0).environment.blasCoreReason == "checkpoint")
    #expect(try call.record(1).environment.blasCore == "SkylakeX" && call.record(1).environment.blasCoreReason == "option")
    #expect(resumed.output.contains("core Haswell (by checkpoint): 1 run, OpenBLAS"), "\(resumed.output)")
  }

  @Test(
    "killed and moved to the other core twenty times, each run ends with the bits of the core it names",
    .requires(.avx512))
  func moved() throws {
    let tiny = try TinyProgram(longManifest)
    var expected: [String: [String: [String]]] = [:]
    for core in BLASCore.choices {
      #expect(try tiny.lowrank(["run", "tiny", "--core", core.rawValue.lowercased()], results: "straight-\(core)").status == 0)
      expected[core.rawValue] = try tiny.outcome("straight-\(core)")
    }
    var moves = 0, folder = 0, state: UInt64 = 7
    while moves < 20 {
      let core = BLASCore.choices[moves % 2].rawValue.lowercased()
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let end = ContinuousClock.now + .milliseconds(60 + Int(state >> 56))
      let result = try tiny.interrupt(
        ["run", "tiny", "--core", core, "--checkpoint-seconds", "0"], results: "moved-\(folder)", by: SIGKILL,
        when: { ContinuousClock.now > end })
      moves += 1
      if result.status == 0 {
        try check(tiny, "moved-\(folder)", expected)
        folder += 1
      }
    }
    #expect(try tiny.lowrank(["run", "tiny"], results: "moved-\(folder)").status == 0)
    try check(tiny, "moved-\(folder)", expected)
  }

  private func check(_ tiny: TinyProgram, _ results: String, _ expected: [String: [String: [String]]]) throws {
    let call = try tiny.project.call(results: results), outcome = try tiny.outcome(results)
    for (index, run) in call.plan.enumerated() {
      let name = run.specification.shortName
      #expect(try outcome[name] == expected[call.record(index).environment.blasCore]?[name])
    }
  }

  @Test(
    "a checkpoint of an arithmetic that is not here: the run says so and starts again",
    arguments: ["library", "numerics", "core", "old"])
  func foreign(kind: String) throws {
    let tiny = try TinyProgram(longManifest)
    #expect(try tiny.lowrank(["run", "tiny"], results: "straight").status == 0)
    _ = try tiny.interrupt(
      ["run", "tiny", "--jobs", "1", "--checkpoint-seconds", "0"], by: SIGTERM, when: { tiny.hasCheckpoint() })
    let checkpoint = try tiny.project.call().folder(0).appending(path: "checkpoint.safetensors")
    var archive = try OpenedArchive(checkpoint)
    switch kind {
    case "library": archive.texts["blas_version"] = "0.2.20"
    case "numerics": archive.texts["numerics_version"] = "99"
    case "old": archive.texts["blas_core"] = nil
    default: archive.texts["blas_core"] = "Nehalem"
    }
    try archive.write(to: checkpoint)
    let again = try tiny.lowrank(["run", "tiny"])
    let reason =
      switch kind {
      case "library": "its checkpoint was computed by OpenBLAS 0.2.20, here is "
      case "numerics": "its checkpoint is of version 99 of the arithmetic, this program has \(Numerics.version)"
      case "old": "its checkpoint does not say on which BLAS core it was computed"
      default: "its checkpoint was computed on core Nehalem, which this processor cannot run"
      }
    #expect(
      again.output.contains("lora warmth seed 0  \(reason)") && again.output.contains(": it starts again\n"), "\(again.output)")
    #expect(try tiny.outcome() == tiny.outcome("straight"))
  }

  @Test("a pre-training goes on on its checkpoint's core, and ends with that core's bits", .requires(.avx512))
  func pretraining() throws {
    let tiny = try TinyProgram()
    let fixture = Repository.fixtures.appending(path: "bits/short-pretraining.yaml")
    try tiny.project.write(
      String(contentsOf: fixture, encoding: .utf8).replacing("steps: 12", with: "steps: 60").replacing(
        "batch: 96", with: "batch: 16"),
      to: "pretraining.yaml")
    func model(_ core: String, results: String) throws -> (output: String, digest: String) {
      let folder = tiny.project.root.appending(path: "model-\(results)")
      let result = try tiny.lowrank(
        ["pretrain", tiny.project.root.appending(path: "pretraining.yaml").path, "--output", folder.path, "--core", core],
        results: results)
      #expect(result.status == 0, "\(result.output)")
      return (result.output, try FileDigest.sha256(of: folder.appending(path: "model.safetensors")))
    }
    let haswell = try model("haswell", results: "haswell").digest, skylakeX = try model("skylakex", results: "skylakex").digest
    #expect(haswell != skylakeX)
    // it is stopped where it has said nothing yet: after the first step that the signal meets
    let vocabulary = tiny.project.root.appending(path: "stopped/pretrain/short-pretraining/tokenizer_config.json")
    let stopped = try tiny.interrupt(
      [
        "pretrain", tiny.project.root.appending(path: "pretraining.yaml").path, "--output",
        tiny.project.root.appending(path: "model-stopped").path, "--core", "haswell",
      ], results: "stopped", by: SIGTERM
    ) { FileManager.default.fileExists(atPath: vocabulary.path) }
    #expect(stopped.status == 143, "\(stopped.output)")
    let resumed = try model("skylakex", results: "stopped")
    #expect(resumed.output.contains("goes on on core Haswell, its checkpoint's\n"), "\(resumed.output)")
    #expect(resumed.digest == haswell)
  }

  @Test("under OPENBLAS_CORETYPE a checkpoint of another core is not gone on from", .requires(.avx512))
  func ruled() throws {
    let tiny = try TinyProgram(longManifest)
    _ = try tiny.interrupt(
      ["run", "tiny", "--jobs", "1", "--checkpoint-seconds", "0", "--core", "haswell"], by: SIGTERM, when: { tiny.hasCheckpoint() })
    let again = try tiny.lowrank(["run", "tiny"], core: "SkylakeX")
    #expect(
      again.output.contains(
        "its checkpoint was computed on core Haswell, and OPENBLAS_CORETYPE asks for SkylakeX: it starts again\n"),
      "\(again.output)")
    #expect(try tiny.project.call().record(0).environment.blasCore == "SkylakeX")
  }
}
