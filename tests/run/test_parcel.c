/* tests/run/test_parcel.c -- parts of runs in files: cut off, changed, or made by an enemy who knows their digests.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/run/simulate.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <nettle/sha2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { REPLICATIONS = 2600, MARK = 16, LATER = REPLICATIONS + 1000 }; /* five whole chunks and a part of one */

/* As in the file. */
struct trailer {
    uint64_t head, body;
    unsigned char head_digest[PARCEL_DIGEST], body_digest[PARCEL_DIGEST], digest[PARCEL_DIGEST];
    char mark[MARK];
};

static char folder[64], state[80], samples[96], other[80];
static struct run_settings settings;
static struct simulation simulation;
static unsigned char *whole;
static size_t size;

static void assert_none(const struct fault *fault)
{
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
}

static unsigned char *read_file(const char *path, size_t *length)
{
    FILE *from = fopen(path, "rb");
    ck_assert_ptr_nonnull(from);
    unsigned char *bytes = malloc(1 << 24);
    ck_assert_ptr_nonnull(bytes);
    *length = fread(bytes, 1, 1 << 24, from);
    ck_assert_int_eq(fclose(from), 0);
    return bytes;
}

static void write_file(const char *path, const void *bytes, size_t length)
{
    FILE *to = fopen(path, "wb");
    ck_assert_ptr_nonnull(to);
    ck_assert_uint_eq(fwrite(bytes, 1, length, to), length);
    ck_assert_int_eq(fclose(to), 0);
}

/* A checkpoint of a run, with samples of all outcomes or with sketches, and its state in whole[size]. */
static void make(uint64_t memory)
{
    struct checkpoint checkpoint;
    struct identity identity;
    struct result result;
    gsl_set_error_handler_off();
    snprintf(folder, sizeof folder, "/tmp/test_parcel.%ld.part", (long)getpid());
    snprintf(state, sizeof state, "%s/state", folder);
    snprintf(other, sizeof other, "%s/other", folder);
    settings = settings_usual();
    settings.replications = REPLICATIONS;
    settings.threads = 1;
    settings.memory = memory;
    assert_none(simulation_open(ZHOL_SCENARIOS "/minimal.yaml", &settings, &simulation));
    assert_none(identity_of(&simulation, &settings, (struct shard){0}, &identity));
    assert_none(checkpoint_open(folder, true, &checkpoint));
    checkpoint.keep = true;
    checkpoint.interval = 1e9;
    assert_none(checkpoint_begin(&checkpoint, &identity, false));
    identity_free(&identity);
    assert_none(simulate_kept(&simulation, &settings, &checkpoint, NULL, &result));
    snprintf(samples, sizeof samples, "%s/samples-%d", folder, (int)checkpoint.generation);
    checkpoint_close(&checkpoint);
    result_free(&result);
    whole = read_file(state, &size);
}

static void make_exact(void)
{
    make(UINT64_C(1) << 30);
}

static void make_sketched(void)
{
    make(1000);
}

static void take_away(void)
{
    char lock[80];
    snprintf(lock, sizeof lock, "%s/lock", folder);
    (void)unlink(lock);
    (void)unlink(state);
    (void)unlink(samples);
    (void)unlink(other);
    ck_assert_int_eq(rmdir(folder), 0);
    simulation_close(&simulation);
    free(whole);
}

/* What a parcel with all samples is, in bytes, of an accumulator to which the checkpoint was added. */
static unsigned char *rewritten(struct spool_place place, size_t *length)
{
    struct parcel parcel;
    struct accumulator accumulator;
    assert_none(parcel_open(state, &parcel));
    assert_none(parcel_read(&parcel));
    assert_none(accumulator_open(&simulation, 1, LATER, simulation.memory, &accumulator));
    accumulator.place = place;
    assert_none(parcel_add(&parcel, samples, &accumulator));
    ck_assert_int_eq(accumulator.spool != NULL, place.folder != NULL);
    assert_none(parcel_write(other, &parcel.head, &accumulator, NULL));
    accumulator_close(&accumulator);
    parcel_close(&parcel);
    return read_file(other, length);
}

