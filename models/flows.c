/* models/flows.c -- see flows.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/flows.h"
#include "models/season.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct key commodity_keys[] = {
    {.name = "unit", .kind = KEY_UNIT, .meaning = "Unit in which it is counted, such as TEU or t."},
    {.name = "value",
     .kind = KEY_QUANTITY,
     .unit = "USD/$unit",
     .least = 0,
     .most = 1e300,
     .least_open = true,
     .draws = true,
     .profile = true,
     .meaning = "Value of a unit at the exporter's border."},
    {.name = NULL}};
static const struct key commodity_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = commodity_keys, .meaning = "A kind of goods."}};
const struct key commodities_key = {
    .name = "commodities", .kind = KEY_ENTRIES, .usual = "", .entry = commodity_entry, .meaning = "What is moved."};

static const struct key income_entry[] = {
    {.name = "*", .kind = KEY_QUANTITY, .unit = "", .draws = true, .meaning = "Elasticity of demand to the driver."}};
static const struct key response_keys[] = {{.name = "impact",
                                            .kind = KEY_QUANTITY,
                                            .unit = "",
                                            .least = 0,
                                            .most = 100,
                                            .draws = true,
                                            .meaning = "Elasticity of demand to the delivered price within the month."},
                                           {.name = "long_run",
                                            .kind = KEY_QUANTITY,
                                            .unit = "",
                                            .least = 0,
                                            .most = 100,
                                            .draws = true,
                                            .meaning = "Elasticity after all adjustment."},
                                           {.name = "speed",
                                            .kind = KEY_QUANTITY,
                                            .unit = "1/yr",
                                            .least = 0,
                                            .most = 1000,
                                            .draws = true,
                                            .meaning = "Speed of adjustment between the two."},
                                           {.name = NULL}};
static const struct key flow_keys[] = {
    {.name = "commodity", .kind = KEY_REFERENCE, .target = "commodities", .meaning = "What it moves."},
    {.name = "from", .kind = KEY_NAME, .meaning = "Country of the exporter."},
    {.name = "to", .kind = KEY_NAME, .meaning = "Country of the importer."},
    {.name = "volume",
     .kind = KEY_QUANTITY,
     .unit = "$commodity.unit/yr",
     .least = 0,
     .most = 1e300,
     .draws = true,
     .meaning = "Volume in the base year."},
    {.name = "value",
     .kind = KEY_QUANTITY,
     .unit = "USD/$commodity.unit",
     .usual = "",
     .least = 0,
     .most = 1e300,
     .least_open = true,
     .draws = true,
     .profile = true,
     .meaning = "Value of a unit, if it differs from the commodity's."},
    {.name = "tariff",
     .kind = KEY_QUANTITY,
     .unit = "",
     .usual = "0",
     .least = -1,
     .most = 100,
     .least_open = true,
     .draws = true,
     .profile = true,
     .meaning = "Import duty, as a share of the value."},
    {.name = "cost_wedge",
     .kind = KEY_QUANTITY,
     .unit = "",
     .usual = "0",
     .least = -1,
     .most = 100,
     .least_open = true,
     .draws = true,
     .profile = true,
     .meaning = "Any other wedge as a share of the value with duty: paperwork, permits, quotas."},
    {.name = "income",
     .kind = KEY_ENTRIES,
     .usual = "",
     .names = NAME_REFERENCE,
     .target = "drivers",
     .entry = income_entry,
     .meaning = "Elasticities to drivers, each to the ratio of its level to its base."},
    {.name = "response",
     .kind = KEY_SECTION,
     .usual = "",
     .keys = response_keys,
     .meaning = "Response of demand to the delivered price; none if absent."},
    {.name = "season",
     .kind = KEY_FACTORS,
     .usual = "",
     .least = 12,
     .most = 12,
     .meaning = "Twelve factors, January first, on demand; normalised to mean 1."},
    {.name = NULL}};
static const struct key flow_entry[] = {{.name = "*",
                                         .kind = KEY_SECTION,
                                         .keys = flow_keys,
                                         .meaning = "A demand for moving a commodity between two places."}};
const struct key flows_key = {.name = "flows",
                              .kind = KEY_ENTRIES,
                              .usual = "",
                              .entry = flow_entry,
                              .meaning = "Demands for moving a commodity between two places."};

static const struct outcome_kind demand_outcome = {
    .pattern = "flows.F.demand",
    .unit = "$commodity.unit/yr",
    .rule = OUTCOME_SUM,
    .better = OUTCOME_MORE,
    .headline = true,
    .meaning = "Demand of the flow, before any limit of capacity.",
};

struct flow {
    const char *name;
    char *unit;
    int volume, value, tariff, wedge; /* slots */
    bool responds;
    int impact, long_run, speed; /* slots */
    bool price_moves;            /* value, tariff or wedge vary by month */
    size_t incomes;
    size_t *income;  /* outputs of the drivers */
    int *elasticity; /* slots */
    struct season season;
    size_t outcome;
};

