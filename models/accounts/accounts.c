/* models/accounts/accounts.c -- see accounts.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/accounts/accounts.h"
#include "models/accounts/profit_tax.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COUNTRIES_MOST = 64 };

static const struct key origin_entry[] = {{.name = "*", .kind = KEY_NAME, .meaning = "A country."}};
static const struct key pooled_keys[] = {{.name = "share",
                                          .kind = KEY_QUANTITY,
                                          .unit = "",
                                          .editable = true,
                                          .min = 0,
                                          .max = 1,
                                          .share = true,
                                          .draws = true,
                                          .profile = true,
                                          .meaning = "What home gets of all that members collect."},
                                         {.name = "others",
                                          .kind = KEY_QUANTITY,
                                          .unit = "USD/yr",
                                          .editable = true,
                                          .min = 0,
                                          .max = 1e300,
                                          .draws = true,
                                          .profile = true,
                                          .meaning = "What the other members collect."},
                                         {.name = NULL}};
static const struct key import_duty_keys[] = {
    {.name = "from",
     .kind = KEY_LIST,
     .min = 1,
     .max = COUNTRIES_MOST,
     .entry = origin_entry,
     .shorthand = "",
     .meaning = "The countries whose goods it is due on."},
    {.name = "rate",
     .kind = KEY_QUANTITY,
     .unit = "",
     .editable = true,
     .min = -1,
     .max = 100,
     .min_open = true,
     .draws = true,
     .profile = true,
     .meaning = "The tariff, as a share of the value."},
    {.name = "pooled",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = pooled_keys,
     .meaning = "A customs union whose members share what all of them collect."},
    {.name = NULL}};
static const struct key fiscal_keys[] = {{.name = "fee_take",
                                          .kind = KEY_QUANTITY,
                                          .unit = "",
                                          .editable = true,
                                          .default_value = "100 %",
                                          .min = 0,
                                          .max = 1,
                                          .draws = true,
                                          .profile = true,
                                          .meaning = "The state's share of the fees of home legs and of transit."},
                                         {.name = "profit_tax",
                                          .kind = KEY_SECTION,
                                          .default_value = "{}",
                                          .keys = profit_tax_keys,
                                          .shorthand = "rate",
                                          .plain = true,
                                          .meaning = "Tax on the producers' profit."},
                                         {.name = "import_duty",
                                          .kind = KEY_SECTION,
                                          .default_value = "",
                                          .keys = import_duty_keys,
                                          .meaning = "The `tariff` of flows to home that state none."},
                                         {.name = NULL}};
const struct key accounts_fiscal_key = {.name = "fiscal",
                                        .kind = KEY_SECTION,
                                        .default_value = "{}",
                                        .keys = fiscal_keys,
                                        .meaning = "What the home state takes."};
const struct key accounts_coverage_keys[] = {
    {.name = "exports",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "",
     .min = 0,
     .max = 10,
     .meaning = "Share of published exports that the scenario's goods make up."},
    {.name = "imports",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "",
     .min = 0,
     .max = 10,
     .meaning = "Share of published imports, likewise."},
    {.name = NULL}};

const struct outcome_kind accounts_flow_outcomes[] = {{.pattern = "flows.F.value",
                                                       .subject = SUBJECT_FLOWS,
                                                       .words = "value of what flow F shipped",
                                                       .heading = "F: value of what was shipped",
                                                       .entities = "flows.F",
                                                       .unit = "USD/yr",
                                                       .rule = OUTCOME_SUM,
                                                       .better = OUTCOME_MORE,
                                                       .meaning = "Value of a unit times what was dispatched."},
                                                      {.pattern = NULL}};
enum {
    FISCAL_DUTY,
    FISCAL_ROYALTY,
    FISCAL_PROFIT_TAX,
    FISCAL_FEES,
    FISCAL_IMPORT_DUTY,
    FISCAL_SUBSIDIES, /* from here on it is paid */
    FISCAL_INVESTMENT,
    FISCAL_UPKEEP,
    FISCAL_DEBT_SERVICE,
    FISCAL_TOTAL,
    FISCAL_LINES
};
#define ACCOUNT(path, of_subject, is_main, of_rank, in_words, is_better, is_sampled, sentence)                         \
    {                                                                                                                  \
        .pattern = path, .subject = of_subject, .main = is_main, .rank = of_rank, .words = in_words, .unit = "USD/yr", \
        .rule = OUTCOME_SUM, .better = is_better, .headline = true, .sampled = is_sampled, .meaning = sentence         \
    }
