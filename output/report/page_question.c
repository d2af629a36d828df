/* output/report/page_question.c -- what was asked, and how to ask it again. See page_parts.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report/markup.h"
#include "output/report/page_parts.h"

#include <inttypes.h>
#include <string.h>

static void put_fact(const char *name, const char *value, FILE *to)
{
    if (value == NULL || value[0] == '\0') return;
    fprintf(to, "<div><dt>%s</dt><dd>", name);
    markup_text(value, to);
    fputs("</dd></div>\n", to);
}

static void put_futures(const struct contents *contents, FILE *to)
{
    uint64_t least = UINT64_MAX, most = 0;
    for (size_t r = 0; r < contents->results; r++) {
        const uint64_t each = contents->result[r].of.replications;
        least = each < least ? each : least;
        most = each > most ? each : most;
    }
    fputs("<div><dt>Futures simulated</dt><dd>", to);
    if (least < most) {
        markup_count(least, to);
        fputs(" to ", to);
    }
    markup_count(most, to);
    fputs(contents->results > 1 ? " of each, on the same random numbers</dd></div>\n" : "</dd></div>\n", to);
}

static void put_results(const struct contents *contents, FILE *to)
{
    fputs("<ol class=\"results\">\n", to);
    for (size_t r = 0; r < contents->results; r++) {
        const struct contents_result *result = &contents->result[r];
        fprintf(to, "<li data-result=\"%zu\"><b>", r);
        markup_text(result->name, to);
        fputs(r == 0 && contents->results > 1 ? "</b> (the base): " : "</b>: ", to);
        markup_text(result->of.title, to);
        fputs("</li>\n", to);
    }
    fputs("</ol>\n", to);
}

/* ---- sources: "KIND<tab>PATH<tab>FILE:LINE<tab>COMMENT", a line each ---- */

static const struct {
    const char *kind, *one, *more;
} kinds[] = {{"none", "number without a source", "numbers without a source"},
             {"assumption", "assumption", "assumptions"},
             {"hindsight", "number that only hindsight knows", "numbers that only hindsight knows"},
             {"sourced", "number with a source", "numbers with a source"}};
enum { KINDS = sizeof kinds / sizeof *kinds };

static const char *next_line(const char *line)
{
    const char *end = strchr(line, '\n');
    return end == NULL || end[1] == '\0' ? NULL : end + 1;
}

static bool is_of(const char *line, const char *kind)
{
    return strcspn(line, "\t\n") == strlen(kind) && strncmp(line, kind, strlen(kind)) == 0;
}

/* Whether the same line is among those of another text. */
static bool is_among(const char *line, const char *lines)
{
    const size_t length = strcspn(line, "\n") + 1;
    for (const char *at = lines; at != NULL; at = next_line(at))
        if (strncmp(at, line, length) == 0) return true;
    return false;
}

/* The fields of a line after its kind, a cell each. */
static void put_source(const char *line, FILE *to)
{
    const char *end = line + strcspn(line, "\n"), *at = line + strcspn(line, "\t\n");
    fputs("<tr>", to);
    for (int field = 0; field < 3; field++) {
        if (at < end) at++;
        const size_t length = field == 2 ? (size_t)(end - at) : strcspn(at, "\t\n");
        fputs("<td>", to);
        markup_part(at, length, to);
        at += length;
    }
    fputs("</tr>\n", to);
}

static void put_sources_of(const char *lines, const char *but, size_t k, FILE *to)
{
    const char *kind = kinds[k].kind;
    size_t count = 0, shown = 0;
    for (const char *line = lines; line != NULL; line = next_line(line))
        count += is_of(line, kind) && (but == NULL || !is_among(line, but));
    for (const char *line = lines; line != NULL; line = next_line(line))
        if (is_of(line, kind) && (but == NULL || !is_among(line, but))) {
            if (shown++ == 0)
                fprintf(to,
                        "<details><summary>%zu %s</summary><div class=\"box\" tabindex=\"0\"><table "
                        "class=\"sources\"><thead><tr>"
                        "<th scope=\"col\">Number</th><th scope=\"col\">Where</th><th scope=\"col\">Comment beside "
                        "it</th></tr></thead>"
                        "<tbody>\n",
                        count, count == 1 ? kinds[k].one : kinds[k].more);
            put_source(line, to);
        }
    if (count > 0) fputs("</tbody></table></div></details>\n", to);
}

