// Reads a manifest's YAML: the top level, then each profile over it.
import Foundation
import Settings

/// What a manifest says under one profile, as far as it could be read.
struct ExperimentDraft {
  var title = ""
  var description = ""
  var preregistered = ""
  var model: (name: String, position: SourcePosition?) = ("", nil)
  var recipe: Recipe?
  var tasks: [(task: TaskDefinition, position: SourcePosition)] = []
  var seeds: [RunSeed] = []
  /// What is searched; nil of a table.
  var grid: GridDraft?
  var rows: [RowDraft] = []
  var training = TaskSettings()
  var report = ReportSettings()
  var figures: [FigureSettings] = []
  var isTimed = false
  var published: PublishedTable?
}

/// One reading of one manifest.
struct ManifestReader {
  /// What is said once for all profiles.
  private struct Heading {
    var id = ""
    var aliases: [String] = []
    var paper: String?
    var group: String?
    var profiles: [(profile: Profile, entries: [SourceEntry], position: SourcePosition)] = []
  }

  /// The most runs of one manifest.
  private static let mostRuns = 100_000

  let reader: MappingReader
  let path: String
  let recipesFolder: String
  /// The project's folder of manifests, where the file may lie elsewhere.
  let project: String?
  /// The profiles that are read.
  let wanted: [Profile]
  /// What the call gives in place of what the manifest says.
  let overrides: Overrides
  /// What is wrong with the model of a name.
  let problemOfModel: (String) -> String?
  /// Whether what searches found is put in place of what recipes say.
  var appliesTuned = true

  /// The folder or file of this name beside manifests; where there is none, that beside their folder (as for `experiments/tune/`),
  /// or the project's own (for a manifest that lies elsewhere).
  static func place(_ name: String, near folder: String, project: String?) -> String {
    let beside = FilePath.joined(folder, name)
    let above = FilePath.joined(folder == "." ? ".." : FilePath.folder(of: folder), name)
    let places = [beside, above] + (project.map { [FilePath.joined($0, name)] } ?? [])
    return places.first { FileManager.default.fileExists(atPath: $0) } ?? beside
  }

  /// Reads everything; nil after a report.
  func manifest() throws(ManifestError) -> Manifest? {
    guard let root = try SourceNode.load(path: path, problems: reader.problems) else { return nil }
    guard !isOfAnotherKind(root) else { return nil }
    let tasks = TaskNames(reader: reader, in: FilePath.folder(of: path), project: project)
    let profileKeys = form(.pocket, tasks, of: nil).keys.map(\.name)
    let heading = headingForm(profileKeys: profileKeys)
    guard let entries = reader.entries(of: root, heading.subject, keys: heading.keys.map(\.name) + profileKeys) else { return nil }
    let own = entries.filter { !profileKeys.contains($0.key) }
    let head = reader.read(SourceNode(content: .mapping(own), position: root.position), as: heading, into: Heading())
    let profiles = head?.value.profiles ?? []

    let given = entries + profiles.flatMap(\.entries)
    let search = given.first { $0.key == "tune" }
    for entry in given + given.flatMap(\.entriesOfSearch) where entry.key == "tasks" { tasks.loadFiles(named: entry) }
    let required = form(.pocket, tasks, of: nil, isSearch: search != nil).keys.filter(\.isRequired).map(\.name)
    var declared: [Profile] = []
    var experiments: [Experiment] = []
    for profile in Profile.allCases {
      let own = profiles.first { $0.profile == profile }
      let merged = profileKeys.compactMap { key in
        own?.entries.first { $0.key == key } ?? entries.first { $0.key == key }
      }
      let isWhole = required.allSatisfy { key in merged.contains { $0.key == key } }
      if own == nil, profile != .paper || !isWhole { continue }
      declared.append(profile)
      guard wanted.contains(profile) else { continue }
      let node = SourceNode(content: .mapping(merged), position: own?.position ?? root.position)
      if let found = experiment(node, profile, tasks, id: head?.value.id ?? "", root.position) { experiments.append(found) }
    }
    if let search, declared.count > 1 {
      reader.problems.report(
        "a search is of one profile, and this manifest has \(declared.map(\.rawValue).joined(separator: ", ")): write a manifest for each.",
        at: search.keyPosition)
    }
    if profiles.isEmpty {
      for key in required where !entries.contains(where: { $0.key == key }) {
        reader.problems.report("'\(key)' is missing.", at: root.position)
      }
    }
    return head.map {
      Manifest(
        id: $0.value.id, aliases: $0.value.aliases, paper: $0.value.paper, group: $0.value.group, file: path, profiles: declared,
        experiments: experiments)
    }
  }

