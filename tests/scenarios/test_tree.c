/* tests/scenarios/test_tree.c -- trees of YAML: places, merging, and text that reads back as the same tree.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/diagnostics.h"
#include "scenarios/reader/merge.h"
#include "scenarios/reader/tree.h"

#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static struct node *parse(struct forest *forest, const char *text)
{
    struct source *source = NULL;
    struct node *root = NULL;
    ck_assert_ptr_null(tree_read_text(forest, "text", text, &source));
    struct fault *fault = tree_parse(forest, source, 0, &root);
    ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
    return root;
}

static void assert_place(const struct node *node, int line, int column)
{
    ck_assert_int_eq(node->place.line, line);
    ck_assert_int_eq(node->place.column, column);
}

START_TEST(every_value_knows_its_place_in_characters)
{
    struct forest forest = {0};
    const struct node *root = parse(&forest, "a: 1\nжол: {к: текст, b: [x, 'y']}\n");
    const struct node *road = tree_child(root, "жол");
    assert_place(tree_child(root, "a"), 1, 4);
    assert_place(road, 2, 6);
    assert_place(tree_child(road, "к"), 2, 10);
    assert_place(tree_child(road, "b")->child[1], 2, 24);
    ck_assert_int_eq(road->key_place.line, 2);
    ck_assert_int_eq(road->key_place.column, 1);
    ck_assert_str_eq(tree_child(road, "b")->child[1]->text, "y");
    ck_assert(!tree_child(road, "b")->child[1]->plain);
    tree_free(&forest);
}
END_TEST

START_TEST(only_plain_empty_tilde_and_null_are_null)
{
    struct forest forest = {0};
    const struct node *root = parse(&forest, "a:\nb: ~\nc: null\nd: 'null'\ne: ''\nf: no\n");
    static const bool null[] = {true, true, true, false, false, false};
    for (size_t i = 0; i < 6; i++) ck_assert_int_eq(tree_is_null(root->child[i]), null[i]);
    tree_free(&forest);
}
END_TEST

static void assert_equal(const struct node *a, const struct node *b)
{
    ck_assert_int_eq(a->kind, b->kind);
    ck_assert_uint_eq(a->children, b->children);
    if (a->kind == NODE_SCALAR) ck_assert_str_eq(a->text, b->text);
    for (size_t i = 0; i < a->children; i++) {
        if (a->kind == NODE_MAP) ck_assert_str_eq(a->child[i]->key, b->child[i]->key);
        assert_equal(a->child[i], b->child[i]);
    }
}

START_TEST(written_text_reads_back_as_the_same_tree)
{
    struct forest forest = {0};
    const struct node *root = parse(&forest, "a: {b: [1, 'two', \"a: b # c\\n\", {}, []], 2020-01: -5 %}\n"
                                             "text: |\n  two\n  lines\n'quoted key: x': yes\nжол: путь\nempty: ''\n");
    char *text = NULL, *again = NULL;
    ck_assert_ptr_null(tree_write(root, &text));
    const struct node *back = parse(&forest, text);
    assert_equal(root, back);
    ck_assert_ptr_null(tree_write(back, &again));
    ck_assert_str_eq(text, again);
    free(text);
    free(again);
    tree_free(&forest);
}
END_TEST

START_TEST(equal_trees_give_equal_text_however_they_are_written)
{
    struct forest forest = {0};
    char *block = NULL, *flow = NULL;
    ck_assert_ptr_null(tree_write(parse(&forest, "# comment\na:\n  b: 1 t\n  c:\n  - x\n  - y\n"), &block));
    ck_assert_ptr_null(tree_write(parse(&forest, "a:   {b: 1 t, c: [x,\n y]}"), &flow));
    ck_assert_str_eq(block, flow);
    free(block);
    free(flow);
    tree_free(&forest);
}
END_TEST

/* A folder with scenario files, made anew. */
struct folder {
    char path[64];
};

