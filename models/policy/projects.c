/* models/policy/projects.c -- see projects.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/policy/projects.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WHOLE_MONTH 1e-9 /* months beyond a whole one that are rounding */
#define PER_YEAR    ((double)CALENDAR_MONTHS_PER_YEAR)

const struct key_word project_overruns[] = {{"rail", "lognormal(1.447 0.26538)"},
                                            {"fixed-link", "lognormal(1.338 0.46637)"},
                                            {"road", "lognormal(1.204 0.24834)"},
                                            {NULL, NULL}};

const struct key project_fail_keys[] = {{.name = "probability",
                                         .kind = KEY_QUANTITY,
                                         .unit = "",
                                         .min = 0,
                                         .max = 1,
                                         .draws = true,
                                         .meaning = "Probability that it is given up."},
                                        {.name = "share_spent",
                                         .kind = KEY_QUANTITY,
                                         .unit = "",
                                         .min = 0,
                                         .max = 1,
                                         .draws = true,
                                         .meaning = "Share of the cost that is spent by then."},
                                        {.name = NULL}};

static const struct key loan_keys[] = {{.name = "share",
                                        .kind = KEY_QUANTITY,
                                        .unit = "",
                                        .min = 0,
                                        .max = 1,
                                        .draws = true,
                                        .meaning = "Part of what is spent that the loan pays."},
                                       {.name = "rate",
                                        .kind = KEY_QUANTITY,
                                        .unit = "1/yr",
                                        .min = 0,
                                        .max = 1,
                                        .draws = true,
                                        .meaning = "Nominal interest, a twelfth of it each month."},
                                       {.name = "maturity",
                                        .kind = KEY_QUANTITY,
                                        .unit = "mo",
                                        .min = 1,
                                        .max = 1200,
                                        .meaning = "From each drawing to its last payment; whole months."},
                                       {.name = "grace",
                                        .kind = KEY_QUANTITY,
                                        .unit = "mo",
                                        .default_value = "0 mo",
                                        .min = 0,
                                        .max = 1200,
                                        .meaning = "At its beginning, with interest only; whole months."},
                                       {.name = "inflation",
                                        .kind = KEY_QUANTITY,
                                        .unit = "1/yr",
                                        .default_value = "2 %/yr",
                                        .compounds = true,
                                        .draws = true,
                                        .meaning = "What nominal payments are deflated by."},
                                       {.name = NULL}};
static const struct key loan_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = loan_keys, .meaning = "The terms of a loan."}};
const struct key projects_finance_key = {.name = "finance",
                                         .kind = KEY_ENTRIES,
                                         .default_value = "",
                                         .entry = loan_entry,
                                         .meaning = "Loans that policies may name."};

/* ---- reading ---- */

static int months_of(const struct setting *setting, const struct plan *plan)
{
    return (int)rint(store_central(plan->store, setting->slot, plan->calendar.start));
}

static struct fault *months_check(const struct setting *setting, const struct plan *plan)
{
    const double months = store_central(plan->store, setting->slot, plan->calendar.start);
    if (fabs(months - rint(months)) <= 1e-9) return NULL;
    return fault_at(FAULT_SCENARIO, setting->place, "%s is %s; expected whole months", setting->path, setting->text);
}

static struct fault *loan_check(struct setting *loan, const struct plan *plan)
{
    const struct setting *grace = setting_find(loan, "grace"), *maturity = setting_find(loan, "maturity");
    struct fault *faults = fault_join(months_check(maturity, plan), months_check(grace, plan));
    if (faults != NULL || months_of(grace, plan) < months_of(maturity, plan)) return faults;
    return fault_at(FAULT_SCENARIO, grace->place, "%s is %s, but %s is %s; expected less than the maturity",
                    grace->path, grace->text, maturity->path, maturity->text);
}

struct fault *project_check_loans(const struct plan *plan)
{
    struct setting *loans = setting_find(plan->root, "finance");
    struct fault *faults = NULL;
    for (size_t i = 0; loans != NULL && i < loans->children; i++)
        faults = fault_join(faults, loan_check(loans->child[i], plan));
    return faults;
}

