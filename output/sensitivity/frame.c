/* output/sensitivity/frame.c -- see frame.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sensitivity/frame.h"
#include "output/given/given.h"
#include "output/sensitivity/grouping.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const frame_kinds[FRAME_KINDS] = {[FRAME_INPUT] = "input",
                                              [FRAME_DRIVER] = "driver",
                                              [FRAME_EVENT] = "event",
                                              [FRAME_REGIME] = "regime",
                                              [FRAME_GROUP] = "group"};

struct framing {
    const char *path;
    const struct result *outline;
    const struct stored *stored;
    size_t others;
    const struct stored *const *other; /* [others] */
    const struct frame_wish *wish;
    struct frame *to;
    size_t replications; /* of the longer file */
    float *row;          /* [years or 1][replications] */
    double *number;      /* [replications] */
    bool *used;          /* [bys] whether a pattern fits something */
};

void frame_free(struct frame *frame)
{
    for (size_t c = 0; c < frame->columns; c++) {
        free(frame->column[c].path);
        free(frame->column[c].value);
    }
    for (size_t f = 0; f < frame->factors; f++) {
        free(frame->factor[f].name);
        free(frame->factor[f].subject);
    }
    free(frame->column);
    free(frame->factor);
    free(frame->selection.replication);
    free(frame->given.condition);
    *frame = (struct frame){0};
}

void frame_select(const struct frame_selection *selection, const float from[], float to[])
{
    for (size_t i = 0; i < selection->count; i++) to[i] = from[selection->replication[i]];
}

static bool varies(size_t count, const float value[])
{
    size_t i = 0;
    while (i < count && !(fabsf(value[i] - value[0]) > 0.0f)) i++;
    return i < count;
}

static bool is_asked(struct framing *framing, const char *path)
{
    bool asked = framing->wish->bys == 0;
    for (size_t i = 0; i < framing->wish->bys; i++) {
        if (!grouping_fits(framing->wish->by[i], path)) continue;
        framing->used[i] = true;
        asked = true;
    }
    return asked;
}

/* ---- columns and factors ---- */

