// A tiny project whose runs are done, for verbs that look at what runs left.
import Foundation
import TestSupport
import Testing

extension TinyProgram {
  /// A project after `lowrank run tiny`.
  ///
  /// - Parameter methods: the manifest's, in place of LoRA and AFLoRA.
  static func trained(_ methods: String = "[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]") throws -> TinyProgram {
    let tiny = try TinyProgram(
      TinyProject.manifest.replacing("[lora, {aflora: {initial_epochs: 0.5, final_fraction: 0.3}}]", with: methods))
    let run = try tiny.lowrank(["run", "tiny"])
    try #require(run.status == 0, "\(run.output)")
    return tiny
  }

  /// What a person names the run of a row by.
  func link(_ row: String = "lora") -> String { "tiny/pocket/\(row)/warmth/seed-0" }

  /// The run's identity.
  func identity(_ row: String = "lora") throws -> String {
    let path = project.file("results/\(link(row))").path
    return (try FileManager.default.destinationOfSymbolicLink(atPath: path) as NSString).lastPathComponent
  }

  /// A file of the run, by its path in the project.
  func file(_ name: String, of row: String = "lora") -> String { "results/\(link(row))/\(name)" }
}
