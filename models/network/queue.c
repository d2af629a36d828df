/* models/network/queue.c -- see queue.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/queue.h"

#include <stdlib.h>
#include <string.h>

#define FIRST_STEP    0.8 /* of the Newton step */
#define SHORTEST_STEP 0.1
#define LONGEST_STEP  2.0 /* longer ones go to and fro where many legs shut together */
#define SHORTER       0.5
#define LONGER        1.3
#define LATE_PASSES   3     /* over the legs in a sweep, where stops are late: with one, delays go to and fro */
#define FARTHEST      4.0   /* that a step of 1 moves V/lam: across a cliff the slope on this side says nothing */
#define LEAST_ROOM    1e-12 /* of the base capacity, that those before may leave */
#define BARRED        1e9   /* utility that a closed route lacks where time is worth nothing */

struct queue_state {
    const struct queue *queue;
    const struct queue_class *class; /* that is being solved */
    double (*u)[LANES];              /* [legs] iterate */
    double (*step)[LANES];           /* [legs] s */
    double (*before)[LANES];         /* [legs] the last d that was not 0, times K */
    double (*base)[LANES];           /* [legs] capacity at the base date, 1 where there was none */
    double (*last)[LANES];           /* [legs] capacity of last month */
    double (*load)[LANES];           /* [legs] X */
    double (*part)[LANES];           /* [legs] 1/phi */
    double (*used)[LANES];           /* [legs] */
    double (*room)[LANES];           /* [legs] what those before left of the capacity */
    double (*delay)[LANES];          /* [legs] reported */
    double (*off)[LANES];            /* [legs] reported */
    double (*steep)[LANES];          /* [flows] theta/lam VOT 30.4375 */
    double (*offered)[LANES];        /* [stops] q */
    double (*through)[LANES];        /* [stops] A */
    double (*waiting)[LANES];        /* [stops] B */
    double (*lost)[LANES];           /* [stops] */
    double (*arrived)[LANES];        /* [lates] what late stops reckon with */
    double (*value)[LANES];          /* [routes] utility with queue */
    double (*share)[LANES];          /* [routes] */
    double (*error)[LANES];          /* [1] */
    double (*worst)[LANES];          /* [1] error over all classes */
    double (*excess)[LANES];         /* [1] */
    const double **use;              /* [users] of the month */
    const double **capacity;         /* [legs] of the month: all of it, or `room` */
    bool *u_moved;                   /* [legs] whether the last sweep moved the delay in some lane */
    bool *queued;                    /* [legs] whether there is a delay in some lane, or it is shut */
    bool *filled;                    /* [legs] whether the load is beyond the capacity in some lane */
    bool *clear;                     /* [legs] whether `delay` and `off` are 0 in all lanes */
    bool *shut;                      /* [legs] whether it has no capacity in some lane */
    bool *held;                      /* [stops] whether something waits or is lost in some lane */
    bool *fresh_offer;               /* [stops] whether what is offered is to be reckoned again */
    bool *stale;                     /* [flows] whether shares are not those of the delays and utilities at hand */
    bool *barred;                    /* [flows] whether closed routes are no choice in some lane */
    size_t *list;                    /* [flows] those to be worked out again */
    bool fresh;                      /* no month has been solved in this block */
};

/* ---- once per thread ---- */

struct part {
    double (**rows)[LANES];
    size_t count;
};
struct flags {
    bool **flag;
    size_t count;
};
enum { PARTS = 22, FLAGS = 9 };

static void parts_of(struct queue_state *state, const struct queue *queue, struct part parts[PARTS])
{
    const size_t legs = queue->count, stops = queue->stops, routes = queue->routes->count;
    const struct part list[PARTS] = {
        {&state->u, legs},
        {&state->step, legs},
        {&state->before, legs},
        {&state->base, legs},
        {&state->last, legs},
        {&state->load, legs},
        {&state->part, legs},
        {&state->used, legs},
        {&state->room, legs},
        {&state->delay, legs},
        {&state->off, legs},
        {&state->offered, stops},
        {&state->through, stops},
        {&state->waiting, stops},
        {&state->lost, stops},
        {&state->value, routes},
        {&state->share, routes},
        {&state->steep, queue->routes->flows},
        {&state->arrived, queue->lates},
        {&state->error, 1},
        {&state->excess, 1},
        {&state->worst, 1},
    };
    memcpy(parts, list, sizeof list);
}

