/* output/tables/table.c -- see table.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/table.h"
#include "output/tables/readable.h"
#include "output/tables/some_futures.h"
#include "output/tables/table_cells.h"
#include "output/tables/table_choice.h"
#include "output/tables/table_years.h"
#include "output/tables/text.h"
#include "sim/core/emphasis.h"
#include "sim/core/gib.h"

#include <inttypes.h>
#include <math.h>
#include <stdbool.h>
#include <string.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

/* So many outcomes of those asked for have no samples of the years, or at all. */
struct unsaved {
    size_t years, all, outcome; /* one of them */
};

static void count_unsaved(const struct result *result, size_t outcome, struct unsaved *unsaved)
{
    const bool years = result->outcomes.item[outcome].kind->horizon_only || table_cell_is_known(result, outcome, 0),
               horizon = table_cell_is_known(result, outcome, result->years);
    if (years && horizon) return;
    unsaved->outcome = outcome;
    *(horizon ? &unsaved->years : &unsaved->all) += 1;
}

static void show_unsaved(const struct result *result, const struct unsaved *unsaved, FILE *to)
{
    const char *path = result->outcomes.item[unsaved->outcome].path;
    if (unsaved->years > 0)
        fprintf(to,
                "%zu outcomes have no yearly samples in the file, so that nothing is known of their years in these "
                "futures;\nzhol run ... --save '%s' saves them\n",
                unsaved->years, path);
    if (unsaved->all > 0)
        fprintf(to,
                "%zu outcomes have no samples in the file, so that nothing is known of them in these futures;\n"
                "zhol run ... --save '%s' saves them\n",
                unsaved->all, path);
}

void table_given(const struct result *result, FILE *to)
{
    some_futures_print(&result->given, to, "%" PRIu64, result->replications - result->invalids);
}

static struct fault *check_written(FILE *to)
{
    return fflush(to) != 0 || ferror(to) ? fault_raise(FAULT_MACHINE, "the table cannot be written") : NULL;
}

static void print_head(const struct result *result, FILE *to)
{
    fprintf(to, "%s\n%" PRIu64 " replications, seed %" PRIu64 ", %s\n", result->title, result->replications,
            result->seed, result->prices);
    if (result->invalids > 0) fprintf(to, "%zu of them are invalid and left out\n", result->invalids);
    table_given(result, to);
    if (result->stopped_by != NULL) fprintf(to, "stopped by %s\n", result->stopped_by);
    for (const char *line = result->warnings; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        fprintf(to, "warning: %.*s\n", (int)strcspn(line, "\n"), line);
    }
    if (!result->exact_quantiles)
        fprintf(to, "quantiles: within %.2g %%, because the samples were more than --memory (%.3g GiB)\n",
                100.0 * result->quantile_error, (double)result->memory / GIB);
    fputc('\n', to);
}

struct fault *table_show(const struct result *result, const char *const patterns[], size_t count, int year, FILE *to)
{
    size_t first, end;
    struct unsaved unsaved = {0};
    TRY(table_choice_check(result, patterns, count, year));
    TRY(table_choice_periods(result, year, &first, &end));
    print_head(result, to);
    for (size_t o = 0; o < result->outcomes.count; o++) {
        if (!table_choice_asks(&result->outcomes.item[o], patterns, count) || table_choice_row(result, o, first) >= end)
            continue;
        table_years_show(result, o, table_choice_row(result, o, first), end, to);
        count_unsaved(result, o, &unsaved);
    }
    fputs("± error is that of the simulation, 95 %; per cents on top: the range of futures.\n", to);
    show_unsaved(result, &unsaved, to);
    return check_written(to);
}

static struct text_columns columns_of(const struct result *result)
{
    return (struct text_columns){result->quantiles, result->levels, result->probability, result->level};
}

static const char *period_of(const struct result *result, size_t period)
{
    return period == result->years ? "horizon" : "annual";
}

/* The calendar year in which a year of the run begins. */
static int year_of(const struct result *result, size_t period)
{
    return result->calendar.start / CALENDAR_MONTHS_PER_YEAR + (int)period;
}

static const char *units_of(const struct result *result, const struct outcome *item, size_t period)
{
    const char *unit = period == result->years ? item->total : item->unit;
    return unit[0] == '\0' ? "1" : unit;
}

/* Whether a statistic is told of an outcome. */
static bool tells(const struct dataset *of, const struct outcome *item)
{
    return !of->of_chance || item->kind->chance != CHANCE_NONE;
}

static void csv_head(const struct result *result, FILE *to)
{
    const struct text_columns columns = columns_of(result);
    fputs("outcome,period,year,units", to);
    for (const struct dataset *of = datasets; of->name != NULL; of++) text_csv_names(&columns, of->name, of->along, to);
    fputs(",title\n", to);
}

