// The report page as a file: what its policy lets run and load, and that nothing in it makes text into markup.
import Foundation
import Storage
import Testing

@testable import Reporting

@Suite("The report page's file")
struct PageDocumentTests {
  private let html = PageDocument.html(list: "_experiments~0123456789abcdef.js")

  /// What stands between the first pair of two texts.
  private func between(_ start: String, _ end: String) throws -> String {
    let first = try #require(html.range(of: start)), rest = html[first.upperBound...]
    return String(rest[..<(try #require(rest.range(of: end))).lowerBound])
  }

  private func digest(_ text: String) throws -> String {
    let hex = FileDigest.sha256(of: Array(text.utf8)), digits = Array(hex)
    let bytes = stride(from: 0, to: 64, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) }
    return Data(bytes).base64EncodedString()
  }

  @Test("its policy names the one script and the one style that are in it, and lets nothing come from a network")
  func policy() throws {
    let policy = try between("http-equiv=\"Content-Security-Policy\" content=\"", "\">")
    #expect(policy.contains("script-src 'sha256-\(try digest(between("<script>", "</script>")))'"))
    #expect(policy.contains("style-src 'sha256-\(try digest(between("<style>", "</style>")))'"))
    let rules = policy.components(separatedBy: "; ")
    #expect(rules.contains("default-src 'none'") && rules.contains("base-uri 'none'") && rules.contains("form-action 'none'"))
    for word in ["unsafe-inline", "unsafe-eval", "http:", "https:", "data:", "blob:", " * ", "connect-src", "frame-src"] {
      #expect(!policy.contains(word), "\(word)")
    }
  }

  @Test("there is one script element, and one style element, which their contents do not end")
  func elements() {
    for (tag, count) in [
      ("<script", 1), ("</script", 1), ("<style", 1), ("</style", 1), ("<!--", 0), ("<link", 0), ("<base", 0), ("<iframe", 0),
    ] {
      #expect(html.lowercased().components(separatedBy: tag).count - 1 == count, "\(tag)")
    }
    #expect(html.hasPrefix("<!doctype html>\n<html lang=\"en\">"))
  }

  @Test("no part of the script makes text into markup, code or a request")
  func calls() throws {
    let script = try between("<script>", "</script>")
    for word in [
      "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "createContextualFragment", "DOMParser", "setHTML", "eval(",
      "new Function", "fetch(", "XMLHttpRequest", "WebSocket", "EventSource", "sendBeacon", "import(", "localStorage", "cookie",
      "srcdoc",
      "javascript:", ".style.cssText", "postMessage",
    ] {
      #expect(!script.contains(word), "\(word)")
    }
    #expect(!script.contains(/\bon[a-z]+=/), "no listener as an attribute")
    // of addresses there is the name of the drawing's language alone
    #expect(script.matches(of: /https?:/).count == 1 && script.contains("'http://www.w3.org/2000/svg'"))
  }

  @Test("the script is one closed scope, in strict mode, each part of it told of")
  func parts() throws {
    let script = try between("<script>", "</script>")
    #expect(script.hasPrefix("'use strict';\n(() => {\n// "))
    #expect(script.components(separatedBy: "\n// ").count > 9)
  }

  @Test("the name of the list is read back, and out of no other page")
  func list() {
    #expect(PageDocument.list(of: html) == "_experiments~0123456789abcdef.js")
    for text in [
      "", "<html></html>", html.replacing("_experiments~", with: "../_experiments~"), html.replacing("lowrank-list", with: "list"),
    ] {
      #expect(PageDocument.list(of: text) == nil)
    }
  }
}
