// Recorded scores of generated text against this program's.
import Foundation
import Metrics

extension MetricParity {
  /// The files that hold cases of texts.
  static let textFiles = ["bleu.json", "rouge.json", "gsm8k.json", "gsm8k-lm-eval.json", "nist.json", "coco.json"]

  /// Compares the scores of `textFiles`, as far as they are there.
  ///
  /// - Throws: `ParityError` where the reference cannot be used.
  static func compareTexts(folder: URL, _ report: inout ParityReport) throws {
    try compareBLEU(folder, &report)
    try compareROUGE(folder, &report)
    try compareAnswers(folder, &report)
    try compareE2E(folder, &report)
  }

  private struct BLEUFile: Decodable {
    struct Setting: Decodable {
      let score, brevityPenalty, hypothesisLength, referenceLength: Double
      let precisions: [Double]
    }

    struct Corpus: Decodable {
      let hypotheses: [String]
      let references: [[String]]
      let e2e: Double?
      let sacrebleu, sacrebleuLowercase, sacrebleuNoSmoothing, sacrebleuNoneTokenised: Setting
    }

    struct Words: Decodable {
      let text: String
      let tokens: [String]
    }

    let corpora: [Corpus]
    let tokens: [Words]
  }

  private static func compareBLEU(_ folder: URL, _ report: inout ParityReport) throws {
    guard let file = try read(BLEUFile.self, "bleu.json", in: folder) else { return }
    for (number, row) in file.corpora.enumerated() {
      let name = "case \(number)"
      try requireEqual(row.hypotheses.count, row.references.count, "bleu.json", number, in: folder)
      let settings: [(String, BLEUFile.Setting, BLEU.Tokenization, Bool, BLEU.Smoothing)] = [
        ("bleu, smoothed", row.sacrebleu, .mteval13a, true, .halving),
        ("bleu, smoothed, lower-cased", row.sacrebleuLowercase, .mteval13a, false, .halving),
        ("bleu", row.sacrebleuNoSmoothing, .mteval13a, true, .none),
        ("bleu of words as given", row.sacrebleuNoneTokenised, .whitespace, true, .halving),
      ]
      for (quantity, expected, tokenization, isCaseSensitive, smoothing) in settings {
        let bleu = BLEU(
          references: row.references, predicted: row.hypotheses, tokenization: tokenization, isCaseSensitive: isCaseSensitive,
          smoothing: smoothing)
        check(&report, quantity, name, bleu?.score, expected.score / 100)
        check(&report, "brevity penalty", name, bleu?.brevityPenalty, expected.brevityPenalty)
        check(&report, "words", name, bleu.map { Double($0.length) }, expected.hypothesisLength)
        check(&report, "words of references", name, bleu.map { Double($0.referenceLength) }, expected.referenceLength)
        let precisions = bleu?.precisions ?? []
        try requireEqual(precisions.count, expected.precisions.count, "bleu.json", number, in: folder)
        for (found, expected) in zip(precisions, expected.precisions) { check(&report, "precision", name, found, expected / 100) }
      }
      if let expected = row.e2e {
        check(&report, "bleu", name, Metric.bleu.value(references: row.references, predicted: row.hypotheses), expected / 100)
      }
    }
    for row in file.tokens { report.compareExactly("13a words", row.text, BLEU.mtevalWords(row.text), with: row.tokens) }
  }

  private struct ROUGEFile: Decodable {
    struct Shares: Decodable {
      let rouge1, rouge2, rougeL: [Double]
    }

    struct Pair: Decodable {
      let hypothesis, reference: String
      let stemmed, unstemmed: Shares
    }

    struct Words: Decodable {
      let text: String
      let stemmed, plain: [String]
    }

    let pairs: [Pair]
    let meanStemmedF: [String: Double]
    let tokens: [Words]
    let stems: [String: String]
  }

  private static func compareROUGE(_ folder: URL, _ report: inout ParityReport) throws {
    guard let file = try read(ROUGEFile.self, "rouge.json", in: folder) else { return }
    for (number, row) in file.pairs.enumerated() {
      for (shares, isStemmed) in [(row.stemmed, true), (row.unstemmed, false)] {
        for (quantity, unit, expected) in [
          ("rouge1", ROUGE.Unit.words, shares.rouge1), ("rouge2", .pairs, shares.rouge2), ("rougeL", .subsequence, shares.rougeL),
        ] {
          try requireEqual(expected.count, 3, "rouge.json", number, in: folder)
          let rouge = ROUGE(reference: row.reference, predicted: row.hypothesis, unit: unit, isStemmed: isStemmed)
          for (found, expected) in zip([rouge.precision, rouge.recall, rouge.f1], expected) {
            check(&report, quantity, "case \(number)", found, expected)
          }
        }
      }
    }
    for metric in [Metric.rouge1, .rouge2, .rougeL] {
      guard let expected = file.meanStemmedF[metric.rawValue] else { continue }
      let found = metric.value(references: file.pairs.map { [$0.reference] }, predicted: file.pairs.map(\.hypothesis))
      check(&report, "\(metric.rawValue), mean", "all cases", found, expected)
    }
    for row in file.tokens {
      report.compareExactly("rouge words", row.text, ROUGE.words(of: row.text, isStemmed: false), with: row.plain)
      report.compareExactly("rouge words, stemmed", row.text, ROUGE.words(of: row.text, isStemmed: true), with: row.stemmed)
    }
    // a word of three letters or fewer has its stem without ROUGE's help only
    for (word, stem) in file.stems.sorted(by: { $0.key < $1.key }) where word.utf8.count > 3 {
      report.compareExactly("stem", word, ROUGE.words(of: word, isStemmed: true), with: [stem])
    }
    report.notes.append("not compared: rougeLsum of rouge.json")
  }

