/* models/network/flows.c -- see flows.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/flows.h"
#include "models/drivers/season.h"
#include "models/drivers/shocks.h"
#include "models/network/routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A value in the unit `of`, and what it follows. */
#define VALUE_KEYS(of)                                                                                                 \
    {.name = "base",                                                                                                   \
     .kind = KEY_QUANTITY,                                                                                             \
     .unit = of,                                                                                                       \
     .min = 0,                                                                                                         \
     .max = 1e300,                                                                                                     \
     .min_open = true,                                                                                                 \
     .draws = true,                                                                                                    \
     .profile = true,                                                                                                  \
     .meaning = "Value of a unit, with the driver at its base."},                                                      \
        {.name = "driver",                                                                                             \
         .kind = KEY_REFERENCE,                                                                                        \
         .default_value = "",                                                                                          \
         .target = "drivers",                                                                                          \
         .meaning = "A driver whose ratio to its base multiplies it, such as the price of the goods."},                \
    {                                                                                                                  \
        .name = NULL                                                                                                   \
    }
static const struct key commodity_value_keys[] = {VALUE_KEYS("USD/$unit")};
static const struct key flow_value_keys[] = {VALUE_KEYS("USD/$commodity.unit")};

static const struct key commodity_keys[] = {
    TITLE_KEY,
    {.name = "unit", .kind = KEY_UNIT, .meaning = "Unit in which it is counted, such as TEU or t."},
    {.name = "heat",
     .kind = KEY_QUANTITY,
     .unit = "GJ/$unit",
     .default_value = "",
     .min = 0,
     .max = 1e300,
     .min_open = true,
     .heat = true,
     .meaning = "Its heat value, such as 24 GJ/t, by which energy and units of it are converted."},
    {.name = "value",
     .kind = KEY_SECTION,
     .keys = commodity_value_keys,
     .shorthand = "base",
     .plain = true,
     .meaning = "Value of a unit at the exporter's border."},
    {.name = "time_value",
     .kind = KEY_QUANTITY,
     .unit = "USD/$unit/d",
     .default_value = "",
     .min = 0,
     .max = 1e300,
     .draws = true,
     .meaning = "What a day less on the way is worth to the shipper of a unit; needed where it has routes."},
    {.name = "reliability_ratio",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "0.5",
     .min = 0,
     .max = 100,
     .draws = true,
     .meaning = "Value of a day of standard deviation over that of a day on the way."},
    {.name = NULL}};
static const struct key commodity_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = commodity_keys, .meaning = "A kind of goods."}};
const struct key flows_commodities_key = {.name = "commodities",
                                          .kind = KEY_ENTRIES,
                                          .default_value = "",
                                          .entry = commodity_entry,
                                          .meaning = "What is moved."};

static const struct key income_entry[] = {
    {.name = "*", .kind = KEY_QUANTITY, .unit = "", .draws = true, .meaning = "Elasticity of demand to the driver."}};
static const struct key response_keys[] = {{.name = "impact",
                                            .kind = KEY_QUANTITY,
                                            .unit = "",
                                            .min = 0,
                                            .max = 100,
                                            .draws = true,
                                            .meaning = "Elasticity of demand to the delivered price within the month."},
                                           {.name = "long_run",
                                            .kind = KEY_QUANTITY,
                                            .unit = "",
                                            .min = 0,
                                            .max = 100,
                                            .draws = true,
                                            .meaning = "Elasticity after all adjustment."},
                                           {.name = "speed",
                                            .kind = KEY_QUANTITY,
                                            .unit = "1/yr",
                                            .min = 0,
                                            .max = 1000,
                                            .draws = true,
                                            .meaning = "Speed of adjustment between the two."},
                                           {.name = NULL}};
