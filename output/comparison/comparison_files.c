/* output/comparison/comparison_files.c -- which files can be compared, what they are called, and what they have in
 * common.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison_reading.h"
#include "output/comparison/pairing.h"
#include "sim/core/printable.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- what can be compared ---- */

/* For notes, which are written to files: without folders. */
static const char *shown(const struct side *side)
{
    const char *slash = strrchr(side->path, '/');
    return slash == NULL ? side->path : slash + 1;
}

static struct fault *check_pair(const struct comparison_reading *reading, const struct side *base,
                                const struct side *file)
{
    const struct pairing pairing = {base->path, &base->head, file->path, &file->head};
    TRY(pairing_check_subject(&pairing));
    if (reading->wish->unpaired) return NULL;
    return pairing_check_draws(&pairing, "compare them with --unpaired, or simulate one of them again");
}

/* What does not keep them from being compared. */
static struct fault *note_pair(const struct comparison_reading *reading, const struct side *base,
                               const struct side *file)
{
    const struct result *a = &base->head, *b = &file->head;
    struct comparison *to = reading->to;
    if (strcmp(a->source, b->source) != 0 || strcmp(a->arithmetic, b->arithmetic) != 0)
        TRY(comparison_note(to, "%s was made by %s on %s, %s by %s on %s: draws need not agree in their last digits",
                            shown(base), a->source, a->arithmetic, shown(file), b->source, b->arithmetic));
    if (reading->wish->unpaired && a->seed == b->seed && strcmp(a->rng, b->rng) == 0)
        TRY(comparison_note(to, "%s and %s are of the same draws: pairs would say more", shown(base), shown(file)));
    return NULL;
}

struct fault *comparison_reading_note_lengths(const struct comparison_reading *reading, const struct side *base,
                                              const struct side *file, bool paired)
{
    const uint64_t a = base->head.replications, b = file->head.replications;
    if (a == b) return NULL;
    if (!paired)
        return comparison_note(reading->to,
                               "%s has %" PRIu64 " replications, %s has %" PRIu64 ": none are paired, all are used",
                               shown(base), a, shown(file), b);
    return comparison_note(
        reading->to, "%s has %" PRIu64 " replications, %s has %" PRIu64 ": the common first %" PRIu64 " are paired",
        shown(base), a, shown(file), b, a < b ? a : b);
}

static int by_replication(const void *left, const void *right)
{
    const struct invalid_replication *a = left, *b = right;
    return a->replication < b->replication ? -1 : a->replication > b->replication;
}

/* They are in ascending order. */
static bool is_invalid(const struct result *result, uint64_t replication)
{
    const struct invalid_replication wanted = {.replication = replication};
    return result->invalids > 0 &&
           bsearch(&wanted, result->invalid, result->invalids, sizeof wanted, by_replication) != NULL;
}

static struct fault *note_invalid(const struct comparison_reading *reading, const struct side *base,
                                  const struct side *file)
{
    size_t either = base->head.invalids;
    for (size_t i = 0; i < file->head.invalids; i++)
        either += !is_invalid(&base->head, file->head.invalid[i].replication);
    if (either == 0 || reading->wish->unpaired) return NULL;
    return comparison_note(reading->to, "%zu replications that are invalid in %s or %s are left out", either,
                           shown(base), shown(file));
}

static struct fault *read_head(struct side *side, const char *path, bool with_scenario)
{
    side->path = path;
    if (path == NULL) return NULL;
    TRY(result_read_outline(path, &side->head));
    if (with_scenario) return NULL;
    free(side->head.scenario); /* the largest part, and not needed */
    side->head.scenario = NULL;
    return NULL;
}

const struct side *comparison_reading_first_base(const struct comparison_reading *reading)
{
    for (size_t w = 0; w < reading->files->worlds; w++)
        if (reading->base[w].path != NULL) return &reading->base[w];
    return NULL;
}

