/* output/report/contents.c -- see contents.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report/contents.h"
#include "output/result/stored.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    KEYS_OF_SUBJECT = 3, /* at most, unless outcomes are named */
    DECISIONS = 2        /* outcomes of which is told what decides them */
};

void contents_free(struct contents *contents)
{
    for (size_t r = 0; contents->result != NULL && r < contents->results; r++) {
        free(contents->result[r].name);
        free(contents->result[r].content);
        free(contents->result[r].yearly);
        result_free(&contents->result[r].of);
    }
    for (size_t o = 0; contents->outcome != NULL && o < contents->outcomes; o++) free(contents->outcome[o].at);
    free(contents->result);
    free(contents->outcome);
    free(contents->title);
    free(contents->undecided);
    free(contents->unranked);
    comparison_free(&contents->comparison);
    sensitivity_free(&contents->decision);
    ranking_free(&contents->ranking);
    score_free(&contents->score);
    *contents = (struct contents){.results = 0};
}

const char *contents_name(const struct outcome *outcome)
{
    return outcome->title == NULL ? outcome->path : outcome->title;
}

size_t contents_at(const struct contents_outcome *outcome, size_t result)
{
    return outcome->at[result];
}

static bool is_in(const struct contents *contents, const struct contents_outcome *outcome, size_t result)
{
    return outcome->at[result] < contents->result[result].of.outcomes.count;
}

const struct moments *contents_moments(const struct contents *contents, const struct contents_outcome *outcome,
                                       size_t result, size_t period)
{
    const struct result *of = &contents->result[result].of;
    if (!is_in(contents, outcome, result) || (period < of->years && outcome->of->kind->horizon_only)) return NULL;
    return &of->moments[outcome->at[result] * (of->years + 1) + period];
}

/* ---- the results ---- */

static struct fault *read_stored(const struct stored *stored, struct contents_result *result)
{
    result->sampled = stored_kept(stored) > 0;
    result->yearly = calloc(result->of.outcomes.count + 1, sizeof *result->yearly);
    if (result->yearly == NULL) return fault_no_memory();
    for (size_t o = 0; o < result->of.outcomes.count; o++)
        result->yearly[o] = stored_has_samples(stored, true, result->of.outcomes.item[o].path);
    return stored_text(stored, "content_sha256", &result->content);
}

static struct fault *read_result(const char *path, struct contents_result *result)
{
    struct stored *stored = NULL;
    result->path = path;
    TRY(result_read_unchecked(path, &result->of));
    content_of_text(result->of.scenario, result->scenario);
    struct fault *fault = stored_open(path, &stored);
    if (fault == NULL) fault = read_stored(stored, result);
    return stored_close(stored, fault);
}

/* Without folder and ending. */
static char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/'), *begin = slash == NULL ? path : slash + 1;
    return strndup(begin, result_stem(begin));
}

static struct fault *read_results(const struct contents_wish *wish, struct contents *contents)
{
    contents->result = calloc(wish->results + 1, sizeof *contents->result);
    if (contents->result == NULL) return fault_no_memory();
    contents->results = wish->results;
    for (size_t r = 0; r < wish->results; r++) {
        struct contents_result *result = &contents->result[r];
        TRY(read_result(wish->path[r], result));
        result->name = wish->name == NULL ? name_of(wish->path[r]) : strdup(wish->name[r]);
        if (result->name == NULL) return fault_no_memory();
    }
    contents->title = strdup(wish->title == NULL ? contents->result[0].of.title : wish->title);
    return contents->title == NULL ? fault_no_memory() : NULL;
}

