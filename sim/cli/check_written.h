/* sim/cli/check_written.h -- numbers of a scenario in the units in which its file has them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CHECK_WRITTEN_H
#define ZHOL_CHECK_WRITTEN_H

#include "output/tables/readable.h"
#include "sim/run/simulation.h"

/* What a number in the unit that a setting is kept in is multiplied by, and the unit that it is in then. */
struct check_written {
    char unit[READABLE_AMOUNT / 2]; /* "" for pure numbers */
    double factor;
};

/* The unit of the quantity at a setting as the file writes it (12 train/d); of a profile that of its first number that
 * has one; where the file has none, as in a table, the one that suits a number of size `most`, and of
 * shares and rates of growth per cent. */
struct check_written check_written(const struct simulation *simulation, const struct setting *setting, double most);

#endif
