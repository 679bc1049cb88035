// The words of the pocket world: every concept has two spellings (its synonyms), so that two sentences can say the
// same thing without sharing a word.

/// The word lists, as written; `PocketWorld` groups them into concepts and splits them.
enum PocketLexicon {
  /// Nouns by kind, each "spelling/synonym"; plurals take an s.
  static let nouns = [
    "doctor/physician teacher/tutor farmer/grower sailor/mariner painter/artist lawyer/attorney soldier/warrior "
      + "singer/vocalist cook/chef keeper/warden",
    "dog/hound cat/kitten horse/stallion pig/hog rabbit/hare cow/heifer frog/toad hen/chicken snake/serpent donkey/mule",
    "flower/blossom shrub/thicket weed/nettle vine/creeper apple/pippin bean/legume grain/cereal herb/spice root/tuber "
      + "melon/gourd",
    "car/auto truck/van boat/ship engine/motor train/tram bike/bicycle plane/jet clock/timer lamp/lantern wagon/cart",
  ]
  /// The word for each kind of noun.
  static let kinds = ["human", "animal", "plant", "machine"]
  /// Verbs by class: a verb of class c is done by kind c or c + 1 to kind c + 1.
  static let verbs = [
    "chase/pursue calm/soothe groom/comb scare/frighten watch/observe",
    "chew/munch crush/trample sniff/smell taste/sample pluck/pick",
    "block/obstruct damage/harm conceal/cover scratch/scrape surround/encircle",
    "help/assist warn/alert injure/wound amuse/entertain annoy/bother",
  ]
  /// Attributes as pairs of opposites, each side with its synonym.
  static let attributes =
    "big/large:small/little old/aged:young/youthful fast/quick:slow/sluggish wet/damp:dry/arid clean/spotless:dirty/filthy "
    + "strong/sturdy:weak/feeble heavy/weighty:light/airy hot/warm:cold/chilly rough/coarse:smooth/silky quiet/silent:loud/noisy"
  static let places =
    "forest/woods city/town river/stream field/meadow hill/mound beach/shore cave/cavern garden/yard road/street house/home"
  /// Words of feeling: pleasant ones first. No synonyms: any two of one polarity serve.
  static let feelings = [
    "sad angry gloomy awful terrible horrible nasty dreadful miserable cruel bitter ugly hateful rude boring",
    "happy glad lucky proud brilliant lovely pleasant charming splendid superb delightful wonderful cheerful gentle friendly",
  ]
  /// What people do about it, by polarity.
  static let outcomes = ["frown complain", "smile cheer"]
  static let function =
    "the in is are do does not by who what where ? and but although because people very near that , this these"
}

/// One thing of the world, with its spellings.
struct PocketConcept: Sendable, Equatable {
  /// Unique within the world.
  let identifier: Int
  /// Kind of noun, class of verb, polarity of feeling, or pair of opposites.
  let group: Int
  /// Word forms, [spelling][form]: nouns singular and plural, verbs third person, base and participle.
  let forms: [[String]]

  static func == (left: Self, right: Self) -> Bool { left.identifier == right.identifier }
}

/// Which concepts a text may use: GLUE-like training files and validation files share none.
enum PocketHalf: Int, Sendable, CaseIterable {
  case training, validation, all
}

/// The concepts of one part of speech, by half and group.
struct PocketPool: Sendable {
  private var members: [[[PocketConcept]]]
  private var ungrouped: [[PocketConcept]]

  init(groups: Int) {
    members = Array(repeating: Array(repeating: [], count: groups), count: PocketHalf.allCases.count)
    ungrouped = Array(repeating: [], count: PocketHalf.allCases.count)
  }

  mutating func insert(_ concept: PocketConcept, half: PocketHalf) {
    for part in [half, .all] {
      members[part.rawValue][concept.group].append(concept)
      ungrouped[part.rawValue].append(concept)
    }
  }

  func concepts(_ half: PocketHalf) -> [PocketConcept] { ungrouped[half.rawValue] }

  func concepts(_ half: PocketHalf, group: Int) -> [PocketConcept] { members[half.rawValue][group] }

