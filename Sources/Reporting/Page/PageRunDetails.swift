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
  /// What is wrong with the run's files.
  private(set) var problems: [String] = []

  /// Reads the folder of a run. What cannot be read is a problem that the page tells of.
  init(of record: RunRecord, in folder: URL) {
    identity = record.identity
    log = Self.endOfLog(in: folder)
    texts = [("best", RunFile.bestTexts), ("last", .lastTexts)].compactMap { Self.texts($0, $1, of: record, in: folder) }
    guard record.digests.tensors != nil else { return }
    do {
      let root = try RecordedTensors(in: folder, record: record).root
      curves = Self.curves(root)
      decisions = PageDecision.all(in: root)
      answers = (root.group("predictions")?.groups ?? []).compactMap { PageAnswers($0.group, set: $0.name) }
    } catch {
      problems.append("\(error)".replacing(folder.relativePath + "/", with: ""))
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

  private static func texts(_ epoch: String, _ file: RunFile, of record: RunRecord, in folder: URL) -> Texts? {
    guard let (shown, count) = WrittenText.beginning(mostTexts, of: file, in: folder, record) else { return nil }
    return Texts(epoch: epoch, count: count, shown: shown.map(Self.shortened))
  }

  private static func shortened(_ text: WrittenText) -> WrittenText {
    func cut(_ text: String) -> String { text.count > longestText ? text.prefix(longestText) + "…" : text }
    return WrittenText(
      set: text.set, source: cut(text.source), references: text.references.prefix(3).map(cut), output: cut(text.output),
      score: text.score)
  }

  /// The last lines of a log; nil where there is none that can be read.
  private static func endOfLog(in folder: URL) -> Log? {
    guard let (bytes, before) = try? SmallFile.ending(of: RunFile.log.url(in: folder), limit: longestLog) else { return nil }
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
