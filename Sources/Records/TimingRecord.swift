// `timing.json`: all that a clock or the machine's state decides. It is outside every digest, so that equal results stay
// equal bytes.

/// One uninterrupted stretch of a run.
package struct TimingSegment: Sendable, Equatable, Codable {
  /// `started`: when it began, as ISO 8601 in UTC.
  package let started: String
  /// `first_step`: optimizer steps done before it.
  package let firstStep: Int
  /// `last_step`: optimizer steps done after it.
  package let lastStep: Int
  /// `training_seconds`: time in training steps.
  package let trainingSeconds: Double
  /// `evaluation_seconds`: time in evaluation.
  package let evaluationSeconds: Double
  /// `other_seconds`: time in everything else: reading, checkpoints, writing.
  package let otherSeconds: Double
  /// `tokens`: real tokens trained on.
  package let tokens: Int
  /// `peak_memory_bytes`: the most memory that tensors took at a time: weights, gradients, moments and activations.
  package let peakMemoryBytes: Int
  /// `threads`: worker threads.
  package let threads: Int
  /// `step_seconds`: each step's own time; the first includes the set-up. Kept for runs that are timed, nil for others.
  package let stepSeconds: [Double]?

  private enum CodingKeys: String, CodingKey {
    case started
    case firstStep = "first_step"
    case lastStep = "last_step"
    case trainingSeconds = "training_seconds"
    case evaluationSeconds = "evaluation_seconds"
    case otherSeconds = "other_seconds"
    case tokens
    case peakMemoryBytes = "peak_memory_bytes"
    case threads
    case stepSeconds = "step_seconds"
  }

  /// Makes a segment from its parts.
  package init(
    started: String, firstStep: Int, lastStep: Int, trainingSeconds: Double, evaluationSeconds: Double,
    otherSeconds: Double, tokens: Int, peakMemoryBytes: Int, threads: Int, stepSeconds: [Double]? = nil
  ) {
    self.started = started
    self.firstStep = firstStep
    self.lastStep = lastStep
    self.trainingSeconds = trainingSeconds
    self.evaluationSeconds = evaluationSeconds
    self.otherSeconds = otherSeconds
    self.tokens = tokens
    self.peakMemoryBytes = peakMemoryBytes
    self.threads = threads
    self.stepSeconds = stepSeconds
  }
}

/// The timing of one run.
package struct TimingRecord: Sendable, Equatable, Codable, VersionedRecord {
  /// The schema that this program writes and reads.
  package static let knownVersion = 1
  /// What a message calls such a file.
  package static let kind = "timing of a run"

  /// `schema_version`: the version of this schema.
  package let schemaVersion: Int
  /// `identity`: the run's identity.
  package let identity: String
  /// `segments`: one for the first start and one for each resumption, in order.
  package let segments: [TimingSegment]

  private enum CodingKeys: String, CodingKey {
    case schemaVersion = "schema_version"
    case identity, segments
  }

  /// Makes a timing of this program's schema.
  package init(identity: String, segments: [TimingSegment]) {
    schemaVersion = Self.knownVersion
    self.identity = identity
    self.segments = segments
  }

  /// How often the run was resumed.
  package var resumedCount: Int { max(0, segments.count - 1) }
  /// Seconds of all segments together.
  package var totalSeconds: Double {
    segments.reduce(0) { $0 + $1.trainingSeconds + $1.evaluationSeconds + $1.otherSeconds }
  }
  /// Seconds in training steps of all segments together.
  package var trainingSeconds: Double { segments.reduce(0) { $0 + $1.trainingSeconds } }
  /// The most memory that tensors took in any segment, in bytes.
  package var peakMemoryBytes: Int { segments.map(\.peakMemoryBytes).max() ?? 0 }

  /// This timing with one more segment.
  package func appending(_ segment: TimingSegment) -> TimingRecord {
    TimingRecord(identity: identity, segments: segments + [segment])
  }

  var inconsistency: (key: String, reason: String)? {
    for segment in segments {
      let seconds = [segment.trainingSeconds, segment.evaluationSeconds, segment.otherSeconds] + (segment.stepSeconds ?? [])
      if !seconds.allSatisfy({ $0 >= 0 }) || segment.tokens < 0 || segment.peakMemoryBytes < 0 {
        return ("segments", "hold a quantity below zero")
      }
    }
    return nil
  }
}