struct fault *comparison_reading_open_heads(struct comparison_reading *reading)
{
    const struct comparison_files *files = reading->files;
    for (size_t w = 0; w < files->worlds; w++) {
        struct side *base = &reading->base[w];
        TRY(read_head(base, files->base[w], reading->wish->given != NULL));
        if (base->path == NULL) continue;
        TRY(check_pair(reading, comparison_reading_first_base(reading), base));
        for (size_t v = 0; v < files->variants; v++) {
            struct side *file = &reading->file[w * files->variants + v];
            TRY(read_head(file, files->file[w * files->variants + v], false));
            if (file->path == NULL) continue;
            TRY(check_pair(reading, base, file));
            TRY(note_pair(reading, base, file));
            TRY(note_invalid(reading, base, file));
        }
    }
    return NULL;
}

/* ---- names ---- */

static char *without_ending(const char *path, bool with_folders)
{
    const char *slash = strrchr(path, '/'), *last = slash == NULL || with_folders ? path : slash + 1;
    char *name = strndup(last, result_stem(last));
    for (char *c = name; c != NULL && *c != '\0';) { /* as a label of a table and of a file, on a terminal and in CSV */
        const size_t size = printable_size(c);
        if (size == 0 || *c == ' ' || *c == ',' || *c == '"') *c = '_';
        c += size == 0 ? 1 : size;
    }
    return name;
}

static size_t how_many(const char *name, char *const names[], size_t count)
{
    size_t found = 0;
    for (size_t i = 0; i < count; i++) found += strcmp(names[i], name) == 0;
    return found;
}

/* The name of file `i` with the least number that makes it no other's. */
static struct fault *number_name(size_t i, size_t count, char *name[])
{
    char *numbered = NULL;
    for (size_t number = 2; numbered == NULL; number++) {
        if (asprintf(&numbered, "%s-%zu", name[i], number) < 0) return fault_no_memory();
        if (how_many(numbered, name, count) == 0) break;
        free(numbered);
        numbered = NULL;
    }
    free(name[i]);
    name[i] = numbered;
    return NULL;
}

/* Without folders where that tells them apart, then with them, then all but the first with numbers. */
static struct fault *name_files(const char *const path[], size_t count, char *name[])
{
    bool *shared = calloc(count + 1, sizeof *shared);
    bool made = shared != NULL;
    for (size_t i = 0; i < count && made; i++) made = (name[i] = without_ending(path[i], false)) != NULL;
    for (size_t i = 0; i < count && made; i++) shared[i] = how_many(name[i], name, count) > 1;
    for (size_t i = 0; i < count && made; i++) {
        if (!shared[i]) continue;
        free(name[i]);
        made = (name[i] = without_ending(path[i], true)) != NULL;
    }
    free(shared);
    if (!made) return fault_no_memory();
    for (size_t i = 1; i < count; i++)
        if (how_many(name[i], name, i) > 0) TRY(number_name(i, count, name));
    return NULL;
}

static struct fault *copy_names(const char *const from[], size_t count, char *to[])
{
    for (size_t i = 0; i < count; i++)
        if ((to[i] = strdup(from[i])) == NULL) return fault_no_memory();
    return NULL;
}

/* Of files alone the base and the others get theirs together, so that all differ. */
struct fault *comparison_reading_set_names(const struct comparison_reading *reading)
{
    const struct comparison_files *files = reading->files;
    struct comparison *to = reading->to;
    to->world = calloc(files->worlds + 1, sizeof *to->world);
    to->variant = calloc(files->variants + 1, sizeof *to->variant);
    if (to->world == NULL || to->variant == NULL) return fault_no_memory();
    to->worlds = files->worlds;
    to->variants = files->variants;
    if (files->variant != NULL) {
        TRY(copy_names(files->world, files->worlds, to->world));
        TRY(copy_names(files->variant, files->variants, to->variant));
        to->base = strdup(files->base_name);
        return to->base == NULL ? fault_no_memory() : NULL;
    }
    const char **path = calloc(files->variants + 1, sizeof *path);
    char **name = calloc(files->variants + 1, sizeof *name);
    struct fault *fault = path == NULL || name == NULL ? fault_no_memory() : NULL;
    if (fault == NULL) {
        path[0] = files->base[0];
        memcpy(path + 1, files->file, files->variants * sizeof *path);
        fault = name_files(path, files->variants + 1, name);
    }
    if (fault == NULL) {
        to->base = name[0];
        memcpy(to->variant, name + 1, files->variants * sizeof *name);
        to->world[0] = strdup(to->base);
        if (to->world[0] == NULL) fault = fault_no_memory();
    } else {
        for (size_t i = 0; name != NULL && i <= files->variants; i++) free(name[i]);
    }
    free(name);
    free(path);
    return fault;
}

