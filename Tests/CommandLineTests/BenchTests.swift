// `lowrank bench`: steps at a published size, timed.
import Foundation
import TestSupport
import Testing

@Suite("lowrank bench")
struct BenchTests {
  private static let small = ["bench", "--size", "minilm-bert", "--batch", "2", "--steps", "1", "--warmup", "0", "--threads", "1"]

  @Test("one line of JSON, with lengths of a file in turn or all alike")
  func line() throws {
    let tiny = try TinyProgram()
    try tiny.project.write("5\n\n9\n", to: "lengths.txt")
    for lengths in [["--lengths", tiny.project.file("lengths.txt").path], ["--length", "7"]] {
      let result = try execute(tiny.program, Self.small + lengths, environment: Program.environment(), apart: true)
      #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
      #expect(result.output.split(separator: "\n").count == 1)
      let read = try JSONSerialization.jsonObject(with: Data(result.output.utf8))
      let fields = try #require(read as? [String: Any])
      #expect(fields["size"] as? String == "minilm-bert" && fields["method"] as? String == "lora")
      #expect(fields["batch"] as? Int == 2 && fields["threads"] as? Int == 1 && fields["steps"] as? Int == 1)
      for name in ["step_s_median", "real_tokens_per_s", "product_share", "product_gflops", "peak_rss_mb"] {
        #expect((fields[name] as? Double ?? 0) > 0, "\(name)")
      }
    }
  }

  @Test("a method or lengths that are none")
  func mistakes() throws {
    let tiny = try TinyProgram()
    func refuse(_ arguments: [String], _ message: String) throws {
      let result = try execute(tiny.program, Self.small + arguments, environment: Program.environment(), apart: true)
      #expect(result.status == 1 && result.output.isEmpty && !result.wasKilled)
      #expect(result.errors.replacing(tiny.project.root.path, with: "HERE") == "Error: \(message)\n")
    }
    let unknown = try execute(tiny.program, Self.small + ["--method", "lor"], environment: Program.environment(), apart: true)
    #expect(unknown.status == 1 && unknown.errors.hasPrefix("Error: 'lor' is not a method (methods: fft, bitfit, "), "\(unknown)")
    let file = tiny.project.file("lengths.txt").path
    try refuse(["--lengths", file], "HERE/lengths.txt: the file of lengths cannot be read")
    try refuse(["--lengths", tiny.project.root.path], "HERE: the file of lengths cannot be read")
    for (text, message) in [
      ("5\nx\n", ":2: 'x' is not a length from 2 to 512"), ("513\n", ":1: '513' is not a length from 2 to 512"),
      ("1\n", ":1: '1' is not a length from 2 to 512"), ("\n", ": the file holds no length"),
    ] {
      try tiny.project.write(text, to: "lengths.txt")
      try refuse(["--lengths", file], "HERE/lengths.txt" + message)
    }
  }
}
