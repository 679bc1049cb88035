// The pocket tasks as files in GLUE's own layout: the same columns, headers and label strings, read by the same loader.
import Foundation
import Storage

extension PocketTasks {
  /// The files of one task, by name, with what they hold.
  struct File: Sendable {
    var name: String
    var text: String
  }

  /// Writes the folders `CoLA`, `SST-2`, `MRPC`, `STS-B`, `MNLI`, `QNLI`, `RTE` and `QQP` into `folder`, which is made
  /// where it is missing. The same world and seed give the same bytes.
  /// - Throws: `StorageError.cannotWrite`.
  func write(to folder: URL) throws {
    for task in Task.allCases {
      let place = folder.appending(path: task.rawValue)
      try Folder.make(at: place)
      for file in files(task) { try AtomicFile.write(Data(file.text.utf8), to: place.appending(path: file.name)) }
    }
  }

  /// The files of `task`, in order: training, validation, and rows that are only reported. GLUE's own `test.tsv` have no labels, so
  /// these are called otherwise.
  func files(_ task: Task) -> [File] {
    guard task == .mnli else {
      return [file(task, .train, "train.tsv"), file(task, .validation, "dev.tsv"), file(task, .test, "held_out.tsv")]
    }
    return [
      file(task, .train, "train.tsv"), file(task, .validation, "dev_matched.tsv"),
      file(task, .mismatched, "dev_mismatched.tsv"), file(task, .test, "held_out_matched.tsv"),
      file(task, .testMismatched, "held_out_mismatched.tsv"),
    ]
  }

  private func file(_ task: Task, _ split: PocketSplit, _ name: String) -> File {
    let rows = examples(task, split).enumerated().map { Self.columns(task, split, $0.offset, $0.element) }
    let lines = (Self.header(task, split).map { [$0] } ?? []) + rows
    return File(
      name: name, text: Self.mark(task) + lines.map { $0.joined(separator: "\t") + "\n" }.joined())
  }

  /// MRPC's files start with a byte-order mark, as Microsoft wrote them.
  private static func mark(_ task: Task) -> String { task == .mrpc ? "\u{FEFF}" : "" }

  private static func header(_ task: Task, _ split: PocketSplit) -> [String]? {
    switch task {
    case .cola: return nil
    case .sst2: return ["sentence", "label"]
    case .mrpc: return ["Quality", "#1 ID", "#2 ID", "#1 String", "#2 String"]
    case .stsb:
      return [
        "index", "genre", "filename", "year", "old_index", "source1", "source2", "sentence1", "sentence2", "score",
      ]
    case .qnli: return ["index", "question", "sentence", "label"]
    case .rte: return ["index", "sentence1", "sentence2", "label"]
    case .qqp: return ["id", "qid1", "qid2", "question1", "question2", "is_duplicate"]
    case .mnli:
      let votes = split == .train ? ["label1"] : ["label1", "label2", "label3", "label4", "label5"]
      return [
        "index", "promptID", "pairID", "genre", "sentence1_binary_parse", "sentence2_binary_parse", "sentence1_parse",
        "sentence2_parse", "sentence1", "sentence2",
      ] + votes + ["gold_label"]
    }
  }

  private static func columns(
    _ task: Task, _ split: PocketSplit, _ index: Int, _ example: PocketExample
  ) -> [String] {
    let (first, second, label) = (example.first, example.second, example.label)
    let number = String(index)
    switch task {
    case .cola: return ["pocket", label, label == "0" ? "*" : "", first]
    case .sst2: return [first + " ", label]
    case .mrpc: return [label, String(2 * index), String(2 * index + 1), first, second]
    case .stsb:
      return [number, "pocket", "generated", "2026", number, "none", "none", first, second, label]
    case .qnli, .rte: return [number, first, second, label]
    case .qqp: return [number, String(2 * index), String(2 * index + 1), first, second, label]
    case .mnli:
      let genre = split.isMismatched ? "elsewhere" : "here"
      let votes = Array(repeating: label, count: split == .train ? 2 : 6)
      return [number, number, number + "p", genre, first, second, first, second, first, second] + votes
    }
  }
}
