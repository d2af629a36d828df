/* models/network/queue.c -- see queue.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/queue.h"

#include <stdlib.h>
#include <string.h>

#define STEP       0.7   /* of the Newton step: a margin where the bound of the slope is tight */
#define PATIENCE   500   /* sweeps after which steps get shorter, in case they go to and fro */
#define LEAST_PART 1e-12 /* of the base capacity, which divides where less is left */

struct queue_state {
    const struct queue *queue;
    double (*u)[LANES];        /* [legs] iterate */
    double (*min)[LANES];      /* [legs] least divisor */
    double (*last)[LANES];     /* [legs] capacity of last month */
    double (*fixed)[LANES];    /* [legs] load that no choice of this month moves */
    double (*load)[LANES];     /* [legs] X */
    double (*used)[LANES];     /* [legs] */
    double (*delay)[LANES];    /* [legs] reported */
    double (*filling)[LANES];  /* [legs] max(1, X/K) */
    double (*rest)[LANES];     /* [legs] load of the second pass */
    double (*demand)[LANES];   /* [users] a D */
    double (*slope)[LANES];    /* [users] theta/lam VOT 30.4375 a D */
    double (*value)[LANES];    /* [routes] utility with queue */
    double (*share)[LANES];    /* [routes] */
    double (*offered)[LANES];  /* [routes] */
    double (*admitted)[LANES]; /* [routes] */
    double (*waiting)[LANES];  /* [routes] */
    double (*lost)[LANES];     /* [routes] */
    double (*residual)[LANES]; /* [1] */
    double (*excess)[LANES];   /* [1] */
    double (*steep)[LANES];    /* [legs] g K */
    bool *u_moved;             /* [legs] whether the last sweep moved the delay in some lane */
    bool *stale;               /* [flows] whether shares are not those of the delays and utilities at hand */
    size_t *list;              /* [flows] those to be worked out again */
    bool fresh;                /* no month has been solved in this block */
};

/* How many of the flow's routes use the leg. */
static size_t ways_over(const struct routes *routes, const struct route_flow *flow, size_t leg, size_t way[])
{
    size_t count = 0;
    for (size_t r = flow->first_route; r < flow->first_route + flow->routes; r++)
        for (size_t i = 0; i < routes->route[r].legs; i++)
            if (routes->route[r].leg[i] == leg) way[count++] = r;
    return count;
}

static void users_find(struct queue *queue, struct queue_leg *leg, size_t index, size_t *ways)
{
    const struct routes *routes = queue->routes;
    leg->first_user = queue->users;
    for (size_t f = 0; f < routes->queued; f++) {
        const struct route_flow *flow = &routes->flow[f];
        const size_t count = ways_over(routes, flow, leg->leg, queue->way + *ways);
        if (count == 0) continue;
        queue->user[queue->users++] = (struct queue_user){
            .leg = index,
            .flow = f,
            .use = leg_slot(&queue->legs->leg[leg->leg], LEG_USE, flow->commodity),
            .first_way = *ways,
            .ways = count,
            .all = count == flow->routes,
        };
        *ways += count;
        leg->users++;
    }
}

