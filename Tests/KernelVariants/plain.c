#define LR_VARIANT plain
#define LR_CLONES
// as a processor without an instruction for it
#define LR_FUSES 0
#include "variant.h"
