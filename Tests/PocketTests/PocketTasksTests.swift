import Foundation
import Storage
import Testing

@testable import Pocket

@Suite("The eight pocket tasks")
struct PocketTasksTests {
  typealias Task = PocketTasks.Task
  let tasks = PocketTasks(world: PocketWorld(seed: 0), seed: 0)
  let world = PocketWorld(seed: 0)

  /// Columns by GLUE's rules (`shared/data/README.md`): how many, where the texts are, where the label is, header.
  static let layout: [(task: Task, columns: (train: Int, dev: Int), texts: [Int], label: Int, hasHeader: Bool)] = [
    (.cola, (4, 4), [3], 1, false), (.sst2, (2, 2), [0], 1, true), (.mrpc, (5, 5), [3, 4], 0, true),
    (.stsb, (10, 10), [7, 8], 9, true), (.mnli, (12, 16), [8, 9], -1, true), (.qnli, (4, 4), [1, 2], 3, true),
    (.rte, (4, 4), [1, 2], 3, true), (.qqp, (6, 6), [3, 4], 5, true),
  ]

  func rows(_ text: String) -> [[Substring]] {
    text.split(separator: "\n").map { $0.split(separator: "\t", omittingEmptySubsequences: false) }
  }

  @Test("Files have GLUE's columns, headers and labels")
  func formats() throws {
    for rule in Self.layout {
      for file in tasks.files(rule.task) {
        let isTrain = file.name == "train.tsv"
        let lines = rows(file.text)
        let columns = isTrain ? rule.columns.train : rule.columns.dev
        #expect(lines.allSatisfy { $0.count == columns }, "\(rule.task) \(file.name)")
        let body = rule.hasHeader ? lines.dropFirst() : lines[...]
        let split: PocketSplit = isTrain ? .train : file.name.hasPrefix("held_out") ? .test : .validation
        #expect(body.count == PocketTasks.count(rule.task, split))
        for line in body {
          let label = line[rule.label < 0 ? columns - 1 : rule.label]
          switch rule.task {
          case .stsb: #expect((0...5).contains(try #require(Double(label))) && label.count == 5)
          case .mnli: #expect(["entailment", "neutral", "contradiction"].contains(label))
          case .qnli, .rte: #expect(["entailment", "not_entailment"].contains(label))
          default: #expect(["0", "1"].contains(label))
          }
          for text in rule.texts {
            let words = line[text].split(separator: " ")
            #expect(words.count >= 4 && words.count < 40)
          }
        }
      }
    }
    #expect(tasks.files(.mrpc)[0].text.hasPrefix("\u{FEFF}Quality\t#1 ID\t"))
    #expect(tasks.files(.sst2)[0].text.split(separator: "\n")[1].contains(" \t"))
    #expect(
      tasks.files(.mnli).map(\.name) == [
        "train.tsv", "dev_matched.tsv", "dev_mismatched.tsv", "held_out_matched.tsv", "held_out_mismatched.tsv",
      ])
    #expect(tasks.files(.rte).map(\.name) == ["train.tsv", "dev.tsv", "held_out.tsv"])
  }

  @Test("Classes are balanced; 37 in a hundred QQP pairs are duplicates", arguments: [PocketSplit.train, .validation])
  func balance(split: PocketSplit) {
    func share(_ task: Task, _ label: String) -> Double {
      let rows = tasks.examples(task, split)
      return Double(rows.count { $0.label == label }) / Double(rows.count)
    }
    for task in [Task.cola, .sst2, .mrpc] { #expect(abs(share(task, "1") - 0.5) < 0.04) }
    for task in [Task.qnli, .rte] { #expect(abs(share(task, "entailment") - 0.5) < 0.04) }
    for label in ["entailment", "neutral", "contradiction"] { #expect(abs(share(.mnli, label) - 1 / 3) < 0.05) }
    #expect(abs(share(.qqp, "1") - 0.38) < 0.04)
  }

  @Test("The lexical split: no word of a training file's own in a validation file, and the other way round")
  func split() {
    let training = Set(world.reserved.training)
    let validation = Set(world.reserved.validation)
    for task in Task.allCases {
      for split in PocketSplit.allCases where split != .mismatched || task == .mnli {
        let words = tasks.examples(task, split).flatMap { ($0.first + " " + $0.second).split(separator: " ") }
        let foreign = split == .train ? validation : training
        #expect(!words.contains { foreign.contains(String($0)) }, "\(task) \(split)")
        #expect(Set(words.map(String.init)).isSubset(of: world.words))
      }
    }
  }

  @Test("MNLI's mismatched file is of other places and verbs than its matched one")
  func mismatched() {
    func words(_ split: PocketSplit) -> Set<String> {
      Set(tasks.examples(.mnli, split).flatMap { ($0.first + " " + $0.second).split(separator: " ").map(String.init) })
    }
    let places = Set(world.places.concepts(.all).flatMap { $0.forms.flatMap { $0 } })
    let verbs = Set(world.verbs.concepts(.all).flatMap { $0.forms.flatMap { $0 } })
    let shared = words(.validation).intersection(words(.mismatched))
    #expect(shared.isDisjoint(with: places) && shared.isDisjoint(with: verbs))
  }

  /// The share of the second text's distinct words that the first has too.
  func overlap(_ example: PocketExample) -> Double {
    let second = Set(example.second.split(separator: " "))
    return Double(second.intersection(example.first.split(separator: " ")).count) / Double(max(second.count, 1))
  }

  @Test("Word overlap alone does not tell similarity", arguments: [PocketSplit.train, .validation])
  func similarity(split: PocketSplit) {
    let rows = tasks.examples(.stsb, split)
    let scores = rows.compactMap { Double($0.label) }
    #expect(scores.count == rows.count)
    let correlation = pearson(rows.map(overlap), scores)
    #expect(correlation < 0.6 && correlation > 0)
  }

  @Test("Word overlap does not solve the pair tasks", arguments: [Task.mrpc, .qqp, .rte, .qnli])
  func bagOfWords(task: Task) {
    // The best threshold on word overlap, in either direction, against always saying the larger class.
    let rows = tasks.examples(task, .train)
    let label = rows[0].label
    let larger = max(rows.count { $0.label == label }, rows.count { $0.label != label })
    let best =
      stride(from: 0.0, through: 1, by: 0.05).map { threshold in
        let right = rows.count { (overlap($0) > threshold) == ($0.label == label) }
        return max(right, rows.count - right)
      }.max() ?? 0
    #expect(Double(best - larger) / Double(rows.count) < 0.15)
  }

  private func pearson(_ x: [Double], _ y: [Double]) -> Double {
    let count = Double(x.count)
    let (meanX, meanY) = (x.reduce(0, +) / count, y.reduce(0, +) / count)
    let product = zip(x, y).reduce(0) { $0 + ($1.0 - meanX) * ($1.1 - meanY) }
    let squares = x.reduce(0) { $0 + ($1 - meanX) * ($1 - meanX) } * y.reduce(0) { $0 + ($1 - meanY) * ($1 - meanY) }
    return squares > 0 ? product / squares.squareRoot() : 0
  }

  @Test("The same world and seed write the same bytes")
  func determinism() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("pocket-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try tasks.write(to: folder)
    var digest: UInt64 = 0xcbf2_9ce4_8422_2325
    for task in Task.allCases {
      for file in tasks.files(task) {
        let path = folder.appendingPathComponent(task.rawValue).appendingPathComponent(file.name)
        let bytes = try Data(contentsOf: path)
        #expect(bytes == Data(file.text.utf8))
        for byte in bytes { digest = (digest ^ UInt64(byte)) &* 0x100_0000_01b3 }
      }
    }
    // FNV-1a over the files in order: it changes only when the generated tasks do.
    #expect(digest == 0xDDA8_28A5_8B0B_2880)
    #expect(PocketTasks(world: world, seed: 1).files(.rte)[0].text != tasks.files(.rte)[0].text)
  }

  @Test("A folder that cannot be made is an error that names it")
  func unwritable() {
    let error = #expect(throws: StorageError.self) { try tasks.write(to: URL(fileURLWithPath: "/dev/null/pocket")) }
    #expect(error?.description.hasPrefix("/dev/null/pocket/CoLA: ") == true)
  }
}
