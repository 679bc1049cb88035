// A place in a JSON file, asked for values of one type: a wrong one is an error that names file, line and key.

/// A value with its file and the keys that lead to it.
struct JSONSection: Sendable {
  let node: JSONNode
  let file: String
  /// The keys from the file's root, such as `model.unk_id`; empty for the root.
  let path: String

  /// The root of a file, which must be an object.
  ///
  /// - Throws: ``TokenizerError``.
  static func root(_ bytes: [UInt8], file: String) throws -> JSONSection {
    let node = try JSONNode.read(bytes, file: file)
    guard case .members = node.value else {
      throw TokenizerError.malformed(
        file: file, problem: "a JSON object was expected, \(node.kind) found", remedy: TokenizerError.downloadAgain)
    }
    return JSONSection(node: node, file: file, path: "")
  }

  /// The member of a key, the last where several have it; nil where there is none.
  func member(_ key: String) -> JSONSection? {
    guard case .members(let members) = node.value,
      let member = members.last(where: { $0.key.utf8.elementsEqual(key.utf8) })
    else { return nil }
    return JSONSection(node: member.node, file: file, path: path.isEmpty ? key : "\(path).\(key)")
  }

  /// The member of a key; nil where there is none or it is null.
  subscript(key: String) -> JSONSection? {
    guard let member = member(key) else { return nil }
    if case .null = member.node.value { return nil }
    return member
  }

  /// The member of a key, which must be there.
  func required(_ key: String) throws -> JSONSection {
    guard let member = self[key] else {
      throw problem("\(path.isEmpty ? "" : "'\(path)': ")'\(key)' is missing")
    }
    return member
  }

  func flag() throws -> Bool {
    guard case .flag(let flag) = node.value else { throw unlike("true or false") }
    return flag
  }

  func integer() throws -> Int {
    guard case .integer(let number) = node.value else { throw unlike("a whole number") }
    return number
  }

  func number() throws -> Double {
    switch node.value {
    case .integer(let number): return Double(number)
    case .number(let number): return number
    default: throw unlike("a number")
    }
  }

  func text() throws -> String {
    guard case .text(let text) = node.value else { throw unlike("a string") }
    return text
  }

  /// The members of an object, in the file's order.
  func members() throws -> [(key: String, section: JSONSection)] {
    guard case .members(let members) = node.value else { throw unlike("an object") }
    return members.map { ($0.key, JSONSection(node: $0.node, file: file, path: "\(path).\($0.key)")) }
  }

  /// The elements of a list.
  func elements() throws -> [JSONSection] {
    guard case .list(let list) = node.value else { throw unlike("a list") }
    return list.enumerated().map { JSONSection(node: $1, file: file, path: "\(path)[\($0)]") }
  }

  /// What is wrong at this place.
  func problem(_ problem: String) -> TokenizerError {
    .malformedLine(file: file, line: node.line, problem: problem, remedy: TokenizerError.downloadAgain)
  }

  /// A value that is of another type than the format's.
  func unlike(_ expected: String) -> TokenizerError {
    problem("\(path.isEmpty ? "the file" : "'\(path)'") is \(node.kind); \(expected) was expected")
  }

  /// A value that the format has and this program does not.
  func unsupported(_ found: String, _ supported: String) -> TokenizerError {
    .unsupported(file: file, setting: path, found: found, supported: supported)
  }
}
