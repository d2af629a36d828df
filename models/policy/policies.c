/* models/policy/policies.c -- see policies.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/policy/policies.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { POLICIES_MOST = 256 };
#define PER_YEAR ((double)CALENDAR_MONTHS_PER_YEAR)

static const struct key when_keys[] = {
    {.name = "outcome",
     .kind = KEY_TEXT,
     .default_value = "",
     .meaning = "The path of an outcome, whose value of last month is watched; or `driver`."},
    {.name = "driver",
     .kind = KEY_REFERENCE,
     .default_value = "",
     .target = "drivers",
     .meaning = "A driver, whose level of this month is watched."},
    WATCH_KEYS,
    {.name = NULL}};
static const struct key policy_entry_name[] = {
    {.name = "*", .kind = KEY_REFERENCE, .target = "policies", .meaning = "A policy."}};
static const struct key policy_keys[] = {
    TITLE_KEY,
    {.name = "start",
     .kind = KEY_MONTH,
     .default_value = "",
     .meaning = "When it starts; beside `when` the first month in which that counts."},
    {.name = "end",
     .kind = KEY_MONTH,
     .ends = true,
     .default_value = "",
     .meaning = "First month in which it no longer acts."},
    {.name = "when",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = when_keys,
     .meaning = "What starts it, in each replication by itself, once."},
    PROJECT_KEYS,
    EFFECTS_KEY("effects", "What it changes once it is complete."),
    {.name = "bundle",
     .kind = KEY_LIST,
     .default_value = "",
     .min = 1,
     .max = POLICIES_MOST,
     .entry = policy_entry_name,
     .shorthand = "",
     .meaning = "Policies that are adopted together; stands alone."},
    {.name = NULL}};
static const struct key policy_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = policy_keys, .meaning = "Something that may be chosen."}};
const struct key policies_key = {.name = "policies",
                                 .kind = KEY_ENTRIES,
                                 .default_value = "",
                                 .entry = policy_entry,
                                 .meaning = "What may be chosen; nothing happens unless it is adopted."};
const struct key policies_adopt_key = {.name = "adopt",
                                       .kind = KEY_LIST,
                                       .default_value = "",
                                       .min = 0,
                                       .max = POLICIES_MOST,
                                       .entry = policy_entry_name,
                                       .shorthand = "",
                                       .meaning =
                                           "The policies that are chosen; a list replaces the one it is merged over."};

enum { POLICY_SPENT, POLICY_ACTIVE };
const struct outcome_kind policies_outcomes[] = {[POLICY_SPENT] = {.pattern = "policies.P.spent",
                                                                   .subject = SUBJECT_OTHER,
                                                                   .words = "investment of policy P",
                                                                   .heading = "P: investment",
                                                                   .entities = "policies.P",
                                                                   .unit = "USD/yr",
                                                                   .rule = OUTCOME_SUM,
                                                                   .better = OUTCOME_LESS,
                                                                   .meaning = "What is spent, by whomever financed."},
                                                 [POLICY_ACTIVE] = {.pattern = "policies.P.active",
                                                                    .subject = SUBJECT_OTHER,
                                                                    .words = "share of time in which policy P acts",
                                                                    .heading = "P: share of time in which it acts",
                                                                    .entities = "policies.P",
                                                                    .unit = "1",
                                                                    .rule = OUTCOME_MEAN,
                                                                    .meaning = "1 from completion to its end; ramps "
                                                                               "count in full."},
                                                 {.pattern = NULL}};

struct policy {
    struct setting *setting;
    const char *name;
    char *title;    /* "policy NAME" */
    bool triggered; /* by `watch` */
    struct watch watch;
    int start, end; /* calendar months */
    struct project project;
    int active, age; /* signals */
    size_t outcome[2];
};

struct policies {
    struct policy *policy; /* those adopted */
    size_t count;
    struct calendar calendar;
    bool spend;
};

