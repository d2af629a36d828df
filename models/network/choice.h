/* models/network/choice.h -- route choice: logit with one level of nests (models/README.md, Choice; McFadden 1978).
 *
 *   P(r|n) = exp(V_r / lam_n) / sum;   I_n = lam_n ln sum_{r in n} exp(V_r / lam_n);   P(n) = exp(I_n) / sum
 *   C_f = -(1/theta) ln sum_n exp(I_n) + constant
 * V_r = a_r - theta C_r. The constants a_r are those that give the shares of the base year at its costs, in closed
 * form: a_r = lam_n ln P0(r|n) + ln P0(n) + theta C_r0 so that the parameters govern changes only. A route `like`
 * another has that one's constant.
 *
 * The maximum is taken out before any exponential, so nothing overflows however far costs are apart. All exponentials
 * of a pass stand in one row after another, all logs too.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CHOICE_H
#define ZHOL_CHOICE_H

#include "models/network/routes.h"

struct choice; /* of a thread */

/* For all lanes of a block, or for LANES_FEW of them. */
MUST_CHECK struct fault *choice_open(const struct routes *routes, size_t width, struct arena *arena,
                                     struct choice **choice);

/* For a block: lambdas, and constant[r] = a_r - theta C_r0 from base costs [routes], USD per unit. */
void choice_start(struct choice *choice, const struct rows *rows, const double (*base_cost)[LANES],
                  double (*constant)[LANES]);

/* The shares [routes] of the flows listed, at the utilities V [routes]; those of others stay. Rows are as wide as the
 * choice was opened. */
void choice_shares(struct choice *choice, size_t flows, const size_t flow[], const double *utility, double *share);

/* ln sum_n exp(I_n) of all flows, each as of its last choice_shares. */
void choice_log_sums(struct choice *choice, double (*log_sum)[LANES]);

/* 1 / the smallest lambda of a flow. */
const double *choice_steepness(const struct choice *choice, size_t flow);

/* What a choice for a few lanes of a block needs of one for all of them; the way back, for the first `lanes`. */
void choice_gather(struct choice *few, const struct choice *all, const size_t lane[LANES_FEW]);
void choice_scatter(const struct choice *few, struct choice *all, const size_t lane[LANES_FEW], size_t lanes);

#endif
