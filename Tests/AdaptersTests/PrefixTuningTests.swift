// Prefixes that a network makes are those that could stand in a table, and what they begin as.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("Prefix tuning")
struct PrefixTuningTests {
  private func subject(_ options: [String: OptionValue], _ setting: MethodSubject.Setting = .writing) throws -> (
    model: Model, method: any TuningMethod
  ) {
    let backend = try CPUBackend(threads: 1), model = try setting.model(on: backend)
    let few: [String: OptionValue] = ["virtual_tokens": .integer(3)], options = few.merging(options) { $1 }
    let host = MethodSubject.host(model, steps: 10, on: backend)
    return (model, try MethodRegistry.attach("prefix-tuning", options: options, to: host))
  }

  private func logits(_ model: Model) -> [Float] { model.logits(MethodSubject.batch(0), pass: .evaluation).values }

  @Test(
    "the network's keys and values are W₂ tanh(W₁ e + b₁) + b₂, by layer", arguments: [MethodSubject.Setting.writing, .roberta])
  func network(setting: MethodSubject.Setting) throws {
    let (model, method) = try subject(["prefix_projection": .flag(true), "encoder_hidden_size": .integer(5)], setting)
    let parts = method.parameters.map(\.tensor)
    let table = parts[0].linear(weight: parts[1], bias: parts[2]).activated(.tanh).linear(weight: parts[3], bias: parts[4])
    let (other, direct) = try subject([:], setting)
    #expect(direct.parameters[0].shape == table.shape)
    direct.parameters[0].tensor.assign(table.values)
    let (found, expected) = (logits(model), logits(other))
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-5 } && found.count == expected.count)
  }

  @Test("keys and values of zeros, with a network and without") func zero() throws {
    for options: [String: OptionValue] in [[:], ["prefix_projection": .flag(true)]] {
      let (model, _) = try subject(options.merging(["initialization": .text("zero")]) { $1 })
      for place in model.backbone.keysAndValues {
        let (keys, values) = try #require(place.adapter).prefix(pass: .evaluation)
        #expect(keys.shape == [3, place.width] && values.shape == keys.shape)
        #expect((keys.values + values.values).allSatisfy { $0 == 0 })
      }
    }
    let (random, zero) = (try subject([:]), try subject(["initialization": .text("zero")]))
    #expect(logits(random.model) != logits(zero.model))
  }
}
