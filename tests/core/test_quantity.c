/* tests/core/test_quantity.c -- every distribution has the law, mean and variance of its definition; every text is
 * read exactly or refused with a whole sentence.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/quantity.h"

#include <check.h>
#include <float.h>
#include <gsl/gsl_cdf.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_integration.h>
#include <gsl/gsl_randist.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define KNOWN(word)                                                                                                    \
    "'" word                                                                                                           \
    "' is not a unit; known are min, h, d, wk, mo, yr, m, km, m2, m3, kcm, bcm, bbl, kg, t, TEU, FEU, train, "         \
    "USD, kWh, MWh, GWh, TWh, GJ, TJ, PJ, EJ, MMBtu, boe, toe, %, and k, M or G before bbl, t, TEU, USD, boe and toe"

static struct units *units;

static void open_units(void)
{
    gsl_set_error_handler_off();
    ck_assert_ptr_null(units_open(&units));
}

static void close_units(void)
{
    units_close(units);
}

static struct quantity read_as(const char *text, const char *unit)
{
    struct quantity quantity;
    struct fault *fault = quantity_read(units, text, unit, &quantity);
    ck_assert_msg(fault == NULL, "'%s': %s", text, fault == NULL ? "" : fault->sentence);
    return quantity;
}

static double number(const char *text, const char *unit)
{
    struct quantity quantity = read_as(text, unit);
    ck_assert_int_eq(quantity.form, QUANTITY_NUMBER);
    ck_assert(!quantity_is_drawn(&quantity));
    const double value = quantity.p[0];
    ck_assert_double_eq(quantity_inverse(&quantity, 0.3), value);
    ck_assert_double_eq(quantity_central(&quantity), value);
    ck_assert_double_eq(quantity_mean(&quantity), value);
    ck_assert_double_eq(quantity_variance(&quantity), 0.0);
    quantity_free(&quantity);
    return value;
}

static void refused(const char *text, const char *unit, const char *sentence)
{
    struct quantity quantity;
    struct fault *fault = quantity_read(units, text, unit, &quantity);
    ck_assert_msg(fault != NULL, "'%s' was accepted", text);
    ck_assert_int_eq(fault->code, FAULT_SCENARIO);
    ck_assert_str_eq(fault->sentence, sentence);
    ck_assert_ptr_null(quantity.value);
    ck_assert_ptr_null(quantity.weight);
    fault_free(fault);
}

/* ------------------------------------------------------------------------------------------------ reading */

START_TEST(numbers_are_read_and_converted_exactly)
{
    ck_assert_double_eq(number("64 USD/bbl", "USD/bbl"), 64.0);
    ck_assert_double_eq(number("12 Mt/yr", "t/mo"), 1e6);
    ck_assert_double_eq(number("0.1 Mt/yr", "t/yr"), 1e5);
    ck_assert_double_eq(number("7 %", ""), 0.07);
    ck_assert_double_eq(number("7%", "1"), 0.07);
    ck_assert_double_eq(number("3.5 %/yr", "1/yr"), 0.035);
    ck_assert_double_eq(number("15 %/m", "/m"), 0.15);
    ck_assert_double_eq(number("1.49 /yr", "1/yr"), 1.49);
    ck_assert_double_eq(number("1.49/yr", "1/yr"), 1.49);
    ck_assert_double_eq(number("4 1/yr", "1/yr"), 4.0);
    ck_assert_double_eq(number("-0.5 USD/bbl", "USD/bbl"), -0.5);
    ck_assert_double_eq(number("0.6 d", "d"), 0.6);
    ck_assert_double_eq(number("540 kTEU/yr", "TEU/yr"), 540000.0);
    ck_assert_double_eq(number("2.4 bbl/kcm", "bbl/kcm"), 2.4);
    ck_assert_double_eq(number("31.2 bcm/yr", "kcm/yr"), 31200000.0);
    ck_assert_double_eq(number("  1.0 /kUSD  ", "/USD"), 0.001);
    ck_assert_double_eq(number("0.286", ""), 0.286);
    ck_assert_double_eq(number("+1.5e3 t", "kt"), 1.5);
    ck_assert_double_eq(number(".5", ""), 0.5);
    ck_assert_double_eq(number("5.", ""), 5.0);
    ck_assert_double_eq(number("2E-3 t", "kg"), 2.0);
    ck_assert_double_eq(number("0 m", "m"), 0.0);
}
END_TEST

START_TEST(a_fraction_is_a_number)
{
    ck_assert_double_eq(number("1/4000 train/t", "train/t"), 1.0 / 4000.0);
    ck_assert_double_eq(number("1/100 train/TEU", "train/TEU"), 0.01);
    ck_assert_double_eq(number("1/3", ""), 1.0 / 3.0);
    ck_assert_double_eq(number("-3/4 %", ""), -0.0075);
    ck_assert_double_eq(number("1/4000/yr", "/yr"), 1.0 / 4000.0);
    ck_assert_double_eq(number("1/yr", "/yr"), 1.0);
    struct quantity thirds = read_as("discrete(1:1/3 2:1/3 3:1/3) t", "t");
    ck_assert_double_eq(thirds.weight[2], 1.0 / 3.0);
    quantity_free(&thirds);
}
END_TEST

