// A plan as job arrays: what is missing and nobody has submitted becomes tasks, under the cluster's limits, and a report after them.
import Foundation
import Manifests
import Records
import Storage

/// Hands plans to a Slurm cluster.
package struct SlurmLauncher: Sendable {
  /// How plans are cut.
  package struct Shape: Sendable, Equatable {
    /// How many runs one task trains, one after the other or side by side.
    package var runsPerTask = 1
    /// Tasks at the same time; nil for as many as the cluster lets.
    package var atOnce: Int?

    /// One run a task.
    package init() {}
  }

  /// What came of a submission.
  package struct Submission: Sendable, Equatable {
    /// The launch; nil where there was nothing to submit.
    package let folder: LaunchFolder?
    /// The cluster's numbers for what was submitted.
    package let jobs: LaunchFolder.Jobs
    /// Runs that were submitted.
    package let runs: Int
    /// Tasks that they make.
    package let tasks: Int
    /// Runs that are done.
    package let done: Int
    /// Runs that wait or go on already, of earlier submissions.
    package let queued: Int

    /// `40 runs submitted in 20 tasks (job 12), 8 waiting or running already, 16 done`
    package var text: String {
      var parts: [String] = []
      if let first = jobs.arrays.first {
        let numbers = jobs.arrays.count == 1 ? "job \(first)" : "\(jobs.arrays.count) jobs from \(first) on"
        parts.append("\(runs) run\(runs == 1 ? "" : "s") submitted in \(tasks) task\(tasks == 1 ? "" : "s") (\(numbers))")
      } else {
        parts.append("nothing to submit")
      }
      if queued > 0 { parts.append("\(queued) waiting or running already") }
      if done > 0 { parts.append("\(done) done") }
      return parts.joined(separator: ", ")
    }
  }

  private let store: RunStore
  private let inputs: RunInputs
  private let slurm: Slurm
  private let cluster: ClusterSettings
  private let shape: Shape
  private let training: Launch.Training
  private let data: URL?
  /// The program's own file.
  private let program: String

  /// - Parameters:
  ///   - data: the folder of the built-in tasks' files, where one was named.
  ///   - program: the file of the program that nodes call.
  package init(
    store: RunStore, inputs: RunInputs, data: URL?, slurm: Slurm, cluster: ClusterSettings, shape: Shape, training: Launch.Training,
    program: String
  ) {
    (self.store, self.inputs, self.data, self.slurm) = (store, inputs, data, slurm)
    (self.cluster, self.shape, self.training, self.program) = (cluster, shape, training, program)
  }

  private var layout: ResultsLayout { store.workspace.layout }

  /// The scripts that `submit` would hand over now, under a name of their own; nothing is submitted or written.
  ///
  /// - Throws: `SlurmError`, and what would keep a run from starting.
  package func scripts(_ plan: Plan, name: String) throws -> [String] {
    let (missing, _, _) = try sorted(plan)
    let launch = try launch(plan, missing)
    let folder = LaunchFolder(layout.launches.appending(path: "\(name)-example"))
    let arrays = try scripts(of: launch, in: folder)
    return arrays.enumerated().map { $1(["<array \($0 - 1)>"]).text } + [report(of: launch, in: folder, after: ["<arrays>"]).text]
  }

  /// Submits the runs of a plan that are not done and that no job of an earlier submission will do. Of several that submit at the same time
  /// one does, and the others see what it submitted.
  ///
  /// - Throws: `SlurmError` where the cluster refuses; what was submitted before stays, and another call goes on after it.
  package func submit(_ plan: Plan, name: String) throws -> Submission {
    try Folder.make(at: layout.launches)
    let claim = try Claim.wait(in: layout.launches, name: ".submit")
    return try withExtendedLifetime(claim) {
      let (missing, queued, done) = try sorted(plan)
      guard !missing.isEmpty else {
        return Submission(folder: nil, jobs: LaunchFolder.Jobs(), runs: 0, tasks: 0, done: done, queued: queued)
      }
      let launch = try launch(plan, missing), folder = LaunchFolder(new: name, in: layout)
      try Folder.make(at: folder.logs)
      try launch.write(to: folder.launch)
      var jobs = LaunchFolder.Jobs()
      for (index, script) in try scripts(of: launch, in: folder).enumerated() {
        // where few may go on at once arrays come one after the other: the limit is each one's own
        let text = script(shape.atOnce == nil ? [] : jobs.arrays.last.map { [$0] } ?? []).text
        try AtomicFile.write(Data(text.utf8), to: folder.script(ofArray: index))
        jobs.arrays.append(try slurm.submit(folder.script(ofArray: index)))
        try folder.write(jobs)
      }
      try AtomicFile.write(Data(report(of: launch, in: folder, after: jobs.arrays).text.utf8), to: folder.reportScript)
      jobs.report = try slurm.submit(folder.reportScript)
      try folder.write(jobs)
      return Submission(
        folder: folder, jobs: jobs, runs: missing.count, tasks: launch.tasks.count, done: done, queued: queued)
    }
  }

  /// The different runs of a plan: what is to be submitted, how many are submitted, and how many are done.
  private func sorted(_ plan: Plan) throws -> (missing: [String], queued: Int, done: Int) {
    let queued = try LaunchQueue(layout, slurm.queue()).identities
    var seen: Set<String> = [], missing: [String] = [], counts = (queued: 0, done: 0)
    for run in plan.runs where seen.insert(run.identity).inserted {
      if store.record(run.identity) != nil {
        counts.done += 1
      } else if queued.contains(run.identity) {
        counts.queued += 1
      } else {
        missing.append(run.identity)
      }
    }
    return (missing, counts.queued, counts.done)
  }

  private func launch(_ plan: Plan, _ missing: [String]) throws -> Launch {
    Launch(
      plan, missing, runsPerTask: shape.runsPerTask, largestArray: try slurm.largestArray(), training: training, data: data)
  }

  /// The script of each array, once it is known which jobs come before it.
  private func scripts(of launch: Launch, in folder: LaunchFolder) throws -> [([String]) -> SlurmScript] {
    let costs = try TaskCosts(launch, inputs: inputs, cluster: cluster)
    return launch.arrays.enumerated().map { index, tasks in
      { after in
        SlurmScript(
          name: folder.jobName(ofArray: index),
          tasks: SlurmScript.Tasks(first: tasks.lowerBound, count: tasks.count, atOnce: shape.atOnce),
          request: costs.request(of: tasks),
          after: after, output: path(folder.logs.appending(path: "array-\(index)-")) + "%a.log", root: store.workspace.root.path,
          command: [program, "work", folder.launch.path] + place + ["--index"], cluster: cluster)
      }
    }
  }

  private func report(of launch: Launch, in folder: LaunchFolder, after: [String]) -> SlurmScript {
    SlurmScript(
      name: folder.reportJobName, tasks: nil,
      request: SlurmScript.Request(minutes: max(cluster.leastMinutes, 10), megabytes: 2048, processors: 1), after: after,
      output: path(folder.logs.appending(path: "report.log")), root: store.workspace.root.path,
      command: [program, "work", folder.launch.path, "--report"] + place, cluster: cluster)
  }

  /// Where results go, for the program on a node, where that is not the usual folder.
  private var place: [String] {
    let workspace = store.workspace
    return workspace.results == workspace.root.appending(path: "results").standardizedFileURL
      ? [] : ["--results", workspace.results.path]
  }

  /// A path in a pattern of names, where a percent sign means something.
  private func path(_ url: URL) -> String { url.path.replacing("%", with: "%%") }
}

