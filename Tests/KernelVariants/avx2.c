#define LR_VARIANT avx2
#if defined(__x86_64__)
#define LR_CLONES __attribute__((target("arch=x86-64-v3")))
#else
#define LR_CLONES
#endif
#include "variant.h"
