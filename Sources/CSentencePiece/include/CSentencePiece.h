// A thin C interface over the SentencePiece library (C++): load, encode, list pieces, train.
// No C++ exception leaves it. A function that fails returns NULL or a negative number and, where it
// takes `message`, writes a reason there (NUL-terminated, cut to `capacity`).
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A loaded model. Encoding reads it only, so one may be used from several threads at once.
typedef struct csp_processor csp_processor;

/// What a piece is, as in the model's own enumeration.
enum { CSP_NORMAL = 1, CSP_UNKNOWN = 2, CSP_CONTROL = 3, CSP_UNUSED = 5, CSP_BYTE = 6 };

/// Loads a serialized model. The bytes are copied.
csp_processor *csp_load(const char *bytes, size_t length, char *message, size_t capacity);
void csp_free(csp_processor *processor);

int32_t csp_piece_count(const csp_processor *processor);
/// The piece with this id, valid as long as the processor is; NULL when there is no such id.
const char *csp_piece(const csp_processor *processor, int32_t id, size_t *length);
/// One of the CSP_ kinds; -1 when there is no such id.
int32_t csp_piece_kind(const csp_processor *processor, int32_t id);

/// Encodes UTF-8 text and returns the number of ids, or -1 on failure. `*ids` is then to be freed with `csp_free_ids`.
int64_t csp_encode(const csp_processor *processor, const char *text, size_t length, int32_t **ids);
void csp_free_ids(int32_t *ids);

/// Trains on a corpus of lines and returns the serialized model, to be freed with `csp_free_bytes`.
/// `names` and `values` are `count` options of the library's trainer.
char *csp_train(const char *corpus, size_t corpus_length, const char *const *names, const char *const *values,
                size_t count, size_t *length, char *message, size_t capacity);
void csp_free_bytes(char *bytes);

#ifdef __cplusplus
}
#endif
