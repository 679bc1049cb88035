// Softmax of one (sequence, head) or a run of its rows: with DeBERTa's two positional terms added while the row is in cache
// (He et al. 2021, Eq. 4: content-to-position and position-to-content), or with a causal mask.
#include "CKernels.h"
#include "vector.h"

// Scores whose exponentials are taken in one loop.
enum { TOGETHER = 2048 };

LR_CLONES void lr_attention_softmax(float *scores, int64_t queries, int64_t keys, const float *relative_c,
                                    const float *relative_p, int64_t span, const int32_t *index, int32_t first,
                                    float factor) {
  int64_t whole = keys - keys % LANES, rest = keys - whole;
  // several rows together, so that the exponentials of short rows fill whole vectors
  int64_t together = keys < TOGETHER ? TOGETHER / keys : 1;
  for (int64_t start = 0; start < queries; start += together) {
    int64_t stop = start + together < queries ? start + together : queries;
    float *run = scores + start * keys;
    for (int64_t i = start; i < stop; i++) {
      float *row = scores + i * keys;
      if (relative_c) {
        const float *c = relative_c + i * span;
        for (int64_t j = 0; j < keys; j++) {
          int64_t at = index[i - j] - first;
          row[j] = row[j] + c[at] + relative_p[j * span + at];
        }
      }
      float highest = highest_of(row, keys);
      for (int64_t j = 0; j < keys; j++) row[j] = (row[j] - highest) * factor;
    }
    for (int64_t e = 0; e < (stop - start) * keys; e++) run[e] = exponential(run[e]);
    for (int64_t i = start; i < stop; i++) {
      float *row = scores + i * keys;
      lanes sum = {0};
      for (int64_t j = 0; j < whole; j += LANES) sum += LOAD(row + j);
      if (rest) sum += LOAD_PART(row + whole, rest);
      float scale = 1.0f / sum_lanes(&sum);
      for (int64_t j = 0; j < keys; j++) row[j] = row[j] * scale;
    }
  }
}

// A row's gradient of its probabilities -> that of its scores.
LR_INLINE void softmax_row_backward(float *row, const float *p, int64_t keys, float factor) {
  lanes sum = {0};
  int64_t j = 0;
  for (; j + LANES <= keys; j += LANES) sum += LOAD(row + j) * LOAD(p + j);
  if (j < keys) sum += LOAD_PART(row + j, keys - j) * LOAD_PART(p + j, keys - j);
  float dot = sum_lanes(&sum);
  for (j = 0; j < keys; j++) row[j] = (row[j] - dot) * p[j] * factor;
}

LR_CLONES void lr_attention_softmax_backward(float *gradient, const float *probabilities, int64_t queries, int64_t keys,
                                             float *relative_c, float *relative_p, int64_t span, const int32_t *index,
                                             int32_t first, float factor) {
  if (relative_c) {
    memset(relative_c, 0, (size_t)(queries * span) * sizeof(float));
    memset(relative_p, 0, (size_t)(keys * span) * sizeof(float));
  }
  for (int64_t i = 0; i < queries; i++) {
    float *row = gradient + i * keys;
    softmax_row_backward(row, probabilities + i * keys, keys, factor);
    if (relative_c) {
      float *c = relative_c + i * span;
      for (int64_t j = 0; j < keys; j++) {
        int64_t at = index[i - j] - first;
        c[at] += row[j];
        relative_p[j * span + at] += row[j];
      }
    }
  }
}

// Keys that the query at `position` sees, of those in its row.
LR_INLINE int64_t seen(int64_t position, int64_t keys) { return position + 1 < keys ? position + 1 : keys; }

LR_CLONES void lr_attention_softmax_causal(float *scores, int64_t queries, int64_t keys, int64_t stride, int64_t position,
                                           float factor) {
  for (int64_t i = 0; i < queries; i++) {
    float *row = scores + i * stride;
    int64_t count = seen(position + i, keys), whole = count - count % LANES, rest = count - whole;
    float highest = highest_of(row, count);
    lanes sum = {0};
    for (int64_t j = 0; j < whole; j++) row[j] = exponential((row[j] - highest) * factor);
    for (int64_t j = 0; j < whole; j += LANES) sum += LOAD(row + j);
    if (rest) {
      float part[LANES] = {0};
      copy_part(part, row + whole, rest);
      for (int l = 0; l < LANES; l++) part[l] = exponential((part[l] - highest) * factor);
      copy_part(row + whole, part, rest);
      sum += LOAD_PART(row + whole, rest);
    }
    float scale = 1.0f / sum_lanes(&sum);
    for (int64_t j = 0; j < count; j++) row[j] = row[j] * scale;
    memset(row + count, 0, (size_t)(stride - count) * sizeof(float));
  }
}

