/* output/result/result.h -- a result as plain data, written to and read from HDF5 that is also netCDF-4 with CF
 * attributes.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RESULT_H
#define ZHOL_RESULT_H

#include "output/result/datasets.h"
#include "sim/core/calendar.h"
#include "sim/core/outcome.h"
#include "sim/statistics/quantiles.h"
#include "sim/statistics/samples.h"
#include "sim/statistics/tally.h"

enum { RESULT_SCHEMA = 2 };

struct result_input {
    char *path;
    char *unit;
    char *long_name;
};

/* A number that says how trustworthy the run is: path "drivers.spread.clamp", value, unit, sentence. */
struct result_diagnostic {
    char *path;
    double value;
    char *unit;
    char *meaning;
};

/* Which of the replications the statistics are of. */
struct result_given {
    char *condition;    /* NULL: all that are valid */
    size_t futures;     /* in which it holds */
    uint64_t undecided; /* in which it neither holds nor does not, for want of a value */
};

struct result {
    /* attributes of the file */
    char *title;
    char *history;  /* rebuilt from the plan: "zhol run NAME -n N --seed S ..." */
    char *source;   /* "zhol 0.1.0" */
    char *scenario; /* merged text */
    char *sources;  /* where its numbers come from, a line each, as provenance_write; NULL: not known */
    uint64_t seed;
    uint64_t replications;
    char *rng;
    char *arithmetic;
    uint64_t memory; /* bytes */
    char *prices;    /* "constant 2019 USD" */
    bool exact_quantiles;
    char *stopped_by;      /* what ended a run that was to find something out: "precision: ..."; NULL: its number */
    char *discount;        /* the rates of present values, "3, 5 and 9 %/yr"; NULL: none */
    char *warnings;        /* a line each; NULL: none */
    double quantile_error; /* of those that are not exact, at most, relative */

    struct result_given given; /* of what was read */
    struct calendar calendar;
    struct outcomes outcomes;
    size_t years;
    /* cell = outcome * (years + 1) + period; period `years` is the horizon */
    struct moments *moments; /* [cells] */
    size_t quantiles;
    double *probability;                /* [quantiles] */
    struct quantile_estimate *quantile; /* [cells][quantiles] */
    size_t levels;
    double *level;              /* [levels] of tails as in tail.h, ascending: of each stated level both tails */
    struct cvar_estimate *cvar; /* [cells][levels] */
    struct samples samples;     /* count 0: none kept */
    bool *annual_saved;         /* [outcomes] whether yearly samples are written */
    bool *horizon_saved;        /* [outcomes] whether those over the horizon are in the file; of one that was read */
    struct result_input *input; /* [samples.inputs] */
    bool untitled;              /* as an older file: what labels are optional is not in it */
    bool compressed;            /* samples and inputs are stored compressed; false of what has none */

    struct invalid_replication *invalid; /* NULL in a result that was read */
    size_t invalids;
    char **cause; /* names of causes of invalid replications */
    size_t causes;
    struct result_diagnostic *diagnostic;
    size_t diagnostics;
};

/* Of a mean: an error that is less is rounding. */
#define RESULT_ROUNDING 1e-12
/* The moments over the horizon of the outcome of that path; NULL: there is none. */
const struct moments *result_horizon(const struct result *result, const char *path);

/* The length of a path without the ending .h5. */
size_t result_stem(const char *path);
void result_free(struct result *result);

/* What is known of an outcome in a period: a year, or `years` for the horizon. */
struct dataset_cell result_cell(const struct result *result, size_t outcome, size_t period);

/* Writes the whole file under a temporary name in the same folder, flushes, syncs and renames. An existing file is
 * replaced only with `force` (FAULT_USAGE otherwise). Nothing is left behind on failure. Same result, same bytes,
 * whatever the number of threads, which compress if the result asks for it (0: as many as ensemble_for takes). */
MUST_CHECK struct fault *result_write(const struct result *result, const char *path, bool force, int threads);

/* Reads all but the samples (which stay empty unless `with_samples`; what was not saved is NaN, or not kept). A file
 * that is not a complete result of a known schema is a fault of FAULT_FILES that says what it is instead. Checks
 * content_sha256. */
MUST_CHECK struct fault *result_read(const char *path, bool with_samples, struct result *result);
/* Whether the file is a complete result of a known format, of the structure of results, and, if `sealed`, has the content
 * that it states. FAULT_FILES if not. */
MUST_CHECK struct fault *result_check(const char *path, bool sealed);
/* As result_read without samples, of a file that result_check has passed. */
MUST_CHECK struct fault *result_read_unchecked(const char *path, struct result *result);
/* Reads what the result is of, with the same checks as result_read: neither statistics nor samples, but of which outcomes yearly ones
 * are saved. *ours says whether the file calls itself a result of zhol, even if it is damaged or of another format. */
MUST_CHECK struct fault *result_read_head(const char *path, bool *ours, struct result *result);

/* The same of a file that result_check has passed, with the coordinates of quantiles and levels and the numbers of the
 * invalid replications. */
MUST_CHECK struct fault *result_read_outline(const char *path, struct result *result);

#endif
