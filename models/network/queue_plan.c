/* models/network/queue_plan.c -- once per run: classes, stops, users of legs, and the order in which legs are loaded.
 * See queue.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/network/queue.h"

#include <stdlib.h>

/* The class of a flow. */
static size_t class_of(const struct queue *queue, size_t flow)
{
    size_t c = 0;
    while (queue->class[c].priority != queue->routes->flow[flow].priority) c++;
    return c;
}

/* Whether a route of the flow uses the leg. */
static bool flow_uses(const struct routes *routes, const struct route_flow *flow, size_t leg)
{
    for (size_t r = flow->first_route; r < flow->first_route + flow->routes; r++)
        for (size_t i = 0; i < routes->route[r].legs; i++)
            if (routes->route[r].leg[i] == leg) return true;
    return false;
}

/* Classes and, in each, the legs with capacity that its flows use. */
static void legs_find_used(struct queue *queue)
{
    const struct routes *routes = queue->routes;
    for (int priority = 0; priority < ROUTES_PRIORITIES; priority++) {
        struct queue_class *class = &queue->class[queue->classes];
        bool some = priority == 0;
        for (size_t f = 0; f < routes->queued; f++) some = some || routes->flow[f].priority == priority;
        if (!some) continue;
        *class = (struct queue_class){.priority = priority, .first_leg = queue->count};
        queue->classes++;
        for (size_t i = 0; i < queue->legs->count; i++) {
            bool used = false;
            for (size_t f = 0; f < routes->queued && !used; f++)
                used = routes->flow[f].priority == priority && flow_uses(routes, &routes->flow[f], i);
            if (!used || queue->legs->leg[i].capacity < 0) continue;
            struct queue_leg *leg = &queue->leg[queue->count];
            *leg = (struct queue_leg){.leg = i, .before = queue->count, .after = queue->count};
            for (size_t other = 0; other < class->first_leg; other++)
                if (queue->leg[other].leg == i) leg->before = other;
            queue->leg[leg->before].after = queue->count;
            queue->count++;
        }
        class->legs = queue->count - class->first_leg;
    }
}

static void stops_find(struct queue *queue)
{
    const struct routes *routes = queue->routes;
    for (size_t r = 0; r < routes->count; r++) {
        const size_t f = routes->route[r].flow;
        struct queue_stop *found = queue->stop + queue->stops;
        size_t count = 0;
        for (size_t i = 0; f < routes->queued && i < routes->route[r].legs; i++) {
            const struct queue_class *class = &queue->class[class_of(queue, f)];
            for (size_t leg = class->first_leg; leg < class->first_leg + class->legs; leg++)
                if (queue->leg[leg].leg == routes->route[r].leg[i])
                    found[count++] = (struct queue_stop){.route = r, .flow = f, .leg = leg};
        }
        if (count > 0) found[0].first = true;
        queue->stops += count;
        queue->first_stop[r + 1] = queue->stops;
    }
}

static void users_find(struct queue *queue, struct queue_leg *leg, size_t index, size_t *at)
{
    const struct routes *routes = queue->routes;
    leg->first_user = queue->users;
    leg->first_at = *at;
    for (size_t f = 0; f < routes->queued; f++) {
        const struct route_flow *flow = &routes->flow[f];
        const size_t first = *at;
        for (size_t s = queue->first_stop[flow->first_route]; s < queue->first_stop[flow->first_route + flow->routes];
             s++)
            if (queue->stop[s].leg == index) {
                queue->at_route[*at] = queue->stop[s].route;
                queue->at[(*at)++] = s;
            }
        if (*at == first) continue;
        queue->user[queue->users++] = (struct queue_user){
            .leg = index,
            .flow = f,
            .use = leg_slot(&queue->legs->leg[leg->leg], LEG_USE, flow->commodity),
            .first_at = first,
            .stops = *at - first,
            .all = *at - first == flow->routes,
        };
        leg->users++;
    }
    leg->stops = *at - leg->first_at;
}

/* Tarjan 1972: strongly connected groups of "some route has the one right before the other", the last group first. */
struct groups {
    const struct queue *queue;
    size_t *number, *low; /* [legs] of the visit, from 1; the least that can be reached */
    size_t *group;        /* [legs] from 1, the last group of the order 1 */
    size_t *stack;
    size_t visits, depth, groups;
};

