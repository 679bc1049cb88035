// `.ci/summarize`: what it makes of reports of the tests, above all of tests that were skipped.
import Foundation
import TestSupport
import Testing

@Suite("The summary of tests")
struct SummaryTests {
  /// The summary of a target of two tests, and of one whose tests are skipped for reasons.
  private func summary(skippedFor reasons: [String], isWhole: Bool = true) throws -> ProgramResult {
    let folder = FileManager.default.temporaryDirectory.appending(path: "lowrank-reports-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    func report(_ name: String, seconds: Double, _ tests: [String], end: String = "  </testsuite>\n</testsuites>") throws -> String
    {
      let file = folder.appending(path: "\(name).xml")
      let lines = ["<testsuites>", #"  <testsuite name="TestResults" errors="0" tests="\#(tests.count)" time="\#(seconds)">"#]
      try Data((lines + tests + [end]).joined(separator: "\n").utf8).write(to: file)
      return file.path
    }
    let skipped = reasons.enumerated().map { number, reason in
      """
          <testcase classname="TensorsTests.SkippedTests" name="test\(number)()" >
            <skipped>\(reason)</skipped>
          </testcase>
      """
    }
    let reports = [
      try report(
        "one", seconds: 90.5,
        [
          #"    <testcase classname="StorageTests.LongTests" name="a()" time="90.25" />"#,
          #"    <testcase classname="StorageTests" name="b()" time="1e-05" />"#,
        ]),
      try report("two", seconds: 7, skipped, end: isWhole ? "  </testsuite>\n</testsuites>" : ""),
    ]
    return try execute(URL(filePath: "/bin/sh"), [Repository.root.appending(path: ".ci/summarize").path] + reports, apart: true)
  }

  @Test("minutes by target, and how many were skipped for what")
  func minutes() throws {
    let result = try summary(skippedFor: ["needs Python with no_such_module", "needs Python with no_such_module"])
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(
      result.output == """
           1.5 min  StorageTests, 2 tests
           0.1 min  TensorsTests, 2 tests
           1.6 min  all, 4 tests
        2 of 4 tests were skipped (2: needs Python with no_such_module)

        """)
    #expect(try summary(skippedFor: []).output.hasSuffix("\n0 of 2 tests were skipped\n"))
  }

  /// Everything that a test can need, and what no machine has.
  private static let requirements: [Requirement] = [
    .gnuplot, .chromium, .python("json"), .python("no_such_module"), .python("h5py"), .avx2, .avx512, .published("data/glue"),
    .published("no/such/folder"),
  ]

  @Test("a test that is skipped although the machine has what it needs is a failure", arguments: requirements)
  func skipped(requirement: Requirement) throws {
    let result = try summary(skippedFor: [requirement.reason])
    #expect(result.status == (requirement.isMet ? 1 : 0))
    #expect(
      result.errors
        == (requirement.isMet ? "skipped, but this machine has what it asks for: \(requirement.reason)\n" : ""))
  }

  @Test("so is one that is skipped for anything else, and a report that breaks off")
  func unknown() throws {
    let result = try summary(skippedFor: ["it is slow", "needs luck"])
    #expect(result.status == 1)
    #expect(
      result.errors
        == "skipped for what no test may be skipped for: it is slow\nskipped for what no test may be skipped for: needs luck\n")
    let broken = try summary(skippedFor: [], isWhole: false)
    #expect(broken.status == 1 && broken.errors.hasSuffix("/two.xml: the tests left no whole report\n"))
  }
}
