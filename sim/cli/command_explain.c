/* sim/cli/command_explain.c -- zhol explain: the merged scenario, each value with its place and what it replaced.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "sim/cli/command.h"
#include "sim/cli/explain_effects.h"
#include "sim/cli/explain_sources.h"
#include "sim/cli/options.h"
#include "sim/cli/tell_scenario.h"
#include "sim/core/printable.h"
#include "sim/core/units.h"

#include <argp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTION_SET = 256, OPTION_ADOPT, OPTION_PATH, OPTION_AT, OPTION_SOURCES, OPTION_CSV, OPTION_JSON };

struct explain_options {
    struct options shared; /* of these the files and what changes them */
    const char *file;
    const char *asked; /* a path; NULL: everything */
    int month;
    bool has_month, sources, csv, json;
};

static const struct argp_option list[] = {
    {"set", OPTION_SET, "PATH=VALUE", 0, "Replace a value of the scenario; repeatable", 0},
    {"adopt", OPTION_ADOPT, "POLICY", 0, "Adopt a policy beside those that the scenario adopts; repeatable", 0},
    {"path", OPTION_PATH, "DIR", 0, "Look for parents and tables there too; repeatable", 0},
    {"at", OPTION_AT, "DATE", 0,
     "Say what each quantity is worth at this date, such as 2030 or 2030-07; with a PATH also which effects make it",
     0},
    {"sources", OPTION_SOURCES, NULL, 0,
     "List the numbers by where they come from, by the comments beside them: those without a source first", 0},
    {"csv", OPTION_CSV, NULL, 0, "With --sources: as CSV, a row per number", 0},
    {"json", OPTION_JSON, NULL, 0, "With --sources: as one JSON object", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static void check_together(const struct explain_options *options, struct argp_state *state)
{
    if (!options->sources && (options->csv || options->json))
        argp_error(state, "--%s needs --sources", options->csv ? "csv" : "json");
    if (options->csv && options->json) argp_error(state, "--csv and --json exclude each other");
    if (options->sources && (options->asked != NULL || options->has_month))
        argp_error(state, "--sources lists all numbers; leave out %s", options->asked != NULL ? "the path" : "--at");
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct explain_options *options = state->input;
    bool kept = true;
    switch (key) {
    case OPTION_SET:
        if (strchr(argument, '=') == NULL) argp_error(state, "--set is '%s'; expected PATH=VALUE", argument);
        kept = options_append(&options->shared.settings.set, &options->shared.settings.sets, argument);
        break;
    case OPTION_ADOPT:
        kept = options_append(&options->shared.settings.adopt, &options->shared.settings.adopts, argument);
        break;
    case OPTION_PATH:
        kept = options_append(&options->shared.settings.path, &options->shared.settings.paths, argument);
        break;
    case OPTION_AT:
        options->has_month = calendar_read(argument, &options->month);
        if (!options->has_month)
            argp_error(state, "--at is '%s'; expected a year such as 2030 or a month such as 2030-07", argument);
        break;
    case ARGP_KEY_ARG:
        if (options->file == NULL)
            options->file = argument;
        else if (options->asked == NULL)
            options->asked = argument;
        else
            argp_error(state, "'%s' is one path too many; expected SCENARIO [PATH]", argument);
        break;
    case OPTION_SOURCES: options->sources = true; break;
    case OPTION_CSV: options->csv = true; break;
    case OPTION_JSON: options->json = true; break;
    case ARGP_KEY_END: check_together(options, state); break;
    case ARGP_KEY_NO_ARGS:
        argp_error(state, "no scenario file was named; expected one such as scenarios/kazakhstan-2019.yaml");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return kept ? 0 : ENOMEM;
}

static const struct argp parser = {
    list,
    parse,
    "SCENARIO [PATH]",
    "Print the merged scenario, each value with its file and line and what it replaced.\v"
    "Example:\n\n  zhol explain scenarios/policies/nurly-zhol-sreb.yaml legs.dostyk.capacity --at 2027-06",
    NULL,
    NULL,
    NULL};

static const char *text_of(const struct node *node, char text[64])
{
    return node->kind == NODE_SCALAR ? node->text : tree_describe(node, text);
}

static void print_place(struct place place)
{
    if (place.source == NULL) return;
    printable_put(place.source->name, stdout);
    if (place.source->name[0] != '-') printf(":%d", place.line); /* an option has no lines */
}

/* The quantity at the path; of a section for one of whose keys a value may stand, that key's. -1: none. */
static int quantity_at(const struct scenario *scenario, const char *path)
{
    const int slot = store_find(scenario->store, path);
    struct setting *setting = slot < 0 ? setting_at(scenario->root, path) : NULL;
    if (setting == NULL || setting->key->kind != KEY_SECTION || setting->key->shorthand == NULL) return slot;
    return setting_slot(setting, setting->key->shorthand);
}

/* What the quantity at the path is worth: its value, or the range of a distribution. */
static void print_worth(const struct scenario *scenario, const char *path, int month)
{
    const int slot = quantity_at(scenario, path);
    if (slot < 0) return;
    char date[8];
    double min, max;
    calendar_write(month, date);
    printf("  # at %s: %.6g %s", date, store_central(scenario->store, slot, month), store_unit(scenario->store, slot));
    store_range(scenario->store, slot, &min, &max);
    if (store_variation(scenario->store, slot) == STORE_PER_REPLICATION)
        printf(" (median; drawn from %.6g to %.6g)", min, max);
}

static void print_scalar(const struct scenario *scenario, const struct node *node, const char *path,
                         const struct explain_options *options)
{
    char text[64];
    printf("%s", node->text);
    printf("  # ");
    print_place(node->place);
    for (const struct node *over = node->over; over != NULL; over = over->over) {
        printf("; replaces %s, ", text_of(over, text));
        print_place(over->place);
    }
    if (options->has_month) print_worth(scenario, path, options->month);
    putchar('\n');
}

static struct fault *print_node(const struct scenario *scenario, const struct node *node, const char *path, int depth,
                                const struct explain_options *options)
{
    struct fault *fault = NULL;
    char text[64];
    if (node->kind == NODE_SCALAR) {
        putchar(' ');
        print_scalar(scenario, node, path, options);
        return NULL;
    }
    if (node->children == 0) printf(node->kind == NODE_MAP ? " {}" : " []");
    if (depth > 0 && node->over != NULL) {
        printf("  # ");
        print_place(node->place);
        printf("; replaces %s, ", text_of(node->over, text));
        print_place(node->over->place);
    }
    if (depth > 0 && options->has_month && store_find(scenario->store, path) >= 0)
        print_worth(scenario, path, options->month);
    if (depth > 0) putchar('\n');
    for (size_t i = 0; i < node->children && fault == NULL; i++) {
        const struct node *child = node->child[i];
        char *inner = NULL;
        const int made = child->key == NULL ? asprintf(&inner, "%s.%zu", path, i + 1)
                                            : asprintf(&inner, "%s%s%s", path, path[0] == '\0' ? "" : ".", child->key);
        if (made < 0) return fault_no_memory();
        printf("%*s", 2 * depth, "");
        if (child->key == NULL)
            putchar('-');
        else
            printf("%s:", child->key);
        fault = print_node(scenario, child, inner, depth + 1, options);
        free(inner);
    }
    return fault;
}

/* The path as far as there are settings, and what the next part may have been meant for. */
static struct fault *no_value(const struct scenario *scenario, const struct explain_options *options)
{
    struct setting *map = scenario->root;
    const char *rest = options->asked;
    for (bool found = true; found;) {
        found = false;
        for (size_t i = 0; i < map->children && !found; i++) {
            const size_t length = strlen(map->child[i]->name);
            found = strncmp(rest, map->child[i]->name, length) == 0 && rest[length] == '.';
            if (!found) continue;
            rest += length + 1;
            map = map->child[i];
        }
    }
    char hint[160], wanted[160];
    const char **paths = calloc(map->children + 1, sizeof *paths);
    if (paths == NULL) return fault_no_memory();
    for (size_t i = 0; i < map->children; i++) paths[i] = map->child[i]->path;
    snprintf(wanted, sizeof wanted, "%.*s", (int)(rest + strcspn(rest, ".") - options->asked), options->asked);
    units_hint(wanted, paths, sizeof hint, hint);
    free(paths);
    return fault_raise(FAULT_USAGE, "%s has no value at '%s'%s", options->file, options->asked,
                       hint[0] != '\0' ? hint : "; without a path, `zhol explain` prints all");
}

/* A key that is not written but has a default. */
static struct fault *print_default(struct scenario *scenario, const struct explain_options *options)
{
    const struct setting *setting = setting_at(scenario->root, options->asked);
    if (setting == NULL || setting->stated || setting->text == NULL) return no_value(scenario, options);
    printf("%s: %s  # the default: %s", options->asked, setting->text, setting->key->meaning);
    if (options->has_month) print_worth(scenario, options->asked, options->month);
    putchar('\n');
    return NULL;
}

static struct fault *explain(struct scenario *scenario, const struct explain_options *options)
{
    if (options->asked == NULL) return print_node(scenario, scenario->merged, "", 0, options);
    const struct node *node = tree_at(scenario->merged, options->asked);
    if (node == NULL) return print_default(scenario, options);
    const struct setting *setting = setting_at(scenario->root, options->asked);
    if (setting != NULL && setting->key->meaning != NULL) printf("# %s\n", setting->key->meaning);
    printf("%s:", options->asked);
    return print_node(scenario, node, options->asked, 1, options);
}

/* The scenario as it stands, without asking whether it can be simulated. */
static struct fault *explain_text(const struct explain_options *options, struct scenario **scenario)
{
    const struct options *shared = &options->shared;
    const struct reader_request request = {.file = options->file,
                                           .search = shared->settings.path,
                                           .searches = shared->settings.paths,
                                           .set = shared->settings.set,
                                           .sets = shared->settings.sets,
                                           .adopt = shared->settings.adopt,
                                           .adopts = shared->settings.adopts,
                                           .keys = keys_root()};
    TRY(scenario_read(&request, scenario));
    tell_scenario(*scenario, (*scenario)->warnings);
    if (!options->sources) return explain(*scenario, options);
    return explain_sources(*scenario, options->csv ? EXPLAIN_CSV : options->json ? EXPLAIN_JSON : EXPLAIN_TEXT, stdout);
}

/* And what effects make of the quantities at the path, which needs the whole model. */
static struct fault *explain_worth(const struct explain_options *options, struct simulation *simulation)
{
    TRY(simulation_open(options->file, &options->shared.settings, simulation));
    tell_scenario(simulation->scenario, simulation->plan.warnings);
    TRY(explain(simulation->scenario, options));
    return explain_effects(simulation, options->asked, options->month);
}

int command_explain(int argc, char **argv)
{
    struct explain_options options = {.file = NULL};
    struct scenario *scenario = NULL;
    struct simulation simulation = {.file = NULL};
    options_init(&options.shared);
    struct fault *fault = command_parse(&parser, argc, argv, &options);
    if (fault == NULL)
        fault = options.has_month && options.asked != NULL ? explain_worth(&options, &simulation)
                                                           : explain_text(&options, &scenario);
    if (fault == NULL && (fflush(stdout) != 0 || ferror(stdout)))
        fault = fault_raise(FAULT_MACHINE, "the output cannot be written");
    const int status = command_end(fault);
    scenario_free(scenario);
    if (simulation.file != NULL) simulation_close(&simulation);
    options_free(&options.shared);
    return status;
}
