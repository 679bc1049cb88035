// DART's files (Nan et al. 2021, v1.1.1): entries of triples and of sentences that say them, as JSON or as XML.
import Settings

/// Triples, and the texts that annotators wrote of them.
struct DARTEntry: Equatable {
  /// Subject, relation and object of each triple.
  var triples: [[String]] = []
  var texts: [String] = []
  /// The line at which the entry begins, from 1.
  var line: Int

  /// The triples as microsoft/LoRA gives them to models, relations in lower case: `Mars : orbits : the sun | …`.
  var source: String {
    triples.map { "\($0[0]) : \($0[1].lowercased()) : \($0[2])" }.joined(separator: " | ")
  }
}

/// Reads the entries of a file in either form, whatever its name says.
struct EntryReader {
  private let path: String

  init(path: String) { self.path = path }

  /// Gives a row for each text. Texts without anything in them, of which the official test file has one, are left out and counted.
  func read(_ file: TextLines, into collector: inout some RowCollector) throws(DatasetError) {
    let first = file.bytes[file.start...].firstIndex { ![0x20, 0x09, 0x0A, 0x0D].contains($0) }
    guard let first else { return }
    let entries: [DARTEntry]
    switch file.bytes[first] {
    case UInt8(ascii: "["), UInt8(ascii: "{"): entries = try DARTObjects(file).entries()
    case UInt8(ascii: "<"): entries = try DARTMarkup(file).entries()
    default: throw .invalidEntries(path: path, place: "", problem: "begins neither as JSON nor as XML, DART's forms")
    }
    for entry in entries {
      let source = entry.source
      for text in entry.texts {
        if text.allSatisfy(\.isWhitespace) {
          collector.left.unlabelled += 1
          continue
        }
        let values = collector.columns.map { $0.column == .name("triples") ? source : text }
        try collector.take(values, line: entry.line)
      }
    }
  }
}