static struct fault *find_year(const struct contents_wish *wish, struct contents *contents)
{
    const struct result *base = &contents->result[0].of;
    const int start = base->calendar.start / CALENDAR_MONTHS_PER_YEAR, end = start + (int)base->years;
    if (base->years == 0) return fault_raise(FAULT_FILES, "%s has no years", wish->path[0]);
    if (wish->year != 0 && (wish->year < start || wish->year >= end))
        return fault_raise(FAULT_USAGE, "--year is %d; expected a year of the run, %d to %d", wish->year, start,
                           end - 1);
    contents->year = wish->year == 0 ? base->years - 1 : (size_t)(wish->year - start);
    return NULL;
}

/* ---- the outcomes ---- */

static bool fits(const struct contents_wish *wish, const char *path)
{
    for (size_t i = 0; i < wish->outcomes; i++)
        if (fnmatch(wish->outcome[i], path, 0) == 0) return true;
    return false;
}

static struct fault *check_patterns(const struct contents_wish *wish, const struct contents *contents)
{
    for (size_t i = 0; i < wish->outcomes; i++) {
        bool found = false;
        char hint[160];
        for (size_t r = 0; r < contents->results && !found; r++)
            for (size_t o = 0; o < contents->result[r].of.outcomes.count && !found; o++)
                found = fnmatch(wish->outcome[i], contents->result[r].of.outcomes.item[o].path, 0) == 0;
        if (found) continue;
        outcomes_hint(&contents->result[0].of.outcomes, wish->outcome[i], sizeof hint, hint);
        return fault_raise(FAULT_USAGE, "no outcome matches '%s'%s", wish->outcome[i],
                           hint[0] != '\0' ? hint : "; `zhol show RESULT --list` lists them");
    }
    return NULL;
}

static bool is_listed(const struct contents *contents, const char *path)
{
    for (size_t o = 0; o < contents->outcomes; o++)
        if (strcmp(contents->outcome[o].of->path, path) == 0) return true;
    return false;
}

