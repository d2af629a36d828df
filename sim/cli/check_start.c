/* sim/cli/check_start.c -- see check_start.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/check_start.h"
#include "models/drivers/first_year.h"
#include "output/tables/readable.h"
#include "output/tables/wrapped.h"
#include "sim/cli/check_choices.h"
#include "sim/cli/check_profiles.h"
#include "sim/cli/check_written.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The quantity at the path SECTION.NAME.KEY, which was read. */
static const struct setting *quantity_of(const struct simulation *simulation, const char *section, const char *name,
                                         const char *key)
{
    struct setting *of = setting_find(simulation->plan.root, section),
                   *entry = of == NULL ? NULL : setting_find(of, name),
                   *setting = entry == NULL ? NULL : setting_find(entry, key);
    return setting == NULL ? NULL : setting_quantity(setting);
}

/* An amount in the unit of the file, such as "12.7 train/d". */
static void in_words(const struct simulation *simulation, const struct setting *setting, double amount,
                     char text[READABLE_AMOUNT])
{
    const struct check_written written = check_written(simulation, setting, amount);
    snprintf(text, READABLE_AMOUNT, "%.4g%s%s", amount * written.factor, written.unit[0] == '\0' ? "" : " ",
             written.unit);
}

enum { FIRST_YEAR_REPLICATIONS = 1024, NAME_WIDTH = 24 };

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
        printf("\n  Drivers: the level at the start, before any draw; then the mean of the first\n"
               "  year, from 5 to 95 %% of futures:\n");
    for (size_t o = 0; o < outputs && fault == NULL; o++) {
        const double low = first_year_quantile(count, mean + o * count, 0.05),
                     high = first_year_quantile(count, mean + o * count, 0.95);
        const char *unit = drivers_unit(drivers, o);
        const bool pure = unit[0] == '\0' || strcmp(unit, "1") == 0;
        char name[READABLE_NAME];
        readable_short(drivers_name(drivers, o), NAME_WIDTH, name);
        printf("    %-*s %10.4g %-12s", NAME_WIDTH, name, drivers_level(at_start, o)[0], pure ? "" : unit);
        if (low == high)
            printf(" %10.4g in all futures\n", low);
        else
            printf(" %10.4g to %.4g\n", low, high);
    }
    free(mean);
    return fault;
}

static void print_demand(const struct simulation *simulation, const struct world_state *state)
{
    const struct flows *flows = world_flows(simulation->world);
    if (flows_count(flows) > 0) printf("\n  Demand of flows in the base year:\n");
    for (size_t i = 0; i < flows_count(flows); i++) {
        char name[READABLE_NAME], amount[READABLE_AMOUNT];
        readable_short(flows_name(flows, i), NAME_WIDTH, name);
        in_words(simulation, quantity_of(simulation, "flows", flows_name(flows, i), "volume"),
                 flows_demand(world_flows_state(state), i)[0], amount);
        printf("    %-*s %18s\n", NAME_WIDTH, name, amount);
    }
}

/* The routes of each flow: base share, volume, and what they cost. */
static void print_routes(const struct simulation *simulation, const struct world_state *state)
{
    const struct network *network = world_network(simulation->world);
    const struct flows *flows = world_flows(simulation->world);
    const struct routes *routes = network_routes(network);
    size_t flow = routes->flows;
    if (routes->count > 0)
        printf("\n  Routes in the base year: %*s %18s %18s\n", NAME_WIDTH - 10, "share", "volume", "cost of a unit");
    for (size_t r = 0; r < routes->count; r++) {
        const struct route *route = &routes->route[r];
        const size_t of = routes->flow[route->flow].flow;
        char name[READABLE_NAME], unit[READABLE_AMOUNT / 2], amount[READABLE_AMOUNT], cost[READABLE_AMOUNT];
        if (route->flow != flow) printf("    %s\n", flows_name(flows, of));
        flow = route->flow;
        readable_short(route->name, NAME_WIDTH, name);
        unit_per("USD", flows_counted_in(flows, of), sizeof unit, unit);
        snprintf(cost, sizeof cost, "%.4g %s", network_base_cost(world_network_state(state), r)[0], unit);
        in_words(simulation, quantity_of(simulation, "flows", flows_name(flows, of), "volume"),
                 route->share * flows_demand(world_flows_state(state), of)[0], amount);
        if (route->like == r)
            printf("      %-*s %6.4g %% %18s %18s\n", NAME_WIDTH, name, 100.0 * route->share, amount, cost);
        else
            printf("      %-*s %8s %18s %18s\n", NAME_WIDTH, name, "-", "-", cost);
    }
    if (routes->count > 0) printf("  (cost: generalised, money and time and what else keeps cargo from the route)\n");
}