static void put_counts(const char *lines, FILE *to)
{
    const char *between = "";
    for (size_t k = 0; k < KINDS; k++) {
        size_t count = 0;
        for (const char *line = lines; line != NULL; line = next_line(line)) count += is_of(line, kinds[k].kind);
        if (count == 0) continue;
        fprintf(to, "%s%zu %s", between, count, count == 1 ? kinds[k].one : kinds[k].more);
        between = ", ";
    }
    fputs(between[0] == '\0' ? "none is told" : "", to);
}

static void put_sources(const struct contents *contents, const struct page_detail *detail, FILE *to)
{
    fputs("<h3>Where the numbers come from</h3>\n", to);
    for (size_t r = 0; r < contents->results; r++) {
        const char *lines = contents->result[r].of.sources, *but = r == 0 ? NULL : contents->result[0].of.sources;
        fputs("<p><b>", to);
        markup_text(contents->result[r].name, to);
        fputs("</b>: ", to);
        put_counts(lines, to);
        fputs(r == 0 || lines == NULL ? ".</p>\n" : "; below, those that the base does not have.</p>\n", to);
        for (size_t k = 0; k < KINDS && detail->sources && lines != NULL; k++) put_sources_of(lines, but, k, to);
    }
    if (!detail->sources)
        fputs("<p>Their list has no room here; <code>zhol explain SCENARIO --sources</code> prints it.</p>\n", to);
}

void page_parts_question(const struct contents *contents, const struct page_detail *detail, FILE *to)
{
    const struct result *base = &contents->result[0].of;
    fputs("<section id=\"question\"><h2>The question</h2>\n", to);
    if (contents->results > 1)
        fputs("<p class=\"lead\">What may become of it, and what changes against the base.</p>\n", to);
    else
        fputs("<p class=\"lead\">What may become of it, if the world goes as the scenario supposes.</p>\n", to);
    put_results(contents, to);
    fputs("<dl class=\"facts\">\n<div><dt>Horizon</dt><dd>", to);
    page_parts_years(contents, to);
    fputs("</dd></div>\n", to);
    put_futures(contents, to);
    put_fact("Prices", base->prices, to);
    put_fact("Discount rates", base->discount, to);
    fputs("</dl>\n", to);
    put_sources(contents, detail, to);
    fputs("</section>\n", to);
}

/* ---- how to make it again ---- */

static void put_again(const struct contents_result *result, bool scenario, FILE *to)
{
    char seed[24];
    snprintf(seed, sizeof seed, "%" PRIu64, result->of.seed);
    fputs("<h3>", to);
    markup_text(result->name, to);
    fputs("</h3>\n<pre class=\"command\">", to);
    markup_text(result->of.history, to);
    fputs("</pre>\n<dl class=\"facts\">\n", to);
    put_fact("Made by", result->of.source, to);
    put_fact("Seed", seed, to);
    put_fact("Generator", result->of.rng, to);
    put_fact("Arithmetic", result->of.arithmetic, to);
    put_fact("Stopped by", result->of.stopped_by, to);
    put_fact("SHA-256 of the scenario", result->scenario, to);
    put_fact("SHA-256 of the result's content", result->content, to);
    fputs("</dl>\n", to);
    if (!scenario) return;
    fputs("<details><summary>The scenario as it was simulated</summary><pre class=\"scenario\">", to);
    markup_text(result->of.scenario, to);
    fputs("</pre></details>\n", to);
}

void page_parts_again(const struct contents *contents, const struct page_detail *detail, FILE *to)
{
    fputs(
        "<section id=\"again\"><h2>How to make it again</h2>\n<p>The same command with the same version gives the same "
        "numbers, to the last bit where the arithmetic is the same. This page was made by</p>\n<pre class=\"command\">",
        to);
    markup_text(contents->command, to);
    fputs("</pre>\n", to);
    for (size_t r = 0; r < contents->results; r++)
        put_again(&contents->result[r], r == 0 ? detail->scenarios : detail->scenarios_of_others, to);
    if (!detail->scenarios || (contents->results > 1 && !detail->scenarios_of_others))
        fputs("<p>Scenarios that are not here had no room; the attribute <code>scenario</code> of each result has its "
              "own.</p>\n",
              to);
    fputs("</section>\n", to);
}
