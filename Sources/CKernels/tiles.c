// Products of matrices, cut into tiles. Each number is one sum over its terms in their order, LR_TILE_TERMS of them at a time, each
// multiplied and added with one rounding: a function of its row, its column and how many terms there are, whichever tile it stands in and
// whichever instructions compute it.
#include "CKernels.h"
#include "fused.h"
#include "vector.h"

enum { ROWS = LR_TILE_ROWS, COLUMNS = LR_TILE_COLUMNS, TERMS = LR_TILE_TERMS };

// --- Packing: the rows or columns of a panel side by side, term by term.

// r[i][j] becomes r[j][i].
LR_INLINE void turn(lanes8 *r) {
  lanes8 s[8], t[8];
  UNROLL for (int i = 0; i < 8; i += 2) {
    s[i] = SHUFFLE(r[i], r[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    s[i + 1] = SHUFFLE(r[i], r[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  UNROLL for (int i = 0; i < 8; i += 4) {
    UNROLL for (int e = 0; e < 2; e++) {
      t[i + 2 * e] = SHUFFLE(s[i + e], s[i + 2 + e], 0, 1, 8, 9, 4, 5, 12, 13);
      t[i + 2 * e + 1] = SHUFFLE(s[i + e], s[i + 2 + e], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  }
  UNROLL for (int i = 0; i < 4; i++) {
    r[i] = SHUFFLE(t[i], t[4 + i], 0, 1, 2, 3, 8, 9, 10, 11);
    r[4 + i] = SHUFFLE(t[i], t[4 + i], 4, 5, 6, 7, 12, 13, 14, 15);
  }
}

#define LOAD8_HALF(p) \
  ((lanes8)(__builtin_convertvector(*(const halves8_unaligned *)(p), lanes8_uint) << 16))
typedef uint16_t halves8_unaligned __attribute__((vector_size(16), aligned(2)));
typedef uint32_t lanes8_uint __attribute__((vector_size(32)));
LR_INLINE float widened(uint16_t half) { return as_float((int32_t)((uint32_t)half << 16)); }
#define AS_IT_IS(x) (x)

// `count` members of a panel of `WIDTH`, and zeros in place of the others. Member i's term t stands at from[i * across + t * along], one
// of the two steps being 1, and goes to to[t * WIDTH + i].
#define PACK(NAME, TYPE, WIDTH, LOAD_TERMS, VALUE)                                                                               \
  LR_INLINE void NAME(float *to, const TYPE *from, int64_t count, int64_t terms, int64_t across, int64_t along) {                \
    int64_t t = 0;                                                                                                               \
    if (along == 1 && count == WIDTH) {                                                                                          \
      for (; t + 8 <= terms; t += 8) {                                                                                           \
        UNROLL for (int group = 0; group < WIDTH; group += 8) {                                                                  \
          lanes8 r[8];                                                                                                           \
          UNROLL for (int i = 0; i < 8; i++)                                                                                     \
              r[i] = group + i < WIDTH ? LOAD_TERMS(from + (group + i) * across + t) : (lanes8){0};                              \
          turn(r);                                                                                                               \
          float *out = to + t * WIDTH + group;                                                                                   \
          UNROLL for (int j = 0; j < 8; j++) {                                                                                   \
            if (WIDTH - group >= 8)                                                                                              \
              *(lanes8_unaligned *)(out + j * WIDTH) = r[j];                                                                     \
            else                                                                                                                 \
              *(lanes4_unaligned *)(out + j * WIDTH) = SHUFFLE(r[j], r[j], 0, 1, 2, 3);                                          \
          }                                                                                                                      \
        }                                                                                                                        \
      }                                                                                                                          \
    } else if (across == 1 && count == WIDTH) {                                                                                  \
      for (; t < terms; t++) {                                                                                                   \
        const TYPE *p = from + t * along;                                                                                        \
        float *out = to + t * WIDTH;                                                                                             \
        UNROLL for (int i = 0; i + 8 <= WIDTH; i += 8) *(lanes8_unaligned *)(out + i) = LOAD_TERMS(p + i);                       \
        if (WIDTH % 8) memcpy(out + WIDTH / 8 * 8, p + WIDTH / 8 * 8, WIDTH % 8 * sizeof(float));                                \
      }                                                                                                                          \
    }                                                                                                                            \
    for (; t < terms; t++)                                                                                                       \
      for (int64_t i = 0; i < WIDTH; i++) to[t * WIDTH + i] = i < count ? VALUE(from[i * across + t * along]) : 0.0f;            \
  }
PACK(pack_row_panel, float, ROWS, LOAD8, AS_IT_IS)
PACK(pack_panel, float, COLUMNS, LOAD8, AS_IT_IS)
PACK(pack_panel_half, uint16_t, COLUMNS, LOAD8_HALF, widened)

// Terms that are packed of one panel before the next panel's, where a panel's members lie side by side: so that whole pages are used up.
enum { TOGETHER_TERMS = 32 };

#define PACK_COLUMNS(NAME, TYPE, PANEL)                                                                                          \
  LR_CLONES void NAME(float *packed, const TYPE *b, int64_t n, int64_t k, int64_t column, int64_t term, int64_t begin,           \
                      int64_t end) {                                                                                             \
    int64_t share = term == 1 ? k : TOGETHER_TERMS;                                                                              \
    for (int64_t from = 0; from < k; from += share) {                                                                            \
      int64_t terms = k - from < share ? k - from : share;                                                                       \
      for (int64_t panel = begin; panel < end; panel++) {                                                                        \
        int64_t first = panel * COLUMNS, count = n - first < COLUMNS ? n - first : COLUMNS;                                      \
        PANEL(packed + first * k + from * COLUMNS, b + first * column + from * term, count, terms, column, term);                \
      }                                                                                                                          \
    }                                                                                                                            \
  }
PACK_COLUMNS(lr_pack_columns, float, pack_panel)
PACK_COLUMNS(lr_pack_columns_half, uint16_t, pack_panel_half)

// Where the terms from `from` on of a packed row lie: run by run of TERMS, and in each row panel by row panel.
LR_INLINE int64_t terms_of_row(const lr_product *p, int64_t row, int64_t from, int64_t terms) {
  return (p->m + ROWS - 1) / ROWS * ROWS * from + row * terms;
}

LR_CLONES void lr_pack_tile_rows(float *packed, const lr_product *p, int64_t begin, int64_t end) {
  for (int64_t from = 0; from < p->k; from += TERMS) {
    int64_t count = p->k - from < TERMS ? p->k - from : TERMS, share = p->a_term == 1 ? count : TOGETHER_TERMS;
    for (int64_t some = 0; some < count; some += share) {
      int64_t terms = count - some < share ? count - some : share;
      for (int64_t row = begin * ROWS; row < end * ROWS && row < p->m; row += ROWS) {
        const float *a = p->a + row * p->a_row + (from + some) * p->a_term;
        int64_t rows = p->m - row < ROWS ? p->m - row : ROWS;
        pack_row_panel(packed + terms_of_row(p, row, from, count) + some * ROWS, a, rows, terms, p->a_row, p->a_term);
      }
    }
  }
}

// What comes closer while a tile's panel is computed, a line of 16 numbers at each term: 32 of a row, then 32 of the next, which stands
// `step` numbers on.
typedef struct {
  const float *next;
  int64_t step;
} lr_coming;

// --- Sums of R rows by V vectors of columns. A row's next term stands `along` behind the last, the next row's `across` beside it.

#define SUMS(NAME, R, V)                                                                                                         \
  LR_INLINE void NAME(lanes *sums, const float *a, int64_t across, int64_t along, const float *b, int64_t terms,                 \
                      lr_coming coming) {                                                                                        \
    lanes s[R][V];                                                                                                               \
    /* four rows to a pointer, as many as an address reaches */                                                                  \
    const float *rows[(R + 3) / 4];                                                                                              \
    UNROLL for (int r = 0; r < R; r += 4) rows[r / 4] = a + r * across;                                                          \
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) s[r][v] = (lanes){0};                                  \
    for (int64_t t = 0; t < terms; coming.next += coming.step) {                                                                 \
      const float *line = coming.next;                                                                                           \
      for (int64_t stop = terms - t < 32 ? terms : t + 32; t < stop; t++, b += COLUMNS, line += LANES) {                         \
        lanes w[V];                                                                                                              \
        __builtin_prefetch(b + 8 * COLUMNS);                                                                                     \
        if (V == 2) __builtin_prefetch(line, 0, 2);                                                                              \
        UNROLL for (int v = 0; v < V; v++) w[v] = LOAD(b + v * LANES);                                                           \
        UNROLL for (int r = 0; r < R; r++) {                                                                                     \
          float one = rows[r / 4][r % 4 * across];                                                                               \
          lanes x = {one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one};                            \
          UNROLL for (int v = 0; v < V; v++) s[r][v] = __builtin_elementwise_fma(x, w[v], s[r][v]);                              \
        }                                                                                                                        \
        UNROLL for (int r = 0; r < R; r += 4) rows[r / 4] += along;                                                              \
      }                                                                                                                          \
    }                                                                                                                            \
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) sums[r * V + v] = s[r][v];                             \
  }
SUMS(sums_12_by_2, ROWS, 2)
SUMS(sums_12_by_1, ROWS, 1)
// As many as sixteen registers of eight numbers hold.
SUMS(sums_6_by_1, ROWS / 2, 1)

LR_INLINE void sums_unfused(lanes *sums, const float *a, int64_t across, int64_t along, const float *b, int64_t terms) {
  for (int r = 0; r < ROWS; r++) {
    lanes s = {0};
    for (int64_t t = 0; t < terms; t++) {
      float one = a[r * across + t * along];
      lanes x = {one, one, one, one, one, one, one, one, one, one, one, one, one, one, one, one}, w = LOAD(b + t * COLUMNS);
      add_product(&s, &x, &w);
    }
    sums[r] = s;
  }
}

// What becomes of the sums of some rows' whole vectors.
#define PUT_ROWS(V, VALUE)                                                                                                       \
  for (int64_t r = 0; r < rows; r++, y += p->y_row)                                                                              \
    UNROLL for (int v = 0; v < V; v++) STORE(y + v * LANES, (VALUE) + sums[r * V + v] * p->factor);
#define PUT(NAME, V)                                                                                                             \
  LR_INLINE void NAME(const lr_product *p, int64_t row, int64_t rows, int64_t column, const lanes *sums, int isFirst) {          \
    float *y = p->y + row * p->y_row + column;                                                                                   \
    if (!isFirst || (p->accumulate && !p->bias)) {                                                                               \
      PUT_ROWS(V, LOAD(y + v * LANES))                                                                                           \
    } else if (p->bias) {                                                                                                        \
      PUT_ROWS(V, LOAD(p->bias + column + v * LANES))                                                                            \
    } else {                                                                                                                     \
      for (int64_t r = 0; r < rows; r++, y += p->y_row)                                                                          \
        UNROLL for (int v = 0; v < V; v++) STORE(y + v * LANES, sums[r * V + v] * p->factor);                                    \
    }                                                                                                                            \
  }
PUT(put_two, 2)
PUT(put_one, 1)

// The same of fewer columns, or of columns that do not lie side by side.
LR_INLINE void put_part(const lr_product *p, int64_t row, int64_t rows, int64_t column, const lanes *sums, int isFirst) {
  int64_t count = p->n - column < LANES ? p->n - column : LANES;
  for (int64_t r = 0; r < rows; r++) {
    lanes value = sums[r] * p->factor;
    float *y = p->y + (row + r) * p->y_row + column * p->y_column;
    for (int64_t j = 0; j < count; j++, y += p->y_column)
      *y = !isFirst || (p->accumulate && !p->bias) ? *y + value[j] : p->bias ? p->bias[column + j] + value[j] : value[j];
  }
}

// Twelve rows, or those that are left, by one panel.
LR_INLINE void panel_of_tile(const lr_product *p, const float *a, int64_t across, int64_t along, const float *b, int64_t row,
                             int64_t end, int64_t column, int64_t terms, int isFirst, int fuses, int wide, lr_coming coming) {
  int64_t rows = end - row < ROWS ? end - row : ROWS, left = p->n - column;
  lanes sums[ROWS * 2];
  // y is met once for all of these terms: it comes closer meanwhile
  if (p->y_column == 1)
    for (int64_t r = 0; r < rows; r++) {
      __builtin_prefetch(p->y + (row + r) * p->y_row + column, 1);
      __builtin_prefetch(p->y + (row + r) * p->y_row + column + LANES, 1);
    }
  if (fuses && wide && left >= COLUMNS && p->y_column == 1) {
    sums_12_by_2(sums, a, across, along, b, terms, coming);
    put_two(p, row, rows, column, sums, isFirst);
    return;
  }
  for (int v = 0; v < COLUMNS / LANES && left > 0; v++, left -= LANES, column += LANES, b += LANES) {
    if (fuses && wide) {
      sums_12_by_1(sums, a, across, along, b, terms, coming);
    } else if (fuses) {
      for (int half = 0; half < (rows > ROWS / 2 ? ROWS : ROWS / 2); half += ROWS / 2)
        sums_6_by_1(sums + half, a + half * across, across, along, b, terms, coming);
    } else {
      sums_unfused(sums, a, across, along, b, terms);
    }
    if (left >= LANES && p->y_column == 1)
      put_one(p, row, rows, column, sums, isFirst);
    else
      put_part(p, row, rows, column, sums, isFirst);
  }
}

LR_CLONES void lr_multiply_tile(const lr_product *p, int64_t first_row, int64_t end_row, int64_t first_panel, int64_t end_panel) {
  int fuses = LR_FUSES, wide = WIDE;
  for (int64_t from = 0; from < p->k; from += TERMS) {
    int64_t terms = p->k - from < TERMS ? p->k - from : TERMS;
    for (int64_t panel = first_panel; panel < end_panel; panel++) {
      const float *b = p->b + panel * p->b_panel + from * COLUMNS;
      int64_t column = panel * COLUMNS;
      for (int64_t row = first_row; row < end_row; row += ROWS) {
        // the first panel of b meets rows of a that are far yet; the others have the next panel of b brought, in parts
        lr_coming coming = {b + p->b_panel + (row - first_row) / ROWS * 32 * LANES, 0};
        if (panel == first_panel && !p->packed) coming = (lr_coming){p->a + (row + ROWS) * p->a_row + from, p->a_row};
        if (p->packed) {
          const float *a = p->packed + terms_of_row(p, row, from, terms);
          panel_of_tile(p, a, 1, ROWS, b, row, end_row, column, terms, from == 0, fuses, wide, coming);
        } else if (end_row - row >= ROWS) {
          const float *a = p->a + row * p->a_row + from;
          panel_of_tile(p, a, p->a_row, 1, b, row, end_row, column, terms, from == 0, fuses, wide, coming);
        } else {
          float some[ROWS * TERMS];
          pack_row_panel(some, p->a + row * p->a_row + from, end_row - row, terms, p->a_row, 1);
          panel_of_tile(p, some, 1, ROWS, b, row, end_row, column, terms, from == 0, fuses, wide, coming);
        }
      }
    }
  }
}
