/* output/hdf5/packer.h -- datasets in chunks from rows that lie anywhere in memory; compressed ones are shuffled and
 * deflated by several threads, because HDF5 itself filters in one.
 *
 * A compressed chunk is what HDF5's own filters would have made of it, whatever the number of threads. A fixed number
 * of chunks is in memory at once.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PACKER_H
#define ZHOL_PACKER_H

#include "output/hdf5/layout.h"

/* Writes all values of a dataset that layout_dataset has made of `data` without a value, in chunks or deflated. A row
 * is its last dimension; row[i] are in order, the last of the other dimensions first. `threads` as in ensemble_for. */
MUST_CHECK struct fault *packer_write(const struct layout *layout, hid_t dataset, const struct layout_data *data,
                                      const void *const row[], int threads);

#endif
