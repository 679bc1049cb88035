// Texts for many prompts at once: what runs of all searches is one packed batch, which prompts join and leave as they begin and end.
import Layers
import Models
import Tensors

/// Generates texts with a model. Those of a prompt are the same, to the bit, in whichever company it is.
package struct Generator {
  private let model: Model

  /// - Throws: `GenerationError.model` for a model that tells no next tokens.
  package init(_ model: Model) throws {
    guard Decoding(model) != nil else {
      throw GenerationError.model(
        problem: "\(model.configuration.architecture) with this head tells no next tokens. Use a causal language model")
    }
    self.model = model
  }

  /// The texts of each prompt, the best first.
  ///
  /// - Parameters:
  ///   - prompts: token ids, `[prompts]`; each has one or more.
  ///   - running: the most texts that are followed at once, beams counted one by one; a prompt's own are never parted. It decides memory
  ///     and speed, and no bit of a result.
  ///   - beforeStep: called before each step, and may stop the work by an error.
  /// - Throws: `GenerationError` before anything is computed where settings or prompts do not fit, and in the middle for logits that are
  ///   not finite; what `beforeStep` throws.
  package func generate(
    _ prompts: [[Int32]], _ settings: SearchSettings, running: Int = 64, beforeStep: () throws -> Void = {}
  ) throws -> [[GeneratedText]] {
    try validate(prompts, settings)
    guard let decoding = Decoding(model) else { return [] }
    var queue = Array(prompts.indices), active: [ActiveSearch] = []
    var results = [[GeneratedText]](repeating: [], count: prompts.count)
    func collect() {
      for search in active where search.texts.running.isEmpty { results[search.prompt] = search.texts.found }
      active.removeAll { $0.texts.running.isEmpty }
    }
    while !queue.isEmpty || !active.isEmpty {
      // as many prompts as there is room for, a few at a time
      while !queue.isEmpty, active.isEmpty || (active.count + 1) * settings.beams <= running {
        let room = max(1, running / settings.beams - active.count), group = nextGroup(queue, prompts, most: room)
        queue.removeFirst(group.count)
        try beforeStep()
        active += try begin(group, prompts, settings, decoding)
        collect()
      }
      guard !active.isEmpty else { continue }
      try beforeStep()
      try step(&active, decoding)
      collect()
    }
    return results
  }

  /// The first prompts of the queue that are read together.
  private func nextGroup(_ queue: [Int], _ prompts: [[Int32]], most: Int) -> [Int] {
    var tokens = 0
    let group = queue.prefix(most).prefix { prompt in
      tokens += prompts[prompt].count
      return tokens <= 512
    }
    return group.isEmpty ? Array(queue.prefix(1)) : Array(group)
  }

  private func validate(_ prompts: [[Int32]], _ settings: SearchSettings) throws {
    let limits = model.limits, vocabulary = limits.vocabulary
    var problems = settings.problems
    if let token = settings.endTokens.first(where: { Int($0) >= vocabulary }) {
      problems.append("eos_token_id is \(token), expected one of the model's vocabulary of \(vocabulary)")
    }
    guard problems.isEmpty else { throw GenerationError.settings(problems: problems) }
    for (index, prompt) in prompts.enumerated() {
      guard !prompt.isEmpty else { throw GenerationError.prompt(index: index, problem: "it has no tokens") }
      if let token = prompt.first(where: { $0 < 0 || Int($0) >= vocabulary }) {
        throw GenerationError.prompt(
          index: index,
          problem: "token \(token) is not in the model's vocabulary of \(vocabulary). Use the tokenizer that belongs to the model")
      }
      // the last new token is never read
      let needed = prompt.count + settings.maximumTokens - 1
      if let most = limits.tokens, needed > most {
        throw GenerationError.prompt(
          index: index,
          problem:
            "its \(prompt.count) tokens and \(settings.maximumTokens) new ones need \(needed) positions, but the model has \(most). "
            + "Shorten the prompt, or lower max_new_tokens")
      }
    }
  }

  // MARK: Steps

  /// Reads some prompts and takes their first step.
  private func begin(
    _ group: [Int], _ prompts: [[Int32]], _ settings: SearchSettings, _ decoding: Decoding
  ) throws -> [ActiveSearch] {
    let (sequences, logits) = decoding.begin(group.map { prompts[$0] })
    var searches = zip(group, sequences).map { prompt, sequence in
      ActiveSearch(
        prompt: prompt, forbidden: ForbiddenTokens(settings: settings, prompt: prompts[prompt]),
        texts: settings.beams == 1
          ? GreedySearch(settings) : BeamSearch(settings, vocabulary: model.configuration.vocabularySize),
        sequences: [sequence])
    }
    try advance(&searches, logits, decoding)
    return searches
  }

  /// One token more of every text that runs.
  private func step(_ searches: inout [ActiveSearch], _ decoding: Decoding) throws {
    let (sequences, logits) = decoding.next(
      searches.flatMap { $0.continuations.map(\.token) },
      after: searches.flatMap { search in search.continuations.map { search.sequences[$0.parent] } })
    var next = sequences.makeIterator()
    for index in searches.indices {
      for sequence in searches[index].sequences { decoding.release(sequence) }
      searches[index].sequences = searches[index].continuations.compactMap { _ in next.next() }
    }
    try advance(&searches, logits, decoding)
  }

  /// Lets every search choose by the logits of its texts.
  private func advance(_ searches: inout [ActiveSearch], _ logits: Tensor, _ decoding: Decoding) throws {
    let forbidden = searches.flatMap { search in search.texts.running.map { search.forbidden(after: $0) } }
    let choices = logits.choices(searches.first?.texts.width ?? 1, forbidden: forbidden)
    var row = 0
    for index in searches.indices {
      let rows = row..<row + searches[index].sequences.count
      row = rows.upperBound
      if choices.faulty.contains(where: rows.contains) {
        let step = (searches[index].texts.running.first?.count ?? 0) + 1
        throw GenerationError.notFinite(prompt: searches[index].prompt, step: step)
      }
      searches[index].continuations = searches[index].texts.advance(
        rows.map { NextTokens(tokens: choices.places[$0], scores: choices.scores[$0]) })
      guard searches[index].continuations.isEmpty else { continue }
      for sequence in searches[index].sequences { decoding.release(sequence) }
      searches[index].sequences = []
    }
  }
}

/// A prompt's search, and what the model keeps of its texts.
private struct ActiveSearch {
  let prompt: Int
  let forbidden: ForbiddenTokens
  var texts: any TextSearch
  /// One of each running text.
  var sequences: [DecodingSequence]
  /// How those of the next step go on from them.
  var continuations: [Continuation] = []
}
