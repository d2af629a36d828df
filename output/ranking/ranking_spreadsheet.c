/* output/ranking/ranking_spreadsheet.c -- a ranking as a workbook.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ranking/ranking_scale.h"
#include "output/sensitivity/sensitivity.h"
#include "output/tables/some_futures.h"
#include "output/tables/workbook_source.h"
#include "output/tables/workbook_words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME = 26, PATH = 32, TITLE = 50, SHORT = 11, NUMBER = 14, LIST = 50 };
enum { KEPT = 2 };              /* columns that stay in view: world and title */
#define SIGMA 1.959963984540054 /* of a 95 % interval of the mean */

struct book {
    const struct ranking *ranking;
    const struct ranking_sheets *sheets;
    size_t first, end; /* worlds */
};

/* An outcome in a world. */
struct spot {
    const struct ranking *ranking;
    size_t outcome, world;
    struct ranking_scale scale;
};

static void add_labels(struct spreadsheet *to)
{
    spreadsheet_column(to, NAME, "World");
    spreadsheet_column(to, TITLE, "Title");
    spreadsheet_column(to, PATH, "Outcome");
    spreadsheet_column(to, SHORT, "Unit");
    spreadsheet_column(to, SHORT, "Better is");
}

static void put_labels(const struct spot *spot, struct spreadsheet *to)
{
    const struct comparison_outcome *outcome = &spot->ranking->of.outcome[spot->outcome];
    spreadsheet_text(to, spot->ranking->of.world[spot->world]);
    spreadsheet_text(to, outcome->title);
    spreadsheet_text(to, outcome->path);
    spreadsheet_text(to, spot->scale.unit);
    spreadsheet_text(to, comparison_better(spot->ranking->outcome[spot->outcome].better));
}

/* Columns of what one policy is ahead or behind of another, with the ends of the interval that holds with all others. */
static void add_joint(struct spreadsheet *to, const char *name)
{
    spreadsheet_column(to, NUMBER, "%s", name);
    spreadsheet_column(to, NUMBER, "Error of the simulation, all at once 95 %%: from");
    spreadsheet_column(to, NUMBER, "Error of the simulation, all at once 95 %%: to");
}

static void put_interval(double value, double low, double high, double divisor, struct spreadsheet *to)
{
    const double error = 0.5 * (high - low) / divisor;
    spreadsheet_number(to, value / divisor, error);
    spreadsheet_number(to, low / divisor, error);
    spreadsheet_number(to, high / divisor, error);
}

/* How far one policy is ahead of another. */
static void put_ahead(const struct spot *spot, size_t one, size_t other, struct spreadsheet *to)
{
    const struct ranking *ranking = spot->ranking;
    const size_t pair = (spot->world * ranking->policies + one) * ranking->policies + other;
    const double gain = ranking->outcome[spot->outcome].pair[pair].gain,
                 half = ranking_half(ranking, spot->outcome, spot->world, one, other);
    put_interval(gain, gain - half, gain + half, spot->scale.divisor, to);
}

static void put_share(const struct probability_estimate *share, struct spreadsheet *to)
{
    const double error = 0.5 * (share->high - share->low);
    spreadsheet_share(to, share->estimate, error);
    spreadsheet_share(to, share->low, error);
    spreadsheet_share(to, share->high, error);
}

static const struct ranking_cell *cell_of(const struct spot *spot, size_t policy)
{
    return ranking_cell(spot->ranking, spot->outcome, spot->world, policy);
}

static const struct ranking_choice *choice_of(const struct spot *spot)
{
    return ranking_choice(spot->ranking, spot->outcome, spot->world);
}

static void each_spot(const struct book *book, struct spreadsheet *to,
                      void (*put)(const struct spot *spot, struct spreadsheet *to))
{
    for (size_t o = 0; o < book->ranking->outcomes; o++)
        for (size_t w = book->first; w < book->end; w++) {
            const struct spot spot = {book->ranking, o, w, ranking_scale(book->ranking, o)};
            put(&spot, to);
        }
}

