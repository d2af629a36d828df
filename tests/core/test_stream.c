/* tests/core/test_stream.c -- addressed random numbers. Known answers are the published vectors of Random123
 * (kat_vectors, philox4x32 with 10 rounds; Salmon, Moraes, Dror and Shaw 2011). Sampling tolerances are 4.5 standard
 * errors, so that a true fact fails once in 150,000 seeds; the seed is fixed.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/stream.h"

#include <check.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_sort.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20190911, MILLION = 1 << 20 };
#define BOUND        4.5
#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct known {
    uint32_t counter[4], key[2], word[4];
} known[] = {
    {{0, 0, 0, 0}, {0, 0}, {0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}},
    {{0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff},
     {0xffffffff, 0xffffffff},
     {0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}},
    {{0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
     {0xa4093822, 0x299f31d0},
     {0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}},
};

/* Where in a run a counter stands: replication, month and slot. */
static uint64_t replication_of(const uint32_t counter[4])
{
    return (uint64_t)counter[1] << 32 | counter[0];
}

static int month_of(const uint32_t counter[4])
{
    return (int)(counter[2] - 1u);
}

static double uniform_of(const uint32_t word[2])
{
    return (double)((uint64_t)word[0] << 21 | word[1] >> 11) * 0x1p-53;
}

static gsl_rng *philox(void)
{
    gsl_rng *rng = gsl_rng_alloc(stream_gsl_philox);
    ck_assert_ptr_nonnull(rng);
    return rng;
}

START_TEST(the_wrapped_generator_gives_the_published_words)
{
    const struct known *k = &known[_i];
    const struct stream stream = {.key = {k->key[0], k->key[1]}};
    gsl_rng *rng = philox();
    stream_seek(rng, &stream, replication_of(k->counter), month_of(k->counter), k->counter[3]);
    for (int i = 0; i < 4; i++) ck_assert_uint_eq(gsl_rng_get(rng), k->word[i]);
    gsl_rng_free(rng);
}
END_TEST

START_TEST(a_fresh_generator_begins_at_counter_zero_with_its_seed_as_key)
{
    gsl_rng *rng = philox();
    gsl_rng_set(rng, 0);
    for (int i = 0; i < 4; i++) ck_assert_uint_eq(gsl_rng_get(rng), known[0].word[i]);
    gsl_rng_free(rng);
}
END_TEST

START_TEST(a_row_of_lanes_gives_the_published_words)
{
    const struct known *k = &known[_i];
    const struct stream stream = {.key = {k->key[0], k->key[1]}};
    struct stream_state state = {{NULL}};
    _Alignas(LANES_ALIGNMENT) double u[2][LANES];
    stream_uniforms(&stream, &state, replication_of(k->counter), month_of(k->counter), k->counter[3], u);
    ck_assert_double_eq(u[0][0], uniform_of(&k->word[0]));
    ck_assert_double_eq(u[1][0], uniform_of(&k->word[2]));
}
END_TEST

/* Blocks at the start, across 2^32, and near the end of the replications; months before the first and far on. */
START_TEST(a_row_of_lanes_has_the_uniforms_of_one_draw_after_the_other)
{
    static const uint64_t first[] = {0, 32, 0xfffffff0u, (uint64_t)1 << 40, UINT64_MAX - LANES};
    static const int months[] = {STREAM_BEFORE, 0, 1, 239, 1199};
    static const uint32_t slots[] = {0, 1, 7, 0xffffffffu};
    const struct stream stream = stream_named(SEED, "drivers.brent", NULL);
    struct stream_state state = {{NULL}};
    gsl_rng *rng = philox();
    for (size_t b = 0; b < COUNT(first); b++)
        for (size_t m = 0; m < COUNT(months); m++)
            for (size_t s = 0; s < COUNT(slots); s++) {
                _Alignas(LANES_ALIGNMENT) double u[2][LANES];
                stream_uniforms(&stream, &state, first[b], months[m], slots[s], u);
                for (size_t l = 0; l < LANES; l++) {
                    stream_seek(rng, &stream, first[b] + l, months[m], slots[s]);
                    ck_assert_double_eq(u[0][l], gsl_rng_uniform(rng));
                    ck_assert_double_eq(u[1][l], gsl_rng_uniform(rng));
                }
            }
    gsl_rng_free(rng);
}
END_TEST