START_TEST(where_samples_are_in_between_changes_nothing)
{
    const struct spool_place places[] = {{folder, UINT64_C(1) << 30}, {folder, 0}, {folder, 100000}};
    size_t length, found;
    unsigned char *expected = rewritten((struct spool_place){0}, &length);
    ck_assert_uint_gt(length, sizeof(float) * REPLICATIONS);
    for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
        unsigned char *bytes = rewritten(places[i], &found);
        ck_assert_uint_eq(found, length);
        ck_assert_mem_eq(bytes, expected, length);
        free(bytes);
    }
    free(expected);
}
END_TEST

/* What a file comes to that is added to a run of more replications. */
static struct fault *add(const char *path)
{
    struct parcel parcel;
    struct accumulator accumulator;
    struct fault *fault = parcel_open(path, &parcel);
    if (fault == NULL) fault = parcel_read(&parcel);
    if (fault == NULL) {
        assert_none(accumulator_open(&simulation, 1, LATER, simulation.memory, &accumulator));
        fault = parcel_add(&parcel, samples, &accumulator);
        accumulator_close(&accumulator);
    }
    parcel_close(&parcel);
    return fault;
}

/* A sentence about that file, and no other. */
static void assert_refused(const char *path, size_t at)
{
    struct fault *fault = add(path);
    ck_assert_msg(fault != NULL, "a change at %zu of %zu was not seen", at, size);
    ck_assert_int_eq(fault->code, FAULT_FILES);
    ck_assert_msg(strncmp(fault->sentence, path, strlen(path)) == 0, "at %zu: %s", at, fault->sentence);
    fault_free(fault);
}

static void assert_adds(void)
{
    struct fault *fault = add(state);
    assert_none(fault);
}

START_TEST(one_that_ends_too_early_is_refused_wherever)
{
    assert_adds();
    for (size_t length = 0; length < size; length++) {
        write_file(other, whole, length);
        assert_refused(other, length);
    }
}
END_TEST

START_TEST(a_changed_byte_is_seen_wherever)
{
    for (size_t at = 0; at < size; at++) {
        whole[at] ^= (unsigned char)(1u << at % 8);
        write_file(other, whole, size);
        assert_refused(other, at);
        whole[at] ^= (unsigned char)(1u << at % 8);
    }
    write_file(other, whole, size);
    assert_none(add(other));
}
END_TEST

START_TEST(so_is_one_in_its_samples)
{
    size_t length;
    unsigned char *bytes = read_file(samples, &length);
    for (size_t at = 0; at < length; at += length / 199 + 1) {
        bytes[at] ^= 32;
        write_file(samples, bytes, length);
        struct fault *fault = add(state);
        ck_assert_ptr_nonnull(fault);
        ck_assert_ptr_nonnull(strstr(fault->sentence, "its samples are not as they were written"));
        fault_free(fault);
        bytes[at] ^= 32;
    }
    write_file(samples, bytes, length - 1);
    struct fault *fault = add(state);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(strstr(fault->sentence, "ends too early"));
    fault_free(fault);
    free(bytes);
}
END_TEST

static void digest_of(const void *from, size_t length, unsigned char digest[PARCEL_DIGEST])
{
    struct sha256_ctx sha;
    sha256_init(&sha);
    sha256_update(&sha, length, from);
    sha256_digest(&sha, PARCEL_DIGEST, digest);
}

/* Digests that fit what stands there. */
static void seal(unsigned char *bytes)
{
    struct trailer trailer;
    memcpy(&trailer, bytes + size - sizeof trailer, sizeof trailer);
    digest_of(bytes + MARK, trailer.head, trailer.head_digest);
    digest_of(bytes + MARK + trailer.head, trailer.body, trailer.body_digest);
    digest_of(&trailer, offsetof(struct trailer, digest), trailer.digest);
    memcpy(bytes + size - sizeof trailer, &trailer, sizeof trailer);
}

/* Numbers that are no lengths, counts or indices of anything, at every place, under digests that fit: what comes of it is
 * a sentence, or statistics that are wrong but possible; never a crash, a hang or all memory, as sanitizers see. */
