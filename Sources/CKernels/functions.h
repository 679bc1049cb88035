// Functions in double precision whose bits depend on no library and on no instruction set: sums, products, quotients, each rounded
// once, and operations on bits. They go straight on, so that the compiler widens loops over them.
// The ways are those of fdlibm (Sun Microsystems 1993), the polynomials fitted anew for the least greatest error.
// Errors are the greatest that millions of points showed beside libquadmath's 113 bits, in units of the last place.
#pragma once
#include "vector.h"

LR_INLINE double as_double(uint64_t bits) {
  double x;
  memcpy(&x, &bits, sizeof x);
  return x;
}
LR_INLINE uint64_t bits_of(double x) {
  uint64_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

// ln 2, its upper part of 32 bits, so that exponents times it are exact.
#define LN2_HIGH 0x1.62e42feep-1
#define LN2_LOW 0x1.a39ef35793c76p-33

// (high + low) * first * second; the factors are powers of two.
typedef struct {
  double high, low, first, second;
} scaled;

// e^(x + rest), of a rest that is small beside x. With x = n ln 2 + r it is 2^n times a polynomial in r; 2^n in two factors, so
// that neither leaves the range of numbers before the result does.
LR_INLINE scaled exponential_parts(double x, double rest) {
  const double low = -746, high = 710, magic = 0x1.8p52;  // plus magic rounds to a whole number, which stands in the last bits
  double clamped = x < low ? low : x;  // NaN stays
  clamped = clamped > high ? high : clamped;
  rest = clamped == x ? rest : 0;
  double shifted = clamped * 0x1.71547652b82fep0 + magic, n = shifted - magic;
  double r0 = clamped - n * LN2_HIGH, less = n * LN2_LOW - rest, r = r0 - less;
  double p = 0x1.1f7a4855e8579p-29;
  p = p * r + 0x1.af6f2d5874feep-26;
  p = p * r + 0x1.27e4d770af9d8p-22;
  p = p * r + 0x1.71ddee12aa275p-19;
  p = p * r + 0x1.a01a01a84656fp-16;
  p = p * r + 0x1.a01a01b467402p-13;
  p = p * r + 0x1.6c16c16c15fc8p-10;
  p = p * r + 0x1.111111110e9bbp-7;
  p = p * r + 0x1.5555555555556p-5;
  p = p * r + 0x1.555555555555cp-3;
  p = p * r + 0.5;
  // 1 + r0 + (r^2 p - less), what the first sum loses added to the last
  double sum = 1 + r0, lost = (1 - sum) + r0;
  uint64_t whole = bits_of(shifted) - bits_of(magic) + 2048, half = whole >> 1;
  return (scaled){sum, lost + (r * r * p - less), as_double((half - 1) << 52), as_double((whole - half - 1) << 52)};
}
LR_INLINE double exponential_of_sum(double x, double rest) {
  scaled y = exponential_parts(x, rest);
  return (y.high + y.low) * y.first * y.second;
}

// e^x, 0.67 units, 0.78 below 2^-1022. It is 0 from -745.14 down, infinite from 709.79 up, NaN of NaN.
LR_INLINE double exponential64(double x) { return exponential_of_sum(x, 0); }

// The mantissa of a positive number, in sqrt(1/2)...sqrt(2), and the exponent that goes with it.
LR_INLINE double mantissa_of(double x, double *exponent) {
  const uint64_t one = 0x3ff0000000000000, least = 0x3fe6a09e667f3bcd;  // sqrt(1/2)
  int small = x < 0x1p-1022;
  uint64_t bits = bits_of(small ? x * 0x1p54 : x) + (one - least);
  *exponent = as_double((bits >> 52) | bits_of(0x1p52)) - (small ? 0x1p52 + 1077 : 0x1p52 + 1023);
  return as_double((bits & 0x000fffffffffffff) + least);
}

// The natural logarithm, 0.87 units: minus infinity of 0, NaN below and of NaN. Of m = 1 + f, with s = f / (2 + f), it is
// f - (f^2 / 2 - s (f^2 / 2 + R)), where R = log(m) / s - 2 is a polynomial in s^2.
LR_INLINE double logarithm64(double x) {
  double k, f = mantissa_of(x, &k) - 1, s = f / (2 + f), z = s * s, half = 0.5 * f * f;
  double p = 0x1.2f09227c5ef3cp-3;
  p = p * z + 0x1.39a154c14feb2p-3;
  p = p * z + 0x1.7466433505346p-3;
  p = p * z + 0x1.c71c51f218ce4p-3;
  p = p * z + 0x1.2492494211d37p-2;
  p = p * z + 0x1.999999997fafap-2;
  p = p * z + 0x1.5555555555593p-1;
  double whole = k * LN2_HIGH, sum = whole + f, lost = (whole - sum) + f;
  double y = sum + (lost - (half - (s * (half + z * p) + k * LN2_LOW)));
  y = x < INFINITY ? y : x;
  return x > 0 ? y : (x == 0 ? -INFINITY : (double)NAN);
}

// The sine and the cosine of x + rest within an eighth of a turn, of a rest that is small beside x.
LR_INLINE double sine_near(double x, double rest) {
  double z = x * x, cube = z * x;
  double p = 0x1.5d938cbc0cf3ap-33;
  p = p * z - 0x1.ae5e685823d00p-26;
  p = p * z + 0x1.71de357ad21f2p-19;
  p = p * z - 0x1.a01a019c15dc7p-13;
  p = p * z + 0x1.111111110f8a5p-7;
  return x - ((z * (0.5 * rest - cube * p) - rest) + cube * 0x1.5555555555549p-3);
}
LR_INLINE double cosine_near(double x, double rest) {
  double z = x * x;
  double p = -0x1.8fb12519c34a8p-37;
  p = p * z + 0x1.1ee9f141d7b7ap-29;
  p = p * z - 0x1.27e4f812a71d1p-22;
  p = p * z + 0x1.a01a019cbf598p-16;
  p = p * z - 0x1.6c16c16c1521fp-10;
  p = p * z + 0x1.555555555554cp-5;
  double half = 0.5 * z, sum = 1 - half;
  return sum + (((1 - sum) - half) + (z * z * p - x * rest));
}

// The cosine of so many 2^-32 parts of a turn, 0.78 units; quarters of a turn are exact.
LR_INLINE double cosine_of_turn(uint32_t word) {
  uint32_t quarter = (word + 0x20000000u) >> 30;
  double part = (double)(int32_t)(word - (quarter << 30));
  // 2 pi / 2^32, its upper part of 24 bits, so that the parts times it are exact
  double high = part * 0x1.921fb6p-30, low = part * -0x1.777a5cf72cecep-55, x = high + low, rest = (high - x) + low;
  double sine = sine_near(x, rest), cosine = cosine_near(x, rest);
  double y = quarter & 1 ? sine : cosine;
  return (quarter + 1) & 2 ? -y : y;
}
