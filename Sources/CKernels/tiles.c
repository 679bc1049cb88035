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
          UNROLL for (int i = 0; i < 8; i++) r[i] = LOAD_TERMS(from + (group + i) * across + t);                                  \
          turn(r);                                                                                                               \
          UNROLL for (int j = 0; j < 8; j++) *(lanes8_unaligned *)(to + (t + j) * WIDTH + group) = r[j];                          \
        }                                                                                                                        \
      }                                                                                                                          \
    } else if (across == 1 && count == WIDTH) {                                                                                  \
      for (; t < terms; t++) {                                                                                                   \
        const TYPE *p = from + t * along;                                                                                        \
        float *out = to + t * WIDTH;                                                                                             \
        UNROLL for (int i = 0; i < WIDTH; i += 8) *(lanes8_unaligned *)(out + i) = LOAD_TERMS(p + i);                             \
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

// What comes closer while a panel's sums are formed, with each 48 terms: 24 lines of 16 numbers, which stand side by side, and a row's
// share of what will be written next. The two steps lead to the next of each.
typedef struct {
  const float *lines;
  int64_t lines_step;
  const float *y;
  int64_t y_step;
} lr_coming;

// --- Sums of R rows by V vectors of columns, put into `sums`, whose rows are COLUMNS apart. A row's next term stands `along` behind the
// last, the next row's `across` beside it.

#define SAME_16(x) ((lanes){x, x, x, x, x, x, x, x, x, x, x, x, x, x, x, x})
#define SAME_8(x) ((lanes8){x, x, x, x, x, x, x, x})
typedef lanes_unaligned lanes16_unaligned;

// Term i of those that come next. Of four rows the pointer is one: as many as an address reaches.
#define ADD_TERM(R, V, WIDTH, i)                                                                                                 \
  {                                                                                                                              \
    __typeof__(s[0][0]) w[V];                                                                                                    \
    UNROLL for (int v = 0; v < V; v++) w[v] = *(const lanes##WIDTH##_unaligned *)(b + (i) * COLUMNS + v * WIDTH);                \
    UNROLL for (int r = 0; r < R; r++) {                                                                                         \
      float one = rows[r / 4][r % 4 * across + (i) * along];                                                                     \
      UNROLL for (int v = 0; v < V; v++) s[r][v] = __builtin_elementwise_fma(SAME_##WIDTH(one), w[v], s[r][v]);                  \
    }                                                                                                                            \
  }
#define ADD_TERMS(R, V, WIDTH, STEPS)                                                                                            \
  {                                                                                                                              \
    /* pointers that are hidden from the compiler stay pointers: it would keep one for each row, more than there are registers */ \
    UNROLL for (int r = 0; r < R; r += 4) __asm__("" : "+r"(rows[r / 4]));                                                       \
    UNROLL for (int i = 0; i < STEPS; i++) ADD_TERM(R, V, WIDTH, i)                                                              \
    UNROLL for (int r = 0; r < R; r += 4) rows[r / 4] += STEPS * along;                                                          \
    b += STEPS * COLUMNS;                                                                                                        \
  }
#define BRING_Y(V, WIDTH)                                                                                                        \
  {                                                                                                                              \
    UNROLL for (int i = 0; i < V * WIDTH; i += 16) __builtin_prefetch(coming.y + i, 1);                                          \
    coming.y += coming.y_step;                                                                                                   \
  }
#define SUMS(NAME, R, V, WIDTH, VECTOR)                                                                                          \
  LR_INLINE void NAME(float *sums, const float *a, int64_t across, int64_t along, const float *b, int64_t terms,                 \
                      lr_coming coming) {                                                                                        \
    VECTOR s[R][V];                                                                                                              \
    const float *rows[R / 4];                                                                                                    \
    UNROLL for (int r = 0; r < R; r += 4) rows[r / 4] = a + r * across;                                                          \
    UNROLL for (int r = 0; r < R; r++) UNROLL for (int v = 0; v < V; v++) s[r][v] = (VECTOR){0};                                 \
    int64_t t = 0, row = 0;                                                                                                      \
    for (; t + 48 <= terms; row++, coming.lines += coming.lines_step) {                                                          \
      BRING_Y(V, WIDTH)                                                                                                          \
      for (const float *line = coming.lines, *stop = line + 24 * 16; line < stop; line += 2 * 16, t += 4) {                      \
        __builtin_prefetch(line, 0, 2);                                                                                          \
        __builtin_prefetch(line + 16, 0, 2);                                                                                     \
        ADD_TERMS(R, V, WIDTH, 4)                                                                                                \
      }                                                                                                                          \
    }                                                                                                                            \
    for (; row < R; row++) BRING_Y(V, WIDTH)                                                                                     \
    for (; t + 4 <= terms; t += 4) ADD_TERMS(R, V, WIDTH, 4)                                                                     \
    for (; t < terms; t++) ADD_TERMS(R, V, WIDTH, 1)                                                                             \
    UNROLL for (int r = 0; r < R; r++)                                                                                           \
        UNROLL for (int v = 0; v < V; v++) *(lanes##WIDTH##_unaligned *)(sums + r * COLUMNS + v * WIDTH) = s[r][v];              \
  }
SUMS(sums_8_by_48, ROWS, 3, 16, lanes)
SUMS(sums_8_by_32, ROWS, 2, 16, lanes)
SUMS(sums_8_by_16, ROWS, 1, 16, lanes)
// As many as sixteen registers of eight numbers hold.
SUMS(sums_4_by_24, ROWS / 2, 3, 8, lanes8)
SUMS(sums_4_by_16, ROWS / 2, 2, 8, lanes8)
SUMS(sums_4_by_8, ROWS / 2, 1, 8, lanes8)

LR_INLINE void sums_unfused(float *sums, const float *a, int64_t across, int64_t along, const float *b, int64_t terms, int64_t columns) {
  for (int r = 0; r < ROWS; r++)
    for (int64_t column = 0; column < columns; column += LANES) {
      lanes s = {0};
      for (int64_t t = 0; t < terms; t++) {
        lanes x = SAME_16(a[r * across + t * along]), w = LOAD(b + t * COLUMNS + column);
        add_product(&s, &x, &w);
      }
      STORE(sums + r * COLUMNS + column, s);
    }
}

// What becomes of the sums of some rows' whole vectors.
#define PUT_ROWS(V, VALUE)                                                                                                       \
  for (int64_t r = 0; r < rows; r++, y += p->y_row, sums += COLUMNS)                                                             \
    UNROLL for (int v = 0; v < V * LANES; v += LANES) STORE(y + v, (VALUE) + LOAD(sums + v) * p->factor);
#define PUT(NAME, V)                                                                                                             \
  LR_INLINE void NAME(const lr_product *p, int64_t row, int64_t rows, int64_t column, const float *sums, int isFirst) {          \
    float *y = p->y + row * p->y_row + column;                                                                                   \
    if (!isFirst || (p->accumulate && !p->bias)) {                                                                               \
      PUT_ROWS(V, LOAD(y + v))                                                                                                   \
    } else if (p->bias) {                                                                                                        \
      PUT_ROWS(V, LOAD(p->bias + column + v))                                                                                    \
    } else {                                                                                                                     \
      for (int64_t r = 0; r < rows; r++, y += p->y_row, sums += COLUMNS)                                                         \
        UNROLL for (int v = 0; v < V * LANES; v += LANES) STORE(y + v, LOAD(sums + v) * p->factor);                              \
    }                                                                                                                            \
  }
PUT(put_panel, COLUMNS / LANES)
PUT(put_vector, 1)

// The same of fewer columns, or of columns that do not lie side by side.
LR_INLINE void put_part(const lr_product *p, int64_t row, int64_t rows, int64_t column, int64_t count, const float *sums, int isFirst) {
  for (int64_t r = 0; r < rows; r++) {
    float *y = p->y + (row + r) * p->y_row + column * p->y_column;
    for (int64_t j = 0; j < count; j++, y += p->y_column) {
      float value = sums[r * COLUMNS + j] * p->factor;
      *y = !isFirst || (p->accumulate && !p->bias) ? *y + value : p->bias ? p->bias[column + j] + value : value;
    }
  }
}

// Some rows, at most ROWS, by one panel.
LR_INLINE void panel_of_tile(const lr_product *p, const float *a, int64_t across, int64_t along, const float *b, int64_t row,
                             int64_t rows, int64_t column, int64_t terms, int isFirst, int fuses, int wide, lr_coming coming) {
  int64_t left = p->n - column < COLUMNS ? p->n - column : COLUMNS;
  float sums[ROWS * COLUMNS];
  if (fuses && wide) {
    if (left > 32)
      sums_8_by_48(sums, a, across, along, b, terms, coming);
    else if (left > 16)
      sums_8_by_32(sums, a, across, along, b, terms, coming);
    else
      sums_8_by_16(sums, a, across, along, b, terms, coming);
  } else if (fuses) {
    for (int64_t half = 0; half < rows; half += 4)
      for (int64_t from = 0; from < left; from += 24) {
        float *to = sums + half * COLUMNS + from;
        const float *some = a + half * across;
        if (left - from > 16)
          sums_4_by_24(to, some, across, along, b + from, terms, coming);
        else if (left - from > 8)
          sums_4_by_16(to, some, across, along, b + from, terms, coming);
        else
          sums_4_by_8(to, some, across, along, b + from, terms, coming);
      }
  } else {
    sums_unfused(sums, a, across, along, b, terms, left);
  }
  if (left == COLUMNS && p->y_column == 1) {
    put_panel(p, row, rows, column, sums, isFirst);
    return;
  }
  int64_t done = 0;
  if (p->y_column == 1)
    for (; done + LANES <= left; done += LANES) put_vector(p, row, rows, column + done, sums + done, isFirst);
  put_part(p, row, rows, column + done, left - done, sums + done, isFirst);
}

LR_CLONES void lr_multiply_tile(const lr_product *p, int64_t first_row, int64_t end_row, int64_t first_panel, int64_t end_panel) {
  int fuses = LR_FUSES, wide = WIDE;
  for (int64_t from = 0; from < p->k; from += TERMS) {
    int64_t terms = p->k - from < TERMS ? p->k - from : TERMS;
    for (int64_t row = first_row; row < end_row; row += ROWS) {
      int64_t rows = end_row - row < ROWS ? end_row - row : ROWS, liesThere = !p->packed && rows == ROWS;
      const float *a = p->packed ? p->packed + terms_of_row(p, row, from, terms) : p->a + row * p->a_row + from;
      int64_t across = liesThere ? p->a_row : 1, next_row = p->packed ? terms : p->a_row;
      // each panel has some of the next rows of a brought
      lr_coming coming = {a + ROWS * next_row, next_row, 0, p->y_row};
      float some[ROWS * TERMS];
      if (!p->packed && rows < ROWS) {
        pack_row_panel(some, a, rows, terms, p->a_row, 1);
        a = some;
      }
      for (int64_t panel = first_panel; panel < end_panel; panel++, coming.lines += 2 * next_row) {
        const float *b = p->b + panel * p->b_panel + from * COLUMNS;
        int64_t column = panel * COLUMNS, next = panel + 1 < end_panel;
        coming.y = p->y + (next ? row : row + ROWS) * p->y_row + (next ? column + COLUMNS : first_panel * COLUMNS);
        if (liesThere)
          panel_of_tile(p, a, across, 1, b, row, rows, column, terms, from == 0, fuses, wide, coming);
        else
          panel_of_tile(p, a, 1, ROWS, b, row, rows, column, terms, from == 0, fuses, wide, coming);
      }
    }
  }
}
