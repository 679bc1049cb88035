// Training rows that are set apart to choose settings on, so that the rows that a table reports have no say in the choice.
import Settings

extension TaskData {
  /// The task with so many of its training rows' texts as its only validation set, and the others to train on. Rows that have their texts
  /// in common stay together, so that none is both trained on and validated on; where texts are to be written they are one prompt with
  /// several references, as in a validation file.
  ///
  /// The classes keep their shares (by the largest remainders), and each keeps a text to train on where it can. The choice is a function of
  /// the rows alone: it is the same for every seed, so that all runs are scored on the same rows.
  ///
  /// - Parameter count: the texts to hold out; nil: none, and the task is as it was.
  /// - Precondition: the count is not negative.
  /// - Throws: `DatasetError.nothingLeft` where no text would be left to train on.
  package func holdingOut(_ count: Int?) throws(DatasetError) -> TaskData {
    guard let count else { return self }
    let groups = Self.groups(train.examples)
    guard count < groups.count else { throw .nothingLeft(path: train.file.path, asked: count, texts: groups.count) }
    var strata: [[[Int]]] = []
    for group in groups {
      let stratum = Self.stratum(train.examples[group[0]].label)
      while strata.count <= stratum { strata.append([]) }
      strata[stratum].append(group)
    }
    var held: [[Int]] = []
    for (stratum, quota) in Self.quotas(count, of: strata.map(\.count)).enumerated() {
      var members = Array(strata[stratum].indices)
      var generator = CounterRandom(seed: 0, purpose: .holdOut, index: UInt64(stratum))
      Shuffle.choose(quota, from: &members, using: &generator)
      held += members.prefix(quota).map { strata[stratum][$0] }
    }
    held.sort { $0[0] < $1[0] }
    let rows = Set(held.flatMap { $0 })
    let set = task.asksForText ? train.joined(held) : train.with(rows.contains)
    return TaskData(task: task, train: train.with { !rows.contains($0) }, validation: [set.named(TaskDefinition.tuningSet)])
  }

  /// The rows by their texts; the groups, and the rows within each, are in the order of the file.
  private static func groups(_ examples: [Example]) -> [[Int]] {
    var groups: [[Int]] = []
    var places: [Texts: Int] = [:]
    for (row, example) in examples.enumerated() {
      let texts = Texts(example)
      if let place = places[texts] {
        groups[place].append(row)
      } else {
        places[texts] = groups.count
        groups.append([row])
      }
    }
    return groups
  }

  /// The class whose share is kept; numbers, and texts to be written, are all of one.
  private static func stratum(_ label: Label) -> Int { if case .class(let number) = label { number } else { 0 } }

  /// How many of each stratum are taken, which add up to `count`.
  private static func quotas(_ count: Int, of sizes: [Int]) -> [Int] {
    let all = sizes.reduce(0, +)
    var quotas = sizes.map { count * $0 / all }
    let order = sizes.indices.sorted { (count * sizes[$1] % all, $0) < (count * sizes[$0] % all, $1) }
    // a text of each class stays to be trained on, unless there is no other to take
    for spared in [1, 0] {
      for stratum in order where quotas.reduce(0, +) < count && quotas[stratum] + spared < sizes[stratum] { quotas[stratum] += 1 }
    }
    return quotas
  }
}

extension ExampleSet {
  /// A row for each group of rows of the same prompt, with all their texts as references.
  fileprivate func joined(_ groups: [[Int]]) -> ExampleSet {
    let rows = groups.map { group in
      var texts: [String] = []
      for case .texts(let own) in group.map({ examples[$0].label }) { texts += own.filter { !texts.contains($0) } }
      return Example(first: examples[group[0]].first, second: examples[group[0]].second, label: .texts(texts))
    }
    return ExampleSet(
      name: name, file: file, examples: rows, lines: lines.isEmpty ? [] : groups.map { lines[$0[0]] },
      joinedRows: groups.reduce(0) { $0 + $1.count - 1 })
  }

  /// The same rows by another name.
  fileprivate func named(_ name: String) -> ExampleSet {
    ExampleSet(
      name: name, file: file, examples: examples, lines: lines, unlabelledRows: unlabelledRows, irregularRows: irregularRows,
      joinedRows: joinedRows)
  }
}
