/* output/comparison/comparison_write.c -- a comparison as HDF5 in the layout of a result: arrays over world, variant,
 * outcome and what a result has besides.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison.h"
#include "output/hdf5/axes.h"
#include "output/hdf5/publish.h"
#include "output/result/outcome_axis.h"
#include "output/tables/some_futures.h"

#include <inttypes.h>
#include <stdlib.h>

struct writing {
    struct layout layout;
    const struct comparison *comparison;
    struct outcome_kind *kind; /* [outcomes] */
    struct outcome *outcome;   /* [outcomes] */
    const struct outcome **described;
    size_t *index; /* [count] the outcomes of the group at hand */
    size_t count;
};

/* The axes of a group. */
struct axes {
    bool annual;
    struct layout_axis world, variant, outcome, time, quantile, tail, level;
};

static struct fault *write_axes(struct writing *writing, hid_t group, struct axes *axes)
{
    const struct comparison *from = writing->comparison;
    struct layout *layout = &writing->layout;
    const size_t levels = from->levels / 2;
    TRY(outcome_axis_write(layout, group, axes->annual, from->prices, writing->count, writing->described,
                           &axes->outcome));
    TRY(axes_labels(layout, group, "world", "world", from->worlds, (const char *const *)from->world, &axes->world));
    TRY(axes_labels(layout, group, "variant", "variant, compared with the base of its world", from->variants,
                    (const char *const *)from->variant, &axes->variant));
    if (axes->annual) TRY(axes_time(layout, group, &from->calendar, from->years, &axes->time));
    TRY(axes_quantile(layout, group, from->quantiles, from->probability, &axes->quantile));
    TRY(axes_tail(layout, group, &axes->tail));
    return axes_level(layout, group, levels, from->level + levels, &axes->level);
}

/* The values of a number in a cell, in the order of the file. */
static void put(const struct comparison *from, size_t number, size_t cell, size_t k, size_t at, void *value)
{
    const struct comparison_number *of = &comparison_numbers[number];
    const double is = comparison_value(from, number, cell, dataset_column(of->along, from->levels, k));
    if (of->whole)
        ((int32_t *)value)[at] = (int32_t)is;
    else
        ((double *)value)[at] = is;
}

static void fill(const struct writing *writing, size_t number, bool annual, void *value)
{
    const struct comparison *from = writing->comparison;
    const size_t first = annual ? 0 : from->years, end = annual ? from->years : from->years + 1;
    const size_t columns = comparison_columns(from, comparison_numbers[number].along);
    size_t at = 0;
    for (size_t w = 0; w < from->worlds; w++)
        for (size_t v = 0; v < from->variants; v++)
            for (size_t i = 0; i < writing->count; i++)
                for (size_t p = first; p < end; p++)
                    for (size_t k = 0; k < columns; k++)
                        put(from, number, comparison_index(from, writing->index[i], w, v, p), k, at++, value);
}

static struct fault *describe(const struct layout *layout, hid_t dataset, const struct comparison_number *of)
{
    TRY(layout_text(layout, dataset, "long_name", of->meaning));
    if (!of->in_unit) TRY(layout_text(layout, dataset, "units", "1"));
    if (of->whole) {
        const int32_t flag[] = {DOMINANCE_NOT_ASKED, DOMINANCE_NO, DOMINANCE_UNDECIDED, DOMINANCE_YES};
        TRY(layout_integers(layout, dataset, "flag_values", 4, flag));
        TRY(layout_text(layout, dataset, "flag_meanings", "not_asked no undecided yes"));
    }
    HDF5(layout->path, H5Dclose(dataset), "close a dataset");
    return NULL;
}

static struct fault *write_number(struct writing *writing, hid_t group, size_t number, const struct axes *axes)
{
    const struct comparison_number *of = &comparison_numbers[number];
    struct layout_data data = {.name = of->name, .type = of->whole ? H5T_NATIVE_INT32 : H5T_NATIVE_DOUBLE};
    hid_t dataset = -1;
    size_t values = 1;
    data.axis[data.rank++] = axes->world;
    data.axis[data.rank++] = axes->variant;
    data.axis[data.rank++] = axes->outcome;
    if (axes->annual) data.axis[data.rank++] = axes->time;
    if (of->along == ALONG_QUANTILE) data.axis[data.rank++] = axes->quantile;
    if (of->along == ALONG_TAIL) {
        data.axis[data.rank++] = axes->tail;
        data.axis[data.rank++] = axes->level;
    }
    for (int d = 0; d < data.rank; d++) values *= (size_t)data.axis[d].size;
    double *value = calloc(values + 1, sizeof *value);
    if (value == NULL) return fault_no_memory();
    fill(writing, number, axes->annual, value);
    data.value = value;
    struct fault *fault = layout_dataset(&writing->layout, group, &data, &dataset);
    if (fault == NULL) fault = describe(&writing->layout, dataset, of);
    free(value);
    return fault;
}

static struct fault *write_period(struct writing *writing, bool annual)
{
    const struct comparison *from = writing->comparison;
    struct axes axes = {.annual = annual};
    hid_t group = -1;
    writing->count = 0;
    for (size_t o = 0; o < from->outcomes; o++) {
        if (annual && from->outcome[o].horizon_only) continue;
        writing->described[writing->count] = &writing->outcome[o];
        writing->index[writing->count++] = o;
    }
    TRY(layout_group(&writing->layout, writing->layout.file, annual ? "annual" : "horizon", &group));
    TRY(write_axes(writing, group, &axes));
    for (size_t n = 0; comparison_numbers[n].name != NULL; n++)
        if (!annual || !comparison_numbers[n].of_horizon) TRY(write_number(writing, group, n, &axes));
    return NULL;
}

