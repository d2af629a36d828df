/* output/given/given_read.c -- a result of some of its futures alone, from their samples. See given.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/given/given.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Room for the samples of an outcome. */
struct work {
    float *sample, *select; /* [years][replications], [futures] */
    double *number;         /* [futures] */
};

static struct fault *open_work(const struct result *result, size_t replications, struct work *work)
{
    const size_t rows = result->years > 0 ? result->years : 1, futures = result->given.futures;
    work->sample = malloc((rows * replications + 1) * sizeof *work->sample);
    work->select = malloc((futures + 1) * sizeof *work->select);
    work->number = malloc((futures + 1) * sizeof *work->number);
    return work->sample == NULL || work->select == NULL || work->number == NULL ? fault_no_memory() : NULL;
}

static void close_work(struct work *work)
{
    free(work->sample);
    free(work->select);
    free(work->number);
}

static struct fault *make_room(struct result *result)
{
    const size_t cells = result->outcomes.count * (result->years + 1);
    result->moments = calloc(cells + 1, sizeof *result->moments);
    result->quantile = calloc(cells * result->quantiles + 1, sizeof *result->quantile);
    result->cvar = calloc(cells * result->levels + 1, sizeof *result->cvar);
    if (result->moments == NULL || result->quantile == NULL || result->cvar == NULL) return fault_no_memory();
    for (size_t c = 0; c < cells; c++) result->moments[c] = moments_none();
    for (size_t k = 0; k < cells * result->quantiles; k++)
        result->quantile[k] = (struct quantile_estimate){NAN, NAN, NAN};
    for (size_t k = 0; k < cells * result->levels; k++) result->cvar[k] = (struct cvar_estimate){NAN, NAN, 0.0};
    return NULL;
}

/* All statistics of a cell from the samples of the futures, which stand in front. */
static void summarise(struct result *result, size_t cell, const float sample[], struct work *work)
{
    const size_t count = result->given.futures;
    const struct quantiles_asked asked = {result->quantiles, result->probability, result->levels, result->level};
    for (size_t i = 0; i < count; i++) work->number[i] = (double)sample[i];
    result->moments[cell] = moments_of(count, work->number, NULL);
    quantiles_and_tails(count, sample, work->select, &asked, result->quantile + cell * result->quantiles,
                        result->cvar + cell * result->levels);
}

static struct fault *read_outcome(const struct stored *stored, const struct given_futures *futures, size_t outcome,
                                  struct result *result, struct work *work)
{
    const size_t replications = stored_replications(stored), first = outcome * (result->years + 1);
    const char *path = result->outcomes.item[outcome].path;
    for (size_t annual = 0; annual < 2; annual++) {
        const size_t rows = annual ? result->years : 1, from = first + (annual ? 0 : result->years);
        if (!(annual ? result->annual_saved : result->horizon_saved)[outcome]) continue;
        TRY(stored_samples(stored, annual != 0, path, rows, work->sample));
        for (size_t r = 0; r < rows; r++) {
            float *row = work->sample + r * replications;
            given_take(futures, replications, row);
            summarise(result, from + r, row, work);
        }
    }
    return NULL;
}

static bool is_asked(const char *path, const char *const patterns[], size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (fnmatch(patterns[i], path, 0) == 0) return true;
    return count == 0;
}

static struct fault *read_all(const struct stored *stored, const struct given *given, const char *const patterns[],
                              size_t count, struct result *result)
{
    struct given_futures futures = {0};
    struct work work = {0};
    struct fault *fault = given_find(given, stored, result, &futures);
    result->given.futures = futures.count;
    result->given.undecided = futures.undecided;
    if (fault == NULL) fault = make_room(result);
    if (fault == NULL) fault = open_work(result, stored_replications(stored), &work);
    for (size_t o = 0; o < result->outcomes.count && fault == NULL; o++)
        if (is_asked(result->outcomes.item[o].path, patterns, count))
            fault = read_outcome(stored, &futures, o, result, &work);
    close_work(&work);
    given_futures_free(&futures);
    return fault;
}

struct fault *given_read(const char *path, const struct given *given, const char *const patterns[], size_t count,
                         struct result *result)
{
    struct stored *stored = NULL;
    struct fault *fault = result_read_outline(path, result);
    if (fault == NULL) fault = stored_open(path, &stored);
    if (fault == NULL) result->given.condition = strdup(given_text(given));
    if (fault == NULL && result->given.condition == NULL) fault = fault_no_memory();
    if (fault == NULL) fault = read_all(stored, given, patterns, count, result);
    result->exact_quantiles = true; /* from samples they are */
    return stored_close(stored, fault);
}
