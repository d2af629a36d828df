/* output/report/page_decision.c -- what decides an outcome, and which policy is the best. See page_parts.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ranking/ranking_scale.h"
#include "output/report/markup.h"
#include "output/report/page_parts.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BARS = 10 };

/* ---- what decides it ---- */

static size_t *sorted_factors(const struct attribution *attribution)
{
    size_t *order = calloc(attribution->factors + 1, sizeof *order);
    for (size_t i = 0; i < attribution->factors && order != NULL; i++) { /* the greatest first */
        size_t at = i;
        for (; at > 0 && attribution->factor[order[at - 1]].share.estimate < attribution->factor[i].share.estimate;
             at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
    return order;
}

/* What a factor is called: a driver by its title. */
static void put_factor_name(const struct result *outline, const char *name, FILE *to)
{
    const size_t at = outcomes_find(&outline->outcomes, name);
    if (at < outline->outcomes.count) {
        markup_text(contents_name(&outline->outcomes.item[at]), to);
        fputs(" <span class=\"path\">", to);
        markup_text(name, to);
        fputs("</span>", to);
    } else {
        markup_text(name, to);
    }
}

static void put_bar(const struct result *outline, const char *name, const struct attribution_value *share,
                    const char *direction, const char *words, FILE *to)
{
    const double per_cent = 100.0 * fmax(0.0, share->estimate);
    const double half = 100.0 * fmax(share->high - share->estimate, share->estimate - share->low);
    fputs("<tr><th scope=\"row\">", to);
    put_factor_name(outline, name, to);
    fprintf(to,
            "</th><td class=\"bar\"><span class=\"%s\" style=\"width:%.2f%%\"></span></td><td class=\"number\">%.1f "
            "%%</td>",
            direction, fmin(per_cent, 100.0), per_cent);
    if (isnan(half))
        fputs("<td class=\"number error\"></td>", to);
    else
        fprintf(to, "<td class=\"number error\">\xC2\xB1 %.1f</td>", half);
    fprintf(to, "<td>%s</td></tr>\n", words);
}

static void put_factor(const struct sensitivity *sensitivity, const struct sensitivity_case *of, size_t f, FILE *to)
{
    const struct attribution_factor *factor = &of->attribution.factor[f];
    const double partial = factor->partial.estimate;
    const bool surely = !(factor->q > sensitivity->rate), known = !isnan(partial) && fabs(partial) >= 0.05 && surely;
    put_bar(&sensitivity->outline, sensitivity->frame.factor[of->factor[f]].name, &factor->share,
            !known          ? "plain"
            : partial > 0.0 ? "up"
                            : "down",
            !surely         ? "may be chance"
            : !known        ? ""
            : partial > 0.0 ? "raises it"
                            : "lowers it",
            to);
}

static void put_total(const char *words, const struct attribution_value *value, FILE *to)
{
    fprintf(to, "<li>%s: <b>%.0f %%</b></li>\n", words, 100.0 * fmin(1.0, fmax(0.0, value->estimate)));
}

static struct fault *put_case(const struct contents *contents, const struct sensitivity_case *of, FILE *to)
{
    const struct sensitivity *sensitivity = &contents->decision;
    const struct attribution *a = &of->attribution;
    size_t *order = sorted_factors(a);
    if (order == NULL) return fault_no_memory();
    fputs("<div class=\"box\" tabindex=\"0\"><table class=\"tornado\"><caption>", to);
    markup_text(contents_name(of->outcome), to);
    fputs(" <span class=\"path\">", to);
    markup_text(of->outcome->path, to);
    fputs("</span></caption>\n<thead><tr><th scope=\"col\">Factor</th><th scope=\"col\" colspan=\"2\">Share of the "
          "variance</th>"
          "<th scope=\"col\" class=\"number\">Simulation error</th><th "
          "scope=\"col\">More of it</th></tr></thead>\n<tbody>\n",
          to);
    struct attribution_value rest = {0.0, NAN, NAN};
    for (size_t i = 0; i < a->factors; i++)
        if (i < BARS)
            put_factor(sensitivity, of, order[i], to);
        else
            rest.estimate += a->factor[order[i]].share.estimate;
    if (a->factors > BARS) {
        char name[48];
        snprintf(name, sizeof name, "%zu others together", a->factors - BARS);
        put_bar(&sensitivity->outline, name, &rest, "plain", "", to);
    }
    fputs("</tbody></table></div>\n<ul class=\"totals\">\n", to);
    put_total("what is not known and could be learned (the inputs)", &a->knowledge, to);
    put_total("what nobody can know (drivers, events and regimes)", &a->chance, to);
    put_total("left over, explained by neither", &a->left, to);
    fputs("</ul>\n", to);
    free(order);
    return NULL;
}

struct fault *page_parts_decision(const struct contents *contents, FILE *to)
{
    const struct sensitivity *sensitivity = &contents->decision;
    if (sensitivity->count == 0 && contents->undecided == NULL) return NULL;
    fputs("<section id=\"decides\"><h2>What decides it</h2>\n", to);
    if (contents->undecided != NULL) {
        fputs("<p>It cannot be told from this result: ", to);
        markup_text(contents->undecided, to);
        fputs(".</p>\n", to);
    }
    if (sensitivity->count > 0) {
        fputs("<p class=\"lead\">Share of the variance ", to);
        if (contents->decision_of > 0) {
            fputs("of the difference, <b>", to);
            markup_text(contents->result[contents->decision_of].name, to);
            fputs("</b> less ", to);
            markup_text(contents->result[0].name, to);
            fputs(", ", to);
        }
        fputs("over the whole horizon and all futures, that each input, driver, event and regime explains.</p>\n", to);
    }
    for (size_t i = 0; i < sensitivity->count; i++)
        if (sensitivity->of[i].sd > 0.0) TRY(put_case(contents, &sensitivity->of[i], to));
    fputs("</section>\n", to);
    return NULL;
}

/* ---- which policy is the best ---- */

static const char *verdict(const struct ranking_cell *cell)
{
    switch (cell->verdict) {
    case RANKING_BEST: return "the best";
    case RANKING_WORSE: return "worse";
    case RANKING_WITHIN:
    case RANKING_OPEN: break;
    }
    return "not to be told apart from the best";
}

static void put_policy(const struct ranking *ranking, size_t outcome, size_t world, size_t policy,
                       const struct ranking_scale *scale, FILE *to)
{
    const struct ranking_cell *cell = ranking_cell(ranking, outcome, world, policy);
    const double error = 0.5 * (cell->behind.high - cell->behind.low) / scale->divisor;
    fprintf(to, "<tr><td class=\"number\">%.0f</td><th scope=\"row\">", cell->rank);
    markup_text(ranking->policy[policy], to);
    fputs("</th><td class=\"number\">", to);
    if (cell->rank > 1.0) markup_number(fmax(0.0, cell->behind.estimate) / scale->divisor, error, to);
    fprintf(to, "</td><td class=\"number\">%.0f %%</td><td class=\"number\">", 100.0 * cell->best_in.estimate);
    markup_number(cell->regret / scale->divisor, 2.0 * cell->regret_standard_error / scale->divisor, to);
    fputs("</td><td class=\"number\">", to);
    markup_number(cell->regret_p95 / scale->divisor, 2.0 * cell->regret_standard_error / scale->divisor, to);
    fprintf(to, "</td><td>%s</td></tr>\n", verdict(cell));
}

static void put_world(const struct ranking *ranking, size_t outcome, size_t world, FILE *to)
{
    const struct ranking_scale scale = ranking_scale(ranking, outcome);
    fputs("<div class=\"box\" tabindex=\"0\"><table class=\"ranking\"><caption>In the world <b>", to);
    markup_text(ranking->of.world[world], to);
    fputs("</b>", to);
    if (scale.unit[0] != '\0') {
        fputs(", ", to);
        markup_text(scale.unit, to);
    }
    fputs("</caption>\n<thead><tr><th scope=\"col\" class=\"number\">Rank</th><th scope=\"col\">Policy</th>"
          "<th scope=\"col\" class=\"number\">Behind the best</th><th scope=\"col\" class=\"number\">Best "
          "in<br><small>share of "
          "futures</small></th><th scope=\"col\" class=\"number\">Mean regret</th><th scope=\"col\" "
          "class=\"number\">Regret in one future "
          "of twenty<br><small>or more</small></th><th scope=\"col\">On average</th></tr></thead>\n<tbody>\n",
          to);
    for (size_t rank = 1; rank <= ranking->policies; rank++)
        for (size_t p = 0; p < ranking->policies; p++)
            if (ranking_cell(ranking, outcome, world, p)->rank == (double)rank) /* a whole number */
                put_policy(ranking, outcome, world, p, &scale, to);
    fputs("</tbody></table></div>\n", to);
}

/* A line per world: the best, or those that may be. */
static void put_summary(const struct ranking *ranking, size_t outcome, FILE *to)
{
    fputs("<ul>\n", to);
    for (size_t w = 0; w < ranking->worlds; w++) {
        const struct ranking_choice *choice = ranking_choice(ranking, outcome, w);
        fputs("<li>", to);
        markup_text(ranking->of.world[w], to);
        fputs(": <b>", to);
        markup_text(ranking->policy[choice->best], to);
        fputs("</b>", to);
        if (ranking_cell(ranking, outcome, w, choice->best)->behind.high > 0.0) {
            const char *between = "; not to be told apart from it: ";
            for (size_t p = 0; p < ranking->policies; p++) {
                if (p == choice->best || ranking_cell(ranking, outcome, w, p)->behind.low > 0.0) continue;
                fputs(between, to);
                markup_text(ranking->policy[p], to);
                between = ", ";
            }
        }
        fputs("</li>\n", to);
    }
    fputs("</ul>\n", to);
}

static void put_ranked(const struct contents *contents, size_t outcome, FILE *to)
{
    const struct ranking *ranking = &contents->ranking;
    const struct comparison_outcome *of = &ranking->of.outcome[outcome];
    const struct ranking_outcome *ranked = &ranking->outcome[outcome];
    const struct ranking_scale scale = ranking_scale(ranking, outcome);
    fputs("<h3>By ", to);
    markup_text(of->title, to);
    fputs(" <span class=\"path\">", to);
    markup_text(of->path, to);
    fprintf(to, "</span></h3>\n<p>%s is better. The best on average in each world:</p>\n",
            ranked->better == OUTCOME_MORE ? "More" : "Less");
    put_summary(ranking, outcome, to);
    if (ranking->worlds > 1 && ranked->minimax_regret < HUGE_VAL) {
        fputs("<p>Least greatest mean regret over the worlds: <b>", to);
        markup_text(ranking->policy[ranked->minimax], to);
        fputs("</b>, ", to);
        markup_number(ranked->minimax_regret / scale.divisor, NAN, to);
        fputs(" ", to);
        markup_text(scale.unit, to);
        fputs(".</p>\n", to);
    }
    put_world(ranking, outcome, contents->world, to);
    if (ranking->worlds > 1) fputs("<details><summary>The other worlds</summary>\n", to);
    for (size_t w = 0; w < ranking->worlds; w++)
        if (w != contents->world) put_world(ranking, outcome, w, to);
    if (ranking->worlds > 1) fputs("</details>\n", to);
}

struct fault *page_parts_ranking(const struct contents *contents, FILE *to)
{
    const struct ranking *ranking = &contents->ranking;
    if (ranking->outcomes == 0 && contents->unranked == NULL) return NULL;
    fputs("<section id=\"ranking\"><h2>Which policy is the best</h2>\n", to);
    if (contents->unranked != NULL) {
        fputs("<p>There is no ranking: ", to);
        markup_text(contents->unranked, to);
        fputs(".</p>\n", to);
    }
    if (ranking->outcomes > 0) {
        fprintf(to, "<p class=\"lead\">%zu policies in %zu world%s, over the horizon, on the same ", ranking->policies,
                ranking->worlds, ranking->worlds == 1 ? "" : "s");
        markup_count((uint64_t)ranking_choice(ranking, 0, 0)->replications, to);
        fputs(" futures; worlds are hypotheses without probabilities, so that nothing is averaged over them. Regret: "
              "what the best "
              "policy of a future has more. All statements about one outcome hold at once with 95 %, as to the error "
              "of the "
              "simulation.</p>\n",
              to);
    }
    for (size_t o = 0; o < ranking->outcomes; o++) put_ranked(contents, o, to);
    fputs("</section>\n", to);
    return NULL;
}