struct flows {
    struct flow *flow;
    size_t count;
    struct calendar calendar;
};

/* Rows of a flow. */
enum { DEMAND, LOG_PRICE_BASE, MEMORY, UPDATE, FLOW_ROWS };

struct flows_state {
    const struct flows *flows;
    double (*x)[LANES]; /* [count * FLOW_ROWS] */
};

static struct fault *incomes_read(struct flow *flow, struct setting *incomes, const struct drivers *drivers)
{
    if (incomes == NULL) return NULL;
    flow->income = calloc(incomes->children + 1, sizeof *flow->income);
    flow->elasticity = calloc(incomes->children + 1, sizeof *flow->elasticity);
    if (flow->income == NULL || flow->elasticity == NULL) return fault_no_memory();
    for (size_t i = 0; i < incomes->children; i++) {
        struct setting *entry = incomes->child[i];
        const size_t output = drivers_find(drivers, entry->name);
        entry->used = true;
        if (output == drivers_outputs(drivers))
            return fault_at(FAULT_SCENARIO, entry->place,
                            "%s: '%s' is not a level of a driver; expected a driver, or NAME.VARIABLE of a var",
                            incomes->path, entry->name);
        if (!drivers_positive(drivers, output))
            return fault_at(
                FAULT_SCENARIO, entry->place,
                "%s: driver %s may cross zero, so demand has no elasticity to it; expected a price or a volume",
                incomes->path, entry->name);
        flow->income[flow->incomes] = output;
        flow->elasticity[flow->incomes++] = entry->slot;
    }
    return NULL;
}

static void response_read(struct flow *flow, struct setting *response)
{
    if (response == NULL) return;
    flow->responds = true;
    flow->impact = setting_slot(response, "impact");
    flow->long_run = setting_slot(response, "long_run");
    flow->speed = setting_slot(response, "speed");
}

static struct fault *flow_prepare(struct flow *flow, struct setting *setting, struct plan *plan,
                                  const struct drivers *drivers)
{
    struct setting *commodities = setting_find(plan->root, "commodities");
    struct setting *commodity = setting_find(commodities, setting_find(setting, "commodity")->text);
    flow->name = setting->name;
    setting_find(setting, "from");
    setting_find(setting, "to");
    flow->unit = strdup(setting_find(setting, "volume")->unit);
    if (flow->unit == NULL) return fault_no_memory();
    flow->volume = setting_slot(setting, "volume");
    flow->value = setting_slot(setting, "value");
    const int usual_value = setting_slot(commodity, "value");
    if (flow->value < 0) flow->value = usual_value;
    setting_find(commodity, "unit");
    flow->tariff = setting_slot(setting, "tariff");
    flow->wedge = setting_slot(setting, "cost_wedge");
    flow->price_moves = store_varies_by_month(plan->store, flow->value) ||
                        store_varies_by_month(plan->store, flow->tariff) ||
                        store_varies_by_month(plan->store, flow->wedge);
    response_read(flow, setting_find(setting, "response"));
    TRY(season_read(setting_find(setting, "season"), plan, &flow->season));
    TRY(incomes_read(flow, setting_find(setting, "income"), drivers));
    char *path = NULL, *long_name = NULL;
    if (asprintf(&path, "flows.%s.demand", flow->name) < 0) return fault_no_memory();
    if (asprintf(&long_name, "demand of flow %s", flow->name) < 0) {
        free(path);
        return fault_no_memory();
    }
    struct fault *fault = outcomes_add(plan->outcomes, &demand_outcome, path, flow->unit, long_name, &flow->outcome);
    free(path);
    free(long_name);
    return fault;
}

struct fault *flows_prepare(struct plan *plan, const struct drivers *drivers, struct flows **out)
{
    struct setting *section = setting_find(plan->root, "flows");
    const size_t count = section == NULL ? 0 : section->children;
    struct setting *commodities = setting_find(plan->root, "commodities");
    struct flows *flows = calloc(1, sizeof *flows);
    if (flows == NULL) return fault_no_memory();
    *out = flows;
    flows->calendar = plan->calendar;
    flows->flow = calloc(count + 1, sizeof *flows->flow);
    if (flows->flow == NULL) return fault_no_memory();
    for (size_t i = 0; commodities != NULL && i < commodities->children; i++) commodities->child[i]->used = true;
    struct fault *faults = NULL;
    for (size_t i = 0; i < count; i++) {
        section->child[i]->used = true;
        faults = fault_join(faults, flow_prepare(&flows->flow[flows->count++], section->child[i], plan, drivers));
    }
    return faults;
}

