/* tests/core/test_units.c -- conversions are exact, every name is known, everything else is refused with a useful
 * sentence.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/units.h"

#include <check.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define KNOWN(word)                                                                                                    \
    "'" word                                                                                                           \
    "' is not a unit; known are min, h, d, wk, mo, yr, m, km, m2, m3, kcm, bcm, bbl, kg, t, TEU, FEU, train, "         \
    "USD, kWh, MWh, GWh, TWh, GJ, TJ, PJ, EJ, MMBtu, boe, toe, %, and k, M or G before bbl, t, TEU, USD, boe and toe"

static struct units *units;

static void open_units(void)
{
    ck_assert_ptr_null(units_open(&units));
}

static void close_units(void)
{
    units_close(units);
}

static void define(const char *name, const char *worth)
{
    struct fault *fault = units_define(units, name, worth);
    ck_assert_msg(fault == NULL, "%s: %s", name, fault == NULL ? "" : fault->sentence);
}

static double factor(const char *from, const char *to)
{
    double value = NAN;
    struct fault *fault = units_factor(units, from, to, &value);
    ck_assert_msg(fault == NULL, "'%s' to '%s': %s", from, to, fault == NULL ? "" : fault->sentence);
    return value;
}

static void refused(const char *from, const char *to, const char *sentence)
{
    double value;
    struct fault *fault = units_factor(units, from, to, &value);
    ck_assert_msg(fault != NULL, "'%s' to '%s' was accepted", from, to);
    ck_assert_int_eq(fault->code, FAULT_SCENARIO);
    ck_assert_ptr_null(fault->place.source);
    ck_assert_str_eq(fault->sentence, sentence);
    fault_free(fault);
}

/* The definitions, each as the nearest double of the true factor; the compiler rounds the decimals. */
START_TEST(every_name_has_its_factor)
{
    static const struct {
        const char *name, *in;
        double factor;
    } known[] = {
        {"min", "d", 1.0 / 1440.0},
        {"h", "d", 1.0 / 24.0},
        {"d", "h", 24.0},
        {"mo", "d", 30.4375},
        {"yr", "d", 365.25},
        {"m", "km", 0.001},
        {"km", "m", 1000.0},
        {"m2", "km^2", 1e-6},
        {"m3", "km^3", 1e-9},
        {"kcm", "m3", 1e3},
        {"bcm", "m3", 1e9},
        {"bbl", "m3", 0.158987294928},
        {"kbbl", "bbl", 1e3},
        {"Mbbl", "bbl", 1e6},
        {"Gbbl", "bbl", 1e9},
        {"kg", "t", 0.001},
        {"t", "kg", 1000.0},
        {"kt", "t", 1e3},
        {"Mt", "t", 1e6},
        {"Gt", "t", 1e9},
        {"TEU", "FEU", 0.5},
        {"kTEU", "TEU", 1e3},
        {"MTEU", "TEU", 1e6},
        {"GTEU", "TEU", 1e9},
        {"FEU", "TEU", 2.0},
        {"train", "train", 1.0},
        {"USD", "kUSD", 0.001},
        {"kUSD", "USD", 1e3},
        {"MUSD", "USD", 1e6},
        {"GUSD", "USD", 1e9},
        {"%", "", 0.01},
        {"wk", "d", 7.0},
        {"kWh", "GJ", 0.0036},
        {"MWh", "GJ", 3.6},
        {"GWh", "MWh", 1e3},
        {"TWh", "MWh", 1e6},
        {"GJ", "MWh", 1.0 / 3.6},
        {"TJ", "GJ", 1e3},
        {"PJ", "GJ", 1e6},
        {"EJ", "GJ", 1e9},
        /* International Table: 1 Btu = 1055.05585262 J, 1 cal = 4.1868 J */
        {"MMBtu", "GJ", 1.05505585262},
        {"boe", "MMBtu", 5.8},
        {"kboe", "boe", 1e3},
        {"Mboe", "boe", 1e6},
        {"Gboe", "boe", 1e9},
        {"toe", "GJ", 41.868},
        {"ktoe", "toe", 1e3},
        {"Mtoe", "toe", 1e6},
        {"Gtoe", "toe", 1e9},
    };
    const char *const *names = units_names();
    size_t count = 0;
    for (; names[count] != NULL; count++) {
        size_t i = 0;
        while (i < sizeof known / sizeof known[0] && strcmp(known[i].name, names[count]) != 0) i++;
        ck_assert_msg(i < sizeof known / sizeof known[0], "%s is not in this test", names[count]);
        ck_assert_double_eq(factor(known[i].name, known[i].in), known[i].factor);
        ck_assert_ptr_nonnull(units_meaning(names[count]));
    }
    ck_assert_uint_eq(count, sizeof known / sizeof known[0]);
    ck_assert_ptr_null(units_meaning("knot"));
}
END_TEST

