/* models/world.c -- see world.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/world.h"
#include "models/home.h"
#include "models/horizon.h"
#include "models/inputs.h"
#include "models/titles.h"
#include "models/world_steps.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

struct world {
    const struct world_steps *steps;
    struct calendar calendar;
    struct store *store;
    const struct outcomes *outcomes;
    struct drivers *drivers;
    struct flows *flows;
    struct network *network;
    struct energy *energy;
    struct effects effects;
    struct policies *policies;
    struct regimes *regimes;
    struct events *events;
    struct accounts *accounts;
    struct treasury *treasury;
    struct gains *gains;
    struct appraisal *appraisal;
    struct indices *indices;
    struct thresholds *thresholds;
    size_t years;
};

/* What ratios are divided by: each row of weights once, however many outcomes share it. */
struct weights {
    size_t count;
    size_t *of;             /* [outcomes] which, of OUTCOME_RATIO */
    const double **row;     /* [count] */
    double (*sum)[LANES];   /* [count] of the year so far */
    double (*total)[LANES]; /* [count] of the years so far */
};

struct world_state {
    const struct world *world;
    struct arena arena; /* what all below points into */
    struct rows *rows;
    struct drivers_state *drivers;
    struct flows_state *flows;
    struct network_state *network;
    struct energy_state *energy;
    struct policies_state *policies;
    struct regimes_state *regimes;
    struct events_state *events;
    struct accounts_state *accounts;
    struct treasury_state *treasury;
    struct gains_state *gains;
    struct appraisal_state *appraisal;
    struct indices_state *indices;
    struct thresholds_state *thresholds;
    struct outcome_rows report; /* what each outcome is folded from */
    enum outcome_rule *rule;    /* [outcomes] side by side, for they are looked up every month */
    struct weights weights;
    const double **input;   /* [inputs] */
    double (*sum)[LANES];   /* [outcomes] of the year so far */
    double (*total)[LANES]; /* [outcomes] of the years so far, of OUTCOME_RATIO */
    double (*cell)[LANES];  /* [cells] */
    double most[LANES];     /* of the block, the greatest magnitude in a cell */
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
    if (plan->calendar.start + plan->calendar.months - 1 > CALENDAR_LAST) {
        char last[8];
        calendar_write(CALENDAR_LAST, last);
        return fault_at(FAULT_SCENARIO, months->place, "time.months is %d from %s on, beyond %s; expected at most %d",
                        plan->calendar.months, start->text, last, CALENDAR_LAST + 1 - plan->calendar.start);
    }
    return NULL;
}

static const char *home_of(const struct plan *plan)
{
    struct setting *run = setting_find(plan->root, "run");
    struct setting *home = run == NULL ? NULL : setting_find(run, "home");
    return home == NULL ? NULL : home->text;
}

/* Of policies those that are adopted. */
static void check_policies(struct plan *plan, const struct policies *policies, const struct setting *section)
{
    for (size_t p = 0; p < policies_count(policies); p++)
        for (size_t i = 0; i < section->children; i++)
            if (strcmp(section->child[i]->name, policies_name(policies, p)) == 0)
                horizon_check(plan, section->child[i]);
}

static void check_dates(struct plan *plan, const struct policies *policies)
{
    for (size_t i = 0; i < plan->root->children; i++) {
        const struct setting *section = plan->root->child[i];
        if (strcmp(section->name, "time") == 0) continue; /* it says what the others are held to */
        if (strcmp(section->name, "policies") == 0)
            check_policies(plan, policies, section);
        else
            horizon_check(plan, section);
    }
}

