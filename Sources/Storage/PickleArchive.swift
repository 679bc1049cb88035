// Reader of `pytorch_model.bin`: a zip file with a pickle and one entry for each storage (torch.save since 1.6), or the
// older sequence of pickles with the storages after them. Nothing in the file is executed.
import Foundation

/// A PyTorch state dict.
package final class PickleArchive: RecordedArchive {
  package let path: String
  /// The tensors in the order of the state dict.
  package let descriptions: [TensorDescription]
  private let records: [String: TensorRecord]

  /// The longest pickle read; that of a model with 300,000 tensors is shorter.
  private static let longestPickle = 1 << 25
  /// What training programs call the state dict in a larger dictionary.
  private static let stateDictNames: Set<String> = ["state_dict", "model_state_dict", "model_state", "model", "module"]
  /// A pickle of the number that marks the old format.
  private static let oldMagic: [UInt8] = [
    0x80, 0x02, 0x8a, 0x0a, 0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19, 0x2e,
  ]

  /// A storage's bytes in the file.
  private struct Block {
    let offset: Int
    let size: Int
  }

  /// Opens the file at `url`, reads its pickle, and checks that every tensor lies within the file.
  ///
  /// - Throws: `StorageError` where the file cannot be read, is damaged, or asks for more than tensors.
  package init(url: URL) throws {
    let file = try InputFile(path: url.path)
    try file.refuseOtherKind()
    path = file.path
    let start = try file.bytes(at: 0, count: min(file.size, Self.oldMagic.count))
    let content: (machine: PickleMachine, value: PickleValue, blocks: [String: Block])
    do {
      if start.starts(with: [0x50, 0x4b, 0x03, 0x04]) {
        content = try Self.openZip(file)
      } else if start == Self.oldMagic {
        content = try Self.openOldFormat(file)
      } else {
        throw PickleMachine.Refusal.malformed("it starts neither as a zip file nor as the older format")
      }
      (descriptions, records) = try Self.collect(content.value, content.machine, content.blocks, file)
    } catch PickleMachine.Refusal.malformed(let problem) {
      throw StorageError.malformed(path: file.path, format: "PyTorch", problem: problem)
    } catch PickleMachine.Refusal.unsupported(let problem) {
      throw StorageError.unsupported(
        path: file.path, problem: problem,
        advice: "Nothing was executed. Save the model's state dict alone, or as safetensors.")
    }
  }

  func record(of name: String) -> TensorRecord? { records[name] }

  private static func openZip(_ file: InputFile) throws -> (PickleMachine, PickleValue, [String: Block]) {
    let entries = try ZipDirectory(file: file).entries
    // All lies in one folder, whose name is the file's when it was saved.
    guard
      let pickle = entries.first(where: { $0.name.hasSuffix("/data.pkl") && $0.name.filter { $0 == "/" }.count == 1 })
    else { throw PickleMachine.Refusal.malformed("its zip has no entry 'data.pkl'") }
    let folder = pickle.name.dropLast("data.pkl".count)
    var blocks: [String: Block] = [:]
    for entry in entries {
      if entry.name == folder + "byteorder" {
        guard entry.size == 6, try file.bytes(at: entry.offset, count: 6) == Array("little".utf8) else {
          throw PickleMachine.Refusal.unsupported("its numbers are not little-endian")
        }
      } else if entry.name.hasPrefix(folder + "data/") {
        blocks[String(entry.name.dropFirst(folder.count + "data/".count))] = Block(
          offset: entry.offset, size: entry.size)
      }
    }
    guard pickle.size <= longestPickle else {
      throw PickleMachine.Refusal.unsupported("its pickle has \(pickle.size) bytes, more than \(longestPickle)")
    }
    var machine = PickleMachine(try file.bytes(at: pickle.offset, count: pickle.size))
    let value = try machine.run()
    return (machine, value, blocks)
  }

  private static func openOldFormat(_ file: InputFile) throws -> (PickleMachine, PickleValue, [String: Block]) {
    var machine = PickleMachine(
      try file.bytes(at: 0, count: min(file.size, longestPickle)), position: oldMagic.count)
    guard case .integer(1001) = try machine.run() else {
      throw PickleMachine.Refusal.unsupported("its protocol version is not 1001")
    }
    guard case .dictionary(let system) = try machine.run() else {
      throw PickleMachine.Refusal.malformed("its system information is no dictionary")
    }
    for (key, value) in machine.dictionaries[system] {
      if case .text("little_endian") = key, case .boolean(false) = value {
        throw PickleMachine.Refusal.unsupported("its numbers are not little-endian")
      }
    }
    let value = try machine.run()
    guard case .list(let keys) = try machine.run() else {
      throw PickleMachine.Refusal.malformed("its list of storages is missing")
    }
    // The file gives each storage's count alone; its type is what the pickle says.
    var types: [String: ElementType] = [:]
    for storage in machine.storages { types[storage.key] = storage.elementType }
    var blocks: [String: Block] = [:]
    var position = machine.cursor.position
    for element in machine.lists[keys] {
      guard case .text(let key) = element, let type = types[key], blocks[key] == nil else {
        throw PickleMachine.Refusal.malformed("its list of storages does not match its tensors")
      }
      guard file.size - position >= 8 else {
        throw PickleMachine.Refusal.malformed("it ends before storage '\(key)'")
      }
      var cursor = ByteCursor(try file.bytes(at: position, count: 8))
      position += 8
      guard let count = Int(exactly: try cursor.unsigned(UInt64.self)), let size = checkedProduct([count, type.size]),
        size <= file.size - position
      else { throw PickleMachine.Refusal.malformed("it ends within storage '\(key)'") }
      blocks[key] = Block(offset: position, size: size)
      position += size
    }
    return (machine, value, blocks)
  }

  /// The tensors of a state dict, each checked against its storage, and the storage against the file.
  private static func collect(
    _ value: PickleValue, _ machine: PickleMachine, _ blocks: [String: Block], _ file: InputFile
  ) throws -> ([TensorDescription], [String: TensorRecord]) {
    guard case .dictionary(let outermost) = value else {
      throw PickleMachine.Refusal.unsupported("it holds \(value.kind), not a state dict")
    }
    let index = try stateDict(in: outermost, machine)
    var descriptions: [TensorDescription] = []
    var records: [String: TensorRecord] = [:]
    for (key, element) in machine.dictionaries[index] {
      guard case .text(let name) = key else {
        throw PickleMachine.Refusal.unsupported("its state dict names a tensor by \(key.kind)")
      }
      guard case .tensor(let position) = element else {
        throw PickleMachine.Refusal.unsupported("its entry '\(name)' is \(element.kind), not a tensor")
      }
      let record = try place(machine.tensors[position], name: name, blocks, file)
      guard records.updateValue(record, forKey: name) == nil else {
        throw PickleMachine.Refusal.malformed("two tensors are called '\(name)'")
      }
      descriptions.append(record.description)
    }
    return (descriptions, records)
  }

  /// The state dict itself, or the one that a training program put beside its epoch and its optimizer's state.
  private static func stateDict(in outermost: Int, _ machine: PickleMachine) throws -> Int {
    let holders: [(name: String, index: Int)] = machine.dictionaries[outermost].compactMap { key, value in
      guard case .text(let name) = key, stateDictNames.contains(name), case .dictionary(let index) = value, index != outermost
      else {
        return nil
      }
      return (name, index)
    }
    guard holders.count <= 1 else {
      throw PickleMachine.Refusal.unsupported(
        "it holds \(holders.count) state dicts, \(holders.map { "'\($0.name)'" }.joined(separator: ", "))")
    }
    return holders.first?.index ?? outermost
  }

  private static func place(
    _ tensor: PickledTensor, name: String, _ blocks: [String: Block], _ file: InputFile
  ) throws -> TensorRecord {
    let storage = tensor.storage
    let size = storage.elementType.size
    guard let block = blocks[storage.key] else {
      throw PickleMachine.Refusal.malformed("the storage '\(storage.key)' of tensor '\(name)' is missing")
    }
    guard let needed = checkedProduct([storage.blockCount, size]), needed <= block.size else {
      throw PickleMachine.Refusal.malformed(
        "the storage of tensor '\(name)' has \(block.size) bytes, expected \(storage.blockCount) × \(size)")
    }
    // One element more than the distance from the first to the last; nothing for an empty tensor.
    guard let count = checkedCount(tensor.shape), count <= storage.count, tensor.offset >= 0,
      tensor.strides.allSatisfy({ $0 >= 0 }), let extent = extent(of: tensor, count: count),
      let end = checkedSum(tensor.offset, extent), end <= storage.count
    else {
      throw PickleMachine.Refusal.malformed(
        "tensor '\(name)' of shape \(tensor.shape) reaches beyond its storage of \(storage.count) elements")
    }
    return TensorRecord(
      description: TensorDescription(name: name, elementType: storage.elementType, shape: tensor.shape), file: file,
      offset: block.offset + (storage.start + tensor.offset) * size,
      strides: isContiguous(tensor) ? nil : tensor.strides)
  }

  private static func extent(of tensor: PickledTensor, count: Int) -> Int? {
    if count == 0 { return 0 }
    var extent = 1
    for (length, stride) in zip(tensor.shape, tensor.strides) {
      guard let reach = checkedProduct([length - 1, stride]), let sum = checkedSum(extent, reach) else { return nil }
      extent = sum
    }
    return extent
  }

  private static func isContiguous(_ tensor: PickledTensor) -> Bool {
    if tensor.shape.contains(0) { return true }
    var expected = 1
    for (length, stride) in zip(tensor.shape, tensor.strides).reversed() {
      // Along an axis of one element no step is ever taken.
      if length != 1 && stride != expected { return false }
      expected *= length
    }
    return true
  }
}