#define FISCAL_LINE(path, in_words, is_better, sentence)                                                               \
    ACCOUNT(path, SUBJECT_FISCAL, MAIN_CHANGED, 0, in_words, is_better, false, sentence)
const struct outcome_kind accounts_fiscal_outcomes[] = {
    [FISCAL_DUTY] = FISCAL_LINE("fiscal.duty", "export duty", OUTCOME_MORE, "Export duty on energy."),
    [FISCAL_ROYALTY] = FISCAL_LINE("fiscal.royalty", "royalties", OUTCOME_MORE, "Extraction and rent taxes."),
    [FISCAL_PROFIT_TAX] =
        FISCAL_LINE("fiscal.profit-tax", "profit tax on energy", OUTCOME_MORE, "Tax on the producers' margin."),
    [FISCAL_FEES] = FISCAL_LINE("fiscal.fees", "the state's share of fees", OUTCOME_MORE,
                                "The state's share of the fees of home legs and of transit."),
    [FISCAL_IMPORT_DUTY] =
        FISCAL_LINE("fiscal.import-duty", "import duty", OUTCOME_MORE, "Tariff on the value of flows to home."),
    [FISCAL_SUBSIDIES] =
        FISCAL_LINE("fiscal.subsidies", "subsidies of home legs", OUTCOME_LESS, "What the state pays on home legs."),
    /* what a policy costs stands beside what it brings */
    [FISCAL_INVESTMENT] =
        ACCOUNT("fiscal.investment", SUBJECT_FISCAL, MAIN_ALWAYS, 0, "investment that the state pays at once",
                OUTCOME_LESS, false, "What policies spend, less what loans pay."),
    [FISCAL_UPKEEP] =
        FISCAL_LINE("fiscal.upkeep", "upkeep of what was built", OUTCOME_LESS, "Upkeep of what policies built."),
    [FISCAL_DEBT_SERVICE] = FISCAL_LINE("fiscal.debt-service", "service of loans", OUTCOME_LESS,
                                        "Interest and repayment at the prices of the base year; in the last month also "
                                        "what is still owed."),
    [FISCAL_TOTAL] = ACCOUNT("fiscal.total", SUBJECT_FISCAL, MAIN_ALWAYS, 2, "public revenue less what the state pays",
                             OUTCOME_MORE, true,
                             "Duty, royalty, profit tax, fees and import duty, less subsidies, investment, upkeep "
                             "and debt service."),
    {.pattern = NULL}};
enum { TRADE_EXPORTS, TRADE_IMPORTS, TRADE_BALANCE, TRADE_LINES };
const struct outcome_kind accounts_trade_outcomes[] = {
    [TRADE_EXPORTS] = ACCOUNT("trade.exports", SUBJECT_TRADE, MAIN_ALWAYS, 5, "value of exports", OUTCOME_MORE, false,
                              "Own energy sold abroad and flows from home; goods of the model only."),
    [TRADE_IMPORTS] = ACCOUNT("trade.imports", SUBJECT_TRADE, MAIN_ALWAYS, 0, "value of imports", OUTCOME_NEITHER,
                              false, "Flows to home; goods of the model only."),
    [TRADE_BALANCE] = ACCOUNT("trade.balance", SUBJECT_TRADE, MAIN_ALWAYS, 3, "exports less imports", OUTCOME_MORE,
                              true, "Exports less imports."),
    {.pattern = NULL}};
