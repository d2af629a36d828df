/* output/result/result_write.c -- the result file, in one pass and one fixed order.
 *
 * Each group has coordinates of its own, because readers show a group without what is above it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/result_write.h"
#include "output/hdf5/axes.h"
#include "output/hdf5/packer.h"
#include "output/hdf5/publish.h"
#include "output/result/outcome_axis.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

struct writing {
    struct layout layout;
    const struct result *result;
    int threads;
    /* of the group at hand */
    size_t *outcome; /* [count] which are in it */
    const struct outcome **described;
    const char **label; /* [outcomes], room for texts */
    size_t count;
    struct layout_axis along_outcome;
};

static const struct outcome *outcome_at(const struct writing *writing, size_t i)
{
    return &writing->result->outcomes.item[writing->outcome[i]];
}

/* A group along the outcomes at hand. */
static struct fault *write_group(struct writing *writing, hid_t parent, const char *name, bool annual, hid_t *group)
{
    for (size_t i = 0; i < writing->count; i++) writing->described[i] = outcome_at(writing, i);
    TRY(layout_group(&writing->layout, parent, name, group));
    return (writing->result->untitled ? outcome_axis_write_untitled : outcome_axis_write)(
        &writing->layout, *group, annual, writing->result->prices, writing->count, writing->described,
        &writing->along_outcome);
}

static struct fault *write_time(struct writing *writing, hid_t group, struct layout_axis *time)
{
    return axes_time(&writing->layout, group, &writing->result->calendar, writing->result->years, time);
}

/* ---- statistics ---- */

/* The axes of a group of statistics. */
struct axes {
    bool annual;
    struct layout_axis time, quantile, tail, level, threshold; /* the last of size 0: there are none */
    size_t *chance; /* [threshold.size] the outcomes that tell of a probability */
};

static struct fault *write_axes(struct writing *writing, hid_t group, struct axes *axes)
{
    struct layout *layout = &writing->layout;
    const struct result *result = writing->result;
    const size_t levels = result->levels / 2;
    size_t chances = 0;
    if (axes->annual) TRY(write_time(writing, group, &axes->time));
    TRY(axes_quantile(layout, group, result->quantiles, result->probability, &axes->quantile));
    TRY(axes_tail(layout, group, &axes->tail));
    TRY(axes_level(layout, group, levels, result->level + levels, &axes->level));
    for (size_t i = 0; i < writing->count; i++) {
        if (outcome_at(writing, i)->kind->chance == CHANCE_NONE) continue;
        axes->chance[chances] = writing->outcome[i];
        writing->label[chances++] = outcome_at(writing, i)->path;
    }
    if (chances == 0) return NULL;
    return axes_labels(layout, group, "threshold", "path of an outcome that tells of a probability", chances,
                       writing->label, &axes->threshold);
}

static struct fault *write_values(struct writing *writing, hid_t group, const struct dataset *of,
                                  const struct axes *axes, double *value)
{
    const struct layout *layout = &writing->layout;
    const struct result *result = writing->result;
    struct layout_data data = {.name = of->name, .type = H5T_NATIVE_DOUBLE, .value = value};
    const size_t *outcome = of->of_chance ? axes->chance : writing->outcome;
    const size_t first = axes->annual ? 0 : result->years, end = axes->annual ? result->years : result->years + 1;
    size_t at = 0;
    hid_t dataset = -1;
    if (of->of_chance && axes->threshold.size == 0) return NULL;
    data.axis[data.rank++] = of->of_chance ? axes->threshold : writing->along_outcome;
    if (axes->annual) data.axis[data.rank++] = axes->time;
    if (of->along == ALONG_QUANTILE) data.axis[data.rank++] = axes->quantile;
    if (of->along == ALONG_TAIL) data.axis[data.rank++] = axes->tail;
    if (of->along == ALONG_TAIL) data.axis[data.rank++] = axes->level;
    for (size_t i = 0; i < data.axis[0].size; i++)
        for (size_t p = first; p < end; p++) {
            const struct dataset_cell cell = result_cell(result, outcome[i], p);
            for (size_t k = 0; k < dataset_columns(of->along, result->quantiles, result->levels); k++)
                value[at++] = of->get(&cell, dataset_column(of->along, result->levels, k));
        }
    TRY(layout_dataset(layout, group, &data, &dataset));
    TRY(layout_text(layout, dataset, "long_name", of->meaning));
    if (!of->in_unit) TRY(layout_text(layout, dataset, "units", "1"));
    HDF5(layout->path, H5Dclose(dataset), "close a dataset");
    return NULL;
}

