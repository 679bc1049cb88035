// Reads a file of what a search found. It was written by the program, and whoever edits it is told so.
import Foundation
import Records
import Settings

/// Reads one file.
struct TunedSettingsReader {
  /// What the file gives, as far as it was read.
  private struct Draft {
    var search = ""
    var digest = ""
    var statement = ""
    var profile = Profile.pocket
    var model = TunedSettings.Model(name: "", digest: "", tokenizer: "")
    var numerics = 0
    var programs: [String] = []
    var epoch = EpochChoice.best
    var settings: [String] = []
    var seeds: [RunSeed] = []
    var tasks: [TunedSettings.Task] = []
    var methods: [TunedSettings.Method] = []
    /// Where each method's winner stands.
    var places: [String: SourcePosition] = [:]
    var seal = ""
  }

  let reader: MappingReader
  let path: String

  /// What the file says, and where each method's winner stands; nil after a report.
  func settings() -> (settings: TunedSettings, places: [String: SourcePosition])? {
    let root: SourceNode?
    do { root = try SourceNode.load(path: path, limits: .tunedSettings, problems: reader.problems) } catch {
      reader.problems.report("\(error)", at: SourcePosition(file: path, line: 1, column: 1))
      return nil
    }
    guard let root, isSealed(), let draft = reader.read(root, as: form, into: Draft())?.value else { return nil }
    let settings = TunedSettings(
      search: draft.search, profile: draft.profile, model: draft.model, numericsVersion: draft.numerics, programs: draft.programs,
      statement: draft.statement, epoch: draft.epoch, settings: draft.settings, seeds: draft.seeds, tasks: draft.tasks,
      methods: draft.methods)
    guard settings.digest == draft.digest else {
      reader.problems.report("'digest' does not follow from the rest: \(Self.advice)", at: root.position)
      return nil
    }
    return (settings, draft.places)
  }

  private static let advice = "run the search again, with 'lowrank tune'."

  /// Whether the seal fits; else it is reported at its line.
  private func isSealed() -> Bool {
    guard let data = FileManager.default.contents(atPath: path) else { return false }
    let text = String(decoding: data, as: UTF8.self), lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    let last = lines.lastIndex { !$0.isEmpty } ?? 0
    let body = lines[..<last].joined(separator: "\n") + "\n"
    if text == TunedSettings.sealed(body) { return true }
    reader.problems.report(
      "was edited after 'lowrank tune' wrote it: its seal does not fit. Take the edit back, or \(Self.advice) Values by hand stand in a "
        + "manifest's rows.", at: SourcePosition(file: path, line: last + 1, column: 1))
    return false
  }

  /// The keys, in the order in which later ones need earlier ones.
  private var form: MappingForm<Draft> {
    MappingForm(
      "a file of tuned settings",
      [
        .identifier("search", \.search, required: true, "the search"),
        .custom("digest", required: true, "what decides the outcome") { draft, entry, _ in
          digest(entry).map { draft.digest = $0 } != nil
        },
        .custom("statement", required: true, "what was tried") { draft, entry, _ in
          digest(entry).map { draft.statement = $0 } != nil
        },
        .choice("profile", \.profile, required: true, "the size"),
        .custom("model", required: true, "the model") { draft, entry, reader in
          guard let keys = entries(entry, ["name", "digest", "tokenizer"]), let name = reader.text(keys[0]),
            let model = digest(keys[1]), let tokenizer = digest(keys[2])
          else { return false }
          draft.model = .init(name: name, digest: model, tokenizer: tokenizer)
          return true
        },
        .value("numerics", .integer(1...1_000_000), \.numerics, required: true, "the version of the arithmetic"),
        .custom("programs", required: true, "the programs that trained") { draft, entry, reader in
          reader.texts(entry).map { draft.programs = $0 } != nil
        },
        .choice("epoch", \.epoch, required: true, "the epoch that counts"),
        .custom("settings", required: true, "what was searched") { draft, entry, reader in
          reader.texts(entry).map { draft.settings = $0 } != nil
        },
        .custom("seeds", required: true, "the seeds") { draft, entry, reader in
          guard let items = reader.list(entry) else { return false }
          for item in items {
            if let seed = RunSeed(item.text) {
              draft.seeds.append(seed)
            } else {
              let text = SourceNode.shortened(item.text)
              reader.problems.report("'seeds' must hold seeds, as 3 or 0x1, but holds '\(text)': \(Self.advice)", at: item.position)
            }
          }
          return draft.seeds.count == items.count
        },
        .custom("tasks", required: true, "the tasks") { draft, entry, _ in
          guard let tasks = members(entry) else { return false }
          draft.tasks = tasks.compactMap(task)
          return draft.tasks.count == tasks.count
        },
        .custom("methods", required: true, "what was found") { draft, entry, _ in
          guard let methods = members(entry) else { return false }
          for method in methods where !read(method, &draft) { return false }
          return true
        },
        .custom("seal", required: true, "the digest of the lines above") { draft, entry, _ in
          digest(entry).map { draft.seal = $0 } != nil
        },
      ])
  }