enum { PARTNER_EXPORTS, PARTNER_IMPORTS };
const struct outcome_kind accounts_partner_outcomes[] = {[PARTNER_EXPORTS] = {.pattern = "trade.exports.PARTNER",
                                                                              .subject = SUBJECT_TRADE,
                                                                              .words = "value of exports to PARTNER",
                                                                              .unit = "USD/yr",
                                                                              .rule = OUTCOME_SUM,
                                                                              .better = OUTCOME_MORE,
                                                                              .meaning = "Exports to that country."},
                                                         [PARTNER_IMPORTS] = {.pattern = "trade.imports.PARTNER",
                                                                              .subject = SUBJECT_TRADE,
                                                                              .words = "value of imports from PARTNER",
                                                                              .unit = "USD/yr",
                                                                              .rule = OUTCOME_SUM,
                                                                              .meaning = "Imports from that country."},
                                                         {.pattern = NULL}};

/* A route over a home leg on which something is charged or paid. */
struct passage {
    size_t route, way; /* its place on the way */
    int slot;
};

#define NOBODY SIZE_MAX

struct accounts {
    const struct flows *flows;
    const struct network *network;
    const struct energy *energy;
    const struct policies *policies;
    const char *home;
    struct profit_tax *profit_tax;
    int fee_take;                /* slot */
    int pool_share, pool_others; /* slots; -1: home keeps what it collects */
    const char **partner;
    size_t partners, buyers; /* the first `buyers` are sold to, the rest only bought from */
    struct passage *fee, *subsidy;
    size_t fees, subsidies;
    size_t *on_route;    /* [flows] in struct routes; routes->flows: none */
    size_t *sold_to;     /* [flows] partner of an export; NOBODY */
    size_t *bought_from; /* [flows] partner of an import; NOBODY */
    size_t **market;     /* [commodities][outlets] partner; NOBODY */
    size_t *flow_outcome;
    size_t fiscal[FISCAL_LINES], trade[TRADE_LINES];
    bool has[FISCAL_LINES];
    bool buys;                                 /* whether anything is imported */
    size_t *exports_outcome, *imports_outcome; /* [partners] */
};

/* Rows of what is not an outcome. */
enum { HOME_FEES, HOME_PROFIT, HOME_INVESTED, HOME_COLLECTED, HOME_ROWS };

struct accounts_state {
    const struct accounts *accounts;
    struct profit_tax_state *profit_tax;
    double (*value)[LANES];     /* [flows] value of what was shipped */
    double (*base_unit)[LANES]; /* [flows] value of a unit at the base date */
    double (*exports)[LANES];   /* [partners] */
    double (*base)[LANES];      /* [partners] at the prices of the start */
    double (*imports)[LANES];   /* [partners] */
    double (*fiscal)[LANES];    /* [FISCAL_LINES] */
    double (*trade)[LANES];     /* [TRADE_LINES] */
    double (*home)[LANES];      /* [HOME_ROWS] */
};

static size_t partner_of(struct accounts *accounts, const char *name)
{
    size_t p = 0;
    while (p < accounts->partners && strcmp(accounts->partner[p], name) != 0) p++;
    if (p == accounts->partners) accounts->partner[accounts->partners++] = name;
    return p;
}

static bool at_home(const struct accounts *accounts, const char *country)
{
    return accounts->home != NULL && country != NULL && strcmp(accounts->home, country) == 0;
}

