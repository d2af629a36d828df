/* sim/cli/command_run.c -- zhol run: from scenario files to result files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/command.h"
#include "sim/cli/deliver.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/cli/tell_retention.h"
#include "sim/cli/tell_scenario.h"
#include "sim/run/crew.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_PROGRESS = 512, OPTION_FORCE, OPTION_SHARD, OPTION_RESUME, OPTION_KEEP, OPTION_CHECKPOINT };

static const struct argp_option list[] = {
    {NULL, 'o', "PATH", 0, "Result file, of one scenario (default: NAME.h5)", 0},
    {"progress", OPTION_PROGRESS, "STYLE", 0, "auto (default), plain or none", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace an existing result", 0},
    {"resume", OPTION_RESUME, NULL, 0, "Go on from NAME.part, if it is there", 0},
    {"keep", OPTION_KEEP, NULL, 0, "Leave NAME.part, for --resume -n LARGER", 0},
    {"checkpoint", OPTION_CHECKPOINT, "SECONDS", 0, "Time between two checkpoints (default 60)", 0},
    {"shard", OPTION_SHARD, "I/K", 0, "Simulate part I of K, for `zhol merge`", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

/* What the options say: those of the scenario, and how the result comes into being. */
struct run_options {
    struct options shared;
    struct delivery_wish wish;
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct run_options *options = state->input;
    struct options *shared = &options->shared;
    struct delivery_wish *wish = &options->wish;
    enum progress_style style;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = state->child_inputs[1] = state->child_inputs[2] = shared; break;
    case 'o': shared->output = argument; break;
    case OPTION_PROGRESS:
        if (!progress_read_style(argument, &style))
            argp_error(state, "--progress is '%s'; expected auto, plain or none", argument);
        shared->progress = argument;
        break;
    case OPTION_FORCE: shared->force = wish->force = true; break;
    case OPTION_RESUME: wish->resume = true; break;
    case OPTION_KEEP: wish->keep = true; break;
    case OPTION_CHECKPOINT: options_read_checkpoint(argument, state, &wish->interval); break;
    case OPTION_SHARD: options_read_shard(argument, "--shard", state, &wish->shard); break;
    case ARGP_KEY_END:
        if (shared->output != NULL && shared->scenarios > 1)
            argp_error(state, "-o names one file, but %zu scenarios are to be run", shared->scenarios);
        if (wish->shard.count > 0 && shared->settings.precisions > 0 &&
            strcmp(shared->settings.precision[0], "none") != 0)
            argp_error(state,
                       "--shard and --precision '%s' exclude each other; expected the goal at `zhol merge`, "
                       "which says whether it is met",
                       shared->settings.precision[0]);
        if (wish->resume && wish->force)
            argp_error(state, "--resume and --force exclude each other; expected one of them");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&options_argp, 0, NULL, 0},
                                             {&options_goals_argp, 0, NULL, 0},
                                             {&options_threads_argp, 0, NULL, 0},
                                             {NULL, 0, NULL, 0}};
static const struct argp parser = {list,
                                   parse,
                                   "SCENARIO...",
                                   "Simulate; one result file per scenario, all on the same seed.\v"
                                   "Example:\n\n  zhol run scenarios/kazakhstan-2019.yaml -n 10000 -o kazakhstan.h5",
                                   children,
                                   NULL,
                                   NULL};

/* A scenario on its way to its result. */
struct one {
    struct simulation simulation;
    char *output;
    struct delivery delivery;
    bool opened;
};

static struct fault *run_one(struct one *one, const struct run_options *options)
{
    const struct simulation *simulation = &one->simulation;
    enum progress_style style;
    struct progress progress;
    uint64_t first, end;
    if (!progress_read_style(options->shared.progress, &style)) style = PROGRESS_NONE;
    const struct retention retention = retention_of(simulation, simulation->replications, simulation->memory);
    TRY(tell_retention(simulation, &retention, stderr));
    identity_range(&options->wish.shard, simulation->replications, &first, &end);
    const uint64_t replications = simulation->goals.count > 0 ? 0 : end - first;
    progress_begin(&progress, style, replications);
    progress_part(&progress, simulation_name(simulation), replications);
    progress_resume(&progress, deliver_done(&one->delivery));
    return deliver(&one->delivery, &progress);
}

/* Where the result of scenario `i` goes; refused before anything is simulated if it cannot, or if that is there already. */
static struct fault *choose_output(const struct run_options *all, size_t i, struct one one[])
{
    const struct options *options = &all->shared;
    char *output = options->output == NULL ? simulation_output(options->scenario[i]) : strdup(options->output);
    if (output == NULL) return fault_no_memory();
    one[i].output = all->wish.shard.count > 0 ? deliver_shard_path(output, &all->wish.shard) : strdup(output);
    free(output);
    output = one[i].output;
    if (output == NULL) return fault_no_memory();
    TRY(output_path_check(output));
    TRY(output_path_check_sources(output, one[i].simulation.scenario, options->scenario[i]));
    for (size_t k = 0; k < i; k++)
        if (output_path_is_same(output, one[k].output))
            return fault_raise(FAULT_USAGE, "%s and %s would both be written to %s; run them one by one, with -o",
                               options->scenario[k], options->scenario[i], output);
    return NULL;
}

