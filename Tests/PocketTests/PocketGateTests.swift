// The gate's verdict on made-up numbers.
import Testing

@testable import Pocket

@Suite("The gate of the pocket profile")
struct PocketGateTests {
  private func task(
    _ name: String, tuned: [Double] = [84, 86, 85], untrained: [Double] = [50, 52, 51], probe: Double = 70, bag: Double = 52,
    chance: Double = 50
  ) -> PocketGate.Measurement {
    PocketGate.Measurement(
      task: name, metric: "accuracy", tuned: tuned,
      baselines: [
        .init("random weights", untrained, margin: 8), .init("probe", [probe], margin: 8), .init("bag of words", [bag], margin: 8),
        .init("chance", [chance], margin: 20),
      ])
  }

  private func wide(_ name: String) -> PocketGate.Spread {
    PocketGate.Spread(task: name, rows: [[80, 81], [70, 71], [75, 76]])
  }

  private static let others = ["cola", "stsb", "qqp", "qnli", "mnli"]

  @Test("eight good tasks and a wide table pass")
  func passes() {
    let names = PocketGate.Terms.labels.required + Self.others
    let gate = PocketGate(names.map { task($0) }, spreads: names.map(wide), terms: .labels)
    #expect(gate.isPassed)
    #expect(
      gate.conditions.map(\.text) == [
        "8 of 8 tasks pass (7 needed)", "mrpc, rte, sst2 are among them", "no task is below a baseline",
        "full fine-tuning deviates by at most 5 points over seeds",
        "PEFT rows but the worst differ by more than twice their deviation over seeds on 8 of 8 tasks (5 needed)",
      ])
  }

  @Test("one task may miss, as long as it is above every baseline and is not a required one")
  func mayMiss() {
    let weak = task("cola", probe: 80)
    func gate(_ names: [String], _ more: [PocketGate.Measurement]) -> Bool {
      PocketGate(names.map { task($0) } + more, spreads: [], terms: .labels).isPassed
    }
    let seven = PocketGate.Terms.labels.required + ["stsb", "qqp", "qnli", "mnli"]
    #expect(gate(seven, [weak]))
    #expect(!gate(seven, [task("cola", probe: 85.1)]))
    #expect(!gate(PocketGate.Terms.labels.required + ["stsb", "qqp", "qnli"], [weak, task("mnli", probe: 80)]))
    #expect(!gate(["mrpc", "rte", "stsb", "qqp", "qnli", "mnli", "cola"], [task("sst2", bag: 80)]))
  }

  @Test("scores that differ by more than five points over seeds fail the gate, whatever their mean")
  func deviation() {
    let names = PocketGate.Terms.labels.required + Self.others.dropLast()
    func gate(_ terms: PocketGate.Terms) -> PocketGate {
      PocketGate(names.map { task($0) } + [task("mnli", tuned: [79, 90, 85])], spreads: [], terms: terms)
    }
    #expect(!gate(.labels).isPassed)
    #expect(gate(.labels).markdown.contains("- **misses**: full fine-tuning deviates by at most 5 points over seeds: mnli 5.5\n"))
    #expect(gate(.texts).isPassed)
  }

  @Test("where labels are wrong on purpose, right answers are the ceiling, and two points below it there is no room")
  func ceiling() {
    func misses(_ tuned: Double) -> [String] {
      PocketGate.Measurement(task: "rte", metric: "accuracy", tuned: [tuned], baselines: [], ceiling: 94.5).misses
    }
    #expect(misses(92.4) == [] && misses(92.6) == ["92.6 is above 92.5"])
    let measured = PocketGate.Measurement(task: "rte", metric: "accuracy", tuned: [80], baselines: [], ceiling: 94.5)
    #expect(PocketGate([measured], spreads: [], terms: .labels).markdown.hasPrefix("| task (metric) | fft | ceiling | verdict |"))
  }

  @Test("every miss is told")
  func misses() {
    #expect(task("rte").misses == [])
    #expect(
      task("rte", tuned: [60, 60], untrained: [61.04, 61.04], probe: 55.5, bag: 52, chance: 50).misses == [
        "−1.0 over random weights (8 needed)", "+4.5 over probe (8 needed)", "+10.0 over chance (20 needed)",
      ])
    #expect(task("rte", tuned: [98, 97]).misses == ["97.5 is above 97.0"])
    #expect(task("rte", tuned: [98, .nan]).misses == ["a run of fft has no score"])
    #expect(task("rte", untrained: [.nan, 50]).misses == ["no score for random weights"])
    #expect(task("rte", tuned: [.nan]).isBelowBaseline)
  }

  @Test("a spread is wide when it exceeds twice the seeds' pooled deviation")
  func spread() {
    let values = PocketGate.Spread(task: "rte", rows: [[80, 82], [77, 79]]).values(without: 0)
    #expect(values?.spread == 3)
    #expect(abs((values?.deviation ?? 0) - 2.0.squareRoot()) < 1e-12)
    #expect(PocketGate.Spread(task: "rte", rows: [[80, 82], [77, 79]]).isWide(without: 0))
    #expect(!PocketGate.Spread(task: "rte", rows: [[80, 82], [78, 80]]).isWide(without: 0))
    #expect(PocketGate.Spread(task: "rte", rows: [[80], [70]]).values(without: 0) == nil)
    #expect(PocketGate.Spread(task: "rte", rows: [[80, 81]]).values(without: 0) == nil)
    #expect(PocketGate.Spread(task: "rte", rows: [[80, 81], [80, .nan]]).values(without: 0) == nil)
  }

  @Test("the worst row can be left out: one that learns nothing makes no spread")
  func spreadWithoutWorst() {
    let rows: [[Double]] = [[80, 82], [0, 0], [77, 79]]
    let spread = PocketGate.Spread(task: "e2e", rows: rows)
    #expect(spread.values(without: 0)?.spread == 81)
    #expect(spread.values(without: 1)?.spread == 3)
    #expect(abs((spread.values(without: 1)?.deviation ?? 0) - 2.0.squareRoot()) < 1e-12)
    #expect(PocketGate.Spread(task: "e2e", rows: [[80, 82], [0, 0]]).values(without: 1) == nil)
    #expect(PocketGate.Spread(task: "e2e", rows: [[80, 82], [.nan, 0], [77, 79]]).values(without: 1) == nil)
  }

  @Test("the gate of texts: three of four tasks, any distance to what needs no learning")
  func texts() {
    func text(_ name: String, template: Double) -> PocketGate.Measurement {
      PocketGate.Measurement(
        task: name, metric: "BLEU", tuned: [70, 72],
        baselines: [.init("random weights", [5, 7], margin: 8), .init("template", [template], margin: 0)])
    }
    let names = ["e2e", "dart", "dialogsum"], good = names.map { text($0, template: 70.9) }, bad = text("gsm8k", template: 71)
    let spreads = names.map { PocketGate.Spread(task: $0, rows: [[80, 81], [70, 71], [1, 2]]) }
    let gate = PocketGate(good + [bad], spreads: spreads, terms: .texts)
    #expect(bad.misses == ["+0.0 over template"])
    #expect(
      gate.conditions.map(\.text) == [
        "3 of 4 tasks pass (3 needed)",
        "PEFT rows but the worst differ by more than twice their deviation over seeds on 3 of 3 tasks (2 needed)",
      ])
    #expect(gate.isPassed)
    #expect(!PocketGate(Array(good.dropFirst()) + [bad], spreads: spreads, terms: .texts).isPassed)
    #expect(!PocketGate(good, spreads: Array(spreads.prefix(1)), terms: .texts).isPassed)
    // two rows may be kin
    let kin = PocketGate(good, spreads: [PocketGate.Spread(task: "mrpc", rows: [[80, 81], [70, 71]])], terms: .labels)
    #expect(kin.spreads.isEmpty)
    let few = PocketGate(good, spreads: [PocketGate.Spread(task: "e2e", rows: [[80, 81], [70, 71]])], terms: .texts)
    #expect(
      few.markdown.contains(
        "- not judged: whether PEFT rows differ by more than seeds do; that takes 3 of them or more, of two seeds each, as "
          + "`make generation-table1` trains\n"))
    #expect(few.markdown.hasPrefix("| task (metric) | fft | random weights | template | verdict |\n|---|--:|--:|--:|---|\n"))
  }

  @Test("the report in full")
  func report() {
    let gate = PocketGate(
      [task("mrpc"), task("rte", tuned: [60, 62, 61], probe: 64.25), task("sst2", tuned: [.nan, 70, 71])],
      spreads: [wide("mrpc"), PocketGate.Spread(task: "rte", rows: [[60, 64], [61, 63], [62, 62]])], terms: .labels)
    #expect(
      gate.markdown == """
        | task (metric) | fft | random weights | probe | bag of words | chance | verdict |
        |---|--:|--:|--:|--:|--:|---|
        | mrpc (accuracy) | 85.0 ± 1.0 | 51.0 ± 1.0 | 70.0 | 52.0 | 50.0 | pass |
        | rte (accuracy) | 61.0 ± 1.0 | 51.0 ± 1.0 | 64.3 | 52.0 | 50.0 | **miss**: −3.3 over probe (8 needed); +11.0 over chance (20 needed) |
        | sst2 (accuracy) | no score | 51.0 ± 1.0 | 70.0 | 52.0 | 50.0 | **miss**: a run of fft has no score |

        | PEFT rows but the worst | spread of means | deviation over seeds | verdict |
        |---|--:|--:|---|
        | mrpc | 5.0 | 0.7 | wide |
        | rte | 0.0 | 1.0 | **narrow** |

        - **misses**: 1 of 3 tasks pass (7 needed)
        - **misses**: mrpc, rte, sst2 are among them: rte, sst2 missing
        - **misses**: no task is below a baseline: rte, sst2
        - **misses**: full fine-tuning deviates by at most 5 points over seeds: sst2 has none
        - **misses**: PEFT rows but the worst differ by more than twice their deviation over seeds on 1 of 2 tasks (5 needed)

        The gate is **not** passed.

        """)
    #expect(
      PocketGate([], spreads: [], terms: .labels).markdown.contains(
        "- not judged: whether PEFT rows differ by more than seeds do; that takes 3 of them or more, of two seeds each, as `make table1` "
          + "trains\n"))
  }
}