static struct folder folder_make(void)
{
    struct folder folder;
    strcpy(folder.path, "/tmp/zhol-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder.path));
    return folder;
}

static void folder_write(const struct folder *folder, const char *name, const char *text)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder->path, name);
    if (strchr(name, '/') != NULL) {
        char *slash = strrchr(path, '/');
        *slash = '\0';
        (void)mkdir(path, 0700); /* it may be there */
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    ck_assert_int_eq(fclose(file), 0);
}

static void folder_remove(const struct folder *folder)
{
    char command[128];
    snprintf(command, sizeof command, "rm -r %s", folder->path);
    ck_assert_int_eq(system(command), 0);
}

/* The merged text; `expected` NULL: a fault whose sentence holds `sentence`. */
static void assert_merging(const struct merging *merging, const char *expected, const char *sentence)
{
    struct forest forest = {0};
    struct node *root = NULL;
    char *text = NULL;
    struct fault *notes = NULL, *fault = merge_read(&forest, merging, &root, &notes);
    fault_free(notes);
    if (expected == NULL) {
        ck_assert_ptr_nonnull(fault);
        ck_assert_msg(strstr(fault->sentence, sentence) != NULL, "%s", fault->sentence);
    } else {
        ck_assert_msg(fault == NULL, "%s", fault == NULL ? "" : fault->sentence);
        ck_assert_ptr_null(tree_write(root, &text));
        ck_assert_str_eq(text, expected);
    }
    fault_free(fault);
    free(text);
    tree_free(&forest);
}

/* Of a file of the folder. */
static void assert_merged(const struct folder *folder, const char *file, const char *const set[], size_t sets,
                          const char *expected, const char *sentence)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder->path, file);
    const struct merging merging = {.file = path, .set = set, .sets = sets};
    assert_merging(&merging, expected, sentence);
}

START_TEST(maps_merge_and_scalars_and_lists_replace)
{
    const struct folder folder = folder_make();
    folder_write(&folder, "base.yaml", "a: {x: 1, y: [1, 2], z: {p: 1}}\nb: 2\n");
    folder_write(&folder, "over.yaml", "extends: base\na: {y: [3], z: {q: 2}, w: new}\nb: {now: map}\n");
    assert_merged(&folder, "over.yaml", NULL, 0,
                  "a:\n  x: 1\n  y:\n  - 3\n  z:\n    p: 1\n    q: 2\n  w: new\nb:\n  now: map\n", NULL);
    folder_remove(&folder);
}
END_TEST

START_TEST(parents_merge_from_left_to_right_and_each_once)
{
    const struct folder folder = folder_make();
    folder_write(&folder, "root.yaml", "v: root\nr: root\n");
    folder_write(&folder, "left.yaml", "extends: root\nv: left\n");
    folder_write(&folder, "right.yaml", "extends: root.yaml\nw: right\n");
    /* merged twice, root would put v back to its own */
    folder_write(&folder, "child.yaml", "extends: [left, right]\nc: child\n");
    assert_merged(&folder, "child.yaml", NULL, 0, "v: left\nr: root\nw: right\nc: child\n", NULL);
    folder_remove(&folder);
}
END_TEST

START_TEST(null_deletes_and_only_what_is_there)
{
    const struct folder folder = folder_make();
    folder_write(&folder, "base.yaml", "a: {x: 1, y: 2, z: 3}\nb: 1\n");
    folder_write(&folder, "over.yaml", "extends: base\na: {x: null, z: ~}\nb: null\n");
    assert_merged(&folder, "over.yaml", NULL, 0, "a:\n  y: 2\n", NULL);
    folder_write(&folder, "wrong.yaml", "extends: base\na: {q: null}\n");
    assert_merged(&folder, "wrong.yaml", NULL, 0, NULL, "'q: null' deletes a key, but there is nothing to delete");
    folder_write(&folder, "empty.yaml", "extends: base\nb:\n");
    assert_merged(&folder, "empty.yaml", NULL, 0, NULL, "'b' is empty; expected a value, `b: null` to delete");
    folder_write(&folder, "inner.yaml", "extends: base\nnew: {deep: {q: null}}\n");
    assert_merged(&folder, "inner.yaml", NULL, 0, NULL, "'q: null' deletes a key");
    folder_remove(&folder);
}
END_TEST

