/* models/drivers/drivers.c -- see drivers.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/drivers.h"
#include "models/drivers/correlation.h"
#include "models/drivers/driver.h"
#include "models/drivers/driver_wrappers.h"
#include "models/drivers/shocks.h"

#include <stdlib.h>
#include <string.h>

/* The registry of families: a new one has a file of its own, and a row here. */
static const struct variant *const families[] = {
    &driver_gbm.variant,   &driver_mean_reverting.variant, &driver_two_factor.variant, &driver_growth.variant,
    &driver_trend.variant, &driver_path.variant,           &driver_var.variant,        NULL,
};

/* The family whose first member a row of the registry is. */
static const struct driver_family *family_named(const char *name)
{
    size_t family = 0;
    while (strcmp(families[family]->name, name) != 0) family++;
    return (const struct driver_family *)families[family];
}

static const struct key copula_keys[] = {{.name = "family",
                                          .kind = KEY_CHOICE,
                                          .choices = "gaussian t",
                                          .default_value = "gaussian",
                                          .meaning = "Copula of the innovations; margins stay normal."},
                                         {.name = "dof",
                                          .kind = KEY_INTEGER,
                                          .default_value = "",
                                          .min = 3,
                                          .max = 1000,
                                          .meaning = "Degrees of freedom of the t copula."},
                                         {.name = NULL}};
static const struct key correlation_keys[] = {
    {.name = "copula",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = copula_keys,
     .meaning = "How shocks hang together in the tails."},
    {.name = "pairs",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .names = NAME_PAIR,
     .target = "drivers",
     .entry = correlation_pair_entry,
     .meaning = "Correlations of instantaneous shocks, by `a/b`; a factor is named as in brent.long, the shock of a "
                "flow flows.NAME.shock."},
    CORRELATION_REPAIR_KEY,
    {.name = NULL}};
static const struct key reserved_keys[] = {{.name = "correlation",
                                            .kind = KEY_SECTION,
                                            .default_value = "",
                                            .keys = correlation_keys,
                                            .meaning = "How the shocks of the drivers hang together."},
                                           {.name = NULL}};
static const struct key driver_keys[] = {
    TITLE_KEY, {.name = "model", .kind = KEY_TEXT, .meaning = "The family of the process."}, {.name = NULL}};
static const struct key driver_entry[] = {{.name = "*",
                                           .kind = KEY_SECTION,
                                           .keys = driver_keys,
                                           .variants = families,
                                           .variant_by = "model",
                                           .meaning = "An exogenous random process."}};
const struct key drivers_key = {.name = "drivers",
                                .kind = KEY_ENTRIES,
                                .default_value = "",
                                .keys = reserved_keys,
                                .entry = driver_entry,
                                .meaning = "Exogenous random processes, monthly."};

enum { DRIVER_LEVEL, DRIVER_CLAMPED };
const struct outcome_kind drivers_outcomes[] = {
    [DRIVER_LEVEL] = {.pattern = "drivers.D",
                      .subject = SUBJECT_DRIVERS,
                      .words = "level of driver D",
                      .heading = "D",
                      .entities = "drivers.D",
                      .unit = "$unit",
                      .rule = OUTCOME_MEAN,
                      .headline = true,
                      .sampled = true,
                      .meaning = "Level of the driver, mean of the months."},
    [DRIVER_CLAMPED] = {.pattern = "drivers.D.clamped",
                        .subject = SUBJECT_DRIVERS,
                        .words = "share of months in which a bound of driver D binds",
                        .heading = "D: share of months in which a bound binds",
                        .entities = "drivers.D",
                        .unit = "1",
                        .rule = OUTCOME_MEAN,
                        .diagnostic = true,
                        .meaning = "Share of the months in which a bound of the level binds; above 1 % the bounds are "
                                   "part of the model.",
                        .tolerated = 0.01,
                        .warning = "the bounds bind so often that they are part of the model"},
    {.pattern = NULL}};

struct output {
    size_t driver;
    size_t of_driver; /* which of the driver's outputs */
    size_t outcome;
    size_t clamp_outcome; /* where the driver has bounds */
    bool positive;
};

