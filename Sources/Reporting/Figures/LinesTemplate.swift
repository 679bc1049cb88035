// Lines over numbers with marks, error bars and texts, or the steps of distributions: for each name a data set and a look.

enum LinesTemplate {
  /// For gnuplot, after what `GnuplotPanel` says of a panel.
  static let text = #"""
    set label 1 title at graph 0, graph 1 offset 0, titlelines - 0.4 textcolor rgb '#555555'
    set margins rows == 1 ? -1 : sharedy eq '' ? 11 : 6, 3, -1, toplines + 0.5
    set border 3 linecolor rgb '#555555'
    set grid noxtics ytics back linecolor rgb '#dddddd' dashtype 1
    plot for [n = 1:names + 1] $data index n - 1 using 3:(counts && n == 1 ? $4 : NaN) \
        with fillsteps fillstyle transparent solid 0.55 noborder linetype n, \
      for [n = 1:names + 1] $data index n - 1 using 3:(counts && n > 1 ? $4 : NaN) \
        with steps linetype n linewidth 1 dashtype 1, \
      for [n = 1:names + 1] $data index n - 1 using 3:(counts ? NaN : $4) with lines linetype n linewidth word(widths, n) + 0, \
      for [n = 1:names + 1] $data index n - 1 using 3:($6 > 0 ? $4 : NaN) \
        with points linetype n pointsize 0.3 + 0.17 * word(widths, n), \
      for [n = 1:names + 1] $data index n - 1 using 3:($4 - $5):(0):(2 * $5) \
        with vectors heads size screen 0.003, 90 nofilled linetype n linewidth 1 dashtype 1, \
      $data using 3:4:7 with labels center offset 0, 0.8 font ',10' textcolor rgb '#222222'
    """#
}