START_TEST(absurd_numbers_do_no_harm)
{
    static const uint64_t absurd[] = {0,
                                      1,
                                      63,
                                      UINT32_MAX,
                                      UINT64_C(1) << 32,
                                      UINT64_C(1) << 40,
                                      INT64_MAX,
                                      UINT64_C(1) << 63,
                                      UINT64_MAX - 511,
                                      UINT64_MAX};
    enum { WAYS = sizeof absurd / sizeof *absurd };
    struct trailer trailer;
    memcpy(&trailer, whole + size - sizeof trailer, sizeof trailer);
    const size_t body = MARK + trailer.head, end = body + trailer.body - sizeof *absurd;
    unsigned char *bytes = malloc(size);
    size_t refused = 0, tried = 0;
    ck_assert_ptr_nonnull(bytes);
    /* texts in the head are of any length, so that numbers stand anywhere; in the body they are aligned to four */
    for (size_t at = MARK; at < end; at += at < body ? 7 : at < body + 800 ? 4 : 212)
        for (size_t w = at % 3; w < WAYS; w += 3) {
            memcpy(bytes, whole, size);
            memcpy(bytes + at, &absurd[w], sizeof *absurd);
            seal(bytes);
            write_file(other, bytes, size);
            struct fault *fault = add(other);
            tried++;
            refused += fault != NULL;
            fault_free(fault);
        }
    ck_assert_uint_gt(refused, tried / 100);
    free(bytes);
}
END_TEST

/* Parts of all sizes, zero among them, and what is behind. */
START_TEST(parts_of_other_sizes_do_no_harm)
{
    static const uint64_t sizes[] = {0, 1, 8, 1000, UINT64_MAX / 2, UINT64_MAX - 15, UINT64_MAX};
    enum { SIZES = sizeof sizes / sizeof *sizes };
    struct trailer trailer;
    unsigned char *bytes = malloc(size);
    ck_assert_ptr_nonnull(bytes);
    for (size_t i = 0; i < SIZES * SIZES; i++) {
        memcpy(bytes, whole, size);
        memcpy(&trailer, bytes + size - sizeof trailer, sizeof trailer);
        trailer.head = sizes[i / SIZES];
        trailer.body = sizes[i % SIZES];
        digest_of(&trailer, offsetof(struct trailer, digest), trailer.digest);
        memcpy(bytes + size - sizeof trailer, &trailer, sizeof trailer);
        write_file(other, bytes, size);
        assert_refused(other, i);
    }
    free(bytes);
}
END_TEST

START_TEST(another_format_is_said_to_be_older_or_newer)
{
    whole[strlen("zhol parcel ")] = '1';
    write_file(other, whole, size);
    struct fault *fault = add(other);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(strstr(fault->sentence, "was written by an older version of zhol or a newer one"));
    fault_free(fault);
}
END_TEST

/* The checkpoint of another version, arithmetic, shard. */
START_TEST(what_is_of_another_run_is_named)
{
    static const struct {
        const char *source, *arithmetic, *said;
    } others[] = {{"zhol 0.0.1", NULL, "is of the version zhol 0.0.1; expected zhol " ZHOL_VERSION},
                  {NULL, "fma glibc-2.19 gsl-1.16", "is of the arithmetic fma glibc-2.19 gsl-1.16; expected fma"}};
    struct identity mine, theirs;
    assert_none(identity_of(&simulation, &settings, (struct shard){0}, &mine));
    for (size_t i = 0; i < 2; i++) {
        assert_none(identity_of(&simulation, &settings, (struct shard){0}, &theirs));
        char **text = others[i].source != NULL ? &theirs.source : &theirs.arithmetic;
        free(*text);
        *text = strdup(others[i].source != NULL ? others[i].source : others[i].arithmetic);
        struct fault *fault = identity_compare(&theirs, &mine, IDENTITY_GOES_ON, "r.part");
        ck_assert_ptr_nonnull(fault);
        ck_assert_int_eq(fault->code, FAULT_FILES);
        ck_assert_msg(strstr(fault->sentence, others[i].said) != NULL, "%s", fault->sentence);
        fault_free(fault);
        identity_free(&theirs);
    }
    identity_free(&mine);
}
END_TEST

