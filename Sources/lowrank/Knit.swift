import ArgumentParser
import Experiments
import Foundation
import Manifests
import Reporting
import Settings

/// `lowrank knit --check`
struct Knit: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Make the blocks of notebooks anew from the results that are there.",
    discussion: """
      A block stands between two marks, each on a line of its own, and nothing outside of them is changed:

        <!-- lowrank table table1 select=last aggregate=median -->
        <!-- /lowrank -->

      Kinds: 'table ID [profile=] [select=] [aggregate=] [metric=]', 'figure ID NAME [profile=]', 'runs ID [profile=]', 'texts ID TASK \
      [profile=]', 'published TABLE', 'claim ID ROW > ROW TASK [within=] [family=] [select=] [profile=]' ('<' and '=' as well, 'average' \
      for all tasks). A block that there are no results for is left as it is.
      """)

  @Argument(
    help: ArgumentHelp(
      "Notebooks, which end with .md; by default notebooks-md/*.md and notebooks-md/guide/*.md of the project. And experiments, "
        + "of which alone blocks are then made.", valueName: "notebook|experiment"),
    completion: .file(extensions: ["md"]))
  var names: [String] = []

  @Option(help: "Only blocks of this size: pocket, small or paper.")
  var profile: Profile?

  @Flag(
    help:
      "Write nothing; exit with 1 where a block's numbers are not what the results at hand print. Which program made them, and from which files, is told but counts as no difference."
  )
  var check = false

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace()
    let source = ResultsBlocks(
      experiments: ExperimentFolder(path: project.readable(workspace.experiments)), methods: .registered,
      results: ResultsFolder(workspace.results), inputs: RunInputs(workspace: workspace, data: nil).digestsAtHand,
      facts: .published)
    let files = names.filter { $0.hasSuffix(".md") }, folder = ExperimentFolder(path: workspace.experiments.path)
    let wanted = try names.filter { !$0.hasSuffix(".md") }.flatMap { name in
      let manifest = try folder.manifest(named: name, profile: profile ?? .pocket, methods: .registered)
      return name.contains("+") ? [name] : [manifest.id] + manifest.aliases
    }
    let notebooks = try NotebookFiles(
      files.isEmpty ? NotebookFiles.all(in: workspace.root) : files.map { URL(filePath: $0) }, root: workspace.root, source: source
    ) { request in (wanted.isEmpty || wanted.contains(request.experiment)) && (profile ?? request.profile) == request.profile }
    if check {
      for line in notebooks.differences + notebooks.otherSources + notebooks.unavailable { say(line) }
      say(notebooks.summary)
      if !notebooks.differences.isEmpty { throw ExitCode.failure }
    } else {
      for line in notebooks.unavailable { say(line) }
      for file in try notebooks.write() { say("→ \(project.readable(file))") }
    }
  }
}
