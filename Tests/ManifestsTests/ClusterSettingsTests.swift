import Testing

@testable import Manifests

@Suite("A cluster's settings")
struct ClusterSettingsTests {
  private func read(_ text: String) throws -> ClusterSettings {
    let folder = try TestFolder(["slurm.yaml": text])
    return try withExtendedLifetime(folder) { try ClusterSettings(path: folder.path + "/slurm.yaml") }
  }

  /// The problems of a text, without the file's name.
  private func problems(_ text: String) throws -> [String] {
    let folder = try TestFolder(["slurm.yaml": text]), file = folder.path + "/slurm.yaml"
    let error = #expect(throws: ManifestError.self) { try ClusterSettings(path: file) }
    return error?.problems.map { "\($0)".replacing(file + ":", with: "") } ?? []
  }

  @Test("every key has its place, and what is not given its default")
  func keys() throws {
    let settings = try read(
      """
      partition: long,short
      account: nlp_group
      qos: normal
      constraint: "[avx512|zen4]&ib"
      most_minutes: 1440
      least_minutes: 20
      time_factor: 2.5
      memory_factor: 2
      gpus_per_task: 1
      setup: [module load hdf5, export OMP_NUM_THREADS=1, module load hdf5]
      container: apptainer exec --nv ~/lowrank.sif
      options: [--exclude=node7]
      """)
    #expect(settings.partition == "long,short" && settings.account == "nlp_group" && settings.qos == "normal")
    #expect(settings.constraint == "[avx512|zen4]&ib" && settings.mostMinutes == 1440 && settings.leastMinutes == 20)
    #expect(settings.timeFactor == 2.5 && settings.memoryFactor == 2 && settings.gpusPerTask == 1)
    #expect(settings.setup == ["module load hdf5", "export OMP_NUM_THREADS=1", "module load hdf5"])
    #expect(settings.container == "apptainer exec --nv ~/lowrank.sif" && settings.options == ["--exclude=node7"])
    let one = try read("partition: debug\n")
    var expected = ClusterSettings()
    expected.partition = "debug"
    #expect(one == expected && one.timeFactor == 3 && one.memoryFactor == 1.5 && one.leastMinutes == 10 && one.mostMinutes == nil)
  }

  @Test("what is no key, and what a script would take for something else, is a problem with its place")
  func refused() throws {
    #expect(
      try problems("partion: long\ntime_factor: 0.5\nsetup: module load hdf5\noptions: [exclude, \"--a b\"]\n") == [
        "1:1: 'partion' is not a key of a cluster's settings. Did you mean 'partition'? (known: partition, account, qos, "
          + "constraint, most_minutes, least_minutes, time_factor, memory_factor, gpus_per_task, setup, container, options)",
        "2:14: 'time_factor' must be a number from 1 to 100, but is '0.5'.",
        "3:8: 'setup' must be a list of texts, but is 'module load hdf5'.",
        "4:11: 'options' holds 'exclude', expected further options of sbatch, each from its dashes on, as '--exclude=node7'.",
        "4:20: 'options' holds the text '--a b', expected further options of sbatch, each from its dashes on, as '--exclude=node7'.",
      ])
    #expect(
      try problems("account: \"a b\"\nqos: \"--x\"\npartition: \"a\\n#SBATCH\"\nsetup: [\"a\\nb\"]\nmost_minutes: 5\n") == [
        "1:10: 'account' must be letters, digits, '-', '_', '.' and ',', but is 'a b'.",
        "2:6: 'qos' must be letters, digits, '-', '_', '.' and ',', but is '--x'.",
        "3:12: 'partition' must be letters, digits, '-', '_', '.' and ',', but is 'a\n#SBATCH'.",
        "4:9: 'setup' must hold single lines, but one has several.",
        "5:15: 'most_minutes' is 5, fewer than 'least_minutes', which is 10.",
      ])
  }

  @Test("a file that is named must be there")
  func missing() throws {
    let error = #expect(throws: ManifestError.self) { try ClusterSettings(path: "/nowhere/slurm.yaml") }
    #expect(error?.description == "/nowhere/slurm.yaml: cannot be read: there is no such file, or it may not be read.")
  }
}
