/* output/sensitivity/sensitivity_text.c -- what decides an outcome as a table of a screen, as CSV and as JSON.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/sensitivity/sensitivity.h"
#include "output/tables/readable.h"
#include "output/tables/some_futures.h"
#include "output/tables/text.h"
#include "sim/core/emphasis.h"
#include "sim/core/printable.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 20, SHOWN_OF_MANY = 6, NAME = 40 };

/* ---- numbers ---- */

const struct sensitivity_number sensitivity_numbers[] = {
    {"share", "share of the variance; the shares of all factors add up to what the regression explains"},
    {"share_low", "lower 95 % bound of the share"},
    {"share_high", "upper 95 % bound of the share"},
    {"share_last", "share of the variance that the factor explains beyond all others"},
    {"first_order", "first-order index, by bins: share of the variance that knowing the factor alone removes"},
    {"first_order_low", "lower 95 % bound of the first-order index"},
    {"first_order_high", "upper 95 % bound of the first-order index"},
    {"prcc", "partial rank correlation: whether more of the factor means more of the outcome"},
    {"prcc_low", "lower 95 % bound of the partial rank correlation"},
    {"prcc_high", "upper 95 % bound of the partial rank correlation"},
    {"p_value", "probability of a share beyond all others at least as great, were there none"},
    {"false_discovery_rate", "least rate of false discoveries at which the factor is one"},
    {NULL, NULL},
};

double sensitivity_value(const struct attribution_factor *factor, size_t number)
{
    const double value[] = {factor->share.estimate,
                            factor->share.low,
                            factor->share.high,
                            factor->last,
                            factor->first_order.estimate,
                            factor->first_order.low,
                            factor->first_order.high,
                            factor->partial.estimate,
                            factor->partial.low,
                            factor->partial.high,
                            factor->p,
                            factor->q};
    return value[number];
}

const struct sensitivity_number sensitivity_totals[] = {
    {"futures", "replications with a value"},
    {"mean", "their mean"},
    {"sd", "their standard deviation"},
    {"explained", "share of the variance that the regression explains"},
    {"explained_low", "lower 95 % bound of the share explained"},
    {"explained_high", "upper 95 % bound of the share explained"},
    {"foreseen", "share of the variance foreseen in replications left out, ten-fold"},
    {"foreseen_of_ranks", "the same of ranks"},
    {"knowledge", "share of the variance that inputs alone explain: what is not known"},
    {"knowledge_low", "lower 95 % bound of the share of inputs"},
    {"knowledge_high", "upper 95 % bound of the share of inputs"},
    {"unknowable", "share that drivers, events and regimes explain beyond inputs: what nobody can know"},
    {"unknowable_low", "lower 95 % bound of the share of drivers, events and regimes"},
    {"unknowable_high", "upper 95 % bound of the share of drivers, events and regimes"},
    {"left_over", "share that neither explains"},
    {"left_over_low", "lower 95 % bound of the share that neither explains"},
    {"left_over_high", "upper 95 % bound of the share that neither explains"},
    {NULL, NULL},
};

double sensitivity_total(const struct sensitivity_case *of, size_t number)
{
    const struct attribution *a = &of->attribution;
    const double value[] = {(double)of->futures,   of->mean,          of->sd,
                            a->explained.estimate, a->explained.low,  a->explained.high,
                            a->foreseen,           a->ranks_foreseen, a->knowledge.estimate,
                            a->knowledge.low,      a->knowledge.high, a->chance.estimate,
                            a->chance.low,         a->chance.high,    a->left.estimate,
                            a->left.low,           a->left.high};
    return value[number];
}

/* ---- the screen ---- */

static size_t *sorted_factors(const struct attribution *attribution)
{
    size_t *order = calloc(attribution->factors + 1, sizeof *order);
    for (size_t i = 0; i < attribution->factors && order != NULL; i++) { /* the greatest first */
        size_t to = i;
        for (; to > 0 && attribution->factor[order[to - 1]].share.estimate < attribution->factor[i].share.estimate;
             to--)
            order[to] = order[to - 1];
        order[to] = i;
    }
    return order;
}

static void put_share(const struct attribution_value *value, FILE *to)
{
    if (isnan(value->estimate)) {
        fprintf(to, " %6s %5s", "-", "");
        return;
    }
    const double half = fmax(value->high - value->estimate, value->estimate - value->low);
    char error[16];
    snprintf(error, sizeof error, "±%.1f", 100.0 * half);
    fprintf(to, " %6.1f %s%*s", 100.0 * fmax(0.0, value->estimate), error,
            strlen(error) < 6 ? (int)(6 - strlen(error)) : 0, "");
}

static void print_factor(const struct sensitivity *sensitivity, const struct sensitivity_case *of, size_t f, FILE *to)
{
    const struct attribution_factor *factor = &of->attribution.factor[f];
    const struct frame_factor *name = &sensitivity->frame.factor[of->factor[f]];
    readable_name(name->name, NAME, to);
    put_share(&factor->share, to);
    put_share(&factor->first_order, to);
    if (isnan(factor->partial.estimate))
        fprintf(to, " %6s", "-");
    else
        fprintf(to, " %+6.2f", factor->partial.estimate);
    fprintf(to, "%s\n", factor->q > sensitivity->rate ? " ?" : "");
}

