/* output/score/score_text.c -- scores as tables, CSV and JSON. See score.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/score/score.h"
#include "output/tables/text.h"
#include "sim/core/emphasis.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

static const char *const naive_names[NAIVE_FORECASTS] = {"no change", "walk", "trend"};
static const char *const naive_keys[NAIVE_FORECASTS] = {"no_change", "walk", "trend"};
static const char *const kind_keys[] = {"all", "subject", "years ahead", "outcome"};
static const char *const quantile_keys[SCORE_QUANTILES] = {"0.05", "0.25", "0.5", "0.75", "0.95"};
static const char *const left_words[SCORE_REASONS] = {[SCORE_LEFT_NOMINAL] = "at nominal prices",
                                                      [SCORE_LEFT_UNCONFIRMED] = "not confirmed as asked for",
                                                      [SCORE_LEFT_YEARS] = "of other years",
                                                      [SCORE_LEFT_WITHOUT] = "by --outcome or --without",
                                                      [SCORE_LEFT_UNSAVED] = "sums whose yearly samples were not saved",
                                                      [SCORE_LEFT_UNDEFINED] = "that have a value in no future"};
static const char *const left_keys[SCORE_REASONS] = {"nominal", "unconfirmed", "other_years",
                                                     "without", "unsaved",     "undefined"};

enum { NUMBER = 32 };

/* Four digits, or all before the point. */
static const char *number(double value, char text[NUMBER])
{
    if (isnan(value))
        snprintf(text, NUMBER, "-");
    else
        snprintf(text, NUMBER, fabs(value) >= 1000.0 && fabs(value) < 1e9 ? "%.0f" : "%.4g", value);
    return text;
}

static void print_place(const struct score_figure *figure, FILE *to)
{
    char text[NUMBER];
    if (figure->beyond != 0)
        snprintf(text, sizeof text, "%s %g", figure->beyond < 0 ? "below" : "above", 100.0 * figure->place);
    else
        snprintf(text, sizeof text, "%.1f", 100.0 * figure->place);
    fprintf(to, " %8s%s", text, figure->in_90 == 0.0 ? "*" : " ");
}

static void print_figure(const struct score_figure *figure, FILE *to)
{
    char value[NUMBER], middle[NUMBER], low[NUMBER], high[NUMBER], range[2 * NUMBER + 8];
    const char *mark = figure->of->confirmed == OBSERVED_DERIVED ? "d" : " ";
    snprintf(range, sizeof range, "%s to %s", number(figure->quantile[SCORE_Q05], low),
             number(figure->quantile[SCORE_Q95], high));
    fprintf(to, "    %4d %9s%s %9s  %-20s", figure->of->year, number(figure->of->value, value), mark,
            number(figure->quantile[SCORE_Q50], middle), range);
    print_place(figure, to);
    fprintf(to, " %8s", number(figure->crps.fair, value));
    for (enum naive_forecast n = 0; n < NAIVE_FORECASTS; n++) fprintf(to, " %9s", number(figure->naive[n], value));
    fputc('\n', to);
}

/* A text in lines of about a screen's width. */
static void print_wrapped(const char *text, const char *indent, FILE *to)
{
    enum { WIDTH = 108 };
    size_t used = 0;
    for (const char *word = text; *word != '\0';) {
        const size_t length = strcspn(word, " ");
        if (length > 0) {
            if (used == 0 || used + length > WIDTH) {
                fprintf(to, "%s%s", used == 0 ? "" : "\n", indent);
                used = 0;
            }
            fprintf(to, "%s%.*s", used == 0 ? "" : " ", (int)length, word);
            used += length + 1;
        }
        word += length + (word[length] == ' ' ? 1 : 0);
    }
    if (used > 0) fputc('\n', to);
}

/* How much of the definitions of a series is the same, to the end of a clause; 0: nothing that makes sense alone. */
static size_t common_clause(const struct score *score, size_t s)
{
    const char *first = NULL;
    size_t common = 0;
    for (size_t f = 0; f < score->count; f++) {
        const char *text = score->figure[f].of->definition;
        if (score->figure[f].series != s) continue;
        if (first == NULL) common = strlen(first = text);
        size_t same = 0;
        while (same < common && text[same] == first[same]) same++;
        if (same < common || text[same] != '\0') /* one of them goes on */
            while (same > 0 && strchr(".;", first[same - 1]) == NULL) same--;
        common = same;
    }
    return common;
}

