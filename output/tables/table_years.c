/* output/tables/table_years.c -- see table_years.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/table_years.h"
#include "output/tables/readable.h"
#include "output/tables/table_cells.h"
#include "output/tables/wrapped.h"

#include <math.h>
#include <stdbool.h>
#include <string.h>

enum { NAME = 8, MEAN = 8, ERROR = 7, SHARES = 3 };

/* Of the years and of the horizon. */
struct scale {
    char unit[64];
    double divisor;
};

struct years {
    const struct result *result;
    size_t outcome, first, end;
    struct scale scale[2]; /* [1]: of the horizon */
    bool part;             /* some replications have no value in some of the periods */
    FILE *to;
};

static bool is_horizon(const struct years *years, size_t period)
{
    return period == years->result->years;
}

static double divisor(const struct years *years, size_t period)
{
    return years->scale[is_horizon(years, period)].divisor;
}

static double greatest(double most, double value)
{
    return isfinite(value) ? fmax(most, fabs(value)) : most;
}

static void set_scale(struct years *years, bool horizon)
{
    const struct result *result = years->result;
    double most = 0.0;
    for (size_t p = years->first; p < years->end; p++) {
        const struct quantile_estimate *quantile = table_cell_quantiles(result, years->outcome, p);
        const struct cvar_estimate *cvar = result->levels == 0 ? NULL : table_cell_cvar(result, years->outcome, p);
        const struct moments *moments = table_cell_moments(result, years->outcome, p);
        if (is_horizon(years, p) != horizon || !table_cell_is_known(result, years->outcome, p)) continue;
        years->part = years->part || moments->count < table_cell_futures(result);
        if (!(moments->count > 0.0)) continue;
        most = greatest(most, moments->mean);
        for (size_t q = 0; q < result->quantiles; q++) most = greatest(most, quantile[q].estimate);
        for (size_t l = 0; l < result->levels; l++) most = greatest(most, cvar[l].estimate);
    }
    struct scale *scale = &years->scale[horizon];
    scale->divisor =
        table_cell_scale(&result->outcomes.item[years->outcome], horizon, most, sizeof scale->unit, scale->unit);
}

static void show_title(const struct years *years)
{
    const struct outcome *item = &years->result->outcomes.item[years->outcome];
    const char *unit = years->scale[item->kind->horizon_only].unit, *total = years->scale[1].unit;
    struct wrapped line = {.to = years->to, .indent = 4};
    char text[320];
    snprintf(text, sizeof text, "%s: %s%s%s", item->path, item->long_name, unit[0] == '\0' ? "" : ", ", unit);
    wrapped_words(&line, text);
    if (item->kind->horizon_only)
        wrapped_add(&line, ";", "over the whole horizon only");
    else if (years->end > years->result->years && strcmp(unit, total) != 0) {
        snprintf(text, sizeof text, "over the horizon %s", total[0] == '\0' ? "a number" : total);
        wrapped_add(&line, ";", text);
    }
    fputc('\n', years->to);
}

static void show_probabilities(const struct years *years)
{
    fprintf(years->to, "  %-*s %11s   %s\n", NAME, "", "probability", "error of the simulation (95 %, Wilson)");
    for (size_t p = years->first; p < years->end; p++) {
        char name[12];
        const struct probability_estimate probability = table_cell_probability(years->result, years->outcome, p);
        if (!table_cell_is_known(years->result, years->outcome, p)) continue;
        table_cell_period(years->result, p, name);
        fprintf(years->to, "  %-*s %9.4g %%   %.3g to %.3g %%\n", NAME, name, 100.0 * probability.estimate,
                100.0 * probability.low, 100.0 * probability.high);
    }
}

/* Quantiles that are shown: all, or beside the share of futures with a value the first, the middle and the last. */
static size_t shown(const struct years *years)
{
    return years->part && years->result->quantiles > SHARES ? SHARES : years->result->quantiles;
}

static size_t quantile_of(const struct years *years, size_t column)
{
    const size_t all = years->result->quantiles;
    return shown(years) == all ? column : column * (all - 1) / 2;
}

/* Beside greater ones, a quantile of next to nothing needs no more digits than they: 3e-7 d of a delay of days is 0.00,
 * and nothing is 0. */
static double error_of(const struct quantile_estimate *quantile, double most)
{
    const double error = 0.5 * (quantile->high - quantile->low), nothing = 1e-3 * most, coarse = 0.05 * most;
    if (quantile->estimate == 0.0) return 0.0;
    return fabs(quantile->estimate) < nothing ? fmax(error, coarse) : error;
}

