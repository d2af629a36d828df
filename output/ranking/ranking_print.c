/* output/ranking/ranking_print.c -- a ranking as tables of text.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ranking/ranking.h"
#include "output/ranking/ranking_scale.h"
#include "output/tables/readable.h"
#include "output/tables/some_futures.h"
#include "output/tables/wrapped.h"
#include "sim/core/emphasis.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MEAN = 7, ERROR = 6, SHARE = 5, REGRET = 6, ORDER = 4 };

/* "61 %"; what is nearly 0 or 1 without being it is ">99 %" or "<1 %". */
static void share_text(double share, char text[16])
{
    if (isnan(share))
        snprintf(text, 16, "-");
    else if (share > 0.99 && share < 1.0)
        snprintf(text, 16, ">99 %%");
    else if (share > 0.0 && share < 0.01)
        snprintf(text, 16, "<1 %%");
    else
        snprintf(text, 16, "%.0f %%", 100.0 * share);
}

static void print_share(double share, FILE *to)
{
    char text[16];
    share_text(share, text);
    fprintf(to, " %*s", SHARE, text);
}

static void print_with_thousands(uint64_t number, FILE *to)
{
    if (number >= 1000) {
        print_with_thousands(number / 1000, to);
        fprintf(to, ",%03u", (unsigned)(number % 1000));
    } else {
        fprintf(to, "%u", (unsigned)number);
    }
}

/* Two digits are as many as are known of it. */
static void print_needed(double needed, FILE *to)
{
    if (!(needed < 1e15)) {
        fputs("more than 1e15", to);
        return;
    }
    const double unit = pow(10.0, fmax(0.0, floor(log10(needed)) - 1.0));
    print_with_thousands((uint64_t)(ceil(needed / unit) * unit), to);
}

static int width_of(char *const name[], size_t count, int least)
{
    for (size_t i = 0; i < count; i++)
        if ((int)strlen(name[i]) > least) least = (int)strlen(name[i]);
    return least;
}

static void print_pair(double value, double error, const struct ranking_scale *scale, FILE *to)
{
    char mean[READABLE_NUMBER], of_error[READABLE_NUMBER];
    readable_pair(value / scale->divisor, error / scale->divisor, mean, of_error);
    fprintf(to, " %*s ± %-*s", MEAN, mean, ERROR, of_error);
}

static const char *direction(const struct ranking *ranking, size_t outcome)
{
    return comparison_better(ranking->outcome[outcome].better);
}

/* ---- of several worlds: who is the best ---- */

/* The others that may be the best as well, and how many replications would tell. */
static void print_rivals(const struct ranking *ranking, size_t outcome, size_t world, int width, FILE *to)
{
    const size_t best = ranking_choice(ranking, outcome, world)->best;
    const double needed = ranking_cell(ranking, outcome, world, best)->needed;
    struct wrapped list = {.to = to, .indent = width + 7, .column = width + 7};
    if (ranking_cell(ranking, outcome, world, best)->behind.high <= 0.0) return;
    fprintf(to, "  %-*s  or ", width, "");
    for (size_t p = 0; p < ranking->policies; p++)
        if (p != best && ranking_may_be_best(ranking, outcome, world, p)) wrapped_add(&list, ",", ranking->policy[p]);
    fputc('\n', to);
    if (isnan(needed)) return;
    fprintf(to, "  %-*s  the first two would be told apart by ", width, "");
    print_needed(needed, to);
    fputs(" replications\n", to);
}

static void print_best(const struct ranking *ranking, size_t outcome, size_t world, const int width[2],
                       const struct ranking_scale *scale, FILE *to)
{
    const struct ranking_choice *choice = ranking_choice(ranking, outcome, world);
    const struct ranking_cell *cell = ranking_cell(ranking, outcome, world, choice->best);
    fprintf(to, "  %-*s  %-*s", width[0], ranking->of.world[world], width[1], ranking->policy[choice->best]);
    print_pair(0.0 - cell->behind.estimate, ranking_half(ranking, outcome, world, choice->best, cell->behind.nearest),
               scale, to);
    print_share(cell->best_in.estimate, to);
    print_share(cell->confidence, to);
    fputc('\n', to);
    print_rivals(ranking, outcome, world, width[0], to);
}

