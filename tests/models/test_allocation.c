/* tests/models/test_allocation.c -- merit order with min-cut ranks against linear programs (GLPK), on thousands of
 * random layouts of the class that is accepted, and the refusal of all others.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "models/energy/allocation.h"

#include <check.h>
#include <glpk.h>
#include <gsl/gsl_errno.h>
#include <gsl/gsl_rng.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SEED = 20190911, INSTANCES = 120, FIELDS = 4, OUTLETS = 6, LEGS = 8, TRANCHES = 2 * OUTLETS };
/* INSTANCES layouts of LANES problems each: 3,840 linear programs, and more under limits. */

static const char *const field_names[FIELDS] = {"north", "south", "east", "west"};
static const char *const leg_names[LEGS] = {"leg0", "leg1", "leg2", "leg3", "leg4", "leg5", "leg6", "leg7"};
static const char *const outlet_names[ALLOCATION_OUTLETS + 2] = {"a", "b", "c", "d", "e", "f", "g",
                                                                 "h", "i", "j", "k", "l", "m", "n"};

struct problem {
    struct allocation_outlet outlet[OUTLETS];
    size_t via[OUTLETS][3];
    size_t outlets, fields, legs; /* legs: shared ones, and of `also` */
    struct allocation allocation;
    double supply[FIELDS][LANES], leg[LEGS][LANES];
    double cap[TRANCHES][LANES], netback[TRANCHES][LANES], volume[TRANCHES][LANES];
    size_t of[TRANCHES]; /* outlet of a tranche */
    size_t tranches, fixed;
    double most[LANES]; /* of all volumes together */
    bool limited;       /* by it */
    double all[LANES];  /* what there would be without it */
};

static unsigned long below(gsl_rng *rng, unsigned long n)
{
    return gsl_rng_uniform_int(rng, n);
}

static double between(gsl_rng *rng, double a, double b)
{
    return a + (b - a) * gsl_rng_uniform(rng);
}

static struct allocation_layout layout_of(const struct problem *problem)
{
    return (struct allocation_layout){.field_name = field_names,
                                      .fields = problem->fields,
                                      .leg_name = leg_names,
                                      .outlet = problem->outlet,
                                      .outlets = problem->outlets};
}

/* Two or three kinds of access; within a kind a leg may serve several outlets, and another some of them. */
static void layout_draw(struct problem *problem, gsl_rng *rng)
{
    const size_t kinds = 1 + below(rng, 3);
    uint32_t from[3];
    bool also[3] = {false};
    size_t also_field[3] = {0}, also_leg[3] = {0}, count[3] = {0};
    problem->fields = 2 + below(rng, 3);
    problem->outlets = 3 + below(rng, OUTLETS - 2);
    for (size_t k = 0; k < kinds; k++) {
        do from[k] = (uint32_t)below(rng, 1u << problem->fields);
        while (from[k] == 0);
    }
    if (below(rng, 3) == 0) {
        also_field[0] = below(rng, problem->fields);
        also[0] = (from[0] >> also_field[0] & 1) == 0;
        if (also[0]) also_leg[0] = problem->legs++;
    }
    for (size_t o = 0; o < problem->outlets; o++) {
        const size_t k = below(rng, kinds);
        problem->outlet[o] = (struct allocation_outlet){.name = outlet_names[o],
                                                        .from = from[k],
                                                        .also = also[k],
                                                        .also_field = also_field[k],
                                                        .also_leg = also_leg[k],
                                                        .via = problem->via[o]};
        count[k]++;
    }
    /* every field reaches something */
    uint32_t reached = 0;
    for (size_t o = 0; o < problem->outlets; o++)
        reached |= problem->outlet[o].from | (problem->outlet[o].also ? 1u << problem->outlet[o].also_field : 0u);
    for (size_t o = 0; o < problem->outlets; o++)
        if (problem->outlet[o].from == problem->outlet[0].from && problem->outlet[o].also == problem->outlet[0].also) {
            uint32_t more = ~reached & ((1u << problem->fields) - 1u);
            if (o != 0) problem->outlet[o].from |= more;
        }
    problem->outlet[0].from |= ~reached & ((1u << problem->fields) - 1u);
    /* a leg for all outlets with the access of the first, and one for some of them */
    size_t members[OUTLETS], size = 0;
    for (size_t o = 0; o < problem->outlets; o++)
        if (problem->outlet[o].from == problem->outlet[0].from && problem->outlet[o].also == problem->outlet[0].also)
            members[size++] = o;
    if (size >= 2 && below(rng, 3) > 0) {
        const size_t leg = problem->legs++;
        for (size_t i = 0; i < size; i++) problem->via[members[i]][problem->outlet[members[i]].legs++] = leg;
    }
    if (size >= 3 && below(rng, 2) == 0) {
        const size_t leg = problem->legs++, inner = 2 + below(rng, size - 2);
        for (size_t i = 0; i < inner; i++) problem->via[members[i]][problem->outlet[members[i]].legs++] = leg;
    }
    /* one for all outlets, whatever their access */
    if (below(rng, 3) == 0) {
        const size_t leg = problem->legs++;
        for (size_t o = 0; o < problem->outlets; o++) problem->via[o][problem->outlet[o].legs++] = leg;
    }
}

