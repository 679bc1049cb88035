#define LR_VARIANT avx512
#if defined(__x86_64__)
#define LR_CLONES __attribute__((target("arch=x86-64-v4")))
#else
#define LR_CLONES
#endif
#include "variant.h"
