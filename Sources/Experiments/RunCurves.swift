// What TensorBoard draws of a run: losses and rates by update, scores by epoch. It is the same from a run that goes on and from the
// record of one.
import Foundation
import Records
import Storage
import Training

/// The curves of one run, as far as it is.
struct RunCurves {
  /// The point of one update.
  struct Update {
    /// The task's loss before the update.
    var loss: Double
    /// The learning rate, the head's aside.
    var learningRate: Double

    /// The point in the curves of training proper, or of a method's preliminary, whose updates count for themselves.
    func scalars(isPreliminary: Bool) -> [TensorBoardEvent.Scalar] {
      let group = isPreliminary ? "preliminary" : "train"
      return [.init("\(group)/loss", Float(loss)), .init("\(group)/learning_rate", Float(learningRate))]
    }
  }

  /// The updates of a method's preliminary.
  let preliminary: [Update]
  /// Those of training proper.
  let updates: [Update]
  /// The scores of each epoch, on the sets that choose the best one.
  let epochs: [EpochScores]

  /// What a run has done so far.
  init(_ history: TrainingHistory) {
    preliminary = history.preliminary.map(Update.init)
    updates = history.steps.map(Update.init)
    epochs = history.epochs.enumerated().map { EpochScores($1, number: $0 + 1).choosing(without: $1.heldOut) }
  }

  /// What a finished run has left in its folder.
  ///
  /// - Throws: `FileDamage` where its tensors are not those that it wrote, `StorageError` where they cannot be read.
  init(_ record: RunRecord, in folder: URL) throws {
    // before the library opens it, which aborts on some damage
    if let damage = record.damage(of: .tensors, in: folder) { throw damage }
    let root = try HDF5File.read(RunFile.tensors.url(in: folder))
    func updates(_ group: String) -> [Update] {
      zip(root.dataset("\(group)/task_loss")?.numbers ?? [], root.dataset("\(group)/learning_rate")?.numbers ?? []).map {
        Update(loss: $0, learningRate: $1)
      }
    }
    preliminary = updates("preliminary")
    self.updates = updates("training")
    epochs = record.epochs.map { $0.choosing(without: record.heldOut ?? []) }
  }

  /// All points, each at the time that it was made at as far as `times` tells, else now.
  func events(_ times: UpdateTimes) -> [TensorBoardEvent] {
    let now = Date.now
    func event(_ update: Int, before: Int, _ scalars: [TensorBoardEvent.Scalar]) -> TensorBoardEvent {
      let time = times.time(of: before + update) ?? now
      return TensorBoardEvent(time: time.timeIntervalSince1970, step: update, .scalars(scalars))
    }
    return preliminary.enumerated().map { event($0 + 1, before: 0, $1.scalars(isPreliminary: true)) }
      + updates.enumerated().map { event($0 + 1, before: preliminary.count, $1.scalars(isPreliminary: false)) }
      + epochs.map { event($0.step, before: preliminary.count, $0.scalars) }
  }
}

extension RunCurves.Update {
  init(_ result: StepResult) { self.init(loss: Double(result.taskLoss), learningRate: result.learningRate) }
}

extension EpochScores {
  /// These scores without those of sets that are only reported.
  func choosing(without heldOut: [String]) -> EpochScores {
    EpochScores(epoch: epoch, step: step, scores: scores.filter { !heldOut.contains($0.split) })
  }

  /// The points in the curves of each metric; of several validation sets each has its own. A score that was not measured, as that
  /// of texts which are written after the last epoch alone, has none.
  var scalars: [TensorBoardEvent.Scalar] {
    scores.filter { !$0.value.isNaN }.map { score in
      let set = score.split == "validation" ? "" : score.split + "/"
      return .init("validation/\(set)\(score.metric)", Float(score.value))
    }
  }
}

/// When a run's updates were made, as far as its timing tells.
struct UpdateTimes {
  /// Updates on end.
  private struct Stretch {
    let started: Date
    let seconds: Double
    let before: Double
    let last: Double
  }

  private let stretches: [Stretch]

  /// Reads a timing; of none nothing can be told.
  init(_ timing: TimingRecord?) {
    stretches = (timing?.segments ?? []).compactMap { segment in
      guard let started = try? Date(segment.started, strategy: .iso8601), segment.lastStep > segment.firstStep else { return nil }
      let seconds = segment.trainingSeconds + segment.evaluationSeconds + segment.otherSeconds
      guard seconds < 1e9 else { return nil }
      return Stretch(started: started, seconds: seconds, before: Double(segment.firstStep), last: Double(segment.lastStep))
    }
  }

  /// The time of an update, counted from 1, those of a preliminary too: within its stretch as if all took as long.
  func time(of update: Int) -> Date? {
    let update = Double(update)
    guard let stretch = stretches.last(where: { $0.before < update && update <= $0.last }) else { return nil }
    return stretch.started.addingTimeInterval(stretch.seconds * (update - stretch.before) / (stretch.last - stretch.before))
  }
}
