// An objective that the program does not have: tags for tokens. It trains, is evaluated, stopped, gone on from and recorded by the same
// code as the others.
import Adapters
import CPUBackend
import Foundation
import Models
import Objectives
import Settings
import Storage
import Tensors
import TestSupport
import Testing

@testable import Training

@Suite("Tagging of tokens")
struct TokenTaggingTests {
  private func fineTuning(_ id: String, in folder: URL? = nil, stopAt question: Int? = nil) throws -> FineTuning {
    let backend = try CPUBackend(threads: 1)
    let model = try Model.tagging(TinyTask.configuration(), seed: 1, on: backend)
    let rows = { (count: Int) in TinyTask.examples(count).map(\.tokens) }
    let objective = TokenTagging(
      training: rows(18), validation: [("matched", rows(11)), ("mismatched", Array(rows(30).suffix(13)))])
    let settings = TinyTask.settings(learningRate: 0.02)
    let host = MethodHost(model, backend: backend, seed: 4, schedule: FineTuning.length(rows: 18, settings: settings))
    let method = try MethodRegistry.attach(String(id.prefix { $0 != "/" }), options: TinyTask.method[id] ?? [:], to: host)
    var run = FineTuning(model: model, method: method, objective: objective, settings: settings, seed: 4, backend: backend)
    guard let folder else { return run }
    run.weights = folder
    run.checkpoint = Checkpoint(url: folder.appending(path: "checkpoint.safetensors"), identity: id)
    run.checkpointInterval = 1e6
    var asked = 0
    run.shouldStop = {
      asked += 1
      return asked == question
    }
    return run
  }

  @Test("stopped after an update, or within an evaluation, it ends with the same bits", arguments: TinyTask.methods)
  func resumption(id: String) throws {
    let straight = try fineTuning(id), (history, outcome) = try straight.run()
    #expect(outcome == .completed && history.epochs.count >= 1)
    for question in [2, 8, 11] {
      try withTemporaryFolder { folder in
        #expect(throws: Interruption()) { try fineTuning(id, in: folder, stopAt: question).run() }
        let resumed = try fineTuning(id, in: folder)
        var found = try resumed.run().history
        found.weights = [:]
        #expect(found == history)
        #expect(resumed.bits == straight.bits)
        #expect(
          try HDF5File.data(found.tensors(of: resumed.objective), name: "t")
            == HDF5File.data(
              history.tensors(of: straight.objective), name: "t"))
      }
    }
  }

  @Test("it learns, and leaves a tag for each token")
  func tensors() throws {
    let run = try fineTuning("fft"), history = try run.run().history
    let losses = history.epochs.map(\.meanLoss)
    #expect(losses[2] < 0.8 * losses[0], "\(losses)")
    let found = try #require(history.tensors(of: run.objective).groups.first { $0.name == "predictions" })
    for (index, set) in run.objective.validation.enumerated() {
      let group = try #require(found.group.groups.first { $0.name == set.name }).group
      #expect(group.datasets.map(\.name) == ["best", "best_offsets", "gold", "gold_offsets", "last", "last_offsets"])
      func integers(_ name: String) throws -> [Int64] {
        guard case .int64(let values)? = group.datasets.first(where: { $0.name == name })?.dataset.values else { return [] }
        return values
      }
      let (gold, last) = (try integers("gold"), try integers("last"))
      #expect(gold.count == set.tokens && last.count == set.tokens)
      #expect(try integers("last_offsets") == integers("gold_offsets"))
      #expect(try integers("gold_offsets").count == set.count + 1)
      let right = zip(gold, last).count { $0 == $1 }
      #expect(history.epochs.last?.evaluations[index].scores.primary == Double(right) / Double(set.tokens))
      #expect(Set(last).count == TokenTagging.tags && !run.objective.isCollapsed(Answers(rows: [last, gold]), set: index))
    }
  }

  @Test("parts of a batch, each over the tokens of the whole, add up to the batch's gradients")
  func parts() throws {
    func gradients(_ parts: [[Int]]) throws -> [[Float]] {
      let run = try fineTuning("fft"), objective = run.objective
      let terms = objective.terms(of: parts.flatMap { $0 })
      for rows in parts {
        let outputs = objective.outputs(of: run.model, rows, of: .training, pass: .evaluation, everyToken: false)
        objective.loss(of: outputs, rows, over: terms).backward()
      }
      return run.model.parameters.map { $0.gradient?.values ?? [] }
    }
    let whole = try gradients([[0, 1, 2, 3, 4]]), split = try gradients([[0, 1], [2, 3, 4]])
    for (a, b) in zip(whole, split) {
      #expect(a.count == b.count && zip(a, b).allSatisfy { abs($0 - $1) < 1e-5 })
    }
  }
}
