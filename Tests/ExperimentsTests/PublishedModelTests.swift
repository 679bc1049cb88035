// The sizes that are timed.
import Models
import Tensors
import Testing

@testable import Experiments

@Suite("Published sizes that are timed")
struct PublishedModelTests {
  @Test("each can be built, a decoder to tell next tokens", arguments: PublishedModel.allCases)
  func sizes(size: PublishedModel) throws {
    let configuration = size.timedConfiguration
    #expect(configuration.problems.isEmpty)
    #expect(size.isDecoder == (configuration.architecture == .llama) && size.isDecoder == (configuration.headKind == .words))
  }

  @Test("the small decoder has a head of its own beside its table of words")
  func smallDecoder() throws {
    let model = try ModelLoader.random(PublishedModel.llama12x768.timedConfiguration, seed: 0, on: PlanningBackend())
    let block = 4 * 768 * 768 + 3 * 768 * 2048 + 2 * 768, table = 32_000 * 768
    let count = model.parameters.reduce(0) { $0 + $1.count }
    #expect(count == 12 * block + 768 + 2 * table)
  }

  @Test("made-up tokens are of the vocabulary, others for each step and row")
  func tokens() {
    let rows = (0..<2).flatMap { step in (0..<2).map { PublishedModel.miniLM.madeUpTokens(6, step: step, row: $0) } }
    #expect(Set(rows).count == 4 && rows.allSatisfy { $0.count == 6 })
    #expect(rows.joined().allSatisfy { (5..<30_522).contains($0) })
  }
}
