// The folder of manifests: what there is, and one of them by its id or alias.
import Foundation
import Records
import Settings

/// A folder with manifests (`*.yaml`, and searches over settings in `tune/`), the recipes that they share (`recipes/`), what searches found
/// (`tuned/`), tasks of the user's own (`tasks/`) and the figures that papers print (`published.yaml`).
package struct ExperimentFolder: Sendable, Equatable {
  /// What a folder holds: files that cannot be used keep no other from being listed, nor a profile of a file another of it.
  package struct Listing: Sendable {
    /// The manifests that can be used, under the profiles that can: tables first, then searches, each sorted by file.
    package internal(set) var manifests: [Manifest] = []
    /// The files that cannot be used under some or all of their profiles, each with why.
    package internal(set) var broken: [(file: String, error: ManifestError)] = []

    /// The manifests of a group; those of none where none is named.
    /// - Throws: `ManifestError.unknownGroup`.
    package func manifests(ofGroup group: String?) throws(ManifestError) -> [Manifest] {
      let found = manifests.filter { $0.group == group }
      guard let group, found.isEmpty else { return found }
      throw .unknownGroup(group, known: Set(manifests.compactMap(\.group)).sorted())
    }
  }

  /// The folder's path.
  package let path: String

  /// Names a folder; nothing is read yet.
  package init(path: String) { self.path = path }

  /// The folder of recipes.
  package var recipes: String { FilePath.joined(path, "recipes") }

  /// The name of the folder of searches over settings.
  package static let searchFolder = "tune"

  /// The files of all manifests: tables first, then searches, each sorted by name.
  package var files: [String] { tables + searches }

  /// The files of the searches, sorted by name.
  package var searches: [String] { Self.manifests(in: FilePath.joined(path, Self.searchFolder)) }

  /// Whether a file is one of the folder's manifests, by whichever path it is named.
  package func holds(_ file: String) -> Bool { own(file) != nil }

  /// The path by which the folder lists a file; nil of one that lies elsewhere.
  private func own(_ file: String) -> String? {
    let place = Self.standard(file)
    return files.first { Self.standard($0) == place }
  }

  /// A path without links, by which files are told apart.
  private static func standard(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }

  /// The files of what searches found, sorted by name.
  private var tunedFiles: [String] { Self.manifests(in: FilePath.joined(path, TunedSettings.folderName)) }

  /// The file of what a search found, be it there or not.
  package func tunedFile(of search: String) -> String { TuningReader.file(of: search, in: path) }

  /// The files of the manifests that are no searches, sorted by name.
  package var tables: [String] { Self.manifests(in: path) }

  private static func manifests(in folder: String) -> [String] {
    YAMLFolder.names(in: folder).map { $0 + ".yaml" }.filter { $0 != PublishedTable.fileName }.map { FilePath.joined(folder, $0) }
  }

  /// The files of manifests of pre-training runs, sorted by name; read where they are meant, by the pocket profile.
  package var pretrainings: [String] { Self.manifests(in: FilePath.joined(path, "pretrain")) }

  /// The files of tasks of the user's own, sorted by name.
  private var taskFiles: [String] {
    let folder = FilePath.joined(path, TaskNames.folderName)
    return YAMLFolder.names(in: folder).map { FilePath.joined(folder, $0 + ".yaml") }
  }

  /// The papers that the file of published figures names, in its order; none where there is no such file.
  /// - Throws: `ManifestError` where the file cannot be used.
  package func papers() throws(ManifestError) -> [PublishedPaper] {
    let file = FilePath.joined(path, PublishedTable.fileName)
    guard FileManager.default.fileExists(atPath: file) else { return [] }
    let reader = MappingReader(methods: MethodCatalog([]), problems: ProblemCollector(mainFile: file))
    let papers = try PublishedReader(reader: reader, manifest: file).papers(path: file)
    try reader.problems.throwIfAny()
    return papers
  }

  /// Every manifest, and every file that is none although it stands among them. A file whose name is not its id, and the second of
  /// two that share an id or alias, cannot be used.
  /// - Parameters:
  ///   - files: the files that are read, in order; by default those of all tables and searches.
  ///   - profile: the profile that is read and checked; nil: all.
  package func list(_ files: [String]? = nil, profile: Profile? = nil, methods: MethodCatalog) -> Listing {
    var listing = Listing()
    var owners = Owners()
    for file in files ?? self.files {
      do throws(ManifestError) {
        listing.manifests.append(try load(file, names: Self.names(inFile: file) ?? [], &owners, profile: profile, methods: methods))
      } catch {
        listing.broken.append((file, error))
        if profile == nil, let part = usablePart(of: file, &owners, methods: methods) { listing.manifests.append(part) }
      }
    }
    return listing
  }

  /// What is left of a manifest that cannot be used under some of its profiles; nil where that is nothing.
  private func usablePart(of file: String, _ owners: inout Owners, methods: MethodCatalog) -> Manifest? {
    let names = Self.names(inFile: file) ?? []
    var named = owners
    var part: Manifest?
    for profile in Profile.allCases {
      var trial = owners
      guard let found = try? load(file, names: names, &trial, profile: profile, methods: methods), !found.experiments.isEmpty else {
        continue
      }
      named = trial
      part = part?.with(found.experiments) ?? found
    }
    owners = named
    return part
  }

  /// Loads a manifest whose names are its own, and remembers them.
  /// - Throws: as `Manifest.load`; `ManifestError.invalid` where its id is not the file's name, or another file has one of its names.
  private func load(
    _ file: String, names: [Name], _ owners: inout Owners, profile: Profile?, overrides: Overrides = Overrides(),
    methods: MethodCatalog, problemOfModel: @escaping (String) -> String? = { _ in nil }
  ) throws(ManifestError) -> Manifest {
    let manifest = try Manifest.load(
      path: file, recipes: recipes, profile: profile, overrides: overrides, methods: methods, problemOfModel: problemOfModel)
    var problems: [Problem] = []
    let stem = (file as NSString).lastPathComponent.dropLast(".yaml".count)
    if let id = names.first(where: { $0.isID }), id.text != stem {
      problems.append(Problem(at: id.position, "the id is '\(id.text)', but the file is '\(stem).yaml': make them one."))
    }
    for name in names {
      if let owner = owners.files[name.text] {
        problems.append(Problem(at: name.position, "the id or alias '\(name.text)' is already taken by \(owner)."))
      }
    }
    if let id = names.first(where: \.isID), let other = owners.ids.sorted().first(where: { ResultsLayout.clash($0, id.text) }) {
      problems.append(Problem(at: id.position, Self.clash(id.text, other)))
    }
    guard problems.isEmpty else { throw .invalid(problems) }
    owners.add(names, of: file)
    return manifest
  }

  /// Everything that is wrong with the folder's files: all manifests under all profiles, the recipes and tasks that none of them
  /// names, and the published figures.
  /// - Returns: what is listed, with a file for each error more.
  package func checked(methods: MethodCatalog) -> Listing {
    var listing = list(methods: methods)
    let known = Set(listing.manifests.flatMap(\.experiments).flatMap(\.sources))
    func check(_ file: String, _ read: (MappingReader) throws(ManifestError) -> Void) {
      guard !known.contains(file) else { return }
      let reader = MappingReader(methods: methods, problems: ProblemCollector(mainFile: file))
      do throws(ManifestError) {
        try read(reader)
        try reader.problems.throwIfAny()
      } catch {
        listing.broken.append((file, error))
      }
    }
    for file in taskFiles {
      check(file) { reader throws(ManifestError) in _ = try TaskFileReader(reader: reader).definition(path: file) }
    }
    let tasks = TaskNames(
      reader: MappingReader(methods: methods, problems: ProblemCollector(mainFile: path)), in: path, project: nil
    ).known
    for name in YAMLFolder.names(in: recipes) {
      let file = FilePath.joined(recipes, name + ".yaml")
      check(file) { reader throws(ManifestError) in
        let start = SourcePosition(file: file, line: 1, column: 1)
        _ = RecipeReader(reader: reader, folder: recipes, tasks: tasks).recipe(named: name, at: start)
      }
    }
    for file in tunedFiles {
      check(file) { reader throws(ManifestError) in _ = TunedSettingsReader(reader: reader, path: file).settings() }
    }
    do throws(ManifestError) {
      _ = try papers()
      for table in try staticTables(methods: methods) { _ = try experiment(beside: table, methods: methods) }
    } catch {
      listing.broken.append((FilePath.joined(path, PublishedTable.fileName), error))
    }
    return listing
  }

  /// One manifest by its id or alias, by the path of a file anywhere, or by the name that overrides give it. The manifests beside it may be broken: only its own problems
  /// are reported, and that another has its name.
  /// - Parameters:
  ///   - profile: the profile that is read and checked; nil: all.
  ///   - overrides: what the call gives in place of what the manifest says.
  ///   - problemOfModel: what is wrong with the model of a name, told beside other problems.
  /// - Throws: `ManifestError.unknownExperiment` with the known names; `ManifestError.invalid` where two files have the name, or the id
  ///   is not the file's name; else as `Manifest.load`.
  package func manifest(
    named name: String, profile: Profile? = nil, overrides: Overrides = Overrides(), methods: MethodCatalog,
    problemOfModel: @escaping (String) -> String? = { _ in nil }
  ) throws(ManifestError) -> Manifest {
    if name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
      return try manifest(inFile: name, profile, overrides, methods, problemOfModel)
    }
    var overrides = overrides
    let typed = name, name = try overrides.take(outOf: typed, in: path)
    var known: [String] = []
    var owners = Owners()
    var found: Manifest?
    for file in files {
      // A file that is no YAML is still meant by its own name, and then says what is wrong with it.
      let names = Self.names(inFile: file)
      let isMeant = names.map { $0.contains { $0.text == name } } ?? file.hasSuffix("/" + name + ".yaml")
      if isMeant {
        found = try load(
          file, names: names ?? [], &owners, profile: profile, overrides: overrides, methods: methods,
          problemOfModel: problemOfModel)
      } else {
        known += names?.map(\.text) ?? []
        owners.add(names ?? [], of: file)
      }
    }
    if let found {
      if let other = owners.ids.sorted().first(where: { ResultsLayout.clash($0, found.id) }) {
        throw .invalid([Problem(at: nil, Self.clash(found.id, other))])
      }
      let isSaid = found.experiments.allSatisfy { Overrides.areAll(in: $0.id) }
      // a name that says seeds is that of an experiment with other seeds than the manifest's
      if typed != name, typed.contains("+seeds="), !found.experiments.allSatisfy({ $0.id.contains("+seeds=") }) {
        throw .unknownExperiment(typed, known: [found.id], folder: path)
      }
      return isSaid ? found : found.called(found.id + overrides.words)
    }
    throw .unknownExperiment(name, known: known, folder: path)
  }

  /// The manifest in a file. One that lies elsewhere and has a name of the project's manifests does not get its tables and links.
  private func manifest(
    inFile file: String, _ profile: Profile?, _ overrides: Overrides, _ methods: MethodCatalog,
    _ problemOfModel: @escaping (String) -> String?
  ) throws(ManifestError) -> Manifest {
    let own = own(file)
    var owners = Owners()
    for other in files where other != own { owners.add(Self.names(inFile: other) ?? [], of: other) }
    if let own {
      return try load(
        own, names: Self.names(inFile: own) ?? [], &owners, profile: profile, overrides: overrides, methods: methods,
        problemOfModel: problemOfModel)
    }
    var overrides = overrides
    let id = Self.names(inFile: file)?.first { $0.isID }?.text ?? ""
    if owners.files[id] != nil || owners.ids.contains(where: { ResultsLayout.clash($0, id) }) {
      overrides.file = (file as NSString).lastPathComponent.replacing(/\.ya?ml$/, with: "")
    }
    return try Manifest.load(
      path: file, project: path, profile: profile, overrides: overrides, methods: methods, problemOfModel: problemOfModel
    ).called(file + overrides.words)
  }

  private static func clash(_ id: String, _ other: String) -> String {
    "the tables of '\(id)' and '\(other)' would be files of one name: rename one."
  }

  /// Which file has which id or alias.
  private struct Owners {
    /// The file of each name.
    private(set) var files: [String: String] = [:]
    /// The names that are ids, after which tables are called.
    private(set) var ids: Set<String> = []

    mutating func add(_ names: [Name], of file: String) {
      for name in names where files[name.text] == nil { files[name.text] = file }
      ids.formUnion(names.filter(\.isID).map(\.text))
    }
  }

  /// An id or alias as a file gives it.
  private struct Name {
    var text: String
    var isID: Bool
    var position: SourcePosition
  }

  /// The id and aliases of a file, as far as they can be read; nil where it is no YAML.
  private static func names(inFile file: String) -> [Name]? {
    guard let root = try? SourceNode.load(path: file, problems: ProblemCollector(mainFile: file)),
      case .mapping(let entries) = root.content
    else { return nil }
    return entries.filter { $0.key == "id" || $0.key == "aliases" }.flatMap { entry -> [Name] in
      func name(_ node: SourceNode) -> Name? {
        guard case .scalar(let text, _) = node.content else { return nil }
        return Name(text: text, isID: entry.key == "id", position: node.position)
      }
      if case .sequence(let items) = entry.value.content { return items.compactMap(name) }
      return name(entry.value).map { [$0] } ?? []
    }
  }
}
