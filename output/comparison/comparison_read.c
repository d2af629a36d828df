/* output/comparison/comparison_read.c -- a comparison from files, outcome by outcome: HDF5 in one thread, the
 * statistics in all.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/comparison/comparison_reading.h"
#include "sim/core/ensemble.h"

#include <stdlib.h>
#include <string.h>

/* ---- room ---- */

static struct fault *set_periods(const struct comparison_reading *reading)
{
    struct comparison *to = reading->to;
    const int year = reading->wish->year, start = to->calendar.start / CALENDAR_MONTHS_PER_YEAR;
    to->first = reading->wish->years ? 0 : to->years;
    to->periods = to->years + 1 - to->first;
    to->shown = reading->wish->show_years ? to->first : to->years;
    to->shown_periods = to->years + 1 - to->shown;
    if (year == 0) return NULL;
    if (year < start || year >= start + (int)to->years)
        return fault_raise(FAULT_USAGE, "--year is %d; expected a year of the run, %d to %d", year, start,
                           start + (int)to->years - 1);
    to->shown = (size_t)(year - start);
    to->shown_periods = 1;
    if (reading->wish->years) return NULL;
    to->first = to->shown;
    to->periods = 1;
    return NULL;
}

static struct fault *copy_text(const char *from, char **to)
{
    *to = strdup(from);
    return *to == NULL ? fault_no_memory() : NULL;
}

static struct fault *copy_numbers(size_t count, const double from[], double **to)
{
    *to = malloc((count + 1) * sizeof **to);
    if (*to == NULL) return fault_no_memory();
    if (count > 0) memcpy(*to, from, count * sizeof **to);
    return NULL;
}

static struct fault *set_common(const struct comparison_reading *reading)
{
    struct comparison *to = reading->to;
    const struct result *head = &comparison_reading_first_base(reading)->head;
    to->unpaired = reading->wish->unpaired;
    to->seed = head->seed;
    to->calendar = head->calendar;
    to->years = head->years;
    to->quantiles = head->quantiles;
    to->levels = head->levels;
    for (size_t i = 0; i < comparison_reading_sides(reading); i++) {
        const struct side *side = comparison_reading_side(reading, i);
        if (side->path != NULL && (to->replications == 0 || side->head.replications < to->replications))
            to->replications = side->head.replications;
    }
    TRY(copy_text(head->rng, &to->rng));
    TRY(copy_text(head->prices, &to->prices));
    TRY(copy_numbers(head->quantiles, head->probability, &to->probability));
    TRY(copy_numbers(head->levels, head->level, &to->level));
    return set_periods(reading);
}

static struct fault *make_room(const struct comparison_reading *reading)
{
    struct comparison *to = reading->to;
    const size_t cells = comparison_cells(to);
    to->cell = calloc(cells + 1, sizeof *to->cell);
    to->quantile = calloc(cells * to->quantiles + 1, sizeof *to->quantile);
    to->quantile_difference = calloc(cells * to->quantiles + 1, sizeof *to->quantile_difference);
    to->tail = calloc(cells * to->levels + 1, sizeof *to->tail);
    to->base_origin = calloc(to->worlds + 1, sizeof *to->base_origin);
    to->origin = calloc(to->worlds * to->variants + 1, sizeof *to->origin);
    if (to->cell == NULL || to->quantile == NULL || to->quantile_difference == NULL || to->tail == NULL ||
        to->base_origin == NULL || to->origin == NULL)
        return fault_no_memory();
    if (to->first + to->periods <= to->years) return NULL;
    to->dominance = calloc(cells / to->periods + 1, sizeof *to->dominance);
    if (to->dominance == NULL) return fault_no_memory();
    to->benefit_cost = calloc(cells / to->periods + 1, sizeof *to->benefit_cost);
    if (to->benefit_cost == NULL) return fault_no_memory();
    for (size_t i = 0; i < cells / to->periods; i++) {
        to->dominance[i] =
            (struct dominance){DOMINANCE_NOT_ASKED, DOMINANCE_NOT_ASKED, DOMINANCE_NOT_ASKED, DOMINANCE_NOT_ASKED};
        to->benefit_cost[i] = benefit_cost_unknown();
    }
    return NULL;
}

/* ---- one outcome of a file ---- */

