/* output/sensitivity/grouping.c -- see grouping.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sensitivity/grouping.h"
#include "sim/statistics/gram.h"

#include <fnmatch.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool grouping_fits(const char *pattern, const char *path)
{
    const char prefix[] = "inputs.";
    const size_t length = sizeof prefix - 1;
    return fnmatch(pattern, path, 0) == 0 ||
           (strncmp(pattern, prefix, length) == 0 && fnmatch(pattern + length, path, 0) == 0);
}

/* All columns of factor `from` go to factor `to`. */
static void move(struct frame *frame, size_t from, size_t to)
{
    for (size_t c = 0; c < frame->columns; c++) {
        if (frame->column[c].factor != from) continue;
        frame->column[c].factor = to;
        frame->factor[from].columns--;
        frame->factor[to].columns++;
    }
}

/* ---- on request ---- */

static bool is_member(const struct frame_group *group, const struct frame *frame, size_t factor)
{
    const struct frame_factor *of = &frame->factor[factor];
    for (size_t p = 0; p < group->patterns; p++) {
        if (grouping_fits(group->pattern[p], of->name)) return true;
        for (size_t c = 0; c < frame->columns; c++)
            if (frame->column[c].factor == factor && grouping_fits(group->pattern[p], frame->column[c].path))
                return true;
    }
    return false;
}

static struct fault *add_group(struct frame *frame, const struct frame_group *group)
{
    const size_t before = frame->factors;
    struct frame_factor *grown = reallocarray(frame->factor, before + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    frame->factor = grown;
    grown[frame->factors++] = (struct frame_factor){.kind = FRAME_GROUP, .name = strdup(group->name)};
    if (grown[before].name == NULL) return fault_no_memory();
    for (size_t f = 0; f < before; f++)
        if (frame->factor[f].kind != FRAME_GROUP && frame->factor[f].columns > 0 && is_member(group, frame, f))
            move(frame, f, before);
    if (frame->factor[before].columns > 0) return NULL;
    return fault_raise(FAULT_USAGE,
                       "--group '%s' has no member; expected patterns that fit inputs, drivers, events or regimes that "
                       "vary and are in no group before it, such as 'legs.dostyk.*'",
                       group->name);
}

/* ---- correlated inputs ---- */

/* "a + b", or "a + 2 more" of three: the names of all would fit nowhere. */
static struct fault *rename_joined(struct frame *frame, const size_t with[])
{
    for (size_t f = 0; f < frame->factors; f++) {
        size_t others = 0, last = f;
        char *name = NULL;
        for (size_t g = 0; g < frame->factors; g++)
            if (g != f && with[g] == f) {
                others++;
                last = g;
            }
        if (others == 0) continue;
        const int made = others == 1 ? asprintf(&name, "%s + %s", frame->factor[f].name, frame->factor[last].name)
                                     : asprintf(&name, "%s + %zu more", frame->factor[f].name, others);
        if (made < 0) return fault_no_memory();
        free(frame->factor[f].name);
        frame->factor[f].name = name;
    }
    return NULL;
}

/* The correlations of the columns, [columns + 1]^2, the last row and column being of no use. */
static struct fault *correlate(const struct frame *frame, double correlation[])
{
    struct gram gram;
    unsigned weight[GRAM_BLOCKS];
    double *sum = malloc((frame->columns + 2) * (frame->columns + 2) * sizeof *sum);
    struct fault *fault = gram_init(frame->selection.count, frame->columns + 2, &gram);
    if (fault == NULL && sum == NULL) fault = fault_no_memory();
    if (fault == NULL) {
        for (size_t c = 0; c < frame->columns; c++) gram_set(&gram, c + 1, frame->column[c].value);
        gram_multiply(&gram);
        for (size_t b = 0; b < gram.blocks; b++) weight[b] = 1;
        gram_sum(&gram, weight, sum);
        gram_correlate(gram.columns, sum, correlation);
    }
    gram_free(&gram);
    free(sum);
    return fault;
}

/* Factor b becomes a part of a, with all that had become a part of it. */
static void join(struct frame *frame, size_t a, size_t b, size_t with[])
{
    move(frame, b, a);
    for (size_t f = 0; f < frame->factors; f++)
        if (with[f] == b) with[f] = a;
}

static void join_correlated_by(struct frame *frame, const double correlation[], size_t with[])
{
    const size_t all = frame->columns + 1;
    const double least = fmax(GROUPING_CORRELATION, 5.0 / sqrt((double)frame->selection.count));
    for (size_t i = 0; i < frame->columns; i++)
        for (size_t j = i + 1; j < frame->columns; j++) {
            const size_t a = frame->column[i].factor, b = frame->column[j].factor;
            if (a != b && frame->factor[a].kind == FRAME_INPUT && frame->factor[b].kind == FRAME_INPUT &&
                fabs(correlation[i * all + j]) > least)
                join(frame, a < b ? a : b, a < b ? b : a, with);
        }
}

static struct fault *join_correlated(struct frame *frame)
{
    const size_t all = frame->columns + 1;
    double *correlation = malloc(all * all * sizeof *correlation);
    size_t *with = calloc(frame->factors + 1, sizeof *with);
    struct fault *fault = correlation == NULL || with == NULL ? fault_no_memory() : correlate(frame, correlation);
    if (fault == NULL) {
        for (size_t f = 0; f < frame->factors; f++) with[f] = f;
        join_correlated_by(frame, correlation, with);
        fault = rename_joined(frame, with);
    }
    free(correlation);
    free(with);
    return fault;
}

/* ---- order ---- */

static int by_factor(const void *left, const void *right)
{
    const struct frame_column *a = left, *b = right;
    return a->factor < b->factor ? -1 : a->factor > b->factor;
}

/* Factors without columns go, and columns stand in the order of the others. */
static struct fault *put_in_order(struct frame *frame)
{
    size_t *place = calloc(frame->factors + 1, sizeof *place), kept = 0;
    if (place == NULL) return fault_no_memory();
    for (size_t f = 0; f < frame->factors; f++) {
        struct frame_factor *factor = &frame->factor[f];
        place[f] = kept;
        if (factor->columns > 0) {
            frame->factor[kept++] = *factor;
            continue;
        }
        free(factor->name);
        free(factor->subject);
    }
    for (size_t c = 0; c < frame->columns; c++) frame->column[c].factor = place[frame->column[c].factor];
    frame->factors = kept;
    free(place);
    for (size_t c = 1; c < frame->columns; c++) { /* few are out of place, and equal ones keep their order */
        const struct frame_column column = frame->column[c];
        size_t to = c;
        for (; to > 0 && by_factor(&frame->column[to - 1], &column) > 0; to--)
            frame->column[to] = frame->column[to - 1];
        frame->column[to] = column;
    }
    return NULL;
}

struct fault *grouping_apply(struct frame *frame, size_t groups, const struct frame_group group[])
{
    for (size_t g = 0; g < groups; g++) TRY(add_group(frame, &group[g]));
    if (frame->selection.count > 0) TRY(join_correlated(frame));
    return put_in_order(frame);
}
