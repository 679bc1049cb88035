// Texts of many prompts at once: each is what it is alone.
import Layers
import Models
import Tensors
import TestSupport
import Testing

@testable import Generation

@Suite("Generator")
struct GeneratorTests {
  private static let searches = [
    SearchSettings(maximumTokens: 12), SearchSettings(maximumTokens: 20, minimumTokens: 3, endTokens: [7, 30, 41]),
    SearchSettings(beams: 3, maximumTokens: 14, lengthPenalty: 0.8, endTokens: [7, 30, 41, 55], returned: 3),
    SearchSettings(beams: 4, maximumTokens: 9, stopsEarly: true, noRepeatLength: 2, endTokens: [7, 20], returned: 2),
  ]

  @Test(
    "a prompt's texts and scores are the same alone, in any company and order, with any number of threads", arguments: searches,
    [false, true])
  func company(_ settings: SearchSettings, isHalf: Bool) throws {
    let prompts = Sample.prompts(16)
    let alone = try Generator(Sample.model(isHalf: isHalf))
    let expected = try prompts.map { try alone.generate([$0], settings)[0] }
    #expect(Set(expected.map { $0[0].tokens }).count > 8, "the prompts say different things")
    for threads in [1, 2, 3] {
      let generator = try Generator(Sample.model(isHalf: isHalf, threads: threads))
      for order in [Array(0..<16), (0..<16).map { $0 * 5 % 16 }, Array((0..<16).reversed()), [9, 2, 13]] {
        let found = try generator.generate(order.map { prompts[$0] }, settings)
        #expect(found == order.map { expected[$0] })
      }
      // as many at once as a machine has room for
      for running in [1, 7, 40] { #expect(try generator.generate(prompts, settings, running: running) == expected) }
    }
  }

  @Test("the same prompt several times gives the same texts")
  func repeated() throws {
    let settings = Self.searches[2], prompt = Sample.prompts(3)[2]
    let found = try Generator(Sample.model()).generate([prompt, prompt, Sample.prompts(2)[1], prompt], settings)
    #expect(found[0] == found[1] && found[0] == found[3] && found[0] != found[2])
  }

  @Test("greedy search takes what the whole text's logits say", arguments: ["llama-lm", "llama-gqa", "llama-mha", "llama-3"])
  func greedy(name: String) throws {
    let model = try Sample.fixture(name), prompt: [Int32] = [1, 17, 4, 33]
    let text = try Generator(model).generate([prompt], SearchSettings(maximumTokens: 16))[0][0]
    let tokens = prompt + text.tokens
    let rows = (prompt.count - 1..<tokens.count - 1).map { Int32($0) }
    let choices = model.logits(TokenBatch(sequences: [tokens]), rows: .some(rows), pass: .evaluation)
      .choices(1, forbidden: rows.map { _ in [] })
    #expect(choices.places.map { Int32($0[0]) } == text.tokens)
    #expect(abs(choices.scores.reduce(0) { $0 + $1[0] } - text.score) < 1e-4)
  }

  @Test("texts end at an end token, at the most tokens, and not before the fewest")
  func ends() throws {
    let generator = try Generator(Sample.model()), prompts = Sample.prompts(8)
    for text in try generator.generate(prompts, SearchSettings(maximumTokens: 20, endTokens: [7, 30, 41, 5, 9])).map({ $0[0] }) {
      let ends = text.tokens.indices.filter { [7, 30, 41, 5, 9].contains(text.tokens[$0]) }
      #expect(ends.isEmpty ? text.tokens.count == 20 : ends == [text.tokens.count - 1])
    }
    let all = (0..<60).map { Int32($0) }
    for beams in [1, 3] {
      let settings = SearchSettings(beams: beams, maximumTokens: 9, minimumTokens: 4, endTokens: Array(all.dropFirst(30)))
      for text in try generator.generate(prompts, settings).map({ $0[0] }) {
        #expect(text.tokens.count >= 4 && text.tokens.dropLast().prefix(4).allSatisfy { $0 < 30 })
      }
    }
  }

  @Test("no run of tokens comes twice", arguments: [1, 2, 4], [1, 4])
  func repetition(length: Int, beams: Int) throws {
    let settings = SearchSettings(beams: beams, maximumTokens: 30, noRepeatLength: length), prompts = [Sample.prompts(3)[1]]
    let prompt = length == 1 ? prompts[0] : prompts[0] + prompts[0]
    let text = try Generator(Sample.model()).generate([prompt], settings)[0][0], whole = prompt + text.tokens
    let runs = (0...whole.count - length).map { Array(whole[$0..<$0 + length]) }
    let own = runs.suffix(text.tokens.count)
    #expect(Set(own).count == own.count && Set(own).isDisjoint(with: runs.dropLast(text.tokens.count)))
  }

  @Test("where nothing is allowed a text ends")
  func exhausted() throws {
    let generator = try Generator(Sample.model(vocabulary: 5)), prompt: [Int32] = [0, 1]
    for beams in [1, 2] {
      let texts = try generator.generate([prompt], SearchSettings(beams: beams, maximumTokens: 20, noRepeatLength: 1))[0]
      #expect(texts.count == 1 && texts[0].tokens.sorted() == [2, 3, 4] && texts[0].score.isFinite)
    }
    let whole: [Int32] = [0, 1, 2, 3, 4]
    #expect(
      try generator.generate([whole], SearchSettings(maximumTokens: 20, noRepeatLength: 1))[0]
        == [GeneratedText(tokens: [], score: 0)])
  }

