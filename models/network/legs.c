/* models/network/legs.c -- see legs.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/legs.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { POWER_MOST = 6 };
#define LEAST_CAPACITY 0.1     /* share that a draught leaves */
#define ROUNDING       0x1p-46 /* of a capacity */

#define MONEY_ENTRY(what, sentence)                                                                                    \
    static const struct key what##_entry[] = {{.name = "*",                                                            \
                                               .kind = KEY_QUANTITY,                                                   \
                                               .unit = "USD/$*.unit",                                                  \
                                               .editable = true,                                                       \
                                               .implied = true,                                                        \
                                               .draws = true,                                                          \
                                               .profile = true,                                                        \
                                               .meaning = sentence}}
MONEY_ENTRY(cost, "What it costs to carry a unit.");
MONEY_ENTRY(fee, "What is charged for a unit above its cost.");
MONEY_ENTRY(subsidy, "What the country pays for a unit.");
MONEY_ENTRY(penalty, "What a unit seems to cost beyond money and time.");

static const struct key use_entry[] = {{.name = "*",
                                        .kind = KEY_QUANTITY,
                                        .unit = "$capacity!/$*.unit",
                                        .min = 0,
                                        .max = 1e300,
                                        .min_open = true,
                                        .draws = true,
                                        .meaning = "Capacity that a unit takes."}};
static const struct key draught_keys[] = {
    {.name = "driver",
     .kind = KEY_REFERENCE,
     .target = "drivers",
     .meaning = "The level that takes capacity away, such as the fall of a sea."},
    {.name = "loss",
     .kind = KEY_QUANTITY,
     .unit = "1/$driver.start|unit",
     .editable = true,
     .min = 0,
     .max = 1e300,
     .draws = true,
     .profile = true,
     .meaning = "Share of the capacity lost per unit of the level; a tenth of the capacity always stays."},
    {.name = "offset",
     .kind = KEY_QUANTITY,
     .unit = "$driver.start|unit",
     .editable = true,
     .implied = true,
     .default_value = "",
     .draws = true,
     .profile = true,
     .meaning = "Level up to which nothing is lost; 0 if absent."},
    {.name = NULL}};

#define BY_COMMODITY(key_name, entry_keys, sentence)                                                                   \
    {                                                                                                                  \
        .name = key_name, .kind = KEY_ENTRIES, .default_value = "", .names = NAME_REFERENCE, .target = "commodities",  \
        .entry = entry_keys, .meaning = sentence                                                                       \
    }
static const struct key leg_keys[] = {
    TITLE_KEY,
    {.name = "country",
     .kind = KEY_NAME,
     .default_value = "",
     .meaning = "The state whose territory it crosses; its fees are that country's."},
    {.name = "control",
     .kind = KEY_NAME,
     .default_value = "",
     .meaning = "Who decides over it, if not that state: a country, or any other such as a consortium."},
    {.name = "capacity",
     .kind = KEY_QUANTITY,
     .unit = "$capacity!/yr",
     .editable = true,
     .default_value = "",
     .min = 0,
     .max = 1e300,
     .draws = true,
     .profile = true,
     .meaning = "What it can take, in units of its own choice per time, such as train/d; unlimited if absent."},
    {.name = "season",
     .kind = KEY_FACTORS,
     .default_value = "",
     .min = 12,
     .max = 12,
     .meaning = "Twelve factors on the capacity, January first, as they are: 0 closes it, as ice does a river. Base "
                "volumes are compared with the capacity without them."},
    {.name = "use",
     .kind = KEY_ENTRIES,
     .default_value = "",
     .names = NAME_REFERENCE,
     .target = "commodities energy",
     .entry = use_entry,
     .meaning = "Capacity that a unit of each commodity takes, of all that pass: write 1 where it is counted in that "
                "unit. Energy needs it only where the capacity is counted in something else."},
    {.name = "shared",
     .kind = KEY_CHOICE,
     .default_value = "",
     .choices = "energy-first energy-last",
     .meaning = "Which of energy and flows takes its capacity first, where both pass."},
    BY_COMMODITY("cost", cost_entry, "Operating cost of each commodity, paid by its shipper."),
    BY_COMMODITY("fee", fee_entry, "Charge above cost on each commodity, revenue of the leg's country."),
    BY_COMMODITY("subsidy", subsidy_entry, "Paid by the leg's country for each commodity."),
    BY_COMMODITY("penalty", penalty_entry, "Perceived cost for each commodity, nobody's revenue."),
    {.name = "cost_driver",
     .kind = KEY_REFERENCE,
     .default_value = "",
     .target = "drivers",
     .meaning = "A driver whose ratio to its base multiplies `cost`."},
    {.name = "time",
     .kind = KEY_QUANTITY,
     .unit = "d",
     .editable = true,
     .default_value = "0 d",
     .min = 0,
     .max = 1e300,
     .draws = true,
     .profile = true,
     .meaning = "Time that it takes without a queue."},
    {.name = "sd",
     .kind = KEY_QUANTITY,
     .unit = "d",
     .editable = true,
     .default_value = "0 d",
     .min = 0,
     .max = 1e300,
     .draws = true,
     .profile = true,
     .meaning = "Standard deviation of that time."},
    {.name = "bpr",
     .kind = KEY_FACTORS,
     .default_value = "",
     .min = 2,
     .max = 2,
     .meaning =
         "Soft congestion [a, b]: time grows by a rho^b, rho the share of capacity used last month; b is 1 to 6."},
    {.name = "draught",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = draught_keys,
     .meaning = "Loss of capacity with the level of a driver."},
    {.name = NULL}};