static void flags_of(struct queue_state *state, const struct queue *queue, struct flags flags[FLAGS])
{
    const struct flags list[FLAGS] = {
        {&state->u_moved, queue->count},        {&state->queued, queue->count},
        {&state->filled, queue->count},         {&state->clear, queue->count},
        {&state->shut, queue->count},           {&state->held, queue->stops},
        {&state->fresh_offer, queue->stops},    {&state->stale, queue->routes->flows},
        {&state->barred, queue->routes->flows},
    };
    memcpy(flags, list, sizeof list);
}

struct fault *queue_open(const struct queue *queue, struct arena *arena, struct queue_state **out)
{
    struct queue_state *state = arena_take(arena, 1, sizeof *state);
    struct part parts[PARTS];
    struct flags flags[FLAGS];
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->queue = queue;
    parts_of(state, queue, parts);
    flags_of(state, queue, flags);
    for (size_t i = 0; i < PARTS; i++)
        if ((*parts[i].rows = arena_rows(arena, parts[i].count)) == NULL) return fault_no_memory();
    for (size_t i = 0; i < FLAGS; i++)
        if ((*flags[i].flag = arena_take(arena, flags[i].count, sizeof **flags[i].flag)) == NULL)
            return fault_no_memory();
    state->use = arena_take(arena, queue->users, sizeof *state->use);
    state->capacity = arena_take(arena, queue->count, sizeof *state->capacity);
    state->list = arena_take(arena, queue->routes->flows, sizeof *state->list);
    return arena_check(arena);
}

/* ---- a block ---- */

static bool is_zero(const double row[LANES])
{
    uint64_t some = 0;
#pragma omp simd reduction(| : some)
    for (int l = 0; l < LANES; l++) some |= lanes_to_bits(row[l]);
    return some == 0;
}

void queue_start(struct queue_state *state, const double (*capacity)[LANES])
{
    const struct queue *queue = state->queue;
    state->fresh = true;
    for (size_t i = 0; i < queue->count; i++) {
        const double *k = capacity[i];
        EACH_LANE(l)
        {
            state->u[i][l] = state->delay[i][l] = state->off[i][l] = 0.0;
            state->base[i][l] = k[l] > 0.0 ? k[l] : 1.0;
            state->last[i][l] = k[l];
            state->part[i][l] = 1.0;
        }
        state->queued[i] = state->filled[i] = false;
        state->clear[i] = true;
    }
    for (size_t s = 0; s < queue->stops; s++) {
        EACH_LANE(l) state->waiting[s][l] = state->lost[s][l] = state->through[s][l] = 0.0;
        state->held[s] = false;
    }
    for (size_t i = 0; i < queue->lates; i++) EACH_LANE(l) state->arrived[i][l] = 0.0;
    for (size_t f = 0; f < queue->routes->flows; f++) state->barred[f] = false;
}

void queue_resume(struct queue_state *state, const double (*waiting)[LANES], const double (*delay)[LANES])
{
    const struct queue *queue = state->queue;
    memcpy(state->waiting, waiting, queue->stops * sizeof *waiting);
    memcpy(state->u, delay, queue->count * sizeof *delay);
    for (size_t s = 0; s < queue->stops; s++) state->held[s] = !is_zero(waiting[s]);
    for (size_t i = 0; i < queue->count; i++) state->queued[i] = !is_zero(delay[i]);
}

/* ---- a month ---- */

/* The legs of the class, from first_leg on up to here. */
static size_t legs_end(const struct queue_state *state)
{
    return state->class->first_leg + state->class->legs;
}

