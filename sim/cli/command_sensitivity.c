/* sim/cli/command_sensitivity.c -- zhol sensitivity: what decides an outcome, or what two results differ by.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/given/given.h"
#include "output/sensitivity/information.h"
#include "output/sensitivity/sensitivity.h"
#include "sim/cli/assumptions.h"
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/run/continuation.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_OUTCOME = 256,
    OPTION_YEAR,
    OPTION_BY,
    OPTION_GROUP,
    OPTION_RATE,
    OPTION_INFORMATION,
    OPTION_GIVEN,
    OPTION_CSV,
    OPTION_JSON,
    OPTION_FORCE,
    OPTION_ASSUMPTIONS,
    OPTION_VARY,
    OPTION_UNSEALED
};

struct group_words {
    const char *name;
    const char **pattern;
    size_t patterns;
};

struct sensitivity_options {
    uint64_t memory;                     /* for reading a file; 0: as its size says */
    const char *result, *other, *output; /* the first two files */
    const char **file;
    size_t files;
    const char *information; /* the outcome by which one would choose; NULL: not asked */
    const char *given;
    struct given *condition;
    const char **outcome, **by;
    size_t outcomes, bys, groups;
    struct group_words *group;
    const char **group_word; /* [groups] as they were given */
    size_t group_words;
    char **owned; /* copies of arguments that were cut */
    size_t copies;
    double rate;
    int year;
    bool csv, json, force, unsealed, assumptions;
    struct assumptions_wish audit;
};

