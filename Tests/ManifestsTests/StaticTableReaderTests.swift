// Tables without scores: what is read, and every message that a bad one can bring.
import Foundation
import Settings
import Testing

@testable import Manifests

@Suite struct StaticTableReaderTests {
  private static let manifest = """
    id: m
    model: some-model
    recipe: plain
    tasks: [rte, mrpc]
    seeds: [0]
    methods: [lora, aflora]
    """

  private static let plain = """
    papers:
      some: {title: A paper, arxiv: "2401.00001"}
    tables: {}
    statics:
      some-5:
        paper: some
        number: 5
        title: settings
        experiment: m
        rows:
          - {of: learning_rate, row: lora, printed: {rte: 5E-4, mrpc: 1E-2}}
          - {of: beta1, row: aflora, printed: 0.85}
          - {of: validation-rows, printed: {rte: 277}}
          - {of: parameters, row: aflora, printed: {average: 0.14M}}

    """

  private func folder(_ published: String) throws -> TestFolder {
    let folder = try TestFolder.manifest(Self.manifest)
    try folder.write(published, to: "published.yaml")
    return folder
  }

  private func complaint(_ published: String, _ name: String = "some-5") throws -> String {
    let folder = try folder(published)
    do {
      _ = try ExperimentFolder(path: folder.path).staticTable(named: name, methods: .test)
      return ""
    } catch {
      return "\(error)".replacing(folder.path + "/", with: "")
    }
  }

  @Test func aTableIsReadWithItsExperiment() throws {
    let folder = try folder(Self.plain), experiments = ExperimentFolder(path: folder.path)
    #expect(try experiments.staticTables(methods: .test).map(\.id) == ["some-5"])
    let (table, experiment) = try experiments.staticTable(named: "some-5", methods: .test)
    #expect(experiment.id == "m" && experiment.profile == .paper)
    #expect(table.number == 5 && table.title == "settings" && table.paper.arxiv == "2401.00001")
    #expect(table.rows.map(\.quantity) == [.setting("learning_rate"), .setting("beta1"), .validationRows, .parameters])
    #expect(table.rows.map(\.row) == ["lora", "aflora", nil, "aflora"])
    #expect(["rte", "mrpc", "average"].map { table.rows[0].text(of: $0) } == ["5E-4", "1E-2", nil])
    #expect(["rte", "mrpc", "average"].map { table.rows[1].text(of: $0) } == ["0.85", "0.85", nil])
    #expect(["rte", "mrpc"].map { table.rows[2].text(of: $0) } == ["277", nil])
    #expect(table.rows[3].text(of: "average") == "0.14M")
    #expect(experiments.checked(methods: .test).broken.isEmpty)
    // a manifest that names a published table reads the same file
    try folder.write(Self.manifest + "\nreport: {published: none}\n", to: "m.yaml")
    #expect(folder.complaint().contains("the published table 'none' is not known"))
  }

  @Test func withoutAFileThereIsNone() throws {
    let folder = try TestFolder.manifest(Self.manifest)
    #expect(try ExperimentFolder(path: folder.path).staticTables(methods: .test).isEmpty)
  }

  @Test func mistakesAreTold() throws {
    func expect(_ old: String, _ new: String, _ message: String, _ place: SourceLocation = #_sourceLocation) throws {
      #expect(Self.plain.contains(old), sourceLocation: place)
      let found = try complaint(Self.plain.replacing(old, with: new))
      #expect(found.hasPrefix(message), "\(found)", sourceLocation: place)
    }
    #expect(
      try complaint(Self.plain, "some-6")
        == "'some-6' is no table without scores in published.yaml. Did you mean 'some-5'? (known: some-5)\n1 problem; nothing was run."
    )
    try expect("paper: some", "paper: sme", "published.yaml:6:12: paper 'sme' is not one of 'papers'. Did you mean 'some'?")
    try expect(
      "number: 5", "numbr: 5",
      "published.yaml:5:3: 'number' is missing: its number in the paper.\npublished.yaml:7:5: 'numbr' is not a key of a table without scores. Did you mean 'number'?"
    )
    try expect("experiment: m", "experiment: n", "experiment 'n' is not known in ")
    try expect(
      "of: learning_rate", "of: learning_rat",
      "published.yaml:11:14: 'learning_rat' is no quantity, training setting or method's option. Did you mean 'learning_rate'? "
        + "(known: training-rows, validation-rows, test-rows, metric, parameters)")
    try expect("row: lora", "row: lroa", "published.yaml:11:9: 'lroa' is no row of m. Did you mean 'lora'? (rows: lora, aflora)")
    try expect("{rte: 277}", "{cola: 277}", "published.yaml:13:9: 'cola' is no task of m. (tasks: rte, mrpc)")
    try expect(
      ", row: aflora, printed: 0.85", ", printed: 0.85",
      "published.yaml:12:9: 'row' is missing: parameters and settings are those of one of the experiment's rows.")
    try expect(
      "of: validation-rows,", "of: validation-rows, row: lora,",
      "published.yaml:13:9: 'row' has no meaning here: this is the task's, whatever the row.")
    try expect("printed: 0.85", "printed: [0.85]", "published.yaml:12:43: 'printed' must be what is printed, but is a list.")
    let head = String(Self.plain.prefix(upTo: Self.plain.range(of: "    rows:")?.lowerBound ?? Self.plain.endIndex))
    #expect(try complaint(head + "    rows: []\n").hasPrefix("published.yaml:10:11: 'rows' is an empty list."))
    #expect(try complaint(head + "    rows: 3\n").hasPrefix("published.yaml:10:11: 'rows' must be a list of rows, but is "))
    // and 'lowrank check' finds them too
    let folder = try folder(Self.plain.replacing("row: lora", with: "row: lroa"))
    let broken = ExperimentFolder(path: folder.path).checked(methods: .test).broken
    #expect(broken.count == 1 && broken[0].file.hasSuffix("/published.yaml"))
  }
}
