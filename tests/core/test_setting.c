/* tests/core/test_setting.c -- settings know their paths, and remember who asked for them.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/setting.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>

static const struct key any = {.name = "any", .kind = KEY_SECTION};

static struct setting *root;

static struct setting *add(struct setting *parent, const char *name)
{
    struct setting *setting = setting_add(parent, &any, name);
    ck_assert_ptr_nonnull(setting);
    return setting;
}

/* drivers: {brent: {kappa}}, events: {storm: {effects: {legs.a: {x}, legs.a.capacity: {scale}}}}, legs: {a} */
static void plant(void)
{
    root = add(NULL, "");
    add(add(add(root, "drivers"), "brent"), "kappa");
    struct setting *effects = add(add(add(root, "events"), "storm"), "effects");
    add(add(effects, "legs.a"), "x");
    add(add(effects, "legs.a.capacity"), "scale");
    add(add(root, "legs"), "a");
}

static void fell(void)
{
    setting_free(root);
}

START_TEST(a_new_setting_is_empty_and_has_no_slot)
{
    const struct setting *kappa = setting_at(root, "drivers.brent.kappa");
    ck_assert_ptr_nonnull(kappa);
    ck_assert_ptr_eq(kappa->key, &any);
    ck_assert_int_eq(kappa->slot, -1);
    ck_assert_uint_eq(kappa->children, 0);
    ck_assert(!kappa->stated && !kappa->used);
    ck_assert_ptr_null(kappa->text);
    ck_assert_ptr_null(kappa->unit);
    ck_assert_ptr_null(kappa->place.source);
}
END_TEST

START_TEST(a_path_joins_the_names_from_the_root)
{
    ck_assert_str_eq(root->path, "");
    ck_assert_str_eq(root->child[0]->path, "drivers");
    ck_assert_str_eq(root->child[0]->child[0]->child[0]->path, "drivers.brent.kappa");
    ck_assert_str_eq(root->child[0]->child[0]->child[0]->name, "kappa");
    ck_assert_ptr_eq(root->child[0]->child[0]->parent, root->child[0]);
    ck_assert_ptr_null(root->parent);
}
END_TEST

START_TEST(children_stay_in_the_order_they_came)
{
    struct setting *list = add(root, "list");
    for (int i = 0; i < 100; i++) {
        char name[16];
        snprintf(name, sizeof name, "%d", i);
        add(list, name);
    }
    ck_assert_uint_eq(list->children, 100);
    for (int i = 0; i < 100; i++) ck_assert_int_eq(atoi(list->child[i]->name), i);
    ck_assert_ptr_eq(setting_at(root, "list.42"), list->child[42]);
}
END_TEST

/* The path of every setting leads back to it. */
static void led_back(struct setting *setting)
{
    if (setting != root) ck_assert_ptr_eq(setting_at(root, setting->path), setting);
    for (size_t i = 0; i < setting->children; i++) led_back(setting->child[i]);
}

START_TEST(every_path_leads_to_its_setting_even_where_names_have_dots)
{
    led_back(root);
    const struct setting *effects = setting_at(root, "events.storm.effects");
    ck_assert_ptr_eq(setting_at(root, "events.storm.effects.legs.a"), effects->child[0]);
    ck_assert_ptr_eq(setting_at(root, "events.storm.effects.legs.a.x"), effects->child[0]->child[0]);
    ck_assert_ptr_eq(setting_at(root, "events.storm.effects.legs.a.capacity.scale"), effects->child[1]->child[0]);
}
END_TEST

START_TEST(a_path_that_ends_elsewhere_leads_nowhere)
{
    static const char *const nowhere[] = {
        "",         "driver",         "drivers.",      "drivers.brent.kappa.x",    "driversbrent",
        ".drivers", "drivers..brent", "brent",         "legs.a.capacity",          "legs.ab",
        "Drivers",  "drivers.bren",   "drivers brent", "events.storm.effects.legs"};
    for (size_t i = 0; i < sizeof nowhere / sizeof nowhere[0]; i++)
        ck_assert_msg(setting_at(root, nowhere[i]) == NULL, "'%s' was found", nowhere[i]);
}
END_TEST

START_TEST(finding_marks_as_used_and_looking_does_not)
{
    struct setting *brent = setting_at(root, "drivers.brent");
    struct setting *kappa = setting_at(root, "drivers.brent.kappa");
    ck_assert(!kappa->used);
    ck_assert_ptr_null(setting_find(brent, "kapp"));
    ck_assert_ptr_null(setting_find(brent, "kappa.x"));
    ck_assert(!kappa->used);
    ck_assert_ptr_eq(setting_find(brent, "kappa"), kappa);
    ck_assert(kappa->used);
    ck_assert(!brent->used);
}
END_TEST

START_TEST(a_name_with_dots_is_one_name)
{
    struct setting *effects = setting_at(root, "events.storm.effects");
    ck_assert_ptr_eq(setting_find(effects, "legs.a.capacity"), effects->child[1]);
    ck_assert_ptr_null(setting_find(root, "drivers.brent"));
}
END_TEST

START_TEST(a_slot_is_found_by_name_and_counts_as_use)
{
    struct setting *brent = setting_at(root, "drivers.brent");
    brent->child[0]->slot = 7;
    ck_assert_int_eq(setting_slot(brent, "kappa"), 7);
    ck_assert(brent->child[0]->used);
    ck_assert_int_eq(setting_slot(brent, "sigma"), -1);
}
END_TEST

START_TEST(the_first_stated_setting_nobody_asked_for_is_named)
{
    ck_assert_ptr_null(setting_unused(root)); /* nothing is stated: defaults may stay unread */
    struct setting *drivers = setting_at(root, "drivers"), *brent = setting_at(root, "drivers.brent");
    struct setting *kappa = setting_at(root, "drivers.brent.kappa"), *leg = setting_at(root, "legs.a");
    drivers->stated = brent->stated = kappa->stated = leg->stated = true;
    ck_assert_ptr_eq(setting_unused(root), drivers);
    setting_find(root, "drivers");
    setting_find(drivers, "brent");
    ck_assert_ptr_eq(setting_unused(root), kappa);
    setting_find(brent, "kappa");
    ck_assert_ptr_eq(setting_unused(root), leg);
    setting_find(setting_at(root, "legs"), "a");
    ck_assert_ptr_null(setting_unused(root));
}
END_TEST

START_TEST(the_root_itself_is_never_unused)
{
    root->stated = true;
    ck_assert_ptr_null(setting_unused(root));
    setting_free(NULL);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("setting");
    TCase *facts = tcase_create("facts");
    tcase_add_checked_fixture(facts, plant, fell);
    tcase_add_test(facts, a_new_setting_is_empty_and_has_no_slot);
    tcase_add_test(facts, a_path_joins_the_names_from_the_root);
    tcase_add_test(facts, children_stay_in_the_order_they_came);
    tcase_add_test(facts, every_path_leads_to_its_setting_even_where_names_have_dots);
    tcase_add_test(facts, a_path_that_ends_elsewhere_leads_nowhere);
    tcase_add_test(facts, finding_marks_as_used_and_looking_does_not);
    tcase_add_test(facts, a_name_with_dots_is_one_name);
    tcase_add_test(facts, a_slot_is_found_by_name_and_counts_as_use);
    tcase_add_test(facts, the_first_stated_setting_nobody_asked_for_is_named);
    tcase_add_test(facts, the_root_itself_is_never_unused);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
