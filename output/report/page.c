/* output/report/page.c -- see page.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report/page.h"
#include "output/hdf5/publish.h"
#include "output/report/assets.h"
#include "output/report/markup.h"
#include "output/report/page_parts.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A text in memory. */
struct text {
    char *at;
    size_t size;
};

struct page {
    const struct contents *contents;
    struct page_detail detail;
    struct futures futures;
    struct text data, samples, body;
    FILE *to; /* the text that is written */
};

static void free_texts(struct page *page)
{
    free(page->data.at);
    free(page->samples.at);
    free(page->body.at);
    page->data = page->samples = page->body = (struct text){NULL, 0};
}

/* Has `write` fill a text. */
static struct fault *fill(struct page *page, struct text *text, struct fault *(*write)(struct page *page))
{
    page->to = open_memstream(&text->at, &text->size);
    if (page->to == NULL) return fault_no_memory();
    struct fault *fault = write(page);
    if (fclose(page->to) != 0 && fault == NULL) fault = fault_no_memory();
    return fault;
}

/* ---- the parts ---- */

static struct fault *write_data(struct page *page)
{
    page_parts_data(page->contents, page->to);
    return NULL;
}

static void put_links(const struct contents *contents, FILE *to)
{
    fputs("<nav aria-label=\"Parts of this page\"><a href=\"#question\">Question</a> <a href=\"#numbers\">Numbers</a> ",
          to);
    if (contents->results > 1) fputs("<a href=\"#differences\">Differences</a> ", to);
    if (contents->decision.count > 0 || contents->undecided != NULL)
        fputs("<a href=\"#decides\">What decides</a> ", to);
    if (contents->ranking.outcomes > 0) fputs("<a href=\"#ranking\">Ranking</a> ", to);
    fputs("<a href=\"#figures\">Figures</a> <a href=\"#caveats\">Trust</a> <a href=\"#again\">Again</a></nav>\n", to);
}

static void put_header(const struct contents *contents, FILE *to)
{
    const struct result *base = &contents->result[0].of;
    fputs("<header>\n<h1>", to);
    markup_text(contents->title, to);
    fputs("</h1>\n<p class=\"subtitle\">", to);
    page_parts_years(contents, to);
    fputs(" \xC2\xB7 ", to);
    markup_count(base->replications, to);
    fputs(" futures \xC2\xB7 ", to);
    markup_text(base->prices, to);
    fputs("</p>\n", to);
    put_links(contents, to);
    fputs("</header>\n", to);
}

static struct fault *write_body(struct page *page)
{
    const struct contents *contents = page->contents;
    put_header(contents, page->to);
    fputs("<div class=\"columns\">\n<main>\n", page->to);
    page_parts_question(contents, &page->detail, page->to);
    page_parts_numbers(contents, page->to);
    page_parts_differences(contents, page->to);
    TRY(page_parts_decision(contents, page->to));
    TRY(page_parts_ranking(contents, page->to));
    fputs("<section id=\"figures\"><h2>Year by year</h2>\n<p class=\"without-script\">The figures need JavaScript; the "
          "tables do "
          "not.</p>\n<p class=\"state\"></p>\n<div id=\"charts\"></div>\n</section>\n",
          page->to);
    page_parts_caveats(contents, &page->futures, page->to);
    page_parts_again(contents, &page->detail, page->to);
    fputs("</main>\n<aside id=\"filter\" hidden></aside>\n</div>\n", page->to);
    return NULL;
}

/* ---- the whole ---- */

/* That nothing is asked of anybody, and that no script runs but the page's own. */
static void put_policy(FILE *to)
{
    char hex[CONTENT_DIGITS + 1];
    unsigned char digest[CONTENT_DIGITS / 2];
    content_of_text(asset_script.text, hex);
    for (size_t i = 0; i < sizeof digest; i++) {
        const char pair[3] = {hex[2 * i], hex[2 * i + 1], '\0'};
        digest[i] = (unsigned char)strtoul(pair, NULL, 16);
    }
    fputs("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
          "img-src data:; script-src "
          "'sha256-",
          to);
    markup_base64(digest, sizeof digest, to);
    fputs("'; base-uri 'none'; form-action 'none'\">\n", to);
}

