/* zhol.h -- libzhol: scenarios read, simulated and their results read, from C, C++ and whatever calls C.
 *
 *     struct zhol_settings *settings = NULL;
 *     struct zhol_plan *plan = NULL;
 *     struct zhol_result *result = NULL;
 *     double mean;
 *     struct zhol_fault *fault = zhol_settings_new(&settings);
 *     if (fault == NULL) fault = zhol_settings_seed(settings, 7);
 *     if (fault == NULL) fault = zhol_open("minimal.yaml", settings, &plan);
 *     if (fault == NULL) fault = zhol_simulate(plan, NULL, NULL, &result);
 *     if (fault == NULL) fault = zhol_statistic(result, "drivers.oil", ZHOL_HORIZON, "mean", 0.0, &mean);
 *     if (fault != NULL) fprintf(stderr, "%s\n", zhol_fault_text(fault));
 *     zhol_fault_free(fault);
 *     zhol_result_free(result);
 *     zhol_plan_free(plan);
 *     zhol_settings_free(settings);
 *
 * Faults. What can fail returns NULL, or a fault, which the caller frees. A handle that a call was to make is then NULL.
 *
 * Ownership. Handles are freed by their zhol_..._free, which takes NULL, in any order: a result does not need its plan,
 * nor a plan its settings. Texts given are copied. Texts and values got belong to the handle, and last as long.
 *
 * Threads. A simulation runs on as many threads as the settings say, and gives the same bits on any number. Once
 * opened, a plan does not change: it may be simulated any number of times, by several threads at once, always with the
 * same result; and a result may be asked by several threads at once. But UDUNITS and HDF5 are not safe for threads: only
 * one at a time may be in zhol_open, zhol_open_text, zhol_write or zhol_read, or use these libraries otherwise. Settings
 * belong to one thread at a time.
 *
 * Process. zhol_open turns off GSL's error handler, which would end the program, and zhol_write and zhol_read the messages
 * of HDF5. The library prints nothing and catches no signal.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_H
#define ZHOL_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#define ZHOL_API  __attribute__((visibility("default")))
#define ZHOL_FAIL ZHOL_API __attribute__((warn_unused_result)) struct zhol_fault *

struct zhol_fault;
struct zhol_settings;
struct zhol_plan;
struct zhol_result;

/* "0.1.0". */
ZHOL_API const char *zhol_version(void);

/* What went wrong; the numbers are also the exit statuses of the program zhol. */
enum zhol_status {
    ZHOL_MACHINE = 1,       /* disk, memory, processor */
    ZHOL_USAGE = 2,         /* an argument, or a setting */
    ZHOL_SCENARIO = 3,      /* the scenario */
    ZHOL_FILES = 4,         /* a file that is no result */
    ZHOL_UNTRUSTED = 5,     /* too many invalid replications, or warnings of a run that is strict */
    ZHOL_INTERRUPTED = 130, /* the progress callback asked to stop */
};
ZHOL_API enum zhol_status zhol_fault_status(const struct zhol_fault *fault);
/* Of each fault "FILE:LINE:COLUMN: error: SENTENCE", the line and a caret; without a place "zhol: error: SENTENCE". No
 * final newline. UTF-8. */
ZHOL_API const char *zhol_fault_text(const struct zhol_fault *fault);
ZHOL_API void zhol_fault_free(struct zhol_fault *fault);

/* What is asked of a run beside what its scenario says: at first nothing. As the options of `zhol run`, which say more;
 * faults are ZHOL_USAGE and ZHOL_MACHINE. What a scenario has to know to judge a setting is judged by zhol_open. */
ZHOL_FAIL zhol_settings_new(struct zhol_settings **settings);
ZHOL_API void zhol_settings_free(struct zhol_settings *settings);
ZHOL_FAIL zhol_settings_seed(struct zhol_settings *settings, uint64_t seed);
ZHOL_FAIL zhol_settings_replications(struct zhol_settings *settings,
                                     uint64_t replications);                        /* 0: as the scenario says */
ZHOL_FAIL zhol_settings_threads(struct zhol_settings *settings, int threads);       /* 0: all processors */
ZHOL_FAIL zhol_settings_memory(struct zhol_settings *settings, uint64_t bytes);     /* for samples: 2 GiB */
ZHOL_FAIL zhol_settings_rng(struct zhol_settings *settings, const char *name);      /* "philox" */
ZHOL_FAIL zhol_settings_strict(struct zhol_settings *settings, int yes);            /* warnings are faults */
ZHOL_FAIL zhol_settings_compress(struct zhol_settings *settings, int yes);          /* samples in the file */
ZHOL_FAIL zhol_settings_save(struct zhol_settings *settings, const char *patterns); /* "drivers.*,flows.*" */
/* The instruction set, "v3" or "v4" on x86-64; without it the best that runs here. The result is the same. ZHOL_USAGE
 * if it is not built for that, or the processor lacks it. */
ZHOL_FAIL zhol_settings_isa(struct zhol_settings *settings, const char *name);
/* Each of these adds to those before. */
ZHOL_FAIL zhol_settings_set(struct zhol_settings *settings, const char *path_value); /* "drivers.oil.kappa=1 /yr" */
ZHOL_FAIL zhol_settings_adopt(struct zhol_settings *settings, const char *policy);
ZHOL_FAIL zhol_settings_path(struct zhol_settings *settings,
                             const char *folder); /* to look for parents and tables in */
ZHOL_FAIL zhol_settings_precision(struct zhol_settings *settings, const char *goal); /* "npv.national=1 %" */

