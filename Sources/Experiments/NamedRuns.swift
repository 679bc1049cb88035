// The runs that the manifests of a project name, as far as that can be told: a run is known by what it reads as well, which need
// not be on this machine. In doubt a run is named.
import Foundation
import Manifests
import Records
import Settings
import Storage
import Training

/// What all manifests name, searches among them, under every profile.
struct NamedRuns: Sendable {
  /// Why it is not known what the manifests name, a line each; empty where it is.
  private(set) var problems: [String] = []
  /// The runs by what decides their numbers, as `RunSpecification.identityJSON` has it.
  private var runs: [String: [RunSpecification]] = [:]
  /// The SHA-256 of what is in `runs`.
  private var digests: Set<String> = []
  private let inputs: RunInputs

  /// Reads the manifests of a project.
  init(_ workspace: Workspace, inputs: RunInputs) {
    self.inputs = inputs
    let folder = ExperimentFolder(path: workspace.experiments.path)
    // a folder that cannot be read must not pass for one without manifests
    for part in [workspace.experiments, workspace.experiments.appending(path: ExperimentFolder.searchFolder)] {
      var status = stat()
      // a link that leads nowhere is there, and may be to a disk that is not mounted
      if lstat(part.path, &status) != 0, errno == ENOENT { continue }
      if (try? FileManager.default.contentsOfDirectory(atPath: part.path)) == nil {
        problems.append("\(part.path): cannot be read")
      }
    }
    let listing = folder.list(methods: .registered)
    problems += listing.broken.map { "\($0.file): \($0.error.summary(in: $0.file))" }
    for run in listing.manifests.flatMap(\.experiments).flatMap(\.runs) {
      let key = run.identityJSON
      runs[key, default: []].append(run)
      if runs[key]?.count == 1 { digests.insert(FileDigest.sha256(of: Array(key.utf8))) }
    }
  }

  /// Why no manifest names the run of a record; nil where one does, or may.
  func reason(against record: RunRecord) -> String? {
    // of a program that is newer than this one, whose plans are not known here
    if record.numericsVersion > Numerics.version { return nil }
    guard let candidates = runs[RunSpecification.identityJSON(ofRecorded: record.specification)] else {
      return digests.contains(record.digests.specification) ? nil : Self.unnamed
    }
    var reason: String?
    for run in candidates {
      var trained = [run]
      // another model than the manifest's may have been asked for
      if case .text(let model)? = record.specification["model"], model != run.model { trained.append(run.on(model: model)) }
      for run in trained {
        guard let change = atHand(run).changes(since: record).first else { return nil }
        reason = reason ?? change
      }
    }
    return reason.map { "no link leads to it, and what the manifests name now is another run: \($0)" }
  }

  /// Why no call goes on with a checkpoint; nil where one may.
  func reason(against origin: Checkpoint.Origin) -> String? {
    guard let version = origin.numericsVersion, version < Numerics.version else { return nil }
    return "unfinished, and of version \(version) of the arithmetic: no call goes on with it"
  }

  /// Why the run of a checkpoint that a call may go on with stays although no manifest is known to name it; nil where one does, or
  /// the checkpoint is of a newer program. A run gets its link when it is finished, so until then nothing tells what an overridden
  /// one is of.
  func doubt(on origin: Checkpoint.Origin) -> RunLeftovers.Doubt? {
    if let version = origin.numericsVersion, version > Numerics.version { return nil }
    guard let specification = origin.specification else { return .unfinished }
    return digests.contains(specification) ? nil : .unnamed
  }

  private static let unnamed = "no link leads to it, and no manifest names a run of its settings"

  /// What a run would read now. A model that cannot be opened is not known: it may be on its way here.
  private func atHand(_ run: RunSpecification) -> InputDigests {
    let found = inputs.digestsAtHand(of: run)
    return InputDigests(
      model: found.model.flatMap { ResultsLayout.isIdentity($0) ? $0 : nil }, tokenizer: found.tokenizer, data: found.data)
  }
}
