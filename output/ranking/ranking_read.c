/* output/ranking/ranking_read.c -- a ranking from files, outcome by outcome: the samples of all policies of all worlds at
 * once, since their intervals are joint.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ranking/ranking.h"
#include "output/ranking/ranking_futures.h"
#include "output/result/stored.h"
#include "sim/core/gib.h"
#include "sim/statistics/alternatives.h"
#include "sim/statistics/moments.h"
#include "sim/statistics/pareto.h"

#include <fnmatch.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define LEVEL 0.95
/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

const char *const ranking_usual[RANKING_USUAL] = {"fiscal.total", "trade.exports", "index.dependence.*"};

static const uint64_t usual_memory = UINT64_C(4) << 30;
static const double p95 = 0.95;

/* ---- what is compared with what ---- */

/* The first policy of each world as its base. */
struct sides {
    const char **base, **file;
};

static struct fault *compare_files(const struct ranking_files *files, const struct ranking_wish *wish,
                                   struct sides *sides, struct comparison *of)
{
    const size_t policies = files->policies;
    sides->base = calloc(files->worlds + 1, sizeof *sides->base);
    sides->file = calloc(files->worlds * policies + 1, sizeof *sides->file);
    if (sides->base == NULL || sides->file == NULL) return fault_no_memory();
    for (size_t w = 0; w < files->worlds; w++) {
        sides->base[w] = files->file[w * policies];
        for (size_t p = 1; p < policies; p++) sides->file[w * (policies - 1) + p - 1] = files->file[w * policies + p];
    }
    const struct comparison_files pairs = {.base_name = files->policy == NULL ? NULL : files->policy[0],
                                           .worlds = files->worlds,
                                           .variants = policies - 1,
                                           .world = files->world,
                                           .variant = files->policy == NULL ? NULL : files->policy + 1,
                                           .base = sides->base,
                                           .file = sides->file};
    const struct comparison_wish asked = {.outcome = wish->outcomes == 0 ? ranking_usual : wish->outcome,
                                          .outcomes = wish->outcomes == 0 ? RANKING_USUAL : wish->outcomes,
                                          .lenient = wish->lenient || wish->outcomes == 0,
                                          .better = wish->better,
                                          .context = wish->context,
                                          .threads = wish->threads};
    return comparison_read(&pairs, &asked, of);
}

static struct fault *set_names(struct ranking *ranking)
{
    const struct comparison *of = &ranking->of;
    ranking->worlds = of->worlds;
    ranking->policies = of->variants + 1;
    ranking->policy = calloc(ranking->policies + 1, sizeof *ranking->policy);
    if (ranking->policy == NULL) return fault_no_memory();
    for (size_t p = 0; p < ranking->policies; p++)
        if ((ranking->policy[p] = strdup(p == 0 ? of->base : of->variant[p - 1])) == NULL) return fault_no_memory();
    return NULL;
}

static struct fault *make_room(struct ranking *ranking)
{
    const size_t choices = ranking->outcomes * ranking->worlds;
    ranking->outcome = calloc(ranking->outcomes + 1, sizeof *ranking->outcome);
    ranking->choice = calloc(choices + 1, sizeof *ranking->choice);
    ranking->cell = calloc(choices * ranking->policies + 1, sizeof *ranking->cell);
    return ranking->outcome == NULL || ranking->choice == NULL || ranking->cell == NULL ? fault_no_memory() : NULL;
}

static void forget(struct comparison_outcome *outcome)
{
    free(outcome->path);
    free(outcome->unit);
    free(outcome->total);
    free(outcome->long_name);
    free(outcome->title);
}

/* Of a pattern of the usual ones the first outcome will do. */
static bool is_another(const struct comparison *of, size_t kept, const char *path)
{
    for (size_t u = 0; u < RANKING_USUAL; u++)
        for (size_t k = 0; k < kept && fnmatch(ranking_usual[u], path, 0) == 0; k++)
            if (fnmatch(ranking_usual[u], of->outcome[k].path, 0) == 0) return true;
    return false;
}

