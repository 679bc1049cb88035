// A method's options, complete and within their limits, and how a method asks for them.
import Settings

extension MethodOptions {
  /// Checks the given values against the method's description and fills in the defaults.
  ///
  /// - Throws: `AdapterError.unknownOption`, `.badOption`.
  package init(_ given: [String: OptionValue], for method: MethodSchema) throws {
    var values: [(String, OptionValue)] = []
    for name in given.keys.sorted() where method.option(named: name) == nil {
      throw AdapterError.unknownOption(method: method.id, option: name, known: method.options.map(\.name))
    }
    for option in method.options {
      if given[option.name] != nil, let other = option.excludes.first(where: { given[$0] != nil }) {
        throw AdapterError.badOption(
          method: method.id, option: option.name, found: "given beside '\(other)'", expected: "one of the two")
      }
      let isReplaced = method.options.contains { $0.excludes.contains(option.name) && given[$0.name] != nil }
      guard let value = given[option.name] ?? (isReplaced ? nil : option.defaultValue) else { continue }
      guard let accepted = option.type.accept(value) else {
        throw AdapterError.badOption(
          method: method.id, option: option.name, found: value.canonical.compact, expected: option.type.expectation)
      }
      values.append((option.name, accepted))
    }
    self.init(values)
  }

  /// Whether an option without a default was given.
  func has(_ name: String) -> Bool { self[name] != nil }

  /// - Throws: `AdapterError.undescribedOption` where the method does not describe such an option; likewise below.
  func integer(_ name: String) throws -> Int { try value(name) { $0.integer } }
  func number(_ name: String) throws -> Double { try value(name) { $0.number } }
  func flag(_ name: String) throws -> Bool { try value(name) { $0.flag } }
  func text(_ name: String) throws -> String { try value(name) { $0.text } }
  func texts(_ name: String) throws -> [String] { try value(name) { $0.texts } }

  private func value<Value>(_ name: String, _ read: (OptionValue) -> Value?) throws -> Value {
    guard let value = self[name].flatMap(read) else { throw AdapterError.undescribedOption(name) }
    return value
  }
}
