// Where in a model a module or an adapter's matrix stands, read from its path in a checkpoint.

/// A module's place: the layer, counted from 1 at the input, and the module within it.
struct ModulePath: Equatable {
  /// The layer, from 1.
  let layer: Int
  /// The module, by its role where the path is of a known architecture.
  let module: String
  /// `A` or `B` where the path is that of an adapter's matrix.
  let matrix: String?

  /// The module, with the matrix where there is one, as `intermediate A`.
  var name: String { module + (matrix.map { " " + $0 } ?? "") }

  /// Reads paths such as `deberta.encoder.layer.3.attention.self.query_proj` and `….lora_A`; nil where no layer is in it.
  init?(_ path: String) {
    var parts = path.split(separator: ".").map(String.init)
    guard let index = parts.firstIndex(where: { ["layer", "layers", "h"].contains($0) }), index + 1 < parts.count,
      let number = Int(parts[index + 1]), number >= 0, number < 1 << 20
    else { return nil }
    layer = number + 1
    matrix = parts.last.flatMap { last in
      last.hasSuffix("_A") ? "A" : last.hasSuffix("_B") ? "B" : nil
    }
    if matrix != nil { parts.removeLast() }
    let rest = parts[(index + 2)...]
    switch rest.last {
    case "query", "query_proj", "q_proj": module = "query"
    case "key", "key_proj", "k_proj": module = "key"
    case "value", "value_proj", "v_proj": module = "value"
    case "o_proj": module = "attention-output"
    case "gate_proj": module = "gate"
    case "up_proj": module = "intermediate"
    case "down_proj": module = "output"
    case "dense" where rest.count > 1:
      let owner = rest.dropLast().last ?? ""
      module = owner == "output" && rest.contains("attention") ? "attention-output" : owner
    default: module = rest.joined(separator: ".")
    }
  }
}
