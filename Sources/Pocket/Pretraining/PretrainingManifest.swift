// The manifest of a pre-training run: `experiments/pretrain/<id>.yaml`, read as strictly as a table's manifest.
import Manifests
import Models
import Settings

/// What makes a pocket model: its sizes, its vocabulary, and how it is trained.
package struct PretrainingManifest: Sendable, Equatable {
  /// The id, which is the name of the folder that the model goes to.
  package let id: String
  /// The seed of initial values and of the stream of rows.
  let seed: Int
  /// Every value by section and key (`model.layers`), defaults included, in a fixed order.
  private let values: [(name: String, value: OptionValue)]

  package static func == (first: PretrainingManifest, second: PretrainingManifest) -> Bool {
    first.canonicalJSON == second.canonicalJSON
  }

  /// A whole number by its name.
  ///
  /// - Precondition: the name is one of a whole number of `sections`.
  func integer(_ name: String) -> Int { value(name).integer ?? 0 }

  /// A number by its name.
  ///
  /// - Precondition: the name is one of `sections`.
  func number(_ name: String) -> Double { value(name).number ?? 0 }

  /// The name of a choice by its name.
  ///
  /// - Precondition: the name is one of `sections`.
  func choice(_ name: String) -> String { value(name).text ?? "" }

  /// A list of numbers by its name.
  ///
  /// - Precondition: the name is one of `sections`.
  func numbers(_ name: String) -> [Double] { value(name).numbers ?? [] }

  /// What kind of model is made.
  var architecture: Architecture {
    switch choice("model.architecture") {
    case "roberta": .roberta
    case "llama": .llama
    default: .deberta
    }
  }

  /// The share of each batch by kind of row, in the order of the kinds; of an encoder.
  var shares: [Double] { PocketPretraining.Kind.allCases.map { number("shares.\($0)") } }

  /// The share of each batch by kind of document, in the order of the kinds; of a decoder.
  var documents: [Double] { PocketDocuments.Kind.allCases.map { number("documents.\($0)") } }

  private func value(_ name: String) -> OptionValue {
    guard let found = values.first(where: { $0.name == name }) else {
      preconditionFailure("'\(name)' is no key of a pre-training manifest")
    }
    return found.value
  }

  /// All that decides the numbers of the run, as canonical JSON.
  var canonicalJSON: String {
    var members = Dictionary(values.map { ($0.name, $0.value.canonical) }, uniquingKeysWith: { first, _ in first })
    members["seed"] = .integer(seed)
    for (name, value) in Self.laterDefaults where members[name]?.compact == value.canonical.compact { members[name] = nil }
    return JSONValue.object(members).compact
  }

  /// Keys that came after models had been made, with their defaults: left out where they say nothing new, so that a model made before
  /// keeps its identity.
  private static let laterDefaults: [(name: String, value: OptionValue)] = [
    ("model.architecture", .text("deberta")), ("loss.given", .number(0)), ("loss.content", .number(0)),
  ]

  /// The sections of the manifest of an architecture, with the types, limits and defaults of their keys; those without a default must
  /// be given. A decoder tells next words, and has documents in place of rows with questions.
  static func sections(_ architecture: String?) -> [SectionedManifest.Section] {
    let isDecoder = architecture == Self.decoder
    return [model(isDecoder), vocabulary, training] + (isDecoder ? [verdicts, documents] : [loss, pacing, shares])
  }

  private static let decoder = "llama"

  private static func model(_ isDecoder: Bool) -> SectionedManifest.Section {
    var keys = [
      OptionSchema(
        "architecture", .choice(["deberta", "roberta", decoder]), default: .text("deberta"), "The kind of model."),
      OptionSchema("layers", .integer(1...64), "Blocks."),
      OptionSchema("hidden_size", .integer(8...4096), "Width of the hidden states."),
      OptionSchema("heads", .integer(1...256), "Attention heads of a block."),
      OptionSchema("intermediate_size", .integer(8...16_384), "Width of the feed-forward half."),
      OptionSchema(
        "position_buckets", .integer(0...1024), default: .integer(0), "DeBERTa: buckets of relative distances in each direction."),
      OptionSchema(
        "positions", .integer(4...65_536),
        "DeBERTa: the distance from which on buckets no longer grow; otherwise the most tokens of a sequence."),
      OptionSchema("dropout", .number(0...0.9), default: .number(0.1), "Rate for fine-tuning; pre-training has none."),
      OptionSchema("initializer_range", .numberAbove(0, atMost: 1), "Standard deviation of fresh matrices."),
    ]
    if isDecoder {
      keys.removeAll { $0.name == "position_buckets" }
      keys.insert(OptionSchema("key_heads", .integer(1...256), "Heads of keys and values, a divisor of 'heads'."), at: 4)
    }
    return ("model", keys)
  }

  private static let vocabulary: SectionedManifest.Section = (
    "vocabulary",
    [
      OptionSchema("pieces", .integer(5...65_536), "The most pieces; fewer where the corpus gives no more."),
      OptionSchema("sentences", .integer(1...1_000_000), "Generated sentences that it is trained on."),
    ]
  )

  private static let training: SectionedManifest.Section = (
    "training",
    [
      OptionSchema("steps", .integer(1...10_000_000), "Updates."),
      OptionSchema("batch", .integer(1...65_536), "Rows in one update."),
      OptionSchema("learning_rate", .numberAbove(0, atMost: 1), "The highest learning rate."),
      OptionSchema("warmup_steps", .integer(0...10_000_000), default: .integer(0), "Updates of rising rate."),
      OptionSchema("decay", .number(0...1), default: .number(1), "The share of updates of falling rate."),
      OptionSchema("weight_decay", .number(0...1), default: .number(0), "Decoupled decay of matrices."),
      OptionSchema("betas", .numbers(count: 2, 0...0.999999), default: .numbers([0.9, 0.999]), "AdamW's decay rates."),
      OptionSchema("max_gradient_norm", .number(0...1e6), default: .number(1), "Clipping; 0 for none."),
    ]
  )

  private static let loss: SectionedManifest.Section = (
    "loss",
    [
      OptionSchema("masked", .number(0...1e3), default: .number(1), "Weight of naming masked words."),
      OptionSchema("judged", .number(0...1e3), default: .number(1), "Weight of judging words."),
      OptionSchema(
        "given", .number(0...1e3), default: .number(0),
        "Weight of the words of a first sentence that the second is judged by: they hold."),
      OptionSchema("topic", .number(0...1e3), default: .number(0), "Weight of the topic of a pair."),
      OptionSchema(
        "content", .number(0...1e3), default: .number(0),
        "Weight of naming, from the first token, the words of the row's first sentence."),
    ]
  )

  private static let verdicts: SectionedManifest.Section = (
    "loss",
    [
      OptionSchema(
        "judged", .number(0...1e3), default: .number(1),
        "Weight of the words that judge what was read, against 1 of any other word.")
    ]
  )

  private static let pacing: SectionedManifest.Section = (
    "pacing",
    [
      OptionSchema("harder_above", .number(0.5...1), "The detection rate above which rows get harder."),
      OptionSchema("easier_below", .number(0...1), "The detection rate below which rows get easier."),
      OptionSchema("rise", .number(0...1), "A step up, for a kind that is a whole batch."),
      OptionSchema("fall", .number(0...1), "A step down."),
      OptionSchema("memory", .number(0...0.9999), "How much of the running rate stays."),
    ]
  )

  private static let shares: SectionedManifest.Section = (
    "shares",
    PocketPretraining.Kind.allCases.map {
      OptionSchema("\($0)", .number(0...1e6), default: .number(0), "The share of rows of this kind.")
    }
  )

  private static let documents: SectionedManifest.Section = (
    "documents",
    PocketDocuments.Kind.allCases.map {
      OptionSchema("\($0)", .number(0...1e6), default: .number(0), "The share of documents of this kind.")
    }
  )

  /// Reads and checks the manifest at `path`.
  ///
  /// - Throws: `ManifestError` with every problem, each with its line.
  package static func load(path: String) throws(ManifestError) -> PretrainingManifest {
    let read = try SectionedManifest.load(
      path: path, kind: "a pre-training manifest", by: ("model", "architecture"), sections: sections, check: check)
    return PretrainingManifest(id: read.id, seed: read.seed, values: read.values)
  }

  /// What no single key can say.
  private static func check(_ value: (String) -> OptionValue?, _ report: (_ section: String, _ message: String) -> Void) {
    func number(_ name: String) -> Double? { value(name)?.number }
    if let size = number("model.hidden_size"), let heads = number("model.heads"),
      size.truncatingRemainder(dividingBy: heads) != 0
    {
      report("model", "'hidden_size' \(Int(size)) is no multiple of 'heads' \(Int(heads)).")
    }
    let architecture = value("model.architecture")?.text
    if architecture == decoder {
      if let heads = number("model.heads"), let keys = number("model.key_heads"), heads.truncatingRemainder(dividingBy: keys) != 0 {
        report("model", "'key_heads' \(Int(keys)) is no divisor of 'heads' \(Int(heads)).")
      }
      if !PocketDocuments.Kind.allCases.contains(where: { number("documents.\($0)") ?? 0 > 0 }) {
        report("documents", "'documents' gives no kind of document a share above 0.")
      }
      return
    }
    let isDeBERTa = architecture == "deberta"
    if let buckets = number("model.position_buckets"), isDeBERTa ? buckets < 2 : buckets != 0 {
      report(
        "model",
        isDeBERTa ? "'position_buckets' is \(Int(buckets)); DeBERTa needs at least 2." : "'position_buckets' is DeBERTa's alone.")
    } else if isDeBERTa, let buckets = number("model.position_buckets"), let positions = number("model.positions"),
      positions - 1 <= (buckets / 2).rounded(.down)
    {
      report("model", "'positions' \(Int(positions)) leaves nothing beyond half of the \(Int(buckets)) 'position_buckets'.")
    }
    if let above = number("pacing.harder_above"), let below = number("pacing.easier_below"), below > above {
      report("pacing", "'easier_below' is above 'harder_above'.")
    }
    if !PocketPretraining.Kind.allCases.contains(where: { number("shares.\($0)") ?? 0 > 0 }) {
      report("shares", "'shares' gives no kind of row a share above 0.")
    }
  }
}
