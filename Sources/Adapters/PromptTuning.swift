// Prompt tuning (Lester et al. 2021, arXiv 2104.08691): embeddings of virtual tokens before those of each input learn, [P_e; X_e], and
// nothing else of the model. They begin as embeddings of words that are drawn from the vocabulary (the paper's section 3.2 draws from
// its 5,000 most common ones; a model's files do not say which those are), or at random: standard normal, as in the peft library. The
// paper's third way, the names of classes, needs a tokenizer, which a method does not have.
//
// As in the library, virtual tokens have the input's first positions and the first token type, and a classifier over the first token
// (BERT and its kin) pools the first *virtual* one. Two things differ from what the library does to padded batches: a Llama classifier
// pools the last real token, where the library, which does not see the padding among embeddings, takes the last place of the row; and
// padding is never computed.
import Layers
import Settings
import Tensors

/// Virtual tokens before each input.
package final class PromptTuning: TuningMethod {
  package static let description = MethodSchema(
    id: "prompt-tuning", label: "Prompt tuning",
    source: "Lester et al. 2021, The Power of Scale for Parameter-Efficient Prompt Tuning",
    options: [
      virtualTokens(default: 20),
      OptionSchema(
        "initialization", .choice(["vocabulary", "random"]), default: .text("vocabulary"),
        "what virtual tokens begin as: words that are drawn from the vocabulary, or standard normal numbers"),
    ])

  package var form: AdaptedForm { .virtualTokens(parameters[0].tensor) }
  package let parameters: [Parameter]

  package init(_ options: MethodOptions, on host: MethodHost) throws {
    let count = try options.integer("virtual_tokens"), name = "prompt_encoder.embedding.weight", words = host.embedded.words
    let stream = RandomStream.initialization(seed: host.seed, name: name)
    let start: Tensor
    if try options.text("initialization") == "random" {
      start = .normal(stream, deviation: 1, shape: [count, host.embedded.width], on: host.backend)
    } else {
      let drawn = Tensor.uniform(stream, low: 0, high: 1, shape: [count], on: host.backend).values
      let rows = drawn.map { Int32(min(words.shape[0] - 1, Int(Double($0) * Double(words.shape[0])))) }
      start = host.backend.withoutGradients { words.tensor.rows(rows) }
    }
    let tokens = host.parameter(name, start, decays: true)
    host.embedded.adapter = VirtualTokens(tokens.tensor)
    parameters = [tokens]
  }

  /// How many virtual tokens there are; prefix tuning has the same option.
  static func virtualTokens(default count: Int) -> OptionSchema {
    OptionSchema(
      "virtual_tokens", .integer(1...4096), default: .integer(count), "how many stand before each input; they take positions")
  }
}

/// The same virtual tokens before every sequence.
package final class VirtualTokens: SequenceAdapter {
  private let tokens: Tensor
  package var count: Int { tokens.shape[0] }

  /// Puts these before each sequence, `[count, hidden]`.
  package init(_ tokens: Tensor) { self.tokens = tokens }

  package func prefix(pass: Pass) -> Tensor { tokens }
}
