/* scenarios/writer/listing.h -- flows and legs as a spreadsheet has them: two tables, read for a scenario to be made of.
 *
 * Names of columns may hold a unit, as in "time (h)" or "cost [USD/t]"; else a column beside holds it. What cells call
 * places, cargoes, flows and legs becomes names of a scenario: "Dar es Salaam" is dar-es-salaam.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_LISTING_H
#define ZHOL_LISTING_H

#include "scenarios/table/table.h"
#include "sim/core/units.h"

enum {
    LISTING_NAME = 64,
    LISTING_UNIT = 32,
    LISTING_MOST_LEGS = 1000,
    LISTING_MOST_FLOWS = 1000,
    LISTING_MOST_STOPS = 64, /* legs of a route */
};

/* What a cargo may be counted in. */
enum listing_kind { LISTING_TONNES, LISTING_BOXES, LISTING_KINDS };

/* A number with its unit, as the table has them. */
struct listing_amount {
    const char *text; /* NULL: nothing is stated */
    char unit[LISTING_UNIT];
    double value; /* in the unit that its key asks for: d, USD/t, USD/TEU, a capacity in its own */
};

struct listing_leg {
    char name[LISTING_NAME], country[LISTING_NAME]; /* country "": not stated */
    size_t from, to;                                /* places */
    bool both;                                      /* it leads both ways */
    size_t row;
    struct listing_amount time, sd, capacity, fee[LISTING_KINDS];
    struct listing_amount cost[LISTING_KINDS]; /* nothing of a kind that does not go over it */
    const char *of;                            /* what its capacity is counted in: "t", "TEU" or "train" */
    const char *source;                        /* where its numbers are from; NULL: nothing is said */
};

struct listing_route {
    size_t row;
    double volume;                          /* per year, in the unit of the kind */
    size_t count, stop[LISTING_MOST_STOPS]; /* legs; none: to be found */
};

struct listing_flow {
    char name[LISTING_NAME];
    size_t from, to, cargo;
    size_t row;                   /* the first */
    struct listing_amount volume; /* of that row */
    struct listing_amount worth;  /* of a unit, if stated */
    const char *source;
    size_t routes;
    struct listing_route *route;
};

struct listing_cargo {
    char name[LISTING_NAME];
    enum listing_kind kind;
};

struct listing {
    struct table flow_table, leg_table;
    size_t places, cargoes, legs, flows;
    char (*place)[LISTING_NAME];
    struct listing_cargo *cargo;
    struct listing_leg *leg;
    struct listing_flow *flow;
    bool given;   /* the table of flows has the routes */
    char *unread; /* names of columns that nothing is read of, or "" */
};

/* Reads both tables. Faults are at their cells, as many as there are up to FAULT_SHOWN_MOST. Close it in any case; the
 * sources must outlive it. */
MUST_CHECK struct fault *listing_open(struct listing *listing, struct units *units, const struct source *flows,
                                      const struct source *legs);
void listing_close(struct listing *listing);

#endif
