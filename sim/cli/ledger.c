/* sim/cli/ledger.c -- see ledger.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/ledger.h"

#include <inttypes.h>
#include <math.h>

struct ledger {
    const struct simulation *simulation;
    size_t lane;
    FILE *to;
};

/* 17 digits give every bit back. */
static void write_number(double value, FILE *to)
{
    fputc(',', to);
    if (!isnan(value)) fprintf(to, "%.17g", value);
}

/* What comes from the sums of a year has no value in a month, nor what comes from the whole run. */
static bool is_monthly(const struct outcome *outcome)
{
    return outcome->kind->rule != OUTCOME_DERIVED && !outcome->kind->horizon_only;
}

static void write_months_head(const struct ledger *ledger)
{
    const struct outcomes *outcomes = &ledger->simulation->outcomes;
    fputs("date", ledger->to);
    for (size_t o = 0; o < outcomes->count; o++) {
        const struct outcome *outcome = &outcomes->item[o];
        const bool pure = outcome->unit[0] == '\0' || (outcome->unit[0] == '1' && outcome->unit[1] == '\0');
        if (!is_monthly(outcome)) continue;
        fprintf(ledger->to, ",%s", outcome->path);
        if (!pure) fprintf(ledger->to, " (%s)", outcome->unit);
    }
    fputc('\n', ledger->to);
}

static void write_month(void *context, const struct outcome_rows *rows, int month)
{
    const struct ledger *ledger = context;
    const struct outcomes *outcomes = &ledger->simulation->outcomes;
    char date[8];
    calendar_write(ledger->simulation->plan.calendar.start + month, date);
    fputs(date, ledger->to);
    for (size_t o = 0; o < outcomes->count; o++) {
        const bool ratio = outcomes->item[o].kind->rule == OUTCOME_RATIO;
        if (!is_monthly(&outcomes->item[o])) continue;
        const double weight = ratio ? rows->weight[o][ledger->lane] : 1.0;
        write_number(rows->row[o][ledger->lane] / weight, ledger->to);
    }
    fputc('\n', ledger->to);
}

static void write_years_head(const struct ledger *ledger, size_t years)
{
    const int start = ledger->simulation->plan.calendar.start;
    fputs("outcome,unit", ledger->to);
    for (size_t y = 0; y < years; y++) {
        char date[8];
        calendar_write_year(start, (int)y, date);
        fprintf(ledger->to, ",%s", date);
    }
    fputs(",horizon_unit,horizon\n", ledger->to);
}

static void write_years(const struct ledger *ledger, const struct block_result *block)
{
    const struct outcomes *outcomes = &ledger->simulation->outcomes;
    const size_t years = world_years(ledger->simulation->world);
    write_years_head(ledger, years);
    for (size_t o = 0; o < outcomes->count; o++) {
        const struct outcome *outcome = &outcomes->item[o];
        const double(*cell)[LANES] = block->cell + o * (years + 1);
        const bool has_years = !outcome->kind->horizon_only;
        fprintf(ledger->to, "%s,%s", outcome->path, has_years ? outcome->unit : "");
        for (size_t y = 0; y < years; y++) write_number(has_years ? cell[y][ledger->lane] : LANES_NAN, ledger->to);
        fprintf(ledger->to, ",%s", outcome->total);
        write_number(cell[years][ledger->lane], ledger->to);
        fputc('\n', ledger->to);
    }
}

static void write_inputs(const struct ledger *ledger, const struct block_result *block)
{
    fputs("input,unit,value\n", ledger->to);
    for (size_t i = 0; i < block->inputs; i++) {
        fprintf(ledger->to, "%s,%s", store_input_name(ledger->simulation->plan.store, i),
                simulation_input_unit(ledger->simulation, i));
        write_number(block->input[i][ledger->lane], ledger->to);
        fputc('\n', ledger->to);
    }
}

static void say_invalid(const struct ledger *ledger, const struct block_result *block)
{
    char date[8];
    const int month = block->failed_month[ledger->lane];
    if (month < 0) return;
    calendar_write(ledger->simulation->plan.calendar.start + month, date);
    fprintf(stderr, "replication %" PRIu64 " is invalid: from %s on, %s is no finite number of single precision\n",
            block->first + ledger->lane, date,
            ledger->simulation->outcomes.item[block->failed_cause[ledger->lane]].path);
}

struct fault *ledger_write(const struct simulation *simulation, uint64_t replication, enum ledger_part part, FILE *to)
{
    struct ledger ledger = {.simulation = simulation, .lane = replication % LANES, .to = to};
    const struct month_watch months = {write_month, &ledger};
    struct world_state *state = NULL;
    struct block_result block;
    struct fault *fault = world_open(simulation->world, &state);
    if (fault == NULL) {
        if (part == LEDGER_MONTHS) write_months_head(&ledger);
        world_simulate_watched(state, replication - ledger.lane, LANES, part == LEDGER_MONTHS ? &months : NULL, &block);
        if (part == LEDGER_YEARS) write_years(&ledger, &block);
        if (part == LEDGER_INPUTS) write_inputs(&ledger, &block);
        say_invalid(&ledger, &block);
    }
    world_close(state);
    return fault;
}
