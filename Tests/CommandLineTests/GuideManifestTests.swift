// The guide's blocks of YAML, as they stand there: tables, tasks, and rows of methods.
import Foundation
import TestSupport
import Testing

@Suite("The guide's blocks of YAML")
struct GuideManifestTests {
  /// The files whose blocks these tests, and those of manifests, read.
  private static let files = [
    "experiments/rank-of-lora.yaml", "experiments/seeds-of-lora.yaml", "experiments/tasks/reviews.yaml",
    "experiments/my-reviews.yaml", "experiments/tasks/sums.yaml",
    "experiments/tune/tune-reviews.yaml",
  ]

  /// The block that begins with the name of its file.
  private func block(_ file: String) throws -> String {
    let text = try Pages.manifest(file)
    return try #require(text, "no page has a block of \(file)")
  }

  @Test("each is a file that a test reads, or the rows of a manifest")
  func all() throws {
    for block in try Pages.blocks("yaml") {
      if block.text.hasPrefix("methods:\n") {
        let tiny = try TinyProgram(TinyProject.manifest.replacing(/methods: .*\n/, with: block.text))
        let plan = try tiny.lowrank(["run", "tiny", "--dry-run"])
        #expect(plan.status == 0, "\(block): \(plan.output)")
      } else {
        #expect(Self.files.contains { block.text.hasPrefix("# \($0)") }, "\(block): no test reads this block")
      }
    }
  }

  @Test("the task is planned and trained on")
  func task() throws {
    let tiny = try TinyProgram(TinyProject.manifest.replacing("tasks/warmth.yaml", with: "reviews"))
    try tiny.project.write(block("experiments/tasks/reviews.yaml"), to: "experiments/tasks/reviews.yaml")
    for (rows, name) in [(0..<24, "train"), (24..<40, "dev")] {
      let table = TinyProject.rows(rows).replacing("sentence\tlabel", with: "review\tverdict")
        .replacing("\twarm\n", with: "\tpositive\n").replacing("\tcold\n", with: "\tnegative\n")
      try tiny.project.write(table, to: "experiments/tasks/data/\(name).tsv")
    }
    let plan = try tiny.lowrank(["run", "tiny", "--dry-run"])
    #expect(plan.status == 0 && plan.output.contains("lora reviews seed 0"), "\(plan.output)")
    let run = try tiny.lowrank(["run", "tiny"])
    #expect(run.status == 0 && run.output.contains("reviews (accuracy ↑)"), "\(run.output)")
    #expect(try tiny.lowrank(["report", "tiny", "--metric", "f1"]).output.contains("reviews (F1 ↑)"))
  }

