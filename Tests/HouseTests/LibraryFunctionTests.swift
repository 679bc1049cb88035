// The C library's functions are rounded otherwise on each system: no result may depend on them.
import Foundation
import TestSupport
import Testing

@Suite("Functions of the C library")
struct LibraryFunctionTests {
  /// Calls that stay, and what their values reach.
  private static let reasons = [
    "Reporting/Figures/GnuplotPanel.swift log10": "how far the tics of a picture stand apart",
    "Reporting/Figures/GnuplotPanel.swift pow": "how far the tics of a picture stand apart",
  ]

  @Test("none is called whose value reaches a result: functions.c has what is needed")
  func calls() throws {
    let sources = Repository.root.appending(path: "Sources")
    let paths = FileManager.default.enumerator(atPath: sources.path)?.allObjects as? [String] ?? []
    let files = paths.filter { ["swift", "c", "h", "cpp"].contains(URL(filePath: $0).pathExtension) }
    #expect(files.count > 300)
    var found: Set<String> = []
    for path in files {
      let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
      for name in try LibraryCalls.names(in: text) { found.insert("\(path) \(name)") }
    }
    #expect(found == Set(Self.reasons.keys))
  }

  @Test("every way to call one is seen, and nothing else")
  func ways() throws {
    let code = #"""
      let a = exp(x) + pow(log(x), 2)
      let b = values.map(sin).reduce(0, hypot)
      let c = Foundation.cos(x), d: (Double) -> Double = tan
      let text = "\(log2(x)) of tanh"
      y = expf(x) + __builtin_logf(x) * std::erf(x) + cbrt (x);
      // atan(x)
      let e = lr_exp(x) + logger.log(x) + x.squareRoot() + sqrt(x) + floor(x) + fmod(x, y) /* asin(x) */
      let f = explode(x), g: Activation = .tanh, h = form(log: 3), power = power(2)
      """#
    #expect(
      try LibraryCalls.names(in: code) == [
        "exp", "pow", "log", "sin", "hypot", "cos", "tan", "log2", "expf", "logf", "erf", "cbrt",
      ])
  }
}

/// Where code calls a function of the C library whose last bits no standard settles, or hands one on. Roots, remainders and what rounds
/// to whole numbers are exact, and so not meant.
private enum LibraryCalls {
  private static let functions =
    "exp|exp2|exp10|expm1|log|log2|log10|log1p|pow|cbrt|hypot|sin|cos|tan|sincos|asin|acos|atan|atan2|sinh|cosh|tanh|asinh|acosh"
    + "|atanh|erf|erfc|gamma|lgamma|lgamma_r|tgamma|j0|j1|jn|y0|y1|yn"

  /// The names, in the order of the code. (`NSRegularExpression` reads all sources twenty times as fast as `Regex`.)
  static func names(in text: String) throws -> [String] {
    let comments = try NSRegularExpression(pattern: #"/\*[\s\S]*?\*/|//.*"#)
    let name = "(?<![\\w.])(?:Foundation\\.|Glibc\\.|std::|__builtin_)?((?:\(functions))[fl]?)"
    let calls = try NSRegularExpression(pattern: "\(name)\\s*\\(|[(,=:]\\s*\(name)\\s*(?:[,);]|$)", options: .anchorsMatchLines)
    func whole(_ text: String) -> NSRange { NSRange(text.startIndex..., in: text) }
    let code = comments.stringByReplacingMatches(in: text, range: whole(text), withTemplate: "")
    return calls.matches(in: code, range: whole(code)).compactMap { match in
      [1, 2].lazy.compactMap { Range(match.range(at: $0), in: code) }.first.map { String(code[$0]) }
    }
  }
}
