/* models/policy/events.c -- see events.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/policy/events.h"
#include "models/drivers/season.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define UNDATED INT32_MAX

/* Starts of an event in a month that are followed; of a hazard of 4 a month more than that have probability 1e-6. */
enum { MOST_STARTS = 16, NO_EVENT = -1 };
#define MOST_PER_YEAR 48

static const struct key month_entry[] = {
    {.name = "*", .kind = KEY_INTEGER, .min = 1, .max = 12, .meaning = "A month of the year."}};
static const struct key event_keys[] = {
    TITLE_KEY,
    {.name = "rate",
     .kind = KEY_QUANTITY,
     .unit = "1/yr",
     .default_value = "",
     .min = 0,
     .max = MOST_PER_YEAR,
     .editable = true,
     .draws = true,
     .profile = true,
     .meaning = "How often it starts while it is not there, in the season; or `start`, or `months` alone. What happens "
                "more often than 48 times a year is a lower capacity."},
    {.name = "start",
     .kind = KEY_MONTH,
     .default_value = "",
     .meaning = "The month in which it starts, once, in place of `rate`; with `months` that of the first year."},
    {.name = "duration",
     .kind = KEY_QUANTITY,
     .unit = "mo",
     .default_value = "",
     .min = 0,
     .max = 1e300,
     .min_open = true,
     .draws = true,
     .redrawn = true,
     .meaning = "How long it lasts; not with `months` alone."},
    {.name = "months",
     .kind = KEY_LIST,
     .default_value = "",
     .min = 1,
     .max = 12,
     .entry = month_entry,
     .shorthand = "",
     .meaning =
         "Its season: the months of the year in which it can start at random, all if absent. Without `rate`: the "
         "months in which it is there every year."},
    {.name = "season",
     .kind = KEY_FACTORS,
     .default_value = "",
     .min = 12,
     .max = 12,
     .meaning = "Twelve factors on the rate, January first, in place of `months`; normalised to mean 1."},
    {.name = "driver",
     .kind = KEY_REFERENCE,
     .default_value = "",
     .target = "drivers",
     .meaning = "A driver whose ratio to its base multiplies the rate."},
    {.name = "during",
     .kind = KEY_REFERENCE,
     .default_value = "",
     .target = "events",
     .meaning = "Another event: this one starts only while that is there."},
    EFFECTS_KEY("effects", "What it does while it lasts."),
    {.name = NULL}};
static const struct key event_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = event_keys, .meaning = "Something that happens for a while."}};
const struct key events_key = {.name = "events",
                               .kind = KEY_ENTRIES,
                               .default_value = "",
                               .entry = event_entry,
                               .meaning = "Disturbances, random or dated."};

enum { EVENT_DOWN, EVENTS_MISSED };
const struct outcome_kind events_outcomes[] = {
    [EVENT_DOWN] = {.pattern = "events.E.down",
                    .subject = SUBJECT_OTHER,
                    .words = "share of time in which E is there",
                    .heading = "E: share of time",
                    .entities = "events.E",
                    .unit = "1",
                    .rule = OUTCOME_MEAN,
                    .meaning = "Part of the month, or of the year, that the event lasts."},
    [EVENTS_MISSED] = {.pattern = "events.missed",
                       .subject = SUBJECT_OTHER,
                       .words = "events that would have started more than 16 times in a month",
                       .unit = "1",
                       .rule = OUTCOME_MEAN,
                       .better = OUTCOME_LESS,
                       .diagnostic = true,
                       .meaning = "How many events a month would have started more than 16 times; what is beyond is "
                                  "left out."},
    {.pattern = NULL}};

/* A value of effects that is drawn each time. */
struct each {
    int value;  /* slot: its law */
    int signal; /* mean value of the month, by time */
    struct stream stream;
};

enum event_kind { EVENT_RANDOM, EVENT_DATED, EVENT_YEARLY };

