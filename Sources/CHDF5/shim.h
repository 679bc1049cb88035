// HDF5's constants are macros over globals, which Swift cannot import: each has an inline function here.
#include <hdf5.h>

static inline hid_t chdf5_float32_file(void) { return H5T_IEEE_F32LE; }
static inline hid_t chdf5_float64_file(void) { return H5T_IEEE_F64LE; }
static inline hid_t chdf5_int64_file(void) { return H5T_STD_I64LE; }
static inline hid_t chdf5_int32_file(void) { return H5T_STD_I32LE; }
static inline hid_t chdf5_uint8_file(void) { return H5T_STD_U8LE; }
static inline hid_t chdf5_float32_memory(void) { return H5T_NATIVE_FLOAT; }
static inline hid_t chdf5_float64_memory(void) { return H5T_NATIVE_DOUBLE; }
static inline hid_t chdf5_int64_memory(void) { return H5T_NATIVE_INT64; }
static inline hid_t chdf5_int32_memory(void) { return H5T_NATIVE_INT32; }
static inline hid_t chdf5_uint8_memory(void) { return H5T_NATIVE_UINT8; }
static inline hid_t chdf5_string(void) { return H5T_C_S1; }
static inline size_t chdf5_variable_length(void) { return H5T_VARIABLE; }
static inline hid_t chdf5_file_access(void) { return H5P_FILE_ACCESS; }
static inline hid_t chdf5_file_create(void) { return H5P_FILE_CREATE; }
static inline hid_t chdf5_group_create(void) { return H5P_GROUP_CREATE; }
static inline hid_t chdf5_dataset_create(void) { return H5P_DATASET_CREATE; }
static inline hid_t chdf5_default_list(void) { return H5P_DEFAULT; }
static inline unsigned chdf5_truncate(void) { return H5F_ACC_TRUNC; }
static inline unsigned chdf5_read_only(void) { return H5F_ACC_RDONLY; }
static inline H5Z_filter_t chdf5_deflate(void) { return H5Z_FILTER_DEFLATE; }
static inline hid_t chdf5_all(void) { return H5S_ALL; }

// Errors are reported by return values; the library's own report goes nowhere.
static inline void chdf5_silence(void) { H5Eset_auto2(H5E_DEFAULT, NULL, NULL); }
