/* sim/cli/command_status.c -- zhol status: what there is of runs, and the commands that go on.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/text.h"
#include "sim/cli/command.h"
#include "sim/cli/guard.h"
#include "sim/cli/options.h"
#include "sim/cli/status.h"
#include "sim/core/printable.h"

#include <errno.h>
#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_JSON = 256, WIDEST = 40 };

struct status_options {
    uint64_t memory; /* for reading a file; 0: as its size says */
    const char **path;
    size_t paths;
    const char *folder; /* of the results of a batch */
    bool json;
};

static const struct argp_option list[] = {
    {"json", OPTION_JSON, NULL, 0, "As one JSON object", 0},
    {NULL, 'o', "DIR", 0, "Folder of the results of a batch (default: its name)", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct status_options *options = state->input;
    switch (key) {
    case ARGP_KEY_INIT: state->child_inputs[0] = &options->memory; break;
    case OPTION_JSON: options->json = true; break;
    case 'o': options->folder = argument; break;
    case ARGP_KEY_ARG: return options_append(&options->path, &options->paths, argument) ? 0 : ENOMEM;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp_child children[] = {{&guard_argp, 0, NULL, 0}, {NULL, 0, NULL, 0}};
static const struct argp parser = {
    list,
    parse,
    "[PATH...]",
    "What there is of runs: results, checkpoints (NAME.part), shards, folders of them (default: the current one), and "
    "of a "
    "batch by its file every cell: "
    "what is done, what is left, what is damaged, and the command that goes on. It judges files and reads only, also "
    "while a run writes. Exit status 4 if something is damaged, 1 if it could not be read.\v"
    "Example:\n\n  zhol status kazakhstan-2019.part results",
    children,
    NULL,
    NULL};

/* Names and sentences out of files, without what would act on a terminal. Commands are quoted already. */
static void put_text(const char *text, FILE *to)
{
    for (const char *at = text; *at != '\0';) {
        const size_t size = printable_size(at);
        if (size == 0)
            fputc('?', to);
        else
            fwrite(at, 1, size, to);
        at += size == 0 ? 1 : size;
    }
}

static void print_table(const struct status *status, FILE *to)
{
    int width = 0;
    for (size_t i = 0; i < status->items; i++) {
        const size_t length = strlen(status->item[i].path);
        if ((int)length > width) width = length < WIDEST ? (int)length : WIDEST;
    }
    for (size_t i = 0; i < status->items; i++) {
        const struct status_item *item = &status->item[i];
        put_text(item->path, to);
        fprintf(to, "%*s  %-11s  ", (int)strlen(item->path) < width ? width - (int)strlen(item->path) : 0, "",
                status_word(item->state));
        put_text(item->words, to);
        fputc('\n', to);
        if (item->command != NULL) fprintf(to, "    %s\n", item->command);
    }
    if (status->items == 0) fputs("no results, checkpoints or shards\n", to);
}

static void print_json(const struct status *status, FILE *to)
{
    fputs("{\n  \"items\": [", to);
    for (size_t i = 0; i < status->items; i++) {
        const struct status_item *item = &status->item[i];
        fputs(i == 0 ? "\n    {" : ",\n    {", to);
        text_json_member("path", item->path, to);
        fputs(", ", to);
        text_json_member("state", status_word(item->state), to);
        if (item->replications > 0)
            fprintf(to, ", \"done\": %" PRIu64 ", \"replications\": %" PRIu64, item->done, item->replications);
        fputs(", ", to);
        text_json_member("words", item->words, to);
        fputs(", \"command\": ", to);
        if (item->command == NULL)
            fputs("null", to);
        else
            text_json_string(item->command, to);
        fputc('}', to);
    }
    fputs("\n  ]\n}\n", to);
}

int command_status(int argc, char **argv)
{
    static const char *here[] = {"."};
    struct status_options options = {0};
    struct status status = {0};
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    status.memory = options.memory;
    status.folder = options.folder;
    const size_t paths = options.paths == 0 ? 1 : options.paths;
    const char **path = options.paths == 0 ? here : options.path;
    struct fault *faults = NULL;
    bool is_blind = false;
    for (size_t i = 0; i < paths && fault == NULL && !fault_enough(faults); i++) {
        faults = fault_join(faults, status_look(&status, path[i]));
        is_blind = faults != NULL && faults->code == FAULT_MACHINE; /* and would tell what is not so */
        if (is_blind) break;
    }
    if (fault == NULL && !is_blind) fault = status_conclude(&status);
    if (fault == NULL && !is_blind) {
        if (options.json)
            print_json(&status, stdout);
        else if (faults == NULL || status.items > 0)
            print_table(&status, stdout);
        if (faults == NULL) fault = status_unread(&status);
    }
    const int found = status_exit(&status), ended = command_end(fault_join(fault, faults));
    status_free(&status);
    free(options.path);
    return found != 0 && (ended == 0 || ended == FAULT_MACHINE) ? found : ended;
}
