/* models/network/queue_lanes.c -- see queue_lanes.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/queue_lanes.h"

#include <string.h>

/* What is known of every leg, stop, route or flow: whether it goes with lanes that are gathered, and comes back. */
enum { STAYS = 0, GOES = 1, COMES = 2, BOTH = GOES | COMES };
struct part {
    double **rows;
    size_t count;
    unsigned way;
};
enum { PARTS = 17 };

static void parts_of(struct queue_lanes *lanes, struct part parts[PARTS])
{
    const struct queue *queue = lanes->queue;
    const size_t legs = queue->count, stops = queue->stops, routes = queue->routes->count;
    const struct part list[PARTS] = {
        {&lanes->steep, queue->routes->flows, GOES},
        {&lanes->waiting, stops, GOES},
        {&lanes->u, legs, BOTH},
        {&lanes->step, legs, GOES},
        {&lanes->before, legs, GOES},
        {&lanes->pull, queue->users, STAYS},
        {&lanes->farthest, legs, STAYS},
        {&lanes->load, legs, BOTH},
        {&lanes->part, legs, BOTH},
        {&lanes->delay, legs, COMES},
        {&lanes->off, legs, COMES},
        {&lanes->offered, stops, BOTH},
        {&lanes->through, stops, BOTH},
        {&lanes->arrived, queue->lates, BOTH},
        {&lanes->value, routes, STAYS},
        {&lanes->share, routes, BOTH},
        {&lanes->error, 1, BOTH},
    };
    memcpy(parts, list, sizeof list);
}

struct flags {
    bool **flag;
    size_t count;
};
enum { FLAGS = 11 };

static void flags_of(struct queue_lanes *lanes, struct flags flags[FLAGS])
{
    const struct queue *queue = lanes->queue;
    const struct flags list[FLAGS] = {
        {&lanes->u_moved, queue->count},        {&lanes->queued, queue->count},
        {&lanes->filled, queue->count},         {&lanes->clear, queue->count},
        {&lanes->shut, queue->count},           {&lanes->held, queue->stops},
        {&lanes->fresh_offer, queue->stops},    {&lanes->stale, queue->routes->flows},
        {&lanes->barred, queue->routes->flows}, {&lanes->fresh_leg, queue->count},
        {&lanes->begun, queue->count},
    };
    memcpy(flags, list, sizeof list);
}

/* Rows of its own for what it is given of a month. */
static struct fault *copy_open(struct queue_lanes *lanes, struct arena *arena)
{
    const struct queue *queue = lanes->queue;
    const size_t width = lanes->width, routes = queue->routes->count, flows = queue->routes->flows;
    lanes->copy = arena_narrow(arena, routes + 2 * flows + queue->count + queue->users, width);
    if (lanes->copy == NULL) return fault_no_memory();
    lanes->utility = lanes->copy;
    lanes->demand = lanes->utility + routes * width;
    lanes->weight = lanes->demand + flows * width;
    const double *capacity = lanes->weight + flows * width, *use = capacity + queue->count * width;
    for (size_t i = 0; i < queue->count; i++) lanes->capacity[i] = capacity + i * width;
    for (size_t p = 0; p < queue->users; p++) lanes->use[p] = use + p * width;
    return NULL;
}

struct fault *queue_lanes_open(const struct queue *queue, size_t width, struct arena *arena, struct queue_lanes *lanes)
{
    struct part parts[PARTS];
    struct flags flags[FLAGS];
    *lanes = (struct queue_lanes){.queue = queue, .width = width};
    parts_of(lanes, parts);
    flags_of(lanes, flags);
    for (size_t i = 0; i < PARTS; i++)
        if ((*parts[i].rows = arena_narrow(arena, parts[i].count, width)) == NULL) return fault_no_memory();
    for (size_t i = 0; i < FLAGS; i++)
        if ((*flags[i].flag = arena_take(arena, flags[i].count, sizeof **flags[i].flag)) == NULL)
            return fault_no_memory();
    lanes->use = arena_take(arena, queue->users, sizeof *lanes->use);
    lanes->capacity = arena_take(arena, queue->count, sizeof *lanes->capacity);
    lanes->list = arena_take(arena, queue->routes->flows, sizeof *lanes->list);
    TRY(arena_check(arena));
    if (width == LANES) return NULL;
    TRY(copy_open(lanes, arena));
    return choice_open(queue->routes, width, arena, &lanes->choice);
}

