/* sim/cli/command_check.c -- zhol check: reads, validates, prints the plan and the state at the start; simulates a
 * pilot block only.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/readable.h"
#include "output/tables/wrapped.h"
#include "scenarios/reader/diagnostics.h"
#include "sim/cli/check_start.h"
#include "sim/cli/command.h"
#include "sim/cli/options.h"
#include "sim/cli/tell_retention.h"
#include "sim/cli/tell_scenario.h"
#include "sim/run/pilot.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static error_t parse(int key, char *argument, struct argp_state *state)
{
    (void)argument;
    if (key != ARGP_KEY_INIT) return ARGP_ERR_UNKNOWN;
    state->child_inputs[0] = state->child_inputs[1] = state->child_inputs[2] = state->input;
    return 0;
}

static const struct argp_child children[] = {{&options_argp, 0, NULL, 0},
                                             {&options_goals_argp, 0, NULL, 0},
                                             {&options_threads_argp, 0, NULL, 0},
                                             {NULL, 0, NULL, 0}};
static const struct argp parser = {NULL,
                                   parse,
                                   "SCENARIO...",
                                   "Read, merge, validate and print the plan; simulate nothing but a pilot block.\v"
                                   "Example:\n\n  zhol check scenarios/kazakhstan-2019.yaml",
                                   children,
                                   NULL,
                                   NULL};

static void print_size(const char *label, double bytes)
{
    char size[READABLE_NUMBER];
    readable_size(bytes, size);
    printf("  %-28s %10s\n", label, size);
}

/* What is to be found out, and how many replications the pilot thinks it takes. */
static void print_goals(const struct precision_goals *goals, const struct pilot *pilot)
{
    printf("  %-28s %10" PRIu64 " as a pilot of %" PRIu64 " tells, %" PRIu64 " at most\n", "replications, about",
           pilot->expected, pilot->replications, goals->limit);
    for (size_t i = 0; i < goals->count; i++) {
        const double needed = pilot->state[i].replications;
        printf("    %s: ", goals->item[i].words);
        if (!isfinite(needed) || needed >= 1e12) {
            printf("unknown, the pilot's estimate is %g\n", pilot->state[i].estimate);
            continue;
        }
        const double step = pow(10.0, floor(log10(needed)) - 1.0); /* two digits */
        printf("%.0f\n", step > 1.0 ? round(needed / step) * step : needed);
    }
}

static void print_plan(const struct simulation *simulation, const struct run_settings *settings,
                       const struct pilot *pilot, const char *quantiles)
{
    char start[8], base[8];
    const int threads = ensemble_threads(settings->threads);
    const struct retention *retention = &pilot->retention;
    const struct pilot_needs needs = pilot_needs(simulation, pilot, chunks_of(pilot->expected), threads);
    calendar_write(simulation->plan.calendar.start, start);
    calendar_write(simulation->plan.calendar.base, base);
    printf("%s: scenario %s\n\n", simulation->file, simulation_name(simulation));
    printf("  %-28s %10s\n  %-28s %10s\n", "base date", base, "first month", start);
    printf("  %-28s %10d\n", "months", simulation->plan.calendar.months);
    if (setting_at(simulation->plan.root, "run.discount") != NULL)
        printf("  %-28s %10s, a month at its first day\n", "discounted to", start);
    if (simulation->goals.count > 0)
        print_goals(&simulation->goals, pilot);
    else
        printf("  %-28s %10" PRIu64 "\n", "replications", pilot->expected);
    printf("  %-28s %10" PRIu64 "\n", "seed", simulation->plan.seed);
    printf("  %-28s %10s\n", "generator", simulation->rng);
    printf("  %-28s %10zu\n", "outcomes", simulation->outcomes.count);
    printf("  %-28s %10zu\n", "inputs drawn", store_inputs(simulation->plan.store));
    print_size("memory for samples", needs.samples - needs.spooled);
    if (needs.spooled > 0.0) print_size("in a file while it runs", needs.spooled);
    if (retention->sketched) print_size("memory for sketches, about", needs.sketches);
    print_size("memory of each thread", needs.thread);
    print_size("memory in all, about", needs.bytes - needs.spooled);
    print_size("result file, about", (double)retention_file_bytes(simulation, retention, false));
    print_size("with --compress, about", (double)retention_file_bytes(simulation, retention, true));
    char time[READABLE_NUMBER];
    readable_time(needs.seconds, time);
    printf("  %-28s %10s on %d thread%s\n", "predicted time, about", time, threads, threads == 1 ? "" : "s");
    printf("  %-28s %10s\n  %-28s %10s\n", "quantiles", quantiles, "samples",
           tell_retention_samples(simulation, retention));
}

