// What a model reads of a row before it writes: a text with the row's columns in it, as in "Question: {question}\nAnswer:".

/// A text with names of columns in braces. A brace that belongs to the text is doubled: `{{` and `}}`.
///
/// ```swift
/// let template = PromptTemplate("Question: {question}\nAnswer:")
/// template.columns  // ["question"]
/// template.filled(["How many?"])  // "Question: How many?\nAnswer:"
/// ```
package struct PromptTemplate: Sendable, Equatable {
  private enum Part: Sendable, Equatable {
    case text(String)
    /// The place of a column in `columns`.
    case column(Int)
  }

  /// The template as it was written.
  package let text: String
  /// The columns that it names, each once, in the order of their first places.
  package let columns: [String]
  /// What is wrong with it, as a clause; nil for one that can be filled.
  package let problem: String?
  private let parts: [Part]

  /// Takes a template as it is; `problem` says whether it holds together.
  package init(_ text: String) {
    var parser = Parser(Array(text.unicodeScalars))
    parser.run()
    self.text = text
    columns = parser.columns
    parts = parser.parts
    problem = parser.problem ?? (parser.columns.isEmpty ? "names no column: write one as {column}" : nil)
  }

  /// What stands before the first column, and behind the last.
  package var edges: (before: String, behind: String) {
    func text(_ part: Part?) -> String { if case .text(let text)? = part { text } else { "" } }
    return (text(parts.first), text(parts.last))
  }

  /// The template with a text in each column's place.
  ///
  /// - Parameter values: the texts of `columns`, in their order.
  /// - Precondition: there are as many values as columns.
  package func filled(_ values: [String]) -> String {
    precondition(values.count == columns.count, "\(values.count) texts for \(columns.count) columns")
    return parts.reduce(into: "") { result, part in
      switch part {
      case .text(let text): result += text
      case .column(let place): result += values[place]
      }
    }
  }
}

extension PromptTemplate {
  /// Reads a template to its first problem.
  private struct Parser {
    let scalars: [Unicode.Scalar]
    var parts: [Part] = []
    var columns: [String] = []
    var problem: String?
    private var plain = String.UnicodeScalarView()

    init(_ scalars: [Unicode.Scalar]) { self.scalars = scalars }

    mutating func run() {
      var place = 0
      while place < scalars.count, problem == nil {
        let scalar = scalars[place]
        if scalar == "{" || scalar == "}", place + 1 < scalars.count, scalars[place + 1] == scalar {
          plain.append(scalar)
          place += 2
        } else if scalar == "{" {
          place = readColumn(from: place)
        } else if scalar == "}" {
          problem = "has a '}' without its '{' at character \(place + 1): one that belongs to the text is written '}}'"
        } else {
          plain.append(scalar)
          place += 1
        }
      }
      endPlain()
    }

    /// Reads the column in braces at a place; the place behind it.
    private mutating func readColumn(from start: Int) -> Int {
      guard let end = scalars[(start + 1)...].firstIndex(where: { $0 == "}" || $0 == "{" }), scalars[end] == "}" else {
        problem = "has a '{' without its '}' at character \(start + 1): one that belongs to the text is written '{{'"
        return start
      }
      var name = String.UnicodeScalarView()
      name.append(contentsOf: scalars[(start + 1)..<end])
      guard !name.isEmpty else {
        problem = "names no column between the braces at character \(start + 1)"
        return start
      }
      endPlain()
      let column = String(name)
      if !columns.contains(column) { columns.append(column) }
      parts.append(.column(columns.firstIndex(of: column) ?? 0))
      return end + 1
    }

    private mutating func endPlain() {
      if !plain.isEmpty { parts.append(.text(String(plain))) }
      plain = String.UnicodeScalarView()
    }
  }
}
