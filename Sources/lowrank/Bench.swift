import Adapters
import ArgumentParser
import CPUBackend
import Experiments
import Foundation
import Training

/// `lowrank bench`
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time training steps at a published model's size, with random weights.",
    discussion: """
      Prints one JSON line. Run each measurement in a process of its own: the peak memory is the process's. With --ratios it prints \
      a Markdown table instead: every method's step beside LoRA's, on all linear layers.
      """)

  @Option(help: "The model's sizes: \(PublishedModel.allCases.map(\.rawValue).joined(separator: ", ")).")
  var size = PublishedModel.debertaV3Base

  @Option(help: "The method's id, on query and value where it has targets.")
  var method = "lora"

  @Option(help: "Sequences in a step.")
  var batch = 16

  @Option(help: "Tokens of every sequence.")
  var length = 128

  @Option(help: ArgumentHelp("A file of sequence lengths, one a line, in place of --length.", valueName: "file"))
  var lengths: String?

  @Option(help: "Steps that are measured.")
  var steps = 7

  @Option(help: "Steps before them.")
  var warmup = 2

  @Option(help: "Threads; by default as many as the machine has cores.")
  var threads: Int?

  @Flag(help: "Every method in turn with LoRA.")
  var ratios = false

  @OptionGroup var core: CoreOptions

  func validate() throws {
    try Limits.validate(threads, "--threads")
    func check(_ name: String, _ value: Int, _ range: ClosedRange<Int>) throws {
      guard !range.contains(value) else { return }
      throw ValidationError("\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
    }
    try check("--batch", batch, 1...65_536)
    try check("--length", length, 2...512)
    try check("--steps", steps, 1...1_000_000)
    try check("--warmup", warmup, 0...1_000_000)
  }

  private var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  func run() throws {
    let blas = try core.take()
    let stop = StopSignal()
    do { try measure(blas, stop) } catch is Interruption { throw ExitCode(128 + stop.received) }
  }

  private func measure(_ blas: BLAS, _ stop: StopSignal) throws {
    if ratios { return try compareMethods(stop) }
    let result = try BenchmarkCase(
      size: size, method: method, lengths: stock(), batchSize: batch, steps: steps, warmup: warmup, threads: threadCount
    ).run { stop.received != 0 }
    let fields: [(String, String)] = [
      ("core", "\"\(blas.core)\""), ("openblas", "\"\(blas.version)\""), ("size", "\"\(size.rawValue)\""),
      ("method", "\"\(method)\""), ("batch", "\(batch)"), ("threads", "\(threadCount)"),
      ("steps", "\(steps)"), ("step_s_median", String(format: "%.4f", result.medianStepSeconds)),
      ("step_s_min", String(format: "%.4f", result.stepSeconds.min() ?? 0)),
      ("step_s_max", String(format: "%.4f", result.stepSeconds.max() ?? 0)),
      ("real_tokens_per_s", String(format: "%.1f", result.tokensPerSecond)),
      ("product_share", String(format: "%.3f", result.productShare)),
      ("product_gflops", String(format: "%.1f", result.productRate / 1e9)), ("peak_rss_mb", "\(result.peakBytes / 1_048_576)"),
    ]
    say("{" + fields.map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}")
  }

  private func compareMethods(_ stop: StopSignal) throws {
    let benchmark = MethodBenchmark(size: size, length: length, batchSize: batch, steps: steps, threads: threadCount)
    say(
      "| \(size.rawValue), all linear layers, batch \(batch), length \(length) | s/step | time / LoRA | operations / LoRA | planned MB |"
    )
    say("|---|--:|--:|--:|--:|")
    for method in MethodRegistry.descriptions {
      let cost = try benchmark.run(method.id) { stop.received != 0 }
      let figures = [
        String(format: "%.3f", cost.stepSeconds), String(format: "%.2f", cost.timeRatio),
        String(format: "%.2f", cost.operationRatio),
        "\(cost.plannedBytes / 1_048_576)",
      ]
      say("| \(method.label) | " + figures.joined(separator: " | ") + " |")
    }
  }

  private func stock() throws -> [Int] {
    guard let lengths else { return [length] }
    let text: String
    do { text = try String(contentsOfFile: lengths, encoding: .utf8) } catch {
      throw Failure(description: "\(lengths): the file of lengths cannot be read")
    }
    var stock: [Int] = []
    for (number, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() where !line.isEmpty {
      guard let value = Int(line), (2...512).contains(value) else {
        throw Failure(description: "\(lengths):\(number + 1): '\(line)' is not a length from 2 to 512")
      }
      stock.append(value)
    }
    guard !stock.isEmpty else { throw Failure(description: "\(lengths): the file holds no length") }
    return stock
  }
}

extension PublishedModel: ExpressibleByArgument {}