static void numbers_draw(struct problem *problem, gsl_rng *rng, size_t fixed)
{
    problem->tranches = problem->outlets + below(rng, problem->outlets + 1);
    problem->fixed = fixed < problem->tranches ? fixed : problem->tranches;
    for (size_t t = 0; t < problem->tranches; t++) problem->of[t] = t % problem->outlets;
    for (int l = 0; l < LANES; l++) {
        for (size_t f = 0; f < problem->fields; f++)
            problem->supply[f][l] = below(rng, 8) == 0 ? 0.0 : between(rng, 1, 40);
        for (size_t i = 0; i < problem->legs; i++) problem->leg[i][l] = below(rng, 8) == 0 ? 0.0 : between(rng, 1, 50);
        for (size_t t = 0; t < problem->tranches; t++) {
            problem->cap[t][l] = below(rng, 8) == 0 ? 0.0 : between(rng, 1, 30);
            problem->netback[t][l] = between(rng, 1, 500);
        }
    }
}

/* Draws until a layout has few enough groups and legs. */
static void problem_draw(struct problem *problem, gsl_rng *rng, size_t fixed)
{
    for (;;) {
        memset(problem, 0, sizeof *problem);
        layout_draw(problem, rng);
        const struct allocation_layout layout = layout_of(problem);
        struct fault *fault = allocation_prepare(&layout, &problem->allocation);
        if (fault == NULL) break;
        fault_free(fault);
    }
    numbers_draw(problem, rng, fixed);
}

static void solve(struct problem *problem)
{
    static _Alignas(LANES_ALIGNMENT) struct allocation_work work;
    static _Alignas(LANES_ALIGNMENT) double groups[ALLOCATION_ELEMENTS][LANES];
    const double *element[ALLOCATION_ELEMENTS];
    struct allocation_tranche tranche[TRANCHES];
    for (size_t i = 0; i < problem->allocation.elements; i++) {
        const struct allocation_element *of = &problem->allocation.element[i];
        element[i] = of->is_leg ? problem->leg[of->leg] : groups[i];
        for (int l = 0; !of->is_leg && l < LANES; l++) {
            groups[i][l] = 0.0;
            for (size_t f = 0; f < problem->fields; f++)
                if ((of->fields >> f & 1) != 0) groups[i][l] += problem->supply[f][l];
        }
    }
    for (size_t t = 0; t < problem->tranches; t++)
        tranche[t] = (struct allocation_tranche){.outlet = problem->of[t],
                                                 .cap = problem->cap[t],
                                                 .netback = t < problem->fixed ? NULL : problem->netback[t],
                                                 .volume = problem->volume[t]};
    const double *all = allocation_run(&problem->allocation, &work, element, problem->limited ? problem->most : NULL,
                                       problem->fixed, problem->tranches - problem->fixed, tranche);
    memcpy(problem->all, all, sizeof problem->all);
}

/* The greatest value by linear programming: a flow for each field and tranche, direct or by `also`. Tranches before
 * `first` are held at their volumes. */
