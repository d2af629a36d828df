/* sim/run/parcel.c -- see parcel.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/parcel.h"
#include "output/hdf5/publish.h"
#include "sim/core/cause.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { BUFFER = 1 << 20, MARK = 16 };
static const char begin_mark[MARK] = "zhol parcel 2\n", end_mark[MARK] = "zhol ends here\n";

struct trailer {
    uint64_t head, body; /* bytes, one after the other, before the trailer */
    unsigned char head_digest[PARCEL_DIGEST], body_digest[PARCEL_DIGEST];
    unsigned char digest[PARCEL_DIGEST]; /* of all above */
    char mark[MARK];
};

static struct fault *cannot(const char *path, const char *what, int error)
{
    return fault_raise(FAULT_MACHINE, "%s cannot be %s: %s", path, what, strerror(error));
}

/* Of a file that was named. */
static struct fault *cannot_open(const char *path)
{
    return fault_raise(cause_code(errno, FAULT_FILES), "%s cannot be read: %s", path, strerror(errno));
}

static struct fault *damaged(const char *path, const char *how)
{
    return fault_raise(FAULT_FILES, "%s is damaged: %s", path, how);
}

/* A fault that has no path yet gets one. */
static struct fault *of_path(const char *path, struct fault *fault)
{
    if (fault == NULL || fault->code != FAULT_FILES) return fault;
    struct fault *placed = damaged(path, fault->sentence);
    fault_free(fault);
    return placed;
}

static void digest_of(const void *from, size_t size, unsigned char digest[PARCEL_DIGEST])
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, size, from);
    sha256_digest(&sha, PARCEL_DIGEST, digest);
}

static struct fault *write_all(int file, const char *path, const void *from, size_t size, uint64_t offset)
{
    const unsigned char *at = from;
    while (size > 0) {
        const ssize_t written = pwrite(file, at, size, (off_t)offset);
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0) return cannot(path, "written", written < 0 ? errno : ENOSPC);
        at += written;
        size -= (size_t)written;
        offset += (uint64_t)written;
    }
    return NULL;
}

static struct fault *read_all(int file, const char *path, void *to, size_t size, uint64_t offset)
{
    unsigned char *at = to;
    while (size > 0) {
        const ssize_t got = pread(file, at, size, (off_t)offset);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return cannot(path, "read", errno);
        if (got == 0) return damaged(path, "it ends too early");
        at += got;
        size -= (size_t)got;
        offset += (uint64_t)got;
    }
    return NULL;
}

uint64_t parcel_done(const struct accumulator *accumulator, bool last)
{
    uint64_t first, end = accumulator->first / LANES_PER_CHUNK, done = 0;
    while (tally_next(accumulator->tally, end, true, &first, &end)) done += (end - first) * LANES_PER_CHUNK;
    if (!accumulator_has_last(accumulator)) return done;
    return done - LANES_PER_CHUNK + (last ? accumulator->limit % LANES_PER_CHUNK : 0);
}

/* Bytes on their way between memory and a file. */
struct transfer {
    int file;
    const char *path;
    uint64_t offset;
    struct sha256_ctx sha;
    unsigned char *buffer;
    size_t used, filled;
    uint64_t left; /* of what is read */
};

static struct fault *transfer_flush(struct transfer *transfer)
{
    sha256_update(&transfer->sha, transfer->used, transfer->buffer);
    TRY(write_all(transfer->file, transfer->path, transfer->buffer, transfer->used, transfer->offset));
    transfer->offset += transfer->used;
    transfer->used = 0;
    return NULL;
}

static struct fault *transfer_put(struct transfer *transfer, const void *from, size_t size)
{
    for (const unsigned char *at = from; size > 0;) {
        const size_t part = size < BUFFER - transfer->used ? size : BUFFER - transfer->used;
        memcpy(transfer->buffer + transfer->used, at, part);
        transfer->used += part;
        at += part;
        size -= part;
        if (transfer->used == BUFFER) TRY(transfer_flush(transfer));
    }
    return NULL;
}

