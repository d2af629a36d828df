/* tests/run/test_reopen.c -- a simulation again from the head of its result, and by which program.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/outcomes.h"
#include "sim/run/reopen.h"

#include <check.h>
#include <gsl/gsl_errno.h>
#include <stdlib.h>
#include <string.h>

static void assert_none(const struct fault *fault)
{
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
}

static void open_all_keys(struct run_settings *settings, struct simulation *simulation)
{
    gsl_set_error_handler_off();
    *settings = settings_usual();
    settings->replications = 64;
    assert_none(simulation_open(ZHOL_FIXTURES "/all-keys.yaml", settings, simulation));
}

/* The head of the simulation's result. */
static struct result head_of(struct simulation *simulation)
{
    const size_t outcomes = simulation->outcomes.count;
    const struct retention retention = retention_of(simulation, simulation->replications, simulation->memory);
    bool *annual = calloc(outcomes, sizeof *annual), *horizon = calloc(outcomes, sizeof *horizon);
    ck_assert_ptr_nonnull(annual);
    ck_assert_ptr_nonnull(horizon);
    for (size_t i = 0; i < outcomes; i++) {
        annual[i] = retention_annual(simulation, &retention, i);
        horizon[i] = retention_horizon(simulation, &retention, i);
    }
    return (struct result){.source = strdup("zhol " ZHOL_VERSION),
                           .arithmetic = simulation_arithmetic(),
                           .scenario = strdup(simulation->scenario->merged_text),
                           .rng = strdup(simulation->rng),
                           .seed = simulation->plan.seed,
                           .replications = simulation->replications,
                           .memory = simulation->memory,
                           .years = world_years(simulation->world),
                           .exact_quantiles = !retention.sketched,
                           .annual_saved = annual,
                           .horizon_saved = horizon,
                           .outcomes = simulation->outcomes};
}

static void free_head(struct result *head)
{
    head->outcomes = (struct outcomes){0}; /* the simulation's */
    result_free(head);
}

static void assert_same_retention(const struct simulation *first, const struct simulation *again)
{
    const struct retention one = retention_of(first, first->replications, first->memory),
                           other = retention_of(again, again->replications, again->memory);
    ck_assert_int_eq(one.sketched, other.sketched);
    ck_assert_int_eq(one.inputs, other.inputs);
    for (size_t i = 0; i < first->outcomes.count; i++) {
        ck_assert_int_eq(retention_annual(first, &one, i), retention_annual(again, &other, i));
        ck_assert_int_eq(retention_horizon(first, &one, i), retention_horizon(again, &other, i));
    }
}

static void simulate_block(const struct simulation *simulation, struct world_state **state, struct block_result *block)
{
    assert_none(world_open(simulation->world, state));
    world_simulate(*state, LANES, LANES, block);
}

START_TEST(every_key_comes_back_from_the_merged_text)
{
    struct run_settings settings;
    struct simulation first, again;
    struct world_state *state[2];
    struct block_result block[2];
    open_all_keys(&settings, &first);
    struct result head = head_of(&first);
    assert_none(reopen("result.h5", &head, NULL, &again));
    assert_same_retention(&first, &again);
    simulate_block(&first, &state[0], &block[0]);
    simulate_block(&again, &state[1], &block[1]);
    ck_assert_uint_eq(block[0].cells, block[1].cells);
    ck_assert_uint_eq(block[0].inputs, block[1].inputs);
    ck_assert_mem_eq(block[0].cell, block[1].cell, block[0].cells * sizeof *block[0].cell);
    for (size_t i = 0; i < block[0].inputs; i++)
        ck_assert_mem_eq(block[0].input[i], block[1].input[i], sizeof(double[LANES]));
    world_close(state[0]);
    world_close(state[1]);
    free_head(&head);
    simulation_close(&again);
    simulation_close(&first);
}
END_TEST

/* Of samples that do not fit by a byte, or not at all, those of what --save names, or of nothing. */
static void assert_kept_again(const char *save, uint64_t memory)
{
    struct run_settings settings;
    struct simulation first, again;
    open_all_keys(&settings, &first);
    settings.memory = memory > 0 ? memory : retention_all_bytes(&first, first.replications) - 1;
    settings.save = save;
    simulation_close(&first);
    assert_none(simulation_open(ZHOL_FIXTURES "/all-keys.yaml", &settings, &first));
    struct result head = head_of(&first);
    ck_assert(!head.exact_quantiles);
    assert_none(reopen("result.h5", &head, NULL, &again));
    ck_assert_uint_eq(again.memory, settings.memory);
    assert_same_retention(&first, &again);
    free_head(&head);
    simulation_close(&again);
    simulation_close(&first);
}

START_TEST(what_was_asked_for_is_kept_again)
{
    assert_kept_again("drivers.*,fiscal.total", 0);
    assert_kept_again("npv.national", 1000); /* which has no years; and there is no room for inputs */
    assert_kept_again("none", 1000);
}
END_TEST

