/* tests/bench/bench_baseline.c -- the whole model of a scenario: zhol against plain scalar C of the same model.
 *
 *   bench_baseline [SCENARIO [REPLICATIONS [REPEATS]]]
 *
 * SCENARIO is tests/bench/kazakhstan.yaml if absent. Prints whether the two agree, path by path at the same draws
 * and in the means of all cells at their own; where zhol spends its processor time, per replication and month; that of
 * both on one thread; what a second thread brings; and the memory. The plain model keeps means and variances of some
 * outcomes, zhol more outcomes, four moments and all samples. Times are reported, never judged: the status is 1 only if
 * the two disagree.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/ensemble.h"
#include "sim/run/spool.h"
#include "sim/statistics/samples.h"
#include "sim/statistics/tally.h"
#include "tests/bench/bench.h"
#include "tests/bench/plain_model.h"

#include <float.h>
#include <gsl/gsl_errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#ifndef ZHOL_BENCH
#define ZHOL_BENCH "tests/bench"
#endif
#define BOUND         5.0 /* standard errors between means */
#define MOST_KURTOSIS 10.0
#define PATH_BOUND    1e-9 /* between cells of one path, as a share of them */

enum {
    MOST_REPEATS = 15,
    REPLICATIONS = 10240,
    LEAST_REPLICATIONS = 1024,
    PLAIN_SHARE = 10,
    PATH_BLOCKS = 4,
    QUANTILES = 5
};
enum { SEED = 20190911, PLAIN_SEED = 1 };

static const double probability[QUANTILES] = {0.05, 0.25, 0.5, 0.75, 0.95};
static int repeats = 7; /* measurements, of which medians are printed */

struct opened {
    struct bench_scenario zhol;
    struct plain_model *plain;
    size_t years;
    size_t *outcome; /* [plain->outputs] of the world */
};

static void *need(void *memory)
{
    if (memory == NULL) bench_must(fault_no_memory());
    return memory;
}

static void *zeros(size_t count, size_t size)
{
    return need(calloc(count + 1, size));
}

static void open_scenario(struct opened *opened, const char *file)
{
    *opened = (struct opened){0};
    bench_open_calm(&opened->zhol, file, SEED); /* the plain program knows no events */
    bench_must(plain_open(opened->zhol.scenario, &opened->plain));
    opened->years = world_years(opened->zhol.world);
    opened->outcome = zeros(opened->plain->outputs, sizeof *opened->outcome);
    for (size_t o = 0; o < opened->plain->outputs; o++) {
        opened->outcome[o] = outcomes_find(&opened->zhol.outcomes, opened->plain->output[o]);
        if (opened->outcome[o] < opened->zhol.outcomes.count) continue;
        fprintf(stderr, "bench_baseline: zhol reports no %s\n", opened->plain->output[o]);
        exit(EXIT_FAILURE);
    }
}

static void close_scenario(struct opened *opened)
{
    free(opened->outcome);
    plain_close(opened->plain);
    bench_close(&opened->zhol);
}

/* The world's cell of an output of the plain model and a year. */
static size_t cell_of(const struct opened *opened, size_t output, size_t year)
{
    return opened->outcome[output] * (opened->years + 1) + year;
}

/* ---- clocks ---- */

/* What was measured several times, sorted by settle(). */
struct timing {
    double each[MOST_REPEATS];
    double median;
};

static void settle(struct timing *timing)
{
    bench_sort((size_t)repeats, timing->each);
    timing->median = timing->each[repeats / 2];
}

/* ---- zhol as its command runs it ---- */

struct loop {
    const struct world *world;
    uint64_t replications;
    struct sink sink[2];
};

static struct fault *loop_open(void *context, void **thread_state)
{
    const struct loop *loop = context;
    struct world_state *state = NULL;
    struct fault *fault = world_open(loop->world, &state);
    *thread_state = state;
    return fault;
}

static void loop_close(void *context, void *thread_state)
{
    (void)context;
    world_close(thread_state);
}

