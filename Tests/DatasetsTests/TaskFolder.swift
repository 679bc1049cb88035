// A temporary folder of task files.
import Foundation
import Settings

@testable import Datasets

/// A folder that is removed with its owner.
final class TaskFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "datasets-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func write(_ text: String, to path: String) throws { try write(Array(text.utf8), to: path) }

  func write(_ bytes: [UInt8], to path: String) throws {
    let file = url.appending(path: path)
    try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(bytes).write(to: file)
  }

  /// The message of the error that loading a task throws; nil where it loads.
  func complaint(_ task: TaskDefinition) -> String? {
    do {
      _ = try TaskLoader.load(task, from: url)
      return nil
    } catch {
      return error.description.replacingOccurrences(of: url.path, with: "HERE")
    }
  }
}

extension ExampleSet {
  /// How often each class occurs.
  func classCounts(_ classes: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: classes)
    for example in examples {
      if case .class(let number) = example.label { counts[number] += 1 }
    }
    return counts
  }
}