/* Whether a leg is queued, filled or shut in a few lanes: seldom in all that were in a block. */
static void legs_look(struct queue_lanes *few)
{
    for (size_t i = few->class->first_leg; i < queue_legs_end(few); i++) {
        const double *k = few->capacity[i], *u = few->u + i * LANES_FEW, *load = few->load + i * LANES_FEW;
        bool shut = false, queued = false, filled = false;
        for (size_t l = 0; l < LANES_FEW; l++) {
            shut = shut || !(k[l] > 0.0);
            queued = queued || u[l] != 0.0;
            filled = filled || load[l] > k[l];
        }
        few->shut[i] = shut;
        few->queued[i] = queued || shut;
        few->filled[i] = filled;
        few->clear[i] = few->u_moved[i] = few->begun[i] = false;
    }
}

void queue_lanes_gather(struct queue_lanes *few, const struct queue_lanes *all, const size_t lane[LANES_FEW])
{
    const struct queue *queue = all->queue;
    struct part from[PARTS], to[PARTS];
    struct queue_lanes source = *all; /* of which the list of parts is made */
    const size_t routes = queue->routes->count, flows = queue->routes->flows;
    double *copy = few->copy;
    parts_of(&source, from);
    parts_of(few, to);
    few->class = all->class;
    for (size_t i = 0; i < PARTS; i++)
        if (to[i].way & GOES) lanes_gather(to[i].count, *to[i].rows, *from[i].rows, lane);
    lanes_gather(routes, copy, all->utility, lane);
    copy += routes * LANES_FEW;
    lanes_gather(flows, copy, all->demand, lane);
    copy += flows * LANES_FEW;
    lanes_gather(flows, copy, all->weight, lane);
    copy += flows * LANES_FEW;
    for (size_t i = 0; i < queue->count; i++, copy += LANES_FEW)
        if (all->capacity[i] != NULL) lanes_gather(1, copy, all->capacity[i], lane);
    for (size_t p = 0; p < queue->users; p++, copy += LANES_FEW) lanes_gather(1, copy, all->use[p], lane);
    choice_gather(few->choice, all->choice, lane);
    memcpy(few->held, all->held, queue->stops * sizeof *few->held);
    memcpy(few->fresh_offer, all->fresh_offer, queue->stops * sizeof *few->fresh_offer);
    memcpy(few->fresh_leg, all->fresh_leg, queue->count * sizeof *few->fresh_leg);
    memcpy(few->barred, all->barred, flows * sizeof *few->barred);
    memset(few->stale, 0, flows * sizeof *few->stale);
    legs_look(few);
}

void queue_lanes_scatter(const struct queue_lanes *few, struct queue_lanes *all, const size_t lane[LANES_FEW],
                         size_t count)
{
    struct part from[PARTS], to[PARTS];
    struct queue_lanes source = *few;
    parts_of(&source, from);
    parts_of(all, to);
    for (size_t i = 0; i < PARTS; i++)
        if (to[i].way & COMES) lanes_scatter(to[i].count, *from[i].rows, *to[i].rows, lane, count);
    choice_scatter(few->choice, all->choice, lane, count);
    for (size_t i = all->class->first_leg; i < queue_legs_end(all); i++) {
        all->queued[i] = all->queued[i] || few->queued[i];
        all->filled[i] = all->filled[i] || few->filled[i];
        all->clear[i] = all->clear[i] && few->clear[i];
    }
}
