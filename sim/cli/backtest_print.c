/* sim/cli/backtest_print.c -- see backtest_print.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/backtest_print.h"
#include "output/tables/text.h"

#include <math.h>
#include <string.h>

static const char *const forecast_keys[BACKTEST_FORECASTS] = {"process", "walk"};
enum { NUMBER = 48 };

static void period_of(const struct backtest_told *told, size_t item, char text[PERIOD_TEXT])
{
    const struct period period = calibrate_series_period(told->series, item);
    period_write(&period, text);
}

/* "12 months", "1 year" */
static void periods(const struct backtest_told *told, size_t count, char text[NUMBER])
{
    const int months = told->series->first.months;
    const char *word = months == 12 ? "year" : months == 3 ? "quarter" : "month";
    snprintf(text, NUMBER, "%zu %s%s", count, word, count == 1 ? "" : "s");
}

static void print_head(const struct backtest_told *told, FILE *to)
{
    const struct backtest *backtest = told->backtest;
    const struct backtest_request *request = told->request;
    char first[PERIOD_TEXT], last[PERIOD_TEXT], ahead[NUMBER], refit[NUMBER];
    period_of(told, backtest->origin[0].at, first);
    period_of(told, backtest->origin[backtest->count - 1].at, last);
    periods(told, request->ahead, ahead);
    periods(told, request->refit, refit);
    const char *every = request->refit == 1 ? refit + 2 : refit; /* without the 1 */
    fprintf(to, "%s, %s%s%s: %s, %s ahead, from %zu origins, %s to %s\n", told->series->wish->file,
            told->series->column, told->series->unit == NULL ? "" : " in ",
            told->series->unit == NULL ? "" : told->series->unit, request->process->name, ahead, backtest->count, first,
            last);
    if (request->window == 0)
        fputs("known at an origin: all figures up to it", to);
    else
        fprintf(to, "known at an origin: the last %zu figures", request->window);
    fprintf(to, "; fitted anew every %s, %zu times%s\n", every, backtest->fits,
            request->settings.plain ? ", by maximum likelihood alone" : "");
    if (backtest->refused > 0)
        fprintf(to, "not scored: %zu origins at which it could not be fitted; at the first of them %s\n",
                backtest->refused, backtest->refusal == NULL ? "the walk was not known" : backtest->refusal);
    if (backtest->lacking > 0) fprintf(to, "not scored: %zu origins where a figure is lacking\n", backtest->lacking);
}

static void print_share(const struct hac_share *share, FILE *to)
{
    char text[NUMBER];
    snprintf(text, sizeof text, "%.1f (%.0f to %.0f)", 100.0 * share->share, 100.0 * share->low, 100.0 * share->high);
    fprintf(to, "  %-16s", text);
}

static void print_forecast(const char *name, const struct backtest_summary *summary, FILE *to)
{
    char text[NUMBER];
    snprintf(text, sizeof text, "%.4g (%.3g to %.3g)", summary->crps.mean, summary->crps.low, summary->crps.high);
    fprintf(to, "  %-22s  %-24s", name, text);
    print_share(&summary->in_50, to);
    print_share(&summary->in_90, to);
    fprintf(to, "  %.1f\n", 100.0 * summary->mean_place);
}

static void print_places(const char *name, const struct backtest_told *told, size_t which, FILE *to)
{
    const struct backtest *backtest = told->backtest;
    fprintf(to, "  %-22s ", name);
    for (size_t b = 0; b < BACKTEST_BINS; b++) {
        const double share = (double)backtest->summary[which].held[b] / (double)backtest->count;
        const bool within = backtest->band_low - 1e-9 <= share && share <= backtest->band_high + 1e-9;
        fprintf(to, " %5.1f%s", 100.0 * share, within ? " " : "*");
    }
    fputc('\n', to);
}

void backtest_print(const struct backtest_told *told, FILE *to)
{
    const struct backtest *backtest = told->backtest;
    const char *name = told->request->process->name;
    print_head(told, to);
    fprintf(to, "\n  %-22s  %-24s  %-16s  %-16s  %s\n", "", "CRPS", "% in 25 to 75 %", "% in 5 to 95 %",
            "fell on %, mean");
    print_forecast(name, &backtest->summary[BACKTEST_PROCESS], to);
    print_forecast("driftless walk", &backtest->summary[BACKTEST_WALK], to);
    fprintf(to, "\n  skill against the walk: %.1f %% of its CRPS (%.1f to %.1f)\n", 100.0 * backtest->skill.mean,
            100.0 * backtest->skill.low, 100.0 * backtest->skill.high);
    fprintf(
        to,
        "\nFell on, by tenths of the forecast, in %%; 10 each if the forecast is right, of %zu that do not overlap\n"
        "within %.0f to %.0f in 95 of 100 cases (* outside):\n",
        backtest->apart, 100.0 * backtest->band_low, 100.0 * backtest->band_high);
    print_places(name, told, BACKTEST_PROCESS, to);
    print_places("driftless walk", told, BACKTEST_WALK, to);
    fprintf(to,
            "\nIn brackets 95 %%, by %zu lags, since forecasts overlap. CRPS is of the whole distribution, in the unit "
            "of the figures.\n",
            backtest->skill.lags);
}

