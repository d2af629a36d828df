/* output/result/result_read.c -- a result file back into memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/content.h"
#include "output/hdf5/layout.h"
#include "output/result/result.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct input {
    hid_t file;
    const char *path;
    double valid; /* replications */
};

static struct fault *not_a_result(const char *path, const char *what)
{
    return fault_raise(FAULT_FILES, "%s is not a result of zhol: %s", path, what);
}

/* The text attribute, allocated. */
static struct fault *read_text(const struct input *input, hid_t object, const char *name, char **text)
{
    *text = NULL;
    if (H5Aexists(object, name) <= 0)
        return fault_raise(FAULT_FILES, "%s is not a complete result: the attribute '%s' is missing", input->path,
                           name);
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT), type = H5Aget_type(attribute);
    const size_t size =
        type < 0 || H5Tget_class(type) != H5T_STRING || H5Tis_variable_str(type) != 0 ? 0 : H5Tget_size(type);
    *text = size == 0 ? NULL : calloc(size + 1, 1);
    struct fault *fault = NULL;
    if (size == 0)
        fault = fault_raise(FAULT_FILES, "%s: the attribute '%s' is not a text", input->path, name);
    else if (*text == NULL)
        fault = fault_no_memory();
    else if (H5Aread(attribute, type, *text) < 0)
        fault = layout_fault(input->path, "read an attribute");
    if (H5Tclose(type) < 0 || H5Aclose(attribute) < 0)
        if (fault == NULL) fault = layout_fault(input->path, "close an attribute");
    return fault;
}

static struct fault *read_integer(const struct input *input, hid_t object, const char *name, int64_t *value)
{
    if (H5Aexists(object, name) <= 0)
        return fault_raise(FAULT_FILES, "%s is not a complete result: the attribute '%s' is missing", input->path,
                           name);
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    const bool read = attribute >= 0 && H5Aread(attribute, H5T_NATIVE_INT64, value) >= 0;
    if (attribute >= 0 && H5Aclose(attribute) < 0) return layout_fault(input->path, "close an attribute");
    return read ? NULL : layout_fault(input->path, "read an attribute");
}

static struct fault *read_number(const struct input *input, hid_t object, const char *name, double *value)
{
    if (H5Aexists(object, name) <= 0)
        return fault_raise(FAULT_FILES, "%s is not a complete result: the attribute '%s' is missing", input->path,
                           name);
    const hid_t attribute = H5Aopen(object, name, H5P_DEFAULT);
    const bool read = attribute >= 0 && H5Aread(attribute, H5T_NATIVE_DOUBLE, value) >= 0;
    if (attribute >= 0 && H5Aclose(attribute) < 0) return layout_fault(input->path, "close an attribute");
    return read ? NULL : layout_fault(input->path, "read an attribute");
}

/* Reads a dataset of exactly `count` values. */
static struct fault *read_values(const struct input *input, hid_t dataset, hid_t type, size_t count, void *value)
{
    const hid_t space = H5Dget_space(dataset);
    const hssize_t found = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    if (space >= 0) HDF5(input->path, H5Sclose(space), "close a shape");
    if (found < 0 || (size_t)found != count)
        return fault_raise(FAULT_FILES, "%s: a dataset has %lld values; expected %zu", input->path, (long long)found,
                           count);
    HDF5(input->path, H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value), "read a dataset");
    return NULL;
}

static struct fault *read_at(const struct input *input, const char *group, const char *name, hid_t type, size_t count,
                             void *value)
{
    char path[RESULT_NAME_MOST + 64];
    snprintf(path, sizeof path, "%s/%s", group, name);
    const hid_t dataset = H5Dopen2(input->file, path, H5P_DEFAULT);
    if (dataset < 0) return fault_raise(FAULT_FILES, "%s is not a complete result: %s is missing", input->path, path);
    struct fault *fault = read_values(input, dataset, type, count, value);
    if (H5Dclose(dataset) < 0 && fault == NULL) fault = layout_fault(input->path, "close a dataset");
    return fault;
}

static struct fault *read_flag(const struct input *input, hid_t dataset, const char *name, bool *flag)
{
    const htri_t found = H5Aexists(dataset, name);
    *flag = found > 0;
    return found < 0 ? layout_fault(input->path, "look for an attribute") : NULL;
}

