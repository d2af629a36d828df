/* sim/batch/batch_decide.c -- see batch_decide.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/batch/batch_decide.h"
#include "output/result/stored.h"
#include "sim/run/chunks.h"
#include "sim/run/simulate.h"
#include "sim/statistics/paired.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of a cell the asked outcomes over the horizon, in the order of goals. */
struct gathered {
    float **value; /* [goals][held] */
    uint64_t held;
};

struct decision {
    struct batch_run *run;
    const struct batch_goals *goals;
    struct gathered *cell; /* [cells] */
    /* of the pair that is farthest from what is asked */
    size_t world, policy, goal, unmet, pairs;
    double ratio; /* its half-width over the one allowed */
    struct precision_state state;
};

static bool has_failed(const struct decision *decision, size_t cell)
{
    return decision->run->cell[cell].state == CELL_FAILED;
}

static struct fault *make_room(const struct batch_goals *goals, struct gathered *cell, uint64_t replications)
{
    if (cell->value == NULL) cell->value = calloc(goals->count, sizeof *cell->value);
    if (cell->value == NULL) return fault_no_memory();
    for (size_t g = 0; g < goals->count; g++) {
        float *grown = reallocarray(cell->value[g], replications, sizeof *grown);
        if (grown == NULL) return fault_no_memory();
        cell->value[g] = grown;
    }
    return NULL;
}

/* From the result that is there, all of its replications or as many as are wanted; *held 0: it has no samples. */
static struct fault *read_samples(const struct cell_run *cell, const struct batch_goals *goals, uint64_t replications,
                                  struct gathered *into)
{
    struct stored *stored = NULL;
    const uint64_t count = cell->there < replications ? cell->there : replications;
    float *all = malloc((cell->there + 1) * sizeof *all);
    bool there = true;
    struct fault *fault = all == NULL ? fault_no_memory() : stored_open(cell->output, &stored);
    for (size_t g = 0; g < goals->count && fault == NULL && there; g++) {
        there = stored_has_samples(stored, false, goals->item[g].outcome);
        if (there && stored_replications(stored) != cell->there)
            fault = fault_raise(FAULT_FILES, "%s has %zu replications; expected %" PRIu64, cell->output,
                                stored_replications(stored), cell->there);
        if (fault == NULL && there) fault = stored_samples(stored, false, goals->item[g].outcome, 1, all);
        if (fault == NULL && there) memcpy(into->value[g], all, count * sizeof *all);
    }
    if (there) into->held = count;
    free(all);
    return stored_close(stored, fault);
}

/* Takes in the asked cells of every block. */
struct catch
{
    const struct gathered *into;
    const size_t *cell; /* [goals] */
    size_t goals;
};

static struct fault *catch_block(void *self, const struct block_result *result)
{
    const struct catch *catch = self;
    for (size_t g = 0; g < catch->goals; g++)
        for (size_t l = 0; l < result->lanes; l++)
            catch->into->value[g][result->first + l] =
                result->failed_month[l] < 0 ? (float)result->cell[catch->cell[g]][l] : __builtin_nanf("");
    return NULL;
}

/* Which cell of the statistics each goal is about. */
static struct fault *find_cells(const struct batch_goals *goals, const struct simulation *simulation, size_t cell[])
{
    const size_t periods = world_years(simulation->world) + 1;
    for (size_t g = 0; g < goals->count; g++) {
        const size_t outcome = outcomes_find(&simulation->outcomes, goals->item[g].outcome);
        cell[g] = outcome * periods + periods - 1;
        if (outcome == simulation->outcomes.count)
            return fault_raise(FAULT_SCENARIO, "the cell has no outcome %s, of which the batch is to know differences",
                               goals->item[g].outcome);
    }
    return NULL;
}

/* Whether a run of the cell keeps the samples that are judged. */
static bool keeps_all(const struct batch_goals *goals, const struct simulation *simulation)
{
    const struct retention retention = retention_of(simulation, simulation->replications, simulation->memory);
    for (size_t g = 0; g < goals->count; g++)
        if (!retention_horizon(simulation, &retention, outcomes_find(&simulation->outcomes, goals->item[g].outcome)))
            return false;
    return true;
}

/* The whole cell, from its checkpoint on, which is left for the time when its result is written. */
static struct fault *simulate_kept_on(const struct decision *decision, size_t index,
                                      const struct simulation *simulation, const size_t cell[],
                                      const struct ensemble_watch *watch)
{
    const struct batch_run *run = decision->run;
    const struct gathered *into = &decision->cell[index];
    struct run_settings settings = *run->settings;
    struct checkpoint checkpoint;
    struct accumulator accumulator = {0};
    settings.replications = run->replications;
    struct fault *fault = checkpoint_open_for(run->cell[index].output, simulation, &settings, &checkpoint);
    checkpoint.interval = run->interval;
    checkpoint.keep = true;
    if (fault == NULL) fault = simulate_accumulate(simulation, settings.threads, &checkpoint, watch, &accumulator);
    for (size_t g = 0; g < decision->goals->count && fault == NULL; g++)
        memcpy(into->value[g], samples_of(&accumulator.samples, cell[g]), simulation->replications * sizeof(float));
    accumulator_close(&accumulator);
    checkpoint_close(&checkpoint);
    return fault;
}