/* A coefficient of variation and a probability stay as written, whatever the unit. */
START_TEST(the_unit_belongs_to_the_values_alone)
{
    struct quantity q = read_as("triangular(50 100 200) kUSD/TEU", "USD/TEU");
    ck_assert(quantity_is_drawn(&q));
    ck_assert_int_eq(q.form, QUANTITY_TRIANGULAR);
    ck_assert_double_eq(q.p[0], 50000.0);
    ck_assert_double_eq(q.p[1], 100000.0);
    ck_assert_double_eq(q.p[2], 200000.0);
    q = read_as("uniform(2 3) %", "");
    ck_assert_int_eq(q.form, QUANTITY_UNIFORM);
    ck_assert_double_eq(q.p[0], 0.02);
    ck_assert_double_eq(q.p[1], 0.03);
    q = read_as("normal(1 0.2) [0 2] kt", "t");
    ck_assert_int_eq(q.form, QUANTITY_NORMAL);
    ck_assert_double_eq(q.p[0], 1000.0);
    ck_assert_double_eq(q.p[1], 200.0);
    ck_assert_double_eq(q.p[2], 0.0);
    ck_assert_double_eq(q.p[3], 2000.0);
    q = read_as("lognormal(1.2 0.8) mo", "d");
    ck_assert_int_eq(q.form, QUANTITY_LOGNORMAL);
    ck_assert_double_eq(q.p[0], 1.2 * 487.0 / 16.0);
    ck_assert_double_eq(q.p[1], 0.8);
    q = read_as("gamma(1.5 0.7) mo", "d");
    ck_assert_int_eq(q.form, QUANTITY_GAMMA);
    ck_assert_double_eq(q.p[0], 1.5 * 487.0 / 16.0);
    ck_assert_double_eq(q.p[1], 0.7);
    q = read_as("exponential(2) mo", "d");
    ck_assert(quantity_is_drawn(&q));
    ck_assert_int_eq(q.form, QUANTITY_EXPONENTIAL);
    ck_assert_double_eq(q.p[0], 2.0 * 487.0 / 16.0);
    q = read_as("pert(1 2 4)", "");
    ck_assert_int_eq(q.form, QUANTITY_PERT);
    q = read_as("discrete(2:0.25 -1:0.5 4:0.25) kt", "t");
    ck_assert_int_eq(q.form, QUANTITY_DISCRETE);
    ck_assert_uint_eq(q.count, 3);
    ck_assert_double_eq(q.value[0], -1000.0);
    ck_assert_double_eq(q.weight[0], 0.5);
    ck_assert_double_eq(q.value[2], 4000.0);
    quantity_free(&q);
}
END_TEST

/* sd / mean is the coefficient of variation, whatever the unit. */
START_TEST(a_spread_may_be_a_standard_deviation)
{
    struct quantity q = read_as("lognormal(100 sd=10) kt", "t");
    ck_assert_int_eq(q.form, QUANTITY_LOGNORMAL);
    ck_assert_double_eq(q.p[0], 1e5);
    ck_assert_double_eq(q.p[1], 0.1);
    ck_assert_double_eq_tol(sqrt(quantity_variance(&q)), 1e4, 1e-8);
    q = read_as("gamma(4 sd=6)", "");
    ck_assert_double_eq(q.p[1], 1.5);
    q = read_as("lognormal(100 cv=10) t", "t");
    ck_assert_double_eq(q.p[1], 10.0);
    q = read_as("lognormal(100 2) t", "t");
    ck_assert_double_eq(q.p[1], 2.0);
}
END_TEST

START_TEST(limits_may_be_open_on_one_side)
{
    const struct quantity above = read_as("normal(1 0.2)[0 inf] t", "t"),
                          below = read_as("normal(1 0.2) [ -inf 2 ]", "");
    ck_assert_double_eq(above.p[2], 0.0);
    ck_assert(isinf(above.p[3]) && above.p[3] > 0.0);
    ck_assert(isinf(below.p[2]) && below.p[2] < 0.0);
    ck_assert_double_eq(below.p[3], 2.0);
    const struct quantity open = read_as("normal(1 0.2)", "");
    ck_assert(isinf(open.p[2]) && isinf(open.p[3]));
}
END_TEST

START_TEST(the_unit_of_a_text_is_found_without_reading_it)
{
    ck_assert_str_eq(quantity_unit_text("64 USD/bbl"), "USD/bbl");
    ck_assert_str_eq(quantity_unit_text("1/4000 train/t"), "train/t");
    ck_assert_str_eq(quantity_unit_text("1.49 /yr"), "/yr");
    ck_assert_str_eq(quantity_unit_text("0.286"), "");
    ck_assert_str_eq(quantity_unit_text("normal(1 0.2) [0 2] kt"), "kt");
    ck_assert_str_eq(quantity_unit_text("discrete(1:0.5 2:0.5) t"), "t");
    ck_assert_str_eq(quantity_unit_text("gamma(1.5 0.7) mo"), "mo");
    ck_assert_str_eq(quantity_unit_text("exponential(2)"), "");
    ck_assert_str_eq(quantity_unit_text("triangular(1 2 3)"), "");
    ck_assert_ptr_null(quantity_unit_text("brent"));
    ck_assert_ptr_null(quantity_unit_text("discrete(1:0.5 2) t"));
    ck_assert_ptr_null(quantity_unit_text(""));
}
END_TEST

/* ------------------------------------------------------------------------------------------------ refusals */

START_TEST(a_number_that_is_none_is_refused)
{
    refused("", "", "nothing is written here; expected a number or a distribution");
    refused("high", "", "'high' is not a number; expected a number, or a distribution such as triangular(1 2 3)");
    refused("nan", "", "'nan' is not a number; expected a number, or a distribution such as triangular(1 2 3)");
    refused("inf d", "d", "'inf' is not a number; expected a number, or a distribution such as triangular(1 2 3)");
    refused("-inf d", "d", "'-inf' is not a number; expected digits such as 0.25");
    refused("-nan", "", "'-nan' is not a number; expected digits such as 0.25");
    refused("+-3 d", "d", "'+-3' is not a number; expected digits such as 0.25");
    refused(".", "", "'.' is not a number; expected digits such as 0.25");
    refused("0x10 d", "d", "'0x10' is not a plain decimal number; hexadecimal is not read");
    refused("1,5 d", "d",
            "'1,5' is not a number: numbers are written with a decimal point and nothing between the digits");
    refused("1_000 d", "d",
            "'1_000' is not a number: numbers are written with a decimal point and nothing between the digits");
    refused("1e999 d", "d", "1e999 is beyond the range of numbers");
    refused("-1e-999 d", "d", "-1e-999 is beyond the range of numbers");
    refused("1e308 Gt", "t", "1e308 Gt is beyond the range of numbers");
    refused("1/0 t", "t", "1/0 divides by zero");
    refused("1e300/1e-300 t", "t", "1e300/1e-300 is beyond the range of numbers");
    refused("64 65 USD", "USD", "'64 65 USD': a unit is expected after 64");
    refused("3 - 4 t", "t", "'3 - 4 t': a unit is expected after 3");
    refused("64 USD or so", "USD", KNOWN("or"));
    refused("12e Mt", "t", KNOWN("e"));
}
END_TEST

