// What becomes of a column's text before it is part of a prompt or an answer.
import Settings

extension TaskDefinition.Rewriting {
  /// What the text must be, as the end of a sentence that begins with *is not*.
  var expectation: String {
    switch self {
    case .slots: "a list of name[value], each after a comma and a space"
    case .withoutCalculations: "a text whose every '<<' has its '>>'"
    }
  }

  /// The text as it is used; nil where it is not what is rewritten so.
  func text(of text: String) -> String? {
    switch self {
    case .slots: Self.slots(text)
    case .withoutCalculations: Self.withoutCalculations(text)
    }
  }

  private static func slots(_ text: String) -> String? {
    var slots: [String] = []
    var rest = text.unicodeScalars[...]
    repeat {
      guard let opening = rest.firstIndex(of: "["), let closing = rest[opening...].firstIndex(of: "]") else { return nil }
      let name = String(rest[..<opening]), value = rest[opening...].dropFirst().prefix { $0 != "]" }
      guard !name.isEmpty, !name.contains(","), !value.isEmpty, !value.contains("[") else { return nil }
      slots.append("\(slotNames[name] ?? name) : \(String(value))")
      rest = rest[closing...].dropFirst()
      if rest.isEmpty { return slots.joined(separator: " | ") }
      guard rest.starts(with: ", ".unicodeScalars) else { return nil }
      rest = rest.dropFirst(2)
    } while true
  }

  /// Names that are other words in microsoft/LoRA's data.
  private static let slotNames = ["eatType": "Type", "priceRange": "price", "familyFriendly": "family friendly"]

  private static func withoutCalculations(_ text: String) -> String? {
    var result = String.UnicodeScalarView()
    var rest = text.unicodeScalars[...]
    while let opening = rest.firstRange(of: "<<".unicodeScalars) {
      result += rest[..<opening.lowerBound]
      guard let closing = rest[opening.upperBound...].firstRange(of: ">>".unicodeScalars) else { return nil }
      rest = rest[closing.upperBound...]
    }
    return String(result + rest)
  }
}
