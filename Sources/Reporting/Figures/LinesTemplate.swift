// Lines over numbers with marks and error bars, or the filled steps of distributions: for each name a data set and a look.

enum LinesTemplate {
  /// For gnuplot, after what `GnuplotPanel` says of a panel.
  static let text = #"""
    set label 1 title at graph 0, graph 1 offset 0, titlelines - 0.4 textcolor rgb '#555555'
    set margins rows == 1 ? -1 : sharedy eq '' ? 11 : 6, 3, -1, titlelines + 0.5
    set border 3 linecolor rgb '#555555'
    set grid noxtics ytics back linecolor rgb '#dddddd' dashtype 1
    plot for [n = 1:names + 1] $data index n - 1 using 3:4 with @style linetype n linewidth thin ? 1 : 1.8, \
      for [n = 1:names + 1] $data index n - 1 using 3:($6 > 0 ? $4 : NaN) with points linetype n, \
      for [n = 1:names + 1] $data index n - 1 using 3:($4 - $5):(0):(2 * $5) \
        with vectors heads size screen 0.003, 90 nofilled linetype n linewidth 1 dashtype 1
    """#
}
