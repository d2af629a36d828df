/* output/tables/table_spreadsheet.c -- a result as a workbook: the overview of a year, outcomes by year, tails, notes and provenance.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/some_futures.h"
#include "output/tables/table.h"
#include "output/tables/table_cells.h"
#include "output/tables/table_choice.h"
#include "output/tables/workbook_source.h"
#include "output/tables/workbook_words.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

enum { SUBJECT = 30, PATH = 40, TITLE = 50, UNIT = 11, PERIOD = 9, NUMBER = 14, REMARK = 44 };
enum { KEPT = 2 }; /* columns that stay in view: subject and title */

struct book {
    const struct result *result;
    const char *const *pattern;
    size_t patterns;
    bool all;          /* nothing is in the account of a year, so that all is */
    size_t first, end; /* periods of the years' sheet */
    size_t shown;      /* the period of the overview */
    bool years;        /* there is more than that period */
    const struct table_origin *origin;
};

/* A row of a sheet, and what its numbers are divided by. */
struct row {
    const struct outcome *item;
    size_t outcome, period;
    char unit[64];
    double scale;
};

/* Whether the outcome is in the workbook: as asked for, or as the overview has it. */
static bool is_in(const struct book *book, const struct outcome *item)
{
    return book->patterns > 0 ? table_choice_asks(item, book->pattern, book->patterns)
                              : book->all || table_choice_in_account(item);
}

static bool has_first_passages(const struct book *book)
{
    for (size_t o = 0; o < book->result->outcomes.count; o++) {
        const struct outcome *item = &book->result->outcomes.item[o];
        if (is_in(book, item) && item->kind->chance == CHANCE_DEFINED) return true;
    }
    return false;
}

/* ---- sheets of values ---- */

static void add_labels(struct spreadsheet *to)
{
    spreadsheet_column(to, SUBJECT, "Subject");
    spreadsheet_column(to, TITLE, "Title");
    spreadsheet_column(to, PATH, "Outcome");
    spreadsheet_column(to, UNIT, "Unit");
    spreadsheet_column(to, PERIOD, "Year");
}

static void put_labels(const struct book *book, const struct row *row, struct spreadsheet *to)
{
    char period[12];
    table_cell_period(book->result, row->period, period);
    spreadsheet_text(to, outcome_subjects[row->item->kind->subject].title);
    spreadsheet_text(to, row->item->title);
    spreadsheet_text(to, row->item->path);
    spreadsheet_text(to, row->unit);
    if (row->period == book->result->years || strchr(period, '-') != NULL)
        spreadsheet_text(to, period);
    else
        spreadsheet_which(to, (double)(book->result->calendar.start / CALENDAR_MONTHS_PER_YEAR + (int)row->period));
}

static void add_values(const struct book *book, struct spreadsheet *to)
{
    add_labels(to);
    workbook_words_columns(to, "Mean, or probability");
    workbook_words_ranges(to, "", book->result->quantiles, book->result->probability);
    spreadsheet_column(to, NUMBER, "Futures with a value");
    if (has_first_passages(book)) {
        spreadsheet_column(to, NUMBER, "Futures with a value: error, 95 %%: from");
        spreadsheet_column(to, NUMBER, "Futures with a value: error, 95 %%: to");
    }
    spreadsheet_column(to, REMARK, "Remark");
    spreadsheet_columns_end(to, KEPT);
}

static void put_interval(double value, double low, double high, double scale, struct spreadsheet *to)
{
    const double error = 0.5 * (high - low) / scale;
    spreadsheet_number(to, value / scale, error);
    spreadsheet_number(to, low / scale, error);
    spreadsheet_number(to, high / scale, error);
}

static void put_quantiles(const struct book *book, const struct row *row, struct spreadsheet *to)
{
    const struct quantile_estimate *of = table_cell_quantiles(book->result, row->outcome, row->period);
    const bool none = table_cell_is_probability(row->item) ||
                      !(table_cell_moments(book->result, row->outcome, row->period)->count > 0.0);
    for (size_t q = 0; q < book->result->quantiles; q++)
        if (none)
            spreadsheet_empty(to);
        else
            spreadsheet_number(to, of[q].estimate / row->scale,
                               table_cell_quantile_error(book->result->quantiles, of, q) / row->scale);
}