START_TEST(twelve_million_tonnes_a_year_are_a_million_a_month_exactly)
{
    double multiply, divide;
    ck_assert_ptr_null(units_ratio(units, "Mt/yr", "t/mo", &multiply, &divide));
    ck_assert_double_eq(12.0 * multiply / divide, 1e6);
    ck_assert_double_eq(multiply, 250000.0);
    ck_assert_double_eq(divide, 3.0);
    ck_assert_double_eq(factor("Mt/mo", "Mt/yr"), 12.0);
    ck_assert_double_eq(factor("yr", "mo"), 12.0);
    ck_assert_double_eq(factor("mo", "d"), 30.4375);
    ck_assert_double_eq(factor("/d", "/mo"), 30.4375);
    ck_assert_double_eq(factor("train/d", "train/yr"), 365.25);
}
END_TEST

START_TEST(a_percentage_is_the_double_that_its_decimal_is)
{
    double multiply, divide;
    ck_assert_ptr_null(units_ratio(units, "%", "1", &multiply, &divide));
    ck_assert_double_eq(7.0 * multiply / divide, 0.07);
    ck_assert_double_eq(3.5 * multiply / divide, 0.035);
    ck_assert_double_eq(factor("%/yr", "1/yr"), 0.01);
    ck_assert_double_eq(factor("%/m", "/m"), 0.01);
    ck_assert_double_eq(factor("", "%"), 100.0);
}
END_TEST

/* Whole numbers stay below 2^53, so the factor is the quotient of two exact doubles. */
START_TEST(compound_units_are_correctly_rounded)
{
    ck_assert_double_eq(factor("kTEU/yr", "TEU/yr"), 1000.0);
    ck_assert_double_eq(factor("bcm/yr", "kcm/mo"), 1e6 / 12.0);
    ck_assert_double_eq(factor("Gt/yr", "kg/mo"), 1e12 / 12.0);
    ck_assert_double_eq(factor("USD/bbl", "USD/m3"), 1e12 / 158987294928.0);
    ck_assert_double_eq(factor("bbl/kcm", ""), 158987294928.0 / 1e15);
    ck_assert_double_eq(factor("/kUSD", "/USD"), 0.001);
    ck_assert_double_eq(factor("kUSD/FEU", "USD/TEU"), 500.0);
    ck_assert_double_eq(factor("USD/TEU/d", "USD/TEU/mo"), 30.4375);
    ck_assert_double_eq(factor("MUSD/yr", "USD/d"), 4e6 / 1461.0);
    ck_assert_double_eq(factor("Mbbl/yr", "m3/mo"), 158987.294928 / 12.0);
}
END_TEST

START_TEST(there_and_back_is_one)
{
    static const char *const chains[][2] = {
        {"Mt/yr", "kg/h"}, {"bbl/d", "bcm/yr"}, {"USD/FEU/min", "MUSD/TEU/yr"}, {"km^2", "m2"}, {"%/yr", "1/d"}};
    for (size_t i = 0; i < sizeof chains / sizeof chains[0]; i++) {
        double a, b, c, d;
        ck_assert_ptr_null(units_ratio(units, chains[i][0], chains[i][1], &a, &b));
        ck_assert_ptr_null(units_ratio(units, chains[i][1], chains[i][0], &c, &d));
        ck_assert_double_eq(a, d);
        ck_assert_double_eq(b, c);
        ck_assert_double_eq(fmod(a, 1.0), 0.0);
        ck_assert_double_eq(fmod(b, 1.0), 0.0);
    }
}
END_TEST

