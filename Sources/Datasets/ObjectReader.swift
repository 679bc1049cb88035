// JSONL files: an object a line, whose fields are the columns.
import Foundation
import Settings

/// Reads the fields that are asked for.
struct ObjectReader {
  private let path: String

  init(path: String) { self.path = path }

  func read(_ file: TextLines, into collector: inout some RowCollector) throws(DatasetError) {
    let decoder = JSONDecoder()
    for (index, line) in file.lines.enumerated() {
      // a blank line is no row
      if file.bytes[line].allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      if let half = JSONText.halfCharacter(in: file.text(line)) {
        throw .invalidJSON(path: path, line: index + 1, found: "\(half), one half of a character")
      }
      guard let object = try? decoder.decode([String: JSONScalar].self, from: Data(file.bytes[line])) else {
        let found = ["NaN", "Infinity"].first { file.text(line).contains($0) }
        throw .invalidJSON(path: path, line: index + 1, found: found.map { "\($0), which is no number of JSON" })
      }
      var values: [String] = []
      for column in collector.columns { values.append(try text(column, of: object, line: index + 1)) }
      try collector.take(values, line: index + 1)
    }
  }

  private func text(
    _ column: ReadColumn, of object: [String: JSONScalar], line: Int
  ) throws(DatasetError) -> String {
    guard case .name(let field) = column.column, let value = object[field] else {
      throw .missingField(path: path, line: line, field: column.column.text, found: object.keys.sorted())
    }
    switch value {
    case .string(let text): return text
    case .literal(let text) where column.allowsLiterals: return text
    case .literal, .other:
      throw .invalidField(
        path: path, line: line, field: field, expected: column.allowsLiterals ? "a text or a number" : "a text")
    }
  }
}

/// What is asked of a JSON text beside what its decoder asks.
enum JSONText {
  /// An escaped half of a character without its other half, as a text has it that was cut between them.
  static func halfCharacter(in text: String) -> String? {
    guard text.contains("\\u") else { return nil }
    // of a pair the first half is D800 to DBFF, the second DC00 to DFFF
    let rest = text.replacing(/\\\\/, with: "").replacing(
      /\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}/, with: "")
    return rest.firstMatch(of: /\\u[dD][89a-fA-F][0-9a-fA-F]{2}/).map { String($0.0) }
  }
}

/// A value of a JSON object as far as a task can use it.
private enum JSONScalar: Decodable {
  case string(String)
  case literal(String)
  case other

  init(from decoder: any Decoder) throws {
    guard let container = try? decoder.singleValueContainer() else {
      self = .other
      return
    }
    if let text = try? container.decode(String.self) {
      self = .string(text)
    } else if let flag = try? container.decode(Bool.self) {
      self = .literal(flag ? "true" : "false")
    } else if let number = try? container.decode(Int.self) {
      self = .literal(String(number))
    } else if let number = try? container.decode(Double.self) {
      self = .literal(String(number))
    } else {
      self = .other
    }
  }
}