static struct fault *loop_chunk(void *context, void *thread_state, uint64_t chunk)
{
    const struct loop *loop = context;
    for (uint64_t block = 0; block < BLOCKS_PER_CHUNK; block++) {
        const uint64_t first = chunk * LANES_PER_CHUNK + block * LANES;
        if (first >= loop->replications) break;
        struct block_result result;
        world_simulate(thread_state, first, LANES, &result);
        for (size_t s = 0; s < 2; s++) TRY(loop->sink[s].block(loop->sink[s].self, &result));
    }
    return NULL;
}

struct selection {
    const struct samples *samples;
    struct quantile_estimate *out;
};

static struct fault *selection_open(void *context, void **thread_state)
{
    const struct selection *selection = context;
    *thread_state = malloc((selection->samples->count + 1) * sizeof(float));
    return *thread_state == NULL ? fault_no_memory() : NULL;
}

static struct fault *selection_cell(void *context, void *thread_state, uint64_t cell)
{
    const struct selection *selection = context;
    const struct samples *samples = selection->samples;
    quantiles_estimate(samples->count, samples->value + cell * samples->count, thread_state, QUANTILES, probability,
                       selection->out + cell * QUANTILES);
    return NULL;
}

static void selection_close(void *context, void *thread_state)
{
    (void)context;
    free(thread_state);
}

/* Seconds on the wall, and of the calling thread's processor, without and for the quantiles. */
struct spent {
    double wall, processor, quantile_wall, quantile_processor;
};

/* Simulates and reduces; moments[cells] unless NULL. */
static struct spent zhol_run(const struct opened *opened, uint64_t replications, int threads, struct moments moments[])
{
    const size_t cells = world_cells(opened->zhol.world);
    struct tally *tally = NULL;
    struct samples samples;
    struct moments *total = moments == NULL ? zeros(cells, sizeof *total) : moments;
    struct quantile_estimate *quantile = zeros(cells * QUANTILES, sizeof *quantile);
    const double wall = bench_seconds(CLOCK_MONOTONIC), processor = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
    bench_must(samples_init(&samples, replications, cells, store_inputs(opened->zhol.plan.store)));
    bench_must(tally_open(replications, cells, &tally));
    struct loop loop = {opened->zhol.world, replications, {tally_sink(tally), samples_sink(&samples)}};
    const struct ensemble_body body = {loop_open, loop_chunk, loop_close, &loop};
    bench_must(ensemble_for(chunks_of(replications), threads, &body, NULL));
    bench_must(tally_total(tally, total));
    const double then_wall = bench_seconds(CLOCK_MONOTONIC), then_processor = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
    struct selection selection = {&samples, quantile};
    const struct ensemble_body select = {selection_open, selection_cell, selection_close, &selection};
    bench_must(ensemble_for(cells, threads, &select, NULL));
    const struct spent spent = {then_wall - wall, then_processor - processor,
                                bench_seconds(CLOCK_MONOTONIC) - then_wall,
                                bench_seconds(CLOCK_THREAD_CPUTIME_ID) - then_processor};
    tally_close(tally);
    samples_free(&samples);
    free(quantile);
    if (moments == NULL) free(total);
    return spent;
}

/* ---- agreement of means ---- */

/* The parts of the model, by the first word of a cell's name. */
enum { DRIVERS, FLOWS, ROUTES, LEGS, PARTS };
static const char *const part_name[PARTS] = {"drivers", "flows", "routes", "legs"};

static int part_of(const char *output)
{
    int part = 0;
    while (part < LEGS && strncmp(output, part_name[part], strlen(part_name[part])) != 0) part++;
    return part;
}

struct agreement {
    size_t cells, random;
    double max, squares; /* of |z| */
    size_t output, year; /* the worst */
};

static void agree(struct agreement *agreement, double z, size_t output, size_t year)
{
    agreement->cells++;
    if (isinf(z) || z != 0.0) {
        agreement->random++;
        agreement->squares += z * z;
    }
    if (fabs(z) <= agreement->max) return;
    agreement->max = fabs(z);
    agreement->output = output;
    agreement->year = year;
}

