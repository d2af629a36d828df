/* models/energy/energy.c -- see energy.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/energy/energy.h"

#include <stdlib.h>
#include <string.h>

/* Rows of a field, an outlet, a tranche, a leg and a commodity. */
enum { FIELD_GROWN, FIELD_RATE, FIELD_ROWS };
enum {
    OUT_GROWN,
    OUT_WANTED,
    OUT_VOLUME,
    OUT_PRICE,
    OUT_NETBACK,
    OUT_REVENUE,
    OUT_BASE_PRICE,
    OUT_BASE_REVENUE,
    OUT_NETBACK_VOLUME, /* of the year's mean netback */
    OUT_SERVED,
    OUT_ROWS
};
enum { TRANCHE_CAP, TRANCHE_NETBACK, TRANCHE_VOLUME, TRANCHE_ROWS };
enum { LINE_CAPACITY, LINE_LEFT, LINE_USED, LINE_UTILISATION, LINE_ROWS };
enum { SHARED_CAPACITY, SHARED_TAKEN, SHARED_UTILISATION, SHARED_ROWS }; /* in stock per year */
enum {
    ALL_PRODUCTION,
    ALL_SHUT_IN,
    ALL_DUTY,
    ALL_ROYALTY,
    ALL_MARGIN,
    ALL_FEES,
    ALL_HOME_SHARE,
    ALL_COST,
    ALL_SHORTFALL, /* what producers owe for volumes not delivered */
    ALL_HELD_BACK, /* by a quota */
    ALL_ROWS
};

struct commodity_state {
    double (*field)[LANES];
    double (*group)[LANES];  /* [elements] supply of groups */
    double (*exempt)[LANES]; /* [elements] of it exempt from duty */
    double (*line)[LANES];
    double (*outlet)[LANES];
    double (*tranche)[LANES];
    double (*all)[LANES];
    struct energy_price_history *history; /* [outlets] of those with indexed prices */
    struct stream_state *shock;           /* [outlets] */
    struct allocation_tranche *ask;       /* [tranches] */
    size_t *of;                           /* [tranches] outlet */
};

struct energy_state {
    const struct energy *energy;
    struct commodity_state *commodity;
    double (*shared)[LANES];
    struct allocation_work *work;
    uint64_t first;
    bool calm; /* without weather */
};

static struct fault *commodity_open(const struct energy_commodity *commodity, struct arena *arena,
                                    struct commodity_state *state)
{
    state->field = arena_rows(arena, commodity->fields * FIELD_ROWS);
    state->group = arena_rows(arena, commodity->allocation.elements);
    state->exempt = arena_rows(arena, commodity->allocation.elements);
    state->line = arena_rows(arena, commodity->legs * LINE_ROWS);
    state->outlet = arena_rows(arena, commodity->outlets * OUT_ROWS);
    state->tranche = arena_rows(arena, commodity->tranches * TRANCHE_ROWS);
    state->all = arena_rows(arena, ALL_ROWS);
    state->history = arena_take(arena, commodity->outlets, sizeof *state->history);
    state->shock = arena_take(arena, commodity->outlets, sizeof *state->shock);
    state->ask = arena_take(arena, commodity->tranches, sizeof *state->ask);
    state->of = arena_take(arena, commodity->tranches, sizeof *state->of);
    TRY(arena_check(arena));
    for (size_t o = 0; o < commodity->outlets; o++)
        if (commodity->outlet[o].shock >= 0)
            TRY(stream_state_init(&commodity->outlet[o].shock_stream, arena, &state->shock[o]));
    return NULL;
}

struct fault *energy_open(const struct energy *energy, struct arena *arena, struct energy_state **out)
{
    struct energy_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->energy = energy;
    state->commodity = arena_take(arena, energy->count, sizeof *state->commodity);
    state->work = (void *)arena_rows(arena, sizeof *state->work / sizeof(double[LANES]) + 1);
    state->shared = arena_rows(arena, energy->shareds * SHARED_ROWS);
    TRY(arena_check(arena));
    for (size_t i = 0; i < energy->count; i++) TRY(commodity_open(&energy->commodity[i], arena, &state->commodity[i]));
    return NULL;
}

void energy_calm(struct energy_state *state, bool calm)
{
    state->calm = calm;
}

