/* output/sensitivity/sensitivity.c -- see sensitivity.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sensitivity/sensitivity.h"
#include "output/comparison/pairing.h"
#include "output/sensitivity/values.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of a value in single precision: what varies less does not vary. */
#define ROUNDING 0x1p-24

struct deciding {
    const struct sensitivity_wish *wish;
    struct sensitivity *to;
    struct stored *stored, *other;
    struct result other_outline;
    float *y;       /* [selected] */
    double *of;     /* [selected] with a value */
    size_t *row_of; /* [selected] the places of those */
};

void sensitivity_free(struct sensitivity *sensitivity)
{
    for (size_t i = 0; i < sensitivity->count; i++) {
        free(sensitivity->of[i].factor);
        attribution_free(&sensitivity->of[i].attribution);
    }
    free(sensitivity->of);
    free(sensitivity->title);
    free(sensitivity->history);
    free(sensitivity->source);
    free(sensitivity->path);
    free(sensitivity->other);
    free(sensitivity->command);
    frame_free(&sensitivity->frame);
    result_free(&sensitivity->outline);
    *sensitivity = (struct sensitivity){0};
}

/* ---- which outcomes ---- */

static struct fault *add_case(struct sensitivity *to, const struct outcome *outcome)
{
    for (size_t i = 0; i < to->count; i++)
        if (to->of[i].outcome == outcome) return NULL;
    struct sensitivity_case *grown = reallocarray(to->of, to->count + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    to->of = grown;
    grown[to->count++] = (struct sensitivity_case){.outcome = outcome};
    return NULL;
}

/* What a reader asks for first: the first rank of what may be better or worse, else the first headline. */
static struct fault *add_usual(struct sensitivity *to)
{
    const struct outcome *first = NULL;
    for (size_t o = 0; o < to->outline.outcomes.count; o++) {
        const struct outcome *outcome = &to->outline.outcomes.item[o];
        const unsigned rank = outcome->kind->rank;
        const bool usual = outcome->kind->subject != SUBJECT_DRIVERS && outcome->kind->headline &&
                           (to->year == 0 || !outcome->kind->horizon_only);
        if (!usual) continue;
        if (first == NULL || (rank != 0 && (first->kind->rank == 0 || rank < first->kind->rank))) first = outcome;
    }
    if (first == NULL) return fault_raise(FAULT_USAGE, "%s has no main outcome; name one with --outcome", to->path);
    return add_case(to, first);
}

static struct fault *find_outcomes(const struct deciding *deciding)
{
    struct sensitivity *to = deciding->to;
    const struct outcomes *outcomes = &to->outline.outcomes;
    if (deciding->wish->outcomes == 0) return add_usual(to);
    for (size_t p = 0; p < deciding->wish->outcomes; p++) {
        const char *pattern = deciding->wish->outcome[p];
        bool found = false, in_years = false;
        for (size_t o = 0; o < outcomes->count; o++) {
            if (fnmatch(pattern, outcomes->item[o].path, 0) != 0) continue;
            found = true;
            if (to->year != 0 && outcomes->item[o].kind->horizon_only) continue;
            in_years = true;
            TRY(add_case(to, &outcomes->item[o]));
        }
        char hint[160];
        if (!found) {
            outcomes_hint(outcomes, pattern, sizeof hint, hint);
            return fault_raise(FAULT_USAGE, "%s: no outcome matches '%s'%s", to->path, pattern,
                               hint[0] != '\0' ? hint : "; `zhol show RESULT --list` lists them");
        }
        if (!in_years)
            return fault_raise(FAULT_USAGE, "'%s' has a value over the whole horizon only; leave out --year", pattern);
    }
    return NULL;
}

static struct fault *check_year(const struct sensitivity *to)
{
    const int first = to->outline.calendar.start / CALENDAR_MONTHS_PER_YEAR;
    const int last = first + (int)to->outline.years - 1;
    if (to->year == 0 || (to->year >= first && to->year <= last)) return NULL;
    return fault_raise(FAULT_USAGE, "--year %d is not of %s, which has the years %d to %d", to->year, to->path, first,
                       last);
}

/* ---- values of an outcome ---- */

static struct values_file first_file(const struct deciding *deciding)
{
    return (struct values_file){deciding->to->path, deciding->stored, &deciding->to->outline};
}

static struct values_file other_file(const struct deciding *deciding)
{
    return (struct values_file){deciding->to->other, deciding->other, &deciding->other_outline};
}

static struct fault *subtract_from_other(const struct deciding *deciding, const struct outcome *outcome)
{
    const struct sensitivity *to = deciding->to;
    const struct outcomes *outcomes = &deciding->other_outline.outcomes;
    const size_t at = outcomes_find(outcomes, outcome->path), count = to->frame.selection.count;
    if (at == outcomes->count)
        return fault_raise(FAULT_FILES, "%s has no outcome %s, which %s has: there is no difference to explain",
                           to->other, outcome->path, to->path);
    if (strcmp(outcomes->item[at].total, outcome->total) != 0)
        return fault_raise(FAULT_FILES, "%s is in %s in %s, and in %s in %s; expected the same unit", outcome->path,
                           outcome->total, to->path, outcomes->item[at].total, to->other);
    float *base = malloc((count + 1) * sizeof *base);
    if (base == NULL) return fault_no_memory();
    memcpy(base, deciding->y, count * sizeof *base);
    const struct values_file file = other_file(deciding);
    struct fault *fault = values_read(&file, &to->frame.selection, to->year, outcome->path, deciding->y);
    for (size_t i = 0; i < count && fault == NULL; i++) deciding->of[i] = (double)deciding->y[i] - (double)base[i];
    free(base);
    return fault;
}

/* Values into `of`, and where they stand into `row_of`: those that are known. */
static struct fault *read_case(const struct deciding *deciding, struct sensitivity_case *of)
{
    const struct sensitivity *to = deciding->to;
    const size_t count = to->frame.selection.count;
    const struct values_file file = first_file(deciding);
    TRY(values_read(&file, &to->frame.selection, to->year, of->outcome->path, deciding->y));
    for (size_t i = 0; i < count; i++) deciding->of[i] = (double)deciding->y[i];
    if (deciding->other != NULL) TRY(subtract_from_other(deciding, of->outcome));
    for (size_t i = 0; i < count; i++) {
        if (!isfinite(deciding->of[i])) continue;
        deciding->of[of->futures] = deciding->of[i];
        deciding->row_of[of->futures++] = i;
    }
    double square = 0.0, size = 0.0;
    for (size_t i = 0; i < of->futures; i++)
        size += fabs((double)deciding->y[deciding->row_of[i]]) / (double)of->futures;
    for (size_t i = 0; i < of->futures; i++) of->mean += deciding->of[i] / (double)of->futures;
    for (size_t i = 0; i < of->futures; i++) square += (deciding->of[i] - of->mean) * (deciding->of[i] - of->mean);
    of->sd = of->futures > 1 ? sqrt(square / ((double)of->futures - 1.0)) : 0.0;
    if (!(of->sd > 2.0 * ROUNDING * size)) of->sd = 0.0;
    return NULL;
}

/* ---- what decides it ---- */

/* What of the frame explains a case. */
struct explaining {
    size_t *first, *column; /* of shares.h: [factors + 1], and the column itself */
    float **value;          /* [columns] */
    float *room;            /* [columns][futures], where not all futures have a value */
    bool *known, *single;
    size_t columns, factors;
};

static void explaining_free(struct explaining *explaining)
{
    free(explaining->first);
    free(explaining->column);
    free(explaining->value);
    free(explaining->room);
    free(explaining->known);
    free(explaining->single);
}

static struct fault *explaining_init(const struct frame *frame, bool all, size_t futures, struct explaining *explaining)
{
    const size_t columns = frame->columns + 1, factors = frame->factors + 1;
    explaining->first = calloc(factors + 1, sizeof *explaining->first);
    explaining->column = calloc(columns, sizeof *explaining->column);
    explaining->value = calloc(columns, sizeof *explaining->value);
    explaining->room = all ? NULL : calloc(columns * futures + 1, sizeof *explaining->room);
    explaining->known = calloc(columns, sizeof *explaining->known);
    explaining->single = calloc(factors, sizeof *explaining->single);
    return explaining->first == NULL || explaining->column == NULL || explaining->value == NULL ||
                   (!all && explaining->room == NULL) || explaining->known == NULL || explaining->single == NULL
               ? fault_no_memory()
               : NULL;
}

static bool is_varying(size_t count, const float value[])
{
    size_t i = 0;
    while (i < count && !(fabsf(value[i] - value[0]) > 0.0f)) i++;
    return i < count;
}

/* A driver does not explain itself. */
static bool is_itself(const struct frame_factor *factor, const char *path)
{
    const size_t length = factor->subject == NULL ? 0 : strlen(factor->subject);
    return length > 0 && strncmp(path, factor->subject, length) == 0 && (path[length] == '\0' || path[length] == '.');
}

static void gather(const struct deciding *deciding, struct sensitivity_case *of, struct explaining *explaining)
{
    const struct frame *frame = &deciding->to->frame;
    const bool all = explaining->room == NULL;
    for (size_t f = 0, c = 0; f < frame->factors; f++) {
        const struct frame_factor *factor = &frame->factor[f];
        const size_t before = explaining->columns, end = c + factor->columns;
        for (; c < end; c++) {
            float *value = all ? frame->column[c].value : explaining->room + explaining->columns * of->futures;
            for (size_t i = 0; i < of->futures && !all; i++) value[i] = frame->column[c].value[deciding->row_of[i]];
            if (is_itself(factor, of->outcome->path) || !is_varying(of->futures, value)) continue;
            explaining->value[explaining->columns] = value;
            explaining->column[explaining->columns] = explaining->columns;
            explaining->known[explaining->columns++] = frame->column[c].kind == FRAME_INPUT;
        }
        if (explaining->columns == before) continue;
        explaining->first[explaining->factors] = before;
        explaining->single[explaining->factors] = explaining->columns == before + 1 || factor->kind == FRAME_DRIVER;
        of->factor[explaining->factors++] = f;
        explaining->first[explaining->factors] = explaining->columns;
    }
}

static struct fault *attribute(const struct deciding *deciding, struct sensitivity_case *of,
                               struct explaining *explaining)
{
    const struct sensitivity *to = deciding->to;
    gather(deciding, of, explaining);
    const struct attribution_table table = {
        .rows = of->futures,
        .factors = {explaining->columns, explaining->factors, explaining->first, explaining->column},
        .column = (const float *const *)explaining->value,
        .known = explaining->known,
        .single = explaining->single,
        .y = deciding->of,
        .seed = to->outline.seed};
    const size_t least = attribution_rows(explaining->columns);
    if (explaining->columns == 0)
        return fault_raise(FAULT_FILES, "%s: nothing else varies that could decide %s", to->path, of->outcome->path);
    if (of->futures < least)
        return fault_raise(FAULT_FILES,
                           "%s has %zu replications with a value of %s, for %zu columns of inputs, drivers, events and "
                           "regimes; expected at least %zu: simulate more, or name fewer with --by",
                           to->path, of->futures, of->outcome->path, explaining->columns, least);
    TRY(attribution_of(&table, &of->attribution));
    for (size_t f = 0; f < of->attribution.factors; f++)
        of->discoveries += of->attribution.factor[f].q <= to->rate ? 1 : 0;
    return NULL;
}

static struct fault *decide(const struct deciding *deciding, struct sensitivity_case *of)
{
    const struct frame *frame = &deciding->to->frame;
    struct explaining explaining = {0};
    TRY(read_case(deciding, of));
    if (!(of->sd > 0.0)) return NULL;
    of->factor = calloc(frame->factors + 1, sizeof *of->factor);
    struct fault *fault = of->factor == NULL ? fault_no_memory() : NULL;
    if (fault == NULL) fault = explaining_init(frame, of->futures == frame->selection.count, of->futures, &explaining);
    if (fault == NULL) fault = attribute(deciding, of, &explaining);
    explaining_free(&explaining);
    return fault;
}

static struct fault *decide_all(const struct deciding *deciding)
{
    struct sensitivity *to = deciding->to;
    size_t kept = 0;
    for (size_t i = 0; i < to->count; i++) TRY(decide(deciding, &to->of[i]));
    for (size_t i = 0; i < to->count; i++)
        if (to->of[i].sd > 0.0) kept++;
    if (kept == 0)
        return fault_raise(FAULT_FILES, "%s %s the same in all futures: there is nothing to decide",
                           to->of[0].outcome->path, to->other == NULL ? "is" : "differs by");
    to->constant = to->count - kept;
    return NULL;
}

/* ---- files ---- */

static struct fault *open_files(struct deciding *deciding)
{
    struct sensitivity *to = deciding->to;
    TRY(result_read_outline(to->path, &to->outline));
    TRY(stored_open(to->path, &deciding->stored));
    if (to->outline.history != NULL) to->command = strdup(to->outline.history);
    if (to->other == NULL) return NULL;
    TRY(result_read_outline(to->other, &deciding->other_outline));
    const struct pairing pairing = {to->path, &to->outline, to->other, &deciding->other_outline};
    TRY(pairing_check_subject(&pairing));
    TRY(pairing_check_draws(&pairing, "simulate one of them again, with the seed of the other"));
    return stored_open(to->other, &deciding->other);
}

static struct fault *check_kept(const struct deciding *deciding, const struct values_file *file)
{
    if (stored_kept(file->stored) > 0) return NULL;
    return values_missing(file, deciding->to->year, deciding->to->of[0].outcome->path);
}

static struct fault *read_all(struct deciding *deciding)
{
    struct sensitivity *to = deciding->to;
    TRY(open_files(deciding));
    TRY(check_year(to));
    TRY(find_outcomes(deciding));
    const struct values_file first = first_file(deciding), other = other_file(deciding);
    const struct stored *const others[] = {deciding->other};
    TRY(check_kept(deciding, &first));
    if (deciding->other != NULL) TRY(check_kept(deciding, &other));
    TRY(frame_read(to->path, deciding->stored, &to->outline, deciding->other == NULL ? 0 : 1, others,
                   &deciding->wish->frame, &to->frame));
    deciding->y = calloc(to->frame.selection.count + 1, sizeof *deciding->y);
    deciding->of = calloc(to->frame.selection.count + 1, sizeof *deciding->of);
    deciding->row_of = calloc(to->frame.selection.count + 1, sizeof *deciding->row_of);
    if (deciding->y == NULL || deciding->of == NULL || deciding->row_of == NULL) return fault_no_memory();
    return decide_all(deciding);
}

struct fault *sensitivity_read(const char *path, const char *other, const struct sensitivity_wish *wish,
                               struct sensitivity *sensitivity)
{
    struct deciding deciding = {.wish = wish, .to = sensitivity};
    *sensitivity = (struct sensitivity){.rate = wish->rate, .year = wish->year};
    sensitivity->path = strdup(path);
    sensitivity->other = other == NULL ? NULL : strdup(other);
    struct fault *fault =
        sensitivity->path == NULL || (other != NULL && sensitivity->other == NULL) ? fault_no_memory() : NULL;
    if (fault == NULL) fault = read_all(&deciding);
    fault = stored_close(deciding.stored, fault);
    fault = stored_close(deciding.other, fault);
    result_free(&deciding.other_outline);
    free(deciding.y);
    free(deciding.of);
    free(deciding.row_of);
    return fault;
}