  /// Whether the file is a task's definition, which is then said.
  private func isOfAnotherKind(_ root: SourceNode) -> Bool {
    guard case .mapping(let entries) = root.content else { return false }
    let keys = Set(entries.map(\.key))
    guard TaskFileReader.isTask(keys), !keys.contains("methods") else { return false }
    reader.problems.report(
      "is the definition of a task, not a manifest: move it to '\(TaskNames.folderName)' beside the manifests, and name its id in "
        + "a manifest's 'tasks'.", at: root.position)
    return true
  }

  /// A line for each key of a manifest.
  static var keyReference: String {
    let own = ManifestReader(reader: .ofNothing, path: "", recipesFolder: "", project: nil, wanted: [], overrides: Overrides()) {
      _ in nil
    }
    return own.headingForm(profileKeys: []).reference
      + own.form(.pocket, TaskNames(reader: own.reader, in: "", project: nil), of: nil).reference
  }

  private func headingForm(profileKeys: [String]) -> MappingForm<Heading> {
    MappingForm(
      "a manifest",
      [
        .identifier("id", \.id, required: true, "the name that the command line takes"),
        .custom("aliases", "other names of it, for the command line") { heading, entry, reader in
          guard let names = reader.list(entry) else { return false }
          heading.aliases = names.compactMap { reader.checkedIdentifier($0.text, "aliases", at: $0.position) }
          return true
        },
        .identifier("paper", \.paper, "the paper whose table it is"),
        .identifier(
          "group", \.group, "the group that it is run with, as in `lowrank all --group findings`; else it is run by `lowrank all`"),
        .custom("profiles", "what differs by size, as `{pocket: {seeds: [0]}}`") { heading, entry, reader in
          for entry in reader.entries(of: entry.value, "'profiles'", keys: Profile.allCases.map(\.rawValue)) ?? [] {
            guard let profile = Profile(rawValue: entry.key) else { continue }
            let entries = entry.value.isEmptyScalar ? [] : reader.entries(of: entry.value, "a profile", keys: profileKeys)
            if let entries { heading.profiles.append((profile, entries, entry.keyPosition)) }
          }
          return true
        },
      ])
  }

  // MARK: One profile

  private func experiment(
    _ node: SourceNode, _ profile: Profile, _ tasks: TaskNames, id own: String, _ start: SourcePosition
  ) -> Experiment? {
    let isSearch = node.entries.contains { $0.key == "tune" }
    let recipes = RecipeReader(reader: reader, folder: recipesFolder, tasks: tasks.known, appliesTuned: appliesTuned && !isSearch)
    let found = reader.read(node, as: form(profile, tasks, of: recipes, isSearch: isSearch), into: ExperimentDraft()) {
      "'\($0)' is given neither by the profile '\(profile.rawValue)' nor at the top level."
    }
    guard var draft = found?.value, let recipe = draft.recipe else { return nil }
    let search = draft.grid.flatMap { GridReader(reader: reader).search($0, draft.rows) }
    var overriding = OverrideReader(overrides, reader)
    let id = OverrideReader.name(own, overriding.apply(to: &draft))
    let count = draft.rows.count * draft.tasks.count
    let (runs, overflow) = count.multipliedReportingOverflow(by: draft.seeds.count)
    guard !overflow, runs <= Self.mostRuns else {
      reader.problems.report("the profile '\(profile.rawValue)' has \(runs) runs; \(Self.mostRuns) is the limit.", at: start)
      return nil
    }
    var resolution = Resolution(reader: reader, experiment: id, profile: profile, draft: draft, recipe: recipe)
    resolution.run()
    checkSeeds(of: draft, recipe, resolution.places, node)
    if isSearch { checkSets(of: resolution) }
    return Experiment(
      id: id, callName: id, profile: profile, title: draft.title, description: draft.description,
      preregistered: draft.preregistered,
      sources: Set([path] + tasks.files + recipe.files).sorted(), recipe: recipe.name, tasks: draft.tasks.map(\.task),
      seeds: draft.seeds, rows: draft.rows.map(\.row), report: draft.report, isTimed: draft.isTimed,
      // where neither the experiment nor its recipe has a search there is none to draw
      figures: draft.figures.filter { $0.kind != .tuning || search != nil || !recipe.tuned.isEmpty },
      published: draft.published, search: search, tuned: recipe.tuned,
      unlistedMethods: recipe.methods.isEmpty
        ? [] : draft.rows.map(\.row.method).filter { id in !recipe.methods.contains { $0.method == id } },
      runs: resolution.runs, places: resolution.places)
  }

