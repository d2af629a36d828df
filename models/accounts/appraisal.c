/* models/accounts/appraisal.c -- see appraisal.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/accounts/appraisal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Whose view, and which discount rate. */
enum { FISCAL, PROJECT, NATIONAL, ALL, COSTS, VIEWS };
enum { LOW, MIDDLE, HIGH, RATES };
#define VALUE(view, rate) ((view)*RATES + (rate))

#define NPV(view, rate, path, is_main, of_rank, in_words, of_title, better_is, is_headline, sentence)                  \
    [VALUE(view, rate)] = {.pattern = path,                                                                            \
                           .subject = SUBJECT_WORTH,                                                                   \
                           .main = is_main,                                                                            \
                           .rank = of_rank,                                                                            \
                           .words = in_words,                                                                          \
                           .heading = of_title,                                                                        \
                           .unit = "USD/yr",                                                                           \
                           .rule = OUTCOME_SUM,                                                                        \
                           .better = better_is,                                                                        \
                           .headline = is_headline,                                                                    \
                           .horizon_only = true,                                                                       \
                           .meaning = sentence}
#define NPVS(view, name, is_main, of_rank, words, title, better_is, is_headline, sentence)                             \
    NPV(view, LOW, name "-low", MAIN_NOT, 0, words " at the lowest discount rate", title " at the lowest rate",        \
        better_is, false, "As " name ", at the first rate."),                                                          \
        NPV(view, MIDDLE, name, is_main, of_rank, words, title, better_is, is_headline, sentence),                     \
        NPV(view, HIGH, name "-high", MAIN_NOT, 0, words " at the highest discount rate",                              \
            title " at the highest rate", better_is, false, "As " name ", at the third rate.")
const struct outcome_kind appraisal_outcomes[] = {
    NPVS(FISCAL, "npv.fiscal", MAIN_ALWAYS, 0, "present value of the public account", "Present value, public account",
         OUTCOME_MORE, true, "fiscal.total, discounted; only its difference between two runs has a meaning."),
    NPVS(PROJECT, "npv.project", MAIN_ALWAYS, 0, "present value of fees less investment and upkeep",
         "Present value of fees less costs", OUTCOME_MORE, true,
         "Fees of home legs and transit, less investment and upkeep, with what is left at the end; only its difference "
         "between two runs has a meaning."),
    NPVS(NATIONAL, "npv.national", MAIN_ALWAYS, 1, "present value of gains of the home country",
         "Present value of gains at home", OUTCOME_MORE, true,
         "Of state, owners and users at home, less investment and upkeep, with what is left at the end; only its "
         "difference between two runs has a meaning."),
    NPVS(
        ALL, "npv.all", MAIN_ALWAYS, 3, "present value of gains of all countries", "Present value of gains everywhere",
        OUTCOME_MORE, true,
        "npv.national with what users, legs, owners and states gain abroad; only its difference between two runs has a "
        "meaning."),
    NPVS(COSTS, "npv.costs", MAIN_ALWAYS, 2, "present value of investment and upkeep", "Present value of costs",
         OUTCOME_LESS, false,
         "Investment and upkeep of policies, less what is left at the end; 0 where nothing is spent."),
    [VALUE(VIEWS, 0)] = {.pattern = NULL}};

struct appraisal {
    const struct flows *flows;
    struct calendar calendar;
    bool of_home;
    double *factor[RATES]; /* [months] */
    size_t *user;          /* [users] flows from or to home */
    size_t users;
    size_t outcome[VALUE(VIEWS, 0)];
};

struct appraisal_state {
    const struct appraisal *appraisal;
    double (*row)[LANES]; /* [VIEWS * RATES] */
};