/* Who buys what, then who sells. */
static struct fault *partners_find(struct accounts *accounts)
{
    const size_t flows = flows_count(accounts->flows), commodities = accounts->energy->count;
    size_t most = 2 * flows;
    for (size_t c = 0; c < commodities; c++) most += accounts->energy->commodity[c].outlets;
    accounts->partner = calloc(most + 1, sizeof *accounts->partner);
    accounts->sold_to = calloc(flows + 1, sizeof *accounts->sold_to);
    accounts->bought_from = calloc(flows + 1, sizeof *accounts->bought_from);
    accounts->market = calloc(commodities + 1, sizeof *accounts->market);
    if (accounts->partner == NULL || accounts->sold_to == NULL || accounts->bought_from == NULL ||
        accounts->market == NULL)
        return fault_no_memory();
    for (size_t c = 0; c < commodities; c++) {
        const struct energy_commodity *commodity = &accounts->energy->commodity[c];
        accounts->market[c] = calloc(commodity->outlets + 1, sizeof *accounts->market[c]);
        if (accounts->market[c] == NULL) return fault_no_memory();
        for (size_t o = 0; o < commodity->outlets; o++) {
            const struct energy_outlet *outlet = &commodity->outlet[o];
            const bool exported = !outlet->transit && outlet->market != NULL;
            accounts->market[c][o] = exported ? partner_of(accounts, outlet->market) : NOBODY;
        }
    }
    for (size_t f = 0; f < flows; f++) {
        const char *from = flows_from(accounts->flows, f), *to = flows_to(accounts->flows, f);
        const bool exported = at_home(accounts, from) && !at_home(accounts, to);
        accounts->sold_to[f] = exported ? partner_of(accounts, to) : NOBODY;
    }
    accounts->buyers = accounts->partners;
    for (size_t f = 0; f < flows; f++) {
        const char *from = flows_from(accounts->flows, f), *to = flows_to(accounts->flows, f);
        const bool imported = at_home(accounts, to) && !at_home(accounts, from);
        accounts->bought_from[f] = imported ? partner_of(accounts, from) : NOBODY;
    }
    return NULL;
}

/* Where routes pass home legs that charge or pay. */
static struct fault *passages_find(struct accounts *accounts)
{
    const struct routes *routes = network_routes(accounts->network);
    const struct legs *legs = network_legs(accounts->network);
    size_t most = 0;
    for (size_t r = 0; r < routes->count; r++) most += routes->route[r].legs;
    accounts->fee = calloc(most + 1, sizeof *accounts->fee);
    accounts->subsidy = calloc(most + 1, sizeof *accounts->subsidy);
    if (accounts->fee == NULL || accounts->subsidy == NULL) return fault_no_memory();
    for (size_t r = 0; r < routes->count; r++)
        for (size_t i = 0; i < routes->route[r].legs; i++) {
            const struct leg *leg = &legs->leg[routes->route[r].leg[i]];
            const char *commodity = routes->flow[routes->route[r].flow].commodity;
            if (!at_home(accounts, leg->country)) continue;
            const int fee = leg_slot(leg, LEG_FEE, commodity), subsidy = leg_slot(leg, LEG_SUBSIDY, commodity);
            if (fee >= 0) accounts->fee[accounts->fees++] = (struct passage){r, i, fee};
            if (subsidy >= 0) accounts->subsidy[accounts->subsidies++] = (struct passage){r, i, subsidy};
        }
    return NULL;
}

static struct fault *flows_declare(struct accounts *accounts, struct plan *plan)
{
    const struct routes *routes = network_routes(accounts->network);
    const size_t count = flows_count(accounts->flows);
    accounts->flow_outcome = calloc(count + 1, sizeof *accounts->flow_outcome);
    accounts->on_route = calloc(count + 1, sizeof *accounts->on_route);
    if (accounts->flow_outcome == NULL || accounts->on_route == NULL) return fault_no_memory();
    for (size_t f = 0; f < count; f++) {
        const char *name = flows_name(accounts->flows, f);
        size_t r = 0;
        while (r < routes->flows && routes->flow[r].flow != f) r++;
        accounts->on_route[f] = r;
        TRY(outcomes_declare(plan->outcomes, &accounts_flow_outcomes[0], &name, "USD/yr", &accounts->flow_outcome[f]));
    }
    return NULL;
}

