/* output/report/page_scale.c -- in which units numbers are read on a page. See page_parts.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report/page_parts.h"
#include "output/tables/readable.h"
#include "output/tables/table_cells.h"

#include <math.h>

static double greatest(double most, double value)
{
    return isfinite(value) ? fmax(most, fabs(value)) : most;
}

struct page_scale page_parts_scale(const struct contents *contents, const struct contents_outcome *outcome,
                                   bool horizon)
{
    struct page_scale scale;
    double most = 0.0;
    for (size_t r = 0; r < contents->results; r++) {
        const struct result *result = &contents->result[r].of;
        for (size_t p = horizon ? result->years : 0; p < result->years + (horizon ? 1 : 0); p++) {
            const struct moments *moments = contents_moments(contents, outcome, r, p);
            if (moments == NULL || !(moments->count > 0.0)) continue;
            const struct quantile_estimate *quantile = table_cell_quantiles(result, outcome->at[r], p);
            most = greatest(most, moments->mean);
            for (size_t q = 0; q < result->quantiles; q++) most = greatest(most, quantile[q].estimate);
        }
    }
    scale.divisor = table_cell_scale(outcome->of, horizon, most, sizeof scale.unit, scale.unit);
    return scale;
}

struct page_scale page_parts_scale_of_difference(const struct contents *contents,
                                                 const struct contents_outcome *outcome, bool horizon)
{
    const struct comparison *comparison = &contents->comparison;
    struct page_scale scale;
    double most = 0.0;
    for (size_t v = 0; v < comparison->variants; v++)
        for (size_t p = horizon ? comparison->years : 0; p < comparison->years + (horizon ? 1 : 0); p++) {
            const size_t at = comparison_index(comparison, outcome->compared, 0, v, p);
            if (!comparison->cell[at].known) continue;
            most = greatest(most, comparison->cell[at].mean);
            for (size_t q = 0; q < comparison->quantiles; q++)
                most = greatest(most, comparison->quantile[at * comparison->quantiles + q].estimate);
        }
    scale.divisor = table_cell_scale(outcome->of, horizon, most, sizeof scale.unit, scale.unit);
    if (scale.unit[0] == '%') snprintf(scale.unit, sizeof scale.unit, "%% points");
    return scale;
}
