// "Did you mean …?": the known name that is fewest edits away from what was typed.

/// What a message says of a name that is not known.
package enum Suggestion {
  /// Names longer than this are not compared: the distance is quadratic in their length.
  private static let longestName = 64

  /// The known name nearest to `name`, if it is near enough to be meant. Ties go to the name listed first.
  package static func closest(to name: String, among known: [String]) -> String? {
    let typed = Array(name.lowercased().unicodeScalars.prefix(longestName + 1))
    guard !typed.isEmpty, typed.count <= longestName else { return nil }
    var best: (name: String, distance: Int)?
    for candidate in known {
      let letters = Array(candidate.lowercased().unicodeScalars.prefix(longestName))
      let distance = editDistance(typed, letters)
      let allowed = max(1, (min(typed.count, letters.count) + 1) / 3)
      if distance <= allowed, distance < best?.distance ?? .max { best = (candidate, distance) }
    }
    return best?.name
  }

  /// ` Did you mean 'x'?`, or nothing.
  package static func sentence(for name: String, among known: [String]) -> String {
    closest(to: name, among: known).map { " Did you mean '\($0)'?" } ?? ""
  }

  /// ` (label: a, b, c)`, or nothing where there is nothing to list.
  package static func list(_ label: String, _ known: [String]) -> String {
    known.isEmpty ? "" : " (\(label): \(known.joined(separator: ", ")))"
  }

  /// Insertions, deletions, replacements and swaps of neighbours between two names.
  package static func editDistance(_ first: [Unicode.Scalar], _ second: [Unicode.Scalar]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...second.count)
    for (row, letter) in first.enumerated() {
      var current = [row + 1]
      for (column, other) in second.enumerated() {
        var least = min(previous[column + 1] + 1, current[column] + 1, previous[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == second[column - 1], first[row - 1] == other {
          least = min(least, beforePrevious[column - 1] + 1)
        }
        current.append(least)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[second.count]
  }
}