static const struct key flow_keys[] = {
    TITLE_KEY,
    {.name = "commodity", .kind = KEY_REFERENCE, .target = "commodities", .meaning = "What it moves."},
    {.name = "from", .kind = KEY_NAME, .meaning = "Country of the exporter."},
    {.name = "to", .kind = KEY_NAME, .meaning = "Country of the importer."},
    {.name = "volume",
     .kind = KEY_QUANTITY,
     .unit = "$commodity.unit/yr",
     .editable = true,
     .min = 0,
     .max = 1e300,
     .draws = true,
     .profile = true,
     .meaning = "Volume in the base year; of a profile that of the month, and shares, costs and capacities refer to "
                "its value at the base date."},
    {.name = "trend",
     .kind = KEY_QUANTITY,
     .unit = "1/yr",
     .default_value = "",
     .min = -0.9,
     .max = 1,
     .draws = true,
     .profile = true,
     .compounds = true,
     .meaning =
         "Growth of the market beyond its drivers, from the base date on; of a profile, that of the date counts."},
    {.name = "shock",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = shocks_keys,
     .meaning = "Random movement of demand beyond its drivers, around its usual level."},
    {.name = "value",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = flow_value_keys,
     .shorthand = "base",
     .plain = true,
     .meaning = "Value of a unit, if it differs from the commodity's."},
    {.name = "tariff",
     .kind = KEY_QUANTITY,
     .unit = "",
     .editable = true,
     .default_value = "0",
     .min = -1,
     .max = 10,
     .share = true,
     .min_open = true,
     .draws = true,
     .profile = true,
     .meaning = "Import duty, as a share of the value."},
    {.name = "cost_wedge",
     .kind = KEY_QUANTITY,
     .unit = "",
     .editable = true,
     .default_value = "0",
     .min = -1,
     .max = 10,
     .share = true,
     .min_open = true,
     .draws = true,
     .profile = true,
     .meaning = "Any other wedge as a share of the value with duty: paperwork, permits, quotas."},
    {.name = "home_share",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "100 %",
     .min = 0,
     .max = 1,
     .draws = true,
     .profile = true,
     .meaning = "Of a flow from or to home: the part of its users' gain that stays at home; the rest is the other "
                "country's."},
    {.name = "split",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "",
     .min = 0,
     .max = 1,
     .draws = true,
     .profile = true,
     .meaning = "Of a flow between two other countries: the exporter's part of its users' gain; half if absent."},
    {.name = "income",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .names = NAME_REFERENCE,
     .target = "drivers",
     .entry = income_entry,
     .meaning = "Elasticities to drivers, each to the ratio of its level to its base."},
    {.name = "response",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = response_keys,
     .meaning = "Response of demand to the delivered price; none if absent."},
    {.name = "season",
     .kind = KEY_FACTORS,
     .default_value = "",
     .min = 12,
     .max = 12,
     .meaning = "Twelve factors, January first, on demand; normalised to mean 1."},
    ROUTES_KEYS,
    {.name = NULL}};
static const struct key flow_entry[] = {{.name = "*",
                                         .kind = KEY_SECTION,
                                         .keys = flow_keys,
                                         .meaning = "A demand for moving a commodity between two places."}};
const struct key flows_key = {.name = "flows",
                              .kind = KEY_ENTRIES,
                              .default_value = "",
                              .entry = flow_entry,
                              .meaning = "Demands for moving a commodity between two places."};

enum { FLOW_DEMAND, FLOW_SURPLUS };
#define DEMAND_KIND                                                                                                    \
    .pattern = "flows.F.demand", .subject = SUBJECT_FLOWS, .rank = 10, .words = "demand of flow F",                    \
    .heading = "F: demand", .entities = "flows.F", .unit = "$commodity.unit/yr", .rule = OUTCOME_SUM,                  \
    .better = OUTCOME_MORE, .meaning = "Demand of the flow, before any limit of capacity."
const struct outcome_kind flows_outcomes[] = {
    [FLOW_DEMAND] = {DEMAND_KIND},
    [FLOW_SURPLUS] = {.pattern = "flows.F.surplus",
                      .subject = SUBJECT_FLOWS,
                      .words = "gain of users of flow F over the base price",
                      .heading = "F: gain of users over the base price",
                      .entities = "flows.F",
                      .unit = "USD/yr",
                      .rule = OUTCOME_SUM,
                      .better = OUTCOME_MORE,
                      .meaning = "What users gain over the base price, by the rule of half; only its difference "
                                 "between two runs has a meaning."},
    {.pattern = NULL}};
/* Where no corridor sums flows up, they are what a reader asks for. */
static const struct outcome_kind demand_as_headline = {DEMAND_KIND, .headline = true, .main = MAIN_CHANGED};

