/* sim/core/outcome.c -- see outcome.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/outcome.h"
#include "sim/core/units.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const struct outcome_subject_words outcome_subjects[SUBJECTS] = {
    [SUBJECT_DRIVERS] = {"drivers", "The world", "drivers.", NULL, "", 0, 0},
    [SUBJECT_CORRIDORS] = {"corridors", "Corridors", "corridors.", "Corridors", "corridors.", 3, 4},
    [SUBJECT_FLOWS] = {"flows", "Trade flows", "flows.", NULL, "", 0, 0},
    [SUBJECT_ROUTES] = {"routes", "Routes", "routes.", NULL, "", 0, 0},
    [SUBJECT_LEGS] = {"legs", "Legs", "legs.", "Queues at", "legs.", 3, 6},
    [SUBJECT_ENERGY] = {"energy", "Energy: volumes and revenue", "energy.", "Energy", "energy.", 1, 5},
    [SUBJECT_TRADE] = {"trade", "Trade of the home country", "trade.", "Trade of the home country", "trade.", 3, 0},
    [SUBJECT_FISCAL] = {"fiscal", "Public revenue", "fiscal.", "Public revenue", "fiscal.", 3, 1},
    [SUBJECT_WORTH] = {"worth", "Present values, of which only differences between runs mean anything", "npv.",
                       "Present values", "", 5, 2},
    [SUBJECT_INDICES] = {"indices", "Concentration and dependence", "index.", "Dependence and concentration", "index.",
                         4, 3},
    [SUBJECT_THRESHOLDS] = {"thresholds",
                            "What happens, and how probably: the bounds are those of the simulation's error, 95 %",
                            "thresholds.", "What happens, and how probably", "thresholds.", 2, 7},
    [SUBJECT_OTHER] = {"other", "Other", "", NULL, "", 0, 0},
};

enum outcome_subject outcome_subject_named(const char *name)
{
    for (enum outcome_subject s = SUBJECT_NONE + 1; s < SUBJECTS; s++)
        if (strcmp(outcome_subjects[s].name, name) == 0) return s;
    return SUBJECT_NONE;
}

enum outcome_subject outcome_subject_at(size_t position)
{
    for (enum outcome_subject s = SUBJECT_NONE + 1; s < SUBJECTS; s++)
        if (outcome_subjects[s].changes != NULL && outcome_subjects[s].position == position) return s;
    return SUBJECT_NONE;
}

const char *outcome_label(const char *path, const char *prefix)
{
    const size_t length = strlen(prefix);
    return strncmp(path, prefix, length) == 0 ? path + length : path;
}

static void outcome_free(struct outcome *outcome)
{
    free(outcome->own);
    free(outcome->path);
    free(outcome->unit);
    free(outcome->total);
    free(outcome->long_name);
    free(outcome->title);
}

char *outcome_total_unit(const struct outcome_kind *kind, const char *unit)
{
    const size_t length = strlen(unit), tail = strlen("/yr");
    if (kind->rule != OUTCOME_SUM || length < tail || strcmp(unit + length - tail, "/yr") != 0) return strdup(unit);
    return length == tail ? strdup("1") : strndup(unit, length - tail);
}

struct fault *outcomes_add(struct outcomes *outcomes, const struct outcome_kind *kind, const char *path,
                           const char *unit, const char *long_name, size_t *index)
{
    const size_t count = outcomes->count;
    if ((count & (count - 1)) == 0) { /* full: room doubles at powers of two */
        struct outcome *grown = reallocarray(outcomes->item, count == 0 ? 1 : 2 * count, sizeof *grown);
        if (grown == NULL) return fault_no_memory();
        outcomes->item = grown;
    }
    struct outcome added = {.kind = kind,
                            .path = strdup(path),
                            .unit = strdup(unit),
                            .total = outcome_total_unit(kind, unit),
                            .long_name = strdup(long_name),
                            .title = outcome_usual_title(long_name)};
    if (added.path == NULL || added.unit == NULL || added.total == NULL || added.long_name == NULL ||
        added.title == NULL) {
        outcome_free(&added);
        return fault_no_memory();
    }
    outcomes->item[count] = added;
    outcomes->count++;
    *index = count;
    return NULL;
}

struct fault *outcomes_add_read(struct outcomes *outcomes, const struct outcome_kind *kind, const char *path,
                                const char *unit, const char *long_name)
{
    size_t index;
    struct outcome_kind *own = malloc(sizeof *own);
    if (own == NULL) return fault_no_memory();
    *own = *kind;
    struct fault *fault = outcomes_add(outcomes, own, path, unit, long_name, &index);
    if (fault == NULL)
        outcomes->item[index].own = own;
    else
        free(own);
    return fault;
}

char *outcome_usual_title(const char *long_name)
{
    char *title = strdup(long_name);
    if (title != NULL && title[0] >= 'a' && title[0] <= 'z') title[0] = (char)(title[0] - 'a' + 'A');
    return title;
}