static void loan_read(struct setting *loan, const struct plan *plan, struct project *project)
{
    loan->used = true;
    project->financed = true;
    project->share = setting_slot(loan, "share");
    project->rate = setting_slot(loan, "rate");
    project->inflation = setting_slot(loan, "inflation");
    project->maturity = months_of(setting_find(loan, "maturity"), plan);
    project->grace = months_of(setting_find(loan, "grace"), plan);
}

static struct fault *fail_read(struct setting *policy, struct plan *plan, struct project *project)
{
    struct setting *fail = setting_find(policy, "fail");
    char *stream = NULL;
    if (fail == NULL) return NULL;
    project->fails = true;
    project->fail_probability = setting_slot(fail, "probability");
    project->fail_share = setting_slot(fail, "share_spent");
    if (asprintf(&stream, "%s.fail", policy->path) < 0) return fault_no_memory();
    project->fail = stream_named(plan->seed, stream, plan->generator);
    free(stream);
    return NULL;
}

/* What needs what. */
static struct fault *needs_check(struct setting *policy)
{
    static const char *const needs[][2] = {
        {"delay", "build"}, {"fail", "build"}, {"overrun", "cost"}, {"upkeep", "cost"}, {"finance", "cost"}};
    struct fault *faults = NULL;
    for (size_t i = 0; i < sizeof needs / sizeof *needs; i++) {
        const struct setting *setting = setting_find(policy, needs[i][0]);
        if (setting == NULL || setting_find(policy, needs[i][1]) != NULL) continue;
        faults = fault_join(faults, fault_at(FAULT_SCENARIO, setting->place, "%s stands without `%s`; expected it too",
                                             setting->path, needs[i][1]));
    }
    return faults;
}

struct fault *project_read(struct setting *policy, struct plan *plan, struct project *project)
{
    struct setting *finance = setting_find(policy, "finance"), *loans = setting_find(plan->root, "finance");
    const struct setting *tie = setting_find(policy, "correlation");
    *project = (struct project){.build = setting_slot(policy, "build"),
                                .delay = setting_slot(policy, "delay"),
                                .cost = setting_slot(policy, "cost"),
                                .overrun = setting_slot(policy, "overrun"),
                                .upkeep = setting_slot(policy, "upkeep"),
                                .life = setting_slot(policy, "life")};
    TRY(needs_check(policy));
    if (project->overrun >= 0 && project->delay >= 0)
        store_tie(plan->store, project->overrun, project->delay, store_central(plan->store, tie->slot, 0));
    if (finance != NULL) loan_read(setting_find(loans, finance->text), plan, project);
    return fail_read(policy, plan, project);
}

/* ---- a block ---- */

static void fill(double row[LANES], double value)
{
    EACH_LANE(l) row[l] = value;
}

static void product(const struct rows *rows, int slot, int factor, double row[LANES])
{
    fill(row, 0.0);
    if (slot < 0) return;
    const double *value = rows_get(rows, slot);
    EACH_LANE(l) row[l] = value[l];
    if (factor < 0) return;
    const double *times = rows_get(rows, factor);
    EACH_LANE(l) row[l] *= times[l];
}

static void start_loan(const struct project *project, const struct rows *rows, double (*x)[LANES])
{
    const double *rate = rows_get(rows, project->rate), *inflation = rows_get(rows, project->inflation);
    const double level_months = project->maturity - project->grace, grace = project->grace + 1,
                 end = project->maturity + 1;
    EACH_LANE(l)
    {
        const double i = rate[l] / PER_YEAR, log_deflator = -lanes_log1p(inflation[l]) * CALENDAR_MONTH_YEARS;
        /* i / (1 - (1 + i)^-n) as 1 / (n decay(n ln(1 + i))) * i / ln(1 + i), which holds at i = 0 too */
        const double log_interest = lanes_log1p(i), ratio = i > 0.0 ? i / log_interest : 1.0;
        x[PROJECT_INTEREST][l] = i;
        x[PROJECT_LEVEL][l] = ratio / (level_months * lanes_decay(level_months * log_interest));
        x[PROJECT_DEFLATOR][l] = lanes_exp(log_deflator);
        x[PROJECT_DEFLATOR_GRACE][l] = lanes_exp(grace * log_deflator);
        x[PROJECT_DEFLATOR_END][l] = lanes_exp(end * log_deflator);
    }
}

