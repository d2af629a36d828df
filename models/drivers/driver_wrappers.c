/* models/drivers/driver_wrappers.c -- see driver_wrappers.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/driver_wrappers.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { JUMP_THRESHOLDS = 12 };

/* The keys of jumps whose sizes are in the unit `of_size`. */
#define JUMP_KEYS(of_size)                                                                                             \
    {.name = "rate",                                                                                                   \
     .kind = KEY_QUANTITY,                                                                                             \
     .unit = "1/yr",                                                                                                   \
     .min = 0,                                                                                                         \
     .max = CALENDAR_MONTHS_PER_YEAR,                                                                                  \
     .draws = true,                                                                                                    \
     .meaning = "Jumps per year; at most 12, one a month."},                                                           \
        {.name = "mean",                                                                                               \
         .kind = KEY_QUANTITY,                                                                                         \
         .unit = of_size,                                                                                              \
         .draws = true,                                                                                                \
         .meaning = "Mean jump: of the log, or of a level in its unit."},                                              \
        {.name = "sd",                                                                                                 \
         .kind = KEY_QUANTITY,                                                                                         \
         .unit = of_size,                                                                                              \
         .min = 0,                                                                                                     \
         .max = 1e300,                                                                                                 \
         .draws = true,                                                                                                \
         .meaning = "Standard deviation of a jump, likewise."},                                                        \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }
const struct key driver_jump_keys[] = {JUMP_KEYS("?of=level:$start")};
const struct key driver_level_jump_keys[] = {JUMP_KEYS("$start")};
const struct key driver_var_jump_keys[] = {JUMP_KEYS("?of=level:$unit")};

const struct key driver_volatility_keys[] = {
    {.name = "low",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "1",
     .min = 0,
     .max = 100,
     .draws = true,
     .meaning = "Factor on every sigma in calm times."},
    {.name = "high",
     .kind = KEY_QUANTITY,
     .unit = "",
     .min = 0,
     .max = 100,
     .draws = true,
     .meaning = "Factor on every sigma in wild times."},
    {.name = "up",
     .kind = KEY_QUANTITY,
     .unit = "1/yr",
     .min = 0,
     .max = 1000,
     .min_open = true,
     .draws = true,
     .meaning = "Rate at which calm turns wild."},
    {.name = "down",
     .kind = KEY_QUANTITY,
     .unit = "1/yr",
     .min = 0,
     .max = 1000,
     .min_open = true,
     .draws = true,
     .meaning = "Rate at which wild turns calm; 1 / down is the mean length of wild times."},
    {.name = NULL}};

const struct key driver_clamp_keys[] = {{.name = "low",
                                         .kind = KEY_QUANTITY,
                                         .unit = "$start",
                                         .default_value = "",
                                         .draws = true,
                                         .meaning = "The level is never below it."},
                                        {.name = "high",
                                         .kind = KEY_QUANTITY,
                                         .unit = "$start",
                                         .default_value = "",
                                         .draws = true,
                                         .meaning = "The level is never above it."},
                                        {.name = NULL}};

const struct key driver_shift_entry[] = {{.name = "*",
                                          .share = true,
                                          .kind = KEY_QUANTITY,
                                          .unit = "",
                                          .min = -1,
                                          .max = 1e6,
                                          .min_open = true,
                                          .meaning = "Relative change in that month, such as -50 %."}};

static struct fault *named_stream(const struct driver *driver, const char *part, const struct plan *plan,
                                  struct stream *stream)
{
    char *name = NULL;
    if (asprintf(&name, "drivers.%s.%s", driver->name, part) < 0) return fault_no_memory();
    *stream = stream_named(plan->seed, name, plan->generator);
    free(name);
    return NULL;
}

static struct fault *shift_read(struct driver_wrappers *wrappers, struct setting *shift, const struct plan *plan)
{
    wrappers->shift_month = calloc(shift->children + 1, sizeof *wrappers->shift_month);
    wrappers->shift = calloc(shift->children + 1, sizeof *wrappers->shift);
    if (wrappers->shift_month == NULL || wrappers->shift == NULL) return fault_no_memory();
    wrappers->shifts = shift->children;
    for (size_t i = 0; i < shift->children; i++) {
        struct setting *entry = shift->child[i];
        entry->used = true;
        wrappers->shift_month[i] = entry->month;
        wrappers->shift[i] = store_central(plan->store, entry->slot, entry->month);
        if (entry->month < plan->calendar.start || entry->month >= plan->calendar.start + plan->calendar.months)
            return fault_at(FAULT_SCENARIO, entry->place, "%s lies outside the simulated months", entry->path);
    }
    return NULL;
}