static struct fault *open_side(const struct comparison_reading *reading, struct side *side,
                               struct comparison_origin *origin)
{
    const struct comparison *to = reading->to;
    const size_t periods = to->years + 1;
    if (side->path == NULL) return NULL;
    TRY(stored_open(side->path, &side->stored));
    const size_t count = stored_kept(side->stored);
    origin->replications = side->head.replications;
    TRY(copy_text(side->head.title, &origin->title));
    TRY(copy_text(side->head.history, &origin->history));
    TRY(stored_text(side->stored, "content_sha256", &origin->content));
    if (!to->unpaired) side->horizon = malloc((count + 1) * sizeof *side->horizon);
    if (!to->unpaired && to->first < to->years) side->annual = malloc((to->years * count + 1) * sizeof *side->annual);
    side->summary = calloc(periods, sizeof *side->summary);
    side->moments = calloc(periods, sizeof *side->moments);
    side->quantile = calloc(periods * to->quantiles + 1, sizeof *side->quantile);
    side->tail = calloc(periods * to->levels + 1, sizeof *side->tail);
    return (!to->unpaired && side->horizon == NULL) ||
                   (!to->unpaired && to->first < to->years && side->annual == NULL) || side->summary == NULL ||
                   side->moments == NULL || side->quantile == NULL || side->tail == NULL
               ? fault_no_memory()
               : NULL;
}

static struct fault *close_side(struct side *side, struct fault *fault)
{
    free(side->horizon);
    free(side->annual);
    free(side->costs);
    free(side->summary);
    free(side->moments);
    free(side->quantile);
    free(side->tail);
    side->horizon = side->annual = side->costs = NULL;
    side->summary = NULL;
    side->moments = NULL;
    side->quantile = NULL;
    side->tail = NULL;
    fault = stored_close(side->stored, fault);
    side->stored = NULL;
    return fault;
}

static bool has_outcome(const struct side *side)
{
    return side->path != NULL && side->index < side->head.outcomes.count;
}

/* Whether a period is compared. */
static bool asks(const struct comparison *to, bool annual)
{
    return annual ? to->first < to->years : to->first + to->periods > to->years;
}

/* What a net value such as npv.national subtracts, in the same unit. */
static struct fault *load_costs(const struct comparison_outcome *outcome, struct side *side)
{
    const struct outcomes *outcomes = &side->head.outcomes;
    const char *path = benefit_cost_outcome(outcome->path);
    const size_t index = path == NULL ? outcomes->count : outcomes_find(outcomes, path);
    const uint64_t count = side->head.replications;
    if (index == outcomes->count || !side->head.horizon_saved[index] ||
        strcmp(outcomes->item[index].total, outcome->total) != 0)
        return NULL;
    if (side->costs == NULL) side->costs = malloc((count + 1) * sizeof *side->costs);
    if (side->costs == NULL) return fault_no_memory();
    side->has_costs = true;
    return stored_samples(side->stored, false, path, 1, side->costs);
}

/* The futures alone that are compared, in front of each row. */
static void take_futures(const struct comparison_reading *reading, const struct side *side)
{
    const uint64_t count = side->head.replications;
    if (reading->wish->given == NULL) return;
    if (side->has_horizon) given_take(&reading->futures, count, side->horizon);
    if (side->has_costs) given_take(&reading->futures, count, side->costs);
    for (size_t y = 0; y < reading->to->years && side->has_annual; y++)
        given_take(&reading->futures, count, side->annual + y * count);
}

static struct fault *load_samples(const struct comparison_reading *reading, struct side *side)
{
    const struct comparison *to = reading->to;
    const struct comparison_outcome *outcome = &to->outcome[reading->outcome];
    side->has_horizon = side->has_annual = side->has_costs = side->has_summaries = false;
    side->index = side->path == NULL ? 0 : comparison_reading_find(side, outcome);
    if (!has_outcome(side) || to->unpaired) return NULL;
    side->has_horizon = side->head.horizon_saved[side->index] && asks(to, false);
    side->has_annual = side->head.annual_saved[side->index] && asks(to, true);
    if (side->has_horizon) {
        TRY(stored_samples(side->stored, false, outcome->path, 1, side->horizon));
        TRY(load_costs(outcome, side));
    }
    if (side->has_annual) TRY(stored_samples(side->stored, true, outcome->path, to->years, side->annual));
    take_futures(reading, side);
    return NULL;
}

static bool same_numbers(size_t count, const double a[], size_t others, const double b[])
{
    return count == others && (count == 0 || memcmp(a, b, count * sizeof *a) == 0);
}

