// `record.json`: what a finished run leaves beside its tensors. It is written last, so that its presence means *done*.
import Settings

/// How many parameters were trainable over a run.
package struct TrainableParameters: Sendable, Equatable, Codable {
  /// `initial`: before the first step.
  package let initial: Int
  /// `final`: after the last step.
  package let final: Int
  /// `average`: the mean over all steps.
  package let average: Double

  /// Makes counts from their parts.
  package init(initial: Int, final: Int, average: Double) {
    self.initial = initial
    self.final = final
    self.average = average
  }
}

/// The record of one run.
package struct RunRecord: Sendable, Equatable, Codable, VersionedRecord {
  /// The schema that this program writes and reads.
  package static let knownVersion = 1
  /// What a message calls such a file.
  package static let kind = "record of a run"

  /// `schema_version`: the version of this schema.
  package let schemaVersion: Int
  /// `identity`: the SHA-256 that names the run's folder, made from what decides its numbers.
  package let identity: String
  /// `specification`: the manifest row that the run was first made for, as canonical JSON.
  package let specification: JSONValue
  /// `outcome`: how the run ended.
  package let outcome: RunOutcome
  /// `flags`: what a reader must know beside the outcome.
  package let flags: [RunFlag]
  /// `epochs`: the scores after each epoch, in order.
  package let epochs: [EpochScores]
  /// `primary`: the score that decides which epoch is best.
  package let primary: PrimaryScore
  /// `held_out`: the sets that chose nothing and are only reported; nil in records that have none.
  package let heldOut: [String]?
  /// `best_epoch`: the epoch with the highest primary score, the first of equals; nil where none was evaluated.
  package let bestEpoch: Int?
  /// `last_epoch`: the last epoch that was evaluated; nil where none was.
  package let lastEpoch: Int?
  /// `trainable_parameters`: those of the method, without the task's head, as papers count them.
  package let trainableParameters: TrainableParameters
  /// `trainable_parameters_with_head`: all that were trained.
  package let trainableParametersWithHead: TrainableParameters
  /// `steps`: optimizer steps of training proper.
  package let steps: Int
  /// `preliminary_steps`: optimizer steps on a sample before it, as LoRA-drop's; nil where there were none, and in older records.
  package let preliminarySteps: Int?
  /// `flops`: floating-point operations of training, counted from what was computed.
  package let flops: Int
  /// `measures`: single numbers of the method's own, by name, such as `kept.parameters`; nil in records that have none.
  package let measures: [String: Double]?
  /// `digests`: SHA-256 of what went in and came out.
  package let digests: RunDigests
  /// `numerics_version`: the version of the arithmetic; runs of different versions are not the same run.
  package let numericsVersion: Int
  /// `program`: the program that ran.
  package let program: ProgramVersion
  /// `environment`: the machine it ran on.
  package let environment: RunEnvironment
  /// `seal`: the SHA-256 of the file itself, with zeros in the seal's place; nil in records from before there was one.
  package internal(set) var seal: String?

  private enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case identity, specification, outcome, flags, epochs, primary
    case heldOut = "held_out"
    case bestEpoch = "best_epoch"
    case lastEpoch = "last_epoch"
    case trainableParameters = "trainable_parameters"
    case trainableParametersWithHead = "trainable_parameters_with_head"
    case steps
    case preliminarySteps = "preliminary_steps"
    case flops, measures, digests
    case numericsVersion = "numerics_version"
    case program, environment, seal
  }

  /// Makes a record of this program's schema. The best and the last epoch follow from the scores.
  package init(
    identity: String, specification: JSONValue, outcome: RunOutcome, flags: [RunFlag], epochs: [EpochScores],
    primary: PrimaryScore, heldOut: [String] = [], trainableParameters: TrainableParameters,
    trainableParametersWithHead: TrainableParameters, steps: Int, preliminarySteps: Int? = nil, flops: Int,
    measures: [String: Double]? = nil, digests: RunDigests,
    numericsVersion: Int, program: ProgramVersion, environment: RunEnvironment
  ) {
    schemaVersion = Self.knownVersion
    self.identity = identity
    self.specification = specification
    self.outcome = outcome
    self.flags = flags
    self.epochs = epochs
    self.primary = primary
    self.heldOut = heldOut.isEmpty ? nil : heldOut
    bestEpoch = Self.bestEpoch(of: epochs, by: primary, heldOut: heldOut)
    lastEpoch = epochs.last?.epoch
    self.trainableParameters = trainableParameters
    self.trainableParametersWithHead = trainableParametersWithHead
    self.steps = steps
    self.preliminarySteps = preliminarySteps
    self.flops = flops
    self.measures = measures
    self.digests = digests
    self.numericsVersion = numericsVersion
    self.program = program
    self.environment = environment
    seal = RecordSeal.of(self)
  }

  /// The epoch with the highest primary score, averaged over the sets that choose, the first of equals. An undefined score counts as
  /// the lowest there is, -1.
  package static func bestEpoch(of epochs: [EpochScores], by primary: PrimaryScore, heldOut: [String] = []) -> Int? {
    let values = epochs.map { epoch in
      epoch.scores.filter { $0.metric == primary.metric && !heldOut.contains($0.split) }.map(\.value)
    }
    return BestEpoch.place(values).map { epochs[$0].epoch }
  }

  /// Whether a table reports this set: one that chose nothing, where there is any.
  package func reports(_ split: String) -> Bool { heldOut?.contains(split) ?? true }

  /// Whether this set chose the best epoch.
  package func chooses(by split: String) -> Bool { !(heldOut?.contains(split) ?? false) }

  /// The measure of every method that is what its own parameters come to at the end: without pruned ranks, closed gates, zeroed
  /// entries and matrices that never learned.
  package static let keptParameters = "kept.parameters"
  /// What tables call all updates of a run, those before training proper included.
  package static let updates = "updates"

  /// A single number of the run by the name under which tables show it: one of the method's own measures, or `updates`; nil where the
  /// run has none of that name.
  package func number(named name: String) -> Double? {
    measures?[name] ?? (name == Self.updates ? Double(steps) + Double(preliminarySteps ?? 0) : nil)
  }

  /// The scores after an epoch; nil where there are none.
  package func scores(epoch: Int) -> EpochScores? { epochs.first { $0.epoch == epoch } }

  var inconsistency: (key: String, reason: String)? {
    if !ResultsLayout.isIdentity(identity) { return ("identity", "is not a SHA-256 of 64 hexadecimal digits") }
    if let bad = digests.all.first(where: { !ResultsLayout.isIdentity($0.digest) }) {
      return ("digests." + bad.key, "is not a SHA-256 of 64 hexadecimal digits")
    }
    let sealed = ["best", "last", "best_texts", "last_texts"]
    if seal == nil, digests.all.contains(where: { sealed.contains($0.key) }) {
      return ("seal", "is missing beside the digests of weights or texts")
    }
    for (index, epoch) in epochs.enumerated() where epoch.epoch != index + 1 || epoch.step < 0 {
      return ("epochs", "are not numbered from 1, each once")
    }
    if bestEpoch != Self.bestEpoch(of: epochs, by: primary, heldOut: heldOut ?? []) {
      return ("best_epoch", "does not follow from the scores")
    }
    if lastEpoch != epochs.last?.epoch { return ("last_epoch", "does not follow from the scores") }
    for (key, count) in [
      ("trainable_parameters", trainableParameters), ("trainable_parameters_with_head", trainableParametersWithHead),
    ] where count.initial < 0 || count.final < 0 || !(count.average >= 0) {
      return (key, "is below zero")
    }
    if steps < 0 { return ("steps", "is below zero") }
    if let preliminarySteps, preliminarySteps < 0 { return ("preliminary_steps", "is below zero") }
    if flops < 0 { return ("flops", "is below zero") }
    if environment.threads < 1 { return ("environment.threads", "is below one") }
    return nil
  }
}
