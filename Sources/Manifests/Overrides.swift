// What one call asks for in place of what a manifest says: settings (`--set learning_rate=1e-3`, `--set lora.rank=16`) and seeds beyond
// the manifest's. The experiment is then another one, with a name, a table and links of its own; its runs are known by what decides their
// numbers, as all are, so one that another table has is not trained twice.
import Settings
import Storage

/// The settings and seeds that a call asks for beside a manifest.
package struct Overrides: Sendable, Equatable {
  /// One setting as it was typed: `lora.rank=16`.
  package struct Setting: Sendable, Hashable {
    /// A row, a method or a task, whose runs alone get it; nil: every run that can have it.
    package let target: String?
    /// The name of a training setting or of an option of a method.
    package let key: String
    /// The value as YAML.
    package let value: String

    /// Reads `key=value` or `target.key=value`; nil where it is neither.
    package init?(_ text: String) {
      guard let equals = text.firstIndex(of: "=") else { return nil }
      let name = text[..<equals], value = text[text.index(after: equals)...]
      // the id of a row may hold points, the name of a setting none
      let point = name.lastIndex(of: ".")
      let target = point.map { name[..<$0] }, key = point.map { name[name.index(after: $0)...] } ?? name
      guard !key.isEmpty, target?.isEmpty != true, !value.isEmpty else { return nil }
      self.target = target.map(String.init)
      self.key = String(key)
      self.value = String(value)
    }

    /// As it was typed.
    var text: String { name + "=" + value }
    /// What stands before the sign.
    var name: String { (target.map { $0 + "." } ?? "") + key }
  }

  /// The settings, in the order typed.
  package var settings: [Setting]
  /// The seeds that are asked for; where the manifest has all of them, they narrow it and override nothing.
  package var seeds: [RunSeed]?
  /// The file's name without its ending, of a manifest that has the id of another.
  var file: String?

  /// Makes overrides; by default there are none.
  package init(settings: [Setting] = [], seeds: [RunSeed]? = nil) {
    self.settings = settings
    self.seeds = seeds
  }

  /// The options of the command line that ask for these.
  var words: String {
    let quoted = settings.map { setting -> String in
      let isPlain = setting.text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "=,.-_+/".utf8.contains(byte)
      }
      return " --set " + (isPlain ? setting.text : "'" + setting.text.replacing("'", with: "'\\''") + "'")
    }
    return quoted.joined() + (seeds.map { " --seeds " + $0.map(\.description).joined(separator: ",") } ?? "")
  }

  /// Whether an experiment's name says all that was asked for, so that it may be typed in place of it.
  static func areAll(in name: String) -> Bool {
    var overrides = Overrides()
    return (try? overrides.take(outOf: name, in: "")) != nil
  }

  /// Takes the overrides out of an experiment's own name, `table1+lora.rank=16`, and adds these; returns what is left of the name.
  /// - Throws: `ManifestError.unknownExperiment` where the name does not say them all.
  mutating func take(outOf name: String, in folder: String) throws(ManifestError) -> String {
    let parts = name.split(separator: "+", omittingEmptySubsequences: false).map(String.init)
    var found: [Setting] = []
    for part in parts.dropFirst() {
      guard let setting = Setting(part), setting.name != "file" else { throw .unknownExperiment(name, known: [], folder: folder) }
      if setting.name == "seeds" {
        let texts = setting.value.split(separator: ",", omittingEmptySubsequences: false)
        let named = texts.compactMap { RunSeed(String($0)) }
        guard named.count == texts.count, Set(named).count == named.count else {
          throw .unknownExperiment(name, known: [], folder: folder)
        }
        // beside them `--seeds` chooses among them
        seeds = named
      } else {
        found.append(setting)
      }
    }
    settings = found + settings
    return parts.first ?? name
  }
}

/// Puts overrides into what a manifest says under one profile, and tells what the experiment is called then.
struct OverrideReader {
  /// The longest that is added to an experiment's name, which is part of the names of files.
  private static let longestName = 96

