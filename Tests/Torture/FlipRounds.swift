// One round of flips: bits of what finished runs left, of checkpoints, of inputs.
import Experiments
import Foundation
import Records
import Reporting
import Storage
import TestSupport

/// Rounds on copies of one project.
struct FlipRounds {
  /// The flips of one round.
  static let flips = 14
  /// What files are flipped.
  static let kinds = ["what runs left", "checkpoints", "inputs"]

  private static let methods = [
    "lora", "{aflora: {initial_epochs: 0.5, final_fraction: 0.3}}", "{loradrop: {sample_ratio: 0.5, sample_epochs: 2, keep: 1}}",
    "{prilora: {rank_first: 2, rank_last: 3, interval: 3}}", "bitfit", "{adalora: {initial_rank: 3, target_rank: 1, interval: 3}}",
  ]
  /// What a run reads. A model or data file is another identity with any other bit.
  private static let digested = [
    "model/model.safetensors", "model/config.json", "model/vocab.txt", "experiments/tasks/train.tsv", "experiments/tasks/dev.tsv",
  ]
  private static let written = ["experiments/tiny.yaml", "experiments/recipes/tiny.yaml", "experiments/tasks/warmth.yaml"]

  private let account: Account
  private let known: KnownProject
  /// The files of the runs after they were stopped, and after they were done.
  private let begun: [String: Data]
  private let done: [String: Data]
  private let planned: ProjectCall

  init(_ program: URL, _ account: Account) throws {
    self.account = account
    known = try KnownProject(methods: Self.methods, program)
    done = known.project.files("results/runs")
    let call = try ProjectCall(known.project)
    planned = call
    try FileManager.default.removeItem(at: call.workspace.runs)
    for (number, run) in call.plan.enumerated() {
      var options = ExecutionOptions()
      options.checkpointInterval = 0
      let countdown = Countdown(4 + 2 * (number % 3))
      options.shouldStop = { countdown.isOver() }
      let folder = call.workspace.run(run.identity)
      try Folder.make(at: folder)
      _ = try? RunExecutor(inputs: call.inputs, options: options).execute(run, in: folder)
    }
    begun = known.project.files("results/runs")
    guard begun.keys.count(where: { $0.hasSuffix(RunFile.checkpoint.rawValue) }) == Self.methods.count else {
      throw Failure(description: "the runs left no checkpoints: \(begun.keys.sorted())")
    }
  }

  /// A round: six flips of what runs left, six of checkpoints, two of inputs.
  func run(_ number: Int, seed: UInt64) throws {
    var chance = Chance(seed: seed, name: "flips", index: number)
    try lookAt(&chance, number)
    try goOn(&chance, number)
    for _ in 0..<2 { try readInput(&chance, number) }
  }

  private var results: URL { known.project.file("results") }

  private func restore(_ files: [String: Data]) throws {
    let folder = results.appending(path: "runs")
    try? FileManager.default.removeItem(at: folder)
    for (name, data) in files { try known.project.put(data, at: "results/runs/\(name)") }
    // a run of a flipped input took the link
    for run in planned.plan { try planned.store.link(run) }
  }

  private func flip(_ name: String, _ kind: String, _ chance: inout Chance) throws {
    var data = try Data(contentsOf: known.project.file(name))
    guard !data.isEmpty else { return }
    data[data.startIndex + chance.below(data.count)] ^= 1 << UInt8(chance.below(8))
    try known.project.put(data, at: name)
    account.count("flips of \(kind)")
    account.count("  \(kind): \((name as NSString).lastPathComponent)")
  }

  /// Calls the program; a crash or a hang is a failure whatever it was asked.
  private func call(_ arguments: [String], _ number: Int) throws -> (status: Int32, output: String) {
    let call = try known.call(arguments)
    let end = call.end()
    if case .exited(let status) = end { return (status, call.output) }
    account.fail("round \(number), \(arguments.joined(separator: " ")): \(end)\n\(call.output)")
    return (-1, call.output)
  }

  private func require(_ condition: Bool, _ number: Int, _ what: String, _ output: String = "") {
    if !condition { account.fail("round \(number): \(what)\n\(output)") }
  }

