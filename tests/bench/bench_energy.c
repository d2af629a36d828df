/* tests/bench/bench_energy.c -- what the energy part costs, and how it grows with tranches and cuts.
 *
 *   bench_energy [SCENARIO]
 *
 * Processor time of one thread, nanoseconds per replication and month: first the whole step of the scenario's energy
 * (tests/bench/kazakhstan.yaml), each commodity with its size; then the allocation alone, of made-up layouts in
 * which all outlets are ranked: by number of tranches with one access group, and by number of access groups with twelve
 * tranches. Medians of repeats in turn. Nothing is judged.
 * SPDX-License-Identifier: GPL-3.0-or-later */

#include "tests/bench/bench.h"

#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef ZHOL_BENCH
#define ZHOL_BENCH "tests/bench"
#endif

enum { SEED = 20190911, REPEATS = 9, BLOCKS = 64, RUNS = 4000, MOST_TRANCHES = 48 };

static double median(double x[REPEATS])
{
    bench_sort(REPEATS, x);
    return x[REPEATS / 2];
}

/* ---- the scenario ---- */

struct parts {
    struct arena arena;
    struct rows *rows;
    struct drivers_state *drivers;
    struct energy_state *energy;
};

/* The months of some blocks, with or without energy. */
static double months_take(const struct plan *plan, const struct parts *parts, bool energy)
{
    const double before = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (uint64_t first = 0; first < BLOCKS * LANES; first += LANES) {
        rows_start(parts->rows, first);
        rows_step(parts->rows, plan->calendar.base);
        drivers_start(parts->drivers, parts->rows, first);
        if (energy) energy_start(parts->energy, parts->rows, parts->drivers, first);
        for (int m = 0; m < plan->calendar.months; m++) {
            rows_step(parts->rows, plan->calendar.start + m);
            drivers_step(parts->drivers, parts->rows, m);
            if (energy) energy_step(parts->energy, parts->rows, parts->drivers, NULL, m);
        }
    }
    return 1e9 * (bench_seconds(CLOCK_THREAD_CPUTIME_ID) - before) / ((double)BLOCKS * LANES * plan->calendar.months);
}

static void scenario_measure(const char *file)
{
    struct bench_scenario opened;
    struct parts parts = {0};
    double with[REPEATS], without[REPEATS];
    bench_open(&opened, file, 0, NULL, SEED);
    const struct energy *energy = world_energy(opened.world);
    bench_must(rows_open(opened.plan.store, &parts.arena, &parts.rows));
    bench_must(drivers_open(world_drivers(opened.world), &parts.arena, &parts.drivers));
    bench_must(energy_open(energy, &parts.arena, &parts.energy));
    for (int r = 0; r < REPEATS; r++) {
        without[r] = months_take(&opened.plan, &parts, false);
        with[r] = months_take(&opened.plan, &parts, true);
    }
    printf("%s\n", file);
    for (size_t c = 0; c < energy->count; c++) {
        const struct energy_commodity *commodity = &energy->commodity[c];
        printf("  %s: %zu fields, %zu outlets, %zu tranches at most, %zu cuts, %zu bands of duty\n", commodity->name,
               commodity->fields, commodity->outlets, commodity->tranches, commodity->allocation.cuts,
               commodity->duty.bands);
    }
    const double base = median(without), all = median(with);
    printf("  energy %.0f ns; quantities and drivers before it %.0f ns\n\n", all - base, base);
    arena_free(&parts.arena);
    bench_close(&opened);
}

/* ---- the allocation alone ---- */

static _Alignas(LANES_ALIGNMENT) double cap[MOST_TRANCHES][LANES], netback[MOST_TRANCHES][LANES],
    volume[MOST_TRANCHES][LANES], supply[ALLOCATION_ELEMENTS][LANES];
static struct allocation_work work;

/* So many fields, each an access group: the outlets take turns in who may supply them, field i alone or all. */
static void layout_make(size_t fields, size_t outlets, struct allocation *allocation)
{
    static const char *const name[] = {"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k", "l"};
    struct allocation_outlet outlet[ALLOCATION_OUTLETS] = {0};
    for (size_t o = 0; o < outlets; o++) {
        const size_t turn = o % (fields + 1);
        outlet[o].name = name[o];
        outlet[o].from = turn == fields ? (1u << fields) - 1u : 1u << turn;
    }
    const struct allocation_layout layout = {
        .field_name = name, .fields = fields, .leg_name = name, .outlet = outlet, .outlets = outlets};
    bench_must(allocation_prepare(&layout, allocation));
}

static double allocation_takes(size_t fields, size_t outlets, size_t tranches, size_t *cuts)
{
    struct allocation allocation;
    struct allocation_tranche tranche[MOST_TRANCHES];
    const double *element[ALLOCATION_ELEMENTS];
    double ns[REPEATS];
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    if (rng == NULL) bench_must(fault_no_memory());
    layout_make(fields, outlets, &allocation);
    *cuts = allocation.cuts;
    for (size_t f = 0; f < fields; f++) {
        for (int l = 0; l < LANES; l++) supply[f][l] = gsl_rng_uniform(rng);
        element[f] = supply[f];
    }
    for (size_t t = 0; t < tranches; t++) {
        for (int l = 0; l < LANES; l++) {
            cap[t][l] = gsl_rng_uniform(rng);
            netback[t][l] = gsl_rng_uniform(rng);
        }
        tranche[t] = (struct allocation_tranche){
            .outlet = t % outlets, .cap = cap[t], .netback = netback[t], .volume = volume[t]};
    }
    for (int r = 0; r < REPEATS; r++) {
        const double before = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
        for (int i = 0; i < RUNS; i++) allocation_run(&allocation, &work, element, NULL, 0, tranches, tranche);
        ns[r] = 1e9 * (bench_seconds(CLOCK_THREAD_CPUTIME_ID) - before) / ((double)RUNS * LANES);
    }
    gsl_rng_free(rng);
    return median(ns);
}

int main(int count, char *argument[])
{
    static const size_t tranches[] = {2, 4, 6, 8, 12, 16, 24, 32, 48};
    gsl_set_error_handler_off();
    scenario_measure(count > 1 ? argument[1] : ZHOL_BENCH "/kazakhstan.yaml");
    printf("The allocation alone, one access group, by tranches\n  tranches    ns   ns per tranche\n");
    for (size_t i = 0; i < sizeof tranches / sizeof *tranches; i++) {
        size_t cuts;
        const double ns = allocation_takes(1, tranches[i] < 12 ? tranches[i] : 12, tranches[i], &cuts);
        printf("  %8zu  %4.0f  %15.1f\n", tranches[i], ns, ns / (double)tranches[i]);
    }
    printf("\nTwelve tranches, by access groups\n  groups  cuts    ns   ns per cut\n");
    for (size_t fields = 1; fields <= ALLOCATION_ELEMENTS; fields++) {
        size_t cuts;
        const double ns = allocation_takes(fields, 12, 12, &cuts);
        printf("  %6zu  %4zu  %4.0f  %11.1f\n", fields, cuts, ns, ns / (double)cuts);
    }
    return EXIT_SUCCESS;
}
