// Vector kernels on float32 arrays, each over a contiguous range, and the worker pool that runs them side by side.
// Every reduction goes over 16 lanes and then one fixed tree, so all instruction sets give the same bits.
#pragma once
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

// --- processor.c: what the processor can do, as bits.
enum {
  LR_AVX2_FMA = 1,
  LR_AVX512 = 2  // F, BW, DQ and VL
};
int lr_processor_features(void);

// --- workers.c: a fixed team that runs numbered blocks; which thread runs a block never matters.
typedef struct lr_workers lr_workers;
lr_workers *lr_workers_create(int threads);
void lr_workers_destroy(lr_workers *workers);
void lr_workers_run(lr_workers *workers, int64_t blocks, void (*body)(void *context, int64_t block), void *context);

// --- random.c: Philox4x32-10. The counter is (block, stream, step, purpose), the key is the seed.
typedef struct {
  uint64_t seed;
  uint32_t purpose, step, stream;
} lr_stream;
void lr_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]);
void lr_random_uniform(float *out, int64_t begin, int64_t end, lr_stream stream, float low, float high);
void lr_random_normal(float *out, int64_t begin, int64_t end, lr_stream stream, float mean, float deviation);
// out = x * mask / (1 - rate); elements begin..<end of one logical array; x and out point at element `begin`.
void lr_dropout(float *out, const float *x, int64_t begin, int64_t end, lr_stream stream, float rate);

// --- functions.c: what the C library would compute, each system's in its own way; here with the same bits on all. What is infinite, 0
// or NaN is so as in C (Annex F). The errors are the greatest found, in units of the last place.
double lr_exp(double x);            // 0.67, below 2^-1022 0.78
double lr_log(double x);            // the natural one, 0.87
double lr_log2(double x);           // 0.51; exact for powers of two
double lr_pow(double x, double y);  // 0.78; exact where a double holds the power
double lr_sin(double x);            // of radians, however many, 0.80
double lr_cos(double x);            // likewise

// --- probability.c: likewise.
double lr_erfc(double x);       // 1 - erf(x), 0.69, below 2^-1022 0.82
double lr_log_gamma(double x);  // the logarithm of the gamma function, 0.51; NaN of negative numbers

// --- elementwise.c
void lr_fill(float *y, int64_t n, float value);
void lr_copy_rows(float *y, const float *row, int64_t rows, int64_t columns);
// y = xᵀ: x is [rows, columns] with `stride` numbers from row to row, y is [columns, rows]
void lr_transpose(float *y, const float *x, int64_t rows, int64_t columns, int64_t stride);
void lr_add(float *y, const float *a, const float *b, int64_t n);
void lr_subtract(float *y, const float *a, const float *b, int64_t n);
void lr_multiply(float *y, const float *a, const float *b, int64_t n);
void lr_divide(float *y, const float *a, const float *b, int64_t n);
void lr_scale(float *y, const float *a, int64_t n, float factor);
void lr_axpy(float *y, const float *x, int64_t n, float factor);            // y += factor * x
void lr_average(float *y, const float *x, int64_t n, float factor, float share);  // y = factor * y + share * x
void lr_multiply_rows(float *y, const float *a, const float *row, int64_t rows, int64_t columns);
// y[r, c] = a[r, c] + row[c]
void lr_add_rows(float *y, const float *a, const float *row, int64_t rows, int64_t columns);
void lr_multiply_columns(float *y, const float *a, const float *column, int64_t rows, int64_t columns);
void lr_absolute(float *y, const float *a, int64_t n);
void lr_sign(float *y, const float *a, int64_t n);
void lr_square_root(float *y, const float *a, int64_t n);
// y = a >= least ? a : least
void lr_at_least(float *y, const float *a, int64_t n, float least);
// y = a > limit ? 1 : 0, or a >= limit
void lr_exceeds(float *y, const float *a, int64_t n, float limit, int or_equals);
// y = mask == 0 ? value : a
void lr_select(float *y, const float *a, const float *mask, int64_t n, float value);
// y = x, which holds the upper halves of float32 numbers
void lr_widen(float *y, const uint16_t *x, int64_t n);
// y = the upper halves of x, rounded to nearest, ties to even
void lr_round(uint16_t *y, const float *x, int64_t n);

