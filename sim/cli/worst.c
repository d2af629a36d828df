/* sim/cli/worst.c -- see worst.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/worst.h"
#include "models/outcomes.h"
#include "output/result/stored.h"
#include "output/tables/contrast.h"
#include "output/tables/readable.h"
#include "sim/core/units.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 20, LEAST_WORST = 20 };

struct comparing {
    const struct worst *worst;
    const struct result *head;
    struct stored *stored;
    float *value;   /* [replications] */
    double *number; /* [replications] */
    struct contrast contrast;
    struct contrast_row *row;
    size_t rows;
    size_t missing; /* to be compared, but without samples */
};

/* What is compared beside the inputs: what comes from outside, and how things stood in a replication on average. Amounts
 * are left out: they are what follows. */
static bool is_compared(const struct comparing *comparing, const struct outcome *outcome)
{
    const enum outcome_subject subject = outcome->kind->subject;
    return (subject == SUBJECT_DRIVERS || subject == SUBJECT_LEGS || subject == SUBJECT_OTHER) &&
           outcome->kind->rule == OUTCOME_MEAN && strcmp(outcome->path, comparing->worst->outcome) != 0;
}

/* For --save: ",drivers.*,legs.*", the first words of the paths that are compared. */
static const char *compared_patterns(const struct comparing *comparing, size_t size, char text[])
{
    size_t length = 0;
    text[0] = '\0';
    for (size_t o = 0; o < comparing->head->outcomes.count; o++) {
        const struct outcome *outcome = &comparing->head->outcomes.item[o];
        char pattern[64];
        const int made = snprintf(pattern, sizeof pattern, ",%.*s.*", (int)strcspn(outcome->path, "."), outcome->path);
        if (!is_compared(comparing, outcome) || strstr(text, pattern) != NULL || (size_t)made >= sizeof pattern ||
            length + (size_t)made >= size)
            continue;
        memcpy(text + length, pattern, (size_t)made + 1);
        length += (size_t)made;
    }
    return text;
}

static struct fault *no_outcome(const struct worst *worst, const struct outcomes *outcomes)
{
    char hint[160];
    return fault_raise(FAULT_USAGE, "%s has no outcome '%s'; `zhol show RESULT --list` lists them%s", worst->path,
                       worst->outcome, outcomes_hint(outcomes, worst->outcome, sizeof hint, hint));
}

/* Which end is the worse one. */
static struct fault *find_side(const struct worst *worst, bool *upper)
{
    const struct outcome_kind *kind = outcomes_kind(worst->outcome);
    const enum outcome_better better = kind == NULL ? OUTCOME_NEITHER : kind->better;
    if (worst->side == WORST_AS_DECLARED && better == OUTCOME_NEITHER)
        return fault_raise(FAULT_USAGE,
                           "neither more nor less of %s is better by itself; say with --upper or --lower which end is "
                           "meant",
                           worst->outcome);
    *upper = worst->side == WORST_AS_DECLARED ? better == OUTCOME_LESS : worst->side == WORST_UPPER;
    return NULL;
}

/* Samples of an outcome over the horizon, if the file has them. */
static struct fault *read_horizon(const struct comparing *comparing, const char *path, bool *there)
{
    *there = stored_has_samples(comparing->stored, false, path);
    return *there ? stored_samples(comparing->stored, false, path, 1, comparing->value) : NULL;
}

static struct fault *find_worst(struct comparing *comparing)
{
    const struct worst *worst = comparing->worst;
    bool upper = false, there = false;
    TRY(find_side(worst, &upper));
    TRY(read_horizon(comparing, worst->outcome, &there));
    char patterns[256];
    if (!there)
        return fault_raise(FAULT_FILES,
                           "%s holds no samples of %s, because not all fit into --memory; simulate again with "
                           "--save '%s%s', or with more --memory",
                           worst->path, worst->outcome, worst->outcome,
                           compared_patterns(comparing, sizeof patterns, patterns));
    TRY(contrast_init(&comparing->contrast, comparing->head->replications, comparing->value, worst->share, upper));
    const struct contrast *contrast = &comparing->contrast;
    if (contrast->count < LEAST_WORST)
        return fault_raise(FAULT_USAGE,
                           "the worst %g %% of %zu replications are %zu; expected at least %d: ask for more of them, "
                           "or simulate more",
                           100.0 * worst->share, contrast->defined, contrast->count, LEAST_WORST);
    if (contrast->count == contrast->defined)
        return fault_raise(FAULT_USAGE, "%s is the same in all of %zu replications, or as bad: none is worse",
                           worst->outcome, contrast->defined);
    return NULL;
}

