#include "CKernels.h"
#include "vector.h"

// An output may be an input too (element by element that is the same), but the compiler must be told, or it checks at run
// time and then goes the scalar way.
#define ELEMENTS _Pragma("clang loop vectorize(assume_safety)")

#define MAP2(name, expression)                                                      \
  LR_CLONES void name(float *y, const float *a, const float *b, int64_t n) {        \
    ELEMENTS for (int64_t i = 0; i < n; i++) y[i] = expression;                              \
  }
MAP2(lr_add, a[i] + b[i])
MAP2(lr_subtract, a[i] - b[i])
MAP2(lr_multiply, a[i] * b[i])
MAP2(lr_divide, a[i] / b[i])

LR_CLONES void lr_fill(float *y, int64_t n, float value) {
  for (int64_t i = 0; i < n; i++) y[i] = value;
}

void lr_copy_rows(float *y, const float *row, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) memcpy(y + r * columns, row, (size_t)columns * sizeof(float));
}

void lr_transpose(float *y, const float *x, int64_t rows, int64_t columns, int64_t stride) {
  // runs of 16 rows: one cache line of every row of y
  for (int64_t start = 0; start < rows; start += LANES) {
    int64_t stop = start + LANES < rows ? start + LANES : rows;
    for (int64_t c = 0; c < columns; c++)
      for (int64_t r = start; r < stop; r++) y[c * rows + r] = x[r * stride + c];
  }
}

LR_CLONES void lr_scale(float *y, const float *a, int64_t n, float factor) {
  for (int64_t i = 0; i < n; i++) y[i] = a[i] * factor;
}

LR_CLONES void lr_axpy(float *y, const float *x, int64_t n, float factor) {
  for (int64_t i = 0; i < n; i++) y[i] = y[i] + factor * x[i];
}

LR_CLONES void lr_average(float *y, const float *x, int64_t n, float factor, float share) {
  for (int64_t i = 0; i < n; i++) y[i] = factor * y[i] + share * x[i];
}

LR_CLONES void lr_multiply_rows(float *y, const float *a, const float *row, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) y[r * columns + c] = a[r * columns + c] * row[c];
}

LR_CLONES void lr_add_rows(float *y, const float *a, const float *row, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < columns; c++) y[r * columns + c] = a[r * columns + c] + row[c];
}

LR_CLONES void lr_multiply_columns(float *y, const float *a, const float *column, int64_t rows, int64_t columns) {
  for (int64_t r = 0; r < rows; r++) {
    float factor = column[r];
    for (int64_t c = 0; c < columns; c++) y[r * columns + c] = a[r * columns + c] * factor;
  }
}

LR_CLONES void lr_absolute(float *y, const float *a, int64_t n) {
  for (int64_t i = 0; i < n; i++) y[i] = __builtin_fabsf(a[i]);
}

LR_CLONES void lr_sign(float *y, const float *a, int64_t n) {
  for (int64_t i = 0; i < n; i++) y[i] = (float)((a[i] > 0) - (a[i] < 0));
}

LR_CLONES void lr_square_root(float *y, const float *a, int64_t n) {
  for (int64_t i = 0; i < n; i++) y[i] = __builtin_sqrtf(a[i]);
}

LR_CLONES void lr_at_least(float *y, const float *a, int64_t n, float least) {
  for (int64_t i = 0; i < n; i++) y[i] = a[i] >= least ? a[i] : least;
}

LR_CLONES void lr_exceeds(float *y, const float *a, int64_t n, float limit, int or_equals) {
  if (or_equals)
    for (int64_t i = 0; i < n; i++) y[i] = a[i] >= limit ? 1 : 0;
  else
    for (int64_t i = 0; i < n; i++) y[i] = a[i] > limit ? 1 : 0;
}

LR_CLONES void lr_select(float *y, const float *a, const float *mask, int64_t n, float value) {
  for (int64_t i = 0; i < n; i++) y[i] = mask[i] == 0 ? value : a[i];
}

LR_CLONES void lr_widen(float *y, const uint16_t *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    uint32_t bits = (uint32_t)x[i] << 16;
    memcpy(y + i, &bits, sizeof bits);
  }
}

LR_CLONES void lr_round(uint16_t *y, const float *x, int64_t n) {
  for (int64_t i = 0; i < n; i++) {
    uint32_t bits;
    memcpy(&bits, x + i, sizeof bits);
    // half of the last place that stays, and one more where that place is odd; what is no number stays none
    uint32_t rounded = (bits + 0x7fffu + ((bits >> 16) & 1)) >> 16;
    y[i] = (uint16_t)((bits & 0x7fffffffu) > 0x7f800000u ? (bits >> 16) | 0x40u : rounded);
  }
}

