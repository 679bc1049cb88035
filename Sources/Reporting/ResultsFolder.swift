// The reading of what runs left in the folder of results.
import Foundation
import Records
import Settings

/// One run's place in a table.
package struct RunKey: Sendable, Hashable {
  /// The id of the row.
  package let row: String
  /// The id of the task.
  package let task: String
  /// The run's seed.
  package let seed: RunSeed

  /// Makes a key from its parts.
  package init(row: String, task: String, seed: RunSeed) {
    self.row = row
    self.task = task
    self.seed = seed
  }

  init(_ run: RunSpecification) { self.init(row: run.row, task: run.task.id, seed: run.seed) }
}

/// What was found of an experiment's runs.
package struct RunFindings: Sendable, Equatable {
  /// The records of finished runs.
  package var records: [RunKey: RunRecord]
  /// Why a record that is there cannot be used.
  package var unreadable: [RunKey: String]
  /// What has changed, since records were made, in the files that their runs read: a phrase each.
  package var changed: [RunKey: String]
  /// The timings of finished runs, where there are any that can be read.
  var timings: [RunKey: TimingRecord]
  /// Where the settings of runs and records were compared already: with which run, and what it found.
  fileprivate var compared: [RunKey: ComparedSettings] = [:]

  /// Makes findings from their parts.
  package init(
    records: [RunKey: RunRecord] = [:], unreadable: [RunKey: String] = [:], changed: [RunKey: String] = [:],
    timings: [RunKey: TimingRecord] = [:]
  ) {
    self.records = records
    self.unreadable = unreadable
    self.changed = changed
    self.timings = timings
  }

  /// What a run's record has that the run has not now; nil where there is no record, or it is of this run.
  func difference(_ run: RunSpecification) -> String? {
    let key = RunKey(run)
    guard let record = records[key] else { return nil }
    if let known = compared[key], known.run == run { return known.difference ?? changed[key] }
    return SettingsDifference.of(record, from: run) ?? changed[key]
  }
}

/// What a comparison of a run's settings with its record's came to. It takes longer than the reading, and tables ask for it often.
private struct ComparedSettings: Sendable, Equatable {
  let run: RunSpecification
  let difference: String?
}

