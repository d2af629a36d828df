/* sim/cli/command_compare.c -- zhol compare: what results differ in, replication by replication.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/regret.h"
#include "output/given/given.h"
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/run/continuation.h"
#include "sim/run/direction.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPTION_OUTCOME = 256,
    OPTION_YEAR,
    OPTION_YEARS,
    OPTION_UNPAIRED,
    OPTION_GIVEN,
    OPTION_MORE,
    OPTION_LESS,
    OPTION_DOMINANCE,
    OPTION_REGRET,
    OPTION_CSV,
    OPTION_JSON,
    OPTION_XLSX,
    OPTION_LIST,
    OPTION_NAMES,
    OPTION_FORCE,
    OPTION_UNSEALED
};

struct compare_options {
    uint64_t memory;   /* for reading a file; 0: as its size says */
    const char **file; /* the base first */
    size_t files;
    const char **outcome;
    size_t outcomes;
    struct better better;
    struct options_copies copy; /* of arguments that were cut at their commas */
    const char *output, *workbook, *regret, *given;
    const char *typed; /* the command */
    struct given *condition;
    bool csv, json, list, names, force, dominance, years, unpaired, unsealed;
    int year, threads;
};

static const struct argp_option list[] = {
    {"outcome", OPTION_OUTCOME, "PATTERNS", 0,
     "Compare these, such as 'fiscal.*,trade.balance', in full; repeatable (default: the main ones)", 0},
    {"year", OPTION_YEAR, "YEAR", 0, "Show this year (default: the whole horizon)", 0},
    {"years", OPTION_YEARS, NULL, 0, "Show every year", 0},
    {"dominance", OPTION_DOMINANCE, NULL, 0, "Show stochastic dominance too", 0},
    {"regret", OPTION_REGRET, "PATH", 0, "Show what each file leaves of this outcome against the best of all", 0},
    {"given", OPTION_GIVEN, "CONDITION", 0,
     "In the futures of the base only in which this holds, such as 'drivers.brent@2030 < 40 USD/bbl'", 0},
    {"unpaired", OPTION_UNPAIRED, NULL, 0, "As if all draws were independent: for other seeds and generators", 0},
    {"more", OPTION_MORE, "PATTERNS", 0, "Of these outcomes more is better (default: as declared)", 0},
    {"less", OPTION_LESS, "PATTERNS", 0, "Of these less is better", 0},
    {"csv", OPTION_CSV, NULL, 0, "As CSV, a row per variant, outcome and period", 0},
    {"json", OPTION_JSON, NULL, 0, "As JSON", 0},
    {"names", OPTION_NAMES, NULL, 0, "Names of outcomes in place of their titles", 0},
    {"list", OPTION_LIST, NULL, 0, "Tell what a comparison file holds: zhol compare --list differences.h5", 0},
    {NULL, 'o', "FILE", 0, "Write all that is known to an HDF5 file too", 0},
    {"xlsx", OPTION_XLSX, "FILE", 0, "Write a workbook (Excel, LibreOffice) too", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace those files if they are there", 0},
    {NULL, 'j', "THREADS", 0, "Threads (default: all processors); no effect on the result", 0},
    {"unsealed", OPTION_UNSEALED, NULL, 0, GUARD_MEANING, 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t add_patterns(struct compare_options *options, struct argp_state *state, const char *name,
                            const char *argument, const char ***patterns, size_t *count)
{
    return options_append_patterns(state, name, argument, &options->copy, patterns, count);
}

static int read_number(struct argp_state *state, const char *name, const char *argument, long most, const char *what)
{
    char *end = NULL;
    errno = 0;
    const long number = strtol(argument, &end, 10);
    if (*argument < '0' || *argument > '9' || *end != '\0' || errno != 0 || number < 1 || number > most)
        argp_error(state, "%s is '%s'; expected %s", name, argument, what);
    return (int)number;
}

static void check_together(const struct compare_options *options, struct argp_state *state)
{
    if (options->list && options->files != 1)
        argp_error(state, "%zu files were named with --list; expected one comparison", options->files);
    if (options->list && options->workbook != NULL) argp_error(state, "--list and --xlsx exclude each other");
    if (options->list) return;
    if (options->files < 2)
        argp_error(state, "%zu result files were named; expected a base and at least one other", options->files);
    if (options->csv && options->json) argp_error(state, "--csv and --json exclude each other");
    if (options->year != 0 && options->years) argp_error(state, "--year and --years exclude each other");
    if (options->dominance && (options->csv || options->json))
        argp_error(state, "--csv and --json have dominance without --dominance");
    if (options->unpaired && (options->dominance || options->regret != NULL))
        argp_error(state, "--dominance and --regret need pairs, not --unpaired");
    if (options->given != NULL && options->unpaired) argp_error(state, "--given needs pairs, not --unpaired");
    if (options->given != NULL && options->regret != NULL) argp_error(state, "--regret and --given exclude each other");
    if (options->regret != NULL && options->json) argp_error(state, "--regret and --json exclude each other");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct compare_options *options = state->input;
    struct better *better = &options->better;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->memory; break;
    case OPTION_OUTCOME:
        return add_patterns(options, state, "outcome", argument, &options->outcome, &options->outcomes);
    case OPTION_MORE: return add_patterns(options, state, "more", argument, &better->more, &better->mores);
    case OPTION_LESS: return add_patterns(options, state, "less", argument, &better->less, &better->lesses);
    case OPTION_YEAR: options->year = read_number(state, "--year", argument, 9999, "a year such as 2030"); break;
    case OPTION_YEARS: options->years = true; break;
    case OPTION_DOMINANCE: options->dominance = true; break;
    case OPTION_REGRET: options->regret = argument; break;
    case OPTION_GIVEN: options->given = argument; break;
    case OPTION_UNPAIRED: options->unpaired = true; break;
    case OPTION_CSV: options->csv = true; break;
    case OPTION_JSON: options->json = true; break;
    case OPTION_XLSX: options->workbook = argument; break;
    case OPTION_LIST: options->list = true; break;
    case OPTION_NAMES: options->names = true; break;
    case OPTION_FORCE: options->force = true; break;
    case OPTION_UNSEALED: options->unsealed = true; break;
    case 'o': options->output = argument; break;
    case 'j': options->threads = read_number(state, "-j", argument, 4096, "a number of threads from 1 to 4096"); break;
    case ARGP_KEY_ARG:
        if (!options_append(&options->file, &options->files, argument)) return ENOMEM;
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
    "BASE OTHER...",
    "What other results differ in from a base, replication by replication on the same random numbers: mean "
    "differences, "
    "ranges of futures, how often the other is better, and what pairing saved.\v"
    "Example:\n\n  zhol compare kazakhstan-2019.h5 nurly-zhol-sreb.h5 --outcome 'fiscal.*'",
    children,
    NULL,
    NULL};

static struct fault *print_list(const char *option, const char *const pattern[], size_t count, FILE *to)
{
    char *text = NULL;
    size_t size = 0;
    FILE *joined = count == 0 ? NULL : open_memstream(&text, &size);
    if (count == 0) return NULL;
    if (joined == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) fprintf(joined, "%s%s", i == 0 ? "" : ",", pattern[i]);
    const bool closed = fclose(joined) == 0;
    fputs(option, to);
    if (closed) continuation_quote_all(text, to);
    free(text);
    return closed ? NULL : fault_no_memory();
}

/* A file as it was given, with its folders only where its name has them too. */
static void print_file(const char *path, const char *name, FILE *to)
{
    const char *slash = strrchr(path, '/'), *last = slash == NULL || strchr(name, '/') != NULL ? path : slash + 1;
    fputc(' ', to);
    continuation_quote(last, to);
}

/* What makes the comparison again: files by name, and all that changes what is written. */
static struct fault *set_texts(const struct compare_options *options, struct comparison *comparison)
{
    size_t size = 0;
    FILE *to = open_memstream(&comparison->history, &size);
    if (to == NULL) return fault_no_memory();
    fputs("zhol compare", to);
    print_file(options->file[0], comparison->base, to);
    for (size_t v = 0; v < comparison->variants; v++) print_file(options->file[v + 1], comparison->variant[v], to);
    TRY(print_list(" --outcome ", options->outcome, options->outcomes, to));
    TRY(print_list(" --more ", options->better.more, options->better.mores, to));
    TRY(print_list(" --less ", options->better.less, options->better.lesses, to));
    if (options->unpaired) fputs(" --unpaired", to);
    if (options->given != NULL) TRY(print_list(" --given ", &options->given, 1, to));
    if (fclose(to) != 0) return fault_no_memory();
    const int made =
        comparison->variants == 1
            ? asprintf(&comparison->title, "%s against %s", comparison->variant[0], comparison->base)
            : asprintf(&comparison->title, "%zu variants against %s", comparison->variants, comparison->base);
    if (made < 0) comparison->title = NULL;
    comparison->source = strdup("zhol " ZHOL_VERSION);
    return comparison->title == NULL || comparison->source == NULL ? fault_no_memory() : NULL;
}

/* The base and all others as policies of one world. */
static struct comparison_files all_files(const struct compare_options *options)
{
    return (struct comparison_files){.worlds = 1, .variants = options->files, .file = options->file};
}

static struct fault *check_regret(const struct compare_options *options)
{
    const struct comparison_files files = all_files(options);
    if (options->regret == NULL) return NULL;
    return regret_check(&files, options->regret, direction_of(&options->better, options->regret));
}

/* Nothing if it is not asked for; free it in any case. */
static struct fault *read_regret(const struct compare_options *options, const struct comparison *comparison,
                                 struct regret *regret)
{
    if (options->regret == NULL) return NULL;
    const char *world = comparison->world[0];
    const char **name = calloc(options->files + 1, sizeof *name);
    struct comparison_files files = all_files(options);
    if (name == NULL) return fault_no_memory();
    name[0] = comparison->base;
    for (size_t v = 0; v < comparison->variants; v++) name[v + 1] = comparison->variant[v];
    files.world = &world;
    files.variant = name;
    struct fault *fault =
        regret_read(&files, options->regret, direction_of(&options->better, options->regret), comparison, regret);
    free(name);
    return fault;
}

static struct fault *print(const struct compare_options *options, const struct comparison *comparison,
                           const struct regret *regret)
{
    if (options->json) {
        comparison_json(comparison, stdout);
        return command_flush();
    }
    if (options->csv) {
        comparison_print_given(comparison, stderr);
        comparison_csv_head(comparison, stdout);
        comparison_csv(comparison, stdout);
        if (options->regret != NULL) comparison_csv(&regret->comparison, stdout);
        TRY(command_flush());
        return comparison_print_notes(comparison, stderr);
    }
    TRY(comparison_screen(comparison, options->outcomes == 0, stdout));
    if (options->dominance) TRY(comparison_print_dominance(comparison, stdout));
    if (options->regret != NULL) TRY(regret_print(regret, stdout));
    return comparison_print_notes(comparison, stdout);
}

/* What cannot be written is told before the work, not after. */
static struct fault *check_output(const struct compare_options *options)
{
    return output_path_check_both(options->output, options->workbook, options->force, options->files, options->file);
}

static bool fits_any(const char *pattern, const struct comparison *comparison)
{
    for (size_t i = 0; i < comparison->outcomes; i++)
        if (fnmatch(pattern, comparison->outcome[i].path, 0) == 0) return true;
    return false;
}

/* A direction of what is not compared, or both of the same, is rather a slip. */
static struct fault *check_directions(const struct better *better, const struct comparison *comparison)
{
    for (size_t i = 0; i < better->mores + better->lesses; i++) {
        const bool more = i < better->mores;
        const char *pattern = more ? better->more[i] : better->less[i - better->mores];
        if (!fits_any(pattern, comparison))
            return fault_raise(FAULT_USAGE,
                               "--%s '%s' fits no outcome that is compared; expected one such as "
                               "'trade.*', named in --outcome too",
                               more ? "more" : "less", pattern);
    }
    for (size_t m = 0; m < better->mores; m++)
        for (size_t i = 0; i < comparison->outcomes; i++) {
            const char *path = comparison->outcome[i].path;
            if (fnmatch(better->more[m], path, 0) == 0 && direction_is_less(better, path))
                return fault_raise(FAULT_USAGE, "--more and --less both name %s; expected one of them", path);
        }
    return NULL;
}

static struct fault *write_workbook(const struct compare_options *options, const struct comparison *comparison,
                                    const struct regret *regret)
{
    const struct comparison_sheets sheets = {.command = options->typed,
                                             .file = options->file,
                                             .dominance = options->dominance,
                                             .regret = options->regret == NULL ? NULL : regret};
    if (options->workbook == NULL) return NULL;
    return comparison_spreadsheet(comparison, &sheets, options->workbook, options->force);
}

static struct fault *compare(const struct compare_options *options, struct comparison *comparison,
                             struct regret *regret)
{
    const struct comparison_files files = {
        .worlds = 1, .variants = options->files - 1, .base = options->file, .file = options->file + 1};
    const bool rows = options->csv || options->json, all_shown = options->years || (rows && options->year == 0);
    const struct comparison_wish wish = {.given = options->condition,
                                         .unpaired = options->unpaired,
                                         .years = all_shown || options->output != NULL,
                                         .show_years = all_shown,
                                         .year = options->year,
                                         .outcome = options->outcome,
                                         .outcomes = options->outcomes,
                                         .better = direction_of,
                                         .context = &options->better,
                                         .threads = options->threads};
    TRY(check_output(options));
    for (size_t i = 0; i < options->files; i++) TRY(guard_result(options->file[i], options->unsealed, options->memory));
    TRY(check_regret(options));
    TRY(comparison_read(&files, &wish, comparison));
    comparison->names = options->names;
    TRY(check_directions(&options->better, comparison));
    TRY(set_texts(options, comparison));
    if (options->output != NULL) TRY(comparison_write(comparison, options->output, options->force));
    TRY(read_regret(options, comparison, regret));
    TRY(write_workbook(options, comparison, regret));
    return print(options, comparison, regret);
}

static struct fault *list_file(const struct compare_options *options)
{
    TRY(guard_comparison(options->file[0], options->unsealed, options->memory));
    return comparison_list(options->file[0], stdout);
}

int command_compare(int argc, char **argv)
{
    struct compare_options options = {.files = 0};
    struct comparison comparison = {.notes = 0};
    struct regret regret = {.path = NULL};
    char *typed = continuation_typed(argc, argv); /* before its words are put in another order */
    struct fault *fault = typed == NULL ? fault_no_memory() : command_parse(&parser, argc, argv, &options);
    options.typed = typed;
    if (fault == NULL && options.given != NULL) fault = given_parse(options.given, &options.condition);
    if (fault == NULL) fault = options.list ? list_file(&options) : compare(&options, &comparison, &regret);
    const int status = command_end(fault);
    regret_free(&regret);
    comparison_free(&comparison);
    free(typed);
    given_free(options.condition);
    options_copies_free(&options.copy);
    free(options.file);
    free(options.outcome);
    free(options.better.more);
    free(options.better.less);
    return status;
}