/* A difference in standard errors; 0 where both are the same but for rounding. */
static double in_errors(double difference, double scale, double error)
{
    if (fabs(difference) <= 1e-9 * scale) return 0.0;
    return error > 0.0 ? difference / error : (double)INFINITY;
}

static double variance_of(const struct plain_moments *moments)
{
    return moments->squares / (moments->count - 1.0);
}

static double mean_apart(const struct moments *a, const struct plain_moments *b)
{
    const double error = hypot(moments_standard_error(a), sqrt(variance_of(b) / b->count));
    return in_errors(a->mean - b->mean, fmax(fabs(a->mean), fabs(b->mean)), error);
}

/* NaN where the tails are so heavy that the sample does not say how far its variance is off. */
static double variance_apart(const struct moments *a, const struct plain_moments *b)
{
    const double variance = a->m2 / a->count, other = b->squares / b->count;
    const double spread = a->m4 / a->count - variance * variance;
    if (!(moments_kurtosis(a) <= MOST_KURTOSIS)) return (double)NAN;
    return in_errors(variance - other, fmax(variance, other), sqrt(spread / a->count + spread / b->count));
}

static void print_agreement(const struct opened *opened, const char *what, const struct agreement *agreement,
                            const struct moments zhol[], const struct plain_moments plain[])
{
    const size_t o = agreement->output, y = agreement->year;
    printf("  %-10s %6zu %8zu %8.2f %8.2f   %s, %d", what, agreement->cells, agreement->random, agreement->max,
           sqrt(agreement->squares / (double)agreement->random), opened->plain->output[o],
           opened->plain->start / 12 + (int)y);
    const struct moments *a = &zhol[cell_of(opened, o, y)];
    const struct plain_moments *b = &plain[o * opened->years + y];
    printf(": %.6g and %.6g\n", a->mean, b->mean);
}

static bool means_agree(const struct opened *opened, size_t replications, const struct moments zhol[])
{
    const struct plain_model *model = opened->plain;
    struct plain_moments *plain = zeros(plain_cells(model), sizeof *plain);
    struct agreement of[PARTS] = {0}, all = {0}, variances = {0};
    const struct plain_options options = {.seed = PLAIN_SEED, .replications = replications, .threads = 2};
    size_t undefined = 0;
    plain_run_o2(model, &options, plain);
    for (size_t o = 0; o < model->outputs; o++)
        for (size_t y = 0; y < opened->years; y++) {
            const struct moments *a = &zhol[cell_of(opened, o, y)];
            const struct plain_moments *b = &plain[o * opened->years + y];
            if (a->undefined > 0.0 || b->count < (double)replications) undefined++;
            const double z = mean_apart(a, b);
            agree(&of[part_of(model->output[o])], z, o, y);
            agree(&all, z, o, y);
            const double spread = variance_apart(a, b);
            if (!isnan(spread)) agree(&variances, spread, o, y);
        }
    printf("Means of %zu replications each, standard errors apart\n", replications);
    printf("  %-10s %6s %8s %8s %8s   %s\n", "", "cells", "differ", "most", "rms",
           "the worst: zhol's and the plain mean");
    for (int part = 0; part < PARTS; part++)
        if (of[part].cells > 0) print_agreement(opened, part_name[part], &of[part], zhol, plain);
    print_agreement(opened, "all", &all, zhol, plain);
    printf("  %-10s %6zu %8zu %8.2f %8.2f   %s, %d (of kurtosis up to %g; not judged)\n", "variances", variances.cells,
           variances.random, variances.max, sqrt(variances.squares / (double)variances.random),
           model->output[variances.output], model->start / 12 + (int)variances.year, MOST_KURTOSIS);
    if (undefined > 0) printf("  %zu cells are undefined in some replications\n", undefined);
    free(plain);
    const bool same = all.max <= BOUND;
    printf("  means: %s\n\n", same ? "the same model" : "DIFFERENT MODELS");
    return same;
}

