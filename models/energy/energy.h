/* models/energy/energy.h -- oil, gas and the like: fields whose production is allocated to outlets through legs by
 * value (models/README.md, Energy).
 *
 * A month, per commodity: supply of the fields; prices; transit, first and in file order, off its legs; then the own
 * outlets' tranches: `first`, then `term` or `contract`, in file order; then ship-or-pay (whose tariff is sunk) and
 * spot volumes by netback, price less tariff (allocation.h). What finds no outlet is shut in, for good. There is no
 * store. A quota limits what is sold in all; what would find an outlet but for it is held back:
 *
 *   supply = sum of own outlets + held back + shut in
 *
 *   royalty        share of max(0, sum netback y) over own outlets, home included
 *   duty           table(benchmark) times exports, less what the exempt fields can send there
 *   margin         sum netback y - duty - royalty - cost of what is sold - shortfalls (ship-or-pay, contract minimum)
 * cost and home share of a unit sold are production-weighted means of the fields. All of it is of home fields: what
 * fields of other countries sell is allocated with the rest, and no part of home's accounts.
 *
 * Of a leg that several commodities use, the earlier in the file takes its capacity first. Where flows pass too, the leg
 * says who comes first, and a commodity takes all such legs before flows, or all after them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ENERGY_H
#define ZHOL_ENERGY_H

#include "models/drivers/season.h"
#include "models/energy/allocation.h"
#include "models/energy/decline_curve.h"
#include "models/energy/energy_price.h"
#include "models/network/network.h"

struct energy_field {
    const char *name;
    const char *country; /* NULL: home */
    struct decline_curve curve;
    int cost, home_share; /* slots */
    bool exempt;          /* from duty */
    bool foreign;         /* lies in another country than home */
    size_t production;    /* outcome */
};

/* The outcomes of an outlet. */
enum { OUTLET_VOLUME, OUTLET_REVENUE, OUTLET_NETBACK, OUTLET_SERVED, OUTLET_OUTCOMES };

struct energy_outlet {
    const char *name;
    struct place place;
    const char *buyer;  /* country that buys; NULL: home */
    const char *market; /* country that home exports to; NULL: it is no export of home */
    bool transit;       /* foreign cargo: takes no field's supply, pays a fee */
    bool foreign;       /* supplied by fields of other countries: no part of home's accounts */
    bool first;
    size_t *via; /* [legs] in struct legs, those with capacity */
    size_t legs;
    size_t *way; /* [ways] in struct legs, all of them */
    size_t ways;
    size_t also_leg;             /* in struct legs, of one more field; ENERGY_NONE */
    size_t in_layout;            /* of an own outlet: its number in the allocation */
    struct decline_curve wanted; /* demand or transit volume; value -1: no limit */
    struct season season;
    int shock; /* slot; -1: none */
    struct stream shock_stream;
    int term, contract, minimum, ship_or_pay; /* slots; -1: none */
    int tariff, spread, fee;                  /* slots; -1: none */
    struct energy_price price;
    size_t outcome[OUTLET_OUTCOMES];
};

/* By bands, from level[i] of the driver on duty[i], or in proportion to the level between two ends. */
struct energy_duty {
    size_t bands;
    double *level;
    int *duty;           /* slots */
    int slope, from, to; /* slots; of what is not stated -1 */
    size_t driver;
};

struct energy_commodity {
    const char *name, *unit, *heat; /* heat value as written, or NULL */
    char *rate;                     /* "t/yr" */
    struct energy_field *field;
    size_t fields;
    struct energy_outlet *outlet;
    size_t outlets;
    struct allocation allocation;
    size_t *leg;    /* [legs] in struct legs, those that this commodity uses */
    int *use;       /* [legs] slot: what a unit takes of the leg, where that is stated; -1 */
    double *factor; /* [legs] units of the commodity in one of the leg's stock; of a leg with `use`, what makes of
                            it stock per unit */
    size_t *shared; /* [legs] in struct energy; ENERGY_NONE: nothing else uses it */
    size_t
        *leg_outcome; /* [legs] used; utilisation is the next; ENERGY_NONE: shared, or only one field goes through it */
    size_t legs;
    bool before;        /* it takes its legs before flows do */
    size_t tranches;    /* at most, of own outlets */
    int floor, royalty; /* slots */
    int quota;          /* slot; -1: none */
    struct energy_duty duty;
    size_t production, shut_in, held_back; /* outcomes; the last one with a quota only */
};

