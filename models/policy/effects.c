/* models/policy/effects.c -- see effects.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/policy/effects.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const struct key effect_keys[] = {
    {.name = "set",
     .kind = KEY_QUANTITY,
     .unit = "@",
     .default_value = "",
     .draws = true,
     .profile = true,
     .meaning = "What the quantity becomes; or `add`, or `scale`."},
    {.name = "add",
     .kind = KEY_QUANTITY,
     .unit = "@",
     .default_value = "",
     .draws = true,
     .profile = true,
     .meaning = "What is added to it."},
    {.name = "scale",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "",
     .min = 0,
     .max = 1e300,
     .draws = true,
     .profile = true,
     .meaning = "What it is multiplied by."},
    {.name = "ramp",
     .kind = KEY_QUANTITY,
     .unit = "mo",
     .default_value = "",
     .min = 0,
     .max = 1e300,
     .min_open = true,
     .draws = true,
     .meaning = "Months over which it comes into force, in equal steps; at once if absent."},
    {.name = "each",
     .kind = KEY_BOOLEAN,
     .default_value = "false",
     .meaning = "Of an event: the value is a distribution that is drawn anew each time it happens, not once for all."},
    {.name = "from", .kind = KEY_MONTH, .default_value = "", .meaning = "First month in which it counts."},
    {.name = "until",
     .kind = KEY_MONTH,
     .ends = true,
     .default_value = "",
     .meaning = "First month in which it no longer does."},
    {.name = NULL}};
const struct key effects_entry[] = {
    {.name = "*", .kind = KEY_SECTION, .keys = effect_keys, .meaning = "An edit of the quantity at that path."}};

const struct outcome_kind effects_outcomes[] = {
    {.pattern = "effects.held",
     .subject = SUBJECT_OTHER,
     .words = "quantities that effects would push out of their range",
     .unit = "1",
     .rule = OUTCOME_MEAN,
     .better = OUTCOME_LESS,
     .diagnostic = true,
     .meaning = "How many quantities a month were held at the end of the range of their key, such as a capacity at 0."},
    {.pattern = NULL}};

/* ---- reading ---- */

/* A layer cannot edit what decided about it, or about an earlier one. */
static struct fault *layer_check(const struct effect_owner *owner, const struct setting *setting)
{
    const bool regimes = strncmp(setting->name, "regimes.", 8) == 0, events = strncmp(setting->name, "events.", 7) == 0;
    if (regimes && owner->layer != EFFECT_POLICY)
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s: regimes are settled before this acts; expected an effect of a policy", setting->path);
    if (events && owner->layer == EFFECT_EVENT)
        return fault_at(FAULT_SCENARIO, setting->place,
                        "%s: events are settled together; expected an effect of a policy or a regime", setting->path);
    return NULL;
}

