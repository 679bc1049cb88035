// The examples of a trace as a task: classes, or completions.
import Datasets
import Layers
import Metrics
import Models
import Objectives
import Settings
import Storage

extension AdapterTrace {
  /// The trace's examples as a task, and the rows of each of its batches.
  ///
  /// - Throws: `ParityError.reference` for examples that are none of the model's, or of the task.
  func task(_ model: Model) throws -> (objective: any Objective, batches: [[Int]]) {
    let parts = try readBatches(model.limits), configuration = model.configuration
    let ends = parts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1.batch.count) }
    let rows = zip(ends, ends.dropFirst()).map { Array($0..<$1) }
    guard !rows.isEmpty, steps.allSatisfy({ $0.batchNumbers.allSatisfy(rows.indices.contains) }), !steps.isEmpty else {
      throw ParityError.reference(path: folder.path, problem: "a step uses a batch that is not there")
    }
    guard meta.train.accumulate == nil || rows.allSatisfy({ $0.count == rows[0].count }) else {
      throw ParityError.reference(path: batches.path, problem: "batches that are accumulated are not of one size")
    }
    if configuration.headKind == .words {
      let sets = CompletionSets(training: try parts.enumerated().flatMap(completions))
      return (Completion(sets, metrics: [], generation: GenerationSettings()), rows)
    }
    let examples = try parts.enumerated().flatMap { try classified($0, $1, configuration.classes) }
    let sets = LabelledSets(training: examples, validation: [])
    return (Classification(sets, classes: configuration.classes, metrics: [.accuracy]), rows)
  }

  private struct Part {
    let reference: ReferenceBatch
    let labels: [Int32]
    var batch: TokenBatch { reference.batch }

    /// The sequences' tokens.
    var sequences: [ArraySlice<Int32>] { zip(batch.offsets, batch.offsets.dropFirst()).map { batch.tokens[$0..<$1] } }
  }

  private func readBatches(_ limits: InputLimits) throws -> [Part] {
    var parts: [Part] = []
    while batches.description(of: "\(parts.count).input_ids") != nil {
      let prefix = "\(parts.count).", reference = try ReferenceBatch(batches, prefix: prefix)
      try limits.validate(reference.batch)
      parts.append(Part(reference: reference, labels: try batches.integers(prefix + "labels").map { Int32(clamping: $0) }))
    }
    return parts
  }

  private func classified(_ number: Int, _ part: Part, _ classes: Int) throws -> [EncodedExample] {
    let batch = part.batch
    guard part.labels.count == batch.count, part.labels.allSatisfy({ $0 >= 0 && Int($0) < classes }) else {
      throw ParityError.reference(path: batches.path, problem: "'\(number).labels' do not fit the batch and the classes")
    }
    return zip(part.sequences, part.labels).map { tokens, label in
      EncodedExample(tokens: Array(tokens), segments: Array(batch.segments[tokens.indices]), label: .class(Int(label)))
    }
  }

  /// Each sequence's prompt, without labels, and its target, whose labels are its tokens.
  private func completions(_ number: Int, _ part: Part) throws -> [Completed] {
    let labels = part.reference.realRows(part.labels, columns: 1)
    guard labels.count == part.batch.tokens.count else {
      throw ParityError.reference(path: batches.path, problem: "'\(number).labels' do not fit the batch")
    }
    return try part.sequences.map { tokens in
      let labels = labels[tokens.indices], prompt = labels.prefix { $0 < 0 }.count
      guard prompt > 0, prompt < tokens.count, labels.dropFirst(prompt).elementsEqual(tokens.dropFirst(prompt)) else {
        throw ParityError.reference(
          path: batches.path, problem: "'\(number).labels' are not those of prompts with completions after them")
      }
      return Completed(tokens: Array(tokens), promptLength: prompt)
    }
  }
}
