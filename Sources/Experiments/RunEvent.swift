// What happens to a run, as a line for people and as one for machines.
import Foundation
import Metrics
import Records
import Training

/// Something that happens to a run.
enum RunEvent {
  /// It goes on from its checkpoint; so many updates were done before.
  case resumed(updates: Int)
  /// An epoch is over, of so many.
  case epoch(TrainingHistory.Epoch, number: Int, of: Int)
  /// It has a record.
  case finished(RunRecord)
  /// It could not be trained.
  case failed(String)
  /// A signal ended it.
  case stopped
  /// Anything else that a person should know.
  case noted(String)

  /// The line for people, without the run's name.
  var text: String {
    switch self {
    case .resumed(let updates): return "goes on from its checkpoint, after \(updates) updates"
    case .epoch(let epoch, let number, let count):
      let scores = Self.primary(of: epoch).map { ["\($0.metric) \(Self.percent($0.value))"] } ?? []
      return (["epoch \(number)/\(count)", "loss \((epoch.meanLoss * 1000).rounded() / 1000)"] + scores).joined(separator: "  ")
    case .finished(let record):
      var result = Self.best(of: record).map { "\($0.metric) \(Self.percent($0.value))" } ?? "no score"
      if case .diverged(let step) = record.outcome { result = "diverged at step \(step)" }
      return result + (record.flags.contains(.collapsed) ? ", collapsed" : "")
    case .failed(let reason): return "failed: \(reason)"
    case .stopped: return "stopped; it goes on from its checkpoint"
    case .noted(let text): return text
    }
  }

  /// The line for machines: a JSON object. Scores are fractions of one, not percent.
  ///
  /// - Parameters:
  ///   - done, total: the runs of the call that are trained, and that are to be.
  ///   - secondsLeft: of the whole call, where it can be told.
  func json(of run: PlannedRun, done: Int, total: Int, secondsLeft: Double?) -> String {
    var line = Line(
      run: run.specification.shortName, identity: run.identity, done: done, total: total,
      secondsLeft: secondsLeft.map { $0.rounded() })
    switch self {
    case .resumed(let updates): (line.event, line.update) = ("resumed", updates)
    case .epoch(let epoch, let number, let count):
      (line.event, line.epoch, line.epochs, line.update) = ("epoch", number, count, epoch.updates)
      line.loss = epoch.meanLoss.isFinite ? epoch.meanLoss : nil
      line.setScore(Self.primary(of: epoch))
    case .finished(let record):
      line.event = "finished"
      if case .diverged(let step) = record.outcome { (line.event, line.update) = ("diverged", step) }
      line.isCollapsed = record.flags.contains(.collapsed) ? true : nil
      line.setScore(Self.best(of: record))
    case .failed(let reason): (line.event, line.message) = ("failed", reason)
    case .stopped: line.event = "stopped"
    case .noted(let text): (line.event, line.message) = ("note", text)
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return (try? encoder.encode(line)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
  }

  private struct Line: Encodable {
    var event = ""
    var run: String
    var identity: String
    var done: Int
    var total: Int
    var secondsLeft: Double?
    var update: Int?
    var epoch: Int?
    var epochs: Int?
    var loss: Double?
    var metric: String?
    var score: Double?
    var isCollapsed: Bool?
    var message: String?

    mutating func setScore(_ found: (metric: String, value: Double)?) { (metric, score) = (found?.metric, found?.value) }
  }

  /// The primary score of an epoch, averaged over the sets that choose; nil where it has no value.
  private static func primary(of epoch: TrainingHistory.Epoch) -> (metric: String, value: Double)? {
    let values = epoch.choosing.compactMap(\.scores.primary).filter(\.isFinite)
    guard let metric = epoch.choosing.first?.scores.entries.first?.metric, !values.isEmpty, values.count == epoch.choosing.count
    else { return nil }
    return (metric.rawValue, values.reduce(0, +) / Double(values.count))
  }

  private static func best(of record: RunRecord) -> (metric: String, value: Double)? {
    record.bestEpoch.flatMap { record.scores(epoch: $0) }?.value(split: record.primary.split, metric: record.primary.metric)
      .flatMap { $0.isFinite ? (record.primary.metric, $0) : nil }
  }

  private static func percent(_ value: Double) -> String { "\((value * 1000).rounded() / 10)" }
}

/// The log of a run, beside its record: a line for each event, with the time. It is no result: nothing reads it, and no digest covers it.
struct RunLog {
  private let file: URL

  /// The log of the run in a folder, which goes on where it is.
  init(in folder: URL) { file = RunFile.log.url(in: folder) }

  /// Adds an event. A log that cannot be written stops no run.
  func add(_ event: RunEvent) {
    let descriptor = open(file.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK, 0o666)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let end = if case .finished = event { "finished: " } else { "" }
    let line = Array("\(Date.now.ISO8601Format())  \(end)\(event.text)\n".utf8)
    _ = write(descriptor, line, line.count)
  }
}
