// What keeps an experiment from being planned or run, with the sentence that says so.
import Records

/// What keeps an experiment from being planned or run.
package enum ExperimentError: Error, CustomStringConvertible, Equatable {
  case noProject(String)
  case noFolder(String, found: String)
  case noModel(String, found: String, advice: String)
  case noData(profile: String)
  case vocabulary(model: String, tokenizer: Int, embedding: Int)
  case tooLong(model: String, length: Int, limit: Int)
  case noPositions(model: String, length: Int, virtualTokens: Int, limit: Int)
  case patience(row: String, task: String, reason: String)
  case retention(String)
  case tokenTypes(model: String, inputs: Int, table: Int)
  case emptyTask(String)
  case noRun(String)
  case unlikeTasks(String, texts: [String], labels: [String])
  case busy(folder: String)
  case unfinishedRun(String)
  case unreadableSpecification(String)
  case otherNumerics(String, found: Int)
  case changedModel(String)
  case changedTokenizer(String)
  case changedInput(String)
  case noWeights(String)
  case foreignWeights(String, problems: [String])
  case fewFiles(limit: Int, needed: Int)
  case noThreads(asked: Int, given: Int)
  case noMemory(needed: Int, free: Int, source: String)
  case noAddressSpace(needed: Int, limit: String)

  package var description: String {
    switch self {
    case .noProject(let path): "\(path): there is no folder 'experiments' here. Run this in the project's root"
    case .noFolder(let path, let found):
      "\(path): \(found), and results go into a folder. Name one with --results, or none for 'results'"
    case .noModel(let name, let found, let advice): "model '\(name)' \(found): \(advice)"
    case .noData(let profile): "profile \(profile) trains on real files: name their folder with DATA=<folder with CoLA, MRPC, …>"
    case .vocabulary(let model, let tokenizer, let embedding):
      "\(model): the tokenizer has \(tokenizer) entries but the embedding only \(embedding) rows. Put the model's own tokenizer files "
        + "into its folder"
    case .tooLong(let model, let length, let limit):
      "\(model): max_length is \(length), but the model has positions for \(limit) tokens. Lower max_length in the recipe"
    case .noPositions(let model, let length, let virtualTokens, let limit):
      "\(model): \(virtualTokens) virtual tokens stand before inputs of up to \(length) tokens (max_length), which takes "
        + "\(virtualTokens + length) positions, but the model has \(limit). Lower virtual_tokens, or max_length in the recipe"
    case .patience(let row, let task, let reason):
      "\(row), \(task): early_stopping_patience cannot end these runs: \(reason)"
    case .retention(let reason): "retention cannot be measured: \(reason)"
    case .tokenTypes(let model, let inputs, let table):
      "\(model): the task's inputs have \(inputs) token types, but the model's table of them only \(table) \(table == 1 ? "row" : "rows") "
        + "(type_vocab_size in config.json). Use a model for pairs of texts, or tasks of one text"
    case .emptyTask(let id): "task \(id) has no training or no validation examples"
    case .unlikeTasks(let experiment, let texts, let labels):
      "\(experiment): of some tasks the answers are texts (\(texts.joined(separator: ", "))), of others labels "
        + "(\(labels.joined(separator: ", "))), and each kind has its own gate. Name tasks of one kind with --tasks"
    case .noRun(let name): "no run is meant by \(name)"
    case .busy(let folder): "\(folder): another process works in this folder. Wait for it, or stop it"
    case .unfinishedRun(let folder): "\(folder): there is no record of a finished run. Run it to its end first"
    case .unreadableSpecification(let path): "\(path): its specification is not one of a run. Run it again"
    case .otherNumerics(let folder, let found):
      "\(folder): was trained by version \(found) of the arithmetic, this program has version \(Numerics.version). Train the run again"
    case .changedModel(let folder):
      "\(folder): is not the model that the run was trained on, by the digest of its files. Name that model's folder with --model"
    case .changedTokenizer(let folder):
      "\(folder): its tokenizer is not the one that the run was trained with, by the digest of its files. Put the run's own files back, "
        + "or name their folder with --model"
    case .changedInput(let path):
      "\(path): was changed since the runs were planned: what would be trained is not what the run is named for. Start the call again"
    case .noWeights(let path): "\(path): the run left no weights of this epoch. Try the other epoch, or run it again"
    case .foreignWeights(let path, let problems):
      "\(path): its tensors are not those of the run: \(problems.prefix(10).joined(separator: "; ")). Run it again"
    case .fewFiles(let limit, let needed):
      "this process may have \(limit) files open at once, but needs \(needed). Raise the limit (ulimit -n \(needed)), or lower --jobs"
    case .noThreads(let asked, let given):
      "the system gives this process only \(given) of the \(asked) threads that it needs. Lower --jobs, or raise the limits (ulimit -u, "
        + "ulimit -v)"
    case .noMemory(let needed, let free, let source):
      "it needs about \(Self.megabytes(needed)) of memory, but \(Self.megabytes(free)) \(source) are free. Lower the batch or the length "
        + "(`--dry-run` says what each run needs), or end other programs"
    case .noAddressSpace(let needed, let limit):
      "it needs about \(Self.megabytes(needed)) of address space, which is more than \(limit) leaves. Raise that limit, or lower --threads"
    }
  }

  private static func megabytes(_ bytes: Int) -> String { "\(bytes / 1_000_000) MB" }
}