/* What is kept of one number of replications, and of another, are two questions to a simulation that stays as it is. */
START_TEST(retention_follows_from_replications_and_memory)
{
    struct run_settings settings;
    struct simulation simulation;
    open_all_keys(&settings, &simulation);
    const uint64_t most = retention_most(&simulation);
    const struct retention fits = retention_of(&simulation, most, simulation.memory),
                           crosses = retention_of(&simulation, most + 1, simulation.memory),
                           roomy = retention_of(&simulation, most + 1, UINT64_MAX);
    ck_assert(!fits.sketched && crosses.sketched && !roomy.sketched);
    ck_assert_uint_le(retention_bytes(&simulation, &fits), simulation.memory);
    ck_assert_uint_gt(retention_all_bytes(&simulation, most + 1), simulation.memory);
    ck_assert_uint_eq(retention_room(&simulation, &fits, UINT64_MAX), most);
    ck_assert_uint_eq(retention_rows(&simulation, &fits), world_cells(simulation.world));
    simulation_close(&simulation);
}
END_TEST

START_TEST(the_kind_of_an_outcome_is_found_by_its_path)
{
    struct run_settings settings;
    struct simulation simulation;
    open_all_keys(&settings, &simulation);
    ck_assert_uint_gt(simulation.outcomes.count, 100);
    for (size_t i = 0; i < simulation.outcomes.count; i++)
        /* by the pattern: tables of kinds stand in the program once for each instruction set */
        ck_assert_str_eq(outcomes_kind(simulation.outcomes.item[i].path)->pattern,
                         simulation.outcomes.item[i].kind->pattern);
    ck_assert_ptr_null(outcomes_kind("weather.rain"));
    simulation_close(&simulation);
}
END_TEST

/* A family that nobody gave a subject would be left out of every screen. */
START_TEST(every_kind_of_outcome_has_a_subject_and_a_rank_in_range)
{
    for (size_t t = 0; outcome_tables[t] != NULL; t++)
        for (const struct outcome_kind *kind = outcome_tables[t]; kind->pattern != NULL; kind++) {
            ck_assert_msg(kind->subject > SUBJECT_NONE && kind->subject < SUBJECTS, "%s", kind->pattern);
            ck_assert_msg(kind->rank <= OUTCOME_RANKS, "%s", kind->pattern);
            ck_assert_msg(kind->main == MAIN_NOT || outcome_subjects[kind->subject].changes != NULL, "%s",
                          kind->pattern);
        }
}
END_TEST

START_TEST(another_version_or_arithmetic_is_refused_unless_forced)
{
    struct run_settings settings;
    struct simulation simulation;
    open_all_keys(&settings, &simulation);
    struct result head = head_of(&simulation);
    assert_none(reopen_check("result.h5", &head, false));
    char **const text[] = {&head.source, &head.arithmetic};
    static const char *const other[] = {"zhol 0.0.1", "fma glibc-2.19 gsl-1.16"};
    for (size_t i = 0; i < 2; i++) {
        char *kept = *text[i];
        *text[i] = strdup(other[i]);
        struct fault *fault = reopen_check("result.h5", &head, false);
        ck_assert_ptr_nonnull(fault);
        ck_assert_int_eq(fault->code, FAULT_FILES);
        ck_assert_ptr_nonnull(strstr(fault->sentence, other[i]));
        ck_assert_ptr_nonnull(strstr(fault->sentence, "use --force to try"));
        fault_free(fault);
        assert_none(reopen_check("result.h5", &head, true));
        free(*text[i]);
        *text[i] = kept;
    }
    free_head(&head);
    simulation_close(&simulation);
}
END_TEST

START_TEST(a_result_with_other_outcomes_than_its_scenario_is_refused)
{
    struct run_settings settings;
    struct simulation first, again;
    open_all_keys(&settings, &first);
    struct result head = head_of(&first);
    head.outcomes.count--;
    struct fault *fault = reopen("result.h5", &head, NULL, &again);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_FILES);
    ck_assert_ptr_nonnull(strstr(fault->sentence, "but its scenario gives"));
    fault_free(fault);
    free_head(&head);
    simulation_close(&again);
    simulation_close(&first);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reopen");
    TCase *cases = tcase_create("reopen");
    tcase_add_test(cases, every_key_comes_back_from_the_merged_text);
    tcase_add_test(cases, what_was_asked_for_is_kept_again);
    tcase_add_test(cases, retention_follows_from_replications_and_memory);
    tcase_add_test(cases, the_kind_of_an_outcome_is_found_by_its_path);
    tcase_add_test(cases, every_kind_of_outcome_has_a_subject_and_a_rank_in_range);
    tcase_add_test(cases, another_version_or_arithmetic_is_refused_unless_forced);
    tcase_add_test(cases, a_result_with_other_outcomes_than_its_scenario_is_refused);
    suite_add_tcase(suite, cases);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