static double program(const struct problem *problem, int lane, size_t first, const double value[TRANCHES])
{
    glp_prob *lp = glp_create_prob();
    const int rows = (int)(problem->fields + problem->legs + problem->tranches) + 1;
    glp_set_obj_dir(lp, GLP_MAX);
    glp_add_rows(lp, rows);
    for (size_t f = 0; f < problem->fields; f++)
        glp_set_row_bnds(lp, (int)f + 1, GLP_UP, 0.0, problem->supply[f][lane]);
    for (size_t i = 0; i < problem->legs; i++)
        glp_set_row_bnds(lp, (int)(problem->fields + i) + 1, GLP_UP, 0.0, problem->leg[i][lane]);
    for (size_t t = 0; t < problem->tranches; t++) {
        const int row = (int)(problem->fields + problem->legs + t) + 1;
        if (t < first)
            glp_set_row_bnds(lp, row, GLP_FX, problem->volume[t][lane], problem->volume[t][lane]);
        else
            glp_set_row_bnds(lp, row, GLP_UP, 0.0, problem->cap[t][lane]);
    }
    glp_set_row_bnds(lp, rows, problem->limited ? GLP_UP : GLP_FR, 0.0, problem->most[lane]);
    for (size_t t = 0; t < problem->tranches; t++) {
        const struct allocation_outlet *outlet = &problem->outlet[problem->of[t]];
        for (size_t f = 0; f < problem->fields; f++) {
            const bool direct = (outlet->from >> f & 1) != 0, also = outlet->also && outlet->also_field == f;
            int index[9], count = 0;
            double one[9];
            if (!direct && !also) continue;
            index[++count] = (int)f + 1;
            index[++count] = rows;
            index[++count] = (int)(problem->fields + problem->legs + t) + 1;
            for (size_t v = 0; v < outlet->legs; v++) index[++count] = (int)(problem->fields + outlet->via[v]) + 1;
            if (also) index[++count] = (int)(problem->fields + outlet->also_leg) + 1;
            for (int i = 1; i <= count; i++) one[i] = 1.0;
            const int column = glp_add_cols(lp, 1);
            glp_set_col_bnds(lp, column, GLP_LO, 0.0, 0.0);
            glp_set_obj_coef(lp, column, value[t]);
            glp_set_mat_col(lp, column, count, index, one);
        }
    }
    glp_smcp control;
    glp_init_smcp(&control);
    control.msg_lev = GLP_MSG_OFF;
    ck_assert_int_eq(glp_simplex(lp, &control), 0);
    ck_assert_int_eq(glp_get_status(lp), GLP_OPT);
    const double best = glp_get_obj_val(lp);
    glp_delete_prob(lp);
    return best;
}

/* Whether some leg serves outlets that are supplied from different fields. */
static bool leg_of_different_access(const struct problem *problem)
{
    for (size_t a = 0; a < problem->outlets; a++)
        for (size_t b = 0; b < a; b++)
            for (size_t i = 0; i < problem->outlet[a].legs; i++)
                for (size_t j = 0; j < problem->outlet[b].legs; j++)
                    if (problem->via[a][i] == problem->via[b][j] && problem->outlet[a].from != problem->outlet[b].from)
                        return true;
    return false;
}

