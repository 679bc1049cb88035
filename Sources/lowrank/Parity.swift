import ArgumentParser
import Devices
import Foundation
import Parity

/// `lowrank parity DIR`
struct Parity: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Compare recorded references (models, adapter traces, tokenizers, metrics) with what this program computes.")

  @Argument(help: "A folder that holds a reference, or folders of them.")
  var folder: String

  @Option(help: "Threads; they change no number.")
  var threads = 1

  func validate() throws { try Limits.validate(threads, "--threads") }

  func run() throws {
    let references = ParityFolder.references(in: URL(filePath: folder))
    guard !references.isEmpty else { throw Failure(description: "\(folder): there is no recorded reference at or below it") }
    var failed = 0
    for reference in references {
      do {
        let report = try ParityFolder.compare(reference, on: Device.processor.backend(threads: threads))
        say("\(report)")
        if !report.passed { failed += 1 }
      } catch {
        say("\(reference.path): FAILED\n\(error)")
        failed += 1
      }
    }
    say("\(references.count - failed) of \(references.count) references passed")
    if failed > 0 { throw ExitCode.failure }
  }
}