typedef enum { LR_GELU = 0, LR_TANH = 1, LR_RELU = 2, LR_SILU = 3, LR_TANGENT_GELU = 4, LR_QUICK_GELU = 5 } lr_activation;
void lr_activate(float *y, const float *x, int64_t n, lr_activation kind);
// y = dy * f'(x)
void lr_activate_backward(float *y, const float *dy, const float *x, int64_t n, lr_activation kind);

// --- reductions.c
double lr_sum(const float *x, int64_t n);
// one after the other
double lr_sum_in_order(const float *x, int64_t n);
double lr_sum_squares(const float *x, int64_t n);
// 1 when every element is finite
int lr_all_finite(const float *x, int64_t n);
// y[c] = beta*y[c] + sum over rows of a[r, c] (times b[r, c] when b is given), columns begin..<end
void lr_sum_rows(float *y, const float *a, const float *b, int64_t rows, int64_t columns, int64_t begin, int64_t end,
                 float beta);
// y[r] = beta*y[r] + sum over columns of a[r, c] * b[r, c]
void lr_dot_rows(float *y, const float *a, const float *b, int64_t rows, int64_t columns, float beta);

// --- normalization.c: rows of `columns`; `normalized` receives (x - mean) / deviation, `inverse` 1 / deviation.
void lr_layer_norm(float *y, float *normalized, float *inverse, const float *x, const float *residual,
                   const float *gain, const float *bias, int64_t rows, int64_t columns, float epsilon);
void lr_layer_norm_backward(float *dx, const float *dy, const float *normalized, const float *inverse,
                            const float *gain, int64_t rows, int64_t columns);
// `normalized` receives x / root, `inverse` 1 / root, of the root of the mean square.
void lr_rms_norm(float *y, float *normalized, float *inverse, const float *x, const float *residual,
                 const float *gain, int64_t rows, int64_t columns, float epsilon);
void lr_rms_norm_backward(float *dx, const float *dy, const float *normalized, const float *inverse,
                          const float *gain, int64_t rows, int64_t columns);

// --- rotation.c: each head of a row as pairs (i, i + head_size / 2), turned by the angles of the row's position;
// table [positions, head_size] holds a position's cosines, then its sines. The inverse turns back.
void lr_rotate(float *y, const float *x, const float *table, const int32_t *positions, int64_t rows, int64_t heads,
               int64_t head_size, int32_t inverse);

// --- attention.c: one (sequence, head) at a time; rows are queries.
// In place: scores -> probabilities. relative_c [queries, span] and relative_p [keys, span] may be null;
// the term of (i, j) stands at column index[i - j] - first, index pointing at distance zero.
void lr_attention_softmax(float *scores, int64_t queries, int64_t keys, const float *relative_c,
                          const float *relative_p, int64_t span, const int32_t *index, int32_t first, float factor);
// In place: d_probabilities -> d_scores (times factor), and the scatter of it into the relative terms (zeroed here).
void lr_attention_softmax_backward(float *gradient, const float *probabilities, int64_t queries, int64_t keys,
                                   float *relative_c, float *relative_p, int64_t span, const int32_t *index,
                                   int32_t first, float factor);
// The same for a run of queries that begins at `position`: each sees the keys up to its own position, at most `keys`, of which it
// has one or more. The rest of its row, which goes on to `stride`, becomes zero.
void lr_attention_softmax_causal(float *scores, int64_t queries, int64_t keys, int64_t stride, int64_t position,
                                 float factor);
void lr_attention_softmax_causal_backward(float *gradient, const float *probabilities, int64_t queries, int64_t keys,
                                          int64_t stride, int64_t position, float factor);

// One query of each of `heads` heads, side by side in `query` and in `context`, which read the same columns of the keys and values
// from `column` on: `size` of each row that is pointed at, `count` rows, at least one. `scores` is room for as many numbers.
void lr_attention_cached(float *context, float *scores, const float *query, const float *const *keys,
                         const float *const *values, int64_t count, int64_t column, int64_t heads, int64_t size,
                         float factor);

