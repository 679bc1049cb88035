// Plans as job arrays, on a cluster that is played: what is submitted, and above all what is not submitted twice.
import Foundation
import Manifests
import Records
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Experiments

/// A cluster that takes scripts and never runs them.
private final class PlayedCluster: Sendable {
  struct State {
    var largestArray = 1001
    /// The scripts that were submitted, by the number of their job.
    var scripts: [Int: String] = [:]
    /// The jobs that have ended.
    var ended: Set<Int> = []
    /// How many more scripts are taken.
    var room = Int.max
  }

  let state = Mutex(State())

  var slurm: Slurm {
    Slurm { [self] command, arguments in
      try state.withLock { state in
        switch command {
        case "scontrol": return (0, "MaxArraySize = \(state.largestArray)\n", "")
        case "sbatch":
          guard state.room > 0 else { return (1, "", "sbatch: error: Job violates accounting/QOS policy") }
          state.room -= 1
          let job = state.scripts.count + 1
          state.scripts[job] = try String(contentsOf: URL(filePath: arguments[1]), encoding: .utf8)
          return (0, "\(job)\n", "")
        case "squeue":
          let lines = state.scripts.sorted { $0.key < $1.key }.filter { !state.ended.contains($0.key) }.flatMap { _, script in
            let name = script.firstMatch(of: /--job-name=(\S+)/)?.1 ?? ""
            let last = script.firstMatch(of: /--array=0-(\d+)/).flatMap { Int($0.1) }
            return last.map { (0...$0).map { "\(name)|\($0)|PENDING|10:00|(Priority)" } } ?? [
              "\(name)|N/A|PENDING|10:00|(Dependency)"
            ]
          }
          return (0, lines.joined(separator: "\n"), "")
        default: return (127, "", "")
        }
      }
    }
  }

  func script(_ job: Int) -> String { state.withLock { $0.scripts[job] ?? "" } }
  var count: Int { state.withLock { $0.scripts.count } }
}

@Suite("Plans on a Slurm cluster")
struct SlurmLauncherTests {
  private func launcher(
    _ call: TinyCall, _ cluster: PlayedCluster, runsPerTask: Int = 1, atOnce: Int? = nil, jobs: Int = 1
  ) -> SlurmLauncher {
    var shape = SlurmLauncher.Shape()
    (shape.runsPerTask, shape.atOnce) = (runsPerTask, atOnce)
    return SlurmLauncher(
      store: call.store, inputs: call.inputs, data: nil, slurm: cluster.slurm, cluster: ClusterSettings(), shape: shape,
      training: Launch.Training(threads: 1, jobs: jobs, checkpointSeconds: 20), program: "/opt/lowrank")
  }

  @Test("what is missing is one array and a report after it; a second call submits nothing of it")
  func once() throws {
    let project = try TinyProject(), call = try project.call(), cluster = PlayedCluster()
    let first = try launcher(call, cluster).submit(try call.checked(), name: "tiny")
    #expect(first.text == "2 runs submitted in 2 tasks (job 1)" && cluster.count == 2)
    let folder = try #require(first.folder)
    #expect(folder.experiment == "tiny" && folder.jobs.arrays == ["1"] && folder.jobs.report == "2")
    #expect(cluster.script(1).contains("--array=0-1\n") && cluster.script(1).contains("work \(folder.launch.path) --index"))
    #expect(cluster.script(2).contains("--dependency=afterany:1\n") && cluster.script(2).contains("--report"))
    #expect(try Launch(file: folder.launch).tasks == call.plan.map { [$0.identity] })

    let second = try launcher(call, cluster).submit(try call.checked(), name: "tiny")
    #expect(second.text == "nothing to submit, 2 waiting or running already" && cluster.count == 2)
  }

  @Test("what was submitted counts also where the program was killed before it could write the numbers down")
  func killed() throws {
    let project = try TinyProject(), call = try project.call(), cluster = PlayedCluster()
    let folder = try #require(try launcher(call, cluster).submit(try call.checked(), name: "tiny").folder)
    try FileManager.default.removeItem(at: folder.url.appending(path: "jobs.json"))
    #expect(try launcher(call, cluster).submit(try call.checked(), name: "tiny").queued == 2)
  }