/* What of the outcome is a probability; most outcomes do not say. */
static struct fault *read_chance(const struct input *input, hid_t dataset, enum outcome_chance *chance)
{
    char *name = NULL;
    bool told = false;
    *chance = CHANCE_NONE;
    TRY(read_flag(input, dataset, "probability", &told));
    if (!told) return NULL;
    struct fault *fault = read_text(input, dataset, "probability", &name);
    if (fault == NULL) *chance = result_chance(name);
    free(name);
    return fault;
}

static struct fault *read_subject(const struct input *input, hid_t dataset, enum outcome_subject *subject)
{
    char *name = NULL;
    struct fault *fault = read_text(input, dataset, "subject", &name);
    if (fault == NULL) *subject = outcome_subject_named(name);
    if (fault == NULL && *subject == SUBJECT_NONE)
        fault = fault_raise(FAULT_FILES, "%s: the subject '%s' is unknown", input->path, name);
    free(name);
    return fault;
}

/* An attribute that is 0 .. most. */
static struct fault *read_small(const struct input *input, hid_t dataset, const char *name, int64_t most,
                                unsigned *number)
{
    int64_t value = 0;
    TRY(read_integer(input, dataset, name, &value));
    if (value < 0 || value > most)
        return fault_raise(FAULT_FILES, "%s: the attribute '%s' is %" PRId64 "; expected 0 to %" PRId64, input->path,
                           name, value, most);
    *number = (unsigned)value;
    return NULL;
}

/* Of the kind no more is known than what the file says. */
static struct fault *read_kind(const struct input *input, hid_t dataset, struct outcome_kind *kind)
{
    char *methods = NULL;
    unsigned is_main = 0;
    *kind = (struct outcome_kind){.pattern = "", .words = "", .unit = "", .meaning = ""};
    TRY(read_subject(input, dataset, &kind->subject));
    TRY(read_small(input, dataset, "main", MAIN_ALWAYS, &is_main));
    TRY(read_small(input, dataset, "rank", OUTCOME_RANKS, &kind->rank));
    TRY(read_chance(input, dataset, &kind->chance));
    TRY(read_flag(input, dataset, "headline", &kind->headline));
    TRY(read_flag(input, dataset, "account", &kind->account));
    TRY(read_flag(input, dataset, "horizon_only", &kind->horizon_only));
    kind->main = (enum outcome_main)is_main;
    struct fault *fault = read_text(input, dataset, "cell_methods", &methods);
    if (fault == NULL) kind->rule = result_rule(methods);
    free(methods);
    return fault;
}

/* The unit of the years of an outcome. */
static struct fault *read_year_unit(const struct input *input, const char *name, char **unit)
{
    char path[RESULT_NAME_MOST + 64];
    snprintf(path, sizeof path, "annual/mean/%s", name);
    const hid_t dataset = H5Dopen2(input->file, path, H5P_DEFAULT);
    if (dataset < 0) return fault_raise(FAULT_FILES, "%s is not a complete result: %s is missing", input->path, path);
    struct fault *fault = read_text(input, dataset, "units", unit);
    if (H5Dclose(dataset) < 0 && fault == NULL) fault = layout_fault(input->path, "close a dataset");
    return fault;
}

/* Adds the outcome that a dataset of /horizon/mean describes; without years, its unit is the horizon's. */
static struct fault *read_outcome(const struct input *input, hid_t dataset, const char *name, struct result *result)
{
    static const char prefix[] = "mean of ";
    char *path = NULL, *unit = NULL, *long_name = NULL;
    struct outcome_kind kind;
    TRY(read_kind(input, dataset, &kind));
    struct fault *fault = read_text(input, dataset, "path", &path);
    if (fault == NULL)
        fault = kind.horizon_only ? read_text(input, dataset, "units", &unit) : read_year_unit(input, name, &unit);
    if (fault == NULL) fault = read_text(input, dataset, "long_name", &long_name);
    if (fault == NULL) {
        const size_t skip = strncmp(long_name, prefix, sizeof prefix - 1) == 0 ? sizeof prefix - 1 : 0;
        fault = outcomes_add_read(&result->outcomes, &kind, path, unit, long_name + skip);
    }
    free(path);
    free(unit);
    free(long_name);
    return fault;
}

struct listing {
    const struct input *input;
    struct result *result;
    struct fault *fault;
};

