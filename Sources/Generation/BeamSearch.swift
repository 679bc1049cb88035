// Beam search as `transformers` has it: the best texts of each length are followed, those that end are kept apart.
import CKernels

/// The search with several beams.
///
/// At each step the best `max(2, 1 + end tokens) · beams` continuations of all running texts are candidates, in the order of their scores.
/// One ends with an end token, or at the most tokens whatever its token. The best `beams` that do not end run on. One that ends counts
/// only among the first `beams`: it is finished, its score divided by its length to the power of the penalty, and the best `beams`
/// finished ones stay. With early stopping the search is over when there are so many, without it when in addition the best running
/// score, divided likewise, is not above the worst of them.
struct BeamSearch: TextSearch {
  private struct Beam {
    var tokens: [Int32]
    var score: Double
  }

  let width: Int
  private let settings: SearchSettings
  private let ends: Set<Int>
  private var beams = [Beam(tokens: [], score: 0)]
  private var finished: [GeneratedText] = []

  /// - Parameter vocabulary: the model's; there are no more continuations of a text than that.
  init(_ settings: SearchSettings, vocabulary: Int) {
    self.settings = settings
    ends = settings.ends
    width = min(vocabulary, max(2, 1 + settings.ends.count) * settings.beams)
  }

  var running: [[Int32]] { beams.map(\.tokens) }
  var found: [GeneratedText] { Array(finished.prefix(settings.returned)) }

  private struct Candidate {
    var parent: Int
    var token: Int
    var score: Double
  }

  mutating func advance(_ next: [NextTokens]) -> [Continuation] {
    let length = (beams.first?.tokens.count ?? 0) + 1
    let divisor = lr_pow(Double(length), settings.lengthPenalty)
    let candidates = candidates(next)
    let ended = candidates.map { ends.contains($0.token) || length == settings.maximumTokens }
    if !(settings.stopsEarly && finished.count == settings.beams) {
      for (candidate, ends) in zip(candidates.prefix(settings.beams), ended) where ends {
        finish(GeneratedText(tokens: tokens(candidate), score: candidate.score / divisor))
      }
    }
    let alive = zip(candidates, ended).filter { !$1 }.map(\.0).prefix(settings.beams)
    if finished.count == settings.beams, let best = alive.first {
      let isOver = settings.stopsEarly || best.score / divisor <= (finished.last?.score ?? 0)
      if isOver { return stop(length: length) }
    }
    if alive.isEmpty { return stop(length: length - 1) }
    beams = alive.map { Beam(tokens: tokens($0), score: $0.score) }
    return alive.map { Continuation(parent: $0.parent, token: Int32($0.token)) }
  }

  /// The best continuations of all running texts, of equal ones the first text's and the lowest tokens first; none that is forbidden.
  private func candidates(_ next: [NextTokens]) -> [Candidate] {
    let all = next.enumerated().flatMap { parent, next in
      zip(next.tokens, next.scores).filter { $1 > -.infinity }.map { token, score in
        Candidate(parent: parent, token: token, score: beams[parent].score + score)
      }
    }
    let best = all.sorted { ($1.score, $0.parent, $0.token) < ($0.score, $1.parent, $1.token) }
    return Array(best.prefix(max(2, 1 + ends.count) * settings.beams))
  }

  private func tokens(_ candidate: Candidate) -> [Int32] { beams[candidate.parent].tokens + [Int32(candidate.token)] }

  /// Keeps a finished text among the best; of equal scores the one that came first stays before.
  private mutating func finish(_ text: GeneratedText) {
    finished.insert(text, at: finished.firstIndex { $0.score < text.score } ?? finished.count)
    if finished.count > settings.beams { finished.removeLast() }
  }

  /// Where nothing may follow and nothing has ended, the texts that ran are taken as they are.
  private mutating func stop(length: Int) -> [Continuation] {
    if finished.isEmpty {
      for beam in beams {
        finish(GeneratedText(tokens: beam.tokens, score: beam.score / lr_pow(Double(max(1, length)), settings.lengthPenalty)))
      }
    }
    beams = []
    return []
  }
}