static void print_total(const char *name, const struct attribution_value *value, FILE *to)
{
    readable_name(name, NAME, to);
    put_share(value, to);
    fputc('\n', to);
}

void sensitivity_print_given(const struct sensitivity *sensitivity, FILE *to)
{
    const struct result *outline = &sensitivity->outline;
    if (sensitivity->other != NULL)
        some_futures_print(&sensitivity->frame.given, to, "the base (%s)", sensitivity->path);
    else
        some_futures_print(&sensitivity->frame.given, to, "%" PRIu64, outline->replications - outline->invalids);
}

static void print_head(const struct sensitivity *sensitivity, const struct sensitivity_case *of, FILE *to)
{
    char unit[64];
    const bool annual = sensitivity->year != 0;
    const double scale =
        readable_unit(annual ? of->outcome->unit : of->outcome->total, fmax(fabs(of->mean), of->sd), sizeof unit, unit);
    fprintf(to, "%s (%s):\n", of->outcome->title, of->outcome->path);
    if (sensitivity->other == NULL) {
        fputs("what decides it in ", to);
    } else {
        fputs("what decides the difference of ", to);
        printable_put(sensitivity->other, to);
        fputs(" less ", to);
    }
    printable_put(sensitivity->path, to);
    fputs(",\n", to);
    if (annual)
        fprintf(to, "in %d, ", sensitivity->year);
    else
        fputs("over the whole horizon, ", to);
    fprintf(to, "%zu futures: %.4g%s%s, standard deviation %.4g\n", of->futures, of->mean / scale,
            strcmp(unit, "1") == 0 ? "" : " ", strcmp(unit, "1") == 0 ? "" : unit, of->sd / scale);
    sensitivity_print_given(sensitivity, to);
    emphasis_put(to, EMPHASIS_STRONG);
    fprintf(to, "\n  %-*s   share of       alone,      rank\n", NAME, "");
    fprintf(to, "  %-*s variance, %%   by bins, %%   corr.\n", NAME + 1, "± error of the simulation (95 %)");
    emphasis_put(to, EMPHASIS_NONE);
}

static void print_notes(const struct sensitivity *sensitivity, const struct sensitivity_case *of, size_t shown,
                        FILE *to)
{
    const struct attribution *a = &of->attribution;
    fprintf(to, "\n%zu of %zu factors decide it beyond chance, %g %% of them falsely (?: the others).\n",
            of->discoveries, a->factors, 100.0 * sensitivity->rate);
    if (shown < a->factors) fputs("--csv has all. ", to);
    fprintf(to, "In futures left out the regression foresees %.1f %% of the\nvariance, of ranks %.1f %%.",
            100.0 * a->foreseen, 100.0 * a->ranks_foreseen);
    if (a->ranks_foreseen > a->foreseen + 0.05)
        fputs(" Ranks are foreseen better: the dependence is\nbent, and some of what is left over may come from these "
              "factors after all.",
              to);
    fputc('\n', to);
}

static struct fault *print_case(const struct sensitivity *sensitivity, const struct sensitivity_case *of, FILE *to)
{
    const struct attribution *a = &of->attribution;
    const size_t most = sensitivity->count > 1 ? SHOWN_OF_MANY : SHOWN;
    size_t *order = sorted_factors(a), shown = 0;
    struct attribution_value rest = {0.0, 0.0, 0.0};
    if (order == NULL) return fault_no_memory();
    print_head(sensitivity, of, to);
    for (; shown < a->factors && shown < most; shown++) print_factor(sensitivity, of, order[shown], to);
    for (size_t i = shown; i < a->factors; i++) rest.estimate += a->factor[order[i]].share.estimate;
    if (shown < a->factors) {
        char name[64];
        snprintf(name, sizeof name, "%zu others together", a->factors - shown);
        readable_name(name, NAME, to);
        fprintf(to, " %6.1f\n", 100.0 * fmax(0.0, rest.estimate));
    }
    fputc('\n', to);
    print_total("what is not known: the inputs", &a->knowledge, to);
    print_total("what nobody can know: drivers and events", &a->chance, to);
    print_total("left over: knowing these does not help", &a->left, to);
    print_notes(sensitivity, of, shown, to);
    free(order);
    return NULL;
}

/* What is not in the file, and how to have it. */
static void print_missing(const struct sensitivity *sensitivity, FILE *to)
{
    const struct frame *frame = &sensitivity->frame;
    if (frame->unknown > 0)
        fprintf(to, "%zu replications in which a factor has no value are left out.\n", frame->unknown);
    if (sensitivity->constant > 0)
        fprintf(to, "%zu outcomes that are the same in all futures are left out.\n", sensitivity->constant);
    if (frame->inputs == 0 && frame->without_ends == 0) fputs("The file has no random inputs: all is chance.\n", to);
    if (frame->without_ends > 0)
        fprintf(to,
                "The first and last years of %zu drivers are not in the file; to have them:\n\n  %s --save "
                "'drivers.*' --force\n",
                frame->without_ends, sensitivity->command == NULL ? "zhol run SCENARIO" : sensitivity->command);
}

