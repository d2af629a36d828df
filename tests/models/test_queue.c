/* tests/models/test_queue.c -- the equilibrium of choice and queues, and rationing, on thousands of random networks:
 * against conservation laws, and against a plain computation of loads and shares with libm.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/random_network.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20190911, LAYOUTS = 64, MANY = 3000 };
/* LAYOUTS layouts of LANES networks each: 2,048 networks, half with nests. */

static gsl_rng *rng_of(void)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    return rng;
}

/* Shares of the flow's routes at route delays u, plainly. */
static void shares_at(const struct random_network *network, size_t flow, int lane, const double u[NET_ROUTES],
                      double share[NET_ROUTES])
{
    const struct routes *routes = &network->routes;
    const struct route_flow *of = &routes->flow[flow];
    double inclusive[NET_WAYS], top = -HUGE_VAL, sum = 0.0;
    for (size_t n = 0; n < of->nests; n++) {
        const struct nest *nest = &routes->nest[of->first_nest + n];
        const double lambda = network->nested ? network->lambda[of->first_nest + n] : 1.0;
        double most = -HUGE_VAL, within = 0.0, v[NET_WAYS];
        for (size_t i = 0; i < nest->count; i++) {
            v[i] = network->utility[nest->first + i][lane] - network->weight[flow][lane] * u[nest->first + i];
            most = fmax(most, v[i]);
        }
        for (size_t i = 0; i < nest->count; i++) within += exp((v[i] - most) / lambda);
        for (size_t i = 0; i < nest->count; i++) share[nest->first + i] = exp((v[i] - most) / lambda) / within;
        inclusive[n] = most + lambda * log(within);
        top = fmax(top, inclusive[n]);
    }
    for (size_t n = 0; n < of->nests; n++) sum += exp(inclusive[n] - top);
    for (size_t n = 0; n < of->nests; n++) {
        const struct nest *nest = &routes->nest[of->first_nest + n];
        for (size_t i = 0; i < nest->count; i++) share[nest->first + i] *= exp(inclusive[n] - top) / sum;
    }
}

/* The delay that follows from the shares at the delays of all legs; nothing waits from before. */
static double follows(const struct random_network *network, size_t queue, int lane, const double share[NET_ROUTES])
{
    double load = 0.0;
    for (size_t r = 0; r < NET_ROUTES; r++) {
        const struct route *route = &network->routes.route[r];
        for (size_t i = 0; i < route->legs; i++)
            if (route->leg[i] == network->queue.leg[queue].leg)
                load += network->use[route->leg[i]][route->flow] * network->demand[route->flow][lane] * share[r];
    }
    return fmin(12.0, fmax(0.0, load / network->capacity[queue][lane] - 1.0));
}

START_TEST(the_equilibrium_is_a_fixed_point_by_plain_arithmetic)
{
    gsl_rng *rng = rng_of();
    size_t queued = 0;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct random_network network;
        random_network_open(&network, rng, layout % 2 == 1, 1.0, MANY);
        random_network_step(&network);
        const struct queue_result result = queue_result(network.state);
        for (int l = 0; l < LANES; l++) {
            double u[NET_ROUTES], share[NET_ROUTES];
            for (size_t r = 0; r < NET_ROUTES; r++) u[r] = random_network_delay(&network, r, l);
            for (size_t f = 0; f < NET_FLOWS; f++) shares_at(&network, f, l, u, share);
            for (size_t r = 0; r < NET_ROUTES; r++) ck_assert_double_eq_tol(result.share[r][l], share[r], 1e-9);
            for (size_t q = 0; q < network.queue.count; q++) {
                ck_assert_double_eq_tol(result.delay[q][l], follows(&network, q, l, share), 1e-9);
                queued += result.delay[q][l] > 0.0;
            }
        }
        random_network_close(&network);
    }
    ck_assert_uint_gt(queued, 1000); /* queues are not rare here */
    gsl_rng_free(rng);
}
END_TEST

/* Another start: a month in which capacities are scaled, whose cargo is all gone (renege 1), leaves its delays. */
static void start_elsewhere(struct random_network *network, double scale)
{
    for (size_t q = 0; q < network->queue.count; q++) EACH_LANE(l) network->capacity[q][l] *= scale;
    random_network_restart(network);
    random_network_step(network);
    for (size_t q = 0; q < network->queue.count; q++) EACH_LANE(l) network->capacity[q][l] /= scale;
}

