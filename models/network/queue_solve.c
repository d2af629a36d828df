/* models/network/queue_solve.c -- the equilibrium of choice and queues in a month; see queue.h.
 * Functions with a width are compiled for each that is asked for.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/queue_lanes.h"

#include <string.h>

#define SHORTEST_STEP 0.1
#define LONGEST_STEP  2.0 /* longer ones go to and fro where many legs shut together */
#define SHORTER       0.5
#define LONGER        1.3
#define LATE_PASSES   3   /* over the legs in a sweep, where stops are late: with one, delays go to and fro */
#define FARTHEST      4.0 /* that a step of 1 moves V/lam: across a cliff the slope on this side says nothing */
#define BARRED        1e9 /* utility that a closed route lacks where time is worth nothing */
#define MOST_FEW      16  /* lanes that are gathered: with more, all go on together */

/* Flows some of whose routes' delays moved in the last sweep are stale. */
static void mark_stale(struct queue_lanes *at)
{
    const struct queue *queue = at->queue;
    for (size_t i = at->class->first_leg; i < queue_legs_end(at); i++) {
        if (!at->u_moved[i]) continue;
        const struct queue_leg *leg = &queue->leg[i];
        for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++) at->stale[queue->user[p].flow] = true;
    }
}

/* What is offered at a stop is to be reckoned again. */
static void mark_offer(struct queue_lanes *at, size_t s)
{
    at->fresh_offer[s] = at->fresh_leg[at->queue->stop[s].leg] = true;
}

/* The sum of the rows listed, from the first on; `room` holds it where there are several. */
LANES_INLINE const double *sum_of(const double *rows, size_t count, const size_t row[], double *room, size_t width)
{
    const double *a = LANES_ROW(rows, row[0], width);
    if (count == 1) return a;
    const double *b = LANES_ROW(rows, row[1], width);
    if (count == 2) {
        EACH_OF(l, width) room[l] = a[l] + b[l];
        return room;
    }
    const double *c = LANES_ROW(rows, row[2], width);
    EACH_OF(l, width) room[l] = a[l] + b[l] + c[l];
    for (size_t i = 3; i < count; i++) {
        const double *next = LANES_ROW(rows, row[i], width);
        EACH_OF(l, width) room[l] += next[l];
    }
    return room;
}

/* Takes closed routes out of the choice of a flow, in the lanes where the weight is 0 and another is open. */
LANES_INLINE void bar(struct queue_lanes *at, size_t f, size_t width)
{
    const struct queue *queue = at->queue;
    const struct route_flow *flow = &queue->routes->flow[f];
    const double *weight = LANES_ROW(at->weight, f, width);
    _Alignas(LANES_ALIGNMENT) double open[LANES], passable[LANES];
    for (int pass = 0; pass < 2; pass++) {
        if (pass == 0) EACH_OF(l, width) open[l] = 0.0;
        for (size_t r = flow->first_route; r < flow->first_route + flow->routes; r++) {
            double *value = LANES_ROW(at->value, r, width);
            EACH_OF(l, width) passable[l] = 1.0;
            for (size_t s = queue->first_stop[r]; s < queue->first_stop[r + 1]; s++) {
                const double *k = at->capacity[queue->stop[s].leg];
                EACH_OF(l, width) passable[l] = k[l] > 0.0 ? passable[l] : 0.0;
            }
            if (pass == 0)
                EACH_OF(l, width) open[l] = passable[l] != 0.0 ? 1.0 : open[l];
            else
                EACH_OF(l, width) value[l] -= weight[l] == 0.0 && open[l] != 0.0 && passable[l] == 0.0 ? BARRED : 0.0;
        }
    }
}

/* Shares of the stale flows at the delays u; afterwards no flow is stale. */
LANES_INLINE void shares_at(struct queue_lanes *at, size_t width)
{
    const struct queue *queue = at->queue;
    const struct routes *routes = queue->routes;
    size_t count = 0;
    for (size_t f = 0; f < routes->flows; f++) {
        if (!at->stale[f] || !queue_has_flow(at, f)) continue;
        const struct route_flow *flow = &routes->flow[f];
        const double *weight = LANES_ROW(at->weight, f, width);
        at->stale[f] = false;
        at->list[count++] = f;
        for (size_t r = flow->first_route; r < flow->first_route + flow->routes; r++) {
            const double *utility = LANES_ROW(at->utility, r, width);
            double *value = LANES_ROW(at->value, r, width);
            const double *from = utility;
            const size_t first = queue->first_stop[r], end = queue->first_stop[r + 1];
            if (first < end) mark_offer(at, first);
            for (size_t s = first; s < end; s++) {
                if (!at->queued[queue->stop[s].leg]) continue;
                const double *u = LANES_ROW(at->u, queue->stop[s].leg, width);
                EACH_OF(l, width) value[l] = from[l] - weight[l] * u[l];
                from = value;
            }
            if (from == utility) EACH_OF(l, width) value[l] = utility[l];
        }
        if (at->barred[f]) bar(at, f, width);
    }
    choice_shares(at->choice, count, at->list, at->value, at->share);
}

