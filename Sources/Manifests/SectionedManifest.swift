// Manifests of sections whose keys schemas tell, such as a pre-training's: read here, where YAML is read, and meant elsewhere.
import Settings

/// A manifest with an id, a seed and sections of values.
package struct SectionedManifest: Sendable {
  /// A section, and its keys with their types, limits and defaults; those without a default must be given.
  package typealias Section = (name: String, keys: [OptionSchema])

  /// The manifest's id, by which others name it.
  package let id: String
  /// What all randomness starts from.
  package let seed: Int
  /// Every value by section and key (`model.layers`), defaults included, in the order of the sections.
  package let values: [(name: String, value: OptionValue)]

  /// Reads and checks a manifest.
  ///
  /// - Parameters:
  ///   - path: the file.
  ///   - kind: what it is, for messages: `a pre-training manifest`.
  ///   - choice: the section and the key that decide which sections the manifest has.
  ///   - sections: those of a manifest whose key has this text; nil where it has none.
  ///   - check: finds what no single key can say: it is given the values by name, some missing where there are problems already, and
  ///     reports problems of a section.
  /// - Throws: `ManifestError` with every problem, each with its line.
  package static func load(
    path: String, kind: String, by choice: (section: String, key: String), sections: @escaping (String?) -> [Section],
    check: (_ value: (String) -> OptionValue?, _ report: (_ section: String, _ message: String) -> Void) -> Void
  ) throws(ManifestError) -> SectionedManifest {
    let reader = MappingReader(methods: MethodCatalog([]), problems: ProblemCollector(mainFile: path))
    let manifest = try SectionedManifestReader(reader: reader, kind: kind, choice: choice, choose: sections).manifest(
      path: path, check)
    try reader.problems.throwIfAny()
    guard let manifest else { throw .unreadable(path: path, reason: "it is not \(kind).") }
    return manifest
  }
}

private struct SectionedManifestReader {
  let reader: MappingReader
  let kind: String
  let choice: (section: String, key: String)
  let choose: (String?) -> [SectionedManifest.Section]

  func manifest(
    path: String, _ check: ((String) -> OptionValue?, (String, String) -> Void) -> Void
  ) throws(ManifestError) -> SectionedManifest? {
    guard let root = try SourceNode.load(path: path, problems: reader.problems) else { return nil }
    let sections = choose(text(of: choice, in: root))
    guard let entries = reader.entries(of: root, kind, keys: ["id", "title", "description", "seed"] + sections.map(\.name))
    else { return nil }
    func required(_ key: String) -> SourceEntry? {
      if let entry = entries.first(where: { $0.key == key }) { return entry }
      reader.problems.report("'\(key)' is missing.", at: root.position)
      return nil
    }
    for entry in entries where ["title", "description"].contains(entry.key) { _ = reader.text(entry) }
    let id = required("id").flatMap { reader.identifier($0) }
    let seed = required("seed").flatMap { reader.value($0, .integer(0...Int.max))?.integer }
    var values: [(name: String, value: OptionValue)] = []
    for section in sections {
      if let entry = required(section.name) { values += self.values(entry, section) }
    }
    check({ name in values.first { $0.name == name }?.value }) { section, message in
      guard let entry = entries.first(where: { $0.key == section }) else { return }
      reader.problems.report(message, at: entry.keyPosition)
    }
    guard let id, let seed else { return nil }
    return SectionedManifest(id: id, seed: seed, values: values)
  }

  /// What the key says that decides about sections, if it is there and a text; whether it may say so is asked later.
  private func text(of choice: (section: String, key: String), in root: SourceNode) -> String? {
    guard case .mapping(let sections) = root.content,
      case .mapping(let keys)? = sections.first(where: { $0.key == choice.section })?.value.content,
      case .scalar(let text, _)? = keys.first(where: { $0.key == choice.key })?.value.content
    else { return nil }
    return text
  }

  private func values(_ entry: SourceEntry, _ section: SectionedManifest.Section) -> [(name: String, value: OptionValue)] {
    let (name, keys) = section
    guard let entries = reader.entries(of: entry.value, "'\(name)'", keys: keys.map(\.name)) else { return [] }
    return keys.compactMap { key in
      let full = "\(name).\(key.name)"
      if let given = entries.first(where: { $0.key == key.name }) { return reader.value(given, key.type).map { (full, $0) } }
      if let value = key.defaultValue { return (full, value) }
      reader.problems.report("'\(key.name)' is missing in '\(name)': \(key.documentation)", at: entry.keyPosition)
      return nil
    }
  }
}