static void put_mean(const struct book *book, const struct row *row, struct spreadsheet *to)
{
    const struct moments *moments = table_cell_moments(book->result, row->outcome, row->period);
    const double half = TABLE_CELL_SIGMA * moments_standard_error(moments);
    if (table_cell_is_probability(row->item)) {
        const struct probability_estimate p = table_cell_probability(book->result, row->outcome, row->period);
        put_interval(p.estimate, p.low, p.high, row->scale, to);
    } else if (moments->count > 0.0) {
        put_interval(moments->mean, moments->mean - half, moments->mean + half, row->scale, to);
    } else {
        for (int i = 0; i < 3; i++) spreadsheet_empty(to);
    }
}

/* In how many of the futures there is a value; of a first passage, how probable it is. */
static void put_part(const struct book *book, const struct row *row, struct spreadsheet *to)
{
    const struct probability_estimate p = table_cell_probability(book->result, row->outcome, row->period);
    const double error = 0.5 * (p.high - p.low);
    if (row->item->kind->chance == CHANCE_DEFINED) {
        spreadsheet_share(to, p.estimate, error);
        spreadsheet_share(to, p.low, error);
        spreadsheet_share(to, p.high, error);
        return;
    }
    spreadsheet_share(
        to, table_cell_moments(book->result, row->outcome, row->period)->count / table_cell_futures(book->result), 0.0);
    for (int i = 0; i < 2 && has_first_passages(book); i++) spreadsheet_empty(to);
}

static const char *remark_of(const struct book *book, const struct row *row)
{
    if (!table_cell_is_known(book->result, row->outcome, row->period))
        return "no samples of it in the file, so that nothing is known in these futures";
    if (!(table_cell_moments(book->result, row->outcome, row->period)->count > 0.0)) return "in no future";
    if (table_cell_is_probability(row->item)) return "a probability";
    if (row->item->kind->chance == CHANCE_DEFINED) return "of the futures in which it has happened by then";
    return row->item->kind->horizon_only ? "over the whole horizon only" : NULL;
}

static void put_values(const struct book *book, const struct row *row, struct spreadsheet *to)
{
    put_labels(book, row, to);
    if (table_cell_is_known(book->result, row->outcome, row->period)) {
        put_mean(book, row, to);
        put_quantiles(book, row, to);
        put_part(book, row, to);
    } else {
        const size_t cells = 4 + book->result->quantiles + (has_first_passages(book) ? 2 : 0);
        for (size_t i = 0; i < cells; i++) spreadsheet_empty(to);
    }
    spreadsheet_text(to, remark_of(book, row));
    spreadsheet_row_end(to);
}

/* ---- sheets ---- */

static void put_head(const struct book *book, const char *what, struct spreadsheet *to)
{
    const struct result *result = book->result;
    spreadsheet_title(to, "%s", result->title);
    spreadsheet_line(to, "%s; %" PRIu64 " replications, seed %" PRIu64 ", %s", what,
                     result->replications - result->invalids, result->seed, result->prices);
    some_futures_sheet(&result->given, to, "%" PRIu64, result->replications - result->invalids);
    spreadsheet_row_end(to);
}

/* By subject. */
static void put_overview(const struct book *book, struct spreadsheet *to)
{
    const struct result *result = book->result;
    char name[32], period[12];
    table_cell_period(result, book->shown, period);
    snprintf(name, sizeof name, "Overview %s", period);
    spreadsheet_sheet(to, name);
    put_head(book, name, to);
    add_values(book, to);
    for (enum outcome_subject s = SUBJECT_NONE + 1; s < SUBJECTS; s++)
        for (size_t o = 0; o < result->outcomes.count; o++) {
            const struct outcome *item = &result->outcomes.item[o];
            if (item->kind->subject != s || !is_in(book, item)) continue;
            struct row row = {.item = item, .outcome = o, .period = table_choice_row(result, o, book->shown)};
            const double most = table_cell_greatest(result, o, row.period, false);
            row.scale = table_cell_scale(item, row.period == result->years, most, sizeof row.unit, row.unit);
            put_values(book, &row, to);
        }
}

/* Of the periods that are shown, of which all years have one unit. */
static void set_scale(const struct book *book, struct row *row)
{
    const bool horizon = row->period == book->result->years;
    const size_t first = horizon ? row->period : book->first,
                 end = horizon || book->end <= book->result->years ? book->end : book->result->years;
    double most = 0.0;
    for (size_t p = first; p < end; p++) most = fmax(most, table_cell_greatest(book->result, row->outcome, p, true));
    row->scale = table_cell_scale(row->item, horizon, most, sizeof row->unit, row->unit);
}

