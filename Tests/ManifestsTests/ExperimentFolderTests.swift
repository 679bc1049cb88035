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
    let error = #expect(throws: ManifestError.self) { try folder.manifest(named: "tabel1", methods: .test) }
    #expect(error?.description.contains("experiment 'tabel1' is not known in ") == true)
    #expect(error?.description.contains(" Did you mean 'table1'? (known: ") == true)
  }

  @Test func aFileThatCannotBeUsedKeepsNoOtherFromTheList() throws {
    let manifest = "id: a\naliases: [first]\nmodel: x\nrecipe: plain\ntasks: [rte]\nseeds: [0]\nmethods: [fft]\n"
    let files = try TestFolder([
      "a.yaml": manifest, "b.yaml": manifest.replacing("id: a", with: "id: b"), "tune/c.yaml": "id: [",
      "recipes/plain.yaml": TestFolder.plainRecipe,
    ])
    let own = ExperimentFolder(path: files.path)
    let listing = own.list(methods: .test)
    #expect(listing.manifests.map(\.id) == ["a"])
    let lines = listing.broken.map { "\($0.error)".replacing(files.path + "/", with: "") }
    #expect(lines.first == "b.yaml:2:11: the id or alias 'first' is already taken by a.yaml.\n1 problem; nothing was run.")
    #expect(lines.count == 2 && lines.last?.hasPrefix("tune/c.yaml:") == true)
    #expect(try own.manifest(named: "a", methods: .test).id == "a", "another's trouble is not its own")
    #expect(throws: ManifestError.self) { try own.manifest(named: "c", methods: .test) }
  }

  @Test("a folder holds its tables and searches, by whichever path, and no file elsewhere")
  func holds() throws {
    let manifest = "id: a\nmodel: x\nrecipe: plain\ntasks: [rte]\nseeds: [0]\nmethods: [fft]\n"
    let files = try TestFolder(["e/a.yaml": manifest, "e/tune/c.yaml": manifest, "e/recipes/plain.yaml": "", "b.yaml": manifest])
    let own = ExperimentFolder(path: files.path + "/e")
    #expect(["/e/a.yaml", "/e/tune/c.yaml", "/e/../e/tune/../a.yaml"].allSatisfy { own.holds(files.path + $0) })
    #expect(!["/b.yaml", "/e/recipes/plain.yaml", "/e/tune/a.yaml"].contains { own.holds(files.path + $0) })
  }

  @Test("a group stands apart from the tables of no group")
  func groups() throws {
    let manifest = "id: a\nmodel: x\nrecipe: plain\ntasks: [rte]\nseeds: [0]\nmethods: [fft]\n"
    let own = try TestFolder([
      "a.yaml": manifest, "b.yaml": manifest.replacing("id: a", with: "id: b\ngroup: findings\npreregistered: b is best"),
      "c.yaml": manifest.replacing("id: a", with: "id: c\npaper: p"), "recipes/plain.yaml": TestFolder.plainRecipe,
    ])
    let listing = ExperimentFolder(path: own.path).list(methods: .test)
    #expect(try listing.manifests(ofGroup: nil).map(\.id) == ["a", "c"])
    let found = try listing.manifests(ofGroup: "findings")
    #expect(found.map(\.id) == ["b"] && found.map(\.section) == ["findings"])
    #expect(listing.manifests.map(\.section) == [nil, "findings", "p"])
    #expect(try found[0].experiment(.paper).preregistered == "b is best")
    #expect(try listing.manifests[0].experiment(.paper).preregistered.isEmpty)
    let error = #expect(throws: ManifestError.self) { try listing.manifests(ofGroup: "finding") }
    #expect(error?.description == "no experiment is of the group 'finding'. Did you mean 'findings'? (groups: findings)")
  }

  /// What a verb says that is asked for a name.
  private func message(_ name: String, in files: TestFolder) -> String {
    do {
      _ = try ExperimentFolder(path: files.path).manifest(named: name, methods: .test)
      return ""
    } catch {
      return "\(error)".replacing(files.path + "/", with: "")
    }
  }

  @Test("a name that two files have is no one's, and a file is called as its id")
  func names() throws {
    let manifest = "id: a\naliases: [first]\nmodel: x\nrecipe: plain\ntasks: [rte]\nseeds: [0]\nmethods: [fft]\n"
    let files = try TestFolder([
      "a.yaml": manifest, "b.yaml": manifest.replacing("aliases: [first]\n", with: ""),
      "c.yaml": manifest.replacing("id: a", with: "id: c"), "recipes/plain.yaml": TestFolder.plainRecipe,
      "d.yaml": manifest.replacing("id: a", with: "id: d").replacing("first", with: "other"),
    ])
    #expect(
      message("a", in: files)
        == "b.yaml:1:5: the id is 'a', but the file is 'b.yaml': make them one.\n"
        + "b.yaml:1:5: the id or alias 'a' is already taken by a.yaml.\n2 problems; nothing was run.")
    #expect(
      message("first", in: files) == "c.yaml:2:11: the id or alias 'first' is already taken by a.yaml.\n1 problem; nothing was run."
    )
    #expect(
      message("c", in: files) == "c.yaml:2:11: the id or alias 'first' is already taken by a.yaml.\n1 problem; nothing was run.")
    #expect(message("other", in: files).isEmpty)
    #expect(ExperimentFolder(path: files.path).list(methods: .test).manifests.map(\.id) == ["a", "d"])
  }

  @Test("ids whose tables would be files of one name are refused, whichever is asked for")
  func clashes() throws {
    let manifest = "id: a\nmodel: x\nrecipe: plain\ntasks: [rte]\nseeds: [0]\nmethods: [fft]\n"
    func folder(_ other: String) throws -> TestFolder {
      try TestFolder([
        "a.yaml": manifest, "\(other).yaml": manifest.replacing("id: a", with: "id: \(other)"),
        "recipes/plain.yaml": TestFolder.plainRecipe,
      ])
    }
    for other in ["a-small", "a-paper", "a-cost", "a-small-cost"] {
      let files = try folder(other)
      for id in ["a", other] {
        #expect(message(id, in: files).contains("would be files of one name: rename one."), "\(id) beside \(other)")
      }
      #expect(ExperimentFolder(path: files.path).list(methods: .test).broken.count == 1)
    }
    let aliased = try folder("b")
    try aliased.write(manifest.replacing("id: a", with: "id: b\naliases: [a-small]"), to: "b.yaml")
    #expect(message("a", in: aliased).isEmpty, "no file is called by an alias")
    for other in ["a-pocket", "a-tiny", "a-costs"] { #expect(message("a", in: try folder(other)).isEmpty) }
  }

  @Test func otherFilesAreToldApart() throws {
    let task =
      "id: mine\ntrain: a.tsv\nvalidation: b.tsv\nformat: tsv\ncolumns: {text: [a], label: b}\nlabels: [x, y]\nmetric: accuracy\n"
    let manifest = "id: m\nmodel: x\nrecipe: plain\ntasks: [mine]\nseeds: [0]\nmethods: [fft]\n"
    let files = try TestFolder([
      "m.yaml": manifest, "mine.yaml": task, "empty.yaml": "", "tasks/mine.yaml": task,
      "recipes/plain.yaml": TestFolder.plainRecipe,
      "tasks/bad.yaml": task.replacing("id: mine", with: "id: bad").replacing("accuracy", with: "pearson"),
      "recipes/unused.yaml": "defaults: {epoch: 3}\n",
    ])
    let folder = ExperimentFolder(path: files.path)
    let listing = folder.list(methods: .test)
    #expect(try listing.manifests.map { try $0.experiment(.paper).tasks.map(\.id) } == [["mine"]])
    let summaries = listing.broken.map { $0.error.summary(in: $0.file).replacing(files.path + "/", with: "") }
    #expect(
      summaries == [
        "line 1:1: is empty.",
        "line 1:1: is the definition of a task, not a manifest: move it to 'tasks' beside the manifests, and name its id in a "
          + "manifest's 'tasks'.",
      ])
    // what no manifest names is checked where all is checked
    let all = folder.checked(methods: .test).broken.map { "\($0.error)".replacing(files.path + "/", with: "") }
    #expect(all.count == 4)
    #expect(all.contains { $0.hasPrefix("tasks/bad.yaml:7:9: the metric 'pearson' is for regression.") }, "\(all)")
    #expect(all.contains { $0.hasPrefix("recipes/unused.yaml:1:12: 'epoch' is not a training setting.") }, "\(all)")
  }

  @Test func onlyTheProfileAskedForIsRead() throws {
    let files = try TestFolder([
      "m.yaml": "id: m\nmodel: x\nrecipe: plain\ntasks: [rte]\nseeds: [0]\nmethods: [fft]\nprofiles: {small: {recipe: gone}}\n",
      "recipes/plain.yaml": TestFolder.plainRecipe,
    ])
    let folder = ExperimentFolder(path: files.path)
    #expect(throws: ManifestError.self) { try folder.manifest(named: "m", methods: .test) }
    let paper = try folder.manifest(named: "m", profile: .paper, methods: .test)
    #expect(paper.profiles == [.small, .paper] && paper.experiments.map(\.profile) == [.paper])
  }
}
