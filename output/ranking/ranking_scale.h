/* output/ranking/ranking_scale.h -- in which units tables of a ranking write its numbers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RANKING_SCALE_H
#define ZHOL_RANKING_SCALE_H

#include "output/ranking/ranking.h"

/* How numbers of an outcome are written. */
struct ranking_scale {
    char unit[64];
    double divisor;
};
/* The unit that suits all that is shown of an outcome. */
struct ranking_scale ranking_scale(const struct ranking *ranking, size_t outcome);

#endif
