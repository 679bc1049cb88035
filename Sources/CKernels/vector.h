// Sixteen lanes as one value, the same on every instruction set, and the scalar functions that the compiler widens.
// Vectors never cross a call by value (its convention differs between instruction sets), hence the macros.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

// Which instruction sets a kernel is compiled for; the tests compile each for one alone, to compare them.
#ifndef LR_CLONES
#if defined(__x86_64__)
#define LR_CLONES __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define LR_CLONES
#endif
#endif
#define LR_INLINE static inline __attribute__((always_inline))
#define LANES 16

typedef float lanes __attribute__((vector_size(64)));
typedef float lanes_unaligned __attribute__((vector_size(64), aligned(4)));
typedef int32_t lanes_int __attribute__((vector_size(64)));
typedef uint32_t lanes_uint __attribute__((vector_size(64)));
typedef uint64_t lanes_wide __attribute__((vector_size(128)));

#define LOAD(p) ((lanes)(*(const lanes_unaligned *)(p)))
#define STORE(p, v) (*(lanes_unaligned *)(p) = (v))

// Numbers that are the upper halves of float32.
typedef uint16_t halves __attribute__((vector_size(32)));
typedef uint16_t halves_unaligned __attribute__((vector_size(32), aligned(2)));
#define LOAD_HALF(p) ((lanes)(__builtin_convertvector((halves)(*(const halves_unaligned *)(p)), lanes_uint) << 16))

// Fewer than LANES numbers, without a call.
LR_INLINE void copy_part(float *to, const float *from, int64_t n) {
  int64_t done = 0;
  if (n & 8) memcpy(to, from, 8 * sizeof(float)), done = 8;
  if (n & 4) memcpy(to + done, from + done, 4 * sizeof(float)), done += 4;
  if (n & 2) memcpy(to + done, from + done, 2 * sizeof(float)), done += 2;
  if (n & 1) to[done] = from[done];
}
#define LOAD_PART(p, n)               \
  ({                                  \
    float part_[LANES] = {0};         \
    copy_part(part_, (p), (n));       \
    LOAD(part_);                      \
  })

// The fixed tree: lane i with i + 8, then + 4, + 2, + 1.
LR_INLINE float sum_lanes(const lanes *v) {
  float x[LANES];
  memcpy(x, v, sizeof x);
  for (int width = 8; width > 0; width /= 2)
    for (int i = 0; i < width; i++) x[i] += x[i + width];
  return x[0];
}

