/* output/report/page_tables.c -- the headline numbers, and what results differ in, as tables of HTML. See page_parts.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report/markup.h"
#include "output/report/page_parts.h"
#include "output/tables/table_cells.h"

#include <math.h>
#include <string.h>

#define UNKNOWN __builtin_nan("")

void page_parts_name(const struct outcome *outcome, FILE *to)
{
    fputs("<th scope=\"row\"><span class=\"name\">", to);
    markup_text(contents_name(outcome), to);
    fputs("</span> <span class=\"path\">", to);
    markup_text(outcome->path, to);
    fputs("</span></th>", to);
}

void page_parts_years(const struct contents *contents, FILE *to)
{
    const struct result *base = &contents->result[0].of;
    char name[12];
    table_cell_period(base, 0, name);
    fprintf(to, "%s to ", name);
    table_cell_period(base, base->years - 1, name);
    fputs(name, to);
}

static void put_subject(const struct contents *contents, size_t o, int columns, enum outcome_subject *last, FILE *to)
{
    const enum outcome_subject subject = contents->outcome[o].of->kind->subject;
    if (subject == *last) return;
    *last = subject;
    fprintf(to, "<tr class=\"subject\"><th colspan=\"%d\" scope=\"colgroup\">", columns);
    markup_text(outcome_subjects[subject].title, to);
    fputs("</th></tr>\n", to);
}

/* ---- headline numbers ---- */

static void put_range(const struct quantile_estimate quantile[], size_t quantiles, double divisor, double error,
                      FILE *to)
{
    markup_range(quantile[0].estimate / divisor, quantile[quantiles - 1].estimate / divisor, error, to);
}

/* Mean, error of the simulation, median, range of futures: cells of a row. */
static void put_numbers(const struct contents *contents, const struct contents_outcome *outcome, size_t period,
                        FILE *to)
{
    const struct result *result = &contents->result[0].of;
    const struct moments *moments = contents_moments(contents, outcome, 0, period);
    const struct page_scale scale = page_parts_scale(contents, outcome, period == result->years);
    if (moments == NULL || !(moments->count > 0.0)) {
        fputs("<td>\xE2\x80\x93</td><td></td><td></td><td></td><td></td>", to);
        return;
    }
    const struct quantile_estimate *quantile = table_cell_quantiles(result, contents_at(outcome, 0), period);
    const double error = TABLE_CELL_SIGMA * moments_standard_error(moments) / scale.divisor;
    fputs("<td class=\"number\">", to);
    markup_number(moments->mean / scale.divisor, error, to);
    fputs("</td><td class=\"number error\">", to);
    if (table_cell_is_probability(outcome->of)) {
        const struct probability_estimate p = table_cell_probability(result, contents_at(outcome, 0), period);
        markup_number(p.low / scale.divisor, error, to);
        fputs(" to ", to);
        markup_number(p.high / scale.divisor, error, to);
        fputs("</td><td class=\"number\"></td><td class=\"number range\">happens or not</td>", to);
    } else {
        fputs("\xC2\xB1 ", to);
        markup_error(moments->mean / scale.divisor, error, to);
        fputs("</td><td class=\"number\">", to);
        for (size_t q = 0; q < result->quantiles; q++)
            if (fabs(result->probability[q] - 0.5) < 1e-9)
                markup_range(quantile[q].estimate / scale.divisor, UNKNOWN, error, to);
        fputs("</td><td class=\"number range\">", to);
        if (result->quantiles > 0) put_range(quantile, result->quantiles, scale.divisor, error, to);
        fputs("</td>", to);
    }
    fputs("<td class=\"unit\">", to);
    markup_text(scale.unit, to);
    if (moments->count < table_cell_futures(result))
        fprintf(to, " <span class=\"part\">in %.3g %% of futures</span>",
                100.0 * moments->count / table_cell_futures(result));
    fputs("</td>", to);
}

static void put_head(const struct contents *contents, FILE *to)
{
    const struct result *base = &contents->result[0].of;
    fputs("<thead><tr><th scope=\"col\">Outcome</th><th scope=\"col\" class=\"number\">Mean</th>"
          "<th scope=\"col\" class=\"number\">Simulation error<br><small>95 %</small></th><th scope=\"col\" "
          "class=\"number\">Median</th>"
          "<th scope=\"col\" class=\"number\">Range of futures",
          to);
    if (base->quantiles > 0)
        fprintf(to, "<br><small>%g %% to %g %%</small>", 100.0 * base->probability[0],
                100.0 * base->probability[base->quantiles - 1]);
    fputs("</th><th scope=\"col\">Unit</th></tr></thead>\n", to);
}