static struct fault *transfer_take(struct transfer *transfer, void *to, size_t size)
{
    for (unsigned char *at = to; size > 0;) {
        if (transfer->used == transfer->filled) {
            transfer->filled = transfer->left < BUFFER ? (size_t)transfer->left : BUFFER;
            transfer->used = 0;
            TRY(read_all(transfer->file, transfer->path, transfer->buffer, transfer->filled, transfer->offset));
            sha256_update(&transfer->sha, transfer->filled, transfer->buffer);
            transfer->offset += transfer->filled;
            transfer->left -= transfer->filled;
        }
        const size_t have = transfer->filled - transfer->used, part = size < have ? size : have;
        memcpy(at, transfer->buffer + transfer->used, part);
        transfer->used += part;
        at += part;
        size -= part;
    }
    return NULL;
}

/* What cells are read into, so many at once. */
struct columns {
    size_t at_once;
    float *work;
    const float **row;
};

static void columns_close(struct columns *columns)
{
    free(columns->work);
    free(columns->row);
}

static struct fault *columns_open(uint64_t count, struct columns *columns)
{
    *columns = (struct columns){.at_once = spool_cells_at_once(count)};
    columns->work = malloc(columns->at_once * (count + 1) * sizeof *columns->work);
    columns->row = malloc(columns->at_once * sizeof *columns->row);
    return columns->work == NULL || columns->row == NULL ? fault_no_memory() : NULL;
}

static struct fault *put_cells(struct transfer *transfer, const struct accumulator *accumulator, uint64_t first,
                               uint64_t count)
{
    const size_t cells = accumulator->samples.cells;
    struct columns columns;
    struct fault *fault = columns_open(count, &columns);
    for (size_t cell = 0, end; cell < cells && fault == NULL; cell = end) {
        end = cell + columns.at_once < cells ? cell + columns.at_once : cells;
        fault = accumulator_samples(accumulator, cell, end, first, count, columns.work, columns.row);
        for (size_t c = cell; c < end && fault == NULL; c++)
            if (columns.row[c - cell] != NULL)
                fault = transfer_put(transfer, columns.row[c - cell], (size_t)count * sizeof *columns.work);
    }
    columns_close(&columns);
    return fault;
}

static struct fault *take_cells(struct transfer *transfer, const struct accumulator *accumulator, uint64_t first,
                                uint64_t count)
{
    const struct samples *samples = &accumulator->samples;
    struct spool *spool = accumulator->spool;
    struct columns columns;
    struct fault *fault = columns_open(count, &columns);
    for (size_t cell = 0, end; cell < samples->cells && fault == NULL; cell = end) {
        end = cell + columns.at_once < samples->cells ? cell + columns.at_once : samples->cells;
        for (size_t c = cell; c < end && fault == NULL; c++) {
            size_t size = (size_t)count * sizeof *columns.work;
            void *to = spool != NULL && spool_holds(spool, c) ? columns.work + (c - cell) * count
                                                              : samples_stretch(samples, c, first, count, &size);
            if (to != NULL) fault = transfer_take(transfer, to, size);
        }
        if (spool != NULL && fault == NULL) fault = spool_write(spool, cell, end, first, count, columns.work);
    }
    columns_close(&columns);
    return fault;
}

static struct fault *put_columns(struct transfer *transfer, const struct accumulator *accumulator, uint64_t first,
                                 uint64_t count)
{
    const struct samples *samples = &accumulator->samples;
    size_t size;
    TRY(put_cells(transfer, accumulator, first, count));
    for (size_t i = 0; i < samples->inputs; i++) {
        const void *from = samples_stretch(samples, samples->cells + i, first, count, &size);
        TRY(transfer_put(transfer, from, size));
    }
    return transfer_flush(transfer);
}

static struct fault *take_columns(struct transfer *transfer, const struct accumulator *accumulator, uint64_t first,
                                  uint64_t count)
{
    const struct samples *samples = &accumulator->samples;
    size_t size;
    TRY(take_cells(transfer, accumulator, first, count));
    for (size_t i = 0; i < samples->inputs; i++) {
        void *to = samples_stretch(samples, samples->cells + i, first, count, &size);
        TRY(transfer_take(transfer, to, size));
    }
    return NULL;
}

