// Where a run's numbers come from: the digests that decide them, and the program and machine that computed them.

/// The SHA-256 digests of what went into a run and of what came out, as 64 hexadecimal digits each.
package struct RunDigests: Sendable, Equatable, Codable {
  /// `specification`: the resolved manifest row: method, options, recipe, task and seed.
  package let specification: String
  /// `manifest`: the manifest's files as they were; no part of the identity.
  package let manifest: String
  /// `model`: the checkpoint's configuration and weights.
  package let model: String
  /// `tokenizer`: the tokenizer's files.
  package let tokenizer: String
  /// `data`: the task's files.
  package let data: String
  /// `tensors`: the file of tensors; nil where the run failed before it was written.
  package let tensors: String?
  /// `best`: the file of the best epoch's weights; nil where no epoch was evaluated, and in records without a seal.
  package let best: String?
  /// `last`: the file of the last weights; nil where the run failed, and in records without a seal.
  package let last: String?
  /// `best_texts`: the file of the texts that were written after the best epoch; nil where the task asks for none.
  package let bestTexts: String?
  /// `last_texts`: the file of the texts that were written at the end; nil where the task asks for none.
  package let lastTexts: String?

  private enum CodingKeys: String, CodingKey {
    case specification, manifest, model, tokenizer, data, tensors, best, last
    case bestTexts = "best_texts"
    case lastTexts = "last_texts"
  }

  /// Makes digests from their parts.
  package init(
    specification: String, manifest: String, model: String, tokenizer: String, data: String, tensors: String?, best: String? = nil,
    last: String? = nil, bestTexts: String? = nil, lastTexts: String? = nil
  ) {
    self.specification = specification
    self.manifest = manifest
    self.model = model
    self.tokenizer = tokenizer
    self.data = data
    self.tensors = tensors
    self.best = best
    self.last = last
    self.bestTexts = bestTexts
    self.lastTexts = lastTexts
  }

  /// Every digest with its key.
  var all: [(key: String, digest: String)] {
    let left = [
      ("tensors", tensors), ("best", best), ("last", last), ("best_texts", bestTexts), ("last_texts", lastTexts),
    ]
    return [
      ("specification", specification), ("manifest", manifest), ("model", model), ("tokenizer", tokenizer),
      ("data", data),
    ] + left.compactMap { key, digest in digest.map { (key, $0) } }
  }
}

/// The program that ran.
package struct ProgramVersion: Sendable, Equatable, Codable {
  /// `version`: the program's version, as in `0.1.0`.
  package let version: String
  /// `commit`: the commit it was built from; nil outside a repository.
  package let commit: String?
  /// `is_modified`: whether files differed from that commit.
  package let isModified: Bool

  private enum CodingKeys: String, CodingKey {
    case version, commit
    case isModified = "is_modified"
  }

  /// Makes a version from its parts.
  package init(version: String, commit: String?, isModified: Bool) {
    self.version = version
    self.commit = commit
    self.isModified = isModified
  }
}

/// The machine that a run was computed on. None of it is part of a run's identity, and none of it changes a result.
/// Older records name a library of matrix products too, which did change results; it is not read.
package struct RunEnvironment: Sendable, Equatable, Codable {
  /// `threads`: worker threads of the run.
  package let threads: Int
  /// `processor`: the processor's name.
  package let processor: String
  /// `operating_system`: its name and version.
  package let operatingSystem: String

  private enum CodingKeys: String, CodingKey {
    case threads, processor
    case operatingSystem = "operating_system"
  }

  /// Makes an environment from its parts.
  package init(threads: Int, processor: String, operatingSystem: String) {
    self.threads = threads
    self.processor = processor
    self.operatingSystem = operatingSystem
  }
}
