// Products of rows, x Wᵀ. Each output is one sum over 16 lanes, lane l taking the terms l, l + 16, l + 32 in their order, fused,
// and then the tree of sum_lanes: a function of its row and its weights alone, whatever stands in other rows and however many there are.
#include "CKernels.h"
#include "fused.h"
#include "vector.h"

#define LOAD_HALF_PART(p, n)                                    \
  ({                                                            \
    uint16_t part_[LANES] = {0};                                \
    for (int64_t i_ = 0; i_ < (n); i_++) part_[i_] = (p)[i_];   \
    LOAD_HALF(part_);                                           \
  })
#define LOAD_HALF_REST(p, n, limit) ((limit) - (p) < LANES ? LOAD_HALF_PART(p, n) : FIRST_LANES(LOAD_HALF(p), n))

// How a product is cut, which changes no bit: rows that are packed together; rows and outputs whose sums wait while others get their next
// terms; and how many terms these are, so that what is met again stays in the nearest cache.
enum { SIDE_BY_SIDE = 4, MOST_ROWS = 64, GROUP = 16, SHORT_PART = 384, LONG_PART = 768 };

LR_CLONES void lr_pack_rows(float *packed, const float *x, int64_t m, int64_t k, int64_t begin, int64_t end) {
  int64_t height = m < SIDE_BY_SIDE ? m : SIDE_BY_SIDE, whole = k - k % LANES, room = (k + LANES - 1) / LANES * LANES;
  for (int64_t row = begin; row < end; row++) {
    const float *from = x + row * k;
    float *to = packed + row / height * height * room + row % height * LANES;
    for (int64_t i = 0; i < whole; i += LANES, to += height * LANES) STORE(to, LOAD(from + i));
    if (whole < k) STORE(to, LOAD_PART(from + whole, k - whole));
  }
}

// One product of packed rows, its terms from..<to, and what becomes of its sums: y = factor * sum + (y or the bias).
typedef struct {
  float *y;
  const float *x, *bias;
  int64_t m, n, k, from, to, height;
  float factor;
  int32_t accumulate;
  int wide;
} lr_products;

// Weights that are brought closer meanwhile, a line of 16 terms after the other: the next one, how many are left in its row and in all,
// how far the next row is behind it, and how many are asked for at a time, few enough that loads need not wait for them.
typedef struct {
  const float *next;
  int64_t row_lines, in_row, left, skip, share;
} lr_ahead;

LR_INLINE void bring_closer(lr_ahead *ahead) {
  int64_t count = ahead->share < ahead->left ? ahead->share : ahead->left;
  ahead->left -= count;
  for (; count > 0; count--, ahead->next += LANES) {
    __builtin_prefetch(ahead->next, 0, 2);
    if (--ahead->in_row == 0) ahead->next += ahead->skip, ahead->in_row = ahead->row_lines;
  }
}

// Where a row's terms from i on lie, i a multiple of LANES.
LR_INLINE int64_t terms_at(const lr_products *p, int64_t row, int64_t i) {
  int64_t room = (p->k + LANES - 1) / LANES * LANES, within = row % p->height;
  return (row - within) * room + i * p->height + within * LANES;
}

LR_INLINE void finish(const lr_products *p, int64_t row, int64_t column, const float *sums, int count) {
  float *y = p->y + row * p->n + column;
  UNROLL for (int j = 0; j < count; j++) {
    float value = sums[j] * p->factor;
    y[j] = p->bias ? p->bias[column + j] + value : p->accumulate ? y[j] + value : value;
  }
}

// Where weights lie that are brought closer meanwhile, some at each step: how far these are from each other, in bytes, and how far it is
// to the next step's.
typedef struct {
  const char *next;
  int64_t apart, along;
} lr_closer;

#define CLOSER(TYPE, from, apart, along) \
  ((lr_closer){(const char *)(from), (apart) * (int64_t)sizeof(TYPE), (along) * (int64_t)sizeof(TYPE)})

