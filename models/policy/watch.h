/* models/policy/watch.h -- whether an outcome or a driver is above or below a level for some months in a row: what
 * thresholds and adaptive policies share (models/README.md, Indices and thresholds; Policies).
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WATCH_H
#define ZHOL_WATCH_H

#include "models/drivers/drivers.h"

struct watch {
    bool of_driver; /* else of an outcome */
    size_t driver;  /* output of the drivers */
    size_t outcome;
    bool ratio; /* the outcome is a ratio of rows */
    bool above; /* else below */
    double level, months;
};

/* The keys `above`, `below` and `for`. */
#define WATCH_KEYS                                                                                                     \
    {.name = "above",                                                                                                  \
     .kind = KEY_TEXT,                                                                                                 \
     .default_value = "",                                                                                              \
     .meaning = "The level, with the unit of the outcome, for its value of a month (rates per year); or `below`."},    \
        {.name = "below", .kind = KEY_TEXT, .default_value = "", .meaning = "The level, in place of `above`."},        \
    {                                                                                                                  \
        .name = "for", .kind = KEY_QUANTITY, .unit = "mo", .default_value = "1 mo", .min = 1, .max = 1200,             \
        .meaning = "Months in a row; whole."                                                                           \
    }

/* Reads `above` or `below`, and `for`, of the section, as they are for all that it watches. */
MUST_CHECK struct fault *watch_read(struct setting *section, const struct plan *plan, struct watch *watch);
/* Then what is watched: an outcome that has a value each month (of those declared so far), or a driver. */
MUST_CHECK struct fault *watch_outcome(struct setting *section, struct setting *outcome, const struct plan *plan,
                                       struct watch *watch);
MUST_CHECK struct fault *watch_driver(struct setting *section, struct setting *driver, const struct plan *plan,
                                      const struct drivers *drivers, struct watch *watch);

/* Counts the months in a row, this one included: from the rows of the outcomes, or the levels of the drivers. What is
 * undefined is not beyond its level. */
void watch_step(const struct watch *watch, const struct outcome_rows *rows, const struct drivers_state *drivers,
                double counter[LANES]);

#endif