struct flow {
    struct setting *setting;
    const char *name;
    const char *commodity, *counted_in; /* its name and unit: "container", "TEU" */
    const char *from, *to;
    char *unit;                                          /* of demand: "TEU/yr" */
    int volume, value, tariff, wedge, home_share, split; /* slots */
    bool responds;
    int impact, long_run, speed; /* slots */
    size_t incomes;
    size_t *income;      /* outputs of the drivers */
    int *elasticity;     /* slots */
    bool value_follows;  /* the value is multiplied by a driver's ratio */
    size_t value_driver; /* output of the drivers */
    int trend;           /* slot; -1: none */
    size_t shock;        /* of the drivers; DRIVERS_NO_SHOCK */
    struct season season;
    size_t demand, surplus; /* outcomes */
};

struct flows {
    struct flow *flow;
    size_t count;
    struct calendar calendar;
    const struct store *store;
};

/* Rows of a flow. VALUE of a unit and PRICE are those of the month; MEMORY and UPDATE are m and 1 - exp(-s D); LOG_TREND is ln G. */
enum { DEMAND, SURPLUS, VALUE, PRICE, PRICE_BASE, LOG_PRICE_BASE, MEMORY, UPDATE, LOG_TREND, FLOW_ROWS };

struct flows_state {
    const struct flows *flows;
    double (*x)[LANES];  /* [count * FLOW_ROWS] */
    const double **cost; /* [count] cost of transport of last month; NULL: none */
    bool *price_moves;   /* [count] whether the delivered price varies by month */
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

/* The value of a unit: the flow's own, else its commodity's. */
static struct fault *value_read(struct flow *flow, struct setting *setting, struct setting *commodity,
                                const struct drivers *drivers)
{
    struct setting *own = setting_find(setting, "value"), *usual = setting_find(commodity, "value");
    struct setting *value = own != NULL ? own : usual;
    const struct setting *driver = setting_find(value, "driver");
    setting_slot(usual, "base");
    flow->value = setting_slot(value, "base");
    if (driver == NULL) return NULL;
    flow->value_follows = true;
    TRY(drivers_refer(drivers, driver, &flow->value_driver));
    if (drivers_positive(drivers, flow->value_driver)) return NULL;
    return fault_at(FAULT_SCENARIO, driver->place,
                    "%s: driver %s may cross zero, so a value cannot follow its ratio; expected a price or a volume",
                    driver->path, driver->text);
}

/* Who has what of the users' gain: with home a share for home, else one for the exporter. */
static struct fault *split_read(struct flow *flow, struct setting *setting, const struct plan *plan)
{
    const struct setting *split = setting_find(setting, "split");
    const bool touches =
        plan->home != NULL && (strcmp(flow->from, plan->home) == 0 || strcmp(flow->to, plan->home) == 0);
    flow->split = split == NULL ? -1 : split->slot;
    if (split == NULL || !touches) return NULL;
    return fault_at(FAULT_SCENARIO, split->place, "%s: %s is from or to home, %s; expected `home_share`", split->path,
                    setting->path, plan->home);
}

/* What the market grew by between the base date and the first date of a profile would be a guess. */
static struct fault *trend_read(struct flow *flow, struct setting *setting, const struct plan *plan)
{
    const struct setting *trend = setting_find(setting, "trend");
    char first[8], base[8];
    flow->trend = trend == NULL ? -1 : trend->slot;
    if (trend == NULL || store_first_date(plan->store, trend->slot) <= plan->calendar.base) return NULL;
    calendar_write(store_first_date(plan->store, trend->slot), first);
    calendar_write(plan->calendar.base, base);
    return fault_at(FAULT_SCENARIO, trend->place,
                    "%s begins at %s, after time.base, %s; expected its growth from the base date on", trend->path,
                    first, base);
}

/* The flow's own tariff; else, for a flow to home from a country it is due on, fiscal.import_duty; else no duty. */
static int tariff_slot(const struct plan *plan, struct setting *setting)
{
    struct setting *own = setting_find(setting, "tariff"), *fiscal = setting_find(plan->root, "fiscal"),
                   *duty = fiscal == NULL ? NULL : setting_find(fiscal, "import_duty");
    const bool imported = plan->home != NULL && strcmp(setting_find(setting, "to")->text, plan->home) == 0;
    if (own->stated || duty == NULL || !imported) return own->slot;
    const struct setting *from = setting_find(duty, "from");
    for (size_t i = 0; i < from->children; i++)
        if (strcmp(from->child[i]->text, setting_find(setting, "from")->text) == 0) return setting_slot(duty, "rate");
    return own->slot;
}

/* An effect on a tariff that is not the flow's own would do nothing. */
static struct fault *tariff_check(const struct flow *flow, struct setting *setting)
{
    const struct setting *own = setting_find(setting, "tariff");
    if (!own->edited || flow->tariff == own->slot) return NULL;
    return fault_at(
        FAULT_SCENARIO, own->edited_at,
        "%s is edited, but flows.%s pays fiscal.import_duty.rate; expected an effect on that, or a `tariff` of "
        "the flow's own",
        own->path, flow->name);
}

/* Every country that import duty is due on sends something. */
static struct fault *import_duty_check(const struct plan *plan, const struct flows *flows)
{
    struct setting *fiscal = setting_find(plan->root, "fiscal"),
                   *duty = fiscal == NULL ? NULL : setting_find(fiscal, "import_duty");
    struct setting *from = duty == NULL || plan->home == NULL ? NULL : setting_find(duty, "from");
    struct fault *faults = NULL;
    for (size_t i = 0; from != NULL && i < from->children; i++) {
        bool sends = false;
        for (size_t f = 0; f < flows->count; f++)
            sends = sends || (strcmp(flows->flow[f].from, from->child[i]->text) == 0 &&
                              strcmp(flows->flow[f].to, plan->home) == 0);
        from->child[i]->used = true;
        if (!sends)
            faults = fault_join(faults, fault_at(FAULT_SCENARIO, from->child[i]->place,
                                                 "%s is '%s'; expected a country from which a flow comes to %s",
                                                 from->child[i]->path, from->child[i]->text, plan->home));
    }
    return faults;
}

static struct fault *flow_prepare(struct flow *flow, struct setting *setting, struct plan *plan,
                                  const struct drivers *drivers)
{
    struct setting *commodities = setting_find(plan->root, "commodities");
    struct setting *commodity = setting_find(commodities, setting_find(setting, "commodity")->text);
    flow->setting = setting;
    flow->name = setting->name;
    flow->commodity = commodity->name;
    flow->counted_in = setting_find(commodity, "unit")->text;
    flow->from = setting_find(setting, "from")->text;
    flow->to = setting_find(setting, "to")->text;
    flow->unit = strdup(setting_find(setting, "volume")->unit);
    if (flow->unit == NULL) return fault_no_memory();
    flow->volume = setting_slot(setting, "volume");
    TRY(value_read(flow, setting, commodity, drivers));
    flow->tariff = tariff_slot(plan, setting);
    flow->wedge = setting_slot(setting, "cost_wedge");
    flow->home_share = setting_slot(setting, "home_share");
    TRY(split_read(flow, setting, plan));
    TRY(tariff_check(flow, setting));
    response_read(flow, setting_find(setting, "response"));
    TRY(trend_read(flow, setting, plan));
    flow->shock = drivers_shock(drivers, flow->name);
    TRY(season_read(setting_find(setting, "season"), plan, &flow->season));
    TRY(incomes_read(flow, setting_find(setting, "income"), drivers));
    struct setting *outcomes = setting_find(plan->root, "outcomes");
    const struct setting *corridors = outcomes == NULL ? NULL : setting_find(outcomes, "corridors");
    const bool summed = corridors != NULL && corridors->children > 0;
    TRY(outcomes_declare(plan->outcomes, summed ? &flows_outcomes[FLOW_DEMAND] : &demand_as_headline, &flow->name,
                         flow->unit, &flow->demand));
    return outcomes_declare(plan->outcomes, &flows_outcomes[FLOW_SURPLUS], &flow->name, "USD/yr", &flow->surplus);
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
    flows->store = plan->store;
    flows->flow = calloc(count + 1, sizeof *flows->flow);
    if (flows->flow == NULL) return fault_no_memory();
    for (size_t i = 0; commodities != NULL && i < commodities->children; i++) commodities->child[i]->used = true;
    struct fault *faults = NULL;
    for (size_t i = 0; i < count; i++) {
        section->child[i]->used = true;
        faults = fault_join(faults, flow_prepare(&flows->flow[flows->count++], section->child[i], plan, drivers));
    }
    return faults != NULL ? faults : import_duty_check(plan, flows);
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

const char *flows_commodity(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].commodity;
}

const char *flows_counted_in(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].counted_in;
}

