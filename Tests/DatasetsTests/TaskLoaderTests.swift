import Foundation
import Settings
import Testing

@testable import Datasets

@Suite struct TaskLoaderTests {
  @Test func quotesAreOrdinaryAndTheLastLineNeedsNoNewline() throws {
    let folder = try TaskFolder()
    let header = "\u{FEFF}Quality\t#1 ID\t#2 ID\t#1 String\t#2 String\r\n"
    try folder.write(
      header + "1\t1\t2\t\"An open quote\t He said \"no. \r\n0\t3\t4\tÉté\t\"\r\n\r\n\n", to: "mrpc/train.tsv")
    try folder.write(header + "0\t1\t2\ta\tb", to: "mrpc/dev.tsv")
    let data = try TaskLoader.load(GLUETask.mrpc.definition, from: folder.url)
    #expect(
      data.train.examples == [
        Example(first: "\"An open quote", second: " He said \"no. ", label: .class(1)),
        Example(first: "Été", second: "\"", label: .class(0)),
      ])
    #expect(data.validation.map(\.examples) == [[Example(first: "a", second: "b", label: .class(0))]])
  }

  @Test func theFirstLineOfCoLAIsARow() throws {
    let folder = try TaskFolder()
    try folder.write("gj04\t1\t\tFine.\nks08\t0\t*\tNot fine.\n", to: "CoLA/train.tsv")
    try folder.write("gj04\t1\t\tFine.", to: "CoLA/dev.tsv")
    let data = try TaskLoader.load(GLUETask.cola.definition, from: folder.url)
    #expect(data.train.examples.map(\.first) == ["Fine.", "Not fine."])
    #expect(data.train.examples.map(\.label) == [.class(1), .class(0)])
    #expect(data.train.examples.map(\.second) == [nil, nil])
  }

  @Test func mnliRowsWithoutAgreementAreCounted() throws {
    let folder = try TaskFolder()
    try folder.write(
      "index\tsentence1\tsentence2\tlabel1\tgold_label\n0\ta\tb\tneutral\tneutral\n", to: "MNLI/train.tsv")
    let rows = "sentence1\tsentence2\tgold_label\na\tb\t-\nc\td\tcontradiction\ne\tf\t-\n"
    try folder.write(rows, to: "MNLI/dev_matched.tsv")
    try folder.write(rows, to: "MNLI/dev_mismatched.tsv")
    let data = try TaskLoader.load(GLUETask.mnli.definition, from: folder.url)
    #expect(data.validation.map(\.name) == ["matched", "mismatched"])
    #expect(data.validation.map(\.unlabelledRows) == [2, 2])
    #expect(data.validation[0].examples == [Example(first: "c", second: "d", label: .class(2))])
    #expect(data.train.unlabelledRows == 0)
  }

  @Test func qqpRowsWithMissingColumnsAreCounted() throws {
    let folder = try TaskFolder()
    let header = "id\tqid1\tqid2\tquestion1\tquestion2\tis_duplicate\n"
    try folder.write(header + "1\t2\t3\ta?\tb?\t0\n4\t5\t6\tc?\n\n7\t8\t9\td?\te?\t1\n", to: "QQP/train.tsv")
    try folder.write(header + "1\t2\t3\ta?\tb?\t0\n", to: "QQP/dev.tsv")
    let data = try TaskLoader.load(GLUETask.qqp.definition, from: folder.url)
    #expect(data.train.examples.map(\.first) == ["a?", "d?"])
    #expect(data.train.irregularRows == 2)
    #expect(data.validation[0].irregularRows == 0)
  }

  @Test(arguments: [
    (
      "sentence\tlabel\nfine\t1\nshort\n",
      "HERE/SST-2/train.tsv:3: 1 column where the first line has 2. "
        + "Columns are separated by one tab each; quotes have no meaning."
    ),
    (
      "sentence\tlabel\nfine\t1\nlong\t1\t1\n",
      "HERE/SST-2/train.tsv:3: 3 columns where the first line has 2. "
        + "Columns are separated by one tab each; quotes have no meaning."
    ),
    ("sentence\tlabel\nfine\tyes\n", "HERE/SST-2/train.tsv:2: unknown label 'yes'. The task's labels are: '0', '1'."),
    (
      "sentence\tlabel\nfine\t\u{1B}[31m\(String(repeating: "x", count: 70))\n",
      "HERE/SST-2/train.tsv:2: unknown label '\\u{1B}[31m\(String(repeating: "x", count: 55))...'. "
        + "The task's labels are: '0', '1'."
    ),
    (
      "sentence\tscore\nfine\t1\n",
      "HERE/SST-2/train.tsv:1: no column 'label'. The first line has 2 columns, none of them called so."
    ),
    (
      "sentence\tlabel\tlabel\nfine\t1\t1\n",
      "HERE/SST-2/train.tsv:1: more than one column 'label'. Name it by its number, from 0."
    ),
    ("sentence\tlabel\n", "HERE/SST-2/train.tsv: no labelled row."),
    ("", "HERE/SST-2/train.tsv: no labelled row."),
    (
      "sentence\tlabel\nfine\t1\na\u{0}b\t1\n",
      "HERE/SST-2/train.tsv:3: a NUL byte. The file is binary, UTF-16 or damaged; save it as UTF-8 text."
    ),
  ]) func tableErrors(text: String, message: String) throws {
    let folder = try TaskFolder()
    try folder.write(text, to: "SST-2/train.tsv")
    try folder.write("sentence\tlabel\nfine\t1\n", to: "SST-2/dev.tsv")
    #expect(folder.complaint(GLUETask.sst2.definition) == message)
  }

  @Test func bytesThatAreNotUTF8() throws {
    let folder = try TaskFolder()
    try folder.write(Array("sentence\tlabel\nfine\t1\ncaf".utf8) + [0xE9] + Array("\t1\n".utf8), to: "SST-2/train.tsv")
    #expect(
      folder.complaint(GLUETask.sst2.definition)
        == "HERE/SST-2/train.tsv:3: a byte sequence that is not UTF-8. Save the file as UTF-8.")
  }

  @Test func scoresMustBeNumbers() throws {
    for score in ["", "x", "nan", "inf", "1,5", "1e999"] {
      let folder = try TaskFolder()
      try folder.write("sentence1\tsentence2\tscore\na\tb\t2.5\nc\td\t\(score)\n", to: "STS-B/train.tsv")
      #expect(
        folder.complaint(GLUETask.stsb.definition)
          == "HERE/STS-B/train.tsv:3: the score '\(score)' is not a finite number.")
    }
  }

  @Test func missingFoldersAndFiles() throws {
    let folder = try TaskFolder()
    #expect(
      folder.complaint(GLUETask.sst2.definition)
        == "HERE: no folder of the task SST-2 here (looked for SST-2, sst-2, sst2). "
        + "Name the folder that holds it with DATA=...")
    try folder.write("sentence\tlabel\nfine\t1\n", to: "sst2/train.tsv")
    #expect(
      folder.complaint(GLUETask.sst2.definition)
        == "HERE/sst2/dev.tsv: no such file. It should hold the validation rows of the task SST-2.")
    try FileManager.default.createDirectory(
      at: folder.url.appending(path: "sst2/dev.tsv"), withIntermediateDirectories: true)
    #expect(
      folder.complaint(GLUETask.sst2.definition) == "HERE/sst2/dev.tsv: cannot be read: not a regular file.")
  }

  @Test func aColumnPastTheLast() throws {
    let folder = try TaskFolder()
    try folder.write("1\tFine.\n", to: "CoLA/train.tsv")
    #expect(
      folder.complaint(GLUETask.cola.definition)
        == "HERE/CoLA/train.tsv:1: no column 3, counted from 0. The first line has 2 columns.")
  }

  /// Changed bytes of a good file: it loads or is refused, and a refusal names the file.
  @Test func damagedFilesAreRefusedOrRead() throws {
    var generator = CounterRandom(seed: 17, purpose: .sample, index: 0)
    let good = Array("\u{FEFF}sentence\tlabel\nÄ fine \"one\t1\r\nanother 你好\t0\n".utf8)
    let special: [UInt8] = [0, 9, 10, 13, 34, 0x80, 0xC3, 0xEF, 0xFF, 0xF4]
    let task = GLUETask.sst2.definition
    var refused = 0
    for _ in 0..<5000 {
      var bytes = good
      for _ in 0..<(1 + generator.below(4)) {
        let place = generator.below(bytes.count)
        switch generator.below(4) {
        case 0: bytes[place] = special[generator.below(special.count)]
        case 1: bytes.insert(special[generator.below(special.count)], at: place)
        case 2: bytes.remove(at: place)
        default: bytes.removeLast(min(bytes.count - 1, generator.below(8)))
        }
      }
      do {
        let lines = try TextLines(bytes: bytes, path: "train.tsv")
        let file = URL(filePath: "/train.tsv")
        let set = try TaskLoader.examples(of: task, in: lines, file: file, name: "train")
        #expect((1...8).contains(set.examples.count))
      } catch {
        refused += 1
        #expect(error.description.hasPrefix("train.tsv:"))
      }
    }
    #expect(refused > 1000 && refused < 5000)
  }
}