LR_INLINE float gelu(float x) { return __builtin_fmaf(0.5f * x, error_function(x * 0.70710678f), 0.5f * x); }
LR_INLINE float gelu_slope(float x) {
  float phi = 0.5f + 0.5f * error_function(x * 0.70710678f);
  return __builtin_fmaf(x * 0.39894228f, exponential(-0.5f * x * x), phi);
}
LR_INLINE float relu(float x) { return x < 0 ? 0 : x; }
LR_INLINE float relu_slope(float x) { return x > 0 ? 1 : 0; }
LR_INLINE float logistic(float x) { return 1 / (1 + exponential(-x)); }
LR_INLINE float silu(float x) { return x * logistic(x); }
LR_INLINE float silu_slope(float x) {
  float s = logistic(x);
  return s * (1 + x * (1 - s));
}
// x times the logistic function of 1.702 x
LR_INLINE float quick_gelu(float x) { return x * logistic(1.702f * x); }
LR_INLINE float quick_gelu_slope(float x) {
  float s = logistic(1.702f * x);
  return s * (1 + 1.702f * x * (1 - s));
}
// gelu by the hyperbolic tangent: x (1 + tanh(u)) / 2 is x times the logistic function of 2u, 2u = sqrt(8 / pi) (x + 0.044715 x^3)
LR_INLINE float tangent_gelu_argument(float x) { return 1.5957691216f * x * __builtin_fmaf(0.044715f * x, x, 1); }
LR_INLINE float tangent_gelu(float x) { return x * logistic(tangent_gelu_argument(x)); }
LR_INLINE float tangent_gelu_slope(float x) {
  // beyond 16 the slope is 0 or 1, and the square below must not become infinite
  float near = x > -16 ? x : -16;
  near = near < 16 ? near : 16;
  float u = tangent_gelu_argument(near), s = logistic(u), rest = logistic(-u);
  float slope = s * (1 + near * rest * 1.5957691216f * __builtin_fmaf(3 * 0.044715f * near, near, 1));
  return x == x ? slope : x;
}
LR_INLINE float tangent_slope(float x) {
  float y = hyperbolic_tangent(x);
  return 1 - y * y;
}

#define ACTIVATION(name, function, slope)                                                          \
  LR_CLONES static void name(float *y, const float *x, int64_t n) {                                \
    ELEMENTS for (int64_t i = 0; i < n; i++) y[i] = function(x[i]);                                      \
  }                                                                                                \
  LR_CLONES static void name##_backward(float *y, const float *dy, const float *x, int64_t n) {    \
    ELEMENTS for (int64_t i = 0; i < n; i++) y[i] = dy[i] * slope(x[i]);                                 \
  }
ACTIVATION(activate_gelu, gelu, gelu_slope)
ACTIVATION(activate_tanh, hyperbolic_tangent, tangent_slope)
ACTIVATION(activate_relu, relu, relu_slope)
ACTIVATION(activate_silu, silu, silu_slope)
ACTIVATION(activate_tangent_gelu, tangent_gelu, tangent_gelu_slope)
ACTIVATION(activate_quick_gelu, quick_gelu, quick_gelu_slope)

void lr_activate(float *y, const float *x, int64_t n, lr_activation kind) {
  switch (kind) {
    case LR_GELU: activate_gelu(y, x, n); break;
    case LR_TANH: activate_tanh(y, x, n); break;
    case LR_RELU: activate_relu(y, x, n); break;
    case LR_SILU: activate_silu(y, x, n); break;
    case LR_TANGENT_GELU: activate_tangent_gelu(y, x, n); break;
    case LR_QUICK_GELU: activate_quick_gelu(y, x, n); break;
  }
}

void lr_activate_backward(float *y, const float *dy, const float *x, int64_t n, lr_activation kind) {
  switch (kind) {
    case LR_GELU: activate_gelu_backward(y, dy, x, n); break;
    case LR_TANH: activate_tanh_backward(y, dy, x, n); break;
    case LR_RELU: activate_relu_backward(y, dy, x, n); break;
    case LR_SILU: activate_silu_backward(y, dy, x, n); break;
    case LR_TANGENT_GELU: activate_tangent_gelu_backward(y, dy, x, n); break;
    case LR_QUICK_GELU: activate_quick_gelu_backward(y, dy, x, n); break;
  }
}
