/* scenarios/writer/ways.c -- see ways.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/writer/ways.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* What one search needs. */
struct search {
    const struct ways_graph *graph;
    double *cost;     /* [places], from the start */
    size_t *by;       /* [places], the arc that leads there; SIZE_MAX: none */
    bool *done;       /* [places]; true beforehand: not to be touched */
    bool *shut;       /* [arcs] */
    struct way *also; /* ways that may come next */
    size_t alsos, room;
};

void way_free(struct way *way)
{
    free(way->arc);
    *way = (struct way){0};
}

static void search_close(struct search *search)
{
    free(search->cost);
    free(search->by);
    free(search->done);
    free(search->shut);
    for (size_t i = 0; i < search->alsos; i++) way_free(&search->also[i]);
    free(search->also);
}

static struct fault *search_open(struct search *search, const struct ways_graph *graph)
{
    *search = (struct search){.graph = graph};
    search->cost = calloc(graph->places + 1, sizeof *search->cost);
    search->by = calloc(graph->places + 1, sizeof *search->by);
    search->done = calloc(graph->places + 1, sizeof *search->done);
    search->shut = calloc(graph->arcs + 1, sizeof *search->shut);
    const bool whole = search->cost != NULL && search->by != NULL && search->done != NULL && search->shut != NULL;
    return whole ? NULL : fault_no_memory();
}

/* The cheapest way on from `from` (Dijkstra 1959), past what is done and shut; SIZE_MAX in by[to] where there is none. */
static void settle(struct search *search, size_t from, size_t to)
{
    const struct ways_graph *graph = search->graph;
    for (size_t i = 0; i < graph->places; i++) {
        search->cost[i] = (double)INFINITY;
        search->by[i] = SIZE_MAX;
    }
    search->cost[from] = 0.0;
    for (;;) {
        size_t next = SIZE_MAX;
        for (size_t i = 0; i < graph->places; i++)
            if (!search->done[i] && search->cost[i] < (double)INFINITY &&
                (next == SIZE_MAX || search->cost[i] < search->cost[next]))
                next = i;
        if (next == SIZE_MAX || next == to) return;
        search->done[next] = true;
        for (size_t k = 0; k < graph->arcs; k++) {
            const struct ways_arc *arc = &graph->arc[k];
            if (arc->from != next || search->shut[k] || search->done[arc->to]) continue;
            if (!(search->cost[next] + arc->cost < search->cost[arc->to])) continue;
            search->cost[arc->to] = search->cost[next] + arc->cost;
            search->by[arc->to] = k;
        }
    }
}

/* The first `kept` arcs of `begin`, and then what was settled from there. */
static struct fault *make_way(const struct search *search, const struct way *begin, size_t kept, size_t from, size_t to,
                              struct way *way)
{
    const struct ways_arc *arc = search->graph->arc;
    size_t rest = 0;
    for (size_t place = to; place != from; place = arc[search->by[place]].from) rest++;
    way->arc = calloc(kept + rest + 1, sizeof *way->arc);
    if (way->arc == NULL) return fault_no_memory();
    way->count = kept + rest;
    if (kept > 0) memcpy(way->arc, begin->arc, kept * sizeof *way->arc);
    for (size_t place = to, i = way->count; place != from; place = arc[search->by[place]].from)
        way->arc[--i] = search->by[place];
    way->cost = 0.0;
    for (size_t i = 0; i < way->count; i++) way->cost += arc[way->arc[i]].cost;
    return NULL;
}

static int compare_ways(const struct way *a, const struct way *b)
{
    if (a->cost != b->cost) return a->cost < b->cost ? -1 : 1;
    if (a->count != b->count) return a->count < b->count ? -1 : 1;
    for (size_t i = 0; i < a->count; i++)
        if (a->arc[i] != b->arc[i]) return a->arc[i] < b->arc[i] ? -1 : 1;
    return 0;
}

static bool begin_alike(const struct way *a, const struct way *b, size_t count)
{
    return a->count > count && b->count > count && (count == 0 || memcmp(a->arc, b->arc, count * sizeof *a->arc) == 0);
}

/* Takes the way, unless it is there already. */
static struct fault *keep(struct search *search, struct way *way)
{
    for (size_t i = 0; i < search->alsos; i++) {
        if (compare_ways(&search->also[i], way) != 0) continue;
        way_free(way);
        return NULL;
    }
    if (search->alsos == search->room) {
        const size_t room = search->room == 0 ? 16 : 2 * search->room;
        struct way *grown = realloc(search->also, room * sizeof *grown);
        if (grown == NULL) {
            way_free(way);
            return fault_no_memory();
        }
        search->also = grown;
        search->room = room;
    }
    search->also[search->alsos++] = *way;
    return NULL;
}

/* Ways that leave the last one found at its k-th place by another arc than those found before. */
static struct fault *leave(struct search *search, const struct way way[], size_t found, size_t k, size_t from,
                           size_t to)
{
    const struct ways_graph *graph = search->graph;
    const struct way *last = &way[found - 1];
    const size_t place = k == 0 ? from : graph->arc[last->arc[k - 1]].to;
    memset(search->done, 0, graph->places * sizeof *search->done);
    memset(search->shut, 0, graph->arcs * sizeof *search->shut);
    for (size_t i = 0; i < k; i++) search->done[graph->arc[last->arc[i]].from] = true;
    for (size_t i = 0; i < found; i++)
        if (begin_alike(&way[i], last, k)) search->shut[way[i].arc[k]] = true;
    settle(search, place, to);
    if (search->by[to] == SIZE_MAX) return NULL;
    struct way other;
    TRY(make_way(search, last, k, place, to, &other));
    return keep(search, &other);
}

static struct fault *find_others(struct search *search, size_t from, size_t to, size_t most, struct way way[WAYS_MOST],
                                 size_t *found)
{
    while (*found < most) {
        for (size_t k = 0; k < way[*found - 1].count; k++) TRY(leave(search, way, *found, k, from, to));
        size_t best = 0;
        if (search->alsos == 0) return NULL;
        for (size_t i = 1; i < search->alsos; i++)
            if (compare_ways(&search->also[i], &search->also[best]) < 0) best = i;
        way[(*found)++] = search->also[best];
        search->also[best] = search->also[--search->alsos];
    }
    return NULL;
}

struct fault *ways_find(const struct ways_graph *graph, size_t from, size_t to, size_t most, struct way way[WAYS_MOST],
                        size_t *found)
{
    struct search search;
    *found = 0;
    struct fault *fault = search_open(&search, graph);
    if (fault == NULL && from != to) {
        settle(&search, from, to);
        if (search.by[to] != SIZE_MAX) {
            fault = make_way(&search, NULL, 0, from, to, &way[0]);
            if (fault == NULL) *found = 1;
            if (fault == NULL) fault = find_others(&search, from, to, most < WAYS_MOST ? most : WAYS_MOST, way, found);
        }
    }
    search_close(&search);
    return fault;
}
