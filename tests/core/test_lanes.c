/* tests/core/test_lanes.c -- the vector functions against MPFR at 200 bits: errors in units in the last place (ulp),
 * over the whole range. The bounds are those that lanes.h states. Points are drawn by a fixed Philox stream, as many in
 * each binade, beside the ends of the range and the seams of the algorithms.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/lanes.h"
#include "sim/core/stream.h"

#include <check.h>
#include <float.h>
#include <math.h>
#include <mpfr.h>
#include <stdio.h>
#include <stdlib.h>

enum { PRECISION = 200, POINTS = 40000, FEWER_POINTS = 1500, SEED = 20190911 };

typedef double function(double x);
typedef void reference(mpfr_t y, double x);

static double exp_of(double x)
{
    return lanes_exp(x);
}

static double log_of(double x)
{
    return lanes_log(x);
}

static double log1p_of(double x)
{
    return lanes_log1p(x);
}

static double decay_of(double x)
{
    return lanes_decay(x);
}

static double sine_of(double x)
{
    double sine, cosine;
    lanes_sincos_turn(x, &sine, &cosine);
    return sine;
}

static double cosine_of(double x)
{
    double sine, cosine;
    lanes_sincos_turn(x, &sine, &cosine);
    return cosine;
}

static double normal_of(double x)
{
    return lanes_inverse_normal(x);
}

static void exact_exp(mpfr_t y, double x)
{
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_exp(y, y, MPFR_RNDN);
}

static void exact_log(mpfr_t y, double x)
{
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_log(y, y, MPFR_RNDN);
}

static void exact_log1p(mpfr_t y, double x)
{
    mpfr_set_d(y, x, MPFR_RNDN);
    mpfr_log1p(y, y, MPFR_RNDN);
}

static void exact_decay(mpfr_t y, double x)
{
    if (x == 0.0) {
        mpfr_set_d(y, 1.0, MPFR_RNDN);
        return;
    }
    mpfr_set_d(y, -x, MPFR_RNDN);
    mpfr_expm1(y, y, MPFR_RNDN);
    mpfr_div_d(y, y, -x, MPFR_RNDN);
}

/* 2 pi x, x reduced to [-1/2, 1/2] without error. */
static void angle(mpfr_t y, double x)
{
    mpfr_const_pi(y, MPFR_RNDN);
    mpfr_mul_2ui(y, y, 1, MPFR_RNDN);
    mpfr_mul_d(y, y, remainder(x, 1.0), MPFR_RNDN);
}

static void exact_sine(mpfr_t y, double x)
{
    angle(y, x);
    mpfr_sin(y, y, MPFR_RNDN);
    if (remainder(x, 0.5) == 0.0) mpfr_set_zero(y, 1);
}

static void exact_cosine(mpfr_t y, double x)
{
    angle(y, x);
    mpfr_cos(y, y, MPFR_RNDN);
    if (fabs(remainder(x, 0.5)) == 0.25) mpfr_set_zero(y, 1);
}

/* P(Z < z) - p, at p below 1/2. */
static void distance_of(mpfr_t distance, const mpfr_t z, double p)
{
    mpfr_sqrt_ui(distance, 2, MPFR_RNDN);
    mpfr_div(distance, z, distance, MPFR_RNDN);
    mpfr_neg(distance, distance, MPFR_RNDN);
    mpfr_erfc(distance, distance, MPFR_RNDN);
    mpfr_div_2ui(distance, distance, 1, MPFR_RNDN);
    mpfr_sub_d(distance, distance, p, MPFR_RNDN);
}

