// A plan from its manifest to its results, and what another call does.
import Foundation
import Manifests
import Records
import Storage
import TestSupport
import Testing
import Training

@testable import Experiments

@Suite("Running a plan")
struct RunnerTests {
  @Test("records, tensors, weights, timing and links; a second call trains nothing")
  func whole() throws {
    let project = try TinyProject()
    let call = try project.call(jobs: 2)
    #expect(call.plan.map(\.specification.shortName) == ["lora warmth seed 0", "aflora warmth seed 0"])
    #expect(call.plan.map { call.store.status($0) } == [.new, .new])
    #expect(
      PlanSummary(call.plan, store: call.store).text == "2 methods × 1 task × 1 seed = 2 runs, 0 done before, 2 to go")
    let (summary, lines) = try call.run()
    #expect(summary.trained == 2 && summary.failures.isEmpty && summary.diverged.isEmpty && !summary.wasStopped)
    #expect(lines.contains("lora warmth seed 0  accuracy ") && lines.contains("  2/2  "))

    for index in 0..<2 {
      let record = try call.record(index), run = call.plan[index]
      #expect(record.outcome == .completed)
      #expect(record.identity == run.identity)
      #expect(record.steps == 12 && record.epochs.map(\.step) == [6, 12])
      #expect(record.primary == PrimaryScore(split: "validation", metric: "accuracy"))
      #expect(record.flops > 0)
      #expect(record.environment.threads == 1)
      let names = try FileManager.default.contentsOfDirectory(atPath: call.folder(index).path).sorted()
      #expect(
        names == ["best.safetensors", "last.safetensors", "record.json", "tensors.h5", "timing.json"])
      let tensors = call.folder(index).appending(path: "tensors.h5")
      #expect(try FileDigest.sha256(of: tensors) == record.digests.tensors)
      let root = try HDF5File.read(tensors)
      #expect(root.dataset("training/loss")?.shape == [12])
      #expect(root.dataset("training/loss")?.dimensionLabels == ["step"])
      #expect(root.dataset("evaluation/validation/accuracy")?.shape == [2])
      for name in ["gold", "best", "last"] {
        #expect(root.dataset("predictions/validation/\(name)")?.shape == [16])
      }
      let link = project.root.appending(path: "results/tiny/pocket/\(run.specification.row)/warmth/seed-0")
      #expect(
        try FileManager.default.destinationOfSymbolicLink(atPath: link.path) == "../../../../runs/\(run.identity)")
      #expect(FileManager.default.fileExists(atPath: link.appending(path: "record.json").path))
    }
    let aflora = try HDF5File.read(call.folder(1).appending(path: "tensors.h5"))
    #expect(aflora.dataset("freezing/score")?.shape == [12, 8])
    #expect(aflora.dataset("freezing/fraction")?.shape == [12])
    #expect(aflora.dataset("freezing/iteration")?.shape == [2, 4])
    let record = try call.record(1)
    #expect(record.trainableParameters.initial > record.trainableParameters.final)

    let before = project.files("results")
    // what a call leaves that is killed between a record and the end
    try Data("old".utf8).write(to: call.folder(0).appending(path: "checkpoint.safetensors"))
    let again = try project.call(jobs: 2)
    #expect(again.plan.map { again.store.status($0) } == [.done, .done])
    #expect(
      PlanSummary(again.plan, store: again.store).text
        == "2 methods × 1 task × 1 seed = 2 runs, 2 done before, 0 to go")
    let (second, quiet) = try again.run()
    #expect(second.trained == 0 && quiet == "")
    #expect(project.files("results") == before)
  }

  @Test("changed inputs make a run new, and say so")
  func changes() throws {
    let project = try TinyProject()
    _ = try project.call().run()
    let before = project.files("results")
    func status() throws -> String {
      let call = try project.call()
      return call.store.status(call.plan[0]).description
    }
    #expect(try status() == "done")
    let manifest = TinyProject.manifest
    try project.write(manifest.replacing("tiny runs", with: "another title"), to: "experiments/tiny.yaml")
    #expect(try status() == "done", "a title changes no number")
    try project.write(TinyProject.recipe.replacing("1e-2", with: "2e-2"), to: "experiments/recipes/tiny.yaml")
    #expect(try status() == "head_learning_rate 0.01 → 0.02, learning_rate 0.01 → 0.02")
    try project.write(TinyProject.recipe.replacing("epochs: 2", with: "epochs: 3"), to: "experiments/recipes/tiny.yaml")
    #expect(try status() == "epochs 2 → 3")
    try project.write(TinyProject.recipe, to: "experiments/recipes/tiny.yaml")
    try project.write(manifest.replacing("[lora,", with: "[{lora: {rank: 2}},"), to: "experiments/tiny.yaml")
    #expect(try status() == "rank 8 → 2")
    try project.write(manifest, to: "experiments/tiny.yaml")
    #expect(try status() == "done")
    try project.write(TinyProject.rows(0..<25), to: "experiments/tasks/train.tsv")
    #expect(try status() == "data files changed")
    try project.write(TinyProject.rows(0..<24), to: "experiments/tasks/train.tsv")
    try project.write("{\"do_lower_case\": true}", to: "model/tokenizer_config.json")
    #expect(try status() == "tokenizer files changed")
    try FileManager.default.removeItem(at: project.root.appending(path: "model/tokenizer_config.json"))
    let configuration = project.root.appending(path: "model/config.json")
    try Data(contentsOf: configuration).appending(Data("\n".utf8)).write(to: configuration)
    #expect(try status() == "model files changed")

    // the old results stay beside the new
    let call = try project.call()
    let (summary, _) = try call.run()
    #expect(summary.trained == 2)
    let after = project.files("results/runs")
    for (name, data) in before where name.hasPrefix("runs/") { #expect(after[String(name.dropFirst(5))] == data, "\(name)") }
    #expect(Set(after.keys.compactMap { $0.split(separator: "/").first }).count == 4)
    #expect(call.store.linkedIdentity(call.plan[0].specification) == call.plan[0].identity)
  }

  @Test("two calls at once on one results folder train each run once")
  func sharing() async throws {
    let project = try TinyProject(TinyProject.manifest.replacing("seeds: [0]", with: "seeds: [0, 1, 2]"))
    let first = try project.call(jobs: 2), second = try project.call(jobs: 2)
    async let one = first.run()
    async let two = second.run()
    let results = try await [one, two]
    #expect(results.allSatisfy { $0.summary.failures.isEmpty })
    for index in first.plan.indices {
      let file = first.folder(index).appending(path: "timing.json")
      let timing = try TimingRecord(jsonData: Data(contentsOf: file), file: file.path)
      #expect(timing.segments.count == 1)
      #expect(first.store.linkedIdentity(first.plan[index].specification) == first.plan[index].identity)
      _ = try first.record(index)
    }
    #expect(results.reduce(0) { $0 + $1.summary.trained } == 6)
  }

  @Test("a finished run that another call removes before it is linked is trained anew")
  func removedBeforeLink() throws {
    let project = try TinyProject()
    let call = try project.call()
    _ = try call.run()
    // this call has read the record, as one that plans has
    #expect(call.store.record(call.plan[0].identity) != nil)
    try FileManager.default.removeItem(at: call.folder(0))
    try FileManager.default.removeItem(at: project.root.appending(path: "results/tiny"))
    let (summary, _) = try call.run()
    #expect(summary.trained == 1 && summary.failures.isEmpty)
    #expect(try project.call().record(0).outcome == .completed)
  }

  @Test("a call that waits for a run whose folder is taken away trains it")
  func removedWhileWaiting() async throws {
    let project = try TinyProject()
    let call = try project.call(), folder = call.folder(0)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var held: Claim?
    if case .taken(let claim) = try Claim.take(in: folder) { held = claim }
    async let result = call.run()
    // long enough for it to look at least once
    try await Task.sleep(for: .milliseconds(500))
    #expect(rename(folder.path, project.root.appending(path: "away").path) == 0)
    withExtendedLifetime(held) {}
    held = nil
    let (summary, lines) = try await result
    #expect(summary.trained == 2 && summary.failures.isEmpty, "\(lines)")
    #expect(try call.record(0).outcome == .completed)
  }

  @Test("a run that another process has taken over is left to it, and counted; what is left is a straight run's")
  func takenOver() throws {
    let project = try TinyProject(
      TinyProject.manifest.replacing(
        "[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: "[lora]"))
    let straight = try project.call(results: "straight")
    _ = try straight.run()
    let folder = try project.call().folder(0), claim = folder.appending(path: ".claim")
    let asked = Counter()
    var options = ExecutionOptions()
    options.checkpointInterval = 0
    options.shouldStop = {
      // a claim of another machine, which has not been heard of for long when this one looks
      if asked.next() == 5 {
        try? Data("token\nanother start\nlocked\nhost\n1\n".utf8).write(to: claim)
        let time = timespec(tv_sec: 1, tv_nsec: 0)
        utimensat(AT_FDCWD, claim.path, [time, time], 0)
      }
      return false
    }
    let (summary, lines) = try project.call(options: options).run()
    #expect(summary.takenOver == 1 && summary.trained == 1 && summary.failures.isEmpty, "\(lines)")
    #expect(lines.contains("  lora warmth seed 0  was taken over by another process, which trains it now\n"), "\(lines)")
    for name in ["tensors.h5", "best.safetensors", "last.safetensors"] {
      #expect(
        try Data(contentsOf: folder.appending(path: name)) == Data(contentsOf: straight.folder(0).appending(path: name)), "\(name)")
    }
  }

  @Test(
    "a file that is replaced while runs go ends those that would read it",
    arguments: ["model/vocab.txt", "model/model.safetensors", "experiments/tasks/train.tsv"])
  func replacedInput(name: String) throws {
    let project = try TinyProject()
    let call = try project.call()
    let file = project.root.appending(path: name)
    let bytes = try Data(contentsOf: file)
    // the same bytes, but another file: what was read of which is not known
    try FileManager.default.removeItem(at: file)
    try bytes.write(to: file)
    let (summary, _) = try call.run()
    #expect(summary.trained == 0 && summary.failures.count == 2)
    for (_, reason) in summary.failures {
      #expect(
        reason == "\(file.path): was changed since the runs were planned: what would be trained is not what the run is named for. "
          + "Start the call again")
    }
    #expect(try project.call().run().summary.trained == 2)
  }

  @Test("rows that share a run train it once")
  func sharedRuns() throws {
    let project = try TinyProject(
      TinyProject.manifest.replacing("[lora,", with: "[lora, {lora: {id: again, label: the same}},"))
    let call = try project.call()
    #expect(call.plan[0].identity == call.plan[1].identity)
    #expect(PlanSummary(call.plan, store: call.store).text.hasSuffix("3 runs, 0 done before, 2 to go (1 shared)"))
    #expect(try call.run().summary.trained == 2)
    #expect(call.store.linkedIdentity(call.plan[1].specification) == call.plan[0].identity)
  }

  @Test("a stopped call goes on from its checkpoint, with the same bits")
  func stopping() throws {
    let project = try TinyProject()
    let straight = try project.call(results: "straight")
    _ = try straight.run()
    let asked = Counter()
    var options = ExecutionOptions()
    options.shouldStop = { asked.next() >= 7 }
    let stopped = try project.call(options: options)
    let (summary, lines) = try stopped.run()
    #expect(summary.wasStopped && summary.trained == 0 && summary.failures.isEmpty)
    #expect(lines == "  lora warmth seed 0  stopped; it goes on from its checkpoint\n")
    let resumed = try project.call()
    #expect(resumed.plan.map { resumed.store.status($0) } == [.begun, .new])
    #expect(try resumed.run().summary.trained == 2)
    for index in 0..<2 {
      #expect(try resumed.record(index).digests == straight.record(index).digests)
    }
    for name in ["best.safetensors", "last.safetensors", "tensors.h5"] {
      #expect(
        try Data(contentsOf: resumed.folder(0).appending(path: name))
          == Data(contentsOf: straight.folder(0).appending(path: name)))
    }
    let file = resumed.folder(0).appending(path: "timing.json")
    let timing = try TimingRecord(jsonData: Data(contentsOf: file), file: file.path)
    #expect(timing.segments.map(\.lastStep).last == 12 && timing.segments.count == 2)
    #expect(timing.segments[0].lastStep == timing.segments[1].firstStep)
  }

  @Test("a run that diverges is recorded, and the others are trained")
  func divergence() throws {
    let row = "[{fft: {learning_rate: 10, weight_decay: 10, warmup: 0, epochs: 40}}, lora, "
    let project = try TinyProject(TinyProject.manifest.replacing("[lora, ", with: row))
    let call = try project.call()
    let (summary, lines) = try call.run()
    #expect(summary.trained == 3 && summary.failures.isEmpty)
    #expect(summary.diverged.map(\.specification.row) == ["fft"])
    let record = try call.record(0)
    guard case .diverged(let step) = record.outcome else {
      Issue.record("\(record.outcome)")
      return
    }
    #expect(record.steps == step - 1, "the updates before the one that failed, counted from 1")
    #expect(record.epochs.count == record.steps / 6)
    #expect(lines.contains("fft warmth seed 0  diverged at step \(step)"))
    #expect(try call.record(1).outcome == .completed)
    #expect(try project.call().run().summary.trained == 0, "it is a result, and not trained again")
  }

  @Test("a model of another size fails its runs alone")
  func failure() throws {
    let project = try TinyProject()
    try project.write(TinyProject.recipe.replacing("max_length: 16", with: "max_length: 64"), to: "experiments/recipes/tiny.yaml")
    try project.write(
      TinyProject.manifest.replacing("{aflora: {", with: "{aflora: {max_length: 16, "), to: "experiments/tiny.yaml")
    let call = try project.call()
    let (summary, lines) = try call.run()
    let reason =
      "\(project.root.path)/model: max_length is 64, but the model has positions for 20 tokens. Lower max_length in the recipe"
    #expect(summary.failures.map(\.reason) == [reason])
    #expect(lines.contains("  1/2  lora warmth seed 0  failed: \(reason)\n"))
    #expect(summary.trained == 1)
  }

  @Test("a results folder that cannot be written")
  func unwritable() throws {
    let project = try TinyProject()
    _ = try project.call().run()
    let before = project.files("results")
    try project.write("a file", to: "results-elsewhere/runs")
    let call = try project.call(results: "results-elsewhere")
    let (summary, _) = try call.run()
    #expect(summary.trained == 0)
    #expect(
      summary.failures.map(\.reason)
        == call.plan.map {
          "\(project.root.path)/results-elsewhere/runs/\($0.identity): cannot be written: the folder cannot be made. "
            + "What stood there before is unchanged. Check the path, its permissions and the free space."
        })
    #expect(try String(contentsOf: project.root.appending(path: "results-elsewhere/runs"), encoding: .utf8) == "a file")
    #expect(project.files("results") == before)
    try project.write("a file", to: "occupied")
    #expect(throws: ExperimentError.noFolder(project.root.appending(path: "occupied").path, found: "is no folder")) {
      _ = try project.call(results: "occupied")
    }
  }

  @Test("a failed run is a failed run in its table")
  func failedInTable() throws {
    let tiny = try TinyProgram()
    let call = try tiny.project.call()
    try FileManager.default.createDirectory(
      at: call.folder(0).appending(path: "best.safetensors/in the way"), withIntermediateDirectories: true)
    let run = try tiny.lowrank(["run", "tiny"])
    #expect(run.status != 0)
    #expect(run.output.contains("- lora, warmth: seed 0 failed – results/runs/"), "\(run.output)")
    let list = try execute(tiny.program, ["list", "--root", tiny.project.root.path])
    #expect(list.output.contains("1 of 2 done"), "\(list.output)")
    let results = tiny.project.root.appending(path: "results")
    let folder = results.appending(path: "tiny/pocket/lora/warmth/seed-0").path
    let show = try tiny.lowrank(["show", folder])
    #expect(show.status == 0 && show.output.contains("best.safetensors: cannot be written"), "\(show.output)")
    let export = try tiny.lowrank(["export", folder, "--to", tiny.project.root.appending(path: "adapter").path])
    #expect(export.status == 1 && export.output.contains("there is no record of a finished run"), "\(export.output)")
  }

  @Test("a run whose files cannot be written is recorded as failed, and is tried again")
  func failedRecord() throws {
    let project = try TinyProject()
    let call = try project.call()
    let obstacle = call.folder(0).appending(path: "best.safetensors")
    try FileManager.default.createDirectory(at: obstacle.appending(path: "in the way"), withIntermediateDirectories: true)
    let (summary, _) = try call.run()
    #expect(summary.trained == 1)
    #expect(summary.failures.count == 1)
    let reason = summary.failures.first?.reason ?? ""
    #expect(reason.hasPrefix("\(obstacle.path): cannot be written: "), "\(reason)")
    // the failure is recorded, without a path of this machine, and is no result
    let file = call.folder(0).appending(path: "record.json")
    let record = try RunRecord(jsonData: Data(contentsOf: file), file: file.path)
    let message = reason.replacing(project.root.path + "/", with: "")
    #expect(record.outcome == .failed(message: message) && !message.contains(project.root.path))
    #expect(record.digests.tensors == nil && record.epochs.isEmpty && record.primary.metric == "accuracy")
    #expect(call.store.record(call.plan[0].identity) == nil && call.store.status(call.plan[0]) == .failed(message))
    #expect(call.store.linkedIdentity(call.plan[0].specification) == call.plan[0].identity)
    #expect(PlanSummary(call.plan, store: call.store).toTrain == 1)
    try FileManager.default.removeItem(at: obstacle)
    #expect(try project.call().run().summary.trained == 1)
    #expect(try call.record(0).outcome == .completed)
  }

  @Test(
    "a checkpoint that is damaged, or of another arithmetic, is set aside with a word, and its run starts again and ends as a straight one",
    arguments: [true, false])
  func unusableCheckpoint(isDamaged: Bool) throws {
    let tiny = try TinyProgram(
      TinyProject.manifest.replacing("[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: "[lora]"))
    #expect(try tiny.lowrank(["run", "tiny"], results: "straight").status == 0)
    let call = try tiny.project.call()
    let folder = call.folder(0), checkpoint = folder.appending(path: "checkpoint.safetensors")
    _ = try tiny.interrupt(
      ["run", "tiny", "--jobs", "1", "--checkpoint-seconds", "0"], by: SIGKILL, when: { tiny.hasCheckpoint() })
    if isDamaged {
      var bytes = try Data(contentsOf: checkpoint)
      bytes[bytes.count / 2] ^= 4
      try bytes.write(to: checkpoint)
    } else {
      var archive = try OpenedArchive(checkpoint)
      archive.texts["numerics_version"] = "1"
      try archive.write(to: checkpoint)
    }
    let bytes = try Data(contentsOf: checkpoint), again = try tiny.lowrank(["run", "tiny"])
    #expect(again.status == 0, "\(again.output)")
    let reason = isDamaged ? "its bytes are not those that were written" : "it is of version 1 of the arithmetic, this program has "
    let consequence = "It starts again, and the file is kept as checkpoint.damaged.safetensors"
    #expect(again.output.contains("cannot be used: \(reason)") && again.output.contains(". \(consequence)"), "\(again.output)")
    #expect(try Data(contentsOf: folder.appending(path: "checkpoint.damaged.safetensors")) == bytes)
    #expect(!FileManager.default.fileExists(atPath: checkpoint.path))
    let straight = try tiny.project.call(results: "straight").folder(0)
    for name in ["tensors.h5", "best.safetensors", "last.safetensors"] {
      #expect(try Data(contentsOf: folder.appending(path: name)) == Data(contentsOf: straight.appending(path: name)), "\(name)")
    }
  }
}

extension Data {
  fileprivate func appending(_ other: Data) -> Data { self + other }
}
