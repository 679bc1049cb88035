import Testing

@testable import Pocket

@Suite("Documents that judge")
struct PocketReadingsTests {
  let world = PocketWorld(seed: 0)
  let stream = PocketDocuments(world: PocketWorld(seed: 0), seed: 0)

  @Test("Verdicts stand behind the last sentence's words, in a list behind it that may begin with that of all, or as that alone")
  func verdicts() {
    let verdicts = Set(PocketDocuments.verdicts)
    var counts: [String: Int] = [:]
    var marked = 0, listed = 0, askedFirst = 0, pairs = 0
    var all: [String: Int] = [:]
    for index in 0..<2000 {
      let parts = stream.parts(.reading, index: index)
      #expect((1...2).contains(parts.count))
      pairs += parts.count - 1
      for part in parts.dropLast() { #expect(verdicts.isDisjoint(with: part.split(separator: " ").map(String.init)), "\(parts)") }
      let last = parts[parts.count - 1].split(separator: " ").map(String.init)
      let found = last.indices.filter { verdicts.contains(last[$0]) }
      for place in found {
        counts[last[place], default: 0] += 1
        #expect(place > 0 && !verdicts.contains(last[place - 1]), "\(last)")
      }
      if parts[0].hasPrefix("all ") {
        askedFirst += 1
        #expect(found == [last.count - 1], "\(parts)")
        all[last[last.count - 1], default: 0] += 1
        continue
      }
      guard let colon = last.firstIndex(of: ":") else {
        marked += found.isEmpty ? 0 : 1
        continue
      }
      listed += 1
      #expect(found.allSatisfy { $0 > colon })
      // each word of the list is one of the sentence's, and no verdict is graver than that of all
      var list = last[(colon + 1)...].split(separator: ",").map(Array.init)
      if list[0][0] == "all" {
        let verdict = list.removeFirst()[1]
        all[verdict, default: 0] += 1
        #expect(list.allSatisfy { $0[1] == "yes" || $0[1] == verdict || verdict == "no" }, "\(last)")
      }
      for item in list { #expect(item.count == 2 && last[..<colon].contains(item[0]) && verdicts.contains(item[1]), "\(last)") }
    }
    #expect(marked > 500 && listed > 500 && askedFirst > 300 && pairs > 1200)
    let (holding, failing) = (counts["yes"] ?? 0, counts["no"] ?? 0)
    #expect(failing * 6 > holding && holding > failing && counts["new"] ?? 0 > 50, "\(counts)")
    // as many wholes hold as do not
    let (whole, faulty) = (all["yes"] ?? 0, (all["no"] ?? 0) + (all["new"] ?? 0))
    #expect(whole > 150 && abs(whole - faulty) < 80 && all["new"] ?? 0 > 5, "\(all)")
  }

  @Test("Of all judged words the gravest verdict counts, and words that nothing is asked of do not")
  func whole() {
    func verdict(_ judgements: [PocketJudgement?]) -> Int {
      PocketPretrainingRow(
        kind: .pair, words: judgements.map { _ in "word" }, segments: judgements.map { _ in 0 },
        maskedTargets: judgements.map { _ in nil }, judgements: judgements
      ).verdict
    }
    #expect(verdict([nil, .holds, nil, .holds]) == 0 && verdict([nil]) == 0)
    #expect(verdict([.holds, .added, nil]) == 2 && verdict([.unanswered, .holds]) == 2)
    #expect(verdict([.added, .swapped, .holds]) == 1 && verdict([.holds, .replaced]) == 1)
  }

  @Test("A word of a glossary holds where the first list has its meaning")
  func glossaries() {
    let concepts = [world.nouns, world.verbs, world.attributes, world.places].flatMap { $0.concepts(.all) }
    let meanings = Dictionary(
      concepts.flatMap { concept in concept.forms.joined().map { ($0, concept.identifier) } },
      uniquingKeysWith: { first, _ in first })
    var holding = 0, failing = 0, repeated = 0
    // words that hold, and that do not, in glossaries that are marked as they come: how many there are, and how many are asked for
    var words = [0, 0], asked = [0, 0]
    for index in 0..<9000 {
      let parts = stream.parts(.reading, index: index).map { $0.split(separator: " ").map(String.init) }
      guard parts.count == 2, !parts[0].contains("the") else { continue }
      let told = Set(parts[0].map { meanings[$0] })
      if !parts[1].contains(":") {
        for (place, word) in parts[1].enumerated() where meanings[word] != nil {
          let holds = told.contains(meanings[word]) ? 0 : 1
          words[holds] += 1
          let next = place + 1 < parts[1].count ? parts[1][place + 1] : ""
          asked[holds] += PocketDocuments.verdicts.contains(next) ? 1 : 0
        }
      }
      for (word, verdict) in zip(parts[1], parts[1].dropFirst()) where PocketDocuments.verdicts.contains(verdict) {
        if verdict == "yes" { #expect(told.contains(meanings[word]), "\(parts)") }
        if verdict == "yes" { holding += 1 } else { failing += 1 }
        // put in the place of another, and by chance the same as a third
        if verdict == "no", told.contains(meanings[word]) { repeated += 1 }
      }
    }
    #expect(holding > 300 && failing > 300 && repeated * 20 < failing, "\(holding) \(failing) \(repeated)")
    // whether a word is asked for says nothing of its verdict
    let rates = zip(asked, words).map { Double($0) / Double($1) }
    #expect(words[1] > 200 && abs(rates[0] - rates[1]) < 0.08, "\(asked) of \(words)")
  }

  @Test("Who feels what is read off the clauses")
  func moods() {
    func sentence(_ text: String) -> [PocketWord] {
      text.split(separator: " ").map(String.init).map { word in
        let isFeeling = world.feelings.concepts(.all).contains { $0.forms[0][0] == word }
        let slot: PocketSlot? = word == "not" ? .negation : isFeeling ? .feeling : ["dogs", "cat"].contains(word) ? .noun : nil
        return PocketWord(text: word, slot: slot)
      }
    }
    func moods(_ text: String) -> [String] { world.moods(of: sentence(text)).map { "\($0.who) \($0.polarity)" } }
    #expect(moods("although the dogs are not sad , the cat is gloomy") == ["dogs 1", "cat 0"])
    #expect(moods("the cat is not glad but the dogs are happy") == ["cat 0", "dogs 1"])
    #expect(moods("the dogs are very awful and the cat is not lovely") == ["dogs 0", "cat 0"])
  }

  @Test("What people do goes with what is felt")
  func outcomes() {
    var count = 0
    for index in 0..<2000 {
      let text = stream.text(.feeling, index: index)
      let told = text.split(separator: " , so people ")
      guard told.count == 2 else { continue }
      // the main clause: after "although … ,", before "although", after "but", or either of two
      let clauses = told[0].split(separator: text.hasPrefix("although") ? " , " : text.contains(" but ") ? " but " : " although ")
      let main = clauses[text.hasPrefix("although") || text.contains(" but ") ? 1 : 0].split(separator: " and ")[0]
      let isNegated = main.contains(" not "), feeling = main.split(separator: " ").last.map(String.init) ?? ""
      let isPleasant = world.isPleasant(PocketWord(text: feeling, slot: .feeling))
      #expect((isPleasant != isNegated) == ["smile .", "cheer ."].contains(told[1]), "\(text)")
      count += 1
    }
    #expect(count > 150)
  }
}