static void show_value(const struct years *years, size_t period)
{
    const struct moments *moments = table_cell_moments(years->result, years->outcome, period);
    const struct quantile_estimate *quantile = table_cell_quantiles(years->result, years->outcome, period);
    const double scale = divisor(years, period);
    char value[READABLE_NUMBER], error[READABLE_NUMBER];
    if (!(moments->count > 0.0)) {
        fprintf(years->to, " %*s   %-*s", MEAN, "-", (int)(ERROR + 9 * shown(years)),
                "in no future"); /* a part follows */
        return;
    }
    readable_pair(moments->mean / scale, TABLE_CELL_SIGMA * moments_standard_error(moments) / scale, value, error);
    fprintf(years->to, " %*s ± %-*s", MEAN, value, ERROR, error);
    double most = 0.0;
    for (size_t c = 0; c < shown(years); c++) most = greatest(most, quantile[quantile_of(years, c)].estimate);
    for (size_t c = 0; c < shown(years); c++) {
        const struct quantile_estimate *of = &quantile[quantile_of(years, c)];
        readable_pair(of->estimate / scale, error_of(of, most) / scale, value, error);
        fprintf(years->to, " %8s", value);
    }
}

/* In how many futures there is a value; of what happens, how probable that is. */
static void show_part(const struct years *years, size_t period)
{
    const struct result *result = years->result;
    const bool chance = result->outcomes.item[years->outcome].kind->chance == CHANCE_DEFINED;
    const struct probability_estimate probability = table_cell_probability(result, years->outcome, period);
    if (chance)
        fprintf(years->to, "  %.3g %% (%.3g to %.3g)", 100.0 * probability.estimate, 100.0 * probability.low,
                100.0 * probability.high);
    else if (years->part)
        fprintf(years->to, "  %.3g %%",
                100.0 * table_cell_moments(result, years->outcome, period)->count / table_cell_futures(result));
}

static void show_values(const struct years *years)
{
    const struct result *result = years->result;
    const bool chance = result->outcomes.item[years->outcome].kind->chance == CHANCE_DEFINED;
    if (chance)
        fputs("  of the futures in which it has happened by the end of the period; their part,\n"
              "  with its 95 % bounds, stands last\n",
              years->to);
    fprintf(years->to, "  %-*s %*s ± %-*s", NAME, "", MEAN, "mean", ERROR, "error");
    for (size_t c = 0; c < shown(years); c++)
        fprintf(years->to, " %6.4g %%", 100.0 * result->probability[quantile_of(years, c)]);
    fprintf(years->to, "%s\n", chance ? "  happened" : years->part ? "  in futures" : "");
    for (size_t p = years->first; p < years->end; p++) {
        char name[12];
        if (!table_cell_is_known(result, years->outcome, p)) continue;
        table_cell_period(result, p, name);
        fprintf(years->to, "  %-*s", NAME, name);
        show_value(years, p);
        show_part(years, p);
        fputc('\n', years->to);
    }
}

static void show_tail(const struct years *years, size_t period, const struct cvar_estimate *cvar, bool last)
{
    const double scale = divisor(years, period);
    char value[READABLE_NUMBER], error[READABLE_NUMBER];
    if (isnan(cvar->standard_error)) {
        fprintf(years->to, " %*.4g%*s", MEAN, cvar->estimate / scale, last ? 0 : ERROR + 3, "");
        return;
    }
    readable_pair(cvar->estimate / scale, TABLE_CELL_SIGMA * cvar->standard_error / scale, value, error);
    fprintf(years->to, " %*s ± %-*s", MEAN, value, last ? 0 : ERROR, error);
}

/* The means of the tails, each with the error of the simulation. */
static void show_tails(const struct years *years)
{
    const struct result *result = years->result;
    if (result->levels == 0) return;
    fputs("  mean of the least or greatest part of futures (CVaR), ± error:\n", years->to);
    fprintf(years->to, "  %-*s", NAME, "");
    for (size_t l = 0; l < result->levels; l++) {
        char part[32];
        snprintf(part, sizeof part, "%s %.3g %%", tail_is_upper(result->level[l]) ? "greatest" : "least",
                 100.0 * tail_share(result->level[l]));
        fprintf(years->to, " %*s", MEAN + 3 + ERROR, part);
    }
    fputc('\n', years->to);
    for (size_t p = years->first; p < years->end; p++) {
        char name[12];
        const struct cvar_estimate *cvar = table_cell_cvar(result, years->outcome, p);
        if (!(table_cell_moments(result, years->outcome, p)->count > 0.0)) continue;
        table_cell_period(result, p, name);
        fprintf(years->to, "  %-*s", NAME, name);
        for (size_t l = 0; l < result->levels; l++) show_tail(years, p, &cvar[l], l + 1 == result->levels);
        fputc('\n', years->to);
    }
}

void table_years_show(const struct result *result, size_t outcome, size_t first, size_t end, FILE *to)
{
    struct years years = {.result = result, .outcome = outcome, .first = first, .end = end, .to = to};
    set_scale(&years, false);
    set_scale(&years, true);
    show_title(&years);
    if (table_cell_is_probability(&result->outcomes.item[outcome])) {
        show_probabilities(&years);
    } else {
        show_values(&years);
        show_tails(&years);
    }
    fputc('\n', to);
}