static herr_t list_outcome(hid_t group, const char *name, const H5L_info_t *info, void *context)
{
    struct listing *listing = context;
    (void)info;
    const hid_t dataset = H5Dopen2(group, name, H5P_DEFAULT);
    if (dataset < 0) return 0;
    if (H5Aexists(dataset, "path") > 0) listing->fault = read_outcome(listing->input, dataset, name, listing->result);
    if (H5Dclose(dataset) < 0 && listing->fault == NULL)
        listing->fault = layout_fault(listing->input->path, "close a dataset");
    return listing->fault == NULL ? 0 : -1;
}

static struct fault *read_outcomes(const struct input *input, struct result *result)
{
    struct listing listing = {.input = input, .result = result};
    const hid_t group = H5Gopen2(input->file, "horizon/mean", H5P_DEFAULT);
    if (group < 0) return fault_raise(FAULT_FILES, "%s is not a complete result: horizon/mean is missing", input->path);
    const herr_t listed = H5Literate(group, H5_INDEX_CRT_ORDER, H5_ITER_INC, NULL, list_outcome, &listing);
    if (H5Gclose(group) < 0 && listing.fault == NULL) listing.fault = layout_fault(input->path, "close a group");
    return listing.fault == NULL && listed < 0 ? layout_fault(input->path, "list the outcomes") : listing.fault;
}

static struct fault *read_root(const struct input *input, struct result *result)
{
    char *seed = NULL, *text = NULL;
    int64_t replications = 0, invalid = 0, memory = 0, months = 0;
    TRY(read_text(input, input->file, "title", &result->title));
    TRY(read_text(input, input->file, "history", &result->history));
    TRY(read_text(input, input->file, "source", &result->source));
    TRY(read_text(input, input->file, "scenario", &result->scenario));
    TRY(read_text(input, input->file, "rng", &result->rng));
    TRY(read_text(input, input->file, "arithmetic", &result->arithmetic));
    TRY(read_text(input, input->file, "prices", &result->prices));
    if (H5Aexists(input->file, "stopped_by") > 0) TRY(read_text(input, input->file, "stopped_by", &result->stopped_by));
    TRY(read_integer(input, input->file, "replications", &replications));
    TRY(read_integer(input, input->file, "invalid_replications", &invalid));
    TRY(read_integer(input, input->file, "memory", &memory));
    TRY(read_integer(input, input->file, "months", &months));
    TRY(read_text(input, input->file, "seed", &seed));
    result->seed = strtoull(seed, NULL, 10);
    free(seed);
    result->replications = (uint64_t)replications;
    result->invalids = (size_t)invalid;
    result->memory = (uint64_t)memory;
    result->calendar.months = (int)months;
    result->years = months < 0 || months > 12000 ? 0 : (size_t)months / CALENDAR_MONTHS_PER_YEAR;
    TRY(read_text(input, input->file, "quantiles", &text));
    result->exact_quantiles = strcmp(text, "exact") == 0;
    free(text);
    if (!result->exact_quantiles)
        TRY(read_number(input, input->file, "quantile_relative_error", &result->quantile_error));
    TRY(read_text(input, input->file, "base", &text));
    bool dated = calendar_read(text, &result->calendar.base);
    free(text);
    TRY(read_text(input, input->file, "start", &text));
    dated = calendar_read(text, &result->calendar.start) && dated;
    free(text);
    return dated ? NULL : not_a_result(input->path, "its dates cannot be read");
}

/* Whether a link is there; those on the way to it must be. */
static struct fault *look_for(const struct input *input, const char *link, bool *there)
{
    const htri_t found = H5Lexists(input->file, link, H5P_DEFAULT);
    *there = found > 0;
    return found < 0 ? layout_fault(input->path, "look for a dataset") : NULL;
}

/* A coordinate of probabilities, allocated. */
static struct fault *read_coordinate(const struct input *input, const char *path, size_t *count, double **value)
{
    const hid_t dataset = H5Dopen2(input->file, path, H5P_DEFAULT);
    const hid_t space = dataset < 0 ? -1 : H5Dget_space(dataset);
    const hssize_t found = space < 0 ? -1 : H5Sget_simple_extent_npoints(space);
    struct fault *fault = NULL;
    if (found < 0 || found > 1000)
        fault = fault_raise(FAULT_FILES, "%s is not a complete result: %s is missing", input->path, path);
    if (fault == NULL) {
        *count = (size_t)found;
        *value = calloc(*count + 1, sizeof **value);
        if (*value == NULL) fault = fault_no_memory();
    }
    if (fault == NULL) fault = read_values(input, dataset, H5T_NATIVE_DOUBLE, *count, *value);
    if (space >= 0 && H5Sclose(space) < 0 && fault == NULL) fault = layout_fault(input->path, "close a shape");
    if (dataset >= 0 && H5Dclose(dataset) < 0 && fault == NULL) fault = layout_fault(input->path, "close a dataset");
    return fault;
}

