/* output/result/result_write.c -- the result file, in one pass and one fixed order.
 *
 * Each group has dimensions of its own (time, quantile, level, replication), because readers show a group without what
 * is above it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/result_write.h"
#include "output/hdf5/axes.h"
#include "output/hdf5/content.h"
#include "output/hdf5/packer.h"
#include "output/hdf5/publish.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct writing {
    struct layout layout;
    const struct result *result;
    int threads;
    double *work; /* [years * quantiles or levels], at least [years] */
};

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
    return m->min;
}
static double moment_greatest(const struct moments *m)
{
    return m->max;
}

/* The statistics that are one number per outcome and period. */
static const struct statistic {
    const char *name;
    double (*of)(const struct moments *);
    const char *unit; /* NULL: the outcome's */
    const char *words;
} statistics[] = {
    {"mean", moment_mean, NULL, "mean of "},
    {"sd", moments_sd, NULL, "standard deviation of "},
    {"standard_error", moments_standard_error, NULL, "standard error of the mean of "},
    {"skewness", moments_skewness, "1", "skewness of "},
    {"kurtosis", moments_kurtosis, "1", "kurtosis (3 of a normal) of "},
    {"minimum", moment_least, NULL, "least value of "},
    {"maximum", moment_greatest, NULL, "greatest value of "},
    {"count", moment_count, "1", "number of replications with a value of "},
};

static const struct {
    const char *name;
    const char *words;
} quantile_parts[] = {{"quantile", "quantiles of "},
                      {"quantile_low", "lower 95 % bound of the quantiles of "},
                      {"quantile_high", "upper 95 % bound of the quantiles of "}};

static struct fault *describe(struct writing *writing, hid_t dataset, const struct outcome *outcome, const char *unit,
                              const char *words)
{
    char long_name[512];
    snprintf(long_name, sizeof long_name, "%s%s", words, outcome->long_name);
    TRY(layout_text(&writing->layout, dataset, "units", unit[0] == '\0' ? "1" : unit));
    TRY(layout_text(&writing->layout, dataset, "long_name", long_name));
    TRY(layout_text(&writing->layout, dataset, "path", outcome->path));
    TRY(layout_text(&writing->layout, dataset, "cell_methods", result_cell_methods(outcome->kind->rule)));
    if (strstr(unit, "USD") != NULL) TRY(layout_text(&writing->layout, dataset, "prices", writing->result->prices));
    if (outcome->kind->chance != CHANCE_NONE)
        TRY(layout_text(&writing->layout, dataset, "probability", result_chance_name(outcome->kind->chance)));
    if (outcome->kind->headline) TRY(layout_integer(&writing->layout, dataset, "headline", 1));
    if (outcome->kind->horizon_only) TRY(layout_integer(&writing->layout, dataset, "horizon_only", 1));
    HDF5(writing->layout.path, H5Dclose(dataset), "close a dataset");
    return NULL;
}

/* What readers of the file need to know of an outcome to show it; beside its mean over the horizon alone. */
static struct fault *describe_place(struct writing *writing, hid_t dataset, const struct outcome_kind *kind)
{
    TRY(layout_text(&writing->layout, dataset, "subject", outcome_subjects[kind->subject].name));
    TRY(layout_integer(&writing->layout, dataset, "main", kind->main));
    TRY(layout_integer(&writing->layout, dataset, "rank", kind->rank));
    return kind->account ? layout_integer(&writing->layout, dataset, "account", 1) : NULL;
}

static struct fault *write_time(struct writing *writing, hid_t group, hid_t *time)
{
    return axes_time(&writing->layout, group, &writing->result->calendar, writing->result->years, time);
}

/* The work as a dataset: a value a year, or one over the horizon. */
static struct fault *write_row(struct writing *writing, hid_t group, const char *name, bool annual, hid_t time,
                               hid_t *dataset)
{
    const struct layout_data data = {.name = name,
                                     .type = H5T_NATIVE_DOUBLE,
                                     .rank = annual ? 1 : 0,
                                     .scale = {time},
                                     .size = {writing->result->years},
                                     .value = writing->work};
    return layout_dataset(&writing->layout, group, &data, dataset);
}

