/* output/result/result_read.c -- a result file back into memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/structure.h"
#include "output/result/result.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 128 }; /* of a dataset of ours */
enum { MONTHS_MOST = 12000 };
enum { ROOM_LEAST = 1 << 26, ROOM_TIMES = 64 }; /* bytes, and times the file */
static const int64_t REPLICATIONS_MOST = INT64_C(1) << 40;

static struct fault *not_a_result(const char *path, const char *what)
{
    return fault_raise(FAULT_FILES, "%s is not a result of zhol: %s", path, what);
}

/* A text that not every result has. */
static struct fault *read_optional(const struct reader *reader, const char *name, char **text)
{
    bool there = false;
    TRY(reader_has_attribute(reader, name, &there));
    return there ? reader_text(reader, name, text) : NULL;
}

static struct fault *read_root(const struct reader *reader, struct result *result)
{
    char *seed = NULL, *text = NULL;
    int64_t replications = 0, invalid = 0, memory = 0, months = 0;
    TRY(reader_text(reader, "title", &result->title));
    TRY(reader_text(reader, "history", &result->history));
    TRY(reader_text(reader, "source", &result->source));
    TRY(reader_text(reader, "scenario", &result->scenario));
    TRY(reader_text(reader, "rng", &result->rng));
    TRY(reader_text(reader, "arithmetic", &result->arithmetic));
    TRY(reader_text(reader, "prices", &result->prices));
    TRY(read_optional(reader, "stopped_by", &result->stopped_by));
    TRY(read_optional(reader, "discount", &result->discount));
    TRY(read_optional(reader, "warnings", &result->warnings));
    TRY(read_optional(reader, "sources", &result->sources));
    TRY(reader_integer(reader, "replications", &replications));
    TRY(reader_integer(reader, "invalid_replications", &invalid));
    TRY(reader_integer(reader, "memory", &memory));
    TRY(reader_integer(reader, "months", &months));
    TRY(reader_text(reader, "seed", &seed));
    result->seed = strtoull(seed, NULL, 10);
    free(seed);
    if (replications < 1 || replications > REPLICATIONS_MOST || invalid < 0 || invalid > replications || months < 0 ||
        months > MONTHS_MOST)
        return not_a_result(reader->path, "its numbers of replications or months are not possible");
    result->replications = (uint64_t)replications;
    result->invalids = (size_t)invalid;
    result->memory = (uint64_t)memory;
    result->calendar.months = (int)months;
    result->years = (size_t)months / CALENDAR_MONTHS_PER_YEAR;
    TRY(reader_text(reader, "quantiles", &text));
    result->exact_quantiles = strcmp(text, "exact") == 0;
    free(text);
    if (!result->exact_quantiles) TRY(reader_number(reader, "quantile_relative_error", &result->quantile_error));
    TRY(reader_text(reader, "base", &text));
    bool dated = calendar_read(text, &result->calendar.base);
    free(text);
    TRY(reader_text(reader, "start", &text));
    dated = calendar_read(text, &result->calendar.start) && dated;
    free(text);
    return dated ? NULL : not_a_result(reader->path, "its dates cannot be read");
}

/* ---- outcomes ---- */

/* Where a path stands in a list; looks first behind the one that was found last. `count` if it is nowhere. */
static size_t find_text(const struct reader_texts *texts, const char *path, size_t *next)
{
    for (size_t i = 0; i < texts->count; i++) {
        const size_t at = (*next + i) % texts->count;
        if (strcmp(texts->text[at], path) != 0) continue;
        *next = at + 1;
        return at;
    }
    return texts->count;
}

static struct fault *check_length(const struct reader *reader, const char *name, size_t count, size_t expected)
{
    if (count == expected) return NULL;
    return fault_raise(FAULT_FILES, "%s: %s has %zu values; expected %zu", reader->path, name, count, expected);
}

static struct fault *unknown_label(const struct reader *reader, const char *path, const char *label, const char *value)
{
    return fault_raise(FAULT_FILES, "%s: the label '%s' of %s is '%s', which is unknown", reader->path, label, path,
                       value);
}

