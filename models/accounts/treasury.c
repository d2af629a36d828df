/* models/accounts/treasury.c -- see treasury.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/accounts/treasury.h"

#include <stdlib.h>
#include <string.h>

#define PER_YEAR ((double)CALENDAR_MONTHS_PER_YEAR)

/* ---- keys ---- */

#define SHARE_KEY(key_name, most, sentence)                                                                            \
    {                                                                                                                  \
        .name = key_name, .kind = KEY_QUANTITY, .unit = "", .editable = true, .min = 0, .max = most, .draws = true,    \
        .profile = true, .meaning = sentence                                                                           \
    }
#define RATE_KEY(key_name, sentence)                                                                                   \
    {                                                                                                                  \
        .name = key_name, .kind = KEY_QUANTITY, .unit = "1/yr", .editable = true, .min = -0.5, .max = 1,               \
        .draws = true, .profile = true, .compounds = true, .meaning = sentence                                         \
    }
static const struct key gdp_keys[] = {
    {.name = "start",
     .kind = KEY_QUANTITY,
     .unit = "USD/yr",
     .min = 0,
     .max = 1e300,
     .min_open = true,
     .draws = true,
     .meaning = "Gross domestic product of the base year."},
    {.name = "driver",
     .kind = KEY_REFERENCE,
     .target = "drivers",
     .meaning = "The driver whose ratio to its base it follows."},
    {.name = "trend",
     .kind = KEY_QUANTITY,
     .unit = "1/yr",
     .default_value = "",
     .min = -0.5,
     .max = 1,
     .draws = true,
     .profile = true,
     .compounds = true,
     .meaning = "Growth of its trend, which is its value before the first month; needed by `budget`."},
    {.name = NULL}};
static const struct key line_entry[] = {{.name = "*",
                                         .kind = KEY_CHOICE,
                                         .choices = "duty royalty profit-tax fees import-duty",
                                         .meaning = "A line of the public account."}};
static const struct key cut_off_keys[] = {
    {.name = "driver", .kind = KEY_REFERENCE, .target = "drivers", .meaning = "The price, such as brent."},
    {.name = "price",
     .kind = KEY_QUANTITY,
     .unit = "$driver.start|unit",
     .editable = true,
     .min = 0,
     .max = 1e300,
     .min_open = true,
     .draws = true,
     .profile = true,
     .meaning = "The price at which receipts are counted; of a higher one they count in proportion."},
    {.name = NULL}};
static const struct key fund_keys[] = {
    {.name = "start",
     .kind = KEY_QUANTITY,
     .unit = "USD",
     .min = 0,
     .max = 1e300,
     .draws = true,
     .meaning = "What it holds when the run starts."},
    {.name = "receives",
     .kind = KEY_LIST,
     .min = 1,
     .max = 5,
     .entry = line_entry,
     .shorthand = "",
     .meaning = "What is paid into it, and not into the budget."},
    RATE_KEY("return", "What it earns, above inflation."),
    {.name = "guaranteed",
     .kind = KEY_QUANTITY,
     .unit = "USD/yr",
     .editable = true,
     .min = 0,
     .max = 1e300,
     .draws = true,
     .profile = true,
     .meaning = "What it transfers to the budget, as far as it holds that above its floor."},
    {.name = "targeted",
     .kind = KEY_QUANTITY,
     .unit = "USD/yr",
     .editable = true,
     .implied = true,
     .default_value = "",
     .min = 0,
     .max = 1e300,
     .draws = true,
     .profile = true,
     .meaning = "Transfers on top, such as by policies, which may take it below its floor; 0 if absent."},
    {.name = "floor",
     .kind = KEY_QUANTITY,
     .unit = "",
     .editable = true,
     .implied = true,
     .default_value = "",
     .min = 0,
     .max = 10,
     .draws = true,
     .profile = true,
     .meaning = "What it keeps, as a share of yearly gross domestic product; 0 if absent."},
    {.name = "cut_off",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = cut_off_keys,
     .meaning = "The guaranteed transfer is at most the month's receipts, counted at a price."},
    {.name = NULL}};
static const struct key budget_keys[] = {
    SHARE_KEY("revenue", 1, "Revenue but for the lines of the public account, as a share of gross domestic product."),
    SHARE_KEY("spending", 2, "Spending but for that of policies, as a share of the trend of gross domestic product."),
    {.name = NULL}};
