/* output/comparison/pairing.h -- whether two results are about the same, and of the same draws.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PAIRING_H
#define ZHOL_PAIRING_H

#include "output/result/result.h"

struct pairing {
    const char *path;
    const struct result *head;
    const char *other_path;
    const struct result *other;
};

/* FAULT_FILES if their start, base date, discount rates, number of months or prices differ. */
MUST_CHECK struct fault *pairing_check_subject(const struct pairing *pairing);
/* FAULT_FILES, with what to do about it, if their seeds or generators differ. */
MUST_CHECK struct fault *pairing_check_draws(const struct pairing *pairing, const char *advice);

#endif
