/* sim/batch/batch.c -- see batch.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/batch/batch.h"
#include "models/keys.h"
#include "sim/core/cause.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_SCENARIOS = 200, MOST_OUTCOMES = 100 };

static const struct key scenario_entry = {
    .name = "*", .kind = KEY_TEXT, .meaning = "The name of a scenario, as in `extends`."};
static const struct key outcome_entry = {
    .name = "*", .kind = KEY_TEXT, .meaning = "The path of an outcome, such as fiscal.total."};
static const struct key compare_keys[] = {
    {.name = "outcomes",
     .kind = KEY_LIST,
     .default_value = "",
     .min = 1,
     .max = MOST_OUTCOMES,
     .entry = &outcome_entry,
     .shorthand = "",
     .meaning = "What is compared: npv.national, fiscal.total and trade.balance if absent, where they are."},
    {.name = "regret",
     .kind = KEY_TEXT,
     .default_value = "",
     .meaning = "The outcome that regret is about: what each policy leaves against the best one, future by future."},
    {.name = "rank",
     .kind = KEY_LIST,
     .default_value = "",
     .min = 1,
     .max = MOST_OUTCOMES,
     .entry = &outcome_entry,
     .shorthand = "",
     .meaning = "By which outcomes the policies are ranked at the end: fiscal.total, trade.exports and the first "
                "index.dependence.X if absent, where they are."},
    {.name = NULL}};
static const struct key goal_keys[] = {
    {.name = "outcome", .kind = KEY_TEXT, .meaning = "The path of an outcome, over the horizon."},
    {.name = "statistic",
     .kind = KEY_CHOICE,
     .choices = "mean quantile cvar-upper cvar-lower better",
     .default_value = "mean",
     .meaning = "Of the paired difference its mean or a quantile; the difference of the tails; or the share of the "
                "futures in which the policy is better."},
    {.name = "at",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "",
     .min = 0,
     .max = 1,
     .min_open = true,
     .max_open = true,
     .meaning = "Probability of the quantile, or level of the tails (0.95 if absent)."},
    {.name = "relative",
     .kind = KEY_QUANTITY,
     .unit = "",
     .default_value = "",
     .min = 0,
     .max = 10,
     .min_open = true,
     .meaning = "Half-width of the 95 % interval, as a share of the estimate."},
    {.name = "absolute",
     .kind = KEY_TEXT,
     .default_value = "",
     .meaning = "Half-width in the unit of the outcome, of shares such as 1 %; beside `relative` either one will do."},
    {.name = "world", .kind = KEY_TEXT, .default_value = "", .meaning = "In this world alone, as `worlds` names it."},
    {.name = "policy",
     .kind = KEY_TEXT,
     .default_value = "",
     .meaning = "Of this policy alone, as `policies` names it."},
    {.name = NULL}};
static const struct key goal_entry = {
    .name = "*", .kind = KEY_SECTION, .keys = goal_keys, .meaning = "A difference to be known well enough."};
static const struct key precision_keys[] = {
    {.name = "limit",
     .kind = KEY_INTEGER,
     .default_value = "1000000",
     .min = 1,
     .max = KEYS_MOST_REPLICATIONS,
     .meaning = "Replications at most."},
    {.name = "goals",
     .kind = KEY_LIST,
     .min = 1,
     .max = 100,
     .entry = &goal_entry,
     .meaning = "What is to be known how well, of each policy against the base in each world; all of them."},
    {.name = NULL}};
static const struct key root_keys[] = {
    {.name = "batch", .kind = KEY_NAME, .meaning = "Name of the batch."},
    {.name = "base", .kind = KEY_TEXT, .meaning = "The plain world, and among the policies doing nothing."},
    {.name = "worlds",
     .kind = KEY_LIST,
     .min = 1,
     .max = MOST_SCENARIOS,
     .entry = &scenario_entry,
     .shorthand = "",
     .meaning = "What may become of the world, one of them the base."},
    {.name = "policies",
     .kind = KEY_LIST,
     .min = 1,
     .max = MOST_SCENARIOS,
     .entry = &scenario_entry,
     .shorthand = "",
     .meaning = "What may be done, one of them the base."},
    {.name = "compare",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = compare_keys,
     .meaning = "What is compared at the end."},
    {.name = "precision",
     .kind = KEY_SECTION,
     .default_value = "",
     .keys = precision_keys,
     .meaning = "In place of a number of replications: until the differences are known well enough; -n switches it "
                "off."},
    {.name = NULL}};

const struct key *batch_keys(void)
{
    return root_keys;
}

/* Without folders and ending: "border-closure" of "worlds/border-closure.yaml". */
static char *short_name(const char *name)
{
    const char *slash = strrchr(name, '/');
    const char *last = slash == NULL ? name : slash + 1;
    size_t length = strlen(last);
    if (length > 5 && strcmp(last + length - 5, ".yaml") == 0) length -= 5;
    return strndup(last, length);
}

