/* sim/cli/command.c -- see command.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/command.h"
#include "scenarios/reader/diagnostics.h"
#include "sim/cli/manual.h"
#include "sim/cli/terminal.h"
#include "sim/cli/words.h"
#include "sim/run/crew.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fault *command_flush(void)
{
    if (fflush(stdout) == 0 && !ferror(stdout)) return NULL;
    return fault_raise(FAULT_MACHINE, "standard output cannot be written");
}

static bool parsing;

/* argp prints what --help and --usage ask for and ends the program by itself, whether it could be written or not. */
static void end_of_help(void)
{
    if (!parsing) return;
    const int status = command_end(command_flush());
    if (status != 0) _exit(status);
}

static struct {
    bool asked;
    enum command_tale tale;
    const char *meaning;
} telling;

void command_tell(enum command_tale tale, const char *meaning)
{
    telling.asked = true;
    telling.tale = tale;
    telling.meaning = meaning;
}

_Noreturn static void tell(const char *name, const struct argp *parser)
{
    struct fault *fault = telling.tale == COMMAND_WORDS ? words_print(parser, stdout)
                                                        : manual_command(name, telling.meaning, parser, stdout);
    exit(command_end(fault == NULL ? command_flush() : fault));
}

enum { OPTION_COLOR = 0x10000, OPTION_USAGE };

/* In place of argp's own, which have lines to spare. */
static const struct argp_option common[] = {
    {"help", 'h', NULL, 0, "Give this help list", -1},
    {"usage", OPTION_USAGE, NULL, OPTION_HIDDEN, NULL, -1},
    {"color", OPTION_COLOR, "WHEN", 0, "Colours: auto (default), always or never", -1},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse_common(int key, char *argument, struct argp_state *state)
{
    if (key == ARGP_KEY_INIT) {
        state->child_inputs[0] = state->input;
        return 0;
    }
    switch (key) {
    case 'h': argp_state_help(state, state->out_stream, ARGP_HELP_STD_HELP); break;
    case OPTION_USAGE: argp_state_help(state, state->out_stream, ARGP_HELP_USAGE | ARGP_HELP_EXIT_OK); break;
    case OPTION_COLOR:
        if (!terminal_colour(argument)) argp_error(state, "--color is '%s'; expected auto, always or never", argument);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static struct fault *read_words(const struct argp *own, int argc, char **argv, unsigned flags, void *input)
{
    const struct argp_child children[] = {{own, 0, NULL, 0}, {NULL, 0, NULL, 0}};
    struct argp whole = {common, parse_common, own->args_doc, own->doc, children, NULL, NULL};
    const struct argp *parser = &whole;
    if (telling.asked) tell(argv[0], parser);
    whole.args_doc = whole.doc = NULL; /* argp adds those of the child */
    TRY(words_check(parser, argc, argv));
    argp_err_exit_status = FAULT_USAGE;
    if (atexit(end_of_help) != 0) return fault_no_memory();
    parsing = true;
    const error_t error = argp_parse(parser, argc, argv, flags | ARGP_NO_HELP, NULL, input);
    parsing = false;
    if (error == ENOMEM) return fault_no_memory();
    return error == 0 ? NULL : fault_raise(FAULT_MACHINE, "the command line cannot be read: %s", strerror(error));
}

struct fault *command_parse(const struct argp *parser, int argc, char **argv, void *input)
{
    return read_words(parser, argc, argv, 0, input);
}

struct fault *command_parse_in_order(const struct argp *parser, int argc, char **argv, void *input)
{
    return read_words(parser, argc, argv, ARGP_IN_ORDER, input);
}

struct fault *command_check_alone(void)
{
    const char *variable;
    const unsigned long started = crew_started(&variable);
    if (started < 2) return NULL;
    return fault_raise(FAULT_USAGE,
                       "this was started %lu times at once (%s), and zhol %s does not share this work out: each would "
                       "do all of it; expected `zhol run` built with -DZHOL_MPI=ON, started by mpirun or "
                       "`srun --mpi=pmix`, or parts of their own: `zhol run --shard I/K`, `zhol batch --cells I/K`",
                       started, variable, crew_library());
}

int command_end(struct fault *faults)
{
    if (faults == NULL) return 0;
    const int status = (int)faults->code;
    diagnostics_print(faults, "error", stderr);
    fault_free(faults);
    return status;
}
