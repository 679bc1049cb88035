// Products of a few rows, x Wᵀ. Each output is one sum over 16 lanes, lane l taking the terms l, l + 16, l + 32 in their order, fused,
// and then the tree of sum_lanes: a function of its row and its weights alone, whatever stands in other rows and however many there are.
#include "CKernels.h"
#include "vector.h"

typedef uint16_t halves __attribute__((vector_size(32)));
typedef uint16_t halves_unaligned __attribute__((vector_size(32), aligned(2)));
typedef double lanes_double __attribute__((vector_size(128)));
typedef int64_t lanes_long __attribute__((vector_size(128)));

#define LOAD_HALF(p) ((lanes)(__builtin_convertvector((halves)(*(const halves_unaligned *)(p)), lanes_uint) << 16))
#define LOAD_HALF_PART(p, n)                                    \
  ({                                                            \
    uint16_t part_[LANES] = {0};                                \
    for (int64_t i_ = 0; i_ < (n); i_++) part_[i_] = (p)[i_];   \
    LOAD_HALF(part_);                                           \
  })
#define LOAD_HALF_REST(p, n, limit) ((limit) - (p) < LANES ? LOAD_HALF_PART(p, n) : FIRST_LANES(LOAD_HALF(p), n))

// Whether the processor multiplies and adds with one rounding; the tests compile for those that do not, too.
#ifndef LR_FUSES
#if defined(__x86_64__)
#define LR_FUSES ((lr_processor_features() & LR_AVX2_FMA) != 0)
#else
#define LR_FUSES 1
#endif
#endif
// How many rows are taken together: their sums fill the registers. On others than these, half as many.
#define WIDE ((lr_processor_features() & LR_AVX512) != 0)

// a * b + c rounded once, without an instruction for it: the product is exact in double, the sum rounded to odd (Boldo and Melquiond
// 2008), and so the second rounding finds what one alone would have.
LR_INLINE void add_product(lanes *sum, const lanes *a, const lanes *b) {
  lanes_double p = __builtin_convertvector(*a, lanes_double) * __builtin_convertvector(*b, lanes_double);
  lanes_double c = __builtin_convertvector(*sum, lanes_double), s = p + c, back = s - p;
  lanes_double error = (p - (s - back)) + (c - back), zero = {0};
  lanes_long bits = (lanes_long)s, away = (error > zero) ^ (s < zero);  // all ones where the magnitude is to grow
  lanes_long inexact = (error > zero) | (error < zero), even = (bits & 1) - 1;
  bits += inexact & even & ((away & 1) - (~away & 1));
  *sum = __builtin_convertvector((lanes_double)bits, lanes);
}

// What becomes of sums: y = factor * sum + (y or the bias).
typedef struct {
  float *y;
  const float *bias;
  int64_t n;
  float factor;
  int32_t accumulate;
} lr_target;

LR_INLINE void finish(lr_target t, int64_t row, int64_t column, const float *sums, int count) {
  float *y = t.y + row * t.n + column;
  UNROLL for (int j = 0; j < count; j++) {
    float value = sums[j] * t.factor;
    y[j] = t.bias ? t.bias[column + j] + value : t.accumulate ? y[j] + value : value;
  }
}

// R rows by N outputs. Meanwhile so many rows of weights, `ahead`, are brought closer.
#define TILE(NAME, R, N, TYPE, WEIGHTS, REST)                                                                             \
  LR_INLINE void NAME(lr_target t, int64_t row, int64_t column, const float *x, const float *end_of_x, const TYPE *w,     \
                      const TYPE *end_of_w, int64_t k, const TYPE *ahead, int64_t rows_ahead) {                           \
    lanes sum[R][N], v[R], u;                                                                                             \
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int j = 0; j < N; j++) sum[r][j] = (lanes){0};                         \
    int64_t i = 0;                                                                                                        \
    for (; i + LANES <= k; i += LANES) {                                                                                  \
      for (int64_t a = 0; a < rows_ahead; a++) __builtin_prefetch(ahead + a * k + i, 0, 2);                               \
      UNROLL for (int r = 0; r < R; r++) v[r] = LOAD(x + r * k + i);                                                      \
      UNROLL for (int j = 0; j < N; j++) {                                                                                \
        u = WEIGHTS(w + j * k + i);                                                                                       \
        UNROLL for (int r = 0; r < R; r++) sum[r][j] = __builtin_elementwise_fma(v[r], u, sum[r][j]);                     \
      }                                                                                                                   \
    }                                                                                                                     \
    if (i < k) {                                                                                                          \
      UNROLL for (int r = 0; r < R; r++) v[r] = LOAD_REST(x + r * k + i, k - i, end_of_x);                                  \
      UNROLL for (int j = 0; j < N; j++) {                                                                                \
        u = REST(w + j * k + i, k - i, end_of_w);                                                                         \
        UNROLL for (int r = 0; r < R; r++) sum[r][j] = __builtin_elementwise_fma(v[r], u, sum[r][j]);                     \
      }                                                                                                                   \
    }                                                                                                                     \
    UNROLL for (int r = 0; r < R; r++) {                                                                                  \
      float sums[N];                                                                                                      \
      UNROLL for (int j = 0; j + 4 <= N; j += 4)                                                                          \
          sum_four(sums + j, &sum[r][j], &sum[r][(j + 1) % N], &sum[r][(j + 2) % N], &sum[r][(j + 3) % N]);               \
      UNROLL for (int j = N / 4 * 4; j < N; j++) sums[j] = sum_lanes(&sum[r][j]);                                         \
      finish(t, row + r, column, sums, N);                                                                                \
    }                                                                                                                     \
  }

