// What a benchmark of all methods sets.
import Adapters
import Settings
import Testing

@testable import Experiments

@Suite("The benchmark of methods")
struct MethodBenchmarkTests {
  @Test("a method's own options, on all linear layers where it has a choice", arguments: MethodRegistry.descriptions.map(\.id))
  func options(id: String) throws {
    let options = try MethodBenchmark.options(id), description = try MethodRegistry.method(id).description
    #expect(throws: Never.self) { try MethodOptions(options, for: description) }
    #expect(options["targets"] == (description.option(named: "targets") == nil ? nil : .texts(["all-linear"])))
  }

  @Test("a method that there is not")
  func unknown() {
    #expect(throws: AdapterError.unknownMethod("none", known: MethodRegistry.descriptions.map(\.id))) {
      try MethodBenchmark.options("none")
    }
  }
}
