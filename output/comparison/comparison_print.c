/* output/comparison/comparison_print.c -- a comparison as tables of text.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison.h"
#include "output/comparison/comparison_scale.h"
#include "output/tables/readable.h"
#include "output/tables/some_futures.h"
#include "sim/core/emphasis.h"
#include "sim/core/printable.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* In double: the macro of math.h is a float. */
#define UNKNOWN __builtin_nan("")

static struct fault *check_written(FILE *to)
{
    return fflush(to) != 0 || ferror(to) ? fault_raise(FAULT_MACHINE, "the comparison cannot be written") : NULL;
}

static const struct paired *cell_at(const struct comparison *comparison, size_t outcome, size_t world, size_t variant,
                                    size_t period)
{
    return &comparison->cell[comparison_index(comparison, outcome, world, variant, period)];
}

static double half_width(const struct paired *cell)
{
    return cell->high - cell->mean;
}

/* ---- a line per variant, columns of outcomes ---- */

enum { COLUMNS = 3, /* beside one another */ MEAN = 10, ERROR = 9 /* characters */ };

static int column_width(const struct comparison *comparison, size_t outcome)
{
    const int name = (int)strlen(comparison->outcome[outcome].path), least = MEAN + 3 + ERROR;
    return name > least ? name : least;
}

static void print_cell(const struct paired *cell, const struct comparison_scale *scale, int width, FILE *to)
{
    fprintf(to, "  %*s", width - (MEAN + 3 + ERROR), "");
    if (!cell->known || !(cell->count > 0.0)) {
        fprintf(to, "%*s%*s", MEAN, "-", 3 + ERROR, "");
    } else if (cell->same) {
        fprintf(to, "%*s no change  ", MEAN, "0");
    } else if (paired_is_rounding(cell)) {
        fprintf(to, "%*s rounding   ", MEAN, "0");
    } else {
        char mean[READABLE_NUMBER], error[READABLE_NUMBER];
        readable_pair(cell->mean / scale->divisor, half_width(cell) / scale->divisor, mean, error);
        fprintf(to, "%*s ± %-*s", MEAN, mean, ERROR, error);
    }
}

/* The outcomes from `first` up to `end`. */
static void print_columns(const struct comparison *comparison, size_t world, int width, size_t first, size_t end,
                          FILE *to)
{
    struct comparison_scale scale[COLUMNS];
    emphasis_put(to, EMPHASIS_STRONG);
    fprintf(to, "  %-*s", width, "");
    for (size_t o = first; o < end; o++) {
        scale[o - first] = comparison_scale(comparison, o, comparison->shown);
        fprintf(to, "  %*s", column_width(comparison, o), comparison->outcome[o].path);
    }
    fprintf(to, "\n  %-*s", width, comparison->of_worlds ? "world" : "policy");
    for (size_t o = first; o < end; o++) fprintf(to, "  %*s", column_width(comparison, o), scale[o - first].unit);
    emphasis_put(to, EMPHASIS_NONE);
    fputc('\n', to);
    for (size_t v = 0; v < comparison->variants; v++) {
        fprintf(to, "  %-*s", width, comparison->variant[v]);
        for (size_t o = first; o < end; o++)
            print_cell(cell_at(comparison, o, world, v, comparison->shown), &scale[o - first],
                       column_width(comparison, o), to);
        fputc('\n', to);
    }
}

/* The replications that could not be compared. */
static void print_fewer(const struct comparison *comparison, size_t world, FILE *to)
{
    for (size_t v = 0; v < comparison->variants; v++)
        for (size_t o = 0; o < comparison->outcomes; o++) {
            const struct paired *cell = cell_at(comparison, o, world, v, comparison->shown);
            const uint64_t pairs = comparison_pairs(comparison, world, v);
            if (cell->known && cell->count < (double)pairs)
                fprintf(to, "  %s, %s: of the %.0f of %" PRIu64 " replications with a value in both\n",
                        comparison->variant[v], comparison->outcome[o].path, cell->count, pairs);
        }
}

void comparison_print_head(FILE *to)
{
    fputs("Mean difference over the futures ± error of the simulation (95 %), over the whole horizon; "
          "pairs of the same random numbers.\n"
          "Each interval is of 95 % by itself: of twenty differences one may miss.\n"
          "0 no change: equal in every future; 0 rounding: no more than the single precision of what is stored.\n",
          to);
}

