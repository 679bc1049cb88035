// Templates with slots, by hand.
import Testing

@testable import Pocket

@Suite("Templates with slots")
struct SlotTemplateTests {
  private func words(_ text: String) -> [String] { text.split(separator: " ").map(String.init) }

  private func filled(
    _ source: String, _ target: String, from other: String, slots: Set<String>
  ) -> (target: String, cost: Int) {
    let (target, cost) = SlotTemplate(source: words(source), target: words(target), slots: slots)
      .filled(from: words(other), slots: slots)
    return (target.joined(separator: " "), cost)
  }

  @Test("Slots take the words that stand in their places")
  func slots() {
    let slots: Set = ["dog", "cat", "bird", "fox"]
    #expect(
      filled("a dog sees a cat", "the cat is seen by the dog", from: "a bird sees a fox", slots: slots) == (
        "the fox is seen by the bird", 0
      ))
  }

  @Test("Endings go with their words, those that lose letters too")
  func endings() {
    let slots: Set = ["chase", "guard", "story", "berry"]
    #expect(filled("x chase", "he chases", from: "x guard", slots: slots) == ("he guards", 0))
    #expect(filled("x story", "two stories", from: "x berry", slots: slots) == ("two berries", 0))
  }

  @Test("Words that differ and are no slots cost two, words of one source alone one; a slot without its word keeps the old one")
  func costs() {
    let slots: Set = ["dog", "cat"]
    #expect(filled("a dog runs", "dog", from: "a cat sits", slots: slots) == ("cat", 2))
    #expect(filled("a dog runs", "dog", from: "a cat runs fast", slots: slots) == ("cat", 1))
    #expect(filled("a dog", "dog", from: "a", slots: slots) == ("dog", 1))
    #expect(filled("a dog", "dog", from: "", slots: slots).cost == 2)
  }
}