START_TEST(a_unit_that_does_not_fit_is_refused)
{
    refused("64", "USD/bbl", "64 has no unit; expected one such as USD/bbl");
    refused("0", "m", "0 has no unit; expected one such as m");
    refused("1.49", "1/yr", "1.49 has no unit; expected one such as /yr");
    refused("triangular(1 2 3)", "d", "triangular(1 2 3) has no unit; expected one such as d");
    refused("normal(1 0.2) [0 2]", "d", "normal(1 0.2) [0 2] has no unit; expected one such as d");
    refused("gamma(1.5 0.7)", "d", "gamma(1.5 0.7) has no unit; expected one such as d");
    refused("exponential(2) t", "d", "exponential(2) t is a mass; expected a duration such as d");
    refused("1.7 Mt", "t/yr", "1.7 Mt is a mass; expected a rate such as Mt/yr");
    refused("triangular(1 2 3) d", "t", "triangular(1 2 3) d is a duration; expected a mass such as t");
    refused("0.3 /yr", "", "0.3 /yr is a rate; expected a pure number");
    refused("5 tonne/yr", "t/yr", "'tonne' is not a unit; did you mean 't'?");
    refused("5 mln USD", "USD", "'mln' is not a unit; did you mean '5 MUSD'?");
    refused("1.5 bn USD/yr", "USD/yr", "'bn' is not a unit; did you mean '1.5 GUSD/yr'?");
    refused("22 Mtpa", "t/yr", "'Mtpa' is not a unit; did you mean '22 Mt/yr'?");
    refused("3 mcm/d", "kcm/yr", "'mcm' is not a unit; did you mean '3000 kcm/d'?");
    refused("triangular(1 2 3) mcm/d", "kcm/yr", "'mcm' is not a unit; expected 'kcm/d', of which it is 1000");
    refused("triangular(1 2 3) mln t", "t", "'mln' is not a unit; did you mean 'triangular(1 2 3) Mt'?");
    refused("lognormal(100 10) t", "t",
            "lognormal(100 10): the second value is the coefficient of variation, standard deviation over mean, and 10 "
            "is a great deal; did you mean 'lognormal(100 sd=10)'? A coefficient above 2 is written cv=10");
    refused(
        "gamma(3 2.5)", "",
        "gamma(3 2.5): the second value is the coefficient of variation, standard deviation over mean, and 2.5 is a "
        "great deal; did you mean 'gamma(3 sd=2.5)'? A coefficient above 2 is written cv=2.5");
    refused("lognormal(100 sd=-1) t", "t", "lognormal(100 sd=-1): standard deviation -1 is not positive");
    refused("normal(1 sd=2)", "",
            "normal(1 sd=2): 'sd=2' is not a number; between the parentheses stand numbers only, "
            "and the unit follows once");
    refused(
        "lognormal(sd=1 2)", "",
        "lognormal(sd=1 2): 'sd=1' is not a number; between the parentheses stand numbers only, and the unit follows "
        "once");
    refused("7 % p.a.", "1/yr", "'p.a.' is not a unit; did you mean '7 %/yr'?");
    refused("20 trian", "t", "'trian' is not a unit; expected one such as t"); /* no train is a mass */
    refused("5 t", "tonne", "'tonne' is not a unit; did you mean 't'?");
}
END_TEST

START_TEST(a_distribution_that_is_misspelt_is_refused)
{
#define FORMS "is not a distribution (uniform, triangular, normal, lognormal, gamma, exponential, pert or discrete)"
    refused("trianglar(1 2 3) t", "t", "'trianglar' " FORMS "; did you mean 'triangular'?");
    refused("gauss(1 2)", "", "'gauss' " FORMS "; did you mean 'normal'?");
    refused("Uniform(1 2)", "", "'Uniform' " FORMS "; did you mean 'uniform'?");
    refused("log-normal(1 2)", "", "'log-normal' " FORMS "; did you mean 'lognormal'?");
    refused("exp(2)", "", "'exp' " FORMS "; did you mean 'exponential'?");
    refused("exponental(2)", "", "'exponental' " FORMS "; did you mean 'exponential'?");
    refused("Gamma(1 2)", "", "'Gamma' " FORMS "; did you mean 'gamma'?");
    refused("erlang(1 2)", "", "'erlang' " FORMS "; did you mean 'gamma'?");
    refused("weibull(1 2)", "", "'weibull' " FORMS);
    refused("(1 2)", "", "'' " FORMS);
#undef FORMS
    refused("triangular 1 2 3", "", "triangular has no values; expected triangular(low mode high)");
    refused("triangular(1 2 3", "",
            "'triangular(1 2 3' has no closing parenthesis; expected triangular(low mode high)");
    refused("triangular(1, 2, 3) t", "t",
            "triangular(1, 2, 3): distributions are written with spaces, not commas; expected "
            "triangular(low mode high)");
    refused("triangular(1 2)", "", "triangular(1 2) has 2 values; expected 3: triangular(low mode high)");
    refused("uniform(1)", "", "uniform(1) has 1 value; expected 2: uniform(low high)");
    refused("pert()", "", "pert() has 0 values; expected 3: pert(low mode high)");
    refused("lognormal(1 2 3 4 5)", "", "lognormal(1 2 3 4 5) has 5 values; expected 2: lognormal(mean cv)");
    refused("gamma(1)", "", "gamma(1) has 1 value; expected 2: gamma(mean cv)");
    refused("exponential(1 2) d", "d", "exponential(1 2) has 2 values; expected 1: exponential(mean)");
    refused("exponential 2 d", "d", "exponential has no values; expected exponential(mean)");
    refused("gamma(1.5, 0.7) d", "d",
            "gamma(1.5, 0.7): distributions are written with spaces, not commas; expected gamma(mean cv)");
    refused("uniform(1 d 2 d)", "d",
            "uniform(1 d 2 d): 'd' is not a number; between the parentheses stand numbers only, and "
            "the unit follows once");
    refused("uniform(1d 2d)", "d",
            "uniform(1d 2d): '1d' is not a number; between the parentheses stand numbers only, and "
            "the unit follows once");
    refused("uniform(0 inf)", "",
            "uniform(0 inf): 'inf' is not a number; between the parentheses stand numbers only, and "
            "the unit follows once");
    refused("uniform(1 uniform(2 3))", "",
            "'uniform(1 uniform(2 3))' has no closing parenthesis; expected uniform(low high)");
}
END_TEST

