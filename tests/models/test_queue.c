/* tests/models/test_queue.c -- the equilibrium of choice and queues by leg on thousands of random networks: against
 * conservation laws, and against a plain computation of shares and loads with libm.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "tests/models/random_network.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20190911, LAYOUTS = 63, MANY = 600 };
/* LAYOUTS layouts of LANES networks each: 2,016 networks, half with nests, a third cyclic. */

/* Check notes every assertion that holds, in a file; millions of them would take minutes. */
#define must_hold(condition)                                                                                           \
    do {                                                                                                               \
        if (!(condition)) ck_abort_msg("%s does not hold", #condition);                                                \
    } while (0)
#define must_be_near(a, b, tolerance)                                                                                  \
    do {                                                                                                               \
        const double must_a = (a), must_b = (b), must_within = (tolerance);                                            \
        if (!(fabs(must_a - must_b) <= must_within))                                                                   \
            ck_abort_msg("%s is %.17g, expected %.17g to %.3g", #a, must_a, must_b, must_within);                      \
    } while (0)

static gsl_rng *rng_of(void)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    return rng;
}

static void open_layout(struct random_network *network, gsl_rng *rng, int layout, double renege, int sweeps)
{
    random_network_open(network, rng, layout % 2 == 1, layout % 3 == 2, renege, sweeps);
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

/* What is offered and let through at every stop with these shares and what waits, plainly: all stops at once from what
 * the others let through before, until nothing changes. load [legs]. */
static void load_plainly(const struct random_network *network, int lane, const double share[NET_ROUTES],
                         const double (*waiting)[LANES], double load[NET_LEGS], double through[])
{
    const struct queue *queue = &network->queue;
    double offered[NET_ROUTES * NET_LEGS], change = 1.0;
    for (size_t s = 0; s < queue->stops; s++) through[s] = 0.0;
    for (int pass = 0; change > 0.0 && pass < 10000; pass++) {
        change = 0.0;
        for (size_t q = 0; q < queue->count; q++) load[q] = 0.0;
        for (size_t r = 0; r < NET_ROUTES; r++) {
            const struct route *route = &network->routes.route[r];
            for (size_t i = 0; i < route->legs; i++) { /* every leg of these has a capacity */
                const size_t s = queue->first_stop[r] + i;
                must_hold(queue->leg[queue->stop[s].leg].leg == route->leg[i]);
                offered[s] = (i == 0 ? network->demand[route->flow][lane] * share[r] : through[s - 1]) +
                             (waiting == NULL ? 0.0 : waiting[s][lane]);
                load[queue->stop[s].leg] += network->use[route->leg[i]][route->flow] * offered[s];
            }
        }
        for (size_t s = 0; s < queue->stops; s++) {
            const size_t q = queue->stop[s].leg;
            const double now =
                load[q] > network->capacity[q][lane] ? offered[s] * network->capacity[q][lane] / load[q] : offered[s];
            if (fabs(now - through[s]) > 1e-14 * now) change = 1.0;
            through[s] = now;
        }
    }
    must_hold(change == 0.0);
}

/* The delay of a leg by its load. */
static double delay_of(double load, double capacity)
{
    return capacity > 0.0 ? fmin(12.0, fmax(0.0, load / capacity - 1.0)) : 12.0;
}

static void close_some(struct random_network *network, gsl_rng *rng)
{
    for (size_t q = 0; q < network->queue.count; q++)
        for (int l = 0; l < LANES; l++)
            if (gsl_rng_uniform(rng) < 0.02) network->capacity[q][l] = 0.0;
}

/* A fifth of the stops begin with a backlog of up to half the flow's demand. */
static void backlog_draw(const struct random_network *network, gsl_rng *rng, double (*waiting)[LANES])
{
    for (size_t s = 0; s < network->queue.stops; s++)
        for (int l = 0; l < LANES; l++) {
            const double u = gsl_rng_uniform(rng);
            const size_t flow = network->routes.route[network->queue.stop[s].route].flow;
            waiting[s][l] = u < 0.2 ? 2.5 * u * network->demand[flow][l] : 0.0;
        }
}

START_TEST(the_equilibrium_is_a_fixed_point_by_plain_arithmetic)
{
    gsl_rng *rng = rng_of();
    size_t queued = 0, late = 0;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct random_network network;
        open_layout(&network, rng, layout, 0.1, MANY);
        close_some(&network, rng);
        double(*waiting)[LANES] = lanes_rows(network.queue.stops), (*none)[LANES] = lanes_rows(NET_LEGS);
        ck_assert(waiting != NULL && none != NULL);
        memset(none, 0, NET_LEGS * sizeof *none);
        backlog_draw(&network, rng, waiting);
        random_network_restart(&network);
        queue_resume(network.state, (const double(*)[LANES])waiting, (const double(*)[LANES])none);
        random_network_step(&network);
        late += network.queue.lates > 0;
        ck_assert(network.cyclic || network.queue.lates == 0);
        const struct queue_result result = queue_result(network.state);
        for (int l = 0; l < LANES; l++) {
            double u[NET_ROUTES], share[NET_ROUTES], load[NET_LEGS], through[NET_ROUTES * NET_LEGS];
            for (size_t r = 0; r < NET_ROUTES; r++) {
                u[r] = 0.0;
                for (size_t s = network.queue.first_stop[r]; s < network.queue.first_stop[r + 1]; s++) {
                    const size_t q = network.queue.stop[s].leg;
                    u[r] += network.capacity[q][l] > 0.0 ? result.delay[q][l] : 12.0;
                }
            }
            for (size_t f = 0; f < NET_FLOWS; f++) shares_at(&network, f, l, u, share);
            for (size_t r = 0; r < NET_ROUTES; r++) must_be_near(result.share[r][l], share[r], 1e-9);
            load_plainly(&network, l, share, (const double(*)[LANES])waiting, load, through);
            for (size_t q = 0; q < network.queue.count; q++) {
                const double delay = load[q] > 0.0 ? delay_of(load[q], network.capacity[q][l]) : 0.0;
                must_be_near(result.delay[q][l], delay, 1e-9);
                queued += delay > 0.0;
            }
            for (size_t s = 0; s < network.queue.stops; s++) must_be_near(result.through[s][l], through[s], 1e-8);
        }
        random_network_close(&network);
        free(waiting);
        free(none);
    }
    ck_assert_uint_gt(queued, 1000); /* queues are not rare here */
    ck_assert_uint_gt(late, LAYOUTS / 4);
    gsl_rng_free(rng);
}
END_TEST

/* Uniqueness is not proved; here it is found: from no delays, from delays anywhere, and from the longest. */
START_TEST(route_delays_are_the_same_from_three_starts)
{
    gsl_rng *rng = rng_of();
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct random_network network;
        double first[NET_ROUTES][LANES];
        open_layout(&network, rng, layout, 0.1, MANY);
        close_some(&network, rng);
        double(*waiting)[LANES] = lanes_rows(network.queue.stops), (*delay)[LANES] = lanes_rows(NET_LEGS);
        ck_assert(waiting != NULL && delay != NULL);
        backlog_draw(&network, rng, waiting);
        for (int start = 0; start < 3; start++) {
            for (size_t q = 0; q < NET_LEGS; q++)
                for (int l = 0; l < LANES; l++)
                    delay[q][l] = start == 0 ? 0.0 : start == 1 ? 12.0 * gsl_rng_uniform(rng) : 12.0;
            random_network_restart(&network);
            queue_resume(network.state, (const double(*)[LANES])waiting, (const double(*)[LANES])delay);
            random_network_step(&network);
            for (int l = 0; l < LANES; l++) must_hold(queue_result(network.state).error[l] < 1e-9);
            for (size_t r = 0; r < NET_ROUTES; r++)
                for (int l = 0; l < LANES; l++) {
                    const double found = random_network_delay(&network, r, l);
                    if (start == 0)
                        first[r][l] = found;
                    else
                        must_be_near(found, first[r][l], 1e-5);
                }
        }
        random_network_close(&network);
        free(waiting);
        free(delay);
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

/* Four sweeps leave the error of many months large, and late stops unsolved: it must hold all the same. */
START_TEST(cargo_is_conserved_per_stop_leg_and_flow)
{
    gsl_rng *rng = rng_of();
    double(*whole)[LANES] = lanes_rows(NET_LEGS), (*before)[LANES] = lanes_rows(NET_ROUTES * NET_LEGS);
    size_t unsolved = 0;
    ck_assert(whole != NULL && before != NULL);
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct random_network network;
        open_layout(&network, rng, layout, 0.1, 4);
        const struct queue *queue = &network.queue;
        memcpy(whole, network.capacity, queue->count * sizeof *whole);
        memset(before, 0, queue->stops * sizeof *before);
        for (int month = 0; month < 12; month++) {
            disturb(&network, rng, whole);
            random_network_step(&network);
            const struct queue_result result = queue_result(network.state);
            for (int l = 0; l < LANES; l++) {
                unsolved += queue->lates > 0 && result.error[l] > 0.1;
                for (size_t r = 0; r < NET_ROUTES; r++) {
                    double in = network.demand[network.routes.route[r].flow][l] * result.share[r][l], out = 0.0;
                    double arriving = in;
                    for (size_t s = queue->first_stop[r]; s < queue->first_stop[r + 1]; s++) {
                        const double offered = arriving + before[s][l], waiting = result.waiting[s][l],
                                     lost = result.lost[s][l];
                        must_be_near(offered, result.through[s][l] + waiting + lost, rounding_of(offered, offered));
                        must_hold(result.through[s][l] >= 0.0);
                        must_hold(waiting >= 0.0);
                        must_be_near(lost, 0.1 * (waiting + lost), rounding_of(offered, offered));
                        must_hold(result.held[s] || (waiting == 0.0 && lost == 0.0));
                        in += before[s][l];
                        out += waiting + lost;
                        arriving = result.through[s][l];
                    }
                    out += arriving;
                    must_be_near(in, out, rounding_of(in, out));
                }
                for (size_t f = 0; f < NET_FLOWS; f++) {
                    double sum = 0.0;
                    for (size_t r = f * NET_WAYS; r < (f + 1) * NET_WAYS; r++) sum += result.share[r][l];
                    must_be_near(sum, 1.0, 1e-15 * NET_WAYS);
                }
                for (size_t q = 0; q < queue->count; q++) {
                    const size_t leg = queue->leg[q].leg;
                    const double capacity = network.capacity[q][l];
                    double used = 0.0;
                    for (size_t s = 0; s < queue->stops; s++)
                        if (queue->stop[s].leg == q)
                            used += network.use[leg][network.routes.route[queue->stop[s].route].flow] *
                                    result.through[s][l];
                    must_be_near(used, result.used[q][l], rounding_of(used, whole[q][l]));
                    must_hold(used <= capacity * (1.0 + 16.0 * 0x1p-52));
                    if (capacity == 0.0) must_hold(used == 0.0);
                    if (result.load[q][l] <= capacity) must_hold(result.delay[q][l] == 0.0);
                    if (result.load[q][l] > capacity && capacity > 0.0 && queue->lates == 0) /* in full */
                        must_be_near(used, capacity, capacity * 16.0 * 0x1p-52);
                }
            }
            memcpy(before, result.waiting, queue->stops * sizeof *before);
        }
        random_network_close(&network);
    }
    ck_assert_uint_gt(unsolved, 100);
    free(whole);
    free(before);
    gsl_rng_free(rng);
}
END_TEST

/* Demand and capacity stay: standing queues settle, and no delay goes to and fro by more than a day. */
START_TEST(standing_queues_do_not_chatter)
{
    enum { STANDING = 15, MONTHS = 60, SETTLED = 24 };
    const double day = 1.0 / 30.4375;
    gsl_rng *rng = rng_of();
    size_t standing = 0;
    for (int layout = 0; layout < STANDING; layout++) {
        struct random_network network;
        static double u[MONTHS][NET_LEGS][LANES];
        open_layout(&network, rng, layout, 0.1, 40);
        for (int month = 0; month < MONTHS; month++) {
            random_network_step(&network);
            memcpy(u[month], queue_result(network.state).delay, network.queue.count * sizeof *u[month]);
        }
        for (size_t q = 0; q < network.queue.count; q++)
            for (int l = 0; l < LANES; l++) {
                for (int m = SETTLED; m < MONTHS; m++) {
                    const double now = u[m][q][l] - u[m - 1][q][l], before = u[m - 1][q][l] - u[m - 2][q][l];
                    must_hold(now * before >= 0.0 || fmin(fabs(now), fabs(before)) <= day);
                }
                must_be_near(u[MONTHS - 1][q][l], u[MONTHS - 2][q][l], 2e-3);
                standing += u[MONTHS - 1][q][l] > 0.0;
            }
        random_network_close(&network);
    }
    ck_assert_uint_gt(standing, 1000);
    gsl_rng_free(rng);
}
END_TEST

/* What a lane is told after some months: every number of its result. */
enum {
    STOP_NUMBERS = NET_ROUTES * NET_LEGS * 3,
    LEG_NUMBERS = NET_LEGS * 3,
    CHOICE_NUMBERS = NET_ROUTES + NET_FLOWS,
    NUMBERS = STOP_NUMBERS + LEG_NUMBERS + CHOICE_NUMBERS
};

static size_t numbers_of(const struct random_network *network, int lane, double number[NUMBERS])
{
    const struct queue_result result = queue_result(network->state);
    size_t count = 0;
    for (size_t s = 0; s < network->queue.stops; s++) {
        number[count++] = result.through[s][lane];
        number[count++] = result.waiting[s][lane];
        number[count++] = result.lost[s][lane];
    }
    for (size_t q = 0; q < network->queue.count; q++) {
        number[count++] = result.delay[q][lane];
        number[count++] = result.used[q][lane];
        number[count++] = result.off[q][lane];
    }
    _Alignas(LANES_ALIGNMENT) double log_sum[NET_FLOWS][LANES];
    choice_log_sums(network->choice, log_sum);
    for (size_t r = 0; r < NET_ROUTES; r++) number[count++] = result.share[r][lane];
    for (size_t f = 0; f < NET_FLOWS; f++) number[count++] = log_sum[f][lane];
    return count;
}

/* The months of a network in which only the capacities of lane `lane` are sure: those of the others are scaled. */
static void run_among(struct random_network *network, const double (*whole)[LANES], int lane, int neighbours)
{
    static const double scale[3][2] = {{1.0, 1.0}, {1e6, 1e6}, {0.05, 0.0}};
    random_network_restart(network);
    for (int month = 0; month < 4; month++) {
        for (size_t q = 0; q < network->queue.count; q++)
            for (int l = 0; l < LANES; l++) {
                const double own = whole[q][l] * (month == 1 && q % 3 == 0 ? 0.5 : month == 2 && q == 4 ? 0.0 : 1.0);
                network->capacity[q][l] = l == lane ? own : own * scale[neighbours][l % 2];
            }
        random_network_step(network);
    }
}

/* Among lanes like it, among lanes without queues, among lanes that are closed, among copies of itself; and in another
 * lane of the block. */
START_TEST(a_lane_has_the_same_bits_in_any_company)
{
    static const struct {
        int sweeps, most;
        double tolerance;
    } solver[] = {{4, 4, 0.0}, {4, 1000, 0.003}, {50, 50, 0.0}};
    gsl_rng *rng = rng_of();
    double(*whole)[LANES] = lanes_rows(NET_LEGS);
    ck_assert_ptr_nonnull(whole);
    for (int layout = 0; layout < 24; layout++) {
        struct random_network network;
        double alone[NUMBERS], among[NUMBERS];
        open_layout(&network, rng, layout, 0.1, 4);
        network.queue.sweeps = solver[layout % 3].sweeps;
        network.queue.most_sweeps = solver[layout % 3].most;
        network.queue.tolerance = solver[layout % 3].tolerance;
        memcpy(whole, network.capacity, network.queue.count * sizeof *whole);
        for (size_t f = 0; f < NET_FLOWS; f += 2)
            EACH_LANE(l) network.weight[f][l] = layout % 2 ? 0.0 : network.weight[f][l];
        run_among(&network, (const double(*)[LANES])whole, 3, 0);
        const size_t count = numbers_of(&network, 3, alone);
        for (int neighbours = 1; neighbours < 3; neighbours++) {
            run_among(&network, (const double(*)[LANES])whole, 3, neighbours);
            ck_assert_uint_eq(numbers_of(&network, 3, among), count);
            ck_assert_mem_eq(among, alone, count * sizeof *alone);
        }
        for (int l = 0; l < LANES; l++) { /* all alike: none goes on alone, and few of the others did */
            for (size_t q = 0; q < network.queue.count; q++) whole[q][l] = whole[q][3];
            for (size_t r = 0; r < NET_ROUTES; r++) network.utility[r][l] = network.utility[r][3];
            for (size_t f = 0; f < NET_FLOWS; f++) {
                network.demand[f][l] = network.demand[f][3];
                network.weight[f][l] = network.weight[f][3];
            }
        }
        run_among(&network, (const double(*)[LANES])whole, 3, 0);
        numbers_of(&network, 3, among);
        ck_assert_mem_eq(among, alone, count * sizeof *alone);
        run_among(&network, (const double(*)[LANES])whole, 20, 2);
        numbers_of(&network, 20, among);
        ck_assert_mem_eq(among, alone, count * sizeof *alone);
        random_network_close(&network);
    }
    free(whole);
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
        static double few[LANES][NUMBERS], more[NUMBERS];
        bool open[LANES];
        size_t count = 0;
        open_layout(&network, rng, layout, 0.1, 4);
        random_network_step(&network);
        for (int l = 0; l < LANES; l++) {
            open[l] = queue_result(network.state).error[l] > 0.03;
            count = numbers_of(&network, l, few[l]);
        }
        network.queue.tolerance = 0.03;
        network.queue.most_sweeps = 1000;
        random_network_restart(&network);
        random_network_step(&network);
        for (int l = 0; l < LANES; l++) {
            must_hold(queue_result(network.state).error[l] <= 0.03);
            numbers_of(&network, l, more);
            if (!open[l]) ck_assert_mem_eq(more, few[l], count * sizeof *more);
            far += open[l];
            near += !open[l];
        }
        random_network_close(&network);
    }
    ck_assert(far > 100 && near > 100);
    gsl_rng_free(rng);
}
END_TEST

