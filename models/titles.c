/* models/titles.c -- see titles.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/titles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The outcome at hand: what stands for the capitals of its pattern, names first, then titles where there are some. */
struct naming {
    struct setting *root;
    const struct outcome_kind *kind;
    size_t count;
    char *name[OUTCOME_NAMES];
    const char *text[OUTCOME_NAMES];
    char *joined[OUTCOME_NAMES]; /* of a part of something that has a title; else NULL */
};

/* The title that the setting at a path states; NULL: none. */
static const char *stated(struct setting *root, const char *path)
{
    const struct setting *setting = setting_at(root, path);
    for (size_t i = 0; setting != NULL && i < setting->children; i++)
        if (setting->child[i]->key->kind == KEY_TITLE) return setting->child[i]->text;
    return NULL;
}

/* Of "drivers.D" the number of the name that stands for D, its last capitals. */
static size_t which(const struct naming *naming, const char *entity)
{
    const char *last = entity;
    for (const char *at = entity; *at != '\0'; at++)
        if (outcome_name_at(naming->kind->pattern, at) < naming->count) last = at;
    return outcome_name_at(naming->kind->pattern, last);
}

/* A variable of a driver of several has no title of its own, but that of the driver. */
static struct fault *take_part(struct naming *naming, size_t at, char *path)
{
    char *dot = strrchr(path, '.');
    if (dot == NULL) return NULL;
    *dot = '\0';
    const char *title = stated(naming->root, path);
    if (title == NULL) return NULL;
    if (asprintf(&naming->joined[at], "%s, %s", title, dot + 1) < 0) {
        naming->joined[at] = NULL;
        return fault_no_memory();
    }
    naming->text[at] = naming->joined[at];
    return NULL;
}

static struct fault *take_entity(struct naming *naming, const char *entity)
{
    const size_t at = which(naming, entity);
    if (at >= naming->count) return NULL;
    char *path = outcome_fill(entity, naming->kind->pattern, (const char *const *)naming->name);
    if (path == NULL) return fault_no_memory();
    const char *title = stated(naming->root, path);
    struct fault *fault = NULL;
    if (title != NULL)
        naming->text[at] = title;
    else
        fault = take_part(naming, at, path);
    free(path);
    return fault;
}

static struct fault *take_entities(struct naming *naming)
{
    char *list = strdup(naming->kind->entities), *rest = NULL;
    if (list == NULL) return fault_no_memory();
    struct fault *fault = NULL;
    for (char *entity = strtok_r(list, " ", &rest); entity != NULL && fault == NULL;
         entity = strtok_r(NULL, " ", &rest))
        fault = take_entity(naming, entity);
    free(list);
    return fault;
}

static struct fault *entitle(const struct naming *naming, struct outcome *outcome)
{
    bool any = false;
    for (size_t i = 0; i < naming->count; i++) any = any || naming->text[i] != naming->name[i];
    if (!any) return NULL;
    char *filled = outcome_fill(naming->kind->heading, naming->kind->pattern, naming->text);
    if (filled == NULL) return fault_no_memory();
    /* a line begins with a capital, but as its author wrote it */
    const size_t first = outcome_name_at(naming->kind->pattern, naming->kind->heading);
    char *title = first < naming->count && naming->text[first] == naming->name[first] ? outcome_usual_title(filled)
                                                                                      : strdup(filled);
    struct fault *fault = title == NULL ? fault_no_memory() : outcome_entitle(outcome, title);
    free(filled);
    free(title);
    return fault;
}

static struct fault *read_outcome(struct setting *root, struct outcome *outcome)
{
    struct naming naming = {.root = root, .kind = outcome->kind};
    struct fault *fault = outcome_names(outcome->kind, outcome->path, &naming.count, naming.name);
    for (size_t i = 0; i < naming.count; i++) naming.text[i] = naming.name[i];
    if (fault == NULL) fault = take_entities(&naming);
    if (fault == NULL) fault = entitle(&naming, outcome);
    for (size_t i = 0; i < OUTCOME_NAMES; i++) {
        free(naming.name[i]);
        free(naming.joined[i]);
    }
    return fault;
}

/* All are read here, those of what has no outcome too. */
static void use(struct setting *setting)
{
    if (setting->key->kind == KEY_TITLE) setting->used = true;
    for (size_t i = 0; i < setting->children; i++) use(setting->child[i]);
}

struct fault *titles_read(struct plan *plan)
{
    use(plan->root);
    for (size_t i = 0; i < plan->outcomes->count; i++)
        if (plan->outcomes->item[i].kind->heading != NULL) TRY(read_outcome(plan->root, &plan->outcomes->item[i]));
    return NULL;
}
