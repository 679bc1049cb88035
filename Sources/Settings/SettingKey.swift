// The keys of a settings type, each bound to the property that it sets. Reading, checking, writing and documenting go by this one list,
// so that a setting that appears later is its property and one line.

/// One key of the settings `Root`.
///
/// ```swift
/// struct Wheel { var spokes = 0 }
/// let key = SettingKey<Wheel>("spokes", .integer(1...99), \.spokes, "Spokes of the wheel.")
/// ```
package struct SettingKey<Root>: Sendable {
  /// The key's name, type, limits and default.
  package let schema: OptionSchema
  /// Whether there are no settings without it: it has no default, and its property is not optional.
  package let isRequired: Bool
  /// The property's value; nil where it has none.
  let value: @Sendable (Root) -> OptionValue?
  /// Gives the property a value of the schema's type.
  let assign: @Sendable (inout Root, OptionValue) -> Void

  /// Binds a key to what reads and writes its property.
  package init(
    _ schema: OptionSchema, isRequired: Bool = false, value: @escaping @Sendable (Root) -> OptionValue?,
    assign: @escaping @Sendable (inout Root, OptionValue) -> Void
  ) {
    self.schema = schema
    self.isRequired = isRequired
    self.value = value
    self.assign = assign
  }

  /// The same key of settings that hold these as a part.
  func within<Whole>(_ part: WritableKeyPath<Whole, Root> & Sendable) -> SettingKey<Whole> {
    SettingKey<Whole>(
      schema, isRequired: isRequired, value: { value($0[keyPath: part]) }, assign: { assign(&$0[keyPath: part], $1) })
  }

  /// Binds a key to a property of type `Value`; it is required where it has no default.
  package init<Value: OptionRepresentable>(
    _ name: String, _ type: OptionType, default defaultValue: OptionValue? = nil,
    _ property: WritableKeyPath<Root, Value> & Sendable, _ documentation: String
  ) {
    self.init(
      OptionSchema(name, type, default: defaultValue, documentation), isRequired: defaultValue == nil,
      value: { $0[keyPath: property].optionValue },
      assign: { root, given in if let value = Value(given) { root[keyPath: property] = value } })
  }

  /// Binds a key that may be left out to an optional property.
  package init<Value: OptionRepresentable>(
    _ name: String, _ type: OptionType, _ property: WritableKeyPath<Root, Value?> & Sendable, _ documentation: String
  ) {
    self.init(
      OptionSchema(name, type, documentation), value: { $0[keyPath: property]?.optionValue },
      assign: { root, given in if let value = Value(given) { root[keyPath: property] = value } })
  }
}

/// A type that an option's value can be of.
package protocol OptionRepresentable: Sendable {
  /// The value as an option has it.
  var optionValue: OptionValue { get }
  /// Takes an option's value; nil where it is of another type.
  init?(_ value: OptionValue)
}

extension Int: OptionRepresentable {
  package var optionValue: OptionValue { .integer(self) }
  /// The value as this type; nil where it is of another.
  package init?(_ value: OptionValue) {
    guard let whole = value.integer else { return nil }
    self = whole
  }
}

extension Double: OptionRepresentable {
  package var optionValue: OptionValue { .number(self) }
  /// The value as this type; nil where it is of another.
  package init?(_ value: OptionValue) {
    guard let number = value.number else { return nil }
    self = number
  }
}

extension Bool: OptionRepresentable {
  package var optionValue: OptionValue { .flag(self) }
  /// The value as this type; nil where it is of another.
  package init?(_ value: OptionValue) {
    guard let flag = value.flag else { return nil }
    self = flag
  }
}

extension String: OptionRepresentable {
  package var optionValue: OptionValue { .text(self) }
  /// The value as this type; nil where it is of another.
  package init?(_ value: OptionValue) {
    guard let text = value.text else { return nil }
    self = text
  }
}