struct fault *sensitivity_print(const struct sensitivity *sensitivity, FILE *to)
{
    bool first = true;
    for (size_t i = 0; i < sensitivity->count; i++) {
        if (!(sensitivity->of[i].sd > 0.0)) continue;
        if (!first) fputc('\n', to);
        TRY(print_case(sensitivity, &sensitivity->of[i], to));
        first = false;
    }
    print_missing(sensitivity, to);
    return NULL;
}

/* ---- CSV, JSON ---- */

static void put_period(const struct sensitivity *sensitivity, char text[16])
{
    if (sensitivity->year == 0)
        snprintf(text, 16, "horizon");
    else
        snprintf(text, 16, "%d", sensitivity->year);
}

void sensitivity_csv(const struct sensitivity *sensitivity, FILE *to)
{
    char period[16];
    put_period(sensitivity, period);
    fputs("outcome,period,factor,kind,columns", to);
    for (size_t n = 0; sensitivity_numbers[n].name != NULL; n++) fprintf(to, ",%s", sensitivity_numbers[n].name);
    fputs(",title\n", to);
    for (size_t i = 0; i < sensitivity->count; i++) {
        const struct sensitivity_case *of = &sensitivity->of[i];
        for (size_t f = 0; f < of->attribution.factors; f++) {
            const struct frame_factor *factor = &sensitivity->frame.factor[of->factor[f]];
            text_csv_text(of->outcome->path, to);
            fprintf(to, ",%s,", period);
            text_csv_text(factor->name, to);
            fprintf(to, ",%s,%zu", frame_kinds[factor->kind], factor->columns);
            for (size_t n = 0; sensitivity_numbers[n].name != NULL; n++)
                text_csv_value(sensitivity_value(&of->attribution.factor[f], n), to);
            fputc(',', to);
            text_csv_text(of->outcome->title, to);
            fputc('\n', to);
        }
    }
}

static void json_columns(const struct sensitivity *sensitivity, size_t factor, FILE *to)
{
    bool first = true;
    fputs("\"columns\": [", to);
    for (size_t c = 0; c < sensitivity->frame.columns; c++) {
        if (sensitivity->frame.column[c].factor != factor) continue;
        if (!first) fputs(", ", to);
        text_json_string(sensitivity->frame.column[c].path, to);
        first = false;
    }
    fputc(']', to);
}

static void json_factor(const struct sensitivity *sensitivity, const struct sensitivity_case *of, size_t f, FILE *to)
{
    const struct frame_factor *factor = &sensitivity->frame.factor[of->factor[f]];
    fputs("{", to);
    text_json_member("factor", factor->name, to);
    fputs(", ", to);
    text_json_member("kind", frame_kinds[factor->kind], to);
    fputs(", ", to);
    json_columns(sensitivity, of->factor[f], to);
    for (size_t n = 0; sensitivity_numbers[n].name != NULL; n++) {
        fprintf(to, ", \"%s\": ", sensitivity_numbers[n].name);
        text_json_number(sensitivity_value(&of->attribution.factor[f], n), to);
    }
    fputs("}", to);
}

static void json_case(const struct sensitivity *sensitivity, const struct sensitivity_case *of, FILE *to)
{
    char period[16];
    put_period(sensitivity, period);
    fputs("{", to);
    text_json_member("outcome", of->outcome->path, to);
    fputs(", ", to);
    text_json_member("title", of->outcome->title, to);
    fputs(", ", to);
    text_json_member("period", period, to);
    fputs(", ", to);
    text_json_member("units", sensitivity->year != 0 ? of->outcome->unit : of->outcome->total, to);
    for (size_t n = 0; sensitivity_totals[n].name != NULL; n++) {
        fprintf(to, ", \"%s\": ", sensitivity_totals[n].name);
        text_json_number(of->attribution.factors > 0 || n < 3 ? sensitivity_total(of, n) : (double)NAN, to);
    }
    fputs(", \"factors\": [", to);
    for (size_t f = 0; f < of->attribution.factors; f++) {
        fputs(f == 0 ? "\n  " : ",\n  ", to);
        json_factor(sensitivity, of, f, to);
    }
    fputs("]}", to);
}

void sensitivity_json(const struct sensitivity *sensitivity, FILE *to)
{
    fputs("{", to);
    if (sensitivity->frame.given.condition != NULL) fputc('\n', to);
    some_futures_json(&sensitivity->frame.given, "given_futures", to);
    text_json_member("result", sensitivity->path, to);
    fputs(", ", to);
    text_json_member("other", sensitivity->other, to);
    fputs(", \"false_discovery_rate\": ", to);
    text_json_number(sensitivity->rate, to);
    fputs(", \"outcomes\": [", to);
    for (size_t i = 0; i < sensitivity->count; i++) {
        fputs(i == 0 ? "\n " : ",\n ", to);
        json_case(sensitivity, &sensitivity->of[i], to);
    }
    fputs("]}\n", to);
}
