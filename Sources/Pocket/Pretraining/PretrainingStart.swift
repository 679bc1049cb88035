// What an encoder's random weights are made into before pre-training.
import CKernels
import Layers
import Models
import Tensors

extension Backbone {
  /// Lets a word at first attend to its like wherever that stands: each layer's keys get the start of its queries, and what else is
  /// added to words starts small. Positions start as waves (Vaswani et al. 2017), so that a distance looks alike everywhere; the shortest
  /// wave has 2π tokens and the longest about a hundred times that.
  package func startAttendingToLikes() {
    for table in parameters {
      let columns = table.shape[table.shape.count - 1]
      if table.name.hasSuffix("token_type_embeddings.weight") {
        table.tensor.assign(table.tensor.values.map { $0 / 10 })
      } else if table.name.hasSuffix("position_embeddings.weight") {
        // three tenths of the words' deviation; a wave's is its height by √2
        let scale = 0.3 * configuration.initializerRange * 2.0.squareRoot()
        table.tensor.assign(
          table.tensor.values.indices.map { index in
            let (position, column) = (index / columns, index % columns)
            let angle = Double(position) / lr_pow(100, Double(column / 2 * 2) / Double(columns))
            return Float(scale * (column % 2 == 0 ? lr_sin(angle) : lr_cos(angle)))
          })
      }
    }
    for key in projections where key.role == .key {
      guard let query = projections.first(where: { $0.role == .query && $0.layer == key.layer }) else { continue }
      key.linear.weight.tensor.assign(query.linear.weight.tensor.values)
    }
  }
}