START_TEST(chains_are_read_from_left_to_right)
{
    ck_assert_double_eq(factor("USD/TEU/d", "USD / d / TEU"), 1.0);
    ck_assert_double_eq(factor("t km", "km*t"), 1.0);
    ck_assert_double_eq(factor("USD/t km", "USD km/t"), 1.0); /* (USD/t) km */
    ck_assert_double_eq(factor("/yr", "1/yr"), 1.0);
    ck_assert_double_eq(factor(" / yr ", "yr^-1"), 1.0);
    ck_assert_double_eq(factor("m^3", "m3"), 1.0);
    ck_assert_double_eq(factor("km^3", "bcm"), 1.0);
    ck_assert_double_eq(factor("%^2", ""), 1e-4);
    ck_assert_double_eq(factor("t/t", ""), 1.0);
    ck_assert_double_eq(factor("1", ""), 1.0);
    ck_assert_double_eq(factor("USD/1", "USD"), 1.0);
}
END_TEST

/* UDUNITS itself would take all of these: knot, millibar, are, picosecond, hectare, foot; and d for its reciprocal. */
START_TEST(no_name_of_the_standard_database_gets_in)
{
    static const char *const foreign[] = {"kn",     "mb",   "a",   "ps",    "ha",   "ft",     "s",   "year",   "day",
                                          "kelvin", "g",    "mol", "meter", "bar",  "J",      "W",   "K",      "rad",
                                          "hr",     "mm",   "Gm",  "dt",    "mt",   "kmo",    "kd",  "kyr",    "kFEU",
                                          "Mm",     "kkcm", "Pt",  "TTEU",  "mUSD", "ktrain", "usd", "second", "T",
                                          "D",      "YR",   "Yr",  "TEUs",  "$",    "°C",     "10",  "1e3"};
    for (size_t i = 0; i < sizeof foreign / sizeof foreign[0]; i++) {
        struct fault *fault = units_check(units, foreign[i]);
        ck_assert_msg(fault != NULL, "%s was accepted", foreign[i]);
        ck_assert_ptr_nonnull(strstr(fault->sentence, "is not a unit"));
        fault_free(fault);
    }
    refused("d", "1/d", "d is a duration; expected a rate such as /d");
}
END_TEST

START_TEST(an_unknown_name_is_answered_with_the_nearest)
{
    refused("tonne", "t", "'tonne' is not a unit; did you mean 't'?");
    refused("USD/barrel", "USD/bbl", "'barrel' is not a unit; did you mean 'bbl'?");
    refused("64usd", "USD", KNOWN("64usd"));
    refused("usd/t", "USD/t", "'usd' is not a unit; did you mean 'USD'?");
    refused("kteu/yr", "TEU/yr", "'kteu' is not a unit; did you mean 'kTEU'?");
    refused("trains/d", "train/d", "'trains' is not a unit; did you mean 'train'?");
    refused("USD/years", "USD/yr", "'years' is not a unit; did you mean 'yr'?");
    refused("USD/barrels", "USD/bbl", "'barrels' is not a unit; did you mean 'bbl'?"); /* plurals too */
    refused("millions USD", "USD", "'millions' is not a unit; did you mean 'MUSD'?");
    refused("MT", "t", "'MT' is not a unit: a metric ton is t, a million of them Mt");
    refused("mb/d", "bbl/d",
            "'mb' is not a unit: a thousand barrels in American reports, a million elsewhere; expected kbbl or Mbbl");
    refused("Mt/yr", "tonnes/yr", "'tonnes' is not a unit; did you mean 't'?");
}
END_TEST

