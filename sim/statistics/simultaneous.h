/* sim/statistics/simultaneous.h -- intervals for many differences of means that all hold at once.
 *
 * Members of several groups (policies of several worlds) are compared with one another in each group, on the same random
 * numbers. An interval of 95 % for each difference says little of the best of eight members in six groups: 168
 * differences, of which some eight would miss. Here all are mean difference ± critical value x standard error, with the
 * critical value for which all hold with 95 %.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_SIMULTANEOUS_H
#define ZHOL_SIMULTANEOUS_H

#include "sim/core/fault.h"

#include <stdbool.h>
#include <stdint.h>

/* Above so many differences from the first members, (members - 1) groups, the critical value is Bonferroni's. */
enum { SIMULTANEOUS_MOST = 128 };
/* Normal vectors that the critical value and the confidence are counted on: its level is off by 0.09 % (1 standard
 * error). */
enum { SIMULTANEOUS_DRAWS = 65536 };

/* How one member does against another of its group. */
struct simultaneous_pair {
    double gain;           /* mean of the one less mean of the other, turned round where less is better */
    double standard_error; /* exactly 0 where all differences are equal */
    double rounding;       /* what the single precision of the values can make of the mean, at most */
};

struct simultaneous_asked {
    size_t groups, members, count;
    const float *const *value; /* [groups][members] each [count], no NaN */
    bool more;                 /* is better */
    double level;              /* joint, such as 0.95 */
    uint64_t seed;             /* of the normal vectors; any will do */
};

struct simultaneous {
    double critical;
    bool bonferroni;
    size_t comparisons; /* different pairs of a group that are not equal everywhere */
    /* [groups][members][members]: row member against column member */
    struct simultaneous_pair *pair;
    /* [groups][members]: how likely it is that the member has the best mean of its group, given the sample: the share of
     * normal vectors with the means and the covariance of the estimated means (with a flat prior the posterior
     * probability), shared among members that are equal. NaN with Bonferroni. */
    double *confidence;
};

/* The critical value is the quantile of the greatest |mean difference less its expectation| / standard error over all
 * pairs of all groups. The estimated means are normal with the estimated covariance to all accuracy that matters at
 * hundreds of futures; for few futures the quantile is carried over to Student's t at the same probability. (Nelson and
 * Matejcik 1995 assume one variance and one correlation of all members; here both are estimated, which Edwards and Hsu
 * 1983 do for given ones.) Normal vectors come from the program's own addressed stream, so that the same values give
 * the same bits. All pairs being covered, so is any that was picked by looking at the means.
 * Needs 2 members and 2 futures. Free it in any case. */
MUST_CHECK struct fault *simultaneous_of(const struct simultaneous_asked *asked, struct simultaneous *out);
void simultaneous_free(struct simultaneous *simultaneous);

/* Half the width of a pair's interval, with rounding. */
double simultaneous_half(const struct simultaneous *simultaneous, const struct simultaneous_pair *pair);

/* How far a member is behind the best of the others of its group (negative: ahead of them all), by the pairs:
 * estimate = max over others of -gain, and likewise the ends of the interval. */
struct simultaneous_gap {
    double estimate, low, high;
    size_t nearest; /* the other that is the best of them */
};
struct simultaneous_gap simultaneous_gap(const struct simultaneous *simultaneous, size_t members, size_t group,
                                         size_t member);

#endif