// R rows by N outputs; sums wait in `kept` where terms are missing yet. Meanwhile weights, `count` at each step, are brought closer.
#define TILE(NAME, R, N, TYPE, WEIGHTS, REST)                                                                                     \
  LR_INLINE void NAME(const lr_products *p, const TYPE *w, const TYPE *end_of_w, int64_t row, int64_t column, lanes *kept,        \
                      lr_closer ahead, const int count) {                                                                         \
    int64_t k = p->k, step = p->height * LANES, to = p->to;                                                                       \
    const float *x = p->x + terms_at(p, row, p->from);                                                                            \
    const TYPE *u = w + column * k + p->from, *stop = w + column * k + (to < k ? to : k - k % LANES);                             \
    lanes sum[R][N], v[R], weight;                                                                                                \
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int j = 0; j < N; j++) sum[r][j] = p->from ? kept[r * N + j] : (lanes){0};     \
    for (; u < stop; u += LANES, x += step, ahead.next += ahead.along) {                                                          \
      UNROLL for (int a = 0; a < count; a++) __builtin_prefetch(ahead.next + a * ahead.apart, 0, 2);                              \
      UNROLL for (int r = 0; r < R; r++) v[r] = LOAD(x + r * LANES);                                                              \
      UNROLL for (int j = 0; j < N; j++) {                                                                                        \
        weight = WEIGHTS(u + j * k);                                                                                              \
        UNROLL for (int r = 0; r < R; r++) sum[r][j] = __builtin_elementwise_fma(v[r], weight, sum[r][j]);                        \
      }                                                                                                                           \
    }                                                                                                                             \
    if (to < k) {                                                                                                                 \
      UNROLL for (int r = 0; r < R; r++) UNROLL for (int j = 0; j < N; j++) kept[r * N + j] = sum[r][j];                          \
      return;                                                                                                                     \
    }                                                                                                                             \
    if (k % LANES) {                                                                                                              \
      UNROLL for (int r = 0; r < R; r++) v[r] = LOAD(x + r * LANES);                                                              \
      UNROLL for (int j = 0; j < N; j++) {                                                                                        \
        weight = REST(u + j * k, k % LANES, end_of_w);                                                                            \
        UNROLL for (int r = 0; r < R; r++) sum[r][j] = __builtin_elementwise_fma(v[r], weight, sum[r][j]);                        \
      }                                                                                                                           \
    }                                                                                                                             \
    UNROLL for (int r = 0; r < R; r++) {                                                                                          \
      float sums[N];                                                                                                              \
      UNROLL for (int j = 0; j + 4 <= N; j += 4)                                                                                  \
          sum_four(sums + j, &sum[r][j], &sum[r][(j + 1) % N], &sum[r][(j + 2) % N], &sum[r][(j + 3) % N]);                       \
      UNROLL for (int j = N / 4 * 4; j < N; j++) sums[j] = sum_lanes(&sum[r][j]);                                                 \
      finish(p, row + r, column, sums, N);                                                                                        \
    }                                                                                                                             \
  }

// As TILE, eight lanes after the other eight: for processors whose registers hold eight numbers, and are too few for a whole tile's sums.

