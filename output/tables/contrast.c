/* output/tables/contrast.c -- see contrast.h
 *
 *     d = (m_worst - m_rest)/sd,   s^2 = s_worst^2/n_worst + s_rest^2/n_rest,   d +- t_0.975(df) s/sd
 *
 * with the degrees of freedom of Welch 1947.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/contrast.h"
#include "output/tables/readable.h"
#include "sim/statistics/quantiles.h"

#include <gsl/gsl_cdf.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

/* The value of the last of the worst: an order statistic of the share, counted from the worse end. */
static struct fault *find_edge(struct contrast *contrast, const float value[], double share)
{
    float *work = malloc((contrast->replications + 1) * sizeof *work),
          *turned = malloc((contrast->replications + 1) * sizeof *turned);
    struct quantile_estimate edge;
    if (work == NULL || turned == NULL) {
        free(work);
        free(turned);
        return fault_no_memory();
    }
    for (size_t i = 0; i < contrast->replications; i++) turned[i] = contrast->upper ? -value[i] : value[i];
    quantiles_estimate(contrast->replications, turned, work, 1, &share, &edge);
    contrast->edge = contrast->upper ? -edge.estimate : edge.estimate;
    free(work);
    free(turned);
    return NULL;
}

struct fault *contrast_init(struct contrast *contrast, size_t replications, const float value[], double share,
                            bool upper)
{
    *contrast = (struct contrast){.replications = replications, .upper = upper};
    contrast->worst = calloc(replications + 1, 1);
    contrast->rest = calloc(replications + 1, 1);
    if (contrast->worst == NULL || contrast->rest == NULL) return fault_no_memory();
    TRY(find_edge(contrast, value, share));
    for (size_t i = 0; i < replications; i++) {
        const double x = (double)value[i];
        if (isnan(x)) continue;
        contrast->worst[i] = upper ? x >= contrast->edge : x <= contrast->edge;
        contrast->rest[i] = !contrast->worst[i];
        contrast->count += contrast->worst[i];
        contrast->defined++;
    }
    return NULL;
}

void contrast_free(struct contrast *contrast)
{
    free(contrast->worst);
    free(contrast->rest);
    *contrast = (struct contrast){0};
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

struct separation contrast_separate(const struct contrast *contrast, const double value[])
{
    const struct moments worst = moments_of(contrast->replications, value, contrast->worst),
                         rest = moments_of(contrast->replications, value, contrast->rest),
                         all = moments_combine(worst, rest);
    struct separation separation = {.worst_count = worst.count,
                                    .worst_mean = worst.mean,
                                    .rest_count = rest.count,
                                    .rest_mean = rest.mean,
                                    .sd = moments_sd(&all),
                                    .difference = UNKNOWN,
                                    .error = UNKNOWN};
    if (!(separation.sd > 0.0) || worst.count == 0.0 || rest.count == 0.0) return separation;
    separation.difference = (worst.mean - rest.mean) / separation.sd;
    separation.error = half_width(&worst, &rest) / separation.sd;
    return separation;
}

static int by_difference(const void *left, const void *right)
{
    const struct contrast_row *a = left, *b = right;
    const double x = fabs(a->separation.difference), y = fabs(b->separation.difference);
    if (isnan(x) != isnan(y)) return isnan(x) ? 1 : -1;
    return x > y ? -1 : x < y ? 1 : strcmp(a->path, b->path);
}

void contrast_sort(size_t count, struct contrast_row row[])
{
    qsort(row, count, sizeof *row, by_difference);
}

static struct fault *check_written(FILE *to)
{
    return fflush(to) != 0 || ferror(to) ? fault_raise(FAULT_MACHINE, "the table cannot be written") : NULL;
}

static bool is_distinct(const struct contrast_row *row)
{
    return fabs(row->separation.difference) > row->separation.error;
}

static void print_row(const struct contrast_row *row, int width, FILE *to)
{
    const struct separation *s = &row->separation;
    const double worst = fabs(s->worst_mean), rest = fabs(s->rest_mean);
    char unit[64];
    const double scale = readable_unit(row->unit, worst < rest ? worst : rest, sizeof unit, unit);
    fprintf(to, "  %-*s %10.2f %8.2f  %11.4g %11.4g", width, row->path, s->difference, s->error, s->worst_mean / scale,
            s->rest_mean / scale);
    if (strcmp(unit, "1") != 0) fprintf(to, "  %s", unit);
    fputs(row->input ? "  (input)\n" : "\n", to);
}

struct fault *contrast_print(size_t count, const struct contrast_row row[], size_t most, FILE *to)
{
    size_t vary = 0, distinct = 0, shown = 0;
    int width = 24;
    for (size_t i = 0; i < count; i++) {
        vary += isnan(row[i].separation.difference) ? 0 : 1;
        distinct += is_distinct(&row[i]) ? 1 : 0;
        if (is_distinct(&row[i]) && distinct <= most && (int)strlen(row[i].path) > width)
            width = (int)strlen(row[i].path);
    }
    fprintf(to, "%-*s %10s %9s  %10s %11s\n", width + 2, "", "difference", "± error", "worst", "rest");
    for (size_t i = 0; i < count && shown < most; i++) {
        if (!is_distinct(&row[i])) continue;
        print_row(&row[i], width, to);
        shown++;
    }
    fprintf(
        to,
        "%zu of the %zu whose difference is larger than its error; of %zu that vary, about %.0f would be by chance; "
        "--csv lists all\n",
        shown, distinct, vary, ceil(0.05 * (double)vary));
    return check_written(to);
}

static void write_number(double value, FILE *to)
{
    fputc(',', to);
    if (!isnan(value)) fprintf(to, "%.17g", value);
}

struct fault *contrast_csv(size_t count, const struct contrast_row row[], FILE *to)
{
    fputs("path,kind,unit,difference,low,high,sd,worst_count,worst_mean,rest_count,rest_mean\n", to);
    for (size_t i = 0; i < count; i++) {
        const struct separation *s = &row[i].separation;
        const double number[] = {s->difference,
                                 s->difference - s->error,
                                 s->difference + s->error,
                                 s->sd,
                                 s->worst_count,
                                 s->worst_mean,
                                 s->rest_count,
                                 s->rest_mean};
        fprintf(to, "%s,%s,%s", row[i].path, row[i].input ? "input" : "outcome", row[i].unit);
        for (size_t n = 0; n < sizeof number / sizeof *number; n++) write_number(number[n], to);
        fputc('\n', to);
    }
    return check_written(to);
}
