// `lowrank run`: what it prints and leaves, and what it refuses before anything is trained.
import Foundation
import TestSupport
import Testing

@Suite("lowrank run")
struct RunTests {
  @Test("the plan, its runs, the table and where it is; a second call trains nothing")
  func whole() throws {
    let tiny = try TinyProgram()
    let first = try tiny.lowrank(["run", "tiny", "--jobs", "1"], apart: true)
    #expect(first.status == 0, "\(first)")
    let lines = first.errors.split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.first == "tiny · pocket · 2 methods × 1 task × 1 seed = 2 runs, 0 done before, 2 to go")
    #expect(lines.contains { $0.hasPrefix("  1/2  lora warmth seed 0  accuracy ") })
    #expect(lines.contains { $0.hasPrefix("  2/2  aflora warmth seed 0  accuracy ") })
    #expect(lines.contains("→ \(tiny.project.file("results/tiny.md").path)"))
    let table = try String(contentsOf: tiny.project.file("results/tiny.md"), encoding: .utf8)
    #expect(first.output == table && table.contains("# tiny: tiny runs\n") && table.contains("\n| LoRA | "), "the table alone")
    let before = tiny.project.everything()
    let second = try tiny.lowrank(["run", "tiny"], apart: true)
    #expect(second.status == 0 && second.errors.contains("2 done before, 0 to go\n") && second.output == table)
    tiny.expectUnchanged(since: before)
  }

  @Test("a narrowed call prints its own part and is done with it; the file keeps the whole, what is missing folded")
  func narrowed() throws {
    let tiny = try TinyProgram(TinyProject.manifest.replacing("seeds: [0]", with: "seeds: [0, 1, 2]"))
    let call = ["run", "tiny", "--methods", "lora", "--seeds", "1"]
    let result = try tiny.lowrank(call, apart: true)
    #expect(result.status == 0, "\(result)")
    #expect(result.output.contains("\n| LoRA | ") && !result.output.contains("AFLoRA") && !result.output.contains("missing"))
    #expect(result.output.contains("Cells: one seed (1)") && result.output.contains("- runs: 1 of 1\n"))
    #expect(result.errors.contains("results/tiny.md, the whole table (5 of 6 runs missing)\n"), "\(result.errors)")
    let table = try String(contentsOf: tiny.project.file("results/tiny.md"), encoding: .utf8)
    #expect(table.contains("\n| AFLoRA | ") && table.hasSuffix("**Incomplete cells**\n\n- warmth: 5 runs missing\n"), "\(table)")
    let whole = try tiny.lowrank(["report", "tiny"], apart: true)
    #expect(whole.status == 3 && whole.errors == "incomplete: 5 of 6 runs missing\n", "\(whole)")
    let part = try tiny.lowrank(["report"] + call.dropFirst(), apart: true)
    #expect(part.status == 0 && part.output == result.output)
  }

  @Test("a run that diverged is said in the last line, with status 3; for machines in an object too")
  func diverged() throws {
    let row = "[{fft: {learning_rate: 10, weight_decay: 10, warmup: 0, epochs: 40}}, "
    let tiny = try TinyProgram(TinyProject.manifest.replacing("[lora, ", with: row))
    let result = try tiny.lowrank(["run", "tiny"], apart: true)
    #expect(result.status == 3 && result.output.contains("\n| AFLoRA | "), "\(result)")
    #expect(result.errors.hasSuffix("\nincomplete: 1 of 2 runs diverged\n"), "\(result.errors)")
    let machine = try tiny.lowrank(["run", "tiny", "--log", "json"], apart: true)
    let lines = machine.errors.split(separator: "\n")
    for line in lines { #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) is [String: Any], "\(line)") }
    #expect(machine.status == 3 && lines.last?.contains(#""message":"incomplete: 1 of 2 runs diverged""#) ?? false, "\(lines)")
    let quiet = try tiny.lowrank(["run", "tiny", "--quiet"], apart: true)
    #expect(quiet.status == 3 && quiet.errors == "incomplete: 1 of 2 runs diverged\n", "\(quiet)")
  }

  @Test("nothing but the table, or a JSON object a line, where that is asked for")
  func voices() throws {
    let tiny = try TinyProgram()
    let quiet = try tiny.lowrank(["run", "tiny", "--quiet", "--methods", "lora"], apart: true)
    #expect(quiet.status == 0 && quiet.errors.isEmpty && quiet.output.hasPrefix("# tiny"), "\(quiet)")
    let machine = try tiny.lowrank(["run", "tiny", "--log", "json", "--format", "json"], apart: true)
    let lines = machine.errors.split(separator: "\n")
    #expect(machine.status == 0 && lines.count > 3)
    for line in lines { #expect((try? JSONSerialization.jsonObject(with: Data(line.utf8))) is [String: Any], "\(line)") }
    let table = try JSONSerialization.jsonObject(with: Data(machine.output.utf8)) as? [String: Any]
    #expect(table?["unit"] as? String == "fraction")
  }

  @Test("curves for TensorBoard, of runs that are done too; a folder that cannot be written is refused before anything is trained")
  func curves() throws {
    let tiny = try TinyProgram(), folder = tiny.project.file("curves")
    try tiny.expectMistake(
      ["run", "tiny", "--tensorboard", "/proc"],
      "/proc: cannot be written: No such file or directory. What stood there before is unchanged. Its folder does not exist: "
        + "create it, or name another one.")
    #expect(try tiny.lowrank(["run", "tiny", "--methods", "lora"]).status == 0)
    let result = try tiny.lowrank(["run", "tiny", "--tensorboard", folder.path], apart: true)
    #expect(result.status == 0 && !result.errors.contains("curves"), "\(result)")
    let before = tiny.project.files("curves")
    let files = before.keys.filter { $0.contains("tfevents") }.map { ($0 as NSString).deletingLastPathComponent }
    #expect(files.sorted() == ["tiny/aflora/warmth/seed-0", "tiny/lora/warmth/seed-0"])
    #expect(try tiny.lowrank(["run", "tiny", "--tensorboard", folder.path, "--dry-run"]).status == 0)
    #expect(try tiny.lowrank(["all", "--tensorboard", folder.path]).status == 0)
    #expect(tiny.project.files("curves") == before, "each is written once")
  }

  @Test("curves that cannot be written are said to be, also where nothing else is, and are no failure")
  func curvesInTheWay() throws {
    let tiny = try TinyProgram()
    try tiny.project.write("in the way", to: "curves/tiny")
    let result = try tiny.lowrank(["run", "tiny", "--quiet", "--tensorboard", tiny.project.file("curves").path], apart: true)
    #expect(result.status == 0 && result.output.hasPrefix("# tiny"), "\(result)")
    #expect(
      result.errors.hasPrefix("curves are not written: ") && result.errors.split(separator: "\n").count == 1, "\(result.errors)")
  }

  @Test("a plan is only printed")
  func plan() throws {
    let tiny = try TinyProgram()
    let before = tiny.project.everything()
    let plan = try tiny.lowrank(["run", "tiny", "--dry-run"], apart: true)
    #expect(plan.status == 0 && plan.output.contains("never run"), "\(plan)")
    tiny.expectUnchanged(since: before)
    #expect(!plan.errors.contains("Updates differ"), "\(plan)")
    let asked = try tiny.lowrank(["run", "tiny", "--dry-run", "--set", "lora.batch=2"], apart: true)
    let note = "Updates differ between rows: on warmth 24 × 2 = 48 examples (lora); 12 × 4 = 48 examples (aflora)."
    #expect(asked.errors.contains("note: \(note)\n"), "\(asked)")
  }

  @Test("a call that sets something has a table and links of its own, and shares runs that come to the same")
  func overridden() throws {
    let tiny = try TinyProgram()
    #expect(try tiny.lowrank(["run", "tiny"]).status == 0)
    let own = try String(contentsOf: tiny.project.file("results/tiny.md"), encoding: .utf8)
    let call = ["--methods", "lora", "--seeds", "7", "--set", "lora.rank=2", "--set", "epochs=1"]
    let name = "tiny+epochs=1+lora.rank=2+seeds=7"
    let first = try tiny.lowrank(["run", "tiny"] + call, apart: true)
    #expect(first.status == 0 && first.output.hasPrefix("# \(name): ") && first.output.contains("one seed (7)"), "\(first)")
    #expect(FileManager.default.fileExists(atPath: tiny.project.file("results/\(name).md").path))
    #expect(try String(contentsOf: tiny.project.file("results/tiny.md"), encoding: .utf8) == own)
    let record = try String(contentsOf: tiny.project.file("results/\(name)/pocket/lora/warmth/seed-7/record.json"), encoding: .utf8)
    #expect(record.contains("\"experiment\" : \"\(name)\"") && record.contains("\"rank\" : 2") && record.contains("\"epochs\" : 1"))
    for words in [["tiny"] + call, [name, "--methods", "lora"]] {
      #expect(try tiny.lowrank(["report"] + words).output == first.output)
      #expect(try tiny.lowrank(["list"] + words).output.hasPrefix("lora warmth seed 7  co"))
    }
    let (one, both) = (try tiny.lowrank(["verify", name]), try tiny.lowrank(["verify", "tiny"]))
    #expect(one.status == 0 && both.status == 0 && one.output != both.output, "\(one) \(both)")
    let same = try tiny.lowrank(["run", "tiny", "--methods", "lora", "--set", "lora.dropout=0"], apart: true)
    #expect(same.status == 0 && same.errors.contains("1 done before, 0 to go"), "\(same)")
    let elsewhere = tiny.project.root.deletingLastPathComponent().appending(path: "\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: elsewhere) }
    try Data(TinyProject.manifest.replacing("id: tiny", with: "id: mine").replacing("tasks/warmth.yaml", with: "warmth").utf8)
      .write(to: elsewhere)
    let mine = try tiny.lowrank(["run", elsewhere.path, "--methods", "lora"], apart: true)
    #expect(mine.status == 0 && mine.errors.contains("1 done before, 0 to go") && mine.output.hasPrefix("# mine: "), "\(mine)")
    let wrong = try tiny.lowrank(["run", "tiny", "--set", "rnk=2"], apart: true)
    #expect(wrong.status == 1 && wrong.errors.contains("option of any row. Did you mean 'rank'? (known: epochs, "), "\(wrong)")
  }

  @Test("what is not in the manifest, all of it at once")
  func narrowing() throws {
    let tiny = try TinyProgram()
    try tiny.expectMistake(
      ["run", "tiny", "--tasks", "warm,cold", "--methods", "lor"],
      """
      tiny: task 'warm' is not in this manifest. (known: warmth)
      tiny: task 'cold' is not in this manifest. (known: warmth)
      tiny: method 'lor' is not in this manifest. Did you mean 'lora'? (known: lora, aflora)
      3 problems; nothing was run.
      """)
    try tiny.expectMistake(["run", "tiny", "--profile", "small"], "tiny has no profile 'small'. (profiles: pocket, paper)")
    try tiny.expectMistake(
      ["run", "tinny"], "experiment 'tinny' is not known in HERE/experiments. Did you mean 'tiny'? (known: tiny)")
  }

  @Test("texts are not asked of a model whose tokenizer has no token to end them")
  func noEndToken() throws {
    let tiny = try TinyProgram(.writing())
    try tiny.project.write("{\"tokenizer_class\": \"PreTrainedTokenizerFast\"}", to: "writer/tokenizer_config.json")
    try tiny.expectMistake(
      ["run", "tiny"],
      "HERE/experiments/tiny.yaml:4:8: the task places asks for texts, and the model's tokenizer has no token that ends one. Name it as "
        + "eos_token in tokenizer_config.json.\n1 problem; nothing was run.")
  }

  @Test("what is wrong with a recipe keeps nothing of what is wrong with the model from being said")
  func recipeAndModel() throws {
    let tiny = try TinyProgram()
    let nowhere =
      " is not here, there is no such folder: name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>"
    try tiny.project.write(TinyProject.recipe.replacing("1e-2", with: "quick"), to: "experiments/recipes/tiny.yaml")
    let result = try tiny.lowrank(["run", "tiny", "--model", "no/model"], apart: true)
    #expect(result.errors.contains("recipes/tiny.yaml:") && result.errors.contains("model 'no/model'\(nowhere)\n"), "\(result)")
    #expect(result.errors.hasSuffix("2 problems; nothing was run.\n"))
    let manifest = try String(contentsOf: tiny.project.file("experiments/tiny.yaml"), encoding: .utf8)
    let model = try #require(manifest.firstMatch(of: /model: (.*)\n/))
    try tiny.project.write(manifest.replacing(model.0, with: "model: nowhere\n"), to: "experiments/tiny.yaml")
    let both = try tiny.lowrank(["run", "tiny"], apart: true)
    #expect(both.errors.contains(/tiny\.yaml:\d+:\d+: model 'nowhere' is not here/) && both.errors.contains("'quick'"), "\(both)")
    let report = try tiny.lowrank(["report", "tiny"], apart: true)
    #expect(report.errors.contains("'quick'") && !report.errors.contains("model 'nowhere'"), "a table needs no model: \(report)")
  }

  @Test("a model's folder without a model, and results that cannot go where they are to")
  func folders() throws {
    let tiny = try TinyProgram()
    try tiny.expectMistake(
      ["run", "tiny", "--model", tiny.project.file("experiments").path],
      "model 'HERE/experiments' has no config.json: name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>\n"
        + "1 problem; nothing was run.")
    let advice = "and results go into a folder. Name one with --results, or none for 'results'"
    func refuse(_ results: String, _ found: String) throws {
      let result = try execute(tiny.program, ["run", "tiny", "--root", tiny.project.root.path, "--results", results], apart: true)
      #expect(result.status == 1 && result.errors == "Error: \(results): \(found), \(advice)\n", "\(result)")
    }
    try refuse("/dev/null", "is no folder")
    try refuse(tiny.project.file("experiments/tiny.yaml").path, "is no folder")
    let link = tiny.project.file("link")
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: "/nowhere/at all")
    try refuse(link.path, "is a link to /nowhere/at all, which is not there")
  }

  @Test("a manifest with mistakes, a model or a recipe that is not there")
  func manifest() throws {
    let tiny = try TinyProgram(TinyProject.manifest.replacing("seeds:", with: "seed:"))
    let result = try tiny.lowrank(["run", "tiny"], apart: true)
    #expect(result.status == 1 && result.output.isEmpty)
    #expect(result.errors.contains("/experiments/tiny.yaml:7:1: 'seed' "), "\(result.errors)")
    #expect(result.errors.hasSuffix("nothing was run.\n"))
    try tiny.project.write(TinyProject.manifest, to: "experiments/tiny.yaml")
    try tiny.expectMistake(
      ["run", "tiny", "--model", "nowhere"],
      "model 'nowhere' is not here, there is no such folder: name a folder that holds its config.json, weights and tokenizer: MODEL=<folder>\n1 problem; nothing was run."
    )
    try tiny.project.cut("model/config.json")
    let config = try tiny.lowrank(["run", "tiny"], apart: true)
    #expect(config.status == 1 && config.errors.contains("/model/config.json: ") && !config.wasKilled, "\(config)")
    try FileManager.default.removeItem(at: tiny.project.file("experiments/recipes/tiny.yaml"))
    let recipe = try tiny.lowrank(["run", "tiny"], apart: true)
    #expect(recipe.status == 1 && recipe.errors.contains("recipe 'tiny'"), "\(recipe)")
    #expect(tiny.project.files("results").isEmpty)
  }
}
