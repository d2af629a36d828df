/* sim/run/settings.c -- see settings.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/settings.h"
#include "sim/core/gib.h"

struct run_settings settings_usual(void)
{
    return (struct run_settings){.rng = "philox", .memory = 2 * GIB};
}