static int widest_variant(const struct comparison *comparison, size_t least)
{
    for (size_t v = 0; v < comparison->variants; v++)
        if (strlen(comparison->variant[v]) > least) least = strlen(comparison->variant[v]);
    return (int)least;
}

void comparison_print_titles(const struct comparison *comparison, FILE *to)
{
    fputs("Compared are:\n", to);
    for (size_t o = 0; o < comparison->outcomes; o++)
        fprintf(to, "  %s: %s\n", comparison->outcome[o].path, comparison->outcome[o].title);
}

struct fault *comparison_print(const struct comparison *comparison, FILE *to)
{
    const int width = widest_variant(comparison, 16);
    for (size_t w = 0; w < comparison->worlds; w++) {
        if (comparison->of_worlds)
            fprintf(to, "\nWorlds against %s, with %s:\n", comparison->world[w], comparison->base);
        else
            fprintf(to, "\nIn the world %s, policies against %s:\n", comparison->world[w], comparison->base);
        for (size_t first = 0; first < comparison->outcomes; first += COLUMNS) {
            const size_t end = first + COLUMNS < comparison->outcomes ? first + COLUMNS : comparison->outcomes;
            print_columns(comparison, w, width, first, end, to);
        }
        print_fewer(comparison, w, to);
    }
    return check_written(to);
}

/* ---- a line per outcome, with all that says how sure it is ---- */

/* What of the comparison is on the screen, in order. */
struct line {
    size_t outcome, variant, period;
    const char *title;                /* of a group that begins here; NULL: none */
    const char *label;                /* of the line; NULL: the period */
    const struct benefit_cost *ratio; /* told below it; NULL: none */
};
enum { LABEL = 34 }; /* columns: a longer label has a line of its own */
static const char ratio_label[] = "benefit-cost ratio";

/* What a line calls its outcome: its title, or the name below what is said above it. */
static const char *label_of(const struct comparison_outcome *outcome, bool names, const char *prefix)
{
    return names ? outcome_label(outcome->path, prefix) : outcome->title;
}

static int label_width(const struct line line[], size_t lines)
{
    size_t width = 12;
    for (size_t i = 0; i < lines; i++) {
        const size_t columns = line[i].label == NULL ? 0 : readable_columns(line[i].label);
        if (columns > width && columns <= LABEL) width = columns;
        if (line[i].ratio != NULL && strlen(ratio_label) > width) width = strlen(ratio_label);
    }
    return (int)width;
}

static void print_ranges(const struct comparison *comparison, int width, FILE *to)
{
    const size_t last = comparison->quantiles == 0 ? 0 : comparison->quantiles - 1;
    char range[48] = "";
    if (comparison->quantiles > 0)
        snprintf(range, sizeof range, "%8.3g to %.3g %%", 100.0 * comparison->probability[0],
                 100.0 * comparison->probability[last]);
    emphasis_put(to, EMPHASIS_STRONG);
    fprintf(to, "  %-*s %8s ± error of  range of futures   better in  same saved by\n", width, "", "mean");
    fprintf(to, "  %-*s %8s  simulation  %-17s  %% ± error in %%  pairing\n", width, "", "less base", range);
    emphasis_put(to, EMPHASIS_NONE);
}

static void print_share(const struct probability_estimate *share, FILE *to)
{
    const double half = 100.0 * fmax(share->high - share->estimate, share->estimate - share->low);
    if (isnan(share->estimate))
        fprintf(to, " %5s %-5s", "-", "");
    else
        fprintf(to, " %5.1f ±%-4.1f", 100.0 * share->estimate, half < 0.05 ? 0.1 : half);
}

/* "2.1x", "55x", "2e5x"; "all" of a difference that is the same in every pair. */
static void print_saving(const struct paired *cell, FILE *to)
{
    const double saving = cell->saving;
    char text[32] = "-";
    if (isinf(saving) || cell->sd == 0.0) {
        snprintf(text, sizeof text, "all");
    } else if (saving < 9999.5) {
        snprintf(text, sizeof text, "%.*fx", saving < 9.95 ? 1 : 0, saving);
    } else if (!isnan(saving)) {
        const double power = floor(log10(saving * 1.0526)); /* 9.5 is read as 10 */
        snprintf(text, sizeof text, "%.0fe%.0fx", saving / pow(10.0, power), power);
    }
    fprintf(to, " %6s", text);
}