void energy_start(struct energy_state *state, const struct rows *rows, const struct drivers_state *drivers,
                  uint64_t first_replication)
{
    const struct energy *energy = state->energy;
    state->first = first_replication;
    for (size_t i = 0; i < energy->count; i++) {
        const struct energy_commodity *commodity = &energy->commodity[i];
        struct commodity_state *of = &state->commodity[i];
        for (size_t f = 0; f < commodity->fields; f++) decline_curve_start(of->field[f * FIELD_ROWS + FIELD_GROWN]);
        for (size_t o = 0; o < commodity->outlets; o++) {
            const struct energy_outlet *outlet = &commodity->outlet[o];
            double(*row)[LANES] = of->outlet + o * OUT_ROWS;
            for (size_t r = 0; r < OUT_ROWS; r++) EACH_LANE(l) row[r][l] = 0.0;
            decline_curve_start(row[OUT_GROWN]);
            if (outlet->shock >= 0) stream_state_start(&outlet->shock_stream, &of->shock[o], first_replication);
            if (outlet->transit) continue;
            _Alignas(LANES_ALIGNMENT) double sum[LANES];
            const double *level = energy_price_level(&outlet->price, drivers, sum);
            if (outlet->price.form == PRICE_INDEXED) energy_price_history_start(&of->history[o], level);
            energy_price_at(&outlet->price, rows, level, row[OUT_BASE_PRICE]);
        }
    }
}

/* What fields produce, by group; and costs and home shares of those at home, weighted by it. */
static void supply(const struct energy *energy, const struct energy_commodity *commodity, struct commodity_state *state,
                   const struct rows *rows, int month)
{
    double *production = state->all[ALL_PRODUCTION], *cost = state->all[ALL_COST], *home = state->all[ALL_HOME_SHARE];
    _Alignas(LANES_ALIGNMENT) double at_home[LANES];
    EACH_LANE(l) production[l] = cost[l] = home[l] = at_home[l] = 0.0;
    for (size_t i = 0; i < commodity->allocation.elements; i++)
        EACH_LANE(l) state->group[i][l] = state->exempt[i][l] = 0.0;
    for (size_t f = 0; f < commodity->fields; f++) {
        const struct energy_field *field = &commodity->field[f];
        double(*row)[LANES] = state->field + f * FIELD_ROWS;
        double *rate = row[FIELD_RATE];
        decline_curve_step(&field->curve, rows, &energy->calendar, month, row[FIELD_GROWN], rate);
        const double *of_cost = rows_get(rows, field->cost), *of_home = rows_get(rows, field->home_share);
        EACH_LANE(l) production[l] += rate[l];
        if (!field->foreign) {
            EACH_LANE(l)
            {
                at_home[l] += rate[l];
                cost[l] += of_cost[l] * rate[l];
                home[l] += of_home[l] * rate[l];
            }
        }
        for (size_t i = 0; i < commodity->allocation.elements; i++) {
            const struct allocation_element *element = &commodity->allocation.element[i];
            if (element->is_leg || (element->fields >> f & 1) == 0) continue;
            double *group = state->group[i], *exempt = state->exempt[i];
            EACH_LANE(l) group[l] += rate[l];
            if (field->exempt) EACH_LANE(l) exempt[l] += rate[l];
        }
    }
    EACH_LANE(l)
    {
        const double divisor = at_home[l] > 0.0 ? at_home[l] : 1.0;
        cost[l] /= divisor;
        home[l] /= divisor;
    }
}

/* What an outlet wants this month, per year. */
static void want(const struct energy_state *state, const struct energy_commodity *commodity, struct commodity_state *of,
                 size_t o, const struct rows *rows, int month)
{
    const struct energy_outlet *outlet = &commodity->outlet[o];
    double(*row)[LANES] = of->outlet + o * OUT_ROWS;
    double *wanted = row[OUT_WANTED];
    if (outlet->wanted.value < 0) return;
    const struct calendar *calendar = &state->energy->calendar;
    decline_curve_step(&outlet->wanted, rows, calendar, month, row[OUT_GROWN], wanted);
    const double season = outlet->season.factor[(calendar->start + month) % CALENDAR_MONTHS_PER_YEAR];
    EACH_LANE(l) wanted[l] *= season;
    if (outlet->shock < 0 || state->calm) return;
    const double *sd = rows_get(rows, outlet->shock);
    _Alignas(LANES_ALIGNMENT) double z[2][LANES];
    stream_normals(&outlet->shock_stream, &of->shock[o], state->first, month, 0, z);
    EACH_LANE(l)
    {
        const double variance = lanes_log1p(sd[l] * sd[l]);
        wanted[l] *= lanes_exp(__builtin_sqrt(variance) * z[0][l] - 0.5 * variance);
    }
}

static size_t line_of(const struct energy_commodity *commodity, size_t leg)
{
    size_t i = 0;
    while (commodity->leg[i] != leg) i++;
    return i;
}

