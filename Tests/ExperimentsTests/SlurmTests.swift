// What Slurm's commands print, and what is made of it. The commands themselves are tried by `make test-slurm`.
import Foundation
import Synchronization
import Testing

@testable import Experiments

@Suite("Slurm's commands")
struct SlurmTests {
  /// A cluster whose commands print these texts.
  private func slurm(_ outputs: [String: String], status: Int32 = 0, errors: String = "") -> Slurm {
    Slurm { command, _ in (status, outputs[command] ?? "", errors) }
  }

  @Test("the queue has a task for each index that has not ended")
  func queue() throws {
    let text = """
      lowrank-table1-3f9a2c41-0|7|RUNNING|1:23:45|node3
      lowrank-table1-3f9a2c41-0|8|PENDING|2:00:00|(JobArrayTaskLimit)
      lowrank-table1-3f9a2c41-0|6|COMPLETED|1:59:00|node3
      other|N/A|COMPLETING|0:10|node|4
      not a line
      """
    let tasks = try slurm(["squeue": text]).queue()
    #expect(tasks.map(\.index) == [7, 8, nil] && tasks.map(\.isRunning) == [true, false, true])
    #expect(tasks.map(\.place) == ["node3", "(JobArrayTaskLimit)", "node|4"])
    #expect(tasks[0].name == "lowrank-table1-3f9a2c41-0" && tasks[0].timeLeft == "1:23:45")
    #expect(try slurm([:]).queue().isEmpty)
  }

  @Test("a submitted script has a number, also of one of several clusters; anything else is an error")
  func submit() throws {
    let script = URL(filePath: "/tmp/a.sh")
    #expect(try slurm(["sbatch": "1234\n"]).submit(script) == "1234")
    #expect(try slurm(["sbatch": "1234;west\n"]).submit(script) == "1234")
    for text in ["", "Submitted batch job 12\n", "12a"] {
      #expect(throws: SlurmError.self) { try slurm(["sbatch": text]).submit(script) }
    }
    let refused = slurm(
      [:], status: 1, errors: "sbatch: error: invalid partition specified: lon\nsbatch: error: Batch job failed\n")
    let error = #expect(throws: SlurmError.self) { try refused.submit(script) }
    #expect(error?.description == "sbatch: error: invalid partition specified: lon")
  }

  @Test("the largest array is the configuration's")
  func largestArray() throws {
    #expect(
      try slurm(["scontrol": "LogTimeFormat = x\nMaxArraySize            = 1001\nMaxJobCount = 10000\n"]).largestArray() == 1001)
    for text in ["", "MaxArraySize = 0\n", "MaxArraySize = many\n"] {
      #expect(throws: SlurmError.self) { try slurm(["scontrol": text]).largestArray() }
    }
  }

  @Test("how tasks ended is told where there are accounts")
  func ended() {
    let text = "12_3|lowrank-a-0|TIMEOUT\n12_[4-9]|lowrank-a-0|PENDING\n13|lowrank-a-report|CANCELLED by 0\n"
    let tasks = slurm(["sacct": text]).ended(["12", "13"])
    #expect(tasks?.map(\.index) == [3, nil, nil] && tasks?.map(\.state) == ["TIMEOUT", "PENDING", "CANCELLED"])
    #expect(slurm([:], status: 1, errors: "Slurm accounting storage is disabled").ended(["12"]) == nil)
    #expect(slurm(["sacct": text]).ended([]) == nil)
  }

  @Test("commands get what they need, and nothing is cancelled where there is nothing")
  func arguments() throws {
    let calls = Mutex<[String]>([])
    let slurm = Slurm { command, arguments in
      calls.withLock { $0.append(([command] + arguments).joined(separator: " ")) }
      return (0, "", "")
    }
    try slurm.cancel([])
    try slurm.cancel(["a", "b"])
    try slurm.requeue("12_3")
    _ = try slurm.queue()
    #expect(
      calls.withLock { $0 } == [
        "scancel --me --name=a,b", "scontrol requeue 12_3",
        "squeue --me --noheader --array --states=all --format=%j|%K|%T|%L|%R",
      ])
  }

  @Test("a command that is not there says what to do")
  func missing() {
    let error = #expect(throws: SlurmError.self) { try Slurm.system("lowrank-no-such-command", []) }
    #expect(error?.reason == "is not on this machine's PATH. Submit from a machine that has Slurm's commands")
  }
}
