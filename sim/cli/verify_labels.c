/* sim/cli/verify_labels.c -- what a result says of itself against its scenario: calendar, prices, coordinates and labels.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 128 };

struct labels {
    struct verify *verify;
    const struct outcome **outcome; /* [all outcomes] of the group at hand, as the scenario gives them */
    const char **text;              /* [all outcomes, or inputs], room */
    double *number;                 /* [all outcomes, quantiles, levels or 2 years], room */
    size_t compared;
};

static void note(struct verify *verify, struct fault *difference)
{
    verify->different++;
    if (fault_enough(verify->differences))
        fault_free(difference);
    else
        verify->differences = fault_join(verify->differences, difference);
}

/* Texts of a dataset against those that labels->text has. */
static struct fault *compare_texts(struct labels *labels, const char *name, size_t count)
{
    char **stored = NULL;
    size_t found = 0, i = 0;
    struct fault *fault = stored_labels(labels->verify->stored, name, &found, &stored);
    labels->compared++;
    if (fault == NULL) {
        while (i < count && i < found && strcmp(stored[i], labels->text[i]) == 0) i++;
        if (i < count || i < found)
            note(labels->verify,
                 fault_raise(FAULT_UNTRUSTED, "%s: label %zu is %s in the file, but %s again", name, i,
                             i < found ? stored[i] : "missing", i < count ? labels->text[i] : "missing"));
    }
    stored_labels_free(found, stored);
    return fault;
}

/* Numbers likewise. */
static struct fault *compare_numbers(struct labels *labels, const char *name, size_t count, const double again[])
{
    double *stored = NULL;
    size_t found = 0;
    struct fault *fault = stored_numbers(labels->verify->stored, name, &found, &stored);
    labels->compared++;
    size_t i = 0;
    while (fault == NULL && i < count && i < found && stored[i] == again[i]) i++;
    if (fault == NULL && found != count)
        note(labels->verify,
             fault_raise(FAULT_UNTRUSTED, "%s has %zu values in the file, but %zu again", name, found, count));
    else if (fault == NULL && i < count)
        note(labels->verify, fault_raise(FAULT_UNTRUSTED, "%s: value %zu is %.17g in the file, but %.17g again", name,
                                         i, stored[i], again[i]));
    free(stored);
    return fault;
}

/* The outcomes of a group, in the order of the scenario; of samples those that are stored. */
static size_t members(struct labels *labels, bool annual, bool of_samples)
{
    const struct outcomes *outcomes = &labels->verify->simulation->outcomes;
    size_t count = 0;
    for (size_t i = 0; i < outcomes->count; i++) {
        const struct outcome *outcome = &outcomes->item[i];
        if (annual && outcome->kind->horizon_only) continue;
        if (of_samples && !stored_has_samples(labels->verify->stored, annual, outcome->path)) continue;
        labels->outcome[count++] = outcome;
    }
    return count;
}

static struct fault *compare_outcomes(struct labels *labels, const char *group, bool annual, size_t count)
{
    char name[NAME];
    for (size_t i = 0; i < count; i++) labels->text[i] = labels->outcome[i]->path;
    snprintf(name, sizeof name, "%s/outcome", group);
    TRY(compare_texts(labels, name, count));
    for (const struct dataset_label *label = dataset_labels; label->name != NULL; label++) {
        bool there = true;
        snprintf(name, sizeof name, "%s/%s", group, label->name);
        if (label->optional) TRY(stored_has(labels->verify->stored, name, &there));
        if (!there) continue;
        for (size_t i = 0; i < count; i++)
            if (label->text != NULL)
                labels->text[i] = label->text(labels->outcome[i], annual);
            else
                labels->number[i] = (double)label->number(labels->outcome[i]);
        TRY(label->text != NULL ? compare_texts(labels, name, count)
                                : compare_numbers(labels, name, count, labels->number));
    }
    return NULL;
}

static struct fault *compare_time(struct labels *labels, const char *group)
{
    const struct calendar *calendar = &labels->verify->simulation->plan.calendar;
    const size_t years = labels->verify->head->years;
    char name[NAME];
    for (size_t y = 0; y < years; y++)
        labels->number[y] = (double)calendar_days(calendar->start + (int)y * CALENDAR_MONTHS_PER_YEAR);
    snprintf(name, sizeof name, "%s/time", group);
    return compare_numbers(labels, name, years, labels->number);
}

