/* sim/core/lanes.c -- see lanes.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/lanes.h"

bool lanes_cpu_suffices(void)
{
#if defined(__x86_64__) && defined(__FMA__)
    __builtin_cpu_init();
    if (!__builtin_cpu_supports("fma") || !__builtin_cpu_supports("avx2")) return false;
#endif
#if defined(__x86_64__) && defined(__AVX512F__)
    if (!__builtin_cpu_supports("avx512f")) return false;
#endif
    return true;
}
