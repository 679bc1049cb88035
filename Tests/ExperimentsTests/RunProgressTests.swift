// What is seen of runs that go on: lines for people and for machines, the log beside the record, the board for other terminals.
import Foundation
import Records
import Storage
import Synchronization
import TestSupport
import Testing

@testable import Experiments

@Suite("Progress of runs")
struct RunProgressTests {
  private func lines(_ style: RunProgress.Style, of call: TinyCall, board: CallBoard? = nil) throws -> [String] {
    let text = Mutex("")
    let workspace = call.store.workspace
    let progress = RunProgress(style, logsIn: { workspace.run($0.identity) }, board: board) { line in text.withLock { $0 += line } }
    _ = try call.runner.run(call.plan, progress: progress)
    return text.withLock { $0 }.split(separator: "\n").map(String.init)
  }

  @Test("elsewhere than on a terminal each epoch has a line with loss, score and what is left")
  func epochs() throws {
    let project = try TinyProject()
    let lines = try lines(.lines, of: project.call())
    let epochs = lines.filter { $0.contains(#/^  lora warmth seed 0  epoch [12]/2  loss \d+\.\d+  accuracy \d+\.\d/#) }
    #expect(epochs.count == 2, "\(lines)")
    #expect(lines.contains { $0.contains(#/^  [12]/2  lora warmth seed 0  accuracy [0-9]/#) })
  }

  @Test("for machines every line is an object, its scores fractions of one")
  func json() throws {
    let project = try TinyProject()
    let lines = try lines(.json, of: project.call())
    let objects = try lines.map { try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any], "\($0)") }
    let epochs = objects.filter { $0["event"] as? String == "epoch" }
    #expect(epochs.count == 4 && epochs.allSatisfy { $0["loss"] is Double && $0["epochs"] as? Int == 2 }, "\(lines)")
    let ends = objects.filter { $0["event"] as? String == "finished" }
    #expect(ends.count == 2 && ends.allSatisfy { (0...1).contains($0["score"] as? Double ?? -1) && $0["total"] as? Int == 2 })
  }

  @Test("a run's log lies beside its record, with a time on each line")
  func log() throws {
    let project = try TinyProject(), call = try project.call()
    _ = try lines(.lines, of: call)
    let log = try String(contentsOf: RunFile.log.url(in: call.folder(0)), encoding: .utf8).split(separator: "\n")
    #expect(log.count == 3 && log.allSatisfy { $0.contains(#/^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ  [a-z]/#) }, "\(log)")
    #expect(log[0].contains("epoch 1/2") && log[2].contains("accuracy"))
  }

  @Test("another terminal sees what goes on, and nothing of what is over or was killed")
  func board() throws {
    let project = try TinyProject(), call = try project.call(), calls = call.store.workspace.layout.calls
    let board = try #require(CallBoard(in: calls))
    let status = CallStatus(
      experiment: "tiny", profile: "pocket", done: 1, total: 4, secondsLeft: 200, started: .now.addingTimeInterval(-60),
      runs: [.init(name: "lora rte seed 0", update: 3, updates: 12, epoch: 1, epochs: 2, loss: 0.51239)])
    board.tell(status)
    let seen = try #require(CallBoard.calls(in: calls).first)
    #expect(seen.status.runs == status.runs && seen.holder?.process == "\(ProcessInfo.processInfo.processIdentifier)")
    #expect(
      seen.status.text(of: nil) == """
        tiny · pocket · 1 of 4 runs done in 60 s, about 3 min left
          lora rte seed 0  epoch 1/2  update 3/12  loss 0.512
        """)
    // a killed call leaves its folder, and no claim that anyone holds
    try Folder.make(at: calls.appending(path: "1-dead"))
    try Data("{}".utf8).write(to: calls.appending(path: "1-dead/status.json"))
    #expect(CallBoard.calls(in: calls).count == 1)
    #expect(try FileManager.default.contentsOfDirectory(atPath: calls.path).count == 1)
    board.end()
    #expect(CallBoard.calls(in: calls).isEmpty && !FileManager.default.fileExists(atPath: calls.path))
  }

  @Test("a call tells how far it is while its runs go on")
  func told() throws {
    let project = try TinyProject(), call = try project.call(), calls = call.store.workspace.layout.calls
    let board = try #require(CallBoard(in: calls))
    _ = try lines(.lines, of: call, board: board)
    let seen = try #require(CallBoard.calls(in: calls).first)
    #expect(seen.status.experiment == "tiny" && seen.status.total == 2)
  }
}
