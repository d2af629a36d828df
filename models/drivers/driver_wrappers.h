/* models/drivers/driver_wrappers.h -- what any driver may carry: jumps, two regimes of volatility, a season, shifts to
 * come, bounds.
 *
 * Jumps (Merton 1976): N of them in a month, Poisson with mean lambda D, of total N mu + sqrt(N) sigma z; they land at
 * the end of the month. N by inversion against twelve thresholds (P(N > 12) < 1e-10 for lambda D <= 1, above which it
 * is refused). Volatility: a chain between low and high with hazards up and down per year, exact over a month, p_up = a
 * / (a + b) (1 - exp(-(a + b) D)), starting in its stationary law; each state multiplies every sigma of the driver. A
 * shift of -50 % adds ln(1 - 0.5) to the state of a process in logs, and multiplies a level. Bounds hold the level,
 * season included, not the state: the process goes on beyond them, and the months in which they bind are counted.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DRIVER_WRAPPERS_H
#define ZHOL_DRIVER_WRAPPERS_H

#include "models/drivers/driver.h"

/* Rows of a driver's wrappers, before those of its family. */
enum {
    WRAPPER_JUMP_RATE, /* mean number per month; then mean and sd of the log jump */
    WRAPPER_JUMP_MEAN,
    WRAPPER_JUMP_SD,
    WRAPPER_VOLATILITY,  /* the factor in force */
    WRAPPER_MEAN_SQUARE, /* of the factor, stationary */
    WRAPPER_IN_HIGH,     /* 1 in the high state of next month, else 0 */
    WRAPPER_LOW,         /* the two factors */
    WRAPPER_HIGH,
    WRAPPER_UP, /* monthly probabilities */
    WRAPPER_DOWN,
    WRAPPER_ROWS
};

MUST_CHECK struct fault *driver_wrappers_prepare(struct driver *driver, struct setting *setting, struct plan *plan);
void driver_wrappers_free(struct driver *driver);

/* The generators of a thread, idle with Philox. */
struct driver_wrapper_state {
    struct stream_state jumps, volatility;
};
MUST_CHECK struct fault *driver_wrappers_open(const struct driver *driver, struct arena *arena,
                                              struct driver_wrapper_state *state);

/* At the start of a block: the coefficients and the first state. w[WRAPPER_ROWS]. */
void driver_wrappers_start(const struct driver *driver, struct driver_wrapper_state *state, const struct rows *rows,
                           uint64_t first_replication, double w[][LANES]);
/* Before a month's transition: the volatility in force. */
void driver_wrappers_before(const struct driver *driver, struct driver_wrapper_state *state, uint64_t first_replication,
                            int month, double w[][LANES]);
/* After it: jumps and shifts onto x[outputs]. `calendar_month` decides on shifts. */
void driver_wrappers_after(const struct driver *driver, struct driver_wrapper_state *state, uint64_t first_replication,
                           int month, int calendar_month, double w[][LANES], double x[][LANES]);
/* Holds a level between its bounds; binds[l] becomes 1 where one bound, else 0. Only where wrappers.clamps. */
void driver_wrappers_clamp(const struct driver *driver, const struct rows *rows, double level[LANES],
                           double binds[LANES]);

#endif