  let reader: MappingReader
  let overrides: Overrides
  /// What is added to the experiment's id, `rank=16` for each.
  private var names: [String] = []
  /// What has been set: row, level, task and key.
  private var given: Set<String> = []

  /// Makes a reader that reports what is wrong with overrides.
  init(_ overrides: Overrides, _ reader: MappingReader) {
    self.overrides = overrides
    self.reader = reader
  }

  /// Changes a draft, and returns the parts that its name then has after the manifest's id, sorted; empty where nothing is overridden.
  mutating func apply(to draft: inout ExperimentDraft) -> [String] {
    if let file = overrides.file { names.append("file=\(file)") }
    // what is for fewer runs holds for them, in whichever order they were typed
    let levels = overrides.settings.map { (setting: $0, level: level(of: $0, in: draft)) }.enumerated()
    for (_, entry) in levels.sorted(by: { ($0.element.level, $0.offset) < ($1.element.level, $1.offset) }) {
      apply(entry.setting, level: entry.level, to: &draft)
    }
    if let seeds = overrides.seeds, !seeds.allSatisfy(draft.seeds.contains) {
      draft.figures = draft.figures.map { $0.over(seeds: seeds, inPlaceOf: draft.seeds) }
      draft.seeds = seeds
      names.append("seeds=" + seeds.map(\.description).joined(separator: ","))
    }
    return names.sorted()
  }

  /// An experiment's id with the parts that overrides add. No id holds a `+` or a `=`, so that it is no manifest's.
  static func name(_ id: String, _ parts: [String]) -> String {
    if parts.isEmpty { return id }
    let suffix = parts.joined(separator: "+")
    let plain = String(suffix.map { $0.isASCII && ($0.isLetter || $0.isNumber || "+-._=,".contains($0)) ? $0 : "_" })
    if plain == suffix, suffix.utf8.count <= longestName { return id + "+" + suffix }
    // what is not written out is told apart by a digest of it
    return id + "+" + plain.prefix(longestName) + "+" + FileDigest.sha256(of: Array(suffix.utf8)).prefix(8)
  }

  /// The command line as a place of which problems tell.
  static func position(of setting: Overrides.Setting) -> SourcePosition {
    SourcePosition(file: "--set \(setting.name)", line: 0, column: 0)
  }

  /// How narrow a setting is: 0 for all runs, then those of a method, a row, a task.
  private func level(of setting: Overrides.Setting, in draft: ExperimentDraft) -> Int {
    guard let target = setting.target else { return 0 }
    if reader.methods.method(named: target) != nil { return 1 }
    return draft.rows.contains { $0.row.id == target } ? 2 : 3
  }

  private mutating func apply(_ setting: Overrides.Setting, level: Int, to draft: inout ExperimentDraft) {
    let place = Self.position(of: setting)
    guard let meant = rows(of: setting, in: draft) else { return }
    let schemas = meant.rows.map { draft.rows[$0].schema(named: setting.key) }
    guard let schema = schemas.compactMap(\.self).first else {
      let known = Set(meant.rows.flatMap { draft.rows[$0].method.options.map(\.name) })
      let settings = TrainingSettings.schemas.map(\.name)
      reader.reportUnknown(
        "'\(SourceNode.shortened(setting.key))' is neither a training setting nor an option of "
          + (setting.target.map { meant.task == nil ? "'\($0)'" : "any row" } ?? "any row"), setting.key,
        settings + known.sorted(), at: place)
      return
    }
    var shown: OptionValue?
    for (row, schema) in zip(meant.rows, schemas) {
      guard let schema, let value = value(setting, schema) else { continue }
      if draft.rows[row].namedBy.contains(setting.key) {
        reader.problems.report(
          "'\(setting.key)' is what the rows of \(draft.rows[row].method.id) are told apart and named by, "
            + "\(draft.rows[row].row.id) among them: give other values in a manifest of your own.", at: place)
        return
      }
      func mark(_ key: String) -> String { "\(row) \(level) \(meant.task ?? "") \(key)" }
      if given.contains(mark(setting.key)) {
        reader.problems.report("'\(setting.key)' of \(draft.rows[row].row.id) is set twice; keep one.", at: place)
        return
      }
      if let other = schema.excludes.first(where: { given.contains(mark($0)) }) {
        reader.problems.report("'\(setting.key)' and '\(other)' cannot be set together; keep one.", at: place)
        return
      }
      given.insert(mark(setting.key))
      var layer = SettingsLayer()
      layer.set(schema, to: value, at: place)
      draft.rows[row].override(layer, task: meant.task, naming: (schema.name, value.readable))
      shown = value
    }
    if let shown {
      let name = setting.target.map { (reader.methods.method(named: $0)?.id ?? $0) + "." } ?? ""
      names.append("\(name)\(schema.name)=\(shown.readable.replacing("+", with: ","))")
    }
  }

