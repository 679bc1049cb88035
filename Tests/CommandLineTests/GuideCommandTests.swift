// Every command of README and of the guide's pages: run as it stands, in a project of tiny experiments with the pages' names. What
// would build, download or take minutes is held to its command line alone; programs of others are named with the reason.
import Foundation
import TestSupport
import Testing

@Suite("The guide's commands")
struct GuideCommandTests {
  /// A command that is not carried out, by its first words, and why.
  private struct Exception: Sendable {
    var words: String
    var reason: String

    init(_ words: String, _ reason: String) { (self.words, self.reason) = (words, reason) }

    func covers(_ command: String) -> Bool { command == words || command.hasPrefix(words + " ") }
  }

  /// Programs that are not the project's.
  private static let foreign = [
    Exception("git clone", "the repository's address is not known to a test"), Exception("cd lowrank", "follows git clone"),
    Exception("swift test", "this is what runs in it"), Exception(".ci/run", "runs all tests"),
    Exception("tensorboard", "a server that does not end"), Exception("zip", "a machine may lack it"),
    Exception("python3", "pyarrow, which no other test needs"),
  ]

  /// Calls whose command line alone is checked: make reads its goals, the program reads its options.
  private static let planned = [
    Exception("make minilm", "downloads"), Exception("make test", "this is what runs in it"),
    Exception("make lint", "is a step of its own"), Exception("make fuzz", "minutes"), Exception("make torture", "minutes"),
    Exception("make clean", "removes the build"), Exception("make completions", "writes into the build"),
    Exception("make help", "prints make's own page"), Exception("make notebooks", "rewrites the pages"),
    Exception("make bench", "minutes, and Python"), Exception("PEER_PYTHON=~/peer/bin/python3 make bench", "minutes, and Python"),
    Exception("make bench-methods", "minutes"), Exception("lowrank bench --ratios", "minutes"),
    Exception("make agreement", "an hour, and Python"), Exception("make pocket-deberta", "hours of pre-training"),
    Exception("make pocket-roberta", "hours of pre-training"), Exception("make pocket-llama", "hours of pre-training"),
    Exception("lowrank check-pocket", "minutes; make check-pocket is run"), Exception("make tune-small", "a night, and MiniLM"),
  ]

  /// Exit statuses other than 0 that are meant.
  private static let statuses: [String: Set<Int32>] = [
    // nothing learns in two epochs on sixteen rows
    "make check-pocket": [1],
    // 1 where the processor is slow
    "make doctor": [0, 1],
  ]

  /// What drawing alone comes to where there is no gnuplot.
  private static func expected(_ command: String) -> Set<Int32> {
    let draws = command.hasPrefix("make figure ") || command.hasPrefix("lowrank figure ")
    return draws && !Requirement.gnuplot.isMet ? [1] : statuses[command] ?? [0]
  }

  /// The commands of a block: a line each, without its remark; what `&&` joins is several.
  static func commands(_ text: String) -> [String] {
    text.replacing(/\\\n\s*/, with: "").split(separator: "\n").flatMap { line -> [String] in
      let end = line.firstMatch(of: /(^|\s)#\s/)?.range.lowerBound ?? line.endIndex
      return line[..<end].components(separatedBy: " && ").map { $0.trimmingCharacters(in: .whitespaces) }
    }.filter { !$0.isEmpty }
  }

  @Test("each runs, or is held to its command line, or is another program's")
  func all() throws {
    let project = try GuideProject()
    var used: Set<String> = []
    for page in try Pages.all {
      try project.withCopy { folder in
        for block in page.blocks where block.language == "sh" {
          for command in Self.commands(block.text) {
            if let exception = Self.foreign.first(where: { $0.covers(command) }) {
              used.insert(exception.words)
            } else if let exception = Self.planned.first(where: { $0.covers(command) }) {
              used.insert(exception.words)
              try expectUnderstood(command, at: block, project, folder)
            } else {
              let result = try project.shell(command, in: folder)
              #expect(Self.expected(command).contains(result.status), "\(block): \(command): \(result)")
            }
          }
        }
      }
    }
    #expect((Self.foreign + Self.planned).map(\.words).filter { !used.contains($0) } == [], "no page has these any more")
  }

  /// A command that is not carried out: make takes its variables, and the program every option.
  private func expectUnderstood(_ command: String, at block: Page.Block, _ project: GuideProject, _ folder: URL) throws {
    var calls = [command]
    if !command.hasPrefix("lowrank ") {
      let plan = try project.shell(command, in: folder, onlyPlan: true)
      #expect(plan.status == 0, "\(block): \(command): \(plan)")
      calls = try String(contentsOf: folder.appending(path: "calls"), encoding: .utf8).split(separator: "\n").map(String.init)
    }
    for call in calls {
      // a wrong option or value would be the first complaint, or stand beside this one
      let result = try project.shell("\(call) --no-such-option", in: folder)
      #expect(
        result.status == 2 && result.errors.hasPrefix("Error: Unknown option '--no-such-option'\n"), "\(block): \(call): \(result)")
    }
  }

  @Test("blocks are of languages that are run")
  func languages() throws {
    for block in try Pages.all.flatMap(\.blocks) {
      #expect(["sh", "yaml", "python", "swift"].contains(block.language), "\(block): '\(block.language)' is run by no test")
    }
  }

  @Test("a line's remark is no part of it, and a line may go on in the next")
  func reading() {
    let text = "make a B=1   # why\n\nlowrank run x --set a=b#c \\\n  --y\n# alone\ngit clone U && make demo # all\n"
    #expect(Self.commands(text) == ["make a B=1", "lowrank run x --set a=b#c --y", "git clone U", "make demo"])
  }

  @Test("tensors are read from Python as the page says", .requires(.python("h5py")))
  func tensors() throws {
    #expect(try run(pythonWith: "h5py").contains("training/loss\n"))
  }

  @Test("an exported adapter is loaded as the page says", .requires(.python("peft, torch, transformers")))
  func adapter() throws {
    #expect(try run(pythonWith: "peft").contains("8\n"), "LoRA's rank by default")
  }

  @Test("there is no other Python")
  func python() throws {
    for block in try Pages.blocks("python") {
      #expect(
        ["h5py", "peft"].contains { block.text.contains("import \($0)") || block.text.contains("from \($0) import") }, "\(block)")
    }
  }

  /// What the pages' Python that imports a module prints, where the page's own commands were run before.
  private func run(pythonWith module: String) throws -> String {
    let project = try GuideProject()
    let result = try project.shell("lowrank export table1 --methods lora --tasks rte --seeds 0 --to adapters/lora-rte")
    try #require(result.status == 0, "\(result)")
    let blocks = try Pages.blocks("python").filter {
      $0.text.contains("import \(module)") || $0.text.contains("from \(module) import")
    }
    #expect(!blocks.isEmpty)
    return try blocks.map { try PythonPeer.run("import os; os.chdir(r'\(project.root.path)')\n" + $0.text) }.joined()
  }
}