static struct fault *write_statistics(struct writing *writing, hid_t group, struct axes *axes)
{
    const struct result *result = writing->result;
    const size_t most = result->quantiles > result->levels ? result->quantiles : result->levels;
    double *value = malloc((writing->count * (axes->annual ? result->years : 1) * (most + 1) + 1) * sizeof *value);
    axes->chance = malloc((writing->count + 1) * sizeof *axes->chance);
    struct fault *fault = value == NULL || axes->chance == NULL ? fault_no_memory() : write_axes(writing, group, axes);
    for (const struct dataset *of = datasets; of->name != NULL && fault == NULL; of++)
        fault = write_values(writing, group, of, axes, value);
    free(value);
    free(axes->chance);
    return fault;
}

static struct fault *write_period(struct writing *writing, bool annual)
{
    const struct outcomes *outcomes = &writing->result->outcomes;
    struct axes axes = {.annual = annual};
    hid_t group = -1;
    writing->count = 0;
    for (size_t i = 0; i < outcomes->count; i++)
        if (!annual || !outcomes->item[i].kind->horizon_only) writing->outcome[writing->count++] = i;
    TRY(write_group(writing, writing->layout.file, annual ? "annual" : "horizon", annual, &group));
    return write_statistics(writing, group, &axes);
}

/* ---- values per replication ---- */

/* The dataset `value`, of rows, with what it holds. */
static struct fault *write_rows(const struct writing *writing, hid_t group, struct layout_data *data,
                                const char *long_name, const void *const row[])
{
    const struct layout *layout = &writing->layout;
    hid_t dataset = -1;
    data->name = "value";
    data->storage = writing->result->compressed ? LAYOUT_DEFLATED : LAYOUT_CHUNKED;
    TRY(layout_dataset(layout, group, data, &dataset));
    TRY(packer_write(layout, dataset, data, row, writing->threads));
    TRY(layout_text(layout, dataset, "long_name", long_name));
    HDF5(layout->path, H5Dclose(dataset), "close a dataset");
    return NULL;
}

/* The samples of an outcome by year or over the horizon, [years or 1][replications]; NULL: none are written. */
static const float *samples_written(const struct result *result, size_t outcome, bool annual)
{
    if (annual && (result->outcomes.item[outcome].kind->horizon_only || !result->annual_saved[outcome])) return NULL;
    return samples_of(&result->samples, outcome * (result->years + 1) + (annual ? 0 : result->years));
}

static struct fault *write_samples(struct writing *writing, hid_t parent, bool annual)
{
    const struct result *result = writing->result;
    const size_t rows = annual ? result->years : 1, count = result->samples.count;
    struct layout_data data = {.type = H5T_NATIVE_FLOAT};
    struct layout_axis time, replication;
    hid_t group = -1;
    writing->count = 0;
    for (size_t i = 0; i < result->outcomes.count; i++)
        if (samples_written(result, i, annual) != NULL) writing->outcome[writing->count++] = i;
    TRY(write_group(writing, parent, annual ? "annual" : "horizon", annual, &group));
    if (annual) TRY(write_time(writing, group, &time));
    TRY(layout_dimension(&writing->layout, group, "replication", count, &replication));
    data.axis[data.rank++] = writing->along_outcome;
    if (annual) data.axis[data.rank++] = time;
    data.axis[data.rank++] = replication;
    const void **row = malloc((writing->count * rows + 1) * sizeof *row);
    if (row == NULL) return fault_no_memory();
    for (size_t i = 0; i < writing->count * rows; i++)
        row[i] = samples_written(result, writing->outcome[i / rows], annual) + i % rows * count;
    struct fault *fault = write_rows(writing, group, &data, "value in each replication", row);
    free(row);
    return fault;
}

static const char *input_path(const struct result_input *input)
{
    return input->path;
}
static const char *input_unit(const struct result_input *input)
{
    return input->unit;
}
static const char *input_long_name(const struct result_input *input)
{
    return input->long_name;
}

