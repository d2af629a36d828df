/* output/report/futures.c -- see futures.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/report/futures.h"
#include "output/report/markup.h"
#include "output/result/stored.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { STEPS = 65533, NO_VALUE = 65535, EACH = 96, EACH_ROW = 48 /* characters around the values, at most */ };

/* Samples of a result on their way. */
struct source_file {
    struct stored *stored; /* NULL: it has none */
    struct result outline;
    float *all;    /* [years][replications], as read */
    double *value; /* [years][count] */
};

struct encoding {
    const struct contents *contents;
    struct source_file *file; /* [results] */
    double *difference;       /* [years][count] */
    unsigned char *bytes;     /* [years][count][2] */
    size_t count, years, room, blocks;
    FILE *to;     /* the blocks */
    char **refer; /* [outcomes][2]: how the blocks of an outcome are found, over the horizon and by year; NULL: none */
    struct futures *told;
};

/* ---- numbers ---- */

/* A value is (its code + *first) times *step: 0 is exactly that, and nothing else is. */
static void code_row(size_t count, const double value[], double *first, double *step, unsigned char bytes[])
{
    double low = HUGE_VAL, high = -HUGE_VAL;
    for (size_t i = 0; i < count; i++) {
        low = isfinite(value[i]) ? fmin(low, value[i]) : low;
        high = isfinite(value[i]) ? fmax(high, value[i]) : high;
    }
    *step = low < high ? (high - low) / STEPS : low <= high && low != 0.0 ? fabs(low) : 1.0;
    *first = low <= high ? nearbyint(low / *step) : 0.0;
    for (size_t i = 0; i < count; i++) {
        double at = isfinite(value[i]) ? nearbyint(value[i] / *step) : 0.0;
        if (at == 0.0 && isfinite(value[i]) && value[i] != 0.0) at = value[i] < 0.0 ? fmax(*first, -1.0) : 1.0;
        const unsigned code = isfinite(value[i]) ? (unsigned)(at - *first) : NO_VALUE;
        bytes[2 * i] = (unsigned char)(code & 0xFF);
        bytes[2 * i + 1] = (unsigned char)(code >> 8);
    }
}

/* So many characters a block takes at most. */
static size_t block_size(size_t rows, size_t count)
{
    return EACH + rows * EACH_ROW + (2 * rows * count + 2) / 3 * 4;
}

static void put_block(struct encoding *encoding, size_t rows, const double value[])
{
    double first, step;
    const size_t count = encoding->count;
    fputs(encoding->blocks++ == 0 ? "\n{\"from\": [" : ",\n{\"from\": [", encoding->to);
    for (size_t y = 0; y < rows; y++) {
        code_row(count, value + y * count, &first, &step, encoding->bytes + 2 * y * count);
        fprintf(encoding->to, "%s%.0f, %.17g", y == 0 ? "" : ", ", first, step);
    }
    fputs("], \"data\": \"", encoding->to);
    markup_base64(encoding->bytes, 2 * rows * count, encoding->to);
    fputs("\"}", encoding->to);
}

/* ---- samples of an outcome ---- */

static bool has_samples(const struct encoding *encoding, const struct contents_outcome *outcome, size_t result,
                        bool annual)
{
    const struct source_file *file = &encoding->file[result];
    return file->stored != NULL && outcome->at[result] < encoding->contents->result[result].of.outcomes.count &&
           stored_has_samples(file->stored, annual, outcome->of->path);
}

static struct fault *read_values(const struct encoding *encoding, const char *path, size_t result, bool annual)
{
    const struct source_file *file = &encoding->file[result];
    const size_t rows = annual ? encoding->years : 1, all = stored_replications(file->stored), count = encoding->count;
    TRY(stored_samples(file->stored, annual, path, rows, file->all));
    for (size_t y = 0; y < rows; y++)
        for (size_t i = 0; i < count; i++) file->value[y * count + i] = (double)file->all[y * all + i];
    return NULL;
}