START_TEST(a_list_without_end_is_refused)
{
    char text[6 * 1001 + 16] = "discrete(";
    for (int i = 0; i < 1001; i++) strcat(text, "1:0.1 ");
    strcat(text, ")");
    struct quantity quantity;
    struct fault *fault = quantity_read(units, text, "", &quantity);
    ck_assert_ptr_nonnull(fault);
    ck_assert_ptr_nonnull(strstr(fault->sentence, " has 1001 values; at most 1000 are read"));
    ck_assert_uint_lt(strlen(fault->sentence), 120);
    fault_free(fault);
}
END_TEST

START_TEST(impossible_parameters_are_refused)
{
    refused("uniform(2 1)", "", "uniform(2 1): low 2 is above high 1");
    refused("triangular(3 2 1) t", "t", "triangular(3 2 1): low 3 is above mode 2");
    refused("triangular(1 5 3)", "", "triangular(1 5 3): mode 5 is above high 3");
    refused("pert(0.5 0.25 1)", "", "pert(0.5 0.25 1): low 0.5 is above mode 0.25");
    refused("normal(1 -0.2)", "", "normal(1 -0.2): standard deviation -0.2 is negative; expected 0 or more");
    refused("normal(1 0.2) [2 0]", "", "normal(1 0.2) [2 0]: low limit 2 is above high limit 0");
    refused(
        "normal(0 1) [38 40]", "",
        "normal(0 1) [38 40]: the limits lie more than 37 standard deviations from the mean and leave nothing to draw");
    refused(
        "normal(1 0) [2 3]", "",
        "normal(1 0) [2 3]: the limits lie more than 37 standard deviations from the mean and leave nothing to draw");
    refused("normal(1 0.2) [0]", "", "normal(1 0.2): expected two limits in brackets, such as [0 2]");
    refused("normal(1 0.2) [0 1 2]", "", "normal(1 0.2): expected two limits in brackets, such as [0 2]");
    refused("normal(1 0.2) [0 x]", "", "'x' is not a number; expected digits such as 0.25");
    refused("uniform(0 1) [0 1]", "", "uniform(0 1): limits in brackets are for normal only");
    refused("lognormal(0 0.5) mo", "mo", "lognormal(0 0.5): mean 0 is not positive");
    refused("lognormal(-1 0.5)", "", "lognormal(-1 0.5): mean -1 is not positive");
    refused("lognormal(1 0)", "", "lognormal(1 0): coefficient of variation 0 is not positive");
    refused("gamma(0 0.5) mo", "mo", "gamma(0 0.5): mean 0 is not positive");
    refused("gamma(-1 0.5)", "", "gamma(-1 0.5): mean -1 is not positive");
    refused("gamma(1 0)", "", "gamma(1 0): coefficient of variation 0 is not positive");
    refused("gamma(1 -0.5)", "", "gamma(1 -0.5): coefficient of variation -0.5 is not positive");
    refused("exponential(0) mo", "mo", "exponential(0): mean 0 is not positive");
    refused("exponential(-2)", "", "exponential(-2): mean -2 is not positive");
    refused("gamma(1 0.5) [0 2]", "", "gamma(1 0.5): limits in brackets are for normal only");
    refused("exponential(1) [0 2]", "", "exponential(1): limits in brackets are for normal only");
    refused("discrete(1:0.5 2:0.4)", "", "discrete(1:0.5 2:0.4): the probabilities sum to 0.9; expected 1");
    refused("discrete(1:1.5 2:-0.5)", "", "discrete(1:1.5 2:-0.5): probability -0.5 is not positive");
    refused("discrete(1:1 2:0)", "", "discrete(1:1 2:0): probability 0 is not positive");
    refused("discrete()", "", "discrete(): the probabilities sum to 0; expected 1");
    refused("discrete(1 2)", "", "discrete(1 2): '1' has no probability; expected value:probability such as 1:0.5");
    refused("discrete(1:)", "",
            "discrete(1:): '' is not a number; between the parentheses stand numbers only, and the unit "
            "follows once");
}
END_TEST

/* ------------------------------------------------------------------------------------------------ laws */

static double phi(double z)
{
    return 0.5 * erfc(-z * M_SQRT1_2);
}

/* Of a gamma of scale 1: the series for P, all of whose terms are positive (Abramowitz and Stegun 1964, 6.5.29). */
static void gamma_law(long double shape, long double x, double *below, double *above)
{
    long double term = expl(shape * logl(x) - x - lgammal(shape + 1.0L)), sum = 0.0L;
    for (long double n = shape + 1.0L; term > 1e-22L * sum; n += 1.0L) {
        sum += term;
        term *= x / n;
    }
    *below = (double)sum;
    *above = (double)(1.0L - sum);
}