static void add_row(struct comparing *comparing, const char *path, const char *unit, bool input)
{
    comparing->row[comparing->rows++] =
        (struct contrast_row){.path = path,
                              .unit = unit,
                              .input = input,
                              .separation = contrast_separate(&comparing->contrast, comparing->number)};
}

static struct fault *compare(struct comparing *comparing)
{
    const struct outcomes *outcomes = &comparing->head->outcomes;
    const uint64_t count = comparing->head->replications;
    for (size_t i = 0; i < stored_inputs(comparing->stored); i++) {
        TRY(stored_input(comparing->stored, i, comparing->number));
        add_row(comparing, stored_input_path(comparing->stored, i), stored_input_unit(comparing->stored, i), true);
    }
    for (size_t o = 0; o < outcomes->count; o++) {
        const struct outcome *outcome = &outcomes->item[o];
        if (!is_compared(comparing, outcome)) continue;
        bool there = false;
        TRY(read_horizon(comparing, outcome->path, &there));
        if (!there) {
            comparing->missing++;
            continue;
        }
        for (uint64_t r = 0; r < count; r++) comparing->number[r] = (double)comparing->value[r];
        add_row(comparing, outcome->path, outcome->total, false);
    }
    contrast_sort(comparing->rows, comparing->row);
    return NULL;
}

static void print_head(const struct comparing *comparing, size_t outcome, FILE *to)
{
    const struct contrast *contrast = &comparing->contrast;
    char unit[64];
    const double scale =
        readable_unit(comparing->head->outcomes.item[outcome].total, fabs(contrast->edge), sizeof unit, unit);
    const bool pure = strcmp(unit, "1") == 0;
    fprintf(to, "The worst %g %% by %s over the whole horizon: %zu of %zu replications, at %s %.4g%s%s\n",
            100.0 * comparing->worst->share, comparing->worst->outcome, contrast->count, contrast->defined,
            contrast->upper ? "least" : "most", contrast->edge / scale, pure ? "" : " ", pure ? "" : unit);
    if (contrast->defined < contrast->replications)
        fprintf(to, "%zu replications without a value are left out\n", contrast->replications - contrast->defined);
    if (comparing->missing > 0)
        fprintf(to, "%zu outcomes that are compared have no samples in the file and are left out\n",
                comparing->missing);
    fputs("Difference: mean of the worst less that of the rest, over the standard deviation of all, ± error of the "
          "simulation (95 %)\n\n",
          to);
}

static struct fault *write_comparison(struct comparing *comparing, FILE *to)
{
    const struct outcomes *outcomes = &comparing->head->outcomes;
    const size_t outcome = outcomes_find(outcomes, comparing->worst->outcome);
    if (outcome == outcomes->count) return no_outcome(comparing->worst, outcomes);
    const size_t inputs = stored_inputs(comparing->stored);
    const size_t count = stored_kept(comparing->stored);
    comparing->value = calloc(count + 1, sizeof *comparing->value);
    comparing->number = calloc(count + 1, sizeof *comparing->number);
    comparing->row = calloc(inputs + outcomes->count + 1, sizeof *comparing->row);
    if (comparing->value == NULL || comparing->number == NULL || comparing->row == NULL) return fault_no_memory();
    TRY(find_worst(comparing));
    TRY(compare(comparing));
    if (comparing->worst->csv) return contrast_csv(comparing->rows, comparing->row, to);
    print_head(comparing, outcome, to);
    return contrast_print(comparing->rows, comparing->row, SHOWN, to);
}

struct fault *worst_write(const struct worst *worst, const struct result *head, FILE *to)
{
    struct comparing comparing = {.worst = worst, .head = head};
    struct fault *fault = stored_open(worst->path, &comparing.stored);
    if (fault == NULL) fault = write_comparison(&comparing, to);
    contrast_free(&comparing.contrast);
    free(comparing.value);
    free(comparing.number);
    free(comparing.row); /* whose names are the file's */
    return stored_close(comparing.stored, fault);
}
