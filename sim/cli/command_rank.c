/* sim/cli/command_rank.c -- zhol rank: which policy is the best in each world, by how much, and how sure that is.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/given/given.h"
#include "output/ranking/ranking.h"
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/cli/rank_files.h"
#include "sim/core/quantity.h"
#include "sim/core/units.h"
#include "sim/run/continuation.h"
#include "sim/run/direction.h"

#include <errno.h>
#include <fnmatch.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_OUTCOME = 256,
    OPTION_WORLD,
    OPTION_MAXIMISE,
    OPTION_MINIMISE,
    OPTION_MARGIN,
    OPTION_GIVEN,
    OPTION_CSV,
    OPTION_JSON,
    OPTION_XLSX,
    OPTION_FORCE,
    OPTION_UNSEALED
};

struct rank_options {
    uint64_t memory; /* for reading a file, and for samples; 0: as usual */
    const char **file;
    size_t files;
    const char **outcome;
    size_t outcomes;
    const char **margin; /* PATH=WIDTH */
    size_t margins;
    struct better better;
    struct options_copies copy;
    const char *world, *output, *workbook, *given;
    const char *typed; /* the command */
    struct given *condition;
    bool csv, json, force, unsealed;
    int threads;
};

static const struct argp_option list[] = {
    {"outcome", OPTION_OUTCOME, "PATTERNS", 0,
     "Rank by these, such as 'fiscal.total,trade.*'; repeatable (default: fiscal.total, trade.exports, "
     "index.dependence.*)",
     0},
    {"world", OPTION_WORLD, "NAME", 0, "A line per policy in this world (default: the best of each world)", 0},
    {"margin", OPTION_MARGIN, "PATH=WIDTH", 0,
     "Tell which are no worse than the best by so much, such as 'fiscal.total=0.5 GUSD'; repeatable", 0},
    {"maximise", OPTION_MAXIMISE, "PATTERNS", 0, "Of these outcomes more is better (default: as declared)", 0},
    {"minimise", OPTION_MINIMISE, "PATTERNS", 0, "Of these less is better", 0},
    {"given", OPTION_GIVEN, "CONDITION", 0,
     "By the futures only in which this holds in every world's first file, such as 'drivers.brent@2030 < 40 USD/bbl'",
     0},
    {"csv", OPTION_CSV, NULL, 0, "As CSV, a row per world, outcome and policy", 0},
    {"json", OPTION_JSON, NULL, 0, "As JSON", 0},
    {NULL, 'o', "FILE", 0, "Write all that is known to an HDF5 file too, such as ranking.h5", 0},
    {"xlsx", OPTION_XLSX, "FILE", 0, "Write a workbook (Excel, LibreOffice) too", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace those files if they are there", 0},
    {NULL, 'j', "THREADS", 0, "Threads (default: all processors); no effect on the result", 0},
    {"unsealed", OPTION_UNSEALED, NULL, 0, GUARD_MEANING, 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t add(struct rank_options *options, struct argp_state *state, const char *name, const char *argument,
                   const char ***patterns, size_t *count)
{
    return options_append_patterns(state, name, argument, &options->copy, patterns, count);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct rank_options *options = state->input;
    struct better *better = &options->better;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->memory; break;
    case OPTION_OUTCOME: return add(options, state, "outcome", argument, &options->outcome, &options->outcomes);
    case OPTION_MAXIMISE: return add(options, state, "maximise", argument, &better->more, &better->mores);
    case OPTION_MINIMISE: return add(options, state, "minimise", argument, &better->less, &better->lesses);
    case OPTION_MARGIN: return options_append(&options->margin, &options->margins, argument) ? 0 : ENOMEM;
    case OPTION_GIVEN: options->given = argument; break;
    case OPTION_WORLD: options->world = argument; break;
    case OPTION_CSV: options->csv = true; break;
    case OPTION_JSON: options->json = true; break;
    case OPTION_XLSX: options->workbook = argument; break;
    case OPTION_FORCE: options->force = true; break;
    case OPTION_UNSEALED: options->unsealed = true; break;
    case 'o': options->output = argument; break;
    case 'j':
        if (!options_read_threads(argument, &options->threads))
            argp_error(state, "-j is '%s'; expected a number of threads from 1 to 4096", argument);
        break;
    case ARGP_KEY_ARG:
        if (!options_append(&options->file, &options->files, argument)) return ENOMEM;
        break;
    case ARGP_KEY_END:
        if (options->files == 0) argp_error(state, "nothing was named; expected the folder of a batch, or results");
        if (options->csv && options->json) argp_error(state, "--csv and --json exclude each other");
        if (options->world != NULL && (options->csv || options->json))
            argp_error(state, "--csv and --json have all worlds; leave out --world");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&guard_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {
    list,
    parse,
    "FOLDER|RESULT...",
    "Which policy is the best in each world of a batch, or among results: ranks with intervals that hold at once, how "
    "often each is the best and how sure that is on average, regret, dominance, what it would be worth to know the "
    "future, and which policies no other beats in all outcomes.\v"
    "Example:\n\n  zhol rank kazakhstan-2019-policies --outcome fiscal.total --margin 'fiscal.total=0.5 GUSD'",
    children,
    NULL,
    NULL};

/* What makes the ranking again: files by name, and all that changes what is written. */
static struct fault *set_texts(const struct rank_options *options, struct ranking *ranking)
{
    size_t size = 0;
    FILE *to = open_memstream(&ranking->history, &size);
    if (to == NULL) return fault_no_memory();
    fputs("zhol rank", to);
    for (size_t i = 0; i < options->files; i++) continuation_file(options->file[i], to);
    continuation_options(" --outcome ", options->outcome, options->outcomes, to);
    continuation_options(" --maximise ", options->better.more, options->better.mores, to);
    continuation_options(" --minimise ", options->better.less, options->better.lesses, to);
    continuation_options(" --margin ", options->margin, options->margins, to);
    if (options->given != NULL) continuation_options(" --given ", &options->given, 1, to);
    if (fclose(to) != 0) return fault_no_memory();
    if (asprintf(&ranking->title, "Ranking of %zu policies in %zu world%s%s%s", ranking->policies, ranking->worlds,
                 ranking->worlds == 1 ? "" : "s", options->given == NULL ? "" : ", where ",
                 options->given == NULL ? "" : options->given) < 0)
        ranking->title = NULL;
    ranking->source = strdup("zhol " ZHOL_VERSION);
    return ranking->title == NULL || ranking->source == NULL ? fault_no_memory() : NULL;
}

/* ---- options that are about what was read ---- */

static size_t find_outcome(const struct ranking *ranking, const char *path, size_t length)
{
    for (size_t o = 0; o < ranking->outcomes; o++)
        if (strlen(ranking->of.outcome[o].path) == length && memcmp(ranking->of.outcome[o].path, path, length) == 0)
            return o;
    return ranking->outcomes;
}

static struct fault *set_margin(struct ranking *ranking, struct units *units, const char *text)
{
    const char *equals = strchr(text, '=');
    const size_t outcome = equals == NULL ? ranking->outcomes : find_outcome(ranking, text, (size_t)(equals - text));
    struct quantity quantity;
    if (outcome == ranking->outcomes)
        return fault_raise(FAULT_USAGE,
                           "--margin is '%s'; expected an outcome that is ranked and a width, such as "
                           "'%s=WIDTH'",
                           text, ranking->of.outcome[0].path);
    const char *unit = ranking->of.outcome[outcome].total;
    struct fault *fault = quantity_read(units, equals + 1, strcmp(unit, "1") == 0 ? "" : unit, &quantity);
    if (fault == NULL) {
        const bool fits = !quantity_is_drawn(&quantity) && quantity.p[0] >= 0.0;
        const double margin = quantity.p[0];
        quantity_free(&quantity);
        if (!fits) return fault_raise(FAULT_USAGE, "--margin is '%s'; expected a width, 0 or more", text);
        ranking_set_margin(ranking, outcome, margin);
        return NULL;
    }
    if (fault_is_memory(fault)) return fault;
    struct fault *placed = fault_raise(FAULT_USAGE, "--margin '%s': %s", text, fault->sentence);
    fault_free(fault);
    return placed;
}

static struct fault *set_margins(const struct rank_options *options, struct ranking *ranking)
{
    struct units *units = NULL;
    if (options->margins == 0) return NULL;
    struct fault *fault = units_open(&units);
    for (size_t i = 0; i < options->margins && fault == NULL; i++)
        fault = set_margin(ranking, units, options->margin[i]);
    units_close(units);
    return fault;
}

/* A direction of what is not ranked, or both of the same, is rather a slip. */
static struct fault *check_directions(const struct rank_options *options, const struct ranking *ranking)
{
    const struct better *better = &options->better;
    for (size_t i = 0; i < better->mores + better->lesses; i++) {
        const bool more = i < better->mores;
        const char *pattern = more ? better->more[i] : better->less[i - better->mores];
        bool fits = false;
        for (size_t o = 0; o < ranking->outcomes; o++) {
            const char *path = ranking->of.outcome[o].path;
            if (fnmatch(pattern, path, 0) != 0) continue;
            fits = true;
            if (more && direction_is_less(better, path))
                return fault_raise(FAULT_USAGE, "--maximise and --minimise both name %s; expected one of them", path);
        }
        if (!fits)
            return fault_raise(FAULT_USAGE, "--%s '%s' fits no outcome that is ranked; expected one named in --outcome",
                               more ? "maximise" : "minimise", pattern);
    }
    return NULL;
}

static struct fault *find_world(const struct rank_options *options, const struct ranking *ranking, size_t *world)
{
    char hint[96];
    *world = ranking->worlds;
    if (options->world == NULL) return NULL;
    for (*world = 0; *world < ranking->worlds; ++*world)
        if (strcmp(ranking->of.world[*world], options->world) == 0) return NULL;
    const char **words = calloc(ranking->worlds + 1, sizeof *words);
    if (words == NULL) return fault_no_memory();
    for (size_t w = 0; w < ranking->worlds; w++) words[w] = ranking->of.world[w];
    struct fault *fault = fault_raise(FAULT_USAGE, "--world is '%s', which is not among the worlds%s", options->world,
                                      units_hint(options->world, words, sizeof hint, hint));
    free(words);
    return fault;
}

static struct fault *print(const struct rank_options *options, const struct ranking_files *files,
                           const struct ranking *ranking, size_t world)
{
    if (options->json) {
        ranking_json(ranking, stdout);
        return command_flush();
    }
    if (options->csv) {
        ranking_print_given(ranking, stderr);
        ranking_csv(ranking, stdout);
        TRY(command_flush());
        return comparison_print_notes(&ranking->of, stderr);
    }
    TRY(ranking_print(ranking, world, stdout));
    TRY(ranking_print_deciding(files, ranking, world, stdout));
    return comparison_print_notes(&ranking->of, stdout);
}

/* What cannot be written is told before the work, not after. */
static struct fault *check_output(const struct rank_options *options)
{
    return output_path_check_both(options->output, options->workbook, options->force, options->files, options->file);
}

/* Of a folder the files are known only now. */
static struct fault *check_apart(const struct rank_options *options, const struct rank_files *files)
{
    for (size_t i = 0; i < files->cells; i++) {
        TRY(output_path_check_other("--xlsx", options->workbook, files->cell[i].path));
        TRY(output_path_check_other("-o", options->output, files->cell[i].path));
    }
    return NULL;
}

static struct fault *rank(const struct rank_options *options, struct rank_files *files, struct ranking *ranking)
{
    size_t world;
    const struct ranking_wish wish = {.given = options->condition,
                                      .outcome = options->outcome,
                                      .outcomes = options->outcomes,
                                      .better = direction_of,
                                      .context = &options->better,
                                      .memory = options->memory,
                                      .threads = options->threads};
    TRY(check_output(options));
    TRY(rank_files_read(options->file, options->files, options->unsealed, options->memory, files));
    TRY(check_apart(options, files));
    const struct ranking_files all = {.worlds = files->worlds,
                                      .policies = files->policies,
                                      .world = files->world,
                                      .policy = files->policy,
                                      .file = files->file};
    TRY(ranking_read(&all, &wish, ranking));
    TRY(check_directions(options, ranking));
    TRY(find_world(options, ranking, &world));
    TRY(set_margins(options, ranking));
    TRY(set_texts(options, ranking));
    if (options->output != NULL) TRY(ranking_write(ranking, options->output, options->force));
    const struct ranking_sheets sheets = {.command = options->typed, .files = &all, .world = world};
    if (options->workbook != NULL) TRY(ranking_spreadsheet(ranking, &sheets, options->workbook, options->force));
    return print(options, &all, ranking, world);
}

int command_rank(int argc, char **argv)
{
    struct rank_options options = {.files = 0};
    struct rank_files files = {.cells = 0};
    struct ranking ranking = {.outcomes = 0};
    char *typed = continuation_typed(argc, argv); /* before its words are put in another order */
    struct fault *fault = typed == NULL ? fault_no_memory() : command_parse(&parser, argc, argv, &options);
    options.typed = typed;
    if (fault == NULL && options.given != NULL) fault = given_parse(options.given, &options.condition);
    if (fault == NULL) fault = rank(&options, &files, &ranking);
    const int status = command_end(fault);
    ranking_free(&ranking);
    free(typed);
    given_free(options.condition);
    rank_files_free(&files);
    options_copies_free(&options.copy);
    free(options.file);
    free(options.outcome);
    free(options.margin);
    free(options.better.more);
    free(options.better.less);
    return status;
}
