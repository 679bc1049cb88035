// What make says before it does anything: `make -n` reads the page and runs nothing.
import Foundation
import TestSupport
import Testing

@Suite("Makefile")
struct MakefileTests {
  private func make(_ arguments: String) throws -> ProgramResult {
    try execute(
      URL(filePath: "/usr/bin/make"),
      ["-n", "--no-print-directory", "-C", Repository.root.path]
        + arguments.split(separator: " ").map { String($0).replacing("\u{a0}", with: " ") },
      apart: true)
  }

  @Test(
    "a variable that no goal of the call takes is refused, with the one that is meant",
    arguments: [
      ("table1 TASK=rte", "TASK=… is no variable of `make table1`. Did you mean TASKS? It takes AT_ONCE CLUSTER DATA "),
      ("table1 tasks=rte", "tasks=… is no variable of `make table1`. Did you mean TASKS?"),
      ("aflora-table2 METHOD=lora", "METHOD=… is no variable of `make aflora-table2`. Did you mean METHODS?"),
      ("rerun SEEDS=0", "SEEDS=… is no variable of `make rerun`. Did you mean SEED?"),
      ("list PROFIL=paper", "PROFIL=… is no variable of `make list`. It takes none."),
      ("demo CFLAGS=-g", "CFLAGS=… is no variable of `make demo`. It takes "),
      ("fuzz MINUTE=5", "MINUTE=… is no variable of `make fuzz`. Did you mean MINUTES? It takes FORMAT INPUTS MINUTES SEED."),
      ("torture KILL=5", "KILL=… is no variable of `make torture`. Did you mean KILLS?"),
      ("gc DELETED=1", "DELETED=… is no variable of `make gc`. Did you mean DELETE?"),
      ("gc DELETE=yes", "`make gc` takes DELETE=1, and without it removes nothing"),
      ("compare A=t", "`make compare` needs B=…, as in: make compare A=table1@4f2c1ab B=table1"),
      ("tune-pocket TASKS=rte", "TASKS=… is no variable of `make tune-pocket`."),
      ("tune-some SET=rank=4", "SET=… is no variable of `make tune-some`."),
      (
        "report TASKS=rte",
        "`make report` with TASKS=… needs EXPERIMENT=…, as in: make report EXPERIMENT=table1 TASKS=rte FORMAT=csv."
      ),
      ("list test DATA=x", "DATA=… is no variable of `make list test`. It takes none."),
    ])
  func refused(arguments: String, message: String) throws {
    let result = try make(arguments)
    #expect(result.status == 2 && result.errors.contains(": *** " + message), "\(result.errors)")
    #expect(result.output.isEmpty)
  }

  @Test(
    "what a goal takes reaches the program",
    arguments: [
      ("table1 TASKS=rte,mrpc SEEDS=0", "run table1 --tasks 'rte,mrpc' --seeds '0'"),
      ("some-other SEEDS=0 PROFILE=paper", "run 'some-other' --profile 'paper' --seeds '0'"),
      (
        "export EXPERIMENT=t METHOD=lora TASK=rte SEED=0 TO=a BASE_NAME=who/what",
        "export 't' --method 'lora' --task 'rte' --seed '0' --to 'a' --base-name 'who/what'"
      ),
      (
        "predict EXPERIMENT=t METHOD=lora SEED=0 TO=a DATA=glue TASKS=rte,cola",
        "predict 't' --method 'lora' --tasks 'rte,cola' --seed '0' --data 'glue' --to 'a' --test"
      ),
      ("rerun EXPERIMENT=t METHOD=lora TASK=rte SEED=0", "rerun 't' --method 'lora' --task 'rte' --seed '0'"),
      ("findings JOBS=2", "all --group findings --jobs '2'"), ("more JOBS=2", "all --group more --jobs '2'"),
      ("all JOBS=2 TENSORBOARD=curves", "all --jobs '2' --tensorboard 'curves'"), ("check DATA=it's", "check --data 'it'\\''s'"),
      ("tune-pocket JOBS=2", "tune --profile pocket --jobs '2'"), ("tune-small DATA=glue", "tune --profile small --data 'glue'"),
      ("tune-some METHODS=lora SEEDS=100", "tune 'tune-some' --methods 'lora' --seeds '100'"),
      ("report", "page"), ("report EXPERIMENT=t TASKS=rte", "report 't' --tasks 'rte'"),
      ("table1 LAUNCHER=slurm RUNS_PER_TASK=4 AT_ONCE=8", "run table1 --launcher 'slurm' --runs-per-task '4' --at-once '8'"),
      ("cancel EXPERIMENT=t", "cancel 't'"), ("join FROM=a/results", "join 'a/results'"),
      ("verify", "verify"), ("verify EXPERIMENT=t", "verify 't'"), ("gc", "gc"), ("gc DELETE=1", "gc --delete"),
      ("compare A=t@4f2c B=t SEEDS=0 FORMAT=csv", "compare 't@4f2c' 't' --seeds '0' --format 'csv'"),
      // a space within a value
      ("table1 SET=lora.rank=16\u{a0}epochs=1 SEEDS=5", "run table1 --seeds '5' --set 'lora.rank=16' --set 'epochs=1'"),
      ("table1 LOWRANK_PYTHON=python3 PEER_PYTHON=python3", "run table1"),
    ])
  func taken(arguments: String, command: String) throws {
    let result = try make(arguments)
    let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(result.status == 0 && lines.contains("exec .build/release/lowrank \(command)"), "\(result.output)\(result.errors)")
  }

  @Test(
    "what damages files and runs takes its counts",
    arguments: [
      ("fuzz MINUTES=5", ["exec .build/release/torture fuzz --minutes '5'"]), ("fuzz", ["exec .build/release/torture fuzz"]),
      (
        "torture KILLS=50 FLIPS=500 SEED=3",
        ["kills --count '50' --seed '3'", "flips --count '500' --seed '3'"].map { ".build/release/torture \($0) || status=1" }
      ),
    ])
  func counted(arguments: String, commands: [String]) throws {
    let result = try make(arguments)
    let lines = result.output.split(separator: "\n").map { $0.split(separator: " ").joined(separator: " ") }
    #expect(result.status == 0 && commands.allSatisfy(lines.contains), "\(result.output)\(result.errors)")
  }

  @Test("the environment changes nothing")
  func environment() throws {
    let result = try execute(
      URL(filePath: "/usr/bin/env"), ["TASK=rte", "SEEDS=7", "make", "-n", "-C", Repository.root.path, "table1"], apart: true)
    #expect(result.status == 0 && !result.output.contains("--seeds"))
  }
}
