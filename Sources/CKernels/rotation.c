#include "CKernels.h"
#include "vector.h"

LR_CLONES void lr_rotate(float *y, const float *x, const float *table, const int32_t *positions, int64_t rows,
                         int64_t heads, int64_t head_size, int32_t inverse) {
  int64_t half = head_size / 2;
  float sign = inverse ? -1.0f : 1.0f;
  for (int64_t r = 0; r < rows; r++) {
    const float *cosines = table + (int64_t)positions[r] * head_size, *sines = cosines + half;
    for (int64_t h = 0; h < heads; h++) {
      const float *a = x + (r * heads + h) * head_size, *b = a + half;
      float *first = y + (r * heads + h) * head_size, *second = first + half;
      for (int64_t i = 0; i < half; i++) {
        float sine = sign * sines[i], p = a[i], q = b[i];
        first[i] = p * cosines[i] - q * sine;
        second[i] = q * cosines[i] + p * sine;
      }
    }
  }
}
