// The program killed at any moment and started again: it ends with the bits of one that never was.
import Adapters
import Foundation
import Records
import TestSupport
import Testing

@testable import Experiments

@Suite("A killed program")
struct KilledProgramTests {
  /// A method as the manifest says it, under options by which all it does happens within the run.
  struct Method: Sendable, CustomTestStringConvertible {
    let text: String
    /// Of the moments.
    let seed: UInt64

    var testDescription: String { text }
  }

  private static let methods: [Method] = [
    "{aflora: {epochs: 6, initial_epochs: 0.5, final_fraction: 0.3}}",
    "{loradrop: {sample_ratio: 0.5, sample_epochs: 4, keep: 1}}",
    "{prilora: {epochs: 4, rank_first: 2, rank_last: 4, interval: 5}}",
    "{adalora: {epochs: 4, initial_rank: 3, target_rank: 1, interval: 3}}",
    "{sora: {epochs: 4, xi: 0.05, eta: 0.1}}",
    "{sparseadapter: {epochs: 4}}",
    "{dora: {epochs: 4, dropout: 0.1}}",
    "{fft: {epochs: 4}}",
    "{bitfit: {epochs: 4}}",
    "{houlsby: {epochs: 4}}",
    "{pfeiffer: {epochs: 4}}",
    "{lora: {epochs: 4}}",
    "{rslora: {epochs: 4}}",
    "{lora-plus: {epochs: 4}}",
    "{vera: {epochs: 4}}",
    "{tied-lora: {epochs: 4}}",
    "{ia3: {epochs: 4}}",
    "{ln-tuning: {epochs: 4}}",
    "{pissa: {epochs: 4, iterations: 2}}",
    "{lora-fa: {epochs: 4, projected_gradient: true}}",
    "{prompt-tuning: {epochs: 4, virtual_tokens: 3}}",
    "{prefix-tuning: {epochs: 4, virtual_tokens: 3, prefix_projection: true}}",
  ].enumerated().map { Method(text: $1, seed: UInt64(20 + $0)) }

  @Test("every method is here")
  func complete() {
    let named = Self.methods.map { $0.text.dropFirst().prefix { $0 != ":" } }
    #expect(Set(named) == Set(MethodRegistry.descriptions.map { $0.id[...] }))
  }

  /// Results of the one run of the manifest: digests, and the weights themselves.
  private func outcome(_ project: TinyProject, _ results: String) throws -> [Data] {
    let call = try project.call(results: results)
    let record = try call.record(0)
    #expect(record.outcome == .completed)
    #expect(!FileManager.default.fileExists(atPath: call.folder(0).appending(path: "checkpoint.safetensors").path))
    return try ["tensors.h5", "best.safetensors", "last.safetensors"].map {
      try Data(contentsOf: call.folder(0).appending(path: $0))
    }
  }

  @Test(
    "killed at random moments, it ends with the same bits", arguments: methods)
  func killed(method: Method) throws {
    let program = try Program.url
    let manifest = TinyProject.manifest.replacing(
      "[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: "[\(method.text)]")
    let project = try TinyProject(manifest)
    func arguments(_ results: String) -> [String] {
      [
        "run", "tiny", "--root", project.root.path, "--results", project.root.appending(path: results).path, "--jobs", "1",
        "--checkpoint-seconds", "0",
      ]
    }
    let clock = ContinuousClock()
    let began = clock.now
    let straight = try execute(program, arguments("straight"))
    let duration = (clock.now - began).seconds
    #expect(straight.status == 0, "\(straight.output)")
    let expected = try outcome(project, "straight")

    var kills = 0, folders = 0, launches = 0
    var state = method.seed
    while kills < 20, launches < 4 * 20 {
      launches += 1
      let process = Process()
      process.executableURL = program
      process.arguments = arguments("killed-\(folders)")
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      process.standardInput = FileHandle.nullDevice
      try process.run()
      // any moment from starting to writing results: a resumed run is nearer to its end
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      let share = Double(state >> 40) / Double(1 << 24)
      Thread.sleep(forTimeInterval: min(duration, 1.5) * share)
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      if process.terminationReason == .uncaughtSignal {
        kills += 1
      } else {
        // it was done before: the next kills concern a fresh one
        #expect(process.terminationStatus == 0)
        #expect(try outcome(project, "killed-\(folders)") == expected)
        folders += 1
      }
    }
    #expect(kills == 20)
    let last = try execute(program, arguments("killed-\(folders)"))
    #expect(last.status == 0, "\(last.output)")
    #expect(try outcome(project, "killed-\(folders)") == expected)
    let names = project.files("killed-\(folders)/runs").keys
    #expect(!names.contains { $0.hasSuffix(".lowrank-temporary") }, "\(names)")
  }
}