static const struct key leg_entry[] = {{.name = "*",
                                        .kind = KEY_SECTION,
                                        .keys = leg_keys,
                                        .meaning = "A crossing, line, port, strait or any other resource."}};
const struct key legs_key = {.name = "legs",
                             .kind = KEY_ENTRIES,
                             .default_value = "",
                             .entry = leg_entry,
                             .meaning = "The resources that routes use."};

const struct outcome_kind legs_outcomes[] = {
    [LEG_USED] = {.pattern = "legs.L.used",
                  .subject = SUBJECT_LEGS,
                  .words = "capacity used of leg L",
                  .heading = "L: capacity used",
                  .entities = "legs.L",
                  .unit = "$capacity!/yr",
                  .rule = OUTCOME_SUM,
                  .meaning = "Capacity that what was dispatched took."},
    [LEG_UTILISATION] = {.pattern = "legs.L.utilisation",
                         .subject = SUBJECT_LEGS,
                         .words = "share used of the capacity of leg L",
                         .heading = "L: share of capacity used",
                         .entities = "legs.L",
                         .unit = "1",
                         .rule = OUTCOME_MEAN,
                         .meaning = "Capacity used over capacity; 0 while it is closed."},
    [LEG_DELAY] = {.pattern = "legs.L.delay",
                   .subject = SUBJECT_LEGS,
                   .main = MAIN_CHANGED,
                   .rank = 9,
                   .words = "delay by the queue at leg L",
                   .heading = "L: delay",
                   .entities = "legs.L",
                   .unit = "d",
                   .rule = OUTCOME_MEAN,
                   .better = OUTCOME_LESS,
                   .meaning = "What is offered beyond a month's capacity, as time; at most 12 months."},
    [LEG_REVENUE] = {.pattern = "legs.L.revenue",
                     .subject = SUBJECT_LEGS,
                     .words = "fees of leg L",
                     .heading = "L: fees",
                     .entities = "legs.L",
                     .unit = "USD/yr",
                     .rule = OUTCOME_SUM,
                     .better = OUTCOME_MORE,
                     .meaning = "Fees on what was dispatched."},
    {.pattern = NULL}};
size_t legs_find(const struct legs *legs, const char *name)
{
    size_t i = 0;
    while (i < legs->count && strcmp(legs->leg[i].name, name) != 0) i++;
    return i;
}

/* Threads ask for slots too, so nothing is noted as used here: leg_prepare has done so. */
int leg_slot(const struct leg *leg, enum leg_map map, const char *commodity)
{
    const struct setting *entries = leg->map[map];
    for (size_t i = 0; entries != NULL && i < entries->children; i++)
        if (strcmp(entries->child[i]->name, commodity) == 0) return entries->child[i]->slot;
    return -1;
}

