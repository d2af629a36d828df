/* tests/statistics/test_sketch.c -- what a sketch tells is within its bound of the values themselves, whatever they
 * are, and its counts do not depend on the order in which they came.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/statistics/sketches.h"

#include <check.h>
#include <float.h>
#include <gsl/gsl_randist.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void must(struct fault *fault)
{
    if (fault != NULL) ck_abort_msg("%s", fault->sentence);
}

static int by_value(const void *left, const void *right)
{
    const float a = *(const float *)left, b = *(const float *)right;
    return a < b ? -1 : a > b ? 1 : (signbit(a) == 0) - (signbit(b) == 0);
}

/* Values without NaN, in order, with their moments and a sketch of them. */
struct known {
    size_t count;
    float *value;
    struct moments moments;
    struct sketch *sketch;
};

static void know(struct known *known, size_t count, const float value[])
{
    double *wide = malloc((count + 1) * sizeof *wide);
    *known = (struct known){.count = count, .value = malloc((count + 1) * sizeof *value)};
    ck_assert(wide != NULL && known->value != NULL);
    for (size_t i = 0; i < count; i++) wide[i] = (double)value[i];
    known->moments = moments_of(count, wide, NULL);
    must(sketch_open(1, &known->sketch));
    must(sketch_add(known->sketch, 0, count, value));
    ck_assert_uint_eq(sketch_count(known->sketch, 0), count);
    memcpy(known->value, value, count * sizeof *value);
    qsort(known->value, count, sizeof *value, by_value);
    free(wide);
}

static void forget(struct known *known)
{
    sketch_close(known->sketch);
    free(known->value);
}

/* Whether a number is told as well as is promised; below 2^-126 the error is absolute. */
static bool is_near(double told, double value)
{
    if (isinf(value)) return told == value;
    if (value == 0.0) return told == 0.0;
    const double most = fabs(value) * SKETCH_ERROR * (1.0 + 1e-15);
    return fabs(told - value) <= (fabs(value) < (double)FLT_MIN ? 0x1p-133 : most);
}

static void check_every_rank(const float value[], size_t count)
{
    struct known known;
    know(&known, count, value);
    for (size_t r = 1; r <= count; r++) {
        const double exact = (double)known.value[r - 1], told = sketch_value(known.sketch, 0, &known.moments, r);
        ck_assert_msg(is_near(told, exact), "rank %zu of %zu is %.9g, told %.9g", r, count, exact, told);
    }
    ck_assert(isnan(sketch_value(known.sketch, 0, &known.moments, 0)));
    ck_assert(isnan(sketch_value(known.sketch, 0, &known.moments, count + 1)));
    forget(&known);
}

enum { MANY = 20000 };

/* Draws of which the tails are long on one side or on both, and others. */
static float draw(gsl_rng *rng, int kind)
{
    switch (kind) {
    case 0: return (float)exp(3.0 * gsl_ran_ugaussian(rng));
    case 1: return (float)gsl_ran_cauchy(rng, 1.0);
    case 2: return (float)(gsl_ran_ugaussian(rng) * 1e9);
    case 3: return (float)(-5.0 - gsl_ran_exponential(rng, 1.0));
    case 4: return (float)floor(gsl_ran_exponential(rng, 2.0)); /* many zeros */
    case 5: return (float)(100.0 + 0.01 * gsl_ran_ugaussian(rng));
    default: return (float)exp(30.0 * gsl_ran_ugaussian(rng)) * (gsl_rng_uniform(rng) < 0.5 ? -1.0F : 1.0F);
    }
}
enum { KINDS = 7 };

static float *draws(int kind, size_t count)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    float *value = malloc(count * sizeof *value);
    ck_assert(rng != NULL && value != NULL);
    gsl_rng_set(rng, 5 + (unsigned)kind);
    for (size_t i = 0; i < count; i++) value[i] = draw(rng, kind);
    gsl_rng_free(rng);
    return value;
}