/* Which lines of the public account the scenario has a use for. */
static void lines_find(struct accounts *accounts)
{
    bool transit = false, imports = false;
    for (size_t c = 0; c < accounts->energy->count; c++)
        for (size_t o = 0; o < accounts->energy->commodity[c].outlets; o++)
            transit = transit || accounts->energy->commodity[c].outlet[o].transit;
    for (size_t f = 0; f < flows_count(accounts->flows); f++)
        imports = imports || at_home(accounts, flows_to(accounts->flows, f));
    for (size_t c = 0; c < accounts->energy->count; c++)
        accounts->has[FISCAL_DUTY] = accounts->has[FISCAL_DUTY] || energy_has_duty(&accounts->energy->commodity[c]);
    accounts->has[FISCAL_ROYALTY] = accounts->has[FISCAL_PROFIT_TAX] = accounts->energy->count > 0;
    accounts->has[FISCAL_FEES] = accounts->fees > 0 || transit;
    accounts->has[FISCAL_IMPORT_DUTY] = imports;
    accounts->has[FISCAL_SUBSIDIES] = accounts->subsidies > 0;
    /* 0 without policies, so that a run with some can be compared with one that has none */
    accounts->has[FISCAL_INVESTMENT] = accounts->has[FISCAL_UPKEEP] = accounts->has[FISCAL_DEBT_SERVICE] = true;
    accounts->has[FISCAL_TOTAL] = true;
}

/* A line of trade, whose name in words says how much of published trade it covers. */
static struct fault *trade_declare(struct accounts *accounts, struct plan *plan, size_t line, const char *share)
{
    const struct outcome_kind *kind = &accounts_trade_outcomes[line];
    struct setting *outcomes = setting_find(plan->root, "outcomes");
    struct setting *coverage = outcomes == NULL ? NULL : setting_find(outcomes, "coverage");
    const struct setting *covered = coverage == NULL || share == NULL ? NULL : setting_find(coverage, share);
    char *words = NULL;
    const int made = covered == NULL
                         ? asprintf(&words, "%s (goods of the model)", kind->words)
                         : asprintf(&words, "%s (goods of the model, %.3g %% of published trade)", kind->words,
                                    100.0 * store_central(plan->store, covered->slot, plan->calendar.start));
    if (made < 0) return fault_no_memory();
    struct fault *fault = outcomes_add(plan->outcomes, kind, kind->pattern, kind->unit, words, &accounts->trade[line]);
    free(words);
    return fault;
}

static struct fault *home_declare(struct accounts *accounts, struct plan *plan)
{
    lines_find(accounts);
    for (size_t i = 0; i < FISCAL_LINES; i++)
        if (accounts->has[i])
            TRY(outcomes_declare(plan->outcomes, &accounts_fiscal_outcomes[i], NULL, "USD/yr", &accounts->fiscal[i]));
    accounts->exports_outcome = calloc(accounts->partners + 1, sizeof *accounts->exports_outcome);
    accounts->imports_outcome = calloc(accounts->partners + 1, sizeof *accounts->imports_outcome);
    if (accounts->exports_outcome == NULL || accounts->imports_outcome == NULL) return fault_no_memory();
    if (accounts->partners == 0) return NULL;
    TRY(trade_declare(accounts, plan, TRADE_EXPORTS, "exports"));
    for (size_t f = 0; f < flows_count(accounts->flows); f++)
        accounts->buys = accounts->buys || accounts->bought_from[f] != NOBODY;
    if (accounts->buys) TRY(trade_declare(accounts, plan, TRADE_IMPORTS, "imports"));
    if (accounts->buys) TRY(trade_declare(accounts, plan, TRADE_BALANCE, NULL));
    for (size_t p = 0; p < accounts->partners; p++) {
        const char *name = accounts->partner[p];
        bool sells = false;
        for (size_t f = 0; f < flows_count(accounts->flows); f++) sells = sells || accounts->bought_from[f] == p;
        accounts->exports_outcome[p] = accounts->imports_outcome[p] = NOBODY;
        if (p < accounts->buyers)
            TRY(outcomes_declare(plan->outcomes, &accounts_partner_outcomes[PARTNER_EXPORTS], &name, "USD/yr",
                                 &accounts->exports_outcome[p]));
        if (sells)
            TRY(outcomes_declare(plan->outcomes, &accounts_partner_outcomes[PARTNER_IMPORTS], &name, "USD/yr",
                                 &accounts->imports_outcome[p]));
    }
    return NULL;
}