/* What a stop lets through: all that is offered where the leg is not filled, and then `through` is not kept. */
LANES_INLINE const double *passed_at(const struct queue_lanes *at, size_t s, size_t width)
{
    return at->filled[at->queue->stop[s].leg] ? LANES_ROW(at->through, s, width) : LANES_ROW(at->offered, s, width);
}

/* Keeps what is let through at stops of legs that are not filled. */
LANES_INLINE void through_keep(struct queue_lanes *at, size_t width)
{
    for (size_t s = 0; s < at->queue->stops; s++) {
        const double *offered = LANES_ROW(at->offered, s, width);
        double *through = LANES_ROW(at->through, s, width);
        if (queue_has_stop(at, s) && !at->filled[at->queue->stop[s].leg]) EACH_OF(l, width) through[l] = offered[l];
    }
}

/* What late stops reckon with from here on, in the lanes where `open` is not 0 (NULL: all); false where that is the same
 * in every lane. */
LANES_INLINE bool arrivals_take(struct queue_lanes *at, const double *open, size_t width)
{
    const struct queue *queue = at->queue;
    bool moved = false;
    for (size_t i = 0; i < queue->lates; i++) {
        if (!queue_has_stop(at, queue->late[i])) continue;
        const double *through = passed_at(at, queue->late[i] - 1, width);
        double *arrived = LANES_ROW(at->arrived, i, width);
        uint64_t changed = 0;
#pragma omp simd reduction(| : changed)
        for (size_t l = 0; l < width; l++) {
            const double taken = open == NULL || open[l] != 0.0 ? through[l] : arrived[l];
            changed |= lanes_to_bits(taken) ^ lanes_to_bits(arrived[l]);
            arrived[l] = taken;
        }
        if (changed == 0) continue;
        moved = true;
        mark_offer(at, queue->late[i]);
    }
    return moved;
}

/* What is offered at a stop, given what arrives there from the one before (NULL: it is the first of its route). */
LANES_INLINE void offer(struct queue_lanes *at, size_t s, const double *arriving, size_t width)
{
    const struct queue_stop *stop = &at->queue->stop[s];
    const double *waiting = LANES_ROW(at->waiting, s, width), *demand = LANES_ROW(at->demand, stop->flow, width),
                 *share = LANES_ROW(at->share, stop->route, width);
    double *offered = LANES_ROW(at->offered, s, width);
    if (arriving == NULL && at->held[s])
        EACH_OF(l, width) offered[l] = demand[l] * share[l] + waiting[l];
    else if (arriving == NULL)
        EACH_OF(l, width) offered[l] = demand[l] * share[l];
    else if (at->held[s])
        EACH_OF(l, width) offered[l] = arriving[l] + waiting[l];
    else
        EACH_OF(l, width) offered[l] = arriving[l];
}

/* What arrives at a stop in the pass. */
LANES_INLINE const double *arriving_at(const struct queue_lanes *at, size_t s, size_t width)
{
    const struct queue_stop *stop = &at->queue->stop[s];
    if (stop->first) return NULL;
    return stop->late ? LANES_ROW(at->arrived, stop->arrival, width) : passed_at(at, s - 1, width);
}

/* The load of a leg, and the part of it that passes; whether that part moved in some lane. */
LANES_INLINE bool leg_load(struct queue_lanes *at, size_t i, size_t width)
{
    const struct queue *queue = at->queue;
    const struct queue_leg *leg = &queue->leg[i];
    const double *k = at->capacity[i];
    double *load = LANES_ROW(at->load, i, width), *part = LANES_ROW(at->part, i, width);
    _Alignas(LANES_ALIGNMENT) double room[LANES];
    for (size_t w = leg->first_at; w < leg->first_at + leg->stops; w++)
        if (at->fresh_offer[queue->at[w]]) offer(at, queue->at[w], arriving_at(at, queue->at[w], width), width);
    for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++) {
        const struct queue_user *user = &queue->user[p];
        const double *use = at->use[p],
                     *sum = sum_of(at->offered, user->stops, queue->at + user->first_at, room, width);
        if (p == leg->first_user)
            EACH_OF(l, width) load[l] = use[l] * sum[l];
        else
            EACH_OF(l, width) load[l] = LANES_FMA(use[l], sum[l], load[l]);
    }
    uint64_t beyond = 0, changed = 0;
