// Every key that a manifest, a recipe, a task or a figure may have, from the lists that reading goes by: for a terminal and, being
// Markdown, for a page.
import Settings

/// The keys of one kind of mapping in YAML.
package struct KeyReference: Sendable, Equatable {
  /// The name on the command line.
  package let part: String
  /// Where these keys stand, a line or two.
  let place: String
  /// A line for each key.
  let lines: String

  /// A heading, the place, and a line for each key.
  package var text: String { "## \(part)\n\n\(place)\n\n\(lines)" }

  /// Every part, in the order in which a manifest meets them.
  package static var all: [KeyReference] {
    [
      KeyReference(
        part: "manifest",
        place: "`experiments/<id>.yaml`. All but `id`, `aliases`, `paper` and `profiles` may be given anew under a profile: "
          + "`profiles: {pocket: {seeds: [0]}}`.", lines: ManifestReader.keyReference),
      KeyReference(part: "tune", place: GridReader.keyPlace, lines: GridReader.keyReference),
      KeyReference(
        part: "training",
        place:
          "Settings of every run: `training` of a manifest, `defaults` of a recipe, or a method's row; each of them also by task: "
          + "`training: {epochs: 5, tasks: {rte: {epochs: 8}}}`.",
        lines: TrainingSettings.keys.map { $0.schema.reference(isRequired: $0.isRequired) }.joined()),
      KeyReference(
        part: "report", place: "`report` of a manifest: what its table shows.", lines: ReportSettings.form(tasks: []).reference),
      KeyReference(part: "figures", place: FigureReader.keyPlace, lines: FigureReader.keyReference),
      KeyReference(
        part: "recipe", place: "`experiments/recipes/<name>.yaml`: what several manifests share.", lines: RecipeReader.keyReference),
      KeyReference(
        part: "task",
        place: "`experiments/tasks/<id>.yaml`: a task of your own. The built-in ones are "
          + TaskDefinition.builtIn.map(\.id).joined(separator: ", ") + ".", lines: TaskFileReader.keyReference),
      KeyReference(
        part: "cluster",
        place:
          "`~/.config/lowrank/slurm.yaml`, or the file that `--cluster` names: what tasks ask a Slurm cluster for. Every key may be "
          + "left out.", lines: ClusterSettingsReader(reader: .ofNothing).form.reference),
    ]
  }
}

extension MappingForm {
  /// A line for each key.
  var reference: String {
    keys.map { "- `\($0.name)`\($0.isRequired ? " (required)" : ""): \($0.documentation).\n" }.joined()
  }
}

extension MappingReader {
  /// A reader of nothing, for what is asked of forms alone.
  static var ofNothing: MappingReader { MappingReader(methods: MethodCatalog([]), problems: ProblemCollector(mainFile: "")) }
}