/* The same with a value for each column. */
static struct fault *write_table(struct writing *writing, hid_t group, const char *name, bool annual, size_t columns,
                                 hid_t time, hid_t scale, hid_t *dataset)
{
    const struct layout_data data = {.name = name,
                                     .type = H5T_NATIVE_DOUBLE,
                                     .rank = annual ? 2 : 1,
                                     .scale = {annual ? time : scale, scale},
                                     .size = {annual ? writing->result->years : columns, columns},
                                     .value = writing->work};
    return layout_dataset(&writing->layout, group, &data, dataset);
}

/* One statistic of every outcome, by year (`annual`) or over the horizon. */
static struct fault *write_statistic(struct writing *writing, hid_t parent, const struct statistic *statistic,
                                     bool annual)
{
    const struct result *result = writing->result;
    hid_t group = -1, time = -1, dataset = -1;
    TRY(layout_group(&writing->layout, parent, statistic->name, &group));
    if (annual) TRY(write_time(writing, group, &time));
    for (size_t i = 0; i < result->outcomes.count; i++) {
        const struct outcome *outcome = &result->outcomes.item[i];
        if (annual && outcome->kind->horizon_only) continue;
        const struct moments *moments = result->moments + i * (result->years + 1);
        char name[RESULT_NAME_MOST];
        result_name(outcome->path, name);
        if (annual)
            for (size_t y = 0; y < result->years; y++) writing->work[y] = statistic->of(&moments[y]);
        else
            writing->work[0] = statistic->of(&moments[result->years]);
        TRY(write_row(writing, group, name, annual, time, &dataset));
        if (!annual && statistic == &statistics[0]) TRY(describe_place(writing, dataset, outcome->kind));
        const char *unit = annual ? outcome->unit : outcome->total;
        TRY(describe(writing, dataset, outcome, statistic->unit == NULL ? unit : statistic->unit, statistic->words));
    }
    return NULL;
}

static double quantile_part(const struct quantile_estimate *quantile, size_t part)
{
    return part == 0 ? quantile->estimate : part == 1 ? quantile->low : quantile->high;
}

static struct fault *write_quantiles(struct writing *writing, hid_t parent, size_t part, bool annual)
{
    const struct result *result = writing->result;
    const size_t rows = annual ? result->years : 1, columns = result->quantiles;
    hid_t group = -1, time = -1, scale = -1, dataset = -1;
    TRY(layout_group(&writing->layout, parent, quantile_parts[part].name, &group));
    if (annual) TRY(write_time(writing, group, &time));
    TRY(axes_quantile(&writing->layout, group, result->quantiles, result->probability, &scale));
    for (size_t i = 0; i < result->outcomes.count; i++) {
        const struct outcome *outcome = &result->outcomes.item[i];
        if (annual && outcome->kind->horizon_only) continue;
        const size_t first = i * (result->years + 1) + (annual ? 0 : result->years);
        char name[RESULT_NAME_MOST];
        result_name(outcome->path, name);
        for (size_t k = 0; k < rows * columns; k++)
            writing->work[k] = quantile_part(&result->quantile[first * columns + k], part);
        TRY(write_table(writing, group, name, annual, columns, time, scale, &dataset));
        TRY(describe(writing, dataset, outcome, annual ? outcome->unit : outcome->total, quantile_parts[part].words));
    }
    return NULL;
}

