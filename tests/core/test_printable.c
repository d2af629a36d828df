/* tests/core/test_printable.c -- characters that may be shown: those of UTF-8 (RFC 3629) but for control characters.
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/core/printable.h"

#include <check.h>
#include <stdint.h>
#include <stdlib.h>

/* The UTF-8 of a code point, by its definition; how many bytes. */
static size_t encode(uint32_t code, char text[5])
{
    const size_t size = code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
    static const uint32_t lead[] = {0, 0, 0xC0, 0xE0, 0xF0};
    for (size_t i = size; i-- > 1; code >>= 6) text[i] = (char)(0x80 | (code & 0x3F));
    text[0] = (char)(lead[size] | code);
    text[size] = '\0';
    return size;
}

START_TEST(every_character_is_printable_but_for_control_characters)
{
    char text[5];
    for (uint32_t code = 1; code < 0x110000; code++) {
        const bool control = code < 0x20 || (code >= 0x7F && code < 0xA0);
        const size_t size = encode(code, text);
        bool right = printable_size(text) == (control ? 0 : size);
        text[size - 1] = '\0'; /* it ends too soon */
        right = right && (size == 1 || printable_size(text) == 0);
        if (!right) ck_abort_msg("U+%04X", (unsigned)code);
    }
    ck_assert_uint_eq(printable_size(""), 0);
}
END_TEST

START_TEST(a_text_is_printable_if_all_of_it_is)
{
    static const char *const bad[] = {
        "\x1b[2J", "a\n", "a\t", "\x80", "\xc0\x80", "\xff", "caf\xe9", "\xc2\x9b", "\xf5\x80\x80\x80"};
    ck_assert(printable_all("") && printable_all("a b") && printable_all("caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9a\x82"));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) ck_assert_msg(!printable_all(bad[i]), "%zu", i);
}
END_TEST

START_TEST(what_is_put_is_printable)
{
    char *text = NULL;
    size_t size = 0;
    FILE *to = open_memstream(&text, &size);
    ck_assert_ptr_nonnull(to);
    printable_put("a\nb\x1b[2Jc\td \xe2\x82\xac\xff", to);
    ck_assert_int_eq(fclose(to), 0);
    ck_assert_str_eq(text, "a?b?[2Jc?d \xe2\x82\xac?");
    free(text);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("printable");
    TCase *facts = tcase_create("facts");
    tcase_add_test(facts, every_character_is_printable_but_for_control_characters);
    tcase_add_test(facts, a_text_is_printable_if_all_of_it_is);
    tcase_add_test(facts, what_is_put_is_printable);
    suite_add_tcase(suite, facts);
    SRunner *runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    const int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
