/* output/comparison/regret.c -- see regret.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/regret.h"
#include "output/result/stored.h"
#include "output/tables/readable.h"
#include "sim/statistics/alternatives.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

static const double p95 = 0.95;

void regret_free(struct regret *regret)
{
    comparison_free(&regret->comparison);
    free(regret->path);
    free(regret->p95);
    *regret = (struct regret){.path = NULL};
}

static struct fault *copy_names(const char *const from[], size_t count, char ***to)
{
    *to = calloc(count + 1, sizeof **to);
    if (*to == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++)
        if (((*to)[i] = strdup(from[i])) == NULL) return fault_no_memory();
    return NULL;
}

static struct fault *copy_numbers(size_t count, const double from[], double **to)
{
    *to = malloc((count + 1) * sizeof **to);
    if (*to == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) (*to)[i] = from[i];
    return NULL;
}

static struct fault *no_outcome(const char *path)
{
    return fault_raise(FAULT_USAGE, "no outcome matches '%s'; `zhol show RESULT --list` lists them", path);
}

/* As a file declares it. */
static struct fault *declare(struct comparison_outcome *to, const struct result *head, const char *path)
{
    const size_t index = outcomes_find(&head->outcomes, path);
    if (index == head->outcomes.count) return NULL;
    to->unit = strdup(head->outcomes.item[index].unit);
    to->total = strdup(head->outcomes.item[index].total);
    to->rule = head->outcomes.item[index].kind->rule;
    if (asprintf(&to->title, "Regret: %s", head->outcomes.item[index].title) < 0) to->title = NULL;
    return to->unit == NULL || to->total == NULL || to->title == NULL ? fault_no_memory() : NULL;
}

static struct fault *make_outcome(struct regret *regret, const struct comparison_files *files)
{
    struct comparison *to = &regret->comparison;
    to->outcome = calloc(1, sizeof *to->outcome);
    if (to->outcome == NULL) return fault_no_memory();
    to->outcomes = 1;
    to->outcome->better = OUTCOME_LESS;
    if (asprintf(&to->outcome->path, "regret.%s", regret->path) < 0) to->outcome->path = NULL;
    if (asprintf(&to->outcome->long_name, "regret about %s", regret->path) < 0) to->outcome->long_name = NULL;
    for (size_t i = 0; i < files->worlds * files->variants && to->outcome->unit == NULL; i++) {
        struct result head;
        if (files->file[i] == NULL) continue;
        struct fault *fault = result_read_outline(files->file[i], &head);
        if (fault == NULL) fault = declare(to->outcome, &head, regret->path);
        result_free(&head);
        if (fault != NULL) return fault;
    }
    if (to->outcome->unit == NULL) return no_outcome(regret->path);
    return to->outcome->path == NULL || to->outcome->long_name == NULL || to->outcome->unit == NULL ||
                   to->outcome->total == NULL
               ? fault_no_memory()
               : NULL;
}

static struct fault *make_room(struct regret *regret, const struct comparison_files *files,
                               const struct comparison *like)
{
    struct comparison *to = &regret->comparison;
    const size_t cells = files->worlds * files->variants;
    *to = (struct comparison){.replications = like->replications,
                              .calendar = like->calendar,
                              .years = like->years,
                              .first = like->years,
                              .periods = 1,
                              .shown = like->years,
                              .shown_periods = 1,
                              .quantiles = like->quantiles,
                              .levels = like->levels};
    TRY(copy_names(files->world, files->worlds, &to->world));
    to->worlds = files->worlds;
    TRY(copy_names(files->variant, files->variants, &to->variant));
    to->variants = files->variants;
    TRY(copy_numbers(like->quantiles, like->probability, &to->probability));
    TRY(copy_numbers(like->levels, like->level, &to->level));
    TRY(make_outcome(regret, files));
    to->base = strdup("best");
    to->cell = calloc(cells + 1, sizeof *to->cell);
    to->quantile = calloc(cells * to->quantiles + 1, sizeof *to->quantile);
    to->quantile_difference = calloc(cells * to->quantiles + 1, sizeof *to->quantile_difference);
    to->tail = calloc(cells * to->levels + 1, sizeof *to->tail);
    to->dominance = calloc(cells + 1, sizeof *to->dominance);
    regret->p95 = calloc(cells + 1, sizeof *regret->p95);
    if (to->base == NULL || to->cell == NULL || to->quantile == NULL || to->quantile_difference == NULL ||
        to->tail == NULL || to->dominance == NULL || regret->p95 == NULL)
        return fault_no_memory();
    for (size_t i = 0; i < cells; i++) {
        to->dominance[i] =
            (struct dominance){DOMINANCE_NOT_ASKED, DOMINANCE_NOT_ASKED, DOMINANCE_NOT_ASKED, DOMINANCE_NOT_ASKED};
        regret->p95[i] = (struct quantile_estimate){UNKNOWN, UNKNOWN, UNKNOWN};
    }
    return NULL;
}

