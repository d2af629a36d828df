/* models/drivers/first_year.h -- how wide the first year of each driver is: a first year without width is the commonest
 * fault of a scenario.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_FIRST_YEAR_H
#define ZHOL_FIRST_YEAR_H

#include "models/drivers/drivers.h"

/* The mean level of the first twelve months of every output, in the replications 0 .. count - 1 of a sealed store (a
 * multiple of LANES): mean[output * count + replication]. */
MUST_CHECK struct fault *first_year_means(const struct drivers *drivers, const struct store *store,
                                          const struct calendar *calendar, size_t count, double mean[]);

/* The quantile p (0 to 1) of count values, which are put in ascending order: linear between order statistics. */
double first_year_quantile(size_t count, double mean[], double p);

#endif
