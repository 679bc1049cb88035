// Where the names of points stand in a plot: beside their points, and over no other name, no point, and within the plot.

/// Finds places for names. All lengths are in pixels, from the plot's left and its top.
struct PointLabels {
  /// A point with its name.
  struct Point: Equatable {
    /// Where it stands.
    let x: Double
    let y: Double
    /// Where its error bar begins and ends; both are `y` without one.
    let top: Double
    let bottom: Double
    /// The width of its name.
    let width: Double
  }

  /// Where a name stands.
  struct Place: Equatable {
    /// Which of its edges is towards its point.
    enum Side {
      case left
      case middle
      case right
    }

    /// That edge, or the middle of its width, and the middle of its height.
    let x: Double
    let y: Double
    let side: Side
    /// Where a thin line from the point ends, for a name that is not beside its point; nil for one that is.
    var lead: (x: Double, y: Double)?

    /// The middle of the name of a point.
    func middle(of point: Point) -> Double {
      switch side {
      case .left: x + point.width / 2
      case .middle: x
      case .right: x - point.width / 2
      }
    }

    static func == (first: Place, second: Place) -> Bool {
      first.x == second.x && first.y == second.y && first.side == second.side && first.lead?.x == second.lead?.x
        && first.lead?.y == second.lead?.y
    }
  }

  private struct Box {
    var left, right, top, bottom: Double

    func overlaps(_ other: Box) -> Bool {
      left < other.right && other.left < right && top < other.bottom && other.top < bottom
    }

    /// How far a point is from it.
    func distance(to point: (x: Double, y: Double)) -> Double {
      let (across, down) = (point.x - min(max(point.x, left), right), point.y - min(max(point.y, top), bottom))
      return (across * across + down * down).squareRoot()
    }

    /// Whether some of a straight line lies inside (Liang and Barsky's clipping).
    func isCrossed(from start: (x: Double, y: Double), to end: (x: Double, y: Double)) -> Bool {
      var (first, last) = (0.0, 1.0)
      for (step, room) in [
        (start.x - end.x, start.x - left), (end.x - start.x, right - start.x), (start.y - end.y, start.y - top),
        (end.y - start.y, bottom - start.y),
      ] {
        if step == 0 {
          if room < 0 { return false }
        } else if step < 0 {
          first = max(first, room / step)
        } else {
          last = min(last, room / step)
        }
      }
      return first <= last
    }
  }

  private struct Candidate {
    let box: Box
    let lead: (x: Double, y: Double)
    /// The length of the line between point and name.
    let distance: Double
  }

  /// The height of a name.
  static let height = 13.0
  /// Half the width and height of a point's mark, with a little air.
  private static let mark = 5.0
  /// A name further than this from its point has a line to it.
  private static let beside = 9.0
  /// How often every name may move once all have a place.
  private static let rounds = 4

  private let points: [Point]
  private let width: Double
  private let height: Double
  private let front: [(x: Double, y: Double)]
  private var candidates: [[Candidate]] = []
  private var chosen: [Candidate?]

  /// Where the names stand; nil for one that has no room.
  /// - Parameters:
  ///   - points: a point that no name belongs to has the width 0.
  ///   - width: of the plot.
  ///   - height: of the plot.
  ///   - front: the corners of a line that names keep off where they can.
  static func places(
    _ points: [Point], width: Double, height: Double, front: [(x: Double, y: Double)] = []
  ) -> [Place?] {
    var labels = PointLabels(points: points, width: width, height: height, front: front)
    labels.place()
    return zip(points, labels.chosen).map { point, candidate in
      candidate.map { found in
        let box = found.box, side: Place.Side = box.left >= point.x ? .left : box.right <= point.x ? .right : .middle
        return Place(
          x: side == .left ? box.left : side == .right ? box.right : (box.left + box.right) / 2, y: (box.top + box.bottom) / 2,
          side: side, lead: found.distance > beside ? found.lead : nil)
      }
    }
  }