/* The definitions of a series once, where they begin alike, else before each figure that has another one. */
static void print_series(const struct score *score, size_t s, FILE *to)
{
    const char *said = "";
    const size_t common = common_clause(score, s);
    char text[1024];
    const struct score_series *series = &score->series[s];
    if (series->title == NULL)
        fprintf(to, "\n  %s, %s\n", series->of->name, series->of->unit);
    else
        fprintf(to, "\n  %s (%s), %s\n", series->title, series->of->name, series->of->unit);
    for (size_t f = 0; f < score->count; f++) {
        const struct score_figure *figure = &score->figure[f];
        if (figure->series != s) continue;
        const char *definition = figure->of->definition;
        const bool again = said[0] != '\0' && (common > 0 || strcmp(definition, said) == 0);
        snprintf(text, sizeof text, "%.*s", common > 0 && common < sizeof text ? (int)common : (int)sizeof text - 1,
                 definition);
        if (!again) print_wrapped(text, "  ", to);
        said = definition;
        print_figure(figure, to);
    }
}

static void print_figures(const struct score *score, FILE *to)
{
    emphasis_put(to, EMPHASIS_STRONG);
    fprintf(to, "\n    %4s %9s  %9s  %-20s %8s  %8s", "year", "figure", "median", "5 to 95 %", "fell on %", "CRPS");
    for (enum naive_forecast n = 0; n < NAIVE_FORECASTS; n++) fprintf(to, " %9s", naive_names[n]);
    emphasis_put(to, EMPHASIS_NONE);
    fputc('\n', to);
    for (enum outcome_subject subject = 0; subject < SUBJECTS; subject++) {
        bool begun = false;
        for (size_t s = 0; s < score->series_count; s++) {
            if (score->series[s].subject != subject) continue;
            if (!begun)
                fprintf(to, "\n%s\n", outcome_subjects[subject].title == NULL ? "" : outcome_subjects[subject].title);
            begun = true;
            print_series(score, s, to);
        }
    }
}

static void print_share(const struct cluster_estimate *share, FILE *to)
{
    char text[NUMBER] = "-";
    if (!isnan(share->estimate))
        snprintf(text, sizeof text, "%.0f (%.0f to %.0f)", 100.0 * share->estimate, 100.0 * share->low,
                 100.0 * share->high);
    fprintf(to, "  %-16s", text);
}

static void print_ratio(const struct cluster_estimate *ratio, FILE *to)
{
    char text[NUMBER] = "-";
    if (!isnan(ratio->estimate) && isnan(ratio->low)) snprintf(text, sizeof text, "%.2f", ratio->estimate);
    if (!isnan(ratio->low))
        snprintf(text, sizeof text, "%.2f (%.2f to %.2f)", ratio->estimate, ratio->low, ratio->high);
    fprintf(to, "  %-20s", text);
}

static void print_group(const struct score *score, const struct score_group *group, FILE *to)
{
    fprintf(to, "  %-26s %7zu %8zu", group->name, group->figures, group->series);
    print_share(&group->in_50, to);
    print_share(&group->in_90, to);
    for (enum naive_forecast n = 0; n < NAIVE_FORECASTS && score->history != NULL; n++)
        print_ratio(&group->ratio[n], to);
    fputc('\n', to);
}

static void print_groups(const struct score *score, FILE *to)
{
    enum score_kind kind = SCORE_ALL;
    emphasis_put(to, EMPHASIS_STRONG);
    fprintf(to, "\n%-28s %7s %8s  %-16s  %-16s", "", "", "", "% in the range", "% in the range");
    if (score->history != NULL) fprintf(to, "  CRPS over that of");
    fprintf(to, "\n%-28s %7s %8s  %-16s  %-16s", "", "figures", "outcomes", "25 to 75 %", "5 to 95 %");
    for (enum naive_forecast n = 0; n < NAIVE_FORECASTS && score->history != NULL; n++)
        fprintf(to, "  %-20s", naive_names[n]);
    emphasis_put(to, EMPHASIS_NONE);
    fputc('\n', to);
    for (size_t g = 0; g < score->groups; g++) {
        if (score->group[g].kind == SCORE_SERIES) continue;
        if (score->group[g].kind != kind) fputc('\n', to);
        kind = score->group[g].kind;
        print_group(score, &score->group[g], to);
    }
}

static void print_left(const struct score *score, FILE *to)
{
    const char *before = "left out: ";
    for (enum score_reason r = 0; r < SCORE_REASONS; r++) {
        if (score->left[r] == 0) continue;
        fprintf(to, "%s%zu %s", before, score->left[r], left_words[r]);
        before = ", ";
    }
    if (strcmp(before, ", ") == 0) fputc('\n', to);
}