/* The coordinates of statistics. */
static struct fault *compare_coordinates(struct labels *labels, const char *group, size_t outcomes)
{
    const struct simulation *simulation = labels->verify->simulation;
    const size_t levels = simulation->levels / 2;
    char name[NAME];
    size_t chances = 0;
    bool there = false;
    snprintf(name, sizeof name, "%s/quantile", group);
    TRY(compare_numbers(labels, name, simulation->quantiles, simulation->probability));
    snprintf(name, sizeof name, "%s/level", group);
    TRY(compare_numbers(labels, name, levels, simulation->level + levels));
    snprintf(name, sizeof name, "%s/tail", group);
    labels->text[0] = "lower";
    labels->text[1] = "upper";
    TRY(compare_texts(labels, name, 2));
    for (size_t i = 0; i < outcomes; i++)
        if (labels->outcome[i]->kind->chance != CHANCE_NONE) labels->text[chances++] = labels->outcome[i]->path;
    snprintf(name, sizeof name, "%s/threshold", group);
    TRY(stored_has(labels->verify->stored, name, &there));
    return there || chances > 0 ? compare_texts(labels, name, chances) : NULL;
}

static struct fault *compare_inputs(struct labels *labels)
{
    const struct store *store = labels->verify->simulation->plan.store;
    const size_t inputs = stored_inputs(labels->verify->stored);
    if (inputs == 0 || inputs != store_inputs(store)) return NULL; /* of which verify_blocks tells */
    for (size_t i = 0; i < inputs; i++) labels->text[i] = store_input_name(store, i);
    TRY(compare_texts(labels, "inputs/input", inputs));
    for (size_t i = 0; i < inputs; i++) labels->text[i] = simulation_input_unit(labels->verify->simulation, i);
    return compare_texts(labels, "inputs/units", inputs);
}

static void compare_head(struct verify *verify)
{
    const struct result *head = verify->head;
    const struct simulation *simulation = verify->simulation;
    const struct calendar *stored = &head->calendar, *again = &simulation->plan.calendar;
    const char *prices = simulation->prices == NULL ? "constant base-year USD" : simulation->prices;
    if (stored->base != again->base || stored->start != again->start || stored->months != again->months) {
        char dates[4][8];
        calendar_write(stored->base, dates[0]);
        calendar_write(stored->start, dates[1]);
        calendar_write(again->base, dates[2]);
        calendar_write(again->start, dates[3]);
        note(verify,
             fault_raise(FAULT_UNTRUSTED,
                         "the calendar is %d months from %s, base %s, in the file, but %d from %s, base %s again",
                         stored->months, dates[1], dates[0], again->months, dates[3], dates[2]));
    }
    if (strcmp(head->prices, prices) != 0)
        note(verify, fault_raise(FAULT_UNTRUSTED, "prices are %s in the file, but %s again", head->prices, prices));
}

static struct fault *compare_groups(struct labels *labels)
{
    static const struct {
        const char *name;
        bool annual, of_samples;
    } groups[] = {{"annual", true, false},
                  {"horizon", false, false},
                  {"samples/annual", true, true},
                  {"samples/horizon", false, true}};
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        bool there = false;
        TRY(stored_has(labels->verify->stored, groups[g].name, &there));
        if (!there) continue;
        const size_t count = members(labels, groups[g].annual, groups[g].of_samples);
        TRY(compare_outcomes(labels, groups[g].name, groups[g].annual, count));
        if (groups[g].annual) TRY(compare_time(labels, groups[g].name));
        if (!groups[g].of_samples) TRY(compare_coordinates(labels, groups[g].name, count));
    }
    return compare_inputs(labels);
}

struct fault *verify_labels(struct verify *verify, size_t *compared, size_t *different)
{
    const struct simulation *simulation = verify->simulation;
    const size_t room = simulation->outcomes.count + store_inputs(simulation->plan.store) + simulation->quantiles +
                        simulation->levels + verify->head->years + 2;
    const size_t before = verify->different;
    struct labels labels = {.verify = verify,
                            .outcome = calloc(room, sizeof *labels.outcome),
                            .text = calloc(room, sizeof *labels.text),
                            .number = calloc(room, sizeof *labels.number)};
    struct fault *fault =
        labels.outcome == NULL || labels.text == NULL || labels.number == NULL ? fault_no_memory() : NULL;
    compare_head(verify);
    if (fault == NULL) fault = compare_groups(&labels);
    free(labels.outcome);
    free(labels.text);
    free(labels.number);
    *compared = labels.compared;
    *different = verify->different - before;
    return fault;
}
