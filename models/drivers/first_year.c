/* models/drivers/first_year.c -- see first_year.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/first_year.h"

#include <gsl/gsl_sort.h>
#include <gsl/gsl_statistics_double.h>

static void block_add(const struct drivers *drivers, const struct calendar *calendar, struct rows *rows,
                      struct drivers_state *state, size_t first, size_t count, double mean[])
{
    rows_start(rows, first);
    rows_step(rows, calendar->base);
    drivers_start(state, rows, first);
    for (int month = 0; month < CALENDAR_MONTHS_PER_YEAR; month++) {
        rows_step(rows, calendar->start + month);
        drivers_step(state, rows, month);
        for (size_t o = 0; o < drivers_outputs(drivers); o++) {
            const double *level = drivers_level(state, o);
            double *to = mean + o * count + first;
            for (size_t l = 0; l < LANES; l++) to[l] += level[l] / CALENDAR_MONTHS_PER_YEAR;
        }
    }
}

struct fault *first_year_means(const struct drivers *drivers, const struct store *store,
                               const struct calendar *calendar, size_t count, double mean[])
{
    struct arena arena = {0};
    struct rows *rows = NULL;
    struct drivers_state *state = NULL;
    struct fault *fault = rows_open(store, &arena, &rows);
    if (fault == NULL) fault = drivers_open(drivers, &arena, &state);
    for (size_t i = 0; i < drivers_outputs(drivers) * count; i++) mean[i] = 0.0;
    for (size_t first = 0; first < count && fault == NULL; first += LANES)
        block_add(drivers, calendar, rows, state, first, count, mean);
    arena_free(&arena);
    return fault;
}

double first_year_quantile(size_t count, double mean[], double p)
{
    gsl_sort(mean, 1, count);
    return gsl_stats_quantile_from_sorted_data(mean, 1, count, p);
}