/* The tails of an outcome: the means, with the number of points of each, or their standard errors. */
static struct fault *write_tail(struct writing *writing, hid_t group, size_t i, bool errors, bool annual, hid_t time,
                                hid_t scale)
{
    const struct result *result = writing->result;
    const struct outcome *outcome = &result->outcomes.item[i];
    const size_t values = (annual ? result->years : 1) * result->levels;
    const struct cvar_estimate *cvar =
        result->cvar + (i * (result->years + 1) + (annual ? 0 : result->years)) * result->levels;
    hid_t dataset = -1;
    char name[RESULT_NAME_MOST];
    result_name(outcome->path, name);
    for (size_t k = 0; k < values; k++) writing->work[k] = errors ? cvar[k].standard_error : cvar[k].estimate;
    TRY(write_table(writing, group, name, annual, result->levels, time, scale, &dataset));
    for (size_t k = 0; k < values; k++) writing->work[k] = cvar[k].points;
    if (!errors) TRY(layout_doubles(&writing->layout, dataset, "tail_points", values, writing->work));
    return describe(writing, dataset, outcome, annual ? outcome->unit : outcome->total,
                    errors ? "standard error of the mean of a tail of " : "mean of a tail (CVaR) of ");
}

static struct fault *write_tails(struct writing *writing, hid_t parent, bool errors, bool annual)
{
    const struct outcomes *outcomes = &writing->result->outcomes;
    hid_t group = -1, time = -1, scale = -1;
    TRY(layout_group(&writing->layout, parent, errors ? "cvar_standard_error" : "cvar", &group));
    if (annual) TRY(write_time(writing, group, &time));
    TRY(axes_level(&writing->layout, group, writing->result->levels, writing->result->level, &scale));
    for (size_t i = 0; i < outcomes->count; i++)
        if (!annual || !outcomes->item[i].kind->horizon_only)
            TRY(write_tail(writing, group, i, errors, annual, time, scale));
    return NULL;
}

static double probability_part(const struct probability_estimate *probability, size_t part)
{
    return part == 0 ? probability->estimate : part == 1 ? probability->low : probability->high;
}

/* Of the outcomes that tell of a probability. */
static struct fault *write_probabilities(struct writing *writing, hid_t parent, size_t part, bool annual)
{
    static const char *const names[] = {"probability", "probability_low", "probability_high"};
    static const char *const words[] = {
        "probability: ", "lower 95 % bound of the probability: ", "upper 95 % bound of the probability: "};
    const struct result *result = writing->result;
    hid_t group = -1, time = -1, dataset = -1;
    TRY(layout_group(&writing->layout, parent, names[part], &group));
    if (annual) TRY(write_time(writing, group, &time));
    for (size_t i = 0; i < result->outcomes.count; i++) {
        const struct outcome *outcome = &result->outcomes.item[i];
        if (outcome->kind->chance == CHANCE_NONE || (annual && outcome->kind->horizon_only)) continue;
        const size_t first = i * (result->years + 1) + (annual ? 0 : result->years), rows = annual ? result->years : 1;
        char name[RESULT_NAME_MOST];
        result_name(outcome->path, name);
        for (size_t k = 0; k < rows; k++) {
            const struct probability_estimate probability = result_probability(result, first + k);
            writing->work[k] = probability_part(&probability, part);
        }
        TRY(write_row(writing, group, name, annual, time, &dataset));
        TRY(describe(writing, dataset, outcome, "1", words[part]));
    }
    return NULL;
}

static struct fault *write_period(struct writing *writing, const char *name, bool annual)
{
    hid_t group = -1;
    TRY(layout_group(&writing->layout, writing->layout.file, name, &group));
    for (size_t i = 0; i < sizeof statistics / sizeof *statistics; i++)
        TRY(write_statistic(writing, group, &statistics[i], annual));
    for (size_t i = 0; i < 3; i++) TRY(write_quantiles(writing, group, i, annual));
    for (size_t i = 0; i < 2; i++) TRY(write_tails(writing, group, i == 1, annual));
    for (size_t i = 0; i < 3; i++) TRY(write_probabilities(writing, group, i, annual));
    return NULL;
}