static void begin_sheet(const struct book *book, const char *name, const char *what, struct spreadsheet *to)
{
    const struct ranking *ranking = book->ranking;
    spreadsheet_sheet(to, name);
    spreadsheet_title(to, "%s", ranking->title);
    spreadsheet_line(to, "%s; over the horizon, on the same %.0f futures, seed %" PRIu64 ", %s", what,
                     ranking_choice(ranking, 0, 0)->replications, ranking->of.seed, ranking->of.prices);
    some_futures_sheet(&ranking->of.given, to, "the first policy (%s)", ranking->policy[0]);
    spreadsheet_row_end(to);
}

/* ---- the best of each world ---- */

static void add_best(struct spreadsheet *to)
{
    add_labels(to);
    spreadsheet_column(to, NAME, "Best on average");
    spreadsheet_column(to, NAME, "Next");
    add_joint(to, "Ahead of the next by");
    workbook_words_columns(to, "Best in (share of futures)");
    spreadsheet_column(to, NUMBER, "Sure to be the best on average");
    spreadsheet_column(to, LIST, "May be the best as well");
    spreadsheet_column(to, NUMBER, "Replications that would tell the first two apart");
    workbook_words_columns(to, "Value of perfect information");
    spreadsheet_columns_end(to, KEPT);
}

/* The others that may be the best as well. */
static void put_rivals(const struct spot *spot, struct spreadsheet *to)
{
    const struct ranking *ranking = spot->ranking;
    const size_t best = choice_of(spot)->best;
    char *text = NULL;
    size_t size = 0;
    FILE *list = open_memstream(&text, &size);
    if (list == NULL) {
        spreadsheet_fail(to, fault_no_memory());
        return;
    }
    for (size_t p = 0, named = 0; p < ranking->policies && cell_of(spot, best)->behind.high > 0.0; p++)
        if (p != best && ranking_may_be_best(ranking, spot->outcome, spot->world, p))
            fprintf(list, "%s%s", named++ == 0 ? "" : ", ", ranking->policy[p]);
    if (fclose(list) != 0)
        spreadsheet_fail(to, fault_no_memory());
    else
        spreadsheet_text(to, text);
    free(text);
}

static void put_best(const struct spot *spot, struct spreadsheet *to)
{
    const struct ranking_choice *choice = choice_of(spot);
    const struct ranking_cell *cell = cell_of(spot, choice->best);
    const struct value_of_information *knowing = &choice->perfect;
    put_labels(spot, to);
    spreadsheet_text(to, spot->ranking->policy[choice->best]);
    spreadsheet_text(to, spot->ranking->policy[cell->behind.nearest]);
    put_ahead(spot, choice->best, cell->behind.nearest, to);
    put_share(&cell->best_in, to);
    spreadsheet_share(to, cell->confidence, 0.0);
    put_rivals(spot, to);
    spreadsheet_count(to, ceil(cell->needed));
    put_interval(knowing->estimate, knowing->low, knowing->high, spot->scale.divisor, to);
    spreadsheet_row_end(to);
}

/* ---- policies ---- */

static void add_policies(struct spreadsheet *to)
{
    add_labels(to);
    spreadsheet_column(to, NAME, "Policy");
    spreadsheet_column(to, SHORT, "Rank by the mean");
    spreadsheet_column(to, SHORT, "Least rank that is possible");
    spreadsheet_column(to, SHORT, "Greatest rank that is possible");
    workbook_words_columns(to, "Mean");
    add_joint(to, "Behind the best by");
    workbook_words_columns(to, "Best in (share of futures)");
    spreadsheet_column(to, NUMBER, "Sure to be the best on average");
    spreadsheet_column(to, NUMBER, "What the joint intervals say");
    spreadsheet_column(to, NUMBER, "Margin: no worse than the best by");
    spreadsheet_column(to, NUMBER, "Dominated by the best");
    spreadsheet_columns_end(to, KEPT);
}

static const char *verdict_of(enum ranking_verdict verdict)
{
    switch (verdict) {
    case RANKING_WORSE: return "worse";
    case RANKING_OPEN: return "not separable";
    case RANKING_WITHIN: return "within the margin";
    case RANKING_BEST: return "best";
    }
    return NULL;
}

static const char *dominated_by(const struct ranking_cell *cell)
{
    if (cell->dominated_first == DOMINANCE_NOT_ASKED) return NULL;
    if (cell->dominated_first == DOMINANCE_YES) return "first order";
    if (cell->dominated_second == DOMINANCE_YES) return "second order";
    return cell->dominated_second == DOMINANCE_NO ? "no" : "undecided";
}