#pragma omp simd reduction(| : beyond)
    for (size_t l = 0; l < width; l++) beyond |= load[l] > k[l];
    if (beyond == 0 && !at->filled[i]) return false;
    at->filled[i] = beyond != 0;
#pragma omp simd reduction(| : changed)
    for (size_t l = 0; l < width; l++) {
        const double passes = load[l] > k[l] ? k[l] / load[l] : 1.0;
        changed |= lanes_to_bits(passes) ^ lanes_to_bits(part[l]);
        part[l] = passes;
    }
    return changed != 0;
}

/* One pass over the legs: loads where what is offered moved, and what is let through. */
LANES_INLINE void loads(struct queue_lanes *at, size_t width)
{
    const struct queue *queue = at->queue;
    for (size_t o = at->class->first_leg; o < queue_legs_end(at); o++) {
        const size_t i = queue->order[o];
        const struct queue_leg *leg = &queue->leg[i];
        if (!at->fresh_leg[i]) continue;
        at->fresh_leg[i] = false;
        const bool part_moved = leg_load(at, i, width), filled = at->filled[i];
        const double *part = LANES_ROW(at->part, i, width);
        for (size_t w = leg->first_at; w < leg->first_at + leg->stops; w++) {
            const size_t s = queue->at[w];
            const double *offered = LANES_ROW(at->offered, s, width);
            double *through = LANES_ROW(at->through, s, width);
            if (!at->fresh_offer[s] && !part_moved) continue;
            at->fresh_offer[s] = false;
            if (filled) EACH_OF(l, width) through[l] = offered[l] * part[l];
            if (queue->stop[s].leads) mark_offer(at, s + 1);
        }
    }
}

/* What does not change while a month is solved: theta/lam VOT D a of the users of a leg that have a choice, and how far
 * its delay may move in a step. */
LANES_INLINE void slope_begin(struct queue_lanes *at, size_t i, size_t width)
{
    const struct queue_leg *leg = &at->queue->leg[i];
    double *farthest = LANES_ROW(at->farthest, i, width);
    at->begun[i] = true;
    EACH_OF(l, width) farthest[l] = 0.0;
    for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++) {
        const struct queue_user *user = &at->queue->user[p];
        const double *use = at->use[p], *steep = LANES_ROW(at->steep, user->flow, width),
                     *demand = LANES_ROW(at->demand, user->flow, width);
        double *pull = LANES_ROW(at->pull, p, width);
        if (user->all) continue;
        EACH_OF(l, width)
        {
            pull[l] = use[l] * steep[l] * demand[l];
            farthest[l] = steep[l] > farthest[l] ? steep[l] : farthest[l];
        }
    }
    EACH_OF(l, width) farthest[l] = FARTHEST / farthest[l];
}

/* g K of a leg. */
LANES_INLINE void slope_of(struct queue_lanes *at, size_t i, double slope[LANES], size_t width)
{
    const struct queue *queue = at->queue;
    const struct queue_leg *leg = &queue->leg[i];
    _Alignas(LANES_ALIGNMENT) double room[LANES];
    bool some = false;
    if (!at->begun[i]) slope_begin(at, i, width);
    for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++) {
        const struct queue_user *user = &queue->user[p];
        if (user->all) continue;
        const double *pull = LANES_ROW(at->pull, p, width),
                     *share = sum_of(at->share, user->stops, queue->at_route + user->first_at, room, width);
        if (!some)
            EACH_OF(l, width) slope[l] = pull[l] * share[l] * (1.0 - share[l]);
        else
            EACH_OF(l, width) slope[l] = LANES_FMA(pull[l] * share[l], 1.0 - share[l], slope[l]);
        some = true;
    }
    if (!some) EACH_OF(l, width) slope[l] = 0.0;
}

/* One step of every delay, in the lanes where `open` is not 0 (NULL: all); false where no leg is away from its target in
 * any of them, so that further ones would change nothing. */
