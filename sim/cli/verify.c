/* sim/cli/verify.c -- see verify.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/verify.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATASET_MOST = RESULT_NAME_MOST + 64, QUANTILE_PARTS = 3 };

static double moment_count(const struct moments *m)
{
    return m->count;
}
static double moment_mean(const struct moments *m)
{
    return m->mean;
}
static double moment_least(const struct moments *m)
{
    return m->least;
}
static double moment_greatest(const struct moments *m)
{
    return m->greatest;
}

static const struct statistic {
    const char *name;
    double (*of)(const struct moments *);
    bool ordered; /* follows from the samples, in single precision */
} statistics[] = {
    {"mean", moment_mean, false},          {"sd", moments_sd, false},
    {"skewness", moments_skewness, false}, {"kurtosis", moments_kurtosis, false},
    {"minimum", moment_least, true},       {"maximum", moment_greatest, true},
    {"count", moment_count, true},         {"standard_error", moments_standard_error, false},
};
enum { STATISTICS = sizeof statistics / sizeof *statistics };

static const char *const quantile_part[QUANTILE_PARTS] = {"quantile", "quantile_low", "quantile_high"};

static double part_of(const struct quantile_estimate *quantile, size_t part)
{
    return part == 0 ? quantile->estimate : part == 1 ? quantile->low : quantile->high;
}

struct fault *verify_init(struct verify *verify, const struct result *head, const struct stored *stored,
                          const struct simulation *simulation)
{
    const size_t periods = head->years + 1, count = head->replications, quantiles = simulation->quantiles;
    const size_t numbers = count + periods * (quantiles + 1);
    *verify = (struct verify){.head = head, .stored = stored, .simulation = simulation};
    verify->value = calloc(periods * count + 1, sizeof *verify->value);
    verify->number = calloc(numbers, sizeof *verify->number);
    verify->expected = calloc(numbers, sizeof *verify->expected);
    return verify->value == NULL || verify->number == NULL || verify->expected == NULL ? fault_no_memory() : NULL;
}

void verify_free(struct verify *verify)
{
    fault_free(verify->differences);
    free(verify->value);
    free(verify->number);
    free(verify->expected);
    *verify = (struct verify){0};
}

/* The same bits, or both not defined. */
static bool same(double stored, double again)
{
    return (isnan(stored) && isnan(again)) || memcmp(&stored, &again, sizeof stored) == 0;
}

/* The differences of a dataset: the first and how many more there are. */
struct difference {
    const char *dataset;
    char where[80];
    double stored, again;
    size_t count;
};

static void note(struct verify *verify, const struct difference *difference)
{
    char more[48] = "";
    if (difference->count == 0) return;
    verify->different++;
    if (fault_enough(verify->differences)) return;
    if (difference->count > 1) snprintf(more, sizeof more, "; %zu more differ", difference->count - 1);
    verify->differences =
        fault_join(verify->differences,
                   fault_raise(FAULT_UNTRUSTED, "%s: %s is %.17g in the file, but %.17g again%s", difference->dataset,
                               difference->where, difference->stored, difference->again, more));
}

/* The text of a period: "2025", or "the horizon". */
static void period_text(const struct verify *verify, bool annual, size_t row, char text[16])
{
    char month[8];
    calendar_write(verify->head->calendar.start + (int)row * CALENDAR_MONTHS_PER_YEAR, month);
    if (verify->head->calendar.start % CALENDAR_MONTHS_PER_YEAR == 0) month[4] = '\0';
    snprintf(text, 16, "%s", annual ? month : "the horizon");
}

static void dataset_name(const char *group, bool annual, const char *part, const char *path, char name[DATASET_MOST])
{
    char outcome[RESULT_NAME_MOST];
    result_name(path, outcome);
    snprintf(name, DATASET_MOST, "%s%s%s%s/%s", group, annual ? "annual" : "horizon", part[0] == '\0' ? "" : "/", part,
             outcome);
}

