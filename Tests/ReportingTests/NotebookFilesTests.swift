// Notebooks on disk with blocks of a small made-up experiment.
import Foundation
import Manifests
import Records
import Storage
import Testing

@testable import Reporting

@Suite struct NotebookFilesTests {
  let experiment: MadeUpExperiment
  let results: ResultsFolder
  private var root: URL { experiment.folder }
  private var notebook: URL { root.appending(path: "notebooks-md/n.md") }

  init() throws {
    experiment = try MadeUpExperiment(MadeUpExperiment.plain + "figures:\n  - bars: {id: map, title: scores by task}\n")
    results = ResultsFolder(experiment.folder.appending(path: "results"))
    for (index, run) in try experiment.runs().enumerated() {
      let flags: [RunFlag] = index == 2 ? [.collapsed] : []
      let outcome: RunOutcome = index == 5 ? .diverged(step: 7) : .completed
      if index < 7 { try store(run, [0.5 + 0.01 * Double(index), 0.4], identity: "\(index)", outcome: outcome, flags: flags) }
    }
    try FileManager.default.createDirectory(at: root.appending(path: "notebooks-md"), withIntermediateDirectories: true)
  }

  private func store(
    _ run: RunSpecification, _ scores: [Double], identity: String, outcome: RunOutcome, flags: [RunFlag]
  ) throws {
    let identity = String(repeating: identity, count: 64)
    let folder = results.layout.run(identity)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let record = try experiment.record(run, scores.map { [$0] }, outcome: outcome, flags: flags, identity: identity)
    try record.jsonData().write(to: folder.appending(path: "record.json"))
    let link = results.layout.link(run)
    try FileManager.default.createDirectory(at: link.deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: ResultsLayout.linkDestination(identity))
  }

  private func source(_ experiments: String? = nil) -> ResultsBlocks {
    ResultsBlocks(
      experiments: ExperimentFolder(path: experiments ?? root.path), methods: MadeUpExperiment.methods, results: results,
      inputs: { _ in InputDigests() })
  }

  private func write(_ text: String) throws { try Data(text.utf8).write(to: notebook) }
  private func read() throws -> String { try String(contentsOf: notebook, encoding: .utf8) }
  private func knit() throws -> NotebookFiles { try NotebookFiles([notebook], root: root, source: source()) }
  private func shown(_ lines: [String]) -> [String] { lines.map { $0.replacing(root.standardizedFileURL.path + "/", with: "") } }

  private static let table = """
    <!-- lowrank table t1 -->

    **t1**: two methods (pocket profile: compare rows with each other only)

    | method | trainable parameters (without head) | rte (accuracy ↑) | mrpc (accuracy ↑) | average ↑ |
    |---|--:|--:|--:|--:|
    | LoRA | 20.00K | 50.50 ± 0.71 | 52.50 ± 0.71 ‡ | 51.50 |
    | AFLoRA | 20.00K | 54.00 (1 of 2; 1 diverged) | 56.00 (1 of 2; 1 missing) | 55.00 |

    """