/* A dataset of values per replication; with a packer, to which its values were added, compressed. */
static struct fault *write_replications(struct writing *writing, hid_t group, const struct layout_data *data,
                                        struct packer *packer, hid_t *dataset)
{
    struct layout_data stored = *data;
    stored.storage = packer == NULL ? LAYOUT_CHUNKED : LAYOUT_DEFLATED;
    if (packer != NULL) stored.value = NULL;
    TRY(layout_dataset(&writing->layout, group, &stored, dataset));
    return packer == NULL ? NULL : packer_write(packer, *dataset);
}

/* The samples of an outcome by year or over the horizon, [years or 1][replications]; NULL: none are written. */
static const float *samples_written(const struct result *result, size_t outcome, bool annual)
{
    if (annual && (result->outcomes.item[outcome].kind->horizon_only || !result->annual_saved[outcome])) return NULL;
    return samples_of(&result->samples, outcome * (result->years + 1) + (annual ? 0 : result->years));
}

static struct fault *write_sample_group(struct writing *writing, hid_t group, bool annual, struct packer *packer)
{
    const struct result *result = writing->result;
    const uint64_t count = result->samples.count;
    hid_t time = -1, replication = -1, dataset = -1;
    if (annual) TRY(write_time(writing, group, &time));
    TRY(layout_dimension(&writing->layout, group, "replication", count, &replication));
    for (size_t i = 0; i < result->outcomes.count; i++) {
        const struct outcome *outcome = &result->outcomes.item[i];
        const float *value = samples_written(result, i, annual);
        if (value == NULL) continue;
        char name[RESULT_NAME_MOST];
        result_name(outcome->path, name);
        const struct layout_data data = {.name = name,
                                         .type = H5T_NATIVE_FLOAT,
                                         .rank = annual ? 2 : 1,
                                         .scale = {annual ? time : replication, replication},
                                         .size = {annual ? result->years : count, count},
                                         .value = value};
        TRY(write_replications(writing, group, &data, packer, &dataset));
        TRY(describe(writing, dataset, outcome, annual ? outcome->unit : outcome->total, ""));
    }
    return NULL;
}

static struct fault *write_samples(struct writing *writing, hid_t parent, bool annual)
{
    const struct result *result = writing->result;
    struct packer *packer = NULL;
    hid_t group = -1;
    TRY(layout_group(&writing->layout, parent, annual ? "annual" : "horizon", &group));
    struct fault *fault = NULL;
    if (result->compressed)
        fault = packer_open(writing->layout.path, sizeof(float), result->samples.count, writing->threads, &packer);
    for (size_t i = 0; packer != NULL && i < result->outcomes.count && fault == NULL; i++) {
        const float *value = samples_written(result, i, annual);
        if (value != NULL) fault = packer_add(packer, value, annual ? result->years : 1);
    }
    if (fault == NULL) fault = write_sample_group(writing, group, annual, packer);
    packer_close(packer);
    return fault;
}

static struct fault *write_input_group(struct writing *writing, hid_t group, struct packer *packer)
{
    const struct result *result = writing->result;
    hid_t replication = -1, dataset = -1;
    TRY(layout_dimension(&writing->layout, group, "replication", result->samples.count, &replication));
    for (size_t i = 0; i < result->samples.inputs; i++) {
        const struct result_input *input = &result->input[i];
        char name[RESULT_NAME_MOST];
        result_name(input->path, name);
        const struct layout_data data = {.name = name,
                                         .type = H5T_NATIVE_DOUBLE,
                                         .rank = 1,
                                         .scale = {replication},
                                         .size = {result->samples.count},
                                         .value = result->samples.input + i * result->samples.count};
        TRY(write_replications(writing, group, &data, packer, &dataset));
        TRY(layout_text(&writing->layout, dataset, "units", input->unit));
        TRY(layout_text(&writing->layout, dataset, "long_name", input->long_name));
        TRY(layout_text(&writing->layout, dataset, "path", input->path));
        HDF5(writing->layout.path, H5Dclose(dataset), "close a dataset");
    }
    return NULL;
}

