// A model that goes on from prompts, with its tokenizer and the search that it writes by.
import Foundation
import Generation
import Models
import Objectives
import Settings
import Tensors
import Tokenizers

/// Writes texts with a run's model, or with one in a folder.
package struct TextWriter {
  private let generator: Generator
  private let tokenizer: any Tokenizer
  private let endTokens: [Int32]
  /// How it searches; a run's own recipe says so, else the defaults do.
  package var settings: GenerationSettings

  /// A run's model, as it was saved.
  ///
  /// - Throws: `GenerationError.model` for one that writes nothing, `TokenizerError`.
  package init(_ trained: TrainedRun) throws {
    try self.init(trained.model, folder: trained.modelFolder, trained.generation)
  }

  /// The model in a folder.
  ///
  /// - Throws: `ModelError`, `StorageError`, `TokenizerError`.
  package init(folder: URL, on backend: any Backend) throws {
    try self.init(
      ModelLoader.load(folder: folder, seed: 0, on: backend, target: .words).model, folder: folder, GenerationSettings())
  }

  private init(_ model: Model, folder: URL, _ settings: GenerationSettings) throws {
    generator = try Generator(model)
    tokenizer = try TokenizerFolder.load(from: folder, modelType: model.configuration.architecture.modelType)
    let ends = [tokenizer.specialTokens.end].compactMap { $0 } + model.configuration.endTokens.map { Int32(clamping: $0) }
    endTokens = Array(Set(ends.filter { $0 >= 0 && Int($0) < model.configuration.vocabularySize })).sorted()
    self.settings = settings
  }

  /// What follows each prompt, special tokens left out.
  ///
  /// - Throws: `GenerationError` for settings and prompts that the model cannot follow.
  package func texts(after prompts: [String]) throws -> [String] {
    let before = tokenizer.template.single.before
    let found = try generator.generate(
      prompts.map { before + tokenizer.encode($0) }, SearchSettings(settings, endTokens: endTokens))
    return found.map { tokenizer.decode($0.first?.tokens ?? []) }
  }
}