static const struct key debt_keys[] = {
    {.name = "start",
     .kind = KEY_QUANTITY,
     .unit = "",
     .min = 0,
     .max = 10,
     .draws = true,
     .meaning = "Debt when the run starts, as a share of yearly gross domestic product."},
    RATE_KEY("rate", "Interest, above inflation."),
    {.name = NULL}};
static const struct key state_keys[] = {
    {.name = "gdp", .kind = KEY_SECTION, .keys = gdp_keys, .meaning = "Gross domestic product, at constant prices."},
    {.name = "fund",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = fund_keys,
     .meaning = "A fund that saves revenue."},
    {.name = "budget",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = budget_keys,
     .meaning = "The budget, beside what the model knows of it."},
    {.name = "debt",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = debt_keys,
     .meaning = "Debt, which deficits of the budget add to and surpluses repay."},
    {.name = NULL}};
const struct key treasury_key = {.name = "state",
                                 .kind = KEY_SECTION,
                                 .default_value = "",
                                 .keys = state_keys,
                                 .meaning = "What the home state has and owes."};

/* ---- outcomes ---- */

enum { FUND_BALANCE, FUND_RECEIPTS, FUND_TRANSFER, BUDGET_BALANCE, DEBT_BALANCE, DEBT_RATIO, DEBT_CHANGE, OUTCOMES };
const struct outcome_kind treasury_outcomes[] = {
    [FUND_BALANCE] = {.pattern = "fund.balance",
                      .subject = SUBJECT_FISCAL,
                      .main = MAIN_ALWAYS,
                      .words = "what the fund holds",
                      .unit = "USD",
                      .rule = OUTCOME_LAST,
                      .better = OUTCOME_MORE,
                      .headline = true,
                      .sampled = true,
                      .meaning = "What the fund holds at the end."},
    [FUND_RECEIPTS] = {.pattern = "fund.receipts",
                       .subject = SUBJECT_FISCAL,
                       .words = "what the fund receives",
                       .unit = "USD/yr",
                       .rule = OUTCOME_SUM,
                       .better = OUTCOME_MORE,
                       .account = true,
                       .meaning = "What is paid into the fund, but for what it earns."},
    [FUND_TRANSFER] = {.pattern = "fund.transfer",
                       .subject = SUBJECT_FISCAL,
                       .words = "transfer from the fund to the budget",
                       .heading = "Transfer from fund to budget",
                       .unit = "USD/yr",
                       .rule = OUTCOME_SUM,
                       .account = true,
                       .meaning = "What the fund transfers to the budget."},
    [BUDGET_BALANCE] = {.pattern = "budget.balance",
                        .subject = SUBJECT_FISCAL,
                        .main = MAIN_CHANGED,
                        .words = "balance of the budget before interest",
                        .heading = "Budget balance before interest",
                        .unit = "USD/yr",
                        .rule = OUTCOME_SUM,
                        .better = OUTCOME_MORE,
                        .headline = true,
                        .meaning =
                            "Revenue and transfer less spending and what policies cost, before interest on debt."},
    [DEBT_BALANCE] = {.pattern = "debt.balance",
                      .subject = SUBJECT_FISCAL,
                      .main = MAIN_CHANGED,
                      .words = "debt of the state",
                      .unit = "USD",
                      .rule = OUTCOME_LAST,
                      .better = OUTCOME_LESS,
                      .headline = true,
                      .meaning = "Debt at the end, with what is outstanding of policies' loans; below 0 it is wealth."},
    [DEBT_RATIO] = {.pattern = "debt.ratio",
                    .subject = SUBJECT_FISCAL,
                    .main = MAIN_ALWAYS,
                    .words = "debt over yearly gross domestic product",
                    .heading = "Debt over yearly product",
                    .unit = "1",
                    .rule = OUTCOME_LAST,
                    .better = OUTCOME_LESS,
                    .headline = true,
                    .sampled = true,
                    .meaning = "Debt over yearly gross domestic product, at the end."},
    [DEBT_CHANGE] = {.pattern = "debt.change",
                     .subject = SUBJECT_FISCAL,
                     .words = "change of debt over gross domestic product in twelve months",
                     .heading = "Change of debt over product",
                     .unit = "1",
                     .rule = OUTCOME_LAST,
                     .better = OUTCOME_LESS,
                     .meaning =
                         "debt.ratio less that of twelve months ago, or of the start; a debt that is not above 0 here "
                         "is stable."},
    {.pattern = NULL}};