/* What the statistics of years, or of the horizon, say of an outcome: those that a difference without pairs needs. */
static struct fault *load_period_summaries(const struct comparison_reading *reading, struct side *side, bool annual)
{
    const struct comparison *to = reading->to;
    const struct result *head = &side->head;
    const size_t first = annual ? 0 : to->years, periods = annual ? to->years : 1, Q = to->quantiles, L = to->levels;
    const bool quantiles = same_numbers(Q, to->probability, head->quantiles, head->probability),
               levels = same_numbers(L, to->level, head->levels, head->level);
    for (const struct dataset *of = datasets; of->name != NULL; of++) {
        const size_t columns = comparison_columns(to, of->along);
        const bool known = of->along == ALONG_NOTHING ? true : of->along == ALONG_QUANTILE ? quantiles : levels;
        if (of->of_chance || !known || columns == 0 || (of->set == NULL && strcmp(of->name, "standard_error") != 0))
            continue;
        TRY(stored_statistic(side->stored, annual, of, to->outcome[reading->outcome].path, periods, columns,
                             reading->work));
        for (size_t p = 0; p < periods; p++) {
            struct summary *summary = &side->summary[first + p];
            const struct dataset_cell cell = {.moments = &side->moments[first + p],
                                              .quantile = side->quantile + (first + p) * Q,
                                              .cvar = side->tail + (first + p) * L};
            for (size_t k = 0; k < columns && of->set != NULL; k++) of->set(&cell, k, reading->work[p * columns + k]);
            if (of->set == NULL) summary->standard_error = reading->work[p];
            summary->count = cell.moments->count;
            summary->mean = cell.moments->mean;
            summary->quantile = quantiles ? cell.quantile : NULL;
            summary->tail = levels ? cell.cvar : NULL;
        }
    }
    return NULL;
}

static struct fault *load_summaries(const struct comparison_reading *reading, struct side *side)
{
    const struct comparison *to = reading->to;
    if (!has_outcome(side)) return NULL;
    side->has_summaries = true;
    if (asks(to, false)) TRY(load_period_summaries(reading, side, false));
    if (asks(to, true) && !to->outcome[reading->outcome].horizon_only) TRY(load_period_summaries(reading, side, true));
    return NULL;
}

static bool needs_summaries(const struct comparison_reading *reading, const struct side *side)
{
    const struct comparison *to = reading->to;
    const size_t outcome = reading->outcome;
    return has_outcome(side) && reading->wish->given == NULL &&
           ((asks(to, false) && !side->has_horizon) ||
            (asks(to, true) && !side->has_annual && !to->outcome[outcome].horizon_only));
}

/* ---- the comparison of one outcome in one world ---- */

static struct quantiles_asked asked_of(const struct comparison *to)
{
    return (struct quantiles_asked){to->quantiles, to->probability, to->levels, to->level};
}

struct room {
    struct paired_work work;
    float *sorted; /* [2 replications] */
};

static void close_room(void *context, void *thread_state)
{
    struct room *room = thread_state;
    (void)context;
    if (room == NULL) return;
    paired_work_free(&room->work);
    free(room->sorted);
    free(room);
}

static struct fault *open_room(void *context, void **thread_state)
{
    const struct comparison_reading *reading = context;
    const struct quantiles_asked asked = asked_of(reading->to);
    const struct side *base = &reading->base[reading->world];
    const uint64_t count = reading->to->unpaired ? 0 : stored_kept(base->stored);
    struct room *room = calloc(1, sizeof *room);
    if (room == NULL) return fault_no_memory();
    room->sorted = calloc(2 * count + 1, sizeof *room->sorted);
    *thread_state = room;
    return room->sorted == NULL ? fault_no_memory() : paired_work_init(&room->work, count, &asked);
}