enum relation { SAME, DIFFERENT, APART /* a difference from the base would not tell all of it */ };

static enum relation relate(const struct encoding *encoding, size_t result, size_t values)
{
    const double *base = encoding->file[0].value, *value = encoding->file[result].value;
    enum relation relation = SAME;
    for (size_t i = 0; i < values; i++) {
        if (isfinite(base[i]) != isfinite(value[i])) return APART;
        encoding->difference[i] = isfinite(base[i]) ? value[i] - base[i] : (double)NAN;
        if (isfinite(base[i]) && encoding->difference[i] != 0.0) relation = DIFFERENT;
    }
    return relation;
}

/* The blocks of an outcome in all results; how they are found into `refer`. */
static struct fault *put_results(struct encoding *encoding, const struct contents_outcome *outcome, bool annual,
                                 FILE *refer)
{
    const size_t rows = annual ? encoding->years : 1;
    const bool of_base = has_samples(encoding, outcome, 0, annual);
    for (size_t r = 0; r < encoding->contents->results; r++) {
        if (r > 0) fputs(", ", refer);
        if (!has_samples(encoding, outcome, r, annual)) {
            fputs("null", refer);
            continue;
        }
        TRY(read_values(encoding, outcome->of->path, r, annual));
        const enum relation relation = r > 0 && of_base ? relate(encoding, r, rows * encoding->count) : APART;
        if (relation == SAME) {
            fputs("\"same\"", refer);
            continue;
        }
        fprintf(refer, "[\"%s\", %zu]", relation == DIFFERENT ? "less base" : "value", encoding->blocks);
        put_block(encoding, rows, relation == DIFFERENT ? encoding->difference : encoding->file[r].value);
    }
    return NULL;
}

/* Its blocks into a text of their own, which is taken in if there is room for it. */
static struct fault *try_outcome(struct encoding *encoding, const struct contents_outcome *outcome, bool annual,
                                 char **refer, bool *taken)
{
    char *text = NULL;
    size_t size = 0, length = 0;
    const size_t before = encoding->blocks;
    FILE *all = encoding->to, *blocks = open_memstream(&text, &size), *names = open_memstream(refer, &length);
    struct fault *fault = blocks == NULL || names == NULL ? fault_no_memory() : NULL;
    if (fault == NULL) {
        encoding->to = blocks;
        fault = put_results(encoding, outcome, annual, names);
        encoding->to = all;
    }
    if (blocks != NULL && fclose(blocks) != 0 && fault == NULL) fault = fault_no_memory();
    if (names != NULL && fclose(names) != 0 && fault == NULL) fault = fault_no_memory();
    *taken = fault == NULL && size <= encoding->room;
    if (*taken) {
        fwrite(text, 1, size, all);
        encoding->room -= size;
    } else {
        encoding->blocks = before;
        free(*refer);
        *refer = NULL;
    }
    free(text);
    return fault;
}

static struct fault *put_outcome(struct encoding *encoding, size_t o, bool annual)
{
    const struct contents_outcome *outcome = &encoding->contents->outcome[o];
    bool any = false, taken = false;
    for (size_t r = 0; r < encoding->contents->results; r++) any = any || has_samples(encoding, outcome, r, annual);
    if (!any) {
        encoding->told->unsaved += annual && !outcome->of->kind->horizon_only;
        return NULL;
    }
    /* one result at least takes that many, so that nothing is read in vain once there is no more room */
    if (block_size(annual ? encoding->years : 1, encoding->count) <= encoding->room)
        TRY(try_outcome(encoding, outcome, annual, &encoding->refer[2 * o + annual], &taken));
    if (taken)
        *(annual ? &encoding->told->yearly : &encoding->told->horizon) += 1;
    else
        encoding->told->left++;
    return NULL;
}

/* ---- in which order ---- */

