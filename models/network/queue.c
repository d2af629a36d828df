/* models/network/queue.c -- see queue.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/queue_lanes.h"

#include <string.h>

#define FIRST_STEP 0.8   /* of the Newton step */
#define LEAST_ROOM 1e-12 /* of the base capacity, that those before may leave */

struct queue_state {
    const struct queue *queue;
    struct queue_lanes all, few;
    double *base;   /* [legs] capacity at the base date, 1 where there was none */
    double *last;   /* [legs] capacity of last month */
    double *room;   /* [legs] what those before left of the capacity */
    double *used;   /* [legs] */
    double *lost;   /* [stops] */
    double *worst;  /* [1] error over all classes */
    double *excess; /* [1] */
    bool fresh;     /* no month has been solved in this block */
};

/* ---- once per thread ---- */

struct fault *queue_open(const struct queue *queue, struct arena *arena, struct queue_state **out)
{
    struct queue_state *state = arena_take(arena, 1, sizeof *state);
    if (state == NULL) return fault_no_memory();
    *out = state;
    state->queue = queue;
    TRY(queue_lanes_open(queue, LANES, arena, &state->all));
    TRY(queue_lanes_open(queue, LANES_FEW, arena, &state->few));
    state->base = arena_narrow(arena, queue->count, LANES);
    state->last = arena_narrow(arena, queue->count, LANES);
    state->room = arena_narrow(arena, queue->count, LANES);
    state->used = arena_narrow(arena, queue->count, LANES);
    state->lost = arena_narrow(arena, queue->stops, LANES);
    state->worst = arena_narrow(arena, 1, LANES);
    state->excess = arena_narrow(arena, 1, LANES);
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
    struct queue_lanes *all = &state->all;
    const struct queue *queue = state->queue;
    state->fresh = true;
    for (size_t i = 0; i < queue->count; i++) {
        const double *k = capacity[i];
        EACH_LANE(l)
        {
            LANES_ROW(all->u, i, LANES)
            [l] = LANES_ROW(all->delay, i, LANES)[l] = LANES_ROW(all->off, i, LANES)[l] = 0.0;
            LANES_ROW(state->base, i, LANES)[l] = k[l] > 0.0 ? k[l] : 1.0;
            LANES_ROW(state->last, i, LANES)[l] = k[l];
            LANES_ROW(all->part, i, LANES)[l] = 1.0;
        }
        all->queued[i] = all->filled[i] = false;
        all->clear[i] = true;
    }
    for (size_t s = 0; s < queue->stops; s++) {
        EACH_LANE(l)
        LANES_ROW(all->waiting, s, LANES)
        [l] = LANES_ROW(state->lost, s, LANES)[l] = LANES_ROW(all->offered, s, LANES)[l] =
            LANES_ROW(all->through, s, LANES)[l] = 0.0;
        all->held[s] = false;
    }
    for (size_t i = 0; i < queue->lates; i++) EACH_LANE(l) LANES_ROW(all->arrived, i, LANES)[l] = 0.0;
    for (size_t f = 0; f < queue->routes->flows; f++) all->barred[f] = false;
}

void queue_resume(struct queue_state *state, const double (*waiting)[LANES], const double (*delay)[LANES])
{
    struct queue_lanes *all = &state->all;
    const struct queue *queue = state->queue;
    memcpy(all->waiting, waiting, queue->stops * sizeof *waiting);
    memcpy(all->u, delay, queue->count * sizeof *delay);
    for (size_t s = 0; s < queue->stops; s++) all->held[s] = !is_zero(waiting[s]);
    for (size_t i = 0; i < queue->count; i++) all->queued[i] = !is_zero(delay[i]);
}

/* ---- a month ---- */

/* Delays and steps to begin with. A leg that reopens begins without a delay. */
static void legs_begin(struct queue_state *state, const struct queue_month *month)
{
    struct queue_lanes *all = &state->all;
    for (size_t i = all->class->first_leg; i < queue_legs_end(all); i++) {
        const size_t first = state->queue->leg[i].before;
        if (first == i) {
            all->capacity[i] = month->capacity[i];
        } else { /* less what those before took; rounding is no room */
            const double *whole = all->capacity[first], *used = LANES_ROW(state->used, first, LANES),
                         *base = LANES_ROW(state->base, i, LANES);
            double *room = LANES_ROW(state->room, i, LANES);
            EACH_LANE(l) room[l] = whole[l] - used[l] > LEAST_ROOM * base[l] ? whole[l] - used[l] : 0.0;
            all->capacity[i] = room;
        }
        const double *k = all->capacity[i];
        double *u = LANES_ROW(all->u, i, LANES), *last = LANES_ROW(state->last, i, LANES),
               *step = LANES_ROW(all->step, i, LANES), *before = LANES_ROW(all->before, i, LANES);
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
        all->u_moved[i] = changed != 0;
        all->shut[i] = shut != 0;
        all->queued[i] = delayed != 0 || shut != 0;
    }
}

