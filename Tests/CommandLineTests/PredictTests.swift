// `lowrank predict`: GLUE's test files as its server wants them, and any file as a table.
import Foundation
import TestSupport
import Testing

@Suite("lowrank predict")
struct PredictTests {
  /// Labelled rows of four tasks in their official layouts, 12 for training and 6 to be scored, and test files of 3 rows.
  private static func writeGLUE(to project: TinyProject) throws {
    let words = TinyProject.words
    func text(_ row: Int) -> String { "\(words[row % 2]) \(words[2 + row % 4]) is \(words[8 + row % 6])" }
    func write(_ path: String, _ header: String?, _ rows: Range<Int>, _ line: (Int) -> String) throws {
      let lines = rows.map { line($0).replacing("|", with: "\t") }
      try project.write(
        ((header.map { [$0.replacing("|", with: "\t")] } ?? []) + lines).joined(separator: "\n") + "\n", to: "glue/\(path)")
    }
    for (name, rows) in [("train", 0..<12), ("dev", 12..<18)] {
      try write("CoLA/\(name).tsv", nil, rows) { "x|\($0 % 2)||\(text($0))" }
      try write("RTE/\(name).tsv", "index|sentence1|sentence2|label", rows) {
        "\($0)|\(text($0))|\(text($0 + 3))|\(["entailment", "not_entailment"][$0 % 2])"
      }
      try write("STS-B/\(name).tsv", "index|sentence1|sentence2|score", rows) { "\($0)|\(text($0))|\(text($0 + 3))|\($0 % 6)" }
    }
    for (name, rows) in [("train", 0..<12), ("dev_matched", 12..<18), ("dev_mismatched", 18..<24)] {
      try write("MNLI/\(name).tsv", "index|sentence1|sentence2|gold_label", rows) {
        "\($0)|\(text($0))|\(text($0 + 3))|\(["entailment", "neutral", "contradiction"][$0 % 3])"
      }
    }
    try write("CoLA/test.tsv", "index|sentence", 0..<3) { "\($0)|\(text($0 + 5))" }
    for name in ["RTE/test", "MNLI/test_matched", "MNLI/test_mismatched"] {
      try write("\(name).tsv", "index|sentence1|sentence2", 0..<3) { "\($0)|\(text($0))|\(text($0 + 1))" }
    }
    try write("STS-B/test.tsv", "index|genre|sentence1|sentence2", 0..<3) { "\($0)|news|\(text($0))|\(text($0 + 1))" }
  }

