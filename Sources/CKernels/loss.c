// Losses over rows of logits. In double precision, which keeps the loss of a confident row exact.
#include "CKernels.h"
#include "functions.h"

LR_CLONES void lr_cross_entropy(float *gradient, double *losses, double *restrict powers, const float *logits,
                                const int32_t *labels, int64_t rows, int64_t classes, double divisor) {
  for (int64_t r = 0; r < rows; r++) {
    const float *row = logits + r * classes;
    float *out = gradient + r * classes;
    losses[r] = 0;
    if (labels[r] < 0) {
      memset(out, 0, (size_t)classes * sizeof(float));
      continue;
    }
    float highest = highest_of(row, classes);
    double sum = 0;
    int64_t c = 0;
    // added up one after the other, while the next sixteen are raised
    for (; c + LANES <= classes; c += LANES) {
      for (int l = 0; l < LANES; l++) powers[c + l] = exponential64((double)(row[c + l] - highest));
      for (int l = 0; l < LANES; l++) sum += powers[c + l];
    }
    for (; c < classes; c++) sum += powers[c] = exponential64((double)(row[c] - highest));
    losses[r] = logarithm64(sum) - (double)(row[labels[r]] - highest);
    // from here on the row of logits may be gone: it may be the gradient's
    for (c = 0; c < classes; c++) out[c] = (float)(powers[c] / sum / divisor);
    out[labels[r]] = (float)((powers[labels[r]] / sum - 1) / divisor);
  }
}