static void print_knowing(const struct ranking *ranking, size_t outcome, const struct ranking_scale *scale, FILE *to)
{
    double least = HUGE_VAL, greatest = 0.0;
    for (size_t w = 0; w < ranking->worlds; w++) {
        const struct value_of_information *of = &ranking_choice(ranking, outcome, w)->perfect;
        least = fmin(least, of->estimate);
        greatest = fmax(greatest, of->estimate);
    }
    fputs("  Value of perfect information: ", to);
    if (ranking->worlds > 1 && greatest > least)
        fprintf(to, "%.3g to %.3g %s, by world.\n", least / scale->divisor, greatest / scale->divisor, scale->unit);
    else
        fprintf(to, "%.3g %s.\n", greatest / scale->divisor, scale->unit);
}

static void print_minimax(const struct ranking *ranking, size_t outcome, const struct ranking_scale *scale, FILE *to)
{
    const struct ranking_outcome *of = &ranking->outcome[outcome];
    if (of->minimax_regret < HUGE_VAL)
        fprintf(to, "  Least greatest mean regret over the worlds: %s, %.3g %s.\n", ranking->policy[of->minimax],
                of->minimax_regret / scale->divisor, scale->unit);
}

static void print_heading(const struct ranking *ranking, size_t outcome, const struct ranking_scale *scale, FILE *to)
{
    const struct comparison_outcome *of = &ranking->of.outcome[outcome];
    struct wrapped line = {.to = to, .indent = 4};
    char text[320];
    fputc('\n', to);
    wrapped_words(&line, of->title);
    snprintf(text, sizeof text, "(%s):", of->path);
    wrapped_add(&line, "", text);
    snprintf(text, sizeof text, "%s is better%s%s", direction(ranking, outcome), scale->unit[0] == '\0' ? "" : ", ",
             scale->unit);
    wrapped_words(&line, text);
    fputc('\n', to);
}

static void print_outcome(const struct ranking *ranking, size_t outcome, const int width[2], FILE *to)
{
    const struct ranking_scale scale = ranking_scale(ranking, outcome);
    print_heading(ranking, outcome, &scale, to);
    emphasis_put(to, EMPHASIS_STRONG);
    fprintf(to, "  %-*s  %-*s %*s ± %-*s %*s %*s\n", width[0], "world", width[1], "best on average", MEAN, "ahead",
            ERROR, "error", SHARE, "best", SHARE, "sure");
    emphasis_put(to, EMPHASIS_NONE);
    for (size_t w = 0; w < ranking->worlds; w++) print_best(ranking, outcome, w, width, &scale, to);
    print_knowing(ranking, outcome, &scale, to);
    print_minimax(ranking, outcome, &scale, to);
}

/* ---- of one world: a line per policy ---- */

static void print_rank(const struct ranking_cell *cell, FILE *to)
{
    char text[24];
    if (cell->rank_low == cell->rank_high)
        snprintf(text, sizeof text, "%.0f", cell->rank);
    else
        snprintf(text, sizeof text, "%.0f-%.0f", cell->rank_low, cell->rank_high);
    fprintf(to, " %*s", ORDER, text);
}

static const char *dominated(const struct ranking_cell *cell)
{
    if (cell->dominated_first == DOMINANCE_NOT_ASKED) return "";
    if (cell->dominated_first == DOMINANCE_YES) return "1st";
    if (cell->dominated_second == DOMINANCE_YES) return "2nd";
    return cell->dominated_second == DOMINANCE_NO ? "no" : "?";
}