LANES_INLINE bool sweep(struct queue_lanes *at, const double *open, size_t width)
{
    _Alignas(LANES_ALIGNMENT) double slope[LANES];
    uint64_t away = 0;
    for (size_t i = at->class->first_leg; i < queue_legs_end(at); i++) {
        const double *k = at->capacity[i], *load = LANES_ROW(at->load, i, width),
                     *farthest = LANES_ROW(at->farthest, i, width);
        double *u = LANES_ROW(at->u, i, width), *step = LANES_ROW(at->step, i, width),
               *before = LANES_ROW(at->before, i, width);
        uint64_t changed = 0, delayed = 0;
        at->u_moved[i] = false;
        if (!at->queued[i] && !at->filled[i]) continue; /* no delay, and no reason for one */
        slope_of(at, i, slope, width);
#pragma omp simd reduction(| : changed, delayed, away)
        for (size_t l = 0; l < width; l++) {
            const double apart = load[l] - k[l] - u[l] * k[l];
            const double up = apart < 0.0 ? 0.0 : apart, down = apart > 0.0 ? 0.0 : apart; /* from the ends */
            const double inside = u[l] == QUEUE_LONGEST ? down : apart, d = u[l] == 0.0 ? up : inside,
                         turn = d * before[l];
            const double half = SHORTER * step[l], more = LONGER * step[l];
            const double shorter = half > SHORTEST_STEP ? half : SHORTEST_STEP,
                         longer = more < LONGEST_STEP ? more : LONGEST_STEP;
            const double kept = turn > 0.0 ? longer : step[l], length = turn < 0.0 ? shorter : kept;
            const double newton = apart / (k[l] + slope[l]), most = farthest[l];
            const double near = newton < most ? newton : most, move = near > -most ? near : -most;
            const double next = u[l] + length * move;
            const double low = next > 0.0 ? next : 0.0, held = low < QUEUE_LONGEST ? low : QUEUE_LONGEST;
            const double solved = k[l] > 0.0 ? held : QUEUE_LONGEST,
                         taken = open == NULL || open[l] != 0.0 ? solved : u[l],
                         left = open == NULL || open[l] != 0.0 ? d : 0.0;
            step[l] = length;
            before[l] = d != 0.0 ? d : before[l];
            changed |= lanes_to_bits(taken) ^ lanes_to_bits(u[l]);
            delayed |= lanes_to_bits(taken);
            away |= lanes_to_bits(left) << 1; /* whatever the sign of 0 */
            u[l] = taken;
        }
        away |= changed != 0;
        at->u_moved[i] = changed != 0;
        at->queued[i] = delayed != 0 || at->shut[i];
    }
    return away != 0;
}

/* What late stops reckon with against what arrives there now, by leg and in all. */
LANES_INLINE void lateness(struct queue_lanes *at, size_t width)
{
    const struct queue *queue = at->queue;
    double *error = at->error;
    for (size_t i = 0; i < queue->lates; i++) {
        if (!queue_has_stop(at, queue->late[i])) continue;
        const size_t s = queue->late[i], leg = queue->stop[s].leg, flow = queue->stop[s].flow;
        size_t p = queue->leg[leg].first_user;
        while (queue->user[p].flow != flow) p++;
        const double *use = at->use[p], *k = at->capacity[leg], *now = passed_at(at, s - 1, width),
                     *then = LANES_ROW(at->arrived, i, width);
        double *off = LANES_ROW(at->off, leg, width);
        EACH_OF(l, width)
        {
            const double apart = k[l] > 0.0 ? use[l] * __builtin_fabs(now[l] - then[l]) / k[l] : 0.0;
            off[l] += apart;
            error[l] += apart;
        }
        at->clear[leg] = false;
    }
}

/* Reported delays, and how far the iterate is from them. */
LANES_INLINE void delays_report(struct queue_lanes *at, size_t width)
{
    double *error = at->error;
    EACH_OF(l, width) error[l] = 0.0;
    for (size_t i = at->class->first_leg; i < queue_legs_end(at); i++) {
        const double *k = at->capacity[i], *load = LANES_ROW(at->load, i, width), *u = LANES_ROW(at->u, i, width);
        double *delay = LANES_ROW(at->delay, i, width), *off = LANES_ROW(at->off, i, width);
        const bool idle = !at->queued[i] && !at->filled[i];
        if (idle && at->clear[i]) continue;
        at->clear[i] = idle;
        EACH_OF(l, width)
        {
            const double target = load[l] / k[l] - 1.0, low = target > 0.0 ? target : 0.0;
            const double held = low < QUEUE_LONGEST ? low : QUEUE_LONGEST, taken = k[l] > 0.0 ? held : QUEUE_LONGEST;
            const double apart = __builtin_fabs(u[l] - taken);
            delay[l] = k[l] > 0.0 || load[l] > 0.0 ? taken : 0.0;
            off[l] = apart;
            error[l] = apart > error[l] ? apart : error[l];
        }
    }
    if (at->queue->lates > 0) lateness(at, width);
}

