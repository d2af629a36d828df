/* sim/statistics/reduction.c -- see reduction.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/reduction.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct held_node {
    unsigned level;
    uint64_t index;
    struct moments *node; /* [width] */
};

struct reduction {
    size_t width;
    pthread_mutex_t lock;   /* over all below */
    struct held_node *held; /* wait for their siblings, in order of their leaves */
    size_t nodes, room;
    struct moments **spare; /* nodes no longer needed, kept for the next; has the same room */
    size_t spares;
    struct moments *last; /* [width]; NULL: none delivered */
};

static struct fault *lock_fault(void)
{
    return fault_raise(FAULT_MACHINE, "a lock of the statistics failed, which should never happen");
}

static struct fault *reduction_lock(struct reduction *reduction)
{
    return pthread_mutex_lock(&reduction->lock) == 0 ? NULL : lock_fault();
}

static struct fault *reduction_unlock(struct reduction *reduction)
{
    return pthread_mutex_unlock(&reduction->lock) == 0 ? NULL : lock_fault();
}

struct fault *reduction_open(size_t width, struct reduction **reduction)
{
    *reduction = NULL;
    if (width > PTRDIFF_MAX / sizeof(struct moments)) return fault_no_memory();
    struct reduction *made = calloc(1, sizeof *made);
    if (made == NULL) return fault_no_memory();
    if (pthread_mutex_init(&made->lock, NULL) != 0) {
        free(made);
        return lock_fault();
    }
    made->width = width;
    *reduction = made;
    return NULL;
}

void reduction_close(struct reduction *reduction)
{
    if (reduction == NULL) return;
    for (size_t i = 0; i < reduction->nodes; i++) free(reduction->held[i].node);
    for (size_t i = 0; i < reduction->spares; i++) free(reduction->spare[i]);
    free(reduction->held);
    free(reduction->spare);
    free(reduction->last);
    (void)pthread_mutex_destroy(&reduction->lock); /* fails only while it is held */
    free(reduction);
}

/* The functions from here to reduction_meet are called under the lock. */
static struct fault *reduction_grow(struct reduction *reduction)
{
    const size_t room = reduction->room == 0 ? 16 : 2 * reduction->room;
    struct held_node *held = realloc(reduction->held, room * sizeof *held);
    if (held == NULL) return fault_no_memory();
    reduction->held = held;
    struct moments **spare = realloc(reduction->spare, room * sizeof *spare);
    if (spare == NULL) return fault_no_memory();
    reduction->spare = spare;
    reduction->room = room;
    return NULL;
}

static void reduction_spare(struct reduction *reduction, struct moments *node)
{
    if (reduction->spares < reduction->room)
        reduction->spare[reduction->spares++] = node;
    else
        free(node);
}