/* Rows of a policy beside its project's. */
enum { START, COMPLETE, COUNTER, SPENT, POLICY_ROWS };
enum { INVESTED, OWN, UPKEEP, SERVICE, RESIDUAL, SETTLED, OUTSTANDING, MONEY_ROWS };

struct policies_state {
    const struct policies *policies;
    double (*row)[LANES];     /* [count * POLICY_ROWS] */
    double (*project)[LANES]; /* [count * PROJECT_ROWS] */
    double (*money)[LANES];   /* [MONEY_ROWS] */
    struct stream_state *fail;
};

/* ---- which are adopted ---- */

/* The policies on the way to the one that is looked at, for circles. */
struct chain {
    const struct chain *up;
    const struct setting *policy;
};

/* "a > b > a" */
static struct fault *circle(const struct chain *chain, const struct setting *again)
{
    char *text = strdup(again->name);
    for (const struct chain *c = chain; c != NULL && text != NULL; c = c->up) {
        char *longer = NULL;
        if (asprintf(&longer, "%s > %s", c->policy->name, text) < 0) longer = NULL;
        free(text);
        text = longer;
        if (c->policy == again) break;
    }
    if (text == NULL) return fault_no_memory();
    struct fault *fault = fault_at(FAULT_SCENARIO, again->place, "%s is a bundle that contains itself: %s; expected %s",
                                   again->path, text, "other policies");
    free(text);
    return fault;
}

/* Marks the policy, or what its bundle holds; checks bundles for circles on the way. */
static struct fault *adopt(const struct setting *section, struct setting *policy, const struct chain *up, bool *adopted)
{
    const struct chain chain = {up, policy};
    for (const struct chain *c = up; c != NULL; c = c->up)
        if (c->policy == policy) return circle(up, policy);
    struct setting *bundle = setting_find(policy, "bundle");
    if (bundle == NULL) {
        for (size_t i = 0; i < section->children && adopted != NULL; i++)
            if (section->child[i] == policy) adopted[i] = true;
        return NULL;
    }
    for (size_t i = 0; i < bundle->children; i++) {
        bundle->child[i]->used = true;
        for (size_t p = 0; p < section->children; p++)
            if (strcmp(section->child[p]->name, bundle->child[i]->text) == 0)
                TRY(adopt(section, section->child[p], &chain, adopted));
    }
    return NULL;
}

static struct fault *adopted_find(struct setting *root, const struct setting *section, bool *adopted)
{
    struct setting *list = setting_find(root, "adopt");
    for (size_t p = 0; p < section->children; p++) TRY(adopt(section, section->child[p], NULL, NULL));
    for (size_t i = 0; list != NULL && i < list->children; i++) {
        list->child[i]->used = true;
        for (size_t p = 0; p < section->children; p++)
            if (strcmp(section->child[p]->name, list->child[i]->text) == 0)
                TRY(adopt(section, section->child[p], NULL, adopted));
    }
    return NULL;
}

/* ---- reading ---- */

/* A bundle says nothing by itself. */
static struct fault *bundle_check(struct setting *setting)
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < setting->children; i++) {
        struct setting *child = setting->child[i];
        child->used = true;
        if (!child->stated || strcmp(child->name, "bundle") == 0 || strcmp(child->name, "title") == 0) continue;
        faults =
            fault_join(faults, fault_at(FAULT_SCENARIO, child->place,
                                        "%s stands in a bundle, which only lists policies; expected it in one of them",
                                        child->path));
    }
    return faults;
}

static struct fault *dates_read(struct policy *policy, struct setting *setting)
{
    struct setting *start = setting_find(setting, "start"), *end = setting_find(setting, "end"),
                   *when = setting_find(setting, "when");
    policy->triggered = when != NULL;
    policy->start = start == NULL ? INT_MIN : (int)start->integer;
    policy->end = end == NULL ? INT_MAX : (int)end->integer;
    if (start == NULL && when == NULL)
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s does not say when it starts; expected `start`, `when` or `bundle`", setting->path);
    if (end != NULL && policy->end <= policy->start)
        return fault_at(FAULT_SCENARIO, end->place, "%s is %s, but it starts in %s; expected a later month", end->path,
                        end->text, start->text);
    return NULL;
}

