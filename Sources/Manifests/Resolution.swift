// From the layers of a manifest to its runs: row × task × seed, each with every option and setting filled in.
//
// What a run gets, an inner layer in place of an outer one: defaults < recipe (defaults, tasks, methods, tasks of a method)
// < the manifest's `training` < the row < the row's own `tasks` < what the call sets (`Overrides`).
import Records
import Settings

/// Specifies the runs of an experiment.
struct Resolution {
  let reader: MappingReader
  let experiment: String
  let profile: Profile
  let draft: ExperimentDraft
  let recipe: Recipe
  private(set) var runs: [RunSpecification] = []
  private(set) var places = ExperimentPlaces()

  /// Fills in every run; a required setting that no layer gives is a problem of its row.
  mutating func run() {
    places.model = draft.model.position
    for (task, position) in draft.tasks { places.tasks[task.id] = position }
    for row in draft.rows {
      places.rows[row.row.id] = row.position
      var lacking: [String: [String]] = [:]
      for (task, _) in draft.tasks {
        let layer = merged(row, task.id)
        for name in TrainingSettings.required where layer[name] == nil { lacking[name, default: []].append(task.id) }
        guard let training = TrainingSettings({ layer[$0] }) else { continue }
        checkParts(of: training, layer, row)
        places.settings[row.row.id, default: [:]][task.id] = layer.positions
        let options = options(row, layer)
        runs += draft.seeds.map { seed in
          RunSpecification(
            experiment: experiment, profile: profile, row: row.row.id, label: row.row.label, method: row.row.method,
            options: options, training: training, model: draft.model.name, task: task, seed: seed)
        }
      }
      for name in TrainingSettings.required {
        guard let tasks = lacking[name] else { continue }
        reader.problems.reportLack(
          of: name,
          "'\(name)' of \(row.row.id) is given neither by the recipe '\(recipe.name)' nor by the manifest for "
            + "\(tasks.joined(separator: ", ")) (profile \(profile.rawValue)). \(hint(name, row, tasks))", at: row.position)
      }
    }
  }

  /// Values of the settings that a run cannot do without, to show how they are written.
  private static let examples = ["epochs": "10", "batch": "16", "learning_rate": "1e-3"]

  /// Where a setting that is lacking can be given.
  private func hint(_ name: String, _ row: RowDraft, _ tasks: [String]) -> String {
    let setting = "\(name): \(Self.examples[name] ?? "…")"
    let isOfAll = tasks.count == draft.tasks.count
    let manifest = isOfAll ? "{\(setting)}" : "{tasks: {\(tasks[0]): {\(setting)}}}"
    return "Give it in the manifest, as in 'training: \(manifest)', or in the recipe, as in "
      + (isOfAll ? "'methods: {\(row.row.method): {\(setting)}}'." : "'tasks: {\(tasks[0]): {\(setting)}}'.")
  }

  /// Reports a batch that is not made of so many equal parts.
  private func checkParts(of training: TrainingSettings, _ layer: SettingsLayer, _ row: RowDraft) {
    guard let parts = layer["gradient_accumulation"]?.integer, training.batchSize % parts != 0 else { return }
    reader.problems.report(
      "'gradient_accumulation' must divide 'batch', but \(row.row.id) has a batch of \(training.batchSize) in \(parts) parts.",
      at: layer.positions["gradient_accumulation"] ?? row.position)
  }

  /// What all layers give for a row and a task.
  private func merged(_ row: RowDraft, _ task: String) -> SettingsLayer {
    recipe.settings(method: row.row.method, task: task)
      .overridden(by: draft.training.settings(for: task))
      .overridden(by: row.settings.settings(for: task))
      .overridden(by: row.overrides.settings(for: task))
  }

  /// The complete options of a row, but for later keys at their defaults.
  private func options(_ row: RowDraft, _ layer: SettingsLayer) -> MethodOptions {
    let options = row.method.options.compactMap { option -> (String, OptionValue)? in
      // a default does not stand beside an option that excludes it
      let isExcluded = option.excludes.contains { layer[$0] != nil }
      guard let value = layer[option.name] ?? (isExcluded ? nil : option.defaultValue),
        IdentityKeys.writes(option, of: row.method.id, value)
      else { return nil }
      return (option.name, value)
    }
    return MethodOptions(options)
  }
}
