/* models/world.c -- see world.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/world.h"

#include <math.h>
#include <stdlib.h>

struct world {
    struct calendar calendar;
    struct store *store;
    const struct outcomes *outcomes;
    struct drivers *drivers;
    struct flows *flows;
    size_t years;
};

struct world_state {
    const struct world *world;
    struct rows *rows;
    struct drivers_state *drivers;
    struct flows_state *flows;
    const double **row;    /* [outcomes] what each outcome is folded from */
    const double **input;  /* [inputs] */
    double (*sum)[LANES];  /* [outcomes] of the year so far */
    double (*cell)[LANES]; /* [cells] */
    int failed_month[LANES];
    int failed_cause[LANES];
};

static struct fault *calendar_prepare(struct plan *plan)
{
    struct setting *time = setting_find(plan->root, "time");
    struct setting *base = setting_find(time, "base"), *start = setting_find(time, "start"),
                   *months = setting_find(time, "months");
    plan->calendar =
        (struct calendar){.base = (int)base->integer, .start = (int)start->integer, .months = (int)months->integer};
    if (plan->calendar.start < plan->calendar.base)
        return fault_at(FAULT_SCENARIO, start->place,
                        "time.start is %s, before time.base, %s; expected the base date or later", start->text,
                        base->text);
    if (plan->calendar.months % CALENDAR_MONTHS_PER_YEAR != 0)
        return fault_at(FAULT_SCENARIO, months->place, "time.months is %d; expected whole years, such as %d or %d",
                        plan->calendar.months, plan->calendar.months / 12 * 12, (plan->calendar.months / 12 + 1) * 12);
    return NULL;
}

struct fault *world_prepare(struct plan *plan, struct world **out)
{
    struct world *world = calloc(1, sizeof *world);
    if (world == NULL) return fault_no_memory();
    *out = world;
    TRY(calendar_prepare(plan));
    world->calendar = plan->calendar;
    world->store = plan->store;
    world->outcomes = plan->outcomes;
    world->years = (size_t)(plan->calendar.months / CALENDAR_MONTHS_PER_YEAR);
    TRY(drivers_prepare(plan, &world->drivers));
    TRY(flows_prepare(plan, world->drivers, &world->flows));
    return store_seal(plan->store, plan->seed, plan->generator);
}

void world_free(struct world *world)
{
    if (world == NULL) return;
    drivers_free(world->drivers);
    flows_free(world->flows);
    free(world);
}

size_t world_years(const struct world *world)
{
    return world->years;
}

size_t world_cells(const struct world *world)
{
    return world->outcomes->count * (world->years + 1);
}

const struct drivers *world_drivers(const struct world *world)
{
    return world->drivers;
}

const struct flows *world_flows(const struct world *world)
{
    return world->flows;
}

size_t world_state_bytes(const struct world *world)
{
    return (world_cells(world) + world->outcomes->count + store_count(world->store)) * sizeof(double[LANES]);
}