int flows_volume(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].volume;
}

int flows_value(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].value;
}

int flows_tariff(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].tariff;
}

int flows_home_share(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].home_share;
}

int flows_split(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].split;
}

const char *flows_from(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].from;
}

const char *flows_to(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].to;
}

struct setting *flows_setting(const struct flows *flows, size_t flow)
{
    return flows->flow[flow].setting;
}

struct fault *flows_open(const struct flows *flows, struct arena *arena, struct flows_state **out)
{
    struct flows_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->flows = flows;
    state->x = arena_rows(arena, flows->count * FLOW_ROWS);
    state->cost = arena_take(arena, flows->count, sizeof *state->cost);
    state->price_moves = arena_take(arena, flows->count, sizeof *state->price_moves);
    TRY(arena_check(arena));
    for (size_t i = 0; i < flows->count; i++) {
        const struct flow *flow = &flows->flow[i];
        state->price_moves[i] = flow->value_follows || store_varies_by_month(flows->store, flow->value) ||
                                store_varies_by_month(flows->store, flow->tariff) ||
                                store_varies_by_month(flows->store, flow->wedge);
    }
    return NULL;
}

void flows_connect(struct flows_state *state, size_t flow, const double cost[LANES])
{
    state->cost[flow] = cost;
    state->price_moves[flow] = true;
}