  /// One file of every finished run is flipped.
  private func lookAt(_ chance: inout Chance, _ number: Int) throws {
    try restore(done)
    var flipped: [String: RunFile] = [:]
    for identity in known.expected.keys.sorted() {
      let file = chance.pick([RunFile.record, .tensors, .best, .last, .record, .tensors, .timing])
      flipped[identity] = file
      try flip("results/runs/\(identity)/\(file.rawValue)", Self.kinds[0], &chance)
    }
    let verified = try call(["verify"], number)
    for (identity, file) in flipped where file != .timing {
      let name = "\(identity)/\(file.rawValue)"
      require(verified.output.contains(name), number, "verify does not name \(name)", verified.output)
    }
    let isDamaged = flipped.values.contains { $0 != .timing }
    require(verified.status == (isDamaged ? 1 : 0), number, "verify ended with \(verified.status)", verified.output)
    let reported = try call(["report", "tiny"], number)
    let isOpen = flipped.values.contains { $0 == .record || $0 == .tensors }
    require(reported.status == (isOpen ? 3 : 0), number, "report ended with \(reported.status)", reported.output)
    let one = chance.pick(flipped.sorted { $0.key < $1.key })
    _ = try call(["show", one.key], number)
    let target = known.project.root.appending(path: "exported")
    let exported = try call(["export", one.key, "--epoch", one.value == .last ? "last" : "best", "--to", target.path], number)
    if [.record, .best, .last].contains(one.value) {
      let isRefused = exported.status == 1 && !FileManager.default.fileExists(atPath: target.path)
      require(isRefused, number, "export took a flipped \(one.value.rawValue)", exported.output)
    }
    try? FileManager.default.removeItem(at: target)
    let row = planned.plan.first { $0.identity == one.key }?.specification.row ?? ""
    let again = ["rerun", "--experiment", "tiny", "--method", row, "--task", "warmth", "--seed", "0"]
    let compared = try call(again, number)
    require(compared.status == (one.value == .timing ? 0 : 1), number, "rerun ended with \(compared.status)", compared.output)
    let ran = try call(["run", "tiny", "--jobs", "2"], number)
    // a record that is of no use is made again; tensors that are not the record's are named, and left
    for (identity, file) in flipped where file == .record { requireSame(identity, number, ran.output) }
    require(ran.status == (flipped.values.contains(.tensors) ? 3 : 0), number, "run ended with \(ran.status)", ran.output)
    requireNoFalseResult(number, ran.output)
  }

  /// One file of every run that was stopped is flipped: its checkpoint, or the weights beside it.
  private func goOn(_ chance: inout Chance, _ number: Int) throws {
    try restore(begun)
    var flipped: [String] = []
    for identity in known.expected.keys.sorted() {
      let names = begun.keys.filter { $0.hasPrefix(identity) && $0.hasSuffix(".safetensors") }.sorted()
      let checkpoints = names.filter { $0.hasSuffix(RunFile.checkpoint.rawValue) }
      let name = chance.pick(chance.oneIn(4) ? names : checkpoints)
      try flip("results/runs/\(name)", Self.kinds[1], &chance)
      flipped.append(name)
    }
    if chance.oneIn(3) {
      let verified = try call(["verify"], number)
      for name in flipped where name.hasSuffix(RunFile.checkpoint.rawValue) {
        require(verified.output.contains(name), number, "verify does not name \(name)", verified.output)
      }
    }
    let ran = try call(["run", "tiny", "--jobs", "2"], number)
    require(ran.status == 0, number, "run ended with \(ran.status)", ran.output)
    for identity in known.expected.keys { requireSame(identity, number, ran.output) }
    requireNoFalseResult(number, ran.output)
  }

  /// One file that runs read is flipped: the old results are no longer this table's, and what is trained is another run, or none.
  private func readInput(_ chance: inout Chance, _ number: Int) throws {
    try restore(done)
    let name = chance.pick(chance.oneIn(3) ? Self.written : Self.digested)
    let whole = try Data(contentsOf: known.project.file(name))
    defer { try? known.project.put(whole, at: name) }
    try flip(name, Self.kinds[2], &chance)
    let reported = try call(["report", "tiny"], number)
    if Self.digested.contains(name) {
      require(reported.status == 3, number, "\(name) is flipped, and report ended with \(reported.status)", reported.output)
    }
    let ran = try call(["run", "tiny", "--methods", "lora", "--jobs", "1"], number)
    if ran.status == 0, Self.digested.contains(name) {
      require(
        ResultsFolder(results).runFolders.contains { known.expected[$0.lastPathComponent] == nil }, number,
        "\(name) is flipped, and no run has another identity", ran.output)
    }
    requireNoFalseResult(number, ran.output)
  }

  /// The run is done, with the bytes of the straight run.
  private func requireSame(_ identity: String, _ number: Int, _ output: String) {
    let folder = ResultsLayout(results).run(identity)
    let isSame = known.expected[identity]?.allSatisfy { (try? Data(contentsOf: $0.key.url(in: folder))) == $0.value } ?? false
    require(isSame && RunVerification([folder]).whole == 1, number, "\(identity) was not made again with the same bits", output)
  }

  /// No run is whole by its record with other bytes than those of the straight run of its identity.
  private func requireNoFalseResult(_ number: Int, _ output: String) {
    for (identity, files) in known.expected {
      let folder = ResultsLayout(results).run(identity)
      guard RunVerification([folder]).whole == 1 else { continue }
      for (file, data) in files {
        require(
          (try? Data(contentsOf: file.url(in: folder))) == data, number,
          "\(identity) is whole, but its \(file.rawValue) is another than the straight run's", output)
      }
    }
  }
}

extension TinyProject {
  /// Writes a file's bytes.
  fileprivate func put(_ data: Data, at name: String) throws {
    let url = file(name)
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url)
  }
}
