/* output/diff/diff_text.c -- what two runs differ in as tables, CSV and JSON. See diff.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/diff/diff.h"
#include "output/tables/readable.h"
#include "output/tables/text.h"
#include "sim/core/emphasis.h"
#include "sim/core/printable.h"

#include <math.h>
#include <string.h>

enum { LABEL = 34 };

static const struct paired *cell_of(const struct diff *diff, const struct diff_outcome *moved)
{
    const struct comparison *of = &diff->comparison;
    return &of->cell[comparison_index(of, moved->outcome, 0, 0, of->years)];
}

static const char *unit_of(const struct diff *diff, const struct diff_outcome *moved)
{
    const char *unit = diff->comparison.outcome[moved->outcome].total;
    return unit[0] == '\0' ? "1" : unit;
}

/* ---- for people ---- */

static void print_value(const char *text, const char *place, FILE *to)
{
    fputs(text == NULL ? "(not there)" : text, to);
    if (place != NULL) fprintf(to, " (%s)", place);
}

void diff_print_values(const struct diff *diff, FILE *to)
{
    if (diff->values == 0) {
        fputs("The scenarios have the same values.\n", to);
        return;
    }
    fprintf(to, "%zu value%s of the scenario differ%s:\n", diff->values, diff->values == 1 ? "" : "s",
            diff->values == 1 ? "s" : "");
    for (size_t i = 0; i < diff->values; i++) {
        const struct diff_value *value = &diff->value[i];
        fprintf(to, "  %s: ", value->path);
        print_value(value->before, value->place[0], to);
        fputs(" -> ", to);
        print_value(value->after, value->place[1], to);
        fputc('\n', to);
    }
}

static void print_outcome(const struct diff *diff, const struct diff_outcome *moved, FILE *to)
{
    const struct comparison_outcome *outcome = &diff->comparison.outcome[moved->outcome];
    const struct paired *cell = cell_of(diff, moved);
    const bool pure = outcome->total[0] == '\0' || strcmp(outcome->total, "1") == 0;
    char unit[64] = "", mean[READABLE_NUMBER], error[READABLE_NUMBER], effect[32] = "all";
    const double most = fmax(fabs(cell->mean), fmax(fabs(cell->base_mean), fabs(cell->value_mean)));
    double divisor = 1.0;
    if (readable_share(outcome->rule, outcome->total)) {
        divisor = 0.01;
        strcpy(unit, "%");
    } else if (!pure) {
        divisor = readable_unit(outcome->total, most, sizeof unit, unit);
    }
    readable_pair(cell->mean / divisor, (cell->high - cell->mean) / divisor, mean, error);
    if (isfinite(moved->effect)) snprintf(effect, sizeof effect, "%.2g", moved->effect);
    readable_label(diff->comparison.names ? outcome->path : outcome->title, LABEL, to);
    fprintf(to, " %11.4g %11.4g  %11s ± %-8s %7s %8.1g  %s\n", cell->base_mean / divisor, cell->value_mean / divisor,
            mean, error, effect, moved->rate, unit);
}

static void print_outcomes(const struct diff *diff, FILE *to)
{
    const char *pairs = diff->same_draws ? "by pairs of futures on the same random numbers" : "as of independent draws";
    if (diff->tested == 0) {
        fputs("No outcome differs in any future.\n", to);
        return;
    }
    if (diff->moved == 0) {
        fprintf(to, "None of %zu outcomes moved beyond the error of the simulation over the horizon, %s.\n",
                diff->tested, pairs);
        return;
    }
    fprintf(to,
            "%zu of %zu outcomes moved beyond the error of the simulation over the horizon, %s;\nat most %g %% of them "
            "are expected to be false discoveries (Benjamini and Hochberg):\n\n",
            diff->moved, diff->tested, pairs, 100.0 * diff->rate);
    emphasis_put(to, EMPHASIS_STRONG);
    fprintf(to, "  %-*s %11s %11s  %11s ± %-8s %7s %8s\n", LABEL, "mean over the futures", "before", "after",
            "difference", "error", "in sd", "rate");
    emphasis_put(to, EMPHASIS_NONE);
    for (size_t i = 0; i < diff->moved; i++) print_outcome(diff, &diff->outcome[i], to);
    fputs("\n± error is that of the simulation, 95 %; in sd: of the futures; rate: of false discoveries at which it is "
          "one.\n",
          to);
    if (!diff->comparison.names) fputs("Names to type in place of titles: --names\n", to);
}