  /// The rows, by index, and the task that a setting is for; nil after a report.
  private func rows(of setting: Overrides.Setting, in draft: ExperimentDraft) -> (rows: [Int], task: String?)? {
    let all = Array(draft.rows.indices)
    guard let target = setting.target else { return (all, nil) }
    let rows = all.filter { draft.rows[$0].row.isMeant(by: target) }
    if !rows.isEmpty { return (rows, nil) }
    if draft.tasks.contains(where: { $0.task.id == target }) { return (all, target) }
    let known = draft.rows.map(\.row.id) + draft.tasks.map(\.task.id)
    reader.reportUnknown(
      "'\(SourceNode.shortened(target))' is neither a row nor a task of this manifest", target, known,
      at: Self.position(of: setting))
    return nil
  }

  /// A setting's value by its schema; nil after a report.
  private func value(_ setting: Overrides.Setting, _ schema: OptionSchema) -> OptionValue? {
    let place = Self.position(of: setting)
    // a shell's words have no room for brackets, nor for quotes around a pattern: `targets=query,*.layer.1.*`
    if schema.type.isList, !setting.value.hasPrefix("[") {
      let items = setting.value.split(separator: ",", omittingEmptySubsequences: false).map {
        SourceNode(content: .scalar(String($0), isQuoted: false), position: place)
      }
      let list = SourceNode(content: .sequence(items), position: place)
      if let value = schema.type.value(of: list) { return value }
      reader.report(schema.name, schema.type, found: list)
      return nil
    }
    let problems = ProblemCollector(mainFile: place.file)
    guard let node = SourceNode.parse(setting.value, file: place.file, problems: problems) else {
      for problem in problems.ordered { reader.problems.report("'\(schema.name)' " + problem.message, at: place) }
      return nil
    }
    if let value = schema.type.value(of: node) { return value }
    reader.report(schema.name, schema.type, found: SourceNode(content: node.content, position: place))
    return nil
  }
}

extension RowDraft {
  /// A training setting or option of the row's method; nil where it has none of this name.
  fileprivate func schema(named name: String) -> OptionSchema? {
    method.option(named: name) ?? TrainingSettings.schema(named: name)
  }

  /// Takes a setting of a call, for all tasks or one. A label that may speak of the row's own value tells of the other.
  fileprivate mutating func override(_ layer: SettingsLayer, task: String?, naming: (name: String, value: String)) {
    if settings.common[naming.name] != nil {
      let other = naming.name.replacing("_", with: " ") + " " + naming.value
      row = row.labelled(row.label + ", " + other + (task.map { " on \($0)" } ?? ""))
    }
    if let task {
      overrides.byTask.append((task, layer))
    } else {
      overrides.common = overrides.common.overridden(by: layer)
    }
  }
}

extension FigureSettings {
  /// The same figure of an experiment with other seeds: all where it was of all, the seeds that are left, or else the first.
  fileprivate func over(seeds new: [RunSeed], inPlaceOf old: [RunSeed]) -> FigureSettings {
    let left = seeds.filter(new.contains)
    return of(rows: rows, tasks: tasks, seeds: seeds == old ? new : left.isEmpty ? Array(new.prefix(1)) : left)
  }
}