/* What is deleted is noted with its place and where it came from; so is what a list of policies drops. */
START_TEST(what_is_deleted_is_noted)
{
    static const struct {
        int line, column;
        const char *sentence, *from;
    } expected[] = {{2, 5, "a.in is deleted, with its 2 keys", "base.yaml"},
                    {2, 15, "a.z is deleted", "base.yaml"},
                    {3, 1, "adopt replaces a list, so p, r are not adopted any more", "base.yaml"},
                    {1, 1, "a.y is deleted", "base.yaml"}};
    const struct folder folder = folder_make();
    struct forest forest = {0};
    struct node *root = NULL;
    struct fault *notes = NULL;
    char path[256];
    const char *set[] = {"a.y=null"};
    folder_write(&folder, "base.yaml", "a: {in: {x: 1, y: 2}, y: 2, z: 3}\nadopt: [p, q, r]\n");
    folder_write(&folder, "over.yaml", "extends: base\na: {in: null, z: ~}\nadopt: [q, s]\n");
    snprintf(path, sizeof path, "%s/over.yaml", folder.path);
    const struct merging merging = {.file = path, .set = set, .sets = 1};
    ck_assert_ptr_null(merge_read(&forest, &merging, &root, &notes));
    const struct fault *note = notes;
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++, note = note->next) {
        ck_assert_ptr_nonnull(note);
        ck_assert_str_eq(note->sentence, expected[i].sentence);
        ck_assert_int_eq(note->place.line, expected[i].line);
        if (i < 3) ck_assert_int_eq(note->place.column, expected[i].column);
        ck_assert_ptr_nonnull(strstr(note->note->place.source->name, expected[i].from));
    }
    ck_assert_ptr_null(note);
    fault_free(notes);
    tree_free(&forest);
    folder_remove(&folder);
}
END_TEST

/* A byte order mark is no part of the text: columns count from behind it. */
START_TEST(a_byte_order_mark_is_read)
{
    struct forest forest = {0};
    struct source *source = NULL;
    struct node *root = NULL;
    ck_assert_ptr_null(tree_read_text(&forest, "t",
                                      "\xEF\xBB\xBF"
                                      "a: 1\nb: 2\n",
                                      &source));
    ck_assert_ptr_null(tree_parse(&forest, source, 0, &root));
    ck_assert_uint_eq(root->children, 2);
    ck_assert_str_eq(root->child[0]->key, "a");
    ck_assert_int_eq(root->child[0]->key_place.column, 1);
    ck_assert_int_eq(root->child[0]->place.column, 4);
    tree_free(&forest);
}
END_TEST

START_TEST(parents_are_found_in_the_folder_then_above_it)
{
    const struct folder folder = folder_make();
    folder_write(&folder, "base.yaml", "from: above\n");
    folder_write(&folder, "other.yaml", "other: above\n");
    folder_write(&folder, "worlds/base.yaml", "from: beside\n");
    folder_write(&folder, "worlds/w.yaml", "extends: [base, other]\n");
    folder_write(&folder, "cell.yaml", "extends: worlds/w\n");
    assert_merged(&folder, "worlds/w.yaml", NULL, 0, "from: beside\nother: above\n", NULL);
    assert_merged(&folder, "cell.yaml", NULL, 0, "from: beside\nother: above\n", NULL);
    folder_remove(&folder);
}
END_TEST

