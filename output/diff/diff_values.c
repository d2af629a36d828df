/* output/diff/diff_values.c -- see diff_values.h
 * SPDX-License-Identifier: GPL-3.0-or-later */
#include "output/diff/diff_values.h"
#include "scenarios/reader/tree.h"

#include <stdlib.h>
#include <string.h>

/* A scalar of a scenario, or a map or list without any. */
struct leaf {
    char *path;
    const char *text;
};

struct leaves {
    struct leaf *leaf;
    size_t count, room;
};

static void free_leaves(struct leaves *leaves)
{
    for (size_t i = 0; i < leaves->count; i++) free(leaves->leaf[i].path);
    free(leaves->leaf);
}

static struct fault *add_leaf(struct leaves *leaves, const char *path, const char *text)
{
    if (leaves->count == leaves->room) {
        const size_t room = leaves->room == 0 ? 256 : 2 * leaves->room;
        struct leaf *grown = reallocarray(leaves->leaf, room, sizeof *grown);
        if (grown == NULL) return fault_no_memory();
        leaves->leaf = grown;
        leaves->room = room;
    }
    struct leaf *leaf = &leaves->leaf[leaves->count];
    *leaf = (struct leaf){strdup(path), text};
    if (leaf->path == NULL) return fault_no_memory();
    leaves->count++;
    return NULL;
}

static struct fault *collect(const struct node *node, const char *path, struct leaves *leaves)
{
    if (node->kind == NODE_SCALAR) return add_leaf(leaves, path, node->text);
    if (node->children == 0) return add_leaf(leaves, path, node->kind == NODE_MAP ? "{}" : "[]");
    for (size_t i = 0; i < node->children; i++) {
        const struct node *child = node->child[i];
        char *inner = NULL;
        const int made = child->key == NULL ? asprintf(&inner, "%s.%zu", path, i + 1)
                                            : asprintf(&inner, "%s%s%s", path, path[0] == '\0' ? "" : ".", child->key);
        if (made < 0) return fault_no_memory();
        struct fault *fault = collect(child, inner, leaves);
        free(inner);
        if (fault != NULL) return fault;
    }
    return NULL;
}

static int by_path(const void *left, const void *right)
{
    return strcmp(((const struct leaf *)left)->path, ((const struct leaf *)right)->path);
}

static int path_to_leaf(const void *path, const void *leaf)
{
    return strcmp(path, ((const struct leaf *)leaf)->path);
}

static const struct leaf *find(const struct leaves *sorted, const char *path)
{
    return sorted->count == 0 ? NULL : bsearch(path, sorted->leaf, sorted->count, sizeof *sorted->leaf, path_to_leaf);
}

static struct fault *add_value(struct diff *diff, const char *path, const char *before, const char *after)
{
    struct diff_value *grown = reallocarray(diff->value, diff->values + 1, sizeof *grown);
    if (grown == NULL) return fault_no_memory();
    diff->value = grown;
    struct diff_value *value = &grown[diff->values++];
    *value = (struct diff_value){.path = strdup(path),
                                 .before = before == NULL ? NULL : strdup(before),
                                 .after = after == NULL ? NULL : strdup(after)};
    return value->path == NULL || (before != NULL && value->before == NULL) || (after != NULL && value->after == NULL)
               ? fault_no_memory()
               : NULL;
}

/* In the order of the first, then of what only the second has; `sorted` are the same by path. */
static struct fault *match(const struct leaves leaves[2], const struct leaves sorted[2], struct diff *diff)
{
    for (size_t i = 0; i < leaves[0].count; i++) {
        const struct leaf *before = &leaves[0].leaf[i], *after = find(&sorted[1], before->path);
        if (after == NULL || strcmp(before->text, after->text) != 0)
            TRY(add_value(diff, before->path, before->text, after == NULL ? NULL : after->text));
    }
    for (size_t i = 0; i < leaves[1].count; i++)
        if (find(&sorted[0], leaves[1].leaf[i].path) == NULL)
            TRY(add_value(diff, leaves[1].leaf[i].path, NULL, leaves[1].leaf[i].text));
    return NULL;
}