/* ---- agreement of paths ---- */

/* Which input of zhol each draw of the plain model is. */
static size_t *inputs_find(const struct opened *opened)
{
    const struct plain_model *model = opened->plain;
    const struct store *store = opened->zhol.plan.store;
    size_t *input = zeros(model->draws, sizeof *input);
    for (size_t i = 0; i < model->draws; i++) {
        while (input[i] < store_inputs(store) && strcmp(store_input_name(store, input[i]), model->draw[i].name) != 0)
            input[i]++;
        if (input[i] < store_inputs(store)) continue;
        fprintf(stderr, "bench_baseline: zhol draws no %s\n", model->draw[i].name);
        exit(EXIT_FAILURE);
    }
    return input;
}

/* The levels of all drivers in a block: level[(lane * months + month) * drivers + driver]. */
static void levels_record(const struct opened *opened, struct world_state *state, uint64_t first, double level[])
{
    const struct plain_model *model = opened->plain;
    const struct drivers *drivers = world_drivers(opened->zhol.world);
    const size_t months = (size_t)model->months;
    world_begin(state, first);
    for (size_t m = 0; m < months; m++) {
        world_month(state, (int)m);
        for (size_t d = 0; d < model->drivers; d++) {
            const double *row = drivers_level(world_drivers_state(state), drivers_find(drivers, model->driver[d].name));
            for (size_t l = 0; l < LANES; l++) level[(l * months + m) * model->drivers + d] = row[l];
        }
    }
}

static bool paths_agree(const struct opened *opened, plain_follow *follow, const char *name,
                        const struct moments moments[])
{
    const struct plain_model *model = opened->plain;
    struct world_state *state = NULL;
    size_t *input = inputs_find(opened);
    double *draw = zeros(model->draws, sizeof *draw), *cell = zeros(plain_cells(model), sizeof *cell);
    double *level = zeros((size_t)model->months * model->drivers * LANES, sizeof *level);
    struct agreement all = {0};
    bench_must(world_open(opened->zhol.world, &state));
    for (uint64_t block = 0; block < PATH_BLOCKS; block++) {
        const uint64_t first = block * LANES;
        struct block_result result;
        levels_record(opened, state, first, level);
        world_simulate(state, first, LANES, &result);
        for (size_t l = 0; l < LANES; l++) {
            for (size_t i = 0; i < model->draws; i++) draw[i] = result.input[input[i]][l];
            follow(model, draw, level + l * (size_t)model->months * model->drivers, cell);
            for (size_t o = model->drivers; o < model->outputs; o++)
                for (size_t y = 0; y < opened->years; y++) {
                    const double a = result.cell[cell_of(opened, o, y)][l], b = cell[o * opened->years + y];
                    const double scale = fmax(fabs(moments[cell_of(opened, o, y)].mean), fmax(fabs(a), fabs(b)));
                    agree(&all, a == b ? 0.0 : fabs(a - b) / scale, o, y);
                }
        }
    }
    printf("  %-31s %d paths, %zu cells, at most %.1e of a cell apart: %s, %d\n", name, PATH_BLOCKS * LANES, all.cells,
           all.max, model->output[all.output], model->start / 12 + (int)all.year);
    world_close(state);
    free(input);
    free(draw);
    free(cell);
    free(level);
    return all.max <= PATH_BOUND;
}

/* ---- where the time goes ---- */

/* Each level does what the one before does, and one thing more; the differences are what the things take. */
enum { WITH_DRIVERS, WITH_DEMAND, WITH_NETWORK, WITH_MONTH, WITH_FOLDING, WITH_TALLY, WITH_SAMPLES, LEVELS };

/* A thread's states, and what takes in results. */
struct levels {
    const struct opened *opened;
    struct arena arena;
    struct rows *rows;
    struct drivers_state *drivers;
    struct flows_state *flows, *alone; /* connected to the network, and to a row that stays as it is */
    struct network_state *network;
    struct world_state *world;
    struct sink sink[3];
};

