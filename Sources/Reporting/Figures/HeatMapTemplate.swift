// Cells, darker for more and gray for none, each with its text where there is room.

enum HeatMapTemplate {
  /// For gnuplot, after what `GnuplotPanel` says of a panel.
  static let text = #"""
    set label 1 title at graph 0, graph 1 offset 0, titlelines - 0.4 textcolor rgb '#555555'
    set margins -1, 3, -1, toplines + 0.5
    set border 0 linecolor rgb '#ffffff'
    unset grid
    set style fill solid noborder
    plot $data using 3:2:(0.485):(0.47) with boxxyerror linecolor rgb '#eeeeee', \
      $data using ($4 >= 0 ? $3 : NaN):2:(0.485):(0.47):4 with boxxyerror linecolor palette, \
      $data using 3:2:(room > 5 * longest ? strcol(7) : ''):($4 > 0.45 ? 0xffffff : 0x222222) \
        with labels font room > 7 * longest ? ',11' : ',8' textcolor rgb variable
    """#
}
