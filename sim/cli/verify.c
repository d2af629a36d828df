/* sim/cli/verify.c -- see verify.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/verify.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATASET_MOST = 320 };

struct fault *verify_init(struct verify *verify, const struct result *head, const struct stored *stored,
                          const struct simulation *simulation)
{
    const size_t periods = head->years + 1, count = stored_kept(stored);
    const size_t most = periods * (simulation->quantiles + simulation->levels + 1); /* values of a statistic */
    bool years = false;
    for (size_t i = 0; i < head->outcomes.count; i++) years = years || head->annual_saved[i];
    *verify = (struct verify){.head = head, .stored = stored, .simulation = simulation};
    verify->value = calloc((years ? head->years : 1) * count + 1, sizeof *verify->value);
    verify->number = calloc(count + most, sizeof *verify->number);
    return verify->value == NULL || verify->number == NULL ? fault_no_memory() : NULL;
}

void verify_free(struct verify *verify)
{
    fault_free(verify->differences);
    free(verify->value);
    free(verify->number);
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
    char year[8];
    calendar_write_year(verify->head->calendar.start, (int)row, year);
    snprintf(text, 16, "%s", annual ? year : "the horizon");
}

/* "samples/annual of drivers.oil": what is compared. */
static void name_dataset(const char *group, bool annual, const char *part, const char *outcome, char name[DATASET_MOST])
{
    snprintf(name, DATASET_MOST, "%s%s/%s of %.200s", group, annual ? "annual" : "horizon", part, outcome);
}

static size_t first_cell(const struct verify *verify, size_t outcome, bool annual)
{
    return outcome * (verify->head->years + 1) + (annual ? 0 : verify->head->years);
}

/* Samples of an outcome, if it has them: into verify->value. */
static struct fault *read_samples(const struct verify *verify, size_t outcome, bool annual, bool *there)
{
    const struct result *head = verify->head;
    const char *path = head->outcomes.item[outcome].path;
    *there = stored_has_samples(verify->stored, annual, path);
    return *there ? stored_samples(verify->stored, annual, path, annual ? head->years : 1, verify->value) : NULL;
}

