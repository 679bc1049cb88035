// `lowrank doctor`: a line for each thing, and a status that says whether one that is needed is missing.
import Foundation
import TestSupport
import Testing

@Suite("lowrank doctor")
struct DoctorTests {
  /// The findings by subject; fails where a line is none.
  private func findings(in folder: URL) throws -> [(state: String, subject: String, detail: String)] {
    let result = try execute(Program.url, ["doctor"], environment: Program.environment(), in: folder, apart: true)
    #expect(result.errors.isEmpty && !result.wasKilled)
    let found = try result.output.split(separator: "\n").map { line in
      let parts = try #require(line.wholeMatch(of: /(ok|missing|slow|optional) +(\w+(?: models?)?)  +(\S.*)/), "\(line)")
      return (String(parts.1), String(parts.2), String(parts.3))
    }
    let isWell = !found.contains { $0.0 == "missing" || $0.0 == "slow" }
    #expect(result.status == (isWell ? 0 : 1), "\(result.output)")
    return found
  }

  @Test("here everything that is needed is there")
  func here() throws {
    let found = try findings(in: Repository.root)
    #expect(
      found.map(\.subject) == [
        "Swift", "system", "processor", "memory", "kernels", "HDF5", "SentencePiece", "experiments", "pocket model",
        "pocket model", "pocket model", "MiniLM", "results", "gnuplot", "h5py", "peft",
      ])
    #expect(!found.contains { $0.state == "missing" }, "\(found)")
    #expect(found[4].state == (Requirement.avx2.isMet ? "ok" : "slow") && found[4].detail.contains("AVX"), "\(found[4])")
  }

  @Test("elsewhere, and where a model is damaged, it says what is missing and what brings it")
  func elsewhere() throws {
    let tiny = try TinyProgram()
    let before = tiny.project.everything()
    func missing() throws -> [String] {
      try findings(in: tiny.project.root).filter { $0.state == "missing" }.map { "\($0.subject): \($0.detail)" }
    }
    let experiments = "experiments: no experiments/table1.yaml here; call from the repository's root"
    #expect(
      try missing() == [
        experiments, "pocket models: none in experiments/pretrain/; `git checkout experiments/pretrain` brings them back",
      ])
    tiny.expectUnchanged(since: before)
    // a folder in the place of a file is none
    try tiny.project.write("", to: "experiments/table1.yaml/file")
    try tiny.project.write("{}", to: "experiments/pretrain/pocket-deberta/config.json")
    #expect(
      try missing() == [
        experiments,
        "pocket model: experiments/pretrain/pocket-deberta has no model.safetensors; `git checkout -- experiments/pretrain` brings it back",
      ])
  }
}
