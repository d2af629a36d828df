/* output/given/given.c -- in which futures a condition holds. See given.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/given/given_condition.h"
#include "scenarios/reader/values.h"
#include "sim/core/units.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What a comparison says of a future. Of those that are invalid nothing is asked. */
enum truth { NO, YES, UNDECIDED, INVALID };

/* Where the values of a name are. */
struct found {
    bool input;
    size_t at;        /* of the input, or of the outcome */
    size_t row;       /* of the year, from 0; of the horizon 0 */
    bool annual;      /* by year */
    const char *unit; /* "1": none */
};

struct finding {
    const struct given *given;
    const struct stored *stored;
    const struct result *outline;
    struct units *units;
    size_t replications;
    bool *no_horizon, *no_years; /* [outcomes] samples that are asked for and not there */
    size_t wanting;
    struct place first_wanting;
};

/* ---- names ---- */

static size_t find_input(const struct finding *finding, const char *path)
{
    size_t i = 0;
    while (i < stored_inputs(finding->stored) && strcmp(stored_input_path(finding->stored, i), path) != 0) i++;
    return i;
}

/* "; did you mean 'x'?" among outcomes and inputs. */
static struct fault *no_name(const struct finding *finding, const struct given_operand *operand, bool inputs_only)
{
    const struct outcomes *outcomes = &finding->outline->outcomes;
    const size_t inputs = stored_inputs(finding->stored), all = outcomes->count + inputs;
    const char **names = calloc(all + 1, sizeof *names);
    char hint[GIVEN_NAME];
    size_t n = 0;
    if (names == NULL) return fault_no_memory();
    for (size_t i = 0; i < outcomes->count && !inputs_only; i++) names[n++] = outcomes->item[i].path;
    for (size_t i = 0; i < inputs; i++) names[n++] = stored_input_path(finding->stored, i);
    units_hint(inputs_only ? operand->name + strlen("inputs.") : operand->name, names, sizeof hint, hint);
    free(names);
    if (hint[0] == '\0' && inputs == 0 && !finding->outline->exact_quantiles)
        snprintf(hint, sizeof hint, "; inputs are not in the file, because the samples were more than --memory");
    else if (hint[0] == '\0')
        snprintf(hint, sizeof hint, "; `zhol show RESULT --list` lists the outcomes");
    return fault_at(FAULT_USAGE, operand->place, "the result has no %s '%s'%s",
                    inputs_only ? "input that is drawn, called" : "outcome or input", operand->name, hint);
}

static struct fault *find_year(const struct finding *finding, const struct given_operand *operand, size_t *row)
{
    const int first = finding->outline->calendar.start / CALENDAR_MONTHS_PER_YEAR,
              end = first + (int)finding->outline->years;
    if (operand->year < first || operand->year >= end)
        return fault_at(FAULT_USAGE, operand->year_place, "%d is outside the run, whose years are %d to %d",
                        operand->year, first, end - 1);
    *row = (size_t)(operand->year - first);
    return NULL;
}

static struct fault *find_outcome(const struct finding *finding, const struct given_operand *operand,
                                  struct found *found)
{
    const struct outcome *outcome = &finding->outline->outcomes.item[found->at];
    if (operand->year != 0 && outcome->kind->horizon_only)
        return fault_at(FAULT_USAGE, operand->year_place, "%s has a value over the whole horizon only; leave out @%d",
                        operand->name, operand->year);
    found->annual = operand->year != 0;
    found->unit = found->annual && !outcome->kind->horizon_only ? outcome->unit : outcome->total;
    return found->annual ? find_year(finding, operand, &found->row) : NULL;
}