static struct fault *write_inputs(struct writing *writing)
{
    const struct samples *samples = &writing->result->samples;
    struct packer *packer = NULL;
    hid_t group = -1;
    TRY(layout_group(&writing->layout, writing->layout.file, "inputs", &group));
    if (samples->count == 0 || samples->inputs == 0) return NULL;
    struct fault *fault = NULL;
    if (writing->result->compressed)
        fault = packer_open(writing->layout.path, sizeof(double), samples->count, writing->threads, &packer);
    for (size_t i = 0; packer != NULL && i < samples->inputs && fault == NULL; i++)
        fault = packer_add(packer, samples->input + i * samples->count, 1);
    if (fault == NULL) fault = write_input_group(writing, group, packer);
    packer_close(packer);
    return fault;
}

/* Which replications are invalid: number, first month with a value that is not finite, and the outcome that had it. */
static struct fault *write_invalid(struct writing *writing, hid_t group)
{
    static const struct {
        const char *name, *long_name;
    } parts[] = {{"invalid_replication", "number of an invalid replication"},
                 {"invalid_month", "first month, from 0, in which it was not finite"},
                 {"invalid_cause", "outcome that was not finite"}};
    const struct result *result = writing->result;
    hid_t dimension = -1, dataset = -1;
    if (result->invalids == 0) return NULL;
    int64_t *value = malloc(result->invalids * sizeof *value);
    int32_t *flag = malloc((result->causes + 1) * sizeof *flag);
    char *names = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&names, &size);
    struct fault *fault = value == NULL || flag == NULL || to == NULL ? fault_no_memory() : NULL;
    for (size_t i = 0; i < result->causes && fault == NULL; i++) {
        flag[i] = (int32_t)i;
        fprintf(to, "%s%s", i == 0 ? "" : " ", result->cause[i]);
    }
    if (to != NULL && fclose(to) != 0 && fault == NULL) fault = fault_no_memory();
    if (fault == NULL) fault = layout_dimension(&writing->layout, group, "invalid", result->invalids, &dimension);
    for (size_t part = 0; part < 3 && fault == NULL; part++) {
        for (size_t i = 0; i < result->invalids; i++)
            value[i] = part == 0   ? (int64_t)result->invalid[i].replication
                       : part == 1 ? result->invalid[i].month
                                   : result->invalid[i].cause;
        const struct layout_data data = {.name = parts[part].name,
                                         .type = H5T_NATIVE_INT64,
                                         .rank = 1,
                                         .scale = {dimension},
                                         .size = {result->invalids},
                                         .value = value};
        fault = layout_dataset(&writing->layout, group, &data, &dataset);
        if (fault == NULL) fault = layout_text(&writing->layout, dataset, "units", "1");
        if (fault == NULL) fault = layout_text(&writing->layout, dataset, "long_name", parts[part].long_name);
        if (fault == NULL && part == 2)
            fault = layout_integers(&writing->layout, dataset, "flag_values", result->causes, flag);
        if (fault == NULL && part == 2) fault = layout_text(&writing->layout, dataset, "flag_meanings", names);
    }
    free(value);
    free(flag);
    free(names);
    return fault;
}

static struct fault *write_diagnostics(struct writing *writing)
{
    const struct result *result = writing->result;
    hid_t group = -1, dataset = -1;
    TRY(layout_group(&writing->layout, writing->layout.file, "diagnostics", &group));
    for (size_t i = 0; i < result->diagnostics; i++) {
        const struct result_diagnostic *diagnostic = &result->diagnostic[i];
        char name[RESULT_NAME_MOST];
        result_name(diagnostic->path, name);
        const struct layout_data data = {.name = name, .type = H5T_NATIVE_DOUBLE, .value = &diagnostic->value};
        TRY(layout_dataset(&writing->layout, group, &data, &dataset));
        TRY(layout_text(&writing->layout, dataset, "units", diagnostic->unit));
        TRY(layout_text(&writing->layout, dataset, "long_name", diagnostic->meaning));
        TRY(layout_text(&writing->layout, dataset, "path", diagnostic->path));
        HDF5(writing->layout.path, H5Dclose(dataset), "close a dataset");
    }
    return write_invalid(writing, group);
}