static struct fault *prepare(struct plan *plan, struct world **out)
{
    struct world *world = calloc(1, sizeof *world);
    if (world == NULL) return fault_no_memory();
    *out = world;
    world->steps = &world_steps_built;
    TRY(calendar_prepare(plan));
    TRY(horizon_cover(plan, plan->root));
    plan->home = home_of(plan);
    world->calendar = plan->calendar;
    world->store = plan->store;
    world->outcomes = plan->outcomes;
    world->years = (size_t)(plan->calendar.months / CALENDAR_MONTHS_PER_YEAR);
    TRY(home_check(plan));
    TRY(drivers_prepare(plan, &world->drivers));
    TRY(flows_prepare(plan, world->drivers, &world->flows));
    TRY(network_prepare(plan, world->drivers, world->flows, &world->network));
    TRY(energy_prepare(plan, world->drivers, world->network, &world->energy));
    struct fault *faults = policies_prepare(plan, &world->effects, &world->policies);
    faults = fault_join(faults, regimes_prepare(plan, &world->effects, &world->regimes));
    faults = fault_join(faults, events_prepare(plan, &world->effects, world->drivers, &world->events));
    if (faults != NULL) return faults;
    TRY(effects_settle(&world->effects, plan));
    TRY(accounts_prepare(plan, world->flows, world->network, world->energy, world->policies, &world->accounts));
    TRY(treasury_prepare(plan, world->drivers, &world->treasury));
    TRY(gains_prepare(plan, world->flows, world->network, world->energy, &world->gains));
    TRY(appraisal_prepare(plan, world->flows, world->accounts, &world->appraisal));
    TRY(indices_prepare(plan, world->flows, world->network, world->energy, world->accounts, &world->indices));
    TRY(thresholds_prepare(plan, &world->thresholds));
    TRY(policies_connect(world->policies, plan, world->drivers));
    TRY(titles_read(plan));
    TRY(inputs_prepare(plan));
    check_dates(plan, world->policies);
    return store_seal(plan->store, plan->seed, plan->generator);
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

const struct energy *world_energy(const struct world *world)
{
    return world->energy;
}

const struct effects *world_effects(const struct world *world)
{
    return &world->effects;
}

const struct policies *world_policies(const struct world *world)
{
    return world->policies;
}

const struct events *world_events(const struct world *world)
{
    return world->events;
}

const struct regimes *world_regimes(const struct world *world)
{
    return world->regimes;
}

const struct network *world_network(const struct world *world)
{
    return world->network;
}

/* ---- the components ---- */

/* What the world does with each component alike. NULL: the component has nothing of the kind. What is peculiar to one,
 * how it is prepared and its step of a month, is written out in `prepare` and `step`. */
struct component {
    const char *name;
    void (*free)(struct world *world);
    struct fault *(*open)(const struct world *world, struct world_state *state);
    void (*report)(struct world_state *state);
    /* Puts it at the start date; the rows hold what belongs to the block. `calm`: before any draw. */
    void (*start)(struct world_state *state, uint64_t first, bool calm);
};

/* The functions whose signatures differ in their types only: the member of world and of world_state is called like the
 * component. */
#define COMPONENT_LIFE(part)                                                                                           \
    static void free_##part(struct world *world)                                                                       \
    {                                                                                                                  \
        part##_free(world->part);                                                                                      \
    }                                                                                                                  \
    static struct fault *open_##part(const struct world *world, struct world_state *state)                             \
    {                                                                                                                  \
        return part##_open(world->part, &state->arena, &state->part);                                                  \
    }
#define COMPONENT_REPORT(part)                                                                                         \
    static void report_##part(struct world_state *state)                                                               \
    {                                                                                                                  \
        part##_report(state->part, &state->report);                                                                    \
    }

COMPONENT_LIFE(drivers)
COMPONENT_REPORT(drivers)
COMPONENT_LIFE(network)
COMPONENT_REPORT(network)
COMPONENT_LIFE(flows)
COMPONENT_REPORT(flows)
COMPONENT_LIFE(energy)
COMPONENT_REPORT(energy)
COMPONENT_LIFE(policies)
COMPONENT_LIFE(regimes)
COMPONENT_LIFE(events)
COMPONENT_LIFE(accounts)
COMPONENT_REPORT(accounts)
COMPONENT_LIFE(treasury)
COMPONENT_REPORT(treasury)
COMPONENT_LIFE(gains)
COMPONENT_REPORT(gains)
COMPONENT_LIFE(appraisal)
COMPONENT_REPORT(appraisal)
COMPONENT_LIFE(indices)
COMPONENT_REPORT(indices)
COMPONENT_LIFE(thresholds)
COMPONENT_REPORT(thresholds)

static struct fault *open_store(const struct world *world, struct world_state *state)
{
    return rows_open(world->store, &state->arena, &state->rows);
}

static void start_store(struct world_state *state, uint64_t first, bool calm)
{
    (void)first, (void)calm;
    rows_step(state->rows, state->world->calendar.base);
}

static void start_drivers(struct world_state *state, uint64_t first, bool calm)
{
    drivers_calm(state->drivers, calm);
    drivers_start(state->drivers, state->rows, first);
}

static void start_network(struct world_state *state, uint64_t first, bool calm)
{
    (void)first, (void)calm;
    network_start(state->network, state->rows, state->drivers);
}

static void start_flows(struct world_state *state, uint64_t first, bool calm)
{
    (void)first, (void)calm;
    flows_start(state->flows, state->rows);
}

static void start_energy(struct world_state *state, uint64_t first, bool calm)
{
    energy_calm(state->energy, calm);
    energy_start(state->energy, state->rows, state->drivers, first);
}

static void start_policies(struct world_state *state, uint64_t first, bool calm)
{
    policies_start(state->policies, state->rows, first, calm);
}

static void report_policies(struct world_state *state)
{
    policies_report(state->policies, state->rows, &state->report);
}

static void start_regimes(struct world_state *state, uint64_t first, bool calm)
{
    (void)calm;
    regimes_start(state->regimes, first);
}

static void report_regimes(struct world_state *state)
{
    regimes_report(state->world->regimes, state->rows, &state->report);
}

static void start_events(struct world_state *state, uint64_t first, bool calm)
{
    (void)calm;
    events_start(state->events, first);
}

static void report_events(struct world_state *state)
{
    events_report(state->events, state->rows, &state->report);
}

static void free_effects(struct world *world)
{
    effects_free(&world->effects);
}

static void report_effects(struct world_state *state)
{
    effects_report(&state->world->effects, state->rows, &state->report);
}

static void start_accounts(struct world_state *state, uint64_t first, bool calm)
{
    (void)first, (void)calm;
    accounts_start(state->accounts, state->rows);
}

static void start_treasury(struct world_state *state, uint64_t first, bool calm)
{
    (void)first, (void)calm;
    treasury_start(state->treasury, state->rows, state->drivers);
}

static void start_thresholds(struct world_state *state, uint64_t first, bool calm)
{
    (void)first, (void)calm;
    thresholds_start(state->thresholds);
}

#define LIFE(part) #part, free_##part, open_##part, report_##part

/* In the order in which they start: flows ask for the composite costs of the network, and most ask for drivers. */
static const struct component components[] = {
    {"store", NULL, open_store, NULL, start_store},
    {LIFE(drivers), start_drivers},
    {LIFE(network), start_network},
    {LIFE(flows), start_flows},
    {LIFE(energy), start_energy},
    {LIFE(policies), start_policies},
    {LIFE(regimes), start_regimes},
    {LIFE(events), start_events},
    {"effects", free_effects, NULL, report_effects, NULL},
    {LIFE(accounts), start_accounts},
    {LIFE(treasury), start_treasury},
    {LIFE(gains), NULL},
    {LIFE(appraisal), NULL},
    {LIFE(indices), NULL},
    {LIFE(thresholds), start_thresholds},
};
enum { COMPONENTS = sizeof components / sizeof components[0] };

/* Those that others hang on last. */
void world_free(struct world *world)
{
    if (world == NULL) return;
    for (size_t i = COMPONENTS; i-- > 0;)
        if (components[i].free != NULL) components[i].free(world);
    free(world);
}

static struct fault *components_open(const struct world *world, struct world_state *state)
{
    for (size_t i = 0; i < COMPONENTS; i++)
        if (components[i].open != NULL) TRY(components[i].open(world, state));
    return NULL;
}

static void components_report(struct world_state *state)
{
    for (size_t i = 0; i < COMPONENTS; i++)
        if (components[i].report != NULL) components[i].report(state);
}

static void components_start(struct world_state *state, uint64_t first, bool calm)
{
    for (size_t i = 0; i < COMPONENTS; i++)
        if (components[i].start != NULL) components[i].start(state, first, calm);
}

size_t world_state_bytes(const struct world_state *state)
{
    return sizeof *state + state->arena.bytes;
}

/* ---- the state of a thread ---- */

/* Finds the rows of weights that the outcomes share. */
static struct fault *weights_open(struct weights *weights, struct arena *arena, const struct outcomes *outcomes,
                                  const struct outcome_rows *report)
{
    const size_t most = outcomes->count;
    weights->of = arena_take(arena, most, sizeof *weights->of);
    weights->row = arena_take(arena, most, sizeof *weights->row);
    TRY(arena_check(arena));
    for (size_t o = 0; o < most; o++) {
        if (outcomes->item[o].kind->rule != OUTCOME_RATIO) continue;
        size_t w = 0;
        while (w < weights->count && weights->row[w] != report->weight[o]) w++;
        weights->row[w] = report->weight[o];
        weights->of[o] = w;
        if (w == weights->count) weights->count++;
    }
    weights->sum = arena_rows(arena, weights->count);
    weights->total = arena_rows(arena, weights->count);
    return arena_check(arena);
}

static struct fault *open_state(const struct world *world, struct world_state **out)
{
    const size_t outcomes = world->outcomes->count, inputs = store_inputs(world->store);
    struct world_state *state = calloc(1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    struct arena *arena = &state->arena;
    state->world = world;
    state->report.row = arena_take(arena, outcomes, sizeof *state->report.row);
    state->report.weight = arena_take(arena, outcomes, sizeof *state->report.weight);
    state->rule = arena_take(arena, outcomes, sizeof *state->rule);
    state->input = arena_take(arena, inputs, sizeof *state->input);
    state->sum = arena_rows(arena, outcomes);
    state->total = arena_rows(arena, outcomes);
    state->cell = arena_rows(arena, world_cells(world));
    TRY(arena_check(arena));
    TRY(components_open(world, state));
    for (size_t i = 0; i < inputs; i++) state->input[i] = rows_input(state->rows, i);
    for (size_t o = 0; o < outcomes; o++) state->rule[o] = world->outcomes->item[o].kind->rule;
    components_report(state);
    network_connect(state->network, state->flows);
    return weights_open(&state->weights, arena, world->outcomes, &state->report);
}

void world_close(struct world_state *state)
{
    if (state == NULL) return;
    arena_free(&state->arena);
    free(state);
}

/* Notes the lanes in which a row is not finite for the first time; `check` is 0 where all are. */
static void failures_note(struct world_state *state, int month, const double check[LANES])
{
    for (int l = 0; l < LANES; l++) {
        if (check[l] == 0.0 || state->failed_month[l] >= 0) continue;
        size_t o = 0;
        while (state->world->outcomes->item[o].kind->rule == OUTCOME_DERIVED || isfinite(state->report.row[o][l])) o++;
        state->failed_month[l] = month;
        state->failed_cause[l] = (int)o;
    }
}

/* Adds the values of a month to what there is of the year, or those of a year to what there is of the horizon: the total of sums
 * and of means, which are divided at the end. */
static inline void fold(const double value[LANES], enum outcome_rule rule, bool first, double sum[LANES])
{
    if (first || rule == OUTCOME_LAST)
        EACH_LANE(l) sum[l] = value[l];
    else if (rule == OUTCOME_MINIMUM)
        EACH_LANE(l) sum[l] = value[l] < sum[l] ? value[l] : sum[l];
    else if (rule == OUTCOME_MAXIMUM)
        EACH_LANE(l) sum[l] = value[l] > sum[l] ? value[l] : sum[l];
    else
        EACH_LANE(l) sum[l] += value[l];
}

static void months_add(struct world_state *state, int month)
{
    const bool first_of_year = month % CALENDAR_MONTHS_PER_YEAR == 0;
    const struct weights *weights = &state->weights;
    _Alignas(LANES_ALIGNMENT) double check[LANES];
    EACH_LANE(l) check[l] = 0.0;
    for (size_t o = 0; o < state->world->outcomes->count; o++) {
        const double *row = state->report.row[o];
        const enum outcome_rule rule = state->rule[o];
        if (rule == OUTCOME_DERIVED) continue;
        EACH_LANE(l) check[l] += row[l] * 0.0; /* NaN from an infinity or a NaN */
        fold(row, rule, first_of_year, state->sum[o]);
    }
    for (size_t w = 0; w < weights->count; w++) {
        const double *row = weights->row[w];
        double *sum = weights->sum[w];
        if (first_of_year)
            EACH_LANE(l) sum[l] = row[l];
        else
            EACH_LANE(l) sum[l] += row[l];
    }
    failures_note(state, month, check);
}

/* Adds the sums of a year to those of the years before. */
static void years_add(size_t count, size_t year, const double (*sum)[LANES], double (*total)[LANES])
{
    for (size_t i = 0; i < count; i++) {
        if (year == 0)
            EACH_LANE(l) total[i][l] = sum[i][l];
        else
            EACH_LANE(l) total[i][l] += sum[i][l];
    }
}

/* Takes over what was derived from the sums of a period. */
static void derived_take(struct world_state *state, size_t period)
{
    const size_t periods = state->world->years + 1;
    for (size_t o = 0; o < state->world->outcomes->count; o++) {
        if (state->rule[o] != OUTCOME_DERIVED) continue;
        const double *row = state->report.row[o];
        double *cell = state->cell[o * periods + period], *most = state->most;
        EACH_LANE(l)
        {
            const double size = fabs(row[l]);
            cell[l] = row[l];
            most[l] = size > most[l] ? size : most[l];
        }
    }
}

/* A cell, value / divisor. */
static inline void cell_divide(struct world_state *state, const double value[LANES], const double divisor[LANES],
                               double cell[LANES])
{
    double *most = state->most;
    EACH_LANE(l)
    {
        const double taken = value[l] / divisor[l], size = fabs(taken);
        cell[l] = taken;
        most[l] = size > most[l] ? size : most[l];
    }
}

static void year_close(struct world_state *state, size_t year)
{
    const size_t years = state->world->years, periods = years + 1;
    const struct weights *weights = &state->weights;
    _Alignas(LANES_ALIGNMENT) double months[LANES], one[LANES];
    EACH_LANE(l)
    {
        months[l] = CALENDAR_MONTHS_PER_YEAR;
        one[l] = 1.0;
    }
    for (size_t o = 0; o < state->world->outcomes->count; o++) {
        const enum outcome_rule rule = state->rule[o];
        const double *sum = state->sum[o];
        double *cell = state->cell[o * periods + year];
        if (rule == OUTCOME_DERIVED) continue;
        if (rule == OUTCOME_RATIO) {
            cell_divide(state, sum, weights->sum[weights->of[o]], cell);
            years_add(1, year, (const double(*)[LANES]) & state->sum[o], &state->total[o]);
            continue;
        }
        cell_divide(state, sum, rule == OUTCOME_SUM || rule == OUTCOME_MEAN ? months : one, cell);
        fold(cell, rule, year == 0, state->cell[o * periods + years]);
    }
    years_add(weights->count, year, (const double(*)[LANES])weights->sum, weights->total);
    indices_derive(state->indices, false);
    derived_take(state, year);
}

/* The horizon from its years: ratios of totals, means of means. */
static void horizon_close(struct world_state *state)
{
    const size_t years = state->world->years, periods = years + 1;
    _Alignas(LANES_ALIGNMENT) double divisor[LANES];
    for (size_t o = 0; o < state->world->outcomes->count; o++) {
        const enum outcome_rule rule = state->rule[o];
        double *horizon = state->cell[o * periods + years];
        if (rule == OUTCOME_DERIVED) continue;
        if (rule == OUTCOME_RATIO) {
            cell_divide(state, state->total[o], state->weights.total[state->weights.of[o]], horizon);
            continue;
        }
        EACH_LANE(l) divisor[l] = rule == OUTCOME_MEAN ? (double)years : 1.0;
        cell_divide(state, horizon, divisor, horizon);
    }
    indices_derive(state->indices, true);
    derived_take(state, years);
}

/* Notes the lanes in which a year or the horizon has a value that samples, of single precision, cannot hold. */
static void overflows_note(struct world_state *state)
{
    const size_t years = state->world->years, periods = years + 1;
    bool some = false;
    for (int l = 0; l < LANES; l++) some = some || state->most[l] > (double)FLT_MAX;
    if (!some) return;
    for (size_t o = 0; o < state->world->outcomes->count; o++)
        for (size_t p = 0; p < periods; p++) {
            const double *cell = state->cell[o * periods + p];
            _Alignas(LANES_ALIGNMENT) double beyond[LANES];
            double any = 0.0;
            EACH_LANE(l) beyond[l] = fabs(cell[l]) > (double)FLT_MAX ? 1.0 : 0.0;
            for (int l = 0; l < LANES; l++) any += beyond[l];
            if (any == 0.0) continue;
            const size_t year = p < years ? p : years - 1;
            for (int l = 0; l < LANES; l++) {
                if (beyond[l] == 0.0 || state->failed_month[l] >= 0) continue;
                state->failed_month[l] = (int)((year + 1) * CALENDAR_MONTHS_PER_YEAR - 1);
                state->failed_cause[l] = (int)o;
            }
        }
}

static void begin(struct world_state *state, uint64_t first)
{
    for (int l = 0; l < LANES; l++) state->failed_month[l] = state->failed_cause[l] = -1;
    EACH_LANE(l) state->most[l] = 0.0;
    rows_start(state->rows, first);
    components_start(state, first, false);
}

static void step(struct world_state *state, int month)
{
    const int now = state->world->calendar.start + month;
    policies_watch(state->policies, &state->report, month);
    rows_step(state->rows, now);
    drivers_step(state->drivers, state->rows, month);
    effects_step(&state->world->effects, state->rows);
    policies_step(state->policies, state->rows, state->drivers, month);
    rows_move(state->rows, EFFECTS_STAGE_REGIMES, now);
    regimes_step(state->regimes, state->rows, month);
    rows_move(state->rows, EFFECTS_STAGE_EVENTS, now);
    events_step(state->events, state->rows, state->drivers, month);
    rows_move(state->rows, EFFECTS_STAGE_MODELS, now);
    flows_step(state->flows, state->rows, state->drivers, month);
    energy_step_before(state->energy, state->rows, state->drivers, month);
    network_step(state->network, state->rows, state->drivers, state->flows, month);
    energy_step(state->energy, state->rows, state->drivers, state->network, month);
    accounts_step(state->accounts, state->rows, state->flows, state->network, state->energy, state->policies);
    treasury_step(state->treasury, state->rows, state->drivers, state->accounts, state->policies);
    gains_step(state->gains, state->rows, state->flows, state->network, state->energy, state->accounts);
    appraisal_step(state->appraisal, state->rows, state->flows, state->accounts, state->gains, state->policies, month);
    indices_step(state->indices, state->accounts, state->network, state->energy, month);
    thresholds_step(state->thresholds, &state->report, month);
}

const struct outcome_rows *world_report(const struct world_state *state)
{
    return &state->report;
}

static void simulate(struct world_state *state, uint64_t first, size_t lanes, const struct month_watch *watch,
                     struct block_result *result)
{
    const struct world *world = state->world;
    begin(state, first);
    for (int month = 0; month < world->calendar.months; month++) {
        step(state, month);
        if (watch != NULL) watch->month(watch->context, &state->report, month);
        months_add(state, month);
        if (month % CALENDAR_MONTHS_PER_YEAR == CALENDAR_MONTHS_PER_YEAR - 1)
            year_close(state, (size_t)(month / CALENDAR_MONTHS_PER_YEAR));
    }
    horizon_close(state);
    overflows_note(state);
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

static void start_central(struct world_state *state)
{
    rows_central(state->rows);
    components_start(state, 0, true);
}

static void energy_central(struct world_state *state, int month)
{
    const int now = state->world->calendar.start + month;
    rows_step(state->rows, now);
    effects_step(&state->world->effects, state->rows);
    policies_step(state->policies, state->rows, NULL, month);
    regimes_step_central(state->regimes, state->rows, month);
    events_step_central(state->events, state->rows, month);
    for (int stage = 0; stage < STORE_STAGES; stage++) rows_move(state->rows, stage, now);
    energy_step_before(state->energy, state->rows, state->drivers, month);
    energy_step(state->energy, state->rows, state->drivers, state->network, month);
}

const struct world_steps world_steps_built = {prepare, open_state,    simulate,      begin,
                                              step,    start_central, energy_central};

const struct world_steps *world_steps_of(const struct world *world)
{
    return world->steps;
}

const struct world_steps *world_steps_of_state(const struct world_state *state)
{
    return state->world->steps;
}

const struct rows *world_rows(const struct world_state *state)
{
    return state->rows;
}

void world_keep(struct world_state *state, int slot)
{
    rows_keep(state->rows, slot);
}

const struct policies_state *world_policies_state(const struct world_state *state)
{
    return state->policies;
}

const struct energy_state *world_energy_state(const struct world_state *state)
{
    return state->energy;
}

const struct drivers_state *world_drivers_state(const struct world_state *state)
{
    return state->drivers;
}

const struct flows_state *world_flows_state(const struct world_state *state)
{
    return state->flows;
}

const struct network_state *world_network_state(const struct world_state *state)
{
    return state->network;
}
