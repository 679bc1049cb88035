// Colours that people with any colour vision, and a printer without colours, tell apart.

/// A colour of eight bits each of red, green and blue.
struct FigureColor: Equatable {
  let red: Int
  let green: Int
  let blue: Int

  init(_ value: Int) { (red, green, blue) = ((value >> 16) & 255, (value >> 8) & 255, value & 255) }

  init(red: Int, green: Int, blue: Int) { (self.red, self.green, self.blue) = (red, green, blue) }

  /// The colour as one number.
  var value: Int { red << 16 | green << 8 | blue }

  /// As `#0072b2`.
  var text: String {
    let digits = String(value, radix: 16)
    return "#" + String(repeating: "0", count: 6 - digits.count) + digits
  }

  /// This colour and another one in proportion.
  func mixed(with other: FigureColor, _ share: Double) -> FigureColor {
    func mix(_ from: Int, _ to: Int) -> Int { Int((Double(from) + (Double(to) - Double(from)) * share).rounded()) }
    return FigureColor(red: mix(red, other.red), green: mix(green, other.green), blue: mix(blue, other.blue))
  }
}

enum FigurePalette {
  static let ink = FigureColor(0x22_2222)
  static let gray = FigureColor(0x55_5555)
  static let faint = FigureColor(0xe3_e3e3)
  static let white = FigureColor(0xff_ffff)
  /// A cell without a value.
  static let absent = FigureColor(0xee_eeee)

  /// Okabe and Ito's eight, those that show best on white first; gray in place of black, on which an error bar is lost.
  private static let distinct = [0x00_72b2, 0xd5_5e00, 0x00_9e73, 0xcc_79a7, 0xe6_9f00, 0x56_b4e9, 0x99_9999, 0xf0_e442]
    .map { FigureColor($0) }

  /// Ten colours of cividis (Nuñez, Anderton and Renslow 2018), dark to light: even in brightness, so that darker reads as more.
  private static let cividis = [
    0x00_204d, 0x00_336f, 0x39_486b, 0x57_5c6d, 0x70_7173, 0x8a_8779, 0xa6_9d75, 0xc4_b56c, 0xe4_cf5b, 0xff_ea46,
  ].map { FigureColor($0) }

  /// The colour of a share, 0 the lightest and 1 the darkest; what is no number is as light as can be.
  static func shade(_ share: Double) -> FigureColor {
    let place = (1 - (share > 0 ? min(share, 1) : 0)) * Double(cividis.count - 1)
    let below = min(Int(place), cividis.count - 2)
    return cividis[below].mixed(with: cividis[below + 1], place - Double(below))
  }

  /// The colour of text on a shade.
  static func text(onShade share: Double) -> FigureColor { share > 0.45 ? white : ink }

  /// The colour of one of so many things: different ones for up to eight, for more from dark to light in their order.
  static func series(_ index: Int, of count: Int) -> FigureColor {
    if count <= distinct.count { return distinct[index % distinct.count] }
    // The lightest would be lost on white.
    return shade(1 - 0.9 * Double(index) / Double(count - 1))
  }
}