/* A row for each outcome of the workbook and period. */
static void each_row(const struct book *book, struct spreadsheet *to,
                     void (*put)(const struct book *book, const struct row *row, struct spreadsheet *to))
{
    const struct result *result = book->result;
    for (size_t o = 0; o < result->outcomes.count; o++) {
        if (!is_in(book, &result->outcomes.item[o])) continue;
        for (size_t p = table_choice_row(result, o, book->first); p < book->end; p++) {
            struct row row = {.item = &result->outcomes.item[o], .outcome = o, .period = p};
            set_scale(book, &row);
            put(book, &row, to);
        }
    }
}

static void put_years(const struct book *book, struct spreadsheet *to)
{
    char name[32] = "By year", period[12];
    table_cell_period(book->result, book->first, period);
    if (book->end == book->first + 1) snprintf(name, sizeof name, "Year %s", period);
    spreadsheet_sheet(to, name);
    put_head(book, book->end == book->first + 1 ? name : "By year, and over the horizon", to);
    add_values(book, to);
    each_row(book, to, put_values);
}

static void put_tails(const struct book *book, const struct row *row, struct spreadsheet *to)
{
    const struct cvar_estimate *of = table_cell_cvar(book->result, row->outcome, row->period);
    if (table_cell_is_probability(row->item) || !table_cell_is_known(book->result, row->outcome, row->period) ||
        !(table_cell_moments(book->result, row->outcome, row->period)->count > 0.0))
        return;
    put_labels(book, row, to);
    for (size_t l = 0; l < book->result->levels; l++) {
        const double half = TABLE_CELL_SIGMA * of[l].standard_error;
        put_interval(of[l].estimate, of[l].estimate - half, of[l].estimate + half, row->scale, to);
    }
    spreadsheet_row_end(to);
}

static void put_tail_sheet(const struct book *book, struct spreadsheet *to)
{
    spreadsheet_sheet(to, "Tails");
    put_head(book, "Means of the least and the greatest part of the futures (CVaR)", to);
    add_labels(to);
    for (size_t l = 0; l < book->result->levels; l++) {
        char part[48];
        snprintf(part, sizeof part, "Mean of the %s %.3g %% of futures",
                 tail_is_upper(book->result->level[l]) ? "greatest" : "least",
                 100.0 * tail_share(book->result->level[l]));
        workbook_words_columns(to, part);
    }
    spreadsheet_columns_end(to, KEPT);
    each_row(book, to, put_tails);
}

static void put_notes(const struct book *book, struct spreadsheet *to)
{
    const struct result *result = book->result;
    workbook_words_notes(to, false);
    spreadsheet_paragraph(
        to, "Means and ranges are of the replications with a value; a probability has the bounds of Wilson in "
            "place of an interval of the mean, and no range.");
    if (!result->exact_quantiles)
        spreadsheet_paragraph(to, "Quantiles are within %.2g %%, because the samples were more than --memory.",
                              100.0 * result->quantile_error);
    if (result->invalids > 0) spreadsheet_paragraph(to, "%zu replications are invalid and left out.", result->invalids);
    if (result->given.condition != NULL) {
        spreadsheet_heading(to, "Some of the futures alone");
        some_futures_sheet(&result->given, to, "%" PRIu64, result->replications - result->invalids);
    }
    if (result->warnings == NULL) return;
    spreadsheet_heading(to, "Warnings of the run");
    workbook_words_paragraphs(to, result->warnings);
}

static struct fault *fill(struct spreadsheet *to, const void *context)
{
    const struct book *book = context;
    if (book->patterns == 0) put_overview(book, to);
    if (book->patterns > 0 || book->years) put_years(book, to);
    if (book->patterns > 0 && book->result->levels > 0) put_tail_sheet(book, to);
    put_notes(book, to);
    workbook_words_provenance(to, book->origin->command);
    return workbook_source(to, "The result", book->origin->file);
}

struct fault *table_spreadsheet(const struct result *result, const char *const patterns[], size_t count, int year,
                                const struct table_origin *origin, const char *path, bool force)
{
    struct book book = {.result = result, .pattern = patterns, .patterns = count, .years = year == 0, .origin = origin};
    TRY(table_choice_check(result, patterns, count, year));
    TRY(table_choice_periods(result, year, &book.first, &book.end));
    book.all = true;
    for (size_t o = 0; o < result->outcomes.count; o++)
        book.all = book.all && !table_choice_in_account(&result->outcomes.item[o]);
    book.shown = year == 0 ? result->years - 1 : book.first;
    return spreadsheet_write(path, force, result->title, fill, &book);
}
