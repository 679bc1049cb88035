// What is seen while runs go on: one live line on a terminal, a line for each epoch elsewhere.
import Foundation
import Records
import Synchronization
import Training

/// Tells how far a call is. Safe to use from several runs at once.
package final class RunProgress: Sendable {
  /// A run that goes on.
  private struct Active {
    var run: PlannedRun
    var update: Int
    var updates: Int
    var loss: Double

    var fraction: Double { Double(update) / Double(max(1, updates)) }
    var epochs: Int { run.specification.training.epochs }
    var epoch: Int { (update - 1) * epochs / max(1, updates) + 1 }
  }

  private struct State {
    var toTrain = 0
    var done = 0
    /// Work by epochs × batch size: what is to be done, and what has been.
    var active: [String: Active] = [:]
    var order: [String] = []
    var started = ContinuousClock.now
    var drawn = ContinuousClock.now
    var told = ContinuousClock.now - .seconds(3600)
    let began = Date.now
    var isLive = false

    /// `2/6`; a run that another process had to finish first is met once more, and counts as one.
    var place: String { "\(min(done, toTrain))/\(toTrain)" }
  }

  /// How events are shown.
  package enum Style: Sendable {
    /// One line that is drawn over, and one for each run that ends: for a terminal.
    case live
    /// A line for each epoch of each run.
    case lines
    /// The same as JSON.
    case json
  }

  private let state = Mutex(State())
  private let style: Style
  private let subject: String
  private let folder: (@Sendable (PlannedRun) -> URL)?
  private let board: CallBoard?
  private let write: @Sendable (String) -> Void

  /// - Parameters:
  ///   - style: how events are shown.
  ///   - subject: what stands first in the live line, such as the experiment among many.
  ///   - folder: where a run's log is kept; nil keeps none.
  ///   - board: where other processes see how far the call is.
  ///   - write: takes text as it is to be shown.
  package init(
    _ style: Style, subject: String = "", logsIn folder: (@Sendable (PlannedRun) -> URL)? = nil, board: CallBoard? = nil,
    write: @escaping @Sendable (String) -> Void
  ) {
    self.style = style
    self.subject = subject.isEmpty ? "" : subject + "  "
    self.folder = folder
    self.board = board
    self.write = write
  }

  /// Some runs are to be trained.
  package func begin(_ runs: [PlannedRun]) {
    state.withLock {
      $0.toTrain = runs.count
      $0.started = .now
    }
  }

  /// No more is to be told.
  package func end() {
    state.withLock { clear(&$0) }
  }

  /// Follows one run.
  package func observer(of run: PlannedRun) -> any TrainingObserver { RunObserver(run, self) }

  /// Takes what happens to a run: shows it, and adds it to the run's log.
  func happened(_ event: RunEvent, to run: PlannedRun) {
    if let folder { RunLog(in: folder(run)).add(event) }
    state.withLock { state in
      switch event {
      case .finished, .failed:
        state.active[run.identity] = nil
        state.order.removeAll { $0 == run.identity }
        state.done += 1
        tellBoard(&state)
      // a live line tells of epochs
      case .epoch where style == .live, .resumed where style == .live: return
      case .epoch, .resumed, .stopped, .noted: break
      }
      clear(&state)
      let left = secondsLeft(state), name = run.specification.shortName
      if style == .json {
        write(event.json(of: run, done: min(state.done, state.toTrain), total: state.toTrain, secondsLeft: left) + "\n")
        return
      }
      let time = left.map { "  \(Self.readable(seconds: $0)) left" } ?? ""
      switch event {
      case .finished: write("  \(subject)\(state.place)  \(name)  \(event.text)\(time)\n")
      case .failed: write("  \(subject)\(state.place)  \(name)  \(event.text)\n")
      case .epoch: write("  \(subject)\(name)  \(event.text)\(time)\n")
      case .resumed, .stopped, .noted: write("  \(subject)\(name)  \(event.text)\n")
      }
    }
  }

  fileprivate func update(_ run: PlannedRun, _ update: Int, of updates: Int, loss: Double) {
    state.withLock { state in
      if state.active[run.identity] == nil { state.order.append(run.identity) }
      state.active[run.identity] = Active(run: run, update: update, updates: updates, loss: loss)
      if ContinuousClock.now - state.told > .seconds(1) { tellBoard(&state) }
      guard style == .live, ContinuousClock.now - state.drawn > .milliseconds(100) else { return }
      state.drawn = .now
      let share = overall(state)
      let filled = Int(share * 20)
      let bar = String(repeating: "━", count: filled) + String(repeating: " ", count: 20 - filled)
      let left = secondsLeft(state).map { Self.readable(seconds: $0) + " left" } ?? ""
      let runs = state.order.compactMap { state.active[$0] }.map { active in
        "\(active.run.specification.shortName) epoch \(active.epoch)/\(active.epochs) loss \((active.loss * 1000).rounded() / 1000)"
      }
      write(
        "\r\u{1B}[K  \(subject)\(bar) \(Int(share * 100))%  \(left)  \(runs.joined(separator: " · "))".prefixed(
          columns: Self.width))
      state.isLive = true
    }
  }

  private func tellBoard(_ state: inout State) {
    guard let board else { return }
    state.told = .now
    let active = state.order.compactMap { state.active[$0] }
    guard let first = active.first?.run.specification else { return }
    board.tell(
      CallStatus(
        experiment: first.experiment, profile: first.profile.rawValue, done: min(state.done, state.toTrain), total: state.toTrain,
        secondsLeft: secondsLeft(state), started: state.began,
        runs: active.map {
          CallStatus.Run(
            name: $0.run.specification.shortName, update: $0.update, updates: $0.updates, epoch: $0.epoch, epochs: $0.epochs,
            loss: $0.loss.isFinite ? $0.loss : nil)
        }))
  }

  private func overall(_ state: State) -> Double {
    let parts = state.active.values.map(\.fraction).sorted().reduce(Double(state.done), +)
    return state.toTrain == 0 ? 1 : min(1, parts / Double(state.toTrain))
  }

  /// Nil where there is too little to tell it from, and where all is done.
  private func secondsLeft(_ state: State) -> Double? {
    let share = overall(state)
    guard share > 0.01, share < 1 else { return nil }
    let elapsed = (ContinuousClock.now - state.started).seconds
    return elapsed / share - elapsed
  }

  /// `48 s`, `12 min`, `3.5 h`, `620 days`
  package static func readable(seconds: Double) -> String {
    switch seconds {
    case ..<90: "\(Int(max(0, seconds).rounded())) s"
    case ..<5400: "\(Int((seconds / 60).rounded())) min"
    case ..<172_800: "\((seconds / 360).rounded() / 10) h"
    case ..<8_640_000_000: "\(Int((seconds / 86_400).rounded())) days"
    default: "more than 100000 days"
    }
  }

  private func clear(_ state: inout State) {
    guard state.isLive else { return }
    write("\r\u{1B}[K")
    state.isLive = false
  }

  private static let width: Int = {
    var size = winsize()
    return ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 20 ? Int(size.ws_col) : 100
  }()
}

private final class RunObserver: TrainingObserver {
  private let run: PlannedRun
  private let progress: RunProgress
  private var hasBegun = false

  init(_ run: PlannedRun, _ progress: RunProgress) {
    self.run = run
    self.progress = progress
  }

  func didUpdate(_ result: StepResult, updates: Int, total: Int) {
    if !hasBegun, updates > 1 { progress.happened(.resumed(updates: updates - 1), to: run) }
    hasBegun = true
    progress.update(run, updates, of: total, loss: Double(result.taskLoss))
  }

  func didFinishEpoch(_ epoch: TrainingHistory.Epoch, number: Int) {
    progress.happened(.epoch(epoch, number: number, of: run.specification.training.epochs), to: run)
  }
}

extension String {
  /// At most so many columns, not counting the escape that clears the line.
  fileprivate func prefixed(columns: Int) -> String { String(prefix(columns + 3)) }
}
