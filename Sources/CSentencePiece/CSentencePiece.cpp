// The C interface over the SentencePiece library; see the header for the contract.
#include "CSentencePiece.h"

#include <sentencepiece_processor.h>
#include <sentencepiece_trainer.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

struct csp_processor {
  sentencepiece::SentencePieceProcessor library;
};

namespace {

void report(const char *reason, char *message, size_t capacity) {
  if (message != nullptr && capacity > 0) std::snprintf(message, capacity, "%s", reason);
}

bool holds(const csp_processor *processor, int32_t id) {
  return id >= 0 && id < processor->library.GetPieceSize();
}

/// Hands out the lines of a corpus in memory, so that no file name ends up inside the model.
class Lines : public sentencepiece::SentenceIterator {
 public:
  Lines(const char *bytes, size_t length) : next_(bytes), end_(bytes + length) { Next(); }

  bool done() const override { return done_; }
  const std::string &value() const override { return line_; }
  sentencepiece::util::Status status() const override { return sentencepiece::util::Status(); }

  void Next() override {
    if (next_ == end_) {
      done_ = true;
      return;
    }
    const char *stop = static_cast<const char *>(std::memchr(next_, '\n', static_cast<size_t>(end_ - next_)));
    const char *line_end = stop == nullptr ? end_ : stop;
    line_.assign(next_, line_end);
    if (!line_.empty() && line_.back() == '\r') line_.pop_back();
    next_ = stop == nullptr ? end_ : stop + 1;
  }

 private:
  const char *next_;
  const char *end_;
  std::string line_;
  bool done_ = false;
};

}  // namespace

extern "C" {

csp_processor *csp_load(const char *bytes, size_t length, char *message, size_t capacity) {
  try {
    auto processor = std::make_unique<csp_processor>();
    const auto status = processor->library.LoadFromSerializedProto(std::string_view(bytes, length));
    if (!status.ok()) {
      report(status.message(), message, capacity);
      return nullptr;
    }
    return processor.release();
  } catch (const std::exception &error) {
    report(error.what(), message, capacity);
  } catch (...) {
    report("an unknown exception", message, capacity);
  }
  return nullptr;
}

void csp_free(csp_processor *processor) { delete processor; }

int32_t csp_piece_count(const csp_processor *processor) { return processor->library.GetPieceSize(); }

const char *csp_piece(const csp_processor *processor, int32_t id, size_t *length) {
  if (!holds(processor, id)) return nullptr;
  const std::string &piece = processor->library.IdToPiece(id);
  *length = piece.size();
  return piece.data();
}

int32_t csp_piece_kind(const csp_processor *processor, int32_t id) {
  if (!holds(processor, id)) return -1;
  if (processor->library.IsUnknown(id)) return CSP_UNKNOWN;
  if (processor->library.IsControl(id)) return CSP_CONTROL;
  if (processor->library.IsUnused(id)) return CSP_UNUSED;
  if (processor->library.IsByte(id)) return CSP_BYTE;
  return CSP_NORMAL;
}

int64_t csp_encode(const csp_processor *processor, const char *text, size_t length, int32_t **ids) {
  try {
    std::vector<int> found;
    if (!processor->library.Encode(std::string_view(text, length), &found).ok()) return -1;
    *ids = static_cast<int32_t *>(std::malloc((found.empty() ? 1 : found.size()) * sizeof(int32_t)));
    if (*ids == nullptr) return -1;
    for (size_t k = 0; k < found.size(); ++k) (*ids)[k] = found[k];
    return static_cast<int64_t>(found.size());
  } catch (...) {
    return -1;
  }
}

void csp_free_ids(int32_t *ids) { std::free(ids); }

char *csp_train(const char *corpus, size_t corpus_length, const char *const *names, const char *const *values,
                size_t count, size_t *length, char *message, size_t capacity) {
  try {
    std::unordered_map<std::string, std::string> options;
    for (size_t k = 0; k < count; ++k) options[names[k]] = values[k];
    Lines lines(corpus, corpus_length);
    std::string model;
    const auto status = sentencepiece::SentencePieceTrainer::Train(options, &lines, &model);
    if (!status.ok()) {
      report(status.message(), message, capacity);
      return nullptr;
    }
    char *bytes = static_cast<char *>(std::malloc(model.empty() ? 1 : model.size()));
    if (bytes == nullptr) {
      report("out of memory", message, capacity);
      return nullptr;
    }
    std::memcpy(bytes, model.data(), model.size());
    *length = model.size();
    return bytes;
  } catch (const std::exception &error) {
    report(error.what(), message, capacity);
  } catch (...) {
    report("an unknown exception", message, capacity);
  }
  return nullptr;
}

void csp_free_bytes(char *bytes) { std::free(bytes); }

}  // extern "C"