static struct fault *add_outcome(struct contents *contents, const struct outcome *of)
{
    struct contents_outcome *grown = reallocarray(contents->outcome, contents->outcomes + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    contents->outcome = grown;
    struct contents_outcome *outcome = &grown[contents->outcomes];
    *outcome = (struct contents_outcome){.of = of, .at = calloc(contents->results + 1, sizeof *outcome->at)};
    if (outcome->at == NULL) return fault_no_memory();
    contents->outcomes++;
    for (size_t r = 0; r < contents->results; r++) {
        const struct outcomes *all = &contents->result[r].of.outcomes;
        const size_t at = outcomes_find(all, of->path);
        const bool same = at < all->count && strcmp(all->item[at].unit, of->unit) == 0 &&
                          all->item[at].kind->horizon_only == of->kind->horizon_only;
        outcome->at[r] = same ? at : all->count;
    }
    return NULL;
}

/* The headlines of all results and what was asked for, by subject. */
static struct fault *list_outcomes(const struct contents_wish *wish, struct contents *contents)
{
    for (enum outcome_subject s = SUBJECT_NONE + 1; s < SUBJECTS; s++)
        for (size_t r = 0; r < contents->results; r++)
            for (size_t o = 0; o < contents->result[r].of.outcomes.count; o++) {
                const struct outcome *of = &contents->result[r].of.outcomes.item[o];
                if (of->kind->subject != s || !(of->kind->headline || fits(wish, of->path))) continue;
                if (!is_listed(contents, of->path)) TRY(add_outcome(contents, of));
            }
    return NULL;
}

/* How soon a reader asks for an outcome among those of its subject, less is sooner; 0: not at all. A present value of one result alone
 * means nothing; what has samples by year can be asked about. */
static unsigned order_of(const struct contents *contents, const struct contents_outcome *outcome)
{
    const struct outcome_kind *kind = outcome->of->kind;
    const unsigned rank = kind->rank == 0 ? OUTCOME_RANKS + 1 : kind->rank;
    if (!kind->headline || (contents->results == 1 && kind->subject == SUBJECT_WORTH)) return 0;
    const bool yearly = is_in(contents, outcome, 0) && contents->result[0].yearly[outcome->at[0]];
    return 2 * rank + (yearly || kind->horizon_only ? 0 : 1);
}

static void choose_keys(const struct contents_wish *wish, struct contents *contents)
{
    for (size_t o = 0; o < contents->outcomes; o++)
        contents->outcome[o].key = fits(wish, contents->outcome[o].of->path);
    for (enum outcome_subject s = SUBJECT_NONE + 1; s < SUBJECTS && wish->outcomes == 0; s++)
        for (size_t taken = 0; taken < KEYS_OF_SUBJECT; taken++) {
            struct contents_outcome *best = NULL;
            for (size_t o = 0; o < contents->outcomes; o++) {
                struct contents_outcome *each = &contents->outcome[o];
                const unsigned order = order_of(contents, each);
                if (each->of->kind->subject != s || each->key || order == 0) continue;
                if (best == NULL || order < order_of(contents, best)) best = each;
            }
            if (best != NULL) best->key = true;
        }
}

static bool is_before(const struct contents *contents, const struct contents_outcome *one,
                      const struct contents_outcome *other)
{
    if (one->of->kind->subject != other->of->kind->subject) return one->of->kind->subject < other->of->kind->subject;
    if (one->key != other->key) return one->key;
    return one->key && order_of(contents, one) < order_of(contents, other);
}

/* By subject, the key ones first, as a reader asks for them; the others in their order. */
static void sort_outcomes(struct contents *contents)
{
    for (size_t o = 0; o < contents->outcomes; o++) {
        const struct contents_outcome moved = contents->outcome[o];
        size_t at = o;
        for (; at > 0 && is_before(contents, &moved, &contents->outcome[at - 1]); at--)
            contents->outcome[at] = contents->outcome[at - 1];
        contents->outcome[at] = moved;
        contents->keys += moved.key;
    }
}

static struct fault *read_outcomes(const struct contents_wish *wish, struct contents *contents)
{
    TRY(check_patterns(wish, contents));
    TRY(list_outcomes(wish, contents));
    choose_keys(wish, contents);
    sort_outcomes(contents);
    return NULL;
}

/* ---- what they say of one another ---- */

/* A fault of the files or of what was asked is a reason why something is not on the page; any other is passed on. */
static struct fault *take_reason(struct fault *fault, char **reason)
{
    if (fault == NULL || fault_is_memory(fault) || (fault->code != FAULT_FILES && fault->code != FAULT_USAGE))
        return fault;
    free(*reason);
    *reason = strdup(fault->sentence);
    fault_free(fault);
    return *reason == NULL ? fault_no_memory() : NULL;
}

static enum outcome_better as_declared(const void *context, const char *path)
{
    const struct contents *contents = context;
    for (size_t o = 0; o < contents->outcomes; o++)
        if (strcmp(contents->outcome[o].of->path, path) == 0) return contents->outcome[o].of->kind->better;
    return OUTCOME_NEITHER;
}

static struct fault *compare(const struct contents_wish *wish, struct contents *contents)
{
    const char **path = calloc(contents->outcomes + 1, sizeof *path), **name = calloc(contents->results, sizeof *name);
    const char *world = "";
    struct fault *fault = path == NULL || name == NULL ? fault_no_memory() : NULL;
    for (size_t o = 0; o < contents->outcomes && fault == NULL; o++) path[o] = contents->outcome[o].of->path;
    for (size_t r = 0; r < contents->results && fault == NULL; r++) name[r] = contents->result[r].name;
    if (fault == NULL) {
        const struct comparison_files files = {.worlds = 1,
                                               .variants = contents->results - 1,
                                               .base_name = name[0],
                                               .world = &world,
                                               .variant = name + 1,
                                               .base = wish->path,
                                               .file = wish->path + 1};
        const struct comparison_wish how = {.years = true,
                                            .show_years = true,
                                            .outcome = path,
                                            .outcomes = contents->outcomes,
                                            .lenient = true,
                                            .better = as_declared,
                                            .context = contents,
                                            .threads = wish->threads};
        fault = comparison_read(&files, &how, &contents->comparison);
    }
    free(path);
    free(name);
    return fault;
}

static void place_compared(struct contents *contents)
{
    const struct comparison *comparison = &contents->comparison;
    for (size_t o = 0; o < contents->outcomes; o++) {
        size_t *at = &contents->outcome[o].compared;
        for (*at = 0; *at < comparison->outcomes; ++*at)
            if (strcmp(comparison->outcome[*at].path, contents->outcome[o].of->path) == 0) break;
    }
}

/* The key outcomes that a reader asks for first, of which what decides them is told; how many there are. */
static size_t asked_first(const struct contents *contents, const char *path[DECISIONS])
{
    size_t count = 0;
    for (unsigned rank = 1; rank <= OUTCOME_RANKS; rank++)
        for (size_t o = 0; o < contents->outcomes && count < DECISIONS; o++) {
            const struct contents_outcome *each = &contents->outcome[o];
            if (each->key && each->of->kind->rank == rank && each->of->kind->chance == CHANCE_NONE &&
                is_in(contents, each, 0) && is_in(contents, each, contents->decision_of))
                path[count++] = each->of->path;
        }
    return count;
}

/* The result whose difference from the base is explained: of a ranking the best of the world that is shown, or the next to it. */
static size_t explained(const struct contents *contents)
{
    if (contents->ranking.outcomes > 0)
        for (size_t r = 1; r < contents->results; r++) {
            const struct ranking_choice *choice = ranking_choice(&contents->ranking, 0, contents->world);
            const char *best = contents->ranking.policy[choice->best], *next = contents->ranking.policy[choice->next];
            const bool base_is_best = strcmp(best, contents->result[0].name) == 0;
            if (strcmp(contents->result[r].name, base_is_best ? next : best) == 0) return r;
        }
    return contents->results > 1 ? 1 : 0;
}

static struct fault *decide(const struct contents_wish *wish, struct contents *contents)
{
    const char *path[DECISIONS];
    contents->decision_of = explained(contents);
    const size_t count = asked_first(contents, path), of = contents->decision_of;
    const struct sensitivity_wish asked = {.outcome = path, .outcomes = count, .rate = 0.05};
    if (count == 0) return NULL;
    struct fault *fault = sensitivity_read(wish->path[0], of == 0 ? NULL : wish->path[of], &asked, &contents->decision);
    if (fault == NULL) return NULL;
    sensitivity_free(&contents->decision);
    return take_reason(fault, &contents->undecided);
}

static struct fault *rank(const struct contents_wish *wish, struct contents *contents)
{
    const struct ranking_wish how = {
        .better = as_declared, .context = contents, .memory = wish->memory, .threads = wish->threads};
    if (wish->batch == NULL) return NULL;
    struct fault *fault = ranking_read(wish->batch, &how, &contents->ranking);
    if (fault == NULL) return NULL;
    ranking_free(&contents->ranking);
    return take_reason(fault, &contents->unranked);
}

static struct fault *score(const struct contents_wish *wish, struct contents *contents)
{
    const struct score_wish how = {.least = OBSERVED_DERIVED};
    if (wish->observed == NULL) return NULL;
    return score_read(wish->path[0], wish->observed, NULL, wish->units, &how, &contents->score);
}

struct fault *contents_read(const struct contents_wish *wish, struct contents *contents)
{
    *contents = (struct contents){.command = wish->command, .world = wish->world};
    TRY(read_results(wish, contents));
    TRY(find_year(wish, contents));
    TRY(read_outcomes(wish, contents));
    if (contents->results > 1) TRY(compare(wish, contents));
    place_compared(contents);
    TRY(score(wish, contents));
    TRY(rank(wish, contents));
    return decide(wish, contents);
}
