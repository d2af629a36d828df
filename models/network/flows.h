/* models/network/flows.h -- the demand of trade flows (models/README.md, Demand).
 *
 *   D = V season G S exp(sum_d eta_d ln(Y_d / Y_d0) - R),  R = e0 x + (e1 - e0) m,  m' = m + (1 - exp(-s / 12)) (x - m)
 *   x = ln(P / P0),  P = v (1 + tau) (1 + w) + C
 * V         volume: of the base year, or of the month where it is a profile
 * G         growth of the market beyond its drivers: the product of (1 + trend)^(1/12) over the months since the base
 * S         shock of the market (shocks.h)
 * Y, Y0     levels of drivers and their bases; eta the elasticities to them
 * P, P0     delivered price, now and at the base; x the log of their ratio
 * e0, e1    elasticities to it, at once and in the long run; s the speed between them, per year
 * m         memory of x; R uses m, and then m becomes m'
 * v         value of a unit, at its base times the ratio of the driver that it follows, if any; tau its tariff, w other wedges
 * C         composite cost of transport of last month (choice.h), 0 of a flow without routes
 * Boehm, Levchenko and Pandalai-Nayar 2023 measure such a response. Users gain (D + D0) (P0 - P) / 2 over the base price
 * (rule of half), with D0 the demand that the same drivers give at P0, where R = 0.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_FLOWS_H
#define ZHOL_FLOWS_H

#include "models/drivers/drivers.h"

struct flows;
struct flows_state;

/* The declarations of the top-level keys `commodities` and `flows`. */
extern const struct key flows_commodities_key, flows_key;
extern const struct outcome_kind flows_outcomes[];

/* Adds the outcomes flows.F.demand and .surplus. */
MUST_CHECK struct fault *flows_prepare(struct plan *plan, const struct drivers *drivers, struct flows **flows);
void flows_free(struct flows *flows);
size_t flows_count(const struct flows *flows);
const char *flows_name(const struct flows *flows, size_t flow);
const char *flows_unit(const struct flows *flows, size_t flow);       /* of demand: "TEU/yr" */
const char *flows_commodity(const struct flows *flows, size_t flow);  /* "container" */
const char *flows_counted_in(const struct flows *flows, size_t flow); /* "TEU" */
int flows_volume(const struct flows *flows, size_t flow);             /* slot of the base volume */
int flows_value(const struct flows *flows, size_t flow);        /* slot of the value of a unit, without its driver */
int flows_tariff(const struct flows *flows, size_t flow);       /* slot of the tariff */
int flows_home_share(const struct flows *flows, size_t flow);   /* slot of home's share of what users gain */
int flows_split(const struct flows *flows, size_t flow);        /* slot of the exporter's share; -1: half */
const char *flows_from(const struct flows *flows, size_t flow); /* country of the exporter */
const char *flows_to(const struct flows *flows, size_t flow);   /* country of the importer */
struct setting *flows_setting(const struct flows *flows, size_t flow);

MUST_CHECK struct fault *flows_open(const struct flows *flows, struct arena *arena, struct flows_state **state);
/* Gives the flow the row that holds its composite cost, USD per unit: the base's when flows_start is called, last
 * month's when flows_step is. */
void flows_connect(struct flows_state *state, size_t flow, const double cost[LANES]);
/* For a block; the store's rows must hold the values of the base date. */
void flows_start(struct flows_state *state, const struct rows *rows);
/* A month, after the drivers. */
void flows_step(struct flows_state *state, const struct rows *rows, const struct drivers_state *drivers, int month);
/* The demand of the month, units per year. */
const double *flows_demand(const struct flows_state *state, size_t flow);
/* The value of a unit of the month, USD. */
const double *flows_unit_value(const struct flows_state *state, size_t flow);
/* What users gain over the base price, USD per year. */
const double *flows_surplus(const struct flows_state *state, size_t flow);
/* Enters the rows of flows.F.demand and .surplus. */
void flows_report(const struct flows_state *state, struct outcome_rows *rows);

#endif