static size_t first_cell(const struct verify *verify, size_t outcome, bool annual)
{
    return outcome * (verify->head->years + 1) + (annual ? 0 : verify->head->years);
}

/* Samples of an outcome, if it has them: into verify->value. */
static struct fault *read_samples(const struct verify *verify, size_t outcome, bool annual, bool *there,
                                  char name[DATASET_MOST])
{
    const struct result *head = verify->head;
    dataset_name("samples/", annual, "", head->outcomes.item[outcome].path, name);
    *there = !annual || head->annual_saved[outcome];
    if (*there) TRY(stored_has(verify->stored, name, there));
    if (!*there) return NULL;
    return stored_floats(verify->stored, name, (annual ? head->years : 1) * head->replications, verify->value);
}

static struct fault *compare_outcome(struct verify *verify, const struct samples *again, const uint64_t replication[],
                                     size_t outcome, bool annual, size_t *count)
{
    const size_t rows = annual ? verify->head->years : 1;
    char name[DATASET_MOST], period[16];
    struct difference difference = {.dataset = name};
    bool there = false;
    TRY(read_samples(verify, outcome, annual, &there, name));
    if (!there) return NULL;
    for (size_t row = 0; row < rows; row++)
        for (uint64_t i = 0; i < again->count; i++) {
            const uint64_t r = replication == NULL ? i : replication[i];
            const double stored = (double)verify->value[row * verify->head->replications + r];
            const double other = (double)again->value[(first_cell(verify, outcome, annual) + row) * again->count + i];
            if (same(stored, other) || difference.count++ > 0) continue;
            period_text(verify, annual, row, period);
            snprintf(difference.where, sizeof difference.where, "replication %" PRIu64 ", %s,", r, period);
            difference.stored = stored;
            difference.again = other;
        }
    note(verify, &difference);
    ++*count;
    return NULL;
}

static struct fault *compare_input(struct verify *verify, const struct samples *again, const uint64_t replication[],
                                   const char *dataset, size_t input)
{
    struct difference difference = {.dataset = dataset};
    TRY(stored_doubles(verify->stored, dataset, verify->head->replications, verify->number));
    for (uint64_t i = 0; i < again->count; i++) {
        const uint64_t r = replication == NULL ? i : replication[i];
        const double stored = verify->number[r], other = again->input[input * again->count + i];
        if (same(stored, other) || difference.count++ > 0) continue;
        snprintf(difference.where, sizeof difference.where, "replication %" PRIu64, r);
        difference.stored = stored;
        difference.again = other;
    }
    note(verify, &difference);
    return NULL;
}

static struct fault *compare_inputs(struct verify *verify, const struct samples *again, const uint64_t replication[],
                                    size_t *count)
{
    const struct store *store = verify->simulation->plan.store;
    struct stored_input *input = NULL;
    size_t inputs = 0;
    struct fault *fault = stored_inputs(verify->stored, &input, &inputs);
    if (fault == NULL && inputs > 0 && inputs != again->inputs)
        fault = fault_raise(FAULT_FILES, "the file has %zu inputs, but its scenario gives %zu", inputs, again->inputs);
    for (size_t i = 0; i < inputs && fault == NULL; i++) {
        if (strcmp(input[i].path, store_input_name(store, i)) != 0)
            fault = fault_raise(FAULT_FILES, "the file has the input %s where its scenario gives %s", input[i].path,
                                store_input_name(store, i));
        if (fault == NULL) fault = compare_input(verify, again, replication, input[i].dataset, i);
        ++*count;
    }
    stored_inputs_free(input, inputs);
    return fault;
}

