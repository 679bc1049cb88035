// Tables without scores beside the plan of an experiment.
import Foundation
import Manifests
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct StaticTableTextTests {
  private static let manifest = MadeUpExperiment.plain.replacing("profiles:", with: "report: {metric: {mrpc: f1}}\nprofiles:")

  private static let published = """
    papers: {some: {title: A paper, arxiv: "2401.00001"}}
    statics:
      some-1:
        paper: some
        number: 1
        title: sizes
        experiment: t1
        rows:
          - {of: parameters, row: lora, printed: {rte: 0.12M, mrpc: 0.11M, average: 0.12M}}
          - {of: parameters, row: aflora, printed: {rte: 0.16M, average: 0.2M}}
      some-2:
        paper: some
        number: 2
        title: data
        experiment: t1
        rows:
          - {of: training-rows, printed: {rte: 2.5k, mrpc: 8.5k}}
          - {of: metric, printed: {rte: Acc, mrpc: F1}}
      some-3:
        paper: some
        number: 3
        title: settings
        experiment: t1
        rows:
          - {of: epochs, row: lora, printed: 2}
          - {of: learning_rate, row: lora, printed: {rte: 5E-4, mrpc: 1E-3}}
          - {of: rank, row: lora, printed: 8}

    """

  private let facts = PlannedFacts(
    rows: { task in task.id == "rte" ? (2490, [277], [3000]) : (8551, [408], [1725]) },
    meanTrainable: { run in
      run.row == "lora" ? (116_889, 116_889, 116_889) : (130_000, run.task.id == "rte" ? 140_000 : 150_000, 160_000)
    })

  private func text(_ id: String, facts: PlannedFacts? = nil) throws -> String {
    let made = try MadeUpExperiment(Self.manifest, published: Self.published)
    let found = try ExperimentFolder(path: made.folder.path).staticTable(named: id, methods: MadeUpExperiment.methods)
    return try StaticTableText(found.table, beside: found.experiment, facts: facts ?? self.facts).markdown()
  }

  @Test func parametersWithTheirBoundsAndAverages() throws {
    #expect(
      try text("some-1") == """
        **some-1**: sizes (arXiv 2401.00001, Table 1), beside what t1 has under the paper profile

        |  | rte | mrpc | average |
        |---|--:|--:|--:|
        | LoRA | 0.1169M | 0.1169M | 0.1169M |
        | ↳ published | 0.12M | 0.11M | 0.12M |
        | AFLoRA | 0.1400M (0.1300M to 0.1600M) | 0.1500M (0.1300M to 0.1600M) | 0.1450M (0.1300M to 0.1600M) |
        | ↳ published | 0.16M |  | 0.2M |

        Where it depends on which matrices freeze first: the mean over all orders, and in brackets the least and the greatest possible.\u{20}\u{20}
        4 of 5 printed numbers can be roundings of these. The others: LoRA, mrpc: 0.11M, but 0.1169M.

        """)
  }

  @Test func rowsAndMetrics() throws {
    #expect(
      try text("some-2") == """
        **some-2**: data (arXiv 2401.00001, Table 2), beside what t1 has under the paper profile

        |  | rte | mrpc |
        |---|--:|--:|
        | training rows | 2,490 | 8,551 |
        | ↳ published | 2.5k | 8.5k |
        | metric | accuracy | F1 |
        | ↳ published | Acc | F1 |

        1 of 2 printed numbers can be roundings of these. The others: training rows, mrpc: 8.5k, but 8,551.

        """)
  }

  @Test func settings() throws {
    #expect(
      try text("some-3") == """
        **some-3**: settings (arXiv 2401.00001, Table 3), beside what t1 has under the paper profile

        |  | rte | mrpc |
        |---|--:|--:|
        | epochs | 2 | 2 |
        | ↳ published | 2 | 2 |
        | learning rate | 0.0005 | 0.0005 |
        | ↳ published | 5E-4 | 1E-3 |
        | rank | 8 | 8 |
        | ↳ published | 8 | 8 |

        5 of 6 printed numbers can be roundings of these. The others: learning rate, mrpc: 1E-3, but 0.0005.

        """)
  }

  @Test func whatIsNotKnownIsADash() throws {
    let text = try text("some-1", facts: .unknown)
    #expect(text.contains("| LoRA | — | — | — |\n") && text.contains("Nothing here is known of what is printed."))
  }

  @Test func aBlockOfANotebookIsTheSameText() throws {
    let made = try MadeUpExperiment(Self.manifest, published: Self.published)
    let blocks = ResultsBlocks(
      experiments: ExperimentFolder(path: made.folder.path), methods: MadeUpExperiment.methods,
      results: ResultsFolder(made.folder.appending(path: "results")), inputs: { _ in InputDigests() }, facts: facts)
    let request = BlockRequest(experiment: "some-2", profile: .pocket, subject: .published)
    #expect(request.description == "published some-2")
    #expect(try blocks.content(of: request) == .markdown(text("some-2")))
    let unknown = BlockRequest(experiment: "some-9", profile: .pocket, subject: .published)
    #expect(throws: ManifestError.self) { try blocks.content(of: unknown) }
    var reader = BlockRequestReader()
    #expect(reader.request(["published", "some-2"]) == request)
    var wrong = BlockRequestReader()
    #expect(wrong.request(["published", "some-2", "select=last"]) == nil)
    #expect(wrong.problems == ["'select' is not an option of 'published'."])
  }
}
