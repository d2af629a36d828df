/* sim/run/judge.h -- how near a run is to what it is to find out.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_JUDGE_H
#define ZHOL_JUDGE_H

#include "sim/run/accumulator.h"

/* state[goals->count], from what is in. Half-widths: of a mean and a CVaR z standard errors, of a probability half
 * Wilson's interval, of a quantile half its distribution-free interval of 95 %, stretched to another confidence as
 * that of a normal would be. From sketches: of a quantile to the farther end, and for no
 * confidence narrower than for 95 %. */
MUST_CHECK struct fault *judge(const struct accumulator *accumulator, const struct precision_goals *goals,
                               struct precision_state state[]);
/* Whether all are met. */
bool judge_all_met(const struct precision_goals *goals, const struct precision_state state[]);
/* The boundary by which all are expected to be met, no more than the limit. */
uint64_t judge_expect(const struct precision_goals *goals, const struct precision_state state[]);
/* "mean of npv.national over the horizon within 1 %: 0.83 %". */
void judge_words(const struct wanted_precision *wanted, const struct precision_state *state, size_t size, char words[]);
/* What stopped the run, as the file tells it: "precision: ...; ..." or "limit: ...". Allocated; NULL without memory. */
char *judge_account(const struct precision_goals *goals, const struct precision_state state[]);

#endif