START_TEST(every_order_statistic_is_within_the_bound_whatever_the_tails)
{
    for (int kind = 0; kind < KINDS; kind++) {
        float *value = draws(kind, MANY);
        check_every_rank(value, MANY);
        free(value);
    }
}
END_TEST

START_TEST(the_ends_of_buckets_over_all_numbers_are_within_the_bound)
{
    /* the two ends of all buckets of either sign, and infinities */
    const size_t count = 4 * 0x7f80 + 2;
    float *value = malloc(count * sizeof *value);
    ck_assert_ptr_nonnull(value);
    for (uint32_t i = 0; i < 0x7f80; i++)
        for (uint32_t part = 0; part < 4; part++) {
            const uint32_t bits = (part / 2) << 31 | i << 16 | (part % 2 == 0 ? 0 : 0xffff);
            memcpy(&value[4 * i + part], &bits, sizeof bits);
        }
    value[count - 2] = __builtin_inff();
    value[count - 1] = -__builtin_inff();
    struct known known;
    know(&known, count, value);
    for (size_t r = 1; r <= count; r += 67) { /* odd, so that both ends are seen */
        const double exact = (double)known.value[r - 1], told = sketch_value(known.sketch, 0, &known.moments, r);
        ck_assert(fabs(exact) < 0x1p-133 ? told == 0.0 : is_near(told, exact));
        ck_assert_int_eq(signbit(told) != 0, signbit(exact) != 0);
    }
    forget(&known);
    free(value);
}
END_TEST

START_TEST(zeros_infinities_and_extremes_are_exact)
{
    static const float value[] = {-__builtin_inff(), -3.3F, -0.0F, -0.0F, 0.0F, 7.7F, __builtin_inff()};
    struct known known;
    know(&known, 7, value);
    for (size_t r = 3; r <= 5; r++) {
        const double told = sketch_value(known.sketch, 0, &known.moments, r);
        ck_assert(told == 0.0 && (signbit(told) != 0) == (r < 5));
    }
    ck_assert(sketch_value(known.sketch, 0, &known.moments, 1) == -__builtin_inf());
    ck_assert(sketch_value(known.sketch, 0, &known.moments, 7) == __builtin_inf());
    forget(&known);
    know(&known, 3, (const float[]){7.7F, -3.3F, 1.0F});
    ck_assert(sketch_value(known.sketch, 0, &known.moments, 1) == (double)-3.3F);
    ck_assert(sketch_value(known.sketch, 0, &known.moments, 3) == (double)7.7F);
    forget(&known);
}
END_TEST

START_TEST(a_constant_comes_out_exactly)
{
    static const float constants[] = {0.1F, -0.1F, 0.0F, 1e-42F, -3e38F, 64.37F};
    static const double p[] = {0.0, 0.05, 0.5, 1.0};
    for (size_t k = 0; k < sizeof constants / sizeof *constants; k++) {
        float value[100];
        struct quantile_estimate out[4];
        struct known known;
        for (size_t i = 0; i < 100; i++) value[i] = constants[k];
        know(&known, 100, value);
        sketch_quantiles(known.sketch, 0, &known.moments, 4, p, out);
        for (size_t q = 0; q < 4; q++) ck_assert(out[q].estimate == (double)constants[k]);
        ck_assert(out[2].low == (double)constants[k] && out[2].high == (double)constants[k]);
        for (int upper = 0; upper < 2; upper++) {
            const struct cvar_estimate cvar = sketch_cvar(known.sketch, 0, &known.moments, upper ? 0.93 : 0.07);
            ck_assert(cvar.points == 7.0 && cvar.estimate == (double)constants[k] && cvar.standard_error == 0.0);
        }
        forget(&known);
    }
}
END_TEST