static void put_policy(const struct spot *spot, size_t policy, struct spreadsheet *to)
{
    const struct ranking_cell *cell = cell_of(spot, policy);
    const double half = SIGMA * cell->standard_error, margin = spot->ranking->outcome[spot->outcome].margin;
    put_labels(spot, to);
    spreadsheet_text(to, spot->ranking->policy[policy]);
    spreadsheet_which(to, cell->rank);
    spreadsheet_which(to, cell->rank_low);
    spreadsheet_which(to, cell->rank_high);
    put_interval(cell->mean, cell->mean - half, cell->mean + half, spot->scale.divisor, to);
    if (policy == choice_of(spot)->best)
        for (int i = 0; i < 3; i++) spreadsheet_empty(to);
    else
        put_ahead(spot, choice_of(spot)->best, policy, to);
    put_share(&cell->best_in, to);
    spreadsheet_share(to, cell->confidence, 0.0);
    spreadsheet_text(to, verdict_of(cell->verdict));
    if (margin > 0.0)
        spreadsheet_number(to, margin / spot->scale.divisor, 0.0);
    else
        spreadsheet_empty(to);
    spreadsheet_text(to, dominated_by(cell));
    spreadsheet_row_end(to);
}

/* The best first. */
static void put_policies(const struct spot *spot, struct spreadsheet *to)
{
    for (size_t rank = 1; rank <= spot->ranking->policies; rank++)
        for (size_t p = 0; p < spot->ranking->policies; p++)
            if (cell_of(spot, p)->rank == (double)rank) put_policy(spot, p, to);
}

/* ---- pairs ---- */

static void add_pairs(struct spreadsheet *to)
{
    add_labels(to);
    spreadsheet_column(to, NAME, "Policy");
    spreadsheet_column(to, NAME, "Other policy");
    add_joint(to, "Better than the other by");
    spreadsheet_columns_end(to, KEPT);
}

static void put_pairs(const struct spot *spot, struct spreadsheet *to)
{
    for (size_t one = 0; one < spot->ranking->policies; one++)
        for (size_t other = 0; other < spot->ranking->policies; other++) {
            if (one == other) continue;
            put_labels(spot, to);
            spreadsheet_text(to, spot->ranking->policy[one]);
            spreadsheet_text(to, spot->ranking->policy[other]);
            put_ahead(spot, one, other, to);
            spreadsheet_row_end(to);
        }
}

/* ---- regret ---- */

static void add_regrets(struct spreadsheet *to)
{
    add_labels(to);
    spreadsheet_column(to, NAME, "Policy");
    workbook_words_columns(to, "Mean regret");
    spreadsheet_column(to, NUMBER, "95th percentile of the regret");
    spreadsheet_column(to, NUMBER, "Greatest mean regret over the worlds");
    spreadsheet_column(to, NUMBER, "Least of these");
    spreadsheet_columns_end(to, KEPT);
}

static double greatest_regret(const struct ranking *ranking, size_t outcome, size_t policy)
{
    double greatest = 0.0;
    for (size_t w = 0; w < ranking->worlds; w++)
        greatest = fmax(greatest, ranking_cell(ranking, outcome, w, policy)->regret);
    return greatest;
}

static void put_regrets(const struct spot *spot, struct spreadsheet *to)
{
    const struct ranking *ranking = spot->ranking;
    const struct ranking_outcome *of = &ranking->outcome[spot->outcome];
    const double divisor = spot->scale.divisor;
    for (size_t p = 0; p < ranking->policies; p++) {
        const struct ranking_cell *cell = cell_of(spot, p);
        const double half = SIGMA * cell->regret_standard_error;
        put_labels(spot, to);
        spreadsheet_text(to, ranking->policy[p]);
        put_interval(cell->regret, fmax(0.0, cell->regret - half), cell->regret + half, divisor, to);
        spreadsheet_number(to, cell->regret_p95 / divisor, 0.0);
        spreadsheet_number(to, greatest_regret(ranking, spot->outcome, p) / divisor, half / divisor);
        spreadsheet_text(to, of->minimax == p && of->minimax_regret < HUGE_VAL ? "least" : NULL);
        spreadsheet_row_end(to);
    }
}

