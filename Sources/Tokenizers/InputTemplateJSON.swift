// The post-processors of a `tokenizer.json`: which special tokens stand around a text.

extension InputTemplate {
  /// Reads a post-processor; nil where it adds nothing.
  ///
  /// - Throws: ``TokenizerError``, which names one that this program does not have.
  static func read(_ section: JSONSection) throws -> InputTemplate? {
    let type = try section.required("type")
    switch try type.text() {
    case "Sequence":
      var templates: [InputTemplate] = []
      for element in try section.required("processors").elements() {
        guard let template = try read(element) else { continue }
        guard templates.isEmpty else { throw element.unsupported("a second template", "one") }
        templates.append(template)
      }
      return templates.first
    case "ByteLevel": return nil
    case "TemplateProcessing":
      let special = try specialIDs(section)
      return InputTemplate(
        single: try sequence(section.required("single"), special, isPair: false),
        pair: try sequence(section.required("pair"), special, isPair: true))
    case "BertProcessing":
      return .bert(classification: try named(section, "cls"), separator: try named(section, "sep"))
    case "RobertaProcessing":
      return .roberta(beginning: try named(section, "cls"), separator: try named(section, "sep"))
    case let name:
      throw type.unsupported(name, "TemplateProcessing, BertProcessing, RobertaProcessing, ByteLevel and Sequence")
    }
  }

  /// Reads `["[CLS]", 101]`.
  private static func named(_ section: JSONSection, _ key: String) throws -> Int32 {
    let pair = try section.required(key)
    let elements = try pair.elements()
    guard elements.count == 2 else { throw pair.unlike("a token with its id") }
    return try elements[1].tokenID()
  }

  private static func specialIDs(_ section: JSONSection) throws -> [String: [Int32]] {
    guard let tokens = section["special_tokens"] else { return [:] }
    return try tokens.members().reduce(into: [:]) { special, token in
      special[token.key] = try token.section.required("ids").elements().map { try $0.tokenID() }
    }
  }

  private static func sequence(_ section: JSONSection, _ special: [String: [Int32]], isPair: Bool) throws -> Sequence {
    var parts: [Part] = []
    for element in try section.elements() {
      if let token = element["SpecialToken"] {
        let name = try token.required("id").text()
        guard let ids = special[name] else { throw token.problem("'\(name)' is not among the template's special tokens") }
        let segment = try token["type_id"]?.segment() ?? 0
        parts += ids.map { .special($0, segment: segment) }
      } else {
        let text = try element.required("Sequence")
        let segment = try text["type_id"]?.segment() ?? 0
        let name = try text.required("id")
        switch try name.text() {
        case "A": parts.append(.first(segment: segment))
        case "B": parts.append(.second(segment: segment))
        case let other: throw name.unsupported(other, "A and B")
        }
      }
    }
    let firsts = parts.count { if case .first = $0 { true } else { false } }
    let seconds = parts.count { if case .second = $0 { true } else { false } }
    guard firsts == 1, seconds == (isPair ? 1 : 0) else {
      throw section.unsupported(
        "a template with \(firsts) times A and \(seconds) times B", isPair ? "each once" : "A once")
    }
    return Sequence(parts)
  }
}

extension JSONSection {
  /// The id of a token, which is checked against the vocabulary elsewhere.
  fileprivate func tokenID() throws -> Int32 {
    guard let id = Int32(exactly: try integer()), id >= 0 else { throw unlike("an id of at least 0") }
    return id
  }

  fileprivate func segment() throws -> Int32 {
    guard let segment = Int32(exactly: try integer()), (0...255).contains(segment) else {
      throw unlike("a token type from 0 to 255")
    }
    return segment
  }
}
