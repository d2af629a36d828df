/* models/policy/regimes.c -- see regimes.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/policy/regimes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQUARINGS = 10, TERMS = 6 };

static const struct key state_entry[] = {{.name = "*",
                                          .kind = KEY_ENTRIES,
                                          .names = NAME_TARGET,
                                          .entry = effects_entry,
                                          .meaning = "A state: what holds while it lasts; {} for nothing."}};
static const struct key transition_entry[] = {{.name = "*",
                                               .kind = KEY_QUANTITY,
                                               .unit = "1/yr",
                                               .min = 0,
                                               .max = 100,
                                               .editable = true,
                                               .draws = true,
                                               .profile = true,
                                               .meaning = "How often it goes from the one state to the other."}};
static const struct key force_entry[] = {{.name = "*", .kind = KEY_NAME, .meaning = "The state from that month on."}};
static const struct key regime_keys[] = {
    TITLE_KEY,
    {.name = "start", .kind = KEY_NAME, .meaning = "The state before the first month."},
    {.name = "states", .kind = KEY_ENTRIES, .entry = state_entry, .meaning = "Its states, with their effects."},
    {.name = "transition",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .names = NAME_ARROW,
     .entry = transition_entry,
     .meaning = "Rates from state to state; what is not stated does not happen."},
    {.name = "force",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .names = NAME_MONTH,
     .entry = force_entry,
     .meaning = "States that begin at dates, whatever the chain does; transitions go on from there."},
    {.name = NULL}};
static const struct key regime_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = regime_keys, .meaning = "A persistent state of the world."}};
const struct key regimes_key = {.name = "regimes",
                                .kind = KEY_ENTRIES,
                                .default_value = "",
                                .entry = regime_entry,
                                .meaning = "States of the world that last, and how they change."};

const struct outcome_kind regimes_outcomes[] = {{.pattern = "regimes.R.STATE",
                                                 .subject = SUBJECT_OTHER,
                                                 .words = "share of time in which R is STATE",
                                                 .heading = "R, STATE: share of time",
                                                 .entities = "regimes.R",
                                                 .unit = "1",
                                                 .rule = OUTCOME_MEAN,
                                                 .meaning = "1 in a month in that state; of a year its share."},
                                                {.pattern = NULL}};

struct regime {
    size_t states, start;
    const char *state[REGIME_STATES];
    char *title[REGIME_STATES];                /* "regime NAME: STATE" */
    int in[REGIME_STATES], age[REGIME_STATES]; /* signals */
    size_t outcome[REGIME_STATES];
    int rate[REGIME_STATES][REGIME_STATES]; /* slots; -1: 0 */
    size_t forced;
    int *force_month;    /* [forced] calendar */
    size_t *force_state; /* [forced] */
    struct stream stream;
};

struct regimes {
    struct regime *regime;
    size_t count;
    struct calendar calendar;
    const struct store *store;
};

struct regime_lanes {
    double (*rate)[LANES], (*probability)[LANES]; /* [states * states] */
    double (*at)[LANES];                          /* [1] number of the state */
    bool moves;                                   /* the rates vary by month */
    bool known;                                   /* probabilities are those of the block */
    struct stream_state stream;
};

struct regimes_state {
    const struct regimes *regimes;
    struct regime_lanes *regime;
    uint64_t first;
};

static size_t state_find(const struct regime *regime, const char *name, size_t length)
{
    size_t s = 0;
    while (s < regime->states && (strlen(regime->state[s]) != length || strncmp(regime->state[s], name, length) != 0))
        s++;
    return s;
}

/* The name ends at an arrow or at its end. */
static struct fault *no_state(const struct regime *regime, const struct setting *setting, const char *text)
{
    const char *words[REGIME_STATES + 1] = {NULL}, *arrow = strstr(text, "->");
    char hint[96], name[64];
    snprintf(name, sizeof name, "%.*s", arrow == NULL ? 60 : (int)(arrow - text), text);
    for (size_t s = 0; s < regime->states; s++) words[s] = regime->state[s];
    return fault_at(FAULT_SCENARIO, setting->place, "%s: there is no state '%s'; expected one of `states`%s",
                    setting->path, name, units_hint(name, words, sizeof hint, hint));
}

