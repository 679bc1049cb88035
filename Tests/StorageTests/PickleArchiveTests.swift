// PyTorch state dicts: both formats, strides, and everything that such a file must not be able to do.
import Foundation
import Storage
import Testing

@Suite struct PickleArchiveTests {
  private func open(_ bytes: [UInt8]) throws -> (archive: PickleArchive, folder: TemporaryFolder) {
    let folder = try TemporaryFolder()
    return (try PickleArchive(url: folder.write(bytes, as: "pytorch_model.bin")), folder)
  }

  /// The message for a file with these bytes, without its path.
  private func refusal(_ bytes: [UInt8]) throws -> String {
    let folder = try TemporaryFolder()
    let url = try folder.write(bytes, as: "pytorch_model.bin")
    return message { _ = try PickleArchive(url: url) }.replacingOccurrences(of: url.path + ": ", with: "")
  }

  private static let advice = "Nothing was executed. Save the model's state dict alone, or as safetensors."

  @Test(arguments: [false, true]) func stridesAreRespected(zip64: Bool) throws {
    let storage = Pickle.storage(count: 6)
    let pickle = Pickle.stateDict(
      ("plain", Pickle.tensor(storage, shape: [2, 3], strides: [3, 1])),
      ("transposed", Pickle.tensor(storage, shape: [3, 2], strides: [1, 3])),
      ("column", Pickle.tensor(storage, offset: 1, shape: [2, 1], strides: [3, 1])),
      ("scalar", Pickle.tensor(storage, offset: 5, shape: [], strides: [])),
      ("repeated", Pickle.tensor(storage, offset: 4, shape: [2, 2], strides: [0, 1])),
      ("empty", Pickle.tensor(storage, shape: [1 << 62, 0, 1 << 62], strides: [1, 1, 1])))
    let archive = try open(Pickle.file(pickle, [0, 1, 2, 3, 4, 5], zip64: zip64)).archive
    #expect(archive.descriptions.map(\.name) == ["plain", "transposed", "column", "scalar", "repeated", "empty"])
    #expect(try archive.floats("plain") == [0, 1, 2, 3, 4, 5])
    #expect(try archive.floats("transposed") == [0, 3, 1, 4, 2, 5])
    #expect(try archive.floats("column") == [1, 4])
    #expect(try archive.floats("scalar") == [5])
    #expect(try archive.floats("repeated") == [4, 5, 4, 5])
    #expect(try archive.floats("empty") == [])
  }

  @Test func parametersAndMetadataAreAccepted() throws {
    let tensor = Pickle.tensor(Pickle.storage(count: 1), shape: [1], strides: [1])
    let parameter = Pickle.call(
      Pickle.global("torch._utils", "_rebuild_parameter"), Pickle.tuple(tensor, [0x88], Pickle.emptyOrderedDictionary))
    let metadata = Array("}".utf8) + Pickle.text("_metadata") + Pickle.emptyOrderedDictionary + Array("sb.".utf8)
    let pickle = Pickle.stateDict(("a", parameter)).dropLast() + metadata
    #expect(try open(Pickle.file(Array(pickle), [7])).archive.floats("a") == [7])
  }

