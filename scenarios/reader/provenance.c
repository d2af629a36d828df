/* scenarios/reader/provenance.c -- see provenance.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "scenarios/reader/provenance.h"
#include "scenarios/reader/tabulated.h"
#include "sim/core/printable.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COMMENT = 2000 }; /* bytes of a comment that are looked at, at most */

const char *const provenance_names[PROVENANCE_KINDS] = {[PROVENANCE_NONE] = "none",
                                                        [PROVENANCE_ASSUMPTION] = "assumption",
                                                        [PROVENANCE_HINDSIGHT] = "hindsight",
                                                        [PROVENANCE_SOURCED] = "sourced"};

/* What accounts for a number; of these the second only refers back. */
static const char accounts[] =
    "assumption|derived|\\bfit\\b|by definition|hindsight|from memory|likewise|the rest|counted in|published|"
    "\\bas (above|at the head|[a-z-]*bound|[a-z-]+$|[a-z-]+[:;,])|\\b(as|of|in|by) [A-Z]|\\b(19|20)[0-9][0-9]\\b|"
    "class [A-DK-R]";
static const char refers[] = "likewise|\\bas above";
static const char names[] = "derived|\\bfit\\b|by definition|published|\\b(as|of|in|by) [A-Z]|\\b(19|20)[0-9][0-9]\\b";

/* A line of a source. */
struct line {
    const char *comment; /* without its mark and spaces; "" of none */
    int size;            /* of the comment, bytes */
    bool code;           /* something stands before it */
};

struct reading {
    struct forest *forest;
    struct line *line;
    size_t lines;
    regex_t accounts, refers, names;
    enum provenance last; /* of the number before */
};

/* The lines of a value, from 1. */
struct extent {
    int first, last;
};

/* ---- lines ---- */

static bool opens_text(const char *from, const char *at)
{
    return at == from || strchr(" \t[{,:(", at[-1]) != NULL;
}

/* Where the comment of a line begins, at its mark; the end of the line if there is none. */
static const char *find_comment(const char *from, const char *end)
{
    for (const char *at = from; at < end; at++) {
        if ((*at == '\'' || *at == '"') && opens_text(from, at)) {
            const char *close = memchr(at + 1, *at, (size_t)(end - at - 1));
            if (close != NULL) at = close;
        } else if (*at == '#' && at > from && (at[-1] == ' ' || at[-1] == '\t')) {
            return at;
        }
    }
    return end;
}

static struct line read_line(const char *from, const char *end)
{
    const char *mark = find_comment(from, end), *code = from, *comment = mark;
    while (code < mark && strchr(" \t\r", *code) != NULL) code++;
    while (comment < end && strchr("# \t", *comment) != NULL) comment++;
    while (end > comment && strchr(" \t\r", end[-1]) != NULL) end--;
    return (struct line){.comment = comment, .size = (int)(end - comment), .code = code < mark};
}

static struct fault *read_lines(const struct source *source, struct reading *reading)
{
    size_t count = 1, at = 0;
    for (const char *c = source->text; *c != '\0'; c++) count += *c == '\n';
    reading->line = calloc(count + 1, sizeof *reading->line);
    if (reading->line == NULL) return fault_no_memory();
    reading->lines = count;
    for (const char *from = source->text; at < count; at++) {
        const char *end = from + strcspn(from, "\n");
        reading->line[at] = read_line(from, end);
        from = *end == '\0' ? end : end + 1;
    }
    return NULL;
}

/* A line of comment alone. */
static bool is_comment(const struct reading *reading, int number)
{
    if (number < 1 || (size_t)number > reading->lines) return false;
    const struct line *line = &reading->line[number - 1];
    return !line->code && line->size > 0;
}

/* ---- comments ---- */

static void append(const struct reading *reading, int number, size_t *size, char text[COMMENT])
{
    if (number < 1 || (size_t)number > reading->lines || *size + 2 >= COMMENT) return;
    const struct line *line = &reading->line[number - 1];
    if (line->size == 0) return;
    const int made = snprintf(text + *size, COMMENT - *size, "%s%.*s", *size > 0 ? " " : "", line->size, line->comment);
    const bool cut = *size + (size_t)made >= COMMENT;
    *size = cut ? COMMENT - 1 : *size + (size_t)made;
    while (cut && *size > 0 && ((unsigned char)text[*size - 1] & 0x80) != 0)
        text[--*size] = '\0'; /* no part of a character */
}

/* Those on the lines of a value and on the lines of comment after it. */
static void around(const struct reading *reading, struct extent extent, size_t *size, char text[COMMENT])
{
    int last = extent.last;
    for (int i = extent.first; i <= extent.last && *size + 2 < COMMENT; i++) append(reading, i, size, text);
    while (*size + 2 < COMMENT && is_comment(reading, last + 1)) append(reading, ++last, size, text);
}