/* Asks to stop when so many chunks are done. */
struct stopping {
    uint64_t after, done;
};

static bool stops(void *context)
{
    const struct stopping *stopping = context;
    return stopping->after > 0 && stopping->done >= stopping->after;
}

static void notes(void *context, uint64_t done, uint64_t all)
{
    struct stopping *stopping = context;
    (void)all;
    stopping->done = done;
}

/* A run until enough is known, stopped after so many chunks (0: not), and what it came to. */
static struct fault *run_to_goal(uint64_t after, bool resume, struct result *result)
{
    struct checkpoint checkpoint;
    struct identity identity;
    struct stopping stopping = {after, 0};
    const struct ensemble_watch watch = {stops, notes, &stopping};
    assert_none(identity_of(&simulation, &settings, (struct shard){0}, &identity));
    assert_none(checkpoint_open(folder, !resume, &checkpoint));
    checkpoint.interval = 1e9;
    assert_none(checkpoint_begin(&checkpoint, &identity, resume));
    struct fault *fault = simulate_kept(&simulation, &settings, &checkpoint, &watch, result);
    if (after > 0) ck_assert_uint_eq(checkpoint.done, after * LANES_PER_CHUNK);
    snprintf(samples, sizeof samples, "%s/samples-%d", folder, (int)checkpoint.generation);
    checkpoint_close(&checkpoint);
    identity_free(&identity);
    return fault;
}

/* It is judged after 40 chunks and then every 20: stopped there, before or after, it goes on to the same. */
START_TEST(what_stops_when_enough_is_known_stops_there_when_resumed)
{
    static const char *goal[] = {"drivers.oil=0.19 %"};
    static const uint64_t after[] = {1, 39, 40, 41, 59};
    struct result whole_run, resumed;
    settings.replications = 0;
    settings.precision = goal;
    settings.precisions = 1;
    simulation_close(&simulation);
    assert_none(simulation_open(ZHOL_SCENARIOS "/minimal.yaml", &settings, &simulation));
    assert_none(run_to_goal(0, false, &whole_run));
    ck_assert_uint_eq(whole_run.replications, 60 * LANES_PER_CHUNK); /* or there would be no boundary to stop at */
    const size_t cells = whole_run.outcomes.count * (whole_run.years + 1);
    for (size_t i = 0; i < sizeof after / sizeof *after; i++) {
        struct fault *fault = run_to_goal(after[i], false, &resumed);
        ck_assert_ptr_nonnull(fault);
        ck_assert_int_eq(fault->code, FAULT_INTERRUPTED);
        fault_free(fault);
        result_free(&resumed);
        assert_none(run_to_goal(0, true, &resumed));
        ck_assert_uint_eq(resumed.replications, whole_run.replications);
        ck_assert_str_eq(resumed.stopped_by, whole_run.stopped_by);
        ck_assert_mem_eq(resumed.moments, whole_run.moments, cells * sizeof *resumed.moments);
        result_free(&resumed);
    }
    result_free(&whole_run);
}
END_TEST

/* Shards have whole chunks, none twice, and together all: whatever the numbers. */
START_TEST(shards_share_the_chunks_out)
{
    for (uint64_t replications = 1; replications < 9000; replications += 37)
        for (uint64_t count = 1; count <= chunks_of(replications); count++) {
            uint64_t at = 0, first, end, least = UINT64_MAX, most = 0;
            for (uint64_t i = 1; i <= count; i++, at = end) {
                identity_range(&(struct shard){i, count}, replications, &first, &end);
                ck_assert_uint_eq(first, at);
                ck_assert_uint_eq(first % LANES_PER_CHUNK, 0);
                ck_assert_uint_gt(end, first);
                const uint64_t chunks = chunks_of(end - first);
                least = chunks < least ? chunks : least;
                most = chunks > most ? chunks : most;
            }
            ck_assert_uint_eq(at, replications);
            ck_assert_uint_le(most, least + 1);
        }
}
END_TEST

/* Lengths that go beyond the end are remembered, and read nothing. */
/* Takes in what is drained; refuses when it holds `size` bytes or more already. */
struct basin {
    struct bytes bytes;
    size_t size;
};