LR_CLONES void lr_attention_softmax_causal_backward(float *gradient, const float *probabilities, int64_t queries, int64_t keys,
                                                    int64_t stride, int64_t position, float factor) {
  for (int64_t i = 0; i < queries; i++) {
    int64_t count = seen(position + i, keys);
    float *row = gradient + i * stride;
    softmax_row_backward(row, probabilities + i * stride, count, factor);
    memset(row + count, 0, (size_t)(stride - count) * sizeof(float));
  }
}

// Columns of values that are added up side by side.
enum { BESIDE = 4 };

// The score of each key, four of them at a time.
LR_INLINE void score_cached(float *scores, const float *query, const float *const *keys, int64_t count, int64_t column,
                            int64_t size) {
  int64_t whole = size - size % LANES;
  for (int64_t j = 0; j < count; j += 4) {
    const float *key[4];
    lanes sum[4];
    float four[4];
    for (int i = 0; i < 4; i++) key[i] = keys[j + i < count ? j + i : j] + column;
    UNROLL for (int i = 0; i < 4; i++) sum[i] = (lanes){0};
    for (int64_t c = 0; c < whole; c += LANES) {
      lanes q = LOAD(query + c);
      UNROLL for (int i = 0; i < 4; i++) sum[i] += q * LOAD(key[i] + c);
    }
    if (whole < size) {
      lanes q = LOAD_PART(query + whole, size - whole);
      UNROLL for (int i = 0; i < 4; i++) sum[i] += q * LOAD_PART(key[i] + whole, size - whole);
    }
    sum_four(four, &sum[0], &sum[1], &sum[2], &sum[3]);
    for (int64_t i = 0; i < 4 && j + i < count; i++) scores[j + i] = four[i];
  }
}

LR_CLONES void lr_attention_cached(float *context, float *scores, const float *query, const float *const *keys,
                                   const float *const *values, int64_t count, int64_t column, int64_t heads, int64_t size,
                                   float factor) {
  for (int64_t h = 0; h < heads; h++) {
    float *out = context + h * size;
    score_cached(scores, query + h * size, keys, count, column, size);
    float highest = highest_of(scores, count);
    lanes total = {0};
    int64_t j = 0;
    for (; j + LANES <= count; j += LANES) {
      for (int l = 0; l < LANES; l++) scores[j + l] = exponential((scores[j + l] - highest) * factor);
      total += LOAD(scores + j);
    }
    if (j < count) {
      float part[LANES] = {0};
      copy_part(part, scores + j, count - j);
      for (int l = 0; l < LANES; l++) part[l] = exponential((part[l] - highest) * factor);
      copy_part(scores + j, part, count - j);
      total += LOAD_PART(scores + j, count - j);
    }
    float scale = 1.0f / sum_lanes(&total);
    int64_t c = 0;
    for (; c + BESIDE * LANES <= size; c += BESIDE * LANES) {
      lanes sum[BESIDE];
      UNROLL for (int b = 0; b < BESIDE; b++) sum[b] = (lanes){0};
      for (j = 0; j < count; j++) {
        const float *value = values[j] + column + c;
        UNROLL for (int b = 0; b < BESIDE; b++) sum[b] += LOAD(value + b * LANES) * scores[j];
      }
      UNROLL for (int b = 0; b < BESIDE; b++) STORE(out + c + b * LANES, sum[b] * scale);
    }
    for (; c < size; c += LANES) {
      int64_t width = size - c < LANES ? size - c : LANES;
      lanes sum = {0};
      for (j = 0; j < count; j++) {
        const float *value = values[j] + column + c;
        sum += (width == LANES ? LOAD(value) : LOAD_PART(value, width)) * scores[j];
      }
      float part[LANES];
      STORE(part, sum * scale);
      memcpy(out + c, part, (size_t)width * sizeof(float));
    }
  }
}