START_TEST(route_delays_are_the_same_from_three_starts)
{
    gsl_rng *rng = rng_of();
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct random_network network;
        double first[NET_ROUTES][LANES];
        random_network_open(&network, rng, layout % 2 == 1, 1.0, MANY);
        for (int start = 0; start < 3; start++) {
            if (start == 0)
                random_network_restart(&network);
            else
                start_elsewhere(&network, start == 1 ? 0.125 : 0.5);
            random_network_step(&network);
            for (size_t r = 0; r < NET_ROUTES; r++)
                for (int l = 0; l < LANES; l++) {
                    const double delay = random_network_delay(&network, r, l);
                    if (start == 0)
                        first[r][l] = delay;
                    else
                        ck_assert_double_eq_tol(delay, first[r][l], 1e-11);
                }
        }
        random_network_close(&network);
    }
    gsl_rng_free(rng);
}
END_TEST

/* Closes a leg in a tenth of the lanes each month, and halves a fifth. */
static void disturb(struct random_network *network, gsl_rng *rng, double (*whole)[LANES])
{
    for (size_t q = 0; q < network->queue.count; q++)
        for (int l = 0; l < LANES; l++) {
            const double u = gsl_rng_uniform(rng);
            network->capacity[q][l] = u < 0.1 ? 0.0 : u < 0.3 ? 0.5 * whole[q][l] : whole[q][l];
        }
}

static double rounding_of(double a, double b)
{
    return 8.0 * 0x1p-52 * (fabs(a) + fabs(b)) + 1e-300;
}

START_TEST(cargo_is_conserved_per_route_leg_and_flow)
{
    gsl_rng *rng = rng_of();
    double(*whole)[LANES] = lanes_rows(NET_LEGS), (*before)[LANES] = lanes_rows(NET_ROUTES);
    ck_assert(whole != NULL && before != NULL);
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct random_network network;
        random_network_open(&network, rng, layout % 2 == 1, 0.1, 4);
        memcpy(whole, network.capacity, network.queue.count * sizeof *whole);
        memset(before, 0, NET_ROUTES * sizeof *before);
        for (int month = 0; month < 12; month++) {
            disturb(&network, rng, whole);
            random_network_step(&network);
            const struct queue_result result = queue_result(network.state);
            for (int l = 0; l < LANES; l++) {
                for (size_t r = 0; r < NET_ROUTES; r++) {
                    const double in =
                        network.demand[network.routes.route[r].flow][l] * result.share[r][l] + before[r][l];
                    const double out = result.admitted[r][l] + result.waiting[r][l] + result.lost[r][l];
                    ck_assert_double_eq_tol(in, out, rounding_of(in, out));
                    ck_assert_double_ge(result.admitted[r][l], 0.0);
                    ck_assert_double_ge(result.waiting[r][l], 0.0);
                    ck_assert_double_eq_tol(result.lost[r][l], 0.1 * (result.waiting[r][l] + result.lost[r][l]),
                                            rounding_of(in, out));
                }
                for (size_t f = 0; f < NET_FLOWS; f++) {
                    double sum = 0.0;
                    for (size_t r = f * NET_WAYS; r < (f + 1) * NET_WAYS; r++) sum += result.share[r][l];
                    ck_assert_double_eq_tol(sum, 1.0, 1e-15 * NET_WAYS);
                }
                for (size_t q = 0; q < network.queue.count; q++) {
                    const size_t leg = network.queue.leg[q].leg;
                    double used = 0.0;
                    for (size_t r = 0; r < NET_ROUTES; r++)
                        for (size_t i = 0; i < network.routes.route[r].legs; i++)
                            if (network.routes.route[r].leg[i] == leg)
                                used += network.use[leg][network.routes.route[r].flow] * result.admitted[r][l];
                    ck_assert_double_eq_tol(used, result.used[q][l], rounding_of(used, whole[q][l]));
                    ck_assert_double_le(used, network.capacity[q][l] + 2e-12 * whole[q][l]);
                    if (network.capacity[q][l] == 0.0) ck_assert_double_eq(used, 0.0);
                }
            }
            memcpy(before, result.waiting, NET_ROUTES * sizeof *before);
        }
        random_network_close(&network);
    }
    free(whole);
    free(before);
    gsl_rng_free(rng);
}
END_TEST

