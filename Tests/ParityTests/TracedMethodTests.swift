// Every method can be compared with a trace.
import Adapters
import Testing

@testable import Parity

@Suite("Traced methods")
struct TracedMethodTests {
  @Test("each says how a trace sets it up, under its id and its aliases")
  func known() {
    #expect(TracedMethods.all.map { $0.description.id } == MethodRegistry.descriptions.map(\.id))
    for method in MethodRegistry.descriptions {
      #expect((method.aliases + [method.id]).allSatisfy { TracedMethods.method($0)?.description.id == method.id })
    }
    #expect(TracedMethods.method("lora-xs").map { $0.description.id } == nil)
  }
}
