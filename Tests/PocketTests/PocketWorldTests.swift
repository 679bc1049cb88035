import Testing

@testable import Pocket

@Suite("The pocket world")
struct PocketWorldTests {
  let world = PocketWorld(seed: 0)

  @Test("Every word of the world is one word, met once")
  func words() {
    #expect(world.words.count == Set(world.words).count)
    #expect(world.words.count > 380 && world.words.count < 450)
    #expect(world.words.allSatisfy { !$0.contains(" ") && !$0.contains("\t") && !$0.isEmpty })
  }

  @Test("Training and validation files share no concept, and all are met in pre-training")
  func split() {
    #expect(Set(world.reserved.training).isDisjoint(with: world.reserved.validation))
    for pool in [world.nouns, world.verbs, world.attributes, world.places, world.feelings] {
      let training = pool.concepts(.training)
      let validation = pool.concepts(.validation)
      #expect(training.count == 3 * pool.concepts(.all).count / 5)
      #expect(training.allSatisfy { !validation.contains($0) })
      #expect(training.count + validation.count == pool.concepts(.all).count)
    }
  }

  @Test("Opposites are on the same side of the split")
  func opposites() {
    for half in [PocketHalf.training, .validation] {
      let side = world.attributes.concepts(half)
      for attribute in side {
        let opposite = world.opposite(of: attribute)
        #expect(opposite != attribute && side.contains(opposite) && world.opposite(of: opposite) == attribute)
      }
    }
  }

  @Test("The seed decides the split, and nothing else")
  func seed() {
    let other = PocketWorld(seed: 1)
    #expect(Set(other.words) == Set(world.words))
    #expect(other.reserved.training != world.reserved.training)
    #expect(PocketWorld(seed: 0).reserved == world.reserved)
  }

  @Test("Numbers are a function of seed, stream and index, and as likely as each other")
  func generator() {
    var first = PocketGenerator(seed: 1, stream: 2, index: 3)
    var again = PocketGenerator(seed: 1, stream: 2, index: 3)
    let values = (0..<4).map { _ in first.next() }
    #expect(values == (0..<4).map { _ in again.next() })
    for (seed, stream, index) in [(2, 2, 3), (1, 3, 3), (1, 2, 4)] as [(UInt64, UInt64, UInt64)] {
      var other = PocketGenerator(seed: seed, stream: stream, index: index)
      #expect(other.next() != values[0])
    }
    var counts = [0, 0, 0]
    for _ in 0..<3000 { counts[first.below(3)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 1000) < 120 })
    #expect((0..<1000).allSatisfy { _ in (0..<1).contains(first.fraction()) })
    #expect(first.permuted(Array(0..<50)).sorted() == Array(0..<50))
  }
}