static struct fault *states_read(struct regime *regime, struct setting *setting, struct plan *plan,
                                 struct effects *effects)
{
    struct setting *states = setting_find(setting, "states"), *start = setting_find(setting, "start");
    struct fault *faults = NULL;
    if (states->children < 1 || states->children > REGIME_STATES)
        return fault_at(FAULT_SCENARIO, states->place, "%s has %zu states; expected 1 to %d", states->path,
                        states->children, REGIME_STATES);
    for (size_t s = 0; s < states->children; s++) {
        struct setting *state = states->child[s];
        const char *const names[] = {setting->name, state->name};
        state->used = true;
        regime->state[regime->states] = state->name;
        regime->in[s] = store_signal(plan->store);
        regime->age[s] = store_signal(plan->store);
        if (asprintf(&regime->title[regime->states++], "regime %s: %s", setting->name, state->name) < 0)
            return fault_no_memory();
        const struct effect_owner owner = {EFFECT_REGIME, regime->title[s], regime->in[s], regime->age[s]};
        faults = fault_join(faults, effects_read(effects, state, &owner, plan));
        TRY(outcomes_declare(plan->outcomes, &regimes_outcomes[0], names, "1", &regime->outcome[s]));
    }
    regime->start = state_find(regime, start->text, strlen(start->text));
    return regime->start < regime->states ? faults : fault_join(faults, no_state(regime, start, start->text));
}

static struct fault *transitions_read(struct regime *regime, struct setting *transitions)
{
    struct fault *faults = NULL;
    memset(regime->rate, -1, sizeof regime->rate);
    for (size_t i = 0; transitions != NULL && i < transitions->children; i++) {
        struct setting *entry = transitions->child[i];
        const char *arrow = strstr(entry->name, "->");
        const size_t from = state_find(regime, entry->name, (size_t)(arrow - entry->name)),
                     to = state_find(regime, arrow + 2, strlen(arrow + 2));
        entry->used = true;
        if (from == regime->states) faults = fault_join(faults, no_state(regime, entry, entry->name));
        if (to == regime->states) faults = fault_join(faults, no_state(regime, entry, arrow + 2));
        if (from == regime->states || to == regime->states) continue;
        if (from == to)
            faults = fault_join(faults, fault_at(FAULT_SCENARIO, entry->place,
                                                 "%s leads from a state to itself; expected two states", entry->path));
        else
            regime->rate[from][to] = entry->slot;
    }
    return faults;
}

static struct fault *forces_read(struct regime *regime, struct setting *force, const struct plan *plan)
{
    const size_t count = force == NULL ? 0 : force->children;
    struct fault *faults = NULL;
    regime->force_month = calloc(count + 1, sizeof *regime->force_month);
    regime->force_state = calloc(count + 1, sizeof *regime->force_state);
    if (regime->force_month == NULL || regime->force_state == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) {
        struct setting *entry = force->child[i];
        const size_t state = state_find(regime, entry->text, strlen(entry->text));
        entry->used = true;
        if (state == regime->states) faults = fault_join(faults, no_state(regime, entry, entry->text));
        if (entry->month < plan->calendar.start)
            faults = fault_join(faults, fault_at(FAULT_SCENARIO, entry->place,
                                                 "%s lies before the run; expected `start` to say what holds then",
                                                 entry->path));
        for (size_t e = 0; e < i; e++)
            if (force->child[e]->month == entry->month)
                faults = fault_join(faults, fault_at(FAULT_SCENARIO, entry->place,
                                                     "%s is the same month as %s; expected each month once",
                                                     entry->path, force->child[e]->name));
        regime->force_month[regime->forced] = entry->month;
        regime->force_state[regime->forced++] = state;
    }
    return faults;
}

static struct fault *regime_prepare(struct regime *regime, struct setting *setting, struct plan *plan,
                                    struct effects *effects)
{
    char *stream = NULL;
    setting->used = true;
    setting_find(setting, "title");
    if (asprintf(&stream, "regimes.%s", setting->name) < 0) return fault_no_memory();
    regime->stream = stream_named(plan->seed, stream, plan->generator);
    free(stream);
    struct fault *faults = states_read(regime, setting, plan, effects);
    if (regime->states == 0) return faults;
    faults = fault_join(faults, transitions_read(regime, setting_find(setting, "transition")));
    return fault_join(faults, forces_read(regime, setting_find(setting, "force"), plan));
}

