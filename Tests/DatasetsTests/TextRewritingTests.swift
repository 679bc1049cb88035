// What becomes of columns that are rewritten.
import Settings
import Testing

@testable import Datasets

@Suite("Rewriting")
struct TextRewritingTests {
  @Test(
    "meaning representations as microsoft/LoRA writes them",
    arguments: [
      ("name[Blue Spice], eatType[coffee shop], area[city centre]", "name : Blue Spice | Type : coffee shop | area : city centre"),
      (
        "name[Café, X], priceRange[£20-25], customer rating[5 out of 5], familyFriendly[yes]",
        "name : Café, X | price : £20-25 | customer rating : 5 out of 5 | family friendly : yes"
      ), ("a[b]", "a : b"),
      ("", nil), ("name", nil), ("name[", nil), ("name[a", nil), ("name[]", nil), ("[a]", nil), ("a[b],c[d]", nil), ("a[b], ", nil),
      ("a[b] c[d]", nil), ("a[b[c]]", nil), ("a[b]]", nil), ("a[b], , c[d]", nil),
    ])
  func slots(text: String, result: String?) {
    #expect(TaskDefinition.Rewriting.slots.text(of: text) == result)
  }

  @Test(
    "answers without the calculator's marks",
    arguments: [
      ("48/2 = <<48/2=24>>24 clips, $<<a>><<b>>7\n#### 72", "48/2 = 24 clips, $7\n#### 72"), ("", ""), ("a < b > c", "a < b > c"),
      ("a >> b", "a >> b"), ("é<<\n>>", "é"), ("a << b", nil), ("<<a>>b<<c>", nil), ("<<<<a>>>>", ">>"),
    ])
  func calculations(text: String, result: String?) {
    #expect(TaskDefinition.Rewriting.withoutCalculations.text(of: text) == result)
  }
}
