// A manifest under one profile, with every run of its table specified: the value that plans, reports and lists are made from.
import Records
import Settings

/// One table or figure of a paper at one size.
package struct Experiment: Sendable, Equatable, Codable {
  /// The id of the manifest.
  package let id: String
  /// What names it on the command line, behind a verb.
  package internal(set) var callName: String
  /// The size at which it runs.
  package let profile: Profile
  /// The title for people.
  package let title: String
  /// What the table is about.
  package let description: String
  /// What was expected, by which test, before the first run; may be empty.
  package let preregistered: String
  /// Every file that it was made from: the manifest, its recipes, its task definitions; sorted.
  package let sources: [String]
  /// The name of the recipe.
  package let recipe: String
  /// The tasks, in the order of the columns.
  package internal(set) var tasks: [TaskDefinition]
  /// The seeds, in the order written.
  package internal(set) var seeds: [RunSeed]
  /// The rows, in order.
  package internal(set) var rows: [MethodRow]
  /// What the table shows.
  package let report: ReportSettings
  /// Whether the runs are there to be timed: then they go one at a time, on all cores.
  package let isTimed: Bool
  /// What is drawn beside the table, in the order written.
  package internal(set) var figures: [FigureSettings]
  /// The paper's table that the report names; nil where it names none, and under every profile but `paper`.
  package let published: PublishedTable?
  /// What is searched, where this is a search over settings and its rows are the candidates; nil of a table.
  package internal(set) var search: GridSearch?
  /// The files of settings that searches found which the recipe names, the innermost last. A search looks at none.
  package let tuned: [AppliedTuning]
  /// The methods of rows that the recipe has no entry for, although it has for others.
  let unlistedMethods: [String]
  /// Every run, in table order: rows, then tasks, then seeds. Each has every option and setting filled in.
  package internal(set) var runs: [RunSpecification]
  /// Where its values stand.
  var places: ExperimentPlaces

  /// The same experiment on another model, as `MODEL=` asks for.
  package func on(model: String) -> Experiment {
    var result = self
    result.places.model = nil
    result.runs = runs.map { $0.on(model: model) }
    return result
  }

  /// The part of the experiment that a narrowing leaves: its tasks, rows and seeds, and their runs, in the same order.
  ///
  /// - Throws: `ManifestError.narrowing` with everything that is not in the experiment.
  package func part(_ narrowing: Narrowing) throws(ManifestError) -> Experiment {
    var messages: [String] = []
    func check(_ wanted: [String]?, _ kind: String, known: [String], isThere: (String) -> Bool) {
      for name in wanted ?? [] where !isThere(name) {
        // one number is as near to another as any
        let suggestion = kind == "seed" ? "" : Suggestion.sentence(for: name, among: known)
        messages.append("\(kind) '\(name)' is not in this manifest." + suggestion + Suggestion.list("known", known))
      }
    }
    let tasks = self.tasks.map(\.id), seeds = self.seeds.map(\.description)
    check(narrowing.tasks, "task", known: tasks, isThere: tasks.contains)
    check(narrowing.methods, "method", known: rowNames) { name in rows.contains { $0.isMeant(by: name) } }
    check(narrowing.seeds?.map(\.description), "seed", known: seeds, isThere: seeds.contains)
    if !messages.isEmpty { throw .narrowing(experiment: id, messages: messages) }
    var part = self
    part.tasks = self.tasks.filter { narrowing.tasks?.contains($0.id) ?? true }
    part.seeds = self.seeds.filter { narrowing.seeds?.contains($0) ?? true }
    part.rows = rows.filter { row in narrowing.methods?.contains { row.isMeant(by: $0) } ?? true }
    let chosen = (tasks: Set(part.tasks.map(\.id)), seeds: Set(part.seeds), rows: Set(part.rows.map(\.id)))
    part.search = search?.part(ofRows: chosen.rows)
    part.figures = figures.compactMap { $0.part(of: part) }
    part.runs = runs.filter { chosen.tasks.contains($0.task.id) && chosen.seeds.contains($0.seed) && chosen.rows.contains($0.row) }
    return part
  }

  /// The ids of all rows, and of the methods that have several.
  private var rowNames: [String] {
    var names = rows.map(\.id)
    for row in rows where !names.contains(row.method) { names.append(row.method) }
    return names
  }

  /// Where the value of a setting or option of a run stands; the place of its row where no file gives it.
  package func place(of setting: String, in run: RunSpecification) -> SourcePosition? {
    places.settings[run.row]?[run.task.id]?[setting] ?? places.rows[run.row]
  }

  /// Where the row of a run stands.
  package func placeOfRow(_ run: RunSpecification) -> SourcePosition? { places.rows[run.row] }

  /// Where the task of a run is named.
  package func placeOfTask(_ run: RunSpecification) -> SourcePosition? { places.tasks[run.task.id] }

  /// Where the model is named; nil where it was named on the command line.
  package var placeOfModel: SourcePosition? { places.model }
}

/// Where the values of an experiment stand in its files.
struct ExperimentPlaces: Sendable, Equatable, Codable {
  var model: SourcePosition?
  /// By the task's id.
  var tasks: [String: SourcePosition] = [:]
  /// By the row's id.
  var rows: [String: SourcePosition] = [:]
  /// By row, task, and the name of the setting or option.
  var settings: [String: [String: [String: SourcePosition]]] = [:]
}

/// One row of a table.
package struct MethodRow: Sendable, Equatable, Codable {
  /// The row's id, without spaces: the method's id and what tells this row from the method's other rows.
  package let id: String
  /// The row's name for people.
  package let label: String
  /// The method's id.
  package let method: String
  /// Other names of the method.
  let methodAliases: [String]

  /// The same row under another label.
  func labelled(_ label: String) -> MethodRow { MethodRow(id: id, label: label, method: method, methodAliases: methodAliases) }

  /// Whether a name from the command line means this row: its own id, or a name of its method.
  func isMeant(by name: String) -> Bool { id == name || method == name || methodAliases.contains(name) }
}

/// A part of an experiment's axes. Nil means all of an axis.
package struct Narrowing: Sendable, Equatable {
  /// Ids of tasks.
  package var tasks: [String]?
  /// Ids of rows, or ids or aliases of methods, which stand for all rows of theirs.
  package var methods: [String]?
  /// What `SEEDS=` names.
  package var seeds: [RunSeed]?

  /// Whether it leaves everything.
  package var isEmpty: Bool { tasks == nil && methods == nil && seeds == nil }

  /// Makes a narrowing; by default it leaves everything.
  package init(tasks: [String]? = nil, methods: [String]? = nil, seeds: [RunSeed]? = nil) {
    self.tasks = tasks
    self.methods = methods
    self.seeds = seeds
  }
}
