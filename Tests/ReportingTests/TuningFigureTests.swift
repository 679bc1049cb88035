// Each method's scores over what a search tried.
import Manifests
import Settings
import TestSupport
import Testing

@testable import Reporting

@Suite("The figure of a search")
struct TuningFigureTests {
  private func made(_ experiment: MadeUpExperiment) throws -> (figure: Figure?, missing: [String]) {
    let results = ResultsFolder(experiment.folder.appending(path: "results"))
    let figures = try ExperimentFigures(experiment.manifest.experiment(.pocket), experiment.findings, results: results)
    return try figures.figure(try #require(figures.settings.first))
  }

  private func rounded(_ values: [Double?]) -> [Double?] { values.map { $0.map { ($0 * 100).rounded() / 100 } } }

  @Test("of the search itself: a panel for each method, a line for each task and their average, the winner marked")
  func search() throws {
    let (found, missing) = try made(MadeUpSearch.experiment())
    let figure = try #require(found)
    #expect(missing == [] && figure.id == "tuning" && figure.columns == 3)
    #expect(
      figure.subtitle
        == "search s, mean over seeds 100, 101 on rows that choose, error bars: sample standard deviation · pocket profile")
    #expect(
      figure.panels.map(\.title) == [
        "LoRA: best 0.01, at the edge", "Full fine-tuning: best 0.0003", "Freezing: diverged 0.001, 0.003, 0.01",
      ])
    // one scale for all: the least less its deviation is 37.9, the greatest and its own 94.1
    #expect(figure.panels.allSatisfy { $0.y == FigureAxis(name: "score", unit: "percent", start: 35, end: 95) })
    let lora = figure.panels[0]
    #expect(lora.kind == .lines && lora.series.map(\.name) == ["rte, accuracy", "mrpc, accuracy", "average"])
    #expect(lora.x == FigureAxis(name: "learning rate", values: [1e-3, 3e-3, 1e-2], isLogarithmic: true))
    #expect(rounded(lora.series[0].points.map(\.y)) == [55, 65, 75] && rounded(lora.series[2].points.map(\.y)) == [56, 66, 76])
    #expect(rounded(lora.series[2].points.map(\.deviation)) == [7.07, 7.07, 7.07])
    #expect(lora.series[2].points.map(\.text) == [nil, nil, "best"] && lora.series.allSatisfy(\.hasMarks))
    #expect(figure.panels[1].series[2].points.map(\.text) == [nil, "best", nil])
    #expect(figure.panels[2].series.isEmpty)
    #expect(figure.data.columns == ["search", "digest", "method", "learning_rate", "task", "seed", "percent", "best"])
    #expect(figure.data.rows.count == 9 * 5 && figure.data.rows[0].prefix(1) == ["s"])
  }

  @Test("of a table: the methods of its rows, from the file of what was found")
  func table() throws {
    let (found, missing) = try made(MadeUpSearch.table(methods: "[{fft: {label: All}}, aflora, {lora: {rank: [4, 8]}}]"))
    let figure = try #require(found)
    #expect(
      figure.panels.map(\.title) == ["All: best 0.0003", "LoRA, rank 4: best 0.01, at the edge"] && missing == [],
      "what the recipe gives AFLoRA was found by none")
    #expect(figure.data.rows.count == 6 * 5)
    let (part, _) = try made(MadeUpSearch.table(figures: "[tuning: {rows: [fft]}]"))
    #expect(part?.panels.map(\.title) == ["Full fine-tuning: best 0.0003"])
  }

  @Test("a search that is not whole, or was not run, is not drawn")
  func lacking() throws {
    let search = try MadeUpSearch.experiment(), run = try search.runs()[0]
    search.findings.records[RunKey(run)] = nil
    let (none, missing) = try made(search)
    #expect(none == nil && missing == ["1 of 36 runs missing"])
    let (plain, said) = try made(
      MadeUpExperiment(
        MadeUpExperiment.plain.replacing("profiles:", with: "figures: [tuning]\nprofiles:"),
        others: ["recipes/plain.yaml": "defaults: {epochs: 2, batch: 16, learning_rate: 5e-4}\ntuned: s\n"]))
    #expect(plain == nil && said == ["the search s was not run"])
  }

  @Test("of several settings a line is the average at one choice of the others")
  func severalSettings() throws {
    let text = """
      id: s
      title: two settings
      methods: [lora]
      tune: {rank: [2, 4], learning_rate: [1e-3, 2e-3], seeds: [100], tasks: [rte]}
      figures: [tuning]
      profiles: {pocket: {model: some-model, recipe: plain}}

      """
    let experiment = try MadeUpExperiment(text)
    for (index, run) in try experiment.runs().enumerated() { try experiment.add(run.row, "rte", 100, [0.5 + 0.1 * Double(index)]) }
    let panel = try #require(try made(experiment).figure?.panels.first)
    #expect(
      panel.x.name == "rank" && !panel.x.isLogarithmic
        && panel.series.map(\.name) == ["learning rate 0.001", "learning rate 0.002"])
    #expect(rounded(panel.series[1].points.map(\.y)) == [60, 80] && panel.series[1].points.last?.text == "best")
  }

  /// A search of full fine-tuning and LoRA whose every run has one score.
  private func level(_ score: Double, seeds: String) throws -> MadeUpExperiment {
    let text = MadeUpSearch.text.replacing("[lora, fft, {aflora: {label: Freezing}}]", with: "[lora, fft]")
      .replacing("seeds: [100, 101]", with: "seeds: \(seeds)")
    let experiment = try MadeUpExperiment(text)
    for run in try experiment.runs() { try experiment.add(run.row, run.task.id, run.seed, [score]) }
    return experiment
  }

  @Test("where all scores are one multiple of five, the scale has a step to either side")
  func levelScores() throws {
    let figure = try #require(try made(level(1, seeds: "[100, 101]")).figure)
    #expect(figure.panels.allSatisfy { $0.y.start == 95 && $0.y.end == 105 })
    #expect(try made(level(0, seeds: "[100, 101]")).figure?.panels.first?.y.start == -5)
  }

  @Test("of one seed there are no error bars to name")
  func oneSeed() throws {
    #expect(try made(level(0.5, seeds: "[100]")).figure?.subtitle == "search s, seed 100 on rows that choose · pocket profile")
  }

  @Test("of several searches each has its seeds")
  func severalSearches() throws {
    let one = try MadeUpSearch.found(), table = try MadeUpSearch.table()
    func searched(_ search: TunedSettings, _ method: String) throws -> TuningFigure.Searched {
      .init(label: method, search: search, method: try #require(search.method(method)))
    }
    func other(_ seeds: [RunSeed]) -> TunedSettings {
      TunedSettings(
        search: "t", profile: one.profile, model: one.model, numericsVersion: one.numericsVersion, programs: one.programs,
        statement: one.statement, epoch: one.epoch, settings: one.settings, seeds: seeds, tasks: one.tasks,
        methods: one.methods.map { method in
          .init(
            id: method.id,
            candidates: method.candidates.map { candidate in
              .init(values: candidate.values, scores: candidate.scores.map { Array($0.prefix(seeds.count)) })
            })
        })
    }
    let experiment = try table.manifest.experiment(.pocket), settings = try #require(experiment.figures.first)
    let source = try FigureSource(experiment, table.findings, ResultsFolder(table.folder.appending(path: "results")))
    func subtitle(_ second: TunedSettings) throws -> String? {
      try TuningFigure.make(settings, [searched(one, "lora"), searched(second, "fft")], source)?.subtitle
    }
    let bars = "error bars: sample standard deviation · pocket profile"
    #expect(try subtitle(other([100, 101])) == "search s and t, mean over seeds 100, 101 on rows that choose, \(bars)")
    #expect(
      try subtitle(other([7])) == "search s (mean over seeds 100, 101) and t (seed 7), on rows that choose, \(bars)")
  }

  @Test("gnuplot draws it within the page", .requires(.gnuplot))
  func drawn() throws {
    let figure = try #require(try made(MadeUpSearch.experiment()).figure)
    let drawing = try DrawnFigure(try Gnuplot().draw(figure, as: .svg))
    #expect(drawing.count("best") == 2)
    #expect(drawing.faults == [])
    let level = try #require(try made(level(1, seeds: "[100, 101]")).figure)
    #expect(try DrawnFigure(try Gnuplot().draw(level, as: .svg)).faults == [])
  }
}
