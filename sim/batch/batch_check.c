/* sim/batch/batch_check.c -- every cell is read and prepared before the first is simulated, and held to the others and
 * to the result that is there already.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/batch/batch_run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* What all cells must have in common: that of the first that could be prepared. */
struct common {
    const char *cell; /* NULL: none yet */
    uint64_t seed, replications;
    struct calendar calendar;
};

static struct fault *differs(const struct simulation *simulation, const char *path, const char *what, uint64_t value,
                             const struct common *common, uint64_t expected)
{
    const struct setting *setting = setting_at(simulation->plan.root, path);
    return fault_at(FAULT_SCENARIO, setting == NULL ? (struct place){0} : setting->place,
                    "the %s of this cell is %" PRIu64 ", of cell %s %" PRIu64
                    "; expected the same in all cells, which could not be compared otherwise",
                    what, value, common->cell, expected);
}

static struct fault *check_common(const struct simulation *simulation, const char *name, struct common *common)
{
    const struct calendar calendar = simulation->plan.calendar;
    const uint64_t seed = simulation->plan.seed, replications = simulation->replications;
    if (common->cell == NULL)
        *common = (struct common){.cell = name, .seed = seed, .replications = replications, .calendar = calendar};
    if (seed != common->seed) return differs(simulation, "run.seed", "seed", seed, common, common->seed);
    if (replications != common->replications)
        return differs(simulation, "run.replications", "number of replications", replications, common,
                       common->replications);
    if (calendar.months != common->calendar.months)
        return differs(simulation, "time.months", "number of months", (uint64_t)calendar.months, common,
                       (uint64_t)common->calendar.months);
    if (calendar.start == common->calendar.start) return NULL;
    const struct setting *start = setting_at(simulation->plan.root, "time.start");
    return fault_at(FAULT_SCENARIO, start == NULL ? (struct place){0} : start->place,
                    "this cell starts in another month than cell %s; expected the same in all cells", common->cell);
}

static bool same_outcomes(const struct result *there, const struct simulation *simulation,
                          const struct retention *retention)
{
    const struct outcomes *outcomes = &simulation->outcomes;
    if (there->outcomes.count != outcomes->count) return false;
    for (size_t i = 0; i < outcomes->count; i++)
        if (strcmp(there->outcomes.item[i].path, outcomes->item[i].path) != 0 ||
            there->annual_saved[i] != retention_annual(simulation, retention, i) ||
            there->horizon_saved[i] != retention_horizon(simulation, retention, i))
            return false;
    return true;
}

/* Whether simulating would give what is there, or (*alike) the same replications, though another number of them. */
static struct fault *is_same(const struct result *there, const struct simulation *simulation,
                             const struct retention *retention, const struct run_settings *settings, bool *alike,
                             bool *same)
{
    char *arithmetic = simulation_arithmetic();
    if (arithmetic == NULL) return fault_no_memory();
    *alike = strcmp(there->scenario, simulation->scenario->merged_text) == 0 &&
             strcmp(there->source, "zhol " ZHOL_VERSION) == 0 && strcmp(there->rng, simulation->rng) == 0 &&
             strcmp(there->arithmetic, arithmetic) == 0 && there->seed == simulation->plan.seed;
    *same = *alike && there->replications == simulation->replications && there->memory == simulation->memory &&
            there->compressed == retention_compressed(simulation, retention, settings) &&
            same_outcomes(there, simulation, retention);
    free(arithmetic);
    return NULL;
}

/* What is there already: a result that is what would come out stays, another gives way, anything else is left alone. */
static struct fault *check_output(const struct batch_run *run, const struct simulation *simulation,
                                  const struct retention *retention, struct cell_run *cell)
{
    struct result there;
    bool alike = false, same = false;
    cell->there = 0;
    if (access(cell->output, F_OK) < 0) return NULL;
    struct fault *fault = run->guard(cell->output);
    const bool ours = fault == NULL || fault->code != FAULT_USAGE;
    if (fault == NULL)
        fault = result_read_outline(cell->output, &there);
    else
        there = (struct result){0};
    if (fault == NULL) fault = is_same(&there, simulation, retention, run->settings, &alike, &same);
    if (fault == NULL && alike) cell->there = there.replications;
    result_free(&there);
    if (fault_is_memory(fault) || (fault != NULL && fault->code == FAULT_MACHINE && !run->force)) return fault;
    if (same) cell->state = CELL_UNCHANGED;
    cell->replace = true;
    /* what stops by itself stops where it knows enough */
    if (alike && cell->there > simulation->replications && run->replications == 0 && !run->force)
        return fault_raise(FAULT_USAGE,
                           "%s has %" PRIu64 " replications already; expected -n of as many or more, not %" PRIu64
                           ", --force to replace it, or -o for another folder",
                           cell->output, cell->there, simulation->replications);
    struct fault *refused =
        ours || run->force ? NULL : fault_raise(FAULT_FILES, "%s; use --force to replace it", fault->sentence);
    fault_free(fault);
    return refused;
}

/* Which of the outcomes to compare the cell has; what was meant by others, as far as the first cell can tell. */
static void note_outcomes(struct batch_run *run, const struct outcomes *outcomes, bool first)
{
    struct wanted *wanted;
    for (size_t i = 0; (wanted = batch_run_wanted(run, i)) != NULL; i++) {
        if (wanted->path == NULL) continue;
        if (outcomes_find(outcomes, wanted->path) < outcomes->count) wanted->found = true;
        if (first) outcomes_hint(outcomes, wanted->path, sizeof wanted->hint, wanted->hint);
    }
}

