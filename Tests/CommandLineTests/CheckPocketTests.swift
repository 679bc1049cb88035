// `lowrank check-pocket`: what it refuses before anything is trained.
import TestSupport
import Testing

@Suite("lowrank check-pocket")
struct CheckPocketTests {
  @Test("an experiment that is none, or has no full fine-tuning; a task or a model that is none")
  func mistakes() throws {
    let tiny = try TinyProgram()
    try tiny.expectMistake(["check-pocket"], "experiment 'table1' is not known in HERE/experiments. (known: tiny)")
    try tiny.expectMistake(
      ["check-pocket", "--experiment", "tiny", "--tasks", "rte"],
      """
      tiny: task 'rte' is not in this manifest. (known: warmth)
      tiny: method 'fft' is not in this manifest. (known: lora, aflora)
      2 problems; nothing was run.
      """)
    try tiny.project.write(TinyProject.manifest.replacing("[lora,", with: "[fft, lora,"), to: "experiments/tiny.yaml")
    try tiny.expectMistake(
      ["check-pocket", "--experiment", "tiny", "--model", "nowhere"],
      "model 'nowhere' is not here, there is no such folder: name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>"
    )
  }

  @Test("tasks of texts have a gate of their own, and not one together with tasks of labels")
  func texts() throws {
    let manifest = TinyProject.writingManifest.replacing("methods: [", with: "methods: [fft, ")
    let tiny = try TinyProgram(.writing(manifest))
    let result = try tiny.lowrank(["check-pocket", "--experiment", "tiny", "--seeds", "0"], apart: true)
    #expect(result.status == 1, "two epochs on sixteen rows teach nobody to write: \(result)")
    #expect(
      result.output.hasPrefix(
        """
        Pocket profile, model writer, last epoch, 1 seed

        | task (metric) | fft | random weights | before | source | nearest | template | verdict |
        |---|--:|--:|--:|--:|--:|--:|---|
        | places (
        """), "\(result.output)")
    #expect(result.output.contains("- **misses**: 0 of 1 tasks pass (3 needed)\n"), "\(result.output)")

    try tiny.project.write(manifest.replacing("tasks: [", with: "tasks: [tasks/warmth.yaml, "), to: "experiments/tiny.yaml")
    let mixed = try tiny.lowrank(["check-pocket", "--experiment", "tiny"], apart: true)
    #expect(
      mixed.status == 1
        && mixed.errors
          == "Error: tiny: of some tasks the answers are texts (places), of others labels (warmth), and each kind has its own "
          + "gate. Name tasks of one kind with --tasks\n",
      "\(mixed)")
  }
}