static struct fault *find_name(const struct finding *finding, const struct given_operand *operand, struct found *found)
{
    const bool prefixed = strncmp(operand->name, "inputs.", strlen("inputs.")) == 0;
    const char *path = prefixed ? operand->name + strlen("inputs.") : operand->name;
    const size_t outcomes = finding->outline->outcomes.count;
    *found = (struct found){.at = prefixed ? outcomes : outcomes_find(&finding->outline->outcomes, path)};
    if (found->at < outcomes) return find_outcome(finding, operand, found);
    *found = (struct found){.input = true, .at = find_input(finding, path)};
    if (found->at == stored_inputs(finding->stored)) return no_name(finding, operand, prefixed);
    found->unit = stored_input_unit(finding->stored, found->at);
    if (operand->year == 0) return NULL;
    return fault_at(FAULT_USAGE, operand->year_place, "%s is an input, drawn once for the whole run; leave out @%d",
                    operand->name, operand->year);
}

static bool is_pure(const char *unit)
{
    return unit[0] == '\0' || strcmp(unit, "1") == 0;
}

/* The factor from a unit to that of the name, as a fraction. */
static struct fault *convert(const struct finding *finding, const struct given_operand *name, const char *to,
                             const struct given_operand *other, const char *from, double *multiply, double *divide)
{
    *multiply = *divide = 1.0;
    if (strcmp(from, to) == 0 || (is_pure(from) && is_pure(to))) return NULL;
    if (from[0] == '\0' && other->name[0] == '\0')
        return other->number == 0.0
                   ? NULL
                   : fault_at(FAULT_USAGE, other->place, "%s is in %s; expected a number with a unit, such as %g %s",
                              name->name, to, other->number, to);
    struct fault *fault = units_ratio(finding->units, from, to, multiply, divide);
    if (fault == NULL || fault_is_memory(fault)) return fault;
    struct fault *placed =
        fault_at(FAULT_USAGE, other->place, "%s is in %s: %s", name->name, is_pure(to) ? "1" : to, fault->sentence);
    fault_free(fault);
    return placed;
}

/* Whether its samples are there; if not, they are wanting. */
static bool has_samples(struct finding *finding, const struct given_operand *operand, const struct found *found)
{
    const char *path = found->input ? NULL : finding->outline->outcomes.item[found->at].path;
    if (found->input || stored_has_samples(finding->stored, found->annual, path)) return true;
    if (finding->wanting++ == 0) finding->first_wanting = operand->place;
    (found->annual ? finding->no_years : finding->no_horizon)[found->at] = true;
    return false;
}

/* ---- checking all of it before anything is read ---- */

static struct fault *check_comparison(struct finding *finding, const struct given_node *node)
{
    const struct given_operand *left = &node->operand[0];
    struct found found, other;
    double multiply, divide, end[3] = {0};
    TRY(find_name(finding, left, &found));
    (void)has_samples(finding, left, &found);
    for (size_t i = 1; i <= (node->relation == GIVEN_BETWEEN ? 2U : 1U); i++) {
        const struct given_operand *right = &node->operand[i];
        if (right->name[0] != '\0') {
            TRY(find_name(finding, right, &other));
            (void)has_samples(finding, right, &other);
        }
        TRY(convert(finding, left, found.unit, right, right->name[0] != '\0' ? other.unit : right->unit, &multiply,
                    &divide));
        end[i] = right->number * multiply / divide;
    }
    if (node->relation != GIVEN_BETWEEN || end[1] <= end[2]) return NULL;
    return fault_at(FAULT_USAGE, node->operand[2].place,
                    "between ends below where it begins; expected the lower end first");
}

static struct fault *check_node(struct finding *finding, const struct given_node *node)
{
    struct fault *faults = NULL;
    if (node->kind == GIVEN_COMPARISON) return check_comparison(finding, node);
    for (size_t i = 0; i < node->children && !fault_enough(faults) && !fault_is_memory(faults); i++)
        faults = fault_join(faults, check_node(finding, node->child[i]));
    return faults;
}

