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
      #expect((fields["instructions"] as? String)?.isEmpty == false)
      #expect(fields["batch"] as? Int == 2 && fields["threads"] as? Int == 1 && fields["steps"] as? Int == 1)
      for name in ["step_s_median", "real_tokens_per_s", "product_share", "product_gflops", "peak_rss_mb"] {
        #expect((fields[name] as? Double ?? 0) > 0, "\(name)")
      }
    }
  }

  @Test("memory is the program's own, however much the process has that starts it")
  func memory() throws {
    let held = [UInt8](repeating: 1, count: 1 << 30)
    let result = try withExtendedLifetime(held) {
      try execute(Program.url, Self.small + ["--length", "7"], environment: Program.environment(), apart: true)
    }
    let fields = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    let peak = try #require(fields["peak_rss_mb"] as? Int)
    #expect(peak > 20 && peak < 1024)
  }

  private static let decoder = [
    "bench", "--size", "llama-12x768", "--batch", "1", "--length", "4", "--steps", "1", "--warmup", "0",
  ]

  /// What it says of the small decoder.
  private func measure(_ options: [String]) throws -> [String: Any] {
    let result = try execute(Program.url, Self.decoder + options, environment: Program.environment(), apart: true)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result)")
    return try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
  }

  @Test("a decoder's steps on the layers that are asked for; frozen matrices of bfloat16 take less memory")
  func decoder() throws {
    let step = ["--targets", "query,gate", "--rank", "2"]
    let plain = try measure(step), half = try measure(step + ["--half", "--recompute"])
    for fields in [plain, half] { #expect((fields["real_tokens_per_s"] as? Double ?? 0) > 0) }
    let (wideMemory, halfMemory) = (try #require(plain["peak_rss_mb"] as? Int), try #require(half["peak_rss_mb"] as? Int))
    #expect(halfMemory < wideMemory)
  }

  @Test("texts, greedily and by beams, and what reading the weights takes")
  func texts() throws {
    for options in [[], ["--beams", "2", "--half"]] {
      let fields = try measure(["--generate", "3"] + options)
      #expect(fields["new_tokens"] as? Int == 3 && fields["beams"] as? Int == (options.isEmpty ? 1 : 2))
      #expect(fields["weight_mb"] as? Int == (options.isEmpty ? 417 : 208))
      for name in ["new_tokens_per_s", "step_s_median", "step_s_least", "weight_gb_per_s", "read_gb_per_s", "peak_rss_mb"] {
        #expect((fields[name] as? Double ?? 0) > 0, "\(name)")
      }
    }
  }

  @Test(
    "options that do not go together",
    arguments: [
      (["--generate", "5"], "--generate needs a --size that tells next tokens: llama2-7b or llama-12x768"),
      (["--generate", "1025"], "--generate is 1025, expected 1 to 1024"),
      (["--beams", "257"], "--beams is 257, expected 1 to 256"),
      (["--beams", "3"], "--beams is of texts: give --generate with it"), (["--rank", "0"], "--rank is 0, expected 1 to 4096"),
      (["--size", "llama-12x768", "--generate", "5", "--recompute"], "--recompute has no use beside --generate"),
      (["--size", "llama-12x768", "--generate", "5", "--ratios"], "--ratios has no use beside --generate"),
      (["--ratios", "--targets", "query"], "--targets has no use beside --ratios"),
      (["--ratios", "--half"], "--half has no use beside --ratios"),
    ])
  func together(options: [String], message: String) throws {
    let result = try execute(Program.url, ["bench"] + options, environment: Program.environment(), apart: true)
    #expect(result.status == 2 && result.output.isEmpty && result.errors.hasPrefix("Error: \(message)\n"), "\(result)")
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
    try refuse(["--method", "bitfit", "--rank", "3"], "'rank' is not an option of bitfit (options: none)")
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