/* ---- all outcomes at once ---- */

static const char *front_of(enum ranking_pareto pareto)
{
    switch (pareto) {
    case RANKING_NOT_ASKED: break;
    case RANKING_BEATEN: return "beaten, surely";
    case RANKING_BEATEN_IN_MEAN: return "beaten, by the means";
    case RANKING_FRONT: return "on the front";
    }
    return NULL;
}

static void put_fronts(const struct book *book, struct spreadsheet *to)
{
    const struct ranking *ranking = book->ranking;
    begin_sheet(book, "Fronts",
                "On the front: no other policy is better in some of the outcomes ranked and worse in none", to);
    spreadsheet_column(to, NAME, "World");
    spreadsheet_column(to, NAME, "Policy");
    spreadsheet_column(to, NAME, "On the front");
    for (size_t o = 0; o < ranking->outcomes; o++)
        spreadsheet_column(to, NUMBER, "Rank in %s", ranking->of.outcome[o].path);
    spreadsheet_columns_end(to, KEPT);
    for (size_t w = book->first; w < book->end; w++)
        for (size_t p = 0; p < ranking->policies; p++) {
            spreadsheet_text(to, ranking->of.world[w]);
            spreadsheet_text(to, ranking->policy[p]);
            spreadsheet_text(to, front_of(ranking_cell(ranking, 0, w, p)->pareto));
            for (size_t o = 0; o < ranking->outcomes; o++) spreadsheet_which(to, ranking_cell(ranking, o, w, p)->rank);
            spreadsheet_row_end(to);
        }
}

/* ---- what decides the lead of the best ---- */

struct shelf {
    const struct spot *spot;
    struct spreadsheet *to;
};

static void put_lead_labels(const struct shelf *shelf, const struct ranking_lead *lead)
{
    const struct comparison_outcome *outcome = &shelf->spot->ranking->of.outcome[shelf->spot->outcome];
    spreadsheet_text(shelf->to, shelf->spot->ranking->of.world[shelf->spot->world]);
    spreadsheet_text(shelf->to, outcome->title);
    spreadsheet_text(shelf->to, outcome->path);
    spreadsheet_text(shelf->to, lead->best);
    spreadsheet_text(shelf->to, lead->next);
}

static void put_decider(const struct shelf *shelf, const struct ranking_lead *lead, const char *name,
                        const struct attribution_value *share)
{
    const double error = 0.5 * (share->high - share->low);
    put_lead_labels(shelf, lead);
    spreadsheet_text(shelf->to, name);
    spreadsheet_share(shelf->to, fmax(0.0, share->estimate), error);
    spreadsheet_share(shelf->to, share->low, error);
    spreadsheet_share(shelf->to, share->high, error);
    spreadsheet_row_end(shelf->to);
}

static void put_lead(void *context, const struct ranking_lead *lead)
{
    const struct shelf *shelf = context;
    if (lead->reason != NULL) {
        put_lead_labels(shelf, lead);
        spreadsheet_text(shelf->to, lead->reason);
        spreadsheet_row_end(shelf->to);
        return;
    }
    const struct sensitivity_case *of = &lead->sensitivity->of[0];
    for (size_t i = 0; i < lead->factors; i++)
        put_decider(shelf, lead, lead->sensitivity->frame.factor[of->factor[lead->factor[i]]].name,
                    &of->attribution.factor[lead->factor[i]].share);
    put_decider(shelf, lead, "left over", &of->attribution.left);
}

/* Of the first outcomes, in the world that is shown, the first of several. */
static struct fault *put_deciding(const struct book *book, struct spreadsheet *to)
{
    const struct ranking *ranking = book->ranking;
    begin_sheet(book, "What decides",
                "The three greatest shares of the variance of what the best policy is ahead of the next that is not "
                "equal to it",
                to);
    spreadsheet_column(to, NAME, "World");
    spreadsheet_column(to, TITLE, "Title");
    spreadsheet_column(to, PATH, "Outcome");
    spreadsheet_column(to, NAME, "Best on average");
    spreadsheet_column(to, NAME, "Next");
    spreadsheet_column(to, LIST, "What decides");
    spreadsheet_column(to, NUMBER, "Share of the variance");
    spreadsheet_column(to, NUMBER, "Error of the simulation, 95 %%: from");
    spreadsheet_column(to, NUMBER, "Error of the simulation, 95 %%: to");
    spreadsheet_columns_end(to, KEPT);
    for (size_t o = 0; o < ranking->outcomes && o < RANKING_DECIDED; o++) {
        const struct spot spot = {ranking, o, book->first, ranking_scale(ranking, o)};
        struct shelf shelf = {&spot, to};
        TRY(ranking_deciding(book->sheets->files, ranking, o, book->first, put_lead, &shelf));
    }
    return NULL;
}

