/* sim/cli/command_report.c -- zhol report: results as a page of HTML to mail.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report/page.h"
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/cli/rank_files.h"
#include "sim/core/units.h"
#include "sim/run/continuation.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { OPTION_OUTCOME = 256, OPTION_YEAR, OPTION_OBSERVED, OPTION_WORLD, OPTION_TITLE, OPTION_FORCE, OPTION_UNSEALED };

enum { RESULTS = 12 /* on a page */ };

struct report_options {
    uint64_t memory; /* for reading a file, and for samples; 0: as usual */
    const char **file;
    size_t files;
    const char **outcome;
    size_t outcomes;
    struct options_copies copy;
    const char *output, *observed, *world, *title;
    bool force, unsealed;
    int year, threads;
};

static const struct argp_option list[] = {
    {NULL, 'o', "FILE", 0, "Write the page there (default: report.html)", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace that file if it is there", 0},
    {"outcome", OPTION_OUTCOME, "PATTERNS", 0,
     "Put these first, such as 'fiscal.*,trade.balance'; repeatable (default: the main ones)", 0},
    {"year", OPTION_YEAR, "YEAR", 0, "The year beside the horizon (default: the last)", 0},
    {"observed", OPTION_OBSERVED, "FILE.csv", 0, "Draw in what happened: a file as `zhol score` reads it", 0},
    {"title", OPTION_TITLE, "TEXT", 0, "Head the page with it (default: the title of the first scenario)", 0},
    {"world", OPTION_WORLD, "NAME", 0, "Of a batch, show the policies in this world (default: the base)", 0},
    {NULL, 'j', "THREADS", 0, "Threads (default: all processors); no effect on the page", 0},
    {"unsealed", OPTION_UNSEALED, NULL, 0, GUARD_MEANING, 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct report_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->memory; break;
    case OPTION_OUTCOME:
        return options_append_patterns(state, "outcome", argument, &options->copy, &options->outcome,
                                       &options->outcomes);
    case OPTION_OBSERVED: options->observed = argument; break;
    case OPTION_WORLD: options->world = argument; break;
    case OPTION_TITLE: options->title = argument; break;
    case OPTION_FORCE: options->force = true; break;
    case OPTION_UNSEALED: options->unsealed = true; break;
    case OPTION_YEAR: options_read_year(state, argument, &options->year); break;
    case 'o': options->output = argument; break;
    case 'j':
        if (!options_read_threads(argument, &options->threads))
            argp_error(state, "-j is '%s'; expected a number of threads from 1 to 4096", argument);
        break;
    case ARGP_KEY_ARG:
        if (!options_append(&options->file, &options->files, argument)) return ENOMEM;
        break;
    case ARGP_KEY_END:
        if (options->files == 0)
            argp_error(state,
                       "nothing was named; expected results, such as kazakhstan-2019.h5, or the folder of a batch");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&guard_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {
    list,
    parse,
    "RESULT... | FOLDER",
    "Write results as one page of HTML that needs nothing beside it and asks nothing of anybody: what was asked, "
    "tables with both "
    "kinds of interval, what the others differ in from the first, what decides it, figures by year, caveats, and how "
    "to make it "
    "again. Of some thousand futures the reader may ask what holds where a driver is low or an event happens. Of the "
    "folder of "
    "a batch also which policy is the best, and regret.\v"
    "Example:\n\n  zhol report kazakhstan-2019.h5 nurly-zhol-sreb.h5 --observed observed.csv -o report.html",
    children,
    NULL,
    NULL};

/* ---- a file of what happened, and all that its faults point into ---- */

struct figures {
    struct units *units;
    struct forest forest;
    struct table table;
    struct observed observed;
};

static struct fault *read_figures(const char *path, struct figures *figures)
{
    struct source *source = NULL;
    TRY(units_open(&figures->units));
    TRY(tree_read_file(&figures->forest, path, "a table of figures", &source));
    TRY(table_open(&figures->table, source));
    return observed_read(&figures->table, figures->units, &figures->observed);
}

static void free_figures(struct figures *figures)
{
    observed_free(&figures->observed);
    table_close(&figures->table);
    tree_free(&figures->forest);
    units_close(figures->units);
}

/* ---- which results ---- */

/* The results of a page, named, and what is ranked. */
struct choice {
    struct rank_files files; /* of the folder of a batch */
    struct ranking_files ranked;
    size_t results, world;
    const char **path, **name; /* name NULL: of the files */
};

static bool is_folder(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISDIR(info.st_mode);
}

/* The plain world: a policy in it is a cell by the policy's name alone. */
static size_t base_world(const struct rank_files *files)
{
    for (size_t i = 0; i < files->cells && files->world != NULL; i++) {
        const struct rank_cell *cell = &files->cell[i];
        if (cell->policy == NULL || strcmp(cell->policy, cell->name) != 0) continue;
        for (size_t w = 0; w < files->worlds; w++)
            if (strcmp(files->world[w], cell->world) == 0) return w;
    }
    return 0;
}

static struct fault *find_world(const struct report_options *options, const struct rank_files *files, size_t *world)
{
    char hint[96];
    *world = 0;
    if (options->world == NULL) {
        *world = base_world(files);
        return NULL;
    }
    for (; *world < files->worlds && files->world != NULL; ++*world)
        if (strcmp(files->world[*world], options->world) == 0) return NULL;
    if (files->world == NULL)
        return fault_raise(FAULT_USAGE, "--world is '%s', but the results are of no batch", options->world);
    const char **words = calloc(files->worlds + 1, sizeof *words);
    if (words == NULL) return fault_no_memory();
    memcpy(words, files->world, files->worlds * sizeof *words);
    struct fault *fault = fault_raise(FAULT_USAGE, "--world is '%s', which is not among the worlds%s", options->world,
                                      units_hint(options->world, words, sizeof hint, hint));
    free(words);
    return fault;
}

/* The policies in a world, as many as a page has room for. */
static struct fault *choose_of_batch(const struct report_options *options, struct choice *choice)
{
    const struct rank_files *files = &choice->files;
    size_t world;
    TRY(rank_files_read(options->file, options->files, options->unsealed, options->memory, &choice->files));
    TRY(find_world(options, files, &world));
    choice->ranked = (struct ranking_files){.worlds = files->worlds,
                                            .policies = files->policies,
                                            .world = files->world,
                                            .policy = files->policy,
                                            .file = files->file};
    choice->results = files->policies;
    choice->world = world;
    choice->path = calloc(files->policies + 1, sizeof *choice->path);
    if (choice->path == NULL) return fault_no_memory();
    memcpy(choice->path, files->file + world * files->policies, files->policies * sizeof *choice->path);
    choice->name = files->policy;
    return NULL;
}

static struct fault *choose(const struct report_options *options, struct choice *choice)
{
    if (options->files == 1 && is_folder(options->file[0])) return choose_of_batch(options, choice);
    if (options->world != NULL)
        return fault_raise(FAULT_USAGE, "--world is for the folder of a batch; expected one folder");
    for (size_t i = 0; i < options->files; i++) TRY(guard_result(options->file[i], options->unsealed, options->memory));
    choice->results = options->files;
    choice->path = calloc(options->files + 1, sizeof *choice->path);
    if (choice->path == NULL) return fault_no_memory();
    memcpy(choice->path, options->file, options->files * sizeof *choice->path);
    return NULL;
}

/* ---- the page ---- */

/* What cannot be written is told before the work, not after. */
static struct fault *check_output(const struct report_options *options)
{
    TRY(output_path_check_apart("-o", options->output, options->force, options->files, options->file));
    return options->observed == NULL ? NULL : output_path_check_other("-o", options->output, options->observed);
}

/* Of a folder the files are known only now. */
static struct fault *check_apart(const struct report_options *options, const struct choice *choice)
{
    for (size_t i = 0; i < choice->files.cells; i++)
        TRY(output_path_check_other("-o", options->output, choice->files.cell[i].path));
    return NULL;
}

/* What makes the page again: files by name, and all that changes what is written. */
static struct fault *set_command(const struct report_options *options, char **command)
{
    size_t size = 0;
    FILE *to = open_memstream(command, &size);
    if (to == NULL) return fault_no_memory();
    fputs("zhol report", to);
    for (size_t i = 0; i < options->files; i++) continuation_file(options->file[i], to);
    continuation_options(" --outcome ", options->outcome, options->outcomes, to);
    if (options->year != 0) fprintf(to, " --year %d", options->year);
    if (options->observed != NULL) {
        fputs(" --observed", to);
        continuation_file(options->observed, to);
    }
    if (options->title != NULL) continuation_options(" --title ", &options->title, 1, to);
    if (options->world != NULL) continuation_options(" --world ", &options->world, 1, to);
    return fclose(to) == 0 ? NULL : fault_no_memory();
}

static struct fault *write_page(const struct report_options *options, const struct choice *choice, const char *command,
                                const struct figures *figures)
{
    const struct contents_wish wish = {.command = command,
                                       .title = options->title,
                                       .results = choice->results,
                                       .path = choice->path,
                                       .name = choice->name,
                                       .batch = choice->files.cells > 0 ? &choice->ranked : NULL,
                                       .world = choice->world,
                                       .outcome = options->outcome,
                                       .outcomes = options->outcomes,
                                       .year = options->year,
                                       .observed = options->observed == NULL ? NULL : &figures->observed,
                                       .units = figures->units,
                                       .threads = options->threads,
                                       .memory = options->memory};
    struct contents contents = {.results = 0};
    struct page_size size;
    if (choice->results > RESULTS)
        return fault_raise(FAULT_USAGE, "there are %zu results; expected %d at most on a page", choice->results,
                           RESULTS);
    struct fault *fault = contents_read(&wish, &contents);
    if (fault == NULL) fault = page_write(&contents, options->output, options->force, &size);
    if (fault == NULL)
        fprintf(stderr, "%s: %zu result%s, %zu outcomes, %zu futures of each inside, %.1f MB\n", options->output,
                contents.results, contents.results == 1 ? "" : "s", contents.outcomes, size.futures,
                (double)size.bytes / 1e6);
    contents_free(&contents);
    return fault;
}

int command_report(int argc, char **argv)
{
    struct report_options options = {.output = "report.html"};
    struct choice choice = {.results = 0};
    struct figures figures = {0};
    char *command = NULL;
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    if (fault == NULL) fault = check_output(&options);
    if (fault == NULL && options.observed != NULL) fault = read_figures(options.observed, &figures);
    if (fault == NULL) fault = choose(&options, &choice);
    if (fault == NULL) fault = check_apart(&options, &choice);
    if (fault == NULL) fault = set_command(&options, &command);
    if (fault == NULL) fault = write_page(&options, &choice, command, &figures);
    const int status = command_end(fault);
    free_figures(&figures);
    free(choice.path);
    rank_files_free(&choice.files);
    free(command);
    options_copies_free(&options.copy);
    free(options.file);
    free(options.outcome);
    return status;
}