static void put_rows(const struct contents *contents, bool key, size_t period, FILE *to)
{
    enum outcome_subject last = SUBJECT_NONE;
    const size_t years = contents->result[0].of.years;
    fputs("<tbody>\n", to);
    for (size_t o = 0; o < contents->outcomes; o++) {
        const struct contents_outcome *outcome = &contents->outcome[o];
        if (outcome->key != key || (period < years && outcome->of->kind->horizon_only)) continue;
        put_subject(contents, o, 6, &last, to);
        fprintf(to, "<tr data-outcome=\"%zu\">", o);
        page_parts_name(outcome->of, to);
        put_numbers(contents, outcome, period, to);
        fputs("</tr>\n", to);
    }
    fputs("</tbody></table></div>\n", to);
}

static void put_caption(const struct contents *contents, size_t period, FILE *to)
{
    const struct result *base = &contents->result[0].of;
    char name[12];
    if (period == base->years) {
        fputs("<caption>Over the whole horizon, ", to);
        page_parts_years(contents, to);
        fputs("</caption>\n", to);
        return;
    }
    table_cell_period(base, period, name);
    fprintf(to, "<caption>In the year <span class=\"year\">%s</span></caption>\n", name);
}

static void put_table(const struct contents *contents, bool key, size_t period, FILE *to)
{
    fprintf(to, "<div class=\"box\" tabindex=\"0\"><table class=\"numbers\" data-period=\"%s\">",
            period == contents->result[0].of.years ? "horizon" : "year");
    put_caption(contents, period, to);
    put_head(contents, to);
    put_rows(contents, key, period, to);
}

void page_parts_numbers(const struct contents *contents, FILE *to)
{
    const size_t years = contents->result[0].of.years;
    fputs("<section id=\"numbers\"><h2>Headline numbers</h2>\n<p class=\"lead\">Two kinds of interval, never to be "
          "confused: "
          "the <b>range of futures</b> is what may happen, and more computing does not narrow it; the <b>simulation "
          "error</b> "
          "says how well the mean is known, and falls with the number of futures.</p>\n",
          to);
    if (contents->results > 1) {
        fputs("<p>Of the base, <b>", to);
        markup_text(contents->result[0].name, to);
        fputs("</b><span class=\"without-script\">; what the others differ in from it follows below</span>.</p>\n", to);
    }
    fputs("<p class=\"state\"></p>\n<div class=\"controls\" id=\"numbers-controls\"></div>\n", to);
    put_table(contents, true, years, to);
    put_table(contents, true, contents->year, to);
    if (contents->outcomes > contents->keys) {
        fprintf(to, "<details><summary>%zu more headline outcomes</summary>\n", contents->outcomes - contents->keys);
        put_table(contents, false, years, to);
        put_table(contents, false, contents->year, to);
        fputs("</details>\n", to);
    }
    fputs("</section>\n", to);
}

/* ---- differences ---- */

static void put_share(double share, FILE *to)
{
    if (!isnan(share)) fprintf(to, "%.1f %%", 100.0 * share);
}

static void put_difference(const struct contents *contents, const struct contents_outcome *outcome, size_t variant,
                           FILE *to)
{
    const struct comparison *comparison = &contents->comparison;
    const size_t at = comparison_index(comparison, outcome->compared, 0, variant, comparison->years);
    const struct paired *cell = &comparison->cell[at];
    const struct page_scale scale = page_parts_scale_of_difference(contents, outcome, true);
    const double error = (cell->high - cell->mean) / scale.divisor;
    const struct quantile_estimate *quantile = &comparison->quantile[at * comparison->quantiles];
    if (!cell->known || !(cell->count > 0.0)) {
        fputs("<td class=\"number\">\xE2\x80\x93</td><td></td><td></td><td></td><td></td><td></td>", to);
        return;
    }
    if (cell->same || paired_is_rounding(cell)) {
        fprintf(to, "<td class=\"number\">0</td><td class=\"none\" colspan=\"5\">%s</td>",
                cell->same ? "no difference in any future" : "within the rounding of what is stored");
        return;
    }
    fputs("<td class=\"number\">", to);
    markup_number(cell->mean / scale.divisor, error, to);
    fputs("</td><td class=\"number error\">\xC2\xB1 ", to);
    markup_error(cell->mean / scale.divisor, error, to);
    fputs("</td><td class=\"number range\">", to);
    if (cell->paired != 0.0 && comparison->quantiles > 0)
        put_range(quantile, comparison->quantiles, scale.divisor, error, to);
    fputs("</td><td class=\"number\">", to);
    if (cell->paired != 0.0) put_share(cell->better.estimate, to);
    fputs("</td><td class=\"number\">", to);
    if (cell->paired != 0.0) put_share(cell->equal.estimate, to);
    fputs("</td><td class=\"unit\">", to);
    markup_text(scale.unit, to);
    fputs("</td>", to);
}

