// `lowrank page`: the page on all results, and what becomes of it when others run, clean up, or cannot write.
import Foundation
import TestSupport
import Testing

@Suite("lowrank page")
struct PageTests {
  private func page(_ tiny: TinyProgram) throws -> String {
    try String(contentsOf: tiny.project.file("results/index.html"), encoding: .utf8)
  }

  /// The files of the page's data by their kinds: `tiny~pocket~table` and the like, without digests.
  private func kinds(_ tiny: TinyProgram) -> [String] {
    tiny.project.files("results/page").keys.filter { $0.hasSuffix(".js") && !$0.hasPrefix("runs/") }
      .map { $0.split(separator: "~").dropLast().joined(separator: "~") }.sorted()
  }

  @Test("it is written beside the results, and says where; what is done stays as it is")
  func whole() throws {
    let tiny = try TinyProgram.trained()
    for name in ["index.html", "page"] { try FileManager.default.removeItem(at: tiny.project.file("results/\(name)")) }
    let before = tiny.project.everything(), result = try tiny.lowrank(["page"], apart: true)
    #expect(result.status == 0 && result.output == "\(tiny.project.file("results/index.html").path)\n", "\(result)")
    #expect(result.errors == "1 table of 2 runs\n")
    #expect(kinds(tiny) == ["_examples~warmth", "_experiments", "tiny~pocket~runs-0", "tiny~pocket~table"])
    #expect(tiny.project.files("results/page/runs").count == 2)
    let after = tiny.project.everything().filter { !$0.key.hasPrefix("results/page") && $0.key != "results/index.html" }
    #expect(after == before)
    let all = tiny.project.everything()
    #expect(try tiny.lowrank(["page", "--all-runs"]).status == 0)
    tiny.expectUnchanged(since: all)
  }

  @Test("run and all renew what it shows of what they ran, on standard output there is the table alone")
  func renewed() throws {
    let tiny = try TinyProgram()
    let first = try tiny.lowrank(["run", "tiny", "--methods", "lora"], apart: true)
    #expect(
      first.status == 0 && first.output.hasPrefix("# tiny") && !(first.output + first.errors).contains("index.html"), "\(first)")
    let html = try page(tiny)
    #expect(tiny.project.files("results/page/runs").count == 1)
    #expect(try tiny.lowrank(["all"]).status == 0)
    #expect(tiny.project.files("results/page/runs").count == 2)
    #expect(try page(tiny) != html, "it names another list")
    let all = tiny.project.everything()
    #expect(try tiny.lowrank(["page"]).status == 0)
    tiny.expectUnchanged(since: all)
    #expect(try tiny.lowrank(["run", "tiny"]).status == 0)
    tiny.expectUnchanged(since: all)
  }

  @Test("a project without any run has a page too, which names what can be run")
  func empty() throws {
    let tiny = try TinyProgram(), result = try tiny.lowrank(["page"], apart: true)
    #expect(result.status == 0 && result.errors == "0 tables of 0 runs\n", "\(result)")
    #expect(kinds(tiny) == ["_experiments"])
    let list = try #require(tiny.project.files("results/page").values.first { !$0.isEmpty })
    #expect(String(decoding: list, as: UTF8.self).contains("lowrank run tiny"))
  }

  @Test("a manifest that cannot be used is named there and here, and the rest is shown")
  func broken() throws {
    let tiny = try TinyProgram.trained()
    try tiny.project.write("id: [\n", to: "experiments/broken.yaml")
    let result = try tiny.lowrank(["page"], apart: true)
    #expect(result.status == 1 && result.output.hasSuffix("index.html\n"), "\(result)")
    #expect(result.errors.hasPrefix("1 table of 2 runs\nbroken.yaml: "), "\(result.errors)")
    #expect(kinds(tiny).contains("tiny~pocket~table"))
  }

  @Test("gc and verify know its files for what they are, and gc takes what a killed call has left there")
  func others() throws {
    let tiny = try TinyProgram.trained()
    let left = "results/page/.a.js.1-1.lowrank-temporary"
    try tiny.project.write("x", to: left)
    let root = tiny.project.file("results").path, old = timespec(tv_sec: Int(Date.now.timeIntervalSince1970) - 3600, tv_nsec: 0)
    for path in (FileManager.default.enumerator(atPath: root)?.allObjects as? [String] ?? []).map({ root + "/" + $0 }) + [root] {
      #expect(utimensat(AT_FDCWD, path, [old, old], AT_SYMLINK_NOFOLLOW) == 0)
    }
    #expect(try tiny.lowrank(["gc"], apart: true).output.contains("page/.a.js.1-1.lowrank-temporary"))
    #expect(try tiny.lowrank(["gc", "--delete"]).status == 0)
    #expect(!FileManager.default.fileExists(atPath: tiny.project.file(left).path))
    #expect(try tiny.lowrank(["gc"], apart: true).errors == "nothing is left over\n")
    #expect(try tiny.lowrank(["verify"]).output == "2 runs: 2 whole, none damaged\n")
    // where it is a link, which nothing is written through, runs are judged all the same
    try FileManager.default.moveItem(at: tiny.project.file("results/page"), to: tiny.project.file("elsewhere"))
    try FileManager.default.createSymbolicLink(
      at: tiny.project.file("results/page"), withDestinationURL: tiny.project.file("elsewhere"))
    #expect(try tiny.lowrank(["gc"]).status == 0)
    let before = tiny.project.files("elsewhere"), result = try tiny.lowrank(["page"], apart: true)
    #expect(result.status == 1 && result.errors.contains("results/page: cannot be written: it is a link, "), "\(result)")
    #expect(tiny.project.files("elsewhere") == before)
  }

  @Test("where it cannot be written the error says why, and the old one stays; runs do not fail for it")
  func full() throws {
    let tiny = try TinyProgram.trained(), before = tiny.project.files("results/page"), html = try page(tiny)
    func limited(_ arguments: [String]) throws -> ProgramResult {
      // blocks of 512 bytes, or of 1024: the page has more in either
      try execute(
        URL(filePath: "/bin/sh"),
        ["-c", #"ulimit -f 24; exec "$@""#, "sh", tiny.program.path] + arguments + tiny.folders("results"),
        environment: Program.environment(), apart: true)
    }
    try FileManager.default.removeItem(at: tiny.project.file("results/tiny/pocket/aflora"))
    let result = try limited(["page"])
    #expect(result.status == 1 && result.output.isEmpty && !result.wasKilled, "\(result)")
    #expect(result.errors.contains("cannot be written: File too large. What stood there before is unchanged."), "\(result)")
    #expect(try tiny.project.files("results/page") == before && page(tiny) == html)
    let run = try limited(["run", "tiny"])
    #expect(run.status == 0 && run.output.hasPrefix("# tiny") && run.errors.contains("the page is not written: "), "\(run)")
    #expect(try tiny.lowrank(["page"]).status == 0)
    #expect(tiny.project.files("results/page/runs").count == 2)
  }

  @Test("what is no page of the program's is left alone")
  func foreign() throws {
    let tiny = try TinyProgram()
    try tiny.project.write("<html>mine</html>", to: "results/index.html")
    try tiny.expectMistake(
      ["page"],
      "HERE/results/index.html: cannot be written: it is there, and is no page of this program's. What stood there before is unchanged. "
        + "Move it away, or name another folder of results.")
    #expect(try page(tiny) == "<html>mine</html>")
  }
}