/* Texts of a row never hold a comma or a quote but for the title; long names are left out. */
static void csv_row(const struct result *result, size_t o, size_t p, FILE *to)
{
    const struct outcome *item = &result->outcomes.item[o];
    const struct text_columns columns = columns_of(result);
    const struct dataset_cell cell = result_cell(result, o, p);
    fprintf(to, "%s,%s,", item->path, period_of(result, p));
    if (p < result->years) fprintf(to, "%d", year_of(result, p));
    fprintf(to, ",%s", units_of(result, item, p));
    for (const struct dataset *of = datasets; of->name != NULL; of++)
        for (size_t k = 0; k < text_width(&columns, of->along); k++)
            text_csv_value(tells(of, item) ? of->get(&cell, k) : UNKNOWN, to);
    fputc(',', to);
    text_csv_text(item->title, to);
    fputc('\n', to);
}

struct fault *table_csv(const struct result *result, const char *const patterns[], size_t count, int year, FILE *to)
{
    size_t first, end;
    TRY(table_choice_check(result, patterns, count, year));
    TRY(table_choice_periods(result, year, &first, &end));
    csv_head(result, to);
    for (size_t o = 0; o < result->outcomes.count; o++) {
        if (!table_choice_asks(&result->outcomes.item[o], patterns, count)) continue;
        for (size_t p = table_choice_row(result, o, first); p < end; p++)
            if (table_cell_is_known(result, o, p)) csv_row(result, o, p, to);
    }
    return check_written(to);
}

/* A statistic of a cell. */
struct statistic {
    const struct dataset *of;
    struct dataset_cell cell;
};

static double statistic_get(const void *of, size_t k)
{
    const struct statistic *statistic = of;
    return statistic->of->get(&statistic->cell, k);
}

static void json_row(const struct result *result, size_t o, size_t p, FILE *to)
{
    const struct outcome *item = &result->outcomes.item[o];
    const struct text_columns columns = columns_of(result);
    fputs("    {", to);
    text_json_member("outcome", item->path, to);
    fputs(", ", to);
    text_json_member("period", period_of(result, p), to);
    if (p < result->years) fprintf(to, ", \"year\": %d", year_of(result, p));
    fputs(", ", to);
    text_json_member("units", units_of(result, item, p), to);
    fputs(", ", to);
    text_json_member("long_name", item->long_name, to);
    fputs(", ", to);
    text_json_member("title", item->title, to);
    for (const struct dataset *of = datasets; of->name != NULL; of++) {
        const struct statistic statistic = {of, result_cell(result, o, p)};
        if (!tells(of, item)) continue;
        fputs(", ", to);
        text_json_values(&columns, of->name, of->along, statistic_get, &statistic, to);
    }
    fputc('}', to);
}

struct fault *table_json(const struct result *result, const char *const patterns[], size_t count, int year, FILE *to)
{
    const struct text_columns columns = columns_of(result);
    size_t first, end;
    bool any = false;
    TRY(table_choice_check(result, patterns, count, year));
    TRY(table_choice_periods(result, year, &first, &end));
    fputs("{\n  ", to);
    text_json_member("title", result->title, to);
    fputs(",\n  ", to);
    text_json_member("history", result->history, to);
    fputs(",\n  ", to);
    text_json_member("prices", result->prices, to);
    fputs(",\n  ", to);
    text_json_lines("warnings", result->warnings, to);
    fprintf(to, ",\n  \"seed\": \"%" PRIu64 "\",\n  \"replications\": %" PRIu64 ",\n  \"invalid_replications\": %zu,\n",
            result->seed, result->replications, result->invalids);
    some_futures_json(&result->given, "futures", to);
    fputs("  ", to);
    text_json_columns(&columns, to);
    fputs(",\n  \"statistics\": [", to);
    for (size_t o = 0; o < result->outcomes.count; o++) {
        if (!table_choice_asks(&result->outcomes.item[o], patterns, count)) continue;
        for (size_t p = table_choice_row(result, o, first); p < end; p++) {
            if (!table_cell_is_known(result, o, p)) continue;
            fputs(any ? ",\n" : "\n", to);
            json_row(result, o, p, to);
            any = true;
        }
    }
    fputs("\n  ]\n}\n", to);
    return check_written(to);
}

static const struct outcome_subject_words *subject_of(const struct outcome *outcome)
{
    return &outcome_subjects[outcome->kind->subject];
}

/* The name without what the title of its subject says. */
static const char *label_of(const struct outcome *outcome, bool names)
{
    return names ? outcome_label(outcome->path, subject_of(outcome)->prefix) : outcome->title;
}

enum { LABEL = 34, MEAN = 7, ERROR = 6, END = 7 }; /* columns */

/* Of an account, and whether its lines have names in place of titles. */
struct account {
    const struct result *result;
    size_t period;
    bool names;
    FILE *to;
};

static size_t count_shown(const struct result *result)
{
    size_t shown = 0;
    for (size_t o = 0; o < result->outcomes.count; o++) shown += table_choice_in_account(&result->outcomes.item[o]);
    return shown;
}

