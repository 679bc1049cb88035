// Where names of points stand: apart from each other and from points, within the plot, the same every time.
import Testing

@testable import Reporting

@Suite struct PointLabelsTests {
  private typealias Point = PointLabels.Point
  private typealias Place = PointLabels.Place

  private static let (width, height) = (230.0, 300.0)

  private func point(_ x: Double, _ y: Double, width: Double = 50, reach: Double = 0) -> Point {
    Point(x: x, y: y, top: y - reach, bottom: y + reach, width: width)
  }

  private func places(_ points: [Point], front: [(x: Double, y: Double)] = []) -> [Place?] {
    PointLabels.places(points, width: Self.width, height: Self.height, front: front)
  }

  /// What is wrong with places: names over names or points, or outside.
  private func faults(_ points: [Point], _ places: [Place?]) -> [String] {
    let boxes = zip(points, places).map { point, place -> (left: Double, right: Double, top: Double, bottom: Double)? in
      place.map { place in
        let middle = place.middle(of: point), half = PointLabels.height / 2
        return (left: middle - point.width / 2, right: middle + point.width / 2, top: place.y - half, bottom: place.y + half)
      }
    }
    var faults: [String] = []
    for (index, box) in boxes.enumerated() {
      guard let box else { continue }
      if box.left < 0 || box.right > Self.width || box.top < 0 || box.bottom > Self.height { faults.append("\(index) outside") }
      for (other, point) in points.enumerated() {
        if point.x > box.left, point.x < box.right, point.y > box.top, point.y < box.bottom {
          faults.append("\(index) on \(other)")
        }
        guard other > index, let second = boxes[other] else { continue }
        if box.left < second.right, second.left < box.right, box.top < second.bottom, second.top < box.bottom {
          faults.append("\(index) over \(other)")
        }
      }
    }
    return faults
  }

  @Test func aLonePointHasItsNameBesideIt() {
    #expect(places([point(100, 150)]) == [Place(x: 107, y: 150, side: .left)])
    #expect(places([point(200, 150)]) == [Place(x: 193, y: 150, side: .right)], "at its left, where the right has no room")
    #expect(places([point(100, 150, width: 0)]) == [nil])
    #expect(places([]) == [])
  }

  @Test func namesKeepOffEachOtherAndOffPoints() {
    var state: UInt64 = 11
    func draw(_ end: Double) -> Double {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Double(state >> 40) / Double(1 << 24) * end
    }
    for spread in [1.0, 0.4] {
      for _ in 0..<20 {
        let points = (0..<16).map { _ in
          point(draw(Self.width * spread), 40 + draw((Self.height - 80) * spread), width: 20 + draw(70), reach: draw(40))
        }
        let found = places(points)
        #expect(faults(points, found) == [])
        #expect(found.allSatisfy { $0 != nil })
        #expect(places(points) == found, "the same every time")
      }
    }
  }

  @Test func aNameThatIsFarFromItsPointHasALineToIt() {
    // six points in one place: one name stands beside it, the others further off
    let points = (0..<6).map { _ in point(115, 150) }
    let found = places(points).compactMap { $0 }
    #expect(found.count == 6 && faults(points, found) == [])
    #expect(found.contains { $0.lead == nil } && found.contains { $0.lead != nil })
    for place in found {
      guard let lead = place.lead else { continue }
      #expect(abs(lead.x - place.x) <= 50 && abs(lead.y - place.y) <= PointLabels.height / 2)
    }
  }

  @Test func namesWithoutRoomAreLeftOut() {
    let points = (0..<200).map { point(Double($0 % 20) * 12, Double($0 / 20) * 30) }
    let found = places(points)
    #expect(found.contains { $0 == nil } && faults(points, found) == [])
    #expect(places([point(100, 150, width: 240)]) == [nil], "wider than the plot")
  }

  @Test func linesAreKeptOffWhereThereIsRoom() throws {
    // its own bar and the front: neither is under the name
    let front = [(x: 0.0, y: 150.0), (x: 230.0, y: 150.0)]
    let place = try #require(places([point(115, 150, reach: 60)], front: front)[0])
    #expect(abs(place.y - 150) >= PointLabels.height / 2 && place.side != .middle)
  }
}
