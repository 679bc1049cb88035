// Names in the folder of results: no two things have one.
import Foundation
import Settings
import Testing

@testable import Records

@Suite("The layout of results")
struct ResultsLayoutTests {
  private let layout = ResultsLayout(URL(filePath: "/results"))

  @Test("tables, costs and figures of any experiments under any profiles lie apart, or the ids clash")
  func names() {
    let ids = ["a", "a-small", "a-paper", "a-cost", "a-small-cost", "a+x=1", "a+x=1-small", "a+x=small", "a-b", "b"]
    for one in ids {
      for other in ids where one < other && !ResultsLayout.clash(one, other) {
        #expect(files(one).isDisjoint(with: files(other)), "\(one) and \(other)")
      }
      #expect(files(one).count == Profile.allCases.count * 6, "\(one)")
    }
    #expect(ResultsLayout.clash("a", "a-small") && ResultsLayout.clash("a-cost", "a") && !ResultsLayout.clash("a", "a-b"))
    #expect(
      layout.table("a", .small).path == "/results/a-small.md" && layout.table("a+x=1", .small).path == "/results/a+x=1+small.md")
    #expect(layout.cost("a+x=1", .pocket).path == "/results/a+x=1+cost.md")
  }

  /// Those of an experiment under every profile, with figures of two ids.
  private func files(_ id: String) -> Set<String> {
    Set(
      Profile.allCases.flatMap { profile in
        [layout.table(id, profile), layout.cost(id, profile)].map(\.path)
          + ["b", "small", "small-b", "cost"].map { layout.figure(id, profile, $0, "svg").path }
      })
  }

  @Test("a run's links say its seed, or both where they differ")
  func seeds() throws {
    let places = try [RunSeed(3), RunSeed(initialization: 0, order: 3), RunSeed(initialization: 3, order: 0)].map { seed in
      let run = try #require(
        RunSpecification(
          recorded: JSONValue(
            json: """
              {"experiment": "a", "label": "LoRA", "method": "lora", "model": "m", "options": {}, "profile": "pocket", "row": "lora",
               "seed": \(seed.json.compact), "task": "rte", "training": {"batch": 4, "epochs": 1, "learning_rate": 0.001}}
              """)))
      #expect(run.seed == seed && run.shortName == "lora rte \(seed.phrase)")
      return [layout.link(run).path, ResultsLayout.curves(run)]
    }
    #expect(
      places == ["seed-3", "init-0-order-3", "init-3-order-0"].map { ["/results/a/pocket/lora/rte/\($0)", "a/lora/rte/\($0)"] })
  }

  @Test("an identity is 64 hexadecimal digits")
  func identities() {
    #expect(ResultsLayout.isIdentity(String(repeating: "0a", count: 32)))
    for name in [
      "", "0a", String(repeating: "0A", count: 32), String(repeating: "0a", count: 33), String(repeating: "é", count: 32),
    ] {
      #expect(!ResultsLayout.isIdentity(name))
    }
  }
}