  @Test("no prompts give no texts")
  func nothing() throws { #expect(try Generator(Sample.model()).generate([], SearchSettings()).isEmpty) }

  // MARK: What cannot be done

  private func message(_ body: () throws -> Void) -> String {
    do {
      try body()
      return "no error"
    } catch { return "\(error)" }
  }

  @Test("a classifier generates nothing")
  func classifier() {
    #expect(
      message { _ = try Generator(Sample.model(head: .sequences)) }
        == "the model cannot generate: llama with this head tells no next tokens. Use a causal language model")
  }

  @Test("prompts that do not fit are refused before anything is computed")
  func prompts() throws {
    let generator = try Generator(Sample.model(positions: 20))
    func said(_ prompts: [[Int32]], _ settings: SearchSettings = SearchSettings(maximumTokens: 11)) -> String {
      message { _ = try generator.generate(prompts, settings) { Issue.record("a step is taken") } }
    }
    #expect(said([[1], []]) == "prompt 2: it has no tokens")
    #expect(
      said([[1, 60]])
        == "prompt 1: token 60 is not in the model's vocabulary of 60. Use the tokenizer that belongs to the model")
    #expect(said([[-1]]).hasPrefix("prompt 1: token -1 is not"))
    let long = Array(repeating: Int32(3), count: 11)
    #expect(
      said([[1], long])
        == "prompt 2: its 11 tokens and 11 new ones need 21 positions, but the model has 20. Shorten the prompt, or lower max_new_tokens"
    )
    #expect(said([[1]], SearchSettings(maximumTokens: 1 << 24)).hasPrefix("prompt 1: its 1 tokens and 16777216 new ones"))
    #expect(
      said([[1]], SearchSettings(endTokens: [60])).hasSuffix("eos_token_id is 60, expected one of the model's vocabulary of 60"))
    #expect(try generator.generate([Array(long.dropLast())], SearchSettings(maximumTokens: 11))[0][0].tokens.count == 11)
  }

  @Test("logits that are not finite name their prompt and step", arguments: [1, 3])
  func faulty(beams: Int) throws {
    let model = try Sample.model(), prompts = Sample.prompts(4), settings = SearchSettings(beams: beams, maximumTokens: 8)
    let texts = try Generator(model).generate(prompts, settings)
    // the word that only one of the texts says, and not at once
    let (prompt, place) = try #require(
      (0..<4).flatMap { prompt in (1..<7).map { (prompt, $0) } }.first { prompt, place in
        let token = texts[prompt][0].tokens[place]
        return (0..<4).allSatisfy { other in
          !prompts[other].contains(token) && (other == prompt || !texts[other][0].tokens.contains(token))
            && !texts[prompt][0].tokens[..<place].contains(token)
        }
      })
    var words = model.backbone.wordEmbeddings.tensor.values
    words[Int(texts[prompt][0].tokens[place]) * 24] = .infinity
    model.backbone.wordEmbeddings.tensor.assign(words)
    let expected = GenerationError.notFinite(prompt: prompt, step: place + 2)
    if beams == 1 {
      #expect(throws: expected) { try Generator(model).generate(prompts, settings) }
    } else {
      // another beam may meet the word before
      #expect(throws: GenerationError.self) { try Generator(model).generate(prompts, settings) }
    }
    #expect(
      expected.description
        == "prompt \(prompt + 1), step \(place + 2): the model's logits are infinite or NaN. Look at the checkpoint's weights, and at the "
        + "run that trained them")
  }

  @Test("work stops where it is asked to, and memory is given back")
  func stop() throws {
    struct Stop: Error {}
    let generator = try Generator(Sample.model())
    for last in [1, 2, 5] {
      var steps = 0
      #expect(throws: Stop.self) {
        try generator.generate(Sample.prompts(5), SearchSettings(maximumTokens: 9)) {
          steps += 1
          if steps == last { throw Stop() }
        }
      }
      #expect(steps == last)
    }
  }
}