struct event {
    char *title; /* "event NAME" */
    enum event_kind kind;
    int rate;                                /* slot; -1: none */
    int start;                               /* calendar month; UNDATED */
    int duration;                            /* slot; -1 of EVENT_YEARLY */
    double factor[CALENDAR_MONTHS_PER_YEAR]; /* on the rate; of EVENT_YEARLY 1 in its months, else 0 */
    bool follows;                            /* the rate is multiplied by a driver's ratio */
    size_t driver;                           /* output of the drivers */
    int during;                              /* which event it can start in; NO_EVENT */
    struct stream stream, again;             /* of the first start of a month; of further ones */
    struct each *each;
    size_t eaches, first_each; /* which of the state's */
    int down, age;             /* signals */
    size_t outcome;
};

struct events {
    struct event *event;
    size_t count;
    size_t *order; /* [count] in which they are stepped: what others hang on first */
    size_t eaches;
    size_t missed; /* outcome */
    bool random;   /* some event is */
    struct calendar calendar;
    const struct store *store;
};

struct events_state {
    const struct events *events;
    double (*left)[LANES];  /* [count] months that it still lasts, at the start of the month */
    double (*since)[LANES]; /* [count] months since the last start, 1 in that of the start */
    double (*value)[LANES]; /* [eaches] drawn for the last start */
    double (*sum)[LANES];   /* [eaches] of the month: values times the part of the month */
    double (*missed)[LANES];
    struct stream_state *stream, *again; /* [count] */
    struct stream_state *each;           /* [eaches] */
    uint64_t first;
};

static struct fault *months_read(struct event *event, struct setting *months)
{
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

static struct fault *season_of(struct event *event, struct setting *setting, struct plan *plan)
{
    struct setting *months = setting_find(setting, "months"), *factors = setting_find(setting, "season");
    struct season season;
    if (months != NULL && factors != NULL)
        return fault_at(FAULT_SCENARIO, factors->place, "%s stands beside `months`; expected one of the two",
                        factors->path);
    if (factors != NULL && event->rate < 0)
        return fault_at(FAULT_SCENARIO, factors->place, "%s belongs to a `rate`, but %s has none; expected no season",
                        factors->path, setting->path);
    TRY(season_read(factors, plan, &season));
    memcpy(event->factor, season.factor, sizeof event->factor);
    if (months != NULL) return months_read(event, months);
    double most = 0.0, low, high;
    for (size_t i = 0; i < CALENDAR_MONTHS_PER_YEAR; i++) most = fmax(most, event->factor[i]);
    if (factors == NULL) return NULL;
    store_range(plan->store, event->rate, &low, &high);
    if (high * most <= MOST_PER_YEAR) return NULL;
    return fault_at(FAULT_SCENARIO, factors->place,
                    "%s raises the rate of a month to %g /yr; expected at most %d /yr: what happens more often is a "
                    "lower capacity",
                    factors->path, high * most, MOST_PER_YEAR);
}

/* What is stated makes the kind of the event. */
static struct fault *kind_of(struct event *event, struct setting *setting)
{
    const struct setting *start = setting_find(setting, "start"), *months = setting_find(setting, "months"),
                         *duration = setting_find(setting, "duration");
    if (event->rate >= 0 && start != NULL)
        return fault_at(FAULT_SCENARIO, setting->place, "%s has both a rate and a start; expected one of them",
                        setting->path);
    if (event->rate < 0 && start == NULL && months == NULL)
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s has neither a rate nor a start; expected one of `rate`, `start` and `months`",
                        setting->path);
    event->kind = event->rate >= 0 ? EVENT_RANDOM : months != NULL ? EVENT_YEARLY : EVENT_DATED;
    if (event->kind == EVENT_YEARLY && duration != NULL)
        return fault_at(FAULT_SCENARIO, duration->place,
                        "%s stands beside `months` without a rate, which say how long %s is there; expected no "
                        "duration, or a `rate`",
                        duration->path, setting->path);
    if (event->kind != EVENT_YEARLY && duration == NULL)
        return fault_at(FAULT_SCENARIO, setting->place, "%s lacks the key 'duration': How long it lasts",
                        setting->path);
    return NULL;
}