/* Whether a stop, or a flow, is of the class; flows that never queue are of the first. */
static bool stop_in(const struct queue_state *state, size_t s)
{
    const size_t leg = state->queue->stop[s].leg;
    return leg >= state->class->first_leg && leg < legs_end(state);
}

static bool flow_in(const struct queue_state *state, size_t f)
{
    const struct routes *routes = state->queue->routes;
    return f < routes->queued ? routes->flow[f].priority == state->class->priority
                              : state->class == state->queue->class;
}

/* Delays and steps to begin with. A leg that reopens begins without a delay. */
static void legs_begin(struct queue_state *state, const struct queue_month *month)
{
    for (size_t i = state->class->first_leg; i < legs_end(state); i++) {
        const size_t first = state->queue->leg[i].before;
        if (first == i) {
            state->capacity[i] = month->capacity[i];
        } else { /* less what those before took; rounding is no room */
            const double *all = state->capacity[first], *used = state->used[first], *base = state->base[i];
            double *room = state->room[i];
            EACH_LANE(l) room[l] = all[l] - used[l] > LEAST_ROOM * base[l] ? all[l] - used[l] : 0.0;
            state->capacity[i] = room;
        }
        const double *k = state->capacity[i];
        double *u = state->u[i], *last = state->last[i], *step = state->step[i], *before = state->before[i];
        uint64_t changed = 0, delayed = 0, shut = 0;
#pragma omp simd reduction(| : changed, delayed, shut)
        for (int l = 0; l < LANES; l++) {
            const double begin = last[l] == 0.0 && k[l] > 0.0 ? 0.0 : u[l];
            changed |= lanes_to_bits(begin) ^ lanes_to_bits(u[l]);
            delayed |= begin != 0.0;
            shut |= k[l] > 0.0 ? 0u : 1u;
            u[l] = begin;
            last[l] = k[l];
            step[l] = FIRST_STEP;
            before[l] = 0.0;
        }
        state->u_moved[i] = changed != 0;
        state->shut[i] = shut != 0;
        state->queued[i] = delayed != 0 || shut != 0;
    }
}

/* Whether the flow has a choice in which time is worth nothing, and a closed leg on some route. */
static bool is_barred(const struct queue_state *state, size_t f, const double weight[LANES])
{
    const struct queue *queue = state->queue;
    const struct route_flow *flow = &queue->routes->flow[f];
    bool shut = false;
    if (flow->routes < 2) return false;
    for (size_t s = queue->first_stop[flow->first_route]; s < queue->first_stop[flow->first_route + flow->routes]; s++)
        shut = shut || state->shut[queue->stop[s].leg];
    if (!shut) return false;
    for (int l = 0; l < LANES; l++)
        if (weight[l] == 0.0) return true;
    return false;
}

/* Shares are to be worked out where utilities moved, a leg reopened, or none were worked out yet. */
static void flows_begin(struct queue_state *state, const struct choice *choice, const struct queue_month *month)
{
    for (size_t f = 0; f < state->queue->routes->flows; f++) {
        if (!flow_in(state, f)) continue;
        const double *weight = month->weight[f], *inverse = choice_steepness(choice, f);
        double *steep = state->steep[f];
        const bool barred = is_barred(state, f, weight);
        state->stale[f] = state->fresh || month->moves[f] || barred || state->barred[f];
        state->barred[f] = barred;
        EACH_LANE(l) steep[l] = weight[l] * inverse[l];
    }
}

/* Flows some of whose routes' delays moved in the last sweep are stale. */
static void mark_stale(struct queue_state *state)
{
    const struct queue *queue = state->queue;
    for (size_t p = 0; p < queue->users; p++)
        if (state->u_moved[queue->user[p].leg]) state->stale[queue->user[p].flow] = true;
}

