// A YAML text as a tree of positions and undecided scalars. The library's own typing (YAML 1.1: `no` is false, `010` is 8,
// `12:30` is 750) is never asked: each scalar is typed later by the schema of its key.
import Foundation
import Storage
import Yams

/// A node of a parsed file with its place.
struct SourceNode: Sendable {
  /// What a node is.
  enum Content: Sendable {
    /// A scalar: its text, and whether it was quoted (or a block), which makes it a text whatever it looks like.
    case scalar(String, isQuoted: Bool)
    case sequence([SourceNode])
    case mapping([SourceEntry])
  }

  let content: Content
  let position: SourcePosition

  /// What the node is, in a sentence's words.
  var kind: String {
    switch content {
    case .scalar(let text, let isQuoted):
      if isEmptyScalar { return "empty" }
      if isQuoted { return "the text '\(Self.shortened(text))'" }
      return "'\(Self.shortened(text))'"
    case .sequence: return "a list"
    case .mapping: return "a mapping"
    }
  }

  /// Whether this is a scalar that says nothing: `key:` or `key: ~`.
  var isEmptyScalar: Bool {
    if case .scalar(let text, isQuoted: false) = content { return text.isEmpty || text == "~" || text == "null" }
    return false
  }

  static func shortened(_ text: String) -> String {
    text.count > 40 ? text.prefix(40) + "…" : text
  }
}

/// A key with its value.
struct SourceEntry: Sendable {
  let key: String
  let keyPosition: SourcePosition
  let value: SourceNode
}

extension SourceNode {
  /// Reads and parses a file. Returns nil after reporting what is wrong with its text.
  /// - Throws: `ManifestError.unreadable` where the file cannot be read or is too large.
  static func load(
    path: String, limits: SourceScreening.Limits = .manifest, problems: ProblemCollector
  ) throws(ManifestError) -> SourceNode? {
    let text: String
    do {
      guard let handle = FileHandle(forReadingAtPath: path) else {
        throw ManifestError.unreadable(path: path, reason: "there is no such file, or it may not be read.")
      }
      defer { try? handle.close() }
      let data = try handle.read(upToCount: limits.largestFile + 1) ?? Data()
      guard data.count <= limits.largestFile else {
        throw ManifestError.unreadable(
          path: path, reason: "it is larger than \(limits.largestFile / 1024) KB, the limit of \(limits.kind).")
      }
      if !data.isEmpty, let kind = OtherKind(data) {
        throw ManifestError.unreadable(path: path, reason: "it is \(kind.name). \(kind.advice).")
      }
      guard let decoded = String(data: data, encoding: .utf8) else {
        throw ManifestError.unreadable(path: path, reason: "it is not UTF-8 text.")
      }
      text = decoded
    } catch let error as ManifestError {
      throw error
    } catch {
      let system = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
      throw .unreadable(path: path, reason: system.map { String(cString: strerror(Int32($0.code))) + "." } ?? "\(error)")
    }
    return parse(text, file: path, limits: limits, problems: problems)
  }

  /// Parses a text. Returns nil after reporting what is wrong with it.
  static func parse(
    _ text: String, file: String, limits: SourceScreening.Limits = .manifest, problems: ProblemCollector
  ) -> SourceNode? {
    if let (position, message) = SourceScreening.problem(in: text, file: file, limits: limits) {
      problems.report(message, at: position)
      return nil
    }
    var parse = SourceParse(text: text, file: file, problems: problems)
    return parse.run()
  }
}

/// One parse of one text, with the duplicate keys met so far.
private struct SourceParse {
  /// The library stops at the first duplicate key. Up to this many are found by masking each and parsing again, and so many fewer in a
  /// long text that no more than this many bytes are parsed.
  private static let mostDuplicates = 20
  private static let mostParsed = 1 << 19

  let text: String
  let file: String
  let problems: ProblemCollector
  private var masked: [SourcePosition] = []

  init(text: String, file: String, problems: ProblemCollector) {
    self.text = text
    self.file = file
    self.problems = problems
  }

