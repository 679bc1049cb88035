// What training costs as pictures.
import Foundation
import Records
import Storage
import Testing

@testable import Reporting

@Suite struct CostFigureTests {
  @Test func costsAreSharesOfTheLargestOverTasksThatAllRowsHave() throws {
    let runs = try MadeUpRuns(tasks: "[rte, mrpc]", seeds: "[0]", figure: "cost-bars")
    try runs.store(
      "lora", "rte", tensors: ["training/floating_point_operations": .steps([100, 300]), "training/tokens": .steps([1, 1])],
      seconds: 2,
      parameters: 500, memory: 4 << 20)
    try runs.store(
      "aflora", "rte",
      tensors: ["training/floating_point_operations": .steps([4000, 4000]), "training/tokens": .steps([10, 10])],
      seconds: 1, parameters: 250, memory: 2 << 20)
    try runs.store(
      "lora", "mrpc", tensors: ["training/floating_point_operations": .steps([900]), "training/tokens": .steps([1])], seconds: 9,
      parameters: 500, memory: 9 << 20)
    let (made, missing) = try runs.made()
    let figure = try #require(made)
    #expect(missing == ["aflora, mrpc, seed 0: missing"])
    #expect(figure.subtitle == "means over rte, time as measured on 1 thread · pocket profile · without 1 of its 4 runs")
    #expect(figure.columns == 2 && figure.panels.allSatisfy { $0.kind == .bars && $0.series.map(\.name) == ["LoRA", "AFLoRA"] })
    #expect(
      figure.panels.map(\.title) == [
        "time per token; 1 is 3.12 ms", "operations per token; 1 is 400", "trainable parameters; 1 is 500",
        "peak memory; 1 is 4.00 MiB",
      ])
    #expect(
      figure.panels.map { $0.series.map(\.points) }
        == [(1, 0.5), (0.5, 1), (1, 0.5), (1, 0.5)].map { lora, aflora in
          [lora, aflora].map { [FigurePoint(0, $0, text: $0 == 1 ? "1.00" : "0.50")] }
        })
    #expect(figure.panels.allSatisfy { $0.x == FigureAxis(name: "share of the largest", start: 0, end: 1) })
    #expect(
      figure.data.csv == """
        row,label,quantity,value,share_of_largest
        lora,LoRA,seconds_per_token,0.003125,1.0
        lora,LoRA,operations_per_token,200.0,0.5
        lora,LoRA,trainable_parameters,500.0,1.0
        lora,LoRA,peak_memory_bytes,4194304.0,1.0
        aflora,AFLoRA,seconds_per_token,0.0015625,0.5
        aflora,AFLoRA,operations_per_token,400.0,1.0
        aflora,AFLoRA,trainable_parameters,250.0,0.5
        aflora,AFLoRA,peak_memory_bytes,2097152.0,0.5

        """)
  }

  @Test func withoutTimingsThereIsNothingToCompare() throws {
    let runs = try MadeUpRuns(seeds: "[0]", figure: "cost-bars")
    try runs.store("lora", tensors: ["training/floating_point_operations": .steps([1]), "training/tokens": .steps([1])])
    #expect(try runs.made().figure == nil)
  }

  @Test func curvesAreStepByStepInAReadableUnit() throws {
    let runs = try MadeUpRuns(figure: "cost-curves: {task: rte}")
    for row in ["lora", "aflora"] {
      try runs.store(
        row,
        tensors: [
          "training/floating_point_operations": .steps([2e10, 1e10]), "training/trainable_parameters": .steps([900, 0]),
        ])
    }
    let figure = try runs.figure()
    let step = FigureAxis.steps(2)
    #expect(
      figure.panels == [
        FigurePanel(
          kind: .lines, x: step, y: FigureAxis(name: "operations per step", unit: "10⁹", start: 0),
          series: ["LoRA", "AFLoRA"].map { FigureSeries(name: $0, points: [FigurePoint(1, 20), FigurePoint(2, 10)]) }),
        FigurePanel(
          kind: .lines, x: step, y: FigureAxis(name: "trainable parameters", start: 0),
          series: ["LoRA", "AFLoRA"].map { FigureSeries(name: $0, points: [FigurePoint(1, 900), FigurePoint(2, 0)]) }),
      ])
  }

  @Test func aResumedRunsStepsAreInTheirPlaces() {
    func timing(_ segments: (first: Int, seconds: [Double]?)...) -> TimingRecord {
      TimingRecord(
        identity: "",
        segments: segments.map { first, seconds in
          TimingSegment(
            started: "", firstStep: first, lastStep: 9, trainingSeconds: 1, evaluationSeconds: 0, otherSeconds: 0, tokens: 1,
            peakMemoryBytes: 1, threads: 1, stepSeconds: seconds)
        })
    }
    let seconds = timing((0, [9, 1, 2, 3]), (2, [8, 5])).secondsByStep
    #expect(seconds?.map { $0.isNaN ? -1 : $0 } == [-1, 1, -1, 5])
    #expect(timing((0, nil)).secondsByStep == nil)
    #expect(timing((0, [1]), (3, [1])).secondsByStep == nil)
    #expect(timing((-1, [1])).secondsByStep == nil)
    #expect(timing().secondsByStep == nil)
  }

  @Test func timesAreDrawnWhereEachStepWasMeasured() {
    func curve(_ seconds: [Double]?) -> CostCurve {
      CostCurve(label: "LoRA", operations: [1, 2], parameters: [1, 1], seconds: seconds)
    }
    #expect(CostCurvesFigure.panels([curve([0.5, 0.25]), curve(nil)]).count == 2)
    let panels = CostCurvesFigure.panels([curve([0.5, 0.25])])
    #expect(panels.count == 3)
    #expect(panels[2].y.label == "time per step (s)")
    #expect(panels[2].series == [FigureSeries(name: "LoRA", points: [FigurePoint(1, 0.5), FigurePoint(2, 0.25)])])
  }
}