/* Whether a file has the outcome, and its samples. */
static struct fault *look_into(const char *file, const char *path, bool *known, bool *held)
{
    struct result head;
    struct fault *fault = result_read_outline(file, &head);
    const size_t index = fault == NULL ? outcomes_find(&head.outcomes, path) : 0;
    *known = fault == NULL && index < head.outcomes.count;
    *held = *known && head.horizon_saved[index];
    result_free(&head);
    return fault;
}

struct fault *regret_check(const struct comparison_files *files, const char *path, enum outcome_better better)
{
    bool any = false;
    const char *without = NULL;
    for (size_t i = 0; i < files->worlds * files->variants; i++) {
        bool known, held;
        if (files->file[i] == NULL) continue;
        TRY(look_into(files->file[i], path, &known, &held));
        any = any || known;
        if (!held && without == NULL) without = files->file[i];
    }
    if (!any) return no_outcome(path);
    if (better == OUTCOME_NEITHER)
        return fault_raise(FAULT_USAGE,
                           "neither more nor less of %s is better by itself; say with --more or --less which is meant",
                           path);
    if (without == NULL) return NULL;
    return fault_raise(FAULT_FILES,
                       "%s does not hold the samples of %s over the horizon, without which the best of a future is not "
                       "known; simulate it with --save %s, or leave it out",
                       without, path, path);
}

static struct fault *read_samples(const char *path, const char *outcome, size_t count, float value[], bool *there)
{
    struct stored *stored = NULL;
    *there = false;
    if (path == NULL) return NULL;
    struct fault *fault = stored_open(path, &stored);
    if (fault == NULL) fault = stored_horizon(stored, outcome, count, value, there);
    return stored_close(stored, fault);
}

struct room {
    float *value;        /* [policies][replications] */
    float *best;         /* [replications] */
    bool *there;         /* [policies] */
    const float **known; /* those that are there */
    struct paired_work work;
};

static struct fault *make_rooms(struct room *room, const struct comparison *of, const struct quantiles_asked *asked)
{
    const size_t count = of->replications;
    room->value = malloc((of->variants * count + 1) * sizeof *room->value);
    room->best = malloc((count + 1) * sizeof *room->best);
    room->there = calloc(of->variants + 1, sizeof *room->there);
    room->known = calloc(of->variants + 1, sizeof *room->known);
    if (room->value == NULL || room->best == NULL || room->there == NULL || room->known == NULL)
        return fault_no_memory();
    return paired_work_init(&room->work, count, asked);
}

static void free_rooms(struct room *room)
{
    free(room->value);
    free(room->best);
    free(room->there);
    free(room->known);
    paired_work_free(&room->work);
}

static void compare_policy(struct regret *regret, const struct quantiles_asked *asked, size_t world, size_t policy,
                           struct room *room)
{
    struct comparison *to = &regret->comparison;
    const size_t count = to->replications, cell = world * to->variants + policy;
    const float *value = room->value + policy * count;
    const bool more = regret->better == OUTCOME_MORE;
    const struct paired_parts parts = {to->quantile + cell * to->quantiles,
                                       to->quantile_difference + cell * to->quantiles, to->tail + cell * to->levels};
    to->cell[cell] = paired_compare(count, more ? room->best : value, more ? value : room->best, OUTCOME_NEITHER, asked,
                                    &room->work, &parts);
    quantiles_estimate((size_t)to->cell[cell].count, room->work.difference, room->work.select, 1, &p95,
                       &regret->p95[cell]);
}

static struct fault *read_world(struct regret *regret, const struct comparison_files *files,
                                const struct quantiles_asked *asked, size_t world, struct room *room)
{
    const struct comparison *to = &regret->comparison;
    const size_t count = to->replications;
    size_t known = 0;
    for (size_t v = 0; v < to->variants; v++) {
        float *value = room->value + v * count;
        TRY(read_samples(files->file[world * to->variants + v], regret->path, count, value, &room->there[v]));
        if (room->there[v]) room->known[known++] = value;
    }
    alternatives_best(known, count, room->known, regret->better == OUTCOME_MORE, room->best);
    for (size_t v = 0; v < to->variants; v++)
        if (room->there[v]) compare_policy(regret, asked, world, v, room);
    return NULL;
}

struct fault *regret_read(const struct comparison_files *files, const char *path, enum outcome_better better,
                          const struct comparison *like, struct regret *regret)
{
    const struct quantiles_asked asked = {like->quantiles, like->probability, like->levels, like->level};
    struct room room = {.value = NULL};
    *regret = (struct regret){.path = strdup(path), .better = better};
    if (regret->path == NULL) return fault_no_memory();
    TRY(make_room(regret, files, like));
    struct fault *fault = make_rooms(&room, &regret->comparison, &asked);
    for (size_t w = 0; w < files->worlds && fault == NULL; w++) fault = read_world(regret, files, &asked, w, &room);
    free_rooms(&room);
    return fault;
}