struct fault *queue_prepare(const struct legs *legs, const struct routes *routes, struct queue *queue)
{
    size_t most = 0, ways = 0, on_route = 0;
    for (size_t r = 0; r < routes->count; r++) most += routes->route[r].legs;
    queue->legs = legs;
    queue->routes = routes;
    queue->leg = calloc(legs->count + 1, sizeof *queue->leg);
    queue->user = calloc(most + 1, sizeof *queue->user);
    queue->way = calloc(most + 1, sizeof *queue->way);
    queue->first_on_route = calloc(routes->count + 1, sizeof *queue->first_on_route);
    queue->on_route = calloc(most + 1, sizeof *queue->on_route);
    if (queue->leg == NULL || queue->user == NULL || queue->way == NULL || queue->first_on_route == NULL ||
        queue->on_route == NULL)
        return fault_no_memory();
    for (size_t i = 0; i < legs->count; i++) {
        struct queue_leg *leg = &queue->leg[queue->count];
        *leg = (struct queue_leg){.leg = i};
        if (legs->leg[i].capacity < 0) continue;
        users_find(queue, leg, queue->count, &ways);
        if (leg->users > 0) queue->count++;
    }
    for (size_t r = 0; r < routes->count; r++) {
        for (size_t i = 0; i < queue->count; i++)
            for (size_t j = 0; j < routes->route[r].legs; j++)
                if (routes->route[r].leg[j] == queue->leg[i].leg) queue->on_route[on_route++] = i;
        queue->first_on_route[r + 1] = on_route;
    }
    return NULL;
}

void queue_free(struct queue *queue)
{
    free(queue->leg);
    free(queue->user);
    free(queue->way);
    free(queue->first_on_route);
    free(queue->on_route);
    *queue = (struct queue){0};
}

size_t queue_rows(const struct queue *queue)
{
    return 10 * queue->count + 2 * queue->users + 6 * queue->routes->count + 2;
}

