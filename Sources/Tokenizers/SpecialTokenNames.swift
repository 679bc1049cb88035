// Which tokens the files beside a vocabulary add, and which of them have a role: `added_tokens_decoder` of
// `tokenizer_config.json`, or where that is missing `special_tokens_map.json` and `added_tokens.json`, as
// `transformers` reads them.

import Foundation

/// Added tokens and roles, as files name them.
struct SpecialTokenNames: Sendable {
  /// A token as a file gives it: only its name, or how it is matched too.
  enum Name: Sendable {
    case plain(String)
    case token(AddedToken)

    var content: [UInt8] {
      switch self {
      case .plain(let name): Array(name.utf8)
      case .token(let token): token.content
      }
    }
  }

  /// A token with the id that a file gives it.
  struct Declared: Sendable {
    let token: AddedToken
    let id: Int
    let file: String
    let line: Int
  }

  /// Tokens with ids, by id.
  private(set) var declared: [Declared] = []
  /// The token of each role that a file names; nil where it says that there is none.
  private(set) var roles: [SpecialRole: Name?] = [:]
  /// Special tokens without a role, each with the place that names it.
  private(set) var others: [Name] = []
  /// The folder of the files.
  let folder: String
  /// Whether `added_tokens_decoder` is there, so that nothing else is asked.
  private let hasDecoder: Bool
  /// What a role's name stands for, if it is one of these.
  private var described: [[UInt8]: AddedToken] = [:]

  init(settings: JSONSection?, folder: URL) throws {
    self.folder = folder.path
    let decoder = settings?.member("added_tokens_decoder")
    hasDecoder = decoder != nil
    if let settings { try readRoles(settings, isSpecial: false) }
    if let decoder {
      for (key, section) in try decoder.members() {
        guard let id = Int(key) else { throw section.problem("'added_tokens_decoder' has the key '\(key)'; an id was expected") }
        let token = try AddedToken(section)
        declared.append(Declared(token: token, id: id, file: section.file, line: section.node.line))
        described[token.content] = token
      }
    } else {
      if let map = try TokenizerSettings.section(folder.appendingPathComponent("special_tokens_map.json")) {
        try readRoles(map, isSpecial: true)
      }
      if let added = try TokenizerSettings.section(folder.appendingPathComponent("added_tokens.json")) {
        try readAdded(added)
      }
    }
    if let extra = settings?["extra_special_tokens"] {
      for (_, section) in try extra.members() { others.append(try Self.name(section, isSpecial: false)) }
    }
    declared.sort { ($0.id, $0.token.text) < ($1.id, $1.token.text) }
  }

  private static func name(_ section: JSONSection, isSpecial: Bool) throws -> Name {
    guard case .members = section.node.value else { return .plain(try section.text()) }
    var token = try AddedToken(section)
    if isSpecial { token.isSpecial = true }
    return .token(token)
  }

  private mutating func readRoles(_ section: JSONSection, isSpecial: Bool) throws {
    for role in SpecialRole.allCases {
      guard let member = section.member(role.rawValue) else { continue }
      if case .null = member.node.value {
        roles[role] = .some(nil)
      } else {
        roles[role] = try Self.name(member, isSpecial: isSpecial)
      }
    }
    guard let list = section["additional_special_tokens"] else { return }
    for element in try list.elements() {
      let name = try Self.name(element, isSpecial: isSpecial)
      if !others.contains(where: { $0.content == name.content }) { others.append(name) }
    }
  }

  /// `{"<token>": id}`; the tokens that have a role are special.
  private mutating func readAdded(_ added: JSONSection) throws {
    let special = Set(roles.values.compactMap { $0?.content } + others.map(\.content))
    for (text, section) in try added.members() {
      let token = AddedToken(text, isSpecial: special.contains(Array(text.utf8)))
      declared.append(Declared(token: token, id: try section.integer(), file: section.file, line: section.node.line))
    }
  }

  /// Tells what the added tokens of `tokenizer.json` are, which is asked where there is no `added_tokens_decoder`.
  mutating func describe(_ tokens: [AddedToken]) {
    if !hasDecoder { for token in tokens { described[token.content] = token } }
  }

  /// The token of a role for a class; nil where there is none.
  func token(_ role: SpecialRole, _ kind: TokenizerClass, fromPieces: Bool) -> Name? {
    let named = roles[role]
    if case .some(nil) = named { return nil }
    switch named ?? nil {
    case .token(let token): return .token(described[token.content] ?? token)
    case .plain(let text):
      if let token = described[Array(text.utf8)] { return .token(token) }
      return kind.token(role, named: text, fromPieces: fromPieces).map { .token($0) } ?? .plain(text)
    case nil:
      guard let usual = kind.usualToken(role) else { return nil }
      return kind.token(role, named: usual, fromPieces: fromPieces).map { .token($0) } ?? .plain(usual)
    }
  }

  /// Whether a file names the role's token, or says that there is none.
  func names(_ role: SpecialRole) -> Bool { roles[role] != nil }
}