struct fault *accounts_prepare(struct plan *plan, const struct flows *flows, const struct network *network,
                               const struct energy *energy, const struct policies *policies, struct accounts **out)
{
    struct accounts *accounts = calloc(1, sizeof *accounts);
    struct setting *fiscal = setting_find(plan->root, "fiscal"), *outcomes = setting_find(plan->root, "outcomes");
    if (accounts == NULL) return fault_no_memory();
    *out = accounts;
    accounts->flows = flows;
    accounts->network = network;
    accounts->energy = energy;
    accounts->policies = policies;
    accounts->home = plan->home;
    accounts->fee_take = setting_slot(fiscal, "fee_take");
    struct setting *duty = setting_find(fiscal, "import_duty"),
                   *pooled = duty == NULL ? NULL : setting_find(duty, "pooled");
    accounts->pool_share = pooled == NULL ? -1 : setting_slot(pooled, "share");
    accounts->pool_others = pooled == NULL ? -1 : setting_slot(pooled, "others");
    TRY(profit_tax_prepare(plan, setting_find(fiscal, "profit_tax"), energy, &accounts->profit_tax));
    TRY(flows_declare(accounts, plan));
    TRY(partners_find(accounts));
    TRY(passages_find(accounts));
    if (plan->home != NULL) return home_declare(accounts, plan);
    struct setting *coverage = outcomes == NULL ? NULL : setting_find(outcomes, "coverage");
    const struct setting *stated = fiscal->stated ? fiscal : coverage;
    if (stated == NULL) return NULL;
    return fault_at(FAULT_SCENARIO, stated->place, "%s is stated, but no country is home; expected `run: {home: ...}`",
                    stated->path);
}

void accounts_free(struct accounts *accounts)
{
    if (accounts == NULL) return;
    for (size_t c = 0; accounts->market != NULL && c < accounts->energy->count; c++) free(accounts->market[c]);
    profit_tax_free(accounts->profit_tax);
    free(accounts->market);
    free(accounts->partner);
    free(accounts->sold_to);
    free(accounts->bought_from);
    free(accounts->fee);
    free(accounts->subsidy);
    free(accounts->on_route);
    free(accounts->flow_outcome);
    free(accounts->exports_outcome);
    free(accounts->imports_outcome);
    free(accounts);
}

size_t accounts_partners(const struct accounts *accounts)
{
    return accounts->home == NULL ? 0 : accounts->buyers;
}

const char *accounts_partner(const struct accounts *accounts, size_t partner)
{
    return accounts->partner[partner];
}

struct fault *accounts_open(const struct accounts *accounts, struct arena *arena, struct accounts_state **out)
{
    const size_t flows = flows_count(accounts->flows);
    struct accounts_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->accounts = accounts;
    TRY(profit_tax_open(accounts->profit_tax, arena, &state->profit_tax));
    state->value = arena_rows(arena, flows);
    state->base_unit = arena_rows(arena, flows);
    state->exports = arena_rows(arena, accounts->partners);
    state->base = arena_rows(arena, accounts->partners);
    state->imports = arena_rows(arena, accounts->partners);
    state->fiscal = arena_rows(arena, FISCAL_LINES);
    state->trade = arena_rows(arena, TRADE_LINES);
    state->home = arena_rows(arena, HOME_ROWS);
    return arena_check(arena);
}

void accounts_start(struct accounts_state *state, const struct rows *rows)
{
    const struct flows *flows = state->accounts->flows;
    profit_tax_start(state->profit_tax);
    for (size_t f = 0; f < flows_count(flows); f++) {
        const double *value = rows_get(rows, flows_value(flows, f));
        EACH_LANE(l) state->base_unit[f][l] = value[l];
    }
}

static void clear(size_t count, double (*row)[LANES])
{
    for (size_t i = 0; i < count; i++) EACH_LANE(l) row[i][l] = 0.0;
}

static void add(double sum[LANES], const double part[LANES])
{
    EACH_LANE(l) sum[l] += part[l];
}