struct drivers {
    struct driver *driver;
    size_t count;
    struct output *output;
    size_t outputs;
    size_t innovations; /* of the drivers; behind them one of each shock */
    size_t rows;        /* state rows of all drivers, wrappers included */
    struct shocks shocks;
    struct calendar calendar;
    struct correlation *correlation;
    struct correlation *past, *before; /* of the history; NULL: nothing has one */
    size_t pasts, befores;             /* their innovations */
    bool history_reads_months;
};

struct drivers_state {
    const struct drivers *drivers;
    struct correlation_state *correlation, *past, *before;
    bool calm;
    struct driver_wrapper_state *wrapper; /* [count] */
    uint64_t first;
    double (*x)[LANES];         /* [rows] */
    double (*e)[LANES];         /* [innovations, then shocks] */
    double (*shock)[LANES];     /* [shocks * SHOCK_ROWS] */
    double (*past_e)[LANES];    /* [pasts] */
    double (*before_e)[LANES];  /* [befores] */
    double (*level)[LANES];     /* [outputs] */
    double (*log_ratio)[LANES]; /* [outputs] */
    double (*log_base)[LANES];  /* [outputs] */
    double (*clamped)[LANES];   /* [outputs] */
};

static struct fault *driver_prepare(struct driver *driver, struct setting *setting, struct plan *plan)
{
    struct setting *model = setting_find(setting, "model");
    driver->family = family_named(model->text);
    driver->name = setting->name;
    driver->outputs = 1;
    const struct setting *start = setting_find(setting, "start");
    driver->unit = start != NULL && start->unit != NULL ? start->unit : "1";
    TRY(driver->family->prepare(driver, setting, plan));
    if (driver->output_name[0] == NULL) {
        driver->output_name[0] = strdup(driver->name);
        if (driver->output_name[0] == NULL) return fault_no_memory();
    }
    driver->rows = WRAPPER_ROWS + driver->family->rows;
    return driver_wrappers_prepare(driver, setting, plan);
}

static struct fault *outputs_add(struct drivers *drivers, size_t index, struct plan *plan)
{
    const struct driver *driver = &drivers->driver[index];
    for (size_t o = 0; o < driver->outputs; o++) {
        struct output *grown = realloc(drivers->output, (drivers->outputs + 1) * sizeof *grown);
        if (grown == NULL) return fault_no_memory();
        drivers->output = grown;
        struct output *output = &grown[drivers->outputs++];
        double min = driver->exponential ? 1.0 : 0.0, max;
        if (driver->family == &driver_path) store_range(plan->store, driver->slot[0], &min, &max);
        if (driver->wrappers.clamp_low >= 0) store_range(plan->store, driver->wrappers.clamp_low, &min, &max);
        *output = (struct output){.driver = index, .of_driver = o, .positive = min > 0.0};
        const char *name = driver->output_name[o];
        TRY(outcomes_declare(plan->outcomes, &drivers_outcomes[DRIVER_LEVEL], &name, driver->unit, &output->outcome));
        if (driver->wrappers.clamps)
            TRY(outcomes_declare(plan->outcomes, &drivers_outcomes[DRIVER_CLAMPED], &name, "1",
                                 &output->clamp_outcome));
    }
    return NULL;
}

static struct fault *pairs_read(struct setting *pairs, const struct plan *plan, struct correlation_pair *pair,
                                size_t *count, char **names)
{
    for (size_t i = 0; pairs != NULL && i < pairs->children; i++) {
        struct setting *entry = pairs->child[i];
        entry->used = true;
        char *copy = strdup(entry->name);
        if (copy == NULL) return fault_no_memory();
        names[i] = copy;
        char *slash = strchr(copy, '/');
        *slash = '\0';
        pair[(*count)++] =
            (struct correlation_pair){.shock = {copy, slash + 1},
                                      .rho = store_central(plan->store, entry->slot, plan->calendar.start),
                                      .place = entry->place};
    }
    return NULL;
}

