/* sim/cli/assumptions.c -- see assumptions.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/assumptions.h"
#include "output/tables/readable.h"
#include "output/tables/text.h"
#include "scenarios/reader/tree.h"
#include "sim/run/vary.h"
#include "sim/statistics/moments.h"

#include <gsl/gsl_cdf.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 30, PATH = 50 }; /* rows of the table for people, and characters of a path in it */

struct effect {
    double size, error; /* of 95 %, of the simulation; NaN: not known */
};

struct assumption {
    char *path;
    char *value; /* as it is written */
    bool drawn, varied;
    struct effect *effect; /* [cases] */
};

struct auditing {
    const struct sensitivity *sensitivity;
    const struct assumptions_wish *wish;
    uint64_t replications;
    size_t count, fixed,
        unvaried; /* assumptions; those that are fixed numbers, and those of them that cannot be varied */
    struct assumption *assumption;
    size_t *cell;       /* [cases] */
    float *less, *more; /* [cases][replications] */
    double *change;     /* [replications] */
};

/* ---- which they are ---- */

static struct fault *add(struct auditing *auditing, const char *path, size_t length, const struct node *root)
{
    struct assumption *grown = reallocarray(auditing->assumption, auditing->count + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    auditing->assumption = grown;
    struct assumption *made = &grown[auditing->count++];
    *made = (struct assumption){.path = strndup(path, length),
                                .effect = calloc(auditing->sensitivity->count + 1, sizeof *made->effect)};
    const struct node *node = made->path == NULL ? NULL : tree_at(root, made->path);
    made->value = strdup(node == NULL || node->kind != NODE_SCALAR ? "" : node->text);
    if (made->path == NULL || made->value == NULL || made->effect == NULL) return fault_no_memory();
    for (size_t c = 0; c < auditing->sensitivity->count; c++) made->effect[c] = (struct effect){NAN, NAN};
    return NULL;
}

static struct fault *read_lines(struct auditing *auditing, const char *sources, const struct node *root)
{
    static const char kind[] = "assumption\t";
    for (const char *at = sources; *at != '\0';) {
        const char *end = at + strcspn(at, "\n"), *path = at + sizeof kind - 1;
        if (strncmp(at, kind, sizeof kind - 1) == 0) TRY(add(auditing, path, strcspn(path, "\t\n"), root));
        at = *end == '\0' ? end : end + 1;
    }
    return NULL;
}

static struct fault *read_assumptions(struct auditing *auditing, const struct result *outline)
{
    struct forest forest = {0};
    struct source *source;
    struct node *root = NULL;
    if (outline->sources == NULL || outline->sources[0] == '\0')
        return fault_raise(FAULT_FILES, "%s does not say where its numbers come from; simulate it again",
                           auditing->sensitivity->path);
    struct fault *fault = tree_read_text(&forest, "the scenario of the result", outline->scenario, &source);
    if (fault == NULL) fault = tree_parse(&forest, source, 0, &root);
    if (fault == NULL && root != NULL) fault = read_lines(auditing, outline->sources, root);
    if (fault != NULL && !fault_is_memory(fault)) { /* whose place goes with the forest */
        struct fault *other =
            fault_raise(FAULT_FILES, "the scenario in the result cannot be read: %s", fault->sentence);
        fault_free(fault);
        fault = other;
    }
    tree_free(&forest);
    return fault;
}

/* ---- what is drawn ---- */

static double sd_of(double share, double sd)
{
    return sqrt(fmax(share, 0.0)) * sd;
}

/* The factor of a case that has the input, alone or with others. */
static const struct attribution_factor *factor_of(const struct sensitivity *sensitivity,
                                                  const struct sensitivity_case *of, const char *path)
{
    for (size_t c = 0; c < sensitivity->frame.columns; c++) {
        const struct frame_column *column = &sensitivity->frame.column[c];
        if (column->kind != FRAME_INPUT || strcmp(column->path, path) != 0) continue;
        for (size_t f = 0; f < of->attribution.factors; f++)
            if (of->factor[f] == column->factor) return &of->attribution.factor[f];
    }
    return NULL;
}

static void take_drawn(const struct auditing *auditing, struct assumption *assumption)
{
    const struct sensitivity *sensitivity = auditing->sensitivity;
    for (size_t c = 0; c < sensitivity->count; c++) {
        const struct sensitivity_case *of = &sensitivity->of[c];
        const struct attribution_factor *factor = factor_of(sensitivity, of, assumption->path);
        if (factor == NULL) continue;
        const double size = sd_of(factor->share.estimate, of->sd);
        assumption->drawn = true;
        assumption->effect[c] = (struct effect){
            size, fmax(sd_of(factor->share.high, of->sd) - size, size - sd_of(factor->share.low, of->sd))};
    }
}

/* ---- what is fixed ---- */

/* Half of the difference of the means, by pairs. */
static struct effect half_change(const struct auditing *auditing, size_t c)
{
    const size_t count = auditing->replications;
    const float *less = auditing->less + c * count, *more = auditing->more + c * count;
    for (size_t r = 0; r < count; r++) auditing->change[r] = ((double)more[r] - (double)less[r]) / 2.0;
    const struct moments moments = moments_of(count, auditing->change, NULL);
    const double t = moments.count > 1.0 ? gsl_cdf_tdist_Pinv(0.975, moments.count - 1.0) : (double)NAN;
    return (struct effect){moments.mean, t * moments_standard_error(&moments)};
}

static struct fault *run_with(const struct vary_request *request, const struct assumption *assumption, double factor,
                              float value[], bool *made)
{
    char *scaled = vary_scale(assumption->value, factor), *set = NULL;
    *made = false;
    if (scaled == NULL) return NULL;
    const int written = asprintf(&set, "%s=%s", assumption->path, scaled);
    free(scaled);
    if (written < 0) return fault_no_memory();
    struct fault *fault = vary_run(request, set, value);
    free(set);
    *made = fault == NULL;
    if (fault == NULL || (fault->code != FAULT_SCENARIO && fault->code != FAULT_USAGE)) return fault;
    fault_free(fault); /* a value that the scenario does not allow */
    return NULL;
}

static struct fault *vary(struct auditing *auditing, const struct vary_request *request, struct assumption *assumption)
{
    bool less = false, more = false;
    const double part = auditing->wish->vary;
    auditing->fixed++;
    TRY(run_with(request, assumption, 1.0 - part, auditing->less, &less));
    if (less) TRY(run_with(request, assumption, 1.0 + part, auditing->more, &more));
    assumption->varied = less && more;
    auditing->unvaried += !assumption->varied;
    for (size_t c = 0; c < auditing->sensitivity->count && assumption->varied; c++)
        assumption->effect[c] = half_change(auditing, c);
    return NULL;
}

static struct fault *make_room(struct auditing *auditing)
{
    const struct sensitivity *sensitivity = auditing->sensitivity;
    const size_t values = sensitivity->count * auditing->replications + 1, years = sensitivity->outline.years;
    auditing->cell = calloc(sensitivity->count + 1, sizeof *auditing->cell);
    auditing->less = malloc(values * sizeof *auditing->less);
    auditing->more = malloc(values * sizeof *auditing->more);
    auditing->change = malloc((auditing->replications + 1) * sizeof *auditing->change);
    if (auditing->cell == NULL || auditing->less == NULL || auditing->more == NULL || auditing->change == NULL)
        return fault_no_memory();
    const int start = sensitivity->outline.calendar.start / CALENDAR_MONTHS_PER_YEAR;
    for (size_t c = 0; c < sensitivity->count; c++) {
        const size_t outcome = outcomes_find(&sensitivity->outline.outcomes, sensitivity->of[c].outcome->path);
        auditing->cell[c] =
            outcome * (years + 1) + (sensitivity->year == 0 ? years : (size_t)(sensitivity->year - start));
    }
    return NULL;
}

static struct fault *work_out(struct auditing *auditing, const struct result *outline)
{
    const struct vary_request request = {.path = auditing->sensitivity->path,
                                         .outline = outline,
                                         .replications = auditing->replications,
                                         .threads = auditing->wish->threads,
                                         .cells = auditing->sensitivity->count,
                                         .cell = auditing->cell};
    size_t drawn = 0;
    for (size_t i = 0; i < auditing->count; i++) {
        take_drawn(auditing, &auditing->assumption[i]);
        drawn += auditing->assumption[i].drawn;
    }
    if (drawn < auditing->count)
        fprintf(stderr, "%zu assumptions are fixed: two runs of each, of %" PRIu64 " replications\n",
                auditing->count - drawn, auditing->replications);
    for (size_t i = 0; i < auditing->count; i++)
        if (!auditing->assumption[i].drawn) TRY(vary(auditing, &request, &auditing->assumption[i]));
    return NULL;
}

/* ---- what is told ---- */

/* By the size of their effects on a case, the largest first, what is not known last. */
static int by_size(const void *left, const void *right, void *context)
{
    const size_t c = *(const size_t *)context;
    const struct assumption *a = left, *b = right;
    const double one = fabs(a->effect[c].size), other = fabs(b->effect[c].size);
    if (isnan(one) != isnan(other)) return isnan(one) ? 1 : -1;
    if (one > other || one < other) return one > other ? -1 : 1;
    return strcmp(a->path, b->path);
}

static const char *kind_of(const struct assumption *assumption)
{
    return assumption->drawn ? "drawn" : assumption->varied ? "fixed" : "not varied";
}

static void print_case(const struct auditing *auditing, size_t c, FILE *to)
{
    const struct sensitivity *sensitivity = auditing->sensitivity;
    const struct sensitivity_case *of = &sensitivity->of[c];
    const char *own = sensitivity->year != 0 ? of->outcome->unit : of->outcome->total;
    char unit[64] = "", size[READABLE_NUMBER], error[READABLE_NUMBER];
    const double divisor = readable_unit(own, fmax(fabs(of->mean), of->sd), sizeof unit, unit);
    size_t shown = 0;
    fprintf(to,
            "What %s hangs on, of %zu assumptions:\nmean %.4g %s, standard deviation %.3g\n\n  %-*s %5s %10s ± error\n",
            of->outcome->path, auditing->count, of->mean / divisor, unit, of->sd / divisor, PATH, "assumption", "",
            "effect");
    for (; shown < auditing->count && shown < SHOWN; shown++) {
        const struct assumption *assumption = &auditing->assumption[shown];
        if (!(fabs(assumption->effect[c].size) > 0.0)) break;
        readable_pair(assumption->effect[c].size / divisor, assumption->effect[c].error / divisor, size, error);
        readable_name(assumption->path, PATH, to);
        fprintf(to, " %5s %10s ± %s\n", kind_of(assumption), size, error);
    }
    fprintf(to,
            "\ndrawn: the standard deviation of the outcome that its draws explain; fixed:\n"
            "half of the change of the mean between the number %.3g %% less and more, in\n"
            "%" PRIu64 " futures on the same draws; errors are those of the simulation, 95 %%.\n"
            "--csv has all, and their values.\n",
            100.0 * auditing->wish->vary, auditing->replications);
    if (auditing->unvaried > 0)
        fprintf(to, "%zu of %zu that are fixed are dates, or bounded so that they cannot be varied.\n",
                auditing->unvaried, auditing->fixed);
}

static void csv_case(const struct auditing *auditing, size_t c, FILE *to)
{
    for (size_t i = 0; i < auditing->count; i++) {
        const struct assumption *assumption = &auditing->assumption[i];
        fprintf(to, "%s,", auditing->sensitivity->of[c].outcome->path);
        text_csv_text(assumption->path, to);
        fprintf(to, ",%s,", kind_of(assumption));
        text_csv_text(assumption->value, to);
        text_csv_value(assumption->effect[c].size, to);
        text_csv_value(assumption->effect[c].error, to);
        fputc('\n', to);
    }
}

static void json_case(const struct auditing *auditing, size_t c, FILE *to)
{
    const struct sensitivity *sensitivity = auditing->sensitivity;
    const struct outcome *outcome = sensitivity->of[c].outcome;
    fputs(c == 0 ? "\n  {" : ",\n  {", to);
    text_json_member("outcome", outcome->path, to);
    fputs(", ", to);
    text_json_member("units", sensitivity->year != 0 ? outcome->unit : outcome->total, to);
    fputs(", \"assumptions\": [", to);
    for (size_t i = 0; i < auditing->count; i++) {
        const struct assumption *assumption = &auditing->assumption[i];
        fputs(i == 0 ? "\n    {" : ",\n    {", to);
        text_json_member("path", assumption->path, to);
        fputs(", ", to);
        text_json_member("kind", kind_of(assumption), to);
        fputs(", ", to);
        text_json_member("value", assumption->value, to);
        fputs(", \"effect\": ", to);
        text_json_number(assumption->effect[c].size, to);
        fputs(", \"error\": ", to);
        text_json_number(assumption->effect[c].error, to);
        fputc('}', to);
    }
    fputs("]}", to);
}

static void print_all(struct auditing *auditing, FILE *to)
{
    const enum assumptions_format format = auditing->wish->format;
    if (format == ASSUMPTIONS_CSV) fputs("outcome,path,kind,value,effect,error\n", to);
    if (format == ASSUMPTIONS_JSON)
        fprintf(to, "{\"vary\": %.15g, \"replications\": %" PRIu64 ", \"outcomes\": [", auditing->wish->vary,
                auditing->replications);
    for (size_t c = 0; c < auditing->sensitivity->count; c++) {
        qsort_r(auditing->assumption, auditing->count, sizeof *auditing->assumption, by_size, &c);
        if (c > 0 && format == ASSUMPTIONS_TEXT) fputc('\n', to);
        (format == ASSUMPTIONS_CSV ? csv_case : format == ASSUMPTIONS_JSON ? json_case : print_case)(auditing, c, to);
    }
    if (format == ASSUMPTIONS_JSON) fputs("]}\n", to);
}

struct fault *assumptions_print(const struct sensitivity *sensitivity, const struct assumptions_wish *wish, FILE *to)
{
    struct result outline = {0};
    struct auditing auditing = {.sensitivity = sensitivity, .wish = wish};
    struct fault *fault = result_read_outline(sensitivity->path, &outline);
    auditing.replications = wish->replications < outline.replications ? wish->replications : outline.replications;
    if (fault == NULL) fault = read_assumptions(&auditing, &outline);
    if (fault == NULL) fault = make_room(&auditing);
    if (fault == NULL) fault = work_out(&auditing, &outline);
    if (fault == NULL) print_all(&auditing, to);
    for (size_t i = 0; i < auditing.count; i++) {
        free(auditing.assumption[i].path);
        free(auditing.assumption[i].value);
        free(auditing.assumption[i].effect);
    }
    free(auditing.assumption);
    free(auditing.cell);
    free(auditing.less);
    free(auditing.more);
    free(auditing.change);
    result_free(&outline);
    return fault;
}
