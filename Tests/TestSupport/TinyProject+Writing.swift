// A tiny project whose task's answers are texts: a random Llama with a real tokenizer, and rows that say in words what a table says.
import CPUBackend
import Foundation
import Models
import Tensors

extension TinyProject {
  public static let writingManifest = """
    id: tiny
    title: tiny texts
    description: two methods that write
    model: writer
    recipe: tiny
    tasks: [tasks/places.yaml]
    seeds: [0]
    methods: [{lora: {targets: [all-linear]}}, {loradrop: {sample_ratio: 0.5, sample_epochs: 1, targets: [query, value]}}]
    report: {protocol: last}
    profiles: {pocket: {}}

    """

  public static let writingTask = """
    id: places
    train: train.csv
    validation: test.csv
    format: csv
    prompt: "{who} : {where}\\nText:"
    references: [text]
    metric: [bleu, rougeL]

    """

  /// A project that trains to write.
  public static func writing(_ manifest: String = writingManifest) throws -> TinyProject {
    let project = try TinyProject(manifest)
    try project.write(
      "defaults: {epochs: 2, batch: 4, learning_rate: 1e-2, max_length: 48, max_new_tokens: 12}\n",
      to: "experiments/recipes/tiny.yaml")
    try project.write(writingTask, to: "experiments/tasks/places.yaml")
    try project.write(sentences(0..<16), to: "experiments/tasks/train.csv")
    // the last row has the prompt of the first
    try project.write(
      sentences(16..<22) + "\"dog\",\"river\",\"There is a dog in the river.\"\n", to: "experiments/tasks/test.csv")
    try project.writeDecoder(to: "writer")
    return project
  }

  /// Writes a random Llama with a real tokenizer.
  public func writeDecoder(to name: String, positions: Int = 64) throws {
    let fixtures = Repository.root.appending(path: "Tests/Fixtures/tokenizers/llama-bpe"), model = file(name)
    var configuration = LlamaConfiguration(
      vocabularySize: 700, hiddenSize: 16, layers: 2, heads: 4, keyHeads: 2, intermediateSize: 24, maximumPositions: positions)
    (configuration.headKind, configuration.initializerRange, configuration.endTokens) = (.words, 0.2, [2])
    let backend = try CPUBackend(threads: 1)
    try ModelWriter.save(ModelLoader.random(configuration, seed: 9, on: backend), to: model)
    for name in ["tokenizer.json", "tokenizer_config.json"] {
      try FileManager.default.copyItem(at: fixtures.appending(path: name), to: model.appending(path: name))
    }
  }

  private static func sentences(_ range: Range<Int>) -> String {
    let animals = ["dog", "cat", "bird", "fish"], places = ["forest", "river", "garden"]
    let rows = range.map { row in
      let (animal, place) = (animals[row % 4], places[row % 3])
      return "\(animal),\(place),\"The \(animal) is in the \(place), and it is warm.\""
    }
    return (["who,where,text"] + rows).joined(separator: "\r\n") + "\r\n"
  }
}