/* Takes closed routes out of the choice of a flow, in the lanes where the weight is 0 and another is open. */
static void bar(struct queue_state *state, const struct queue_month *month, size_t f)
{
    const struct queue *queue = state->queue;
    const struct route_flow *flow = &queue->routes->flow[f];
    const double *weight = month->weight[f];
    _Alignas(LANES_ALIGNMENT) double open[LANES], passable[LANES];
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 0) EACH_LANE(l) open[l] = 0.0;
        for (size_t r = flow->first_route; r < flow->first_route + flow->routes; r++) {
            double *value = state->value[r];
            EACH_LANE(l) passable[l] = 1.0;
            for (size_t s = queue->first_stop[r]; s < queue->first_stop[r + 1]; s++) {
                const double *k = state->capacity[queue->stop[s].leg];
                EACH_LANE(l) passable[l] = k[l] > 0.0 ? passable[l] : 0.0;
            }
            if (pass == 0)
                EACH_LANE(l) open[l] = passable[l] != 0.0 ? 1.0 : open[l];
            else
                EACH_LANE(l) value[l] -= weight[l] == 0.0 && open[l] != 0.0 && passable[l] == 0.0 ? BARRED : 0.0;
        }
    }
}

/* Shares of the stale flows at the delays u; afterwards no flow is stale. */
static void shares_at(struct queue_state *state, struct choice *choice, const struct queue_month *month)
{
    const struct queue *queue = state->queue;
    const struct routes *routes = queue->routes;
    size_t count = 0;
    for (size_t f = 0; f < routes->flows; f++) {
        if (!state->stale[f] || !flow_in(state, f)) continue;
        const struct route_flow *flow = &routes->flow[f];
        const double *weight = month->weight[f];
        state->stale[f] = false;
        state->list[count++] = f;
        for (size_t r = flow->first_route; r < flow->first_route + flow->routes; r++) {
            const double *utility = month->utility[r];
            double *value = state->value[r];
            EACH_LANE(l) value[l] = utility[l];
            for (size_t s = queue->first_stop[r]; s < queue->first_stop[r + 1]; s++) {
                const double *u = state->u[queue->stop[s].leg];
                if (s == queue->first_stop[r]) state->fresh_offer[s] = true;
                if (state->queued[queue->stop[s].leg]) EACH_LANE(l) value[l] -= weight[l] * u[l];
            }
        }
        if (state->barred[f]) bar(state, month, f);
    }
    choice_shares(choice, count, state->list, (const double(*)[LANES])state->value, state->share);
}

/* What late stops reckon with from here on, in the lanes where `open` is not 0 (NULL: all); false where that is the same
 * in every lane. */
static bool arrivals_take(struct queue_state *state, const double *open)
{
    const struct queue *queue = state->queue;
    bool moved = false;
    for (size_t i = 0; i < queue->lates; i++) {
        if (!stop_in(state, queue->late[i])) continue;
        const double *through = state->through[queue->late[i] - 1];
        double *arrived = state->arrived[i];
        uint64_t changed = 0;
#pragma omp simd reduction(| : changed)
        for (int l = 0; l < LANES; l++) {
            const double taken = open == NULL || open[l] != 0.0 ? through[l] : arrived[l];
            changed |= lanes_to_bits(taken) ^ lanes_to_bits(arrived[l]);
            arrived[l] = taken;
        }
        if (changed != 0) state->fresh_offer[queue->late[i]] = moved = true;
    }
    return moved;
}

/* What is offered at a stop, given what arrives there from the one before (NULL: it is the first of its route). */
static void offer(struct queue_state *state, const struct queue_month *month, size_t s, const double *arriving)
{
    const size_t r = state->queue->stop[s].route;
    const double *waiting = state->waiting[s];
    double *offered = state->offered[s];
    if (arriving == NULL) {
        const double *demand = month->demand[state->queue->routes->route[r].flow], *share = state->share[r];
        EACH_LANE(l) offered[l] = demand[l] * share[l];
    } else {
        EACH_LANE(l) offered[l] = arriving[l];
    }
    if (state->held[s]) EACH_LANE(l) offered[l] += waiting[l];
}