struct fault *outcome_entitle(struct outcome *outcome, const char *title)
{
    char *copy = strdup(title);
    if (copy == NULL) return fault_no_memory();
    free(outcome->title);
    outcome->title = copy;
    return NULL;
}

#define CAPITALS "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

/* Not strspn, which prepares a table of all characters for each call. */
static size_t capitals(const char *text)
{
    size_t count = 0;
    while (text[count] >= 'A' && text[count] <= 'Z') count++;
    return count;
}

size_t outcome_name_at(const char *pattern, const char *text)
{
    const size_t length = capitals(text);
    size_t which = 0;
    if (length == 0) return SIZE_MAX;
    for (const char *at = pattern; *at != '\0'; at += capitals(at) == 0 ? 1 : capitals(at)) {
        if (capitals(at) == length && strncmp(at, text, length) == 0) return which;
        which += capitals(at) > 0;
    }
    return SIZE_MAX;
}

char *outcome_fill(const char *text, const char *pattern, const char *const names[])
{
    char *filled = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&filled, &size);
    if (to == NULL) return NULL;
    while (*text != '\0') {
        const size_t name = capitals(text), length = name > 0 ? name : strcspn(text, CAPITALS);
        const size_t which = outcome_name_at(pattern, text);
        if (which != SIZE_MAX)
            fputs(names[which], to);
        else
            fwrite(text, 1, length, to);
        text += length;
    }
    return fclose(to) == 0 ? filled : (free(filled), NULL);
}

struct fault *outcomes_declare(struct outcomes *outcomes, const struct outcome_kind *kind, const char *const names[],
                               const char *unit, size_t *index)
{
    char *path = outcome_fill(kind->pattern, kind->pattern, names);
    char *words = outcome_fill(kind->words, kind->pattern, names);
    struct fault *fault =
        path == NULL || words == NULL ? fault_no_memory() : outcomes_add(outcomes, kind, path, unit, words, index);
    free(path);
    free(words);
    return fault;
}

/* Where the literal text of a pattern, which ends at its next capital, stands in a path; of the last one the end. NULL:
 * nowhere. */
static const char *find_literal(const char *literal, const char *path)
{
    const size_t length = strcspn(literal, CAPITALS), rest = strlen(path);
    char text[64];
    if (literal[length] == '\0')
        return rest < length || strcmp(path + rest - length, literal) != 0 ? NULL : path + rest - length;
    snprintf(text, sizeof text, "%.*s", (int)length, literal);
    return strstr(path, text);
}

struct fault *outcome_names(const struct outcome_kind *kind, const char *path, size_t *count, char *name[OUTCOME_NAMES])
{
    const char *pattern = kind->pattern;
    for (size_t i = 0; i < OUTCOME_NAMES; i++) name[i] = NULL;
    *count = 0;
    while (*pattern != '\0' && *path != '\0' && *count < OUTCOME_NAMES) {
        const size_t literal = strcspn(pattern, CAPITALS);
        if (strncmp(pattern, path, literal) != 0) break;
        pattern += literal;
        path += literal;
        if (*pattern == '\0') break;
        pattern += capitals(pattern);
        const char *end = find_literal(pattern, path);
        if (end == NULL) break;
        name[*count] = strndup(path, (size_t)(end - path));
        if (name[*count] == NULL) return fault_no_memory();
        ++*count;
        path = end;
    }
    return NULL;
}

struct fault *outcomes_copy(const struct outcomes *from, struct outcomes *copy)
{
    size_t index = 0;
    *copy = (struct outcomes){0};
    for (size_t i = 0; i < from->count; i++) {
        const struct outcome *outcome = &from->item[i];
        TRY(outcome->own == NULL
                ? outcomes_add(copy, outcome->kind, outcome->path, outcome->unit, outcome->long_name, &index)
                : outcomes_add_read(copy, outcome->own, outcome->path, outcome->unit, outcome->long_name));
        TRY(outcome_entitle(&copy->item[i], outcome->title));
    }
    return NULL;
}

void outcomes_free(struct outcomes *outcomes)
{
    for (size_t i = 0; i < outcomes->count; i++) outcome_free(&outcomes->item[i]);
    free(outcomes->item);
    *outcomes = (struct outcomes){0};
}

const char *outcomes_hint(const struct outcomes *outcomes, const char *path, size_t size, char text[])
{
    const char **words = calloc(outcomes->count + 1, sizeof *words);
    text[0] = '\0';
    for (size_t i = 0; i < outcomes->count && words != NULL; i++) words[i] = outcomes->item[i].path;
    if (words != NULL) units_hint(path, words, size, text);
    free(words);
    return text;
}

size_t outcomes_find(const struct outcomes *outcomes, const char *path)
{
    size_t i = 0;
    while (i < outcomes->count && strcmp(outcomes->item[i].path, path) != 0) i++;
    return i;
}