/* A scenario ready to be simulated, from a file, or from a text, whose parents and tables are looked up as if it were the file of
 * that name. settings NULL: the usual ones. Faults: ZHOL_SCENARIO, all that are found; ZHOL_USAGE; ZHOL_MACHINE. */
ZHOL_FAIL zhol_open(const char *file, const struct zhol_settings *settings, struct zhol_plan **plan);
ZHOL_FAIL zhol_open_text(const char *name, const char *text, const struct zhol_settings *settings,
                         struct zhol_plan **plan);
ZHOL_API void zhol_plan_free(struct zhol_plan *plan);
/* What is allowed but worth saying, as the text of faults; "" if there is nothing. With zhol_settings_strict it is a
 * fault of zhol_open (ZHOL_SCENARIO) instead. */
ZHOL_API const char *zhol_plan_warnings(const struct zhol_plan *plan);
/* How many replications it simulates; with goals of precision, at most. */
ZHOL_API uint64_t zhol_plan_replications(const struct zhol_plan *plan);

/* How many replications are done, of how many, as far as is known; anything but 0 stops the run. One call at a time, but
 * by any thread, not only the one that simulates. */
typedef int (*zhol_progress)(void *context, uint64_t done, uint64_t all);
/* Faults: ZHOL_MACHINE; ZHOL_INTERRUPTED if `progress`, which may be NULL, stopped it before its end. */
ZHOL_FAIL zhol_simulate(const struct zhol_plan *plan, zhol_progress progress, void *context,
                        struct zhol_result **result);
ZHOL_API void zhol_result_free(struct zhol_result *result);

/* Writes the file that `zhol run` writes, the same bytes; whole or not at all. One that is there is replaced only with
 * `force` (else ZHOL_USAGE). A result with more invalid replications than 1 in 10,000 goes to PATH.failed, and is a fault
 * (ZHOL_UNTRUSTED). With zhol_settings_strict a result with warnings is written, and is the same fault. A result that was
 * read cannot be written (ZHOL_USAGE). */
ZHOL_FAIL zhol_write(const struct zhol_result *result, const char *path, int force);
/* A result from its file, with samples or without. Faults: ZHOL_FILES, ZHOL_MACHINE. Its content is checked, but HDF5 may
 * crash on a file that was damaged on purpose; `zhol verify` looks at such a one in a process of its own. */
ZHOL_FAIL zhol_read(const char *path, int with_samples, struct zhol_result **result);

/* What is to be known before its numbers are believed, of the scenario ("FILE:LINE:COLUMN: SENTENCE") and of the run
 * ("OUTCOME is ..."), a line each, no final newline; "" if there is nothing. */
ZHOL_API const char *zhol_warnings(const struct zhol_result *result);
ZHOL_API uint64_t zhol_seed(const struct zhol_result *result);
ZHOL_API uint64_t zhol_replications(const struct zhol_result *result);
/* Of them, those that went non-finite and are left out of all statistics. */
ZHOL_API uint64_t zhol_invalid(const struct zhol_result *result);
/* The years of the run are first_year .. first_year + years - 1, named by the month in which they begin. */
ZHOL_API int zhol_first_year(const struct zhol_result *result);
ZHOL_API int zhol_years(const struct zhol_result *result);
/* In place of a year, the whole horizon. */
#define ZHOL_HORIZON 0

/* How many outcomes there are, and of each its path, such as "fiscal.total", a name in words, and the unit of its values
 * in a year or (ZHOL_HORIZON) over the whole horizon: of a yearly sum "USD/yr" and "USD". "1" is a pure number. NULL
 * beyond the last outcome. */
ZHOL_API size_t zhol_outcomes(const struct zhol_result *result);
ZHOL_API const char *zhol_outcome_path(const struct zhol_result *result, size_t index);
ZHOL_API const char *zhol_outcome_name(const struct zhol_result *result, size_t index);
ZHOL_API const char *zhol_outcome_unit(const struct zhol_result *result, size_t index, int year);

/* A number about an outcome in a year of the run, or over ZHOL_HORIZON, in its unit:
 *
 *     mean  sd  minimum  maximum          over the replications in which it is defined
 *     standard_error                      of the mean
 *     skewness  kurtosis  count           pure numbers; of a normal distribution 0 and 3; count of the replications
 *     quantile_estimate  quantile_low  quantile_high    at 0.05, say: estimate, and its 95 % bounds of simulation error
 *     cvar_upper  cvar_lower              at 0.95, say: mean of the greatest, or the least, 5 %
 *     cvar_standard_error_upper  cvar_standard_error_lower
 *     probability  probability_low  probability_high    that something happens, and Wilson's 95 % bounds
 *
 * `at` is one of the probabilities or levels that the scenario lists (run.quantiles, run.cvar); elsewhere it is ignored.
 * NaN where it is not defined, such as the mean of no values. ZHOL_USAGE, with what was expected, for an outcome, year,
 * statistic or `at` that there is not. */
ZHOL_FAIL zhol_statistic(const struct zhol_result *result, const char *outcome, int year, const char *statistic,
                         double at, double *value);

/* The values of an outcome in each replication: *count of them, in order of replication, NaN where it is not defined or
 * the replication is invalid. ZHOL_USAGE if the result does not hold them: `zhol_settings_save` and _memory say what is
 * kept. In memory all samples are kept while they fit; in a file, those over the horizon and the years of what is saved. */
ZHOL_FAIL zhol_samples(const struct zhol_result *result, const char *outcome, int year, const float **value,
                       uint64_t *count);

#ifdef __cplusplus
}
#endif

#endif