START_TEST(slots_follow_one_another_in_the_wrapped_generator)
{
    const struct stream stream = stream_named(SEED, "x", NULL);
    gsl_rng *all = philox(), *one = philox();
    stream_seek(all, &stream, 5, 3, 0);
    for (uint32_t slot = 0; slot < 10; slot++) {
        stream_seek(one, &stream, 5, 3, slot);
        for (int i = 0; i < 4; i++) ck_assert_uint_eq(gsl_rng_get(all), gsl_rng_get(one));
    }
    gsl_rng_free(all);
    gsl_rng_free(one);
}
END_TEST

START_TEST(a_clone_goes_on_with_the_same_words)
{
    gsl_rng *rng = philox();
    gsl_rng_set(rng, 7);
    for (int i = 0; i < 6; i++) gsl_rng_get(rng);
    gsl_rng *clone = gsl_rng_clone(rng);
    for (int i = 0; i < 20; i++) ck_assert_uint_eq(gsl_rng_get(rng), gsl_rng_get(clone));
    gsl_rng_free(rng);
    gsl_rng_free(clone);
}
END_TEST

/* The counter that gives these words: Philox is a bijection, whose rounds are undone here with the inverses of its two
 * multipliers modulo 2^32. */
static void counter_giving(const uint32_t word[4], const uint32_t key[2], uint32_t counter[4])
{
    const uint32_t m0 = 0xD2511F53u, m1 = 0xCD9E8D57u;
    uint32_t inverse0 = m0, inverse1 = m1;
    for (int i = 0; i < 5; i++) { /* Newton's iteration doubles the bits that are right, from three */
        inverse0 *= 2u - m0 * inverse0;
        inverse1 *= 2u - m1 * inverse1;
    }
    memcpy(counter, word, 4 * sizeof *word);
    for (uint32_t round = 10; round-- > 0;) {
        const uint32_t k0 = key[0] + round * 0x9E3779B9u, k1 = key[1] + round * 0xBB67AE85u;
        const uint32_t a = counter[3] * inverse0, c = counter[1] * inverse1;
        const uint32_t b = counter[0] ^ (uint32_t)((uint64_t)m1 * c >> 32) ^ k0;
        const uint32_t d = counter[2] ^ (uint32_t)((uint64_t)m0 * a >> 32) ^ k1;
        counter[0] = a, counter[1] = b, counter[2] = c, counter[3] = d;
    }
}

START_TEST(words_of_zero_give_the_least_uniform_and_a_normal_beyond_eight)
{
    const uint32_t zero[4] = {0, 0, 0, 0}, most[4] = {0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff};
    const struct stream stream = {.key = {1, 2}};
    struct stream_state state = {{NULL}};
    _Alignas(LANES_ALIGNMENT) double u[2][LANES], z[2][LANES];
    uint32_t counter[4];
    counter_giving(known[2].word, known[2].key, counter);
    ck_assert_mem_eq(counter, known[2].counter, sizeof counter);

    counter_giving(zero, stream.key, counter);
    stream_uniforms(&stream, &state, replication_of(counter), month_of(counter), counter[3], u);
    ck_assert_double_eq(u[0][0], 0x1p-54);
    ck_assert_double_eq(u[1][0], 0x1p-54);
    stream_normals(&stream, &state, replication_of(counter), month_of(counter), counter[3], z);
    ck_assert_double_eq_tol(z[0][0], sqrt(108.0 * M_LN2), 1e-14); /* 8.65 */
    ck_assert_double_gt(z[0][0], 8.0);
    ck_assert(isfinite(z[1][0]));

    counter_giving(most, stream.key, counter);
    stream_uniforms(&stream, &state, replication_of(counter), month_of(counter), counter[3], u);
    ck_assert_double_eq(u[0][0], 1.0 - 0x1p-53);
    ck_assert_double_eq(u[1][0], 1.0 - 0x1p-53);
    stream_normals(&stream, &state, replication_of(counter), month_of(counter), counter[3], z);
    ck_assert(isfinite(z[0][0]) && isfinite(z[1][0]));
}
END_TEST