START_TEST(a_text_in_place_of_a_file_finds_parents_from_the_folder_of_its_name)
{
    const struct folder folder = folder_make();
    char name[256];
    folder_write(&folder, "base.yaml", "v: base\nr: base\n");
    folder_write(&folder, "worlds/w.yaml", "extends: base\nv: w\n");
    folder_write(&folder, "policies/p.yaml", "extends: base\np: p\n");
    snprintf(name, sizeof name, "%s/no-such-file.yaml, cell a", folder.path);
    const char *const set[] = {"r=set"};
    struct merging merging = {
        .file = name, .text = "extends: [worlds/w, policies/p]\nscenario: a\n", .set = set, .sets = 1};
    assert_merging(&merging, "v: w\nr: set\np: p\nscenario: a\n", NULL);
    merging.text = "extends: worlds/none\n";
    assert_merging(&merging, NULL, "no scenario 'worlds/none' was found in the folder of this file");
    folder_remove(&folder);
}
END_TEST

START_TEST(another_kind_of_document_has_no_parents)
{
    const struct merging batch = {.kind = "batch", .file = "b", .text = "extends: base\nv: 1\n"};
    assert_merging(&batch, "extends: base\nv: 1\n", NULL);
    const struct merging empty = {.kind = "batch", .file = "b", .text = "# nothing\n"};
    assert_merging(&empty, NULL, "the file is empty; expected a batch, such as `batch: name`");
    const struct merging missing = {.kind = "batch", .file = "/tmp/zhol-no-such-file"};
    assert_merging(&missing, NULL, "there is no batch file /tmp/zhol-no-such-file; expected the path of one");
}
END_TEST

START_TEST(eight_generations_are_read_and_nine_are_not)
{
    const struct folder folder = folder_make();
    for (int i = 0; i < 10; i++) {
        char name[16], text[64];
        snprintf(name, sizeof name, "g%d.yaml", i);
        if (i == 0)
            snprintf(text, sizeof text, "g0: 0\n");
        else
            snprintf(text, sizeof text, "extends: g%d\ng%d: %d\n", i - 1, i, i);
        folder_write(&folder, name, text);
    }
    assert_merged(&folder, "g8.yaml", NULL, 0, "g0: 0\ng1: 1\ng2: 2\ng3: 3\ng4: 4\ng5: 5\ng6: 6\ng7: 7\ng8: 8\n", NULL);
    assert_merged(&folder, "g9.yaml", NULL, 0, NULL, "scenarios extend one another more than 8 deep");
    folder_remove(&folder);
}
END_TEST

START_TEST(set_reaches_keys_with_dots_and_makes_what_is_missing)
{
    const struct folder folder = folder_make();
    folder_write(&folder, "s.yaml", "pairs: {a.long/b: 0.1}\nx: {y: 1}\n");
    const char *const set[] = {"pairs.a.long/b=0.5", "x.z.w=2 t", "x.y={2020: 1, 2030: 2}", "new.key=[1, 2]"};
    assert_merged(
        &folder, "s.yaml", set, 4,
        "pairs:\n  a.long/b: 0.5\nx:\n  y:\n    2020: 1\n    2030: 2\n  z:\n    w: 2 t\nnew:\n  key:\n  - 1\n  - 2\n",
        NULL);
    const char *const gone[] = {"x.y=null"};
    assert_merged(&folder, "s.yaml", gone, 1, "pairs:\n  a.long/b: 0.1\nx: {}\n", NULL);
    const char *const wrong[] = {"x..y=1"};
    assert_merged(&folder, "s.yaml", wrong, 1, NULL, "has an empty part");
    const char *const broken[] = {"x.y=[1"};
    assert_merged(&folder, "s.yaml", broken, 1, NULL, "this is not YAML");
    const char *const none[] = {"x.y="};
    assert_merged(&folder, "s.yaml", none, 1, NULL, "has no value");
    folder_remove(&folder);
}
END_TEST

