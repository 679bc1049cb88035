// One run for a person: everything that its folder holds, as text.
import Foundation
import Records
import Settings
import Storage

/// The content of a run's folder.
package struct RunDescription: Sendable {
  /// Where the run's files lie.
  package let folder: URL
  /// What the run left.
  package let record: RunRecord
  /// The timing, or why there is none.
  package let timing: Result<TimingRecord, ReportError>?
  /// The tensors, or why they are not shown.
  package let tensors: Tensors

  /// What is wrong with the files that the record seals.
  package let damage: [FileDamage]

  /// What became of `tensors.h5`.
  package enum Tensors: Sendable {
    /// Its content; its digest is the record's.
    case read(HDF5Group)
    /// Why it is not shown.
    case unavailable(String)
  }

  /// Reads a run's folder. Only the record must be whole.
  /// - Throws: `ReportError` where the record is missing, cannot be read, or is no valid record.
  package init(folder: URL) throws(ReportError) {
    guard let record = try ResultsFolder.record(in: folder) else { throw .unfinishedRun(path: folder.relativePath) }
    self.folder = folder
    self.record = record
    do throws(ReportError) {
      timing = try ResultsFolder.timing(in: folder).map { .success($0) }
    } catch {
      timing = .failure(error)
    }
    damage = record.files.compactMap { record.damage(of: $0.file, in: folder) }
    tensors = Self.tensors(in: folder, record)
  }

  private static func tensors(in folder: URL, _ record: RunRecord) -> Tensors {
    guard record.digests.tensors != nil else { return .unavailable("the run left none") }
    if record.damage(of: .tensors, in: folder) != nil { return .unavailable("not shown: see the damage below") }
    do {
      return .read(try RecordedTensors(in: folder, record: record).root)
    } catch {
      return .unavailable("\(error)")
    }
  }

  /// Everything as lines of text, free of control characters.
  package var text: String {
    let sections: [(String, [String])] = [
      ("run", overview), ("specification", specification), ("scores by epoch", scores), ("digests (SHA-256)", digests),
      ("environment", environment), ("time and memory", timings), ("tensors", tensorLines), ("texts at the end", texts),
      ("damage", damage.map(\.description)), ("files", files),
    ]
    return sections.filter { !["damage", "texts at the end"].contains($0.0) || !$0.1.isEmpty }.map { title, lines in
      title + "\n" + lines.map { "  " + Self.printable($0) + "\n" }.joined()
    }.joined(separator: "\n")
  }

  private var overview: [String] {
    let flags = record.flags.map(\.text)
    return [
      "identity     \(record.identity)", "outcome      \(record.outcome.text)",
      "flags        " + (flags.isEmpty ? "none" : flags.joined(separator: ", ")),
      "best epoch   \(epoch(record.bestEpoch)) by \(record.primary.metric) on \(selectionSplits)",
      "last epoch   \(epoch(record.lastEpoch))", "steps        \(record.steps)",
      "operations   \(record.flops) floating-point operations of training",
      "trainable    \(record.trainableParameters.text)",
      "  with head  \(record.trainableParametersWithHead.text)",
    ] + (record.measures ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)  \(Self.number($0.value))" }
  }

  /// The validation sets whose mean chooses the best epoch.
  private var selectionSplits: String {
    let scores = record.epochs.first?.scores.filter { $0.metric == record.primary.metric && record.chooses(by: $0.split) }
    let splits = scores?.map(\.split) ?? []
    return splits.count > 1 ? "the mean of \(splits.joined(separator: " and "))" : record.primary.split
  }

  private static func number(_ value: Double) -> String { Int(exactly: value).map(String.init) ?? "\(value)" }

  private func epoch(_ number: Int?) -> String { number.map(String.init) ?? "none" }

  private var specification: [String] { Self.leaves(record.specification, name: "").map { "\($0.name)  \($0.text)" } }

  /// Every leaf of a JSON value with the way to it, in the order of the names.
  static func leaves(_ value: JSONValue, name: String) -> [(name: String, text: String)] {
    guard case .object(let members) = value else { return [(name, leaf(value))] }
    return members.keys.sorted().flatMap { key in
      leaves(members[key] ?? .null, name: name.isEmpty ? key : name + "." + key)
    }
  }

  private static func leaf(_ value: JSONValue) -> String {
    switch value {
    case .null: "null"
    case .flag(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .text(let value): value
    case .array(let values): "[" + values.map(leaf).joined(separator: ", ") + "]"
    case .object(let members):
      "{" + members.keys.sorted().map { "\($0): \(leaf(members[$0] ?? .null))" }.joined(separator: ", ") + "}"
    }
  }

  private var scores: [String] {
    record.epochs.map { epoch in
      let scores = epoch.scores.map {
        "\($0.split) \($0.metric) \($0.value.isNaN ? "undefined" : String(format: "%.4f", $0.value))"
      }
      let marks = [epoch.epoch == record.bestEpoch ? "best" : nil, epoch.epoch == record.lastEpoch ? "last" : nil].compactMap { $0 }
      return "epoch \(epoch.epoch) (step \(epoch.step)): " + scores.joined(separator: ", ")
        + (marks.isEmpty ? "" : "  ← " + marks.joined(separator: " and "))
    }
  }

  private var digests: [String] {
    let digests = record.digests
    let left: [(String, String)] = [
      ("specification", digests.specification), ("manifest", digests.manifest), ("model", digests.model),
      ("tokenizer", digests.tokenizer), ("data", digests.data), ("tensors", digests.tensors ?? "none"),
      ("best", digests.best ?? "none"), ("last", digests.last ?? "none"),
    ]
    let texts = [("best texts", digests.bestTexts), ("last texts", digests.lastTexts)].compactMap { name, digest in
      digest.map { (name, $0) }
    }
    let seal = ("seal", record.seal ?? "none: the record is of a version of this program before there was one")
    return (left + texts + [seal]).map { name, digest in name.padding(toLength: 15, withPad: " ", startingAt: 0) + digest }
  }

  private var environment: [String] {
    let program = record.program
    let machine = record.environment
    return [
      "program     lowrank \(program.version), commit \(program.commit ?? "unknown")" + (program.isModified ? ", modified" : ""),
      "numerics    version \(record.numericsVersion)",
      "threads     \(machine.threads)", "processor   \(machine.processor)", "system      \(machine.operatingSystem)",
    ]
  }

  private var timings: [String] {
    switch timing {
    case nil: return ["no timing.json"]
    case .failure(let error): return ["\(error)"]
    case .success(let timing):
      let segments = timing.segments.map { segment in
        "\(segment.started): steps \(segment.firstStep) to \(segment.lastStep), training "
          + "\(NumberText.seconds(segment.trainingSeconds)), evaluation \(NumberText.seconds(segment.evaluationSeconds)), other "
          + "\(NumberText.seconds(segment.otherSeconds)), \(segment.tokens) tokens, peak \(NumberText.bytes(segment.peakMemoryBytes)), "
          + "\(segment.threads) \(segment.threads == 1 ? "thread" : "threads")"
      }
      return segments + [
        "all: \(NumberText.seconds(timing.totalSeconds)), peak \(NumberText.bytes(timing.peakMemoryBytes)), "
          + "resumed \(timing.resumedCount) times"
      ]
    }
  }

  private var tensorLines: [String] {
    switch tensors {
    case .unavailable(let reason): return [reason]
    case .read(let root): return Self.lines(root, path: "")
    }
  }

  private static func lines(_ group: HDF5Group, path: String) -> [String] {
    var entries = group.datasets.map { name, dataset in (name, [line(dataset, path: path + name)]) }
    entries += group.groups.map { name, group in (name, lines(group, path: path + name + "/")) }
    return entries.sorted { $0.0 < $1.0 }.flatMap(\.1)
  }

  /// The first few that were written.
  private var texts: [String] {
    func shortened(_ text: String) -> String { text.count > 400 ? "…\(text.suffix(399))" : text }
    return WrittenText.first(3, of: .lastTexts, in: folder, record).flatMap { text in
      let more = text.references.count > 1 ? "  (and \(text.references.count - 1) more)" : ""
      return [
        "prompt   \(shortened(text.source))", "written  \(shortened(text.output))",
        "right    \(shortened(text.references.first ?? ""))\(more)",
      ]
    }
  }

  private static func line(_ dataset: HDF5Dataset, path: String) -> String {
    let axes = dataset.shape.enumerated().map { axis, extent in
      axis < dataset.dimensionLabels.count ? "\(dataset.dimensionLabels[axis]) \(extent)" : "\(extent)"
    }
    let type =
      switch dataset.values {
      case .float32: "float32"
      case .float64: "float64"
      case .int64: "int64"
      case .int32: "int32"
      case .uint8: "uint8"
      case .strings: "string"
      }
    let attributes = dataset.attributes.map { "\($0.name): \(attribute($0.attribute))" }
    return "\(path)  \(type) [\(axes.joined(separator: ", "))]"
      + (attributes.isEmpty ? "" : "  (\(attributes.joined(separator: "; ")))")
  }

  private static func attribute(_ value: HDF5Attribute) -> String {
    switch value {
    case .string(let value): value
    case .double(let value): "\(value)"
    case .integer(let value): "\(value)"
    case .strings(let values): values.joined(separator: ", ")
    }
  }

  private var files: [String] {
    let resolved = folder.resolvingSymlinksInPath()
    let names = (try? FileManager.default.contentsOfDirectory(atPath: resolved.path)) ?? []
    return [resolved.path] + names.sorted().filter { !$0.hasPrefix(".") }
  }

  /// The text without what would steer a terminal.
  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.properties.generalCategory == .control ? " " : $0 }))
  }
}

extension RunOutcome {
  /// How a run ended, for people.
  var text: String {
    switch self {
    case .completed: "completed"
    case .diverged(let step): "diverged at step \(step): the loss became infinite or not a number"
    case .failed(let message): "failed: \(message)"
    }
  }
}

extension RunFlag {
  /// What a reader must know, for people.
  var text: String {
    switch self {
    case .collapsed: "collapsed: one answer to every row of a set in its best or its last epoch"
    }
  }
}

extension TrainableParameters {
  /// The counts in one line.
  var text: String { "\(NumberText.count(average)) on average, \(initial) at first, \(final) at last" }
}
