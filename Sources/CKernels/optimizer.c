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