static struct fault *sort(const struct leaves *leaves, struct leaves *sorted)
{
    sorted->leaf = malloc((leaves->count + 1) * sizeof *sorted->leaf);
    if (sorted->leaf == NULL) return fault_no_memory();
    sorted->count = leaves->count;
    if (leaves->count > 0) memcpy(sorted->leaf, leaves->leaf, leaves->count * sizeof *sorted->leaf);
    qsort(sorted->leaf, sorted->count, sizeof *sorted->leaf, by_path);
    return NULL;
}

static struct fault *parse(struct forest *forest, const char *text, struct leaves *leaves)
{
    struct source *source;
    struct node *root = NULL;
    struct fault *fault = tree_read_text(forest, "the scenario of the result", text, &source);
    if (fault == NULL) fault = tree_parse(forest, source, 0, &root);
    if (fault == NULL && root != NULL) fault = collect(root, "", leaves);
    if (fault == NULL || fault_is_memory(fault)) return fault;
    struct fault *other = fault_raise(FAULT_FILES, "the scenario in the result cannot be read: %s", fault->sentence);
    fault_free(fault); /* whose place goes with the forest */
    return other;
}

/* A line of provenance_write: the path, and behind it the place, each up to a tab. */
struct line {
    const char *path, *place;
    size_t length;
};

struct lines {
    struct line *line;
    size_t count;
};

static int compare_paths(const char *a, size_t of_a, const char *b, size_t of_b)
{
    const int order = memcmp(a, b, of_a < of_b ? of_a : of_b);
    return order != 0 ? order : (of_a > of_b) - (of_a < of_b);
}

static int by_line(const void *left, const void *right)
{
    const struct line *a = left, *b = right;
    return compare_paths(a->path, a->length, b->path, b->length);
}

static int path_to_line(const void *path, const void *line)
{
    const struct line *of = line;
    return compare_paths(path, strlen(path), of->path, of->length);
}

/* By path. What is no such line is left out. */
static struct fault *sort_lines(const char *sources, struct lines *lines)
{
    size_t count = 1;
    for (const char *c = sources; *c != '\0'; c++) count += *c == '\n';
    lines->line = calloc(count, sizeof *lines->line);
    if (lines->line == NULL) return fault_no_memory();
    for (const char *at = sources; *at != '\0';) {
        const char *end = at + strcspn(at, "\n"), *path = at + strcspn(at, "\t\n") + 1;
        const size_t length = path < end ? strcspn(path, "\t\n") : 0;
        if (length > 0 && path[length] == '\t')
            lines->line[lines->count++] = (struct line){path, path + length + 1, length};
        at = *end == '\0' ? end : end + 1;
    }
    qsort(lines->line, lines->count, sizeof *lines->line, by_line);
    return NULL;
}

/* Only numbers have places. */
static struct fault *find_places(const char *sources, size_t side, struct diff *diff)
{
    struct lines lines = {0};
    struct fault *fault = sources == NULL ? NULL : sort_lines(sources, &lines);
    for (size_t i = 0; i < diff->values && fault == NULL && lines.count > 0; i++) {
        struct diff_value *value = &diff->value[i];
        const struct line *line = bsearch(value->path, lines.line, lines.count, sizeof *lines.line, path_to_line);
        const size_t size = line == NULL ? 0 : strcspn(line->place, "\t\n");
        if (size == 0 || (side == 0 ? value->before : value->after) == NULL) continue;
        value->place[side] = strndup(line->place, size);
        if (value->place[side] == NULL) fault = fault_no_memory();
    }
    free(lines.line);
    return fault;
}

struct fault *diff_values_read(const struct result outline[2], struct diff *diff)
{
    const char *before = outline[0].scenario, *after = outline[1].scenario;
    struct forest forest = {0};
    struct leaves leaves[2] = {{0}}, sorted[2] = {{0}};
    if (strcmp(before, after) == 0) return NULL;
    struct fault *fault = parse(&forest, before, &leaves[0]);
    if (fault == NULL) fault = parse(&forest, after, &leaves[1]);
    for (size_t i = 0; i < 2 && fault == NULL; i++) fault = sort(&leaves[i], &sorted[i]);
    if (fault == NULL) fault = match(leaves, sorted, diff);
    for (size_t i = 0; i < 2 && fault == NULL; i++) fault = find_places(outline[i].sources, i, diff);
    for (size_t i = 0; i < 2; i++) {
        free_leaves(&leaves[i]);
        free(sorted[i].leaf); /* whose paths are those of the leaves */
    }
    tree_free(&forest);
    return fault;
}