/* Shares and loads at the delays that the last sweep moved. */
LANES_INLINE void follow(struct queue_lanes *at, const double *open, size_t width)
{
    mark_stale(at);
    shares_at(at, width);
    loads(at, width);
    for (int i = 1; i < LATE_PASSES && arrivals_take(at, open, width); i++) loads(at, width);
}

/* Closes the lanes that are near enough; how many are open still. */
LANES_INLINE size_t lanes_open(const struct queue_lanes *at, double *open, size_t width)
{
    const double *error = at->error, tolerance = at->queue->tolerance;
    size_t count = 0;
    for (size_t l = 0; l < width; l++) {
        open[l] = open[l] != 0.0 && error[l] > tolerance ? 1.0 : 0.0;
        count += open[l] != 0.0;
    }
    return count;
}

/* Goes on from step `s` in the open lanes while more than `most` are not near enough: each stops by itself, so that its
 * bits depend on no other lane. Returns the step that comes next. */
LANES_INLINE int sweep_on(struct queue_lanes *at, double *open, int s, size_t most, size_t width)
{
    for (; s < at->queue->most_sweeps && lanes_open(at, open, width) > most; s++) {
        const bool away = sweep(at, open, width), late = arrivals_take(at, open, width);
        if (!away && !late) return at->queue->most_sweeps;
        follow(at, open, width);
        delays_report(at, width);
    }
    return s;
}

/* Goes on from step `s` with the open lanes of `all` alone, so many at a time as have room side by side. */
static void sweep_on_few(struct queue_lanes *few, struct queue_lanes *all, const double open[LANES], int s)
{
    size_t lane[LANES_FEW], count = 0;
    _Alignas(LANES_ALIGNMENT) double some[LANES_FEW];
    for (size_t l = 0; l < LANES; l++) {
        if (open[l] != 0.0) lane[count++] = l;
        if (count == 0 || (count < LANES_FEW && l + 1 < LANES)) continue;
        for (size_t j = 0; j < LANES_FEW; j++) {
            some[j] = j < count ? 1.0 : 0.0;
            lane[j] = j < count ? lane[j] : lane[0]; /* a copy that does not go on */
        }
        queue_lanes_gather(few, all, lane);
        (void)sweep_on(few, some, s, 0, LANES_FEW);
        through_keep(few, LANES_FEW);
        queue_lanes_scatter(few, all, lane, count);
        count = 0;
    }
}

/* Where late stops are not quite solved: what is offered from what really arrives, and no more let through than what
 * the legs reckoned with, so that cargo and capacities hold whatever the error. */
LANES_INLINE void routes_settle(struct queue_lanes *at, size_t width)
{
    const struct queue *queue = at->queue;
    _Alignas(LANES_ALIGNMENT) double reckoned[LANES];
    for (size_t s = 0; s < queue->stops; s++) {
        if (!queue_has_stop(at, s)) continue;
        const double *part = LANES_ROW(at->part, queue->stop[s].leg, width);
        const bool first = queue->stop[s].first, filled = at->filled[queue->stop[s].leg];
        double *offered = LANES_ROW(at->offered, s, width), *through = LANES_ROW(at->through, s, width);
        EACH_OF(l, width) reckoned[l] = offered[l];
        offer(at, s, first ? NULL : LANES_ROW(at->through, s - 1, width), width);
        EACH_OF(l, width)
        {
            const double taken = offered[l] < reckoned[l] ? offered[l] : reckoned[l];
            through[l] = filled ? taken * part[l] : taken;
        }
        at->held[s] = true;
    }
}

void queue_solve(struct queue_lanes *all, struct queue_lanes *few)
{
    const struct queue *queue = all->queue;
    _Alignas(LANES_ALIGNMENT) double open[LANES];
    memset(all->begun, 0, queue->count * sizeof *all->begun);
    mark_stale(all);
    shares_at(all, LANES);
    (void)arrivals_take(all, NULL, LANES);
    for (size_t s = 0; s < queue->stops; s++) /* demand moved */
        if (queue_has_stop(all, s)) mark_offer(all, s);
    loads(all, LANES);
    for (int s = 0; s < queue->sweeps; s++) {
        const bool away = sweep(all, NULL, LANES), late = arrivals_take(all, NULL, LANES);
        if (!away && !late) break;
        follow(all, NULL, LANES);
    }
    delays_report(all, LANES);
    EACH_LANE(l) open[l] = 1.0;
    const int next = sweep_on(all, open, queue->sweeps, MOST_FEW, LANES);
    through_keep(all, LANES); /* before others of its lanes fill a leg */
    if (next < queue->most_sweeps && lanes_open(all, open, LANES) > 0) sweep_on_few(few, all, open, next);
    if (queue->lates > 0) routes_settle(all, LANES);
}