/* What arrives at a stop in the pass. */
static const double *arriving_at(const struct queue_state *state, size_t s)
{
    const struct queue *queue = state->queue;
    if (s == queue->first_stop[queue->stop[s].route]) return NULL;
    return queue->stop[s].late ? state->arrived[queue->stop[s].arrival] : state->through[s - 1];
}

/* The load of a leg, and the part of it that passes; whether that part moved in some lane. */
static bool leg_load(struct queue_state *state, const struct queue_month *month, size_t i)
{
    const struct queue *queue = state->queue;
    const struct queue_leg *leg = &queue->leg[i];
    const double *k = state->capacity[i];
    double *load = state->load[i], *part = state->part[i];
    _Alignas(LANES_ALIGNMENT) double sum[LANES];
    EACH_LANE(l) load[l] = 0.0;
    for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++) {
        const struct queue_user *user = &queue->user[p];
        const double *use = state->use[p];
        for (size_t w = 0; w < user->stops; w++) {
            const size_t s = queue->at[user->first_at + w];
            const double *offered = state->offered[s];
            if (state->fresh_offer[s]) offer(state, month, s, arriving_at(state, s));
            if (w == 0)
                EACH_LANE(l) sum[l] = offered[l];
            else
                EACH_LANE(l) sum[l] += offered[l];
        }
        EACH_LANE(l) load[l] = LANES_FMA(use[l], sum[l], load[l]);
    }
    uint64_t beyond = 0, changed = 0;
#pragma omp simd reduction(| : beyond)
    for (int l = 0; l < LANES; l++) beyond |= load[l] > k[l];
    if (beyond == 0 && !state->filled[i]) return false;
    state->filled[i] = beyond != 0;
#pragma omp simd reduction(| : changed)
    for (int l = 0; l < LANES; l++) {
        const double passes = load[l] > k[l] ? k[l] / load[l] : 1.0;
        changed |= lanes_to_bits(passes) ^ lanes_to_bits(part[l]);
        part[l] = passes;
    }
    return changed != 0;
}

/* One pass over the legs: loads where what is offered moved, or of all, and what is let through. */
static void loads(struct queue_state *state, const struct queue_month *month, bool all)
{
    const struct queue *queue = state->queue;
    for (size_t s = 0; all && s < queue->stops; s++) state->fresh_offer[s] = state->fresh_offer[s] || stop_in(state, s);
    for (size_t o = state->class->first_leg; o < legs_end(state); o++) {
        const size_t i = queue->order[o];
        const size_t first = queue->user[queue->leg[i].first_user].first_at;
        const struct queue_user *end = &queue->user[queue->leg[i].first_user + queue->leg[i].users - 1];
        const size_t behind = end->first_at + end->stops;
        bool moved = false;
        for (size_t w = first; w < behind; w++) moved = moved || state->fresh_offer[queue->at[w]];
        if (!moved) continue;
        const bool part_moved = leg_load(state, month, i);
        const double *part = state->part[i];
        for (size_t w = first; w < behind; w++) {
            const size_t s = queue->at[w];
            const double *offered = state->offered[s];
            double *through = state->through[s];
            if (!state->fresh_offer[s] && !part_moved) continue;
            state->fresh_offer[s] = false;
            if (state->filled[i])
                EACH_LANE(l) through[l] = offered[l] * part[l];
            else
                EACH_LANE(l) through[l] = offered[l];
            if (s + 1 < queue->first_stop[queue->stop[s].route + 1] && !queue->stop[s + 1].late)
                state->fresh_offer[s + 1] = true;
        }
    }
}