static struct fault *open_one(const struct run_options *options, size_t i, const struct crew *crew, struct one one[])
{
    one[i].opened = true;
    TRY(simulation_open(options->shared.scenario[i], &options->shared.settings, &one[i].simulation));
    TRY(choose_output(options, i, one));
    if (!crew_leads(crew)) return NULL;
    return deliver_open(&one[i].simulation, &options->shared.settings, &options->wish, one[i].output, &one[i].delivery);
}

static void close_one(struct one *one)
{
    if (!one->opened) return;
    if (one->delivery.wish != NULL) deliver_close(&one->delivery);
    simulation_close(&one->simulation);
    free(one->output);
}

/* Without a number of their own, the parts of a run have that of the scenario: goals are for the whole of it. */
static struct fault *fix_number(struct run_options *options)
{
    struct run_settings *settings = &options->shared.settings;
    if (options->wish.shard.count == 0 || settings->replications > 0 || settings->precisions > 0) return NULL;
    return options_append(&settings->precision, &settings->precisions, "none") ? NULL : fault_no_memory();
}

static struct fault *open_all(const struct run_options *options, const struct crew *crew, struct one one[])
{
    for (size_t i = 0; i < options->shared.scenarios; i++) {
        struct fault *fault = open_one(options, i, crew, one);
        tell_scenario_in_short(one[i].simulation.scenario, one[i].simulation.plan.warnings);
        if (fault != NULL) return fault;
    }
    for (size_t i = 0; i < options->shared.scenarios; i++) /* nor what another of them extends */
        for (size_t k = 0; k < options->shared.scenarios; k++)
            TRY(output_path_check_sources(one[i].output, one[k].simulation.scenario, options->shared.scenario[k]));
    return NULL;
}

/* All processes that were started together are about to do the same. */
static struct fault *agree(struct crew *crew, const struct run_options *options, const struct one one[],
                           struct fault *fault)
{
    const struct run_settings *settings = &options->shared.settings;
    const size_t count = options->shared.scenarios;
    struct identity *identity = calloc(count + 1, sizeof *identity);
    if (identity == NULL) fault = fault_join(fault, fault_no_memory());
    for (size_t i = 0; i < count && fault == NULL; i++)
        fault = identity_of(&one[i].simulation, settings, options->wish.shard, &identity[i]);
    fault = crew_agree(crew, ensemble_threads(settings->threads), count, identity, fault);
    for (size_t i = 0; i < count && identity != NULL; i++) identity_free(&identity[i]);
    free(identity);
    return fault;
}

static struct fault *run_all(struct crew *crew, struct run_options *options, struct one one[])
{
    for (size_t i = 0; i < options->shared.scenarios; i++) {
        options->shared.settings.crew = crew_of(crew, i);
        TRY(run_one(&one[i], options));
    }
    return NULL;
}

static bool stop(void *context)
{
    (void)context;
    return progress_interrupted();
}

/* Of a process that does not lead. */
static struct fault *serve(struct crew *crew, const struct run_options *options, const struct one one[], int *status)
{
    const size_t count = options->shared.scenarios;
    const struct ensemble_watch watch = {.stop = stop};
    const struct simulation **simulation = calloc(count + 1, sizeof *simulation);
    if (simulation == NULL) return fault_no_memory();
    for (size_t i = 0; i < count; i++) simulation[i] = &one[i].simulation;
    struct fault *fault = crew_serve(crew, simulation, options->shared.settings.threads, &watch, status);
    free(simulation);
    return fault;
}

int command_run(int argc, char **argv)
{
    struct run_options options = {.wish.interval = DELIVERY_INTERVAL};
    struct options *shared = &options.shared;
    struct crew *crew;
    int status = 0;
    options_init(shared);
    struct fault *fault = crew_begin(&crew);
    if (fault == NULL) fault = command_parse(&parser, argc, argv, &options);
    if (fault == NULL && crew == NULL && options.wish.shard.count == 0) fault = command_check_alone();
    if (fault == NULL) fault = fix_number(&options);
    struct one *one = calloc(shared->scenarios + 1, sizeof *one);
    if (fault == NULL && one == NULL) fault = fault_no_memory();
    if (fault == NULL) fault = progress_catch_signals();
    if (fault == NULL) fault = open_all(&options, crew, one);
    if (crew != NULL) fault = agree(crew, &options, one, fault);
    if (fault == NULL && crew_leads(crew))
        fault = run_all(crew, &options, one);
    else if (fault == NULL)
        fault = serve(crew, &options, one, &status);
    if (fault != NULL)
        status = fault->code == FAULT_INTERRUPTED ? (fault_free(fault), FAULT_INTERRUPTED) : command_end(fault);
    for (size_t i = 0; i < shared->scenarios && one != NULL; i++) close_one(&one[i]);
    free(one);
    options_free(shared);
    crew_end(crew, status);
    return status;
}