static struct fault *copula_read(struct setting *section, struct correlation_plan *correlation)
{
    struct setting *copula = section == NULL ? NULL : setting_find(section, "copula");
    struct setting *family = copula == NULL ? NULL : setting_find(copula, "family");
    struct setting *dof = copula == NULL ? NULL : setting_find(copula, "dof");
    if (family == NULL || strcmp(family->text, "t") != 0) {
        if (dof == NULL) return NULL;
        return fault_at(FAULT_SCENARIO, dof->place,
                        "%s is stated, but only the t copula has degrees of freedom; expected `family: t`", dof->path);
    }
    if (dof == NULL)
        return fault_at(FAULT_SCENARIO, family->place,
                        "%s: the t copula needs its degrees of freedom; expected `dof:`, 3 or more", copula->path);
    correlation->family = COPULA_T;
    correlation->dof = (int)dof->integer;
    return NULL;
}

/* Those pairs of which both shocks have a history. */
static size_t pairs_within(const struct correlation_plan *plan, const struct correlation_plan *whole,
                           struct correlation_pair *pair)
{
    size_t count = 0;
    for (size_t p = 0; p < whole->pairs; p++) {
        bool known[2] = {false, false};
        for (size_t i = 0; i < plan->innovations; i++)
            for (size_t s = 0; s < 2; s++)
                known[s] = known[s] || strcmp(plan->innovation[i].shock, whole->pair[p].shock[s]) == 0;
        if (known[0] && known[1]) pair[count++] = whole->pair[p];
    }
    return count;
}

/* What is 1 at the base date, and shocks, have run for ever by then, and run on to the start; their draws of that time
 * have names of their own. */
static struct fault *history_prepare(struct drivers *drivers, const struct correlation_plan *whole)
{
    struct shocks *shocks = &drivers->shocks;
    struct innovation *past = calloc(whole->innovations + 1, sizeof *past),
                      *before = calloc(whole->innovations + 1, sizeof *before);
    struct correlation_pair *pair = calloc(whole->pairs + 1, sizeof *pair);
    struct fault *fault = past == NULL || before == NULL || pair == NULL ? fault_no_memory() : NULL;
    for (size_t i = 0; i < drivers->count && fault == NULL; i++) {
        struct driver *driver = &drivers->driver[i];
        if (!driver->growth) continue;
        driver->past = drivers->pasts;
        driver->first_before = drivers->befores;
        past[drivers->pasts++] = driver->innovation[0];
        for (size_t j = 0; j < driver->innovations; j++) before[drivers->befores++] = driver->innovation[j];
        drivers->history_reads_months = drivers->history_reads_months || driver->reads_months;
    }
    for (size_t i = 0; i < shocks->count && fault == NULL; i++) {
        shocks->shock[i].past = drivers->pasts;
        shocks->shock[i].before = drivers->befores;
        past[drivers->pasts++] = before[drivers->befores++] = shocks->shock[i].innovation;
    }
    struct correlation_plan plan = *whole;
    plan.pair = pair;
    if (fault == NULL && drivers->pasts > 0) {
        plan.innovation = before;
        plan.innovations = drivers->befores;
        plan.suffix = ".before";
        plan.pairs = pairs_within(&plan, whole, pair);
        fault = correlation_prepare(&plan, &drivers->before);
    }
    if (fault == NULL && drivers->pasts > 0) {
        plan.innovation = past;
        plan.innovations = drivers->pasts;
        plan.suffix = ".past";
        plan.span = CORRELATION_PAST;
        plan.family = COPULA_GAUSSIAN;
        fault = correlation_prepare(&plan, &drivers->past);
    }
    free(past);
    free(before);
    free(pair);
    return fault;
}