/* The share of what each leg is filled beyond, and the worst of a route's legs; room 0: nothing passes. */
static double worst_filling(const struct random_network *network, size_t route, const double load[],
                            const double room[])
{
    double worst = 1.0;
    for (size_t q = 0; q < network->queue.count; q++)
        for (size_t i = 0; i < network->routes.route[route].legs; i++)
            if (network->routes.route[route].leg[i] == network->queue.leg[q].leg)
                worst = fmax(worst, room[q] > 0.0 ? load[q] / room[q] : HUGE_VAL);
    return worst;
}

static void loads_of(const struct random_network *network, const double volume[NET_ROUTES], double load[NET_LEGS])
{
    for (size_t q = 0; q < network->queue.count; q++) {
        const size_t leg = network->queue.leg[q].leg;
        load[q] = 0.0;
        for (size_t r = 0; r < NET_ROUTES; r++)
            for (size_t i = 0; i < network->routes.route[r].legs; i++)
                if (network->routes.route[r].leg[i] == leg)
                    load[q] += network->use[leg][network->routes.route[r].flow] * volume[r];
    }
}

/* Two passes, plainly; what is left of a leg is what the first pass did not take. */
static void ration_plainly(const struct random_network *network, int lane, const double offered[NET_ROUTES],
                           double admitted[NET_ROUTES])
{
    double load[NET_LEGS], room[NET_LEGS], used[NET_LEGS], rest[NET_ROUTES];
    for (size_t q = 0; q < network->queue.count; q++) room[q] = network->capacity[q][lane];
    for (size_t r = 0; r < NET_ROUTES; r++) {
        admitted[r] = 0.0;
        rest[r] = offered[r];
    }
    for (int pass = 0; pass < 2; pass++) {
        loads_of(network, rest, load);
        for (size_t r = 0; r < NET_ROUTES; r++) admitted[r] += rest[r] / worst_filling(network, r, load, room);
        loads_of(network, admitted, used);
        for (size_t q = 0; q < network->queue.count; q++) {
            const double left = network->capacity[q][lane] - used[q];
            room[q] = left > 1e-9 * network->capacity[q][lane] ? left : 0.0; /* else rounding is all there is */
        }
        for (size_t r = 0; r < NET_ROUTES; r++) rest[r] = offered[r] - admitted[r];
    }
}

START_TEST(rationing_is_two_passes_of_filling)
{
    gsl_rng *rng = rng_of();
    size_t second = 0;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct random_network network;
        random_network_open(&network, rng, layout % 2 == 1, 0.1, 4);
        for (int month = 0; month < 3; month++) random_network_step(&network);
        const struct queue_result result = queue_result(network.state);
        for (int l = 0; l < LANES; l++) {
            double offered[NET_ROUTES], admitted[NET_ROUTES], load[NET_LEGS], room[NET_LEGS];
            for (size_t r = 0; r < NET_ROUTES; r++) offered[r] = result.offered[r][l];
            for (size_t q = 0; q < network.queue.count; q++) room[q] = network.capacity[q][l];
            loads_of(&network, offered, load);
            ration_plainly(&network, l, offered, admitted);
            for (size_t r = 0; r < NET_ROUTES; r++) {
                ck_assert_double_eq_tol(result.admitted[r][l], admitted[r], 1e-7 * (1.0 + offered[r]));
                second += admitted[r] > (1.0 + 1e-6) * offered[r] / worst_filling(&network, r, load, room);
            }
        }
        random_network_close(&network);
    }
    ck_assert_uint_gt(second, 1000); /* the second pass adds something on many routes */
    gsl_rng_free(rng);
}
END_TEST