/* Newton's method from the double; the error squares with each step, so two leave less than 1e-40. */
static void exact_normal(mpfr_t z, double p)
{
    const bool upper = p > 0.5;
    const double tail = upper ? 1.0 - p : p; /* exact above 1/2 */
    mpfr_t step, density;
    mpfr_inits2(PRECISION, step, density, (mpfr_ptr)0);
    mpfr_set_d(z, tail == 0.5 ? 0.0 : lanes_inverse_normal(tail), MPFR_RNDN);
    for (int i = 0; i < 2; i++) {
        distance_of(step, z, tail);
        mpfr_sqr(density, z, MPFR_RNDN);
        mpfr_div_si(density, density, -2, MPFR_RNDN);
        mpfr_exp(density, density, MPFR_RNDN);
        mpfr_div(step, step, density, MPFR_RNDN);
        mpfr_const_pi(density, MPFR_RNDN);
        mpfr_mul_2ui(density, density, 1, MPFR_RNDN);
        mpfr_sqrt(density, density, MPFR_RNDN);
        mpfr_mul(step, step, density, MPFR_RNDN);
        mpfr_sub(z, z, step, MPFR_RNDN);
    }
    if (upper) mpfr_neg(z, z, MPFR_RNDN);
    mpfr_clears(step, density, (mpfr_ptr)0);
}

/* |y - exact| in ulp of the double nearest to the exact value; 2^-1074 below the normal range. */
static double ulps(double y, const mpfr_t exact)
{
    if (isinf(y)) { /* right if the exact value rounds to it */
        return fabs(mpfr_get_d(exact, MPFR_RNDN)) == HUGE_VAL && (y > 0.0) == (mpfr_sgn(exact) > 0) ? 0.0 : HUGE_VAL;
    }
    const double near = fabs(mpfr_get_d(exact, MPFR_RNDN));
    if (isinf(near)) return HUGE_VAL;
    int exponent;
    frexp(near, &exponent);
    const double ulp = ldexp(1.0, (near < DBL_MIN ? DBL_MIN_EXP : exponent) - DBL_MANT_DIG);
    mpfr_t error;
    mpfr_init2(error, PRECISION);
    mpfr_sub_d(error, exact, y, MPFR_RNDN);
    mpfr_div_d(error, error, ulp, MPFR_RNDN);
    const double result = fabs(mpfr_get_d(error, MPFR_RNDN));
    mpfr_clear(error);
    return result;
}

struct worst {
    double error, at;
};

static void compare(function *f, reference *exact, double x, struct worst *worst)
{
    mpfr_t y;
    mpfr_init2(y, PRECISION);
    exact(y, x);
    const double error = ulps(f(x), y);
    if (!(error <= worst->error)) *worst = (struct worst){error, x};
    mpfr_clear(y);
}

/* A number in [0, 1) of the point; and one whose exponent is uniform between those of a and b > a > 0. */
static double uniform_of(int point, int which)
{
    static gsl_rng *rng;
    if (rng == NULL) rng = gsl_rng_alloc(stream_gsl_philox);
    const struct stream stream = stream_named(SEED, "tests.lanes", NULL);
    stream_seek(rng, &stream, (uint64_t)point, 0, (uint32_t)which);
    return gsl_rng_uniform(rng);
}

static double spread(double a, double b, int point)
{
    int low, high;
    frexp(a, &low);
    frexp(b, &high);
    const double exponent = low - 1 + floor(uniform_of(point, 0) * (high - low + 1));
    const double x = ldexp(1.0 + uniform_of(point, 1), (int)exponent);
    return fmin(fmax(x, a), b);
}

/* Compares at `points` points with exponents uniform in [a, b], on both signs if `both`, and at 30 neighbours of each
 * seam on either side. */
static void assert_within(function *f, reference *exact, double bound, double a, double b, bool both, int points,
                          size_t seams, const double seam[])
{
    struct worst worst = {0.0, 0.0};
    for (int point = 0; point < points; point++) {
        const double x = spread(a, b, point);
        compare(f, exact, both && point % 2 == 1 ? -x : x, &worst);
    }
    for (size_t i = 0; i < seams; i++) {
        double up = seam[i], down = seam[i];
        for (int step = 0; step < 30; step++) {
            compare(f, exact, up, &worst);
            compare(f, exact, down, &worst);
            up = nextafter(up, HUGE_VAL);
            down = nextafter(down, -HUGE_VAL);
        }
    }
    ck_assert_msg(worst.error <= bound, "%.3f ulp at %a", worst.error, worst.at);
}

