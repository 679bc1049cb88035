// From a pre-training manifest to a model's folder: vocabulary, training, files, and last a record of how they came to be.
import Devices
import Foundation
import Models
import Records
import Settings
import Storage
import Tensors
import Tokenizers
import Training

/// Makes one pocket model.
package struct PocketPretrainingRun: Sendable {
  let manifest: PretrainingManifest
  /// Where the model goes.
  package let output: URL
  /// Where it is resumed from.
  let workFolder: URL
  let threads: Int
  /// Seconds between checkpoints.
  var checkpointInterval = 60.0

  /// A run that leaves its model in `output` and its checkpoint in `workFolder`.
  package init(_ manifest: PretrainingManifest, output: URL, workFolder: URL, threads: Int) {
    self.manifest = manifest
    self.output = output
    self.workFolder = workFolder
    self.threads = threads
  }

  /// What makes two runs the same.
  var identity: String { identity(numerics: Numerics.version) }

  private func identity(numerics version: Int) -> String {
    FileDigest.sha256(of: Array("\(manifest.canonicalJSON)\n\(PocketData.seed)\n\(version)".utf8))
  }

  private static let recordName = "record.json"
  private var isDecoder: Bool { manifest.architecture == .llama }
  private var vocabularyName: String { isDecoder ? "tokenizer.model" : "spm.model" }
  private var modelFiles: [String] { ["config.json", "model.safetensors", vocabularyName, "tokenizer_config.json"] }

  /// The record of the model that is there; nil unless it is of this recipe and its files are whole. It may be of an earlier version of
  /// the arithmetic, which the record says: tables go on from the same weights then.
  package func finished() -> PretrainingRecord? {
    guard let data = try? Data(contentsOf: output.appending(path: Self.recordName)),
      let record = try? JSONDecoder().decode(PretrainingRecord.self, from: data),
      record.identity == identity(numerics: record.numericsVersion),
      modelFiles.allSatisfy({ (try? FileDigest.sha256(of: output.appending(path: $0))) == record.digests[$0] })
    else { return nil }
    return record
  }

  /// Trains, or goes on, and writes the model.
  ///
  /// - Parameter note: told where a stopped run cannot go on from its checkpoint.
  /// - Throws: `Interruption` when asked to stop; what is wrong with files; `Divergence`.
  package func execute(
    shouldStop: () -> Bool, note: (String) -> Void = { _ in }, report: (PretrainingProgress) -> Void
  ) throws -> PretrainingRecord {
    try Folder.make(at: workFolder)
    guard case .taken(let claim) = try Claim.take(in: workFolder) else {
      throw PretrainingError.busy(folder: workFolder.path)
    }
    return try withExtendedLifetime(claim) {
      _ = try AtomicFile.sweepStaleTemporaries(in: workFolder)
      let checkpoint = try resumable(note)
      let world = PocketWorld(seed: PocketData.seed)
      let seed = UInt64(manifest.seed)
      let tokenizer = try makeVocabulary(world, seed)
      let backend = try Device.processor.backend(threads: threads)
      let training =
        isDecoder
        ? try decoder(world, tokenizer, seed, on: backend) : try encoder(world, tokenizer, seed, on: backend)
      try training.run(
        checkpoint: checkpoint, interval: checkpointInterval, shouldStop: shouldStop, beforeWriting: claim.requireHeld,
        report: report)
      try claim.requireHeld()
      let record = try write(training)
      checkpoint.delete()
      return record
    }
  }

  private func encoder(
    _ world: PocketWorld, _ tokenizer: any Tokenizer, _ seed: UInt64, on backend: any Backend
  ) throws -> any PretrainingProcess {
    let encoder = try ModelLoader.randomBackbone(encoderConfiguration(tokenizer), seed: seed, on: backend)
    encoder.startAttendingToLikes()
    return try Pretraining(
      encoder, tokenizer: tokenizer, rows: PocketPretraining(world: world, seed: seed), settings: encoderSettings, seed: seed,
      backend: backend)
  }

  private func decoder(
    _ world: PocketWorld, _ tokenizer: any Tokenizer, _ seed: UInt64, on backend: any Backend
  ) throws -> any PretrainingProcess {
    let model = try ModelLoader.random(decoderConfiguration(tokenizer), seed: seed, on: backend)
    return try NextTokenPretraining(
      model, tokenizer: tokenizer, documents: PocketDocuments(world: world, seed: seed), shares: manifest.documents,
      settings: settings)
  }

  /// The checkpoint; set aside where it cannot be gone on from.
  private func resumable(_ note: (String) -> Void) throws -> Checkpoint {
    let checkpoint = Checkpoint(url: workFolder.appending(path: "checkpoint.safetensors"), identity: identity)
    do { _ = try checkpoint.contents() } catch let error as CheckpointError {
      let place = try Checkpoint.setAside(checkpoint.url)
      note("its checkpoint cannot be used: \(error.reason). It starts again, and the file is kept as \(place.lastPathComponent)")
    }
    return checkpoint
  }

  private func write(_ training: any PretrainingProcess) throws -> PretrainingRecord {
    try Folder.make(at: output)
    try CheckpointFolder.copyTokenizer(from: workFolder, to: output)
    try training.write(to: output)
    var digests: [String: String] = [:]
    for name in modelFiles { digests[name] = try FileDigest.sha256(of: output.appending(path: name)) }
    let levels = training.levels.map { ($0.kind, ($0.level * 1000).rounded() / 1000) }
    let record = PretrainingRecord(
      identity: identity, recipe: try JSONValue(json: manifest.canonicalJSON), seed: manifest.seed,
      steps: training.completedSteps, tokens: training.tokens,
      parameters: training.trained.reduce(0) { $0 + $1.count },
      levels: Dictionary(levels, uniquingKeysWith: { first, _ in first }),
      found: Dictionary(training.found.map { ($0.kind, $0.text) }, uniquingKeysWith: { first, _ in first }),
      digests: digests, numericsVersion: Numerics.version, program: .current, environment: .current(threads: threads),
      seconds: (training.seconds * 10).rounded() / 10)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    try AtomicFile.write(try encoder.encode(record) + Data("\n".utf8), to: output.appending(path: Self.recordName))
    return record
  }

  // MARK: Vocabulary

  /// Trains the vocabulary into the work folder and reads it back.
  private func makeVocabulary(_ world: PocketWorld, _ seed: UInt64) throws -> any Tokenizer {
    let corpus = workFolder.appending(path: "corpus.txt")
    let count = manifest.integer("vocabulary.sentences"), pieces = manifest.integer("vocabulary.pieces")
    let texts = PocketCorpus(world: world, seed: seed)
    let sentences = isDecoder ? texts.documents(count) : texts.sentences(count)
    try AtomicFile.write(Data((sentences.joined(separator: "\n") + "\n").utf8), to: corpus)
    let model = try SentencePieceTrainer.train(
      corpus: corpus, layout: isDecoder ? .llama : .deberta, vocabularySize: pieces, characterCoverage: 1)
    if isDecoder {
      try SentencePieceTrainer.writeLlama(model, to: workFolder)
    } else {
      try AtomicFile.write(Data(model), to: workFolder.appending(path: vocabularyName))
      try AtomicFile.write(Data(Self.tokenizerConfiguration.utf8), to: workFolder.appending(path: "tokenizer_config.json"))
    }
    return try TokenizerFolder.load(from: workFolder, modelType: (isDecoder ? Architecture.llama : .deberta).modelType)
  }

  /// The fields that `transformers` reads.
  private static let tokenizerConfiguration = """
    {
      "bos_token": "[CLS]",
      "cls_token": "[CLS]",
      "do_lower_case": false,
      "eos_token": "[SEP]",
      "mask_token": "[MASK]",
      "pad_token": "[PAD]",
      "sep_token": "[SEP]",
      "split_by_punct": false,
      "tokenizer_class": "DebertaV2Tokenizer",
      "unk_token": "[UNK]",
      "vocab_type": "spm"
    }

    """

  // MARK: Settings

  private func encoderConfiguration(_ tokenizer: any Tokenizer) -> EncoderConfiguration {
    let isDeBERTa = manifest.architecture == .deberta
    let dropout = manifest.number("model.dropout"), positions = manifest.integer("model.positions")
    let padding = tokenizer.specialTokens.padding.map { Int($0) }
    return EncoderConfiguration(
      architecture: manifest.architecture, vocabularySize: tokenizer.vocabularySize,
      hiddenSize: manifest.integer("model.hidden_size"), layers: manifest.integer("model.layers"),
      heads: manifest.integer("model.heads"), intermediateSize: manifest.integer("model.intermediate_size"),
      // RoBERTa counts positions from the padding token's id + 1
      maximumPositions: isDeBERTa ? positions : positions + (padding ?? 0) + 1, paddingToken: padding,
      hiddenDropout: dropout, attentionDropout: dropout, initializerRange: manifest.number("model.initializer_range"),
      relativePositions: isDeBERTa
        ? RelativePositions(buckets: manifest.integer("model.position_buckets"), maximumDistance: positions) : nil)
  }

  /// A head that shares the table of words: what a token is, and which one is next, are learned together.
  private func decoderConfiguration(_ tokenizer: any Tokenizer) -> LlamaConfiguration {
    var configuration = LlamaConfiguration(
      vocabularySize: tokenizer.vocabularySize, hiddenSize: manifest.integer("model.hidden_size"),
      layers: manifest.integer("model.layers"), heads: manifest.integer("model.heads"),
      keyHeads: manifest.integer("model.key_heads"),
      intermediateSize: manifest.integer("model.intermediate_size"), maximumPositions: manifest.integer("model.positions"))
    configuration.tiesWordEmbeddings = true
    configuration.headKind = .words
    configuration.hiddenDropout = manifest.number("model.dropout")
    configuration.attentionDropout = manifest.number("model.dropout")
    configuration.initializerRange = manifest.number("model.initializer_range")
    configuration.beginningToken = tokenizer.specialTokens.beginning.map { Int($0) }
    configuration.endTokens = tokenizer.specialTokens.separator.map { [Int($0)] } ?? []
    return configuration
  }

  private var settings: PretrainingSettings {
    var settings = PretrainingSettings(steps: manifest.integer("training.steps"))
    settings.batchSize = manifest.integer("training.batch")
    settings.learningRate = manifest.number("training.learning_rate")
    settings.warmupSteps = manifest.integer("training.warmup_steps")
    settings.decayShare = manifest.number("training.decay")
    settings.weightDecay = manifest.number("training.weight_decay")
    let betas = manifest.numbers("training.betas")
    (settings.beta1, settings.beta2) = (betas[0], betas[1])
    settings.maximumGradientNorm = manifest.number("training.max_gradient_norm")
    settings.judgedWeight = manifest.number("loss.judged")
    return settings
  }

  private var encoderSettings: PretrainingSettings {
    var settings = settings
    settings.maskedWeight = manifest.number("loss.masked")
    settings.givenWeight = manifest.number("loss.given")
    settings.topicWeight = manifest.number("loss.topic")
    settings.contentWeight = manifest.number("loss.content")
    settings.shares = manifest.shares
    settings.pacing.harderAbove = manifest.number("pacing.harder_above")
    settings.pacing.easierBelow = manifest.number("pacing.easier_below")
    settings.pacing.rise = manifest.number("pacing.rise")
    settings.pacing.fall = manifest.number("pacing.fall")
    settings.pacing.memory = manifest.number("pacing.memory")
    return settings
  }
}
