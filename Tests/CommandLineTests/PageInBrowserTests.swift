// The report page in a real browser, opened as a file: what it shows, how it is used by keyboard and on a phone, and that no text of a
// manifest, a task or a log becomes code.
import Foundation
import TestSupport
import Testing

@Suite("The report page in a browser")
struct PageInBrowserTests {
  /// What would set a mark if any of it were read as markup or as a script.
  private static let evil = "<img src=x onerror='globalThis.broken=1'></script><script>globalThis.broken=1</script>&amp;{{7*7}}"

  private static let manifest = """
    id: tiny
    title: "two rows \(evil)"
    description: "described by \(evil)"
    model: model
    recipe: tiny
    tasks: [tasks/warmth.yaml, tasks/again.yaml]
    seeds: [0, 1]
    methods:
      - lora: {label: "\(evil)"}
      - {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}
      - bitfit
    profiles: {pocket: {}, small: {}}

    """

  /// A trained project whose texts are hostile, with one run of another learning rate, and one that is missing.
  private func project() throws -> TinyProgram {
    let tiny = try TinyProgram(Self.manifest)
    let dev = TinyProject.rows(24..<40).replacing("the sky", with: "the \(Self.evil) sky")
    try tiny.project.write(dev, to: "experiments/tasks/dev.tsv")
    try tiny.project.write(TinyProject.task.replacing("id: warmth", with: "id: again"), to: "experiments/tasks/again.yaml")
    let run = try tiny.lowrank(["run", "tiny"])
    try #require(run.status == 0, "\(run.output)")
    try FileManager.default.removeItem(at: tiny.project.file("results/tiny/pocket/bitfit/again/seed-1"))
    try tiny.project.write("log \(Self.evil)\n", to: "results/tiny/pocket/lora/warmth/seed-0/log.txt")
    try FileManager.default.removeItem(at: tiny.project.file("results/page/runs"))
    let page = try tiny.lowrank(["page"])
    try #require(page.status == 0, "\(page.output)")
    return tiny
  }

  private func address(_ tiny: TinyProgram, _ view: String = "") -> String {
    "file://\(tiny.project.file("results/index.html").path)\(view)"
  }

  /// The texts of the rows' names, as they stand.
  private let rows = "[...document.querySelectorAll('table.results tbody tr:first-child th')].map(e => e.textContent).join('|')"
  private let table = "#/tiny/pocket"

  @Test("tables sort and filter, a cell opens its runs, and nothing is complained of", .requires(.chromium))
  func used() throws {
    let tiny = try project(), browser = try Browser()
    try browser.resize(width: 1400)
    try browser.open(address(tiny))
    try browser.wait(for: "document.querySelector('table.list a')?.textContent === '11 of 12'")
    #expect(try browser.evaluate("document.querySelector('table.list').innerText").contains("1 missing"))
    #expect(
      try browser.evaluate("document.querySelector('table.list code').textContent")
        == "lowrank run tiny --profile small --data FOLDER")
    try browser.evaluate("document.querySelector('table.list a').click()")
    try browser.wait(for: "document.querySelectorAll('table.results tbody').length === 3")
    let own = try browser.evaluate(rows)
    #expect(own == "\(Self.evil)|AFLoRA|BitFit")

