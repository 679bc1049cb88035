/// Why an adapter cannot be taken, said in the peft library's terms, or folded.
package enum InterchangeError: Error, CustomStringConvertible, Equatable {
  /// `adapter_config.json` is none, or contradicts itself.
  case configuration(path: String, problem: String)
  /// `adapter_config.json` asks for what this program does not compute, or for what it cannot tell. The advice is a sentence.
  case notComputed(path: String, problem: String, advice: String)
  /// The tensors are not those that the configuration and the model ask for.
  case tensors(path: String, problems: [String])
  /// The library has no form for what the method does.
  case notExpressible(method: String, reason: String, canBeMerged: Bool)
  /// The method is no change of weights.
  case notFoldable(method: String, reason: String)

  package var description: String {
    switch self {
    case .configuration(let path, let problem):
      return
        "\(path): not a configuration of the peft library that can be taken: \(problem). Save the adapter again with save_pretrained"
    case .notComputed(let path, let problem, let advice):
      return "\(path): \(problem). \(advice)"
    case .tensors(let path, let problems):
      let more = problems.count > Self.longestList ? "; and \(problems.count - Self.longestList) more" : ""
      return "\(path): its tensors do not fit: \(problems.prefix(Self.longestList).joined(separator: "; "))\(more). "
        + "Check that the adapter is whole and belongs to this model"
    case .notExpressible(let method, let reason, let canBeMerged):
      let advice =
        canBeMerged ? "'lowrank merge' writes it as a plain model" : "It cannot be merged either; the run keeps its weights"
      return "\(method) cannot be exported: \(reason), for which the peft library has no form. \(advice)"
    case .notFoldable(let method, let reason):
      return "\(method) cannot be merged: \(reason), which no plain model has. The run keeps its weights"
    }
  }

  /// What to do with an adapter that the library can fold and this program cannot.
  static let mergeAdvice = "Let the peft library fold it: merge_and_unload(), then save_pretrained of the plain model that it gives"

  private static let longestList = 20
}