struct fault *queue_open(const struct queue *queue, struct queue_state **out)
{
    struct queue_state *state = calloc(1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->queue = queue;
    const struct {
        double (**rows)[LANES];
        size_t count;
    } parts[] = {
        {&state->u, queue->count},
        {&state->min, queue->count},
        {&state->last, queue->count},
        {&state->fixed, queue->count},
        {&state->load, queue->count},
        {&state->used, queue->count},
        {&state->delay, queue->count},
        {&state->filling, queue->count},
        {&state->rest, queue->count},
        {&state->demand, queue->users},
        {&state->slope, queue->users},
        {&state->value, queue->routes->count},
        {&state->share, queue->routes->count},
        {&state->offered, queue->routes->count},
        {&state->admitted, queue->routes->count},
        {&state->waiting, queue->routes->count},
        {&state->lost, queue->routes->count},
        {&state->residual, 1},
        {&state->excess, 1},
        {&state->steep, queue->count},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        if ((*parts[i].rows = lanes_rows(parts[i].count)) == NULL) return fault_no_memory();
    state->u_moved = calloc(queue->count + 1, sizeof *state->u_moved);
    state->stale = calloc(queue->routes->flows + 1, sizeof *state->stale);
    state->list = calloc(queue->routes->flows + 1, sizeof *state->list);
    return state->u_moved == NULL || state->stale == NULL || state->list == NULL ? fault_no_memory() : NULL;
}

void queue_close(struct queue_state *state)
{
    if (state == NULL) return;
    double(*const rows[])[LANES] = {state->u,       state->min,   state->last,     state->fixed,   state->load,
                                    state->used,    state->delay, state->filling,  state->rest,    state->demand,
                                    state->slope,   state->value, state->share,    state->offered, state->admitted,
                                    state->waiting, state->lost,  state->residual, state->excess,  state->steep};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) free(rows[i]);
    free(state->u_moved);
    free(state->stale);
    free(state->list);
    free(state);
}

void queue_start(struct queue_state *state, const double (*capacity)[LANES])
{
    const struct queue *queue = state->queue;
    state->fresh = true;
    for (size_t i = 0; i < queue->count; i++) {
        const double *k = capacity[i];
        EACH_LANE(l)
        {
            state->u[i][l] = state->delay[i][l] = 0.0;
            state->min[i][l] = k[l] > 0.0 ? LEAST_PART * k[l] : LEAST_PART;
            state->last[i][l] = k[l];
        }
    }
    for (size_t r = 0; r < queue->routes->count; r++)
        EACH_LANE(l) state->waiting[r][l] = state->lost[r][l] = state->admitted[r][l] = 0.0;
}

/* What the choices of this month do not move: what waits, and flows all of whose routes use the leg. And the demand of
 * the rest in units of each leg. */
static void month_begin(struct queue_state *state, const struct rows *rows, const struct choice *choice,
                        const struct queue_month *month)
{
    const struct queue *queue = state->queue;
    for (size_t i = 0; i < queue->count; i++) {
        const double *k = month->capacity[i];
        double *u = state->u[i], *last = state->last[i];
        uint64_t changed = 0;
#pragma omp simd reduction(| : changed)
        for (int l = 0; l < LANES; l++) {
            const double begin = last[l] == 0.0 && k[l] > 0.0 ? 0.0 : u[l]; /* it reopens */
            changed |= lanes_to_bits(begin) ^ lanes_to_bits(u[l]);
            state->fixed[i][l] = 0.0;
            u[l] = begin;
            last[l] = k[l];
        }
        state->u_moved[i] = changed != 0;
    }
    for (size_t p = 0; p < queue->users; p++) {
        const struct queue_user *user = &queue->user[p];
        const double *use = rows_get(rows, user->use), *demand = month->demand[user->flow],
                     *weight = month->weight[user->flow], *steepness = choice_steepness(choice, user->flow);
        double *fixed = state->fixed[user->leg], *of_leg = state->demand[p], *slope = state->slope[p];
        _Alignas(LANES_ALIGNMENT) double waiting[LANES];
        EACH_LANE(l) waiting[l] = 0.0;
        for (size_t w = user->first_way; w < user->first_way + user->ways; w++) {
            const double *row = state->waiting[queue->way[w]];
            EACH_LANE(l) waiting[l] += row[l];
        }
        EACH_LANE(l)
        {
            of_leg[l] = use[l] * demand[l];
            slope[l] = weight[l] * steepness[l] * of_leg[l];
            fixed[l] += use[l] * waiting[l];
        }
        if (user->all) EACH_LANE(l) fixed[l] += of_leg[l];
    }
}

/* Flows some of whose routes' delays moved in the last sweep are stale. */
static void mark_stale(struct queue_state *state)
{
    const struct queue *queue = state->queue;
    for (size_t p = 0; p < queue->users; p++)
        if (state->u_moved[queue->user[p].leg]) state->stale[queue->user[p].flow] = true;
}

/* Shares of the stale flows at the delays u. */
static void shares_at(struct queue_state *state, struct choice *choice, const struct queue_month *month)
{
    const struct queue *queue = state->queue;
    const struct routes *routes = queue->routes;
    _Alignas(LANES_ALIGNMENT) double worst[LANES];
    size_t count = 0;
    for (size_t f = 0; f < routes->flows; f++) {
        if (!state->stale[f]) continue;
        const struct route_flow *flow = &routes->flow[f];
        const double *weight = month->weight[f];
        state->list[count++] = f;
        for (size_t r = flow->first_route; r < flow->first_route + flow->routes; r++) {
            const double *utility = month->utility[r];
            double *value = state->value[r];
            EACH_LANE(l) worst[l] = 0.0;
            for (size_t i = queue->first_on_route[r]; i < queue->first_on_route[r + 1]; i++) {
                const double *u = state->u[queue->on_route[i]];
                EACH_LANE(l) worst[l] = u[l] > worst[l] ? u[l] : worst[l];
            }
            EACH_LANE(l) value[l] = utility[l] - weight[l] * worst[l];
        }
    }
    choice_shares(choice, count, state->list, (const double(*)[LANES])state->value, state->share);
}

/* The loads X at the shares, and g K. */
static void load_of(struct queue_state *state, size_t i)
{
    const struct queue *queue = state->queue;
    const struct queue_leg *leg = &queue->leg[i];
    const double *fixed = state->fixed[i];
    double *load = state->load[i], *slope = state->steep[i];
    _Alignas(LANES_ALIGNMENT) double share[LANES];
    EACH_LANE(l)
    {
        load[l] = fixed[l];
        slope[l] = 0.0;
    }
    for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++) {
        const struct queue_user *user = &queue->user[p];
        if (user->all) continue;
        const double *demand = state->demand[p], *steep = state->slope[p];
        EACH_LANE(l) share[l] = 0.0;
        for (size_t w = user->first_way; w < user->first_way + user->ways; w++) {
            const double *part = state->share[queue->way[w]];
            EACH_LANE(l) share[l] += part[l];
        }
        EACH_LANE(l)
        {
            load[l] = LANES_FMA(demand[l], share[l], load[l]);
            slope[l] = LANES_FMA(steep[l] * share[l], 1.0 - share[l], slope[l]);
        }
    }
}