START_TEST(extremes_are_told_in_the_precision_of_the_values)
{
    static const double p[] = {0.0, 0.5, 1.0};
    struct quantile_estimate out[3];
    struct known known;
    float value[100];
    for (size_t i = 0; i < 100; i++) value[i] = 0.6F;
    know(&known, 100, value);
    known.moments.min = 0.6 - 4e-16; /* before they were narrowed */
    known.moments.max = 0.6 + 3e-16;
    sketch_quantiles(known.sketch, 0, &known.moments, 3, p, out);
    for (size_t q = 0; q < 3; q++) ck_assert(out[q].estimate == (double)0.6F);
    ck_assert(out[1].low == (double)0.6F && out[1].high == (double)0.6F);
    forget(&known);
}
END_TEST

START_TEST(quantiles_are_near_the_exact_ones_and_their_bounds_enclose_the_exact_bounds)
{
    static const double p[] = {0.0, 0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.9999, 1.0, -0.1, 1.1};
    enum { ASKED = sizeof p / sizeof *p };
    for (int kind = 0; kind < KINDS; kind++)
        for (size_t count = 1; count <= MANY; count *= 11) {
            struct quantile_estimate exact[ASKED], told[ASKED];
            struct known known;
            float *value = draws(kind, count), *work = malloc(count * sizeof *work);
            ck_assert_ptr_nonnull(work);
            know(&known, count, value);
            quantiles_estimate(count, value, work, ASKED, p, exact);
            sketch_quantiles(known.sketch, 0, &known.moments, ASKED, p, told);
            for (size_t q = 0; q < ASKED; q++) {
                ck_assert_int_eq(isnan(told[q].estimate), isnan(exact[q].estimate));
                if (isnan(exact[q].estimate)) continue;
                ck_assert(is_near(told[q].estimate, exact[q].estimate));
                ck_assert(told[q].low <= exact[q].low && told[q].high >= exact[q].high);
                ck_assert(told[q].low <= told[q].estimate && told[q].estimate <= told[q].high);
                ck_assert_int_eq(isinf(told[q].low), isinf(exact[q].low));
                ck_assert_int_eq(isinf(told[q].high), isinf(exact[q].high));
            }
            forget(&known);
            free(value);
            free(work);
        }
}
END_TEST

START_TEST(without_values_there_are_no_quantiles)
{
    const float nothing[3] = {__builtin_nanf(""), -__builtin_nanf(""), __builtin_nanf("1")};
    const double p[1] = {0.5};
    struct quantile_estimate out[1];
    struct sketch *sketch;
    const struct moments none = moments_none();
    must(sketch_open(2, &sketch));
    must(sketch_add(sketch, 1, 3, nothing));
    ck_assert_uint_eq(sketch_count(sketch, 1), 0);
    ck_assert_uint_eq(sketch_undefined(sketch, 1), 3);
    ck_assert_uint_eq(sketch_undefined(sketch, 0), 0);
    for (size_t cell = 0; cell < 2; cell++) {
        sketch_quantiles(sketch, cell, &none, 1, p, out);
        ck_assert(isnan(out[0].estimate) && isnan(out[0].low) && isnan(out[0].high));
        const struct cvar_estimate cvar = sketch_cvar(sketch, cell, &none, 0.95);
        ck_assert(cvar.points == 0.0 && isnan(cvar.estimate) && isnan(cvar.standard_error));
    }
    sketch_close(sketch);
    sketch_close(NULL);
}
END_TEST

static struct cvar_estimate exact_cvar(const struct known *known, double level)
{
    const struct quantiles_asked asked = {0, NULL, 1, &level};
    struct cvar_estimate out;
    float *work = malloc((known->count + 1) * sizeof *work);
    ck_assert_ptr_nonnull(work);
    quantiles_and_tails(known->count, known->value, work, &asked, NULL, &out);
    free(work);
    return out;
}

/* Mean of the magnitudes of all values, to which roundings are in proportion. */
static double magnitude(const struct known *known)
{
    double sum = 0;
    for (size_t i = 0; i < known->count; i++) sum += fabs((double)known->value[i]);
    return sum / (double)known->count;
}