static void print_head(const struct score *score, FILE *to)
{
    const int first = score->calendar.start / CALENDAR_MONTHS_PER_YEAR;
    fprintf(to, "%s against %s: %zu of %zu figures, of %zu outcome%s; %zu confirmed, %zu derived (d)\n", score->result,
            score->observed, score->count, score->read, score->series_count, score->series_count == 1 ? "" : "s",
            score->confirmed[OBSERVED_YES], score->confirmed[OBSERVED_DERIVED]);
    fprintf(to, "%llu futures, %d to %d, %s\n", (unsigned long long)score->replications, first,
            first + score->calendar.months / CALENDAR_MONTHS_PER_YEAR - 1, score->prices);
    print_left(score, to);
}

/* What the numbers are, and what would tell more. */
static void print_notes(const struct score *score, FILE *to)
{
    const int first = score->calendar.start / CALENDAR_MONTHS_PER_YEAR;
    fputs("\nFell on: the quantile of the futures of its year, * outside 5 to 95 %. CRPS: fair, in the unit of the "
          "figure.\n"
          "In brackets 95 %, with outcomes rather than figures as independent.",
          to);
    if (score->history != NULL)
        fputs(" A ratio below 1 is better than the naive\nforecast: mean over outcomes, of its logarithm.", to);
    fputc('\n', to);
    if (score->interpolated > 0)
        fprintf(
            to,
            "%zu figure%s placed between the quantiles that the file states, since it has no samples of %s; %s CRPS is "
            "not known.\n",
            score->interpolated, score->interpolated == 1 ? " is" : "s are", score->interpolated == 1 ? "it" : "them",
            score->interpolated == 1 ? "its" : "their");
    if (score->history == NULL)
        fprintf(
            to,
            "Naive forecasts are not known: --history FILE.csv with figures from before %d, in the same columns, gives "
            "the last\none known (no change) and, with four or more, a walk and a trend.\n",
            first);
    if (score->later > 0)
        fprintf(to, "%zu figure%s of %s %s not from before %d and %s not known then: not used.\n", score->later,
                score->later == 1 ? "" : "s", score->history, score->later == 1 ? "is" : "are", first,
                score->later == 1 ? "was" : "were");
}

struct fault *score_print(const struct score *score, FILE *to)
{
    print_head(score, to);
    print_figures(score, to);
    print_groups(score, to);
    print_notes(score, to);
    return ferror(to) ? fault_raise(FAULT_MACHINE, "the scores cannot be written") : NULL;
}

/* ---- CSV ---- */

void score_csv(const struct score *score, FILE *to)
{
    fputs("outcome,year,ahead,unit,value,prices,confirmed,definition,source,by,futures,fell_on,beyond", to);
    for (enum score_quantile q = 0; q < SCORE_QUANTILES; q++) fprintf(to, ",quantile_%s", quantile_keys[q]);
    fputs(",in_50,in_90,crps,crps_fair", to);
    for (enum naive_forecast n = 0; n < NAIVE_FORECASTS; n++) fprintf(to, ",crps_%s", naive_keys[n]);
    fputs(",title\n", to);
    for (size_t f = 0; f < score->count; f++) {
        const struct score_figure *figure = &score->figure[f];
        const struct observed_series *series = score->series[figure->series].of;
        text_csv_text(series->name, to);
        fprintf(to, ",%d,%d,", figure->of->year, figure->ahead);
        text_csv_text(series->unit, to);
        text_csv_value(figure->of->value, to);
        const char *texts[] = {figure->of->prices, observed_words[figure->of->confirmed], figure->of->definition,
                               figure->of->source, figure->sampled ? "samples" : "quantiles"};
        for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
            fputc(',', to);
            text_csv_text(texts[i], to);
        }
        text_csv_value(figure->sampled ? (double)figure->futures : (double)NAN, to);
        text_csv_value(figure->place, to);
        text_csv_value(figure->beyond, to);
        for (enum score_quantile q = 0; q < SCORE_QUANTILES; q++) text_csv_value(figure->quantile[q], to);
        text_csv_value(figure->in_50, to);
        text_csv_value(figure->in_90, to);
        text_csv_value(figure->crps.plain, to);
        text_csv_value(figure->crps.fair, to);
        for (enum naive_forecast n = 0; n < NAIVE_FORECASTS; n++) text_csv_value(figure->naive[n], to);
        fputc(',', to);
        text_csv_text(score->series[figure->series].title == NULL ? "" : score->series[figure->series].title, to);
        fputc('\n', to);
    }
}

/* ---- JSON ---- */

