#include "CKernels.h"
#include "vector.h"

// Sums of long arrays: float lanes over runs of 4096 elements, the runs added up in double.
enum { RUN = 4096 };

#define REDUCE(expression_full, expression_part)                     \
  double total = 0;                                                  \
  for (int64_t start = 0; start < n; start += RUN) {                 \
    int64_t stop = start + RUN < n ? start + RUN : n, i = start;     \
    lanes sum = {0};                                                 \
    for (; i + LANES <= stop; i += LANES) sum += expression_full;    \
    int64_t rest = stop - i;                                         \
    if (rest > 0) sum += expression_part;                            \
    total += (double)sum_lanes(&sum);                                 \
  }                                                                  \
  return total;

LR_CLONES double lr_sum(const float *x, int64_t n) { REDUCE(LOAD(x + i), LOAD_PART(x + i, rest)) }
double lr_sum_in_order(const float *x, int64_t n) {
  double total = 0;
  for (int64_t i = 0; i < n; i++) total += (double)x[i];
  return total;
}

LR_CLONES double lr_sum_squares(const float *x, int64_t n) {
  REDUCE(LOAD(x + i) * LOAD(x + i), LOAD_PART(x + i, rest) * LOAD_PART(x + i, rest))
}

LR_CLONES int lr_all_finite(const float *x, int64_t n) {
  uint32_t bad = 0;
  for (int64_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    bad |= (bits & 0x7f800000u) == 0x7f800000u;
  }
  return !bad;
}

LR_CLONES void lr_sum_rows(float *y, const float *a, const float *b, int64_t rows, int64_t columns, int64_t begin,
                           int64_t end, float beta) {
  for (int64_t c = begin; c < end; c++) y[c] = beta == 0 ? 0 : beta * y[c];
  for (int64_t r = 0; r < rows; r++) {
    const float *p = a + r * columns;
    if (b) {
      const float *q = b + r * columns;
      for (int64_t c = begin; c < end; c++) y[c] = y[c] + p[c] * q[c];
    } else {
      for (int64_t c = begin; c < end; c++) y[c] = y[c] + p[c];
    }
  }
}

LR_CLONES void lr_dot_rows(float *y, const float *a, const float *b, int64_t rows, int64_t columns, float beta) {
  for (int64_t r = 0; r < rows; r++) {
    const float *p = a + r * columns, *q = b + r * columns;
    lanes sum = {0};
    int64_t c = 0;
    for (; c + LANES <= columns; c += LANES) sum += LOAD(p + c) * LOAD(q + c);
    if (c < columns) sum += LOAD_PART(p + c, columns - c) * LOAD_PART(q + c, columns - c);
    y[r] = (beta == 0 ? 0 : beta * y[r]) + sum_lanes(&sum);
  }
}