struct fault *verify_samples(struct verify *verify, const struct samples *again, const uint64_t replication[],
                             struct verify_count *count)
{
    const size_t before = verify->different;
    *count = (struct verify_count){0};
    for (size_t o = 0; o < verify->head->outcomes.count; o++) {
        TRY(compare_outcome(verify, again, replication, o, false, &count->horizon));
        TRY(compare_outcome(verify, again, replication, o, true, &count->annual));
    }
    TRY(compare_inputs(verify, again, replication, &count->inputs));
    count->different = verify->different - before;
    return NULL;
}

/* A dataset of statistics against verify->expected: rows of periods, columns of quantiles (0: no quantiles). `single`:
 * in single precision. */
static struct fault *compare_statistic(struct verify *verify, const char *part, size_t outcome, bool annual,
                                       size_t columns, bool single)
{
    const size_t wide = columns == 0 ? 1 : columns, values = (annual ? verify->head->years : 1) * wide;
    char name[DATASET_MOST], period[16];
    struct difference difference = {.dataset = name};
    dataset_name("", annual, part, verify->head->outcomes.item[outcome].path, name);
    TRY(stored_doubles(verify->stored, name, values, verify->number));
    for (size_t k = 0; k < values; k++) {
        const double stored = single ? (double)(float)verify->number[k] : verify->number[k];
        if (same(stored, verify->expected[k]) || difference.count++ > 0) continue;
        period_text(verify, annual, k / wide, period);
        if (columns == 0)
            snprintf(difference.where, sizeof difference.where, "%s", period);
        else
            snprintf(difference.where, sizeof difference.where, "quantile %g of %s",
                     verify->simulation->probability[k % wide], period);
        difference.stored = stored;
        difference.again = verify->expected[k];
    }
    note(verify, &difference);
    return NULL;
}

static struct fault *compare_quantiles(struct verify *verify, const struct quantile_estimate quantile[], size_t outcome,
                                       bool annual)
{
    const size_t columns = verify->simulation->quantiles, values = (annual ? verify->head->years : 1) * columns;
    for (size_t part = 0; part < QUANTILE_PARTS && columns > 0; part++) {
        for (size_t k = 0; k < values; k++) verify->expected[k] = part_of(&quantile[k], part);
        TRY(compare_statistic(verify, quantile_part[part], outcome, annual, columns, false));
    }
    return NULL;
}

/* Room for one outcome at a time. */
struct order {
    struct moments *moments;            /* [years + 1] */
    struct quantile_estimate *quantile; /* [years + 1][quantiles] */
    float *work;                        /* [replications] */
};

/* The moments that follow from samples in single precision. */
static struct moments ordered(size_t count, const float value[])
{
    struct moments moments = moments_none();
    for (size_t i = 0; i < count; i++) {
        const double x = (double)value[i];
        if (isnan(x)) continue;
        moments.least = moments.count > 0.0 && moments.least <= x ? moments.least : x;
        moments.greatest = moments.count > 0.0 && moments.greatest >= x ? moments.greatest : x;
        moments.count++;
    }
    return moments;
}

static struct fault *order_outcome(struct verify *verify, const struct order *order, size_t outcome, bool annual,
                                   size_t *count)
{
    const struct simulation *simulation = verify->simulation;
    const size_t rows = annual ? verify->head->years : 1, replications = verify->head->replications;
    char name[DATASET_MOST];
    bool there = false;
    TRY(read_samples(verify, outcome, annual, &there, name));
    if (!there) return NULL;
    for (size_t row = 0; row < rows; row++) {
        const float *value = verify->value + row * replications;
        order->moments[row] = ordered(replications, value);
        statistics_quantiles(replications, value, order->work, simulation->quantiles, simulation->probability,
                             order->quantile + row * simulation->quantiles);
    }
    for (size_t s = 0; s < STATISTICS; s++) {
        if (!statistics[s].ordered) continue;
        for (size_t row = 0; row < rows; row++) verify->expected[row] = statistics[s].of(&order->moments[row]);
        TRY(compare_statistic(verify, statistics[s].name, outcome, annual, 0, true));
    }
    if (verify->head->exact_quantiles) TRY(compare_quantiles(verify, order->quantile, outcome, annual));
    ++*count;
    return NULL;
}

