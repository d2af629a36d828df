/* sim/cli/command_reference.c -- zhol reference: every key of the scenario format, from the tables the reader uses.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "scenarios/reference.h"
#include "sim/cli/command.h"

#include <argp.h>
#include <stdbool.h>
#include <stdio.h>

static const struct argp_option list[] = {{"schema", 's', NULL, 0, "As a JSON schema, for editors", 0},
                                          {NULL, 0, NULL, 0, NULL, 0}};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    bool *schema = state->input;
    if (key != 's') return ARGP_ERR_UNKNOWN;
    *schema = true;
    return 0;
}

static const struct argp parser = {list,
                                   parse,
                                   NULL,
                                   "Print every key of the scenario format as a Markdown page.\v"
                                   "Example:\n\n  zhol reference --schema > scenario.schema.json",
                                   NULL,
                                   NULL,
                                   NULL};

int command_reference(int argc, char **argv)
{
    bool schema = false;
    argp_err_exit_status = FAULT_USAGE;
    argp_parse(&parser, argc, argv, 0, NULL, &schema);
    return command_end(schema ? reference_schema(scenario_keys(), stdout)
                              : reference_markdown(scenario_keys(), stdout));
}