/* What is judged alone, where a run does not keep it. */
static struct fault *simulate_alone(const struct decision *decision, size_t index, const struct simulation *simulation,
                                    const size_t cell[], const struct ensemble_watch *watch)
{
    const struct gathered *into = &decision->cell[index];
    struct catch catch = {into, cell, decision->goals->count};
    const uint64_t begun = into->held / LANES_PER_CHUNK;
    const struct chunks chunks = {.world = simulation->world,
                                  .first = begun,
                                  .done = begun,
                                  .replications = simulation->replications,
                                  .expected = chunks_of(simulation->replications),
                                  .sink = {{&catch, catch_block}},
                                  .sinks = 1};
    return chunks_simulate(&chunks, decision->run->settings->threads, watch);
}

static struct fault *simulate_on(struct decision *decision, size_t index, const struct simulation *simulation)
{
    const struct batch_run *run = decision->run;
    const struct batch_watch *watch = &run->watch;
    size_t *cell = calloc(decision->goals->count + 1, sizeof *cell);
    struct fault *fault = cell == NULL ? fault_no_memory() : find_cells(decision->goals, simulation, cell);
    struct ensemble_watch watched = {.stop = watch->stop, .context = watch->context};
    if (fault == NULL && watch->cell_begin != NULL)
        watched = watch->cell_begin(watch->context, run->batch->cell[index].name);
    if (fault == NULL)
        fault = keeps_all(decision->goals, simulation) ? simulate_kept_on(decision, index, simulation, cell, &watched)
                                                       : simulate_alone(decision, index, simulation, cell, &watched);
    if (watch->cell_end != NULL) watch->cell_end(watch->context);
    if (fault == NULL) decision->cell[index].held = simulation->replications;
    free(cell);
    return fault;
}

/* What a cell has to show at run->replications. */
static struct fault *gather(struct decision *decision, size_t index)
{
    struct batch_run *run = decision->run;
    struct gathered *into = &decision->cell[index];
    struct simulation simulation;
    struct origin origin;
    if (into->held < run->replications) TRY(make_room(decision->goals, into, run->replications));
    if (into->held < run->cell[index].there && into->held < run->replications)
        TRY(read_samples(&run->cell[index], decision->goals, run->replications, into));
    if (into->held >= run->replications) return NULL;
    struct fault *fault = batch_run_open(run, index, &origin, &simulation);
    if (fault == NULL) fault = simulate_on(decision, index, &simulation);
    if (fault != NULL) fault = batch_run_fail(run, index, fault);
    simulation_close(&simulation);
    return fault;
}

static struct precision_state judge_pair(const struct batch_goal *goal, const struct paired *paired,
                                         const struct quantile_estimate *quantile, const struct tail_difference *tail)
{
    const double n = paired->count;
    switch (goal->statistic) {
    case DIFFERENCE_MEAN: return precision_judge(&goal->goal, paired->mean, 0.5 * (paired->high - paired->low), n, n);
    case DIFFERENCE_QUANTILE:
        return precision_judge(&goal->goal, quantile->estimate, 0.5 * (quantile->high - quantile->low), n,
                               n * fmin(goal->goal.at, 1.0 - goal->goal.at));
    case DIFFERENCE_BETTER:
        return precision_judge(&goal->goal, paired->better.estimate, 0.5 * (paired->better.high - paired->better.low),
                               n, n);
    case DIFFERENCE_CVAR_UPPER:
    case DIFFERENCE_CVAR_LOWER: break;
    }
    return precision_judge(&goal->goal, tail->estimate, 0.5 * (tail->high - tail->low), n, n * (1.0 - goal->goal.at));
}

/* How far from what is asked: 1 is just met; infinite without an estimate, or with too few in a tail. */
static double ratio_of(const struct precision_state *state)
{
    if (state->met) return state->allowed > 0.0 ? state->half_width / state->allowed : 0.0;
    const double ratio = state->half_width / state->allowed;
    return ratio > 1.0 ? ratio : (double)INFINITY;
}