static void levels_open(struct levels *levels, const struct opened *opened)
{
    static const _Alignas(LANES_ALIGNMENT) double still[LANES];
    const struct flows *flows = world_flows(opened->zhol.world);
    *levels = (struct levels){.opened = opened};
    bench_must(rows_open(opened->zhol.plan.store, &levels->arena, &levels->rows));
    bench_must(drivers_open(world_drivers(opened->zhol.world), &levels->arena, &levels->drivers));
    bench_must(flows_open(flows, &levels->arena, &levels->flows));
    bench_must(flows_open(flows, &levels->arena, &levels->alone));
    bench_must(network_open(world_network(opened->zhol.world), &levels->arena, &levels->network));
    bench_must(world_open(opened->zhol.world, &levels->world));
    network_connect(levels->network, levels->flows);
    for (size_t f = 0; f < flows_count(flows); f++) flows_connect(levels->alone, f, still);
}

static void levels_close(struct levels *levels)
{
    arena_free(&levels->arena);
    world_close(levels->world);
}

static void steps_block(struct levels *levels, int level, uint64_t first)
{
    const struct calendar *calendar = &levels->opened->zhol.plan.calendar;
    struct flows_state *flows = level >= WITH_NETWORK ? levels->flows : levels->alone;
    rows_start(levels->rows, first);
    rows_step(levels->rows, calendar->base);
    drivers_start(levels->drivers, levels->rows, first);
    if (level >= WITH_NETWORK) network_start(levels->network, levels->rows, levels->drivers);
    if (level >= WITH_DEMAND) flows_start(flows, levels->rows);
    for (int m = 0; m < calendar->months; m++) {
        rows_step(levels->rows, calendar->start + m);
        drivers_step(levels->drivers, levels->rows, m);
        if (level >= WITH_DEMAND) flows_step(flows, levels->rows, levels->drivers, m);
        if (level >= WITH_NETWORK) network_step(levels->network, levels->rows, levels->drivers, flows, m);
    }
}

static void level_block(struct levels *levels, int level, uint64_t first)
{
    struct block_result result;
    if (level < WITH_MONTH) {
        steps_block(levels, level, first);
    } else if (level == WITH_MONTH) {
        world_begin(levels->world, first);
        for (int m = 0; m < levels->opened->zhol.plan.calendar.months; m++) world_month(levels->world, m);
    } else {
        world_simulate(levels->world, first, LANES, &result);
        const int sinks = level - WITH_FOLDING + (level >= WITH_SAMPLES ? 1 : 0); /* samples are in two of them */
        for (int s = 0; s < sinks; s++) bench_must(levels->sink[s].block(levels->sink[s].self, &result));
    }
}

/* What follows the levels: the first touch of the samples' memory, which is the system's, and the quantiles. */
enum { TOUCH = LEVELS, QUANTILE, ROWS };

static double processor_ns(double since, double steps)
{
    return 1e9 * (bench_seconds(CLOCK_THREAD_CPUTIME_ID) - since) / steps;
}

static double quantiles_ns(const struct samples *samples, const struct spool *spool, double steps)
{
    const size_t at_once = spool_cells_at_once(samples->count);
    float *work = zeros(samples->count, sizeof *work), *read = zeros(at_once * samples->count, sizeof *read);
    struct quantile_estimate *out = zeros(QUANTILES, sizeof *out);
    const double since = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
    for (size_t cell = 0; cell < samples->cells; cell += at_once) {
        const size_t end = cell + at_once < samples->cells ? cell + at_once : samples->cells;
        bench_must(spool_read(spool, cell, end, 0, samples->count, read));
        for (size_t c = cell; c < end; c++) {
            const float *row = spool_holds(spool, c) ? read + (c - cell) * samples->count : samples_of(samples, c);
            quantiles_estimate(samples->count, row, work, QUANTILES, probability, out);
        }
    }
    const double spent = processor_ns(since, steps);
    free(work);
    free(read);
    free(out);
    return spent;
}