/* g K of a leg, and the most that a month of its delay takes off V/lam. */
static void slope_of(const struct queue_state *state, const struct queue_month *month, size_t i, double slope[LANES],
                     double steepest[LANES])
{
    const struct queue *queue = state->queue;
    const struct queue_leg *leg = &queue->leg[i];
    _Alignas(LANES_ALIGNMENT) double share[LANES];
    EACH_LANE(l) slope[l] = steepest[l] = 0.0;
    for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++) {
        const struct queue_user *user = &queue->user[p];
        const double *use = state->use[p], *steep = state->steep[user->flow], *demand = month->demand[user->flow];
        if (user->all) continue;
        for (size_t w = 0; w < user->stops; w++) {
            const double *of_route = state->share[queue->stop[queue->at[user->first_at + w]].route];
            if (w == 0)
                EACH_LANE(l) share[l] = of_route[l];
            else
                EACH_LANE(l) share[l] += of_route[l];
        }
        EACH_LANE(l)
        {
            slope[l] = LANES_FMA(use[l] * steep[l] * demand[l] * share[l], 1.0 - share[l], slope[l]);
            steepest[l] = steep[l] > steepest[l] ? steep[l] : steepest[l];
        }
    }
}

/* One step of every delay, in the lanes where `open` is not 0 (NULL: all); false where no leg is away from its target in
 * any of them, so that further ones would change nothing. */
static inline __attribute__((always_inline)) bool sweep(struct queue_state *state, const struct queue_month *month,
                                                        const double *open)
{
    _Alignas(LANES_ALIGNMENT) double slope[LANES], steepest[LANES];
    uint64_t away = 0;
    for (size_t i = state->class->first_leg; i < legs_end(state); i++) {
        const double *k = state->capacity[i], *load = state->load[i];
        double *u = state->u[i], *step = state->step[i], *before = state->before[i];
        uint64_t changed = 0, delayed = 0;
        state->u_moved[i] = false;
        if (!state->queued[i] && !state->filled[i]) continue; /* no delay, and no reason for one */
        slope_of(state, month, i, slope, steepest);
#pragma omp simd reduction(| : changed, delayed, away)
        for (int l = 0; l < LANES; l++) {
            const double apart = load[l] - k[l] - u[l] * k[l];
            const bool at_end =
                ((int)(u[l] == 0.0) & (int)(apart < 0.0)) | ((int)(u[l] == QUEUE_LONGEST) & (int)(apart > 0.0));
            const double d = at_end ? 0.0 : apart, turn = d * before[l];
            const double half = SHORTER * step[l], more = LONGER * step[l];
            const double shorter = half > SHORTEST_STEP ? half : SHORTEST_STEP,
                         longer = more < LONGEST_STEP ? more : LONGEST_STEP;
            const double length = turn < 0.0 ? shorter : turn > 0.0 ? longer : step[l];
            const double newton = apart / (k[l] + slope[l]), most = FARTHEST / steepest[l];
            const double near = newton < most ? newton : most, move = near > -most ? near : -most;
            const double next = u[l] + length * move;
            const double low = next > 0.0 ? next : 0.0, held = low < QUEUE_LONGEST ? low : QUEUE_LONGEST;
            double taken = k[l] > 0.0 ? held : QUEUE_LONGEST;
            bool goes_on = d != 0.0;
            if (open != NULL) {
                taken = open[l] != 0.0 ? taken : u[l];
                goes_on = (int)goes_on & (int)(open[l] != 0.0);
            }
            step[l] = length;
            before[l] = d != 0.0 ? d : before[l];
            changed |= lanes_to_bits(taken) ^ lanes_to_bits(u[l]);
            delayed |= taken != 0.0;
            away |= goes_on;
            u[l] = taken;
        }
        away |= changed != 0;
        state->u_moved[i] = changed != 0;
        state->queued[i] = delayed != 0 || state->shut[i];
    }
    return away != 0;
}

