#define LR_VARIANT plain
#define LR_CLONES
#include "variant.h"
