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
}
