// One run: everything that decides its numbers, and where its result belongs.
import Foundation
import Settings

/// One run of an experiment: a row, a task and a seed under a profile.
package struct RunSpecification: Sendable, Equatable {
  /// The id of the manifest.
  package let experiment: String
  /// The size of the experiment that it belongs to.
  package let profile: Profile
  /// The id of the row.
  package let row: String
  /// The row's name for people.
  package let label: String
  /// The id of the method.
  package let method: String
  /// Every option of the method that has a value, defaults included but for those of later keys (`IdentityKeys`).
  package let options: MethodOptions
  /// The hyper-parameters.
  package let training: TrainingSettings
  /// The model: a name that the program knows, or the path of a folder.
  package let model: String
  /// What it is trained and scored on.
  package let task: TaskDefinition
  /// What all its randomness starts from.
  package let seed: RunSeed

  /// Makes a specification from its parts.
  package init(
    experiment: String, profile: Profile, row: String, label: String, method: String, options: MethodOptions,
    training: TrainingSettings, model: String, task: TaskDefinition, seed: RunSeed
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
    self.seed = seed
  }

  /// The task as this run reads it: which of its sets choose, and which are reported.
  package var dividedTask: TaskDefinition { task.divided(by: training.split) }

  /// The same run on another model.
  package func on(model: String) -> RunSpecification {
    RunSpecification(
      experiment: experiment, profile: profile, row: row, label: label, method: method, options: options, training: training,
      model: model, task: task, seed: seed)
  }

  /// The names of the sets that choose its best epoch.
  package var choosingSets: [String] {
    training.tuningRows == nil ? dividedTask.validation.filter { !$0.isHeldOut }.map(\.name) : [TaskDefinition.tuningSet]
  }

  /// `aflora rte seed 3`
  package var shortName: String { "\(row) \(task.id) \(seed.phrase)" }

  /// What decides the run's numbers, as canonical JSON: method, options, hyper-parameters, task and seed. Tables that share
  /// a run agree in it, so it holds no id of a table, no label, no profile and no path; the digests of model, tokenizer and
  /// data stand for those.
  package var identityJSON: String { JSONValue.object(identity).compact }

  /// The same as a value, as it reads back from that text.
  package var identityValue: JSONValue { JSONValue.object(identity).reread }

  /// The members of a specification that decide a run's numbers.
  package static let decidingMembers = ["method", "options", "seed", "task", "task_definition", "training"]

  /// The `identityJSON` of the run that a record's specification is of.
  package static func identityJSON(ofRecorded specification: JSONValue) -> String {
    let members = decidingMembers.compactMap { name in specification[name].map { (name, $0) } }
    return JSONValue.object(Dictionary(members) { first, _ in first }).compact
  }

  /// The whole specification as canonical JSON, as a record holds it: without the paths of a task of the user's own.
  package var canonicalJSON: String { JSONValue.object(identity.merging(place) { first, _ in first }).compact }

  private var identity: [String: JSONValue] {
    var members: [String: JSONValue] = [
      "method": .text(method), "options": Self.object(options.values), "seed": seed.json, "task": .text(task.id),
      "training": Self.object(training.decidingValues),
    ]
    if !task.isKnownByID { members["task_definition"] = .object(task.identity) }
    return members
  }

  private var place: [String: JSONValue] {
    [
      "experiment": .text(experiment), "label": .text(label), "model": .text(model), "profile": .text(profile.rawValue),
      "row": .text(row),
    ]
  }

  private static func object(_ values: [(name: String, value: OptionValue)]) -> JSONValue {
    .object(Dictionary(values.map { ($0.name, $0.value.canonical) }, uniquingKeysWith: { first, _ in first }))
  }
}

extension RunSpecification {
  /// The specification that a record holds; nil where it is none of a run. A task of the user's own has no places in it.
  package init?(recorded specification: JSONValue) {
    guard let data = try? JSONEncoder().encode(specification), let run = try? JSONDecoder().decode(Self.self, from: data) else {
      return nil
    }
    self = run
  }
}

extension RunSpecification: Codable {
  private enum CodingKeys: String, CodingKey {
    case experiment, profile, row, label, method, options, training, model, task
    case taskDefinition = "task_definition"
    case seed
  }

  /// Reads what `encode` or `canonicalJSON` wrote.
  package init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    let task = try values.decode(String.self, forKey: .task)
    self.init(
      experiment: try values.decode(String.self, forKey: .experiment), profile: try values.decode(Profile.self, forKey: .profile),
      row: try values.decode(String.self, forKey: .row), label: try values.decode(String.self, forKey: .label),
      method: try values.decode(String.self, forKey: .method), options: try values.decode(MethodOptions.self, forKey: .options),
      training: try values.decode(TrainingSettings.self, forKey: .training), model: try values.decode(String.self, forKey: .model),
      task: try GLUETask(rawValue: task)?.definition ?? values.decode(TaskDefinition.self, forKey: .taskDefinition),
      seed: try values.decode(RunSeed.self, forKey: .seed))
  }

  /// Writes the whole specification, with the places of a task of the user's own: it reads back equal.
  package func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: CodingKeys.self)
    try values.encode(experiment, forKey: .experiment)
    try values.encode(profile, forKey: .profile)
    try values.encode(row, forKey: .row)
    try values.encode(label, forKey: .label)
    try values.encode(method, forKey: .method)
    try values.encode(options, forKey: .options)
    try values.encode(training, forKey: .training)
    try values.encode(model, forKey: .model)
    try values.encode(task.id, forKey: .task)
    if !task.isKnownByID { try values.encode(task, forKey: .taskDefinition) }
    try values.encode(seed, forKey: .seed)
  }
}