/* Where spelling alone would lead to another size, the size is said, or why it is not known. */
START_TEST(no_hint_names_another_size)
{
    refused("mcm/d", "kcm/d", "'mcm' is not a unit; expected 'kcm/d', of which it is 1000");
    refused("tcm", "kcm", "'tcm' is not a unit; expected 'bcm', of which it is 1000");
    refused("kFEU", "TEU", "'kFEU' is not a unit; expected 'kTEU', of which it is 2");
    refused("mln USD", "USD", "'mln' is not a unit; did you mean 'MUSD'?");
    refused("bn USD/yr", "USD/yr", "'bn' is not a unit; did you mean 'GUSD/yr'?");
    refused("mln m3", "m3", "'mln' is not a unit; expected 'kcm', of which it is 1000");
    refused("million barrels per day", "bbl/d", "'million' is not a unit; did you mean 'Mbbl/d'?");
    refused("Mtpa", "t/yr", "'Mtpa' is not a unit; did you mean 'Mt/yr'?");
    refused("bcma", "bcm/yr", "'bcma' is not a unit; did you mean 'bcm/yr'?");
    refused("% p.a.", "1/yr", "'p.a.' is not a unit; did you mean '%/yr'?");
    refused("USD per t", "USD/t", "'per' is not a unit; did you mean 'USD/t'?");
    refused("USD/week", "USD/yr", "'week' is not a unit; did you mean 'wk'?");
    refused("MMBbl/d", "bbl/d", "'MMBbl' is not a unit; did you mean 'Mbbl'?");
    refused("mbbl/d", "bbl/d",
            "'mbbl' is not a unit: a thousand barrels in American reports, a million elsewhere; expected kbbl or Mbbl");
    refused("mt", "t", "'mt' is not a unit: a metric ton is t, a million of them Mt");
    refused("EUR/MWh", "USD/MWh",
            "'EUR' is not a unit; expected USD, or what one is worth in the base year among `units`, such as `units: "
            "{EUR: 1/N USD}`");
    struct unit_meaning meant;
    ck_assert(units_meant(units, "MMcf/d", &meant));
    ck_assert_str_eq(meant.unit, "kcm/d");
    ck_assert_double_eq_tol(meant.times, 1e3 * 0.3048 * 0.3048 * 0.3048, 1e-12); /* a foot is 0.3048 m */
    ck_assert(units_meant(units, "USD/l", &meant));
    ck_assert_double_eq_tol(meant.times, 1e3, 1e-9);
    ck_assert(!units_meant(units, "mln", &meant));
    ck_assert(!units_meant(units, "foo", &meant));
    ck_assert(!units_meant(units, "min", &meant)); /* nothing is wrong with it */
}
END_TEST

/* A word that is near a name of our own is one of the same size: no prefix is put in, left out or exchanged. */
START_TEST(a_slip_never_changes_a_prefix)
{
    const char *const *names = units_names();
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    for (size_t n = 0; names[n] != NULL; n++)
        for (size_t i = 0; i < 52 && strlen(names[n]) > 3; i++) { /* of short words none is near */
            char word[16];
            struct unit_meaning meant;
            double size;
            snprintf(word, sizeof word, "%c%s", letters[i], names[n] + 1); /* another first letter */
            struct fault *fault = units_check(units, word);
            const bool known = fault == NULL;
            fault_free(fault);
            if (known || !units_meant(units, word, &meant) || meant.note != NULL || meant.currency || !meant.one_word)
                continue;
            if (strcasecmp(word, meant.right) == 0) continue; /* gbbl, which nobody means anything else by */
            fault = units_factor(units, meant.right, names[n], &size);
            if (fault == NULL) /* of one dimension */
                ck_assert_msg(size == 1.0, "%s is said to be %s", word, meant.right);
            fault_free(fault);
        }
}
END_TEST

START_TEST(a_unit_of_the_scenarios_own)
{
    define("KZT", "1/382.75 USD");
    define("pallet", "0.1 TEU");
    define("tenner", "10 KZT");
    ck_assert_double_eq(factor("KZT", "USD"), 1.0 / 382.75);
    ck_assert_double_eq(factor("USD", "KZT"), 382.75);
    ck_assert_double_eq(factor("GKZT/yr", "USD/yr"), 1e9 / 382.75);
    ck_assert_double_eq(factor("kKZT/t", "tenner/t"), 100.0);
    ck_assert_double_eq(factor("pallet/d", "TEU/d"), 0.1);
    refused("kpallet", "TEU", KNOWN("kpallet"));
}
END_TEST