/* Those without a direction are left out, or are faults. */
static struct fault *choose_outcomes(struct ranking *ranking, bool usual, bool lenient)
{
    struct comparison *of = &ranking->of;
    size_t kept = 0;
    for (size_t o = 0; o < of->outcomes; o++) {
        struct comparison_outcome outcome = of->outcome[o];
        if (outcome.better == OUTCOME_NEITHER && !lenient)
            return fault_raise(FAULT_USAGE,
                               "neither more nor less of %s is better by itself; say with --maximise or --minimise "
                               "which is meant",
                               outcome.path);
        if (outcome.better == OUTCOME_NEITHER || (usual && is_another(of, kept, outcome.path)))
            forget(&outcome);
        else
            of->outcome[kept++] = outcome;
    }
    of->outcomes = kept;
    ranking->outcomes = kept;
    if (kept > 0) return NULL;
    return fault_raise(FAULT_USAGE,
                       "the files have none of fiscal.total, trade.exports and index.dependence.*; expected "
                       "--outcome with what is to be ranked, as `zhol show RESULT --list` lists it");
}

/* ---- the samples of an outcome ---- */

struct samples_of_all {
    struct given_futures futures; /* that are looked at, if not all */
    size_t looked;                /* how many are */
    size_t count;                 /* with a value in every cell */
    float *all;                   /* [outcomes][worlds][policies][read] */
    const float **cell;           /* [worlds][policies] */
    float *best, *select;
    float *sorted; /* [2 count] */
    double *work;
};

static void free_samples(struct samples_of_all *samples)
{
    given_futures_free(&samples->futures);
    free(samples->all);
    free(samples->cell);
    free(samples->best);
    free(samples->select);
    free(samples->sorted);
    free(samples->work);
}

static struct fault *make_samples(const struct ranking *ranking, uint64_t memory, struct samples_of_all *samples)
{
    const size_t cells = ranking->worlds * ranking->policies, count = ranking->of.replications;
    const size_t rows = ranking->outcomes * cells + 6; /* and what is worked with */
    const uint64_t most = memory == 0 ? usual_memory : memory;
    if (count > most / sizeof(float) / rows)
        return fault_raise(
            FAULT_USAGE,
            "%zu outcomes of %zu files with %zu replications take %.3g GiB, more than --memory %.3g GiB; "
            "raise it, or rank by fewer",
            ranking->outcomes, cells, count, (double)rows * (double)count * sizeof(float) / GIB, (double)most / GIB);
    samples->all = malloc((rows * count + 1) * sizeof *samples->all);
    samples->cell = calloc(cells + 1, sizeof *samples->cell);
    samples->best = malloc((count + 1) * sizeof *samples->best);
    samples->select = malloc((count + 1) * sizeof *samples->select);
    samples->sorted = malloc((2 * count + 1) * sizeof *samples->sorted);
    samples->work = malloc((count + 1) * sizeof *samples->work);
    return samples->all == NULL || samples->cell == NULL || samples->best == NULL || samples->select == NULL ||
                   samples->sorted == NULL || samples->work == NULL
               ? fault_no_memory()
               : NULL;
}

static struct fault *find_futures(const struct ranking_files *files, const struct given *given, struct ranking *ranking,
                                  struct samples_of_all *samples)
{
    struct result_given *to = &ranking->of.given;
    TRY(ranking_futures_find(files, given, &samples->futures));
    samples->looked = given_count(&samples->futures, ranking->of.replications);
    to->futures = samples->futures.count;
    to->undecided = samples->futures.undecided;
    to->condition = strdup(given_text(given));
    return to->condition == NULL ? fault_no_memory() : NULL;
}