/* Over the horizon all of them, the key ones first; by year the first of every subject, then the second. */
static struct fault *put_horizons(struct encoding *encoding)
{
    const struct contents *contents = encoding->contents;
    for (int key = 1; key >= 0; key--)
        for (size_t o = 0; o < contents->outcomes; o++)
            if (contents->outcome[o].key == (key == 1)) TRY(put_outcome(encoding, o, false));
    return NULL;
}

static struct fault *put_years(struct encoding *encoding)
{
    const struct contents *contents = encoding->contents;
    for (int key = 1; key >= 0; key--)
        for (size_t turn = 0; turn < contents->outcomes; turn++)
            for (size_t o = 0, place = 0; o < contents->outcomes; o++) {
                const struct contents_outcome *outcome = &contents->outcome[o];
                const bool first = o == 0 || contents->outcome[o - 1].of->kind->subject != outcome->of->kind->subject;
                place = first ? 0 : place + 1;
                if (place == turn && outcome->key == (key == 1)) TRY(put_outcome(encoding, o, true));
            }
    return NULL;
}

/* ---- whether events ever happened, in the base ---- */

static bool is_event(const struct outcome *outcome)
{
    static const char events[] = "events.", down[] = ".down", regimes[] = "regimes.";
    const size_t length = strlen(outcome->path);
    const bool event = strncmp(outcome->path, events, strlen(events)) == 0 && length > strlen(events) + strlen(down) &&
                       strcmp(outcome->path + length - strlen(down), down) == 0;
    return event || strncmp(outcome->path, regimes, strlen(regimes)) == 0 || outcome->kind->chance == CHANCE_MEAN;
}

static struct fault *put_event(struct encoding *encoding, const struct outcome *outcome, size_t *events)
{
    const size_t count = encoding->count, bytes = (count + 7) / 8,
                 size = EACH + 2 * strlen(outcome->path) + bytes / 3 * 4;
    size_t happened = 0;
    if (!stored_has_samples(encoding->file[0].stored, false, outcome->path) || size > encoding->room) return NULL;
    TRY(read_values(encoding, outcome->path, 0, false));
    memset(encoding->bytes, 0, bytes);
    for (size_t i = 0; i < count; i++) {
        const bool did = encoding->file[0].value[i] > 0.0;
        happened += did;
        encoding->bytes[i / 8] |= (unsigned char)(did << i % 8);
    }
    const size_t rarer = happened < count - happened ? happened : count - happened;
    if (100 * rarer < count) return NULL; /* nothing to ask: it always happens, or hardly ever */
    encoding->room -= size;
    fputs((*events)++ == 0 ? "\n{\"path\": " : ",\n{\"path\": ", encoding->to);
    markup_json_string(outcome->path, encoding->to);
    fputs(", \"name\": ", encoding->to);
    markup_json_string(contents_name(outcome), encoding->to);
    fputs(", \"data\": \"", encoding->to);
    markup_base64(encoding->bytes, bytes, encoding->to);
    fputs("\"}", encoding->to);
    return NULL;
}

static struct fault *put_events(struct encoding *encoding)
{
    const struct outcomes *all = &encoding->contents->result[0].of.outcomes;
    size_t events = 0;
    fputs(", \"events\": [", encoding->to);
    for (size_t o = 0; o < all->count && encoding->file[0].stored != NULL; o++)
        if (is_event(&all->item[o])) TRY(put_event(encoding, &all->item[o], &events));
    return NULL;
}

/* ---- all of it ---- */

/* Futures that are invalid in any result. */
static struct fault *put_invalid(const struct encoding *encoding)
{
    bool *invalid = calloc(encoding->count + 1, sizeof *invalid);
    const char *between = "";
    if (invalid == NULL) return fault_no_memory();
    for (size_t r = 0; r < encoding->contents->results; r++)
        for (size_t i = 0; i < encoding->file[r].outline.invalids; i++)
            if (encoding->file[r].outline.invalid[i].replication < encoding->count)
                invalid[encoding->file[r].outline.invalid[i].replication] = true;
    fputs("], \"invalid\": [", encoding->to);
    for (size_t i = 0; i < encoding->count; i++) {
        if (!invalid[i]) continue;
        fprintf(encoding->to, "%s%zu", between, i);
        between = ", ";
    }
    free(invalid);
    return NULL;
}

