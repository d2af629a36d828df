/* tests/models/support.h -- a scenario written in a test, opened as the program opens one.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SUPPORT_H
#define ZHOL_SUPPORT_H

#include "models/world.h"
#include "scenarios/reader/reader.h"

struct support {
    struct scenario *scenario;
    struct outcomes outcomes;
    struct plan plan;
    struct world *world;
};

/* Opens the YAML text with the seed; fails the test, with the sentence, if it is not accepted. */
void support_open(struct support *support, const char *yaml, uint64_t seed);
/* The same with another generator of GSL. */
void support_open_with(struct support *support, const char *yaml, uint64_t seed, const gsl_rng_type *generator);
/* The same as support_open, but gives the fault (NULL: accepted). support_close in any case. */
struct fault *support_try(struct support *support, const char *yaml, uint64_t seed);
void support_close(struct support *support);

/* A thread's state of an opened scenario, at the start of the block of replication 0. Fails the test without memory. */
struct world_state *support_begin(const struct support *support);
/* The outcome of that path in the month just stepped, replication 0; of a ratio its value. Fails if there is none. */
double support_value(const struct support *support, const struct world_state *state, const char *path);
/* The outcome in the given month (0 = the first) of replication 0 of a scenario. */
double support_value_of(const char *yaml, const char *path, int month);

/* The row of the outcome in the month just stepped. Fails if there is none. */
const double *support_row(const struct support *support, const struct world_state *state, const char *path);

/* The block of replication 0 of a scenario, folded into years and the horizon. */
struct folded {
    struct support support;
    struct world_state *state;
    struct block_result block;
};
void support_fold(struct folded *folded, const char *yaml, uint64_t seed);
void support_unfold(struct folded *folded);
/* The outcome in a period: a year, or the number of years for the horizon. */
double support_cell(const struct folded *folded, const char *path, size_t period, int lane);

/* The row of a quantity in the month just stepped, likewise. */
const double *support_quantity(const struct support *support, const struct world_state *state, const char *path);

/* The level of a driver at the ends of months (1 = the first), for replications 0 .. count-1 (a multiple of LANES):
 * out[m * count + replication] for month[m], ascending. */
void support_levels(const struct support *support, const char *driver, size_t count, size_t months, const int month[],
                    double out[]);

/* Opens text[i] with one seed and returns the level at each month of replication 0 .. count-1, freshly allocated. */
double *support_run(const char *yaml, uint64_t seed, const char *driver, size_t count, size_t months,
                    const int month[]);

double support_mean(size_t count, const double x[]);
/* Fails unless the mean of independent x is the expected one to SUPPORT_ERRORS of its standard errors: by chance once
 * in 150,000 times. */
#define SUPPORT_ERRORS 4.5
void support_mean_is(size_t count, const double x[], double expected, const char *what);
/* Central moment of order k around the sample mean, divided by count. */
double support_moment(size_t count, const double x[], int k);

#endif
