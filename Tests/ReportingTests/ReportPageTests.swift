// The report page on the disk: what is written, what is renewed, what is removed, and that a page which cannot be written leaves the old.
import Foundation
import Manifests
import Records
import Settings
import Storage
import Synchronization
import Testing

@testable import Reporting

@Suite("The report page")
struct ReportPageTests {
  @Test("everything of it lies in the folder of results, and what it leads to is there")
  func whole() throws {
    let made = try MadeUpPage()
    try made.storeAll()
    let outcome = try made.write()
    #expect(outcome.text == "1 table of 8 runs" && outcome.problems.isEmpty)
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: made.results.url.path).sorted() == ["index.html", "page", "runs", "t1"])
    let list = try made.list()
    #expect(list.groups.map(\.heading) == ["of no paper"] && list.broken.isEmpty && list.unknown.isEmpty)
    let entry = try #require(list.groups.first?.entries.first)
    #expect(entry.id == "t1" && entry.title == "two methods" && entry.parts.map(\.profile) == [.pocket, .small, .paper])
    #expect(entry.parts[0].counts == PageList.Counts(planned: 8, counted: 8, states: []))
    #expect(entry.parts[1].file == nil && entry.parts[1].counts.states == [.init(name: "missing", runs: 8)])
    #expect(entry.parts[1].command == "lowrank run t1 --profile small --data FOLDER")
    let table = try made.table(), files = try #require(table["runFiles"] as? [String])
    var used = Set(
      files + [
        try #require(entry.parts[0].file), PageDocument.list(of: String(decoding: try made.files()["index.html"]!, as: UTF8.self))!,
      ])
    for file in files {
      let runs = try made.json(file)
      for cell in try #require(runs["cells"] as? [[String: Any]]) {
        for run in try #require(cell["runs"] as? [[String: Any]]) {
          let record = try #require(run["record"] as? [String: Any])
          used.insert("runs/" + (try #require(record["details"] as? String)))
        }
      }
      used.formUnion(try #require(runs["examples"] as? [String: String]).values)
    }
    #expect(Set(made.dataFiles) == used)
  }

  @Test("equal results are an equal page, which a second call leaves alone")
  func again() throws {
    let made = try MadeUpPage()
    try made.storeAll()
    try made.write()
    let before = try made.files(), stamps = made.dataFiles.map { FileStamp(made.results.layout.pageData.appending(path: $0)) }
    try made.write()
    #expect(try made.files() == before)
    #expect(made.dataFiles.map { FileStamp(made.results.layout.pageData.appending(path: $0)) } == stamps)
    let other = try MadeUpPage()
    try other.storeAll()
    try other.write()
    #expect(try other.files() == before, "not even of the manifest's place")
  }

  @Test("what the page does not show any more is removed, and nothing that is not its own")
  func stale() throws {
    let made = try MadeUpPage()
    try made.storeAll()
    try made.write()
    let data = made.results.layout.pageData, before = Set(made.dataFiles)
    for name in ["mine.js", "notes.txt", "runs/mine.js", ".a.1-1.lowrank-temporary"] {
      try Data("x".utf8).write(to: data.appending(path: name))
    }
    try made.store("lora", scores: [0.25, 0.5])
    try made.write()
    let after = Set(made.dataFiles)
    for name in ["mine.js", "runs/mine.js"] { #expect(after.contains(name)) }
    #expect(FileManager.default.fileExists(atPath: data.appending(path: "notes.txt").path))
    #expect(!FileManager.default.fileExists(atPath: data.appending(path: ".a.1-1.lowrank-temporary").path))
    #expect(after.count == before.count + 2, "a file for each that is gone")
    #expect(before.subtracting(after).count == 4, "the list, the table, the runs, and one run's own")
    try FileManager.default.removeItem(at: made.results.url.appending(path: "t1"))
    #expect(try made.write().text == "0 tables of 0 runs")
    #expect(
      made.dataFiles.filter { !$0.hasSuffix("mine.js") } == [
        PageDocument.list(of: String(decoding: try made.files()["index.html"]!, as: UTF8.self))!
      ])
  }

  @Test("an experiment that was run is renewed alone; without a page there is nothing to renew")
  func renewed() throws {
    let made = try MadeUpPage()
    try made.store("lora")
    #expect(try made.renew() == nil && made.dataFiles.isEmpty)
    try Data(MadeUpExperiment.plain.replacing("id: t1", with: "id: t2").utf8).write(
      to: made.experiment.folder.appending(path: "t2.yaml"))
    try made.write()
    #expect(try made.list().groups.flatMap(\.entries).map(\.id) == ["t1", "t2"])
    let before = try made.files()
    try made.store("aflora")
    #expect(try made.renew()?.text == "1 table of 2 runs")
    let list = try made.list(), entry = try #require(list.groups.flatMap(\.entries).first)
    #expect(list.groups.flatMap(\.entries).map(\.id) == ["t1", "t2"] && entry.parts.map(\.profile) == [.pocket, .small, .paper])
    #expect(entry.parts[0].counts.counted == 2)
    let whole = try made.files()
    #expect(whole != before)
    try made.write()
    #expect(try made.files() == whole, "as if all had been written")
    // what was made of the list cannot be read any more: all is written anew
    let html = try String(contentsOf: made.results.layout.page, encoding: .utf8)
    try Data("lowrankData".utf8).write(to: made.results.layout.pageData.appending(path: try #require(PageDocument.list(of: html))))
    #expect(try made.renew() == nil)
    try made.write()
    #expect(try made.files() == whole)
  }

  @Test("an experiment's id may be what the page's own files are named after", arguments: ["experiments", "examples", "runs"])
  func ids(id: String) throws {
    let made = try MadeUpPage(MadeUpExperiment.plain.replacing("id: t1", with: "id: \(id)"))
    try made.storeAll()
    try made.write()
    let before = try made.files()
    for call in ["write", "renew"] {
      if call == "write" { try made.write() } else { #expect(try made.renew() != nil) }
      #expect(try made.files() == before, "\(call)")
      let files = try #require(try made.table(id)["runFiles"] as? [String])
      #expect(files.count == 1)
      for file in files { #expect(try made.json(file)["cells"] != nil) }
    }
  }

  @Test("the list of an older page, which is named otherwise, goes when an experiment is renewed")
  func older() throws {
    let made = try MadeUpPage()
    try made.storeAll()
    try made.write()
    let after = try made.files(), list = try made.list(), data = made.results.layout.pageData
    let own = try #require(made.dataFiles.first { $0.hasPrefix("_experiments~") }), older = try PageScript("experiments", list)
    try FileManager.default.removeItem(at: data.appending(path: own))
    try Data(older.bytes).write(to: data.appending(path: older.name))
    try Data(PageDocument.html(list: older.name).utf8).write(to: made.results.layout.page)
    #expect(try made.renew() != nil)
    #expect(try made.files() == after)
  }

  @Test("an experiment that the page does not know yet gets a line of its own")
  func unknownYet() throws {
    let made = try MadeUpPage()
    var list = PageList(program: .init(ProgramVersion(version: "1", commit: nil, isModified: false)))
    let experiment = try made.experiment.manifest.experiment(.pocket), small = try made.experiment.manifest.experiment(.small)
    list.replace(PageList.Part(small, nil, file: nil), of: small)
    list.replace(PageList.Part(experiment, nil, file: "a"), of: experiment)
    #expect(list.groups.map(\.heading) == ["of no paper"])
    #expect(list.groups[0].entries[0].parts.map(\.profile) == [.pocket, .small] && list.files == ["a"])
    list.replace(PageList.Part(experiment, nil, file: "b"), of: experiment)
    #expect(list.files == ["b"])
  }

  @Test("experiments with other settings are shown, those of no manifest are named, and broken manifests too")
  func others() throws {
    let made = try MadeUpPage()
    try made.storeAll()
    let folder = made.results.url
    for (name, seed) in [("t1+lora.rank=2", 0), ("t1+colour=red", 0), ("elsewhere", 0), ("gone+lora.rank=2", 0)] {
      let place = folder.appending(path: "\(name)/pocket/lora/rte")
      try Folder.make(at: place)
      try FileManager.default.createSymbolicLink(
        atPath: place.appending(path: "seed-\(seed)").path,
        withDestinationPath: ResultsLayout.linkDestination(MadeUpPage.identity("lora")))
    }
    try Data("id: [\n".utf8).write(to: made.experiment.folder.appending(path: "broken.yaml"))
    let outcome = try made.write(), list = try made.list()
    #expect(list.groups.map(\.heading) == ["of no paper", "with other settings"])
    #expect(list.groups[1].entries.map(\.id) == ["t1+lora.rank=2"])
    #expect(
      list.groups[1].entries[0].parts[0].counts.states.map(\.name) == ["unusable", "missing"], "the link is to a run of rank 8")
    #expect(list.unknown == ["elsewhere", "gone+lora.rank=2"])
    #expect(list.broken.map(\.file) == ["broken.yaml", "t1+colour=red"])
    #expect(list.broken.allSatisfy { !$0.message.isEmpty && !$0.message.contains(made.experiment.folder.path) }, "\(list.broken)")
    #expect(outcome.problems.count == 2 && outcome.problems[0].hasPrefix("broken.yaml: "))
  }

  @Test("runs that a call reads are as many as it may; the next goes on, and no run is read twice")
  func details() throws {
    let made = try MadeUpPage()
    try made.storeAll()
    #expect(
      try made.write(mostDetails: 3).text == "1 table of 8 runs; 5 of them without curves and answers yet: --all-runs reads them")
    func runs() -> Set<String> { Set(made.dataFiles.filter { $0.hasPrefix("runs/") }) }
    let first = runs()
    #expect(first.count == 3)
    #expect(try made.write(mostDetails: 3).withoutDetails == 2)
    #expect(runs().count == 6 && first.isSubset(of: runs()))
    let stamps = first.sorted().map { FileStamp(made.results.layout.pageData.appending(path: $0)) }
    #expect(try made.write(mostDetails: nil).withoutDetails == 0)
    #expect(runs().count == 8)
    #expect(first.sorted().map { FileStamp(made.results.layout.pageData.appending(path: $0)) } == stamps)
  }

  @Test("files that cannot be read once are told of, nothing of their run is kept, and the next call reads them")
  func unread() throws {
    let made = try MadeUpPage(), text = WrittenText(set: "test", source: "a", references: [], output: "b", score: nil)
    let folder = try made.store("lora", tensors: MadeUpPage.tensors(), texts: [text])
    let file = RunFile.lastTexts.url(in: folder), aside = folder.appending(path: "aside")
    func record() throws -> [String: Any] {
      let runs = try made.json(try #require((try made.table()["runFiles"] as? [String])?.first))
      let cells = try #require(runs["cells"] as? [[String: Any]])
      return try #require(((cells.first?["runs"] as? [[String: Any]])?.first)?["record"] as? [String: Any])
    }
    try FileManager.default.moveItem(at: file, to: aside)
    let outcome = try made.write()
    #expect(outcome.withoutDetails == 1)
    #expect(
      outcome.text == "1 table of 1 run; the files of 1 cannot be read: the page says why, and the next call tries again")
    #expect(made.dataFiles.filter { $0.hasPrefix("runs/") }.isEmpty)
    #expect(try record()["details"] == nil)
    let problem = try #require(try record()["problem"] as? String)
    #expect(problem.hasPrefix("texts-last.jsonl: ") && !problem.contains(made.results.url.path), "\(problem)")
    try FileManager.default.moveItem(at: aside, to: file)
    #expect(try made.renew()?.text == "1 table of 1 run")
    #expect(made.dataFiles.filter { $0.hasPrefix("runs/") }.count == 1)
    #expect(try record()["problem"] == nil && record()["details"] is String)
  }

  @Test("what examples say is asked for once, and only of the files that the runs read")
  func examples() throws {
    let made = try MadeUpPage()
    try made.storeAll()
    try made.write()
    #expect(made.asked.withLock { $0 } == 2, "once a task")
    let names = made.dataFiles.filter { $0.hasPrefix("_examples~") }
    #expect(names.count == 2)
    let name = try #require(names.first { $0.contains("~rte~") })
    let sets = try #require(try made.json(name)["sets"] as? [[String: Any]])
    #expect(
      sets.count == 1 && sets[0]["set"] as? String == "validation"
        && sets[0]["texts"] as? [[String]] == [["first of rte", "second"]])
    try made.write()
    #expect(made.asked.withLock { $0 } == 2)
    let page = ReportPage(
      made.results, program: ProgramVersion(version: "1", commit: nil, isModified: false), inputs: { _ in InputDigests() },
      examples: { _ in [ExampleTexts(set: "validation", texts: [["other"]])] })
    try FileManager.default.removeItem(at: made.results.layout.pageData)
    _ = try page.write(made.manifests, methods: MadeUpExperiment.methods)
    #expect(made.dataFiles.filter { $0.hasPrefix("_examples~") }.isEmpty, "files that are not at hand")
  }

  // MARK: What cannot be written

  /// The page as it is, and a change that would make another.
  private func changed(_ made: MadeUpPage) throws -> [String: Data] {
    try made.storeAll()
    try made.write()
    let before = try made.files()
    try made.store("lora", scores: [0.1])
    return before
  }

  @Test("an error leaves the page that was there, and none of the new one's files")
  func kept() throws {
    let made = try MadeUpPage(), before = try changed(made)
    // a folder in the place of the page: what comes last fails
    let page = made.results.layout.page, aside = made.results.url.appending(path: "aside.html")
    let folder = try PageFolder(made.results.layout)
    try FileManager.default.moveItem(at: page, to: aside)
    try Folder.make(at: page.appending(path: "in the way"))
    let script = try PageScript("new", ["a": 1])
    try folder.write(script)
    #expect(made.dataFiles.contains(script.name))
    let error = try #require(throws: StorageError.self) { try folder.finish(try made.list(of: aside)) }
    #expect(
      "\(error)".hasPrefix("\(page.path): cannot be written: ") && "\(error)".contains("What stood there before is unchanged."))
    folder.abandon()
    try FileManager.default.removeItem(at: page)
    try FileManager.default.moveItem(at: aside, to: page)
    #expect(try made.files() == before)
  }

  @Test("what is no page of this program's is not written over")
  func foreign() throws {
    let made = try MadeUpPage()
    try made.storeAll()
    try Data("<html>mine</html>".utf8).write(to: made.results.layout.page)
    let error = try #require(throws: StorageError.self) { try made.write() }
    #expect(
      "\(error)" == "\(made.results.layout.page.path): cannot be written: it is there, and is no page of this program's. "
        + "What stood there before is unchanged. Move it away, or name another folder of results.")
    #expect(try String(contentsOf: made.results.layout.page, encoding: .utf8) == "<html>mine</html>" && made.dataFiles.isEmpty)
  }

  @Test("through a link nothing is written or removed", arguments: ["page", "page/runs"])
  func links(name: String) throws {
    let made = try MadeUpPage()
    try made.storeAll()
    let elsewhere = made.experiment.folder.appending(path: "elsewhere"), mine = "a~0123456789abcdef.js"
    try Folder.make(at: elsewhere)
    try Data("mine".utf8).write(to: elsewhere.appending(path: mine))
    let link = made.results.url.appending(path: name)
    try Folder.make(at: link.deletingLastPathComponent())
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: elsewhere)
    let error = try #require(throws: StorageError.self) { try made.write() }
    #expect("\(error)".hasPrefix("\(link.path): cannot be written: it is a link, "), "\(error)")
    #expect(try FileManager.default.contentsOfDirectory(atPath: elsewhere.path) == [mine])
    #expect(!FileManager.default.fileExists(atPath: made.results.layout.page.path))
  }

  @Test("a file in the place of the page's folder is an error that names it")
  func fileInTheWay() throws {
    let made = try MadeUpPage()
    try made.storeAll()
    try Data("mine".utf8).write(to: made.results.layout.pageData)
    let error = try #require(throws: StorageError.self) { try made.write() }
    #expect("\(error)".hasPrefix("\(made.results.layout.pageData.path): cannot be written: "), "\(error)")
  }

  @Test("two processes never mix: the second waits for the first")
  func claimed() throws {
    let made = try MadeUpPage()
    try made.storeAll()
    do {
      let folder = try PageFolder(made.results.layout)
      guard case .held = try Claim.take(in: made.results.layout.pageData) else {
        Issue.record("the folder is free")
        return
      }
      withExtendedLifetime(folder) {}
    }
    try made.write()
    guard case .taken = try Claim.take(in: made.results.layout.pageData) else {
      Issue.record("the folder is not let go")
      return
    }
  }

  /// What a call says of the page that had to wait for another, and what was changed meanwhile.
  private func waiting(
    _ made: MadeUpPage, _ call: @escaping @Sendable () throws -> ReportPage.Outcome?, _ change: () throws -> Void
  ) throws -> String? {
    let text = Mutex(String?.none), isDone = DispatchSemaphore(value: 0)
    do {
      let folder = try PageFolder(made.results.layout)
      Thread.detachNewThread {
        let outcome = try? call()
        text.withLock { $0 = outcome?.text }
        isDone.signal()
      }
      // long enough for all that it could read before it waits
      usleep(500_000)
      try change()
      withExtendedLifetime(folder) {}
    }
    isDone.wait()
    return text.withLock { $0 }
  }

  @Test("the page shows what is there once no other call writes it, not what was when the call began")
  func meanwhile() throws {
    let made = try MadeUpPage()
    try made.store("lora")
    try made.write()
    let renewed = try waiting(made, { try made.renew() }) { try made.store("aflora") }
    #expect(renewed == "1 table of 2 runs")
    let written = try waiting(made, { try made.write() }) {
      let place = made.results.url.appending(path: "t1+lora.rank=2/pocket/lora/rte")
      try Folder.make(at: place)
      try FileManager.default.createSymbolicLink(
        atPath: place.appending(path: "seed-0").path,
        withDestinationPath: ResultsLayout.linkDestination(MadeUpPage.identity("lora")))
    }
    #expect(written == "2 tables of 2 runs")
  }
}

extension MadeUpPage {
  /// The list of a page that stands under another name.
  fileprivate func list(of page: URL) throws -> PageList {
    let name = try #require(PageDocument.list(of: String(contentsOf: page, encoding: .utf8)))
    let bytes = Array(try Data(contentsOf: results.layout.pageData.appending(path: name)))
    var list = try JSONDecoder().decode(PageList.self, from: try #require(PageScript.json(of: bytes, named: name)))
    list.unknown = ["other"]
    return list
  }
}
