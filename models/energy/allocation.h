/* models/energy/allocation.h -- who gets what a set of fields produces: merit order with min-cut ranks
 * (models/README.md, Energy).
 *
 * Maximise sum_j n_j y_j over flows from fields through legs to tranches, where the netback n_j depends on the outlet
 * only. The feasible y are a polymatroid, whose rank is a maximal flow (Megiddo 1974; Edmonds 1970): filling tranches
 * in order of netback, and giving each the increase of the rank, is then optimal for any access, provided that every
 * leg shared by outlets is used by outlets of identical access, or by all that their fields reach (a truncation of a
 * part of the polymatroid that stands by itself), and that any two shared legs serve nested or disjoint sets of outlets.
 * Any other layout is refused. The rank is found by enumerating cuts over access groups (fields that
 * reach the same outlets) and legs:
 *
 *   f(J) = min over cuts C of [ capacities in C + caps of the tranches in J that C leaves reachable ]
 *
 * Where all volumes together have a limit q of their own, such as a quota, the rank is min(f(J), q): the truncation of a
 * polymatroid is one. Cuts that another one makes superfluous are left out once and for all. Tranches of a fixed order come first, then
 * those that each lane ranks by itself, with a sorting network that carries cap and reachability.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_ALLOCATION_H
#define ZHOL_ALLOCATION_H

#include "sim/core/fault.h"
#include "sim/core/lanes.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { ALLOCATION_FIELDS = 32, ALLOCATION_OUTLETS = 12, ALLOCATION_ELEMENTS = 6, ALLOCATION_CUTS = 64 };
enum { ALLOCATION_RANKED = 64 }; /* tranches ranked by netback, at most */

/* Of the sum of some tens of volumes: what is less is the rounding of it, and counts as nothing. */
#define ALLOCATION_ROUNDING 0x1p-46

/* Where an outlet may be supplied from. Transit takes no field's supply and is no outlet here. */
struct allocation_outlet {
    const char *name;
    struct place place; /* where it is stated; none in tests */
    uint32_t from;      /* fields with direct access, a bit each */
    bool also;          /* one more field, through a leg of its own */
    size_t also_field, also_leg;
    const size_t *via; /* [legs] that all of its volume uses */
    size_t legs;
};

struct allocation_layout {
    const char *const *field_name;
    size_t fields;
    const char *const *leg_name; /* by the numbers that outlets use */
    const struct allocation_outlet *outlet;
    size_t outlets;
};

/* A part of a cut: an access group or a leg. */
struct allocation_element {
    bool is_leg;
    size_t leg;
    uint32_t fields; /* of a group */
};

struct allocation {
    size_t outlets;
    struct allocation_element element[ALLOCATION_ELEMENTS];
    size_t elements;
    uint8_t cut[ALLOCATION_CUTS]; /* elements in the cut, a bit each */
    size_t cuts;
    uint64_t reach[ALLOCATION_OUTLETS];                   /* by cut: whether the outlet can still be reached */
    bool shared[ALLOCATION_OUTLETS][ALLOCATION_ELEMENTS]; /* whether the outlet uses the leg of the element */
};

/* Refuses a layout outside the class with a sentence (FAULT_SCENARIO, no place) that names the leg and its outlets, or
 * lists groups and legs where there are more than 6, or outlets where there are more than 12. */
MUST_CHECK struct fault *allocation_prepare(const struct allocation_layout *layout, struct allocation *allocation);

/* A tranche: part of the wish of an outlet. */
struct allocation_tranche {
    size_t outlet;
    const double *cap;     /* row */
    const double *netback; /* row; NULL: of the fixed order */
    double *volume;        /* row, filled */
};

/* Memory of a thread, not to be moved. */
struct allocation_work {
    double sum[ALLOCATION_CUTS][LANES];
    double key[ALLOCATION_RANKED][LANES];
    double cap[ALLOCATION_RANKED][LANES];
    uint64_t reach[ALLOCATION_RANKED][LANES];
    uint64_t index[ALLOCATION_RANKED][LANES];
};

/* Allocates: element[i] is the row of the supply of group i or the capacity of leg i; `most` the row of the limit of all
 * volumes together (NULL: none); tranches of the fixed order first, in that order, then at most ALLOCATION_RANKED
 * ranked ones, ties in the order given. Returns the row of the total that there would be without `most`. */
const double *allocation_run(const struct allocation *allocation, struct allocation_work *work,
                             const double *const element[], const double *most, size_t fixed, size_t ranked,
                             const struct allocation_tranche tranche[]);

/* The most that groups with these supplies could send to the outlets at these volumes ([outlets], NULL: 0). */
void allocation_flow(const struct allocation *allocation, const double *const element[], const double *const volume[],
                     double flow[LANES]);

#endif
