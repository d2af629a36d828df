/* output/diff/diff.c -- see diff.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/diff/diff.h"
#include "output/diff/diff_values.h"
#include "sim/statistics/discovery.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

static enum outcome_better no_better(const void *context, const char *path)
{
    (void)context;
    (void)path;
    return OUTCOME_NEITHER;
}

/* By the pairs; of independent draws by the side with fewer values, which has no more degrees of freedom than Welch's. */
static double p_of(const struct paired *cell)
{
    if (!cell->known || cell->same || !(cell->count > 1.0) || paired_is_rounding(cell)) return UNKNOWN;
    if (cell->mean == 0.0 && !(cell->standard_error > 0.0)) return UNKNOWN;
    return discovery_of_estimate(cell->mean, cell->standard_error, cell->count - 1.0);
}

/* Of independent draws the error tells of both deviations together, as far as both have as many values. */
static double effect_of(const struct paired *cell)
{
    const double sd =
        cell->paired != 0.0 ? cell->sd * sqrt(cell->saving / 2.0) : cell->standard_error * sqrt(cell->count / 2.0);
    return sd > 0.0 ? fabs(cell->mean) / sd : HUGE_VAL;
}

static int by_effect(const void *left, const void *right)
{
    const struct diff_outcome *a = left, *b = right;
    if (a->effect != b->effect) return a->effect > b->effect ? -1 : 1;
    return a->outcome < b->outcome ? -1 : a->outcome > b->outcome;
}

static struct fault *find_moved(struct diff *diff)
{
    const struct comparison *of = &diff->comparison;
    double *p = calloc(2 * of->outcomes + 1, sizeof *p), *rate = p == NULL ? NULL : p + of->outcomes;
    size_t *order = calloc(of->outcomes + 1, sizeof *order);
    diff->outcome = calloc(of->outcomes + 1, sizeof *diff->outcome);
    struct fault *fault = p == NULL || order == NULL || diff->outcome == NULL ? fault_no_memory() : NULL;
    for (size_t o = 0; o < of->outcomes && fault == NULL; o++) {
        const struct paired *cell = &of->cell[comparison_index(of, o, 0, 0, of->years)];
        p[o] = p_of(cell);
        diff->tested += isnan(p[o]) ? 0 : 1;
    }
    if (fault == NULL) discovery_rates(of->outcomes, p, order, rate);
    for (size_t o = 0; o < of->outcomes && fault == NULL; o++)
        if (rate[o] <= diff->rate)
            diff->outcome[diff->moved++] =
                (struct diff_outcome){o, p[o], rate[o], effect_of(&of->cell[comparison_index(of, o, 0, 0, of->years)])};
    if (fault == NULL) qsort(diff->outcome, diff->moved, sizeof *diff->outcome, by_effect);
    free(order);
    free(p);
    return fault;
}

static struct fault *describe(const struct result *outline, const char *path, char **file, char **seed)
{
    *file = strndup(path, result_stem(path));
    if (*file == NULL || asprintf(seed, "%" PRIu64 " replications, seed %" PRIu64 ", %s", outline->replications,
                                  outline->seed, outline->rng) < 0)
        return fault_no_memory();
    return NULL;
}

static struct fault *compare(const char *const path[2], int threads, struct diff *diff)
{
    static const char *const all[] = {"*"};
    const struct comparison_files files = {.worlds = 1, .variants = 1, .base = &path[0], .file = &path[1]};
    const struct comparison_wish wish = {
        .unpaired = !diff->same_draws, .outcome = all, .outcomes = 1, .better = no_better, .threads = threads};
    TRY(comparison_read(&files, &wish, &diff->comparison));
    return find_moved(diff);
}

struct fault *diff_read(const char *const path[2], double rate, int threads, struct diff *diff)
{
    struct result outline[2] = {{0}};
    *diff = (struct diff){.rate = rate};
    struct fault *fault = NULL;
    for (size_t i = 0; i < 2 && fault == NULL; i++) {
        fault = result_read_outline(path[i], &outline[i]);
        if (fault == NULL) fault = describe(&outline[i], path[i], &diff->path[i], &diff->seed[i]);
    }
    if (fault == NULL) fault = diff_values_read(outline, diff);
    if (fault == NULL)
        diff->same_draws = outline[0].seed == outline[1].seed && strcmp(outline[0].rng, outline[1].rng) == 0;
    for (size_t i = 0; i < 2; i++) result_free(&outline[i]);
    return fault == NULL ? compare(path, threads, diff) : fault;
}

void diff_free(struct diff *diff)
{
    for (size_t i = 0; i < 2; i++) {
        free(diff->path[i]);
        free(diff->seed[i]);
    }
    for (size_t i = 0; i < diff->values; i++) {
        free(diff->value[i].path);
        free(diff->value[i].before);
        free(diff->value[i].after);
        for (size_t p = 0; p < 2; p++) free(diff->value[i].place[p]);
    }
    free(diff->value);
    free(diff->outcome);
    comparison_free(&diff->comparison);
    *diff = (struct diff){0};
}

bool diff_is_nothing(const struct diff *diff)
{
    return diff->values == 0 && diff->tested == 0 && diff->same_draws && diff->comparison.notes == 0 &&
           diff->seed[0] != NULL && strcmp(diff->seed[0], diff->seed[1]) == 0;
}
