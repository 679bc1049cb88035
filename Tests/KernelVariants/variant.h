// The sources of the kernels, compiled as LR_CLONES says, under names that begin with LR_VARIANT.
#define LR_PASTE_(prefix, name) prefix##_##name
#define LR_PASTE(prefix, name) LR_PASTE_(prefix, name)
#define LR_NAME(name) LR_PASTE(LR_VARIANT, name)

#define lr_exp LR_NAME(exp)
#define lr_log LR_NAME(log)
#define lr_log2 LR_NAME(log2)
#define lr_pow LR_NAME(pow)
#define lr_sin LR_NAME(sin)
#define lr_cos LR_NAME(cos)
#define lr_erfc LR_NAME(erfc)
#define lr_log_gamma LR_NAME(log_gamma)
#define lr_fill LR_NAME(fill)
#define lr_copy_rows LR_NAME(copy_rows)
#define lr_transpose LR_NAME(transpose)
#define lr_add LR_NAME(add)
#define lr_subtract LR_NAME(subtract)
#define lr_multiply LR_NAME(multiply)
#define lr_divide LR_NAME(divide)
#define lr_scale LR_NAME(scale)
#define lr_axpy LR_NAME(axpy)
#define lr_average LR_NAME(average)
#define lr_multiply_rows LR_NAME(multiply_rows)
#define lr_add_rows LR_NAME(add_rows)
#define lr_multiply_columns LR_NAME(multiply_columns)
#define lr_absolute LR_NAME(absolute)
#define lr_sign LR_NAME(sign)
#define lr_square_root LR_NAME(square_root)
#define lr_at_least LR_NAME(at_least)
#define lr_exceeds LR_NAME(exceeds)
#define lr_select LR_NAME(select)
#define lr_widen LR_NAME(widen)
#define lr_round LR_NAME(round)
#define lr_activate LR_NAME(activate)
#define lr_activate_backward LR_NAME(activate_backward)
#define lr_sum LR_NAME(sum)
#define lr_sum_in_order LR_NAME(sum_in_order)
#define lr_sum_squares LR_NAME(sum_squares)
#define lr_all_finite LR_NAME(all_finite)
#define lr_sum_rows LR_NAME(sum_rows)
#define lr_dot_rows LR_NAME(dot_rows)
#define lr_layer_norm LR_NAME(layer_norm)
#define lr_layer_norm_backward LR_NAME(layer_norm_backward)
#define lr_rms_norm LR_NAME(rms_norm)
#define lr_rms_norm_backward LR_NAME(rms_norm_backward)
#define lr_rotate LR_NAME(rotate)
#define lr_attention_softmax LR_NAME(attention_softmax)
#define lr_attention_softmax_backward LR_NAME(attention_softmax_backward)
#define lr_attention_softmax_causal LR_NAME(attention_softmax_causal)
#define lr_attention_softmax_causal_backward LR_NAME(attention_softmax_causal_backward)
#define lr_attention_cached LR_NAME(attention_cached)
#define lr_pack_rows LR_NAME(pack_rows)
#define lr_row_products LR_NAME(row_products)
#define lr_row_products_half LR_NAME(row_products_half)
#define lr_pack_tile_rows LR_NAME(pack_tile_rows)
#define lr_pack_columns LR_NAME(pack_columns)
#define lr_pack_columns_half LR_NAME(pack_columns_half)
#define lr_multiply_tile LR_NAME(multiply_tile)
#define lr_log_sum_exp_rows LR_NAME(log_sum_exp_rows)
#define lr_highest_rows LR_NAME(highest_rows)
#define lr_cross_entropy LR_NAME(cross_entropy)
#define lr_adamw LR_NAME(adamw)
#define lr_philox LR_NAME(philox)
#define lr_random_uniform LR_NAME(random_uniform)
#define lr_random_normal LR_NAME(random_normal)
#define lr_dropout LR_NAME(dropout)

#include "KernelVariants.h"

#include "../../Sources/CKernels/attention.c"
#include "../../Sources/CKernels/choice.c"
#include "../../Sources/CKernels/elementwise.c"
#include "../../Sources/CKernels/functions.c"
#include "../../Sources/CKernels/loss.c"
#include "../../Sources/CKernels/normalization.c"
#include "../../Sources/CKernels/optimizer.c"
#include "../../Sources/CKernels/probability.c"
#include "../../Sources/CKernels/products.c"
#include "../../Sources/CKernels/random.c"
#include "../../Sources/CKernels/reductions.c"
#include "../../Sources/CKernels/rotation.c"
#include "../../Sources/CKernels/tiles.c"

#define LR_ENTRY(name) .name = LR_NAME(name),
const lr_kernels LR_PASTE(lr_kernels, LR_VARIANT) = {LR_KERNELS(LR_ENTRY)};