void flows_free(struct flows *flows)
{
    if (flows == NULL) return;
    for (size_t i = 0; i < flows->count; i++) {
        free(flows->flow[i].unit);
        free(flows->flow[i].income);
        free(flows->flow[i].elasticity);
    }
    free(flows->flow);
    free(flows);
}

size_t flows_count(const struct flows *flows)
{
    return flows->count;
}

const char *flows_name(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].name;
}

const char *flows_unit(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].unit;
}

size_t flows_outcome(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].outcome;
}

struct fault *flows_open(const struct flows *flows, struct flows_state **out)
{
    struct flows_state *state = calloc(1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->flows = flows;
    state->x = aligned_alloc(LANES_ALIGNMENT, (flows->count * FLOW_ROWS + 1) * sizeof *state->x);
    return state->x == NULL ? fault_no_memory() : NULL;
}

void flows_close(struct flows_state *state)
{
    if (state == NULL) return;
    free(state->x);
    free(state);
}

/* The log of the delivered price. */
static void log_price(const struct flow *flow, const struct rows *rows, double price[LANES])
{
    const double *value = rows_get(rows, flow->value), *tariff = rows_get(rows, flow->tariff),
                 *wedge = rows_get(rows, flow->wedge);
    EACH_LANE(l) price[l] = lanes_log(value[l] * (1.0 + tariff[l]) * (1.0 + wedge[l]));
}

void flows_start(struct flows_state *state, const struct rows *rows)
{
    for (size_t i = 0; i < state->flows->count; i++) {
        const struct flow *flow = &state->flows->flow[i];
        double(*x)[LANES] = state->x + i * FLOW_ROWS;
        const double *volume = rows_get(rows, flow->volume);
        log_price(flow, rows, x[LOG_PRICE_BASE]);
        EACH_LANE(l)
        {
            x[DEMAND][l] = volume[l];
            x[MEMORY][l] = 0.0;
            x[UPDATE][l] = 0.0;
        }
        if (!flow->responds) continue;
        const double *speed = rows_get(rows, flow->speed);
        EACH_LANE(l) x[UPDATE][l] = speed[l] * CALENDAR_MONTH_YEARS * lanes_decay(speed[l] * CALENDAR_MONTH_YEARS);
    }
}

/* Takes the response to the delivered price off the log of demand, and updates its memory. */
static void respond(const struct flow *flow, const struct rows *rows, double x[][LANES], double log_demand[LANES])
{
    const double *impact = rows_get(rows, flow->impact), *long_run = rows_get(rows, flow->long_run);
    _Alignas(LANES_ALIGNMENT) double price[LANES];
    log_price(flow, rows, price);
    EACH_LANE(l)
    {
        const double change = price[l] - x[LOG_PRICE_BASE][l], memory = x[MEMORY][l];
        log_demand[l] -= impact[l] * change + (long_run[l] - impact[l]) * memory;
        x[MEMORY][l] = memory + x[UPDATE][l] * (change - memory);
    }
}

void flows_step(struct flows_state *state, const struct rows *rows, const struct drivers_state *drivers, int month)
{
    const int of_year = (state->flows->calendar.start + month) % CALENDAR_MONTHS_PER_YEAR;
    for (size_t i = 0; i < state->flows->count; i++) {
        const struct flow *flow = &state->flows->flow[i];
        double(*x)[LANES] = state->x + i * FLOW_ROWS;
        _Alignas(LANES_ALIGNMENT) double log_demand[LANES];
        const double season = flow->season.log_factor[of_year];
        EACH_LANE(l) log_demand[l] = season;
        for (size_t d = 0; d < flow->incomes; d++) {
            const double *ratio = drivers_log_ratio(drivers, flow->income[d]);
            const double *elasticity = rows_get(rows, flow->elasticity[d]);
            EACH_LANE(l) log_demand[l] += elasticity[l] * ratio[l];
        }
        if (flow->responds && flow->price_moves) respond(flow, rows, x, log_demand);
        const double *volume = rows_get(rows, flow->volume);
        double *demand = x[DEMAND];
        EACH_LANE(l) demand[l] = volume[l] * lanes_exp(log_demand[l]);
    }
}

const double *flows_demand(const struct flows_state *state, size_t flow)
{
    return state->x[flow * FLOW_ROWS + DEMAND];
}