/* Volume, off the legs on the way. */
static void take(const struct energy_commodity *commodity, struct commodity_state *state, size_t o)
{
    const struct energy_outlet *outlet = &commodity->outlet[o];
    const double *volume = state->outlet[o * OUT_ROWS + OUT_VOLUME];
    for (size_t v = 0; v < outlet->legs; v++) {
        double(*line)[LANES] = state->line + line_of(commodity, outlet->via[v]) * LINE_ROWS;
        double *left = line[LINE_LEFT], *used = line[LINE_USED];
        EACH_LANE(l)
        {
            left[l] = left[l] > volume[l] ? left[l] - volume[l] : 0.0;
            used[l] += volume[l];
        }
    }
}

/* What the legs on the way leave. */
static void room_of(const struct energy_commodity *commodity, const struct commodity_state *state, size_t o,
                    const double most[LANES], double room[LANES])
{
    const struct energy_outlet *outlet = &commodity->outlet[o];
    EACH_LANE(l) room[l] = most[l];
    for (size_t v = 0; v < outlet->legs; v++) {
        const size_t number = line_of(commodity, outlet->via[v]);
        const double *left = state->line[number * LINE_ROWS + LINE_LEFT];
        EACH_LANE(l) room[l] = left[l] < room[l] ? left[l] : room[l];
    }
}

static void transit(const struct energy_commodity *commodity, struct commodity_state *state, const struct rows *rows)
{
    double *fees = state->all[ALL_FEES];
    EACH_LANE(l) fees[l] = 0.0;
    for (size_t o = 0; o < commodity->outlets; o++) {
        const struct energy_outlet *outlet = &commodity->outlet[o];
        if (!outlet->transit) continue;
        double(*row)[LANES] = state->outlet + o * OUT_ROWS;
        room_of(commodity, state, o, row[OUT_WANTED], row[OUT_VOLUME]);
        const double *fee = rows_get(rows, outlet->fee), *volume = row[OUT_VOLUME];
        double *revenue = row[OUT_REVENUE], *base = row[OUT_BASE_REVENUE];
        EACH_LANE(l)
        {
            revenue[l] = base[l] = fee[l] * volume[l];
            fees[l] += revenue[l];
        }
        take(commodity, state, o);
    }
}

/* Prices and netbacks of the own outlets. */
static void prices(const struct energy_commodity *commodity, struct commodity_state *state, const struct rows *rows,
                   const struct drivers_state *drivers, int month)
{
    for (size_t o = 0; o < commodity->outlets; o++) {
        const struct energy_outlet *outlet = &commodity->outlet[o];
        if (outlet->transit) continue;
        double(*row)[LANES] = state->outlet + o * OUT_ROWS;
        double *price = row[OUT_PRICE], *netback = row[OUT_NETBACK];
        _Alignas(LANES_ALIGNMENT) double sum[LANES];
        const double *level = energy_price_level(&outlet->price, drivers, sum);
        if (outlet->price.form == PRICE_INDEXED) energy_price_history_step(&state->history[o], level, month);
        energy_price_of(&outlet->price, rows, level, &state->history[o], month, price);
        EACH_LANE(l) netback[l] = price[l];
        if (outlet->tariff < 0) continue;
        const double *tariff = rows_get(rows, outlet->tariff);
        EACH_LANE(l) netback[l] = price[l] - tariff[l];
    }
}

/* Takes at most `slot` (-1: all) off the room, as the cap of tranche `t`. */
static void cap_from(struct commodity_state *state, size_t t, const struct rows *rows, int slot, double room[LANES])
{
    double *cap = state->tranche[t * TRANCHE_ROWS + TRANCHE_CAP];
    const double *most = slot < 0 ? room : rows_get(rows, slot);
    EACH_LANE(l)
    {
        cap[l] = most[l] < room[l] ? most[l] : room[l];
        room[l] -= cap[l];
    }
}

static size_t ask_for(const struct energy_commodity *commodity, struct commodity_state *state, size_t t, size_t o,
                      bool ranked)
{
    double(*row)[LANES] = state->tranche + t * TRANCHE_ROWS;
    state->of[t] = o;
    state->ask[t] = (struct allocation_tranche){.outlet = commodity->outlet[o].in_layout,
                                                .cap = row[TRANCHE_CAP],
                                                .netback = ranked ? row[TRANCHE_NETBACK] : NULL,
                                                .volume = row[TRANCHE_VOLUME]};
    return t + 1;
}