static void group_visit(struct groups *groups, size_t leg)
{
    const struct queue *queue = groups->queue;
    groups->number[leg] = groups->low[leg] = ++groups->visits;
    groups->stack[groups->depth++] = leg;
    for (size_t p = queue->leg[leg].first_user; p < queue->leg[leg].first_user + queue->leg[leg].users; p++) {
        const struct queue_user *user = &queue->user[p];
        for (size_t w = user->first_at; w < user->first_at + user->stops; w++) {
            const size_t s = queue->at[w] + 1;
            if (s == queue->first_stop[queue->stop[s - 1].route + 1]) continue;
            const size_t next = queue->stop[s].leg;
            if (groups->number[next] == 0) group_visit(groups, next);
            if (groups->group[next] == 0 && groups->low[next] < groups->low[leg]) groups->low[leg] = groups->low[next];
        }
    }
    if (groups->low[leg] < groups->number[leg]) return;
    groups->groups++;
    size_t member;
    do {
        member = groups->stack[--groups->depth];
        groups->group[member] = groups->groups;
    } while (member != leg);
}

/* Groups in topological order, in each the order of the file; then which stops are late. */
static struct fault *order_find(struct queue *queue)
{
    const size_t count = queue->count;
    struct groups groups = {.queue = queue};
    size_t *work = calloc(5 * count + 1, sizeof *work), done = 0;
    if (work == NULL) return fault_no_memory();
    groups.number = work;
    groups.low = work + count;
    groups.group = work + 2 * count;
    groups.stack = work + 3 * count;
    size_t *position = work + 4 * count;
    for (size_t i = count; i-- > 0;) /* backwards, so that what is in no order stays as in the file */
        if (groups.number[i] == 0) group_visit(&groups, i);
    for (size_t c = 0; c < queue->classes; c++) /* no way leads from one class to another */
        for (size_t g = groups.groups; g > 0; g--)
            for (size_t i = queue->class[c].first_leg; i < queue->class[c].first_leg + queue->class[c].legs; i++)
                if (groups.group[i] == g) {
                    position[i] = done;
                    queue->order[done++] = i;
                }
    for (size_t s = 0; s < queue->stops; s++) {
        struct queue_stop *stop = &queue->stop[s];
        if (stop->first) continue;
        stop->late = position[stop[-1].leg] > position[stop->leg];
        stop[-1].leads = !stop->late;
        if (!stop->late) continue;
        stop->arrival = queue->lates;
        queue->late[queue->lates++] = s;
    }
    free(work);
    return NULL;
}

struct fault *queue_prepare(const struct legs *legs, const struct routes *routes, struct queue *queue)
{
    size_t most = 0, at = 0;
    for (size_t r = 0; r < routes->count; r++) most += routes->route[r].legs;
    queue->legs = legs;
    queue->routes = routes;
    queue->class = calloc(ROUTES_PRIORITIES, sizeof *queue->class);
    queue->leg = calloc(legs->count * ROUTES_PRIORITIES + 1, sizeof *queue->leg);
    queue->order = calloc(legs->count * ROUTES_PRIORITIES + 1, sizeof *queue->order);
    queue->user = calloc(most + 1, sizeof *queue->user);
    queue->stop = calloc(most + 1, sizeof *queue->stop);
    queue->first_stop = calloc(routes->count + 1, sizeof *queue->first_stop);
    queue->at = calloc(most + 1, sizeof *queue->at);
    queue->at_route = calloc(most + 1, sizeof *queue->at_route);
    queue->late = calloc(most + 1, sizeof *queue->late);
    if (queue->class == NULL || queue->leg == NULL || queue->order == NULL || queue->user == NULL ||
        queue->stop == NULL || queue->first_stop == NULL || queue->at == NULL || queue->at_route == NULL ||
        queue->late == NULL)
        return fault_no_memory();
    legs_find_used(queue);
    stops_find(queue);
    for (size_t i = 0; i < queue->count; i++) users_find(queue, &queue->leg[i], i, &at);
    return order_find(queue);
}

void queue_free(struct queue *queue)
{
    free(queue->class);
    free(queue->leg);
    free(queue->order);
    free(queue->user);
    free(queue->stop);
    free(queue->first_stop);
    free(queue->at);
    free(queue->at_route);
    free(queue->late);
    *queue = (struct queue){0};
}
