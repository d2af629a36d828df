/* sim/cli/command_replay.c -- zhol replay: replications of a result in full, and what its worst ones have in common.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/ledger.h"
#include "sim/cli/options.h"
#include "sim/cli/output_path.h"
#include "sim/cli/worst.h"
#include "sim/run/reopen.h"
#include "sim/run/write_text.h"

#include <argp.h>
#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    OPTION_YEARS = 256,
    OPTION_INPUTS,
    OPTION_FORCE,
    OPTION_WORST,
    OPTION_OUTCOME,
    OPTION_UPPER,
    OPTION_LOWER,
    OPTION_CSV,
    OPTION_UNSEALED,
    OPTION_ISA
};

struct replay_options {
    uint64_t memory;    /* for reading a file; 0: as its size says */
    const char *output; /* NULL: stdout */
    const char *isa;    /* NULL: the usual one */
    bool has_replication, has_share, force, unsealed;
    struct ledger_asked asked;
    const char **words; /* of argv */
    struct worst worst; /* its path is the result */
};

static const struct argp_option list[] = {
    {NULL, 0, NULL, 0, "Replications, simulated again:", 1},
    {NULL, 'r', "N", 0,
     "The replication, counted from 0, or several as FIRST:LAST; by month, each OUTCOME that has a value in a month",
     1},
    {"years", OPTION_YEARS, NULL, 0, "All outcomes by year and over the horizon instead", 1},
    {"inputs", OPTION_INPUTS, NULL, 0, "The inputs as drawn instead", 1},
    {"isa", OPTION_ISA, "NAME", 0, OPTIONS_ISA_MEANING, 1},
    {"force", OPTION_FORCE, NULL, 0, "Also if another version or arithmetic made the result; replace FILE", 1},
    {NULL, 0, NULL, 0, "The worst replications against the rest, from the samples:", 2},
    {"worst", OPTION_WORST, "SHARE", 0, "So many of them, such as 1%", 2},
    {"outcome", OPTION_OUTCOME, "PATH", 0, "The outcome that says which are worse, over the whole horizon", 2},
    {"upper", OPTION_UPPER, NULL, 0, "The greatest are the worst (default: as the outcome is declared)", 2},
    {"lower", OPTION_LOWER, NULL, 0, "The least are the worst", 2},
    {"csv", OPTION_CSV, NULL, 0, "All that is compared, as CSV (default: the first 20, as a table)", 2},
    {NULL, 'o', "FILE", 0, "Write to a file (default: standard output)", 3},
    {"unsealed", OPTION_UNSEALED, NULL, 0, GUARD_MEANING, 3},
    {NULL, 0, NULL, 0, NULL, 0},
};

static bool read_number(const char *text, uint64_t *number, char **end)
{
    errno = 0;
    if (*text < '0' || *text > '9') return false;
    *number = strtoull(text, end, 10);
    return errno == 0;
}

/* "4711" or "0:199". */
static bool read_replications(const char *text, struct ledger_asked *asked)
{
    char *end = NULL;
    if (!read_number(text, &asked->first, &end)) return false;
    asked->several = *end == ':';
    asked->last = asked->first;
    if (asked->several && !read_number(end + 1, &asked->last, &end)) return false;
    return *end == '\0' && asked->first <= asked->last;
}

/* "1%" or "0.5 %". */
static bool read_share(const char *text, double *share)
{
    char *end = NULL;
    if (*text < '0' || *text > '9') return false;
    *share = strtod(text, &end) / 100.0;
    while (*end == ' ') end++;
    return strcmp(end, "%") == 0 && *share > 0.0 && *share < 1.0;
}