/* Hands all innovations to the correlation, and gives each driver the correlation of its own two. */
static struct fault *correlate(struct drivers *drivers, struct setting *section, struct plan *plan)
{
    struct setting *pairs = section == NULL ? NULL : setting_find(section, "pairs");
    const size_t stated = pairs == NULL ? 0 : pairs->children;
    const size_t all = drivers->innovations + drivers->shocks.count;
    struct innovation *innovation = calloc(all + 1, sizeof *innovation);
    struct correlation_pair *pair = calloc(stated + drivers->count + 1, sizeof *pair);
    char **names = calloc(stated + 1, sizeof *names);
    struct fault *fault = NULL;
    if (innovation == NULL || pair == NULL || names == NULL) {
        fault = fault_no_memory();
        goto done;
    }
    size_t pairs_count = 0;
    fault = pairs_read(pairs, plan, pair, &pairs_count, names);
    if (fault != NULL) goto done;
    for (size_t i = 0; i < drivers->count; i++) {
        const struct driver *driver = &drivers->driver[i];
        for (size_t j = 0; j < driver->innovations; j++)
            innovation[driver->first_innovation + j] = driver->innovation[j];
        if (driver->inner_rho == 0.0) continue;
        pair[pairs_count++] = (struct correlation_pair){
            .shock = {driver->innovation[0].shock, driver->innovation[1].shock}, .rho = driver->inner_rho};
    }
    for (size_t i = 0; i < drivers->shocks.count; i++)
        innovation[drivers->innovations + i] = drivers->shocks.shock[i].innovation;
    struct setting *repair = section == NULL ? NULL : setting_find(section, "repair");
    struct correlation_plan correlation = {
        .innovation = innovation,
        .innovations = all,
        .pair = pair,
        .pairs = pairs_count,
        .family = COPULA_GAUSSIAN,
        .shrink = repair != NULL && strcmp(repair->text, "shrink") == 0,
        .place = section == NULL ? (struct place){0} : section->place,
        .warnings = &plan->warnings,
        .seed = plan->seed,
        .generator = plan->generator,
    };
    fault = copula_read(section, &correlation);
    if (fault == NULL) fault = correlation_prepare(&correlation, &drivers->correlation);
    if (fault == NULL) fault = history_prepare(drivers, &correlation);
    for (size_t i = 0; i < drivers->count && fault == NULL; i++) {
        struct driver *driver = &drivers->driver[i];
        if (driver->innovations == 2)
            driver->inner =
                correlation_of(drivers->correlation, driver->first_innovation, driver->first_innovation + 1);
    }
done:
    for (size_t i = 0; names != NULL && i < stated; i++) free(names[i]);
    free(names);
    free(pair);
    free(innovation);
    return fault;
}

static struct fault *drivers_read(struct drivers *drivers, struct setting *section, struct plan *plan)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < section->children; i++) {
        struct setting *setting = section->child[i];
        setting->used = true;
        if (strcmp(setting->name, reserved_keys[0].name) == 0) continue;
        struct driver *driver = &drivers->driver[drivers->count++];
        struct fault *fault = driver_prepare(driver, setting, plan);
        if (fault == NULL) {
            driver->first_innovation = drivers->innovations;
            drivers->innovations += driver->innovations;
            drivers->rows += driver->rows;
            fault = outputs_add(drivers, drivers->count - 1, plan);
        }
        faults = fault_join(faults, fault);
    }
    return faults;
}

struct fault *drivers_prepare(struct plan *plan, struct drivers **out)
{
    struct setting *section = setting_find(plan->root, "drivers");
    const size_t max = section == NULL ? 0 : section->children;
    struct drivers *drivers = calloc(1, sizeof *drivers);
    if (drivers == NULL) return fault_no_memory();
    *out = drivers;
    drivers->calendar = plan->calendar;
    drivers->driver = calloc(max + 1, sizeof *drivers->driver);
    if (drivers->driver == NULL) return fault_no_memory();
    if (section != NULL) TRY(drivers_read(drivers, section, plan));
    TRY(shocks_prepare(plan, &drivers->shocks));
    return correlate(drivers, section == NULL ? NULL : setting_find(section, "correlation"), plan);
}

void drivers_free(struct drivers *drivers)
{
    if (drivers == NULL) return;
    for (size_t i = 0; i < drivers->count; i++) {
        struct driver *driver = &drivers->driver[i];
        for (size_t j = 0; j < DRIVER_OUTPUTS; j++) free(driver->output_name[j]);
        for (size_t j = 0; j < 2 * DRIVER_INNOVATIONS; j++) free(driver->innovation_name[j]);
        free(driver->matrix);
        driver_wrappers_free(driver);
    }
    correlation_free(drivers->correlation);
    correlation_free(drivers->past);
    correlation_free(drivers->before);
    shocks_free(&drivers->shocks);
    free(drivers->driver);
    free(drivers->output);
    free(drivers);
}

