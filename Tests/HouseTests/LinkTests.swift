// Links between pages: every file that one leads to is there, and every heading.
import Foundation
import TestSupport
import Testing

@Suite("Links")
struct LinkTests {
  /// Every page for people, by its path from the repository's root.
  private static var pages: [Page] {
    get throws {
      let notebooks = try FileManager.default.contentsOfDirectory(atPath: Repository.root.appending(path: "notebooks-md").path)
        .filter { $0.hasSuffix(".md") }.sorted().map { "notebooks-md/\($0)" }
      return try Pages.all + (["CONTRIBUTING.md", "CHANGELOG.md", "results/README.md"] + notebooks).map { try Pages.page($0) }
    }
  }

  @Test("every relative link leads to a file, and every anchor to a heading")
  func whole() throws {
    let pages = try Self.pages
    #expect(pages.flatMap(\.links).count > 40)
    #expect(try pages.flatMap { try $0.dangling(in: Repository.root) } == [])
  }

  @Test("README leads to every page of the guide")
  func complete() throws {
    let all = try Pages.all, linked = Set(all[0].links.map(\.target))
    #expect(all.dropFirst().map(\.path).filter { !linked.contains($0) } == [])
  }

  @Test("a dangling link and a dangling anchor are seen, code and addresses are not")
  func planted() throws {
    try withTemporaryFolder { root in
      let here = "# One `make` and *two*, three!\n\n## Same\n## Same\n"
      try Data(here.utf8).write(to: root.appending(path: "here.md"))
      let text = """
        [a](here.md) [b](here.md#one-make-and-two-three) ![c](gone.svg) [d](#own-heading) [e](here.md#same-1) [f](here.md#same-2)
        [g](https://example.org/x) `[h](nowhere.md)` [i](here.md#none)

        ## Own heading
        ```sh
        # No heading, [j](nowhere.md)
        ```
        [k](#no-heading)
        """
      let found = try Page(path: "page.md", text: text).dangling(in: root)
      #expect(
        found == [
          "page.md:1: gone.svg is not there", "page.md:1: here.md has no heading #same-2",
          "page.md:2: here.md has no heading #none",
          "page.md:8: page.md has no heading #no-heading",
        ])
    }
  }
}

extension Page {
  /// Where a link leads, and the line that it stands in.
  fileprivate var links: [(line: Int, target: String)] {
    prose.flatMap { line in
      line.text.replacing(/`[^`]*`/, with: "").matches(of: /\]\(([^)\s]+)\)/).map { (line.number, String($0.output.1)) }
    }
  }

  /// What its headings are called in links, as GitHub makes it: lower case, no marks, hyphens for spaces, repeats numbered.
  private var anchors: Set<String> {
    var counts: [String: Int] = [:], anchors: Set<String> = []
    for line in prose {
      guard let heading = line.text.prefixMatch(of: /#{1,6}\s+/).map({ line.text[$0.range.upperBound...] }) else { continue }
      let plain = heading.replacing(/\[([^\]]*)\]\([^)]*\)/) { $0.output.1 }.lowercased()
      let slug = String(plain.compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : nil })
      anchors.insert(slug + (counts[slug].map { "-\($0)" } ?? ""))
      counts[slug, default: 0] += 1
    }
    return anchors
  }

  /// A line for each relative link that leads nowhere.
  fileprivate func dangling(in root: URL) throws -> [String] {
    let folder = root.appending(path: path).deletingLastPathComponent()
    return try links.compactMap { link in
      if link.target.contains("://") || link.target.hasPrefix("mailto:") { return nil }
      let parts = link.target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      let file = folder.appending(path: parts[0])
      guard parts[0].isEmpty || FileManager.default.fileExists(atPath: file.path) else {
        return "\(path):\(link.line): \(parts[0]) is not there"
      }
      guard parts.count == 2 else { return nil }
      let page = parts[0].isEmpty ? self : Page(path: parts[0], text: try String(contentsOf: file, encoding: .utf8))
      return page.anchors.contains(parts[1]) ? nil : "\(path):\(link.line): \(page.path) has no heading #\(parts[1])"
    }
  }
}