/* The labels of the inputs. */
static struct fault *write_input_axis(struct writing *writing, hid_t group, const char **label,
                                      struct layout_axis *axis)
{
    static const struct {
        const char *name, *meaning;
        const char *(*of)(const struct result_input *);
    } labels[] = {{"input", "path of the input", input_path},
                  {"units", "unit of the values", input_unit},
                  {"long_name", "the input in words", input_long_name}};
    const struct result *result = writing->result;
    const size_t count = result->samples.inputs;
    hid_t dataset = -1;
    TRY(layout_text(&writing->layout, group, "coordinates", "units long_name"));
    for (size_t i = 0; i < count; i++) label[i] = result->input[i].path;
    TRY(layout_lines(&writing->layout, group, "inputs", count, label));
    for (size_t l = 0; l < sizeof labels / sizeof *labels; l++) {
        for (size_t i = 0; i < count; i++) label[i] = labels[l].of(&result->input[i]);
        if (l == 0) {
            TRY(axes_labels(&writing->layout, group, labels[l].name, labels[l].meaning, count, label, axis));
            continue;
        }
        TRY(layout_texts(&writing->layout, group, labels[l].name, axis, label, &dataset));
        TRY(layout_text(&writing->layout, dataset, "long_name", labels[l].meaning));
        HDF5(writing->layout.path, H5Dclose(dataset), "close a dataset");
    }
    return NULL;
}

static struct fault *write_input_values(struct writing *writing, hid_t group, const char **label, const void **row)
{
    const struct samples *samples = &writing->result->samples;
    struct layout_data data = {.type = H5T_NATIVE_DOUBLE, .rank = 2};
    TRY(write_input_axis(writing, group, label, &data.axis[0]));
    TRY(layout_dimension(&writing->layout, group, "replication", samples->count, &data.axis[1]));
    for (size_t i = 0; i < samples->inputs; i++) row[i] = samples->input + i * samples->count;
    return write_rows(writing, group, &data, "the input as drawn in each replication", row);
}

static struct fault *write_inputs(struct writing *writing)
{
    const struct samples *samples = &writing->result->samples;
    hid_t group = -1;
    TRY(layout_group(&writing->layout, writing->layout.file, "inputs", &group));
    if (samples->count == 0 || samples->inputs == 0) return NULL;
    const char **label = malloc((samples->inputs + 1) * sizeof *label);
    const void **row = malloc((samples->inputs + 1) * sizeof *row);
    struct fault *fault =
        label == NULL || row == NULL ? fault_no_memory() : write_input_values(writing, group, label, row);
    free(label);
    free(row);
    return fault;
}

/* ---- how far the run is to be trusted ---- */

/* A number of each invalid replication. */
static struct fault *write_invalid_numbers(struct writing *writing, hid_t group, const struct layout_axis *axis,
                                           bool month, int64_t *value)
{
    const struct result *result = writing->result;
    hid_t dataset = -1;
    for (size_t i = 0; i < result->invalids; i++)
        value[i] = month ? result->invalid[i].month : (int64_t)result->invalid[i].replication;
    const struct layout_data data = {.name = month ? "invalid_month" : "invalid_replication",
                                     .type = H5T_NATIVE_INT64,
                                     .rank = 1,
                                     .axis = {*axis},
                                     .value = value};
    TRY(layout_dataset(&writing->layout, group, &data, &dataset));
    TRY(layout_text(&writing->layout, dataset, "units", "1"));
    return layout_text(&writing->layout, dataset, "long_name",
                       month ? "first month, from 0, in which it was not finite" : "number of an invalid replication");
}