/* Where a run has its samples: those that its result will hold, and the others. */
static void samples_open(const struct bench_scenario *zhol, size_t replications, struct samples *samples,
                         struct spool **spool)
{
    const size_t cells = world_cells(zhol->world), periods = cells / zhol->outcomes.count;
    const struct spool_place place = {"/tmp", SPOOL_MEMORY};
    bool *keep = zeros(cells, sizeof *keep);
    for (size_t c = 0; c < cells; c++)
        keep[c] = c % periods == periods - 1 || zhol->outcomes.item[c / periods].kind->sampled;
    bench_must(samples_init_some(samples, replications, cells, keep, store_inputs(zhol->plan.store)));
    bench_must(spool_open(cells, keep, 0, replications, place, spool));
    free(keep);
}

/* ns[ROWS]: sets the level's, and with the samples those that follow. */
static void level_measure(struct levels *levels, int level, size_t replications, double ns[])
{
    const size_t cells = world_cells(levels->opened->zhol.world);
    const double steps = (double)replications * levels->opened->zhol.plan.calendar.months;
    struct tally *tally = NULL;
    struct samples samples = {0};
    struct spool *spool = NULL;
    if (level >= WITH_SAMPLES) {
        samples_open(&levels->opened->zhol, replications, &samples, &spool);
        levels->sink[1] = samples_sink(&samples);
        levels->sink[2] = spool_sink(spool);
        const double since = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
        memset(samples.value, 0, (cells - spool_rows(spool)) * replications * sizeof *samples.value);
        ns[TOUCH] = processor_ns(since, steps);
    }
    const double since = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
    if (level >= WITH_TALLY) {
        bench_must(tally_open(replications, cells, &tally));
        levels->sink[0] = tally_sink(tally);
    }
    for (uint64_t first = 0; first < replications; first += LANES) level_block(levels, level, first);
    ns[level] = processor_ns(since, steps);
    if (level >= WITH_SAMPLES) ns[QUANTILE] = quantiles_ns(&samples, spool, steps);
    if (tally != NULL) tally_close(tally);
    if (level >= WITH_SAMPLES) samples_free(&samples);
    spool_close(spool);
}

/* Returns the time of what the plain model has not. */
static double print_breakdown(const struct opened *opened, size_t replications)
{
    static const char *const name[ROWS] = {"quantities, draws, drivers",
                                           "demand",
                                           "network: costs, choice, queues",
                                           "energy, accounts, indices, thresholds",
                                           "folding into years",
                                           "moments (tally)",
                                           "samples",
                                           "first touch of their memory",
                                           "quantiles"};
    struct timing timing[ROWS];
    struct levels levels;
    levels_open(&levels, opened);
    for (int repeat = 0; repeat < repeats; repeat++) {
        double ns[ROWS];
        for (int level = 0; level < LEVELS; level++) level_measure(&levels, level, replications, ns);
        for (int row = 0; row < ROWS; row++) timing[row].each[repeat] = ns[row];
    }
    levels_close(&levels);
    for (int row = 0; row < ROWS; row++) settle(&timing[row]);
    const double all = timing[LEVELS - 1].median + timing[TOUCH].median + timing[QUANTILE].median;
    printf("Where zhol's time goes, one thread, ns per replication and month (differences of medians of %d in turn)\n",
           repeats);
    for (int row = 0; row < ROWS; row++) {
        const double ns = timing[row].median - (row > 0 && row < LEVELS ? timing[row - 1].median : 0.0);
        printf("  %-31s %8.1f %6.1f %%\n", name[row], ns, 100.0 * ns / all);
    }
    printf("  %-31s %8.1f\n\n", "all", all);
    return timing[WITH_MONTH].median - timing[WITH_NETWORK].median + timing[WITH_SAMPLES].median -
           timing[WITH_TALLY].median + timing[TOUCH].median;
}

/* ---- times ---- */

