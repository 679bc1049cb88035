// A cluster's own settings, in a file of the user's: ~/.config/lowrank/slurm.yaml, or one that --cluster names. No experiment knows of them,
// and none of them changes a number.
import Foundation
import Settings

/// What tasks ask a Slurm cluster for, and what goes before them.
package struct ClusterSettings: Sendable, Equatable, Codable {
  /// The partition that tasks wait in; nil for the cluster's own default, likewise below.
  package var partition: String?
  /// The account that pays.
  package var account: String?
  /// The quality of service.
  package var qos: String?
  /// The features that nodes must have, as `avx512` or `[a|b]`.
  package var constraint: String?
  /// The most minutes that a task asks for, as its partition allows; a run that takes longer goes on from its checkpoint.
  package var mostMinutes: Int?
  /// The fewest minutes that a task asks for: room for starting, and for the checkpoint before its end.
  package var leastMinutes = 10
  /// By how much a task asks for more time than its runs are estimated to take, on a machine whose speed is not known.
  package var timeFactor = 3.0
  /// By how much a task asks for more memory than its runs are estimated to take.
  package var memoryFactor = 1.5
  /// Graphics processors of a task.
  package var gpusPerTask: Int?
  /// Lines of a shell that go before the program, as `module load hdf5`.
  package var setup: [String] = []
  /// The words that go before the program's own, as `apptainer exec lowrank.sif`.
  package var container: String?
  /// Further options of sbatch, as `--exclude=node7`.
  package var options: [String] = []

  /// A cluster whose defaults do.
  package init() {}

  /// The file that is read where none is named.
  package static var usualFile: String { ("~/.config/lowrank/slurm.yaml" as NSString).expandingTildeInPath }

  /// Reads a file of settings; without a path the usual one, where there is one.
  ///
  /// - Throws: `ManifestError.invalid` with every problem of the file, `.unreadable` where a file that is named is not there.
  package init(path: String?) throws(ManifestError) {
    let file = path ?? Self.usualFile
    if path == nil, !FileManager.default.fileExists(atPath: file) {
      self.init()
      return
    }
    let problems = ProblemCollector(mainFile: file)
    let reader = ClusterSettingsReader(reader: MappingReader(methods: MethodCatalog([]), problems: problems))
    let settings = try reader.settings(path: file)
    try problems.throwIfAny()
    self = settings ?? ClusterSettings()
  }
}

/// Reads files of a cluster's settings.
struct ClusterSettingsReader {
  let reader: MappingReader

  /// What a file says; nil after a report.
  func settings(path: String) throws(ManifestError) -> ClusterSettings? {
    guard let root = try SourceNode.load(path: path, problems: reader.problems) else { return nil }
    guard let read = reader.read(root, as: form, into: ClusterSettings()) else { return nil }
    if let most = read.value.mostMinutes, most < read.value.leastMinutes {
      reader.problems.report(
        "'most_minutes' is \(most), fewer than 'least_minutes', which is \(read.value.leastMinutes).",
        at: read.place("most_minutes") ?? root.position)
    }
    return read.value
  }

  var form: MappingForm<ClusterSettings> {
    MappingForm(
      "a cluster's settings",
      [
        .name("partition", \.partition, "the partition that tasks wait in"),
        .name("account", \.account, "the account that pays"),
        .name("qos", \.qos, "the quality of service"),
        .name("constraint", \.constraint, also: "&|()[]*!", "the features that nodes must have"),
        .value("most_minutes", .integer(1...100_000), \.mostMinutes, "the most minutes that a task asks for"),
        .value("least_minutes", .integer(1...100_000), \.leastMinutes, "the fewest minutes that a task asks for"),
        .value(
          "time_factor", .number(1...100), \.timeFactor,
          "by how much a task asks for more time than its runs are estimated to take"),
        .value(
          "memory_factor", .number(1...100), \.memoryFactor,
          "by how much a task asks for more memory than its runs are estimated to take"),
        .value("gpus_per_task", .integer(1...64), \.gpusPerTask, "graphics processors of a task"),
        .lines("setup", \.setup, "lines of a shell that go before the program, as 'module load hdf5'"),
        .line("container", \.container, "the words that go before the program's own, as 'apptainer exec lowrank.sif'"),
        .lines("options", \.options, "further options of sbatch, each from its dashes on, as '--exclude=node7'") {
          $0.hasPrefix("--") && !$0.contains(where: \.isWhitespace)
        },
      ])
  }
}

extension MappingForm<ClusterSettings>.Key {
  /// A name as sbatch takes it: it goes into a script, so that nothing may be in it that ends a word.
  fileprivate static func name(
    _ name: String, _ property: WritableKeyPath<ClusterSettings, String?>, also marks: String = "", _ documentation: String
  ) -> Self {
    custom(name, documentation) { settings, entry, reader in
      guard let text = reader.text(entry) else { return false }
      guard text.unicodeScalars.allSatisfy({ isPlain($0) || marks.unicodeScalars.contains($0) }), !text.hasPrefix("-") else {
        reader.problems.report(
          "'\(name)' must be letters, digits, '-', '_', '.' and ','\(marks.isEmpty ? "" : ", or one of \(marks)"), but is "
            + "'\(SourceNode.shortened(text))'.", at: entry.value.position)
        return false
      }
      settings[keyPath: property] = text
      return true
    }
  }

  private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || "-_.,".unicodeScalars.contains(scalar))
  }

  /// One line of a shell.
  fileprivate static func line(
    _ name: String, _ property: WritableKeyPath<ClusterSettings, String?>, _ documentation: String
  ) -> Self {
    custom(name, documentation) { settings, entry, reader in
      guard let text = reader.text(entry), isLine(text, name, at: entry.value.position, reader) else { return false }
      settings[keyPath: property] = text
      return true
    }
  }

  /// Lines of a shell, in order; the same may come twice.
  fileprivate static func lines(
    _ name: String, _ property: WritableKeyPath<ClusterSettings, [String]>, _ documentation: String,
    where isMeant: @escaping (String) -> Bool = { _ in true }
  ) -> Self {
    custom(name, documentation) { settings, entry, reader in
      guard case .sequence(let items) = entry.value.content else {
        reader.problems.report("'\(name)' must be a list of texts, but is \(entry.value.kind).", at: entry.value.position)
        return false
      }
      var lines: [String] = []
      for item in items {
        guard case .scalar(let text, _) = item.content, !text.isEmpty, isMeant(text) else {
          reader.problems.report("'\(name)' holds \(item.kind), expected \(documentation).", at: item.position)
          continue
        }
        if isLine(text, name, at: item.position, reader) { lines.append(text) }
      }
      settings[keyPath: property] = lines
      return lines.count == items.count
    }
  }

  private static func isLine(_ text: String, _ name: String, at place: SourcePosition, _ reader: MappingReader) -> Bool {
    if !text.contains(where: \.isNewline) && !text.contains("\0") { return true }
    reader.problems.report("'\(name)' must hold single lines, but one has several.", at: place)
    return false
  }
}
