// What a run took from its model, measured where its recipe asks for it.
import Foundation
import Records
import Storage
import TestSupport
import Testing
import Training

@testable import Experiments

extension TinyProject {
  /// Puts beside the model's tensors a head that names hidden words.
  fileprivate func addPretrainedHead() throws {
    let file = file("model/model.safetensors"), saved = try SafetensorsFile(url: file), prefix = "cls.predictions"
    func values(_ count: Int) -> [Float] { (0..<count).map { Float(sin(Double($0))) / 4 } }
    let head = [
      SafetensorsEntry(name: "\(prefix).transform.dense.weight", shape: [16, 16], values: values(256)),
      SafetensorsEntry(name: "\(prefix).transform.dense.bias", shape: [16], values: values(16)),
      SafetensorsEntry(name: "\(prefix).transform.LayerNorm.weight", shape: [16], values: values(16).map { 1 + $0 }),
      SafetensorsEntry(name: "\(prefix).transform.LayerNorm.bias", shape: [16], values: values(16)),
      SafetensorsEntry(name: "\(prefix).bias", shape: [19], values: values(19)),
    ]
    let body = try saved.descriptions.map {
      SafetensorsEntry(name: $0.name, shape: $0.shape, values: try saved.floats($0.name))
    }
    _ = try SafetensorsWriter.write(body + head, to: file)
  }
}

@Suite("Retention of runs")
struct RunRetentionTests {
  /// The tiny project with a checkpoint that holds the head that it was pre-trained with.
  private func project(_ training: String) throws -> TinyProject {
    let project = try TinyProject(TinyProject.manifest + training)
    let text = (0..<12).map { "the sky is \($0.isMultiple(of: 2) ? "warm" : "cold") and the sea is not\n" }.joined()
    try project.write("\n" + text, to: "held-out.txt")
    return project
  }

  @Test("a text's losses stand beside a run's other numbers; the run's own are as without")
  func measured() throws {
    let project = try project("training: {retention_rows: 8, retention_text: held-out.txt}\n")
    try project.addPretrainedHead()
    let call = try project.call()
    #expect(try call.problems() == [])
    _ = try call.run()
    let plain = try TinyProject()
    try plain.addPretrainedHead()
    let other = try plain.call()
    _ = try other.run()
    var before: Set<Double> = []
    for place in call.plan.indices {
      let record = try call.record(place), measures = try #require(record.measures)
      let loss = try #require(measures["retention.masked"]), start = try #require(measures["retention.masked.before"])
      #expect(loss > 0 && loss != start && measures.keys.filter { $0.hasPrefix("retention") }.count == 2)
      before.insert(start)
      let without = try other.record(place)
      #expect(record.identity != without.identity && record.epochs == without.epochs && record.digests.data != without.digests.data)
      #expect(without.measures?["retention.masked"] == nil)
    }
    #expect(before.count == 1, "the model before is every row's")
    // another text is another run
    try project.write(String(repeating: "the sea is warm\n", count: 8), to: "held-out.txt")
    #expect(try project.call().plan[0].identity != call.plan[0].identity)
  }

  @Test(
    "what it cannot be measured on is a problem before anything is trained",
    arguments: [
      ("{retention_text: held-out.txt}", "retention_text is given without retention_rows"),
      ("{retention_rows: 8, retention_text: ../held-out.txt}", "name a file within the folder of data"),
      ("{retention_rows: 8, retention_text: /etc/hostname}", "name a file within the folder of data"),
      ("{retention_rows: 8, retention_text: none.txt}", "there is no such file"),
      ("{retention_rows: 8, retention_text: held-out.txt}", "the checkpoint holds no head that it was pre-trained with"),
    ])
  func problems(training: String, text: String) throws {
    let project = try project("training: \(training)\n"), found = try project.problems()
    #expect(found.count == 1 && found[0].hasPrefix("experiments/tiny.yaml:") && found[0].contains(text), "\(found)")
  }