static struct fault *clamp_read(const struct driver *driver, struct driver_wrappers *wrappers, struct setting *clamp,
                                const struct plan *plan)
{
    wrappers->clamps = true;
    wrappers->clamp_low = setting_slot(clamp, "low");
    wrappers->clamp_high = setting_slot(clamp, "high");
    if (driver->exponential)
        return fault_at(FAULT_SCENARIO, clamp->place,
                        "%s is stated, but a price has no bounds; expected it with `of: level` only", clamp->path);
    if (wrappers->clamp_low < 0 && wrappers->clamp_high < 0)
        return fault_at(FAULT_SCENARIO, clamp->place, "%s has no bound; expected `low:`, `high:` or both", clamp->path);
    if (wrappers->clamp_low < 0 || wrappers->clamp_high < 0) return NULL;
    double low[2], high[2];
    store_range(plan->store, wrappers->clamp_low, &low[0], &low[1]);
    store_range(plan->store, wrappers->clamp_high, &high[0], &high[1]);
    if (low[1] <= high[0]) return NULL;
    return fault_at(FAULT_SCENARIO, clamp->place, "%s: low can be %g, above high, %g; expected low at most as high",
                    clamp->path, low[1], high[0]);
}

struct fault *driver_wrappers_prepare(struct driver *driver, struct setting *setting, struct plan *plan)
{
    struct driver_wrappers *wrappers = &driver->wrappers;
    TRY(season_read(setting_find(setting, "season"), plan, &wrappers->season));
    struct setting *jumps = setting_find(setting, "jumps");
    if (jumps != NULL) {
        wrappers->jumps = true;
        wrappers->jump_rate = setting_slot(jumps, "rate");
        wrappers->jump_mean = setting_slot(jumps, "mean");
        wrappers->jump_sd = setting_slot(jumps, "sd");
        if (driver->exponential) TRY(driver_check_log(setting_find(jumps, "mean"), plan));
        if (driver->exponential) TRY(driver_check_log(setting_find(jumps, "sd"), plan));
        TRY(named_stream(driver, "jumps", plan, &wrappers->jump_stream));
    }
    struct setting *volatility = setting_find(setting, "volatility");
    if (volatility != NULL) {
        wrappers->volatility = true;
        wrappers->low = setting_slot(volatility, "low");
        wrappers->high = setting_slot(volatility, "high");
        wrappers->up = setting_slot(volatility, "up");
        wrappers->down = setting_slot(volatility, "down");
        TRY(named_stream(driver, "volatility", plan, &wrappers->volatility_stream));
    }
    wrappers->clamp_low = wrappers->clamp_high = -1;
    struct setting *clamp = setting_find(setting, "clamp");
    if (clamp != NULL) TRY(clamp_read(driver, wrappers, clamp, plan));
    struct setting *shift = setting_find(setting, "shift");
    return shift == NULL ? NULL : shift_read(wrappers, shift, plan);
}

void driver_wrappers_free(struct driver *driver)
{
    free(driver->wrappers.shift_month);
    free(driver->wrappers.shift);
}

struct fault *driver_wrappers_open(const struct driver *driver, struct arena *arena, struct driver_wrapper_state *state)
{
    *state = (struct driver_wrapper_state){0};
    if (driver->wrappers.jumps) TRY(stream_state_init(&driver->wrappers.jump_stream, arena, &state->jumps));
    if (driver->wrappers.volatility)
        TRY(stream_state_init(&driver->wrappers.volatility_stream, arena, &state->volatility));
    return NULL;
}

static void volatility_start(const struct driver *driver, struct driver_wrapper_state *state, const struct rows *rows,
                             uint64_t first, double w[][LANES])
{
    const struct driver_wrappers *wrappers = &driver->wrappers;
    const double *low = rows_get(rows, wrappers->low), *high = rows_get(rows, wrappers->high);
    const double *up = rows_get(rows, wrappers->up), *down = rows_get(rows, wrappers->down);
    _Alignas(LANES_ALIGNMENT) double u[2][LANES];
    stream_state_start(&wrappers->volatility_stream, &state->volatility, first);
    stream_uniforms(&wrappers->volatility_stream, &state->volatility, first, STREAM_BEFORE, 0, u);
    EACH_LANE(l)
    {
        const double both = up[l] + down[l], share = up[l] / both;
        const double moved = CALENDAR_MONTH_YEARS * lanes_decay(both * CALENDAR_MONTH_YEARS); /* (1 - e^-) / both */
        w[WRAPPER_UP][l] = up[l] * moved;
        w[WRAPPER_DOWN][l] = down[l] * moved;
        w[WRAPPER_IN_HIGH][l] = u[0][l] < share ? 1.0 : 0.0;
        w[WRAPPER_LOW][l] = low[l];
        w[WRAPPER_HIGH][l] = high[l];
        w[WRAPPER_MEAN_SQUARE][l] = share * high[l] * high[l] + (1.0 - share) * low[l] * low[l];
    }
}