  @Test("what a job has left undone is submitted again, what is done is not")
  func again() throws {
    let project = try TinyProject(), call = try project.call(), cluster = PlayedCluster()
    _ = try launcher(call, cluster).submit(try call.checked(), name: "tiny")
    cluster.state.withLock { $0.ended = [1, 2] }
    _ = try call.runner.run([call.plan[0]], progress: RunProgress(.lines) { _ in })
    let now = try project.call(), second = try launcher(now, cluster).submit(try now.checked(), name: "tiny")
    #expect(second.text == "1 run submitted in 1 task (job 3), 1 done")
    #expect(try Launch(file: #require(second.folder).launch).tasks == [[call.plan[1].identity]])
  }

  @Test("arrays are no longer than the cluster lets; where few tasks may go on at once they come one after the other")
  func arrays() throws {
    let project = try TinyProject(), call = try project.call(), cluster = PlayedCluster()
    cluster.state.withLock { $0.largestArray = 1 }
    let submission = try launcher(call, cluster, atOnce: 1).submit(try call.checked(), name: "tiny")
    #expect(submission.text == "2 runs submitted in 2 tasks (2 jobs from 1 on)")
    #expect(cluster.script(1).contains("--array=0-0%1\n") && !cluster.script(1).contains("--dependency"))
    #expect(cluster.script(2).contains("--dependency=afterany:1\n") && cluster.script(2).contains("$((1 + SLURM_ARRAY_TASK_ID))"))
    #expect(cluster.script(3).contains("--dependency=afterany:1:2\n"))
    #expect(try launcher(call, cluster).submit(try call.checked(), name: "tiny").queued == 2)
  }

  @Test("a cluster that refuses one array keeps those before it, and another call goes on after them")
  func refused() throws {
    let project = try TinyProject(), call = try project.call(), cluster = PlayedCluster()
    cluster.state.withLock { ($0.largestArray, $0.room) = (1, 1) }
    let error = #expect(throws: SlurmError.self) { try launcher(call, cluster).submit(try call.checked(), name: "tiny") }
    #expect(error?.description == "sbatch: error: Job violates accounting/QOS policy")
    cluster.state.withLock { $0.room = 10 }
    let rest = try launcher(call, cluster).submit(try call.checked(), name: "tiny")
    #expect(rest.runs == 1 && rest.queued == 1)
  }

  @Test("several runs of a task ask for the time of all, and for the memory and processors of those that go on at once")
  func packed() throws {
    let project = try TinyProject(), call = try project.call(), cluster = PlayedCluster()
    let submission = try launcher(call, cluster, runsPerTask: 5, jobs: 2).submit(try call.checked(), name: "tiny")
    #expect(submission.tasks == 1 && submission.runs == 2)
    #expect(cluster.script(1).contains("--cpus-per-task=2\n") && cluster.script(1).contains("--array=0-0\n"))
    let megabytes = cluster.script(1).firstMatch(of: /--mem=(\d+)M/).flatMap { Int($0.1) } ?? 0
    #expect(megabytes > 512 && megabytes < 1024 && cluster.script(1).contains("--time=10\n"))
  }

  @Test("the scripts can be seen before; then nothing is submitted or written")
  func dryRun() throws {
    let project = try TinyProject(), call = try project.call(), cluster = PlayedCluster(), before = project.everything()
    let scripts = try launcher(call, cluster).scripts(try call.checked(), name: "tiny")
    #expect(scripts.count == 2 && scripts[0].contains("--array=0-1\n") && scripts[1].contains("--dependency=afterany:"))
    #expect(cluster.count == 0 && project.everything() == before)
  }

