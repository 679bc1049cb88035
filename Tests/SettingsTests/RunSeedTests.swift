// Seeds of one number and of two: how they are written, read and ordered.
import Foundation
import Testing

@testable import Settings

@Suite("Seeds of runs")
struct RunSeedTests {
  @Test("one number stands for both axes, in every form as it always stood")
  func plain() throws {
    let seed: RunSeed = 3
    #expect(seed == RunSeed(initialization: 3, order: 3) && !seed.isApart)
    #expect(seed.description == "3" && seed.phrase == "seed 3" && seed.folderName == "seed-3" && seed.json == .integer(3))
    #expect(seed.initializationKey == 3 && seed.orderKey == 3)
    #expect(String(decoding: try JSONEncoder().encode([seed]), as: UTF8.self) == "[3]")
  }

  @Test("two numbers have names of their own")
  func apart() throws {
    let seed = RunSeed(initialization: 0, order: 12)
    #expect(seed.isApart && seed.description == "0x12" && seed.phrase == "init 0 order 12" && seed.folderName == "init-0-order-12")
    #expect(seed.json == .object(["init": .integer(0), "order": .integer(12)]))
    #expect(seed.initializationKey == 0 && seed.orderKey == 12)
  }

  @Test(
    "what is written is read again", arguments: [0, 7, RunSeed(initialization: 0, order: 1), RunSeed(initialization: 10, order: 2)])
  func again(seed: RunSeed) throws {
    #expect(RunSeed(seed.description) == seed && RunSeed(json: seed.json) == seed)
    #expect(try JSONDecoder().decode([RunSeed].self, from: JSONEncoder().encode([seed])) == [seed])
  }

  @Test("of two equal numbers only the short form is written, but the long one is understood")
  func equal() {
    #expect(RunSeed("2x2") == 2 && RunSeed("2x2")?.description == "2" && RunSeed("010") == 10)
    #expect(RunSeed(json: .object(["init": .integer(2), "order": .integer(2)])) == nil)
  }

  @Test(
    "what is no seed", arguments: ["", "x", "1x", "x1", "1x2x3", "-1", "+1", "1.5", "0X1", "0x-1", " 1", "99999999999999999999"])
  func none(text: String) { #expect(RunSeed(text) == nil) }

  @Test(
    "JSON that is no seed is refused",
    arguments: [
      #""3""#, "1.5", "[0, 1]", #"{"init": 0}"#, #"{"init": 0, "order": 0}"#, #"{"init": 0, "order": 1, "x": 2}"#, "null",
    ])
  func wrongJSON(text: String) {
    #expect(throws: DecodingError.self) { try JSONDecoder().decode([RunSeed].self, from: Data("[\(text)]".utf8)) }
  }

  @Test("crossed lists go through the orders of each initialisation, and are known again in any order")
  func crossed() {
    let seeds = [RunSeed].crossed(initializations: [1, 0], orders: [0, 1, 2])
    #expect(seeds.map(\.description) == ["1x0", "1", "1x2", "0", "0x1", "0x2"])
    #expect(seeds.areCrossed && seeds.reversed().areCrossed && seeds.sorted().map(\.description).first == "0")
    #expect(seeds.initializations == [0, 1] && seeds.orders == [0, 1, 2] && seeds.list == "init 0, 1 × order 0, 1, 2")
    let part = Array(seeds.dropLast())
    #expect(!part.areCrossed && part.list == "1x0, 1, 1x2, 0, 0x1")
    for list in [[], [0], [0, 1, 2], [RunSeed].crossed(initializations: [0, 1], orders: [0])] as [[RunSeed]] {
      #expect(!list.areCrossed, "\(list)")
    }
    #expect(([0, 1, 2] as [RunSeed]).list == "0, 1, 2")
  }

  @Test("they stand in the order of initialisations, then of orders")
  func order() {
    let seeds: [RunSeed] = [RunSeed(initialization: 1, order: 0), 2, RunSeed(initialization: 0, order: 2), 0, 1]
    #expect(seeds.sorted().map(\.description) == ["0", "0x2", "1x0", "1", "2"])
  }
}
