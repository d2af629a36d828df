/* sim/cli/command_new.c -- zhol new: a scenario to begin with, or one of two tables.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/tree.h"
#include "scenarios/reader/values.h"
#include "scenarios/writer/draft.h"
#include "scenarios/writer/ways.h"
#include "sim/cli/command.h"
#include "sim/cli/output_path.h"
#include "sim/run/write_text.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { OPTION_FROM = 512, OPTION_YEAR, OPTION_ROUTES, OPTION_FORCE };
enum { YEAR = 2024, ROUTES = 3, NAME_MOST = 100 };

static const struct argp_option list[] = {
    {"from", OPTION_FROM, "FLOWS.csv LEGS.csv", 0, "Make it of two tables, of flows and of the legs they go over", 0},
    {"routes", OPTION_ROUTES, "K", 0, "Find at most so many routes of a flow (default: 3)", 0},
    {"year", OPTION_YEAR, "YEAR", 0, "The base year, which figures and prices are of (default: 2024)", 0},
    {"force", OPTION_FORCE, NULL, 0, "Replace a file that is there", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

struct new_options {
    const char *name, *flows, *legs; /* words */
    bool from, force;
    int year;
    size_t routes;
};

static long read_number(const char *text, long least, long most, const char *option, struct argp_state *state)
{
    char *end = NULL;
    const long number = strtol(text, &end, 10);
    if (!isdigit((unsigned char)text[0]) || *end != '\0' || number < least || number > most)
        argp_error(state, "%s is '%s'; expected a whole number from %ld to %ld", option, text, least, most);
    return number;
}

/* The word after the table of flows is that of legs. */
static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct new_options *options = state->input;
    switch (key) {
    case OPTION_FROM:
        options->from = true;
        options->flows = argument;
        break;
    case OPTION_YEAR: options->year = (int)read_number(argument, 1900, 2100, "--year", state); break;
    case OPTION_ROUTES: options->routes = (size_t)read_number(argument, 1, WAYS_MOST, "--routes", state); break;
    case OPTION_FORCE: options->force = true; break;
    case ARGP_KEY_ARG:
        if (options->from && options->legs == NULL)
            options->legs = argument;
        else if (options->name == NULL)
            options->name = argument;
        else
            argp_error(state, "a second name, '%s', stands here; expected one%s", argument,
                       options->from ? "" : "; tables come behind --from");
        break;
    case ARGP_KEY_END:
        if (options->from && options->legs == NULL)
            argp_error(state, "--from lacks the table of legs; expected two, such as --from flows.csv legs.csv");
        if (options->name == NULL) argp_error(state, "no name was given; expected one such as my-corridor");
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

static const struct argp parser = {
    list,
    parse,
    "NAME",
    "Write a new scenario, NAME.yaml, every key of it with a comment, that checks and runs as it is.\v"
    "With --from it is made of two tables. Flows: origin, destination, cargo, volume. Legs: name, from, to, time, "
    "cost, "
    "capacity. Units stand in the names of columns, as in 'cost (USD/t)'; guide/recipes.md has both.\n\n"
    "Example:\n\n  zhol new my-corridor\n  zhol new my-corridor --from flows.csv legs.csv",
    NULL,
    NULL,
    NULL};

/* The name of the scenario and the path of its file: "corridors/east" and "corridors/east.yaml" are both allowed. */
static struct fault *read_name(const char *word, char name[NAME_MOST], char **path)
{
    const char *slash = strrchr(word, '/'), *stem = slash == NULL ? word : slash + 1;
    size_t length = strlen(stem);
    if (length > 5 && strcmp(stem + length - 5, ".yaml") == 0) length -= 5;
    bool likely = length < NAME_MOST;
    if (likely) {
        snprintf(name, NAME_MOST, "%.*s", (int)length, stem);
        if (!value_is_name(name)) {
            for (char *c = name; *c != '\0'; c++)
                *c = (char)(*c == ' ' || *c == '_' ? '-' : tolower((unsigned char)*c));
            likely = value_is_name(name);
            return fault_raise(FAULT_USAGE,
                               "'%s' is no name of a scenario; expected lower-case letters, digits and single "
                               "hyphens%s%s%s",
                               stem, likely ? "; did you mean '" : ", such as my-corridor", likely ? name : "",
                               likely ? "'?" : "");
        }
    }
    if (!likely) return fault_raise(FAULT_USAGE, "the name is longer than %d letters", NAME_MOST - 1);
    if (asprintf(path, "%.*s%s.yaml", (int)(stem - word), word, name) < 0) return fault_no_memory();
    return NULL;
}

static struct fault *draft_from(FILE *to, const struct new_options *options, const struct draft *draft,
                                struct forest *forest)
{
    struct units *units = NULL;
    struct source *flows = NULL, *legs = NULL;
    struct listing listing = {0};
    TRY(units_open(&units));
    struct fault *fault = tree_read_file(forest, options->flows, "a table of flows", &flows);
    if (fault == NULL) fault = tree_read_file(forest, options->legs, "a table of legs", &legs);
    if (fault == NULL) fault = listing_open(&listing, units, flows, legs);
    if (fault == NULL) fault = draft_listing(to, draft, &listing);
    if (fault == NULL && listing.unread != NULL) printf("Nothing was read of the columns %s.\n", listing.unread);
    listing_close(&listing);
    units_close(units);
    return fault;
}

/* What is wrong in a table is shown with its line, so `forest` keeps it. */
static struct fault *make(const struct new_options *options, const struct draft *draft, const char *path,
                          struct forest *forest)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return fault_no_memory();
    struct fault *fault = NULL;
    if (options->from)
        fault = draft_from(to, options, draft, forest);
    else
        draft_outline(to, draft);
    const bool whole = !ferror(to);
    if ((fclose(to) != 0 || !whole) && fault == NULL) fault = fault_no_memory();
    if (fault == NULL) fault = write_text(path, text);
    free(text);
    return fault;
}

static struct fault *check_path(const struct new_options *options, const char *path)
{
    TRY(output_path_check(path));
    if (options->from && (output_path_is_same(path, options->flows) || output_path_is_same(path, options->legs)))
        return fault_raise(FAULT_USAGE, "%s would replace a table; expected another name", path);
    if (options->force || access(path, F_OK) < 0) return NULL;
    return fault_raise(FAULT_USAGE, "%s is there already; use --force to replace it, or another name", path);
}

int command_new(int argc, char **argv)
{
    struct new_options options = {.year = YEAR, .routes = ROUTES};
    struct forest forest = {0};
    char name[NAME_MOST], *path = NULL;
    struct fault *fault = command_parse_in_order(&parser, argc, argv, &options);
    if (fault == NULL) fault = read_name(options.name, name, &path);
    if (fault == NULL) fault = check_path(&options, path);
    const struct draft draft = {name, options.year, options.routes};
    if (fault == NULL) fault = make(&options, &draft, path, &forest);
    if (fault == NULL) {
        printf("%s is written. Next:\n  zhol check %s\n  zhol run %s\n  zhol show %s.h5\n", path, path, path, name);
        fault = command_flush();
    }
    const int status = command_end(fault);
    tree_free(&forest);
    free(path);
    return status;
}