/* The distribution function and its complement, from libm (beta: from GSL's P and Q), not from any inverse. */
static void law(const struct quantity *q, double x, double *below, double *above)
{
    const double *p = q->p;
    switch (q->form) {
    case QUANTITY_UNIFORM:
        *below = (x - p[0]) / (p[1] - p[0]);
        *above = (p[1] - x) / (p[1] - p[0]);
        return;
    case QUANTITY_TRIANGULAR:
        *below = (x - p[0]) * (x - p[0]) / ((p[2] - p[0]) * (p[1] - p[0]));
        *above = (p[2] - x) * (p[2] - x) / ((p[2] - p[0]) * (p[2] - p[1]));
        if (x < p[1])
            *above = 1.0 - *below;
        else
            *below = 1.0 - *above;
        return;
    case QUANTITY_NORMAL: {
        const double z = (x - p[0]) / p[1], a = (p[2] - p[0]) / p[1], b = (p[3] - p[0]) / p[1];
        const double mass = a > 0.0 ? phi(-a) - phi(-b) : phi(b) - phi(a);
        *below = (a > 0.0 ? phi(-a) - phi(-z) : phi(z) - phi(a)) / mass;
        *above = (z > 0.0 ? phi(-z) - phi(-b) : phi(b) - phi(z)) / mass;
        return;
    }
    case QUANTITY_LOGNORMAL: {
        const double variance = log(1.0 + p[1] * p[1]);
        const double z = (log(x / p[0]) + 0.5 * variance) / sqrt(variance);
        *below = phi(z);
        *above = phi(-z);
        return;
    }
    case QUANTITY_GAMMA: gamma_law(1.0L / ((long double)p[1] * p[1]), x / (p[0] * p[1] * p[1]), below, above); return;
    case QUANTITY_EXPONENTIAL:
        *below = -expm1(-x / p[0]);
        *above = exp(-x / p[0]);
        return;
    case QUANTITY_PERT: {
        const double width = p[2] - p[0];
        const double alpha = 1.0 + 4.0 * (p[1] - p[0]) / width, beta = 1.0 + 4.0 * (p[2] - p[1]) / width;
        *below = gsl_cdf_beta_P((x - p[0]) / width, alpha, beta);
        *above = gsl_cdf_beta_P((p[2] - x) / width, beta, alpha);
        return;
    }
    default: ck_abort_msg("no law");
    }
}

static const char *const laws[] = {
    "uniform(2 4)",
    "triangular(50 100 200)",
    "triangular(0 0 1)",
    "triangular(-3 1 1)",
    "normal(3 0.5)",
    "normal(1 0.2) [0 2]",
    "normal(0 1) [-1 2]",
    "normal(0 1) [3 9]",
    "normal(0 1) [-30 -8]",
    "normal(5 2) [6 inf]",
    "normal(5 2) [-inf 4.5]",
    "normal(0 1) [-9 -8.9]",
    "lognormal(1.2 0.8)",
    "lognormal(100 0.1)",
    "gamma(1.5 0.7)",
    "gamma(3 1)",
    "gamma(100 0.1)",
    "gamma(1 cv=2.5)",
    "exponential(2)",
    "pert(1 2 4)",
    "pert(0 0 1)",
    "pert(0 1 1)",
    "pert(-2 1 7)",
    "pert(10 10.1 20)",
};
enum { LAWS = sizeof laws / sizeof laws[0] };

/* The probability of what is drawn is u again. x carries a few roundings of its own size and of the limits', each worth
 * the density; beside them only the inverses' own relative error, for which 1e-13 is a few hundred roundings. */
START_TEST(the_law_of_the_inverse_is_the_uniform)
{
    static const double at[] = {1e-12, 1e-9, 1e-6, 1e-4, 0.01, 0.1,    0.25,      0.4,
                                0.5,   0.6,  0.75, 0.9,  0.99, 0.9999, 1.0 - 1e-6};
    const struct quantity q = read_as(laws[_i], "");
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        const double u = at[i], x = quantity_inverse(&q, u);
        double below, above, next_below, next_above;
        law(&q, x, &below, &above);
        const double nudge = 8.0 * DBL_EPSILON * (fabs(x) + fabs(q.p[0]));
        law(&q, x + nudge, &next_below, &next_above);
        const double bound = fabs(next_below - below) + fabs(next_above - above) + 64.0 * DBL_EPSILON;
        ck_assert_msg(fabs(below - u) <= bound + 1e-13 * u, "%s at %g: %.17g", laws[_i], u, below);
        ck_assert_msg(fabs(above - (1.0 - u)) <= bound + 1e-13 * (1.0 - u), "%s at %g: %.17g", laws[_i], u, above);
    }
}
END_TEST

START_TEST(the_inverse_rises_and_stays_in_the_support)
{
    const struct quantity q = read_as(laws[_i], "");
    double min, max, before = -INFINITY;
    quantity_support(&q, &min, &max);
    ck_assert_double_lt(min, max);
    for (int i = 1; i < 20000; i++) {
        const double x = quantity_inverse(&q, i / 20000.0);
        ck_assert_double_ge(x, before);
        before = x;
    }
    static const double ends[] = {DBL_MIN, 1e-300, 1e-30, 0x1p-54, 1.0 - 0x1p-53};
    for (size_t i = 0; i < sizeof ends / sizeof ends[0]; i++) {
        const double x = quantity_inverse(&q, ends[i]);
        ck_assert_msg(x >= min && x <= max, "%s at %g: %.17g", laws[_i], ends[i], x);
    }
}
END_TEST

