// Published figures beside measured ones: only under the paper profile, only where both are of the same kind.
import Manifests
import Records
import Settings
import Testing

@testable import Reporting

@Suite struct PublishedFigureTests {
  private static let published = """
    papers: {some: {title: A paper, arxiv: "2401.00001", seeds: 5, statistic: mean}}
    tables:
      some-1:
        paper: some
        number: 1
        title: two methods
        model: a-model
        rows:
          - {method: lora, options: {rank: 8}, setting: r=8, parameters: 1330000, quoted: true, average: 83.5,
              scores: {rte: {accuracy: 85}, mrpc: {accuracy: [82, 0.5], f1: 90}}}
          - {method: lora, options: {rank: 2}, setting: r=2, scores: {rte: {accuracy: 1}}}
          - {method: aflora, measures: {kept.query: 5}, average: 90, scores: {rte: {accuracy: 88}, mrpc: {f1: 92}}}
    """

  private static let manifest = MadeUpExperiment.plain
    .replacing("methods: [lora, aflora]", with: "methods: [lora, aflora, fft]")
    .replacing("  small: {}", with: "  paper: {}")
    .replacing("profiles:", with: "report: {published: some-1, columns: [parameters, kept.query, tasks, average]}\nprofiles:")

  private func experiment() throws -> MadeUpExperiment {
    let experiment = try MadeUpExperiment(Self.manifest, published: Self.published)
    for run in try experiment.runs(.paper) where run.row != "fft" {
      experiment.findings.records[RunKey(row: run.row, task: run.task.id, seed: run.seed)] = try experiment.record(
        run, [[run.row == "lora" ? 0.8 : 0.9]], measures: run.row == "lora" ? nil : ["kept.query": 4])
    }
    return experiment
  }