/* Moves the replications that are looked at, and that have a finite value in every cell, to the front. */
static void select_replications(const struct ranking *ranking, size_t outcome, struct samples_of_all *samples)
{
    const size_t cells = ranking->worlds * ranking->policies, count = ranking->of.replications;
    const size_t *chosen = samples->futures.replication;
    float *all = samples->all + outcome * cells * count;
    size_t kept = 0;
    for (size_t k = 0; k < samples->looked; k++) {
        const size_t i = chosen == NULL ? k : chosen[k];
        bool whole = true;
        for (size_t c = 0; c < cells && whole; c++) whole = isfinite(all[c * count + i]);
        if (!whole) continue;
        for (size_t c = 0; c < cells; c++) all[c * count + kept] = all[c * count + i];
        kept++;
    }
    samples->count = kept;
    for (size_t c = 0; c < cells; c++) samples->cell[c] = all + c * count;
}

/* Of one file, which is slow to open, all outcomes. */
static struct fault *load_file(const struct ranking *ranking, const char *file, size_t cell,
                               const struct samples_of_all *samples)
{
    const size_t cells = ranking->worlds * ranking->policies, count = ranking->of.replications;
    struct stored *stored = NULL;
    struct fault *fault = stored_open(file, &stored);
    for (size_t o = 0; o < ranking->outcomes && fault == NULL; o++) {
        const char *path = ranking->of.outcome[o].path;
        bool there = false;
        fault = stored_horizon(stored, path, count, samples->all + (o * cells + cell) * count, &there);
        if (fault == NULL && !there)
            fault = fault_raise(FAULT_FILES,
                                "%s does not hold the samples of %s over the horizon; simulate it with --save %s, or "
                                "leave it out",
                                file, path, path);
    }
    return stored_close(stored, fault);
}

static struct fault *check_enough(const struct ranking *ranking, size_t outcome, const struct samples_of_all *samples)
{
    const struct comparison_outcome *of = &ranking->of.outcome[outcome];
    if (samples->count >= 4) return NULL;
    return fault_raise(FAULT_FILES,
                       "%s has a value in every file in %zu of %zu replications; expected 4 at least to rank by it",
                       of->path, samples->count, samples->looked);
}

/* ---- what is said of it ---- */

static size_t cell_index(const struct ranking *ranking, size_t outcome, size_t world, size_t policy)
{
    return (outcome * ranking->worlds + world) * ranking->policies + policy;
}

static struct simultaneous_pair *pair_at(const struct ranking *ranking, size_t outcome, size_t world, size_t one,
                                         size_t other)
{
    return &ranking->outcome[outcome].pair[(world * ranking->policies + one) * ranking->policies + other];
}

static bool is_more(const struct ranking *ranking, size_t outcome)
{
    return ranking->outcome[outcome].better == OUTCOME_MORE;
}

static bool is_equal(const struct simultaneous_pair *pair)
{
    return pair->gain == 0.0 && pair->standard_error == 0.0;
}

static double half_of(const struct ranking *ranking, size_t outcome, size_t world, const struct simultaneous_pair *pair)
{
    const struct simultaneous with = {.critical = ranking_choice(ranking, outcome, world)->critical};
    return simultaneous_half(&with, pair);
}

/* Where two policies are that far apart on average, so many replications would separate them. */
static double needed(const struct ranking *ranking, size_t outcome, size_t world, const struct simultaneous_pair *pair)
{
    const struct ranking_choice *choice = ranking_choice(ranking, outcome, world);
    const double apart = fabs(pair->gain) - pair->rounding;
    if (is_equal(pair) || half_of(ranking, outcome, world, pair) < fabs(pair->gain)) return UNKNOWN;
    if (apart <= 0.0) return HUGE_VAL;
    const double ratio = choice->critical * pair->standard_error / apart;
    return ceil(choice->replications * ratio * ratio);
}

