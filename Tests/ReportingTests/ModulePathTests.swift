// Where in a model a module stands, read from its path.
import Testing

@testable import Reporting

@Suite struct ModulePathTests {
  @Test(arguments: [
    ("deberta.encoder.layer.3.attention.self.query_proj", 4, "query"),
    ("roberta.encoder.layer.0.attention.self.value", 1, "value"),
    ("bert.encoder.layer.11.attention.output.dense", 12, "attention-output"),
    ("bert.encoder.layer.11.intermediate.dense.lora_A", 12, "intermediate A"),
    ("bert.encoder.layer.11.output.dense.vera_B", 12, "output B"),
    ("model.layers.5.self_attn.o_proj", 6, "attention-output"), ("model.layers.5.mlp.up_proj", 6, "intermediate"),
    ("model.layers.0.mlp.gate_proj.aflora_A", 1, "gate A"), ("model.layers.0.mlp.down_proj", 1, "output"),
    ("model.layers.5.mlp.act", 6, "mlp.act"),
  ])
  func aPathNamesItsPlace(path: String, layer: Int, name: String) throws {
    let place = try #require(ModulePath(path))
    #expect(place.layer == layer)
    #expect(place.name == name)
  }

  @Test(arguments: ["", "layer", "a.layer", "a.layer.x", "a.layer.-1.b", "a.layer.99999999999999999999.b", "pooler.dense"])
  func otherPathsHaveNoPlace(path: String) {
    #expect(ModulePath(path) == nil)
  }
}
