/* models/energy/decline_curve.h -- a yearly rate that grows, and declines from a date: what fields produce and outlets
 * want (models/README.md, Energy).
 *
 *   rate(t) (1 + growth)^(t/12) (1 - decline)^(n/12) (1 - e^{-h D}) / (h D),  h = -ln(1 - decline) per year
 * t months from the start, n from the date at which the decline begins; the last factor is the exact mean of a month.
 * `steps` replaces the rate from a date on, later by `delay`, which may be a fraction of a month: in the month in which
 * a step falls the rate is the mean of before and after, weighted by time. Effects act on the result.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DECLINE_CURVE_H
#define ZHOL_DECLINE_CURVE_H

#include "models/plan.h"

struct decline_curve {
    int value; /* slot */
    size_t steps;
    int *step_month;  /* [steps] ascending */
    int *step_slot;   /* [steps] */
    int delay;        /* slot, months, of all steps; -1: none */
    int growth;       /* slot, 1/yr; -1: none */
    int decline;      /* slot, 1/yr; -1: none */
    int decline_from; /* month */
};

/* The keys `growth` and `decline` that go with a rate, and the section of the latter. */
extern const struct key decline_curve_keys[];
#define DECLINE_CURVE_KEYS                                                                                             \
    {.name = "growth",                                                                                                 \
     .kind = KEY_QUANTITY,                                                                                             \
     .unit = "1/yr",                                                                                                   \
     .default_value = "",                                                                                              \
     .draws = true,                                                                                                    \
     .profile = true,                                                                                                  \
     .compounds = true,                                                                                                \
     .meaning = "Its growth per year, from the start on."},                                                            \
    {                                                                                                                  \
        .name = "decline", .kind = KEY_SECTION, .default_value = "", .keys = decline_curve_keys, .shorthand = "rate",  \
        .meaning = "Its decline per year, from a date on."                                                             \
    }

/* Reads growth, decline, steps and their delay (where the table has them) beside the rate, whose slot is `value`. */
MUST_CHECK struct fault *decline_curve_prepare(struct setting *setting, int value, const struct plan *plan,
                                               struct decline_curve *curve);
void decline_curve_free(struct decline_curve *curve);

/* What a curve knows from month to month: how much it has grown, and what follows from the growth and the decline that
 * it last met, which seldom change. */
enum {
    DECLINE_CURVE_GROWN,
    DECLINE_CURVE_GROWTH,
    DECLINE_CURVE_GROWN_BY, /* in a month, at that growth */
    DECLINE_CURVE_DECLINE,
    DECLINE_CURVE_HAZARD, /* of a month, at that decline */
    DECLINE_CURVE_MEAN,   /* of a month, to its beginning */
    DECLINE_CURVE_ROWS
};
/* For a block. */
void decline_curve_start(double state[DECLINE_CURVE_ROWS][LANES]);
/* The rate of a month (0 = the first), per year; moves the growth on to the next month. */
void decline_curve_step(const struct decline_curve *curve, const struct rows *rows, const struct calendar *calendar,
                        int month, double state[DECLINE_CURVE_ROWS][LANES], double rate[LANES]);

#endif