static void compare_samples(const struct comparison_reading *reading, const struct side *base, const struct side *file,
                            size_t period, size_t cell, const struct paired_parts *parts, struct room *room)
{
    struct comparison *to = reading->to;
    const bool annual = period < to->years;
    const uint64_t bases = base->head.replications, files = file->head.replications;
    const float *x = annual ? file->annual + period * files : file->horizon,
                *y = annual ? base->annual + period * bases : base->horizon;
    const struct quantiles_asked asked = asked_of(to);
    const enum outcome_better better = to->outcome[reading->outcome].better;
    struct paired *out = &to->cell[cell];
    const uint64_t least = bases < files ? bases : files;
    const uint64_t count = reading->wish->given == NULL ? least : given_count(&reading->futures, least);
    *out = paired_compare(count, x, y, better, &asked, &room->work, parts);
    if (!annual && file->has_costs && base->has_costs)
        to->benefit_cost[cell / to->periods] = benefit_cost_of(count, (struct benefit_cost_sides){x, y},
                                                               (struct benefit_cost_sides){file->costs, base->costs},
                                                               room->work.number[0], room->work.number[1]);
    if (!annual && !out->same)
        to->dominance[cell / to->periods] =
            dominance_of((size_t)out->count, room->work.value, room->work.base, better, room->sorted);
    else if (!annual && better != OUTCOME_NEITHER)
        to->dominance[cell / to->periods] = (struct dominance){.first = DOMINANCE_UNDECIDED};
}

static struct fault *compare_item(void *context, void *thread_state, uint64_t item)
{
    const struct comparison_reading *reading = context;
    struct comparison *to = reading->to;
    const size_t variant = item / to->periods, period = to->first + item % to->periods;
    const bool annual = period < to->years;
    const struct side *base = &reading->base[reading->world],
                      *file = &reading->file[reading->world * to->variants + variant];
    const size_t cell = comparison_index(to, reading->outcome, reading->world, variant, period);
    const struct paired_parts parts = {to->quantile + cell * to->quantiles,
                                       to->quantile_difference + cell * to->quantiles, to->tail + cell * to->levels};
    if (!has_outcome(base) || !has_outcome(file) || (annual && to->outcome[reading->outcome].horizon_only)) return NULL;
    if (annual ? base->has_annual && file->has_annual : base->has_horizon && file->has_horizon) {
        compare_samples(reading, base, file, period, cell, &parts, thread_state);
    } else if (reading->wish->given == NULL) { /* what is known of all futures says nothing of some */
        const struct quantiles_asked asked = asked_of(to);
        to->cell[cell] = paired_unpaired(&file->summary[period], &base->summary[period], &asked, &parts);
    }
    return NULL;
}

static struct fault *compare_outcome(struct comparison_reading *reading, size_t outcome)
{
    const struct comparison *to = reading->to;
    struct side *base = &reading->base[reading->world], *file = reading->file + reading->world * to->variants;
    bool summaries = false;
    reading->outcome = outcome;
    TRY(load_samples(reading, base));
    for (size_t v = 0; v < to->variants; v++) TRY(load_samples(reading, &file[v]));
    if (!has_outcome(base)) return NULL;
    for (size_t v = 0; v < to->variants && !summaries; v++) summaries = needs_summaries(reading, &file[v]);
    if (summaries || needs_summaries(reading, base)) {
        TRY(load_summaries(reading, base));
        for (size_t v = 0; v < to->variants; v++) TRY(load_summaries(reading, &file[v]));
    }
    const struct ensemble_body body = {open_room, compare_item, close_room, reading};
    return ensemble_for(to->variants * to->periods, reading->wish->threads, &body, NULL);
}

/* Which futures of the base are compared, and how many of them each file has. */
static struct fault *find_futures(struct comparison_reading *reading, size_t world)
{
    struct comparison *to = reading->to;
    const struct side *base = &reading->base[world];
    given_futures_free(&reading->futures);
    if (reading->wish->given == NULL) return NULL;
    TRY(given_find(reading->wish->given, base->stored, &base->head, &reading->futures));
    for (size_t v = 0; v < to->variants; v++) {
        struct comparison_origin *origin = &to->origin[world * to->variants + v];
        origin->pairs = given_count(&reading->futures, origin->pairs);
    }
    if (to->given.condition != NULL) return NULL;
    to->given.futures = reading->futures.count;
    to->given.undecided = reading->futures.undecided;
    return copy_text(given_text(reading->wish->given), &to->given.condition);
}

static struct fault *compare_world(struct comparison_reading *reading, size_t world)
{
    struct comparison *to = reading->to;
    struct side *base = &reading->base[world], *file = reading->file + world * to->variants;
    reading->world = world;
    if (base->path == NULL) return NULL;
    struct fault *fault = open_side(reading, base, &to->base_origin[world]);
    for (size_t v = 0; v < to->variants && fault == NULL; v++)
        fault = open_side(reading, &file[v], &to->origin[world * to->variants + v]);
    for (size_t v = 0; v < to->variants && fault == NULL; v++)
        to->origin[world * to->variants + v].pairs =
            base->head.replications < file[v].head.replications ? base->head.replications : file[v].head.replications;
    if (fault == NULL) fault = find_futures(reading, world);
    for (size_t o = 0; o < to->outcomes && fault == NULL; o++) fault = compare_outcome(reading, o);
    for (size_t v = 0; v < to->variants; v++) fault = close_side(&file[v], fault);
    return close_side(base, fault);
}

