// The file of what a search found: YAML that people read, sealed so that nobody takes an edited rate for a found one.
import Settings
import Storage

extension TunedSettings {
  /// The folder of such files, beside the recipes' folder.
  package static let folderName = "tuned"
  /// What stands for the score of a run that diverged.
  static let diverged = "diverged"
  /// What stands for the winner of a method that has none.
  static let none = "none"
  /// What the last line begins with.
  static let sealKey = "seal: "

  /// The file's text. Equal outcomes are equal bytes.
  package var text: String { Self.sealed(lines.joined(separator: "\n") + "\n") }

  /// Lines with the seal that fits them below.
  package static func sealed(_ body: String) -> String { body + sealKey + FileDigest.sha256(of: Array(body.utf8)) + "\n" }

  private var lines: [String] {
    func flow(_ items: [String]) -> String { "[" + items.joined(separator: ", ") + "]" }
    func mapping(_ entries: [(String, String)]) -> String { "{" + entries.map { "\($0): \($1)" }.joined(separator: ", ") + "}" }
    func values(_ candidate: Candidate) -> [(String, String)] { zip(settings, candidate.values.map(\.readable)).map { ($0, $1) } }
    let heading = [
      "# What `lowrank tune \(search)` found, written by the program. Recipes name it as 'tuned: \(search)'.",
      "# A candidate's score is the mean over tasks of the mean over seeds, on validation rows; the best wins, of equals the lower.",
      "# The seal is of all lines above it: an edited file is refused. Values by hand stand in a manifest's rows.",
      "search: \(search)", "digest: \(digest)", "statement: \(statement)", "profile: \(profile.rawValue)",
      "model: " + mapping([("name", Self.quoted(model.name)), ("digest", model.digest), ("tokenizer", model.tokenizer)]),
      "numerics: \(numericsVersion)", "programs: " + flow(programs.map(Self.quoted)), "epoch: \(epoch.rawValue)",
      "settings: " + flow(settings), "seeds: " + flow(seeds.map(\.description)), "tasks:",
    ]
    let tasks = tasks.map { task in
      // as in a run's specification, what is at its default is left out
      "  \(task.id): "
        + mapping(
          [("metric", task.metric), ("sets", flow(task.sets.map(Self.quoted)))]
            + (task.split == .validation ? [] : [("split", task.split.rawValue)])
            + (task.retentionText.map { [("retention_text", Self.quoted($0))] } ?? []) + [("data", task.data)])
    }
    let methods = methods.flatMap { method in
      ["  \(method.id):", "    winner: " + (method.winner.map { mapping(values($0)) } ?? Self.none), "    candidates:"]
        + method.candidates.map { candidate in
          let scores = zip(self.tasks, candidate.scores).map { task, scores in
            (task.id, flow(scores.map { $0.map(JSONValue.text) ?? Self.diverged }))
          }
          return "      - " + mapping(values(candidate) + [("scores", mapping(scores))])
        }
    }
    return heading + tasks + ["methods:"] + methods
  }

  /// A text in double quotes, which YAML reads as JSON does.
  private static func quoted(_ text: String) -> String { JSONValue.text(text).compact }
}
