// The page on all results, for a browser: written as a whole, or renewed for an experiment that was run.
import Foundation
import Manifests
import Records
import Settings
import Storage

/// What the examples of a validation set say, as far as a page shows it.
package struct ExampleTexts: Encodable, Sendable, Equatable {
  /// The validation set.
  package let set: String
  /// The first examples, each its only text or both.
  package let texts: [[String]]

  /// Examples that are shown at most: the first of a set.
  package static let most = PageAnswers.mostExamples

  /// The first examples of a set.
  package init(set: String, texts: [[String]]) { (self.set, self.texts) = (set, texts) }
}

/// The report page of a folder of results.
package struct ReportPage: Sendable {
  /// What was written.
  package struct Outcome: Sendable, Equatable {
    /// Experiments of which a table is shown, each profile for itself.
    package fileprivate(set) var tables = 0
    /// Runs whose records are shown.
    package fileprivate(set) var runs = 0
    /// Runs whose curves, answers and decisions are not in the page yet.
    package fileprivate(set) var withoutDetails = 0
    /// Those of them whose files could not be read.
    package fileprivate(set) var unread = 0
    /// The manifests that cannot be used, a line each.
    package fileprivate(set) var problems: [String] = []

    /// What was written, in one line.
    package var text: String {
      let waiting = withoutDetails - unread
      let rest = waiting == 0 ? "" : "; \(waiting) of them without curves and answers yet: --all-runs reads them"
      let failed = unread == 0 ? "" : "; the files of \(unread) cannot be read: the page says why, and the next call tries again"
      return "\(tables) \(tables == 1 ? "table" : "tables") of \(runs) \(runs == 1 ? "run" : "runs")\(rest)\(failed)"
    }
  }

  /// Runs whose tensors are read at most in one call, unless all are asked for: what is written stays, so that the next call goes on.
  package static let mostDetails = 500
  /// The runs from which on a file of runs is full.
  private static let runsOfFile = 128

  private let results: ResultsFolder
  private let program: ProgramVersion
  private let inputs: @Sendable (RunSpecification) -> InputDigests
  private let examples: @Sendable (RunSpecification) -> [ExampleTexts]?

  /// Names what the page is made of; nothing is read yet.
  /// - Parameters:
  ///   - program: this program, which the page names.
  ///   - inputs: what a run would read now, as far as it is at hand.
  ///   - examples: what the examples of a run's task say, where its data is at hand.
  package init(
    _ results: ResultsFolder, program: ProgramVersion, inputs: @escaping @Sendable (RunSpecification) -> InputDigests,
    examples: @escaping @Sendable (RunSpecification) -> [ExampleTexts]?
  ) {
    (self.results, self.program, self.inputs, self.examples) = (results, program, inputs, examples)
  }

  /// Writes the whole page: every experiment that there is, under every profile, and removes what no page shows any more.
  /// - Parameters:
  ///   - folder: the manifests.
  ///   - mostDetails: the runs whose tensors are read at most; nil: all that are not in the page yet.
  /// - Throws: `StorageError`; the page that was there is then as it was.
  package func write(_ folder: ExperimentFolder, methods: MethodCatalog, mostDetails: Int? = mostDetails) throws -> Outcome {
    // first the claim: what is read before it may be older than what another call wrote meanwhile
    var writer = PageWriter(try PageFolder(results.layout), mostDetails: mostDetails, self)
    let survey = ExperimentSurvey(folder, methods: methods, in: results)
    do {
      var list = PageList(program: PageList.Program(program))
      for (heading, manifests) in survey.groups {
        let entries = try manifests.map { manifest in
          let parts = try manifest.experiments.map { try writer.part($0, results.findings(for: $0.runs, inputs: inputs)) }
          return PageList.Entry(id: manifest.id, aliases: manifest.aliases, title: manifest.title, parts: parts)
        }
        list.groups.append(PageList.Group(heading: heading, entries: entries))
      }
      (list.broken, list.unknown) = (survey.broken, survey.unknown)
      try writer.folder.finish(list)
    } catch {
      writer.folder.abandon()
      throw error
    }
    let (data, runs) = (writer.shown, writer.shownRuns)
    writer.folder.removeData { !data.contains($0) && !PageScript.isList($0) }
    writer.folder.removeRuns { !runs.contains($0) }
    var outcome = writer.outcome
    outcome.problems = survey.broken.map { "\($0.file): \($0.message)" }
    return outcome
  }

  /// Renews what the page shows of one experiment, by what is there of its runs once no other call writes the page: one that was run
  /// meanwhile may have found more than this call.
  /// - Returns: nil where there is no page that could be renewed: then it is to be written as a whole.
  /// - Throws: `StorageError`; the page that was there is then as it was.
  package func renew(_ experiment: Experiment) throws -> Outcome? {
    var writer = PageWriter(try PageFolder(results.layout), mostDetails: Self.mostDetails, self)
    guard var list = writer.folder.list() else { return nil }
    do {
      list.program = PageList.Program(program)
      list.replace(try writer.part(experiment, results.findings(for: experiment.runs, inputs: inputs)), of: experiment)
      try writer.folder.finish(list)
    } catch {
      writer.folder.abandon()
      throw error
    }
    let own = PageScript.stem(experiment.id, experiment.profile.rawValue) + "~", shown = writer.shown
    writer.folder.removeData { $0.hasPrefix(own) && !shown.contains($0) }
    return writer.outcome
  }

  /// Writes the files of data of experiments, one after the other.
  private struct PageWriter {
    let folder: PageFolder
    private let page: ReportPage
    /// Runs whose tensors may be read yet; nil: any number.
    private var detailsLeft: Int?
    /// The files of single runs that are there.
    private var runFiles: Set<String>
    /// The files of data that the page shows.
    private(set) var shown: Set<String> = []
    /// The files of single runs that it shows.
    private(set) var shownRuns: Set<String> = []
    private(set) var outcome = Outcome()
    /// The runs that the page shows, and those of them without details.
    private var identities: Set<String> = [], lacking: Set<String> = []
    /// Why the folders of runs could not be read, by identity.
    private var unread: [String: String] = [:]

    init(_ folder: PageFolder, mostDetails: Int?, _ page: ReportPage) {
      (self.folder, self.page, detailsLeft) = (folder, page, mostDetails)
      runFiles = folder.runFiles
    }

    /// Writes the files of an experiment; returns its line in the list.
    mutating func part(_ experiment: Experiment, _ findings: RunFindings) throws -> PageList.Part {
      if findings.records.isEmpty, findings.unreadable.isEmpty { return PageList.Part(experiment, nil, file: nil) }
      let table = try Report(experiment, findings).table
      let details = try writeDetails(experiment, findings)
      let runs = try writeRuns(experiment, findings, details)
      let layout = page.results.layout
      let files = [layout.table(experiment.id, experiment.profile), layout.cost(experiment.id, experiment.profile)]
      let shownTable = PageTable(
        table, of: experiment, runFiles: runs, figures: PageTable.Figure.all(of: experiment, in: layout),
        files: files.filter { FileManager.default.fileExists(atPath: $0.path) }.compactMap { layout.path(of: $0) })
      let script = try PageScript(PageScript.stem(experiment.id, experiment.profile.rawValue, "table"), shownTable)
      try write(script)
      outcome.tables += 1
      identities.formUnion(findings.records.values.map(\.identity))
      (outcome.runs, outcome.withoutDetails, outcome.unread) = (identities.count, lacking.count, unread.count)
      return PageList.Part(experiment, table, file: script.name)
    }

    private mutating func write(_ script: PageScript) throws {
      try folder.write(script)
      shown.insert(script.name)
    }

    /// Writes what single runs left where that is not there; returns what became of it, by identity. Of a run whose files cannot be read
    /// nothing is written, so that the next call reads them again.
    private mutating func writeDetails(_ experiment: Experiment, _ findings: RunFindings) throws -> [String: PageRuns.Details] {
      var names: [String: String] = [:], missing: [RunRecord] = []
      for run in experiment.runs {
        guard let record = findings.records[RunKey(run)], names[record.identity] == nil else { continue }
        let name = Self.fileOfDetails(record)
        names[record.identity] = name
        if !runFiles.contains(name), unread[record.identity] == nil { missing.append(record) }
      }
      let wanted = Array(missing.prefix(detailsLeft ?? missing.count)), layout = page.results.layout
      detailsLeft = detailsLeft.map { $0 - wanted.count }
      let problems = try folder.writeRuns(wanted) { record -> Result<PageScript, PageRunDetails.Problem> in
        let details: PageRunDetails
        do throws(PageRunDetails.Problem) {
          details = try PageRunDetails(of: record, in: layout.run(record.identity))
        } catch {
          return .failure(error)
        }
        return .success(try PageScript(record.identity, details, digest: Self.digestOfDetails(record)))
      }
      for (record, problem) in zip(wanted, problems) {
        if let problem { unread[record.identity] = problem.text } else { runFiles.insert(Self.fileOfDetails(record)) }
      }
      lacking.formUnion(missing.dropFirst(wanted.count).map(\.identity) + unread.keys)
      let files = names.filter { runFiles.contains($0.value) }
      shownRuns.formUnion(files.values)
      return files.mapValues(PageRuns.Details.file).merging(unread.mapValues(PageRuns.Details.problem)) { file, _ in file }
    }

    /// What a run's details follow from: its files, by their digests in the record's seal, and the page's form.
    private static func digestOfDetails(_ record: RunRecord) -> String {
      let sealed = [record.seal ?? "", record.digests.tensors ?? "", "\(record.outcome)", "\(PageScript.format)"]
      return FileDigest.sha256(of: Array(sealed.joined(separator: "\n").utf8))
    }

    private static func fileOfDetails(_ record: RunRecord) -> String {
      PageScript.name(record.identity, digest: digestOfDetails(record))
    }

    /// Writes what records say; returns the names of the files, and for each row and task the place of its runs' file.
    private mutating func writeRuns(
      _ experiment: Experiment, _ findings: RunFindings, _ details: [String: PageRuns.Details]
    ) throws -> (names: [String], places: [[Int]]) {
      let byRow = Dictionary(grouping: experiment.runs, by: \.row), examples = try writeExamples(experiment, findings)
      var files = [PageRuns()]
      let places = experiment.rows.map { row in
        let byTask = Dictionary(grouping: byRow[row.id] ?? [], by: \.task.id)
        return experiment.tasks.map { task in
          if files[files.count - 1].count >= ReportPage.runsOfFile { files.append(PageRuns()) }
          files[files.count - 1].add(
            byTask[task.id] ?? [], row: row.id, task: task.id, of: experiment, findings, details: details,
            examples: examples[task.id])
          return files.count - 1
        }
      }
      let scripts = InOrder.map(Array(files.enumerated())) { place, runs in
        Result { try PageScript(PageScript.stem(experiment.id, experiment.profile.rawValue, "runs-\(place)"), runs) }
      }
      let made = try scripts.map { try $0.get() }
      for script in made { try write(script) }
      return (made.map(\.name), places)
    }

    /// Writes what the examples of an experiment's tasks say, where that is at hand; returns the files by task.
    private mutating func writeExamples(_ experiment: Experiment, _ findings: RunFindings) throws -> [String: String] {
      var names: [String: String] = [:]
      for task in experiment.tasks where !task.asksForText {
        let run = experiment.runs.first { $0.task.id == task.id && findings.records[RunKey($0)] != nil }
        guard let run, let record = findings.records[RunKey(run)] else { continue }
        let origin = [
          record.digests.data, JSONValue.object(run.dividedTask.identity).compact, "\(run.training.split)",
          "\(run.training.validationRows ?? 0)", "\(PageScript.format)",
        ]
        let digest = FileDigest.sha256(of: Array(origin.joined(separator: "\n").utf8))
        let stem = PageScript.examples + "~" + PageScript.stem(task.id), name = PageScript.name(stem, digest: digest)
        if !folder.has(name) {
          // of other files than the record's nothing is shown beside its answers
          guard page.inputs(run).data == record.digests.data, let texts = page.examples(run) else { continue }
          try folder.write(try PageScript(stem, ["sets": texts], digest: digest))
        }
        shown.insert(name)
        names[task.id] = name
      }
      return names
    }
  }
}
