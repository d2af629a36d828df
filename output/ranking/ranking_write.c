/* output/ranking/ranking_write.c -- a ranking as HDF5 in the layout of a result: arrays over world, policy and outcome;
 * of pairs also over `other`.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/axes.h"
#include "output/hdf5/publish.h"
#include "output/ranking/ranking.h"
#include "output/result/outcome_axis.h"
#include "output/tables/some_futures.h"

#include <inttypes.h>
#include <stdlib.h>

struct writing {
    struct layout layout;
    const struct ranking *ranking;
    struct outcome_kind *kind; /* [outcomes] */
    struct outcome *outcome;   /* [outcomes] */
    const struct outcome **described;
};

/* The axes of the group. */
struct axes {
    struct layout_axis world, policy, other, outcome;
};

static struct fault *write_axes(struct writing *writing, hid_t group, struct axes *axes)
{
    const struct ranking *from = writing->ranking;
    struct layout *layout = &writing->layout;
    const char *const *policy = (const char *const *)from->policy;
    TRY(outcome_axis_write(layout, group, false, from->of.prices, from->outcomes, writing->described, &axes->outcome));
    TRY(axes_labels(layout, group, "world", "world", from->worlds, (const char *const *)from->of.world, &axes->world));
    TRY(axes_labels(layout, group, "policy", "policy", from->policies, policy, &axes->policy));
    return axes_labels(layout, group, "other", "policy that it is compared with", from->policies, policy, &axes->other);
}

static struct fault *describe_flags(const struct layout *layout, hid_t dataset, const struct ranking_number *of)
{
    int32_t flag[8];
    size_t flags = 1;
    for (const char *c = of->flags; *c != '\0'; c++) flags += *c == ' ';
    for (size_t i = 0; i < flags; i++) flag[i] = of->least + (int32_t)i;
    TRY(layout_integers(layout, dataset, "flag_values", flags, flag));
    return layout_text(layout, dataset, "flag_meanings", of->flags);
}

static struct fault *describe(const struct layout *layout, hid_t dataset, const char *meaning, bool in_unit,
                              const struct ranking_number *of)
{
    TRY(layout_text(layout, dataset, "long_name", meaning));
    if (!in_unit) TRY(layout_text(layout, dataset, "units", "1"));
    if (of != NULL && of->flags != NULL) TRY(describe_flags(layout, dataset, of));
    HDF5(layout->path, H5Dclose(dataset), "close a dataset");
    return NULL;
}

static void fill(const struct ranking *from, size_t number, void *value)
{
    const struct ranking_number *of = &ranking_numbers[number];
    const size_t policies = of->of_world ? 1 : from->policies;
    size_t at = 0;
    for (size_t w = 0; w < from->worlds; w++)
        for (size_t p = 0; p < policies; p++)
            for (size_t o = 0; o < from->outcomes; o++) {
                const double is = ranking_value(from, number, o, w, p);
                if (of->whole)
                    ((int32_t *)value)[at++] = (int32_t)is;
                else
                    ((double *)value)[at++] = is;
            }
}

static struct fault *write_number(struct writing *writing, hid_t group, size_t number, const struct axes *axes)
{
    const struct ranking *from = writing->ranking;
    const struct ranking_number *of = &ranking_numbers[number];
    struct layout_data data = {.name = of->name, .type = of->whole ? H5T_NATIVE_INT32 : H5T_NATIVE_DOUBLE};
    hid_t dataset = -1;
    data.axis[data.rank++] = axes->world;
    if (!of->of_world) data.axis[data.rank++] = axes->policy;
    data.axis[data.rank++] = axes->outcome;
    double *value = calloc(from->worlds * from->policies * from->outcomes + 1, sizeof *value);
    if (value == NULL) return fault_no_memory();
    fill(from, number, value);
    data.value = value;
    struct fault *fault = layout_dataset(&writing->layout, group, &data, &dataset);
    if (fault == NULL) fault = describe(&writing->layout, dataset, of->meaning, of->in_unit, of);
    free(value);
    return fault;
}

/* The differences of pairs: 0 the estimate, -1 and 1 the ends of the interval. */
static double pair_value(const struct ranking *from, size_t o, size_t w, size_t p, size_t other, int end)
{
    const struct simultaneous_pair *pair = &from->outcome[o].pair[(w * from->policies + p) * from->policies + other];
    const struct simultaneous with = {.critical = ranking_choice(from, o, w)->critical};
    return pair->gain + end * simultaneous_half(&with, pair);
}

