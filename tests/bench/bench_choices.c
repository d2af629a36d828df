/* tests/bench/bench_choices.c -- what events, regimes and policies cost.
 *
 *   bench_choices [SCENARIO]
 *
 * Processor time of one thread, nanoseconds per replication and month, of a scenario (scenarios/policies/
 * nurly-zhol-sreb.yaml): clocks, chains, projects and the edits of quantities alone; then the whole month with them
 * and without, since what they edit has to be worked out again by others. Medians of repeats in turn. Nothing is
 * judged.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/bench/bench.h"

#include <gsl/gsl_errno.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef ZHOL_SCENARIOS
#define ZHOL_SCENARIOS "scenarios"
#endif

enum { SEED = 20190911, REPEATS = 9, BLOCKS = 64 };

struct parts {
    struct arena arena;
    struct rows *rows;
    struct drivers_state *drivers;
    struct policies_state *policies;
    struct regimes_state *regimes;
    struct events_state *events;
};

static double median(double x[REPEATS])
{
    bench_sort(REPEATS, x);
    return x[REPEATS / 2];
}

static double per_month(const struct plan *plan, double seconds)
{
    return 1e9 * seconds / ((double)BLOCKS * LANES * plan->calendar.months);
}

/* A month of quantities and drivers, with or without what edits them. Triggers on outcomes see none. */
static void month_take(const struct bench_scenario *opened, const struct parts *parts, int month, bool choices)
{
    const int now = opened->plan.calendar.start + month;
    rows_step(parts->rows, now);
    drivers_step(parts->drivers, parts->rows, month);
    if (!choices) return;
    effects_step(world_effects(opened->world), parts->rows);
    policies_step(parts->policies, parts->rows, parts->drivers, month);
    rows_move(parts->rows, EFFECTS_STAGE_REGIMES, now);
    regimes_step(parts->regimes, parts->rows, month);
    rows_move(parts->rows, EFFECTS_STAGE_EVENTS, now);
    events_step(parts->events, parts->rows, parts->drivers, month);
    rows_move(parts->rows, EFFECTS_STAGE_MODELS, now);
}

static double parts_take(const struct bench_scenario *opened, const struct parts *parts, bool choices)
{
    const double before = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (uint64_t first = 0; first < BLOCKS * LANES; first += LANES) {
        rows_start(parts->rows, first);
        rows_step(parts->rows, opened->plan.calendar.base);
        drivers_start(parts->drivers, parts->rows, first);
        if (choices) {
            policies_start(parts->policies, parts->rows, first, false);
            regimes_start(parts->regimes, first);
            events_start(parts->events, first);
        }
        for (int m = 0; m < opened->plan.calendar.months; m++) month_take(opened, parts, m, choices);
    }
    return per_month(&opened->plan, bench_seconds(CLOCK_THREAD_CPUTIME_ID) - before);
}

static double world_takes(const struct bench_scenario *opened, struct world_state *state)
{
    struct block_result result;
    const double before = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (uint64_t first = 0; first < BLOCKS * LANES; first += LANES) world_simulate(state, first, LANES, &result);
    return per_month(&opened->plan, bench_seconds(CLOCK_THREAD_CPUTIME_ID) - before);
}

int main(int count, char *argument[])
{
    const char *file = count > 1 ? argument[1] : ZHOL_SCENARIOS "/policies/nurly-zhol-sreb.yaml";
    struct bench_scenario opened, calm;
    struct parts parts = {0};
    struct world_state *state = NULL, *calm_state = NULL;
    double with[REPEATS], without[REPEATS], month[REPEATS], calm_month[REPEATS];
    gsl_set_error_handler_off();
    bench_open(&opened, file, 0, NULL, SEED);
    bench_open_calm(&calm, file, SEED);
    bench_must(rows_open(opened.plan.store, &parts.arena, &parts.rows));
    bench_must(drivers_open(world_drivers(opened.world), &parts.arena, &parts.drivers));
    bench_must(policies_open(world_policies(opened.world), &parts.arena, &parts.policies));
    bench_must(regimes_open(world_regimes(opened.world), &parts.arena, &parts.regimes));
    bench_must(events_open(world_events(opened.world), &parts.arena, &parts.events));
    bench_must(world_open(opened.world, &state));
    bench_must(world_open(calm.world, &calm_state));
    for (int r = 0; r < REPEATS; r++) {
        without[r] = parts_take(&opened, &parts, false);
        with[r] = parts_take(&opened, &parts, true);
        month[r] = world_takes(&opened, state);
        calm_month[r] = world_takes(&calm, calm_state);
    }
    const double base = median(without), all = median(with), whole = median(month), quiet = median(calm_month);
    printf("%s\n  %zu events, %zu regimes, %zu policies adopted, %zu effects\n", file,
           events_count(world_events(opened.world)), regimes_count(world_regimes(opened.world)),
           policies_count(world_policies(opened.world)), world_effects(opened.world)->count);
    printf("  themselves %.0f ns; quantities and drivers before them %.0f ns\n", all - base, base);
    printf("  the whole month %.0f ns with them, %.0f ns without: %.2f times\n", whole, quiet, whole / quiet);
    world_close(state);
    world_close(calm_state);
    arena_free(&parts.arena);
    bench_close(&opened);
    bench_close(&calm);
    return EXIT_SUCCESS;
}
