// Losses over rows of logits. In double precision, which keeps the loss of a confident row exact.
#include "CKernels.h"
#include "vector.h"

LR_CLONES void lr_cross_entropy(float *gradient, double *losses, double *powers, const float *logits, const int32_t *labels,
                                int64_t rows, int64_t classes, double divisor) {
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
    for (int64_t c = 0; c < classes; c++) {
      powers[c] = exp((double)(row[c] - highest));
      sum += powers[c];
    }
    losses[r] = log(sum) - (double)(row[labels[r]] - highest);
    // from here on the row of logits may be gone: it may be the gradient's
    for (int64_t c = 0; c < classes; c++) out[c] = (float)(powers[c] / sum / divisor);
    out[labels[r]] = (float)((powers[labels[r]] / sum - 1) / divisor);
  }
}