  private init(points: [Point], width: Double, height: Double, front: [(x: Double, y: Double)]) {
    (self.points, self.width, self.height, self.front) = (points, width, height, front)
    chosen = points.map { _ in nil }
    candidates = points.map { $0.width > 0 ? candidates(of: $0) : [] }
  }

  /// Every name takes its best place among those that stand; then each may move, which mends what the order has spoilt.
  private mutating func place() {
    for _ in 0..<Self.rounds {
      var hasMoved = false
      for index in points.indices where !candidates[index].isEmpty {
        let before = chosen[index]
        chosen[index] = nil
        var best: (candidate: Candidate, cost: Double)?
        for candidate in candidates[index] {
          guard candidate.distance < best?.cost ?? .infinity, let cost = cost(of: candidate, at: index) else { continue }
          if cost < best?.cost ?? .infinity { best = (candidate, cost) }
        }
        chosen[index] = best?.candidate
        if before?.box.left != best?.candidate.box.left || before?.box.top != best?.candidate.box.top { hasMoved = true }
      }
      if !hasMoved { return }
    }
  }

  /// Places for a name from beside its point to far off: at its right and left at many heights, above and below it.
  private func candidates(of point: Point) -> [Candidate] {
    var found: [Candidate] = []
    func add(_ left: Double, _ middle: Double) {
      let box = Box(left: left, right: left + point.width, top: middle - Self.height / 2, bottom: middle + Self.height / 2)
      guard box.left >= 0, box.right <= width, box.top >= 0, box.bottom <= height else { return }
      let lead = (x: min(max(point.x, box.left), box.right), y: min(max(point.y, box.top), box.bottom))
      found.append(Candidate(box: box, lead: lead, distance: box.distance(to: (point.x, point.y))))
    }
    let heights = Int(height / Self.height * 2)
    for gap in [7.0, 18, 34, 56, 84, 120] {
      for number in 0...heights {
        for sign in number == 0 ? [1.0] : [-1.0, 1] {
          let middle = point.y + sign * Double(number) * Self.height / 2
          add(point.x + gap, middle)
          add(point.x - gap - point.width, middle)
        }
      }
    }
    for number in 0...heights {
      for sign in [-1.0, 1] {
        let middle = point.y + sign * (Self.mark + 2 + Self.height / 2 * Double(number + 1))
        for share in [0.5, 0.2, 0.8] { add(point.x - share * point.width, middle) }
      }
    }
    return found
  }

  /// How bad a place is: far from the point, across lines; nil where it is not to be.
  private func cost(of candidate: Candidate, at index: Int) -> Double? {
    let (point, box) = (points[index], candidate.box)
    var cost = candidate.distance
    for (other, place) in zip(points.indices, points) {
      let around = Box(
        left: place.x - Self.mark, right: place.x + Self.mark, top: place.y - Self.mark, bottom: place.y + Self.mark)
      if box.overlaps(around) { return nil }
      if box.overlaps(Box(left: place.x - 1.5, right: place.x + 1.5, top: place.top, bottom: place.bottom)) { cost += 7 }
      guard other != index else { continue }
      // nearer to another point it would seem to be that one's
      if box.distance(to: (place.x, place.y)) < candidate.distance + 3 { cost += 15 }
      if candidate.distance > Self.beside, around.isCrossed(from: (point.x, point.y), to: candidate.lead) { cost += 25 }
      guard let taken = chosen[other] else { continue }
      if box.overlaps(taken.box) { return nil }
      // a line behind a name is bad, a name that is not there is worse
      if candidate.distance > Self.beside, taken.box.isCrossed(from: (point.x, point.y), to: candidate.lead) { cost += 40 }
      if taken.distance > Self.beside, box.isCrossed(from: (place.x, place.y), to: taken.lead) { cost += 40 }
    }
    for (start, end) in zip(front, front.dropFirst()) where box.isCrossed(from: start, to: end) { cost += 5 }
    return cost
  }
}