/* A ranked tranche at its netback; without any below the commodity's floor. */
static size_t ask_ranked(const struct energy_commodity *commodity, struct commodity_state *state, size_t t, size_t o,
                         const struct rows *rows, const double netback[LANES], double sign, int spread)
{
    double(*row)[LANES] = state->tranche + t * TRANCHE_ROWS;
    double *key = row[TRANCHE_NETBACK], *cap = row[TRANCHE_CAP];
    EACH_LANE(l) key[l] = netback[l];
    if (spread >= 0) {
        const double *width = rows_get(rows, spread);
        EACH_LANE(l) key[l] += sign * width[l];
    }
    const double *floor = commodity->floor < 0 ? NULL : rows_get(rows, commodity->floor);
    EACH_LANE(l) cap[l] = key[l] < (floor == NULL ? 0.0 : floor[l]) ? 0.0 : cap[l];
    return ask_for(commodity, state, t, o, true);
}

/* Ship-or-pay, whose tariff is owed anyway, and the spot volume of what room is left. */
static size_t ask_by_value(const struct energy_commodity *commodity, struct commodity_state *state, size_t t, size_t o,
                           const struct rows *rows, double room[LANES])
{
    const struct energy_outlet *outlet = &commodity->outlet[o];
    const double(*row)[LANES] = (const double(*)[LANES])(state->outlet + o * OUT_ROWS);
    if (outlet->ship_or_pay >= 0) { /* what the term does not fill of it */
        double *cap = state->tranche[t * TRANCHE_ROWS + TRANCHE_CAP];
        const double *booked = rows_get(rows, outlet->ship_or_pay),
                     *term = outlet->term < 0 ? NULL : rows_get(rows, outlet->term);
        EACH_LANE(l) cap[l] = booked[l];
        if (term != NULL) EACH_LANE(l) cap[l] = booked[l] > term[l] ? booked[l] - term[l] : 0.0;
        EACH_LANE(l)
        {
            cap[l] = cap[l] < room[l] ? cap[l] : room[l];
            room[l] -= cap[l];
        }
        t = ask_ranked(commodity, state, t, o, rows, row[OUT_PRICE], 0.0, -1);
    }
    if (outlet->spread < 0) {
        cap_from(state, t, rows, -1, room);
        return ask_ranked(commodity, state, t, o, rows, row[OUT_NETBACK], 0.0, -1);
    }
    for (int third = -1; third <= 1; third++) {
        double *cap = state->tranche[t * TRANCHE_ROWS + TRANCHE_CAP];
        EACH_LANE(l) cap[l] = room[l] / 3.0;
        t = ask_ranked(commodity, state, t, o, rows, row[OUT_NETBACK], third, outlet->spread);
    }
    return t;
}

/* What the smallest leg on its way, after transit, and its wishes leave for it. */
static void room_for(const struct energy_commodity *commodity, const struct commodity_state *state, size_t o,
                     double room[LANES])
{
    room_of(commodity, state, o, state->all[ALL_PRODUCTION], room);
    if (commodity->outlet[o].wanted.value < 0) return;
    const double *wanted = state->outlet[o * OUT_ROWS + OUT_WANTED];
    EACH_LANE(l) room[l] = wanted[l] < room[l] ? wanted[l] : room[l];
}

/* Lists the tranches and allocates. Classes: `first`, then terms and contracts, then by value. */
static void allocate(const struct energy_commodity *commodity, struct commodity_state *state,
                     struct allocation_work *work, const struct rows *rows)
{
    const double *element[ALLOCATION_ELEMENTS];
    _Alignas(LANES_ALIGNMENT) double room[ALLOCATION_OUTLETS][LANES];
    size_t t = 0;
    for (size_t i = 0; i < commodity->allocation.elements; i++) {
        const struct allocation_element *of = &commodity->allocation.element[i];
        element[i] = of->is_leg ? state->line[of->leg * LINE_ROWS + LINE_LEFT] : state->group[i];
    }
    for (size_t o = 0; o < commodity->outlets; o++) {
        const struct energy_outlet *outlet = &commodity->outlet[o];
        if (outlet->transit) continue;
        room_for(commodity, state, o, room[outlet->in_layout]);
        if (!outlet->first) continue;
        cap_from(state, t, rows, -1, room[outlet->in_layout]);
        t = ask_for(commodity, state, t, o, false);
    }
    for (size_t o = 0; o < commodity->outlets; o++) {
        const struct energy_outlet *outlet = &commodity->outlet[o];
        const int slot = outlet->contract >= 0 ? outlet->contract : outlet->term;
        if (outlet->transit || outlet->first || slot < 0) continue;
        cap_from(state, t, rows, slot, room[outlet->in_layout]);
        t = ask_for(commodity, state, t, o, false);
    }
    const size_t fixed = t;
    for (size_t o = 0; o < commodity->outlets; o++) {
        const struct energy_outlet *outlet = &commodity->outlet[o];
        if (outlet->transit || outlet->first || outlet->contract >= 0) continue;
        t = ask_by_value(commodity, state, t, o, rows, room[outlet->in_layout]);
    }
    const double *quota = commodity->quota < 0 ? NULL : rows_get(rows, commodity->quota);
    const double *sold = allocation_run(&commodity->allocation, work, element, quota, fixed, t - fixed, state->ask);
    const double *production = state->all[ALL_PRODUCTION];
    double *shut = state->all[ALL_SHUT_IN], *held = state->all[ALL_HELD_BACK];
    EACH_LANE(l)
    {
        const double rest = production[l] - sold[l], over = quota == NULL ? 0.0 : sold[l] - quota[l];
        shut[l] = rest > ALLOCATION_ROUNDING * production[l] ? rest : 0.0;
        held[l] = over > ALLOCATION_ROUNDING * production[l] ? over : 0.0;
    }
    for (size_t o = 0; o < commodity->outlets; o++)
        if (!commodity->outlet[o].transit) EACH_LANE(l) state->outlet[o * OUT_ROWS + OUT_VOLUME][l] = 0.0;
    for (size_t k = 0; k < t; k++) {
        const double *part = state->ask[k].volume;
        double *volume = state->outlet[state->of[k] * OUT_ROWS + OUT_VOLUME];
        EACH_LANE(l) volume[l] += part[l];
    }
    for (size_t o = 0; o < commodity->outlets; o++)
        if (!commodity->outlet[o].transit) take(commodity, state, o);
}