/* ---- which outcomes ---- */

/* Of a comparison without patterns. */
static bool is_usual(const struct outcome *outcome)
{
    return outcome->kind->headline || outcome->kind->main != MAIN_NOT;
}

static struct fault *add_outcome(const struct comparison_reading *reading, const struct outcome *from)
{
    struct comparison *to = reading->to;
    for (size_t o = 0; o < to->outcomes; o++)
        if (strcmp(to->outcome[o].path, from->path) == 0) return NULL;
    struct comparison_outcome *grown = reallocarray(to->outcome, to->outcomes + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    to->outcome = grown;
    struct comparison_outcome *outcome = &grown[to->outcomes++];
    *outcome = (struct comparison_outcome){.path = strdup(from->path),
                                           .unit = strdup(from->unit),
                                           .total = strdup(from->total),
                                           .long_name = strdup(from->long_name),
                                           .title = strdup(from->title),
                                           .rule = from->kind->rule,
                                           .better = reading->wish->better(reading->wish->context, from->path),
                                           .chance = from->kind->chance,
                                           .subject = from->kind->subject,
                                           .main = from->kind->main,
                                           .rank = from->kind->rank,
                                           .headline = from->kind->headline,
                                           .account = from->kind->account,
                                           .horizon_only = from->kind->horizon_only};
    return outcome->path == NULL || outcome->unit == NULL || outcome->total == NULL || outcome->long_name == NULL ||
                   outcome->title == NULL
               ? fault_no_memory()
               : NULL;
}

/* The outcomes of a file that match; pattern NULL: the usual ones. */
static struct fault *add_matching(const struct comparison_reading *reading, const struct side *side,
                                  const char *pattern)
{
    if (side->path == NULL) return NULL;
    for (size_t i = 0; i < side->head.outcomes.count; i++) {
        const struct outcome *outcome = &side->head.outcomes.item[i];
        if (pattern == NULL ? is_usual(outcome) : fnmatch(pattern, outcome->path, 0) == 0)
            TRY(add_outcome(reading, outcome));
    }
    return NULL;
}

size_t comparison_reading_sides(const struct comparison_reading *reading)
{
    return reading->files->worlds * (reading->files->variants + 1);
}

/* Bases first. */
const struct side *comparison_reading_side(const struct comparison_reading *reading, size_t i)
{
    const size_t worlds = reading->files->worlds;
    return i < worlds ? &reading->base[i] : &reading->file[i - worlds];
}

static struct fault *no_outcome(const struct comparison_reading *reading, const char *path)
{
    char hint[160];
    outcomes_hint(&comparison_reading_first_base(reading)->head.outcomes, path, sizeof hint, hint);
    return fault_raise(FAULT_USAGE, "no outcome matches '%s'%s", path,
                       hint[0] != '\0' ? hint : "; `zhol show RESULT --list` lists them");
}

static struct fault *find_outcomes(const struct comparison_reading *reading)
{
    const struct comparison_wish *wish = reading->wish;
    if (wish->outcomes == 0) return add_matching(reading, comparison_reading_first_base(reading), NULL);
    for (size_t p = 0; p < wish->outcomes; p++) {
        const size_t before = reading->to->outcomes;
        bool found = false, in_years = false;
        for (size_t i = 0; i < comparison_reading_sides(reading); i++)
            TRY(add_matching(reading, comparison_reading_side(reading, i), wish->outcome[p]));
        for (size_t o = 0; o < reading->to->outcomes; o++) {
            if (o < before && fnmatch(wish->outcome[p], reading->to->outcome[o].path, 0) != 0) continue;
            found = true;
            in_years = in_years || !reading->to->outcome[o].horizon_only;
        }
        if (!found && !wish->lenient) return no_outcome(reading, wish->outcome[p]);
        if (found && !in_years && wish->year != 0)
            return fault_raise(FAULT_USAGE, "'%s' has a value over the whole horizon only; leave out --year",
                               wish->outcome[p]);
    }
    return NULL;
}

/* Where the outcome stands in a file, in the unit of the comparison. */
size_t comparison_reading_find(const struct side *side, const struct comparison_outcome *outcome)
{
    const struct outcomes *outcomes = &side->head.outcomes;
    const size_t index = outcomes_find(outcomes, outcome->path);
    if (index < outcomes->count && strcmp(outcomes->item[index].total, outcome->total) != 0) return outcomes->count;
    return index;
}

/* Names the first few of the outcomes that `list` gives. */
static struct fault *note_list(const struct comparison_reading *reading, const char *const list[], size_t count,
                               const char *words, const struct side *side)
{
    if (count == 0) return NULL;
    return comparison_note(reading->to, "%zu %s %s %s and not compared: %s%s%s%s%s", count,
                           count == 1 ? "outcome is" : "outcomes are", words, shown(side), list[0],
                           count > 1 ? ", " : "", count > 1 ? list[1] : "", count > 2 ? ", " : "",
                           count > 3   ? "..."
                           : count > 2 ? list[2]
                                       : "");
}

/* Of what was asked for: outcomes that one has and the other has not, or in another unit. */
static struct fault *note_missing(const struct comparison_reading *reading, const struct side *base,
                                  const struct side *file)
{
    const struct comparison *to = reading->to;
    const size_t most = to->outcomes + file->head.outcomes.count;
    const char **list = calloc(3 * (most + 1), sizeof *list);
    if (list == NULL) return fault_no_memory();
    const char **of_base = list, **of_file = list + most, **units = list + 2 * most;
    size_t bases = 0, files = 0, other = 0;
    for (size_t o = 0; o < to->outcomes; o++) {
        const struct comparison_outcome *outcome = &to->outcome[o];
        const bool in_base = outcomes_find(&base->head.outcomes, outcome->path) < base->head.outcomes.count,
                   in_file = outcomes_find(&file->head.outcomes, outcome->path) < file->head.outcomes.count;
        if (in_base && !in_file) of_base[bases++] = outcome->path;
        if (in_file && !in_base) of_file[files++] = outcome->path;
        if (in_file && in_base &&
            (comparison_reading_find(file, outcome) == file->head.outcomes.count ||
             comparison_reading_find(base, outcome) == base->head.outcomes.count))
            units[other++] = outcome->path;
    }
    for (size_t i = 0; i < file->head.outcomes.count && reading->wish->outcomes == 0; i++) {
        const struct outcome *outcome = &file->head.outcomes.item[i];
        if (is_usual(outcome) && outcomes_find(&base->head.outcomes, outcome->path) == base->head.outcomes.count)
            of_file[files++] = outcome->path;
    }
    struct fault *fault = note_list(reading, of_base, bases, "only in", base);
    if (fault == NULL) fault = note_list(reading, of_file, files, "only in", file);
    if (fault == NULL) fault = note_list(reading, units, other, "in other units in", file);
    free(list);
    return fault;
}

static struct fault *note_all_missing(const struct comparison_reading *reading)
{
    for (size_t w = 0; w < reading->files->worlds; w++)
        for (size_t v = 0; v < reading->files->variants; v++) {
            const struct side *file = &reading->file[w * reading->files->variants + v];
            if (reading->base[w].path != NULL && file->path != NULL)
                TRY(note_missing(reading, &reading->base[w], file));
        }
    return NULL;
}

struct fault *comparison_reading_set_outcomes(const struct comparison_reading *reading)
{
    TRY(find_outcomes(reading));
    return note_all_missing(reading);
}