static const double levels[] = {0.001, 0.01, 0.05, 0.1, 0.37, 0.5, 0.55, 0.9, 0.95, 0.99, 0.9999};
enum { LEVELS = sizeof levels / sizeof *levels };

enum { DOUBLINGS = 17 };

/* The same values so often that the error of the sample, a 362th of what it was, is next to nothing in the error. */
START_TEST(the_mean_of_a_tail_is_off_by_less_than_what_buckets_add_to_its_error)
{
    for (int kind = 0; kind < KINDS - 1; kind++)
        for (size_t count = 1; count <= MANY; count = count * 5 + 2) {
            struct known known;
            float *value = draws(kind, count);
            know(&known, count, value);
            for (int i = 0; i < DOUBLINGS; i++) must(sketch_merge(known.sketch, known.sketch));
            for (size_t l = 0; l < LEVELS; l++) {
                const struct cvar_estimate exact = exact_cvar(&known, levels[l]);
                const struct cvar_estimate told = sketch_cvar(known.sketch, 0, &known.moments, levels[l]);
                ck_assert_double_eq(told.points, tail_points((double)count * (1 << DOUBLINGS), levels[l]));
                const double rounding = 1e-12 * magnitude(&known) / exact.points * (double)count;
                ck_assert_msg(fabs(told.estimate - exact.estimate) <= told.standard_error + rounding,
                              "kind %d, %zu values, level %g: %.9g told, %.9g exact, error %g", kind, count, levels[l],
                              told.estimate, exact.estimate, told.standard_error);
                if (exact.points < 2) continue;
                /* a bucket's width and what is left of the sample's error */
                ck_assert_double_le(told.standard_error,
                                    0x1p-7 * (fabs(exact.estimate) + fabs((double)known.value[0])) +
                                        exact.standard_error / 300 + rounding);
            }
            forget(&known);
            free(value);
        }
}
END_TEST

/* Values in buckets that are wholly within the tail or wholly without: nothing is left to split. */
START_TEST(a_tail_that_ends_with_a_bucket_is_exact)
{
    enum { SIZE = 1000 };
    for (int sign = 0; sign < 2; sign++) {
        gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
        ck_assert_ptr_nonnull(rng);
        float value[SIZE];
        struct known known;
        for (size_t i = 0; i < SIZE; i++) { /* a hundred beyond 64; of the others many at one value at their end */
            const double u = gsl_rng_uniform(rng);
            value[i] = (float)(i < 100 ? 64.0 + 40.0 * u : i < 500 ? 63.5 : 63.5 * u);
            if (sign == 1) value[i] = -value[i];
        }
        know(&known, SIZE, value);
        const double level = sign == 0 ? 0.9 : 0.1;
        const struct cvar_estimate exact = exact_cvar(&known, level);
        const struct cvar_estimate told = sketch_cvar(known.sketch, 0, &known.moments, level);
        ck_assert_double_le(fabs(told.estimate - exact.estimate), 1e-13 * fabs(exact.estimate));
        ck_assert_double_le(fabs(told.standard_error - exact.standard_error), 1e-12 * exact.standard_error);
        forget(&known);
        gsl_rng_free(rng);
    }
}
END_TEST

/* A bucket of even spread is split as it is: the others' means and squares are exact. */
START_TEST(an_even_spread_gives_the_tail_of_the_values_themselves)
{
    enum { SIZE = 64000 };
    static float value[SIZE];
    struct known known;
    for (size_t i = 0; i < SIZE; i++) value[i] = 1.0F + (float)i / SIZE; /* 500 values in each of 128 buckets */
    know(&known, SIZE, value);
    for (size_t l = 0; l < LEVELS; l++) {
        const struct cvar_estimate exact = exact_cvar(&known, levels[l]);
        const struct cvar_estimate told = sketch_cvar(known.sketch, 0, &known.moments, levels[l]);
        ck_assert_double_le(fabs(told.estimate - exact.estimate), 1.0 / SIZE); /* a step */
    }
    forget(&known);
}
END_TEST

