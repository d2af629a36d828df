/* scenarios/writer/draft.h -- the text of a new scenario, every key of it with a comment.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_DRAFT_H
#define ZHOL_DRAFT_H

#include "scenarios/writer/listing.h"

#include <stdio.h>

struct draft {
    const char *name; /* of the scenario */
    int year;         /* the base year */
    size_t routes;    /* of a flow, where they have to be found */
};

/* A small scenario to begin with: two routes, a crossing with a queue, an event and a policy. */
void draft_outline(FILE *to, const struct draft *draft);

/* One of two tables. A flow between whose ends no way leads is a fault at its place. */
MUST_CHECK struct fault *draft_listing(FILE *to, const struct draft *draft, const struct listing *listing);

#endif