/* What the horizon says of its outcomes; the texts live until they are freed. */
struct labels {
    struct reader_texts path, text[16]; /* of the labels that are texts */
    size_t texts;
    bool untitled;                   /* the file lacks labels that are optional */
    struct dataset_outcome *outcome; /* [path.count] */
};

static void free_labels(struct labels *labels)
{
    reader_texts_free(&labels->path);
    for (size_t l = 0; l < labels->texts; l++) reader_texts_free(&labels->text[l]);
    free(labels->outcome);
}

static struct fault *take_texts(const struct reader *reader, const struct dataset_label *label, struct labels *labels)
{
    char name[NAME];
    struct reader_texts *texts = &labels->text[labels->texts++];
    snprintf(name, sizeof name, "horizon/%s", label->name);
    TRY(reader_texts(reader, name, texts));
    TRY(check_length(reader, name, texts->count, labels->path.count));
    for (size_t i = 0; i < texts->count; i++)
        if (!dataset_take_text(&labels->outcome[i], label->name, texts->text[i]))
            return unknown_label(reader, labels->path.text[i], label->name, texts->text[i]);
    return NULL;
}

static struct fault *take_numbers(const struct reader *reader, const struct dataset_label *label, struct labels *labels)
{
    char name[NAME], text[32];
    double *value = NULL;
    size_t count = 0;
    snprintf(name, sizeof name, "horizon/%s", label->name);
    struct fault *fault = reader_numbers(reader, name, &count, &value);
    if (fault == NULL) fault = check_length(reader, name, count, labels->path.count);
    for (size_t i = 0; i < count && fault == NULL; i++) {
        const bool whole = value[i] >= 0.0 && value[i] <= 1000.0;
        if (whole && dataset_take_number(&labels->outcome[i], label->name, (int)value[i])) continue;
        snprintf(text, sizeof text, "%g", value[i]);
        fault = unknown_label(reader, labels->path.text[i], label->name, text);
    }
    free(value);
    return fault;
}

