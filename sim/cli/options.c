/* sim/cli/options.c -- see options.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/options.h"
#include "models/keys.h"
#include "sim/run/kernels.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    OPTION_SEED = 256,
    OPTION_SET,
    OPTION_ADOPT,
    OPTION_PATH,
    OPTION_RNG,
    OPTION_MEMORY,
    OPTION_SAVE,
    OPTION_COMPRESS,
    OPTION_STRICT,
    OPTION_ISA
};

static const struct argp_option list[] = {
    {NULL, 'n', "N", 0, "Replications (default: as the scenario says)", 0},
    {"seed", OPTION_SEED, "S", 0, "Seed (default: as the scenario says, else 1)", 0},
    {"isa", OPTION_ISA, "NAME", 0, OPTIONS_ISA_MEANING, 0},
    {"set", OPTION_SET, "PATH=VALUE", 0,
     "Replace a value of the scenario, such as drivers.brent.kappa='1 /yr'; repeatable", 0},
    {"adopt", OPTION_ADOPT, "POLICY", 0, "Adopt a policy of the scenario beside those that it adopts; repeatable", 0},
    {"path", OPTION_PATH, "DIR", 0, "Look for parents and tables there too; repeatable", 0},
    {"rng", OPTION_RNG, "NAME", 0, "Generator: philox (default) or any that GSL ships, as a check of robustness", 0},
    {"memory", OPTION_MEMORY, "SIZE", 0,
     "Most memory for samples (default 2GiB); beyond it quantiles are within 0.39 %", 0},
    {"save", OPTION_SAVE, "PATTERNS", 0, "Outcomes whose yearly samples are written: 'drivers.*,flows.*', '*' or none",
     0},
    {"compress", OPTION_COMPRESS, NULL, 0, "Write samples and inputs compressed", 0},
    {"strict", OPTION_STRICT, NULL, 0, "Take warnings for errors", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

bool options_append(const char ***items, size_t *count, const char *item)
{
    const char **grown = realloc(*items, (*count + 1) * sizeof *grown);
    if (grown == NULL) return false;
    grown[(*count)++] = item;
    *items = grown;
    return true;
}

bool options_read_bytes(const char *text, uint64_t *bytes)
{
    static const struct {
        const char *name;
        double factor;
    } units[] = {{"", 1},      {"B", 1},        {"kB", 1e3},        {"MB", 1e6},           {"GB", 1e9},
                 {"TB", 1e12}, {"KiB", 1024.0}, {"MiB", 1048576.0}, {"GiB", 1073741824.0}, {"TiB", 1099511627776.0}};
    char *end = NULL;
    errno = 0;
    const double number = strtod(text, &end);
    if (end == text || errno != 0 || !(number > 0.0)) return false;
    while (*end == ' ') end++;
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        const double size = number * units[i].factor;
        if (strcmp(end, units[i].name) != 0) continue;
        if (!(size >= 1.0 && size < 1e18)) return false;
        *bytes = (uint64_t)size;
        return true;
    }
    return false;
}

void options_check_isa(const char *name, struct argp_state *state)
{
    const struct kernels *kernels;
    char sentence[300];
    struct fault *fault = kernels_choose(name, &kernels);
    if (fault == NULL) return;
    snprintf(sentence, sizeof sentence, "%s", fault->sentence);
    fault_free(fault);
    argp_error(state, "%s", sentence); /* which ends the program */
}

void options_read_checkpoint(const char *text, struct argp_state *state, double *seconds)
{
    char *end = NULL;
    errno = 0;
    *seconds = strtod(text, &end);
    if (end == text || *end != '\0' || errno != 0 || !(*seconds >= 0.0 && *seconds <= 365.25 * 86400.0))
        argp_error(state, "--checkpoint is '%s'; expected a number of seconds such as 60, 0 for as often as can be",
                   text);
}

void options_read_shard(const char *text, const char *option, struct argp_state *state, struct shard *shard)
{
    char rest = '\0';
    const bool digits = strspn(text, "0123456789/") == strlen(text);
    if (!digits || sscanf(text, "%18" SCNu64 "/%18" SCNu64 "%c", &shard->index, &shard->count, &rest) != 2)
        argp_error(state, "%s is '%s'; expected I/K, such as 3/8 for the third of eight", option, text);
    else if (shard->count == 0 || shard->index == 0 || shard->index > shard->count)
        argp_error(state, "%s is '%s'; expected a part from 1/K to K/K, of at least one", option, text);
}

static bool read_whole(const char *text, unsigned long long least, unsigned long long most, unsigned long long *number)
{
    char *end = NULL;
    errno = 0;
    if (*text < '0' || *text > '9') return false;
    *number = strtoull(text, &end, 10);
    return *end == '\0' && errno == 0 && *number >= least && *number <= most;
}

void options_copies_free(struct options_copies *copies)
{
    for (size_t i = 0; i < copies->count; i++) free(copies->text[i]);
    free(copies->text);
    *copies = (struct options_copies){.count = 0};
}

