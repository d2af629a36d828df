/* output/tables/workbook_words.c -- see workbook_words.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/tables/workbook_words.h"

#include <string.h>

enum { NUMBER = 14, PAGE = 110, NAME = 30 };

void workbook_words_columns(struct spreadsheet *to, const char *name)
{
    spreadsheet_column(to, NUMBER, "%s", name);
    spreadsheet_column(to, NUMBER, "Error of the simulation, 95 %%: from");
    spreadsheet_column(to, NUMBER, "Error of the simulation, 95 %%: to");
}

void workbook_words_ranges(struct spreadsheet *to, const char *of, size_t quantiles, const double probability[])
{
    for (size_t q = 0; q < quantiles; q++)
        spreadsheet_column(to, NUMBER, "Range of futures%s: %.4g %%", of, 100.0 * probability[q]);
}

void workbook_words_notes(struct spreadsheet *to, bool differences)
{
    const char *what = differences ? "difference" : "value";
    spreadsheet_sheet(to, "Notes");
    spreadsheet_pages(to, PAGE, 0);
    spreadsheet_title(to, "How to read the numbers");
    spreadsheet_heading(to, "Two kinds of interval");
    spreadsheet_paragraph(to,
                          "Range of futures: what may happen. The %s is at or below the number in the column \"5 %%\" "
                          "in 5 of 100 simulated futures, and so for the other columns. More replications do not make "
                          "this range narrower.",
                          what);
    spreadsheet_paragraph(
        to, "Error of the simulation, 95 %%: how well the simulation knows its mean or probability. In 95 of 100 "
            "runs with other random numbers the true one lies between \"from\" and \"to\". "
            "More replications make it narrower. That the model or its figures may be wrong is no part of it.");
    spreadsheet_heading(to, "Numbers and units");
    spreadsheet_paragraph(to, "Numbers have all their digits; what shows is as many as the error justifies. "
                              "An empty cell is a number that is not known, or that there is not.");
    spreadsheet_paragraph(
        to, "Units: k is a thousand, M a million, G a thousand million (USD, t, TEU, bbl); kcm is a thousand "
            "cubic metres and bcm a thousand million of them; %% points are differences of per cents.");
}

void workbook_words_paragraphs(struct spreadsheet *to, const char *text)
{
    for (const char *line = text; line != NULL; line = strchr(line, '\n')) {
        line += *line == '\n';
        spreadsheet_paragraph(to, "%.*s", (int)strcspn(line, "\n"), line);
    }
}

void workbook_words_provenance(struct spreadsheet *to, const char *command)
{
    spreadsheet_sheet(to, "Provenance");
    spreadsheet_pages(to, NAME, PAGE);
    spreadsheet_title(to, "Where this workbook comes from");
    spreadsheet_row_end(to);
    spreadsheet_pair(to, "Command", command);
    spreadsheet_pair(to, "Program", "zhol " ZHOL_VERSION);
}