struct fault *regimes_prepare(struct plan *plan, struct effects *effects, struct regimes **out)
{
    struct setting *section = setting_find(plan->root, "regimes");
    const size_t count = section == NULL ? 0 : section->children;
    struct regimes *regimes = calloc(1, sizeof *regimes);
    struct fault *faults = NULL;
    if (regimes == NULL) return fault_no_memory();
    *out = regimes;
    regimes->calendar = plan->calendar;
    regimes->store = plan->store;
    regimes->regime = calloc(count + 1, sizeof *regimes->regime);
    if (regimes->regime == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++)
        faults =
            fault_join(faults, regime_prepare(&regimes->regime[regimes->count++], section->child[i], plan, effects));
    return faults;
}

void regimes_free(struct regimes *regimes)
{
    if (regimes == NULL) return;
    for (size_t i = 0; i < regimes->count; i++) {
        for (size_t s = 0; s < regimes->regime[i].states; s++) free(regimes->regime[i].title[s]);
        free(regimes->regime[i].force_month);
        free(regimes->regime[i].force_state);
    }
    free(regimes->regime);
    free(regimes);
}

size_t regimes_count(const struct regimes *regimes)
{
    return regimes->count;
}

/* ---- a thread ---- */

static bool rates_move(const struct regime *regime, const struct store *store)
{
    for (size_t a = 0; a < regime->states; a++)
        for (size_t b = 0; b < regime->states; b++)
            if (regime->rate[a][b] >= 0 && store_varies_by_month(store, regime->rate[a][b])) return true;
    return false;
}

struct fault *regimes_open(const struct regimes *regimes, struct arena *arena, struct regimes_state **out)
{
    struct regimes_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->regimes = regimes;
    state->regime = arena_take(arena, regimes->count, sizeof *state->regime);
    if (state->regime == NULL) return fault_no_memory();
    for (size_t i = 0; i < regimes->count; i++) {
        const struct regime *regime = &regimes->regime[i];
        struct regime_lanes *lanes = &state->regime[i];
        lanes->moves = rates_move(regime, regimes->store);
        lanes->rate = arena_rows(arena, regime->states * regime->states);
        lanes->probability = arena_rows(arena, regime->states * regime->states);
        lanes->at = arena_rows(arena, 1);
        TRY(arena_check(arena));
        TRY(stream_state_init(&regime->stream, arena, &lanes->stream));
    }
    return NULL;
}

void regimes_start(struct regimes_state *state, uint64_t first_replication)
{
    state->first = first_replication;
    for (size_t i = 0; i < state->regimes->count; i++) {
        const struct regime *regime = &state->regimes->regime[i];
        struct regime_lanes *lanes = &state->regime[i];
        const double start = (double)regime->start;
        lanes->known = false;
        stream_state_start(&regime->stream, &lanes->stream, first_replication);
        EACH_LANE(l) lanes->at[0][l] = start;
    }
}

/* product = left right, of n states. */
static void multiply(size_t n, const double (*left)[LANES], const double (*right)[LANES], double (*product)[LANES])
{
    for (size_t a = 0; a < n; a++)
        for (size_t b = 0; b < n; b++) {
            double *to = product[a * n + b];
            EACH_LANE(l) to[l] = 0.0;
            for (size_t c = 0; c < n; c++) {
                const double *x = left[a * n + c], *y = right[c * n + b];
                EACH_LANE(l) to[l] = LANES_FMA(x[l], y[l], to[l]);
            }
        }
}

void regime_transition(size_t n, const double (*rate)[LANES], double years, double (*probability)[LANES])
{
    _Alignas(LANES_ALIGNMENT) double part[REGIME_STATES * REGIME_STATES][LANES],
        next[REGIME_STATES * REGIME_STATES][LANES];
    const size_t size = n * n;
    const double scale = years / (double)(1 << SQUARINGS);
    /* Horner: 1 + A (1 + A/2 (1 + A/3 ...)), A = Q years / 2^squarings */
    for (size_t i = 0; i < size; i++) {
        const double identity = i % (n + 1) == 0 ? 1.0 : 0.0;
        EACH_LANE(l) probability[i][l] = identity;
    }
    for (int term = TERMS; term >= 1; term--) {
        for (size_t i = 0; i < size; i++) EACH_LANE(l) part[i][l] = rate[i][l] * (scale / term);
        multiply(n, (const double(*)[LANES])part, (const double(*)[LANES])probability, next);
        for (size_t i = 0; i < size; i++) {
            const double identity = i % (n + 1) == 0 ? 1.0 : 0.0;
            EACH_LANE(l) probability[i][l] = identity + next[i][l];
        }
    }
    for (int s = 0; s < SQUARINGS; s++) {
        multiply(n, (const double(*)[LANES])probability, (const double(*)[LANES])probability, next);
        memcpy(probability, next, size * sizeof *probability);
    }
}

