/* models/network/network_report.h -- what is reported of the network: the outcomes of flows, routes, legs and corridors,
 * and of how well the month was solved; see network.h.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_NETWORK_REPORT_H
#define ZHOL_NETWORK_REPORT_H

#include "models/network/network_parts.h"

/* Finds what is to be reported of legs, routes and queues that are prepared, and declares the outcomes. */
MUST_CHECK struct fault *network_report_prepare(struct network *network, struct plan *plan);
void network_report_free(struct network *network);

/* The sum of the delays of a route's legs, months. */
void network_report_delay(const struct network_state *state, const struct queue_result *result, size_t route,
                          double delay[LANES]);
/* The rows of the month that was solved. */
void network_report_month(struct network_state *state, const struct rows *rows, const struct queue_result *result);

#endif
