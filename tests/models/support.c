/* tests/models/support.c -- see support.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/support.h"
#include "models/keys.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static struct fault *try_with(struct support *support, const char *yaml, uint64_t seed, const gsl_rng_type *generator)
{
    char name[] = "/tmp/zhol-test-XXXXXX.yaml";
    gsl_set_error_handler_off();
    const int file = mkstemps(name, 5);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(write(file, yaml, strlen(yaml)), (ssize_t)strlen(yaml));
    close(file);
    *support = (struct support){0};
    const struct reader_request request = {.file = name, .keys = keys_root()};
    struct fault *fault = scenario_read(&request, &support->scenario);
    unlink(name);
    if (fault != NULL) return fault;
    support->plan = (struct plan){.root = support->scenario->root,
                                  .store = support->scenario->store,
                                  .units = support->scenario->units,
                                  .seed = seed,
                                  .generator = generator,
                                  .outcomes = &support->outcomes};
    return world_prepare(&support->plan, &support->world);
}

struct fault *support_try(struct support *support, const char *yaml, uint64_t seed)
{
    return try_with(support, yaml, seed, NULL);
}

void support_open_with(struct support *support, const char *yaml, uint64_t seed, const gsl_rng_type *generator)
{
    struct fault *fault = try_with(support, yaml, seed, generator);
    ck_assert_msg(fault == NULL, "refused at %d:%d: %s", fault == NULL ? 0 : fault->place.line,
                  fault == NULL ? 0 : fault->place.column, fault == NULL ? "" : fault->sentence);
}

void support_open(struct support *support, const char *yaml, uint64_t seed)
{
    support_open_with(support, yaml, seed, NULL);
}

void support_close(struct support *support)
{
    fault_free(support->plan.warnings);
    world_free(support->world);
    outcomes_free(&support->outcomes);
    scenario_free(support->scenario);
}

struct world_state *support_begin(const struct support *support)
{
    struct world_state *state = NULL;
    ck_assert_ptr_null(world_open(support->world, &state));
    world_begin(state, 0);
    return state;
}

static size_t outcome_of(const struct support *support, const char *path)
{
    const size_t outcome = outcomes_find(&support->outcomes, path);
    ck_assert_msg(outcome < support->outcomes.count, "there is no outcome %s", path);
    return outcome;
}

const double *support_row(const struct support *support, const struct world_state *state, const char *path)
{
    return world_report(state)->row[outcome_of(support, path)];
}

void support_fold(struct folded *folded, const char *yaml, uint64_t seed)
{
    support_open(&folded->support, yaml, seed);
    ck_assert_ptr_null(world_open(folded->support.world, &folded->state));
    world_simulate(folded->state, 0, LANES, &folded->block);
}

void support_unfold(struct folded *folded)
{
    world_close(folded->state);
    support_close(&folded->support);
}

double support_cell(const struct folded *folded, const char *path, size_t period, int lane)
{
    const size_t years = world_years(folded->support.world);
    return folded->block.cell[outcome_of(&folded->support, path) * (years + 1) + period][lane];
}

double support_value(const struct support *support, const struct world_state *state, const char *path)
{
    const size_t outcome = outcome_of(support, path);
    const struct outcome_rows *rows = world_report(state);
    const double value = rows->row[outcome][0];
    const enum outcome_rule rule = support->outcomes.item[outcome].kind->rule;
    return rule == OUTCOME_RATIO ? value / rows->weight[outcome][0] : value;
}

double support_value_of(const char *yaml, const char *path, int month)
{
    struct support support;
    support_open(&support, yaml, 1);
    struct world_state *state = support_begin(&support);
    for (int m = 0; m <= month; m++) world_month(state, m);
    const double value = support_value(&support, state, path);
    world_close(state);
    support_close(&support);
    return value;
}

const double *support_quantity(const struct support *support, const struct world_state *state, const char *path)
{
    const int slot = store_find(support->plan.store, path);
    ck_assert_msg(slot >= 0, "there is no quantity %s", path);
    return rows_get(world_rows(state), slot);
}

void support_levels(const struct support *support, const char *driver, size_t count, size_t months, const int month[],
                    double out[])
{
    const struct drivers *drivers = world_drivers(support->world);
    const size_t output = drivers_find(drivers, driver);
    struct arena arena = {0};
    struct rows *rows = NULL;
    struct drivers_state *state = NULL;
    ck_assert_uint_lt(output, drivers_outputs(drivers));
    ck_assert_ptr_null(rows_open(support->plan.store, &arena, &rows));
    ck_assert_ptr_null(drivers_open(drivers, &arena, &state));
    for (size_t first = 0; first < count; first += LANES) {
        rows_start(rows, first);
        rows_step(rows, support->plan.calendar.base);
        drivers_start(state, rows, first);
        int done = 0;
        for (size_t m = 0; m < months; m++) {
            for (; done < month[m]; done++) {
                rows_step(rows, support->plan.calendar.start + done);
                drivers_step(state, rows, done);
            }
            memcpy(out + m * count + first, drivers_level(state, output), LANES * sizeof *out);
        }
    }
    arena_free(&arena);
}

double *support_run(const char *yaml, uint64_t seed, const char *driver, size_t count, size_t months, const int month[])
{
    struct support support;
    double *out = malloc(count * months * sizeof *out);
    ck_assert_ptr_nonnull(out);
    support_open(&support, yaml, seed);
    support_levels(&support, driver, count, months, month, out);
    support_close(&support);
    return out;
}

double support_mean(size_t count, const double x[])
{
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) sum += x[i];
    return sum / (double)count;
}

void support_mean_is(size_t count, const double x[], double expected, const char *what)
{
    const double mean = support_mean(count, x), error = sqrt(support_moment(count, x, 2) / (double)(count - 1));
    ck_assert_msg(error > 0.0, "%s does not vary", what);
    ck_assert_msg(fabs(mean - expected) <= SUPPORT_ERRORS * error, "%s: %.8g, expected %.8g, standard error %.2g", what,
                  mean, expected, error);
}

double support_moment(size_t count, const double x[], int k)
{
    const double mean = support_mean(count, x);
    double sum = 0.0;
    for (size_t i = 0; i < count; i++) sum += pow(x[i] - mean, k);
    return sum / (double)count;
}
