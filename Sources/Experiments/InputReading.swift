// How files are read has a version, as arithmetic has. Where this program reads a kind of file otherwise than a version before it did,
// the digest of such files names the version of the reading: a run that was made by the former reading is then no run of today's.
// Files that were always read as now keep their digests.
import Foundation
import Models
import Storage

/// The versions of how files are read that are not in the files themselves.
enum InputReading {
  /// The files that version 1 read whole, and the keys and special tokens that it read or that change no id.
  private static let plainFiles: Set = ["merges.txt", "spm.model", "tokenizer_config.json", "vocab.json", "vocab.txt"]
  private static let plainKeys: Set = [
    "add_bos_token", "add_eos_token", "bos_token", "cls_token", "do_lower_case", "eos_token", "mask_token", "model_max_length",
    "pad_token", "sep_token", "split_by_punct", "strip_accents", "tokenize_chinese_chars", "tokenizer_class", "unk_token",
    "vocab_type",
  ]
  private static let plainTokens: Set = [
    "[CLS]", "[SEP]", "[PAD]", "[UNK]", "[MASK]", "<s>", "</s>", "<pad>", "<unk>", "<mask>", "<|endoftext|>",
  ]

  /// The version of reading a model's head; nil for the first, which took its outputs in their order whatever they are called.
  static func head(_ folder: URL) -> String? {
    if case .named? = try? ModelLoader.configuration(folder: folder).labels { "head 2" } else { nil }
  }

  /// The version of reading these files of a tokenizer; nil for the first, which ignored added tokens and other files beside a
  /// vocabulary.
  static func tokenizer(_ files: [URL]) -> String? {
    guard files.allSatisfy({ plainFiles.contains($0.lastPathComponent) }) else { return "tokens 2" }
    guard let settings = files.first(where: { $0.lastPathComponent == "tokenizer_config.json" }) else { return nil }
    guard let json = try? JSONSerialization.jsonObject(with: SmallFile.contents(of: settings)) as? [String: Any] else {
      return "tokens 2"
    }
    let isPlain = json.allSatisfy { key, value in
      plainKeys.contains(key) && (!key.hasSuffix("_token") || !(value is String) || plainTokens.contains(value as? String ?? ""))
        && !(value is [String: Any])
    }
    return isPlain ? nil : "tokens 2"
  }
}