/* How many points of each exponent: LANES_POINTS in the environment, else a few. */
static int points_of_exponent(void)
{
    const char *asked = getenv("LANES_POINTS");
    return asked == NULL ? 3 : atoi(asked);
}

/* Compares in every binade from that of a to that of b, at its ends and at points within, on both signs if `both`. */
static void assert_within_everywhere(const char *name, function *f, reference *exact, double bound, double a, double b,
                                     bool both)
{
    struct worst worst = {0.0, 0.0};
    int first, last;
    frexp(a, &first);
    frexp(b, &last);
    for (int exponent = first; exponent <= last; exponent++)
        for (int point = 0; point < points_of_exponent(); point++) {
            const double within = point == 0   ? 1.0
                                  : point == 1 ? 2.0 - DBL_EPSILON
                                               : 1.0 + uniform_of(point, 100000 + exponent);
            const double x = fmin(fmax(ldexp(within, exponent - 1), a), b);
            compare(f, exact, x, &worst);
            if (both) compare(f, exact, -x, &worst);
        }
    if (getenv("LANES_POINTS") != NULL)
        printf("| %s | %a to %a | %d | %.3f | %a |\n", name, a, b, last - first + 1, worst.error, worst.at);
    ck_assert_msg(worst.error <= bound, "%s: %.3f ulp at %a", name, worst.error, worst.at);
}

/* Compares at `points` points spread evenly over [a, b]. */
static void assert_within_evenly(function *f, reference *exact, double bound, double a, double b, int points)
{
    struct worst worst = {0.0, 0.0};
    for (int point = 0; point < points; point++) compare(f, exact, a + (b - a) * uniform_of(point, 2), &worst);
    ck_assert_msg(worst.error <= bound, "%.3f ulp at %a", worst.error, worst.at);
}

#define COUNT(array) (sizeof(array) / sizeof *(array))

START_TEST(exp_is_within_one_ulp_from_underflow_to_overflow)
{
    static const double seam[] = {0.0,         0.34657359027997264,  -0.34657359027997264, 709.782712893384,
                                  -708.396418, -745.1332191019411,   -744.4400719213812,   88.0,
                                  1.0,         -745.133219101941165, 709.0895657128241};
    assert_within(exp_of, exact_exp, 1.0, 0x1p-60, 709.78, true, POINTS, COUNT(seam), seam);
    assert_within_evenly(exp_of, exact_exp, 1.0, -745.13, 709.78, POINTS);
    assert_within_evenly(exp_of, exact_exp, 1.0, -745.13, -708.0, POINTS); /* denormal results */
}
END_TEST

START_TEST(log_is_within_one_ulp_over_all_positive_numbers)
{
    static const double seam[] = {1.0, M_SQRT1_2, M_SQRT2, 0.5, 2.0, 4.0 * M_SQRT2, DBL_MIN, 0x1p-1060, 0x1p1023};
    assert_within(log_of, exact_log, 1.0, 0x1p-1074, DBL_MAX, false, POINTS, COUNT(seam), seam);
    assert_within_evenly(log_of, exact_log, 1.0, 0.5, 2.0, POINTS);
    assert_within_evenly(log_of, exact_log, 1.0, 0.999, 1.001, POINTS);
}
END_TEST

START_TEST(log1p_is_within_two_ulp)
{
    static const double seam[] = {0.0, 0x1p-53, -0x1p-53, M_SQRT2 - 1.0, M_SQRT1_2 - 1.0, 1.0};
    assert_within(log1p_of, exact_log1p, 2.0, 0x1p-1022, 0x1p1000, false, POINTS, COUNT(seam), seam);
    assert_within(log1p_of, exact_log1p, 2.0, 0x1p-1022, 0x1.fp-1, true, POINTS, 0, NULL);
    assert_within_evenly(log1p_of, exact_log1p, 2.0, -0.999, 1.0, POINTS);
}
END_TEST

