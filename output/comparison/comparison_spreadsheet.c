/* output/comparison/comparison_spreadsheet.c -- a comparison as a workbook.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison_scale.h"
#include "output/comparison/regret.h"
#include "output/tables/readable.h"
#include "output/tables/some_futures.h"
#include "output/tables/table_cells.h"
#include "output/tables/workbook_source.h"
#include "output/tables/workbook_words.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

enum { NAME = 26, SUBJECT = 30, PATH = 36, TITLE = 50, SHORT = 11, NUMBER = 14, REMARK = 40 };
enum { KEPT = 3 }; /* columns that stay in view: variant, subject and title */

struct book {
    const struct comparison *comparison;
    const struct comparison_sheets *sheets;
};

/* A difference. */
struct row {
    const struct comparison *comparison;
    const struct comparison_outcome *outcome;
    size_t variant, period, index;
    struct comparison_scale scale;
};

/* ---- what rows begin with ---- */

static void add_labels(struct spreadsheet *to)
{
    spreadsheet_column(to, NAME, "Variant");
    spreadsheet_column(to, SUBJECT, "Subject");
    spreadsheet_column(to, TITLE, "Title");
    spreadsheet_column(to, PATH, "Outcome");
    spreadsheet_column(to, SHORT, "Unit");
    spreadsheet_column(to, SHORT, "Better is");
    spreadsheet_column(to, SHORT, "Year");
}

static void put_labels(const struct row *row, struct spreadsheet *to)
{
    char period[COMPARISON_PERIOD];
    comparison_period(row->comparison, row->period, period);
    spreadsheet_text(to, row->comparison->variant[row->variant]);
    spreadsheet_text(to, outcome_subjects[row->outcome->subject].title);
    spreadsheet_text(to, row->outcome->title);
    spreadsheet_text(to, row->outcome->path);
    spreadsheet_text(to, row->scale.unit);
    spreadsheet_text(to, comparison_better(row->outcome->better));
    if (row->period == row->comparison->years || strchr(period, '-') != NULL)
        spreadsheet_text(to, period);
    else
        spreadsheet_which(to, (double)comparison_year(row->comparison, row->period));
}

static void put_interval(double value, double low, double high, double divisor, struct spreadsheet *to)
{
    const double error = 0.5 * (high - low) / divisor;
    spreadsheet_number(to, value / divisor, error);
    spreadsheet_number(to, low / divisor, error);
    spreadsheet_number(to, high / divisor, error);
}

static void put_share(const struct probability_estimate *share, struct spreadsheet *to)
{
    const double error = 0.5 * (share->high - share->low);
    spreadsheet_share(to, share->estimate, error);
    spreadsheet_share(to, share->low, error);
    spreadsheet_share(to, share->high, error);
}

static bool is_known(const struct row *row)
{
    const struct paired *cell = &row->comparison->cell[row->index];
    return cell->known && cell->count > 0.0;
}

/* A row for each variant, outcome and period from `first` to before `end`. */
static void each_row(const struct comparison *comparison, size_t first, size_t end, struct spreadsheet *to,
                     void (*put)(const struct row *row, struct spreadsheet *to))
{
    for (size_t v = 0; v < comparison->variants; v++)
        for (size_t o = 0; o < comparison->outcomes; o++)
            for (size_t p = first; p < end; p++) {
                const struct row row = {.comparison = comparison,
                                        .outcome = &comparison->outcome[o],
                                        .variant = v,
                                        .period = p,
                                        .index = comparison_index(comparison, o, 0, v, p),
                                        .scale = comparison_scale(comparison, o, p)};
                if (p == comparison->years || !row.outcome->horizon_only) put(&row, to);
            }
}

/* ---- differences ---- */

static bool has_ratios(const struct comparison *comparison)
{
    bool any = false;
    for (size_t i = 0; comparison->benefit_cost != NULL && i < comparison_cells(comparison) / comparison->periods; i++)
        any = any || !isnan(comparison->benefit_cost[i].ratio);
    return any;
}

static void add_differences(const struct comparison *comparison, struct spreadsheet *to)
{
    add_labels(to);
    workbook_words_columns(to, "Mean difference, variant less base");
    workbook_words_ranges(to, " of the difference", comparison->quantiles, comparison->probability);
    workbook_words_columns(to, "Better in (share of futures)");
    spreadsheet_column(to, NUMBER, "Same in (share of futures)");
    if (has_ratios(comparison)) workbook_words_columns(to, "Benefit-cost ratio of the means");
    spreadsheet_column(to, REMARK, "Remark");
    spreadsheet_columns_end(to, KEPT);
}

