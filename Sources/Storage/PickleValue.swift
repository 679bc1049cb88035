// The values that the pickle of a PyTorch state dict can produce. Nothing else can come into being.

/// A value on the machine's stack. Containers are indices into the machine's lists: a file can then neither build
/// a cycle nor a nesting whose release would exhaust the stack.
enum PickleValue {
  case none
  case boolean(Bool)
  case integer(Int)
  case real(Double)
  case text(String)
  case tuple(Int)
  case list(Int)
  case dictionary(Int)
  case global(PickleGlobal)
  case storage(Int)
  case tensor(Int)

  /// What the value is, for messages.
  var kind: String {
    switch self {
    case .none: return "None"
    case .boolean: return "a boolean"
    case .integer: return "an integer"
    case .real: return "a number"
    case .text: return "a string"
    case .tuple: return "a tuple"
    case .list: return "a list"
    case .dictionary: return "a dictionary"
    case .global: return "a class or function"
    case .storage: return "a storage"
    case .tensor: return "a tensor"
    }
  }
}

/// The only names that a pickle may refer to; each stands for something built in here.
enum PickleGlobal: Equatable {
  case orderedDictionary
  case rebuildTensor
  case rebuildParameter
  case storage(ElementType)

  init?(module: String, name: String) {
    switch (module, name) {
    case ("collections", "OrderedDict"): self = .orderedDictionary
    case ("torch._utils", "_rebuild_tensor_v2"): self = .rebuildTensor
    case ("torch._utils", "_rebuild_parameter"): self = .rebuildParameter
    case ("torch", "DoubleStorage"): self = .storage(.float64)
    case ("torch", "FloatStorage"): self = .storage(.float32)
    case ("torch", "HalfStorage"): self = .storage(.float16)
    case ("torch", "BFloat16Storage"): self = .storage(.bfloat16)
    case ("torch", "LongStorage"): self = .storage(.int64)
    case ("torch", "IntStorage"): self = .storage(.int32)
    case ("torch", "ShortStorage"): self = .storage(.int16)
    case ("torch", "CharStorage"): self = .storage(.int8)
    case ("torch", "ByteStorage"): self = .storage(.uint8)
    case ("torch", "BoolStorage"): self = .storage(.bool)
    default: return nil
    }
  }
}

/// A block of numbers outside the pickle, which tensors are views of.
struct PickledStorage {
  let elementType: ElementType
  /// The block's name in the file.
  let key: String
  /// Elements in the block.
  let blockCount: Int
  /// The part of the block that this storage is, in elements.
  let start: Int
  let count: Int
}

/// A view of a storage.
struct PickledTensor {
  let storage: PickledStorage
  /// Elements before the first one, from the storage's start.
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}
