// A real browser, without a window: headless Chromium, spoken to by its DevTools protocol through two pipes.
import Foundation
import Glibc

/// One page in a browser of its own.
public final class Browser {
  /// Something that the browser did not do.
  public struct Failure: Error, CustomStringConvertible {
    /// What was asked, and what came.
    public let description: String
  }

  /// The names under which Chromium is installed.
  static let programs = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"]

  /// The program on `PATH`; nil where there is none.
  public static var program: String? {
    programs.lazy.compactMap { Requirement.program($0) }.first
  }

  private let process = Process()
  private let folder: URL
  private let input: Int32
  private let output: Int32
  private var session: String?
  private var calls = 0
  private var unread: [UInt8] = []
  /// What the page complained of: uncaught errors, errors in the console, what its policy blocked.
  public private(set) var complaints: [String] = []

  /// Starts the browser with an empty page.
  ///
  /// - Throws: `Failure` where it does not start.
  public init() throws {
    folder = FileManager.default.temporaryDirectory.appending(path: "lowrank-browser-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let home = folder, pipes = ["in", "out"].map { home.appending(path: $0).path }
    for pipe in pipes where mkfifo(pipe, 0o600) != 0 { throw Failure(description: "no pipe \(pipe)") }
    // open for both, so that neither end waits for the other
    (input, output) = (Glibc.open(pipes[0], O_RDWR | O_CLOEXEC), Glibc.open(pipes[1], O_RDWR | O_CLOEXEC))
    process.executableURL = URL(filePath: "/bin/sh")
    let options = [
      "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions",
      "--disable-background-networking", "--remote-debugging-pipe", "--user-data-dir=\(folder.appending(path: "profile").path)",
    ]
    process.arguments =
      ["-c", #"in=$1 out=$2; shift 2; exec "$@" 3<"$in" 4>"$out""#, "sh"] + pipes + [Self.program ?? "chromium"] + options
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    let target = try call("Target.createTarget", ["url": "about:blank"])["targetId"] as? String ?? ""
    session = try call("Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"] as? String
    for domain in ["Page", "Runtime", "Log"] { try call("\(domain).enable") }
  }

  deinit {
    if process.isRunning {
      process.terminate()
      process.waitUntilExit()
    }
    close(input)
    close(output)
    try? FileManager.default.removeItem(at: folder)
  }

  /// Opens an address. What the page does then is waited for by `wait`.
  public func open(_ address: String) throws { try call("Page.navigate", ["url": address]) }

  /// Makes the window so wide, in the colours of the night or of the day.
  public func resize(width: Int, height: Int = 900, isDark: Bool = false) throws {
    try call(
      "Emulation.setDeviceMetricsOverride", ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500])
    try call("Emulation.setEmulatedMedia", ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]])
  }

  /// What an expression comes to, as a text.
  @discardableResult
  public func evaluate(_ expression: String) throws -> String {
    let answer = try call("Runtime.evaluate", ["expression": "String(\(expression))", "returnByValue": true])
    if let problem = answer["exceptionDetails"] { throw Failure(description: "\(expression): \(problem)") }
    return (answer["result"] as? [String: Any])?["value"] as? String ?? ""
  }

  /// Waits until an expression is true.
  ///
  /// - Throws: `Failure` where it is not after a minute.
  public func wait(for expression: String) throws {
    for _ in 0..<1200 {
      if try evaluate(expression) == "true" { return }
      usleep(50_000)
    }
    throw Failure(
      description: "never true: \(expression); the page: \(try evaluate("document.body.innerText").prefix(2000)); \(complaints)")
  }

  /// Presses a key and lets it go: `Enter`, `Escape`, `Tab`, `ArrowDown`.
  public func press(_ key: String) throws {
    let codes = ["Enter": 13, "Escape": 27, "Tab": 9, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40]
    for type in ["keyDown", "keyUp"] {
      var event: [String: Any] = ["type": type, "key": key, "code": key, "windowsVirtualKeyCode": codes[key] ?? 0]
      if key == "Enter", type == "keyDown" { event["text"] = "\r" }
      try call("Input.dispatchKeyEvent", event)
    }
  }

  /// Types a text into what has the focus.
  public func type(_ text: String) throws { try call("Input.insertText", ["text": text]) }

  @discardableResult
  private func call(_ method: String, _ parameters: [String: Any] = [:]) throws -> [String: Any] {
    calls += 1
    var request: [String: Any] = ["id": calls, "method": method, "params": parameters]
    if let session { request["sessionId"] = session }
    var bytes = Array(try JSONSerialization.data(withJSONObject: request))[...]
    bytes.append(0)
    while !bytes.isEmpty {
      let count = bytes.withUnsafeBytes { write(input, $0.baseAddress, $0.count) }
      guard count > 0 else { throw Failure(description: "\(method): the browser takes nothing") }
      bytes = bytes.dropFirst(count)
    }
    while true {
      let answer = try message(after: method)
      if answer["id"] as? Int == calls {
        if let problem = answer["error"] { throw Failure(description: "\(method): \(problem)") }
        return answer["result"] as? [String: Any] ?? [:]
      }
      note(answer)
    }
  }

  /// The next message of the browser.
  private func message(after method: String) throws -> [String: Any] {
    while true {
      if let end = unread.firstIndex(of: 0) {
        let message = try JSONSerialization.jsonObject(with: Data(unread[..<end])) as? [String: Any]
        unread.removeSubrange(...end)
        return message ?? [:]
      }
      var waiting = pollfd(fd: output, events: Int16(POLLIN), revents: 0)
      guard poll(&waiting, 1, 120_000) > 0 else { throw Failure(description: "\(method): no answer in two minutes") }
      var piece = [UInt8](repeating: 0, count: 1 << 16)
      let count = read(output, &piece, piece.count)
      guard count > 0 else { throw Failure(description: "\(method): the browser has ended") }
      unread += piece[..<count]
    }
  }

  private func note(_ event: [String: Any]) {
    let parameters = event["params"] as? [String: Any] ?? [:]
    switch event["method"] as? String {
    case "Runtime.exceptionThrown", "Log.entryAdded": complaints.append("\(parameters)")
    case "Runtime.consoleAPICalled" where ["error", "warning", "assert"].contains(parameters["type"] as? String):
      complaints.append("\(parameters)")
    default: break
    }
  }
}