static void put_difference_head(const struct comparison *comparison, FILE *to)
{
    fputs("<thead><tr><th scope=\"col\">Outcome</th><th scope=\"col\" class=\"number\">Mean difference</th>"
          "<th scope=\"col\" class=\"number\">Simulation error<br><small>95 %</small></th>"
          "<th scope=\"col\" class=\"number\">Range of futures",
          to);
    if (comparison->quantiles > 0)
        fprintf(to, "<br><small>%g %% to %g %%</small>", 100.0 * comparison->probability[0],
                100.0 * comparison->probability[comparison->quantiles - 1]);
    fputs("</th><th scope=\"col\" class=\"number\">Better in</th><th scope=\"col\" class=\"number\">Same in</th>"
          "<th scope=\"col\">Unit</th></tr></thead>\n",
          to);
}

/* What is compared, but for drivers that are the same in all. */
static bool may_differ(const struct contents *contents, const struct contents_outcome *outcome)
{
    const struct comparison *comparison = &contents->comparison;
    if (outcome->compared == comparison->outcomes) return false;
    bool differs = outcome->of->kind->subject != SUBJECT_DRIVERS;
    for (size_t v = 0; v < comparison->variants && !differs; v++)
        differs = !comparison->cell[comparison_index(comparison, outcome->compared, 0, v, comparison->years)].same;
    return differs;
}

static void put_differences(const struct contents *contents, size_t variant, bool key, FILE *to)
{
    enum outcome_subject last = SUBJECT_NONE;
    const struct comparison *comparison = &contents->comparison;
    fprintf(to, "<div class=\"box\" tabindex=\"0\"><table class=\"differences\" data-result=\"%zu\"><caption><b>",
            variant + 1);
    markup_text(contents->result[variant + 1].name, to);
    fputs("</b> less ", to);
    markup_text(contents->result[0].name, to);
    fputs(", <span class=\"when\">over the whole horizon</span></caption>\n", to);
    put_difference_head(comparison, to);
    fputs("<tbody>\n", to);
    for (size_t o = 0; o < contents->outcomes; o++) {
        const struct contents_outcome *outcome = &contents->outcome[o];
        if (outcome->key != key || !may_differ(contents, outcome)) continue;
        put_subject(contents, o, 7, &last, to);
        fprintf(to, "<tr data-outcome=\"%zu\">", o);
        page_parts_name(outcome->of, to);
        put_difference(contents, outcome, variant, to);
        fputs("</tr>\n", to);
    }
    fputs("</tbody></table></div>\n", to);
}

void page_parts_differences(const struct contents *contents, FILE *to)
{
    const struct comparison *comparison = &contents->comparison;
    if (contents->results < 2) return;
    fputs("<section id=\"differences\"><h2>What changes against the base</h2>\n<p class=\"lead\">Future by future on "
          "the same "
          "random numbers, so that what is due to chance alone cancels. Better and same: share of the futures.</p>\n"
          "<p class=\"state\"></p>\n<div class=\"controls\" id=\"differences-controls\"></div>\n",
          to);
    for (size_t v = 0; v < comparison->variants; v++) put_differences(contents, v, true, to);
    if (contents->outcomes > contents->keys) {
        fputs("<details><summary>All other headline outcomes</summary>\n", to);
        for (size_t v = 0; v < comparison->variants; v++) put_differences(contents, v, false, to);
        fputs("</details>\n", to);
    }
    if (comparison->notes > 0) fputs("<ul class=\"notes\">\n", to);
    for (size_t i = 0; i < comparison->notes; i++) {
        fputs("<li>", to);
        markup_text(comparison->note[i], to);
        fputs("</li>\n", to);
    }
    if (comparison->notes > 0) fputs("</ul>\n", to);
    fputs("</section>\n", to);
}
