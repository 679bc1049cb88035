// Which linear layers a list of targets chooses.
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("Targets")
struct TargetsTests {
  @Test(
    "patterns match whole paths",
    arguments: [
      ("*", "a.b", true), ("a.*", "a.b", true), ("*.b", "a.b", true), ("a*b", "a.b", true), ("a.b*", "a.b", true),
      ("*b", "a.b.c", false),
      ("b*", "a.b", false), ("*.layer.1.*", "x.layer.1.query", true), ("*.layer.1.*", "x.layer.11.query", false),
      ("*.1*.q*", "x.layer.11.query", true), ("a*a", "a", false), ("*a*a*", "aa", true), ("*a*a*", "a", false), ("**", "", true),
      ("*ab*b", "xab", false), ("*ab*b", "xabb", true),
    ] as [(String, String, Bool)])
  func patterns(pattern: String, path: String, expected: Bool) {
    #expect(Targets.matches(path, pattern: pattern) == expected)
  }

  @Test("roles and patterns together, each layer once, in the model's order")
  func union() throws {
    func adapted(_ targets: [String], _ architecture: Architecture = .deberta) throws -> [String] {
      let subject = try MethodSubject(
        "lora", ["targets": .texts(targets)], configuration: MethodSubject.configuration(architecture), on: PlanningBackend())
      return subject.model.projections.filter { $0.adapter != nil }.map { "\($0.layer).\($0.role.rawValue)" }
    }
    #expect(try adapted(["value", "query"]) == ["0.query", "0.value", "1.query", "1.value"])
    #expect(try adapted(["all-linear", "query"]).count == 12)
    #expect(
      try adapted(["*.layer.1.*", "intermediate"]) == [
        "0.intermediate", "1.query", "1.key", "1.value", "1.attention-output", "1.intermediate", "1.output",
      ])
    #expect(try adapted(["*query_proj"]) == ["0.query", "1.query"])
    #expect(try adapted(["*.0.*query", "output"], .roberta) == ["0.query", "0.output", "1.output"])
  }
}
