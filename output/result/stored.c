/* output/result/stored.c -- see stored.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/result/stored.h"
#include "output/hdf5/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 128 };

/* The labels along which values are found: of a file without probabilities, samples or inputs, none. */
enum list { ANNUAL, HORIZON, ANNUAL_CHANCES, HORIZON_CHANCES, ANNUAL_SAMPLES, HORIZON_SAMPLES, INPUTS, UNITS, LISTS };

static const char *const list_names[LISTS] = {
    [ANNUAL] = "annual/outcome",
    [HORIZON] = "horizon/outcome",
    [ANNUAL_CHANCES] = "annual/threshold",
    [HORIZON_CHANCES] = "horizon/threshold",
    [ANNUAL_SAMPLES] = "samples/annual/outcome",
    [HORIZON_SAMPLES] = "samples/horizon/outcome",
    [INPUTS] = "inputs/input",
    [UNITS] = "inputs/units",
};

struct stored {
    struct reader reader;
    size_t replications, kept;
    struct reader_texts list[LISTS];
};

/* Values are of all replications, and the file can hold them: so many are then made room for. */
static struct fault *check_values(struct stored *stored, enum list list, const char *name)
{
    struct reader_shape shape;
    const size_t count = stored->list[list].count;
    if (count == 0) return NULL;
    TRY(reader_shape(&stored->reader, name, &shape));
    if (shape.rank < 2 || shape.size[0] != count || shape.size[shape.rank - 1] != stored->replications)
        return fault_raise(FAULT_FILES, "%s: %s is not of %zu by %zu replications", stored->reader.path, name, count,
                           stored->replications);
    stored->kept = stored->replications;
    return NULL;
}

static struct fault *read_lists(struct stored *stored)
{
    int64_t replications = 0;
    TRY(reader_integer(&stored->reader, "replications", &replications));
    if (replications < 1) return fault_raise(FAULT_FILES, "%s has no replications", stored->reader.path);
    stored->replications = (size_t)replications;
    for (enum list list = 0; list < LISTS; list++) {
        bool there = true;
        if (list != ANNUAL && list != HORIZON) TRY(reader_has(&stored->reader, list_names[list], &there));
        if (there) TRY(reader_texts(&stored->reader, list_names[list], &stored->list[list]));
    }
    if (stored->list[INPUTS].count != stored->list[UNITS].count)
        return fault_raise(FAULT_FILES, "%s: not every input has a unit", stored->reader.path);
    TRY(check_values(stored, HORIZON_SAMPLES, "samples/horizon/value"));
    TRY(check_values(stored, ANNUAL_SAMPLES, "samples/annual/value"));
    return check_values(stored, INPUTS, "inputs/value");
}

struct fault *stored_open(const char *path, struct stored **out)
{
    *out = calloc(1, sizeof **out);
    if (*out == NULL) return fault_no_memory();
    (*out)->reader.file = -1;
    TRY(reader_open(path, &(*out)->reader));
    return read_lists(*out);
}

struct fault *stored_close(struct stored *stored, struct fault *fault)
{
    if (stored == NULL) return fault;
    for (enum list list = 0; list < LISTS; list++) reader_texts_free(&stored->list[list]);
    fault = reader_close(&stored->reader, fault);
    free(stored);
    return fault;
}

/* The place of a path in a list, and how many there are; the count if it has none. */
static size_t find(const struct stored *stored, enum list list, const char *path)
{
    const struct reader_texts *texts = &stored->list[list];
    size_t i = 0;
    while (i < texts->count && strcmp(texts->text[i], path) != 0) i++;
    return i;
}

static struct fault *is_missing(const struct stored *stored, const char *outcome, const char *dataset)
{
    return fault_raise(FAULT_FILES, "%s is not a complete result: %s is not in %s", stored->reader.path, outcome,
                       dataset);
}

bool stored_has_samples(const struct stored *stored, bool annual, const char *outcome)
{
    const enum list list = annual ? ANNUAL_SAMPLES : HORIZON_SAMPLES;
    return find(stored, list, outcome) < stored->list[list].count;
}

size_t stored_replications(const struct stored *stored)
{
    return stored->replications;
}

size_t stored_kept(const struct stored *stored)
{
    return stored->kept;
}

