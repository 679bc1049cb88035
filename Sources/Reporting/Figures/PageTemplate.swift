// The page: its size and colours, title, subtitle and legend. Below them is a cell for each panel.

enum PageTemplate {
  /// For gnuplot, after what `GnuplotScript` says of a figure.
  static let text = #"""
    set encoding utf8
    set datafile separator comma
    legendcolumns = widest ? int(width / (8.4 * (widest + 8))) : 1
    legendrows = levels ? 2 : (names + legendcolumns - 1) / legendcolumns
    top = 23 * titlelines + 18 * subtitlelines + 10
    head = top + 18 * legendrows + (names ? 6 : 0)
    left = (sharedy eq '' ? 6 : 26) + beside
    height = head + cell * rows + (sharedx eq '' ? 6 : 24)
    place = (width - left) / columns
    across(pixels) = 1.0 * pixels / width
    down(pixels) = 1 - 1.0 * pixels / height
    if (png) {
      set terminal pngcairo rounded noenhanced size 2 * width, 2 * height font 'sans-serif,12' \
        fontscale 1.5 linewidth 2 pointscale 2 background '#ffffff'
    } else {
      set terminal svg noenhanced size width, height font 'sans-serif,12' background '#ffffff'
    }

    # Okabe and Ito's colours, those that show best on white first, gray in place of black, on which an error bar is lost, and Tol's
    # indigo in place of yellow, which is lost on white. More names than eight have the same colours with other dashes.
    array colors[8] = [0x0072b2, 0xd55e00, 0x009e73, 0xcc79a7, 0xe69f00, 0x56b4e9, 0x999999, 0x332288]
    array marks[8] = [7, 5, 9, 11, 13, 6, 4, 8]
    # Ends are round in the PNG, where gnuplot's other lines have spikes: a dash is then longer by a line's width, which is two units.
    round = 2 * png
    set dashtype 1 solid
    set dashtype 2 (9 - round, 4 + round)
    set dashtype 3 (2.5 - round, 3 + round)
    set dashtype 4 (12 - round, 4 + round, 2.5 - round, 4 + round)
    set dashtype 5 (5 - round, 2.5 + round)
    # For cells cividis (Nunez, Anderton and Renslow 2018), from light to dark; for names in an order viridis (van der Walt and Smith
    # 2015) but for its lightest tenth: both even in brightness and fit for all eyes.
    if (levels) {
      set palette defined (0 '#440154', 1 '#482475', 2 '#414487', 3 '#355f8d', 4 '#2a788e', 5 '#21918c', 6 '#22a884', \
        7 '#44bf70', 8 '#7ad151', 9 '#a0d93a')
    } else {
      set palette defined (0 '#ffea46', 1 '#e4cf5b', 2 '#c4b56c', 3 '#a69d75', 4 '#8a8779', \
        5 '#707173', 6 '#575c6d', 7 '#39486b', 8 '#00336f', 9 '#00204d')
    }
    set cbrange [0:1]
    unset colorbox
    shade(n) = levels > 1 ? (n - 1.0) / (levels - 1) : 0
    do for [n = 1:names] {
      set linetype n linewidth 1.8 dashtype 1 + (n - 1 + (n - 1) / 8) % 5 pointtype marks[1 + (n - 1) % 8] pointsize 0.6
      if (levels) {
        set linetype n linecolor palette fraction shade(n) dashtype 1
      } else {
        set linetype n linecolor rgb colors[1 + (n - 1) % 8]
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
    if (levels) {
      box = 1.0 * (width - 60) / levels
      if (box > 60) { box = 60.0 }
      every = ceil((7 * widest + 10) / box)
      do for [n = 1:levels] {
        set object n rectangle from screen across(14 + box * (n - 1)), screen down(top + 14) \
          to screen across(14 + box * n), screen down(top + 2) fillcolor palette fraction shade(n) fillstyle solid noborder
        if (n == 1) {
          set label 5 name[1] at screen across(14), screen down(top + 24) left font ',11' textcolor rgb '#222222'
        } else {
          if (n == levels || (n - 1) % every == 0 && levels - n >= every) {
            set label 4 + n name[n] at screen across(14 + box * (n - 0.5)), screen down(top + 24) center font ',11' \
              textcolor rgb '#222222'
          }
        }
      }
    }
    if (names == 0 || levels) {
      plot [0:1] [0:1] NaN notitle
    } else {
      if (sample eq 'boxes') {
        plot [0:1] [0:1] NaN with boxes fillstyle transparent solid 0.55 noborder linetype 1 title name[1], \
          for [n = 2:names] NaN with lines linetype n dashtype 1 title name[n]
      } else {
        if (sample eq 'parts') {
          plot [0:1] [0:1] for [n = 1:names] NaN with boxes fillstyle solid noborder linetype n title name[n]
        } else {
          plot [0:1] [0:1] for [n = 1:names] NaN with @sample linetype n title name[n]
        }
      }
    }
    unset object
    unset label
    unset key

    set xtics nomirror out font ',11' textcolor rgb '#555555'
    set ytics nomirror out font ',11' textcolor rgb '#555555'
    set format '%g'
    set xlabel textcolor rgb '#222222'
    set ylabel textcolor rgb '#222222'
    set offsets graph 0.03, graph 0.03, graph 0.04, 0
    set clip two
    set size across(place), 1.0 * cell / height
    """#
}
