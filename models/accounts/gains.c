/* models/accounts/gains.c -- see gains.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/accounts/gains.h"

#include <stdlib.h>
#include <string.h>

enum { GAINS_USERS, GAINS_FEES, GAINS_OWNERS, GAINS };
#define GAIN(path, in_words, sentence)                                                                                 \
    {                                                                                                                  \
        .pattern = path, .subject = SUBJECT_WORTH, .words = in_words, .unit = "USD/yr", .rule = OUTCOME_SUM,           \
        .better = OUTCOME_MORE, .meaning = sentence                                                                    \
    }
const struct outcome_kind gains_outcomes[] = {
    [GAINS_USERS] = GAIN("gains.users.COUNTRY", "gain of users in COUNTRY over the base price",
                         "What users of flows from and to the country gain over the base price; only its difference "
                         "between two runs has a meaning."),
    [GAINS_FEES] = GAIN("gains.fees.COUNTRY", "fees of the legs of COUNTRY",
                        "Fees of the legs of the country, before the state takes its share; at home with transit."),
    [GAINS_OWNERS] = GAIN("gains.owners.COUNTRY", "profit of owners in COUNTRY",
                          "Producers' profit after tax: that of owners at home, and of all `other` ones."),
    {.pattern = NULL}};

#define OTHER  "other" /* the country of what belongs to none */
#define NOBODY SIZE_MAX

/* The two countries of a flow and the share of the first. */
struct shared {
    size_t first, second;
    int share;    /* slot; -1: half, or all where both are one */
    bool to_home; /* else another state takes the duty */
};

struct passage {
    size_t route, way, country; /* way: the place of the leg on the route */
    int slot;
    bool pays; /* a subsidy */
};

struct gains {
    const struct flows *flows;
    const struct energy *energy;
    const char **country;
    size_t countries, home, other; /* NOBODY: there is none */
    struct shared *shared;         /* [flows] */
    struct passage *passage;
    size_t passages;
    bool owners;
    bool *has[GAINS];       /* [countries] */
    size_t *outcome[GAINS]; /* [countries] */
};

struct gains_state {
    const struct gains *gains;
    double (*row[GAINS])[LANES]; /* [countries] */
    double (*abroad)[LANES];     /* one */
};

static size_t country_of(struct gains *gains, const char *name)
{
    size_t c = 0;
    while (c < gains->countries && strcmp(gains->country[c], name) != 0) c++;
    if (c == gains->countries) gains->country[gains->countries++] = name;
    return c;
}

static void flows_share(struct gains *gains)
{
    for (size_t f = 0; f < flows_count(gains->flows); f++) {
        struct shared *shared = &gains->shared[f];
        shared->first = country_of(gains, flows_from(gains->flows, f));
        shared->second = country_of(gains, flows_to(gains->flows, f));
        shared->share = flows_split(gains->flows, f);
        shared->to_home = shared->second == gains->home;
        if (shared->first != gains->home && !shared->to_home) continue;
        if (shared->first != gains->home) { /* home's share is that of the first */
            shared->second = shared->first;
            shared->first = gains->home;
        } else if (shared->second == gains->home) {
            shared->second = gains->other = country_of(gains, OTHER);
        }
        shared->share = flows_home_share(gains->flows, f);
    }
}

/* Where routes pass legs that charge or pay. */
static void passages_find(struct gains *gains, const struct routes *routes, const struct legs *legs)
{
    for (size_t r = 0; r < routes->count; r++)
        for (size_t i = 0; i < routes->route[r].legs; i++) {
            const struct leg *leg = &legs->leg[routes->route[r].leg[i]];
            const char *commodity = routes->flow[routes->route[r].flow].commodity;
            const int slot[2] = {leg_slot(leg, LEG_FEE, commodity), leg_slot(leg, LEG_SUBSIDY, commodity)};
            for (size_t pays = 0; pays < 2; pays++) {
                if (slot[pays] < 0) continue;
                const size_t country = country_of(gains, leg->country == NULL ? OTHER : leg->country);
                gains->passage[gains->passages++] = (struct passage){r, i, country, slot[pays], pays == 1};
            }
        }
}