/* Where a delay costs nothing, a closed route is no choice while another is open, and the others keep their odds; where
 * all are closed, shares are as without queues. */
START_TEST(closed_routes_are_left_even_where_time_is_worth_nothing)
{
    gsl_rng *rng = rng_of();
    size_t some = 0, all = 0, idle = 0;
    for (int layout = 0; layout < LAYOUTS; layout++) {
        struct random_network network;
        open_layout(&network, rng, layout, 0.1, 4);
        for (size_t f = 0; f < NET_FLOWS; f++) EACH_LANE(l) network.weight[f][l] = 0.0;
        for (size_t q = 0; q < network.queue.count; q++)
            for (int l = 0; l < LANES; l++)
                if (gsl_rng_uniform(rng) < 0.15) network.capacity[q][l] = 0.0;
        random_network_restart(&network);
        random_network_step(&network);
        const struct queue_result result = queue_result(network.state);
        /* a closed leg is as far off as it ever is, also where nothing is sent over it */
        for (size_t q = 0; q < network.queue.count; q++)
            for (int l = 0; l < LANES; l++)
                if (network.capacity[q][l] == 0.0) {
                    ck_assert_double_eq(result.off[q][l], 0.0);
                    idle += result.load[q][l] == 0.0;
                }
        for (int l = 0; l < LANES; l++)
            for (size_t f = 0; f < NET_FLOWS; f++) {
                double barred[NET_ROUTES] = {0.0}, share[NET_ROUTES];
                size_t closed = 0;
                for (size_t r = f * NET_WAYS; r < (f + 1) * NET_WAYS; r++) {
                    bool shut = false;
                    for (size_t s = network.queue.first_stop[r]; s < network.queue.first_stop[r + 1]; s++)
                        shut = shut || network.capacity[network.queue.stop[s].leg][l] == 0.0;
                    barred[r] = shut ? 1.0 : 0.0;
                    closed += shut;
                }
                network.weight[f][l] = closed == NET_WAYS ? 0.0 : 2000.0; /* of shares_at: exp(-2000) is 0 */
                shares_at(&network, f, l, barred, share);
                network.weight[f][l] = 0.0;
                for (size_t r = f * NET_WAYS; r < (f + 1) * NET_WAYS; r++)
                    must_be_near(result.share[r][l], share[r], 1e-12);
                some += closed > 0 && closed < NET_WAYS;
                all += closed == NET_WAYS;
            }
        random_network_close(&network);
    }
    ck_assert(some > 1000 && all > 10 && idle > 100);
    gsl_rng_free(rng);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("queue");
    TCase *facts = tcase_create("facts");
    gsl_set_error_handler_off();
    tcase_set_timeout(facts, 120);
    tcase_add_test(facts, the_equilibrium_is_a_fixed_point_by_plain_arithmetic);
    tcase_add_test(facts, route_delays_are_the_same_from_three_starts);
    tcase_add_test(facts, cargo_is_conserved_per_stop_leg_and_flow);
    tcase_add_test(facts, standing_queues_do_not_chatter);
    tcase_add_test(facts, a_lane_has_the_same_bits_in_any_company);
    tcase_add_test(facts, lanes_that_are_not_near_enough_go_on_by_themselves);
    tcase_add_test(facts, closed_routes_are_left_even_where_time_is_worth_nothing);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
