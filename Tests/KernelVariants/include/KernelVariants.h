// The kernels of CKernels compiled for one instruction set at a time, so that a test can run them beside each other.
#pragma once
#include "CKernels.h"

// Every kernel. One that is missing here is defined twice, which the linker refuses.
#define LR_KERNELS(K)                                                                                                   \
  K(exp) K(log) K(log2) K(pow) K(sin) K(cos) K(erfc) K(log_gamma)                                                       \
  K(fill) K(copy_rows) K(transpose) K(add) K(subtract) K(multiply) K(divide) K(scale) K(axpy) K(average) K(multiply_rows)          \
  K(add_rows) K(multiply_columns) K(absolute) K(sign) K(square_root) K(at_least) K(exceeds) K(select) K(widen) K(round) \
  K(activate) K(activate_backward) K(sum) K(sum_in_order) K(sum_squares) K(all_finite) K(sum_rows) K(dot_rows)          \
  K(layer_norm) K(layer_norm_backward) K(rms_norm) K(rms_norm_backward) K(rotate) K(attention_softmax)                  \
  K(attention_softmax_backward) K(attention_softmax_causal) K(attention_softmax_causal_backward) K(attention_cached)    \
  K(pack_rows) K(row_products) K(row_products_half) K(pack_tile_rows) K(pack_columns) K(pack_columns_half) K(multiply_tile)               \
  K(log_sum_exp_rows) K(highest_rows) K(cross_entropy)                                                                  \
  K(adamw) K(philox) K(random_uniform) K(random_normal) K(dropout)

#define LR_FIELD(name) __typeof__(&lr_##name) name;
typedef struct {
  LR_KERNELS(LR_FIELD)
} lr_kernels;
#undef LR_FIELD

// As the program has them, chosen for the processor when it is loaded.
extern const lr_kernels lr_kernels_chosen;
// For x86-64 without more, for AVX2 and FMA, and for AVX-512.
extern const lr_kernels lr_kernels_plain, lr_kernels_avx2, lr_kernels_avx512;
