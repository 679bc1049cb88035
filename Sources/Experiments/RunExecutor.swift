// One run from its plan to its results on disk.
import Devices
import Foundation
import Models
import Records
import Storage
import Tensors
import Training

/// What a run is given beside its plan.
package struct ExecutionOptions: Sendable {
  /// Threads of one run; no result depends on it.
  package var threads = 1
  /// Seconds between checkpoints; nil keeps none, and a run that is stopped is lost.
  package var checkpointInterval: Double? = 20.0
  /// Whether each step's time is kept.
  package var keepsStepTimes = false
  /// Asked after every update; when true the run saves a checkpoint and ends with `Interruption`.
  package var shouldStop: @Sendable () -> Bool = { false }

  /// One thread, no stop, no observer.
  package init() {}
}

extension TimingRecord {
  /// The timing that a run has left in its folder so far; nil where there is none of it.
  init?(of identity: String, in folder: URL) {
    let file = RunFile.timing.url(in: folder)
    guard let held = try? TimingRecord(jsonData: Data(contentsOf: file), file: file.path), held.identity == identity else {
      return nil
    }
    self = held
  }
}

/// Runs a plan and writes what it leaves: `tensors.h5`, both epochs' weights, `timing.json`, and `record.json` last.
package struct RunExecutor: Sendable {
  /// Where models and data are found and their digests kept.
  package let inputs: RunInputs
  package let options: ExecutionOptions

  /// Executes runs on these inputs.
  package init(inputs: RunInputs, options: ExecutionOptions) {
    self.inputs = inputs
    self.options = options
  }

  /// Trains, or goes on from a checkpoint, and leaves a record in `folder`.
  ///
  /// - Parameter claim: what keeps other workers from the run; nil where none can be.
  /// - Throws: `Interruption` when asked to stop; `ClaimLost` when another worker has taken the run over; errors of files. A run that diverges is a result, not an error.
  package func execute(
    _ run: PlannedRun, in folder: URL, claim: Claim? = nil, observer: (any TrainingObserver)? = nil
  ) throws -> RunRecord {
    let started = Date.now
    let clock = ContinuousClock.now
    let backend = try Device.processor.backend(threads: options.threads)
    let assembled = try AssembledRun(run, inputs: inputs, backend: backend)
    try inputs.requireUnchanged(run)
    let stopwatch = Stopwatch(observer, keepsSteps: options.keepsStepTimes)
    var fineTuning = assembled.fineTuning
    if let interval = options.checkpointInterval {
      fineTuning.checkpoint = Checkpoint(
        url: RunFile.checkpoint.url(in: folder), identity: run.identity, specification: run.digests.specification)
      fineTuning.checkpointInterval = interval
    }
    fineTuning.weights = folder
    fineTuning.observer = stopwatch
    fineTuning.shouldStop = options.shouldStop
    if let claim { fineTuning.beforeWriting = claim.requireHeld }
    let timingFile = RunFile.timing.url(in: folder)
    let saveTiming = { (last: Int) in
      let segment = stopwatch.segment(
        started: started, total: clock.duration(to: .now), last: last, peak: backend.peakBytes, threads: options.threads)
      let before = TimingRecord(of: run.identity, in: folder)
      let record = (before ?? TimingRecord(identity: run.identity, segments: [])).appending(segment)
      try AtomicFile.write(try record.jsonData(), to: timingFile)
    }
    let history: TrainingHistory, outcome: TrainingOutcome, retention: [String: Double]?
    do {
      (history, outcome) = try fineTuning.run()
      retention = try RunRetention(run, inputs: inputs)?.measures(of: history, in: folder, on: backend) {
        if options.shouldStop() { throw Interruption() }
      }
      // it was measured on what these files are now
      if retention != nil { try inputs.requireUnchanged(run) }
    } catch let interruption as Interruption {
      try saveTiming(stopwatch.updates)
      throw interruption
    }
    try fineTuning.beforeWriting()
    let tensors = RunFile.tensors.url(in: folder)
    let bytes = try HDF5File.data(
      RunTensors.tree(run, history, of: fineTuning.objective, diagnostics: fineTuning.method.diagnostics),
      name: tensors.lastPathComponent)
    try AtomicFile.write(bytes, to: tensors)
    let texts = try RunTexts.write(history, of: fineTuning.objective, to: folder)
    try saveTiming(history.updates)
    let record = RunRecord(
      run, history, outcome, objective: fineTuning.objective,
      measures: fineTuning.method.measures.merging(retention ?? [:]) { own, _ in own },
      tensors: FileDigest.sha256(of: bytes), texts: texts, threads: options.threads)
    try fineTuning.beforeWriting()
    try AtomicFile.write(try record.jsonData(), to: RunFile.record.url(in: folder))
    fineTuning.checkpoint?.delete()
    return record
  }

  /// Leaves a record in `folder` that says why a run could not be trained; another call tries again.
  ///
  /// - Throws: `StorageError` where it cannot be written.
  func recordFailure(of run: PlannedRun, reason: String, in folder: URL) throws {
    // a table holds no path of this machine
    let message = reason.replacing(inputs.workspace.root.path + "/", with: "")
    let record = RunRecord(failed: run, message: message, threads: options.threads)
    try AtomicFile.write(try record.jsonData(), to: RunFile.record.url(in: folder))
  }
}