/* What producers owe for what was not delivered: the tariff of ship-or-pay, the price of a contract's minimum. */
static void shortfalls(const struct energy_commodity *commodity, struct commodity_state *state, const struct rows *rows)
{
    double *owed = state->all[ALL_SHORTFALL];
    EACH_LANE(l) owed[l] = 0.0;
    for (size_t o = 0; o < commodity->outlets; o++) {
        const struct energy_outlet *outlet = &commodity->outlet[o];
        const double(*row)[LANES] = (const double(*)[LANES])(state->outlet + o * OUT_ROWS);
        const double *volume = row[OUT_VOLUME], *price = row[OUT_PRICE];
        if (outlet->foreign) continue;
        if (!outlet->transit && outlet->ship_or_pay >= 0 && outlet->tariff >= 0) {
            const double *booked = rows_get(rows, outlet->ship_or_pay), *tariff = rows_get(rows, outlet->tariff);
            EACH_LANE(l) owed[l] += booked[l] > volume[l] ? tariff[l] * (booked[l] - volume[l]) : 0.0;
        }
        if (!outlet->transit && outlet->minimum >= 0) {
            const double *share = rows_get(rows, outlet->minimum), *contract = rows_get(rows, outlet->contract);
            EACH_LANE(l)
            {
                const double least = share[l] * contract[l];
                owed[l] += least > volume[l] && price[l] > 0.0 ? price[l] * (least - volume[l]) : 0.0;
            }
        }
    }
}

/* The duty on a unit. */
static void duty_at(const struct energy_duty *duty, const struct rows *rows, const double level[LANES],
                    double unit[LANES])
{
    EACH_LANE(l) unit[l] = 0.0;
    for (size_t b = 0; b < duty->bands; b++) {
        const double from = duty->level[b], *of_band = rows_get(rows, duty->duty[b]);
        EACH_LANE(l) unit[l] = level[l] >= from ? of_band[l] : unit[l];
    }
    if (duty->slope < 0) return;
    const double *slope = rows_get(rows, duty->slope);
    const double *from = duty->from < 0 ? NULL : rows_get(rows, duty->from),
                 *to = duty->to < 0 ? NULL : rows_get(rows, duty->to);
    EACH_LANE(l) unit[l] = slope[l] * (to != NULL && level[l] > to[l] ? to[l] : level[l]);
    if (from != NULL) EACH_LANE(l) unit[l] = level[l] < from[l] ? 0.0 : unit[l];
}

/* Exports less what exempt fields can send there, times the duty on a unit. */
static void charge_duty(const struct energy_commodity *commodity, struct commodity_state *state,
                        const struct rows *rows, const struct drivers_state *drivers)
{
    double *duty = state->all[ALL_DUTY];
    EACH_LANE(l) duty[l] = 0.0;
    if (!energy_has_duty(commodity)) return;
    const double *element[ALLOCATION_ELEMENTS], *exported[ALLOCATION_OUTLETS] = {NULL};
    _Alignas(LANES_ALIGNMENT) double exports[LANES], exempt[LANES];
    for (size_t i = 0; i < commodity->allocation.elements; i++) {
        const struct allocation_element *of = &commodity->allocation.element[i];
        element[i] = of->is_leg ? state->line[of->leg * LINE_ROWS + LINE_CAPACITY] : state->exempt[i];
    }
    EACH_LANE(l) exports[l] = 0.0;
    for (size_t o = 0; o < commodity->outlets; o++) {
        const struct energy_outlet *outlet = &commodity->outlet[o];
        if (outlet->transit || outlet->market == NULL) continue;
        const double *volume = state->outlet[o * OUT_ROWS + OUT_VOLUME];
        exported[outlet->in_layout] = volume;
        EACH_LANE(l) exports[l] += volume[l];
    }
    allocation_flow(&commodity->allocation, element, exported, exempt);
    duty_at(&commodity->duty, rows, drivers_level(drivers, commodity->duty.driver), duty);
    EACH_LANE(l) duty[l] *= exports[l] > exempt[l] ? exports[l] - exempt[l] : 0.0;
}

