// Marks in Markdown, and what stands between them.
import Foundation
import Manifests
import Testing

@testable import Reporting

/// Says what it was asked for; of experiments named `none…` there are no results.
private struct EchoSource: BlockSource {
  var suffix = ""

  func content(of request: BlockRequest) throws -> BlockContent {
    if request.experiment.hasPrefix("none") { return .unavailable("there is nothing of it") }
    if request.experiment.hasPrefix("bad") { throw ManifestError.unknownExperiment(request.experiment, known: [], folder: "e") }
    return .markdown("made: \(request)\(suffix)\n")
  }
}

@Suite struct NotebookTests {
  private static let text = """
    # A notebook

    Some words.
    <!-- lowrank table t1 -->
    old
    <!-- /lowrank -->
    More words,  and two spaces  \n\
       <!--lowrank figure t1 map profile=small-->
    <!-- /lowrank -->

    <!-- lowrank runs none1 -->
    by hand
    <!-- /lowrank -->
    the end, without a line end
    """

  private func problems(_ text: String) -> [String] {
    do {
      _ = try Notebook(text, file: "n.md")
      return []
    } catch .invalidNotebooks(let problems) {
      return problems.map(\.description)
    } catch {
      return ["\(error)"]
    }
  }

  @Test func onlyBlocksChange() throws {
    let notebook = try Notebook(Self.text, file: "n.md")
    #expect(notebook.text == Self.text)
    #expect(notebook.blocks.map(\.content) == ["old\n", "", "by hand\n"])
    let knitted = try notebook.knitted(from: EchoSource())
    #expect(
      knitted.notebook.text == """
        # A notebook

        Some words.
        <!-- lowrank table t1 -->

        made: table t1

        <!-- /lowrank -->
        More words,  and two spaces  \n\
           <!--lowrank figure t1 map profile=small-->

        made: figure t1 map profile=small

        <!-- /lowrank -->

        <!-- lowrank runs none1 -->
        by hand
        <!-- /lowrank -->
        the end, without a line end
        """)
    #expect(knitted.blocks.map(\.state) == [.changed, .changed, .unavailable("there is nothing of it")])
    #expect(knitted.blocks.map(\.position.line) == [4, 8, 11])
    #expect(knitted.blocks.map(\.position.column) == [1, 4, 1])
  }

  @Test func knittingTwiceChangesNothing() throws {
    let once = try Notebook(Self.text, file: "n.md").knitted(from: EchoSource()).notebook.text
    let twice = try Notebook(once, file: "n.md").knitted(from: EchoSource())
    #expect(twice.notebook.text == once)
    #expect(twice.blocks.map(\.state) == [.same, .same, .unavailable("there is nothing of it")])
    let other = try Notebook(once, file: "n.md").knitted(from: EchoSource(suffix: "!"))
    #expect(other.blocks.map(\.state) == [.changed, .changed, .unavailable("there is nothing of it")])
  }

  @Test func theMarksLineEndIsTheBlocks() throws {
    let text = "a\r\n<!-- lowrank runs t1 -->\r\nold\r\n<!-- /lowrank -->\r\nb\n"
    let knitted = try Notebook(text, file: "n.md").knitted(from: EchoSource())
    let expected = "a\r\n<!-- lowrank runs t1 -->\r\n\r\nmade: runs t1\r\n\r\n<!-- /lowrank -->\r\nb\n"
    #expect(knitted.notebook.text.utf8.elementsEqual(expected.utf8))
    #expect(try Notebook(expected, file: "n.md").knitted(from: EchoSource()).blocks.map(\.state) == [.same])
  }

  @Test(arguments: [
    "```\n<!-- lowrank table t1 -->\n```\n", "~~~ markdown\n<!-- lowrank tabel -->\n```\n<!-- /lowrank -->\n~~~\n",
    "````\n```\n<!-- /lowrank -->\n````\n", "   ```md\n<!-- lowrank nothing -->\n", "    <!-- lowrank nothing -->\n",
    "in a line: <!-- lowrank nothing -->\n", "<!-- lowrank-like -->\n<!-- lowranks -->\n<!-- / -->\n",
    "<!-- a comment -->\n",
  ])
  func marksInCodeAreText(text: String) throws {
    let notebook = try Notebook(text, file: "n.md")
    #expect(notebook.blocks.isEmpty)
    #expect(notebook.text == text)
  }

  @Test func aFenceEndsWhereMarkdownEndsIt() throws {
    let text =
      "```\n``` no end\n~~~\n```  \n<!-- lowrank runs t1 -->\n<!-- /lowrank -->\n``` a`b\n<!-- lowrank runs t2 -->\n<!-- /lowrank -->\n"
    #expect(try Notebook(text, file: "n.md").blocks.map(\.request.experiment) == ["t1", "t2"])
    // A closing mark in a fence does not end the block before it, so nothing of the fence is lost.
    #expect(
      problems("<!-- lowrank runs t1 -->\n```\n<!-- /lowrank -->\n```\n") == [
        "n.md:1:1: this block is not closed: write <!-- /lowrank --> below it, on a line of its own and in no code fence."
      ])
  }

  @Test func everyProblemIsReported() {
    let text = """
      <!-- /lowrank -->
      <!-- lowrank tabel t1 -->
      <!-- /lowrank now -->
      <!-- lowrank -->
      <!-- /lowrank -->
      <!-- lowrank table t1 t2 -->
      <!-- /lowrank -->
      <!-- lowrank figure t1 -->
      <!-- /lowrank -->
      <!-- lowrank figure t1 ../secret -->
      <!-- /lowrank -->
      <!-- lowrank table t1 profle=small select=first aggregate=mean aggregate=mean metric=f2 -->
      <!-- /lowrank -->
      <!-- lowrank runs t1 select=last -->
      <!-- /lowrank -->
      <!-- lowrank runs t1 --> behind it
      <!-- lowrank runs t1
      <!-- lowrank runs t1 -->
      <!-- lowrank runs t2 -->
      """
    #expect(
      problems(text) == [
        "n.md:1:1: this closing mark closes no block.",
        "n.md:2:1: 'tabel' is not a kind of block. Did you mean 'table'? (kinds: table, figure, runs, texts, published, claim)",
        "n.md:3:1: a closing mark takes no words: <!-- /lowrank -->.",
        "n.md:4:1: this mark names no block. (kinds: table, figure, runs, texts, published, claim)",
        "n.md:6:1: 'table' takes EXPERIMENT, as in <!-- lowrank table EXPERIMENT -->.",
        "n.md:8:1: 'figure' takes EXPERIMENT and NAME, as in <!-- lowrank figure EXPERIMENT NAME -->.",
        "n.md:10:1: '../secret' is no figure's name: letters, digits, '-', '_' and '.', starting with a letter or digit.",
        "n.md:12:1: 'profle' is not an option of 'table'. Did you mean 'profile'? (options: profile, select, aggregate, metric)",
        "n.md:12:1: 'aggregate' is given more than once; keep one.",
        "n.md:12:1: 'first' is not a value of 'select'. (values: best, last)",
        "n.md:12:1: 'f2' is not a value of 'metric'. Did you mean 'f1'? "
          + "(values: accuracy, f1, matthews, pearson, spearman, pearson-spearman-mean, accuracy-f1-mean"
          + ", bleu, multi-bleu, rouge1, rouge2, rougeL, rouge-mean, rouge1-best, rouge2-best, rougeL-best, gsm8k, gsm8k-flexible)",
        "n.md:14:1: 'select' is not an option of 'runs'. (options: profile)",
        "n.md:16:1: a mark stands on a line of its own and ends with -->.",
        "n.md:17:1: a mark stands on a line of its own and ends with -->.",
        "n.md:19:1: this block begins inside of the one of line 18; close that one first with <!-- /lowrank -->.",
        "n.md:19:1: this block is not closed: write <!-- /lowrank --> below it, on a line of its own and in no code fence.",
      ])
  }

  @Test func everyProblemOfAClaimIsReported() {
    let text = """
      <!-- lowrank claim t1 lora > aflora -->
      <!-- /lowrank -->
      <!-- lowrank claim t1 lora beats aflora average -->
      <!-- /lowrank -->
      <!-- lowrank claim t1 lora > lora average -->
      <!-- /lowrank -->
      <!-- lowrank claim t1 lora > aflora average within=1 family=all -->
      <!-- /lowrank -->
      <!-- lowrank claim t1 lora = aflora average within=0 select=first metric=f1 -->
      <!-- /lowrank -->
      <!-- lowrank claim t1 lora = aflora average within=nan -->
      <!-- /lowrank -->
      """
    #expect(
      problems(text) == [
        "n.md:1:1: 'claim' takes EXPERIMENT, ROW, one of >, < and =, ROW, and TASK or 'average', "
          + "as in <!-- lowrank claim EXPERIMENT ROW > ROW TASK -->.",
        "n.md:3:1: 'beats' is not a relation of two rows. (relations: >, <, =)",
        "n.md:5:1: a claim compares two rows, but names 'lora' twice.",
        "n.md:7:1: 'all' is not a value of 'family'. (values: rows, one)",
        "n.md:7:1: 'within' is the bound of '='; leave it out beside '>'.",
        "n.md:9:1: 'metric' is not an option of 'claim'. (options: profile, select, within, family)",
        "n.md:9:1: 'first' is not a value of 'select'. (values: best, last)",
        "n.md:9:1: 'within' must be a number of points above 0, at most 100, but is '0'.",
        "n.md:11:1: 'within' must be a number of points above 0, at most 100, but is 'nan'.",
      ])
  }

  @Test func claimsAreReadInFull() throws {
    let text = """
      <!-- lowrank claim t1+lora.rank=16 lora = aflora average within=0.5 family=one profile=small select=last -->
      <!-- /lowrank -->
      <!-- lowrank claim t1 lora < aflora rte -->
      <!-- /lowrank -->
      """
    let requests = try Notebook(text, file: "n.md").blocks.map(\.request)
    #expect(
      requests == [
        BlockRequest(
          experiment: "t1+lora.rank=16", profile: .small,
          subject: .claim(
            RowClaim(row: "lora", other: "aflora", relation: .level, task: nil, bound: 0.5, family: .one), epoch: .last)),
        BlockRequest(
          experiment: "t1", profile: .pocket,
          subject: .claim(
            RowClaim(row: "lora", other: "aflora", relation: .below, task: "rte", bound: nil, family: .rows), epoch: nil)),
      ])
    #expect(
      requests.map(\.description) == ["claim t1+lora.rank=16 lora = aflora average profile=small", "claim t1 lora < aflora rte"])
  }

  @Test func aSourcesErrorNamesItsBlock() throws {
    let text =
      "\n<!-- lowrank runs bad1 -->\n<!-- /lowrank -->\n<!-- lowrank runs t1 -->\n<!-- /lowrank -->\n<!-- lowrank table bad2 -->\n<!-- /lowrank -->"
    let error = #expect(throws: ReportError.self) { try Notebook(text, file: "n.md").knitted(from: EchoSource()) }
    #expect(
      error?.description == """
        n.md:2:1: experiment 'bad1' is not known in e.
        n.md:6:1: experiment 'bad2' is not known in e.
        2 problems; nothing was written.
        """)
  }

  @Test func requestsAreReadInFull() throws {
    let text = "<!-- lowrank   table t1 metric=f1  aggregate=median profile=paper select=last   -->\n<!-- /lowrank-->\n"
    #expect(
      try Notebook(text, file: "n.md").blocks.map(\.request) == [
        BlockRequest(experiment: "t1", profile: .paper, subject: .table(epoch: .last, aggregate: .median, metric: "f1"))
      ])
  }
}