START_TEST(an_own_unit_that_is_wrong)
{
    static const struct {
        const char *name, *worth, *sentence;
    } wrong[] = {
        {"USD", "2 t", "'USD' is a unit already; expected another name"},
        {"K2", "2 t", "'K2' is not a name for a unit; expected at most 16 letters, such as KZT"},
        {"KZT", "1/382.75 usd", "'usd' is not a unit; did you mean 'USD'?"},
        {"KZT", "USD", "'USD' is not a number that a unit can be worth; expected one above 0, of at most 15 digits"},
        {"KZT", "0 USD",
         "'0 USD' is not a number that a unit can be worth; expected one above 0, of at most 15 digits"},
        {"KZT", "-2 USD",
         "'-2 USD' is not a number that a unit can be worth; expected one above 0, of at most 15 digits"},
        {"KZT", "1234567890123456 USD",
         "'1234567890123456 USD' is not a number that a unit can be worth; expected one above 0, of at most 15 digits"},
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct fault *fault = units_define(units, wrong[i].name, wrong[i].worth);
        ck_assert_ptr_nonnull(fault);
        ck_assert_str_eq(fault->sentence, wrong[i].sentence);
        fault_free(fault);
    }
}
END_TEST

/* 38.5 GJ/kcm: 1 bcm is 38.5 PJ, and a price per MWh is 3.6 / 38.5 of one per kcm. */
START_TEST(a_heat_value_joins_energy_and_volume)
{
    ck_assert_ptr_null(units_set_heat(units, "38.5 GJ/kcm"));
    ck_assert_double_eq(factor("bcm/yr", "PJ/yr"), 38.5);
    ck_assert_double_eq(factor("TWh/yr", "bcm/yr"), 3.6 / 38.5);
    ck_assert_double_eq(factor("USD/MWh", "USD/kcm"), 38.5 / 3.6);
    ck_assert_double_eq(factor("USD/kcm", "USD/MMBtu"), 1.05505585262 / 38.5);
    ck_assert(!units_are_pure(units, "MWh/kcm"));
    refused("t", "GJ", "t is a mass; expected an amount of energy such as GJ");
    ck_assert_ptr_null(units_set_heat(units, NULL));
    refused("bcm", "PJ", "bcm is a volume; expected an amount of energy such as PJ");
}
END_TEST

START_TEST(a_broken_chain_is_refused)
{
    refused("USD/", "", "'USD/' is not a unit: the name of a unit such as 'USD/t' is expected");
    refused("USD//t", "", "'USD//t' is not a unit: the name of a unit such as 'USD/t' is expected");
    refused("*t", "", "'*t' is not a unit: the name of a unit such as 'USD/t' is expected");
    refused("m^", "", "'m^' is not a unit: after '^' a whole number from 1 to 9 is expected");
    refused("m^0", "", "'m^0' is not a unit: after '^' a whole number from 1 to 9 is expected");
    refused("m^10", "", "'m^10' is not a unit: after '^' a whole number from 1 to 9 is expected");
    refused("t t t t t t t t t t t t t t t t t", "",
            "'t t t t t t t t t t t t t t t t t...' is not a unit: at most 16 names are expected");
}
END_TEST

START_TEST(a_chain_too_large_for_a_double_is_refused)
{
    refused("Gt^9 Gt^9 Gt^9 Gt^9", "t^9 t^9 t^9 t^9", "Gt^9 Gt^9 Gt^9 Gt^9 is beyond the range of numbers");
}
END_TEST

START_TEST(a_long_name_is_shown_in_part_and_in_whole_characters)
{
    char name[201];
    memset(name, 'x', 39);
    for (size_t i = 39; i < 199; i += 2) memcpy(name + i, "\xd1\x82", 2);
    name[199] = '\0';
    struct fault *fault = units_check(units, name);
    ck_assert_ptr_nonnull(fault);
    name[39] = '\0';
    ck_assert_int_eq(strncmp(fault->sentence + 1, name, 39), 0);
    ck_assert_int_eq(fault->sentence[40], '\'');
    fault_free(fault);
}
END_TEST

