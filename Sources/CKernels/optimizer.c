#include "CKernels.h"
#include "vector.h"

// AdamW with decoupled decay, in PyTorch's order of operations (Loshchilov and Hutter 2019).
LR_CLONES void lr_adamw(float *weights, const float *gradient, float *first, float *second, int64_t n,
                        lr_adamw_settings s) {
  float keep = 1.0f - s.learning_rate * s.weight_decay, rate = s.learning_rate / s.bias_correction1;
  float one1 = 1.0f - s.beta1, one2 = 1.0f - s.beta2;
  for (int64_t i = 0; i < n; i++) {
    float g = gradient[i] * s.gradient_scale;
    float m = first[i] + one1 * (g - first[i]);
    float v = s.beta2 * second[i] + one2 * (g * g);
    first[i] = m;
    second[i] = v;
    float root = __builtin_sqrtf(v) / s.bias_correction2_root + s.epsilon;
    weights[i] = weights[i] * keep - rate * (m / root);
  }
}

LR_CLONES double lr_freezing_score(float *mean, float *spread, const float *gradient, const float *weights, int64_t n,
                                   float beta1, float beta2, int kind) {
  double total = 0;
  for (int64_t i = 0; i < n; i++) {
    float g = __builtin_fabsf(gradient[i]), w = __builtin_fabsf(weights[i]);
    float now = kind == 0 ? g : kind == 1 ? w * g : g / (w > 1e-12f ? w : 1e-12f);
    float m = beta1 * mean[i] + (1.0f - beta1) * now;
    float u = beta2 * spread[i] + (1.0f - beta2) * __builtin_fabsf(now - m);
    mean[i] = m;
    spread[i] = u;
    total += (double)(m * u);
  }
  return total;
}