/* Files of before there were tails have no levels. */
static struct fault *read_coordinates(struct input *input, struct result *result)
{
    bool tails = false;
    input->valid = (double)result->replications - (double)result->invalids;
    TRY(read_coordinate(input, "annual/quantile/quantile", &result->quantiles, &result->probability));
    TRY(look_for(input, "annual/cvar", &tails));
    return tails ? read_coordinate(input, "annual/cvar/level", &result->levels, &result->level) : NULL;
}

/* The sums of powers from what the file holds of them. */
static struct moments moments_from(const double part[8])
{
    const double count = part[7], m2 = count > 1.0 ? part[1] * part[1] * (count - 1.0) : 0.0;
    const double variance = count > 0.0 ? m2 / count : 0.0;
    return (struct moments){.count = count,
                            .mean = part[0],
                            .m2 = m2,
                            .m3 = m2 > 0.0 ? part[3] * pow(variance, 1.5) * count : 0.0,
                            .m4 = m2 > 0.0 ? part[4] * variance * variance * count : 0.0,
                            .min = part[5],
                            .max = part[6]};
}

/* The statistics of an outcome, by year or over the horizon, into the moments of its cells. */
static struct fault *read_moments(const struct input *input, struct result *result, size_t index, const char *period,
                                  size_t first, size_t cells, double *work)
{
    static const char *const parts[8] = {"mean",     "sd",      "standard_error", "skewness",
                                         "kurtosis", "minimum", "maximum",        "count"};
    char name[RESULT_NAME_MOST], group[64];
    result_name(result->outcomes.item[index].path, name);
    for (size_t p = 0; p < 8; p++) {
        snprintf(group, sizeof group, "%s/%s", period, parts[p]);
        TRY(read_at(input, group, name, H5T_NATIVE_DOUBLE, cells, work + p * cells));
    }
    for (size_t c = 0; c < cells; c++) {
        double part[8];
        for (size_t p = 0; p < 8; p++) part[p] = work[p * cells + c];
        result->moments[first + c] = moments_from(part);
        result->moments[first + c].undefined = input->valid - part[7];
    }
    return NULL;
}

static struct fault *read_quantiles(const struct input *input, struct result *result, size_t index, const char *period,
                                    size_t first, size_t cells, double *work)
{
    static const char *const parts[3] = {"quantile", "quantile_low", "quantile_high"};
    const size_t values = cells * result->quantiles;
    char name[RESULT_NAME_MOST], group[64];
    result_name(result->outcomes.item[index].path, name);
    for (size_t p = 0; p < 3; p++) {
        snprintf(group, sizeof group, "%s/%s", period, parts[p]);
        TRY(read_at(input, group, name, H5T_NATIVE_DOUBLE, values, work));
        for (size_t k = 0; k < values; k++) {
            struct quantile_estimate *out = &result->quantile[first * result->quantiles + k];
            *(p == 0 ? &out->estimate : p == 1 ? &out->low : &out->high) = work[k];
        }
    }
    return NULL;
}