/* Of a policy against the base of its world, one goal. */
static struct fault *judge_one(struct decision *decision, size_t world, size_t policy, size_t g)
{
    const struct batch *batch = decision->run->batch;
    const struct batch_goal *goal = &decision->goals->item[g];
    const size_t at = batch_index(batch, world, policy), base = batch_index(batch, world, batch->base_policy);
    const double level = goal->statistic == DIFFERENCE_CVAR_LOWER ? tail_share(goal->goal.at) : goal->goal.at;
    const bool tail = goal->statistic == DIFFERENCE_CVAR_UPPER || goal->statistic == DIFFERENCE_CVAR_LOWER;
    const struct quantiles_asked asked = {goal->statistic == DIFFERENCE_QUANTILE ? 1 : 0, &goal->goal.at, tail ? 1 : 0,
                                          &level};
    struct quantile_estimate quantile, unused;
    struct tail_difference difference;
    struct paired_work work;
    const struct paired_parts parts = {&quantile, &unused, &difference};
    const uint64_t count = decision->run->replications;
    struct fault *fault = paired_work_init(&work, count, &asked);
    if (fault == NULL) {
        const struct paired paired = paired_compare(count, decision->cell[at].value[g], decision->cell[base].value[g],
                                                    goal->better, &asked, &work, &parts);
        const struct precision_state state = judge_pair(goal, &paired, &quantile, &difference);
        const double ratio = ratio_of(&state);
        decision->pairs++;
        decision->unmet += state.met ? 0 : 1;
        if (decision->pairs == 1 || ratio > decision->ratio) {
            decision->world = world;
            decision->policy = policy;
            decision->goal = g;
            decision->ratio = ratio;
            decision->state = state;
        }
    }
    paired_work_free(&work);
    return fault;
}

static struct fault *judge_all(struct decision *decision)
{
    const struct batch *batch = decision->run->batch;
    decision->unmet = decision->pairs = 0;
    for (size_t g = 0; g < decision->goals->count; g++)
        for (size_t w = 0; w < batch->worlds->children; w++)
            for (size_t p = 0; p < batch->policies->children; p++) {
                const struct batch_goal *goal = &decision->goals->item[g];
                if (p == batch->base_policy || (goal->world != BATCH_ANY && goal->world != w) ||
                    (goal->policy != BATCH_ANY && goal->policy != p) ||
                    has_failed(decision, batch_index(batch, w, p)) ||
                    has_failed(decision, batch_index(batch, w, batch->base_policy)))
                    continue;
                TRY(judge_one(decision, w, p, g));
            }
    return NULL;
}

/* "precision: all 42 pairs at 30720 replications, the last mean of npv.national within 10 MUSD of P in W: 9.8 MUSD" */
static struct fault *tell(struct decision *decision)
{
    struct batch_run *run = decision->run;
    const struct batch *batch = run->batch;
    const struct batch_goal *goal = &decision->goals->item[decision->goal];
    const bool relative = goal->goal.relative * fabs(decision->state.estimate) > goal->goal.absolute;
    const double width = relative ? 100.0 * decision->state.half_width / fabs(decision->state.estimate)
                         : goal->statistic == DIFFERENCE_BETTER ? 100.0 * decision->state.half_width
                                                                : decision->state.half_width;
    char how[96];
    if (decision->unmet == 0)
        snprintf(how, sizeof how, "precision: all %zu pairs", decision->pairs);
    else
        snprintf(how, sizeof how, "limit: %zu of %zu pairs not met", decision->unmet, decision->pairs);
    free(run->stopped_by);
    if (asprintf(&run->stopped_by, "%s at %" PRIu64 " replications; the farthest: %s, %s in %s: %.2g%s%s", how,
                 run->replications, goal->words, batch->policy[decision->policy], batch->world[decision->world], width,
                 relative || goal->statistic == DIFFERENCE_BETTER ? " %"
                 : goal->unit[0] == '\0'                          ? ""
                                                                  : " ",
                 relative || goal->statistic == DIFFERENCE_BETTER ? "" : goal->unit) < 0)
        run->stopped_by = NULL;
    return run->stopped_by == NULL ? fault_no_memory() : NULL;
}

static struct fault *gather_all(struct decision *decision)
{
    struct batch_run *run = decision->run;
    for (size_t i = 0; i < run->cells; i++) {
        TRY(batch_run_stop(run));
        if (!has_failed(decision, i)) TRY(gather(decision, i));
    }
    return NULL;
}

static struct fault *decide(struct decision *decision)
{
    struct batch_run *run = decision->run;
    const uint64_t limit = decision->goals->limit;
    uint64_t chunks = 0;
    do {
        chunks = precision_next(chunks);
        run->replications = chunks * LANES_PER_CHUNK < limit ? chunks * LANES_PER_CHUNK : limit;
        TRY(gather_all(decision));
        TRY(judge_all(decision));
        if (decision->pairs == 0) return NULL;
        TRY(tell(decision));
    } while (decision->unmet > 0 && run->replications < limit);
    return NULL;
}

struct fault *batch_decide(struct batch_run *run, const struct batch_goals *goals)
{
    struct decision decision = {.run = run, .goals = goals, .cell = calloc(run->cells, sizeof *decision.cell)};
    if (decision.cell == NULL) return fault_no_memory();
    struct fault *fault = decide(&decision);
    for (size_t i = 0; i < run->cells; i++) {
        for (size_t g = 0; g < goals->count && decision.cell[i].value != NULL; g++) free(decision.cell[i].value[g]);
        free(decision.cell[i].value);
    }
    free(decision.cell);
    return fault;
}
