// One run: everything that decides its numbers, and where its result belongs.
import Settings

/// One run of an experiment: a row, a task and a seed under a profile.
public struct RunSpecification: Sendable, Equatable, Codable {
  /// The id of the manifest.
  public let experiment: String
  /// The profile.
  public let profile: Profile
  /// The id of the row.
  public let row: String
  /// The row's name for people.
  public let label: String
  /// The id of the method.
  public let method: String
  /// Every option of the method that has a value, defaults included but for those of later keys (`IdentityKeys`).
  public let options: MethodOptions
  /// The hyper-parameters.
  public let training: TrainingRecipe
  /// The model: a name that the program knows, or the path of a folder.
  public let model: String
  /// The id of the task.
  public let task: String
  /// The task's definition, where it is the user's own.
  public let taskDefinition: TaskDefinition?
  /// The seed.
  public let seed: Int

  private enum CodingKeys: String, CodingKey {
    case experiment, profile, row, label, method, options, training, model, task
    case taskDefinition = "task_definition"
    case seed
  }

  /// Makes a specification from its parts.
  public init(
    experiment: String, profile: Profile, row: String, label: String, method: String, options: MethodOptions,
    training: TrainingRecipe, model: String, task: String, taskDefinition: TaskDefinition? = nil, seed: Int
  ) {
    self.experiment = experiment
    self.profile = profile
    self.row = row
    self.label = label
    self.method = method
    self.options = options
    self.training = training
    self.model = model
    self.task = task
    self.taskDefinition = taskDefinition
    self.seed = seed
  }

  /// What decides the run's numbers, as canonical JSON: method, options, hyper-parameters, task and seed. Tables that share
  /// a run agree in it, so it holds no id of a table, no label, no profile and no path; the digests of model, tokenizer and
  /// data stand for those.
  public var identityJSON: String { CanonicalJSON.object(identityMembers).compact }

  /// The whole specification as canonical JSON, without the paths of a task of the user's own. It reads back as an equal
  /// specification where the task is built in.
  public var canonicalJSON: String {
    let own: [String: CanonicalJSON] = [
      "experiment": .text(experiment), "label": .text(label), "model": .text(model), "profile": .text(profile.rawValue),
      "row": .text(row),
    ]
    return CanonicalJSON.object(own.merging(identityMembers) { first, _ in first }).compact
  }

  private var identityMembers: [String: CanonicalJSON] {
    var members: [String: CanonicalJSON] = [
      "method": .text(method), "options": Self.object(options.values), "seed": .integer(seed), "task": .text(task),
      "training": Self.object(training.settings),
    ]
    if let taskDefinition { members["task_definition"] = taskDefinition.canonical }
    return members
  }

  private static func object(_ values: [(name: String, value: OptionValue)]) -> CanonicalJSON {
    .object(Dictionary(values.map { ($0.name, $0.value.canonical) }, uniquingKeysWith: { first, _ in first }))
  }
}