START_TEST(what_is_infinite_is_in_the_tail_as_in_that_of_the_values_themselves)
{
    enum { SIZE = 400 };
    for (int sign = 0; sign < 2; sign++) {
        float *value = draws(2, SIZE);
        struct known known;
        for (size_t i = 0; i < 12; i++) value[7 * i] = sign == 0 ? __builtin_inff() : -__builtin_inff();
        know(&known, SIZE, value);
        for (size_t l = 0; l < LEVELS; l++) {
            const struct cvar_estimate exact = exact_cvar(&known, levels[l]);
            const struct cvar_estimate told = sketch_cvar(known.sketch, 0, &known.moments, levels[l]);
            ck_assert_int_eq(isinf(told.estimate), isinf(exact.estimate));
            if (isinf(exact.estimate)) ck_assert(told.estimate == exact.estimate && isnan(told.standard_error));
        }
        forget(&known);
        free(value);
    }
}
END_TEST

/* All of a narrow law in one bucket, as a share of GDP that moves by a thousandth: no more can be known than the
 * bucket's mean and variance tell, and that is what is said, not the error of the sample alone. */
START_TEST(a_law_within_one_bucket_says_how_little_is_known_of_its_tail)
{
    enum { SIZE = 20000 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ck_assert_ptr_nonnull(rng);
    static float value[SIZE];
    for (size_t i = 0; i < SIZE; i++) value[i] = (float)(1.0586 + 0.001 * gsl_ran_ugaussian(rng));
    struct known known;
    know(&known, SIZE, value);
    for (int upper = 0; upper < 2; upper++) {
        /* E(Z | Z > 1.6449) = 2.0627 */
        const double truth = 1.0586 + (upper ? 0.001 : -0.001) * 2.0627128;
        const struct cvar_estimate exact = exact_cvar(&known, upper ? 0.95 : 0.05);
        const struct cvar_estimate told = sketch_cvar(known.sketch, 0, &known.moments, upper ? 0.95 : 0.05);
        ck_assert_double_le(fabs(exact.estimate - truth), 4 * exact.standard_error);
        ck_assert_double_gt(fabs(told.estimate - truth), 10 * exact.standard_error); /* or the case is none */
        ck_assert_double_le(fabs(told.estimate - truth), told.standard_error);
        /* of a two-point law with that variance, the tail is sqrt(19) sd away */
        ck_assert_double_le(told.standard_error, 0.0045);
    }
    forget(&known);
    gsl_rng_free(rng);
}
END_TEST

enum { PARTS = 5, EACH = 400, CELLS = KINDS };

static void add_part(struct sketch *sketch, float *const value[], int part)
{
    for (size_t c = 0; c < CELLS; c++) must(sketch_add(sketch, c, EACH, value[c] + part * EACH));
}

START_TEST(the_order_of_values_and_of_merging_changes_no_count)
{
    static const int orders[][PARTS] = {{0, 1, 2, 3, 4}, {4, 3, 2, 1, 0}, {2, 0, 4, 1, 3}, {1, 4, 0, 3, 2}};
    float *value[CELLS];
    struct sketch *whole;
    must(sketch_open(CELLS, &whole));
    for (int c = 0; c < CELLS; c++) value[c] = draws(c, PARTS * EACH);
    value[0][17] = __builtin_nanf("");
    value[1][18] = __builtin_inff();
    value[2][19] = -0.0F;
    for (size_t c = 0; c < CELLS; c++) must(sketch_add(whole, c, PARTS * EACH, value[c]));
    for (size_t o = 0; o < sizeof orders / sizeof *orders; o++) {
        struct sketch *left, *right, *one;
        must(sketch_open(CELLS, &left));
        must(sketch_open(CELLS, &right));
        must(sketch_open(CELLS, &one));
        for (int i = 0; i < PARTS; i++) add_part(i < 2 ? left : right, value, orders[o][i]);
        for (int i = 0; i < PARTS; i++) add_part(one, value, orders[o][i]);
        ck_assert(!sketch_equal(left, whole));
        must(sketch_merge(o % 2 == 0 ? left : right, o % 2 == 0 ? right : left));
        ck_assert(sketch_equal(o % 2 == 0 ? left : right, whole));
        ck_assert(sketch_equal(whole, one));
        sketch_close(left);
        sketch_close(right);
        sketch_close(one);
    }
    for (int c = 0; c < CELLS; c++) free(value[c]);
    sketch_close(whole);
}
END_TEST

START_TEST(a_count_more_anywhere_makes_sketches_unequal)
{
    static const float value[] = {
        0.0F, -0.0F, 1.0F, 1.0F + FLT_EPSILON, -1.0F, __builtin_inff(), -__builtin_inff(), __builtin_nanf("")};
    for (size_t i = 0; i < 8; i++)
        for (size_t j = 0; j < 8; j++) {
            struct sketch *left, *right;
            must(sketch_open(1, &left));
            must(sketch_open(1, &right));
            must(sketch_add(left, 0, 1, &value[i]));
            must(sketch_add(right, 0, 1, &value[j]));
            ck_assert(sketch_equal(left, right) == (i == j));
            sketch_close(left);
            sketch_close(right);
        }
}
END_TEST

START_TEST(what_is_written_is_read_back_equal)
{
    /* each sign of zero and of infinity, and NaN, another number of times */
    static const float value[] = {0.0F,
                                  0.0F,
                                  0.0F,
                                  -0.0F,
                                  2.5F,
                                  -7.0F,
                                  -7.0F,
                                  1e30F,
                                  __builtin_inff(),
                                  -__builtin_inff(),
                                  -__builtin_inff(),
                                  __builtin_nanf("")};
    enum { N = sizeof value / sizeof *value };
    struct sketch *written, *read;
    must(sketch_open(2, &written));
    must(sketch_open(2, &read));
    must(sketch_add(written, 0, N, value));
    must(sketch_add(written, 1, 4, value));
    struct bytes bytes = {0};
    sketch_put(written, &bytes);
    must(bytes_fault(&bytes));
    struct bytes_left left = {.at = bytes.at, .size = bytes.size};
    must(sketch_take(read, &left));
    ck_assert_uint_eq(left.size, 0);
    ck_assert(sketch_equal(written, read));
    free(bytes.at);
    sketch_close(written);
    sketch_close(read);
}
END_TEST

START_TEST(sketches_of_different_cells_and_counts_beyond_32_bits_are_refused)
{
    struct sketch *few, *many;
    must(sketch_open(2, &few));
    must(sketch_open(3, &many));
    struct fault *fault = sketch_merge(few, many);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_MACHINE);
    fault_free(fault);
    ck_assert(!sketch_equal(few, many));
    const float one = 1.0F;
    must(sketch_add(few, 0, 1, &one));
    for (int i = 0; i < 31; i++) must(sketch_merge(few, few)); /* doubles */
    ck_assert_uint_eq(sketch_count(few, 0), UINT64_C(1) << 31);
    fault = sketch_merge(few, few);
    ck_assert_ptr_nonnull(fault);
    fault_free(fault);
    sketch_close(few);
    sketch_close(many);
}
END_TEST

