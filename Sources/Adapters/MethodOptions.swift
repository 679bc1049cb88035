/// One value of a method's option.
public enum OptionValue: Sendable, Equatable {
  case integer(Int)
  case number(Double)
  case flag(Bool)
  case text(String)
  case list([String])

  var written: String {
    switch self {
    case .integer(let value): "\(value)"
    case .number(let value): "\(value)"
    case .flag(let value): "\(value)"
    case .text(let value): "'\(value)'"
    case .list(let values): "[\(values.joined(separator: ", "))]"
    }
  }
}

/// What an option may be.
public struct OptionDescription: Sendable, Equatable {
  /// The type and the limits of an option's value.
  public enum Kind: Sendable, Equatable {
    case integer(ClosedRange<Int>)
    case number(ClosedRange<Double>)
    case flag
    case choice([String])
    /// Entries out of these, in any number from one.
    case list([String])
    /// Roles out of these, or patterns of module paths: texts with a `*`.
    case modules([String])

    func allows(_ name: String) -> Bool {
      switch self {
      case .list(let known): known.contains(name)
      case .modules(let roles): roles.contains(name) || name.contains("*")
      default: false
      }
    }
  }

  /// The key in a manifest.
  public let name: String
  /// What its value may be.
  public let kind: Kind
  /// `nil`: without a value unless one is given.
  public let defaultValue: OptionValue?
  /// Options that may not be given beside this one.
  public let excludes: [String]
  /// One line for people.
  public let summary: String

  /// An option; its default must be a value that `kind` allows.
  public init(_ name: String, _ kind: Kind, default defaultValue: OptionValue? = nil, excludes: [String] = [], _ summary: String) {
    self.name = name
    self.kind = kind
    self.defaultValue = defaultValue
    self.excludes = excludes
    self.summary = summary
  }

  /// What is allowed, in words.
  public var expected: String {
    switch kind {
    case .integer(let range): "a whole number from \(range.lowerBound) to \(range.upperBound)"
    case .number(let range): "a number from \(range.lowerBound) to \(range.upperBound)"
    case .flag: "true or false"
    case .choice(let values): "one of \(values.joined(separator: ", "))"
    case .list(let values): "a list of some of \(values.joined(separator: ", "))"
    case .modules(let roles): "a list of some of \(roles.joined(separator: ", ")), or patterns of module paths with a *"
    }
  }

  /// The value in this option's own type, or `nil` when it is not allowed.
  public func accept(_ value: OptionValue) -> OptionValue? {
    switch (kind, value) {
    case (.integer(let range), .integer(let value)): range.contains(value) ? .integer(value) : nil
    case (.number(let range), .number(let value)): range.contains(value) ? .number(value) : nil
    case (.number(let range), .integer(let value)): range.contains(Double(value)) ? .number(Double(value)) : nil
    case (.flag, .flag(let value)): .flag(value)
    case (.choice(let values), .text(let value)): values.contains(value) ? .text(value) : nil
    case (.list, .list(let values)), (.modules, .list(let values)):
      values.isEmpty || Set(values).count < values.count || !values.allSatisfy(kind.allows) ? nil : .list(values)
    case (.list, .text(let value)), (.modules, .text(let value)): kind.allows(value) ? .list([value]) : nil
    default: nil
    }
  }
}

/// What a method is, for manifests, help and tables.
public struct MethodDescription: Sendable, Equatable {
  /// Its name in manifests and on the command line.
  public let id: String
  public let aliases: [String]
  /// Its name in tables.
  public let label: String
  /// Title, authors and year of what proposed it.
  public let source: String
  public let options: [OptionDescription]

  /// A method as its file describes it.
  public init(id: String, aliases: [String] = [], label: String, source: String, options: [OptionDescription]) {
    self.id = id
    self.aliases = aliases
    self.label = label
    self.source = source
    self.options = options
  }
}

/// A method's options, complete and within their ranges.
public struct MethodOptions: Sendable, Equatable {
  private let values: [String: OptionValue]

  /// Checks the given values against the description and fills in the defaults.
  ///
  /// - Throws: `AdapterError.unknownOption`, `.badOption`.
  public init(_ given: [String: OptionValue], for description: MethodDescription) throws {
    var values: [String: OptionValue] = [:]
    for name in given.keys.sorted() where !description.options.contains(where: { $0.name == name }) {
      throw AdapterError.unknownOption(method: description.id, option: name, known: description.options.map(\.name))
    }
    for option in description.options {
      if given[option.name] != nil, let other = option.excludes.first(where: { given[$0] != nil }) {
        throw AdapterError.badOption(
          method: description.id, option: option.name, found: "given beside '\(other)'", expected: "one of the two")
      }
      let isReplaced = description.options.contains { $0.excludes.contains(option.name) && given[$0.name] != nil }
      guard let value = given[option.name] ?? (isReplaced ? nil : option.defaultValue) else { continue }
      guard let accepted = option.accept(value) else {
        throw AdapterError.badOption(
          method: description.id, option: option.name, found: value.written, expected: option.expected)
      }
      values[option.name] = accepted
    }
    self.values = values
  }

  // Every name a method asks for is in its own description, which the contract suite checks for all of them.
  func integer(_ name: String) -> Int {
    guard case .integer(let value)? = values[name] else { preconditionFailure("no whole number '\(name)'") }
    return value
  }

  func has(_ name: String) -> Bool { values[name] != nil }

  func number(_ name: String) -> Double {
    guard case .number(let value)? = values[name] else { preconditionFailure("no number '\(name)'") }
    return value
  }

  func flag(_ name: String) -> Bool {
    guard case .flag(let value)? = values[name] else { preconditionFailure("no flag '\(name)'") }
    return value
  }

  func text(_ name: String) -> String {
    guard case .text(let value)? = values[name] else { preconditionFailure("no text '\(name)'") }
    return value
  }

  func list(_ name: String) -> [String] {
    guard case .list(let values)? = values[name] else { preconditionFailure("no list '\(name)'") }
    return values
  }
}