  mutating func run() -> SourceNode? {
    var current = text
    while true {
      do {
        // Without rules the library resolves nothing, neither for values nor when it compares keys.
        let parser = try Parser(yaml: current, resolver: .basic, encoding: .utf8)
        // The parser owns the anchors' names; it stays alive until the tree is converted.
        return try withExtendedLifetime(parser) {
          guard let root = try parser.singleRoot() else {
            problems.report("is empty.", at: SourcePosition(file: file, line: 1, column: 1))
            return nil
          }
          return convert(root, depth: 0)
        }
      } catch YamlError.duplicatedKeysInMapping(let keys, let context) {
        let place = position(context.mark)
        let key = keys.first ?? ""
        problems.report("'\(SourceNode.shortened(key))' is given more than once in this mapping; keep one.", at: place)
        guard masked.count < Self.mostDuplicates, masked.count * text.utf8.count < Self.mostParsed,
          let next = mask(place, in: current, number: masked.count)
        else {
          return nil
        }
        masked.append(place)
        current = next
      } catch let error as YamlError {
        report(error)
        return nil
      } catch {
        problems.report("is not YAML: \(error)", at: SourcePosition(file: file, line: 1, column: 1))
        return nil
      }
    }
  }

  /// The text with the first character of the key at `place` replaced by a private one, so that columns stay as they are.
  private func mask(_ place: SourcePosition, in text: String, number: Int) -> String? {
    var scalars = Array(text.unicodeScalars)
    var line = 1
    var index = 0
    while line < place.line, index < scalars.count {
      if scalars[index] == "\n" { line += 1 }
      index += 1
    }
    index += place.column - 1
    if index < scalars.count, scalars[index] == "\"" || scalars[index] == "'" { index += 1 }
    guard index < scalars.count, line == place.line,
      CharacterSet.alphanumerics.contains(scalars[index]) || scalars[index] == "_",
      let replacement = Unicode.Scalar(0xE000 + UInt32(number))
    else { return nil }
    scalars[index] = replacement
    var view = String.UnicodeScalarView()
    view.append(contentsOf: scalars)
    return String(view)
  }

  private func convert(_ node: Node, depth: Int) -> SourceNode? {
    let place = position(node.mark)
    guard depth <= SourceScreening.deepestNesting else {
      problems.report("is nested deeper than \(SourceScreening.deepestNesting) levels.", at: place)
      return nil
    }
    guard node.anchor == nil else {
      problems.report("anchors and aliases are not allowed: write the value out.", at: place)
      return nil
    }
    switch node {
    case .scalar(let scalar):
      let isQuoted = scalar.style != .plain && scalar.style != .any
      return SourceNode(content: .scalar(scalar.string, isQuoted: isQuoted), position: place)
    case .sequence(let sequence):
      var items: [SourceNode] = []
      for item in sequence {
        guard let item = convert(item, depth: depth + 1) else { return nil }
        items.append(item)
      }
      return SourceNode(content: .sequence(items), position: place)
    case .mapping(let mapping):
      var entries: [SourceEntry] = []
      for (key, value) in mapping {
        let keyPlace = position(key.mark)
        guard let value = convert(value, depth: depth + 1) else { return nil }
        if masked.contains(keyPlace) { continue }
        guard case .scalar(let scalar) = key else {
          problems.report("a key must be a name, not a list or a mapping.", at: keyPlace)
          continue
        }
        entries.append(SourceEntry(key: scalar.string, keyPosition: keyPlace, value: value))
      }
      return SourceNode(content: .mapping(entries), position: place)
    case .alias:
      problems.report("anchors and aliases are not allowed: write the value out.", at: place)
      return nil
    }
  }

  private func position(_ mark: Mark?) -> SourcePosition {
    SourcePosition(file: file, line: max(1, mark?.line ?? 1), column: max(1, mark?.column ?? 1))
  }

  private func report(_ error: YamlError) {
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let reason = [context?.text, problem].compactMap(\.self).joined(separator: ", ")
      problems.report("is not YAML here: \(reason).", at: position(mark))
    case .reader(let problem, _, _, _):
      problems.report("is not YAML: \(problem).", at: SourcePosition(file: file, line: 1, column: 1))
    default:
      problems.report("is not YAML: \(error)", at: SourcePosition(file: file, line: 1, column: 1))
    }
  }
}