static void print_difference(const struct comparison *comparison, size_t index, uint64_t pairs,
                             const struct comparison_scale *scale, FILE *to)
{
    const struct paired *cell = &comparison->cell[index];
    const struct quantile_estimate *quantile = &comparison->quantile[index * comparison->quantiles];
    char mean[READABLE_NUMBER], error[READABLE_NUMBER];
    if (cell->same) {
        fprintf(to, " %8s   no difference in any future", "0");
        return;
    }
    if (paired_is_rounding(cell)) {
        fprintf(to, " %8s   within the rounding of what is stored", "0");
        return;
    }
    readable_pair(cell->mean / scale->divisor, half_width(cell) / scale->divisor, mean, error);
    fprintf(to, " %8s ± %-7s", mean, error);
    if (cell->paired == 0.0)
        fprintf(to, "  as of independent draws%17s", "");
    else if (comparison->quantiles > 0) {
        const double low = quantile[0].estimate, high = quantile[comparison->quantiles - 1].estimate,
                     most = fmax(comparison_scale_magnitude(low), comparison_scale_magnitude(high));
        fprintf(to, "  %7.3g to %-7.3g", readable_beside(low, most) / scale->divisor,
                readable_beside(high, most) / scale->divisor);
    } else
        fprintf(to, "  %18s", "");
    if (cell->paired != 0.0) {
        print_share(&cell->better, to);
        fprintf(to, " %4.0f", 100.0 * cell->equal.estimate);
        print_saving(cell, to);
    }
    fprintf(to, "  %s", scale->unit);
    if (cell->paired != 0.0 && cell->count < (double)pairs) fprintf(to, " (%.0f pairs)", cell->count);
}

static void print_ratio(const struct benefit_cost *ratio, int width, FILE *to)
{
    char number[READABLE_NUMBER], error[READABLE_NUMBER];
    readable_pair(ratio->ratio, ratio->high - ratio->ratio, number, error);
    fprintf(to, "  %-*s %8s ± %-7s  of the means\n", width, ratio_label, number, error);
}

static void print_lines(const struct comparison *comparison, size_t world, const struct line line[], size_t lines,
                        int width, FILE *to)
{
    for (size_t i = 0; i < lines; i++) {
        char period[COMPARISON_PERIOD];
        const struct comparison_scale scale = comparison_scale(comparison, line[i].outcome, line[i].period);
        const size_t index = comparison_index(comparison, line[i].outcome, world, line[i].variant, line[i].period);
        if (line[i].title != NULL) fprintf(to, "%s\n", line[i].title);
        comparison_period(comparison, line[i].period, period);
        readable_label(line[i].label == NULL ? period : line[i].label, (size_t)width, to);
        if (!comparison->cell[index].known || !(comparison->cell[index].count > 0.0))
            fprintf(to, " %8s", "-");
        else
            print_difference(comparison, index, comparison_pairs(comparison, world, line[i].variant), &scale, to);
        fputc('\n', to);
        if (line[i].ratio != NULL) print_ratio(line[i].ratio, width, to);
    }
}

/* Whether nothing that is shown is of pairs. */
static bool shows_no_pairs(const struct comparison *comparison)
{
    struct comparison_counts counts;
    comparison_count(comparison, true, &counts);
    return comparison->unpaired || (counts.known > 0 && counts.unpaired == counts.known);
}

/* "10,000 pairs of futures"; where variants have more or fewer, "1,000 to 10,000" and each by its name. */
static void print_pairs(const struct comparison *comparison, FILE *to)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t w = 0; w < comparison->worlds; w++)
        for (size_t v = 0; v < comparison->variants; v++) {
            const uint64_t pairs = comparison_pairs(comparison, w, v);
            if (pairs == 0) continue; /* one of the two is not there */
            least = pairs < least ? pairs : least;
            most = pairs > most ? pairs : most;
        }
    if (least < most) {
        readable_thousands(least, to);
        fputs(" to ", to);
    }
    readable_thousands(most, to);
    fprintf(to, " pairs of futures on the same random numbers (seed %" PRIu64 ")", comparison->seed);
    for (size_t v = 0; v < comparison->variants && least < most && comparison->worlds == 1; v++) {
        fprintf(to, "%s %s ", v == 0 ? ":" : ",", comparison->variant[v]);
        readable_thousands(comparison_pairs(comparison, 0, v), to);
    }
}

void comparison_print_given(const struct comparison *comparison, FILE *to)
{
    some_futures_print(&comparison->given, to, "the base (%s)", comparison->base);
}

