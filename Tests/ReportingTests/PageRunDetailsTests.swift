// What the report page shows of one run beyond its record: read from a folder that may hold anything.
import Foundation
import Records
import Storage
import Testing

@testable import Reporting

@Suite("The page's details of a run")
struct PageRunDetailsTests {
  private func details(
    _ tensors: HDF5Group? = nil, texts: [WrittenText] = [], log: String? = nil, outcome: RunOutcome = .completed,
    _ change: (URL) throws -> Void = { _ in }
  ) throws -> PageRunDetails {
    let made = try MadeUpPage(), folder = try made.store("lora", tensors: tensors, texts: texts, log: log, outcome: outcome)
    try change(folder)
    return try PageRunDetails(of: try #require(try ResultsFolder.record(in: folder)), in: folder)
  }

  @Test("curves are as many points as a page shows; what is not finite is a gap")
  func curves() throws {
    let short = try details(MadeUpPage.tensors()).curves
    #expect(short.map(\.name) == ["loss", "gradient_norm", "learning_rate", "epoch_loss"], "a loss without additions is told once")
    #expect(short[0].values.text == "3.0 2.0 1.0" && short[0].width == 1 && short[0].axis == "step" && short[3].axis == "epoch")
    #expect(short[1].values.text == "1.0 - 3.0")
    var tensors = MadeUpPage.tensors()
    tensors.groups = [
      (
        "training",
        HDF5Group(datasets: [
          ("loss", .steps((0..<250).map { Double($0) })), ("task_loss", .steps((0..<250).map { Double($0) + 1 })),
        ])
      )
    ]
    let long = try details(tensors).curves
    #expect(long.map(\.name) == ["loss", "task_loss", "epoch_loss"])
    #expect(
      long[0].count == 250 && long[0].width == 3 && long[0].values.text.hasPrefix("1.0 4.0 ")
        && long[0].values.text.hasSuffix(" 249.0"))
    #expect(long[0].values.text.split(separator: " ").count == 84)
  }

  @Test("a number that a drawing has no float for is a gap; where all digits are shown it is there")
  func largeNumbers() {
    #expect(PageNumbers([1e300, 2, -1e39, nil, .infinity, 1e38]).text == "- 2.0 - - - 1e+38")
    #expect(PageNumbers(exactly: [1e300, .nan]).text == "1e+300 -")
  }

  @Test("answers are counted over all examples, and shown one by one")
  func answers() throws {
    let answers = try #require(try details(MadeUpPage.tensors()).answers.first)
    #expect(answers.set == "validation" && answers.count == 4 && answers.labels == ["no", "<yes>"])
    #expect(answers.gold.text == "0 1 0 0" && answers.best?.text == "0 1 1 0" && answers.last?.text == "1 1 1 1")
    #expect(answers.bestCounts == [[2, 1], [0, 1]] && answers.lastCounts == [[0, 3], [0, 1]])
    #expect(answers.logits?.text == "1 0 0 1 0 1 1 0")
  }