/* The points of a tail follow from the number of values. */
static struct fault *read_tails(const struct input *input, struct result *result, size_t index, const char *period,
                                size_t first, size_t cells, double *work)
{
    const size_t levels = result->levels, values = cells * levels;
    char name[RESULT_NAME_MOST], group[64];
    if (levels == 0) return NULL;
    result_name(result->outcomes.item[index].path, name);
    snprintf(group, sizeof group, "%s/cvar", period);
    TRY(read_at(input, group, name, H5T_NATIVE_DOUBLE, values, work));
    snprintf(group, sizeof group, "%s/cvar_standard_error", period);
    TRY(read_at(input, group, name, H5T_NATIVE_DOUBLE, values, work + values));
    for (size_t k = 0; k < values; k++) {
        const double points = tail_points(result->moments[first + k / levels].count, result->level[k % levels]);
        result->cvar[first * levels + k] = (struct cvar_estimate){work[k], work[values + k], points};
    }
    return NULL;
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

static struct fault *read_period(const struct input *input, struct result *result, size_t index, const char *period,
                                 size_t first, size_t cells, double *work)
{
    TRY(read_moments(input, result, index, period, first, cells, work));
    TRY(read_quantiles(input, result, index, period, first, cells, work));
    return read_tails(input, result, index, period, first, cells, work);
}

static struct fault *read_statistics(const struct input *input, struct result *result)
{
    const size_t periods = result->years + 1, cells = result->outcomes.count * periods;
    result->moments = calloc(cells + 1, sizeof *result->moments);
    result->quantile = calloc(cells * result->quantiles + 1, sizeof *result->quantile);
    result->cvar = calloc(cells * result->levels + 1, sizeof *result->cvar);
    double *work = calloc(periods * (result->quantiles + 2 * result->levels + 8), sizeof *work);
    struct fault *fault = result->moments == NULL || result->quantile == NULL || result->cvar == NULL || work == NULL
                              ? fault_no_memory()
                              : NULL;
    for (size_t i = 0; i < result->outcomes.count && fault == NULL; i++) {
        if (result->outcomes.item[i].kind->horizon_only)
            leave_years(result, i * periods);
        else
            fault = read_period(input, result, i, "annual", i * periods, result->years, work);
        if (fault == NULL) fault = read_period(input, result, i, "horizon", i * periods + result->years, 1, work);
    }
    free(work);
    return fault;
}

static struct fault *read_compressed(const struct input *input, const char *link, bool *compressed)
{
    const hid_t dataset = H5Dopen2(input->file, link, H5P_DEFAULT);
    HDF5(input->path, dataset, "open a dataset");
    const hid_t list = H5Dget_create_plist(dataset);
    HDF5(input->path, list, "tell how a dataset is stored");
    *compressed =
        H5Pget_filter_by_id2(list, H5Z_FILTER_DEFLATE, &(unsigned){0}, &(size_t){0}, NULL, 0, NULL, NULL) >= 0;
    HDF5(input->path, H5Pclose(list), "close a property list");
    HDF5(input->path, H5Dclose(dataset), "close a dataset");
    return NULL;
}

/* Which samples are there; all are stored in one way, that of the last tells. */
static struct fault *read_saved(const struct input *input, struct result *result)
{
    bool any = false;
    result->annual_saved = calloc(result->outcomes.count + 1, sizeof *result->annual_saved);
    result->horizon_saved = calloc(result->outcomes.count + 1, sizeof *result->horizon_saved);
    if (result->annual_saved == NULL || result->horizon_saved == NULL) return fault_no_memory();
    TRY(look_for(input, "samples", &any));
    for (size_t i = 0; i < result->outcomes.count && any; i++) {
        char name[RESULT_NAME_MOST], link[RESULT_NAME_MOST + 64];
        result_name(result->outcomes.item[i].path, name);
        snprintf(link, sizeof link, "samples/annual/%s", name);
        TRY(look_for(input, link, &result->annual_saved[i]));
        snprintf(link, sizeof link, "samples/horizon/%s", name);
        TRY(look_for(input, link, &result->horizon_saved[i]));
        if (result->horizon_saved[i]) TRY(read_compressed(input, link, &result->compressed));
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

/* The samples that were saved; all others are NaN, or not kept. */
static struct fault *read_samples(const struct input *input, struct result *result)
{
    const size_t periods = result->years + 1, count = result->replications;
    TRY(read_saved(input, result));
    if (H5Lexists(input->file, "samples", H5P_DEFAULT) <= 0) return NULL;
    TRY(make_samples(result));
    for (size_t i = 0; i < result->outcomes.count; i++) {
        char name[RESULT_NAME_MOST];
        float *years = samples_of(&result->samples, i * periods);
        float *horizon = samples_of(&result->samples, i * periods + result->years);
        result_name(result->outcomes.item[i].path, name);
        if (horizon != NULL) TRY(read_at(input, "samples/horizon", name, H5T_NATIVE_FLOAT, count, horizon));
        if (result->annual_saved[i])
            TRY(read_at(input, "samples/annual", name, H5T_NATIVE_FLOAT, result->years * count, years));
        else
            for (size_t k = 0; years != NULL && k < result->years * count; k++) years[k] = NAN;
    }
    return NULL;
}

static struct fault *check_content(const struct input *input)
{
    char hex[CONTENT_DIGITS + 1], *stored = NULL;
    TRY(read_text(input, input->file, "content_sha256", &stored));
    struct fault *fault = content_of_file(input->file, input->path, hex);
    if (fault == NULL && strcmp(stored, hex) != 0)
        fault = fault_raise(FAULT_FILES, "%s is damaged: its content does not have the SHA-256 that it states",
                            input->path);
    free(stored);
    return fault;
}

static struct fault *check_kind(const struct input *input)
{
    int64_t schema = 0, complete = 0;
    if (H5Aexists(input->file, "zhol_schema") <= 0)
        return not_a_result(input->path, "the attribute zhol_schema is missing");
    TRY(read_integer(input, input->file, "zhol_schema", &schema));
    if (schema != RESULT_SCHEMA)
        return fault_raise(FAULT_FILES, "%s has the result format %" PRId64 "; this zhol reads %d", input->path, schema,
                           RESULT_SCHEMA);
    TRY(read_integer(input, input->file, "complete", &complete));
    return complete == 1 ? NULL : fault_raise(FAULT_FILES, "%s is not a complete result", input->path);
}

static struct fault *open_input(const char *path, struct input *input)
{
    *input = (struct input){.path = path};
    if (access(path, R_OK) < 0) return fault_raise(FAULT_FILES, "%s cannot be read: %s", path, strerror(errno));
    TRY(layout_begin(path));
    const hid_t list = H5Pcreate(H5P_FILE_ACCESS);
    HDF5(path, list, "make a property list");
    input->file = H5Pset_fclose_degree(list, H5F_CLOSE_STRONG) < 0 ? -1 : H5Fopen(path, H5F_ACC_RDONLY, list);
    HDF5(path, H5Pclose(list), "close a property list");
    return input->file < 0 ? not_a_result(path, "HDF5 cannot open it") : NULL;
}

/* And what is open in it. */
static struct fault *close_input(const struct input *input, struct fault *fault)
{
    if (H5Fclose(input->file) < 0 && fault == NULL) fault = layout_fault(input->path, "close the file");
    return fault;
}

struct fault *result_read(const char *path, bool with_samples, struct result *result)
{
    struct input input;
    *result = (struct result){0};
    TRY(open_input(path, &input));
    struct fault *fault = check_kind(&input);
    if (fault == NULL) fault = check_content(&input);
    if (fault == NULL) fault = read_root(&input, result);
    if (fault == NULL) fault = read_outcomes(&input, result);
    if (fault == NULL) fault = read_coordinates(&input, result);
    if (fault == NULL) fault = read_statistics(&input, result);
    if (fault == NULL && with_samples) fault = read_samples(&input, result);
    return close_input(&input, fault);
}

struct fault *result_read_head(const char *path, bool *ours, struct result *result)
{
    struct input input;
    *result = (struct result){0};
    *ours = false;
    TRY(open_input(path, &input));
    *ours = H5Aexists(input.file, "zhol_schema") > 0;
    struct fault *fault = check_kind(&input);
    if (fault == NULL) fault = check_content(&input);
    if (fault == NULL) fault = read_root(&input, result);
    if (fault == NULL) fault = read_outcomes(&input, result);
    if (fault == NULL) fault = read_saved(&input, result);
    return close_input(&input, fault);
}

/* The numbers of the invalid replications. */
static struct fault *read_invalid(const struct input *input, struct result *result)
{
    int64_t invalids = 0;
    TRY(read_integer(input, input->file, "invalid_replications", &invalids));
    if (invalids <= 0 || (uint64_t)invalids > result->replications) return NULL;
    int64_t *number = calloc((size_t)invalids, sizeof *number);
    result->invalid = calloc((size_t)invalids, sizeof *result->invalid);
    struct fault *fault = number == NULL || result->invalid == NULL ? fault_no_memory() : NULL;
    if (fault == NULL)
        fault = read_at(input, "diagnostics", "invalid_replication", H5T_NATIVE_INT64, (size_t)invalids, number);
    for (size_t i = 0; i < (size_t)invalids && fault == NULL; i++) result->invalid[i].replication = (uint64_t)number[i];
    if (fault == NULL) result->invalids = (size_t)invalids;
    free(number);
    return fault;
}

struct fault *result_read_outline(const char *path, struct result *result)
{
    struct input input;
    *result = (struct result){0};
    TRY(open_input(path, &input));
    struct fault *fault = check_kind(&input);
    if (fault == NULL) fault = read_root(&input, result);
    if (fault == NULL) fault = read_outcomes(&input, result);
    if (fault == NULL) fault = read_coordinates(&input, result);
    if (fault == NULL) fault = read_saved(&input, result);
    if (fault == NULL) fault = read_invalid(&input, result);
    return close_input(&input, fault);
}