static struct fault *driver_of(struct event *event, struct setting *setting, const struct drivers *drivers)
{
    const struct setting *driver = setting_find(setting, "driver");
    if (driver == NULL) return NULL;
    if (event->kind != EVENT_RANDOM)
        return fault_at(FAULT_SCENARIO, driver->place, "%s belongs to a `rate`, but %s has none; expected no driver",
                        driver->path, setting->path);
    event->follows = true;
    TRY(drivers_refer(drivers, driver, &event->driver));
    if (drivers_positive(drivers, event->driver)) return NULL;
    return fault_at(FAULT_SCENARIO, driver->place,
                    "%s: driver %s may cross zero, so a rate cannot follow its ratio; expected a price or a volume",
                    driver->path, driver->text);
}

/* One stream of a name made of two parts. */
static struct fault *stream_of(const struct plan *plan, const char *head, const char *tail, struct stream *stream)
{
    char *name = NULL;
    if (asprintf(&name, "%s%s", head, tail) < 0) return fault_no_memory();
    *stream = stream_named(plan->seed, name, plan->generator);
    free(name);
    return NULL;
}

/* The values among the new effects that are drawn each time. */
static struct fault *eaches_read(struct event *event, const struct effects *effects, size_t from,
                                 const struct plan *plan)
{
    event->each = calloc(effects->count - from + 1, sizeof *event->each);
    if (event->each == NULL) return fault_no_memory();
    for (size_t e = from; e < effects->count; e++) {
        const struct effect *effect = &effects->effect[e];
        const bool another = event->eaches == 0 || event->each[event->eaches - 1].signal != effect->drawn;
        if (effect->drawn < 0 || !another) continue; /* of a map, one value counts for all entries */
        struct each *each = &event->each[event->eaches++];
        *each = (struct each){.value = effect->value, .signal = effect->drawn};
        TRY(stream_of(plan, store_path(plan->store, effect->value), "", &each->stream));
    }
    return NULL;
}

/* A dated event that is over, however long it lasts, before the run begins. */
static void over_check(const struct event *event, struct setting *setting, struct plan *plan)
{
    double least, most;
    char begin[8];
    const struct setting *start = setting_find(setting, "start");
    if (start == NULL || event->duration < 0) return;
    store_range(plan->store, event->duration, &least, &most);
    if (!(event->start + most <= plan->calendar.start)) return;
    calendar_write(plan->calendar.start, begin);
    plan->warnings = fault_join(plan->warnings, fault_at(FAULT_SCENARIO, start->place,
                                                         "%s is %s, and it lasts %.3g months at most: it is over when "
                                                         "the run begins in %s",
                                                         start->path, start->text, most, begin));
}

static struct fault *event_prepare(struct event *event, struct setting *setting, struct plan *plan,
                                   struct effects *effects, const struct drivers *drivers)
{
    struct setting *start = setting_find(setting, "start");
    const char *name = setting->name;
    const size_t known = effects->count;
    setting->used = true;
    setting_find(setting, "title");
    *event = (struct event){.rate = setting_slot(setting, "rate"),
                            .start = start == NULL ? UNDATED : (int)start->integer,
                            .duration = setting_slot(setting, "duration"),
                            .during = NO_EVENT,
                            .down = store_signal(plan->store),
                            .age = store_signal(plan->store)};
    if (asprintf(&event->title, "event %s", name) < 0) {
        event->title = NULL;
        return fault_no_memory();
    }
    TRY(stream_of(plan, "events.", name, &event->stream));
    TRY(stream_of(plan, setting->path, ".again", &event->again));
    TRY(kind_of(event, setting));
    TRY(season_of(event, setting, plan));
    TRY(driver_of(event, setting, drivers));
    over_check(event, setting, plan);
    const struct effect_owner owner = {EFFECT_EVENT, event->title, event->down, event->age};
    TRY(effects_read(effects, setting_find(setting, "effects"), &owner, plan));
    TRY(eaches_read(event, effects, known, plan));
    return outcomes_declare(plan->outcomes, &events_outcomes[EVENT_DOWN], &name, "1", &event->outcome);
}

