/* output/ranking/ranking_scale.c -- see ranking_scale.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ranking/ranking_scale.h"
#include "output/tables/readable.h"

#include <math.h>
#include <string.h>

struct ranking_scale ranking_scale(const struct ranking *ranking, size_t outcome)
{
    const struct comparison_outcome *of = &ranking->of.outcome[outcome];
    struct ranking_scale scale = {.divisor = 1.0};
    double most = 0.0;
    for (size_t w = 0; w < ranking->worlds; w++)
        for (size_t p = 0; p < ranking->policies; p++) {
            const struct ranking_cell *cell = ranking_cell(ranking, outcome, w, p);
            most = fmax(most, fmax(fabs(cell->behind.estimate), cell->regret_p95));
        }
    if (readable_share(of->rule, of->total)) {
        scale.divisor = 0.01;
        snprintf(scale.unit, sizeof scale.unit, "%% points");
    } else if (strcmp(of->total, "1") != 0) {
        scale.divisor = readable_unit(of->total, most, sizeof scale.unit, scale.unit);
    }
    return scale;
}
