/* output/comparison/comparison_write.c -- a comparison as HDF5 in the layout of a result: a group per statistic, a
 * dataset per outcome, all dimensions from world and variant on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison.h"
#include "output/hdf5/axes.h"
#include "output/hdf5/content.h"
#include "output/hdf5/publish.h"
#include "output/result/result.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

struct writing {
    struct layout layout;
    const struct comparison *comparison;
    double *work;   /* [worlds][variants][periods][quantiles or levels] */
    int32_t *whole; /* [worlds][variants] */
};

/* The dimensions of a group. */
struct axes {
    int rank;
    hid_t scale[LAYOUT_RANK];
    hsize_t size[LAYOUT_RANK];
};

static void add_axis(struct axes *axes, hid_t scale, size_t size)
{
    axes->scale[axes->rank] = scale;
    axes->size[axes->rank++] = size;
}

static struct fault *write_axes(struct writing *writing, hid_t group, bool annual, enum comparison_along along,
                                struct axes *axes)
{
    const struct comparison *from = writing->comparison;
    struct layout *layout = &writing->layout;
    hid_t scale = -1;
    *axes = (struct axes){.rank = 0};
    TRY(axes_names(layout, group, "world", "world", from->worlds, from->world, &scale));
    add_axis(axes, scale, from->worlds);
    TRY(axes_names(layout, group, "variant", "variant, compared with the base of its world", from->variants,
                   from->variant, &scale));
    add_axis(axes, scale, from->variants);
    if (annual) {
        TRY(axes_time(layout, group, &from->calendar, from->years, &scale));
        add_axis(axes, scale, from->years);
    }
    if (along == ALONG_QUANTILE) {
        TRY(axes_quantile(layout, group, from->quantiles, from->probability, &scale));
        add_axis(axes, scale, from->quantiles);
    } else if (along == ALONG_LEVEL) {
        TRY(axes_level(layout, group, from->levels, from->level, &scale));
        add_axis(axes, scale, from->levels);
    }
    return NULL;
}

static struct fault *describe(const struct writing *writing, hid_t dataset, const struct comparison_number *number,
                              const struct comparison_outcome *outcome, bool annual)
{
    const struct layout *layout = &writing->layout;
    const char *unit = !number->in_unit ? "1" : annual ? outcome->unit : outcome->total;
    char long_name[640];
    snprintf(long_name, sizeof long_name, "%s%s", number->words, outcome->long_name);
    TRY(layout_text(layout, dataset, "units", unit[0] == '\0' ? "1" : unit));
    TRY(layout_text(layout, dataset, "long_name", long_name));
    TRY(layout_text(layout, dataset, "path", outcome->path));
    TRY(layout_text(layout, dataset, "cell_methods", result_cell_methods(outcome->rule)));
    TRY(layout_text(layout, dataset, "better", comparison_better(outcome->better)));
    if (strstr(unit, "USD") != NULL) TRY(layout_text(layout, dataset, "prices", writing->comparison->prices));
    if (outcome->headline) TRY(layout_integer(layout, dataset, "headline", 1));
    if (outcome->horizon_only) TRY(layout_integer(layout, dataset, "horizon_only", 1));
    if (number->whole) {
        const int32_t flag[] = {DOMINANCE_NOT_ASKED, DOMINANCE_NO, DOMINANCE_UNDECIDED, DOMINANCE_YES};
        TRY(layout_integers(layout, dataset, "flag_values", 4, flag));
        TRY(layout_text(layout, dataset, "flag_meanings", "not_asked no undecided yes"));
    }
    HDF5(layout->path, H5Dclose(dataset), "close a dataset");
    return NULL;
}

static size_t columns_of(const struct comparison *from, enum comparison_along along)
{
    return along == ALONG_QUANTILE ? from->quantiles : along == ALONG_LEVEL ? from->levels : 1;
}

static void fill(struct writing *writing, size_t number, size_t outcome, bool annual)
{
    const struct comparison *from = writing->comparison;
    const struct comparison_number *of = &comparison_numbers[number];
    const size_t first = annual ? 0 : from->years, end = annual ? from->years : from->years + 1;
    size_t at = 0;
    for (size_t w = 0; w < from->worlds; w++)
        for (size_t v = 0; v < from->variants; v++)
            for (size_t p = first; p < end; p++)
                for (size_t k = 0; k < columns_of(from, of->along); k++, at++) {
                    const double value = comparison_value(from, number, comparison_index(from, outcome, w, v, p), k);
                    if (of->whole)
                        writing->whole[at] = (int32_t)value;
                    else
                        writing->work[at] = value;
                }
}