/* u = Phi(t) turns the mean and the variance over u into smooth integrals over t, cut where the density has a kink. The
 * ends beyond |t| = 8 hold 1e-15 of the probability, and at most 1e-10 of a lognormal's second moment. */
static void integrate(const struct quantity *q, double kink, double about, double moment[3])
{
    gsl_integration_glfixed_table *table = gsl_integration_glfixed_table_alloc(256);
    ck_assert_ptr_nonnull(table);
    const double cut[] = {-8.0, fmin(fmax(kink, -8.0), 8.0), 8.0};
    moment[0] = moment[1] = moment[2] = 0.0;
    for (int piece = 0; piece < 2; piece++)
        for (size_t i = 0; cut[piece] < cut[piece + 1] && i < 256; i++) {
            double t, weight;
            ck_assert_int_eq(gsl_integration_glfixed_point(cut[piece], cut[piece + 1], i, &t, &weight, table),
                             GSL_SUCCESS);
            const double y = quantity_inverse(q, phi(t)) - about, mass = weight * exp(-0.5 * t * t) / sqrt(2.0 * M_PI);
            moment[0] += mass;
            moment[1] += mass * y;
            moment[2] += mass * y * y;
        }
    gsl_integration_glfixed_table_free(table);
}

START_TEST(mean_and_variance_are_those_of_the_inverse)
{
    const struct quantity q = read_as(laws[_i], "");
    const double mean = quantity_mean(&q), variance = quantity_variance(&q);
    const double rise = (q.p[1] - q.p[0]) / (q.p[2] - q.p[0]);
    const bool kinked = q.form == QUANTITY_TRIANGULAR && rise > 0.0 && rise < 1.0;
    double moment[3];
    integrate(&q, kinked ? gsl_cdf_ugaussian_Pinv(rise) : 0.0, mean, moment);
    ck_assert_double_eq_tol(moment[0], 1.0, 1e-13);
    ck_assert_double_eq_tol(moment[1] / sqrt(variance), 0.0, 1e-9);
    ck_assert_double_eq_tol(moment[2] / variance, 1.0, 1e-8);
}
END_TEST

/* Worked by hand. */
START_TEST(the_table_of_the_model_holds)
{
    struct quantity q = read_as("uniform(2 4)", "");
    ck_assert_double_eq(quantity_mean(&q), 3.0);
    ck_assert_double_eq(quantity_variance(&q), 4.0 / 12.0);
    ck_assert_double_eq(quantity_inverse(&q, 0.25), 2.5);
    q = read_as("triangular(50 100 200)", "");
    ck_assert_double_eq(quantity_mean(&q), 350.0 / 3.0);
    ck_assert_double_eq(quantity_variance(&q), 17500.0 / 18.0);
    ck_assert_double_eq(quantity_inverse(&q, 1.0 / 12.0), 75.0);                    /* u b-a m-a = 625 */
    ck_assert_double_eq_tol(quantity_inverse(&q, 5.0 / 6.0), 150.0, 1e-13 * 150.0); /* 1/6 150 100 = 2500 */
    q = read_as("normal(3 0.5)", "");
    ck_assert_double_eq(quantity_mean(&q), 3.0);
    ck_assert_double_eq(quantity_variance(&q), 0.25);
    q = read_as("lognormal(1.2 0.8)", "");
    ck_assert_double_eq(quantity_mean(&q), 1.2);
    ck_assert_double_eq_tol(quantity_variance(&q), 0.9216, 1e-15);
    q = read_as("gamma(1.5 0.7)", "");
    ck_assert_double_eq(quantity_mean(&q), 1.5);
    ck_assert_double_eq_tol(quantity_variance(&q), 1.1025, 1e-15);
    q = read_as("exponential(2)", "");
    ck_assert_double_eq(quantity_mean(&q), 2.0);
    ck_assert_double_eq(quantity_variance(&q), 4.0);
    q = read_as("pert(1 2 4)", "");
    ck_assert_double_eq_tol(quantity_mean(&q), 13.0 / 6.0, 1e-15);
    ck_assert_double_eq_tol(quantity_variance(&q), 11.0 / 36.0, 1e-15);
    q = read_as("discrete(1:0.25 2:0.25 6:0.5)", "");
    ck_assert_double_eq(quantity_mean(&q), 3.75);
    ck_assert_double_eq(quantity_variance(&q), 0.25 * 2.75 * 2.75 + 0.25 * 1.75 * 1.75 + 0.5 * 2.25 * 2.25);
    quantity_free(&q);
}
END_TEST

/* Normal cut at its mean on one side: mean sqrt(2/pi), variance 1 - 2/pi. */
START_TEST(the_half_normal_has_its_known_moments)
{
    const struct quantity q = read_as("normal(0 1) [0 inf]", "");
    ck_assert_double_eq_tol(quantity_mean(&q), sqrt(2.0 / M_PI), 1e-15);
    ck_assert_double_eq_tol(quantity_variance(&q), 1.0 - 2.0 / M_PI, 1e-15);
    ck_assert_double_eq_tol(quantity_central(&q), 0.67448975019608171, 1e-15);
}
END_TEST

/* A normal between close limits is a uniform up to the square of the width, tilted by exp(-a y) away from the mean; one
 * that starts far out is an exponential of rate a up to 1/a^2. */
START_TEST(narrow_and_far_limits_keep_their_digits)
{
    struct quantity q = read_as("normal(0 1) [0.5 0.500001]", "");
    ck_assert_double_eq_tol(quantity_variance(&q) / (1e-12 / 12.0), 1.0, 1e-9);
    ck_assert_double_eq_tol(quantity_mean(&q), 0.5000005, 1e-12);
    q = read_as("normal(0 1) [30 inf]", "");
    ck_assert_double_eq_tol((quantity_mean(&q) - 30.0) * 30.0, 1.0, 2.0 / 900.0);
    ck_assert_double_eq_tol(quantity_variance(&q) * 900.0, 1.0, 6.0 / 900.0);
    ck_assert_double_eq_tol((quantity_inverse(&q, 0.5) - 30.0) * 30.0, M_LN2, 1.0 / 900.0);
    q = read_as("normal(0 1) [-inf -36]", "");
    ck_assert_double_eq_tol((quantity_mean(&q) + 36.0) * 36.0, -1.0, 2.0 / 1296.0);
}
END_TEST

