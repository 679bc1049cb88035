// The files of the report page on the disk. Names of data hold digests of it, so that new files stand beside those of the page that is
// there: it stays whole until the new one takes its place, whatever happens before.
import Foundation
import Records
import Storage

/// The folder of the page's data, and the page itself.
final class PageFolder {
  private let layout: ResultsLayout
  /// The folder of what single runs left.
  private var runs: URL { layout.pageData.appending(path: "runs") }
  /// The files that were not there before.
  private var added: [URL] = []
  private let claim: Claim

  /// Takes the folder for this process; another that writes the page is waited for.
  /// - Throws: `StorageError` where it cannot be written, is a link, or something else than the page has its name.
  init(_ layout: ResultsLayout) throws {
    self.layout = layout
    if FileManager.default.fileExists(atPath: layout.page.path), Self.list(of: layout) == nil {
      throw StorageError.cannotWrite(
        path: layout.page.path, reason: "it is there, and is no page of this program's",
        advice: "Move it away, or name another folder of results.")
    }
    for folder in [layout.pageData, layout.pageData.appending(path: "runs")] {
      try Self.requireOwn(folder)
      try Folder.make(at: folder)
    }
    claim = try Claim.wait(in: layout.pageData)
  }

  /// Refuses a link, through which files would be written and removed elsewhere.
  private static func requireOwn(_ folder: URL) throws {
    var status = stat()
    guard lstat(folder.path, &status) == 0, status.st_mode & S_IFMT == S_IFLNK else { return }
    throw StorageError.cannotWrite(
      path: folder.path, reason: "it is a link, and the page's files stand in the folder of results itself",
      advice: "Remove the link.")
  }

  /// The name of the list that the page shows which is there; nil where there is none.
  private static func list(of layout: ResultsLayout) -> String? {
    // not as a small file is read, which a page of the web is refused as
    (try? SmallFile.ending(of: layout.page, limit: 1 << 22)).flatMap {
      PageDocument.list(of: String(decoding: $0.bytes, as: UTF8.self))
    }
  }

  /// The list that the page shows which is there; nil where there is none of this version that can be read.
  func list() -> PageList? {
    guard let name = Self.list(of: layout),
      let bytes = try? SmallFile.contents(of: layout.pageData.appending(path: name)),
      let json = PageScript.json(of: Array(bytes), named: name),
      let list = try? JSONDecoder().decode(PageList.self, from: json), list.format == PageScript.format,
      list.files.allSatisfy({ FileManager.default.fileExists(atPath: layout.pageData.appending(path: $0).path) })
    else { return nil }
    return list
  }

  /// The names of the files of single runs that are there.
  var runFiles: Set<String> { Set((try? FileManager.default.contentsOfDirectory(atPath: runs.path)) ?? []) }

  /// Whether a file of data is there.
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: layout.pageData.appending(path: name).path) }

  /// Writes a file of data where it is not there.
  /// - Throws: `StorageError`.
  func write(_ script: PageScript) throws {
    let file = layout.pageData.appending(path: script.name)
    if let bytes = try? Data(contentsOf: file), bytes.elementsEqual(script.bytes) { return }
    added.append(file)
    try AtomicFile.write(Data(script.bytes), to: file)
  }

  /// Writes files of single runs, on all cores.
  /// - Parameter make: makes the file of a value, or says why there is none.
  /// - Returns: for each value why it has no file; nil where it has one.
  /// - Throws: what `make` throws, `StorageError`.
  func writeRuns<Value: Sendable, Problem: Error>(
    _ values: [Value], _ make: @Sendable (Value) throws -> Result<PageScript, Problem>
  ) throws -> [Problem?] {
    let runs = self.runs
    let outcomes = InOrder.map(values) { value -> Result<(file: URL?, problem: Problem?), any Error> in
      Result {
        switch try make(value) {
        case .failure(let problem): return (nil, problem)
        case .success(let script):
          let file = runs.appending(path: script.name)
          try AtomicFile.write(Data(script.bytes), to: file)
          return (file, nil)
        }
      }
    }
    added += outcomes.compactMap { try? $0.get().file }
    return try outcomes.map { try $0.get().problem }
  }

  /// Puts the page in its place, which then shows this list.
  /// - Throws: `StorageError`.
  func finish(_ list: PageList) throws {
    let script = try PageScript(PageScript.list, list)
    try write(script)
    try AtomicFile.write(Data(PageDocument.html(list: script.name).utf8), to: layout.page)
    remove(in: layout.pageData) { PageScript.isList($0) && $0 != script.name }
    added = []
  }

  /// Removes what was written since the page was in its place: it shows none of that.
  func abandon() {
    for file in added { unlink(file.path) }
    added = []
  }

  /// Removes files of data that the page does not show.
  /// - Parameter isStale: whether it does not show the one of a name.
  func removeData(_ isStale: (String) -> Bool) { remove(in: layout.pageData, isStale) }

  /// Removes files of single runs that the page does not show.
  func removeRuns(_ isStale: (String) -> Bool) { remove(in: runs, isStale) }

  /// Removes what killed calls have left, and the page's own files that are stale; of others it takes none.
  private func remove(in folder: URL, _ isStale: (String) -> Bool) {
    _ = try? AtomicFile.sweepStaleTemporaries(in: folder)
    for name in (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    where PageScript.isName(name) && isStale(name) {
      unlink(folder.appending(path: name).path)
    }
  }
}
