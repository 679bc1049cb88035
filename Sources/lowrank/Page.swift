import ArgumentParser
import Experiments
import Foundation
import Manifests
import Records
import Reporting
import Settings
import Training

/// `lowrank page`
struct Page: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write the page on all results, results/index.html, for a browser.",
    discussion: """
      Experiments by paper, their tables, and behind each cell its runs: curves, answers, decisions, settings, origin, log. The page reads \
      nothing but the files beside it, results/page, and needs no network. 'run' and 'all' renew what it shows of the experiments that \
      they ran. Exits with 1 where a manifest cannot be used; the page says which.

      What is shown of a run beyond its record is read from its tensors once: of \(ReportPage.mostDetails) runs at most in a call, which \
      keeps that short.
      """)

  @Flag(help: "Read the tensors of every run that the page lacks, however many there are.")
  var allRuns = false

  @OptionGroup var project: ProjectOptions

  func run() throws {
    let workspace = try project.workspace()
    let page = project.page(workspace, RunInputs(workspace: workspace, data: nil))
    let folder = ExperimentFolder(path: workspace.experiments.path)
    let outcome = try page.write(folder, methods: .registered, mostDetails: allRuns ? nil : ReportPage.mostDetails)
    say(project.readable(workspace.layout.page))
    tell(outcome.text)
    for line in outcome.problems { complain(line) }
    if !outcome.problems.isEmpty { throw ExitCode.failure }
  }
}

extension ProjectOptions {
  /// The page of a project's results.
  func page(_ workspace: Workspace, _ inputs: RunInputs) -> ReportPage {
    ReportPage(ResultsFolder(workspace.results), program: .current, inputs: inputs.digestsAtHand) { run in
      inputs.validationTexts(of: run, first: ExampleTexts.most)?.map { ExampleTexts(set: $0.set, texts: $0.texts) }
    }
  }

  /// Renews what the page shows of an experiment whose report was just written. It is made from records as the table is, so one that
  /// cannot be written is no failure of the runs.
  func renewPage(of experiment: Experiment, _ workspace: Workspace, _ inputs: RunInputs) {
    let page = page(workspace, inputs)
    do {
      if try page.renew(experiment) == nil {
        _ = try page.write(ExperimentFolder(path: workspace.experiments.path), methods: .registered)
      }
    } catch {
      tell("the page is not written: \(error)")
    }
  }

  /// Says where the page is, as the last of what a call says to a person.
  func tellOfPage(_ workspace: Workspace) {
    guard isatty(STDERR_FILENO) == 1, FileManager.default.fileExists(atPath: workspace.layout.page.path) else { return }
    tell("→ \(readable(workspace.layout.page)), for a browser")
  }
}
