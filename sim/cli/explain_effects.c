/* sim/cli/explain_effects.c -- see explain_effects.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/explain_effects.h"
#include "sim/core/printable.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is explained: the state is that of the month. */
struct moment {
    const struct simulation *simulation;
    const struct world_state *state;
    int month; /* of the calendar */
    /* the unit that numbers are shown in, and how many of the quantity's there are in one */
    const char *unit;
    double factor;
};

/* The unit in which the scenario states the quantity, of a profile its first value; NULL: none. */
static const char *stated_unit(const struct node *node)
{
    int month;
    if (node == NULL) return NULL;
    if (node->kind == NODE_SCALAR) return quantity_unit_text(node->text);
    for (size_t i = 0; node->kind == NODE_MAP && i < node->children; i++)
        if (calendar_read(node->child[i]->key, &month) && node->child[i]->kind == NODE_SCALAR)
            return quantity_unit_text(node->child[i]->text);
    return NULL;
}

/* Numbers in the unit of the scenario, where it states one that is known. */
static void choose_unit(struct moment *moment, int slot)
{
    const struct store *store = moment->simulation->plan.store;
    const char *stated = stated_unit(tree_at(moment->simulation->scenario->merged, store_path(store, slot)));
    moment->unit = store_unit(store, slot);
    moment->factor = 1.0;
    if (stated == NULL || stated[0] == '\0') return;
    double factor;
    struct fault *fault = units_factor(moment->simulation->plan.units, stated, moment->unit, &factor);
    if (fault == NULL) {
        moment->unit = stated;
        moment->factor = factor;
    }
    fault_free(fault);
}

static void print_place(struct place place)
{
    if (place.source == NULL) return;
    fputs("  # ", stdout);
    printable_put(place.source->name, stdout);
    printf(":%d", place.line);
}

static const char *operation_word(const struct effect *effect)
{
    static const char *const words[] = {[EFFECT_SET] = "set", [EFFECT_ADD] = "add", [EFFECT_SCALE] = "scale"};
    return words[effect->operation];
}

/* "policy open-skies: scale 2.0" */
static void print_effect(const struct moment *moment, const struct effect *effect)
{
    const char *word = operation_word(effect);
    const struct setting *value = NULL;
    for (size_t i = 0; i < effect->setting->children; i++)
        if (strcmp(effect->setting->child[i]->name, word) == 0) value = effect->setting->child[i];
    printf("%s: %s ", effect->owner.name, word);
    if (value != NULL && value->text != NULL)
        printf("%s", value->text);
    else
        printf("%.6g %s", store_central(moment->simulation->plan.store, effect->value, moment->month),
               store_unit(moment->simulation->plan.store, effect->value));
}

static double weight_of(const struct moment *moment, const struct effect *effect)
{
    _Alignas(LANES_ALIGNMENT) double weight[LANES];
    effect_weight(effect, world_rows(moment->state), moment->month, weight);
    return weight[0];
}

/* When the policy of the effect is complete, months from the start. */
static double completion_of(const struct moment *moment, const struct effect *effect)
{
    const struct policies *policies = world_policies(moment->simulation->world);
    const char *name = strchr(effect->owner.name, ' ') + 1;
    size_t p = 0;
    while (p < policies_count(policies) && strcmp(policies_name(policies, p), name) != 0) p++;
    return p < policies_count(policies) ? policies_complete(world_policies_state(moment->state), p)[0]
                                        : (double)INFINITY;
}

static void print_why_not(const struct moment *moment, const struct effect *effect)
{
    char date[8];
    const int start = moment->simulation->plan.calendar.start;
    if (moment->month < effect->from || moment->month >= effect->until) {
        printf(", not at this date");
        return;
    }
    switch (effect->owner.layer) {
    case EFFECT_EVENT: {
        char path[256];
        snprintf(path, sizeof path, "events.%s.start", strchr(effect->owner.name, ' ') + 1);
        const struct setting *dated = setting_at(moment->simulation->plan.root, path);
        if (dated == NULL)
            printf(", while it lasts");
        else
            printf(", while it lasts from %s on", dated->text);
        return;
    }
    case EFFECT_REGIME: printf(", while in that state"); return;
    case EFFECT_POLICY: break;
    }
    const double complete = completion_of(moment, effect);
    if (isinf(complete)) {
        printf(", once its trigger has held");
    } else if (start + (int)complete > moment->month) {
        calendar_write(start + (int)complete, date);
        printf(", from %s on", date);
    } else {
        printf(", ended");
    }
}

