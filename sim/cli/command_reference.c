/* sim/cli/command_reference.c -- zhol reference: every key of the scenario format, every outcome and every
 * dataset, from the tables that declare them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "models/outcomes.h"
#include "scenarios/reader/reference.h"
#include "scenarios/reader/schema_json.h"
#include "scenarios/reader/shipped.h"
#include "sim/batch/batch.h"
#include "sim/cli/command.h"
#include "sim/cli/reference_datasets.h"

#include <argp.h>
#include <stdio.h>

enum page { PAGE_KEYS, PAGE_SCHEMA, PAGE_BATCHES, PAGE_OUTCOMES, PAGE_DATASETS, PAGE_SCENARIOS };
enum { OPTION_SCENARIOS = 256 };

static const struct argp_option list[] = {
    {"schema", 's', NULL, 0, "The keys as a JSON schema, for editors", 0},
    {"batch-schema", 'b', NULL, 0, "Those of batch files likewise", 0},
    {"outcomes", 'o', NULL, 0, "Every outcome that a result can hold", 0},
    {"datasets", 'd', NULL, 0, "What a file of results or of a comparison holds", 0},
    {"scenarios", OPTION_SCENARIOS, NULL, 0, "The names of the scenarios and batches that come with zhol", 0},
    {NULL, 0, NULL, 0, NULL, 0}};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    enum page *page = state->input;
    switch (key) {
    case 's': *page = PAGE_SCHEMA; return 0;
    case 'b': *page = PAGE_BATCHES; return 0;
    case 'o': *page = PAGE_OUTCOMES; return 0;
    case 'd': *page = PAGE_DATASETS; return 0;
    case OPTION_SCENARIOS: *page = PAGE_SCENARIOS; return 0;
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

static struct fault *print_scenarios(void)
{
    struct shipped shipped;
    struct fault *fault = shipped_read(&shipped);
    for (size_t i = 0; i < shipped.count && fault == NULL; i++) puts(shipped.name[i]);
    shipped_free(&shipped);
    return fault == NULL ? command_flush() : fault;
}

int command_reference(int argc, char **argv)
{
    enum page page = PAGE_KEYS;
    struct fault *fault = command_parse(&parser, argc, argv, &page);
    if (fault != NULL) return command_end(fault);
    if (page == PAGE_SCHEMA) return command_end(schema_json_scenario(keys_root(), stdout));
    if (page == PAGE_BATCHES) return command_end(schema_json_document(batch_keys(), "batch", stdout));
    if (page == PAGE_OUTCOMES) return command_end(reference_outcomes(outcome_tables, stdout));
    if (page == PAGE_DATASETS) return command_end(reference_datasets(stdout));
    if (page == PAGE_SCENARIOS) return command_end(print_scenarios());
    return command_end(reference_markdown(keys_root(), stdout));
}