/* ---- once per run ---- */

enum { LINES = 5 };

struct treasury {
    bool present;
    int gdp, trend; /* slots; trend -1: none */
    size_t driver;
    bool has_fund, has_budget, has_debt, cuts_off;
    int fund_start, earns, guaranteed, targeted, floor; /* slots; -1: none */
    bool receives[LINES];
    size_t cut_off_driver;
    int cut_off_price;
    int revenue, spending;
    int debt_start, rate;
    size_t outcome[OUTCOMES];
};

/* Rows of a state, beside those of outcomes. */
enum { BASE = OUTCOMES, GDP, TREND, OWED, YEAR_AGO, ROWS = YEAR_AGO + CALENDAR_MONTHS_PER_YEAR };

struct treasury_state {
    const struct treasury *treasury;
    double (*row)[LANES];
    int months; /* since the start */
};

static struct fault *fund_read(struct treasury *treasury, struct setting *fund, const struct drivers *drivers)
{
    static const char *const lines[LINES] = {"duty", "royalty", "profit-tax", "fees", "import-duty"};
    struct setting *receives = setting_find(fund, "receives"), *cut_off = setting_find(fund, "cut_off");
    treasury->has_fund = true;
    treasury->fund_start = setting_slot(fund, "start");
    treasury->earns = setting_slot(fund, "return");
    treasury->guaranteed = setting_slot(fund, "guaranteed");
    treasury->targeted = setting_slot(fund, "targeted");
    treasury->floor = setting_slot(fund, "floor");
    for (size_t i = 0; i < receives->children; i++) {
        struct setting *line = receives->child[i];
        size_t k = 0;
        line->used = true;
        while (strcmp(lines[k], line->text) != 0) k++;
        if (treasury->receives[k])
            return fault_at(FAULT_SCENARIO, line->place,
                            "%s is '%s', which stands there already; expected each line once", line->path, line->text);
        treasury->receives[k] = true;
    }
    if (cut_off == NULL) return NULL;
    treasury->cuts_off = true;
    treasury->cut_off_price = setting_slot(cut_off, "price");
    return drivers_refer(drivers, setting_find(cut_off, "driver"), &treasury->cut_off_driver);
}

static struct fault *state_read(struct treasury *treasury, struct setting *section, const struct plan *plan,
                                const struct drivers *drivers)
{
    struct setting *gdp = setting_find(section, "gdp"), *fund = setting_find(section, "fund"),
                   *budget = setting_find(section, "budget"), *debt = setting_find(section, "debt"),
                   *driver = setting_find(gdp, "driver");
    treasury->present = true;
    if (plan->home == NULL)
        return fault_at(FAULT_SCENARIO, section->place,
                        "state is stated, but no country is home; expected `run: {home: ...}`");
    treasury->gdp = setting_slot(gdp, "start");
    treasury->trend = setting_slot(gdp, "trend");
    TRY(drivers_refer(drivers, driver, &treasury->driver));
    if (!drivers_positive(drivers, treasury->driver))
        return fault_at(FAULT_SCENARIO, driver->place,
                        "%s: driver %s may cross zero, so that it has no ratio; expected a volume, such as one of the "
                        "model growth",
                        driver->path, driver->text);
    if (fund != NULL) TRY(fund_read(treasury, fund, drivers));
    treasury->has_budget = budget != NULL;
    if (budget != NULL) {
        treasury->revenue = setting_slot(budget, "revenue");
        treasury->spending = setting_slot(budget, "spending");
        if (treasury->trend < 0)
            return fault_at(FAULT_SCENARIO, budget->place,
                            "state.budget.spending follows the trend of gross domestic product, which is not stated; "
                            "expected state.gdp.trend");
    } else if (treasury->trend >= 0) {
        return fault_at(FAULT_SCENARIO, setting_find(gdp, "trend")->place,
                        "state.gdp.trend stands without a budget that follows it; expected `state.budget` too");
    }
    treasury->has_debt = debt != NULL;
    if (debt == NULL) return NULL;
    treasury->debt_start = setting_slot(debt, "start");
    treasury->rate = setting_slot(debt, "rate");
    if (budget != NULL) return NULL;
    return fault_at(FAULT_SCENARIO, debt->place,
                    "state.debt stands without a budget that could add to it; expected `state.budget` too");
}