enum { ZHOL, PLAIN_O2, PLAIN_NATIVE, LEAN_O2, LEAN_NATIVE, PROGRAMS };

static double program_ns(int program, const struct opened *opened, size_t replications)
{
    static const struct {
        plain_run *run;
        bool lean;
    } plain[PROGRAMS] = {[PLAIN_O2] = {plain_run_o2, false},
                         [PLAIN_NATIVE] = {plain_run_native, false},
                         [LEAN_O2] = {plain_run_o2, true},
                         [LEAN_NATIVE] = {plain_run_native, true}};
    const double months = (double)opened->plain->months;
    if (program == ZHOL)
        return 1e9 * zhol_run(opened, replications, 1, NULL).processor / ((double)replications * months);
    const size_t fewer = replications / PLAIN_SHARE;
    const struct plain_options options = {
        .seed = PLAIN_SEED, .replications = fewer, .threads = 1, .lean = plain[program].lean};
    struct plain_moments *moments = zeros(plain_cells(opened->plain), sizeof *moments);
    const double before = bench_seconds(CLOCK_THREAD_CPUTIME_ID);
    plain[program].run(opened->plain, &options, moments);
    const double spent = bench_seconds(CLOCK_THREAD_CPUTIME_ID) - before;
    free(moments);
    return 1e9 * spent / ((double)fewer * months);
}

/* Takes the programs in turn, so that a slow minute of the machine falls on all of them. lacks: what zhol spends on
 * what the plain model has not. */
static void print_times(const struct opened *opened, size_t replications, double lacks)
{
    static const char *const name[PROGRAMS] = {"zhol, as built", "plain, -O2", "plain, -O3 -march=native",
                                               "plain, lean, -O2", "plain, lean, -O3 -march=native"};
    struct timing timing[PROGRAMS];
    for (int repeat = 0; repeat < repeats; repeat++)
        for (int program = 0; program < PROGRAMS; program++)
            timing[program].each[repeat] = program_ns(program, opened, replications);
    for (int program = 0; program < PROGRAMS; program++) settle(&timing[program]);
    const double zhol = timing[ZHOL].median, comparable = zhol - lacks;
    printf("Processor time of one thread, ns per replication and month, median of %d in turn\n", repeats);
    printf("  %-31s %8s %8s %8s   %14s %26s\n", "", "", "least", "most", "times zhol's", "times its comparable part");
    for (int program = 0; program < PROGRAMS; program++) {
        const struct timing *of = &timing[program];
        printf("  %-31s %8.1f %8.1f %8.1f   %14.2f %26.2f\n", name[program], of->median, of->each[0],
               of->each[repeats - 1], of->median / zhol, of->median / comparable);
    }
    printf("  comparable part: %.1f, less samples, the touch of their memory and energy and accounts, which the plain "
           "model has not\n",
           comparable);
    printf("  lean: sweeps are left out once no delay changes, which moves no number; zhol does so for %d replications "
           "at once\n\n",
           LANES);
}

/* ---- threads and memory ---- */

static void print_scaling(const struct opened *opened, size_t replications)
{
    enum { ALONE, BOTH, COUNTS };
    struct timing loop[COUNTS], whole[COUNTS];
    for (int repeat = 0; repeat < repeats; repeat++)
        for (int count = 0; count < COUNTS; count++) {
            const struct spent spent = zhol_run(opened, replications, 1 + count, NULL);
            loop[count].each[repeat] = spent.wall;
            whole[count].each[repeat] = spent.wall + spent.quantile_wall;
        }
    for (int count = 0; count < COUNTS; count++) {
        settle(&loop[count]);
        settle(&whole[count]);
    }
    printf("Wall time of zhol, %zu replications, s, median of %d in turn (least, most)\n", replications, repeats);
    struct timing *const row[2] = {loop, whole};
    static const char *const name[2] = {"simulation, moments, samples", "with the quantiles"};
    for (int i = 0; i < 2; i++)
        printf("  %-31s one thread %.3f (%.3f, %.3f)   two threads %.3f (%.3f, %.3f)   %.2f times faster\n", name[i],
               row[i][ALONE].median, row[i][ALONE].each[0], row[i][ALONE].each[repeats - 1], row[i][BOTH].median,
               row[i][BOTH].each[0], row[i][BOTH].each[repeats - 1], row[i][ALONE].median / row[i][BOTH].median);
    printf("\n");
}