    // by parameters: the most first, then the least, then the table's own order
    let sort = "document.querySelector('table.results thead th:nth-child(2) button').click()"
    let state = "document.querySelector('table.results thead th:nth-child(2)').ariaSort"
    try browser.evaluate(sort)
    let most = try browser.evaluate(rows)
    #expect(try browser.evaluate(state) == "descending")
    try browser.evaluate(sort)
    #expect(
      try browser.evaluate(state) == "ascending"
        && browser.evaluate(rows) == most.split(separator: "|").reversed().joined(separator: "|"))
    try browser.evaluate(sort)
    #expect(try browser.evaluate(state) == "none" && browser.evaluate(rows) == own)

    try browser.evaluate("document.querySelector('input[type=search]').focus()")
    try browser.type("aflora, bitfit")
    #expect(try browser.evaluate(rows) == "AFLoRA|BitFit")
    #expect(try browser.evaluate("document.querySelector('[role=status]').textContent") == "2 of 3 rows")
    try browser.evaluate("[...document.querySelectorAll('[role=group] button')].find(b => b.textContent === 'again').click()")
    #expect(try browser.evaluate("document.querySelector('table.results thead').textContent").contains("again") == false)
    #expect(try browser.evaluate("document.querySelector('[role=status]').textContent") == "2 of 3 rows, 1 of 2 tasks")

    try browser.evaluate("document.querySelector('table.results td button').click()")
    try browser.wait(for: "document.querySelectorAll('.panel .chart path.line').length >= 4")
    #expect(try browser.evaluate("document.querySelector('.panel h2').textContent") == "AFLoRA on warmth")
    #expect(try browser.evaluate("document.querySelectorAll('table.runs tbody tr').length") == "2")
    #expect(try browser.evaluate("location.hash").hasPrefix("#/tiny/pocket/aflora/1/"))
    try browser.wait(
      for:
        "document.querySelector('.words')?.textContent.length > 0 || document.querySelector('.run').textContent.includes('0 of 0 wrong')"
    )
    for (tab, word) in [
      ("decisions", "freezing/iteration"), ("curves", "gradient norm"), ("settings", "training.learning_rate"),
      ("origin", "lowrank rerun tiny --methods aflora --tasks warmth --seeds "), ("log", "epoch 1/2"),
    ] {
      try browser.evaluate("document.getElementById('tab-\(tab)').click()")
      #expect(try browser.evaluate("document.getElementById('run-panel').textContent").contains(word), "\(tab)")
    }
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  @Test("no text of a manifest, a task or a log becomes markup or code", .requires(.chromium))
  func hostile() throws {
    let tiny = try project(), browser = try Browser()
    let views = [
      "", table, "\(table)/lora/1/0", "\(table)/lora/1/1", "\(table)/bitfit/2/1", "#/%3Cimg%20src%3Dx%3E/pocket", "#/%E0%A4%A",
      "\(table)/%00/9/x",
    ]
    for view in views {
      try browser.open("about:blank")
      try browser.open(address(tiny, view))
      try browser.wait(for: "document.querySelector('main h1') !== null && document.querySelector('[aria-busy]') === null")
      for tab in ["answers", "decisions", "curves", "settings", "origin", "log"] {
        try browser.evaluate("document.getElementById('tab-\(tab)')?.click()")
        if view == "\(table)/lora/1/0", tab == "log" {
          #expect(try browser.evaluate("document.querySelector('pre').textContent") == "log \(Self.evil)")
        }
        if view == "\(table)/lora/1/0", tab == "answers" {
          try browser.evaluate("document.querySelector('#run-panel input')?.click()")
          try browser.wait(for: "[...document.querySelectorAll('.words')].some(e => e.textContent.includes('</script><script>'))")
        }
      }
      #expect(try browser.evaluate("typeof globalThis.broken") == "undefined", "\(view)")
      #expect(
        try browser.evaluate("document.querySelectorAll('img[src=x], main script, main style, main iframe').length") == "0",
        "\(view)")
    }
    try browser.open("about:blank")
    try browser.open(address(tiny, table))
    try browser.wait(for: "document.querySelectorAll('table.results tbody').length === 3")
    #expect(try browser.evaluate("document.querySelector('h1').textContent") == "tiny: two rows \(Self.evil)")
    #expect(
      try browser.evaluate(
        "[...document.querySelectorAll('main p')].some(e => e.textContent === 'described by ' + \(Self.quoted(Self.evil)))")
        == "true")
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  /// A text as a script has it.
  private static func quoted(_ text: String) throws -> String {
    String(decoding: try JSONEncoder().encode([text]), as: UTF8.self).dropFirst().dropLast().description
  }

  @Test("the page's policy stops what its own script would not do", .requires(.chromium))
  func policy() throws {
    let tiny = try project(), browser = try Browser()
    try browser.open(address(tiny))
    try browser.wait(for: "document.querySelector('table.list') !== null")
    // markup made of a text is refused as such
    #expect(
      try browser.evaluate("(() => { try { document.body.innerHTML = '<p>x</p>'; return 'made' } catch (e) { return e.name } })()")
        == "TypeError")
    try browser.evaluate(
      "(() => { const s = document.createElement('button'); s.setAttribute('id', 'b'); document.body.append(s); })()")
    #expect(
      try browser.evaluate(
        "(() => { try { document.getElementById('b').setAttribute('onclick', 'globalThis.broken=1') } catch {} document.getElementById('b').click(); return typeof globalThis.broken })()"
      )
        == "undefined")
    #expect(browser.complaints.isEmpty == false, "what was refused is told of")
  }

  @Test(
    "by the keyboard alone: the arrows go through the table, Enter opens a cell, Escape closes it and goes back",
    .requires(.chromium))
  func keyboard() throws {
    let tiny = try project(), browser = try Browser()
    try browser.resize(width: 1400)
    try browser.open(address(tiny, table))
    try browser.wait(for: "document.querySelectorAll('table.results tbody').length === 3")
    let here = "document.activeElement.closest('tr')?.rowIndex + ' ' + document.activeElement.closest('th, td')?.cellIndex"
    // the table is one stop of the Tab key
    try browser.evaluate("document.querySelector('.controls input').focus()")
    for _ in 0..<10 {
      try browser.press("Tab")
      if try browser.evaluate("document.activeElement.closest('table.results') !== null") == "true" { break }
    }
    #expect(try browser.evaluate(here) == "1 2", "the first cell of scores")
    #expect(try browser.evaluate("document.querySelectorAll('table.results [tabindex=\"0\"]').length") == "1")
    for (key, place) in [
      ("ArrowDown", "2 2"), ("ArrowRight", "2 3"), ("ArrowUp", "1 3"), ("ArrowUp", "0 3"), ("ArrowLeft", "0 2"),
      ("ArrowDown", "1 2"), ("ArrowDown", "2 2"),
    ] {
      try browser.press(key)
      #expect(try browser.evaluate(here) == place, "\(key)")
    }
    #expect(
      try browser.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid", "it is seen where the focus is")
    try browser.press("Enter")
    try browser.wait(for: "document.querySelector('.panel table.runs') !== null && document.querySelector('[aria-busy]') === null")
    #expect(try browser.evaluate("document.activeElement.textContent") == "AFLoRA on warmth")
    // the tabs of a run are one stop as well
    try browser.evaluate("document.querySelector('[role=tab][aria-selected=true]').focus()")
    let tab = "document.querySelector('[role=tab][aria-selected=true]').textContent"
    let first = try browser.evaluate(tab)
    try browser.press("ArrowRight")
    let second = try browser.evaluate(tab)
    #expect(second != first)
    #expect(try browser.evaluate("document.activeElement.textContent") == second)
    try browser.press("ArrowLeft")
    #expect(try browser.evaluate(tab) == first)
    try browser.press("Escape")
    try browser.wait(for: "document.querySelector('.panel') === null")
    #expect(try browser.evaluate(here) == "2 2", "where it was opened")
    // back and forth through what was opened
    try browser.evaluate("history.back()")
    try browser.wait(for: "document.querySelector('.panel') !== null")
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  @Test(
    "on a phone nothing is wider than the screen, in the dark the paper is dark", .requires(.chromium), arguments: [375, 800, 1400])
  func widths(width: Int) throws {
    let tiny = try project(), browser = try Browser()
    for isDark in [false, true] {
      try browser.resize(width: width, isDark: isDark)
      for view in ["", table, "\(table)/aflora/1/0"] {
        try browser.open("about:blank")
        try browser.open(address(tiny, view))
        try browser.wait(
          for: "document.querySelector('main h1, .panel h2') !== null && document.querySelector('[aria-busy]') === null")
        #expect(try Int(browser.evaluate("document.documentElement.scrollWidth")).map { $0 <= width } == true, "\(view)")
      }
      let paper = try browser.evaluate("getComputedStyle(document.documentElement).backgroundColor")
      #expect(paper == (isDark ? "rgb(22, 22, 22)" : "rgb(255, 255, 255)"))
    }
    #expect(browser.complaints.isEmpty, "\(browser.complaints)")
  }

  @Test("a file of data that is gone or of another version is told of, and the rest goes on", .requires(.chromium))
  func damaged() throws {
    let tiny = try project(), browser = try Browser()
    let folder = tiny.project.file("results/page"), names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    let table = try #require(names.first { $0.hasPrefix("tiny~pocket~table") }),
      runs = try #require(names.first { $0.hasPrefix("tiny~pocket~runs") })
    let text = try String(contentsOf: folder.appending(path: runs), encoding: .utf8)
    try Data(text.replacing("\"format\":1", with: "\"format\":2").utf8).write(to: folder.appending(path: runs))
    try browser.open(address(tiny, "\(self.table)/aflora/1/0"))
    try browser.wait(for: "document.querySelector('.panel [role=alert]') !== null")
    #expect(
      try browser.evaluate("document.querySelector('.panel [role=alert]').textContent").contains(
        "is of another version of the program"))
    #expect(try browser.evaluate("document.querySelectorAll('table.results tbody').length") == "3")
    try FileManager.default.removeItem(at: folder.appending(path: table))
    try browser.open("about:blank")
    try browser.open(address(tiny, self.table))
    try browser.wait(for: "document.querySelector('main [role=alert]') !== null")
    #expect(
      try browser.evaluate("document.querySelector('main [role=alert]').textContent").contains("is not there or cannot be read"))
  }
}
