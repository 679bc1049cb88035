// The report page's views in a real browser: numbers that only rounding tells apart, files that come late, and what stays marked.
import Foundation
import Records
import Storage
import TestSupport
import Testing

@testable import Reporting

@Suite("The report page's views")
struct PageViewsTests {
  /// Two experiments with the same runs.
  private func pages(scores: [Double] = [0.5, 0.75]) throws -> MadeUpPage {
    let made = try MadeUpPage()
    for run in try made.experiment.runs() { try made.store(run.row, run.task.id, run.seed, scores: scores) }
    try Data(MadeUpExperiment.plain.replacing("id: t1", with: "id: t2").utf8).write(
      to: made.experiment.folder.appending(path: "t2.yaml"))
    try FileManager.default.copyItem(at: made.results.url.appending(path: "t1"), to: made.results.url.appending(path: "t2"))
    #expect(try made.write().tables == 2)
    return made
  }

  /// A browser that shows the page.
  private func browser(_ made: MadeUpPage, _ view: String = "") throws -> Browser {
    let browser = try Browser()
    try browser.resize(width: 1400)
    try browser.open("file://\(made.results.layout.page.path)\(view)")
    try browser.wait(for: "document.querySelector('main h1') !== null && document.querySelector('[aria-busy]') === null")
    return browser
  }

  @Test(
    "a line between numbers that only rounding tells apart is drawn", .requires(.chromium),
    arguments: [[0.9999999999999999, 1], [0.5, 0.5000000000000001], [0.25, 0.25]])
  func rounding(scores: [Double]) throws {
    let made = try pages(scores: scores), browser = try browser(made, "#/t1/pocket/lora/1/0")
    #expect(try browser.evaluate("document.querySelectorAll('.panel .chart path.line').length") == "2")
    let ticks = try browser.evaluate("document.querySelectorAll('.panel .chart line.rule').length")
    #expect(try #require(Int(ticks)) > 1 && browser.complaints.isEmpty, "\(ticks), \(browser.complaints)")
  }
}