struct fault *diff_print(const struct diff *diff, FILE *to)
{
    if (diff_is_nothing(diff)) {
        fputs("no difference: ", to);
        printable_put(diff->path[0], to);
        fputs(" and ", to);
        printable_put(diff->path[1], to);
        fputs(" have the same scenario, and all outcomes are the same in every future\n", to);
    } else {
        fputs("before: ", to);
        printable_put(diff->path[0], to);
        fprintf(to, ", %s\nafter: ", diff->seed[0]);
        printable_put(diff->path[1], to);
        fprintf(to, ", %s\n\n", diff->seed[1]);
        diff_print_values(diff, to);
        fputc('\n', to);
        print_outcomes(diff, to);
        TRY(comparison_print_notes(&diff->comparison, to));
    }
    return fflush(to) != 0 || ferror(to) ? fault_raise(FAULT_MACHINE, "the table cannot be written") : NULL;
}

/* ---- for programs ---- */

/* The numbers of an outcome, in this order. */
enum { NUMBERS = 10 };
static const char *const number_names[NUMBERS] = {
    "before_mean", "after_mean", "mean_difference", "mean_difference_low", "mean_difference_high", "standard_error",
    "paired",      "effect",     "p_value",         "false_discovery_rate"};

static void numbers_of(const struct diff *diff, const struct diff_outcome *moved, double number[NUMBERS])
{
    const struct paired *cell = cell_of(diff, moved);
    const double all[NUMBERS] = {cell->base_mean,      cell->value_mean, cell->mean,    cell->low, cell->high,
                                 cell->standard_error, cell->paired,     moved->effect, moved->p,  moved->rate};
    memcpy(number, all, sizeof all);
}

void diff_csv(const struct diff *diff, FILE *to)
{
    double number[NUMBERS];
    fputs("kind,path,before,after,before_place,after_place,units", to);
    for (size_t n = 0; n < NUMBERS; n++) fprintf(to, ",%s", number_names[n]);
    fputs(",title\n", to);
    for (size_t i = 0; i < diff->values; i++) {
        const struct diff_value *value = &diff->value[i];
        const char *const texts[] = {
            value->path, value->before == NULL ? "" : value->before, value->after == NULL ? "" : value->after,
            value->place[0] == NULL ? "" : value->place[0], value->place[1] == NULL ? "" : value->place[1]};
        fputs("value", to);
        for (size_t t = 0; t < sizeof texts / sizeof *texts; t++) {
            fputc(',', to);
            text_csv_text(texts[t], to);
        }
        for (size_t n = 0; n <= NUMBERS + 1; n++) fputc(',', to);
        fputc('\n', to);
    }
    for (size_t i = 0; i < diff->moved; i++) {
        const struct diff_outcome *moved = &diff->outcome[i];
        numbers_of(diff, moved, number);
        fprintf(to, "outcome,%s,,,,,%s", diff->comparison.outcome[moved->outcome].path, unit_of(diff, moved));
        for (size_t n = 0; n < NUMBERS; n++) text_csv_value(number[n], to);
        fputc(',', to);
        text_csv_text(diff->comparison.outcome[moved->outcome].title, to);
        fputc('\n', to);
    }
}

static void json_text(const char *name, const char *text, FILE *to)
{
    fputs(", ", to);
    if (text == NULL)
        fprintf(to, "\"%s\": null", name);
    else
        text_json_member(name, text, to);
}

void diff_json(const struct diff *diff, FILE *to)
{
    double number[NUMBERS];
    fputs("{\n  ", to);
    text_json_member("before", diff->path[0], to);
    fputs(",\n  ", to);
    text_json_member("after", diff->path[1], to);
    fprintf(to, ",\n  \"same_draws\": %s,\n  \"rate\": ", diff->same_draws ? "true" : "false");
    text_json_number(diff->rate, to);
    fprintf(to, ",\n  \"tested\": %zu,\n  \"values\": [", diff->tested);
    for (size_t i = 0; i < diff->values; i++) {
        const struct diff_value *value = &diff->value[i];
        fputs(i == 0 ? "\n    {" : ",\n    {", to);
        text_json_member("path", value->path, to);
        json_text("before", value->before, to);
        json_text("after", value->after, to);
        json_text("before_place", value->place[0], to);
        json_text("after_place", value->place[1], to);
        fputc('}', to);
    }
    fputs("\n  ],\n  \"outcomes\": [", to);
    for (size_t i = 0; i < diff->moved; i++) {
        const struct diff_outcome *moved = &diff->outcome[i];
        numbers_of(diff, moved, number);
        fputs(i == 0 ? "\n    {" : ",\n    {", to);
        text_json_member("outcome", diff->comparison.outcome[moved->outcome].path, to);
        json_text("title", diff->comparison.outcome[moved->outcome].title, to);
        fputs(", ", to);
        text_json_member("units", unit_of(diff, moved), to);
        for (size_t n = 0; n < NUMBERS; n++) {
            fprintf(to, ", \"%s\": ", number_names[n]);
            text_json_number(number[n], to);
        }
        fputc('}', to);
    }
    fputs("\n  ]\n}\n", to);
}