/* The loads of legs that a stale flow uses; afterwards no flow is stale. */
static void loads(struct queue_state *state)
{
    const struct queue *queue = state->queue;
    for (size_t i = 0; i < queue->count; i++) {
        const struct queue_leg *leg = &queue->leg[i];
        bool stale = false;
        for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++)
            stale = stale || state->stale[queue->user[p].flow];
        if (stale) load_of(state, i);
    }
    memset(state->stale, 0, queue->routes->flows * sizeof *state->stale);
}

/* One Newton step of every delay, in the lanes where `open` is not 0 (NULL: all); false where it changes none in any
 * lane, so that further ones would not either. */
static inline __attribute__((always_inline)) bool sweep(struct queue_state *state, const struct queue_month *month,
                                                        const double *open, double step)
{
    bool moved = false;
    for (size_t i = 0; i < state->queue->count; i++) {
        const double *k = month->capacity[i], *load = state->load[i], *slope = state->steep[i];
        double *u = state->u[i];
        uint64_t changed = 0;
#pragma omp simd reduction(| : changed)
        for (int l = 0; l < LANES; l++) {
            const double next = u[l] + step * (load[l] - k[l] - u[l] * k[l]) / (k[l] + slope[l]);
            const double low = next > 0.0 ? next : 0.0, held = low < QUEUE_LONGEST ? low : QUEUE_LONGEST;
            double taken = k[l] > 0.0 ? held : QUEUE_LONGEST;
            if (open != NULL) taken = open[l] != 0.0 ? taken : u[l];
            changed |= lanes_to_bits(taken) ^ lanes_to_bits(u[l]);
            u[l] = taken;
        }
        state->u_moved[i] = changed != 0;
        moved = moved || changed != 0;
    }
    return moved;
}

/* Reported delays, and how far the iterate is from its target. */
static void delays_report(struct queue_state *state, const struct queue_month *month)
{
    double *residual = state->residual[0];
    EACH_LANE(l) residual[l] = 0.0;
    for (size_t i = 0; i < state->queue->count; i++) {
        const double *k = month->capacity[i], *load = state->load[i], *u = state->u[i];
        double *delay = state->delay[i];
        EACH_LANE(l)
        {
            const double target = load[l] / k[l] - 1.0, low = target > 0.0 ? target : 0.0;
            const double held = low < QUEUE_LONGEST ? low : QUEUE_LONGEST, taken = k[l] > 0.0 ? held : QUEUE_LONGEST;
            const double off = __builtin_fabs(u[l] - taken);
            delay[l] = taken;
            residual[l] = off > residual[l] ? off : residual[l];
        }
    }
}

/* One pass of filling: adds to what routes are admitted, within `left` of each leg's capacity; false where no leg is
 * short of room. load: what is offered to each leg in this pass. */