/* Without its samples an outcome cannot be compared. */
static struct fault *check_kept(struct batch_run *run, const struct simulation *simulation,
                                const struct retention *retention)
{
    const struct wanted *wanted;
    for (size_t i = 0; (wanted = batch_run_wanted(run, i)) != NULL; i++) {
        const char *path = wanted->path;
        if (path == NULL) continue;
        const size_t index = outcomes_find(&simulation->outcomes, path);
        if (index == simulation->outcomes.count || retention_horizon(simulation, retention, index)) continue;
        return fault_raise(
            FAULT_SCENARIO,
            "%s: the samples of %s, which is to be compared, are not kept, because all samples of %" PRIu64
            " replications take more than --memory; lower -n to %" PRIu64
            ", raise --memory or name what is compared in --save",
            simulation->file, path, simulation->replications, retention_most(simulation));
    }
    return NULL;
}

/* The most replications of which the samples of all that is compared are kept. */
static uint64_t most_kept(struct batch_run *run, const struct simulation *simulation)
{
    uint64_t most = UINT64_MAX;
    const struct wanted *wanted;
    for (size_t i = 0; (wanted = batch_run_wanted(run, i)) != NULL; i++) {
        const uint64_t kept = wanted->path == NULL ? UINT64_MAX : retention_most_of(simulation, wanted->path);
        most = kept < most ? kept : most;
    }
    return most;
}

/* Nothing that the batch writes may take the place of what it reads. */
static struct fault *check_apart(const struct batch_run *run, const struct scenario *scenario, const char *output)
{
    const char *const written[] = {output, run->written[0], run->written[1]};
    for (size_t i = 0; i < sizeof written / sizeof *written; i++)
        if (written[i] != NULL && scenario_reads(scenario, written[i]))
            return fault_raise(FAULT_USAGE,
                               "%s would be replaced, which is a scenario of the batch; expected another name",
                               written[i]);
    return NULL;
}

static struct fault *check_cell(struct batch_run *run, size_t index, struct common *common)
{
    const char *name = run->batch->cell[index].name;
    struct cell_run *cell = &run->cell[index];
    const bool first = common->cell == NULL;
    struct simulation simulation;
    struct origin origin;
    struct fault *fault = batch_run_open(run, index, &origin, &simulation);
    if (fault == NULL) fault = check_apart(run, simulation.scenario, cell->output);
    if (fault == NULL) note_outcomes(run, &simulation.outcomes, first);
    if (fault == NULL) fault = check_common(&simulation, name, common);
    struct retention retention = {0};
    if (fault == NULL) retention = retention_of(&simulation, simulation.replications, simulation.memory);
    if (fault == NULL && !run->deciding) fault = check_kept(run, &simulation, &retention);
    if (fault == NULL && !run->deciding && first && retention.sketched && run->watch.sketched != NULL)
        fault = run->watch.sketched(run->watch.context, &simulation, &retention);
    if (fault == NULL) fault = check_output(run, &simulation, &retention, cell);
    cell->replications = simulation.replications;
    if (fault == NULL) cell->max = most_kept(run, &simulation);
    /* a wrong option is wrong for all cells */
    if (fault != NULL && fault->code != FAULT_USAGE) fault = batch_run_fail(run, index, fault);
    simulation_close(&simulation);
    return fault;
}

static struct fault *check_outcomes(struct batch_run *run)
{
    struct fault *faults = NULL;
    size_t kept = 0;
    for (size_t o = 0; o < run->outcomes; o++) {
        const struct wanted *wanted = &run->outcome[o];
        if (!wanted->found && !run->default_value)
            faults = fault_join(faults, fault_at(FAULT_SCENARIO, wanted->place,
                                                 "compare.outcomes: no cell has an outcome "
                                                 "'%s'%s",
                                                 wanted->path, wanted->hint));
        if (wanted->found) run->outcome[kept++] = *wanted;
    }
    run->outcomes = kept;
    if (run->regret.path != NULL && !run->regret.found)
        faults = fault_join(faults,
                            fault_at(FAULT_SCENARIO, run->regret.place, "compare.regret: no cell has an outcome '%s'%s",
                                     run->regret.path, run->regret.hint));
    for (size_t r = 0; r < run->ranks; r++)
        if (!run->rank[r].found)
            faults = fault_join(faults, fault_at(FAULT_SCENARIO, run->rank[r].place,
                                                 "compare.rank: no cell has an outcome '%s'%s", run->rank[r].path,
                                                 run->rank[r].hint));
    return faults;
}

struct fault *batch_check(struct batch_run *run)
{
    const struct batch *batch = run->batch;
    const size_t base = batch_index(batch, batch->base_world, batch->base_policy);
    struct common common = {.cell = NULL};
    for (size_t i = 0; i < run->cells; i++) { /* the base is what the others are held to */
        const size_t index = i == 0 ? base : i <= base ? i - 1 : i;
        TRY(batch_run_stop(run));
        if (run->cell[index].state == CELL_FAILED) continue;
        const bool done = run->cell[index].state == CELL_DONE;
        run->cell[index].state = CELL_WAITING;
        TRY(check_cell(run, index, &common));
        if (done && run->cell[index].state == CELL_UNCHANGED) run->cell[index].state = CELL_DONE; /* just now */
    }
    return common.cell == NULL ? NULL : check_outcomes(run);
}
