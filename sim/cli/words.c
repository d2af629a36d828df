/* sim/cli/words.c -- see words.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "sim/cli/words.h"
#include "sim/core/units.h"

#include <stdlib.h>
#include <string.h>

static bool is_end(const struct argp_option *option)
{
    return option->name == NULL && option->key == 0 && option->doc == NULL && option->group == 0;
}

char words_letter(const struct argp_option *option)
{
    return option->key > ' ' && option->key < 127 ? (char)option->key : '\0';
}

static struct fault *append(struct words *words, struct word word)
{
    struct word *grown = reallocarray(words->word, words->count + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    words->word = grown;
    words->word[words->count++] = word;
    return NULL;
}

static struct fault *read_all(const struct argp *parser, bool hidden, struct words *words)
{
    int group = 0;
    for (const struct argp_option *each = parser->options; each != NULL && !is_end(each); each++) {
        const bool heading = each->name == NULL && each->key == 0;
        if (each->group != 0)
            group = each->group;
        else if (heading)
            group++;
        if (hidden || (each->flags & OPTION_HIDDEN) == 0) TRY(append(words, (struct word){each, group, heading}));
    }
    for (const struct argp_child *child = parser->children; child != NULL && child->argp != NULL; child++)
        TRY(read_all(child->argp, hidden, words));
    return NULL;
}

/* 0, 1, 2, ... and then the negative ones, as argp has it. */
static int order_of_groups(int a, int b)
{
    if ((a < 0) != (b < 0)) return a < 0 ? 1 : -1;
    return (a > b) - (a < b);
}

static int by_order(const void *left, const void *right)
{
    const struct word *a = left, *b = right;
    if (a->group != b->group) return order_of_groups(a->group, b->group);
    if (a->heading != b->heading) return a->heading ? -1 : 1;
    if (a->heading) return 0;
    const char letter_a[] = {words_letter(a->option), '\0'}, letter_b[] = {words_letter(b->option), '\0'};
    return strcasecmp(a->option->name != NULL ? a->option->name : letter_a,
                      b->option->name != NULL ? b->option->name : letter_b);
}

static struct fault *read_sorted(const struct argp *parser, bool hidden, struct words *words)
{
    *words = (struct words){.count = 0};
    struct fault *fault = read_all(parser, hidden, words);
    if (fault == NULL && words->count > 0) qsort(words->word, words->count, sizeof *words->word, by_order);
    if (fault != NULL) words_free(words);
    return fault;
}

struct fault *words_read(const struct argp *parser, struct words *words)
{
    return read_sorted(parser, false, words);
}

void words_free(struct words *words)
{
    free(words->word);
    *words = (struct words){.count = 0};
}

static const char *arguments_of(const struct argp *parser)
{
    if (parser->args_doc != NULL) return parser->args_doc;
    for (const struct argp_child *child = parser->children; child != NULL && child->argp != NULL; child++) {
        const char *arguments = arguments_of(child->argp);
        if (arguments[0] != '\0') return arguments;
    }
    return "";
}

struct fault *words_print(const struct argp *parser, FILE *to)
{
    struct words words;
    TRY(words_read(parser, &words));
    const char *arguments = arguments_of(parser);
    fprintf(to, "= %.*s\n", (int)strcspn(arguments, "\n"), arguments); /* of several ways the first */
    for (size_t i = 0; i < words.count; i++) {
        const struct argp_option *option = words.word[i].option;
        const char *argument = option->arg == NULL ? "" : option->arg, *blank = option->arg == NULL ? "" : " ";
        if (words.word[i].heading) continue;
        if (words_letter(option) != '\0') fprintf(to, "-%c%s%s\n", words_letter(option), blank, argument);
        if (option->name != NULL) fprintf(to, "--%s%s%s\n", option->name, blank, argument);
    }
    words_free(&words);
    return NULL;
}

/* The option that the word names, whole or by its beginning; *several: its beginning is that of others too. */
static const struct argp_option *find_long(const struct words *words, const char *word, bool *several)
{
    const size_t length = strcspn(word, "=");
    const struct argp_option *found = NULL;
    *several = false;
    for (size_t i = 0; i < words->count; i++) {
        const struct argp_option *option = words->word[i].option;
        if (option->name == NULL || strncmp(option->name, word, length) != 0) continue;
        if (option->name[length] == '\0') return *several = false, option;
        *several = found != NULL;
        found = option;
    }
    return found;
}

/* Whether the letters of a word such as "-fo" leave an argument to the next. */
static bool letters_want_more(const struct words *words, const char *letters)
{
    for (; *letters != '\0'; letters++)
        for (size_t i = 0; i < words->count; i++)
            if (words_letter(words->word[i].option) == *letters && words->word[i].option->arg != NULL)
                return letters[1] == '\0';
    return false;
}

static struct fault *unknown(const struct words *words, const char *command, const char *word)
{
    const int length = (int)strcspn(word, "=");
    char *name = strndup(word, (size_t)length);
    const char **names = calloc(words->count + 1, sizeof *names);
    size_t count = 0;
    for (size_t i = 0; i < words->count && names != NULL; i++)
        if (words->word[i].option->name != NULL) names[count++] = words->word[i].option->name;
    const char *meant = name == NULL || names == NULL ? NULL : units_nearest(name, names);
    struct fault *fault = meant == NULL
                              ? fault_raise(FAULT_USAGE, "'--%.*s' is no option of %s; `%s --help` lists them", length,
                                            word, command, command)
                              : fault_raise(FAULT_USAGE, "'--%.*s' is no option of %s; did you mean '--%s'?", length,
                                            word, command, meant);
    free(names);
    free(name);
    return fault;
}

static struct fault *check_all(const struct words *words, int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        const char *word = argv[i];
        bool several;
        if (strcmp(word, "--") == 0) return NULL;
        if (word[0] != '-' || word[1] == '\0') continue;
        if (word[1] != '-') {
            i += letters_want_more(words, word + 1);
            continue;
        }
        const struct argp_option *option = find_long(words, word + 2, &several);
        if (option == NULL) return unknown(words, argv[0], word + 2);
        if (!several && option->arg != NULL && strchr(word, '=') == NULL) i++;
    }
    return NULL;
}

struct fault *words_check(const struct argp *parser, int argc, char **argv)
{
    struct words words;
    TRY(read_sorted(parser, true, &words));
    struct fault *fault = check_all(&words, argc, argv);
    words_free(&words);
    return fault;
}
