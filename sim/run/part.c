/* sim/run/part.c -- see part.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/part.h"

#include <stdlib.h>

/* The first run of replications that are in, from *stop on, which moves to its end. */
static bool next_stretch(const struct accumulator *accumulator, uint64_t *first, uint64_t *stop)
{
    uint64_t end;
    if (!tally_next(accumulator->tally, *stop / LANES_PER_CHUNK, true, first, &end)) return false;
    *first *= LANES_PER_CHUNK;
    *stop = end * LANES_PER_CHUNK;
    return true;
}

static uint64_t cut(const struct accumulator *accumulator, uint64_t stop)
{
    return stop < accumulator->limit ? stop : accumulator->limit;
}

/* The samples of all that is in, each stretch of replications behind its bounds. */
static void put_samples(const struct accumulator *accumulator, struct bytes *bytes)
{
    const struct samples *samples = &accumulator->samples;
    uint64_t first, stop = accumulator->first, stretches = 0;
    size_t size;
    while (next_stretch(accumulator, &first, &stop)) stretches++;
    bytes_put_number(bytes, stretches);
    stop = accumulator->first;
    while (next_stretch(accumulator, &first, &stop)) {
        const uint64_t count = cut(accumulator, stop) - first;
        bytes_put_number(bytes, first);
        bytes_put_number(bytes, count);
        for (size_t i = 0; i < samples->cells + samples->inputs && samples->count > 0; i++) {
            const void *from = samples_stretch(samples, i, first, count, &size);
            if (from != NULL) bytes_put(bytes, from, size);
        }
    }
}

static struct fault *put_all(const struct accumulator *accumulator, struct bytes *bytes)
{
    struct bytes statistics = {0};
    struct fault *fault = accumulator_put(accumulator, true, &statistics);
    bytes_put_number(bytes, statistics.size);
    bytes_put(bytes, statistics.at, statistics.size);
    free(statistics.at);
    if (fault == NULL) put_samples(accumulator, bytes);
    return fault;
}

static bool holds_some(const struct accumulator *accumulator)
{
    uint64_t first, stop = accumulator->first;
    return accumulator->tally != NULL && next_stretch(accumulator, &first, &stop);
}

struct fault *part_simulate(const struct simulation *simulation, int threads, const struct part *part,
                            const struct ensemble_watch *watch, struct bytes *bytes)
{
    const uint64_t first = part->first * LANES_PER_CHUNK, stop = part->end * LANES_PER_CHUNK;
    const uint64_t end = stop < part->reach ? stop : part->reach;
    struct accumulator accumulator;
    struct fault *fault = accumulator_open_part(simulation, threads, first, end, part->whole, &accumulator);
    if (fault == NULL) fault = accumulator_simulate(&accumulator, end, end, watch);
    bytes_put_number(bytes, fault == NULL ? 0 : (uint64_t)fault->code);
    bytes_put_text(bytes, fault == NULL ? NULL : fault->sentence);
    /* a chunk that failed is in by half */
    const bool sound = fault == NULL || fault->code == FAULT_INTERRUPTED;
    fault_free(fault);
    fault = sound && holds_some(&accumulator) ? put_all(&accumulator, bytes) : NULL;
    accumulator_close(&accumulator);
    return fault != NULL ? fault : bytes_fault(bytes);
}

static struct fault *wrong(void)
{
    return fault_raise(FAULT_MACHINE, "a part of the run came back as something else, which should not happen");
}

static struct fault *take_samples(struct bytes_left *left, struct samples *samples, uint64_t *replications)
{
    const uint64_t first = bytes_take_number(left), count = bytes_take_number(left);
    size_t size;
    *replications += count;
    if (samples->count == 0) return NULL;
    if (left->failed || first < samples->first || first - samples->first > samples->count ||
        count > samples->count - (first - samples->first))
        return wrong();
    for (size_t i = 0; i < samples->cells + samples->inputs; i++) {
        void *to = samples_stretch(samples, i, first, count, &size);
        if (to != NULL) bytes_take_items(left, to, size, 1);
    }
    return NULL;
}

static struct fault *take_all(struct bytes_left *left, struct accumulator *accumulator, uint64_t *chunks)
{
    /* what is kept is decided for the whole run, not by how far this part is */
    const struct retention retention = accumulator->retention;
    const uint64_t size = bytes_take_number(left);
    struct bytes_left statistics = {.size = (size_t)size};
    uint64_t replications = 0;
    statistics.at = bytes_take(left, (size_t)size);
    if (left->failed) return wrong();
    TRY(accumulator_take(accumulator, &statistics));
    accumulator->retention = retention;
    const uint64_t stretches = bytes_take_number(left);
    for (uint64_t i = 0; i < stretches && !left->failed; i++)
        TRY(take_samples(left, &accumulator->samples, &replications));
    *chunks = chunks_of(replications);
    return left->failed || left->size > 0 ? wrong() : NULL;
}

struct fault *part_add(struct bytes_left *left, struct accumulator *accumulator, uint64_t *chunks)
{
    const uint64_t code = bytes_take_number(left);
    char *sentence = bytes_take_text(left);
    struct fault *fault = NULL;
    *chunks = 0;
    if (left->failed)
        fault = left->no_memory ? fault_no_memory() : wrong();
    else if (left->size > 0)
        fault = take_all(left, accumulator, chunks);
    if (fault == NULL && code != 0)
        fault = fault_raise((enum fault_code)code, "%s", sentence == NULL ? "a part of the run failed" : sentence);
    free(sentence);
    return fault;
}