/* What stands in a list of the cell's document as it is, and whose last part may be a scenario's name. */
static struct fault *check_scenario(const struct setting *item)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz", marks[] = " \t\n,[]{}#:&*!|>'\"%@`";
    char *name = short_name(item->text);
    if (name == NULL) return fault_no_memory();
    const bool plain = strpbrk(item->text, marks) == NULL && name[0] != '\0' && strchr(letters, name[0]) != NULL &&
                       name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] == '\0';
    free(name);
    if (plain) return NULL;
    return fault_at(FAULT_SCENARIO, item->place,
                    "%s is '%s'; expected the name of a scenario, such as worlds/border-closure", item->path,
                    item->text);
}

/* Words of outcomes are joined by dots. */
static struct fault *check_outcome(const struct setting *item)
{
    const char *text = item->text, *dot = strchr(text, '.');
    if (strpbrk(text, " \t\n,'\"") == NULL && dot != NULL && dot != text && dot[1] != '\0') return NULL;
    return fault_at(FAULT_SCENARIO, item->place, "%s is '%s'; expected the path of an outcome, such as fiscal.total",
                    item->path, text);
}

static struct fault *check_list(const struct setting *list, struct fault *(*check)(const struct setting *item))
{
    struct fault *faults = NULL;
    for (size_t i = 0; i < list->children && !fault_enough(faults); i++) {
        const struct setting *item = list->child[i];
        struct fault *fault = check(item);
        for (size_t j = 0; j < i && fault == NULL; j++)
            if (strcmp(list->child[j]->text, item->text) == 0)
                fault = fault_note(fault_at(FAULT_SCENARIO, item->place, "%s: '%s' stands in the list already",
                                            list->path, item->text),
                                   list->child[j]->place, "the first time");
        faults = fault_join(faults, fault);
    }
    return faults;
}

/* Which item of the list is the base. */
static struct fault *find_base(const struct setting *base, const struct setting *list, size_t *index)
{
    char hint[96];
    for (*index = 0; *index < list->children; ++*index)
        if (strcmp(list->child[*index]->text, base->text) == 0) return NULL;
    const char **words = calloc(list->children + 1, sizeof *words);
    if (words == NULL) return fault_no_memory();
    for (size_t i = 0; i < list->children; i++) words[i] = list->child[i]->text;
    struct fault *fault = fault_note(fault_at(FAULT_SCENARIO, base->place,
                                              "base is '%s', which is not among the %s; expected one of both "
                                              "lists%s",
                                              base->text, list->name, units_hint(base->text, words, sizeof hint, hint)),
                                     list->place, "the %s are these", list->name);
    free(words);
    return fault;
}

static struct fault *check_batch(struct batch *batch)
{
    struct setting *root = batch->document->root, *compare = setting_find(root, "compare");
    const struct setting *base = setting_find(root, "base");
    batch->name = setting_find(root, "batch")->text;
    batch->worlds = setting_find(root, "worlds");
    batch->policies = setting_find(root, "policies");
    batch->outcomes = compare == NULL ? NULL : setting_find(compare, "outcomes");
    batch->precision = setting_find(root, "precision");
    batch->regret = compare == NULL ? NULL : setting_find(compare, "regret");
    batch->rank = compare == NULL ? NULL : setting_find(compare, "rank");
    struct fault *faults = check_list(batch->worlds, check_scenario);
    faults = fault_join(faults, check_list(batch->policies, check_scenario));
    if (batch->outcomes != NULL) faults = fault_join(faults, check_list(batch->outcomes, check_outcome));
    if (batch->rank != NULL) faults = fault_join(faults, check_list(batch->rank, check_outcome));
    if (batch->regret != NULL) faults = fault_join(faults, check_outcome(batch->regret));
    faults = fault_join(faults, find_base(base, batch->worlds, &batch->base_world));
    return fault_join(faults, find_base(base, batch->policies, &batch->base_policy));
}

static struct fault *short_names(const struct setting *list, char ***names)
{
    *names = calloc(list->children + 1, sizeof **names);
    if (*names == NULL) return fault_no_memory();
    for (size_t i = 0; i < list->children; i++)
        if (((*names)[i] = short_name(list->child[i]->text)) == NULL) return fault_no_memory();
    return NULL;
}

size_t batch_cells(const struct batch *batch)
{
    return batch->cell == NULL ? 0 : batch->worlds->children * batch->policies->children;
}

size_t batch_index(const struct batch *batch, size_t world, size_t policy)
{
    return world * batch->policies->children + policy;
}

bool batch_is_joined(const struct batch *batch, const struct batch_cell *cell)
{
    return cell->world != batch->base_world && cell->policy != batch->base_policy;
}

