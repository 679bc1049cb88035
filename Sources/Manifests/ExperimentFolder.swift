// The folder of manifests: what there is, and one of them by its id or alias.
import Foundation

/// A folder with manifests (`*.yaml`, and pilots in `pilots/`), the recipes that they share (`recipes/`) and the figures that
/// papers print (`published.yaml`).
public struct ExperimentFolder: Sendable, Equatable {
  /// The folder's path.
  public let path: String

  /// Names a folder; nothing is read yet.
  public init(path: String) { self.path = path }

  /// The folder of recipes.
  public var recipes: String { FilePath.joined(path, "recipes") }

  /// The files of all manifests: tables first, then pilots, each sorted by name.
  public var files: [String] { tables + Self.manifests(in: FilePath.joined(path, "pilots")) }

  /// The files of the manifests that are no pilots, sorted by name.
  public var tables: [String] { Self.manifests(in: path) }

  private static func manifests(in folder: String) -> [String] {
    YAMLFolder.names(in: folder).map { $0 + ".yaml" }.filter { $0 != PublishedTable.fileName }.map { FilePath.joined(folder, $0) }
  }

  /// The papers that the file of published figures names, in its order; none where there is no such file.
  /// - Throws: `ManifestError` where the file cannot be used.
  public func papers() throws(ManifestError) -> [PublishedPaper] {
    let file = FilePath.joined(path, PublishedTable.fileName)
    guard FileManager.default.fileExists(atPath: file) else { return [] }
    let reader = MappingReader(
      vocabulary: ManifestVocabulary(methods: MethodCatalog([]), tasks: [], metrics: []),
      problems: ProblemCollector(mainFile: file))
    let papers = try PublishedReader(reader: reader, manifest: file).papers(path: file)
    try reader.problems.throwIfAny()
    return papers
  }

  /// Every manifest, tables first, then pilots.
  /// - Throws: `ManifestError` with the problems of all manifests; two that share an id or alias are a problem.
  public func list(vocabulary: ManifestVocabulary) throws(ManifestError) -> [Manifest] {
    var manifests: [Manifest] = []
    var problems: [Problem] = []
    for file in files {
      do {
        manifests.append(try Manifest.load(path: file, recipes: recipes, vocabulary: vocabulary))
      } catch .invalid(let found) {
        problems += found.filter { !problems.contains($0) }
      }
    }
    var owners: [(name: String, file: String)] = []
    for manifest in manifests {
      for name in [manifest.id] + manifest.aliases {
        if let owner = owners.first(where: { $0.name == name }) {
          let position = SourcePosition(file: manifest.file, line: 1, column: 1)
          problems.append(Problem(at: position, "the id or alias '\(name)' is already taken by \(owner.file)."))
        }
        owners.append((name, manifest.file))
      }
    }
    if !problems.isEmpty { throw .invalid(problems) }
    return manifests
  }

  /// One manifest by its id or alias. The manifests beside it may be broken: only its own problems are reported.
  /// - Throws: `ManifestError.unknownExperiment` with the known names; else as `Manifest.load`.
  public func manifest(named name: String, vocabulary: ManifestVocabulary) throws(ManifestError) -> Manifest {
    var known: [String] = []
    for file in files {
      // A file that is no YAML is still meant by its own name, and then says what is wrong with it.
      let names = Self.names(inFile: file) ?? (file.hasSuffix("/" + name + ".yaml") ? [name] : [])
      if names.contains(name) { return try Manifest.load(path: file, recipes: recipes, vocabulary: vocabulary) }
      known += names
    }
    throw .unknownExperiment(name, known: known, folder: path)
  }

  /// The id and aliases of a file, as far as they can be read; nil where it is no YAML.
  private static func names(inFile file: String) -> [String]? {
    guard let root = try? SourceNode.load(path: file, problems: ProblemCollector(mainFile: file)),
      case .mapping(let entries) = root.content
    else { return nil }
    return entries.filter { $0.key == "id" || $0.key == "aliases" }.flatMap { entry -> [String] in
      switch entry.value.content {
      case .scalar(let text, _): return [text]
      case .sequence(let items):
        return items.compactMap { if case .scalar(let text, _) = $0.content { text } else { nil } }
      case .mapping: return []
      }
    }
  }
}
