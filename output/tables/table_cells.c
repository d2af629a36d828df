/* output/tables/table_cells.c -- see table_cells.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/table_cells.h"
#include "output/tables/readable.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

const struct moments *table_cell_moments(const struct result *result, size_t outcome, size_t period)
{
    return &result->moments[outcome * (result->years + 1) + period];
}

const struct quantile_estimate *table_cell_quantiles(const struct result *result, size_t outcome, size_t period)
{
    return &result->quantile[(outcome * (result->years + 1) + period) * result->quantiles];
}

const struct cvar_estimate *table_cell_cvar(const struct result *result, size_t outcome, size_t period)
{
    return &result->cvar[(outcome * (result->years + 1) + period) * result->levels];
}

struct probability_estimate table_cell_probability(const struct result *result, size_t outcome, size_t period)
{
    const struct dataset_cell cell = result_cell(result, outcome, period);
    return dataset_probability(&cell);
}

bool table_cell_is_known(const struct result *result, size_t outcome, size_t period)
{
    if (result->given.condition == NULL) return true;
    return period < result->years ? result->annual_saved[outcome] : result->horizon_saved[outcome];
}

double table_cell_futures(const struct result *result)
{
    if (result->given.condition != NULL) return (double)result->given.futures;
    return (double)result->replications - (double)result->invalids;
}

void table_cell_period(const struct result *result, size_t period, char name[12])
{
    char month[8];
    if (period == result->years) {
        strcpy(name, "horizon");
        return;
    }
    calendar_write(result->calendar.start + (int)period * CALENDAR_MONTHS_PER_YEAR, month);
    if (result->calendar.start % CALENDAR_MONTHS_PER_YEAR == 0) month[4] = '\0';
    strcpy(name, month);
}

const char *table_cell_unit(const struct outcome *outcome, bool horizon)
{
    const char *unit = horizon || outcome->kind->horizon_only ? outcome->total : outcome->unit;
    return strcmp(unit, "1") == 0 ? "" : unit;
}

bool table_cell_is_probability(const struct outcome *outcome)
{
    return outcome->kind->chance == CHANCE_MEAN;
}

static double greatest(double most, double value)
{
    return isfinite(value) ? fmax(most, fabs(value)) : most;
}

double table_cell_quantile_error(size_t quantiles, const struct quantile_estimate quantile[], size_t q)
{
    double most = 0.0;
    for (size_t i = 0; i < quantiles; i++) most = greatest(most, quantile[i].estimate);
    const double error = 0.5 * (quantile[q].high - quantile[q].low), nothing = 1e-3 * most, coarse = 0.05 * most;
    if (quantile[q].estimate == 0.0) return 0.0;
    return fabs(quantile[q].estimate) < nothing ? fmax(error, coarse) : error;
}

double table_cell_greatest(const struct result *result, size_t outcome, size_t period, bool tails)
{
    const struct quantile_estimate *quantile = table_cell_quantiles(result, outcome, period);
    const struct moments *moments = table_cell_moments(result, outcome, period);
    double most = 0.0;
    if (!table_cell_is_known(result, outcome, period) || !(moments->count > 0.0)) return most;
    most = greatest(most, moments->mean);
    for (size_t q = 0; q < result->quantiles; q++) most = greatest(most, quantile[q].estimate);
    for (size_t l = 0; l < result->levels && tails; l++)
        most = greatest(most, table_cell_cvar(result, outcome, period)[l].estimate);
    return most;
}

double table_cell_scale(const struct outcome *outcome, bool horizon, double most, size_t size, char unit[])
{
    const char *of = table_cell_unit(outcome, horizon);
    if (!readable_share(outcome->kind->rule, of)) return readable_unit(of, most, size, unit);
    snprintf(unit, size, "%%");
    return 0.01;
}
