// Philox4x32-10 (Salmon et al., SC 2011): four words from a counter and a key.
#include "CKernels.h"
#include "functions.h"

#define ROUNDS 10
static const uint32_t MULTIPLIER0 = 0xD2511F53u, MULTIPLIER1 = 0xCD9E8D57u, WEYL0 = 0x9E3779B9u, WEYL1 = 0xBB67AE85u;

void lr_philox(const uint32_t counter[4], const uint32_t key[2], uint32_t out[4]) {
  uint32_t c0 = counter[0], c1 = counter[1], c2 = counter[2], c3 = counter[3], k0 = key[0], k1 = key[1];
  for (int round = 0; round < ROUNDS; round++) {
    uint64_t p0 = (uint64_t)MULTIPLIER0 * c0, p1 = (uint64_t)MULTIPLIER1 * c2;
    c0 = (uint32_t)(p1 >> 32) ^ c1 ^ k0;
    c1 = (uint32_t)p1;
    c2 = (uint32_t)(p0 >> 32) ^ c3 ^ k1;
    c3 = (uint32_t)p0;
    k0 += WEYL0;
    k1 += WEYL1;
  }
  out[0] = c0, out[1] = c1, out[2] = c2, out[3] = c3;
}

// The words of sixteen blocks from block `first` on, a multiple of sixteen: words[w][b] is word w of block first + b.
LR_INLINE void sixteen_blocks(lr_stream s, uint64_t first, lanes_uint words[4]) {
  // each word stands in the low half of a 64-bit lane, as the widening multiplication wants it; the high halves are not cleaned
  lanes_wide number = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}, zero = {0};
  uint64_t low = 0xffffffffu;
  lanes_wide c0 = number + first, c1 = zero + s.stream, c2 = zero + s.step;
  // the high bits of a block number past 2^32 go where the purpose's high bits are, which no purpose uses
  lanes_wide c3 = zero + (s.purpose ^ (uint32_t)(first >> 32) << 16);
  uint32_t k0 = (uint32_t)s.seed, k1 = (uint32_t)(s.seed >> 32);
  for (int round = 0; round < ROUNDS; round++) {
    lanes_wide p0 = (c0 & low) * MULTIPLIER0, p1 = (c2 & low) * MULTIPLIER1;
    c0 = (p1 >> 32) ^ c1 ^ k0;
    c1 = p1;
    c2 = (p0 >> 32) ^ c3 ^ k1;
    c3 = p0;
    k0 += WEYL0;
    k1 += WEYL1;
  }
  words[0] = __builtin_convertvector(c0, lanes_uint);
  words[1] = __builtin_convertvector(c1, lanes_uint);
  words[2] = __builtin_convertvector(c2, lanes_uint);
  words[3] = __builtin_convertvector(c3, lanes_uint);
}

LR_INLINE float unit(uint32_t word) { return (float)(int32_t)(word >> 8) * 0x1p-24f; }

// Element i has word i % 4 of block i / 4.
LR_CLONES void lr_random_uniform(float *out, int64_t begin, int64_t end, lr_stream stream, float low, float high) {
  for (int64_t i = begin; i < end;) {
    int64_t start = i / 64 * 64, stop = start + 64 < end ? start + 64 : end;
    lanes_uint words[4];
    uint32_t word[4][LANES];
    float made[64];
    sixteen_blocks(stream, (uint64_t)start / 4, words);
    memcpy(word, words, sizeof word);
    for (int b = 0; b < LANES; b++)
      for (int w = 0; w < 4; w++) made[4 * b + w] = low + (high - low) * unit(word[w][b]);
    memcpy(out + (i - begin), made + (i - start), (size_t)(stop - i) * sizeof(float));
    i = stop;
  }
}

// Box and Muller in double precision: a radius by one word, an angle by another.
LR_INLINE float normal(uint32_t u, uint32_t v, float mean, float deviation) {
  double radius = __builtin_sqrt(-2.0 * logarithm64(((double)u + 1.0) * 0x1p-32));
  return (float)((double)mean + (double)deviation * radius * cosine_of_turn(v));
}

// Element i has words 0 and 1 of block i / 2, or 2 and 3.
LR_CLONES void lr_random_normal(float *out, int64_t begin, int64_t end, lr_stream stream, float mean, float deviation) {
  for (int64_t i = begin; i < end;) {
    int64_t start = i / 32 * 32, stop = start + 32 < end ? start + 32 : end;
    lanes_uint words[4];
    uint32_t word[4][LANES];
    float made[32];
    sixteen_blocks(stream, (uint64_t)start / 2, words);
    memcpy(word, words, sizeof word);
    for (int b = 0; b < LANES; b++) {
      made[2 * b] = normal(word[0][b], word[1][b], mean, deviation);
      made[2 * b + 1] = normal(word[2][b], word[3][b], mean, deviation);
    }
    memcpy(out + (i - begin), made + (i - start), (size_t)(stop - i) * sizeof(float));
    i = stop;
  }
}

// Which of a group of 64 elements are kept. Element e has word e / 16 of block e % 16, so that no shuffle is needed; the assignment
// depends on the element's number alone.
LR_INLINE void keep_group(lr_stream s, uint64_t group, uint32_t threshold, lanes_int keep[4]) {
  lanes_uint words[4];
  sixteen_blocks(s, group * 16, words);
  for (int w = 0; w < 4; w++) keep[w] = words[w] >= threshold;
}

LR_CLONES void lr_dropout(float *out, const float *x, int64_t begin, int64_t end, lr_stream stream, float rate) {
  double share = (double)rate * 4294967296.0;
  uint32_t threshold = share >= 4294967295.0 ? 4294967295u : (uint32_t)share;
  float scale = 1.0f / (1.0f - rate);
  for (int64_t i = begin; i < end;) {
    lanes_int keep[4];
    int64_t group = i / 64, start = group * 64;
    keep_group(stream, (uint64_t)group, threshold, keep);
    if (i == start && start + 64 <= end) {
      for (int w = 0; w < 4; w++) {
        lanes value = LOAD(x + (i - begin) + 16 * w) * scale;
        STORE(out + (i - begin) + 16 * w, (lanes)((lanes_int)value & keep[w]));
      }
      i = start + 64;
    } else {
      int64_t stop = start + 64 < end ? start + 64 : end;
      for (; i < stop; i++) {
        int64_t e = i - start;
        out[i - begin] = keep[e / 16][e % 16] ? x[i - begin] * scale : 0.0f;
      }
    }
  }
}
