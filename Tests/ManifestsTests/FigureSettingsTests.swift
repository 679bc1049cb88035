// The figures of a manifest: what each asks for, and what is said of one that cannot be.
import Testing

@testable import Manifests

@Suite struct FigureSettingsTests {
  /// A manifest of three rows, two tasks and two seeds with these figures from line 11 on.
  private func folder(_ figures: String) throws -> TestFolder {
    try TestFolder.manifest(
      """
      id: m
      model: some-model
      recipe: plain
      tasks: [rte, mrpc]
      seeds: [3, 5]
      methods:
        - aflora
        - lora: {rank: [4, 8]}
      profiles: {pocket: {}}
      figures:
      \(figures)

      """)
  }

  private func figures(_ text: String) throws -> [FigureSettings] { try folder(text).load().experiment(.pocket).figures }

  @Test func everythingThatIsNotGivenIsFilledIn() throws {
    let rows = ["aflora", "lora-rank-4", "lora-rank-8"]
    #expect(
      try figures(
        """
          - bars
          - cost-bars:
          - freezing-map: {row: aflora, task: rte}
          - freezing-map: {id: mean, title: Mean, row: aflora, task: rte, seed: mean, modules: [intermediate A]}
          - score-trajectories: {row: aflora, task: mrpc, seed: 5, group: layer}
          - importance-map: {id: by-task, row: lora-rank-4, module: query}
          - importance-map: {id: by-row, task: rte, module: value}
          - norm-histograms: {rows: [lora], task: rte, module: query, dataset: final}
          - rank-sweep: {rows: [lora-rank-8, lora-rank-4], option: rank}
          - learning-curves: {rows: [aflora, lora], task: rte}
          - cost-curves: {task: rte, seed: 5}
          - rank-map: {row: aflora, task: rte}
          - pruning: {row: aflora, task: rte}
          - pareto
          - pareto: {id: on-rte, task: rte, rows: [lora], costs: [memory, kept]}
          - agreement
          - agreement: {id: pearson, row: aflora, modules: [query], correlation: pearson}
        """) == [
          FigureSettings(.bars, rows: rows, tasks: ["rte", "mrpc"], seeds: [3, 5]),
          FigureSettings(.costBars, rows: rows, tasks: ["rte", "mrpc"], seeds: [3, 5]),
          FigureSettings(.freezingMap, rows: ["aflora"], tasks: ["rte"], seeds: [3]),
          FigureSettings(
            .freezingMap, id: "mean", title: "Mean", rows: ["aflora"], tasks: ["rte"], seeds: [3, 5], modules: ["intermediate A"]),
          FigureSettings(.scoreTrajectories, rows: ["aflora"], tasks: ["mrpc"], seeds: [5], grouping: .layer),
          FigureSettings(
            .importanceMap, id: "by-task", rows: ["lora-rank-4"], tasks: ["rte", "mrpc"], seeds: [3], modules: ["query"]),
          FigureSettings(.importanceMap, id: "by-row", rows: rows, tasks: ["rte"], seeds: [3], modules: ["value"]),
          FigureSettings(
            .normHistograms, rows: ["lora-rank-4", "lora-rank-8"], tasks: ["rte"], seeds: [3], modules: ["query"], dataset: .final),
          FigureSettings(
            .rankSweep, rows: ["lora-rank-8", "lora-rank-4"], tasks: ["rte", "mrpc"], seeds: [3, 5], option: "rank"),
          FigureSettings(.learningCurves, rows: rows, tasks: ["rte"], seeds: [3]),
          FigureSettings(.costCurves, rows: rows, tasks: ["rte"], seeds: [5]),
          FigureSettings(.rankMap, rows: ["aflora"], tasks: ["rte"], seeds: [3]),
          FigureSettings(.pruning, rows: ["aflora"], tasks: ["rte"], seeds: [3]),
          FigureSettings(.pareto, rows: rows, tasks: ["rte", "mrpc"], seeds: [3, 5], costs: [.parameters, .time, .memory]),
          FigureSettings(
            .pareto, id: "on-rte", rows: ["lora-rank-4", "lora-rank-8"], tasks: ["rte"], seeds: [3, 5], costs: [.memory, .kept]),
          FigureSettings(.agreement, rows: rows, tasks: ["rte", "mrpc"], seeds: [3, 5]),
          FigureSettings(
            .agreement, id: "pearson", rows: ["aflora"], tasks: ["rte", "mrpc"], seeds: [3, 5], modules: ["query"],
            correlation: .pearson),
        ])
  }

  @Test(arguments: [
    (
      "  - freezng-map: {row: aflora, task: rte}",
      "11:5: figure 'freezng-map' is not known. Did you mean 'freezing-map'? (known: freezing-map, score-trajectories, bars, "
        + "cost-bars, cost-curves, pareto, importance-map, agreement, norm-histograms, rank-map, pruning, rank-sweep, learning-curves, "
        + "variance-shares, tuning)"
    ),
    (
      "  - freezing-map: {rows: [aflora], task: rte}",
      "11:20: 'rows' is not a key of freezing-map. Did you mean 'row'? (known: id, title, row, task, seed, modules)\n"
        + "m.yaml:11:5: freezing-map is of one row: give 'row'. (rows: aflora, lora-rank-4, lora-rank-8)"
    ),
    (
      "  - freezing-map: {row: aflor, task: rte}",
      "11:25: row 'aflor' is not in this manifest. Did you mean 'aflora'? (rows: aflora, lora-rank-4, lora-rank-8)"
    ),
    (
      "  - freezing-map: {row: aflora, task: rta}",
      "11:39: task 'rta' is not in this manifest. Did you mean 'rte'? (tasks: rte, mrpc)"
    ),
    ("  - freezing-map: {row: aflora}", "11:5: freezing-map is of one task: give 'task'. (tasks: rte, mrpc)"),
    (
      "  - freezing-map: {row: lora, task: rte}",
      "11:25: 'row' of freezing-map must be one row, but means lora-rank-4, lora-rank-8."
    ),
    (
      "  - freezing-map: {row: aflora, task: rte, seed: 4}",
      "11:50: 'seed' must be one of the manifest's seeds or mean, but is '4'. (seeds: 3, 5)"
    ),
    (
      "  - rank-map: {row: aflora, task: rte, seed: mean}",
      "11:46: 'seed' must be one of the manifest's seeds, but is 'mean'. (seeds: 3, 5)"
    ),
    ("  - bars: {row: aflora, rows: [lora]}", "11:12: 'row' and 'rows' cannot be given together; keep one."),
    ("  - bars: {tasks: rte}", "11:19: 'tasks' must be a list, but is 'rte'. Write [rte]."),
    ("  - bars\n  - bars", "12:5: two figures would have the id 'bars': give this one an 'id'."),
    (
      "  - bars: {id: A b}",
      "11:16: 'id' must be lower-case letters, digits, '-', '_' and '.', starting with a letter or digit, but is 'A b'."
    ),
    (
      "  - importance-map: {module: query}",
      "11:5: importance-map compares the tasks of one row or the rows of one task: give 'row' or 'task'."
    ),
    ("  - importance-map: {row: aflora}", "11:5: 'module' is missing: name one, as in 'module: query'."),
    (
      "  - norm-histograms: {task: rte, module: query}",
      "11:5: norm-histograms is of at most 2 rows: give 'rows'. (rows: aflora, lora-rank-4, lora-rank-8)"
    ),
    (
      "  - norm-histograms: {row: aflora, task: rte, module: query, dataset: fnal}",
      "11:71: 'dataset' must be one of importance, final, but is 'fnal'. Did you mean 'final'?"
    ),
    (
      "  - agreement: {correlation: kendall}",
      "11:30: 'correlation' must be one of spearman, pearson, but is 'kendall'."
    ),
    (
      "  - agreement: {seed: 3}",
      "11:17: 'seed' is not a key of agreement. (known: id, title, row, rows, task, tasks, modules, correlation)"
    ),
    ("  - rank-sweep", "11:5: 'option' is missing: name a numeric option of the rows, as in 'option: rank'."),
    (
      "  - rank-sweep: {rows: [lora], option: targets}",
      "11:40: 'targets' is no numeric option of these rows. (options: rank, alpha, dropout)"
    ),
    (
      "  - pareto: {costs: [memry]}",
      "11:22: 'memry' is no cost. Did you mean 'memory'? (known: parameters, kept, operations, time, memory)"
    ),
    ("  - pareto: {costs: memory}", "11:21: 'costs' must be a list, but is 'memory'. Write [memory]."),
    ("  - pareto: {costs: []}", "11:21: 'costs' is an empty list."),
    ("  - bars: {costs: [time]}", "11:12: 'costs' is not a key of bars. (known: id, title, row, rows, task, tasks)"),
    ("  - [bars]", "11:5: an item of 'figures' must be a kind of figure, but is a list."),
    (
      "  - {bars: {}, pruning: {}}",
      "11:5: an item of 'figures' must have one key, the kind, as in '- bars: {tasks: [rte]}', but has 2."
    ),
  ])
  func problem(figure: String, message: String) throws {
    let lines = message.split(separator: "\n").count
    let expected = message.split(separator: "\n").map { $0.hasPrefix("m.yaml:") ? String($0) : "m.yaml:" + $0 }.sorted()
    var found = try folder(figure).complaint().split(separator: "\n").map(String.init)
    #expect(found.removeLast() == (lines == 1 ? "1 problem; nothing was run." : "\(lines) problems; nothing was run."))
    #expect(found.sorted() == expected)
  }

  @Test func aListIsWanted() throws {
    #expect(
      try folder("  bars: {}").complaint() == """
        m.yaml:11:3: 'figures' must be a list, each item a kind with its settings as in '- freezing-map: {row: aflora, task: rte}', \
        but is a mapping.
        1 problem; nothing was run.
        """)
  }

  @Test func aProfileHasFiguresOfItsOwn() throws {
    let folder = try folder("  - bars")
    try folder.write(
      """
      id: m
      model: some-model
      recipe: plain
      tasks: [rte, mrpc]
      seeds: [0]
      methods: [lora]
      figures: [bars]
      profiles: {pocket: {figures: [learning-curves: {task: rte}]}, small: {tasks: [rte]}}

      """, to: "m.yaml")
    let manifest = try folder.load()
    #expect(try manifest.experiment(.pocket).figures.map(\.kind) == [.learningCurves])
    #expect(try manifest.experiment(.small).figures == [FigureSettings(.bars, rows: ["lora"], tasks: ["rte"], seeds: [0])])
    #expect(try manifest.experiment(.paper).figures.map(\.tasks) == [["rte", "mrpc"]])
  }
}
