// A folder of experiments: names, and all that is wrong in it.
import Foundation
import Testing

@testable import Manifests

@Suite struct ExperimentFolderTests {
  private static let experiments = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("experiments").path

  private let folder = ExperimentFolder(path: experiments)

  @Test func unknownExperiment() throws {
    let error = #expect(throws: ManifestError.self) { try folder.manifest(named: "tabel1", vocabulary: .test) }
    #expect(error?.description.contains("experiment 'tabel1' is not known in ") == true)
    #expect(error?.description.contains(" Did you mean 'table1'? (known: ") == true)
  }

  @Test func listRefusesSharedNamesAndReportsEveryFile() throws {
    let manifest = "id: one\naliases: [first]\nmodel: x\nrecipe: plain\ntasks: [rte]\nseeds: [0]\nmethods: [fft]\n"
    let files = try TestFolder([
      "a.yaml": manifest, "b.yaml": manifest.replacing("id: one", with: "id: first"), "pilots/c.yaml": "id: [",
      "recipes/plain.yaml": TestFolder.plainRecipe,
    ])
    let own = ExperimentFolder(path: files.path)
    let error = #expect(throws: ManifestError.self) { try own.list(vocabulary: .test) }
    let lines = (error?.description ?? "").replacing(files.path + "/", with: "").split(separator: "\n")
    #expect(lines.count == 4)
    #expect(lines.first?.hasPrefix("pilots/c.yaml:") == true)
    #expect(lines.dropFirst().first == "b.yaml:1:1: the id or alias 'first' is already taken by a.yaml.")
    #expect(try own.manifest(named: "first", vocabulary: .test).id == "one")
    #expect(throws: ManifestError.self) { try own.manifest(named: "c", vocabulary: .test) }
  }
}
