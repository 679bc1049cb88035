// Seeds of a manifest: a list, or two that are crossed; their runs, their narrowing, and every mistake with its place.
import Settings
import Testing

@testable import Manifests

@Suite("Seeds of a manifest")
struct SeedReaderTests {
  private static func manifest(_ seeds: String, more: String = "") -> String {
    "id: m\nmodel: x\nrecipe: plain\ntasks: [rte]\nseeds: \(seeds)\nmethods: [lora, fft]\n\(more)profiles: {pocket: {}}\n"
  }

  private func experiment(_ seeds: String, more: String = "") throws -> Experiment {
    try TestFolder.manifest(Self.manifest(seeds, more: more)).load().experiment(.pocket)
  }

  private func complaint(_ seeds: String, more: String = "") throws -> String {
    try TestFolder.manifest(Self.manifest(seeds, more: more)).complaint()
  }

  @Test("two lists are crossed, and every row has every combination")
  func crossed() throws {
    let experiment = try experiment("{init: [0, 1], order: [0, 2, 1]}")
    #expect(experiment.seeds.map(\.description) == ["0", "0x2", "0x1", "1x0", "1x2", "1"])
    #expect(
      experiment.runs.map(\.shortName)
        == ["lora", "fft"].flatMap { row in
          [
            "\(row) rte seed 0", "\(row) rte init 0 order 2", "\(row) rte init 0 order 1", "\(row) rte init 1 order 0",
            "\(row) rte init 1 order 2", "\(row) rte seed 1",
          ]
        })
  }

  @Test("one list is as it was, and a combination of equal seeds is the run of that list")
  func plain() throws {
    let plain = try experiment("[0, 1]"), crossed = try experiment("{order: [1, 0], init: [0, 1]}")
    #expect(plain.seeds == [0, 1])
    for run in plain.runs {
      let same = try #require(crossed.runs.first { $0.row == run.row && $0.seed == run.seed })
      #expect(same == run && same.identityJSON == run.identityJSON)
    }
    #expect(Set(crossed.runs.map(\.identityJSON)).count == 8)
    let apart = try #require(crossed.runs.first { $0.seed.description == "0x1" })
    #expect(apart.identityJSON.contains(#""seed":{"init":0,"order":1}"#), "\(apart.identityJSON)")
  }

  @Test("a profile may have seeds of another kind")
  func profiles() throws {
    let folder = try TestFolder.manifest(
      Self.manifest("[0]").replacing("{pocket: {}}", with: "{pocket: {seeds: {init: [0, 1], order: [5, 6]}}, small: {}}"))
    let manifest = try folder.load()
    #expect(try manifest.experiment(.pocket).seeds.map(\.description) == ["0x5", "0x6", "1x5", "1x6"])
    #expect(try manifest.experiment(.small).seeds == [0])
  }

  @Test("a combination is named by its two numbers, and narrows as any seed")
  func narrowing() throws {
    let experiment = try experiment("{init: [0, 1], order: [0, 1]}")
    let part = try experiment.part(Narrowing(methods: ["lora"], seeds: [RunSeed(initialization: 0, order: 1), 1]))
    #expect(part.runs.map(\.seed.description) == ["0x1", "1"] && !part.seeds.areCrossed)
    let error = try #require(throws: ManifestError.self) {
      try experiment.part(Narrowing(seeds: [RunSeed(initialization: 0, order: 2)]))
    }
    #expect("\(error)".contains("seed '0x2' is not in this manifest. (known: 0, 0x1, 1x0, 1)"), "\(error)")
  }

  @Test("mistakes are said with their place")
  func problems() throws {
    let example = "'{init: [0, 1, 2], order: [0, 1, 2]}'"
    for (seeds, message) in [
      (
        "{order: [0, 1]}",
        "m.yaml:5:1: 'seeds' lacks 'init': a mapping has both axes, as in \(example). One list, as in '[0, 1, 2]', varies both at once."
      ),
      (
        "{init: [0, 1]}",
        "m.yaml:5:1: 'seeds' lacks 'order': a mapping has both axes, as in \(example). One list, as in '[0, 1, 2]', varies both at once."
      ),
      ("{init: [0, 1], ordr: [0]}", "m.yaml:5:23: 'ordr' is not a key of 'seeds'. Did you mean 'order'? (known: init, order)"),
      ("{init: [0, 1, 0], order: [0]}", "m.yaml:5:22: '0' stands twice in 'init'."),
      ("{init: [0, 1], order: [2, 02]}", "m.yaml:5:34: seed 2 stands twice in 'order'."),
      ("{init: 0, order: [0]}", "m.yaml:5:15: 'init' must be a list, but is '0'. Write [0]."),
      ("{init: [], order: [0]}", "m.yaml:5:15: 'init' is an empty list."),
      ("{init: [-1, 0], order: [0]}", "m.yaml:5:16: a seed must be a whole number of at least 0, but is '-1'."),
      (
        "[0, 0x1]",
        "m.yaml:5:12: a seed must be a whole number of at least 0, but is '0x1'. A manifest crosses two lists, as in \(example)."
      ),
    ] {
      let complaint = try complaint(seeds)
      #expect(complaint.contains(message + "\n"), "\(complaint)")
    }
  }

  @Test("a short text does not ask for more than can be counted")
  func many() throws {
    let list = "[" + (0..<400).map(String.init).joined(separator: ", ") + "]"
    let complaint = try complaint("{init: \(list), order: \(list)}")
    #expect(complaint.hasPrefix("m.yaml:5:1: 'seeds' has 400 × 400 combinations; 100000 is the limit.\n"), "\(complaint)")
  }

  @Test("a figure of one seed may be of a combination, and one of shares needs all of them")
  func figures() throws {
    let more = "figures: [variance-shares, {learning-curves: {task: rte, seed: 0x1}}]\n"
    let found = try experiment("{init: [0, 1], order: [0, 1]}", more: more).figures
    #expect(found.map(\.kind) == [.varianceShares, .learningCurves] && found.map(\.seeds.count) == [4, 1])
    #expect(found[1].seeds == [RunSeed(initialization: 0, order: 1)])
    #expect(
      try complaint("[0, 1]", more: "figures: [variance-shares]\n").hasPrefix(
        "m.yaml:7:11: variance-shares needs crossed seeds, two or more of each axis: '{init: [0, 1, 2], order: [0, 1, 2]}'.\n"))
    #expect(
      try complaint("{init: [0, 1], order: [0]}", more: "figures: [{rank-map: {row: lora, seed: 0x1}}]\n").hasPrefix(
        "m.yaml:7:40: 'seed' must be one of the manifest's seeds, but is '0x1'. (seeds: 0, 1x0)\n"))
  }

  @Test("a call may ask for combinations beyond the manifest's, and the table's name says them")
  func overrides() throws {
    let folder = try TestFolder.manifest(Self.manifest("[0, 1]"))
    func experiment(_ name: String, _ seeds: [RunSeed]? = nil) throws -> Experiment {
      try ExperimentFolder(path: folder.path).manifest(named: name, overrides: Overrides(seeds: seeds), methods: .test)
        .experiment(.pocket)
    }
    let seeds: [RunSeed] = [RunSeed(initialization: 0, order: 1), 1]
    let asked = try experiment("m", seeds)
    #expect(asked.id == "m+seeds=0x1,1" && asked.callName == asked.id && asked.seeds == seeds)
    #expect(try experiment("m+seeds=0x1,1") == asked)
    #expect(try experiment("m+seeds=0x1,1", [1]).id == asked.id, "beside them --seeds chooses among them")
    for name in ["m+seeds=0x", "m+seeds=0x1,0x1", "m+seeds=1x1"] {
      #expect(throws: ManifestError.self, "\(name)") { try experiment(name) }
    }
  }
}
