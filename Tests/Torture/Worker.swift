// The child: reads one input after the other. What ends it, its parent sees.
import Adapters
import ArgumentParser
import CPUBackend
import Datasets
import Experiments
import Foundation
import Interchange
import Manifests
import Models
import Parity
import Pocket
import Records
import Reporting
import Storage
import Tensors
import Tokenizers
import Training

/// `torture work FORMAT FOLDER --from 0 --to 1000`, for `torture fuzz` alone.
struct WorkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "work", abstract: "A child of fuzz.", shouldDisplay: false)

  @Argument var format: String
  @Argument var folder: String
  @Option var seed: UInt64
  @Option var from: Int
  @Option var to: Int
  @Option var keep: String

  /// More wrong answers than this say nothing new.
  private static let enough = 20

  func run() throws {
    let folder = URL(filePath: folder)
    Self.limitMemory()
    try ProcessLimits.prepare()
    let tally = try Tally(folder.appending(path: "tally"), isNew: false)
    let worker = try Worker(Format.named(format), seed: seed, folder: folder)
    try Data(worker.targets.map(\.file.path).joined(separator: "\n").utf8).write(to: folder.appending(path: "targets"))
    tally[.index] = from
    tally[.isReady] = 1
    let parent = getppid()
    for index in from..<to {
      // nobody counts any more
      if getppid() != parent || tally[.wrong] >= Self.enough { return }
      tally[.index] = index
      tally[.target] = worker.target(of: index)
      tally[.inputs] += 1
      switch try worker.read(index) {
      case .taken: tally[.taken] += 1
      case .refused: tally[.refused] += 1
      case .wrong(let why):
        tally[.wrong] += 1
        say("\(format) \(index) wrong: \(why)")
        try Kept.input(worker.targets[tally[.target]].file, of: format, seed: seed, index, in: URL(filePath: keep))
      }
    }
  }

  /// A reader that takes gigabytes for a file of kilobytes is a failure: it traps here.
  private static func limitMemory() {
    var limit = rlimit(rlim_cur: 4 << 30, rlim_max: 4 << 30)
    setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit)
  }
}

/// A format's examples, damaged and read.
final class Worker {
  enum Outcome {
    case taken
    case refused
    case wrong(String)
  }

  private let format: Format
  private let seed: UInt64
  private let subject: Subject
  /// The file that is not whole now.
  private var spoiled: Int?

  var targets: [Subject.Target] { subject.targets }

  /// Makes the examples in `folder` and reads each of them whole.
  init(_ format: Format, seed: UInt64, folder: URL) throws {
    (self.format, self.seed) = (format, seed)
    subject = try format.prepare(folder.appending(path: "files"))
    for target in subject.targets {
      do { try subject.read(target, false) } catch {
        throw Failure(description: "\(format.name): the example \(target.file.lastPathComponent) is not read as it is: \(error)")
      }
    }
  }

  /// The example that an input is made of.
  func target(of index: Int) -> Int {
    var chance = Chance(seed: seed, name: format.name, index: index)
    return chance.below(targets.count)
  }

  private func input(_ index: Int) -> [UInt8] {
    var chance = Chance(seed: seed, name: format.name, index: index)
    let target = targets[chance.below(targets.count)]
    var mutation = Mutation(chance: chance, others: targets.map(\.bytes))
    return target.framing.changed(target.bytes, by: &mutation)
  }

  /// Writes an input in its example's place and reads it.
  func read(_ index: Int) throws -> Outcome {
    let number = target(of: index), target = targets[number], bytes = input(index)
    if let spoiled, spoiled != number { try Data(targets[spoiled].bytes).write(to: targets[spoiled].file) }
    spoiled = number
    try Data(bytes).write(to: target.file)
    return outcome(target, isChanged: bytes != target.bytes)
  }

  /// The same in words, with the refusal's message.
  func tell(_ index: Int) throws -> String {
    let bytes = input(index), target = targets[target(of: index)]
    say("\(format.name) \(index): \(bytes.count) bytes as \(target.file.lastPathComponent)")
    try Data(bytes).write(to: target.file)
    do {
      try subject.read(target, bytes != target.bytes)
      return "taken"
    } catch {
      return "\(Self.isRefusal(error) ? "refused" : "wrong"): \(error)"
    }
  }

  private func outcome(_ target: Subject.Target, isChanged: Bool) -> Outcome {
    do {
      try subject.read(target, isChanged)
      return .taken
    } catch {
      return Self.isRefusal(error) ? .refused : .wrong("\(type(of: error)): \(error)")
    }
  }

  /// Whether it is one of the targets' own errors: any other says that something was not foreseen.
  static func isRefusal(_ error: any Error) -> Bool {
    switch error {
    case is Refused, is StorageError, is ArchiveDamage, is RecordError, is FileDamage, is ModelError, is AdapterError,
      is InterchangeError, is TokenizerError, is DatasetError, is ManifestError, is CheckpointError, is PretrainingError,
      is ExperimentError, is ReportError, is ParityError, is Interruption, is Divergence, is BackendError:
      true
    default: false
    }
  }
}

extension Format {
  /// - Throws: `Failure` with the names that there are.
  static func named(_ name: String) throws -> Format {
    guard let format = (all + planted).first(where: { $0.name == name }) else {
      throw Failure(description: "'\(name)' is no format (formats: \(all.map(\.name).joined(separator: ", ")))")
    }
    return format
  }
}
