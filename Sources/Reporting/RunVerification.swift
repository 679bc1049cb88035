// Whether what runs left is what they wrote: every file of every run compared with its record, and the record with its seal.
import Foundation
import Records
import Storage

/// What was found when all that runs left was compared with their records.
package struct RunVerification: Sendable, Equatable {
  /// Finished runs whose record and files are those that were written.
  package private(set) var whole = 0
  /// Finished runs whose record has no seal, and whose tensors are those that were written.
  package private(set) var unsealed = 0
  /// Runs that have not been finished.
  package private(set) var unfinished = 0
  /// What is wrong, a line each.
  package private(set) var problems: [String] = []
  /// Runs with a problem.
  private var damaged = 0

  /// Compares the runs in these folders, in order.
  package init(_ folders: [URL]) {
    for folder in folders { look(at: folder) }
  }

  /// Whether nothing is wrong.
  package var isWhole: Bool { problems.isEmpty }

  /// The counts in one line.
  package var text: String {
    var parts = ["\(whole) whole"]
    if unsealed > 0 { parts.append("\(unsealed) whole as far as a record without a seal tells") }
    if unfinished > 0 { parts.append("\(unfinished) not finished") }
    parts.append(isWhole ? "none damaged" : "\(damaged) damaged")
    let count = whole + unsealed + unfinished + damaged
    return "\(count) \(count == 1 ? "run" : "runs"): \(parts.joined(separator: ", "))"
  }

  private mutating func look(at folder: URL) {
    let before = problems.count
    do throws(ReportError) {
      guard let record = try ResultsFolder.record(in: folder) else { return lookUnfinished(at: folder) }
      problems += record.files.compactMap { record.damage(of: $0.file, in: folder)?.description }
      if problems.count == before { if record.seal == nil { unsealed += 1 } else { whole += 1 } }
    } catch {
      problems.append(error.description)
    }
    if problems.count > before { damaged += 1 }
  }

  private mutating func lookUnfinished(at folder: URL) {
    let checkpoint = RunFile.checkpoint.url(in: folder)
    do {
      if FileManager.default.fileExists(atPath: checkpoint.path) { _ = try SealedArchive(url: checkpoint) }
      unfinished += 1
    } catch {
      problems.append("\(error). The run starts again from its beginning.")
      damaged += 1
    }
  }
}

extension ResultsFolder {
  /// The folders of all runs, by name.
  package var runFolders: [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: layout.runs.path)) ?? []
    return names.filter { ResultsLayout.isIdentity($0) }.sorted().map { layout.run($0) }
  }

  /// The folders of the runs that an experiment's links lead to, each once; a link that leads nowhere is not among them.
  package func runFolders(of experiment: String) -> [URL] {
    let folder = url.appending(path: experiment)
    let names = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
    let identities = names.compactMap {
      try? FileManager.default.destinationOfSymbolicLink(atPath: folder.appending(path: $0).path)
    }
    .map { ($0 as NSString).lastPathComponent }.filter { ResultsLayout.isIdentity($0) }
    return Set(identities).sorted().map { layout.run($0) }.filter { FileManager.default.fileExists(atPath: $0.path) }
  }
}
