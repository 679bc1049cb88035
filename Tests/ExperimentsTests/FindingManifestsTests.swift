// The manifests of findings of the project's own: what each must say before its first run, and budgets that are said to be equal.
import Adapters
import Foundation
import Records
import Settings
import TestSupport
import Testing

@testable import Experiments
@testable import Manifests

@Suite("Findings")
struct FindingManifestsTests {
  private let folder = ExperimentFolder(path: Repository.root.appending(path: "experiments").path)

  private var findings: [Manifest] {
    get throws { try folder.list(folder.tables, profile: .pocket, methods: .registered).manifests(ofGroup: "findings") }
  }

  @Test("each says what was expected before its first run, has five seeds or more, and is run apart")
  func stated() throws {
    let findings = try findings
    #expect(
      findings.map(\.id) == [
        "finding-freezing", "finding-freezing-few", "finding-importance", "finding-rank-freezing", "finding-selection",
        "finding-small-lora",
      ])
    for manifest in findings {
      let experiment = try manifest.experiment(.pocket)
      #expect(manifest.profiles == [.pocket] && manifest.paper == nil, "\(manifest.id)")
      for word in ["expect", "test", "bound"] {
        #expect(experiment.preregistered.lowercased().contains(word), "\(manifest.id): \(word)")
      }
      #expect(experiment.seeds.count >= 5 && experiment.tasks.count >= 6, "\(manifest.id)")
      // some seven seconds of a core each, of two for twenty minutes
      #expect(experiment.runs.count <= 360, "\(manifest.id)")
    }
    let rest = try folder.list(folder.tables, profile: .pocket, methods: .registered).manifests(ofGroup: nil)
    #expect(rest.contains { $0.id == "table1" } && rest.allSatisfy { !$0.id.hasPrefix("finding-") })
  }

  @Test("the page asks each question")
  func asked() throws {
    let page = try String(contentsOf: Repository.root.appending(path: "notebooks-md/beyond.md"), encoding: .utf8)
    for manifest in try findings {
      #expect(page.contains("<!-- lowrank table \(manifest.id) -->"), "\(manifest.id)")
      for figure in try manifest.experiment(.pocket).figures where figure.kind != .bars && figure.kind != .rankMap {
        #expect(page.contains("<!-- lowrank figure \(manifest.id) \(figure.id) -->"), "\(manifest.id) \(figure.id)")
      }
    }
  }

  /// The average of trainable parameters of a row of AFLoRA on the pocket's DeBERTa, where matrices freeze without regard to their sizes.
  private func average(_ run: RunSpecification) throws -> Double {
    let (layers, hidden, inner) = (6, 128, 512)
    let first = try #require((run.options["rank_first"] ?? run.options["rank"])?.integer)
    let last = try #require((run.options["rank_last"] ?? run.options["rank"])?.integer)
    let steps = 32 * run.training.epochs, initial = try #require(run.options["initial_epochs"]?.number)
    let final = try #require(run.options["final_fraction"]?.number)
    let freezing = Freezing(
      initialSteps: Int(32 * initial), finalSteps: Int(final * Double(steps)), totalSteps: steps, beta1: 0.85, beta2: 0.95,
      sensitivity: .gradient)
    // an update is made with what was frozen after the one before
    let share =
      run.options["trainability"]?.text == "trainable"
      ? 1 : (0..<steps).reduce(0) { $0 + 1 - freezing.fraction($1) } / Double(steps)
    return (0..<layers).reduce(0) { sum, layer in
      let rank = (Double(first) + Double(last - first) * Double(layer) / Double(layers - 1) + 0.5).rounded(.down)
      let vectors = 6 * rank + Double(4 * hidden + inner + hidden)
      return sum + vectors + share * rank * Double(2 * (hidden + inner))
    }
  }

  @Test("with and without freezing, equal and growing ranks: the averages of trainable parameters are matched")
  func budgets() throws {
    let runs = try folder.manifest(named: "finding-rank-freezing", methods: .registered).experiment(.pocket).runs
    for task in ["rte", "mrpc", "cola"] {
      let averages = try runs.filter { $0.task.id == task && $0.seed == 0 }.map(average)
      let least = try #require(averages.min()), most = try #require(averages.max())
      #expect(averages.count == 4 && most < 1.02 * least, "\(task): \(averages)")
    }
  }
}