/* A leg that several commodities use, or flows too. */
struct energy_shared {
    size_t leg;               /* in struct legs */
    size_t queue;             /* among network_queues; ENERGY_NONE: no flow passes */
    size_t used, utilisation; /* outcomes */
};

struct energy {
    const struct store *store;
    const struct drivers *drivers;
    const struct network *network;
    const struct legs *leg;
    struct calendar calendar;
    struct energy_commodity *commodity;
    size_t count;
    struct energy_shared *shared;
    size_t shareds;
};

/* The declaration of the top-level key `energy`, and what is reported. */
extern const struct key energy_key;
extern const struct outcome_kind energy_outcomes[], energy_field_outcomes[], energy_outlet_outcomes[];
enum { ENERGY_PRODUCTION, ENERGY_SHUT_IN, ENERGY_HELD_BACK };
enum { ENERGY_NAMES = 64 }; /* fields or legs of a list, at most */
#define ENERGY_NONE SIZE_MAX

/* Reads and checks all. All faults at once; *energy is set even then. */
MUST_CHECK struct fault *energy_prepare(struct plan *plan, const struct drivers *drivers, const struct network *network,
                                        struct energy **energy);
void energy_free(struct energy *energy);

struct energy_state; /* of a thread */
MUST_CHECK struct fault *energy_open(const struct energy *energy, struct arena *arena, struct energy_state **state);
/* What a state takes: rows of lanes, and states of streams. */
/* For a block, the drivers at their start. */
void energy_start(struct energy_state *state, const struct rows *rows, const struct drivers_state *drivers,
                  uint64_t first_replication);
/* Whether weather is left out from now on, so that outlets want what they usually do, and flows take of shared legs what
 * they do in the base year. */
void energy_calm(struct energy_state *state, bool calm);
/* A month, after the drivers, in two parts: before the network, those commodities that take a leg before flows do; after
 * it, all others. */
void energy_step_before(struct energy_state *state, const struct rows *rows, const struct drivers_state *drivers,
                        int month);
void energy_step(struct energy_state *state, const struct rows *rows, const struct drivers_state *drivers,
                 const struct network_state *network, int month);
void energy_report(const struct energy_state *state, struct outcome_rows *rows);

/* After energy_step, rows of the month: supply, what is shut in, and what a quota holds back, in units per year. */
const double *energy_production(const struct energy_state *state, size_t commodity);
const double *energy_shut_in(const struct energy_state *state, size_t commodity);
const double *energy_held_back(const struct energy_state *state, size_t commodity);
/* Rows of the month: of an outlet in units per year and USD per year (of transit the fee). */
const double *energy_volume(const struct energy_state *state, size_t commodity, size_t outlet);
const double *energy_revenue(const struct energy_state *state, size_t commodity, size_t outlet);
/* What the volume would have brought at base prices: profiles at the base date, drivers at their start. */
const double *energy_base_revenue(const struct energy_state *state, size_t commodity, size_t outlet);
bool energy_has_duty(const struct energy_commodity *commodity);
/* Of a commodity, USD per year. */
const double *energy_duty(const struct energy_state *state, size_t commodity);
const double *energy_royalty(const struct energy_state *state, size_t commodity);
const double *energy_margin(const struct energy_state *state, size_t commodity);
const double *energy_transit_fees(const struct energy_state *state, size_t commodity);
/* The share of the producers' profit that stays at home. */
const double *energy_home_share(const struct energy_state *state, size_t commodity);

#endif