static void put_ranges(const struct row *row, struct spreadsheet *to)
{
    const struct comparison *of = row->comparison;
    const struct quantile_estimate *range = &of->quantile[row->index * of->quantiles];
    for (size_t q = 0; q < of->quantiles; q++)
        if (of->cell[row->index].paired == 0.0)
            spreadsheet_empty(to);
        else
            spreadsheet_number(to, range[q].estimate / row->scale.divisor,
                               table_cell_quantile_error(of->quantiles, range, q) / row->scale.divisor);
}

static void put_known(const struct row *row, struct spreadsheet *to)
{
    const struct comparison *of = row->comparison;
    const struct paired *cell = &of->cell[row->index];
    put_interval(cell->mean, cell->low, cell->high, row->scale.divisor, to);
    put_ranges(row, to);
    put_share(&cell->better, to);
    spreadsheet_share(to, cell->equal.estimate, 0.5 * (cell->equal.high - cell->equal.low));
}

static void put_ratio(const struct row *row, struct spreadsheet *to)
{
    const struct benefit_cost *ratio = comparison_ratio(row->comparison, row->index, row->period);
    if (!has_ratios(row->comparison)) return;
    if (ratio != NULL)
        put_interval(ratio->ratio, ratio->low, ratio->high, 1.0, to);
    else
        for (int i = 0; i < 3; i++) spreadsheet_empty(to);
}

static const char *remark_of(const struct row *row)
{
    const struct comparison *of = row->comparison;
    const struct paired *cell = &of->cell[row->index];
    if (!is_known(row)) return "not known in both";
    if (cell->same) return "no difference in any future";
    if (paired_is_rounding(cell)) return "within the rounding of what is stored";
    if (cell->paired == 0.0) return "as of independent draws";
    return cell->count < (double)comparison_pairs(of, 0, row->variant) ? "of the pairs with a value in both" : NULL;
}

static void put_difference(const struct row *row, struct spreadsheet *to)
{
    put_labels(row, to);
    if (is_known(row))
        put_known(row, to);
    else
        for (size_t i = 0; i < 7 + row->comparison->quantiles; i++) spreadsheet_empty(to);
    put_ratio(row, to);
    spreadsheet_text(to, remark_of(row));
    spreadsheet_row_end(to);
}

/* ---- means of both, and their pairs ---- */

static void add_means(struct spreadsheet *to)
{
    add_labels(to);
    spreadsheet_column(to, NUMBER, "Mean of the base");
    spreadsheet_column(to, NUMBER, "Mean of the variant");
    spreadsheet_column(to, NUMBER, "Mean difference, variant less base");
    spreadsheet_column(to, NUMBER, "Pairs of futures");
    spreadsheet_column(to, NUMBER, "Saved by pairing, times");
    spreadsheet_columns_end(to, KEPT);
}

/* In a unit that suits the means. */
static void put_means(const struct row *row, struct spreadsheet *to)
{
    const struct paired *cell = &row->comparison->cell[row->index];
    struct row of_means = *row;
    const char *unit = row->period == row->comparison->years ? row->outcome->total : row->outcome->unit;
    struct comparison_scale *scale = &of_means.scale;
    if (!is_known(row)) return;
    if (!readable_share(row->outcome->rule, unit) && strcmp(unit, "1") != 0)
        scale->divisor =
            readable_unit(unit, fmax(fabs(cell->base_mean), fabs(cell->value_mean)), sizeof scale->unit, scale->unit);
    else if (scale->divisor != 1.0)
        snprintf(scale->unit, sizeof scale->unit, "%%");
    const double error = 0.5 * (cell->high - cell->low) / scale->divisor;
    put_labels(&of_means, to);
    spreadsheet_number(to, cell->base_mean / scale->divisor, error);
    spreadsheet_number(to, cell->value_mean / scale->divisor, error);
    spreadsheet_number(to, cell->mean / scale->divisor, error);
    if (cell->paired == 0.0)
        spreadsheet_empty(to);
    else
        spreadsheet_count(to, cell->count);
    if (paired_is_rounding(cell))
        spreadsheet_empty(to);
    else
        spreadsheet_number(to, cell->saving, 0.0);
    spreadsheet_row_end(to);
}

/* ---- differences of quantiles and of tails ---- */

