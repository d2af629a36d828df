/* output/report/page_parts.h -- the parts of a page, each written as HTML: for page.c alone, which puts them in their order.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ZHOL_PAGE_PARTS_H
#define ZHOL_PAGE_PARTS_H

#include "output/report/contents.h"
#include "output/report/futures.h"

#include <stdio.h>

/* How much is told of the scenarios. */
struct page_detail {
    bool sources, scenarios, scenarios_of_others;
};

/* What was asked: titles, years, prices, the results, and where the numbers of the scenarios come from. */
void page_parts_question(const struct contents *contents, const struct page_detail *detail, FILE *to);
/* The headline tables: over the horizon and in a year. */
void page_parts_numbers(const struct contents *contents, FILE *to);
/* What the others differ in from the base. */
void page_parts_differences(const struct contents *contents, FILE *to);
/* What decides it, with bars. */
MUST_CHECK struct fault *page_parts_decision(const struct contents *contents, FILE *to);
/* Which policy is the best in each world, and regret. */
MUST_CHECK struct fault *page_parts_ranking(const struct contents *contents, FILE *to);
/* Warnings, and what the numbers mean and do not mean. */
void page_parts_caveats(const struct contents *contents, const struct futures *futures, FILE *to);
/* How to make it again. */
void page_parts_again(const struct contents *contents, const struct page_detail *detail, FILE *to);

/* What the script draws, but for the futures: members of an object of JSON. */
void page_parts_data(const struct contents *contents, FILE *to);

/* The unit in which an outcome is read over the horizon or by year, in all results, and what its numbers are divided by; of their
 * differences. */
struct page_scale {
    char unit[64];
    double divisor;
};
struct page_scale page_parts_scale(const struct contents *contents, const struct contents_outcome *outcome,
                                   bool horizon);
struct page_scale page_parts_scale_of_difference(const struct contents *contents,
                                                 const struct contents_outcome *outcome, bool horizon);
/* The head of a row: what an outcome is called, and its path. */
void page_parts_name(const struct outcome *outcome, FILE *to);
/* "2020 to 2039" */
void page_parts_years(const struct contents *contents, FILE *to);

#endif
