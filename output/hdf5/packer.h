/* output/hdf5/packer.h -- the chunks of many datasets, shuffled and deflated by several threads ahead of the one that
 * writes them, because HDF5 itself filters in one.
 *
 * A chunk is what HDF5's own filters would have made of it, whatever the number of threads. A fixed number of chunks is
 * in memory at once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PACKER_H
#define ZHOL_PACKER_H

#include "output/hdf5/layout.h"

struct packer;

/* For rows of `count` values of `width` bytes, 8 at most, in files whose name in sentences is `path`; `threads` as in
 * ensemble_for. What is given must last as long as the packer. Close it in any case; NULL may be closed. */
MUST_CHECK struct fault *packer_open(const char *path, size_t width, hsize_t count, int threads,
                                     struct packer **packer);
void packer_close(struct packer *packer);

/* A dataset of so many rows one after the other, behind those that were added before. */
MUST_CHECK struct fault *packer_add(struct packer *packer, const void *value, size_t rows);
/* Writes the chunks of the first dataset that was added and is not yet written to `dataset`, which layout_dataset has
 * made with LAYOUT_DEFLATED and the same rows. All must have been added before. */
MUST_CHECK struct fault *packer_write(struct packer *packer, hid_t dataset);

#endif