static struct fault *write_pairs(struct writing *writing, hid_t group, const char *name, int end, const char *meaning,
                                 const struct axes *axes)
{
    const struct ranking *from = writing->ranking;
    struct layout_data data = {.name = name,
                               .type = H5T_NATIVE_DOUBLE,
                               .rank = 4,
                               .axis = {axes->world, axes->policy, axes->other, axes->outcome}};
    hid_t dataset = -1;
    size_t at = 0;
    double *value = calloc(from->worlds * from->policies * from->policies * from->outcomes + 1, sizeof *value);
    if (value == NULL) return fault_no_memory();
    for (size_t w = 0; w < from->worlds; w++)
        for (size_t p = 0; p < from->policies; p++)
            for (size_t other = 0; other < from->policies; other++)
                for (size_t o = 0; o < from->outcomes; o++) value[at++] = pair_value(from, o, w, p, other, end);
    data.value = value;
    struct fault *fault = layout_dataset(&writing->layout, group, &data, &dataset);
    if (fault == NULL) fault = describe(&writing->layout, dataset, meaning, true, NULL);
    free(value);
    return fault;
}

static struct fault *write_group(struct writing *writing)
{
    struct axes axes;
    hid_t group = -1;
    for (size_t o = 0; o < writing->ranking->outcomes; o++) writing->described[o] = &writing->outcome[o];
    TRY(layout_group(&writing->layout, writing->layout.file, "horizon", &group));
    TRY(write_axes(writing, group, &axes));
    for (size_t n = 0; ranking_numbers[n].name != NULL; n++) TRY(write_number(writing, group, n, &axes));
    TRY(write_pairs(writing, group, "gain", 0, "mean by which the policy is better than the other", &axes));
    TRY(write_pairs(writing, group, "gain_low", -1, "lower bound of that, by the joint 95 % intervals", &axes));
    return write_pairs(writing, group, "gain_high", 1, "upper bound of that, by the joint 95 % intervals", &axes);
}

static struct fault *write_root(const struct writing *writing)
{
    const struct ranking *from = writing->ranking;
    const struct layout *layout = &writing->layout;
    char seed[24], date[8];
    snprintf(seed, sizeof seed, "%" PRIu64, from->of.seed);
    calendar_write(from->of.calendar.start, date);
    TRY(layout_text(layout, layout->file, "Conventions", "CF-1.8"));
    TRY(layout_text(layout, layout->file, "title", from->title));
    TRY(layout_text(layout, layout->file, "history", from->history));
    TRY(layout_text(layout, layout->file, "source", from->source));
    TRY(layout_integer(layout, layout->file, "zhol_ranking", RANKING_SCHEMA));
    TRY(layout_text(layout, layout->file, "seed", seed)); /* as text: some readers cut 64-bit numbers */
    TRY(layout_text(layout, layout->file, "rng", from->of.rng));
    TRY(layout_integer(layout, layout->file, "replications", (int64_t)from->of.replications));
    TRY(layout_text(layout, layout->file, "prices", from->of.prices));
    TRY(layout_text(layout, layout->file, "start", date));
    TRY(layout_integer(layout, layout->file, "months", from->of.calendar.months));
    TRY(layout_number(layout, layout->file, "joint_confidence", 0.95));
    TRY(some_futures_write(layout, &from->of.given));
    return layout_lines(layout, layout->file, "notes", from->of.notes, (const char *const *)from->of.note);
}

static struct fault *write_all(struct writing *writing)
{
    TRY(write_root(writing));
    TRY(write_group(writing));
    return layout_seal(&writing->layout);
}

static struct fault *write_file(const char *temporary, const char *path, const void *context)
{
    const struct ranking *from = context;
    struct writing writing = {.ranking = from};
    const size_t count = from->outcomes + 1;
    writing.kind = calloc(count, sizeof *writing.kind);
    writing.outcome = calloc(count, sizeof *writing.outcome);
    writing.described = calloc(count, sizeof *writing.described);
    struct fault *fault =
        writing.kind == NULL || writing.outcome == NULL || writing.described == NULL ? fault_no_memory() : NULL;
    if (fault == NULL) {
        comparison_declare(&from->of, writing.kind, writing.outcome);
        fault = layout_create(temporary, &writing.layout);
        writing.layout.path = path; /* the name that people know */
        if (fault == NULL) fault = write_all(&writing);
        fault = layout_finish(&writing.layout, fault);
    }
    free(writing.kind);
    free(writing.outcome);
    free(writing.described);
    return fault;
}

struct fault *ranking_write(const struct ranking *ranking, const char *path, bool force)
{
    return publish(path, force, write_file, ranking);
}