/* Values of flows, exports, imports and the duty on them. */
static void trade_flows(struct accounts_state *state, const struct rows *rows, const struct flows_state *flows,
                        const struct network_state *network)
{
    const struct accounts *accounts = state->accounts;
    const struct routes *routes = network_routes(accounts->network);
    for (size_t f = 0; f < flows_count(accounts->flows); f++) {
        const size_t on_route = accounts->on_route[f];
        const double *shipped = on_route < routes->flows ? network_shipped(network, on_route) : flows_demand(flows, f);
        const double *unit = flows_unit_value(flows, f), *base = state->base_unit[f];
        const size_t buyer = accounts->sold_to[f], seller = accounts->bought_from[f];
        double *value = state->value[f];
        EACH_LANE(l) value[l] = unit[l] * shipped[l];
        if (buyer != NOBODY) {
            double *at_base = state->base[buyer];
            add(state->exports[buyer], value);
            EACH_LANE(l) at_base[l] += base[l] * shipped[l];
        }
        if (seller == NOBODY) continue;
        const double *tariff = rows_get(rows, flows_tariff(accounts->flows, f));
        double *duty = state->fiscal[FISCAL_IMPORT_DUTY];
        add(state->imports[seller], value);
        EACH_LANE(l) duty[l] += tariff[l] * value[l];
    }
}

static void trade_energy(struct accounts_state *state, const struct rows *rows, const struct energy_state *energy)
{
    const struct accounts *accounts = state->accounts;
    for (size_t c = 0; c < accounts->energy->count; c++) {
        const struct energy_commodity *commodity = &accounts->energy->commodity[c];
        for (size_t o = 0; o < commodity->outlets; o++) {
            const size_t partner = accounts->market[c][o];
            if (partner == NOBODY) continue;
            add(state->exports[partner], energy_revenue(energy, c, o));
            add(state->base[partner], energy_base_revenue(energy, c, o));
        }
        add(state->fiscal[FISCAL_DUTY], energy_duty(energy, c));
        add(state->fiscal[FISCAL_ROYALTY], energy_royalty(energy, c));
        add(state->fiscal[FISCAL_FEES], energy_transit_fees(energy, c));
    }
    profit_tax_step(state->profit_tax, rows, energy, state->fiscal[FISCAL_PROFIT_TAX], state->home[HOME_PROFIT],
                    state->home[HOME_INVESTED]);
}

/* Sums of what is charged or paid on home legs. */
static void passages_add(const struct rows *rows, const struct network_state *network, size_t count,
                         const struct passage passage[], double sum[LANES])
{
    for (size_t i = 0; i < count; i++) {
        const double *amount = rows_get(rows, passage[i].slot),
                     *volume = network_passed(network, passage[i].route, passage[i].way);
        EACH_LANE(l) sum[l] = LANES_FMA(amount[l], volume[l], sum[l]);
    }
}

/* Of a customs union home gets its share of what all members collect. */
static void share_duty(struct accounts_state *state, const struct rows *rows)
{
    const struct accounts *accounts = state->accounts;
    double *duty = state->fiscal[FISCAL_IMPORT_DUTY], *collected = state->home[HOME_COLLECTED];
    EACH_LANE(l) collected[l] = duty[l];
    if (accounts->pool_share < 0) return;
    const double *share = rows_get(rows, accounts->pool_share), *others = rows_get(rows, accounts->pool_others);
    EACH_LANE(l) duty[l] = share[l] * (collected[l] + others[l]);
}

/* What policies cost the state. */
static void pay(struct accounts_state *state, const struct policies_state *policies)
{
    if (!policies_spend(state->accounts->policies)) return;
    const struct policies_money money = policies_money(policies);
    add(state->fiscal[FISCAL_INVESTMENT], money.own);
    add(state->fiscal[FISCAL_UPKEEP], money.upkeep);
    add(state->fiscal[FISCAL_DEBT_SERVICE], money.service);
}

