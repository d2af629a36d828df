/* output/hdf5/layout.h -- HDF5 as netCDF-4 reads it: groups, attributes, dimension scales and datasets, every return
 * code looked at.
 *
 * Objects keep the order of their creation and no times, so that equal results are equal bytes. All that is written
 * goes into the digest of the content, which is why objects are made depth first, and the attributes of one before the
 * next is made. Handles belong to the file and are closed with it.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_LAYOUT_H
#define ZHOL_LAYOUT_H

#include "output/hdf5/content.h"

#include <hdf5.h>

struct layout {
    const char *path; /* for sentences */
    hid_t file;
    hid_t group_list;
    hid_t text_type;  /* of attributes: of fixed length */
    hid_t label_type; /* of datasets: of any length */
    hid_t label_list; /* how they are written */
    struct content *content;
    int dimensions; /* netCDF dimensions made so far */
};

/* The fault that HDF5 gives for a call that failed: what was tried, and the library's innermost reason. */
A_FAULT struct fault *layout_fault(const char *path, const char *what);
/* Returns layout_fault from the calling function if the HDF5 call gives a negative number. */
#define HDF5(path, call, what)                                                                                         \
    do {                                                                                                               \
        if ((call) < 0) return layout_fault(path, what);                                                               \
    } while (0)

/* The same of a file that is read: FAULT_MACHINE where the system or its memory failed, else FAULT_FILES, because the
 * file is damaged. */
A_FAULT struct fault *layout_read_fault(const char *path, const char *what);
/* Whether a fault of a file is the machine's after all: while it is watched, what HDF5 meets of the machine's is kept,
 * because later calls forget it. Returns the fault, or in place of one of FAULT_FILES one of the machine. */
struct layout_watch {
    int system; /* errno of the system call that failed first; 0: none did */
    char reason[200];
};
void layout_watch_begin(struct layout_watch *watch);
/* Looks at the call before, which failed within a call of HDF5's that is not over, such as a visit. */
void layout_watch_look(struct layout_watch *watch);
MUST_CHECK struct fault *layout_watch_end(const struct layout_watch *watch, const char *path, struct fault *fault);
#define HDF5_READ(path, call, what)                                                                                    \
    do {                                                                                                               \
        if ((call) < 0) return layout_read_fault(path, what);                                                          \
    } while (0)

/* Before anything else: the library prints nothing, and does nothing at the end of the program, where after a failed
 * write (a full disk) it would try again and crash. */
MUST_CHECK struct fault *layout_begin(const char *path);
MUST_CHECK struct fault *layout_create(const char *path, struct layout *layout);
/* The same in memory, and never on the disk; the path is for sentences. */
MUST_CHECK struct fault *layout_create_in_memory(const char *path, struct layout *layout);
/* Writes into the file what its content is and that it is complete: the last that is done to it. */
MUST_CHECK struct fault *layout_seal(struct layout *layout);
/* Flushes and closes the file and what is open in it. Call it in any case; a full disk may show only here. */
MUST_CHECK struct fault *layout_close(struct layout *layout);
/* The same; passes `fault` on, or what closing gives. */
MUST_CHECK struct fault *layout_finish(struct layout *layout, struct fault *fault);

MUST_CHECK struct fault *layout_group(const struct layout *layout, hid_t parent, const char *name, hid_t *group);
MUST_CHECK struct fault *layout_text(const struct layout *layout, hid_t object, const char *name, const char *text);
/* A text of many lines. */
MUST_CHECK struct fault *layout_lines(const struct layout *layout, hid_t object, const char *name, size_t count,
                                      const char *const line[]);
MUST_CHECK struct fault *layout_integer(const struct layout *layout, hid_t object, const char *name, int64_t value);
MUST_CHECK struct fault *layout_number(const struct layout *layout, hid_t object, const char *name, double value);
MUST_CHECK struct fault *layout_integers(const struct layout *layout, hid_t object, const char *name, size_t count,
                                         const int32_t value[]);

/* An axis of datasets: a dimension with how long it is. */
struct layout_axis {
    hid_t scale;
    hsize_t size;
};
/* A coordinate with numbers or with labels, and a dimension without values. */
MUST_CHECK struct fault *layout_scale(struct layout *layout, hid_t group, const char *name, size_t count,
                                      const double value[], struct layout_axis *axis);
MUST_CHECK struct fault *layout_labels(struct layout *layout, hid_t group, const char *name, size_t count,
                                       const char *const label[], struct layout_axis *axis);
MUST_CHECK struct fault *layout_dimension(struct layout *layout, hid_t group, const char *name, size_t count,
                                          struct layout_axis *axis);

/* How a dataset is stored: as it is; in chunks with Fletcher-32 checksums; or in such chunks shuffled and deflated,
 * where zlib has its own checksum. */
enum layout_storage { LAYOUT_WHOLE, LAYOUT_CHUNKED, LAYOUT_DEFLATED };
enum { LAYOUT_LEVEL = 1 }; /* of zlib */
enum { LAYOUT_RANK = 6 };  /* at most */
/* The shape of the chunks: as many whole rows (the last dimension) as fit in 16,384 values, or an even part of one. */
void layout_chunk(int rank, const hsize_t size[], hsize_t chunk[]);

/* What a dataset holds: `type` is H5T_NATIVE_DOUBLE, H5T_NATIVE_FLOAT or an integer type. Missing values of the
 * floating types are NaN. With `value` NULL nothing is written yet. */
struct layout_data {
    const char *name;
    hid_t type;
    int rank;
    struct layout_axis axis[LAYOUT_RANK];
    const void *value;
    enum layout_storage storage;
};
MUST_CHECK struct fault *layout_dataset(const struct layout *layout, hid_t group, const struct layout_data *data,
                                        hid_t *dataset);
/* A label for each place of an axis. */
MUST_CHECK struct fault *layout_texts(const struct layout *layout, hid_t group, const char *name,
                                      const struct layout_axis *axis, const char *const text[], hid_t *dataset);

#endif
