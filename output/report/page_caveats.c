/* output/report/page_caveats.c -- how far the numbers are to be trusted. See page_parts.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report/markup.h"
#include "output/report/page_parts.h"
#include "sim/core/gib.h"

#include <math.h>
#include <string.h>

#define MONTH_DAYS 30.4375

static void begin(const struct contents *contents, size_t result, FILE *to)
{
    fputs("<li>", to);
    if (contents->results == 1) return;
    fputs("<b>", to);
    markup_text(contents->result[result].name, to);
    fputs("</b>: ", to);
}

static void put_warnings(const struct contents *contents, size_t result, FILE *to)
{
    for (const char *line = contents->result[result].of.warnings; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strcspn(line, "\n") == 0) continue;
        begin(contents, result, to);
        fputs("<strong>Warning:</strong> ", to);
        markup_part(line, strcspn(line, "\n"), to);
        fputs("</li>\n", to);
    }
}

/* How near the queues came to their equilibrium, and what that is in money. */
static void put_queues(const struct contents *contents, size_t result, FILE *to)
{
    const struct result *of = &contents->result[result].of;
    const struct moments *residual = result_horizon(of, "network.residual"),
                         *cost = result_horizon(of, "network.residual-cost");
    if (residual == NULL || cost == NULL || !(cost->mean > 0.0)) return;
    begin(contents, result, to);
    fprintf(to,
            "queues are within %.2g d of their equilibrium in the worst month, which leaves open %.2g USD of users' "
            "cost over the "
            "horizon.</li>\n",
            residual->max * MONTH_DAYS, cost->mean);
}

static void put_result(const struct contents *contents, size_t result, FILE *to)
{
    const struct result *of = &contents->result[result].of;
    put_warnings(contents, result, to);
    if (of->invalids > 0) {
        begin(contents, result, to);
        fprintf(to, "%zu of ", of->invalids);
        markup_count(of->replications, to);
        fputs(" futures are invalid and left out.</li>\n", to);
    }
    if (!of->exact_quantiles) {
        begin(contents, result, to);
        fprintf(to,
                "quantiles are within %.2g %%, because the samples were more than the memory they were given (%.3g "
                "GiB).</li>\n",
                100.0 * of->quantile_error, (double)of->memory / GIB);
    }
    put_queues(contents, result, to);
}

static void put_futures(const struct contents *contents, const struct futures *futures, FILE *to)
{
    fputs("<li>", to);
    if (futures->count == 0) {
        fputs("No samples are in the results, so that this page cannot tell what holds in some of the futures "
              "alone.</li>\n",
              to);
        return;
    }
    fputs("For questions about some of the futures the page holds the first ", to);
    markup_count(futures->count, to);
    fputs(contents->results > 1 ? " of each result" : " of ", to);
    if (contents->results == 1) markup_count(contents->result[0].of.replications, to);
    fprintf(to, ", of %zu outcomes over the horizon, of %zu of them by year.", futures->horizon, futures->yearly);
    if (futures->unsaved > 0)
        fprintf(to, " Of %zu more no yearly samples are in the result (<code>--save</code> keeps them).",
                futures->unsaved);
    if (futures->left > 0) fprintf(to, " For those of %zu more there was no room.", futures->left);
    fputs(" What is shown of all futures does not depend on that.</li>\n", to);
}

/* How often the ranges of the futures held what happened. */
static void put_score(const struct contents *contents, FILE *to)
{
    const struct score *score = &contents->score;
    if (score->count == 0) return;
    size_t in_90 = 0, known = 0;
    for (size_t f = 0; f < score->count; f++) {
        known += isnan(score->figure[f].in_90) ? 0 : 1;
        in_90 += score->figure[f].in_90 > 0.0;
    }
    fprintf(to, "<li>Of %zu figures of what happened, %zu lie inside the range of futures of 90 %%", known, in_90);
    if ((double)in_90 < 0.8 * (double)known)
        fputs(": <strong>the ranges are too narrow</strong>, and those of the years to come may be as well", to);
    fputs(" (<code>zhol score</code> tells more).</li>\n", to);
}

void page_parts_caveats(const struct contents *contents, const struct futures *futures, FILE *to)
{
    fputs("<section id=\"caveats\"><h2>How far to trust it</h2>\n<ul>\n", to);
    for (size_t r = 0; r < contents->results; r++) put_result(contents, r, to);
    put_score(contents, to);
    fputs("<li>The range of futures is that of the model: what it does not have in it, such as an event that nobody "
          "thought of, is not in "
          "the range either. So the ranges are rather too narrow than too wide.</li>\n"
          "<li>The simulation error is that of a number of random futures, at 95 %, each by itself: of twenty such "
          "intervals one may "
          "miss. It says nothing of whether the scenario is right.</li>\n",
          to);
    if (contents->results > 1)
        fputs("<li>Differences are those that the scenarios make in the model, all else being equal.</li>\n", to);
    else
        fputs("<li>Present values of a single result have no zero; only their differences between results mean "
              "something.</li>\n",
              to);
    put_futures(contents, futures, to);
    fputs("</ul>\n</section>\n", to);
}
