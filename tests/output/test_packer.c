/* tests/output/test_packer.c -- chunks that are packed in parallel are those that HDF5 itself would have stored.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/hdf5/packer.h"
#include "output/hdf5/reader.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { DATASETS = 3, CHUNK_MOST = 16384 };

/* The dimensions of each dataset before that of its rows. */
static const size_t outer[DATASETS][2] = {{3, 1}, {1, 1}, {5, 9}};
static const int rank_of[DATASETS] = {2, 1, 3};

static size_t rows_of(size_t d)
{
    return outer[d][0] * outer[d][1];
}

struct sample {
    size_t width;
    hsize_t count;
    unsigned char *value[DATASETS];
};

/* Bits that cannot be compressed, values that are hard and easy to compress, and what is missing. */
static double value_at(const char *kind, size_t i)
{
    const uint64_t bits = (i + 1) * UINT64_C(0x9E3779B97F4A7C15) ^ (i * i) << 17;
    if (strcmp(kind, "constant") == 0) return 1.0;
    if (strcmp(kind, "missing") == 0) return i % 3 == 0 ? (double)NAN : 0.0;
    return 100.0 + 1e-6 * (double)(bits >> 40);
}

static void fill(struct sample *sample, const char *kind)
{
    for (size_t d = 0; d < DATASETS; d++) {
        const size_t values = rows_of(d) * (size_t)sample->count;
        sample->value[d] = malloc(values * sample->width);
        ck_assert_ptr_nonnull(sample->value[d]);
        for (size_t i = 0; i < values; i++) {
            const double value = value_at(kind, i);
            const float single = (float)value;
            const uint64_t random = (i + d + 1) * UINT64_C(0xD1342543DE82EF95) ^ (i * i * i + 7 * i) << 23;
            const void *bits = strcmp(kind, "random") == 0      ? (const void *)&random
                               : sample->width == sizeof single ? (const void *)&single
                                                                : &value;
            memcpy(sample->value[d] + i * sample->width, bits, sample->width);
        }
    }
}

static void assert_none(struct fault *fault)
{
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
}

static struct layout_data data_of(const struct sample *sample, const char *name, size_t d)
{
    struct layout_data data = {.name = name,
                               .type = sample->width == sizeof(float) ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE,
                               .rank = rank_of[d],
                               .storage = LAYOUT_DEFLATED};
    for (int i = 0; i + 1 < rank_of[d]; i++) data.axis[i].size = outer[d][i];
    data.axis[rank_of[d] - 1].size = sample->count;
    return data;
}

/* By the packer, from rows that lie apart. */
static void pack_as(const struct layout *layout, const struct sample *sample, enum layout_storage storage, int threads)
{
    for (size_t d = 0; d < DATASETS; d++) {
        const void *row[100];
        char name[16];
        hid_t dataset = -1;
        for (size_t r = 0; r < rows_of(d); r++) row[r] = sample->value[d] + r * (size_t)sample->count * sample->width;
        snprintf(name, sizeof name, "packed%zu", d);
        struct layout_data data = data_of(sample, name, d);
        data.storage = storage;
        assert_none(layout_dataset(layout, layout->file, &data, &dataset));
        assert_none(packer_write(layout, dataset, &data, row, threads));
        ck_assert(H5Dclose(dataset) >= 0);
    }
}

static void pack(const struct layout *layout, const struct sample *sample, int threads)
{
    pack_as(layout, sample, LAYOUT_DEFLATED, threads);
}

/* By HDF5. */
static void filter(const struct layout *layout, const struct sample *sample)
{
    for (size_t d = 0; d < DATASETS; d++) {
        char name[16];
        hid_t dataset = -1;
        snprintf(name, sizeof name, "filtered%zu", d);
        struct layout_data data = data_of(sample, name, d);
        data.value = sample->value[d];
        assert_none(layout_dataset(layout, layout->file, &data, &dataset));
        ck_assert(H5Dclose(dataset) >= 0);
    }
}

static hid_t open_numbered(hid_t file, const char *prefix, size_t d)
{
    char name[16];
    snprintf(name, sizeof name, "%s%zu", prefix, d);
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    ck_assert(dataset >= 0);
    return dataset;
}

/* The chunk as it is stored. */
static size_t stored(hid_t dataset, const hsize_t offset[], unsigned char *bytes)
{
    hsize_t size = 0;
    uint32_t mask = 1;
    ck_assert(H5Dget_chunk_storage_size(dataset, offset, &size) >= 0);
    ck_assert_uint_gt(size, 0);
    ck_assert_uint_le(size, 2 * CHUNK_MOST * sizeof(double));
    ck_assert(H5Dread_chunk(dataset, H5P_DEFAULT, offset, &mask, bytes) >= 0);
    ck_assert_uint_eq(mask, 0); /* both filters were applied */
    return (size_t)size;
}

