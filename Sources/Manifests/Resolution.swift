// From a checked manifest to its runs: row × task × seed, each with every option and setting filled in.
//
// What a run gets, an inner layer in place of an outer one: defaults < recipe (defaults, tasks, methods, tasks of a method)
// < the manifest's `training` < the row < the row's own `tasks`.
import Settings

/// A part of a manifest's axes. Nil means all of an axis.
public struct Narrowing: Sendable, Equatable {
  /// Ids of tasks.
  public var tasks: [String]?
  /// Ids of rows, or ids or aliases of methods, which stand for all rows of theirs.
  public var methods: [String]?
  /// Seeds.
  public var seeds: [Int]?

  /// Makes a narrowing; by default it leaves everything.
  public init(tasks: [String]? = nil, methods: [String]? = nil, seeds: [Int]? = nil) {
    self.tasks = tasks
    self.methods = methods
    self.seeds = seeds
  }
}

extension Manifest {
  /// The runs of this manifest under a profile, in table order: rows, then tasks, then seeds.
  /// - Parameters:
  ///   - profile: the size.
  ///   - narrowing: the part that is wanted.
  ///   - model: a model in place of the profile's own, as `MODEL=` gives it.
  /// - Throws: `ManifestError.unknownProfile`; `ManifestError.narrowing` with everything that is not in the manifest.
  public func resolve(
    profile: Profile, narrowing: Narrowing = Narrowing(), model: String? = nil
  ) throws(ManifestError) -> [RunSpecification] {
    let plan = try plan(for: profile)
    var messages: [String] = []
    func select<Element>(
      _ all: [Element], _ wanted: [String]?, _ kind: String, known: [String], matches: (Element, String) -> Bool
    ) -> [Element] {
      guard let wanted else { return all }
      for name in wanted where !all.contains(where: { matches($0, name) }) {
        messages.append(
          "\(kind) '\(name)' is not in this manifest." + Suggestion.sentence(for: name, among: known)
            + Suggestion.list("known", known))
      }
      return all.filter { element in wanted.contains { matches(element, $0) } }
    }
    let tasks = select(plan.tasks, narrowing.tasks, "task", known: plan.tasks.map(\.id)) { $0.id == $1 }
    let rows = select(plan.rows, narrowing.methods, "method", known: rowNames(plan)) { row, name in
      row.id == name || row.method == vocabulary.methods.method(named: name)?.id
    }
    let seeds = select(
      plan.seeds, narrowing.seeds?.map(String.init), "seed", known: plan.seeds.map(String.init)
    ) { String($0) == $1 }
    if !messages.isEmpty { throw .narrowing(experiment: id, messages: messages) }

    return rows.flatMap { row in
      tasks.flatMap { task -> [RunSpecification] in
        guard let (options, training) = plan.settings(row, task, vocabulary) else { return [] }
        return seeds.map { seed in
          RunSpecification(
            experiment: id, profile: profile, row: row.id, label: row.label, method: row.method, options: options,
            training: training, model: model ?? plan.model, task: task.id, taskDefinition: task.definition, seed: seed)
        }
      }
    }
  }

  /// The ids of all rows, and of the methods that have several.
  private func rowNames(_ plan: ManifestPlan) -> [String] {
    var names = plan.rows.map(\.id)
    for row in plan.rows where !names.contains(row.method) { names.append(row.method) }
    return names
  }
}

extension TaskReference {
  /// The definition of a task of the user's own.
  var definition: TaskDefinition? { if case .custom(let definition) = self { definition } else { nil } }
}

extension ManifestPlan {
  /// What all layers give for a row and a task.
  func merged(_ row: MethodRow, _ task: TaskReference) -> SettingsLayer {
    recipe.settings(method: row.method, task: task.id)
      .overridden(by: training.settings(for: task.id))
      .overridden(by: row.settings.settings(for: task.id))
  }

  /// The complete options (but for later keys at their defaults) and hyper-parameters of a row on a task; nil where a required setting is missing, which
  /// `PlanCheck` has refused.
  func settings(
    _ row: MethodRow, _ task: TaskReference, _ vocabulary: ManifestVocabulary
  ) -> (options: MethodOptions, training: TrainingRecipe)? {
    let merged = merged(row, task)
    guard let training = TrainingRecipe(merged), let method = vocabulary.methods.method(named: row.method) else {
      return nil
    }
    let options = method.options.compactMap { option -> (String, OptionValue)? in
      if let value = merged[option.name] { return (option.name, value) }
      // A default does not stand beside an option that excludes it.
      guard let value = option.defaultValue, !option.excludes.contains(where: { merged[$0] != nil }) else { return nil }
      return (option.name, value)
    }
    let written = options.filter { name, value in
      method.option(named: name).map { IdentityKeys.writes($0, of: method.id, value) } ?? true
    }
    return (MethodOptions(written), training)
  }
}

/// Checks that every run of a plan can be specified.
struct PlanCheck {
  let reader: MappingReader
  let plan: ManifestPlan
  let profile: Profile

  func run() {
    for row in plan.rows {
      let given = plan.tasks.map { (task: $0.id, settings: plan.merged(row, $0)) }
      for name in TrainingRecipe.required {
        let without = given.filter { $0.settings[name] == nil }.map(\.task)
        guard !without.isEmpty else { continue }
        reader.problems.report(
          "'\(name)' of \(row.id) is given neither by the recipe '\(plan.recipeName)' nor by the manifest for "
            + "\(without.joined(separator: ", ")) (profile \(profile.rawValue)).", at: row.position)
      }
    }
  }
}