/* Who starts only while another event is there; that one is stepped before it, so that it cannot depend on a third. */
static struct fault *during_read(struct events *events, struct setting *section)
{
    for (size_t i = 0; i < events->count; i++) {
        const struct setting *during = setting_find(section->child[i], "during");
        struct event *event = &events->event[i];
        if (during == NULL) continue;
        if (event->kind != EVENT_RANDOM)
            return fault_at(FAULT_SCENARIO, during->place, "%s belongs to a `rate`, but %s has none; expected %s",
                            during->path, section->child[i]->path, "no other event");
        for (size_t j = 0; j < events->count; j++)
            if (strcmp(section->child[j]->name, during->text) == 0) event->during = (int)j;
        if (setting_find(section->child[event->during], "during") == NULL) continue;
        return fault_at(FAULT_SCENARIO, during->place,
                        "%s is %s, which itself starts only during another; expected an event that does not",
                        during->path, during->text);
    }
    size_t next = 0;
    for (int pass = 0; pass < 2; pass++)
        for (size_t i = 0; i < events->count; i++)
            if ((events->event[i].during != NO_EVENT) == (pass == 1)) events->order[next++] = i;
    return NULL;
}

struct fault *events_prepare(struct plan *plan, struct effects *effects, const struct drivers *drivers,
                             struct events **out)
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
    events->order = calloc(count + 1, sizeof *events->order);
    if (events->event == NULL || events->order == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) {
        struct event *event = &events->event[events->count++];
        faults = fault_join(faults, event_prepare(event, section->child[i], plan, effects, drivers));
        event->first_each = events->eaches;
        events->eaches += event->eaches;
        events->random = events->random || event->kind == EVENT_RANDOM;
    }
    if (faults != NULL || count == 0) return faults;
    TRY(during_read(events, section));
    if (!events->random) return NULL;
    return outcomes_declare(plan->outcomes, &events_outcomes[EVENTS_MISSED], NULL, "1", &events->missed);
}

void events_free(struct events *events)
{
    if (events == NULL) return;
    for (size_t i = 0; i < events->count; i++) {
        free(events->event[i].title);
        free(events->event[i].each);
    }
    free(events->event);
    free(events->order);
    free(events);
}

size_t events_count(const struct events *events)
{
    return events->count;
}

struct fault *events_open(const struct events *events, struct arena *arena, struct events_state **out)
{
    struct events_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->events = events;
    state->left = arena_rows(arena, events->count);
    state->since = arena_rows(arena, events->count);
    state->value = arena_rows(arena, events->eaches);
    state->sum = arena_rows(arena, events->eaches);
    state->missed = arena_rows(arena, 1);
    state->stream = arena_take(arena, events->count, sizeof *state->stream);
    state->again = arena_take(arena, events->count, sizeof *state->again);
    state->each = arena_take(arena, events->eaches, sizeof *state->each);
    TRY(arena_check(arena));
    for (size_t i = 0; i < events->count; i++) {
        const struct event *event = &events->event[i];
        TRY(stream_state_init(&event->stream, arena, &state->stream[i]));
        TRY(stream_state_init(&event->again, arena, &state->again[i]));
        for (size_t e = 0; e < event->eaches; e++)
            TRY(stream_state_init(&event->each[e].stream, arena, &state->each[event->first_each + e]));
    }
    return NULL;
}

void events_start(struct events_state *state, uint64_t first_replication)
{
    state->first = first_replication;
    for (size_t i = 0; i < state->events->count; i++) {
        const struct event *event = &state->events->event[i];
        stream_state_start(&event->stream, &state->stream[i], first_replication);
        stream_state_start(&event->again, &state->again[i], first_replication);
        EACH_LANE(l) state->left[i][l] = state->since[i][l] = 0.0;
        for (size_t e = 0; e < event->eaches; e++)
            stream_state_start(&event->each[e].stream, &state->each[event->first_each + e], first_replication);
    }
    for (size_t e = 0; e < state->events->eaches; e++) EACH_LANE(l) state->value[e][l] = 0.0;
}

