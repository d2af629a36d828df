/* tests/skip_without_v4.c -- leaves a suite of the kernels for x86-64-v4 before it begins, on a processor without that.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/lanes.h"

#include <stdio.h>
#include <unistd.h>

__attribute__((constructor)) static void skip_without_v4(void)
{
    enum { SKIPPED = 77 };
    if (lanes_cpu_has_v4()) return;
    (void)fputs("skipped: this processor has no x86-64-v4 (AVX-512)\n", stderr);
    _exit(SKIPPED);
}
