/* output/tables/workbook_source.c -- see workbook_source.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/workbook_source.h"
#include "output/result/stored.h"

#include <inttypes.h>
#include <stdlib.h>

static void put(struct spreadsheet *to, const char *heading, const char *file, const struct result *result,
                const char *content)
{
    char start[8];
    calendar_write(result->calendar.start, start);
    spreadsheet_heading(to, heading);
    spreadsheet_pair(to, "Scenario", result->title);
    spreadsheet_pair(to, "File", file);
    spreadsheet_pair(to, "content_sha256", content);
    spreadsheet_pair(to, "Made by", result->source);
    spreadsheet_pair(to, "Made again by", result->history);
    spreadsheet_pair_of(to, "Seed", "%" PRIu64, result->seed);
    spreadsheet_pair_of(to, "Replications", "%" PRIu64, result->replications);
    spreadsheet_pair_of(to, "Invalid replications", "%zu", result->invalids);
    spreadsheet_pair_of(to, "Months", "%d from %s on", result->calendar.months, start);
    spreadsheet_pair(to, "Prices", result->prices);
    spreadsheet_pair(to, "Discounted at", result->discount);
    spreadsheet_pair(to, "Generator", result->rng);
    spreadsheet_pair(to, "Arithmetic", result->arithmetic);
    spreadsheet_pair(to, "Stopped by", result->stopped_by);
    spreadsheet_pair(to, "Warnings", result->warnings == NULL ? "none" : result->warnings);
}

struct fault *workbook_source(struct spreadsheet *to, const char *heading, const char *file)
{
    struct result outline = {0};
    struct stored *stored = NULL;
    char *content = NULL;
    struct fault *fault = result_read_outline(file, &outline);
    if (fault == NULL) fault = stored_open(file, &stored);
    if (fault == NULL) fault = stored_text(stored, "content_sha256", &content);
    fault = stored_close(stored, fault);
    if (fault == NULL) put(to, heading, file, &outline, content);
    free(content);
    result_free(&outline);
    return fault;
}
