// Held-out rows of the pocket models' pre-training.
import Foundation
import Models
import TestSupport
import Testing
import Tokenizers

@testable import Objectives
@testable import Pocket

@Suite("Held-out rows of the pocket models' pre-training")
struct PocketRetentionTests {
  private func tokenizer(_ name: String, _ type: String) throws -> any Tokenizer {
    try TokenizerFolder.load(from: Repository.root.appending(path: "experiments/pretrain/pocket-\(name)"), modelType: type)
  }

  @Test("an encoder's ask for hidden words and judgements", arguments: [("deberta", "deberta-v2"), ("roberta", "roberta")])
  func encoder(name: String, type: String) throws {
    let tokenizer = try tokenizer(name, type)
    let found = try PocketRetention.rows(96, for: .deberta, with: tokenizer, maximumLength: 64)
    #expect(found == (try PocketRetention.rows(96, for: .deberta, with: tokenizer, maximumLength: 64)) && found.rows.count == 96)
    #expect(Set(found.rows.map(\.tokens)).count == 96)
    let mask = try #require(tokenizer.specialTokens.mask)
    var asked: [PretrainedQuestion: Int] = [:]
    for row in found.rows {
      for (question, places) in row.asked {
        asked[question, default: 0] += places.count
        guard question == .masked else { continue }
        #expect(places.allSatisfy { row.tokens[$0.place] == mask })
      }
    }
    #expect(asked[.masked, default: 0] > 96 && asked[.replaced, default: 0] > 96 && asked[.next] == nil, "\(asked)")
  }

  @Test("a decoder's are documents whose every token is asked")
  func decoder() throws {
    let found = try PocketRetention.rows(30, for: .llama, with: tokenizer("llama", "llama"), maximumLength: 40)
    #expect(found.rows.count == 30 && Set(found.rows.map(\.tokens)).count == 30)
    for row in found.rows {
      let asked = row.asked[.next] ?? []
      #expect(
        row.tokens.count <= 40 && asked.allSatisfy { $0.place + 1 >= row.tokens.count || row.tokens[$0.place + 1] == $0.answer })
      #expect(asked.count == min(40, asked.count) && asked.count >= row.tokens.count - 1)
    }
  }
}