  /// A project whose runs on real files, as far as the program knows, are done for seed 0.
  private static func glue() throws -> TinyProgram {
    let manifest = TinyProject.manifest.replacing("tasks: [tasks/warmth.yaml]", with: "tasks: [cola, rte, stsb, mnli]")
      .replacing("seeds: [0]", with: "seeds: [0, 1]").replacing("profiles: {pocket: {}}", with: "profiles: {pocket: {}, paper: {}}")
      .replacing("[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: "[lora]")
    let tiny = try TinyProgram(manifest)
    try writeGLUE(to: tiny.project)
    let run = try tiny.lowrank(["run", "tiny", "--profile", "paper", "--data", tiny.project.file("glue").path, "--seeds", "0"])
    try #require(run.status == 0, "\(run.output)")
    return tiny
  }

  @Test("one row and one seed of an experiment: a file for each test file, and what the whole still lacks")
  func submission() throws {
    let tiny = try Self.glue()
    let before = tiny.project.everything(), folder = tiny.project.file("submission").path
    let experiment = ["predict", "tiny", "--profile", "paper"]
    let rest = ["--test", "--data", tiny.project.file("glue").path, "--to", folder]
    let result = try tiny.lowrank(experiment + ["--seeds", "0", "--tasks", "cola,stsb,mnli"] + rest, apart: true)
    #expect(result.status == 0, "\(result)")
    let places = [("CoLA", "cola"), ("STS-B", "stsb"), ("MNLI-m", "mnli"), ("MNLI-mm", "mnli")]
    #expect(
      result.output == places.map { "→ \(folder)/\($0).tsv  (3 rows, lora \($1) seed 0, best epoch)\n" }.joined(), "\(result)")
    #expect(
      result.errors.hasSuffix(
        "note: GLUE's server takes 11 files, of which \(folder) lacks SST-2.tsv, MRPC.tsv, QQP.tsv, QNLI.tsv, RTE.tsv, WNLI.tsv, "
          + "AX.tsv. `lowrank predict --help` says how WNLI.tsv and AX.tsv are made.\n"), "\(result.errors)")
    // a run by its link joins them
    let rte = "tiny/paper/lora/rte/seed-0"
    let more = try tiny.lowrank(["predict", rte, "--epoch", "last", "--threads", "2"] + rest, apart: true)
    #expect(more.status == 0 && more.output == "→ \(folder)/RTE.tsv  (3 rows, lora rte seed 0, last epoch)\n", "\(more)")
    let allowed = [
      "CoLA": ["0", "1"], "RTE": ["entailment", "not_entailment"], "MNLI-m": ["entailment", "neutral", "contradiction"],
      "MNLI-mm": ["entailment", "neutral", "contradiction"],
    ]
    let files = tiny.project.files("submission")
    #expect(Set(files.keys) == ["CoLA.tsv", "STS-B.tsv", "MNLI-m.tsv", "MNLI-mm.tsv", "RTE.tsv"])
    for (name, data) in files {
      let lines = String(decoding: data, as: UTF8.self).split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 5 && lines[0] == "index\tprediction" && lines[4] == "", "\(name)")
      for (row, line) in lines[1...3].enumerated() {
        let fields = line.split(separator: "\t").map(String.init)
        #expect(fields.count == 2 && fields[0] == "\(row)")
        guard let answers = allowed[name.replacing(".tsv", with: "")] else {
          #expect(fields[1].wholeMatch(of: /[0-5]\.\d{3}/) != nil, "\(name) \(line)")
          continue
        }
        #expect(answers.contains(fields[1]), "\(name) \(line)")
      }
    }
    try tiny.expectMistake(
      ["predict", rte] + rest, "HERE/submission/RTE.tsv: is there already. Name another folder, or move the file away.")
    try FileManager.default.removeItem(at: tiny.project.file("submission"))
    tiny.expectUnchanged(since: before)

    try tiny.expectMistake(
      experiment + ["--methods", "lora"] + rest,
      "runs of one row and one seed of tiny are asked for, and 8 are meant: --seeds leaves 0, 1")
    try tiny.expectMistake(
      experiment + ["--seeds", "1", "--tasks", "rte"] + rest,
      "HERE/results/tiny/paper/lora/rte/seed-1: there is no record of a finished run. Run it to its end first")
    try tiny.expectMistake(
      ["predict", rte, "--test", "--to", folder],
      "a run of the profile paper does not say where GLUE's test files are. Name the folder of CoLA, MRPC, … with --data <folder>")
    // all files are read before the first model answers
    try tiny.project.write("index\tsentence1\tsentence2\n0\tone\ttwo\n1\tone\n", to: "glue/MNLI/test_mismatched.tsv")
    try tiny.expectMistake(
      experiment + ["--seeds", "0"] + rest,
      "HERE/glue/MNLI/test_mismatched.tsv:3: 2 columns where the first line has 3. Columns are separated by one tab each; quotes "
        + "have no meaning.")
    try FileManager.default.removeItem(at: tiny.project.file("glue/RTE/test.tsv"))
    try tiny.expectMistake(
      ["predict", rte] + rest, "HERE/glue/RTE/test.tsv: no such file. It should hold the test rows of the task RTE.")
  }

  @Test("a file in the task's layout becomes a table, its labels ignored")
  func file() throws {
    let tiny = try TinyProgram.trained()
    let before = tiny.project.everything()
    let file = tiny.project.file("experiments/tasks/dev.tsv").path, table = tiny.project.file("made/table.tsv")
    let result = try tiny.lowrank(["predict", tiny.link(), "--file", file, "--to", table.path], apart: true)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
    #expect(result.output == "→ \(table.path)  (16 rows, lora warmth seed 0, best epoch)\n")
    let text = try String(contentsOf: table, encoding: .utf8)
    #expect(text.hasPrefix("index\tprediction\tprobability(cold)\tprobability(warm)\n0\t"))
    #expect(text.split(separator: "\n").count == 17)
    // of an experiment one run, the same rows without their labels, on another number of threads: the same bytes
    let bare = try String(contentsOfFile: file, encoding: .utf8).replacing(/\t.*/, with: "")
    try tiny.project.write(bare, to: "bare.tsv")
    let again = tiny.project.file("made/again.tsv")
    let second = try tiny.lowrank(
      ["predict", "tiny", "--methods", "lora", "--threads", "2", "--file", tiny.project.file("bare.tsv").path, "--to", again.path])
    try #require(second.status == 0, "\(second)")
    #expect(try Data(contentsOf: again) == Data(text.utf8))
    for name in ["made", "bare.tsv"] { try FileManager.default.removeItem(at: tiny.project.file(name)) }
    tiny.expectUnchanged(since: before)
  }

  @Test("what cannot be predicted, or not be written")
  func mistakes() throws {
    let tiny = try TinyProgram.trained()
    let file = tiny.project.file("experiments/tasks/dev.tsv").path, to = ["--to", tiny.project.file("table.tsv").path]
    try tiny.expectMistake(
      ["predict", tiny.link(), "--test"] + to,
      "the task warmth is none of GLUE's, and its definition names no test file. Name the rows to predict with --file <file>")
    try tiny.expectMistake(
      ["predict", tiny.link(), "--file", file, "--to", file],
      "HERE/experiments/tasks/dev.tsv: is there already. Name a file that is not there yet with --to")
    try tiny.expectMistake(
      ["predict", "tiny", "--tasks", "warmth", "--file", file] + to,
      "one run of tiny is asked for, and 2 are meant: --methods leaves lora, aflora")
    try tiny.expectMistake(
      ["predict", tiny.link(), "--file", tiny.project.file("model/vocab.txt").path] + to,
      "HERE/model/vocab.txt:1: no column 'sentence'. The first line has 1 column, none of them called so.")
    try tiny.expectMistake(
      ["predict", "nowhere", "--file", file] + to,
      "no run is meant by 'nowhere'. Name a run's folder, a link as in HERE/results/table1/pocket/lora/rte/seed-0, or the first "
        + "digits (4 or more) of a folder in HERE/results/runs.")
    let vocabulary = try String(contentsOf: tiny.project.file("model/vocab.txt"), encoding: .utf8)
    try tiny.project.write(vocabulary + "more\n", to: "model/vocab.txt")
    try tiny.expectMistake(
      ["predict", tiny.link(), "--file", file] + to,
      "HERE/model: its tokenizer is not the one that the run was trained with, by the digest of its files. Put the run's own files "
        + "back, or name their folder with --model")
  }

  @Test("tasks of texts have another verb")
  func texts() throws {
    let tiny = try TinyProgram(TinyProject.writing())
    try #require(try tiny.lowrank(["run", "tiny", "--methods", "lora"]).status == 0)
    for what in [["--test"], ["--file", tiny.project.file("experiments/tasks/test.csv").path]] {
      try tiny.expectMistake(
        ["predict", "tiny/pocket/lora/places/seed-0", "--to", tiny.project.file("table.tsv").path] + what,
        "the answers of the task places are texts, which are not predicted but written: 'lowrank generate' writes on from prompts")
    }
  }

  @Test("the pocket profile's tasks have no test rows")
  func pocket() throws {
    let manifest = TinyProject.manifest.replacing("tasks: [tasks/warmth.yaml]", with: "tasks: [rte]")
      .replacing("[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: "[bitfit]")
    let tiny = try TinyProgram(manifest)
    try tiny.project.write(
      "defaults: {epochs: 1, batch: 8, learning_rate: 1e-2, max_length: 16, training_rows: 16, validation_rows: 8}\n",
      to: "experiments/recipes/tiny.yaml")
    let run = try tiny.lowrank(["run", "tiny"])
    try #require(run.status == 0, "\(run.output)")
    try tiny.expectMistake(
      ["predict", "tiny/pocket/bitfit/rte/seed-0", "--test", "--to", tiny.project.file("submission").path],
      "the pocket profile's generated RTE has no test file: all its rows have labels. Predict a file in its layout with --file "
        + "<file>, or name the folder of GLUE's own files with --data <folder>")
    let dev = tiny.project.file("results/data/pocket/RTE/dev.tsv").path, table = tiny.project.file("table.tsv").path
    let result = try tiny.lowrank(["predict", "tiny/pocket/bitfit/rte/seed-0", "--file", dev, "--to", table])
    #expect(result.status == 0, "\(result)")
  }
}
