// Which candidate of a search wins.
import Records
import Settings
import Testing

@testable import Manifests

extension TunedSettings {
  /// An outcome of a search over learning rates on two tasks and two seeds.
  /// - Parameter methods: of each method its rates, each with its scores by task and seed.
  static func of(
    _ methods: [(String, [(Double, [[Double?]])])], search: String = "s", statement: Character = "c",
    seeds: [RunSeed] = [100, 101],
    sets: [String] = ["validation"]
  ) -> TunedSettings {
    func digest(_ digit: Character) -> String { String(repeating: digit, count: 64) }
    return TunedSettings(
      search: search, profile: .pocket, model: .init(name: "some model", digest: digest("d"), tokenizer: digest("e")),
      numericsVersion: Numerics.version, programs: ["0.1.0 (4f2c1ab)"], statement: digest(statement), epoch: .best,
      settings: ["learning_rate"], seeds: seeds,
      tasks: [
        .init(id: "rte", metric: "accuracy", sets: sets, data: digest("a")),
        .init(id: "mrpc", metric: "f1", sets: sets, data: digest("b")),
      ],
      methods: methods.map { id, candidates in
        .init(id: id, candidates: candidates.map { .init(values: [.number($0.0)], scores: $0.1) })
      })
  }
}

@Suite("The winner of a search")
struct TunedSettingsTests {
  private func method(_ candidates: [(Double, [[Double?]])]) throws -> TunedSettings.Method {
    try #require(TunedSettings.of([("lora", candidates)]).method("lora"))
  }

  @Test("has the best mean over tasks of the mean over seeds")
  func best() throws {
    let own = try method([
      (1e-3, [[0.5, 0.5], [0.9, 0.9]]), (3e-3, [[0.9, 0.7], [0.8, 0.8]]), (1e-2, [[1, 0.25], [0.5, 0.25]]),
    ])
    #expect(own.candidates.map(\.score) == [0.7, 0.8, 0.5])
    #expect(own.winner?.values == [.number(3e-3)] && own.edges == [])
  }

  @Test("of equals is the one of the lower value, in whichever order they were tried")
  func ties() throws {
    let scores: [[Double?]] = [[0.5, 0.75], [0.25, 0.5]]
    for order in [[3e-3, 1e-3, 1e-2], [1e-2, 3e-3, 1e-3], [1e-3, 1e-2, 3e-3]] {
      #expect(try method(order.map { ($0, scores) }).winner?.values == [.number(1e-3)])
    }
    // a difference in the last bit is rounding
    #expect(try method([(3e-3, [[0.1 + 0.2, 0.3], [0, 0]]), (1e-3, [[0.3, 0.3], [0, 0]])]).winner?.values == [.number(1e-3)])
    #expect(try method([(3e-3, [[0.301, 0.3], [0, 0]]), (1e-3, [[0.3, 0.3], [0, 0]])]).winner?.values == [.number(3e-3)])
  }

  @Test("is none of which a run diverged; where one of each did, there is none")
  func diverged() throws {
    let own = try method([(1e-3, [[0.1, 0.1], [0.1, 0.1]]), (3e-3, [[0.9, nil], [0.9, 0.9]])])
    #expect(own.candidates[1].score == nil && own.winner?.values == [.number(1e-3)])
    let none = try method([(1e-3, [[0.1, 0.1], [nil, nil]]), (3e-3, [[0.9, nil], [0.9, 0.9]])])
    #expect(none.winner == nil && none.edges == [])
    let below = try method([(1e-3, [[-0.2, -0.4], [-0.1, 0]]), (3e-3, [[-0.5, -0.5], [0, 0]])])
    #expect(below.winner?.values == [.number(1e-3)], "scores below zero are scores")
  }

  @Test("stands at an edge where its value is the least or the greatest that was tried")
  func edges() throws {
    func edges(_ best: Int) throws -> [Int] {
      try method([1e-3, 3e-3, 1e-2].enumerated().map { ($1, [[$0 == best ? 0.9 : 0.5, 0.5], [0.5, 0.5]]) }).edges
    }
    #expect(try [0, 1, 2].map(edges) == [[0], [], [0]])
    // of a grid of two settings only the one whose value is at its end
    let grid = TunedSettings.Method(
      id: "lora",
      candidates: [(1e-3, 4), (1e-3, 8), (3e-3, 4), (3e-3, 8), (1e-2, 4), (1e-2, 8)].map { rate, rank in
        .init(values: [.number(rate), .integer(rank)], scores: [[rate == 3e-3 && rank == 8 ? 1 : 0]])
      })
    #expect(grid.winner?.values == [.number(3e-3), .integer(8)] && grid.edges == [1])
  }

  @Test("the digest is of what decides the outcome")
  func digest() {
    let candidates: [(String, [(Double, [[Double?]])])] = [("lora", [(1e-3, [[0.5, 0.5], [0.5, 0.5]])])]
    let own = TunedSettings.of(candidates)
    #expect(own.digest.count == 64 && TunedSettings.of(candidates).digest == own.digest)
    #expect(TunedSettings.of(candidates, statement: "0").digest != own.digest)
  }

  @Test("a seed has a part in what was found by either of its axes")
  func seeds() {
    let own = TunedSettings.of([])
    #expect([100, 101].allSatisfy { own.wasFound(on: RunSeed($0)) } && !own.wasFound(on: 5))
    #expect(own.wasFound(on: RunSeed(initialization: 100, order: 5)) && own.wasFound(on: RunSeed(initialization: 5, order: 101)))
    #expect(!own.wasFound(on: RunSeed(initialization: 5, order: 6)))
    let crossed = TunedSettings.of([], seeds: [RunSeed(initialization: 7, order: 8)])
    #expect(crossed.wasFound(on: 8) && crossed.text.contains("\nseeds: [7x8]\n"))
  }

  @Test("values for people")
  func phrases() {
    let own = TunedSettings.of([])
    #expect(own.settingNames == "learning rate" && own.phrase([.number(3e-5)]) == "3e-5")
    #expect(
      TunedSettings.list(["a"]) == "a" && TunedSettings.list(["a", "b", "c"]) == "a, b and c" && TunedSettings.list([]) == "")
  }
}
