// A manifest: one table, figure or ablation as a value that has been checked for every profile.

/// The size at which a manifest is run.
public enum Profile: String, Sendable, Codable, CaseIterable {
  /// The project's own small models and generated tasks.
  case pocket
  /// A small pre-trained encoder on real data.
  case small
  /// The paper's own model and data.
  case paper
}

/// One task of a manifest.
public enum TaskReference: Sendable, Equatable {
  /// A task that the program has.
  case builtIn(String)
  /// A task of the user's own.
  case custom(TaskDefinition)

  /// The task's id.
  public var id: String {
    switch self {
    case .builtIn(let id): id
    case .custom(let definition): definition.id
    }
  }
}

/// What a manifest says under one profile.
public struct ManifestPlan: Sendable, Equatable {
  /// The title for people.
  public let title: String
  /// What the table is about.
  public let description: String
  /// The model: a name that the program knows, or the path of a folder.
  public let model: String
  /// The name of the recipe.
  public let recipeName: String
  /// The tasks, in the order of the columns.
  public let tasks: [TaskReference]
  /// The seeds, in the order written.
  public let seeds: [Int]
  /// The rows, in order.
  public let rows: [MethodRow]
  /// What the table shows.
  public let report: ReportSettings
  /// Whether the runs are there to be timed: then they go one at a time, on all cores.
  public let isTimed: Bool
  /// What is drawn beside the table, in the order written.
  public let figures: [FigureSettings]
  /// The paper's table that the report names; nil where it names none, and under every profile but `paper`.
  public let published: PublishedTable?

  let recipe: Recipe
  /// What the manifest itself sets for all rows.
  let training: TaskSettings

  /// The number of runs without narrowing.
  public var runCount: Int { rows.count * tasks.count * seeds.count }
}

/// A manifest that has been read and checked as a whole: under each of its profiles every run can be specified.
public struct Manifest: Sendable, Equatable {
  /// The id, which `make` and the command line take.
  public let id: String
  /// Other names of the same manifest.
  public let aliases: [String]
  /// The paper whose table this is, or nil.
  public let paper: String?
  /// The file it was read from.
  public let file: String
  /// Every file that it was made from: itself, its recipes, its task definitions; sorted.
  public let sources: [String]
  /// The profiles that it can be run under.
  public var profiles: [Profile] { plans.map(\.profile) }

  let plans: [ProfilePlan]
  let vocabulary: ManifestVocabulary

  struct ProfilePlan: Sendable, Equatable {
    let profile: Profile
    let plan: ManifestPlan
  }

  /// What the manifest says under a profile.
  /// - Throws: `ManifestError.unknownProfile`.
  public func plan(for profile: Profile) throws(ManifestError) -> ManifestPlan {
    guard let found = plans.first(where: { $0.profile == profile }) else {
      throw .unknownProfile(profile.rawValue, experiment: id, known: profiles.map(\.rawValue))
    }
    return found.plan
  }

  /// The name of a method in tables; nil where it is not known.
  public func label(ofMethod id: String) -> String? { vocabulary.methods.method(named: id)?.label }

  /// Reads a manifest and all that it names, and checks it under each of its profiles.
  /// - Parameters:
  ///   - path: the manifest's file.
  ///   - recipes: the folder of recipes; by default `recipes` beside the manifest, else beside the manifest's folder.
  ///   - vocabulary: the methods, tasks and metrics that may be named.
  /// - Throws: `ManifestError.invalid` with every problem of the manifest, its recipes and its tasks;
  ///   `ManifestError.unreadable` where the manifest itself cannot be read.
  public static func load(
    path: String, recipes: String? = nil, vocabulary: ManifestVocabulary
  ) throws(ManifestError) -> Manifest {
    let reader = MappingReader(vocabulary: vocabulary, problems: ProblemCollector(mainFile: path))
    let folder = recipes ?? ManifestReader.recipesFolder(near: path)
    let manifest = try ManifestReader(reader: reader, path: path, recipesFolder: folder).manifest()
    try reader.problems.throwIfAny()
    guard let manifest else { throw .unreadable(path: path, reason: "it is no manifest.") }
    return manifest
  }
}
