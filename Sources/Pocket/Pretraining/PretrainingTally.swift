// What pre-training found since it last reported: the loss, and for each kind of row how words were judged.

/// Counts over some updates. All arrays are by kind of row, then by judgement, in the order of their cases.
package struct PretrainingTally: Sendable, Equatable {
  /// Updates counted.
  private(set) var updates = 0
  private(set) var lossSum = 0.0
  /// Words of each judgement.
  private(set) var total: [Int]
  /// Of those, words that were given the right class.
  private(set) var right: [Int]

  init() {
    total = Array(repeating: 0, count: PocketPretraining.Kind.allCases.count * PocketJudgement.allCases.count)
    right = total
  }

  init?(updates: Int, lossSum: Double, total: [Int], right: [Int]) {
    self.init()
    guard total.count == self.total.count, right.count == total.count, updates >= 0 else { return nil }
    (self.updates, self.lossSum, self.total, self.right) = (updates, lossSum, total, right)
  }

  /// The loss of an update, averaged over those counted; 0 where there are none.
  package var meanLoss: Double { updates == 0 ? 0 : lossSum / Double(updates) }

  /// The share of words of a judgement that were judged rightly; nil where there was none.
  func share(_ kind: PocketPretraining.Kind, _ judgement: PocketJudgement) -> Double? {
    let place = Self.place(kind, judgement)
    return total[place] == 0 ? nil : Double(right[place]) / Double(total[place])
  }

  /// One line for each kind of row that was asked: the false alarms, then what was found of each kind of fault.
  package var lines: [(kind: PocketPretraining.Kind, text: String)] {
    PocketPretraining.Kind.allCases.compactMap { kind in
      let parts = PocketJudgement.allCases.compactMap { judgement -> String? in
        guard let share = share(kind, judgement) else { return nil }
        return judgement == .holds ? "false alarms \(percent(1 - share))" : "\(judgement.rawValue) \(percent(share))"
      }
      return parts.isEmpty ? nil : (kind, parts.joined(separator: ", "))
    }
  }

  private func percent(_ share: Double) -> String { "\((share * 1000).rounded() / 10)%" }

  mutating func count(loss: Double) {
    updates += 1
    lossSum += loss
  }

  mutating func count(_ kind: PocketPretraining.Kind, _ judgement: PocketJudgement, isRight: Bool) {
    let place = Self.place(kind, judgement)
    total[place] += 1
    if isRight { right[place] += 1 }
  }

  private static func place(_ kind: PocketPretraining.Kind, _ judgement: PocketJudgement) -> Int {
    let judgements = PocketJudgement.allCases
    return kind.rawValue * judgements.count + (judgements.firstIndex(of: judgement) ?? 0)
  }
}
