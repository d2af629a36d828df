/* sim/cli/command_slurm.c -- zhol slurm: job scripts for a scenario or a batch, whose limits come from a pilot.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/readable.h"
#include "sim/batch/batch_run.h"
#include "sim/cli/command.h"
#include "sim/cli/deliver.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/cli/tell_scenario.h"
#include "sim/run/continuation.h"
#include "sim/run/crew.h"
#include "sim/run/pilot.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_TASKS = 512, OPTION_CPUS, OPTION_MPI };
enum { USUAL_CPUS = 8, MOST_TASKS = 100000, USUAL_SECONDS = 3600, USUAL_MOST_TASKS = 1000 };
/* What is asked for beyond the pilot's prediction, and how long before its time limit a job is told to stop. */
enum { MARGIN_SECONDS = 300, LEAD_SECONDS = 120, MARGIN_MIB = 256 };
static const double margin_of_time = 2.0, margin_of_memory = 1.25;

struct slurm_options {
    struct options shared;
    uint64_t tasks; /* 0: as many as take about an hour */
    uint64_t cpus;
    bool mpi;
};

static const struct argp_option list[] = {
    {NULL, 'o', "PATH", 0, "Result file (default: NAME.h5 here), or folder of a batch", 0},
    {"tasks", OPTION_TASKS, "K", 0, "Parts of the array, or ranks (default: as many as take about an hour)", 0},
    {"cpus", OPTION_CPUS, "C", 0, "Processors of each (default 8)", 0},
    {"mpi", OPTION_MPI, NULL, 0, "One job of K ranks that share the run, in place of an array and its merge", 0},
    {NULL, 'j', "THREADS", OPTION_HIDDEN, NULL, 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void read_number(const char *name, const char *text, struct argp_state *state, uint64_t *number)
{
    char rest = '\0';
    const bool digits = text[0] != '\0' && strspn(text, "0123456789") == strlen(text);
    if (!digits || sscanf(text, "%18" SCNu64 "%c", number, &rest) != 1 || *number < 1 || *number > MOST_TASKS)
        argp_error(state, "%s is '%s'; expected a whole number from 1 to %d", name, text, MOST_TASKS);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct slurm_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = state->child_inputs[1] = &options->shared; break;
    case 'o': options->shared.output = argument; break;
    case OPTION_TASKS: read_number("--tasks", argument, state, &options->tasks); break;
    case OPTION_CPUS: read_number("--cpus", argument, state, &options->cpus); break;
    case OPTION_MPI: options->mpi = true; break;
    case 'j': argp_error(state, "-j is what a job is given; expected --cpus"); break;
    case ARGP_KEY_END:
        if (options->shared.scenarios > 1)
            argp_error(state, "%zu files were named; expected one scenario or batch", options->shared.scenarios);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {
    {&options_argp, 0, NULL, 0}, {&options_goals_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {
    list,
    parse,
    "SCENARIO|BATCH",
    "Print what submits the run to Slurm. Time and memory are what a pilot predicts, "
    "with a margin.\v"
    "Example:\n\n  zhol slurm scenarios/kazakhstan-2019.yaml -n 1000000 --tasks 8 | bash",
    children,
    NULL,
    NULL};

static void print_word(const char *word)
{
    putchar(' ');
    continuation_quote(word, stdout);
}

static void print_option(const char *option, const char *value)
{
    if (value == NULL) return;
    printf(" %s", option);
    print_word(value);
}

static void print_options(const char *option, size_t count, const char *const value[])
{
    for (size_t i = 0; i < count; i++) print_option(option, value[i]);
}

/* What makes the run the one it is. */
static void print_settings(const struct run_settings *settings)
{
    const struct run_settings usual = settings_usual();
    if (settings->replications > 0) printf(" -n %" PRIu64, settings->replications);
    if (settings->has_seed) printf(" --seed %" PRIu64, settings->seed);
    if (strcmp(settings->rng, usual.rng) != 0) print_option("--rng", settings->rng);
    if (settings->memory != usual.memory) printf(" --memory %" PRIu64, settings->memory);
    print_option("--save", settings->save);
    if (settings->compress) printf(" --compress");
    if (settings->strict) printf(" --strict");
    print_option("--isa", settings->isa);
    print_options("--set", settings->sets, settings->set);
    print_options("--adopt", settings->adopts, settings->adopt);
    print_options("--path", settings->paths, settings->path);
}

/* What a job asks for. */
struct job {
    const char *name;
    uint64_t array, ranks, cpus; /* array 0: it is none */
    double seconds, bytes;       /* as predicted; bytes of a rank */
    bool resumes;                /* it can be stopped, and goes on */
};

static double asked_seconds(double seconds)
{
    return margin_of_time * seconds + MARGIN_SECONDS + LEAD_SECONDS;
}

static double asked_mib(double bytes)
{
    return ceil(margin_of_memory * bytes / 1048576.0) + MARGIN_MIB;
}

static void print_name(const char *option, const char *name, const char *end)
{
    /* Slurm reads % in it */
    printf("#SBATCH --%s=", option);
    for (const char *c = name; *c != '\0'; c++) putchar(strchr("%\\'\" \t\n", *c) == NULL ? *c : '_');
    puts(end);
}

static void print_job(const struct job *job)
{
    const double mib = ceil(asked_mib(job->bytes) / (double)job->cpus);
    const uint64_t minutes = (uint64_t)ceil(asked_seconds(job->seconds) / 60.0);
    puts("#!/bin/bash");
    print_name("job-name", job->name, "");
    if (job->array > 0) printf("#SBATCH --array=1-%" PRIu64 "\n", job->array);
    printf("#SBATCH --ntasks=%" PRIu64 "\n#SBATCH --cpus-per-task=%" PRIu64 "\n", job->ranks, job->cpus);
    printf("#SBATCH --time=%" PRIu64 "-%02" PRIu64 ":%02" PRIu64 ":00\n", minutes / 1440, minutes / 60 % 24,
           minutes % 60);
    printf("#SBATCH --mem-per-cpu=%.0fM\n", mib);
    if (job->resumes) printf("#SBATCH --signal=B:TERM@%d\n", LEAD_SECONDS);
    puts("#SBATCH --requeue\n#SBATCH --open-mode=append");
    print_name("output", job->name, job->array > 0 ? "-%a.log" : ".log");
    printf("[ \"${SLURM_MEM_PER_CPU:-%.0f}\" -ge %.0f ] ||\n"
           "  echo \"the job has $SLURM_MEM_PER_CPU MiB for each processor; about %.0f were asked for\" >&2\n",
           mib, mib, mib);
}

/* The program that is running, unless the environment names another. */
static void print_program(void)
{
    char path[PATH_MAX];
    const ssize_t length = readlink("/proc/self/exe", path, sizeof path - 1);
    path[length < 0 ? 0 : length] = '\0';
    fputs("program=${ZHOL:-", stdout);
    continuation_quote(length < 0 ? "zhol" : path, stdout);
    puts("}");
}

/* How a job stops before its time is over: `tell` passes the signal on to what runs in the background. */
static void print_begin(const char *tell)
{
    puts("\n# Slurm tells this script that the time is nearly over, the script tells zhol, which keeps its checkpoint "
         "and ends with\n"
         "# 130; the job is then queued again and goes on from there.");
    printf("stopped=\ntrap 'stopped=yes; %s' TERM\n", tell);
    print_program();
}

static void print_end(void)
{
    puts(" &\n"
         "child=$!\n"
         "status=0\n"
         "wait \"$child\" || status=$?\n"
         "while [ -n \"$stopped\" ]; do # the signal ended the waiting, not the program\n"
         "  stopped=\n"
         "  status=0\n"
         "  wait \"$child\" || status=$?\n"
         "done\n"
         "[ \"$status\" != 130 ] || scontrol requeue \"$SLURM_JOB_ID\"\n"
         "exit \"$status\"");
}

static const char *const tell_child = "kill -TERM \"$child\"", *const tell_steps =
                                                                   "scancel --signal=TERM \"$SLURM_JOB_ID\"";

/* What is known about the run, for the scripts. */
struct outlook {
    const char *file;   /* as the user gave it */
    const char *output; /* result, or folder */
    const char *shards; /* what their names begin with */
    const char *name;   /* of the jobs */
    uint64_t chunks;    /* of the run, or of a cell */
    uint64_t cells;     /* of a batch; 0: it is none */
    const struct simulation *simulation;
    const struct pilot *pilot;
};

static void print_top(const char *what, double seconds, uint64_t cpus)
{
    char time[READABLE_NUMBER];
    readable_time(seconds, time);
    printf("#!/bin/bash\n# %s; written by `zhol slurm`, submitted by bash, in the folder from where the names of files "
           "hold.\n",
           what);
    printf("# A job simulates for about %s on %" PRIu64
           " processor%s, as a pilot tells. It asks for %g times that and %d min, and for %g "
           "times the\n# memory and %d MiB. SBATCH_TIMELIMIT, SBATCH_PARTITION, SBATCH_ACCOUNT and the like go before "
           "what is stated here, and\n"
           "# ZHOL=PATH before the program that wrote it. A job that is not done in its time goes on in the next.\n"
           "set -euo pipefail\n\n",
           time, cpus, cpus == 1 ? "" : "s", margin_of_time, (MARGIN_SECONDS + LEAD_SECONDS) / 60, margin_of_memory,
           MARGIN_MIB);
}

/* The last job, after all of the array. */
static void print_last_begin(const struct job *job)
{
    puts("JOB\n)\nlast=$(sbatch --parsable --dependency=\"afterok:${array%%;*}\" --kill-on-invalid-dep=yes <<'JOB'");
    print_job(job);
}

static void print_last_end(const struct outlook *outlook)
{
    printf("JOB\n)\necho \"job ${array%%%%;*}, then ${last%%%%;*}, which makes\"");
    print_word(outlook->output);
    putchar('\n');
}

/* Reading and writing what is merged or compared, at a modest disk's speed. */
static double seconds_at_end(const struct outlook *outlook, uint64_t files)
{
    const double bytes = (double)retention_file_bytes(outlook->simulation, &outlook->pilot->retention, false);
    return 2.0 * bytes * (double)files / 50e6;
}

static void print_array(const struct outlook *outlook, const struct slurm_options *options)
{
    const struct run_settings *settings = &options->shared.settings;
    const uint64_t each = outlook->chunks / options->tasks + (outlook->chunks % options->tasks != 0);
    const struct pilot_needs part = pilot_needs(outlook->simulation, outlook->pilot, each, (int)options->cpus),
                             whole =
                                 pilot_needs(outlook->simulation, outlook->pilot, outlook->chunks, (int)options->cpus);
    const struct job parts = {outlook->name, options->tasks, 1, options->cpus, part.seconds, part.bytes, true};
    const struct job merge = {"merge", 0, 1, options->cpus, seconds_at_end(outlook, 1), whole.bytes + part.samples,
                              false};
    struct run_settings fixed = *settings;
    fixed.replications =
        outlook->pilot->expected; /* also what a goal is expected to take; the merge says whether it did */
    print_top("A run in parts, and their merge", part.seconds, options->cpus);
    puts("array=$(sbatch --parsable <<'JOB'");
    print_job(&parts);
    print_begin(tell_child);
    fputs("\"$program\" run", stdout);
    print_word(outlook->file);
    print_settings(&fixed);
    printf(" --shard \"$SLURM_ARRAY_TASK_ID/%" PRIu64 "\" --resume --progress plain -j \"$SLURM_CPUS_PER_TASK\" -o",
           options->tasks);
    print_word(outlook->output);
    print_end();
    print_last_begin(&merge);
    print_program();
    fputs("exec \"$program\" merge -j \"$SLURM_CPUS_PER_TASK\"", stdout);
    print_options("--precision", settings->precisions, settings->precision);
    print_option("-o", outlook->output);
    print_word(outlook->shards);
    printf(".shard-*-of-%" PRIu64 "\n", options->tasks);
    print_last_end(outlook);
}

static void print_mpi(const struct outlook *outlook, const struct slurm_options *options)
{
    const struct run_settings *settings = &options->shared.settings;
    const struct pilot_needs needs =
        pilot_needs(outlook->simulation, outlook->pilot, outlook->chunks, (int)options->cpus);
    const double seconds = needs.seconds / (double)options->tasks;
    const struct job job = {outlook->name, 0, options->tasks, options->cpus, seconds, needs.bytes, true};
    print_top("One run on several ranks of MPI", seconds, options->cpus * options->tasks);
    puts("sbatch <<'JOB'");
    print_job(&job);
    print_begin(tell_steps);
    fputs("srun --mpi=pmix --kill-on-bad-exit=1 --cpus-per-task=\"$SLURM_CPUS_PER_TASK\" \"$program\" run", stdout);
    print_word(outlook->file);
    print_settings(settings);
    print_options("--precision", settings->precisions, settings->precision);
    fputs(" --resume --progress plain -j \"$SLURM_CPUS_PER_TASK\" -o", stdout);
    print_word(outlook->output);
    print_end();
    puts("JOB");
}

static void print_batch(const struct outlook *outlook, const struct slurm_options *options)
{
    const struct run_settings *settings = &options->shared.settings;
    const uint64_t each = outlook->cells / options->tasks + (outlook->cells % options->tasks != 0);
    const struct pilot_needs cell =
        pilot_needs(outlook->simulation, outlook->pilot, outlook->chunks, (int)options->cpus);
    const struct job cells = {outlook->name, options->tasks, 1, options->cpus, (double)each * cell.seconds, cell.bytes,
                              true};
    const struct job compare = {"compare",
                                0,
                                1,
                                options->cpus,
                                seconds_at_end(outlook, outlook->cells),
                                cell.bytes + fmin((double)settings->memory, (double)outlook->cells * cell.samples),
                                true};
    print_top("The cells of a batch, and their comparison", cells.seconds, options->cpus);
    puts("array=$(sbatch --parsable <<'JOB'");
    print_job(&cells);
    print_begin(tell_child);
    fputs("\"$program\" batch", stdout);
    print_word(outlook->file);
    print_settings(settings);
    printf(" --cells \"$SLURM_ARRAY_TASK_ID/%" PRIu64 "\" --progress plain -j \"$SLURM_CPUS_PER_TASK\" -o",
           options->tasks);
    print_word(outlook->output);
    print_end();
    print_last_begin(&compare);
    print_begin(tell_child);
    fputs("\"$program\" batch", stdout);
    print_word(outlook->file);
    print_settings(settings);
    fputs(" --progress plain -j \"$SLURM_CPUS_PER_TASK\" -o", stdout);
    print_word(outlook->output);
    print_end();
    print_last_end(outlook);
}

/* Parts of about an hour. */
static uint64_t usual_tasks(const struct outlook *outlook, uint64_t cpus)
{
    const double cells = outlook->cells > 0 ? (double)outlook->cells : 1.0;
    const double hours = cells * outlook->pilot->seconds * (double)outlook->chunks / (double)cpus / USUAL_SECONDS;
    return hours < 2.0 ? 2 : hours > USUAL_MOST_TASKS ? USUAL_MOST_TASKS : (uint64_t)ceil(hours);
}

static struct fault *print_scripts(struct outlook *outlook, struct slurm_options *options)
{
    const char *const what = outlook->cells > 0 ? "cells of the batch" : "chunks of 512 replications";
    outlook->chunks = chunks_of(outlook->pilot->expected);
    const uint64_t most = outlook->cells > 0 ? outlook->cells : outlook->chunks;
    if (options->tasks > most)
        return fault_raise(FAULT_USAGE,
                           "--tasks is %" PRIu64 ", but there are %" PRIu64 " %s, which are not split; "
                           "expected no more than that",
                           options->tasks, most, what);
    if (options->tasks == 0) options->tasks = usual_tasks(outlook, options->cpus);
    if (options->tasks > most) options->tasks = most;
    if (outlook->cells > 0)
        print_batch(outlook, options);
    else if (options->mpi)
        print_mpi(outlook, options);
    else
        print_array(outlook, options);
    return fflush(stdout) != 0 || ferror(stdout) ? fault_raise(FAULT_MACHINE, "the script cannot be written") : NULL;
}

static struct fault *fly_and_print(struct outlook *outlook, struct slurm_options *options)
{
    struct pilot pilot;
    struct fault *fault = pilot_fly(outlook->simulation, &pilot);
    outlook->pilot = &pilot;
    if (fault == NULL) fault = print_scripts(outlook, options);
    pilot_free(&pilot);
    return fault;
}

static struct fault *of_scenario(struct slurm_options *options, struct simulation *simulation)
{
    const char *file = options->shared.scenario[0];
    char *output = options->shared.output == NULL ? simulation_output(file) : strdup(options->shared.output);
    char *shards = output == NULL ? NULL : strndup(output, result_stem(output));
    struct fault *fault = output_path_check(output);
    if (fault == NULL) fault = simulation_open(file, &options->shared.settings, simulation);
    if (fault == NULL) fault = output_path_check_sources(output, simulation->scenario, file);
    struct outlook outlook = {.file = file, .output = output, .shards = shards, .simulation = simulation};
    if (fault == NULL && shards == NULL) fault = fault_no_memory();
    if (fault == NULL) outlook.name = simulation_name(simulation);
    if (fault == NULL) fault = fly_and_print(&outlook, options);
    tell_scenario_in_short(simulation->scenario, simulation->plan.warnings);
    free(output);
    free(shards);
    return fault;
}

/* The pilot is one of the base: cells are much alike. */
static struct fault *of_cells(const struct batch *batch, struct slurm_options *options, struct simulation *simulation)
{
    struct batch_run run;
    struct origin origin;
    struct fault *fault = batch_run_init(&run, batch, &options->shared.settings, options->shared.output);
    if (fault != NULL) {
        batch_run_free(&run);
        return fault;
    }
    struct outlook outlook = {.file = options->shared.scenario[0],
                              .output = run.folder,
                              .name = batch->name,
                              .cells = run.cells,
                              .simulation = simulation};
    if (access(run.folder, F_OK) < 0) fault = output_path_check(run.folder); /* it is made, one level deep */
    if (fault == NULL)
        fault = batch_run_open(&run, batch_index(batch, batch->base_world, batch->base_policy), &origin, simulation);
    if (fault == NULL) fault = fly_and_print(&outlook, options);
    batch_run_free(&run);
    return fault;
}

static struct fault *of_batch(struct slurm_options *options, struct batch *batch, struct simulation *simulation)
{
    const struct run_settings *settings = &options->shared.settings;
    if (options->mpi)
        return fault_raise(FAULT_USAGE, "--mpi is of one run, but %s is a batch; expected an array of its cells",
                           options->shared.scenario[0]);
    if (settings->precisions > 0)
        return fault_raise(FAULT_USAGE, "--precision is of one run; expected it as `precision` of the batch");
    TRY(batch_read(options->shared.scenario[0], settings->path, settings->paths, batch));
    if (batch->precision != NULL && settings->replications == 0)
        return fault_raise(FAULT_USAGE, "the goals of %s are judged of all cells at once; expected -n for an array",
                           options->shared.scenario[0]);
    return of_cells(batch, options, simulation);
}

int command_slurm(int argc, char **argv)
{
    struct slurm_options options = {.cpus = USUAL_CPUS};
    struct batch batch = {0};
    struct simulation simulation = {.file = NULL}; /* faults point into it until they are printed */
    options_init(&options.shared);
    options.shared.missing = "no file was named; expected a scenario or a batch";
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    bool is_batch = false;
    if (fault == NULL) fault = batch_is_file(options.shared.scenario[0], &is_batch);
    if (fault == NULL) fault = is_batch ? of_batch(&options, &batch, &simulation) : of_scenario(&options, &simulation);
    const int status = command_end(fault);
    simulation_close(&simulation);
    batch_free(&batch);
    options_free(&options.shared);
    return status;
}
