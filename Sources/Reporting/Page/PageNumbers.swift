// Many numbers as one text of the page's data: a list is written and read several times as slowly, and a page has millions of them.

/// Numbers with spaces between; `-` is none.
struct PageNumbers: Encodable, Sendable, Equatable {
  /// The numbers as the page reads them.
  let text: String

  /// Numbers for drawing, by the digits of a float, which no picture shows more of; one that is not finite, or no float has, is none.
  init(_ values: [Double?]) {
    self.init(values) { Float($0).isFinite ? "\(Float($0))" : nil }
  }

  /// Numbers that are shown with all their digits.
  init(exactly values: [Double?]) {
    self.init(values) { Int(exactly: $0).map { "\($0)" } ?? "\($0)" }
  }

  private init(_ values: [Double?], _ written: (Double) -> String?) {
    text = values.map { value in value.flatMap { $0.isFinite ? written($0) : nil } ?? "-" }.joined(separator: " ")
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(text)
  }
}