static bool any_of(const double starts[LANES])
{
    bool any = false;
    for (int l = 0; l < LANES; l++) any = any || starts[l] > 0.0;
    return any;
}

/* ---- values drawn each time ---- */

/* What goes on from the month before has the value that it had. */
static void values_go_on(struct events_state *state, const struct event *event, const double down[LANES])
{
    for (size_t e = event->first_each; e < event->first_each + event->eaches; e++)
        EACH_LANE(l) state->sum[e][l] = down[l] * state->value[e][l];
}

/* New values, where something starts (its k-th time in the month) and lasts for a part of the month. */
static void values_draw(struct events_state *state, const struct event *event, int month, int k,
                        const double starts[LANES], const double part[LANES])
{
    for (size_t e = 0; e < event->eaches; e++) {
        const struct each *each = &event->each[e];
        const struct quantity *law = store_quantity(state->events->store, each->value);
        double *value = state->value[event->first_each + e], *sum = state->sum[event->first_each + e];
        _Alignas(LANES_ALIGNMENT) double u[2][LANES];
        stream_uniforms(&each->stream, &state->each[event->first_each + e], state->first, month, (uint32_t)k, u);
        for (int l = 0; l < LANES; l++)
            if (starts[l] > 0.0) value[l] = quantity_inverse(law, u[0][l]);
        EACH_LANE(l) sum[l] += starts[l] > 0.0 ? part[l] * value[l] : 0.0;
    }
}

/* The values of the month: effects are linear in them, so that the mean by time is what they come to. */
static void values_settle(struct events_state *state, const struct event *event, const struct rows *rows,
                          const double down[LANES])
{
    for (size_t e = 0; e < event->eaches; e++) {
        double *signal = rows_signal(rows, event->each[e].signal);
        const double *value = state->value[event->first_each + e], *sum = state->sum[event->first_each + e];
        EACH_LANE(l) signal[l] = down[l] > 0.0 ? sum[l] / down[l] : value[l];
    }
}

static void values_central(const struct events_state *state, const struct event *event, const struct rows *rows)
{
    for (size_t e = 0; e < event->eaches; e++) {
        double *signal = rows_signal(rows, event->each[e].signal);
        const double middle = quantity_central(store_quantity(state->events->store, event->each[e].value));
        EACH_LANE(l) signal[l] = middle;
    }
}

/* ---- a month ---- */

/* What is left of an event that goes on, and the part of the month that it takes. */
static void go_on(struct events_state *state, size_t i, const struct rows *rows)
{
    const struct event *event = &state->events->event[i];
    double *left = state->left[i], *since = state->since[i];
    double *down = rows_signal(rows, event->down), *age = rows_signal(rows, event->age);
    EACH_LANE(l)
    {
        const double part = left[l] < 1.0 ? left[l] : 1.0;
        down[l] = part > 0.0 ? part : 0.0;
        age[l] = since[l] = part > 0.0 ? since[l] + 1.0 : 0.0;
        left[l] = part > 0.0 ? left[l] - 1.0 : left[l];
    }
    values_go_on(state, event, down);
}

/* Starts per month, all kinds of seasons counted. */
static void hazard_of(const struct events_state *state, const struct event *event, const struct rows *rows,
                      const struct drivers_state *drivers, int month, double hazard[LANES])
{
    const int of_year = (state->events->calendar.start + month) % CALENDAR_MONTHS_PER_YEAR;
    const double *rate = rows_get(rows, event->rate), factor = event->factor[of_year] * CALENDAR_MONTH_YEARS;
    EACH_LANE(l) hazard[l] = rate[l] * factor;
    if (event->follows) {
        const double *log_ratio = drivers_log_ratio(drivers, event->driver);
        EACH_LANE(l) hazard[l] *= lanes_exp(log_ratio[l]);
    }
    if (event->during != NO_EVENT) {
        const double *there = rows_signal(rows, state->events->event[event->during].down);
        EACH_LANE(l) hazard[l] *= there[l];
    }
}