static const struct driver *output_driver(const struct drivers *drivers, size_t output)
{
    return &drivers->driver[drivers->output[output].driver];
}

size_t drivers_outputs(const struct drivers *drivers)
{
    return drivers->outputs;
}

struct fault *drivers_refer(const struct drivers *drivers, const struct setting *reference, size_t *output)
{
    *output = drivers_find(drivers, reference->text);
    if (*output < drivers_outputs(drivers)) return NULL;
    return fault_at(FAULT_SCENARIO, reference->place,
                    "%s: '%s' is not a level of a driver; expected a driver, or NAME.VARIABLE of a var",
                    reference->path, reference->text);
}

const char *drivers_name(const struct drivers *drivers, size_t output)
{
    return output_driver(drivers, output)->output_name[drivers->output[output].of_driver];
}

size_t drivers_find(const struct drivers *drivers, const char *name)
{
    size_t output = 0;
    while (output < drivers->outputs && strcmp(drivers_name(drivers, output), name) != 0) output++;
    return output;
}

const char *drivers_unit(const struct drivers *drivers, size_t output)
{
    return output_driver(drivers, output)->unit;
}

bool drivers_positive(const struct drivers *drivers, size_t output)
{
    return drivers->output[output].positive;
}

size_t drivers_innovations(const struct drivers *drivers)
{
    return drivers->innovations + drivers->shocks.count;
}

const char *drivers_innovation(const struct drivers *drivers, size_t innovation)
{
    size_t i = 0;
    if (innovation >= drivers->innovations) return drivers->shocks.shock[innovation - drivers->innovations].name;
    while (innovation >= drivers->driver[i].first_innovation + drivers->driver[i].innovations) i++;
    return drivers->driver[i].innovation[innovation - drivers->driver[i].first_innovation].name;
}

size_t drivers_group(const struct drivers *drivers, size_t innovation)
{
    return correlation_group(drivers->correlation, innovation);
}

size_t drivers_groups(const struct drivers *drivers)
{
    return correlation_groups(drivers->correlation);
}

struct fault *drivers_open(const struct drivers *drivers, struct arena *arena, struct drivers_state **out)
{
    struct drivers_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->drivers = drivers;
    state->wrapper = arena_take(arena, drivers->count, sizeof *state->wrapper);
    state->x = arena_rows(arena, drivers->rows);
    state->e = arena_rows(arena, drivers_innovations(drivers));
    state->shock = arena_rows(arena, drivers->shocks.count * SHOCK_ROWS);
    state->past_e = arena_rows(arena, drivers->pasts);
    state->before_e = arena_rows(arena, drivers->befores);
    state->level = arena_rows(arena, drivers->outputs);
    state->log_ratio = arena_rows(arena, drivers->outputs);
    state->log_base = arena_rows(arena, drivers->outputs);
    state->clamped = arena_rows(arena, drivers->outputs);
    TRY(arena_check(arena));
    TRY(correlation_state_open(drivers->correlation, arena, &state->correlation));
    if (drivers->pasts > 0) TRY(correlation_state_open(drivers->past, arena, &state->past));
    if (drivers->pasts > 0) TRY(correlation_state_open(drivers->before, arena, &state->before));
    for (size_t i = 0; i < drivers->count; i++)
        TRY(driver_wrappers_open(&drivers->driver[i], arena, &state->wrapper[i]));
    return NULL;
}

/* The rows of lanes of a driver: wrappers first, then its family. */
static struct driver_lanes lanes_of(struct drivers_state *state, const struct driver *driver, double w[][LANES],
                                    struct rows *rows, int month)
{
    return (struct driver_lanes){
        .x = w + WRAPPER_ROWS,
        .e = (const double(*)[LANES])(state->e + driver->first_innovation),
        .past = driver->growth ? state->past_e[driver->past] : NULL,
        .volatility = w[WRAPPER_VOLATILITY],
        .mean_square = w[WRAPPER_MEAN_SQUARE],
        .jump = driver->wrappers.jumps ? (const double(*)[LANES])(w + WRAPPER_JUMP_RATE) : NULL,
        .rows = rows,
        .calendar = &state->drivers->calendar,
        .month = month,
    };
}

