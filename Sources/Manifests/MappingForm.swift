// What a mapping of a YAML file may hold. The list of keys is the one place for it: a mapping is read, checked and described by it.
import Settings

/// The keys of one kind of mapping, and the value that they are read into.
struct MappingForm<Root> {
  /// One key.
  struct Key {
    let name: String
    /// What the key says, as the end of a sentence about a mapping that lacks it.
    let documentation: String
    let isRequired: Bool
    /// Takes the key's value; false after a report.
    let read: (inout Root, SourceEntry, MappingReader) -> Bool
  }

  /// The kind of mapping in a sentence: "a task".
  let subject: String
  /// The keys, in the order in which they are read.
  let keys: [Key]

  /// The form of `subject` with these keys.
  init(_ subject: String, _ keys: [Key]) {
    self.subject = subject
    self.keys = keys
  }
}

extension MappingForm.Key {
  /// A key whose value is read by hand.
  static func custom(
    _ name: String, required: Bool = false, _ documentation: String,
    _ read: @escaping (inout Root, SourceEntry, MappingReader) -> Bool
  ) -> Self {
    Self(name: name, documentation: documentation, isRequired: required, read: read)
  }

  /// A key of one type.
  static func value<Value: OptionRepresentable>(
    _ name: String, _ type: OptionType, _ property: WritableKeyPath<Root, Value>, required: Bool = false, _ documentation: String
  ) -> Self {
    custom(name, required: required, documentation) { root, entry, reader in
      reader.value(entry, type).flatMap(Value.init).map { root[keyPath: property] = $0 } != nil
    }
  }

  /// A key of one type that may be left out.
  static func value<Value: OptionRepresentable>(
    _ name: String, _ type: OptionType, _ property: WritableKeyPath<Root, Value?>, _ documentation: String
  ) -> Self {
    custom(name, documentation) { root, entry, reader in
      reader.value(entry, type).flatMap(Value.init).map { root[keyPath: property] = $0 } != nil
    }
  }

  /// A key whose text may be part of a file's name.
  static func identifier(
    _ name: String, _ property: WritableKeyPath<Root, String>, required: Bool = false, _ documentation: String
  ) -> Self {
    custom(name, required: required, documentation) { root, entry, reader in
      reader.identifier(entry).map { root[keyPath: property] = $0 } != nil
    }
  }

  /// A key whose text may be part of a file's name, and which may be left out.
  static func identifier(_ name: String, _ property: WritableKeyPath<Root, String?>, _ documentation: String) -> Self {
    custom(name, documentation) { root, entry, reader in
      reader.identifier(entry).map { root[keyPath: property] = $0 } != nil
    }
  }

  /// A key whose value is one of the names of an enumeration.
  static func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, _ property: WritableKeyPath<Root, Value>, required: Bool = false, _ documentation: String
  ) -> Self where Value.RawValue == String {
    custom(name, required: required, documentation) { root, entry, reader in
      let text = reader.value(entry, .choice(Value.allCases.map(\.rawValue)))?.text
      return text.flatMap(Value.init).map { root[keyPath: property] = $0 } != nil
    }
  }
}

/// A mapping that was read.
struct ReadMapping<Root> {
  /// What it says.
  var value: Root
  /// The entries that were known.
  let entries: [SourceEntry]

  /// Where the value of a key stands; nil where it is not given.
  func place(_ key: String) -> SourcePosition? { entries.first { $0.key == key }?.value.position }
}

extension MappingReader {
  /// Reads a mapping by its form.
  /// - Parameters:
  ///   - root: what holds where keys are not given.
  ///   - missing: the whole message on a required key that is not there; by default what the key says.
  /// - Returns: nil, after reports, where it is no mapping, or a required key is not there or of no use.
  func read<Root>(
    _ node: SourceNode, as form: MappingForm<Root>, into root: Root, at place: SourcePosition? = nil,
    missing: ((String) -> String)? = nil
  ) -> ReadMapping<Root>? {
    guard let entries = entries(of: node, form.subject, keys: form.keys.map(\.name)) else { return nil }
    var result = ReadMapping(value: root, entries: entries)
    var isWhole = true
    for key in form.keys {
      if let entry = entries.first(where: { $0.key == key.name }) {
        if !key.read(&result.value, entry, self), key.isRequired { isWhole = false }
      } else if key.isRequired {
        problems.report(missing?(key.name) ?? "'\(key.name)' is missing: \(key.documentation).", at: place ?? node.position)
        isWhole = false
      }
    }
    return isWhole ? result : nil
  }
}
