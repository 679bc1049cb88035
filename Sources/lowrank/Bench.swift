import Adapters
import ArgumentParser
import CPUBackend
import Experiments
import Foundation
import Settings
import Training

/// `lowrank bench`
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Time training steps, or texts, at a published model's size, with random weights.",
    discussion: """
      Prints one JSON line. Run each measurement in a process of its own: the peak memory is the process's. Encoders learn two classes, \
      decoders the second half of each sequence. With --ratios it prints a Markdown table instead: every method's step beside LoRA's, \
      on all linear layers. With --generate a decoder without a method writes texts.
      """)

  @Option(help: "The model's sizes: \(PublishedModel.allCases.map(\.rawValue).joined(separator: ", ")).")
  var size = PublishedModel.debertaV3Base

  @Option(help: "The method's id.")
  var method = "lora"

  @Option(help: ArgumentHelp("The method's rank; else its own.", valueName: "r"))
  var rank: Int?

  @Option(
    help: ArgumentHelp("The linear layers that it adapts: all-linear, or roles as query,value; else its own.", valueName: "roles"))
  var targets: String?

  @Flag(help: "Hold matrices that never learn as bfloat16.")
  var half = false

  @Flag(help: "Compute blocks again on the way back, to keep less in memory.")
  var recompute = false

  @Option(help: "Sequences in a step, or prompts.")
  var batch = 16

  @Option(help: "Tokens of every sequence or prompt.")
  var length = 128

  @Option(help: ArgumentHelp("A file of lengths, one a line, in place of --length.", valueName: "file"))
  var lengths: String?

  @Option(help: ArgumentHelp("Time texts of so many new tokens.", valueName: "tokens"))
  var generate: Int?

  @Option(help: "Texts that are followed for each prompt; 1: greedy.")
  var beams = 1

  @Option(help: "Steps that are measured, or rounds of all texts.")
  var steps = 7

  @Option(help: "Steps or rounds before them.")
  var warmup = 2

  @Option(help: "Threads; by default as many as the machine has cores.")
  var threads: Int?

  @Flag(help: "Every method in turn with LoRA.")
  var ratios = false

  func validate() throws {
    try Limits.validate(threads, "--threads")
    func check(_ name: String, _ value: Int?, _ range: ClosedRange<Int>) throws {
      guard let value, !range.contains(value) else { return }
      throw ValidationError("\(name) is \(value), expected \(range.lowerBound) to \(range.upperBound)")
    }
    try check("--rank", rank, 1...4096)
    try check("--batch", batch, 1...65_536)
    try check("--length", length, 2...512)
    try check("--generate", generate, 1...1024)
    try check("--beams", beams, 1...256)
    try check("--steps", steps, 1...1_000_000)
    try check("--warmup", warmup, 0...1_000_000)
    if generate != nil, !size.isDecoder {
      let decoders = PublishedModel.allCases.filter(\.isDecoder).map(\.rawValue)
      throw ValidationError("--generate needs a --size that tells next tokens: \(decoders.joined(separator: " or "))")
    }
    if generate == nil, beams != 1 { throw ValidationError("--beams is of texts: give --generate with it") }
    try refuseIdle()
  }

  /// Refuses options that what is measured has no use for.
  private func refuseIdle() throws {
    let given = [("--rank", rank != nil), ("--targets", targets != nil), ("--recompute", recompute)].filter(\.1).map(\.0)
    func refuse(_ names: [String], beside measured: String) throws {
      if let name = names.first { throw ValidationError("\(name) has no use beside \(measured)") }
    }
    if generate != nil { try refuse(given + (ratios ? ["--ratios"] : []), beside: "--generate") }
    if ratios { try refuse(given + (half ? ["--half"] : []), beside: "--ratios") }
  }

  private var threadCount: Int { threads ?? ProcessInfo.processInfo.activeProcessorCount }

  func run() throws {
    let stop = StopSignal()
    do { try measure(stop) } catch is Interruption { throw ExitCode(128 + stop.received) }
  }

  private func measure(_ stop: StopSignal) throws {
    if ratios { return try compareMethods(stop) }
    let common = [
      ("instructions", "\"\(InstructionSet.current.name)\""), ("size", "\"\(size.rawValue)\""), ("batch", "\(batch)"),
      ("threads", "\(threadCount)"), ("steps", "\(steps)"),
    ]
    let fields = try generate.map { try timeTexts(of: $0, stop) } ?? timeSteps(stop)
    say("{" + (common + fields).map { "\"\($0.0)\": \($0.1)" }.joined(separator: ", ") + "}")
  }

  private func timeSteps(_ stop: StopSignal) throws -> [(String, String)] {
    var options: [String: OptionValue] = [:]
    if let rank { options["rank"] = .integer(rank) }
    if let targets { options["targets"] = .texts(targets.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }) }
    let result = try BenchmarkCase(
      size: size, method: method, options: options, lengths: stock(), roundsMatrices: half, recomputes: recompute, batchSize: batch,
      steps: steps, warmup: warmup, threads: threadCount
    ).run { stop.received != 0 }
    return [
      ("method", "\"\(method)\""), ("step_s_median", String(format: "%.4f", result.medianStepSeconds)),
      ("step_s_min", String(format: "%.4f", result.stepSeconds.min() ?? 0)),
      ("step_s_max", String(format: "%.4f", result.stepSeconds.max() ?? 0)),
      ("real_tokens_per_s", String(format: "%.1f", result.tokensPerSecond)),
      ("product_share", String(format: "%.3f", result.productShare)),
      ("product_gflops", String(format: "%.1f", result.productRate / 1e9)), ("peak_rss_mb", "\(result.peakBytes / 1_048_576)"),
    ]
  }

  private func timeTexts(of newTokens: Int, _ stop: StopSignal) throws -> [(String, String)] {
    let cost = try GenerationBenchmark(
      size: size, lengths: stock(), prompts: batch, newTokens: newTokens, beams: beams, roundsMatrices: half, rounds: steps,
      warmup: warmup, threads: threadCount
    ).run { stop.received != 0 }
    return [
      ("new_tokens", "\(newTokens)"), ("beams", "\(beams)"), ("new_tokens_per_s", String(format: "%.2f", cost.tokensPerSecond)),
      ("step_s_median", String(format: "%.5f", cost.medianStepSeconds)),
      ("step_s_least", String(format: "%.5f", cost.leastStepSeconds)), ("weight_mb", "\(cost.weightBytes / 1_048_576)"),
      ("weight_gb_per_s", String(format: "%.2f", cost.weightRate / 1e9)),
      ("read_gb_per_s", String(format: "%.2f", cost.readRate / 1e9)), ("peak_rss_mb", "\(cost.peakBytes / 1_048_576)"),
    ]
  }

  private func compareMethods(_ stop: StopSignal) throws {
    let benchmark = MethodBenchmark(size: size, length: length, batchSize: batch, steps: steps, threads: threadCount)
    say(
      "| \(size.rawValue), all linear layers, batch \(batch), length \(length) | s/step | time / LoRA | operations / LoRA | planned MB |"
    )
    say("|---|--:|--:|--:|--:|")
    for method in MethodRegistry.descriptions {
      let figures: [String]
      do {
        let cost = try benchmark.run(method.id) { stop.received != 0 }
        figures = [
          String(format: "%.3f", cost.stepSeconds), String(format: "%.2f", cost.timeRatio),
          String(format: "%.2f", cost.operationRatio),
          "\(cost.plannedBytes / 1_048_576)",
        ]
      } catch AdapterError.unsuitedModel, ExperimentError.noPositions {
        // this model has no place for it
        figures = Array(repeating: "–", count: 4)
      }
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