static void rank_world(struct ranking *ranking, size_t outcome, size_t world)
{
    struct ranking_choice *choice = &ranking->choice[outcome * ranking->worlds + world];
    const size_t policies = ranking->policies;
    for (size_t p = 0; p < policies; p++) {
        struct ranking_cell *cell = &ranking->cell[cell_index(ranking, outcome, world, p)];
        double before = 0.0, surely_before = 0.0, surely_behind = 0.0;
        for (size_t other = 0; other < policies; other++) {
            const struct simultaneous_pair *pair = pair_at(ranking, outcome, world, other, p);
            const double half = half_of(ranking, outcome, world, pair);
            if (other == p) continue;
            before += pair->gain > 0.0 || (pair->gain == 0.0 && other < p);
            surely_before += pair->gain - half > 0.0;
            surely_behind += pair->gain + half < 0.0;
        }
        cell->rank = 1.0 + before;
        cell->rank_low = 1.0 + surely_before;
        cell->rank_high = (double)policies - surely_behind;
        if (before == 0.0) choice->best = p;
        if (before == 1.0) choice->next = p;
    }
    for (size_t p = 0; p < policies; p++)
        ranking->cell[cell_index(ranking, outcome, world, p)].needed =
            needed(ranking, outcome, world,
                   pair_at(ranking, outcome, world, choice->best, p == choice->best ? choice->next : p));
}

void ranking_set_margin(struct ranking *ranking, size_t outcome, double margin)
{
    ranking->outcome[outcome].margin = margin;
    for (size_t w = 0; w < ranking->worlds; w++)
        for (size_t p = 0; p < ranking->policies; p++) {
            struct ranking_cell *cell = &ranking->cell[cell_index(ranking, outcome, w, p)];
            cell->verdict = cell->behind.high <= 0.0      ? RANKING_BEST
                            : cell->behind.low > margin   ? RANKING_WORSE
                            : cell->behind.high <= margin ? RANKING_WITHIN
                                                          : RANKING_OPEN;
        }
}

static void find_regret(struct ranking *ranking, size_t outcome, size_t world, size_t policy,
                        const struct samples_of_all *samples)
{
    struct ranking_cell *cell = &ranking->cell[cell_index(ranking, outcome, world, policy)];
    const float *value = samples->cell[world * ranking->policies + policy];
    struct quantile_estimate estimate;
    float *regret = samples->sorted;
    for (size_t i = 0; i < samples->count; i++) {
        const double best = (double)samples->best[i], own = (double)value[i];
        samples->work[i] = is_more(ranking, outcome) ? best - own : own - best;
        regret[i] = (float)samples->work[i];
    }
    const struct moments moments = moments_of(samples->count, samples->work, NULL);
    quantiles_estimate(samples->count, regret, samples->select, 1, &p95, &estimate);
    cell->regret = moments.mean;
    cell->regret_standard_error = moments_standard_error(&moments);
    cell->regret_p95 = estimate.estimate;
}

static void find_mean(struct ranking *ranking, size_t outcome, size_t world, size_t policy,
                      const struct samples_of_all *samples)
{
    struct ranking_cell *cell = &ranking->cell[cell_index(ranking, outcome, world, policy)];
    const float *value = samples->cell[world * ranking->policies + policy];
    for (size_t i = 0; i < samples->count; i++) samples->work[i] = (double)value[i];
    const struct moments moments = moments_of(samples->count, samples->work, NULL);
    cell->mean = moments.mean;
    cell->standard_error = moments_standard_error(&moments);
}

static void find_dominance(struct ranking *ranking, size_t outcome, size_t world, size_t policy,
                           const struct samples_of_all *samples)
{
    struct ranking_cell *cell = &ranking->cell[cell_index(ranking, outcome, world, policy)];
    const size_t best = ranking_choice(ranking, outcome, world)->best;
    cell->dominated_first = cell->dominated_second = DOMINANCE_NOT_ASKED;
    if (best == policy || is_equal(pair_at(ranking, outcome, world, best, policy))) return;
    const float *const *value = samples->cell + world * ranking->policies;
    const struct dominance dominance =
        dominance_of(samples->count, value[best], value[policy], ranking->outcome[outcome].better, samples->sorted);
    cell->dominated_first = dominance.first;
    cell->dominated_second = dominance.second;
}

