// JSON of any shape: what each kind of value is read as, and that canonical text reads back as it says.
import Foundation
import Testing

@testable import Settings

@Suite("JSON values")
struct JSONValueTests {
  @Test(
    "each kind of value is read as what it is",
    arguments: [
      ("null", JSONValue.null), ("true", .flag(true)), ("false", .flag(false)), ("0", .integer(0)), ("-7", .integer(-7)),
      ("1.0", .integer(1)), ("1e3", .integer(1000)), ("-0", .integer(0)), ("0.1", .number(0.1)), ("-2.5e-7", .number(-2.5e-7)),
      ("9007199254740991", .integer(9_007_199_254_740_991)), ("9007199254740993", .integer(9_007_199_254_740_993)),
      ("9223372036854775807", .integer(.max)), ("-9223372036854775808", .integer(.min)), ("9223372036854775808", .number(0x1p63)),
      ("1e300", .number(1e300)), ("\"\"", .text("")), ("\"NaN\"", .text("NaN")), ("\"1\"", .text("1")), ("\"true\"", .text("true")),
      ("[]", .array([])), ("[1, \"a\", null, [0.5]]", .array([.integer(1), .text("a"), .null, .array([.number(0.5)])])),
      ("{}", .object([:])), ("{\"a\": {\"b\": false}}", .object(["a": .object(["b": .flag(false)])])),
    ])
  func kinds(text: String, value: JSONValue) throws {
    #expect(try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8)) == value)
  }

  @Test("a value that was reread is the one that its canonical text reads back as")
  func reread() throws {
    let values: [JSONValue] = [
      .null, .flag(true), .integer(5), .number(5), .number(-0.0), .number(0.1), .number(1e14), .number(1e20), .number(1e300),
      .number(.nan), .number(.infinity), .text("NaN"), .text("1"), .array([.number(2), .text("x")]),
      .object(["a": .number(3), "b": .object(["c": .number(0.5), "d": .array([])])]),
    ]
    for value in values {
      #expect(try JSONDecoder().decode(JSONValue.self, from: Data(value.compact.utf8)) == value.reread, "\(value)")
    }
  }
}
