/* models/network/legs.h -- legs: any resource that a route uses (models/README.md, Legs and routes).
 *
 * A border crossing, dry port, line, port, strait or pipeline is one kind of record. Money is per unit of a commodity:
 * cost + fee - subsidy + penalty, 0 where not stated; `cost` is multiplied by the ratio of a driver to its base where
 * `cost_driver` names one. Time on the leg is time (1 + a rho^b), rho the share of its capacity that was used last
 * month. Capacity has a season (twelve factors, 0 where it is closed), and falls with a draught:
 * K = K0 clamp(1 - loss max(0, level - offset), 0.1, 1). Of a leg that energy and flows share, the one that comes first
 * takes its part off the capacity of the month.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_LEGS_H
#define ZHOL_LEGS_H

#include "models/drivers/drivers.h"

/* Of a leg that energy and flows share: who takes its capacity first. */
enum leg_shared { LEG_NOT_SHARED, LEG_ENERGY_FIRST, LEG_ENERGY_LAST };

/* What a leg states by commodity. */
enum leg_map { LEG_USE, LEG_COST, LEG_FEE, LEG_SUBSIDY, LEG_PENALTY, LEG_MAPS };

struct leg {
    const char *name;
    struct place place;
    const char *country;              /* whose territory; NULL: none stated */
    const char *control;              /* who decides over it; the country if not stated */
    int capacity;                     /* slot, in stock per year; -1: unlimited */
    char *stock;                      /* what capacity counts: "train" */
    int time, sd;                     /* slots, days */
    double soft;                      /* a of the soft congestion; 0: none */
    int power;                        /* b, 1 to 6 */
    bool follows;                     /* cost is multiplied by a driver's ratio */
    size_t cost_driver;               /* output of the drivers */
    bool draught;                     /* capacity falls with the level of a driver */
    size_t draught_driver;            /* output of the drivers */
    int draught_loss, draught_offset; /* slots, per unit of the driver's level, and in it */
    struct setting *map[LEG_MAPS];    /* NULL: not stated */
    enum leg_shared shared;
    int taken; /* signal: what energy has taken of the month, stock per year; -1: it does not come first */
};

struct legs {
    struct leg *leg;
    size_t count;
};

/* The declaration of the top-level key `legs`. */
extern const struct key legs_key;

/* All faults at once; *legs is filled even then, to be freed. */
MUST_CHECK struct fault *legs_prepare(struct plan *plan, const struct drivers *drivers, struct legs *legs);
void legs_free(struct legs *legs);

/* What is reported of a leg. */
enum { LEG_USED, LEG_UTILISATION, LEG_DELAY, LEG_REVENUE, LEG_OUTCOMES };
extern const struct outcome_kind legs_outcomes[];

/* The capacity of a month after the draught, stock per year, less what energy has taken where it comes first; or with
 * drivers at their bases. Only of a leg with capacity. */
void leg_capacity(const struct leg *leg, const struct rows *rows, const struct drivers_state *drivers, bool at_base,
                  double capacity[LANES]);

/* What is left of a capacity; what is less than its rounding is nothing. */
void leg_left(const double capacity[LANES], const double taken[LANES], double left[LANES]);
/* Whether the capacity of a month may differ from that of another. */
bool leg_moves(const struct leg *leg, const struct store *store);

/* The leg of that name; legs->count if there is none. */
size_t legs_find(const struct legs *legs, const char *name);
/* The slot of what a leg states for a commodity, -1 if it does not. */
int leg_slot(const struct leg *leg, enum leg_map map, const char *commodity);

#endif
