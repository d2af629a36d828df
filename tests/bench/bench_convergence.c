/* tests/bench/bench_convergence.c -- how near a few sweeps come to the equilibrium of choice and queues.
 *
 *   cmake --build build/release --target bench_convergence && build/release/tests/bench/bench_convergence [SCENARIO]
 *
 * First on 2,048 random networks (tests/models/random_network.h): the error of a network is the greatest difference,
 * over its routes, of the reported delay from that after 600 sweeps. "Warm": six months in which each month a fifth
 * of the legs is halved, starting from last month's delays; the last month's error. Then in whole runs of the scenario:
 * the residual by replication and month, and how far annual means move from those after 200 sweeps. Nothing is judged.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench.h"
#include "tests/models/random_network.h"

#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    SEED = 20190911,
    LAYOUTS = 64,
    NETWORKS = LAYOUTS * LANES,
    CONVERGED = 600,
    MOST = 100,
    WARM_MONTHS = 6,
    RUN = 256
};
static const int sweeps[] = {2, 4, 8, 20, 60};
enum { COUNTS = sizeof sweeps / sizeof *sweeps };
static const double tolerances[] = {1.0, 0.01}; /* days */
enum { TOLERANCES = sizeof tolerances / sizeof *tolerances };
#define MONTH_DAYS 30.4375

/* Errors after so many sweeps, and the sweeps until the error of the solution is within a tolerance. */
static void print_errors(const char *name, double error[][NETWORKS], double needed[][NETWORKS])
{
    printf("%-22s", name);
    for (int i = 0; i < COUNTS; i++) {
        bench_sort(NETWORKS, error[i]);
        printf("  %7.0e /%6.0e", error[i][NETWORKS / 2], error[i][NETWORKS * 99 / 100]);
    }
    for (int i = 0; i < TOLERANCES; i++) {
        bench_sort(NETWORKS, needed[i]);
        printf("   %2.0f %2.0f %2.0f %3.0f", needed[i][NETWORKS / 2], needed[i][NETWORKS * 9 / 10],
               needed[i][NETWORKS * 99 / 100], needed[i][NETWORKS - 1]);
    }
    printf("\n");
}

static void disturb(struct random_network *network, gsl_rng *rng, double (*whole)[LANES])
{
    for (size_t q = 0; q < network->queue.count; q++)
        for (int l = 0; l < LANES; l++)
            network->capacity[q][l] = whole[q][l] * (gsl_rng_uniform(rng) < 0.2 ? 0.5 : 1.0);
}

/* The reported delays of all routes after the months, with so many sweeps a month. The disturbances are always the
 * same. */
static void solve(struct random_network *network, int count, bool warm, double (*whole)[LANES],
                  double delay[NET_ROUTES][LANES])
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    memcpy(network->capacity, whole, network->queue.count * sizeof *whole);
    random_network_restart(network);
    network->queue.sweeps = count;
    for (int month = 0; month < (warm ? WARM_MONTHS : 1); month++) {
        if (warm) disturb(network, rng, whole);
        random_network_step(network);
    }
    for (size_t r = 0; r < NET_ROUTES; r++)
        for (int l = 0; l < LANES; l++) delay[r][l] = random_network_delay(network, r, l);
    gsl_rng_free(rng);
}

/* renege 1: a month starts without a backlog, so that only the start of the iteration differs. */
static void measure(bool nested, bool cyclic, bool warm, double error[][NETWORKS], double needed[][NETWORKS])
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    double(*whole)[LANES] = lanes_rows(NET_LEGS);
    gsl_rng_set(rng, SEED);
    if (whole == NULL) bench_must(fault_no_memory());
    for (int layout = 0; layout < LAYOUTS; layout++) {
        static double exact[NET_ROUTES][LANES], found[NET_ROUTES][LANES];
        struct random_network network;
        random_network_open(&network, rng, nested, cyclic, 1.0, CONVERGED);
        memcpy(whole, network.capacity, network.queue.count * sizeof *whole);
        solve(&network, CONVERGED, warm, whole, exact);
        for (int i = 0; i < COUNTS; i++) {
            solve(&network, sweeps[i], warm, whole, found);
            for (int l = 0; l < LANES; l++) {
                double worst = 0.0;
                for (size_t r = 0; r < NET_ROUTES; r++) worst = fmax(worst, fabs(found[r][l] - exact[r][l]));
                error[i][layout * LANES + l] = worst;
            }
        }
        for (int t = 0; t < TOLERANCES; t++)
            for (int l = 0; l < LANES; l++) needed[t][layout * LANES + l] = MOST;
        for (int count = MOST; count > 0; count--) {
            solve(&network, count, warm, whole, found);
            for (int t = 0; t < TOLERANCES; t++)
                for (int l = 0; l < LANES; l++)
                    if (queue_result(network.state).error[l] <= tolerances[t] / MONTH_DAYS &&
                        needed[t][layout * LANES + l] == count + (count < MOST))
                        needed[t][layout * LANES + l] = count;
        }
        random_network_close(&network);
    }
    free(whole);
    gsl_rng_free(rng);
}

/* ---- whole runs ---- */

struct run {
    double *residual; /* [count] by replication and month */
    size_t count;
    double *mean; /* [outcomes][years] */
    char **path;
    size_t outcomes, years;
};

