// Which reference a folder holds, and all of those below a folder.
import Foundation
import Tensors

/// A recorded reference, by what its folder holds.
package enum ParityFolder {
  enum Kind {
    case trace
    case tokenizer
    case metrics
    case model
  }

  static func kind(of folder: URL) -> Kind? {
    let has = { (name: String) in FileManager.default.fileExists(atPath: folder.appending(path: name).path) }
    if has("trace.json"), has("meta.json") { return .trace }
    if has("cases.json") { return .tokenizer }
    if MetricParity.files.contains(where: has) { return .metrics }
    if has("expected.safetensors"), has("config.json") { return .model }
    return nil
  }

  /// The folders at or below `folder` that hold a reference, in order of their paths.
  package static func references(in folder: URL) -> [URL] {
    if kind(of: folder) != nil { return [folder] }
    let inner = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: [.isDirectoryKey])) ?? []
    return inner.filter { (try? $0.resourceValues(forKeys: [.isDirectoryKey]).isDirectory) ?? false }
      .sorted { $0.path < $1.path }.flatMap(references)
  }

  /// Compares the reference in a folder.
  ///
  /// - Throws: `ParityError` when the folder holds none that this program can compare, and errors of its files.
  package static func compare(_ folder: URL, on backend: any Backend) throws -> ParityReport {
    switch kind(of: folder) {
    case .trace: try TraceParity.run(folder: folder, on: backend)
    case .tokenizer: try TokenizerParity.run(folder: folder)
    case .metrics: try MetricParity.run(folder: folder)
    case .model: try ModelParity.run(folder: folder, on: backend)
    case nil: throw ParityError.reference(path: folder.path, problem: "it holds no recorded reference")
    }
  }
}
