// A manifest: one table, figure or ablation as a value that has been checked.
import Settings

/// A manifest that has been read and checked as a whole: under each of the profiles that were asked for, every run is specified.
package struct Manifest: Sendable, Equatable {
  /// The id, which `make` and the command line take.
  package let id: String
  /// Other names of the same manifest.
  package let aliases: [String]
  /// The paper whose table this is, or nil.
  package let paper: String?
  /// The group that it is run with, apart from the other tables; nil for those of the papers and comparisons.
  package let group: String?
  /// The file it was read from.
  package let file: String
  /// The profiles that it can be run under.
  package let profiles: [Profile]
  /// What it says under each profile that was read, in the order of profiles.
  package let experiments: [Experiment]

  /// Whether it is a search over settings, and no table.
  package var isSearch: Bool { experiments.contains { $0.search != nil } }

  /// What the manifest says under a profile.
  /// - Throws: `ManifestError.unknownProfile`.
  package func experiment(_ profile: Profile) throws(ManifestError) -> Experiment {
    guard let found = experiments.first(where: { $0.profile == profile }) else {
      throw .unknownProfile(profile.rawValue, experiment: id, known: profiles.map(\.rawValue))
    }
    return found
  }

  /// The same manifest, whose experiments the command line takes by this name.
  func called(_ name: String) -> Manifest {
    let named = experiments.map { experiment in
      var experiment = experiment
      experiment.callName = name
      return experiment
    }
    return Manifest(id: id, aliases: aliases, paper: paper, group: group, file: file, profiles: profiles, experiments: named)
  }

  /// The same manifest with what it says under more profiles.
  func with(_ more: [Experiment]) -> Manifest {
    Manifest(
      id: id, aliases: aliases, paper: paper, group: group, file: file, profiles: profiles, experiments: experiments + more)
  }

  /// Below which heading it is listed: its group, or else its paper; nil for what has neither.
  package var section: String? { group ?? paper }

  /// Reads a manifest and all that it names, and checks it.
  /// - Parameters:
  ///   - path: the manifest's file.
  ///   - recipes: the folder of recipes; by default `recipes` beside the manifest, else beside the manifest's folder.
  ///   - project: the project's folder of manifests, where recipes, tasks and published figures are found for a manifest that lies
  ///     elsewhere and has none beside it.
  ///   - profile: the profile that is read and checked; nil: all.
  ///   - overrides: what the call gives in place of what the manifest says.
  ///   - methods: the methods that may be named.
  ///   - problemOfModel: what is wrong with the model of a name, told beside other problems.
  /// - Throws: `ManifestError.invalid` with every problem of the manifest, its recipes and its tasks;
  ///   `ManifestError.unreadable` where the manifest itself cannot be read.
  package static func load(
    path: String, recipes: String? = nil, project: String? = nil, profile: Profile? = nil, overrides: Overrides = Overrides(),
    methods: MethodCatalog,
    problemOfModel: @escaping (String) -> String? = { _ in nil }
  ) throws(ManifestError) -> Manifest {
    let reader = MappingReader(methods: methods, problems: ProblemCollector(mainFile: path))
    let manifest = try ManifestReader(
      reader: reader, path: path,
      recipesFolder: recipes ?? ManifestReader.place("recipes", near: FilePath.folder(of: path), project: project),
      project: project,
      wanted: profile.map { [$0] } ?? Profile.allCases, overrides: overrides, problemOfModel: problemOfModel
    ).manifest()
    try reader.problems.throwIfAny()
    guard let manifest else { throw .unreadable(path: path, reason: "it is no manifest.") }
    return manifest
  }
}