/* Box and Muller 1958. The bounds of lanes.h: log 1 ulp, halved by the root, sine and cosine 1.5 ulp, and roundings. */
START_TEST(normals_are_those_of_their_two_uniforms)
{
    const struct stream stream = stream_named(SEED, "x", NULL);
    struct stream_state state = {{NULL}};
    for (uint64_t first = 0; first < 100 * LANES; first += LANES) {
        _Alignas(LANES_ALIGNMENT) double u[2][LANES], z[2][LANES];
        stream_uniforms(&stream, &state, first, 4, 1, u);
        stream_normals(&stream, &state, first, 4, 1, z);
        for (int l = 0; l < LANES; l++) {
            const double radius = sqrt(-2.0 * log(u[0][l])), angle = 2.0 * M_PI * u[1][l];
            ck_assert_double_eq_tol(z[0][l], radius * cos(angle), radius * 1.6e-15);
            ck_assert_double_eq_tol(z[1][l], radius * sin(angle), radius * 1.6e-15);
        }
    }
}
END_TEST

/* `count` normals (a multiple of 2 LANES) of months 0, 1, ... and slot 0, of the block at `first`. */
static double *normals(const struct stream *stream, uint64_t first, size_t count)
{
    struct arena arena = {0};
    struct stream_state state;
    double *x = malloc(count * sizeof *x);
    ck_assert_ptr_nonnull(x);
    ck_assert_ptr_null(stream_state_init(stream, &arena, &state));
    stream_state_start(stream, &state, first);
    for (size_t i = 0; i < count; i += (size_t)2 * LANES) {
        _Alignas(LANES_ALIGNMENT) double z[2][LANES];
        stream_normals(stream, &state, first, (int)(i / (2 * LANES)), 0, z);
        memcpy(x + i, z, sizeof z);
    }
    arena_free(&arena);
    return x;
}

/* P(sqrt(n) distance > d) < 2 exp(-2 d^2): Kolmogorov, Smirnov; Massart 1990. */
static void assert_standard_normal(size_t count, double x[])
{
    const double n = (double)count;
    double sum[5] = {0.0}, distance = 0.0;
    for (size_t i = 0; i < count; i++)
        for (int k = 1; k <= 4; k++) sum[k] += pow(x[i], k) / n;
    ck_assert_double_eq_tol(sum[1], 0.0, BOUND / sqrt(n));
    ck_assert_double_eq_tol(sum[2], 1.0, BOUND * sqrt(2.0 / n));
    ck_assert_double_eq_tol(sum[3], 0.0, BOUND * sqrt(15.0 / n));
    ck_assert_double_eq_tol(sum[4], 3.0, BOUND * sqrt(96.0 / n));
    gsl_sort(x, 1, count);
    for (size_t i = 0; i < count; i++) {
        const double p = gsl_cdf_ugaussian_P(x[i]);
        distance = fmax(distance, fmax(p - (double)i / n, (double)(i + 1) / n - p));
    }
    ck_assert_double_lt(distance, sqrt(log(2.0 * 150000.0) / 2.0 / n));
    for (double tail = 3.0; tail < 4.6; tail += 0.5) { /* both tails, by counting */
        const double expected = 2.0 * gsl_cdf_ugaussian_Q(tail) * n;
        double beyond = 0.0;
        for (size_t i = 0; i < count; i++) beyond += fabs(x[i]) > tail;
        ck_assert_double_eq_tol(beyond, expected, BOUND * sqrt(expected) + 1.0);
    }
}

