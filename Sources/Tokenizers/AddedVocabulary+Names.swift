// Adds what the files beside a vocabulary name, in the order in which `transformers` does.

extension AddedVocabulary {
  /// Adds declared tokens by id, then the tokens of roles, then special ones without a role; answers the roles' ids.
  ///
  /// A token of a role that only its class takes for granted, and that the vocabulary lacks, is left out: `transformers`
  /// would give it an id that the model has no embedding for. (Not DeBERTa's `[MASK]`, which always was such a token:
  /// its models have the room.)
  ///
  /// - Parameter fromPieces: Whether the vocabulary is an `spm.model`.
  /// - Throws: ``TokenizerError`` where a declared id is not the one that `transformers` gives the token.
  mutating func add(
    _ names: SpecialTokenNames, _ kind: TokenizerClass, to model: some PieceModel, fromPieces: Bool
  ) throws -> [SpecialRole: Int32] {
    let present = Set(tokens.values.map(\.content))
    let roles = SpecialRole.allCases.compactMap { role in
      names.token(role, kind, fromPieces: fromPieces).map { (role: role, name: $0) }
    }
    let special = Set(roles.map(\.name.content) + names.others.map(\.content))
    var declared: [AddedToken] = []
    for entry in names.declared {
      var token = entry.token
      if special.contains(token.content) { token.isSpecial = true }
      let known = self.id(of: token.content)
      let isThere = known.map { tokens[$0] == entry.token } ?? false
      let id = isThere ? known : add(token, to: model)
      guard let id, Int(id) == entry.id else {
        throw TokenizerError.misplaced(token, entry.id, found: id, in: model, file: entry.file, line: entry.line)
      }
      declared.append(token)
    }

    var missing: [UInt8]?
    var ids: [SpecialRole: Int32] = [:]
    var seen: Set<[UInt8]> = []
    func addSpecial(_ name: SpecialTokenNames.Name, to added: inout AddedVocabulary) throws {
      let content = name.content
      guard seen.insert(content).inserted else { return }
      let isNew = added.id(of: content) == nil && model.id(of: content) == nil
      if isNew, let missing {
        throw TokenizerError.missingToken(
          file: names.folder, token: String(decoding: missing, as: UTF8.self),
          needed: "and the id of '\(String(decoding: content, as: UTF8.self))', which is new too, hangs on it")
      }
      switch name {
      case .plain(let text):
        if present.contains(content) || declared.contains(where: { $0.content == content }) { return }
        added.add(AddedToken(text, isSpecial: true), to: model)
      case .token(var token):
        token.isSpecial = true
        if !declared.contains(token) { added.add(token, to: model) }
      }
    }
    for (role, name) in roles {
      let isMissing = id(of: name.content) == nil && model.id(of: name.content) == nil
      if isMissing, !names.names(role), !(kind == .deberta && role == .mask) {
        missing = name.content
        continue
      }
      try addSpecial(name, to: &self)
      ids[role] = id(of: name.content)
    }
    for name in names.others { try addSpecial(name, to: &self) }
    return ids
  }
}

extension TokenizerError {
  /// A token that a file gives another id than it has in `transformers`.
  static func misplaced(
    _ token: AddedToken, _ declared: Int, found: Int32?, in model: some PieceModel, file: String, line: Int
  ) -> TokenizerError {
    let place =
      switch found {
      case nil: "no text"
      case let id? where model.id(of: token.content) == id: "\(id) in the vocabulary"
      case let id?: "no other place than \(id), the next free id"
      }
    return .malformedLine(
      file: file, line: line, problem: "the added token '\(token.text)' has id \(declared); it has \(place)",
      remedy: "The files must be published together: fetch all of them again")
  }
}

extension SpecialTokens {
  /// The ids with a meaning of their own, from those of roles.
  init(_ roles: [SpecialRole: Int32]) {
    self.init(
      beginning: roles[.classification] ?? roles[.beginning], separator: roles[.separator] ?? roles[.end], end: roles[.end],
      padding: roles[.padding], unknown: roles[.unknown], mask: roles[.mask])
  }
}
