// The loss that a model was pre-trained with: against the library's, and the rows of a text.
import CPUBackend
import Foundation
import Layers
import Models
import Storage
import Tensors
import TestSupport
import Testing
import Tokenizers

@testable import Objectives

@Suite("Retention")
struct RetentionTests {
  private static let folders: [(name: String, question: PretrainedQuestion)] = [
    ("bert", .masked), ("roberta", .masked), ("deberta", .masked), ("deberta-replaced", .replaced), ("llama", .next),
    ("llama-tied", .next),
  ]

  @Test("its losses are those of the library's models", arguments: folders)
  func losses(name: String, question: PretrainedQuestion) throws {
    let url = Repository.root.appending(path: "Tests/Fixtures/retention/\(name)"), backend = try CPUBackend(threads: 1)
    let model = try ModelLoader.load(folder: url, seed: 1, on: backend).model
    let heads = try PretrainedHeads(folder: url, for: model, on: backend)
    let expected = try SafetensorsFile(url: url.appending(path: "expected.safetensors"))
    let tokens = try expected.integers("tokens").map(Int32.init), offsets = try expected.integers("offsets").map(Int.init)
    let asked = zip(try expected.integers("places").map(Int.init), try expected.integers("answers").map(Int32.init))
    let rows = zip(offsets, offsets.dropFirst()).map { start, end in
      RetentionRow(
        tokens: Array(tokens[start..<end]), segments: Array(repeating: 0, count: end - start),
        asked: [question: asked.filter { (start..<end).contains($0.0) }.map { .init(at: $0.0 - start, $0.1) }])
    }
    let right = Double(try expected.floats("loss")[0])
    // more rows than are computed together, each as often as any other
    for copies in [1, 70] {
      let retention = Retention(Array(repeatElement(rows, count: copies).joined()), maximumLength: 32)
      let found = try #require(retention.losses(of: model, heads, on: backend)[question])
      #expect(abs(found - right) < 1e-5 * max(1, right), "\(found) \(right)")
    }
    var batches = 0
    #expect(throws: CancellationError.self) {
      try Retention(rows, maximumLength: 32).losses(of: model, heads, on: backend) {
        batches += 1
        throw CancellationError()
      }
    }
    #expect(batches == 1)
  }

  @Test("rows are cut, and nothing is asked of what is gone")
  func cut() {
    let row = RetentionRow(tokens: [1, 2, 3], segments: [0, 0, 0], asked: [.masked: [.init(at: 0, 7), .init(at: 2, 8)]])
    let short = Retention([row], maximumLength: 2).rows[0]
    #expect(short == RetentionRow(tokens: [1, 2], segments: [0, 0], asked: [.masked: [.init(at: 0, 7)]]))
  }

  @Test("of a text: some tokens hidden, some replaced by others of the text, each next one told")
  func texts() throws {
    let tokenizer = try TokenizerFolder.load(
      from: Repository.root.appending(path: "experiments/pretrain/pocket-roberta"), modelType: "roberta")
    let mask = try #require(tokenizer.specialTokens.mask)
    let lines = (0..<60).map { "the boat of number \($0) was old and the sea was calm but the men were glad" } + ["", "old"]
    let retention = Retention(texts: lines, PretrainedQuestion.allCases, with: tokenizer, maximumLength: 24)
    #expect(retention == Retention(texts: lines, PretrainedQuestion.allCases, with: tokenizer, maximumLength: 24))
    #expect(retention.rows.count == 61 * 3, "an empty line has no row")
    var counts: [PretrainedQuestion: (asked: Int, changed: Int, all: Int)] = [:]
    for (place, row) in retention.rows.enumerated() {
      let line = place / 3 == 60 ? "old" : lines[place / 3]
      let plain = tokenizer.encode(line, nil, maximumLength: 24).ids
      let (question, asked) = try #require(row.asked.first)
      #expect(row.tokens.count == plain.count && row.asked.count == 1 && !asked.isEmpty)
      let changed = plain.indices.filter { row.tokens[$0] != plain[$0] }
      counts[question, default: (0, 0, 0)].asked += asked.count
      counts[question, default: (0, 0, 0)].changed += changed.count
      counts[question, default: (0, 0, 0)].all += plain.count - 2
      switch question {
      case .masked:
        #expect(changed == asked.map(\.place) && changed.allSatisfy { row.tokens[$0] == mask })
        #expect(asked.allSatisfy { $0.answer == plain[$0.place] })
      case .replaced:
        let known = (1..<(plain.count - 1)).filter { plain[$0] != tokenizer.specialTokens.unknown }
        #expect(asked.map(\.place) == known, "special tokens are not asked")
        #expect(asked.allSatisfy { ($0.answer == 1) == changed.contains($0.place) })
      case .next:
        #expect(changed.isEmpty && asked.map(\.place) == Array(0..<(plain.count - 1)))
        #expect(asked.allSatisfy { $0.answer == plain[$0.place + 1] })
      }
    }
    let hidden = try #require(counts[.masked]), replaced = try #require(counts[.replaced])
    #expect((0.1...0.25).contains(Double(hidden.asked) / Double(hidden.all)), "\(hidden)")
    #expect((0.08...0.25).contains(Double(replaced.changed) / Double(replaced.all)), "\(replaced)")
  }
}
