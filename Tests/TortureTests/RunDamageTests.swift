// The harness that kills runs and flips bits, on programs that are known to fail.
import Foundation
import TestSupport
import Testing

@Suite("torture kills, torture flips")
struct RunDamageTests {
  /// A script in the program's place.
  private func with(_ script: String, _ body: (String) throws -> Void) throws {
    try withTemporaryFolder { folder in
      let file = folder.appending(path: "lowrank")
      try Data("#!/bin/sh\nlowrank='\(try Program.url.path)'\n\(script)\n".utf8).write(to: file)
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: file.path)
      try body(file.path)
    }
  }

  @Test("the program withstands a few of each", arguments: [["kills", "--count", "5"], ["flips", "--count", "14"]])
  func whole(arguments: [String]) throws {
    let result = try torture(arguments)
    #expect(result.status == 0 && result.output.contains("failures"), "\(result.output)")
  }

  @Test("results other than the straight run's are seen")
  func otherResults() throws {
    let script = """
      "$lowrank" "$@"
      status=$?
      case "$*" in *killed-*) for file in "${@##--*}"; do for last in "$file"/runs/*/last.safetensors; do
        if [ -e "$last" ]; then printf x >> "$last"; fi
      done; done ;; esac
      exit $status
      """
    try with(script) { program in
      let result = try torture(["kills", "--count", "2", "--program", program])
      #expect(result.status == 1 && result.output.contains("last.safetensors is not that of the straight run"), "\(result.output)")
    }
  }

  @Test(
    "a program that sees no damage is seen", arguments: [("verify", "verify does not name"), ("report", "report ended with 0")])
  func blind(verb: String, message: String) throws {
    try with("if [ \"$1\" = \(verb) ]; then exit 0; fi\nexec \"$lowrank\" \"$@\"") { program in
      let result = try torture(["flips", "--count", "14", "--program", program])
      #expect(result.status == 1 && result.output.contains("FAILED: round 0: \(message)"), "\(result.output.prefix(2000))")
    }
  }

  @Test("a program that crashes on damage is seen")
  func crash() throws {
    try with("if [ \"$1\" = show ]; then kill -ILL $$; fi\nexec \"$lowrank\" \"$@\"") { program in
      let result = try torture(["flips", "--count", "14", "--program", program])
      #expect(
        result.status == 1 && result.output.contains("show") && result.output.contains("killed(4)"), "\(result.output.prefix(2000))"
      )
    }
  }
}