// All rows by N outputs, as many together as there are registers for, each time with its share of the weights that come next.
#define STRIPE(NAME, N, TYPE, FOUR, TWO, ONE)                                                                            \
  LR_INLINE void NAME(lr_target t, const float *x, const TYPE *w, const TYPE *end_of_w, int64_t m, int64_t column, int64_t k, \
                      int wide, int64_t rows_ahead) {                                                                     \
    const float *end_of_x = x + m * k;                                                                                    \
    const TYPE *here = w + column * k, *ahead = here + N * k;                                                             \
    int64_t tiles = wide ? (m + 3) / 4 : (m + 1) / 2, share = (rows_ahead + tiles - 1) / tiles;                           \
    for (int64_t row = 0; row < m;) {                                                                                     \
      int64_t now = share < rows_ahead ? share : rows_ahead;                                                              \
      if (wide && m - row >= 4) {                                                                                         \
        FOUR(t, row, column, x + row * k, end_of_x, here, end_of_w, k, ahead, now);                                       \
        row += 4;                                                                                                         \
      } else if (m - row >= 2) {                                                                                          \
        TWO(t, row, column, x + row * k, end_of_x, here, end_of_w, k, ahead, now);                                        \
        row += 2;                                                                                                         \
      } else {                                                                                                            \
        ONE(t, row, column, x + row * k, end_of_x, here, end_of_w, k, ahead, now);                                        \
        row += 1;                                                                                                         \
      }                                                                                                                   \
      ahead += now * k;                                                                                                   \
      rows_ahead -= now;                                                                                                  \
    }                                                                                                                     \
  }

#define PRODUCTS(NAME, TYPE, WEIGHTS, REST)                                                                              \
  TILE(NAME##_4_by_4, 4, 4, TYPE, WEIGHTS, REST)                                                                          \
  TILE(NAME##_2_by_4, 2, 4, TYPE, WEIGHTS, REST)                                                                          \
  TILE(NAME##_1_by_4, 1, 4, TYPE, WEIGHTS, REST)                                                                          \
  TILE(NAME##_1_by_8, 1, 8, TYPE, WEIGHTS, REST)                                                                          \
  TILE(NAME##_4_by_1, 4, 1, TYPE, WEIGHTS, REST)                                                                          \
  TILE(NAME##_2_by_1, 2, 1, TYPE, WEIGHTS, REST)                                                                          \
  TILE(NAME##_1_by_1, 1, 1, TYPE, WEIGHTS, REST)                                                                          \
  STRIPE(NAME##_by_4, 4, TYPE, NAME##_4_by_4, NAME##_2_by_4, NAME##_1_by_4)                                               \
  STRIPE(NAME##_by_1, 1, TYPE, NAME##_4_by_1, NAME##_2_by_1, NAME##_1_by_1)                                               \
  LR_INLINE void NAME##_unfused(lr_target t, const float *x, const TYPE *w, int64_t m, int64_t k, int64_t begin,          \
                                int64_t end) {                                                                            \
    const float *end_of_x = x + m * k;                                                                                    \
    const TYPE *end_of_w = w + t.n * k;                                                                                   \
    for (int64_t column = begin; column < end; column++) {                                                                \
      for (int64_t row = 0; row < m; row++) {                                                                             \
        lanes sum = {0}, v, u;                                                                                            \
        int64_t i = 0;                                                                                                    \
        for (; i + LANES <= k; i += LANES) {                                                                              \
          v = LOAD(x + row * k + i), u = WEIGHTS(w + column * k + i);                                                     \
          add_product(&sum, &v, &u);                                                                                      \
        }                                                                                                                 \
        if (i < k) {                                                                                                      \
          v = LOAD_REST(x + row * k + i, k - i, end_of_x), u = REST(w + column * k + i, k - i, end_of_w);                   \
          add_product(&sum, &v, &u);                                                                                      \
        }                                                                                                                 \
        float one = sum_lanes(&sum);                                                                                      \
        finish(t, row, column, &one, 1);                                                                                  \
      }                                                                                                                   \
    }                                                                                                                     \
  }                                                                                                                       \
  LR_CLONES void lr_##NAME(float *y, const float *x, const TYPE *w, const float *bias, int64_t m, int64_t n, int64_t k,   \
                           int64_t begin, int64_t end, float factor, int32_t accumulate) {                                \
    lr_target t = {y, bias, n, factor, accumulate};                                                                       \
    if (!LR_FUSES) {                                                                                                      \
      NAME##_unfused(t, x, w, m, k, begin, end);                                                                          \
      return;                                                                                                             \
    }                                                                                                                     \
    const TYPE *end_of_w = w + n * k;                                                                                     \
    int64_t column = begin;                                                                                               \
    int wide = WIDE;                                                                                                      \
    if (m == 1)                                                                                                           \
      for (; column + 8 <= end; column += 8) {                                                                            \
        int64_t left = end - column - 8;                                                                                  \
        NAME##_1_by_8(t, 0, column, x, x + k, w + column * k, end_of_w, k, w + (column + 8) * k, left < 8 ? left : 8);    \
      }                                                                                                                   \
    for (; column + 4 <= end; column += 4) {                                                                              \
      int64_t left = end - column - 4;                                                                                    \
      NAME##_by_4(t, x, w, end_of_w, m, column, k, wide, left < 4 ? left : 4);                                            \
    }                                                                                                                     \
    for (; column < end; column++) NAME##_by_1(t, x, w, end_of_w, m, column, k, wide, 0);                                 \
  }

PRODUCTS(row_products, float, LOAD, LOAD_REST)
PRODUCTS(row_products_half, uint16_t, LOAD_HALF, LOAD_HALF_REST)
