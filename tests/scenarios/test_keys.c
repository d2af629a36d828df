/* tests/scenarios/test_keys.c -- the declaration of the scenario format: every key is stated in a fixture, read by the
 * program, and explained.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/keys.h"
#include "scenarios/reader/reference.h"
#include "sim/run/simulation.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <stdlib.h>
#include <string.h>

#define ALL_KEYS ZHOL_FIXTURES "/all-keys.yaml"

static void open_all(struct run_settings *settings, struct simulation *simulation)
{
    gsl_set_error_handler_off();
    *settings = settings_usual();
    struct fault *fault = simulation_open(ALL_KEYS, settings, simulation);
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
}

static void close_all(struct simulation *simulation)
{
    simulation_close(simulation);
}

/* Whether some setting is declared by this very key and stated. */
static bool is_stated(const struct setting *setting, const struct key *key)
{
    if (setting->key == key && setting->stated) return true;
    for (size_t i = 0; i < setting->children; i++)
        if (is_stated(setting->child[i], key)) return true;
    return false;
}

static void assert_all_stated(const struct setting *root, const struct key *keys);

static void assert_key_stated(const struct setting *root, const struct key *key)
{
    ck_assert_msg(is_stated(root, key), "'%s' (%s) is declared but not stated in %s", key->name, key->meaning,
                  ALL_KEYS);
    if (key->keys != NULL) assert_all_stated(root, key->keys);
    if (key->entry != NULL) assert_key_stated(root, key->entry);
    for (const struct variant *const *v = key->variants; v != NULL && *v != NULL; v++)
        assert_all_stated(root, (*v)->keys);
}

static void assert_all_stated(const struct setting *root, const struct key *keys)
{
    for (; keys->name != NULL; keys++) assert_key_stated(root, keys);
}

START_TEST(the_fixture_states_every_key)
{
    struct run_settings settings;
    struct simulation simulation;
    open_all(&settings, &simulation);
    assert_all_stated(simulation.scenario->root, keys_root());
    close_all(&simulation);
}
END_TEST

START_TEST(every_key_is_read)
{
    struct run_settings settings;
    struct simulation simulation;
    struct result result;
    open_all(&settings, &simulation);
    simulation.replications = 64;
    ck_assert_ptr_null(simulation_run(&simulation, &settings, NULL, &result));
    const struct setting *unused = setting_unused(simulation.scenario->root);
    ck_assert_msg(unused == NULL, "nothing reads %s", unused == NULL ? "" : unused->path);
    result_free(&result);
    close_all(&simulation);
}
END_TEST

static void assert_explained(const struct key *keys)
{
    for (; keys != NULL && keys->name != NULL; keys++) {
        const size_t length = keys->meaning == NULL ? 0 : strlen(keys->meaning);
        ck_assert_msg(length > 5 && keys->meaning[length - 1] == '.', "'%s' has no sentence", keys->name);
        ck_assert_msg((keys->kind == KEY_QUANTITY) == (keys->unit != NULL),
                      "'%s': a quantity has a unit, nothing else has", keys->name);
        assert_explained(keys->keys);
        for (const struct variant *const *v = keys->variants; v != NULL && *v != NULL; v++)
            assert_explained((*v)->keys);
    }
}

START_TEST(every_key_has_a_sentence_and_quantities_a_unit)
{
    assert_explained(keys_root());
}
END_TEST

START_TEST(a_parameter_of_one_replication_is_as_drawn)
{
    struct run_settings settings;
    struct simulation simulation;
    struct result result;
    open_all(&settings, &simulation);
    simulation.replications = 64;
    ck_assert_ptr_null(simulation_run(&simulation, &settings, NULL, &result));
    static const struct {
        const char *path, *unit;
        double min, max;
    } drawn[] = {
        {"drivers.d.mean.times", "1", 0.9, 1.1},    {"drivers.d.start", "1/yr", -0.03, 0.03},
        {"drivers.e.drift", "m/yr", 0.0, 0.2},      {"events.storm.effects.legs.line.capacity.scale", "1", 0.2, 0.6},
        {"flows.east.volume.times", "1", 0.9, 1.1}, {"flows.east.trend.times", "1", 0.0, 1.5},
        {"policies.track.delay", "1", 0.0, 20.0},   {"policies.track.overrun", "1", 0.0, 20.0}};
    ck_assert_uint_eq(result.samples.inputs, sizeof drawn / sizeof *drawn);
    for (size_t d = 0; d < result.samples.inputs; d++) {
        size_t i = 0;
        while (i < result.samples.inputs && strcmp(result.input[i].path, drawn[d].path) != 0) i++;
        ck_assert_msg(i < result.samples.inputs, "%s is no input", drawn[d].path);
        ck_assert_str_eq(result.input[i].unit[0] == '\0' ? "1" : result.input[i].unit, drawn[d].unit);
        for (size_t r = 0; r < 64; r++) {
            const double value = result.samples.input[i * 64 + r];
            ck_assert(value > drawn[d].min && value < drawn[d].max);
        }
    }
    result_free(&result);
    close_all(&simulation);
}
END_TEST

/* An outcome that has no years: a row of the reference, and less room in the file. */
START_TEST(an_outcome_of_the_whole_horizon_is_named_so)
{
    static const struct outcome_kind kinds[] = {{.pattern = "fiscal.worth",
                                                 .unit = "USD/yr",
                                                 .rule = OUTCOME_SUM,
                                                 .better = OUTCOME_MORE,
                                                 .horizon_only = true,
                                                 .meaning = "A worth."},
                                                {.pattern = NULL}};
    static const struct outcome_kind *const tables[] = {kinds, NULL};
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(to);
    ck_assert_ptr_null(reference_outcomes(tables, to));
    ck_assert_int_eq(fclose(to), 0);
    ck_assert_ptr_nonnull(strstr(text, "| `fiscal.worth` | `USD` | whole horizon only | more | A worth. |\n"));
    free(text);
}
END_TEST

START_TEST(an_outcome_of_the_whole_horizon_takes_less_room)
{
    struct run_settings settings;
    struct simulation simulation;
    open_all(&settings, &simulation);
    const struct retention retention = retention_of(&simulation, simulation.replications, simulation.memory);
    const uint64_t whole = retention_file_bytes(&simulation, &retention, false), years = world_years(simulation.world);
    size_t i = 0;
    while (retention_annual(&simulation, &retention, i)) i++;
    struct outcome_kind kind = *simulation.outcomes.item[i].kind;
    kind.horizon_only = true;
    simulation.outcomes.item[i].kind = &kind;
    ck_assert_uint_ge(whole - retention_file_bytes(&simulation, &retention, false),
                      8 * (8 + 3 * simulation.quantiles) * years);
    close_all(&simulation);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("keys");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, the_fixture_states_every_key);
    tcase_add_test(facts, every_key_is_read);
    tcase_add_test(facts, every_key_has_a_sentence_and_quantities_a_unit);
    tcase_add_test(facts, a_parameter_of_one_replication_is_as_drawn);
    tcase_add_test(facts, an_outcome_of_the_whole_horizon_is_named_so);
    tcase_add_test(facts, an_outcome_of_the_whole_horizon_takes_less_room);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