/* Whether the flow has a choice in which time is worth nothing, and a closed leg on some route. */
static bool is_barred(const struct queue_state *state, size_t f, const double weight[LANES])
{
    const struct queue_lanes *all = &state->all;
    const struct queue *queue = state->queue;
    const struct route_flow *flow = &queue->routes->flow[f];
    bool shut = false;
    if (flow->routes < 2) return false;
    for (size_t s = queue->first_stop[flow->first_route]; s < queue->first_stop[flow->first_route + flow->routes]; s++)
        shut = shut || all->shut[queue->stop[s].leg];
    if (!shut) return false;
    for (int l = 0; l < LANES; l++)
        if (weight[l] == 0.0) return true;
    return false;
}

/* Shares are to be worked out where utilities moved, a leg reopened, or none were worked out yet. */
static void flows_begin(struct queue_state *state, const struct queue_month *month)
{
    struct queue_lanes *all = &state->all;
    for (size_t f = 0; f < state->queue->routes->flows; f++) {
        if (!queue_has_flow(all, f)) continue;
        const double *weight = month->weight[f], *inverse = choice_steepness(all->choice, f);
        double *steep = LANES_ROW(all->steep, f, LANES);
        const bool barred = is_barred(state, f, weight);
        all->stale[f] = state->fresh || month->moves[f] || barred || all->barred[f];
        all->barred[f] = barred;
        EACH_LANE(l) steep[l] = weight[l] * inverse[l];
    }
}

/* What waits and what is lost. */
static void stops_settle(struct queue_state *state, const double renege[LANES])
{
    struct queue_lanes *all = &state->all;
    const struct queue *queue = state->queue;
    for (size_t s = 0; s < queue->stops; s++) {
        if (!queue_has_stop(all, s)) continue;
        const double *offered = LANES_ROW(all->offered, s, LANES), *through = LANES_ROW(all->through, s, LANES);
        double *waiting = LANES_ROW(all->waiting, s, LANES), *lost = LANES_ROW(state->lost, s, LANES);
        const bool holds = queue->lates > 0 || all->filled[queue->stop[s].leg];
        if (!holds && !all->held[s]) continue;
        EACH_LANE(l)
        {
            const double rest = offered[l] - through[l];
            lost[l] = renege[l] * rest;
            waiting[l] = rest - lost[l];
        }
        all->held[s] = holds;
    }
}

/* Use of each leg by what passed, and the greatest excess. */
static void use_report(struct queue_state *state)
{
    struct queue_lanes *all = &state->all;
    const struct queue *queue = state->queue;
    double *excess = state->excess;
    _Alignas(LANES_ALIGNMENT) double sum[LANES];
    for (size_t i = all->class->first_leg; i < queue_legs_end(all); i++) {
        const struct queue_leg *leg = &queue->leg[i];
        const double *k = all->capacity[i], *load = LANES_ROW(all->load, i, LANES),
                     *base = LANES_ROW(state->base, i, LANES);
        double *used = LANES_ROW(state->used, i, LANES);
        if (!all->filled[i] && queue->lates == 0) { /* all passes */
            EACH_LANE(l) used[l] = load[l];
            continue;
        }
        EACH_LANE(l) used[l] = 0.0;
        for (size_t p = leg->first_user; p < leg->first_user + leg->users; p++) {
            const struct queue_user *user = &queue->user[p];
            const double *use = all->use[p];
            for (size_t w = 0; w < user->stops; w++) { /* in the order of leg_load, so that the bits are the same */
                const double *through = LANES_ROW(all->through, queue->at[user->first_at + w], LANES);
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
static void class_step(struct queue_state *state, const struct rows *rows, const struct queue_month *month)
{
    struct queue_lanes *all = &state->all;
    double *worst = state->worst;
    legs_begin(state, month);
    flows_begin(state, month);
    queue_solve(all, &state->few);
    stops_settle(state, rows_get(rows, state->queue->renege));
    use_report(state);
    EACH_LANE(l) worst[l] = all->error[l] > worst[l] ? all->error[l] : worst[l];
}

void queue_step(struct queue_state *state, const struct rows *rows, struct choice *choice,
                const struct queue_month *month)
{
    struct queue_lanes *all = &state->all;
    const struct queue *queue = state->queue;
    for (size_t p = 0; p < queue->users; p++) all->use[p] = rows_get(rows, queue->user[p].use);
    all->choice = choice;
    all->utility = month->utility[0];
    all->demand = month->demand[0];
    all->weight = month->weight[0];
    EACH_LANE(l) state->worst[l] = state->excess[l] = 0.0;
    for (size_t c = 0; c < queue->classes; c++) {
        all->class = &queue->class[c];
        class_step(state, rows, month);
    }
    state->fresh = false;
}

struct queue_result queue_result(const struct queue_state *state)
{
#define ROWS(rows) ((const double(*)[LANES])(rows))
    return (struct queue_result){
        .share = ROWS(state->all.share),
        .through = ROWS(state->all.through),
        .waiting = ROWS(state->all.waiting),
        .lost = ROWS(state->lost),
        .held = state->all.held,
        .load = ROWS(state->all.load),
        .used = ROWS(state->used),
        .delay = ROWS(state->all.delay),
        .off = ROWS(state->all.off),
        .clear = state->all.clear,
        .error = state->worst,
        .excess = state->excess,
    };
#undef ROWS
}