static void print_title(const struct comparison *comparison, FILE *to)
{
    const int start = comparison->calendar.start / CALENDAR_MONTHS_PER_YEAR;
    if (comparison->variants == 1)
        fprintf(to, "%s against %s", comparison->variant[0], comparison->base);
    else
        fprintf(to, "%zu variants against %s", comparison->variants, comparison->base);
    if (comparison->variants == 1 && comparison->origin[0].title != NULL)
        fprintf(to, ": %s", comparison->origin[0].title);
    fputc('\n', to);
    if (shows_no_pairs(comparison)) {
        fputs("as of independent draws", to);
    } else {
        print_pairs(comparison, to);
    }
    fprintf(to, ", %d to %d, %s\n", start, start + (int)comparison->years - 1, comparison->prices);
    comparison_print_given(comparison, to);
    if (comparison->shown_periods > 1)
        fputs("by year, and over the horizon", to);
    else if (comparison->shown < comparison->years)
        fprintf(to, "in the year %d", start + (int)comparison->shown);
    else
        fputs("over the whole horizon", to);
    fputs(", variant less base; errors of the simulation are of 95 %\n\n", to);
}

/* How much of the range of futures the difference is, the greatest number where that has no range or is not known; NaN
 * where nothing changes. */
static double effect_of(const struct comparison *comparison, size_t outcome)
{
    const struct paired *cell = cell_at(comparison, outcome, 0, 0, comparison->shown);
    if (!cell->known || cell->same || !(cell->count > 0.0) || paired_is_rounding(cell)) return UNKNOWN;
    if (cell->paired == 0.0 && cell->mean == 0.0) return UNKNOWN;
    const double range = cell->paired == 0.0 ? cell->standard_error : cell->sd * sqrt(cell->saving / 2.0);
    return fmin(fabs(cell->mean) / range, DBL_MAX); /* also of NaN */
}

static bool holds(enum outcome_subject subject, const struct comparison_outcome *outcome)
{
    return outcome->subject == subject && outcome->main != MAIN_NOT;
}

/* Keeps the lines of a subject that change most, in their order; all that are always shown come first. */
static size_t choose(const struct comparison *comparison, enum outcome_subject subject, bool taken[],
                     struct line line[])
{
    const struct outcome_subject_words *words = &outcome_subjects[subject];
    size_t chosen = 0, changed = 0;
    for (size_t o = 0; o < comparison->outcomes; o++) {
        taken[o] = false;
        if (holds(subject, &comparison->outcome[o]) && !isnan(effect_of(comparison, o))) changed++;
    }
    for (; chosen < words->lines && chosen < changed; chosen++) {
        size_t best = comparison->outcomes;
        double greatest = -1.0;
        for (size_t o = 0; o < comparison->outcomes; o++) {
            const struct comparison_outcome *outcome = &comparison->outcome[o];
            const double effect = effect_of(comparison, o);
            if (taken[o] || isnan(effect) || !holds(subject, outcome)) continue;
            const double rank = outcome->main == MAIN_ALWAYS ? HUGE_VAL : effect;
            if (rank > greatest) {
                greatest = rank;
                best = o;
            }
        }
        taken[best] = true;
    }
    size_t lines = 0;
    for (size_t o = 0; o < comparison->outcomes; o++)
        if (taken[o])
            line[lines++] = (struct line){
                .outcome = o,
                .period = comparison->shown,
                .label = label_of(&comparison->outcome[o], comparison->names, words->changes_prefix),
                .ratio = comparison_ratio(comparison, comparison_index(comparison, o, 0, 0, comparison->shown),
                                          comparison->shown)};
    if (lines > 0) line[0].title = words->changes;
    return lines;
}

static size_t count_changed(const struct comparison *comparison)
{
    size_t changed = 0;
    for (size_t o = 0; o < comparison->outcomes; o++)
        if (!isnan(effect_of(comparison, o))) changed++;
    return changed;
}

