#include "KernelVariants.h"

#define LR_ENTRY(name) .name = lr_##name,
const lr_kernels lr_kernels_chosen = {LR_KERNELS(LR_ENTRY)};