/* Revenues, royalty, duty and the producers' margin. */
static void account(const struct energy_commodity *commodity, struct commodity_state *state, const struct rows *rows,
                    const struct drivers_state *drivers)
{
    double *royalty = state->all[ALL_ROYALTY], *margin = state->all[ALL_MARGIN];
    const double *share = rows_get(rows, commodity->royalty);
    _Alignas(LANES_ALIGNMENT) double value[LANES], sold[LANES];
    EACH_LANE(l) value[l] = sold[l] = 0.0;
    for (size_t o = 0; o < commodity->outlets; o++) {
        if (commodity->outlet[o].transit) continue;
        double(*row)[LANES] = state->outlet + o * OUT_ROWS;
        const double *volume = row[OUT_VOLUME], *price = row[OUT_PRICE], *netback = row[OUT_NETBACK],
                     *base = row[OUT_BASE_PRICE];
        double *revenue = row[OUT_REVENUE], *base_revenue = row[OUT_BASE_REVENUE], *weighted = row[OUT_NETBACK_VOLUME];
        EACH_LANE(l)
        {
            revenue[l] = price[l] * volume[l];
            base_revenue[l] = base[l] * volume[l];
            weighted[l] = netback[l] * volume[l];
        }
        if (commodity->outlet[o].foreign) continue;
        EACH_LANE(l)
        {
            value[l] += weighted[l];
            sold[l] += volume[l];
        }
    }
    shortfalls(commodity, state, rows);
    charge_duty(commodity, state, rows, drivers);
    const double *duty = state->all[ALL_DUTY], *cost = state->all[ALL_COST], *owed = state->all[ALL_SHORTFALL];
    EACH_LANE(l)
    {
        royalty[l] = value[l] > 0.0 ? share[l] * value[l] : 0.0; /* the state does not pay for a loss */
        margin[l] = value[l] - duty[l] - royalty[l] - cost[l] * sold[l] - owed[l];
    }
}

/* How far wishes were met, and how full the legs are. */
static void measure(const struct energy_commodity *commodity, struct commodity_state *state, const struct rows *rows)
{
    for (size_t o = 0; o < commodity->outlets; o++) {
        const struct energy_outlet *outlet = &commodity->outlet[o];
        double(*row)[LANES] = state->outlet + o * OUT_ROWS;
        if (outlet->wanted.value < 0 && outlet->contract < 0) continue;
        const double *wanted = outlet->contract >= 0 ? rows_get(rows, outlet->contract) : row[OUT_WANTED],
                     *volume = row[OUT_VOLUME];
        double *served = row[OUT_SERVED];
        EACH_LANE(l) served[l] = wanted[l] > 0.0 ? volume[l] / wanted[l] : 1.0;
    }
    for (size_t i = 0; i < commodity->legs; i++) {
        double(*line)[LANES] = state->line + i * LINE_ROWS;
        const double *capacity = line[LINE_CAPACITY], factor = 1.0 / commodity->factor[i];
        double *used = line[LINE_USED], *part = line[LINE_UTILISATION];
        EACH_LANE(l) part[l] = capacity[l] > 0.0 ? used[l] / capacity[l] : 0.0;
        if (commodity->use[i] < 0) {
            EACH_LANE(l) used[l] *= factor;
            continue;
        }
        const double *use = rows_get(rows, commodity->use[i]), convert = commodity->factor[i];
        EACH_LANE(l) used[l] *= use[l] * convert;
    }
}