static struct fault *outcomes_name(struct gains *gains, struct plan *plan)
{
    for (size_t kind = 0; kind < GAINS; kind++) {
        gains->has[kind] = calloc(gains->countries + 1, sizeof *gains->has[kind]);
        gains->outcome[kind] = calloc(gains->countries + 1, sizeof *gains->outcome[kind]);
        if (gains->has[kind] == NULL || gains->outcome[kind] == NULL) return fault_no_memory();
    }
    for (size_t f = 0; f < flows_count(gains->flows); f++)
        gains->has[GAINS_USERS][gains->shared[f].first] = gains->has[GAINS_USERS][gains->shared[f].second] = true;
    for (size_t p = 0; p < gains->passages; p++)
        if (!gains->passage[p].pays) gains->has[GAINS_FEES][gains->passage[p].country] = true;
    for (size_t c = 0; c < gains->energy->count && gains->owners; c++)
        for (size_t o = 0; o < gains->energy->commodity[c].outlets; o++)
            if (gains->energy->commodity[c].outlet[o].transit) gains->has[GAINS_FEES][gains->home] = true;
    if (gains->owners) gains->has[GAINS_OWNERS][gains->home] = gains->has[GAINS_OWNERS][gains->other] = true;
    for (size_t kind = 0; kind < GAINS; kind++)
        for (size_t c = 0; c < gains->countries; c++)
            if (gains->has[kind][c])
                TRY(outcomes_declare(plan->outcomes, &gains_outcomes[kind], &gains->country[c], "USD/yr",
                                     &gains->outcome[kind][c]));
    return NULL;
}

struct fault *gains_prepare(struct plan *plan, const struct flows *flows, const struct network *network,
                            const struct energy *energy, struct gains **out)
{
    const struct routes *routes = network_routes(network);
    struct gains *gains = calloc(1, sizeof *gains);
    size_t stops = 0;
    if (gains == NULL) return fault_no_memory();
    *out = gains;
    gains->flows = flows;
    gains->energy = energy;
    for (size_t r = 0; r < routes->count; r++) stops += routes->route[r].legs;
    gains->country = calloc(2 * flows_count(flows) + stops + 3, sizeof *gains->country);
    gains->shared = calloc(flows_count(flows) + 1, sizeof *gains->shared);
    gains->passage = calloc(2 * stops + 1, sizeof *gains->passage);
    if (gains->country == NULL || gains->shared == NULL || gains->passage == NULL) return fault_no_memory();
    gains->home = plan->home == NULL ? NOBODY : country_of(gains, plan->home);
    gains->owners = energy->count > 0 && gains->home != NOBODY;
    gains->other = gains->owners ? country_of(gains, OTHER) : NOBODY;
    flows_share(gains);
    passages_find(gains, routes, network_legs(network));
    return outcomes_name(gains, plan);
}

void gains_free(struct gains *gains)
{
    if (gains == NULL) return;
    for (size_t kind = 0; kind < GAINS; kind++) {
        free(gains->has[kind]);
        free(gains->outcome[kind]);
    }
    free(gains->country);
    free(gains->shared);
    free(gains->passage);
    free(gains);
}

struct fault *gains_open(const struct gains *gains, struct arena *arena, struct gains_state **out)
{
    struct gains_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->gains = gains;
    for (size_t kind = 0; kind < GAINS; kind++) {
        state->row[kind] = arena_rows(arena, gains->countries);
        if (state->row[kind] == NULL) return fault_no_memory();
    }
    state->abroad = arena_rows(arena, 1);
    return arena_check(arena);
}