  /// The keys that a profile may give anew. Later ones may ask what earlier ones gave.
  /// - Parameter isSearch: whether tasks and seeds are those of `tune`.
  private func form(
    _ profile: Profile, _ tasks: TaskNames, of recipes: RecipeReader?, isSearch: Bool = false
  ) -> MappingForm<ExperimentDraft> {
    MappingForm(
      "a profile",
      [
        .value("title", .text, \.title, "the title for people"),
        .value("description", .text, \.description, "what the table is about"),
        .value(
          "preregistered", .text, \.preregistered,
          "what was expected, by which test and bound, and what would refute it, as it was written before the first run"),
        .custom("model", required: true, "a model's name or folder") { draft, entry, reader in
          guard let name = reader.text(entry) else { return false }
          draft.model = (name, entry.value.position)
          if let problem = problemOfModel(name) { reader.problems.reportBesideOthers(problem, at: entry.value.position) }
          return true
        },
        .custom("recipe", required: true, "the recipe's name") { draft, entry, reader in
          draft.recipe = reader.text(entry).flatMap { recipes?.recipe(named: $0, at: entry.value.position) }
          return draft.recipe != nil
        },
        .custom("tasks", required: !isSearch, "the tasks of its columns") { draft, entry, _ in
          isSearch ? refuse(entry) : read(tasks: entry, tasks, into: &draft)
        },
        .custom("seeds", required: !isSearch, SeedReader.documentation) { draft, entry, reader in
          isSearch ? refuse(entry) : SeedReader(reader: reader).seeds(entry).map { draft.seeds = $0 } != nil
        },
        .custom("tune", required: isSearch, "a search over settings, in place of a table: its values, seeds and tasks") {
          draft, entry, _ in
          read(search: entry, tasks, into: &draft)
        },
        .custom("methods", required: true, "the rows: ids of methods, or `lora: {rank: 4}`; a list of values makes a row for each")
        { draft, entry, reader in
          MethodRowReader(reader: reader, tasks: tasks.known, grid: draft.grid).rows(entry).map { draft.rows = $0 } != nil
        },
        .custom("training", "settings of all rows") { draft, entry, reader in
          draft.training = reader.taskSettings(entry.value, of: nil, subject: "'training'", tasks: tasks.known)
          return true
        },
        .custom("report", "what the table shows") { draft, entry, reader in
          let settings = ReportSettings.form(tasks: tasks.known)
          draft.report = reader.read(entry.value, as: settings, into: ReportSettings())?.value ?? ReportSettings()
          check(draft.report, entry, draft.rows)
          // other profiles' figures are not to be compared with a paper's
          if profile == .paper, let name = draft.report.published {
            draft.published = PublishedReader(reader: reader, manifest: path, project: project).table(
              named: name, at: entry.keyPosition)
          }
          return true
        },
        .custom("figures", "what is drawn") { draft, entry, reader in
          draft.figures = FigureReader(
            reader: reader, rows: draft.rows.map(\.row), tasks: draft.tasks.map(\.task.id), seeds: draft.seeds
          ).figures(entry)
          return true
        },
        .value("timed", .flag, \.isTimed, "whether its runs are there to be timed"),
      ])
  }

  // MARK: A search

  /// Says that a search has its tasks and seeds elsewhere.
  private func refuse(_ entry: SourceEntry) -> Bool {
    reader.problems.report("'\(entry.key)' of a search stands within its 'tune': take it out here.", at: entry.keyPosition)
    return true
  }

