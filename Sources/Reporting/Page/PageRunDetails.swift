// One run as the report page shows it beyond its record: curves, decisions, answers, texts and the log. It is read from the run's folder
// once, since a run never changes.
import Foundation
import Records
import Storage

/// What a run's folder holds, in as many numbers as a page can show.
struct PageRunDetails: Encodable, Sendable {
  /// Numbers by step or epoch.
  struct Curve: Encodable, Sendable {
    let name: String
    /// What is counted along it: `step`, `epoch`.
    let axis: String
    /// How many numbers were recorded.
    let count: Int
    /// How many of them each value is the mean of.
    let width: Int
    let values: PageNumbers
  }

  /// The texts that a model wrote.
  struct Texts: Encodable, Sendable {
    /// `best` or `last`.
    let epoch: String
    /// How many there are.
    let count: Int
    let shown: [WrittenText]
  }

  /// The end of the log.
  struct Log: Encodable, Sendable {
    let lines: [String]
    /// Whether there are none before them.
    let isWhole: Bool
  }

  /// Why a run's folder could not be read as a whole: a page told of that names no place of this machine.
  struct Problem: Error, Equatable {
    let text: String
  }

  /// Most points of a curve, as in figures.
  private static let mostPoints = 100
  /// Texts that are shown of an epoch, and the characters of one.
  private static let mostTexts = 20, longestText = 2000
  /// Lines of a log that are shown, and the bytes that are read for them.
  private static let mostLines = 200, longestLog = 1 << 16

  let format = PageScript.format
  let identity: String
  private(set) var curves: [Curve] = []
  private(set) var decisions: [PageDecision] = []
  private(set) var answers: [PageAnswers] = []
  private(set) var texts: [Texts] = []
  let log: Log?

  /// Reads the folder of a run.
  /// - Throws: where a file that the run left cannot be read, or is not the one that it wrote. What lacks that is not to stay in a page,
  ///   for the next reading may have it.
  init(of record: RunRecord, in folder: URL) throws(Problem) {
    identity = record.identity
    do {
      log = try Self.endOfLog(in: folder)
      texts = try [("best", RunFile.bestTexts), ("last", .lastTexts)].compactMap { try Self.texts($0, $1, of: record, in: folder) }
      guard record.digests.tensors != nil else { return }
      let root = try RecordedTensors(in: folder, record: record).root
      curves = Self.curves(root)
      decisions = PageDecision.all(in: root)
      answers = (root.group("predictions")?.groups ?? []).compactMap { PageAnswers($0.group, set: $0.name) }
    } catch {
      let places = [folder.path, folder.relativePath].map { $0 + "/" }
      throw Problem(text: places.reduce("\(error)") { $0.replacing($1, with: "") })
    }
  }

  private static func curves(_ root: HDF5Group) -> [Curve] {
    let names = ["loss", "task_loss", "gradient_norm", "learning_rate", "head_learning_rate", "trainable_parameters"]
    let places =
      names.map { (path: "training/" + $0, name: $0) } + [("preliminary/loss", "preliminary loss"), ("epoch_loss", "epoch_loss")]
    var curves: [Curve] = []
    for (path, name) in places {
      guard let dataset = root.dataset(path), dataset.shape.count == 1, let numbers = dataset.values.doubles, !numbers.isEmpty
      else {
        continue
      }
      let curve = Curve(name, dataset.dimensionLabels.first ?? "step", numbers, most: mostPoints)
      // a loss that nothing was added to is told once
      if name == "task_loss", curve.values == curves.first(where: { $0.name == "loss" })?.values { continue }
      curves.append(curve)
    }
    return curves
  }

  private static func texts(_ epoch: String, _ file: RunFile, of record: RunRecord, in folder: URL) throws(ReportError) -> Texts? {
    guard record.files.contains(where: { $0.file == file }) else { return nil }
    guard let (shown, count) = WrittenText.beginning(mostTexts, of: file, in: folder, record) else {
      if let damage = record.damage(of: file, in: folder) { throw .damagedFile(damage) }
      throw .unreadable(path: file.url(in: folder).relativePath, reason: "its reading failed")
    }
    return Texts(epoch: epoch, count: count, shown: shown.map(Self.shortened))
  }

  private static func shortened(_ text: WrittenText) -> WrittenText {
    func cut(_ text: String) -> String { text.count > longestText ? text.prefix(longestText) + "…" : text }
    return WrittenText(
      set: text.set, source: cut(text.source), references: text.references.prefix(3).map(cut), output: cut(text.output),
      score: text.score)
  }

  /// The last lines of a log; nil where there is none, or something else than a plain file has its name.
  private static func endOfLog(in folder: URL) throws -> Log? {
    let file = RunFile.log.url(in: folder), bytes: [UInt8], before: Int
    guard FileManager.default.fileExists(atPath: file.path) else { return nil }
    do {
      (bytes, before) = try SmallFile.ending(of: file, limit: longestLog)
    } catch StorageError.notAPlainFile {
      return nil
    }
    var lines = String(decoding: bytes, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)[...]
    if lines.last?.isEmpty ?? false { lines = lines.dropLast() }
    // the first of a part may have lost its beginning
    if before > 0 { lines = lines.dropFirst() }
    let shown = lines.suffix(mostLines)
    return Log(lines: shown.map { String($0.prefix(longestText)) }, isWhole: before == 0 && shown.count == lines.count)
  }
}

extension PageRunDetails.Curve {
  /// A curve of at most `most` points: means of neighbours.
  init(_ name: String, _ axis: String, _ numbers: [Double], most: Int) {
    let windows = FigureSampling.windows(numbers, most: most)
    (self.name, self.axis, count, width) = (name, axis, numbers.count, windows.width)
    values = PageNumbers(windows.points.map(\.y))
  }
}