static const char *title_of(const struct comparison_origin *origin)
{
    return origin->title == NULL ? "" : origin->title;
}

static const char *history_of(const struct comparison_origin *origin)
{
    return origin->history == NULL ? "" : origin->history;
}

static const char *content_of(const struct comparison_origin *origin)
{
    return origin->content == NULL ? "" : origin->content;
}

/* A line for each origin. */
static struct fault *write_lines(const struct writing *writing, const char *name, size_t count,
                                 const struct comparison_origin origin[],
                                 const char *(*of)(const struct comparison_origin *))
{
    const char **line = malloc((count + 1) * sizeof *line);
    if (line == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) line[i] = of(&origin[i]);
    struct fault *fault = layout_lines(&writing->layout, writing->layout.file, name, count, line);
    free(line);
    return fault;
}

static struct fault *write_origins(const struct writing *writing)
{
    const struct comparison *from = writing->comparison;
    const size_t files = from->worlds * from->variants;
    TRY(layout_text(&writing->layout, writing->layout.file, "base_name", from->base));
    TRY(write_lines(writing, "base_title", from->worlds, from->base_origin, title_of));
    TRY(write_lines(writing, "base_history", from->worlds, from->base_origin, history_of));
    TRY(write_lines(writing, "base_content_sha256", from->worlds, from->base_origin, content_of));
    TRY(layout_lines(&writing->layout, writing->layout.file, "variant_names", from->variants,
                     (const char *const *)from->variant));
    TRY(write_lines(writing, "variant_titles", files, from->origin, title_of));
    TRY(write_lines(writing, "variant_histories", files, from->origin, history_of));
    return write_lines(writing, "variant_content_sha256", files, from->origin, content_of);
}

static struct fault *write_root(const struct writing *writing)
{
    const struct comparison *from = writing->comparison;
    const struct layout *layout = &writing->layout;
    char seed[24], date[8];
    snprintf(seed, sizeof seed, "%" PRIu64, from->seed);
    calendar_write(from->calendar.start, date);
    TRY(layout_text(layout, layout->file, "Conventions", "CF-1.8"));
    TRY(layout_text(layout, layout->file, "title", from->title));
    TRY(layout_text(layout, layout->file, "history", from->history));
    TRY(layout_text(layout, layout->file, "source", from->source));
    TRY(layout_integer(layout, layout->file, "zhol_comparison", COMPARISON_SCHEMA));
    TRY(layout_text(layout, layout->file, "seed", seed)); /* as text: some readers cut 64-bit numbers */
    TRY(layout_text(layout, layout->file, "rng", from->rng));
    TRY(layout_integer(layout, layout->file, "replications", (int64_t)from->replications));
    TRY(layout_text(layout, layout->file, "prices", from->prices));
    TRY(layout_text(layout, layout->file, "start", date));
    TRY(layout_integer(layout, layout->file, "months", from->calendar.months));
    TRY(layout_number(layout, layout->file, "confidence", 0.95));
    TRY(layout_text(layout, layout->file, "paired", from->unpaired ? "no" : "by replication"));
    TRY(some_futures_write(layout, &from->given));
    TRY(layout_lines(layout, layout->file, "notes", from->notes, (const char *const *)from->note));
    return write_origins(writing);
}

static struct fault *write_all(struct writing *writing)
{
    const struct comparison *from = writing->comparison;
    TRY(write_root(writing));
    if (from->first == 0 && from->periods > from->years && from->years > 0) TRY(write_period(writing, true));
    TRY(write_period(writing, false));
    return layout_seal(&writing->layout);
}

void comparison_declare(const struct comparison *from, struct outcome_kind kind[], struct outcome outcome[])
{
    for (size_t o = 0; o < from->outcomes; o++) {
        const struct comparison_outcome *of = &from->outcome[o];
        kind[o] = (struct outcome_kind){.rule = of->rule,
                                        .better = of->better,
                                        .chance = of->chance,
                                        .subject = of->subject,
                                        .main = of->main,
                                        .rank = of->rank,
                                        .headline = of->headline,
                                        .account = of->account,
                                        .horizon_only = of->horizon_only};
        outcome[o] = (struct outcome){.kind = &kind[o],
                                      .path = of->path,
                                      .unit = of->unit,
                                      .total = of->total,
                                      .long_name = of->long_name,
                                      .title = of->title};
    }
}

static struct fault *write_file(const char *temporary, const char *path, const void *context)
{
    const struct comparison *from = context;
    struct writing writing = {.comparison = from};
    const size_t count = from->outcomes + 1;
    writing.kind = calloc(count, sizeof *writing.kind);
    writing.outcome = calloc(count, sizeof *writing.outcome);
    writing.described = calloc(count, sizeof *writing.described);
    writing.index = calloc(count, sizeof *writing.index);
    struct fault *fault =
        writing.kind == NULL || writing.outcome == NULL || writing.described == NULL || writing.index == NULL
            ? fault_no_memory()
            : NULL;
    if (fault == NULL) {
        comparison_declare(from, writing.kind, writing.outcome);
        fault = layout_create(temporary, &writing.layout);
        writing.layout.path = path; /* the name that people know */
        if (fault == NULL) fault = write_all(&writing);
        fault = layout_finish(&writing.layout, fault);
    }
    free(writing.kind);
    free(writing.outcome);
    free(writing.described);
    free(writing.index);
    return fault;
}

struct fault *comparison_write(const struct comparison *comparison, const char *path, bool force)
{
    return publish(path, force, write_file, comparison);
}