/* The command that made the result, but for what follows it of a batch, with the samples that are wanting. */
static struct fault *no_samples(const struct finding *finding)
{
    const struct outcomes *outcomes = &finding->outline->outcomes;
    const char *history = finding->outline->history, *cell = strrchr(history, ';');
    const int size = strncmp(history, "zhol batch", strlen("zhol batch")) == 0 && cell != NULL ? (int)(cell - history)
                                                                                               : (int)strlen(history);
    char *list = NULL;
    size_t length = 0;
    bool years = false;
    FILE *to = open_memstream(&list, &length);
    if (to == NULL) return fault_no_memory();
    const char *between = "";
    for (size_t o = 0; o < outcomes->count; o++) {
        if (!finding->no_years[o] && !finding->no_horizon[o]) continue;
        fprintf(to, "%s%s", between, outcomes->item[o].path);
        between = ",";
        years = years || finding->no_years[o];
    }
    if (fclose(to) != 0) {
        free(list);
        return fault_no_memory();
    }
    struct fault *fault = fault_at(FAULT_FILES, finding->first_wanting,
                                   "the result holds no %ssamples of %s; this gives them: %.*s --save '%s'",
                                   years ? "yearly " : "", list, size, history, list);
    free(list);
    return fault;
}

/* ---- what a comparison says ---- */

/* The values of a name, in double precision; of samples exactly. */
static struct fault *read_values(const struct finding *finding, const struct found *found, double value[])
{
    const size_t count = finding->replications, rows = found->annual ? finding->outline->years : 1;
    if (found->input) return stored_input(finding->stored, found->at, value);
    float *sample = malloc((rows * count + 1) * sizeof *sample);
    if (sample == NULL) return fault_no_memory();
    struct fault *fault =
        stored_samples(finding->stored, found->annual, finding->outline->outcomes.item[found->at].path, rows, sample);
    for (size_t r = 0; r < count && fault == NULL; r++) value[r] = (double)sample[found->row * count + r];
    free(sample);
    return fault;
}

static enum truth compare(enum given_relation relation, double left, double right, double end)
{
    if (isnan(left) || isnan(right)) return UNDECIDED;
    switch (relation) {
    case GIVEN_LESS: return left < right ? YES : NO;
    case GIVEN_AT_MOST: return left <= right ? YES : NO;
    case GIVEN_MORE: return left > right ? YES : NO;
    case GIVEN_AT_LEAST: return left >= right ? YES : NO;
    case GIVEN_BETWEEN: break;
    }
    return right <= left && left <= end ? YES : NO;
}

/* A number in the unit and the precision of the name. */
static struct fault *bound_of(const struct finding *finding, const struct given_node *node, const struct found *found,
                              size_t i, double *bound)
{
    const struct given_operand *right = &node->operand[i];
    double multiply, divide;
    TRY(convert(finding, &node->operand[0], found->unit, right, right->unit, &multiply, &divide));
    *bound = right->number * multiply / divide;
    if (!found->input) *bound = (double)(float)*bound;
    return NULL;
}

static struct fault *evaluate_values(const struct finding *finding, const struct given_node *node, double left[],
                                     double right[], unsigned char truth[])
{
    const struct given_operand *other = &node->operand[1];
    const bool named = other->name[0] != '\0';
    struct found found, found_other;
    double multiply = 1.0, divide = 1.0, low = 0.0, high = 0.0;
    TRY(find_name(finding, &node->operand[0], &found));
    TRY(read_values(finding, &found, left));
    if (named) {
        TRY(find_name(finding, other, &found_other));
        TRY(read_values(finding, &found_other, right));
        TRY(convert(finding, &node->operand[0], found.unit, other, found_other.unit, &multiply, &divide));
    } else {
        TRY(bound_of(finding, node, &found, 1, &low));
        if (node->relation == GIVEN_BETWEEN) TRY(bound_of(finding, node, &found, 2, &high));
    }
    for (size_t r = 0; r < finding->replications; r++)
        truth[r] = (unsigned char)compare(node->relation, left[r], named ? right[r] * multiply / divide : low, high);
    return NULL;
}

