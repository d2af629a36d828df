/* models/drivers/correlation.h -- correlated innovations of the drivers (models/README.md, Correlation).
 *
 * An innovation is the integral over a month D of sum_i c_i exp(-k_i (D - s)) dW_s, scaled to variance 1. Correlations
 * rho are stated between the shocks dW. Before the scaling, two innovations a and b have the covariance
 *   rho sum_ij c_ai c_bj phi(k_ai + k_bj),   phi(k) = (1 - exp(-k D)) / k,   phi(0) = D
 * The matrix is split into its connected groups, each factored by itself (Cholesky, rows in order of name), so that
 * what is not connected to a group leaves its bits alone. Copula: Gaussian, or t with normal margins.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CORRELATION_H
#define ZHOL_CORRELATION_H

#include "sim/core/fault.h"
#include "sim/core/lanes.h"
#include "sim/core/schema.h"
#include "sim/core/stream.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CORRELATION_TERMS = 2 };

/* What a map of pairs holds, and what is to be done with pairs that cannot all be. */
extern const struct key correlation_pair_entry[];
#define CORRELATION_REPAIR_KEY                                                                                         \
    {                                                                                                                  \
        .name = "repair", .kind = KEY_CHOICE, .choices = "none shrink", .default_value = "none",                       \
        .meaning = "What to do with a matrix that is not positive definite: refuse it, or shrink the group concerned " \
                   "towards independence, which is warned of with the numbers.",                                       \
    }

/* One innovation. Two innovations with the same `shock` are integrals of the same dW (rho = 1): those of a growth
 * driver. */
struct innovation {
    const char *name;  /* "brent.long", "gdp-kz", "gdp-kz.level": names its draws and orders the factor */
    const char *shock; /* "brent.long", "gdp-kz": what `pairs` speaks of */
    bool of_flow; /* its draws bear the name alone, "flows.f.shock"; those of a driver are "drivers." and the name */
    size_t terms;
    double c[CORRELATION_TERMS];
    double k[CORRELATION_TERMS]; /* 1/year */
};

struct correlation_pair {
    const char *shock[2];
    double rho;
    struct place place;
};

enum copula_family { COPULA_GAUSSIAN, COPULA_T };

/* Over what the shocks are integrated: a month; or all the past, which gives values in their stationary law, joint
 * too: phi(k) = 1 / k. */
enum correlation_span { CORRELATION_MONTH, CORRELATION_PAST };

struct correlation_plan {
    const struct innovation *innovation;
    size_t innovations;
    const struct correlation_pair *pair;
    size_t pairs;
    enum copula_family family;
    int dof;     /* of COPULA_T, >= 3 */
    bool shrink; /* repair an indefinite matrix: (1 - w) R + w I with the smallest w that gives eigenvalue 1e-6 */
    struct place place;      /* of the section, for faults */
    struct fault **warnings; /* told of a repair, with the correlations before and after; NULL: nobody is */
    enum correlation_span span;
    const char *suffix; /* behind the names of the draws; NULL: none */
    uint64_t seed;
    const gsl_rng_type *generator; /* NULL: Philox */
};

struct correlation;       /* constants of a run */
struct correlation_state; /* of a thread */

/* Copies what it needs. A group that is not positive definite is refused (FAULT_SCENARIO at `place`, with the names of
 * the group and the smallest eigenvalue), unless `shrink`. */
MUST_CHECK struct fault *correlation_prepare(const struct correlation_plan *plan, struct correlation **correlation);
void correlation_free(struct correlation *correlation);

/* The correlation of innovations i and j as factored (after a repair), and the weight w of the repair (0: none). */
double correlation_of(const struct correlation *correlation, size_t i, size_t j);
double correlation_shrinkage(const struct correlation *correlation);
/* The connected groups: group of innovation i, numbered from 0 in order of their first name. */
size_t correlation_groups(const struct correlation *correlation);
size_t correlation_group(const struct correlation *correlation, size_t i);
/* The lower Cholesky factor of a group [members * members], row-major, and its members in order of name. */
const double *correlation_factor(const struct correlation *correlation, size_t group, size_t *members,
                                 const size_t **member);

MUST_CHECK struct fault *correlation_state_open(const struct correlation *correlation, struct arena *arena,
                                                struct correlation_state **state);
/* What a state takes: rows of lanes, and states of streams. */
/* Once per block. */
void correlation_start(const struct correlation *correlation, struct correlation_state *state,
                       uint64_t first_replication);
/* The innovations of a month (0 = first simulated), each standard normal: e[innovations][LANES], in the order of the
 * plan. Months must be asked in ascending order from 0. */
void correlation_step(const struct correlation *correlation, struct correlation_state *state, int month,
                      double e[][LANES]);

#endif
