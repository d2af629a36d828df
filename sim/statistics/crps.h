/* sim/statistics/crps.h -- the continuous ranked probability score of a forecast that is a distribution F, against what
 * happened, y: the integral over z of (F(z) - [z >= y])^2, which is E|X - y| - E|X - X'| / 2 with X and X' independent
 * draws of F (Gneiting and Raftery 2007). In the unit of the outcome; less is better; of a forecast that is a point it
 * is the absolute error.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CRPS_H
#define ZHOL_CRPS_H

#include <stddef.h>

/* Of `count` draws, ascending and finite: `plain` takes the draws for the distribution, and so depends on how many they
 * are; `fair` is an unbiased estimate of the score of the law that they are drawn from, whatever their number (Ferro
 * 2014). NaN without a draw; `fair` also with a single one. */
struct crps {
    double plain, fair;
};
struct crps crps_of_ensemble(size_t count, const double ascending[], double y);

/* Of a normal distribution, sd >= 0. */
double crps_of_normal(double mean, double sd, double y);
/* Of exp(X), where X is normal with `mu` and `sigma` >= 0; y may be any number (Jordan, Krueger and Lerch 2019). */
double crps_of_lognormal(double mu, double sigma, double y);

#endif
