// From definitions to objectives.
import Metrics
import Objectives
import Settings
import Testing

@Suite("Objectives of tasks")
struct TaskObjectiveTests {
  @Test("made-up rows have answers of the task's kind", arguments: GLUETask.allCases)
  func madeUp(task: GLUETask) {
    let rows: [[Int32]] = [[1, 2], [3], [4, 5, 6], [7]]
    let objective = task.definition.objective(madeUp: rows, validation: [[[8]], [[9], [9, 9]]])
    #expect(objective.training.lengths == [2, 1, 3, 1] && objective.validation.map(\.name) == ["0", "1"])
    #expect(objective.metrics == task.definition.metrics)
    #expect(objective.batch([2], of: .training).tokens == [4, 5, 6])
    switch objective.gold(of: .training).values {
    case .integers(let classes): #expect(Set(classes).count == task.definition.outputCount)
    case .numbers(let values): #expect(task == .stsb && values == [0, 0, 0, 0])
    }
  }
}