static struct fault *make_cell(const struct batch *batch, size_t w, size_t p)
{
    struct batch_cell *cell = &batch->cell[batch_index(batch, w, p)];
    const char *world = batch->worlds->child[w]->text, *policy = batch->policies->child[p]->text;
    const char *between = p == batch->base_policy ? "" : ", ";
    cell->world = w;
    cell->policy = p;
    if (p == batch->base_policy) policy = "";
    if (batch_is_joined(batch, cell)) {
        if (asprintf(&cell->name, "%s-with-%s", batch->world[w], batch->policy[p]) < 0) cell->name = NULL;
    } else {
        cell->name = strdup(p == batch->base_policy ? batch->world[w] : batch->policy[p]);
    }
    if (cell->name == NULL) return fault_no_memory();
    if (asprintf(&cell->file, "%s, cell %s", batch->document->root->place.source->name, cell->name) < 0)
        cell->file = NULL;
    if (asprintf(&cell->text, "extends: [%s%s%s]\nscenario: %s\n", world, between, policy, cell->name) < 0)
        cell->text = NULL;
    if (asprintf(&cell->list, "cell %s: extends [%s%s%s]", cell->name, world, between, policy) < 0) cell->list = NULL;
    return cell->file == NULL || cell->text == NULL || cell->list == NULL ? fault_no_memory() : NULL;
}

static int by_name(const void *left, const void *right)
{
    const struct batch_cell *const *a = left, *const *b = right;
    const int order = strcmp((*a)->name, (*b)->name);
    return order != 0 ? order : *a < *b ? -1 : 1;
}

/* Two cells must not be one file. */
static struct fault *check_names(const struct batch *batch)
{
    const size_t count = batch_cells(batch);
    const struct batch_cell **cell = calloc(count + 1, sizeof *cell);
    struct fault *fault = cell == NULL ? fault_no_memory() : NULL;
    for (size_t i = 0; i < count && fault == NULL; i++) cell[i] = &batch->cell[i];
    if (fault == NULL) qsort(cell, count, sizeof *cell, by_name);
    for (size_t i = 1; i < count && fault == NULL; i++) {
        const struct batch_cell *a = cell[i - 1], *b = cell[i];
        if (strcmp(a->name, b->name) != 0) continue;
        const struct setting *item =
            a->policy == b->policy ? batch->worlds->child[b->world] : batch->policies->child[b->policy];
        fault = fault_at(FAULT_SCENARIO, item->place,
                         "%s with %s and %s with %s would both be called %s; expected names that differ in their last "
                         "part",
                         batch->worlds->child[a->world]->text, batch->policies->child[a->policy]->text,
                         batch->worlds->child[b->world]->text, batch->policies->child[b->policy]->text, a->name);
    }
    free(cell);
    return fault;
}

struct fault *batch_read(const char *file, const char *const search[], size_t searches, struct batch *batch)
{
    const struct reader_request request = {
        .kind = "batch", .file = file, .search = search, .searches = searches, .keys = root_keys};
    *batch = (struct batch){0};
    TRY(scenario_read(&request, &batch->document));
    TRY(check_batch(batch));
    TRY(short_names(batch->worlds, &batch->world));
    TRY(short_names(batch->policies, &batch->policy));
    batch->cell = calloc(batch->worlds->children * batch->policies->children, sizeof *batch->cell);
    if (batch->cell == NULL) return fault_no_memory();
    for (size_t w = 0; w < batch->worlds->children; w++)
        for (size_t p = 0; p < batch->policies->children; p++) TRY(make_cell(batch, w, p));
    return check_names(batch);
}

static void free_names(char **names, const struct setting *list)
{
    for (size_t i = 0; names != NULL && i < list->children; i++) free(names[i]);
    free(names);
}

void batch_free(struct batch *batch)
{
    for (size_t i = 0; i < batch_cells(batch); i++) {
        free(batch->cell[i].name);
        free(batch->cell[i].file);
        free(batch->cell[i].text);
        free(batch->cell[i].list);
    }
    free(batch->cell);
    free_names(batch->world, batch->worlds);
    free_names(batch->policy, batch->policies);
    scenario_free(batch->document);
}

struct fault *batch_is_file(const char *path, bool *is)
{
    char *line = NULL;
    size_t room = 0;
    *is = false;
    FILE *file = fopen(path, "re");
    errno = file == NULL ? errno : 0;
    while (file != NULL && !*is && getline(&line, &room, file) >= 0) *is = strncmp(line, "batch:", 6) == 0;
    const int error = errno;
    const bool failed = file == NULL || (!*is && !feof(file));
    if (file != NULL) (void)fclose(file); /* it was only read */
    free(line);
    if (!failed || cause_code(error, FAULT_SCENARIO) != FAULT_MACHINE) return NULL;
    return fault_raise(FAULT_MACHINE, "%s cannot be read: %s", path, strerror(error));
}
