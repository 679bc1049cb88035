// What a part of a batch adds to the mean over the whole.
import Tensors

extension Tensor {
  /// A mean over `count` terms as a part of the mean over `whole`: itself where the two are the same.
  package func part(_ count: Int, of whole: Int) -> Tensor {
    count == whole ? self : scaled(by: Float(Double(count) / Double(whole)))
  }
}
