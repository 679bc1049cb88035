// Folders with models, tokenizers and adapters, as the hub has them.
import CPUBackend
import Foundation
import Interchange
import Layers
import Models
import Storage
import Tensors
import TestSupport
import Tokenizers

extension Format {
  static let modelFormats = [
    configuration, model, wordPiece, byteLevel, fastByteLevel, sentencePiece, piecesByPair, tokenizerVariants, adapter, merge,
  ]

  private static let configuration = Format("config.json", share: 4000) { folder in
    let sources = ["models/bert", "models/roberta", "models/deberta", "releases/bert-gamma-beta", "models/llama-3"]
    let targets = try sources.enumerated().map { number, source in
      let data = try Data(contentsOf: Repository.fixtures.appending(path: "\(source)/config.json"))
      return try Subject.Target(folder.appending(path: "\(number)/config.json"), data)
    }
    return Subject(targets) { target, _ in
      let read = try ModelConfigurations.read(json: SmallFile.contents(of: target.file), path: target.file.path)
      // labels that make no sense are not written
      let written = try read.json()
      guard try ModelConfigurations.read(json: written, path: "again").json() == written else {
        throw Wrong(description: "what is written of it is not what is read again")
      }
    }
  }

  private static let model = Format("model-folder", share: 600) { folder in
    let backend = try CPUBackend(threads: 1)
    var targets: [Subject.Target] = []
    let encoders = [Architecture.bert, .roberta, .deberta].map { architecture in
      EncoderConfiguration(
        architecture: architecture, vocabularySize: 9, hiddenSize: 4, layers: 1, heads: 2, intermediateSize: 6, maximumPositions: 8,
        relativePositions: RelativePositions(buckets: 4, maximumDistance: 8))
    }
    let llama = LlamaConfiguration(
      vocabularySize: 9, hiddenSize: 4, layers: 1, heads: 2, keyHeads: 1, intermediateSize: 6, maximumPositions: 8,
      scaling: .linear(factor: 2))
    for (number, configuration) in (encoders as [any ModelConfiguration] + [llama]).enumerated() {
      let architecture = configuration.architecture
      let home = folder.appending(path: "\(number)")
      try ModelWriter.save(ModelLoader.random(configuration, seed: 9, on: backend), to: home)
      // what a fine-tuned checkpoint says of its outputs
      let file = home.appending(path: "config.json"), said = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
      let more: [String: Any] = [
        "architectures": ["\(architecture)ForSequenceClassification"], "id2label": ["0": "warm", "1": "cold"],
        "label2id": ["warm": 0, "cold": 1], "problem_type": "single_label_classification", "tie_word_embeddings": true,
      ]
      let whole = ((said as? [String: Any]) ?? [:]).merging(more) { $1 }
      targets.append(try Subject.Target(file, JSONSerialization.data(withJSONObject: whole, options: [.sortedKeys])))
      targets.append(try Subject.Target(home.appending(path: "model.safetensors"), .safetensors))
    }
    let batch = TokenBatch(sequences: [[1, 2, 3], [4]])
    return Subject(targets) { target, _ in
      let heads: [(target: HeadTarget?, outputs: Int)] = [
        (nil, 0), (.classes([["cold", "warm"]]), 2), (.classes([["a", "b", "c"]]), 3), (.score, 1),
      ]
      for (head, outputs) in heads {
        let model = try ModelLoader.load(folder: target.folder, seed: 0, on: CPUBackend(threads: 1), target: head).model
        try model.configuration.limits.validate(batch)
        let logits = model.logits(batch, pass: .evaluation)
        guard head == nil || logits.shape == [2, outputs] else {
          throw Wrong(description: "\(logits.shape) logits for \(head.map { "\($0)" } ?? "")")
        }
      }
    }
  }

  private static let texts = [
    "The sky is warm.", "", "İ한 \u{1F468}\u{200D}\u{1F469} e\u{301}", "[CLS] the [MASK]</s><mask>", "a\u{0}b\t\n  c",
    String(repeating: "warmth ", count: 40),
  ]

  /// Reads the tokenizer and uses it.
  private static func tokenize(_ folder: URL, _ modelType: String? = nil) throws {
    let tokenizer = try TokenizerFolder.load(from: folder, modelType: modelType)
    for text in texts {
      let ids = tokenizer.encode(text, "the sea", maximumLength: 16).ids
      guard ids.allSatisfy({ $0 >= 0 && $0 < tokenizer.vocabularySize }) else {
        throw Wrong(description: "'\(text)' has an id outside of the vocabulary of \(tokenizer.vocabularySize): \(ids)")
      }
      _ = tokenizer.decode(tokenizer.encode(text))
    }
  }

