// What is said where a run's tensors are not what a figure is made of.
import Foundation
import Storage
import Testing

@testable import Reporting

@Suite struct FigureErrorTests {
  private static let file = "t1/pocket/aflora/rte/seed-0/tensors.h5"
  private static let figure = "freezing-map: {row: aflora, task: rte}"

  private func runs(_ tensors: [String: HDF5Dataset], figure: String = figure) throws -> MadeUpRuns {
    let runs = try MadeUpRuns(figure: figure)
    try runs.store("aflora", tensors: tensors)
    return runs
  }

  @Test func aTensorIsMissing() throws {
    #expect(
      try runs(["training/loss": .steps([1])]).complaint()
        == "\(Self.file): holds no tensor 'freezing/iteration': the run's method records none. Name a row of a method that does.")
  }

  @Test func aRunWithoutTensors() throws {
    #expect(try runs([:]).complaint() == "\(Self.file): the run left no tensors, of which figures are made.")
  }

  @Test(arguments: [
    (HDF5Dataset.steps([1]), "of the axes [step]", "[layer, module]"),
    (
      HDF5Dataset(shape: [1, 2], values: .int64([1, 2]), dimensionLabels: ["layer", "module"]),
      "without a name for each of its 2 places on the axis 'module'", "one for each"
    ),
    (
      HDF5Dataset(
        shape: [1, 1], values: .strings(["x"]), dimensionLabels: ["layer", "module"], attributes: [("module", .strings(["query"]))]),
      "of texts", "numbers"
    ),
    (
      HDF5Dataset(
        shape: [0, 1], values: .int64([]), dimensionLabels: ["layer", "module"], attributes: [("module", .strings(["query"]))]),
      "empty", "values"
    ),
    (
      HDF5Dataset.map([[Double]](repeating: [1], count: 201), ["query"]), "of 201 layers and 1 modules", "at most 200 of each"
    ),
  ])
  func aTensorIsOfAnotherKind(tensor: HDF5Dataset, found: String, expected: String) throws {
    #expect(
      try runs(["freezing/iteration": tensor]).complaint()
        == "\(Self.file): the tensor 'freezing/iteration' is \(found), expected \(expected). It is of another version of this "
        + "program: move the run's folder away, and the run is made again.")
  }

  @Test func aModuleIsUnknown() throws {
    let tensors = ["freezing/iteration": HDF5Dataset.map([[1, 2]], ["output A", "output B"])]
    #expect(
      try runs(tensors, figure: "freezing-map: {row: aflora, task: rte, modules: [output C]}").complaint()
        == "\(Self.file): 'freezing/iteration' has no module 'output C' (recorded: output A, output B).")
  }

  @Test func aDamagedFileIsRefusedBeforeItIsRead() throws {
    let runs = try runs(["freezing/iteration": .map([[1]], ["output A"])])
    let file = try runs.folder("aflora", "rte", 0).appending(path: "tensors.h5")
    var bytes = try Data(contentsOf: file)
    let before = FileDigest.sha256(of: bytes).prefix(12)
    bytes[bytes.count / 2] ^= 0x55
    try bytes.write(to: file)
    let after = FileDigest.sha256(of: bytes).prefix(12)
    let made = try runs.made()
    let reason = "\(Self.file): is not the file that the run wrote: its SHA-256 begins with \(after), the record's with \(before). "
    #expect(made.figure == nil && made.missing.contains { $0.contains(reason) }, "\(made.missing)")
    try FileManager.default.removeItem(at: file)
    #expect(try runs.made().missing.contains { $0.contains("tensors.h5: is missing, although the run left it.") })
  }

  @Test func aFileThatIsNoHDF5IsRefused() throws {
    let runs = try MadeUpRuns(figure: Self.figure)
    let folder = try runs.folder("aflora", "rte", 0)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let bytes = Data("no HDF5".utf8)
    try bytes.write(to: folder.appending(path: "tensors.h5"))
    let record = try runs.experiment.record(
      try runs.experiment.specification("aflora", "rte", 0), [[0.5]], tensors: FileDigest.sha256(of: bytes))
    try record.jsonData().write(to: folder.appending(path: "record.json"))
    #expect(try runs.complaint().contains("tensors.h5: is not a valid HDF5 file: "))
  }

  @Test func runsThatAreNotThereAreNamed() throws {
    let runs = try MadeUpRuns(figure: Self.figure)
    let (figure, missing) = try runs.made()
    #expect(figure == nil)
    #expect(missing == ["aflora, rte, seed 0: missing"])
    try runs.store("aflora", outcome: .failed(message: "no room"))
    #expect(try runs.made().missing == ["aflora, rte, seed 0: failed – no room"])
    let outcome = FigureOutcome(id: "map", state: .withoutRuns, missing: (0...4).map { "run \($0)" })
    #expect(outcome.text { $0.path } == "figure map is not drawn: run 0; run 1; run 2; and 2 more")
    #expect(
      FigureOutcome(id: "map", state: .drawn([URL(filePath: "/x.svg"), URL(filePath: "/x.csv")]), missing: ["run 0"]).text {
        $0.path
      }
        == "→ /x.svg, .csv\n  without run 0")
  }
}
