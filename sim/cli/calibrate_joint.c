/* sim/cli/calibrate_joint.c -- see calibrate_joint.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/calibrate_joint.h"
#include "sim/cli/calibrate_print.h"
#include "sim/core/calendar.h"

#include <math.h>
#include <stdlib.h>

/* Two values of the same periods, where both are there. */
struct pairs {
    size_t count;
    double *x, *y;
};

static void pairs_close(struct pairs *pairs)
{
    free(pairs->x);
    free(pairs->y);
}

/* x and y are as long as the figures of a and b. */
static struct fault *pairs_open(const struct calibrate_series *a, const double x[], const struct calibrate_series *b,
                                const double y[], struct pairs *pairs)
{
    *pairs = (struct pairs){.count = 0};
    if (a->figures.months != b->figures.months)
        return fault_raise(FAULT_USAGE, "%s has figures of %d months each and %s of %d; expected the same of both",
                           a->wish->file, a->figures.months, b->wish->file, b->figures.months);
    pairs->x = calloc(a->figures.count, sizeof *pairs->x);
    pairs->y = calloc(a->figures.count, sizeof *pairs->y);
    if (pairs->x == NULL || pairs->y == NULL) return fault_no_memory();
    const long apart = (a->first.month - b->first.month) / a->figures.months, last = (long)b->figures.count;
    for (size_t i = 0; i < a->figures.count; i++) {
        const long k = (long)i + apart;
        if (k < 0 || k >= last || isnan(x[i]) || isnan(y[k])) continue;
        pairs->x[pairs->count] = x[i];
        pairs->y[pairs->count++] = y[k];
    }
    return NULL;
}

static struct fault *too_few(const struct calibrate_series *a, const struct calibrate_series *b, size_t pairs)
{
    return fault_raise(FAULT_SCENARIO, "%s and %s vary together in %zu periods; expected %d or more", a->wish->file,
                       b->wish->file, pairs, REGRESSION_LEAST);
}

static struct fault *correlate(FILE *to, const struct calibrate_series *const series[2],
                               const struct calibration_fit *const fit[2])
{
    double *e[2] = {NULL, NULL};
    struct pairs pairs = {.count = 0};
    struct regression_correlation correlation;
    struct fault *fault = NULL;
    for (size_t i = 0; i < 2 && fault == NULL; i++) {
        e[i] = calloc(series[i]->figures.count, sizeof *e[i]);
        fault = e[i] == NULL ? fault_no_memory() : calibration_innovations(fit[i], &series[i]->figures, e[i]);
    }
    if (fault == NULL) fault = pairs_open(series[0], e[0], series[1], e[1], &pairs);
    if (fault == NULL && !regression_correlate(pairs.count, pairs.x, pairs.y, &correlation))
        fault = too_few(series[0], series[1], pairs.count);
    if (fault == NULL) calibrate_print_correlation(to, series, fit, &correlation);
    pairs_close(&pairs);
    free(e[0]);
    free(e[1]);
    return fault;
}

struct fault *calibrate_joint_correlation(FILE *to, size_t count, const struct calibrate_series series[],
                                          const struct calibration_fit fit[])
{
    fputs("  correlation:\n    pairs:\n", to);
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++) {
            const struct calibrate_series *const both[2] = {&series[i], &series[k]};
            const struct calibration_fit *const fits[2] = {&fit[i], &fit[k]};
            TRY(correlate(to, both, fits));
        }
    return NULL;
}

/* The changes of the log from one period to the next; NaN where one of the two is lacking. *change is the caller's. */
static struct fault *log_changes(const struct calibrate_series *series, double **change)
{
    const size_t n = series->figures.count;
    *change = calloc(n, sizeof **change);
    if (*change == NULL) return fault_no_memory();
    for (size_t i = 0; i < n; i++) {
        const double x = series->figures.value[i];
        if (x <= 0.0)
            return fault_raise(FAULT_SCENARIO,
                               "%s, column %s: a figure is %g, of which there is no log; expected figures "
                               "above 0",
                               series->wish->file, series->column, x);
        (*change)[i] = i == 0 ? (double)NAN : log(x / series->figures.value[i - 1]);
    }
    return NULL;
}

struct fault *calibrate_joint_elasticity(FILE *to, const struct calibrate_series *flow,
                                         const struct calibrate_series *driver)
{
    double *x = NULL, *y = NULL;
    struct pairs pairs = {.count = 0};
    struct regression regression;
    struct fault *fault = log_changes(driver, &x);
    if (fault == NULL) fault = log_changes(flow, &y);
    if (fault == NULL) fault = pairs_open(driver, x, flow, y, &pairs);
    if (fault == NULL && !regression_line(pairs.count, pairs.x, pairs.y, &regression))
        fault = too_few(driver, flow, pairs.count);
    if (fault == NULL) calibrate_print_elasticity(to, flow, driver, &regression);
    pairs_close(&pairs);
    free(x);
    free(y);
    return fault;
}

/* The months that all series have. */
static struct fault *common_months(size_t count, const struct calibrate_series series[], int *first, int *last)
{
    *first = series[0].first.month;
    *last = series[0].last.month;
    if (count > AUTOREGRESSION_MOST)
        return fault_raise(FAULT_USAGE, "a var of %zu series is too wide; expected at most %d", count,
                           AUTOREGRESSION_MOST);
    for (size_t i = 0; i < count; i++) {
        if (series[i].figures.months != 1)
            return fault_raise(FAULT_USAGE,
                               "%s has figures of %d months each, but a var moves by the month; expected "
                               "monthly figures",
                               series[i].wish->file, series[i].figures.months);
        *first = series[i].first.month > *first ? series[i].first.month : *first;
        *last = series[i].last.month < *last ? series[i].last.month : *last;
    }
    if (*first < *last) return NULL;
    return fault_raise(FAULT_USAGE, "the series have no months in common; expected some that all have");
}

/* x[months][count], of levels. */
static struct fault *side_by_side(size_t count, const struct calibrate_series series[], int first, size_t months,
                                  bool growth, double x[])
{
    for (size_t i = 0; i < count; i++)
        for (size_t t = 0; t < months; t++) {
            const double value = series[i].figures.value[t + (size_t)(first - series[i].first.month)];
            if (isnan(value))
                return fault_raise(FAULT_USAGE,
                                   "%s has a gap; a var needs months one after another: expected --from or "
                                   "--to beside it",
                                   series[i].wish->file);
            if (growth && value <= 0.0)
                return fault_raise(FAULT_SCENARIO,
                                   "%s, column %s: a figure is %g, which cannot grow; expected figures "
                                   "above 0, or --model var",
                                   series[i].wish->file, series[i].column, value);
            x[t * count + i] = value;
        }
    return NULL;
}

struct fault *calibrate_joint_var(FILE *to, const char *name, bool growth, size_t count,
                                  const struct calibrate_series series[])
{
    int first, last;
    struct autoregression fit;
    TRY(common_months(count, series, &first, &last));
    size_t months = (size_t)(last - first + 1);
    double *x = calloc(months * count, sizeof *x);
    struct fault *fault = x == NULL ? fault_no_memory() : side_by_side(count, series, first, months, growth, x);
    if (fault == NULL && growth) {
        for (size_t i = 0; i < (months - 1) * count; i++) x[i] = CALENDAR_MONTHS_PER_YEAR * log(x[i + count] / x[i]);
        months--;
    }
    if (fault == NULL) fault = autoregression_fit(months, count, x, &fit);
    if (fault == NULL) calibrate_print_joint(to, name, growth, count, series, x + (months - 1) * count, &fit);
    free(x);
    return fault;
}
