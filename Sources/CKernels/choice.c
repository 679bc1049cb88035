// What a row of logits says of the next token.
#include "CKernels.h"
#include "functions.h"

// Exponentials that are added up in float lanes before they join the sum in double.
enum { SHARE = 4096 };

LR_CLONES void lr_log_sum_exp_rows(double *y, const float *x, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * columns;
    uint32_t bad = 0;
    for (int64_t c = 0; c < columns; c++) {
      uint32_t bits;
      memcpy(&bits, row + c, sizeof bits);
      bad |= (bits & 0x7f800000u) == 0x7f800000u;
    }
    if (bad) {
      y[r] = (double)NAN;
      continue;
    }
    float highest = highest_of(row, columns);
    double total = 0;
    for (int64_t start = 0; start < columns; start += SHARE) {
      int64_t stop = start + SHARE < columns ? start + SHARE : columns, c = start;
      lanes sum = {0};
      float part[LANES] = {0};
      for (; c + LANES <= stop; c += LANES) {
        for (int l = 0; l < LANES; l++) part[l] = exponential(row[c + l] - highest);
        sum += LOAD(part);
      }
      if (c < stop) {
        copy_part(part, row + c, stop - c);
        for (int l = 0; l < LANES; l++) part[l] = l < stop - c ? exponential(part[l] - highest) : 0.0f;
        sum += LOAD(part);
      }
      total += (double)sum_lanes(&sum);
    }
    y[r] = (double)highest + logarithm64(total);
  }
}

// 1 where one of 16 numbers is larger than the limit.
LR_INLINE int any_above(const float *p, float limit) {
  lanes_int above = LOAD(p) > limit;
  return __builtin_reduce_or(above) != 0;
}

LR_CLONES void lr_highest_rows(float *values, int32_t *places, const float *x, int64_t rows, int64_t columns,
                               int64_t count) {
  for (int64_t r = 0; r < rows; r++) {
    const float *row = x + r * columns;
    float *best = values + r * count;
    int32_t *at = places + r * count;
    int64_t kept = 0;
    for (int64_t c = 0; c < columns; c++) {
      // most runs have nothing that is large enough
      while (kept == count && c + LANES <= columns && !any_above(row + c, best[count - 1])) c += LANES;
      if (c >= columns) break;
      float value = row[c];
      if (kept == count && !(value > best[count - 1])) continue;
      int64_t place = kept < count ? kept++ : count - 1;
      for (; place > 0 && value > best[place - 1]; place--) {
        best[place] = best[place - 1];
        at[place] = at[place - 1];
      }
      best[place] = value;
      at[place] = (int32_t)c;
    }
  }
}