static void print_policy(const struct ranking *ranking, size_t outcome, size_t world, size_t policy, int width,
                         const struct ranking_scale *scale, FILE *to)
{
    const struct ranking_cell *cell = ranking_cell(ranking, outcome, world, policy);
    const size_t best = ranking_choice(ranking, outcome, world)->best;
    const double half = ranking_half(ranking, outcome, world, policy, best);
    const struct simultaneous_pair *pair =
        &ranking->outcome[outcome].pair[(world * ranking->policies + best) * ranking->policies + policy];
    fprintf(to, "  %-*s", width, ranking->policy[policy]);
    print_rank(cell, to);
    if (policy == best)
        fprintf(to, " %*s   %-*s", MEAN, "0", ERROR, cell->verdict == RANKING_BEST ? "best" : "");
    else if (half == 0.0 && pair->gain == 0.0)
        fprintf(to, " %*s   %-*s", MEAN, "0", ERROR, "equal");
    else
        print_pair(pair->gain, half, scale, to);
    print_share(cell->best_in.estimate, to);
    print_share(cell->confidence, to);
    fprintf(to, " %*.3g %*.3g %s\n", REGRET, cell->regret / scale->divisor, REGRET, cell->regret_p95 / scale->divisor,
            dominated(cell));
}

static void print_world(const struct ranking *ranking, size_t outcome, size_t world, int width, FILE *to)
{
    const struct ranking_scale scale = ranking_scale(ranking, outcome);
    const struct ranking_choice *choice = ranking_choice(ranking, outcome, world);
    const struct ranking_cell *best = ranking_cell(ranking, outcome, world, choice->best);
    print_heading(ranking, outcome, &scale, to);
    emphasis_put(to, EMPHASIS_STRONG);
    fprintf(to, "  %-*s %*s %*s ± %-*s %*s %*s %*s %*s %-*s\n", width, "policy", ORDER, "rank", MEAN, "behind", ERROR,
            "error", SHARE, "best", SHARE, "sure", REGRET, "regret", REGRET, "95 %", ORDER, "dom.");
    emphasis_put(to, EMPHASIS_NONE);
    for (size_t rank = 1; rank <= ranking->policies; rank++)
        for (size_t p = 0; p < ranking->policies; p++)
            if (ranking_cell(ranking, outcome, world, p)->rank == (double)rank)
                print_policy(ranking, outcome, world, p, width, &scale, to);
    if (best->behind.high > 0.0) {
        struct wrapped list = {.to = to, .indent = 4, .column = 17};
        fputs("  Not separable: ", to);
        for (size_t p = 0; p < ranking->policies; p++)
            if (ranking_may_be_best(ranking, outcome, world, p)) wrapped_add(&list, ",", ranking->policy[p]);
        fputs(".\n", to);
    }
    if (!isnan(best->needed)) {
        fputs("  The first two would be told apart by ", to);
        print_needed(best->needed, to);
        fputs(" replications.\n", to);
    }
    const struct value_of_information *of = &choice->perfect;
    fprintf(to, "  Value of perfect information: %.3g %s (95 %%: %.3g to %.3g).\n", of->estimate / scale.divisor,
            scale.unit, of->low / scale.divisor, of->high / scale.divisor);
}

static void print_margin(const struct ranking *ranking, size_t outcome, size_t world, FILE *to)
{
    const struct ranking_scale scale = ranking_scale(ranking, outcome);
    const double margin = ranking->outcome[outcome].margin;
    struct wrapped list = {.to = to, .indent = 4, .column = 40};
    if (margin <= 0.0) return;
    fprintf(to, "  No worse than the best by %.3g %s, surely: ", margin / scale.divisor, scale.unit);
    for (size_t p = 0; p < ranking->policies; p++)
        if (ranking_cell(ranking, outcome, world, p)->verdict >= RANKING_WITHIN)
            wrapped_add(&list, ",", ranking->policy[p]);
    fprintf(to, "%s.\n", list.added == 0 ? "none" : "");
}

/* ---- over all outcomes ---- */

static bool is_front(const struct ranking *ranking, size_t world, size_t policy)
{
    return ranking_cell(ranking, 0, world, policy)->pareto == RANKING_FRONT;
}