  private func read(tasks entry: SourceEntry, _ tasks: TaskNames, into draft: inout ExperimentDraft) -> Bool {
    guard let names = reader.list(entry) else { return false }
    draft.tasks = names.compactMap { name in tasks.task(name.text, at: name.position).map { ($0, name.position) } }
    return true
  }

  private func read(search entry: SourceEntry, _ tasks: TaskNames, into draft: inout ExperimentDraft) -> Bool {
    guard let entries = reader.mapping(entry.value, "'tune'") else { return false }
    var isWhole = true
    for key in GridReader.reservedKeys {
      guard let own = entries.first(where: { $0.key == key }) else {
        reader.problems.report("'\(key)' is missing in 'tune'.", at: entry.keyPosition)
        isWhole = false
        continue
      }
      let isRead =
        key == "tasks"
        ? read(tasks: own, tasks, into: &draft) : SeedReader(reader: reader).seeds(own).map { draft.seeds = $0 } != nil
      isWhole = isWhole && isRead
    }
    draft.grid = GridReader(reader: reader).draft(entries, at: entry.keyPosition)
    return isWhole && draft.grid != nil
  }

  /// Reports tasks whose candidates would be judged on test rows, as those of texts have no other set by default.
  private func checkSets(of resolution: Resolution) {
    for run in resolution.runs where run.choosingSets.contains("test") {
      guard let place = resolution.places.tasks[run.task.id] else { continue }
      reader.problems.report(
        "'\(run.task.id)' would be judged on its test set: give the search 'training: {split: held-out}', or 'tuning_rows'.",
        at: place)
    }
  }

  /// Reports seeds that settings were chosen on which the table's rows have.
  private func checkSeeds(of draft: ExperimentDraft, _ recipe: Recipe, _ places: ExperimentPlaces, _ node: SourceNode) {
    let files = Set(places.settings.values.flatMap(\.values).flatMap(\.values).map(\.file))
    for tuned in recipe.tuned where files.contains(tuned.file) {
      guard let settings = tuned.settings else { continue }
      for seed in draft.seeds where settings.wasFound(on: seed) {
        reader.problems.report(
          "seed \(seed) is one that \(tuned.file) was found on (\(settings.seeds.list)): a table reports others.",
          at: node.place(ofSeed: seed) ?? SourcePosition(file: "--seeds", line: 0, column: 0))
      }
    }
  }

  /// Reports what a report names and the rows do not have.
  private func check(_ report: ReportSettings, _ entry: SourceEntry, _ rows: [RowDraft]) {
    let ids = rows.map(\.row.id)
    if let baseline = report.baseline, !ids.contains(baseline) {
      reader.reportUnknown(
        "'baseline' must be the id of a row, but '\(baseline)' is none", baseline, ids, at: entry.keyPosition)
    }
    guard report.rows.hasPrefix("method.") else { return }
    let name = String(report.rows.dropFirst("method.".count))
    var known: [String] = []
    for method in reader.methods.methods where rows.contains(where: { $0.row.method == method.id }) {
      known += method.options.map(\.name).filter { !known.contains($0) }
    }
    if !known.contains(name), TrainingSettings.schema(named: name) == nil {
      reader.reportUnknown(
        "'rows' names the option '\(name)', which no method of the table has", name, known, at: entry.keyPosition)
    }
  }
}

extension SourceNode {
  /// The entries of a mapping; none of anything else.
  fileprivate var entries: [SourceEntry] { if case .mapping(let entries) = content { entries } else { [] } }

  /// Where a seed stands among a profile's keys; nil where the call alone has it.
  fileprivate func place(ofSeed seed: RunSeed) -> SourcePosition? {
    guard let seeds = entries.first(where: { $0.key == "seeds" }) else { return nil }
    // of two lists the key, since no text has a combination of them
    guard case .sequence(let items) = seeds.value.content else { return seeds.keyPosition }
    return items.first { item in
      if case .scalar(let text, _) = item.content { ScalarReading.integer(text).map { RunSeed($0) } == seed } else { false }
    }?.position
  }
}

extension SourceEntry {
  /// The entries of a search; none of another key.
  fileprivate var entriesOfSearch: [SourceEntry] { key == "tune" ? value.entries : [] }
}
