// The functions that tests of significance need, in numbers of twice double precision: few are asked for, and not often.
#include "CKernels.h"
#include "pairs.h"

// Up to 3 by the error function's series, 2 / sqrt(pi) times the sum of (-1)^n x^(2n+1) / (n! (2n + 1)); beyond by the continued
// fraction e^(-x^2) / sqrt(pi) / (x + (1/2) / (x + (2/2) / (x + (3/2) / ...))) (DLMF 7.6.1 and 7.9.1).
double lr_erfc(double x) {
  const pair inverse_root = {0x1.20dd750429b6dp-1, 0x1.1ae3a914fed8p-57};  // 1 / sqrt(pi)
  double size = __builtin_fabs(x);
  if (size < 3) {
    pair square = pair_product(x, -x), term = pair_multiply(inverse_root, (pair){-2 * x, 0}), sum = {1, 0};
    for (int n = 0; n < 60; n++) {
      sum = pair_add(sum, pair_divide(term, (pair){2 * n + 1, 0}));
      term = pair_divide(pair_multiply(term, square), (pair){n + 1, 0});
    }
    return sum.high;
  }
  if (!(size < 28)) return x < 0 ? 2 : x > 0 ? 0 : x;
  pair fraction = {size, 0}, square = pair_product(size, size);
  for (int n = 60; n > 0; n--) fraction = pair_add((pair){size, 0}, pair_divide((pair){0.5 * n, 0}, fraction));
  scaled e = exponential_parts(-square.high, -square.low);
  pair y = pair_divide(pair_multiply(pair_fast_sum(e.high, e.low), inverse_root), fraction);
  double tail = y.high * e.first * e.second;
  return x < 0 ? 2 - tail : tail;
}

// slope x + coefficients[0] x^2 + ... + coefficients[6] x^8
static double polynomial(pair slope, const double *coefficients, double x) {
  double sum = 0;
  for (int n = 6; n >= 0; n--) sum = sum * x + coefficients[n];
  return pair_add(pair_multiply(slope, (pair){x, 0}), (pair){sum * x * x, 0}).high;
}

// Near its zeros by Taylor's series, elsewhere by Stirling's from 16 on, to which x is brought by factors (DLMF 5.7.3 and 5.11.1).
double lr_log_gamma(double x) {
  // of log gamma(1 + x) and of log gamma(2 + x)
  const pair slope_at_one = {-0x1.2788cfc6fb619p-1, 0x1.6cb90701fbfabp-58};
  const pair slope_at_two = {0x1.b0ee6072093cep-2, 0x1.6cb90701fbfabp-58};
  static const double at_one[7] = {0x1.a51a6625307d3p-1, -0x1.9a4d55beab2d7p-2, 0x1.151322ac7d848p-2, -0x1.a8b9c17aa6149p-3,
                                   0x1.5b40cb100c306p-3, -0x1.2703a1dcea3aep-3, 0x1.010b36af86397p-3};
  static const double at_two[7] = {0x1.4a34cc4a60fa6p-2, -0x1.13e001a557607p-4,  0x1.51322ac7d8483p-6, -0x1.e404fc218f5f2p-8,
                                   0x1.7add6eadb6c3p-9,  -0x1.38ac5c2bf8e08p-10, 0x1.0b36af86396e9p-11};
  // behind 1 / (12 x): of x^-3, x^-5 and so on
  static const double stirling[7] = {-1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360, 1.0 / 156, -3617.0 / 122400};
  const pair twelfth = {0x1.5555555555555p-4, 0x1.5555555555555p-58};
  const pair half_log_of_turn = {0x1.d67f1c864beb5p-1, -0x1.65b5a1b7ff5dfp-55};  // log(2 pi) / 2
  if (!(x > 0)) return x == 0 ? INFINITY : (double)NAN;
  if (x == 1 || x == 2) return 0;
  if (x < 0x1p-60) return -logarithm64(x);
  if (x == INFINITY) return x;
  if (x > 0x1p900) {
    pair factor = pair_add(pair_logarithm((pair){x, 0}), (pair){-1, 0});
    return pair_multiply((pair){x * 0x1p-100, 0}, factor).high * 0x1p100;
  }
  if (__builtin_fabs(x - 1) < 0x1p-8) return polynomial(slope_at_one, at_one, x - 1);
  if (__builtin_fabs(x - 2) < 0x1p-8) return polynomial(slope_at_two, at_two, x - 2);
  pair y = {x, 0}, factors = {1, 0};
  while (y.high < 16) {
    factors = pair_multiply(factors, y);
    y = pair_add(y, (pair){1, 0});
  }
  pair inverse = pair_divide((pair){1, 0}, y);
  double square = inverse.high * inverse.high, rest = 0;
  for (int n = 6; n >= 0; n--) rest = (rest + stirling[n]) * square;
  pair sum = pair_multiply(pair_add(y, (pair){-0.5, 0}), pair_logarithm(y));
  sum = pair_add(pair_add(sum, (pair){-y.high, -y.low}), half_log_of_turn);
  sum = pair_add(sum, pair_multiply(pair_add(twelfth, (pair){rest, 0}), inverse));
  pair taken = pair_logarithm(factors);
  return pair_add(sum, (pair){-taken.high, -taken.low}).high;
}
