// What lies in a folder of results beside the runs: the links by which tables and people name runs, and files that are being
// written. No link is followed.
import Foundation
import Records
import Storage

/// The folder of results without its runs, as it is at one moment.
struct ResultsTree: Sendable, Equatable {
  /// A link.
  struct Link: Sendable, Equatable {
    /// Where it lies.
    let url: URL
    /// The identities that its target names, as written and with all links resolved.
    let identities: Set<String>
    /// Whether it leads to nothing.
    let isBroken: Bool

    /// Whether it was made to take the name of another link, and has not.
    var isTemporary: Bool {
      let name = url.lastPathComponent
      return AtomicFile.isTemporary(name) || name.wholeMatch(of: /\.(seed--?[0-9]+|init-[0-9]+-order-[0-9]+)-[0-9]+/) != nil
    }
  }

  /// The links, in the order of their paths.
  private(set) var links: [Link] = []
  /// The plain files that have the name of a temporary, in the order of their paths.
  private(set) var temporaries: [URL] = []
  /// Why it is not known what all links lead to, a line each; empty where it is.
  private(set) var problems: [String] = []
  /// The identities of the runs that links name.
  private(set) var named: Set<String> = []
  private let layout: ResultsLayout

  /// Looks through a folder of results; runs, and what is being removed of them, are left out.
  init(_ layout: ResultsLayout) {
    self.layout = layout
    visit(layout.folder)
  }

  /// - Parameter isWorkplace: whether the folder goes as a whole, or not at all: its temporaries are nobody else's affair.
  private mutating func visit(_ folder: URL, isWorkplace: Bool = false) {
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
    } catch {
      // what is gone meanwhile holds no link
      if FileManager.default.fileExists(atPath: folder.path) { problems.append("\(folder.path): cannot be read") }
      return
    }
    let runs = [layout.runs, layout.doomed].map(\.path), workplaces = [layout.reruns, layout.calls].map(\.path)
    for name in names {
      let url = folder.appending(path: name)
      if runs.contains(url.path) { continue }
      var status = stat()
      guard lstat(url.path, &status) == 0 else {
        // what is gone meanwhile holds no link; a name that is not UTF-8 is read as another, which is not there
        if errno != ENOENT || name.contains("\u{FFFD}") {
          problems.append("\(url.path): cannot be looked at, and what links lead to there is not known")
        }
        continue
      }
      switch status.st_mode & S_IFMT {
      case S_IFLNK: add(url)
      case S_IFDIR: visit(url, isWorkplace: isWorkplace || workplaces.contains(url.path))
      case S_IFREG where !isWorkplace && AtomicFile.isTemporary(name): temporaries.append(url)
      default: break
      }
    }
  }

  private mutating func add(_ url: URL) {
    let target = (try? FileManager.default.destinationOfSymbolicLink(atPath: url.path)) ?? ""
    let resolved = url.resolvingSymlinksInPath()
    let identities = Set(((target as NSString).pathComponents + resolved.pathComponents).filter { ResultsLayout.isIdentity($0) })
    var isFolder: ObjCBool = false
    let isThere = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    links.append(Link(url: url, identities: identities, isBroken: !isThere))
    named.formUnion(identities)
    // in a folder that lies elsewhere there may be links to runs as well; only tables' folders have any
    let own = layout.folder.resolvingSymlinksInPath().path + "/"
    guard isFolder.boolValue, identities.isEmpty, !(resolved.path + "/").hasPrefix(own), !layout.mayLieElsewhere(url) else {
      return
    }
    problems.append("\(url.path): is a link to a folder elsewhere, and what links lie there is not known")
  }
}
