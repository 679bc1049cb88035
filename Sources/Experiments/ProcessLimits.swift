// What the system lets this process have: files, memory, address space. Asked before anything starts, since Swift and its
// libraries trap or wait for ever where they are refused.
import Foundation

/// The limits of this process.
package enum ProcessLimits {
  /// Files that any command may have open at once, the system's own libraries included.
  static let files = 64
  /// Files that one run has open beside them.
  static let filesOfRun = 4
  /// Threads that libraries start beside the runs'; Foundation waits for ever for one of its own that it cannot have.
  static let threads = 4

  /// Raises the limit on open files as far as it may be, refuses what is too low to work under, and lets no limit end the process
  /// without a word.
  ///
  /// - Parameter jobs: runs that go side by side.
  /// - Throws: `ExperimentError.fewFiles`, `.noThreads`.
  package static func prepare(jobs: Int = 0) throws {
    // a file beyond the limit on sizes is then an error of the write like any other, and no end of the process
    signal(SIGXFSZ, SIG_IGN)
    let needed = files + filesOfRun * min(jobs, 1 << 20)
    var limit = rlimit()
    guard getrlimit(Self.kind(RLIMIT_NOFILE), &limit) == 0 else { return }
    if limit.rlim_cur < limit.rlim_max, limit.rlim_cur < rlim_t(needed) {
      limit.rlim_cur = min(limit.rlim_max, rlim_t(needed))
      _ = setrlimit(Self.kind(RLIMIT_NOFILE), &limit)
    }
    guard limit.rlim_cur >= rlim_t(needed) else {
      throw ExperimentError.fewFiles(limit: Int(clamping: limit.rlim_cur), needed: needed)
    }
    let wanted = threads + min(jobs, 1 << 20), given = startedThreads(of: wanted)
    guard given == wanted else { throw ExperimentError.noThreads(asked: wanted, given: given) }
  }

  /// How many threads the system gives beside those that there are; all have ended again.
  private static func startedThreads(of wanted: Int) -> Int {
    let gate = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    defer { gate.deallocate() }
    pthread_mutex_init(gate, nil)
    // they wait until all have been asked for
    pthread_mutex_lock(gate)
    var threads: [pthread_t] = []
    while threads.count < wanted {
      var thread = pthread_t()
      let status = pthread_create(
        &thread, nil,
        { pointer in
          guard let gate = pointer?.assumingMemoryBound(to: pthread_mutex_t.self) else { return nil }
          pthread_mutex_lock(gate)
          pthread_mutex_unlock(gate)
          return nil
        }, gate)
      guard status == 0 else { break }
      threads.append(thread)
    }
    pthread_mutex_unlock(gate)
    for thread in threads { pthread_join(thread, nil) }
    pthread_mutex_destroy(gate)
    return threads.count
  }

  /// Ends the program with a message where less address space or stack is left than any command needs: what lies below traps without.
  ///
  /// It uses C's calls alone, since little else would work.
  package static func requireMemory() {
    var stack = rlimit()
    if getrlimit(kind(RLIMIT_STACK), &stack) == 0, stack.rlim_cur < rlim_t(stackOfProgram) {
      refuse("a stack of \(stackOfProgram >> 10) KB, which lowrank needs: ulimit -s \(stack.rlim_cur / 1024)")
    }
    if !canMap(addressSpaceOfProgram) {
      refuse("\(addressSpaceOfProgram >> 20) MB more of address space, which lowrank needs: \(addressSpace)")
    }
  }

  private static func refuse(_ what: String) -> Never {
    for part in ["this process may not have ", what, ". Raise that limit\n"] { _ = write(2, part, part.utf8.count) }
    _exit(1)
  }

  private static let addressSpaceOfProgram = 384 << 20
  private static let stackOfProgram = 1 << 20

  /// Whether so much more address space can be had; it is asked for and given back.
  static func canMap(_ bytes: Int) -> Bool {
    guard bytes > 0 else { return true }
    // without reserve: what is asked is what limits say, not what the machine has
    let map = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)
    guard map != MAP_FAILED else { return false }
    munmap(map, bytes)
    return true
  }

  /// The limit on address space or data that is nearest, for messages: `ulimit -v 450000`.
  static var addressSpace: String {
    var parts: [String] = []
    for (kind, name) in [(RLIMIT_AS, "-v"), (RLIMIT_DATA, "-d")] {
      var limit = rlimit()
      if getrlimit(Self.kind(kind), &limit) == 0, limit.rlim_cur < rlim_t(Int64.max) {
        parts.append("ulimit \(name) \(limit.rlim_cur / 1024)")
      }
    }
    return parts.isEmpty ? "the system's limit on committed memory" : parts.joined(separator: ", ")
  }

  private static func kind(_ limit: __rlimit_resource) -> __rlimit_resource_t { __rlimit_resource_t(limit.rawValue) }
}

/// Memory that is free for this process now, and what says so.
struct FreeMemory: Sendable, Equatable {
  var bytes: Int
  /// `of the machine`, `of the control group`
  var source: String

  /// The least of what the machine has and what control groups leave; nil where the system does not tell.
  static func now() -> FreeMemory? {
    var found: [FreeMemory] = []
    if let text = try? String(contentsOfFile: "/proc/meminfo", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("MemAvailable:") }),
      let kilobytes = line.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    {
      found.append(FreeMemory(bytes: clampedProduct(kilobytes, 1024), source: "of the machine"))
    }
    found += controlGroups().map { FreeMemory(bytes: $0, source: "of this process's control group") }
    return found.min { $0.bytes < $1.bytes }
  }

  private static func clampedProduct(_ a: Int, _ b: Int) -> Int {
    let (product, overflows) = a.multipliedReportingOverflow(by: b)
    return overflows ? .max : product
  }

  /// What each group above this process leaves, of both versions of control groups.
  private static func controlGroups() -> [Int] {
    guard let text = try? String(contentsOfFile: "/proc/self/cgroup", encoding: .utf8) else { return [] }
    return text.split(separator: "\n").flatMap { line -> [Int] in
      let fields = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard fields.count == 3 else { return [] }
      let isSecond = fields[1].isEmpty
      guard isSecond || fields[1].split(separator: ",").contains("memory") else { return [] }
      let base = isSecond ? "/sys/fs/cgroup" : "/sys/fs/cgroup/memory"
      let (limit, used) = isSecond ? ("memory.max", "memory.current") : ("memory.limit_in_bytes", "memory.usage_in_bytes")
      // a group's limit binds those below it; in a container the path may begin above what can be seen
      var path = fields[2].split(separator: "/").map(String.init)
      var left: [Int] = []
      while true {
        let folder = ([base] + path).joined(separator: "/")
        if let most = number("\(folder)/\(limit)"), let now = number("\(folder)/\(used)"), most < 1 << 60 {
          left.append(max(0, most - now + (reclaimable(folder) ?? 0)))
        }
        guard path.popLast() != nil else { return left }
      }
    }
  }

  private static func number(_ path: String) -> Int? {
    (try? String(contentsOfFile: path, encoding: .utf8)).flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) }
  }

  /// Cached files, which the group gives up when memory is needed.
  private static func reclaimable(_ folder: String) -> Int? {
    guard let text = try? String(contentsOfFile: "\(folder)/memory.stat", encoding: .utf8) else { return nil }
    let line = text.split(separator: "\n").first { $0.hasPrefix("inactive_file ") || $0.hasPrefix("total_inactive_file ") }
    return line.flatMap { Int($0.split(separator: " ").last ?? "") }.map { min(max(0, $0), 1 << 50) }
  }
}
