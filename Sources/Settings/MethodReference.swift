// What a method is and what each of its options may be, in words: for a terminal and, being Markdown, for a page.

extension MethodSchema {
  /// A heading, where the method is from, and a line for each option: its type and limits, its default, what it does.
  package var reference: String {
    let names = ([id] + aliases).map { "`\($0)`" }.joined(separator: ", ")
    let head = "## \(label) (\(names))\n\n\(source).\n\n"
    return head + (options.isEmpty ? "It has no options.\n" : options.map(\.reference).joined())
  }

  /// `lora  LoRA  Hu et al. 2021 …`, with the columns of other methods' lines.
  package static func list(_ methods: [MethodSchema]) -> String {
    let rows = methods.map { ([$0.id] + $0.aliases).joined(separator: ", ") }
    let (first, second) = (rows.map(\.count).max() ?? 0, methods.map(\.label.count).max() ?? 0)
    func padded(_ text: String, _ width: Int) -> String { text + String(repeating: " ", count: width - text.count) }
    return zip(rows, methods).map { padded($0, first) + "  " + padded($1.label, second) + "  " + $1.source + "\n" }.joined()
  }
}

extension OptionSchema {
  /// `` - `rank`: a whole number of at least 1; default 8. The rank of each pair. ``
  package var reference: String { reference(isRequired: false) }

  /// The same of an option that may be required.
  package func reference(isRequired: Bool) -> String {
    let standard =
      defaultValue.map { "; default \($0.readable)" } ?? (isRequired ? "; required" : "; left out where it is not given")
    let others = excludes.isEmpty ? "" : "; not together with \(excludes.map { "`\($0)`" }.joined(separator: ", "))"
    let text = documentation.hasSuffix(".") ? documentation : documentation + "."
    return "- `\(name)`: \(type.expectation)\(standard)\(others). \(text)\n"
  }
}