START_TEST(another_dimension_is_named_on_both_sides)
{
    refused("Mt", "t/yr", "Mt is a mass; expected a rate such as Mt/yr");
    refused("%", "1/yr", "% is a pure number; expected a rate such as %/yr");
    refused("USD/t", "USD/bbl", "USD/t is a price per mass; expected a price per volume such as USD/bbl");
    refused("USD/t", "USD/TEU/d", "USD/t is a price per mass; expected a price per TEU and time such as USD/TEU/d");
    refused("/yr", "", "/yr is a rate; expected a pure number");
    refused("d", "1/yr", "d is a duration; expected a rate such as /yr");
}
END_TEST

START_TEST(dimensions_have_plain_words)
{
    refused("km", "d", "km is a length; expected a duration such as d");
    refused("TEU", "train", "TEU is a number of containers; expected a number of trains such as train");
    refused("m2", "m3", "m2 is an area; expected a volume such as m3");
    refused("MUSD", "USD/yr", "MUSD is an amount of money; expected a rate such as MUSD/yr");
    refused("TEU/yr", "t/yr", "TEU/yr is a rate of containers; expected a rate of mass such as t/yr");
    refused("t/TEU", "train/t", "t/TEU is a mass per TEU; expected a number of trains per mass such as train/t");
    refused("/USD", "/t", "/USD is a number per amount of money; expected a number per mass such as /t");
    refused("USD/km", "/m/yr", "USD/km is a price per length; expected a rate per length such as /m/yr");
    refused("t/TEU/yr", "1", "t/TEU/yr is a rate of mass per TEU; expected a pure number");
    refused("USD^2/t", "USD", "USD^2/t has dimension USD^2/t; expected an amount of money such as USD");
    refused("t km", "USD/t^2/yr", "t km has dimension m t; expected a unit such as USD/t^2/yr");
    refused("", "USD", "1 is a pure number; expected an amount of money such as USD");
}
END_TEST

START_TEST(nearest_words_are_slips_not_guesses)
{
    static const char *const words[] = {"kappa", "sigma", "mean", NULL};
    ck_assert_str_eq(units_nearest("kapa", words), "kappa");
    ck_assert_str_eq(units_nearest("SIGMA", words), "sigma");
    ck_assert_str_eq(units_nearest("sgima", words), "sigma");
    ck_assert_str_eq(units_nearest("men", words), "mean");
    ck_assert_ptr_null(units_nearest("theta", words));
    ck_assert_ptr_null(units_nearest("m", words));
    ck_assert_ptr_null(units_nearest("", words));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("units");
    TCase *facts = tcase_create("facts");
    tcase_add_checked_fixture(facts, open_units, close_units);
    tcase_add_test(facts, every_name_has_its_factor);
    tcase_add_test(facts, twelve_million_tonnes_a_year_are_a_million_a_month_exactly);
    tcase_add_test(facts, a_percentage_is_the_double_that_its_decimal_is);
    tcase_add_test(facts, compound_units_are_correctly_rounded);
    tcase_add_test(facts, there_and_back_is_one);
    tcase_add_test(facts, chains_are_read_from_left_to_right);
    tcase_add_test(facts, no_name_of_the_standard_database_gets_in);
    tcase_add_test(facts, an_unknown_name_is_answered_with_the_nearest);
    tcase_add_test(facts, no_hint_names_another_size);
    tcase_add_test(facts, a_slip_never_changes_a_prefix);
    tcase_add_test(facts, a_unit_of_the_scenarios_own);
    tcase_add_test(facts, an_own_unit_that_is_wrong);
    tcase_add_test(facts, a_heat_value_joins_energy_and_volume);
    tcase_add_test(facts, a_broken_chain_is_refused);
    tcase_add_test(facts, a_chain_too_large_for_a_double_is_refused);
    tcase_add_test(facts, a_long_name_is_shown_in_part_and_in_whole_characters);
    tcase_add_test(facts, another_dimension_is_named_on_both_sides);
    tcase_add_test(facts, dimensions_have_plain_words);
    tcase_add_test(facts, nearest_words_are_slips_not_guesses);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