/* Which drivers hang together: one that joins a group changes the draws of all in it. */
static void print_groups(const struct drivers *drivers)
{
    const size_t count = drivers_innovations(drivers);
    bool any = false;
    for (size_t g = 0; g < drivers_groups(drivers); g++) {
        size_t members = 0;
        for (size_t i = 0; i < count; i++) members += drivers_group(drivers, i) == g;
        if (members < 2) continue;
        if (!any)
            printf("\n  Shocks that hang together (a driver that joins a group changes the draws of\n"
                   "  the group):\n");
        any = true;
        struct wrapped line = {.to = stdout, .indent = 6, .column = 3};
        fputs("   ", stdout);
        for (size_t i = 0; i < count; i++) {
            if (drivers_group(drivers, i) != g) continue;
            char name[READABLE_NAME];
            snprintf(name, sizeof name, "%s%s", line.added == 0 ? " " : "", drivers_innovation(drivers, i));
            wrapped_add(&line, "", name);
        }
        putchar('\n');
    }
}

/* What another generator than Philox costs, and how fine it is. */
static struct fault *print_generator(const char *file, const struct run_settings *settings,
                                     const struct simulation *simulation, const struct pilot *with)
{
    const gsl_rng_type *type = simulation->plan.generator;
    if (type == NULL) return NULL;
    struct run_settings usual = *settings;
    struct simulation reference;
    struct pilot pilot = {0};
    usual.rng = "philox";
    struct fault *fault = simulation_open(file, &usual, &reference);
    if (fault == NULL) fault = pilot_fly(&reference, &pilot);
    simulation_close(&reference);
    const double usual_seconds = pilot.seconds;
    pilot_free(&pilot);
    if (fault != NULL) return fault;
    const double n = (double)with->expected, steps = (double)(type->max - type->min) + 1.0;
    printf("\n  Generator %s, as a check of robustness:\n", type->name);
    printf("    resolution             %.3g steps of a uniform between 0 and 1 (philox: 9.01e+15)\n", steps);
    printf("    seeds                  32 bits; expected pairs of replications of one name with the same draws: %.2g\n",
           0.5 * n * (n - 1.0) / 4294967296.0);
    printf("    time                   %.2g times that of philox\n", with->seconds / usual_seconds);
    return NULL;
}

static struct fault *print_all(const char *file, const struct run_settings *settings,
                               const struct simulation *simulation, const struct pilot *pilot,
                               struct world_state *state)
{
    char *quantiles = tell_retention_quantiles(simulation, &pilot->retention);
    if (quantiles == NULL) return fault_no_memory();
    print_plan(simulation, settings, pilot, quantiles);
    free(quantiles);
    if (pilot->invalid > 0)
        fprintf(stderr, "warning: %zu of %" PRIu64 " replications tried went non-finite; the first in month %d of %s\n",
                pilot->invalid, pilot->replications, pilot->month + 1, simulation->outcomes.item[pilot->cause].path);
    print_groups(world_drivers(simulation->world));
    TRY(print_generator(file, settings, simulation, pilot));
    return check_start_print(simulation, state);
}

static struct fault *check_one(const char *file, const struct run_settings *settings, struct simulation *simulation)
{
    struct pilot pilot = {0};
    struct world_state *state = NULL;
    struct fault *fault = simulation_open(file, settings, simulation);
    if (fault == NULL) fault = pilot_fly(simulation, &pilot);
    if (fault == NULL) fault = world_open(simulation->world, &state);
    if (fault == NULL) fault = print_all(file, settings, simulation, &pilot, state);
    if (fault == NULL && pilot.invalid > 0 && settings->strict)
        fault =
            fault_raise(FAULT_UNTRUSTED, "%s: --strict takes the invalid replications of the pilot for an error", file);
    world_close(state);
    pilot_free(&pilot);
    return fault;
}

int command_check(int argc, char **argv)
{
    struct options options;
    options_init(&options);
    int status = command_end(command_parse(&parser, argc, argv, &options));
    const bool unread = status != 0;
    for (size_t i = 0; i < options.scenarios && !unread; i++) {
        struct simulation simulation;
        struct fault *fault = check_one(options.scenario[i], &options.settings, &simulation);
        tell_scenario(simulation.scenario, simulation.plan.warnings);
        const int one = command_end(fault);
        if (status == 0) status = one;
        simulation_close(&simulation);
    }
    options_free(&options);
    if (status == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        status = command_end(fault_raise(FAULT_MACHINE, "the plan cannot be written"));
    return status;
}
