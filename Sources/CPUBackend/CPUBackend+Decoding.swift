// What is computed while text is generated: rows that have the same bits alone and among others. Outputs are shared out, never the
// terms of a sum.
import CKernels
import Tensors

extension CPUBackend {
  /// Outputs of a product that one thread computes at a time.
  private static let columnsPerBlock = 64

  /// The product of `matmul`, each number of it one sum in an order that depends on nothing but `k`.
  func rowProducts(
    _ a: Buffer, _ at: Transposition, _ b: Buffer, _ bt: Transposition, into c: Buffer, m: Int, n: Int, k: Int, factor: Float,
    accumulate: Bool, bias: Buffer?
  ) {
    let left = at == .none ? widened(a) : turned(widened(a), rows: k, columns: m)
    let right = bt == .transposed ? b : turned(widened(b), rows: k, columns: n)
    let rows = packed(left, m: m, k: k), (x, out) = (host(rows), host(c)), row = bias.map { host($0) }
    let accumulates: Int32 = accumulate ? 1 : 0
    let isHalf = right.type == .bfloat16
    let (wide, narrow) = (isHalf ? nil : host(right), isHalf ? halves(right) : nil)
    let size = Self.columnsPerBlock, (m, outputs, k) = (Int64(m), Int64(n), Int64(k))
    parallel((n + size - 1) / size) { block in
      let (begin, end) = (Int64(block * size), Int64(min(n, (block + 1) * size)))
      if isHalf {
        lr_row_products_half(out, x, narrow, row, m, outputs, k, begin, end, factor, accumulates)
      } else {
        lr_row_products(out, x, wide, row, m, outputs, k, begin, end, factor, accumulates)
      }
    }
  }

  /// The rows of `x: [m, k]` as the kernel looks for them.
  private func packed(_ x: Buffer, m: Int, k: Int) -> Buffer {
    let height = min(m, 4), rows = (m + height - 1) / height * height, packed = allocate(rows * ((k + 15) / 16 * 16))
    let (from, to) = (host(x), host(packed)), (count, terms) = (Int64(m), Int64(k))
    parallelRows(m, columns: k) { lr_pack_rows(to, from, count, terms, Int64($0.lowerBound), Int64($0.upperBound)) }
    return packed
  }

  private func turned(_ x: Buffer, rows: Int, columns: Int) -> Buffer {
    let y = allocate(x.count)
    transpose(x, rows: rows, columns: columns, into: y)
    return y
  }

  package func attention(_ query: Buffer, over cached: CachedAttention, into context: Buffer) {
    let (q, out) = (host(query), host(context)), size = cached.headSize, group = cached.heads / cached.keyHeads
    let places = CachedPlaces(cached, on: self), width = cached.heads * size, columns = group * size
    operations += cached.operations
    places.withAddresses { keys, values in
      parallel(cached.sequences * cached.keyHeads, scratch: places.most) { unit, scratch in
        let (sequence, head) = unit.quotientAndRemainder(dividingBy: cached.keyHeads)
        let first = places.offsets[sequence], at = sequence * width + head * columns
        lr_attention_cached(
          out + at, scratch, q + at, keys + first, values + first, Int64(places.offsets[sequence + 1] - first), Int64(head * size),
          Int64(group), Int64(size), cached.factor)
      }
    }
    withExtendedLifetime(cached) {}
  }

  package func logSumExpRows(_ x: Buffer, columns: Int, into y: Buffer) {
    let (p, out) = (host(x), scalars(y))
    parallel(y.count) { lr_log_sum_exp_rows(out + $0, p + $0 * columns, 1, Int64(columns)) }
  }

  package func highestRows(_ x: Buffer, columns: Int, count: Int, values: Buffer, places: Buffer) {
    let (p, best, at) = (host(x), host(values), indices(places))
    precondition((1...columns).contains(count) && values.count == places.count, "\(count) of rows of \(columns)")
    parallel(values.count / count) {
      lr_highest_rows(best + $0 * count, at + $0 * count, p + $0 * columns, 1, Int64(columns), Int64(count))
    }
  }

  package func fill(_ x: Buffer, columns: Int, rows: Buffer, places: Buffer, _ value: Float) {
    let (out, rows, columnsOf) = (host(x), indices(rows), indices(places))
    for index in 0..<places.count { out[Int(rows[index]) * columns + Int(columnsOf[index])] = value }
  }
}

/// Where the keys and values of each sequence lie, those that stand before it first.
private struct CachedPlaces {
  /// Where each sequence's begin among the addresses, and the end.
  let offsets: [Int]
  /// The keys of the longest.
  let most: Int
  private let keys: [UnsafePointer<Float>?]
  private let values: [UnsafePointer<Float>?]

  init(_ cached: CachedAttention, on backend: CPUBackend) {
    let chunks = cached.chunks.map { $0.map { UnsafePointer(backend.host($0)) } },
      (rows, width) = (cached.rowsPerChunk, cached.width)
    let prefix = cached.prefix.map { (UnsafePointer(backend.host($0.keys)), UnsafePointer(backend.host($0.values))) }
    let before = cached.countBefore, count = cached.rows.count + before * cached.sequences
    var (keys, values, offsets) = ([UnsafePointer<Float>?](), [UnsafePointer<Float>?](), [0])
    keys.reserveCapacity(count)
    values.reserveCapacity(count)
    for sequence in 0..<cached.sequences {
      if let prefix {
        for row in 0..<before {
          keys.append(prefix.0 + row * width)
          values.append(prefix.1 + row * width)
        }
      }
      for place in cached.offsets[sequence]..<cached.offsets[sequence + 1] {
        let (chunk, row) = Int(cached.rows[place]).quotientAndRemainder(dividingBy: rows)
        guard let base = chunks[chunk] else { preconditionFailure("row \(cached.rows[place]) is free") }
        keys.append(base + cached.keysAt + row * width)
        values.append(base + cached.valuesAt + row * width)
      }
      offsets.append(keys.count)
    }
    (self.keys, self.values, self.offsets) = (keys, values, offsets)
    most = zip(offsets, offsets.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) }
  }

  func withAddresses(_ body: (UnsafePointer<UnsafePointer<Float>?>, UnsafePointer<UnsafePointer<Float>?>) -> Void) {
    keys.withUnsafeBufferPointer { keys in
      values.withUnsafeBufferPointer { values in
        if let keys = keys.baseAddress, let values = values.baseAddress { body(keys, values) }
      }
    }
  }
}
