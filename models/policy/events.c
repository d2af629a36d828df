/* models/policy/events.c -- see events.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/policy/events.h"
#include "models/drivers/season.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNDATED INT32_MAX

static const struct key month_entry[] = {
    {.name = "*", .kind = KEY_INTEGER, .min = 1, .max = 12, .meaning = "A month of the year."}};
static const struct key event_keys[] = {
    {.name = "title", .kind = KEY_TEXT, .default_value = "", .meaning = "One line that says what it is."},
    {.name = "rate",
     .kind = KEY_QUANTITY,
     .unit = "1/yr",
     .default_value = "",
     .min = 0,
     .max = 1e300,
     .editable = true,
     .draws = true,
     .profile = true,
     .meaning = "How often it starts while it is not there, in the season; or `start`."},
    {.name = "start",
     .kind = KEY_MONTH,
     .default_value = "",
     .meaning = "The month in which it starts, once, in place of `rate`."},
    {.name = "duration",
     .kind = KEY_QUANTITY,
     .unit = "mo",
     .min = 0,
     .max = 1e300,
     .min_open = true,
     .draws = true,
     .redrawn = true,
     .meaning = "How long it lasts."},
    {.name = "months",
     .kind = KEY_LIST,
     .default_value = "",
     .min = 1,
     .max = 12,
     .entry = month_entry,
     .shorthand = "",
     .meaning = "Its season: the months of the year in which it can start at random; all if absent."},
    {.name = "season",
     .kind = KEY_FACTORS,
     .default_value = "",
     .min = 12,
     .max = 12,
     .meaning = "Twelve factors on the rate, January first, in place of `months`; normalised to mean 1."},
    EFFECTS_KEY("effects", "What it does while it lasts."),
    {.name = NULL}};
static const struct key event_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = event_keys, .meaning = "Something that happens for a while."}};
const struct key events_key = {.name = "events",
                               .kind = KEY_ENTRIES,
                               .default_value = "",
                               .entry = event_entry,
                               .meaning = "Disturbances, random or dated."};

const struct outcome_kind events_outcomes[] = {{.pattern = "events.E.down",
                                                .subject = SUBJECT_OTHER,
                                                .words = "share of time in which E is there",
                                                .unit = "1",
                                                .rule = OUTCOME_MEAN,
                                                .meaning = "Part of the month, or of the year, that the event lasts."},
                                               {.pattern = NULL}};

struct event {
    char *title; /* "event NAME" */
    int rate;    /* slot; -1: dated */
    int start;   /* calendar month; UNDATED */
    int duration;
    double factor[CALENDAR_MONTHS_PER_YEAR]; /* on the rate */
    struct stream stream;
    int down, age; /* signals */
    size_t outcome;
};

struct events {
    struct event *event;
    size_t count;
    struct calendar calendar;
    const struct store *store;
};

struct events_state {
    const struct events *events;
    double (*left)[LANES]; /* [count] months that it still lasts, at the start of the month */
    struct stream_state *stream;
    uint64_t first;
};

static struct fault *season_of(struct event *event, struct setting *setting, struct plan *plan)
{
    struct setting *months = setting_find(setting, "months"), *factors = setting_find(setting, "season");
    struct season season;
    if (months != NULL && factors != NULL)
        return fault_at(FAULT_SCENARIO, factors->place, "%s stands beside `months`; expected one of the two",
                        factors->path);
    const struct setting *stated = months != NULL ? months : factors;
    if (stated != NULL && event->rate < 0)
        return fault_at(FAULT_SCENARIO, stated->place, "%s belongs to a `rate`, but %s is dated; expected no season",
                        stated->path, setting->path);
    TRY(season_read(factors, plan, &season));
    memcpy(event->factor, season.factor, sizeof event->factor);
    if (months == NULL) return NULL;
    memset(event->factor, 0, sizeof event->factor);
    for (size_t i = 0; i < months->children; i++) {
        struct setting *month = months->child[i];
        month->used = true;
        if (event->factor[month->integer - 1] != 0.0)
            return fault_at(FAULT_SCENARIO, month->place, "%s names month %s twice; expected each once", months->path,
                            month->text);
        event->factor[month->integer - 1] = 1.0;
    }
    return NULL;
}

