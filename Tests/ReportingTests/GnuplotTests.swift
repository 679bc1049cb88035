// The program that draws: found or not, its messages, the files that it leaves.
import Foundation
import TestSupport
import Testing

@testable import Reporting

@Suite struct GnuplotTests {

  @Test func withoutGnuplotThereIsOneLine() throws {
    let error = try #require(throws: ReportError.self) { try Gnuplot(path: "/nowhere:") }
    #expect("\(error)" == "figures are drawn by gnuplot, which is not here: install it (Debian: apt-get install gnuplot-nox).")
  }

  @Test(.requires(.gnuplot))
  func gnuplotsMessageIsPassedOn() throws {
    let gnuplot = try Gnuplot()
    let error = try #require(throws: ReportError.self) { try gnuplot.run("plot 'nowhere'\n", figure: "f") }
    #expect("\(error)".hasPrefix("gnuplot did not draw the figure 'f': "))
    #expect("\(error)".contains("nowhere"))
  }

  @Test(arguments: [("exit 3", "it failed without a message."), ("echo no picture", "what it wrote is no SVG file.")])
  func aProgramThatDrawsNothingIsSaidToBe(script: String, message: String) throws {
    let folder = URL(filePath: NSTemporaryDirectory()).appending(path: "lowrank-gnuplot-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let program = folder.appending(path: "gnuplot")
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: program)
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: program.path)
    let gnuplot = try Gnuplot(path: folder.path)
    #expect(throws: ReportError.gnuplot(figure: "f", message: message)) { try gnuplot.draw(MadeUpFigure.of(.lines), as: .svg) }
  }

  @Test(.requires(.gnuplot))
  func figuresAreWrittenBesideTheRuns() throws {
    let gnuplot = try Gnuplot()
    let runs = try MadeUpRuns(figure: "freezing-map: {id: map, row: aflora, task: rte}")
    let figures = {
      try ExperimentFigures(
        runs.experiment.manifest.experiment(.pocket), runs.experiment.findings(runs.results), results: runs.results)
    }
    #expect(
      try figures().draw(with: gnuplot) == [
        FigureOutcome(id: "map", state: .withoutRuns, missing: ["aflora, rte, seed 0: missing"])
      ])
    try runs.store("aflora", tensors: ["freezing/iteration": .map([[10], [20]], ["output A"])])
    let folder = runs.results.url.appending(path: "figures/t1")
    #expect(
      try figures().draw(with: gnuplot) == [
        FigureOutcome(
          id: "map", state: .drawn(["svg", "png", "csv"].map { folder.appending(path: "map.\($0)") }), missing: [])
      ])
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["map.csv", "map.png", "map.svg"])
    try runs.store("aflora", tensors: ["training/loss": .steps([2, 1])])
    #expect(try figures().draw(with: gnuplot).map(\.isFailure) == [true])
    let one = runs.results.url.appending(path: "one")
    #expect(
      try RunFigure.write(runIn: try runs.folder("aflora", "rte", 0), to: one, with: gnuplot).map(\.lastPathComponent)
        == ["learning-curves.svg", "learning-curves.png", "learning-curves.csv"])
  }
}