double regret_greatest(const struct regret *regret, size_t policy, size_t *world)
{
    const struct comparison *of = &regret->comparison;
    double greatest = -HUGE_VAL;
    *world = of->worlds;
    for (size_t w = 0; w < of->worlds; w++) {
        const struct paired *cell = &of->cell[w * of->variants + policy];
        if (!cell->known || isnan(cell->mean)) return UNKNOWN;
        if (cell->mean <= greatest) continue;
        greatest = cell->mean;
        *world = w;
    }
    return greatest;
}

size_t regret_minimax(const struct regret *regret)
{
    size_t best = regret->comparison.variants, world;
    double least = HUGE_VAL;
    for (size_t p = 0; p < regret->comparison.variants; p++) {
        const double greatest = regret_greatest(regret, p, &world);
        if (!(greatest < least)) continue;
        least = greatest;
        best = p;
    }
    return best;
}

enum { COLUMNS = 2, MEAN = 10, ERROR = 8, PERCENTILE = 9 };

static double greatest_shown(const struct regret *regret)
{
    const struct comparison *of = &regret->comparison;
    double most = 0.0;
    for (size_t i = 0; i < of->worlds * of->variants; i++)
        if (of->cell[i].known && isfinite(regret->p95[i].estimate)) most = fmax(most, regret->p95[i].estimate);
    return most;
}

static void print_cell(const struct regret *regret, size_t cell, double divisor, FILE *to)
{
    const struct paired *of = &regret->comparison.cell[cell];
    char mean[READABLE_NUMBER], error[READABLE_NUMBER];
    if (!of->known || !(of->count > 0.0)) {
        fprintf(to, "  %*s%*s", MEAN, "-", 3 + ERROR + PERCENTILE, "");
        return;
    }
    readable_pair(of->mean / divisor, (of->high - of->mean) / divisor, mean, error);
    fprintf(to, "  %*s ± %-*s%*.4g", MEAN, mean, ERROR, error, PERCENTILE, regret->p95[cell].estimate / divisor);
}

static void print_worlds(const struct regret *regret, size_t first, int width, double divisor, const char *unit,
                         FILE *to)
{
    const struct comparison *of = &regret->comparison;
    const size_t end = first + COLUMNS < of->worlds ? first + COLUMNS : of->worlds;
    fprintf(to, "  %-*s", width, "");
    for (size_t w = first; w < end; w++) fprintf(to, "  %*s", MEAN + 3 + ERROR + PERCENTILE, of->world[w]);
    fprintf(to, "\n  %-*s", width, "policy");
    for (size_t w = first; w < end; w++) fprintf(to, "  %*s ± %-*s%*s", MEAN, unit, ERROR, "error", PERCENTILE, "95 %");
    fputc('\n', to);
    for (size_t p = 0; p < of->variants; p++) {
        fprintf(to, "  %-*s", width, of->variant[p]);
        for (size_t w = first; w < end; w++) print_cell(regret, w * of->variants + p, divisor, to);
        fputc('\n', to);
    }
}

static void print_greatest(const struct regret *regret, int width, double divisor, const char *unit, FILE *to)
{
    const struct comparison *of = &regret->comparison;
    const size_t best = regret_minimax(regret);
    fputs("\nGreatest mean regret over the worlds:\n", to);
    fprintf(to, "  %-*s  %*s  in the world\n", width, "policy", MEAN, unit);
    for (size_t p = 0; p < of->variants; p++) {
        size_t world;
        const double greatest = regret_greatest(regret, p, &world);
        if (isnan(greatest))
            fprintf(to, "  %-*s  %*s\n", width, of->variant[p], MEAN, "-");
        else
            fprintf(to, "  %-*s  %*.4g  %s%s\n", width, of->variant[p], MEAN, greatest / divisor, of->world[world],
                    p == best ? "  (minimax: the least)" : "");
    }
}

struct fault *regret_print(const struct regret *regret, FILE *to)
{
    const struct comparison *of = &regret->comparison;
    char unit[64] = "";
    const char *total = of->outcome->total;
    const double divisor =
        strcmp(total, "1") == 0 ? 1.0 : readable_unit(total, greatest_shown(regret), sizeof unit, unit);
    int width = 16;
    for (size_t p = 0; p < of->variants; p++)
        if ((int)strlen(of->variant[p]) > width) width = (int)strlen(of->variant[p]);
    fprintf(to,
            "\nRegret about %s: what a policy leaves on the table against the best one in the same future of the same "
            "world.\nOver the whole horizon: mean ± error of the simulation (95 %%), and 95th percentile (range of "
            "futures):\n",
            regret->path);
    for (size_t first = 0; first < of->worlds; first += COLUMNS) print_worlds(regret, first, width, divisor, unit, to);
    if (of->worlds > 1) print_greatest(regret, width, divisor, unit, to);
    return fflush(to) != 0 || ferror(to) ? fault_raise(FAULT_MACHINE, "the comparison cannot be written") : NULL;
}
