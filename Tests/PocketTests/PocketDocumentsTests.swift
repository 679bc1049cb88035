import Storage
import Testing

@testable import Pocket

@Suite("Documents of the pocket world")
struct PocketDocumentsTests {
  let stream = PocketDocuments(world: PocketWorld(seed: 0), seed: 0)

  private func texts(_ kind: PocketDocuments.Kind, _ count: Int = 400) -> [String] {
    (0..<count).map { stream.text(kind, index: $0) }
  }

  @Test("A document is a function of its index and kind", arguments: PocketDocuments.Kind.allCases)
  func document(kind: PocketDocuments.Kind) {
    let again = PocketDocuments(world: PocketWorld(seed: 0), seed: 0)
    let other = PocketDocuments(world: PocketWorld(seed: 0), seed: 1)
    #expect(texts(kind) == (0..<400).map { again.text(kind, index: $0) })
    #expect(stream.text(kind, index: 7) != other.text(kind, index: 7))
    #expect(Set(texts(kind)).count > 380)
  }

  @Test(
    "Words are the world's, and those of training and of validation files occur alike", arguments: PocketDocuments.Kind.allCases)
  func words(kind: PocketDocuments.Kind) {
    let told = texts(kind, 2000).flatMap { $0.split { " \n".contains($0) }.map(String.init) }
    let telling =
      "no yes you he it they has more now how many gets finds buys gives loses to which means or says other words again new good bad so all"
    let known = [PocketLexicon.numbers, telling, PocketTexts.promptWords].flatMap { $0.split(separator: " ").map(String.init) }
    let world = Set(stream.world.words + known)
    #expect(Set(told.filter { Int($0) == nil && $0.count > 1 }).subtracting(world) == [])
    guard kind != .sum else { return }
    let (training, validation) = (Set(stream.world.reserved.training), Set(stream.world.reserved.validation))
    let counts = (told.count { training.contains($0) }, told.count { validation.contains($0) })
    #expect(counts.0 > counts.1 && counts.1 * 3 > counts.0, "\(counts)")
  }

  @Test("Sums are right", arguments: [PocketDocuments.Kind.sum, .story])
  func sums(kind: PocketDocuments.Kind) {
    var equations = 0
    for text in texts(kind) {
      let words = text.split { " \n".contains($0) }.map(String.init)
      func number(_ word: String) -> Int? { Int(word) ?? PocketWorld.numberWords.firstIndex(of: word) }
      for place in words.indices where ["+", "-"].contains(words[place]) && place > 0 && place + 3 < words.count {
        guard let before = number(words[place - 1]), let change = number(words[place + 1]), let total = number(words[place + 3])
        else { continue }
        #expect(total == (words[place] == "+" ? before + change : before - change), "\(text)")
        equations += 1
      }
    }
    #expect(equations > 200)
  }

  @Test("The shipped model's documents, and the text of its vocabulary, are what they were when it was trained")
  func shipped() {
    let world = PocketWorld(seed: PocketData.seed), stream = PocketDocuments(world: world, seed: 0)
    let documents = PocketDocuments.Kind.allCases.flatMap { kind in (0..<400).map { stream.text(kind, index: $0) } }
    func digest(_ texts: [String]) -> String { FileDigest.sha256(of: Array(texts.joined(separator: "\n").utf8)) }
    // whoever changes the word lists or the documents trains the model again
    #expect(digest(documents).hasPrefix("111f942e7765b32e"))
    #expect(digest(PocketCorpus(world: world, seed: 0).documents(1000)).hasPrefix("8f600cef8e873bca"))
  }

  @Test("No document has a task's prompt or speakers")
  func prompts() {
    for kind in PocketDocuments.Kind.allCases {
      for text in texts(kind, 1000) {
        #expect(!["\nText:", "\nSummary:", "\nAnswer:", " | "].contains { text.contains($0) } || kind == .copy, "\(text)")
      }
    }
  }
}