// The same sums of four, y[0] to y[3].
#define SHUFFLE __builtin_shufflevector
typedef float lanes8 __attribute__((vector_size(32)));
typedef float lanes8_unaligned __attribute__((vector_size(32), aligned(4)));
typedef float lanes4_unaligned __attribute__((vector_size(16), aligned(4)));
#define LOAD8(p) (*(const lanes8_unaligned *)(p))
LR_INLINE void sum_four(float *y, const lanes *a, const lanes *b, const lanes *c, const lanes *d) {
  lanes s = SHUFFLE(*a, *b, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
            SHUFFLE(*a, *b, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  lanes t = SHUFFLE(*c, *d, 0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23) +
            SHUFFLE(*c, *d, 8, 9, 10, 11, 12, 13, 14, 15, 24, 25, 26, 27, 28, 29, 30, 31);
  lanes u = SHUFFLE(s, t, 0, 1, 2, 3, 8, 9, 10, 11, 16, 17, 18, 19, 24, 25, 26, 27) +
            SHUFFLE(s, t, 4, 5, 6, 7, 12, 13, 14, 15, 20, 21, 22, 23, 28, 29, 30, 31);
  lanes8 v = SHUFFLE(u, u, 0, 1, 4, 5, 8, 9, 12, 13) + SHUFFLE(u, u, 2, 3, 6, 7, 10, 11, 14, 15);
  *(lanes4_unaligned *)y = SHUFFLE(v, v, 0, 2, 4, 6) + SHUFFLE(v, v, 1, 3, 5, 7);
}

// The first n lanes, zeros behind them.
#define FIRST_LANES(v, n) \
  ((lanes)((lanes_int)(v) & ((lanes_int){0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15} < (int32_t)(n))))
// As LOAD_PART. What is read beyond the n numbers stays below `limit`.
#define LOAD_REST(p, n, limit) ((limit) - (p) < LANES ? LOAD_PART(p, n) : FIRST_LANES(LOAD(p), n))
#define UNROLL _Pragma("clang loop unroll(full)")

// The largest of n numbers, n at least 1.
LR_INLINE float highest_of(const float *row, int64_t n) {
  int64_t whole = n - n % LANES;
  float highest = row[0];
  if (whole) {
    lanes best = LOAD(row);
    for (int64_t j = LANES; j < whole; j += LANES) {
      lanes v = LOAD(row + j);
      lanes_int larger = v > best;
      best = (lanes)((larger & (lanes_int)v) | (~larger & (lanes_int)best));
    }
    for (int l = 0; l < LANES; l++) highest = best[l] > highest ? best[l] : highest;
  }
  for (int64_t j = whole; j < n; j++) highest = row[j] > highest ? row[j] : highest;
  return highest;
}

LR_INLINE float as_float(int32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
LR_INLINE int32_t as_bits(float x) {
  int32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}
LR_INLINE float with_sign(float magnitude, float sign) {
  return as_float((as_bits(magnitude) & 0x7fffffff) | (as_bits(sign) & (int32_t)0x80000000));
}

// e^x, about 1 ulp: x = n ln2 + r, polynomial in r, 2^n by the exponent bits. Below -87.3 the result is 0; NaN stays NaN.
LR_INLINE float exponential(float x) {
  const float low = -87.33654f, high = 88.72283f, magic = 12582912.0f;  // 1.5 * 2^23: rounds to an integer
  float clamped = x > low ? x : low;
  clamped = clamped < high ? clamped : high;
  float n = __builtin_fmaf(clamped, 1.44269504f, magic) - magic;
  float r = __builtin_fmaf(n, -0.693145752f, clamped);
  r = __builtin_fmaf(n, -1.42860677e-6f, r);
  float p = 1.37805939e-3f;
  p = __builtin_fmaf(p, r, 8.37312452e-3f);
  p = __builtin_fmaf(p, r, 4.16695364e-2f);
  p = __builtin_fmaf(p, r, 1.66664720e-1f);
  p = __builtin_fmaf(p, r, 4.99999851e-1f);
  p = __builtin_fmaf(p, r, 1.0f);
  p = __builtin_fmaf(p, r, 1.0f);
  // 2^n in two factors, so that n = 128 does not overflow the exponent before the product is formed
  int32_t whole = (int32_t)n, half = whole >> 1;
  float y = p * as_float((half + 127) << 23) * as_float((whole - half + 127) << 23);
  y = x < low ? 0.0f : y;
  y = x > high ? INFINITY : y;
  return x == x ? y : x;
}

// erf, about 1 ulp: two minimax polynomials, split at 0.9277.
LR_INLINE float error_function(float a) {
  float t = __builtin_fabsf(a), s = a * a;
  float r = __builtin_fmaf(-1.72853470e-5f, t, 3.83197126e-4f);
  float u = __builtin_fmaf(-3.88396438e-3f, t, 2.42546219e-2f);
  r = __builtin_fmaf(r, s, u);
  r = __builtin_fmaf(r, t, -1.06777877e-1f);
  r = __builtin_fmaf(r, t, -6.34846687e-1f);
  r = __builtin_fmaf(r, t, -1.28717512e-1f);
  r = __builtin_fmaf(r, t, -t);
  float large = with_sign(1.0f - exponential(r), a);
  float q = -5.96761703e-4f;
  q = __builtin_fmaf(q, s, 4.99119423e-3f);
  q = __builtin_fmaf(q, s, -2.67681349e-2f);
  q = __builtin_fmaf(q, s, 1.12819925e-1f);
  q = __builtin_fmaf(q, s, -3.76125336e-1f);
  q = __builtin_fmaf(q, s, 1.28379166e-1f);
  float small = __builtin_fmaf(q, a, a);
  return t > 0.927734375f ? large : small;
}

// tanh: an odd polynomial near zero, 1 - 2 / (e^2x + 1) elsewhere.
LR_INLINE float hyperbolic_tangent(float x) {
  float t = __builtin_fabsf(x), s = x * x;
  float p = -5.70498872745e-3f;
  p = __builtin_fmaf(p, s, 2.06390887954e-2f);
  p = __builtin_fmaf(p, s, -5.37397155531e-2f);
  p = __builtin_fmaf(p, s, 1.33314422036e-1f);
  p = __builtin_fmaf(p, s, -3.33332819422e-1f);
  float small = __builtin_fmaf(p * s, x, x);
  float large = with_sign(1.0f - 2.0f / (exponential(t + t) + 1.0f), x);
  return t < 0.625f ? small : (x == x ? large : x);
}