static void run_with(const char *file, int count, struct run *run)
{
    char set[64];
    struct bench_scenario opened;
    struct world_state *state = NULL;
    snprintf(set, sizeof set, "network={sweeps: %d, most_sweeps: %d}", count, count);
    const char *const sets[] = {set};
    bench_open(&opened, file, 1, sets, SEED);
    const struct outcomes *outcomes = &opened.outcomes;
    bench_must(world_open(opened.world, &state));
    const size_t residual = outcomes_find(outcomes, "network.residual"), months = (size_t)opened.plan.calendar.months;
    *run = (struct run){.outcomes = outcomes->count, .years = world_years(opened.world)};
    run->residual = calloc(months * RUN, sizeof *run->residual);
    run->mean = calloc(outcomes->count * run->years, sizeof *run->mean);
    run->path = calloc(outcomes->count, sizeof *run->path);
    if (run->residual == NULL || run->mean == NULL || run->path == NULL) bench_must(fault_no_memory());
    for (size_t o = 0; o < outcomes->count; o++)
        if ((run->path[o] = strdup(outcomes->item[o].path)) == NULL) bench_must(fault_no_memory());
    for (uint64_t first = 0; first < RUN; first += LANES) {
        struct block_result result;
        world_begin(state, first);
        for (size_t month = 0; month < months; month++) {
            world_month(state, (int)month);
            const double *row = world_report(state)->row[residual];
            for (int l = 0; l < LANES; l++) run->residual[run->count++] = row[l];
        }
        world_simulate(state, first, LANES, &result);
        for (size_t o = 0; o < outcomes->count; o++)
            for (size_t y = 0; y < run->years; y++)
                for (int l = 0; l < LANES; l++)
                    run->mean[o * run->years + y] += result.cell[o * (run->years + 1) + y][l] / RUN;
    }
    bench_sort(run->count, run->residual);
    world_close(state);
    bench_close(&opened);
}

static void run_free(struct run *run)
{
    for (size_t o = 0; o < run->outcomes; o++) free(run->path[o]);
    free(run->path);
    free(run->residual);
    free(run->mean);
}

/* The greatest move of annual means of outcomes whose path begins and ends so: relative, or in days of delays. */
static double moved(const struct run *a, const struct run *b, const char *prefix, const char *suffix, bool relative)
{
    double worst = 0.0;
    for (size_t o = 0; o < a->outcomes; o++) {
        const size_t length = strlen(a->path[o]), tail = strlen(suffix);
        if (strncmp(a->path[o], prefix, strlen(prefix)) != 0) continue;
        if (length < tail || strcmp(a->path[o] + length - tail, suffix) != 0) continue;
        for (size_t y = 0; y < a->years; y++) {
            const double x = a->mean[o * a->years + y], z = b->mean[o * b->years + y], d = fabs(x - z);
            worst = fmax(worst, relative ? d / fmax(fabs(z), 1e-300) : d);
        }
    }
    return worst;
}

static void whole_runs(const char *file)
{
    static const int counts[] = {4, 8, 20, 200};
    enum { RUNS = sizeof counts / sizeof *counts };
    struct run run[RUNS];
    for (int i = 0; i < RUNS; i++) run_with(file, counts[i], &run[i]);
    printf("\n%s, %d replications: residual of a month, in months\n", file, RUN);
    printf("%-10s %10s %10s %10s   annual means moved from 200 sweeps: corridors, delays of legs\n", "sweeps", "mean",
           "99 %", "max");
    for (int i = 0; i < RUNS; i++) {
        double mean = 0.0;
        for (size_t k = 0; k < run[i].count; k++) mean += run[i].residual[k] / (double)run[i].count;
        printf("%-10d %10.1e %10.1e %10.1e   %.2g %%, %.2g d\n", counts[i], mean,
               run[i].residual[run[i].count * 99 / 100], run[i].residual[run[i].count - 1],
               100.0 * moved(&run[i], &run[RUNS - 1], "corridors.", "", true),
               moved(&run[i], &run[RUNS - 1], "legs.", ".delay", false));
    }
    for (int i = 0; i < RUNS; i++) run_free(&run[i]);
}

int main(int count, char **argument)
{
    static double error[COUNTS][NETWORKS], needed[TOLERANCES][NETWORKS];
    const char *file = count > 1 ? argument[1] : ZHOL_BENCH "/kazakhstan.yaml";
    gsl_set_error_handler_off();
    printf("error of the delay of a route in months, median / 99th percentile of %d networks; sweeps until the error "
           "of the solution stays within so many days (median, 90 %%, 99 %%, most)\n%-22s",
           NETWORKS, "sweeps");
    for (int i = 0; i < COUNTS; i++) printf("  %15d", sweeps[i]);
    for (int i = 0; i < TOLERANCES; i++) printf("  %11g d", tolerances[i]);
    printf("\n");
    for (int cyclic = 0; cyclic < 2; cyclic++)
        for (int warm = 0; warm < 2; warm++)
            for (int nested = 0; nested < 2; nested++) {
                char name[64];
                snprintf(name, sizeof name, "%s, %s%s", nested ? "nests" : "plain logit", warm ? "warm" : "cold",
                         cyclic ? ", cyclic" : "");
                measure(nested, cyclic, warm, error, needed);
                print_errors(name, error, needed);
            }
    whole_runs(file);
    return EXIT_SUCCESS;
}