static struct fault *cost_driver_read(struct leg *leg, struct setting *reference, const struct drivers *drivers)
{
    if (reference == NULL) return NULL;
    leg->follows = true;
    TRY(drivers_refer(drivers, reference, &leg->cost_driver));
    if (drivers_positive(drivers, leg->cost_driver)) return NULL;
    return fault_at(FAULT_SCENARIO, reference->place,
                    "%s: driver %s may cross zero, so costs cannot follow its ratio; expected a price or a volume",
                    reference->path, reference->text);
}

static struct fault *draught_read(struct leg *leg, struct setting *draught, const struct drivers *drivers)
{
    if (draught == NULL) return NULL;
    leg->draught = true;
    leg->draught_loss = setting_slot(draught, "loss");
    leg->draught_offset = setting_slot(draught, "offset");
    TRY(drivers_refer(drivers, setting_find(draught, "driver"), &leg->draught_driver));
    if (leg->capacity >= 0) return NULL;
    return fault_at(FAULT_SCENARIO, draught->place, "%s stands without a capacity that it could reduce; expected %s",
                    draught->path, "`capacity:` too");
}

/* Effects act on what the season leaves. */
static struct fault *season_of(const struct leg *leg, struct setting *season, const struct plan *plan)
{
    double factor[CALENDAR_MONTHS_PER_YEAR];
    if (season == NULL) return NULL;
    if (leg->capacity < 0)
        return fault_at(FAULT_SCENARIO, season->place, "%s stands without a capacity that it could change; expected %s",
                        season->path, "`capacity:` too");
    for (size_t i = 0; i < CALENDAR_MONTHS_PER_YEAR; i++) {
        struct setting *one = season->child[i];
        one->used = true;
        factor[i] = store_central(plan->store, one->slot, plan->calendar.start);
        if (!(factor[i] >= 0.0))
            return fault_at(FAULT_SCENARIO, one->place, "%s is %s; expected a factor of 0 or more", one->path,
                            one->text);
    }
    store_season(plan->store, leg->capacity, STORE_STAGES - 1, factor);
    return NULL;
}

static struct fault *soft_read(struct leg *leg, struct setting *bpr, const struct plan *plan)
{
    if (bpr == NULL) return NULL;
    double value[2];
    for (size_t i = 0; i < 2; i++) {
        bpr->child[i]->used = true;
        value[i] = store_central(plan->store, bpr->child[i]->slot, plan->calendar.start);
    }
    if (leg->capacity < 0)
        return fault_at(FAULT_SCENARIO, bpr->place, "%s stands without a capacity to compare use with; expected %s",
                        bpr->path, "`capacity:` too");
    if (!(value[0] >= 0.0))
        return fault_at(FAULT_SCENARIO, bpr->child[0]->place, "%s is %s; expected a of [a, b], 0 or more",
                        bpr->child[0]->path, bpr->child[0]->text);
    if (!(value[1] >= 1.0 && value[1] <= POWER_MOST) || value[1] != floor(value[1]))
        return fault_at(FAULT_SCENARIO, bpr->child[1]->place,
                        "%s is %s; expected b of [a, b], a whole number from 1 to 6", bpr->child[1]->path,
                        bpr->child[1]->text);
    leg->soft = value[0];
    leg->power = (int)value[1];
    return NULL;
}

static struct fault *shared_read(struct leg *leg, const struct setting *shared, const struct plan *plan)
{
    if (shared == NULL) return NULL;
    leg->shared = strcmp(shared->text, "energy-first") == 0 ? LEG_ENERGY_FIRST : LEG_ENERGY_LAST;
    if (leg->shared == LEG_ENERGY_FIRST) leg->taken = store_signal(plan->store);
    if (leg->capacity >= 0) return NULL;
    return fault_at(FAULT_SCENARIO, shared->place, "%s stands without a capacity that could be shared; expected %s",
                    shared->path, "`capacity:` too");
}