static struct fault *event_prepare(struct event *event, struct setting *setting, struct plan *plan,
                                   struct effects *effects)
{
    struct setting *start = setting_find(setting, "start");
    const char *name = setting->name;
    char *stream = NULL;
    setting->used = true;
    setting_find(setting, "title");
    *event = (struct event){.rate = setting_slot(setting, "rate"),
                            .start = start == NULL ? UNDATED : (int)start->integer,
                            .duration = setting_slot(setting, "duration"),
                            .down = store_signal(plan->store),
                            .age = store_signal(plan->store)};
    if (asprintf(&event->title, "event %s", name) < 0 || asprintf(&stream, "events.%s", name) < 0)
        return fault_no_memory();
    event->stream = stream_named(plan->seed, stream, plan->generator);
    free(stream);
    if ((event->rate < 0) == (start == NULL))
        return fault_at(FAULT_SCENARIO, setting->place, "%s has %s; expected one of `rate` and `start`", setting->path,
                        start == NULL ? "neither a rate nor a start" : "both a rate and a start");
    TRY(season_of(event, setting, plan));
    if (start != NULL && event->start >= plan->calendar.start + plan->calendar.months)
        plan->warnings =
            fault_join(plan->warnings, fault_at(FAULT_SCENARIO, start->place, "%s is %s, after the end of the run: %s",
                                                start->path, start->text, "the event never happens"));
    const struct effect_owner owner = {EFFECT_EVENT, event->title, event->down, event->age};
    TRY(effects_read(effects, setting_find(setting, "effects"), &owner, plan));
    return outcomes_declare(plan->outcomes, &events_outcomes[0], &name, "1", &event->outcome);
}

struct fault *events_prepare(struct plan *plan, struct effects *effects, struct events **out)
{
    struct setting *section = setting_find(plan->root, "events");
    const size_t count = section == NULL ? 0 : section->children;
    struct events *events = calloc(1, sizeof *events);
    struct fault *faults = NULL;
    if (events == NULL) return fault_no_memory();
    *out = events;
    events->calendar = plan->calendar;
    events->store = plan->store;
    events->event = calloc(count + 1, sizeof *events->event);
    if (events->event == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++)
        faults = fault_join(faults, event_prepare(&events->event[events->count++], section->child[i], plan, effects));
    return faults;
}

void events_free(struct events *events)
{
    if (events == NULL) return;
    for (size_t i = 0; i < events->count; i++) free(events->event[i].title);
    free(events->event);
    free(events);
}

size_t events_count(const struct events *events)
{
    return events->count;
}

size_t events_rows(const struct events *events)
{
    return events->count;
}

