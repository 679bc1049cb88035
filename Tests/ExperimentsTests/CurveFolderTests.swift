// The curves of runs for TensorBoard: those of a run that goes on, of one that is resumed and of one that is done are the same.
import Foundation
import Metrics
import Records
import Settings
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Experiments

@Suite("Curves for TensorBoard")
struct CurveFolderTests {
  private static let methods = "[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]"

  private func project(_ methods: String) throws -> TinyProject {
    try TinyProject(TinyProject.manifest.replacing(Self.methods, with: methods))
  }

  /// Makes the runs of a call with their curves in a folder of the project; returns the lines that a person would see.
  @discardableResult
  private func run(_ call: TinyCall, _ curves: CurveFolder) throws -> (summary: RunnerSummary, lines: String) {
    let lines = Mutex("")
    let progress = RunProgress(.lines) { text in lines.withLock { $0 += text } }
    let runner = Runner(store: call.store, executor: call.runner.executor, jobs: 1, curves: curves)
    let summary = try runner.run(call.plan, progress: progress)
    return (summary, lines.withLock { $0 })
  }

  @Test("every update's loss and rate, every epoch's scores, as the run's own record has them")
  func live() throws {
    let project = try TinyProject(), call = try project.call()
    let begun = Date.now.timeIntervalSince1970
    try run(call, CurveFolder(project.file("curves")))
    for (index, row) in ["lora", "aflora"].enumerated() {
      let found = try EventReader(project.file("curves/tiny/\(row)/warmth/seed-0"))
      #expect(
        found.files.count == 1 && found.files[0].hasPrefix("events.out.tfevents.") && found.marks == ["version", "start", "stop"])
      let root = try HDF5File.read(call.folder(index).appending(path: "tensors.h5")), record = try call.record(index)
      for (tag, name) in [("train/loss", "task_loss"), ("train/learning_rate", "learning_rate")] {
        #expect(found.steps(tag) == Array(1...12))
        #expect(try found.values(tag) == #require(root.dataset("training/\(name)")?.numbers).map { Float($0) })
      }
      let scores = record.epochs[0].scores.filter { !$0.value.isNaN }
      #expect(Set(found.points.keys) == Set(["train/loss", "train/learning_rate"] + scores.map { "validation/\($0.metric)" }))
      #expect(found.steps("validation/accuracy") == [6, 12])
      #expect(
        found.values("validation/accuracy")
          == record.epochs.compactMap { $0.value(split: "validation", metric: "accuracy") }.map { Float($0) })
      #expect(found.times.allSatisfy { (begun...Date.now.timeIntervalSince1970).contains($0) })
    }
  }

  @Test("a run that is done has the same curves, written once; that they are written changes no result")
  func done() throws {
    let project = try project("[lora, {loradrop: {sample_ratio: 0.5, sample_epochs: 2, keep: 1}}]")
    let live = try CurveFolder(project.file("live")), late = try CurveFolder(project.file("late"))
    try run(project.call(), live)
    let plain = try project.call(results: "plain")
    _ = try plain.run()
    for (name, data) in project.files("plain/runs") where !name.hasSuffix("timing.json") {
      #expect(project.files("results/runs")[name] == data, "\(name)")
    }
    let (summary, lines) = try run(project.call(), late)
    #expect(summary.trained == 0 && lines.isEmpty)
    for row in ["lora", "loradrop"] {
      let one = try EventReader(project.file("live/tiny/\(row)/warmth/seed-0"))
      let other = try EventReader(project.file("late/tiny/\(row)/warmth/seed-0"))
      #expect(one.points == other.points && one.marks == other.marks && one.steps("train/loss").count == 12, "\(row)")
      let preliminary = one.steps("preliminary/loss")
      #expect(preliminary.isEmpty == (row == "lora") && preliminary == Array(1..<preliminary.count + 1))
    }
    let before = [project.files("live"), project.files("late")]
    try run(project.call(), live)
    try run(project.call(), late)
    #expect([project.files("live"), project.files("late")] == before)
  }

  @Test(
    "a run that goes on from its checkpoint begins a file with what was done before, whether that was written or not",
    arguments: [true, false])
  func resumed(isWritten: Bool) throws {
    let project = try project("[lora]")
    try run(project.call(results: "straight"), CurveFolder(project.file("straight-curves")))
    let asked = Counter()
    var options = ExecutionOptions()
    options.shouldStop = { asked.next() >= 7 }
    let stopped = try project.call(options: options), folder = try CurveFolder(project.file("curves"))
    let summary = isWritten ? try run(stopped, folder).summary : try stopped.run().summary
    #expect(summary.wasStopped)
    let place = project.file("curves/tiny/lora/warmth/seed-0")
    let part = try EventReader(place)
    #expect(part.marks == (isWritten ? ["version", "start"] : []) && part.files.count == (isWritten ? 1 : 0))
    #expect(part.steps("train/loss").count < 12)
    try run(project.call(), folder)
    let whole = try EventReader(place), straight = try EventReader(project.file("straight-curves/tiny/lora/warmth/seed-0"))
    #expect(whole.points == straight.points && whole.marks == ["version", "start", "stop"])
    #expect(whole.files.count == (isWritten ? 2 : 1) && whole.files.starts(with: part.files))
  }

  @Test("TensorBoard reads them, and of a resumed run every point once", .requires(.python("tensorboard")))
  func tensorboard() throws {
    let project = try project("[lora]"), folder = try CurveFolder(project.file("curves"))
    let asked = Counter()
    var options = ExecutionOptions()
    options.shouldStop = { asked.next() >= 7 }
    try run(project.call(options: options), folder)
    let call = try project.call()
    try run(call, folder)
    let script = """
      import json, sys
      from tensorboard.backend.event_processing import event_accumulator
      events = event_accumulator.EventAccumulator(sys.argv[1], size_guidance={event_accumulator.SCALARS: 0})
      events.Reload()
      tags = events.Tags()["scalars"]
      print(json.dumps({tag: [[point.step, point.value] for point in events.Scalars(tag)] for tag in tags}))
      """
    let place = project.file("curves/tiny/lora/warmth/seed-0")
    let found = try JSONDecoder().decode([String: [[Double]]].self, from: Data(PythonPeer.run(script, place.path).utf8))
    let own = try EventReader(place)
    #expect(own.files.count == 2 && own.points.count >= 4)
    #expect(found == own.points.mapValues { $0.map { [Double($0.step), Double($0.value)] } })
  }

  @Test("rows that share a run have its curves each, and one that diverged has them as far as it went")
  func sharedAndDiverged() throws {
    let project = try project(
      "[lora, {lora: {id: again, label: the same}}, {fft: {learning_rate: 10, weight_decay: 10, warmup: 0, epochs: 40}}]")
    let call = try project.call()
    try run(call, CurveFolder(project.file("curves")))
    let one = try EventReader(project.file("curves/tiny/lora/warmth/seed-0"))
    let again = try EventReader(project.file("curves/tiny/again/warmth/seed-0"))
    #expect(one.points == again.points && !one.points.isEmpty)
    let steps = try call.record(2).steps
    let diverged = try EventReader(project.file("curves/tiny/fft/warmth/seed-0"))
    #expect(diverged.steps("train/loss") == Array(1..<steps + 1) && diverged.marks.last == "stop")
  }

  @Test("another run in the place of an older one has the last word")
  func changed() throws {
    let project = try project("[lora]"), folder = try CurveFolder(project.file("curves"))
    try run(project.call(), folder)
    let place = project.file("curves/tiny/lora/warmth/seed-0"), before = try EventReader(place)
    try project.write(TinyProject.recipe.replacing("1e-2", with: "2e-2"), to: "experiments/recipes/tiny.yaml")
    try run(project.call(), folder)
    let after = try EventReader(place)
    #expect(after.files.count == 2 && after.files.first == before.files.first)
    #expect(after.values("train/learning_rate") == before.values("train/learning_rate").map { $0 * 2 })
  }

  @Test("what cannot be written is said once, and every run is trained")
  func obstacle() throws {
    let project = try TinyProject(), folder = try CurveFolder(project.file("curves"))
    try project.write("in the way", to: "curves/tiny")
    let (summary, lines) = try run(project.call(), folder)
    #expect(summary.trained == 2 && summary.failures.isEmpty)
    let words = "curves are not written: \(project.file("curves/tiny").path)/lora/warmth/seed-0: cannot be written: "
    #expect(
      lines.components(separatedBy: "curves are not written: ").count == 2 && lines.contains("lora warmth seed 0  \(words)"),
      "\(lines)")
    #expect(folder.problems.count == 1 && folder.problems[0].hasPrefix(words))
    // they are written by the next call
    try FileManager.default.removeItem(at: project.file("curves/tiny"))
    try run(project.call(), folder)
    #expect(try EventReader(project.file("curves/tiny/aflora/warmth/seed-0")).steps("train/loss").count == 12)
  }

  @Test("a folder in which nobody can write is refused before anything else")
  func unwritable() throws {
    let project = try TinyProject()
    try project.write("a file", to: "occupied")
    for (path, found) in [(project.file("occupied").path, "the folder cannot be made"), ("/proc", "No such file or directory")] {
      let error = try #require(throws: StorageError.self) { _ = try CurveFolder(URL(filePath: path)) }
      #expect("\(error)".hasPrefix("\(path): cannot be written: \(found). "), "\(error)")
    }
  }

  @Test("a done run whose tensors are damaged is said to have none, and the others have theirs")
  func damaged() throws {
    let project = try TinyProject(), call = try project.call()
    _ = try call.run()
    let tensors = call.folder(0).appending(path: "tensors.h5")
    try Data("not HDF5".utf8).write(to: tensors)
    let folder = try CurveFolder(project.file("curves"))
    let (_, lines) = try run(project.call(), folder)
    #expect(
      lines.hasPrefix("  lora warmth seed 0  its curves are not written: \(tensors.path): is not the file that the run wrote"))
    #expect(lines.split(separator: "\n").count == 1 && folder.problems.count == 1, "\(lines)")
    #expect(try EventReader(project.file("curves/tiny/lora/warmth/seed-0")).files.isEmpty)
    #expect(try EventReader(project.file("curves/tiny/aflora/warmth/seed-0")).steps("validation/f1") == [6, 12])
  }

  @Test("each profile has a place of its own, and no name leads out of the folder")
  func places() throws {
    let project = try TinyProject(), run = try project.call().plan[0].specification
    func place(_ experiment: String, _ profile: Profile = .pocket, row: String = "lora") -> String {
      ResultsLayout.curves(
        RunSpecification(
          experiment: experiment, profile: profile, row: row, label: "", method: run.method, options: run.options,
          training: run.training, model: run.model, task: run.task, seed: 3))
    }
    #expect(place("table1") == "table1/lora/warmth/seed-3")
    #expect(place("table1", .paper) == "table1-paper/lora/warmth/seed-3")
    #expect(place("table1+rank=8,alpha=1e-4") == "table1+rank=8,alpha=1e-4/lora/warmth/seed-3")
    #expect(place("..", row: "../../x") == "_../_.._.._x/warmth/seed-3")
    #expect(place("/etc", row: "") == "_etc/_/warmth/seed-3")
  }
}
