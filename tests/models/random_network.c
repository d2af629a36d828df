/* tests/models/random_network.c -- see random_network.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/random_network.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void must(struct fault *fault)
{
    if (fault == NULL) return;
    fprintf(stderr, "random_network: %s\n", fault->sentence);
    exit(EXIT_FAILURE);
}

static void *some(void *memory)
{
    if (memory == NULL) must(fault_no_memory());
    return memory;
}

static double between(gsl_rng *rng, double a, double b)
{
    return a + (b - a) * gsl_rng_uniform(rng);
}

static int slot_of(struct random_network *network, const char *path, double value)
{
    struct quantity quantity = {.form = QUANTITY_NUMBER, .p = {value}};
    int slot = -1;
    must(store_add(network->store, path, "", &quantity, &slot));
    return slot;
}

/* The legs 0 .. 7 in an order. */
static void order_draw(size_t order[NET_LEGS - 2], gsl_rng *rng)
{
    for (size_t i = 0; i < NET_LEGS - 2; i++) {
        const size_t j = gsl_rng_uniform_int(rng, i + 1);
        order[i] = order[j];
        order[j] = i;
    }
}

/* A way of 1 to 5 legs of 0 .. 7 in that order, with the twins 8 of 0 and 9 of 1. */
static void way_draw(struct route *route, const size_t order[NET_LEGS - 2], gsl_rng *rng)
{
    bool used[NET_LEGS] = {false};
    const unsigned long count = 1 + gsl_rng_uniform_int(rng, 5);
    for (unsigned long drawn = 0; drawn < count;) {
        const unsigned long leg = gsl_rng_uniform_int(rng, NET_LEGS - 2);
        if (used[leg]) continue;
        used[leg] = true;
        drawn++;
    }
    route->leg = some(calloc(NET_LEGS, sizeof *route->leg));
    for (size_t i = 0; i < NET_LEGS - 2; i++) {
        if (!used[order[i]]) continue;
        route->leg[route->legs++] = order[i];
        if (order[i] < 2) route->leg[route->legs++] = NET_LEGS - 2 + order[i];
    }
}

/* The keys under which a leg says what capacity a flow takes: queue.c finds slots by them. */
static const struct key any_key = {.name = "*", .kind = KEY_SECTION};

static void legs_draw(struct random_network *network, gsl_rng *rng)
{
    static const char *const names[NET_FLOWS] = {"f0", "f1", "f2", "f3", "f4", "f5"};
    network->legs.leg = some(calloc(NET_LEGS, sizeof *network->legs.leg));
    network->legs.count = NET_LEGS;
    for (size_t l = 0; l < NET_LEGS; l++) {
        struct leg *leg = &network->legs.leg[l];
        *leg = (struct leg){.name = "leg", .capacity = 0, .time = -1, .sd = -1};
        leg->map[LEG_USE] = some(setting_add(NULL, &any_key, ""));
        for (size_t f = 0; f < NET_FLOWS; f++) {
            char path[32];
            snprintf(path, sizeof path, "use.%zu.%zu", l, f);
            network->use[l][f] = l >= NET_LEGS - 2 ? network->use[l - (NET_LEGS - 2)][f] : between(rng, 0.5, 2.0);
            struct setting *use = some(setting_add(leg->map[LEG_USE], &any_key, names[f]));
            use->slot = slot_of(network, path, network->use[l][f]);
        }
    }
}

static void routes_draw(struct random_network *network, gsl_rng *rng)
{
    static const char *const names[NET_FLOWS] = {"f0", "f1", "f2", "f3", "f4", "f5"};
    struct routes *routes = &network->routes;
    const size_t nests = network->nested ? NET_NESTS : NET_ROUTES, per_nest = network->nested ? 2 : 1;
    routes->route = some(calloc(NET_ROUTES, sizeof *routes->route));
    routes->nest = some(calloc(nests, sizeof *routes->nest));
    routes->flow = some(calloc(NET_FLOWS, sizeof *routes->flow));
    routes->count = NET_ROUTES;
    routes->nests = nests;
    routes->flows = routes->queued = NET_FLOWS;
    size_t order[NET_LEGS - 2];
    order_draw(order, rng);
    for (size_t n = 0; n < nests; n++) {
        char path[32];
        routes->nest[n] = (struct nest){.first = n * per_nest, .count = per_nest, .lambda = -1};
        if (!network->nested) continue;
        network->lambda[n] = between(rng, 0.3, 0.9);
        snprintf(path, sizeof path, "lambda.%zu", n);
        routes->nest[n].lambda = slot_of(network, path, network->lambda[n]);
    }
    for (size_t f = 0; f < NET_FLOWS; f++) {
        double sum = 0.0;
        routes->flow[f] = (struct route_flow){.flow = f,
                                              .commodity = names[f],
                                              .first_route = f * NET_WAYS,
                                              .routes = NET_WAYS,
                                              .first_nest = f * NET_WAYS / per_nest,
                                              .nests = NET_WAYS / per_nest,
                                              .sensitivity = 0};
        for (size_t r = f * NET_WAYS; r < (f + 1) * NET_WAYS; r++) {
            routes->route[r] =
                (struct route){.flow = f, .nest = r / per_nest, .like = r, .share = between(rng, 0.1, 1.0)};
            sum += routes->route[r].share;
            if (network->cyclic) order_draw(order, rng);
            way_draw(&routes->route[r], order, rng);
        }
        for (size_t r = f * NET_WAYS; r < (f + 1) * NET_WAYS; r++) routes->route[r].share /= sum;
    }
}