static struct fault *write_number(struct writing *writing, hid_t parent, size_t number, bool annual)
{
    const struct comparison *from = writing->comparison;
    const struct comparison_number *of = &comparison_numbers[number];
    struct axes axes;
    hid_t group = -1, dataset = -1;
    if (columns_of(from, of->along) == 0) return NULL;
    TRY(layout_group(&writing->layout, parent, of->name, &group));
    TRY(write_axes(writing, group, annual, of->along, &axes));
    for (size_t o = 0; o < from->outcomes; o++) {
        char name[RESULT_NAME_MOST];
        if (annual && from->outcome[o].horizon_only) continue;
        result_name(from->outcome[o].path, name);
        fill(writing, number, o, annual);
        struct layout_data data = {.name = name,
                                   .type = of->whole ? H5T_NATIVE_INT32 : H5T_NATIVE_DOUBLE,
                                   .rank = axes.rank,
                                   .value = of->whole ? (const void *)writing->whole : writing->work};
        memcpy(data.scale, axes.scale, sizeof data.scale);
        memcpy(data.size, axes.size, sizeof data.size);
        TRY(layout_dataset(&writing->layout, group, &data, &dataset));
        TRY(describe(writing, dataset, of, &from->outcome[o], annual));
    }
    HDF5(writing->layout.path, H5Gclose(group), "close a group");
    return NULL;
}

static struct fault *write_period(struct writing *writing, const char *name, bool annual)
{
    hid_t group = -1;
    TRY(layout_group(&writing->layout, writing->layout.file, name, &group));
    for (size_t n = 0; comparison_numbers[n].name != NULL; n++)
        if (!annual || !comparison_numbers[n].of_horizon) TRY(write_number(writing, group, n, annual));
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
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) fprintf(to, "%s%s", i == 0 ? "" : "\n", of(&origin[i]));
    struct fault *fault = fclose(to) != 0 ? fault_no_memory() : NULL;
    if (fault == NULL) fault = layout_text(&writing->layout, writing->layout.file, name, text);
    free(text);
    return fault;
}

static struct fault *write_names(const struct writing *writing, const char *name, size_t count, char *const names[])
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) fprintf(to, "%s%s", i == 0 ? "" : "\n", names[i]);
    struct fault *fault = fclose(to) != 0 ? fault_no_memory() : NULL;
    if (fault == NULL) fault = layout_text(&writing->layout, writing->layout.file, name, text);
    free(text);
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
    TRY(write_names(writing, "variant_names", from->variants, from->variant));
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
    TRY(write_names(writing, "notes", from->notes, from->note));
    return write_origins(writing);
}

static struct fault *write_all(struct writing *writing)
{
    const struct comparison *from = writing->comparison;
    TRY(write_root(writing));
    if (from->first == 0 && from->periods > from->years && from->years > 0) TRY(write_period(writing, "annual", true));
    TRY(write_period(writing, "horizon", false));
    return content_seal(&writing->layout);
}

static struct fault *write_file(const char *temporary, const char *path, const void *context)
{
    const struct comparison *from = context;
    struct writing writing = {.comparison = from};
    const size_t rows = from->worlds * from->variants,
                 columns = from->quantiles > from->levels ? from->quantiles : from->levels;
    writing.work = calloc(rows * (from->years + 1) * (columns + 1), sizeof *writing.work);
    writing.whole = calloc(rows + 1, sizeof *writing.whole);
    struct fault *fault = writing.work == NULL || writing.whole == NULL ? fault_no_memory() : NULL;
    if (fault == NULL) {
        fault = layout_create(temporary, &writing.layout);
        writing.layout.path = path; /* the name that people know */
        if (fault == NULL) fault = write_all(&writing);
        fault = layout_finish(&writing.layout, fault);
    }
    free(writing.work);
    free(writing.whole);
    return fault;
}

struct fault *comparison_write(const struct comparison *comparison, const char *path, bool force)
{
    return publish(path, force, write_file, comparison);
}
