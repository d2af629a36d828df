/* sim/statistics/split.h -- the greatest of some values, of which only the range, the mean and the variance are known.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SPLIT_H
#define ZHOL_SPLIT_H

/* All values; the variance is with n. */
struct split_whole {
    double least, greatest, mean, variance;
};
/* The greatest of them, as if all were spread evenly about their mean with that variance; and how far from `mean` the
 * mean of the greatest can be, whatever the values are. */
struct split {
    double mean, error, variance;
    double edge; /* between them and the others */
};
/* Of a share from 0 to 1 of the values, which need not be a whole number of them: the last one counts for a part.
 *
 * With the share a, mean m, variance v, and x and y from the mean to the least and the greatest value, the mean of the
 * greatest is m + (1 - a) d, d being their distance from the mean of the others. The variance between the two is
 * a (1 - a) d^2, no more than v, hence d <= sqrt(v / (a (1 - a))); neither mean can leave the range, hence d <= x / a
 * and d <= y / (1 - a). Within the two there can be no more variance than where the one are all at the edge and the
 * others at the ends of theirs, which makes v <= d max((1 - a) x, a y). */
struct split split_greatest(const struct split_whole *whole, double share);

#endif
