/* sim/batch/batch_run.c -- see batch_run.h: what a cell goes through.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/batch/batch_run.h"
#include "scenarios/reader/diagnostics.h"

#include <stdlib.h>
#include <string.h>

static const char *const usual_outcomes[] = {"npv.national", "fiscal.total", "trade.balance"};

static struct fault *init_ranks(struct batch_run *run)
{
    const struct setting *asked = run->batch->rank;
    const size_t ranks = asked == NULL ? 0 : asked->children;
    run->rank = calloc(ranks + 1, sizeof *run->rank);
    if (run->rank == NULL) return fault_no_memory();
    for (size_t r = 0; r < ranks; r++)
        run->rank[r] = (struct wanted){.path = asked->child[r]->text, .place = asked->child[r]->place};
    run->ranks = ranks;
    return NULL;
}

static struct fault *init_outcomes(struct batch_run *run)
{
    const struct setting *asked = run->batch->outcomes;
    run->default_value = asked == NULL;
    if (run->batch->regret != NULL)
        run->regret = (struct wanted){.path = run->batch->regret->text, .place = run->batch->regret->place};
    run->outcomes = run->default_value ? sizeof usual_outcomes / sizeof *usual_outcomes : asked->children;
    run->outcome = calloc(run->outcomes, sizeof *run->outcome);
    if (run->outcome == NULL) return fault_no_memory();
    for (size_t o = 0; o < run->outcomes; o++) {
        run->outcome[o].path = run->default_value ? usual_outcomes[o] : asked->child[o]->text;
        if (!run->default_value) run->outcome[o].place = asked->child[o]->place;
    }
    return NULL;
}

struct fault *batch_run_init(struct batch_run *run, const struct batch *batch, const struct run_settings *settings,
                             const char *folder)
{
    *run = (struct batch_run){.batch = batch, .settings = settings, .cells = batch_cells(batch)};
    run->folder = folder == NULL ? batch->name : folder;
    run->cell = calloc(run->cells, sizeof *run->cell);
    if (asprintf(&run->command, "zhol batch %s", batch->name) < 0) run->command = NULL;
    if (run->cell == NULL || run->command == NULL) return fault_no_memory();
    for (size_t i = 0; i < run->cells; i++)
        if (asprintf(&run->cell[i].output, "%s/%s.h5", run->folder, batch->cell[i].name) < 0) {
            run->cell[i].output = NULL;
            return fault_no_memory();
        }
    TRY(init_outcomes(run));
    return init_ranks(run);
}

void batch_run_free(struct batch_run *run)
{
    for (size_t i = 0; run->cell != NULL && i < run->cells; i++) {
        free(run->cell[i].output);
        free(run->cell[i].warned);
        free(run->cell[i].said);
        free(run->cell[i].why);
    }
    free(run->cell);
    free(run->command);
    free(run->stopped_by);
    free(run->outcome);
    free(run->rank);
}

struct wanted *batch_run_wanted(struct batch_run *run, size_t i)
{
    if (i < run->outcomes) return &run->outcome[i];
    if (i == run->outcomes) return &run->regret;
    i -= run->outcomes + 1;
    return i < run->ranks ? &run->rank[i] : NULL;
}

size_t batch_run_count(const struct batch_run *run, enum cell_state state)
{
    size_t count = 0;
    for (size_t i = 0; i < run->cells; i++) count += run->cell[i].state == state;
    return count;
}

struct fault *batch_run_stop(const struct batch_run *run)
{
    const bool stop = run->watch.stop != NULL && run->watch.stop(run->watch.context);
    return stop ? fault_raise(FAULT_INTERRUPTED, "stopped on request") : NULL;
}

static char *printed(const struct fault *faults, const char *kind)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    if (to == NULL) return NULL;
    diagnostics_print(faults, kind, to);
    return fclose(to) == 0 ? text : (free(text), NULL);
}

/* Another cell of which the same was printed; run->cells: none. */
static size_t said_of(const struct batch_run *run, size_t index, bool warning)
{
    const char *text = warning ? run->cell[index].warned : run->cell[index].said;
    for (size_t i = 0; i < run->cells; i++) {
        const char *other = warning ? run->cell[i].warned : run->cell[i].said;
        if (i != index && other != NULL && strcmp(other, text) == 0) return i;
    }
    return run->cells;
}

static struct fault *warn(struct batch_run *run, size_t index, const struct fault *warnings)
{
    if (warnings == NULL || run->cell[index].warned != NULL) return NULL;
    run->cell[index].warned = printed(warnings, "warning");
    if (run->cell[index].warned == NULL) return fault_no_memory();
    if (run->log != NULL && said_of(run, index, true) == run->cells) fputs(run->cell[index].warned, run->log);
    return NULL;
}

struct fault *batch_run_open(struct batch_run *run, size_t index, struct origin *origin, struct simulation *simulation)
{
    const struct batch_cell *cell = &run->batch->cell[index];
    *origin = (struct origin){
        .command = run->command, .typed = run->typed, .cell = cell->list, .joined = batch_is_joined(run->batch, cell)};
    struct run_settings settings = *run->settings;
    if (run->replications > 0) settings.replications = run->replications;
    struct fault *fault = simulation_open_text(cell->file, cell->text, origin, &settings, simulation);
    return fault != NULL ? fault : warn(run, index, simulation->plan.warnings);
}

struct fault *batch_run_fail(struct batch_run *run, size_t index, struct fault *faults)
{
    struct cell_run *cell = &run->cell[index];
    const char *name = run->batch->cell[index].name;
    if (fault_is_memory(faults) || faults->code == FAULT_INTERRUPTED) return faults;
    const struct place place = faults->place;
    cell->state = CELL_FAILED;
    cell->said = printed(faults, "error");
    const int made = place.source == NULL ? asprintf(&cell->why, "%s", faults->sentence)
                                          : asprintf(&cell->why, "%s:%d:%d: %s", place.source->name, place.line,
                                                     place.column, faults->sentence);
    fault_free(faults);
    if (made < 0) cell->why = NULL;
    if (cell->said == NULL || cell->why == NULL) return fault_no_memory();
    const size_t same = said_of(run, index, false);
    if (run->log == NULL) return NULL;
    if (same < run->cells)
        fprintf(run->log, "cell %s fails for the same reason as %s\n", name, run->batch->cell[same].name);
    else
        fprintf(run->log, "cell %s fails:\n%s", name, cell->said);
    return NULL;
}