/* What the legs offer a commodity, in its unit per year: of a shared one what others have left. */
static void open_legs(const struct energy_state *state, const struct energy_commodity *commodity,
                      struct commodity_state *of, const struct rows *rows, const struct drivers_state *drivers)
{
    for (size_t j = 0; j < commodity->legs; j++) {
        double(*line)[LANES] = of->line + j * LINE_ROWS;
        double *capacity = line[LINE_CAPACITY], *left = line[LINE_LEFT], *used = line[LINE_USED];
        const double factor = commodity->factor[j];
        if (commodity->shared[j] == ENERGY_NONE) {
            leg_capacity(&state->energy->leg->leg[commodity->leg[j]], rows, drivers, false, capacity);
        } else {
            const double(*shared)[LANES] = (const double(*)[LANES])(state->shared + commodity->shared[j] * SHARED_ROWS);
            leg_left(shared[SHARED_CAPACITY], shared[SHARED_TAKEN], capacity);
        }
        if (commodity->use[j] < 0) {
            EACH_LANE(l) capacity[l] *= factor;
        } else {
            const double *use = rows_get(rows, commodity->use[j]);
            EACH_LANE(l) capacity[l] /= use[l] * factor;
        }
        EACH_LANE(l)
        {
            left[l] = capacity[l];
            used[l] = 0.0;
        }
    }
}

/* Notes for those who come later what the commodity took of shared legs. */
static void close_legs(const struct energy_state *state, const struct energy_commodity *commodity,
                       const struct commodity_state *of)
{
    for (size_t j = 0; j < commodity->legs; j++) {
        if (commodity->shared[j] == ENERGY_NONE) continue;
        const double *used = of->line[j * LINE_ROWS + LINE_USED];
        double *taken = state->shared[commodity->shared[j] * SHARED_ROWS + SHARED_TAKEN];
        EACH_LANE(l) taken[l] += used[l];
    }
}

static void commodities_step(struct energy_state *state, bool before, const struct rows *rows,
                             const struct drivers_state *drivers, int month)
{
    const struct energy *energy = state->energy;
    for (size_t i = 0; i < energy->count; i++) {
        const struct energy_commodity *commodity = &energy->commodity[i];
        struct commodity_state *of = &state->commodity[i];
        if (commodity->before != before) continue;
        open_legs(state, commodity, of, rows, drivers);
        supply(energy, commodity, of, rows, month);
        for (size_t o = 0; o < commodity->outlets; o++) want(state, commodity, of, o, rows, month);
        transit(commodity, of, rows);
        prices(commodity, of, rows, drivers, month);
        allocate(commodity, of, state->work, rows);
        account(commodity, of, rows, drivers);
        measure(commodity, of, rows);
        close_legs(state, commodity, of);
    }
}

void energy_step_before(struct energy_state *state, const struct rows *rows, const struct drivers_state *drivers,
                        int month)
{
    const struct energy *energy = state->energy;
    for (size_t i = 0; i < energy->shareds; i++) {
        const struct leg *leg = &energy->leg->leg[energy->shared[i].leg];
        double *taken = state->shared[i * SHARED_ROWS + SHARED_TAKEN],
               *for_flows = leg->taken < 0 ? NULL : rows_signal(rows, leg->taken);
        EACH_LANE(l) taken[l] = 0.0;
        if (for_flows != NULL) EACH_LANE(l) for_flows[l] = 0.0;
        leg_capacity(leg, rows, drivers, false, state->shared[i * SHARED_ROWS + SHARED_CAPACITY]);
    }
    commodities_step(state, true, rows, drivers, month);
    for (size_t i = 0; i < energy->shareds; i++) {
        const struct leg *leg = &energy->leg->leg[energy->shared[i].leg];
        const double *taken = state->shared[i * SHARED_ROWS + SHARED_TAKEN];
        if (leg->taken < 0) continue;
        double *for_flows = rows_signal(rows, leg->taken);
        EACH_LANE(l) for_flows[l] = taken[l];
    }
}

/* What flows take of shared legs. */
static void take_flows(const struct energy_state *state, const struct network_state *network)
{
    for (size_t i = 0; i < state->energy->shareds; i++) {
        const size_t queue = state->energy->shared[i].queue;
        double *taken = state->shared[i * SHARED_ROWS + SHARED_TAKEN];
        if (queue == ENERGY_NONE) continue;
        if (!state->calm) {
            const double *used = network_used(network, queue);
            EACH_LANE(l) taken[l] += used[l];
            continue;
        }
        const double *load = network_base_load(network, queue), *of = network_base_capacity(network, queue),
                     *capacity = state->shared[i * SHARED_ROWS + SHARED_CAPACITY];
        EACH_LANE(l)
        {
            const double wanted = load[l] * of[l], room = capacity[l] > taken[l] ? capacity[l] - taken[l] : 0.0;
            taken[l] += wanted < room ? wanted : room;
        }
    }
}