static bool is_reported(const struct treasury *treasury, size_t outcome)
{
    if (outcome <= FUND_TRANSFER) return treasury->has_fund;
    return outcome == BUDGET_BALANCE ? treasury->has_budget : treasury->has_debt;
}

struct fault *treasury_prepare(struct plan *plan, const struct drivers *drivers, struct treasury **out)
{
    struct setting *section = setting_find(plan->root, "state");
    struct treasury *treasury = calloc(1, sizeof *treasury);
    if (treasury == NULL) return fault_no_memory();
    *out = treasury;
    if (section == NULL) return NULL;
    TRY(state_read(treasury, section, plan, drivers));
    for (size_t i = 0; i < OUTCOMES; i++)
        if (is_reported(treasury, i))
            TRY(outcomes_declare(plan->outcomes, &treasury_outcomes[i], NULL, treasury_outcomes[i].unit,
                                 &treasury->outcome[i]));
    return NULL;
}

void treasury_free(struct treasury *treasury)
{
    free(treasury);
}

/* ---- the lanes ---- */

struct fault *treasury_open(const struct treasury *treasury, struct arena *arena, struct treasury_state **out)
{
    struct treasury_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->treasury = treasury;
    state->row = arena_rows(arena, treasury->present ? ROWS : 0);
    return arena_check(arena);
}

/* Gross domestic product per year. */
static void produce(struct treasury_state *state, const struct rows *rows, const struct drivers_state *drivers)
{
    const double *start = rows_get(rows, state->treasury->gdp),
                 *level = drivers_level(drivers, state->treasury->driver), *base = state->row[BASE];
    double *gdp = state->row[GDP];
    EACH_LANE(l) gdp[l] = start[l] * level[l] / base[l];
}

void treasury_start(struct treasury_state *state, const struct rows *rows, const struct drivers_state *drivers)
{
    const struct treasury *treasury = state->treasury;
    double(*row)[LANES] = state->row;
    if (!treasury->present) return;
    for (size_t i = 0; i < ROWS; i++) EACH_LANE(l) row[i][l] = 0.0;
    state->months = 0;
    drivers_base(drivers, treasury->driver, row[BASE]);
    produce(state, rows, drivers);
    memcpy(row[TREND], row[GDP], sizeof row[TREND]);
    if (treasury->has_fund) memcpy(row[FUND_BALANCE], rows_get(rows, treasury->fund_start), sizeof row[FUND_BALANCE]);
    if (!treasury->has_debt) return;
    const double *share = rows_get(rows, treasury->debt_start), *gdp = row[GDP];
    EACH_LANE(l)
    {
        row[DEBT_RATIO][l] = share[l];
        row[DEBT_BALANCE][l] = row[OWED][l] = share[l] * gdp[l];
    }
    for (size_t m = 0; m < CALENDAR_MONTHS_PER_YEAR; m++) memcpy(row[YEAR_AGO + m], share, sizeof row[YEAR_AGO]);
}

/* (1 + rate)^(1/12) */
static void monthly(const struct rows *rows, int slot, double factor[LANES])
{
    const double *rate = rows_get(rows, slot);
    EACH_LANE(l) factor[l] = lanes_exp(lanes_log1p(rate[l]) * CALENDAR_MONTH_YEARS);
}

/* A month of the fund, of what it received; rates per year, stocks at its end. */
static void save(struct treasury_state *state, const struct rows *rows, const struct drivers_state *drivers)
{
    const struct treasury *treasury = state->treasury;
    _Alignas(LANES_ALIGNMENT) double factor[LANES], most[LANES];
    double *fund = state->row[FUND_BALANCE], *transfer = state->row[FUND_TRANSFER];
    const double *receipts = state->row[FUND_RECEIPTS], *gdp = state->row[GDP],
                 *guaranteed = rows_get(rows, treasury->guaranteed),
                 *floor = treasury->floor < 0 ? NULL : rows_get(rows, treasury->floor),
                 *targeted = treasury->targeted < 0 ? NULL : rows_get(rows, treasury->targeted);
    monthly(rows, treasury->earns, factor);
    EACH_LANE(l) most[l] = guaranteed[l];
    if (treasury->cuts_off) {
        const double *price = drivers_level(drivers, treasury->cut_off_driver),
                     *cut = rows_get(rows, treasury->cut_off_price);
        EACH_LANE(l)
        {
            const double counted = price[l] > cut[l] ? receipts[l] * (cut[l] / price[l]) : receipts[l];
            most[l] = counted < most[l] ? counted : most[l];
        }
    }
    EACH_LANE(l)
    {
        const double holds = fund[l] * factor[l] + receipts[l] / PER_YEAR,
                     above = holds - (floor == NULL ? 0.0 : floor[l] * gdp[l]), wanted = most[l] / PER_YEAR;
        const double free = above > 0.0 ? above : 0.0, paid = wanted < free ? wanted : free, left = holds - paid;
        const double extra = targeted == NULL ? 0.0 : targeted[l] / PER_YEAR;
        const double on_top = extra < left ? extra : left;
        transfer[l] = (paid + on_top) * PER_YEAR;
        fund[l] = left - on_top;
    }
}

