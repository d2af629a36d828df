/* sim/cli/command_check.c -- zhol check: reads, validates, prints the plan and the state at the start; simulates a
 * pilot block only.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/drivers/first_year.h"
#include "output/tables/readable.h"
#include "scenarios/reader/diagnostics.h"
#include "sim/cli/check_choices.h"
#include "sim/cli/check_profiles.h"
#include "sim/cli/command.h"
#include "sim/cli/options.h"
#include "sim/cli/tell_retention.h"
#include "sim/cli/tell_scenario.h"
#include "sim/core/printable.h"
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
    const char *unit = bytes >= 1e9 ? "GB" : bytes >= 1e6 ? "MB" : "kB";
    const double scale = bytes >= 1e9 ? 1e9 : bytes >= 1e6 ? 1e6 : 1e3;
    printf("  %-28s %10.3g %s\n", label, bytes / scale, unit);
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
    printable_put(simulation->file, stdout);
    printf(": scenario %s\n\n", simulation_name(simulation));
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
    printf("  %-28s %10.3g s on %d thread%s\n", "predicted time", needs.seconds, threads, threads == 1 ? "" : "s");
    printf("  %-28s %10s\n  %-28s %10s\n", "quantiles", quantiles, "samples",
           tell_retention_samples(simulation, retention));
}

static void print_level(const char *name, double level, const char *unit)
{
    const bool pure = unit[0] == '\0' || strcmp(unit, "1") == 0;
    printf("    %-26s %12.6g%s%s\n", name, level, pure ? "" : " ", pure ? "" : unit);
}

enum { FIRST_YEAR_REPLICATIONS = 1024 };

/* The level of each driver at the start, and the range of its first year. */
static struct fault *print_drivers(const struct simulation *simulation, const struct drivers_state *at_start)
{
    const struct drivers *drivers = world_drivers(simulation->world);
    const size_t outputs = drivers_outputs(drivers), count = FIRST_YEAR_REPLICATIONS;
    if (outputs == 0) return NULL;
    double *mean = calloc(outputs * count, sizeof *mean);
    struct fault *fault = mean == NULL ? fault_no_memory() : NULL;
    if (fault == NULL)
        fault = first_year_means(drivers, simulation->plan.store, &simulation->plan.calendar, count, mean);
    if (fault == NULL)
        printf("\n  Drivers: the level at the start, before any draw; 5 to 95 %% of futures of the mean of the first "
               "year:\n");
    for (size_t o = 0; o < outputs && fault == NULL; o++) {
        const double low = first_year_quantile(count, mean + o * count, 0.05),
                     high = first_year_quantile(count, mean + o * count, 0.95);
        const char *unit = drivers_unit(drivers, o);
        const bool pure = unit[0] == '\0' || strcmp(unit, "1") == 0;
        printf("    %-26s %12.6g %-10s", drivers_name(drivers, o), drivers_level(at_start, o)[0], pure ? "" : unit);
        if (low == high)
            printf(" %12.6g in all futures\n", low);
        else
            printf(" %12.6g to %.6g\n", low, high);
    }
    free(mean);
    return fault;
}

/* The routes of each flow: base share, volume, and what they cost; then how full the legs are. */
static void print_network(const struct simulation *simulation, const struct world_state *state)
{
    const struct network *network = world_network(simulation->world);
    const struct network_state *at_start = world_network_state(state);
    const struct flows *flows = world_flows(simulation->world);
    const struct routes *routes = network_routes(network);
    size_t flow = routes->flows;
    if (routes->count > 0)
        printf("\n  Routes in the base year:%24s %10s %16s  %s\n", "", "share", "volume", "generalised cost of a unit");
    for (size_t r = 0; r < routes->count; r++) {
        const struct route *route = &routes->route[r];
        const size_t of = routes->flow[route->flow].flow;
        char name[128], unit[96], cost[128];
        if (route->flow != flow) printf("    %s, %s\n", flows_name(flows, of), flows_unit(flows, of));
        flow = route->flow;
        snprintf(name, sizeof name, "%s", route->name);
        unit_per("USD", flows_counted_in(flows, of), sizeof unit, unit);
        snprintf(cost, sizeof cost, "%.5g %s", network_base_cost(at_start, r)[0], unit);
        if (route->like == r)
            printf("      %-40s %9.4g %% %16.6g  %s\n", name, 100.0 * route->share,
                   route->share * flows_demand(world_flows_state(state), of)[0], cost);
        else
            printf("      %-40s %11s %16s  %s\n", name, "-", "-", cost);
    }
    const size_t queues = network_queues(network);
    if (queues > 0) printf("\n  Legs with capacity in the base year:%12s %10s %16s\n", "", "used", "capacity");
    for (size_t q = 0; q < queues; q++) {
        const struct leg *leg = &network_legs(network)->leg[network_queue_leg(network, q)];
        const double load = network_base_load(at_start, q)[0];
        printf("      %-40s %9.3g %% %16.6g %s/yr%s\n", leg->name, 100.0 * load, network_base_capacity(at_start, q)[0],
               leg->stock,
               network_base_capacity(at_start, q)[0] == 0.0 ? ": closed, though base volumes go over it"
               : load > 1.0                                 ? ": more than it can take; there is a queue from the start"
               : leg->shared != LEG_NOT_SHARED              ? ", by flows alone: energy shares it"
                                                            : "");
    }
}