/* Level and log ratio of an output from the state; month_of_year < 0: without season. */
static void output_set(struct drivers_state *state, size_t index, const struct driver *driver,
                       const struct driver_lanes *lanes, int month_of_year)
{
    const struct output *output = &state->drivers->output[index];
    const struct driver_wrappers *wrappers = &driver->wrappers;
    double *level = state->level[index], *ratio = state->log_ratio[index];
    const double *base = state->log_base[index];
    _Alignas(LANES_ALIGNMENT) double value[LANES];
    if (driver->family->output != NULL) {
        driver->family->output(driver, lanes, output->of_driver, value);
    } else {
        const double *x = lanes->x[output->of_driver];
        EACH_LANE(l) value[l] = x[l];
    }
    if (driver->exponential) {
        const double season = month_of_year < 0 ? 0.0 : wrappers->season.log_factor[month_of_year];
        EACH_LANE(l)
        {
            const double log_level = value[l] + season;
            level[l] = lanes_exp(log_level);
            ratio[l] = log_level - base[l];
        }
        return;
    }
    const double season = month_of_year < 0 ? 1.0 : wrappers->season.factor[month_of_year];
    EACH_LANE(l) level[l] = value[l] * season;
    if (wrappers->clamps) driver_wrappers_clamp(driver, lanes->rows, level, state->clamped[index]);
    if (output->positive) EACH_LANE(l) ratio[l] = lanes_log(level[l]) - base[l];
}

/* The log of the base of an output's ratio: 1 of a volume, the start value of a price, the value at the base date of a
 * path. */
static void base_set(struct drivers_state *state, size_t index, const struct driver *driver)
{
    double *base = state->log_base[index], *ratio = state->log_ratio[index];
    EACH_LANE(l) base[l] = driver->growth ? 0.0 : ratio[l];
    EACH_LANE(l) ratio[l] -= base[l];
}

void drivers_calm(struct drivers_state *state, bool calm)
{
    state->calm = calm;
}

static void rows_clear(size_t count, double row[][LANES])
{
    for (size_t i = 0; i < count; i++) EACH_LANE(l) row[i][l] = 0.0;
}

/* Where the processes with a history stand at the base date, in their stationary law. */
static void history_start(struct drivers_state *state, uint64_t first_replication)
{
    const struct drivers *drivers = state->drivers;
    rows_clear(drivers->pasts, state->past_e);
    if (drivers->pasts == 0 || state->calm) return;
    correlation_start(drivers->past, state->past, first_replication);
    correlation_start(drivers->before, state->before, first_replication);
    correlation_step(drivers->past, state->past, 0, state->past_e);
}

/* The months from the base date to the start; regimes of volatility begin at the start, before it their mean square
 * counts. */
static void history_run(struct drivers_state *state, struct rows *rows)
{
    const struct drivers *drivers = state->drivers;
    const struct calendar *calendar = &drivers->calendar;
    if (drivers->pasts == 0) return;
    rows_clear(drivers->befores, state->before_e);
    for (int month = calendar->base; month < calendar->start; month++) {
        double(*w)[LANES] = state->x;
        if (drivers->history_reads_months) rows_step(rows, month);
        if (!state->calm) correlation_step(drivers->before, state->before, month - calendar->base, state->before_e);
        for (size_t i = 0; i < drivers->count; w += drivers->driver[i++].rows) {
            const struct driver *driver = &drivers->driver[i];
            _Alignas(LANES_ALIGNMENT) double volatility[LANES];
            if (!driver->growth) continue;
            EACH_LANE(l) volatility[l] = __builtin_sqrt(w[WRAPPER_MEAN_SQUARE][l]);
            struct driver_lanes lanes = lanes_of(state, driver, w, rows, month - calendar->start);
            lanes.e = (const double(*)[LANES])(state->before_e + driver->first_before);
            lanes.volatility = volatility;
            driver->family->step(driver, &lanes);
        }
        for (size_t i = 0; i < drivers->shocks.count; i++)
            shocks_step(state->before_e[drivers->shocks.shock[i].before], state->shock + i * SHOCK_ROWS);
    }
    if (drivers->history_reads_months) rows_step(rows, calendar->base);
}