#define SHARE_OF_STEPS 4
#define TILE8(NAME, R, N)                                                                                                         \
  LR_INLINE void NAME(const lr_products *p, const float *w, const float *end_of_w, int64_t row, int64_t column, lanes *kept,      \
                      lr_ahead *ahead) {                                                                                          \
    int64_t k = p->k, step = p->height * LANES, to = p->to;                                                                       \
    const float *x = p->x + terms_at(p, row, p->from);                                                                            \
    const float *u = w + column * k + p->from, *stop = w + column * k + (to < k ? to : k - k % LANES);                            \
    lanes all[R][N];                                                                                                              \
    UNROLL for (int half = 0; half < LANES; half += 8) {                                                                          \
      const float *terms = x + half, *weights = u;                                                                                \
      lanes8 sum[R][N], v[R], weight;                                                                                             \
      UNROLL for (int r = 0; r < R; r++) UNROLL for (int j = 0; j < N; j++)                                                       \
          sum[r][j] = p->from ? LOAD8((const float *)&kept[r * N + j] + half) : (lanes8){0};                                      \
      while (weights < stop) {                                                                                                    \
        const float *pause = stop - weights > SHARE_OF_STEPS * LANES ? weights + SHARE_OF_STEPS * LANES : stop;                   \
        bring_closer(ahead);                                                                                                      \
        for (; weights < pause; weights += LANES, terms += step) {                                                                \
          UNROLL for (int r = 0; r < R; r++) v[r] = LOAD8(terms + r * LANES);                                                     \
          UNROLL for (int j = 0; j < N; j++) {                                                                                    \
            weight = LOAD8(weights + half + j * k);                                                                               \
            UNROLL for (int r = 0; r < R; r++) sum[r][j] = __builtin_elementwise_fma(v[r], weight, sum[r][j]);                    \
          }                                                                                                                       \
        }                                                                                                                         \
      }                                                                                                                           \
      UNROLL for (int r = 0; r < R; r++) UNROLL for (int j = 0; j < N; j++)                                                       \
          *(lanes8 *)((float *)&all[r][j] + half) = sum[r][j];                                                                    \
    }                                                                                                                             \
    if (to < k) {                                                                                                                 \
      UNROLL for (int r = 0; r < R; r++) UNROLL for (int j = 0; j < N; j++) kept[r * N + j] = all[r][j];                          \
      return;                                                                                                                     \
    }                                                                                                                             \
    if (k % LANES) {                                                                                                              \
      x += (stop - u) / LANES * step;                                                                                             \
      UNROLL for (int j = 0; j < N; j++) {                                                                                        \
        lanes weight = LOAD_REST(stop + j * k, k % LANES, end_of_w);                                                              \
        UNROLL for (int r = 0; r < R; r++) all[r][j] = __builtin_elementwise_fma(LOAD(x + r * LANES), weight, all[r][j]);         \
      }                                                                                                                           \
    }                                                                                                                             \
    UNROLL for (int r = 0; r < R; r++) {                                                                                          \
      float sums[N];                                                                                                              \
      sum_four(sums, &all[r][0], &all[r][1], &all[r][2], &all[r][3]);                                                             \
      finish(p, row + r, column, sums, N);                                                                                        \
    }                                                                                                                             \
  }
TILE8(narrow_2_by_4, 2, 4)
TILE8(narrow_1_by_4, 1, 4)

// Some rows by four outputs on such processors; what is brought closer is spread over all that is computed meanwhile.
LR_INLINE void narrow_by_4(const lr_products *p, const float *w, const float *end_of_w, int64_t row, int64_t end, int64_t column,
                           lanes *kept, const float *next, int64_t rows_ahead) {
  int64_t lines = (p->to - p->from + LANES - 1) / LANES, all = rows_ahead * lines;
  int64_t shares = (end - row + 1) / 2 * 2 * ((lines + SHARE_OF_STEPS - 1) / SHARE_OF_STEPS);
  lr_ahead ahead = {next + p->from, lines, lines, all, p->k - lines * LANES, (all + shares - 1) / shares};
  for (; end - row >= 2; row += 2, kept += 8) narrow_2_by_4(p, w, end_of_w, row, column, kept, &ahead);
  if (row < end) narrow_1_by_4(p, w, end_of_w, row, column, kept, &ahead);
}

// The number of rows ahead as a constant; it is at most four.
#define AHEAD(count, TILE, ...)                 \
  switch (count) {                              \
    case 0: TILE(__VA_ARGS__, 0); break;        \
    case 1: TILE(__VA_ARGS__, 1); break;        \
    case 2: TILE(__VA_ARGS__, 2); break;        \
    default: TILE(__VA_ARGS__, 4);              \
  }