void project_start(const struct project *project, const struct rows *rows, struct stream_state *fail,
                   uint64_t first_replication, bool calm, double (*x)[LANES])
{
    for (size_t i = 0; i < PROJECT_ROWS; i++) fill(x[i], 0.0);
    product(rows, project->build, project->delay, x[PROJECT_TIME]);
    product(rows, project->cost, project->overrun, x[PROJECT_COST]);
    fill(x[PROJECT_STOP], 2.0); /* never, and so told from one that stops when all is spent */
    if (project->fails && !calm) {
        _Alignas(LANES_ALIGNMENT) double u[2][LANES];
        const double *probability = rows_get(rows, project->fail_probability),
                     *share = rows_get(rows, project->fail_share);
        stream_state_start(&project->fail, fail, first_replication);
        stream_uniforms(&project->fail, fail, first_replication, STREAM_BEFORE, 0, u);
        EACH_LANE(l) x[PROJECT_STOP][l] = u[0][l] < probability[l] ? share[l] : 2.0;
    }
    if (project->financed) start_loan(project, rows, x);
}

void project_completion(const struct project *project, const double (*x)[LANES], const double start[LANES],
                        double complete[LANES])
{
    const double *time = x[PROJECT_TIME], *stop = x[PROJECT_STOP];
    /* 30 months times 1.1 are 33, though the product rounds to a little more */
    EACH_LANE(l) complete[l] = __builtin_ceil(start[l] + time[l] - WHOLE_MONTH);
    if (project->fails) EACH_LANE(l) complete[l] = stop[l] <= 1.0 ? (double)INFINITY : complete[l];
}

/* The share that is spent by the part `s` of the building time. */
LANES_INLINE double spent_by(double s, double stop)
{
    const double part = s < 0.0 ? 0.0 : s > 1.0 ? 1.0 : s;
    const double share = part * part * (3.0 - 2.0 * part);
    return share < stop ? share : stop;
}

void project_spent(const struct project *project, const double (*x)[LANES], const double start[LANES], int month,
                   double spent[LANES])
{
    const double *time = x[PROJECT_TIME], *cost = x[PROJECT_COST], *stop = x[PROJECT_STOP];
    const double now = month;
    if (month < 0 || project->cost < 0) {
        fill(spent, 0.0);
        return;
    }
    if (project->build < 0) {
        EACH_LANE(l) spent[l] = start[l] == now ? cost[l] : 0.0;
        return;
    }
    EACH_LANE(l)
    {
        const double since = now - start[l];
        spent[l] = cost[l] * (spent_by((since + 1.0) / time[l], stop[l]) - spent_by(since / time[l], stop[l]));
    }
}

