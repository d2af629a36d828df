/* sim/run/accumulator.c -- see accumulator.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/accumulator.h"
#include "sim/run/chunks.h"

#include <stdatomic.h>
#include <stdlib.h>

struct fault *accumulator_open(const struct simulation *simulation, int threads, uint64_t limit, uint64_t memory,
                               struct accumulator *accumulator)
{
    *accumulator = (struct accumulator){.simulation = simulation, .threads = threads, .limit = limit, .memory = memory};
    return tally_open(0, world_cells(simulation->world), &accumulator->tally);
}

struct fault *accumulator_open_part(const struct simulation *simulation, int threads, uint64_t first, uint64_t limit,
                                    uint64_t whole, struct accumulator *accumulator)
{
    struct fault *fault = accumulator_open(simulation, threads, limit, simulation->memory, accumulator);
    accumulator->first = accumulator->replications = first;
    accumulator->whole = whole;
    return fault;
}

void accumulator_close(struct accumulator *accumulator)
{
    tally_close(accumulator->tally);
    sketches_close(accumulator->sketches);
    samples_free(&accumulator->samples);
    spool_close(accumulator->spool);
}

/* Before which replication the last one ends that is in. */
static uint64_t reach_of(const struct accumulator *accumulator)
{
    uint64_t first, end = accumulator->first / LANES_PER_CHUNK;
    while (tally_next(accumulator->tally, end, true, &first, &end)) continue;
    const uint64_t reach = end * LANES_PER_CHUNK;
    return reach < accumulator->limit ? reach : accumulator->limit;
}

/* How many replications may be kept alike; of what is to be poured into sketches at once, those that are in. */
static uint64_t room_of(const struct accumulator *accumulator)
{
    const struct simulation *simulation = accumulator->simulation;
    const struct retention *retention = &accumulator->retention;
    const bool grows = simulation->goals.count == 0 && !retention->sketched &&
                       retention_of(simulation, accumulator->limit, accumulator->memory).sketched;
    return grows ? retention->replications : retention_room(simulation, retention, accumulator->limit);
}

/* The spool for what the rows are not, with that room; or none. */
static struct fault *keep_spool(struct accumulator *accumulator, const bool keep[], uint64_t room, bool wanted)
{
    const size_t cells = world_cells(accumulator->simulation->world);
    if (wanted && accumulator->spool != NULL) return spool_extend(accumulator->spool, room);
    if (wanted) return spool_open(cells, keep, accumulator->first, room, accumulator->place, &accumulator->spool);
    spool_close(accumulator->spool);
    accumulator->spool = NULL;
    return NULL;
}

/* Samples of what is to be kept, with room for as many replications as are kept alike; those that are in move over. */
static struct fault *keep_samples(struct accumulator *accumulator)
{
    const struct simulation *simulation = accumulator->simulation;
    const struct retention *retention = &accumulator->retention;
    struct samples *samples = &accumulator->samples;
    const size_t cells = world_cells(simulation->world);
    const size_t inputs = retention->inputs ? store_inputs(simulation->plan.store) : 0;
    const uint64_t room = room_of(accumulator) - accumulator->first;
    if (retention_rows(simulation, retention) == 0) {
        samples_free(samples);
        return keep_spool(accumulator, NULL, room, false);
    }
    bool *keep = calloc(cells + 1, sizeof *keep);
    if (keep == NULL) return fault_no_memory();
    retention_cells(simulation, retention, keep);
    const bool spooled = !retention->sketched && accumulator->place.folder != NULL && accumulator->crew == NULL;
    const bool *some = retention->sketched || spooled ? keep : NULL;
    struct fault *fault = samples->count > 0
                              ? samples_refit(samples, room, some, inputs, reach_of(accumulator) - accumulator->first)
                          : some == NULL ? samples_init(samples, room, cells, inputs)
                                         : samples_init_some(samples, room, cells, some, inputs);
    samples->first = accumulator->first;
    if (fault == NULL) fault = keep_spool(accumulator, keep, room, spooled);
    free(keep);
    return fault;
}

size_t accumulator_rows(const struct accumulator *accumulator)
{
    const struct samples *samples = &accumulator->samples;
    size_t rows = accumulator->spool == NULL ? 0 : spool_rows(accumulator->spool);
    for (size_t c = 0; c < samples->cells && samples->count > 0; c++) rows += samples_of(samples, c) != NULL;
    return rows;
}

struct fault *accumulator_samples(const struct accumulator *accumulator, size_t cell, size_t end, uint64_t first,
                                  uint64_t count, float work[], const float *row[])
{
    const struct samples *samples = &accumulator->samples;
    const struct spool *spool = accumulator->spool;
    size_t size;
    for (size_t c = cell; c < end; c++)
        row[c - cell] = spool != NULL && spool_holds(spool, c) ? work + (c - cell) * count
                                                               : samples_stretch(samples, c, first, count, &size);
    return spool == NULL ? NULL : spool_read(spool, cell, end, first, count, work);
}

/* Samples of replications that are in, for sketches_pour_from. */
struct stretch {
    const struct accumulator *accumulator;
    uint64_t first, count;
};

