/* sim/cli/command_run.c -- zhol run: from scenario files to result files.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/command.h"
#include "sim/cli/deliver.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/cli/tell_retention.h"
#include "sim/cli/tell_scenario.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_PROGRESS = 512, OPTION_FORCE };

static const struct argp_option list[] = {
    {NULL, 'o', "PATH", 0, "Result file (default: NAME.h5 here); a single scenario only", 0},
    {"progress", OPTION_PROGRESS, "STYLE", 0, "auto (default), plain or none", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace an existing result", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    enum progress_style style;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = state->child_inputs[1] = options; break;
    case 'o': options->output = argument; break;
    case OPTION_PROGRESS:
        if (!progress_read_style(argument, &style))
            argp_error(state, "--progress is '%s'; expected auto, plain or none", argument);
        options->progress = argument;
        break;
    case OPTION_FORCE: options->force = true; break;
    case ARGP_KEY_END:
        if (options->output != NULL && options->scenarios > 1)
            argp_error(state, "-o names one file, but %zu scenarios are to be run", options->scenarios);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {
    {&options_argp, 0, NULL, 0}, {&options_goals_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {list,
                                   parse,
                                   "SCENARIO...",
                                   "Simulate; one result file per scenario, all on the same seed.\v"
                                   "Example:\n\n  zhol run scenarios/kazakhstan-2019.yaml -n 10000 -o kazakhstan.h5",
                                   children,
                                   NULL,
                                   NULL};

static struct fault *run_one(struct simulation *simulation, const struct options *options, const char *output)
{
    enum progress_style style;
    struct progress progress;
    if (!progress_read_style(options->progress, &style)) style = PROGRESS_NONE;
    const struct retention retention = retention_of(simulation, simulation->replications, simulation->memory);
    TRY(tell_retention(simulation, &retention, stderr));
    const uint64_t replications = simulation->goals.count > 0 ? 0 : simulation->replications;
    progress_begin(&progress, style, replications);
    progress_part(&progress, simulation_name(simulation), replications);
    return deliver(simulation, &options->settings, &progress, output, options->force);
}

/* Where the result of scenario `i` goes; refused before anything is simulated if it cannot, or if that is there already. */
static struct fault *choose_output(const struct options *options, size_t i, char *output[])
{
    output[i] = options->output == NULL ? simulation_output(options->scenario[i]) : strdup(options->output);
    if (output[i] == NULL) return fault_no_memory();
    TRY(output_path_check(output[i]));
    for (size_t k = 0; k < options->scenarios; k++)
        if (output_path_is_same(output[i], options->scenario[k]))
            return fault_raise(FAULT_USAGE, "the result %s would replace a scenario; expected another name", output[i]);
    for (size_t k = 0; k < i; k++)
        if (output_path_is_same(output[i], output[k]))
            return fault_raise(FAULT_USAGE, "%s and %s would both be written to %s; run them one by one, with -o",
                               options->scenario[k], options->scenario[i], output[i]);
    if (!options->force && access(output[i], F_OK) == 0)
        return fault_raise(FAULT_USAGE, "%s is there already; use --force to replace it, or -o for another place",
                           output[i]);
    return NULL;
}

int command_run(int argc, char **argv)
{
    struct options options;
    options_init(&options);
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    struct simulation *simulation = calloc(options.scenarios, sizeof *simulation);
    char **output = calloc(options.scenarios, sizeof *output);
    if (fault == NULL && (simulation == NULL || output == NULL)) fault = fault_no_memory();
    if (fault == NULL) fault = progress_catch_signals();
    size_t opened = 0;
    for (; opened < options.scenarios && fault == NULL; opened++) {
        fault = simulation_open(options.scenario[opened], &options.settings, &simulation[opened]);
        if (fault == NULL) fault = choose_output(&options, opened, output);
        tell_scenario(simulation[opened].scenario, simulation[opened].plan.warnings);
    }
    for (size_t i = 0; i < options.scenarios && fault == NULL; i++)
        fault = run_one(&simulation[i], &options, output[i]);
    if (fault != NULL && fault->code == FAULT_INTERRUPTED) fputs("zhol: interrupted; nothing was written\n", stderr);
    const int status =
        fault != NULL && fault->code == FAULT_INTERRUPTED ? (fault_free(fault), FAULT_INTERRUPTED) : command_end(fault);
    for (size_t i = 0; i < opened; i++) {
        simulation_close(&simulation[i]);
        free(output[i]);
    }
    free(simulation);
    free(output);
    options_free(&options);
    return status;
}