/* The service of a month: what left the months of grace, or was paid off, is taken out of the sums that pay. */
static void serve(const struct project *project, const struct rows *rows, const double start[LANES], int month,
                  double (*x)[LANES])
{
    _Alignas(LANES_ALIGNMENT) double last[LANES], graced[LANES], paid[LANES];
    const double(*of)[LANES] = (const double(*)[LANES])x;
    project_spent(project, of, start, month - 1, last);
    project_spent(project, of, start, month - 1 - project->grace, graced);
    project_spent(project, of, start, month - 1 - project->maturity, paid);
    const double *share = rows_get(rows, project->share), *q = x[PROJECT_DEFLATOR],
                 *q_grace = x[PROJECT_DEFLATOR_GRACE], *q_end = x[PROJECT_DEFLATOR_END], *time = x[PROJECT_TIME],
                 *stop = x[PROJECT_STOP], *interest = x[PROJECT_INTEREST], *level = x[PROJECT_LEVEL];
    const double *spent = x[PROJECT_SPENT];
    double *on_grace = x[PROJECT_ON_GRACE], *on_level = x[PROJECT_ON_LEVEL], *service = x[PROJECT_SERVICE],
           *outstanding = x[PROJECT_OUTSTANDING];
    const double now = month, grace = project->grace, maturity = project->maturity;
    EACH_LANE(l)
    {
        const double since = now - start[l], building = time[l] > 1.0 ? time[l] : 1.0,
                     all = stop[l] < 1.0 ? stop[l] : 1.0;
        on_grace[l] = q[l] * on_grace[l] + share[l] * (q[l] * last[l] - q_grace[l] * graced[l]);
        on_level[l] = q[l] * on_level[l] + share[l] * (q_grace[l] * graced[l] - q_end[l] * paid[l]);
        /* what rounding left, once the last drawing is past it */
        on_grace[l] = spent_by((since - grace) / building, stop[l]) >= all ? 0.0 : on_grace[l];
        on_level[l] = spent_by((since - maturity) / building, stop[l]) >= all ? 0.0 : on_level[l];
        service[l] = interest[l] * on_grace[l] + level[l] * on_level[l];
        outstanding[l] = q[l] * (1.0 + interest[l]) * outstanding[l] + share[l] * spent[l] - service[l];
        outstanding[l] = spent_by((since - maturity) / building, stop[l]) >= all ? 0.0 : outstanding[l];
    }
}

void project_step(const struct project *project, const struct rows *rows, const double start[LANES],
                  const double acts[LANES], int month, double (*x)[LANES])
{
    if (project->cost < 0) return;
    double *spent = x[PROJECT_SPENT], *total = x[PROJECT_TOTAL], *own = x[PROJECT_OWN], *upkeep = x[PROJECT_UPKEEP];
    const double *cost = x[PROJECT_COST];
    project_spent(project, (const double(*)[LANES])x, start, month, spent);
    EACH_LANE(l)
    {
        total[l] += spent[l];
        own[l] = spent[l];
    }
    if (project->upkeep >= 0) {
        const double *rate = rows_get(rows, project->upkeep);
        EACH_LANE(l) upkeep[l] = acts[l] * rate[l] * cost[l] / PER_YEAR;
    }
    if (!project->financed) return;
    const double *share = rows_get(rows, project->share);
    EACH_LANE(l) own[l] = (1.0 - share[l]) * spent[l];
    serve(project, rows, start, month, x);
}

void project_owed(const struct project *project, const struct rows *rows, const double (*x)[LANES],
                  const double start[LANES], int month, double owed[LANES])
{
    _Alignas(LANES_ALIGNMENT) double drawn[LANES], deflator[LANES];
    fill(owed, 0.0);
    if (!project->financed) return;
    const double *share = rows_get(rows, project->share), *interest = x[PROJECT_INTEREST], *level = x[PROJECT_LEVEL],
                 *q = x[PROJECT_DEFLATOR];
    fill(deflator, 1.0);
    for (int k = 0; k < project->maturity && k <= month; k++) {
        const double left = project->maturity - k;
        project_spent(project, x, start, month - k, drawn);
        EACH_LANE(l)
        {
            /* the level payments to come, at the loan's own rate */
            const double log_interest = lanes_log1p(interest[l]),
                         ratio = interest[l] > 0.0 ? log_interest / interest[l] : 1.0;
            const double balance =
                k <= project->grace ? 1.0 : level[l] * left * lanes_decay(left * log_interest) * ratio;
            owed[l] += share[l] * drawn[l] * balance * deflator[l];
            deflator[l] *= q[l];
        }
    }
}

void project_residual(const struct project *project, const struct rows *rows, const double (*x)[LANES],
                      const double complete[LANES], int months, double residual[LANES])
{
    const double *life = rows_get(rows, project->life), *total = x[PROJECT_TOTAL], *stop = x[PROJECT_STOP];
    EACH_LANE(l)
    {
        const double age = months > complete[l] ? (months - complete[l]) / PER_YEAR : 0.0;
        const double part = age < life[l] ? (life[l] - age) / life[l] : 0.0;
        residual[l] = project->fails && stop[l] <= 1.0 ? 0.0 : part * total[l];
    }
}
