// A tokenizer's folder with recorded cases, against this program's ids for the same texts.
import Foundation
import Tokenizers

/// Compares a tokenizer with the `cases.json` beside its vocabulary.
package enum TokenizerParity {
  private struct Row: Decodable {
    let a: String
    let b: String?
    let maximumLength: Int?
    let ids: [Int32]
    let segments: [Int32]?
    let slowIDs: [Int32]?

    enum CodingKeys: String, CodingKey {
      case a, b, ids
      case maximumLength = "max_length"
      case segments = "type_ids"
      case slowIDs = "slow_ids"
    }
  }

  private struct Decoded: Decodable {
    let ids: [Int32]
    let text: String
  }

  private struct Cases: Decodable {
    let single, specialInText, pair, truncated: [Row]
    let decoded: [Decoded]
    let vocabulary: Int

    enum CodingKeys: String, CodingKey {
      case single, pair, truncated, decoded, vocabulary
      case specialInText = "special_in_text"
    }
  }

  /// Where an unknown character makes transformers' fast and SentencePiece version differ, either answer is right; the report says
  /// how often the second was met. Such a text cut as one of a pair is left out: the two also cut by rules of their own.
  ///
  /// - Throws: `ParityError` where the reference cannot be used; `TokenizerError` for its tokenizer.
  package static func run(folder: URL) throws -> ParityReport {
    let file = folder.appending(path: "cases.json")
    let cases: Cases
    do {
      cases = try JSONDecoder().decode(Cases.self, from: Data(contentsOf: file))
    } catch {
      throw ParityError.unreadable(file.path, as: "a tokenizer's cases", error)
    }
    let tokenizer = try TokenizerFolder.load(from: folder)
    var report = ParityReport(subject: folder.path)
    report.compareExactly("vocabulary", "size", [tokenizer.vocabularySize], with: [cases.vocabulary])
    var slow = 0, left = 0
    for (group, rows) in [
      ("single", cases.single), ("special_in_text", cases.specialInText), ("pair", cases.pair), ("truncated", cases.truncated),
    ] {
      for row in rows {
        let found = tokenizer.encode(row.a, row.b, maximumLength: row.maximumLength)
        if let other = row.slowIDs, found.ids != row.ids {
          if found.ids == other {
            slow += 1
            continue
          }
          if row.maximumLength != nil, row.b != nil {
            left += 1
            continue
          }
        }
        report.compareExactly(group, "'\(row.a)'", found.ids, with: row.ids)
        if let segments = row.segments { report.compareExactly("\(group) segments", "'\(row.a)'", found.segments, with: segments) }
      }
    }
    for row in cases.decoded {
      report.compareExactly("decoded", "'\(row.text)'", [tokenizer.decode(row.ids)], with: [row.text])
    }
    if slow > 0 { report.notes.append("\(slow) cases have SentencePiece's own answer, not the fast tokenizer's") }
    if left > 0 { report.notes.append("\(left) cut pairs with unknown characters are not compared") }
    return report
  }
}