/* Means of the first year: of the commodities production, what a quota holds back, shut-in, royalty and duty; of their
 * outlets in turn volume and revenue. */
struct energy_year {
    double (*commodity)[5];
    double (*outlet)[2];
};

static void energy_year_add(const struct energy *energy, const struct energy_state *now, struct energy_year *year)
{
    double(*outlet)[2] = year->outlet;
    for (size_t c = 0; c < energy->count; c++) {
        const double row[5] = {energy_production(now, c)[0], energy_held_back(now, c)[0], energy_shut_in(now, c)[0],
                               energy_royalty(now, c)[0], energy_duty(now, c)[0]};
        for (size_t i = 0; i < 5; i++) year->commodity[c][i] += row[i] / CALENDAR_MONTHS_PER_YEAR;
        for (size_t o = 0; o < energy->commodity[c].outlets; o++, outlet++) {
            (*outlet)[0] += energy_volume(now, c, o)[0] / CALENDAR_MONTHS_PER_YEAR;
            (*outlet)[1] += energy_revenue(now, c, o)[0] / CALENDAR_MONTHS_PER_YEAR;
        }
    }
}

static void print_amount(double amount, const char *of)
{
    char unit[96];
    const double scale = readable_unit(of, amount, sizeof unit, unit);
    printf("%.4g %s", amount / scale, unit);
}

static void energy_year_print(const struct energy *energy, const struct energy_year *year)
{
    static const char *const words[5] = {"production", "held back by the quota", "shut in", "royalty", "duty"};
    const double(*sold)[2] = (const double(*)[2])year->outlet;
    printf("\n  Energy of the first year, at the prices of the start and in usual weather:\n");
    for (size_t c = 0; c < energy->count; c++) {
        const struct energy_commodity *commodity = &energy->commodity[c];
        char price[96];
        unit_per("USD", commodity->unit, sizeof price, price);
        printf("    %s: ", commodity->name);
        for (size_t i = 0; i < 5; i++) {
            if (i == 1 && commodity->quota < 0) continue;
            printf("%s%s ", i == 0 ? "" : ", ", words[i]);
            print_amount(year->commodity[c][i], i < 3 ? commodity->rate : "USD/yr");
        }
        putchar('\n');
        for (size_t o = 0; o < commodity->outlets; o++, sold++) {
            const struct energy_outlet *outlet = &commodity->outlet[o];
            const char *where = outlet->transit ? "transit" : outlet->buyer == NULL ? "home" : outlet->buyer;
            printf("      %-26s %-10s ", outlet->name, where);
            print_amount((*sold)[0], commodity->rate);
            if ((*sold)[0] > 0.0) {
                printf(" at %.5g %s, ", (*sold)[1] / (*sold)[0], price);
                print_amount((*sold)[1], "USD/yr");
            }
            putchar('\n');
        }
    }
}

static struct fault *print_energy(const struct simulation *simulation, struct world_state *state)
{
    const struct energy *energy = world_energy(simulation->world);
    size_t outlets = 0;
    if (energy->count == 0) return NULL;
    for (size_t c = 0; c < energy->count; c++) outlets += energy->commodity[c].outlets;
    struct energy_year year = {.commodity = calloc(energy->count, sizeof *year.commodity),
                               .outlet = calloc(outlets + 1, sizeof *year.outlet)};
    struct fault *fault = year.commodity == NULL || year.outlet == NULL ? fault_no_memory() : NULL;
    for (int m = 0; m < CALENDAR_MONTHS_PER_YEAR && fault == NULL; m++) {
        world_energy_central(state, m);
        energy_year_add(energy, world_energy_state(state), &year);
    }
    if (fault == NULL) energy_year_print(energy, &year);
    free(year.commodity);
    free(year.outlet);
    return fault;
}

static struct fault *print_start(const struct simulation *simulation, struct world_state *state)
{
    const struct flows *flows = world_flows(simulation->world);
    world_start_central(state);
    TRY(print_drivers(simulation, world_drivers_state(state)));
    if (flows_count(flows) > 0) printf("\n  Demand of flows in the base year:\n");
    for (size_t i = 0; i < flows_count(flows); i++)
        print_level(flows_name(flows, i), flows_demand(world_flows_state(state), i)[0], flows_unit(flows, i));
    print_network(simulation, state);
    check_choices_print(simulation, state);
    TRY(print_energy(simulation, state));
    check_profiles_print(simulation);
    putchar('\n');
    return NULL;
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
            printf("\n  Shocks that hang together (a driver that joins a group changes the draws of the group):\n");
        any = true;
        printf("   ");
        for (size_t i = 0; i < count; i++)
            if (drivers_group(drivers, i) == g) printf(" %s", drivers_innovation(drivers, i));
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
    return print_start(simulation, state);
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