START_TEST(a_million_normals_have_the_normal_law)
{
    const struct stream stream = stream_named(SEED, "drivers.brent.short", NULL);
    double *x = normals(&stream, 0, MILLION);
    assert_standard_normal(MILLION, x);
    free(x);
}
END_TEST

/* The correlation of count pairs of independent normals has the standard error 1 / sqrt(count). */
static void assert_independent(const struct stream *a, uint64_t first_a, const struct stream *b, uint64_t first_b)
{
    enum { N = MILLION / 8 };
    double *x = normals(a, first_a, N), *y = normals(b, first_b, N), sum = 0.0, squares = 0.0;
    for (size_t i = 0; i < N; i++) {
        sum += x[i] * y[i] / N;
        squares += (x[i] * x[i] - 1.0) * (y[i] * y[i] - 1.0) / N;
    }
    ck_assert_double_eq_tol(sum, 0.0, BOUND / sqrt(N));
    ck_assert_double_eq_tol(squares, 0.0, BOUND * 2.0 / sqrt(N));
    free(x);
    free(y);
}

START_TEST(names_seeds_and_replications_are_independent)
{
    static const char *const names[] = {"a", "b", "drivers.gdp-cn", "drivers.gdp-cn.level", "drivers.gdp-ca"};
    const struct stream base = stream_named(SEED, names[0], NULL);
    for (size_t i = 1; i < COUNT(names); i++) {
        const struct stream other = stream_named(SEED, names[i], NULL);
        assert_independent(&base, 0, &other, 0);
    }
    for (uint64_t seed = SEED + 1; seed < SEED + 4; seed++) {
        const struct stream other = stream_named(seed, names[0], NULL);
        assert_independent(&base, 0, &other, 0);
    }
    assert_independent(&base, 0, &base, LANES);
    assert_independent(&base, 0, &base, (uint64_t)1 << 32);
}
END_TEST

START_TEST(zero_is_a_seed_like_any_other)
{
    const struct stream zero = stream_named(0, "a", NULL), one = stream_named(1, "a", NULL);
    ck_assert_mem_ne(zero.key, one.key, sizeof zero.key);
    assert_independent(&zero, 0, &one, 0);
}
END_TEST

START_TEST(every_generator_of_gsl_is_accepted_and_known_by_its_name)
{
    size_t count = 0;
    for (const gsl_rng_type **t = gsl_rng_types_setup(); *t != NULL; t++, count++) {
        const gsl_rng_type *type = NULL;
        ck_assert_ptr_null(stream_generator((*t)->name, &type));
        ck_assert_ptr_eq(type, *t);
        const struct stream stream = stream_named(SEED, "x", type);
        struct arena arena = {0};
        struct stream_state state;
        _Alignas(LANES_ALIGNMENT) double u[2][LANES];
        ck_assert_ptr_null(stream_state_init(&stream, &arena, &state));
        stream_state_start(&stream, &state, 0);
        stream_uniforms(&stream, &state, 0, 0, 0, u);
        for (int l = 0; l < LANES; l++) ck_assert(u[0][l] > 0.0 && u[0][l] < 1.0 && u[1][l] > 0.0 && u[1][l] < 1.0);
        arena_free(&arena);
    }
    ck_assert_uint_gt(count, 50); /* GSL 2.7 ships some sixty */
    const gsl_rng_type *type = gsl_rng_mt19937;
    ck_assert_ptr_null(stream_generator("philox", &type));
    ck_assert_ptr_null(type);
}
END_TEST

