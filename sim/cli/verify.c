/* sim/cli/verify.c -- see verify.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/verify.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { DATASET_MOST = RESULT_NAME_MOST + 64 };

struct fault *verify_init(struct verify *verify, const struct result *head, const struct stored *stored,
                          const struct simulation *simulation)
{
    const size_t periods = head->years + 1, count = head->replications;
    const size_t most = periods * (simulation->quantiles + simulation->levels + 1); /* values of a statistic */
    bool years = false;
    for (size_t i = 0; i < head->outcomes.count; i++) years = years || head->annual_saved[i];
    *verify = (struct verify){.head = head, .stored = stored, .simulation = simulation};
    verify->value = calloc((years ? head->years : 1) * count + 1, sizeof *verify->value);
    verify->number = calloc(count + most, sizeof *verify->number);
    verify->expected = calloc(most, sizeof *verify->expected);
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
    char year[8];
    calendar_write_year(verify->head->calendar.start, (int)row, year);
    snprintf(text, 16, "%s", annual ? year : "the horizon");
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

static struct fault *compare_outcome(struct verify *verify, const struct blocks *blocks, const struct samples *again,
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
                                   const char *dataset, size_t input)
{
    struct difference difference = {.dataset = dataset};
    TRY(stored_doubles(verify->stored, dataset, verify->head->replications, verify->number));
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
    struct stored_input *input = NULL;
    size_t inputs = 0;
    struct fault *fault = stored_inputs(verify->stored, &input, &inputs);
    if (fault == NULL && inputs > 0 && inputs != again->inputs)
        fault = fault_raise(FAULT_FILES, "the file has %zu inputs, but its scenario gives %zu", inputs, again->inputs);
    for (size_t i = 0; i < inputs && fault == NULL; i++) {
        if (strcmp(input[i].path, store_input_name(store, i)) != 0)
            fault = fault_raise(FAULT_FILES, "the file has the input %s where its scenario gives %s", input[i].path,
                                store_input_name(store, i));
        if (fault == NULL) fault = compare_input(verify, blocks, again, input[i].dataset, i);
        ++*count;
    }
    stored_inputs_free(input, inputs);
    return fault;
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

/* What a statistic has besides a period: quantiles or levels. */
struct columns {
    const char *word;
    size_t count;
    const double *value;
};

/* What of a statistic is stored in one dataset: values of an outcome, [periods][columns]. */
struct part {
    const char *group; /* such as "quantile_low" */
    size_t outcome;
    bool annual;
    const struct columns *columns; /* NULL: one */
    bool single;                   /* to be compared in single precision, in which the samples are */
    const char *attribute;         /* of the dataset, instead of its values; or NULL */
};

/* Against verify->expected. */
static struct fault *compare_part(struct verify *verify, const struct part *part)
{
    const size_t rows = part->annual ? verify->head->years : 1;
    const size_t wide = part->columns == NULL ? 1 : part->columns->count;
    char name[DATASET_MOST], period[16];
    struct difference difference = {.dataset = name};
    dataset_name("", part->annual, part->group, verify->head->outcomes.item[part->outcome].path, name);
    if (wide == 0) return NULL;
    if (part->attribute == NULL)
        TRY(stored_doubles(verify->stored, name, rows * wide, verify->number));
    else
        TRY(stored_attribute(verify->stored, name, part->attribute, rows * wide, verify->number));
    for (size_t k = 0; k < rows * wide; k++) {
        const double stored = part->single ? (double)(float)verify->number[k] : verify->number[k];
        if (same(stored, verify->expected[k]) || difference.count++ > 0) continue;
        period_text(verify, part->annual, k / wide, period);
        const char *attribute = part->attribute == NULL ? "" : part->attribute;
        const char *space = part->attribute == NULL ? "" : " of ";
        if (part->columns == NULL)
            snprintf(difference.where, sizeof difference.where, "%s%s%s", attribute, space, period);
        else
            snprintf(difference.where, sizeof difference.where, "%s%s%s %g of %s", attribute, space,
                     part->columns->word, part->columns->value[k % wide], period);
        difference.stored = stored;
        difference.again = verify->expected[k];
    }
    note(verify, &difference);
    return NULL;
}

/* What follows from the samples of a period. */
struct sampled {
    double count, min, max, hits;
};

static struct sampled sampled_of(size_t count, const float value[])
{
    struct sampled of = {.count = 0.0, .min = (double)NAN, .max = (double)NAN};
    for (size_t i = 0; i < count; i++) {
        const double x = (double)value[i];
        if (isnan(x)) continue;
        of.min = of.count > 0.0 && of.min <= x ? of.min : x;
        of.max = of.count > 0.0 && of.max >= x ? of.max : x;
        of.hits += x > 0.0 ? 1.0 : 0.0;
        of.count++;
    }
    return of;
}

/* Room for one outcome at a time. */
struct order {
    struct sampled *sampled;            /* [years + 1] */
    struct quantile_estimate *quantile; /* [years + 1][quantiles] */
    struct cvar_estimate *cvar;         /* [years + 1][levels] */
    float *work;                        /* [replications] */
};

static double sampled_part(const struct sampled *of, size_t p)
{
    return p == 0 ? of->count : p == 1 ? of->min : of->max;
}

static struct fault *compare_sampled(struct verify *verify, const struct order *order, size_t outcome, bool annual)
{
    static const char *const groups[] = {"count", "minimum", "maximum"};
    for (size_t p = 0; p < sizeof groups / sizeof *groups; p++) {
        const struct part part = {.group = groups[p], .outcome = outcome, .annual = annual, .single = true};
        for (size_t row = 0; row < (annual ? verify->head->years : 1); row++)
            verify->expected[row] = sampled_part(&order->sampled[row], p);
        TRY(compare_part(verify, &part));
    }
    return NULL;
}

static double quantile_part(const struct quantile_estimate *of, size_t p)
{
    return p == 0 ? of->estimate : p == 1 ? of->low : of->high;
}

static struct fault *compare_quantiles(struct verify *verify, const struct order *order, size_t outcome, bool annual)
{
    static const char *const groups[] = {"quantile", "quantile_low", "quantile_high"};
    const struct columns columns = {"quantile", verify->simulation->quantiles, verify->simulation->probability};
    for (size_t p = 0; p < sizeof groups / sizeof *groups; p++) {
        const struct part part = {.group = groups[p], .outcome = outcome, .annual = annual, .columns = &columns};
        for (size_t k = 0; k < (annual ? verify->head->years : 1) * columns.count; k++)
            verify->expected[k] = quantile_part(&order->quantile[k], p);
        TRY(compare_part(verify, &part));
    }
    return NULL;
}

static double cvar_part(const struct cvar_estimate *of, size_t p)
{
    return p == 0 ? of->estimate : p == 1 ? of->standard_error : of->points;
}

static struct fault *compare_tails(struct verify *verify, const struct order *order, size_t outcome, bool annual)
{
    static const struct {
        const char *group, *attribute;
    } parts[] = {{"cvar", NULL}, {"cvar_standard_error", NULL}, {"cvar", "tail_points"}};
    const struct columns columns = {"level", verify->simulation->levels, verify->simulation->level};
    for (size_t p = 0; p < sizeof parts / sizeof *parts; p++) {
        const struct part part = {.group = parts[p].group,
                                  .outcome = outcome,
                                  .annual = annual,
                                  .columns = &columns,
                                  .attribute = parts[p].attribute};
        for (size_t k = 0; k < (annual ? verify->head->years : 1) * columns.count; k++)
            verify->expected[k] = cvar_part(&order->cvar[k], p);
        TRY(compare_part(verify, &part));
    }
    return NULL;
}

static double probability_part(const struct probability_estimate *of, size_t p)
{
    return p == 0 ? of->estimate : p == 1 ? of->low : of->high;
}

/* Of an outcome that is 0 or 1, how often it is 1; of one that has a value sometimes, how often it has. */
static struct fault *compare_probabilities(struct verify *verify, const struct order *order, size_t outcome,
                                           bool annual)
{
    static const char *const groups[] = {"probability", "probability_low", "probability_high"};
    const enum outcome_chance chance = verify->head->outcomes.item[outcome].kind->chance;
    const double valid = (double)(verify->head->replications - verify->head->invalids);
    if (chance == CHANCE_NONE) return NULL;
    for (size_t p = 0; p < sizeof groups / sizeof *groups; p++) {
        const struct part part = {.group = groups[p], .outcome = outcome, .annual = annual};
        for (size_t row = 0; row < (annual ? verify->head->years : 1); row++) {
            const struct sampled *of = &order->sampled[row];
            const struct probability_estimate probability =
                chance == CHANCE_MEAN ? probability_of(of->hits, of->count) : probability_of(of->count, valid);
            verify->expected[row] = probability_part(&probability, p);
        }
        TRY(compare_part(verify, &part));
    }
    return NULL;
}

static struct fault *order_outcome(struct verify *verify, const struct order *order, size_t outcome, bool annual,
                                   size_t *count)
{
    const struct simulation *simulation = verify->simulation;
    const struct quantiles_asked asked = {simulation->quantiles, simulation->probability, simulation->levels,
                                          simulation->level};
    const size_t rows = annual ? verify->head->years : 1, replications = verify->head->replications;
    char name[DATASET_MOST];
    bool there = false;
    TRY(read_samples(verify, outcome, annual, &there, name));
    if (!there) return NULL;
    for (size_t row = 0; row < rows; row++) {
        const float *value = verify->value + row * replications;
        order->sampled[row] = sampled_of(replications, value);
        quantiles_and_tails(replications, value, order->work, &asked, order->quantile + row * asked.quantiles,
                            order->cvar + row * asked.levels);
    }
    ++*count;
    TRY(compare_sampled(verify, order, outcome, annual));
    TRY(compare_probabilities(verify, order, outcome, annual));
    if (!verify->head->exact_quantiles) return NULL;
    TRY(compare_quantiles(verify, order, outcome, annual));
    return compare_tails(verify, order, outcome, annual);
}

struct fault *verify_order(struct verify *verify, struct verify_count *count)
{
    const size_t periods = verify->head->years + 1;
    struct order order = {calloc(periods, sizeof *order.sampled),
                          calloc(periods * verify->simulation->quantiles + 1, sizeof *order.quantile),
                          calloc(periods * verify->simulation->levels + 1, sizeof *order.cvar),
                          calloc(verify->head->replications + 1, sizeof *order.work)};
    struct fault *fault = order.sampled == NULL || order.quantile == NULL || order.cvar == NULL || order.work == NULL
                              ? fault_no_memory()
                              : NULL;
    const size_t before = verify->different;
    *count = (struct verify_count){0};
    for (size_t o = 0; o < verify->head->outcomes.count && fault == NULL; o++) {
        fault = order_outcome(verify, &order, o, false, &count->horizon);
        if (fault == NULL) fault = order_outcome(verify, &order, o, true, &count->annual);
    }
    free(order.sampled);
    free(order.quantile);
    free(order.cvar);
    free(order.work);
    count->different = verify->different - before;
    return fault;
}
