/* tests/bench/bench_drivers_plain.h -- the drivers of tests/bench/kazakhstan.yaml as plain loops: what zhol is
 * measured against. Compiled twice, with different options, each time under the name PLAIN_RUN.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_BENCH_DRIVERS_PLAIN_H
#define ZHOL_BENCH_DRIVERS_PLAIN_H

#include <stddef.h>

enum { PLAIN_DRIVERS = 7, PLAIN_MONTHS = 240, PLAIN_DATES = 3 };
#define PLAIN_NAME                                                                                                     \
    {                                                                                                                  \
        "brent", "gdp-cn", "gdp-eu", "gdp-kz", "gdp-ca", "sea-rate", "caspian-fall"                                    \
    }
#define PLAIN_DATE                                                                                                     \
    {                                                                                                                  \
        12, 120, 240                                                                                                   \
    }

/* The levels of replications 0 .. count-1 after so many months: out[(date * PLAIN_DRIVERS + driver) * count +
 * replication]. dof 0: Gaussian copula. */
typedef void plain_run(unsigned long seed, size_t count, int dof, double out[]);
plain_run plain_run_o2, plain_run_native;

#endif
