// The program that draws. It gets a script in a folder of its own, no shell and no start-up files, and a limit of time.
import Foundation

/// gnuplot, found on PATH.
package struct Gnuplot: Sendable {
  private let program: URL
  /// The program that tells which characters fonts have; nil where it is not there.
  private let fontList: URL?

  /// Seconds after which a drawing is given up.
  private static let patience = 60.0
  /// The most bytes of a drawing or of a message.
  private static let largestOutput = 1 << 26

  /// Finds gnuplot.
  /// - Parameter path: the folders to look in, with colons between; by default the environment's PATH.
  /// - Throws: `ReportError.noGnuplot`.
  package init(path: String? = nil) throws(ReportError) {
    let path = path ?? ProcessInfo.processInfo.environment["PATH"] ?? ""
    func program(_ name: String) -> URL? {
      path.split(separator: ":").map { URL(filePath: String($0)).appending(path: name) }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
    guard let found = program("gnuplot") else { throw .noGnuplot }
    self.program = found
    fontList = program("fc-list")
  }

  /// The bytes of a figure's drawing.
  /// - Throws: `ReportError.gnuplot` with the program's own message.
  func draw(_ figure: Figure, as format: FigureFormat) throws(ReportError) -> Data {
    var script = GnuplotScript.render(figure, as: format)
    // who reads an SVG has fonts of their own
    if format == .png { script = fonts(for: script, figure: figure.id)?.legible(script) ?? script }
    let output = try run(script, figure: figure.id)
    let isWhole =
      switch format {
      case .svg: output.suffix(16).range(of: Data("</svg>".utf8)) != nil
      case .png: output.starts(with: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
      }
    guard isWhole else { throw .gnuplot(figure: figure.id, message: "what it wrote is no \(format.rawValue.uppercased()) file.") }
    return output
  }

  /// What gnuplot writes when it runs a script.
  /// - Throws: `ReportError.gnuplot`.
  func run(_ script: String, figure: String) throws(ReportError) -> Data {
    // -d: without the start-up files of the machine and of its user
    try run(program, ["-d", "figure.gp"], script: script, figure: figure)
  }

  /// The characters that this machine can draw, where a script holds unusual ones; nil where it does not, or no one knows.
  private func fonts(for script: String, figure: String) -> FontCoverage? {
    guard let fontList, script.unicodeScalars.contains(where: FontCoverage.isUnusual),
      let listing = try? run(fontList, ["--format", "%{charset}\n"], script: "", figure: figure)
    else { return nil }
    return FontCoverage(listing: String(decoding: listing, as: UTF8.self))
  }

  /// What a program writes that runs in a folder of its own, beside a script.
  private func run(_ program: URL, _ arguments: [String], script: String, figure: String) throws(ReportError) -> Data {
    do {
      let folder = try Self.makeFolder(for: figure)
      defer { try? FileManager.default.removeItem(at: folder) }
      let (input, output, errors) = (
        folder.appending(path: "figure.gp"), folder.appending(path: "output"), folder.appending(path: "errors")
      )
      for (file, data) in [(input, Data(script.utf8)), (output, Data()), (errors, Data())] { try data.write(to: file) }
      let process = Process()
      process.executableURL = program
      process.arguments = arguments
      process.currentDirectoryURL = folder
      process.standardInput = FileHandle.nullDevice
      process.standardOutput = try FileHandle(forWritingTo: output)
      process.standardError = try FileHandle(forWritingTo: errors)
      let ended = DispatchSemaphore(value: 0)
      process.terminationHandler = { _ in ended.signal() }
      try process.run()
      if ended.wait(timeout: .now() + Self.patience) == .timedOut {
        kill(process.processIdentifier, SIGKILL)
        ended.wait()
        throw ReportError.gnuplot(figure: figure, message: "it did not end within \(Int(Self.patience)) seconds.")
      }
      guard process.terminationStatus == 0 else {
        throw ReportError.gnuplot(figure: figure, message: Self.message(try Self.contents(of: errors, figure)))
      }
      return try Self.contents(of: output, figure)
    } catch let error as ReportError {
      throw error
    } catch {
      throw .gnuplot(figure: figure, message: "it could not be run: \(error.localizedDescription)")
    }
  }

  private static func makeFolder(for figure: String) throws -> URL {
    var template = Array((FileManager.default.temporaryDirectory.path + "/lowrank-figure-XXXXXX").utf8CString)
    guard mkdtemp(&template) != nil else {
      let (folder, reason) = (FileManager.default.temporaryDirectory.path, String(cString: strerror(errno)))
      throw ReportError.gnuplot(
        figure: figure, message: "nothing can be written into \(folder): \(reason). Set TMPDIR to a folder for temporary files.")
    }
    return URL(filePath: String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }

  private static func contents(of file: URL, _ figure: String) throws -> Data {
    let handle = try FileHandle(forReadingFrom: file)
    defer { try? handle.close() }
    let data = try handle.read(upToCount: largestOutput + 1) ?? Data()
    guard data.count <= largestOutput else {
      throw ReportError.gnuplot(figure: figure, message: "it wrote more than \(largestOutput >> 20) MB.")
    }
    return data
  }

  /// The program's message on one line, without what would steer a terminal.
  private static func message(_ data: Data) -> String {
    let text = String(decoding: data.prefix(2000), as: UTF8.self)
    let plain = String(String.UnicodeScalarView(text.unicodeScalars.map { PlainText.breaksLine($0) ? " " : $0 }))
    let words = plain.split(separator: " ").joined(separator: " ")
    return words.isEmpty ? "it failed without a message." : words
  }
}
