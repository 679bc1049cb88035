// How far right answers come where some labels are wrong on purpose.
import Settings
import Testing

@testable import Pocket

@Suite("The ceiling of a pocket task")
struct PocketCeilingTests {
  private let tasks = PocketTasks(world: PocketWorld(seed: 1), seed: 1)

  @Test("an accuracy's is the share of labels that are right")
  func accuracy() throws {
    for (task, definition) in [(PocketTasks.Task.rte, GLUETask.rte), (.sst2, .sst2), (.qnli, .qnli)] {
      let rows = tasks.examples(task, .test), right = rows.count { $0.label == $0.truth }
      let ceiling = try #require(tasks.ceiling(of: definition.definition))
      #expect(abs(ceiling - 100 * Double(right) / Double(rows.count)) < 1e-9)
      // five in a hundred are wrong
      #expect((91...99).contains(ceiling))
    }
  }

  @Test("every task of labels has one below a hundred, and tasks of texts have none")
  func all() throws {
    for task in GLUETask.allCases {
      let ceiling = try #require(tasks.ceiling(of: task.definition), "\(task)")
      #expect((80..<100).contains(ceiling), "\(task)")
    }
    #expect(tasks.ceiling(of: NLGTask.e2e.definition) == nil)
  }

  @Test("wrong labels are as many as the noise says, in all files together")
  func noise() {
    let rows = PocketTasks.Task.allCases.filter { $0 != .stsb }.flatMap { task in
      PocketSplit.allCases.flatMap { tasks.examples(task, $0) }
    }
    let share = Double(rows.count { $0.label != $0.truth }) / Double(rows.count)
    #expect(abs(share - PocketTasks.noise) < 0.008)
  }
}
