// A claim as one sentence with its numbers: the difference, its interval, the test and the verdict, made from a table's runs.
import Manifests
import Metrics

/// Writes claims as Markdown.
enum ClaimSentence {
  /// The sentence on one line; nil where no seed of a task counts in both rows.
  /// - Parameter bound: the manifest's bound for `=`, in points; nil where it states none.
  /// - Throws: `ReportError.unknownRow`, `.unknownTask`, `.noEquivalenceBound`.
  static func markdown(_ claim: RowClaim, _ table: TableModel, bound: Double?) throws(ReportError) -> String? {
    for id in [claim.row, claim.other] where !table.rows.contains(where: { $0.id == id }) {
      throw .unknownRow(id, experiment: table.experiment, known: table.rows.map(\.id))
    }
    let tasks = TableProvenance.distinct(table.tasks.map(\.task))
    if let task = claim.task, !tasks.contains(task) { throw .unknownTask(task, experiment: table.experiment, known: tasks) }
    let points = claim.bound ?? bound
    if claim.relation == .level, points == nil { throw .noEquivalenceBound(table.experiment) }
    let places = table.tasks.indices.filter { claim.task == nil || table.tasks[$0].task == claim.task }
    let rows = table.rows.map { row in
      var part = row
      part.cells = places.map { row.cells[$0] }
      return part
    }
    let compared = BaselineDifferences(
      rows: claim.family == .rows ? rows : rows.filter { [claim.row, claim.other].contains($0.id) },
      columns: places.map { table.tasks[$0] }, baseline: claim.other)
    guard let compared, let difference = compared.rows.first(where: { $0.row == claim.row }), difference.estimate != nil else {
      return nil
    }
    let parts = Parts(
      claim: claim, bound: (points ?? 0) / 100, difference: difference, taskCount: compared.taskCount,
      testedRows: compared.rows.count { $0.test != nil })
    func label(_ id: String) -> String { MarkdownText.plain(table.labels[id] ?? id) }
    let place = claim.task.map { "on \(MarkdownText.plain($0))" } ?? "on average"
    return "**\(label(claim.row)) \(parts.relation) \(label(claim.other)), \(place)** "
      + "(\(MarkdownText.plain(table.experiment)), \(table.profile.rawValue) profile): \(parts.text)"
  }

  /// The sentence's parts behind the names.
  private struct Parts {
    let claim: RowClaim
    let bound: Double
    let difference: BaselineDifferences.Row
    let taskCount: Int
    let testedRows: Int

    var relation: String {
      switch claim.relation {
      case .above: "above"
      case .below: "below"
      case .level: "level within ±\(NumberText.percent(bound)) with"
      }
    }

    var text: String {
      let verdict = ClaimVerdict(claim.relation, difference, taskCount: taskCount, bound: bound, family: claim.family)
      let name =
        switch verdict {
        case .holds: "holds"
        case .fails: "does not hold"
        case .notShown: "not shown"
        }
      let found = [NumberText.signedPercent(difference.difference ?? 0) + " points" + part, interval(verdict), test(verdict)]
      return "**\(name)**. " + found.compactMap { $0 }.joined(separator: ", ") + (verdict == .notShown ? limits : "") + "."
    }

    private var part: String {
      let parts = difference.parts(of: taskCount)
      return parts.isEmpty ? "" : " over " + parts.joined(separator: " and ")
    }

    private func interval(_ verdict: ClaimVerdict) -> String? {
      guard let estimate = difference.estimate, let wide = estimate.interval, let narrow = estimate.equivalenceInterval else {
        return nil
      }
      if claim.relation != .level { return "95% interval \(NumberText.interval(wide))" }
      return switch verdict {
      case .holds: "90% interval \(NumberText.interval(narrow)) within the bound"
      case .notShown:
        "90% interval \(NumberText.interval(narrow))\(estimate.isLevel(within: bound) == true ? "" : " not") within the bound"
      case .fails: "95% interval \(NumberText.interval(wide)) outside of the bound"
      }
    }

    private func test(_ verdict: ClaimVerdict) -> String? {
      guard let estimate = difference.estimate else { return nil }
      switch estimate.lack {
      case .single: return "one task and one seed: no interval and no test"
      case .equal: return "all \(estimate.units) differences are equal: no interval"
      case .irregular: return "\(IntervalLack.irregular.reason): no interval"
      case nil: break
      }
      guard let test = difference.test, let pValue = difference.pValue(claim.family) else {
        return "by Student's t over \(estimate.seedDesign?.phrase ?? "the seeds") of one task, which says nothing of others"
      }
      if claim.relation == .level {
        return (verdict == .fails ? "" : "two one-sided tests at 0.05 ") + "over \(estimate.units) tasks"
      }
      let value = NumberText.probability(pValue), shown = value.hasPrefix("<") ? value : "= " + value
      let family =
        claim.family == .one ? ", this one comparison" : testedRows > 1 ? ", adjusted for \(testedRows) rows" : ""
      return
        "p \(shown) by the sign-flip test over \(estimate.units) tasks\(family) (least \(NumberText.probability(test.leastPValue)))"
    }

    /// Why a claim may not be shown: tasks that are not there, or what the design could have found.
    private var limits: String {
      if difference.tasks.count < taskCount {
        return "; only \(difference.tasks.count) of \(taskCount) tasks \(difference.tasks.count == 1 ? "is" : "are") there"
      }
      guard claim.relation != .level, let detectable = difference.detectable else { return "" }
      if let test = difference.test, test.leastPValue > BaselineDifferences.level {
        return "; so few tasks can show no difference"
      }
      return "; the design could have detected \(NumberText.percent(detectable))"
        + (difference.carriers.map { "; the sign does not hold " + MarkdownText.plain($0) } ?? "")
    }
  }
}