START_TEST(decay_is_within_two_and_a_half_ulp)
{
    static const double seam[] = {0.7, 1.0, 0x1p-53, 40.0};
    assert_within(decay_of, exact_decay, 2.5, 0x1p-1022, 0x1p1000, false, POINTS, COUNT(seam), seam);
    assert_within_evenly(decay_of, exact_decay, 2.5, 0.0, 2.0, POINTS);
    ck_assert_double_eq(lanes_decay(0.0), 1.0);
}
END_TEST

START_TEST(sine_and_cosine_of_a_turn_are_within_one_and_a_half_ulp)
{
    static const double seam[] = {0.0,    0.125, 0.25, 0.375, 0.5, 0.625, 0.75,   0.875,
                                  -0.125, -0.25, 1.0,  1.125, 1e3, 1e6,   0x1p40, 0x1p50};
    assert_within(sine_of, exact_sine, 1.5, 0x1p-1000, 0x1p50, true, POINTS, COUNT(seam), seam);
    assert_within(cosine_of, exact_cosine, 1.5, 0x1p-1000, 0x1p50, true, POINTS, COUNT(seam), seam);
    assert_within_evenly(sine_of, exact_sine, 1.5, 0.0, 1.0, POINTS);
    assert_within_evenly(cosine_of, exact_cosine, 1.5, 0.0, 1.0, POINTS);
}
END_TEST

START_TEST(the_inverse_normal_is_within_eight_ulp_from_denormals_to_one)
{
    static const double seam[] = {0.075, 0.925, 0.5, 1.3887943864964021e-11, 1.0 - 1.3887943864964021e-11, DBL_MIN};
    assert_within(normal_of, exact_normal, 8.0, 0x1p-1074, 0.5, false, FEWER_POINTS, 3, seam);
    assert_within(normal_of, exact_normal, 8.0, 0x1p-40, 0x1.fffffffffp-1, false, FEWER_POINTS, COUNT(seam), seam);
    assert_within_evenly(normal_of, exact_normal, 8.0, 0.0, 1.0, FEWER_POINTS);
}
END_TEST

/* 1 - p, for what lies within the last bits below 1: there p has one exponent, and its distance from 1 has many. */
static double normal_beside_one(double x)
{
    return lanes_inverse_normal(1.0 - x);
}

static void exact_normal_beside_one(mpfr_t z, double x)
{
    exact_normal(z, 1.0 - x);
}

static double log1p_below(double x)
{
    return lanes_log1p(-x);
}

static void exact_log1p_below(mpfr_t y, double x)
{
    exact_log1p(y, -x);
}

START_TEST(every_exponent_is_within_the_bounds)
{
    assert_within_everywhere("exp", exp_of, exact_exp, 1.0, 0x1p-1074, 709.78, true);
    assert_within_everywhere("log", log_of, exact_log, 1.0, 0x1p-1074, DBL_MAX, false);
    assert_within_everywhere("log1p", log1p_of, exact_log1p, 2.0, 0x1p-1022, DBL_MAX, false);
    assert_within_everywhere("log1p of -x", log1p_below, exact_log1p_below, 2.0, 0x1p-1022, 0x1.fffffffffffffp-1,
                             false);
    assert_within_everywhere("decay", decay_of, exact_decay, 2.5, 0x1p-1022, 0x1p1000, false);
    assert_within_everywhere("sine of a turn", sine_of, exact_sine, 1.5, 0x1p-1000, 0x1p50, true);
    assert_within_everywhere("cosine of a turn", cosine_of, exact_cosine, 1.5, 0x1p-1000, 0x1p50, true);
    assert_within_everywhere("inverse normal", normal_of, exact_normal, 8.0, 0x1p-1074, 0x1.fffffffffffffp-1, false);
    assert_within_everywhere("inverse normal of 1 - x", normal_beside_one, exact_normal_beside_one, 8.0, 0x1p-53, 0.5,
                             false);
}
END_TEST