  @Test("of many answers the first are shown and all are counted; logits are left out before they are too many")
  func manyAnswers() throws {
    func group(_ count: Int, classes: Int) -> HDF5Group {
      func dataset(_ values: [Int64]) -> HDF5Dataset {
        HDF5Dataset(shape: [count], values: .int64(values), dimensionLabels: ["example"])
      }
      let gold = (0..<count).map { Int64($0 % classes) }
      return HDF5Group(datasets: [
        ("best", dataset(gold)),
        (
          "best_logits",
          HDF5Dataset(
            shape: [count, classes], values: .float64(.init(repeating: 0.123456, count: count * classes)),
            dimensionLabels: ["example", "class"])
        ), ("gold", dataset(gold)),
        ("labels", HDF5Dataset(shape: [classes], values: .strings((0..<classes).map { "c\($0)" }), dimensionLabels: ["class"])),
      ])
    }
    let two = try #require(PageAnswers(group(1000, classes: 2), set: "s"))
    #expect(
      two.count == 1000 && two.gold.text.split(separator: " ").count == 400 && two.best == two.gold && two.last == nil
        && two.lastCounts == nil)
    #expect(
      two.logits?.text.split(separator: " ").count == 800 && two.logits?.text.hasPrefix("0.123 0.123 ") == true
        && two.bestCounts == [[500, 0], [0, 500]])
    let many = try #require(PageAnswers(group(1000, classes: 20), set: "s"))
    #expect(many.logits == nil && many.bestCounts == nil && many.labels.count == 20)
  }

  @Test("numbers have no classes to count, and texts are no answers", arguments: ["scores", "texts", "strange"])
  func otherAnswers(kind: String) throws {
    let values = HDF5Dataset.steps([0.5, 1.25], axis: "example")
    switch kind {
    case "scores":
      let answers = try #require(
        PageAnswers(
          HDF5Group(datasets: [("best", values), ("gold", values), ("last", .steps([.nan, 1], axis: "example"))]), set: "s"))
      #expect(
        answers.gold.text == "0.5 1.25" && answers.best == answers.gold && answers.labels.isEmpty && answers.bestCounts == nil)
      #expect(answers.last?.text == "- 1", "an answer that is no number is none")
    case "texts":
      #expect(PageAnswers(HDF5Group(datasets: [("gold", values), ("gold_offsets", values)]), set: "s") == nil)
    default:
      // classes that there are not, and another number of answers
      let labels = HDF5Dataset(shape: [1], values: .strings(["a"]), dimensionLabels: ["class"])
      let answers = try #require(
        PageAnswers(
          HDF5Group(datasets: [("best", .steps([0, 7])), ("gold", .steps([0, 0])), ("labels", labels), ("last", .steps([1]))]),
          set: "s"))
      #expect(answers.bestCounts == nil && answers.last == nil)
      #expect(PageAnswers(HDF5Group(), set: "s") == nil && PageAnswers(HDF5Group(datasets: [("gold", labels)]), set: "s") == nil)
    }
  }

  @Test("whatever a method recorded is shown by its axes: small tables whole, steps as lines, the rest by name")
  func decisions() throws {
    let freezing = HDF5Group(datasets: [
      ("fraction", .steps((0..<200).map { Double($0) })),
      ("iteration", .map([[3, -1], [7, .nan]], ["query <A>", "query B"])),
      ("score", .table((0..<200).map { [Double($0), 1] }, axes: ["step", "matrix"], named: "matrix", ["a", "b"])),
    ])
    let ranks = HDF5Group(datasets: [
      ("importance", .table([[1, 2, 3], [4, 5, 6]], axes: ["module", "triplet"], named: "module", ["one", "two"])),
      ("labels", HDF5Dataset(shape: [1], values: .strings(["text"]))),
      (
        "mask",
        HDF5Dataset(shape: [100, 100], values: .uint8([UInt8](repeating: 1, count: 10_000)), dimensionLabels: ["row", "column"])
      ),
      ("single", HDF5Dataset(shape: [], values: .float64([0.25]))),
    ])
    let preliminary = HDF5Group(datasets: [("loss", .steps([5, 4]))])
    let found = try details(MadeUpPage.tensors([("freezing", freezing), ("preliminary", preliminary), ("ranks", ranks)]))
    #expect(found.curves.contains { $0.name == "preliminary loss" && $0.values.text == "5.0 4.0" })
    #expect(
      found.decisions.map(\.path) == [
        "freezing/fraction", "freezing/iteration", "freezing/score", "ranks/importance", "ranks/labels", "ranks/mask",
        "ranks/single",
      ])
    #expect(found.decisions.map(\.form) == [.lines, .table, .lines, .table, .mention, .mention, .table])
    let map = found.decisions[1]
    #expect(
      map.axes == ["layer", "module"] && map.columnNames == ["query <A>", "query B"]
        && map.rows.map(\.text) == ["3.0 -1.0", "7.0 -"])
    let lines = found.decisions[2]
    #expect(lines.places.count == 60 && lines.places.first == 0 && lines.places.last == 199 && lines.rows.last?.text == "199.0 1.0")
    #expect(found.decisions[3].rowNames == ["one", "two"] && found.decisions[3].columnNames.isEmpty)
    #expect(
      found.decisions[5].shape == [100, 100] && found.decisions[5].rows.isEmpty && found.decisions[6].rows.map(\.text) == ["0.25"])
  }

  @Test("texts are shown up to a number and a length, and said how many there are")
  func texts() throws {
    let long = String(repeating: "x", count: 5000)
    let all = (0..<30).map {
      WrittenText(set: "test", source: "\($0) <b>", references: ["a", "b", "c", "d"], output: long, score: 0.5)
    }
    let found = try #require(try details(texts: all).texts.first)
    #expect(found.epoch == "last" && found.count == 30 && found.shown.count == 20)
    #expect(
      found.shown[1].source == "1 <b>" && found.shown[1].references == ["a", "b", "c"] && found.shown[1].output.count == 2001)
  }

  @Test("of the log its end is shown; one that is a link, a pipe or a folder is none")
  func log() throws {
    let short = try #require(try details(log: "one\ntwo\n").log)
    #expect(short.lines == ["one", "two"] && short.isWhole)
    let long = try #require(try details(log: (0..<500).map { "line \($0)\n" }.joined()).log)
    #expect(long.lines.count == 200 && long.lines.last == "line 499" && !long.isWhole)
    let huge = try #require(try details(log: String(repeating: "y", count: 100_000) + "\nend\n").log)
    #expect(huge.lines == ["end"] && !huge.isWhole)
    #expect(try details(log: "").log?.lines == [] && details().log == nil)
    let linked = try details { folder in
      let secret = folder.appending(path: "secret")
      try Data("secret".utf8).write(to: secret)
      try FileManager.default.createSymbolicLink(at: RunFile.log.url(in: folder), withDestinationURL: secret)
    }
    #expect(linked.log == nil, "a link could lead out of the results")
    let piped = try details { folder in
      let made = mkfifo(RunFile.log.url(in: folder).path, 0o600)
      #expect(made == 0)
    }
    #expect(piped.log == nil)
    #expect(try details { try Folder.make(at: RunFile.log.url(in: $0)) }.log == nil)
  }

  @Test(
    "what is damaged or gone is an error, which names no place of this machine",
    arguments: [RunFile.tensors, .lastTexts], [Data("other".utf8), nil])
  func damaged(file: RunFile, content: Data?) throws {
    let text = WrittenText(set: "test", source: "a", references: [], output: "b", score: nil)
    let error = try #require(throws: PageRunDetails.Problem.self) {
      try details(MadeUpPage.tensors(), texts: [text], log: "a log\n") {
        let url = file.url(in: $0)
        try FileManager.default.removeItem(at: url)
        try content?.write(to: url)
      }
    }
    #expect(error.text.hasPrefix("\(file.rawValue): is "), "\(error.text)")
    #expect(!error.text.contains(FileManager.default.temporaryDirectory.path), "\(error.text)")
  }

  @Test("a run that failed has no tensors, which is no error")
  func failed() throws {
    let failed = try details(log: "a log\n", outcome: .failed(message: "no memory"))
    #expect(failed.curves.isEmpty && failed.answers.isEmpty && failed.log?.lines == ["a log"])
  }
}