static void probabilities(const struct regime *regime, struct regime_lanes *lanes, const struct rows *rows)
{
    const size_t n = regime->states;
    for (size_t a = 0; a < n; a++) {
        double *out = lanes->rate[a * n + a];
        EACH_LANE(l) out[l] = 0.0;
        for (size_t b = 0; b < n; b++) {
            if (a == b) continue;
            double *to = lanes->rate[a * n + b];
            EACH_LANE(l) to[l] = 0.0;
            if (regime->rate[a][b] < 0) continue;
            const double *rate = rows_get(rows, regime->rate[a][b]);
            EACH_LANE(l)
            {
                to[l] = rate[l];
                out[l] -= rate[l];
            }
        }
    }
    regime_transition(n, (const double(*)[LANES])lanes->rate, CALENDAR_MONTH_YEARS, lanes->probability);
    lanes->known = true;
}

/* Where the chain goes from where it is: the state in whose part of (0, 1) the draw falls. */
static void move_on(const struct regime *regime, struct regime_lanes *lanes, const double u[LANES])
{
    const size_t n = regime->states;
    double *at = lanes->at[0];
    _Alignas(LANES_ALIGNMENT) double passed[LANES], sum[LANES];
    EACH_LANE(l) passed[l] = sum[l] = 0.0;
    for (size_t b = 0; b + 1 < n; b++) {
        for (size_t a = 0; a < n; a++) {
            const double *of = lanes->probability[a * n + b], here = (double)a;
            EACH_LANE(l) sum[l] += at[l] == here ? of[l] : 0.0;
        }
        EACH_LANE(l) passed[l] += u[l] >= sum[l] ? 1.0 : 0.0;
    }
    EACH_LANE(l) at[l] = passed[l];
}

static void force_and_signal(const struct regimes *regimes, const struct regime *regime, struct regime_lanes *lanes,
                             const struct rows *rows, int month)
{
    double *at = lanes->at[0];
    for (size_t i = 0; i < regime->forced; i++) {
        const double state = (double)regime->force_state[i];
        if (regime->force_month[i] == regimes->calendar.start + month) EACH_LANE(l) at[l] = state;
    }
    for (size_t s = 0; s < regime->states; s++) {
        double *in = rows_signal(rows, regime->in[s]), *age = rows_signal(rows, regime->age[s]);
        const double state = (double)s;
        EACH_LANE(l)
        {
            in[l] = at[l] == state ? 1.0 : 0.0;
            age[l] = in[l] * (age[l] + 1.0);
        }
    }
}

void regimes_step(struct regimes_state *state, const struct rows *rows, int month)
{
    for (size_t i = 0; i < state->regimes->count; i++) {
        const struct regime *regime = &state->regimes->regime[i];
        struct regime_lanes *lanes = &state->regime[i];
        _Alignas(LANES_ALIGNMENT) double u[2][LANES];
        if (lanes->moves || !lanes->known) probabilities(regime, lanes, rows);
        stream_uniforms(&regime->stream, &lanes->stream, state->first, month, 0, u);
        move_on(regime, lanes, u[0]);
        force_and_signal(state->regimes, regime, lanes, rows, month);
    }
}

void regimes_step_central(struct regimes_state *state, const struct rows *rows, int month)
{
    for (size_t i = 0; i < state->regimes->count; i++)
        force_and_signal(state->regimes, &state->regimes->regime[i], &state->regime[i], rows, month);
}

void regimes_report(const struct regimes *regimes, const struct rows *rows, struct outcome_rows *report)
{
    for (size_t i = 0; i < regimes->count; i++)
        for (size_t s = 0; s < regimes->regime[i].states; s++)
            report->row[regimes->regime[i].outcome[s]] = rows_signal(rows, regimes->regime[i].in[s]);
}
