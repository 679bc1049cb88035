// AFLoRA's mean number of trainable parameters, foretold and measured.
import CPUBackend
import Models
import Settings
import Tensors
import Testing

@testable import Adapters
@testable import Training

@Suite("AFLoRA's trainable parameters on average")
struct FreezingForecastTests {
  private static let schedule: [String: OptionValue] = ["initial_epochs": .number(0.4), "final_fraction": .number(0.3)]

  @Test("by the schedule alone where units are of one size, between bounds where they are not")
  func meanOpen() {
    let freezing = Freezing(initialSteps: 2, finalSteps: 4, totalSteps: 8, beta1: 0.85, beta2: 0.95, sensitivity: .gradient)
    // of four units r(t) = 1 - (1 - (t - 2) / 2)³ freezes none until step 2, 3.5 in step 3, all from step 4 on
    let equal = freezing.meanOpen([10, 10, 10, 10])
    #expect(equal.least == 100.0 / 8 + 30.0 / 8 && equal.expected == equal.least && equal.greatest == equal.least)
    let unequal = freezing.meanOpen([1, 2, 3, 34])
    // steps 0, 1, 2: all; step 3: one of the four
    #expect(unequal.least == (3 * 40.0 + 1) / 8)
    #expect(unequal.expected == (3 * 40.0 + 10) / 8)
    #expect(unequal.greatest == (3 * 40.0 + 34) / 8)
    #expect(freezing.meanOpen([]).greatest == 0)
  }

  @Test(
    "a run's mean lies where it was foretold",
    arguments: [[:], ["together": .flag(true)], ["adaptive": .texts(["attention"])], ["trainability": .text("trainable")]]
      as [[String: OptionValue]])
  func measured(options: [String: OptionValue]) throws {
    let subject = try MethodSubject(
      "aflora", Self.schedule.merging(["rank": .integer(3)]) { $1 }.merging(options) { $1 },
      configuration: MethodSubject.configuration(.roberta), steps: 20, on: CPUBackend(threads: 1))
    let foretold = subject.method.meanTrainable
    let mean = Double(try subject.train(0..<20).reduce(0) { $0 + $1.trainable }) / 20
    #expect(foretold.least <= mean + 1e-9 && mean <= foretold.greatest + 1e-9, "\(foretold), \(mean)")
    #expect(foretold.least <= foretold.expected && foretold.expected <= foretold.greatest)
    // units are of one size where they are of attention, or A and B together; and where nothing freezes there is one number too
    if !options.isEmpty { #expect(abs(foretold.expected - mean) < 1e-9) }
  }

  @Test("methods without a schedule train what they train", arguments: MethodCase.all)
  func constant(row: MethodCase) throws {
    guard row.id != "aflora" else { return }
    let subject = try MethodSubject(row), found = subject.method.meanTrainable
    #expect(found.least == found.expected && found.expected == found.greatest)
    #expect(found.expected == Double(row.trainable(subject.adapted)))
  }
}
