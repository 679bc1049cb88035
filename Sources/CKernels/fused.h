// a * b + c with one rounding, also on processors that have no instruction for it.
#pragma once
#include "CKernels.h"
#include "vector.h"

typedef double lanes_double __attribute__((vector_size(128)));
typedef int64_t lanes_long __attribute__((vector_size(128)));

// Whether the processor multiplies and adds with one rounding; the tests compile for those that do not, too.
#ifndef LR_FUSES
#if defined(__x86_64__)
#define LR_FUSES ((lr_processor_features() & LR_AVX2_FMA) != 0)
#else
#define LR_FUSES 1
#endif
#endif
// Whether a register holds sixteen numbers, and there are 32 of them.
#ifndef WIDE
#define WIDE ((lr_processor_features() & LR_AVX512) != 0)
#endif

// a * b + c rounded once, without an instruction for it: the product is exact in double, the sum rounded to odd (Boldo and Melquiond
// 2008), and so the second rounding finds what one alone would have.
LR_INLINE void add_product(lanes *sum, const lanes *a, const lanes *b) {
  lanes_double p = __builtin_convertvector(*a, lanes_double) * __builtin_convertvector(*b, lanes_double);
  lanes_double c = __builtin_convertvector(*sum, lanes_double), s = p + c, back = s - p;
  lanes_double error = (p - (s - back)) + (c - back), zero = {0};
  lanes_long bits = (lanes_long)s, away = (error > zero) ^ (s < zero);  // all ones where the magnitude is to grow
  lanes_long inexact = (error > zero) | (error < zero), even = (bits & 1) - 1;
  bits += inexact & even & ((away & 1) - (~away & 1));
  *sum = __builtin_convertvector((lanes_double)bits, lanes);
}
