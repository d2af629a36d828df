/* sim/cli/command_batch.c -- zhol batch: worlds x policies, every cell on the same random numbers.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/readable.h"
#include "sim/batch/batch_decide.h"
#include "sim/cli/command.h"
#include "sim/cli/deliver.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/cli/tell_retention.h"
#include "sim/core/gib.h"
#include "sim/run/continuation.h"
#include "sim/run/pilot.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    OPTION_PROGRESS = 512,
    OPTION_FORCE,
    OPTION_CSV,
    OPTION_COMPARISON,
    OPTION_CHECK,
    OPTION_CELLS,
    OPTION_KEEP,
    OPTION_CHECKPOINT
};

struct batch_options {
    struct options shared;
    const char *csv, *comparison;
    bool check, keep;
    double interval;
    struct shard cells; /* count 0: all */
    const char *typed;  /* the command */
};

static const struct argp_option list[] = {
    {NULL, 'o', "DIR", 0, "Folder of the results (default: the batch's name)", 0},
    {"csv", OPTION_CSV, "FILE", 0, "Write the comparison as CSV too, over an old one", 0},
    {"comparison", OPTION_COMPARISON, "FILE", 0, "Write what policies change, by year, as HDF5 too", 0},
    {"progress", OPTION_PROGRESS, "STYLE", 0, "auto (default), plain or none", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace files that are no results, or results of more replications", 0},
    {"check", OPTION_CHECK, NULL, 0, "Print the plan of all cells; simulate a pilot", 0},
    {"cells", OPTION_CELLS, "I/K", 0, "Simulate cells I, I + K, ...; compare nothing", 0},
    {"keep", OPTION_KEEP, NULL, 0, "Leave checkpoints, for a greater -n to go on from", 0},
    {"checkpoint", OPTION_CHECKPOINT, "SECONDS", 0, "Time between checkpoints of a cell (default 60)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct batch_options *options = state->input;
    enum progress_style style;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = state->child_inputs[1] = &options->shared; break;
    case 'o': options->shared.output = argument; break;
    case OPTION_CSV: options->csv = argument; break;
    case OPTION_COMPARISON: options->comparison = argument; break;
    case OPTION_PROGRESS:
        if (!progress_read_style(argument, &style))
            argp_error(state, "--progress is '%s'; expected auto, plain or none", argument);
        options->shared.progress = argument;
        break;
    case OPTION_FORCE: options->shared.force = true; break;
    case OPTION_CHECK: options->check = true; break;
    case OPTION_KEEP: options->keep = true; break;
    case OPTION_CELLS: options_read_shard(argument, "--cells", state, &options->cells); break;
    case OPTION_CHECKPOINT: options_read_checkpoint(argument, state, &options->interval); break;
    case ARGP_KEY_END:
        if (options->cells.count > 0 && (options->csv != NULL || options->comparison != NULL))
            argp_error(state, "--cells compares nothing; expected %s without it, when all cells are there",
                       options->csv != NULL ? "--csv" : "--comparison");
        if (options->shared.scenarios > 1)
            argp_error(state, "%zu batch files were named; expected one", options->shared.scenarios);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {
    {&options_argp, 0, NULL, 0}, {&options_threads_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {
    list,
    parse,
    "BATCH",
    "Simulate each world with each policy of a batch file, all on the same random numbers, and compare them. "
    "Results that are there and would come out the same are kept.\v"
    "Example:\n\n  zhol batch policies.yaml -n 10000 -o results --csv differences.csv",
    children,
    NULL,
    NULL};

/* How far the cells are, and how they are to come into being. */
struct watching {
    enum progress_style style;
    struct progress progress;
    const struct batch_options *options;
};

/* Whether this command is to simulate the cell; others may be at work on the rest. */
static bool is_mine(const struct batch_options *options, size_t index)
{
    return options->cells.count == 0 || index % options->cells.count == options->cells.index - 1;
}

/* --memory is for the samples of a run; a result that is there takes as much as its size says. */
static struct fault *guard_cell(const char *path)
{
    return guard_head(path, 0);
}

static bool watching_stop(void *context)
{
    (void)context;
    return progress_interrupted();
}

static struct ensemble_watch watching_cell_begin(void *context, const char *cell)
{
    struct watching *watching = context;
    progress_begin(&watching->progress, watching->style, 0);
    progress_part(&watching->progress, cell, 0);
    return progress_watch(&watching->progress);
}

static void watching_cell_end(void *context)
{
    struct watching *watching = context;
    progress_end(&watching->progress);
}

static struct fault *watching_sketched(void *context, const struct simulation *simulation,
                                       const struct retention *retention)
{
    (void)context;
    return tell_retention(simulation, retention, stderr);
}

/* One level only. */
static struct fault *make_folder(const char *path)
{
    struct stat status;
    if (mkdir(path, 0777) == 0) return NULL;
    if (errno != EEXIST) return fault_raise(FAULT_MACHINE, "the folder %s cannot be made: %s", path, strerror(errno));
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode)) return NULL;
    return fault_raise(FAULT_MACHINE, "%s is not a folder; expected one for the results, see -o", path);
}

/* What is written at the end must not replace what is read or simulated. */
static struct fault *check_apart(const struct batch_run *run, const char *file, const char *option, const char *path,
                                 const char *other)
{
    if (path == NULL) return NULL;
    bool clash = output_path_is_same(path, file) || (other != NULL && output_path_is_same(path, other));
    for (size_t i = 0; i < run->cells && !clash; i++) clash = output_path_is_same(path, run->cell[i].output);
    return clash
               ? fault_raise(FAULT_USAGE, "%s %s would replace another file of this batch; expected a name of its own",
                             option, path)
               : NULL;
}

static struct fault *run_cell(struct batch_run *run, size_t index, struct progress *progress)
{
    struct cell_run *cell = &run->cell[index];
    struct simulation simulation;
    struct origin origin;
    struct delivery delivery = {.wish = NULL};
    const struct watching *watching = run->watch.context;
    const struct delivery_wish wish = {
        .force = cell->replace, .cell = true, .keep = watching->options->keep, .interval = run->interval};
    struct fault *fault = batch_run_open(run, index, &origin, &simulation);
    if (fault == NULL) fault = deliver_open(&simulation, run->settings, &wish, cell->output, &delivery);
    if (fault == NULL) progress_resume(progress, deliver_done(&delivery));
    if (fault == NULL) fault = deliver(&delivery, progress);
    if (delivery.wish != NULL) deliver_close(&delivery);
    if (fault == NULL) {
        cell->state = CELL_DONE;
        cell->there = cell->replications;
    }
    if (fault != NULL) fault = batch_run_fail(run, index, fault);
    simulation_close(&simulation);
    return fault;
}

/* The cells that wait, one after the other. */
static struct fault *run_cells(struct batch_run *run)
{
    struct watching *watching = run->watch.context;
    uint64_t replications = 0;
    size_t waiting = 0;
    for (size_t i = 0; i < run->cells; i++) {
        if (run->cell[i].state != CELL_WAITING || !is_mine(watching->options, i)) continue;
        replications += run->cell[i].replications;
        waiting++;
    }
    progress_begin(&watching->progress, watching->style, replications);
    for (size_t i = 0, begun = 0; i < run->cells; i++) {
        char *label = NULL;
        if (run->cell[i].state != CELL_WAITING || !is_mine(watching->options, i)) continue;
        TRY(batch_run_stop(run));
        if (asprintf(&label, "cell %zu of %zu, %s", ++begun, waiting, run->batch->cell[i].name) < 0)
            return fault_no_memory();
        progress_part(&watching->progress, label, run->cell[i].replications);
        struct fault *fault = run_cell(run, i, &watching->progress);
        free(label);
        if (fault != NULL) return fault;
    }
    return NULL;
}

/* The cells that failed, each with its reason. */
static struct fault *report_failed(const struct batch_run *run)
{
    const size_t failed = batch_run_count(run, CELL_FAILED);
    if (failed == 0) return NULL;
    fputs("\nCells without a result:\n", stderr);
    for (size_t i = 0; i < run->cells; i++) {
        const struct cell_run *cell = &run->cell[i];
        if (cell->state != CELL_FAILED) continue;
        fprintf(stderr, "  %s: %s\n", run->batch->cell[i].name, cell->why);
        if (access(cell->output, F_OK) == 0) fprintf(stderr, "    %s is not of this run\n", cell->output);
    }
    return fault_raise(FAULT_UNTRUSTED, "%zu of %zu cells failed", failed, run->cells);
}

static void report_interrupted(const struct batch_run *run)
{
    const size_t there = batch_run_count(run, CELL_DONE) + batch_run_count(run, CELL_UNCHANGED);
    fprintf(stderr, "zhol: interrupted; %zu of %zu cells are in %s; the same command again goes on from there\n", there,
            run->cells, run->folder);
}

static void tell_unchanged(const struct batch_run *run)
{
    for (size_t i = 0; i < run->cells; i++)
        if (run->cell[i].state == CELL_UNCHANGED) fprintf(stderr, "%s: unchanged\n", run->batch->cell[i].name);
}

static struct fault *run_waiting(struct batch_run *run)
{
    if (batch_run_count(run, CELL_WAITING) == 0) return NULL;
    TRY(make_folder(run->folder));
    return run_cells(run);
}

static struct fault *run_all(struct batch_run *run)
{
    TRY(batch_check(run));
    tell_unchanged(run);
    return run_waiting(run);
}

/* The base, without which neither goals nor a plan can be told: its faults are those of its cell. Close it in any case.
 */
static struct fault *open_base(struct batch_run *run, struct origin *origin, struct simulation *base)
{
    const size_t index = batch_index(run->batch, run->batch->base_world, run->batch->base_policy);
    *base = (struct simulation){.file = NULL};
    struct fault *fault = run->cell[index].state == CELL_FAILED ? NULL : batch_run_open(run, index, origin, base);
    if (fault != NULL) fault = batch_run_fail(run, index, fault);
    if (fault == NULL && run->cell[index].state == CELL_FAILED) fault = report_failed(run);
    return fault;
}

static struct fault *read_goals(struct batch_run *run, struct batch_goals *goals)
{
    const struct batch *batch = run->batch;
    struct simulation base;
    struct origin origin;
    struct fault *fault = open_base(run, &origin, &base);
    if (fault == NULL) fault = batch_goals_read(batch, &base, goals);
    simulation_close(&base);
    return fault;
}

/* Differences need samples, in memory and in the results: no more replications than those of which both are kept. */
static struct fault *limit_goals(const struct batch_run *run, struct batch_goals *goals)
{
    const uint64_t first = precision_next(0) * LANES_PER_CHUNK, memory = run->settings->memory;
    uint64_t most = memory / (sizeof(float) * run->cells * goals->count);
    for (size_t i = 0; i < run->cells; i++)
        if (run->cell[i].state != CELL_FAILED && run->cell[i].max < most) most = run->cell[i].max;
    if (most >= goals->limit) return NULL;
    if (most < first)
        return fault_raise(FAULT_SCENARIO,
                           "the samples of %" PRIu64 " replications fit in --memory, but differences are judged from "
                           "%" PRIu64 " on; raise --memory or name what is compared, and little else, in --save",
                           most, first);
    fprintf(stderr,
            "note: %" PRIu64 " replications at most, of which the samples fit in --memory; the limit is %" PRIu64 "\n",
            most, goals->limit);
    goals->limit = most;
    return NULL;
}

/* All cells are simulated to the boundary at which enough is known; then their results are written. */
static struct fault *run_and_decide(struct batch_run *run, struct batch_goals *goals)
{
    const uint64_t first = precision_next(0) * LANES_PER_CHUNK;
    run->replications = first < goals->limit ? first : goals->limit;
    run->deciding = true;
    TRY(batch_check(run));
    TRY(limit_goals(run, goals));
    TRY(make_folder(run->folder));
    TRY(batch_decide(run, goals));
    run->deciding = false;
    TRY(batch_check(run));
    tell_unchanged(run);
    TRY(run_waiting(run));
    if (run->stopped_by != NULL) printf("Stopped by %s\n", run->stopped_by);
    return NULL;
}

static struct fault *run_until_known(struct batch_run *run)
{
    struct batch_goals goals = {0};
    struct fault *fault = read_goals(run, &goals);
    if (fault == NULL) fault = run_and_decide(run, &goals);
    batch_goals_free(&goals);
    return fault;
}

/* The pilot of the base stands for all cells. */
static struct fault *print_plan(struct batch_run *run, const struct simulation *base)
{
    struct pilot pilot;
    uint64_t waiting = 0, bytes = 0;
    const size_t unchanged = batch_run_count(run, CELL_UNCHANGED), failed = batch_run_count(run, CELL_FAILED);
    const int threads = ensemble_threads(run->settings->threads);
    struct fault *fault = pilot_fly(base, &pilot);
    const struct retention retention = pilot.retention;
    for (size_t i = 0; i < run->cells; i++)
        if (run->cell[i].state == CELL_WAITING) waiting += chunks_of(run->cell[i].replications);
    bytes = retention_file_bytes(base, &retention, retention_compressed(base, &retention, run->settings));
    if (fault == NULL) {
        printf("%s: %zu cells (%zu worlds x %zu policies) into %s/\n", run->batch->name, run->cells,
               run->batch->worlds->children, run->batch->policies->children, run->folder);
        printf("  %-28s %10" PRIu64 " of each cell%s\n", "replications", retention.replications,
               run->batch->precision != NULL && run->settings->replications == 0
                   ? ", at least; more until its goals are met"
                   : "");
        printf("  %-28s %10zu\n  %-28s %10zu\n  %-28s %10zu\n", "cells there and unchanged", unchanged,
               "cells to simulate", batch_run_count(run, CELL_WAITING), "cells that fail", failed);
        char text[READABLE_NUMBER];
        readable_size((double)retention_bytes(base, &retention), text);
        printf("  %-28s %10s, one cell at a time\n", "memory of samples", text);
        readable_size((double)bytes * (double)run->cells, text);
        printf("  %-28s %10s in all\n", "result files", text);
        readable_time(pilot.seconds * (double)waiting / threads, text);
        printf("  %-28s %10s on %d thread%s\n", "predicted time, about", text, threads, threads == 1 ? "" : "s");
    }
    pilot_free(&pilot);
    return fault;
}

/* Checks every cell and says what running the batch would do. */
static struct fault *check_batch(struct batch_run *run)
{
    const struct batch *batch = run->batch;
    struct simulation base;
    struct origin origin;
    if (batch->precision != NULL && run->settings->replications == 0) {
        run->replications = precision_next(0) * LANES_PER_CHUNK;
        run->deciding = true;
    }
    TRY(batch_check(run));
    struct fault *fault = open_base(run, &origin, &base);
    if (fault == NULL) fault = print_plan(run, &base);
    simulation_close(&base);
    if (fault == NULL) fault = report_failed(run);
    return fault;
}

/* What is simulated elsewhere, or is to come, is compared when all is there. */
static void report_part(const struct batch_run *run, const struct shard *cells)
{
    size_t mine = 0;
    for (size_t i = 0; i < run->cells; i++)
        mine += run->cell[i].state == CELL_DONE || run->cell[i].state == CELL_UNCHANGED;
    fprintf(stderr,
            "part %" PRIu64 " of %" PRIu64
            ": %zu of %zu cells are in %s; without --cells the same command compares them\n",
            cells->index, cells->count, mine, run->cells, run->folder);
}

static struct fault *check_options(const struct batch *batch, const struct batch_run *run,
                                   const struct batch_options *options)
{
    const char *file = options->shared.scenario[0];
    TRY(output_path_check(options->csv));
    TRY(output_path_check(options->comparison));
    TRY(check_apart(run, file, "--csv", options->csv, options->comparison));
    TRY(check_apart(run, file, "--comparison", options->comparison, options->csv));
    if (options->cells.count > 0 && batch->precision != NULL && options->shared.settings.replications == 0)
        return fault_raise(FAULT_USAGE, "the goals of %s are judged of all cells at once; expected -n with --cells",
                           batch->name);
    return NULL;
}

static struct fault *run_batch(const struct batch *batch, const struct batch_options *options)
{
    struct batch_run run;
    struct watching watching = {.style = PROGRESS_NONE, .options = options};
    struct fault *fault = batch_run_init(&run, batch, &options->shared.settings, options->shared.output);
    run.force = options->shared.force;
    run.interval = options->interval;
    run.guard = guard_cell;
    run.log = stderr;
    run.typed = options->typed;
    run.written[0] = options->csv;
    run.written[1] = options->comparison;
    run.watch =
        (struct batch_watch){watching_stop, watching_cell_begin, watching_cell_end, watching_sketched, &watching};
    if (!progress_read_style(options->shared.progress, &watching.style)) watching.style = PROGRESS_NONE;
    if (fault == NULL) fault = check_options(batch, &run, options);
    if (fault == NULL)
        fault = options->check                                                           ? check_batch(&run)
                : batch->precision != NULL && options->shared.settings.replications == 0 ? run_until_known(&run)
                                                                                         : run_all(&run);
    if (fault != NULL && fault->code == FAULT_INTERRUPTED) report_interrupted(&run);
    if (fault == NULL && options->cells.count > 0) {
        report_part(&run, &options->cells);
        fault = report_failed(&run);
    } else if (fault == NULL && !options->check) {
        fault = batch_compare(&run, stdout, options->csv, options->comparison);
        fault = fault_join(report_failed(&run), fault);
    }
    batch_run_free(&run);
    return fault;
}

int command_batch(int argc, char **argv)
{
    struct batch_options options = {.interval = DELIVERY_INTERVAL};
    struct batch batch = {0};
    options_init(&options.shared);
    options.shared.missing = "no batch file was named; expected one that lists worlds and policies";
    char *typed = continuation_typed(argc, argv); /* before its words are put in another order */
    struct fault *fault = typed == NULL ? fault_no_memory() : command_parse(&parser, argc, argv, &options);
    options.typed = typed;
    if (fault == NULL && options.cells.count == 0) fault = command_check_alone();
    if (fault == NULL) fault = progress_catch_signals();
    if (fault == NULL)
        fault =
            batch_read(options.shared.scenario[0], options.shared.settings.path, options.shared.settings.paths, &batch);
    if (fault == NULL) fault = run_batch(&batch, &options);
    const int status =
        fault != NULL && fault->code == FAULT_INTERRUPTED ? (fault_free(fault), FAULT_INTERRUPTED) : command_end(fault);
    batch_free(&batch);
    free(typed);
    options_free(&options.shared);
    return status;
}
