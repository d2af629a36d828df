/* output/ranking/ranking.c -- see ranking.h: what a ranking holds, and the names of its numbers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ranking/ranking.h"

#include <stdlib.h>

void ranking_free(struct ranking *ranking)
{
    for (size_t o = 0; ranking->outcome != NULL && o < ranking->outcomes; o++) free(ranking->outcome[o].pair);
    for (size_t p = 0; ranking->policy != NULL && p < ranking->policies; p++) free(ranking->policy[p]);
    free(ranking->policy);
    free(ranking->outcome);
    free(ranking->choice);
    free(ranking->cell);
    free(ranking->title);
    free(ranking->history);
    free(ranking->source);
    comparison_free(&ranking->of);
    *ranking = (struct ranking){.outcomes = 0};
}

const struct ranking_choice *ranking_choice(const struct ranking *ranking, size_t outcome, size_t world)
{
    return &ranking->choice[outcome * ranking->worlds + world];
}

const struct ranking_cell *ranking_cell(const struct ranking *ranking, size_t outcome, size_t world, size_t policy)
{
    return &ranking->cell[(outcome * ranking->worlds + world) * ranking->policies + policy];
}

double ranking_half(const struct ranking *ranking, size_t outcome, size_t world, size_t one, size_t other)
{
    const struct simultaneous_pair *pair =
        &ranking->outcome[outcome].pair[(world * ranking->policies + one) * ranking->policies + other];
    const struct simultaneous with = {.critical = ranking_choice(ranking, outcome, world)->critical};
    return simultaneous_half(&with, pair);
}

bool ranking_may_be_best(const struct ranking *ranking, size_t outcome, size_t world, size_t policy)
{
    return ranking_cell(ranking, outcome, world, policy)->behind.low <= 0.0;
}

enum {
    MEAN,
    ERROR,
    RANK,
    RANK_LOW,
    RANK_HIGH,
    BEHIND,
    BEHIND_LOW,
    BEHIND_HIGH,
    VERDICT,
    NEEDED,
    BEST_IN,
    BEST_IN_LOW,
    BEST_IN_HIGH,
    CONFIDENCE,
    REGRET,
    REGRET_ERROR,
    REGRET_P95,
    FIRST,
    SECOND,
    PARETO,
    REPLICATIONS,
    CRITICAL,
    COMPARISONS,
    INFORMATION,
    INFORMATION_LOW,
    INFORMATION_HIGH,
    INFORMATION_UNSPLIT
};

#define IN_UNIT(of_name, of_words)                                                                                     \
    {                                                                                                                  \
        .name = (of_name), .in_unit = true, .meaning = (of_words)                                                      \
    }
#define PURE(of_name, of_words)                                                                                        \
    {                                                                                                                  \
        .name = (of_name), .meaning = (of_words)                                                                       \
    }
#define DOMINATED(of_name, of_words)                                                                                   \
    {                                                                                                                  \
        .name = (of_name), .whole = true, .flags = "not_asked no undecided yes", .least = DOMINANCE_NOT_ASKED,         \
        .meaning = (of_words)                                                                                          \
    }
#define OF_WORLD(of_name, unit, of_words)                                                                              \
    {                                                                                                                  \
        .name = (of_name), .in_unit = (unit), .of_world = true, .meaning = (of_words)                                  \
    }

const struct ranking_number ranking_numbers[] = {
    [MEAN] = IN_UNIT("mean", "mean"),
    [ERROR] = IN_UNIT("standard_error", "standard error of the mean"),
    [RANK] = PURE("rank_of_mean", "rank by the mean, 1 the best"),
    [RANK_LOW] = PURE("rank_low", "least rank that the joint 95 % intervals leave"),
    [RANK_HIGH] = PURE("rank_high", "greatest rank that the joint 95 % intervals leave"),
    [BEHIND] = IN_UNIT("behind", "mean behind that of the best other policy; negative: ahead of all"),
    [BEHIND_LOW] = IN_UNIT("behind_low", "lower bound of that, by the joint 95 % intervals"),
    [BEHIND_HIGH] = IN_UNIT("behind_high", "upper bound of that, by the joint 95 % intervals"),
    [VERDICT] = {.name = "verdict",
                 .whole = true,
                 .flags = "worse not_separable within_margin best",
                 .least = RANKING_WORSE,
                 .meaning = "what the joint 95 % intervals say of it"},
    [NEEDED] = PURE("replications_to_separate",
                    "replications that would separate it from the best, and the best from the next"),
    [BEST_IN] = PURE("probability_best", "share of futures in which it is the best; equals share a future"),
    [BEST_IN_LOW] = PURE("probability_best_low", "lower 95 % bound of the share of futures in which it is the best"),
    [BEST_IN_HIGH] = PURE("probability_best_high", "upper 95 % bound of the share of futures in which it is the best"),
    [CONFIDENCE] = PURE("confidence_best_mean", "how sure it is that it is the best on average"),
    [REGRET] = IN_UNIT("regret", "mean regret: the best of the future less the policy, or the reverse"),
    [REGRET_ERROR] = IN_UNIT("regret_standard_error", "standard error of the mean regret"),
    [REGRET_P95] = IN_UNIT("regret_p95", "95th percentile of the regret"),
    [FIRST] = DOMINATED("dominated_first", "whether the policy with the best mean dominates it, of first order"),
    [SECOND] = DOMINATED("dominated_second", "whether the policy with the best mean dominates it, of second order"),
    [PARETO] = {.name = "pareto",
                .whole = true,
                .flags = "not_asked surely_beaten beaten front",
                .least = RANKING_NOT_ASKED,
                .meaning = "whether another policy is better in some of the outcomes ranked and worse in none"},
    [REPLICATIONS] = OF_WORLD("replications", false, "with a finite value in every file"),
    [CRITICAL] = OF_WORLD("critical_value", false, "half-width of the joint intervals in standard errors"),
    [COMPARISONS] = OF_WORLD("comparisons", false, "differences whose intervals hold at once"),
    [INFORMATION] = OF_WORLD("perfect_information", true, "expected value of perfect information for the choice"),
    [INFORMATION_LOW] = OF_WORLD("perfect_information_low", true, "lower 95 % bound of that"),
    [INFORMATION_HIGH] = OF_WORLD("perfect_information_high", true, "upper 95 % bound of that"),
    [INFORMATION_UNSPLIT] =
        OF_WORLD("perfect_information_unsplit", true,
                 "the same chosen and valued on the same futures: too low where the choice is close"),
    {.name = NULL}};

double ranking_value(const struct ranking *ranking, size_t number, size_t outcome, size_t world, size_t policy)
{
    const struct ranking_cell *cell = ranking_cell(ranking, outcome, world, policy);
    const struct ranking_choice *choice = ranking_choice(ranking, outcome, world);
    const double all[] = {
        [MEAN] = cell->mean,
        [ERROR] = cell->standard_error,
        [RANK] = cell->rank,
        [RANK_LOW] = cell->rank_low,
        [RANK_HIGH] = cell->rank_high,
        [BEHIND] = cell->behind.estimate,
        [BEHIND_LOW] = cell->behind.low,
        [BEHIND_HIGH] = cell->behind.high,
        [VERDICT] = (double)cell->verdict,
        [NEEDED] = cell->needed,
        [BEST_IN] = cell->best_in.estimate,
        [BEST_IN_LOW] = cell->best_in.low,
        [BEST_IN_HIGH] = cell->best_in.high,
        [CONFIDENCE] = cell->confidence,
        [REGRET] = cell->regret,
        [REGRET_ERROR] = cell->regret_standard_error,
        [REGRET_P95] = cell->regret_p95,
        [FIRST] = (double)cell->dominated_first,
        [SECOND] = (double)cell->dominated_second,
        [PARETO] = (double)cell->pareto,
        [REPLICATIONS] = choice->replications,
        [CRITICAL] = choice->critical,
        [COMPARISONS] = (double)ranking->outcome[outcome].comparisons,
        [INFORMATION] = choice->perfect.estimate,
        [INFORMATION_LOW] = choice->perfect.low,
        [INFORMATION_HIGH] = choice->perfect.high,
        [INFORMATION_UNSPLIT] = choice->perfect.unsplit,
    };
    return all[number];
}
