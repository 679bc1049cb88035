// What a base model may be called in files that leave this machine.
import Testing

@testable import Reporting

@Suite("Names of base models")
struct BaseModelNameTests {
  @Test("a name is on one line, not empty, and not endless")
  func problems() {
    for name in ["microsoft/deberta-v3-base", "模型", "a name with spaces", String(repeating: "a", count: 200)] {
      #expect(BaseModelName.problem(of: name) == nil, "\(name)")
    }
    for name in ["", " ", "\t"] {
      #expect(BaseModelName.problem(of: name) == "is empty, expected a name such as microsoft/deberta-v3-base")
    }
    for name in ["a\nb", "a\u{1B}[31m", "a\u{2028}b", "a\u{0}"] {
      #expect(BaseModelName.problem(of: name) == "has control characters, expected a name on one line")
    }
    // bytes, not characters
    #expect(BaseModelName.problem(of: String(repeating: "é", count: 101)) == "has 202 bytes, expected at most 200")
  }

  @Test("which of them the hub could have")
  func hub() {
    for name in ["microsoft/deberta-v3-base", "gpt2", "a_b/C.d-1"] { #expect(BaseModelName.portable(name).isOfTheHub, "\(name)") }
    for name in [
      "a/b/c", "/models/deberta", "models/", "a b", "模型", "a--b", "a..b", "a.git", "-a", "a/b.", "~/deberta",
      String(repeating: "a", count: 97),
    ] { #expect(!BaseModelName.portable(name).isOfTheHub, "\(name)") }
    #expect(!BaseModelName.path("gpt2").isOfTheHub)
  }
}
