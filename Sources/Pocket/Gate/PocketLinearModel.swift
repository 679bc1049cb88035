// A linear model on fixed features: what a probe of a frozen encoder, or of the bare counts of words, can reach.
import Foundation
import Objectives
import Tensors

/// Rows of numbers.
struct FeatureTable: Sendable {
  /// Row-major, `[rows, columns]`.
  var values: [Float]
  var columns: Int
  var rows: Int { columns == 0 ? 0 : values.count / columns }
}

/// Softmax regression, or least squares, with a penalty on the squared weights, solved to its optimum by L-BFGS
/// (Nocedal 1980). Features are standardised by the training rows.
struct PocketLinearModel {
  private let shift: [Float]
  private let scale: [Float]
  private let outputs: Int
  private let columns: Int
  /// `[outputs, columns]`, then `[outputs]`
  private var solution: [Double]

  /// - Parameters:
  ///   - gold: the right answers: classes, or scores.
  ///   - strength: of the penalty, beside the mean loss. Scores are standardised before, so that it means the same for them.
  ///   - outputs: classes, or 1 for scores.
  init(_ features: FeatureTable, _ gold: Answers.Values, outputs: Int, strength: Double, on backend: any Backend) {
    columns = features.columns
    self.outputs = outputs
    (shift, scale) = Self.standardization(features)
    solution = Array(repeating: 0, count: outputs * (features.columns + 1))
    let loss = PenalizedLoss(
      features: Tensor(
        Self.standardized(features, shift, scale), shape: [features.rows, features.columns], on: backend),
      targets: Targets(gold), outputs: outputs, strength: strength)
    solution = Self.minimum(from: solution, loss.valueAndGradient)
  }

  /// `[rows, outputs]`
  func logits(_ features: FeatureTable, on backend: any Backend) -> Tensor {
    let x = Tensor(Self.standardized(features, shift, scale), shape: [features.rows, columns], on: backend)
    let (weight, bias) = Self.parameters(solution, outputs, columns, on: backend)
    return x.linear(weight: weight, bias: bias)
  }

  // MARK: Standardization

  private static func standardization(_ features: FeatureTable) -> (shift: [Float], scale: [Float]) {
    let rows = Double(max(1, features.rows))
    var sums = [Double](repeating: 0, count: features.columns), squares = sums
    for (place, value) in features.values.enumerated() { sums[place % features.columns] += Double(value) }
    let means = sums.map { $0 / rows }
    for (place, value) in features.values.enumerated() {
      let distance = Double(value) - means[place % features.columns]
      squares[place % features.columns] += distance * distance
    }
    // a word of the validation rows alone is not to count a thousandfold
    return (means.map { Float($0) }, squares.map { Float(1 / (($0 / rows).squareRoot() + 1e-3)) })
  }

  private static func standardized(_ features: FeatureTable, _ shift: [Float], _ scale: [Float]) -> [Float] {
    features.values.enumerated().map { ($1 - shift[$0 % features.columns]) * scale[$0 % features.columns] }
  }

  /// What the loss compares with.
  private enum Targets {
    case classes([Int32])
    /// Standardised.
    case scores([Float])

    init(_ gold: Answers.Values) {
      switch gold {
      case .integers(let classes): self = .classes(classes.map { Int32($0) })
      case .numbers(let scores):
        let count = Double(max(1, scores.count))
        let mean = scores.reduce(0, +) / count
        let deviation = (scores.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        self = .scores(scores.map { Float(($0 - mean) / max(deviation, 1e-9)) })
      }
    }
  }

  private static func parameters(
    _ point: [Double], _ outputs: Int, _ columns: Int, on backend: any Backend
  ) -> (weight: Tensor, bias: Tensor) {
    let floats = point.map { Float($0) }
    let weights = Array(floats[..<(outputs * columns)]), biases = Array(floats[(outputs * columns)...])
    return (Tensor(weights, shape: [outputs, columns], on: backend), Tensor(biases, shape: [outputs], on: backend))
  }

  // MARK: Solving

  /// The penalised mean loss.
  private struct PenalizedLoss {
    let features: Tensor
    let targets: Targets
    let outputs: Int
    let strength: Double

    func valueAndGradient(_ point: [Double]) -> (value: Double, gradient: [Double]) {
      let columns = features.shape[1]
      let (weight, bias) = PocketLinearModel.parameters(point, outputs, columns, on: features.backend)
      weight.requiresGradient = true
      bias.requiresGradient = true
      let logits = features.linear(weight: weight, bias: bias)
      let loss: Tensor =
        switch targets {
        case .classes(let labels): logits.crossEntropy(labels)
        case .scores(let scores): logits.reshaped([scores.count]).meanSquaredError(scores)
        }
      loss.backward()
      var gradient = ((weight.gradient?.values ?? []) + (bias.gradient?.values ?? [])).map { Double($0) }
      var penalty = 0.0
      for place in 0..<(outputs * columns) {
        penalty += point[place] * point[place]
        gradient[place] += 2 * strength * point[place]
      }
      return (Double(loss.item) + strength * penalty, gradient)
    }
  }

  private static let memory = 12
  private static let mostSteps = 200

  /// Limited-memory BFGS with backtracking.
  private static func minimum(
    from start: [Double], _ objective: ([Double]) -> (value: Double, gradient: [Double])
  ) -> [Double] {
    var point = start
    var (value, gradient) = objective(point)
    var steps: [(change: [Double], turn: [Double], product: Double)] = []
    for _ in 0..<mostSteps where dot(gradient, gradient).squareRoot() > 1e-5 {
      var direction = gradient
      var shares: [Double] = []
      for (change, turn, product) in steps.reversed() {
        let share = dot(change, direction) / product
        shares.append(share)
        add(-share, turn, to: &direction)
      }
      if let last = steps.last {
        let length = last.product / dot(last.turn, last.turn)
        for place in direction.indices { direction[place] *= length }
      }
      for ((change, turn, product), share) in zip(steps, shares.reversed()) {
        add(share - dot(turn, direction) / product, change, to: &direction)
      }
      let slope = -dot(direction, gradient)
      // the first step has no measure of curvature yet
      var size = steps.isEmpty ? min(1, 1 / dot(gradient, gradient).squareRoot()) : 1.0
      var found: (point: [Double], value: Double, gradient: [Double])?
      for _ in 0..<20 where found == nil {
        var next = point
        add(-size, direction, to: &next)
        let (nextValue, nextGradient) = objective(next)
        if nextValue <= value + 1e-4 * size * slope { found = (next, nextValue, nextGradient) }
        size /= 2
      }
      // float32 gives no better
      guard slope < 0, let found else { break }
      let change = zip(found.point, point).map { $0 - $1 }, turn = zip(found.gradient, gradient).map { $0 - $1 }
      let product = dot(change, turn)
      if product > 1e-12 { steps.append((change, turn, product)) }
      if steps.count > memory { steps.removeFirst() }
      (point, value, gradient) = found
    }
    return point
  }

  private static func dot(_ a: [Double], _ b: [Double]) -> Double { zip(a, b).reduce(0) { $0 + $1.0 * $1.1 } }

  private static func add(_ factor: Double, _ x: [Double], to y: inout [Double]) {
    for place in y.indices { y[place] += factor * x[place] }
  }
}
