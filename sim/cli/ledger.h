/* sim/cli/ledger.h -- replications in full, as CSV.
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

struct ledger_asked {
    uint64_t first, last; /* replications */
    bool several;         /* rows begin with the number of their replication */
    enum ledger_part part;
    const char *const *pattern; /* [patterns] which outcomes; without any all of them */
    size_t patterns;
};

/* Simulates the blocks of the replications and writes a part of them, one replication after the other; what is not
 * defined stays empty. If a replication is not finite, stderr says from where on. FAULT_USAGE if a pattern fits no
 * outcome that the part has, or if it all is more than memory should hold. */
MUST_CHECK struct fault *ledger_write(const struct simulation *simulation, const struct ledger_asked *asked, FILE *to);

#endif