/* Which replications are invalid: number, first month with a value that is not finite, and the outcome that had it. */
static struct fault *write_invalid(struct writing *writing, hid_t group)
{
    const struct result *result = writing->result;
    struct layout_axis axis;
    hid_t dataset = -1;
    if (result->invalids == 0) return NULL;
    int64_t *value = malloc(result->invalids * sizeof *value);
    const char **cause = malloc(result->invalids * sizeof *cause);
    struct fault *fault = value == NULL || cause == NULL
                              ? fault_no_memory()
                              : layout_dimension(&writing->layout, group, "invalid", result->invalids, &axis);
    if (fault == NULL) fault = write_invalid_numbers(writing, group, &axis, false, value);
    if (fault == NULL) fault = write_invalid_numbers(writing, group, &axis, true, value);
    for (size_t i = 0; i < result->invalids && fault == NULL; i++) cause[i] = result->cause[result->invalid[i].cause];
    if (fault == NULL) fault = layout_texts(&writing->layout, group, "invalid_cause", &axis, cause, &dataset);
    if (fault == NULL) fault = layout_text(&writing->layout, dataset, "long_name", "outcome that was not finite");
    free(value);
    free(cause);
    return fault;
}

static struct fault *write_diagnostic_values(struct writing *writing, hid_t group, const char **label, double *value)
{
    const struct result *result = writing->result;
    struct layout_axis axis;
    hid_t dataset = -1;
    TRY(layout_text(&writing->layout, group, "coordinates", "units long_name"));
    for (size_t i = 0; i < result->diagnostics; i++) label[i] = result->diagnostic[i].path;
    TRY(axes_labels(&writing->layout, group, "diagnostic", "what is told", result->diagnostics, label, &axis));
    for (size_t i = 0; i < result->diagnostics; i++) label[i] = result->diagnostic[i].unit;
    TRY(layout_texts(&writing->layout, group, "units", &axis, label, &dataset));
    for (size_t i = 0; i < result->diagnostics; i++) label[i] = result->diagnostic[i].meaning;
    TRY(layout_texts(&writing->layout, group, "long_name", &axis, label, &dataset));
    for (size_t i = 0; i < result->diagnostics; i++) value[i] = result->diagnostic[i].value;
    const struct layout_data data = {
        .name = "value", .type = H5T_NATIVE_DOUBLE, .rank = 1, .axis = {axis}, .value = value};
    return layout_dataset(&writing->layout, group, &data, &dataset);
}

static struct fault *write_diagnostics(struct writing *writing)
{
    const struct result *result = writing->result;
    const char **label = malloc((result->diagnostics + 1) * sizeof *label);
    double *value = malloc((result->diagnostics + 1) * sizeof *value);
    hid_t group = -1;
    struct fault *fault = label == NULL || value == NULL
                              ? fault_no_memory()
                              : layout_group(&writing->layout, writing->layout.file, "diagnostics", &group);
    if (fault == NULL && result->diagnostics > 0) fault = write_diagnostic_values(writing, group, label, value);
    if (fault == NULL) fault = write_invalid(writing, group);
    free(label);
    free(value);
    return fault;
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
    if (result->discount != NULL) TRY(layout_text(layout, layout->file, "discount", result->discount));
    if (result->warnings != NULL) TRY(layout_text(layout, layout->file, "warnings", result->warnings));
    if (result->sources != NULL) TRY(layout_text(layout, layout->file, "sources", result->sources));
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
    TRY(write_period(writing, true));
    TRY(write_period(writing, false));
    if (writing->result->samples.count > 0) {
        TRY(layout_group(&writing->layout, writing->layout.file, "samples", &samples));
        TRY(write_samples(writing, samples, false));
        TRY(write_samples(writing, samples, true));
    }
    TRY(write_inputs(writing));
    TRY(write_diagnostics(writing));
    return layout_seal(&writing->layout);
}

struct fault *result_write_layout(const struct result *result, const struct layout *layout, int threads)
{
    const size_t count = result->outcomes.count + 1;
    struct writing writing = {.layout = *layout, .result = result, .threads = threads};
    writing.outcome = malloc(count * sizeof *writing.outcome);
    writing.label = malloc(count * sizeof *writing.label);
    writing.described = malloc(count * sizeof *writing.described);
    struct fault *fault = writing.outcome == NULL || writing.label == NULL || writing.described == NULL
                              ? fault_no_memory()
                              : write_all(&writing);
    free(writing.outcome);
    free(writing.label);
    free(writing.described);
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
    if (fault == NULL) fault = result_write_layout(task->result, &layout, task->threads);
    return layout_finish(&layout, fault);
}

struct fault *result_write(const struct result *result, const char *path, bool force, int threads)
{
    const struct task task = {result, threads};
    return publish(path, force, write_file, &task);
}
