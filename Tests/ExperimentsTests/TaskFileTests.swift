// A task of the user's own whose files lie where the user put them.
import Foundation
import TestSupport
import Testing

@testable import Experiments

@Suite("The files of a task")
struct TaskFileTests {
  /// What the plan of a task with these files reads.
  private func read(_ train: String, _ validation: String, in project: TinyProject) throws -> (train: Int, gold: [Int64]) {
    let task = try String(contentsOf: project.root.appending(path: "experiments/tasks/warmth.yaml"), encoding: .utf8)
      .split(separator: "\n", omittingEmptySubsequences: false).map { line in
        line.hasPrefix("train:") ? "train: \(train)" : line.hasPrefix("validation:") ? "validation: \(validation)" : String(line)
      }
    try project.write(task.joined(separator: "\n"), to: "experiments/tasks/warmth.yaml")
    let call = try project.call()
    let objective = try call.inputs.objective(of: call.plan[0], modelType: "bert")
    return (objective.training.count, objective.gold(of: .validation(0)).rows.flatMap { $0 })
  }

  @Test("each is the one that is named, in whatever folders they lie")
  func folders() throws {
    let project = try TinyProject()
    try project.write(TinyProject.rows(0..<24), to: "experiments/tasks/a/train.tsv")
    // a file of the same name beside the training file: another set
    try project.write(TinyProject.rows(24..<28), to: "experiments/tasks/a/dev.tsv")
    try project.write(TinyProject.rows(28..<37), to: "experiments/tasks/b/dev.tsv")
    #expect(try read("a/train.tsv", "b/dev.tsv", in: project).gold.count == 9)
    #expect(try read("a/train.tsv", "a/dev.tsv", in: project).gold.count == 4)
    let elsewhere = project.root.appending(path: "elsewhere/./dev.tsv").path
    try project.write(TinyProject.rows(0..<7), to: "elsewhere/dev.tsv")
    #expect(try read("a/train.tsv", elsewhere, in: project).gold.count == 7)
    #expect(try read("train.tsv", "dev.tsv", in: project).train == 24)
  }

  @Test("one that is not there is named with its folder")
  func missing() throws {
    let project = try TinyProject()
    #expect { try read("train.tsv", "b/dev.tsv", in: project) } throws: { error in
      "\(error)".contains("\(project.root.path)/experiments/tasks/b/dev.tsv")
    }
  }
}