  /// The first concepts of a group, of which there are `breadth` (0 to 1) of all, and two at least.
  func concepts(_ half: PocketHalf, group: Int, breadth: Double) -> [PocketConcept] {
    let all = members[half.rawValue][group]
    return Array(all.prefix(max(2, Int((breadth * Double(all.count)).rounded(.up)))))
  }
}

/// The pocket world: about 400 words, their synonyms, kinds and polarities, and which files may use which.
///
/// Of five concepts three are for training files and two for validation files (the *lexical split*), chosen by the
/// seed; pre-training sees all. A model that starts from random weights can therefore not carry what it learns about
/// training words over to validation words.
struct PocketWorld: Sendable {
  /// The number of kinds of noun, and of classes of verb.
  static let kinds = PocketLexicon.kinds.count
  let nouns: PocketPool
  let verbs: PocketPool
  /// Grouped by pair of opposites: two concepts each.
  let attributes: PocketPool
  let places: PocketPool
  /// Grouped by polarity, 1 for pleasant.
  let feelings: PocketPool
  /// Every word of the world once, in a fixed order.
  let words: [String]
  /// The words that only training files use, and those that only validation files use; all others are shared.
  let reserved: (training: [String], validation: [String])

  /// The world whose lexical split is drawn from `seed`.
  init(seed: UInt64) {
    var generator = PocketGenerator(seed: seed, stream: 0x776F_726C_64)
    var identifier = 0
    var training: [String] = []
    var validation: [String] = []

    /// `rows` are groups of units; a unit (a concept, or two opposites) goes to one half as a whole.
    func pool(_ groups: [[[[[String]]]]]) -> PocketPool {
      var pool = PocketPool(groups: groups.count)
      for (group, units) in groups.enumerated() {
        for (position, unit) in generator.permuted(units).enumerated() {
          let half: PocketHalf = position % 5 < 3 ? .training : .validation
          for forms in unit {
            pool.insert(PocketConcept(identifier: identifier, group: group, forms: forms), half: half)
            identifier += 1
            let spelled = forms.flatMap { $0 }
            if half == .training { training += spelled } else { validation += spelled }
          }
        }
      }
      return pool
    }
    func units(_ text: String, _ inflect: (String) -> [String]) -> [[[[String]]]] {
      text.split(separator: " ").map { [$0.split(separator: "/").map { inflect(String($0)) }] }
    }

    nouns = pool(PocketLexicon.nouns.map { units($0) { [$0, $0 + "s"] } })
    verbs = pool(PocketLexicon.verbs.map { units($0, Self.verbForms) })
    // Opposites are drawn as one unit, then stand as a group of their own each.
    let opposites = generator.permuted(
      PocketLexicon.attributes.split(separator: " ").map { pair in
        pair.split(separator: ":").map { $0.split(separator: "/").map { [String($0)] } }
      })
    var attributePool = PocketPool(groups: opposites.count)
    for (group, unit) in opposites.enumerated() {
      let half: PocketHalf = group % 5 < 3 ? .training : .validation
      for forms in unit {
        attributePool.insert(PocketConcept(identifier: identifier, group: group, forms: forms), half: half)
        identifier += 1
        if half == .training { training += forms.flatMap { $0 } } else { validation += forms.flatMap { $0 } }
      }
    }
    attributes = attributePool
    places = pool([units(PocketLexicon.places) { [$0] }])
    feelings = pool(PocketLexicon.feelings.map { units($0) { [$0] } })
    reserved = (training, validation)
    var shared: [String] = PocketLexicon.function.split(separator: " ").map(String.init)
    for kind in PocketLexicon.kinds { shared += [kind, kind + "s"] }
    for list in PocketLexicon.outcomes { shared += list.split(separator: " ").map(String.init) }
    words = shared + (training + validation).sorted()
  }

  /// Third person, base, participle: "watch" gives watches, watch, watched.
  private static func verbForms(_ base: String) -> [String] {
    let hissing = ["s", "x", "sh", "ch"].contains { base.hasSuffix($0) }
    return [base + (hissing ? "es" : "s"), base, base + (base.hasSuffix("e") ? "d" : "ed")]
  }

  /// The opposite of an attribute.
  func opposite(of attribute: PocketConcept) -> PocketConcept {
    attributes.concepts(.all, group: attribute.group).first { $0 != attribute } ?? attribute
  }
}