void energy_step(struct energy_state *state, const struct rows *rows, const struct drivers_state *drivers,
                 const struct network_state *network, int month)
{
    take_flows(state, network);
    commodities_step(state, false, rows, drivers, month);
    for (size_t i = 0; i < state->energy->shareds; i++) {
        double(*shared)[LANES] = state->shared + i * SHARED_ROWS;
        const double *capacity = shared[SHARED_CAPACITY], *taken = shared[SHARED_TAKEN];
        double *part = shared[SHARED_UTILISATION];
        EACH_LANE(l) part[l] = capacity[l] > 0.0 ? taken[l] / capacity[l] : 0.0;
    }
}

void energy_report(const struct energy_state *state, struct outcome_rows *rows)
{
    for (size_t i = 0; i < state->energy->count; i++) {
        const struct energy_commodity *commodity = &state->energy->commodity[i];
        const struct commodity_state *of = &state->commodity[i];
        rows->row[commodity->production] = of->all[ALL_PRODUCTION];
        rows->row[commodity->shut_in] = of->all[ALL_SHUT_IN];
        if (commodity->quota >= 0) rows->row[commodity->held_back] = of->all[ALL_HELD_BACK];
        for (size_t f = 0; f < commodity->fields; f++)
            rows->row[commodity->field[f].production] = of->field[f * FIELD_ROWS + FIELD_RATE];
        for (size_t o = 0; o < commodity->outlets; o++) {
            const struct energy_outlet *outlet = &commodity->outlet[o];
            const double(*row)[LANES] = (const double(*)[LANES])(of->outlet + o * OUT_ROWS);
            rows->row[outlet->outcome[OUTLET_VOLUME]] = row[OUT_VOLUME];
            rows->row[outlet->outcome[OUTLET_REVENUE]] = row[OUT_REVENUE];
            if (!outlet->transit) {
                rows->row[outlet->outcome[OUTLET_NETBACK]] = row[OUT_NETBACK_VOLUME];
                rows->weight[outlet->outcome[OUTLET_NETBACK]] = row[OUT_VOLUME];
            }
            if (outlet->wanted.value >= 0 || outlet->contract >= 0)
                rows->row[outlet->outcome[OUTLET_SERVED]] = row[OUT_SERVED];
        }
        for (size_t j = 0; j < commodity->legs; j++) {
            if (commodity->leg_outcome[j] == ENERGY_NONE) continue;
            rows->row[commodity->leg_outcome[j]] = of->line[j * LINE_ROWS + LINE_USED];
            rows->row[commodity->leg_outcome[j] + 1] = of->line[j * LINE_ROWS + LINE_UTILISATION];
        }
    }
    for (size_t i = 0; i < state->energy->shareds; i++) { /* in place of what the network says of flows alone */
        rows->row[state->energy->shared[i].used] = state->shared[i * SHARED_ROWS + SHARED_TAKEN];
        rows->row[state->energy->shared[i].utilisation] = state->shared[i * SHARED_ROWS + SHARED_UTILISATION];
    }
}

const double *energy_production(const struct energy_state *state, size_t commodity)
{
    return state->commodity[commodity].all[ALL_PRODUCTION];
}

const double *energy_shut_in(const struct energy_state *state, size_t commodity)
{
    return state->commodity[commodity].all[ALL_SHUT_IN];
}

const double *energy_held_back(const struct energy_state *state, size_t commodity)
{
    return state->commodity[commodity].all[ALL_HELD_BACK];
}

const double *energy_volume(const struct energy_state *state, size_t commodity, size_t outlet)
{
    return state->commodity[commodity].outlet[outlet * OUT_ROWS + OUT_VOLUME];
}

const double *energy_revenue(const struct energy_state *state, size_t commodity, size_t outlet)
{
    return state->commodity[commodity].outlet[outlet * OUT_ROWS + OUT_REVENUE];
}

const double *energy_base_revenue(const struct energy_state *state, size_t commodity, size_t outlet)
{
    return state->commodity[commodity].outlet[outlet * OUT_ROWS + OUT_BASE_REVENUE];
}

bool energy_has_duty(const struct energy_commodity *commodity)
{
    return commodity->duty.bands > 0 || commodity->duty.slope >= 0;
}

const double *energy_duty(const struct energy_state *state, size_t commodity)
{
    return state->commodity[commodity].all[ALL_DUTY];
}

const double *energy_royalty(const struct energy_state *state, size_t commodity)
{
    return state->commodity[commodity].all[ALL_ROYALTY];
}

const double *energy_margin(const struct energy_state *state, size_t commodity)
{
    return state->commodity[commodity].all[ALL_MARGIN];
}

const double *energy_transit_fees(const struct energy_state *state, size_t commodity)
{
    return state->commodity[commodity].all[ALL_FEES];
}

const double *energy_home_share(const struct energy_state *state, size_t commodity)
{
    return state->commodity[commodity].all[ALL_HOME_SHARE];
}