/// The folder of all results.
package struct ResultsFolder: Sendable, Equatable {
  /// The folder itself.
  package let url: URL

  /// Names a folder; nothing is read yet.
  package init(_ url: URL) { self.url = url }

  /// The places in it.
  package var layout: ResultsLayout { ResultsLayout(url) }

  /// What is there of these runs. A file that cannot be used is a finding, not an error: the other runs still count.
  /// - Parameters:
  ///   - comparesTensors: whether every file of tensors is read and compared with its record, for what prints figures; a list of all
  ///     experiments only looks whether the files of each run are there.
  ///   - inputs: what a run would read now, as far as it is at hand.
  package func findings(
    for runs: [RunSpecification], comparesTensors: Bool = true, inputs: (RunSpecification) -> InputDigests
  ) -> RunFindings {
    var findings = RunFindings()
    for (run, reading) in zip(runs, InOrder.map(runs) { read($0, comparesTensors: comparesTensors) }) {
      let key = RunKey(run)
      switch reading {
      case .success(nil): continue
      case .success(let found?):
        findings.records[key] = found.record
        findings.compared[key] = ComparedSettings(run: run, difference: found.difference)
        findings.timings[key] = found.timing
        // the record's own model: another than the manifest's may have been asked for when it was made
        let trained = if case .text(let model)? = found.record.specification["model"] { run.on(model: model) } else { run }
        findings.changed[key] = inputs(trained).changes(since: found.record).first
      case .failure(let error):
        // A table holds no path of this machine.
        findings.unreadable[key] = error.description.replacing(url.relativePath + "/", with: "")
      }
    }
    return findings
  }

  /// What is there of one run.
  private struct Reading: Sendable {
    let record: RunRecord
    let timing: TimingRecord?
    let difference: String?
  }

  /// Reads what is there of a run; nil where it has no record.
  private func read(_ run: RunSpecification, comparesTensors: Bool) -> Result<Reading?, ReportError> {
    let place = layout.link(run)
    do throws(ReportError) {
      guard let record = try Self.record(in: place) else { return .success(nil) }
      let damage = comparesTensors ? record.damage(of: .tensors, in: place) : record.missingFile(in: place)
      if let damage { throw ReportError.damagedFile(damage) }
      // A timing is no part of a result: without one, its run is left out of the cost table.
      let timing = (try? Self.timing(in: place)).flatMap { $0 }
      return .success(
        Reading(
          record: record, timing: timing?.identity == record.identity ? timing : nil,
          difference: SettingsDifference.of(record, from: run)))
    } catch {
      return .failure(error)
    }
  }

  /// The record in a run's folder, or in the folder that a link leads to; nil where there is none.
  /// - Throws: `ReportError` where it cannot be read, is no valid record, or is another run's.
  package static func record(in folder: URL) throws(ReportError) -> RunRecord? {
    let file = RunFile.record.url(in: folder)
    guard let data = try contents(of: file) else { return nil }
    let record: RunRecord
    do { record = try RunRecord(jsonData: data, file: file.relativePath) } catch { throw .invalidRecord(error) }
    let name = folder.resolvingSymlinksInPath().lastPathComponent
    if ResultsLayout.isIdentity(name), name != record.identity {
      throw .foreignRecord(path: file.relativePath, identity: record.identity, expected: name)
    }
    return record
  }

  /// The timing in a run's folder; nil where there is none.
  /// - Throws: `ReportError` where it cannot be read or is no valid timing.
  package static func timing(in folder: URL) throws(ReportError) -> TimingRecord? {
    let file = RunFile.timing.url(in: folder)
    guard let data = try contents(of: file) else { return nil }
    do { return try TimingRecord(jsonData: data, file: file.relativePath) } catch { throw .invalidRecord(error) }
  }

  /// The folder of the run that a person means: by a path (also one below the results), or by the first four or more
  /// digits of its identity.
  /// - Throws: `ReportError.unknownRun`, `ReportError.ambiguousRun`.
  package func folder(of name: String) throws(ReportError) -> URL {
    for candidate in [URL(filePath: name), url.appending(path: name)] where !name.isEmpty {
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate.path, isDirectory: &isFolder), isFolder.boolValue { return candidate }
    }
    guard name.utf8.count >= 4, name.utf8.count <= 64, name.utf8.allSatisfy(ResultsLayout.isHexadecimal) else {
      throw .unknownRun(name, results: url.relativePath)
    }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: layout.runs.path)) ?? []
    let matches = names.filter { ResultsLayout.isIdentity($0) && $0.hasPrefix(name) }.sorted()
    guard let match = matches.first else { throw .unknownRun(name, results: url.relativePath) }
    guard matches.count == 1 else { throw .ambiguousRun(name, candidates: matches) }
    return layout.run(match)
  }

  /// The bytes of a plain file of at most 32 MB; nil where there is none.
  private static func contents(of file: URL) throws(ReportError) -> Data? {
    var status = stat()
    guard stat(file.path, &status) == 0 else {
      if errno == ENOENT || errno == ENOTDIR { return nil }
      throw .unreadable(path: file.relativePath, reason: String(cString: strerror(errno)))
    }
    // A pipe in its place would be waited for without end.
    guard status.st_mode & S_IFMT == S_IFREG else { throw .unreadable(path: file.relativePath, reason: "it is not a plain file") }
    guard status.st_size <= 32 << 20 else {
      throw .unreadable(path: file.relativePath, reason: "it has \(status.st_size) bytes, more than any record")
    }
    do {
      return try Data(contentsOf: file)
    } catch {
      throw .unreadable(path: file.relativePath, reason: error.localizedDescription)
    }
  }
}