/* The uniforms of the k-th start of a month: of the wait for it (`of` 0), or of how long it lasts (1). */
static void start_uniforms(struct events_state *state, size_t i, int month, int k, uint32_t of, double u[2][LANES])
{
    const struct event *event = &state->events->event[i];
    if (k == 0)
        stream_uniforms(&event->stream, &state->stream[i], state->first, month, of, u);
    else
        stream_uniforms(&event->again, &state->again[i], state->first, month, 2 * ((uint32_t)k - 1) + of, u);
}

/* Whether something may start before the month is over in some lane: no wait is shorter than u / hazard, since
 * -ln(1 - u) >= u, and the margin is more than rounding. */
static bool may_start(const double u[LANES], const double hazard[LANES], const double at[LANES])
{
    uint64_t some = 0;
#pragma omp simd reduction(| : some)
    for (int l = 0; l < LANES; l++) some |= u[l] * (1.0 - 1e-12) >= hazard[l] * (1.0 - at[l]) ? 0u : 1u;
    return some != 0;
}

/* When something starts next, in months, from `at` on; whether it is before the month is over in some lane. */
static bool wait_for(const double u[LANES], const double hazard[LANES], const double at[LANES], double begin[LANES],
                     double starts[LANES])
{
    EACH_LANE(l)
    {
        begin[l] = at[l] - lanes_log1p(-u[l]) / hazard[l];
        starts[l] = begin[l] < 1.0 ? 1.0 : 0.0;
    }
    return any_of(starts);
}

/* The clock from `at`, the part of the month that is over, on: waits and durations until the month is over. */
static void step_random(struct events_state *state, size_t i, const struct rows *rows,
                        const struct drivers_state *drivers, int month)
{
    const struct event *event = &state->events->event[i];
    const struct quantity *law = store_quantity(state->events->store, event->duration);
    double *left = state->left[i], *since = state->since[i], *missed = state->missed[0];
    double *down = rows_signal(rows, event->down), *age = rows_signal(rows, event->age);
    _Alignas(LANES_ALIGNMENT) double u[2][LANES], hazard[LANES], at[LANES], begin[LANES], starts[LANES],
        duration[LANES] = {0.0}, part[LANES];
    hazard_of(state, event, rows, drivers, month, hazard);
    go_on(state, i, rows);
    EACH_LANE(l) at[l] = down[l];
    for (int k = 0; k <= MOST_STARTS; k++) {
        start_uniforms(state, i, month, k, 0, u);
        const bool any = may_start(u[0], hazard, at) && wait_for(u[0], hazard, at, begin, starts);
        if (!any) EACH_LANE(l) starts[l] = 0.0;
        if (k == MOST_STARTS) EACH_LANE(l) missed[l] += starts[l];
        if (k == MOST_STARTS) break;
        if (any || (k == 0 && event->stream.type != NULL)) /* what is consumed in order must not skip */
            start_uniforms(state, i, month, k, 1, u);
        if (!any) break;
        for (int l = 0; l < LANES; l++) duration[l] = starts[l] > 0.0 ? quantity_inverse(law, u[0][l]) : 0.0;
        EACH_LANE(l)
        {
            const double end = begin[l] + duration[l];
            part[l] = starts[l] > 0.0 ? (end < 1.0 ? end : 1.0) - begin[l] : 0.0;
            down[l] += part[l];
            left[l] = starts[l] > 0.0 ? end - 1.0 : left[l];
            at[l] = starts[l] > 0.0 ? end : 1.0;
            age[l] = starts[l] > 0.0 && age[l] == 0.0 ? 1.0 : age[l];
            since[l] = starts[l] > 0.0 ? 1.0 : since[l];
        }
        values_draw(state, event, month, k, starts, part);
    }
    EACH_LANE(l) down[l] = down[l] < 1.0 ? down[l] : 1.0; /* a sum of parts, rounded */
    values_settle(state, event, rows, down);
}