static void add_details(const struct comparison *comparison, struct spreadsheet *to)
{
    char name[64];
    add_labels(to);
    for (size_t q = 0; q < comparison->quantiles; q++) {
        snprintf(name, sizeof name, "Difference of the %.4g %% quantiles", 100.0 * comparison->probability[q]);
        workbook_words_columns(to, name);
    }
    for (size_t l = 0; l < comparison->levels; l++) {
        snprintf(name, sizeof name, "Difference of the means of the %s %.3g %%",
                 tail_is_upper(comparison->level[l]) ? "greatest" : "least", 100.0 * tail_share(comparison->level[l]));
        workbook_words_columns(to, name);
    }
    spreadsheet_columns_end(to, KEPT);
}

static void put_details(const struct row *row, struct spreadsheet *to)
{
    const struct comparison *of = row->comparison;
    const struct quantile_estimate *quantile = &of->quantile_difference[row->index * of->quantiles];
    const struct tail_difference *tail = &of->tail[row->index * of->levels];
    if (!is_known(row) || of->cell[row->index].same) return;
    put_labels(row, to);
    for (size_t q = 0; q < of->quantiles; q++)
        put_interval(quantile[q].estimate, quantile[q].low, quantile[q].high, row->scale.divisor, to);
    for (size_t l = 0; l < of->levels; l++)
        put_interval(tail[l].estimate, tail[l].low, tail[l].high, row->scale.divisor, to);
    spreadsheet_row_end(to);
}

/* ---- dominance ---- */

static const char *verdict_of(enum dominance_verdict verdict)
{
    return verdict == DOMINANCE_YES ? "yes" : verdict == DOMINANCE_NO ? "no" : "undecided";
}

static void add_dominance(const struct comparison *comparison, struct spreadsheet *to)
{
    add_labels(to);
    spreadsheet_column(to, NUMBER, "The variant dominates, first order");
    spreadsheet_column(to, NUMBER, "The variant dominates, second order");
    spreadsheet_column(to, NUMBER, "%s dominates, first order", comparison->base);
    spreadsheet_column(to, NUMBER, "%s dominates, second order", comparison->base);
    spreadsheet_columns_end(to, KEPT);
}

static void put_dominance(const struct row *row, struct spreadsheet *to)
{
    const struct comparison *of = row->comparison;
    const struct dominance *d = &of->dominance[row->index / of->periods];
    const enum dominance_verdict verdict[] = {d->first, d->second, d->base_first, d->base_second};
    if (d->first == DOMINANCE_NOT_ASKED || of->cell[row->index].same) return;
    put_labels(row, to);
    for (size_t i = 0; i < sizeof verdict / sizeof *verdict; i++) spreadsheet_text(to, verdict_of(verdict[i]));
    spreadsheet_row_end(to);
}

/* ---- regret ---- */

static void put_regret(const struct row *row, struct spreadsheet *to, const struct regret *regret)
{
    const struct paired *cell = &row->comparison->cell[row->index];
    const struct quantile_estimate *p95 = &regret->p95[row->index];
    const double divisor = row->scale.divisor;
    spreadsheet_text(to, row->comparison->variant[row->variant]);
    spreadsheet_text(to, row->outcome->title);
    spreadsheet_text(to, regret->path);
    spreadsheet_text(to, row->scale.unit);
    if (is_known(row)) {
        put_interval(cell->mean, cell->low, cell->high, divisor, to);
        put_interval(p95->estimate, p95->low, p95->high, divisor, to);
    }
    spreadsheet_row_end(to);
}

/* ---- sheets ---- */

static void begin_sheet(const struct comparison *comparison, const char *name, const char *what, struct spreadsheet *to)
{
    spreadsheet_sheet(to, name);
    if (comparison->variants == 1 && comparison->origin[0].title != NULL)
        spreadsheet_title(to, "%s: %s", comparison->title, comparison->origin[0].title);
    else
        spreadsheet_title(to, "%s", comparison->title);
    spreadsheet_line(to, "%s, variant less base; %" PRIu64 " pairs of futures at most, seed %" PRIu64 ", %s", what,
                     comparison->replications, comparison->seed, comparison->prices);
    some_futures_sheet(&comparison->given, to, "the base (%s)", comparison->base);
    spreadsheet_row_end(to);
}

static void put_periods(const struct comparison *comparison, const char *name, const char *what, size_t first,
                        size_t end, struct spreadsheet *to)
{
    begin_sheet(comparison, name, what, to);
    add_differences(comparison, to);
    each_row(comparison, first, end, to, put_difference);
}