  @Test("the manifest of an own task is listed under every profile, planned, and trained on")
  func ownTask() throws {
    let tiny = try TinyProgram()
    let experiments = tiny.project.root.appending(path: "shipped/experiments")
    try tiny.project.write(block("experiments/my-reviews.yaml"), to: "shipped/experiments/my-reviews.yaml")
    try tiny.project.write(block("experiments/tasks/reviews.yaml"), to: "shipped/experiments/tasks/reviews.yaml")
    for (rows, name) in [(0..<24, "train"), (24..<40, "dev")] {
      let table = TinyProject.rows(rows).replacing("sentence\tlabel", with: "review\tverdict")
        .replacing("\twarm\n", with: "\tpositive\n").replacing("\tcold\n", with: "\tnegative\n")
      try tiny.project.write(table, to: "shipped/experiments/tasks/data/\(name).tsv")
    }
    for name in ["recipes", "pretrain"] {
      try FileManager.default.createSymbolicLink(
        at: experiments.appending(path: name), withDestinationURL: Repository.root.appending(path: "experiments/\(name)"))
    }
    func call(_ arguments: String...) throws -> ProgramResult {
      try execute(
        tiny.program, arguments + ["--root", experiments.deletingLastPathComponent().path], environment: Program.environment(),
        apart: true)
    }
    let list = try call("list")
    #expect(list.status == 0 && list.output.contains("pocket 4") && list.output.contains("paper 12"), "\(list)")
    let run = try call("run", "my-reviews", "--tasks", "reviews", "--methods", "lora")
    #expect(run.status == 0 && run.output.contains("| LoRA | ") && run.output.contains("reviews (accuracy ↑)"), "\(run)")
    // without what the paper's recipe lacks, the other profile goes on working
    let manifest = try block("experiments/my-reviews.yaml").replacing(/training: .*\n/, with: "")
    try tiny.project.write(manifest, to: "shipped/experiments/my-reviews.yaml")
    let part = try call("list")
    #expect(
      part.status == 1 && part.output.contains("pocket 4") && part.output.contains("'training: {tasks: {reviews: {epochs: 10}}}'"))
  }

  @Test("the search is planned")
  func search() throws {
    let tiny = try TinyProgram(), search = try block("experiments/tune/tune-reviews.yaml")
    try tiny.project.write(
      search.replacing("recipe: pocket", with: "recipe: tiny").replacing("pocket-deberta", with: "model"),
      to: "experiments/tune/tune-reviews.yaml")
    try tiny.project.write(block("experiments/tasks/reviews.yaml"), to: "experiments/tasks/reviews.yaml")
    for (rows, name) in [(0..<24, "train"), (24..<40, "dev")] {
      let table = TinyProject.rows(rows).replacing("sentence\tlabel", with: "review\tverdict")
        .replacing("\twarm\n", with: "\tpositive\n").replacing("\tcold\n", with: "\tnegative\n")
      try tiny.project.write(table, to: "experiments/tasks/data/\(name).tsv")
    }
    let plan = try tiny.lowrank(["tune", "tune-reviews", "--dry-run"])
    #expect(plan.status == 0 && plan.output.contains("fft-learning-rate-3e-5 reviews seed 101"), "\(plan.output)")
    #expect(plan.output.contains("= 16 runs, 0 done before, 16 to go"), "\(plan.output)")
  }

  /// A table of the guide in a project with the shipped recipes and models.
  private struct Table {
    private let tiny: TinyProgram
    private let id: String
    private let root: String

    init(_ id: String, _ block: String) throws {
      (tiny, self.id) = (try TinyProgram(), id)
      let experiments = tiny.project.root.appending(path: "shipped/experiments")
      root = experiments.deletingLastPathComponent().path
      try tiny.project.write(block, to: "shipped/experiments/\(id).yaml")
      for name in ["recipes", "pretrain"] {
        try FileManager.default.createSymbolicLink(
          at: experiments.appending(path: name), withDestinationURL: Repository.root.appending(path: "experiments/\(name)"))
      }
    }

    func run(_ options: String...) throws -> ProgramResult {
      try execute(tiny.program, ["run", id, "--root", root] + options, environment: Program.environment())
    }
  }

  @Test("the table is planned, and one of its runs trained")
  func table() throws {
    let table = try Table("rank-of-lora", block("experiments/rank-of-lora.yaml")), plan = try table.run("--dry-run")
    #expect(plan.status == 0, "\(plan.output)")
    for rank in [1, 2, 4, 8] { #expect(plan.output.contains("lora-rank-\(rank) mrpc seed 1"), "\(plan.output)") }
    let part = try table.run("--methods", "lora-rank-8", "--tasks", "rte", "--seeds", "0")
    #expect(part.status == 0 && part.output.contains("1/1  lora-rank-8 rte seed 0  accuracy "), "\(part.output)")
  }

  @Test("the table of crossed seeds is planned")
  func crossed() throws {
    let plan = try Table("seeds-of-lora", block("experiments/seeds-of-lora.yaml")).run("--dry-run")
    #expect(plan.status == 0, "\(plan.output)")
    for name in ["lora mrpc seed 1", "lora mrpc init 0 order 1", "fft rte init 1 order 0"] {
      #expect(plan.output.contains(name), "\(plan.output)")
    }
  }
}
