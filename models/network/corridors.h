/* models/network/corridors.h -- corridors: named sets of routes, for reporting only.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_CORRIDORS_H
#define ZHOL_CORRIDORS_H

#include "models/network/routes.h"

/* What one corridor carries of one commodity: an outcome corridors.C.COMMODITY. */
struct corridor {
    const char *name;
    const char *commodity;
    size_t *route; /* [routes] in struct routes */
    size_t routes;
    size_t outcome;
};

struct corridors {
    struct corridor *corridor;
    size_t count;
};

/* The key `corridors` of the section `outcomes`. */
extern const struct key corridors_entry[];
extern const struct outcome_kind corridors_outcomes[];

/* Reads outcomes.corridors and declares the outcomes. All faults at once; *corridors is to be freed even then. */
MUST_CHECK struct fault *corridors_prepare(struct plan *plan, const struct flows *flows, const struct routes *routes,
                                           struct corridors *corridors);
void corridors_free(struct corridors *corridors);

#endif
