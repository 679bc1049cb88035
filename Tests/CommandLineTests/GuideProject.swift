// A project in which the guide's commands run as they stand: experiments, models, data and folders of the names that the pages use,
// all of them tiny.
import Foundation
import TestSupport
import Testing

/// The project, trained, and a shell in copies of it.
struct GuideProject {
  /// An experiment of the project, in place of the shipped one of that name.
  private struct Stand {
    var file: String
    var alias: String?
    var rest: String
  }

  /// Tasks with labels, on the BERT.
  private static let labelled = """
    model: pocket-deberta
    recipe: guide
    tasks: [rte, mrpc, mnli]
    seeds: [0, 1]
    methods: [fft, lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]
    figures: [learning-curves: {rows: [lora], task: rte, seed: 0}]
    profiles: {pocket: {}, small: {model: minilm}, paper: {model: deberta-v3-base}}

    """
  private static let small = labelled.replacing("[rte, mrpc, mnli]", with: "[rte]").replacing("[0, 1]", with: "[0]")
  private static let search = """
    methods: [fft, lora]
    tune: {learning_rate: [1e-3, 1e-2], tasks: [rte], seeds: [100]}
    profiles: {pocket: {model: pocket-deberta, recipe: guide}}

    """
  private static let texts = """
    model: pocket-llama
    recipe: guide
    tasks: [e2e]
    seeds: [0]
    methods: [lora]
    report: {protocol: last}
    profiles: {pocket: {}, paper: {}}

    """

  private static let stands = [
    Stand(file: "table1", rest: labelled), Stand(file: "demo", rest: small), Stand(file: "aflora-table2", rest: small),
    Stand(file: "aflora-fig5", rest: small), Stand(file: "prilora-ranks", rest: small),
    Stand(file: "loradrop-table4", alias: "ablation-threshold", rest: small),
    Stand(file: "tune/tune-pocket-roberta", rest: search), Stand(file: "loradrop-table2", rest: texts),
  ]

  private static let recipe = """
    defaults:
      {epochs: 2, batch: 8, learning_rate: 1e-2, max_length: 64, training_rows: 16, validation_rows: 8, max_new_tokens: 4}

    """

  /// The goals of make that come to calls of the program: they are read by make itself from the repository's page, and carried out.
  /// With `ONLY_PLAN` they are left in `calls` alone.
  private static let make = """
    #!/bin/sh
    plan=$(/usr/bin/make -n --no-print-directory -C '\(Repository.root.path)' "$@") || exit
    printf '%s\\n' "$plan" | sed -n 's/^[[:space:]]*exec \\(\\.build\\/release\\/lowrank .*\\)$/\\1/p' >calls
    [ -z "$ONLY_PLAN" ] || exit 0
    [ -s calls ] || { echo "no call of the program" >&2; exit 99; }
    . ./calls

    """

  private let tiny: TinyProgram
  /// The project's folder, which is the home folder of its commands too.
  let root: URL

