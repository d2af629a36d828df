/* models/accounts/profit_tax.c -- see profit_tax.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/accounts/profit_tax.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LAG_MOST = 60 };

static const struct key deduct_keys[] = {{.name = "investment",
                                          .kind = KEY_QUANTITY,
                                          .unit = "USD/yr",
                                          .editable = true,
                                          .min = 0,
                                          .max = 1e300,
                                          .draws = true,
                                          .profile = true,
                                          .meaning = "What its producers invest, beside the cost of what they sell."},
                                         {.name = "lag",
                                          .kind = KEY_QUANTITY,
                                          .unit = "mo",
                                          .default_value = "0 mo",
                                          .min = 0,
                                          .max = LAG_MOST,
                                          .meaning = "Months from profit to the tax on it; whole."},
                                         {.name = NULL}};
static const struct key deduct_entry = {
    .name = "*", .kind = KEY_SECTION, .keys = deduct_keys, .meaning = "A commodity of `energy`."};
const struct key profit_tax_keys[] = {
    {.name = "rate",
     .kind = KEY_QUANTITY,
     .unit = "",
     .editable = true,
     .default_value = "0 %",
     .min = 0,
     .max = 1,
     .draws = true,
     .profile = true,
     .meaning = "Tax on the producers' profit, where it is positive."},
    {.name = "deduct",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .names = NAME_REFERENCE,
     .target = "energy",
     .entry = &deduct_entry,
     .meaning = "What the tax allows for: investment of a commodity's producers, and that it is due later."},
    {.name = NULL}};

/* Of a commodity: slot of what is invested, or -1. */
struct deduction {
    int investment;
    size_t lag; /* months */
};

struct profit_tax {
    const struct energy *energy;
    int rate;                    /* slot */
    struct deduction *deduction; /* [commodities] */
    size_t past;                 /* rows of profits to come to tax */
};

struct profit_tax_state {
    const struct profit_tax *tax;
    size_t month;
    double (*past)[LANES]; /* of each commodity its last `lag` profits, in a ring */
};

static struct fault *deduction_read(struct profit_tax *tax, struct setting *entry, const struct plan *plan)
{
    const struct setting *lag = setting_find(entry, "lag");
    const double months = store_central(plan->store, lag->slot, plan->calendar.start);
    size_t c = 0;
    while (c < tax->energy->count && strcmp(tax->energy->commodity[c].name, entry->name) != 0) c++;
    if (c == tax->energy->count) return NULL; /* its name was a fault */
    if (fabs(months - rint(months)) > 1e-9)
        return fault_at(FAULT_SCENARIO, lag->place, "%s is %s; expected whole months", lag->path, lag->text);
    entry->used = true;
    tax->deduction[c] = (struct deduction){setting_slot(entry, "investment"), (size_t)rint(months)};
    tax->past += tax->deduction[c].lag;
    return NULL;
}

struct fault *profit_tax_prepare(struct plan *plan, struct setting *section, const struct energy *energy,
                                 struct profit_tax **out)
{
    struct setting *deduct = setting_find(section, "deduct");
    struct profit_tax *tax = calloc(1, sizeof *tax);
    struct fault *faults = NULL;
    if (tax == NULL) return fault_no_memory();
    *out = tax;
    tax->energy = energy;
    tax->rate = setting_slot(section, "rate");
    tax->deduction = calloc(energy->count + 1, sizeof *tax->deduction);
    if (tax->deduction == NULL) return fault_no_memory();
    for (size_t c = 0; c < energy->count; c++) tax->deduction[c].investment = -1;
    for (size_t i = 0; deduct != NULL && i < deduct->children; i++)
        faults = fault_join(faults, deduction_read(tax, deduct->child[i], plan));
    return faults;
}

void profit_tax_free(struct profit_tax *tax)
{
    if (tax == NULL) return;
    free(tax->deduction);
    free(tax);
}

struct fault *profit_tax_open(const struct profit_tax *tax, struct arena *arena, struct profit_tax_state **out)
{
    struct profit_tax_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->tax = tax;
    state->past = arena_rows(arena, tax->past);
    return arena_check(arena);
}

void profit_tax_start(struct profit_tax_state *state)
{
    state->month = 0;
}

/* What is taxed this month of a profit, which waits its turn in the ring. */
static void wait(const struct deduction *deduction, size_t month, double (*past)[LANES], double profit[LANES])
{
    if (deduction->lag == 0) return;
    for (size_t i = 0; month == 0 && i < deduction->lag; i++) EACH_LANE(l) past[i][l] = profit[l];
    double *turn = past[month % deduction->lag];
    EACH_LANE(l)
    {
        const double due = turn[l];
        turn[l] = profit[l];
        profit[l] = due;
    }
}

void profit_tax_step(struct profit_tax_state *state, const struct rows *rows, const struct energy_state *energy,
                     double paid[LANES], double home[LANES], double invested[LANES])
{
    const struct profit_tax *tax = state->tax;
    const double *rate = rows_get(rows, tax->rate);
    double(*past)[LANES] = state->past;
    for (size_t c = 0; c < tax->energy->count; c++) {
        _Alignas(LANES_ALIGNMENT) double profit[LANES], taxed[LANES];
        const struct deduction *deduction = &tax->deduction[c];
        const double *margin = energy_margin(energy, c), *share = energy_home_share(energy, c);
        EACH_LANE(l) profit[l] = margin[l];
        if (deduction->investment >= 0) {
            const double *investment = rows_get(rows, deduction->investment);
            EACH_LANE(l)
            {
                profit[l] -= investment[l];
                invested[l] += investment[l];
            }
        }
        EACH_LANE(l) taxed[l] = profit[l];
        wait(deduction, state->month, past, taxed);
        past += deduction->lag;
        EACH_LANE(l)
        {
            const double due = taxed[l] > 0.0 ? rate[l] * taxed[l] : 0.0;
            paid[l] += due;
            home[l] += share[l] * (profit[l] - due);
        }
    }
    state->month++;
}
