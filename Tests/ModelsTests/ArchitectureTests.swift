// The registry of architectures, and the names by which their tensors are known.
import Testing

@testable import Models

@Suite("Architectures")
struct ArchitectureTests {
  @Test("each is known by its model_type, once")
  func registry() {
    #expect(Architecture.allCases.map(\.modelType) == ["bert", "roberta", "deberta-v2", "llama"])
    #expect(Set(Architecture.allCases).count == 4 && Architecture.bert != .roberta && "\(Architecture.deberta)" == "deberta-v2")
    #expect(Architecture.allCases.map(\.outputPath) == ["classifier", "classifier.out_proj", "classifier", "score"])
    #expect(Set(Architecture.allCases.map { $0.definition.names.prefix }).count == 4)
  }

  @Test("what published checkpoints hold in vain")
  func useless() {
    let (bert, roberta, deberta) = (BERT.names, RoBERTa.names, DeBERTa.names)
    #expect(bert.isUseless("bert.embeddings.position_ids") && !bert.isUseless("bert.pooler.dense.weight"))
    #expect(roberta.isUseless("roberta.pooler.dense.weight") && !roberta.isUseless("bert.pooler.dense.weight"))
    #expect(deberta.isUseless("deberta.embeddings.position_embeddings.weight"))
    let llama = LlamaDefinition.names
    #expect(llama.isUseless("model.layers.3.self_attn.rotary_emb.inv_freq") && llama.isUseless("model.rotary_emb.inv_freq"))
    #expect(!llama.isUseless("model.layers.3.self_attn.q_proj.weight"))
    #expect(!bert.isUseless("bert.embeddings.position_embeddings.weight") && !bert.isUseless("embeddings.position_ids"))
  }
}