static struct fault *stretch_rows(void *context, size_t cell, size_t end, float work[], const float *row[])
{
    const struct stretch *stretch = context;
    return accumulator_samples(stretch->accumulator, cell, end, stretch->first, stretch->count, work, row);
}

/* The samples of all that is in, into sketches. */
static struct fault *pour(struct accumulator *accumulator)
{
    uint64_t first, end = accumulator->first / LANES_PER_CHUNK;
    while (tally_next(accumulator->tally, end, true, &first, &end)) {
        const uint64_t stop = end * LANES_PER_CHUNK, reach = reach_of(accumulator);
        struct stretch stretch = {accumulator, first * LANES_PER_CHUNK, 0};
        stretch.count = (stop < reach ? stop : reach) - stretch.first;
        const struct sketches_source source = {stretch.count, spool_cells_at_once(stretch.count), stretch_rows,
                                               &stretch};
        TRY(sketches_pour_from(accumulator->sketches, &source, accumulator->threads));
    }
    return NULL;
}

/* Makes room for what accumulator->retention says. */
static struct fault *make_room(struct accumulator *accumulator)
{
    const struct retention *retention = &accumulator->retention;
    const bool crosses = retention->sketched && accumulator->sketches == NULL;
    const uint64_t room = accumulator->first + accumulator->samples.count;
    if (crosses) TRY(sketches_open(world_cells(accumulator->simulation->world), &accumulator->sketches));
    if (crosses) TRY(pour(accumulator));
    if (!crosses && (room >= retention->replications || room == accumulator->limit)) return NULL;
    return keep_samples(accumulator);
}

/* Why a loop over chunks ends before all are done. */
struct pause {
    const struct ensemble_watch *watch;
    const struct accumulator_keeper *keeper;
    const struct chunks *chunks;
    atomic_bool asked; /* by the watch */
    atomic_bool some;  /* at least one chunk is done, so that it gets on, however often the keeper asks */
};

static bool pause_stop(void *context)
{
    struct pause *pause = context;
    const struct ensemble_watch *watch = pause->watch;
    if (watch != NULL && watch->stop != NULL && watch->stop(watch->context)) pause->asked = true;
    return pause->asked || (pause->some && pause->keeper != NULL && pause->keeper->due(pause->keeper->context));
}

static void pause_progress(void *context, uint64_t done, uint64_t all)
{
    struct pause *pause = context;
    const struct ensemble_watch *watch = pause->watch;
    pause->some = true;
    if (watch != NULL && watch->progress != NULL) watch->progress(watch->context, done, all);
}

/* The progress of chunks that are shared out, as part of the whole. */
static void shared_progress(void *context, uint64_t done, uint64_t all)
{
    const struct pause *pause = context;
    (void)all;
    if (pause->watch != NULL && pause->watch->progress != NULL)
        pause->watch->progress(pause->watch->context, pause->chunks->done + done, pause->chunks->expected);
}

static bool shared_stop(void *context)
{
    const struct pause *pause = context;
    return pause->watch != NULL && pause->watch->stop != NULL && pause->watch->stop(pause->watch->context);
}

/* Has the chunks simulated by all processes. No pause is needed: what is in can be kept beside what is not. */
static struct fault *share(struct accumulator *accumulator, struct pause *pause)
{
    const struct accumulator_crew *crew = accumulator->crew;
    const struct accumulator_keeper *keeper = accumulator->keeper;
    const struct ensemble_watch watch = {shared_stop, shared_progress, pause};
    struct fault *fault =
        crew->simulate(crew->context, accumulator, pause->chunks->first, pause->chunks->replications, &watch);
    if (fault != NULL && fault->code == FAULT_INTERRUPTED && keeper != NULL) keeper->keep(keeper->context, accumulator);
    return fault;
}

/* Simulates the chunks up to a pause, if there is one. */
static struct fault *simulate_on(struct accumulator *accumulator, struct chunks *chunks, struct pause *pause)
{
    const struct accumulator_keeper *keeper = accumulator->keeper;
    const struct ensemble_watch watch = {pause_stop, pause_progress, pause};
    pause->some = false;
    pause->chunks = chunks;
    if (accumulator->crew != NULL) return share(accumulator, pause);
    struct fault *fault = chunks_simulate(chunks, accumulator->threads, &watch);
    if (fault == NULL || fault->code != FAULT_INTERRUPTED || keeper == NULL) return fault;
    keeper->keep(keeper->context, accumulator);
    if (pause->asked) return fault;
    fault_free(fault);
    return NULL;
}