struct fault *world_open(const struct world *world, struct world_state **out)
{
    const size_t outcomes = world->outcomes->count, inputs = store_inputs(world->store);
    struct world_state *state = calloc(1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->world = world;
    state->row = calloc(outcomes + 1, sizeof *state->row);
    state->input = calloc(inputs + 1, sizeof *state->input);
    state->sum = aligned_alloc(LANES_ALIGNMENT, (outcomes + 1) * sizeof *state->sum);
    state->cell = aligned_alloc(LANES_ALIGNMENT, (world_cells(world) + 1) * sizeof *state->cell);
    if (state->row == NULL || state->input == NULL || state->sum == NULL || state->cell == NULL)
        return fault_no_memory();
    TRY(rows_open(world->store, &state->rows));
    TRY(drivers_open(world->drivers, &state->drivers));
    TRY(flows_open(world->flows, &state->flows));
    for (size_t i = 0; i < inputs; i++) state->input[i] = rows_input(state->rows, i);
    for (size_t i = 0; i < drivers_outputs(world->drivers); i++)
        state->row[drivers_outcome(world->drivers, i)] = drivers_level(state->drivers, i);
    for (size_t i = 0; i < flows_count(world->flows); i++)
        state->row[flows_outcome(world->flows, i)] = flows_demand(state->flows, i);
    return NULL;
}

void world_close(struct world_state *state)
{
    if (state == NULL) return;
    rows_close(state->rows);
    drivers_close(state->drivers);
    flows_close(state->flows);
    free(state->row);
    free(state->input);
    free(state->sum);
    free(state->cell);
    free(state);
}

/* Notes the lanes in which some row is not finite for the first time. */
static void failures_note(struct world_state *state, int month)
{
    _Alignas(LANES_ALIGNMENT) double check[LANES];
    EACH_LANE(l) check[l] = 0.0;
    for (size_t o = 0; o < state->world->outcomes->count; o++) {
        const double *row = state->row[o];
        EACH_LANE(l) check[l] += row[l] * 0.0; /* NaN from an infinity or a NaN */
    }
    for (int l = 0; l < LANES; l++) {
        if (check[l] == 0.0 || state->failed_month[l] >= 0) continue;
        size_t o = 0;
        while (isfinite(state->row[o][l])) o++;
        state->failed_month[l] = month;
        state->failed_cause[l] = (int)o;
    }
}

static void months_add(struct world_state *state, bool first_of_year)
{
    for (size_t o = 0; o < state->world->outcomes->count; o++) {
        const double *row = state->row[o];
        double *sum = state->sum[o];
        const enum outcome_rule rule = state->world->outcomes->item[o].kind->rule;
        if (first_of_year || rule == OUTCOME_LAST)
            EACH_LANE(l) sum[l] = row[l];
        else if (rule == OUTCOME_MINIMUM)
            EACH_LANE(l) sum[l] = row[l] < sum[l] ? row[l] : sum[l];
        else
            EACH_LANE(l) sum[l] += row[l];
    }
}

static void year_close(struct world_state *state, size_t year)
{
    const size_t periods = state->world->years + 1;
    for (size_t o = 0; o < state->world->outcomes->count; o++) {
        const enum outcome_rule rule = state->world->outcomes->item[o].kind->rule;
        const bool averages = rule == OUTCOME_SUM || rule == OUTCOME_MEAN;
        const double divisor = averages ? CALENDAR_MONTHS_PER_YEAR : 1.0;
        const double *sum = state->sum[o];
        double *cell = state->cell[o * periods + year];
        EACH_LANE(l) cell[l] = sum[l] / divisor;
    }
}

/* The horizon from the years, by the same rule: totals of sums, means of means. */
static void horizon_close(struct world_state *state)
{
    const size_t years = state->world->years, periods = years + 1;
    for (size_t o = 0; o < state->world->outcomes->count; o++) {
        const enum outcome_rule rule = state->world->outcomes->item[o].kind->rule;
        double *horizon = state->cell[o * periods + years];
        for (size_t y = 0; y < years; y++) {
            const double *cell = state->cell[o * periods + y];
            if (y == 0 || rule == OUTCOME_LAST)
                EACH_LANE(l) horizon[l] = cell[l];
            else if (rule == OUTCOME_MINIMUM)
                EACH_LANE(l) horizon[l] = cell[l] < horizon[l] ? cell[l] : horizon[l];
            else
                EACH_LANE(l) horizon[l] += cell[l];
        }
        const double divisor = rule == OUTCOME_MEAN ? (double)years : 1.0;
        EACH_LANE(l) horizon[l] /= divisor;
    }
}

void world_simulate(struct world_state *state, uint64_t first, size_t lanes, struct block_result *result)
{
    const struct world *world = state->world;
    for (int l = 0; l < LANES; l++) state->failed_month[l] = state->failed_cause[l] = -1;
    rows_start(state->rows, first);
    rows_base(state->rows, world->calendar.base);
    drivers_start(state->drivers, state->rows, first);
    flows_start(state->flows, state->rows);
    for (int month = 0; month < world->calendar.months; month++) {
        rows_step(state->rows, world->calendar.start + month);
        drivers_step(state->drivers, state->rows, month);
        flows_step(state->flows, state->rows, state->drivers, month);
        failures_note(state, month);
        months_add(state, month % CALENDAR_MONTHS_PER_YEAR == 0);
        if (month % CALENDAR_MONTHS_PER_YEAR == CALENDAR_MONTHS_PER_YEAR - 1)
            year_close(state, (size_t)(month / CALENDAR_MONTHS_PER_YEAR));
    }
    horizon_close(state);
    *result = (struct block_result){
        .first = first,
        .lanes = lanes,
        .cells = world_cells(world),
        .cell = (const double(*)[LANES])state->cell,
        .inputs = store_inputs(world->store),
        .input = state->input,
        .failed_month = state->failed_month,
        .failed_cause = state->failed_cause,
    };
}

void world_start_central(struct world_state *state)
{
    rows_central(state->rows);
    rows_base(state->rows, state->world->calendar.base);
    drivers_start(state->drivers, state->rows, 0);
    flows_start(state->flows, state->rows);
}

const struct drivers_state *world_drivers_state(const struct world_state *state)
{
    return state->drivers;
}

const struct flows_state *world_flows_state(const struct world_state *state)
{
    return state->flows;
}