static struct fault *evaluate_comparison(const struct finding *finding, const struct given_node *node,
                                         unsigned char truth[])
{
    double *value = malloc((2 * finding->replications + 1) * sizeof *value);
    if (value == NULL) return fault_no_memory();
    struct fault *fault = evaluate_values(finding, node, value, value + finding->replications, truth);
    free(value);
    return fault;
}

/* As Kleene (1938): what is undecided stays so unless the others decide. */
static enum truth join(enum given_kind kind, enum truth left, enum truth right)
{
    const enum truth decides = kind == GIVEN_AND ? NO : YES;
    if (left == decides || right == decides) return decides;
    return left == UNDECIDED || right == UNDECIDED ? UNDECIDED : left;
}

static struct fault *evaluate(const struct finding *finding, const struct given_node *node, unsigned char truth[])
{
    static const enum truth opposite[] = {[NO] = YES, [YES] = NO, [UNDECIDED] = UNDECIDED};
    const size_t count = finding->replications;
    if (node->kind == GIVEN_COMPARISON) return evaluate_comparison(finding, node, truth);
    TRY(evaluate(finding, node->child[0], truth));
    for (size_t r = 0; r < count && node->kind == GIVEN_NOT; r++) truth[r] = (unsigned char)opposite[truth[r]];
    if (node->children == 1) return NULL;
    unsigned char *other = malloc(count + 1);
    struct fault *fault = other == NULL ? fault_no_memory() : NULL;
    for (size_t i = 1; i < node->children && fault == NULL; i++) {
        fault = evaluate(finding, node->child[i], other);
        for (size_t r = 0; r < count && fault == NULL; r++)
            truth[r] = (unsigned char)join(node->kind, (enum truth)truth[r], (enum truth)other[r]);
    }
    free(other);
    return fault;
}

/* ---- the futures ---- */

static struct fault *list_futures(const struct given *given, size_t replications, const unsigned char truth[],
                                  struct given_futures *futures)
{
    futures->replication = malloc((replications + 1) * sizeof *futures->replication);
    if (futures->replication == NULL) return fault_no_memory();
    for (size_t r = 0; r < replications; r++) {
        if (truth[r] == YES) futures->replication[futures->count++] = r;
        futures->undecided += truth[r] == UNDECIDED;
        futures->of += truth[r] != INVALID;
    }
    if (futures->count >= GIVEN_LEAST) return NULL;
    char many[32];
    snprintf(many, sizeof many, futures->count == 0 ? "none" : "only %zu", futures->count);
    return fault_at(FAULT_USAGE, (struct place){&given->source, 1, 1},
                    "%s of %" PRIu64 " futures %s left; expected at least %d, so that intervals can be told", many,
                    futures->of, futures->count == 1 ? "is" : "are", GIVEN_LEAST);
}

/* The scenario's own units, by its text in the file. */
static struct fault *define_units(const struct result *outline, struct units *units)
{
    struct forest forest = {0};
    struct source *source;
    struct node *root = NULL;
    if (outline->scenario == NULL) return NULL;
    struct fault *fault = tree_read_text(&forest, "the scenario of the result", outline->scenario, &source);
    if (fault == NULL) fault = tree_parse(&forest, source, 0, &root);
    const struct node *own = fault == NULL && root != NULL && root->kind == NODE_MAP ? tree_child(root, "units") : NULL;
    if (fault == NULL) fault = value_define_units(units, own);
    if (fault != NULL && !fault_is_memory(fault)) { /* whose place goes with the forest */
        struct fault *other =
            fault_raise(FAULT_FILES, "the scenario in the result cannot be read: %s", fault->sentence);
        fault_free(fault);
        fault = other;
    }
    tree_free(&forest);
    return fault;
}

