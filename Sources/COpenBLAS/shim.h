// The C interface of OpenBLAS, as its own package installs it.
#include <cblas.h>