/* One variant: outcomes by subject, those that change most of each. */
static struct fault *main_of_one(const struct comparison *comparison, FILE *to)
{
    struct line *line = calloc(comparison->outcomes + 1, sizeof *line);
    bool *taken = calloc(comparison->outcomes + 1, sizeof *taken);
    size_t lines = 0;
    const size_t changed = count_changed(comparison);
    if (line != NULL && taken != NULL) {
        for (size_t position = 0; outcome_subject_at(position) != SUBJECT_NONE; position++)
            lines += choose(comparison, outcome_subject_at(position), taken, line + lines);
        /* what has no part in a comparison by subject, such as drivers, where nothing else changes */
        const bool none = lines == 0;
        for (size_t o = 0; o < comparison->outcomes && none && lines < COMPARISON_LINES / 2; o++)
            if (!isnan(effect_of(comparison, o)))
                line[lines++] = (struct line){.outcome = o,
                                              .period = comparison->shown,
                                              .label = label_of(&comparison->outcome[o], comparison->names, "")};
        if (lines == 0) {
            fprintf(to, "no difference in any of %zu main outcomes (others: --outcome)\n", comparison->outcomes);
        } else {
            print_ranges(comparison, label_width(line, lines), to);
            print_lines(comparison, 0, line, lines, label_width(line, lines), to);
            fprintf(
                to,
                "\n%zu of %zu main outcomes change; shown are those that change most beside their range of futures\n"
                "(others: --outcome%s). Better, same: share of the futures.\n",
                changed, comparison->outcomes, comparison->names ? "" : ", by their names: --names");
        }
    }
    struct fault *fault = line == NULL || taken == NULL ? fault_no_memory() : NULL;
    free(line);
    free(taken);
    return fault;
}

/* The lines of an outcome: by variant, or by period. */
static size_t lines_of(const struct comparison *comparison, size_t outcome, struct line line[])
{
    size_t lines = 0;
    const bool by_period = comparison->shown_periods > 1;
    for (size_t v = 0; v < comparison->variants; v++)
        for (size_t p = comparison->shown; p < comparison->shown + comparison->shown_periods; p++) {
            if (p < comparison->years && comparison->outcome[outcome].horizon_only) continue;
            const char *title =
                by_period && comparison->variants > 1 && p == comparison->shown ? comparison->variant[v] : NULL;
            line[lines++] = (struct line){outcome, v, p, title, by_period ? NULL : comparison->variant[v], NULL};
        }
    return lines;
}

static void print_pair(const char *label, double value, double half, double divisor, FILE *to)
{
    char mean[READABLE_NUMBER], error[READABLE_NUMBER];
    readable_pair(value / divisor, half / divisor, mean, error);
    fprintf(to, "   %s: %s ± %s", label, mean, error);
}

/* What the line has no room for: quantiles of the difference, differences of quantiles, tails. */
static void print_details(const struct comparison *comparison, size_t world, const struct line *line, FILE *to)
{
    const size_t index = comparison_index(comparison, line->outcome, world, line->variant, line->period);
    const struct paired *cell = &comparison->cell[index];
    const struct comparison_scale scale = comparison_scale(comparison, line->outcome, line->period);
    const struct benefit_cost *ratio = comparison_ratio(comparison, index, line->period);
    char label[48];
    if (!cell->known || cell->same || !(cell->count > 0.0)) return;
    if (cell->paired != 0.0) {
        fprintf(to, "    sd of the difference: %.3g; quantiles of the difference, with their error:",
                cell->sd / scale.divisor);
        for (size_t q = 0; q < comparison->quantiles; q++) {
            const struct quantile_estimate *e = &comparison->quantile[index * comparison->quantiles + q];
            fprintf(to, "%s   %.3g %%: %.4g (%.4g to %.4g)", q % 3 == 0 ? "\n     " : "",
                    100.0 * comparison->probability[q], e->estimate / scale.divisor, e->low / scale.divisor,
                    e->high / scale.divisor);
        }
        fputc('\n', to);
    }
    if (ratio != NULL) {
        fputs("    of the means ± error:", to);
        print_pair(ratio_label, ratio->ratio, ratio->high - ratio->ratio, 1.0, to);
        fputc('\n', to);
    }
    fputs("    difference of the quantiles ± error:", to);
    for (size_t q = 0; q < comparison->quantiles; q++) {
        const struct quantile_estimate *e = &comparison->quantile_difference[index * comparison->quantiles + q];
        snprintf(label, sizeof label, "%.3g %%", 100.0 * comparison->probability[q]);
        if (q % 3 == 0) fputs("\n     ", to);
        print_pair(label, e->estimate, fmax(e->high - e->estimate, e->estimate - e->low), scale.divisor, to);
    }
    if (comparison->levels > 0) fputs("\n    difference of the mean of a tail ± error:\n     ", to);
    for (size_t l = 0; l < comparison->levels; l++) {
        const struct tail_difference *e = &comparison->tail[index * comparison->levels + l];
        snprintf(label, sizeof label, "%s %.3g %%", tail_is_upper(comparison->level[l]) ? "greatest" : "least",
                 100.0 * tail_share(comparison->level[l]));
        print_pair(label, e->estimate, e->high - e->estimate, scale.divisor, to);
    }
    fputc('\n', to);
}

