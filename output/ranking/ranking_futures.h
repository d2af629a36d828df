/* output/ranking/ranking_futures.h -- by which futures policies are ranked, where a condition is asked for. Of ranking_read.c alone.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_RANKING_FUTURES_H
#define ZHOL_RANKING_FUTURES_H

#include "output/given/given.h"
#include "output/ranking/ranking.h"

/* The futures in which the condition holds in every world, in the file of the world's first policy: the same of all worlds and
 * policies, so that intervals over all of them stay joint. Faults as of given_find_in_all. Free them in any case. */
MUST_CHECK struct fault *ranking_futures_find(const struct ranking_files *files, const struct given *given,
                                              struct given_futures *futures);

#endif