/* Lines of the public account go to the fund or to the budget. */
static void receive(struct treasury_state *state, const struct accounts_state *accounts, double to_budget[LANES])
{
    const struct accounts_home home = accounts_home(accounts);
    const double *const line[LINES] = {home.duty, home.royalty, home.profit_tax, home.fees, home.import_duty};
    double *receipts = state->row[FUND_RECEIPTS];
    EACH_LANE(l) receipts[l] = to_budget[l] = 0.0;
    for (size_t i = 0; i < LINES; i++) {
        double *to = state->treasury->receives[i] ? receipts : to_budget;
        const double *of = line[i];
        EACH_LANE(l) to[l] += of[l];
    }
    EACH_LANE(l) to_budget[l] -= home.subsidies[l];
}

/* The budget of a month, with what `lines` bring it, per year. */
static void balance(struct treasury_state *state, const struct rows *rows, const struct policies_state *policies,
                    const double lines[LANES])
{
    const struct treasury *treasury = state->treasury;
    _Alignas(LANES_ALIGNMENT) double growth[LANES];
    const struct policies_money money = policies_money(policies);
    const double *revenue = rows_get(rows, treasury->revenue), *spending = rows_get(rows, treasury->spending),
                 *gdp = state->row[GDP], *transfer = state->row[FUND_TRANSFER];
    double *trend = state->row[TREND], *left = state->row[BUDGET_BALANCE];
    monthly(rows, treasury->trend, growth);
    EACH_LANE(l)
    {
        trend[l] *= growth[l];
        left[l] = revenue[l] * gdp[l] + lines[l] + transfer[l] - spending[l] * trend[l] - money.own[l] -
                  money.upkeep[l] - (money.service[l] - money.settled[l]);
    }
}

static void borrow(struct treasury_state *state, const struct rows *rows, const struct policies_state *policies)
{
    _Alignas(LANES_ALIGNMENT) double factor[LANES];
    const double *left = state->row[BUDGET_BALANCE], *gdp = state->row[GDP],
                 *loans = policies_money(policies).outstanding;
    double *owed = state->row[OWED], *debt = state->row[DEBT_BALANCE], *ratio = state->row[DEBT_RATIO],
           *change = state->row[DEBT_CHANGE], *ago = state->row[YEAR_AGO + state->months % CALENDAR_MONTHS_PER_YEAR];
    monthly(rows, state->treasury->rate, factor);
    EACH_LANE(l)
    {
        owed[l] = owed[l] * factor[l] - left[l] / PER_YEAR;
        debt[l] = owed[l] + loans[l];
        ratio[l] = debt[l] / gdp[l];
        change[l] = ratio[l] - ago[l];
        ago[l] = ratio[l];
    }
}

void treasury_step(struct treasury_state *state, const struct rows *rows, const struct drivers_state *drivers,
                   const struct accounts_state *accounts, const struct policies_state *policies)
{
    const struct treasury *treasury = state->treasury;
    _Alignas(LANES_ALIGNMENT) double lines[LANES];
    if (!treasury->present) return;
    produce(state, rows, drivers);
    receive(state, accounts, lines);
    if (treasury->has_fund) save(state, rows, drivers);
    if (treasury->has_budget) balance(state, rows, policies, lines);
    if (treasury->has_debt) borrow(state, rows, policies);
    state->months++;
}

void treasury_report(const struct treasury_state *state, struct outcome_rows *rows)
{
    for (size_t i = 0; state->treasury->present && i < OUTCOMES; i++)
        if (is_reported(state->treasury, i)) rows->row[state->treasury->outcome[i]] = state->row[i];
}