/* The position of the first held node that does not end before leaf `first`. */
static size_t held_position(const struct reduction *reduction, uint64_t first)
{
    size_t low = 0, high = reduction->nodes;
    while (low < high) {
        const size_t middle = low + (high - low) / 2;
        const struct held_node *held = &reduction->held[middle];
        const uint64_t end = (held->index << held->level) + ((UINT64_C(1) << held->level) - 1);
        if (end < first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static bool reduction_overlaps(const struct reduction *reduction, unsigned level, uint64_t index)
{
    const uint64_t first = index << level, end = first + ((UINT64_C(1) << level) - 1);
    const size_t position = held_position(reduction, first);
    return position < reduction->nodes && reduction->held[position].index << reduction->held[position].level <= end;
}

/* Takes node (level, index) out of the held ones; NULL if it is not there. */
static struct moments *reduction_take(struct reduction *reduction, unsigned level, uint64_t index)
{
    const size_t position = held_position(reduction, index << level);
    if (position == reduction->nodes) return NULL;
    const struct held_node found = reduction->held[position];
    if (found.level != level || found.index != index) return NULL;
    reduction->nodes--;
    memmove(reduction->held + position, reduction->held + position + 1, (reduction->nodes - position) * sizeof found);
    return found.node;
}

static struct fault *reduction_hold(struct reduction *reduction, struct held_node node)
{
    if (reduction->nodes == reduction->room) TRY(reduction_grow(reduction));
    const size_t position = held_position(reduction, node.index << node.level);
    memmove(reduction->held + position + 1, reduction->held + position, (reduction->nodes - position) * sizeof node);
    reduction->held[position] = node;
    reduction->nodes++;
    return NULL;
}

/* Either takes out the sibling of the node, or holds the node (*sibling NULL). On a fault the node is spent. */
static struct fault *reduction_meet(struct reduction *reduction, struct held_node node, struct moments **sibling)
{
    *sibling = NULL;
    struct fault *fault = NULL;
    if (reduction_overlaps(reduction, node.level, node.index))
        fault = fault_raise(FAULT_MACHINE, "part %llu of level %u of the statistics came twice, expected once",
                            (unsigned long long)node.index, node.level);
    else
        *sibling = reduction_take(reduction, node.level, node.index ^ 1);
    if (fault == NULL && *sibling == NULL) fault = reduction_hold(reduction, node);
    if (fault != NULL) reduction_spare(reduction, node.node);
    return fault;
}

struct fault *reduction_borrow(struct reduction *reduction, struct moments **node)
{
    *node = NULL;
    TRY(reduction_lock(reduction));
    if (reduction->spares > 0) *node = reduction->spare[--reduction->spares];
    TRY(reduction_unlock(reduction));
    if (*node == NULL) *node = malloc((reduction->width + (reduction->width == 0)) * sizeof **node);
    return *node == NULL ? fault_no_memory() : NULL;
}

struct fault *reduction_hand_over(struct reduction *reduction, unsigned level, uint64_t index, struct moments *node)
{
    if (level > 63 || index > UINT64_MAX >> level) {
        free(node);
        return fault_raise(FAULT_MACHINE, "part %llu of level %u of the statistics is out of range",
                           (unsigned long long)index, level);
    }
    for (struct moments *spent = NULL;; level++, index /= 2) {
        struct moments *sibling;
        TRY(reduction_lock(reduction));
        if (spent != NULL) reduction_spare(reduction, spent);
        struct fault *fault = reduction_meet(reduction, (struct held_node){level, index, node}, &sibling);
        fault = fault_join(fault, reduction_unlock(reduction));
        if (fault != NULL || sibling == NULL) return fault;
        const struct moments *left = index % 2 == 0 ? node : sibling, *right = index % 2 == 0 ? sibling : node;
        for (size_t i = 0; i < reduction->width; i++) moments_merge(&left[i], &right[i], &sibling[i]);
        spent = node;
        node = sibling;
    }
}

struct fault *reduction_deliver(struct reduction *reduction, unsigned level, uint64_t index,
                                const struct moments node[])
{
    struct moments *copy;
    TRY(reduction_borrow(reduction, &copy));
    memcpy(copy, node, reduction->width * sizeof *copy);
    return reduction_hand_over(reduction, level, index, copy);
}

struct fault *reduction_deliver_last(struct reduction *reduction, const struct moments node[])
{
    struct moments *copy;
    TRY(reduction_borrow(reduction, &copy));
    memcpy(copy, node, reduction->width * sizeof *copy);
    struct fault *fault = reduction_lock(reduction);
    if (fault != NULL) {
        free(copy);
        return fault;
    }
    if (reduction->last == NULL) {
        reduction->last = copy;
    } else {
        reduction_spare(reduction, copy);
        fault = fault_raise(FAULT_MACHINE, "the incomplete last part of the statistics came twice, expected once");
    }
    return fault_join(fault, reduction_unlock(reduction));
}

struct fault *reduction_total(struct reduction *reduction, struct moments total[])
{
    TRY(reduction_lock(reduction));
    for (size_t i = 0; i < reduction->width; i++)
        total[i] = reduction->last == NULL ? moments_none() : reduction->last[i];
    for (size_t which = reduction->nodes; which-- > 0;)
        for (size_t i = 0; i < reduction->width; i++)
            moments_merge(&reduction->held[which].node[i], &total[i], &total[i]);
    return reduction_unlock(reduction);
}

void reduction_clear(struct reduction *reduction)
{
    for (size_t i = 0; i < reduction->nodes; i++) reduction_spare(reduction, reduction->held[i].node);
    reduction->nodes = 0;
    if (reduction->last != NULL) reduction_spare(reduction, reduction->last);
    reduction->last = NULL;
}

size_t reduction_nodes(const struct reduction *reduction)
{
    return reduction->nodes;
}

void reduction_node(const struct reduction *reduction, size_t which, unsigned *level, uint64_t *index,
                    const struct moments **node)
{
    *level = reduction->held[which].level;
    *index = reduction->held[which].index;
    *node = reduction->held[which].node;
}

const struct moments *reduction_last(const struct reduction *reduction)
{
    return reduction->last;
}
