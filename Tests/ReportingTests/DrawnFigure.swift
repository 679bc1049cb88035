// What stands where in a drawing, read from its SVG.
import Foundation
import Testing

#if canImport(FoundationXML)
  import FoundationXML
#endif

struct DrawnFigure {
  struct Text {
    let text: String
    /// The pixels that it takes, reckoned with 0.55 of the font's size for a character; nil where it stands aslant.
    let frame: (x: ClosedRange<Double>, y: ClosedRange<Double>)?
  }

  let width: Double
  let height: Double
  /// All texts but empty ones.
  let texts: [Text]

  init(_ svg: Data) throws {
    try #require(XMLParser(data: svg).parse())
    let source = String(decoding: svg, as: UTF8.self)
    let size = try #require(source.firstMatch(of: #/viewBox="0 0 (\d+) (\d+)"/#))
    (width, height) = (try #require(Double(size.1)), try #require(Double(size.2)))
    let place = #/translate\(([-\d.]+),([-\d.]+)\)(?: rotate\(([-\d.]+)\))?"[^>]*font-size="([\d.]+)"\s+text-anchor="(\w+)">/#
    texts = source.matches(of: #/(<g transform="translate[^>]*>)\s*<text[^>]*>([^<]+)<\/text>/#).compactMap { match -> Text? in
      guard let group = match.1.firstMatch(of: place), let x = Double(group.1), let y = Double(group.2), let size = Double(group.4)
      else { return nil }
      let text = match.2.replacing("&lt;", with: "<").replacing("&amp;", with: "&")
      let length = 0.55 * size * Double(text.count)
      let before = ["start": 0, "middle": 0.5, "end": 1][String(group.5), default: 0] * length
      switch group.3.flatMap({ Double($0) }) ?? 0 {
      case 0: return Text(text: String(text), frame: (x - before...x - before + length, y - 0.7 * size...y))
      case 270: return Text(text: String(text), frame: (x - 0.7 * size...x, y + before - length...y + before))
      default: return Text(text: String(text), frame: nil)
      }
    }
  }

  /// How often a text stands in the drawing.
  func count(_ text: String) -> Int { texts.filter { $0.text == text }.count }

  /// Texts that are not wholly on the page, and pairs of texts that stand over each other.
  var faults: [String] {
    let page = (x: 0...width, y: 0...height)
    let framed = texts.compactMap { text in text.frame.map { (text: text.text, frame: $0) } }
    let clipped = framed.filter { text in
      let isInside = page.x.contains(text.frame.x.lowerBound) && page.x.contains(text.frame.x.upperBound)
      return !isInside || !page.y.contains(text.frame.y.lowerBound) || !page.y.contains(text.frame.y.upperBound)
    }
    let pairs = framed.indices.flatMap { first in
      framed[(first + 1)...].filter { second in
        framed[first].frame.x.overlaps(second.frame.x) && framed[first].frame.y.overlaps(second.frame.y)
      }.map { "\(framed[first].text) over \($0.text)" }
    }
    return clipped.map { "\($0.text) clipped" } + pairs
  }
}