  private func digest(_ entry: SourceEntry) -> String? {
    guard let text = reader.text(entry) else { return nil }
    if ResultsLayout.isIdentity(text) { return text }
    reader.problems.report("'\(entry.key)' is not a SHA-256 of 64 hexadecimal digits: \(Self.advice)", at: entry.value.position)
    return nil
  }

  /// The entries of a mapping with any keys, of which there must be one; nil after a report.
  private func members(_ entry: SourceEntry) -> [SourceEntry]? {
    guard let found = reader.mapping(entry.value, "'\(entry.key)'") else { return nil }
    if !found.isEmpty { return found }
    reader.problems.report("'\(entry.key)' is an empty mapping: \(Self.advice)", at: entry.value.position)
    return nil
  }

  private func task(_ entry: SourceEntry) -> TunedSettings.Task? {
    guard let keys = entries(entry, ["metric", "sets", "data"], optional: ["split", "retention_text"]),
      let metric = reader.text(keys[0]), let sets = reader.texts(keys[1]), let data = digest(keys[2])
    else { return nil }
    var split = EvaluationSplit.validation, retentionText: String?
    for key in keys.dropFirst(3) {
      if key.key == "split" {
        let names = EvaluationSplit.allCases.map(\.rawValue)
        guard let found = reader.value(key, .choice(names))?.text.flatMap(EvaluationSplit.init) else { return nil }
        split = found
      } else {
        guard let found = reader.text(key) else { return nil }
        retentionText = found
      }
    }
    return .init(id: entry.key, metric: metric, sets: sets, split: split, retentionText: retentionText, data: data)
  }

  /// The entries of a mapping that has these keys, in their order, and behind them those of others that it may have.
  private func entries(_ entry: SourceEntry, _ keys: [String], optional: [String] = []) -> [SourceEntry]? {
    guard let found = reader.entries(of: entry.value, "'\(entry.key)'", keys: keys + optional) else { return nil }
    let ordered = keys.compactMap { key in found.first { $0.key == key } }
    if ordered.count == keys.count { return ordered + found.filter { optional.contains($0.key) } }
    reader.problems.report("'\(entry.key)' lacks a key (\(keys.joined(separator: ", "))): \(Self.advice)", at: entry.keyPosition)
    return nil
  }

  private func read(_ entry: SourceEntry, _ draft: inout Draft) -> Bool {
    guard let schema = reader.method(entry.key, at: entry.keyPosition), let keys = entries(entry, ["winner", "candidates"]) else {
      return false
    }
    guard case .sequence(let items) = keys[1].value.content, !items.isEmpty else {
      reader.problems.report("'candidates' must be a list, but is \(keys[1].value.kind): \(Self.advice)", at: keys[1].keyPosition)
      return false
    }
    var candidates: [TunedSettings.Candidate] = []
    for item in items {
      let own = SourceEntry(key: "candidates", keyPosition: item.position, value: item)
      guard let parts = entries(own, draft.settings + ["scores"]),
        let values = values(Array(parts.dropLast()), schema), let scores = scores(parts[parts.count - 1], draft)
      else { return false }
      candidates.append(.init(values: values, scores: scores))
    }
    let method = TunedSettings.Method(id: schema.id, candidates: candidates)
    var stated: [OptionValue]?
    if case .mapping = keys[0].value.content {
      guard let parts = entries(keys[0], draft.settings), let found = values(parts, schema) else { return false }
      stated = found
    }
    guard stated == method.winner?.values else {
      reader.problems.report(
        "the winner of '\(schema.id)' does not follow from the scores: \(Self.advice)", at: keys[0].keyPosition)
      return false
    }
    draft.methods.append(method)
    draft.places[schema.id] = keys[0].value.position
    return true
  }

  private func values(_ entries: [SourceEntry], _ method: MethodSchema) -> [OptionValue]? {
    let values = entries.compactMap { entry in
      reader.schema(of: entry, method: method, subject: "'candidates'", skip: []).flatMap { reader.value(entry, $0.type) }
    }
    return values.count == entries.count ? values : nil
  }

  private func scores(_ entry: SourceEntry, _ draft: Draft) -> [[Double?]]? {
    guard let tasks = entries(entry, draft.tasks.map(\.id)) else { return nil }
    let scores = tasks.compactMap { task -> [Double?]? in
      guard case .sequence(let items) = task.value.content, items.count == draft.seeds.count else { return nil }
      let found = items.compactMap { item -> Double?? in
        guard case .scalar(let text, isQuoted: false) = item.content else { return nil }
        return text == TunedSettings.diverged ? .some(nil) : ScalarReading.number(text).map { .some($0) }
      }
      return found.count == items.count ? found : nil
    }
    if scores.count == tasks.count { return scores }
    reader.problems.report("'scores' has not a number for each seed: \(Self.advice)", at: entry.keyPosition)
    return nil
  }
}
