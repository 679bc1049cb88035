// Regular expressions of settings: what Python's `re` says of them, and which are refused.
import Foundation
import TestSupport
import Testing

@testable import Interchange

@Suite("Patterns of modules")
struct ModulePatternTests {
  private static let query = "bert.encoder.layer.11.attention.self.query"

  private static func pattern(_ text: String) throws -> ModulePattern {
    var budget = ModulePattern.Budget()
    return try ModulePattern(text, budget: &budget)
  }

  static let patterns = [
    "", ".*", "query", ".*query", ".*\\.query", ".*\\.(key|query)$", "^bert.*", "b|bert.*|c", "(?:bert|roberta)\\..*\\d+.*",
    ".*layer\\.\\d\\..*", ".*layer\\.\\d{2}\\..*", ".*layer\\.1{1,3}\\..*", ".*1{,2}.*", "[a-z.0-9]+", "[^a-z]*", "[^x]+",
    "[]a-z.0-9]+", "[\\w.]+", "[\\D]+", "[\\d\\W]+", "\\w+\\W.*", "(\\w+\\.)*query", "(\\w+\\.){6}query",
    "(\\w+?\\.)+?query??", "(?P<first>b)ert.*", "(?!roberta).*", "(?!.*layer\\.11).*", "(?=.*self).*y", ".*(?!x)",
    "(.*\\.)?(self.query)$", "(|x)bert.*", "(a*)*bert.*", "(a|a*)+", "\\Abert.*query\\Z", "bert$", "^^bert.*$$", ".*[.]query",
    ".*\\s.*", ".*\\S", "a-b", "[a-]+", "[a\\-z]+", "[+--]+", "é", "(^|.*\\.)self($|\\..*)", "((((x)))|.)*", "\\.", "\\{\\}",
    "}", "]",
  ]

  static let paths = [
    query, "bert.encoder.layer.1.attention.self.query", "bert.encoder.layer.0.output.dense", "roberta.query", "query", "bert",
    "b", "c", "classifier.out_proj", "xbert.query", "a-b", "aaa", "", "]", "}", "+,-", "{}", ".", "self", "self.query.x",
    "bert query",
  ]

  @Test("Python says the same of whole paths and of their beginnings", .requires(.python("re")))
  func python() throws {
    let script = """
      import json, re, sys
      patterns, paths = json.loads(sys.argv[1]), json.loads(sys.argv[2])
      print(json.dumps([[bool(f(p, x)) for x in paths for f in (re.fullmatch, re.match)] for p in patterns]))
      """
    func json(_ texts: [String]) throws -> String { String(decoding: try JSONEncoder().encode(texts), as: UTF8.self) }
    let output = try PythonPeer.run(script, json(Self.patterns), json(Self.paths))
    let expected = try JSONDecoder().decode([[Bool]].self, from: Data(output.utf8))
    for (text, row) in zip(Self.patterns, expected) {
      let pattern = try Self.pattern(text)
      #expect(Self.paths.flatMap { [pattern.matches($0), pattern.begins($0)] } == row, "\(text)")
    }
  }

  @Test("whole paths, and beginnings") func matching() throws {
    #expect(try Self.pattern(".*\\.(key|query)").matches(Self.query))
    #expect(try !Self.pattern("query").matches(Self.query))
    #expect(try Self.pattern("bert").begins(Self.query) && !Self.pattern("bert").matches(Self.query))
    #expect(try !Self.pattern("(?!.*layer\\.11).*").matches(Self.query))
    // what alternatives are to a key that is put into a pattern, as the library does it
    #expect(try Self.pattern("(.*\\.)?(x|query)$").begins(Self.query) && !Self.pattern("(.*\\.)?(ery)$").begins(Self.query))
  }

  @Test(
    "what is no pattern, or not taken",
    arguments: [
      "(", ")", "a)(b", "[", "[a", "[^]", "a**", "a*+", "a{2}{3}", "*", "+a", "^*", "a|*", "{", "a{x}", "a{3,2}", "a{101}", "\\",
      "\\1",
      "\\b", "\\x41", "\\n", "[\\b]", "[z-a]", "[\\d-x]", "(?i)a", "(?i:a)", "(?<=a)b", "(?<!a)b", "(?>a)", "(?#a)", "(?P=a)",
      "(?P<1>a)",
      "(?P<a>x)(?P<a>y)", "(?(1)a)", "(?=(?=a))", "(?",
    ])
  func refusals(_ text: String) {
    #expect(throws: ModulePattern.Problem.self) { try Self.pattern(text) }
  }

  @Test("none of them takes long, and none is without limits") func limits() throws {
    let path = String(repeating: "a", count: 300) + "!"
    #expect(try !Self.pattern("(a+)+").matches(path))
    #expect(try !Self.pattern("(a|aa|a*)*b").matches(path))
    #expect(try !Self.pattern("(?=(a+)+$)(.*.*.*)*x").matches(path))
    let nested = { (part: String, levels: Int) in (0..<levels).reduce(part) { text, _ in "(\(text)){100}" } }
    for text in [
      String(repeating: "a", count: 1025), String(repeating: "(", count: 33) + String(repeating: ")", count: 33), nested("a", 3),
      nested("", 30), "(?=a{100}b{100}c{100})",
    ] {
      #expect(throws: ModulePattern.Problem.self) { try Self.pattern(text) }
    }
    var budget = ModulePattern.Budget()
    #expect(throws: ModulePattern.Problem.self) {
      for _ in 0..<1_000_000 { _ = try ModulePattern("(a{100}){10}", budget: &budget) }
    }
  }
}
