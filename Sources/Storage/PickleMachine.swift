// A machine for the few pickle opcodes that a state dict needs. It runs no code: the names it knows are built in, and any
// other name or opcode is an error. Opcodes: the comments of Python's `pickletools`.

/// Runs one pickle after another from the same bytes.
struct PickleMachine {
  /// Why a pickle was refused.
  enum Refusal: Error {
    case malformed(String)
    case unsupported(String)
  }

  private(set) var cursor: ByteCursor
  private(set) var tuples: [[PickleValue]] = []
  private(set) var lists: [[PickleValue]] = []
  private(set) var dictionaries: [[(key: PickleValue, value: PickleValue)]] = []
  private(set) var storages: [PickledStorage] = []
  private(set) var tensors: [PickledTensor] = []
  private var stack: [PickleValue] = []
  private var marks: [Int] = []
  private var memo: [Int: PickleValue] = [:]
  private var copiedItems = 0

  /// A machine that starts at `position` of `bytes`.
  init(_ bytes: [UInt8], position: Int = 0) { cursor = ByteCursor(bytes, position: position) }

  /// Runs the next pickle to its end and returns its value.
  mutating func run() throws -> PickleValue {
    stack = []
    marks = []
    memo = [:]
    do {
      while true {
        let start = cursor.position
        let opcode = try cursor.byte()
        if opcode == UInt8(ascii: ".") { return try pop() }
        try execute(opcode, at: start)
      }
    } catch is ByteCursor.Exhausted {
      throw Refusal.malformed("its pickle ends in the middle")
    }
  }

