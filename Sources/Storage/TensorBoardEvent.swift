// An event of a TensorBoard file, as a protocol buffer in a TFRecord. The numbers of the fields are those of TensorBoard's own
// event.proto and summary.proto; the bytes are those that the protobuf library writes.

/// What a line of TensorBoard's diagrams is made of.
package struct TensorBoardEvent: Sendable {
  /// A number with the name of the diagram that it belongs to.
  package struct Scalar: Sendable {
    /// The diagram's name; what precedes a `/` is its group.
    package let tag: String
    /// The number, as it is: infinite and undefined ones too.
    package let value: Float

    /// Makes a scalar from its parts.
    package init(_ tag: String, _ value: Float) {
      self.tag = tag
      self.value = value
    }
  }

  /// What an event says.
  package enum Content: Sendable {
    /// The version of the format; first in every file.
    case version
    /// A session begins, for this reason. Where a file before held one, all that has this event's step or a later one is dropped.
    case start(String)
    /// A session has ended, for this reason.
    case stop(String)
    /// Numbers at this step.
    case scalars([Scalar])
  }

  /// Seconds since 1970.
  package let time: Double
  /// The place on the axis of steps.
  package let step: Int
  /// What it says.
  package let content: Content

  /// Makes an event from its parts.
  package init(time: Double, step: Int, _ content: Content) {
    self.time = time
    self.step = step
    self.content = content
  }

  /// The event as a record: its length, the length's checksum, the event, its checksum; all numbers little-endian.
  var record: [UInt8] {
    let message = message
    var record: [UInt8] = []
    record.reserveCapacity(message.count + 16)
    record.append(number: UInt64(message.count))
    record.append(number: CRC32C.masked(record))
    record += message
    record.append(number: CRC32C.masked(message))
    return record
  }

  private var message: [UInt8] {
    var message: [UInt8] = []
    // what is zero is left out
    if time != 0 {
      message.append(0x09)
      message.append(number: time.bitPattern)
    }
    if step != 0 {
      message.append(0x10)
      message.append(varint: UInt64(bitPattern: Int64(step)))
    }
    switch content {
    case .version: message.append(field: 3, Array("brain.Event:2".utf8))
    case .start(let reason): message.append(field: 7, Self.session(status: 1, reason))
    case .stop(let reason): message.append(field: 7, Self.session(status: 2, reason))
    case .scalars(let scalars):
      var summary: [UInt8] = []
      for scalar in scalars {
        var value: [UInt8] = []
        value.append(field: 1, Array(scalar.tag.utf8))
        value.append(0x15)
        value.append(number: scalar.value.bitPattern)
        summary.append(field: 1, value)
      }
      message.append(field: 5, summary)
    }
    return message
  }

  private static func session(status: UInt8, _ reason: String) -> [UInt8] {
    var session: [UInt8] = [0x08, status]
    if !reason.isEmpty { session.append(field: 3, Array(reason.utf8)) }
    return session
  }
}

extension [UInt8] {
  fileprivate mutating func append(number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }

  /// Seven bits a byte, the lowest first; the highest bit says that another follows.
  fileprivate mutating func append(varint: UInt64) {
    var rest = varint
    while rest > 0x7F {
      append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    append(UInt8(rest))
  }

  /// A field of bytes.
  fileprivate mutating func append(field number: UInt64, _ bytes: [UInt8]) {
    append(varint: number << 3 | 2)
    append(varint: UInt64(bytes.count))
    append(contentsOf: bytes)
  }
}