  /// What lies beside a tokenizer's own files in published folders.
  private static func companions(_ folder: URL, _ tokenizerClass: String, mask: Int) throws -> [Subject.Target] {
    try [
      .init(
        folder.appending(path: "tokenizer_config.json"),
        text:
          #"{"do_lower_case": \#(tokenizerClass == "BertTokenizer"), "tokenizer_class": "\#(tokenizerClass)", "model_max_length": 512, "add_prefix_space": false}"#
      ),
      .init(
        folder.appending(path: "special_tokens_map.json"),
        text: #"{"mask_token": {"content": "[MASK]", "lstrip": true}, "pad_token": "[PAD]"}"#),
      .init(folder.appending(path: "added_tokens.json"), text: #"{"[MASK]": \#(mask)}"#),
    ]
  }

  private static let wordPiece = Format("wordpiece") { folder in
    try copyFixture("tokenizers/bert-wordpiece", to: folder, ["vocab.txt"])
    let vocabulary = try Subject.Target(folder.appending(path: "vocab.txt"))
    return Subject([vocabulary, vocabulary] + (try companions(folder, "BertTokenizer", mask: 4))) { target, _ in
      try tokenize(target.folder)
    }
  }

  private static let byteLevel = Format("byte-level") { folder in
    let names = ["vocab.json", "merges.txt"]
    try copyFixture("tokenizers/roberta-bpe", to: folder, names)
    let targets = try names.map { try Subject.Target(folder.appending(path: $0)) }
    return Subject(targets + targets + (try companions(folder, "RobertaTokenizer", mask: 620))) { target, _ in
      try tokenize(target.folder)
    }
  }

  private static let fastByteLevel = Format("tokenizer.json", share: 600) { folder in
    try copyFixture("tokenizers/roberta-bpe", to: folder, ["tokenizer.json"])
    let whole = try Subject.Target(folder.appending(path: "tokenizer.json"))
    return Subject([whole, whole] + (try companions(folder, "RobertaTokenizerFast", mask: 620))) { target, _ in
      try tokenize(target.folder)
    }
  }

  private static let sentencePiece = Format("sentencepiece", share: 300) { folder in
    let corpus = folder.appending(path: "corpus.txt")
    let lines = TinyProject.rows(0..<200)
    _ = try Subject.Target(corpus, text: lines)
    let pieces = try SentencePieceTrainer.train(corpus: corpus, vocabularySize: 60)
    let model = try Subject.Target(folder.appending(path: "spm.model"), Data(pieces))
    return Subject([model, model] + (try companions(folder, "DebertaV2Tokenizer", mask: 37))) { target, _ in
      try tokenize(target.folder)
    }
  }

  private static let adapterNames = [
    "key", "adalora", "alpha-pattern-expression", "bias-all", "dora", "exclude-expression", "layers", "rank-pattern",
    "rank-pattern-stabilized", "saved-path", "target-all-linear", "target-expression", "vera-layers", "ia3-expression", "ln-tuning",
  ]

  /// The variants that are compared with the library: every stage of `tokenizer.json`, and all that lies beside vocabularies.
  private static let tokenizerVariants = Format("tokenizer-variants", share: 1500) { folder in
    struct Variant: Decodable {
      let name: String
      let files: [String: String]
      let copied: [String: String]
      let modelType: String

      enum CodingKeys: String, CodingKey {
        case name, files, copied
        case modelType = "model_type"
      }
    }
    struct File: Decodable { let variants: [Variant] }
    let tokenizers = Repository.fixtures.appending(path: "tokenizers")
    let file = try JSONDecoder().decode(File.self, from: Data(contentsOf: tokenizers.appending(path: "variants.json")))
    var types: [String: String] = [:]
    let targets = try file.variants.flatMap { variant in
      let home = folder.appending(path: variant.name)
      types[home.path] = variant.modelType
      for (name, source) in variant.copied {
        _ = try Subject.Target(home.appending(path: name), Data(contentsOf: tokenizers.appending(path: source)))
      }
      return try variant.files.sorted { $0.key < $1.key }.map { try Subject.Target(home.appending(path: $0), text: $1) }
    }
    let modelTypes = types
    return Subject(targets) { target, _ in try tokenize(target.folder, modelTypes[target.folder.path]) }
  }

  /// Llama's, which the program reads as a tokenizer, not as a model.
  private static let piecesByPair = Format("tokenizer.model") { folder in
    try copyFixture("tokenizers/llama-bpe", to: folder, ["tokenizer.model"])
    let model = try Subject.Target(folder.appending(path: "tokenizer.model"))
    let settings = try Subject.Target(
      folder.appending(path: "tokenizer_config.json"),
      text: #"{"add_bos_token": true, "add_eos_token": false, "legacy": true, "tokenizer_class": "LlamaTokenizer"}"#)
    return Subject([model, model, settings]) { target, _ in
      try tokenize(target.folder)
    }
  }

  private static func adapters(_ folder: URL) throws -> [Subject.Target] {
    try copyFixture("adapters/base", to: folder.appending(path: "base"))
    return try adapterNames.flatMap { name in
      let home = folder.appending(path: name), source = Repository.fixtures.appending(path: "adapters/\(name)")
      try FileManager.default.createDirectory(at: home, withIntermediateDirectories: true)
      let weights = source.appending(path: "adapter_model.safetensors")
      let own = try Subject.Target(
        home.appending(path: "adapter_config.json"), Data(contentsOf: source.appending(path: "adapter_config.json")))
      guard FileManager.default.fileExists(atPath: weights.path) else { return [Subject.Target]() }
      return [own, try .init(home.appending(path: "adapter_model.safetensors"), Data(contentsOf: weights), .safetensors)]
    }
  }

  private static let adapter = Format("adapter-folder", share: 600) { folder in
    Subject(try adapters(folder)) { target, _ in _ = try PEFTAdapter(folder: target.folder) }
  }

  /// As `lowrank merge` does it.
  private static let merge = Format("adapter-merge", share: 300) { folder in
    Subject(try adapters(folder)) { target, _ in
      let base = folder.appending(path: "base/bert")
      let model = try PEFTAdapter(folder: target.folder).load(onto: base, on: CPUBackend(threads: 1))
      try MergedModel.fold(model, method: "an adapter")
    }
  }
}