  @Test func aTableIsKnittedAndCheckedAndStays() throws {
    try write("before\n<!-- lowrank table t1 -->\n<!-- /lowrank -->\nafter\n")
    let first = try knit()
    let title = "**t1**: two methods (pocket profile: compare rows with each other only)"
    #expect(
      shown(first.differences) == ["notebooks-md/n.md:3:1: table t1: the results at hand print '\(title)', here is nothing"])
    #expect(first.summary == "1 notebook, 1 block: 0 as the results print them, 1 not so, 0 without results at hand")
    #expect(
      try read() == "before\n<!-- lowrank table t1 -->\n<!-- /lowrank -->\nafter\n", "nothing is written before it is asked for")
    #expect(try first.write().map(\.lastPathComponent) == ["n.md"])
    let text = try read()
    #expect(text.hasPrefix("before\n" + Self.table), "\(text)")
    #expect(text.hasSuffix("- aflora, mrpc: seed 1 missing\n\n<!-- /lowrank -->\nafter\n"), "\(text)")
    #expect(text.contains("\n<details><summary>Sources</summary>\n\n- profile pocket, recipe plain, manifest "))
    #expect(!text.contains(root.path), "no path of this machine")
    let second = try knit()
    #expect(second.differences == [])
    #expect(second.summary == "1 notebook, 1 block: 1 as the results print them, 0 not so, 0 without results at hand")
    #expect(try second.write() == [])
    #expect(try read() == text)

    try write(text.replacing("50.50", with: "99.99"))
    let row = "| LoRA | 20.00K | 50.50 ± 0.71 | 52.50 ± 0.71 ‡ | 51.50 |"
    #expect(
      shown(try knit().differences) == [
        "notebooks-md/n.md:8:1: table t1: the results at hand print '\(row)', here is '\(row.replacing("50.50", with: "99.99"))'"
      ])
    // the same numbers by another program are no difference, and are told
    try write(text.replacing("lowrank 0.1.0", with: "lowrank 0.0.9"))
    #expect(try knit().differences == [])
    #expect(
      shown(try knit().otherSources).first?.contains(": table t1: same numbers, other sources: the results at hand ") ?? false)
    try knit().write()
    #expect(try read() == text)
  }

  @Test func theProtocolIsTheMarks() throws {
    try write("<!-- lowrank table t1 select=last aggregate=median -->\n<!-- /lowrank -->\n")
    try knit().write()
    #expect(try read().contains("Cells: median over 2 seeds (0, 1) of the last epoch on the validation set, in percent."))
    try write("<!-- lowrank table t1 metric=matthews -->\n<!-- /lowrank -->\n")
    let error = #expect(throws: ReportError.self) { try knit() }
    #expect(
      error.map { shown([$0.description]) } == [
        "notebooks-md/n.md:1:1: no run of t1 recorded the metric 'matthews' (recorded: accuracy).\n1 problem; nothing was written."
      ])
  }

  @Test func runsAreNamedByHowTheyEnded() throws {
    try write("<!-- lowrank runs t1 -->\n<!-- /lowrank -->\n")
    try knit().write()
    #expect(
      try read() == """
        <!-- lowrank runs t1 -->

        **t1** (pocket profile): 7 of 8 runs are there.

        - diverged, 1: aflora rte seed 1 at step 7
        - collapsed (one answer to every row of a set in the best or the last epoch), 1: lora mrpc seed 0
        - missing, 1: aflora mrpc seed 1

        <!-- /lowrank -->

        """)
  }

  @Test func aClaimIsKnittedCheckedAndStays() throws {
    try write("<!-- lowrank claim t1 aflora > lora average -->\n<!-- /lowrank -->\n")
    #expect(shown(try knit().differences).first?.hasPrefix("notebooks-md/n.md:2:1: claim t1 aflora > lora average: ") == true)
    try knit().write()
    let text = try read()
    // rte seed 0 alone of AFLoRA's rte, and mrpc seed 0: 0.54 less 0.50, 0.56 less 0.52
    #expect(
      text == """
        <!-- lowrank claim t1 aflora > lora average -->

        **AFLoRA above LoRA, on average** (t1, pocket profile): **not shown**. +4.00 points over 2 of 4 pairs, all 2 differences \
        are equal: no interval.

        <!-- /lowrank -->

        """, "\(text)")
    #expect(try knit().differences == [])
    try write(text.replacing("not shown", with: "holds"))
    #expect(shown(try knit().differences).first?.hasPrefix("notebooks-md/n.md:3:1: claim t1 aflora > lora average: ") == true)
    try knit().write()
    #expect(try read() == text)
  }

  @Test func aClaimOnWhatIsNotThereIsAProblemOrHasNoResults() throws {
    try write(
      "<!-- lowrank claim t1 alfora > lora average -->\n<!-- /lowrank -->\n<!-- lowrank claim t1 aflora = lora rte -->\n<!-- /lowrank -->\n"
    )
    let error = #expect(throws: ReportError.self) { try knit() }
    #expect(
      error.map { shown([$0.description]) } == [
        """
        notebooks-md/n.md:1:1: t1 has no row 'alfora'. Did you mean 'aflora'? (rows: lora, aflora)
        notebooks-md/n.md:3:1: '=' needs a bound, in points: write within=0.5 in the mark, or report: {equivalence: 0.5} in the manifest \
        of t1.
        2 problems; nothing was written.
        """
      ])
    try write("<!-- lowrank claim t1 aflora > lora average profile=small -->\nby hand\n<!-- /lowrank -->\n")
    #expect(
      shown(try knit().unavailable) == [
        "notebooks-md/n.md:1:1: claim t1 aflora > lora average profile=small: no results at hand: aflora and lora of t1 under small "
          + "have no seed of a task in common."
      ])
  }

  @Test func withoutResultsABlockIsLeftAlone() throws {
    let text =
      "<!-- lowrank table t1 profile=small -->\nby hand\n<!-- /lowrank -->\n<!-- lowrank figure t1 map -->\n<!-- /lowrank -->\n"
    try write(text)
    let files = try knit()
    #expect(files.differences == [])
    #expect(
      shown(files.unavailable) == [
        "notebooks-md/n.md:1:1: table t1 profile=small: no results at hand: no run of t1 under small is there.",
        "notebooks-md/n.md:4:1: figure t1 map: no results at hand: the results have no figures/t1/map.svg.",
      ])
    #expect(files.summary == "1 notebook, 2 blocks: 0 as the results print them, 0 not so, 2 without results at hand")
    #expect(try files.write() == [])
    #expect(try read() == text)
  }

  /// Puts a run that has written these outputs beside `lora mrpc seed 0` and `aflora mrpc seed 0`.
  private func leaveTexts(_ row: String, _ outputs: [String], identity: Character) throws {
    let run = try experiment.specification(row, "mrpc", 0), identity = String(repeating: identity, count: 64)
    let folder = results.layout.run(identity)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let lines = outputs.enumerated().map { place, output in
      #"{"output":"\#(output)","references":["all|day","every day"],"score":0.5,"set":"test","source":"when \#(place)?\nText:"}"#
        + "\n"
    }
    let data = Data(lines.joined().utf8)
    try data.write(to: folder.appending(path: "texts-last.jsonl"))
    let record = try experiment.record(run, [[0.5]], identity: identity, lastTexts: FileDigest.sha256(of: data))
    try record.jsonData().write(to: folder.appending(path: "record.json"))
    let link = results.layout.link(run)
    try? FileManager.default.removeItem(at: link)
    try FileManager.default.createSymbolicLink(atPath: link.path, withDestinationPath: ResultsLayout.linkDestination(identity))
  }

  @Test func textsStandBesideWhatIsRight() throws {
    try write("<!-- lowrank texts t1 mrpc -->\n<!-- /lowrank -->\n")
    #expect(
      shown(try knit().unavailable) == [
        "notebooks-md/n.md:1:1: texts t1 mrpc: no results at hand: no run of t1, mrpc, under pocket has left texts."
      ])
    try leaveTexts("lora", ["day * night", "never"], identity: "d")
    try leaveTexts("aflora", ["days", "always"], identity: "e")
    try knit().write()
    #expect(
      try read() == """
        <!-- lowrank texts t1 mrpc -->

        **t1** (pocket profile), mrpc, seed 0: what was written after the last epoch for the first prompts.

        | prompt | when 0? Text: |
        |---|---|
        | right | all\\|day |
        | or | every day |
        | LoRA | day \\* night |
        | AFLoRA | days |

        | prompt | when 1? Text: |
        |---|---|
        | right | all\\|day |
        | or | every day |
        | LoRA | never |
        | AFLoRA | always |

        <!-- /lowrank -->

        """)
    #expect(try knit().differences == [])
  }

  @Test func aTaskThatTheManifestHasNotIsAProblem() throws {
    try write("<!-- lowrank texts t1 mprc -->\n<!-- /lowrank -->\n")
    let error = #expect(throws: ReportError.self) { try knit() }
    #expect(
      error.map { shown([$0.description]) } == [
        "notebooks-md/n.md:1:1: t1 has no task 'mprc'. Did you mean 'mrpc'? (tasks: rte, mrpc)\n1 problem; nothing was written."
      ])
  }

  /// Puts the files of the experiment's figure where drawing leaves them.
  private func draw(svg: String, csv: String? = nil) throws -> String {
    let figures = try ExperimentFigures(
      experiment.manifest.experiment(.pocket), experiment.findings(results), results: results)
    let settings = try #require(figures.settings.first)
    let figure = try #require(try figures.figure(settings).figure)
    let file = results.layout.figure("t1", .pocket, "map", "svg")
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(svg.utf8).write(to: file)
    let data = Data((csv ?? figure.data.csv).utf8)
    try data.write(to: results.layout.figure("t1", .pocket, "map", "csv"))
    return FileDigest.sha256(of: data)
  }

  @Test func aFigureIsCopiedAndKnownByItsData() throws {
    let digest = try draw(svg: "<svg/>")
    try write("<!-- lowrank figure t1 map -->\n<!-- /lowrank -->\n")
    #expect(try knit().write().map(\.lastPathComponent) == ["map.svg", "n.md"])
    #expect(
      try read() == """
        <!-- lowrank figure t1 map -->

        ![scores by task](figures/t1/map.svg)
        <!-- t1/map.csv: SHA-256 \(digest) -->

        <!-- /lowrank -->

        """)
    let copy = notebook.deletingLastPathComponent().appending(path: "figures/t1/map.svg")
    #expect(try Data(contentsOf: copy) == Data("<svg/>".utf8))
    #expect(try knit().write() == [])

    // Another gnuplot draws other bytes of the same data.
    _ = try draw(svg: "<svg />")
    #expect(try knit().differences == [])
    try FileManager.default.removeItem(at: copy)
    #expect(
      shown(try knit().differences) == [
        "notebooks-md/n.md:1:1: figure t1 map: shows figures/t1/map.svg, which is not there."
      ])
  }

  @Test func aFigureOfOtherResultsIsNoneOfThese() throws {
    _ = try draw(svg: "<svg/>", csv: "x,y\n1,2\n")
    try write("<!-- lowrank figure t1 map -->\n<!-- /lowrank -->\n")
    let files = try knit()
    #expect(
      shown(files.unavailable) == [
        "notebooks-md/n.md:1:1: figure t1 map: no results at hand: figures/t1/map.csv is of other results; "
          + "'lowrank figure t1' draws it anew."
      ])
    #expect(try files.write() == [])

    // The text is of the runs that were there: with one more, the same picture is another's.
    let digest = try draw(svg: "<svg/>")
    try knit().write()
    #expect(try read().contains(digest))
    let run = try experiment.runs()[7]
    try store(run, [0.9, 0.9], identity: "7", outcome: .completed, flags: [])
    #expect(try knit().unavailable.count == 1)
    let renewed = try draw(svg: "<svg/>")
    #expect(renewed != digest)
    #expect(
      shown(try knit().differences).first?.hasPrefix("notebooks-md/n.md:") ?? false)
  }

  @Test func whatDoesNotExistIsReportedWithItsLine() throws {
    try write(
      """
      <!-- lowrank table t2 -->
      <!-- /lowrank -->
      <!-- lowrank runs only profile=paper -->
      <!-- /lowrank -->
      <!-- lowrank figure t1 mapp -->
      <!-- /lowrank -->
      """)
    let manifest = MadeUpExperiment.plain.replacing("id: t1", with: "id: only").replacing(
      "model: some-model\nrecipe: plain\n", with: ""
    )
    .replacing("pocket: {}\n  small: {}", with: "pocket: {model: some-model, recipe: plain}")
    try Data(manifest.utf8).write(to: root.appending(path: "only.yaml"))
    let other = root.appending(path: "notebooks-md/other.md")
    try Data("<!-- lowrank\n".utf8).write(to: other)
    let latin = root.appending(path: "notebooks-md/z.md")
    try Data([0xE9, 0x0A]).write(to: latin)
    #expect(NotebookFiles.all(in: root).map(\.lastPathComponent) == ["n.md", "other.md", "z.md"])
    let guide = root.appending(path: "notebooks-md/guide")
    try FileManager.default.createDirectory(at: guide, withIntermediateDirectories: true)
    for name in ["b.md", "a.md", "c.txt"] { try Data("a page\n".utf8).write(to: guide.appending(path: name)) }
    #expect(NotebookFiles.all(in: root).map(\.lastPathComponent) == ["n.md", "other.md", "z.md", "a.md", "b.md"])
    let error = #expect(throws: ReportError.self) {
      try NotebookFiles(NotebookFiles.all(in: root), root: root, source: source())
    }
    #expect(
      error.map { shown([$0.description]).joined().replacing(root.path, with: "ROOT") } == """
        notebooks-md/n.md:1:1: experiment 't2' is not known in ROOT. Did you mean 't1'? (known: only, t1)
        notebooks-md/n.md:3:1: only has no profile 'paper'. (profiles: pocket)
        notebooks-md/n.md:5:1: t1 has no figure 'mapp'. Did you mean 'map'? (figures: map)
        notebooks-md/other.md:1:1: a mark stands on a line of its own and ends with -->.
        notebooks-md/z.md:1:1: is not UTF-8 text.
        5 problems; nothing was written.
        """)
  }

  @Test func filesOutsideOfTheProjectAreRefused() throws {
    let outside = FileManager.default.temporaryDirectory.appending(path: "lowrank-outside-\(UUID().uuidString).md")
    try Data("text\n".utf8).write(to: outside)
    defer { try? FileManager.default.removeItem(at: outside) }
    let link = root.appending(path: "notebooks-md/link.md")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: outside)
    for file in [outside, link, root.appending(path: "notebooks-md/../../\(outside.lastPathComponent)")] {
      let error = #expect(throws: ReportError.self) { try NotebookFiles([file], root: root, source: source()) }
      #expect(error?.description.contains(" lies outside of the project's root; a notebook and its pictures lie below it.") == true)
    }
    // Nor do pictures leave it.
    try write("text\n")
    try FileManager.default.createSymbolicLink(
      at: root.appending(path: "notebooks-md/figures"), withDestinationURL: FileManager.default.temporaryDirectory)
    #expect(throws: ReportError.self) { try knit() }
  }
}
