/* scenarios/writer/ways.h -- the cheapest ways from one place to another over legs that lead from place to place.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_WAYS_H
#define ZHOL_WAYS_H

#include "sim/core/fault.h"

enum { WAYS_MOST = 8 };

/* A leg in one direction. */
struct ways_arc {
    size_t from, to; /* places */
    size_t leg;      /* for the caller */
    double cost;     /* 0 or more; infinite: closed */
};

struct ways_graph {
    size_t places, arcs;
    const struct ways_arc *arc;
};

struct way {
    size_t count;
    size_t *arc; /* [count], indices of the graph's, in order; allocated */
    double cost;
};

/* The up to `most` cheapest ways from one place to another that touch no place twice (Yen 1971), cheapest first; of equal
 * cost the one with fewer legs, then with those that the table names first. Free each with way_free, also after a
 * fault. */
MUST_CHECK struct fault *ways_find(const struct ways_graph *graph, size_t from, size_t to, size_t most,
                                   struct way way[WAYS_MOST], size_t *found);
void way_free(struct way *way);

#endif