void driver_wrappers_start(const struct driver *driver, struct driver_wrapper_state *state, const struct rows *rows,
                           uint64_t first_replication, double w[][LANES])
{
    const struct driver_wrappers *wrappers = &driver->wrappers;
    EACH_LANE(l) w[WRAPPER_VOLATILITY][l] = w[WRAPPER_MEAN_SQUARE][l] = 1.0;
    if (wrappers->jumps) {
        const double *rate = rows_get(rows, wrappers->jump_rate), *mean = rows_get(rows, wrappers->jump_mean),
                     *sd = rows_get(rows, wrappers->jump_sd);
        EACH_LANE(l)
        {
            w[WRAPPER_JUMP_RATE][l] = rate[l] * CALENDAR_MONTH_YEARS;
            w[WRAPPER_JUMP_MEAN][l] = mean[l];
            w[WRAPPER_JUMP_SD][l] = sd[l];
        }
        stream_state_start(&wrappers->jump_stream, &state->jumps, first_replication);
    }
    if (wrappers->volatility) volatility_start(driver, state, rows, first_replication, w);
}

void driver_wrappers_before(const struct driver *driver, struct driver_wrapper_state *state, uint64_t first_replication,
                            int month, double w[][LANES])
{
    if (!driver->wrappers.volatility) return;
    _Alignas(LANES_ALIGNMENT) double u[2][LANES];
    stream_uniforms(&driver->wrappers.volatility_stream, &state->volatility, first_replication, month, 0, u);
    EACH_LANE(l)
    {
        const double high = w[WRAPPER_IN_HIGH][l];
        w[WRAPPER_VOLATILITY][l] = high > 0.5 ? w[WRAPPER_HIGH][l] : w[WRAPPER_LOW][l];
        const double turns = high > 0.5 ? w[WRAPPER_DOWN][l] : w[WRAPPER_UP][l];
        w[WRAPPER_IN_HIGH][l] = u[0][l] < turns ? 1.0 - high : high;
    }
}

/* The number of jumps: how many cumulative Poisson probabilities the uniform exceeds. */
static void jumps_count(const double rate[LANES], const double u[LANES], double count[LANES])
{
    EACH_LANE(l)
    {
        double term = lanes_exp(-rate[l]), sum = term, n = 0.0;
        for (int k = 1; k <= JUMP_THRESHOLDS; k++) {
            n += u[l] > sum ? 1.0 : 0.0;
            term *= rate[l] / k;
            sum += term;
        }
        count[l] = n;
    }
}

static void jumps_add(const struct driver *driver, struct driver_wrapper_state *state, uint64_t first, int month,
                      double w[][LANES], double x[][LANES])
{
    _Alignas(LANES_ALIGNMENT) double u[2][LANES], z[2][LANES], count[LANES], size[LANES];
    const struct stream *stream = &driver->wrappers.jump_stream;
    stream_uniforms(stream, &state->jumps, first, month, 0, u);
    stream_normals(stream, &state->jumps, first, month, 1, z);
    jumps_count(w[WRAPPER_JUMP_RATE], u[0], count);
    const double *mean = w[WRAPPER_JUMP_MEAN], *sd = w[WRAPPER_JUMP_SD];
    EACH_LANE(l) size[l] = count[l] * mean[l] + __builtin_sqrt(count[l]) * sd[l] * z[0][l];
    for (size_t i = 0; i < driver->outputs; i++) EACH_LANE(l) x[i][l] += size[l];
}

void driver_wrappers_after(const struct driver *driver, struct driver_wrapper_state *state, uint64_t first_replication,
                           int month, int calendar_month, double w[][LANES], double x[][LANES])
{
    const struct driver_wrappers *wrappers = &driver->wrappers;
    if (wrappers->jumps) jumps_add(driver, state, first_replication, month, w, x);
    for (size_t i = 0; i < wrappers->shifts; i++) {
        if (wrappers->shift_month[i] != calendar_month) continue;
        const double add = driver->exponential ? log1p(wrappers->shift[i]) : 0.0;
        const double scale = driver->exponential ? 1.0 : 1.0 + wrappers->shift[i];
        for (size_t o = 0; o < driver->outputs; o++) EACH_LANE(l) x[o][l] = x[o][l] * scale + add;
    }
}

void driver_wrappers_clamp(const struct driver *driver, const struct rows *rows, double level[LANES],
                           double binds[LANES])
{
    const struct driver_wrappers *wrappers = &driver->wrappers;
    EACH_LANE(l) binds[l] = 0.0;
    if (wrappers->clamp_low >= 0) {
        const double *low = rows_get(rows, wrappers->clamp_low);
        EACH_LANE(l)
        {
            binds[l] = level[l] < low[l] ? 1.0 : binds[l];
            level[l] = level[l] < low[l] ? low[l] : level[l];
        }
    }
    if (wrappers->clamp_high >= 0) {
        const double *high = rows_get(rows, wrappers->clamp_high);
        EACH_LANE(l)
        {
            binds[l] = level[l] > high[l] ? 1.0 : binds[l];
            level[l] = level[l] > high[l] ? high[l] : level[l];
        }
    }
}
