// HDF5: trees come back as they went, equal trees are equal bytes, h5py reads them, damage is an error.
import Foundation
import TestSupport
import Testing

@testable import Storage

@Suite struct HDF5Tests {
  static let tree = HDF5Group(
    groups: [
      (
        "freezing",
        HDF5Group(
          datasets: [
            (
              "iteration",
              HDF5Dataset(
                shape: [2, 3], values: .int32([-1, 0, 1, 2, 3, 4]), dimensionLabels: ["layer", "module"],
                attributes: [("unit", .string("steps"))])
            ),
            ("score", HDF5Dataset(shape: [3], values: .float64([0.1, -.infinity, 1e300]), dimensionLabels: ["step"])),
          ],
          attributes: [
            ("beta", .double(0.85)), ("kinds", .strings(["query", "wärme", ""])), ("none", .strings([])),
            ("score", .string("|p·g|")), ("total", .integer(-(1 << 60))),
          ])
      ),
      ("void", HDF5Group()),
    ],
    datasets: [
      ("bytes", HDF5Dataset(shape: [4], values: .uint8([0, 1, 254, 255]))),
      ("empty", HDF5Dataset(shape: [0, 4], values: .float32([]), dimensionLabels: ["step", "matrix"])),
      (
        "large",
        HDF5Dataset(shape: [700, 1000], values: .float32((0..<700_000).map { Float($0 % 977) / 8 }))
      ),
      ("names", HDF5Dataset(shape: [3], values: .strings(["a", "", "ßtraße"]), dimensionLabels: ["matrix"])),
      ("nothing", HDF5Dataset(shape: [0], values: .strings([]))),
      ("scalar", HDF5Dataset(shape: [], values: .float64([2.5]))),
      ("tokens", HDF5Dataset(shape: [2], values: .int64([.min, .max]))),
      ("word", HDF5Dataset(shape: [], values: .strings(["hello"]))),
    ],
    attributes: [("program", .string("lowrank"))])