/* Simulates what is missing before `replications`. */
static struct fault *simulate_gaps(struct accumulator *accumulator, uint64_t replications, uint64_t expected,
                                   struct pause *pause)
{
    const uint64_t begin = accumulator->first / LANES_PER_CHUNK, all = chunks_of(expected) - begin;
    const struct kernels *kernels = accumulator->simulation->kernels;
    uint64_t first, end;
    while (tally_next(accumulator->tally, begin, false, &first, &end) && first * LANES_PER_CHUNK < replications) {
        const uint64_t stop = end * LANES_PER_CHUNK;
        struct chunks chunks = {.world = accumulator->simulation->world,
                                .first = first,
                                .done = first - begin,
                                .expected = all,
                                .replications = stop < replications ? stop : replications};
        chunks.sink[chunks.sinks++] = kernels->tally(accumulator->tally);
        if (accumulator->samples.count > 0) chunks.sink[chunks.sinks++] = kernels->samples(&accumulator->samples);
        if (accumulator->spool != NULL) chunks.sink[chunks.sinks++] = spool_sink(accumulator->spool);
        if (accumulator->sketches != NULL) chunks.sink[chunks.sinks++] = kernels->sketches(accumulator->sketches);
        TRY(simulate_on(accumulator, &chunks, pause));
    }
    accumulator->replications = replications;
    return NULL;
}

struct fault *accumulator_simulate(struct accumulator *accumulator, uint64_t replications, uint64_t expected,
                                   const struct ensemble_watch *watch)
{
    const uint64_t whole = accumulator->whole > 0 ? accumulator->whole : replications;
    const struct accumulator_keeper *keeper = accumulator->keeper;
    struct pause pause = {.watch = watch, .keeper = keeper};
    accumulator->retention = retention_of(accumulator->simulation, whole, accumulator->memory);
    TRY(make_room(accumulator));
    TRY(tally_extend(accumulator->tally, replications));
    /* what is kept in the end is whole chunks, of which sketches cannot be rid of any others */
    const uint64_t last = replications % LANES_PER_CHUNK;
    if (keeper != NULL && accumulator->sketches != NULL && last != 0 && !accumulator_has_last(accumulator)) {
        TRY(simulate_gaps(accumulator, replications - last, expected, &pause));
        if (keeper->at_end) keeper->keep(keeper->context, accumulator);
    }
    return simulate_gaps(accumulator, replications, expected, &pause);
}

bool accumulator_has_last(const struct accumulator *accumulator)
{
    return tally_has_last(accumulator->tally);
}

struct fault *accumulator_put(const struct accumulator *accumulator, bool last, struct bytes *bytes)
{
    const bool sketched = accumulator->sketches != NULL;
    if (sketched && !last && accumulator_has_last(accumulator))
        return fault_raise(FAULT_MACHINE,
                           "the last replications are counted among all others, which should not happen");
    const uint64_t reach = reach_of(accumulator);
    bytes_put_number(bytes, last ? reach : reach / LANES_PER_CHUNK * LANES_PER_CHUNK);
    bytes_put_number(bytes, sketched);
    bytes_put_number(bytes, accumulator->retention.inputs);
    TRY(tally_put(accumulator->tally, last, bytes));
    if (sketched) sketches_put(accumulator->sketches, bytes);
    return bytes_fault(bytes);
}

static struct fault *check_causes(const struct accumulator *accumulator)
{
    const struct invalid_replication *invalid;
    const size_t invalids = tally_invalid(accumulator->tally, &invalid);
    for (size_t i = 0; i < invalids; i++)
        if ((size_t)invalid[i].cause >= accumulator->simulation->outcomes.count)
            return fault_raise(FAULT_FILES, "an invalid replication has outcome %d as its cause, of %zu",
                               invalid[i].cause, accumulator->simulation->outcomes.count);
    return NULL;
}

/* What is kept of what came in, and room for it. */
static struct fault *take_retention(struct accumulator *accumulator, struct bytes_left *left)
{
    const uint64_t reach = bytes_take_number(left), sketched = bytes_take_number(left),
                   inputs = bytes_take_number(left);
    struct retention retention = retention_of(accumulator->simulation, reach, accumulator->memory);
    const bool holds = accumulator->sketches != NULL;
    if (left->failed || reach < accumulator->first || reach > accumulator->limit || sketched > 1 || inputs > 1 ||
        (retention.sketched && sketched == 0))
        return fault_raise(FAULT_FILES, "it does not say how far it is");
    if (holds && sketched == 0)
        return fault_raise(FAULT_FILES, "it has samples of all outcomes where another part has none");
    retention.sketched = sketched == 1;
    retention.inputs = inputs == 1;
    accumulator->retention = retention;
    if (sketched == 1 && !holds)
        TRY(sketches_open(world_cells(accumulator->simulation->world), &accumulator->sketches));
    if (accumulator->samples.count == 0) TRY(keep_samples(accumulator));
    return reach > tally_replications(accumulator->tally) ? tally_extend(accumulator->tally, reach) : NULL;
}

struct fault *accumulator_take(struct accumulator *accumulator, struct bytes_left *left)
{
    TRY(take_retention(accumulator, left));
    TRY(tally_take(accumulator->tally, left));
    if (accumulator->sketches != NULL) TRY(sketches_take(accumulator->sketches, left));
    if (left->failed || left->size != 0) return fault_raise(FAULT_FILES, "its statistics end where they should not");
    uint64_t first, end;
    const bool gap = tally_next(accumulator->tally, accumulator->first / LANES_PER_CHUNK, false, &first, &end);
    accumulator->replications = gap ? first * LANES_PER_CHUNK : tally_replications(accumulator->tally);
    return check_causes(accumulator);
}
