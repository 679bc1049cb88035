// The commands that the report page names: what makes a table, or one of its runs, again.
import Manifests
import Records
import Settings

enum PageCommand {
  /// What trains the runs of an experiment that are missing.
  static func run(_ experiment: Experiment) -> String { training(experiment) + name(experiment) + inputs(experiment.profile) }

  /// What trains one run that is missing.
  static func run(_ run: RunSpecification, of experiment: Experiment) -> String {
    training(experiment) + name(experiment) + cell(run) + inputs(experiment.profile)
  }

  /// What trains one run again and compares it with its record.
  static func rerun(_ run: RunSpecification, of experiment: Experiment) -> String {
    "lowrank rerun " + name(experiment) + cell(run) + inputs(experiment.profile)
  }

  /// What draws an experiment's figures.
  static func figure(_ experiment: Experiment) -> String { "lowrank figure " + name(experiment) }

  private static func training(_ experiment: Experiment) -> String {
    experiment.search == nil ? "lowrank run " : "lowrank tune "
  }

  private static func name(_ experiment: Experiment) -> String {
    // a name of other settings is made of the command's own words, which are quoted already
    experiment.callName + (experiment.profile == .pocket ? "" : " --profile \(experiment.profile.rawValue)")
  }

  private static func cell(_ run: RunSpecification) -> String {
    " --methods \(quoted(run.row)) --tasks \(quoted(run.task.id)) --seeds \(run.seed)"
  }

  /// What a profile cannot do without and only the reader knows.
  private static func inputs(_ profile: Profile) -> String {
    switch profile {
    case .pocket: ""
    case .small: " --data FOLDER"
    case .paper: " --model FOLDER --data FOLDER"
    }
  }

  /// A word as a shell takes it.
  static func quoted(_ word: String) -> String {
    let isPlain =
      !word.isEmpty
      && word.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || "=,.-_+/".utf8.contains(byte)
      }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
  }
}