struct fault *verify_order(struct verify *verify, struct verify_count *count)
{
    const size_t periods = verify->head->years + 1;
    struct order order = {calloc(periods, sizeof *order.moments),
                          calloc(periods * verify->simulation->quantiles + 1, sizeof *order.quantile),
                          calloc(verify->head->replications + 1, sizeof *order.work)};
    struct fault *fault =
        order.moments == NULL || order.quantile == NULL || order.work == NULL ? fault_no_memory() : NULL;
    const size_t before = verify->different;
    *count = (struct verify_count){0};
    for (size_t o = 0; o < verify->head->outcomes.count && fault == NULL; o++) {
        fault = order_outcome(verify, &order, o, false, &count->horizon);
        if (fault == NULL) fault = order_outcome(verify, &order, o, true, &count->annual);
    }
    free(order.moments);
    free(order.quantile);
    free(order.work);
    count->different = verify->different - before;
    return fault;
}

static struct fault *compare_diagnostic(struct verify *verify, const char *name, size_t count)
{
    char dataset[DATASET_MOST];
    struct difference difference = {.dataset = dataset};
    snprintf(dataset, sizeof dataset, "diagnostics/%s", name);
    TRY(stored_doubles(verify->stored, dataset, count, verify->number));
    for (size_t i = 0; i < count; i++) {
        if (same(verify->number[i], verify->expected[i]) || difference.count++ > 0) continue;
        snprintf(difference.where, sizeof difference.where, "value %zu", i);
        difference.stored = verify->number[i];
        difference.again = verify->expected[i];
    }
    note(verify, &difference);
    return NULL;
}

static struct fault *compare_diagnostics(struct verify *verify, const struct result *again)
{
    char name[RESULT_NAME_MOST];
    for (size_t i = 0; i < again->diagnostics; i++) {
        result_name(again->diagnostic[i].path, name);
        verify->expected[0] = again->diagnostic[i].value;
        TRY(compare_diagnostic(verify, name, 1));
    }
    for (size_t part = 0; part < 3 && again->invalids > 0; part++) {
        static const char *const parts[] = {"invalid_replication", "invalid_month", "invalid_cause"};
        for (size_t i = 0; i < again->invalids; i++) {
            const struct invalid_replication *invalid = &again->invalid[i];
            verify->expected[i] = part == 0   ? (double)invalid->replication
                                  : part == 1 ? invalid->month
                                              : invalid->cause;
        }
        TRY(compare_diagnostic(verify, parts[part], again->invalids));
    }
    return NULL;
}

static struct fault *compare_all(struct verify *verify, const struct result *again, size_t outcome, bool annual)
{
    const size_t rows = annual ? verify->head->years : 1, first = first_cell(verify, outcome, annual);
    for (size_t s = 0; s < STATISTICS; s++) {
        for (size_t row = 0; row < rows; row++) verify->expected[row] = statistics[s].of(&again->moments[first + row]);
        TRY(compare_statistic(verify, statistics[s].name, outcome, annual, 0, false));
    }
    if (!verify->head->exact_quantiles) return NULL;
    return compare_quantiles(verify, again->quantile + first * again->quantiles, outcome, annual);
}

struct fault *verify_statistics(struct verify *verify, const struct result *again, struct verify_count *count)
{
    const size_t before = verify->different;
    *count = (struct verify_count){0};
    for (size_t o = 0; o < verify->head->outcomes.count; o++) {
        TRY(compare_all(verify, again, o, false));
        count->horizon++;
        if (again->outcomes.item[o].kind->horizon_only) continue;
        TRY(compare_all(verify, again, o, true));
        count->annual++;
    }
    TRY(compare_diagnostics(verify, again));
    count->different = verify->different - before;
    return NULL;
}
