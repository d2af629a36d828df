/* output/hdf5/structure.h -- whether a file is made of what zhol writes, so that it can be read: groups and datasets, each
 * by one hard link in both indices, of a few types, in the file itself, and no larger than the file can hold.
 *
 * The content covers names, values and attributes of the objects that are met by way of creation; with this every other
 * way leads to the same.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_STRUCTURE_H
#define ZHOL_STRUCTURE_H

#include "output/hdf5/reader.h"

/* FAULT_FILES if not. Reads no values. */
MUST_CHECK struct fault *structure_check(const struct reader *reader);

#endif
