// The pocket profile's texts to be written, as files in the official formats: E2E's CSV, DART's entries, DialogSum's and GSM8K's lines
// of JSON, read by the same loader.
import Foundation
import Settings
import Storage

extension PocketTexts {
  /// Writes the folders `e2e`, `dart`, `dialogsum` and `gsm8k` into `folder`, which is made where it is missing. The same world and
  /// seed give the same bytes.
  /// - Throws: `StorageError.cannotWrite`.
  func write(to folder: URL) throws {
    for task in Task.allCases {
      let place = folder.appending(path: task.rawValue)
      try Folder.make(at: place)
      for file in files(task) { try AtomicFile.write(Data(file.text.utf8), to: place.appending(path: file.name)) }
    }
  }

  /// The files of `task`, by their official names: training, validation, test. GSM8K has no official validation file; ours is called
  /// as its others are.
  func files(_ task: Task) -> [PocketTasks.File] {
    Split.allCases.flatMap { split -> [PocketTasks.File] in
      switch task {
      case .e2e:
        // as in the official test file, a meaning has a row for each of its references
        let name = ["trainset.csv", "devset.csv", "testset_w_refs.csv"][split.rawValue]
        return [.init(name: name, text: Self.table(meanings(split)))]
      case .dart:
        let name = "dart-v1.1.1-full-\(["train", "dev", "test"][split.rawValue]).json"
        return [.init(name: name, text: JSONValue.array(triples(split).map(Self.entry)).compact + "\n")]
      case .dialogsum:
        let part = ["train", "dev", "test"][split.rawValue]
        let lines = dialogues(split).enumerated().map { Self.line($0.element, name: "\(part)_\($0.offset)", split) }
        return [.init(name: "dialogsum.\(part).jsonl", text: Self.lines(lines))]
      case .gsm8k:
        let name = ["train", "validation", "test"][split.rawValue]
        return [.init(name: "\(name).jsonl", text: Self.lines(problems(split).map(Self.line)))]
      }
    }
  }

  /// `mr,ref`; every text that has a comma stands in quotation marks.
  private static func table(_ meanings: [Meaning]) -> String {
    func field(_ text: String) -> String { text.contains(",") ? "\"\(text)\"" : text }
    let rows = meanings.flatMap { meaning in
      let attributes = meaning.attributes.map { "\($0.name)[\($0.value)]" }.joined(separator: ", ")
      return meaning.references.map { "\(field(attributes)),\(field($0))\n" }
    }
    return "mr,ref\n" + rows.joined()
  }

  private static func entry(_ row: Triples) -> JSONValue {
    .object([
      "tripleset": .array(row.triples.map { .array($0.map { .text($0) }) }), "subtree_was_extended": .flag(false),
      "annotations": .array(row.references.map { .object(["source": .text("pocket"), "text": .text($0)]) }),
    ])
  }

  private static func line(_ dialogue: Dialogue, name: String, _ split: Split) -> JSONValue {
    let turns = dialogue.turns.enumerated().map { "#Person\($0.offset % 2 + 1)#: \($0.element)" }
    var members = ["fname": JSONValue.text(name), "dialogue": .text(turns.joined(separator: "\n"))]
    if split == .test {
      for (place, summary) in dialogue.summaries.enumerated() {
        members["summary\(place + 1)"] = .text(summary)
        members["topic\(place + 1)"] = .text("who does what")
      }
    } else {
      members["summary"] = .text(dialogue.summaries[0])
      members["topic"] = .text("who does what")
    }
    return .object(members)
  }

  private static func line(_ problem: Problem) -> JSONValue {
    .object([
      "question": .text(problem.question), "answer": .text((problem.steps + ["#### \(problem.answer)"]).joined(separator: "\n")),
    ])
  }

  private static func lines(_ values: [JSONValue]) -> String { values.map { $0.compact + "\n" }.joined() }
}