static struct fault *add_factor(struct frame *frame, enum frame_kind kind, const char *name, const char *subject)
{
    struct frame_factor *grown = reallocarray(frame->factor, frame->factors + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    frame->factor = grown;
    struct frame_factor *factor = &grown[frame->factors++];
    *factor =
        (struct frame_factor){.kind = kind, .name = strdup(name), .subject = subject == NULL ? NULL : strdup(subject)};
    return factor->name == NULL || (subject != NULL && factor->subject == NULL) ? fault_no_memory() : NULL;
}

/* To the last factor, from values of all replications of a file, if they vary. */
static struct fault *add_column(struct framing *framing, const char *path, const float from[])
{
    struct frame *frame = framing->to;
    struct frame_factor *factor = &frame->factor[frame->factors - 1];
    float *value = malloc((frame->selection.count + 1) * sizeof *value);
    if (value == NULL) return fault_no_memory();
    frame_select(&frame->selection, from, value);
    if (!varies(frame->selection.count, value)) {
        free(value);
        frame->constant++;
        return NULL;
    }
    struct frame_column *grown =
        frame->columns < FRAME_COLUMNS ? reallocarray(frame->column, frame->columns + 1, sizeof *grown) : NULL;
    if (grown == NULL) {
        free(value);
        if (frame->columns < FRAME_COLUMNS) return fault_no_memory();
        return fault_raise(FAULT_USAGE,
                           "%s has more than %d columns of inputs, drivers, events and regimes; expected fewer: say "
                           "with --by which",
                           framing->path, FRAME_COLUMNS);
    }
    frame->column = grown;
    grown[frame->columns++] =
        (struct frame_column){.path = strdup(path), .kind = factor->kind, .factor = frame->factors - 1, .value = value};
    factor->columns++;
    return grown[frame->columns - 1].path == NULL ? fault_no_memory() : NULL;
}

/* A factor of which nothing varies is none. */
static void end_factor(struct frame *frame)
{
    struct frame_factor *factor = &frame->factor[frame->factors - 1];
    if (factor->columns > 0) return;
    free(factor->name);
    free(factor->subject);
    frame->factors--;
}

/* ---- inputs ---- */

/* Standardised before they lose digits. */
static void to_row(const double number[], size_t count, float row[])
{
    double mean = 0.0, square = 0.0, known = 0.0;
    for (size_t r = 0; r < count; r++) {
        if (!isfinite(number[r])) continue;
        known += 1.0;
        mean += number[r];
    }
    mean = known > 0.0 ? mean / known : 0.0;
    for (size_t r = 0; r < count; r++)
        if (isfinite(number[r])) square += (number[r] - mean) * (number[r] - mean);
    const double sd = sqrt(square / (known > 0.0 ? known : 1.0)), scale = sd > 1e-13 * fabs(mean) ? 1.0 / sd : 0.0;
    for (size_t r = 0; r < count; r++)
        row[r] = isfinite(number[r]) ? (float)((number[r] - mean) * scale) : __builtin_nanf("");
}

static size_t find_input(const struct stored *stored, const char *path)
{
    size_t i = 0;
    while (i < stored_inputs(stored) && strcmp(stored_input_path(stored, i), path) != 0) i++;
    return i;
}

static bool is_known(const struct framing *framing, size_t file, const char *path)
{
    bool known = file > 0 && find_input(framing->stored, path) < stored_inputs(framing->stored);
    for (size_t i = 0; i + 1 < file && !known; i++)
        known = find_input(framing->other[i], path) < stored_inputs(framing->other[i]);
    return known;
}

/* Of a file, 0 the first; those that a file before it has too are left out. */
static struct fault *read_inputs(struct framing *framing, size_t file)
{
    const struct stored *stored = file == 0 ? framing->stored : framing->other[file - 1];
    for (size_t i = 0; i < stored_inputs(stored); i++) {
        const char *path = stored_input_path(stored, i);
        if (is_known(framing, file, path)) continue;
        framing->to->inputs++;
        if (!is_asked(framing, path)) continue;
        TRY(stored_input(stored, i, framing->number));
        to_row(framing->number, stored_replications(stored), framing->row);
        TRY(add_factor(framing->to, FRAME_INPUT, path, NULL));
        TRY(add_column(framing, path, framing->row));
        end_factor(framing->to);
    }
    return NULL;
}

/* ---- drivers, events, regimes ---- */

static struct fault *read_ends(struct framing *framing, const char *path)
{
    const size_t years = framing->outline->years, count = stored_replications(framing->stored);
    char name[320];
    if (years < 2) return NULL;
    if (!stored_has_samples(framing->stored, true, path)) {
        framing->to->without_ends++;
        return NULL;
    }
    TRY(stored_samples(framing->stored, true, path, years, framing->row));
    snprintf(name, sizeof name, "%s, first year", path);
    TRY(add_column(framing, name, framing->row));
    snprintf(name, sizeof name, "%s, last year", path);
    return add_column(framing, name, framing->row + (years - 1) * count);
}

static bool has_words(const char *path, const char *first, size_t words)
{
    size_t dots = 0;
    for (const char *c = path; *c != '\0'; c++) dots += *c == '.';
    return strncmp(path, first, strlen(first)) == 0 && dots + 1 == words;
}

/* An outcome over the horizon, if the file has its samples. */
static struct fault *read_outcome(struct framing *framing, const char *path)
{
    if (!stored_has_samples(framing->stored, false, path)) return NULL;
    TRY(stored_samples(framing->stored, false, path, 1, framing->row));
    return add_column(framing, path, framing->row);
}

static struct fault *read_drivers(struct framing *framing)
{
    const struct outcomes *outcomes = &framing->outline->outcomes;
    for (size_t o = 0; o < outcomes->count; o++) {
        const char *path = outcomes->item[o].path;
        const bool driver = has_words(path, "drivers.", 2), event = has_words(path, "events.", 3);
        if ((!driver && !event) || !is_asked(framing, path)) continue;
        char name[256];
        snprintf(name, sizeof name, "%.*s", (int)(event ? strrchr(path, '.') - path : (ptrdiff_t)strlen(path)), path);
        TRY(add_factor(framing->to, driver ? FRAME_DRIVER : FRAME_EVENT, name, name));
        TRY(read_outcome(framing, path));
        if (driver) TRY(read_ends(framing, path));
        end_factor(framing->to);
    }
    return NULL;
}

static struct fault *read_regimes(struct framing *framing)
{
    const struct outcomes *outcomes = &framing->outline->outcomes;
    for (size_t o = 0; o < outcomes->count;) {
        const char *path = outcomes->item[o].path;
        const size_t length = (size_t)(strrchr(path, '.') == NULL ? 0 : strrchr(path, '.') - path);
        size_t end = o + 1;
        if (!has_words(path, "regimes.", 3) || !is_asked(framing, path)) {
            o = end;
            continue;
        }
        while (end < outcomes->count && strncmp(outcomes->item[end].path, path, length + 1) == 0) end++;
        char name[256];
        snprintf(name, sizeof name, "%.*s", (int)length, path);
        TRY(add_factor(framing->to, FRAME_REGIME, name, name));
        for (size_t s = o + 1; s < end; s++)
            TRY(read_outcome(framing, outcomes->item[s].path)); /* the first is the rest */
        end_factor(framing->to);
        o = end;
    }
    return NULL;
}

/* ---- all of it ---- */

/* Leaves those in which the condition holds in the first file. */
static struct fault *select_given(struct framing *framing)
{
    const struct given *given = framing->wish->given;
    struct frame_selection *selection = &framing->to->selection;
    struct result_given *to = &framing->to->given;
    struct given_futures futures;
    struct fault *fault = given_find(given, framing->stored, framing->outline, &futures);
    if (fault == NULL) {
        selection->count = given_count(&futures, selection->count);
        for (size_t i = 0; i < selection->count; i++) selection->replication[i] = (uint32_t)futures.replication[i];
        to->futures = futures.count;
        to->undecided = futures.undecided;
        to->condition = strdup(given_text(given));
        if (to->condition == NULL) fault = fault_no_memory();
    }
    given_futures_free(&futures);
    return fault;
}

static struct fault *select_futures(struct framing *framing)
{
    struct frame_selection *selection = &framing->to->selection;
    size_t count = stored_replications(framing->stored);
    for (size_t i = 0; i < framing->others; i++)
        if (stored_replications(framing->other[i]) < count) count = stored_replications(framing->other[i]);
    selection->replication = calloc(count + 1, sizeof *selection->replication);
    if (selection->replication == NULL) return fault_no_memory();
    selection->count = count;
    for (size_t i = 0; i < count; i++) selection->replication[i] = (uint32_t)i;
    return framing->wish->given == NULL ? NULL : select_given(framing);
}

/* Leaves out replications in which a column has no value. */
static void keep_known(struct frame *frame)
{
    struct frame_selection *selection = &frame->selection;
    size_t kept = 0;
    for (size_t i = 0; i < selection->count; i++) {
        bool known = true;
        for (size_t c = 0; c < frame->columns && known; c++) known = isfinite(frame->column[c].value[i]);
        if (!known) continue;
        for (size_t c = 0; c < frame->columns && kept < i; c++)
            frame->column[c].value[kept] = frame->column[c].value[i];
        selection->replication[kept++] = selection->replication[i];
    }
    frame->unknown = selection->count - kept;
    selection->count = kept;
}

static struct fault *check_patterns(const struct framing *framing)
{
    for (size_t i = 0; i < framing->wish->bys; i++)
        if (!framing->used[i])
            return fault_raise(FAULT_USAGE,
                               "--by '%s' fits no input, driver, event or regime of %s; expected one such as "
                               "'legs.*' or 'drivers.*'",
                               framing->wish->by[i], framing->path);
    return NULL;
}

static struct fault *read_all(struct framing *framing)
{
    const size_t most = framing->replications;
    const bool with_years = stored_kept(framing->stored) > 0;
    size_t years = framing->outline->years > 0 && with_years ? framing->outline->years : 1;
    framing->row = calloc(most * years + 1, sizeof *framing->row);
    framing->number = calloc(most + 1, sizeof *framing->number);
    framing->used = calloc(framing->wish->bys + 1, sizeof *framing->used);
    if (framing->row == NULL || framing->number == NULL || framing->used == NULL) return fault_no_memory();
    TRY(select_futures(framing));
    for (size_t file = 0; file <= framing->others; file++) TRY(read_inputs(framing, file));
    TRY(read_drivers(framing));
    TRY(read_regimes(framing));
    TRY(check_patterns(framing));
    if (framing->to->columns == 0)
        return fault_raise(FAULT_FILES,
                           "%s has no input, driver, event or regime that varies and whose samples are kept: there is "
                           "nothing that could decide an outcome",
                           framing->path);
    keep_known(framing->to);
    return grouping_apply(framing->to, framing->wish->groups, framing->wish->group);
}

struct fault *frame_read(const char *path, const struct stored *stored, const struct result *outline, size_t others,
                         const struct stored *const other[], const struct frame_wish *wish, struct frame *frame)
{
    struct framing framing = {.path = path,
                              .outline = outline,
                              .stored = stored,
                              .others = others,
                              .other = other,
                              .wish = wish,
                              .to = frame,
                              .replications = stored_kept(stored)};
    bool kept = stored_kept(stored) > 0;
    *frame = (struct frame){0};
    for (size_t i = 0; i < others; i++) {
        if (stored_kept(other[i]) > framing.replications) framing.replications = stored_kept(other[i]);
        kept = kept && stored_kept(other[i]) > 0;
    }
    if (!kept) return fault_raise(FAULT_FILES, "%s holds no samples and no inputs, replication by replication", path);
    struct fault *fault = read_all(&framing);
    free(framing.row);
    free(framing.number);
    free(framing.used);
    return fault;
}