/* The value of a unit, by its driver (NULL: at its base). */
static void value_of(const struct flow *flow, const struct rows *rows, const struct drivers_state *drivers,
                     double value[LANES])
{
    const double *base = rows_get(rows, flow->value);
    EACH_LANE(l) value[l] = base[l];
    if (!flow->value_follows || drivers == NULL) return;
    const double *ratio = drivers_log_ratio(drivers, flow->value_driver);
    EACH_LANE(l) value[l] *= lanes_exp(ratio[l]);
}

/* The delivered price. */
static void price_of(const struct flow *flow, const struct rows *rows, const double value[LANES],
                     const double cost[LANES], double price[LANES])
{
    const double *tariff = rows_get(rows, flow->tariff), *wedge = rows_get(rows, flow->wedge);
    EACH_LANE(l) price[l] = value[l] * (1.0 + tariff[l]) * (1.0 + wedge[l]);
    if (cost != NULL) EACH_LANE(l) price[l] += cost[l];
}

/* A month more of growth at this rate. */
static void trend_grow(const double rate[LANES], double log_trend[LANES])
{
    EACH_LANE(l) log_trend[l] += lanes_log1p(rate[l]) * CALENDAR_MONTH_YEARS;
}

/* The growth from the base date to the start. */
static void trend_start(const struct flows_state *state, const struct flow *flow, const struct rows *rows,
                        double log_trend[LANES])
{
    const struct calendar *calendar = &state->flows->calendar;
    _Alignas(LANES_ALIGNMENT) double rate[LANES];
    EACH_LANE(l) log_trend[l] = 0.0;
    for (int month = calendar->base; flow->trend >= 0 && month < calendar->start; month++) {
        rows_at(rows, flow->trend, month, rate);
        trend_grow(rate, log_trend);
    }
}

void flows_start(struct flows_state *state, const struct rows *rows)
{
    for (size_t i = 0; i < state->flows->count; i++) {
        const struct flow *flow = &state->flows->flow[i];
        double(*x)[LANES] = state->x + i * FLOW_ROWS;
        const double *volume = rows_get(rows, flow->volume);
        value_of(flow, rows, NULL, x[VALUE]);
        price_of(flow, rows, x[VALUE], state->cost[i], x[PRICE_BASE]);
        EACH_LANE(l)
        {
            x[DEMAND][l] = volume[l];
            x[SURPLUS][l] = 0.0;
            x[PRICE][l] = x[PRICE_BASE][l];
            x[LOG_PRICE_BASE][l] = lanes_log(x[PRICE_BASE][l]);
            x[MEMORY][l] = 0.0;
            x[UPDATE][l] = 0.0;
        }
        trend_start(state, flow, rows, x[LOG_TREND]);
        if (!flow->responds) continue;
        const double *speed = rows_get(rows, flow->speed);
        EACH_LANE(l) x[UPDATE][l] = speed[l] * CALENDAR_MONTH_YEARS * lanes_decay(speed[l] * CALENDAR_MONTH_YEARS);
    }
}

