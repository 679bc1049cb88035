// What methods say of themselves: options, names.
import CPUBackend
import Layers
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("Descriptions of methods")
struct MethodDescriptionTests {
  @Test("a method asks for no option that it does not describe", arguments: MethodCase.all)
  func options(row: MethodCase) throws {
    let description = try row.method.description
    func attach(_ options: [String: OptionValue]) throws -> [Float] {
      let backend = try CPUBackend(threads: 1)
      let model = try ModelLoader.random(MethodSubject.configuration(.roberta), seed: 5, on: backend)
      let method = try MethodRegistry.attach(
        row.method, options: options, to: MethodSubject.host(model, steps: 10, epochs: 10, on: backend))
      return method.parameters.flatMap(\.tensor.values)
    }
    let defaults = try attach([:])
    var given: [String: OptionValue] = [:]
    for option in description.options {
      #expect(!option.documentation.isEmpty && !option.type.expectation.isEmpty)
      guard let value = option.defaultValue else { continue }
      #expect(option.type.accept(value) == value, "\(option.name)")
      given[option.name] = value
    }
    #expect(try attach(given) == defaults)
    for option in description.options {
      let values: [OptionValue] =
        switch option.type {
        case .integer(let range): [.integer(range.lowerBound), .integer(min(range.upperBound, 16))]
        case .number(let range): [.number(range.lowerBound), .number(range.upperBound)]
        case .flag: [.flag(true), .flag(false)]
        case .choice(let names): names.map { .text($0) }
        case .names(let names, let patterns):
          names.map { .texts([$0]) } + [.texts(names)] + (patterns ? [.texts(["*"]), .text("*.layer.1.*")] : [])
        case .numberAbove(_, let most): [.number(most)]
        case .numbers, .text: []
        }
      for value in values {
        do {
          _ = try attach([option.name: value])
        } catch AdapterError.badOption {
          #expect(row.dependentOptions.contains(option.name), "\(option.name): \(value)")
        }
      }
    }
    #expect(row.dependentOptions.allSatisfy { name in description.options.contains { $0.name == name } })
  }

  @Test("ids, aliases and labels are unique")
  func names() throws {
    let names = MethodRegistry.descriptions.flatMap { [$0.id] + $0.aliases }
    #expect(Set(names).count == names.count)
    #expect(Set(MethodRegistry.descriptions.map(\.label)).count == MethodRegistry.descriptions.count)
    for (alias, id) in [("elora", "vera"), ("full", "fft"), ("lora+", "lora-plus"), ("lora-drop", "loradrop")] {
      #expect(try MethodRegistry.method(alias).description.id == id)
    }
  }
}
