/* sim/core/lanes.c -- see lanes.h. Built for any processor of the architecture, since it asks which one this is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/lanes.h"

#include <stdlib.h>

const double lanes_exp_least = -746.0, lanes_exp_most = 710.0;

bool lanes_cpu_suffices(void)
{
#ifdef __x86_64__
    __builtin_cpu_init();
    if (lanes_target_fma && !__builtin_cpu_supports("fma")) return false;
    if (lanes_target_avx2 && !__builtin_cpu_supports("avx2")) return false;
    if (lanes_target_avx512 && !__builtin_cpu_supports("avx512f")) return false;
#endif
    return true;
}

bool lanes_cpu_has_v4(void)
{
#if defined(ZHOL_V4_ANYWHERE)
    return true;
#elif defined(__x86_64__)
    __builtin_cpu_init();
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512vl");
#else
    return false;
#endif
}

double (*lanes_rows(size_t count))[LANES]
{
    double(*rows)[LANES] = NULL;
    if (count > SIZE_MAX / sizeof *rows - 1) return NULL;
    return aligned_alloc(LANES_ALIGNMENT, (count + 1) * sizeof *rows);
}
