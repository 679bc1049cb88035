// Functions that results depend on, in place of the C library's, which other systems and releases compute otherwise.
#include "CKernels.h"
#include "pairs.h"

double lr_exp(double x) { return exponential64(x); }
double lr_log(double x) { return logarithm64(x); }

// The exponent and the logarithm of the mantissa as a pair, over ln 2.
double lr_log2(double x) {
  if (!(x > 0 && x < INFINITY)) return logarithm64(x);
  double exponent, m = mantissa_of(x, &exponent);
  pair share = pair_multiply(pair_logarithm_near(m), (pair){0x1.71547652b82fep0, 0x1.777d0ffda0d24p-56});  // 1 / ln 2
  return pair_add((pair){exponent, 0}, share).high;
}

// e^(y log x), the exponent as a pair; what is special is as in C (Annex F).
double lr_pow(double x, double y) {
  if (y == 0 || x == 1) return 1;
  if (x != x || y != y) return x + y;
  double size = __builtin_fabs(x), power;
  int whole = __builtin_floor(y) == y, odd = whole && __builtin_fabs(y) < 0x1p53 && ((int64_t)y & 1);
  if (x < 0 && !whole && size < INFINITY) return (double)NAN;
  if (size == 0 || size == INFINITY) {
    power = (size == 0) == (y < 0) ? INFINITY : 0;
  } else {
    // beyond 2^65 a power of all but 1 is 0 or infinite
    double bounded = y < -0x1p65 ? -0x1p65 : y > 0x1p65 ? 0x1p65 : y;
    pair logarithm = pair_multiply(pair_logarithm((pair){size, 0}), (pair){bounded, 0});
    power = exponential_of_sum(logarithm.high, logarithm.low);
  }
  return odd && __builtin_signbit(x) ? -power : power;
}

// --- Sine and cosine: whole quarters of a turn are taken away exactly, from the largest angle too (Payne and Hanek 1983).

// 64 zeros, and then the bits of 2 / pi.
static const uint64_t two_over_pi[20] = {
  0, 0xa2f9836e4e441529, 0xfc2757d1f534ddc0, 0xdb6295993c439041, 0xfe5163abdebbc561, 0xb7246e3a424dd2e0,
  0x06492eea09d1921c, 0xfe1deb1cb129a73e, 0xe88235f52ebb4484, 0xe99c7026b45f7e41, 0x3991d639835339f4, 0x9c845f8bbdf9283b,
  0x1ff897ffde05980f, 0xef2f118b5a0a6d1f, 0x6d367ecf27cb09b7, 0x4f463f669e5fea2d, 0x7527bac7ebe5f17b, 0x3d0739f78a5292ea,
  0x6bfb5fb11f8d5d08, 0x56033046fc7b6bab,
};

// 64 bits of 2 / pi, from that of weight 2^-first on; `first` is at least -63.
static uint64_t bits_of_two_over_pi(int first) {
  const uint64_t *word = two_over_pi + (first + 63) / 64;
  int shift = (first + 63) % 64;
  return shift ? word[0] << shift | word[1] >> (64 - shift) : word[0];
}

// x, finite and at least pi / 4, less the nearest whole number of quarters of a turn, which is returned but for whole turns.
static uint32_t quarters(double x, pair *rest) {
  typedef unsigned __int128 wide;
  // x is a whole number times 2^exponent. Of its product with 2 / pi whole turns are left away, and 190 bits are kept below one.
  int exponent = (int)(bits_of(x) >> 52) - 1075;
  uint64_t whole = (bits_of(x) & 0x000fffffffffffff) | 0x0010000000000000;
  wide a = (wide)whole * bits_of_two_over_pi(exponent - 1), b = (wide)whole * bits_of_two_over_pi(exponent + 63);
  wide c = (wide)whole * bits_of_two_over_pi(exponent + 127), middle = (c >> 64) + (uint64_t)b;
  uint64_t first = (uint64_t)(middle >> 64) + (uint64_t)(b >> 64) + (uint64_t)a;
  uint64_t second = (uint64_t)middle, third = (uint64_t)c;
  uint32_t count = (uint32_t)((first + (1ull << 61)) >> 62);
  // the rest in quarters, between -1/2 and 1/2: its sign, and its magnitude as bits behind the point
  first = first << 2 | second >> 62, second = second << 2 | third >> 62, third <<= 2;
  uint64_t sign = first >> 63, flip = 0 - sign;
  first ^= flip, second ^= flip, third ^= flip;
  int zeros = __builtin_clzll(first | 1);  // at least 1, and below 62 for any double
  first = first << zeros | second >> (64 - zeros), second = second << zeros | third >> (64 - zeros);
  // in two numbers, of 26 bits and of the next 53, times pi / 2, whose upper part has 25
  double unit = as_double((uint64_t)(1023 - zeros) << 52);
  double upper = (double)(first >> 38) * 0x1p-26 * unit;
  double lower = (double)((first << 26) >> 11 | second >> 49) * 0x1p-79 * unit;
  double high = upper * 0x1.921fb5p0, low = upper * 0x1.110b4611a6263p-26 + lower * 0x1.921fb54442d18p0;
  pair sum = pair_fast_sum(high, low);
  *rest = sign ? (pair){-sum.high, -sum.low} : sum;
  return count & 3;
}

static double turned(uint32_t quarter, pair rest) {
  double y = quarter & 1 ? cosine_near(rest.high, rest.low) : sine_near(rest.high, rest.low);
  return quarter & 2 ? -y : y;
}

double lr_sin(double x) {
  double size = __builtin_fabs(x);
  if (size < 0x1.921fb54442d18p-1) return sine_near(x, 0);
  if (!(size < INFINITY)) return (double)NAN;
  pair rest;
  uint32_t count = quarters(size, &rest);
  return turned(x < 0 ? count ^ 2 : count, rest);
}

double lr_cos(double x) {
  double size = __builtin_fabs(x);
  if (size < 0x1.921fb54442d18p-1) return cosine_near(size, 0);
  if (!(size < INFINITY)) return (double)NAN;
  pair rest;
  uint32_t count = quarters(size, &rest);
  return turned(count + 1, rest);
}