  @Test func aForeignNameIsNotCalled() throws {
    let call = Pickle.call(Pickle.global("os", "system"), Pickle.tuple(Pickle.text("touch /tmp/owned")))
    #expect(
      try refusal(Pickle.file([0x80, 2] + call + Array(".".utf8)))
        == "its pickle refers to 'os.system', which no state dict needs. \(Self.advice)")
    let byStack = Pickle.text("builtins") + Pickle.text("eval") + [0x93]
    #expect(
      try refusal(Pickle.file([0x80, 4] + byStack + Array(".".utf8)))
        == "its pickle refers to 'builtins.eval', which no state dict needs. \(Self.advice)")
  }

  @Test(arguments: [
    (Array("(S'ls'\nios\nsystem\n.".utf8), "0x53 (STRING) at byte 3"),
    (Array("ios\nsystem\n.".utf8), "0x69 (INST) at byte 2"),
    ([0x29, 0x81, 0x2e], "0x81 (NEWOBJ) at byte 3"), ([0xff], "0xff at byte 2"),
  ])
  func aForeignOpcodeIsNamed(_ code: [UInt8], _ name: String) throws {
    #expect(
      try refusal(Pickle.file([0x80, 2] + code))
        == "its pickle has opcode \(name), which no state dict needs. \(Self.advice)")
  }

  @Test func otherContentIsNoStateDict() throws {
    #expect(
      try refusal(Pickle.file(Pickle.stateDict(("epoch", Pickle.integer(3)))))
        == "its entry 'epoch' is an integer, not a tensor. \(Self.advice)")
    #expect(try refusal(Pickle.file([0x80, 2, 0x5d, 0x2e])) == "it holds a list, not a state dict. \(Self.advice)")
    #expect(
      try refusal(Array("hello".utf8))
        == "is not a valid PyTorch file: it starts neither as a zip file nor as the older format. "
        + "Fetch or make the file again.")
  }

  @Test(arguments: [
    (0, [7], [1]), (1, [6], [1]), (0, [2, 3], [4, 1]), (-1, [1], [1]), (0, [2], [-1]), (0, [Int.max, 2], [1, 1]),
    (0, [2], [Int.max]), (0, [-2], [1]), (Int.max, [2], [1]), (0, [100], [0]),
  ])
  func aTensorBeyondItsStorageIsRefused(_ offset: Int, _ shape: [Int], _ strides: [Int]) throws {
    let tensor = Pickle.tensor(Pickle.storage(count: 6), offset: offset, shape: shape, strides: strides)
    #expect(
      try refusal(Pickle.file(Pickle.stateDict(("a", tensor)), [0, 1, 2, 3, 4, 5]))
        == "is not a valid PyTorch file: tensor 'a' of shape \(shape) reaches beyond its storage of 6 elements. "
        + "Fetch or make the file again.")
  }

  @Test func aStorageBeyondItsEntryIsRefused() throws {
    for count in [7, Int.max] {
      let tensor = Pickle.tensor(Pickle.storage(count: count), shape: [1], strides: [1])
      #expect(
        try refusal(Pickle.file(Pickle.stateDict(("a", tensor)), [0, 1, 2, 3, 4, 5]))
          == "is not a valid PyTorch file: the storage of tensor 'a' has 24 bytes, expected \(count) × 4. "
          + "Fetch or make the file again.")
    }
    let missing = Pickle.tensor(Pickle.storage(key: "../0", count: 1), shape: [1], strides: [1])
    #expect(
      try refusal(Pickle.file(Pickle.stateDict(("a", missing)), [1])).contains(
        "storage '../0' of tensor 'a' is missing"))
  }

  @Test func aZipThatLiesIsRefused() throws {
    let pickle = Pickle.stateDict()
    func zip(_ build: (inout ZipBuilder) -> Void) throws -> String {
      var zip = ZipBuilder()
      build(&zip)
      return try refusal(zip.finished())
    }
    #expect(
      try zip { $0.add("m/data.pkl", pickle, claimedSize: 100_000) }
        == "is not a valid zip file: entry 'm/data.pkl' does not lie within the file. Fetch or make the file again.")
    #expect(
      try zip { $0.add("m/data.pkl", pickle, at: 5_000_000) }.contains("'m/data.pkl' does not lie within the file"))
    #expect(
      try zip { $0.add("m/data.pkl", pickle, method: 8) }
        == "entry 'm/data.pkl' of this zip file is compressed or encrypted. "
        + "PyTorch stores its entries as they are; save the model again with torch.save.")
    #expect(
      try zip {
        $0.add("m/data.pkl", pickle)
        $0.add("m/data.pkl", pickle)
      }.contains("two entries are called 'm/data.pkl'"))
    #expect(
      try zip {
        $0.add("m/data.pkl", pickle)
        $0.add("m/data/0", pickle, at: 0)
      }.contains("overlaps another"))
    #expect(try zip { $0.add("m/other", pickle) }.contains("its zip has no entry 'data.pkl'"))
    #expect(
      try zip {
        $0.add("m/data.pkl", pickle)
        $0.add("m/byteorder", Array("big".utf8))
      } == "its numbers are not little-endian. \(Self.advice)")
    #expect(
      try refusal(Pickle.file(pickle).dropLast(3)).contains("it has no directory; the file is probably cut short"))
  }

  /// The items of a dictionary.
  private func dictionary(_ items: (String, [UInt8])...) -> [UInt8] {
    [0x7d] + items.flatMap { Pickle.text($0.0) + $0.1 + [0x73] }
  }

  @Test(arguments: ["state_dict", "model_state_dict", "model_state", "model", "module"])
  func aStateDictWithinATrainingProgramsIsFound(_ key: String) throws {
    let tensor = Pickle.tensor(Pickle.storage(count: 2), shape: [2], strides: [1])
    let optimizer = dictionary(("step", Pickle.integer(7)), ("exp_avg", tensor))
    let whole = dictionary(("epoch", Pickle.integer(3)), (key, dictionary(("a", tensor))), ("optimizer", optimizer))
    let archive = try open(Pickle.file([0x80, 2] + whole + [0x2e], [5, 6])).archive
    #expect(archive.descriptions.map(\.name) == ["a"])
    #expect(try archive.floats("a") == [5, 6])
  }

  @Test func whatIsNoStateDictOrTwoIsRefused() throws {
    let tensor = Pickle.tensor(Pickle.storage(count: 2), shape: [2], strides: [1])
    let two = dictionary(("model", dictionary(("a", tensor))), ("state_dict", dictionary(("a", tensor))))
    #expect(
      try refusal(Pickle.file([0x80, 2] + two + [0x2e], [5, 6]))
        == "it holds 2 state dicts, 'model', 'state_dict'. \(Self.advice)")
    let nested = dictionary(("model", dictionary(("epoch", Pickle.integer(3)))))
    #expect(
      try refusal(Pickle.file([0x80, 2] + nested + [0x2e])) == "its entry 'epoch' is an integer, not a tensor. \(Self.advice)")
    // a state dict that is its own
    let cycle: [UInt8] = [0x80, 2, 0x7d, 0x71, 0] + Pickle.text("model") + [0x68, 0, 0x73, 0x2e]
    #expect(try refusal(Pickle.file(cycle)) == "its entry 'model' is a dictionary, not a tensor. \(Self.advice)")
  }

  @Test func deepAndGreedyPicklesAreBounded() throws {
    // A tuple in a tuple a million times would exhaust the stack when it is released.
    let deep: [UInt8] = [0x80, 2, 0x29] + [UInt8](repeating: 0x85, count: 1_000_000) + [0x2e]
    #expect(try refusal(Pickle.file(deep)).hasPrefix("it holds a tuple"))
    // One list, recalled and copied into a dictionary over and over.
    let pair: [UInt8] = [0x4b, 1, 0x4b, 2, 0x86]
    var greedy: [UInt8] = [0x80, 2, 0x5d, 0x71, 0, 0x28]
    for _ in 0..<20_000 { greedy += pair }
    greedy.append(0x65)
    for _ in 0..<20_000 { greedy += Pickle.global("collections", "OrderedDict") + [0x68, 0, 0x85, 0x52] }
    #expect(try refusal(Pickle.file(greedy + [0x2e])).contains("its pickle copies one list too often"))
    // A dictionary that holds itself.
    let cycle: [UInt8] = [0x80, 2, 0x7d, 0x71, 0] + Pickle.text("a") + [0x68, 0, 0x73, 0x2e]
    #expect(try refusal(Pickle.file(cycle)) == "its entry 'a' is a dictionary, not a tensor. \(Self.advice)")
  }

  @Test(arguments: ["releases/deberta-fp16-zip", "releases/deberta-fp16-legacy-pickle"])
  func mutationsNeverTrap(_ fixture: String) throws {
    let folder = try TemporaryFolder()
    let original = [UInt8](try Data(contentsOf: Fixtures.url(fixture + "/pytorch_model.bin")))
    var generator = MutationGenerator(state: 2)
    var refused = 0
    for round in 0..<600 {
      // Most of what decides is in the first kilobytes; the zip's directory is at the end.
      let limit = round % 3 == 0 ? original.count : 4731
      let url = try folder.write(generator.mutate(original, within: limit), as: "x.bin")
      do {
        let file = try PickleArchive(url: url)
        for tensor in file.descriptions where tensor.elementType.isFloatingPoint { _ = try file.floats(tensor.name) }
      } catch is StorageError {
        refused += 1
      }
    }
    #expect(refused > 200)
  }

  @Test func oldFormatTruncatedIsRefused() throws {
    let original = [UInt8](try Data(contentsOf: Fixtures.url("releases/deberta-fp16-legacy-pickle/pytorch_model.bin")))
    #expect(try refusal(Array(original.dropLast())).contains("it ends within storage '"))
    #expect(try refusal(Array(original.prefix(1000))).contains("its pickle ends in the middle"))
  }

  /// A file of the old format with one storage of four numbers, seen through `view` (start and count).
  private func oldFormat(view: (Int, Int), littleEndian: Bool = true, count: Int = 4) -> [UInt8] {
    let magic: [UInt8] = [0x80, 2, 0x8a, 10, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e]
    let system = [0x7d] + Pickle.text("little_endian") + [littleEndian ? 0x88 : 0x89, 0x73, 0x2e]
    let part = Pickle.tuple(Pickle.text("v"), Pickle.integer(view.0), Pickle.integer(view.1))
    let storage =
      Pickle.tuple(
        Pickle.text("storage"), Pickle.global("torch", "FloatStorage"), Pickle.text("k"), Pickle.text("cpu"),
        Pickle.integer(4), part) + Array("Q".utf8)
    let state = Pickle.stateDict(("a", Pickle.tensor(storage, shape: [2], strides: [1])))
    let keys = [0x5d] + Pickle.text("k") + [0x61, 0x2e]
    let numbers: [UInt8] = [10, 11, 12, 13].flatMap { (value: Float) in little(value.bitPattern) }
    return magic + [0x80, 2, 0x4d, 0xe9, 3, 0x2e] + system + state + keys + little(Int64(count)) + numbers
  }

  @Test func viewsOfTheOldFormatAreBounded() throws {
    #expect(try open(oldFormat(view: (2, 2))).archive.floats("a") == [12, 13])
    #expect(try refusal(oldFormat(view: (3, 2))).contains("its pickle has a view beyond its storage"))
    #expect(try refusal(oldFormat(view: (1, 1))).contains("tensor 'a' of shape [2] reaches beyond its storage of 1"))
    #expect(
      try refusal(oldFormat(view: (0, 4), littleEndian: false)) == "its numbers are not little-endian. \(Self.advice)")
    for count in [5, -1, Int.max] {
      #expect(try refusal(oldFormat(view: (0, 4), count: count)).contains("it ends within storage 'k'"))
    }
    #expect(
      try refusal(oldFormat(view: (0, 4), count: 3)).contains("the storage of tensor 'a' has 12 bytes, expected 4 × 4"))
  }
}
