// HDF5's constants are macros over globals, which Swift cannot import: each has an inline function here.
#include <hdf5.h>