// Some rows by N outputs, as many together as there are registers for, each time with its share of the weights that come next.
#define STRIPE(NAME, N, TYPE, FOUR, TWO, ONE)                                                                                     \
  LR_INLINE void NAME(const lr_products *p, const TYPE *w, const TYPE *end_of_w, int64_t row, int64_t end, int64_t column,        \
                      lanes *kept, const TYPE *ahead, int64_t rows_ahead) {                                                       \
    int64_t most = p->wide ? 4 : 2, tiles = (end - row + most - 1) / most, share = (rows_ahead + tiles - 1) / tiles;              \
    while (row < end) {                                                                                                           \
      int64_t now = share < rows_ahead ? share : rows_ahead;  /* 0, 1, 2 or 4 */                                                  \
      if (p->wide && end - row >= 4) {                                                                                            \
        AHEAD(now, FOUR, p, w, end_of_w, row, column, kept, CLOSER(TYPE, ahead + p->from, p->k, LANES));                          \
        row += 4;                                                                                                                 \
      } else if (end - row >= 2) {                                                                                                \
        AHEAD(now, TWO, p, w, end_of_w, row, column, kept, CLOSER(TYPE, ahead + p->from, p->k, LANES));                           \
        row += 2;                                                                                                                 \
      } else {                                                                                                                    \
        AHEAD(now, ONE, p, w, end_of_w, row, column, kept, CLOSER(TYPE, ahead + p->from, p->k, LANES));                           \
        row += 1;                                                                                                                 \
      }                                                                                                                           \
      kept += most * N;                                                                                                           \
      ahead += now * p->k;                                                                                                        \
      rows_ahead -= now;                                                                                                          \
    }                                                                                                                             \
  }