/* What a project spends before the run is in no account. */
static void start_check(const struct policy *policy, struct plan *plan)
{
    const struct project *project = &policy->project;
    const struct setting *start = setting_find(policy->setting, "start");
    if (start == NULL || project->cost < 0 || policy->start >= plan->calendar.start) return;
    const double delay = project->delay < 0 ? 1.0 : store_central(plan->store, project->delay, plan->calendar.start);
    const double time =
        project->build < 0 ? 0.0 : delay * store_central(plan->store, project->build, plan->calendar.start);
    const double before = plan->calendar.start - policy->start, s = time > before ? before / time : 1.0;
    char begin[8];
    calendar_write(plan->calendar.start, begin);
    plan->warnings = fault_join(plan->warnings,
                                fault_at(FAULT_SCENARIO, start->place,
                                         "%s is %s, before the run begins in %s: at the median %.3g %% of its cost is "
                                         "spent before and is in no account",
                                         start->path, start->text, begin, 100.0 * s * s * (3.0 - 2.0 * s)));
}

/* A project that is complete only when its policy has ended spends for nothing, which is hardly meant. */
static void end_check(const struct policy *policy, struct plan *plan)
{
    const struct project *project = &policy->project;
    const struct setting *end = setting_find(policy->setting, "end");
    if (end == NULL || policy->triggered || project->build < 0) return;
    const double delay = project->delay < 0 ? 1.0 : store_central(plan->store, project->delay, plan->calendar.start);
    const double time = delay * store_central(plan->store, project->build, plan->calendar.start);
    if (policy->start + time < policy->end) return;
    plan->warnings = fault_join(plan->warnings, fault_at(FAULT_SCENARIO, end->place,
                                                         "%s is %s, but at the median %s takes %.3g months to build: "
                                                         "it spends and does nothing",
                                                         end->path, end->text, policy->name, time));
}

static struct fault *policy_read(struct policy *policy, struct setting *setting, struct plan *plan,
                                 struct effects *effects)
{
    *policy = (struct policy){.setting = setting, .name = setting->name};
    policy->active = store_signal(plan->store);
    policy->age = store_signal(plan->store);
    if (asprintf(&policy->title, "policy %s", setting->name) < 0) return fault_no_memory();
    TRY(dates_read(policy, setting));
    struct fault *faults = project_read(setting, plan, &policy->project);
    const struct effect_owner owner = {EFFECT_POLICY, policy->title, policy->active, policy->age};
    faults = fault_join(faults, effects_read(effects, setting_find(setting, "effects"), &owner, plan));
    if (faults == NULL) end_check(policy, plan);
    if (faults == NULL) start_check(policy, plan);
    if (faults == NULL && policy->project.cost >= 0 && plan->home == NULL)
        plan->warnings =
            fault_join(plan->warnings, fault_at(FAULT_SCENARIO, setting->place,
                                                "%s has a cost, but run.home is not stated, so that nobody's account "
                                                "shows it",
                                                setting->path));
    return faults;
}

static struct fault *policy_declare(struct policy *policy, struct plan *plan)
{
    if (policy->project.cost >= 0)
        TRY(outcomes_declare(plan->outcomes, &policies_outcomes[POLICY_SPENT], &policy->name, "USD/yr",
                             &policy->outcome[POLICY_SPENT]));
    return outcomes_declare(plan->outcomes, &policies_outcomes[POLICY_ACTIVE], &policy->name, "1",
                            &policy->outcome[POLICY_ACTIVE]);
}

