// Where the variance of scores comes from in a table whose seeds are crossed: initialisation, order, or the combination of both (Dodge et
// al. 2020, arXiv 2002.06305, ask which of the two matters more, and whether some initialisations win whatever the order).
import Metrics
import Settings

/// How the variance of a table's scores splits between initialisation and order.
package struct VarianceTable: Sendable, Equatable, Encodable {
  /// One row on one task, a row over its tasks, or everything together.
  package struct Line: Sendable, Equatable, Encodable {
    /// The row's id; nil: all rows.
    package let row: String?
    /// The row's name for people; nil: all rows.
    package let label: String?
    /// The task's id; nil: over tasks.
    package let task: String?
    /// The rows and tasks that are in it, those whose every combination counts.
    package let layouts: Int
    /// The rows and tasks that it is planned of.
    package let planned: Int
    /// How the variance splits; nil where no layout is whole, or nothing varies.
    package let split: Split?
    /// The initialisation of the highest mean over orders; nil for all rows together, and where there is none.
    package let best: BestInitialization?
  }

  /// A variance in its parts.
  package struct Split: Sendable, Equatable, Encodable {
    /// The root of the variance of one run's score, as a share (0.01 is one point); over several tasks, that of their mean variance.
    package let deviation: Double
    /// What differs between initialisations, whatever the order.
    package let initialization: VarianceComponents.Share
    /// What differs between orders, whatever the initialisation.
    package let order: VarianceComponents.Share
    /// What is neither: a combination's own.
    package let interaction: VarianceComponents.Share
    /// The share of initialisation less that of order, −1 to 1.
    package let initializationLessOrder: VarianceComponents.Share
    /// The parts whose estimate was negative and counts as 0, by the names above.
    package let negative: [String]
    /// F's probability of initialisations as far apart by chance; nil over several tasks, and without an interaction.
    package let initializationPValue: Double?
    /// F's probability of orders as far apart by chance; nil over several tasks, and without an interaction.
    package let orderPValue: Double?

    init(_ components: VarianceComponents, of layouts: [CrossedLayout]) {
      deviation = (components.total / Double(layouts.count)).squareRoot()
      (initialization, order, interaction) = (components.rowShare, components.columnShare, components.restShare)
      initializationLessOrder = components.rowLessColumn
      negative = [("initialization", components.rows), ("order", components.columns)].filter { $0.1 < 0 }.map(\.0)
      let only = layouts.count == 1 ? layouts.first : nil
      (initializationPValue, orderPValue) = (only?.rowPValue, only?.columnPValue)
    }

    /// Which of the two weighs more, as far as the interval tells; nil without one.
    var heavier: Axis? {
      guard let low = initializationLessOrder.low, let high = initializationLessOrder.high else { return nil }
      return low > 0 ? .initialization : high < 0 ? .order : nil
    }
  }

  /// One of the two axes of seeds.
  enum Axis {
    case initialization
    case order
  }

  /// An initialisation that is ahead of the others.
  package struct BestInitialization: Sendable, Equatable, Encodable {
    /// Its seed; of several equal ones the first.
    package let seed: Int
    /// Its mean over orders less the mean of all, as a share; over several tasks the mean of that.
    package let lead: Double
    /// The mean of its ranks among the initialisations, 1 being the best.
    package let meanRank: Double
    /// The probability of initialisations that lie so far apart by chance: F's on one task, Friedman's over several; nil where there is no
    /// test.
    package let pValue: Double?
  }

  /// The initialisations, from the least on.
  package let initializations: [Int]
  /// The orders, from the least on.
  package let orders: [Int]
  /// A line for each row and task, after those of a row one over its tasks, and one of everything at the end.
  package let lines: [Line]

  /// Analyses the first metric of each task; nil where seeds are not crossed.
  /// - Parameter columns: the columns that the rows' cells are of.
  init?(rows: [TableRow], columns: [TaskColumn], seeds: [RunSeed]) {
    guard seeds.areCrossed else { return nil }
    let initializations = seeds.initializations, orders = seeds.orders
    let places = columns.indices.filter { columns[$0].isFirst }
    var lines: [Line] = []
    var all: [CrossedLayout] = []
    for row in rows {
      let layouts = places.map { Self.layout(of: row.cells[$0], initializations, orders) }
      for (place, layout) in zip(places, layouts) {
        lines.append(Self.line(row, columns[place].task, [layout], initializations))
      }
      if places.count > 1 { lines.append(Self.line(row, nil, layouts, initializations)) }
      all += layouts.compactMap(\.self)
    }
    if rows.count > 1 {
      lines.append(
        Line(
          row: nil, label: nil, task: nil, layouts: all.count, planned: rows.count * places.count, split: Self.split(all), best: nil
        ))
    }
    (self.initializations, self.orders, self.lines) = (initializations, orders, lines)
  }

  /// The scores of a cell by initialisation and order; nil where a combination does not count.
  private static func layout(of cell: TableCell, _ initializations: [Int], _ orders: [Int]) -> CrossedLayout? {
    let scores = Dictionary(cell.runs.compactMap { run in run.score.map { (run.seed, $0) } }) { first, _ in first }
    let values = initializations.map { first in orders.compactMap { scores[RunSeed(initialization: first, order: $0)] } }
    return CrossedLayout(values)
  }

  private static func line(
    _ row: TableRow, _ task: String?, _ planned: [CrossedLayout?], _ initializations: [Int]
  ) -> Line {
    let layouts = planned.compactMap(\.self)
    return Line(
      row: row.id, label: row.label, task: task, layouts: layouts.count, planned: planned.count, split: split(layouts),
      best: best(layouts, initializations))
  }

  private static func split(_ layouts: [CrossedLayout]) -> Split? {
    VarianceComponents(layouts).map { Split($0, of: layouts) }
  }

  private static func best(_ layouts: [CrossedLayout], _ initializations: [Int]) -> BestInitialization? {
    // scores are fractions of whole numbers: equal means must not be told apart by their rounding
    let leads = layouts.map { layout in layout.rowMeans.map { (($0 - layout.mean) * 1e12).rounded() / 1e12 } }
    let ranks = leads.map { averageRanks($0.map { -$0 }) }
    let means = initializations.indices.compactMap { index in mean(ranks.map { $0[index] }) }
    // where none is ahead, none is best
    guard let least = means.min(), let most = means.max(), least < most, let index = means.firstIndex(of: least) else { return nil }
    return BestInitialization(
      seed: initializations[index], lead: mean(leads.map { $0[index] }) ?? 0, meanRank: least,
      pValue: layouts.count == 1 ? layouts[0].rowPValue : friedmanTest(leads)?.pValue)
  }
}