static struct fault *effect_add(struct effects *effects, const struct effect *effect, int target)
{
    struct effect *grown = realloc(effects->effect, (effects->count + 1) * sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    effects->effect = grown;
    grown[effects->count] = *effect;
    grown[effects->count].target = target;
    grown[effects->count].order = effects->count;
    effects->count++;
    return NULL;
}

/* A value that its event draws each time it happens; no input then. */
static struct fault *each_read(struct effect *effect, struct setting *setting, const struct plan *plan)
{
    struct setting *each = setting_find(setting, "each");
    if (!each->truth) return NULL;
    if (effect->owner.layer != EFFECT_EVENT)
        return fault_at(FAULT_SCENARIO, each->place,
                        "%s: %s does not happen again and again; expected `each` of an event only", each->path,
                        effect->owner.name);
    if (!quantity_is_drawn(store_quantity(plan->store, effect->value)) ||
        store_first_date(plan->store, effect->value) != INT_MIN)
        return fault_at(FAULT_SCENARIO, each->place,
                        "%s: the value of the effect is not a distribution; expected one, to be drawn each time",
                        each->path);
    effect->drawn = store_signal(plan->store);
    store_idle(plan->store, effect->value);
    return NULL;
}

static struct fault *effect_read(struct effects *effects, struct setting *setting, const struct effect_owner *owner,
                                 const struct plan *plan)
{
    static const char *const names[] = {[EFFECT_SET] = "set", [EFFECT_ADD] = "add", [EFFECT_SCALE] = "scale"};
    struct setting *target = setting_at(plan->root, setting->name), *from = setting_find(setting, "from"),
                   *until = setting_find(setting, "until"), *ramp = setting_find(setting, "ramp");
    struct effect effect = {.owner = *owner,
                            .value = -1,
                            .drawn = -1,
                            .ramp = ramp == NULL ? -1 : ramp->slot,
                            .from = from == NULL ? INT_MIN : (int)from->integer,
                            .until = until == NULL ? INT_MAX : (int)until->integer,
                            .setting = setting};
    setting->used = true;
    TRY(layer_check(owner, setting));
    if (effect.until <= effect.from)
        return fault_at(FAULT_SCENARIO, until->place, "%s is %s, not after `from`; expected a later month", until->path,
                        until->text);
    for (int o = EFFECT_SET; o <= EFFECT_SCALE; o++) {
        const int slot = setting_slot(setting, names[o]);
        if (slot < 0) continue;
        effect.value = slot;
        effect.operation = (enum effect_operation)o;
    }
    TRY(each_read(&effect, setting, plan));
    struct setting *quantity = setting_quantity(target);
    if (quantity != NULL) return effect_add(effects, &effect, quantity->slot);
    for (size_t i = 0; i < target->children; i++) TRY(effect_add(effects, &effect, target->child[i]->slot));
    return NULL;
}

struct fault *effects_read(struct effects *effects, struct setting *map, const struct effect_owner *owner,
                           const struct plan *plan)
{
    struct fault *faults = NULL;
    if (map == NULL) return NULL;
    map->used = true;
    for (size_t i = 0; i < map->children; i++)
        faults = fault_join(faults, effect_read(effects, map->child[i], owner, plan));
    return faults;
}

static int in_order(const void *left, const void *right)
{
    const struct effect *a = left, *b = right;
    if (a->target != b->target) return a->target < b->target ? -1 : 1;
    if (a->owner.layer != b->owner.layer) return a->owner.layer < b->owner.layer ? -1 : 1;
    if (a->operation != b->operation) return a->operation < b->operation ? -1 : 1;
    return a->order < b->order ? -1 : a->order > b->order;
}

static int stage_of(const char *path)
{
    if (strncmp(path, "regimes.", 8) == 0) return EFFECTS_STAGE_REGIMES;
    return strncmp(path, "events.", 7) == 0 ? EFFECTS_STAGE_EVENTS : EFFECTS_STAGE_MODELS;
}

/* The declaration of the quantity in the slot. */
static const struct key *key_of(const struct effect *effect, const struct plan *plan)
{
    struct setting *target = setting_at(plan->root, effect->setting->name);
    const struct setting *quantity = setting_quantity(target);
    return quantity != NULL ? quantity->key : target->key->entry;
}

static void write_effect(const void *context, const struct rows *rows, int month, double row[LANES])
{
    effect_apply(context, rows, month, row);
}

static void write_bounds(const void *context, const struct rows *rows, int month, double row[LANES])
{
    const struct effect_bounds *bounds = context;
    const double least = bounds->min, most = bounds->max;
    double *held = rows_signal(rows, bounds->effects->held);
    (void)month;
    EACH_LANE(l)
    {
        held[l] += row[l] < least || row[l] > most ? 1.0 : 0.0;
        row[l] = row[l] < least ? least : row[l];
        row[l] = row[l] > most ? most : row[l];
    }
}

struct fault *effects_settle(struct effects *effects, struct plan *plan)
{
    if (effects->count == 0) return NULL;
    effects->held = store_signal(plan->store);
    effects->bounds = calloc(effects->count, sizeof *effects->bounds);
    if (effects->bounds == NULL) return fault_no_memory();
    qsort(effects->effect, effects->count, sizeof *effects->effect, in_order);
    for (size_t i = 0; i < effects->count; i++) {
        const struct effect *effect = &effects->effect[i];
        const int stage = stage_of(store_path(plan->store, effect->target));
        TRY(store_move(plan->store, effect->target, stage, write_effect, effect));
        if (i + 1 < effects->count && effects->effect[i + 1].target == effect->target) continue;
        const struct key *key = key_of(effect, plan);
        if (!key_has_range(key)) continue;
        struct effect_bounds *bounds = &effects->bounds[effects->bounded++];
        /* a range without its end is held at the next number */
        *bounds = (struct effect_bounds){effects, key->min_open ? nextafter(key->min, key->max) : key->min,
                                         key->max_open ? nextafter(key->max, key->min) : key->max};
        TRY(store_move(plan->store, effect->target, stage, write_bounds, bounds));
    }
    return outcomes_declare(plan->outcomes, &effects_outcomes[0], NULL, "1", &effects->outcome);
}

void effects_free(struct effects *effects)
{
    free(effects->effect);
    free(effects->bounds);
    *effects = (struct effects){0};
}

/* ---- a month ---- */

void effects_step(const struct effects *effects, const struct rows *rows)
{
    if (effects->count == 0) return;
    double *held = rows_signal(rows, effects->held);
    EACH_LANE(l) held[l] = 0.0;
}

void effects_report(const struct effects *effects, const struct rows *rows, struct outcome_rows *report)
{
    if (effects->count > 0) report->row[effects->outcome] = rows_signal(rows, effects->held);
}

void effect_weight(const struct effect *effect, const struct rows *rows, int month, double weight[LANES])
{
    const double *force = rows_signal(rows, effect->owner.weight);
    const double within = month >= effect->from && month < effect->until ? 1.0 : 0.0;
    EACH_LANE(l) weight[l] = force[l] * within;
    if (effect->ramp < 0) return;
    const double *age = rows_signal(rows, effect->owner.age), *ramp = rows_get(rows, effect->ramp);
    EACH_LANE(l) weight[l] *= age[l] < ramp[l] ? age[l] / ramp[l] : 1.0;
}

void effect_apply(const struct effect *effect, const struct rows *rows, int month, double row[LANES])
{
    _Alignas(LANES_ALIGNMENT) double d[LANES];
    const double *value = effect->drawn < 0 ? rows_get(rows, effect->value) : rows_signal(rows, effect->drawn);
    effect_weight(effect, rows, month, d);
    /* in full force the result is that of the operation, without the rounding of a difference */
    if (effect->operation == EFFECT_SET)
        EACH_LANE(l) row[l] = d[l] == 1.0 ? value[l] : row[l] + d[l] * (value[l] - row[l]);
    else if (effect->operation == EFFECT_ADD)
        EACH_LANE(l) row[l] += d[l] * value[l];
    else
        EACH_LANE(l) row[l] = d[l] == 1.0 ? value[l] * row[l] : row[l] + d[l] * (value[l] * row[l] - row[l]);
}
