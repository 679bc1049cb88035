// An experiment's figures, made from the results folder and written beside the runs.
import Foundation
import Manifests
import Storage

/// What became of one figure.
package struct FigureOutcome: Sendable, Equatable {
  /// How a figure ended.
  package enum State: Sendable, Equatable {
    /// It was written to these files.
    case drawn([URL])
    /// No run that it is made of is there.
    case withoutRuns
    /// Its runs are there, but something is wrong with them or with gnuplot.
    case failed(String)
  }

  /// The figure's id.
  package let id: String
  /// How it ended.
  package let state: State
  /// A phrase on each run that is not in it.
  package let missing: [String]

  /// Whether the figure is not there although its runs are.
  package var isFailure: Bool { if case .failed = state { true } else { false } }

  /// The runs named in one line.
  private static let namedRuns = 3

  /// Lines for people.
  /// - Parameter readable: how a file is named.
  package func text(_ readable: (URL) -> String) -> String {
    let named = missing.prefix(Self.namedRuns).joined(separator: "; ")
    let runs = missing.count > Self.namedRuns ? named + "; and \(missing.count - Self.namedRuns) more" : named
    switch state {
    case .drawn(let files): return FigureFiles.text(files, readable) + (runs.isEmpty ? "" : "\n  without \(runs)")
    case .withoutRuns: return "figure \(id) is not drawn: " + (runs.isEmpty ? "there is nothing to show" : runs)
    case .failed(let reason): return "figure \(id) is not drawn: \(reason)"
    }
  }
}

/// The figures of one experiment under one profile.
package struct ExperimentFigures {
  /// What the manifest asks for.
  package let settings: [FigureSettings]
  private let experiment: String
  private let source: FigureSource
  private let results: ResultsFolder

  /// Takes what was found of the experiment's runs; their tensors are read when a figure is made.
  /// - Throws: `ReportError.unrecordedMetric`.
  package init(_ experiment: Experiment, _ findings: RunFindings, results: ResultsFolder) throws(ReportError) {
    settings = experiment.figures
    self.experiment = experiment.id
    self.results = results
    source = try FigureSource(experiment, findings, results)
  }

  /// Makes one figure from the runs that are there; nil where they are too few.
  /// - Throws: `ReportError` where a run's tensors are damaged, altered, or not those that the figure is made of.
  func figure(_ settings: FigureSettings) throws -> (figure: Figure?, missing: [String]) {
    // made of what searches found, not of the experiment's own runs
    let searched = settings.kind == .tuning ? source.searched(settings.rows) : nil
    let (runs, missing) = searched.map { ([], $0.lacks) } ?? source.runs(settings)
    var figure =
      switch settings.kind {
      case .freezingMap: try FreezingMapFigure.make(settings, runs, source)
      case .scoreTrajectories: try ScoreTrajectoriesFigure.make(settings, runs, source)
      case .bars: BarsFigure.make(settings, source)
      case .costBars: try CostBarsFigure.make(settings, runs, source)
      case .costCurves: try CostCurvesFigure.make(settings, runs, source)
      case .pareto: ParetoFigure.make(settings, runs, source)
      case .importanceMap: try ImportanceMapFigure.make(settings, runs, source)
      case .agreement: try AgreementFigure.make(settings, runs, source)
      case .normHistograms: try NormHistogramsFigure.make(settings, runs, source)
      case .rankMap: try RankMapFigure.make(settings, runs, source)
      case .pruning: try PruningFigure.make(settings, runs, source)
      case .rankSweep: RankSweepFigure.make(settings, runs, source)
      case .learningCurves: try LearningCurvesFigure.make(settings, runs, source)
      case .varianceShares: VarianceSharesFigure.make(settings, source)
      case .tuning: TuningFigure.make(settings, searched?.methods ?? [], source)
      }
    if !missing.isEmpty, searched == nil {
      figure?.subtitle += " · without \(missing.count) of its \(runs.count + missing.count) runs"
    }
    return (figure, missing)
  }

  /// Draws every figure and writes it to the folder of results, or to another. What goes wrong with one figure leaves the others alone.
  package func draw(with gnuplot: Gnuplot, to folder: URL? = nil) -> [FigureOutcome] {
    settings.map { settings in
      do {
        let (figure, missing) = try figure(settings)
        guard let figure else { return FigureOutcome(id: settings.id, state: .withoutRuns, missing: missing) }
        let files = try FigureFiles.write(figure, with: gnuplot) { type in
          folder?.appending(path: "\(figure.id).\(type)") ?? results.layout.figure(experiment, source.profile, figure.id, type)
        }
        return FigureOutcome(id: settings.id, state: .drawn(files), missing: missing)
      } catch {
        return FigureOutcome(id: settings.id, state: .failed("\(error)"), missing: [])
      }
    }
  }
}

/// The learning curves of any run.
package enum RunFigure {
  /// Draws them from a run's folder into another folder. Returns the files.
  /// - Throws: `ReportError`, `StorageError`.
  package static func write(runIn run: URL, to folder: URL, with gnuplot: Gnuplot) throws -> [URL] {
    let figure = try LearningCurvesFigure.make(runIn: run)
    return try FigureFiles.write(figure, with: gnuplot) { folder.appending(path: "\(figure.id).\($0)") }
  }
}

/// Writes the picture of a figure and its values, and names the files for people.
package enum FigureFiles {
  /// Files that differ in their extensions alone as one line for people: `→ figures/a.svg, .png, .csv`.
  package static func text(_ files: [URL], _ readable: (URL) -> String) -> String {
    "→ " + (files.prefix(1).map(readable) + files.dropFirst().map { "." + $0.pathExtension }).joined(separator: ", ")
  }

  /// Draws a figure as SVG and PNG and writes its values beside them, each file whole. Returns the files.
  /// - Parameter place: where the file of an extension goes.
  /// - Throws: `ReportError.gnuplot`, `StorageError`; where the drawing fails, nothing is written.
  static func write(_ figure: Figure, with gnuplot: Gnuplot, place: (String) -> URL) throws -> [URL] {
    var contents: [(url: URL, data: Data)] = []
    for format in FigureFormat.allCases { contents.append((place(format.rawValue), try gnuplot.draw(figure, as: format))) }
    contents.append((place("csv"), Data(figure.data.csv.utf8)))
    for (url, data) in contents {
      try Folder.make(at: url.deletingLastPathComponent())
      try AtomicFile.write(data, to: url)
    }
    return contents.map(\.url)
  }
}
