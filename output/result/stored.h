/* output/result/stored.h -- what a result holds, one outcome at a time, where the whole would not fit into memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_STORED_H
#define ZHOL_STORED_H

#include "output/result/result.h"

struct stored;
/* Opens a file that result_check has passed. Close it in any case. */
MUST_CHECK struct fault *stored_open(const char *path, struct stored **stored);
/* Passes `fault` on, or what closing gives. */
MUST_CHECK struct fault *stored_close(struct stored *stored, struct fault *fault);

/* Whether there are samples of an outcome, by year or over the horizon. */
bool stored_has_samples(const struct stored *stored, bool annual, const char *outcome);
/* How many replications they are of. */
size_t stored_replications(const struct stored *stored);
/* The same; 0 if the file has no samples and no inputs, so that none are to be read. */
size_t stored_kept(const struct stored *stored);
/* They themselves, [rows][stored_replications]; the file must have as many rows: years, or one for the horizon. */
MUST_CHECK struct fault *stored_samples(const struct stored *stored, bool annual, const char *outcome, size_t rows,
                                        float value[]);
/* The first `count` replications of an outcome over the horizon, of a file that has as many or more (else FAULT_FILES);
 * *there false: it has no such samples. */
MUST_CHECK struct fault *stored_horizon(const struct stored *stored, const char *outcome, size_t count, float value[],
                                        bool *there);
/* A statistic of an outcome, [rows][columns] in the order of memory. */
MUST_CHECK struct fault *stored_statistic(const struct stored *stored, bool annual, const struct dataset *of,
                                          const char *outcome, size_t rows, size_t columns, double value[]);

/* The inputs in the order of the file. */
size_t stored_inputs(const struct stored *stored);
const char *stored_input_path(const struct stored *stored, size_t input);
const char *stored_input_unit(const struct stored *stored, size_t input);
/* An input as drawn, [stored_replications]. */
MUST_CHECK struct fault *stored_input(const struct stored *stored, size_t input, double value[]);

/* Whether there is an object; the labels or the numbers of a dataset of one dimension, allocated: free them in any case. */
MUST_CHECK struct fault *stored_has(const struct stored *stored, const char *object, bool *there);
MUST_CHECK struct fault *stored_labels(const struct stored *stored, const char *dataset, size_t *count, char ***label);
void stored_labels_free(size_t count, char **label);
MUST_CHECK struct fault *stored_numbers(const struct stored *stored, const char *dataset, size_t *count,
                                        double **number);

/* An attribute of the file that is a text, allocated. */
MUST_CHECK struct fault *stored_text(const struct stored *stored, const char *attribute, char **text);

#endif