START_TEST(the_value_is_the_greatest_there_is)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED);
    size_t shared = 0, partial = 0, mixed = 0;
    for (int i = 0; i < INSTANCES; i++) {
        struct problem problem;
        problem_draw(&problem, rng, 0);
        solve(&problem);
        for (size_t e = 0; e < problem.allocation.elements; e++) shared += problem.allocation.element[e].is_leg;
        partial += problem.allocation.elements > 1;
        mixed += leg_of_different_access(&problem);
        for (int l = 0; l < LANES; l++) {
            double value[TRANCHES], found = 0.0, total = 0.0;
            for (size_t t = 0; t < problem.tranches; t++) {
                value[t] = problem.netback[t][l];
                found += value[t] * problem.volume[t][l];
                total += problem.volume[t][l];
                ck_assert_double_ge(problem.volume[t][l], 0.0);
                ck_assert_double_le(problem.volume[t][l], problem.cap[t][l] * (1.0 + 1e-12));
            }
            const double best = program(&problem, l, 0, value);
            ck_assert_double_eq_tol(found, best, 1e-12 * fmax(best, 1.0));
            /* and the volumes can be carried: with all of them held, a flow exists */
            for (size_t t = 0; t < problem.tranches; t++) {
                problem.cap[t][l] = problem.volume[t][l];
                value[t] = 1.0;
            }
            ck_assert_double_eq_tol(program(&problem, l, 0, value), total, 1e-12 * fmax(total, 1.0));
        }
    }
    ck_assert_uint_gt(shared, INSTANCES / 4);
    ck_assert_uint_gt(mixed, INSTANCES / 8);
    ck_assert_uint_gt(partial, INSTANCES / 2);
    gsl_rng_free(rng);
}
END_TEST

START_TEST(tranches_of_fixed_order_each_get_the_most_that_those_before_leave)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED + 1);
    for (int i = 0; i < INSTANCES / 4; i++) {
        struct problem problem;
        problem_draw(&problem, rng, 3);
        solve(&problem);
        for (int l = 0; l < LANES; l++)
            for (size_t t = 0; t < problem.fixed; t++) {
                double value[TRANCHES] = {0.0};
                value[t] = 1.0;
                ck_assert_double_eq_tol(program(&problem, l, t, value), problem.volume[t][l],
                                        1e-12 * fmax(problem.volume[t][l], 1.0));
            }
    }
    gsl_rng_free(rng);
}
END_TEST

START_TEST(within_a_limit_of_all_volumes_the_value_is_the_greatest_there_is)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED + 3);
    size_t binding = 0;
    for (int i = 0; i < INSTANCES / 2; i++) {
        struct problem problem;
        problem_draw(&problem, rng, i % 2 == 0 ? 0 : 2);
        problem.limited = true;
        EACH_LANE(l) problem.most[l] = between(rng, 0, 80);
        solve(&problem);
        for (int l = 0; l < LANES; l++) {
            double value[TRANCHES] = {0.0}, found = 0.0, total = 0.0;
            for (size_t t = 0; t < problem.tranches; t++) total += problem.volume[t][l];
            ck_assert_double_le(total, problem.most[l] * (1.0 + 1e-12));
            /* those of the fixed order each get the most that those before leave; then the value is the greatest */
            for (size_t t = 0; t < problem.fixed; t++) {
                value[t] = 1.0;
                ck_assert_double_eq_tol(program(&problem, l, t, value), problem.volume[t][l],
                                        1e-12 * fmax(problem.volume[t][l], 1.0));
                value[t] = 0.0;
            }
            for (size_t t = problem.fixed; t < problem.tranches; t++) {
                value[t] = problem.netback[t][l];
                found += value[t] * problem.volume[t][l];
            }
            const double best = program(&problem, l, problem.fixed, value);
            ck_assert_double_eq_tol(found, best, 1e-12 * fmax(best, 1.0));
            /* the total without the limit */
            problem.limited = false;
            for (size_t t = 0; t < problem.tranches; t++) value[t] = 1.0;
            const double all = program(&problem, l, 0, value);
            problem.limited = true;
            ck_assert_double_eq_tol(problem.all[l], all, 1e-12 * fmax(all, 1.0));
            ck_assert_double_eq_tol(total, fmin(all, problem.most[l]), 1e-12 * fmax(all, 1.0));
            binding += all > problem.most[l];
        }
    }
    ck_assert_uint_gt(binding, INSTANCES / 2 * LANES / 4);
    gsl_rng_free(rng);
}
END_TEST

