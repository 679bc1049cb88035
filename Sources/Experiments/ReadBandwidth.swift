// How fast numbers come from memory: what the reading of weights is held against.
import Tensors
import Training

/// A plain loop over an array that no cache holds.
enum ReadBandwidth {
  /// Bytes that a sum over a float32 array reads in a second: its blocks of 256 KiB are shared out among the backend's threads, and each
  /// is added up in vectors. The best of several sums, since whatever else the machine does only takes from it.
  ///
  /// - Parameters:
  ///   - count: numbers of the array; by default half a gibibyte of them.
  ///   - sums: how often it is read.
  static func bytesPerSecond(on backend: any Backend, count: Int = 1 << 27, sums: Int = 7) -> Double {
    let (numbers, total) = (backend.allocate(count), backend.allocate(1, .float64))
    backend.fill(numbers, 1)
    let seconds = (0..<sums).map { _ in
      let start = ContinuousClock.now
      backend.reduce(numbers, .sum, into: total, at: 0, accumulate: false)
      // waits for it
      _ = backend.read([total])
      return start.duration(to: .now).seconds
    }
    return Double(count * MemoryLayout<Float>.size) / (seconds.min() ?? .infinity)
  }
}