static void account_values(const struct account *account, size_t o, size_t period)
{
    const struct result *result = account->result;
    const struct outcome *item = &result->outcomes.item[o];
    const struct moments *moments = table_cell_moments(result, o, period);
    const struct quantile_estimate *low = table_cell_quantiles(result, o, period),
                                   *high = low + (result->quantiles == 0 ? 0 : result->quantiles - 1);
    const struct probability_estimate probability = table_cell_probability(result, o, period);
    char unit[64], mean[READABLE_NUMBER], error[READABLE_NUMBER];
    double most = fabs(moments->mean);
    if (result->quantiles > 0) most = fmax(most, fmax(fabs(low->estimate), fabs(high->estimate)));
    const double scale = table_cell_scale(item, false, most, sizeof unit, unit);
    readable_pair(moments->mean / scale, TABLE_CELL_SIGMA * moments_standard_error(moments) / scale, mean, error);
    if (table_cell_is_probability(item))
        fprintf(account->to, " %*.3g   %*s %*.3g to %-*.3g", MEAN, moments->mean / scale, ERROR, "", END,
                probability.low / scale, END, probability.high / scale);
    else if (result->quantiles > 0)
        fprintf(account->to, " %*s ± %-*s %*.3g to %-*.3g", MEAN, mean, ERROR, error, END,
                readable_beside(low->estimate, most) / scale, END, readable_beside(high->estimate, most) / scale);
    else
        fprintf(account->to, " %*s ± %-*s %*s", MEAN, mean, ERROR, error, 2 * END + 4, "");
    fprintf(account->to, " %s", unit);
    if (moments->count < table_cell_futures(result))
        fprintf(account->to, "; in %.3g %% of futures", 100.0 * moments->count / table_cell_futures(result));
}

static void account_row(const struct account *account, size_t o)
{
    const struct result *result = account->result;
    const struct outcome *item = &result->outcomes.item[o];
    const size_t period = table_choice_row(result, o, account->period);
    readable_label(label_of(item, account->names), LABEL, account->to);
    if (table_cell_moments(result, o, period)->count > 0.0)
        account_values(account, o, period);
    else
        fprintf(account->to, " %*s   %s", MEAN, "-",
                table_cell_is_known(result, o, period) ? "in no future" : "no samples of it in the file");
    fputc('\n', account->to);
}

static void account_head(const struct account *account)
{
    const struct result *result = account->result;
    const size_t last = result->quantiles == 0 ? 0 : result->quantiles - 1;
    char name[12], range[48] = "";
    table_cell_period(result, account->period, name);
    if (result->quantiles > 0)
        snprintf(range, sizeof range, "%*.3g %% to %.3g %%", END - 2, 100.0 * result->probability[0],
                 100.0 * result->probability[last]);
    emphasis_put(account->to, EMPHASIS_STRONG);
    fprintf(account->to, "%-*s %*s   %-*s  range of futures\n", LABEL + 2, name, MEAN, "", ERROR, "");
    fprintf(account->to, "%-*s %*s ± %-*s %s\n", LABEL + 2, "", MEAN, "mean", ERROR, "error", range);
    emphasis_put(account->to, EMPHASIS_NONE);
}

struct fault *table_account(const struct result *result, int year, bool names, FILE *to)
{
    size_t first, end;
    char name[12];
    TRY(table_choice_periods(result, year, &first, &end));
    const struct account account = {result, year == 0 ? result->years - 1 : first, names, to};
    const size_t shown = count_shown(result);
    print_head(result, to);
    account_head(&account);
    for (enum outcome_subject s = SUBJECT_NONE + 1; s < SUBJECTS; s++) {
        bool titled = false, horizon = false;
        for (size_t o = 0; o < result->outcomes.count; o++) {
            const struct outcome *item = &result->outcomes.item[o];
            if (item->kind->subject != s || (shown > 0 && !table_choice_in_account(item))) continue;
            if (!titled) fprintf(to, "\n%s\n", outcome_subjects[s].title);
            if (item->kind->horizon_only && !horizon) fputs("  over the whole horizon:\n", to);
            titled = true;
            horizon = item->kind->horizon_only;
            account_row(&account, o);
        }
    }
    fputs("\n± error is that of the simulation, 95 %: it falls with the number of replications; the range of futures "
          "does not.\n",
          to);
    if (!names) fputs("Names to type in place of titles: --names\n", to);
    if (shown > 0 && shown < result->outcomes.count)
        fprintf(to, "%zu more outcomes; their names: zhol show RESULT --list\n", result->outcomes.count - shown);
    table_cell_period(result, account.period, name);
    if (year == 0) fprintf(to, "%s is the last year; another: --year YEAR\n", name);
    fputs("All years of an outcome: zhol show RESULT OUTCOME, with patterns such as 'flows.*'\n", to);
    return check_written(to);
}

struct fault *table_list(const struct result *result, FILE *to)
{
    for (size_t o = 0; o < result->outcomes.count; o++) {
        const struct outcome *item = &result->outcomes.item[o];
        const char *unit = table_cell_unit(item, false);
        fprintf(to, "%s: %s%s%s%s\n", item->path, item->title, unit[0] == '\0' ? "" : ", ", unit,
                item->kind->horizon_only ? "; over the whole horizon only" : "");
    }
    return check_written(to);
}