/* ---- CSV ---- */

void backtest_print_csv(const struct backtest_told *told, FILE *to)
{
    fputs("origin,of,happened", to);
    for (size_t which = 0; which < BACKTEST_FORECASTS; which++) {
        static const char *const names[] = {"median", "quantile_0.05", "quantile_0.95", "fell_on",
                                            "in_50",  "in_90",         "crps"};
        for (size_t i = 0; i < sizeof names / sizeof *names; i++) fprintf(to, ",%s_%s", forecast_keys[which], names[i]);
    }
    fputc('\n', to);
    for (size_t i = 0; i < told->backtest->count; i++) {
        const struct backtest_origin *origin = &told->backtest->origin[i];
        char from[PERIOD_TEXT], of[PERIOD_TEXT];
        period_of(told, origin->at, from);
        period_of(told, origin->at + told->request->ahead, of);
        fprintf(to, "%s,%s", from, of);
        text_csv_value(origin->happened, to);
        for (size_t which = 0; which < BACKTEST_FORECASTS; which++) {
            const struct backtest_forecast *f = &origin->forecast[which];
            const double values[] = {f->median, f->low, f->high, f->place, f->in_50, f->in_90, f->crps};
            for (size_t k = 0; k < sizeof values / sizeof *values; k++) text_csv_value(values[k], to);
        }
        fputc('\n', to);
    }
}

/* ---- JSON ---- */

static void json_interval(const char *name, double estimate, double low, double high, FILE *to)
{
    fprintf(to, ", \"%s\": {\"estimate\": ", name);
    text_json_number(estimate, to);
    fputs(", \"low\": ", to);
    text_json_number(low, to);
    fputs(", \"high\": ", to);
    text_json_number(high, to);
    fputc('}', to);
}

static void json_summary(const char *key, const struct backtest_summary *summary, FILE *to)
{
    fprintf(to, ",\n \"%s\": {\"mean_fell_on\": ", key);
    text_json_number(summary->mean_place, to);
    json_interval("crps", summary->crps.mean, summary->crps.low, summary->crps.high, to);
    json_interval("in_50", summary->in_50.share, summary->in_50.low, summary->in_50.high, to);
    json_interval("in_90", summary->in_90.share, summary->in_90.low, summary->in_90.high, to);
    fputs(", \"tenths\": [", to);
    for (size_t b = 0; b < BACKTEST_BINS; b++) fprintf(to, "%s%zu", b == 0 ? "" : ", ", summary->held[b]);
    fputs("]}", to);
}

void backtest_print_json(const struct backtest_told *told, FILE *to)
{
    const struct backtest *backtest = told->backtest;
    char first[PERIOD_TEXT], last[PERIOD_TEXT];
    period_of(told, backtest->origin[0].at, first);
    period_of(told, backtest->origin[backtest->count - 1].at, last);
    fputc('{', to);
    text_json_member("series", told->series->wish->file, to);
    fputs(", ", to);
    text_json_member("column", told->series->column, to);
    fputs(", ", to);
    text_json_member("unit", told->series->unit, to);
    fputs(",\n ", to);
    text_json_member("model", told->request->process->name, to);
    fprintf(to, ", \"horizon\": %zu, \"window\": %zu, \"refit\": %zu, \"fits\": %zu,\n ", told->request->ahead,
            told->request->window, told->request->refit, backtest->fits);
    text_json_member("from", first, to);
    fputs(", ", to);
    text_json_member("to", last, to);
    fprintf(to, ", \"forecasts\": %zu, \"refused\": %zu, \"lacking\": %zu", backtest->count, backtest->refused,
            backtest->lacking);
    for (size_t which = 0; which < BACKTEST_FORECASTS; which++)
        json_summary(forecast_keys[which], &backtest->summary[which], to);
    json_interval("skill", backtest->skill.mean, backtest->skill.low, backtest->skill.high, to);
    fprintf(to, ",\n \"lags\": %zu, \"apart\": %zu, \"band\": [", backtest->skill.lags, backtest->apart);
    text_json_number(backtest->band_low, to);
    fputs(", ", to);
    text_json_number(backtest->band_high, to);
    fputs("]}\n", to);
}
