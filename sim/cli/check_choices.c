/* sim/cli/check_choices.c -- see check_choices.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/check_choices.h"
#include "output/tables/readable.h"
#include "output/tables/wrapped.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* The entries of a top-level map; NULL: none. */
static struct setting *section_of(const struct simulation *simulation, const char *name)
{
    struct setting *section = setting_find(simulation->plan.root, name);
    return section == NULL || section->children == 0 ? NULL : section;
}

static double central(const struct simulation *simulation, struct setting *setting, const char *key)
{
    return store_central(simulation->plan.store, setting_slot(setting, key), simulation->plan.calendar.start);
}

/* The share of time that a random event is there: rate E[T] / (1 + rate E[T]). */
static void print_random(const struct simulation *simulation, struct setting *event)
{
    const double rate = central(simulation, event, "rate"),
                 lasts = quantity_mean(store_quantity(simulation->plan.store, setting_slot(event, "duration")));
    const double each = rate / CALENDAR_MONTHS_PER_YEAR * lasts;
    const struct setting *driver = setting_find(event, "driver"), *during = setting_find(event, "during");
    const bool seasonal = setting_find(event, "months") != NULL || setting_find(event, "season") != NULL;
    printf("%.3g /yr%s, %.3g mo on average", rate, seasonal ? " in its season" : "", lasts);
    if (driver != NULL) printf(", by driver %s", driver->text);
    if (during != NULL) printf(", during %s", during->text);
    if (!seasonal && driver == NULL && during == NULL) printf(": %.2g %% of the time", 100.0 * each / (1.0 + each));
}

static void print_yearly(const struct setting *months, const struct setting *start)
{
    printf("every year%s%s in months", start == NULL ? "" : " from ", start == NULL ? "" : start->text);
    for (size_t m = 0; m < months->children; m++) printf(" %s", months->child[m]->text);
}

static void print_events(const struct simulation *simulation)
{
    struct setting *section = section_of(simulation, "events");
    if (section == NULL) return;
    printf("\n  Events, at medians of what is drawn:\n");
    for (size_t i = 0; i < section->children; i++) {
        struct setting *event = section->child[i];
        const struct setting *start = setting_find(event, "start");
        printf("    %-24s ", event->name);
        const struct setting *months = setting_find(event, "months");
        if (setting_find(event, "rate") != NULL)
            print_random(simulation, event);
        else if (months != NULL)
            print_yearly(months, start);
        else
            printf("from %s on for %s", start->text, setting_find(event, "duration")->text);
        putchar('\n');
    }
}

static void print_regimes(const struct simulation *simulation)
{
    struct setting *section = section_of(simulation, "regimes");
    if (section == NULL) return;
    printf("\n  Regimes:\n");
    for (size_t i = 0; i < section->children; i++) {
        struct setting *regime = section->child[i], *transition = setting_find(regime, "transition"),
                       *force = setting_find(regime, "force");
        struct wrapped line = {.to = stdout, .indent = 29, .column = 28};
        char item[READABLE_AMOUNT];
        printf("    %-24s", regime->name);
        snprintf(item, sizeof item, " starts %s", setting_find(regime, "start")->text);
        wrapped_add(&line, ",", item);
        for (size_t t = 0; transition != NULL && t < transition->children; t++) {
            snprintf(
                item, sizeof item, "%s %.3g /yr", transition->child[t]->name,
                store_central(simulation->plan.store, transition->child[t]->slot, simulation->plan.calendar.start));
            wrapped_add(&line, ",", item);
        }
        for (size_t f = 0; force != NULL && f < force->children; f++) {
            snprintf(item, sizeof item, "%s from %s on", force->child[f]->text, force->child[f]->name);
            wrapped_add(&line, ",", item);
        }
        putchar('\n');
    }
}

static void print_cost(const struct simulation *simulation, struct setting *policy, struct wrapped *line)
{
    const struct setting *overrun = setting_find(policy, "overrun"), *finance = setting_find(policy, "finance");
    char amount[READABLE_AMOUNT], item[READABLE_AMOUNT + 32];
    if (setting_find(policy, "cost") == NULL) return;
    const double cost = central(simulation, policy, "cost");
    readable_amount(cost, "USD", amount);
    snprintf(item, sizeof item, "cost %s", amount);
    wrapped_add(line, ",", item);
    if (overrun != NULL) {
        readable_amount(cost * central(simulation, policy, "overrun"), "USD", amount);
        snprintf(item, sizeof item, "%s with overrun", amount);
        wrapped_add(line, ",", item);
    }
    if (finance == NULL) return;
    snprintf(item, sizeof item, "loan %s", finance->text);
    wrapped_add(line, ",", item);
}

static void print_when(struct setting *when, struct wrapped *line)
{
    const struct setting *outcome = setting_find(when, "outcome"), *driver = setting_find(when, "driver"),
                         *above = setting_find(when, "above"), *below = setting_find(when, "below");
    char sentence[4 * READABLE_AMOUNT];
    snprintf(sentence, sizeof sentence, "when %s is %s %s for %s", outcome != NULL ? outcome->text : driver->text,
             above != NULL ? "above" : "below", above != NULL ? above->text : below->text,
             setting_find(when, "for")->text);
    wrapped_words(line, sentence);
}

static void print_policies(const struct simulation *simulation, const struct world_state *state)
{
    struct setting *section = section_of(simulation, "policies");
    const struct policies *policies = world_policies(simulation->world);
    if (section == NULL) return;
    if (policies_count(policies) > 0) printf("\n  Policies adopted, at medians of what is drawn:\n");
    for (size_t p = 0; p < policies_count(policies); p++) {
        struct setting *policy = setting_find(section, policies_name(policies, p)),
                       *when = setting_find(policy, "when");
        const double complete = policies_complete(world_policies_state(state), p)[0];
        struct wrapped line = {.to = stdout, .indent = 29, .column = 28};
        char date[8], item[READABLE_AMOUNT];
        printf("    %-24s ", policy->name);
        if (when != NULL) print_when(when, &line);
        if (when == NULL) {
            snprintf(item, sizeof item, "starts %s", setting_find(policy, "start")->text);
            wrapped_add(&line, ",", item);
        }
        if (when == NULL && setting_find(policy, "build") != NULL) {
            calendar_write(simulation->plan.calendar.start + (int)complete, date);
            snprintf(item, sizeof item, "complete %s", date);
            wrapped_add(&line, ",", item);
        }
        print_cost(simulation, policy, &line);
        putchar('\n');
    }
    size_t others = 0;
    struct wrapped list = {.to = stdout, .indent = 6, .column = 15};
    for (size_t i = 0; i < section->children; i++) {
        size_t p = 0;
        while (p < policies_count(policies) && strcmp(policies_name(policies, p), section->child[i]->name) != 0) p++;
        if (p < policies_count(policies) || setting_find(section->child[i], "bundle") != NULL) continue;
        if (others++ == 0) printf("\n  Not adopted: ");
        wrapped_add(&list, ",", section->child[i]->name);
    }
    if (others > 0) putchar('\n');
}

void check_choices_print(const struct simulation *simulation, const struct world_state *state)
{
    print_events(simulation);
    print_regimes(simulation);
    print_policies(simulation, state);
}