START_TEST(when_all_can_reach_all_it_is_the_plain_merit_order)
{
    gsl_rng *rng = gsl_rng_alloc(gsl_rng_mt19937);
    gsl_rng_set(rng, SEED + 2);
    for (int i = 0; i < INSTANCES; i++) {
        struct problem problem = {.fields = 3, .outlets = OUTLETS};
        for (size_t o = 0; o < OUTLETS; o++)
            problem.outlet[o] = (struct allocation_outlet){.name = outlet_names[o], .from = 7, .via = problem.via[o]};
        const struct allocation_layout layout = layout_of(&problem);
        ck_assert_ptr_null(allocation_prepare(&layout, &problem.allocation));
        ck_assert_uint_eq(problem.allocation.cuts, 2); /* nothing, or all supply */
        numbers_draw(&problem, rng, 0);
        solve(&problem);
        for (int l = 0; l < LANES; l++) {
            double left = problem.supply[0][l] + problem.supply[1][l] + problem.supply[2][l];
            bool done[TRANCHES] = {false};
            for (size_t k = 0; k < problem.tranches; k++) {
                size_t best = TRANCHES;
                for (size_t t = 0; t < problem.tranches; t++)
                    if (!done[t] && (best == TRANCHES || problem.netback[t][l] > problem.netback[best][l])) best = t;
                const double expected = fmin(left, problem.cap[best][l]);
                ck_assert_double_eq_tol(problem.volume[best][l], expected, 1e-12);
                left -= expected;
                done[best] = true;
            }
        }
    }
    gsl_rng_free(rng);
}
END_TEST

START_TEST(of_equal_netbacks_the_earlier_is_served_first)
{
    struct problem problem = {.fields = 1, .outlets = 4, .tranches = 4};
    for (size_t o = 0; o < 4; o++) {
        problem.outlet[o] = (struct allocation_outlet){.name = outlet_names[o], .from = 1, .via = problem.via[o]};
        problem.of[o] = o;
        EACH_LANE(l) problem.cap[o][l] = 10.0;
        EACH_LANE(l) problem.netback[o][l] = 5.0;
    }
    EACH_LANE(l) problem.supply[0][l] = 25.0;
    const struct allocation_layout layout = layout_of(&problem);
    ck_assert_ptr_null(allocation_prepare(&layout, &problem.allocation));
    solve(&problem);
    static const double expected[4] = {10.0, 10.0, 5.0, 0.0};
    for (size_t o = 0; o < 4; o++)
        for (int l = 0; l < LANES; l++) ck_assert_double_eq(problem.volume[o][l], expected[o]);
}
END_TEST

/* ---- what is refused ---- */

static void assert_refused(const struct allocation_layout *layout, const char *const said[])
{
    struct allocation allocation;
    struct fault *fault = allocation_prepare(layout, &allocation);
    ck_assert_ptr_nonnull(fault);
    ck_assert_int_eq(fault->code, FAULT_SCENARIO);
    for (; *said != NULL; said++)
        ck_assert_msg(strstr(fault->sentence, *said) != NULL, "'%s' is not in: %s", *said, fault->sentence);
    fault_free(fault);
}

START_TEST(a_leg_shared_by_outlets_of_different_access_is_refused)
{
    const size_t via[] = {2};
    const struct allocation_outlet outlet[] = {{.name = "a", .from = 1, .via = via, .legs = 1},
                                               {.name = "b", .from = 3, .via = via, .legs = 1},
                                               {.name = "c", .from = 2}};
    const struct allocation_layout layout = {field_names, 2, leg_names, outlet, 3};
    assert_refused(&layout, (const char *const[]){"leg2 is shared by the outlets a and b", "the same `from`", NULL});
}
END_TEST

START_TEST(a_leg_of_all_outlets_that_its_fields_reach_is_accepted)
{
    /* a strait for two exporters, and a third that has a way of its own */
    const size_t via[] = {2};
    const struct allocation_outlet outlet[] = {{.name = "a", .from = 1, .via = via, .legs = 1},
                                               {.name = "b", .from = 2, .via = via, .legs = 1},
                                               {.name = "c", .from = 4}};
    const struct allocation_layout layout = {field_names, 3, leg_names, outlet, 3};
    struct allocation allocation;
    ck_assert_ptr_null(allocation_prepare(&layout, &allocation));
    ck_assert_uint_eq(allocation.elements, 4);
}
END_TEST

