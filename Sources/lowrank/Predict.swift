import ArgumentParser
import Datasets
import Experiments
import Foundation

/// `lowrank predict table1 --profile paper --methods lora --seeds 0 --test --data ~/glue --to submission`
struct Predict: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Predict the labels of rows that have none: GLUE's test files for its server, or any file.",
    discussion: """
      With --test the folder gets what gluebenchmark.com takes: a file for each test file of GLUE. Of an experiment the options \
      may leave several tasks, but one row and one seed; files of other runs may be added later. With --file a table is written: \
      each row's index, its label, and a probability for each label.

      GLUE's server wants two files more, which are no tasks here. WNLI.tsv: people hand in the more frequent label, 0, for each \
      row of WNLI/test.tsv. AX.tsv: what MNLI's run says of the diagnostic rows, by --file diagnostic.tsv --to ax.tsv and then \
      `cut -f 1,2 ax.tsv >AX.tsv`. All eleven go up as one archive: `zip -j submission.zip submission/*.tsv`.
      """)

  @Argument(
    help: ArgumentHelp(
      "A run, as for export; with --test also an experiment of which --methods, --tasks and --seeds leave one row and one seed.",
      valueName: "run"))
  var source: String
  @Flag(help: "Predict the test files of GLUE's tasks.") var test = false
  @Option(
    help: ArgumentHelp("Predict the rows of a file in the layout of the run's task; labels in it are ignored.", valueName: "file"))
  var file: String?
  @Option(help: ArgumentHelp("With --test the folder of the answers, with --file the file to make.", valueName: "folder|file"))
  var to: String
  @Option(help: ArgumentHelp("The folder of GLUE's files.", valueName: "folder")) var data: String?
  @Option(help: "Threads; they change no number.") var threads = 1
  @OptionGroup var choice: RunChoice
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    try Limits.validate(threads, "--threads")
    if test == (file != nil) { throw ValidationError("give either --test, or a file with --file") }
    if !test, data != nil { throw ValidationError("--data is the folder of the test files, which are predicted with --test") }
    if to.isEmpty { throw ValidationError("--to is empty, expected the name of a folder or a file") }
  }

  func run() throws {
    let workspace = try project.workspace(), target = Self.url(to)
    guard let file else { return try predictTests(workspace, GLUESubmission(target)) }
    let folder = try choice.folders(of: source, project, workspace) { [try choice.selection.onlyRun(of: $0)] }[0]
    let run = try TrainedRun.finished(folder).run
    try Predictions.requireLabels(run)
    try Predictions.requireRoom(at: target)
    let rows = try UnlabelledRows(contentsOf: Self.url(file), of: run.task)
    try Predictions(choice.load(folder, project, workspace, threads: threads), of: rows).write(to: target)
    say("→ \(project.readable(target))  (\(rows.rows.count) rows, \(run.shortName), \(choice.epoch.rawValue) epoch)")
  }

  private func predictTests(_ workspace: Workspace, _ submission: GLUESubmission) throws {
    let folders = try choice.folders(of: source, project, workspace, choose: choice.selection.runsByTask)
    // what can be wrong with files is known before the first model answers
    let tests = try folders.map { folder in
      try GLUETests(of: TrainedRun.finished(folder).run, data: data.map(Self.url), in: workspace)
    }
    try submission.requireRoom(for: tests.flatMap { $0.files.map(\.test) })
    var answers: [GLUEAnswers] = [], lines: [String] = []
    for (folder, tests) in zip(folders, tests) {
      let trained = try choice.load(folder, project, workspace, threads: threads)
      for (test, rows) in tests.files {
        answers.append(try GLUEAnswers(Predictions(trained, of: rows).labels, to: rows, of: test))
        let place = project.readable(submission.folder.appending(path: test.answers))
        lines.append("→ \(place)  (\(rows.rows.count) rows, \(trained.specification.shortName), \(choice.epoch.rawValue) epoch)")
        tell("\(test.task.definition.title): the \(rows.rows.count) rows of \(test.name) are predicted")
      }
    }
    try submission.write(answers)
    for line in lines { say(line) }
    let lacking = submission.lacking
    if !lacking.isEmpty {
      tell(
        "note: GLUE's server takes \(GLUESubmission.files.count) files, of which \(project.readable(submission.folder)) lacks "
          + "\(lacking.joined(separator: ", ")). `lowrank predict --help` says how WNLI.tsv and AX.tsv are made.")
    }
  }

  private static func url(_ path: String) -> URL { URL(filePath: (path as NSString).expandingTildeInPath) }
}