void accounts_step(struct accounts_state *state, const struct rows *rows, const struct flows_state *flows,
                   const struct network_state *network, const struct energy_state *energy,
                   const struct policies_state *policies)
{
    const struct accounts *accounts = state->accounts;
    clear(accounts->partners, state->exports);
    clear(accounts->partners, state->base);
    clear(accounts->partners, state->imports);
    clear(FISCAL_LINES, state->fiscal);
    clear(TRADE_LINES, state->trade);
    clear(HOME_ROWS, state->home);
    trade_flows(state, rows, flows, network);
    if (accounts->home == NULL) return;
    trade_energy(state, rows, energy);
    double *fees = state->fiscal[FISCAL_FEES], *total = state->fiscal[FISCAL_TOTAL];
    passages_add(rows, network, accounts->fees, accounts->fee, fees);
    passages_add(rows, network, accounts->subsidies, accounts->subsidy, state->fiscal[FISCAL_SUBSIDIES]);
    const double *take = rows_get(rows, accounts->fee_take);
    double *all_fees = state->home[HOME_FEES];
    EACH_LANE(l)
    {
        all_fees[l] = fees[l];
        fees[l] *= take[l];
    }
    share_duty(state, rows);
    pay(state, policies);
    for (size_t i = 0; i < FISCAL_TOTAL; i++) {
        const double *line = state->fiscal[i], sign = i >= FISCAL_SUBSIDIES ? -1.0 : 1.0;
        EACH_LANE(l) total[l] += sign * line[l];
    }
    double *exports = state->trade[TRADE_EXPORTS], *imports = state->trade[TRADE_IMPORTS],
           *balance = state->trade[TRADE_BALANCE];
    for (size_t p = 0; p < accounts->partners; p++) {
        add(exports, state->exports[p]);
        add(imports, state->imports[p]);
    }
    EACH_LANE(l) balance[l] = exports[l] - imports[l];
}

void accounts_report(const struct accounts_state *state, struct outcome_rows *rows)
{
    const struct accounts *accounts = state->accounts;
    for (size_t f = 0; f < flows_count(accounts->flows); f++) rows->row[accounts->flow_outcome[f]] = state->value[f];
    if (accounts->home == NULL) return;
    for (size_t i = 0; i < FISCAL_LINES; i++)
        if (accounts->has[i]) rows->row[accounts->fiscal[i]] = state->fiscal[i];
    for (size_t i = 0; accounts->partners > 0 && i < TRADE_LINES; i++)
        if (i == TRADE_EXPORTS || accounts->buys) rows->row[accounts->trade[i]] = state->trade[i];
    for (size_t p = 0; p < accounts->partners; p++) {
        if (accounts->exports_outcome[p] != NOBODY) rows->row[accounts->exports_outcome[p]] = state->exports[p];
        if (accounts->imports_outcome[p] != NOBODY) rows->row[accounts->imports_outcome[p]] = state->imports[p];
    }
}

const double *accounts_flow_value(const struct accounts_state *state, size_t flow)
{
    return state->value[flow];
}

const double *accounts_exports(const struct accounts_state *state, size_t partner)
{
    return state->exports[partner];
}

const double *accounts_base_exports(const struct accounts_state *state, size_t partner)
{
    return state->base[partner];
}

struct accounts_home accounts_home(const struct accounts_state *state)
{
    return (struct accounts_home){.duty = state->fiscal[FISCAL_DUTY],
                                  .royalty = state->fiscal[FISCAL_ROYALTY],
                                  .profit_tax = state->fiscal[FISCAL_PROFIT_TAX],
                                  .fees = state->fiscal[FISCAL_FEES],
                                  .import_duty = state->fiscal[FISCAL_IMPORT_DUTY],
                                  .subsidies = state->fiscal[FISCAL_SUBSIDIES],
                                  .total = state->fiscal[FISCAL_TOTAL],
                                  .all_fees = state->home[HOME_FEES],
                                  .profit = state->home[HOME_PROFIT],
                                  .invested = state->home[HOME_INVESTED],
                                  .collected = state->home[HOME_COLLECTED]};
}

bool accounts_touches_home(const struct accounts *accounts, size_t flow)
{
    return at_home(accounts, flows_from(accounts->flows, flow)) || at_home(accounts, flows_to(accounts->flows, flow));
}