static void put_page(const struct page *page, FILE *to)
{
    fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n", to);
    put_policy(to);
    fputs("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" "
          "content=\"light dark\">\n"
          "<meta name=\"referrer\" content=\"no-referrer\">\n<meta name=\"generator\" content=\"zhol " ZHOL_VERSION
          "\">\n<title>",
          to);
    markup_text(page->contents->title, to);
    fputs("</title>\n<!--\nThe figures are drawn by uPlot, whose licence is:\n\n", to);
    fwrite(asset_licence.text, 1, asset_licence.size, to);
    fputs("-->\n<style>\n", to);
    fwrite(asset_style.text, 1, asset_style.size, to);
    fputs("</style>\n</head>\n<body>\n", to);
    fwrite(page->body.at, 1, page->body.size, to);
    fputs("<script type=\"application/json\" id=\"data\">{", to);
    fwrite(page->data.at, 1, page->data.size, to);
    fputs(",\n\"futures\": ", to);
    fwrite(page->samples.at, 1, page->samples.size, to);
    fputs("}</script>\n<script>", to);
    fwrite(asset_script.text, 1, asset_script.size, to);
    fputs("</script>\n</body>\n</html>\n", to);
}

static struct fault *write_file(const char *temporary, const char *path, const void *context)
{
    FILE *to = fopen(temporary, "wxe");
    if (to == NULL) return fault_raise(FAULT_MACHINE, "%s cannot be written: %s", path, strerror(errno));
    errno = 0;
    put_page(context, to);
    const bool failed = fflush(to) != 0 || ferror(to);
    const int error = errno;
    if (fclose(to) != 0 || failed)
        return fault_raise(FAULT_MACHINE, "%s cannot be written: %s", path, strerror(failed ? error : errno));
    return NULL;
}

/* ---- what there is room for ---- */

enum { AROUND = 4000 /* characters of the frame */, LEAST_FUTURES = 900000 };

static struct fault *write_samples(struct page *page)
{
    const size_t taken =
        AROUND + asset_script.size + asset_style.size + asset_licence.size + page->data.size + page->body.size;
    return futures_write(page->contents, taken < PAGE_BYTES ? PAGE_BYTES - taken : 0, page->to, &page->futures);
}

/* What is told of the scenarios gives way to futures, the longest of it first. */
static struct fault *fit_body(struct page *page)
{
    static const struct page_detail details[] = {
        {true, true, true}, {true, true, false}, {true, false, false}, {false, false, false}};
    const size_t frame = AROUND + asset_script.size + asset_style.size + asset_licence.size + page->data.size;
    for (size_t d = 0; d < sizeof details / sizeof *details; d++) {
        free(page->body.at);
        page->body = (struct text){NULL, 0};
        page->detail = details[d];
        TRY(fill(page, &page->body, write_body));
        if (frame + page->body.size + LEAST_FUTURES <= PAGE_BYTES) break;
    }
    return NULL;
}

/* The body says how many futures are inside, and how many are depends on its size: a guess, then the truth. */
static struct fault *make(struct page *page)
{
    TRY(fill(page, &page->data, write_data));
    TRY(fit_body(page));
    TRY(fill(page, &page->samples, write_samples));
    free(page->body.at);
    page->body = (struct text){NULL, 0};
    return fill(page, &page->body, write_body);
}

struct fault *page_write(const struct contents *contents, const char *path, bool force, struct page_size *size)
{
    struct page page = {.contents = contents};
    struct fault *fault = make(&page);
    size->bytes = AROUND + asset_script.size + asset_style.size + asset_licence.size + page.data.size + page.body.size +
                  page.samples.size;
    size->futures = page.futures.count;
    size->sampled = page.futures.yearly;
    size->of = contents->outcomes;
    if (fault == NULL && size->bytes > PAGE_BYTES)
        fault = fault_raise(FAULT_FILES, "%s would have %zu bytes, more than %d; name fewer results", path, size->bytes,
                            PAGE_BYTES);
    if (fault == NULL) fault = publish(path, force, write_file, &page);
    free_texts(&page);
    return fault;
}
