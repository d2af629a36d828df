/* sim/batch/batch_compare.c -- the results of a batch, pair by pair: policies in each world, then worlds.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/regret.h"
#include "output/ranking/ranking.h"
#include "sim/batch/batch_run.h"
#include "sim/run/direction.h"
#include "sim/run/write_text.h"

#include <stdlib.h>
#include <string.h>

static const struct better as_declared = {.mores = 0};

/* The file of a cell; NULL: it has none. */
static const char *file_of(const struct batch_run *run, size_t index)
{
    const enum cell_state state = run->cell[index].state;
    return state == CELL_DONE || state == CELL_UNCHANGED ? run->cell[index].output : NULL;
}

/* What is compared, as lists that last as long as it does. */
struct sides {
    const char **outcome, **rank, **world, **variant, **base, **file;
};

static struct fault *make_sides(const struct batch_run *run, struct sides *sides)
{
    const size_t worlds = run->batch->worlds->children, policies = run->batch->policies->children;
    sides->outcome = calloc(run->outcomes + 1, sizeof *sides->outcome);
    sides->rank = calloc(run->ranks + 1, sizeof *sides->rank);
    sides->world = calloc(worlds + 1, sizeof *sides->world);
    sides->variant = calloc(worlds + policies + 1, sizeof *sides->variant);
    sides->base = calloc(worlds + 1, sizeof *sides->base);
    sides->file = calloc(run->cells + 1, sizeof *sides->file);
    if (sides->outcome == NULL || sides->rank == NULL || sides->world == NULL || sides->variant == NULL ||
        sides->base == NULL || sides->file == NULL)
        return fault_no_memory();
    for (size_t o = 0; o < run->outcomes; o++) sides->outcome[o] = run->outcome[o].path;
    for (size_t r = 0; r < run->ranks; r++) sides->rank[r] = run->rank[r].path;
    return NULL;
}

static void free_sides(struct sides *sides)
{
    free(sides->outcome);
    free(sides->rank);
    free(sides->world);
    free(sides->variant);
    free(sides->base);
    free(sides->file);
}

/* In every world, policies against the base. */
static struct comparison_files policies_of(const struct batch_run *run, struct sides *sides)
{
    const struct batch *batch = run->batch;
    const size_t worlds = batch->worlds->children, policies = batch->policies->children;
    size_t files = 0, variants = 0;
    for (size_t w = 0; w < worlds; w++) {
        sides->world[w] = batch->world[w];
        sides->base[w] = file_of(run, batch_index(batch, w, batch->base_policy));
        for (size_t p = 0; p < policies; p++)
            if (p != batch->base_policy) sides->file[files++] = file_of(run, batch_index(batch, w, p));
    }
    for (size_t p = 0; p < policies; p++)
        if (p != batch->base_policy) sides->variant[variants++] = batch->policy[p];
    return (struct comparison_files){
        .base_name = batch->policy[batch->base_policy],
        .worlds = worlds,
        .variants = variants,
        .world = sides->world,
        .variant = sides->variant,
        .base = sides->base,
        .file = sides->file,
    };
}

/* Doing nothing, worlds against the plain one. */
static struct comparison_files worlds_of(const struct batch_run *run, struct sides *sides)
{
    const struct batch *batch = run->batch;
    size_t variants = 0;
    sides->world[0] = batch->world[batch->base_world];
    sides->base[0] = file_of(run, batch_index(batch, batch->base_world, batch->base_policy));
    for (size_t w = 0; w < batch->worlds->children; w++) {
        if (w == batch->base_world) continue;
        sides->variant[variants] = batch->world[w];
        sides->file[variants++] = file_of(run, batch_index(batch, w, batch->base_policy));
    }
    return (struct comparison_files){
        .base_name = batch->policy[batch->base_policy],
        .worlds = 1,
        .variants = variants,
        .world = sides->world,
        .variant = sides->variant,
        .base = sides->base,
        .file = sides->file,
    };
}

/* All policies of a world among one another. */
static struct comparison_files all_policies(const struct batch_run *run, struct sides *sides)
{
    const struct batch *batch = run->batch;
    for (size_t i = 0; i < run->cells; i++) sides->file[i] = file_of(run, i);
    for (size_t p = 0; p < batch->policies->children; p++) sides->variant[p] = batch->policy[p];
    for (size_t w = 0; w < batch->worlds->children; w++) sides->world[w] = batch->world[w];
    return (struct comparison_files){.worlds = batch->worlds->children,
                                     .variants = batch->policies->children,
                                     .world = sides->world,
                                     .variant = sides->variant,
                                     .file = sides->file};
}

static struct fault *print_regret(const struct batch_run *run, struct sides *sides, const struct comparison *like,
                                  FILE *to, FILE *csv)
{
    struct regret regret;
    const enum outcome_better better = direction_of(&as_declared, run->regret.path);
    if (better == OUTCOME_NEITHER) {
        fprintf(to, "\nNeither more nor less of %s is better, so that there is no regret about it.\n",
                run->regret.path);
        return NULL;
    }
    const struct comparison_files files = all_policies(run, sides);
    struct fault *fault = regret_read(&files, run->regret.path, better, like, &regret);
    if (fault == NULL) fault = regret_print(&regret, to);
    if (fault == NULL) comparison_csv(&regret.comparison, csv);
    regret_free(&regret);
    return fault;
}

/* Which policy is the best in each world: the last that is said of a batch. What was not asked for, and cannot be, is
 * left out. */
