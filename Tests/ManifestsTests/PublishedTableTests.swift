// The file of published figures: what is read, and every message that a bad one can bring.
import Foundation
import Settings
import Testing

@testable import Manifests

@Suite struct PublishedTableTests {
  private static let manifest = """
    id: m
    model: some-model
    recipe: plain
    tasks: [rte, mnli]
    seeds: [0]
    methods: [lora, vera]
    report: {published: some-1}
    profiles: {pocket: {}}
    """

  private static let plain = """
    papers:
      some: {title: "Some: a paper", arxiv: "2401.00001", seeds: 5}
    metrics: {bleu: BLEU}
    tasks: {dart: DART}
    tables:
      some-1:
        paper: some
        number: 3
        title: two methods
        model: a-model
        rows:
          - {method: elora, setting: r=8, parameters: 1.5e4, counted_as: kept.parameters, measures: {kept.query: 5}, quoted: true, average: 80, scores: {rte: {accuracy: [81.5, 0.25]}}}
          - {method: lora, options: {rank: 8}, scores: {mnli: {accuracy.matched: 90, accuracy.mismatched: 89}, dart: {bleu: 60}}}
      some-2: {paper: some, number: 4, title: another, model: a-model, rows: [{method: other, options: {any: 1}, scores: {}}]}

    """

  private func folder(_ published: String?, manifest: String = manifest) throws -> TestFolder {
    let folder = try TestFolder.manifest(manifest)
    if let published { try folder.write(published, to: "published.yaml") }
    return folder
  }

  @Test func aTableIsRead() throws {
    let manifest = try folder(Self.plain).load()
    let table = try #require(try manifest.experiment(.paper).published)
    #expect(table.id == "some-1")
    #expect(table.number == 3)
    #expect(
      table.paper
        == PublishedPaper(id: "some", title: "Some: a paper", arxiv: "2401.00001", venue: nil, seeds: 5, statistic: nil))
    #expect(
      table.rows == [
        PublishedRow(
          method: "vera", methodLabel: "VeRA", setting: "r=8", parameters: 15_000, countedAs: "kept.parameters",
          measures: ["kept.query": 5], isQuoted: true,
          scores: [PublishedScore(task: "rte", metric: "accuracy", split: nil, value: 81.5, deviation: 0.25)], average: 80),
        PublishedRow(
          method: "lora", methodLabel: "LoRA", options: MethodOptions([("rank", .integer(8))]),
          scores: [
            PublishedScore(task: "mnli", metric: "accuracy", split: "matched", value: 90, deviation: nil),
            PublishedScore(task: "mnli", metric: "accuracy", split: "mismatched", value: 89, deviation: nil),
            PublishedScore(task: "dart", metric: "bleu", split: nil, value: 60, deviation: nil),
          ]),
      ])
    // Only the paper's own size stands beside the paper's figures.
    #expect(try manifest.experiment(.pocket).published == nil)
  }

  @Test func whatIsCountedAsSomethingIsACount() throws {
    #expect(
      try folder(Self.plain.replacing("parameters: 1.5e4, ", with: "")).complaint() == """
        published.yaml:12:9: 'counted_as' says what 'parameters' is, which this row has not.
        1 problem; nothing was run.
        """)
  }

  @Test func rowsBelongByMethodOptionsAndId() throws {
    let manifest = try folder(
      Self.plain, manifest: Self.manifest.replacing("[lora, vera]", with: "[{lora: {rank: [8, 4]}}, vera]")
    ).load()
    let plan = try manifest.experiment(.paper)
    let runs = try manifest.experiment(.paper).runs
    let rows = try #require(plan.published).rows
    let belongs = plan.rows.map { row in rows.map { $0.belongs(to: row, runs: runs.filter { $0.row == row.id }) } }
    #expect(belongs == [[false, true], [false, false], [true, false]])
  }

  @Test func theFileIsNoManifest() throws {
    let folder = try folder(Self.plain)
    let experiments = ExperimentFolder(path: folder.path)
    #expect(experiments.list(methods: .test).manifests.map(\.id) == ["m"])
  }

  @Test func problemsHaveTheirPlace() throws {
    let folder = try folder(
      """
      papers:
        some: {titel: "A paper", seeds: five}
        other: {title: Another}
      metrics: {bleu: BLEU}
      tables:
        some-1:
          paper: othre
          number: 1
          title: two methods
          rows:
            - {method: lora, options: {rnak: 8}, scores: {rte: {acuracy: 81}, colla: {matthews: 60}}}
            - {method: lroa, scores: {rte: {accuracy: high, f1: [80, -1], accuracy.: 3}}}
            - {options: {rank: 8}, average: 101}
            - {method: lora, options: {rank: 8}, scores: {}}
            - {method: lora, options: {rank: 8}, scores: {}}

      """)
    #expect(
      folder.complaint() == """
        published.yaml:2:3: 'title' is missing: the paper's title.
        published.yaml:2:10: 'titel' is not a key of a paper. Did you mean 'title'? (known: title, arxiv, venue, seeds, statistic)
        published.yaml:2:35: 'seeds' must be a whole number from 1 to 1000, but is 'five'.
        published.yaml:6:3: 'model' is missing: the model that it is about.
        published.yaml:7:12: paper 'othre' is not one of 'papers'. Did you mean 'other'? (known: other)
        published.yaml:11:34: 'rnak' is not a key of 'options' of lora. Did you mean 'rank'? (known: rank, alpha, dropout, targets)
        published.yaml:11:59: metric 'acuracy' is not known. Did you mean 'accuracy'? (known: accuracy, f1, matthews, pearson, spearman, pearson-spearman-mean, accuracy-f1-mean, bleu, multi-bleu, rouge1, rouge2, rougeL, rouge-mean, rouge1-best, rouge2-best, rougeL-best, gsm8k, gsm8k-flexible)
        published.yaml:11:73: task 'colla' is not known. Did you mean 'cola'? (known: cola, sst2, mrpc, qqp, stsb, mnli, qnli, rte, e2e, dart, dialogsum, gsm8k)
        published.yaml:12:18: method 'lroa' is not known. Did you mean 'lora'? (known: fft, lora, vera, aflora, loradrop)
        published.yaml:12:49: 'accuracy' must be a number from -100 to 100, but is 'high'.
        published.yaml:12:59: a standard deviation is not below zero.
        published.yaml:12:69: 'accuracy.' names no validation set after its '.'.
        published.yaml:13:9: 'method' is missing: the method's id.
        published.yaml:13:9: 'scores' is missing: its scores.
        published.yaml:13:39: 'average' must be a number from -100 to 100, but is '101'.
        published.yaml:15:9: this row and one above it are of the same method and options: give 'options' or 'row' to tell them apart.
        16 problems; nothing was run.
        """)
  }

  @Test func aTableThatIsNotThere() throws {
    #expect(
      try folder(nil).complaint() == """
        m.yaml:7:1: 'published' names the table 'some-1', but there is no published.yaml in the manifest's folder or the one above it.
        1 problem; nothing was run.
        """)
    #expect(
      try folder(Self.plain, manifest: Self.manifest.replacing("some-1", with: "some-11")).complaint() == """
        m.yaml:7:1: the published table 'some-11' is not known. Did you mean 'some-1'? (known: some-1, some-2)
        1 problem; nothing was run.
        """)
  }
}