/* What there is to say of a leg beside its use; NULL: nothing. */
static const char *remark(const struct leg *leg, double load, double capacity)
{
    if (capacity == 0.0) return "closed, though base volumes go over it";
    if (load > 1.0) return "more than it can take; there is a queue from the start";
    return leg->shared != LEG_NOT_SHARED ? "by flows alone: energy shares it" : NULL;
}

/* How full the legs are. */
static void print_legs(const struct simulation *simulation, const struct world_state *state)
{
    const struct network *network = world_network(simulation->world);
    const struct network_state *at_start = world_network_state(state);
    const size_t queues = network_queues(network);
    if (queues > 0) printf("\n  Legs with capacity in the base year: %*s %18s\n", NAME_WIDTH - 22, "used", "capacity");
    for (size_t q = 0; q < queues; q++) {
        const struct leg *leg = &network_legs(network)->leg[network_queue_leg(network, q)];
        const double load = network_base_load(at_start, q)[0], capacity = network_base_capacity(at_start, q)[0];
        char name[READABLE_NAME], amount[READABLE_AMOUNT];
        readable_short(leg->name, NAME_WIDTH, name);
        in_words(simulation, quantity_of(simulation, "legs", leg->name, "capacity"), capacity, amount);
        printf("      %-*s %6.3g %% %18s\n", NAME_WIDTH, name, 100.0 * load, amount);
        const char *says = remark(leg, load, capacity);
        if (says != NULL) printf("        %s\n", says);
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

static void energy_year_print(const struct energy *energy, const struct energy_year *year)
{
    static const char *const words[5] = {"production", "held back by the quota", "shut in", "royalty", "duty"};
    const double(*sold)[2] = (const double(*)[2])year->outlet;
    printf("\n  Energy of the first year, at the prices of the start and in usual weather:\n");
    for (size_t c = 0; c < energy->count; c++) {
        const struct energy_commodity *commodity = &energy->commodity[c];
        struct wrapped line = {.to = stdout, .indent = 6, .column = 4};
        char price[READABLE_AMOUNT / 2], amount[READABLE_AMOUNT], item[2 * READABLE_AMOUNT];
        unit_per("USD", commodity->unit, sizeof price, price);
        fputs("    ", stdout);
        for (size_t i = 0; i < 5; i++) {
            if (i == 1 && commodity->quota < 0) continue;
            readable_amount(year->commodity[c][i], i < 3 ? commodity->rate : "USD/yr", amount);
            snprintf(item, sizeof item, "%s%s%s %s", i == 0 ? commodity->name : "", i == 0 ? ": " : "", words[i],
                     amount);
            wrapped_add(&line, ",", item);
        }
        putchar('\n');
        for (size_t o = 0; o < commodity->outlets; o++, sold++) {
            const struct energy_outlet *outlet = &commodity->outlet[o];
            const char *where = outlet->transit ? "transit" : outlet->buyer == NULL ? "home" : outlet->buyer;
            char name[READABLE_NAME], at[READABLE_AMOUNT];
            readable_short(outlet->name, NAME_WIDTH, name);
            readable_amount((*sold)[0], commodity->rate, amount);
            printf("      %-*s %-8s%12s", NAME_WIDTH, name, where, amount);
            if ((*sold)[0] > 0.0) {
                snprintf(at, sizeof at, "%.4g %s", (*sold)[1] / (*sold)[0], price);
                readable_amount((*sold)[1], "USD/yr", amount);
                printf("%14s%14s", at, amount);
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

struct fault *check_start_print(const struct simulation *simulation, struct world_state *state)
{
    world_start_central(state);
    TRY(print_drivers(simulation, world_drivers_state(state)));
    print_demand(simulation, state);
    print_routes(simulation, state);
    print_legs(simulation, state);
    check_choices_print(simulation, state);
    TRY(print_energy(simulation, state));
    check_profiles_print(simulation);
    putchar('\n');
    return NULL;
}