/* What late stops reckon with against what arrives there now, by leg and in all. */
static void lateness(struct queue_state *state)
{
    const struct queue *queue = state->queue;
    double *error = state->error[0];
    for (size_t i = 0; i < queue->lates; i++) {
        if (!stop_in(state, queue->late[i])) continue;
        const size_t s = queue->late[i], leg = queue->stop[s].leg,
                     flow = queue->routes->route[queue->stop[s].route].flow;
        size_t p = queue->leg[leg].first_user;
        while (queue->user[p].flow != flow) p++;
        const double *use = state->use[p], *k = state->capacity[leg], *now = state->through[s - 1],
                     *then = state->arrived[i];
        double *off = state->off[leg];
        EACH_LANE(l)
        {
            const double apart = k[l] > 0.0 ? use[l] * __builtin_fabs(now[l] - then[l]) / k[l] : 0.0;
            off[l] += apart;
            error[l] += apart;
        }
        state->clear[leg] = false;
    }
}

/* Reported delays, and how far the iterate is from them. */
static void delays_report(struct queue_state *state)
{
    double *error = state->error[0];
    EACH_LANE(l) error[l] = 0.0;
    for (size_t i = state->class->first_leg; i < legs_end(state); i++) {
        const double *k = state->capacity[i], *load = state->load[i], *u = state->u[i];
        double *delay = state->delay[i], *off = state->off[i];
        const bool idle = !state->queued[i] && !state->filled[i];
        if (idle && state->clear[i]) continue;
        state->clear[i] = idle;
        EACH_LANE(l)
        {
            const double target = load[l] / k[l] - 1.0, low = target > 0.0 ? target : 0.0;
            const double held = low < QUEUE_LONGEST ? low : QUEUE_LONGEST, taken = k[l] > 0.0 ? held : QUEUE_LONGEST;
            const double apart = __builtin_fabs(u[l] - taken);
            delay[l] = k[l] > 0.0 || load[l] > 0.0 ? taken : 0.0;
            off[l] = apart;
            error[l] = apart > error[l] ? apart : error[l];
        }
    }
    if (state->queue->lates > 0) lateness(state);
}

/* Shares and loads at the delays that the last sweep moved. */
static void follow(struct queue_state *state, struct choice *choice, const struct queue_month *month,
                   const double *open)
{
    mark_stale(state);
    shares_at(state, choice, month);
    loads(state, month, false);
    for (int i = 1; i < LATE_PASSES && arrivals_take(state, open); i++) loads(state, month, false);
}

/* Closes the lanes that are near enough; false where none is open any more. */
static bool is_open(const struct queue_state *state, double open[LANES])
{
    const double *error = state->error[0], tolerance = state->queue->tolerance;
    bool any = false;
    for (int l = 0; l < LANES; l++) {
        open[l] = open[l] != 0.0 && error[l] > tolerance ? 1.0 : 0.0;
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
        const bool away = sweep(state, month, open), late = arrivals_take(state, open);
        if (!away && !late) return;
        follow(state, choice, month, open);
        delays_report(state);
    }
}

/* Where late stops are not quite solved: what is offered from what really arrives, and no more let through than what
 * the legs reckoned with, so that cargo and capacities hold whatever the error. */
static void routes_settle(struct queue_state *state, const struct queue_month *month)
{
    const struct queue *queue = state->queue;
    _Alignas(LANES_ALIGNMENT) double reckoned[LANES];
    for (size_t s = 0; s < queue->stops; s++) {
        if (!stop_in(state, s)) continue;
        const double *part = state->part[queue->stop[s].leg];
        const bool first = s == queue->first_stop[queue->stop[s].route], filled = state->filled[queue->stop[s].leg];
        double *offered = state->offered[s], *through = state->through[s];
        EACH_LANE(l) reckoned[l] = offered[l];
        offer(state, month, s, first ? NULL : state->through[s - 1]);
        EACH_LANE(l)
        {
            const double taken = offered[l] < reckoned[l] ? offered[l] : reckoned[l];
            through[l] = filled ? taken * part[l] : taken;
        }
        state->held[s] = true;
    }
}

