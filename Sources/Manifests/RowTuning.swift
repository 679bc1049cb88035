// How the rows of one table came by the settings that a search finds: by which search, or by hand. Rows that were not tuned alike are not
// compared on equal terms, and a table says so.
import Records
import Settings

/// Where a row's searched settings are from.
package enum TuningSource: Sendable, Hashable {
  /// A search found them: the place among `Experiment.tuned`.
  case search(Int)
  /// The manifest gives them.
  case manifest
  /// The call gives them.
  case call
  /// The recipe gives them, and no search found them.
  case recipe
}

extension Experiment {
  /// Where each row's searched settings are from, in the order of the rows of these runs. A row that has them from several places has the
  /// first that is no search. Empty where the recipe names no search.
  package func tuningSources(among runs: [RunSpecification]) -> [(row: MethodRow, source: TuningSource)] {
    if tuned.isEmpty || search != nil { return [] }
    let names = searchedSettings, runsByRow = Dictionary(grouping: runs, by: \.row)
    return rows.compactMap { row in
      var found: [TuningSource] = []
      // seeds have their settings in common
      for run in runsByRow[row.id] ?? [] where run.seed == runsByRow[row.id]?.first?.seed {
        for name in names where run.canHave(name) { found.append(source(of: name, run)) }
      }
      guard let first = found.first else { return nil }
      return (row, found.first { if case .search = $0 { false } else { true } } ?? first)
    }
  }

  /// The settings that any of the searches was over, in order.
  private var searchedSettings: [String] {
    var names: [String] = []
    for name in tuned.flatMap({ $0.settings?.settings ?? [] }) where !names.contains(name) { names.append(name) }
    return names
  }

  private func source(of name: String, _ run: RunSpecification) -> TuningSource {
    guard let place = places.settings[run.row]?[run.task.id]?[name] else { return .recipe }
    if let search = tuned.lastIndex(where: { $0.file == place.file && $0.settings != nil }) { return .search(search) }
    if place.line == 0 { return .call }
    return place.file == places.rows[run.row]?.file ? .manifest : .recipe
  }

  /// The recipe's own search, where it was not run. Those of recipes that it includes matter where they found something.
  private var missing: AppliedTuning? { tuned.last.flatMap { $0.settings == nil ? $0 : nil } }

  /// What is to be known before anything is trained: a search that was not run, and such as found what they would not find now.
  package var tuningNotes: [String] {
    if search != nil { return [] }
    let used = Set(tuningSources(among: runs).map(\.source))
    let absent = missing.map { tuning in
      // a search of a recipe that this one includes may have found what stands in its place
      let reason =
        used.haveSearch
        ? "its search, which the recipe '\(recipe)' names, was not run"
        : "what the recipe '\(recipe)' gives in its place was found by no search"
      return "\(tuning.file) is not there: \(reason). 'lowrank tune \(tuning.search)' makes it."
    }
    let stale = tuned.indices.filter { used.contains(.search($0)) }.compactMap { index in
      tuned[index].difference.map { difference in
        "\(tuned[index].file) is of another search: \(difference). 'lowrank tune \(tuned[index].search)' searches again."
      }
    }
    return (absent.map { [$0] } ?? []) + stale
  }

  /// How the rows of these runs were tuned, a sentence each: the budget of each search, winners at the edge of what was tried, rows that
  /// were not tuned alike, and searches that were not run. Empty where the recipe names no search.
  package func tuningBudget(among runs: [RunSpecification]) -> [String] {
    if search != nil { return [] }
    let sources = tuningSources(among: runs)
    func rows(_ source: TuningSource) -> [MethodRow] { sources.filter { $0.source == source }.map(\.row) }
    var sentences = tuned.indices.compactMap { index -> String? in
      let own = rows(.search(index))
      return own.isEmpty ? nil : tuned[index].settings.map { sentence($0, of: own, among: sources.count) }
    }
    let places: [(TuningSource, String)] = [
      (.manifest, "the manifest gives it"), (.call, "the call gives it"), (.recipe, "the recipe gives it"),
    ]
    let others = places.compactMap { source, phrase in
      let own = rows(source)
      return own.isEmpty ? nil : "\(own.count == sources.count ? "all rows" : Self.named(own)) (\(phrase))"
    }
    if !others.isEmpty {
      let names = TunedSettings.list(searchedSettings.map { $0.replacing("_", with: " ") })
      sentences.append("No search found the \(names) of \(others.joined(separator: "; of ")).")
    }
    if Set(sources.map(\.source)).count > 1 { sentences.insert("Rows were not tuned alike.", at: 0) }
    guard let missing else { return sentences }
    let consequence = sources.map(\.source).haveSearch ? "" : ": what stands in place of its winners was not searched"
    return sentences + ["The search \(missing.search), which the recipe '\(recipe)' names, was not run\(consequence)."]
  }

  /// `Each row has its method's best learning rate of 4, …`.
  private func sentence(_ tuned: TunedSettings, of own: [MethodRow], among count: Int) -> String {
    let isAll = own.count == count, verb = own.count == 1 ? "has its" : "have their"
    let isHeldOut = tuned.tasks.allSatisfy { $0.sets == [TaskDefinition.tuningSet] }
    func counted(_ names: [String], _ noun: String) -> String {
      "\(names.count) \(noun)\(names.count == 1 ? "" : "s") (\(names.joined(separator: ", ")))"
    }
    var text =
      (isAll ? "Each row has its" : "\(Self.named(own)) \(verb)")
      + " method's best \(tuned.settingNames) of \(tuned.candidateCount), by "
      + (isHeldOut ? "the mean score on held-out training rows" : "the mean validation score")
      + " over \(counted(tuned.tasks.map(\.id), "task")) and \(counted(tuned.seeds.map(\.description), "seed")): search \(tuned.search), "
      + "digest \(tuned.digest.prefix(12))"
    let edges = tuned.methods.filter { method in !method.edges.isEmpty && own.contains { $0.method == method.id } }
    if !edges.isEmpty {
      let names = edges.map { method in "\(method.id) (\(tuned.phrase(method.winner?.values ?? [])))" }
      text += "; at the edge of its grid: \(names.joined(separator: ", "))"
    }
    return text + "."
  }

  /// Up to three rows by their ids, or how many they are.
  private static func named(_ rows: [MethodRow]) -> String {
    rows.count > 3 ? "\(rows.count) rows (\(rows[0].id), \(rows[1].id), …)" : TunedSettings.list(rows.map(\.id))
  }
}

extension Sequence<TuningSource> {
  /// Whether a search is one of them.
  fileprivate var haveSearch: Bool { contains { if case .search = $0 { true } else { false } } }
}

extension RunSpecification {
  /// Whether the run can have a setting: every one has those of training, and a method its options.
  fileprivate func canHave(_ name: String) -> Bool { TrainingSettings.schema(named: name) != nil || options[name] != nil }
}
