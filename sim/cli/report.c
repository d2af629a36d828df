/* sim/cli/report.c -- see report.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/report.h"
#include "output/tables/readable.h"
#include "sim/run/warnings.h"
#include "sim/statistics/precision.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define MONTH_DAYS 30.4375

enum { WORST = 3 };
#define ASKED 0.01 /* half-width over the mean, of which the message after a run speaks */

/* How many replications bring the mean over the horizon to 1 %; 0 where it is known better than that. */
static double needed(const struct result *result, size_t outcome)
{
    static const struct precision_goal goal = {.confidence = 0.95, .relative = ASKED};
    const struct moments *moments = &result->moments[outcome * (result->years + 1) + result->years];
    const struct outcome_kind *kind = result->outcomes.item[outcome].kind;
    if (!kind->headline || kind->diagnostic || !(moments->count > 1.0)) return 0.0;
    const struct precision_state state = precision_judge(
        &goal, moments->mean, precision_of_mean(moments, goal.confidence), moments->count, moments->count);
    return state.met ? 0.0 : state.replications;
}

void report_needed(const struct result *result)
{
    size_t worst[WORST], count = 0;
    for (size_t o = 0; o < result->outcomes.count; o++) {
        if (!(needed(result, o) > 0.0)) continue;
        size_t at = count < WORST ? count++ : WORST;
        for (; at > 0 && needed(result, worst[at - 1]) < needed(result, o); at--)
            if (at < WORST) worst[at] = worst[at - 1];
        if (at < WORST) worst[at] = o;
    }
    if (count == 0) return;
    fputs("for 1 % (95 % error of the mean over the horizon): ", stderr);
    for (size_t i = 0; i < count; i++) {
        const double replications = needed(result, worst[i]);
        fprintf(stderr, "%s%s ", i == 0 ? "" : ", ", result->outcomes.item[worst[i]].path);
        if (isfinite(replications) && replications < 1e12)
            fprintf(stderr, "%.2g", replications);
        else
            fputs("no number of", stderr);
    }
    fputs(" replications\n", stderr);
}

/* How near the queues came to their equilibrium, and what that is in money. */
static void report_queues(const struct result *result)
{
    const struct moments *residual = result_horizon(result, "network.residual"),
                         *cost = result_horizon(result, "network.residual-cost"),
                         *national = result_horizon(result, "npv.national");
    if (residual == NULL || cost == NULL) return;
    const double error = national == NULL ? 0.0 : moments_standard_error(national);
    const bool varies = national != NULL && error > RESULT_ROUNDING * fabs(national->mean);
    if (cost->mean > 0.0) {
        char money[READABLE_AMOUNT / 2];
        const double scale = readable_unit("USD", cost->mean, sizeof money, money);
        fprintf(stderr,
                "queues: within %.2g d of their equilibrium in the worst month, which leaves open %.2g %s of users' "
                "cost over the horizon",
                residual->max * MONTH_DAYS, cost->mean / scale, money);
        if (varies) fprintf(stderr, ", %.2g %% of the standard error of npv.national", 100.0 * cost->mean / error);
        fputs("\n", stderr);
    }
}

size_t report_result(const struct result *result, const char *output, double seconds)
{
    char time[READABLE_NUMBER];
    readable_time(seconds, time);
    fprintf(stderr, "%s: %" PRIu64 " replications, %zu outcomes, %s", output, result->replications,
            result->outcomes.count, time);
    if (result->invalids > 0) fprintf(stderr, "; %zu replications invalid and left out", result->invalids);
    fputs("\n", stderr);
    report_queues(result);
    return warnings_of_run(result, "warning: ", stderr);
}