START_TEST(a_value_remembers_all_that_it_replaced)
{
    const struct folder folder = folder_make();
    struct forest forest = {0};
    struct node *root = NULL;
    char path[256];
    folder_write(&folder, "one.yaml", "v: 1\n");
    folder_write(&folder, "two.yaml", "extends: one\nv: 2\n");
    folder_write(&folder, "three.yaml", "extends: two\nv: 3\n");
    snprintf(path, sizeof path, "%s/three.yaml", folder.path);
    const struct merging merging = {.file = path};
    struct fault *notes = NULL;
    ck_assert_ptr_null(merge_read(&forest, &merging, &root, &notes));
    ck_assert_ptr_null(notes);
    const struct node *v = tree_child(root, "v");
    ck_assert_str_eq(v->text, "3");
    ck_assert_str_eq(v->over->text, "2");
    ck_assert_str_eq(v->over->over->text, "1");
    ck_assert_ptr_null(v->over->over->over);
    ck_assert_ptr_nonnull(strstr(v->over->over->place.source->name, "one.yaml"));
    tree_free(&forest);
    folder_remove(&folder);
}
END_TEST

/* The lines that a fault prints. */
static void assert_printed(const struct fault *fault, const char *expected)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(to);
    diagnostics_print(fault, "error", to);
    ck_assert_int_eq(fclose(to), 0);
    ck_assert_str_eq(text, expected);
    free(text);
}

START_TEST(a_fault_prints_its_line_and_a_caret_under_the_character)
{
    struct forest forest = {0};
    struct source *source = NULL;
    ck_assert_ptr_null(tree_read_text(&forest, "f.yaml", "a: 1\n\tжол: x\r\nlast", &source));
    struct fault *fault = fault_at(FAULT_SCENARIO, (struct place){source, 2, 7}, "wrong");
    fault = fault_note(fault, (struct place){source, 3, 1}, "here");
    assert_printed(fault, "f.yaml:2:7: error: wrong\n    2 | \tжол: x\n      | \t     ^\nf.yaml:3:1: note: here\n    3 "
                          "| last\n      | ^\n");
    fault_free(fault);
    ck_assert_ptr_null(tree_read_text(&forest, "g.yaml", "a\x7f\xc2\x9b\x1b: \xc2\xb5", &source));
    fault = fault_at(FAULT_SCENARIO, (struct place){source, 1, 2}, "of what moves a cursor");
    assert_printed(fault, "g.yaml:1:2: error: of what moves a cursor\n    1 | a???: \xc2\xb5\n      |  ^\n");
    fault_free(fault);
    fault = fault_raise(FAULT_MACHINE, "no place");
    assert_printed(fault, "zhol: error: no place\n");
    fault_free(fault);
    tree_free(&forest);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tree");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, every_value_knows_its_place_in_characters);
    tcase_add_test(facts, only_plain_empty_tilde_and_null_are_null);
    tcase_add_test(facts, written_text_reads_back_as_the_same_tree);
    tcase_add_test(facts, equal_trees_give_equal_text_however_they_are_written);
    tcase_add_test(facts, maps_merge_and_scalars_and_lists_replace);
    tcase_add_test(facts, parents_merge_from_left_to_right_and_each_once);
    tcase_add_test(facts, null_deletes_and_only_what_is_there);
    tcase_add_test(facts, what_is_deleted_is_noted);
    tcase_add_test(facts, a_byte_order_mark_is_read);
    tcase_add_test(facts, parents_are_found_in_the_folder_then_above_it);
    tcase_add_test(facts, a_text_in_place_of_a_file_finds_parents_from_the_folder_of_its_name);
    tcase_add_test(facts, another_kind_of_document_has_no_parents);
    tcase_add_test(facts, eight_generations_are_read_and_nine_are_not);
    tcase_add_test(facts, set_reaches_keys_with_dots_and_makes_what_is_missing);
    tcase_add_test(facts, a_value_remembers_all_that_it_replaced);
    tcase_add_test(facts, a_fault_prints_its_line_and_a_caret_under_the_character);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