START_TEST(memory_grows_with_the_range_of_the_values_and_not_with_their_number)
{
    struct sketch *sketch;
    must(sketch_open(1, &sketch));
    const size_t empty = sketch_bytes(sketch);
    float value[1000];
    for (int sign = 1; sign >= -1; sign -= 2) {
        /* a factor of 2 is 128 buckets, of which 16 are made at a time */
        const size_t before = sketch_bytes(sketch), least = 20 * 128, most = least + 20 * 16;
        for (size_t i = 0; i < 1000; i++) value[i] = (float)sign * (1.0F + (float)i / 1000.0F);
        must(sketch_add(sketch, 0, 1000, value));
        const size_t bytes = sketch_bytes(sketch);
        ck_assert(before + least <= bytes && bytes <= before + most);
        for (size_t i = 0; i < 100; i++) must(sketch_add(sketch, 0, 1000, value));
        ck_assert_uint_eq(sketch_bytes(sketch), bytes);
    }
    ck_assert_uint_le(empty, 256);
    sketch_close(sketch);
}
END_TEST

/* A block of the run: every 41st replication invalid, cell 3 undefined in odd ones. */
static struct fault *deliver(struct sink sink, float *const value[], uint64_t count, uint64_t first)
{
    static double cell[CELLS][LANES];
    int month[LANES], cause[LANES] = {0};
    for (size_t l = 0; l < LANES; l++) {
        const bool in = first + l < count;
        month[l] = in && (first + l) % 41 == 7 ? 12 : -1;
        for (size_t c = 0; c < CELLS; c++) cell[c][l] = in ? (double)value[c][first + l] : -1e30;
        if (in && (first + l) % 2 == 1) cell[3][l] = __builtin_nan("");
    }
    const struct block_result result = {.first = first,
                                        .lanes = count - first < LANES ? (size_t)(count - first) : LANES,
                                        .cells = CELLS,
                                        .cell = (const double(*)[LANES])cell,
                                        .failed_month = month,
                                        .failed_cause = cause};
    return sink.block(sink.self, &result);
}