  @Test func roundTrip() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("tensors.h5")
    try HDF5File.write(Self.tree, to: url)
    let read = try HDF5File.read(url)
    #expect(read == Self.tree)
    #expect(read.dataset("freezing/iteration")?.dimensionLabels == ["layer", "module"])
    #expect(read.dataset("freezing/none") == nil)
    #expect(read.group("freezing")?.attribute("beta") == .double(0.85))
  }

  @Test func equalTreesAreEqualBytes() throws {
    let first = try HDF5File.data(Self.tree)
    // Times are stored by the second, so two writings in one second would prove nothing about them.
    Thread.sleep(forTimeInterval: 1.1)
    var shuffled = Self.tree
    shuffled.groups.reverse()
    shuffled.datasets.reverse()
    #expect(try HDF5File.data(shuffled) == first)
    #expect(first.count < 700_000 * 4)
  }

  @Test func manyThreadsMayWriteAtOnce() async throws {
    let expected = try HDF5File.data(Self.tree)
    try await withThrowingTaskGroup(of: Data.self) { group in
      for _ in 0..<8 { group.addTask { try HDF5File.data(Self.tree) } }
      for try await data in group { #expect(data == expected) }
    }
  }

  @Test func oneFlippedByteOfDataIsAnError() throws {
    var generator = MutationGenerator(state: 3)
    let values = (0..<10_000).map { _ in Float(generator.next() >> 40) }
    let tree = HDF5Group(datasets: [("x", HDF5Dataset(shape: [10_000], values: .float32(values)))])
    var bytes = [UInt8](try HDF5File.data(tree, name: "t"))
    bytes[bytes.count / 2] ^= 1
    #expect(
      message { _ = try HDF5File.read(bytes, name: "t.h5") }
        == "t.h5: is not a valid HDF5 file: the library refused it in H5Dread of '/x'. Fetch or make the file again.")
  }

  @Test func truncatedAndForeignFilesAreErrors() throws {
    let folder = try TemporaryFolder()
    let bytes = [UInt8](try HDF5File.data(Self.tree))
    for length in [0, 1, 100, bytes.count / 2, bytes.count - 1] {
      let url = try folder.write(bytes.prefix(length), as: "t.h5")
      #expect(
        message { _ = try HDF5File.read(url) }.hasPrefix(
          "\(url.path): is not a valid HDF5 file: the library refused it in H5"))
    }
  }

  @Test func whatCannotBeStoredIsRefused() {
    func problem(_ group: HDF5Group) -> String { message { _ = try HDF5File.data(group, name: "t.h5") } }
    func dataset(_ name: String, _ dataset: HDF5Dataset) -> HDF5Group { HDF5Group(datasets: [(name, dataset)]) }
    let one = HDF5Dataset(shape: [1], values: .float32([1]))
    #expect(
      problem(dataset("x", HDF5Dataset(shape: [2], values: .float32([1]))))
        == "t.h5: cannot be stored: dataset '/x' of shape [2] has 1 values.")
    #expect(
      problem(dataset("x", HDF5Dataset(shape: [1], values: .float32([1]), dimensionLabels: ["a", "b"])))
        == "t.h5: cannot be stored: dataset '/x' has 1 axes and 2 labels.")
    #expect(
      problem(dataset("a/b", one)) == "t.h5: cannot be stored: '/' holds the name 'a/b', which HDF5 cannot store.")
    #expect(
      problem(HDF5Group(groups: [("x", HDF5Group())], datasets: [("x", one)]))
        == "t.h5: cannot be stored: '/' holds two things called 'x'.")
    #expect(
      problem(dataset("x", HDF5Dataset(shape: [1], values: .strings(["a\0b"]))))
        == "t.h5: cannot be stored: dataset '/x' has strings that are too long or contain NUL.")
    #expect(
      problem(HDF5Group(attributes: [("a", .string("\0"))]))
        == "t.h5: cannot be stored: attribute 'a' of '' contains NUL.")
    #expect(
      problem(HDF5Group(attributes: [("DIMENSION_LABELS", .string("x"))])).contains("reserved for the labels of axes"))
  }

  @Test func longAttributesAreStored() throws {
    let text = String(repeating: "experiments: [1, 2, 3]\n", count: 10_000)
    let names = (0..<20_000).map { "matrix.\($0)" }
    let tree = HDF5Group(attributes: [("manifest", .string(text)), ("names", .strings(names))])
    #expect(try HDF5File.read([UInt8](HDF5File.data(tree))) == tree)
  }

  @Test(.requires(.python("h5py"))) func h5pyReadsWhatIsWritten() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("tensors.h5")
    try HDF5File.write(Self.tree, to: url)
    let script = """
      import sys, h5py
      with h5py.File(sys.argv[1]) as f:
        d = f["freezing/iteration"]
        print(d[...].tolist(), d.dtype, [x.label for x in d.dims], d.attrs["unit"], d.fletcher32, d.compression)
        g = f["freezing"].attrs
        print(g["beta"], list(g["kinds"]), list(g["none"]), g["score"], g["total"])
        print(f["freezing/score"][...].tolist(), f["bytes"][...].tolist(), f["empty"].shape, f["scalar"][()])
        print(f["names"].asstr()[...].tolist(), f["word"].asstr()[()], f["tokens"][...].tolist(), f.attrs["program"])
        print(f["large"].shape, float(f["large"][699, 999]), f["empty"].dims[1].label, list(f["void"]))
      """
    #expect(
      try PythonPeer.run(script, url.path) == """
        [[-1, 0, 1], [2, 3, 4]] int32 ['layer', 'module'] steps True gzip
        0.85 ['query', 'wärme', ''] [] |p·g| -1152921504606846976
        [0.1, -inf, 1e+300] [0, 1, 254, 255] (0, 4) 2.5
        ['a', '', 'ßtraße'] hello [-9223372036854775808, 9223372036854775807] lowrank
        (700, 1000) \(Float(699_999 % 977) / 8) matrix []

        """)
  }

  @Test(.requires(.python("h5py"))) func whatH5pyWritesIsReadOrRefused() throws {
    let folder = try TemporaryFolder()
    let url = folder.file("peer.h5")
    let script = """
      import sys, h5py, numpy as np
      with h5py.File(sys.argv[1], "w") as f:
        f["half"] = np.array([1.5, 2], dtype=np.float16)
        f["big"] = np.array([7], dtype=">i8")
        f["text"] = ["a", "bc"]
        f["bomb"] = h5py.SoftLink("/half") if sys.argv[2] == "link" else np.int16(-3)
        if sys.argv[2] == "bomb":
          f.create_dataset("huge", (1 << 50,), chunks=(1 << 10,))
      """
    try PythonPeer.run(script, url.path, "none")
    let read = try HDF5File.read(url)
    #expect(read.dataset("half")?.values == .float32([1.5, 2]))
    #expect(read.dataset("big")?.values == .int64([7]))
    #expect(read.dataset("text")?.values == .strings(["a", "bc"]))
    #expect(read.dataset("bomb") == HDF5Dataset(shape: [], values: .int32([-3])))
    try PythonPeer.run(script, url.path, "link")
    #expect(
      message { _ = try HDF5File.read(url) }
        == "\(url.path): '/bomb' is a link to elsewhere. Only files that this program wrote are read.")
    try PythonPeer.run(script, url.path, "bomb")
    #expect(message { _ = try HDF5File.read(url) }.contains("'/huge' should have 1125899906842624 elements, more than"))
  }
}
