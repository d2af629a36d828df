/* output/sensitivity/sensitivity_write.c -- what decides outcomes as HDF5, in the layout of a result: arrays over outcome and
 * factor.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/axes.h"
#include "output/hdf5/publish.h"
#include "output/result/outcome_axis.h"
#include "output/sensitivity/sensitivity.h"
#include "output/tables/some_futures.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

struct writing {
    struct layout layout;
    const struct sensitivity *from;
    struct layout_axis outcome, factor;
    double *value; /* [outcomes][factors] */
};

static struct fault *write_factors(struct writing *writing, hid_t group)
{
    const struct frame *frame = &writing->from->frame;
    const char **text = calloc(frame->factors + 1, sizeof *text);
    hid_t dataset = -1;
    if (text == NULL) return fault_no_memory();
    for (size_t f = 0; f < frame->factors; f++) text[f] = frame->factor[f].name;
    struct fault *fault = axes_labels(&writing->layout, group, "factor", "what may decide an outcome", frame->factors,
                                      text, &writing->factor);
    for (size_t f = 0; f < frame->factors; f++) text[f] = frame_kinds[frame->factor[f].kind];
    if (fault == NULL) fault = layout_texts(&writing->layout, group, "kind", &writing->factor, text, &dataset);
    if (fault == NULL) fault = layout_text(&writing->layout, dataset, "long_name", "what the factor is");
    free(text);
    return fault;
}

static struct fault *write_values(struct writing *writing, hid_t group, const struct sensitivity_number *of, int rank)
{
    const struct layout_data data = {.name = of->name,
                                     .type = H5T_NATIVE_DOUBLE,
                                     .rank = rank,
                                     .axis = {writing->outcome, writing->factor},
                                     .value = writing->value};
    hid_t dataset = -1;
    TRY(layout_dataset(&writing->layout, group, &data, &dataset));
    TRY(layout_text(&writing->layout, dataset, "long_name", of->meaning));
    HDF5(writing->layout.path, H5Dclose(dataset), "close a dataset");
    return NULL;
}

static struct fault *write_group(struct writing *writing, hid_t group, const struct outcome *const outcome[])
{
    const struct sensitivity *from = writing->from;
    const size_t factors = from->frame.factors;
    TRY(outcome_axis_write(&writing->layout, group, from->year != 0, from->outline.prices, from->count, outcome,
                           &writing->outcome));
    TRY(write_factors(writing, group));
    for (size_t n = 0; sensitivity_numbers[n].name != NULL; n++) {
        for (size_t i = 0; i < from->count * factors; i++) writing->value[i] = (double)NAN;
        for (size_t i = 0; i < from->count; i++)
            for (size_t f = 0; f < from->of[i].attribution.factors; f++)
                writing->value[i * factors + from->of[i].factor[f]] =
                    sensitivity_value(&from->of[i].attribution.factor[f], n);
        TRY(write_values(writing, group, &sensitivity_numbers[n], 2));
    }
    for (size_t n = 0; sensitivity_totals[n].name != NULL; n++) {
        for (size_t i = 0; i < from->count; i++)
            writing->value[i] =
                from->of[i].attribution.factors > 0 || n < 3 ? sensitivity_total(&from->of[i], n) : (double)NAN;
        TRY(write_values(writing, group, &sensitivity_totals[n], 1));
    }
    return NULL;
}

static struct fault *write_root(const struct writing *writing)
{
    const struct sensitivity *from = writing->from;
    const struct layout *layout = &writing->layout;
    char seed[24], date[8];
    snprintf(seed, sizeof seed, "%" PRIu64, from->outline.seed);
    calendar_write(from->outline.calendar.start, date);
    TRY(layout_text(layout, layout->file, "Conventions", "CF-1.8"));
    TRY(layout_text(layout, layout->file, "title", from->title));
    TRY(layout_text(layout, layout->file, "history", from->history));
    TRY(layout_text(layout, layout->file, "source", from->source));
    TRY(layout_integer(layout, layout->file, "zhol_sensitivity", SENSITIVITY_SCHEMA));
    TRY(layout_text(layout, layout->file, "seed", seed)); /* as text: some readers cut 64-bit numbers */
    TRY(layout_integer(layout, layout->file, "replications", (int64_t)from->frame.selection.count));
    TRY(layout_text(layout, layout->file, "start", date));
    TRY(layout_integer(layout, layout->file, "months", from->outline.calendar.months));
    TRY(layout_integer(layout, layout->file, "year", from->year));
    TRY(layout_number(layout, layout->file, "confidence", 0.95));
    TRY(some_futures_write(layout, &from->frame.given));
    return layout_number(layout, layout->file, "false_discovery_rate", from->rate);
}

static struct fault *write_all(struct writing *writing, const struct outcome *const outcome[])
{
    hid_t group = -1;
    TRY(write_root(writing));
    TRY(layout_group(&writing->layout, writing->layout.file, "sensitivity", &group));
    TRY(write_group(writing, group, outcome));
    return layout_seal(&writing->layout);
}

static struct fault *write_file(const char *temporary, const char *path, const void *context)
{
    const struct sensitivity *from = context;
    struct writing writing = {.from = from};
    const struct outcome **outcome = calloc(from->count + 1, sizeof *outcome);
    writing.value = calloc(from->count * (from->frame.factors + 1) + 1, sizeof *writing.value);
    struct fault *fault = outcome == NULL || writing.value == NULL ? fault_no_memory() : NULL;
    if (fault == NULL) {
        for (size_t i = 0; i < from->count; i++) outcome[i] = from->of[i].outcome;
        fault = layout_create(temporary, &writing.layout);
        writing.layout.path = path; /* the name that people know */
        if (fault == NULL) fault = write_all(&writing, outcome);
        fault = layout_finish(&writing.layout, fault);
    }
    free(outcome);
    free(writing.value);
    return fault;
}

struct fault *sensitivity_write(const struct sensitivity *sensitivity, const char *path, bool force)
{
    return publish(path, force, write_file, sensitivity);
}
