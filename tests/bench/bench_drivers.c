/* tests/bench/bench_drivers.c -- the time that drivers take, against plain loops with GSL.
 *
 *   bench_drivers [SCENARIO [REPLICATIONS]]
 *
 * SCENARIO is tests/bench/kazakhstan.yaml, or one with the same drivers: the plain loops have its numbers written in
 * them. Prints processor time of one thread per replication and month, once with the scenario's t copula and once with
 * the Gaussian one; then compares means and variances of all drivers, so that both are known to simulate the same.
 * Times are reported, never judged: the status is 1 only if the laws differ.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "bench_drivers_plain.h"
#include "tests/bench/bench.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef ZHOL_BENCH
#define ZHOL_BENCH "tests/bench"
#endif
#define BOUND 4.5 /* standard errors */

enum { SEED = 20190911, DOF = 5, REPEATS = 7, REPLICATIONS = 20000, COPULAS = 2 };
enum { ZHOL, PLAIN_O2, PLAIN_NATIVE, PROGRAMS };

static const char *const driver_name[PLAIN_DRIVERS] = PLAIN_NAME;
static const int date[PLAIN_DATES] = PLAIN_DATE;

static void open_scenario(struct bench_scenario *opened, const char *file, bool gaussian)
{
    static const char *const set[] = {"drivers.correlation.copula=null"};
    bench_open(opened, file, gaussian ? 1 : 0, set, SEED);
}

/* As PLAIN_RUN, by zhol; count is a multiple of LANES. */
static void zhol_run(const struct bench_scenario *opened, size_t count, double out[])
{
    const struct drivers *drivers = world_drivers(opened->world);
    struct arena arena = {0};
    struct rows *rows = NULL;
    struct drivers_state *state = NULL;
    size_t output[PLAIN_DRIVERS];
    for (size_t d = 0; d < PLAIN_DRIVERS; d++) {
        output[d] = drivers_find(drivers, driver_name[d]);
        if (output[d] < drivers_outputs(drivers)) continue;
        fprintf(stderr, "bench_drivers: the scenario has no driver %s\n", driver_name[d]);
        exit(EXIT_FAILURE);
    }
    bench_must(rows_open(opened->plan.store, &arena, &rows));
    bench_must(drivers_open(drivers, &arena, &state));
    for (size_t first = 0; first < count; first += LANES) {
        rows_start(rows, first);
        rows_step(rows, opened->plan.calendar.base);
        drivers_start(state, rows, first);
        for (int m = 0, next = 0; m < PLAIN_MONTHS; m++) {
            rows_step(rows, opened->plan.calendar.start + m);
            drivers_step(state, rows, m);
            if (m + 1 != date[next]) continue;
            for (size_t d = 0; d < PLAIN_DRIVERS; d++)
                memcpy(out + ((size_t)next * PLAIN_DRIVERS + d) * count + first, drivers_level(state, output[d]),
                       LANES * sizeof *out);
            next++;
        }
    }
    arena_free(&arena);
}

/* ---- times ---- */

struct sample {
    size_t count;
    double *level; /* as PLAIN_RUN gives them */
    double ns[REPEATS];
};

static struct sample sample_of(size_t count)
{
    struct sample sample = {.count = count, .level = malloc(count * PLAIN_DRIVERS * PLAIN_DATES * sizeof(double))};
    if (sample.level == NULL) bench_must(fault_no_memory());
    return sample;
}

static void run(int program, const struct bench_scenario *opened, int dof, struct sample *sample)
{
    if (program == ZHOL)
        zhol_run(opened, sample->count, sample->level);
    else if (program == PLAIN_O2)
        plain_run_o2(SEED, sample->count, dof, sample->level);
    else
        plain_run_native(SEED, sample->count, dof, sample->level);
}

/* Takes the programs in turn, so that a slow minute of the machine falls on all of them. */
static void measure(const struct bench_scenario *opened, int dof, struct sample sample[PROGRAMS])
{
    for (int repeat = 0; repeat < REPEATS; repeat++)
        for (int program = 0; program < PROGRAMS; program++) {
            const double before = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
            run(program, opened, dof, &sample[program]);
            const double spent = bench_seconds(CLOCK_THREAD_CPUTIME_ID) - before;
            sample[program].ns[repeat] = 1e9 * spent / ((double)sample[program].count * PLAIN_MONTHS);
        }
    for (int program = 0; program < PROGRAMS; program++) bench_sort(REPEATS, sample[program].ns);
}

/* ---- laws ---- */

struct moments {
    double mean, mean_error, variance, variance_error;
};

static struct moments moments_of(size_t count, const double x[])
{
    const double n = (double)count;
    double mean = 0.0, second = 0.0, fourth = 0.0;
    for (size_t i = 0; i < count; i++) mean += x[i] / n;
    for (size_t i = 0; i < count; i++) {
        const double square = (x[i] - mean) * (x[i] - mean);
        second += square / n;
        fourth += square * square / n;
    }
    return (struct moments){mean, sqrt(second / n), second, sqrt((fourth - second * second) / n)};
}

