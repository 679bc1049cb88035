// The page itself: one HTML file with its script and its style in it. It loads nothing but the files of data beside it.
import Foundation
import Storage

/// Writes `index.html`.
enum PageDocument {
  /// The page's own parts of its script, in the order in which they run.
  private static var script: String {
    let parts = [
      PackageResources.dom_js, PackageResources.data_js, PackageResources.chart_js, PackageResources.predictions_js,
      PackageResources.run_js, PackageResources.cell_js, PackageResources.table_js, PackageResources.list_js,
      PackageResources.main_js,
    ]
    return "'use strict';\n(() => {\n" + parts.map(text).joined(separator: "\n") + "})();\n"
  }

  private static var style: String { text(PackageResources.page_css) }

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }

  /// The page that shows a list of experiments.
  /// - Parameter list: the name of the list's file in the folder of data.
  static func html(list: String) -> String {
    let script = script, style = style
    // Nothing is loaded from elsewhere, no form is sent, and no text becomes code: the one script that runs is the one here, by its
    // digest, and what it loads itself. Older browsers know no 'strict-dynamic' and go by the places.
    let policy = [
      "default-src 'none'", "script-src 'sha256-\(digest(script))' 'strict-dynamic' 'self' file:",
      "style-src 'sha256-\(digest(style))'", "img-src 'self' file:", "base-uri 'none'", "form-action 'none'",
      "require-trusted-types-for 'script'", "trusted-types lowrank",
    ].joined(separator: "; ")
    return """
      <!doctype html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta name="color-scheme" content="light dark">
      <meta name="\(listName)" content="\(list)">
      <title>lowrank: results</title>
      <style>\(style)</style>
      </head>
      <body>
      <noscript><p>This page is drawn by its script, which this browser does not run. The tables are in Markdown too, beside this file.</p></noscript>
      <script>\(script)</script>
      </body>
      </html>

      """
  }

  /// The name of the element that says which list the page shows.
  private static let listName = "lowrank-list"

  /// The name of the list's file in the text of such a page; nil where it is none.
  static func list(of html: String) -> String? {
    guard let mark = html.range(of: "<meta name=\"\(listName)\" content=\"") else { return nil }
    let name = html[mark.upperBound...].prefix { $0 != "\"" }
    return PageScript.isName(String(name)) ? String(name) : nil
  }

  /// The digest of an element's text as a policy has it: SHA-256 in base 64.
  private static func digest(_ text: String) -> String {
    let digits = Array(FileDigest.sha256(of: Array(text.utf8)))
    return Data(stride(from: 0, to: digits.count, by: 2).compactMap { UInt8(String(digits[$0...($0 + 1)]), radix: 16) })
      .base64EncodedString()
  }
}
