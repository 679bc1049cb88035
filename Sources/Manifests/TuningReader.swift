// Reads what searches found, for the recipes that name it, and says whether it is of the search as it stands now.
import Foundation
import Settings

/// A file of settings that a search found, as a recipe names it.
package struct AppliedTuning: Sendable, Equatable, Codable {
  /// The search's id.
  package let search: String
  /// The file's path.
  package let file: String
  /// What was found; nil where the file is not there: the search was not run yet.
  package let settings: TunedSettings?
  /// Why it is not what the search would find now, the end of a sentence; nil where it is, as far as manifests and recipes tell.
  package let difference: String?
}

/// Finds what searches found by their names.
struct TuningReader {
  /// A method with the settings that were found for it.
  typealias Found = (method: String, settings: TaskSettings)

  let reader: MappingReader
  /// The folder of recipes.
  let recipes: String

  /// The folder of manifests.
  private var experiments: String { FilePath.folder(of: recipes) }

  /// The file of what a search found.
  static func file(of search: String, in experiments: String) -> String {
    FilePath.joined(FilePath.joined(experiments, TunedSettings.folderName), search + ".yaml")
  }

  /// What a search found, and each method's winner as settings; nil after a report.
  func tuning(named search: String) -> (tuning: AppliedTuning, methods: [Found])? {
    let path = Self.file(of: search, in: experiments)
    guard FileManager.default.fileExists(atPath: path) else {
      return (AppliedTuning(search: search, file: path, settings: nil, difference: nil), [])
    }
    guard let (settings, places) = TunedSettingsReader(reader: reader, path: path).settings() else { return nil }
    guard settings.search == search else {
      reader.problems.report(
        "is of the search '\(settings.search)': call the file '\(settings.search).yaml'.",
        at: SourcePosition(file: path, line: 1, column: 1))
      return nil
    }
    let methods = settings.methods.compactMap { method -> Found? in
      guard let winner = method.winner, let schema = reader.methods.method(named: method.id) else { return nil }
      var layer = SettingsLayer()
      for (name, value) in zip(settings.settings, winner.values) {
        guard let option = schema.option(named: name) ?? TrainingSettings.schema(named: name) else { continue }
        layer.set(option, to: value, at: places[method.id] ?? SourcePosition(file: path, line: 1, column: 1))
      }
      return (method.id, TaskSettings(common: layer))
    }
    return (AppliedTuning(search: search, file: path, settings: settings, difference: difference(settings)), methods)
  }

  /// Whether a manifest states a search under a profile.
  private static func isSearch(_ root: SourceNode, _ profile: Profile) -> Bool {
    func entries(_ node: SourceNode?) -> [SourceEntry] { if case .mapping(let entries)? = node?.content { entries } else { [] } }
    let own = entries(root), profiles = entries(own.first { $0.key == "profiles" }?.value)
    return (own + entries(profiles.first { $0.key == profile.rawValue }?.value)).contains { $0.key == "tune" }
  }

  /// Why the search as its manifest and recipe state it now is another one.
  private func difference(_ settings: TunedSettings) -> String? {
    let places = [ExperimentFolder.searchFolder + "/", ""].map { FilePath.joined(experiments, $0 + settings.search + ".yaml") }
    guard let file = places.first(where: { FileManager.default.fileExists(atPath: $0) }) else {
      return "there is no manifest '\(settings.search)' any more"
    }
    // what is wrong with the search is told where it is read itself
    let own = MappingReader(methods: reader.methods, problems: ProblemCollector(mainFile: file))
    // a table there may use this very recipe, and to read it would end here again
    if let root = try? SourceNode.load(path: file, problems: own.problems), !Self.isSearch(root, settings.profile) {
      return "its manifest is no search any more"
    }
    let manifest = try? ManifestReader(
      reader: own, path: file, recipesFolder: recipes, project: experiments, wanted: [settings.profile], overrides: Overrides(),
      problemOfModel: { _ in nil }
    ).manifest()
    guard own.problems.ordered.isEmpty, let experiment = manifest?.experiments.first else {
      return "its manifest cannot be read ('lowrank check' says why)"
    }
    guard let statement = experiment.searchStatement else { return "its manifest is no search any more" }
    return statement == settings.statement ? nil : "its manifest or recipe states other candidates, tasks, seeds or settings now"
  }
}
