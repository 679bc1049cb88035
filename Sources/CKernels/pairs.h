// Numbers of twice double precision: the sum of two doubles, the second at most half a unit in the last place of the first (Dekker
// 1971, Knuth 1969). Without an instruction that multiplies and adds: the same bits everywhere.
#pragma once
#include "functions.h"

typedef struct {
  double high, low;
} pair;

// a + b, of any two, and where a is the larger, or 0.
LR_INLINE pair pair_sum(double a, double b) {
  double sum = a + b, part = sum - a;
  return (pair){sum, (a - (sum - part)) + (b - part)};
}
LR_INLINE pair pair_fast_sum(double a, double b) {
  double sum = a + b;
  return (pair){sum, b - (sum - a)};
}

// a * b, both below 2^996.
LR_INLINE pair pair_product(double a, double b) {
  double c = a * 0x1.000002p27, d = b * 0x1.000002p27;
  double a1 = c - (c - a), b1 = d - (d - b), a2 = a - a1, b2 = b - b1, product = a * b;
  return (pair){product, ((a1 * b1 - product) + a1 * b2 + a2 * b1) + a2 * b2};
}

LR_INLINE pair pair_add(pair a, pair b) {
  pair sum = pair_sum(a.high, b.high), rest = pair_sum(a.low, b.low);
  sum = pair_fast_sum(sum.high, sum.low + rest.high);
  return pair_fast_sum(sum.high, sum.low + rest.low);
}
LR_INLINE pair pair_multiply(pair a, pair b) {
  pair product = pair_product(a.high, b.high);
  return pair_fast_sum(product.high, product.low + (a.high * b.low + a.low * b.high));
}
LR_INLINE pair pair_divide(pair a, pair b) {
  double quotient = a.high / b.high;
  pair whole = pair_product(quotient, b.high);
  double rest = ((a.high - whole.high) - whole.low + a.low) - quotient * b.low;
  return pair_fast_sum(quotient, rest / b.high);
}

// The logarithm of a number of sqrt(1/2)...sqrt(2), within 2^-70 of itself: with s = (m - 1) / (m + 1) it is
// 2 s (1 + s^2 / 3 + s^4 / 5 + ...).
static inline pair pair_logarithm_near(double m) {
  const pair third = {0x1.5555555555555p-2, 0x1.5555555555555p-56}, fifth = {0x1.999999999999ap-3, -0x1.999999999999ap-57};
  double f = m - 1, rest = 0;
  pair s = pair_divide((pair){f, 0}, pair_sum(2, f)), z = pair_multiply(s, s);
  for (int n = 27; n >= 7; n -= 2) rest = (rest + 1.0 / n) * z.high;
  pair sum = pair_multiply(pair_add(fifth, (pair){rest, 0}), z);
  sum = pair_add((pair){1, 0}, pair_multiply(pair_add(third, sum), z));
  return pair_multiply((pair){2 * s.high, 2 * s.low}, sum);
}

// The logarithm of any positive number.
static inline pair pair_logarithm(pair x) {
  double exponent, m = mantissa_of(x.high, &exponent);
  pair y = pair_add((pair){exponent * LN2_HIGH, 0}, pair_add((pair){exponent * LN2_LOW, 0}, pair_logarithm_near(m)));
  return pair_add(y, (pair){x.low / x.high, 0});
}
