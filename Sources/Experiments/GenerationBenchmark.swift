// Time and memory of text generation at real model sizes, with random weights.
import Devices
import Generation
import Models
import Tensors
import Training

/// What a benchmark of generation measures: texts of exactly so many new tokens after prompts, which all run side by side where a
/// generator follows so many.
package struct GenerationBenchmark: Sendable, Equatable {
  /// The sizes of the model, whose weights are random.
  package var size: PublishedModel
  /// Tokens of each prompt in turn, around and around.
  package var lengths: [Int]
  /// Prompts that are written on from together.
  package var prompts: Int
  /// Tokens of each text, no less and no more: nothing ends one.
  package var newTokens: Int
  /// Texts that are followed for each prompt; 1 is greedy search.
  package var beams: Int
  /// Whether the model's matrices are rounded to bfloat16.
  package var roundsMatrices: Bool
  /// How often all texts are written and timed.
  package var rounds: Int
  /// How often they are written before that.
  package var warmup: Int
  /// Threads of the backend.
  package var threads: Int

  /// A benchmark of texts after prompts of `lengths` tokens.
  package init(
    size: PublishedModel, lengths: [Int], prompts: Int, newTokens: Int, beams: Int = 1, roundsMatrices: Bool = false, rounds: Int,
    warmup: Int, threads: Int
  ) {
    self.size = size
    self.lengths = lengths
    self.prompts = prompts
    self.newTokens = newTokens
    self.beams = beams
    self.roundsMatrices = roundsMatrices
    self.rounds = rounds
    self.warmup = warmup
    self.threads = threads
  }

  /// Writes the texts.
  ///
  /// - Parameter shouldStop: asked before every step.
  /// - Throws: `GenerationError`, `ModelError`, `BackendError`; `Interruption` when asked to stop.
  package func run(shouldStop: () -> Bool = { false }) throws -> GenerationCost {
    let backend = try Device.processor.backend(threads: threads)
    let model = try ModelLoader.random(size.timedConfiguration, seed: 0, roundsMatrices: roundsMatrices, on: backend)
    let generator = try Generator(model), settings = SearchSettings(beams: beams, maximumTokens: newTokens)
    var (seconds, steps): ([Double], [Double]) = ([], [])
    for round in 0..<warmup + rounds {
      var moments: [ContinuousClock.Instant] = []
      _ = try generator.generate(madeUpPrompts, settings) {
        if shouldStop() { throw Interruption() }
        moments.append(.now)
      }
      moments.append(.now)
      guard round >= warmup, let first = moments.first, let last = moments.last else { continue }
      seconds.append(first.duration(to: last).seconds)
      steps += zip(moments, moments.dropFirst()).map { $0.duration(to: $1).seconds }
    }
    let peak = BenchmarkCase.peakResidentBytes
    return GenerationCost(
      seconds: seconds, stepSeconds: steps, newTokens: prompts * newTokens, weightBytes: Self.weightBytes(of: model),
      readRate: ReadBandwidth.bytesPerSecond(on: backend), peakBytes: peak)
  }

  var madeUpPrompts: [[Int32]] { (0..<prompts).map { size.madeUpTokens(lengths[$0 % lengths.count], step: 0, row: $0) } }

  /// All parameters but the table of words, of which a step reads a row for each text.
  private static func weightBytes(of model: Model) -> Int {
    model.parameters.filter { $0 !== model.backbone.wordEmbeddings }.reduce(0) { $0 + $1.count * ($1.tensor.isHalf ? 2 : 4) }
  }
}

/// What a benchmark of generation found.
package struct GenerationCost: Sendable, Equatable {
  /// The seconds of each round, the reading of its prompts included.
  package let seconds: [Double]
  /// The seconds of every step of all rounds: one token more of each text, or the reading of some prompts, of which there are few.
  package let stepSeconds: [Double]
  /// New tokens of all prompts' texts in one round; other beams' do not count.
  package let newTokens: Int
  /// Bytes of the weights that each step reads.
  package let weightBytes: Int
  /// Bytes that a plain loop reads in a second, on as many threads.
  package let readRate: Double
  package let peakBytes: Int

  /// New tokens in a second, by the median of the rounds.
  package var tokensPerSecond: Double { Double(newTokens) / seconds.sorted()[seconds.count / 2] }
  /// The median of the steps' seconds.
  package var medianStepSeconds: Double { stepSeconds.sorted()[stepSeconds.count / 2] }
  /// The seconds that a step needs at least, to read the weights once.
  package var leastStepSeconds: Double { Double(weightBytes) / readRate }
  /// Bytes of weights that come into the processor in a second of a step.
  package var weightRate: Double { Double(weightBytes) / medianStepSeconds }
}
