// The YAML files of a folder, by name.
import Foundation

/// Lists folders of YAML files.
enum YAMLFolder {
  /// The names of the folder's `.yaml` files without the ending, sorted; empty where there is no such folder.
  static func names(in folder: String) -> [String] {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return files.filter { $0.hasSuffix(".yaml") && !$0.hasPrefix(".") }.map { String($0.dropLast(5)) }.sorted()
  }
}
