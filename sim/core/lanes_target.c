/* sim/core/lanes_target.c -- what this program was built for. Data only, so that it can be read on a processor that
 * lacks it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/lanes.h"

#ifdef __FMA__
const bool lanes_target_fma = true;
#else
const bool lanes_target_fma = false;
#endif
#ifdef __AVX2__
const bool lanes_target_avx2 = true;
#else
const bool lanes_target_avx2 = false;
#endif
#ifdef __AVX512F__
const bool lanes_target_avx512 = true;
#else
const bool lanes_target_avx512 = false;
#endif