  @Test("how far it is: waiting, done, and what is in no task any more")
  func status() throws {
    let project = try TinyProject(), call = try project.call(), cluster = PlayedCluster()
    let folder = try #require(try launcher(call, cluster).submit(try call.checked(), name: "tiny").folder)
    let layout = call.store.workspace.layout
    let status = { () throws -> String in
      try LaunchStatus(
        folder, queue: LaunchQueue(layout, cluster.slurm.queue()), store: try project.call().store, slurm: cluster.slurm
      ).text
    }
    #expect(try status() == "\(folder.name): 0 of 2 runs done, 2 in 2 waiting\n  waiting (Priority): 2")
    _ = try call.runner.run([call.plan[0]], progress: RunProgress(.lines) { _ in })
    cluster.state.withLock { $0.ended = [1] }
    #expect(try status() == "\(folder.name): 1 of 2 runs done, 1 in no task any more")
  }

  // MARK: Workers

  @Test("a worker trains its task's runs and no others, once")
  func worker() throws {
    let project = try TinyProject(), call = try project.call(), cluster = PlayedCluster()
    let folder = try #require(try launcher(call, cluster).submit(try call.checked(), name: "tiny").folder)
    let worker = try LaunchWorker(folder.launch, in: try project.workspace())
    let progress = RunProgress(.lines) { _ in }
    #expect(try worker.work(task: 1, progress: progress) { false }.trained == 1)
    let store = try project.call().store
    #expect(store.status(call.plan[0]) == .new && store.status(call.plan[1]) == .done)
    #expect(try worker.work(task: 1, progress: progress) { false }.trained == 0)
    let error = #expect(throws: LaunchError.self) { try worker.work(task: 2, progress: progress) { false } }
    #expect(error?.description == "there is no task 2: the launch has 2, numbered from 0")
  }

  @Test("a worker refuses a launch of another arithmetic, one that is none, and files that are not what they were")
  func refusedWork() throws {
    let project = try TinyProject(), call = try project.call(), cluster = PlayedCluster()
    let folder = try #require(try launcher(call, cluster).submit(try call.checked(), name: "tiny").folder)
    let text = try String(contentsOf: folder.launch, encoding: .utf8), workspace = try project.workspace()
    let other = text.replacing("\"numerics\":\(Numerics.version)", with: "\"numerics\":999")
    #expect(other != text)
    try Data(other.utf8).write(to: folder.launch)
    #expect(throws: LaunchError.otherNumerics(found: 999, own: Numerics.version)) { try LaunchWorker(folder.launch, in: workspace) }
    try Data(text.utf8.prefix(1000)).write(to: folder.launch)
    #expect(throws: LaunchError.self) { try LaunchWorker(folder.launch, in: workspace) }
    try Data(text.utf8).write(to: folder.launch)
    let worker = try LaunchWorker(folder.launch, in: workspace)
    try project.write(TinyProject.rows(0..<23), to: "experiments/tasks/train.tsv")
    #expect(throws: LaunchError.changedRun("lora warmth seed 0")) {
      try worker.work(task: 0, progress: RunProgress(.lines) { _ in }) { false }
    }
    #expect(try project.call().store.record(call.plan[0].identity) == nil)
  }

  @Test("a run that is ended three times in a row before it gains a step is failed, with the end of its log; then it is tried anew")
  func attempts() throws {
    try withTemporaryFolder { folder in
      try Data("one\ntwo\n".utf8).write(to: RunFile.log.url(in: folder))
      for _ in 0..<3 { try RunAttempts.begin(in: folder) }
      let error = #expect(throws: RunAttempts.Exhausted.self) { try RunAttempts.begin(in: folder) }
      #expect(
        error?.description == "3 tasks in a row were ended before they gained a step; the end of its log: one | two")
      // a checkpoint is a gain
      for count in 0..<8 {
        try Data(repeating: 0, count: count).write(to: RunFile.checkpoint.url(in: folder))
        try RunAttempts.begin(in: folder)
      }
      RunAttempts.forget(in: folder)
      #expect(!FileManager.default.fileExists(atPath: RunFile.attempts.url(in: folder).path))
    }
  }
}