/// What the tasks of a launch ask for, by what their runs are estimated to cost.
struct TaskCosts {
  /// Memory of the program itself, beside its runs' tensors.
  private static let ownMegabytes = 512

  private let cluster: ClusterSettings
  private let processors: Int
  /// Seconds and bytes of each task.
  private let tasks: [(seconds: Double, bytes: Double)]

  /// - Throws: what would keep a run from starting.
  init(_ launch: Launch, inputs: RunInputs, cluster: ClusterSettings) throws {
    self.cluster = cluster
    let (jobs, threads) = (launch.training.jobs, launch.training.threads)
    processors = jobs * threads
    // what is not known is taken for slow: a task that asks for too little goes on from its checkpoint
    let rate = MachineRate.measured() ?? 1e10
    var known: [String: CostEstimate] = [:]
    tasks = try launch.tasks.indices.map { index in
      let costs = try launch.runs(ofTask: index).map { run in
        // seeds change no cost
        let key = "\(run.specification.experiment) \(run.specification.row) \(run.specification.task.id)"
        let cost = try known[key] ?? CostEstimate(run, inputs: inputs)
        known[key] = cost
        return cost
      }
      let operations = costs.reduce(0) { $0 + $1.floatingPointOperations },
        longest = costs.map(\.floatingPointOperations).max() ?? 0
      let peaks = costs.map { Double($0.peakBytes) }.sorted(by: >)
      // threads of one run share its work; runs side by side are over when the last is
      return (max(longest, operations / Double(jobs)) / rate, peaks.prefix(jobs).reduce(0, +))
    }
  }

  /// What each task of an array asks for: what the greatest of them needs.
  func request(of array: Range<Int>) -> SlurmScript.Request {
    let seconds = tasks[array].map(\.seconds).max() ?? 0, bytes = tasks[array].map(\.bytes).max() ?? 0
    let minutes = min(1e6, (seconds * cluster.timeFactor / 60).rounded(.up)),
      megabytes = min(1e9, (bytes * cluster.memoryFactor / 1e6))
    return SlurmScript.Request(
      minutes: min(cluster.mostMinutes ?? .max, max(cluster.leastMinutes, Int(minutes))),
      megabytes: Self.ownMegabytes + Int(megabytes.rounded(.up)), processors: processors)
  }
}
