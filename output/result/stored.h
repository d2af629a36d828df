/* output/result/stored.h -- what a result holds, one dataset at a time, where the whole would not fit into memory.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_STORED_H
#define ZHOL_STORED_H

#include "output/result/result.h"

struct stored;
/* Opens a file that result_read_head or result_read_outline has read before. Close it in any case. */
MUST_CHECK struct fault *stored_open(const char *path, struct stored **stored);
/* Passes `fault` on, or what closing gives. */
MUST_CHECK struct fault *stored_close(struct stored *stored, struct fault *fault);

/* Whether a file of the format that this zhol reads does not have the content that it states, or cannot be read to its
 * end. */
bool stored_is_damaged(const char *path);

/* Whether there is a dataset, such as "samples/horizon/drivers_oil", and the groups on the way to it. */
MUST_CHECK struct fault *stored_has(const struct stored *stored, const char *dataset, bool *there);
/* How many values a dataset has. */
MUST_CHECK struct fault *stored_count(const struct stored *stored, const char *dataset, size_t *count);
/* All values of a dataset, which must be so many. */
MUST_CHECK struct fault *stored_floats(const struct stored *stored, const char *dataset, size_t count, float value[]);
MUST_CHECK struct fault *stored_doubles(const struct stored *stored, const char *dataset, size_t count, double value[]);
/* The numbers of an attribute of a dataset, which must be so many. */
MUST_CHECK struct fault *stored_attribute(const struct stored *stored, const char *dataset, const char *name,
                                          size_t count, double value[]);

/* An attribute of the file that is a text, allocated. */
MUST_CHECK struct fault *stored_text(const struct stored *stored, const char *attribute, char **text);

struct stored_input {
    char *dataset; /* "inputs/drivers_oil_mean" */
    char *path;
    char *unit;
};
/* The inputs in the order of the file. */
MUST_CHECK struct fault *stored_inputs(const struct stored *stored, struct stored_input **input, size_t *count);
void stored_inputs_free(struct stored_input *input, size_t count);

#endif