  private struct GSM8KCase: Decodable {
    let text: String
    let strict, flexible: String?
  }

  private struct HarnessCase: Decodable {
    struct Answer: Decodable {
      let extracted, normalised: String
      let match: Bool
    }

    let raw, text, gold, goldNormalised: String
    let strict, flexible: Answer
  }

  private static func compareAnswers(_ folder: URL, _ report: inout ParityReport) throws {
    for (number, row) in (try read([GSM8KCase].self, "gsm8k.json", in: folder) ?? []).enumerated() {
      report.compareExactly("gsm8k", "case \(number)", [GSM8KAnswer.strict(row.text)], with: [row.strict])
      report.compareExactly("gsm8k-flexible", "case \(number)", [GSM8KAnswer.flexible(row.text)], with: [row.flexible])
    }
    for (number, row) in (try read([HarnessCase].self, "gsm8k-lm-eval.json", in: folder) ?? []).enumerated() {
      let name = "case \(number)"
      report.compareExactly("harness, text", name, [HarnessAnswer.answered(row.raw)], with: [row.text])
      report.compareExactly("harness, gold", name, [HarnessAnswer.normalised(row.gold)], with: [row.goldNormalised])
      for (quantity, found, expected) in [
        ("harness, strict", HarnessAnswer.strict(row.text), row.strict),
        ("harness, flexible", HarnessAnswer.flexible(row.text), row.flexible),
      ] {
        let normalised = HarnessAnswer.normalised(found)
        report.compareExactly(quantity, name, [found, normalised], with: [expected.extracted, expected.normalised])
        report.compareExactly(quantity, name, [HarnessAnswer.isRight(found, gold: row.gold)], with: [expected.match])
      }
    }
  }

  private struct NISTCase: Decodable {
    struct Score: Decodable {
      let score, penalty, referenceLength: Double
    }

    let hypotheses: [String]
    let references: [[String]]
    let byOrder: [Double]
    let mteval: Score
    let e2e: Score?
  }

  private struct COCOCase: Decodable {
    struct Score: Decodable {
      let score: Double
      let each: [Double]
    }

    let hypotheses: [String]
    let references: [[String]]
    let cider, rougeL: Score
  }

  /// NIST and coco-caption's scores.
  private static func compareE2E(_ folder: URL, _ report: inout ParityReport) throws {
    let rows = try read([NISTCase].self, "nist.json", in: folder)
    for (number, row) in (rows ?? []).enumerated() {
      let name = "case \(number)"
      try requireEqual(row.hypotheses.count, row.references.count, "nist.json", number, in: folder)
      for (quantity, length, expected) in [
        ("nist, mteval", NIST.Length.perSet, row.mteval), ("nist, e2e", .meanOfExamples, row.e2e),
      ] {
        guard let expected else { continue }
        let nist = NIST(references: row.references, predicted: row.hypotheses, comparedLength: length)
        let byOrder = nist?.byOrder ?? []
        try requireEqual(byOrder.count, row.byOrder.count, "nist.json", number, in: folder)
        for (found, expected) in zip(byOrder, row.byOrder) { check(&report, quantity, name, found, expected) }
        check(&report, quantity, name, nist?.score, expected.score)
        check(&report, quantity, name, nist?.penalty, expected.penalty)
        check(&report, quantity, name, nist?.referenceLength, expected.referenceLength)
      }
    }
    if rows != nil { report.notes.append("not compared: nltk of nist.json, which is another rule") }
    for (number, row) in (try read([COCOCase].self, "coco.json", in: folder) ?? []).enumerated() {
      try requireEqual(row.hypotheses.count, row.references.count, "coco.json", number, in: folder)
      for (quantity, found, expected) in [
        ("cider", COCOCaption.cider(references: row.references, predicted: row.hypotheses), row.cider),
        ("coco rougeL", COCOCaption.rougeL(references: row.references, predicted: row.hypotheses), row.rougeL),
      ] {
        try requireEqual(found?.count ?? 0, expected.each.count, "coco.json", number, in: folder)
        for (found, expected) in zip(found ?? [], expected.each) { check(&report, quantity, "case \(number)", found, expected) }
        check(&report, quantity, "case \(number)", found.flatMap(mean), expected.score)
      }
    }
  }
}