struct fault *appraisal_prepare(struct plan *plan, const struct flows *flows, const struct accounts *accounts,
                                struct appraisal **out)
{
    struct setting *run = setting_find(plan->root, "run");
    const struct setting *discount = run == NULL ? NULL : setting_find(run, "discount");
    struct appraisal *appraisal = calloc(1, sizeof *appraisal);
    if (appraisal == NULL) return fault_no_memory();
    *out = appraisal;
    appraisal->flows = flows;
    appraisal->calendar = plan->calendar;
    appraisal->of_home = discount != NULL && plan->home != NULL;
    if (!appraisal->of_home) return NULL;
    for (size_t r = 0; r < RATES; r++) {
        const double rate = store_central(plan->store, discount->child[r]->slot, plan->calendar.start);
        appraisal->factor[r] = calloc((size_t)plan->calendar.months, sizeof(double));
        if (appraisal->factor[r] == NULL) return fault_no_memory();
        for (int m = 0; m < plan->calendar.months; m++)
            appraisal->factor[r][m] = exp(-log1p(rate) * CALENDAR_MONTH_YEARS * m);
    }
    appraisal->user = calloc(flows_count(flows) + 1, sizeof *appraisal->user);
    if (appraisal->user == NULL) return fault_no_memory();
    for (size_t f = 0; f < flows_count(flows); f++)
        if (accounts_touches_home(accounts, f)) appraisal->user[appraisal->users++] = f;
    for (size_t i = 0; i < VALUE(VIEWS, 0); i++)
        TRY(outcomes_declare(plan->outcomes, &appraisal_outcomes[i], NULL, "USD/yr", &appraisal->outcome[i]));
    return NULL;
}

void appraisal_free(struct appraisal *appraisal)
{
    if (appraisal == NULL) return;
    for (size_t r = 0; r < RATES; r++) free(appraisal->factor[r]);
    free(appraisal->user);
    free(appraisal);
}

struct fault *appraisal_open(const struct appraisal *appraisal, struct arena *arena, struct appraisal_state **out)
{
    struct appraisal_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->appraisal = appraisal;
    state->row = arena_rows(arena, VALUE(VIEWS, 0));
    return arena_check(arena);
}

void appraisal_step(struct appraisal_state *state, const struct rows *rows, const struct flows_state *flows,
                    const struct accounts_state *accounts, const struct gains_state *gains,
                    const struct policies_state *policies, int month)
{
    const struct appraisal *appraisal = state->appraisal;
    if (!appraisal->of_home) return;
    const struct accounts_home home = accounts_home(accounts);
    const struct policies_money money = policies_money(policies);
    _Alignas(LANES_ALIGNMENT) double view[VIEWS][LANES];
    EACH_LANE(l)
    {
        /* the residual value is a sum of money in one month, not a rate per year */
        const double paid = money.invested[l] + money.upkeep[l] - money.residual[l] * CALENDAR_MONTHS_PER_YEAR;
        view[FISCAL][l] = home.total[l];
        view[COSTS][l] = paid;
        view[PROJECT][l] = home.all_fees[l] - paid;
        view[NATIONAL][l] = home.duty[l] + home.royalty[l] + home.profit_tax[l] + home.import_duty[l] -
                            home.subsidies[l] + home.all_fees[l] + home.profit[l] - paid;
    }
    for (size_t u = 0; u < appraisal->users; u++) {
        const double *share = rows_get(rows, flows_home_share(appraisal->flows, appraisal->user[u])),
                     *surplus = flows_surplus(flows, appraisal->user[u]);
        EACH_LANE(l) view[NATIONAL][l] += share[l] * surplus[l];
    }
    const double *abroad = gains_abroad(gains);
    EACH_LANE(l) view[ALL][l] = view[NATIONAL][l] + abroad[l];
    for (size_t r = 0; r < RATES; r++) {
        const double factor = appraisal->factor[r][month];
        for (size_t v = 0; v < VIEWS; v++) {
            double *row = state->row[VALUE(v, r)];
            EACH_LANE(l) row[l] = factor * view[v][l];
        }
    }
}

void appraisal_report(const struct appraisal_state *state, struct outcome_rows *rows)
{
    if (!state->appraisal->of_home) return;
    for (size_t i = 0; i < VALUE(VIEWS, 0); i++) rows->row[state->appraisal->outcome[i]] = state->row[i];
}
