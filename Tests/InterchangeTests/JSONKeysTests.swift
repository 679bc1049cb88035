// The order of keys in a JSON text.
import Foundation
import Testing

@testable import Interchange

@Suite("Keys of JSON objects")
struct JSONKeysTests {
  @Test("keys are read in the file's order") func order() throws {
    let json = #"{"b": {"z": 1, "a": [{"x": 1}, "y"], "\u0071\"": {"deep": 2}}, "a" : "b\\", "c": ["d", "e"], "f": {}}"#
    let keys = try #require(JSONKeys(Data(json.utf8)))
    #expect(keys.outer == ["b", "a", "c", "f"] && keys.inner == ["b": ["z", "a", "q\""]])
    #expect(JSONKeys.repeated(keys.outer) == nil && JSONKeys.repeated(["a", "b", "a"]) == "a")
  }
}
