#include "CKernels.h"
#include "vector.h"

LR_CLONES void lr_layer_norm(float *y, float *normalized, float *inverse, const float *x, const float *residual,
                             const float *gain, const float *bias, int64_t rows, int64_t columns, float epsilon) {
  float share = 1.0f / (float)columns;
  int64_t whole = columns - columns % LANES, rest = columns - whole;
  for (int64_t r = 0; r < rows; r++) {
    const float *p = x + r * columns, *q = residual ? residual + r * columns : 0;
    float *n = normalized + r * columns, *out = y + r * columns;
    lanes sum = {0};
    for (int64_t c = 0; c < whole; c += LANES) {
      lanes v = LOAD(p + c);
      if (q) v += LOAD(q + c);
      STORE(n + c, v);
      sum += v;
    }
    if (rest) {
      lanes v = LOAD_PART(p + whole, rest);
      if (q) v += LOAD_PART(q + whole, rest);
      copy_part(n + whole, (const float *)&v, rest);
      sum += v;
    }
    float mean = sum_lanes(&sum) * share;
    lanes squares = {0};
    for (int64_t c = 0; c < whole; c += LANES) {
      lanes v = LOAD(n + c) - mean;
      squares += v * v;
    }
    float tail = 0;
    for (int64_t c = whole; c < columns; c++) tail += (n[c] - mean) * (n[c] - mean);
    float scale = 1.0f / __builtin_sqrtf((sum_lanes(&squares) + tail) * share + epsilon);
    inverse[r] = scale;
    for (int64_t c = 0; c < columns; c++) {
      float v = (n[c] - mean) * scale;
      n[c] = v;
      out[c] = v * gain[c] + bias[c];
    }
  }
}

LR_CLONES void lr_layer_norm_backward(float *dx, const float *dy, const float *normalized, const float *inverse,
                                      const float *gain, int64_t rows, int64_t columns) {
  float share = 1.0f / (float)columns;
  int64_t whole = columns - columns % LANES, rest = columns - whole;
  for (int64_t r = 0; r < rows; r++) {
    const float *d = dy + r * columns, *n = normalized + r * columns;
    float *out = dx + r * columns;
    lanes sum = {0}, product = {0};
    for (int64_t c = 0; c < whole; c += LANES) {
      lanes g = LOAD(d + c) * LOAD(gain + c);
      sum += g;
      product += g * LOAD(n + c);
    }
    if (rest) {
      lanes g = LOAD_PART(d + whole, rest) * LOAD_PART(gain + whole, rest);
      sum += g;
      product += g * LOAD_PART(n + whole, rest);
    }
    float mean = sum_lanes(&sum) * share, slope = sum_lanes(&product) * share, scale = inverse[r];
    for (int64_t c = 0; c < columns; c++) out[c] = scale * (d[c] * gain[c] - mean - n[c] * slope);
  }
}

LR_CLONES void lr_rms_norm(float *y, float *normalized, float *inverse, const float *x, const float *residual,
                           const float *gain, int64_t rows, int64_t columns, float epsilon) {
  float share = 1.0f / (float)columns;
  int64_t whole = columns - columns % LANES, rest = columns - whole;
  for (int64_t r = 0; r < rows; r++) {
    const float *p = x + r * columns, *q = residual ? residual + r * columns : 0;
    float *n = normalized + r * columns, *out = y + r * columns;
    lanes squares = {0};
    for (int64_t c = 0; c < whole; c += LANES) {
      lanes v = LOAD(p + c);
      if (q) v += LOAD(q + c);
      STORE(n + c, v);
      squares += v * v;
    }
    if (rest) {
      lanes v = LOAD_PART(p + whole, rest);
      if (q) v += LOAD_PART(q + whole, rest);
      copy_part(n + whole, (const float *)&v, rest);
      squares += v * v;
    }
    float scale = 1.0f / __builtin_sqrtf(sum_lanes(&squares) * share + epsilon);
    inverse[r] = scale;
    for (int64_t c = 0; c < columns; c++) {
      float v = n[c] * scale;
      n[c] = v;
      out[c] = v * gain[c];
    }
  }
}

LR_CLONES void lr_rms_norm_backward(float *dx, const float *dy, const float *normalized, const float *inverse,
                                    const float *gain, int64_t rows, int64_t columns) {
  float share = 1.0f / (float)columns;
  int64_t whole = columns - columns % LANES, rest = columns - whole;
  for (int64_t r = 0; r < rows; r++) {
    const float *d = dy + r * columns, *n = normalized + r * columns;
    float *out = dx + r * columns;
    lanes product = {0};
    for (int64_t c = 0; c < whole; c += LANES) product += LOAD(d + c) * LOAD(gain + c) * LOAD(n + c);
    if (rest) product += LOAD_PART(d + whole, rest) * LOAD_PART(gain + whole, rest) * LOAD_PART(n + whole, rest);
    float slope = sum_lanes(&product) * share, scale = inverse[r];
    for (int64_t c = 0; c < columns; c++) out[c] = scale * (d[c] * gain[c] - n[c] * slope);
  }
}