START_TEST(medians_are_where_symmetry_puts_them)
{
    static const struct {
        const char *text;
        double median;
    } known[] = {{"uniform(2 4)", 3.0},           {"triangular(-1 0 1)", 0.0}, {"normal(3 0.5)", 3.0},
                 {"normal(3 0.5) [2 4]", 3.0},    {"pert(-2 1 4)", 1.0},       {"discrete(1:0.5 2:0.5)", 1.0},
                 {"discrete(1:0.49 2:0.51)", 2.0}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        struct quantity q = read_as(known[i].text, "");
        ck_assert_double_eq_tol(quantity_central(&q), known[i].median, 1e-14);
        quantity_free(&q);
    }
    const struct quantity q = read_as("lognormal(1.2 0.75)", ""); /* 1 + cv^2 = 25/16: median = mean / (5/4) */
    ck_assert_double_eq_tol(quantity_central(&q), 0.96, 1e-15);
    const struct quantity wait = read_as("exponential(2)", "");
    ck_assert_double_eq_tol(quantity_central(&wait), 2.0 * M_LN2, 1e-15);
}
END_TEST

START_TEST(a_gamma_of_cv_1_is_the_exponential)
{
    const struct quantity gamma = read_as("gamma(2 1)", ""), wait = read_as("exponential(2)", "");
    for (int i = 1; i < 1000; i++) {
        const double u = i / 1000.0, x = quantity_inverse(&wait, u);
        ck_assert_double_eq_tol(quantity_inverse(&gamma, u) / x, 1.0, 1e-14);
        ck_assert_double_eq_tol(x, -2.0 * log(1.0 - u), 1e-14);
    }
    ck_assert_double_eq_tol(quantity_inverse(&gamma, 1e-200) / 2e-200, 1.0, 1e-13);
    ck_assert_double_eq_tol(quantity_inverse(&gamma, 1.0 - 0x1p-53) / (2.0 * 53.0 * M_LN2), 1.0, 1e-14);
}
END_TEST

/* Erlang: cv 1/2 is the sum of four waits, P = 1 - exp(-y) (1 + y + y^2/2 + y^3/6) with y = 4 x / mean. The median of
 * two waits of mean 1 is 1.67834699..., and chi-square of 4, twice that sum, has its 95 % point at 9.48772904. */
START_TEST(a_gamma_of_whole_shape_is_an_erlang)
{
    const struct quantity four = read_as("gamma(8 0.5)", ""), two = read_as("gamma(2 0.70710678118654752)", "");
    for (int i = 1; i < 1000; i++) {
        const double u = i / 1000.0, x = quantity_inverse(&four, u), y = x / 2.0;
        ck_assert_double_eq_tol(1.0 - exp(-y) * (1.0 + y * (1.0 + y * (0.5 + y / 6.0))), u, 1e-14);
        ck_assert_double_eq_tol(gsl_cdf_gamma_P(x, 4.0, 2.0), u, 1e-14);
    }
    ck_assert_double_eq_tol(quantity_central(&two), 1.6783469900166605, 1e-14);
    ck_assert_double_eq_tol(2.0 * quantity_inverse(&two, 0.95), 9.4877290367811540, 1e-13);
}
END_TEST

/* Also where GSL's inverses fail. The error is greatest at cv 0.02, on both sides; that of the reference is in the
 * first factor of its series, 1e-12 at cv 0.001. */
START_TEST(a_gamma_keeps_its_law_at_any_cv)
{
    static const double cv[] = {0.001, 0.005, 0.01, 0.0199, 0.0201, 0.03, 0.05, 0.3, 3.0, 5.0, 10.0, 30.0, 100.0};
    static const double at[] = {1e-4, 0.01, 0.1, 0.159, 0.1635, 0.25, 0.5, 0.75, 0.9, 0.99, 0.9999};
    for (size_t i = 0; i < sizeof cv / sizeof cv[0]; i++)
        for (size_t k = 0; k < sizeof at / sizeof at[0]; k++) {
            const struct quantity q = {.form = QUANTITY_GAMMA, .p = {1.0, cv[i]}};
            const double u = at[k], x = quantity_inverse(&q, u);
            double below, above;
            law(&q, fmax(x, DBL_MIN), &below, &above);
            ck_assert_double_ge(x, DBL_TRUE_MIN);
            if (x < DBL_MIN) /* too small for a double: nothing less was to be had */
                ck_assert_double_ge(below, u);
            else
                ck_assert_msg(fabs(below - u) <= 1e-10 * fmin(u, 1.0 - u) + 2e-12 * u, "cv %g at %g: %.17g", cv[i], u,
                              below);
        }
}
END_TEST

/* The mean where the law has no width left, the least number where it has all at 0. */
START_TEST(a_gamma_of_any_cv_has_values)
{
    static const double cv[] = {1e-300, 1e-17, 1e-6, 1e3, 1e6, 1e100};
    for (size_t i = 0; i < sizeof cv / sizeof cv[0]; i++) {
        const struct quantity q = {.form = QUANTITY_GAMMA, .p = {3.0, cv[i]}};
        const double x = quantity_inverse(&q, 0.3);
        if (cv[i] < 1.0)
            ck_assert_double_eq_tol(x, 3.0, 3.0 * cv[i]);
        else
            ck_assert_double_eq(x, DBL_TRUE_MIN);
        ck_assert(isfinite(quantity_inverse(&q, 0x1p-54)) && isfinite(quantity_inverse(&q, 1.0 - 0x1p-53)));
    }
}
END_TEST

