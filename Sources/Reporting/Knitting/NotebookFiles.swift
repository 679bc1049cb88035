// Notebooks as files: all are read and checked before the first is written.
import Foundation
import Manifests
import Storage

/// The notebooks of a project, knitted but not written.
package struct NotebookFiles: Sendable {
  /// A notebook with its file.
  struct Entry: Sendable {
    let file: URL
    let before: String
    let knitted: KnittedNotebook
    /// The pictures that are not beside the notebook yet.
    let missingPictures: [NotebookPicture]
  }

  /// The largest picture that is copied, in bytes.
  private static let largestPicture = 1 << 24

  let entries: [Entry]

  /// Reads notebooks and asks for their blocks. Nothing is written.
  /// - Parameters:
  ///   - files: the notebooks.
  ///   - root: the folder that they must lie in, wherever links lead.
  ///   - isWanted: which blocks are made; the others are left alone.
  /// - Throws: `ReportError.invalidNotebooks` with the problems of all of them; `StorageError` where one cannot be read.
  package init(
    _ files: [URL], root: URL, source: some BlockSource, where isWanted: (BlockRequest) -> Bool = { _ in true }
  ) throws {
    var entries: [Entry] = []
    var problems: [Problem] = []
    for file in files {
      let name = Self.name(of: file)
      // Where a link leads is what is written, and the link stays.
      let target = file.standardizedFileURL.resolvingSymlinksInPath()
      let pictures = target.deletingLastPathComponent().appending(path: NotebookPicture.folder).resolvingSymlinksInPath()
      if let place = [target, pictures].first(where: { !Self.isInside($0, root) }) {
        let reason = "\(place.path) lies outside of the project's root; a notebook and its pictures lie below it."
        problems.append(Problem(at: SourcePosition(file: name, line: 1, column: 1), reason))
        continue
      }
      let data = try SmallFile.contents(of: target)
      guard let text = String(validating: data, as: UTF8.self) else {
        problems.append(Problem(at: SourcePosition(file: name, line: 1, column: 1), "is not UTF-8 text."))
        continue
      }
      do {
        let knitted = try Notebook(text, file: name).knitted(from: source, where: isWanted)
        for picture in knitted.blocks.compactMap(\.picture) {
          let place = pictures.appending(path: picture.name).deletingLastPathComponent().resolvingSymlinksInPath()
          guard !Self.isInside(place, root) else { continue }
          let reason = "\(place.path) lies outside of the project's root; a notebook and its pictures lie below it."
          problems.append(Problem(at: SourcePosition(file: name, line: 1, column: 1), reason))
        }
        let missing = knitted.blocks.compactMap(\.picture).filter { picture in
          !FileManager.default.fileExists(atPath: pictures.appending(path: picture.name).path)
        }
        entries.append(Entry(file: target, before: text, knitted: knitted, missingPictures: missing))
      } catch {
        guard case .invalidNotebooks(let found) = error else { throw error }
        problems += found
      }
    }
    if !problems.isEmpty { throw ReportError.invalidNotebooks(problems) }
    self.entries = entries
  }

  /// The notebooks of a project, sorted by name: `notebooks-md/*.md`, then the pages of the guide, `notebooks-md/guide/*.md`.
  package static func all(in root: URL) -> [URL] {
    ["notebooks-md", "notebooks-md/guide"].map { root.appending(path: $0) }.flatMap { folder in
      let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      return names.filter { $0.hasSuffix(".md") && !$0.hasPrefix(".") }.sorted().map { folder.appending(path: $0) }
    }
  }

  /// Every block that is not as the results would print it, with the first line that differs: `file:line:column: …`.
  package var differences: [String] {
    entries.flatMap { entry in
      entry.knitted.blocks.compactMap { block -> String? in
        if let difference = block.difference, !difference.isOfSources { return Self.line(block, difference) }
        guard let picture = block.picture, entry.missingPictures.contains(picture) else { return nil }
        return Self.line(block, "shows \(NotebookPicture.folder)/\(picture.name), which is not there")
      }
    }
  }

  /// Every block whose numbers are those of the results at hand, made by another program or from other files; a line each.
  package var otherSources: [String] {
    entries.flatMap { entry in
      entry.knitted.blocks.compactMap { block in block.difference.flatMap { $0.isOfSources ? Self.line(block, $0) : nil } }
    }
  }

  /// Every block that there are no results for, a line each.
  package var unavailable: [String] {
    entries.flatMap { entry in
      entry.knitted.blocks.compactMap { block -> String? in
        guard case .unavailable(let reason) = block.state else { return nil }
        return Self.line(block, "no results at hand: \(reason)")
      }
    }
  }

  /// `4 notebooks, 18 blocks: 16 as the results print them, 1 not so, 1 without results at hand`
  package var summary: String {
    let blocks = entries.flatMap(\.knitted.blocks).count
    let (different, unknown) = (differences.count, unavailable.count)
    return "\(entries.count) notebook\(entries.count == 1 ? "" : "s"), \(blocks) block\(blocks == 1 ? "" : "s"): "
      + "\(blocks - different - unknown) as the results print them, \(different) not so, \(unknown) without results at hand"
  }

  /// Writes the notebooks that change and copies their pictures, each whole or not at all. Returns what was written, in order.
  /// - Throws: `StorageError`; the file that it names is then unchanged.
  @discardableResult
  package func write() throws -> [URL] {
    var written: [URL] = []
    for entry in entries {
      let folder = entry.file.deletingLastPathComponent().appending(path: NotebookPicture.folder)
      for picture in entry.knitted.blocks.compactMap(\.picture) {
        let file = folder.appending(path: picture.name)
        let data = try SmallFile.contents(of: picture.source, limit: Self.largestPicture)
        if (try? SmallFile.contents(of: file, limit: Self.largestPicture)) == data { continue }
        try Folder.make(at: file.deletingLastPathComponent())
        try AtomicFile.write(data, to: file)
        written.append(file)
      }
      let text = entry.knitted.notebook.text
      if text.utf8.elementsEqual(entry.before.utf8) { continue }
      try AtomicFile.write(Data(text.utf8), to: entry.file)
      written.append(entry.file)
    }
    return written
  }

  private static func line(_ block: KnittedNotebook.Block, _ difference: BlockDifference) -> String {
    let place = SourcePosition(file: block.position.file, line: block.position.line + 1 + difference.line, column: 1)
    let (before, after) = (difference.before.map { "'\($0)'" } ?? "nothing", difference.after.map { "'\($0)'" } ?? "nothing")
    let found = difference.isOfSources ? "same numbers, other sources: " : ""
    return Problem(at: place, "\(block.request): \(found)the results at hand print \(after), here is \(before)").description
  }

  private static func line(_ block: KnittedNotebook.Block, _ text: String) -> String {
    Problem(at: block.position, "\(block.request): \(text).").description
  }

  /// A path below the current folder as a person would type it.
  private static func name(of file: URL) -> String {
    let here = FileManager.default.currentDirectoryPath + "/"
    let path = file.standardizedFileURL.path
    return path.hasPrefix(here) ? String(path.dropFirst(here.count)) : path
  }

  private static func isInside(_ file: URL, _ root: URL) -> Bool {
    let folder = root.standardizedFileURL.resolvingSymlinksInPath().path
    return file.path.hasPrefix(folder == "/" ? folder : folder + "/")
  }
}
