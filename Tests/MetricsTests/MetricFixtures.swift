// The expected values that scikit-learn 1.9.1, SciPy 1.17.1 and the text metrics' own programs computed, from Tests/Fixtures/metrics.
import Foundation

struct ClassificationCase: Decodable {
  let gold: [Int]
  let predicted: [Int]
  let accuracy: Double
  let f1: Double?
  let mcc: Double
}

struct CorrelationCase: Decodable {
  let x: [Double]
  let y: [Double]
  let pearson: Double?
  let spearman: Double?
}

struct ComparisonCase: Decodable {
  let a: [Double]
  let b: [Double]
  let meanA: Double
  let sdA: Double
  let pairedT: Double
  let pairedTP: Double
  let welchTP: Double
  let wilcoxonP: Double
  let wilcoxonW: Double
}

/// What SciPy and NumPy compute of paired differences (`Tests/Peer/make_difference_fixtures.py`).
struct DifferenceFixture: Decodable {
  struct Family: Decodable {
    let rows: [[Double?]]
    let p: [Double]
    let adjusted: [Double]
  }
  struct NoncentralT: Decodable {
    let t: Double
    let degreesOfFreedom: Double
    let noncentrality: Double
    let probability: Double
  }
  struct Detectable: Decodable {
    let degreesOfFreedom: Int
    let level: Double
    let power: Double
    let difference: Double
  }
  struct Bootstrap: Decodable {
    let tasks: [[Double]]
    let mean: Double
    let low: Double
    let high: Double
    let equivalenceLow: Double
    let equivalenceHigh: Double
  }
  struct Ranks: Decodable {
    let rows: [[Double]]
    let ranks: [Double]
  }

  let signFlips: [Family]
  let noncentralT: [NoncentralT]
  let detectable: [Detectable]
  let bootstrap: [Bootstrap]
  let ranks: [Ranks]
}

func fixture<Case: Decodable>(_ name: String, as type: Case.Type) throws -> [Case] {
  try wholeFixture(name, as: [Case].self)
}

func wholeFixture<Contents: Decodable>(_ name: String, as type: Contents.Type) throws -> Contents {
  let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
  let data = try Data(contentsOf: tests.appending(path: "Fixtures/metrics/\(name).json"))
  let decoder = JSONDecoder()
  decoder.keyDecodingStrategy = .convertFromSnakeCase
  return try decoder.decode(type, from: data)
}

/// Words as they read.
func texts(_ words: [[UInt8]]) -> [String] { words.map { String(decoding: $0, as: UTF8.self) } }

/// Equal up to the last few of sixteen digits; nil only to nil.
func near(_ value: Double?, _ expected: Double?, relative: Double = 1e-12) -> Bool {
  guard let value, let expected else { return value == nil && expected == nil }
  return abs(value - expected) <= relative * max(abs(expected), 1e-3)
}