static void users_add(struct gains_state *state, const struct rows *rows, const struct flows_state *flows,
                      const struct accounts_state *accounts)
{
    const struct gains *gains = state->gains;
    double *abroad = state->abroad[0];
    for (size_t f = 0; f < flows_count(gains->flows); f++) {
        const struct shared *shared = &gains->shared[f];
        const double *surplus = flows_surplus(flows, f);
        const double *share = shared->share < 0 ? NULL : rows_get(rows, shared->share);
        double *first = state->row[GAINS_USERS][shared->first], *second = state->row[GAINS_USERS][shared->second];
        EACH_LANE(l)
        {
            const double part = (share == NULL ? 0.5 : share[l]) * surplus[l];
            first[l] += part;
            second[l] += surplus[l] - part;
        }
        if (shared->to_home) continue; /* home's own duty is in its account */
        const double *tariff = rows_get(rows, flows_tariff(gains->flows, f)), *value = accounts_flow_value(accounts, f);
        EACH_LANE(l) abroad[l] += tariff[l] * value[l];
    }
}

static void passages_add(struct gains_state *state, const struct rows *rows, const struct network_state *network)
{
    const struct gains *gains = state->gains;
    double *abroad = state->abroad[0];
    for (size_t p = 0; p < gains->passages; p++) {
        const struct passage *passage = &gains->passage[p];
        const double *amount = rows_get(rows, passage->slot),
                     *volume = network_passed(network, passage->route, passage->way);
        double *fees = state->row[GAINS_FEES][passage->country];
        if (!passage->pays)
            EACH_LANE(l) fees[l] = LANES_FMA(amount[l], volume[l], fees[l]);
        else if (passage->country != gains->home)
            EACH_LANE(l) abroad[l] -= amount[l] * volume[l];
    }
}

static void owners_add(struct gains_state *state, const struct energy_state *energy,
                       const struct accounts_state *accounts)
{
    const struct gains *gains = state->gains;
    if (!gains->owners) return;
    const struct accounts_home home = accounts_home(accounts);
    double *fees = state->row[GAINS_FEES][gains->home], *own = state->row[GAINS_OWNERS][gains->home],
           *others = state->row[GAINS_OWNERS][gains->other];
    for (size_t c = 0; c < gains->energy->count; c++) {
        const double *margin = energy_margin(energy, c), *transit = energy_transit_fees(energy, c);
        EACH_LANE(l)
        {
            others[l] += margin[l];
            fees[l] += transit[l];
        }
    }
    EACH_LANE(l)
    {
        own[l] = home.profit[l];
        others[l] -= home.profit_tax[l] + home.profit[l] + home.invested[l];
    }
}

/* What home collects for other members of its customs union, less what they collect for it. */
static void union_add(struct gains_state *state, const struct accounts_state *accounts)
{
    const struct accounts_home home = accounts_home(accounts);
    double *abroad = state->abroad[0];
    if (state->gains->home == NOBODY) return;
    EACH_LANE(l) abroad[l] += home.collected[l] - home.import_duty[l];
}

void gains_step(struct gains_state *state, const struct rows *rows, const struct flows_state *flows,
                const struct network_state *network, const struct energy_state *energy,
                const struct accounts_state *accounts)
{
    const struct gains *gains = state->gains;
    double *abroad = state->abroad[0];
    EACH_LANE(l) abroad[l] = 0.0;
    for (size_t kind = 0; kind < GAINS; kind++)
        for (size_t c = 0; c < gains->countries; c++) EACH_LANE(l) state->row[kind][c][l] = 0.0;
    users_add(state, rows, flows, accounts);
    passages_add(state, rows, network);
    owners_add(state, energy, accounts);
    union_add(state, accounts);
    for (size_t kind = 0; kind < GAINS; kind++)
        for (size_t c = 0; c < gains->countries; c++) {
            const double *row = state->row[kind][c];
            if (c != gains->home) EACH_LANE(l) abroad[l] += row[l];
        }
}

void gains_report(const struct gains_state *state, struct outcome_rows *rows)
{
    const struct gains *gains = state->gains;
    for (size_t kind = 0; kind < GAINS; kind++)
        for (size_t c = 0; c < gains->countries; c++)
            if (gains->has[kind][c]) rows->row[gains->outcome[kind][c]] = state->row[kind][c];
}

const double *gains_abroad(const struct gains_state *state)
{
    return state->abroad[0];
}