static bool basin_take(void *context, const unsigned char *at, size_t length)
{
    struct basin *basin = context;
    if (basin->bytes.size >= basin->size) return false;
    bytes_put(&basin->bytes, at, length);
    return !basin->bytes.failed;
}

START_TEST(bytes_that_are_drained_are_those_that_are_kept)
{
    struct basin basin = {.size = SIZE_MAX};
    struct bytes kept = {0}, drained = {.drain = basin_take, .context = &basin, .full = 100};
    for (uint64_t n = 0; n < 1000; n++) {
        bytes_put_number(&kept, n * n);
        bytes_put_number(&drained, n * n);
        ck_assert_uint_lt(drained.size, 100);
    }
    assert_none(bytes_fault(&drained));
    bytes_put(&basin.bytes, drained.at, drained.size);
    ck_assert_uint_eq(basin.bytes.size, kept.size);
    ck_assert_mem_eq(basin.bytes.at, kept.at, kept.size);
    basin.size = 0;
    for (int i = 0; i < 100; i++) bytes_put_number(&drained, 1);
    struct fault *fault = bytes_fault(&drained);
    ck_assert_ptr_nonnull(fault);
    fault_free(fault);
    ck_assert_uint_eq(basin.bytes.size, kept.size);
    free(kept.at);
    free(drained.at);
    free(basin.bytes.at);
}
END_TEST

START_TEST(bytes_end_where_they_end)
{
    unsigned char room[24];
    const uint64_t lengths[] = {26, UINT64_MAX, UINT64_MAX - 1, UINT64_C(1) << 62, 18};
    for (size_t i = 0; i < sizeof lengths / sizeof *lengths; i++) {
        memset(room, 'a', sizeof room);
        memcpy(room, &lengths[i], sizeof lengths[i]);
        struct bytes_left left = {.at = room, .size = sizeof room};
        ck_assert_ptr_null(bytes_take_text(&left)); /* of which there are 16 bytes */
        ck_assert(left.failed && !left.no_memory);
        left = (struct bytes_left){.at = room, .size = sizeof room};
        size_t count;
        char **texts = bytes_take_texts(&left, &count);
        ck_assert(left.failed);
        bytes_free_texts(count, texts);
        left = (struct bytes_left){.at = room, .size = sizeof room};
        uint64_t item[3] = {7, 7, 7};
        bytes_take_items(&left, item, lengths[i], sizeof *item);
        ck_assert(left.failed && item[0] == 7);
        ck_assert_uint_eq(bytes_take_number(&left), 0); /* nothing more of it */
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("parcel");
    TCase *exact = tcase_create("exact"), *sketched = tcase_create("sketched"), *alone = tcase_create("alone");
    tcase_add_checked_fixture(exact, make_exact, take_away);
    tcase_add_checked_fixture(sketched, make_sketched, take_away);
    TCase *const both[] = {exact, sketched};
    for (size_t i = 0; i < 2; i++) {
        tcase_set_timeout(both[i], 60);
        tcase_add_test(both[i], absurd_numbers_do_no_harm);
        tcase_add_test(both[i], parts_of_other_sizes_do_no_harm);
    }
    tcase_add_test(exact, one_that_ends_too_early_is_refused_wherever);
    tcase_add_test(exact, a_changed_byte_is_seen_wherever);
    tcase_add_test(exact, so_is_one_in_its_samples);
    tcase_add_test(exact, where_samples_are_in_between_changes_nothing);
    tcase_add_test(exact, another_format_is_said_to_be_older_or_newer);
    tcase_add_test(exact, what_is_of_another_run_is_named);
    tcase_add_test(exact, what_stops_when_enough_is_known_stops_there_when_resumed);
    tcase_add_test(alone, shards_share_the_chunks_out);
    tcase_add_test(alone, bytes_that_are_drained_are_those_that_are_kept);
    tcase_add_test(alone, bytes_end_where_they_end);
    suite_add_tcase(suite, exact);
    suite_add_tcase(suite, sketched);
    suite_add_tcase(suite, alone);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? 0 : 1;
}