static bool fill(struct queue_state *state, const double (*left)[LANES], const double (*load)[LANES], bool first)
{
    const struct queue *queue = state->queue;
    uint64_t filled = 0;
    for (size_t i = 0; i < queue->count; i++) {
        const double *room = left[i], *x = load[i], *least = state->min[i];
        double *filling = state->filling[i];
#pragma omp simd reduction(| : filled)
        for (int l = 0; l < LANES; l++) {
            const double divisor = room[l] > least[l] ? room[l] : least[l];
            const double ratio = x[l] / divisor;
            const bool shut = !(room[l] > 0.0);
            filling[l] = shut ? LANES_INFINITY : ratio > 1.0 ? ratio : 1.0;
            filled |= filling[l] != 1.0;
        }
    }
    _Alignas(LANES_ALIGNMENT) double worst[LANES];
    for (size_t r = 0; r < queue->routes->count; r++) {
        const double *offered = state->offered[r];
        double *admitted = state->admitted[r];
        EACH_LANE(l) worst[l] = 1.0;
        for (size_t i = queue->first_on_route[r]; i < queue->first_on_route[r + 1] && filled != 0; i++) {
            const double *filling = state->filling[queue->on_route[i]];
            EACH_LANE(l) worst[l] = filling[l] > worst[l] ? filling[l] : worst[l];
        }
        if (first)
            EACH_LANE(l) admitted[l] = offered[l] / worst[l];
        else
            EACH_LANE(l) admitted[l] += (offered[l] - admitted[l]) / worst[l];
    }
    return filled != 0;
}

/* Use of each leg by rows [routes]. */
static void use_of(const struct queue_state *state, const struct rows *rows, const double (*row)[LANES],
                   double (*used)[LANES])
{
    const struct queue *queue = state->queue;
    for (size_t i = 0; i < queue->count; i++) EACH_LANE(l) used[i][l] = 0.0;
    for (size_t p = 0; p < queue->users; p++) {
        const struct queue_user *user = &queue->user[p];
        const double *use = rows_get(rows, user->use);
        double *sum = used[user->leg];
        _Alignas(LANES_ALIGNMENT) double volume[LANES];
        EACH_LANE(l) volume[l] = 0.0;
        for (size_t w = user->first_way; w < user->first_way + user->ways; w++) {
            const double *part = row[queue->way[w]];
            EACH_LANE(l) volume[l] += part[l];
        }
        EACH_LANE(l) sum[l] = LANES_FMA(use[l], volume[l], sum[l]);
    }
}

/* Two passes: of the second what the first left, in room and in what is offered. */
static void ration(struct queue_state *state, const struct rows *rows, const struct queue_month *month)
{
    const struct queue *queue = state->queue;
    const bool filled = fill(state, month->capacity, (const double(*)[LANES])state->load, true);
    use_of(state, rows, (const double(*)[LANES])state->admitted, state->used);
    if (!filled) return;                                                /* nothing is left over */
    double(*rest)[LANES] = state->value, (*room)[LANES] = state->fixed; /* both are done with */
    for (size_t r = 0; r < queue->routes->count; r++) {
        const double *offered = state->offered[r], *admitted = state->admitted[r];
        EACH_LANE(l) rest[r][l] = offered[l] - admitted[l];
    }
    for (size_t i = 0; i < queue->count; i++) {
        const double *k = month->capacity[i], *used = state->used[i];
        EACH_LANE(l) room[i][l] = k[l] > used[l] ? k[l] - used[l] : 0.0;
    }
    use_of(state, rows, (const double(*)[LANES])rest, state->rest);
    (void)fill(state, (const double(*)[LANES])room, (const double(*)[LANES])state->rest, false);
    use_of(state, rows, (const double(*)[LANES])state->admitted, state->used);
}

/* What was offered, from the shares. */
static void offers(struct queue_state *state, const struct queue_month *month)
{
    const struct routes *routes = state->queue->routes;
    for (size_t r = 0; r < routes->count; r++) {
        const double *demand = month->demand[routes->route[r].flow], *share = state->share[r],
                     *waiting = state->waiting[r];
        double *offered = state->offered[r];
        EACH_LANE(l) offered[l] = LANES_FMA(demand[l], share[l], waiting[l]);
    }
}