/* What the condition says of each replication of a result. */
static struct fault *judge(struct finding *finding, unsigned char truth[])
{
    const struct result *outline = finding->outline;
    const size_t outcomes = outline->outcomes.count;
    finding->no_horizon = calloc(outcomes + 1, sizeof *finding->no_horizon);
    finding->no_years = calloc(outcomes + 1, sizeof *finding->no_years);
    if (finding->no_horizon == NULL || finding->no_years == NULL) return fault_no_memory();
    TRY(define_units(outline, finding->units));
    TRY(check_node(finding, finding->given->root));
    if (finding->wanting > 0) return no_samples(finding);
    TRY(evaluate(finding, finding->given->root, truth));
    for (size_t i = 0; i < outline->invalids; i++) truth[outline->invalid[i].replication] = INVALID;
    return NULL;
}

static struct fault *judge_file(const struct given *given, const struct given_file *file, unsigned char truth[])
{
    struct finding finding = {.given = given,
                              .stored = file->stored,
                              .outline = file->outline,
                              .replications = stored_replications(file->stored)};
    struct fault *fault = units_open(&finding.units);
    if (fault == NULL) fault = judge(&finding, truth);
    units_close(finding.units);
    free(finding.no_horizon);
    free(finding.no_years);
    return fault;
}

/* Into what the files before it say. */
static struct fault *join_file(const struct given *given, const struct given_file *file, size_t replications,
                               unsigned char truth[])
{
    unsigned char *own = malloc(stored_replications(file->stored) + 1);
    if (own == NULL) return fault_no_memory();
    struct fault *fault = judge_file(given, file, own);
    for (size_t r = 0; r < replications && fault == NULL; r++)
        truth[r] = truth[r] == INVALID || own[r] == INVALID
                       ? INVALID
                       : (unsigned char)join(GIVEN_AND, (enum truth)truth[r], (enum truth)own[r]);
    free(own);
    return fault;
}

static struct fault *note_file(struct fault *fault, const struct given *given, const struct given_file *file)
{
    if (fault == NULL || fault_is_memory(fault)) return fault;
    return fault_note(fault, (struct place){&given->source, 1, 1}, "in %s", file->path);
}

struct fault *given_find_in_all(const struct given *given, size_t count, const struct given_file file[],
                                struct given_futures *futures)
{
    size_t replications = stored_replications(file[0].stored);
    *futures = (struct given_futures){0};
    for (size_t i = 1; i < count; i++)
        if (stored_replications(file[i].stored) < replications) replications = stored_replications(file[i].stored);
    unsigned char *truth = malloc(replications + 1);
    if (truth == NULL) return fault_no_memory();
    memset(truth, YES, replications);
    struct fault *fault = NULL;
    for (size_t i = 0; i < count && fault == NULL; i++) {
        fault = join_file(given, &file[i], replications, truth);
        if (count > 1) fault = note_file(fault, given, &file[i]);
    }
    if (fault == NULL) {
        fault = list_futures(given, replications, truth, futures);
        if (count > 1 && fault != NULL && !fault_is_memory(fault))
            fault =
                fault_note(fault, (struct place){&given->source, 1, 1}, "it has to hold in %zu results at once", count);
    }
    free(truth);
    return fault;
}

struct fault *given_find(const struct given *given, const struct stored *stored, const struct result *outline,
                         struct given_futures *futures)
{
    const struct given_file file = {NULL, stored, outline};
    return given_find_in_all(given, 1, &file, futures);
}

void given_futures_free(struct given_futures *futures)
{
    free(futures->replication);
    *futures = (struct given_futures){0};
}

size_t given_count(const struct given_futures *futures, uint64_t count)
{
    size_t among = futures->count;
    while (among > 0 && futures->replication[among - 1] >= count) among--;
    return among;
}

void given_take(const struct given_futures *futures, uint64_t count, float value[])
{
    const size_t among = given_count(futures, count);
    for (size_t i = 0; i < among; i++) value[i] = value[futures->replication[i]];
}