static void month_draw(struct random_network *network, gsl_rng *rng)
{
    double(*constant)[LANES] = some(lanes_rows(NET_ROUTES)), (*none)[LANES] = some(lanes_rows(NET_ROUTES));
    network->utility = some(lanes_rows(NET_ROUTES));
    network->demand = some(lanes_rows(NET_FLOWS));
    network->weight = some(lanes_rows(NET_FLOWS));
    network->capacity = some(lanes_rows(NET_LEGS));
    memset(none, 0, NET_ROUTES * sizeof *none);
    choice_start(network->choice, network->rows, (const double(*)[LANES])none, constant);
    for (int l = 0; l < LANES; l++) {
        for (size_t r = 0; r < NET_ROUTES; r++) network->utility[r][l] = constant[r][l] + between(rng, -1.0, 1.0);
        for (size_t f = 0; f < NET_FLOWS; f++) {
            network->demand[f][l] = between(rng, 10.0, 100.0);
            network->weight[f][l] = between(rng, 1.0, 10.0);
        }
        for (size_t q = 0; q < network->queue.count; q++) {
            double load = 0.0;
            for (size_t r = 0; r < NET_ROUTES; r++)
                for (size_t i = 0; i < network->routes.route[r].legs; i++) {
                    const struct route *route = &network->routes.route[r];
                    if (route->leg[i] != network->queue.leg[q].leg) continue;
                    load += network->use[route->leg[i]][route->flow] * network->demand[route->flow][l] * route->share;
                }
            network->capacity[q][l] = load * between(rng, 0.6, 2.0);
        }
    }
    free(constant);
    free(none);
}

void random_network_open(struct random_network *network, gsl_rng *rng, bool nested, bool cyclic, double renege,
                         int sweeps)
{
    *network = (struct random_network){.nested = nested, .cyclic = cyclic};
    for (size_t n = 0; n < NET_NESTS; n++) network->lambda[n] = 1.0;
    must(store_open(&network->store));
    (void)slot_of(network, "capacity", 1.0); /* slot 0: read by nobody here */
    legs_draw(network, rng);
    routes_draw(network, rng);
    must(queue_prepare(&network->legs, &network->routes, &network->queue));
    network->queue.sweeps = sweeps;
    network->queue.renege = slot_of(network, "renege", renege);
    must(store_seal(network->store, 1, NULL));
    must(rows_open(network->store, &network->arena, &network->rows));
    must(choice_open(&network->routes, LANES, &network->arena, &network->choice));
    must(queue_open(&network->queue, &network->arena, &network->state));
    month_draw(network, rng);
    random_network_restart(network);
}

void random_network_close(struct random_network *network)
{
    for (size_t l = 0; l < NET_LEGS; l++) setting_free(network->legs.leg[l].map[LEG_USE]);
    queue_free(&network->queue);
    routes_free(&network->routes);
    legs_free(&network->legs);
    arena_free(&network->arena);
    store_close(network->store);
    free(network->utility);
    free(network->demand);
    free(network->weight);
    free(network->capacity);
}

void random_network_restart(struct random_network *network)
{
    queue_start(network->state, (const double(*)[LANES])network->capacity);
}

void random_network_step(struct random_network *network)
{
    static const bool moves[NET_FLOWS] = {true, true, true, true, true, true};
    const struct queue_month month = {.utility = (const double(*)[LANES])network->utility,
                                      .demand = (const double(*)[LANES])network->demand,
                                      .weight = (const double(*)[LANES])network->weight,
                                      .capacity = (const double(*)[LANES])network->capacity,
                                      .moves = moves};
    queue_step(network->state, network->rows, network->choice, &month);
}

double random_network_delay(const struct random_network *network, size_t route, int lane)
{
    const struct queue_result result = queue_result(network->state);
    double sum = 0.0;
    for (size_t s = network->queue.first_stop[route]; s < network->queue.first_stop[route + 1]; s++)
        sum += result.delay[network->queue.stop[s].leg][lane];
    return sum;
}
