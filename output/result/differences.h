/* output/result/differences.h -- a result file against the result that should have made it: every object, value and
 * attribute, bit for bit.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DIFFERENCES_H
#define ZHOL_DIFFERENCES_H

#include "output/result/result.h"

struct differences {
    size_t datasets;      /* compared */
    size_t different;     /* objects in which something differs, or that only one of the two has */
    struct fault *faults; /* FAULT_UNTRUSTED, one for each of them, but no more than are shown */
};

/* The file is one that result_read_head has read before. `again` is laid out in memory as it would be on the disk, so
 * that this takes as much as the file; and whatever is written is compared. Left out are the attributes of the root
 * that tell of the run's making (title, history, source, arithmetic, the hash of the content) and the references
 * between datasets and dimensions, which are integrity_check's. Free the faults in any case. */
MUST_CHECK struct fault *differences_find(const char *path, const struct result *again,
                                          struct differences *differences);

#endif