static struct fault *record_room(struct parcel_records *records)
{
    if (records->count < records->room) return NULL;
    const size_t room = records->room == 0 ? 16 : 2 * records->room;
    struct parcel_record *grown = reallocarray(records->item, room, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    records->item = grown;
    records->room = room;
    return NULL;
}

void parcel_records_free(struct parcel_records *records)
{
    free(records->item);
    *records = (struct parcel_records){0};
}

struct fault *parcel_put_samples(int file, const char *path, const struct accumulator *accumulator, uint64_t first,
                                 uint64_t stop, uint64_t *end, struct parcel_records *records)
{
    struct parcel_record record = {.first = first, .end = stop, .offset = *end};
    struct transfer transfer = {.file = file, .path = path, .offset = *end, .buffer = malloc(BUFFER)};
    if (transfer.buffer == NULL) return fault_no_memory();
    sha256_init(&transfer.sha);
    struct fault *fault = record_room(records);
    if (fault == NULL) fault = put_columns(&transfer, accumulator, first, stop - first);
    if (fault == NULL) {
        sha256_digest(&transfer.sha, sizeof record.digest, record.digest);
        record.size = transfer.offset - *end;
        *end = transfer.offset;
        records->item[records->count++] = record;
    }
    free(transfer.buffer);
    return fault;
}

/* And back, into an accumulator with room for them. */
static struct fault *take_samples(int file, const char *path, const struct parcel_record *record,
                                  const struct accumulator *accumulator)
{
    const struct samples *samples = &accumulator->samples;
    const uint64_t count = record->end - record->first;
    uint64_t size;
    unsigned char digest[PARCEL_DIGEST];
    if (!samples_bytes(count, accumulator_rows(accumulator), samples->inputs, &size) || size != record->size ||
        record->first < samples->first || record->end - samples->first > samples->count)
        return damaged(path, "its samples are not those of its run");
    struct transfer transfer = {
        .file = file, .path = path, .offset = record->offset, .buffer = malloc(BUFFER), .left = size};
    if (transfer.buffer == NULL) return fault_no_memory();
    sha256_init(&transfer.sha);
    struct fault *fault = take_columns(&transfer, accumulator, record->first, count);
    sha256_digest(&transfer.sha, sizeof digest, digest);
    if (fault == NULL && memcmp(digest, record->digest, sizeof digest) != 0)
        fault = damaged(path, "its samples are not as they were written");
    free(transfer.buffer);
    return fault;
}

/* What parcel_write goes by. */
struct writing {
    const struct parcel_head *head;
    const struct accumulator *accumulator;
    const struct parcel_records *records;
};

static struct fault *put_body(const struct writing *writing, const struct parcel_records *records, struct bytes *body)
{
    bytes_put_number(body, records->count);
    bytes_put(body, records->item, records->count * sizeof *records->item);
    return accumulator_put(writing->accumulator, writing->head->finished, body);
}

static void put_head(const struct parcel_head *head, struct bytes *bytes)
{
    bytes_put_number(bytes, head->done);
    bytes_put_number(bytes, head->generation);
    bytes_put_number(bytes, head->finished);
    identity_put(&head->identity, bytes);
}

/* The body on its way into the file: with sketches it is as large as they are. */
struct draining {
    int file;
    const char *path;
    uint64_t begin, size;
    struct sha256_ctx sha;
    struct fault *fault;
};

static bool body_drain(void *context, const unsigned char *at, size_t size)
{
    struct draining *to = context;
    sha256_update(&to->sha, size, at);
    to->fault = write_all(to->file, to->path, at, size, to->begin + to->size);
    to->size += size;
    return to->fault == NULL;
}

static struct fault *write_body(const struct writing *writing, const struct parcel_records *records,
                                struct draining *to, unsigned char digest[PARCEL_DIGEST])
{
    struct bytes body = {.drain = body_drain, .context = to, .full = BUFFER};
    sha256_init(&to->sha);
    struct fault *fault = put_body(writing, records, &body);
    if (fault == NULL) (void)body_drain(to, body.at, body.size); /* it leaves its fault */
    free(body.at);
    if (to->fault != NULL) {
        fault_free(fault); /* which follows from that */
        return to->fault;
    }
    sha256_digest(&to->sha, PARCEL_DIGEST, digest);
    return fault;
}

/* All behind the samples, from `offset` on. */
static struct fault *write_rest(const struct writing *writing, const struct parcel_records *records, int file,
                                const char *path, uint64_t offset)
{
    struct bytes bytes = {0};
    put_head(writing->head, &bytes);
    struct trailer trailer = {.head = bytes.size};
    struct draining body = {.file = file, .path = path, .begin = offset + bytes.size};
    memcpy(trailer.mark, end_mark, MARK);
    struct fault *fault = bytes_fault(&bytes);
    if (fault == NULL) fault = write_all(file, path, bytes.at, bytes.size, offset);
    if (fault == NULL) fault = write_body(writing, records, &body, trailer.body_digest);
    if (fault == NULL) {
        trailer.body = body.size;
        digest_of(bytes.at, bytes.size, trailer.head_digest);
        digest_of(&trailer, offsetof(struct trailer, digest), trailer.digest);
        fault = write_all(file, path, &trailer, sizeof trailer, offset + trailer.head + trailer.body);
    }
    free(bytes.at);
    return fault;
}

/* The samples of all that is in. */
static struct fault *write_samples(const struct accumulator *accumulator, int file, const char *path, uint64_t *end,
                                   struct parcel_records *records)
{
    uint64_t first, stop = accumulator->first / LANES_PER_CHUNK;
    if (accumulator->samples.count == 0) return NULL;
    while (tally_next(accumulator->tally, stop, true, &first, &stop)) {
        const uint64_t last = stop * LANES_PER_CHUNK;
        TRY(parcel_put_samples(file, path, accumulator, first * LANES_PER_CHUNK,
                               last < accumulator->limit ? last : accumulator->limit, end, records));
    }
    return NULL;
}

static struct fault *write_parcel(const char *temporary, const char *path, const void *context)
{
    const struct writing *writing = context;
    struct parcel_records own = {0};
    uint64_t end = MARK;
    const int file = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0) return cannot(path, "written", errno);
    struct fault *fault = write_all(file, path, begin_mark, MARK, 0);
    if (fault == NULL && writing->records == NULL) fault = write_samples(writing->accumulator, file, path, &end, &own);
    if (fault == NULL) fault = write_rest(writing, writing->records == NULL ? &own : writing->records, file, path, end);
    if (close(file) < 0 && fault == NULL) fault = cannot(path, "written", errno);
    parcel_records_free(&own);
    return fault;
}