#define PRODUCTS(NAME, TYPE, WEIGHTS, REST, NARROW_BY_4)                                                                          \
  TILE(NAME##_4_by_4, 4, 4, TYPE, WEIGHTS, REST)                                                                                  \
  TILE(NAME##_2_by_4, 2, 4, TYPE, WEIGHTS, REST)                                                                                  \
  TILE(NAME##_1_by_4, 1, 4, TYPE, WEIGHTS, REST)                                                                                  \
  TILE(NAME##_1_by_8, 1, 8, TYPE, WEIGHTS, REST)                                                                                  \
  TILE(NAME##_4_by_1, 4, 1, TYPE, WEIGHTS, REST)                                                                                  \
  TILE(NAME##_2_by_1, 2, 1, TYPE, WEIGHTS, REST)                                                                                  \
  TILE(NAME##_1_by_1, 1, 1, TYPE, WEIGHTS, REST)                                                                                  \
  STRIPE(NAME##_by_4, 4, TYPE, NAME##_4_by_4, NAME##_2_by_4, NAME##_1_by_4)                                                       \
  STRIPE(NAME##_by_1, 1, TYPE, NAME##_4_by_1, NAME##_2_by_1, NAME##_1_by_1)                                                       \
  /* Some rows by a multiple of four outputs. */                                                                                  \
  LR_INLINE void NAME##_block(lr_products p, const TYPE *w, const TYPE *end_of_w, int64_t row, int64_t end, int64_t begin_column, \
                              int64_t end_column) {                                                                               \
    lanes kept[MOST_ROWS * GROUP];                                                                                                \
    int64_t part = p.k > LONG_PART ? SHORT_PART : LONG_PART;                                                                      \
    for (int64_t first = begin_column; first < end_column; first += GROUP) {                                                      \
      int64_t last = first + GROUP < end_column ? first + GROUP : end_column;                                                     \
      for (p.from = 0; p.from < p.k; p.from += part) {                                                                            \
        p.to = p.from + part < p.k ? p.from + part : p.k;                                                                         \
        for (int64_t column = first; column < last; column += 4) {                                                                \
          /* the next outputs' same terms, the first ones' next terms, or the first terms of the next group */                    \
          int isLast = column + 4 == last, isWhole = p.to == p.k;                                                                 \
          const TYPE *ahead = w + (isLast && !isWhole ? first : column + 4) * p.k;                                                \
          ahead += isLast ? (isWhole ? -p.from : p.to - p.from) : 0;                                                              \
          int64_t rows_ahead = isLast && isWhole && last == end_column ? 0 : 4;                                                   \
          lanes *waiting = kept + (column - first) * MOST_ROWS;                                                                   \
          if (p.wide)                                                                                                             \
            NAME##_by_4(&p, w, end_of_w, row, end, column, waiting, ahead, rows_ahead);                                           \
          else                                                                                                                    \
            NARROW_BY_4(&p, w, end_of_w, row, end, column, waiting, ahead, rows_ahead);                                           \
        }                                                                                                                         \
      }                                                                                                                           \
    }                                                                                                                             \
  }                                                                                                                               \
  LR_INLINE void NAME##_unfused(const lr_products *p, const TYPE *w, const TYPE *end_of_w, int64_t begin, int64_t end) {          \
    int64_t k = p->k;                                                                                                             \
    for (int64_t column = begin; column < end; column++) {                                                                        \
      for (int64_t row = 0; row < p->m; row++) {                                                                                  \
        lanes sum = {0}, v, u;                                                                                                    \
        for (int64_t i = 0; i < k; i += LANES) {                                                                                  \
          v = LOAD(p->x + terms_at(p, row, i));                                                                                   \
          u = k - i < LANES ? REST(w + column * k + i, k - i, end_of_w) : WEIGHTS(w + column * k + i);                            \
          add_product(&sum, &v, &u);                                                                                              \
        }                                                                                                                         \
        float one = sum_lanes(&sum);                                                                                              \
        finish(p, row, column, &one, 1);                                                                                          \
      }                                                                                                                           \
    }                                                                                                                             \
  }                                                                                                                               \
  LR_CLONES void lr_##NAME(float *y, const float *packed, const TYPE *w, const float *bias, int64_t m, int64_t n, int64_t k,      \
                           int64_t begin, int64_t end, float factor, int32_t accumulate) {                                        \
    lr_products p = {y, packed, bias, m, n, k, 0, k, m < SIDE_BY_SIDE ? m : SIDE_BY_SIDE, factor, accumulate, WIDE};              \
    const TYPE *end_of_w = w + n * k;                                                                                             \
    if (!LR_FUSES) {                                                                                                              \
      NAME##_unfused(&p, w, end_of_w, begin, end);                                                                                \
      return;                                                                                                                     \
    }                                                                                                                             \
    int64_t column = begin;                                                                                                       \
    /* few terms a row: the weights are one stream; else one a row */                                                             \
    int64_t most = p.wide ? 8 : 4, isOne = !p.wide && most * k * sizeof(TYPE) <= 8192;                                            \
    for (; m == 1 && column + most <= end; column += most) {                                                                      \
      const TYPE *next = w + (column + most) * k;                                                                                 \
      lr_closer ahead = isOne ? CLOSER(TYPE, next, 64 / sizeof(TYPE), 4 * LANES) : CLOSER(TYPE, next, k, LANES);                  \
      if (end - column < 2 * most)                                                                                                \
        p.wide ? NAME##_1_by_8(&p, w, end_of_w, 0, column, 0, ahead, 0) : NAME##_1_by_4(&p, w, end_of_w, 0, column, 0, ahead, 0); \
      else if (p.wide)                                                                                                            \
        NAME##_1_by_8(&p, w, end_of_w, 0, column, 0, ahead, 8);                                                                   \
      else if (isOne)                                                                                                             \
        NAME##_1_by_4(&p, w, end_of_w, 0, column, 0, ahead, 4 * LANES * sizeof(TYPE) / 64);                                       \
      else                                                                                                                        \
        NAME##_1_by_4(&p, w, end_of_w, 0, column, 0, ahead, 4);                                                                   \
    }                                                                                                                             \
    int64_t whole = column + (end - column) / 4 * 4;                                                                              \
    for (int64_t row = 0; row < m; row += MOST_ROWS) {                                                                            \
      int64_t stop = row + MOST_ROWS < m ? row + MOST_ROWS : m;                                                                   \
      NAME##_block(p, w, end_of_w, row, stop, column, whole);                                                                     \
      for (int64_t c = whole; c < end; c++) NAME##_by_1(&p, w, end_of_w, row, stop, c, 0, w, 0);                                  \
    }                                                                                                                             \
  }

PRODUCTS(row_products, float, LOAD, LOAD_REST, narrow_by_4)
PRODUCTS(row_products_half, uint16_t, LOAD_HALF, LOAD_HALF_REST, row_products_half_by_4)