/* What is not adopted is checked, but not drawn. */
static void idle(struct setting *setting, struct store *store)
{
    setting->used = true;
    if (setting->slot >= 0) store_idle(store, setting->slot);
    for (size_t i = 0; i < setting->children; i++) idle(setting->child[i], store);
}

static struct fault *not_adopted(struct setting *setting, struct plan *plan)
{
    struct policy policy;
    struct effects effects = {0};
    struct fault *fault = policy_read(&policy, setting, plan, &effects);
    free(policy.title);
    effects_free(&effects);
    idle(setting, plan->store);
    return fault;
}

/* A loan that no adopted policy names is not drawn either. */
static void idle_loans(const struct policies *policies, const struct plan *plan)
{
    struct setting *loans = setting_find(plan->root, "finance");
    for (size_t i = 0; loans != NULL && i < loans->children; i++) {
        bool named = false;
        for (size_t p = 0; p < policies->count; p++) {
            const struct setting *finance = setting_find(policies->policy[p].setting, "finance");
            named = named || (finance != NULL && strcmp(finance->text, loans->child[i]->name) == 0);
        }
        if (!named) idle(loans->child[i], plan->store);
    }
}

struct fault *policies_prepare(struct plan *plan, struct effects *effects, struct policies **out)
{
    struct setting *section = setting_find(plan->root, "policies");
    const size_t count = section == NULL ? 0 : section->children;
    struct policies *policies = calloc(1, sizeof *policies);
    struct fault *faults = NULL;
    if (policies == NULL) return fault_no_memory();
    *out = policies;
    policies->calendar = plan->calendar;
    policies->policy = calloc(count + 1, sizeof *policies->policy);
    bool *adopted = calloc(count + 1, sizeof *adopted);
    if (policies->policy == NULL || adopted == NULL) faults = fault_no_memory();
    if (faults == NULL && count > 0) faults = adopted_find(plan->root, section, adopted);
    faults = fault_join(faults, project_check_loans(plan));
    for (size_t i = 0; i < count && faults != fault_no_memory() && policies->policy != NULL; i++) {
        struct setting *setting = section->child[i];
        struct fault *fault = NULL;
        setting->used = true;
        setting_find(setting, "title");
        if (setting_find(setting, "bundle") != NULL)
            fault = bundle_check(setting);
        else if (!adopted[i])
            fault = not_adopted(setting, plan);
        else
            fault = policy_read(&policies->policy[policies->count++], setting, plan, effects);
        faults = fault_join(faults, fault);
    }
    free(adopted);
    for (size_t i = 0; i < policies->count && faults == NULL; i++) {
        faults = policy_declare(&policies->policy[i], plan);
        policies->spend = policies->spend || policies->policy[i].project.cost >= 0;
    }
    if (faults == NULL) idle_loans(policies, plan);
    return faults;
}

/* Reads a trigger. Of a policy that is not adopted it may watch what comes from other policies that are not. */
static struct fault *trigger_read(struct setting *policy, bool adopted, const struct plan *plan,
                                  const struct drivers *drivers, struct watch *watch)
{
    struct setting *when = setting_find(policy, "when");
    struct setting *outcome = setting_find(when, "outcome"), *driver = setting_find(when, "driver");
    if ((outcome == NULL) == (driver == NULL))
        return fault_at(FAULT_SCENARIO, when->place, "%s names %s; expected one of `outcome` and `driver`", when->path,
                        outcome == NULL ? "neither an outcome nor a driver" : "both an outcome and a driver");
    TRY(watch_read(when, plan, watch));
    if (driver != NULL) return watch_driver(when, driver, plan, drivers, watch);
    if (!adopted && outcomes_find(plan->outcomes, outcome->text) == plan->outcomes->count) return NULL;
    struct fault *fault = watch_outcome(when, outcome, plan, watch);
    if (fault == NULL || fault->place.line != outcome->place.line || fault->place.column != outcome->place.column)
        return fault; /* not about the outcome */
    return fault_note(fault, when->place,
                      "a trigger reads this month's drivers and last month's value of any outcome that has one each "
                      "month");
}