struct fault *parcel_write(const char *path, const struct parcel_head *head, const struct accumulator *accumulator,
                           const struct parcel_records *records)
{
    const struct writing writing = {head, accumulator, records};
    return publish(path, true, write_parcel, &writing);
}

static struct fault *read_trailer(struct parcel *parcel, uint64_t size, struct trailer *trailer)
{
    char mark[MARK];
    unsigned char digest[PARCEL_DIGEST];
    const uint64_t least = MARK + sizeof *trailer;
    if (size < MARK) return fault_raise(FAULT_FILES, "%s is no part of a run of zhol", parcel->path);
    TRY(read_all(parcel->file, parcel->path, mark, MARK, 0));
    if (memcmp(mark, begin_mark, strlen("zhol parcel ")) == 0 && memcmp(mark, begin_mark, MARK) != 0)
        return fault_raise(FAULT_FILES,
                           "%s is damaged, or was written by an older version of zhol or a newer one, whose numbers "
                           "this one does not go on with",
                           parcel->path);
    if (memcmp(mark, begin_mark, MARK) != 0)
        return fault_raise(FAULT_FILES, "%s is no part of a run of zhol", parcel->path);
    if (size < least) return damaged(parcel->path, "it ends too early");
    TRY(read_all(parcel->file, parcel->path, trailer, sizeof *trailer, size - sizeof *trailer));
    digest_of(trailer, offsetof(struct trailer, digest), digest);
    if (memcmp(trailer->mark, end_mark, MARK) != 0 || memcmp(digest, trailer->digest, sizeof digest) != 0)
        return damaged(parcel->path, "it was cut off or changed");
    if (trailer->head > size - least || trailer->body > size - least - trailer->head)
        return damaged(parcel->path, "its parts are larger than it is");
    return NULL;
}