static void judge_world(struct ranking *ranking, size_t outcome, size_t world, const struct simultaneous *joint,
                        const struct samples_of_all *samples, double share[])
{
    struct ranking_choice *choice = &ranking->choice[outcome * ranking->worlds + world];
    const size_t policies = ranking->policies;
    const float *const *value = samples->cell + world * policies;
    const bool more = is_more(ranking, outcome);
    choice->replications = (double)samples->count;
    choice->critical = joint->critical;
    rank_world(ranking, outcome, world);
    alternatives_best(policies, samples->count, value, more, samples->best);
    alternatives_shares(policies, samples->count, value, samples->best, share);
    choice->perfect = value_of_information(policies, samples->count, value, samples->best, more, samples->work);
    for (size_t p = 0; p < policies; p++) {
        struct ranking_cell *cell = &ranking->cell[cell_index(ranking, outcome, world, p)];
        cell->behind = simultaneous_gap(joint, policies, world, p);
        cell->best_in = probability_of(share[p] * choice->replications, choice->replications);
        cell->confidence = joint->confidence[world * policies + p];
        find_mean(ranking, outcome, world, p, samples);
        find_regret(ranking, outcome, world, p, samples);
        find_dominance(ranking, outcome, world, p, samples);
    }
}

static void find_minimax(struct ranking *ranking, size_t outcome)
{
    struct ranking_outcome *of = &ranking->outcome[outcome];
    of->minimax_regret = HUGE_VAL;
    for (size_t p = 0; p < ranking->policies; p++) {
        double greatest = 0.0;
        for (size_t w = 0; w < ranking->worlds; w++)
            greatest = fmax(greatest, ranking_cell(ranking, outcome, w, p)->regret);
        if (!(greatest < of->minimax_regret)) continue;
        of->minimax_regret = greatest;
        of->minimax = p;
    }
}

static struct fault *judge(struct ranking *ranking, size_t outcome, const struct samples_of_all *samples)
{
    struct ranking_outcome *of = &ranking->outcome[outcome];
    const struct simultaneous_asked asked = {.groups = ranking->worlds,
                                             .members = ranking->policies,
                                             .count = samples->count,
                                             .value = samples->cell,
                                             .more = of->better == OUTCOME_MORE,
                                             .level = LEVEL,
                                             .seed = ranking->of.seed};
    struct simultaneous joint;
    double *share = calloc(ranking->policies + 1, sizeof *share);
    struct fault *fault = share == NULL ? fault_no_memory() : NULL;
    if (fault != NULL) return fault;
    fault = simultaneous_of(&asked, &joint);
    if (fault == NULL) {
        of->bonferroni = joint.bonferroni;
        of->comparisons = joint.comparisons;
        of->pair = joint.pair;
        for (size_t w = 0; w < ranking->worlds; w++) judge_world(ranking, outcome, w, &joint, samples, share);
        joint.pair = NULL; /* it is the ranking's now */
        find_minimax(ranking, outcome);
        ranking_set_margin(ranking, outcome, 0.0);
    }
    simultaneous_free(&joint);
    free(share);
    return fault;
}

/* ---- over all outcomes ---- */

/* Whether one is surely ahead of the other: in each outcome equal, or beyond its interval. */
static bool is_surely_ahead(const struct ranking *ranking, size_t world, size_t one, size_t other, double low[])
{
    for (size_t o = 0; o < ranking->outcomes; o++) {
        const struct simultaneous_pair *pair = pair_at(ranking, o, world, one, other);
        const double bound = pair->gain - half_of(ranking, o, world, pair);
        low[o] = is_equal(pair) ? 0.0 : bound > 0.0 ? bound : UNKNOWN;
    }
    return pareto_is_ahead(ranking->outcomes, low, NULL);
}