static struct fault *leg_prepare(struct leg *leg, struct setting *setting, const struct plan *plan,
                                 const struct drivers *drivers)
{
    static const char *const maps[LEG_MAPS] = {[LEG_USE] = "use",
                                               [LEG_COST] = "cost",
                                               [LEG_FEE] = "fee",
                                               [LEG_SUBSIDY] = "subsidy",
                                               [LEG_PENALTY] = "penalty"};
    struct setting *country = setting_find(setting, "country"), *control = setting_find(setting, "control"),
                   *capacity = setting_find(setting, "capacity");
    leg->name = setting->name;
    leg->place = setting->place;
    leg->country = country == NULL ? NULL : country->text;
    leg->control = control == NULL ? leg->country : control->text;
    leg->capacity = capacity == NULL ? -1 : capacity->slot;
    leg->taken = -1;
    leg->time = setting_slot(setting, "time");
    leg->sd = setting_slot(setting, "sd");
    for (size_t m = 0; m < LEG_MAPS; m++) {
        leg->map[m] = setting_find(setting, maps[m]);
        for (size_t i = 0; leg->map[m] != NULL && i < leg->map[m]->children; i++) leg->map[m]->child[i]->used = true;
    }
    if (capacity != NULL) {
        leg->stock = strndup(capacity->unit, strlen(capacity->unit) - strlen("/yr"));
        if (leg->stock == NULL) return fault_no_memory();
    } else if (leg->map[LEG_USE] != NULL) {
        return fault_at(FAULT_SCENARIO, leg->map[LEG_USE]->place,
                        "%s stands without a capacity to take from; expected `capacity:` too", leg->map[LEG_USE]->path);
    }
    struct fault *faults = shared_read(leg, setting_find(setting, "shared"), plan);
    faults = fault_join(faults, cost_driver_read(leg, setting_find(setting, "cost_driver"), drivers));
    faults = fault_join(faults, draught_read(leg, setting_find(setting, "draught"), drivers));
    faults = fault_join(faults, season_of(leg, setting_find(setting, "season"), plan));
    return fault_join(faults, soft_read(leg, setting_find(setting, "bpr"), plan));
}

struct fault *legs_prepare(struct plan *plan, const struct drivers *drivers, struct legs *legs)
{
    struct setting *section = setting_find(plan->root, "legs");
    const size_t count = section == NULL ? 0 : section->children;
    struct fault *faults = NULL;
    legs->leg = calloc(count + 1, sizeof *legs->leg);
    if (legs->leg == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) {
        section->child[i]->used = true;
        faults = fault_join(faults, leg_prepare(&legs->leg[legs->count++], section->child[i], plan, drivers));
    }
    return faults;
}

void legs_free(struct legs *legs)
{
    for (size_t i = 0; i < legs->count; i++) free(legs->leg[i].stock);
    free(legs->leg);
    *legs = (struct legs){0};
}

void leg_left(const double capacity[LANES], const double taken[LANES], double left[LANES])
{
    EACH_LANE(l)
    {
        const double rest = capacity[l] - taken[l];
        left[l] = rest > ROUNDING * capacity[l] ? rest : 0.0;
    }
}

bool leg_moves(const struct leg *leg, const struct store *store)
{
    return leg->draught || leg->taken >= 0 || store_varies_by_month(store, leg->capacity);
}

/* By a draught. */
static void reduce(const struct leg *leg, const struct rows *rows, const struct drivers_state *drivers, bool at_base,
                   double capacity[LANES])
{
    _Alignas(LANES_ALIGNMENT) double level[LANES];
    const double *now = drivers_level(drivers, leg->draught_driver), *loss = rows_get(rows, leg->draught_loss);
    if (at_base)
        drivers_base(drivers, leg->draught_driver, level);
    else
        EACH_LANE(l) level[l] = now[l];
    const double *offset = leg->draught_offset < 0 ? NULL : rows_get(rows, leg->draught_offset);
    EACH_LANE(l)
    {
        const double fall = level[l] - (offset == NULL ? 0.0 : offset[l]);
        const double left = 1.0 - loss[l] * (fall > 0.0 ? fall : 0.0);
        capacity[l] *= left < LEAST_CAPACITY ? LEAST_CAPACITY : left > 1.0 ? 1.0 : left;
    }
}

void leg_capacity(const struct leg *leg, const struct rows *rows, const struct drivers_state *drivers, bool at_base,
                  double capacity[LANES])
{
    const double *per_year = rows_get(rows, leg->capacity);
    EACH_LANE(l) capacity[l] = per_year[l];
    if (leg->draught) reduce(leg, rows, drivers, at_base, capacity);
    if (leg->taken >= 0 && !at_base) leg_left(capacity, rows_signal(rows, leg->taken), capacity);
}