struct fault *policies_connect(struct policies *policies, const struct plan *plan, const struct drivers *drivers)
{
    struct setting *section = setting_find(plan->root, "policies");
    struct fault *faults = NULL;
    for (size_t i = 0, p = 0; section != NULL && i < section->children; i++) {
        struct setting *setting = section->child[i];
        const bool adopted = p < policies->count && policies->policy[p].setting == setting;
        struct watch idle, *watch = adopted ? &policies->policy[p++].watch : &idle;
        if (setting_find(setting, "when") == NULL) continue;
        faults = fault_join(faults, trigger_read(setting, adopted, plan, drivers, watch));
    }
    return faults;
}

void policies_free(struct policies *policies)
{
    if (policies == NULL) return;
    for (size_t i = 0; i < policies->count; i++) free(policies->policy[i].title);
    free(policies->policy);
    free(policies);
}

size_t policies_count(const struct policies *policies)
{
    return policies->count;
}

const char *policies_name(const struct policies *policies, size_t policy)
{
    return policies->policy[policy].name;
}

bool policies_spend(const struct policies *policies)
{
    return policies->spend;
}

/* ---- a thread ---- */

struct fault *policies_open(const struct policies *policies, struct arena *arena, struct policies_state **out)
{
    struct policies_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->policies = policies;
    state->row = arena_rows(arena, policies->count * POLICY_ROWS);
    state->project = arena_rows(arena, policies->count * PROJECT_ROWS);
    state->money = arena_rows(arena, MONEY_ROWS);
    state->fail = arena_take(arena, policies->count, sizeof *state->fail);
    TRY(arena_check(arena));
    for (size_t i = 0; i < policies->count; i++)
        if (policies->policy[i].project.fails)
            TRY(stream_state_init(&policies->policy[i].project.fail, arena, &state->fail[i]));
    return NULL;
}

void policies_start(struct policies_state *state, const struct rows *rows, uint64_t first_replication, bool calm)
{
    const struct policies *policies = state->policies;
    for (size_t i = 0; i < policies->count; i++) {
        const struct policy *policy = &policies->policy[i];
        double(*row)[LANES] = state->row + i * POLICY_ROWS, (*x)[LANES] = state->project + i * PROJECT_ROWS;
        const double start = policy->triggered ? (double)INFINITY : policy->start - policies->calendar.start;
        EACH_LANE(l)
        {
            row[START][l] = start;
            row[COUNTER][l] = row[SPENT][l] = 0.0;
        }
        project_start(&policy->project, rows, &state->fail[i], first_replication, calm, x);
        project_completion(&policy->project, (const double(*)[LANES])x, row[START], row[COMPLETE]);
    }
}

void policies_watch(struct policies_state *state, const struct outcome_rows *last, int month)
{
    if (month == 0) return;
    for (size_t i = 0; i < state->policies->count; i++) {
        const struct policy *policy = &state->policies->policy[i];
        if (policy->triggered && !policy->watch.of_driver)
            watch_step(&policy->watch, last, NULL, state->row[i * POLICY_ROWS + COUNTER]);
    }
}

/* Where the trigger has held long enough, the policy starts. */
static void trigger(const struct policy *policy, const struct calendar *calendar, double (*row)[LANES],
                    const double (*x)[LANES], const struct drivers_state *drivers, int month)
{
    const double months = policy->watch.months, now = month;
    double *start = row[START];
    const double *counter = row[COUNTER];
    if (drivers == NULL) return;
    if (policy->watch.of_driver) watch_step(&policy->watch, NULL, drivers, row[COUNTER]);
    if (calendar->start + month < policy->start || calendar->start + month >= policy->end) return;
    EACH_LANE(l) start[l] = start[l] > now && counter[l] >= months ? now : start[l];
    project_completion(&policy->project, x, start, row[COMPLETE]);
}

