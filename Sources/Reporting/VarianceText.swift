// The table of variances as people read it, and what must be known of it.
import Metrics

extension DisplayTable {
  /// A line for each row and task, and what they add up to.
  init(_ variance: VarianceTable) {
    header = ["method, task", "deviation", "init", "order", "init × order", "init − order", "best init"]
    rows = variance.lines.map { line in
      guard let split = line.split else { return [DisplayCell(line.name)] + (1..<7).map { _ in DisplayCell("—") } }
      let shares = [
        Self.share(split.initialization, isNegative: split.negative.contains("initialization")),
        Self.share(split.order, isNegative: split.negative.contains("order")), Self.share(split.interaction),
        Self.share(split.initializationLessOrder, signed: true),
      ]
      return ([line.name, NumberText.percent(split.deviation)] + shares + [line.best.map(Self.best) ?? "—"]).map { DisplayCell($0) }
    }
  }

  /// `33 [3, 83]`: a share with its interval, in per cent; `100 [—]` without one.
  private static func share(_ share: VarianceComponents.Share, isNegative: Bool = false, signed: Bool = false) -> String {
    func text(_ value: Double) -> String {
      let number = NumberText.whole(abs(value) * 100)
      return number == "0" ? number : (value < 0 ? "−" : signed ? "+" : "") + number
    }
    let ends = share.low.flatMap { low in share.high.map { "\(text(low)), \(text($0))" } } ?? "—"
    return "\(isNegative ? "≤ 0" : text(share.value)) [\(ends)]"
  }

  /// `3 (+0.42, p 0.006)`
  private static func best(_ best: VarianceTable.BestInitialization) -> String {
    let lead = NumberText.signedPercent(best.lead), p = best.pValue.map { ", p \(NumberText.probability($0))" } ?? ""
    return "\(best.seed) (\(lead)\(p))"
  }
}

extension VarianceTable.Line {
  /// `LoRA, rte`, `LoRA, all tasks`, or `LoRA, all tasks (3 of 4)` where some are not whole.
  var name: String {
    let part = task != nil || layouts == planned ? "" : " (\(layouts) of \(planned))"
    return "\(label ?? "all methods"), \(task ?? "all tasks")\(part)"
  }
}

extension VarianceTable {
  /// The heading of the table of variances.
  var title: String { "Where the variance comes from" }

  /// Whether there is anything to show.
  var isShown: Bool { lines.contains { $0.split != nil } }

  /// What the columns are, how they are made, and what they tell apart.
  var notes: [String] {
    let (first, second) = (initializations.count - 1, orders.count - 1)
    var notes = [
      "deviation: of one run's score, in points. init: the share of its variance, in per cent, that lies between initialisations "
        + "whatever the order (head, adapter, random projections); order: between orders of training whatever the initialisation (rows, "
        + "dropout, samples); init × order: what is neither. A run is a function of both seeds, so the last is interaction and no noise.",
      "Two-way random-effects analysis of variance by expected mean squares, with generalised 95 % intervals; a task has \(first), "
        + "\(second) and \(first * second) degrees of freedom. Over tasks and methods variances are added, so that what varies much weighs "
        + "much.",
    ]
    notes.append(
      "Combinations that share a seed are not independent: the deviation of a cell, over all of them, is on average less than that of one run. "
        + "Intervals of differences allow for it: over tasks each task counts once, and on one task the means of initialisations and those "
        + "of orders count.")
    let shown = lines.filter { $0.split != nil }
    if shown.contains(where: { $0.split?.interaction.low == nil }) {
      notes.append("[—]: nothing is left beside init and order, so there is no interval and no F test.")
    }
    if shown.contains(where: { !($0.split?.negative.isEmpty ?? true) }) {
      notes.append("≤ 0: the estimate is negative, as it may be where there is nothing, and counts as 0.")
    }
    notes.append(verdict)
    if shown.contains(where: { $0.best != nil }) {
      notes.append(
        "best init: the initialisation of the highest mean over orders, with its lead on the mean of all, in points; over tasks that of "
          + "the best mean rank. One of \(initializations.count) is always ahead: p (F on one task, Friedman's over several, each of its "
          + "line alone) is how often chance puts them as far apart; — where none is ahead, and of all methods together.")
    }
    if lines.contains(where: { $0.layouts < $0.planned }) {
      notes.append("—, or fewer tasks: a combination is missing or does not count.")
    }
    let constant = lines.filter { $0.split == nil && $0.layouts == $0.planned }.map(\.name)
    if !constant.isEmpty { notes.append("— of \(constant.joined(separator: "; ")): all scores are equal, and nothing varies.") }
    return notes
  }

  /// Which of the two weighs more, by row where a table has several tasks.
  private var verdict: String {
    let rows = lines.filter { line in
      line.row != nil && (line.task == nil || !lines.contains { $0.row == line.row && $0.task == nil })
    }
    func names(_ axis: Axis?) -> String {
      rows.filter { $0.split != nil && $0.split?.heavier == axis }.compactMap(\.label).joined(separator: ", ")
    }
    let found = [(Axis.initialization, "initialisation"), (.order, "order")].map { (name: $0.1, rows: names($0.0)) }
    let told = found.filter { !$0.rows.isEmpty }.map { "\($0.name) weighs more for \($0.rows)" }
    let open = names(nil)
    let all = told + (open.isEmpty ? [] : ["the two are not told apart for \(open)"])
    return "init − order tells which weighs more where its interval does not hold 0: \(all.joined(separator: "; "))."
  }
}

extension VarianceTable {
  /// The columns of a table for programs, for each task and over tasks; shares are 0 to 1, leads and deviations in the scores' unit.
  var csvColumns: [(name: String, value: (TableRow) -> String)] {
    let tasks = lines.reduce(into: [String?]()) { tasks, line in
      if line.row != nil, !tasks.contains(line.task) { tasks.append(line.task) }
    }
    return tasks.flatMap { task -> [(name: String, value: (TableRow) -> String)] in
      let prefix = (task.map { $0 + "." } ?? "") + "variance."
      func column(_ name: String, _ value: @escaping (Line) -> String) -> (name: String, value: (TableRow) -> String) {
        (prefix + name, { row in lines.first { $0.row == row.id && $0.task == task }.map(value) ?? "" })
      }
      func number(_ name: String, _ value: @escaping (Split) -> Double?) -> (name: String, value: (TableRow) -> String) {
        column(name) { CSVText.number($0.split.flatMap(value)) }
      }
      let shares: [(name: String, share: (Split) -> VarianceComponents.Share)] = [
        ("init", \.initialization), ("order", \.order), ("interaction", \.interaction),
        ("init_less_order", \.initializationLessOrder),
      ]
      return [column("layouts") { String($0.layouts) }, number("deviation", \.deviation)]
        + shares.flatMap { name, share in
          [
            number(name) { share($0).value }, number(name + ".low") { share($0).low }, number(name + ".high") { share($0).high },
          ]
        } + [number("init.p", \.initializationPValue), number("order.p", \.orderPValue)]
        + [
          column("best_init") { $0.best.map { String($0.seed) } ?? "" }, column("best_init.lead") { CSVText.number($0.best?.lead) },
          column("best_init.p") { CSVText.number($0.best?.pValue) },
        ]
    }
  }
}