static struct fault *write_root(struct writing *writing)
{
    const struct result *result = writing->result;
    const struct layout *layout = &writing->layout;
    char hex[CONTENT_DIGITS + 1], seed[24], date[8];
    content_of_text(result->scenario, hex);
    snprintf(seed, sizeof seed, "%" PRIu64, result->seed);
    TRY(layout_text(layout, layout->file, "Conventions", "CF-1.8"));
    TRY(layout_text(layout, layout->file, "title", result->title));
    TRY(layout_text(layout, layout->file, "history", result->history));
    TRY(layout_text(layout, layout->file, "source", result->source));
    TRY(layout_integer(layout, layout->file, "zhol_schema", RESULT_SCHEMA));
    TRY(layout_text(layout, layout->file, "scenario", result->scenario));
    TRY(layout_text(layout, layout->file, "scenario_sha256", hex));
    TRY(layout_text(layout, layout->file, "seed", seed)); /* as text: some readers cut 64-bit numbers */
    TRY(layout_integer(layout, layout->file, "replications", (int64_t)result->replications));
    TRY(layout_integer(layout, layout->file, "invalid_replications", (int64_t)result->invalids));
    TRY(layout_text(layout, layout->file, "rng", result->rng));
    TRY(layout_text(layout, layout->file, "arithmetic", result->arithmetic));
    TRY(layout_integer(layout, layout->file, "memory", (int64_t)result->memory));
    TRY(layout_text(layout, layout->file, "prices", result->prices));
    TRY(layout_text(layout, layout->file, "quantiles", result->exact_quantiles ? "exact" : "sketch"));
    if (!result->exact_quantiles)
        TRY(layout_number(layout, layout->file, "quantile_relative_error", result->quantile_error));
    if (result->stopped_by != NULL) TRY(layout_text(layout, layout->file, "stopped_by", result->stopped_by));
    calendar_write(result->calendar.base, date);
    TRY(layout_text(layout, layout->file, "base", date));
    calendar_write(result->calendar.start, date);
    TRY(layout_text(layout, layout->file, "start", date));
    return layout_integer(layout, layout->file, "months", result->calendar.months);
}

static struct fault *write_all(struct writing *writing)
{
    hid_t samples = -1;
    TRY(write_root(writing));
    TRY(write_period(writing, "annual", true));
    TRY(write_period(writing, "horizon", false));
    if (writing->result->samples.count > 0) {
        TRY(layout_group(&writing->layout, writing->layout.file, "samples", &samples));
        TRY(write_samples(writing, samples, false));
        TRY(write_samples(writing, samples, true));
    }
    TRY(write_inputs(writing));
    TRY(write_diagnostics(writing));
    return content_seal(&writing->layout);
}

struct fault *result_lay_out(const struct result *result, const struct layout *layout, int threads)
{
    const size_t columns = result->quantiles > result->levels ? result->quantiles : result->levels;
    struct writing writing = {.layout = *layout, .result = result, .threads = threads};
    writing.work = malloc((result->years + 1) * (columns + 1) * sizeof *writing.work);
    struct fault *fault = writing.work == NULL ? fault_no_memory() : write_all(&writing);
    free(writing.work);
    return fault;
}

/* What is written, and on how many threads. */
struct task {
    const struct result *result;
    int threads;
};

/* The whole file, closed. */
static struct fault *write_file(const char *temporary, const char *path, const void *context)
{
    const struct task *task = context;
    struct layout layout;
    struct fault *fault = layout_create(temporary, &layout);
    layout.path = path; /* the name that people know */
    if (fault == NULL) fault = result_lay_out(task->result, &layout, task->threads);
    return layout_finish(&layout, fault);
}

struct fault *result_write(const struct result *result, const char *path, bool force, int threads)
{
    const struct task task = {result, threads};
    return publish(path, force, write_file, &task);
}