static struct fault *compare_outcome(struct verify *verify, const struct blocks *blocks, const struct samples *again,
                                     size_t outcome, bool annual, size_t *count)
{
    const size_t rows = annual ? verify->head->years : 1;
    char name[DATASET_MOST], period[16];
    struct difference difference = {.dataset = name};
    bool there = false;
    TRY(read_samples(verify, outcome, annual, &there));
    if (!there) return NULL;
    name_dataset("samples/", annual, "value", verify->head->outcomes.item[outcome].path, name);
    for (size_t row = 0; row < rows; row++)
        for (uint64_t i = 0; i < again->count; i++) {
            const uint64_t r = blocks->replication[i];
            const double stored = (double)verify->value[row * verify->head->replications + r];
            const double other = (double)samples_of(again, first_cell(verify, outcome, annual) + row)[i];
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

static struct fault *compare_input(struct verify *verify, const struct blocks *blocks, const struct samples *again,
                                   size_t input)
{
    char name[DATASET_MOST];
    struct difference difference = {.dataset = name};
    snprintf(name, sizeof name, "inputs/value of %.200s", stored_input_path(verify->stored, input));
    TRY(stored_input(verify->stored, input, verify->number));
    for (uint64_t i = 0; i < again->count; i++) {
        const uint64_t r = blocks->replication[i];
        const double stored = verify->number[r], other = again->input[input * again->count + i];
        if (same(stored, other) || difference.count++ > 0) continue;
        snprintf(difference.where, sizeof difference.where, "replication %" PRIu64, r);
        difference.stored = stored;
        difference.again = other;
    }
    note(verify, &difference);
    return NULL;
}

static struct fault *compare_inputs(struct verify *verify, const struct blocks *blocks, const struct samples *again,
                                    size_t *count)
{
    const struct store *store = verify->simulation->plan.store;
    const size_t inputs = stored_inputs(verify->stored);
    if (inputs > 0 && inputs != again->inputs)
        return fault_raise(FAULT_FILES, "the file has %zu inputs, but its scenario gives %zu", inputs, again->inputs);
    for (size_t i = 0; i < inputs; i++) {
        const char *path = stored_input_path(verify->stored, i);
        if (strcmp(path, store_input_name(store, i)) != 0)
            return fault_raise(FAULT_FILES, "the file has the input %s where its scenario gives %s", path,
                               store_input_name(store, i));
        TRY(compare_input(verify, blocks, again, i));
        ++*count;
    }
    return NULL;
}

struct fault *verify_blocks(struct verify *verify, const struct blocks *blocks, const struct samples *again,
                            struct verify_count *count)
{
    const size_t before = verify->different;
    *count = (struct verify_count){0};
    for (size_t o = 0; o < verify->head->outcomes.count; o++) {
        TRY(compare_outcome(verify, blocks, again, o, false, &count->horizon));
        TRY(compare_outcome(verify, blocks, again, o, true, &count->annual));
    }
    TRY(compare_inputs(verify, blocks, again, &count->inputs));
    count->different = verify->different - before;
    return NULL;
}

/* Room for one outcome at a time: what its samples give again. */
struct order {
    struct moments *moments; /* [years + 1], of which samples give number, extremes and the mean of 0 and 1 */
    struct quantile_estimate *quantile; /* [years + 1][quantiles] */
    struct cvar_estimate *cvar;         /* [years + 1][levels] */
    float *work;                        /* [replications] */
};

static struct moments moments_sampled(size_t count, const float value[], double valid)
{
    struct moments of = moments_none();
    double hits = 0.0;
    for (size_t i = 0; i < count; i++) {
        const double x = (double)value[i];
        if (isnan(x)) continue;
        of.min = of.count > 0.0 && of.min <= x ? of.min : x;
        of.max = of.count > 0.0 && of.max >= x ? of.max : x;
        hits += x > 0.0 ? 1.0 : 0.0;
        of.count++;
    }
    if (of.count > 0.0) of.mean = hits / of.count;
    of.undefined = valid - of.count;
    return of;
}

/* Where a value of a statistic is: " quantile 0.05 of 2030". */
static void say_where(const struct verify *verify, const struct dataset *of, bool annual, size_t row, size_t k,
                      char where[80])
{
    const struct simulation *simulation = verify->simulation;
    char period[16];
    period_text(verify, annual, row, period);
    if (of->along == ALONG_QUANTILE)
        snprintf(where, 80, "quantile %g of %s", simulation->probability[k], period);
    else if (of->along == ALONG_TAIL)
        snprintf(where, 80, "%s tail of %g %% of %s", tail_is_upper(simulation->level[k]) ? "upper" : "lower",
                 100.0 * tail_share(simulation->level[k]), period);
    else
        snprintf(where, 80, "%s", period);
}

/* A statistic of an outcome against what its samples give. */
static struct fault *compare_statistic(struct verify *verify, const struct order *order, const struct dataset *of,
                                       size_t outcome, bool annual)
{
    const struct simulation *simulation = verify->simulation;
    const struct outcome *item = &verify->head->outcomes.item[outcome];
    const size_t rows = annual ? verify->head->years : 1, Q = simulation->quantiles, L = simulation->levels;
    const size_t columns = dataset_columns(of->along, Q, L);
    char name[DATASET_MOST];
    struct difference difference = {.dataset = name};
    if (columns == 0) return NULL;
    name_dataset("", annual, of->name, item->path, name);
    TRY(stored_statistic(verify->stored, annual, of, item->path, rows, columns, verify->number));
    for (size_t at = 0; at < rows * columns; at++) {
        const size_t row = at / columns, k = at % columns;
        const struct dataset_cell cell = {item->kind->chance, order->moments + row, order->quantile + row * Q,
                                          order->cvar + row * L};
        const double again = of->get(&cell, k);
        const double stored = of->check == CHECK_SINGLE ? (double)(float)verify->number[at] : verify->number[at];
        if (same(stored, again) || difference.count++ > 0) continue;
        say_where(verify, of, annual, row, k, difference.where);
        difference.stored = stored;
        difference.again = again;
    }
    note(verify, &difference);
    return NULL;
}

static struct fault *order_outcome(struct verify *verify, const struct order *order, size_t outcome, bool annual,
                                   size_t *count)
{
    const struct simulation *simulation = verify->simulation;
    const struct quantiles_asked asked = {simulation->quantiles, simulation->probability, simulation->levels,
                                          simulation->level};
    const size_t rows = annual ? verify->head->years : 1, replications = verify->head->replications;
    const double valid = (double)(replications - verify->head->invalids);
    bool there = false;
    TRY(read_samples(verify, outcome, annual, &there));
    if (!there) return NULL;
    for (size_t row = 0; row < rows; row++) {
        const float *value = verify->value + row * replications;
        order->moments[row] = moments_sampled(replications, value, valid);
        quantiles_and_tails(replications, value, order->work, &asked, order->quantile + row * asked.quantiles,
                            order->cvar + row * asked.levels);
    }
    ++*count;
    for (const struct dataset *of = datasets; of->name != NULL; of++) {
        const bool has_chance = verify->head->outcomes.item[outcome].kind->chance != CHANCE_NONE;
        const bool from_order = of->along != ALONG_NOTHING;
        if (of->check != CHECK_NOT && (has_chance || !of->of_chance) && (verify->head->exact_quantiles || !from_order))
            TRY(compare_statistic(verify, order, of, outcome, annual));
    }
    return NULL;
}

struct fault *verify_order(struct verify *verify, struct verify_count *count)
{
    const size_t periods = verify->head->years + 1;
    struct order order = {calloc(periods, sizeof *order.moments),
                          calloc(periods * verify->simulation->quantiles + 1, sizeof *order.quantile),
                          calloc(periods * verify->simulation->levels + 1, sizeof *order.cvar),
                          calloc(stored_kept(verify->stored) + 1, sizeof *order.work)};
    struct fault *fault = order.moments == NULL || order.quantile == NULL || order.cvar == NULL || order.work == NULL
                              ? fault_no_memory()
                              : NULL;
    const size_t before = verify->different;
    *count = (struct verify_count){0};
    for (size_t o = 0; o < verify->head->outcomes.count && fault == NULL; o++) {
        fault = order_outcome(verify, &order, o, false, &count->horizon);
        if (fault == NULL) fault = order_outcome(verify, &order, o, true, &count->annual);
    }
    free(order.moments);
    free(order.quantile);
    free(order.cvar);
    free(order.work);
    count->different = verify->different - before;
    return fault;
}
