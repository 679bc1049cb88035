// What a person sees while runs go on: one live line on a terminal, one plain line a run elsewhere.
import Foundation
import Records
import Synchronization
import Training

/// Tells how far a call is. Safe to use from several runs at once.
package final class RunProgress: Sendable {
  private struct Active {
    var run: PlannedRun
    var fraction = 0.0
    var text = ""
  }

  private struct State {
    var total = 0
    var toTrain = 0
    var done = 0
    var diverged = 0
    /// Work by epochs × batch size: what is to be done, and what has been.
    var active: [String: Active] = [:]
    var order: [String] = []
    var started = ContinuousClock.now
    var drawn = ContinuousClock.now
    var isLive = false

    /// `2/6`; a run that another process had to finish first is met once more, and counts as one.
    var place: String { "\(min(done, toTrain))/\(toTrain)" }
  }

  private let state = Mutex(State())
  private let isTerminal: Bool
  private let subject: String
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - isTerminal: whether a line can be drawn over.
  ///   - subject: what stands first in the live line, such as the experiment among many.
  ///   - write: takes text as it is to be shown.
  package init(isTerminal: Bool, subject: String = "", write: @escaping @Sendable (String) -> Void) {
    self.isTerminal = isTerminal
    self.subject = subject.isEmpty ? "" : subject + "  "
    self.write = write
  }

  func begin(total: Int, runs: [PlannedRun]) {
    state.withLock {
      $0.total = total
      $0.toTrain = runs.count
      $0.started = .now
    }
  }

  func end() {
    state.withLock { clear(&$0) }
  }

  /// Follows one run.
  func observer(of run: PlannedRun) -> any TrainingObserver { RunObserver(run, self) }

  func finished(_ run: PlannedRun, _ record: RunRecord) {
    state.withLock { state in
      clear(&state)
      state.active[run.identity] = nil
      state.order.removeAll { $0 == run.identity }
      state.done += 1
      var result =
        record.bestEpoch.flatMap { record.scores(epoch: $0) }?.value(
          split: record.primary.split, metric: record.primary.metric
        ).map { "\(record.primary.metric) \(($0 * 1000).rounded() / 10)" } ?? "no score"
      if case .diverged(let step) = record.outcome {
        state.diverged += 1
        result = "diverged at step \(step)"
      }
      if record.flags.contains(.collapsed) { result += ", collapsed" }
      write("  \(state.place)  \(run.specification.shortName)  \(result)  \(left(state))\n")
    }
  }

  func failed(_ run: PlannedRun, _ reason: String) {
    state.withLock { state in
      clear(&state)
      state.active[run.identity] = nil
      state.order.removeAll { $0 == run.identity }
      state.done += 1
      write("  \(state.place)  \(run.specification.shortName)  failed: \(reason)\n")
    }
  }

  func stopped(_ run: PlannedRun) {
    state.withLock { state in
      clear(&state)
      write("  \(run.specification.shortName)  stopped; it goes on from its checkpoint\n")
    }
  }

  /// Says something of a run that goes on.
  func noted(_ run: PlannedRun, _ text: String) {
    state.withLock { state in
      clear(&state)
      write("  \(run.specification.shortName)  \(text)\n")
    }
  }

  fileprivate func update(_ run: PlannedRun, fraction: Double, text: String) {
    state.withLock { state in
      if state.active[run.identity] == nil { state.order.append(run.identity) }
      state.active[run.identity] = Active(run: run, fraction: fraction, text: text)
      guard isTerminal, ContinuousClock.now - state.drawn > .milliseconds(100) else { return }
      state.drawn = .now
      let share = overall(state)
      let filled = Int(share * 20)
      let bar = String(repeating: "━", count: filled) + String(repeating: " ", count: 20 - filled)
      let runs = state.order.compactMap { state.active[$0] }.map { "\($0.run.specification.shortName) \($0.text)" }
      write(
        "\r\u{1B}[K  \(subject)\(bar) \(Int(share * 100))%  \(left(state))  \(runs.joined(separator: " · "))".prefixed(
          columns: Self.width))
      state.isLive = true
    }
  }

  private func overall(_ state: State) -> Double {
    let parts = state.active.values.map(\.fraction).sorted().reduce(Double(state.done), +)
    return state.toTrain == 0 ? 1 : min(1, parts / Double(state.toTrain))
  }

  private func left(_ state: State) -> String {
    let share = overall(state)
    guard share > 0.01 else { return "" }
    guard share < 1 else { return "" }
    let elapsed = (ContinuousClock.now - state.started).seconds
    return RunProgress.readable(seconds: elapsed / share - elapsed) + " left"
  }

  /// `48 s`, `12 min`, `3.5 h`
  package static func readable(seconds: Double) -> String {
    switch seconds {
    case ..<90: "\(Int(max(0, seconds).rounded())) s"
    case ..<5400: "\(Int((seconds / 60).rounded())) min"
    default: "\((seconds / 360).rounded() / 10) h"
    }
  }

  private func clear(_ state: inout State) {
    guard state.isLive else { return }
    write("\r\u{1B}[K")
    state.isLive = false
  }

  private static let width: Int = {
    var size = winsize()
    return ioctl(1, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 100
  }()
}

private final class RunObserver: TrainingObserver {
  private let run: PlannedRun
  private let progress: RunProgress

  init(_ run: PlannedRun, _ progress: RunProgress) {
    self.run = run
    self.progress = progress
  }

  func didUpdate(_ result: StepResult, updates: Int, total: Int) {
    let epochs = run.specification.training.epochs
    let epoch = (updates - 1) * epochs / max(1, total) + 1
    let loss = (Double(result.taskLoss) * 1000).rounded() / 1000
    progress.update(run, fraction: Double(updates) / Double(max(1, total)), text: "epoch \(epoch)/\(epochs) loss \(loss)")
  }

  func didFinishEpoch(_ epoch: TrainingHistory.Epoch, number: Int) {}
}

extension String {
  /// At most so many columns, not counting the escape that clears the line.
  fileprivate func prefixed(columns: Int) -> String { String(prefix(columns + 3)) }
}
