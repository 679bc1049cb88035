// README's blocks of code, which tests run.
import Foundation

/// `README.md` of the repository.
public enum Readme {
  /// What stands between the fences of each block of a language, in order.
  public static func blocks(_ language: String) throws -> [String] {
    let text = try String(contentsOf: Repository.root.appending(path: "README.md"), encoding: .utf8)
    var blocks: [String] = []
    var block: String?
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if let lines = block {
        if line == "```" { blocks.append(lines) }
        block = line == "```" ? nil : "\(lines)\(line)\n"
      } else if line == "```\(language)" {
        block = ""
      }
    }
    return blocks
  }
}