static void json_named(const char *before, const char *name, double value, FILE *to)
{
    fprintf(to, "%s\"%s\": ", before, name);
    text_json_number(value, to);
}

static void json_estimate(const char *name, const struct cluster_estimate *estimate, FILE *to)
{
    fprintf(to, ", \"%s\": {", name);
    json_named("", "estimate", estimate->estimate, to);
    json_named(", ", "low", estimate->low, to);
    json_named(", ", "high", estimate->high, to);
    fputc('}', to);
}

static void json_figure(const struct score *score, const struct score_figure *figure, FILE *to)
{
    const struct observed_series *series = score->series[figure->series].of;
    fputs("{", to);
    text_json_member("outcome", series->name, to);
    if (score->series[figure->series].title != NULL) {
        fputs(", ", to);
        text_json_member("title", score->series[figure->series].title, to);
    }
    fprintf(to, ", \"year\": %d, \"ahead\": %d, ", figure->of->year, figure->ahead);
    text_json_member("unit", series->unit, to);
    json_named(", ", "value", figure->of->value, to);
    fputs(", ", to);
    text_json_member("prices", figure->of->prices, to);
    fputs(", ", to);
    text_json_member("confirmed", observed_words[figure->of->confirmed], to);
    fputs(", ", to);
    text_json_member("definition", figure->of->definition, to);
    fputs(", ", to);
    text_json_member("source", figure->of->source, to);
    fputs(", ", to);
    text_json_member("by", figure->sampled ? "samples" : "quantiles", to);
    json_named(", ", "futures", figure->sampled ? (double)figure->futures : (double)NAN, to);
    json_named(", ", "fell_on", figure->place, to);
    fprintf(to, ", \"beyond\": %d, \"quantiles\": {", figure->beyond);
    for (enum score_quantile q = 0; q < SCORE_QUANTILES; q++)
        json_named(q == 0 ? "" : ", ", quantile_keys[q], figure->quantile[q], to);
    fputc('}', to);
    json_named(", ", "in_50", figure->in_50, to);
    json_named(", ", "in_90", figure->in_90, to);
    json_named(", ", "crps", figure->crps.plain, to);
    json_named(", ", "crps_fair", figure->crps.fair, to);
    for (enum naive_forecast n = 0; n < NAIVE_FORECASTS; n++) {
        fprintf(to, ", \"crps_%s\": ", naive_keys[n]);
        text_json_number(figure->naive[n], to);
    }
    fputc('}', to);
}

static void json_group(const struct score_group *group, FILE *to)
{
    fputs("{", to);
    text_json_member("of", kind_keys[group->kind], to);
    fputs(", ", to);
    text_json_member("name", group->name, to);
    fprintf(to, ", \"figures\": %zu, \"outcomes\": %zu, \"below_5\": %zu, \"above_95\": %zu", group->figures,
            group->series, group->below, group->above);
    json_named(", ", "crps_fair", group->crps, to);
    json_estimate("in_50", &group->in_50, to);
    json_estimate("in_90", &group->in_90, to);
    for (enum naive_forecast n = 0; n < NAIVE_FORECASTS; n++) {
        char name[NUMBER];
        snprintf(name, sizeof name, "ratio_%s", naive_keys[n]);
        json_estimate(name, &group->ratio[n], to);
        fprintf(to, ", \"compared_%s\": %zu", naive_keys[n], group->compared[n]);
    }
    fputc('}', to);
}

void score_json(const struct score *score, FILE *to)
{
    fputs("{", to);
    text_json_member("result", score->result, to);
    fputs(",\n ", to);
    text_json_member("observed", score->observed, to);
    fputs(",\n ", to);
    text_json_member("history", score->history, to);
    fprintf(to, ",\n \"replications\": %llu, ", (unsigned long long)score->replications);
    text_json_member("prices", score->prices, to);
    fprintf(to, ",\n \"read\": %zu, \"scored\": %zu, \"left_out\": {", score->read, score->count);
    for (enum score_reason r = 0; r < SCORE_REASONS; r++)
        fprintf(to, "%s\"%s\": %zu", r == 0 ? "" : ", ", left_keys[r], score->left[r]);
    fputs("},\n \"figures\": [", to);
    for (size_t f = 0; f < score->count; f++) {
        fputs(f == 0 ? "\n  " : ",\n  ", to);
        json_figure(score, &score->figure[f], to);
    }
    fputs("],\n \"groups\": [", to);
    for (size_t g = 0; g < score->groups; g++) {
        fputs(g == 0 ? "\n  " : ",\n  ", to);
        json_group(&score->group[g], to);
    }
    fputs("]}\n", to);
}
