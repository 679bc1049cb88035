// Points over numbers with their error bars, each with its name beside it, and a line along the front of those that stand out.

enum PointsTemplate {
  /// For gnuplot, after what `PointsPlot` says of a panel.
  static let text = #"""
    set label 1 title at graph 0, graph 1 offset 0, titlelines - 0.4 textcolor rgb '#555555'
    set lmargin at screen across(left + place * column + numbersroom)
    set rmargin at screen across(left + place * (column + 1) - rightroom)
    set bmargin at screen down(head + cell * (row + 1) - belowroom)
    set tmargin at screen down(head + cell * row + 18 * toplines + 8)
    set xlabel offset 0, 0.4
    set border 3 linecolor rgb '#555555'
    set grid xtics ytics back linecolor rgb '#eeeeee' dashtype 1
    plot $front using 1:(hasfront ? $2 : NaN) with steps linecolor rgb '#0072b2' linewidth 1.2 dashtype 3, \
      $data using 1:3:(0):($5 > 0 ? NaN : $4 - $3) with vectors nohead linecolor rgb '#bbbbbb' linewidth 1.4 dashtype 1, \
      $data using 1:3:(0):($5 > 0 ? $4 - $3 : NaN) with vectors nohead linecolor rgb '#7fb8d8' linewidth 1.4 dashtype 1, \
      $data using 1:($5 > 0 ? NaN : $2) with points pointtype 7 pointsize 0.6 linecolor rgb '#888888', \
      $data using 1:($5 > 0 ? $2 : NaN) with points pointtype 7 pointsize 0.75 linecolor rgb '#0072b2'
    unset arrow
    unset object
    unset label
    """#
}
