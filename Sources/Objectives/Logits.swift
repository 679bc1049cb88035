import Tensors

/// What a classifier says of several rows.
package struct Logits: Sendable {
  /// Row-major, `[rows, classes]`.
  package let values: [Float]
  /// Columns of a row.
  package let classes: Int

  /// Takes rows of `classes` numbers, one after the other.
  package init(_ values: [Float], classes: Int) {
    self.values = values
    self.classes = classes
  }

  /// Fetches `[rows, classes]`.
  package init(_ tensor: Tensor) { self.init(tensor.values, classes: tensor.shape[1]) }

  /// The class of a row's largest logit; the first of equal ones.
  package func answer(_ row: Int) -> Int {
    (1..<max(1, classes)).reduce(0) { values[row * classes + $1] > values[row * classes + $0] ? $1 : $0 }
  }
}
