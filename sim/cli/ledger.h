/* sim/cli/ledger.h -- one replication in full, as CSV.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_LEDGER_H
#define ZHOL_LEDGER_H

#include "sim/run/simulation.h"

#include <stdio.h>

enum ledger_part {
    LEDGER_MONTHS, /* a row per month, a column per outcome that has a value each month */
    LEDGER_YEARS,  /* a row per outcome, a column per year, and the horizon */
    LEDGER_INPUTS, /* a row per input, as drawn */
};

/* Simulates the block of the replication and writes a part of it; what is not defined stays empty. If the replication
 * is not finite, stderr says from where on. */
MUST_CHECK struct fault *ledger_write(const struct simulation *simulation, uint64_t replication, enum ledger_part part,
                                      FILE *to);

#endif
