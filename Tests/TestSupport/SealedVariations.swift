// A sealed archive taken apart, and with one of its values replaced by what a program gone wrong may have left there.
import Foundation
import Storage

/// What a sealed archive holds, to be changed and sealed again.
package struct OpenedArchive {
  package var arrays: [String: SealedEntry.Values]
  package var texts: [String: String]

  package init(_ url: URL) throws {
    let archive = try SealedArchive(url: url)
    texts = archive.texts
    arrays = try Dictionary(uniqueKeysWithValues: archive.names.compactMap { name in try archive.values(name).map { (name, $0) } })
  }

  package func write(to url: URL) throws {
    try SealedArchive.write(arrays.map { SealedEntry($0.key, $0.value) }, texts: texts, to: url)
  }
}

/// An archive with one of its values replaced.
package struct SealedVariation: CustomStringConvertible {
  package let description: String
  package let archive: OpenedArchive

  private static let integers: [Int64] = [.min, -1, .max]
  private static let numbers: [Double] = [-1e308, .infinity, .nan]

  /// Every text but the identity, and every array whose name begins with one of `prefixes`, replaced by extreme values; of parameters
  /// only the first two arrays.
  package static func all(of archive: OpenedArchive, under prefixes: [String] = [""]) -> [SealedVariation] {
    func isWanted(_ name: String) -> Bool { prefixes.contains { name.hasPrefix($0) } }
    var found: [SealedVariation] = []
    for name in archive.texts.keys.sorted() where name != "identity" && isWanted(name) {
      for text in ["", "-1", "9223372036854775807", "1e308", "é"] {
        var copy = archive
        copy.texts[name] = text
        found.append(SealedVariation(description: "text \(name) is '\(text)'", archive: copy))
      }
      var copy = archive
      copy.texts[name] = nil
      found.append(SealedVariation(description: "text \(name) is missing", archive: copy))
    }
    let parameters = Set(archive.arrays.keys.filter { $0.hasPrefix("parameters/") }.sorted().dropFirst(2))
    for (name, values) in archive.arrays.sorted(by: { $0.key < $1.key }) where isWanted(name) && !parameters.contains(name) {
      for (text, values) in changes(values) {
        var copy = archive
        copy.arrays[name] = values
        found.append(SealedVariation(description: "\(name) is \(text)", archive: copy))
      }
    }
    return found
  }

  /// All elements replaced, none left, more of them, another type, and no array at all.
  private static func changes(_ values: SealedEntry.Values) -> [(String, SealedEntry.Values?)] {
    func changes<Number>(_ old: [Number], _ new: [Number]) -> [(String, [Number])] {
      (old.isEmpty ? [] : new.map { number in ("\(number)", old.map { _ in number }) } + [("empty", [])]) + [("longer", old + new)]
    }
    let changed: [(String, SealedEntry.Values?)] =
      switch values {
      case .int64(let old): changes(old, integers).map { ($0, .int64($1)) } + [("numbers", .float64(old.map(Double.init)))]
      case .float64(let old): changes(old, numbers).map { ($0, .float64($1)) } + [("integers", .int64(old.map { _ in 1 }))]
      case .float32(let old): changes(old, [.nan, .infinity]).map { ($0, .float32($1)) }
      }
    return changed + [("missing", nil)]
  }
}
