import Testing

@testable import Generation

@Suite("Settings of generation")
struct SearchSettingsTests {
  @Test("the library's own values are right")
  func standard() { #expect(SearchSettings().problems.isEmpty) }

  @Test(
    "what no search can follow is said by the library's names",
    arguments: [
      (SearchSettings(beams: 0), "num_beams is 0, expected 1 to 1024"),
      (SearchSettings(beams: 1025), "num_beams is 1025, expected 1 to 1024"),
      (SearchSettings(maximumTokens: 0), "max_new_tokens is 0, expected 1 to 16777216"),
      (SearchSettings(maximumTokens: 3, minimumTokens: 4), "min_new_tokens is 4, expected 0 to 3"),
      (SearchSettings(minimumTokens: -1), "min_new_tokens is -1, expected 0 to 20"),
      (SearchSettings(lengthPenalty: .nan), "length_penalty is nan, expected -100 to 100"),
      (SearchSettings(lengthPenalty: .infinity), "length_penalty is inf, expected -100 to 100"),
      (SearchSettings(noRepeatLength: -1), "no_repeat_ngram_size is -1, expected 0 to 16777216"),
      (SearchSettings(beams: 2, returned: 3), "num_return_sequences is 3, expected 1 to 2"),
      (SearchSettings(endTokens: [4, -2]), "eos_token_id is -2, expected a token"),
    ])
  func problems(_ settings: SearchSettings, _ problem: String) { #expect(settings.problems == [problem]) }

  @Test("all that is wrong is said at once")
  func together() {
    let settings = SearchSettings(beams: .min, maximumTokens: .min, minimumTokens: .max, noRepeatLength: .max, returned: .max)
    #expect(settings.problems.count == 5)
    #expect(
      GenerationError.settings(problems: ["a", "b"]).description == "the generation's settings cannot be followed: a; b")
  }
}