static const struct argp_option list[] = {
    {"outcome", OPTION_OUTCOME, "PATTERNS", 0, "Explain these, such as 'npv.*'; repeatable (default: the main one)", 0},
    {"year", OPTION_YEAR, "YEAR", 0, "In this year (default: over the whole horizon)", 0},
    {"by", OPTION_BY, "PATTERNS", 0,
     "Only by these inputs, drivers, events and regimes, such as 'inputs.*'; repeatable (default: all)", 0},
    {"group", OPTION_GROUP, "NAME=PATTERNS", 0, "Take these as one, such as 'Dostyk=legs.dostyk*'; repeatable", 0},
    {"false-discoveries", OPTION_RATE, "RATE", 0, "Share of those said to decide it that may be chance (default: 0.05)",
     0},
    {"value-of-information", OPTION_INFORMATION, "OUTCOME", 0,
     "Worth of knowing each before choosing among the results by this outcome", 0},
    {"given", OPTION_GIVEN, "CONDITION", 0,
     "In the futures of RESULT only in which this holds, such as 'drivers.brent@2030 < 40 USD/bbl'", 0},
    {"assumptions", OPTION_ASSUMPTIONS, NULL, 0, "Rank the scenario's assumptions instead", 0},
    {"vary", OPTION_VARY, "SHARE", 0, "By how much those that are fixed (20 %)", 0},
    {NULL, 'n', "N", 0, "Replications of their runs (default: 256)", 0},
    {NULL, 'j', "THREADS", 0, "Threads of their runs (default: all)", 0},
    {"csv", OPTION_CSV, NULL, 0, "As CSV, a row per outcome and factor", 0},
    {"json", OPTION_JSON, NULL, 0, "As one JSON object, with all that is known", 0},
    {NULL, 'o', "FILE", 0, "Write all of it to an HDF5 file too", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace that file if it is there", 0},
    {"unsealed", OPTION_UNSEALED, NULL, 0, GUARD_MEANING, 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

/* Adds the patterns between commas of a text, which is the options'. */
static error_t add_patterns(struct argp_state *state, const char *name, char *text, const char ***patterns,
                            size_t *count)
{
    for (char *pattern = text; pattern != NULL;) {
        char *comma = strchr(pattern, ',');
        if (comma != NULL) *comma = '\0';
        if (*pattern == '\0') argp_error(state, "--%s has an empty pattern; expected patterns between commas", name);
        if (!options_append(patterns, count, pattern)) return ENOMEM;
        pattern = comma == NULL ? NULL : comma + 1;
    }
    return 0;
}

/* A copy to be cut; NULL without memory. */
static char *own(struct sensitivity_options *options, const char *argument)
{
    char **grown = reallocarray(options->owned, options->copies + 1, sizeof *grown), *copy = strdup(argument);
    if (grown != NULL) options->owned = grown;
    if (grown == NULL || copy == NULL) {
        free(copy);
        return NULL;
    }
    return options->owned[options->copies++] = copy;
}

static error_t add_group(struct sensitivity_options *options, struct argp_state *state, const char *argument)
{
    char *copy = own(options, argument), *equals = copy == NULL ? NULL : strchr(copy, '=');
    if (copy == NULL) return ENOMEM;
    if (equals == NULL || equals == copy || equals[1] == '\0')
        argp_error(state, "--group is '%s'; expected a name and patterns, such as 'Dostyk=legs.dostyk*'", argument);
    struct group_words *grown = reallocarray(options->group, options->groups + 1, sizeof *grown);
    if (grown == NULL) return ENOMEM;
    options->group = grown;
    *equals = '\0';
    struct group_words *group = &grown[options->groups++];
    *group = (struct group_words){.name = copy};
    if (!options_append(&options->group_word, &options->group_words, argument)) return ENOMEM;
    return add_patterns(state, "group", equals + 1, &group->pattern, &group->patterns);
}

static void read_rate(struct sensitivity_options *options, struct argp_state *state, const char *argument)
{
    char *end = NULL;
    options->rate = strtod(argument, &end);
    if (*argument == '\0' || *end != '\0' || !(options->rate > 0.0 && options->rate < 1.0))
        argp_error(state, "--false-discoveries is '%s'; expected a share between 0 and 1, such as 0.05", argument);
}

static void read_vary(struct sensitivity_options *options, struct argp_state *state, const char *argument)
{
    char *end = NULL;
    options->audit.vary = strtod(argument, &end);
    while (*end == ' ') end++;
    if (*end == '%') {
        options->audit.vary /= 100.0;
        end++;
    }
    if (*argument < '0' || *argument > '9' || *end != '\0' || !(options->audit.vary > 0.0 && options->audit.vary < 1.0))
        argp_error(state, "--vary is '%s'; expected a share below 100 %%, such as 20 %%", argument);
}

static void read_count(struct sensitivity_options *options, struct argp_state *state, const char *argument)
{
    char *end = NULL;
    const long count = strtol(argument, &end, 10);
    if (*argument < '0' || *argument > '9' || *end != '\0' || count < 2 || count > 100000)
        argp_error(state, "-n is '%s'; expected a number of replications from 2 to 100000", argument);
    options->audit.replications = (uint64_t)count;
}

static error_t take(struct sensitivity_options *options, struct argp_state *state, const char *name,
                    const char *argument, const char ***patterns, size_t *count)
{
    char *copy = own(options, argument);
    return copy == NULL ? ENOMEM : add_patterns(state, name, copy, patterns, count);
}

static void check_together(struct sensitivity_options *options, struct argp_state *state)
{
    const bool informs = options->information != NULL;
    if (options->csv && options->json) argp_error(state, "--csv and --json exclude each other");
    if (informs && options->files < 2)
        argp_error(state, "--value-of-information needs results to choose from; expected at least two");
    if (informs && (options->outcomes > 0 || options->output != NULL))
        argp_error(state, "--value-of-information goes with neither --outcome nor -o");
    if (!informs && options->files > 2)
        argp_error(state, "'%s' is a third file; expected a result, or two whose difference is explained",
                   options->file[2]);
    if (options->assumptions && (options->files > 1 || informs || options->output != NULL))
        argp_error(state, "--assumptions is of one result, and goes with neither --value-of-information nor -o");
    if (options->assumptions && options->given != NULL)
        argp_error(state, "--assumptions is of all futures, and goes without --given");
    if (!options->assumptions && (options->audit.vary > 0.0 || options->audit.replications > 0))
        argp_error(state, "%s needs --assumptions", options->audit.vary > 0.0 ? "--vary" : "-n");
    if (options->files > 0) options->result = options->file[0];
    if (options->files > 1) options->other = options->file[1];
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct sensitivity_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->memory; break;
    case OPTION_OUTCOME: return take(options, state, "outcome", argument, &options->outcome, &options->outcomes);
    case OPTION_BY: return take(options, state, "by", argument, &options->by, &options->bys);
    case OPTION_GROUP: return add_group(options, state, argument);
    case OPTION_YEAR: options_read_year(state, argument, &options->year); break;
    case OPTION_RATE: read_rate(options, state, argument); break;
    case OPTION_CSV: options->csv = true; break;
    case OPTION_JSON: options->json = true; break;
    case OPTION_FORCE: options->force = true; break;
    case OPTION_UNSEALED: options->unsealed = true; break;
    case OPTION_ASSUMPTIONS: options->assumptions = true; break;
    case OPTION_VARY: read_vary(options, state, argument); break;
    case 'n': read_count(options, state, argument); break;
    case 'j':
        if (!options_read_threads(argument, &options->audit.threads))
            argp_error(state, "-j is '%s'; expected a number of threads from 1 to 4096", argument);
        break;
    case 'o': options->output = argument; break;
    case OPTION_GIVEN: options->given = argument; break;
    case OPTION_INFORMATION: options->information = argument; break;
    case ARGP_KEY_ARG:
        if (!options_append(&options->file, &options->files, argument)) return ENOMEM;
        break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "no result file was named; expected one such as kazakhstan-2019.h5");
        break;
    case ARGP_KEY_END: check_together(options, state); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&guard_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {
    list,
    parse,
    "RESULT [OTHER...]",
    "What decides an outcome, or the difference of two results of the same draws: the share of its variance that each "
    "input, "
    "driver, event and regime explains, which of them do so beyond chance, and how much of it is want of knowledge, "
    "how much "
    "chance.\v"
    "Example:\n\n  zhol sensitivity kazakhstan-2019.h5 --outcome npv.national\n"
    "  zhol sensitivity a.h5 b.h5 --group 'Dostyk=legs.dostyk*'\n"
    "  zhol sensitivity a.h5 b.h5 c.h5 --value-of-information npv.national",
    children,
    NULL,
    NULL};

/* What makes it again. */
static struct fault *set_texts(const struct sensitivity_options *options, struct sensitivity *sensitivity)
{
    size_t size = 0;
    FILE *to = open_memstream(&sensitivity->history, &size);
    if (to == NULL) return fault_no_memory();
    fputs("zhol sensitivity", to);
    continuation_file(options->result, to);
    if (options->other != NULL) continuation_file(options->other, to);
    continuation_options(" --outcome ", options->outcome, options->outcomes, to);
    if (options->year != 0) fprintf(to, " --year %d", options->year);
    continuation_options(" --by ", options->by, options->bys, to);
    continuation_options(" --group ", options->group_word, options->group_words, to);
    if (fabs(options->rate - 0.05) > 0.0) fprintf(to, " --false-discoveries %.15g", options->rate);
    if (options->given != NULL) continuation_options(" --given ", &options->given, 1, to);
    if (fclose(to) != 0) return fault_no_memory();
    const bool difference = options->other != NULL;
    if (asprintf(&sensitivity->title, "What decides %s of %s%s%s", difference ? "differences" : "outcomes",
                 sensitivity->outline.title == NULL ? "" : sensitivity->outline.title,
                 options->given == NULL ? "" : ", where ", options->given == NULL ? "" : options->given) < 0)
        sensitivity->title = NULL;
    sensitivity->source = strdup("zhol " ZHOL_VERSION);
    return sensitivity->title == NULL || sensitivity->source == NULL ? fault_no_memory() : NULL;
}

/* What cannot be written is told before the work, not after. */
static struct fault *check_output(const struct sensitivity_options *options)
{
    const char *const file[] = {options->result, options->other};
    if (options->output == NULL) return NULL;
    return output_path_check_apart("-o", options->output, options->force, options->other == NULL ? 1 : 2, file);
}

static struct fault *print(const struct sensitivity_options *options, const struct sensitivity *sensitivity)
{
    if (options->assumptions) {
        struct assumptions_wish wish = options->audit;
        wish.format = options->csv ? ASSUMPTIONS_CSV : options->json ? ASSUMPTIONS_JSON : ASSUMPTIONS_TEXT;
        wish.vary = wish.vary > 0.0 ? wish.vary : 0.2;
        wish.replications = wish.replications > 0 ? wish.replications : 256;
        TRY(assumptions_print(sensitivity, &wish, stdout));
        return command_flush();
    }
    if (options->csv) {
        sensitivity_print_given(sensitivity, stderr);
        sensitivity_csv(sensitivity, stdout);
    } else if (options->json)
        sensitivity_json(sensitivity, stdout);
    else
        TRY(sensitivity_print(sensitivity, stdout));
    return command_flush();
}

static struct fault *guard_all(const struct sensitivity_options *options)
{
    TRY(check_output(options));
    for (size_t i = 0; i < options->files; i++) TRY(guard_result(options->file[i], options->unsealed, options->memory));
    return NULL;
}

static struct fault *decide(const struct sensitivity_options *options, const struct frame_wish *frame)
{
    const struct sensitivity_wish wish = {.outcome = options->outcome,
                                          .outcomes = options->outcomes,
                                          .year = options->year,
                                          .rate = options->rate,
                                          .frame = *frame};
    struct sensitivity sensitivity = {0};
    struct fault *fault = sensitivity_read(options->result, options->other, &wish, &sensitivity);
    if (fault == NULL) fault = set_texts(options, &sensitivity);
    if (fault == NULL && options->output != NULL)
        fault = sensitivity_write(&sensitivity, options->output, options->force);
    if (fault == NULL) fault = print(options, &sensitivity);
    sensitivity_free(&sensitivity);
    return fault;
}

static struct fault *inform(const struct sensitivity_options *options, const struct frame_wish *frame)
{
    const struct information_wish wish = {options->information, options->year, *frame};
    struct information information = {0};
    struct fault *fault = information_read(options->files, options->file, &wish, &information);
    if (fault == NULL) {
        if (options->csv) {
            information_print_given(&information, stderr);
            information_csv(&information, stdout);
        } else if (options->json)
            information_json(&information, stdout);
        else
            information_print(&information, stdout);
        fault = command_flush();
    }
    information_free(&information);
    return fault;
}

static struct fault *explain(const struct sensitivity_options *options)
{
    struct frame_group *group = calloc(options->groups + 1, sizeof *group);
    if (group == NULL) return fault_no_memory();
    for (size_t g = 0; g < options->groups; g++)
        group[g] = (struct frame_group){options->group[g].name, options->group[g].pattern, options->group[g].patterns};
    const struct frame_wish frame = {options->by, options->bys, group, options->groups, options->condition};
    struct fault *fault = guard_all(options);
    if (fault == NULL) fault = options->information == NULL ? decide(options, &frame) : inform(options, &frame);
    free(group);
    return fault;
}

int command_sensitivity(int argc, char **argv)
{
    struct sensitivity_options options = {.rate = 0.05};
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    if (fault == NULL && options.given != NULL) fault = given_parse(options.given, &options.condition);
    if (fault == NULL) fault = explain(&options);
    const int status = command_end(fault);
    for (size_t g = 0; g < options.groups; g++) free(options.group[g].pattern);
    for (size_t i = 0; i < options.copies; i++) free(options.owned[i]);
    given_free(options.condition);
    free(options.owned);
    free(options.group);
    free(options.group_word);
    free(options.file);
    free(options.outcome);
    free(options.by);
    return status;
}