static void print_steps(const struct moment *moment, int slot, double before)
{
    const struct effects *effects = world_effects(moment->simulation->world);
    const struct store *store = moment->simulation->plan.store;
    _Alignas(LANES_ALIGNMENT) double row[LANES];
    char date[8];
    bool others = false;
    calendar_write(moment->month, date);
    EACH_LANE(l) row[l] = before;
    printf("%s at %s, drawn inputs at their medians, without chance:\n  %12.6g %-10s own value\n",
           store_path(store, slot), date, before / moment->factor, moment->unit);
    for (size_t i = 0; i < effects->count; i++) {
        const struct effect *effect = &effects->effect[i];
        if (effect->target != slot) continue;
        const double weight = weight_of(moment, effect);
        others = others || !(weight > 0.0);
        if (!(weight > 0.0)) continue;
        effect_apply(effect, world_rows(moment->state), moment->month, row);
        printf("  %12.6g %-10s ", row[0] / moment->factor, moment->unit);
        print_effect(moment, effect);
        if (weight < 1.0) printf(", to %.3g %%", 100.0 * weight);
        print_place(effect->setting->place);
        putchar('\n');
    }
    if (others) printf("  not in force:\n");
    for (size_t i = 0; i < effects->count && others; i++) {
        const struct effect *effect = &effects->effect[i];
        if (effect->target != slot || weight_of(moment, effect) > 0.0) continue;
        printf("    ");
        print_effect(moment, effect);
        print_why_not(moment, effect);
        print_place(effect->setting->place);
        putchar('\n');
    }
}

/* A leg's draught acts after all effects, and depends on a driver. */
static void print_draught(struct setting *root, const char *path)
{
    char leg[160];
    const size_t length = strlen(path), tail = strlen(".capacity");
    if (strncmp(path, "legs.", 5) != 0 || length < tail || strcmp(path + length - tail, ".capacity") != 0) return;
    snprintf(leg, sizeof leg, "%.*s.draught.driver", (int)(length - tail), path);
    const struct setting *driver = setting_at(root, leg);
    if (driver != NULL) printf("  then what the draught takes away, by driver %s\n", driver->text);
}

static struct fault *explain_slot(struct simulation *simulation, int slot, int month)
{
    struct world_state *state = NULL;
    struct fault *fault = world_open(simulation->world, &state);
    if (fault == NULL) {
        struct moment moment = {.simulation = simulation, .state = state, .month = month};
        choose_unit(&moment, slot);
        world_start_central(state);
        world_keep(state, slot);
        for (int m = simulation->plan.calendar.start; m <= month; m++)
            world_energy_central(state, m - simulation->plan.calendar.start);
        const double own = store_variation(simulation->plan.store, slot) == STORE_MOVED
                               ? rows_kept(world_rows(state))
                               : rows_get(world_rows(state), slot)[0];
        print_steps(&moment, slot, own);
        print_draught(simulation->plan.root, store_path(simulation->plan.store, slot));
    }
    world_close(state);
    return fault;
}

struct fault *explain_effects(struct simulation *simulation, const char *path, int month)
{
    const struct calendar *calendar = &simulation->plan.calendar;
    struct setting *setting = setting_at(simulation->plan.root, path);
    char first[8], last[8];
    if (setting == NULL) return NULL;
    if (month < calendar->start || month >= calendar->start + calendar->months) {
        calendar_write(calendar->start, first);
        calendar_write(calendar->start + calendar->months - 1, last);
        printf("# the run goes from %s to %s, so that no effect is in force\n", first, last);
        return NULL;
    }
    struct setting *quantity = setting_quantity(setting);
    if (quantity != NULL) return quantity->key->editable ? explain_slot(simulation, quantity->slot, month) : NULL;
    if (setting->key->kind != KEY_ENTRIES) return NULL;
    for (size_t i = 0; i < setting->children; i++)
        if (setting->child[i]->key->kind == KEY_QUANTITY && setting->child[i]->key->editable)
            TRY(explain_slot(simulation, setting->child[i]->slot, month));
    return NULL;
}