/* Every chunk of both, one by one. */
static void check_chunks(hid_t file, const struct sample *sample)
{
    unsigned char *packed = malloc(2 * CHUNK_MOST * sizeof(double)),
                  *filtered = malloc(2 * CHUNK_MOST * sizeof(double));
    for (size_t d = 0; d < DATASETS; d++) {
        const hid_t left = open_numbered(file, "packed", d), right = open_numbered(file, "filtered", d);
        const hid_t space = H5Dget_space(left);
        hsize_t chunks = 0, size[3], shape[3];
        size_t expected = 1;
        ck_assert_int_eq(H5Sget_simple_extent_dims(space, size, NULL), rank_of[d]);
        ck_assert_uint_eq(size[rank_of[d] - 1], sample->count);
        layout_chunk(rank_of[d], size, shape);
        for (int i = 0; i < rank_of[d]; i++) expected *= (size_t)((size[i] + shape[i] - 1) / shape[i]);
        ck_assert(H5Dget_num_chunks(left, space, &chunks) >= 0);
        ck_assert_uint_eq(chunks, expected);
        for (hsize_t c = 0; c < chunks; c++) {
            hsize_t offset[3], bytes;
            unsigned mask;
            haddr_t at;
            ck_assert(H5Dget_chunk_info(left, space, c, offset, &mask, &at, &bytes) >= 0);
            const size_t length = stored(left, offset, packed);
            ck_assert_uint_eq(length, stored(right, offset, filtered));
            ck_assert_mem_eq(packed, filtered, length);
        }
        ck_assert(H5Sclose(space) >= 0 && H5Dclose(left) >= 0 && H5Dclose(right) >= 0);
    }
    free(packed);
    free(filtered);
}

static void check_values(hid_t file, const struct sample *sample)
{
    for (size_t d = 0; d < DATASETS; d++) {
        const size_t bytes = rows_of(d) * (size_t)sample->count * sample->width;
        char name[16];
        unsigned char *value = malloc(bytes);
        snprintf(name, sizeof name, "packed%zu", d);
        const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
        ck_assert(dataset >= 0);
        const hid_t type = H5Dget_type(dataset);
        ck_assert(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
        ck_assert_mem_eq(value, sample->value[d], bytes);
        ck_assert(H5Tclose(type) >= 0);
        ck_assert(H5Dclose(dataset) >= 0);
        free(value);
    }
}

static void temporary_path(char path[64])
{
    strcpy(path, "/tmp/zhol-test-XXXXXX");
    const int file = mkstemp(path);
    ck_assert_int_ge(file, 0);
    ck_assert_int_eq(close(file), 0);
    ck_assert_int_eq(unlink(path), 0);
}

static const size_t widths[] = {sizeof(float), sizeof(double)};
/* Many rows in a chunk, with a last one that has fewer; a row that is a full chunk; rows whose last chunk lacks one
 * value and two. */
static const hsize_t counts[] = {1, 40, 700, CHUNK_MOST, CHUNK_MOST + 1, 2 * CHUNK_MOST + 5000};
static const char *const kinds[] = {"constant", "missing", "level", "random"};

START_TEST(chunks_are_those_that_hdf5_itself_would_have_stored)
{
    struct sample sample = {.width = widths[_i % 2], .count = counts[_i / 2]};
    char path[64];
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++) {
        struct layout layout;
        temporary_path(path);
        fill(&sample, kinds[k]);
        assert_none(layout_create(path, &layout));
        pack(&layout, &sample, 2);
        filter(&layout, &sample);
        assert_none(layout_close(&layout));
        const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
        ck_assert(file >= 0);
        check_chunks(file, &sample);
        check_values(file, &sample);
        ck_assert(H5Fclose(file) >= 0);
        ck_assert_int_eq(unlink(path), 0);
        for (size_t d = 0; d < DATASETS; d++) free(sample.value[d]);
    }
}
END_TEST

static unsigned char *read_file(const char *path, size_t *size)
{
    FILE *file = fopen(path, "rb");
    ck_assert_ptr_nonnull(file);
    ck_assert_int_eq(fseek(file, 0, SEEK_END), 0);
    *size = (size_t)ftell(file);
    rewind(file);
    unsigned char *bytes = malloc(*size);
    ck_assert_uint_eq(fread(bytes, 1, *size, file), *size);
    ck_assert_int_eq(fclose(file), 0);
    return bytes;
}

