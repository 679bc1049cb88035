// What a setting may be: its key, its type and limits, its default. Methods describe their options by it, manifests read by it.

/// The type and the limits of an option's value.
package enum OptionType: Sendable, Equatable {
  /// A whole number between two bounds, both allowed.
  case integer(ClosedRange<Int>)
  /// A number between two bounds, both allowed.
  case number(ClosedRange<Double>)
  /// A number above the lower bound and at most the upper one.
  case numberAbove(Double, atMost: Double)
  /// `true` or `false`.
  case flag
  /// One of these names.
  case choice([String])
  /// A list of names, none twice, from these; with `patterns`, texts with a `*` too.
  case names([String], patterns: Bool)
  /// A list of exactly so many numbers, each between two bounds.
  case numbers(count: Int, ClosedRange<Double>)
  /// Any text that is not empty.
  case text

  /// Whether a YAML list is one value of this type, instead of several values for several rows.
  package var isList: Bool {
    switch self {
    case .names, .numbers: true
    default: false
    }
  }
}

/// One option of a method, or one training setting.
package struct OptionSchema: Sendable, Equatable {
  /// The key in a manifest: lower case, words joined by `_`.
  package let name: String
  /// The type and the limits of its value.
  package let type: OptionType
  /// The value where none is given. Nil: the option is then left out of the run's specification.
  package let defaultValue: OptionValue?
  /// Options that cannot be given together with this one; giving one replaces the others of an outer layer.
  package let excludes: [String]
  /// One sentence for people: what it does, in which unit.
  package let documentation: String

  /// Makes an option's description.
  package init(
    _ name: String, _ type: OptionType, default defaultValue: OptionValue? = nil, excludes: [String] = [],
    _ documentation: String
  ) {
    self.name = name
    self.type = type
    self.defaultValue = defaultValue
    self.excludes = excludes
    self.documentation = documentation
  }
}

extension OptionType {
  /// What the value must be, as the end of "must be …".
  package var expectation: String {
    switch self {
    case .integer(let range):
      return range.upperBound == .max
        ? "a whole number of at least \(range.lowerBound)"
        : "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range):
      return range.upperBound == .greatestFiniteMagnitude
        ? "a number of at least \(Self.text(range.lowerBound))"
        : "a number from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
    case .numberAbove(let lower, let upper):
      return upper == .greatestFiniteMagnitude
        ? "a number above \(Self.text(lower))"
        : "a number above \(Self.text(lower)), at most \(Self.text(upper))"
    case .flag: return "true or false"
    case .choice(let names): return "one of \(names.joined(separator: ", "))"
    case .names(let names, let patterns):
      return "a list of names from \(names.joined(separator: ", "))" + (patterns ? ", or patterns of module paths with a *" : "")
    case .numbers(let count, let range):
      return "a list of \(count) numbers from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
    case .text: return "a text"
    }
  }

  private static func text(_ value: Double) -> String { OptionValue.number(value).readable }

  /// The value in this type's own form where it is of the type and within its limits, else nil. One name stands for a list of one.
  package func accept(_ value: OptionValue) -> OptionValue? {
    switch self {
    case .integer(let range): value.integer.flatMap { range.contains($0) ? .integer($0) : nil }
    case .number(let range): value.number.flatMap { range.contains($0) ? .number($0) : nil }
    case .numberAbove(let lower, let upper): value.number.flatMap { $0 > lower && $0 <= upper ? .number($0) : nil }
    case .flag: value.flag.map { .flag($0) }
    case .choice(let names): value.text.flatMap { names.contains($0) ? .text($0) : nil }
    case .names(let names, let patterns):
      (value.texts ?? value.text.map { [$0] }).flatMap { texts in
        Set(texts).count == texts.count && !texts.isEmpty
          && texts.allSatisfy { (patterns && $0.contains("*")) || names.contains($0) } ? .texts(texts) : nil
      }
    case .numbers(let count, let range):
      value.numbers.flatMap { $0.count == count && $0.allSatisfy(range.contains) ? .numbers($0) : nil }
    case .text: value.text.flatMap { $0.isEmpty ? nil : .text($0) }
    }
  }
}
