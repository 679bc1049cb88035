// Where a launch lies: results/launches/<experiment>-<eight letters>/, with its file, its scripts, its logs, and which jobs carry it out.
import Foundation
import Records
import Storage

/// The folder of one launch.
package struct LaunchFolder: Sendable, Equatable {
  /// The cluster's numbers for the jobs of a launch, as far as they were submitted.
  package struct Jobs: Sendable, Equatable, Codable {
    /// Those of its arrays, in order.
    package var arrays: [String] = []
    /// That of the job which writes tables and figures after them.
    package var report: String?

    /// None yet.
    package init() {}
  }

  /// The folder itself.
  package let url: URL

  /// Names a folder; nothing is read.
  package init(_ url: URL) { self.url = url }

  /// A folder that is not there yet, for a launch of this name.
  package init(new name: String, in layout: ResultsLayout) {
    let letters = UUID().uuidString.lowercased().filter(\.isHexDigit).prefix(8)
    self.init(layout.launches.appending(path: "\(name)-\(letters)"))
  }

  /// The launches of a folder of results, by name.
  package static func all(in layout: ResultsLayout) -> [LaunchFolder] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: layout.launches.path)) ?? []
    return names.filter { !$0.hasPrefix(".") }.sorted().map { LaunchFolder(layout.launches.appending(path: $0)) }
      .filter { FileManager.default.fileExists(atPath: $0.launch.path) }
  }

  /// The launch's name among all.
  package var name: String { url.lastPathComponent }
  /// What was submitted: an experiment's id, or `all`.
  package var experiment: String { String(name.prefix(upTo: name.lastIndex(of: "-") ?? name.endIndex)) }
  /// The launch itself.
  package var launch: URL { url.appending(path: "launch.json") }
  /// The folder of what tasks print beside their runs' own logs.
  package var logs: URL { url.appending(path: "logs") }
  /// The script of an array.
  package func script(ofArray index: Int) -> URL { url.appending(path: "array-\(index).sh") }
  /// The script that the report's job is submitted with.
  package var reportScript: URL { url.appending(path: "report.sh") }
  private var jobsFile: URL { url.appending(path: "jobs.json") }

  /// The name by which the cluster knows an array of it. It is of this launch alone: a queue tells by it what is submitted, also where the
  /// submitting program was killed before it could write the numbers down.
  package func jobName(ofArray index: Int) -> String { "lowrank-\(name)-\(index)" }
  /// What the cluster calls the job that writes tables and figures.
  package var reportJobName: String { "lowrank-\(name)-report" }

  /// The array of this launch that a job's name stands for.
  package func array(ofJobName job: String) -> Int? {
    let start = "lowrank-\(name)-"
    return job.hasPrefix(start) ? Int(job.dropFirst(start.count)) : nil
  }

  /// The jobs that were written down.
  package var jobs: Jobs {
    guard let data = try? SmallFile.contents(of: jobsFile), let jobs = try? JSONDecoder().decode(Jobs.self, from: data) else {
      return Jobs()
    }
    return jobs
  }

  /// Writes down which jobs there are.
  ///
  /// - Throws: `StorageError`.
  package func write(_ jobs: Jobs) throws { try AtomicFile.write(try JSONEncoder().encode(jobs), to: jobsFile) }
}
