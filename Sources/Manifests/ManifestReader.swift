// Reads a manifest's YAML: the top level, then each profile over it.
import Foundation

/// One reading of one manifest.
struct ManifestReader {
  private static let identityKeys = ["id", "aliases", "paper"]
  /// The keys that a profile may give anew.
  private static let profileKeys = [
    "title", "description", "model", "recipe", "tasks", "seeds", "methods", "training", "report", "figures", "timed",
  ]
  /// The keys without which there is nothing to run.
  private static let requiredKeys = ["model", "recipe", "tasks", "seeds", "methods"]
  /// The most runs of one manifest.
  private static let mostRuns = 100_000

  let reader: MappingReader
  let path: String
  let recipesFolder: String

  /// `recipes` beside the manifest, or beside its folder (as for `experiments/pilots/`).
  static func recipesFolder(near path: String) -> String {
    let folder = FilePath.folder(of: path)
    let beside = FilePath.joined(folder, "recipes")
    let above = FilePath.joined(folder == "." ? ".." : FilePath.folder(of: folder), "recipes")
    return !FileManager.default.fileExists(atPath: beside) && FileManager.default.fileExists(atPath: above)
      ? above : beside
  }

  /// Reads everything; nil after a report.
  func manifest() throws(ManifestError) -> Manifest? {
    guard let root = try SourceNode.load(path: path, problems: reader.problems),
      let entries = reader.entries(of: root, "a manifest", keys: Self.identityKeys + Self.profileKeys + ["profiles"])
    else { return nil }
    let id: String?
    if let entry = entries.first(where: { $0.key == "id" }) {
      id = reader.identifier(entry)
    } else {
      reader.problems.report("'id' is missing.", at: root.position)
      id = nil
    }
    let aliases = entries.first { $0.key == "aliases" }.flatMap { entry in
      reader.list(entry)?.compactMap { reader.checkedIdentifier($0.text, "aliases", at: $0.position) }
    }
    let paper = entries.first { $0.key == "paper" }.flatMap { reader.identifier($0) }

    let profiles = profileEntries(entries)
    let custom = customTasks(entries, profiles)
    let known = reader.vocabulary.tasks + custom.map(\.definition.id)
    let recipes = RecipeReader(reader: reader, folder: recipesFolder, tasks: known)
    var plans: [Manifest.ProfilePlan] = []
    var sources = [path] + custom.map(\.path)
    for profile in Profile.allCases {
      let own = profiles.first { $0.profile == profile }
      let merged = Self.profileKeys.compactMap { key in
        own?.entries.first { $0.key == key } ?? entries.first { $0.key == key }
      }
      let missing = Self.requiredKeys.filter { key in !merged.contains { $0.key == key } }
      if own == nil, profile != .paper || !missing.isEmpty { continue }
      for key in missing {
        reader.problems.report(
          "'\(key)' is given neither by the profile '\(profile.rawValue)' nor at the top level.",
          at: own?.position ?? root.position)
      }
      guard let plan = plan(merged, under: profile, custom: custom, recipes: recipes) else { continue }
      sources += plan.recipe.files
      plans.append(Manifest.ProfilePlan(profile: profile, plan: plan))
      PlanCheck(reader: reader, plan: plan, profile: profile).run()
      if plan.runCount > Self.mostRuns {
        reader.problems.report(
          "the profile '\(profile.rawValue)' has \(plan.runCount) runs; \(Self.mostRuns) is the limit.",
          at: root.position)
      }
    }
    if profiles.isEmpty {
      for key in Self.requiredKeys where !entries.contains(where: { $0.key == key }) {
        reader.problems.report("'\(key)' is missing.", at: root.position)
      }
    }
    guard let id else { return nil }
    return Manifest(
      id: id, aliases: aliases ?? [], paper: paper, file: path, sources: Set(sources).sorted(), plans: plans,
      vocabulary: reader.vocabulary)
  }

  private struct ProfileEntries {
    let profile: Profile
    let entries: [SourceEntry]
    let position: SourcePosition
  }

  private func profileEntries(_ entries: [SourceEntry]) -> [ProfileEntries] {
    guard let entry = entries.first(where: { $0.key == "profiles" }) else { return [] }
    let names = Profile.allCases.map(\.rawValue)
    return (reader.entries(of: entry.value, "'profiles'", keys: names) ?? []).compactMap { entry in
      guard let profile = Profile(rawValue: entry.key) else { return nil }
      if entry.value.isEmptyScalar { return ProfileEntries(profile: profile, entries: [], position: entry.keyPosition) }
      guard let own = reader.entries(of: entry.value, "a profile", keys: Self.profileKeys) else { return nil }
      return ProfileEntries(profile: profile, entries: own, position: entry.keyPosition)
    }
  }

  // MARK: Tasks

  private struct CustomTask {
    let path: String
    let definition: TaskDefinition
  }

  private static func isPath(_ task: String) -> Bool { task.hasSuffix(".yaml") || task.hasSuffix(".yml") }

