/* sim/run/settings.c -- see settings.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/settings.h"

struct run_settings settings_usual(void)
{
    return (struct run_settings){.rng = "philox", .memory = (uint64_t)2 << 30};
}