  @Test func figuresStandBelowTheMeasuredOnes() throws {
    let text = MarkdownTable.render(try experiment().table(.paper))
    #expect(
      text.contains(
        """
        | LoRA | 20.00K | — | <ins>80.00 ± 0.00</ins> | <ins>80.00 ± 0.00</ins> | <ins>80.00</ins> |
        | ↳ published (r=8, quoted) | 1.33M |  | 85.00 (−5.00) | 82.00 ± 0.50 (−2.00) | 83.50 (−3.50) |
        | AFLoRA | 20.00K | 4.00 | **90.00 ± 0.00** | **90.00 ± 0.00** | **90.00** |
        | ↳ published |  | 5.00 | 88.00 (+2.00) |  | 90.00 |
        | Full fine-tuning | — | — | — | — | — |

        """), "\(text)")
    #expect(
      text.contains(
        """
        ↳ published: the figures of A paper, Table 1 (arXiv 2401.00001, a-model, mean, 5 seeds); in brackets the measured value less \
        the published one. quoted: copied there from elsewhere.\u{20}\u{20}
        A published average without a difference is not the average of the figures shown, as the measured one is.\u{20}\u{20}
        Not in this table: published figures of mrpc (F1); published rows LoRA (r=2).\u{20}\u{20}
        Nothing published there on Full fine-tuning.

        """), "\(text)")
  }

  @Test func aMeanOfMetricsStandsBesideTheMeanOfTheFigures() throws {
    let experiment = try MadeUpExperiment(
      Self.manifest.replacing("report: {", with: "report: {metric: {mrpc: accuracy-f1-mean}, "), published: Self.published)
    for run in try experiment.runs(.paper) where run.row == "lora" {
      let both = Score(split: "validation", metric: "accuracy-f1-mean", value: 0.85)
      experiment.findings.records[RunKey(row: run.row, task: run.task.id, seed: run.seed)] = try experiment.record(
        run, [[0.8]], extra: run.task.id == "mrpc" ? [both] : [])
    }
    let row = try #require(try experiment.table(.paper).rows.first { $0.label == "LoRA" }?.published)
    let figure = try #require(row.tasks.last?.first)
    #expect(abs(figure.value - 0.86) < 1e-12)
    #expect(figure.deviation == nil)
    #expect(abs(try #require(figure.difference) + 0.01) < 1e-12)
  }

  @Test func beforeAnyRunOnlyWhatIsCertainIsSaid() throws {
    let experiment = try MadeUpExperiment(Self.manifest, published: Self.published)
    let text = MarkdownTable.render(try experiment.table(.paper))
    #expect(text.contains("| LoRA | — | — | — | — | — |\n| ↳ published (r=8, quoted) | 1.33M |  |  |  | 83.50 |\n"))
    #expect(text.contains("\nNot in this table: published rows LoRA (r=2).  \n"))
  }

  @Test func aCountStandsInTheColumnOfWhatItIsACountOf() throws {
    let published = Self.published.replacing("parameters: 1330000,", with: "parameters: 1270000, counted_as: kept.parameters,")
    func lines(_ columns: String) throws -> (markdown: String, csv: String) {
      let experiment = try MadeUpExperiment(Self.manifest.replacing("kept.query, tasks", with: columns), published: published)
      for run in try experiment.runs(.paper) where run.row == "lora" {
        experiment.findings.records[RunKey(row: run.row, task: run.task.id, seed: run.seed)] = try experiment.record(
          run, [[0.8]], measures: ["kept.parameters": 5000])
      }
      let table = try experiment.table(.paper)
      return (MarkdownTable.render(table), CSVTable.render(table))
    }
    let both = try lines("kept.parameters, tasks")
    #expect(both.markdown.contains("| LoRA | 20.00K | 5.00K | 80.00"), "\(both.markdown)")
    #expect(both.markdown.contains("| ↳ published (r=8, quoted) |  | 1.27M | 85.00"), "\(both.markdown)")
    #expect(both.csv.contains("\nlora,LoRA,fraction,20000.0,,5000.0,1270000.0,"), "\(both.csv)")
    let one = try lines("tasks")
    #expect(one.markdown.contains("| ↳ published (r=8, quoted) | 1.27M (parameters kept at the end) | 85.00"), "\(one.markdown)")
    #expect(one.csv.contains("\nlora,LoRA,fraction,20000.0,,0.8,"), "\(one.csv)")
  }

  @Test func otherProfilesShowNone() throws {
    let experiment = try experiment()
    for run in try experiment.runs(.pocket) { try experiment.add(run.row, run.task.id, run.seed, [0.5]) }
    let table = try experiment.table(.pocket)
    #expect(table.published == nil)
    #expect(table.rows.allSatisfy { $0.published == nil })
    #expect(!MarkdownTable.render(table).contains("85.00"))
    #expect(!CSVTable.render(table).contains("published"))
    #expect(try !JSONTable.render(table).contains("published"))
  }

  @Test func otherFormatsHaveThem() throws {
    let table = try experiment().table(.paper)
    #expect(
      CSVTable.render(table).hasPrefix(
        """
        row,label,unit,trainable_parameters,trainable_parameters.published,kept.query,kept.query.published,rte.accuracy,\
        rte.accuracy.deviation,rte.accuracy.runs,rte.accuracy.states,rte.accuracy.published,rte.accuracy.published_difference,\
        mrpc.accuracy,mrpc.accuracy.deviation,mrpc.accuracy.runs,mrpc.accuracy.states,mrpc.accuracy.published,\
        mrpc.accuracy.published_difference,average,average.published,average.published_difference,mean_rank
        lora,LoRA,fraction,20000.0,1330000.0,,,0.8,0.0,2,0:completed 1:completed,0.85,-0.04999999999999993,0.8,0.0,2,\
        0:completed 1:completed,0.82,-0.019999999999999907,0.8,0.835,-0.03499999999999992,2.0

        """))
    let json = try JSONValue(json: JSONTable.render(table))
    #expect(json["published"]?["table"] == .text("some-1"))
    #expect(json["published"]?["rows_left_out"] == .array([.text("LoRA (r=2)")]))
  }

  @Test func severalValidationSetsAndAllTogether() throws {
    func experiment(_ scores: String) throws -> MadeUpExperiment {
      let experiment = try MadeUpExperiment(
        Self.manifest.replacing("tasks: [rte, mrpc]", with: "tasks: [mnli]").replacing(", aflora, fft]", with: "]"),
        published: """
          papers: {some: {title: A paper}}
          tables: {some-1: {paper: some, number: 1, title: t, model: m, rows: [{method: lora, scores: {mnli: {\(scores)}}}]}}
          """)
      for run in try experiment.runs(.paper) {
        experiment.findings.records[RunKey(row: run.row, task: run.task.id, seed: run.seed)] = try experiment.record(
          run, [[0.8, 0.7]], splits: ["matched", "mismatched"])
      }
      return experiment
    }
    func lines(_ scores: String) throws -> [String] { try experiment(scores).lines(.paper) }
    let measured = "| LoRA | 20.00K | — | 80.00 ± 0.00 / 70.00 ± 0.00 | 75.00 |"
    #expect(
      try lines("accuracy.matched: 81, accuracy.mismatched: 69") == [
        measured, "| ↳ published |  |  | 81.00 (−1.00) / 69.00 (+1.00) |  |",
      ])
    #expect(try lines("accuracy.overall: 74") == [measured, "| ↳ published |  |  | 74.00 (+1.00) |  |"])
    let note =
      "Of mnli the published score is over the rows of all validation sets together, the measured one the mean of the sets' scores."
    #expect(try experiment("accuracy.overall: 74").table(.paper).notes.contains(.text(note)))
    #expect(try !experiment("accuracy.matched: 81, accuracy.mismatched: 69").table(.paper).notes.contains(.text(note)))
    // One figure for two sets, without a word on which it is of, has no place.
    #expect(try lines("accuracy: 74") == [measured, "| ↳ published |  |  |  |  |"])
  }
}