START_TEST(one_two_and_four_threads_give_the_same_bytes)
{
    struct sample sample = {.width = sizeof(float),
                            .count = CHUNK_MOST + 100}; /* 2 chunks a row, 90: more than one wave */
    unsigned char *first = NULL;
    size_t size = 0;
    fill(&sample, "level");
    for (int threads = 1; threads <= 4; threads *= 2) {
        struct layout layout;
        char path[64];
        size_t now = 0;
        temporary_path(path);
        assert_none(layout_create(path, &layout));
        pack(&layout, &sample, threads);
        assert_none(layout_close(&layout));
        unsigned char *bytes = read_file(path, &now);
        if (first == NULL) {
            first = bytes;
            size = now;
            bytes = NULL;
        } else {
            ck_assert_uint_eq(now, size);
            ck_assert_mem_eq(bytes, first, size);
        }
        free(bytes);
        ck_assert_int_eq(unlink(path), 0);
    }
    free(first);
    for (size_t d = 0; d < DATASETS; d++) free(sample.value[d]);
}
END_TEST

/* The digest that the writer takes is that of the values, in whatever way they are stored. */
START_TEST(values_are_the_same_in_plain_chunks_and_so_is_the_digest)
{
    struct sample sample = {.width = widths[_i % 2], .count = counts[_i / 2]};
    char digest[2][CONTENT_DIGITS + 1];
    fill(&sample, "level");
    for (int k = 0; k < 2; k++) {
        struct layout layout;
        char path[64];
        temporary_path(path);
        assert_none(layout_create(path, &layout));
        pack_as(&layout, &sample, k == 0 ? LAYOUT_CHUNKED : LAYOUT_DEFLATED, 2);
        content_finish(layout.content, digest[k]);
        assert_none(layout_close(&layout));
        struct reader reader;
        char again[CONTENT_DIGITS + 1];
        assert_none(reader_open(path, &reader));
        check_values(reader.file, &sample);
        assert_none(reader_content(&reader, again));
        ck_assert_str_eq(again, digest[k]);
        assert_none(reader_close(&reader, NULL));
        ck_assert_int_eq(unlink(path), 0);
    }
    ck_assert_str_eq(digest[0], digest[1]);
    for (size_t d = 0; d < DATASETS; d++) free(sample.value[d]);
}
END_TEST

/* By the checksum of zlib. */
START_TEST(a_flipped_bit_of_a_chunk_is_an_error_of_the_reader_or_says_nothing)
{
    struct sample sample = {.width = sizeof(float), .count = 5000};
    struct layout layout;
    hid_t dataset = -1;
    char path[64];
    size_t size = 0;
    temporary_path(path);
    fill(&sample, "level");
    assert_none(layout_create(path, &layout));
    pack(&layout, &sample, 2);
    assert_none(layout_close(&layout));
    hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    dataset = H5Dopen2(file, "packed1", H5P_DEFAULT);
    haddr_t at = 0;
    hsize_t chunk = 0, bytes = 0;
    unsigned mask = 0;
    const hid_t space = H5Dget_space(dataset);
    ck_assert(H5Dget_chunk_info(dataset, space, 0, &chunk, &mask, &at, &bytes) >= 0);
    ck_assert(H5Sclose(space) >= 0);
    ck_assert(H5Dclose(dataset) >= 0 && H5Fclose(file) >= 0);
    unsigned char *whole = read_file(path, &size);
    size_t found = 0;
    float *value = malloc(sample.count * sizeof *value);
    for (size_t flip = 0; flip < 200; flip++) {
        const size_t bit = flip * (size_t)bytes * 8 / 200;
        whole[at + bit / 8] ^= (unsigned char)(1u << bit % 8);
        FILE *damaged = fopen(path, "wb");
        ck_assert_uint_eq(fwrite(whole, 1, size, damaged), size);
        ck_assert_int_eq(fclose(damaged), 0);
        whole[at + bit / 8] ^= (unsigned char)(1u << bit % 8);
        file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
        dataset = H5Dopen2(file, "packed1", H5P_DEFAULT);
        if (H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) < 0)
            found++;
        else
            ck_assert_mem_eq(value, sample.value[1], (size_t)sample.count * sizeof *value);
        ck_assert(H5Dclose(dataset) >= 0 && H5Fclose(file) >= 0);
    }
    ck_assert_uint_ge(found, 195); /* a few bits of a stream say nothing */
    free(value);
    free(whole);
    ck_assert_int_eq(unlink(path), 0);
    for (size_t d = 0; d < DATASETS; d++) free(sample.value[d]);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("packer");
    TCase *facts = tcase_create("facts");
    const int shapes = (int)(sizeof widths / sizeof *widths * (sizeof counts / sizeof *counts));
    tcase_add_loop_test(facts, chunks_are_those_that_hdf5_itself_would_have_stored, 0, shapes);
    tcase_add_loop_test(facts, values_are_the_same_in_plain_chunks_and_so_is_the_digest, 0, shapes);
    tcase_add_test(facts, one_two_and_four_threads_give_the_same_bytes);
    tcase_add_test(facts, a_flipped_bit_of_a_chunk_is_an_error_of_the_reader_or_says_nothing);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
