// What can be wrong with a tokenizer's files.

import Foundation

/// A tokenizer's file that cannot be used: which, where in it, what was found, and what to do.
package enum TokenizerError: Error, Equatable, CustomStringConvertible {
  /// No file of a known tokenizer is in the folder.
  case noTokenizer(folder: String, expected: [String])
  /// A file that should be there is not, or cannot be read.
  case unreadable(file: String, reason: String)
  /// A line of a file is not what the format says.
  case malformedLine(file: String, line: Int, problem: String, remedy: String)
  /// A file as a whole is not what the format says.
  case malformed(file: String, problem: String, remedy: String)
  /// A file asks for something that this program does not do.
  case unsupported(file: String, setting: String, found: String, supported: String)
  /// The vocabulary lacks a token that the model needs.
  case missingToken(file: String, token: String, needed: String)
  /// SentencePiece could not be trained.
  case training(reason: String)

  /// One sentence for a person.
  package var description: String {
    switch self {
    case .noTokenizer(let folder, let expected):
      "\(folder): no tokenizer here. Expected one of: \(expected.joined(separator: ", ")). "
        + "Copy the tokenizer's files from the model's page into this folder"
    case .unreadable(let file, let reason):
      "\(file): \(reason)"
    case .malformedLine(let file, let line, let problem, let remedy):
      "\(file):\(line): \(problem). \(remedy)"
    case .malformed(let file, let problem, let remedy):
      "\(file): \(problem). \(remedy)"
    case .unsupported(let file, let setting, let found, let supported):
      "\(file): \(setting) is \(found); this program supports \(supported)"
    case .missingToken(let file, let token, let needed):
      "\(file): the vocabulary has no '\(token)', \(needed). Take the file that was published with the model"
    case .training(let reason):
      "SentencePiece could not train a vocabulary: \(reason)"
    }
  }

  /// The advice for a file that is damaged rather than odd.
  static let downloadAgain = "The file is damaged or of another kind: fetch it again"
}
