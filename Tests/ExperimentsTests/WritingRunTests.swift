// Runs whose answers are texts, from their files to what they leave: scores, losses, the texts themselves; again, and after a stop.
import Devices
import Foundation
import Generation
import Records
import Storage
import TestSupport
import Testing
import Training

@testable import Experiments

@Suite("Runs that write")
struct WritingRunTests {
  private func lines(_ file: RunFile, in folder: URL) throws -> [WrittenText] {
    try String(contentsOf: file.url(in: folder), encoding: .utf8).split(separator: "\n").map {
      try JSONDecoder().decode(WrittenText.self, from: Data($0.utf8))
    }
  }

  @Test("losses after every epoch, texts and their scores after the last, sealed by the record")
  func run() throws {
    let project = try TinyProject.writing(), call = try project.call()
    _ = try call.run()
    for index in 0..<2 {
      let record = try call.record(index), folder = call.folder(index)
      #expect(record.outcome == .completed && record.epochs.count == 2 && record.bestEpoch == 2)
      for epoch in record.epochs {
        #expect(epoch.scores.map(\.metric) == ["bleu", "rougeL", "token-loss"])
        #expect(epoch.scores[2].value.isFinite && epoch.scores[2].value > 0)
        #expect(epoch.scores[1].value.isNaN == (epoch.epoch == 1))
      }
      #expect(record.epochs[1].scores[2].value < record.epochs[0].scores[2].value, "it learns")
      let written = try lines(.lastTexts, in: folder)
      // seven rows, two of one prompt
      #expect(written.count == 6 && written.allSatisfy { $0.set == "validation" && $0.source.hasSuffix("\nText:") })
      #expect(written[0].source == "dog : river\nText:" && written.map(\.references.count) == [2, 1, 1, 1, 1, 1])
      #expect(try lines(.bestTexts, in: folder).map(\.output) == written.map(\.output))
      #expect(record.digests.lastTexts == (try FileDigest.sha256(of: RunFile.lastTexts.url(in: folder))))
      #expect(record.files.map(\.file).contains(.bestTexts))
      try Data("{}\n".utf8).write(to: RunFile.lastTexts.url(in: folder))
      #expect(record.damage(of: .lastTexts, in: folder) != nil)
    }
  }

  @Test("the same texts with more threads, and after stops at every update")
  func reproduction() throws {
    let project = try TinyProject.writing(), call = try project.call()
    _ = try call.run()
    for index in 0..<2 {
      for threads in [2, 3] {
        var options = ExecutionOptions()
        options.threads = threads
        let folder = project.root.appending(path: "again-\(index)-\(threads)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let record = try RunExecutor(inputs: call.inputs, options: options).execute(call.plan[index], in: folder)
        #expect(try call.record(index).digests == record.digests)
      }
      let folder = project.root.appending(path: "stopped-\(index)")
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      var stops = 0, record: RunRecord?
      while record == nil, stops < 15 {
        // each call goes one question further than the last before it stops
        let asked = Counter()
        var options = ExecutionOptions()
        options.checkpointInterval = 0
        let limit = 1 + stops % 9
        options.shouldStop = { asked.next() >= limit }
        do {
          record = try RunExecutor(inputs: call.inputs, options: options).execute(call.plan[index], in: folder)
        } catch is Interruption { stops += 1 }
      }
      if record == nil {
        record = try RunExecutor(inputs: call.inputs, options: ExecutionOptions()).execute(call.plan[index], in: folder)
      }
      #expect(stops > 5)
      #expect(try call.record(index).digests == record?.digests)
    }
  }

  @Test("what does not fit is in the plan: targets, prompts beside what is to be written, and prompts that are shortened")
  func problems() throws {
    let project = try TinyProject.writing()
    func call(length: Int, new: Int) throws -> TinyCall {
      try project.write(
        "defaults: {epochs: 1, batch: 4, learning_rate: 1e-2, max_length: \(length), max_new_tokens: \(new)}\n",
        to: "experiments/recipes/tiny.yaml")
      return try project.call()
    }
    let long = try call(length: 8, new: 2).problems()
    #expect(long.count == 1, "\(long)")
    #expect(long[0].hasPrefix("experiments/recipes/tiny.yaml:1:"), "\(long)")
    #expect(long[0].contains("train.csv:2: the target is"), "\(long)")
    #expect(long[0].contains("max_length, the most of prompt and target together, is 8"), "\(long)")
    let full = try call(length: 8, new: 8).problems()
    #expect(full.count == 1, "\(full)")
    #expect(full[0].contains("max_length 8 leaves no room for a prompt beside max_new_tokens 8"), "\(full)")
    let short = try call(length: 48, new: 44).checked(), whole = try call(length: 48, new: 12).checked()
    let note = "places: 6 of the 6 prompts of 'validation' lose their oldest tokens to max_length 48 less max_new_tokens 44."
    #expect(short.problems.isEmpty && short.items[0].notes.contains(note), "\(short.items[0].notes)")
    #expect(whole.problems.isEmpty && !whole.items[0].notes.contains { $0.contains("oldest tokens") })
  }

  @Test("a run's model and the one in a folder write on from any prompt")
  func writer() throws {
    let project = try TinyProject.writing(), call = try project.call()
    _ = try call.run()
    let backend = try Device.processor.backend(threads: 1)
    let trained = try TrainedRun(folder: call.folder(0), epoch: .last, in: call.store.workspace, on: backend)
    let written = try lines(.lastTexts, in: call.folder(0))
    let writer = try TextWriter(trained)
    #expect(try writer.texts(after: written.map(\.source)) == written.map(\.output))
    #expect(try writer.texts(after: [written[3].source]) == [written[3].output])
    var plain = try TextWriter(folder: project.file("writer"), on: backend)
    plain.settings.maximumNewTokens = 12
    #expect(try plain.texts(after: written.map(\.source)) != written.map(\.output))
    plain.settings.maximumNewTokens = 100
    #expect(throws: GenerationError.self) { try plain.texts(after: [written[0].source]) }
  }
}