START_TEST(legs_that_serve_crossing_sets_of_outlets_are_refused)
{
    const size_t first[] = {0}, both[] = {0, 1}, second[] = {1};
    const struct allocation_outlet outlet[] = {{.name = "a", .from = 1, .via = first, .legs = 1},
                                               {.name = "b", .from = 1, .via = both, .legs = 2},
                                               {.name = "c", .from = 1, .via = second, .legs = 1}};
    const struct allocation_layout layout = {field_names, 1, leg_names, outlet, 3};
    assert_refused(&layout, (const char *const[]){"leg0 serves the outlets a and b, and leg1 serves b and c", NULL});
}
END_TEST

START_TEST(a_leg_of_also_that_serves_something_else_is_refused)
{
    const size_t via[] = {4};
    const struct allocation_outlet outlet[] = {{.name = "a", .from = 1, .also = true, .also_field = 1, .also_leg = 4},
                                               {.name = "b", .from = 3, .via = via, .legs = 1}};
    const struct allocation_outlet turned[] = {outlet[1], outlet[0]};
    for (int i = 0; i < 2; i++) {
        const struct allocation_layout layout = {field_names, 2, leg_names, i == 0 ? outlet : turned, 2};
        assert_refused(&layout,
                       (const char *const[]){"leg4 brings south to the outlet a and is used otherwise too", NULL});
    }
}
END_TEST

START_TEST(too_many_groups_and_legs_are_listed)
{
    struct allocation_outlet outlet[6];
    static const char *const fields[] = {"f0", "f1", "f2", "f3", "f4", "f5", "f6"};
    for (size_t o = 0; o < 6; o++)
        outlet[o] = (struct allocation_outlet){.name = outlet_names[o], .from = 1u << o | 1u << 6};
    const struct allocation_layout layout = {fields, 7, leg_names, outlet, 6};
    assert_refused(&layout, (const char *const[]){"7 groups of fields", "field f0; field f1", "field f6",
                                                  "expected at most 6", NULL});
}
END_TEST

START_TEST(too_many_outlets_are_listed)
{
    struct allocation_outlet outlet[ALLOCATION_OUTLETS + 1];
    for (size_t o = 0; o <= ALLOCATION_OUTLETS; o++)
        outlet[o] = (struct allocation_outlet){.name = outlet_names[o], .from = 1};
    const struct allocation_layout layout = {field_names, 1, leg_names, outlet, ALLOCATION_OUTLETS + 1};
    assert_refused(&layout, (const char *const[]){"there are 13 outlets (a, b, c", "expected at most 12", NULL});
}
END_TEST

START_TEST(a_field_that_reaches_nothing_is_refused)
{
    const struct allocation_outlet outlet[] = {{.name = "a", .from = 1}};
    const struct allocation_layout layout = {field_names, 2, leg_names, outlet, 1};
    assert_refused(&layout, (const char *const[]){"the field south reaches no outlet", NULL});
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("allocation");
    TCase *values = tcase_create("values"), *refusals = tcase_create("refusals");
    gsl_set_error_handler_off();
    tcase_set_timeout(values, 60);
    tcase_add_test(values, the_value_is_the_greatest_there_is);
    tcase_add_test(values, tranches_of_fixed_order_each_get_the_most_that_those_before_leave);
    tcase_add_test(values, within_a_limit_of_all_volumes_the_value_is_the_greatest_there_is);
    tcase_add_test(values, when_all_can_reach_all_it_is_the_plain_merit_order);
    tcase_add_test(values, of_equal_netbacks_the_earlier_is_served_first);
    suite_add_tcase(suite, values);
    tcase_add_test(refusals, a_leg_shared_by_outlets_of_different_access_is_refused);
    tcase_add_test(refusals, a_leg_of_all_outlets_that_its_fields_reach_is_accepted);
    tcase_add_test(refusals, legs_that_serve_crossing_sets_of_outlets_are_refused);
    tcase_add_test(refusals, a_leg_of_also_that_serves_something_else_is_refused);
    tcase_add_test(refusals, too_many_groups_and_legs_are_listed);
    tcase_add_test(refusals, too_many_outlets_are_listed);
    tcase_add_test(refusals, a_field_that_reaches_nothing_is_refused);
    suite_add_tcase(suite, refusals);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