/* ---- what is told once of all outcomes ---- */

static bool has_pairs(const struct comparison *to, size_t world, size_t variant)
{
    for (size_t o = 0; o < to->outcomes; o++)
        for (size_t p = to->first; p < to->first + to->periods; p++)
            if (to->cell[comparison_index(to, o, world, variant, p)].paired == 1.0) return true;
    return false;
}

/* Of files of other lengths, when it is known what was paired. */
static struct fault *note_lengths(const struct comparison_reading *reading)
{
    const struct comparison *to = reading->to;
    if (to->unpaired) return NULL;
    for (size_t w = 0; w < to->worlds; w++)
        for (size_t v = 0; v < to->variants; v++) {
            const struct side *base = &reading->base[w], *file = &reading->file[w * to->variants + v];
            if (base->path != NULL && file->path != NULL)
                TRY(comparison_reading_note_lengths(reading, base, file, has_pairs(to, w, v)));
        }
    return NULL;
}

/* Of the differences shown; of all others `paired` tells. */
static struct fault *note_unpaired(const struct comparison_reading *reading)
{
    struct comparison *to = reading->to;
    struct comparison_counts shown;
    comparison_count(to, true, &shown);
    if (to->unpaired || shown.unpaired == 0) return NULL;
    return comparison_note(to,
                           "the samples of %zu of %zu differences are not in both files (--save): their errors are "
                           "those of independent draws, which is mostly too much",
                           shown.unpaired, shown.known);
}

/* Of what is shown and both files have, but not its samples. */
static struct fault *note_unknown(const struct comparison_reading *reading)
{
    struct comparison *to = reading->to;
    size_t unknown = 0;
    for (size_t o = 0; o < to->outcomes && reading->wish->given != NULL; o++)
        for (size_t w = 0; w < to->worlds; w++)
            for (size_t v = 0; v < to->variants; v++)
                for (size_t p = to->shown; p < to->shown + to->shown_periods; p++)
                    unknown += !to->cell[comparison_index(to, o, w, v, p)].known &&
                               !(p < to->years && to->outcome[o].horizon_only);
    if (unknown == 0) return NULL;
    return comparison_note(to,
                           "the samples of %zu differences are not in both files (--save), so that nothing is known of "
                           "them in these futures",
                           unknown);
}

static struct fault *read_all(struct comparison_reading *reading)
{
    struct comparison *to = reading->to;
    TRY(comparison_reading_open_heads(reading));
    if (comparison_reading_first_base(reading) == NULL) return NULL;
    TRY(set_common(reading));
    TRY(comparison_reading_set_outcomes(reading));
    TRY(make_room(reading));
    reading->work = calloc((to->years + 1) * (to->quantiles + to->levels + 1), sizeof *reading->work);
    if (reading->work == NULL) return fault_no_memory();
    for (size_t w = 0; w < to->worlds; w++) TRY(compare_world(reading, w));
    TRY(note_lengths(reading));
    TRY(note_unknown(reading));
    return note_unpaired(reading);
}

struct fault *comparison_read(const struct comparison_files *files, const struct comparison_wish *wish,
                              struct comparison *comparison)
{
    struct comparison_reading reading = {.files = files, .wish = wish, .to = comparison};
    *comparison = (struct comparison){.notes = 0};
    reading.base = calloc(files->worlds + 1, sizeof *reading.base);
    reading.file = calloc(files->worlds * files->variants + 1, sizeof *reading.file);
    struct fault *fault =
        reading.base == NULL || reading.file == NULL ? fault_no_memory() : comparison_reading_set_names(&reading);
    if (fault == NULL) fault = read_all(&reading);
    for (size_t w = 0; reading.base != NULL && w < files->worlds; w++) result_free(&reading.base[w].head);
    for (size_t i = 0; reading.file != NULL && i < files->worlds * files->variants; i++)
        result_free(&reading.file[i].head);
    given_futures_free(&reading.futures);
    free(reading.base);
    free(reading.file);
    free(reading.work);
    return fault;
}
