/* output/contrast.c -- see tail.h
 *
 *     d = (m_worst - m_rest)/sd,   s^2 = s_worst^2/n_worst + s_rest^2/n_rest,   d +- t_0.975(df) s/sd
 *
 * with the degrees of freedom of Welch 1947.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/contrast.h"
#include "sim/core/statistics.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

/* The value that the tail begins at: an order statistic of the share, counted from the worse end. */
static struct fault *find_edge(struct contrast *tail, const float value[], double share)
{
    float *work = malloc((tail->replications + 1) * sizeof *work),
          *turned = malloc((tail->replications + 1) * sizeof *turned);
    struct quantile_estimate edge;
    if (work == NULL || turned == NULL) {
        free(work);
        free(turned);
        return fault_no_memory();
    }
    for (size_t i = 0; i < tail->replications; i++) turned[i] = tail->upper ? -value[i] : value[i];
    statistics_quantiles(tail->replications, turned, work, 1, &share, &edge);
    tail->edge = tail->upper ? -edge.estimate : edge.estimate;
    free(work);
    free(turned);
    return NULL;
}

struct fault *contrast_init(struct contrast *tail, size_t replications, const float value[], double share, bool upper)
{
    *tail = (struct contrast){.replications = replications, .upper = upper};
    tail->worst = calloc(replications + 1, 1);
    tail->rest = calloc(replications + 1, 1);
    if (tail->worst == NULL || tail->rest == NULL) return fault_no_memory();
    TRY(find_edge(tail, value, share));
    for (size_t i = 0; i < replications; i++) {
        const double x = (double)value[i];
        if (isnan(x)) continue;
        tail->worst[i] = upper ? x >= tail->edge : x <= tail->edge;
        tail->rest[i] = !tail->worst[i];
        tail->count += tail->worst[i];
        tail->defined++;
    }
    return NULL;
}

void contrast_free(struct contrast *tail)
{
    free(tail->worst);
    free(tail->rest);
    *tail = (struct contrast){0};
}

/* Half the interval, in the unit of the variable. */
static double half_width(const struct moments *worst, const struct moments *rest)
{
    const double a = moments_sd(worst) * moments_sd(worst) / worst->count;
    const double b = moments_sd(rest) * moments_sd(rest) / rest->count;
    if (a + b == 0.0) return 0.0;
    const double freedom = (a + b) * (a + b) / (a * a / (worst->count - 1.0) + b * b / (rest->count - 1.0));
    return isfinite(freedom) ? gsl_cdf_tdist_Pinv(0.975, freedom) * sqrt(a + b) : UNKNOWN;
}

struct separation contrast_separate(const struct contrast *tail, const double value[])
{
    const struct moments worst = moments_of(tail->replications, value, tail->worst),
                         rest = moments_of(tail->replications, value, tail->rest), all = moments_combine(worst, rest);
    struct separation separation = {.worst_count = worst.count,
                                    .worst_mean = worst.mean,
                                    .rest_count = rest.count,
                                    .rest_mean = rest.mean,
                                    .sd = moments_sd(&all),
                                    .difference = UNKNOWN,
                                    .least = UNKNOWN,
                                    .greatest = UNKNOWN};
    if (!(separation.sd > 0.0) || worst.count == 0.0 || rest.count == 0.0) return separation;
    const double half = half_width(&worst, &rest) / separation.sd;
    separation.difference = (worst.mean - rest.mean) / separation.sd;
    separation.least = separation.difference - half;
    separation.greatest = separation.difference + half;
    return separation;
}

static int by_difference(const void *left, const void *right)
{
    const struct tail_row *a = left, *b = right;
    const double x = fabs(a->separation.difference), y = fabs(b->separation.difference);
    if (isnan(x) != isnan(y)) return isnan(x) ? 1 : -1;
    return x > y ? -1 : x < y ? 1 : strcmp(a->path, b->path);
}

void contrast_sort(size_t count, struct tail_row row[])
{
    qsort(row, count, sizeof *row, by_difference);
}

static struct fault *check_written(FILE *to)
{
    return fflush(to) != 0 || ferror(to) ? fault_raise(FAULT_MACHINE, "the table cannot be written") : NULL;
}

struct fault *contrast_print(size_t count, const struct tail_row row[], size_t most, FILE *to)
{
    size_t shown = 0, still = 0;
    int width = 24;
    for (size_t i = 0; i < count; i++) still += isnan(row[i].separation.difference) ? 1 : 0;
    while (shown < most && shown + still < count) {
        const int length = (int)strlen(row[shown++].path);
        width = length > width ? length : width;
    }
    fprintf(to, "%-*s %10s  %-16s  %11s %11s\n", width + 2, "", "difference", "95 % interval", "worst", "rest");
    for (size_t i = 0; i < shown; i++) {
        const struct separation *s = &row[i].separation;
        fprintf(to, "  %-*s %10.2f  %6.2f to %6.2f  %11.4g %11.4g", width, row[i].path, s->difference, s->least,
                s->greatest, s->worst_mean, s->rest_mean);
        if (strcmp(row[i].unit, "1") != 0) fprintf(to, "  %s", row[i].unit);
        fputs(row[i].input ? "  (input)\n" : "\n", to);
    }
    fprintf(to, "%zu of %zu that vary; --csv lists all\n", shown, count - still);
    return check_written(to);
}

static void write_number(double value, FILE *to)
{
    fputc(',', to);
    if (!isnan(value)) fprintf(to, "%.17g", value);
}

struct fault *contrast_csv(size_t count, const struct tail_row row[], FILE *to)
{
    fputs("path,kind,unit,difference,low,high,sd,worst_count,worst_mean,rest_count,rest_mean\n", to);
    for (size_t i = 0; i < count; i++) {
        const struct separation *s = &row[i].separation;
        const double number[] = {s->difference,  s->least,      s->greatest,   s->sd,
                                 s->worst_count, s->worst_mean, s->rest_count, s->rest_mean};
        fprintf(to, "%s,%s,%s", row[i].path, row[i].input ? "input" : "outcome", row[i].unit);
        for (size_t n = 0; n < sizeof number / sizeof *number; n++) write_number(number[n], to);
        fputc('\n', to);
    }
    return check_written(to);
}