  private mutating func execute(_ opcode: UInt8, at start: Int) throws {
    switch opcode {
    case 0x80:  // PROTO
      guard try cursor.byte() <= 5 else { throw Refusal.unsupported("its pickle is of a protocol beyond 5") }
    case 0x95: _ = try cursor.take(8)  // FRAME
    case UInt8(ascii: "("): marks.append(stack.count)
    case UInt8(ascii: "N"): stack.append(.none)
    case 0x88: stack.append(.boolean(true))
    case 0x89: stack.append(.boolean(false))
    case UInt8(ascii: "J"):
      stack.append(.integer(Int(Int32(bitPattern: try cursor.unsigned(UInt32.self)))))
    case UInt8(ascii: "K"): stack.append(.integer(Int(try cursor.byte())))
    case UInt8(ascii: "M"): stack.append(.integer(Int(try cursor.unsigned(UInt16.self))))
    case 0x8a: stack.append(.integer(try longInteger()))
    case UInt8(ascii: "G"):
      let bits = try cursor.take(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      stack.append(.real(Double(bitPattern: bits)))
    case UInt8(ascii: "X"), UInt8(ascii: "T"):
      stack.append(.text(try text(Int(try cursor.unsigned(UInt32.self)))))
    case 0x8c, UInt8(ascii: "U"): stack.append(.text(try text(Int(try cursor.byte()))))
    case UInt8(ascii: ")"): pushTuple([])
    case 0x85, 0x86, 0x87: pushTuple(try popLast(Int(opcode) - 0x84))
    case UInt8(ascii: "t"): pushTuple(try popToMark())
    case UInt8(ascii: "]"):
      stack.append(.list(lists.count))
      lists.append([])
    case UInt8(ascii: "a"): try extendList(by: popLast(1))
    case UInt8(ascii: "e"): try extendList(by: popToMark())
    case UInt8(ascii: "}"): pushDictionary()
    case UInt8(ascii: "s"): try extendDictionary(by: popLast(2))
    case UInt8(ascii: "u"): try extendDictionary(by: popToMark())
    case UInt8(ascii: "q"): memo[Int(try cursor.byte())] = try top()
    case UInt8(ascii: "r"): memo[Int(try cursor.unsigned(UInt32.self))] = try top()
    case 0x94: memo[memo.count] = try top()
    case UInt8(ascii: "h"): try recall(Int(try cursor.byte()))
    case UInt8(ascii: "j"): try recall(Int(try cursor.unsigned(UInt32.self)))
    case UInt8(ascii: "c"):
      let module = String(decoding: try cursor.line(), as: UTF8.self)
      try pushGlobal(module, String(decoding: try cursor.line(), as: UTF8.self))
    case 0x93:
      let names = try popLast(2)
      guard case .text(let module) = names[0], case .text(let name) = names[1] else {
        throw Refusal.malformed("its pickle names a class by something that is no string")
      }
      try pushGlobal(module, name)
    case UInt8(ascii: "Q"): try pushStorage(try pop())
    case UInt8(ascii: "R"): try reduce()
    case UInt8(ascii: "b"):
      // The attributes of a dictionary (`_metadata`) or a parameter, which no tensor depends on.
      _ = try pop()
      switch try top() {
      case .dictionary, .tensor: break
      case let other: throw Refusal.unsupported("its pickle sets attributes of \(other.kind)")
      }
    default:
      let code = String(opcode, radix: 16)
      let name = Self.foreignOpcodes[opcode].map { " (\($0))" } ?? ""
      throw Refusal.unsupported("its pickle has opcode 0x\(code)\(name) at byte \(start), which no state dict needs")
    }
  }

  // MARK: - The stack

  private var floor: Int { marks.last ?? 0 }

  private func top() throws -> PickleValue {
    guard stack.count > floor, let value = stack.last else { throw Refusal.malformed("its pickle's stack is empty") }
    return value
  }

  private mutating func pop() throws -> PickleValue {
    let value = try top()
    stack.removeLast()
    return value
  }

  private mutating func popLast(_ count: Int) throws -> [PickleValue] {
    guard stack.count - floor >= count else { throw Refusal.malformed("its pickle's stack is empty") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  private mutating func popToMark() throws -> [PickleValue] {
    guard let mark = marks.popLast() else { throw Refusal.malformed("its pickle lacks a mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  private mutating func recall(_ index: Int) throws {
    guard let value = memo[index] else { throw Refusal.malformed("its pickle recalls what it never stored") }
    stack.append(value)
  }

  // MARK: - Values

  private mutating func longInteger() throws -> Int {
    let bytes = try cursor.take(Int(try cursor.byte()))
    guard bytes.count <= 8 else { throw Refusal.unsupported("its pickle has an integer of \(bytes.count) bytes") }
    let negative = (bytes.last ?? 0) & 0x80 != 0
    return Int(bitPattern: bytes.reversed().reduce(negative ? UInt.max : 0) { $0 << 8 | UInt($1) })
  }

  private mutating func text(_ count: Int) throws -> String {
    guard let text = String(bytes: try cursor.take(count), encoding: .utf8) else {
      throw Refusal.malformed("its pickle has a string that is not UTF-8")
    }
    return text
  }

  private mutating func pushTuple(_ values: [PickleValue]) {
    stack.append(.tuple(tuples.count))
    tuples.append(values)
  }

  private mutating func pushDictionary() {
    stack.append(.dictionary(dictionaries.count))
    dictionaries.append([])
  }

  private mutating func extendList(by values: [PickleValue]) throws {
    guard case .list(let index) = try top() else { throw Refusal.malformed("its pickle appends to no list") }
    lists[index].append(contentsOf: values)
  }

  private mutating func extendDictionary(by values: [PickleValue]) throws {
    guard case .dictionary(let index) = try top(), values.count % 2 == 0 else {
      throw Refusal.malformed("its pickle sets items of no dictionary")
    }
    for pair in stride(from: 0, to: values.count, by: 2) {
      dictionaries[index].append((values[pair], values[pair + 1]))
    }
  }

  private mutating func pushGlobal(_ module: String, _ name: String) throws {
    guard let global = PickleGlobal(module: module, name: name) else {
      throw Refusal.unsupported("its pickle refers to '\(module).\(name)', which no state dict needs")
    }
    stack.append(.global(global))
  }

  /// Calls one of the built-in names with a tuple of arguments.
  private mutating func reduce() throws {
    let operands = try popLast(2)
    guard case .global(let function) = operands[0], case .tuple(let index) = operands[1] else {
      throw Refusal.malformed("its pickle calls \(operands[0].kind) with \(operands[1].kind)")
    }
    let arguments = tuples[index]
    switch function {
    case .orderedDictionary: try buildDictionary(arguments)
    case .rebuildTensor: try buildTensor(arguments)
    case .rebuildParameter:
      guard case .tensor? = arguments.first else {
        throw Refusal.malformed("its pickle has a parameter without a tensor")
      }
      stack.append(arguments[0])
    case .storage: throw Refusal.unsupported("its pickle creates a storage by a call")
    }
  }

  /// An ordered dictionary, empty or (as Python 2 wrote it) from a list of pairs.
  private mutating func buildDictionary(_ arguments: [PickleValue]) throws {
    pushDictionary()
    guard let first = arguments.first else { return }
    guard arguments.count == 1, case .list(let list) = first else {
      throw Refusal.malformed("its pickle makes a dictionary from \(first.kind)")
    }
    // A list can be recalled again and again for a few bytes each, so the copies need a limit of their own.
    copiedItems += lists[list].count
    guard copiedItems <= cursor.bytes.count else { throw Refusal.malformed("its pickle copies one list too often") }
    for item in lists[list] {
      let pair: [PickleValue]
      switch item {
      case .tuple(let index): pair = tuples[index]
      case .list(let index): pair = lists[index]
      default: pair = []
      }
      guard pair.count == 2 else { throw Refusal.malformed("its pickle makes a dictionary from \(item.kind)") }
      try extendDictionary(by: pair)
    }
  }

  /// `_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks[, metadata])`.
  private mutating func buildTensor(_ arguments: [PickleValue]) throws {
    guard (6...7).contains(arguments.count), case .storage(let storage) = arguments[0],
      case .integer(let offset) = arguments[1], let shape = integers(arguments[2]),
      let strides = integers(arguments[3]),
      shape.count == strides.count
    else { throw Refusal.malformed("its pickle has a tensor with unexpected parts") }
    if arguments.count == 7, case .dictionary(let index) = arguments[6], !dictionaries[index].isEmpty {
      throw Refusal.unsupported("its pickle has a tensor that is stored conjugated or negated")
    }
    stack.append(.tensor(tensors.count))
    tensors.append(PickledTensor(storage: storages[storage], offset: offset, shape: shape, strides: strides))
  }

  /// `('storage', type, key, device, count)`, and in the old format a view `(key, start, count)` or None after it.
  private mutating func pushStorage(_ identifier: PickleValue) throws {
    guard case .tuple(let index) = identifier, (5...6).contains(tuples[index].count),
      case .text("storage") = tuples[index][0], case .global(.storage(let type)) = tuples[index][1],
      case .text(let key) = tuples[index][2], case .integer(let count) = tuples[index][4], count >= 0
    else { throw Refusal.malformed("its pickle refers to a storage in an unknown way") }
    var view = (start: 0, count: count)
    if tuples[index].count == 6, case .tuple(let part) = tuples[index][5] {
      guard tuples[part].count == 3, case .integer(let start) = tuples[part][1],
        case .integer(let length) = tuples[part][2], start >= 0, length >= 0, start <= count, length <= count - start
      else { throw Refusal.malformed("its pickle has a view beyond its storage") }
      view = (start, length)
    }
    stack.append(.storage(storages.count))
    storages.append(
      PickledStorage(elementType: type, key: key, blockCount: count, start: view.start, count: view.count))
  }

  private func integers(_ value: PickleValue) -> [Int]? {
    guard case .tuple(let index) = value else { return nil }
    var result: [Int] = []
    for element in tuples[index] {
      guard case .integer(let number) = element else { return nil }
      result.append(number)
    }
    return result
  }

  /// Opcodes that other pickles use, by name, for messages.
  private static let foreignOpcodes: [UInt8: String] = [
    0x30: "POP", 0x31: "POP_MARK", 0x32: "DUP", 0x42: "BINBYTES", 0x43: "SHORT_BINBYTES", 0x46: "FLOAT", 0x49: "INT",
    0x4c: "LONG", 0x50: "PERSID", 0x53: "STRING", 0x56: "UNICODE", 0x64: "DICT", 0x67: "GET", 0x69: "INST",
    0x6c: "LIST", 0x6f: "OBJ", 0x70: "PUT", 0x81: "NEWOBJ", 0x82: "EXT1", 0x83: "EXT2", 0x84: "EXT4", 0x8b: "LONG4",
    0x8d: "BINUNICODE8", 0x8e: "BINBYTES8", 0x8f: "EMPTY_SET", 0x90: "ADDITEMS", 0x91: "FROZENSET",
    0x92: "NEWOBJ_EX", 0x96: "BYTEARRAY8", 0x97: "NEXT_BUFFER", 0x98: "READONLY_BUFFER",
  ]
}