START_TEST(poured_samples_give_the_counts_of_a_sketch_from_the_start)
{
    const uint64_t count = PARTS * EACH - 3;
    float *value[CELLS];
    for (int c = 0; c < CELLS; c++) value[c] = draws(c, PARTS * EACH);
    for (uint64_t crossing = 0; crossing <= count; crossing += 480)
        for (int threads = 1; threads <= 4; threads *= 2) {
            struct samples samples;
            struct sketches *straight, *poured;
            const struct sketch *left, *right;
            must(samples_init(&samples, count, CELLS, 0));
            must(sketches_open(CELLS, &straight));
            must(sketches_open(CELLS, &poured));
            for (uint64_t first = 0; first < count; first += LANES) {
                must(deliver(sketches_sink(straight), value, count, first));
                must(deliver(first < crossing ? samples_sink(&samples) : sketches_sink(poured), value, count, first));
            }
            must(sketches_pour(poured, &samples, 0, crossing, threads));
            left = sketches_total(straight);
            right = sketches_total(poured);
            ck_assert(sketch_equal(left, right));
            ck_assert_uint_eq(sketch_count(left, 0) + sketch_undefined(left, 0), count);
            ck_assert_uint_eq(sketch_undefined(left, 0), (count + 40 - 7) / 41);
            sketches_close(straight);
            sketches_close(poured);
            samples_free(&samples);
        }
    for (int c = 0; c < CELLS; c++) free(value[c]);
}
END_TEST

START_TEST(a_block_or_samples_of_other_cells_are_refused)
{
    struct sketches *sketches;
    struct samples samples;
    float *value[CELLS];
    for (int c = 0; c < CELLS; c++) value[c] = draws(c, LANES);
    must(sketches_open(CELLS + 1, &sketches));
    must(samples_init(&samples, LANES, CELLS, 0));
    struct fault *fault = deliver(sketches_sink(sketches), value, LANES, 0);
    ck_assert_ptr_nonnull(fault);
    fault_free(fault);
    fault = sketches_pour(sketches, &samples, 0, LANES, 1);
    ck_assert_ptr_nonnull(fault);
    fault_free(fault);
    samples_free(&samples);
    sketches_close(sketches);
    /* of these cells, but not all of them, or of other replications than there are */
    static const bool keep[CELLS] = {true};
    static const uint64_t range[][3] = {
        {0, 1, 0}, {0, 0, LANES + 1}, {1, 0, LANES}}; /* first of the samples, first, end */
    must(sketches_open(CELLS, &sketches));
    must(samples_init_some(&samples, LANES, CELLS, keep, 0));
    fault = sketches_pour(sketches, &samples, 0, LANES, 1);
    ck_assert_ptr_nonnull(fault);
    fault_free(fault);
    samples_free(&samples);
    must(samples_init(&samples, LANES, CELLS, 0));
    for (size_t i = 0; i < sizeof range / sizeof *range; i++) {
        samples.first = range[i][0];
        fault = sketches_pour(sketches, &samples, range[i][1], range[i][2], 1);
        ck_assert_ptr_nonnull(fault);
        ck_assert_int_eq(fault->code, FAULT_MACHINE);
        fault_free(fault);
    }
    samples.first = 0;
    samples_free(&samples);
    sketches_close(sketches);
    sketches_close(NULL);
    for (int c = 0; c < CELLS; c++) free(value[c]);
}
END_TEST