START_TEST(quarter_turns_are_exact)
{
    static const double s[] = {0.0, 1.0, 0.0, -1.0}, c[] = {1.0, 0.0, -1.0, 0.0};
    for (int q = 0; q < 400; q++) {
        double sine, cosine;
        lanes_sincos_turn(0.25 * q, &sine, &cosine);
        ck_assert_double_eq(sine, s[q % 4]);
        ck_assert_double_eq(cosine, c[q % 4]);
    }
}
END_TEST

START_TEST(infinities_and_nan_are_as_in_the_c_standard)
{
    double sine, cosine;
    ck_assert_double_eq(lanes_exp(HUGE_VAL), HUGE_VAL);
    ck_assert_double_eq(lanes_exp(1e300), HUGE_VAL);
    ck_assert_double_eq(lanes_exp(709.79), HUGE_VAL);
    ck_assert_double_eq(lanes_exp(-HUGE_VAL), 0.0);
    ck_assert_double_eq(lanes_exp(-1e300), 0.0);
    ck_assert_double_eq(lanes_exp(-745.14), 0.0);
    ck_assert_double_eq(lanes_exp(-745.13), 0x1p-1074);
    ck_assert_double_eq(lanes_exp(0.0), 1.0);
    ck_assert_double_eq(lanes_exp(-0.0), 1.0);
    ck_assert_double_nan(lanes_exp(LANES_NAN));
    ck_assert_double_eq(lanes_log(0.0), -HUGE_VAL);
    ck_assert_double_eq(lanes_log(-0.0), -HUGE_VAL);
    ck_assert_double_eq(lanes_log(1.0), 0.0);
    ck_assert_double_eq(lanes_log(HUGE_VAL), HUGE_VAL);
    ck_assert_double_nan(lanes_log(-1.0));
    ck_assert_double_nan(lanes_log(-0x1p-1074));
    ck_assert_double_nan(lanes_log(-HUGE_VAL));
    ck_assert_double_nan(lanes_log(LANES_NAN));
    ck_assert_double_eq(lanes_log1p(-1.0), -HUGE_VAL);
    ck_assert_double_eq(lanes_log1p(HUGE_VAL), HUGE_VAL);
    ck_assert_double_nan(lanes_log1p(-2.0));
    ck_assert_double_nan(lanes_log1p(LANES_NAN));
    ck_assert_double_eq(lanes_decay(HUGE_VAL), 0.0);
    ck_assert_double_nan(lanes_decay(LANES_NAN));
    lanes_sincos_turn(LANES_NAN, &sine, &cosine);
    ck_assert_double_nan(sine);
    ck_assert_double_nan(cosine);
    lanes_sincos_turn(HUGE_VAL, &sine, &cosine);
    ck_assert_double_nan(sine);
    ck_assert_double_nan(cosine);
    ck_assert_double_eq(lanes_inverse_normal(0.0), -HUGE_VAL);
    ck_assert_double_eq(lanes_inverse_normal(1.0), HUGE_VAL);
    ck_assert_double_eq(lanes_inverse_normal(0.5), 0.0);
    ck_assert_double_nan(lanes_inverse_normal(-0x1p-1074));
    ck_assert_double_nan(lanes_inverse_normal(1.0 + 0x1p-52));
    ck_assert_double_nan(lanes_inverse_normal(LANES_NAN));
}
END_TEST