/* What waits and what is lost. */
static void stops_settle(struct queue_state *state, const double renege[LANES])
{
    const struct queue *queue = state->queue;
    for (size_t s = 0; s < queue->stops; s++) {
        if (!stop_in(state, s)) continue;
        const double *offered = state->offered[s], *through = state->through[s];
        double *waiting = state->waiting[s], *lost = state->lost[s];
        const bool holds = queue->lates > 0 || state->filled[queue->stop[s].leg];
        if (!holds && !state->held[s]) continue;
        EACH_LANE(l)
        {
            const double rest = offered[l] - through[l];
            lost[l] = renege[l] * rest;
            waiting[l] = rest - lost[l];
        }
        state->held[s] = holds;
    }
}

/* Use of each leg by what passed, and the greatest excess. */
static void use_report(struct queue_state *state)
{
    const struct queue *queue = state->queue;
    double *excess = state->excess[0];
    _Alignas(LANES_ALIGNMENT) double sum[LANES];
    for (size_t i = state->class->first_leg; i < legs_end(state); i++) {
        const struct queue_leg *leg = &queue->leg[i];
        const double *k = state->capacity[i], *load = state->load[i], *base = state->base[i];
        double *used = state->used[i];
        if (!state->filled[i] && queue->lates == 0) { /* all passes */
            EACH_LANE(l) used[l] = load[l];
            continue;
        }
        EACH_LANE(l) used[l] = 0.0;
        for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++) {
            const struct queue_user *user = &queue->user[p];
            const double *use = state->use[p];
            for (size_t w = 0; w < user->stops; w++) { /* in the order of leg_load, so that the bits are the same */
                const double *through = state->through[queue->at[user->first_at + w]];
                if (w == 0)
                    EACH_LANE(l) sum[l] = through[l];
                else
                    EACH_LANE(l) sum[l] += through[l];
            }
            EACH_LANE(l) used[l] = LANES_FMA(use[l], sum[l], used[l]);
        }
        EACH_LANE(l)
        {
            const double over = (used[l] - k[l]) / base[l];
            excess[l] = over > excess[l] ? over : excess[l];
        }
    }
}

/* Solves for the flows of one priority, with what those before them left. */
static void class_step(struct queue_state *state, const struct rows *rows, struct choice *choice,
                       const struct queue_month *month)
{
    const struct queue *queue = state->queue;
    double *worst = state->worst[0];
    legs_begin(state, month);
    flows_begin(state, choice, month);
    mark_stale(state);
    shares_at(state, choice, month);
    (void)arrivals_take(state, NULL);
    loads(state, month, true); /* demand moved */
    for (int s = 0; s < queue->sweeps; s++) {
        const bool away = sweep(state, month, NULL), late = arrivals_take(state, NULL);
        if (!away && !late) break;
        follow(state, choice, month, NULL);
    }
    delays_report(state);
    sweep_on(state, choice, month);
    if (queue->lates > 0) routes_settle(state, month);
    stops_settle(state, rows_get(rows, queue->renege));
    use_report(state);
    EACH_LANE(l) worst[l] = state->error[0][l] > worst[l] ? state->error[0][l] : worst[l];
}

void queue_step(struct queue_state *state, const struct rows *rows, struct choice *choice,
                const struct queue_month *month)
{
    const struct queue *queue = state->queue;
    for (size_t p = 0; p < queue->users; p++) state->use[p] = rows_get(rows, queue->user[p].use);
    EACH_LANE(l) state->worst[0][l] = state->excess[0][l] = 0.0;
    for (size_t c = 0; c < queue->classes; c++) {
        state->class = &queue->class[c];
        class_step(state, rows, choice, month);
    }
    state->fresh = false;
}

struct queue_result queue_result(const struct queue_state *state)
{
#define ROWS(name) ((const double(*)[LANES])state->name)
    return (struct queue_result){
        .share = ROWS(share),
        .through = ROWS(through),
        .waiting = ROWS(waiting),
        .lost = ROWS(lost),
        .held = state->held,
        .load = ROWS(load),
        .used = ROWS(used),
        .delay = ROWS(delay),
        .off = ROWS(off),
        .error = state->worst[0],
        .excess = state->excess[0],
    };
#undef ROWS
}