static void put_differences(const struct comparison *comparison, struct spreadsheet *to)
{
    const size_t first = comparison->shown, end = first + comparison->shown_periods;
    char period[COMPARISON_PERIOD], what[32];
    comparison_period(comparison, first, period);
    snprintf(what, sizeof what, "In the year %s", period);
    if (end > comparison->years)
        put_periods(comparison, "Differences", "Over the whole horizon", comparison->years, end, to);
    else
        put_periods(comparison, "Differences", what, first, end, to);
    if (end > first + 1) put_periods(comparison, "By year", "By year", first, comparison->years, to);
    begin_sheet(comparison, "Means and pairs", "Means of both, and how much pairing saved", to);
    add_means(to);
    each_row(comparison, first, end, to, put_means);
    begin_sheet(comparison, "Quantiles and tails", "Differences of quantiles and of the means of tails", to);
    add_details(comparison, to);
    each_row(comparison, first, end, to, put_details);
}

static void put_dominances(const struct comparison *comparison, struct spreadsheet *to)
{
    begin_sheet(comparison, "Dominance", "Whether the distribution is better throughout, over the horizon", to);
    add_dominance(comparison, to);
    each_row(comparison, comparison->years, comparison->years + 1, to, put_dominance);
}

static void put_regrets(const struct regret *regret, struct spreadsheet *to)
{
    const struct comparison *of = &regret->comparison;
    spreadsheet_sheet(to, "Regret");
    spreadsheet_title(to, "%s", "What each leaves against the best of all, future by future, over the horizon");
    spreadsheet_row_end(to);
    spreadsheet_column(to, NAME, "Policy");
    spreadsheet_column(to, TITLE, "Title");
    spreadsheet_column(to, PATH, "Outcome");
    spreadsheet_column(to, SHORT, "Unit");
    workbook_words_columns(to, "Mean regret");
    workbook_words_columns(to, "95th percentile of the regret");
    spreadsheet_columns_end(to, 1);
    for (size_t v = 0; v < of->variants; v++) {
        const struct row row = {.comparison = of,
                                .outcome = of->outcome,
                                .variant = v,
                                .period = of->years,
                                .index = v,
                                .scale = comparison_scale(of, 0, of->years)};
        put_regret(&row, to, regret);
    }
}

static void put_notes(const struct comparison *comparison, struct spreadsheet *to)
{
    workbook_words_notes(to, true);
    spreadsheet_heading(to, "Pairs");
    spreadsheet_paragraph(
        to, "Variant and base are compared future by future, on the same random numbers. \"Saved by pairing\" says how "
            "many times as many replications without pairs would have said as much. \"Better\" and "
            "\"same\" are shares of the pairs.");
    if (has_ratios(comparison))
        spreadsheet_paragraph(
            to,
            "The benefit-cost ratio is that of the means: what the net value gains and the costs, over the costs. It "
            "is told where costs are surely positive.");
    if (comparison->given.condition != NULL) {
        spreadsheet_heading(to, "Some of the futures alone");
        some_futures_sheet(&comparison->given, to, "the base (%s)", comparison->base);
    }
    if (comparison->notes > 0) spreadsheet_heading(to, "Notes on these files");
    for (size_t i = 0; i < comparison->notes; i++) spreadsheet_paragraph(to, "%s", comparison->note[i]);
}

static struct fault *put_provenance(const struct book *book, struct spreadsheet *to)
{
    const struct comparison *comparison = book->comparison;
    char heading[160];
    workbook_words_provenance(to, book->sheets->command);
    spreadsheet_pair(to, "Only futures in which", comparison->given.condition);
    snprintf(heading, sizeof heading, "Base: %.120s", comparison->base);
    TRY(workbook_source(to, heading, book->sheets->file[0]));
    for (size_t v = 0; v < comparison->variants; v++) {
        snprintf(heading, sizeof heading, "Variant: %.120s", comparison->variant[v]);
        TRY(workbook_source(to, heading, book->sheets->file[v + 1]));
    }
    return NULL;
}

static struct fault *fill(struct spreadsheet *to, const void *context)
{
    const struct book *book = context;
    put_differences(book->comparison, to);
    if (book->sheets->dominance && book->comparison->dominance != NULL) put_dominances(book->comparison, to);
    if (book->sheets->regret != NULL) put_regrets(book->sheets->regret, to);
    put_notes(book->comparison, to);
    return put_provenance(book, to);
}

struct fault *comparison_spreadsheet(const struct comparison *comparison, const struct comparison_sheets *sheets,
                                     const char *path, bool force)
{
    const struct book book = {comparison, sheets};
    return spreadsheet_write(path, force, comparison->title, fill, &book);
}
