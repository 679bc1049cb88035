// Rows with their names at the left of the page: bars from zero, bars of parts, or dots with error bars beside a line at zero, and a text
// behind each.

enum RowsTemplate {
  /// For gnuplot, after what `GnuplotPanel` says of a panel.
  static let text = #"""
    set label 1 title at graph 0, graph 1 offset 0, titlelines - 0.4 textcolor rgb '#555555'
    set lmargin at screen across(left + place * column + 8)
    set rmargin at screen across(left + place * (column + 1) - 22 - 7 * (longest > 1 ? longest - 1 : 0))
    set bmargin sharedx eq '' ? 3.6 : 2
    set tmargin toplines + 0.5
    unset ytics
    set border 1 linecolor rgb '#555555'
    set grid noytics xtics back linecolor rgb '#dddddd' dashtype 1
    set style fill solid noborder
    # names as labels of the page: a plot would take a backslash in them for more than it is
    do for [n = 1:column ? 0 : series] {
      set label 1 + n rowname[n] at first least, first n - 1 right offset -0.8, 0 font ',11' textcolor rgb '#555555'
    }
    set arrow 1 from first 0, graph 0 to first 0, graph 1 nohead back linecolor rgb '#555555' linewidth 1 dashtype 1
    # a part as long as this has room for its text; a plot of labels without any place ends gnuplot, so what is left out is empty text
    roomy = 0.12 * (greatest - least)
    plot $data using (least):2:(greatest - least):(0) with vectors nohead linecolor rgb '#eeeeee' linewidth 1 dashtype 1, \
      $data using (isbars ? $4 / 2 : NaN):2:(abs($4) / 2):(0.34) with boxxyerror linecolor rgb colors[1], \
      $data using ($4 - $5):2:(2 * $5):(0) \
        with vectors heads size screen 0.004, 90 nofilled linecolor rgb isbars ? '#222222' : '#0072b2' linewidth 1.4 dashtype 1, \
      $data using (isdots ? $4 : NaN):2 with points pointtype 7 pointsize 0.7 linecolor rgb colors[1], \
      $data using (isshares && valid(4) && $4 > 0 ? $3 + $4 / 2 : NaN):2:($4 / 2):(0.34):(colors[1 + (int($1) - 1) % 8]) \
        with boxxyerror linecolor rgb variable, \
      $data using (isshares && valid(4) && $4 > roomy ? $3 + $4 / 2 : greatest):2:(isshares && valid(4) && $4 > roomy ? strcol(7) : '') \
        with labels center font ',11' textcolor rgb '#ffffff', \
      $data using (greatest):2:(isshares && valid(4) && $4 > 0 ? '' : strcol(7)) \
        with labels left offset 0.8, 0 font ',11' textcolor rgb '#222222'
    unset arrow 1
    unset label
    """#
}
