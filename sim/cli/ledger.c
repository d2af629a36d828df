/* sim/cli/ledger.c -- see ledger.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/ledger.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define NUMBERS_MOST 20000000 /* half a gigabyte of text */

struct ledger {
    const struct simulation *simulation;
    const struct ledger_asked *asked;
    FILE *to;
    size_t *outcome; /* [columns] of those that are asked for */
    size_t columns;
    double (*month)[LANES]; /* [months * columns] of the block at hand */
};

/* 17 digits give every bit back. */
static void write_number(double value, FILE *to)
{
    fputc(',', to);
    if (!isnan(value)) fprintf(to, "%.17g", value);
}

/* Where there are several replications: which one the row is of. */
static void write_which(const struct ledger *ledger, uint64_t replication)
{
    if (ledger->asked->several) fprintf(ledger->to, "%" PRIu64 ",", replication);
}

/* What comes from the sums of a year has no value in a month, nor what comes from the whole run. */
static bool is_told(const struct outcome *outcome, enum ledger_part part)
{
    return part != LEDGER_MONTHS || (outcome->kind->rule != OUTCOME_DERIVED && !outcome->kind->horizon_only);
}

static void write_months_head(const struct ledger *ledger)
{
    fputs(ledger->asked->several ? "replication,date" : "date", ledger->to);
    for (size_t c = 0; c < ledger->columns; c++) {
        const struct outcome *outcome = &ledger->simulation->outcomes.item[ledger->outcome[c]];
        const bool pure = outcome->unit[0] == '\0' || (outcome->unit[0] == '1' && outcome->unit[1] == '\0');
        fprintf(ledger->to, ",%s", outcome->path);
        if (!pure) fprintf(ledger->to, " (%s)", outcome->unit);
    }
    fputc('\n', ledger->to);
}

static void note_month(void *context, const struct outcome_rows *rows, int month)
{
    const struct ledger *ledger = context;
    for (size_t c = 0; c < ledger->columns; c++) {
        const size_t o = ledger->outcome[c];
        const bool ratio = ledger->simulation->outcomes.item[o].kind->rule == OUTCOME_RATIO;
        double *noted = ledger->month[(size_t)month * ledger->columns + c];
        for (size_t l = 0; l < LANES; l++) noted[l] = rows->row[o][l] / (ratio ? rows->weight[o][l] : 1.0);
    }
}

static void write_months(const struct ledger *ledger, const struct block_result *block, size_t lane)
{
    const struct calendar *calendar = &ledger->simulation->plan.calendar;
    for (int m = 0; m < calendar->months; m++) {
        char date[8];
        calendar_write(calendar->start + m, date);
        write_which(ledger, block->first + lane);
        fputs(date, ledger->to);
        for (size_t c = 0; c < ledger->columns; c++)
            write_number(ledger->month[(size_t)m * ledger->columns + c][lane], ledger->to);
        fputc('\n', ledger->to);
    }
}

static void write_years_head(const struct ledger *ledger, size_t years)
{
    const int start = ledger->simulation->plan.calendar.start;
    fputs(ledger->asked->several ? "replication,outcome,unit" : "outcome,unit", ledger->to);
    for (size_t y = 0; y < years; y++) {
        char date[8];
        calendar_write_year(start, (int)y, date);
        fprintf(ledger->to, ",%s", date);
    }
    fputs(",horizon_unit,horizon\n", ledger->to);
}

static void write_years(const struct ledger *ledger, const struct block_result *block, size_t lane)
{
    const size_t years = world_years(ledger->simulation->world);
    for (size_t c = 0; c < ledger->columns; c++) {
        const struct outcome *outcome = &ledger->simulation->outcomes.item[ledger->outcome[c]];
        const double(*cell)[LANES] = block->cell + ledger->outcome[c] * (years + 1);
        const bool has_years = !outcome->kind->horizon_only;
        write_which(ledger, block->first + lane);
        fprintf(ledger->to, "%s,%s", outcome->path, has_years ? outcome->unit : "");
        for (size_t y = 0; y < years; y++) write_number(has_years ? cell[y][lane] : LANES_NAN, ledger->to);
        fprintf(ledger->to, ",%s", outcome->total);
        write_number(cell[years][lane], ledger->to);
        fputc('\n', ledger->to);
    }
}

static void write_inputs(const struct ledger *ledger, const struct block_result *block, size_t lane)
{
    for (size_t i = 0; i < block->inputs; i++) {
        write_which(ledger, block->first + lane);
        fprintf(ledger->to, "%s,%s", store_input_name(ledger->simulation->plan.store, i),
                simulation_input_unit(ledger->simulation, i));
        write_number(block->input[i][lane], ledger->to);
        fputc('\n', ledger->to);
    }
}

static void say_invalid(const struct ledger *ledger, const struct block_result *block, size_t lane)
{
    char date[8];
    const int month = block->failed_month[lane];
    if (month < 0) return;
    calendar_write(ledger->simulation->plan.calendar.start + month, date);
    fprintf(stderr, "replication %" PRIu64 " is invalid: from %s on, %s is no finite number of single precision\n",
            block->first + lane, date, ledger->simulation->outcomes.item[block->failed_cause[lane]].path);
}