static void add_money(struct policies_state *state, const struct policy *policy, const struct rows *rows, size_t i,
                      int month)
{
    double(*row)[LANES] = state->row + i * POLICY_ROWS;
    const double(*x)[LANES] = (const double(*)[LANES])(state->project + i * PROJECT_ROWS);
    double(*money)[LANES] = state->money;
    EACH_LANE(l)
    {
        row[SPENT][l] = x[PROJECT_SPENT][l] * PER_YEAR;
        money[INVESTED][l] += x[PROJECT_SPENT][l] * PER_YEAR;
        money[OWN][l] += x[PROJECT_OWN][l] * PER_YEAR;
        money[UPKEEP][l] += x[PROJECT_UPKEEP][l] * PER_YEAR;
        money[SERVICE][l] += x[PROJECT_SERVICE][l] * PER_YEAR;
        money[OUTSTANDING][l] += x[PROJECT_OUTSTANDING][l];
    }
    if (month + 1 < state->policies->calendar.months) return;
    _Alignas(LANES_ALIGNMENT) double owed[LANES], residual[LANES];
    const double end = policy->end == INT_MAX ? (double)INFINITY : policy->end - state->policies->calendar.start,
                 months = month + 1;
    project_owed(&policy->project, rows, x, row[START], month, owed);
    project_residual(&policy->project, rows, x, row[COMPLETE], month + 1, residual);
    EACH_LANE(l)
    {
        money[SERVICE][l] += owed[l] * PER_YEAR;
        money[SETTLED][l] += owed[l] * PER_YEAR;
        money[RESIDUAL][l] += end > months ? residual[l] : 0.0; /* what has ended is worth nothing */
    }
}

void policies_step(struct policies_state *state, const struct rows *rows, const struct drivers_state *drivers,
                   int month)
{
    const struct policies *policies = state->policies;
    for (size_t i = 0; i < MONEY_ROWS; i++) EACH_LANE(l) state->money[i][l] = 0.0;
    for (size_t i = 0; i < policies->count; i++) {
        const struct policy *policy = &policies->policy[i];
        double(*row)[LANES] = state->row + i * POLICY_ROWS, (*x)[LANES] = state->project + i * PROJECT_ROWS;
        if (policy->triggered) trigger(policy, &policies->calendar, row, (const double(*)[LANES])x, drivers, month);
        double *active = rows_signal(rows, policy->active), *age = rows_signal(rows, policy->age);
        const double *complete = row[COMPLETE], now = month,
                     open = policies->calendar.start + month < policy->end ? 1.0 : 0.0;
        EACH_LANE(l)
        {
            const bool acts = now >= complete[l];
            active[l] = acts ? open : 0.0;
            age[l] = acts ? now - complete[l] + 1.0 : 0.0;
        }
        project_step(&policy->project, rows, row[START], active, month, x);
        if (policy->project.cost >= 0) add_money(state, policy, rows, i, month);
    }
}

void policies_report(const struct policies_state *state, const struct rows *rows, struct outcome_rows *report)
{
    for (size_t i = 0; i < state->policies->count; i++) {
        const struct policy *policy = &state->policies->policy[i];
        report->row[policy->outcome[POLICY_ACTIVE]] = rows_signal(rows, policy->active);
        if (policy->project.cost >= 0) report->row[policy->outcome[POLICY_SPENT]] = state->row[i * POLICY_ROWS + SPENT];
    }
}

struct policies_money policies_money(const struct policies_state *state)
{
    return (struct policies_money){state->money[INVESTED],   state->money[OWN],      state->money[UPKEEP],
                                   state->money[SERVICE],    state->money[RESIDUAL], state->money[SETTLED],
                                   state->money[OUTSTANDING]};
}

const double *policies_complete(const struct policies_state *state, size_t policy)
{
    return state->row[policy * POLICY_ROWS + COMPLETE];
}
