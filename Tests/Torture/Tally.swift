// What became of the inputs of one child, in memory that outlives it.
import Foundation

/// Counts in a file that two processes map: what the one wrote before it was killed, the other reads.
final class Tally {
  /// A number of the page.
  enum Field: Int, CaseIterable {
    /// Whether the examples are made.
    case isReady
    /// The input under way.
    case index
    /// The example that it was made of.
    case target
    case inputs, taken, refused, wrong
  }

  private let page: UnsafeMutablePointer<Int>
  private static let size = Field.allCases.count * MemoryLayout<Int>.stride

  /// Maps the file at `url`, which is made with zeros.
  init(_ url: URL, isNew: Bool) throws {
    if isNew { try Data(count: Self.size).write(to: url) }
    let descriptor = open(url.path, O_RDWR | O_CLOEXEC)
    defer { close(descriptor) }
    let map = descriptor < 0 ? MAP_FAILED : mmap(nil, Self.size, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0)
    guard let map, map != MAP_FAILED else { throw Failure(description: "\(url.path): cannot be mapped") }
    page = map.bindMemory(to: Int.self, capacity: Field.allCases.count)
  }

  deinit { munmap(page, Self.size) }

  subscript(field: Field) -> Int {
    get { page[field.rawValue] }
    set { page[field.rawValue] = newValue }
  }
}
