// A disk that fills up in the middle of a run, as a limit on the size of files plays it.
import Foundation
import Records
import TestSupport
import Testing

@testable import Experiments

@Suite("A full disk")
struct FullDiskTests {
  @Test(
    "is one clear error, earlier results stay, and the next call goes on", arguments: [1, 4, 16])
  func full(kibibytes: Int) throws {
    let program = try Program.url
    let project = try TinyProject()
    let arguments = [program.path, "run", "tiny", "--root", project.root.path, "--jobs", "1", "--checkpoint-seconds", "0"]
    let first = try execute(program, Array(arguments.dropFirst() + ["--methods", "lora"]))
    #expect(first.status == 0 && first.output.contains("1/1  lora warmth seed 0"), "\(first.output)")
    let before = project.files("results/runs")

    // the signal that the limit would send is ignored: writes fail then, as on a full disk
    let limited = try execute(
      URL(filePath: "/bin/bash"), ["-c", "trap '' XFSZ; ulimit -f \(kibibytes); exec \"$@\"", "bash"] + arguments)
    #expect(limited.status == 3, "\(limited.output)")
    #expect(
      limited.output.contains("cannot be written: File too large. What stood there before is unchanged."), "\(limited.output)")
    let after = project.files("results/runs")
    for (name, content) in before { #expect(after[name] == content, "\(name)") }
    #expect(!after.keys.contains { $0.hasSuffix(".lowrank-temporary") }, "\(after.keys)")

    let whole = try execute(program, Array(arguments.dropFirst()))
    #expect(whole.status == 0, "\(whole.output)")
    let straight = try TinyProject()
    let other = try execute(program, ["run", "tiny", "--root", straight.root.path, "--jobs", "1"])
    #expect(other.status == 0, "\(other.output)")
    for index in 0..<2 {
      #expect(try project.call().record(index).digests.tensors == straight.call().record(index).digests.tensors)
    }
  }
}