/* alpha 1, beta 5: F = 1 - (1 - x)^5; alpha = beta = 3: F = x^3 (10 - 15 x + 6 x^2). */
START_TEST(pert_is_a_beta_of_shape_four)
{
    const struct quantity left = read_as("pert(0 0 1)", ""), middle = read_as("pert(0 0.5 1)", "");
    for (int i = 1; i < 100; i++) {
        const double u = i / 100.0, x = quantity_inverse(&middle, u);
        ck_assert_double_eq_tol(quantity_inverse(&left, u), 1.0 - pow(1.0 - u, 0.2), 1e-13);
        ck_assert_double_eq_tol(x * x * x * (10.0 + x * (6.0 * x - 15.0)), u, 1e-13);
    }
}
END_TEST

START_TEST(a_discrete_law_jumps_at_its_sums)
{
    struct quantity q = read_as("discrete(30:0.25 10:0.25 20:0.5) t", "t");
    static const double at[][2] = {{1e-300, 10.0}, {0.25, 10.0},      {0.2500001, 20.0},
                                   {0.75, 20.0},   {0.7500001, 30.0}, {1.0 - 0x1p-53, 30.0}};
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) ck_assert_double_eq(quantity_inverse(&q, at[i][0]), at[i][1]);
    double min, max;
    quantity_support(&q, &min, &max);
    ck_assert_double_eq(min, 10.0);
    ck_assert_double_eq(max, 30.0);
    quantity_free(&q);
    q = read_as("discrete(1:0.1 2:0.1 3:0.1 4:0.1 5:0.1 6:0.1 7:0.1 8:0.1 9:0.1 10:0.1)", ""); /* sums to 1 - 2^-53 */
    ck_assert_double_eq(quantity_inverse(&q, 1.0 - 0x1p-53), 10.0);
    quantity_free(&q);
}
END_TEST

START_TEST(a_law_without_width_is_a_number)
{
    static const char *const points[] = {"uniform(3 3)",      "triangular(3 3 3)", "pert(3 3 3)",  "normal(3 0)",
                                         "normal(3 0) [2 4]", "normal(1 2) [3 3]", "discrete(3:1)"};
    for (size_t i = 0; i < sizeof points / sizeof points[0]; i++) {
        struct quantity q = read_as(points[i], "");
        for (int k = 1; k < 8; k++) ck_assert_double_eq(quantity_inverse(&q, k / 8.0), 3.0);
        ck_assert_double_eq(quantity_mean(&q), 3.0);
        ck_assert_double_eq(quantity_variance(&q), 0.0);
        quantity_free(&q);
    }
}
END_TEST

START_TEST(supports_are_the_ends_of_the_laws)
{
    static const struct {
        const char *text;
        double min, max;
    } known[] = {{"4", 4.0, 4.0},
                 {"uniform(2 4)", 2.0, 4.0},
                 {"triangular(1 2 4)", 1.0, 4.0},
                 {"pert(1 2 4)", 1.0, 4.0},
                 {"normal(1 2)", -INFINITY, INFINITY},
                 {"normal(1 2) [0 inf]", 0.0, INFINITY},
                 {"normal(1 0)", 1.0, 1.0},
                 {"lognormal(1 2)", DBL_TRUE_MIN, INFINITY},
                 {"gamma(1 2)", DBL_TRUE_MIN, INFINITY},
                 {"exponential(1)", DBL_TRUE_MIN, INFINITY}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        const struct quantity q = read_as(known[i].text, "");
        double min, max;
        quantity_support(&q, &min, &max);
        ck_assert_msg(min == known[i].min && max == known[i].max, "%s: %g %g", known[i].text, min, max);
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("quantity");
    TCase *facts = tcase_create("facts");
    tcase_add_checked_fixture(facts, open_units, close_units);
    tcase_add_test(facts, numbers_are_read_and_converted_exactly);
    tcase_add_test(facts, a_fraction_is_a_number);
    tcase_add_test(facts, the_unit_belongs_to_the_values_alone);
    tcase_add_test(facts, a_spread_may_be_a_standard_deviation);
    tcase_add_test(facts, limits_may_be_open_on_one_side);
    tcase_add_test(facts, the_unit_of_a_text_is_found_without_reading_it);
    tcase_add_test(facts, a_number_that_is_none_is_refused);
    tcase_add_test(facts, a_unit_that_does_not_fit_is_refused);
    tcase_add_test(facts, a_distribution_that_is_misspelt_is_refused);
    tcase_add_test(facts, a_list_without_end_is_refused);
    tcase_add_test(facts, impossible_parameters_are_refused);
    tcase_add_loop_test(facts, the_law_of_the_inverse_is_the_uniform, 0, LAWS);
    tcase_add_loop_test(facts, the_inverse_rises_and_stays_in_the_support, 0, LAWS);
    tcase_add_loop_test(facts, mean_and_variance_are_those_of_the_inverse, 0, LAWS);
    tcase_add_test(facts, the_table_of_the_model_holds);
    tcase_add_test(facts, the_half_normal_has_its_known_moments);
    tcase_add_test(facts, narrow_and_far_limits_keep_their_digits);
    tcase_add_test(facts, medians_are_where_symmetry_puts_them);
    tcase_add_test(facts, a_gamma_of_cv_1_is_the_exponential);
    tcase_add_test(facts, a_gamma_of_whole_shape_is_an_erlang);
    tcase_add_test(facts, a_gamma_keeps_its_law_at_any_cv);
    tcase_add_test(facts, a_gamma_of_any_cv_has_values);
    tcase_add_test(facts, pert_is_a_beta_of_shape_four);
    tcase_add_test(facts, a_discrete_law_jumps_at_its_sums);
    tcase_add_test(facts, a_law_without_width_is_a_number);
    tcase_add_test(facts, supports_are_the_ends_of_the_laws);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
