// What another target may use says what it is.
import Foundation
import Testing

@Suite("Documentation")
struct DocumentationTests {
  @Test("every declaration for other targets has a summary that says more than its name")
  func summaries() throws {
    let files = try SourceFile.all
    #expect(files.count > 200)
    let requirements = Set(files.flatMap(\.requirements))
    #expect(requirements.contains("afterUpdate"))
    let declarations = files.flatMap(\.declarations)
    #expect(declarations.count > 1000)
    #expect(declarations.filter { $0.lacksSummary(requirements) }.map(\.place) == [])
  }

  @Test("nothing is public: the package has no library, only its program")
  func access() throws {
    #expect(try SourceFile.all.flatMap(\.declarations).filter { $0.access != "package" }.map(\.place) == [])
  }

  @Test("a missing summary and an empty one are seen, one that a protocol gives is not asked for")
  func planted() {
    let file = SourceFile(
      path: "Made.swift",
      text: """
        package protocol Meter {
          /// Litres since midnight.
          var reading: Int { get }
        }
        package struct Gauge: Meter {
          package var reading: Int { 0 }
          /// The pressure.
          package let pressure: Double
          /// The highest pressure so far, in bar.
          package private(set) var highest: Double
          package static func reset(to value: Double) {}
          /// Starts at 0.
          @discardableResult
          package init() {}
          public final class Needle {}
        }
        """)
    #expect(file.requirements == ["reading"])
    #expect(
      file.declarations.filter { $0.lacksSummary(["reading"]) }.map(\.place) == [
        "Made.swift:1 Meter", "Made.swift:5 Gauge", "Made.swift:8 pressure", "Made.swift:11 reset", "Made.swift:15 Needle",
      ])
    #expect(file.declarations.map(\.access).filter { $0 != "package" } == ["public"])
  }
}

/// A file of Swift code, read by its lines: declarations stand at the start of theirs, as the formatter keeps them.
private struct SourceFile {
  var path: String
  var text: String

  /// Every file of the program.
  static var all: [SourceFile] {
    get throws {
      let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      let folder = root.appending(path: "Sources")
      let names = FileManager.default.enumerator(atPath: folder.path)?.allObjects as? [String] ?? []
      return try names.filter { $0.hasSuffix(".swift") }.sorted().map { name in
        SourceFile(path: name, text: try String(contentsOf: folder.appending(path: name), encoding: .utf8))
      }
    }
  }

  /// A declaration that other targets, or other packages, may use.
  struct Declaration {
    var place: String
    var access: String
    var name: String
    var summary: String

    /// Whether nothing is said of it but its name. What a protocol asks for is documented there.
    func lacksSummary(_ requirements: Set<String>) -> Bool {
      if summary.isEmpty { return !requirements.contains(name) && !Self.ofSwift.contains(name) }
      let said = Self.words(summary).subtracting(["the", "a", "an", "its", "of", "s"])
      return said.subtracting(Self.words(name)).isEmpty
    }

    /// What protocols of Swift and its libraries ask for.
    private static let ofSwift: Set = [
      "==", "<", "description", "hash", "encode", "init(from", "allValueStrings", "allValueDescriptions", "defaultValueDescription",
    ]

    /// `peakBytes` and `Peak bytes.` are the same two words.
    private static func words(_ text: String) -> Set<String> {
      let apart = text.replacing(/([a-z0-9])([A-Z])/) { "\($0.1) \($0.2)" }
      return Set(apart.lowercased().split { !$0.isLetter && !$0.isNumber }.map(String.init))
    }
  }

  var declarations: [Declaration] {
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { $0.trimmingPrefix(while: \.isWhitespace) }
    let modifiers =
      #"(?:(?:@\w+(?:\([^)]*\))?|nonisolated|final|static|override|mutating|indirect|convenience|weak|lazy|\w+\(set\))\s+)*"#
    let kinds = "var|let|func|struct|class|enum|protocol|actor|typealias|init|subscript"
    guard
      let pattern = try? Regex<(Substring, Substring, Substring, Substring?)>(
        "^\(modifiers)(public|package|open)\\s+\(modifiers)(\(kinds))\\b\\s*([\\w`]+|[=<]+|\\??\\(\\w+)?")
    else { return [] }
    return lines.indices.compactMap { index in
      guard let match = try? pattern.prefixMatch(in: lines[index]) else { return nil }
      let (kind, rest) = (match.output.2, (match.output.3 ?? "").filter { $0 != "`" && $0 != "?" })
      let name = kind == "init" ? "init" + rest : rest
      var above = index - 1
      while above >= 0, lines[above].hasPrefix("@") { above -= 1 }
      var first = above
      while first >= 0, lines[first].hasPrefix("///") { first -= 1 }
      let summary = lines[(first + 1)..<(above + 1)].map { $0.dropFirst(3) }.joined(separator: " ")
      return Declaration(
        place: "\(path):\(index + 1) \(name)", access: String(match.output.1), name: name,
        summary: summary.trimmingCharacters(in: .whitespaces))
    }
  }

  /// The names that its protocols ask for.
  var requirements: [String] {
    var names: [String] = []
    var inProtocol = false
    for line in text.split(separator: "\n") {
      if line.contains(/^(?:package |public )?protocol\b/) { inProtocol = true }
      if line == "}" { inProtocol = false }
      guard inProtocol, let match = line.firstMatch(of: /^\s+(?:static |mutating )*(?:var|func) `?(\w+)/) else {
        if inProtocol, line.contains(/^\s+init\(_ options/) { names.append("init(_") }
        continue
      }
      names.append(String(match.output.1))
    }
    return names
  }
}