static struct fault *check_patterns(const struct ledger *ledger)
{
    const struct outcomes *outcomes = &ledger->simulation->outcomes;
    for (size_t p = 0; p < ledger->asked->patterns; p++) {
        const char *pattern = ledger->asked->pattern[p];
        bool found = false, told = false;
        char hint[160];
        for (size_t o = 0; o < outcomes->count; o++) {
            if (fnmatch(pattern, outcomes->item[o].path, 0) != 0) continue;
            found = true;
            told = told || is_told(&outcomes->item[o], ledger->asked->part);
        }
        if (found && told) continue;
        if (found) return fault_raise(FAULT_USAGE, "'%s' has no value in a month; --years has its years", pattern);
        outcomes_hint(outcomes, pattern, sizeof hint, hint);
        return fault_raise(FAULT_USAGE, "no outcome matches '%s'%s", pattern,
                           hint[0] != '\0' ? hint : "; `zhol show RESULT --list` lists them");
    }
    return NULL;
}

/* Finds the columns that are asked for, and makes room for their months. */
static struct fault *open_columns(struct ledger *ledger)
{
    const struct outcomes *outcomes = &ledger->simulation->outcomes;
    const struct ledger_asked *asked = ledger->asked;
    TRY(check_patterns(ledger));
    ledger->outcome = calloc(outcomes->count + 1, sizeof *ledger->outcome);
    if (ledger->outcome == NULL) return fault_no_memory();
    for (size_t o = 0; o < outcomes->count; o++) {
        bool chosen = asked->patterns == 0;
        for (size_t p = 0; p < asked->patterns && !chosen; p++)
            chosen = fnmatch(asked->pattern[p], outcomes->item[o].path, 0) == 0;
        if (chosen && is_told(&outcomes->item[o], asked->part)) ledger->outcome[ledger->columns++] = o;
    }
    const size_t months = (size_t)ledger->simulation->plan.calendar.months;
    const size_t numbers = asked->part == LEDGER_INPUTS ? store_inputs(ledger->simulation->plan.store)
                           : asked->part == LEDGER_MONTHS
                               ? months * ledger->columns
                               : (world_years(ledger->simulation->world) + 1) * ledger->columns;
    if (asked->last - asked->first >= NUMBERS_MOST / (numbers + 1) + 1)
        return fault_raise(FAULT_USAGE,
                           "%" PRIu64 " replications of %zu numbers each are more than %d; expected fewer%s",
                           asked->last - asked->first + 1, numbers, NUMBERS_MOST,
                           asked->part == LEDGER_INPUTS ? "" : ", or outcomes that are named");
    if (asked->part != LEDGER_MONTHS) return NULL;
    ledger->month = calloc(months * ledger->columns + 1, sizeof *ledger->month);
    return ledger->month == NULL ? fault_no_memory() : NULL;
}

static void write_head(const struct ledger *ledger)
{
    switch (ledger->asked->part) {
    case LEDGER_MONTHS: write_months_head(ledger); break;
    case LEDGER_YEARS: write_years_head(ledger, world_years(ledger->simulation->world)); break;
    case LEDGER_INPUTS:
        fputs(ledger->asked->several ? "replication,input,unit,value\n" : "input,unit,value\n", ledger->to);
        break;
    }
}

static void write_block(const struct ledger *ledger, const struct block_result *block)
{
    const struct ledger_asked *asked = ledger->asked;
    for (size_t l = 0; l < LANES; l++) {
        if (block->first + l < asked->first || block->first + l > asked->last) continue;
        switch (asked->part) {
        case LEDGER_MONTHS: write_months(ledger, block, l); break;
        case LEDGER_YEARS: write_years(ledger, block, l); break;
        case LEDGER_INPUTS: write_inputs(ledger, block, l); break;
        }
        say_invalid(ledger, block, l);
    }
}

static struct fault *write_all(struct ledger *ledger)
{
    const struct ledger_asked *asked = ledger->asked;
    const struct month_watch months = {note_month, ledger};
    struct world_state *state = NULL;
    TRY(open_columns(ledger));
    struct fault *fault = world_open(ledger->simulation->world, &state);
    if (fault == NULL) {
        write_head(ledger);
        for (uint64_t first = asked->first - asked->first % LANES; first <= asked->last; first += LANES) {
            struct block_result block;
            world_simulate_watched(state, first, LANES, asked->part == LEDGER_MONTHS ? &months : NULL, &block);
            write_block(ledger, &block);
        }
    }
    world_close(state);
    return fault;
}

struct fault *ledger_write(const struct simulation *simulation, const struct ledger_asked *asked, FILE *to)
{
    struct ledger ledger = {.simulation = simulation, .asked = asked, .to = to};
    struct fault *fault = write_all(&ledger);
    free(ledger.outcome);
    free(ledger.month);
    return fault;
}