/* So many bytes of the file, allocated, whose digest has to be that. */
static struct fault *read_part(const struct parcel *parcel, uint64_t offset, uint64_t size,
                               const unsigned char expected[PARCEL_DIGEST], unsigned char **part)
{
    unsigned char digest[PARCEL_DIGEST];
    *part = malloc((size_t)size + 1);
    if (*part == NULL) return fault_no_memory();
    TRY(read_all(parcel->file, parcel->path, *part, (size_t)size, offset));
    digest_of(*part, (size_t)size, digest);
    return memcmp(digest, expected, sizeof digest) == 0 ? NULL : damaged(parcel->path, "it was changed");
}

static struct fault *take_head(const unsigned char *bytes, size_t size, struct parcel_head *head)
{
    struct bytes_left left = {.at = bytes, .size = size};
    uint64_t first, end;
    head->done = bytes_take_number(&left);
    head->generation = bytes_take_number(&left);
    head->finished = bytes_take_number(&left) != 0;
    TRY(identity_take(&left, &head->identity));
    identity_range(&head->identity.shard, head->identity.replications, &first, &end);
    if (left.size != 0 || head->done > end - first || (head->finished && head->done != end - first))
        return fault_raise(FAULT_FILES, "it does not say how far it is");
    return NULL;
}