static struct fault *print_ranking(const struct batch_run *run, struct sides *sides, FILE *to)
{
    const struct comparison_files files = all_policies(run, sides);
    const struct ranking_files all = {.worlds = files.worlds,
                                      .policies = files.variants,
                                      .world = files.world,
                                      .policy = files.variant,
                                      .file = files.file};
    const struct ranking_wish wish = {.outcome = sides->rank,
                                      .outcomes = run->ranks,
                                      .better = direction_of,
                                      .context = &as_declared,
                                      .threads = run->settings->threads};
    struct ranking ranking;
    if (all.policies < 2) return NULL;
    for (size_t i = 0; i < run->cells; i++)
        if (files.file[i] == NULL) {
            fprintf(to, "\nPolicies are not ranked, since not all cells are there.\n");
            return NULL;
        }
    struct fault *fault = ranking_read(&all, &wish, &ranking);
    if (fault == NULL) {
        fputs("\nWhich policy is the best: ", to);
        fault = ranking_print(&ranking, ranking.worlds, to);
    }
    if (fault == NULL) fault = ranking_print_deciding(&all, &ranking, run->batch->base_world, to);
    ranking_free(&ranking);
    const bool left_out = run->ranks == 0 && fault != NULL && !fault_is_memory(fault) && fault->code != FAULT_MACHINE;
    if (left_out) fprintf(to, "\nPolicies are not ranked: %s.\n", fault->sentence);
    if (!left_out) return fault;
    fault_free(fault);
    return NULL;
}

/* What is written, and where. */
struct outlet {
    FILE *to, *csv;
    const char *comparison; /* NULL: no file */
};

static struct fault *write_file(const struct batch_run *run, struct comparison *comparison, const char *path)
{
    if (asprintf(&comparison->title, "Policies of %s by world", run->batch->name) < 0) comparison->title = NULL;
    if (asprintf(&comparison->history, "%s; policies against %s", run->command, comparison->base) < 0)
        comparison->history = NULL;
    comparison->source = strdup("zhol " ZHOL_VERSION);
    if (comparison->title == NULL || comparison->history == NULL || comparison->source == NULL)
        return fault_no_memory();
    return comparison_write(comparison, path, true);
}

/* Free the comparison in any case. */
static struct fault *compare(const struct batch_run *run, const struct sides *sides,
                             const struct comparison_files *files, bool with_head, const struct outlet *out,
                             struct comparison *comparison)
{
    const bool of_worlds = comparison->of_worlds, with_file = !of_worlds && out->comparison != NULL;
    const struct comparison_wish wish = {.years = with_file,
                                         .outcome = sides->outcome,
                                         .outcomes = run->outcomes,
                                         .lenient = true,
                                         .better = direction_of,
                                         .context = &as_declared,
                                         .threads = run->settings->threads};
    if (files->variants == 0) return NULL;
    TRY(comparison_read(files, &wish, comparison));
    comparison->of_worlds = of_worlds;
    if (with_head) comparison_csv_head(comparison, out->csv);
    if (with_head) comparison_print_titles(comparison, out->to);
    TRY(comparison_print(comparison, out->to));
    comparison_csv(comparison, out->csv);
    if (with_file && run->stopped_by != NULL) TRY(comparison_note(comparison, "stopped by %s", run->stopped_by));
    if (with_file && comparison->probability != NULL) TRY(write_file(run, comparison, out->comparison));
    return run->log == NULL ? NULL : comparison_print_notes(comparison, run->log);
}

static struct fault *compare_all(const struct batch_run *run, struct sides *sides, const struct outlet *out)
{
    struct comparison policies = {.of_worlds = false}, worlds = {.of_worlds = true};
    if (run->outcomes == 0) return NULL;
    comparison_print_head(out->to);
    const struct comparison_files in_worlds = policies_of(run, sides);
    struct fault *fault = compare(run, sides, &in_worlds, true, out, &policies);
    const struct comparison_files of_worlds = worlds_of(run, sides);
    if (fault == NULL) fault = compare(run, sides, &of_worlds, in_worlds.variants == 0, out, &worlds);
    const struct comparison *like = policies.probability == NULL ? &worlds : &policies;
    if (fault == NULL && run->regret.path != NULL && like->probability != NULL)
        fault = print_regret(run, sides, like, out->to, out->csv);
    if (fault == NULL) fault = print_ranking(run, sides, out->to);
    comparison_free(&policies);
    comparison_free(&worlds);
    return fault;
}

/* Whole or not at all; what was there of an earlier run is replaced. */
struct fault *batch_compare(const struct batch_run *run, FILE *to, const char *csv, const char *comparison)
{
    char *table = NULL;
    size_t size = 0;
    struct sides sides;
    struct fault *fault = make_sides(run, &sides);
    FILE *rows = open_memstream(&table, &size);
    if (rows == NULL && fault == NULL) fault = fault_no_memory();
    if (fault == NULL && run->outcomes == 0)
        fputs("Nothing is compared: no cell has npv.national, fiscal.total or trade.balance; expected others in "
              "compare.outcomes.\n",
              to);
    const struct outlet out = {to, rows, comparison};
    if (fault == NULL) fault = compare_all(run, &sides, &out);
    if (rows != NULL && fclose(rows) != 0 && fault == NULL) fault = fault_no_memory();
    if (fault == NULL && (fflush(to) != 0 || ferror(to)))
        fault = fault_raise(FAULT_MACHINE, "the comparison cannot be written");
    if (fault == NULL && csv != NULL) fault = write_text(csv, table);
    free(table);
    free_sides(&sides);
    return fault;
}
