// The mean rank of each row of scores over its columns: an average that no column's scale weighs on (Demšar 2006).

/// The mean over columns of a row's rank among the rows, 1 being the highest score; equal scores share the mean of their ranks.
///
/// - Parameter rows: for each row its scores, one for every column, all finite.
/// - Returns: one mean rank for each row; nothing without columns.
/// - Precondition: as many scores in every row.
package func meanRanks(_ rows: [[Double]]) -> [Double] {
  precondition(Set(rows.map(\.count)).count <= 1, "rows of different columns")
  guard let columns = rows.first?.count, columns > 0 else { return [] }
  let ranks = (0..<columns).map { column in averageRanks(rows.map { -$0[column] }) }
  return rows.indices.map { row in ranks.reduce(0) { $0 + $1[row] } / Double(columns) }
}