static bool is_same_front(const struct ranking *ranking, size_t one, size_t other)
{
    for (size_t p = 0; p < ranking->policies; p++)
        if (is_front(ranking, one, p) != is_front(ranking, other, p)) return false;
    return true;
}

static void print_front(const struct ranking *ranking, size_t world, FILE *to)
{
    struct wrapped list = {.to = to, .indent = 4, .column = 2};
    fputs("  ", to);
    for (size_t p = 0; p < ranking->policies; p++)
        if (is_front(ranking, world, p)) wrapped_add(&list, ",", ranking->policy[p]);
    fputc('\n', to);
}

/* The front of a world, and all worlds with the same, unless it is that of one before. */
static void print_front_of_worlds(const struct ranking *ranking, size_t world, FILE *to)
{
    struct wrapped list = {.to = to, .indent = 6, .column = 4};
    for (size_t w = 0; w < world; w++)
        if (is_same_front(ranking, w, world)) return;
    print_front(ranking, world, to);
    fputs("    ", to);
    wrapped_add(&list, "", "in");
    for (size_t w = world, named = 0; w < ranking->worlds; w++)
        if (is_same_front(ranking, world, w)) wrapped_add(&list, named++ == 0 ? "" : ",", ranking->of.world[w]);
    fputc('\n', to);
}

static void print_fronts(const struct ranking *ranking, size_t world, FILE *to)
{
    if (ranking->outcomes < 2) return;
    fputs("\nNo other is better in some of these outcomes and worse in none, by the means:\n", to);
    if (ranking->worlds == 1 || world < ranking->worlds) {
        print_front(ranking, world, to);
        return;
    }
    for (size_t w = 0; w < ranking->worlds; w++) print_front_of_worlds(ranking, w, to);
}

void ranking_print_given(const struct ranking *ranking, FILE *to)
{
    some_futures_print(&ranking->of.given, to, "the first policy (%s)%s", ranking->policy[0],
                       ranking->worlds == 1 ? "" : " in every world");
}

static void print_head(const struct ranking *ranking, size_t world, FILE *to)
{
    const struct ranking_outcome *first = ranking->outcome;
    const bool one = ranking->worlds == 1;
    fprintf(to, "%zu policies", ranking->policies);
    if (one)
        fputs(" on the same ", to);
    else if (world < ranking->worlds)
        fprintf(to, " in the world %s, on the same ", ranking->of.world[world]);
    else
        fprintf(to, " in %zu worlds, on the same ", ranking->worlds);
    print_with_thousands((uint64_t)ranking_choice(ranking, 0, 0)->replications, to);
    fputs(" futures, over the horizon.\n", to);
    ranking_print_given(ranking, to);
    fprintf(to,
            "± error of the simulation: all %zu differences of an outcome hold at once with\n95 %% (%s). Best: share "
            "of futures in "
            "which it is;\nsure: that it is the best on average.\n",
            first->comparisons, first->bonferroni ? "Bonferroni" : "greatest t, estimated correlation");
    if (one || world < ranking->worlds)
        fputs("Regret: mean and 95th percentile of what the best of the future has more. dom.:\nthe best on average "
              "dominates it, of 1st or 2nd order; ? is undecided.\n",
              to);
}

struct fault *ranking_print(const struct ranking *ranking, size_t world, FILE *to)
{
    const bool one = ranking->worlds == 1 || world < ranking->worlds;
    const size_t at = ranking->worlds == 1 ? 0 : world;
    const int width[2] = {width_of(ranking->of.world, ranking->worlds, 5),
                          width_of(ranking->policy, ranking->policies, 15)};
    print_head(ranking, at, to);
    for (size_t o = 0; o < ranking->outcomes; o++) {
        if (one) {
            print_world(ranking, o, at, width[1], to);
            print_margin(ranking, o, at, to);
        } else {
            print_outcome(ranking, o, width, to);
        }
    }
    print_fronts(ranking, one ? at : ranking->worlds, to);
    return fflush(to) != 0 || ferror(to) ? fault_raise(FAULT_MACHINE, "the ranking cannot be written") : NULL;
}