/* Of `RUNS` samples the bounds hold the true median in 95 of 100 or more, less what chance allows. */
START_TEST(bounds_hold_the_true_quantile_at_least_as_often_as_they_say)
{
    enum { RUNS = 1000, SIZE = 500 };
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    ck_assert_ptr_nonnull(rng);
    gsl_rng_set(rng, 11);
    int held[2] = {0, 0};
    for (int run = 0; run < RUNS; run++) {
        static const double p[2] = {0.5, 0.95};
        static const double truth[2] = {1.0, 138.989}; /* exp(3 z) of the normal quantiles 0 and 1.644854 */
        float value[SIZE];
        struct quantile_estimate out[2];
        struct known known;
        for (size_t i = 0; i < SIZE; i++) value[i] = draw(rng, 0);
        know(&known, SIZE, value);
        sketch_quantiles(known.sketch, 0, &known.moments, 2, p, out);
        for (int q = 0; q < 2; q++) held[q] += out[q].low <= truth[q] && truth[q] <= out[q].high;
        forget(&known);
    }
    /* 4 standard errors of a probability of 0.95 */
    for (int q = 0; q < 2; q++) ck_assert_int_ge(held[q], (int)(RUNS * (0.95 - 4 * sqrt(0.95 * 0.05 / RUNS))));
    gsl_rng_free(rng);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sketch");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, every_order_statistic_is_within_the_bound_whatever_the_tails);
    tcase_add_test(facts, the_ends_of_buckets_over_all_numbers_are_within_the_bound);
    tcase_add_test(facts, zeros_infinities_and_extremes_are_exact);
    tcase_add_test(facts, a_constant_comes_out_exactly);
    tcase_add_test(facts, extremes_are_told_in_the_precision_of_the_values);
    tcase_add_test(facts, quantiles_are_near_the_exact_ones_and_their_bounds_enclose_the_exact_bounds);
    tcase_add_test(facts, without_values_there_are_no_quantiles);
    tcase_add_test(facts, the_mean_of_a_tail_is_off_by_less_than_what_buckets_add_to_its_error);
    tcase_add_test(facts, a_tail_that_ends_with_a_bucket_is_exact);
    tcase_add_test(facts, an_even_spread_gives_the_tail_of_the_values_themselves);
    tcase_add_test(facts, what_is_infinite_is_in_the_tail_as_in_that_of_the_values_themselves);
    tcase_add_test(facts, a_law_within_one_bucket_says_how_little_is_known_of_its_tail);
    tcase_add_test(facts, the_order_of_values_and_of_merging_changes_no_count);
    tcase_add_test(facts, a_count_more_anywhere_makes_sketches_unequal);
    tcase_add_test(facts, what_is_written_is_read_back_equal);
    tcase_add_test(facts, sketches_of_different_cells_and_counts_beyond_32_bits_are_refused);
    tcase_add_test(facts, memory_grows_with_the_range_of_the_values_and_not_with_their_number);
    tcase_add_test(facts, poured_samples_give_the_counts_of_a_sketch_from_the_start);
    tcase_add_test(facts, a_block_or_samples_of_other_cells_are_refused);
    tcase_add_test(facts, bounds_hold_the_true_quantile_at_least_as_often_as_they_say);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