START_TEST(a_block_does_not_depend_on_its_neighbours)
{
    /* sweeps end when no lane moves: the same lane among others has the same bits */
    gsl_rng *rng = rng_of();
    struct random_network network;
    double alone[NET_LEGS];
    random_network_open(&network, rng, true, 0.1, 50);
    for (int month = 0; month < 5; month++) random_network_step(&network);
    memset(alone, 0, sizeof alone);
    for (size_t q = 0; q < network.queue.count; q++) alone[q] = queue_result(network.state).delay[q][3];
    for (size_t q = 0; q < network.queue.count; q++)
        for (int l = 0; l < LANES; l++)
            if (l != 3) network.capacity[q][l] = 1e6; /* all others without queues */
    random_network_restart(&network);
    for (int month = 0; month < 5; month++) random_network_step(&network);
    for (size_t q = 0; q < network.queue.count; q++)
        ck_assert_double_eq(queue_result(network.state).delay[q][3], alone[q]);
    random_network_close(&network);
    gsl_rng_free(rng);
}
END_TEST

/* A few steps leave many lanes far away; going on brings every one within the tolerance, and moves no bit of those that
 * were near enough. */
START_TEST(lanes_that_are_not_near_enough_go_on_by_themselves)
{
    gsl_rng *rng = rng_of();
    size_t far = 0, near = 0;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct random_network network;
        double delay[NET_LEGS][LANES];
        bool open[LANES];
        random_network_open(&network, rng, layout % 2 == 1, 0.1, 4);
        random_network_step(&network);
        const struct queue_result few = queue_result(network.state);
        for (int l = 0; l < LANES; l++) open[l] = few.residual[l] > 0.03;
        for (size_t q = 0; q < network.queue.count; q++) memcpy(delay[q], few.delay[q], sizeof delay[q]);
        network.queue.tolerance = 0.03;
        network.queue.most_sweeps = 1000;
        random_network_restart(&network);
        random_network_step(&network);
        const struct queue_result more = queue_result(network.state);
        for (int l = 0; l < LANES; l++) {
            ck_assert_double_le(more.residual[l], 0.03);
            for (size_t q = 0; q < network.queue.count && !open[l]; q++)
                ck_assert_double_eq(more.delay[q][l], delay[q][l]);
            far += open[l];
            near += !open[l];
        }
        random_network_close(&network);
    }
    ck_assert(far > 100 && near > 100);
    gsl_rng_free(rng);
}
END_TEST

START_TEST(a_lane_that_goes_on_does_not_depend_on_its_neighbours)
{
    gsl_rng *rng = rng_of();
    for (int layout = 0; layout < 20; layout++) {
        struct random_network network;
        double alone[NET_LEGS];
        random_network_open(&network, rng, layout % 2 == 1, 0.1, 4);
        network.queue.tolerance = 0.003;
        network.queue.most_sweeps = 1000;
        random_network_restart(&network);
        for (int month = 0; month < 3; month++) random_network_step(&network);
        for (size_t q = 0; q < network.queue.count; q++) alone[q] = queue_result(network.state).delay[q][3];
        for (size_t q = 0; q < network.queue.count; q++)
            for (int l = 0; l < LANES; l++)
                if (l != 3) network.capacity[q][l] *= l % 2 == 0 ? 0.05 : 1e6; /* closed, or without queues */
        random_network_restart(&network);
        for (int month = 0; month < 3; month++) random_network_step(&network);
        for (size_t q = 0; q < network.queue.count; q++)
            ck_assert_double_eq(queue_result(network.state).delay[q][3], alone[q]);
        random_network_close(&network);
    }
    gsl_rng_free(rng);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue");
    TCase *facts = tcase_create("facts");
    gsl_set_error_handler_off();
    tcase_set_timeout(facts, 60);
    tcase_add_test(facts, the_equilibrium_is_a_fixed_point_by_plain_arithmetic);
    tcase_add_test(facts, route_delays_are_the_same_from_three_starts);
    tcase_add_test(facts, cargo_is_conserved_per_route_leg_and_flow);
    tcase_add_test(facts, rationing_is_two_passes_of_filling);
    tcase_add_test(facts, a_block_does_not_depend_on_its_neighbours);
    tcase_add_test(facts, lanes_that_are_not_near_enough_go_on_by_themselves);
    tcase_add_test(facts, a_lane_that_goes_on_does_not_depend_on_its_neighbours);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
