// The page: its size and colours, title, subtitle and legend. Below them is a cell for each panel.

enum PageTemplate {
  /// For gnuplot, after what `GnuplotScript` says of a figure.
  static let text = #"""
    set encoding utf8
    set datafile separator comma
    legendcolumns = widest ? int(width / (8.4 * (widest + 8))) : 1
    legendrows = (names + legendcolumns - 1) / legendcolumns
    top = 23 * titlelines + 18 * subtitlelines + 10
    head = top + 18 * legendrows + (names ? 6 : 0)
    left = sharedy eq '' ? 6 : 26
    height = head + cell * rows + (sharedx eq '' ? 6 : 24)
    place = (width - left) / columns
    across(pixels) = 1.0 * pixels / width
    down(pixels) = 1 - 1.0 * pixels / height
    if (png) {
      set terminal pngcairo noenhanced size 2 * width, 2 * height font 'sans-serif,12' \
        fontscale 1.5 linewidth 2 pointscale 2 background '#ffffff'
    } else {
      set terminal svg noenhanced size width, height font 'sans-serif,12' background '#ffffff'
    }

    # Okabe and Ito's eight colours, those that show best on white first, and gray in place of black, on which an error bar is lost.
    # More names than eight have cividis (Nunez, Anderton and Renslow 2018), from dark to light, as cells have: even in brightness.
    array colors[8] = [0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x999999, 0xf0e442]
    array marks[8] = [7, 5, 9, 11, 13, 6, 4, 8]
    set dashtype 1 solid
    set dashtype 2 (9, 4)
    set dashtype 3 (2.5, 3)
    set dashtype 4 (12, 4, 2.5, 4)
    set dashtype 5 (5, 2.5)
    set palette defined (0 '#ffea46', 1 '#e4cf5b', 2 '#c4b56c', 3 '#a69d75', 4 '#8a8779', \
      5 '#707173', 6 '#575c6d', 7 '#39486b', 8 '#00336f', 9 '#00204d')
    set cbrange [0:1]
    unset colorbox
    do for [n = 1:names] {
      set linetype n linewidth 1.8 dashtype 1 + (n - 1) % 5 pointtype marks[1 + (n - 1) % 8] pointsize 0.6
      if (names > 8) {
        set linetype n linecolor palette fraction 1 - 0.9 * (n - 1) / (names - 1)
      } else {
        set linetype n linecolor rgb colors[n]
      }
    }
    set linetype names + 1 linewidth 1.8 dashtype 1 pointtype 7 pointsize 0.6 linecolor rgb '#222222'

    set multiplot
    set label 1 title at screen across(14), screen down(20) font ',15' textcolor rgb '#222222'
    set label 2 subtitle at screen across(14), screen down(23 * titlelines + 16) textcolor rgb '#555555'
    set label 3 sharedx at screen 0.5, screen down(height - 14) center textcolor rgb '#222222'
    set label 4 sharedy at screen across(14), screen down((head + height - 24) / 2) center rotate textcolor rgb '#222222'
    set key at screen across(6), screen down(top) left top horizontal Left reverse \
      maxcols legendcolumns samplen 3 textcolor rgb '#222222'
    unset border
    unset tics
    set margins 0, 0, 0, 0
    if (names) {
      plot [0:1] [0:1] for [n = 1:names] NaN with @sample linetype n title name[n]
    } else {
      plot [0:1] [0:1] NaN notitle
    }
    unset label
    unset key

    set xtics nomirror out font ',11' textcolor rgb '#555555'
    set ytics nomirror out font ',11' textcolor rgb '#555555'
    set format '%g'
    set xlabel textcolor rgb '#222222'
    set ylabel textcolor rgb '#222222'
    set offsets graph 0.03, graph 0.03, 0, 0
    set clip two
    set size across(place), 1.0 * cell / height
    """#
}
