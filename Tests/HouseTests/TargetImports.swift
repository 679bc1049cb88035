// What a target declares in `Package.swift`, what its files import, and where the two differ.
import Foundation

/// A target of Swift code.
struct Target {
  var name: String
  /// The folder of its files.
  var folder: URL
  /// Its direct dependencies: targets, and products, which are called as their modules are.
  var declared: Set<String>

  /// Modules of the toolchain, which need no declaration.
  private static let ofToolchain: Set = ["Dispatch", "Foundation", "FoundationXML", "Glibc", "Synchronization", "Testing"]

  /// Every module that is imported but not declared, or declared but not imported, as a line for people.
  func differences() throws -> [String] {
    let imported = try imports()
    let undeclared = imported.subtracting(declared).subtracting(Self.ofToolchain).sorted()
    let unused = declared.subtracting(imported).sorted()
    return undeclared.map { "\(name) imports \($0), which Package.swift does not declare as its dependency" }
      + unused.map { "\(name) declares \($0) in Package.swift, which none of its files imports" }
  }

  /// The modules that its files import, as the compiler reads them.
  func imports() throws -> Set<String> {
    let text = try output(
      of: ["swiftc", "-frontend", "-emit-imported-modules", "-swift-version", "6", "-module-name", "Any", "-o", "-"]
        + files.map(\.path), in: folder)
    return Set(text.split(separator: "\n").map(String.init))
  }

  /// Its files in Swift; none for a target in C.
  var files: [URL] {
    let found = FileManager.default.enumerator(at: folder, includingPropertiesForKeys: nil)?.allObjects as? [URL] ?? []
    return found.filter { $0.pathExtension == "swift" }.sorted { $0.path < $1.path }
  }

  /// The targets in Swift of the package in `root`.
  static func all(in root: URL) throws -> [Target] {
    // a folder of its own: the build that runs this test holds the usual one
    let scratch = FileManager.default.temporaryDirectory.appending(path: "lowrank-package-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: scratch) }
    let json = try output(of: ["swift", "package", "--scratch-path", scratch.path, "dump-package"], in: root)
    let package = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let targets = package?["targets"] as? [[String: Any]] ?? []
    return targets.compactMap { target in
      guard let name = target["name"] as? String else { return nil }
      let path = target["path"] as? String ?? "\(target["type"] as? String == "test" ? "Tests" : "Sources")/\(name)"
      // {"byName": ["Tensors", null]} or {"product": ["Yams", "Yams", null, null]}
      let dependencies = target["dependencies"] as? [[String: Any]] ?? []
      let declared = dependencies.compactMap { ($0.values.first as? [Any])?.first as? String }
      return Target(name: name, folder: root.appending(path: path), declared: Set(declared))
    }.filter { !$0.files.isEmpty }
  }

  struct Failure: Error, CustomStringConvertible {
    let description: String
  }

  /// What a command prints.
  private static func output(of command: [String], in folder: URL) throws -> String {
    let process = Process(), output = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = command
    process.currentDirectoryURL = folder
    process.standardOutput = output
    try process.run()
    let data = try output.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(description: "\(command.prefix(4)) ended with \(process.terminationStatus)")
    }
    return String(decoding: data, as: UTF8.self)
  }

  private func output(of command: [String], in folder: URL) throws -> String { try Self.output(of: command, in: folder) }
}
