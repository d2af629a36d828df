/* sim/run/kernels_built.c -- see kernels.h. Built once for each instruction set, with all that it names.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/kernels.h"

const struct kernels kernels_built = {ZHOL_KERNELS_NAME, &world_steps_built, tally_sink, samples_sink, sketches_sink};
