// The C library's door: one lock, no messages on the console, and identifiers that close themselves.
import CHDF5
import Foundation

/// What every use of the HDF5 library goes through.
enum HDF5Library {
  /// A call of the library failed.
  struct Failure: Error {
    let call: String
  }

  private static let lock = NSLock()

  /// Runs `body` alone in the library. `body` must not wait for another thread.
  static func exclusively<Result>(_ body: () throws -> Result) rethrows -> Result {
    lock.lock()
    defer { lock.unlock() }
    _ = H5open()
    chdf5_silence()
    return try body()
  }

  /// Throws where a call's status says that it failed.
  static func check(_ status: Int32, _ call: String) throws {
    if status < 0 { throw Failure(call: call) }
  }

  /// The name under which a file in memory is opened. The library first looks for a file of that name on disk, and
  /// below a device there can be none.
  static let memoryName = "/dev/null/lowrank"

  /// Step by which a file in memory grows.
  static let memoryStep = 1 << 20

  /// The attribute that holds the labels of a dataset's axes, by the HDF5 dimension scale specification.
  static let labelsAttribute = "DIMENSION_LABELS"
}

/// An identifier of the library, closed at the end of its life.
struct HDF5Handle: ~Copyable {
  let id: hid_t
  private let close: (hid_t) -> Int32

  /// Takes over what `call` returned.
  init(_ id: hid_t, _ call: String, close: @escaping (hid_t) -> Int32) throws {
    guard id >= 0 else { throw HDF5Library.Failure(call: call) }
    self.id = id
    self.close = close
  }

  deinit { _ = close(id) }

  /// A new property list of a class.
  static func properties(_ kind: hid_t) throws -> HDF5Handle {
    try HDF5Handle(H5Pcreate(kind), "H5Pcreate", close: H5Pclose)
  }

  /// A data space of `shape`, scalar where that is empty.
  static func space(_ shape: [Int]) throws -> HDF5Handle {
    if shape.isEmpty { return try HDF5Handle(H5Screate(H5S_SCALAR), "H5Screate", close: H5Sclose) }
    let extents = shape.map { hsize_t($0) }
    return try HDF5Handle(
      H5Screate_simple(Int32(shape.count), extents, nil), "H5Screate_simple", close: H5Sclose)
  }

  /// The type of UTF-8 strings of `size` bytes, or of any length where that is nil.
  static func string(size: Int?) throws -> HDF5Handle {
    let type = try HDF5Handle(H5Tcopy(chdf5_string()), "H5Tcopy", close: H5Tclose)
    try HDF5Library.check(H5Tset_size(type.id, size ?? chdf5_variable_length()), "H5Tset_size")
    try HDF5Library.check(H5Tset_cset(type.id, H5T_CSET_UTF8), "H5Tset_cset")
    try HDF5Library.check(H5Tset_strpad(type.id, size == nil ? H5T_STR_NULLTERM : H5T_STR_NULLPAD), "H5Tset_strpad")
    return type
  }
}