void drivers_start(struct drivers_state *state, struct rows *rows, uint64_t first_replication)
{
    const struct drivers *drivers = state->drivers;
    double(*w)[LANES] = state->x;
    state->first = first_replication;
    correlation_start(drivers->correlation, state->correlation, first_replication);
    history_start(state, first_replication);
    for (size_t i = 0; i < drivers->count; w += drivers->driver[i++].rows) {
        const struct driver *driver = &drivers->driver[i];
        struct driver_lanes lanes = lanes_of(state, driver, w, rows, -1);
        driver_wrappers_start(driver, &state->wrapper[i], rows, first_replication, w);
        driver->family->start(driver, &lanes);
    }
    for (size_t i = 0; i < drivers->shocks.count; i++) {
        const struct shock *shock = &drivers->shocks.shock[i];
        shocks_start(shock, rows, state->past_e[shock->past], state->shock + i * SHOCK_ROWS);
    }
    history_run(state, rows);
    w = state->x;
    for (size_t i = 0, output = 0; i < drivers->count; w += drivers->driver[i++].rows) {
        const struct driver *driver = &drivers->driver[i];
        const struct driver_lanes lanes = lanes_of(state, driver, w, rows, -1);
        for (size_t o = 0; o < driver->outputs; o++, output++) {
            double *base = state->log_base[output];
            EACH_LANE(l) base[l] = 0.0;
            output_set(state, output, driver, &lanes, -1);
            base_set(state, output, driver);
        }
    }
}

void drivers_step(struct drivers_state *state, struct rows *rows, int month)
{
    const struct drivers *drivers = state->drivers;
    const int calendar_month = drivers->calendar.start + month;
    double(*w)[LANES] = state->x;
    if (drivers_innovations(drivers) > 0) correlation_step(drivers->correlation, state->correlation, month, state->e);
    for (size_t i = 0, output = 0; i < drivers->count; w += drivers->driver[i++].rows) {
        const struct driver *driver = &drivers->driver[i];
        struct driver_lanes lanes = lanes_of(state, driver, w, rows, month);
        driver_wrappers_before(driver, &state->wrapper[i], state->first, month, w);
        driver->family->step(driver, &lanes);
        driver_wrappers_after(driver, &state->wrapper[i], state->first, month, calendar_month, w, lanes.x);
        for (size_t o = 0; o < driver->outputs; o++, output++)
            output_set(state, output, driver, &lanes, calendar_month % CALENDAR_MONTHS_PER_YEAR);
    }
    for (size_t i = 0; i < drivers->shocks.count; i++)
        shocks_step(state->e[drivers->innovations + i], state->shock + i * SHOCK_ROWS);
}

size_t drivers_shock(const struct drivers *drivers, const char *flow)
{
    const struct shocks *shocks = &drivers->shocks;
    for (size_t i = 0; i < shocks->count; i++)
        if (strcmp(shocks->shock[i].flow, flow) == 0) return i;
    return DRIVERS_NO_SHOCK;
}

const double *drivers_log_shock(const struct drivers_state *state, size_t shock)
{
    return state->shock[shock * SHOCK_ROWS + SHOCK_LOG];
}

const double *drivers_level(const struct drivers_state *state, size_t output)
{
    return state->level[output];
}

const double *drivers_log_ratio(const struct drivers_state *state, size_t output)
{
    return state->log_ratio[output];
}

void drivers_base(const struct drivers_state *state, size_t output, double base[LANES])
{
    const double *log_base = state->log_base[output], *level = state->level[output];
    if (state->drivers->output[output].positive)
        EACH_LANE(l) base[l] = lanes_exp(log_base[l]);
    else
        EACH_LANE(l) base[l] = level[l];
}

void drivers_report(const struct drivers_state *state, struct outcome_rows *rows)
{
    for (size_t i = 0; i < state->drivers->outputs; i++) {
        const struct output *output = &state->drivers->output[i];
        rows->row[output->outcome] = state->level[i];
        if (output_driver(state->drivers, i)->wrappers.clamps) rows->row[output->clamp_outcome] = state->clamped[i];
    }
}
