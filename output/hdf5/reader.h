/* output/hdf5/reader.h -- HDF5 files that anyone may have made: type, shape and size of everything are checked before
 * it is read.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_READER_H
#define ZHOL_READER_H

#include "output/hdf5/layout.h"

struct reader {
    const char *path;
    hid_t file;
    uint64_t bytes; /* of the file */
};

/* FAULT_FILES of what is not there, no file, or not HDF5; FAULT_MACHINE of what the system could not read: so it is of
 * all functions here. Close it in any case. */
MUST_CHECK struct fault *reader_open(const char *path, struct reader *reader);
/* And what is open in it; passes `fault` on, or what closing gives. */
MUST_CHECK struct fault *reader_close(struct reader *reader, struct fault *fault);

/* Attributes of the root. What is missing, or of another type or shape, is a fault of FAULT_FILES. */
bool reader_has_attribute(const struct reader *reader, const char *name);
MUST_CHECK struct fault *reader_text(const struct reader *reader, const char *name, char **text); /* allocated */
MUST_CHECK struct fault *reader_integer(const struct reader *reader, const char *name, int64_t *value);
MUST_CHECK struct fault *reader_number(const struct reader *reader, const char *name, double *value);

/* Whether there is an object, such as "samples/horizon/value", and the groups on the way to it. */
MUST_CHECK struct fault *reader_has(const struct reader *reader, const char *object, bool *there);

struct reader_shape {
    int rank;
    hsize_t size[LAYOUT_RANK];
};
/* Checks its size, too. */
MUST_CHECK struct fault *reader_shape(const struct reader *reader, const char *dataset, struct reader_shape *shape);
/* The bytes of so many values of a width; false if there is no such number, or the space is null. */
bool reader_bytes(hid_t space, size_t width, uint64_t *bytes);
/* Whether the file can hold the values that an open dataset says it has. */
MUST_CHECK struct fault *reader_check_size(const char *path, hid_t dataset);
/* All values of a dataset of numbers, which must have the shape. */
MUST_CHECK struct fault *reader_values(const struct reader *reader, const char *dataset, hid_t type,
                                       const struct reader_shape *shape, void *value);
/* Those at one place of its first dimension. */
MUST_CHECK struct fault *reader_row(const struct reader *reader, const char *dataset, hid_t type,
                                    const struct reader_shape *shape, hsize_t index, void *value);
/* The texts of a dataset of one dimension, allocated; free them in any case. */
struct reader_texts {
    size_t count;
    char **text; /* none is NULL */
};
MUST_CHECK struct fault *reader_texts(const struct reader *reader, const char *dataset, struct reader_texts *texts);
void reader_texts_free(struct reader_texts *texts);
/* The numbers of a dataset of one dimension, allocated. */
MUST_CHECK struct fault *reader_numbers(const struct reader *reader, const char *dataset, size_t *count,
                                        double **value);
MUST_CHECK struct fault *reader_is_deflated(const struct reader *reader, const char *dataset, bool *deflated);

/* The digest of its content, of a file whose structure was checked. Reads everything. */
MUST_CHECK struct fault *reader_content(const struct reader *reader, char hex[CONTENT_DIGITS + 1]);
/* FAULT_FILES if that is not what the file states. */
MUST_CHECK struct fault *reader_check_content(const struct reader *reader);

/* A dataset in parts, whole chunks of its first dimension: how many places of it each part has. */
MUST_CHECK struct fault *reader_parts(const char *path, hid_t dataset, const struct reader_shape *shape,
                                      hsize_t *places);
/* A part of an open dataset, in a type of numbers. */
MUST_CHECK struct fault *reader_part(const char *path, hid_t dataset, hid_t type, const struct reader_shape *shape,
                                     hsize_t first, hsize_t places, void *value);
/* Of an open dataset. */
MUST_CHECK struct fault *reader_shape_of(const char *path, hid_t dataset, struct reader_shape *shape);
/* The texts of an open dataset. */
MUST_CHECK struct fault *reader_texts_of(const char *path, hid_t dataset, struct reader_texts *texts);

#endif
