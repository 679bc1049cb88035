// The Porter stemmer (Porter 1980, "An algorithm for suffix stripping") with the changes that NLTK made to it, which rouge-score uses.

/// Cuts the suffixes off English words, so that `meetings` and `meeting` are one.
struct PorterStemmer {
  /// The stem of a word in lower case; one of fewer than three letters is its own.
  func stem(_ word: [UInt8]) -> [UInt8] {
    if let stem = Self.irregular[word] { return stem }
    guard word.count > 2 else { return word }
    var word = removingPlural(word)
    word = removingPastAndProgressive(word)
    // y becomes i after a consonant that does not begin the word
    if word.last == Self.y, word.count > 2, Self.consonants(word[...].dropLast()).last == true {
      word[word.count - 1] = UInt8(ascii: "i")
    }
    word = shorteningDoubleSuffixes(word)
    word = applying(Self.thirdStep, to: word) { Self.measure($0) > 0 }
    word = removingSuffixes(word)
    if word.last == UInt8(ascii: "e") {
      let stem = word[...].dropLast()
      let measure = Self.measure(stem)
      if measure > 1 || measure == 1 && !Self.endsShort(stem) { word = Array(stem) }
    }
    if Self.ends(word, with: "ll"), Self.measure(word[...].dropLast()) > 1 { word.removeLast() }
    return word
  }

  /// A suffix and what takes its place.
  private typealias Rule = (suffix: [UInt8], replacement: [UInt8])

  private static func rules(_ pairs: KeyValuePairs<String, String>) -> [Rule] {
    pairs.map { (Array($0.key.utf8), Array($0.value.utf8)) }
  }

  private static let irregular: [[UInt8]: [UInt8]] = {
    let words = [
      "sky": "sky", "skies": "sky", "dying": "die", "lying": "lie", "tying": "tie", "news": "news", "innings": "inning",
      "inning": "inning", "outings": "outing", "outing": "outing", "cannings": "canning", "canning": "canning", "howe": "howe",
      "proceed": "proceed", "exceed": "exceed", "succeed": "succeed",
    ]
    return Dictionary(uniqueKeysWithValues: words.map { (Array($0.key.utf8), Array($0.value.utf8)) })
  }()

  private static let firstStep = rules(["sses": "ss", "ies": "i", "ss": "ss", "s": ""])

  private static let secondStep = rules([
    "ational": "ate", "tional": "tion", "enci": "ence", "anci": "ance", "izer": "ize", "bli": "ble", "alli": "al", "entli": "ent",
    "eli": "e", "ousli": "ous", "ization": "ize", "ation": "ate", "ator": "ate", "alism": "al", "iveness": "ive", "fulness": "ful",
    "ousness": "ous", "aliti": "al", "iviti": "ive", "biliti": "ble", "fulli": "ful", "logi": "log",
  ])

  private static let thirdStep = rules([
    "icate": "ic", "ative": "", "alize": "al", "iciti": "ic", "ical": "ic", "ful": "", "ness": "",
  ])

  private static let fourthStep = rules([
    "al": "", "ance": "", "ence": "", "er": "", "ic": "", "able": "", "ible": "", "ant": "", "ement": "", "ment": "", "ent": "",
    "ion": "", "ou": "", "ism": "", "ate": "", "iti": "", "ous": "", "ive": "", "ize": "",
  ])

  /// Applies the first rule whose suffix the word has, if the condition holds for what comes before the suffix.
  private func applying(_ rules: [Rule], to word: [UInt8], where isMet: (ArraySlice<UInt8>) -> Bool) -> [UInt8] {
    guard let rule = rules.first(where: { word.hasSuffix($0.suffix) }) else { return word }
    let stem = word[...].dropLast(rule.suffix.count)
    return isMet(stem) ? stem + rule.replacement : word
  }

  private func removingPlural(_ word: [UInt8]) -> [UInt8] {
    word.count == 4 && Self.ends(word, with: "ies") ? word.dropLast() : applying(Self.firstStep, to: word) { _ in true }
  }

  /// `agreed`, `plastered`, `motoring`.
  private func removingPastAndProgressive(_ word: [UInt8]) -> [UInt8] {
    if Self.ends(word, with: "ied") { return word.dropLast(word.count == 4 ? 1 : 2) }
    if Self.ends(word, with: "eed") { return Self.measure(word[...].dropLast(3)) > 0 ? word.dropLast() : word }
    guard let suffix = ["ed", "ing"].first(where: { Self.ends(word, with: $0) }) else { return word }
    var stem = Array(word.dropLast(suffix.utf8.count))
    guard let last = stem.last, Self.consonants(stem[...]).contains(false) else { return word }
    let e = UInt8(ascii: "e")
    if ["at", "bl", "iz"].contains(where: { Self.ends(stem, with: $0) }) { return stem + [e] }
    if stem.count > 1, stem[stem.count - 2] == last, Self.consonants(stem[...]).last == true {
      if !"lsz".utf8.contains(last) { stem.removeLast() }
      return stem
    }
    return Self.measure(stem[...]) == 1 && Self.endsShort(stem[...]) ? stem + [e] : stem
  }

  private func shorteningDoubleSuffixes(_ word: [UInt8]) -> [UInt8] {
    if Self.ends(word, with: "alli"), Self.measure(word[...].dropLast(4)) > 0 {
      return shorteningDoubleSuffixes(word.dropLast(2))
    }
    // of `logi` only the last letter is cut off, and the rest is measured
    let kept = Self.ends(word, with: "logi") ? 1 : 0
    return applying(Self.secondStep, to: word) { Self.measure(word[..<min(word.count, $0.count + kept)]) > 0 }
  }

  private func removingSuffixes(_ word: [UInt8]) -> [UInt8] {
    applying(Self.fourthStep, to: word) { stem in
      guard Self.measure(stem) > 1 else { return false }
      return !Self.ends(word, with: "ion") || stem.last == UInt8(ascii: "s") || stem.last == UInt8(ascii: "t")
    }
  }

  private static let y = UInt8(ascii: "y")

  private static func ends(_ word: [UInt8], with suffix: String) -> Bool { word.hasSuffix(Array(suffix.utf8)) }

  /// Which letters are consonants: all but a, e, i, o, u, and y after a consonant.
  private static func consonants(_ word: ArraySlice<UInt8>) -> [Bool] {
    var flags: [Bool] = []
    for letter in word { flags.append(letter == y ? flags.last != true : !"aeiou".utf8.contains(letter)) }
    return flags
  }

  /// How often a consonant follows a vowel.
  private static func measure(_ word: ArraySlice<UInt8>) -> Int {
    let flags = consonants(word)
    return zip(flags, flags.dropFirst()).count { !$0 && $1 }
  }

  /// Whether a word ends in consonant, vowel, consonant other than w, x, y; or is a vowel and a consonant.
  private static func endsShort(_ word: ArraySlice<UInt8>) -> Bool {
    let flags = consonants(word)
    if flags.count == 2 { return flags == [false, true] }
    return flags.suffix(3) == [true, false, true] && word.last.map { !"wxy".utf8.contains($0) } == true
  }
}

extension [UInt8] {
  fileprivate func hasSuffix(_ suffix: [UInt8]) -> Bool { count >= suffix.count && self.suffix(suffix.count) == suffix[...] }
}