error_t options_append_patterns(struct argp_state *state, const char *name, const char *argument,
                                struct options_copies *copies, const char ***patterns, size_t *count)
{
    char **grown = reallocarray(copies->text, copies->count + 1, sizeof *grown), *copy = strdup(argument);
    if (grown != NULL) copies->text = grown;
    if (grown == NULL || copy == NULL) {
        free(copy);
        return ENOMEM;
    }
    copies->text[copies->count++] = copy;
    for (char *pattern = copy; pattern != NULL;) {
        char *comma = strchr(pattern, ',');
        if (comma != NULL) *comma = '\0';
        if (*pattern == '\0') argp_error(state, "--%s is '%s'; expected patterns between commas", name, argument);
        if (!options_append(patterns, count, pattern)) return ENOMEM;
        pattern = comma == NULL ? NULL : comma + 1;
    }
    return 0;
}

bool options_read_threads(const char *text, int *threads)
{
    unsigned long long number;
    if (!read_whole(text, 1, SETTINGS_MOST_THREADS, &number)) return false;
    *threads = (int)number;
    return true;
}

void options_read_year(struct argp_state *state, const char *text, int *year)
{
    unsigned long long number = 0;
    if (!read_whole(text, 1, 9999, &number)) argp_error(state, "--year is '%s'; expected a year such as 2030", text);
    *year = (int)number;
}

static error_t parse(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    unsigned long long number = 0;
    bool kept = true;
    switch (key) {
    case 'n':
        if (!read_whole(argument, 1, KEYS_MOST_REPLICATIONS, &number))
            argp_error(state, "-n is '%s'; expected a whole number of replications from 1 to %ld", argument,
                       KEYS_MOST_REPLICATIONS);
        options->settings.replications = number;
        break;
    case OPTION_SEED:
        if (!read_whole(argument, 0, UINT64_MAX, &number))
            argp_error(state, "--seed is '%s'; expected a whole number from 0 to 18446744073709551615", argument);
        options->settings.seed = number;
        options->settings.has_seed = true;
        break;
    case OPTION_ISA:
        options_check_isa(argument, state);
        options->settings.isa = argument;
        break;
    case OPTION_SET:
        if (strchr(argument, '=') == NULL) argp_error(state, "--set is '%s'; expected PATH=VALUE", argument);
        kept = options_append(&options->settings.set, &options->settings.sets, argument);
        break;
    case OPTION_ADOPT: kept = options_append(&options->settings.adopt, &options->settings.adopts, argument); break;
    case OPTION_PATH: kept = options_append(&options->settings.path, &options->settings.paths, argument); break;
    case OPTION_RNG: options->settings.rng = argument; break;
    case OPTION_MEMORY:
        if (!options_read_bytes(argument, &options->settings.memory))
            argp_error(state, "--memory is '%s'; expected a size such as 2GiB or 500MB", argument);
        break;
    case OPTION_SAVE: options->settings.save = argument; break;
    case OPTION_STRICT: options->settings.strict = true; break;
    case OPTION_COMPRESS: options->settings.compress = true; break;
    case ARGP_KEY_ARG: kept = options_append(&options->scenario, &options->scenarios, argument); break;
    case ARGP_KEY_NO_ARGS: argp_error(state, "%s", options->missing); break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return kept ? 0 : ENOMEM;
}

const struct argp options_argp = {list, parse, NULL, NULL, NULL, NULL, NULL};

static const struct argp_option threads[] = {
    {NULL, 'j', "THREADS", 0, "Threads (default: all); no effect on the result", 0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse_threads(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    if (key != 'j') return ARGP_ERR_UNKNOWN;
    if (!options_read_threads(argument, &options->settings.threads))
        argp_error(state, "-j is '%s'; expected a number of threads from 1 to %d", argument, SETTINGS_MOST_THREADS);
    return 0;
}

const struct argp options_threads_argp = {threads, parse_threads, NULL, NULL, NULL, NULL, NULL};

enum { OPTION_PRECISION = 300 };

static const struct argp_option goals[] = {
    {"precision", OPTION_PRECISION, "GOAL", 0,
     "In place of -n, until it is known: 'npv.national=1 %', 'fiscal.total@2030:quantile:0.05=2 %'; repeatable; or "
     "none",
     0},
    {NULL, 0, NULL, 0, NULL, 0},
};

static error_t parse_goals(int key, char *argument, struct argp_state *state)
{
    struct options *options = state->input;
    switch (key) {
    case OPTION_PRECISION:
        if (!options_append(&options->settings.precision, &options->settings.precisions, argument)) return ENOMEM;
        break;
    case ARGP_KEY_END:
        if (options->settings.replications > 0 && options->settings.precisions > 0 &&
            strcmp(options->settings.precision[0], "none") != 0)
            argp_error(state, "-n %" PRIu64 " and --precision '%s' exclude each other; expected one of them",
                       options->settings.replications, options->settings.precision[0]);
        break;
    default: return ARGP_ERR_UNKNOWN;
    }
    return 0;
}

const struct argp options_goals_argp = {goals, parse_goals, NULL, NULL, NULL, NULL, NULL};

void options_init(struct options *options)
{
    *options = (struct options){
        .missing = "no scenario file was named; expected one or more, such as scenarios/kazakhstan-2019.yaml",
        .settings = settings_usual(),
        .progress = "auto"};
}

void options_free(struct options *options)
{
    free(options->scenario);
    free(options->settings.set);
    free(options->settings.adopt);
    free(options->settings.precision);
    free(options->settings.path);
}
