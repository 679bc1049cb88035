// Bars side by side at named places, with error bars and texts above them.

enum BarsTemplate {
  /// For gnuplot, after what `GnuplotPanel` says of a panel.
  static let text = #"""
    set label 1 title at graph 0, graph 1 offset 0, titlelines - 0.4 textcolor rgb '#555555'
    set margins -1, 3, below > 1 ? below + 2 : -1, titlelines + 1
    set xlabel offset 0, 0.8 * (1 - below)
    set border 3 linecolor rgb '#555555'
    set grid noxtics ytics back linecolor rgb '#dddddd' dashtype 1
    set style fill solid noborder
    share = 0.82 / series
    middle(place, index) = place + share * (index - (series - 1) / 2.0)
    texts = share * room < 7 * longest ? 'left rotate by 90 offset 0, 0.3' : 'center norotate offset 0, 0.6'
    plot $data using (middle($3, $2)):4:(0.94 * share):1 with boxes linecolor variable, \
      $data using (middle($3, $2)):($4 - $5):(0):(2 * $5) \
        with vectors heads size screen 0.003, 90 nofilled linecolor rgb '#222222' linewidth 1 dashtype 1, \
      $data using (middle($3, $2)):4:7 with labels @texts font ',11' textcolor rgb '#222222'
    """#
}
