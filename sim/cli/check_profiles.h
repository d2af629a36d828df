/* sim/cli/check_profiles.h -- what `check` says of profiles: their means by year, since a year stands for its January.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CHECK_PROFILES_H
#define ZHOL_CHECK_PROFILES_H

#include "sim/run/simulation.h"

/* A line for each profile: the means of the years up to the last one in which it changes, at most twelve. */
void check_profiles_print(const struct simulation *simulation);

#endif