  /// Makes the project, and trains what the pages look at.
  /// - Throws: where one of its own calls fails.
  init() throws {
    tiny = try TinyProgram()
    root = tiny.project.root
    let project = tiny.project
    try project.write(Self.recipe, to: "experiments/recipes/guide.yaml")
    for name in ["pocket", "aflora-deberta"] { try project.write("include: guide\n", to: "experiments/recipes/\(name).yaml") }
    for stand in Self.stands { try write(stand) }
    try writeBlocks()
    for name in ["experiments/pretrain/pocket-deberta", "models/minilm", "deberta-v3-base"] {
      try project.writeModel(to: name, positions: 64)
    }
    for name in ["experiments/pretrain/pocket-llama", "Llama-2-7b-hf"] { try project.writeDecoder(to: name, positions: 256) }
    try link(".build/release/lowrank", to: tiny.program)
    try link("Tests", to: Repository.root.appending(path: "Tests"))
    try project.write(Self.make, to: "bin/make")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: project.file("bin/make").path)
    try require("lowrank run table1 --quiet && lowrank run loradrop-table2 --quiet && lowrank run aflora-fig5 --quiet")
    try writeFiles()
    try require("lowrank run table1 --profile paper --model ~/deberta-v3-base --data ~/glue --methods lora --seeds 0 --quiet")
    try require("lowrank export table1 --profile paper --methods lora --tasks rte --seeds 0 --to adapters/from-peft")
  }

  /// Runs a line of a shell in a folder that is this project or a copy of it.
  func shell(_ line: String, in folder: URL? = nil, onlyPlan: Bool = false) throws -> ProgramResult {
    let folder = folder ?? root
    var environment = Program.environment()
    environment["HOME"] = folder.path
    environment["PATH"] = "\(folder.path)/bin:\(folder.path)/.build/release:" + (environment["PATH"] ?? "/usr/bin:/bin")
    environment["ONLY_PLAN"] = onlyPlan ? "1" : nil
    return try execute(URL(filePath: "/bin/sh"), ["-c", line], environment: environment, in: folder, apart: true)
  }

  /// Gives a copy of the project, which goes away afterwards.
  func withCopy(_ body: (URL) throws -> Void) throws {
    let copy = root.deletingLastPathComponent().appending(path: "lowrank-guide-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: copy) }
    try FileManager.default.copyItem(at: root, to: copy)
    try body(copy)
  }

  private func require(_ line: String) throws {
    let result = try shell(line)
    try #require(result.status == 0, "\(line): \(result)")
  }

  /// Writes an experiment in place of the shipped one, which must be there and have its alias.
  private func write(_ stand: Stand) throws {
    let shipped = Repository.root.appending(path: "experiments/\(stand.file).yaml")
    let text = try String(contentsOf: shipped, encoding: .utf8), id = shipped.deletingPathExtension().lastPathComponent
    for name in [id, stand.alias ?? id] { #expect(text.contains(name), "\(stand.file) is not called \(name)") }
    let head = "id: \(id)\ntitle: a stand-in\n" + (stand.alias.map { "aliases: [\($0)]\n" } ?? "")
    try tiny.project.write(head + stand.rest, to: "experiments/\(stand.file).yaml")
  }

  /// Writes the pages' own manifests and tasks where they say that they lie, with rows for them.
  private func writeBlocks() throws {
    for block in try Pages.blocks("yaml") {
      guard let name = block.text.prefixMatch(of: /# (experiments\/[a-z\/-]+\.yaml)/)?.output.1 else { continue }
      try tiny.project.write(block.text, to: String(name))
    }
    for (rows, name) in [(0..<16, "train"), (16..<24, "dev")] {
      let table = TinyProject.rows(rows).replacing("sentence\tlabel", with: "review\tverdict")
        .replacing("\twarm\n", with: "\tpositive\n").replacing("\tcold\n", with: "\tnegative\n")
      try tiny.project.write(table, to: "experiments/tasks/data/\(name).tsv")
    }
  }

  /// Writes what the pages take for given: the official files, a manifest elsewhere, rows to predict, prompts.
  private func writeFiles() throws {
    let project = tiny.project, manager = FileManager.default
    for (name, folders) in [("glue", ["RTE", "MRPC", "MNLI"]), ("nlg", ["e2e"])] {
      try manager.createDirectory(at: project.file(name), withIntermediateDirectories: true)
      for folder in folders {
        try manager.copyItem(at: project.file("results/data/pocket/\(folder)"), to: project.file("\(name)/\(folder)"))
      }
    }
    let words = TinyProject.words
    let rows = (0..<3).map { "\($0)\t\(words[$0])\t\(words[$0 + 3])\n" }.joined()
    for name in ["RTE/test", "MNLI/test_matched", "MNLI/test_mismatched"] {
      try project.write("index\tsentence1\tsentence2\n" + rows, to: "glue/\(name).tsv")
    }
    let four = (0..<3).map { "\($0)\t1\t2\t\(words[$0])\t\(words[$0 + 3])\n" }.joined()
    try project.write("index\t#1 ID\t#2 ID\t#1 String\t#2 String\n" + four, to: "glue/MRPC/test.tsv")
    for name in ["rows", "diagnostic"] { try project.write("index\tsentence1\tsentence2\n" + rows, to: "\(name).tsv") }
    try project.write("id: mine\ntitle: one of my own\n" + Self.small, to: "manifests/mine.yaml")
    try project.write("name : Blue Spice\nname : Loch Fyne\n", to: "prompts.txt")
    try manager.createDirectory(at: project.file("results/runs/IDENTITY"), withIntermediateDirectories: true)
  }

  private func link(_ name: String, to target: URL) throws {
    let place = tiny.project.file(name)
    try FileManager.default.createDirectory(at: place.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(at: place, withDestinationURL: target)
  }
}
