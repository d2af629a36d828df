/* output/comparison/comparison_scale.c -- see comparison_scale.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison_scale.h"
#include "output/tables/readable.h"

#include <math.h>
#include <string.h>

double comparison_scale_magnitude(double value)
{
    return isfinite(value) ? fabs(value) : 0.0;
}

/* The greatest number that is shown of a cell. */
static double greatest_of(const struct comparison *comparison, size_t index)
{
    const struct quantile_estimate *quantile = &comparison->quantile[index * comparison->quantiles];
    const double mean = comparison_scale_magnitude(comparison->cell[index].mean);
    if (!comparison->cell[index].known || comparison->quantiles == 0) return mean;
    return fmax(mean, fmax(comparison_scale_magnitude(quantile[0].estimate),
                           comparison_scale_magnitude(quantile[comparison->quantiles - 1].estimate)));
}

struct comparison_scale comparison_scale(const struct comparison *comparison, size_t outcome, size_t period)
{
    const struct comparison_outcome *of = &comparison->outcome[outcome];
    const bool horizon = period == comparison->years;
    const char *unit = horizon ? of->total : of->unit;
    struct comparison_scale scale = {.divisor = 1.0};
    double most = 0.0;
    for (size_t w = 0; w < comparison->worlds; w++)
        for (size_t v = 0; v < comparison->variants; v++)
            for (size_t p = comparison->shown; p < comparison->shown + comparison->shown_periods; p++)
                if ((p == comparison->years) == horizon)
                    most = fmax(most, greatest_of(comparison, comparison_index(comparison, outcome, w, v, p)));
    if (readable_share(of->rule, unit)) {
        scale.divisor = 0.01;
        snprintf(scale.unit, sizeof scale.unit, "%% points");
    } else if (strcmp(unit, "1") != 0) {
        scale.divisor = readable_unit(unit, most, sizeof scale.unit, scale.unit);
    }
    return scale;
}