static void put_references(const struct encoding *encoding)
{
    fputs("], \"outcome\": [", encoding->to);
    for (size_t o = 0; o < encoding->contents->outcomes; o++)
        fprintf(encoding->to, "%s{\"horizon\": [%s], \"years\": [%s]}", o == 0 ? "\n" : ",\n",
                encoding->refer[2 * o] == NULL ? "" : encoding->refer[2 * o],
                encoding->refer[2 * o + 1] == NULL ? "" : encoding->refer[2 * o + 1]);
}

static struct fault *open_file(const struct contents_result *from, struct source_file *file, size_t *count)
{
    if (from->of.replications < *count) *count = (size_t)from->of.replications;
    if (!from->sampled) return NULL;
    TRY(result_read_outline(from->path, &file->outline));
    TRY(stored_open(from->path, &file->stored));
    file->all = calloc((from->of.years + 1) * stored_replications(file->stored), sizeof *file->all);
    return file->all == NULL ? fault_no_memory() : NULL;
}

static struct fault *open_files(struct encoding *encoding)
{
    const struct contents *contents = encoding->contents;
    bool any = false;
    encoding->count = contents->results > 2 ? FUTURES_OF_MANY : FUTURES_MOST;
    for (size_t r = 0; r < contents->results; r++) {
        TRY(open_file(&contents->result[r], &encoding->file[r], &encoding->count));
        any = any || encoding->file[r].stored != NULL;
    }
    if (!any) encoding->count = 0;
    const size_t most = (encoding->years + 1) * encoding->count + 1;
    encoding->difference = calloc(most, sizeof *encoding->difference);
    encoding->bytes = calloc(most, 2);
    if (encoding->difference == NULL || encoding->bytes == NULL) return fault_no_memory();
    for (size_t r = 0; r < contents->results; r++) {
        encoding->file[r].value = calloc(most, sizeof *encoding->file[r].value);
        if (encoding->file[r].value == NULL) return fault_no_memory();
    }
    return NULL;
}

static struct fault *encode(struct encoding *encoding)
{
    TRY(open_files(encoding));
    encoding->told->count = encoding->count;
    fprintf(encoding->to, "{\"count\": %zu", encoding->count);
    TRY(put_events(encoding));
    TRY(put_invalid(encoding));
    fputs("], \"block\": [", encoding->to);
    if (encoding->count > 0) {
        TRY(put_horizons(encoding));
        TRY(put_years(encoding));
    }
    put_references(encoding);
    fputs("]}", encoding->to);
    return NULL;
}

struct fault *futures_write(const struct contents *contents, size_t room, FILE *to, struct futures *futures)
{
    enum { FRAME = 40000 }; /* characters for events and for how blocks are found */
    *futures = (struct futures){.count = 0};
    struct encoding encoding = {.contents = contents,
                                .file = calloc(contents->results + 1, sizeof *encoding.file),
                                .years = contents->result[0].of.years,
                                .room = room > FRAME ? room - FRAME : 0,
                                .to = to,
                                .refer = calloc(2 * contents->outcomes + 1, sizeof *encoding.refer),
                                .told = futures};
    struct fault *fault = encoding.file == NULL || encoding.refer == NULL ? fault_no_memory() : encode(&encoding);
    for (size_t r = 0; r < contents->results && encoding.file != NULL; r++) {
        fault = stored_close(encoding.file[r].stored, fault);
        result_free(&encoding.file[r].outline);
        free(encoding.file[r].all);
        free(encoding.file[r].value);
    }
    for (size_t i = 0; i < 2 * contents->outcomes && encoding.refer != NULL; i++) free(encoding.refer[i]);
    free(encoding.refer);
    free(encoding.file);
    free(encoding.difference);
    free(encoding.bytes);
    return fault;
}