/* R of the delivered price, and the update of its memory. */
static void respond(const struct flow *flow, const struct rows *rows, double x[][LANES], double response[LANES])
{
    const double *impact = rows_get(rows, flow->impact), *long_run = rows_get(rows, flow->long_run);
    EACH_LANE(l)
    {
        const double change = lanes_log(x[PRICE][l]) - x[LOG_PRICE_BASE][l], memory = x[MEMORY][l];
        response[l] = impact[l] * change + (long_run[l] - impact[l]) * memory;
        x[MEMORY][l] = memory + x[UPDATE][l] * (change - memory);
    }
}

/* Demand at the base price, D0; its trend then grows by the month. */
static void demand_unmoved(const struct flow *flow, const struct rows *rows, const struct drivers_state *drivers,
                           int of_year, double log_trend[LANES], double demand[LANES])
{
    const double season = flow->season.log_factor[of_year];
    _Alignas(LANES_ALIGNMENT) double log_demand[LANES];
    EACH_LANE(l) log_demand[l] = season;
    for (size_t d = 0; d < flow->incomes; d++) {
        const double *ratio = drivers_log_ratio(drivers, flow->income[d]);
        const double *elasticity = rows_get(rows, flow->elasticity[d]);
        EACH_LANE(l) log_demand[l] += elasticity[l] * ratio[l];
    }
    if (flow->trend >= 0) {
        EACH_LANE(l) log_demand[l] += log_trend[l];
        trend_grow(rows_get(rows, flow->trend), log_trend);
    }
    if (flow->shock != DRIVERS_NO_SHOCK) {
        const double *shock = drivers_log_shock(drivers, flow->shock);
        EACH_LANE(l) log_demand[l] += shock[l];
    }
    const double *volume = rows_get(rows, flow->volume);
    EACH_LANE(l) demand[l] = volume[l] * lanes_exp(log_demand[l]);
}

void flows_step(struct flows_state *state, const struct rows *rows, const struct drivers_state *drivers, int month)
{
    const int of_year = (state->flows->calendar.start + month) % CALENDAR_MONTHS_PER_YEAR;
    for (size_t i = 0; i < state->flows->count; i++) {
        const struct flow *flow = &state->flows->flow[i];
        double(*x)[LANES] = state->x + i * FLOW_ROWS;
        double *demand = x[DEMAND];
        demand_unmoved(flow, rows, drivers, of_year, x[LOG_TREND], demand);
        value_of(flow, rows, drivers, x[VALUE]);
        if (!state->price_moves[i]) continue;
        _Alignas(LANES_ALIGNMENT) double unmoved[LANES], response[LANES];
        price_of(flow, rows, x[VALUE], state->cost[i], x[PRICE]);
        EACH_LANE(l) unmoved[l] = demand[l];
        if (flow->responds) {
            respond(flow, rows, x, response);
            EACH_LANE(l) demand[l] = unmoved[l] * lanes_exp(-response[l]);
        }
        EACH_LANE(l) x[SURPLUS][l] = 0.5 * (demand[l] + unmoved[l]) * (x[PRICE_BASE][l] - x[PRICE][l]);
    }
}

const double *flows_demand(const struct flows_state *state, size_t flow)
{
    return state->x[flow * FLOW_ROWS + DEMAND];
}

const double *flows_unit_value(const struct flows_state *state, size_t flow)
{
    return state->x[flow * FLOW_ROWS + VALUE];
}

const double *flows_surplus(const struct flows_state *state, size_t flow)
{
    return state->x[flow * FLOW_ROWS + SURPLUS];
}

void flows_report(const struct flows_state *state, struct outcome_rows *rows)
{
    for (size_t i = 0; i < state->flows->count; i++) {
        rows->row[state->flows->flow[i].demand] = state->x[i * FLOW_ROWS + DEMAND];
        rows->row[state->flows->flow[i].surplus] = state->x[i * FLOW_ROWS + SURPLUS];
    }
}