static void settle(struct queue_state *state, const struct rows *rows, const struct queue_month *month)
{
    const struct queue *queue = state->queue;
    const double *renege = rows_get(rows, queue->renege);
    double *excess = state->excess[0];
    for (size_t r = 0; r < queue->routes->count; r++) {
        const double *offered = state->offered[r], *admitted = state->admitted[r];
        double *waiting = state->waiting[r], *lost = state->lost[r];
        EACH_LANE(l)
        {
            const double rest = offered[l] - admitted[l];
            lost[l] = renege[l] * rest;
            waiting[l] = rest - lost[l];
        }
    }
    EACH_LANE(l) excess[l] = 0.0;
    for (size_t i = 0; i < queue->count; i++) {
        const double *k = month->capacity[i], *used = state->used[i], *least = state->min[i];
        EACH_LANE(l)
        {
            const double over = (used[l] - k[l]) / least[l] * LEAST_PART;
            excess[l] = over > excess[l] ? over : excess[l];
        }
    }
}

/* Shares are to be worked out where utilities moved, a leg reopened, or none were worked out yet. */
static void begin_stale(struct queue_state *state, const struct queue_month *month)
{
    for (size_t f = 0; f < state->queue->routes->flows; f++) state->stale[f] = state->fresh || month->moves[f];
    mark_stale(state);
    state->fresh = false;
}

/* Shares and loads at the delays that the last sweep moved. */
static void follow(struct queue_state *state, struct choice *choice, const struct queue_month *month)
{
    mark_stale(state);
    shares_at(state, choice, month);
    loads(state);
}

/* Closes the lanes that are near enough; false where none is open any more. */
static bool is_open(const struct queue_state *state, double open[LANES])
{
    const double *residual = state->residual[0], tolerance = state->queue->tolerance;
    bool any = false;
    for (int l = 0; l < LANES; l++) {
        open[l] = open[l] != 0.0 && residual[l] > tolerance ? 1.0 : 0.0;
        any = any || open[l] != 0.0;
    }
    return any;
}

/* Goes on in the lanes that are not near enough: each stops by itself, so that its bits depend on no other lane. */
static void sweep_on(struct queue_state *state, struct choice *choice, const struct queue_month *month)
{
    _Alignas(LANES_ALIGNMENT) double open[LANES];
    EACH_LANE(l) open[l] = 1.0;
    for (int s = state->queue->sweeps; s < state->queue->most_sweeps && is_open(state, open); s++) {
        const double step = s < PATIENCE ? STEP : STEP * PATIENCE / s;
        if (!sweep(state, month, open, step)) return;
        follow(state, choice, month);
        delays_report(state, month);
    }
}

void queue_step(struct queue_state *state, const struct rows *rows, struct choice *choice,
                const struct queue_month *month)
{
    const struct queue *queue = state->queue;
    month_begin(state, rows, choice, month);
    begin_stale(state, month);
    shares_at(state, choice, month);
    for (size_t i = 0; i < queue->count; i++) load_of(state, i); /* demand moved */
    memset(state->stale, 0, queue->routes->flows * sizeof *state->stale);
    for (int s = 0; s < queue->sweeps && sweep(state, month, NULL, STEP); s++) follow(state, choice, month);
    delays_report(state, month);
    sweep_on(state, choice, month);
    offers(state, month);
    ration(state, rows, month);
    settle(state, rows, month);
}

struct queue_result queue_result(const struct queue_state *state)
{
#define ROWS(name) ((const double(*)[LANES])state->name)
    return (struct queue_result){
        .share = ROWS(share),
        .offered = ROWS(offered),
        .admitted = ROWS(admitted),
        .waiting = ROWS(waiting),
        .lost = ROWS(lost),
        .load = ROWS(load),
        .used = ROWS(used),
        .delay = ROWS(delay),
        .residual = state->residual[0],
        .excess = state->excess[0],
    };
#undef ROWS
}