static bool fits(const regex_t *pattern, const char *text)
{
    return regexec(pattern, text, 0, NULL, 0) == 0;
}

static enum provenance kind_of(const struct reading *reading, const char *text)
{
    if (strstr(text, "hindsight") != NULL) return PROVENANCE_HINDSIGHT;
    if (strstr(text, "assumption") != NULL) return PROVENANCE_ASSUMPTION;
    if (fits(&reading->refers, text) && !fits(&reading->names, text) && reading->last != PROVENANCE_NONE)
        return reading->last;
    return PROVENANCE_SOURCED;
}

/* The comment, if it accounts for something; else *remark stays. */
static struct fault *take_comment(struct reading *reading, const char *text, const struct remark **remark)
{
    if (text[0] == '\0' || !fits(&reading->accounts, text)) return NULL;
    struct remark *made = calloc(1, sizeof *made);
    char *copy = strdup(text);
    if (made == NULL || copy == NULL) {
        free(made);
        free(copy);
        return fault_no_memory();
    }
    *made = (struct remark){copy, (int)kind_of(reading, text), reading->forest->remark};
    reading->forest->remark = made;
    *remark = made;
    return NULL;
}

static struct fault *value_remark(struct reading *reading, struct extent extent, const struct remark **remark)
{
    char text[COMMENT] = "";
    size_t size = 0;
    around(reading, extent, &size, text);
    return take_comment(reading, text, remark);
}

/* Beside a name, after it and right above it. */
static struct fault *heading_remark(struct reading *reading, int line, const struct remark **remark)
{
    char text[COMMENT] = "";
    size_t size = 0;
    around(reading, (struct extent){line, line}, &size, text);
    while (is_comment(reading, line - 1) && size + 2 < COMMENT) append(reading, --line, &size, text);
    return take_comment(reading, text, remark);
}

/* ---- values ---- */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool begins_number(const char *text)
{
    return is_digit(*text) || (*text != '\0' && strchr("-+.", *text) != NULL && is_digit(text[1]));
}

/* A number, a date or a distribution. */
static bool is_number(const char *text)
{
    const size_t word = strspn(text, "abcdefghijklmnopqrstuvwxyz");
    return begins_number(text) || (word > 0 && text[word] == '(' && begins_number(text + word + 1));
}

static bool is_exempt(const char *key)
{
    static const char *const exempt[] = {"scenario", "title", "time", "run", "units", NULL};
    for (size_t i = 0; exempt[i] != NULL; i++)
        if (strcmp(key, exempt[i]) == 0) return true;
    return false;
}

/* Beside what a thing is called stands no source, even if it begins with a year. */
static bool is_title(const struct node *node)
{
    return node->kind == NODE_SCALAR && node->key != NULL && strcmp(node->key, "title") == 0;
}

/* What holds for a value: the comment of a name further out, and the lines of braces around it. */
struct context {
    const struct remark *held;
    struct extent braces; /* first 0: none */
    const struct remark *of_braces;
    bool inside; /* below a section */
};

static struct fault *read_node(struct reading *reading, struct node *node, struct context context);

static struct fault *read_children(struct reading *reading, struct node *node, const struct context *context)
{
    for (size_t i = 0; i < node->children; i++) {
        struct node *child = node->child[i];
        struct context inner = *context;
        if (!context->inside && child->key != NULL && is_exempt(child->key)) continue;
        if (context->inside && child->key != NULL && child->kind != NODE_SCALAR && context->braces.first == 0)
            TRY(heading_remark(reading, child->key_place.line, &inner.held));
        inner.inside = true;
        TRY(read_node(reading, child, inner));
    }
    return NULL;
}

static struct fault *read_node(struct reading *reading, struct node *node, struct context context)
{
    const bool number = node->kind == NODE_SCALAR ? is_number(node->text) && !is_title(node) : tabulated_is(node);
    if (context.braces.first == 0 && node->kind != NODE_SCALAR && node->flow) {
        context.braces = (struct extent){node->place.line, node->last};
        TRY(value_remark(reading, context.braces, &context.of_braces));
    }
    if (number) {
        node->remark = context.of_braces;
        if (context.braces.first == 0 && node->kind == NODE_SCALAR)
            TRY(value_remark(reading, (struct extent){node->place.line, node->last}, &node->remark));
        if (node->remark == NULL) node->remark = context.held;
        if (node->remark != NULL) reading->last = (enum provenance)node->remark->kind;
    }
    return node->kind == NODE_SCALAR ? NULL : read_children(reading, node, &context);
}