static struct fault *open_file(struct parcel *parcel)
{
    if (parcel->file < 0) parcel->file = open(parcel->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return parcel->file < 0 ? cannot_open(parcel->path) : NULL;
}

struct fault *parcel_open(const char *path, struct parcel *parcel)
{
    struct stat status;
    struct trailer trailer;
    unsigned char *head = NULL;
    *parcel = (struct parcel){.path = strdup(path), .file = -1};
    if (parcel->path == NULL) return fault_no_memory();
    TRY(open_file(parcel));
    if (fstat(parcel->file, &status) < 0) return cannot(path, "read", errno);
    if (!S_ISREG(status.st_mode)) return fault_raise(FAULT_FILES, "%s is no file; expected a part of a run", path);
    TRY(read_trailer(parcel, (uint64_t)status.st_size, &trailer));
    const uint64_t offset = (uint64_t)status.st_size - sizeof trailer - trailer.body - trailer.head;
    struct fault *fault = read_part(parcel, offset, trailer.head, trailer.head_digest, &head);
    if (fault == NULL) fault = of_path(path, take_head(head, (size_t)trailer.head, &parcel->head));
    free(head);
    parcel->body_offset = offset + trailer.head;
    parcel->body_size = trailer.body;
    memcpy(parcel->body_digest, trailer.body_digest, sizeof parcel->body_digest);
    return fault;
}

void parcel_drop(struct parcel *parcel)
{
    if (parcel->file >= 0) (void)close(parcel->file); /* it was only read */
    parcel->file = -1;
    free(parcel->body);
    parcel->body = NULL;
    parcel_records_free(&parcel->records);
}

void parcel_close(struct parcel *parcel)
{
    identity_free(&parcel->head.identity);
    parcel_drop(parcel);
    free(parcel->path);
    *parcel = (struct parcel){.file = -1};
}

static struct fault *take_records(struct parcel *parcel)
{
    struct bytes_left *left = &parcel->statistics;
    struct parcel_records *records = &parcel->records;
    const uint64_t count = bytes_take_number(left);
    if (left->failed || count > left->size / sizeof *records->item) return damaged(parcel->path, "its list of samples");
    records->item = calloc((size_t)count + 1, sizeof *records->item);
    if (records->item == NULL) return fault_no_memory();
    records->count = records->room = (size_t)count;
    bytes_take_items(left, records->item, count, sizeof *records->item);
    for (size_t i = 0; i < records->count; i++)
        if (records->item[i].first >= records->item[i].end || records->item[i].size > INT64_MAX ||
            records->item[i].offset > INT64_MAX - records->item[i].size)
            return damaged(parcel->path, "its list of samples");
    return NULL;
}

struct fault *parcel_read(struct parcel *parcel)
{
    TRY(open_file(parcel));
    TRY(read_part(parcel, parcel->body_offset, parcel->body_size, parcel->body_digest, &parcel->body));
    parcel->statistics = (struct bytes_left){.at = parcel->body, .size = (size_t)parcel->body_size};
    return take_records(parcel);
}

/* Whether each replication that is in has its samples in one of the records. */
static bool are_complete(const struct parcel *parcel, const struct accumulator *accumulator)
{
    uint64_t recorded = 0;
    for (size_t i = 0; i < parcel->records.count; i++)
        recorded += parcel->records.item[i].end - parcel->records.item[i].first;
    return accumulator->samples.count == 0 ? recorded == 0 : recorded == parcel->head.done;
}

static int by_first(const void *left, const void *right)
{
    const struct parcel_record *a = left, *b = right;
    return a->first < b->first ? -1 : a->first > b->first;
}

static bool overlap(const struct parcel_records *records)
{
    if (records->count > 1) qsort(records->item, records->count, sizeof *records->item, by_first);
    for (size_t i = 1; i < records->count; i++)
        if (records->item[i].first < records->item[i - 1].end) return true;
    return false;
}

static struct fault *check_record(int file, const char *path, const struct parcel_record *record, unsigned char *buffer)
{
    unsigned char digest[PARCEL_DIGEST];
    struct sha256_ctx sha;
    sha256_init(&sha);
    for (uint64_t at = 0; at < record->size;) {
        const size_t part = record->size - at < BUFFER ? (size_t)(record->size - at) : BUFFER;
        TRY(read_all(file, path, buffer, part, record->offset + at));
        sha256_update(&sha, part, buffer);
        at += part;
    }
    sha256_digest(&sha, sizeof digest, digest);
    return memcmp(digest, record->digest, sizeof digest) == 0
               ? NULL
               : damaged(path, "its samples are not as they were written");
}

struct fault *parcel_check(struct parcel *parcel, const char *samples_path)
{
    const char *path = samples_path == NULL ? parcel->path : samples_path;
    TRY(parcel_read(parcel));
    if (overlap(&parcel->records)) return damaged(parcel->path, "its list of samples");
    if (parcel->records.count == 0) return NULL;
    unsigned char *buffer = malloc(BUFFER);
    if (buffer == NULL) return fault_no_memory();
    const int file = samples_path == NULL ? parcel->file : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct fault *fault = file < 0 ? cannot(path, "read", errno) : NULL;
    for (size_t i = 0; i < parcel->records.count && fault == NULL; i++)
        fault = check_record(file, path, &parcel->records.item[i], buffer);
    if (file >= 0 && file != parcel->file) (void)close(file); /* it was only read */
    free(buffer);
    return fault;
}

struct fault *parcel_add(struct parcel *parcel, const char *samples_path, struct accumulator *accumulator)
{
    const char *path = samples_path == NULL ? parcel->path : samples_path;
    TRY(of_path(parcel->path, accumulator_take(accumulator, &parcel->statistics)));
    if (!are_complete(parcel, accumulator) || overlap(&parcel->records))
        return damaged(parcel->path, "it has not the samples of all that is in");
    if (parcel->records.count == 0) return NULL;
    const int file = samples_path == NULL ? parcel->file : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    if (file < 0) return cannot(path, "read", errno);
    struct fault *fault = NULL;
    for (size_t i = 0; i < parcel->records.count && fault == NULL; i++)
        fault = take_samples(file, path, &parcel->records.item[i], accumulator);
    if (file != parcel->file) (void)close(file); /* it was only read */
    return fault;
}
