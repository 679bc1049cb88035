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

  /// Holds back files of data whose names begin so, until `release`.
  private func hold(_ stem: String, _ browser: Browser) throws {
    try browser.evaluate(
      """
      (() => {
        const append = document.head.append.bind(document.head);
        Object.assign(globalThis, { held: [], come: 0, release: () => { for (const node of held.splice(0)) append(node); } });
        document.head.append = (node) => {
          if (!node.src.includes('/\(stem)')) return append(node);
          node.addEventListener('load', () => setTimeout(() => { come += 1; }));
          held.push(node);
        };
      })()
      """)
  }

  /// Lets the files come that are held back, and waits until the page has made of them what it does.
  private func release(_ browser: Browser) throws {
    let count = try browser.evaluate("held.length")
    try browser.evaluate("release()")
    try browser.wait(for: "come >= \(count)")
  }

  private func title(_ browser: Browser) throws -> String { try browser.evaluate("document.querySelector('main h1').textContent") }

  @Test(
    "a line between numbers that only rounding tells apart is drawn", .requires(.chromium),
    arguments: [[0.9999999999999999, 1], [0.5, 0.5000000000000001], [0.25, 0.25]])
  func rounding(scores: [Double]) throws {
    let made = try pages(scores: scores), browser = try browser(made, "#/t1/pocket/lora/1/0")
    #expect(try browser.evaluate("document.querySelectorAll('.panel .chart path.line').length") == "2")
    let ticks = try browser.evaluate("document.querySelectorAll('.panel .chart line.rule').length")
    #expect(try #require(Int(ticks)) > 1 && browser.complaints.isEmpty, "\(ticks), \(browser.complaints)")
  }

  @Test("an experiment whose file comes when another is shown takes nothing of that one's place", .requires(.chromium))
  func lateExperiment() throws {
    let made = try pages(), browser = try browser(made)
    try hold("t1~pocket~table", browser)
    try browser.evaluate("void (location.hash = '#/t1/pocket/lora/1')")
    try browser.wait(for: "held.length === 1")
    try browser.evaluate("void (location.hash = '#/t2/pocket')")
    try browser.wait(for: "document.querySelector('table.results') !== null")
    try release(browser)
    #expect(try title(browser) == "t2: two methods")
    #expect(try browser.evaluate("document.querySelector('.panel') === null && location.hash === '#/t2/pocket'") == "true")
    // what is shown is alive
    try browser.evaluate("document.querySelector('table.results td button').click()")
    try browser.wait(for: "document.querySelector('.panel table.runs') !== null")
    #expect(try browser.evaluate("location.hash").hasPrefix("#/t2/pocket/"))
    try browser.evaluate("void (location.hash = '#/t1/pocket')")
    try browser.wait(for: "document.querySelector('main h1')?.textContent === 't1: two methods'")
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  @Test("an experiment is shown again after one that there is not", .requires(.chromium))
  func unknownExperiment() throws {
    let made = try pages(), browser = try browser(made, "#/t1/pocket")
    try browser.evaluate("void (location.hash = '#/none/pocket')")
    try browser.wait(for: "document.querySelector('main h1').textContent === 'none'")
    try browser.evaluate("void (location.hash = '#/t1/pocket')")
    try browser.wait(for: "document.querySelector('main h1').textContent === 't1: two methods'")
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  @Test("runs that come when another view is shown leave its address alone", .requires(.chromium))
  func lateCell() throws {
    let made = try pages(), browser = try browser(made, "#/t1/pocket")
    try hold("t1~pocket~runs", browser)
    try browser.evaluate("document.querySelector('table.results td button').click()")
    try browser.wait(for: "held.length === 1 && document.querySelector('.panel') !== null")
    try browser.evaluate("document.querySelector('nav a').click()")
    try browser.wait(for: "document.querySelector('table.list') !== null")
    try release(browser)
    #expect(try browser.evaluate("location.hash") == "" && title(browser) == "Results")
    // and where they are waited for the address has their seed
    try browser.evaluate("history.back()")
    try browser.wait(for: "location.hash === '#/t1/pocket/lora/1/0'")
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  @Test("why a run's files could not be read stands where they would", .requires(.chromium))
  func unread() throws {
    let made = try MadeUpPage(), text = WrittenText(set: "test", source: "a", references: [], output: "b", score: nil)
    let folder = try made.store("lora", tensors: MadeUpPage.tensors(), texts: [text])
    try FileManager.default.removeItem(at: RunFile.lastTexts.url(in: folder))
    try made.write()
    let browser = try browser(made, "#/t1/pocket/lora/1/0")
    #expect(try browser.evaluate("document.querySelector('.panel [role=alert]').textContent").hasPrefix("texts-last.jsonl: "))
    #expect(try browser.evaluate("document.getElementById('run-panel').textContent") == "Not there: see above.")
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  @Test("the open cell stays marked when the table is sorted, filtered, or drawn with dots", .requires(.chromium))
  func mark() throws {
    let made = try pages(), browser = try browser(made, "#/t1/pocket/aflora/2/0")
    let mark =
      "[...document.querySelectorAll('table.results [aria-current]')].map(e => e.dataset.row + ' ' + e.dataset.column).join()"
    #expect(try browser.evaluate(mark) == "aflora 2")
    try browser.evaluate("document.querySelector('[data-sort=\"-1\"]').click()")
    #expect(try browser.evaluate("document.querySelector('th[aria-sort=ascending]') !== null") == "true")
    #expect(try browser.evaluate(mark) == "aflora 2")
    try browser.evaluate("[...document.querySelectorAll('.controls button')].find(b => b.textContent === 'seeds as dots').click()")
    #expect(try browser.evaluate("document.querySelectorAll('table.results svg.dots').length > 0") == "true")
    #expect(try browser.evaluate(mark) == "aflora 2")
    try browser.evaluate("document.querySelector('input[type=search]').focus()")
    try browser.type("lora")
    #expect(try browser.evaluate(mark) == "aflora 2")
    try browser.evaluate("[...document.querySelectorAll('[role=group] button')].find(b => b.textContent === 'mrpc').click()")
    #expect(try browser.evaluate(mark) == "", "a cell that is not shown")
    try browser.evaluate("[...document.querySelectorAll('[role=group] button')].find(b => b.textContent === 'mrpc').click()")
    #expect(try browser.evaluate(mark) == "aflora 2")
    try browser.press("Escape")
    try browser.wait(for: "document.querySelector('.panel') === null")
    #expect(try browser.evaluate(mark) == "" && browser.complaints.isEmpty, "\(browser.complaints)")
  }
}
