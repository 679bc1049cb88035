// Reads a manifest's seeds: a list of whole numbers, or two lists, of initialisations and of orders, that are crossed.
import Settings

/// Reads the `seeds` of a manifest.
struct SeedReader {
  /// The most seeds of one manifest, so that a short text does not ask for billions.
  private static let mostSeeds = 100_000

  private static let example = "as in '{init: [0, 1, 2], order: [0, 1, 2]}'"

  /// The two lists of a mapping.
  private struct Axes {
    var initializations: [Int] = []
    var orders: [Int] = []
  }

  let reader: MappingReader

  /// What the key says of itself.
  static let documentation =
    "the seeds, whole numbers: `[0, 1, 2]`; or `{init: [0, 1, 2], order: [0, 1, 2]}`, every combination of what a run starts with (head, "
    + "adapter, random projections) and of what is drawn while it trains (order of rows, dropout)"

  /// The seeds of a `seeds` entry, in the order written; nil, after reports, where there is neither a list nor a mapping of two.
  func seeds(_ entry: SourceEntry) -> [RunSeed]? {
    guard case .mapping = entry.value.content else { return numbers(entry)?.map { RunSeed($0) } }
    let form = MappingForm<Axes>(
      "'seeds'",
      [
        axis(.initialization, \.initializations, "the seeds of what a run starts with"),
        axis(.order, \.orders, "the seeds of what is drawn while it trains"),
      ])
    let read = reader.read(entry.value, as: form, into: Axes(), at: entry.keyPosition) { missing in
      "'seeds' lacks '\(missing)': a mapping has both axes, \(Self.example). One list, as in '[0, 1, 2]', varies both at once."
    }
    guard let axes = read?.value else { return nil }
    let (count, overflow) = axes.initializations.count.multipliedReportingOverflow(by: axes.orders.count)
    guard !overflow, count <= Self.mostSeeds else {
      reader.problems.report(
        "'seeds' has \(axes.initializations.count) × \(axes.orders.count) combinations; \(Self.mostSeeds) is the limit.",
        at: entry.keyPosition)
      return nil
    }
    return .crossed(initializations: axes.initializations, orders: axes.orders)
  }

  private func axis(_ key: RunSeed.Key, _ property: WritableKeyPath<Axes, [Int]>, _ documentation: String) -> MappingForm<Axes>.Key
  {
    .custom(key.rawValue, required: true, documentation) { axes, entry, _ in
      numbers(entry).map { axes[keyPath: property] = $0 } != nil
    }
  }

  /// The whole numbers of a list, each once; nil, after a report, where it is no list.
  private func numbers(_ entry: SourceEntry) -> [Int]? {
    guard let items = reader.list(entry) else { return nil }
    var numbers: [Int] = []
    var seen: Set<Int> = []
    for item in items {
      guard let number = ScalarReading.integer(item.text), number >= 0 else {
        let isPair = RunSeed(item.text) != nil
        reader.problems.report(
          "a seed must be a whole number of at least 0, but is '\(SourceNode.shortened(item.text))'."
            + (isPair ? " A manifest crosses two lists, \(Self.example)." : ""), at: item.position)
        continue
      }
      if seen.insert(number).inserted {
        numbers.append(number)
      } else {
        reader.problems.report("seed \(number) stands twice in '\(entry.key)'.", at: item.position)
      }
    }
    return numbers
  }
}