/* What the file says of all its numbers before it begins. */
static struct fault *read_head(struct reading *reading, const struct source *source, const struct remark **remark)
{
    static const char words[] = "All numbers are assumptions";
    const char *said = strstr(source->text, words), *begins = strstr(source->text, "\nscenario:");
    if (said == NULL || (begins != NULL && begins < said)) return NULL;
    return take_comment(reading, words, remark);
}

static bool compile(struct reading *reading)
{
    if (regcomp(&reading->accounts, accounts, REG_EXTENDED | REG_NOSUB) != 0) return false;
    if (regcomp(&reading->refers, refers, REG_EXTENDED | REG_NOSUB) != 0) {
        regfree(&reading->accounts);
        return false;
    }
    if (regcomp(&reading->names, names, REG_EXTENDED | REG_NOSUB) == 0) return true;
    regfree(&reading->accounts);
    regfree(&reading->refers);
    return false;
}

struct fault *provenance_read(struct forest *forest, const struct source *source, struct node *root)
{
    struct reading reading = {.forest = forest};
    struct context context = {.held = NULL};
    if (root == NULL || root->kind != NODE_MAP) return NULL;
    if (!compile(&reading)) return fault_no_memory();
    struct fault *fault = read_lines(source, &reading);
    if (fault == NULL) fault = read_head(&reading, source, &context.held);
    if (fault == NULL) fault = read_node(&reading, root, context);
    free(reading.line);
    regfree(&reading.accounts);
    regfree(&reading.refers);
    regfree(&reading.names);
    return fault;
}

/* ---- merged ---- */

struct visiting {
    struct fault *(*visit)(void *context, const struct provenance_item *item);
    void *context;
};

static struct fault *visit_node(const struct visiting *visiting, const struct node *node, const char *path)
{
    const struct node *csv = node->table == NULL ? NULL : tree_child(node->table, "csv");
    if (node->kind == NODE_SCALAR ? is_number(node->text) && !is_title(node) : csv != NULL) {
        const struct remark *remark = node->remark;
        const struct provenance_item item = {path, csv == NULL ? node->text : csv->text, node->place,
                                             remark == NULL ? PROVENANCE_NONE : (enum provenance)remark->kind,
                                             remark == NULL ? "" : remark->text};
        return visiting->visit(visiting->context, &item);
    }
    for (size_t i = 0; i < node->children; i++) {
        const struct node *child = node->child[i];
        char *inner = NULL;
        if (path[0] == '\0' && is_exempt(child->key)) continue;
        const int made = child->key == NULL ? asprintf(&inner, "%s.%zu", path, i + 1)
                                            : asprintf(&inner, "%s%s%s", path, path[0] == '\0' ? "" : ".", child->key);
        if (made < 0) return fault_no_memory();
        struct fault *fault = visit_node(visiting, child, inner);
        free(inner);
        if (fault != NULL) return fault;
    }
    return NULL;
}

struct fault *provenance_visit(const struct node *root,
                               struct fault *(*visit)(void *context, const struct provenance_item *item), void *context)
{
    const struct visiting visiting = {visit, context};
    return visit_node(&visiting, root, "");
}

/* A field of a line; what may not be shown becomes a space or a question mark. */
static void put_field(const char *text, FILE *to)
{
    for (const char *c = text; *c != '\0';) {
        const size_t size = printable_size(c);
        if (size > 0)
            fwrite(c, 1, size, to);
        else
            fputc(*c == '\t' || *c == '\n' || *c == '\r' ? ' ' : '?', to);
        c += size > 0 ? size : 1;
    }
}

static struct fault *put_item(void *context, const struct provenance_item *item)
{
    FILE *to = context;
    const char *file = item->place.source == NULL ? "" : item->place.source->name, *slash = strrchr(file, '/');
    fprintf(to, "%s\t", provenance_names[item->kind]);
    put_field(item->path, to);
    fputc('\t', to);
    put_field(slash == NULL ? file : slash + 1, to);
    if (file[0] != '\0' && file[0] != '-') fprintf(to, ":%d", item->place.line);
    fputc('\t', to);
    put_field(item->comment, to);
    fputc('\n', to);
    return NULL;
}

struct fault *provenance_write(const struct node *root, char **text)
{
    size_t size = 0;
    *text = NULL;
    FILE *to = open_memstream(text, &size);
    if (to == NULL) return fault_no_memory();
    struct fault *fault = provenance_visit(root, put_item, to);
    if (fclose(to) != 0 && fault == NULL) fault = fault_no_memory();
    return fault;
}
