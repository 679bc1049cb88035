// Texts that were recorded beside a model, against those that this program generates.
import Foundation
import Generation
import Models
import Storage
import Tensors

/// The `generation.json` of a model's folder: greedy and beam searches, of one prompt each and of several in one batch.
struct GenerationReference: Decodable {
  /// The options, and the texts of each prompt with their scores.
  struct Search: Decodable {
    let numBeams: Int
    let maxNewTokens: Int
    let minNewTokens: Int
    let lengthPenalty: Double
    let earlyStopping: Bool
    let noRepeatNgramSize: Int
    let endTokens: [Int32]
    let numReturnSequences: Int
    /// One prompt, whose `sequences` are its texts.
    let prompt: [Int32]?
    /// Several prompts, whose `sequences` are the best text of each.
    let prompts: [[Int32]]?
    let sequences: [[Int32]]
    let scores: [Double]

    var settings: SearchSettings {
      SearchSettings(
        beams: numBeams, maximumTokens: maxNewTokens, minimumTokens: minNewTokens, lengthPenalty: lengthPenalty,
        stopsEarly: earlyStopping, noRepeatLength: noRepeatNgramSize, endTokens: endTokens, returned: numReturnSequences)
    }
  }

  let cases: [Search]
  let leftPadded: [Search]

  /// The folder's; nil where it has none.
  ///
  /// - Throws: `ParityError.reference` for a file that holds something else.
  init?(folder: URL) throws {
    let url = folder.appending(path: "generation.json")
    guard FileManager.default.fileExists(atPath: url.path) else { return nil }
    do {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      self = try decoder.decode(Self.self, from: Data(contentsOf: url))
    } catch {
      throw ParityError.reference(path: url.path, problem: "it holds no searches with their options, sequences and scores")
    }
  }
}

enum GenerationParity {
  /// Compares every recorded text of a folder: those of `generation.json`, and the greedy one among its tensors.
  ///
  /// - Throws: `ParityError`; `GenerationError` for searches that the model cannot do.
  static func compare(_ folder: URL, _ archive: any TensorArchive, on backend: any Backend, into report: inout ParityReport) throws
  {
    let reference = try GenerationReference(folder: folder), hasGreedy = archive.description(of: "generate.ids") != nil
    guard reference != nil || hasGreedy else { return }
    let generator = try Generator(ModelLoader.load(folder: folder, seed: 0, on: backend).model)
    if hasGreedy { try compareGreedy(generator, archive, into: &report) }
    guard let reference else { return }
    for (number, search) in reference.cases.enumerated() {
      let prompts = search.prompt.map { [$0] } ?? []
      try compare("cases", number, search, generator.generate(prompts, search.settings).flatMap { $0 }, into: &report)
    }
    for (number, search) in reference.leftPadded.enumerated() {
      let found = try generator.generate(search.prompts ?? [], search.settings)
      try compare("left_padded", number, search, found.compactMap(\.first), into: &report)
    }
  }

  private static func compare(
    _ kind: String, _ number: Int, _ search: GenerationReference.Search, _ found: [GeneratedText], into report: inout ParityReport
  ) throws {
    report.compareExactly(
      "generation.\(kind)", "\(kind)[\(number)]", found.map(\.tokens), with: search.sequences)
    report.compare(
      "generation.\(kind).scores", "\(kind)[\(number)]", found.map { Float($0.score) }, with: search.scores.map { Float($0) },
      within: .standard)
  }

  /// The continuation whose end token was ignored, prompt and all.
  private static func compareGreedy(_ generator: Generator, _ archive: any TensorArchive, into report: inout ParityReport) throws {
    let prompt = try archive.integers("generate.prompt").map { Int32(clamping: $0) }, ids = try archive.integers("generate.ids")
    guard prompt.count < ids.count else {
      throw ParityError.reference(
        path: archive.path, problem: "'generate.ids' has \(ids.count) tokens, expected more than the prompt's \(prompt.count)")
    }
    let found = try generator.generate([prompt], SearchSettings(maximumTokens: ids.count - prompt.count))
    report.compareExactly(
      "generate.ids", "generate.ids", (prompt + found.flatMap { $0.flatMap(\.tokens) }).map { Int64($0) }, with: ids)
  }
}
