// `lowrank tune`: a search from its manifest to the recipe that names what it found.
import Foundation
import TestSupport
import Testing

@Suite("lowrank tune")
struct TuneTests {
  private static let search = """
    id: rates
    title: rates of the tiny model
    methods: [lora, fft]
    tune: {learning_rate: [1e-3, 1e-2], seeds: [100, 101], tasks: [warmth]}
    training: {tuning_rows: 6}
    figures: [tuning]
    profiles: {pocket: {model: model, recipe: tiny}}

    """

  /// A project with a search beside its table.
  private func project() throws -> TinyProgram {
    let tiny = try TinyProgram(TinyProject.manifest.replacing("methods: [lora, ", with: "methods: [lora, fft, "))
    try tiny.project.write(Self.search, to: "experiments/tune/rates.yaml")
    return tiny
  }

  private func found(_ tiny: TinyProgram) throws -> String {
    try String(contentsOf: tiny.project.file("experiments/tuned/rates.yaml"), encoding: .utf8)
  }

  @Test("what is found is printed, written with every score, and stands in the rows of tables whose recipe names it")
  func search() throws {
    let tiny = try project()
    let tuned = try tiny.lowrank(["tune", "rates", "--jobs", "1"], apart: true)
    #expect(tuned.status == 0, "\(tuned)")
    #expect(
      tuned.errors.hasPrefix("rates · pocket · 4 methods × 1 task × 2 seeds = 8 runs, 0 done before, 8 to go\n"), "\(tuned.errors)")
    #expect(
      tuned.output.hasPrefix("**rates: the learning rate of each method (pocket profile)**\n\n| method | best learning rate |"))
    #expect(tuned.output.contains("| LoRA | 0.0") && tuned.output.contains("| Full fine-tuning | 0.0"), "\(tuned.output)")
    #expect(tuned.output.contains("over warmth of the mean over seeds 100, 101, of the best epoch on held-out training rows"))
    let here = tiny.project.root.path
    #expect(tuned.errors.contains("→ \(here)/experiments/tuned/rates.yaml, \(here)/results/rates.md\n"), "\(tuned.errors)")
    let text = try found(tiny)
    #expect(
      text.contains("\nseeds: [100, 101]\n") && text.contains("  warmth: {metric: accuracy, sets: [\"tuning\"], data: "), "\(text)")

    // nothing is trained again, and the file is as it was
    let again = try tiny.lowrank(["tune", "rates"], apart: true)
    #expect(again.status == 0 && again.output == tuned.output && again.errors.contains("8 done before, 0 to go"), "\(again)")
    #expect(try again.errors.contains("/tuned/rates.yaml, as it was, ") && found(tiny) == text, "\(again.errors)")

    try tiny.project.write(TinyProject.recipe + "tuned: rates\n", to: "experiments/recipes/tiny.yaml")
    let run = try tiny.lowrank(["run", "tiny"], apart: true)
    #expect(run.status == 0, "\(run)")
    #expect(
      run.output.contains("lora and fft have their method's best learning rate of 2, by the mean score on held-out training rows"))
    #expect(run.output.contains("No search found the learning rate of aflora (the recipe gives it)."), "\(run.output)")
    #expect(run.output.contains("\n- settings: search rates ") && !run.output.contains("Warning"), "\(run.output)")
    let winner = try #require(text.firstMatch(of: #/\n  lora:\n    winner: {learning_rate: ([0-9.]+)}/#)).1
    let record = try String(contentsOf: tiny.project.file(tiny.file("record.json")), encoding: .utf8)
    #expect(record.contains("\"learning_rate\" : \(winner),"), "\(winner) in \(record)")
  }

  @Test("a search is the same one by its file")
  func byFile() throws {
    let tiny = try project(), file = tiny.project.file("experiments/tune/rates.yaml").path
    let plan = try tiny.lowrank(["tune", file, "--dry-run"], apart: true)
    #expect(plan.status == 0 && plan.output.contains("= 8 runs, 0 done before, 8 to go"), "\(plan)")
  }

  @Test("a part of it is done for itself, and the rest goes on from there")
  func part() throws {
    let tiny = try project()
    let part = try tiny.lowrank(["tune", "rates", "--methods", "lora"], apart: true)
    #expect(part.status == 0 && part.output.isEmpty, "\(part)")
    #expect(part.errors.hasSuffix("the search is not whole yet, and nothing was found: 4 of 8 runs missing\n"), "\(part.errors)")
    #expect(!FileManager.default.fileExists(atPath: tiny.project.file("experiments/tuned").path))
    let rest = try tiny.lowrank(["tune"], apart: true)
    #expect(rest.status == 0 && rest.errors.contains("4 done before, 4 to go"), "\(rest)")
    #expect(try found(tiny).contains("  fft:\n    winner: "))
  }

  @Test("an edited file is refused by every table whose recipe names it, and the search writes it anew")
  func edited() throws {
    let tiny = try project()
    #expect(try tiny.lowrank(["tune", "rates"]).status == 0)
    let text = try found(tiny)
    try tiny.project.write(TinyProject.recipe + "tuned: rates\n", to: "experiments/recipes/tiny.yaml")
    try tiny.project.write(
      text.replacing("winner: {learning_rate: 0.0", with: "winner: {learning_rate: 0.2"), to: "experiments/tuned/rates.yaml")
    try tiny.expectMistake(
      ["run", "tiny"],
      """
      HERE/experiments/tuned/rates.yaml:\(text.split(separator: "\n").count):1: was edited after 'lowrank tune' wrote it: its seal does not \
      fit. Take the edit back, or run the search again, with 'lowrank tune'. Values by hand stand in a manifest's rows.
      1 problem; nothing was run.
      """)
    #expect(try tiny.lowrank(["tune", "rates"]).status == 0)
    #expect(try found(tiny) == text)
  }

  @Test("a table does not report a seed that settings were chosen on, and a search that changed is told of")
  func afterwards() throws {
    let tiny = try project()
    #expect(try tiny.lowrank(["tune", "rates"]).status == 0)
    try tiny.project.write(TinyProject.recipe + "tuned: rates\n", to: "experiments/recipes/tiny.yaml")
    try tiny.expectMistake(
      ["run", "tiny", "--seeds", "100"],
      """
      --seeds: seed 100 is one that HERE/experiments/tuned/rates.yaml was found on (100, 101): a table reports others.
      1 problem; nothing was run.
      """)
    try tiny.project.write(Self.search.replacing("[1e-3, 1e-2]", with: "[1e-3, 3e-2]"), to: "experiments/tune/rates.yaml")
    let here = tiny.project.root.path
    let note =
      "note: \(here)/experiments/tuned/rates.yaml is of another search: its manifest or recipe states other candidates, tasks, seeds or "
      + "settings now. 'lowrank tune rates' searches again.\n"
    let run = try tiny.lowrank(["run", "tiny", "--dry-run"], apart: true)
    #expect(run.status == 0 && run.errors.contains(note), "\(run)")
    let check = try tiny.lowrank(["check"], apart: true)
    #expect(check.status == 0 && check.output.hasPrefix(note), "\(check)")
  }

  @Test("it is listed apart, `all` leaves it alone, and its runs are no leftovers")
  func otherVerbs() throws {
    let tiny = try project()
    #expect(try tiny.lowrank(["tune", "rates", "--methods", "lora"]).status == 0)
    let list = try tiny.lowrank(["list"])
    #expect(
      list.output.hasSuffix(
        "\nsearches over settings ('lowrank tune')\n  rates: rates of the tiny model\n      runs: pocket 4 of 8 done\n"),
      "\(list.output)")
    let all = try tiny.lowrank(["all"], apart: true)
    #expect(all.status == 0 && all.errors.contains("tiny · pocket · 3 methods × 1 task × 1 seed = 3 runs"), "\(all)")
    let gc = try tiny.lowrank(["gc"])
    #expect(gc.status == 0 && !gc.output.contains("runs/"), "\(gc)")
    let report = try tiny.lowrank(["report", "rates", "--methods", "lora"])
    #expect(report.output.contains("| LoRA, learning rate 0.01 |"), "\(report.output)")
    let plan = try tiny.lowrank(["tune", "rates", "--dry-run"], apart: true)
    #expect(plan.status == 0 && plan.output.contains("= 8 runs, 4 done before, 4 to go"), "\(plan)")
  }

  @Test("a name that is no search's, a profile without one, rows that cannot be held out")
  func mistakes() throws {
    let tiny = try project()
    try tiny.expectMistake(["tune", "tiny"], "tiny states no search: its manifest has no 'tune' ('lowrank keys tune').")
    try tiny.expectMistake(
      ["tune", "--profile", "small"], "no manifest states a search under the profile small ('tune'; see 'lowrank keys').")
    try tiny.expectMistake(
      ["tune", "rates+epochs=2"],
      "'rates+epochs=2' says settings or seeds of another search, which recipes could not name: write a manifest for it.")
    // what it found would be of no search that a table finds
    for name in ["own", "rates"] {
      try tiny.project.write(Self.search.replacing("id: rates", with: "id: \(name)"), to: "\(name).yaml")
      let file = tiny.project.file("\(name).yaml").path
      try tiny.expectMistake(
        ["tune", file],
        "HERE/\(name).yaml lies outside of HERE/experiments, where recipes look for the searches that they name: move it to "
          + "HERE/experiments/tune.")
    }
    try tiny.project.write(Self.search.replacing("tuning_rows: 6", with: "tuning_rows: 99"), to: "experiments/tune/rates.yaml")
    let result = try tiny.lowrank(["tune", "rates"], apart: true)
    #expect(result.status == 1 && result.output.isEmpty, "\(result)")
    let place = "\(tiny.project.root.path)/experiments/tune/rates.yaml:5:12: warmth: "
    #expect(result.errors.hasPrefix(place) && result.errors.contains("tuning_rows is 99, but the file has "), "\(result.errors)")
  }
}
