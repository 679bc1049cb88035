// Ctrl-C and its kin, sent to the program at work: answered at once, ended after the step, nothing lost.
import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite("Stopping")
struct StopTests {
  private static let answer = "stopping after this step; again to quit\n"
  private static let longRecipe = TinyProject.recipe.replacing("epochs: 2", with: "epochs: 9000")
  private static let cores = ProcessInfo.processInfo.activeProcessorCount

  /// A project whose runs take far longer than the test.
  private static func tiny(_ methods: String = "[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]") throws -> TinyProgram
  {
    let seeds = (0..<2 * Self.cores).map(String.init).joined(separator: ", ")
    let tiny = try TinyProgram(
      TinyProject.manifest.replacing("[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: methods)
        .replacing("seeds: [0]", with: "seeds: [\(seeds)]"))
    try tiny.project.write(Self.longRecipe, to: "experiments/recipes/tiny.yaml")
    return tiny
  }

  @Test(
    "as many runs at once as the machine has cores, and four times as many", arguments: [1, 4],
    [SIGINT, SIGTERM, SIGXCPU, SIGHUP])
  func jobs(times: Int, signal: Int32) throws {
    let tiny = try Self.tiny()
    let jobs = times * Self.cores
    let arguments = ["run", "tiny", "--jobs", "\(jobs)", "--checkpoint-seconds", "0"]
    let stopped = try tiny.interrupt(arguments, by: signal, when: { tiny.checkpoints() == jobs })
    #expect(stopped.status == 128 + signal)
    #expect(stopped.output.contains(Self.answer), "\(stopped.output)")
    #expect(
      stopped.output.hasSuffix("stopped after 0 of \(4 * Self.cores) runs; the same command goes on from here\n"),
      "\(stopped.output)")
    #expect(stopped.output.components(separatedBy: "stopped; it goes on from its checkpoint\n").count == jobs + 1)
    #expect(tiny.checkpoints() == jobs)
  }

  @Test("a second signal quits at once; what was saved before is whole", arguments: [SIGINT, SIGTERM])
  func twice(signal: Int32) throws {
    let tiny = try Self.tiny()
    let quit = try tiny.interrupt(
      ["run", "tiny", "--jobs", "2", "--checkpoint-seconds", "0"], by: signal, again: true, when: { tiny.hasCheckpoint() })
    #expect(quit.status == 128 + signal, "\(quit.output)")
    let newest = tiny.newestCheckpoint()
    let stopped = try tiny.interrupt(
      ["run", "tiny", "--jobs", "1", "--checkpoint-seconds", "0"], by: SIGINT, when: { tiny.newestCheckpoint() > newest })
    #expect(stopped.status == 130 && !stopped.output.contains("failed"), "\(stopped.output)")
  }

  @Test("in a preliminary, whose updates are not those of training proper")
  func preliminary() throws {
    let tiny = try Self.tiny("[{loradrop: {sample_ratio: 0.5, sample_epochs: 1000, keep: 1}}]")
    let arguments = ["run", "tiny", "--jobs", "1", "--checkpoint-seconds", "0"]
    let stopped = try tiny.interrupt(arguments, by: SIGINT, when: { tiny.hasCheckpoint() })
    #expect(stopped.status == 130 && stopped.output.contains(Self.answer), "\(stopped.output)")
  }

  @Test("in rerun, whose record stays as it was")
  func rerun() throws {
    let tiny = try TinyProgram()
    try tiny.project.write(Self.longRecipe.replacing("9000", with: "2000"), to: "experiments/recipes/tiny.yaml")
    #expect(try tiny.lowrank(["run", "tiny", "--methods", "lora"]).output.contains("1/1  lora"))
    let before = tiny.project.files("results/runs")
    let arguments = ["rerun", "--experiment", "tiny", "--method", "lora", "--task", "warmth", "--seed", "0"]
    let begins = tiny.project.root.appending(path: "results/reruns")
    let stopped = try tiny.interrupt(arguments, by: SIGINT) {
      !((try? FileManager.default.contentsOfDirectory(atPath: begins.path)) ?? []).isEmpty
    }
    #expect(stopped.status == 130)
    if stopped.output.contains(Self.answer) {
      #expect(stopped.output.hasSuffix("stopped; the record is as it was\n"), "\(stopped.output)")
    }
    #expect(tiny.project.files("results/runs") == before)
  }

  @Test("in a benchmark, after a step")
  func benchmark() throws {
    let tiny = try TinyProgram()
    let begun = ContinuousClock.now
    // a model of 22 million parameters is there after a second at the latest; the answer does not depend on it
    let stopped = try tiny.interrupt(
      ["bench", "--size", "minilm-bert", "--batch", "2", "--length", "16", "--steps", "1000000", "--threads", "1"], by: SIGINT,
      folders: false
    ) { ContinuousClock.now - begun > .seconds(3) }
    #expect(stopped.status == 130 && stopped.output.contains(Self.answer), "\(stopped.output)")
  }

  @Test("in pre-training, which goes on from its checkpoint")
  func pretraining() throws {
    let tiny = try TinyProgram()
    let manifest = Repository.fixtures.appending(path: "bits/short-pretraining.yaml")
    let text = try String(contentsOf: manifest, encoding: .utf8).replacing("steps: 12", with: "steps: 100000")
    try tiny.project.write(text, to: "pretraining.yaml")
    let arguments = [
      "pretrain", tiny.project.root.appending(path: "pretraining.yaml").path, "--output",
      tiny.project.root.appending(path: "model-2").path,
    ]
    let folder = tiny.project.root.appending(path: "results/pretrain/short-pretraining/tokenizer_config.json")
    let stopped = try tiny.interrupt(arguments, by: SIGTERM) { FileManager.default.fileExists(atPath: folder.path) }
    #expect(stopped.status == 143 && stopped.output.contains(Self.answer), "\(stopped.output)")
    #expect(stopped.output.hasSuffix("stopped; the same command goes on from the checkpoint\n"), "\(stopped.output)")
  }
}
