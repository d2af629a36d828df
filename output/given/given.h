/* output/given/given.h -- the futures of a result in which a condition holds, such as
 *
 *   drivers.brent@2030 < 40 USD/bbl and not (inputs.legs.aktau.capacity between 1 and 2 Mt/yr)
 *
 * Names are of outcomes, over the horizon or, with @YEAR, in a year of the run, and of inputs as drawn. An input may be written
 * with `inputs.` before its path, and has to be where an outcome is called the same. They are compared with a number in a unit,
 * which is converted, or with one another, by < <= > >= and `between A and B`, ends included; comparisons are joined by `and`,
 * `or`, `not` and parentheses, `and` before `or`. A pure number and 0 need no unit. Samples are compared in their own single
 * precision, so that a bound that was simulated is met exactly; inputs in double precision.
 *
 * Where an outcome has no value, a comparison is neither true nor false, and what it leaves undecided is not among the futures.
 * Invalid replications are in none.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_GIVEN_H
#define ZHOL_GIVEN_H

#include "output/result/stored.h"

/* Fewer futures than that are refused: the intervals of means are those of a normal. */
enum { GIVEN_LEAST = 30 };

struct given;

/* Reads a condition; free it in any case, after its faults were printed, whose places are in it. FAULT_USAGE with a place if it
 * is no condition. */
MUST_CHECK struct fault *given_parse(const char *text, struct given **given);
void given_free(struct given *given);
/* As it was written. */
const char *given_text(const struct given *given);

/* The futures in which a condition holds. */
struct given_futures {
    size_t count;
    size_t *replication; /* [count], ascending */
    uint64_t of;         /* valid replications */
    uint64_t undecided;  /* of those, for want of a value */
};

/* An open result, whose outline was read. */
struct given_file {
    const char *path;
    const struct stored *stored;
    const struct result *outline;
};

/* Looks them up in an open result, whose outline was read. FAULT_USAGE with a place, all at once, of names that it does not have,
 * years outside it and units of another dimension; FAULT_FILES, with the command that gives them, of samples that it does not
 * have; FAULT_USAGE of fewer futures than GIVEN_LEAST. Free them in any case. */
MUST_CHECK struct fault *given_find(const struct given *given, const struct stored *stored,
                                    const struct result *outline, struct given_futures *futures);
/* The futures in which it holds in every one of some results of the same draws, at least one, among the replications that all of
 * them have; undecided are those that one leaves so and none decides. Faults as of given_find, the name of the file noted. */
MUST_CHECK struct fault *given_find_in_all(const struct given *given, size_t count, const struct given_file file[],
                                           struct given_futures *futures);
void given_futures_free(struct given_futures *futures);

/* How many of them are among the first `count` replications. */
size_t given_count(const struct given_futures *futures, uint64_t count);
/* Moves their values, of those among the first `count` replications, to the front. */
void given_take(const struct given_futures *futures, uint64_t count, float value[]);

/* As result_read_unchecked, of the futures in which the condition holds: all statistics from their samples, of the outcomes that
 * fit a pattern (none: all). What has no samples in the file has no values, and `saved` says so. */
MUST_CHECK struct fault *given_read(const char *path, const struct given *given, const char *const patterns[],
                                    size_t count, struct result *result);

#endif