static void find_front(struct ranking *ranking, size_t world, double value[], double low[], bool front[])
{
    const size_t policies = ranking->policies, outcomes = ranking->outcomes;
    for (size_t p = 0; p < policies; p++)
        for (size_t o = 0; o < outcomes; o++) value[p * outcomes + o] = pair_at(ranking, o, world, p, 0)->gain;
    pareto_front(policies, outcomes, value, front);
    for (size_t p = 0; p < policies; p++) {
        bool beaten = false;
        for (size_t other = 0; other < policies && !beaten; other++)
            beaten = other != p && is_surely_ahead(ranking, world, other, p, low);
        for (size_t o = 0; o < outcomes; o++)
            ranking->cell[cell_index(ranking, o, world, p)].pareto = outcomes < 2 ? RANKING_NOT_ASKED
                                                                     : front[p]   ? RANKING_FRONT
                                                                     : beaten     ? RANKING_BEATEN
                                                                                  : RANKING_BEATEN_IN_MEAN;
    }
}

static struct fault *find_fronts(struct ranking *ranking)
{
    double *value = calloc(ranking->policies * ranking->outcomes + 1, sizeof *value);
    double *low = calloc(ranking->outcomes + 1, sizeof *low);
    bool *front = calloc(ranking->policies + 1, sizeof *front);
    struct fault *fault = value == NULL || low == NULL || front == NULL ? fault_no_memory() : NULL;
    for (size_t w = 0; w < ranking->worlds && fault == NULL; w++) find_front(ranking, w, value, low, front);
    free(value);
    free(low);
    free(front);
    return fault;
}

static struct fault *note_fewer(struct ranking *ranking, size_t looked)
{
    for (size_t o = 0; o < ranking->outcomes; o++) {
        const double used = ranking_choice(ranking, o, 0)->replications;
        if (used < (double)looked)
            TRY(comparison_note(&ranking->of,
                                "%s is ranked by the %.0f of %zu replications with a finite value in every file",
                                ranking->of.outcome[o].path, used, looked));
    }
    return NULL;
}

static struct fault *read_all(const struct ranking_files *files, const struct ranking_wish *wish,
                              struct ranking *ranking)
{
    struct samples_of_all samples = {.looked = ranking->of.replications};
    TRY(set_names(ranking));
    TRY(choose_outcomes(ranking, wish->outcomes == 0, wish->lenient || wish->outcomes == 0));
    TRY(make_room(ranking));
    struct fault *fault = wish->given == NULL ? NULL : find_futures(files, wish->given, ranking, &samples);
    if (fault == NULL) fault = make_samples(ranking, wish->memory, &samples);
    for (size_t c = 0; c < files->worlds * files->policies && fault == NULL; c++)
        fault = load_file(ranking, files->file[c], c, &samples);
    for (size_t o = 0; o < ranking->outcomes && fault == NULL; o++) {
        ranking->outcome[o].better = ranking->of.outcome[o].better;
        select_replications(ranking, o, &samples);
        fault = check_enough(ranking, o, &samples);
        if (fault == NULL) fault = judge(ranking, o, &samples);
    }
    free_samples(&samples);
    if (fault == NULL) fault = find_fronts(ranking);
    return fault == NULL ? note_fewer(ranking, samples.looked) : fault;
}

struct fault *ranking_read(const struct ranking_files *files, const struct ranking_wish *wish, struct ranking *ranking)
{
    struct sides sides = {.base = NULL};
    *ranking = (struct ranking){.outcomes = 0};
    if (files->policies < 2)
        return fault_raise(FAULT_USAGE, "there is one policy only; expected two at least to choose from");
    struct fault *fault = compare_files(files, wish, &sides, &ranking->of);
    if (fault == NULL) fault = read_all(files, wish, ranking);
    free(sides.base);
    free(sides.file);
    return fault;
}