/* One outcome of all variants. */
static size_t print_outcome(const struct comparison *comparison, size_t outcome, bool details, struct line line[],
                            FILE *to)
{
    const size_t lines = lines_of(comparison, outcome, line);
    const int width = widest_variant(comparison, 12);
    if (lines == 0) return 0;
    fprintf(to, "%s (%s)\n", comparison->outcome[outcome].title, comparison->outcome[outcome].path);
    print_lines(comparison, 0, line, lines, width, to);
    for (size_t i = 0; i < lines && details; i++) print_details(comparison, 0, &line[i], to);
    return 1;
}

/* Outcome by outcome, all variants. */
static void screen_of_all(const struct comparison *comparison, struct line line[], FILE *to)
{
    const bool details = comparison->variants == 1 && comparison->shown_periods == 1;
    for (size_t o = 0; o < comparison->outcomes; o++) (void)print_outcome(comparison, o, details, line, to);
}

/* As many as fit on a screen, those first that a reader asks for first. */
static void screen_of_main(const struct comparison *comparison, struct line line[], FILE *to)
{
    const size_t head = 8, each = comparison->variants * comparison->shown_periods + 1;
    const size_t most = COMPARISON_LINES > head + each ? (COMPARISON_LINES - head) / each : 1;
    size_t shown = 0;
    for (size_t rank = 1; rank <= OUTCOME_RANKS + 1 && shown < most; rank++)
        for (size_t o = 0; o < comparison->outcomes && shown < most; o++)
            if (comparison->outcome[o].rank == rank % (OUTCOME_RANKS + 1))
                shown += print_outcome(comparison, o, false, line, to);
    fprintf(to, "\n%zu of %zu main outcomes are shown (others: --outcome). Better, same: share of the futures.\n",
            shown, comparison->outcomes);
}

struct fault *comparison_screen(const struct comparison *comparison, bool main_only, FILE *to)
{
    print_title(comparison, to);
    if (main_only && comparison->variants == 1 && comparison->shown_periods == 1) {
        TRY(main_of_one(comparison, to));
        return check_written(to);
    }
    struct line *line = calloc(comparison->variants * comparison->shown_periods + 1, sizeof *line);
    if (line == NULL) return fault_no_memory();
    print_ranges(comparison, widest_variant(comparison, 12), to);
    if (main_only)
        screen_of_main(comparison, line, to);
    else
        screen_of_all(comparison, line, to);
    free(line);
    return check_written(to);
}

static const char *verdict_word(enum dominance_verdict verdict)
{
    return verdict == DOMINANCE_YES ? "yes" : verdict == DOMINANCE_NO ? "no" : "undecided";
}

struct fault *comparison_print_dominance(const struct comparison *comparison, FILE *to)
{
    if (comparison->dominance == NULL) return NULL;
    size_t width = 16;
    for (size_t o = 0; o < comparison->outcomes; o++)
        if (strlen(comparison->outcome[o].path) > width) width = strlen(comparison->outcome[o].path);
    fputs("\nStochastic dominance over the horizon, at the band of the simulation's error (95 %): is the distribution "
          "better throughout?\n",
          to);
    for (size_t v = 0; v < comparison->variants; v++) {
        fprintf(to, "  %-*s  %-22s %-22s\n", (int)width, "", comparison->variant[v], comparison->base);
        fprintf(to, "  %-*s  %-10s %-11s %-10s %-11s\n", (int)width, "", "first", "second", "first", "second");
        for (size_t o = 0; o < comparison->outcomes; o++) {
            const size_t index = comparison_index(comparison, o, 0, v, comparison->years);
            const struct dominance *d = &comparison->dominance[index / comparison->periods];
            if (d->first == DOMINANCE_NOT_ASKED || comparison->cell[index].same) continue;
            fprintf(to, "  %-*s  %-10s %-11s %-10s %-11s\n", (int)width, comparison->outcome[o].path,
                    verdict_word(d->first), verdict_word(d->second), verdict_word(d->base_first),
                    verdict_word(d->base_second));
        }
    }
    return check_written(to);
}

struct fault *comparison_print_notes(const struct comparison *comparison, FILE *to)
{
    for (size_t i = 0; i < comparison->notes; i++) {
        fputs("note: ", to);
        printable_put(comparison->note[i], to);
        fputc('\n', to);
    }
    return check_written(to);
}