static void check_together(const struct replay_options *options, struct argp_state *state)
{
    const struct worst *worst = &options->worst;
    if (worst->path == NULL) argp_error(state, "no result file was named; expected one such as kazakhstan-2019.h5");
    if (options->has_replication == options->has_share)
        argp_error(state, "%s; expected -r N or --worst SHARE",
                   options->has_share ? "-r and --worst were both given" : "nothing was asked for");
    if (options->has_share != (worst->outcome != NULL))
        argp_error(state, "--worst and --outcome go together, such as --worst 1%% --outcome npv.national");
    if (options->has_replication && (worst->side != WORST_AS_DECLARED || worst->csv))
        argp_error(state, "--upper, --lower and --csv belong to --worst");
    if (options->has_share && (options->asked.part != LEDGER_MONTHS || options->isa != NULL))
        argp_error(state, "--years, --inputs and --isa belong to -r");
    if (options->asked.patterns > 0 && (options->has_share || options->asked.part == LEDGER_INPUTS))
        argp_error(state, "'%s' is one word too many; outcomes are named of months and of --years",
                   options->asked.pattern[0]);
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct replay_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->memory; break;
    case 'r':
        options->has_replication = read_replications(argument, &options->asked);
        if (!options->has_replication)
            argp_error(state, "-r is '%s'; expected the number of a replication, counted from 0, or two as in 0:199",
                       argument);
        break;
    case 'o': options->output = argument; break;
    case OPTION_YEARS: options->asked.part = LEDGER_YEARS; break;
    case OPTION_INPUTS: options->asked.part = LEDGER_INPUTS; break;
    case OPTION_FORCE: options->force = true; break;
    case OPTION_UNSEALED: options->unsealed = true; break;
    case OPTION_ISA:
        options_check_isa(argument, state);
        options->isa = argument;
        break;
    case OPTION_WORST:
        options->has_share = read_share(argument, &options->worst.share);
        if (!options->has_share) argp_error(state, "--worst is '%s'; expected a share such as 1%%", argument);
        break;
    case OPTION_OUTCOME: options->worst.outcome = argument; break;
    case OPTION_UPPER: options->worst.side = WORST_UPPER; break;
    case OPTION_LOWER: options->worst.side = WORST_LOWER; break;
    case OPTION_CSV: options->worst.csv = true; break;
    case ARGP_KEY_ARG:
        if (options->worst.path == NULL)
            options->worst.path = argument;
        else
            options->words[options->asked.patterns++] = argument;
        break;
    case ARGP_KEY_END: check_together(options, state); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&guard_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {list,
                                   parse,
                                   "RESULT [OUTCOME...] -r N\nRESULT --worst SHARE --outcome PATH",
                                   "Replications of a result in full, or what its worst ones have in common.\v"
                                   "Example:\n\n  zhol replay kazakhstan-2019.h5 -r 4711 -o 4711.csv",
                                   children,
                                   NULL,
                                   NULL};

static struct fault *replay(const struct replay_options *options, const struct result *head,
                            struct simulation *simulation, FILE *to)
{
    const char *path = options->worst.path;
    if (options->has_share) return worst_write(&options->worst, head, to);
    if (options->asked.last >= head->replications)
        return fault_raise(FAULT_USAGE, "-r is %" PRIu64 "; %s has the replications 0 to %" PRIu64, options->asked.last,
                           path, head->replications - 1);
    TRY(reopen_check(path, head, options->force));
    TRY(reopen(path, head, options->isa, simulation));
    return ledger_write(simulation, &options->asked, to);
}

static struct fault *put_out(const char *output, const char *text)
{
    if (output != NULL) return write_text(output, text);
    if (fputs(text, stdout) < 0 || fflush(stdout) != 0)
        return fault_raise(FAULT_MACHINE, "standard output cannot be written: %s", strerror(errno));
    return NULL;
}

/* What cannot be written is told before the work, not after. */
static struct fault *check_output(const struct replay_options *options)
{
    const char *output = options->output;
    TRY(output_path_check(output));
    if (output == NULL) return NULL;
    if (output_path_is_same(output, options->worst.path))
        return fault_raise(FAULT_USAGE, "-o %s would replace the result; expected another name", output);
    return options->force ? NULL : output_path_check_free(output);
}

static struct fault *open_words(size_t count, struct replay_options *options)
{
    options->words = calloc(count + 1, sizeof *options->words);
    options->asked.pattern = options->words;
    return options->words == NULL ? fault_no_memory() : NULL;
}

int command_replay(int argc, char **argv)
{
    struct replay_options options = {.output = NULL};
    struct simulation simulation = {.file = NULL};
    struct result head = {0};
    char *text = NULL;
    size_t size = 0;
    struct fault *fault = open_words((size_t)argc, &options);
    if (fault == NULL) fault = command_parse(&parser, argc, argv, &options);
    if (fault == NULL) fault = check_output(&options);
    if (fault == NULL) fault = guard_result(options.worst.path, options.unsealed, options.memory);
    if (fault == NULL) fault = result_read_outline(options.worst.path, &head);
    FILE *to = open_memstream(&text, &size);
    if (to == NULL && fault == NULL) fault = fault_no_memory();
    if (fault == NULL) fault = replay(&options, &head, &simulation, to);
    if (to != NULL && fclose(to) != 0 && fault == NULL) fault = fault_no_memory();
    if (fault == NULL) fault = put_out(options.output, text);
    const int status = command_end(fault);
    simulation_close(&simulation);
    result_free(&head);
    free(text);
    free(options.words);
    return status;
}
