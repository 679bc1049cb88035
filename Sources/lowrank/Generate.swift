import ArgumentParser
import Devices
import Experiments
import Foundation
import Storage

/// `lowrank generate results/loradrop-table2/pocket/lora/e2e/seed-0 --prompt 'name : Blue Spice | food : French'`
struct Generate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Let a run's model, or the one in a folder, write on from prompts.",
    discussion: """
      A prompt is what the model reads, as the task's template makes it. The text alone is printed after --prompt; after several, and \
      with --file, a JSON object a line.
      """)

  @Argument(
    help: ArgumentHelp(
      "A run's folder, a link as results/loradrop-table2/pocket/lora/e2e/seed-0, the first digits of its identity, or a model's folder.",
      valueName: "run|folder"))
  var source: String
  @Option(parsing: .unconditionalSingleValue, help: "A prompt; may be given several times.") var prompt: [String] = []
  @Option(help: ArgumentHelp("A file with a prompt a line.", valueName: "file")) var file: String?
  @Option(help: "Texts that are followed together; 1: greedy. Else as the run's recipe says.") var beams: Int?
  @Option(help: ArgumentHelp("The most tokens of a text.", valueName: "tokens")) var maxNewTokens: Int?
  @Option(help: "Threads; they change no text.") var threads = 1
  @OptionGroup var choice: RunChoice
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    try Limits.validate(threads, "--threads")
    if prompt.isEmpty == (file == nil) { throw ValidationError("give prompts, each with --prompt, or a file of them with --file") }
    if let beams, !(1...256).contains(beams) { throw ValidationError("--beams is \(beams), expected 1 to 256") }
    if let maxNewTokens, !(1...1_048_576).contains(maxNewTokens) {
      throw ValidationError("--max-new-tokens is \(maxNewTokens), expected 1 to 1048576")
    }
  }

  func run() throws {
    let prompts = try file.map(Self.prompts) ?? prompt
    var writer = try writer()
    if let beams { writer.settings.beams = beams }
    if let maxNewTokens { writer.settings.maximumNewTokens = maxNewTokens }
    let texts = try writer.texts(after: prompts)
    if file == nil, texts.count == 1 { return say(texts[0]) }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    for (prompt, text) in zip(prompts, texts) {
      say(String(decoding: try encoder.encode(["prompt": prompt, "text": text]), as: UTF8.self))
    }
  }

  private func writer() throws -> TextWriter {
    let name = project.model(source), folder = URL(filePath: (name as NSString).expandingTildeInPath)
    let isModel = FileManager.default.fileExists(atPath: folder.appending(path: "config.json").path)
    guard isModel else { return try TextWriter(choice.load(source, project, threads: threads)) }
    return try TextWriter(folder: folder, on: Device.processor.backend(threads: threads))
  }

  /// The lines of a file; the last may lack its end.
  private static func prompts(_ path: String) throws -> [String] {
    let url = URL(filePath: (path as NSString).expandingTildeInPath)
    guard let text = String(data: try SmallFile.contents(of: url, limit: 1 << 28), encoding: .utf8) else {
      throw Failure(description: "\(path): is no text in UTF-8")
    }
    var lines = text.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    if lines.last == "" { lines.removeLast() }
    guard !lines.isEmpty else { throw Failure(description: "\(path): has no line; a prompt stands on each") }
    return lines
  }
}
