/* models/energy/energy_price.h -- what an outlet pays (models/README.md, Energy), USD per unit:
 *
 *   benchmark   (driver + differential + a driver of it) convert      the commodity's price
 *   ratio       ratio driver convert                      a share of it
 *   fixed       a number or a profile
 *   indexed     a + b mean(P_{t-lag}, ..., P_{t-lag-window+1}), held between a floor and a ceiling
 * Before the first month the driver stood at its start.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ENERGY_PRICE_H
#define ZHOL_ENERGY_PRICE_H

#include "models/drivers/drivers.h"

enum energy_price_form { PRICE_BENCHMARK, PRICE_RATIO, PRICE_FIXED, PRICE_INDEXED };
enum { PRICE_MONTHS = 60 }; /* lag and window together, at most */

struct energy_price {
    enum energy_price_form form;
    size_t driver;        /* output of the drivers */
    int convert;          /* slot, of benchmark and ratio */
    int differential;     /* slot, in the driver's unit; -1: none */
    bool varies;          /* a driver is added too */
    size_t added;         /* output of the drivers */
    int ratio, fixed;     /* slots */
    int intercept, slope; /* slots */
    int floor, ceiling;   /* slots; -1: none */
    int lag, window;      /* months */
};

/* The keys of the commodity's price, and of an outlet's. */
extern const struct key energy_price_benchmark_keys[], energy_price_keys[];

/* The benchmark of a commodity, from its section `price`; *has false if there is none. */
MUST_CHECK struct fault *energy_price_read_benchmark(struct setting *commodity, const struct drivers *drivers,
                                                     bool *has, struct energy_price *benchmark);
/* The price of an outlet; `benchmark` NULL: the commodity has none. */
MUST_CHECK struct fault *energy_price_read(struct setting *outlet, const struct plan *plan,
                                           const struct drivers *drivers, const struct energy_price *benchmark,
                                           struct energy_price *price);

/* The levels of a driver, month by month, for indexed prices. */
struct energy_price_history {
    double level[PRICE_MONTHS][LANES];
};
/* For a block; then each month, before prices are asked for. */
void energy_price_history_start(struct energy_price_history *history, const double start[LANES]);
void energy_price_history_step(struct energy_price_history *history, const double level[LANES], int month);

/* The level that a price depends on, with what is added to it (into `sum`); NULL: none. */
const double *energy_price_level(const struct energy_price *price, const struct drivers_state *drivers,
                                 double sum[LANES]);
/* The price of a month. `level` is the driver's; `history` is needed by indexed prices only. */
void energy_price_of(const struct energy_price *price, const struct rows *rows, const double *level,
                     const struct energy_price_history *history, int month, double out[LANES]);
/* The price with the driver standing at a level for ever. */
void energy_price_at(const struct energy_price *price, const struct rows *rows, const double *level, double out[LANES]);

#endif