static int by_text(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* No outcome twice. */
static struct fault *check_different(const struct reader *reader, const char *name, const struct reader_texts *texts)
{
    char **sorted = malloc((texts->count + 1) * sizeof *sorted);
    struct fault *fault = NULL;
    if (sorted == NULL) return fault_no_memory();
    if (texts->count > 0) {
        memcpy(sorted, texts->text, texts->count * sizeof *sorted);
        qsort(sorted, texts->count, sizeof *sorted, by_text);
    }
    for (size_t i = 1; i < texts->count && fault == NULL; i++)
        if (strcmp(sorted[i - 1], sorted[i]) == 0)
            fault = fault_raise(FAULT_FILES, "%s is damaged: %s has '%s' twice", reader->path, name, sorted[i]);
    free(sorted);
    return fault;
}

static struct fault *read_labels(const struct reader *reader, struct labels *labels)
{
    TRY(reader_texts(reader, "horizon/outcome", &labels->path));
    TRY(check_different(reader, "horizon/outcome", &labels->path));
    labels->outcome = calloc(labels->path.count + 1, sizeof *labels->outcome);
    if (labels->outcome == NULL) return fault_no_memory();
    for (size_t i = 0; i < labels->path.count; i++)
        labels->outcome[i].kind = (struct outcome_kind){.pattern = "", .words = "", .unit = "", .meaning = ""};
    for (const struct dataset_label *label = dataset_labels; label->name != NULL; label++) {
        char name[NAME];
        bool there = true;
        snprintf(name, sizeof name, "horizon/%s", label->name);
        if (label->optional) TRY(reader_has(reader, name, &there));
        if (!there) labels->untitled = true;
        if (there) TRY(label->text != NULL ? take_texts(reader, label, labels) : take_numbers(reader, label, labels));
    }
    return NULL;
}

/* The outcomes with years have their unit there; without years, that of the horizon. */
static struct fault *add_outcomes(const struct reader *reader, struct labels *labels, const struct reader_texts *annual,
                                  const struct reader_texts *units, struct outcomes *outcomes)
{
    size_t next = 0;
    TRY(check_length(reader, "annual/units", units->count, annual->count));
    for (size_t i = 0; i < labels->path.count; i++) {
        struct dataset_outcome *outcome = &labels->outcome[i];
        const size_t at = find_text(annual, labels->path.text[i], &next);
        outcome->kind.horizon_only = at == annual->count;
        TRY(outcomes_add_read(outcomes, &outcome->kind, labels->path.text[i],
                              at == annual->count ? outcome->unit : units->text[at], outcome->long_name));
        if (outcome->title != NULL) TRY(outcome_entitle(&outcomes->item[outcomes->count - 1], outcome->title));
    }
    return NULL;
}

static struct fault *read_outcomes(const struct reader *reader, struct result *result)
{
    struct labels labels = {.texts = 0};
    struct reader_texts annual = {0}, units = {0};
    struct fault *fault = read_labels(reader, &labels);
    result->untitled = labels.untitled;
    if (fault == NULL) fault = reader_texts(reader, "annual/outcome", &annual);
    if (fault == NULL) fault = reader_texts(reader, "annual/units", &units);
    if (fault == NULL) fault = add_outcomes(reader, &labels, &annual, &units, &result->outcomes);
    free_labels(&labels);
    reader_texts_free(&annual);
    reader_texts_free(&units);
    return fault;
}

/* Which outcomes a group has, in its order; allocated. */
static struct fault *read_members(const struct reader *reader, const char *group, const struct outcomes *outcomes,
                                  size_t *count, size_t **member)
{
    char name[NAME];
    struct reader_texts path = {0}, all = {.count = outcomes->count};
    size_t next = 0;
    snprintf(name, sizeof name, "%s/outcome", group);
    all.text = calloc(all.count + 1, sizeof *all.text);
    struct fault *fault = all.text == NULL ? fault_no_memory() : reader_texts(reader, name, &path);
    if (fault == NULL) fault = check_different(reader, name, &path);
    for (size_t i = 0; i < outcomes->count && fault == NULL; i++) all.text[i] = outcomes->item[i].path;
    *count = path.count;
    *member = calloc(path.count + 1, sizeof **member);
    if (*member == NULL && fault == NULL) fault = fault_no_memory();
    for (size_t i = 0; i < path.count && fault == NULL; i++) {
        (*member)[i] = find_text(&all, path.text[i], &next);
        if ((*member)[i] == outcomes->count)
            fault = fault_raise(FAULT_FILES, "%s: %s is in %s, but not in horizon", reader->path, path.text[i], group);
    }
    reader_texts_free(&path);
    free(all.text); /* whose texts are the outcomes' */
    return fault;
}

/* ---- statistics ---- */

static struct fault *read_coordinates(const struct reader *reader, struct result *result)
{
    double *stated = NULL;
    size_t count = 0;
    TRY(reader_numbers(reader, "horizon/quantile", &result->quantiles, &result->probability));
    struct fault *fault = reader_numbers(reader, "horizon/level", &count, &stated);
    if (fault == NULL) result->level = calloc(2 * count + 1, sizeof *result->level);
    if (fault == NULL && result->level == NULL) fault = fault_no_memory();
    if (fault == NULL) result->levels = 2 * count;
    for (size_t i = 0; i < count && fault == NULL; i++) {
        result->level[dataset_tail(2 * count, true, i)] = stated[i];
        result->level[dataset_tail(2 * count, false, i)] = tail_share(stated[i]);
    }
    free(stated);
    return fault;
}

static struct fault *read_statistic(const struct reader *reader, const struct dataset *of, bool annual, size_t count,
                                    const size_t member[], struct result *result)
{
    const size_t rows = annual ? result->years : 1, first = annual ? 0 : result->years, levels = result->levels / 2;
    const size_t columns = dataset_columns(of->along, result->quantiles, result->levels);
    struct reader_shape shape = {.size = {count}, .rank = 1};
    char name[NAME];
    if (annual) shape.size[shape.rank++] = rows;
    if (of->along == ALONG_QUANTILE) shape.size[shape.rank++] = result->quantiles;
    if (of->along == ALONG_TAIL) shape.size[shape.rank++] = 2;
    if (of->along == ALONG_TAIL) shape.size[shape.rank++] = levels;
    double *value = calloc(count * rows * columns + 1, sizeof *value);
    if (value == NULL) return fault_no_memory();
    snprintf(name, sizeof name, "%s/%s", annual ? "annual" : "horizon", of->name);
    struct fault *fault = reader_values(reader, name, H5T_NATIVE_DOUBLE, &shape, value);
    for (size_t at = 0; at < count * rows * columns && fault == NULL; at++) {
        const size_t k = at % columns, row = at / columns;
        const struct dataset_cell cell = result_cell(result, member[row / rows], first + row % rows);
        of->set(&cell, dataset_column(of->along, result->levels, k), value[at]);
    }
    free(value);
    return fault;
}

/* The years of an outcome that has none: no values. */
static void leave_years(struct result *result, size_t first)
{
    const size_t quantiles = result->quantiles;
    for (size_t c = first; c < first + result->years; c++) result->moments[c] = moments_none();
    for (size_t k = first * quantiles; k < (first + result->years) * quantiles; k++)
        result->quantile[k] = (struct quantile_estimate){NAN, NAN, NAN};
    for (size_t k = first * result->levels; k < (first + result->years) * result->levels; k++)
        result->cvar[k] = (struct cvar_estimate){NAN, NAN, 0.0};
}

static struct fault *read_period(const struct reader *reader, bool annual, struct result *result)
{
    size_t count = 0, *member = NULL;
    const size_t rows = annual ? result->years : 1, first = annual ? 0 : result->years;
    const double valid = (double)result->replications - (double)result->invalids;
    struct fault *fault = read_members(reader, annual ? "annual" : "horizon", &result->outcomes, &count, &member);
    for (const struct dataset *of = datasets; of->name != NULL && fault == NULL; of++)
        if (of->set != NULL) fault = read_statistic(reader, of, annual, count, member, result);
    for (size_t i = 0; i < count * rows && fault == NULL; i++) {
        struct moments *moments = result_cell(result, member[i / rows], first + i % rows).moments;
        moments->undefined = valid - moments->count;
    }
    free(member);
    return fault;
}

/* In memory statistics take some times what they take in the file, where those of the horizon alone have no years. */
static struct fault *check_room(const struct reader *reader, const struct result *result)
{
    const double cells = (double)result->outcomes.count * (double)(result->years + 1),
                 each = (double)(sizeof *result->moments + result->quantiles * sizeof *result->quantile +
                                 result->levels * sizeof *result->cvar);
    if (cells * each <= ROOM_LEAST + ROOM_TIMES * (double)reader->bytes) return NULL;
    return fault_raise(FAULT_FILES, "%s is damaged: %zu outcomes and %zu years are more than the file can hold",
                       reader->path, result->outcomes.count, result->years);
}

static struct fault *read_statistics(const struct reader *reader, struct result *result)
{
    const size_t periods = result->years + 1, cells = result->outcomes.count * periods;
    TRY(check_room(reader, result));
    result->moments = calloc(cells + 1, sizeof *result->moments);
    result->quantile = calloc(cells * result->quantiles + 1, sizeof *result->quantile);
    result->cvar = calloc(cells * result->levels + 1, sizeof *result->cvar);
    if (result->moments == NULL || result->quantile == NULL || result->cvar == NULL) return fault_no_memory();
    for (size_t i = 0; i < result->outcomes.count; i++)
        if (result->outcomes.item[i].kind->horizon_only) leave_years(result, i * periods);
    TRY(read_period(reader, true, result));
    return read_period(reader, false, result);
}

/* ---- samples ---- */

/* Which samples are there. */
static struct fault *read_saved(const struct reader *reader, struct result *result)
{
    bool any = false;
    const size_t outcomes = result->outcomes.count;
    result->annual_saved = calloc(outcomes + 1, sizeof *result->annual_saved);
    result->horizon_saved = calloc(outcomes + 1, sizeof *result->horizon_saved);
    if (result->annual_saved == NULL || result->horizon_saved == NULL) return fault_no_memory();
    TRY(reader_has(reader, "samples", &any));
    for (size_t annual = 0; annual < 2 && any; annual++) {
        size_t count = 0, *member = NULL;
        struct fault *fault =
            read_members(reader, annual ? "samples/annual" : "samples/horizon", &result->outcomes, &count, &member);
        for (size_t i = 0; i < count && fault == NULL; i++)
            (annual ? result->annual_saved : result->horizon_saved)[member[i]] = true;
        free(member);
        if (fault == NULL && !annual && count > 0)
            fault = reader_is_deflated(reader, "samples/horizon/value", &result->compressed);
        if (fault != NULL) return fault;
    }
    return NULL;
}

/* Room for all samples; where the quantiles are not exact, for those in the file alone, because all are too many. */
static struct fault *make_samples(struct result *result)
{
    const size_t periods = result->years + 1, cells = result->outcomes.count * periods;
    if (result->exact_quantiles) return samples_init(&result->samples, result->replications, cells, 0);
    bool *keep = calloc(cells + 1, sizeof *keep);
    if (keep == NULL) return fault_no_memory();
    for (size_t i = 0; i < result->outcomes.count; i++) {
        for (size_t y = 0; y < result->years; y++) keep[i * periods + y] = result->annual_saved[i];
        keep[i * periods + result->years] = result->horizon_saved[i];
    }
    struct fault *fault = samples_init_some(&result->samples, result->replications, cells, keep, 0);
    free(keep);
    return fault;
}

static struct fault *read_sample_group(const struct reader *reader, bool annual, struct result *result)
{
    const char *group = annual ? "samples/annual" : "samples/horizon";
    const size_t periods = result->years + 1;
    size_t count = 0, *member = NULL;
    struct reader_shape shape = {.rank = 1};
    char name[NAME];
    struct fault *fault = read_members(reader, group, &result->outcomes, &count, &member);
    shape.size[0] = count;
    if (annual) shape.size[shape.rank++] = result->years;
    shape.size[shape.rank++] = result->replications;
    snprintf(name, sizeof name, "%s/value", group);
    for (size_t i = 0; i < count && fault == NULL; i++) {
        float *to = samples_of(&result->samples, member[i] * periods + (annual ? 0 : result->years));
        if (to != NULL) fault = reader_row(reader, name, H5T_NATIVE_FLOAT, &shape, i, to);
    }
    free(member);
    return fault;
}

/* The samples that were saved; all others are NaN, or not kept. */
static struct fault *read_samples(const struct reader *reader, struct result *result)
{
    const size_t periods = result->years + 1, count = result->replications;
    bool any = false;
    TRY(read_saved(reader, result));
    TRY(reader_has(reader, "samples", &any));
    if (!any) return NULL;
    TRY(make_samples(result));
    for (size_t i = 0; i < result->outcomes.count; i++) {
        float *years = samples_of(&result->samples, i * periods);
        for (size_t k = 0; years != NULL && !result->annual_saved[i] && k < result->years * count; k++) years[k] = NAN;
    }
    TRY(read_sample_group(reader, false, result));
    return read_sample_group(reader, true, result);
}

/* ---- the file ---- */

static struct fault *check_kind(const struct reader *reader)
{
    int64_t schema = 0, complete = 0;
    bool compared = false, ours = false;
    TRY(reader_has_attribute(reader, "zhol_comparison", &compared));
    TRY(reader_has_attribute(reader, "zhol_schema", &ours));
    if (compared)
        return fault_raise(FAULT_FILES, "%s is a comparison of results; `zhol compare --list %s` tells what it holds",
                           reader->path, reader->path);
    if (!ours) return not_a_result(reader->path, "the attribute zhol_schema is missing");
    TRY(reader_integer(reader, "zhol_schema", &schema));
    if (schema != RESULT_SCHEMA)
        return fault_raise(FAULT_FILES,
                           "%s has the result format %" PRId64
                           "; this zhol reads %d: simulate it again, by the command "
                           "in its attribute `history`",
                           reader->path, schema, RESULT_SCHEMA);
    TRY(reader_integer(reader, "complete", &complete));
    return complete == 1 ? NULL : fault_raise(FAULT_FILES, "%s is not a complete result", reader->path);
}

static struct fault *check_open(const struct reader *reader, bool sealed)
{
    TRY(check_kind(reader));
    TRY(structure_check(reader));
    return sealed ? reader_check_content(reader) : NULL;
}

struct fault *result_check(const char *path, bool sealed)
{
    struct reader reader;
    struct fault *fault = reader_open(path, &reader);
    if (fault == NULL) fault = check_open(&reader, sealed);
    return reader_close(&reader, fault);
}

static struct fault *read_open(const struct reader *reader, bool with_samples, struct result *result)
{
    TRY(check_kind(reader));
    TRY(read_root(reader, result));
    TRY(read_outcomes(reader, result));
    TRY(read_coordinates(reader, result));
    TRY(read_statistics(reader, result));
    return with_samples ? read_samples(reader, result) : NULL;
}

struct fault *result_read(const char *path, bool with_samples, struct result *result)
{
    struct reader reader;
    *result = (struct result){0};
    struct fault *fault = reader_open(path, &reader);
    if (fault == NULL) fault = check_open(&reader, true);
    if (fault == NULL) fault = read_open(&reader, with_samples, result);
    return reader_close(&reader, fault);
}

struct fault *result_read_unchecked(const char *path, struct result *result)
{
    struct reader reader;
    *result = (struct result){0};
    struct fault *fault = reader_open(path, &reader);
    if (fault == NULL) fault = read_open(&reader, false, result);
    return reader_close(&reader, fault);
}

struct fault *result_read_head(const char *path, bool *ours, struct result *result)
{
    struct reader reader;
    *result = (struct result){0};
    *ours = false;
    struct fault *fault = reader_open(path, &reader);
    if (fault == NULL) fault = reader_has_attribute(&reader, "zhol_schema", ours);
    if (fault == NULL) fault = check_open(&reader, true);
    if (fault == NULL) fault = read_root(&reader, result);
    if (fault == NULL) fault = read_outcomes(&reader, result);
    if (fault == NULL) fault = read_saved(&reader, result);
    return reader_close(&reader, fault);
}

/* The numbers of the invalid replications. */
static struct fault *read_invalid(const struct reader *reader, struct result *result)
{
    double *number = NULL;
    size_t count = 0;
    const size_t invalids = result->invalids;
    result->invalids = 0;
    if (invalids == 0) return NULL;
    struct fault *fault = reader_numbers(reader, "diagnostics/invalid_replication", &count, &number);
    if (fault == NULL) fault = check_length(reader, "diagnostics/invalid_replication", count, invalids);
    if (fault == NULL) result->invalid = calloc(invalids, sizeof *result->invalid);
    if (fault == NULL && result->invalid == NULL) fault = fault_no_memory();
    for (size_t i = 0; i < invalids && fault == NULL; i++) {
        const double least = i == 0 ? 0.0 : number[i - 1] + 1.0;
        if (!(number[i] >= least) || number[i] >= (double)result->replications || number[i] != floor(number[i]))
            fault = fault_raise(FAULT_FILES,
                                "%s is damaged: its invalid replications are not numbers of replications, ascending",
                                reader->path);
        else
            result->invalid[i].replication = (uint64_t)number[i];
    }
    if (fault == NULL) result->invalids = invalids;
    free(number);
    return fault;
}

struct fault *result_read_outline(const char *path, struct result *result)
{
    struct reader reader;
    *result = (struct result){0};
    struct fault *fault = reader_open(path, &reader);
    if (fault == NULL) fault = check_kind(&reader);
    if (fault == NULL) fault = read_root(&reader, result);
    if (fault == NULL) fault = read_outcomes(&reader, result);
    if (fault == NULL) fault = read_coordinates(&reader, result);
    if (fault == NULL) fault = read_saved(&reader, result);
    if (fault == NULL) fault = read_invalid(&reader, result);
    return reader_close(&reader, fault);
}