START_TEST(an_unknown_generator_is_refused_with_names_that_are_known)
{
    const gsl_rng_type *type = NULL;
    struct fault *fault = stream_generator("mt19973", &type);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_USAGE);
    ck_assert_ptr_nonnull(strstr(fault->sentence, "'mt19973' is not a generator"));
    ck_assert_ptr_nonnull(strstr(fault->sentence, "mt19937"));
    fault_free(fault);
}
END_TEST

START_TEST(generators_of_gsl_give_the_normal_law)
{
    const gsl_rng_type *const types[] = {gsl_rng_mt19937, gsl_rng_ranlxd2, gsl_rng_taus2};
    const struct stream stream = stream_named(SEED, "x", types[_i]);
    double *x = normals(&stream, 0, MILLION / 4);
    assert_standard_normal(MILLION / 4, x);
    free(x);
}
END_TEST

/* A replication has its own generator, wherever in a block it stands, and draws from it in order. */
START_TEST(a_replication_draws_from_its_own_generator_wherever_it_stands)
{
    const struct stream stream = stream_named(SEED, "x", gsl_rng_mt19937);
    struct arena arena = {0};
    struct stream_state here, there;
    _Alignas(LANES_ALIGNMENT) double a[2][LANES], b[2][LANES];
    ck_assert_ptr_null(stream_state_init(&stream, &arena, &here));
    ck_assert_ptr_null(stream_state_init(&stream, &arena, &there));
    stream_state_start(&stream, &here, 0);
    stream_state_start(&stream, &there, 16);
    for (int month = 0; month < 5; month++) {
        stream_uniforms(&stream, &here, 0, month, 0, a);
        stream_uniforms(&stream, &there, 16, month, 0, b);
        ck_assert_mem_eq(a[0] + 16, b[0], 16 * sizeof(double));
        ck_assert_mem_eq(a[1] + 16, b[1], 16 * sizeof(double));
        ck_assert_mem_ne(a[0], b[0], 16 * sizeof(double));
    }
    arena_free(&arena);
}
END_TEST

START_TEST(philox_keeps_nothing_for_a_block)
{
    const struct stream stream = stream_named(SEED, "x", NULL);
    struct arena arena = {0};
    struct stream_state state;
    ck_assert_ptr_null(stream_state_init(&stream, &arena, &state));
    for (int l = 0; l < LANES; l++) ck_assert_ptr_null(state.lane[l]);
    arena_free(&arena);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("stream");
    TCase *facts = tcase_create("facts");
    tcase_set_timeout(facts, 20);
    tcase_add_loop_test(facts, the_wrapped_generator_gives_the_published_words, 0, (int)COUNT(known));
    tcase_add_test(facts, a_fresh_generator_begins_at_counter_zero_with_its_seed_as_key);
    tcase_add_loop_test(facts, a_row_of_lanes_gives_the_published_words, 0, (int)COUNT(known));
    tcase_add_test(facts, a_row_of_lanes_has_the_uniforms_of_one_draw_after_the_other);
    tcase_add_test(facts, slots_follow_one_another_in_the_wrapped_generator);
    tcase_add_test(facts, a_clone_goes_on_with_the_same_words);
    tcase_add_test(facts, words_of_zero_give_the_least_uniform_and_a_normal_beyond_eight);
    tcase_add_test(facts, normals_are_those_of_their_two_uniforms);
    tcase_add_test(facts, a_million_normals_have_the_normal_law);
    tcase_add_test(facts, names_seeds_and_replications_are_independent);
    tcase_add_test(facts, zero_is_a_seed_like_any_other);
    tcase_add_test(facts, every_generator_of_gsl_is_accepted_and_known_by_its_name);
    tcase_add_test(facts, an_unknown_generator_is_refused_with_names_that_are_known);
    tcase_add_loop_test(facts, generators_of_gsl_give_the_normal_law, 0, 3);
    tcase_add_test(facts, a_replication_draws_from_its_own_generator_wherever_it_stands);
    tcase_add_test(facts, philox_keeps_nothing_for_a_block);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