/* ---- the workbook ---- */

static void put_notes(const struct book *book, struct spreadsheet *to)
{
    const struct ranking *ranking = book->ranking;
    const struct ranking_outcome *first = ranking->outcome;
    workbook_words_notes(to, true);
    spreadsheet_heading(to, "Ranking");
    spreadsheet_paragraph(to,
                          "Errors \"all at once\": all %zu differences of an outcome lie within their intervals "
                          "together with 95 %% (%s), so "
                          "that it does no harm to pick the best by looking.",
                          first->comparisons, first->bonferroni ? "Bonferroni" : "greatest t, estimated correlation");
    spreadsheet_paragraph(
        to, "Best in: the share of futures in which a policy is the best. Sure: how sure it is that it is the best on "
            "average. Not separable: the intervals leave it open.");
    spreadsheet_paragraph(to,
                          "Regret: what the best policy of a future has more than the policy, in that future. Value of "
                          "perfect information: what it would be worth to know the future before one chooses.");
    spreadsheet_paragraph(to, "It does not say which policy to choose: ranked is each outcome by itself.");
    if (ranking->of.given.condition != NULL) {
        spreadsheet_heading(to, "Some of the futures alone");
        some_futures_sheet(&ranking->of.given, to, "the first policy (%s)", ranking->policy[0]);
    }
    if (ranking->of.notes > 0) spreadsheet_heading(to, "Notes on these files");
    for (size_t i = 0; i < ranking->of.notes; i++) spreadsheet_paragraph(to, "%s", ranking->of.note[i]);
}

static struct fault *put_provenance(const struct book *book, struct spreadsheet *to)
{
    const struct ranking *ranking = book->ranking;
    char heading[300];
    workbook_words_provenance(to, book->sheets->command);
    spreadsheet_pair(to, "Only futures in which", ranking->of.given.condition);
    for (size_t w = 0; w < ranking->worlds; w++)
        for (size_t p = 0; p < ranking->policies; p++) {
            if (ranking->worlds > 1)
                snprintf(heading, sizeof heading, "%.120s in the world %.120s", ranking->policy[p],
                         ranking->of.world[w]);
            else
                snprintf(heading, sizeof heading, "%.240s", ranking->policy[p]);
            TRY(workbook_source(to, heading, book->sheets->files->file[w * ranking->policies + p]));
        }
    return NULL;
}

static struct fault *fill(struct spreadsheet *to, const void *context)
{
    const struct book *book = context;
    begin_sheet(book, "Best by world", "The best policy of each world", to);
    add_best(to);
    each_spot(book, to, put_best);
    begin_sheet(book, "Policies", "All policies, the best first", to);
    add_policies(to);
    each_spot(book, to, put_policies);
    begin_sheet(book, "Joint intervals", "Each policy against each other", to);
    add_pairs(to);
    each_spot(book, to, put_pairs);
    begin_sheet(book, "Regret", "What the best policy of a future has more", to);
    add_regrets(to);
    each_spot(book, to, put_regrets);
    if (book->ranking->outcomes > 1) put_fronts(book, to);
    if (book->ranking->of.given.condition == NULL) TRY(put_deciding(book, to));
    put_notes(book, to);
    return put_provenance(book, to);
}

struct fault *ranking_spreadsheet(const struct ranking *ranking, const struct ranking_sheets *sheets, const char *path,
                                  bool force)
{
    const bool one = sheets->world < ranking->worlds;
    const struct book book = {ranking, sheets, one ? sheets->world : 0, one ? sheets->world + 1 : ranking->worlds};
    return spreadsheet_write(path, force, ranking->title, fill, &book);
}