  /// The definitions that the top level and the profiles name, each file read once.
  private func customTasks(_ entries: [SourceEntry], _ profiles: [ProfileEntries]) -> [CustomTask] {
    var result: [CustomTask] = []
    var seen: [String] = []
    for entry in entries + profiles.flatMap(\.entries) where entry.key == "tasks" {
      guard case .sequence(let items) = entry.value.content else { continue }
      for item in items {
        guard case .scalar(let text, _) = item.content, Self.isPath(text), !seen.contains(text) else { continue }
        seen.append(text)
        let taskPath = FilePath.joined(FilePath.folder(of: path), text)
        do {
          guard let definition = try TaskDefinitionReader(reader: reader).definition(path: taskPath) else { continue }
          if result.contains(where: { $0.definition.id == definition.id }) {
            reader.problems.report("two task files have the id '\(definition.id)'.", at: item.position)
          }
          result.append(CustomTask(path: taskPath, definition: definition))
        } catch {
          reader.problems.report("\(error)", at: item.position)
        }
      }
    }
    return result
  }

  private func tasks(_ entry: SourceEntry, custom: [CustomTask]) -> [TaskReference]? {
    guard let items = reader.list(entry) else { return nil }
    let known = reader.vocabulary.tasks
    return items.compactMap { item in
      if Self.isPath(item.text) {
        let taskPath = FilePath.joined(FilePath.folder(of: path), item.text)
        return custom.first { $0.path == taskPath }.map { .custom($0.definition) }
      }
      if known.contains(item.text) { return .builtIn(item.text) }
      reader.reportUnknown(
        "task '\(SourceNode.shortened(item.text))' is not known", item.text, known, at: item.position)
      return nil
    }
  }

  // MARK: One profile

  private func plan(
    _ entries: [SourceEntry], under profile: Profile, custom: [CustomTask], recipes: RecipeReader
  ) -> ManifestPlan? {
    func entry(_ key: String) -> SourceEntry? { entries.first { $0.key == key } }
    let known = recipes.tasks
    let title = entry("title").map { reader.text($0) } ?? ""
    let description = entry("description").map { reader.text($0) } ?? ""
    let model = entry("model").flatMap { reader.text($0) }
    let recipe = entry("recipe").flatMap { entry in
      reader.text(entry).flatMap { recipes.recipe(named: $0, at: entry.value.position) }
    }
    let tasks = entry("tasks").flatMap { self.tasks($0, custom: custom) }
    let seeds = entry("seeds").flatMap { self.seeds($0) }
    let rows = entry("methods").flatMap { MethodRowReader(reader: reader, tasks: known).rows($0) }
    let training = entry("training").map {
      reader.taskSettings($0.value, of: nil, subject: "'training'", tasks: known)
    }
    let report = entry("report").map { ReportReader(reader: reader, tasks: known).report($0) } ?? ReportSettings()
    if let entry = entry("report"), let rows { check(report, entry, rows) }
    let isTimed = entry("timed").flatMap { reader.value($0, .flag)?.flag } ?? false
    // Other profiles' figures are not to be compared with a paper's.
    let published = entry("report").flatMap { entry in
      guard profile == .paper, let name = report.published else { return nil as PublishedTable? }
      return PublishedReader(reader: reader, manifest: path).table(named: name, at: entry.keyPosition)
    }
    guard let title, let description, let model, let recipe, let tasks, let seeds, let rows else { return nil }
    let figures = entry("figures").map { entry in
      FigureReader(reader: reader, rows: rows, tasks: tasks.map(\.id), seeds: seeds).figures(entry)
    }
    return ManifestPlan(
      title: title, description: description, model: model, recipeName: recipe.name, tasks: tasks, seeds: seeds,
      rows: rows, report: report, isTimed: isTimed, figures: figures ?? [], published: published, recipe: recipe,
      training: training ?? TaskSettings())
  }

  /// Reports what a report names and the rows do not have.
  private func check(_ report: ReportSettings, _ entry: SourceEntry, _ rows: [MethodRow]) {
    let ids = rows.map(\.id)
    if let baseline = report.baseline, !ids.contains(baseline) {
      reader.reportUnknown(
        "'baseline' must be the id of a row, but '\(baseline)' is none", baseline, ids, at: entry.keyPosition)
    }
    guard report.rows.hasPrefix("method.") else { return }
    let name = String(report.rows.dropFirst("method.".count))
    var known: [String] = []
    for id in Set(rows.map(\.method)).sorted() {
      let options = reader.vocabulary.methods.method(named: id)?.options ?? []
      known += options.map(\.name).filter { !known.contains($0) }
    }
    if !known.contains(name), TrainingRecipe.schema(named: name) == nil {
      reader.reportUnknown(
        "'rows' names the option '\(name)', which no method of the table has", name, known, at: entry.keyPosition)
    }
  }

  private func seeds(_ entry: SourceEntry) -> [Int]? {
    guard let items = reader.list(entry) else { return nil }
    var seeds: [Int] = []
    var seen: Set<Int> = []
    for item in items {
      guard let seed = ScalarReading.integer(item.text), seed >= 0 else {
        reader.problems.report(
          "a seed must be a whole number of at least 0, but is '\(SourceNode.shortened(item.text))'.", at: item.position
        )
        continue
      }
      if seen.insert(seed).inserted {
        seeds.append(seed)
      } else {
        reader.problems.report("seed \(seed) stands twice in 'seeds'.", at: item.position)
      }
    }
    return seeds
  }
}
