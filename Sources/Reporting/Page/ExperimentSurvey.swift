// Every experiment that a report page shows: those of the manifests, and those with other settings that lie in the results.
import Foundation
import Manifests
import Records
import Settings

/// The experiments of a project and of its folder of results.
struct ExperimentSurvey {
  /// An experiment by its names, under the profiles that it has.
  struct Named {
    let id: String
    let aliases: [String]
    let title: String
    let experiments: [Experiment]
  }

  /// The experiments of each paper, and at the end those with other settings.
  private(set) var groups: [(heading: String, manifests: [Named])] = []
  /// Files that cannot be used, and experiments of the results that no manifest gives any more.
  private(set) var broken: [PageList.Broken] = []
  /// Folders of tables in the results of which no manifest is known.
  private(set) var unknown: [String] = []

  /// Reads all manifests, and looks at the folders in the results.
  init(_ folder: ExperimentFolder, methods: MethodCatalog, in results: ResultsFolder) {
    let listing = folder.list(methods: methods), papers = (try? folder.papers()) ?? []
    groups = ExperimentList.sections(listing.manifests, papers).map { heading, manifests in
      let named = manifests.map { manifest in
        Named(
          id: manifest.id, aliases: manifest.aliases, title: manifest.experiments.first?.title ?? "",
          experiments: manifest.experiments)
      }
      return (heading, named)
    }
    broken = listing.broken.map { PageList.Broken(file: name($0.file), message: $0.error.summary(in: $0.file)) }
    let known = Set(
      listing.manifests.map(\.id) + listing.broken.map { ($0.file as NSString).lastPathComponent.replacing(".yaml", with: "") })
    var others: [Named] = []
    for table in Self.tables(in: results) where !known.contains(table.name) {
      guard table.name.contains("+") else {
        unknown.append(table.name)
        continue
      }
      do throws(ManifestError) {
        var experiments: [Experiment] = []
        for profile in table.profiles {
          experiments.append(try folder.manifest(named: table.name, profile: profile, methods: methods).experiment(profile))
        }
        others.append(Named(id: table.name, aliases: [], title: experiments.first?.title ?? "", experiments: experiments))
      } catch .unknownExperiment {
        unknown.append(table.name)
      } catch {
        broken.append(PageList.Broken(file: table.name, message: error.summary(in: table.name)))
      }
    }
    if !others.isEmpty { groups.append((PageList.otherSettings, others)) }

    /// A file of the folder by its way from there, since a page names no place of this machine.
    func name(_ file: String) -> String { file.hasPrefix(folder.path + "/") ? String(file.dropFirst(folder.path.count + 1)) : file }
  }

  /// The folders that hold links to runs, sorted by name, each with its profiles.
  private static func tables(in results: ResultsFolder) -> [(name: String, profiles: [Profile])] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: results.url.path)) ?? []
    return names.sorted().compactMap { name in
      let folder = results.url.appending(path: name)
      guard !name.hasPrefix("."), !results.layout.mayLieElsewhere(folder) else { return nil }
      let profiles = Profile.allCases.filter { isFolder(folder.appending(path: $0.rawValue)) }
      return profiles.isEmpty ? nil : (name, profiles)
    }
  }

  private static func isFolder(_ url: URL) -> Bool {
    var status = stat()
    return stat(url.path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}