// --- products.c
// Rows begin..<end of x, [m, k], where products of rows look for them: up to four rows lie side by side, 16 terms of each at a time, and
// the last terms have zeros behind them. `packed` is room for m rows, a multiple of four where there are more than three, of k terms, a
// multiple of 16.
void lr_pack_rows(float *packed, const float *x, int64_t m, int64_t k, int64_t begin, int64_t end);
// Some columns, begin..<end, of y = factor * x Wᵀ + bias (or + y, where it accumulates). x is [m, k], W [n, k], y [m, n]. Each number of y
// has the same bits whatever m is, and whichever columns are asked for.
void lr_row_products(float *y, const float *packed, const float *w, const float *bias, int64_t m, int64_t n, int64_t k,
                     int64_t begin, int64_t end, float factor, int32_t accumulate);
// The same for weights that are the upper halves of float32 numbers, with the bits of those.
void lr_row_products_half(float *y, const float *packed, const uint16_t *w, const float *bias, int64_t m, int64_t n, int64_t k,
                          int64_t begin, int64_t end, float factor, int32_t accumulate);

// --- tiles.c: y = factor * a b (+ bias, or + y), with a: [m, k] and b: [k, n]. Each number of y has the same bits however the
// product is cut, and with every instruction set.
enum {
  LR_TILE_ROWS = 8,      // of a panel of a
  LR_TILE_COLUMNS = 48,  // of a panel of b
  LR_TILE_TERMS = 384    // that are summed before y is written
};
typedef struct {
  float *y;  // [m, n]: how far it is to the next row, and to the next column
  int64_t y_row, y_column;
  const float *a;  // likewise to the next row, and to the next term; one of them is 1
  int64_t a_row, a_term;
  const float *packed;  // a as lr_pack_tile_rows leaves it; where null, a is read as it lies, and a_term is 1
  const float *b;       // as lr_pack_columns leaves it; how far it is to the next panel
  int64_t b_panel;
  int64_t m, n, k;
  const float *bias;  // [n], or null
  float factor;
  int32_t accumulate;
} lr_product;
// Panels begin..<end of a where tiles look for them, with zeros for rows that are missing. `packed` is room for whole panels.
void lr_pack_tile_rows(float *packed, const lr_product *product, int64_t begin, int64_t end);
// Panels begin..<end of b likewise: term by term the panel's columns side by side, zeros for those that are missing. One of the steps,
// to the next column and to the next term, is 1.
void lr_pack_columns(float *packed, const float *b, int64_t n, int64_t k, int64_t column, int64_t term, int64_t begin, int64_t end);
// The same of numbers that are the upper halves of float32.
void lr_pack_columns_half(float *packed, const uint16_t *b, int64_t n, int64_t k, int64_t column, int64_t term, int64_t begin,
                          int64_t end);
// Some rows of y, from a multiple of LR_TILE_ROWS on, by some panels of b.
void lr_multiply_tile(const lr_product *product, int64_t first_row, int64_t end_row, int64_t first_panel, int64_t end_panel);

// --- choice.c
// y[r] = log of the sum of e^x over row r; NaN where one of its numbers is not finite.
void lr_log_sum_exp_rows(double *y, const float *x, int64_t rows, int64_t columns);
// The `count` largest numbers of each row and their places, the largest first, of equal ones the first; at most `columns`.
void lr_highest_rows(float *values, int32_t *places, const float *x, int64_t rows, int64_t columns, int64_t count);

// --- loss.c
// Cross-entropy of rows of logits and its gradient over `divisor`, which may take the logits' place; the losses are not divided.
// A row with a negative label has none, and no gradient. `powers` is room for one row.
void lr_cross_entropy(float *gradient, double *losses, double *powers, const float *logits, const int32_t *labels,
                      int64_t rows, int64_t classes, double divisor);

// --- optimizer.c
typedef struct {
  float learning_rate, beta1, beta2, epsilon, weight_decay;
  float bias_correction1, bias_correction2_root;  // 1 - beta1^t, sqrt(1 - beta2^t)
  float gradient_scale;                           // of clipping
} lr_adamw_settings;
void lr_adamw(float *weights, const float *gradient, float *first, float *second, int64_t n, lr_adamw_settings settings);

#ifdef __cplusplus
}
#endif
