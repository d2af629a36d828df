/* output/comparison/pairing.c -- see pairing.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/pairing.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static struct fault *cannot_pair(const struct pairing *pairing, const char *what, const char *advice)
{
    return fault_raise(FAULT_FILES,
                       "%s and %s have different %s, so that their replications are not of the same draws; %s",
                       pairing->path, pairing->other_path, what, advice);
}

static struct fault *cannot_compare(const struct pairing *pairing, const char *what, const char *of_one,
                                    const char *of_other)
{
    return fault_raise(FAULT_FILES, "%s and %s cannot be compared: %s %s and %s; expected the same", pairing->path,
                       pairing->other_path, what, of_one, of_other);
}

struct fault *pairing_check_subject(const struct pairing *pairing)
{
    const struct result *a = pairing->head, *b = pairing->other;
    char of_one[24], of_other[24];
    if (a->calendar.start != b->calendar.start) {
        calendar_write(a->calendar.start, of_one);
        calendar_write(b->calendar.start, of_other);
        return cannot_compare(pairing, "they start in", of_one, of_other);
    }
    if (a->calendar.base != b->calendar.base) {
        calendar_write(a->calendar.base, of_one);
        calendar_write(b->calendar.base, of_other);
        return cannot_compare(pairing, "their base dates are", of_one, of_other);
    }
    if (a->discount != NULL && b->discount != NULL && strcmp(a->discount, b->discount) != 0)
        return cannot_compare(pairing, "their discount rates are", a->discount, b->discount);
    if (a->calendar.months != b->calendar.months) {
        snprintf(of_one, sizeof of_one, "%d", a->calendar.months);
        snprintf(of_other, sizeof of_other, "%d", b->calendar.months);
        return cannot_compare(pairing, "their numbers of months are", of_one, of_other);
    }
    if (strcmp(a->prices, b->prices) != 0) return cannot_compare(pairing, "prices are", a->prices, b->prices);
    return NULL;
}

struct fault *pairing_check_draws(const struct pairing *pairing, const char *advice)
{
    const struct result *a = pairing->head, *b = pairing->other;
    char what[160];
    if (a->seed != b->seed) {
        snprintf(what, sizeof what, "seeds (%" PRIu64 " and %" PRIu64 ")", a->seed, b->seed);
        return cannot_pair(pairing, what, advice);
    }
    if (strcmp(a->rng, b->rng) == 0) return NULL;
    snprintf(what, sizeof what, "generators (%s and %s)", a->rng, b->rng);
    return cannot_pair(pairing, what, advice);
}