  @Test("what recipes ask for of a pocket model is left out, with a note, where there are no rows for the model")
  func notPocket() throws {
    let project = try project("training: {retention_rows: 8}\n"), call = try project.call()
    let item = try call.checked().items[0]
    #expect(item.problems.isEmpty)
    #expect(item.notes.contains { $0.contains("retention is not measured: model 'model' has no held-out rows") }, "\(item.notes)")
    #expect(try call.run().summary.failures.isEmpty)
    #expect(try call.record(0).measures?.keys.contains { $0.hasPrefix("retention") } == false)
    // none is as not asked for
    let none = try self.project("training: {retention_rows: 0}\n"), plain = try TinyProject()
    #expect(try none.call().plan.map(\.digests.specification) == plain.call().plan.map(\.digests.specification))
    withExtendedLifetime((project, none, plain)) {}
  }

  @Test("a text that asks nothing is a problem; one that is another after the plan fails the run")
  func otherTexts() throws {
    let project = try project("training: {retention_rows: 2, retention_text: held-out.txt}\n")
    try project.addPretrainedHead()
    try project.write("Ελλάδα\nКирилл\n", to: "held-out.txt")
    let found = try project.problems()
    #expect(found.count == 1 && found[0].contains("no row asks what the heads of"), "\(found)")
    try project.write("the sea is warm\nthe sky is cold\n", to: "held-out.txt")
    let call = try project.call()
    try project.write("the sea is cold\nthe sky is warm and deep\n", to: "held-out.txt")
    let failures = try call.run().summary.failures
    #expect(failures.count == 2 && failures.allSatisfy { $0.reason.contains("held-out.txt") }, "\(failures.map(\.reason))")
  }

  @Test("stopped within the measurement, the run ends as one that was not")
  func stopped() throws {
    let project = try project("training: {retention_rows: 8, retention_text: held-out.txt}\n")
    try project.addPretrainedHead()
    /// A run from the start; `stop` is which of its questions whether to stop is answered with yes, from 1, or 0. What runs share is
    /// measured by each anew.
    func attempt(_ stop: Int, in folder: URL) throws -> (record: RunRecord?, asked: Int) {
      let call = try project.call(), run = call.plan[0], asked = Counter()
      var options = ExecutionOptions()
      options.checkpointInterval = 0
      options.shouldStop = { asked.next() == stop }
      let record: RunRecord?
      do { record = try RunExecutor(inputs: call.inputs, options: options).execute(run, in: folder) } catch is Interruption {
        record = nil
      }
      return (record, asked.next() - 1)
    }
    func folder(_ name: String) throws -> URL {
      let folder = project.file(name)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      return folder
    }
    let (expected, count) = try attempt(0, in: folder("whole"))
    // the last two questions are of the model before and of the one after
    for stop in [count - 1, count] {
      let home = try folder("stopped-\(stop)")
      #expect(try attempt(stop, in: home).record == nil, "\(stop) of \(count)")
      #expect(!FileManager.default.fileExists(atPath: home.appending(path: "record.json").path))
      let found = try attempt(0, in: home)
      #expect(found.record?.measures == expected?.measures && found.record?.epochs == expected?.epochs && found.asked < count)
      #expect(found.record?.digests == expected?.digests)
    }
  }

  @Test("the model before training is measured once for all runs of a call, and each has its own number after")
  func shared() throws {
    let project = try project("training: {retention_rows: 8, retention_text: held-out.txt}\n")
    try project.addPretrainedHead()
    let call = try project.call(), alone = try project.call(results: "alone")
    _ = try call.run()
    _ = try alone.runner.run([alone.plan[1]], progress: RunProgress(.lines) { _ in })
    let (first, second) = (try call.record(0).measures, try call.record(1).measures)
    #expect(second == alone.store.record(alone.plan[1].identity)?.measures)
    #expect(first?["retention.masked.before"] == second?["retention.masked.before"])
    #expect(first?["retention.masked"] != second?["retention.masked"])
  }

  @Test("more rows than the text has lines is a problem")
  func short() throws {
    let project = try project("training: {retention_rows: 13, retention_text: held-out.txt}\n")
    try project.addPretrainedHead()
    let found = try project.problems()
    #expect(found.count == 1 && found[0].contains("held-out.txt has 12 lines of text, and retention_rows is 13"), "\(found)")
  }
}
