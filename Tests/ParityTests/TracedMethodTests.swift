// Every method can be compared with a trace.
import Adapters
import Testing

@testable import Parity

@Suite("Traced methods")
struct TracedMethodTests {
  @Test("each says how a trace sets it up", arguments: MethodRegistry.descriptions.map(\.id))
  func known(id: String) throws { #expect(try MethodRegistry.method(id) is any TracedMethod.Type) }
}
