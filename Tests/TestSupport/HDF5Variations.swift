// An HDF5 file with one of its values replaced by what a broken file may hold there.
import Foundation
import Storage

/// A tree of values with one of them replaced.
package struct HDF5Variation: CustomStringConvertible {
  package let description: String
  package let root: HDF5Group

  private static let integers: [Int64] = [.min, -1, .max]
  private static let numbers: [Double] = [-1e308, .infinity, .nan]

  /// Every attribute and every dataset of the groups replaced by extreme values, of a group with many datasets only the first.
  package static func all(of root: HDF5Group, in groups: [String]? = nil) -> [HDF5Variation] {
    var found: [HDF5Variation] = []
    vary(root, "") { found.append(HDF5Variation(description: $0, root: $1)) }
    guard let groups else { return found }
    return found.filter { variation in groups.contains { variation.description.hasPrefix("/\($0)/") } }
  }

  /// The file's bytes; nothing here must outlive a power cut.
  package func write(to url: URL) throws { try HDF5File.data(root).write(to: url) }

  private static func vary(_ group: HDF5Group, _ path: String, _ add: (String, HDF5Group) -> Void) {
    for (index, entry) in group.attributes.enumerated() where entry.name != "identity" {
      for (text, value) in attributes(entry.attribute) {
        var copy = group
        copy.attributes[index].attribute = value
        add("\(path)@\(entry.name) is \(text)", copy)
      }
    }
    for (index, entry) in group.datasets.enumerated().prefix(path == "/parameters" ? 2 : 10) {
      for (text, values) in datasets(entry.dataset.values) {
        var copy = group
        copy.datasets[index].dataset.values = values
        copy.datasets[index].dataset.shape = [values.count]
        add("\(path)/\(entry.name) is \(text)", copy)
      }
    }
    for (index, entry) in group.groups.enumerated() {
      vary(entry.group, "\(path)/\(entry.name)") { text, inner in
        var copy = group
        copy.groups[index].group = inner
        add(text, copy)
      }
    }
  }

  private static func attributes(_ value: HDF5Attribute) -> [(String, HDF5Attribute)] {
    switch value {
    case .integer: integers.map { ("\($0)", .integer($0)) } + [("a number", .double(1))]
    case .double: numbers.map { ("\($0)", .double($0)) } + [("an integer", .integer(1))]
    case .string: [("empty", .string("")), ("an integer", .integer(1))]
    case .strings: [("empty", .strings([]))]
    }
  }

  /// All elements replaced, none left, and more of them.
  private static func datasets(_ values: HDF5Dataset.Values) -> [(String, HDF5Dataset.Values)] {
    func changes<Number>(_ old: [Number], _ new: [Number]) -> [(String, [Number])] {
      (old.isEmpty ? [] : new.map { number in ("\(number)", old.map { _ in number }) } + [("empty", [])]) + [("longer", old + new)]
    }
    return switch values {
    case .int64(let old): changes(old, integers).map { ($0, .int64($1)) } + [("numbers", .float64(old.map(Double.init)))]
    case .float64(let old): changes(old, numbers).map { ($0, .float64($1)) } + [("integers", .int64(old.map { _ in 1 }))]
    case .float32(let old): changes(old, [.nan, .infinity]).map { ($0, .float32($1)) }
    default: []
    }
  }
}