struct fault *events_open(const struct events *events, struct events_state **out)
{
    struct events_state *state = calloc(1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->events = events;
    state->left = lanes_rows(events->count);
    state->stream = calloc(events->count + 1, sizeof *state->stream);
    if (state->left == NULL || state->stream == NULL) return fault_no_memory();
    for (size_t i = 0; i < events->count; i++) TRY(stream_state_init(&events->event[i].stream, &state->stream[i]));
    return NULL;
}

void events_close(struct events_state *state)
{
    if (state == NULL) return;
    for (size_t i = 0; state->stream != NULL && i < state->events->count; i++) stream_state_free(&state->stream[i]);
    free(state->stream);
    free(state->left);
    free(state);
}

void events_start(struct events_state *state, uint64_t first_replication)
{
    state->first = first_replication;
    for (size_t i = 0; i < state->events->count; i++) {
        stream_state_start(&state->events->event[i].stream, &state->stream[i], first_replication);
        EACH_LANE(l) state->left[i][l] = 0.0;
    }
}

/* What is left of an event that goes on, and the part of the month that it takes. */
static void go_on(const struct rows *rows, const struct event *event, double left[LANES])
{
    double *down = rows_signal(rows, event->down), *age = rows_signal(rows, event->age);
    EACH_LANE(l)
    {
        const double part = left[l] < 1.0 ? left[l] : 1.0;
        down[l] = part > 0.0 ? part : 0.0;
        age[l] = part > 0.0 ? age[l] + 1.0 : 0.0;
        left[l] = part > 0.0 ? left[l] - 1.0 : left[l];
    }
}

/* New durations, where something starts. */
static void draw_durations(struct events_state *state, size_t i, int month, const double starts[LANES],
                           double duration[LANES])
{
    const struct event *event = &state->events->event[i];
    const struct quantity *law = store_quantity(state->events->store, event->duration);
    _Alignas(LANES_ALIGNMENT) double u[2][LANES];
    bool any = false;
    for (int l = 0; l < LANES; l++) any = any || starts[l] > 0.0;
    if (any || event->stream.type != NULL) /* a generator that is consumed in order must not skip */
        stream_uniforms(&event->stream, &state->stream[i], state->first, month, 1, u);
    for (int l = 0; l < LANES; l++) duration[l] = starts[l] > 0.0 ? quantity_inverse(law, u[0][l]) : 0.0;
}

static void step_random(struct events_state *state, size_t i, const struct rows *rows, int month)
{
    const struct event *event = &state->events->event[i];
    const int of_year = (state->events->calendar.start + month) % CALENDAR_MONTHS_PER_YEAR;
    const double *rate = rows_get(rows, event->rate), factor = event->factor[of_year] * CALENDAR_MONTH_YEARS;
    double *left = state->left[i], *down = rows_signal(rows, event->down), *age = rows_signal(rows, event->age);
    _Alignas(LANES_ALIGNMENT) double u[2][LANES], starts[LANES], duration[LANES];
    stream_uniforms(&event->stream, &state->stream[i], state->first, month, 0, u);
    EACH_LANE(l)
    {
        const double hazard = rate[l] * factor, probability = hazard * lanes_decay(hazard);
        starts[l] = left[l] <= 0.0 && u[0][l] < probability ? 1.0 : 0.0;
    }
    draw_durations(state, i, month, starts, duration);
    go_on(rows, event, left);
    EACH_LANE(l)
    {
        const double rest = 1.0 - u[1][l];
        down[l] = starts[l] > 0.0 ? (rest < duration[l] ? rest : duration[l]) : down[l];
        age[l] = starts[l] > 0.0 ? 1.0 : age[l];
        left[l] = starts[l] > 0.0 ? duration[l] - rest : left[l];
    }
}

/* A dated event; what of it lies before the run is gone. */
static void step_dated(struct events_state *state, size_t i, const struct rows *rows, int month, bool central)
{
    const struct event *event = &state->events->event[i];
    const int since = state->events->calendar.start + month - event->start;
    double *left = state->left[i], *age = rows_signal(rows, event->age);
    if (since == 0 || (since > 0 && month == 0)) {
        _Alignas(LANES_ALIGNMENT) double starts[LANES], duration[LANES];
        EACH_LANE(l) starts[l] = 1.0;
        draw_durations(state, i, STREAM_BEFORE, starts, duration);
        const double middle = quantity_central(store_quantity(state->events->store, event->duration));
        EACH_LANE(l)
        {
            left[l] = (central ? middle : duration[l]) - since;
            age[l] = since;
        }
    }
    go_on(rows, event, left);
}

void events_step(struct events_state *state, const struct rows *rows, int month)
{
    for (size_t i = 0; i < state->events->count; i++) {
        if (state->events->event[i].rate >= 0)
            step_random(state, i, rows, month);
        else
            step_dated(state, i, rows, month, false);
    }
}

void events_step_central(struct events_state *state, const struct rows *rows, int month)
{
    for (size_t i = 0; i < state->events->count; i++)
        if (state->events->event[i].rate < 0) step_dated(state, i, rows, month, true);
}

void events_report(const struct events *events, const struct rows *rows, struct outcome_rows *report)
{
    for (size_t i = 0; i < events->count; i++)
        report->row[events->event[i].outcome] = rows_signal(rows, events->event[i].down);
}