/* To be asked before anything else took memory. */
static double peak_mebibytes(void)
{
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    return (double)usage.ru_maxrss / 1024.0;
}

static void print_memory(const struct opened *opened, size_t replications, double peak)
{
    uint64_t bytes = 0;
    const bool known =
        samples_bytes(replications, world_cells(opened->zhol.world), store_inputs(opened->zhol.plan.store), &bytes);
    const double samples = known ? (double)bytes / 1048576.0 : (double)NAN;
    struct world_state *state = NULL;
    bench_must(world_open(opened->zhol.world, &state));
    printf("Memory of zhol, %zu replications on two threads, MiB\n", replications);
    printf("  peak %.1f, of it samples %.1f, the rest %.1f (a thread's state %.1f)\n", peak, samples, peak - samples,
           (double)world_state_bytes(state) / 1048576.0);
    world_close(state);
}

static void print_heading(const struct opened *opened, const char *file)
{
    const struct plain_model *model = opened->plain;
    const char *slash = strrchr(file, '/');
    printf("%s: %d months, %zu drivers, %zu flows, %zu routes, %zu legs; zhol has %zu outcomes (%zu cells), the plain "
           "model %zu (%zu)\n",
           slash == NULL ? file : slash + 1, model->months, model->drivers, model->flows, model->routes, model->legs,
           opened->zhol.outcomes.count, world_cells(opened->zhol.world), model->outputs, plain_cells(model));
    printf("zhol as built: %s lanes of %d replications\n",
           lanes_target_avx512 ? "AVX-512"
           : lanes_target_avx2 ? "AVX2"
                               : "other",
           LANES);
    if (model->left_out[0] != '\0') printf("not in the plain model: %s\n", model->left_out);
    printf("\n");
}

int main(int count, char **argument)
{
    const char *file = count > 1 ? argument[1] : ZHOL_BENCH "/kazakhstan.yaml";
    const long asked = count > 2 ? strtol(argument[2], NULL, 10) : REPLICATIONS;
    const long times = count > 3 ? strtol(argument[3], NULL, 10) : repeats;
    if (count > 4 || asked < LEAST_REPLICATIONS || times < 1 || times > MOST_REPEATS) {
        fprintf(
            stderr,
            "usage: bench_baseline [SCENARIO [REPLICATIONS [REPEATS]]], %d replications or more, at most %d repeats\n",
            LEAST_REPLICATIONS, MOST_REPEATS);
        return EXIT_FAILURE;
    }
    const size_t replications = ((size_t)asked + LANES - 1) / LANES * LANES;
    repeats = (int)times;
    struct opened opened;
    gsl_set_error_handler_off();
    open_scenario(&opened, file);
    struct moments *zhol = zeros(world_cells(opened.zhol.world), sizeof *zhol);
    zhol_run(&opened, replications, 2, zhol);
    const double peak = peak_mebibytes();
    print_heading(&opened, file);
    printf("Paths at the same draws and drivers\n");
    bool same = paths_agree(&opened, plain_follow_o2, "plain, -O2", zhol);
    same = paths_agree(&opened, plain_follow_native, "plain, -O3 -march=native", zhol) && same;
    printf("  paths: %s\n\n", same ? "the same model" : "DIFFERENT MODELS");
    same = means_agree(&opened, replications, zhol) && same;
    const double lacks = print_breakdown(&opened, replications);
    print_times(&opened, replications, lacks);
    print_scaling(&opened, replications);
    print_memory(&opened, replications, peak);
    free(zhol);
    close_scenario(&opened);
    return same ? EXIT_SUCCESS : EXIT_FAILURE;
}