/* A loop over lanes is vector code; one call is not. Their bits must not differ. */
/* Of what a narrower domain allows to leave out, no bit is different. */
START_TEST(narrower_functions_have_the_bits_of_the_whole_ones)
{
    double x = 0.0;
    for (int i = 0; i <= 707000; i++) {
        x = -0.001 * i;
        ck_assert_uint_eq(lanes_to_bits(lanes_exp_nonpositive(x)), lanes_to_bits(lanes_exp(x)));
    }
    ck_assert_double_eq(x, -707.0);
    ck_assert_double_eq(lanes_exp_nonpositive(-0.0), 1.0);
    ck_assert_double_eq(lanes_exp_nonpositive(nextafter(-707.0, -HUGE_VAL)), 0.0);
    ck_assert_double_eq(lanes_exp_nonpositive(-1e9), 0.0);
    ck_assert_double_eq(lanes_exp_nonpositive(-DBL_MAX), 0.0);
    ck_assert_double_eq(lanes_exp_nonpositive(-HUGE_VAL), 0.0);
    ck_assert_double_nan(lanes_exp_nonpositive(NAN));
    for (x = 1.0; x < 3.0; x += 0x1p-18)
        ck_assert_uint_eq(lanes_to_bits(lanes_log_from_one(x)), lanes_to_bits(lanes_log(x)));
    for (x = 1.0; x < HUGE_VAL; x *= 1.001)
        ck_assert_uint_eq(lanes_to_bits(lanes_log_from_one(x)), lanes_to_bits(lanes_log(x)));
    ck_assert_double_eq(lanes_log_from_one(DBL_MAX), lanes_log(DBL_MAX));
    ck_assert_double_eq(lanes_log_from_one(HUGE_VAL), HUGE_VAL);
    ck_assert_double_nan(lanes_log_from_one(NAN));
}
END_TEST

START_TEST(a_row_of_lanes_has_the_bits_of_single_calls)
{
    static function *const functions[] = {exp_of, log_of, log1p_of, decay_of, sine_of, cosine_of, normal_of};
    for (int block = 0; block < 200; block++) {
        _Alignas(LANES_ALIGNMENT) double x[LANES], p[LANES], y[COUNT(functions)][LANES];
        for (int l = 0; l < LANES; l++) {
            x[l] = spread(0x1p-30, 0x1p9, block * LANES + l);
            p[l] = uniform_of(block * LANES + l, 3);
        }
        EACH_LANE(l) y[0][l] = lanes_exp(x[l]);
        EACH_LANE(l) y[1][l] = lanes_log(x[l]);
        EACH_LANE(l) y[2][l] = lanes_log1p(x[l]);
        EACH_LANE(l) y[3][l] = lanes_decay(x[l]);
        EACH_LANE(l) lanes_sincos_turn(x[l], &y[4][l], &y[5][l]);
        EACH_LANE(l) y[6][l] = lanes_inverse_normal(p[l]);
        for (size_t f = 0; f < COUNT(functions); f++)
            for (int l = 0; l < LANES; l++) {
                const double one = functions[f](f == 6 ? p[l] : x[l]);
                ck_assert_mem_eq(&one, &y[f][l], sizeof one);
            }
    }
}
END_TEST

START_TEST(this_processor_has_what_the_kernels_need)
{
    ck_assert(lanes_target_fma); /* bits depend on it: design 6.3 */
    ck_assert(lanes_cpu_suffices());
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("lanes");
    TCase *facts = tcase_create("facts");
    tcase_set_timeout(facts, getenv("LANES_POINTS") == NULL ? 20 : 3600);
    tcase_add_test(facts, exp_is_within_one_ulp_from_underflow_to_overflow);
    tcase_add_test(facts, log_is_within_one_ulp_over_all_positive_numbers);
    tcase_add_test(facts, log1p_is_within_two_ulp);
    tcase_add_test(facts, decay_is_within_two_and_a_half_ulp);
    tcase_add_test(facts, sine_and_cosine_of_a_turn_are_within_one_and_a_half_ulp);
    tcase_add_test(facts, the_inverse_normal_is_within_eight_ulp_from_denormals_to_one);
    tcase_add_test(facts, every_exponent_is_within_the_bounds);
    tcase_add_test(facts, quarter_turns_are_exact);
    tcase_add_test(facts, infinities_and_nan_are_as_in_the_c_standard);
    tcase_add_test(facts, narrower_functions_have_the_bits_of_the_whole_ones);
    tcase_add_test(facts, a_row_of_lanes_has_the_bits_of_single_calls);
    tcase_add_test(facts, this_processor_has_what_the_kernels_need);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