/* How many standard errors apart the means of the level, and the variances of its log, are at most. */
static double compare(struct sample *a, struct sample *b)
{
    double worst = 0.0;
    for (size_t t = 0; t < PLAIN_DATES; t++)
        for (size_t d = 0; d < PLAIN_DRIVERS; d++) {
            struct sample *const both[2] = {a, b};
            struct moments level[2], log_level[2];
            for (int i = 0; i < 2; i++) {
                const size_t count = both[i]->count;
                double *x = both[i]->level + (t * PLAIN_DRIVERS + d) * count, *y = malloc(count * sizeof *y);
                if (y == NULL) bench_must(fault_no_memory());
                for (size_t r = 0; r < count; r++) y[r] = d + 1 < PLAIN_DRIVERS ? log(x[r]) : x[r];
                level[i] = moments_of(count, x);
                log_level[i] = moments_of(count, y);
                free(y);
            }
            const double apart[2] = {fabs(level[0].mean - level[1].mean) /
                                         hypot(level[0].mean_error, level[1].mean_error),
                                     fabs(log_level[0].variance - log_level[1].variance) /
                                         hypot(log_level[0].variance_error, log_level[1].variance_error)};
            for (int i = 0; i < 2; i++) {
                worst = fmax(worst, apart[i]);
                if (!(apart[i] <= BOUND))
                    printf("%s of %s after %d months: %.6g and %.6g, %.1f standard errors apart\n",
                           i == 0 ? "mean" : "variance", driver_name[d], date[t],
                           i == 0 ? level[0].mean : log_level[0].variance,
                           i == 0 ? level[1].mean : log_level[1].variance, apart[i]);
            }
        }
    return worst;
}

int main(int count, char **argument)
{
    static const char *const program_name[PROGRAMS] = {"zhol, as built", "plain loops, -O2",
                                                       "plain loops, -O3 -march=native"};
    const char *file = count > 1 ? argument[1] : ZHOL_BENCH "/kazakhstan.yaml";
    const long asked = count > 2 ? strtol(argument[2], NULL, 10) : REPLICATIONS;
    if (count > 3 || asked < 100) {
        fprintf(stderr, "usage: bench_drivers [SCENARIO [REPLICATIONS]], REPLICATIONS 100 or more\n");
        return EXIT_FAILURE;
    }
    const size_t replications = ((size_t)asked + LANES - 1) / LANES * LANES;
    struct sample sample[COPULAS][PROGRAMS];
    double worst = 0.0;
    gsl_set_error_handler_off();
    for (int copula = 0; copula < COPULAS; copula++) {
        struct bench_scenario opened;
        open_scenario(&opened, file, copula == 1);
        /* with the t copula a tenth of the replications, for GSL's inverse laws are slow */
        for (int program = 0; program < PROGRAMS; program++)
            sample[copula][program] = sample_of(copula == 0 && program != ZHOL ? replications / 10 : replications);
        measure(&opened, copula == 0 ? DOF : 0, sample[copula]);
        bench_close(&opened);
    }
    printf("%d drivers, %d months; ns of one thread per replication and month, median of %d (least, most)\n\n",
           PLAIN_DRIVERS, PLAIN_MONTHS, REPEATS);
    printf("%-31s %28s %6s   %28s %6s\n", "", "t copula", "ratio", "Gaussian copula", "ratio");
    for (int program = 0; program < PROGRAMS; program++) {
        printf("%-31s", program_name[program]);
        for (int copula = 0; copula < COPULAS; copula++) {
            const double *ns = sample[copula][program].ns, median = ns[REPEATS / 2];
            printf("%s%8.1f (%7.1f, %8.1f) %6.1f", copula == 0 ? "  " : "     ", median, ns[0], ns[REPEATS - 1],
                   median / sample[copula][ZHOL].ns[REPEATS / 2]);
        }
        printf("\n");
    }
    printf("\n");
    for (int copula = 0; copula < COPULAS; copula++)
        for (int program = PLAIN_O2; program < PROGRAMS; program++)
            worst = fmax(worst, compare(&sample[copula][ZHOL], &sample[copula][program]));
    for (int copula = 0; copula < COPULAS; copula++)
        for (int program = 0; program < PROGRAMS; program++) free(sample[copula][program].level);
    printf(
        "means of the levels and variances of their logs after 1, 10 and 20 years: at most %.1f standard errors apart: "
        "%s\n",
        worst, worst <= BOUND ? "the same laws" : "DIFFERENT LAWS");
    return worst <= BOUND ? EXIT_SUCCESS : EXIT_FAILURE;
}
