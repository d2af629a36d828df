/* output/ranking/ranking_text.c -- a ranking as CSV and as JSON.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/ranking/ranking.h"
#include "output/tables/some_futures.h"
#include "output/tables/text.h"

#include <inttypes.h>
#include <math.h>

void ranking_csv(const struct ranking *ranking, FILE *to)
{
    fputs("world,policy,outcome,units,better", to);
    for (size_t n = 0; ranking_numbers[n].name != NULL; n++) fprintf(to, ",%s", ranking_numbers[n].name);
    fputs(",title\n", to);
    for (size_t w = 0; w < ranking->worlds; w++)
        for (size_t o = 0; o < ranking->outcomes; o++)
            for (size_t p = 0; p < ranking->policies; p++) {
                const struct comparison_outcome *outcome = &ranking->of.outcome[o];
                fprintf(to, "%s,%s,%s,%s,%s", ranking->of.world[w], ranking->policy[p], outcome->path, outcome->total,
                        comparison_better(outcome->better));
                for (size_t n = 0; ranking_numbers[n].name != NULL; n++)
                    text_csv_value(ranking_value(ranking, n, o, w, p), to);
                fputc(',', to);
                text_csv_text(outcome->title, to);
                fputc('\n', to);
            }
}

static void json_names(const char *name, size_t count, char *const names[], FILE *to)
{
    fprintf(to, "  \"%s\": [", name);
    for (size_t i = 0; i < count; i++) {
        if (i > 0) fputs(", ", to);
        text_json_string(names[i], to);
    }
    fputs("],\n", to);
}

static void json_numbers(const struct ranking *ranking, bool of_world, size_t o, size_t w, size_t p, FILE *to)
{
    for (size_t n = 0; ranking_numbers[n].name != NULL; n++) {
        if (ranking_numbers[n].of_world != of_world) continue;
        fprintf(to, ", \"%s\": ", ranking_numbers[n].name);
        text_json_number(ranking_value(ranking, n, o, w, p), to);
    }
}

static void json_outcome(const struct ranking *ranking, size_t o, FILE *to)
{
    const struct comparison_outcome *outcome = &ranking->of.outcome[o];
    const struct ranking_outcome *of = &ranking->outcome[o];
    fputs(o == 0 ? "\n    {" : ",\n    {", to);
    text_json_member("outcome", outcome->path, to);
    fputs(", ", to);
    text_json_member("title", outcome->title, to);
    fputs(", ", to);
    text_json_member("units", outcome->total, to);
    fputs(", ", to);
    text_json_member("better", comparison_better(outcome->better), to);
    fputs(", ", to);
    text_json_member("method", of->bonferroni ? "Bonferroni" : "max-t", to);
    fprintf(to, ", \"joint_level\": 0.95, \"margin\": ");
    text_json_number(of->margin, to);
    fputs(", ", to);
    text_json_member("minimax_policy", of->minimax_regret < HUGE_VAL ? ranking->policy[of->minimax] : "", to);
    fputs(", \"minimax_regret\": ", to);
    text_json_number(of->minimax_regret, to);
    fputc('}', to);
}

static void json_choice(const struct ranking *ranking, size_t o, size_t w, FILE *to)
{
    fputs(o == 0 && w == 0 ? "\n    {" : ",\n    {", to);
    text_json_member("world", ranking->of.world[w], to);
    fputs(", ", to);
    text_json_member("outcome", ranking->of.outcome[o].path, to);
    fputs(", ", to);
    text_json_member("best", ranking->policy[ranking_choice(ranking, o, w)->best], to);
    json_numbers(ranking, true, o, w, 0, to);
    fputs(", \"policies\": [", to);
    for (size_t p = 0; p < ranking->policies; p++) {
        fputs(p == 0 ? "\n      {" : ",\n      {", to);
        text_json_member("policy", ranking->policy[p], to);
        json_numbers(ranking, false, o, w, p, to);
        fputc('}', to);
    }
    fputs("]}", to);
}

void ranking_json(const struct ranking *ranking, FILE *to)
{
    fputs("{\n  ", to);
    text_json_member("title", ranking->title, to);
    fputs(",\n  ", to);
    text_json_member("history", ranking->history, to);
    fprintf(to, ",\n  \"seed\": \"%" PRIu64 "\",\n", ranking->of.seed);
    some_futures_json(&ranking->of.given, "futures", to);
    json_names("world", ranking->worlds, ranking->of.world, to);
    json_names("policy", ranking->policies, ranking->policy, to);
    json_names("notes", ranking->of.notes, ranking->of.note, to);
    fputs("  \"outcomes\": [", to);
    for (size_t o = 0; o < ranking->outcomes; o++) json_outcome(ranking, o, to);
    fputs("\n  ],\n  \"choices\": [", to);
    for (size_t o = 0; o < ranking->outcomes; o++)
        for (size_t w = 0; w < ranking->worlds; w++) json_choice(ranking, o, w, to);
    fputs("\n  ]\n}\n", to);
}