struct fault *stored_samples(const struct stored *stored, bool annual, const char *outcome, size_t rows, float value[])
{
    const enum list list = annual ? ANNUAL_SAMPLES : HORIZON_SAMPLES;
    const char *name = annual ? "samples/annual/value" : "samples/horizon/value";
    const size_t at = find(stored, list, outcome), count = stored->list[list].count;
    struct reader_shape shape = {.rank = 1, .size = {count}};
    if (at == count) return is_missing(stored, outcome, name);
    if (annual) shape.size[shape.rank++] = rows;
    shape.size[shape.rank++] = stored->replications;
    return reader_row(&stored->reader, name, H5T_NATIVE_FLOAT, &shape, at, value);
}

static struct fault *read_first(const struct stored *stored, const char *outcome, size_t count, float value[])
{
    const size_t all = stored->replications;
    if (all == count) return stored_samples(stored, false, outcome, 1, value);
    if (all < count) return fault_raise(FAULT_FILES, "a file has %zu replications; expected at least %zu", all, count);
    float *whole = malloc(all * sizeof *whole);
    if (whole == NULL) return fault_no_memory();
    struct fault *fault = stored_samples(stored, false, outcome, 1, whole);
    if (fault == NULL) memcpy(value, whole, count * sizeof *value);
    free(whole);
    return fault;
}

struct fault *stored_horizon(const struct stored *stored, const char *outcome, size_t count, float value[], bool *there)
{
    *there = stored_has_samples(stored, false, outcome);
    return *there ? read_first(stored, outcome, count, value) : NULL;
}

/* The tails of a row from the order of the file to that of memory. */
static void order_tails(size_t rows, size_t levels, double *work, double value[])
{
    for (size_t r = 0; r < rows; r++) {
        memcpy(work, value + r * levels, levels * sizeof *work);
        for (size_t k = 0; k < levels; k++) value[r * levels + dataset_column(ALONG_TAIL, levels, k)] = work[k];
    }
}

struct fault *stored_statistic(const struct stored *stored, bool annual, const struct dataset *of, const char *outcome,
                               size_t rows, size_t columns, double value[])
{
    const enum list list = of->of_chance ? (annual ? ANNUAL_CHANCES : HORIZON_CHANCES) : annual ? ANNUAL : HORIZON;
    const size_t at = find(stored, list, outcome), count = stored->list[list].count;
    struct reader_shape shape = {.rank = 1, .size = {count}};
    char name[NAME];
    snprintf(name, sizeof name, "%s/%s", annual ? "annual" : "horizon", of->name);
    if (at == count) return is_missing(stored, outcome, name);
    if (annual) shape.size[shape.rank++] = rows;
    if (of->along == ALONG_QUANTILE) shape.size[shape.rank++] = columns;
    if (of->along == ALONG_TAIL) shape.size[shape.rank++] = 2;
    if (of->along == ALONG_TAIL) shape.size[shape.rank++] = columns / 2;
    TRY(reader_row(&stored->reader, name, H5T_NATIVE_DOUBLE, &shape, at, value));
    if (of->along != ALONG_TAIL || columns == 0) return NULL;
    double *work = malloc(columns * sizeof *work);
    if (work == NULL) return fault_no_memory();
    order_tails(rows, columns, work, value);
    free(work);
    return NULL;
}

size_t stored_inputs(const struct stored *stored)
{
    return stored->list[INPUTS].count;
}

const char *stored_input_path(const struct stored *stored, size_t input)
{
    return stored->list[INPUTS].text[input];
}

const char *stored_input_unit(const struct stored *stored, size_t input)
{
    return stored->list[UNITS].text[input];
}

struct fault *stored_input(const struct stored *stored, size_t input, double value[])
{
    const struct reader_shape shape = {.rank = 2, .size = {stored_inputs(stored), stored->replications}};
    return reader_row(&stored->reader, "inputs/value", H5T_NATIVE_DOUBLE, &shape, input, value);
}

struct fault *stored_text(const struct stored *stored, const char *attribute, char **text)
{
    return reader_text(&stored->reader, attribute, text);
}

struct fault *stored_has(const struct stored *stored, const char *object, bool *there)
{
    return reader_has(&stored->reader, object, there);
}

struct fault *stored_labels(const struct stored *stored, const char *dataset, size_t *count, char ***label)
{
    struct reader_texts texts;
    struct fault *fault = reader_texts(&stored->reader, dataset, &texts);
    *count = texts.count;
    *label = texts.text;
    return fault;
}

void stored_labels_free(size_t count, char **label)
{
    reader_texts_free(&(struct reader_texts){count, label});
}

struct fault *stored_numbers(const struct stored *stored, const char *dataset, size_t *count, double **number)
{
    *number = NULL;
    return reader_numbers(&stored->reader, dataset, count, number);
}
