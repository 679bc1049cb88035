// Training settings by their keys.
import Foundation
import Testing

@testable import Settings

@Suite struct TrainingSettingsTests {
  @Test func defaultsOfTheKeysAreThoseOfTheInitializer() throws {
    let given: [String: OptionValue] = ["epochs": .integer(3), "batch": .integer(8), "learning_rate": .number(0.5)]
    let settings = try #require(TrainingSettings { given[$0] })
    #expect(settings == TrainingSettings(epochs: 3, batchSize: 8, learningRate: 0.5))
    #expect(TrainingSettings { $0 == "epochs" ? nil : given[$0] } == nil)
    #expect(TrainingSettings.required == ["epochs", "batch", "learning_rate"])
  }

  @Test func everyKeyIsReadAndWritten() throws {
    // another way of saying micro_batch, under whose name it is kept
    for key in TrainingSettings.keys where key.schema.name != "gradient_accumulation" {
      var settings = TrainingSettings(epochs: 3, batchSize: 8, learningRate: 0.5)
      let value: OptionValue =
        switch key.schema.type {
        case .integer: .integer(7)
        case .number, .numberAbove: .number(0.125)
        case .flag: .flag(true)
        case .numbers: .numbers([0.25, 0.5])
        case .choice(let names): .text(names.last ?? "")
        case .names, .text: .text("none of today's keys")
        }
      key.assign(&settings, value)
      #expect(key.value(settings) == value, "\(key.schema.name)")
      #expect(settings.values.first { $0.name == key.schema.name }?.value == value, "\(key.schema.name)")
      let again = try JSONDecoder().decode(TrainingSettings.self, from: JSONEncoder().encode(settings))
      #expect(again == settings, "\(key.schema.name)")
    }
  }

  @Test func ofTwoThatExcludeEachOtherTheGivenOneHolds() throws {
    let given: [String: OptionValue] = [
      "epochs": .integer(3), "batch": .integer(8), "learning_rate": .number(0.5), "warmup_steps": .integer(9),
    ]
    #expect(try #require(TrainingSettings { given[$0] }).warmup == .steps(9))
  }
}
