/* sim/cli/command_reference.c -- zhol reference: every key of the scenario format and every outcome, from the
 * tables that declare them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "models/outcomes.h"
#include "scenarios/reader/reference.h"
#include "sim/cli/command.h"

#include <argp.h>
#include <stdio.h>

enum page { PAGE_KEYS, PAGE_SCHEMA, PAGE_OUTCOMES };

static const struct argp_option list[] = {{"schema", 's', NULL, 0, "The keys as a JSON schema, for editors", 0},
                                          {"outcomes", 'o', NULL, 0, "Every outcome that a result can hold", 0},
                                          {NULL, 0, NULL, 0, NULL, 0}};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    enum page *page = state->input;
    switch (key) {
    case 's': *page = PAGE_SCHEMA; return 0;
    case 'o': *page = PAGE_OUTCOMES; return 0;
    default: return ARGP_ERR_UNKNOWN;
    }
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
    enum page page = PAGE_KEYS;
    argp_err_exit_status = FAULT_USAGE;
    argp_parse(&parser, argc, argv, 0, NULL, &page);
    if (page == PAGE_SCHEMA) return command_end(reference_schema(keys_root(), stdout));
    if (page == PAGE_OUTCOMES) return command_end(reference_outcomes(outcome_tables, stdout));
    return command_end(reference_markdown(keys_root(), stdout));
}