/* A dated event; what of it lies before the run is gone. */
static void step_dated(struct events_state *state, size_t i, const struct rows *rows, int month, bool central)
{
    const struct event *event = &state->events->event[i];
    const int since = state->events->calendar.start + month - event->start;
    const bool begins = since == 0 || (since > 0 && month == 0);
    _Alignas(LANES_ALIGNMENT) double u[2][LANES], starts[LANES];
    if (begins) {
        const struct quantity *law = store_quantity(state->events->store, event->duration);
        if (!central) start_uniforms(state, i, STREAM_BEFORE, 0, 1, u);
        for (int l = 0; l < LANES; l++) {
            state->left[i][l] = (central ? quantity_central(law) : quantity_inverse(law, u[0][l])) - since;
            state->since[i][l] = since;
            starts[l] = 1.0;
        }
    }
    go_on(state, i, rows);
    const double *down = rows_signal(rows, event->down);
    if (central) {
        values_central(state, event, rows);
        return;
    }
    if (begins) values_draw(state, event, month, 0, starts, down);
    values_settle(state, event, rows, down);
}

/* Whether an event of every year is there in a month of the calendar. */
static bool yearly_in(const struct event *event, int month)
{
    if (event->start != UNDATED && month < event->start) return false;
    return event->factor[month % CALENDAR_MONTHS_PER_YEAR] > 0.0;
}

static void step_yearly(struct events_state *state, size_t i, const struct rows *rows, int month, bool central)
{
    const struct event *event = &state->events->event[i];
    const int now = state->events->calendar.start + month;
    const bool there = yearly_in(event, now), begins = there && (month == 0 || !yearly_in(event, now - 1));
    _Alignas(LANES_ALIGNMENT) double starts[LANES];
    int before = 0;
    while (begins && before < CALENDAR_MONTHS_PER_YEAR && yearly_in(event, now - before - 1)) before++;
    EACH_LANE(l)
    {
        state->left[i][l] = there ? 1.0 : 0.0;
        state->since[i][l] = begins ? before : state->since[i][l];
        starts[l] = begins ? 1.0 : 0.0;
    }
    go_on(state, i, rows);
    const double *down = rows_signal(rows, event->down);
    if (central) {
        values_central(state, event, rows);
        return;
    }
    if (begins) {
        for (size_t e = event->first_each; e < event->first_each + event->eaches; e++)
            EACH_LANE(l) state->sum[e][l] = 0.0;
        values_draw(state, event, month, 0, starts, down);
    }
    values_settle(state, event, rows, down);
}

void events_step(struct events_state *state, const struct rows *rows, const struct drivers_state *drivers, int month)
{
    EACH_LANE(l) state->missed[0][l] = 0.0;
    for (size_t o = 0; o < state->events->count; o++) {
        const size_t i = state->events->order[o];
        switch (state->events->event[i].kind) {
        case EVENT_RANDOM: step_random(state, i, rows, drivers, month); break;
        case EVENT_DATED: step_dated(state, i, rows, month, false); break;
        case EVENT_YEARLY: step_yearly(state, i, rows, month, false); break;
        }
    }
}

void events_step_central(struct events_state *state, const struct rows *rows, int month)
{
    for (size_t i = 0; i < state->events->count; i++) {
        const enum event_kind kind = state->events->event[i].kind;
        if (kind == EVENT_DATED) step_dated(state, i, rows, month, true);
        if (kind == EVENT_YEARLY) step_yearly(state, i, rows, month, true);
    }
}

void events_report(const struct events_state *state, const struct rows *rows, struct outcome_rows *report)
{
    const struct events *events = state->events;
    for (size_t i = 0; i < events->count; i++)
        report->row[events->event[i].outcome] = rows_signal(rows, events->event[i].down);
    if (events->random) report->row[events->missed] = state->missed[0];
}
