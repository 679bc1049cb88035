import Foundation
import Settings
import Storage
import TestSupport
import Testing

@testable import Pocket

@Suite("The four pocket tasks of texts")
struct PocketTextsTests {
  typealias Task = PocketTexts.Task
  let world = PocketWorld(seed: 0)
  let tasks = PocketTexts(world: PocketWorld(seed: 0), seed: 0)

  /// Every word of a task's file, brackets and quotation marks apart.
  private func words(_ task: Task, _ split: PocketTexts.Split) -> Set<String> {
    // the names of rows have the name of their file, which is a word of the world
    let text = tasks.files(task)[split.rawValue].text.replacing(/"fname":"[^"]*"/, with: "")
    return Set(text.split { !$0.isLetter }.map(String.init))
  }

  @Test("The lexical split: no word of a training file's own in another file, and the other way round", arguments: Task.allCases)
  func split(task: Task) {
    let training = Set(world.reserved.training), validation = Set(world.reserved.validation)
    #expect(words(task, .train).isDisjoint(with: validation) && !words(task, .train).isDisjoint(with: training))
    for split in [PocketTexts.Split.validation, .test] {
      #expect(words(task, split).isDisjoint(with: training) && !words(task, split).isDisjoint(with: validation))
    }
  }

  @Test("Files have the official names, and as many rows as are asked for")
  func files() throws {
    #expect(tasks.files(.e2e).map(\.name) == ["trainset.csv", "devset.csv", "testset_w_refs.csv"])
    let rows = tasks.files(.e2e).map { $0.text.split(separator: "\n").count - 1 }
    #expect(rows == [512, 3 * 128, 3 * 128])
    #expect(tasks.files(.e2e)[0].text.hasPrefix("mr,ref\n\"name["))
    let names = ["train", "dev", "test"].map { "dart-v1.1.1-full-\($0).json" }
    #expect(tasks.files(.dart).map(\.name) == names)
    guard case .array(let entries) = try JSONValue(json: tasks.files(.dart)[0].text) else {
      Issue.record("no list")
      return
    }
    #expect(entries.count == 256)
    #expect(tasks.files(.dialogsum).map(\.name) == ["dialogsum.train.jsonl", "dialogsum.dev.jsonl", "dialogsum.test.jsonl"])
    #expect(tasks.files(.gsm8k).map(\.name) == ["train.jsonl", "validation.jsonl", "test.jsonl"])
    for task in [Task.dialogsum, .gsm8k] {
      for (file, count) in zip(tasks.files(task), [512, 128, 128]) {
        let lines = try file.text.split(separator: "\n").map { try JSONValue(json: String($0)) }
        #expect(lines.count == count)
        let keys =
          task == .gsm8k
          ? ["question", "answer"]
          : ["fname", "dialogue"] + (file.name.contains("test") ? ["summary1", "summary2", "summary3"] : ["summary", "topic"])
        #expect(lines.allSatisfy { line in keys.allSatisfy { line[$0] != nil } })
      }
    }
  }

  @Test("Answers of problems follow from their questions")
  func problems() {
    for split in PocketTexts.Split.allCases {
      for problem in tasks.problems(split) {
        let last = problem.steps[problem.steps.count - 1]
        #expect(last.hasSuffix(" = \(problem.answer)") && (1...12).contains(problem.answer))
        var total: Int?
        for step in problem.steps {
          let words = step.split(separator: " "), numbers = words.compactMap { Int($0) }
          #expect(numbers.count == 3 && numbers[2] == (words[1] == "+" ? numbers[0] + numbers[1] : numbers[0] - numbers[1]))
          #expect(total == nil || total == numbers[0])
          total = numbers[2]
          let isTold = [numbers[1]].allSatisfy { number in
            problem.question.split(separator: " ").contains { $0 == "\(number)" || $0 == PocketWorld.spelled(number) }
          }
          #expect(isTold, "\(problem)")
        }
      }
    }
  }

  @Test("References differ, agree in number, and keep what the source tells")
  func references() {
    for meaning in tasks.meanings(.test) {
      #expect(meaning.references.count == 3 && meaning.references.allSatisfy { $0.hasSuffix(" .") })
      #expect(Set(meaning.references).count > 1)
      let object = meaning.attributes.first { $0.name == "whom" }?.value ?? "?"
      #expect(meaning.references.allSatisfy { $0.contains(object) })
    }
    for row in tasks.triples(.test) {
      #expect((1...5).contains(row.triples.count) && row.triples.allSatisfy { $0.count == 3 })
      #expect(row.references.count == 2)
    }
    for dialogue in tasks.dialogues(.test) {
      #expect((2...4).contains(dialogue.turns.count) && Set(dialogue.summaries).count == 3)
    }
    #expect(tasks.dialogues(.train).allSatisfy { $0.summaries.count == 1 })
  }

  @Test("The same world and seed write the same bytes")
  func determinism() throws {
    try withTemporaryFolder { folder in
      try tasks.write(to: folder)
      var bytes: [UInt8] = []
      for task in Task.allCases {
        for file in tasks.files(task) {
          let data = try Data(contentsOf: folder.appending(path: task.rawValue).appending(path: file.name))
          #expect(data == Data(file.text.utf8))
          bytes += data
        }
      }
      // it changes only when the generated tasks do
      #expect(FileDigest.sha256(of: bytes).hasPrefix("2219b9495afb4c0a"))
      #expect(PocketTexts(world: world, seed: 1).files(.gsm8k)[0].text != tasks.files(.gsm8k)[0].text)
    }
  }

  @Test("A folder that cannot be made is an error that names it")
  func unwritable() {
    let error = #expect(throws: StorageError.self) { try tasks.write(to: URL(fileURLWithPath: "/dev/null/pocket")) }
    #expect(error?.description.hasPrefix("/dev/null/pocket/e2e: ") == true)
  }
}
